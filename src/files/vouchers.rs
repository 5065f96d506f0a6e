//! 凭证 CSV: one row a line; rows of one voucher stand together under one 凭证号.
//!
//! A voucher is known by its 凭证号, 凭证字 and month, because most software starts its numbers anew each month.
//! The reader goes on after a voucher it refuses, so that one reading tells everything that is wrong with a file.

use crate::files::cell;
use crate::files::date;
use crate::files::draft::{Amounts, LineColumns, unknown_word, with_dimensions};
use crate::files::header::Column;
use crate::files::names::{BookNames, Names};
use crate::files::refusal::{FileReason, FileRefusal, REASONS_MAX, quoted};
use crate::files::sheet::{Notes, Sheet};
use crate::files::table::Row;
use crate::ledger::voucher::{LINES_MAX, Signatures, Source};
use crate::ledger::{Draft, DraftLine, Purpose, Word};
use jiff::civil::Date;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;

const VOUCHER: usize = 0;
const DATE: usize = 1;
const WORD: usize = 2;
const MEMO: usize = 3;
const LINE_MEMO: usize = 4;
const ACCOUNT: usize = 5;
const ATTACHMENTS: usize = 9;
const PREPARED_BY: usize = 10;
const PREPARED_AT: usize = 11;
const APPROVED_BY: usize = 12;
const APPROVED_AT: usize = 13;
const PURPOSE: usize = 14;
const LINE: LineColumns = LineColumns { account: ACCOUNT, account_name: 6, debit: 7, credit: 8, dimensions: 15 };
/// Columns that say the same on every row of a voucher, or are left empty after its first.
const HEAD: [usize; 8] = [DATE, WORD, ATTACHMENTS, PREPARED_BY, PREPARED_AT, APPROVED_BY, APPROVED_AT, PURPOSE];

/// Every column of a voucher file.
pub const COLUMNS: [Column; 25] = with_dimensions([
    Column::required("凭证号", "voucher", &["凭证编号", "凭证号数", "凭证字号", "voucher_number"]),
    Column::required("日期", "date", &["凭证日期", "制单日期"]),
    Column::optional("凭证字", "word", &["凭证类别", "凭证类型", "凭证类别字"]),
    Column::optional("摘要", "memo", &["凭证摘要"]),
    Column::optional("行摘要", "line_memo", &["分录摘要"]),
    Column::required("科目编码", "account", &["科目代码", "科目编号", "会计科目编码", "account_code"]),
    Column::optional("科目名称", "account_name", &["会计科目名称", "会计科目"]),
    Column::required("借方金额", "debit", &["借方", "借方发生额", "借方本币"]),
    Column::required("贷方金额", "credit", &["贷方", "贷方发生额", "贷方本币"]),
    Column::optional("附单据数", "attachment_count", &["附件数", "附件张数", "单据数", "附单据张数"]),
    Column::optional("制单", "prepared_by", &["制单人", "录入人"]),
    Column::optional("制单时间", "prepared_at", &[]),
    Column::optional("审核", "approved_by", &["审核人", "复核", "复核人"]),
    Column::optional("审核时间", "approved_at", &[]),
    Column::optional("用途", "purpose", &["凭证用途"]),
]);

/// A voucher as its file tells it; nothing has been checked against the book's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadVoucher {
    /// `source.reference` is the 凭证号, `source.row` the first row; `source.key` is left to the caller.
    pub draft: Draft,
    /// The row of each line, for [`crate::files::refusal::refusal_reasons`].
    pub rows: Vec<u32>,
    /// The row that stands for the whole voucher.
    pub first_row: u32,
    /// 凭证号 as the file has it.
    pub key: String,
}

/// Reads vouchers one by one.
pub struct VoucherReader<'a, R> {
    sheet: Sheet<R>,
    names: Names<'a>,
    /// Vouchers met so far, by the hash of their key, with their first row.
    seen: HashMap<u64, u32>,
    /// The first row of the voucher being read.
    first: Row,
    /// The sheet stands on the first row of the next voucher.
    waiting: bool,
    ended: bool,
    people: Signatures,
}

