//! 业务事实 CSV: one reader for every kind of fact; which column goes where is data ([`schema`]). A fact with a list (the
//! communities of a payment, the contracts of a month) takes several rows: those below its first repeat its other cells or
//! leave them empty.

mod malformed;
pub mod schema;

use crate::collective::Fact;
use crate::files::cell;
use crate::files::date;
use crate::files::facts::schema::{Empty, Field, Form, Kind, Place};
use crate::files::names::{BookNames, Names};
use crate::files::refusal::{FileReason, FileRefusal, quoted};
use crate::files::sheet::{Notes, Sheet};
use crate::ledger::{AccountCode, DimensionCode, Period};
use jiff::civil::Date;
pub use malformed::explained;
use serde_json::{Map, Value};
use std::io::Read;

/// What a file of facts holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFacts {
    /// In the file's order; the registers have yet to examine them.
    pub facts: Vec<Fact>,
    /// The first row of each.
    pub rows: Vec<u32>,
    /// The latest day that something happened on.
    pub latest: Option<Date>,
    pub notes: Notes,
}

/// A fact whose rows are being gathered.
struct Open {
    row: u32,
    /// Its cells but those of lists.
    own: Vec<Option<String>>,
    record: Map<String, Value>,
    /// One of its rows was refused.
    spoiled: bool,
}

type Cells = Vec<Option<String>>;

/// Reads a file of facts of one kind, whose cells may name what the book has registered.
///
/// # Errors
/// Every cell that cannot be read, and every record that is no such fact.
pub fn read_facts(kind: &'static Kind, reader: impl Read, book: BookNames) -> Result<ReadFacts, FileRefusal> {
    let names = Names::new(book);
    let mut sheet = Sheet::open(reader, &kind.columns, kind.key)?;
    let mut read = ReadFacts { facts: Vec::new(), rows: Vec::new(), latest: None, notes: Notes::default() };
    let (mut refusal, mut open) = (FileRefusal::default(), None::<Open>);
    loop {
        match sheet.advance() {
            Ok(true) => {}
            Ok(false) => break,
            Err(reason) => {
                refusal.add([reason]);
                break;
            }
        }
        let mut reasons: Vec<FileReason> = sheet.overflow().into_iter().collect();
        let fields = kind.fields.iter().enumerate();
        let cells: Cells = fields.map(|(at, field)| read_cell(&sheet, at, field, &names, &mut reasons)).collect();
        let own: Cells =
            kind.fields.iter().zip(&cells).map(|(field, cell)| cell.clone().filter(|_| field.place.array().is_none())).collect();
        let mut current = match open.take() {
            Some(open) if !kind.arrays.is_empty() && continues(&open.own, &own) => open,
            before => {
                refusal.add(before.and_then(|before| finish(kind, before, &mut read)));
                begin(kind, own, &sheet, &mut reasons)
            }
        };
        for array in &kind.arrays {
            add_element(kind, array, &cells, &sheet, &mut current.record, &mut reasons);
        }
        current.spoiled |= !reasons.is_empty();
        open = Some(current);
        if !refusal.add(reasons) {
            break;
        }
    }
    refusal.add(open.and_then(|open| finish(kind, open, &mut read)));
    refusal.unless_empty()?;
    read.notes = sheet.notes().clone();
    Ok(read)
}

/// Whether a row goes on with the fact above it.
fn continues(above: &Cells, row: &Cells) -> bool {
    above.iter().zip(row).all(|(above, cell)| cell.is_none() || cell == above)
}

/// A fact from its first row.
fn begin<R: Read>(kind: &Kind, own: Cells, sheet: &Sheet<R>, reasons: &mut Vec<FileReason>) -> Open {
    let mut record: Map<String, Value> =
        kind.arrays.iter().map(|array| ((*array).to_owned(), Value::Array(Vec::new()))).collect();
    for (at, (field, cell)) in kind.fields.iter().zip(&own).enumerate().filter(|(_, (field, _))| field.place.array().is_none()) {
        put(&mut record, field.place, filled(field, cell, at, sheet, reasons));
    }
    Open { row: sheet.row(), own, record, spoiled: false }
}

/// The cell's text, or what its being empty stands for.
fn filled<R: Read>(
    field: &Field,
    cell: &Option<String>,
    at: usize,
    sheet: &Sheet<R>,
    reasons: &mut Vec<FileReason>,
) -> Option<String> {
    match (cell, field.empty) {
        (Some(text), _) => Some(text.clone()),
        (None, Empty::Absent) => None,
        (None, Empty::Is(text)) => Some(text.to_owned()),
        (None, Empty::Refused) => {
            let missing = sheet.refuse(at, "cell_missing", "没有填写。请补填。");
            // A cell that could not be read has been refused already.
            if !reasons.iter().any(|reason| reason.column == missing.column) {
                reasons.push(missing);
            }
            None
        }
    }
}

fn put(record: &mut Map<String, Value>, place: Place, text: Option<String>) {
    let Some(text) = text.map(Value::String) else { return };
    match place {
        Place::Field(field) => {
            record.insert(field.to_owned(), text);
        }
        Place::Within(object, field) => {
            let object = record.entry(object).or_insert_with(|| Value::Object(Map::new()));
            object[field] = text;
        }
        Place::OfElement(_, field) => {
            record.insert(field.to_owned(), text);
        }
        Place::Element(_) => {}
    }
}

