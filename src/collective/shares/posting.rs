//! 股权与利润分配: changes of shares, a resolution with its reserve and dividend, and the payment of it (facts §7.2 J2-J4).

mod capital;
mod distribution;

use crate::collective::produce::Produced;
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::collective::shares::distribution::posting::{DistributionAccounts, declaration_lines, payment_lines, reserve_lines};
use crate::collective::shares::dividend::{DividendPayment, DividendResolution, Paid, compute};
use crate::collective::shares::holding::ShareChange;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};

impl Record for ShareChange {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Community, &self.holder)]
    }

    /// The very same change again is a retry, not another change.
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        if registers.shares.history(&self.holder).contains(self) {
            let message = format!("社区 {} 的这笔股权变动（{}）已经登记过。", self.holder, self.document);
            return vec![Rule::business("share_change_repeated", message)];
        }
        registers.shares.examine(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.shares.apply(self.clone());
    }
}

impl Record for DividendResolution {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Resolution, &self.code)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.dividends.examine_resolution(self, &registers.shares)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.dividends.resolve(self, &registers.shares);
    }

    fn produce(&self, registers: &Registers, _: &Book) -> Result<Vec<Produced>, Rule> {
        resolved(registers, self).map(|one| vec![one])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[resolution, _date] = parts else { return None };
        registers.dividends.withdraw_resolution(&DimensionCode::parse(resolution)?)
    }
}

impl Record for DividendPayment {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let mut rules = registers.dividends.examine_payment(self);
        if registers.dividends.get(&self.resolution).is_some() {
            let accounts = &registers.organisation.bank_accounts;
            let account = |paid: &Paid| accounts.examine_dividend(&paid.holder, paid.account.as_ref(), self.date);
            rules.extend(self.payments.iter().filter_map(account));
        }
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        registers.dividends.pay(self);
    }

    fn produce(&self, registers: &Registers, _: &Book) -> Result<Vec<Produced>, Rule> {
        paid(registers, self).map(|one| vec![one])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[resolution, document] = parts else { return None };
        registers.dividends.withdraw_payment(&DimensionCode::parse(resolution)?, document)
    }
}

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
fn resolved(registers: &Registers, resolution: &DividendResolution) -> Result<Produced, Rule> {
    let distribution =
        compute(resolution, &registers.shares).map_err(|rules| rules.into_iter().next().unwrap_or(Rule::NothingDeclared))?;
    let accounts = accounts(registers)?;
    let mut lines = reserve_lines(&distribution, &resolution.code, &accounts);
    lines.extend(declaration_lines(&distribution, &resolution.code, &accounts));
    let agreed = resolution.agreement.as_ref().map(|number| format!("（全体股东约定 {number}）")).unwrap_or_default();
    Ok(Produced {
        reference: resolution.reference(),
        date: resolution.date,
        memo: format!("按决议 {} 提取盈余公积并分配利润{agreed}", resolution.number),
        lines,
    })
}

fn paid(registers: &Registers, payment: &DividendPayment) -> Result<Produced, Rule> {
    let account = |role| registers.roles.account(role);
    let payments: Vec<_> = payment.payments.iter().map(|paid| (paid.holder.clone(), paid.amount)).collect();
    let lines = payment_lines(&payments, &payment.resolution, account(Role::DividendPayable)?, account(Role::Bank)?);
    Ok(Produced {
        reference: payment.reference(),
        date: payment.date,
        memo: format!("支付决议 {} 的利润（{}）", payment.resolution, payment.document),
        lines,
    })
}
