//! 按行拒绝: why a file, or one voucher of it, is not taken in. Each reason names its row and column, has a stable code
//! for programs, and a Chinese sentence that says where, why, and what to do.

use crate::files::encoding::{Encoding, TextError};
use crate::files::table::{CELL_BYTES_MAX, COLUMNS_MAX, ROW_BYTES_MAX, TableError};
use crate::ledger::Refusal;
use crate::ledger::refusal::{Reason, Rule};
use std::fmt;

/// Reasons reported of one file; more would only repeat them.
pub const REASONS_MAX: usize = 100;
/// Characters of a cell quoted in a message.
const QUOTED_CHARS_MAX: usize = 40;

/// One reason, at its place.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FileReason {
    /// The row as a spreadsheet numbers it, from 1, header included; absent where the whole file is meant.
    pub row: Option<u32>,
    /// The column's Chinese name; absent where the whole row is meant.
    pub column: Option<String>,
    /// Stable, snake_case: one of `docs/importing.md`, or a code of the ledger's rules.
    pub code: &'static str,
    /// The sentence for people, its place included.
    pub message: String,
}

impl FileReason {
    /// About the whole file.
    pub fn file(code: &'static str, text: impl fmt::Display) -> FileReason {
        FileReason { row: None, column: None, code, message: text.to_string() }
    }

    /// About a whole row.
    pub fn row(row: u32, code: &'static str, text: impl fmt::Display) -> FileReason {
        FileReason { row: Some(row), column: None, code, message: format!("第 {row} 行：{text}") }
    }

    /// About one cell.
    pub fn cell(row: u32, column: &str, code: &'static str, text: impl fmt::Display) -> FileReason {
        let message = format!("第 {row} 行“{column}”列：{text}");
        FileReason { row: Some(row), column: Some(column.to_owned()), code, message }
    }

    /// What stopped the reading of a table; `row` is the row it stopped in.
    pub fn of_table(error: &TableError, row: u32) -> FileReason {
        match error {
            TableError::Text(TextError::Io(error)) => {
                FileReason::file("file_unreadable", format_args!("文件读不出来（{error}）。请检查文件和磁盘后重试。"))
            }
            TableError::Text(TextError::Malformed { offset, encoding }) => {
                let encoding = match encoding {
                    Encoding::Utf8 => "UTF-8",
                    Encoding::Gb18030 => "UTF-8，也不是 GB 18030",
                    Encoding::Utf16 => "UTF-16",
                };
                let text =
                    format!("第 {} 个字节不是 {encoding} 的文字。请用 UTF-8 编码另存为 CSV 后重试。", offset.saturating_add(1));
                FileReason::row(row, "text_encoding", text)
            }
            TableError::Text(TextError::Spreadsheet) => FileReason::file(
                "file_is_spreadsheet",
                "这是 Excel 工作簿，不是 CSV。请在 Excel 或 WPS 中“另存为”CSV（UTF-8）后导入。",
            ),
            TableError::CellTooLong => FileReason::row(
                row,
                "cell_too_long",
                format_args!("有单元格超过 {CELL_BYTES_MAX} 字节。请检查是否有引号没有配对。"),
            ),
            TableError::RowTooLong => {
                FileReason::row(row, "row_too_long", format_args!("整行超过 {ROW_BYTES_MAX} 字节。请检查文件是否为 CSV。"))
            }
            TableError::TooManyCells => {
                FileReason::row(row, "columns_too_many", format_args!("超过 {COLUMNS_MAX} 列。请检查文件是否为 CSV。"))
            }
            TableError::QuoteUnclosed => {
                FileReason::row(row, "quote_unclosed", "从这一行开始的引号到文件末尾也没有配对。请补上或删去引号。")
            }
        }
    }
}

impl fmt::Display for FileReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A cell as quoted in a message: short, on one line.
pub fn quoted(cell: &str) -> String {
    let visible = |c: char| if c.is_control() { '·' } else { c };
    let mut text: String = cell.chars().take(QUOTED_CHARS_MAX).map(visible).collect();
    if text.len() < cell.len() && cell.chars().nth(QUOTED_CHARS_MAX).is_some() {
        text.push('…');
    }
    text
}

/// Everything that speaks against a file, up to [`REASONS_MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, thiserror::Error)]
pub struct FileRefusal {
    /// The file's name, as the caller knows it; empty where it was not told.
    pub file: String,
    /// Facts of it that stand in the books all the same: only distributions are recorded one by one.
    pub recorded: usize,
    /// In the order of the file.
    pub reasons: Vec<FileReason>,
    /// Whether there is more than `reasons` tells.
    pub more: bool,
}

impl FileRefusal {
    /// A refusal for one reason.
    pub fn one(reason: FileReason) -> FileRefusal {
        FileRefusal { reasons: vec![reason], ..FileRefusal::default() }
    }

    /// Puts the file's name in.
    pub fn of_file(mut self, file: &str) -> FileRefusal {
        file.clone_into(&mut self.file);
        self
    }

    /// Adds reasons up to [`REASONS_MAX`]; `false` once it is full and the caller may stop reading.
    pub fn add(&mut self, reasons: impl IntoIterator<Item = FileReason>) -> bool {
        for reason in reasons {
            if self.reasons.len() == REASONS_MAX {
                self.more = true;
                return false;
            }
            self.reasons.push(reason);
        }
        true
    }