/// What a voucher's first row says of the whole.
struct Head {
    key: String,
    date: Option<Date>,
    word: Word,
    memo: String,
    attachment_count: u32,
    signatures: Signatures,
    purpose: Purpose,
}

impl<'a, R: Read> VoucherReader<'a, R> {
    /// Finds the header.
    ///
    /// # Errors
    /// A file that is no table, or whose header lacks a required column or has one twice.
    pub fn new(reader: R, book: BookNames<'a>) -> Result<VoucherReader<'a, R>, FileRefusal> {
        let sheet = Sheet::open(reader, &COLUMNS, ACCOUNT)?;
        let (seen, first, people) = (HashMap::new(), Row::default(), Signatures::default());
        Ok(VoucherReader { sheet, names: Names::new(book), seen, first, waiting: false, ended: false, people })
    }

    /// The names to put where a voucher's own cells are empty.
    pub fn with_people(mut self, people: Signatures) -> VoucherReader<'a, R> {
        self.people = people;
        self
    }

    /// What was passed over so far.
    pub fn notes(&self) -> &Notes {
        self.sheet.notes()
    }

    /// The row read last: how far a progress bar may move.
    pub fn row(&self) -> u32 {
        self.sheet.row()
    }

    /// Moves to the next row; `None` at the end of the file or of what can be read of it.
    fn advance(&mut self, reasons: &mut Vec<FileReason>) -> Option<()> {
        match self.sheet.advance() {
            Ok(true) => return Some(()),
            Ok(false) => {}
            Err(reason) => reasons.push(reason),
        }
        self.ended = true;
        None
    }

    /// Reads the voucher whose first row is the current one, and on to the next voucher's first row.
    fn read(&mut self) -> Result<ReadVoucher, Vec<FileReason>> {
        let mut reasons = Vec::new();
        self.sheet.copy_row(&mut self.first);
        let head = self.read_head(&mut reasons);
        let (mut lines, mut rows) = (Vec::with_capacity(2), Vec::with_capacity(2));
        let mut count = 0_usize;
        loop {
            count += 1;
            if count <= LINES_MAX && reasons.len() < REASONS_MAX {
                lines.extend(self.read_line(&head, &mut reasons));
                rows.push(self.sheet.row());
            }
            if self.advance(&mut reasons).is_none() {
                break;
            }
            if !self.belongs(&head) {
                self.waiting = true;
                break;
            }
            if count < LINES_MAX && reasons.len() < REASONS_MAX {
                self.compare_head(&head, &mut reasons);
            }
        }
        let first_row = self.first.number;
        if count > LINES_MAX {
            let text = format_args!("凭证“{}”有 {count} 行分录，最多 {LINES_MAX} 行。请拆成几张凭证。", quoted(&head.key));
            reasons.push(FileReason::row(first_row, "lines_too_many", text));
        }
        match head.date {
            Some(date) if reasons.is_empty() => {
                let key = head.key.clone();
                Ok(ReadVoucher { draft: head.into_draft(date, lines, first_row), rows, first_row, key })
            }
            _ => Err(reasons),
        }
    }

