//! 收入使用 (facts §7.2 I2, I3, J6): posted in a rural collective's book; in a company's the voucher stands already.

use crate::collective::funds::income_use::{IncomeUsed, UsePurpose};
use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};

impl Record for IncomeUsed {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        let mut codes = vec![(Dimension::Community, &self.community)];
        codes.extend(self.payee.as_ref().map(|code| (Dimension::Counterparty, code)));
        codes
    }

    fn examine(&self, registers: &Registers, book: &Book) -> Vec<Rule> {
        registers.income_uses.examine(self, book.profile.standard)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.income_uses.apply(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        if book.profile.standard == ChartStandard::SmallEnterprise2013 {
            return Ok(Vec::new());
        }
        let (debit, credit) = match self.purpose {
            // I2
            UsePurpose::Jobs => (Role::PublicJobsCost, Role::LabourPayable),
            // I3
            UsePurpose::Facility => (Role::Construction, Role::FacilityPayable),
            // J6
            UsePurpose::Strengthen => (Role::Appropriation, Role::PublicAccumulation),
        };
        let community = (Dimension::Community, &self.community);
        let payee = self.payee.iter().map(|code| (Dimension::Counterparty, code));
        let mut lines = Lines::new(registers, book);
        lines.debit(debit, self.amount, &[community])?;
        lines.credit(credit, self.amount, &[community].into_iter().chain(payee).collect::<Vec<_>>())?;
        Ok(vec![Produced {
            reference: format!("income_used/{}/{}", self.community, self.document),
            date: self.date,
            memo: format!("社区{}收入用于{}（{}）", self.community, self.purpose.chinese(), self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[community, document] = parts else { return None };
        registers.income_uses.withdraw(&DimensionCode::parse(community)?, document)
    }
}
