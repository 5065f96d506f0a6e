//! 凭证字号: gap-free per book, period and word; given in the posting transaction, never before.

use std::fmt;

/// 凭证字. `Opening` (初) numbers the vouchers that bring in opening balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// 记
    General,
    /// 收
    Receipt,
    /// 付
    Payment,
    /// 转
    Transfer,
    /// 初
    Opening,
}

impl Word {
    pub const ALL: [Word; 5] = [Word::General, Word::Receipt, Word::Payment, Word::Transfer, Word::Opening];

    pub const fn chinese(self) -> &'static str {
        match self {
            Word::General => "记",
            Word::Receipt => "收",
            Word::Payment => "付",
            Word::Transfer => "转",
            Word::Opening => "初",
        }
    }

    pub fn parse(text: &str) -> Option<Word> {
        Word::ALL.into_iter().find(|word| word.chinese() == text)
    }
}

/// A number such as 记-12, unique within its book and period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VoucherNumber {
    pub word: Word,
    pub serial: u32,
}

impl VoucherNumber {
    /// Reads `记-12`.
    pub fn parse(text: &str) -> Option<VoucherNumber> {
        let (word, serial) = text.split_once('-')?;
        let canonical = !serial.starts_with('0') && serial.bytes().all(|b| b.is_ascii_digit());
        if !canonical {
            return None;
        }
        Some(VoucherNumber { word: Word::parse(word)?, serial: serial.parse().ok()? })
    }
}

impl fmt::Display for VoucherNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.word.chinese(), self.serial)
    }
}

impl serde::Serialize for VoucherNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
