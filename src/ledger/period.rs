//! 会计期间: a calendar month (会计法 §11: the accounting year is the calendar year).

use jiff::civil::Date;
use std::fmt;

/// A month, such as `2025-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: i16,
    month: i8,
}

/// Years a book may use; outside them a date is more likely a typing error than a date.
pub const YEARS: std::ops::RangeInclusive<i16> = 1949..=2199;

impl Period {
    pub fn new(year: i16, month: i8) -> Option<Period> {
        (YEARS.contains(&year) && (1..=12).contains(&month)).then_some(Period { year, month })
    }

    pub fn of(date: Date) -> Option<Period> {
        Period::new(date.year(), date.month())
    }

    /// Reads `2025-01`.
    pub fn parse(text: &str) -> Option<Period> {
        let (year, month) = text.split_once('-')?;
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        Period::new(year.parse().ok()?, month.parse().ok()?)
    }

    pub const fn year(self) -> i16 {
        self.year
    }

    pub const fn month(self) -> i8 {
        self.month
    }

    /// Year and month as one number, 202501: how stores keep and compare it.
    pub fn ordinal(self) -> i64 {
        i64::from(self.year) * 100 + i64::from(self.month)
    }

    pub fn from_ordinal(ordinal: i64) -> Option<Period> {
        Period::new(i16::try_from(ordinal / 100).ok()?, i8::try_from(ordinal % 100).ok()?)
    }

    pub fn first_day(self) -> Date {
        Date::constant(self.year, self.month, 1)
    }

    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    pub fn next(self) -> Option<Period> {
        if self.month == 12 { Period::new(self.year.checked_add(1)?, 1) } else { Period::new(self.year, self.month + 1) }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl serde::Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
        crate::ledger::text::parsed(deserializer, Period::parse, "期间（如 2025-01）")
    }
}

/// Reads the one form dates have in the books, `2025-01-31`, within [`YEARS`].
pub fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0i16, |n, b| b.is_ascii_digit().then(|| n * 10 + i16::from(b - b'0')))
    };
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    YEARS.contains(&date.year()).then_some(date)
}

/// Reads such a date where a record has one. Use with `serde(deserialize_with)`.
pub fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    crate::ledger::text::parsed(deserializer, parse_date, "日期（如 2025-01-31）")
}

/// As [`day`], for a date that may be absent.
pub fn some_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    day(deserializer).map(Some)
}

/// Days since 1970-01-01, as the head of an entry carries them.
pub fn days_since_epoch(date: Date) -> i32 {
    let since = date.since(Date::constant(1970, 1, 1)).expect("days between two civil dates always fit");
    since.get_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_one_form() {
        assert_eq!(parse_date("2024-02-29"), Some(Date::constant(2024, 2, 29)));
        for bad in [
            "2025-02-29",
            "2025-1-31",
            "20250131",
            "2025/01/31",
            "0001-01-01",
            "9999-01-01",
            "2025-13-01",
            "2025-00-10",
            "２０２５-01",
        ] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_count_from_1970() {
        assert_eq!(days_since_epoch(Date::constant(1970, 1, 2)), 1);
        assert_eq!(days_since_epoch(Date::constant(1969, 12, 31)), -1);
        assert_eq!(days_since_epoch(Date::constant(2025, 1, 31)), 20119);
    }

    #[test]
    fn december_is_followed_by_january() {
        let december = Period::parse("2025-12").expect("period");
        assert_eq!(december.next().map(|p| p.to_string()).as_deref(), Some("2026-01"));
        assert_eq!(Period::from_ordinal(december.ordinal()), Some(december));
        assert_eq!(Period::parse("2025-02").map(|p| p.last_day().to_string()).as_deref(), Some("2025-02-28"));
    }
}
