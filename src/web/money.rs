//! 自有收入与公司分配、工作经费、利润分配: what leadership asks about money that is not simply income.

use crate::bookkeeper::leadership::{CommunityIncome, CommunityIncomeTable};
use crate::bookkeeper::view::View;
use crate::collective::organisation::unit::UnitKind;
use crate::collective::{funds, shares};
use crate::ledger::statement::Range;
use crate::ledger::{Amount, Dimension, Period};
use crate::web::business::name;
use crate::web::figure::Money;
use crate::web::lines::Figure;
use crate::web::page::community_address;
use jiff::civil::Date;
use std::sync::Arc;

/// A figure, and where the lines are that it is made of.
pub struct Linked {
    pub money: Money,
    pub href: Option<String>,
}

impl Linked {
    /// Nothing is behind a zero.
    fn new(amount: Amount, href: Option<String>) -> Linked {
        Linked { money: amount.into(), href: href.filter(|_| !amount.is_zero()) }
    }
}

/// One community: what it earned itself, and what its company gave it.
pub struct OwnRow {
    pub name: String,
    pub href: Option<String>,
    pub operating_income: Linked,
    pub total_income: Linked,
    pub distributed: Linked,
    pub unpaid: Linked,
}

pub struct Own {
    pub rows: Vec<OwnRow>,
    /// Over all communities; absent where one street is shown.
    pub total: Option<OwnRow>,
}

/// `lines` leads from what a figure counts to its lines; `None` where these would not add up to it.
fn own_row(row: &CommunityIncome, name: &str, href: Option<String>, lines: impl Fn(&str) -> Option<String>) -> OwnRow {
    let distributed = !row.distributed.is_zero();
    OwnRow {
        name: name.to_owned(),
        href,
        operating_income: Linked::new(row.operating_income, lines("operating")),
        total_income: Linked::new(row.total_income, lines("")),
        distributed: Linked::new(row.distributed, lines("dividend")),
        unpaid: Linked { href: lines("dividend_unpaid").filter(|_| distributed), money: row.unpaid.into() },
    }
}

/// The communities of one street, or of all.
pub fn own(table: &CommunityIncomeTable, street: Option<&str>) -> Own {
    let shown = table.rows.iter().filter(|row| street.is_none_or(|street| row.street == street));
    let row = |row: &CommunityIncome| {
        let lines =
            |of: &str| Some(Figure { of, ..Figure::default() }.address(Dimension::Community, &row.community, table.range));
        own_row(row, &row.name, Some(community_address(&row.community, table.range)), lines)
    };
    Own { rows: shown.map(row).collect(), total: street.is_none().then(|| own_row(&table.total, "合计", None, |_| None)) }
}

/// 社区工作经费 of one community and year.
pub struct FundRow {
    pub community: String,
    pub year: u32,
    pub arrived: Linked,
    pub dates: Vec<String>,
    pub spent: Linked,
    pub left: Linked,
    /// 离底线差多少
    pub short: Option<Money>,
}

/// Every community of the books that follow working funds at all.
pub fn working_funds(views: &[Arc<View>], day: Date, widest: Range) -> Vec<FundRow> {
    let followed = views.iter().filter(|view| view.registers.working_funds.iter().next().is_some());
    let rows = followed.flat_map(|view| {
        let communities = view.asked(day).own_units(UnitKind::Community);
        funds::report::working_funds(&view.registers, &communities, day).into_iter().map(move |row| {
            let year = row.year.to_string();
            let lines = |of| {
                let figure = Figure { of, book: &view.profile.code, year: &year, ..Figure::default() };
                figure.address(Dimension::Community, row.community.as_str(), widest)
            };
            let came = !row.arrived.is_zero();
            FundRow {
                community: name(view, Dimension::Community, &row.community),
                year: row.year,
                arrived: Linked::new(row.arrived, Some(lines("working_fund"))),
                dates: row.arrival_dates.iter().map(ToString::to_string).collect(),
                spent: Linked::new(row.spent, Some(lines("working_fund_spent"))),
                left: Linked { href: came.then(|| lines("working_fund_left")), money: row.left.into() },
                short: row.short.filter(|short| !short.is_zero()).map(Money::from),
            }
        })
    });
    rows.collect()
}

/// 利润分配 of one resolution to one community.
pub struct DividendRow {
    pub community: String,
    pub number: String,
    pub share: Linked,
    pub owed: Linked,
    pub pay_by: String,
    pub overdue: bool,
}

pub fn dividends(views: &[Arc<View>], day: Date) -> Vec<DividendRow> {
    let rows = views.iter().flat_map(|view| {
        let resolved = shares::report::dividends(&view.registers, day).into_iter();
        let known = resolved.filter_map(move |row| {
            let resolved = view.registers.dividends.get(&row.resolution)?.resolution.date;
            Some((row, Period::of(resolved).filter(|_| resolved <= day)?))
        });
        known.map(move |(row, month)| {
            let lines = |of| {
                let figure = Figure { of, book: &view.profile.code, resolution: row.resolution.as_str(), ..Figure::default() };
                figure.address(Dimension::Community, row.holder.as_str(), Range { from: month, to: month })
            };
            let unpaid = (!row.share.is_zero()).then(|| lines("dividend_unpaid"));
            DividendRow {
                community: name(view, Dimension::Community, &row.holder),
                share: Linked::new(row.share, Some(lines("dividend"))),
                owed: Linked { href: unpaid, money: row.owed.into() },
                number: row.number,
                pay_by: row.pay_by.to_string(),
                overdue: row.overdue,
            }
        })
    });
    rows.collect()
}
