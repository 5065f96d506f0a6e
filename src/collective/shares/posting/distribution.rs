//! 社区收益分配: the reserve, the members, other (facts §7.2 J6), and what is paid of it. Covering a loss needs no entry: it
//! stands in 322 already.

use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::collective::shares::distribution::community::register::{MemberDistributionPaid, OtherDistributionPaid};
use crate::collective::shares::distribution::community::{CollectiveResolution, distribute_collective};
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};

impl Record for CollectiveResolution {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        let members = self.members.iter().map(|one| (Dimension::Counterparty, &one.member));
        std::iter::once((Dimension::Resolution, &self.code)).chain(members).collect()
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.distributions.examine(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.distributions.resolve(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let distribution =
            distribute_collective(self).map_err(|rules| rules.into_iter().next().unwrap_or(Rule::NothingDeclared))?;
        let resolved = (Dimension::Resolution, &self.code);
        let mut lines = Lines::new(registers, book);
        lines.debit(Role::CollectiveReserveTaken, self.reserve, &[resolved])?;
        lines.credit(Role::CollectiveReserve, self.reserve, &[])?;
        lines.debit(Role::MemberDistributionTaken, self.member_distribution, &[resolved])?;
        if distribution.members.is_empty() {
            lines.credit(Role::MemberPayable, self.member_distribution, &[resolved])?;
        }
        for (member, part) in &distribution.members {
            lines.credit(Role::MemberPayable, *part, &[(Dimension::Counterparty, member), resolved])?;
        }
        lines.debit(Role::OtherDistributionTaken, self.other, &[resolved])?;
        lines.credit(Role::OtherDistributionPayable, self.other, &[resolved])?;
        Ok(vec![Produced {
            reference: format!("collective_distributed/{}/{}", self.code, self.date),
            date: self.date,
            memo: format!("按决议 {} 分配收益", self.number),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        registers.distributions.withdraw(&DimensionCode::parse(parts.first()?)?)
    }
}

impl Record for MemberDistributionPaid {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.distributions.examine_members_paid(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.distributions.pay_members(self);
    }

    /// A debt a member where the resolution names them, and one line of the bank: a list is one transfer.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let resolved = (Dimension::Resolution, &self.resolution);
        let mut lines = Lines::new(registers, book);
        if self.members.is_empty() {
            lines.debit(Role::MemberPayable, self.amount, &[resolved])?;
        }
        for paid in &self.members {
            lines.debit(Role::MemberPayable, paid.amount, &[(Dimension::Counterparty, &paid.member), resolved])?;
        }
        lines.credit(Role::Bank, self.amount, &[])?;
        Ok(vec![Produced {
            reference: format!("member_distribution_paid/{}/{}", self.resolution, self.document),
            date: self.date,
            memo: format!("支付决议 {} 的成员分配（{}）", self.resolution, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[resolution, document] = parts else { return None };
        registers.distributions.withdraw_members_paid(&DimensionCode::parse(resolution)?, document)
    }
}

impl Record for OtherDistributionPaid {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.distributions.examine_other_paid(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.distributions.pay_others(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let mut lines = Lines::new(registers, book);
        lines.debit(Role::OtherDistributionPayable, self.amount, &[(Dimension::Resolution, &self.resolution)])?;
        lines.credit(Role::Bank, self.amount, &[])?;
        Ok(vec![Produced {
            reference: format!("other_distribution_paid/{}/{}", self.resolution, self.document),
            date: self.date,
            memo: format!("支付决议 {} 的其他分配（{}）", self.resolution, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[resolution, document] = parts else { return None };
        registers.distributions.withdraw_other_paid(&DimensionCode::parse(resolution)?, document)
    }
}
