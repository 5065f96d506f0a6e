//! 组织架构: units and their names, pairings, bank accounts. They move no money, so they give no vouchers; what was
//! recorded wrongly is renamed, ended or closed.

use crate::collective::organisation::bank_account::{BankAccountClosed, BankAccountRegistered};
use crate::collective::organisation::partner::{PartnerPaired, PartnerUnpaired};
use crate::collective::organisation::unit::{UnitRegistered, UnitRenamed};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};

impl Record for UnitRegistered {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        self.kind.dimension().map(|dimension| (dimension, &self.code)).into_iter().collect()
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.organisation.units.examine(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.organisation.units.add(self);
    }
}

impl Record for UnitRenamed {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.organisation.units.examine_rename(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.organisation.units.rename(self);
    }
}

impl Record for PartnerPaired {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.organisation.partners.examine(self, &registers.organisation.units)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.organisation.partners.pair(self);
    }
}

impl Record for PartnerUnpaired {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.organisation.partners.examine_end(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.organisation.partners.end(self);
    }
}

impl Record for BankAccountRegistered {
    fn examine(&self, registers: &Registers, book: &Book) -> Vec<Rule> {
        registers.organisation.bank_accounts.examine(self, &registers.organisation.units, &book.profile)
    }

    fn apply(&self, registers: &mut Registers) {
        let organisation = &mut *registers.organisation;
        organisation.bank_accounts.add(self, &organisation.units);
    }
}

impl Record for BankAccountClosed {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.organisation.bank_accounts.examine_closing(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.organisation.bank_accounts.close(self);
    }
}
