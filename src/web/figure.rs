//! How figures look to people: thousands commas, shares, the width of a bar. Whole numbers all the way.

use crate::ledger::{Amount, Side};

/// The width of the longest bar.
pub const BAR_MAX: i64 = 1_000;

/// An amount with thousands commas and two decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    pub text: String,
    /// Printed in red, as on paper.
    pub red: bool,
}

impl From<Amount> for Money {
    fn from(amount: Amount) -> Money {
        Money { text: amount.with_commas(), red: amount.fen() < 0 }
    }
}

/// What a line adds to income: credit less debit.
pub fn income(side: Side, amount: Amount) -> Amount {
    match side {
        Side::Credit => amount,
        Side::Debit => amount.checked_neg().unwrap_or(amount),
    }
}

/// A part of a whole in percent, rounded half away from zero to one decimal; a dash where there is no whole.
pub fn share(part: Amount, whole: Amount) -> String {
    if whole.fen() <= 0 {
        return "—".to_owned();
    }
    let (part, whole) = (i128::from(part.fen()), i128::from(whole.fen()));
    let permille = (part.abs() * 2_000 + whole) / (2 * whole);
    let sign = if part < 0 && permille > 0 { "-" } else { "" };
    format!("{sign}{}.{}%", permille / 10, permille % 10)
}

/// A rate in 1/10,000 that is not below zero.
pub fn percent(basis_points: i64) -> String {
    format!("{}.{:02}%", basis_points / 100, basis_points % 100)
}

/// The width of an amount's bar beside the largest amount's; anything but zero can be seen.
pub fn bar(amount: Amount, largest: Amount) -> i64 {
    let (amount, largest) = (i128::from(amount.fen()).abs(), i128::from(largest.fen()).abs());
    if amount == 0 || largest == 0 {
        return 0;
    }
    let width = amount * i128::from(BAR_MAX) / largest;
    i64::try_from(width).unwrap_or(BAR_MAX).clamp(1, BAR_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_commas() {
        for (fen, text) in [
            (0, "0.00"),
            (-5, "-0.05"),
            (99_999, "999.99"),
            (100_000, "1,000.00"),
            (237_750_000, "2,377,500.00"),
            (-123_456_789, "-1,234,567.89"),
        ] {
            assert_eq!(Money::from(Amount::from_fen(fen)), Money { text: text.into(), red: fen < 0 });
        }
    }

    #[test]
    fn shares_and_bars_are_whole_numbers() {
        let fen = Amount::from_fen;
        assert_eq!(share(fen(1), fen(3)), "33.3%");
        assert_eq!(share(fen(2), fen(3)), "66.7%");
        assert_eq!(share(fen(-1), fen(8)), "-12.5%");
        assert_eq!(share(fen(5), fen(0)), "—");
        assert_eq!((percent(9_999), percent(5), percent(10_000)), ("99.99%".into(), "0.05%".into(), "100.00%".into()));
        assert_eq!(share(fen(i64::MAX), fen(i64::MAX)), "100.0%");
        assert_eq!((bar(fen(1), fen(i64::MAX)), bar(fen(7), fen(7)), bar(fen(0), fen(7))), (1, BAR_MAX, 0));
        assert_eq!(bar(fen(-1), fen(2)), BAR_MAX / 2);
    }
}
