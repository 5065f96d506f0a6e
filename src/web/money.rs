//! 自有收入与公司分配、工作经费、利润分配: what leadership asks about money that is not simply income.

use crate::bookkeeper::leadership::{CommunityIncome, CommunityIncomeTable};
use crate::bookkeeper::view::View;
use crate::collective::organisation::unit::UnitKind;
use crate::collective::report;
use crate::ledger::Dimension;
use crate::web::business::name;
use crate::web::figure::Money;
use crate::web::page::community_address;
use jiff::civil::Date;
use std::sync::Arc;

/// One community: what it earned itself, and what its company gave it.
pub struct OwnRow {
    pub name: String,
    pub href: Option<String>,
    pub operating_income: Money,
    pub total_income: Money,
    pub distributed: Money,
    pub unpaid: Money,
}

pub struct Own {
    pub rows: Vec<OwnRow>,
    /// Over all communities; absent where one street is shown.
    pub total: Option<OwnRow>,
}

fn own_row(row: &CommunityIncome, name: &str, href: Option<String>) -> OwnRow {
    OwnRow {
        name: name.to_owned(),
        href,
        operating_income: row.operating_income.into(),
        total_income: row.total_income.into(),
        distributed: row.distributed.into(),
        unpaid: row.unpaid.into(),
    }
}

/// The communities of one street, or of all.
pub fn own(table: &CommunityIncomeTable, street: Option<&str>) -> Own {
    let shown = table.rows.iter().filter(|row| street.is_none_or(|street| row.street == street));
    let rows = shown.map(|row| own_row(row, &row.name, Some(community_address(&row.community, table.range)))).collect();
    Own { rows, total: street.is_none().then(|| own_row(&table.total, "合计", None)) }
}

/// 社区工作经费 of one community and year.
pub struct FundRow {
    pub community: String,
    pub year: u32,
    pub arrived: Money,
    pub dates: Vec<String>,
    pub spent: Money,
    pub left: Money,
    /// 离底线差多少
    pub short: Option<Money>,
}

/// Every community of the books that follow working funds at all.
pub fn working_funds(views: &[Arc<View>], day: Date) -> Vec<FundRow> {
    let followed = views.iter().filter(|view| view.registers.working_funds.iter().next().is_some());
    let rows = followed.flat_map(|view| {
        let communities = view.own_units(UnitKind::Community);
        report::funds::working_funds(&view.registers, &communities, day).into_iter().map(move |row| FundRow {
            community: name(view, Dimension::Community, &row.community),
            year: row.year,
            arrived: row.arrived.into(),
            dates: row.arrival_dates.iter().map(ToString::to_string).collect(),
            spent: row.spent.into(),
            left: row.left.into(),
            short: row.short.filter(|short| !short.is_zero()).map(Money::from),
        })
    });
    rows.collect()
}

/// 利润分配 of one resolution to one community.
pub struct DividendRow {
    pub community: String,
    pub number: String,
    pub share: Money,
    pub owed: Money,
    pub pay_by: String,
    pub overdue: bool,
}

pub fn dividends(views: &[Arc<View>], day: Date) -> Vec<DividendRow> {
    let rows = views.iter().flat_map(|view| {
        let resolved = report::dividends(&view.registers, day).into_iter();
        let known = resolved.filter(move |row| {
            view.registers.dividends.get(&row.resolution).is_some_and(|dividend| dividend.resolution.date <= day)
        });
        known.map(move |row| DividendRow {
            community: name(view, Dimension::Community, &row.holder),
            number: row.number,
            share: row.share.into(),
            owed: row.owed.into(),
            pay_by: row.pay_by.to_string(),
            overdue: row.overdue,
        })
    });
    rows.collect()
}
