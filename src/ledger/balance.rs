//! 余额: what vouchers add up to, by period, account, purpose and dimensions.

use crate::ledger::{AccountCode, Amount, DimensionSet, Period, Purpose, Side, Voucher};
use std::collections::{BTreeMap, HashMap};

/// Distinct dimension sets of a book, numbered in the order they first appear; 0 is the empty set.
#[derive(Clone, Debug)]
pub struct DimensionSets {
    sets: Vec<DimensionSet>,
    numbers: HashMap<DimensionSet, u32>,
}

impl Default for DimensionSets {
    fn default() -> DimensionSets {
        let empty = DimensionSet::new();
        DimensionSets { sets: vec![empty.clone()], numbers: HashMap::from([(empty, 0)]) }
    }
}

impl DimensionSets {
    /// The number of a set; the second value tells whether it is new.
    pub fn number(&mut self, set: &DimensionSet) -> (u32, bool) {
        if set.is_empty() {
            return (0, false);
        }
        if let Some(number) = self.numbers.get(set) {
            return (*number, false);
        }
        let number = u32::try_from(self.sets.len()).expect("fewer than 2^32 distinct sets: a book has fewer lines");
        self.sets.push(set.clone());
        self.numbers.insert(set.clone(), number);
        (number, true)
    }

    pub fn get(&self, number: u32) -> Option<&DimensionSet> {
        self.sets.get(usize::try_from(number).ok()?)
    }
}

/// Where a line's amount is added. The order is the order of stores and reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BalanceKey {
    pub period: Period,
    pub account: AccountCode,
    pub purpose: Purpose,
    pub dimension_set: u32,
}

/// Sums of both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    pub debit: Amount,
    pub credit: Amount,
}

impl Movement {
    pub fn of(side: Side, amount: Amount) -> Movement {
        match side {
            Side::Debit => Movement { debit: amount, credit: Amount::ZERO },
            Side::Credit => Movement { debit: Amount::ZERO, credit: amount },
        }
    }

    /// Adds both sides. Sums of posted lines cannot overflow: see [`crate::ledger::book::TURNOVER_MAX`].
    pub fn add(&mut self, other: Movement) {
        let fits = "a book's turnover is capped below an i64";
        self.debit = self.debit.checked_add(other.debit).expect(fits);
        self.credit = self.credit.checked_add(other.credit).expect(fits);
    }

    /// Debit less credit.
    pub fn net(self) -> Amount {
        self.debit.checked_sub(self.credit).expect("a book's turnover is capped below an i64")
    }
}

/// The balances of a book, complete: what a replay computes and a store must agree with.
#[derive(Clone, Debug, Default)]
pub struct Balances {
    rows: HashMap<BalanceKey, Movement>,
}

impl Balances {
    pub fn add(&mut self, key: BalanceKey, movement: Movement) {
        self.rows.entry(key).or_default().add(movement);
    }

    /// Adds every line of a voucher; `numbers` holds the dimension set of each.
    pub fn add_voucher(&mut self, voucher: &Voucher, numbers: &[u32]) {
        for (line, number) in voucher.lines.iter().zip(numbers) {
            let key =
                BalanceKey { period: voucher.period, account: line.account, purpose: voucher.purpose, dimension_set: *number };
            self.add(key, Movement::of(line.side, line.amount));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn drain(&mut self) -> impl Iterator<Item = (BalanceKey, Movement)> + '_ {
        self.rows.drain()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&BalanceKey, &Movement)> {
        self.rows.iter()
    }

    /// All rows in key order.
    pub fn sorted(&self) -> BTreeMap<BalanceKey, Movement> {
        self.rows.iter().map(|(key, movement)| (*key, *movement)).collect()
    }
}
