//! 期初 CSV: the balances a book starts with, as one voucher of the word 初.

use crate::files::draft::{Amounts, LineColumns, with_dimensions};
use crate::files::header::Column;
use crate::files::names::{BookNames, Names};
use crate::files::refusal::{FileReason, FileRefusal};
use crate::files::sheet::{Notes, Sheet};
use crate::files::vouchers::ReadVoucher;
use crate::ledger::voucher::{LINES_MAX, Signatures, Source};
use crate::ledger::{Draft, DraftLine, Period, Purpose, Word};
use std::io::Read;

const ACCOUNT: usize = 0;
const LINE: LineColumns = LineColumns { account: ACCOUNT, account_name: 1, debit: 2, credit: 3, dimensions: 4 };
/// 摘要 of the opening voucher, and its reference.
const MEMO: &str = "期初余额";

/// Every column of a file of opening balances.
pub const COLUMNS: [Column; 14] = with_dimensions([
    Column::required("科目编码", "account", &["科目代码", "科目编号", "account_code"]),
    Column::optional("科目名称", "account_name", &["会计科目"]),
    Column::required("借方金额", "debit", &["借方", "借方余额", "期初借方", "期初借方余额"]),
    Column::required("贷方金额", "credit", &["贷方", "贷方余额", "期初贷方", "期初贷方余额"]),
]);

/// A book's opening balances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOpenings {
    /// One voucher with a line for each balance.
    pub voucher: ReadVoucher,
    /// Rows without a balance.
    pub without_balance: u32,
    /// What was passed over.
    pub notes: Notes,
}

/// Reads opening balances into one draft of the purpose 期初, dated the first day of the book's first period.
///
/// # Errors
/// Every row that cannot be read; a file without a balance, or with more of them than one voucher may carry.
pub fn read_openings(
    reader: impl Read,
    book: BookNames<'_>,
    first_period: Period,
    people: Signatures,
) -> Result<ReadOpenings, FileRefusal> {
    let mut sheet = Sheet::open(reader, &COLUMNS, ACCOUNT)?;
    let names = Names::new(book);
    let (mut refusal, mut lines, mut rows, mut without_balance) = (FileRefusal::default(), Vec::new(), Vec::new(), 0);
    loop {
        match sheet.advance() {
            Ok(true) => {}
            Ok(false) => break,
            Err(reason) => {
                refusal.add([reason]);
                break;
            }
        }
        let mut reasons = Vec::new();
        match read_line(&sheet, &names, &mut reasons) {
            Some(line) => {
                lines.push(line);
                rows.push(sheet.row());
            }
            None if reasons.is_empty() => without_balance += 1,
            None => {}
        }
        if lines.len() > LINES_MAX {
            let text = format_args!("期初余额超过 {LINES_MAX} 行。请按科目合并后重试。");
            refusal.add([FileReason::row(sheet.row(), "lines_too_many", text)]);
            break;
        }
        if !refusal.add(reasons) {
            break;
        }
    }
    if lines.is_empty() {
        refusal.add(
            (refusal.reasons.is_empty()).then(|| FileReason::file("nothing_declared", "文件中没有任何期初余额。请填写后重试。")),
        );
    }
    refusal.unless_empty()?;
    let first_row = rows.first().copied().unwrap_or(1);
    let draft = Draft {
        date: first_period.first_day(),
        period: None,
        word: Word::Opening,
        purpose: Purpose::Opening,
        memo: MEMO.to_owned(),
        lines,
        attachment_count: 0,
        attachments: Vec::new(),
        signatures: people,
        source: Source { key: String::new(), reference: MEMO.to_owned(), row: first_row },
        reverses: None,
    };
    let voucher = ReadVoucher { draft, rows, first_row, key: MEMO.to_owned() };
    Ok(ReadOpenings { voucher, without_balance, notes: sheet.notes().clone() })
}

/// A balance; `None` with no reason where the row has none.
fn read_line<R: Read>(sheet: &Sheet<R>, names: &Names<'_>, reasons: &mut Vec<FileReason>) -> Option<DraftLine> {
    reasons.extend(sheet.overflow());
    let amounts = LINE.amounts(sheet, reasons);
    if matches!(amounts, Amounts::Missing | Amounts::Zero) {
        return None;
    }
    let account = LINE.account(sheet, names, reasons);
    let dimensions = LINE.dimensions(sheet, names, reasons);
    match (account, amounts) {
        (Some(account), Amounts::One(side, amount)) if reasons.is_empty() => {
            Some(DraftLine { account, side, amount, dimensions, memo: String::new() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Chart;
    use crate::ledger::chart::ChartStandard;
    use crate::ledger::dimension::DimensionRegister;

    fn read(text: &str) -> Result<ReadOpenings, FileRefusal> {
        let mut chart = Chart::new(ChartStandard::SmallEnterprise2013);
        ChartStandard::SmallEnterprise2013.accounts().into_iter().for_each(|account| chart.add(account));
        let dimensions = DimensionRegister::default();
        let period = Period::new(2025, 1).expect("period");
        read_openings(text.as_bytes(), BookNames { chart: &chart, dimensions: &dimensions }, period, Signatures::default())
    }

    #[test]
    fn balances_become_one_voucher() {
        let text = "某公司期初余额表,,,\n科目代码,会计科目,期初借方余额,期初贷方余额\n1001,库存现金,\"1,000.00\",0.00\n1122,应收账款,,\n3001,实收资本,-,1000\n合计,,1000,1000\n";
        let read = read(text).expect("read");
        assert_eq!(read.voucher.rows, [3, 5]);
        assert_eq!((read.without_balance, read.notes.skipped_rows.as_slice()), (1, &[6][..]));
        let draft = read.voucher.draft;
        assert_eq!((draft.purpose, draft.word, draft.date.to_string().as_str()), (Purpose::Opening, Word::Opening, "2025-01-01"));
        assert_eq!(draft.lines.len(), 2);
    }

    #[test]
    fn refusals_as_one_table() {
        for (row, code) in [
            ("1001,现金,5,", "account_name_differs"),
            ("1001,,5,5", "both_sides_filled"),
            ("1001,,五,", "amount_malformed"),
            (",,5,", "account_missing"),
            ("1001,,,", "nothing_declared"),
        ] {
            let refusal = read(&format!("科目编码,科目名称,借方金额,贷方金额\n{row}\n")).expect_err(row);
            assert_eq!(refusal.reasons.iter().map(|r| r.code).collect::<Vec<_>>(), [code], "{row}");
        }
    }
}
