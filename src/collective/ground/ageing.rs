//! 账龄: what payments leave of debts, and how old that is (facts §2.6: one year, two, three, and more).

use crate::ledger::Amount;
use crate::ledger::amount::{less, total};
use jiff::civil::Date;
use serde::Serialize;

/// What payments leave of debts by day, the oldest debt being paid first. A debt below zero (goods that came back) pays like
/// money. What is paid beyond all debts stands below zero on the day of the last payment.
pub fn uncovered(debts: Vec<(Date, Amount)>, payments: impl Iterator<Item = (Date, Amount)>) -> Vec<(Date, Amount)> {
    let (returned, debts): (Vec<_>, Vec<_>) = debts.into_iter().partition(|(_, amount)| *amount < Amount::ZERO);
    let returned = returned.into_iter().map(|(date, amount)| (date, less(Amount::ZERO, amount)));
    let payments: Vec<(Date, Amount)> = payments.chain(returned).collect();
    let mut paid = total(payments.iter().map(|(_, amount)| *amount));
    let mut open: Vec<(Date, Amount)> = Vec::new();
    for (date, amount) in debts {
        let covered = paid.min(amount);
        paid = less(paid, covered);
        open.push((date, less(amount, covered)));
    }
    let last = payments.into_iter().map(|(date, _)| date).max();
    open.extend(last.map(|date| (date, less(Amount::ZERO, paid))));
    open.retain(|(_, left)| !left.is_zero());
    open
}

/// Open amounts by the age of their days. In yuan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ages {
    pub within_1_year: Amount,
    pub within_2_years: Amount,
    pub within_3_years: Amount,
    pub over_3_years: Amount,
}

impl Ages {
    /// How old open amounts are on a day. A day exactly a year ago is past its first year.
    pub fn of(open: &[(Date, Amount)], day: Date) -> Ages {
        let years_ago = |years: i64| day.saturating_sub(jiff::Span::new().years(years));
        let between = |newer: Option<i64>, older: Option<i64>| {
            let within = |date: Date| {
                newer.is_none_or(|years| date <= years_ago(years)) && older.is_none_or(|years| date > years_ago(years))
            };
            total(open.iter().filter(|(date, _)| within(*date)).map(|(_, amount)| *amount))
        };
        Ages {
            within_1_year: between(None, Some(1)),
            within_2_years: between(Some(1), Some(2)),
            within_3_years: between(Some(2), Some(3)),
            over_3_years: between(Some(3), None),
        }
    }

    pub fn total(&self) -> Amount {
        total([self.within_1_year, self.within_2_years, self.within_3_years, self.over_3_years])
    }
}
