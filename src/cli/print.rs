//! Tables for people, aligned by the width that characters take on a screen.

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use crate::cli::outcome::Trouble;

/// As `println!`, but a reader who has seen enough (`| head`) ends the program quietly.
macro_rules! say {
    ($($arg:tt)*) => { $crate::cli::print::line(format_args!($($arg)*)) };
}
pub(super) use say;

pub fn line(text: std::fmt::Arguments<'_>) {
    use std::io::Write as _;
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Where a column's text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// Prints rows under headings.
pub fn table(columns: &[(&str, Align)], rows: &[Vec<String>]) {
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(index, (heading, _))| {
            rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width()).fold(heading.width(), usize::max)
        })
        .collect();
    let headings: Vec<String> = columns.iter().map(|(heading, _)| (*heading).to_owned()).collect();
    print_row(columns, &widths, &headings);
    say!("{}", "─".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)));
    for row in rows {
        print_row(columns, &widths, row);
    }
}

fn print_row(columns: &[(&str, Align)], widths: &[usize], row: &[String]) {
    let mut line = String::new();
    for ((cell, width), (_, align)) in row.iter().zip(widths).zip(columns) {
        let padding = " ".repeat(width.saturating_sub(cell.width()));
        match align {
            Align::Left => line.extend([cell.as_str(), &padding]),
            Align::Right => line.extend([&padding, cell.as_str()]),
        }
        line.push_str("  ");
    }
    say!("{}", line.trim_end());
}

/// An amount with thousands commas; nothing for zero, as accountants print it.
pub fn amount(amount: crate::ledger::Amount) -> String {
    if amount.is_zero() { String::new() } else { with_commas(amount) }
}

pub fn with_commas(amount: crate::ledger::Amount) -> String {
    let text = amount.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (yuan, cents) = digits.split_once('.').unwrap_or((digits, "00"));
    let mut grouped = String::new();
    for (index, digit) in yuan.chars().enumerate() {
        if index > 0 && (yuan.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{cents}")
}

/// Prints a value as JSON.
pub fn json(value: &impl Serialize) -> Result<(), Trouble> {
    let text = serde_json::to_string_pretty(value).map_err(Trouble::internal)?;
    say!("{text}");
    Ok(())
}