    /// What became of the file, as a sentence: what of it stands in the books, and how much is to be mended.
    pub fn outcome(&self) -> String {
        let FileRefusal { file, recorded, reasons, more } = self;
        let name = if file.is_empty() { "文件".to_owned() } else { format!("文件 {file} ") };
        let at_least = if *more { "至少 " } else { " " };
        let became = match recorded {
            0 => "没有导入，一行也没有记账".to_owned(),
            _ => format!("没有全部导入：前 {recorded} 项已经登记（再导入时不会重复），其余一项也没有登记"),
        };
        format!("{name}{became}；须改正{at_least}{} 处", reasons.len())
    }

    /// `Ok` when there is nothing against the file.
    pub fn unless_empty(self) -> Result<(), FileRefusal> {
        if self.reasons.is_empty() && !self.more { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for FileRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}：", self.outcome())?;
        for reason in &self.reasons {
            write!(f, "\n  {reason}")?;
        }
        if self.more { write!(f, "\n  其余从略，请先改正以上各处。") } else { Ok(()) }
    }
}

/// What the ledger has against something read from a file. `rows` holds the row of each line (or declared item),
/// `first_row` the row that stands for the whole.
pub fn refusal_reasons(first_row: u32, rows: &[u32], refusal: &Refusal) -> Vec<FileReason> {
    reasons_at(first_row, rows, &refusal.reasons)
}

/// As [`refusal_reasons`], for the bare reasons a declaration is examined into.
pub fn reasons_at(first_row: u32, rows: &[u32], reasons: &[Reason]) -> Vec<FileReason> {
    let place = |reason: &Reason| {
        let row = reason.line.and_then(|line| rows.get(line.checked_sub(1)?)).copied().unwrap_or(first_row);
        let (code, message) = (reason.rule.code(), reason.rule.message());
        match column_of(&reason.rule) {
            Some(column) => FileReason::cell(row, column, code, message),
            None => FileReason::row(row, code, message),
        }
    };
    reasons.iter().map(place).collect()
}

/// The column a rule speaks of, where there is one.
fn column_of(rule: &Rule) -> Option<&'static str> {
    match rule {
        Rule::PeriodUnknown { .. } | Rule::PeriodClosed { .. } | Rule::DateOutsidePeriod { .. } => Some("日期"),
        Rule::MemoMissing => Some("摘要"),
        Rule::TextTooLong { field, .. } | Rule::TextMalformed { field } => Some(match *field {
            "制单人姓名" => "制单",
            "审核人姓名" => "审核",
            "来源凭证号" => "凭证号",
            other => other,
        }),
        Rule::AmountZero | Rule::AmountTooLarge => Some("借方金额/贷方金额"),
        Rule::AccountUnknown { .. }
        | Rule::AccountNotLeaf { .. }
        | Rule::AccountClosed { .. }
        | Rule::AccountCodeTaken { .. }
        | Rule::AccountParentMissing { .. }
        | Rule::AccountCodeMalformed { .. }
        | Rule::AccountParentInUse { .. }
        | Rule::OfficialAccountLocked { .. } => Some("科目编码"),
        Rule::AccountDiffersFromParent { .. } => Some("要素"),
        Rule::DimensionMissing { dimension, .. } | Rule::DimensionUnknown { dimension, .. } => Some(dimension.chinese()),
        Rule::DimensionCodeTaken { .. } => Some("编码"),
        Rule::DimensionParentUnknown { .. } => Some("上级编码"),
        Rule::AttachmentMissing | Rule::AttachmentCountTooSmall { .. } => Some("附单据数"),
        Rule::PreparerMissing => Some("制单"),
        Rule::ApproverMissing | Rule::PreparerIsApprover { .. } => Some("审核"),
        Rule::OpeningAfterPosting => Some("用途"),
        Rule::OpeningWordMismatch => Some("凭证字"),
        Rule::NameMissing => Some("名称"),
        Rule::ChartUnknown { .. } => Some("科目表"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{AccountCode, Dimension};

    #[test]
    fn a_ledger_reason_finds_its_row_and_column() {
        let account = AccountCode::parse("1122").expect("code");
        let refusal = Refusal {
            reasons: vec![
                Reason::at(2, Rule::DimensionMissing { account, dimension: Dimension::Counterparty }),
                Reason::at(9, Rule::AmountZero),
                Reason::whole(Rule::OneSided),
            ],
        };
        let reasons = refusal_reasons(5, &[5, 7], &refusal);
        let places: Vec<_> = reasons.iter().map(|r| (r.row, r.column.as_deref(), r.code)).collect();
        assert_eq!(
            places,
            [
                (Some(7), Some("往来"), "dimension_missing"),
                (Some(5), Some("借方金额/贷方金额"), "amount_zero"),
                (Some(5), None, "one_sided"),
            ]
        );
        assert_eq!(reasons[0].message, "第 7 行“往来”列：科目 1122 必须填写辅助核算“往来”。请补填。");
    }

    #[test]
    fn a_refusal_reads_as_a_list() {
        let mut refusal = FileRefusal::default().of_file("凭证.csv");
        assert!(refusal.clone().unless_empty().is_ok());
        assert!(refusal.add((0..100).map(|row| FileReason::row(row, "x", "某事。"))));
        assert!(!refusal.add([FileReason::file("x", "又一件。")]));
        let text = refusal.to_string();
        assert!(text.starts_with("文件 凭证.csv 没有导入，一行也没有记账；须改正至少 100 处：\n  第 0 行：某事。\n"), "{text}");
        assert!(text.ends_with("请先改正以上各处。"));
        assert!(refusal.unless_empty().is_err());
        assert_eq!(quoted(&"长".repeat(50)).chars().count(), 41);
    }
}
