//! 计提: what a contract earns in a month, net and gross, and which contracts a month end has to look at.

use crate::collective::asset::AssetRegister;
use crate::collective::contract::{Contract, ContractRegister};
use crate::collective::schedule::by_month;
use crate::collective::terms::ContractKind;
use crate::collective::vat;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;

/// Net and tax of a gross amount on a day.
pub fn taxed(kind: ContractKind, gross: Amount, day: Date) -> Result<(Amount, Amount), Rule> {
    let rate = vat::rate(kind.supply(), day).map(|rule| rule.basis_points);
    rate.and_then(|rate| vat::split(gross, rate)).ok_or_else(|| Rule::Business {
        code: "vat_rate_unknown",
        message: format!("{day} 没有登记“{}”的增值税征收率。请先更新税率表。", kind.chinese()),
    })
}

/// What a contract earns in a month: gross, or net of the tax that was due with each payment.
pub fn month_amount(contract: &Contract, period: Period, net: bool) -> Result<Amount, Rule> {
    let mut sum = Amount::ZERO;
    for payment in contract.installments().iter().filter(|one| one.from <= period.last_day() && one.to >= period.first_day()) {
        let amount = if net { taxed(contract.terms.kind, payment.gross, payment.due)?.0 } else { payment.gross };
        let parts = by_month(payment.from, payment.to, amount);
        let part = parts.iter().find(|(month, _)| *month == period).map_or(Amount::ZERO, |(_, part)| *part);
        sum = sum.checked_add(part).unwrap_or(Amount::MAX);
    }
    Ok(sum)
}

/// The contracts that earn something in a month and have not been accrued for it: what a month end has to do.
pub fn due(contracts: &ContractRegister, assets: &AssetRegister, period: Period) -> Vec<DimensionCode> {
    let accrues = |contract: &&Contract| {
        let terms = &contract.terms;
        let own = terms.asset.as_ref().is_none_or(|asset| assets.get(asset).is_none());
        own && terms.kind != ContractKind::Intermediary
            && !contract.accrued.contains(&period)
            && month_amount(contract, period, terms.advance).is_ok_and(|amount| !amount.is_zero())
    };
    contracts.iter().filter(accrues).map(|contract| contract.terms.code.clone()).collect()
}
