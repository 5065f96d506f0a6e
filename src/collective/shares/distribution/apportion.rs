//! 最大余额法: parts of a total that add up to it, to the fen.

use crate::ledger::{Amount, DimensionCode};

/// One holder's part while it is being found.
struct Part<'a> {
    code: &'a DimensionCode,
    /// Whole fen, rounded down.
    fen: i128,
    /// What rounding down left, in `1 / sum of weights` of a fen.
    remainder: i128,
}

/// Divides `total` (fen) in proportion to `weights`, by code. Each part is the exact share rounded down, and the fen
/// left over go one each to the largest remainders, ties to the lower code; so no part is a whole fen off.
///
/// The order of `weights` does not matter. `None` when the total is negative, a weight is negative, no weight is
/// positive, or a code comes twice: which of its weights is meant is not ours to guess.
pub fn by_largest_remainder(total: Amount, weights: &[(DimensionCode, i64)]) -> Option<Vec<(DimensionCode, Amount)>> {
    let sum: i128 = weights.iter().map(|(_, weight)| i128::from(*weight)).sum();
    if total < Amount::ZERO || sum == 0 || weights.iter().any(|(_, weight)| *weight < 0) {
        return None;
    }
    let mut parts: Vec<Part> = weights.iter().map(|(code, weight)| part(code, total, *weight, sum)).collect();
    parts.sort_by_key(|part| part.code);
    if parts.windows(2).any(|pair| pair[0].code == pair[1].code) {
        return None;
    }
    // The remainders add up to `left` whole fen and each is less than one, so more than `left` parts have one.
    let mut left = i128::from(total.fen()) - parts.iter().map(|part| part.fen).sum::<i128>();
    let mut by_remainder: Vec<&mut Part> = parts.iter_mut().collect();
    by_remainder.sort_by_key(|part| std::cmp::Reverse(part.remainder)); // stable: codes stay ascending within a tie
    for part in by_remainder {
        let extra = left.min(1);
        part.fen += extra;
        left -= extra;
    }
    parts.into_iter().map(|part| Some((part.code.clone(), Amount::from_fen(i64::try_from(part.fen).ok()?)))).collect()
}

/// The part rounded down. The product of two `i64` fits an `i128`.
fn part(code: &DimensionCode, total: Amount, weight: i64, sum: i128) -> Part<'_> {
    let scaled = i128::from(total.fen()) * i128::from(weight);
    Part { code, fen: scaled / sum, remainder: scaled % sum }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(count: usize) -> impl Iterator<Item = DimensionCode> {
        (1..=count).map(|n| DimensionCode::parse(&format!("C{n:03}")).expect("test code"))
    }

    fn fen_of(parts: &[(DimensionCode, Amount)]) -> Vec<i64> {
        parts.iter().map(|part| part.1.fen()).collect()
    }

    #[test]
    fn the_first_ten_of_27_equal_holders_get_the_ten_fen_left_over() {
        let mut weights: Vec<_> = codes(27).map(|code| (code, 1)).collect();
        weights.reverse();
        let parts = by_largest_remainder(Amount::from_fen(10_000_000), &weights).expect("parts");
        let expected: Vec<i64> = (0..27).map(|at| if at < 10 { 370_371 } else { 370_370 }).collect();
        assert_eq!(fen_of(&parts), expected);
        assert!(parts.into_iter().map(|part| part.0).eq(codes(27)));
    }

    #[test]
    fn the_largest_remainder_comes_before_the_lower_code() {
        let of = |total, weights: &[i64]| {
            let weights: Vec<_> = codes(weights.len()).zip(weights.iter().copied()).collect();
            by_largest_remainder(Amount::from_fen(total), &weights).map(|parts| fen_of(&parts))
        };
        for (total, weights, expected) in [
            (10, &[1, 1, 1][..], &[4, 3, 3][..]), // three equal remainders: the lowest code
            (10, &[16, 17, 17], &[3, 4, 3]),      // 3.2, 3.4, 3.4
            (1, &[1, 2], &[0, 1]),                // 1/3, 2/3
            (7, &[0, 5], &[0, 7]),
            (0, &[3, 4], &[0, 0]),
            (i64::MAX, &[i64::MAX, i64::MAX], &[i64::MAX / 2 + 1, i64::MAX / 2]),
        ] {
            assert_eq!(of(total, weights).as_deref(), Some(expected), "{total} over {weights:?}");
        }
        for (total, weights) in [(-1, &[1][..]), (1, &[]), (1, &[0, 0]), (1, &[2, -1]), (1, &[1, -1])] {
            assert_eq!(of(total, weights), None, "{total} over {weights:?}");
        }
        let twice: Vec<_> = codes(1).chain(codes(1)).map(|code| (code, 1)).collect();
        assert_eq!(by_largest_remainder(Amount::from_fen(1), &twice), None);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_none_is_a_whole_fen_off(
            total in 0..=i64::MAX,
            weights in prop::collection::vec(prop_oneof![Just(0), 1..100i64, 1..=Amount::MAX.fen()], 1..40),
        ) {
            let weights: Vec<_> = codes(weights.len()).zip(weights).collect();
            let sum: i128 = weights.iter().map(|weight| i128::from(weight.1)).sum();
            prop_assume!(sum > 0);
            let parts = by_largest_remainder(Amount::from_fen(total), &weights).expect("a positive weight");
            prop_assert_eq!(parts.iter().map(|part| i128::from(part.1.fen())).sum::<i128>(), i128::from(total));
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert_eq!(&part.0, &weight.0);
                // |part - total * weight / sum| < 1, without division.
                let off = i128::from(part.1.fen()) * sum - i128::from(total) * i128::from(weight.1);
                prop_assert!(off.abs() < sum);
            }
        }

        #[test]
        fn the_order_of_holders_does_not_matter(
            total in 0..=1_000_000_000i64,
            (weights, shuffled) in prop::collection::vec(0..50i64, 1..40)
                .prop_map(|weights| codes(weights.len()).zip(weights).collect::<Vec<_>>())
                .prop_flat_map(|weights| (Just(weights.clone()), Just(weights).prop_shuffle())),
        ) {
            let total = Amount::from_fen(total);
            prop_assert_eq!(by_largest_remainder(total, &weights), by_largest_remainder(total, &shuffled));
        }
    }
}
