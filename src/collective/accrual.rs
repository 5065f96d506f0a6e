//! 计提: what a contract earns in a month, net and gross, and which contracts a month end has to look at.

use crate::collective::advance;
use crate::collective::contract::{Contract, ContractRegister};
use crate::collective::schedule::{Installment, by_month, share};
use crate::collective::terms::{ContractKind, Timing};
use crate::collective::vat;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// When the money of a contract becomes income.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognition {
    /// With the money: brokerage, and the rent of an entrusted asset, of which a part is never income.
    OnReceipt,
    /// Month by month, owed until it is paid.
    Receivable,
    /// Month by month, out of what was paid in advance.
    Advance,
}

/// How a contract is recognised.
pub fn recognition(contract: &Contract) -> Recognition {
    let terms = &contract.terms;
    match terms.kind {
        _ if contract.entrusted => Recognition::OnReceipt,
        ContractKind::Intermediary => Recognition::OnReceipt,
        _ if terms.advance => Recognition::Advance,
        _ => Recognition::Receivable,
    }
}

/// Net and tax of a gross amount on a day; all of it net where nothing is supplied.
pub fn taxed(kind: ContractKind, gross: Amount, day: Date) -> Result<(Amount, Amount), Rule> {
    let Some(supply) = kind.supply() else { return Ok((gross, Amount::ZERO)) };
    let rate = vat::rate(supply, day).map(|rule| rule.basis_points);
    rate.and_then(|rate| vat::split(gross, rate)).ok_or_else(|| rate_unknown(kind, day))
}

/// The gross amount of a net one.
pub fn grossed(kind: ContractKind, net: Amount, day: Date) -> Result<Amount, Rule> {
    let Some(supply) = kind.supply() else { return Ok(net) };
    let rate = vat::rate(supply, day).ok_or_else(|| rate_unknown(kind, day))?;
    Ok(share(net, 10_000 + i64::from(rate.basis_points), 10_000))
}

fn rate_unknown(kind: ContractKind, day: Date) -> Rule {
    let message = format!("{day} 没有登记“{}”的增值税征收率。请先更新税率表。", kind.chinese());
    Rule::business("vat_rate_unknown", message)
}

/// What each payment earns.
fn worths(contract: &Contract) -> Result<advance::Worths, Rule> {
    if contract.terms.advance {
        return advance::worths(contract);
    }
    Ok(contract.schedule().into_iter().map(|one| (one, one.gross)).collect())
}

/// What a payment earns in which months; nothing is lost on the way.
pub fn parts(payment: &Installment, worth: Amount, timing: Timing) -> Vec<(Period, Amount)> {
    match timing {
        Timing::Monthly => by_month(payment.from, payment.to, worth),
        Timing::WhenDue => Period::of(payment.due).map(|month| (month, worth)).into_iter().collect(),
    }
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
            && recognition(contract) != Recognition::OnReceipt
            && !contract.accrued.contains_key(&period)
            && month_amount(contract, period).is_ok_and(|amount| !amount.is_zero())
    };
    contracts.iter().filter(accrues).map(|contract| contract.terms.code.clone()).collect()
}
