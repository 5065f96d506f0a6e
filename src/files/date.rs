//! 日期: dates, periods and times as offices write them. What could be two dates is refused.

use crate::files::cell::{folded, trimmed};
use crate::ledger::Period;
use crate::ledger::period::{YEARS, parse_date};
use jiff::civil::{Date, DateTime};

/// Longer cells are no dates.
const DATE_BYTES_MAX: usize = 60;

/// `2025-01-31`, `2025/1/31`, `2025.1.31`, `20250131`, `2025年1月31日`, each also with midnight behind it.
/// A spreadsheet's serial number is not read: 45688 is one day in Windows' calendar and another in the old Mac one.
pub fn date(cell: &str) -> Option<Date> {
    let cell = trimmed(cell);
    if let Some(date) = parse_date(cell) {
        return Some(date);
    }
    if cell.len() > DATE_BYTES_MAX {
        return None;
    }
    let plain = folded(cell);
    let day = plain.split_once([' ', 'T']).map_or(plain.as_str(), |(day, time)| if is_midnight(time) { day } else { "" });
    let parts = if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
        vec![&day[..4], &day[4..6], &day[6..]]
    } else {
        let separators = ['-', '/', '.', '年', '月'];
        day.strip_suffix('日').unwrap_or(day).split(separators).collect()
    };
    let [year, month, day] = parts[..] else { return None };
    let date = Date::new(number(year, 4)?, i8::try_from(number(month, 2)?).ok()?, i8::try_from(number(day, 2)?).ok()?).ok()?;
    YEARS.contains(&date.year()).then_some(date)
}

fn is_midnight(time: &str) -> bool {
    let time = time.trim();
    !time.is_empty() && time.bytes().all(|b| matches!(b, b'0' | b':' | b'.'))
}

/// A number of at most `digits` digits; years need all four.
fn number(text: &str, digits: usize) -> Option<i16> {
    let fits = if digits == 4 { text.len() == 4 } else { (1..=digits).contains(&text.len()) };
    (fits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// What to tell about a cell that is no date.
pub fn hint(cell: &str) -> String {
    let cell = trimmed(cell);
    let shown = crate::files::refusal::quoted(cell);
    let serial = cell.split('.').next().and_then(|days| days.parse::<i32>().ok()).filter(|_| cell.len() >= 5);
    match serial.filter(|days| (18_264..109_574).contains(days)).and_then(serial_date) {
        Some(date) => {
            format!("“{shown}”像是 Excel 的日期序号（可能是 {date}）。请把单元格格式设为日期，写成 2025-01-31 后重新导出。")
        }
        None => format!("“{shown}”不是日期。请写成 2025-01-31。"),
    }
}

/// The day of a serial number in the calendar of 1900.
fn serial_date(days: i32) -> Option<Date> {
    Date::constant(1899, 12, 30).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// `2025-01`, `2025/1`, `202501`, `2025年1月`, or any date in the month's first day.
pub fn period(cell: &str) -> Option<Period> {
    let cell = trimmed(cell);
    if cell.len() > DATE_BYTES_MAX {
        return None;
    }
    let plain = folded(cell);
    if plain.len() == 6 && plain.bytes().all(|b| b.is_ascii_digit()) {
        return Period::from_ordinal(plain.parse().ok()?);
    }
    let parts: Vec<&str> = plain.strip_suffix('月').unwrap_or(&plain).split(['-', '/', '.', '年']).collect();
    match parts[..] {
        [year, month] => Period::new(number(year, 4)?, i8::try_from(number(month, 2)?).ok()?),
        _ => date(&plain).filter(|date| date.day() == 1).and_then(Period::of),
    }
}

/// A time as RFC 3339 text; one without a zone is Beijing time. Empty stays empty.
pub fn time(cell: &str) -> Option<String> {
    let cell = trimmed(cell);
    if cell.is_empty() {
        return Some(String::new());
    }
    if cell.len() > DATE_BYTES_MAX {
        return None;
    }
    if cell.contains('T') && cell.parse::<jiff::Timestamp>().is_ok() {
        return Some(cell.to_owned());
    }
    let at = moment(cell)?;
    Some(format!("{}T{:02}:{:02}:{:02}+08:00", at.date(), at.hour(), at.minute(), at.second()))
}

/// A day and its clock without a zone, as the files of a Chinese platform write Beijing time: `2025-01-31 10:00:05`.
pub fn moment(cell: &str) -> Option<DateTime> {
    let (day, clock) = trimmed(cell).split_once([' ', 'T'])?;
    let clock: jiff::civil::Time = clock.trim().parse().ok()?;
    Some(DateTime::from_parts(date(day)?, clock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_many_faces() {
        for cell in [
            "2025-01-31",
            "2025-1-31",
            "2025/1/31",
            "2025/01/31",
            "2025.1.31",
            "20250131",
            "2025年1月31日",
            "2025年01月31日",
            " 2025-01-31 ",
            "２０２５－０１－３１",
            "2025-01-31 00:00:00",
            "2025/1/31 0:00",
            "2025-01-31T00:00:00",
            "=\"2025-01-31\"",
        ] {
            assert_eq!(date(cell), Some(Date::constant(2025, 1, 31)), "{cell}");
        }
        for cell in [
            "",
            "31/1/2025",
            "1/31/2025",
            "25-01-31",
            "2025-02-30",
            "2025-13-01",
            "45688",
            "2025-01-31 08:30",
            "2025-01",
            "0001-01-01",
            "昨天",
            "20250132",
            "2025-\n01-31",
            "2025-01-3①",
            "2025-01-3¹",
            "2025 -01-31",
        ] {
            assert_eq!(date(cell), None, "{cell}");
        }
        assert!(hint("45688").contains("2025-01-31"), "{}", hint("45688"));
        assert!(hint("45688.0").contains("日期序号"));
        assert!(hint("99").contains("不是日期"));
    }

    #[test]
    fn periods_and_times() {
        for cell in ["2025-01", "2025-1", "202501", "2025年1月", "2025/1", "2025.01", "2025-01-01"] {
            assert_eq!(period(cell), Period::new(2025, 1), "{cell}");
        }
        for cell in ["", "2025", "2025-13", "2025-01-02", "01-2025"] {
            assert_eq!(period(cell), None, "{cell}");
        }
        for (cell, expected) in [
            ("", Some("")),
            ("2025-01-31T10:00:00+08:00", Some("2025-01-31T10:00:00+08:00")),
            ("2025-01-31T02:00:00Z", Some("2025-01-31T02:00:00Z")),
            ("2025-01-31 10:00", Some("2025-01-31T10:00:00+08:00")),
            ("2025/1/31 10:00:05", Some("2025-01-31T10:00:05+08:00")),
            ("2025-01-31", None),
            ("soon", None),
        ] {
            assert_eq!(time(cell).as_deref(), expected, "{cell}");
        }
    }
}
