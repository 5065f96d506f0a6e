//! 表格: text becomes rows of cells (RFC 4180, read leniently).
//!
//! Own code rather than the csv crate's reader, for three things that one does not give: rows numbered as a
//! spreadsheet numbers them (blank lines and line breaks inside cells included), a bound on the size of a cell
//! before it is in memory (an unclosed quote would otherwise swallow the rest of the file), and text that is
//! decoded as it comes. The csv crate writes what we export.

use crate::files::encoding::{Text, TextError};
use std::io::Read;

/// Bytes of one cell as UTF-8: a spreadsheet's own limit is 32,767 characters.
pub const CELL_BYTES_MAX: usize = 100_000;
/// Cells of one row: wider than any voucher export, narrower than a file that is not a table.
pub const COLUMNS_MAX: usize = 256;
/// Bytes of one row, so that many long cells do not add up.
pub const ROW_BYTES_MAX: usize = 1_000_000;

/// Why a file cannot be read any further as a table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// What is no text is no table.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Beyond [`CELL_BYTES_MAX`].
    #[error("a cell is too long")]
    CellTooLong,
    /// Beyond [`ROW_BYTES_MAX`].
    #[error("a row is too long")]
    RowTooLong,
    /// Beyond [`COLUMNS_MAX`].
    #[error("too many cells in a row")]
    TooManyCells,
    /// The file ends inside a quoted cell.
    #[error("a quote is never closed")]
    QuoteUnclosed,
}

/// One row of cells; reused from row to row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// All cells one after the other.
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<usize>,
    /// The row's number as a spreadsheet shows it, from 1.
    pub number: u32,
}

impl Row {
    /// The cell of a column, from 0; empty where the row is shorter.
    pub fn cell(&self, column: usize) -> &str {
        let Some(end) = self.ends.get(column) else { return "" };
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.text[start..*end]
    }

    /// How many cells the row has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether all cells are blank.
    pub fn is_empty(&self) -> bool {
        self.text.chars().all(|c| c.is_whitespace() || c == '\u{feff}')
    }

