//! 实缴出资: the money of a share arrives (facts §7.5).

use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::collective::shares::capital::CapitalPaid;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};

impl Record for CapitalPaid {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Community, &self.holder)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.capital.examine(self, &registers.shares)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.capital.pay(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let mut lines = Lines::new(registers, book);
        lines.debit(Role::Bank, self.amount, &[])?;
        lines.credit(Role::PaidInCapital, self.amount, &[(Dimension::Community, &self.holder)])?;
        Ok(vec![Produced {
            reference: format!("capital_paid/{}/{}", self.holder, self.document),
            date: self.date,
            memo: format!("收社区{}出资（{}）", self.holder, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[holder, document] = parts else { return None };
        registers.capital.withdraw(&DimensionCode::parse(holder)?, document)
    }
}
