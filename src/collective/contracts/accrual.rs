//! 计提: what a contract earns in a month, net and gross, and which contracts a month end has to look at.

use crate::collective::contracts::advance;
use crate::collective::contracts::recognition::{Recognition, parts};
use crate::collective::contracts::register::{Contract, ContractRegister, Month};
use crate::collective::contracts::tax;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
use std::collections::BTreeMap;

/// What each payment earns.
fn worths(contract: &Contract) -> Result<advance::Worths, Rule> {
    if contract.terms.advance {
        return advance::worths(contract);
    }
    Ok(contract.schedule().into_iter().map(|one| (one.clone(), one.gross)).collect())
}

/// What every month earns, as things stand; none before the book's first, which other books have recognised.
fn months(contract: &Contract) -> Result<BTreeMap<Period, Amount>, Rule> {
    let timing = contract.terms.recognition;
    let earned = worths(contract)?.into_iter().flat_map(|(payment, worth)| parts(&payment, worth, timing));
    let mut months = BTreeMap::new();
    for (month, part) in earned.chain(advance::carried_parts(contract)?) {
        let sum: &mut Amount = months.entry(month).or_default();
        *sum = plus(*sum, part);
    }
    months.retain(|month: &Period, _| month.first_day() >= contract.since);
    Ok(months)
}

/// What is to be recognised in a month: all that is earned by then, less what has been recognised. So a month that was left
/// out comes with the next, closed books being never opened again for it (小企业会计准则 §88), and so does what earlier
/// months had too little or too much, now that more is known (a receipt at another rate, an early end). A month after which
/// a later one was recognised has nothing that the later one did not take with it.
fn month_amount(contract: &Contract, period: Period) -> Result<Amount, Rule> {
    let newest = contract.accrued.keys().next_back().map_or(period, |newest| period.max(*newest));
    let earned = total(months(contract)?.range(..=newest).map(|(_, part)| *part));
    Ok(less(earned, total(contract.accrued.values().copied())))
}

/// What a month end recognises and moves. The tax is that of the payments that months belong to, each a document of its
/// own, at the rate of its tax point; a receipt at another rate trues it up.
pub fn month(contract: &Contract, period: Period) -> Result<Month, Rule> {
    let gross = month_amount(contract, period)?;
    if contract.recognition() == Recognition::Advance {
        return Ok(Month { gross, ..Month::default() });
    }
    let newest = contract.accrued.keys().next_back().map_or(period, |newest| period.max(*newest));
    let earned = total(tax::net_months(contract)?.range(..=newest).map(|(_, part)| *part));
    let recognised = less(total(contract.accrued.values().copied()), total(contract.accrued_tax.values().copied()));
    let moved = tax::to_move(contract, newest.last_day())?;
    Ok(Month { gross, tax: less(gross, less(earned, recognised)), moved })
}

/// The contracts that have something to recognise in a month and have not been accrued for it: what a month end has to do.
pub fn due(contracts: &ContractRegister, period: Period) -> Vec<DimensionCode> {
    let accrues = |contract: &&Contract| {
        contract.voided.is_none()
            && Period::of(contract.terms.start).is_some_and(|first| first <= period)
            && contract.recognition() != Recognition::OnReceipt
            && !contract.accrued.contains_key(&period)
            && month(contract, period).is_ok_and(|month| !month.gross.is_zero() || !month.moved.is_zero())
    };
    contracts.iter().filter(accrues).map(|contract| contract.terms.code.clone()).collect()
}
