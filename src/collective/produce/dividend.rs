//! J2-J4: reserve and dividend by the resolution, and the payment of it.

use crate::collective::distribution::posting::{DistributionAccounts, declaration_lines, payment_lines, reserve_lines};
use crate::collective::dividend::{DividendPayment, DividendResolution, compute};
use crate::collective::produce::Produced;
use crate::collective::register::Registers;
use crate::collective::role::Role;
use crate::ledger::refusal::Rule;

fn accounts(registers: &Registers) -> Result<DistributionAccounts, Rule> {
    let account = |role| registers.roles.account(role);
    Ok(DistributionAccounts {
        dividend_taken: account(Role::DividendTaken)?,
        optional_reserve: account(Role::OptionalReserve)?,
        optional_reserve_taken: account(Role::OptionalReserveTaken)?,
        payable: account(Role::DividendPayable)?,
        statutory_reserve: account(Role::StatutoryReserve)?,
        statutory_reserve_taken: account(Role::StatutoryReserveTaken)?,
    })
}

/// One voucher for one resolution: what goes to the reserves and what each community is owed.
pub fn resolved(registers: &Registers, resolution: &DividendResolution) -> Result<Produced, Rule> {
    let distribution =
        compute(resolution, &registers.shares).map_err(|rules| rules.into_iter().next().unwrap_or(Rule::NothingDeclared))?;
    let accounts = accounts(registers)?;
    let mut lines = reserve_lines(&distribution, &resolution.code, &accounts);
    lines.extend(declaration_lines(&distribution, &resolution.code, &accounts));
    Ok(Produced {
        reference: format!("dividend_resolved/{}/{}", resolution.code, resolution.date),
        date: resolution.date,
        memo: format!("按决议 {} 提取盈余公积并分配利润", resolution.number),
        lines,
    })
}

pub fn paid(registers: &Registers, payment: &DividendPayment) -> Result<Produced, Rule> {
    let account = |role| registers.roles.account(role);
    let payments: Vec<_> = payment.payments.iter().map(|paid| (paid.holder.clone(), paid.amount)).collect();
    let lines = payment_lines(&payments, &payment.resolution, account(Role::DividendPayable)?, account(Role::Bank)?);
    Ok(Produced {
        reference: format!("dividend_paid/{}/{}", payment.resolution, payment.document),
        date: payment.date,
        memo: format!("支付决议 {} 的利润（{}）", payment.resolution, payment.document),
        lines,
    })
}
