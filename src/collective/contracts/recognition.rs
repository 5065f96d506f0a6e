//! 收入确认: when the money of a contract becomes income, in which months, and what of it is tax.

use crate::collective::contracts::schedule::Installment;
use crate::collective::contracts::terms::{ContractKind, ContractTerms, Timing};
use crate::collective::ground::spread::share;
use crate::collective::ground::vat;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Period};
use jiff::civil::Date;

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

/// How a contract is recognised; `entrusted` tells that its asset was in custody when it began.
pub fn recognition(terms: &ContractTerms, entrusted: bool) -> Recognition {
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

/// What a payment earns in which months; nothing is lost on the way.
pub fn parts(payment: &Installment, worth: Amount, timing: Timing) -> Vec<(Period, Amount)> {
    match timing {
        Timing::Monthly => payment.by_month(worth),
        Timing::WhenDue => Period::of(payment.due).map(|month| (month, worth)).into_iter().collect(),
    }
}
