//! Tables for people, aligned by the width that characters take on a screen.

use crate::ledger::Dimension;
use crate::ledger::table::{Cell, Field, Kind, Table, text};
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

/// Prints a table, but for the columns that no row fills; `name` gives the name of a code.
pub fn show(table: &Table, name: &dyn Fn(Dimension, &str) -> Option<String>) {
    if table.rows.is_empty() {
        return say!("没有记录。");
    }
    let filled = |at: usize| table.rows.iter().any(|row| row.get(at).is_some_and(|cell| *cell != Cell::Nothing));
    let shown: Vec<(usize, &Field)> = table.fields.iter().enumerate().filter(|(at, _)| filled(*at)).collect();
    let align = |field: &Field| match field.kind {
        Kind::Amount | Kind::Count | Kind::BasisPoints => Align::Right,
        _ => Align::Left,
    };
    let heads: Vec<(&str, Align)> = shown.iter().map(|(_, field)| (&*field.heading, align(field))).collect();
    let cells = |row: &Vec<Cell>| shown.iter().map(|(at, field)| text(field.kind, &row[*at], name)).collect();
    self::table(&heads, &table.rows.iter().map(cells).collect::<Vec<Vec<String>>>());
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
    if amount.is_zero() { String::new() } else { amount.with_commas() }
}

/// Prints a value as JSON.
pub fn json(value: &impl Serialize) -> Result<(), Trouble> {
    let text = serde_json::to_string_pretty(value).map_err(Trouble::internal)?;
    say!("{text}");
    Ok(())
}
