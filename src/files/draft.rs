//! What voucher files and opening files share: a line's account, its one amount, its dimensions.

use crate::files::cell;
use crate::files::header::Column;
use crate::files::names::Names;
use crate::files::refusal::{FileReason, quoted};
use crate::files::sheet::Sheet;
use crate::ledger::{AccountCode, Amount, Dimension, DimensionSet, Side};
use std::io::Read;

/// The ten dimension columns, in the order of [`Dimension::ALL`].
const DIMENSION_COLUMNS: [Column; 10] = [
    Column::optional("资产", "asset", &["资产编码", "资产代码", "资产编号"]),
    Column::optional("渠道", "channel", &["渠道编码", "渠道代码", "六进渠道"]),
    Column::optional("社区", "community", &["社区编码", "社区代码", "村社区", "村(社区)"]),
    Column::optional("合同", "contract", &["合同编码", "合同代码", "合同编号"]),
    Column::optional("往来", "counterparty", &["往来编码", "往来单位", "往来单位编码", "客商", "客商编码"]),
    Column::optional("项目资金", "fund", &["项目资金编码", "项目", "项目编码", "项目代码"]),
    Column::optional("收入类型", "income_type", &["收入类型编码", "收入类型八型", "八型"]),
    Column::optional("决议", "resolution", &["决议编码", "决议编号"]),
    Column::optional("门店", "shop", &["门店编码", "门店代码", "超市"]),
    Column::optional("街道", "street", &["街道编码", "街道代码"]),
];

/// An importer's own columns with the ten dimensions behind them.
pub(super) const fn with_dimensions<const OWN: usize, const ALL: usize>(own: [Column; OWN]) -> [Column; ALL] {
    let mut all = [DIMENSION_COLUMNS[0]; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < OWN { own[at] } else { DIMENSION_COLUMNS[at - OWN] };
        at += 1;
    }
    all
}

/// The numbers of a line's columns within its importer.
pub(super) struct LineColumns {
    pub account: usize,
    pub account_name: usize,
    pub debit: usize,
    pub credit: usize,
    /// The first of the ten dimension columns.
    pub dimensions: usize,
}

/// What the two amount cells of a row say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amounts {
    /// Both are empty.
    Missing,
    /// Nothing but zeros.
    Zero,
    One(Side, Amount),
    /// Refused; the reason is told.
    Refused,
}

impl LineColumns {
    /// Reads both amount cells. A zero beside an amount is what some programs print for an empty cell.
    pub fn amounts<R: Read>(&self, sheet: &Sheet<R>, reasons: &mut Vec<FileReason>) -> Amounts {
        let mut read = |column| {
            cell::amount(sheet.raw(column)).map_err(|trouble| {
                let text = trouble.message(cell::trimmed(sheet.raw(column)));
                reasons.push(sheet.refuse(column, trouble.code(), text));
            })
        };
        let (debit, credit) = (read(self.debit), read(self.credit));
        let (Ok(debit), Ok(credit)) = (debit, credit) else { return Amounts::Refused };
        let filled = |amount: Option<Amount>| amount.filter(|amount| !amount.is_zero());
        match (filled(debit), filled(credit)) {
            (Some(amount), None) => Amounts::One(Side::Debit, amount),
            (None, Some(amount)) => Amounts::One(Side::Credit, amount),
            (None, None) if debit.is_none() && credit.is_none() => Amounts::Missing,
            (None, None) => Amounts::Zero,
            (Some(_), Some(_)) => {
                let text = "借方金额和贷方金额都填了。每行只填一边，请拆成两行。";
                reasons.push(FileReason::row(sheet.row(), "both_sides_filled", text));
                Amounts::Refused
            }
        }
    }

    /// Reads the account, and checks the name beside it.
    pub fn account<R: Read>(&self, sheet: &Sheet<R>, names: &Names<'_>, reasons: &mut Vec<FileReason>) -> Option<AccountCode> {
        let code = match sheet.text(self.account).map(|text| names.account(&text)) {
            Ok(Ok(code)) => code,
            Ok(Err((code, text))) => {
                reasons.push(sheet.refuse(self.account, code, text));
                return None;
            }
            Err(reason) => {
                reasons.push(reason);
                return None;
            }
        };
        match sheet.text(self.account_name).map(|name| names.account_name_trouble(&code, &name)) {
            Ok(None) => return Some(code),
            Ok(Some((trouble, text))) => reasons.push(sheet.refuse(self.account_name, trouble, text)),
            Err(reason) => reasons.push(reason),
        }
        None
    }

    /// Reads the dimensions a row fills in.
    pub fn dimensions<R: Read>(&self, sheet: &Sheet<R>, names: &Names<'_>, reasons: &mut Vec<FileReason>) -> DimensionSet {
        let mut set = DimensionSet::new();
        for dimension in Dimension::ALL {
            let column = self.dimensions + dimension as usize;
            if sheet.raw(column).is_empty() {
                continue;
            }
            match sheet.text(column) {
                Ok(text) if text.is_empty() => {}
                Ok(text) => match names.dimension(dimension, &text) {
                    Ok(code) => {
                        set.insert(dimension, code);
                    }
                    Err((code, text)) => reasons.push(sheet.refuse(column, code, text)),
                },
                Err(reason) => reasons.push(reason),
            }
        }
        set
    }
}

/// Tells of a cell that is none of the words its column takes.
pub(super) fn unknown_word<R: Read>(sheet: &Sheet<R>, column: usize, code: &'static str, words: &str) -> FileReason {
    let cell = quoted(cell::trimmed(sheet.raw(column)));
    sheet.refuse(column, code, format_args!("“{cell}”不是这里可填的内容。可填：{words}。"))
}