/// Adds what a row says of a list, unless it says nothing of it.
fn add_element<R: Read>(
    kind: &Kind,
    array: &str,
    cells: &Cells,
    sheet: &Sheet<R>,
    record: &mut Map<String, Value>,
    reasons: &mut Vec<FileReason>,
) {
    let of_array = || kind.fields.iter().zip(cells).enumerate().filter(|(_, (field, _))| field.place.array() == Some(array));
    if of_array().all(|(_, (_, cell))| cell.is_none()) {
        return;
    }
    let mut element = Map::new();
    let mut text = None;
    for (at, (field, cell)) in of_array() {
        let value = filled(field, cell, at, sheet, reasons);
        match field.place {
            Place::Element(_) => text = value,
            place => put(&mut element, place, value),
        }
    }
    let element = text.map_or(Value::Object(element), Value::String);
    if let Some(Value::Array(all)) = record.get_mut(array) {
        all.push(element);
    }
}

/// The whole record as a fact; a reason where it is none.
fn finish(kind: &Kind, open: Open, read: &mut ReadFacts) -> Option<FileReason> {
    if open.spoiled {
        return None;
    }
    let day = kind.day.and_then(|at| open.own.get(at)?.as_deref());
    let day = day.and_then(|text| date::date(text).or_else(|| date::period(text).map(Period::last_day)));
    match Fact::read(kind.word, Value::Object(open.record).to_string().as_bytes()) {
        Ok(fact) => {
            read.latest = read.latest.max(day);
            read.facts.push(fact);
            read.rows.push(open.row);
            None
        }
        Err(error) => {
            let text = format!("看不懂：{}。各列的意思见 docs/importing.md、docs/business.md。", explained(kind.word, &error));
            Some(FileReason::row(open.row, "fact_malformed", text))
        }
    }
}

/// A cell in the one spelling that records have; `None` where it is empty or refused.
fn read_cell<R: Read>(
    sheet: &Sheet<R>,
    at: usize,
    field: &Field,
    names: &Names,
    reasons: &mut Vec<FileReason>,
) -> Option<String> {
    let raw = sheet.raw(at);
    let text = match sheet.text(at) {
        Ok(text) if text.is_empty() => return None,
        Ok(text) => text,
        Err(reason) => {
            reasons.push(reason);
            return None;
        }
    };
    let (value, code, hint) = match field.form {
        Form::Text => return Some(text.into_owned()),
        Form::Amount => match cell::amount(raw) {
            Ok(amount) => return amount.map(|amount| amount.to_string()),
            Err(trouble) => (None, trouble.code(), trouble.message(raw)),
        },
        Form::Code if let Some(dimension) = field.dimension => match names.code(dimension, &text) {
            Ok(code) => return Some(code.to_string()),
            Err((code, hint)) => (None, code, hint),
        },
        Form::Code => {
            (DimensionCode::parse(&text).map(|code| code.to_string()), "code_malformed", told(&text, "编码。请填写已登记的编码"))
        }
        Form::Account => (
            AccountCode::parse(&text).map(|code| code.to_string()),
            "account_malformed",
            told(&text, "科目编码。请填写末级科目的编码"),
        ),
        Form::Date => (date::date(raw).map(|date| date.to_string()), "date_malformed", date::hint(raw)),
        Form::Period => {
            (date::period(raw).map(|period| period.to_string()), "period_malformed", told(&text, "年月。请写成 2025-01"))
        }
        Form::Count => (cell::count(raw).map(|count| count.to_string()), "count_malformed", told(&text, "整数")),
        Form::BasisPoints => (basis_points(&text), "rate_malformed", told(&text, "比例。请写成 5%，或以万分之为单位的整数 500")),
        Form::YesNo => (yes_or_no(&text), "yes_or_no_unknown", told(&text, "是或否")),
        Form::Word => {
            let word = field.words.iter().find(|(word, chinese)| text == *word || text == *chinese);
            let known = field.words.iter().map(|(word, chinese)| format!("{chinese}（{word}）")).collect::<Vec<_>>().join("、");
            (word.map(|(word, _)| (*word).to_owned()), "word_unknown", told(&text, &format!("这里可填的内容。可填：{known}")))
        }
    };
    if value.is_none() {
        reasons.push(sheet.refuse(at, code, hint));
    }
    value
}

fn told(cell: &str, wanted: &str) -> String {
    format!("“{}”不是{wanted}。", quoted(cell))
}

/// A percentage with two decimals is a number of basis points.
fn basis_points(text: &str) -> Option<String> {
    match text.strip_suffix(['%', '％']) {
        Some(percent) => cell::amount(percent).ok().flatten().and_then(|percent| u32::try_from(percent.fen()).ok()),
        None => cell::count(text),
    }
    .map(|points| points.to_string())
}

fn yes_or_no(text: &str) -> Option<String> {
    match text {
        "是" | "yes" => Some("yes".into()),
        "否" | "no" => Some("no".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
