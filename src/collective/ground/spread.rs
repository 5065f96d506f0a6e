//! 分摊: amounts spread over days or months. Parts always sum to the whole.

use crate::ledger::{Amount, Period};
use jiff::Unit;
use jiff::civil::Date;

/// Days from one date to another; 0 on the same day.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until((Unit::Day, to)).map_or(0, |span| i64::from(span.get_days()))
}

/// `numerator / denominator` fen, rounded half away from zero: red amounts mirror black ones.
pub fn rounded(numerator: i128, denominator: i128) -> Amount {
    let doubled = numerator.abs() * 2 + denominator;
    let magnitude = doubled / (denominator * 2);
    let fen = if numerator < 0 { -magnitude } else { magnitude };
    Amount::from_fen(i64::try_from(fen).expect("a part of what a book takes in fits: see collective::bounds"))
}

/// A share of an amount: by days, or by cost.
pub fn share(amount: Amount, part: i64, whole: i64) -> Amount {
    rounded(i128::from(amount.fen()) * i128::from(part), i128::from(whole.max(1)))
}

/// 70 years: land use rights run no longer.
pub const MONTHS_MAX: u32 = 840;

/// An amount spread evenly over months: the deferred income of an asset, or what it loses by depreciation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    pub amount: Amount,
    /// The first month: the one after the asset stands, as depreciation begins (小企业会计准则 §31); of what is 期初, the
    /// first of the books.
    pub from: Period,
    pub months: u32,
}

impl Portion {
    /// `None` where nothing goes by months.
    pub fn new(amount: Amount, date: Date, months: u32) -> Option<Portion> {
        let from = Period::of(date)?.next()?;
        (months > 0).then_some(Portion { amount, from, months })
    }

    /// What is left of an amount at the start of the month of a day; that month is the first. `None` as in
    /// [`Portion::new`].
    pub fn from_month_of(date: Date, amount: Amount, months: u32) -> Option<Portion> {
        let from = Period::of(date)?;
        (months > 0).then_some(Portion { amount, from, months })
    }

    /// Its months up to the end of one, that one counted.
    fn elapsed(&self, period: Period) -> u32 {
        let number = |period: Period| i64::from(period.year()) * 12 + i64::from(period.month());
        let elapsed = (number(period) - number(self.from) + 1).clamp(0, i64::from(self.months));
        u32::try_from(elapsed).unwrap_or(0)
    }

    /// What is released by the end of a month: by cumulated months, so that the parts sum to the whole.
    pub fn released_by(&self, period: Period) -> Amount {
        let (elapsed, months) = (i128::from(self.elapsed(period)), i128::from(self.months));
        rounded(i128::from(self.amount.fen()) * elapsed, months.max(1))
    }

    /// The months that are left after one.
    pub fn months_after(&self, period: Period) -> u32 {
        self.months.saturating_sub(self.elapsed(period))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn releases_sum_to_the_whole_and_are_even(fen in 1_i64..=1_000_000_000_000_000, months in 1_u32..=840, skip in 2_u32..9) {
            let date = Date::constant(2026, 1, 31);
            let portion = Portion::new(Amount::from_fen(fen), date, months).expect("released by months");
            prop_assert_eq!(portion.from, Period::new(2026, 2).expect("period"), "the month after");
            prop_assert_eq!(portion.released_by(Period::of(date).expect("period")), Amount::ZERO);
            let (mut period, mut given, mut every_other) = (portion.from, 0, 0);
            for number in 1..=months {
                let so_far = portion.released_by(period).fen();
                let part = so_far - given;
                // Within one fen of an even share, and never taken back.
                prop_assert!((i128::from(part) * i128::from(months) - i128::from(fen)).abs() <= i128::from(months));
                prop_assert!(part >= 0);
                given = so_far;
                if number % skip == 0 || number == months {
                    every_other += so_far - every_other;
                }
                period = period.next().expect("a period");
            }
            prop_assert_eq!(given, fen);
            prop_assert_eq!(every_other, fen, "left-out months come with the next");
            prop_assert_eq!(portion.released_by(period).fen(), fen, "nothing after the life");
        }
    }
}
