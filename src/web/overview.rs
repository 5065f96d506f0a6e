//! `/`: 各社区收入, the leadership's page.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::nets::DimensionProfit;
use crate::bookkeeper::report::widest_range;
use crate::bookkeeper::view::View;
use crate::ledger::statement::{GroupBy, IncomeGroup, IncomeRow, IncomeTable, Range};
use crate::ledger::{Amount, Dimension, Element, Period, amount};
use crate::web::business::{Collection, Custody, collection, custody};
use crate::web::figure::Money;
use crate::web::fixed_assets::{Figures, classes};
use crate::web::lines::{self, Figure};
use crate::web::money::{DividendRow, FundRow, Own, dividends, own, working_funds};
use crate::web::page::{Kept, Page, Trouble, community_address, opened, query, range};
use crate::web::section::{Heading, Item, Section, by_amount};
use crate::web::stock_takes::{Takes, takes};
use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Deserialize)]
pub struct OverviewQuery {
    from: Option<String>,
    to: Option<String>,
    /// The code of a street whose communities alone are shown.
    street: Option<String>,
}

#[derive(Template)]
#[template(path = "overview.html")]
pub struct Overview {
    range: Range,
    months: Vec<Period>,
    kept: Kept,
    total: Money,
    community_count: usize,
    book_count: usize,
    /// The one street that is shown.
    street: Option<String>,
    sections: Vec<Section>,
    shops: Vec<ShopRow>,
    shop_total: ShopRow,
    /// The last day of the range: registers are shown as of it.
    day: String,
    own: Own,
    funds: Vec<FundRow>,
    dividends: Vec<DividendRow>,
    custody: Option<Custody>,
    collection: Option<Collection>,
    fixed_assets: Option<Figures>,
    stock_takes: Option<Takes>,
}

/// Before there is a book: what to do next.
#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome;

/// One shop's year: three figures.
struct ShopRow {
    name: String,
    /// Where the lines of each figure are; not for the total.
    income_lines: Option<String>,
    expense_lines: Option<String>,
    profit_lines: Option<String>,
    income: Money,
    expense: Money,
    profit: Money,
}

pub async fn show(
    State(bookkeeper): State<Bookkeeper>,
    query: Result<Query<OverviewQuery>, QueryRejection>,
) -> Result<Response, Trouble> {
    let Query(asked) = query?;
    let views = bookkeeper.books();
    if views.is_empty() {
        return Ok(Page(Welcome).into_response());
    }
    Ok(Page(overview(&bookkeeper, &views, asked).await?).into_response())
}

async fn overview(bookkeeper: &Bookkeeper, views: &[Arc<View>], asked: OverviewQuery) -> Result<Overview, Trouble> {
    let range = range(asked.from.as_deref(), asked.to.as_deref(), views)?;
    let nets = bookkeeper.nets(views, range).await?;
    let months = bookkeeper.income_table(&nets, range, GroupBy::Month).await?;
    let types = bookkeeper.income_table(&nets, range, GroupBy::By(Dimension::IncomeType)).await?;
    let shops = bookkeeper.profit_by(&nets, Dimension::Shop).await?;
    let income = bookkeeper.community_income_table(&nets, range).await?;
    let too_large = || Trouble::too_large("合计");
    let street_codes = street_codes(views);
    let street =
        asked.street.as_deref().filter(|code| !code.is_empty()).map(|code| street_name(&street_codes, code)).transpose()?;
    let (months, types) = match &street {
        Some(name) => (months.of_street(name).ok_or_else(too_large)?, types.of_street(name).ok_or_else(too_large)?),
        None => (months, types),
    };
    let shop_total = shop_total(&shops).ok_or_else(too_large)?;
    let streets = streets(&months, &street_codes).ok_or_else(too_large)?;
    Ok(Overview {
        range,
        months: opened(range, views),
        kept: asked.street.filter(|_| street.is_some()).map(|code| ("street", code)).into_iter().collect(),
        total: months.total.into(),
        community_count: months.rows.len(),
        book_count: views.len(),
        own: own(&income, street.as_deref()),
        street,
        sections: vec![communities(&months), streets, sources(&types), by_month(&months)],
        shops: shops.into_iter().map(|shop| shop_row(shop, range)).collect(),
        shop_total,
        day: range.to.last_day().to_string(),
        funds: working_funds(views, range.to.last_day(), widest_range(views).unwrap_or(range)),
        dividends: dividends(views, range.to.last_day()),
        custody: custody(views, range),
        collection: collection(views, range),
        fixed_assets: classes(views, range)?,
        stock_takes: takes(views, range),
    })
}

