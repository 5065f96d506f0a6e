//! 代管资产与合同收缴: what the registers of all books show on the last day of the months asked for.

use crate::bookkeeper::view::View;
use crate::collective::contracts::report::CollectionRow;
use crate::collective::custody::report::Use;
use crate::collective::{contracts, custody};
use crate::ledger::statement::Range;
use crate::ledger::{Dimension, DimensionCode, Element, amount};
use crate::web::figure::{Money, percent};
use crate::web::lines;
use std::sync::Arc;

/// One entrusted asset.
pub struct AssetRow {
    pub name: String,
    /// The income that it brought in the months looked at.
    pub href: String,
    pub community: String,
    /// m²
    pub area: String,
    pub standing: &'static str,
    /// Needs someone's attention.
    pub alarming: bool,
    pub rent: Option<Money>,
    /// For a month and m².
    pub unit_rent: Option<Money>,
}

/// 盘活情况: how many assets there are, and how many of them earn something.
pub struct Custody {
    pub rows: Vec<AssetRow>,
    pub count: usize,
    pub let_count: usize,
    pub idle_count: usize,
    pub expired_count: usize,
    pub lapsed_count: usize,
}

/// One contract that is not as it should be.
pub struct ContractRow {
    pub code: String,
    /// What it was owed and paid in the months looked at.
    pub href: String,
    pub community: String,
    pub counterparty: String,
    pub overdue: Money,
    pub since: String,
    pub warnings: String,
}

/// 合同收缴情况.
pub struct Collection {
    pub count: usize,
    pub due: Money,
    pub received: Money,
    pub overdue: Money,
    pub rate: String,
    /// Those with a warning, the largest debt first.
    pub rows: Vec<ContractRow>,
}

pub fn name(view: &View, dimension: Dimension, code: &DimensionCode) -> String {
    view.dimensions.get(dimension, code).map_or_else(|| code.to_string(), |value| value.name.clone())
}

/// `None` where no asset is registered.
pub fn custody(views: &[Arc<View>], range: Range) -> Option<Custody> {
    let day = range.to.last_day();
    let rows: Vec<(Use, AssetRow)> = views
        .iter()
        .flat_map(|view| {
            custody::report::custody(&view.registers, day).into_iter().map(move |row| {
                let community = row.custodian.as_ref().map(|code| name(view, Dimension::Community, code)).unwrap_or_default();
                let shown = AssetRow {
                    href: lines::address(Dimension::Asset, row.asset.as_str(), Element::Income, range),
                    name: row.name,
                    community,
                    area: row.area.to_string(),
                    standing: row.use_.chinese(),
                    alarming: matches!(row.use_, Use::Expired | Use::Lapsed | Use::Idle),
                    rent: row.rent.map(Money::from),
                    unit_rent: row.monthly_rent_per_square_metre.map(Money::from),
                };
                (row.use_, shown)
            })
        })
        .collect();
    let count_of = |wanted: Use| rows.iter().filter(|(use_, _)| *use_ == wanted).count();
    let (let_count, idle_count, expired_count) = (count_of(Use::Let), count_of(Use::Idle), count_of(Use::Expired));
    let (count, lapsed_count) = (rows.len(), count_of(Use::Lapsed));
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    (count > 0).then_some(Custody { rows, count, let_count, idle_count, expired_count, lapsed_count })
}

/// `None` where no contract is registered, or a sum leaves an `i64`.
pub fn collection(views: &[Arc<View>], range: Range) -> Option<Collection> {
    let day = range.to.last_day();
    let all = views.iter().flat_map(|view| {
        let rows = contracts::report::contracts(&view.registers, day).into_iter().filter(|row| row.voided.is_none());
        rows.map(move |row| (view, row))
    });
    let all: Vec<(&Arc<View>, contracts::report::ContractRow)> = all.collect();
    let received = amount::sum(all.iter().map(|(_, row)| row.received))?;
    let total = CollectionRow::of(None, all.iter().map(|(_, row)| row))?;
    let mut wrong: Vec<_> = all.iter().filter(|(_, row)| !row.warnings.is_empty()).collect();
    wrong.sort_by_key(|(_, row)| std::cmp::Reverse(row.overdue));
    let shown = |(view, row): &(&Arc<View>, contracts::report::ContractRow)| ContractRow {
        code: row.contract.to_string(),
        href: lines::address(Dimension::Contract, row.contract.as_str(), Element::Asset, range),
        community: name(view, Dimension::Community, &row.community),
        counterparty: name(view, Dimension::Counterparty, &row.counterparty),
        overdue: row.overdue.into(),
        since: row.overdue_since.map(|date| date.to_string()).unwrap_or_default(),
        warnings: row.warnings.iter().map(|warning| warning.chinese()).collect::<Vec<_>>().join("、"),
    };
    (!all.is_empty()).then(|| Collection {
        count: all.len(),
        rate: total.rate_basis_points.map_or_else(|| "—".to_owned(), |rate| percent(rate.0)),
        due: total.due.into(),
        received: received.into(),
        overdue: total.overdue.into(),
        rows: wrong.into_iter().map(shown).collect(),
    })
}
