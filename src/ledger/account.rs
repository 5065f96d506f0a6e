//! 科目: an account, its code, its element (会计要素) and its normal side.

use std::fmt;

/// The longest code a chart may use: 4-2-2-2-2 needs 12 digits.
pub const ACCOUNT_CODE_DIGITS_MAX: usize = 12;

/// A code of 3 to 12 decimal digits that does not begin with 0, held inline because every line of every voucher
/// carries one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountCode {
    // Unused bytes are zero, so that the derived order is the order of the text.
    digits: [u8; ACCOUNT_CODE_DIGITS_MAX],
    length: u8,
}

impl AccountCode {
    pub fn parse(text: &str) -> Option<AccountCode> {
        let fits = (3..=ACCOUNT_CODE_DIGITS_MAX).contains(&text.len());
        if !fits || text.starts_with('0') || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut digits = [0; ACCOUNT_CODE_DIGITS_MAX];
        digits[..text.len()].copy_from_slice(text.as_bytes());
        Some(AccountCode { digits, length: u8::try_from(text.len()).ok()? })
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits[..usize::from(self.length)]).expect("only ASCII digits are stored")
    }

    /// The code as a number, 100201: how stores keep it. No two codes share one, for none begins with 0.
    pub fn ordinal(&self) -> i64 {
        self.digits[..usize::from(self.length)].iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
    }

    pub fn from_ordinal(ordinal: i64) -> Option<AccountCode> {
        AccountCode::parse(&ordinal.to_string())
    }

    /// The ordinals of this account and of all that lie below it, as one range a level; empty ranges fill up the rest.
    pub fn ordinals_below(&self) -> [(i64, i64); 5] {
        let levels = (ACCOUNT_CODE_DIGITS_MAX - usize::from(self.length)) / 2;
        let mut ranges = [(1, 0); 5];
        let mut width = 1;
        for range in ranges.iter_mut().take(levels + 1) {
            *range = (self.ordinal() * width, self.ordinal() * width + width - 1);
            width *= 100;
        }
        ranges
    }

    /// Whether this account lies below `parent` in the tree that the codes spell.
    pub fn is_below(&self, parent: &AccountCode) -> bool {
        self.length > parent.length && self.as_str().starts_with(parent.as_str())
    }
}

impl fmt::Display for AccountCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AccountCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for AccountCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for AccountCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<AccountCode, D::Error> {
        crate::ledger::text::parsed(deserializer, AccountCode::parse, "an account code")
    }
}

/// 借 or 贷.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Debit,
    Credit,
}

impl Side {
    pub const fn word(self) -> &'static str {
        match self {
            Side::Debit => "debit",
            Side::Credit => "credit",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Side::Debit => "借",
            Side::Credit => "贷",
        }
    }

    /// Reads `debit`/`credit` or `借`/`贷`.
    pub fn parse(text: &str) -> Option<Side> {
        match text {
            "debit" | "借" => Some(Side::Debit),
            "credit" | "贷" => Some(Side::Credit),
            _ => None,
        }
    }
}

/// 会计要素. Memorandum accounts (表外) balance among themselves and stand outside every statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    Asset,
    Liability,
    Equity,
    Cost,
    Income,
    Expense,
    Memorandum,
}

impl Element {
    const ALL: [(Element, &'static str, &'static str); 7] = [
        (Element::Asset, "asset", "资产"),
        (Element::Liability, "liability", "负债"),
        (Element::Equity, "equity", "所有者权益"),
        (Element::Cost, "cost", "成本"),
        (Element::Income, "income", "收入"),
        (Element::Expense, "expense", "费用"),
        (Element::Memorandum, "memorandum", "表外"),
    ];

    pub fn word(self) -> &'static str {
        Element::ALL[self as usize].1
    }

    pub fn chinese(self) -> &'static str {
        Element::ALL[self as usize].2
    }

    /// Reads the English word or the Chinese one.
    pub fn parse(text: &str) -> Option<Element> {
        Element::ALL.iter().find(|(_, word, chinese)| *word == text || *chinese == text).map(|row| row.0)
    }
}

/// One account of a book's chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub code: AccountCode,
    pub name: String,
    pub element: Element,
    pub normal_side: Side,
    /// Part of the official chart: its name and element are law.
    pub official: bool,
    /// Dimensions that every line on this account must carry, ascending.
    pub requires: Vec<crate::ledger::Dimension>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_digits_and_sort_as_text() {
        let code = |text| AccountCode::parse(text).expect("test code");
        assert!(code("1002") < code("100201"));
        assert!(code("100201") < code("1012"));
        assert!(code("100201").is_below(&code("1002")));
        assert!(!code("1002").is_below(&code("1002")));
        let ranges = code("1002").ordinals_below();
        let within = |text| ranges.iter().any(|(from, to)| (*from..=*to).contains(&code(text).ordinal()));
        assert!(within("1002") && within("100201") && within("10020199") && within("100200000000"));
        assert!(!within("1003") && !within("100301") && !within("10012") && !within("10020"));
        for bad in ["", "12", "0102", "10a2", "１００２", "1234567890123", "-100"] {
            assert_eq!(AccountCode::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn elements_are_listed_in_their_own_order() {
        for (index, row) in Element::ALL.iter().enumerate() {
            assert_eq!(row.0 as usize, index);
            assert_eq!(Element::parse(row.1), Element::parse(row.2));
        }
    }
}
