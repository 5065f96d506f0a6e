//! 数据行: the rows under a header, without blank ones, totals and repeated headers; what was passed over is noted.

use crate::files::cell;
use crate::files::header::{Column, HEADER_ROWS_MAX, Header, HeaderSearch};
use crate::files::refusal::{FileReason, FileRefusal};
use crate::files::table::{Row, Table};
use std::borrow::Cow;
use std::io::Read;

/// Rows of one file, blank ones included: twice what a spreadsheet holds.
pub const ROWS_MAX: u32 = 2_000_000;
/// Passed-over rows that are named one by one.
const NOTED_ROWS_MAX: usize = 100;

/// What an importer passed over, for people to check.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Notes {
    /// Columns whose names are not known.
    pub ignored_columns: Vec<String>,
    /// Rows of totals (合计, 小计) and repeated headers, up to 100 of them.
    pub skipped_rows: Vec<u32>,
    /// How many such rows there were.
    pub skipped_count: u32,
    /// What else people should know of the file, a sentence each.
    pub remarks: Vec<String>,
}

/// Rows under a header, read one by one.
pub struct Sheet<R> {
    table: Table<R>,
    columns: &'static [Column],
    header: Header,
    /// A column that every row fills but those of totals; its place in the file.
    key: usize,
    notes: Notes,
    row: Row,
}

impl<R: Read> Sheet<R> {
    /// Finds the header. `key` is the number of a required column that rows of totals leave empty.
    pub fn open(reader: R, columns: &'static [Column], key: usize) -> Result<Sheet<R>, FileRefusal> {
        let stopped = |error, row| FileRefusal::one(FileReason::of_table(&error, row));
        let (mut row, mut search) = (Row::default(), HeaderSearch::new(columns));
        let mut table = Table::new(reader, |text| search.delimiter(text)).map_err(|error| stopped(error, 1))?;
        while row.number < HEADER_ROWS_MAX && table.read(&mut row).map_err(|error| stopped(error, row.number))? {
            if let Some(header) = search.try_row(&row)? {
                let notes = Notes { ignored_columns: header.ignored.clone(), ..Notes::default() };
                let key = header.place(key).unwrap_or(0);
                return Ok(Sheet { table, columns, header, key, notes, row });
            }
        }
        Err(search.refuse())
    }

    /// Cells of rows that begin with a backtick have one each: see [`Table::ticked`].
    pub fn ticked(mut self) -> Sheet<R> {
        self.table = self.table.ticked();
        self
    }

    /// Whether the file has a column.
    pub fn has(&self, column: usize) -> bool {
        self.header.place(column).is_some()
    }

    /// The row of the header.
    pub fn header_row(&self) -> u32 {
        self.header.row
    }

    /// What was passed over so far.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// Moves to the next row of data; `false` at the end. After an error there is nothing to read.
    pub fn advance(&mut self) -> Result<bool, FileReason> {
        loop {
            let more = self.table.read(&mut self.row).map_err(|error| FileReason::of_table(&error, self.row.number))?;
            if !more {
                return Ok(false);
            }
            if self.row.number > ROWS_MAX {
                let text = format_args!("文件超过 {ROWS_MAX} 行。请按月份拆成几个文件。");
                return Err(FileReason::row(self.row.number, "rows_too_many", text));
            }
            if self.row.is_empty() {
                continue;
            }
            if self.is_total() || self.is_header_again() {
                self.notes.skipped_count = self.notes.skipped_count.saturating_add(1);
                if self.notes.skipped_rows.len() < NOTED_ROWS_MAX {
                    self.notes.skipped_rows.push(self.row.number);
                }
                continue;
            }
            return Ok(true);
        }
    }

    /// A row of totals says so in its first filled cell, and has no key.
    fn is_total(&self) -> bool {
        let key = cell::trimmed(self.row.cell(self.key));
        if key.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return false;
        }
        let first = self.row.cells().map(cell::trimmed).find(|cell| !cell.is_empty()).unwrap_or_default();
        if !key.is_empty() && key != first {
            return false;
        }
        let plain: String = first.chars().filter(|c| !c.is_whitespace() && !matches!(c, ':' | '：')).take(12).collect();
        const TOTALS: &[&str] = &["合计", "小计", "总计", "本页合计", "本页小计", "本月合计", "本年累计", "累计", "total"];
        TOTALS.contains(&plain.to_lowercase().as_str())
    }

    /// Printed tables repeat their header on every page.
    fn is_header_again(&self) -> bool {
        let named = |column: &Column, at: usize| {
            let cell = cell::trimmed(self.row.cell(at));
            cell == column.chinese || cell == column.english || column.aliases.contains(&cell)
        };
        let mut required = (0..self.columns.len()).filter(|column| self.columns[*column].required);
        required.all(|column| self.header.place(column).is_some_and(|at| named(&self.columns[column], at)))
    }

    /// The current row's number as a spreadsheet shows it.
    pub fn row(&self) -> u32 {
        self.row.number
    }

    /// All cells of the current row, for rows that stand outside the header's columns.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.row.cells()
    }

    /// Copies the current row, to be compared with the next ones.
    pub fn copy_row(&self, to: &mut Row) {
        to.copy_from(&self.row);
    }

    /// A cell as it stands in the file; empty where the file has no such column.
    pub fn raw(&self, column: usize) -> &str {
        self.header.place(column).map_or("", |place| self.row.cell(place))
    }

    /// The same cell of a row kept earlier.
    pub fn raw_of<'r>(&self, row: &'r Row, column: usize) -> &'r str {
        self.header.place(column).map_or("", |place| row.cell(place))
    }

    /// A cell trimmed, in its one normal form, line breaks as spaces; a reason where it holds control characters.
    pub fn text(&self, column: usize) -> Result<Cow<'_, str>, FileReason> {
        cell::text(self.raw(column))
            .ok_or_else(|| self.refuse(column, "cell_malformed", "单元格中有不可见的控制字符。请删去后重试。"))
    }

    /// A reason about a cell of the current row.
    pub fn refuse(&self, column: usize, code: &'static str, text: impl std::fmt::Display) -> FileReason {
        FileReason::cell(self.row.number, self.columns[column].chinese, code, text)
    }

    /// A reason where the row fills cells that no header names: a comma too many, or a quote too few.
    pub fn overflow(&self) -> Option<FileReason> {
        let extra = (self.header.width..self.row.len()).any(|at| !cell::trimmed(self.row.cell(at)).is_empty());
        extra.then(|| {
            let text = format_args!(
                "有 {} 个单元格，表头只有 {} 列。请检查金额中的逗号是否没有加引号。",
                self.row.len(),
                self.header.width
            );
            FileReason::row(self.row.number, "cells_too_many", text)
        })
    }
}
