//! 公司分配 in a community's own book: the dividend of a company that is kept here too. The company's income names the
//! community already, so income of communities leaves it out: it is counted once, and shown as distributed.

use crate::bookkeeper::view::View;
use crate::collective::roles::role::Role;
use crate::collective::stakes::stake::{StakeAcquired, StakeDividendDeclared};
use crate::ledger::statement::{GroupBy, IncomeCell, Range};
use crate::ledger::{Amount, Dimension, Period};
use std::collections::BTreeSet;

/// What a book has declared of dividends whose company is among the books that are kept, with the stake's terms.
fn mirrored<'a>(
    view: &'a View,
    kept: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = (&'a StakeAcquired, &'a StakeDividendDeclared)> {
    let stakes = view.registers.stakes.iter().map(|(_, stake)| stake);
    let stakes = stakes.filter(move |stake| stake.counterpart().is_some_and(|(book, _)| kept(book)));
    stakes.flat_map(|stake| {
        stake.terms().into_iter().flat_map(|terms| stake.declarations.values().map(move |one| (terms, &one.declared)))
    })
}

/// The references of their vouchers: lines behind a figure leave these out as the figure does.
pub fn references(view: &View, kept: impl Fn(&str) -> bool) -> BTreeSet<String> {
    mirrored(view, kept).map(|(_, declared)| declared.reference()).collect()
}

/// What they take off a table of income. `None` when an amount leaves an `i64`.
pub fn cells(view: &View, kept: impl Fn(&str) -> bool, range: Range, group_by: GroupBy) -> Option<Vec<IncomeCell>> {
    let account = view.registers.roles.account(Role::InvestmentIncome);
    let within = |declared: &StakeDividendDeclared| {
        Period::of(declared.date).filter(|period| range.from <= *period && *period <= range.to)
    };
    let found = mirrored(view, kept).filter_map(|(terms, declared)| Some((terms, declared, within(declared)?)));
    let cell = |(terms, declared, period): (&StakeAcquired, &StakeDividendDeclared, Period)| {
        let group = match group_by {
            GroupBy::Month => period.to_string(),
            GroupBy::Account => account.as_ref().map(ToString::to_string).unwrap_or_default(),
            GroupBy::By(Dimension::IncomeType) => terms.income_type.to_string(),
            GroupBy::By(Dimension::Counterparty) => declared.stake.to_string(),
            GroupBy::Nothing | GroupBy::By(_) => String::new(),
        };
        let amount = Amount::ZERO.checked_sub(declared.amount)?;
        Some(IncomeCell { community: terms.community.as_str().into(), group: group.into(), amount })
    };
    found.map(cell).collect()
}
