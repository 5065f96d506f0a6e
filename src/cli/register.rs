//! `register`: 台账 as people read them: columns in Chinese and in one order, codes with their names, words translated.

use crate::bookkeeper::business::{known_registers, register, registers_of};
use crate::bookkeeper::view::View;
use crate::cli::args::{Place, RegisterOptions};
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::place::{date, find_book};
use crate::cli::print::{self, Align, say};
use crate::ledger::{Dimension, DimensionCode};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub mod words;

use words::{COLUMNS, column, word};

/// A register of one book, or of all of them with the book in each row.
pub async fn show(place: &Place, options: RegisterOptions, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    let views = match &options.book {
        Some(book) => vec![find_book(&bookkeeper, book)?],
        None => bookkeeper.books(),
    };
    let day = options.day.as_deref().map_or_else(|| Ok(bookkeeper.clock().today()), date)?;
    let rows = match (&options.book, views.as_slice()) {
        (Some(_), [view]) => register(view, &options.name, day),
        _ => registers_of(&views, &options.name, day),
    };
    let rows = rows.ok_or_else(|| Trouble::usage(format!("没有台账 {}。可用：{}。", options.name, known_registers())))?;
    if as_json {
        print::json(&json!({ "book": options.book, "register": options.name, "day": day.to_string(), "rows": rows }))?;
    } else {
        print_rows(&views, &options.name, &rows);
    }
    bookkeeper.close().await;
    Ok(Ending::Done)
}

/// What a code of this field is of; `None` where the field holds no code that has a name.
fn dimension(field: &str) -> Option<Dimension> {
    Some(match field {
        "community" | "custodian" | "holder" => Dimension::Community,
        "counterparty" | "stake" => Dimension::Counterparty,
        "shop" => Dimension::Shop,
        "income_type" => Dimension::IncomeType,
        _ => return None,
    })
}

/// A code with the name that some book knows it by.
fn named(views: &[Arc<View>], dimension: Dimension, code: &str) -> Option<String> {
    let parsed = DimensionCode::parse(code)?;
    let mut names = views.iter().filter_map(|view| view.dimensions.get(dimension, &parsed));
    names.next().map(|value| format!("{} {code}", value.name))
}

/// A value as a table shows it; what has parts of its own, as their values.
fn cell(views: &[Arc<View>], register: &str, field: &str, value: &Value) -> String {
    match value {
        Value::String(text) => dimension(field)
            .and_then(|dimension| named(views, dimension, text))
            .unwrap_or_else(|| word(register, field, text).map_or_else(|| text.clone(), str::to_owned)),
        Value::Null => String::new(),
        Value::Bool(true) => "是".to_owned(),
        Value::Bool(false) => "否".to_owned(),
        Value::Array(all) => all.iter().map(|one| cell(views, register, field, one)).collect::<Vec<_>>().join("、"),
        Value::Object(parts) => {
            parts.iter().map(|(part, value)| cell(views, register, part, value)).collect::<Vec<_>>().join(" ")
        }
        Value::Number(number) => number.to_string(),
    }
}

/// The fields that some row has, as [`COLUMNS`] orders them; those it does not know come last.
fn fields(rows: &[&Map<String, Value>]) -> Vec<String> {
    let place = |field: &str| COLUMNS.iter().position(|(known, _)| *known == field).unwrap_or(COLUMNS.len());
    let mut fields: Vec<String> = rows.iter().flat_map(|row| row.keys().cloned()).collect();
    fields.sort_by_cached_key(|field| (place(field), field.clone()));
    fields.dedup();
    fields
}

fn print_rows(views: &[Arc<View>], name: &str, rows: &Value) {
    let Some(rows) = rows.as_array().filter(|rows| !rows.is_empty()) else { return say!("没有记录。") };
    let objects: Vec<&Map<String, Value>> = rows.iter().filter_map(Value::as_object).collect();
    if objects.is_empty() {
        rows.iter().for_each(|row| say!("{}", cell(views, name, "", row)));
        return;
    }
    let fields = fields(&objects);
    let shown = |row: &Map<String, Value>, field: &String| {
        row.get(field).map_or_else(String::new, |value| cell(views, name, field, value))
    };
    let table: Vec<Vec<String>> = objects.iter().map(|row| fields.iter().map(|field| shown(row, field)).collect()).collect();
    let heads: Vec<(&str, Align)> = fields.iter().map(|field| (column(name, field), Align::Left)).collect();
    print::table(&heads, &table);
}
