//! 事实的列: `schemas/facts.csv` says which columns make which fact, so that another kind of fact is rows of data, no code.
//!
//! `field` is where a cell goes: `code`, `rent_destination.document` (an object), `contracts[]` and `payments[].holder`
//! (one element a row). `words` are the words of a `word` with their Chinese, or the dimension of a `code`, by whose names
//! cells may call it; empty where it depends on the record. `required` is `yes`, `no` (an empty cell is left out), or `=` and what an empty cell stands for.

use crate::files::header::Column;
use crate::ledger::Dimension;
use std::sync::LazyLock;

/// Where a cell of a record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A field of the record.
    Field(&'static str),
    /// A field of an object within it.
    Within(&'static str, &'static str),
    /// An element of an array of texts.
    Element(&'static str),
    /// A field of an element of an array of objects.
    OfElement(&'static str, &'static str),
}

impl Place {
    fn parse(path: &'static str) -> Place {
        match path.split_once("[]") {
            Some((array, "")) => Place::Element(array),
            Some((array, field)) => Place::OfElement(array, field.trim_start_matches('.')),
            None => path.split_once('.').map_or(Place::Field(path), |(object, field)| Place::Within(object, field)),
        }
    }

    /// The array it adds to.
    pub fn array(self) -> Option<&'static str> {
        match self {
            Place::Element(array) | Place::OfElement(array, _) => Some(array),
            Place::Field(_) | Place::Within(..) => None,
        }
    }
}

/// What an empty cell stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    Refused,
    Absent,
    Is(&'static str),
}

/// How a cell is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Code,
    Account,
    Amount,
    Date,
    Period,
    Count,
    /// `5%`, or a whole number of basis points.
    BasisPoints,
    YesNo,
    /// One of the column's words.
    Word,
}

impl Form {
    fn parse(word: &str) -> Option<Form> {
        Some(match word {
            "text" => Form::Text,
            "code" => Form::Code,
            "account" => Form::Account,
            "amount" => Form::Amount,
            "date" => Form::Date,
            "period" => Form::Period,
            "count" => Form::Count,
            "basis_points" => Form::BasisPoints,
            "yes_no" => Form::YesNo,
            "word" => Form::Word,
            _ => return None,
        })
    }
}

/// What becomes of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub place: Place,
    pub empty: Empty,
    pub form: Form,
    /// Words of the record with their Chinese.
    pub words: Vec<(&'static str, &'static str)>,
    /// Of a code.
    pub dimension: Option<Dimension>,
}

/// The columns of one kind of fact.
#[derive(Debug)]
pub struct Kind {
    /// The fact's word.
    pub word: &'static str,
    pub columns: Vec<Column>,
    /// One for each column.
    pub fields: Vec<Field>,
    /// The column that rows of totals leave empty.
    pub key: usize,
    /// The column of the day on which it happened, where there is one.
    pub day: Option<usize>,
    /// The arrays that rows add to.
    pub arrays: Vec<&'static str>,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| parse(include_str!("../../../schemas/facts.csv")));

/// Every kind of fact that files can hold.
pub fn kinds() -> &'static [Kind] {
    &KINDS
}

fn parse(table: &'static str) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for row in table.lines().skip(1) {
        let (word, column, field) = parse_row(row).expect("schemas/facts.csv is a part of the program, and a test reads it");
        let place = kinds.iter().position(|kind| kind.word == word).unwrap_or_else(|| {
            kinds.push(Kind { word, columns: Vec::new(), fields: Vec::new(), key: 0, day: None, arrays: Vec::new() });
            kinds.len() - 1
        });
        let kind = &mut kinds[place];
        match field.place {
            Place::Field("date" | "signed" | "period" | "since" | "until") => kind.day = kind.day.or(Some(kind.fields.len())),
            place => kind.arrays.extend(place.array().filter(|array| !kind.arrays.contains(array))),
        }
        kind.columns.push(column);
        kind.fields.push(field);
    }
    for kind in &mut kinds {
        kind.key = kind.columns.iter().position(|column| column.required).unwrap_or(0);
    }
    kinds
}

fn parse_row(row: &'static str) -> Option<(&'static str, Column, Field)> {
    let cells: Vec<&'static str> = row.split(',').collect();
    let [word, chinese, path, required, form, words] = cells[..] else { return None };
    let place = Place::parse(path);
    let empty = match required {
        "yes" => Empty::Refused,
        "no" => Empty::Absent,
        other => Empty::Is(other.strip_prefix('=')?),
    };
    // A file without agreed ratios needs no columns for them: an array may be empty.
    let needed = empty == Empty::Refused && place.array().is_none();
    let column = Column { chinese, english: path, aliases: &[], required: needed };
    let form = Form::parse(form)?;
    let (words, dimension) = match form {
        Form::Code if !words.is_empty() => (Vec::new(), Some(Dimension::parse(words)?)),
        _ => (words.split_whitespace().map(|pair| pair.split_once('=')).collect::<Option<Vec<_>>>()?, None),
    };
    ((form == Form::Word) != words.is_empty()).then_some((word, column, Field { place, empty, form, words, dimension }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collective::Fact;
    use std::collections::HashSet;

    #[test]
    fn the_table_names_facts_and_no_column_twice() {
        for kind in kinds() {
            assert!(Fact::WORDS.contains(&kind.word), "{}", kind.word);
            assert!(kind.columns[kind.key].required, "{} has a column that every row fills", kind.word);
            let names: HashSet<&str> = kind.columns.iter().flat_map(|column| [column.chinese, column.english]).collect();
            assert_eq!(names.len(), kind.columns.len() * 2, "{}", kind.word);
        }
    }

    #[test]
    fn rows_are_read_or_refused() {
        let (_, column, field) = parse_row("k,列,a[].b,yes,word,x=甲 y=乙").expect("read");
        assert_eq!((field.place, column.required), (Place::OfElement("a", "b"), false));
        assert_eq!(field.words, [("x", "甲"), ("y", "乙")]);
        let dimension = |row| parse_row(row).map(|(_, _, field)| field.dimension);
        assert_eq!(dimension("k,列,a,yes,code,shop"), Some(Some(Dimension::Shop)));
        assert_eq!(dimension("k,列,a,yes,code,"), Some(None));
        assert_eq!(
            parse_row("k,列,a[],=0,count,").map(|row| (row.2.place, row.2.empty)),
            Some((Place::Element("a"), Empty::Is("0")))
        );
        for row in [
            "k,列,a,yes,text",
            "k,列,a,maybe,text,",
            "k,列,a,yes,float,",
            "k,列,a,yes,word,",
            "k,列,a,yes,text,x=甲",
            "k,列,a,yes,word,x",
            "k,列,a,yes,code,示例",
        ] {
            assert!(parse_row(row).is_none(), "{row}");
        }
    }
}
