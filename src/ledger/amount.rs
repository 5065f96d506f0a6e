//! Money: whole 分 in an `i64`. Decimal text exists only at the edge; a float nowhere.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::fmt;

/// An amount in 分 (1/100 yuan). Negative amounts are red entries (红字).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("not a number")]
    NotANumber,
    #[error("more than two decimals")]
    TooFine,
    #[error("larger than one line may carry")]
    TooLarge,
}

impl Amount {
    pub const ZERO: Amount = Amount(0);
    /// The most one line may carry: 10 万亿 yuan. With the cap on a book's turnover
    /// ([`crate::ledger::book::TURNOVER_MAX`]) no sum of lines can leave an `i64`.
    pub const MAX: Amount = Amount(1_000_000_000_000_000);

    pub const fn from_fen(fen: i64) -> Amount {
        Amount(fen)
    }

    pub const fn fen(self) -> i64 {
        self.0
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub fn checked_add(self, other: Amount) -> Option<Amount> {
        self.0.checked_add(other.0).map(Amount)
    }

    pub fn checked_sub(self, other: Amount) -> Option<Amount> {
        self.0.checked_sub(other.0).map(Amount)
    }

    pub fn checked_neg(self) -> Option<Amount> {
        self.0.checked_neg().map(Amount)
    }

    /// Reads plain decimal text such as `6000`, `-12.3`, `0.05`: what programs send.
    /// Thousands commas and currency signs are the importers' business, not this one's.
    pub fn parse(text: &str) -> Result<Amount, AmountError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if !plain || !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.ends_with('.') {
            return Err(AmountError::NotANumber);
        }
        if digits.len() > 28 {
            return Err(AmountError::TooLarge);
        }
        let decimal = Decimal::from_str_exact(text).map_err(|_| AmountError::NotANumber)?;
        Amount::from_decimal(decimal)
    }

    /// Yuan to fen, exactly: `12.340` is fine, `12.345` is [`AmountError::TooFine`].
    pub fn from_decimal(yuan: Decimal) -> Result<Amount, AmountError> {
        let fen = yuan.checked_mul(Decimal::ONE_HUNDRED).ok_or(AmountError::TooLarge)?;
        if !fen.fract().is_zero() {
            return Err(AmountError::TooFine);
        }
        let fen = fen.to_i64().ok_or(AmountError::TooLarge)?;
        if fen.unsigned_abs() > Amount::MAX.0.unsigned_abs() {
            return Err(AmountError::TooLarge);
        }
        Ok(Amount(fen))
    }

    /// Reads the one canonical form of `docs/journal-format.md`: `-?(0|[1-9][0-9]{0,15})\.[0-9]{2}`, never `-0.00`.
    pub fn parse_canonical(text: &str) -> Option<Amount> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (yuan, cents) = digits.split_once('.')?;
        let leading_zero = yuan.len() > 1 && yuan.starts_with('0');
        if yuan.is_empty() || yuan.len() > 16 || leading_zero || cents.len() != 2 {
            return None;
        }
        let mut fen: i64 = 0;
        for byte in yuan.bytes().chain(cents.bytes()) {
            if !byte.is_ascii_digit() {
                return None;
            }
            fen = fen.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
        }
        if negative && fen == 0 {
            return None;
        }
        Some(Amount(if negative { fen.checked_neg()? } else { fen }))
    }

    /// As people read it: thousands commas and two decimals.
    pub fn with_commas(self) -> String {
        let plain = self.to_string();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
        let (yuan, cents) = digits.split_once('.').unwrap_or((digits, "00"));
        let mut grouped = String::with_capacity(plain.len() * 2);
        for (index, digit) in yuan.chars().enumerate() {
            if index > 0 && (yuan.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped}.{cents}")
    }

    /// The amount in yuan, for arithmetic that needs fractions.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 2)
    }
}

/// Sums amounts; `None` when the sum leaves an `i64`.
pub fn sum(amounts: impl IntoIterator<Item = Amount>) -> Option<Amount> {
    amounts.into_iter().try_fold(Amount::ZERO, Amount::checked_add)
}

// Sums within one book. Nothing clips: what a book may hold is bounded at its door, for vouchers by
// [`crate::ledger::book::TURNOVER_MAX`] and for facts by `collective::bounds`, far enough below an `i64` that no sum or
// difference of what was taken in can leave it. Whatever has not passed the door, or is of several books, is added with
// [`sum`] and the checked operators.

/// Why sums within one book fit.
const BOUNDED: &str = "what a book takes in is bounded so that its sums fit";

/// The sum of amounts of one book.
pub fn total(amounts: impl IntoIterator<Item = Amount>) -> Amount {
    sum(amounts).expect(BOUNDED)
}

/// The sum of two amounts of one book.
pub fn plus(one: Amount, other: Amount) -> Amount {
    one.checked_add(other).expect(BOUNDED)
}

/// What is left of an amount of one book.
pub fn less(whole: Amount, part: Amount) -> Amount {
    whole.checked_sub(part).expect(BOUNDED)
}

/// The other side of an amount of one book.
pub fn negated(amount: Amount) -> Amount {
    amount.checked_neg().expect(BOUNDED)
}

impl fmt::Display for Amount {
    /// The canonical form: two decimals, no thousands commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", magnitude / 100, magnitude % 100)
    }
}

impl serde::Serialize for Amount {
    /// Amounts leave as strings with two decimals: JSON numbers are floats in too many readers.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Amount {
    /// The canonical form only: [`Amount::parse_canonical`].
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        crate::ledger::text::parsed(deserializer, Amount::parse_canonical, "两位小数的金额（如 1050.00），或超过上限")
    }
}

/// A sum of 分 as people read it, however large.
pub fn yuan(sum: i128) -> String {
    let magnitude = sum.unsigned_abs();
    let sign = if sum < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_fen_or_says_why_not() {
        for (text, fen) in
            [("6000", 600_000), ("-12.3", -1230), ("0.05", 5), ("12.340", 1234), ("10000000000000.00", 1_000_000_000_000_000)]
        {
            assert_eq!(Amount::parse(text), Ok(Amount(fen)), "{text}");
        }
        for text in ["", "-", ".5", "5.", "1e3", "+1", "1,000.00", "１２", "NaN", "--1", "1.2.3", " 1"] {
            assert_eq!(Amount::parse(text), Err(AmountError::NotANumber), "{text}");
        }
        assert_eq!(Amount::parse("0.001"), Err(AmountError::TooFine));
        assert_eq!(Amount::parse("10000000000000.01"), Err(AmountError::TooLarge));
        assert_eq!(Amount::parse(&"9".repeat(40)), Err(AmountError::TooLarge));
    }

    #[test]
    fn only_the_canonical_form_is_canonical() {
        for text in ["0.00", "-0.01", "6000.00", "9999999999999999.99"] {
            assert_eq!(Amount::parse_canonical(text).map(|a| a.to_string()).as_deref(), Some(text));
        }
        for text in
            ["-0.00", "00.00", "01.00", "1", "1.0", "1.000", "+1.00", ".00", "1e2.00", "10000000000000000.00", "１.00", "1.-1"]
        {
            assert_eq!(Amount::parse_canonical(text), None, "{text}");
        }
    }
}
