//! A part of a page: bars, and the same figures as a table beneath.

use crate::ledger::Amount;
use crate::web::figure::{Money, bar, share};

/// What a section is made of, before it is made to look like anything.
pub struct Item {
    pub name: String,
    /// What the name belongs to, such as the street of a community.
    pub note: String,
    pub href: Option<String>,
    pub amount: Amount,
}

pub struct Heading {
    /// The section's anchor.
    pub id: &'static str,
    pub title: &'static str,
    /// Over the names.
    pub name: &'static str,
    /// Over the notes, where there are any.
    pub note: Option<&'static str>,
}

pub struct Section {
    pub heading: Heading,
    pub rows: Vec<SectionRow>,
    pub total: Money,
}

pub struct SectionRow {
    pub name: String,
    pub note: String,
    pub href: Option<String>,
    pub amount: Money,
    pub share: String,
    pub bar: i64,
}

impl Section {
    pub fn new(heading: Heading, items: Vec<Item>, total: Amount) -> Section {
        let largest = items.iter().map(|item| item.amount).max_by_key(|amount| amount.fen().unsigned_abs()).unwrap_or_default();
        let row = |item: Item| SectionRow {
            name: item.name,
            note: item.note,
            href: item.href,
            amount: item.amount.into(),
            share: share(item.amount, total),
            bar: bar(item.amount, largest),
        };
        Section { heading, rows: items.into_iter().map(row).collect(), total: total.into() }
    }
}

/// Largest first; equal amounts keep their order.
pub fn by_amount(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by_key(|item| std::cmp::Reverse(item.amount));
    items
}