    fn read_head(&mut self, reasons: &mut Vec<FileReason>) -> Head {
        let (sheet, people) = (&self.sheet, &self.people);
        let text = |column, reasons: &mut Vec<FileReason>| match sheet.text(column) {
            Ok(text) => text.into_owned(),
            Err(reason) => {
                reasons.push(reason);
                String::new()
            }
        };
        let key = text(VOUCHER, reasons);
        if key.is_empty() && cell::trimmed(sheet.raw(VOUCHER)).is_empty() {
            reasons.push(sheet.refuse(VOUCHER, "voucher_key_missing", "没有凭证号。请在每一行都填写所属凭证的凭证号。"));
        }
        let date = date::date(sheet.raw(DATE));
        if date.is_none() {
            let empty = cell::trimmed(sheet.raw(DATE)).is_empty();
            let text = if empty { "没有日期。请写成 2025-01-31。".into() } else { date::hint(sheet.raw(DATE)) };
            reasons.push(sheet.refuse(DATE, "date_malformed", text));
        }
        let purpose = read_purpose(&text(PURPOSE, reasons)).unwrap_or_else(|| {
            reasons.push(unknown_word(sheet, PURPOSE, "purpose_unknown", "普通、结转、期初"));
            Purpose::Ordinary
        });
        let word = read_word(&text(WORD, reasons), &key, purpose).unwrap_or_else(|| {
            reasons.push(unknown_word(sheet, WORD, "word_unknown", "记、收、付、转、初"));
            Word::General
        });
        let attachment_count = cell::count(sheet.raw(ATTACHMENTS)).unwrap_or_else(|| {
            reasons.push(unknown_word(sheet, ATTACHMENTS, "count_malformed", "0 或正整数"));
            0
        });
        let time = |column, reasons: &mut Vec<FileReason>| {
            date::time(sheet.raw(column)).unwrap_or_else(|| {
                reasons.push(unknown_word(sheet, column, "time_malformed", "2025-01-31 10:30:00"));
                String::new()
            })
        };
        let or = |own: String, other: &str| if own.is_empty() { other.to_owned() } else { own };
        let signatures = Signatures {
            prepared_by: or(text(PREPARED_BY, reasons), &people.prepared_by),
            prepared_at: or(time(PREPARED_AT, reasons), &people.prepared_at),
            approved_by: or(text(APPROVED_BY, reasons), &people.approved_by),
            approved_at: or(time(APPROVED_AT, reasons), &people.approved_at),
        };
        let memo = text(MEMO, reasons);
        let head = Head { key, date, word, memo, attachment_count, signatures, purpose };
        self.note_key(&head, reasons);
        head
    }

    /// Refuses a voucher whose rows began somewhere above.
    fn note_key(&mut self, head: &Head, reasons: &mut Vec<FileReason>) {
        if head.key.is_empty() {
            return;
        }
        let month = head.date.map(|date| (date.year(), date.month()));
        let mut hasher = DefaultHasher::new();
        (head.key.as_str(), cell::trimmed(self.sheet.raw(WORD)), month).hash(&mut hasher);
        let row = self.sheet.row();
        let before = *self.seen.entry(hasher.finish()).or_insert(row);
        if before != row {
            let text = format_args!(
                "凭证“{}”在第 {before} 行已经出现，中间隔着别的凭证。请把同一张凭证的各行放在一起，或改用不同的凭证号。",
                quoted(&head.key)
            );
            reasons.push(self.sheet.refuse(VOUCHER, "voucher_rows_scattered", text));
        }
    }

    /// Whether the current row is another line of the voucher being read.
    fn belongs(&self, head: &Head) -> bool {
        let same = |column| {
            let (now, first) = (self.sheet.raw(column), self.sheet.raw_of(&self.first, column));
            now == first || (column == WORD && now.is_empty()) || cell::trimmed(now) == cell::trimmed(first)
        };
        let month = |date: Date| (date.year(), date.month());
        let same_month = || match (date::date(self.sheet.raw(DATE)), head.date) {
            (Some(now), Some(first)) => month(now) == month(first),
            _ => true,
        };
        same(VOUCHER) && same(WORD) && (same(DATE) || same_month())
    }

    /// Refuses a row that tells the voucher's date, people and so on differently from the first row.
    fn compare_head(&self, head: &Head, reasons: &mut Vec<FileReason>) {
        for column in HEAD {
            let (now, first) = (self.sheet.raw(column), self.sheet.raw_of(&self.first, column));
            if now == first {
                continue;
            }
            let (now, first) = (cell::trimmed(now), cell::trimmed(first));
            let same_date = column == DATE && date::date(now).is_some_and(|date| Some(date) == head.date);
            if !now.is_empty() && now != first && !same_date {
                let (key, now, first, row) = (quoted(&head.key), quoted(now), quoted(first), self.first.number);
                let text = format_args!("凭证“{key}”这一行是“{now}”，第 {row} 行是“{first}”。同一张凭证须一致，请核对。");
                reasons.push(self.sheet.refuse(column, "voucher_head_differs", text));
            }
        }
    }

