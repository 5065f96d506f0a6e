//! 收款计划: what a contract is worth, payment by payment and month by month. Everything is computed from the terms; a part of
//! a payment is its share by days. Parts always sum to the whole.

use crate::collective::contracts::terms::ContractTerms;
use crate::collective::ground::spread::{days_between, rounded, share};
use crate::ledger::{Amount, Period};
use jiff::Span;
use jiff::civil::Date;

/// One payment of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Installment {
    pub from: Date,
    /// The last day it pays for.
    pub to: Date,
    /// 先付: the first day; otherwise the last.
    pub due: Date,
    /// In yuan, tax included.
    pub gross: Amount,
}

fn after_months(start: Date, months: i32) -> Option<Date> {
    start.checked_add(Span::new().months(months)).ok()
}

/// The rent after so many full years of escalation, rounded each year as a tenant would compute it.
fn escalated(terms: &ContractTerms, years: i32) -> Amount {
    let factor = i128::from(terms.escalation_basis_points) + 10_000;
    (0..years).fold(terms.rent, |rent, _| rounded(i128::from(rent.fen()) * factor, 10_000))
}

/// What a year comes to at the rent of a day, escalated so far; free days aside.
pub fn yearly_rent(terms: &ContractTerms, day: Date) -> Amount {
    let years = (1..).take_while(|years| after_months(terms.start, years * 12).is_some_and(|begun| begun <= day)).count();
    let payments = 12 / terms.frequency.months();
    let rent = escalated(terms, i32::try_from(years).unwrap_or(0));
    rounded(i128::from(rent.fen()) * i128::from(payments), 1)
}

/// Every payment up to the last day of use: the last one by days, rent-free days taken off the first ones.
pub fn installments(terms: &ContractTerms, last_day: Date) -> Vec<Installment> {
    let months = terms.frequency.months();
    let free_until = terms.start.saturating_add(Span::new().days(i64::from(terms.rent_free_days)));
    let mut all = Vec::new();
    // Each begins so many months after the start, not after the one before it: the 31st stays the 31st where there is one.
    for number in 0.. {
        let begin = after_months(terms.start, number * months);
        let next = after_months(terms.start, (number + 1) * months);
        let (Some(from), Some(next)) = (begin, next) else { break };
        if from > last_day {
            break;
        }
        let whole = days_between(from, next);
        let to = next.yesterday().map_or(last_day, |end| end.min(last_day));
        let used = days_between(from, to) + 1;
        let free = days_between(from, free_until).clamp(0, used);
        let gross = share(escalated(terms, number * months / 12), used - free, whole);
        all.push(Installment { from, to, due: if terms.advance { from } else { to }, gross });
    }
    all
}

/// An amount for a stretch of days, month by month (facts §7.2 C3): months of the contract weigh alike, be they long or
/// short; one that is cut short, or lies across two calendar months, goes by days. The parts sum to the whole.
pub fn by_month(from: Date, to: Date, amount: Amount) -> Vec<(Period, Amount)> {
    let mut parts: Vec<(Period, Amount)> = Vec::new();
    for (from, to, amount) in even_months(from, to, amount) {
        for (period, part) in by_days(from, to, amount) {
            match parts.last_mut().filter(|(last, _)| *last == period) {
                Some((_, sum)) => *sum = sum.checked_add(part).unwrap_or(Amount::MAX),
                None => parts.push((period, part)),
            }
        }
    }
    parts
}

/// A stretch of whole months cut into them, each with its even part; any other stretch as it is.
fn even_months(from: Date, to: Date, amount: Amount) -> Vec<(Date, Date, Amount)> {
    let Some(count) = whole_months(from, to) else { return vec![(from, to, amount)] };
    let so_far = |months: i32| rounded(i128::from(amount.fen()) * i128::from(months), i128::from(count));
    let month = |number: i32| {
        let (first, next) = (after_months(from, number)?, after_months(from, number + 1)?);
        Some((first, next.yesterday().ok()?, so_far(number + 1).checked_sub(so_far(number))?))
    };
    (0..count).filter_map(month).collect()
}

/// How many months a stretch of days is; `None` where some days are over.
fn whole_months(from: Date, to: Date) -> Option<i32> {
    let next = to.tomorrow().ok()?;
    let years = i32::from(next.year()) - i32::from(from.year());
    let months = years * 12 + i32::from(next.month()) - i32::from(from.month());
    (months > 0 && after_months(from, months) == Some(next)).then_some(months)
}

