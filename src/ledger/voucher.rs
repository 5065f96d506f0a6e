//! 凭证: a [`Draft`] is what someone wishes to post; a [`Voucher`] is what the rules let stand.

use crate::ledger::{AccountCode, Amount, DimensionSet, Period, Side, VoucherNumber, Word};
use jiff::civil::Date;

/// Lines of one voucher: a distribution to every village of a county fits, a file sent as one voucher does not.
pub const LINES_MAX: usize = 2_000;
/// Characters of a 摘要 (GB/T 24589.1 element 020604: C..300).
pub const MEMO_CHARS_MAX: usize = 300;
/// Characters of a person's name (GB/T 24589.1 elements 020613-020615: C..30).
pub const PERSON_CHARS_MAX: usize = 30;
/// Characters of a signature's time: RFC 3339 with nanoseconds and an offset, and some room.
pub const TIME_CHARS_MAX: usize = 40;
/// Characters of a source key or reference: an idempotency key of any sane client.
pub const SOURCE_CHARS_MAX: usize = 200;
/// Attachments named by one voucher.
pub const ATTACHMENTS_MAX: usize = 200;

/// What a voucher is for; reports on income leave out everything but ordinary ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// 普通
    Ordinary,
    /// 期初
    Opening,
    /// 结转
    CarryForward,
}

impl Purpose {
    const ALL: [(Purpose, &'static str, &'static str); 3] = [
        (Purpose::Ordinary, "ordinary", "普通"),
        (Purpose::Opening, "opening", "期初"),
        (Purpose::CarryForward, "carry_forward", "结转"),
    ];

    pub fn word(self) -> &'static str {
        Purpose::ALL[self as usize].1
    }

    pub fn chinese(self) -> &'static str {
        Purpose::ALL[self as usize].2
    }

    pub fn parse(text: &str) -> Option<Purpose> {
        Purpose::ALL.iter().find(|row| row.1 == text || row.2 == text).map(|row| row.0)
    }

    /// How stores keep it.
    pub fn ordinal(self) -> i64 {
        self as i64
    }

    pub fn from_ordinal(ordinal: i64) -> Option<Purpose> {
        Purpose::ALL.get(usize::try_from(ordinal).ok()?).map(|row| row.0)
    }
}

/// A scan or file behind a voucher, bound by its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub sha256: [u8; 32],
    pub size: u64,
    pub name: String,
}

/// Where a draft came from: the request or file that brought it, and what it was called there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The idempotency key of the request; `file:<sha256>` for an imported file.
    pub key: String,
    /// The voucher's own number or key in its source; may be empty.
    pub reference: String,
    /// First row in the source file, or its place in a batch, from 1; 0 where there is none.
    pub row: u32,
}

/// The people who answer for a voucher. Times are RFC 3339 text, or empty where the source does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signatures {
    /// 制单
    pub prepared_by: String,
    pub prepared_at: String,
    /// 审核
    pub approved_by: String,
    pub approved_at: String,
}

/// The voucher that a 红字冲销 takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversed {
    pub seq: u64,
    /// The leaf hash of its entry.
    pub leaf: [u8; 32],
    pub period: Period,
    pub number: VoucherNumber,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftLine {
    pub account: AccountCode,
    pub side: Side,
    pub amount: Amount,
    pub dimensions: DimensionSet,
    pub memo: String,
}

/// What someone wishes to post. Nothing in it has been checked against a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub date: Date,
    /// Given only by sources that name the period beside the date; it must then agree.
    pub period: Option<Period>,
    pub word: Word,
    pub purpose: Purpose,
    pub memo: String,
    pub lines: Vec<DraftLine>,
    /// 附单据数: sheets of paper and files behind the voucher.
    pub attachment_count: u32,
    pub attachments: Vec<Attachment>,
    pub signatures: Signatures,
    pub source: Source,
    pub reverses: Option<Reversed>,
}

/// A line as posted: the account's name is kept as it was on that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub account: AccountCode,
    pub account_name: String,
    pub side: Side,
    pub amount: Amount,
    pub dimensions: DimensionSet,
    pub memo: String,
}

/// A posted voucher. Never updated, deleted or renumbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    pub number: VoucherNumber,
    pub date: Date,
    pub period: Period,
    pub purpose: Purpose,
    pub memo: String,
    pub lines: Vec<Line>,
    pub attachment_count: u32,
    pub attachments: Vec<Attachment>,
    pub signatures: Signatures,
    /// 记账
    pub posted_by: String,
    pub source: Source,
    pub reverses: Option<Reversed>,
}

impl Voucher {
    /// The total of one side; both sides are equal in a posted voucher, memorandum lines included.
    pub fn total(&self, side: Side) -> Option<Amount> {
        crate::ledger::amount::sum(self.lines.iter().filter(|line| line.side == side).map(|line| line.amount))
    }
}