    fn read_line(&self, head: &Head, reasons: &mut Vec<FileReason>) -> Option<DraftLine> {
        reasons.extend(self.sheet.overflow());
        let account = LINE.account(&self.sheet, &self.names, reasons);
        let amounts = LINE.amounts(&self.sheet, reasons);
        let dimensions = LINE.dimensions(&self.sheet, &self.names, reasons);
        let memo = self.line_memo(head, reasons);
        let (side, amount) = match amounts {
            Amounts::One(side, amount) => (side, amount),
            Amounts::Missing => {
                let text = "借方金额和贷方金额都没有填。请填写其中一个，或删去这一行。";
                reasons.push(FileReason::row(self.sheet.row(), "amount_missing", text));
                return None;
            }
            Amounts::Zero => {
                let text = "金额为零。请填写金额，或删去这一行。";
                reasons.push(FileReason::row(self.sheet.row(), "amount_zero", text));
                return None;
            }
            Amounts::Refused => return None,
        };
        Some(DraftLine { account: account?, side, amount, dimensions, memo })
    }

    /// 行摘要; or the row's 摘要 where it differs from the voucher's, as in files that have one 摘要 a line.
    fn line_memo(&self, head: &Head, reasons: &mut Vec<FileReason>) -> String {
        let own = match self.sheet.text(LINE_MEMO) {
            Ok(text) => text.into_owned(),
            Err(reason) => {
                reasons.push(reason);
                return String::new();
            }
        };
        if self.sheet.raw(MEMO) == self.sheet.raw_of(&self.first, MEMO) {
            return own;
        }
        match self.sheet.text(MEMO) {
            Ok(text) if text.is_empty() || *text == head.memo => own,
            Ok(text) if own.is_empty() => text.into_owned(),
            Ok(text) => {
                let text = format_args!("同一张凭证的摘要不同（“{}”），行摘要也填了。请只用行摘要写各行的不同。", quoted(&text));
                reasons.push(self.sheet.refuse(MEMO, "voucher_head_differs", text));
                own
            }
            Err(reason) => {
                reasons.push(reason);
                own
            }
        }
    }
}

impl Head {
    fn into_draft(self, date: Date, lines: Vec<DraftLine>, row: u32) -> Draft {
        Draft {
            date,
            period: None,
            word: self.word,
            purpose: self.purpose,
            memo: self.memo,
            lines,
            attachment_count: self.attachment_count,
            attachments: Vec::new(),
            signatures: self.signatures,
            source: Source { key: String::new(), reference: self.key, row },
            reverses: None,
        }
    }
}

fn read_purpose(text: &str) -> Option<Purpose> {
    if text.is_empty() { Some(Purpose::Ordinary) } else { Purpose::parse(text) }
}

/// 凭证字 by its cell; without one, by a 凭证号 such as 收-3, else 记 (初 for opening balances).
fn read_word(text: &str, key: &str, purpose: Purpose) -> Option<Word> {
    match text {
        "" => {
            let named = key.split_once('-').and_then(|(word, _)| Word::parse(word));
            Some(named.unwrap_or(if purpose == Purpose::Opening { Word::Opening } else { Word::General }))
        }
        "记账" | "记账凭证" => Some(Word::General),
        "收款" | "收款凭证" | "现收" | "银收" => Some(Word::Receipt),
        "付款" | "付款凭证" | "现付" | "银付" => Some(Word::Payment),
        "转账" | "转账凭证" => Some(Word::Transfer),
        other => Word::parse(other),
    }
}

impl<R: Read> Iterator for VoucherReader<'_, R> {
    type Item = Result<ReadVoucher, Vec<FileReason>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut reasons = Vec::new();
        if self.ended {
            return None;
        }
        if !std::mem::take(&mut self.waiting) && self.advance(&mut reasons).is_none() {
            return (!reasons.is_empty()).then_some(Err(reasons));
        }
        Some(self.read())
    }
}

#[cfg(test)]
mod tests;
