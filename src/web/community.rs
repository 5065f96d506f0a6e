//! `/communities/{code}`: one community's income, and every line it is made of.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::trace::{Trace, TraceCursor, TracedLine};
use crate::bookkeeper::view::View;
use crate::ledger::statement::{GroupBy, IncomeGroup, IncomeTable, Names, Range, RegisterNames};
use crate::ledger::{Amount, Dimension, DimensionCode, Element, Period, amount};
use crate::store::StoreError;
use crate::web::figure::{Money, income};
use crate::web::page::{Page, Trouble, opened, query, range, voucher_address};
use crate::web::section::{Heading, Item, Section};
use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use std::sync::Arc;

/// Lines of one page: a few screens of a phone.
const PAGE_LINES: u32 = 100;

#[derive(Deserialize)]
pub struct CommunityQuery {
    from: Option<String>,
    to: Option<String>,
    /// Where the page before ended.
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "community.html")]
pub struct Community {
    range: Range,
    months: Vec<Period>,
    code: String,
    name: String,
    street: String,
    total: Money,
    sections: Vec<Section>,
    lines: Vec<LineRow>,
    page_total: Money,
    /// Address of the page from its first line on, on every page but the first.
    first: Option<String>,
    next: Option<String>,
    home: String,
}

struct LineRow {
    date: String,
    number: String,
    href: String,
    memo: String,
    account: String,
    amount: Money,
}

pub async fn show(
    State(bookkeeper): State<Bookkeeper>,
    path: Result<Path<String>, PathRejection>,
    asked: Result<Query<CommunityQuery>, QueryRejection>,
) -> Result<Page<Community>, Trouble> {
    let (Path(code), Query(asked)) = (path?, asked?);
    let views = bookkeeper.books();
    let range = range(asked.from.as_deref(), asked.to.as_deref(), &views)?;
    let registered = |code: &DimensionCode| views.iter().any(|view| view.dimensions.get(Dimension::Community, code).is_some());
    DimensionCode::parse(&code)
        .filter(registered)
        .ok_or_else(|| Trouble::not_found(format!("没有编码为 {code} 的社区。请从首页点进来。")))?;
    let place = asked.after.as_deref().map(|text| place(text, &views)).transpose()?;
    let accounts = bookkeeper.income_by_community(&views, range, GroupBy::Account).await?;
    let months = bookkeeper.income_by_community(&views, range, GroupBy::Month).await?;
    let first = place.is_some().then(|| format!("/communities/{code}?{}#lines", query(range)));
    let found = lines(&bookkeeper, &views, &code, range, place).await?;
    let page_total = amount::sum(found.lines.iter().map(|(_, line)| income(line.side, line.amount)));
    let books = views.iter().map(|view| (&*view.chart, &*view.dimensions)).collect();
    let (name, street) = RegisterNames { books, group_by: GroupBy::Nothing }.community(&code);
    let heading = |id, title, name| Heading { id, title, name, note: None };
    Ok(Page(Community {
        range,
        months: opened(range, &views),
        name,
        street,
        total: total_of(&months, &code).into(),
        sections: vec![
            section_of(&accounts, &code, heading("accounts", "按科目", "科目")),
            section_of(&months, &code, heading("months", "按月", "月份")),
        ],
        lines: found.lines.iter().map(|(view, line)| line_row(view, line)).collect(),
        page_total: page_total.ok_or_else(|| Trouble::too_large("本页合计"))?.into(),
        first,
        next: found.next.map(|next| format!("/communities/{code}?{}&after={next}#lines", query(range))),
        home: format!("/?{}", query(range)),
        code,
    }))
}

fn total_of(table: &IncomeTable, code: &str) -> Amount {
    table.rows.iter().find(|row| row.community == code).map(|row| row.total).unwrap_or_default()
}

/// One community's row of an income table, a bar for each column that is not empty.
fn section_of(table: &IncomeTable, code: &str, heading: Heading) -> Section {
    let row = table.rows.iter().find(|row| row.community == code);
    let cells = row.into_iter().flat_map(|row| table.groups.iter().zip(&row.cells)).filter(|(_, amount)| !amount.is_zero());
    let item = |(group, amount): (&IncomeGroup, &Amount)| Item {
        name: group.name.clone(),
        note: String::new(),
        href: None,
        amount: *amount,
    };
    Section::new(heading, cells.map(item).collect(), total_of(table, code))
}

/// Where a page of lines goes on: in which book, and after which line of it.
struct Place {
    book: String,
    after: Option<TraceCursor>,
}

/// Reads `book` or `book.cursor`, as a page's own link wrote it. No book's code contains a dot.
fn place(text: &str, views: &[Arc<View>]) -> Result<Place, Trouble> {
    let (book, cursor) = text.split_once('.').map_or((text, None), |(book, cursor)| (book, Some(cursor)));
    let known = views.iter().any(|view| view.profile.code == book);
    let after = cursor.map(TraceCursor::parse);
    match after {
        _ if !known => Err(Trouble::not_found(format!("没有账套 {book}。请从首页点进来。"))),
        Some(None) => Err(Trouble::malformed("看不懂从哪一行接着看。请从首页点进来。")),
        Some(after) => Ok(Place { book: book.to_owned(), after }),
        None => Ok(Place { book: book.to_owned(), after: None }),
    }
}

struct FoundLines {
    lines: Vec<(Arc<View>, TracedLine)>,
    /// As [`place`] reads it.
    next: Option<String>,
}

/// A page of lines over all books, one book after the other.
async fn lines(
    bookkeeper: &Bookkeeper,
    views: &[Arc<View>],
    code: &str,
    range: Range,
    from: Option<Place>,
) -> Result<FoundLines, StoreError> {
    let trace = Trace { dimension: Dimension::Community, code, element: Element::Income, range };
    let mut found = FoundLines { lines: Vec::new(), next: None };
    let mut after = from.as_ref().and_then(|from| from.after);
    let start = views.iter().position(|view| from.as_ref().is_none_or(|from| from.book == view.profile.code)).unwrap_or(0);
    for view in views.iter().skip(start) {
        let book = &view.profile.code;
        let room = PAGE_LINES.saturating_sub(u32::try_from(found.lines.len()).unwrap_or(PAGE_LINES));
        // A full page still has to know whether another book goes on: one line of it tells.
        let page = bookkeeper.dimension_lines(view, &trace, after.take(), room.max(1)).await?;
        if room == 0 && !page.lines.is_empty() {
            found.next = Some(book.clone());
        } else if room > 0 {
            found.lines.extend(page.lines.into_iter().map(|line| (Arc::clone(view), line)));
            found.next = page.next.map(|next| format!("{book}.{next}"));
        }
        if found.next.is_some() {
            break;
        }
    }
    Ok(found)
}

fn line_row(view: &View, line: &TracedLine) -> LineRow {
    LineRow {
        date: line.date.to_string(),
        number: line.number.to_string(),
        href: voucher_address(&view.profile.code, line.period, line.number),
        memo: line.memo.clone(),
        account: line.account_name.clone(),
        amount: income(line.side, line.amount).into(),
    }
}
