//! What the accounts must show of fixed assets, those of funds included.

use crate::collective::registers::{Expected, Registers};
use crate::collective::roles::role::Role;
use crate::ledger::Dimension;

/// The accounts explained in full, and by which dimension.
pub(crate) const TIES: &[(Role, Dimension)] =
    &[(Role::FixedAsset, Dimension::Asset), (Role::AccumulatedDepreciation, Dimension::Asset)];

/// Debit less credit, code by code.
pub(crate) fn expected(registers: &Registers) -> Vec<Expected> {
    let mut rows = registers.fixed_assets.expected_balances();
    for fund in registers.funds.iter() {
        rows.extend(fund.assets().into_iter().map(|(asset, amount)| (Role::FixedAsset, asset, amount)));
    }
    rows
}
