//! `/lines/{dimension}/{code}`: the lines behind a figure of the first page, over all books.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::trace::{Trace, TraceCursor, TracedLine};
use crate::bookkeeper::view::View;
use crate::ledger::statement::{GroupBy, Names as _, Range, RegisterNames};
use crate::ledger::{Amount, Dimension, DimensionCode, Element, Period, amount};
use crate::store::StoreError;
use crate::web::figure::{Money, expense, income};
use crate::web::page::{Kept, Page, Trouble, opened, query, range, voucher_address};
use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use std::sync::Arc;

/// Lines of one page: a few screens of a phone.
const PAGE_LINES: u32 = 100;

#[derive(Deserialize)]
pub struct LinesQuery {
    pub from: Option<String>,
    pub to: Option<String>,
    /// Where the page before ended.
    pub after: Option<String>,
    /// `expense` for what a value cost, `asset` for what it is worth; what it earned otherwise.
    of: Option<String>,
}

#[derive(Template)]
#[template(path = "lines.html")]
pub struct Lines {
    range: Range,
    months: Vec<Period>,
    kept: Kept,
    /// 门店, 收入类型
    kind: &'static str,
    name: String,
    /// 收入, 成本及其他, 资产科目
    what: &'static str,
    lines: Vec<LineRow>,
    page_total: Money,
    /// Address of the page from its first line on, on every page but the first.
    first: Option<String>,
    next: Option<String>,
    home: String,
}

pub struct LineRow {
    pub date: String,
    pub number: String,
    pub href: String,
    pub memo: String,
    pub account: String,
    pub amount: Money,
}

/// What an address says of an element; nothing for income.
fn word_of(element: Element) -> Option<&'static str> {
    match element {
        Element::Expense => Some("expense"),
        Element::Asset => Some("asset"),
        _ => None,
    }
}

/// The address of the lines behind a figure.
pub fn address(dimension: Dimension, code: &str, of: Element, range: Range) -> String {
    let of = word_of(of).map(|word| format!("&of={word}")).unwrap_or_default();
    format!("/lines/{}/{code}?{}{of}", dimension.word(), query(range))
}

pub async fn show(
    State(bookkeeper): State<Bookkeeper>,
    path: Result<Path<(String, String)>, PathRejection>,
    asked: Result<Query<LinesQuery>, QueryRejection>,
) -> Result<Page<Lines>, Trouble> {
    let (Path((word, code)), Query(asked)) = (path?, asked?);
    let views = bookkeeper.books();
    let range = range(asked.from.as_deref(), asked.to.as_deref(), &views)?;
    let element = match asked.of.as_deref() {
        None | Some("" | "income") => Element::Income,
        Some("expense") => Element::Expense,
        Some("asset") => Element::Asset,
        Some(other) => return Err(Trouble::malformed(format!("看不懂 of={other}。应为 income、expense 或 asset。"))),
    };
    let dimension =
        Dimension::parse(&word).ok_or_else(|| Trouble::not_found(format!("没有辅助核算类别 {word}。请从首页点进来。")))?;
    registered(&views, dimension, &code)?;
    let place = asked.after.as_deref().map(|text| place(text, &views)).transpose()?;
    let first = place.is_some().then(|| format!("{}#lines", address(dimension, &code, element, range)));
    // Income types are counted where a community earned something; the other figures count every line.
    let also = (dimension == Dimension::IncomeType).then_some(Dimension::Community);
    let found = lines(&bookkeeper, &views, &Trace { dimension, code: &code, element, range, also }, place).await?;
    let adds = |line: &TracedLine| match element {
        Element::Income => income(line.side, line.amount),
        _ => expense(line.side, line.amount),
    };
    let page_total = amount::sum(found.lines.iter().map(|(_, line)| adds(line)));
    let books = views.iter().map(|view| (&*view.chart, &*view.dimensions)).collect();
    Ok(Page(Lines {
        range,
        months: opened(range, &views),
        kept: word_of(element).map(|word| ("of", word.to_owned())).into_iter().collect(),
        kind: dimension.chinese(),
        name: RegisterNames { books, group_by: GroupBy::By(dimension) }.group(&code),
        what: match element {
            Element::Expense => "成本及其他",
            Element::Asset => "资产科目（不含期初）",
            _ => "收入",
        },
        lines: found.lines.iter().map(|(view, line)| line_row(view, line, adds(line))).collect(),
        page_total: page_total.ok_or_else(|| Trouble::too_large("本页合计"))?.into(),
        first,
        next: found.next.map(|next| format!("{}&after={next}#lines", address(dimension, &code, element, range))),
        home: format!("/?{}", query(range)),
    }))
}

/// A page is of a code that a book has registered.
pub fn registered(views: &[Arc<View>], dimension: Dimension, code: &str) -> Result<(), Trouble> {
    let known = |code: &DimensionCode| views.iter().any(|view| view.dimensions.get(dimension, code).is_some());
    match DimensionCode::parse(code).filter(known) {
        Some(_) => Ok(()),
        None => Err(Trouble::not_found(format!("没有编码为 {code} 的{}。请从首页点进来。", dimension.chinese()))),
    }
}

/// Where a page of lines goes on: in which book, and after which line of it.
pub struct Place {
    book: String,
    after: Option<TraceCursor>,
}

/// Reads `book` or `book.cursor`, as a page's own link wrote it. No book's code contains a dot.
pub fn place(text: &str, views: &[Arc<View>]) -> Result<Place, Trouble> {
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

pub struct FoundLines {
    pub lines: Vec<(Arc<View>, TracedLine)>,
    /// As [`place`] reads it.
    pub next: Option<String>,
}

/// A page of lines over all books, one book after the other.
pub async fn lines(
    bookkeeper: &Bookkeeper,
    views: &[Arc<View>],
    trace: &Trace<'_>,
    from: Option<Place>,
) -> Result<FoundLines, StoreError> {
    let mut found = FoundLines { lines: Vec::new(), next: None };
    let mut after = from.as_ref().and_then(|from| from.after);
    let start = views.iter().position(|view| from.as_ref().is_none_or(|from| from.book == view.profile.code)).unwrap_or(0);
    for view in views.iter().skip(start) {
        let book = &view.profile.code;
        let room = PAGE_LINES.saturating_sub(u32::try_from(found.lines.len()).unwrap_or(PAGE_LINES));
        // A full page still has to know whether another book goes on: one line of it tells.
        let page = bookkeeper.dimension_lines(view, trace, after.take(), room.max(1)).await?;
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

/// A line as a page shows it. `amount` is what it adds to the figure.
pub fn line_row(view: &View, line: &TracedLine, amount: Amount) -> LineRow {
    LineRow {
        date: line.date.to_string(),
        number: line.number.to_string(),
        href: voucher_address(&view.profile.code, line.period, line.number),
        memo: line.memo.clone(),
        account: line.account_name.clone(),
        amount: amount.into(),
    }
}