    /// All cells from left to right.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|column| self.cell(column))
    }

    /// Becomes a copy of another row, keeping its own memory.
    pub fn copy_from(&mut self, other: &Row) {
        self.clear(other.number);
        self.text.push_str(&other.text);
        self.ends.extend_from_slice(&other.ends);
    }

    fn is_ticked(&self) -> bool {
        self.text.starts_with('`')
    }

    /// Gives what follows a cell and begins with no backtick back to that cell, with the delimiter that stood between.
    fn join_unticked(&mut self, delimiter: char) {
        if self.cells().all(|cell| cell.starts_with('`')) {
            return;
        }
        let mut joined = Row { number: self.number, ..Row::default() };
        for cell in self.cells() {
            if !cell.starts_with('`') && joined.ends.pop().is_some() {
                joined.text.push(delimiter);
            }
            joined.text.push_str(cell);
            joined.ends.push(joined.text.len());
        }
        *self = joined;
    }

    fn clear(&mut self, number: u32) {
        self.text.clear();
        self.ends.clear();
        self.number = number;
    }

    fn push(&mut self, text: &str) -> Result<(), TableError> {
        self.text.push_str(text);
        let start = self.ends.last().copied().unwrap_or(0);
        if self.text.len() - start > CELL_BYTES_MAX {
            return Err(TableError::CellTooLong);
        }
        if self.text.len() > ROW_BYTES_MAX { Err(TableError::RowTooLong) } else { Ok(()) }
    }

    fn end_cell(&mut self) -> Result<(), TableError> {
        self.ends.push(self.text.len());
        if self.ends.len() > COLUMNS_MAX { Err(TableError::TooManyCells) } else { Ok(()) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    CellStart,
    Plain,
    Quoted,
    /// Behind a quote inside a quoted cell: its end, or the first half of a doubled quote.
    QuoteSeen,
}

/// Reads rows from text.
pub struct Table<R> {
    text: Text<R>,
    buffer: String,
    at: usize,
    delimiter: u8,
    /// See [`Table::ticked`].
    ticked: bool,
    rows: u32,
    /// The last row ended with a carriage return; a line feed that follows belongs to it.
    after_return: bool,
}

impl<R: Read> Table<R> {
    /// Reads the first chunk and settles what parts the cells: `choose` is shown that chunk's text.
    pub fn new(reader: R, choose: impl FnOnce(&str) -> u8) -> Result<Table<R>, TableError> {
        let mut text = Text::new(reader);
        let mut buffer = String::new();
        text.read_into(&mut buffer)?;
        let delimiter = choose(&buffer);
        Ok(Table { text, buffer, at: 0, delimiter, ticked: false, rows: 0, after_return: false })
    }

    /// In a row that begins with a backtick, as WeChat Pay writes its bills, every cell does: a comma that no backtick
    /// follows belongs to the cell, for names of goods have commas and nothing quotes them.
    pub fn ticked(mut self) -> Table<R> {
        self.ticked = true;
        self
    }

    /// Reads the next row, blank ones too; `false` at the end of the file. After an error there is nothing to read.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, TableError> {
        row.clear(self.rows.saturating_add(1));
        let mut place = Place::CellStart;
        loop {
            if self.at == self.buffer.len() {
                self.buffer.clear();
                self.at = 0;
                if self.text.read_into(&mut self.buffer)? {
                    continue;
                }
                return self.finish(row, place);
            }
            if self.after_return {
                self.after_return = false;
                if self.buffer.as_bytes()[self.at] == b'\n' {
                    self.at += 1;
                    continue;
                }
            }
            if self.ticked && self.buffer.len() == self.at + 1 {
                // Whether a quote opens a cell is seen by what follows it.
                self.text.read_into(&mut self.buffer)?;
            }
            if self.step(row, &mut place)? {
                self.end_row(row);
                return Ok(true);
            }
        }
    }

    fn finish(&mut self, row: &mut Row, place: Place) -> Result<bool, TableError> {
        match place {
            Place::Quoted => Err(TableError::QuoteUnclosed),
            Place::CellStart if row.ends.is_empty() => Ok(false),
            Place::CellStart | Place::Plain | Place::QuoteSeen => {
                row.end_cell()?;
                self.end_row(row);
                Ok(true)
            }
        }
    }

    fn end_row(&mut self, row: &mut Row) {
        self.rows = row.number;
        if self.ticked && row.is_ticked() {
            row.join_unticked(char::from(self.delimiter));
        }
    }

    /// Takes the next piece of the buffer; `true` when it ended the row.
    fn step(&mut self, row: &mut Row, place: &mut Place) -> Result<bool, TableError> {
        let rest = &self.buffer.as_bytes()[self.at..];
        let (first, delimiter) = (rest[0], self.delimiter);
        let quotes = !(self.ticked && row.is_ticked()) || rest.get(1) == Some(&b'`');
        match *place {
            Place::CellStart if first == b'"' && quotes => {
                *place = Place::Quoted;
                self.at += 1;
            }
            Place::Quoted => {
                let end = rest.iter().position(|b| *b == b'"');
                row.push(&self.buffer[self.at..self.at + end.unwrap_or(rest.len())])?;
                self.at += end.map_or(rest.len(), |end| end + 1);
                if end.is_some() {
                    *place = Place::QuoteSeen;
                }
            }
            Place::QuoteSeen if first == b'"' => {
                row.push("\"")?;
                *place = Place::Quoted;
                self.at += 1;
            }
            Place::CellStart | Place::Plain | Place::QuoteSeen => {
                let end = rest.iter().position(|b| *b == delimiter || *b == b'\n' || *b == b'\r');
                row.push(&self.buffer[self.at..self.at + end.unwrap_or(rest.len())])?;
                *place = Place::Plain;
                let Some(end) = end else {
                    self.at = self.buffer.len();
                    return Ok(false);
                };
                row.end_cell()?;
                let ending = rest[end];
                self.at += end + 1;
                *place = Place::CellStart;
                self.after_return = ending == b'\r';
                return Ok(ending != delimiter);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(u32, Vec<String>)>, TableError> {
        let mut table = Table::new(text.as_bytes(), |_| b',')?;
        let (mut row, mut rows) = (Row::default(), Vec::new());
        while table.read(&mut row)? {
            rows.push((row.number, row.cells().map(str::to_owned).collect()));
        }
        Ok(rows)
    }

    #[test]
    fn cells_are_cut_as_spreadsheets_cut_them() {
        type Cells<'a> = &'a [(u32, &'a [&'a str])];
        let cases: &[(&str, Cells<'_>)] = &[
            ("", &[]),
            ("a", &[(1, &["a"])]),
            ("a,b\n", &[(1, &["a", "b"])]),
            ("a,b\r\nc,d\r\n", &[(1, &["a", "b"]), (2, &["c", "d"])]),
            ("a\rb\r", &[(1, &["a"]), (2, &["b"])]),
            ("a,\n\n,b,", &[(1, &["a", ""]), (2, &[""]), (3, &["", "b", ""])]),
            ("\"a,\"\"b\"\"\nc\",d\ne", &[(1, &["a,\"b\"\nc", "d"]), (2, &["e"])]),
            ("\"\",x", &[(1, &["", "x"])]),
            ("\"\"", &[(1, &[""])]),
            ("a\"b,c\"", &[(1, &["a\"b", "c\""])]),
            ("\"a\"b,c", &[(1, &["ab", "c"])]),
            ("摘要,祐溪\n", &[(1, &["摘要", "祐溪"])]),
        ];
        for (text, expected) in cases {
            let expected: Vec<(u32, Vec<String>)> =
                expected.iter().map(|(number, cells)| (*number, cells.iter().map(|c| (*c).to_owned()).collect())).collect();
            assert_eq!(read(text).expect("a table"), expected, "{text:?}");
        }
    }

    #[test]
    fn cells_behind_backticks_may_hold_commas() {
        let cut = |text: &str| {
            let mut table = Table::new(text.as_bytes(), |_| b',').expect("a table").ticked();
            let (mut row, mut rows) = (Row::default(), Vec::new());
            while table.read(&mut row).expect("a row") {
                rows.push(row.cells().collect::<Vec<_>>().join("|"));
            }
            rows
        };
        for (text, expected) in [
            ("a,b\n`1,`x,y,`2\n", vec!["a|b", "`1|`x,y|`2"]),
            ("`1,`大米\"5kg,\"东北\",`2\r\n`3,`,`\n", vec!["`1|`大米\"5kg,\"东北\"|`2", "`3|`|`"]),
            ("`1,\"`x,y\",`2", vec!["`1|`x,y|`2"]),
            ("`1,`x,", vec!["`1|`x,"]),
            ("`1,,,`2", vec!["`1,,|`2"]),
        ] {
            assert_eq!(cut(text), expected, "{text}");
        }
        let chunk = super::super::encoding::CHUNK_BYTES;
        let long = format!("`{},\"x,`2\n", "a".repeat(chunk - 3));
        assert_eq!(cut(&long).len(), 1, "a quote that ends a chunk opens nothing");
    }

    #[test]
    fn what_is_too_big_stops_before_it_is_in_memory() {
        assert!(matches!(read(&"x".repeat(1_000_000)), Err(TableError::CellTooLong)));
        assert!(matches!(read(&format!("\"{}", "x\n".repeat(1_000_000))), Err(TableError::CellTooLong)));
        assert!(matches!(read(&",".repeat(1_000)), Err(TableError::TooManyCells)));
        assert!(matches!(read(&format!("{},", "x".repeat(90_000)).repeat(20)), Err(TableError::RowTooLong)));
        assert!(matches!(read("a,\"b"), Err(TableError::QuoteUnclosed)));
    }

    #[test]
    fn a_return_at_the_end_of_a_chunk_meets_its_line_feed() {
        let text = format!("{}\r\nb", "a".repeat(super::super::encoding::CHUNK_BYTES - 1));
        let rows = read(&text).expect("a table");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1], (2, vec!["b".to_owned()]));
    }
}
