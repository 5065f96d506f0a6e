//! `/lines/{dimension}/{code}`: the lines behind a figure of the first page, over all books.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::behind::{Behind, FundPart};
use crate::bookkeeper::report::widest_range;
use crate::bookkeeper::trace::{Trace, TraceCursor, TracedLine};
use crate::bookkeeper::view::View;
use crate::ledger::statement::{GroupBy, Names as _, Range, RegisterNames};
use crate::ledger::{Amount, Dimension, DimensionCode, Element, Period, amount};
use crate::store::StoreError;
use crate::web::figure::Money;
use crate::web::page::{Kept, Page, Trouble, encoded, opened, query, range, voucher_address};
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
    /// What the figure counts: a word that [`Figure`] reads; what the value earned where there is none.
    of: Option<String>,
    /// The one book that is counted.
    book: Option<String>,
    /// 决议, of dividends.
    resolution: Option<String>,
    /// 年度, of working funds.
    year: Option<String>,
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
    /// 收入, 成本及其他, 资产科目 …
    what: String,
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

/// What an address may say of a figure besides its months; what is empty is left out.
#[derive(Clone, Copy, Default)]
pub struct Figure<'a> {
    pub of: &'a str,
    pub book: &'a str,
    pub resolution: &'a str,
    pub year: &'a str,
}

impl Figure<'_> {
    fn kept(&self) -> Kept {
        let all = [("of", self.of), ("book", self.book), ("resolution", self.resolution), ("year", self.year)];
        all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.to_owned())).collect()
    }

    /// The address of the lines behind the figure.
    pub fn address(&self, dimension: Dimension, code: &str, range: Range) -> String {
        let kept = self.kept().into_iter().map(|(name, value)| format!("&{name}={}", encoded(&value))).collect::<String>();
        format!("/lines/{}/{code}?{}{kept}", dimension.word(), query(range))
    }

    /// What it counts, with what it is called and the months whose lines are looked through.
    fn behind(&self, range: Range, widest: Range) -> Result<(Behind<'_>, String, Range), Trouble> {
        let resolution = Some(self.resolution).filter(|code| !code.is_empty());
        let fund = |part, what: &str| {
            let year =
                self.year.parse().map_err(|_| Trouble::malformed(format!("看不懂年度 year={}。应为 2025 的形式。", self.year)));
            year.map(|year: u32| (Behind::WorkingFund { year, part }, format!("{year} 年度工作经费{what}"), range))
        };
        let told = |behind, what: &str| Ok((behind, what.to_owned(), range));
        match self.of {
            "" | "income" => told(Behind::Element(Element::Income), "收入"),
            "expense" => told(Behind::Element(Element::Expense), "成本及其他"),
            "asset" => told(Behind::Element(Element::Asset), "资产科目（不含期初）"),
            "profit" => told(Behind::Profit, "利润"),
            "operating" => told(Behind::Operating, "经营性收入"),
            "dividend" => told(Behind::Dividends { resolution }, "公司分配的利润"),
            "dividend_unpaid" => {
                let what = "分配而未付的利润（期间内的决议，减现在为止的支付）".to_owned();
                // What was resolved within the months may be paid after them.
                let lines = Range { from: range.from, to: range.to.max(widest.to) };
                Ok((Behind::DividendsUnpaid { resolution, resolved: range }, what, lines))
            }
            "working_fund" => fund(FundPart::Arrived, "到账"),
            "working_fund_spent" => fund(FundPart::Spent, "支出"),
            "working_fund_left" => fund(FundPart::Left, "结余"),
            other => Err(Trouble::malformed(format!(
                "看不懂 of={other}。应为 income、expense、profit、operating、asset、dividend、dividend_unpaid 或 working_fund 等。"
            ))),
        }
    }
}

impl LinesQuery {
    fn figure(&self) -> Figure<'_> {
        Figure { of: text(&self.of), book: text(&self.book), resolution: text(&self.resolution), year: text(&self.year) }
    }
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

/// The address of the lines behind a figure of one element.
pub fn address(dimension: Dimension, code: &str, of: Element, range: Range) -> String {
    let of = match of {
        Element::Expense => "expense",
        Element::Asset => "asset",
        _ => "",
    };
    Figure { of, ..Figure::default() }.address(dimension, code, range)
}

pub async fn show(
    State(bookkeeper): State<Bookkeeper>,
    path: Result<Path<(String, String)>, PathRejection>,
    asked: Result<Query<LinesQuery>, QueryRejection>,
) -> Result<Page<Lines>, Trouble> {
    let (Path((word, code)), Query(asked)) = (path?, asked?);
    let (all, figure) = (bookkeeper.books(), asked.figure());
    let range = range(asked.from.as_deref(), asked.to.as_deref(), &all)?;
    let (behind, what, looked) = figure.behind(range, widest_range(&all).unwrap_or(range))?;
    let dimension =
        Dimension::parse(&word).ok_or_else(|| Trouble::not_found(format!("没有辅助核算类别 {word}。请从首页点进来。")))?;
    let views = counted(all, figure.book)?;
    registered(&views, dimension, &code)?;
    let place = asked.after.as_deref().map(|text| place(text, &views)).transpose()?;
    let address = figure.address(dimension, &code, range);
    let first = place.is_some().then(|| format!("{address}#lines"));
    // Income types are counted where a community earned something; the other figures count every line.
    let also = (dimension == Dimension::IncomeType).then_some(Dimension::Community);
    let found = lines(&bookkeeper, &views, &Trace { dimension, code: &code, behind, range: looked, also }, place).await?;
    let page_total = amount::sum(found.lines.iter().map(|(_, line)| behind.adds(line.side, line.amount)));
    let books = views.iter().map(|view| (&*view.chart, &*view.dimensions)).collect();
    Ok(Page(Lines {
        range,
        months: opened(range, &views),
        kept: figure.kept(),
        kind: dimension.chinese(),
        name: RegisterNames { books, group_by: GroupBy::By(dimension) }.group(&code),
        what,
        lines: found.lines.iter().map(|(view, line)| line_row(view, line, behind.adds(line.side, line.amount))).collect(),
        page_total: page_total.ok_or_else(|| Trouble::too_large("本页合计"))?.into(),
        first,
        next: found.next.map(|next| format!("{address}&after={next}#lines")),
        home: format!("/?{}", query(range)),
    }))
}

/// All books, or the one that is named.
fn counted(views: Vec<Arc<View>>, book: &str) -> Result<Vec<Arc<View>>, Trouble> {
    let views: Vec<_> = views.into_iter().filter(|view| book.is_empty() || view.profile.code == book).collect();
    if views.is_empty() { Err(Trouble::not_found(format!("没有账套 {book}。请从首页点进来。"))) } else { Ok(views) }
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
