//! 计提: what a contract earns in a month, net and gross, and which contracts a month end has to look at.

use crate::collective::asset::AssetRegister;
use crate::collective::contract::{Contract, ContractRegister};
use crate::collective::money::{Money, MoneyReceived};
use crate::collective::schedule::{Installment, by_month};
use crate::collective::terms::{ContractKind, Timing};
use crate::collective::vat;
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

/// How a contract is recognised: as of an entrusted asset where its asset was in custody when it began.
pub fn recognition(contract: &Contract, assets: &AssetRegister) -> Recognition {
    let terms = &contract.terms;
    let entrusted =
        terms.asset.as_ref().and_then(|asset| assets.get(asset)).is_some_and(|asset| asset.in_custody_on(terms.start));
    match terms.kind {
        _ if entrusted => Recognition::OnReceipt,
        ContractKind::Intermediary => Recognition::OnReceipt,
        _ if terms.advance => Recognition::Advance,
        _ => Recognition::Receivable,
    }
}

/// Net and tax of a gross amount on a day; all of it net where nothing is supplied.
pub fn taxed(kind: ContractKind, gross: Amount, day: Date) -> Result<(Amount, Amount), Rule> {
    let Some(supply) = kind.supply() else { return Ok((gross, Amount::ZERO)) };
    let rate = vat::rate(supply, day).map(|rule| rule.basis_points);
    rate.and_then(|rate| vat::split(gross, rate)).ok_or_else(|| Rule::Business {
        code: "vat_rate_unknown",
        message: format!("{day} 没有登记“{}”的增值税征收率。请先更新税率表。", kind.chinese()),
    })
}

/// What receipts of rent in advance have left after tax: what stands on 预收租金 before any month is released.
pub fn credited(contract: &Contract) -> Result<Amount, Rule> {
    let mut sum = Amount::ZERO;
    for money in contract.money.values().filter(|money| money.kind == Money::Rent) {
        let (net, _) = taxed(contract.terms.kind, money.amount, money.date)?;
        sum = sum.checked_add(net).unwrap_or(Amount::MAX);
    }
    Ok(sum)
}

/// What is left of a receipt on its way over the payments it covers, the oldest first.
struct Receipt {
    date: Date,
    gross: Amount,
    net: Amount,
}

impl Receipt {
    /// Covers as much of `need` as is left: (gross, net). The last part takes what rounding has left over.
    fn cover(&mut self, need: Amount, kind: ContractKind) -> Result<(Amount, Amount), Rule> {
        let part = need.min(self.gross);
        let net = if part == self.gross { self.net } else { taxed(kind, part, self.date)?.0 };
        self.gross = self.gross.checked_sub(part).unwrap_or(Amount::ZERO);
        self.net = self.net.checked_sub(net).unwrap_or(Amount::ZERO);
        Ok((part, net))
    }
}

/// What each payment earns. In advance that is what its receipts left after the tax of their day, and for what is not
/// paid yet the net by the rate of the day it is due: trued up once the money is there.
fn worths(contract: &Contract) -> Result<Vec<(Installment, Amount)>, Rule> {
    let (terms, installments) = (&contract.terms, contract.installments());
    if !terms.advance {
        return Ok(installments.into_iter().map(|one| (one, one.gross)).collect());
    }
    let mut paid: Vec<&MoneyReceived> = contract.money.values().filter(|money| money.kind == Money::Rent).collect();
    paid.sort_by_key(|money| (money.date, &money.document));
    let receipt = |money: &&MoneyReceived| {
        let (net, _) = taxed(terms.kind, money.amount, money.date)?;
        Ok(Receipt { date: money.date, gross: money.amount, net })
    };
    let mut receipts = paid.iter().map(receipt).collect::<Result<Vec<_>, Rule>>()?;
    let mut worths = Vec::with_capacity(installments.len());
    let mut first = 0;
    for one in installments {
        let (mut need, mut worth) = (one.gross, Amount::ZERO);
        while let Some(receipt) = receipts.get_mut(first).filter(|_| !need.is_zero()) {
            let (part, net) = receipt.cover(need, terms.kind)?;
            need = need.checked_sub(part).unwrap_or(Amount::ZERO);
            worth = worth.checked_add(net).unwrap_or(Amount::MAX);
            if receipt.gross.is_zero() {
                first += 1;
            }
        }
        let (unpaid, _) = taxed(terms.kind, need, one.due)?;
        worths.push((one, worth.checked_add(unpaid).unwrap_or(Amount::MAX)));
    }
    Ok(worths)
}

/// What a payment earns in which months; nothing is lost on the way.
fn parts(payment: &Installment, worth: Amount, timing: Timing) -> Vec<(Period, Amount)> {
    match timing {
        Timing::Monthly => by_month(payment.from, payment.to, worth),
        Timing::WhenDue => Period::of(payment.due).map(|month| (month, worth)).into_iter().collect(),
    }
}

/// What every month earns, as things stand.
fn months(contract: &Contract) -> Result<BTreeMap<Period, Amount>, Rule> {
    let mut months = BTreeMap::new();
    for (payment, worth) in worths(contract)? {
        for (month, part) in parts(&payment, worth, contract.terms.recognition) {
            let sum: &mut Amount = months.entry(month).or_default();
            *sum = sum.checked_add(part).unwrap_or(Amount::MAX);
        }
    }
    Ok(months)
}

/// What is to be recognised in a month: its own part, and what months recognised before had too little or too much, now
/// that more is known (a receipt at another rate, an early end). So in the end exactly what was paid is recognised.
pub fn month_amount(contract: &Contract, period: Period) -> Result<Amount, Rule> {
    let months = months(contract)?;
    let part = |month: &Period| months.get(month).copied().unwrap_or_default();
    let less = |a: Amount, b: Amount| a.checked_sub(b).unwrap_or(Amount::ZERO);
    let missed = contract.accrued.iter().map(|(month, amount)| less(part(month), *amount));
    Ok(missed.fold(part(&period), |sum, more| sum.checked_add(more).unwrap_or(Amount::MAX)))
}

/// The contracts that have something to recognise in a month and have not been accrued for it: what a month end has to do.
pub fn due(contracts: &ContractRegister, assets: &AssetRegister, period: Period) -> Vec<DimensionCode> {
    let accrues = |contract: &&Contract| {
        contract.voided.is_none()
            && Period::of(contract.terms.start).is_some_and(|first| first <= period)
            && recognition(contract, assets) != Recognition::OnReceipt
            && !contract.accrued.contains_key(&period)
            && month_amount(contract, period).is_ok_and(|amount| !amount.is_zero())
    };
    contracts.iter().filter(accrues).map(|contract| contract.terms.code.clone()).collect()
}
