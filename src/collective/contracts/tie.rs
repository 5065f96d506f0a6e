//! What the accounts must show of contracts.

use crate::collective::contracts::advance::credited;
use crate::collective::contracts::recognition::Recognition;
use crate::collective::contracts::register::Contract;
use crate::collective::registers::credit;
use crate::collective::registers::{Expected, Registers};
use crate::collective::roles::role::Role;
use crate::ledger::Dimension;

/// The accounts explained in full, and by which dimension.
pub(crate) const TIES: &[(Role, Dimension)] = &[
    (Role::DepositPayable, Dimension::Contract),
    (Role::RentReceivable, Dimension::Contract),
    (Role::MemberReceivable, Dimension::Contract),
    (Role::RentAdvance, Dimension::Contract),
    (Role::ServiceReceivable, Dimension::Contract),
    (Role::DeferredVat, Dimension::Contract),
];

/// Debit less credit, code by code.
pub(crate) fn expected(registers: &Registers) -> Vec<Expected> {
    let mut rows = Vec::new();
    for contract in registers.contracts.iter() {
        rows.push((Role::DepositPayable, contract.terms.code.clone(), credit(contract.deposit_held())));
        rows.push((Role::ServiceReceivable, contract.terms.code.clone(), contract.services.open()));
        rows.push((Role::DeferredVat, contract.terms.code.clone(), credit(contract.deferred_tax())));
        rows.extend(rent_row(contract));
    }
    rows
}

/// What a contract's rent leaves on 应收 or 预收: recognised less received, or received net of tax less recognised; with what was
/// carried, and less what was paid back.
fn rent_row(contract: &Contract) -> Option<Expected> {
    let recognised = crate::ledger::amount::sum(contract.accrued.values().copied())?;
    let (role, balance) = match contract.recognition() {
        Recognition::OnReceipt => return None,
        Recognition::Advance => (Role::RentAdvance, recognised.checked_sub(credited(contract).ok()?)?),
        Recognition::Receivable => (contract.terms.receivable(), contract.receivable(recognised)),
    };
    // Dividends, of contracts and of stakes, are owed by whom they were agreed with.
    let code = if role == Role::DividendReceivable { &contract.terms.counterparty } else { &contract.terms.code };
    Some((role, code.clone(), balance))
}
