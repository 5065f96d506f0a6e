//! 计提: what a contract earns in a month, net and gross, and which contracts a month end has to look at.

use crate::collective::contracts::advance;
use crate::collective::contracts::recognition::{Recognition, parts, taxed};
use crate::collective::contracts::register::{Contract, ContractRegister};
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
pub fn month_amount(contract: &Contract, period: Period) -> Result<Amount, Rule> {
    let newest = contract.accrued.keys().next_back().map_or(period, |newest| period.max(*newest));
    let earned = total(months(contract)?.range(..=newest).map(|(_, part)| *part));
    Ok(less(earned, total(contract.accrued.values().copied())))
}

/// Net and tax of what a month recognises of what is owed. Months that were left out since the one recognised before have
/// the rate of their own last day, all else that of the month's.
pub fn month_taxed(contract: &Contract, period: Period) -> Result<(Amount, Amount), Rule> {
    let kind = contract.terms.kind;
    let mut left = month_amount(contract, period)?;
    let (mut net, mut tax) = (Amount::ZERO, Amount::ZERO);
    let newest = contract.accrued.keys().next_back();
    if newest.is_none_or(|newest| *newest < period) {
        let months = months(contract)?;
        for (month, part) in months.range(..period).filter(|(month, _)| newest.is_none_or(|newest| newest < *month)) {
            let (part_net, part_tax) = taxed(kind, *part, month.last_day())?;
            (left, net, tax) = (less(left, *part), plus(net, part_net), plus(tax, part_tax));
        }
    }
    let (rest_net, rest_tax) = taxed(kind, left, period.last_day())?;
    Ok((plus(net, rest_net), plus(tax, rest_tax)))
}

/// The contracts that have something to recognise in a month and have not been accrued for it: what a month end has to do.
pub fn due(contracts: &ContractRegister, period: Period) -> Vec<DimensionCode> {
    let accrues = |contract: &&Contract| {
        contract.voided.is_none()
            && Period::of(contract.terms.start).is_some_and(|first| first <= period)
            && contract.recognition() != Recognition::OnReceipt
            && !contract.accrued.contains_key(&period)
            && month_amount(contract, period).is_ok_and(|amount| !amount.is_zero())
    };
    contracts.iter().filter(accrues).map(|contract| contract.terms.code.clone()).collect()
}
