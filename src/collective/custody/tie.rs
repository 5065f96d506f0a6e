//! What the accounts must show of entrusted assets and of the rent that is the treasury's.

use crate::collective::registers::credit;
use crate::collective::registers::{Expected, Registers};
use crate::collective::roles::role::Role;
use crate::ledger::Dimension;

/// The accounts explained in full, and by which dimension.
pub(crate) const TIES: &[(Role, Dimension)] =
    &[(Role::CustodyAsset, Dimension::Asset), (Role::CustodyContra, Dimension::Asset), (Role::TreasuryPayable, Dimension::Asset)];

/// Debit less credit, code by code.
pub(crate) fn expected(registers: &Registers) -> Vec<Expected> {
    let mut rows = Vec::new();
    for asset in registers.assets.iter().filter(|asset| asset.in_custody()) {
        rows.push((Role::CustodyAsset, asset.card.code.clone(), asset.card.original_value));
        rows.push((Role::CustodyContra, asset.card.code.clone(), credit(asset.card.original_value)));
    }
    rows.extend(registers.treasury.iter().map(|(asset, one)| (Role::TreasuryPayable, asset.clone(), credit(one.owed()))));
    rows
}
