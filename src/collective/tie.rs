//! 账实相符: what the registers say must stand in the accounts, code by code (会计法 §17: accounts agree with what they are
//! about). Registers and accounts are both sums over the same facts, but by different code: a difference is a fault.

use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::collective::subjects::{SUBJECTS, tied};
use crate::ledger::balance::Balances;
use crate::ledger::{AccountCode, Amount, Dimension, DimensionCode, DimensionSet, Purpose, Side};
use std::collections::BTreeMap;

/// One code of one account.
type Key = (AccountCode, Dimension, DimensionCode);
/// Debit less credit, in 分.
type Sums = BTreeMap<Key, i128>;

/// Sums the lines of vouchers that facts produced, and of their reversals, by account and code.
#[derive(Clone, Debug, Default)]
pub struct ProducedSums(Sums);

impl ProducedSums {
    pub fn add(&mut self, account: AccountCode, side: Side, amount: Amount, dimensions: &DimensionSet) {
        for (dimension, code) in dimensions.iter() {
            move_by(&mut self.0, (account, dimension, code.clone()), signed(side, amount));
        }
    }
}

fn signed(side: Side, amount: Amount) -> i128 {
    let amount = i128::from(amount.fen());
    if side == Side::Debit { amount } else { amount.saturating_neg() }
}

/// Where a sum that is zero leaves no row, so that equal sums are equal maps.
fn move_by(sums: &mut Sums, key: Key, amount: i128) {
    let sum = sums.remove(&key).unwrap_or_default().saturating_add(amount);
    if sum != 0 {
        sums.insert(key, sum);
    }
}

impl ProducedSums {
    /// Debit less credit, in 分, of what no fact has produced on each account that a register explains, where it is not zero:
    /// hand-made vouchers, which the registers know nothing of. `balances` holds every line of the journal.
    pub fn beside(&self, registers: &Registers, balances: &Balances) -> BTreeMap<AccountCode, i128> {
        let tied = tied_accounts(registers);
        let mut left: BTreeMap<AccountCode, i128> = tied.iter().map(|(account, _)| (*account, 0)).collect();
        for (key, movement) in balances.iter().filter(|(key, _)| key.purpose != Purpose::Opening) {
            if let Some(sum) = left.get_mut(&key.account) {
                *sum = sum.saturating_add(i128::from(movement.net().fen()));
            }
        }
        for ((account, dimension, _), produced) in &self.0 {
            if let Some(sum) = left.get_mut(account).filter(|_| tied.contains(&(*account, *dimension))) {
                *sum = sum.saturating_sub(*produced);
            }
        }
        left.retain(|_, sum| *sum != 0);
        left
    }
}

/// A code for which register and account part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub account: AccountCode,
    pub dimension: Dimension,
    pub code: DimensionCode,
    /// Debit less credit, in 分.
    pub register: i128,
    pub posted: i128,
}

/// Every code for which the registers say something else than the produced vouchers have posted.
pub fn differences(registers: &Registers, posted: &ProducedSums) -> Vec<Difference> {
    let (accounts, expected) = (tied_accounts(registers), expected(registers));
    let of_account = |(account, dimension, _): &Key| accounts.contains(&(*account, *dimension));
    let keys = expected.keys().chain(posted.0.keys()).filter(|key| of_account(key));
    let mut keys: Vec<&Key> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    let sum = |sums: &Sums, key: &Key| sums.get(key).copied().unwrap_or_default();
    let differing = keys.into_iter().filter(|key| sum(&expected, key) != sum(&posted.0, key));
    differing
        .map(|key| Difference {
            account: key.0,
            dimension: key.1,
            code: key.2.clone(),
            register: sum(&expected, key),
            posted: sum(&posted.0, key),
        })
        .collect()
}

/// Accounts that roles tied by one dimension have to themselves. One that a book shares with another role, or moved a role to,
/// holds more under that dimension than the register knows.
fn tied_accounts(registers: &Registers) -> Vec<(AccountCode, Dimension)> {
    let shared = |account: AccountCode, dimension: Dimension| {
        let other = |role: Role| tied(role) != Some(dimension) || registers.roles.has_moved(role);
        registers.roles.iter().any(|(role, found)| found == account && other(role))
    };
    let all = registers.roles.iter().filter_map(|(role, account)| Some((account, tied(role)?)));
    all.filter(|(account, dimension)| !shared(*account, *dimension)).collect()
}

/// What the registers say each tied account holds.
fn expected(registers: &Registers) -> Sums {
    let mut sums = Sums::new();
    for (role, code, amount) in SUBJECTS.into_iter().flat_map(|subject| (subject.expected)(registers)) {
        let Some((account, dimension)) = registers.roles.account(role).ok().zip(tied(role)) else { continue };
        move_by(&mut sums, (account, dimension, code), i128::from(amount.fen()));
    }
    sums
}
