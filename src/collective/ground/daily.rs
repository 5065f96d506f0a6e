//! 逐日结余: money is there on the day on which it is spent, and on every day after, whatever is recorded later.

use crate::ledger::Amount;
use crate::ledger::amount::{less, plus};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What moved on each day: in above zero, out below.
#[derive(Clone, Debug, Default)]
pub struct Daily(BTreeMap<Date, Amount>);

impl Daily {
    pub fn new(came: impl Iterator<Item = (Date, Amount)>, went: impl Iterator<Item = (Date, Amount)>) -> Daily {
        let mut days = BTreeMap::new();
        for (date, amount) in came.chain(went.map(|(date, amount)| (date, less(Amount::ZERO, amount)))) {
            let day = days.entry(date).or_default();
            *day = plus(*day, amount);
        }
        Daily(days)
    }

    /// The first day from `from` on at whose end less is there than `wanted`, with what is.
    pub fn short_of(&self, wanted: Amount, from: Date) -> Option<(Date, Amount)> {
        let mut there = self.0.range(..=from).fold(Amount::ZERO, |sum, (_, amount)| plus(sum, *amount));
        if there < wanted {
            return Some((from, there));
        }
        let after = self.0.range((std::ops::Bound::Excluded(from), std::ops::Bound::Unbounded));
        after
            .map(|(day, amount)| {
                there = plus(there, *amount);
                (*day, there)
            })
            .find(|(_, there)| *there < wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_day_that_is_short_is_told() {
        let day = |text: &str| text.parse::<Date>().expect("date");
        let moved = |rows: &[(&str, i64)]| -> Vec<_> { rows.iter().map(|(at, fen)| (day(at), Amount::from_fen(*fen))).collect() };
        let came = moved(&[("2025-03-01", 100), ("2025-05-01", 50)]);
        let went = moved(&[("2025-04-01", 80), ("2025-05-01", 10)]);
        let daily = Daily::new(came.into_iter(), went.into_iter());
        for (wanted, from, expected) in [
            (1, "2025-02-28", Some(("2025-02-28", 0))),
            (20, "2025-03-01", None),
            (21, "2025-03-01", Some(("2025-04-01", 20))),
            (60, "2025-05-01", None),
            (61, "2025-06-01", Some(("2025-06-01", 60))),
        ] {
            let expected = expected.map(|(at, fen)| (day(at), Amount::from_fen(fen)));
            assert_eq!(daily.short_of(Amount::from_fen(wanted), day(from)), expected, "{wanted} {from}");
        }
    }
}
