//! 表头: which column is which. Names are Chinese or English, in any order, with or without spaces, full-width
//! letters and a unit in brackets; titles above the header are passed over.

use crate::files::cell::plain_name;
use crate::files::refusal::{FileReason, FileRefusal, quoted};
use crate::files::table::{COLUMNS_MAX, Row};
use std::collections::HashMap;

/// Rows looked through for the header: titles, units and periods printed above a table are fewer.
pub const HEADER_ROWS_MAX: u32 = 20;

/// A column an importer knows.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The name documents and messages use.
    pub chinese: &'static str,
    /// The name programs use.
    pub english: &'static str,
    /// Further names that other software gives the same column.
    pub aliases: &'static [&'static str],
    /// Without it a row is not the header.
    pub required: bool,
}

impl Column {
    /// A column no file may lack.
    pub const fn required(chinese: &'static str, english: &'static str, aliases: &'static [&'static str]) -> Column {
        Column { chinese, english, aliases, required: true }
    }

    /// A column a file may lack.
    pub const fn optional(chinese: &'static str, english: &'static str, aliases: &'static [&'static str]) -> Column {
        Column { chinese, english, aliases, required: false }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.chinese, self.english].into_iter().chain(self.aliases.iter().copied())
    }
}

/// Where each known column stands.
#[derive(Clone, Debug)]
pub struct Header {
    /// The row it stands in.
    pub row: u32,
    /// For each column of the importer, its place in the file.
    places: Vec<Option<usize>>,
    /// Names in the file that the importer does not know.
    pub ignored: Vec<String>,
    /// Cells a row may fill.
    pub width: usize,
}

impl Header {
    /// Place in the file of the importer's column of this number.
    pub fn place(&self, column: usize) -> Option<usize> {
        self.places.get(column).copied().flatten()
    }
}

/// A name without a trailing bracket such as （元）.
fn without_bracket(plain: &str) -> &str {
    let open = plain.find(['(', '[', '【', '〔']);
    match open {
        Some(at) if at > 0 && plain.ends_with([')', ']', '】', '〕']) => &plain[..at],
        _ => plain,
    }
}

/// Looks for the header row by row, and remembers the row that came nearest.
#[derive(Debug)]
pub struct HeaderSearch<'a> {
    columns: &'a [Column],
    /// Every plain name of every column.
    names: HashMap<String, usize>,
    nearest: Option<(u32, Vec<usize>)>,
}

impl<'a> HeaderSearch<'a> {
    /// Begins a search for these columns.
    pub fn new(columns: &'a [Column]) -> HeaderSearch<'a> {
        let plain = |(at, column): (usize, &Column)| column.names().map(move |name| (plain_name(name), at)).collect::<Vec<_>>();
        HeaderSearch { columns, names: columns.iter().enumerate().flat_map(plain).collect(), nearest: None }
    }

    fn column_called(&self, name: &str) -> Option<usize> {
        // No name of a column is longer; the cells of titles and memos often are.
        if name.len() > 200 {
            return None;
        }
        let plain = plain_name(name);
        self.names.get(&plain).or_else(|| self.names.get(without_bracket(&plain))).copied()
    }

    /// What parts the cells: of comma, tab and semicolon, the one under which the first rows hold most known names.
    pub fn delimiter(&self, text: &str) -> u8 {
        let rows = usize::try_from(HEADER_ROWS_MAX).unwrap_or(usize::MAX);
        let in_line = |line: &str, delimiter| {
            let cells = first_bytes(line).split(delimiter).take(COLUMNS_MAX);
            cells.filter(|name| self.column_called(name).is_some()).count()
        };
        let known = |delimiter: char| text.split(['\n', '\r']).take(rows).map(|line| in_line(line, delimiter)).max().unwrap_or(0);
        let counts = [(b';', known(';')), (b'\t', known('\t')), (b',', known(','))];
        counts.into_iter().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| delimiter)
    }

    /// Whether this row is the header; a refusal where it is but cannot be used.
    pub fn try_row(&mut self, row: &Row) -> Result<Option<Header>, FileRefusal> {
        let mut places: Vec<Option<usize>> = vec![None; self.columns.len()];
        let (mut ignored, mut repeated) = (Vec::new(), FileRefusal::default());
        for (at, name) in row.cells().enumerate() {
            match self.column_called(name) {
                Some(column) if places[column].is_none() => places[column] = Some(at),
                Some(column) => {
                    let chinese = self.columns[column].chinese;
                    let text = format_args!("表头中有两列都是“{chinese}”。请删去或改名其中一列。");
                    repeated.add([FileReason::cell(row.number, chinese, "column_repeated", text)]);
                }
                None if name.trim().is_empty() => {}
                None => ignored.push(quoted(name.trim())),
            }
        }
        let known = places.iter().flatten().count();
        let missing: Vec<usize> =
            (0..self.columns.len()).filter(|column| self.columns[*column].required && places[*column].is_none()).collect();
        if missing.is_empty() {
            repeated.unless_empty()?;
            return Ok(Some(Header { row: row.number, places, ignored, width: row.len() }));
        }
        let nearer = self.nearest.as_ref().is_none_or(|(_, before)| missing.len() < before.len());
        if known >= 2 && nearer {
            self.nearest = Some((row.number, missing));
        }
        Ok(None)
    }

    /// Why there is no header.
    pub fn refuse(&self) -> FileRefusal {
        let listed = |columns: Vec<&Column>| {
            columns.iter().map(|c| format!("{}（{}）", c.chinese, c.english)).collect::<Vec<_>>().join("、")
        };
        match &self.nearest {
            Some((row, missing)) => {
                let names = listed(missing.iter().map(|column| &self.columns[*column]).collect());
                let text = format_args!("表头缺少这些列：{names}。请补上后重试。");
                FileRefusal::one(FileReason::row(*row, "columns_missing", text))
            }
            None => {
                let names = listed(self.columns.iter().filter(|column| column.required).collect());
                let text = format!("前 {HEADER_ROWS_MAX} 行中没有找到表头。表头至少要有这些列：{names}。");
                FileRefusal::one(FileReason::file("header_missing", text))
            }
        }
    }
}

/// No header is longer than this.
fn first_bytes(line: &str) -> &str {
    let mut end = line.len().min(8 * 1024);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    &line[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column::required("科目编码", "account", &["科目代码"]),
        Column::required("借方金额", "debit", &["借方"]),
        Column::optional("行摘要", "line_memo", &[]),
    ];

    #[test]
    fn names_are_recognised_however_they_are_spelt() {
        for (name, column) in [
            ("科目编码", Some(0)),
            ("\u{feff}科 目编码 ", Some(0)),
            ("*科目代码", Some(0)),
            ("ACCOUNT", Some(0)),
            ("Ａｃｃｏｕｎｔ", Some(0)),
            ("借方金额（元）", Some(1)),
            ("借方金额(人民币)", Some(1)),
            ("Line Memo", Some(2)),
            ("line-memo", Some(2)),
            ("（元）", None),
            ("", None),
            ("余额", None),
        ] {
            assert_eq!(HeaderSearch::new(COLUMNS).column_called(name), column, "{name}");
        }
    }

    #[test]
    fn the_delimiter_is_the_one_that_finds_names() {
        for (text, expected) in [
            ("科目编码,借方金额\n", b','),
            ("标题,某公司\n科目编码\t借方金额\r\n", b'\t'),
            ("account;debit", b';'),
            ("", b','),
            ("科目编码\n", b','),
        ] {
            assert_eq!(HeaderSearch::new(COLUMNS).delimiter(text), expected, "{text}");
        }
    }
}
