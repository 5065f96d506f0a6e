//! 账套 CSV: the books to open, one a row.

use crate::files::date;
use crate::files::draft::unknown_word;
use crate::files::header::Column;
use crate::files::refusal::{FileReason, FileRefusal, quoted};
use crate::files::sheet::Sheet;
use crate::ledger::DimensionCode;
use crate::ledger::book::{BookProfile, is_book_code};
use crate::ledger::chart::ChartStandard;
use std::collections::HashMap;
use std::io::Read;

const CODE: usize = 0;
const NAME: usize = 1;
const ORGANISATION: usize = 2;
const CHART: usize = 3;
const FIRST_PERIOD: usize = 4;
const STREET: usize = 5;
const ATTACHMENTS: usize = 6;

/// Every column of a file of books.
pub const COLUMNS: [Column; 7] = [
    Column::required("账套编码", "book", &["code", "账套代码"]),
    Column::required("名称", "name", &["账套名称"]),
    Column::required("单位名称", "organisation", &["会计核算单位", "organization"]),
    Column::required("科目表", "chart", &["会计制度", "standard"]),
    Column::required("启用期间", "first_period", &["启用年月", "启用月份"]),
    Column::optional("街道编码", "street", &["街道"]),
    Column::optional("附件必填", "attachments_required", &[]),
];

/// One book to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadBook {
    /// What the book's first entry will declare.
    pub profile: BookProfile,
    /// The street the company belongs to, where the file tells.
    pub street: Option<DimensionCode>,
    /// The row that names it.
    pub row: u32,
}

/// Reads a file of books.
///
/// # Errors
/// Every row that cannot be read, and codes that come twice.
pub fn read_books(reader: impl Read) -> Result<Vec<ReadBook>, FileRefusal> {
    let mut sheet = Sheet::open(reader, &COLUMNS, CODE)?;
    let (mut books, mut refusal, mut seen) = (Vec::new(), FileRefusal::default(), HashMap::new());
    loop {
        match sheet.advance() {
            Ok(true) => {}
            Ok(false) => break,
            Err(reason) => {
                refusal.add([reason]);
                break;
            }
        }
        let reasons = match read_book(&sheet) {
            Ok(book) => match seen.insert(book.profile.code.clone(), book.row) {
                None => {
                    books.push(book);
                    continue;
                }
                Some(before) => {
                    let text = format_args!("账套编码 {} 在第 {before} 行已经出现。请换一个编码。", book.profile.code);
                    vec![sheet.refuse(CODE, "book_repeated", text)]
                }
            },
            Err(reasons) => reasons,
        };
        if !refusal.add(reasons) {
            break;
        }
    }
    refusal.unless_empty()?;
    Ok(books)
}

fn read_book<R: Read>(sheet: &Sheet<R>) -> Result<ReadBook, Vec<FileReason>> {
    let mut reasons: Vec<FileReason> = sheet.overflow().into_iter().collect();
    let mut take = |column: usize| match sheet.text(column) {
        Ok(text) => text.into_owned(),
        Err(reason) => {
            reasons.push(reason);
            String::new()
        }
    };
    let (code, name, organisation) = (take(CODE), take(NAME), take(ORGANISATION));
    let (chart, period, street, attachments) = (take(CHART), take(FIRST_PERIOD), take(STREET), take(ATTACHMENTS));
    if !is_book_code(&code) {
        let text = format_args!("“{}”不能作账套编码。编码以小写字母开头，只用小写字母、数字和“-”，最多 32 位。", quoted(&code));
        reasons.push(sheet.refuse(CODE, "book_code_malformed", text));
    }
    for (column, text) in [(NAME, &name), (ORGANISATION, &organisation)] {
        if text.is_empty() {
            reasons.push(sheet.refuse(column, "name_missing", "没有填写。请填写名称。"));
        }
    }
    let standard = ChartStandard::parse(&chart);
    if standard.is_none() {
        let words: Vec<String> = ChartStandard::ALL.iter().map(|c| format!("{}（{}）", c.word(), c.chinese())).collect();
        reasons.push(unknown_word(sheet, CHART, "chart_unknown", &words.join("、")));
    }
    let first_period = date::period(&period);
    if first_period.is_none() {
        reasons.push(unknown_word(sheet, FIRST_PERIOD, "period_malformed", "年月，如 2025-01"));
    }
    let street_code = DimensionCode::parse(&street);
    if street_code.is_none() && !street.is_empty() {
        reasons.push(unknown_word(sheet, STREET, "code_malformed", "街道的编码，如 520627004"));
    }
    let attachments_required = yes_or_no(&attachments);
    if attachments_required.is_none() {
        reasons.push(unknown_word(sheet, ATTACHMENTS, "yes_or_no_unknown", "是、否"));
    }
    match (standard, first_period, attachments_required) {
        (Some(standard), Some(first_period), Some(attachments_required)) if reasons.is_empty() => {
            let profile = BookProfile { code, name, organisation, standard, first_period, attachments_required };
            Ok(ReadBook { profile, street: street_code, row: sheet.row() })
        }
        _ => Err(reasons),
    }
}

/// 是 or 否; empty is 是, as the rules on vouchers ask for attachments.
fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "" | "是" | "yes" | "true" | "1" => Some(true),
        "否" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "账套编码,名称,单位名称,科目表,启用期间,街道编码,附件必填\n";

    #[test]
    fn books_are_read() {
        let text = format!(
            "{HEADER}youxi,祐溪账,祐溪公司,小企业会计准则,2025年1月,520627004,否\nb2,名,单位,rural_collective_2023,202506,,\n"
        );
        let books = read_books(text.as_bytes()).expect("read");
        assert_eq!(books[0].profile.standard, ChartStandard::SmallEnterprise2013);
        assert_eq!(books[0].street.as_ref().map(DimensionCode::as_str), Some("520627004"));
        assert!(!books[0].profile.attachments_required && books[1].profile.attachments_required);
        assert_eq!(books[1].profile.first_period.to_string(), "2025-06");
    }

    #[test]
    fn refusals_as_one_table() {
        for (row, codes) in [
            ("Youxi,名,单位,小企业会计准则,2025-01,,", vec!["book_code_malformed"]),
            ("a,,,小企业会计准则,2025-01,,", vec!["name_missing", "name_missing"]),
            (
                "a,名,单位,企业会计准则,2025,祐溪,或许",
                vec!["chart_unknown", "period_malformed", "code_malformed", "yes_or_no_unknown"],
            ),
            ("a,名,单位,小企业会计准则,2025-01,,\na,名,单位,小企业会计准则,2025-01,,", vec!["book_repeated"]),
        ] {
            let refusal = read_books(format!("{HEADER}{row}\n").as_bytes()).expect_err(row);
            assert_eq!(refusal.reasons.iter().map(|r| r.code).collect::<Vec<_>>(), codes, "{row}");
        }
    }
}
