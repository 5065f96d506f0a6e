//! What the accounts must show of stakes in other companies.

use crate::collective::registers::{Expected, Registers};
use crate::collective::roles::role::Role;
use crate::collective::stakes::stake::{Stake, StakeForm};
use crate::ledger::Dimension;
use crate::ledger::DimensionCode;
use crate::ledger::amount::{less, total};

/// The accounts explained in full, and by which dimension.
pub(crate) const TIES: &[(Role, Dimension)] =
    &[(Role::LongTermStake, Dimension::Counterparty), (Role::DividendReceivable, Dimension::Counterparty)];

/// Debit less credit, code by code.
pub(crate) fn expected(registers: &Registers) -> Vec<Expected> {
    let rows = |(code, stake): (&DimensionCode, &Stake)| {
        let bought = stake.acquisitions.values().filter(|one| one.form != StakeForm::Opening).map(|one| one.amount);
        let open = less(stake.declared(), stake.received());
        [(Role::LongTermStake, code.clone(), total(bought)), (Role::DividendReceivable, code.clone(), open)]
    };
    registers.stakes.iter().flat_map(rows).collect()
}
