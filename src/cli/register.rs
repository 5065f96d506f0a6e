//! `register`: 台账 as people read them.

use crate::bookkeeper::business::{register, registers_of};
use crate::bookkeeper::view::View;
use crate::cli::args::{Place, RegisterOptions};
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::place::{date, find_book};
use crate::cli::print;
use crate::collective::subjects::known_listings;
use crate::ledger::{Dimension, DimensionCode};
use serde_json::json;
use std::sync::Arc;

/// A register of one book, or of all of them with the book in each row.
pub async fn show(place: &Place, options: RegisterOptions, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    let views = match &options.book {
        Some(book) => vec![find_book(&bookkeeper, book)?],
        None => bookkeeper.books(),
    };
    let day = options.day.as_deref().map_or_else(|| Ok(bookkeeper.clock().today()), date)?;
    let table = match (&options.book, views.as_slice()) {
        (Some(_), [view]) => register(view, &options.name, day),
        _ => registers_of(&views, &options.name, day),
    };
    let table = table.ok_or_else(|| Trouble::usage(format!("没有台账 {}。可用：{}。", options.name, known_listings())))?;
    if as_json {
        let rows = table.json_rows();
        let mut answer = json!({ "register": options.name, "day": day.to_string(), "rows": rows });
        if let Some(book) = &options.book {
            answer["book"] = book.as_str().into();
        }
        print::json(&answer)?;
    } else {
        print::show(&table, &|dimension, code| name_of(&views, dimension, code));
    }
    bookkeeper.close().await;
    Ok(Ending::Done)
}

/// The name that some book knows a code by.
fn name_of(views: &[Arc<View>], dimension: Dimension, code: &str) -> Option<String> {
    let code = DimensionCode::parse(code)?;
    let mut names = views.iter().filter_map(|view| view.dimensions.get(dimension, &code));
    names.next().map(|value| value.name.clone())
}
