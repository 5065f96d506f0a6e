//! 科目对应.

use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::{Roles, RolesAssigned};
use crate::ledger::Book;
use crate::ledger::refusal::Rule;

impl Record for RolesAssigned {
    fn examine(&self, _: &Registers, book: &Book) -> Vec<Rule> {
        Roles::examine(self, book)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.roles.apply(self);
    }
}
