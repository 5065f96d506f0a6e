//! 参股: a stake at cost, its dividends declared and received (facts §7.2 E1, E2; J5 in a community's book).

use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::collective::stakes::stake::{StakeAcquired, StakeDividendDeclared, StakeDividendReceived, StakeForm};
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};

impl Record for StakeAcquired {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![
            (Dimension::Counterparty, &self.stake),
            (Dimension::Community, &self.community),
            (Dimension::IncomeType, &self.income_type),
        ]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.stakes.examine_acquired(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.stakes.acquire(self);
    }

    /// E1: at cost.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let paid_with = match self.form {
            StakeForm::Cash => Role::Bank,
            StakeForm::InKind => Role::ContributedAsset,
            StakeForm::Opening => return Ok(Vec::new()),
        };
        let mut lines = Lines::new(registers, book);
        lines.debit(Role::LongTermStake, self.amount, &[(Dimension::Counterparty, &self.stake)])?;
        lines.credit(paid_with, self.amount, &[])?;
        Ok(vec![Produced {
            reference: format!("stake_acquired/{}/{}", self.stake, self.document),
            date: self.date,
            memo: format!("参股 {}（{}）", self.stake, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[stake, document] = parts else { return None };
        registers.stakes.withdraw_acquired(&DimensionCode::parse(stake)?, document)
    }
}

impl Record for StakeDividendDeclared {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.stakes.examine_declared(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.stakes.declare(self);
    }

    /// E2, J5: income is what the investee declares, of the community that the stake was attributed to.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let Some(terms) = registers.stakes.get(&self.stake).and_then(|stake| stake.terms()) else { return Ok(Vec::new()) };
        let investee = (Dimension::Counterparty, &self.stake);
        let earned = [(Dimension::Community, &terms.community), (Dimension::IncomeType, &terms.income_type), investee];
        let mut lines = Lines::new(registers, book);
        lines.debit(Role::DividendReceivable, self.amount, &[investee])?;
        lines.credit(Role::InvestmentIncome, self.amount, &earned)?;
        Ok(vec![Produced {
            reference: self.reference(),
            date: self.date,
            memo: format!("{} 宣告分红（{}）", self.stake, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[stake, document] = parts else { return None };
        registers.stakes.withdraw_declared(&DimensionCode::parse(stake)?, document)
    }
}

impl Record for StakeDividendReceived {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.stakes.examine_received(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.stakes.receive(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let mut lines = Lines::new(registers, book);
        lines.debit(Role::Bank, self.amount, &[])?;
        lines.credit(Role::DividendReceivable, self.amount, &[(Dimension::Counterparty, &self.stake)])?;
        Ok(vec![Produced {
            reference: self.reference(),
            date: self.date,
            memo: format!("收到 {} 分红（{}）", self.stake, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[stake, declaration, document] = parts else { return None };
        registers.stakes.withdraw_received(&DimensionCode::parse(stake)?, declaration, document)
    }
}
