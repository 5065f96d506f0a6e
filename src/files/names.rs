//! 名称与编码: cells name accounts and dimension values by code or, where it is unique, by name.

use crate::files::refusal::quoted;
use crate::ledger::chart::Level;
use crate::ledger::dimension::DimensionRegister;
use crate::ledger::{AccountCode, Chart, Dimension, DimensionCode};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// What cells may name: a book's accounts and registered dimension values.
#[derive(Clone, Copy, Debug)]
pub struct BookNames<'a> {
    /// The accounts.
    pub chart: &'a Chart,
    /// The registered values.
    pub dimensions: &'a DimensionRegister,
}

/// Why a cell names nothing.
pub(super) type NameTrouble = (&'static str, String);

/// The names of a book, ready to be looked up.
#[derive(Debug)]
pub(super) struct Names<'a> {
    book: BookNames<'a>,
    /// For each dimension, its values by name; `None` where two share one.
    by_name: Vec<HashMap<&'a str, Option<&'a DimensionCode>>>,
}

impl<'a> Names<'a> {
    pub fn new(book: BookNames<'a>) -> Names<'a> {
        let of = |dimension| {
            let mut names: HashMap<&str, Option<&DimensionCode>> = HashMap::new();
            for value in book.dimensions.of(dimension) {
                names.entry(value.name.as_str()).and_modify(|code| *code = None).or_insert(Some(&value.code));
            }
            names
        };
        Names { book, by_name: Dimension::ALL.into_iter().map(of).collect() }
    }

    /// An account's code. Whether the chart has it is the ledger's business; codes written with dots or dashes
    /// between levels are taken where the chart knows them without.
    pub fn account(&self, cell: &str) -> Result<AccountCode, NameTrouble> {
        if let Some(code) = AccountCode::parse(cell) {
            return Ok(code);
        }
        if cell.is_empty() {
            return Err(("account_missing", "没有科目编码。请填写末级科目的编码。".into()));
        }
        let short = if cell.len() <= 60 { cell } else { "" };
        let plain: String = short.nfkc().filter(|c| !matches!(c, '.' | '-' | ' ')).collect();
        let known = AccountCode::parse(&plain).filter(|code| self.book.chart.get(code).is_some());
        known.ok_or_else(|| ("account_malformed", format!("“{}”不是科目编码。编码为 3 至 12 位数字，如 100201。", quoted(cell))))
    }

    /// Whether a name given beside a code is the account's own, or its whole path. `Some` tells what is wrong.
    pub fn account_name_trouble(&self, code: &AccountCode, name: &str) -> Option<NameTrouble> {
        let account = self.book.chart.get(code)?;
        if name.is_empty() || name == account.name {
            return None;
        }
        let path = ['-', '_', '/', '\\', ':', '：', '－', '—', ' '];
        if name.strip_suffix(account.name.as_str()).is_some_and(|before| before.ends_with(path)) {
            return None;
        }
        let text = format!("科目 {code} 在科目表中的名称是“{}”，文件中是“{}”。请核对编码或名称。", account.name, quoted(name));
        Some(("account_name_differs", text))
    }

    /// A dimension value by code, or by a name that only one value has.
    pub fn dimension(&self, dimension: Dimension, cell: &str) -> Result<DimensionCode, NameTrouble> {
        let parsed = DimensionCode::parse(cell);
        let registered = parsed.filter(|code| self.book.dimensions.get(dimension, code).is_some());
        if let Some(code) = registered {
            return Ok(code);
        }
        let word = dimension.chinese();
        match self.by_name.get(dimension as usize).and_then(|names| names.get(cell)) {
            Some(Some(code)) => Ok((*code).clone()),
            Some(None) => {
                let text = format!("“{}”是几个{word}共用的名称，分不清是哪一个。请改填编码。", quoted(cell));
                Err(("dimension_name_ambiguous", text))
            }
            None => {
                let scientific =
                    cell.contains("E+").then_some("看起来是被 Excel 改成科学计数法的编码，请把该列设为文本格式后重新导出。");
                let advice = scientific.unwrap_or("请核对，或先登记。");
                Err(("dimension_unknown", format!("辅助核算“{word}”中没有编码或名称“{}”。{advice}", quoted(cell))))
            }
        }
    }

    /// The same for a record of the business, whose codes the registers judge: a code that nobody registered is one.
    pub fn code(&self, dimension: Dimension, cell: &str) -> Result<DimensionCode, NameTrouble> {
        match (self.dimension(dimension, cell), DimensionCode::parse(cell)) {
            (Err(("dimension_unknown", _)), Some(code)) => Ok(code),
            (found, _) => found,
        }
    }
}

/// The code one level up, where the chart's levels give one.
pub(super) fn parent_code(chart: &Chart, code: &AccountCode) -> Option<AccountCode> {
    match chart.level(code) {
        Level::Below(parent) => Some(parent),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ledger::DimensionValue;
    use crate::ledger::chart::ChartStandard;

    /// Looks at a book with the official accounts and these values.
    pub fn with_names<T>(values: &[(Dimension, &str, &str)], look: impl FnOnce(BookNames) -> T) -> T {
        let mut dimensions = DimensionRegister::default();
        for (dimension, code, name) in values {
            let code = DimensionCode::parse(code).expect("code");
            let (dimension, name) = (*dimension, (*name).to_owned());
            dimensions.insert(DimensionValue { dimension, code, name, parent: None, remark: String::new() });
        }
        look(BookNames { chart: &Chart::new(ChartStandard::SmallEnterprise2013), dimensions: &dimensions })
    }
}
