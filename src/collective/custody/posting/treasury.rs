//! 上缴国库: what was collected for the treasury is paid over (facts §7.2 B1).

use crate::collective::custody::treasury::TreasuryRemitted;
use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};

impl Record for TreasuryRemitted {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.treasury.examine_remitted(self, &registers.assets)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.treasury.remit(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let mut lines = Lines::new(registers, book);
        lines.debit(Role::TreasuryPayable, self.amount, &[(Dimension::Asset, &self.asset)])?;
        lines.credit(Role::Bank, self.amount, &[])?;
        Ok(vec![Produced {
            reference: format!("treasury_remitted/{}/{}", self.asset, self.document),
            date: self.date,
            memo: format!("上缴代管资产{}出租收入（非税缴款书{}）", self.asset, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[asset, document] = parts else { return None };
        registers.treasury.withdraw_remitted(&DimensionCode::parse(asset)?, document)
    }
}