/// By cumulated days, so that the parts sum to the whole.
fn by_days(from: Date, to: Date, amount: Amount) -> Vec<(Period, Amount)> {
    let whole = days_between(from, to) + 1;
    let (mut parts, mut given) = (Vec::new(), Amount::ZERO);
    let mut month = Period::of(from);
    while let Some(period) = month.filter(|period| period.first_day() <= to) {
        let until = period.last_day().min(to);
        let so_far = share(amount, days_between(from, until) + 1, whole);
        parts.push((period, so_far.checked_sub(given).unwrap_or(Amount::ZERO)));
        given = so_far;
        month = period.next();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collective::contracts::terms::{ContractKind, Frequency, Timing};
    use crate::ledger::DimensionCode;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    pub fn terms(start: &str, end: &str, rent: i64, frequency: Frequency) -> ContractTerms {
        let code = |text: &str| DimensionCode::parse(text).expect("code");
        ContractTerms {
            advance: false,
            asset: None,
            code: code("HT-1"),
            community: code("c1"),
            counterparty: code("z1"),
            deposit: Amount::ZERO,
            end: date(end),
            escalation_basis_points: 0,
            floor: Amount::ZERO,
            frequency,
            income_type: code("02"),
            kind: ContractKind::Lease,
            late_fee_basis_points: 5,
            member: false,
            recognition: Timing::Monthly,
            rent: Amount::from_fen(rent),
            rent_free_days: 0,
            resolution: "示例决议1号".into(),
            signed: date(start),
            start: date(start),
        }
    }

    fn total(all: &[Installment]) -> i64 {
        all.iter().map(|one| one.gross.fen()).sum()
    }

    #[test]
    fn payments_escalate_start_late_and_end_by_the_day() {
        let plain = terms("2025-01-31", "2026-01-30", 100_000, Frequency::Monthly);
        let all = installments(&plain, plain.end);
        assert_eq!((all.len(), total(&all)), (12, 1_200_000));
        assert_eq!((all[1].from.to_string(), all[2].from.to_string()), ("2025-02-28".into(), "2025-03-31".into()));
        assert_eq!((all[0].due, all[11].to), (date("2025-02-27"), date("2026-01-30")));

        let rising =
            ContractTerms { escalation_basis_points: 500, ..terms("2025-01-01", "2027-12-31", 100_001, Frequency::Yearly) };
        let all = installments(&rising, rising.end);
        assert_eq!(all.iter().map(|one| one.gross.fen()).collect::<Vec<_>>(), [100_001, 105_001, 110_251]);

        let free = ContractTerms { rent_free_days: 45, ..terms("2025-01-01", "2025-03-31", 31_000, Frequency::Monthly) };
        let all = installments(&free, free.end);
        assert_eq!(all.iter().map(|one| one.gross.fen()).collect::<Vec<_>>(), [0, 15_500, 31_000]);

        let early = installments(&plain, date("2025-02-09"));
        assert_eq!(early.iter().map(|one| one.gross.fen()).collect::<Vec<_>>(), [46_429 - 10_715]);
        let advance = ContractTerms { advance: true, ..plain };
        assert_eq!(installments(&advance, advance.end)[0].due, date("2025-01-31"));
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole_and_are_fair(fen in 1_i64..10_000_000, start in 0_i64..2_000, days in 1_i64..1_200, kind in 0_usize..4) {
            let from = date("2024-01-01").saturating_add(Span::new().days(start));
            let to = from.saturating_add(Span::new().days(days - 1));
            let parts = by_month(from, to, Amount::from_fen(fen));
            prop_assert_eq!(parts.iter().map(|(_, part)| part.fen()).sum::<i64>(), fen);
            prop_assert!(parts.windows(2).all(|pair| pair[0].0.next() == Some(pair[1].0)), "every month once, in order");
            let months = whole_months(from, to);
            for (period, part) in &parts {
                let first = period.first_day().max(from);
                let used = days_between(first, period.last_day().min(to)) + 1;
                // Whole months of the calendar weigh alike; without whole months every day does.
                let (weight, all) = match months {
                    None => (used, days),
                    Some(months) if from.day() == 1 => (1, i64::from(months)),
                    Some(_) => continue,
                };
                let off = i128::from(part.fen()) * i128::from(all) - i128::from(fen) * i128::from(weight);
                prop_assert!(off.abs() <= i128::from(all), "{period}: within one fen of its share");
            }
            let frequency = [Frequency::Monthly, Frequency::Quarterly, Frequency::HalfYearly, Frequency::Yearly][kind];
            let mut terms = terms("2024-01-01", "2030-12-31", fen, frequency);
            (terms.start, terms.end) = (from, to);
            let all = installments(&terms, to);
            prop_assert_eq!((all[0].from, all[all.len() - 1].to), (from, to));
            for pair in all.windows(2) {
                prop_assert_eq!(pair[0].to.tomorrow().ok(), Some(pair[1].from), "no day is paid twice or not at all");
            }
            prop_assert!(all[..all.len() - 1].iter().all(|one| one.gross.fen() == fen), "only the last is a part");
        }
    }
}
