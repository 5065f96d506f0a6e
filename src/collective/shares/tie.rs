//! What the accounts must show of resolutions and paid-in shares.

use crate::collective::registers::credit;
use crate::collective::registers::{Expected, Registers};
use crate::collective::roles::role::Role;
use crate::ledger::Dimension;
use crate::ledger::amount::total;
use jiff::civil::Date;

/// The accounts explained in full, and by which dimension.
pub(crate) const TIES: &[(Role, Dimension)] = &[
    (Role::DividendPayable, Dimension::Resolution),
    (Role::MemberPayable, Dimension::Resolution),
    (Role::OtherDistributionPayable, Dimension::Resolution),
    (Role::PaidInCapital, Dimension::Community),
];

/// Debit less credit, code by code.
pub(crate) fn expected(registers: &Registers) -> Vec<Expected> {
    let mut rows = Vec::new();
    for dividend in registers.dividends.iter() {
        let owed = total(dividend.open().into_iter().map(|(_, amount)| amount));
        rows.push((Role::DividendPayable, dividend.resolution.code.clone(), credit(owed)));
    }
    for found in registers.distributions.iter() {
        let code = &found.resolution.code;
        rows.push((Role::MemberPayable, code.clone(), credit(found.owed_to_members())));
        rows.push((Role::OtherDistributionPayable, code.clone(), credit(found.owed_to_others())));
    }
    let capital = registers.capital_posted(Date::MAX).into_iter();
    rows.extend(capital.map(|(holder, amount)| (Role::PaidInCapital, holder, credit(amount))));
    rows
}
