//! What the accounts must show of support funds and working funds.

use crate::collective::registers::{Expected, Registers};
use crate::collective::roles::role::Role;
use crate::ledger::Dimension;

/// The accounts explained in full, and by which dimension.
pub(crate) const TIES: &[(Role, Dimension)] = &[
    (Role::DeferredIncome, Dimension::Fund),
    (Role::EarmarkedPayable, Dimension::Fund),
    (Role::WorkingFundHeld, Dimension::Community),
    (Role::WorkingFundContra, Dimension::Community),
];

/// Debit less credit, code by code.
pub(crate) fn expected(registers: &Registers) -> Vec<Expected> {
    let mut rows = registers.funds.expected_balances();
    rows.extend(registers.working_funds.expected_balances());
    rows
}