/// Names of streets and their codes, over all books.
fn street_codes(views: &[Arc<View>]) -> BTreeMap<String, String> {
    let values = views.iter().flat_map(|view| view.dimensions.of(Dimension::Street));
    values.map(|value| (value.name.clone(), value.code.to_string())).collect()
}

fn street_name(codes: &BTreeMap<String, String>, code: &str) -> Result<String, Trouble> {
    let found = codes.iter().find(|(_, known)| *known == code).map(|(name, _)| name.clone());
    found.ok_or_else(|| Trouble::not_found(format!("没有编码为 {code} 的街道。请从首页点进来。")))
}

fn communities(table: &IncomeTable) -> Section {
    let item = |row: &IncomeRow| Item {
        name: row.name.clone(),
        note: row.street.clone(),
        href: Some(community_address(&row.community, table.range)),
        amount: row.total,
    };
    let heading = Heading { id: "communities", title: "各社区收入", name: "社区", note: Some("街道") };
    Section::new(heading, by_amount(table.rows.iter().map(item).collect()), table.total)
}

/// `None` when a sum leaves an `i64`.
fn streets(table: &IncomeTable, codes: &BTreeMap<String, String>) -> Option<Section> {
    let mut sums: BTreeMap<&str, Amount> = BTreeMap::new();
    for row in &table.rows {
        let sum = sums.entry(&row.street).or_default();
        *sum = sum.checked_add(row.total)?;
    }
    let item = |(street, amount): (&str, Amount)| Item {
        name: if street.is_empty() { "未登记街道".to_owned() } else { street.to_owned() },
        note: String::new(),
        href: codes.get(street).map(|code| format!("/?{}&street={code}", query(table.range))),
        amount,
    };
    let heading = Heading { id: "streets", title: "各街道收入", name: "街道", note: None };
    Some(Section::new(heading, by_amount(sums.into_iter().map(item).collect()), table.total))
}

fn sources(table: &IncomeTable) -> Section {
    let heading = Heading { id: "sources", title: "收入来源", name: "收入类型", note: None };
    let lines = |code: &str| lines::address(Dimension::IncomeType, code, Element::Income, table.range);
    Section::new(heading, by_amount(group_items(&table.groups, lines)), table.total)
}

fn by_month(table: &IncomeTable) -> Section {
    let heading = Heading { id: "months", title: "各月收入", name: "月份", note: None };
    Section::new(heading, group_items(&table.groups, |month| format!("/?from={month}&to={month}")), table.total)
}

/// `address` leads to what is behind a group; one without a code has nothing of its own behind it.
fn group_items(groups: &[IncomeGroup], address: impl Fn(&str) -> String) -> Vec<Item> {
    let item = |group: &IncomeGroup| Item {
        name: group.name.clone(),
        note: String::new(),
        href: (!group.code.is_empty()).then(|| address(&group.code)),
        amount: group.total,
    };
    groups.iter().map(item).collect()
}

fn shop_row(shop: DimensionProfit, range: Range) -> ShopRow {
    let lines = |of| Some(lines::address(Dimension::Shop, &shop.code, of, range));
    let (income_lines, expense_lines) = (lines(Element::Income), lines(Element::Expense));
    let profit = Figure { of: "profit", ..Figure::default() };
    ShopRow {
        name: shop.name,
        income_lines,
        expense_lines,
        profit_lines: Some(profit.address(Dimension::Shop, &shop.code, range)),
        income: shop.income.into(),
        expense: shop.expense.into(),
        profit: shop.profit.into(),
    }
}

/// `None` when the sum leaves an `i64`.
fn shop_total(shops: &[DimensionProfit]) -> Option<ShopRow> {
    let total = |of: fn(&DimensionProfit) -> Amount| amount::sum(shops.iter().map(of)).map(Money::from);
    Some(ShopRow {
        name: "合计".to_owned(),
        income_lines: None,
        expense_lines: None,
        profit_lines: None,
        income: total(|shop| shop.income)?,
        expense: total(|shop| shop.expense)?,
        profit: total(|shop| shop.profit)?,
    })
}
