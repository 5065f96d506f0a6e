//! `/communities/{code}`: one community's income, and every line it is made of.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::behind::Behind;
use crate::bookkeeper::trace::Trace;
use crate::ledger::statement::{GroupBy, IncomeGroup, IncomeTable, Names, Range, RegisterNames};
use crate::ledger::{Amount, Dimension, Element, Period, amount};
use crate::web::figure::{Money, income};
use crate::web::lines::{LineRow, LinesQuery, line_row, lines, place, registered};
use crate::web::page::{Kept, Page, Trouble, opened, query, range};
use crate::web::section::{Heading, Item, Section};
use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};

#[derive(Template)]
#[template(path = "community.html")]
pub struct Community {
    range: Range,
    months: Vec<Period>,
    kept: Kept,
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

pub async fn show(
    State(bookkeeper): State<Bookkeeper>,
    path: Result<Path<String>, PathRejection>,
    asked: Result<Query<LinesQuery>, QueryRejection>,
) -> Result<Page<Community>, Trouble> {
    let (Path(code), Query(asked)) = (path?, asked?);
    let views = bookkeeper.books();
    let range = range(asked.from.as_deref(), asked.to.as_deref(), &views)?;
    registered(&views, Dimension::Community, &code)?;
    let place = asked.after.as_deref().map(|text| place(text, &views)).transpose()?;
    let nets = bookkeeper.nets(&views, range).await?;
    let accounts = bookkeeper.income_table(&nets, range, GroupBy::Account).await?;
    let months = bookkeeper.income_table(&nets, range, GroupBy::Month).await?;
    let first = place.is_some().then(|| format!("/communities/{code}?{}#lines", query(range)));
    let trace =
        Trace { dimension: Dimension::Community, code: &code, behind: Behind::Element(Element::Income), range, also: None };
    let found = lines(&bookkeeper, &views, &trace, place).await?;
    let page_total = amount::sum(found.lines.iter().map(|(_, line)| income(line.side, line.amount)));
    let books = views.iter().map(|view| (&*view.chart, &*view.dimensions)).collect();
    let (name, street) = RegisterNames { books, group_by: GroupBy::Nothing }.community(&code);
    let heading = |id, title, name| Heading { id, title, name, note: None };
    Ok(Page(Community {
        range,
        months: opened(range, &views),
        kept: Kept::new(),
        name,
        street,
        total: total_of(&months, &code).into(),
        sections: vec![
            section_of(&accounts, &code, heading("accounts", "按科目", "科目")),
            section_of(&months, &code, heading("months", "按月", "月份")),
        ],
        lines: found.lines.iter().map(|(view, line)| line_row(view, line, income(line.side, line.amount))).collect(),
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
