//! 科目对应台账: which account plays which part.

use crate::collective::registers::{Listing, Registers, Subject, listing};
use crate::columns;
use crate::ledger::AccountCode;

/// One role that has an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRow {
    /// For programs.
    pub role: String,
    pub name: &'static str,
    pub account: AccountCode,
}

columns! { RoleRow:
    role: "角色",
    name: "名称",
    account: "科目",
}

fn roles(registers: &Registers) -> Vec<RoleRow> {
    let row = |(role, account): (crate::collective::roles::role::Role, AccountCode)| {
        let word = serde_json::to_value(role).ok();
        let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
        RoleRow { role: word.to_owned(), name: role.chinese(), account }
    };
    registers.roles.iter().map(row).collect()
}

/// What the subject shows.
pub(crate) const SUBJECT: Subject = Subject { listings: LISTINGS, ties: &[], expected: |_| Vec::new() };

const LISTINGS: &[Listing] = &[listing!("roles" "科目对应": RoleRow, |of| roles(of.registers))];
