//! `/`: 各社区收入, the leadership's page.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::trace::DimensionProfit;
use crate::ledger::statement::{GroupBy, IncomeGroup, IncomeRow, IncomeTable, Range};
use crate::ledger::{Amount, Dimension, Period, amount};
use crate::web::business::{Collection, Custody, collection, custody};
use crate::web::figure::Money;
use crate::web::page::{Page, Trouble, community_address, opened, range};
use crate::web::section::{Heading, Item, Section, by_amount};
use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub struct RangeQuery {
    from: Option<String>,
    to: Option<String>,
}

#[derive(Template)]
#[template(path = "overview.html")]
pub struct Overview {
    range: Range,
    months: Vec<Period>,
    total: Money,
    community_count: usize,
    book_count: usize,
    sections: Vec<Section>,
    shops: Vec<ShopRow>,
    shop_total: ShopRow,
    /// The last day of the range: registers are shown as of it.
    day: String,
    custody: Option<Custody>,
    collection: Option<Collection>,
}

/// One shop's year: three figures.
struct ShopRow {
    name: String,
    income: Money,
    expense: Money,
    profit: Money,
}

pub async fn show(
    State(bookkeeper): State<Bookkeeper>,
    query: Result<Query<RangeQuery>, QueryRejection>,
) -> Result<Page<Overview>, Trouble> {
    let Query(query) = query?;
    let views = bookkeeper.books();
    let range = range(query.from.as_deref(), query.to.as_deref(), &views)?;
    // Readers do not wait for each other, so the page takes as long as its slowest table.
    let (months, types, shops) = tokio::try_join!(
        bookkeeper.income_by_community(&views, range, GroupBy::Month),
        bookkeeper.income_by_community(&views, range, GroupBy::By(Dimension::IncomeType)),
        bookkeeper.profit_by(&views, range, Dimension::Shop),
    )?;
    let too_large = || Trouble::too_large("合计");
    let shop_total = shop_total(&shops).ok_or_else(too_large)?;
    let streets = streets(&months).ok_or_else(too_large)?;
    Ok(Page(Overview {
        range,
        months: opened(range, &views),
        total: months.total.into(),
        community_count: months.rows.len(),
        book_count: views.len(),
        sections: vec![communities(&months), streets, sources(&types), by_month(&months)],
        shops: shops.into_iter().map(shop_row).collect(),
        shop_total,
        day: range.to.last_day().to_string(),
        custody: custody(&views, range.to.last_day()),
        collection: collection(&views, range.to.last_day()),
    }))
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
fn streets(table: &IncomeTable) -> Option<Section> {
    let mut sums: BTreeMap<&str, Amount> = BTreeMap::new();
    for row in &table.rows {
        let sum = sums.entry(&row.street).or_default();
        *sum = sum.checked_add(row.total)?;
    }
    let item = |(street, amount): (&str, Amount)| Item {
        name: if street.is_empty() { "未登记街道".to_owned() } else { street.to_owned() },
        note: String::new(),
        href: None,
        amount,
    };
    let heading = Heading { id: "streets", title: "各街道收入", name: "街道", note: None };
    Some(Section::new(heading, by_amount(sums.into_iter().map(item).collect()), table.total))
}

fn sources(table: &IncomeTable) -> Section {
    let heading = Heading { id: "sources", title: "收入来源", name: "收入类型", note: None };
    Section::new(heading, by_amount(group_items(&table.groups)), table.total)
}

fn by_month(table: &IncomeTable) -> Section {
    let heading = Heading { id: "months", title: "各月收入", name: "月份", note: None };
    Section::new(heading, group_items(&table.groups), table.total)
}

fn group_items(groups: &[IncomeGroup]) -> Vec<Item> {
    let item = |group: &IncomeGroup| Item { name: group.name.clone(), note: String::new(), href: None, amount: group.total };
    groups.iter().map(item).collect()
}

fn shop_row(shop: DimensionProfit) -> ShopRow {
    ShopRow { name: shop.name, income: shop.income.into(), expense: shop.expense.into(), profit: shop.profit.into() }
}

/// `None` when the sum leaves an `i64`.
fn shop_total(shops: &[DimensionProfit]) -> Option<ShopRow> {
    let total = |of: fn(&DimensionProfit) -> Amount| amount::sum(shops.iter().map(of)).map(Money::from);
    Some(ShopRow {
        name: "合计".to_owned(),
        income: total(|shop| shop.income)?,
        expense: total(|shop| shop.expense)?,
        profit: total(|shop| shop.profit)?,
    })
}
