//! 商户文件: what the files of WeChat Pay and Alipay for merchants have in common: how a cell is read, and that a file
//! must add up to the totals it prints.

use crate::files::cell;
use crate::files::date;
use crate::files::refusal::{FileReason, FileRefusal, quoted};
use crate::files::sheet::Sheet;
use crate::ledger::Amount;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::io::Read;

/// Longer figures are none: sums of a file's amounts stay far below what a [`Decimal`] holds.
const FIGURE_BYTES_MAX: usize = 20;

/// A cell without blanks and without the backtick by which WeChat tells spreadsheets to take it as text.
pub fn plain(cell: &str) -> &str {
    cell::trimmed(cell::trimmed(cell).trim_start_matches('`'))
}

/// A figure as platforms print it: plain digits, with as many decimals as they like (fees have five).
pub fn figure(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit()) && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (plain && text.len() <= FIGURE_BYTES_MAX).then(|| Decimal::from_str_exact(text).ok())?
}

/// A count as a figure, to be compared with a printed one.
pub fn counted(count: usize) -> Decimal {
    Decimal::from(count)
}

/// Shows `take` every row under the header; gives everything that speaks against the file.
pub fn each_row<R: Read>(sheet: &mut Sheet<R>, mut take: impl FnMut(&Sheet<R>) -> Result<(), Vec<FileReason>>) -> FileRefusal {
    let mut refusal = FileRefusal::default();
    loop {
        let reasons = match sheet.advance() {
            Ok(true) => take(sheet).err().unwrap_or_default(),
            Ok(false) => return refusal,
            Err(reason) => {
                refusal.add([reason]);
                return refusal;
            }
        };
        if !refusal.add(reasons) {
            return refusal;
        }
    }
}

/// The cells of one row, and what speaks against them.
pub struct Cells<'a, R> {
    sheet: &'a Sheet<R>,
    pub reasons: Vec<FileReason>,
}

impl<'a, R: Read> Cells<'a, R> {
    pub fn of(sheet: &'a Sheet<R>) -> Cells<'a, R> {
        Cells { sheet, reasons: sheet.overflow().into_iter().collect() }
    }

    pub fn text(&self, column: usize) -> &'a str {
        plain(self.sheet.raw(column))
    }

    /// An amount in yuan; an empty cell is zero.
    pub fn amount(&mut self, column: usize) -> Amount {
        let text = self.text(column);
        cell::amount(text).map(Option::unwrap_or_default).unwrap_or_else(|trouble| {
            self.refuse(column, trouble.code(), trouble.message(text));
            Amount::ZERO
        })
    }

    /// An amount finer than a 分; an empty cell is zero.
    pub fn figure(&mut self, column: usize) -> Decimal {
        let text = self.text(column);
        if text.is_empty() {
            return Decimal::ZERO;
        }
        figure(text).unwrap_or_else(|| {
            self.refuse(column, "amount_malformed", format_args!("“{}”不是金额。请用平台下载的原文件。", quoted(text)));
            Decimal::ZERO
        })
    }

    /// The day of a time in Beijing.
    pub fn day(&mut self, column: usize) -> Option<Date> {
        let text = self.text(column);
        let day = date::moment(text).map(|moment| moment.date()).or_else(|| date::date(text));
        if day.is_none() {
            let text = format_args!("“{}”不是时间。应为 2025-01-31 10:30:00 的形式。", quoted(text));
            self.refuse(column, "time_malformed", text);
        }
        day
    }

    pub fn refuse(&mut self, column: usize, code: &'static str, text: impl std::fmt::Display) {
        self.reasons.push(self.sheet.refuse(column, code, text));
    }
}

/// A file that lost rows, or gained some, no longer adds up to its own totals; nor is one without totals whole.
pub fn tie(name: &str, printed: Option<(u32, Decimal)>, counted: Option<Decimal>) -> Option<FileReason> {
    match (printed, counted) {
        (None, _) => {
            let text = format_args!("文件末尾没有“{name}”，可能没有下载完。请到商户平台重新下载原文件。");
            Some(FileReason::file("summary_missing", text))
        }
        (Some((row, printed)), Some(counted)) if printed != counted => {
            let text = format_args!(
                "“{name}”是 {printed}，逐行相加是 {counted}。文件缺行、多行或被改动过，请到商户平台重新下载原文件。"
            );
            Some(FileReason::row(row, "summary_differs", text))
        }
        (Some((row, _)), None) => Some(FileReason::row(row, "amount_too_large", "逐行相加超出系统上限。请核对小数点。")),
        _ => None,
    }
}

/// Adds to a sum that may have left its type; `None` stays `None`.
pub fn add(sum: &mut Option<Decimal>, part: Decimal) {
    *sum = sum.and_then(|sum| sum.checked_add(part));
}

/// All rows of one file must be one merchant's: the shop is named once for the whole file.
#[derive(Default)]
pub struct OneMerchant(Option<String>);

impl OneMerchant {
    /// Refuses a row whose merchant is not the file's.
    pub fn admit<R: Read>(&mut self, cells: &mut Cells<'_, R>, columns: &[usize]) {
        let name = columns.iter().map(|column| cells.text(*column)).collect::<Vec<_>>().join(" ");
        match &self.0 {
            None => self.0 = Some(name),
            Some(first) if *first == name => {}
            Some(first) => {
                let text = format_args!(
                    "“{}”与前面的“{}”不是同一家。一个文件只导入一家门店：请按商户号、门店分别下载。",
                    quoted(&name),
                    quoted(first)
                );
                cells.refuse(columns[0], "merchants_mixed", text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_platforms_are_plain_figures() {
        for (cell, expected) in [
            ("`0.00600", Some("0.00600")),
            ("\t`-0.06\t", Some("-0.06")),
            ("12", Some("12")),
            ("`", None),
            ("1.2.3", None),
            ("+1", None),
            (".5", None),
            ("1e5", None),
            ("1,000.00", None),
            ("123456789012345678901", None),
        ] {
            assert_eq!(figure(plain(cell)), expected.map(|text| text.parse().expect("decimal")), "{cell}");
        }
    }
}
