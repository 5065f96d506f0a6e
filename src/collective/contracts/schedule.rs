//! 收款计划: what a contract is worth, payment by payment and month by month. Everything is computed from the terms; a part of
//! a month is its share by days. Parts always sum to the whole.

use crate::collective::contracts::terms::ContractTerms;
use crate::collective::ground::spread::{days_between, rounded, share};
use crate::ledger::amount::{less, plus, total};
use crate::ledger::{Amount, Period};
use jiff::Span;
use jiff::civil::Date;

/// One payment of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installment {
    pub from: Date,
    /// The last day it pays for.
    pub to: Date,
    /// 先付: the first day; otherwise the last.
    pub due: Date,
    /// In yuan, tax included.
    pub gross: Amount,
    /// The months it pays for, each begun so many months after the contract's start.
    months: Vec<Month>,
}

/// A month of a contract, or what is left of one that is cut short or begins rent-free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Month {
    from: Date,
    to: Date,
    /// Its days that are paid for, in parts of [`WHOLE`].
    weight: i64,
    gross: Amount,
}

/// The weight of a whole month: divisible by 28, 29, 30 and 31, so that every part of one is a whole number.
const WHOLE: i64 = 4 * 7 * 29 * 3 * 5 * 31;

fn after_months(start: Date, months: i32) -> Option<Date> {
    start.checked_add(Span::new().months(months)).ok()
}

/// The rent after so many full years of escalation, rounded each year as a tenant would compute it.
fn escalated(terms: &ContractTerms, years: i32) -> Amount {
    let factor = i128::from(terms.escalation_basis_points) + 10_000;
    (0..years).fold(terms.rent, |rent, _| rounded(i128::from(rent.fen()) * factor, 10_000))
}

/// What the whole term comes to, in fen, free days aside; too much to be true where it leaves its type.
pub(crate) fn whole_term(terms: &ContractTerms) -> i128 {
    let (size, factor) = (terms.frequency.months(), i128::from(terms.escalation_basis_points) + 10_000);
    let (mut rent, mut sum) = (i128::from(terms.rent.fen()), 0_i128);
    for number in 0.. {
        if after_months(terms.start, number * size).is_none_or(|begun| begun > terms.end) || sum > i128::from(i64::MAX) {
            break;
        }
        let begins_year = number > 0 && number * size % 12 == 0;
        rent = if begins_year { rent.saturating_mul(factor) / 10_000 + 1 } else { rent };
        sum = sum.saturating_add(rent);
    }
    sum
}

/// What a year comes to at the rent of a day, escalated so far; free days aside.
pub fn yearly_rent(terms: &ContractTerms, day: Date) -> Amount {
    let day = day.min(terms.end);
    let years = (1..).take_while(|years| after_months(terms.start, years * 12).is_some_and(|begun| begun <= day)).count();
    let payments = 12 / terms.frequency.months();
    let rent = escalated(terms, i32::try_from(years).unwrap_or(0));
    rounded(i128::from(rent.fen()) * i128::from(payments), 1)
}

/// Every payment up to the last day of use. A month weighs what it is used of it and not free of rent; whichever months are
/// paid together, each is worth the same.
pub fn installments(terms: &ContractTerms, last_day: Date) -> Vec<Installment> {
    let size = terms.frequency.months();
    let months = months(terms, last_day);
    let payments = months.chunks(usize::try_from(size).unwrap_or(1)).zip(0..);
    let payment = |(stretches, number): (&[(Date, Date, i64)], i32)| {
        let rent = escalated(terms, number * size / 12);
        let so_far = |months: i32| rounded(i128::from(rent.fen()) * i128::from(months), i128::from(size));
        let month = |((from, to, weight), at): (&(Date, Date, i64), i32)| {
            let even = less(so_far(at + 1), so_far(at));
            Month { from: *from, to: *to, weight: *weight, gross: share(even, *weight, WHOLE) }
        };
        let months: Vec<Month> = stretches.iter().zip(0..).map(month).collect();
        let (from, to) = (months.first()?.from, months.last()?.to);
        let gross = total(months.iter().map(|month| month.gross));
        Some(Installment { from, to, due: if terms.advance { from } else { to }, gross, months })
    };
    payments.filter_map(payment).collect()
}

/// The months of a contract up to its last day, each with its weight. Each begins so many months after the start, not after
/// the one before it: the 31st stays the 31st where there is one.
fn months(terms: &ContractTerms, last_day: Date) -> Vec<(Date, Date, i64)> {
    let free_until = terms.start.saturating_add(Span::new().days(i64::from(terms.rent_free_days)));
    let mut all = Vec::new();
    for number in 0.. {
        let begin = after_months(terms.start, number);
        let next = after_months(terms.start, number + 1);
        let (Some(from), Some(next)) = (begin, next) else { break };
        if from > last_day {
            break;
        }
        let stands_for_start = next == last_day && next.day() < terms.start.day();
        let end = if stands_for_start { last_day } else { next.yesterday().unwrap_or(last_day) };
        let to = end.min(last_day);
        let (whole, used) = (days_between(from, end) + 1, days_between(from, to) + 1);
        let free = days_between(from, free_until).clamp(0, used);
        all.push((from, to, (used - free) * (WHOLE / whole)));
        // 民法典 §202: where a month lacks the day of the start, its last day completes the term.
        if stands_for_start {
            break;
        }
    }
    all
}

impl Installment {
    /// What the payment is worth, month by month of the calendar (docs/posting-patterns.md C3): months of the contract by
    /// their weight, be they long or short; one that lies across two months of the calendar by days. The parts sum to the
    /// whole.
    pub fn by_month(&self, worth: Amount) -> Vec<(Period, Amount)> {
        let mut parts: Vec<(Period, Amount)> = Vec::new();
        for (month, worth) in self.months.iter().zip(self.spread(worth)) {
            for (period, part) in by_days(month.from, month.to, worth) {
                match parts.last_mut().filter(|(last, _)| *last == period) {
                    Some((_, sum)) => *sum = plus(*sum, part),
                    None => parts.push((period, part)),
                }
            }
        }
        parts
    }

    /// The part of each month: its own gross amount, or its share of another sum.
    fn spread(&self, worth: Amount) -> Vec<Amount> {
        if worth == self.gross {
            return self.months.iter().map(|month| month.gross).collect();
        }
        let whole: i64 = self.months.iter().map(|month| month.weight).sum();
        let (mut weight, mut given) = (0_i64, Amount::ZERO);
        let part = |month: &Month| {
            weight += month.weight;
            let so_far = share(worth, weight, whole);
            let part = less(so_far, given);
            given = so_far;
            part
        };
        self.months.iter().map(part).collect()
    }
}

/// By cumulated days, so that the parts sum to the whole.
fn by_days(from: Date, to: Date, amount: Amount) -> Vec<(Period, Amount)> {
    let whole = days_between(from, to) + 1;
    let (mut parts, mut given) = (Vec::new(), Amount::ZERO);
    let mut month = Period::of(from);
    while let Some(period) = month.filter(|period| period.first_day() <= to) {
        let until = period.last_day().min(to);
        let so_far = share(amount, days_between(from, until) + 1, whole);
        parts.push((period, less(so_far, given)));
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

    #[test]
    fn a_month_without_the_day_of_the_start_ends_the_term_with_its_last_day() {
        for (start, end, rent, frequency) in [
            ("2027-08-31", "2028-02-29", 600_000, Frequency::HalfYearly),
            ("2027-11-30", "2028-02-29", 300_000, Frequency::Quarterly),
            ("2026-11-29", "2027-02-28", 300_000, Frequency::Quarterly),
            ("2025-01-31", "2025-02-28", 100_000, Frequency::Monthly),
            ("2025-05-31", "2025-06-30", 100_000, Frequency::Monthly),
            ("2025-05-31", "2026-05-30", 1_200_000, Frequency::Yearly),
        ] {
            let terms = terms(start, end, rent, frequency);
            let all = installments(&terms, terms.end);
            assert_eq!((all.len(), total(&all), all[0].to), (1, rent, terms.end), "{start} {end}");
        }
        // Where the term goes on, the next month begins on that day.
        let terms = terms("2027-08-31", "2028-03-30", 100_000, Frequency::Monthly);
        let all = installments(&terms, terms.end);
        assert_eq!((all.len(), total(&all), all[6].from), (7, 700_000, date("2028-02-29")));
    }

    #[test]
    fn quarters_from_the_31st_weigh_as_their_months() {
        let months = |frequency, rent| {
            let terms = terms("2025-05-31", "2026-05-30", rent, frequency);
            let mut months = std::collections::BTreeMap::new();
            for (month, part) in installments(&terms, terms.end).iter().flat_map(|one| one.by_month(one.gross)) {
                *months.entry(month).or_insert(0) += part.fen();
            }
            months
        };
        let monthly = months(Frequency::Monthly, 100_000);
        for (year, month, fen) in
            [(2025, 12, 100_000), (2026, 2, 99_655), (2026, 3, 100_107), (2026, 4, 99_893), (2026, 5, 96_774)]
        {
            assert_eq!(monthly[&Period::new(year, month).expect("period")], fen, "{year}-{month}");
        }
        assert_eq!(months(Frequency::Quarterly, 300_000), monthly);
        assert_eq!(months(Frequency::HalfYearly, 600_000), monthly);
        assert_eq!(months(Frequency::Yearly, 1_200_000), monthly);
    }

    #[test]
    fn free_days_weigh_as_days_of_their_month() {
        for (frequency, rent) in [(Frequency::Monthly, 300_000), (Frequency::Quarterly, 900_000)] {
            let free = ContractTerms { rent_free_days: 15, ..terms("2025-02-01", "2025-04-30", rent, frequency) };
            assert_eq!(total(&installments(&free, free.end)), 739_286);
        }
    }

    proptest! {
        #[test]
        fn whichever_months_are_paid_together_each_is_worth_the_same(
            start in 0_i64..1_500, days in 1_i64..1_200, fen in 1_i64..10_000_000, free in 0_u32..100, advance: bool,
        ) {
            let from = date("2023-12-01").saturating_add(Span::new().days(start));
            let to = from.saturating_add(Span::new().days(days - 1));
            let months = |frequency: Frequency| {
                let mut terms = terms("2024-01-01", "2030-12-31", fen * i64::from(frequency.months()), frequency);
                (terms.start, terms.end, terms.rent_free_days, terms.advance) = (from, to, free, advance);
                let all = installments(&terms, to);
                let months: Vec<_> = all.iter().flat_map(|one| one.months.clone()).collect();
                let mut calendar = std::collections::BTreeMap::new();
                for (month, part) in all.iter().flat_map(|one| one.by_month(one.gross)) {
                    *calendar.entry(month).or_insert(0) += part.fen();
                }
                (months, calendar, total(&all))
            };
            let monthly = months(Frequency::Monthly);
            for frequency in [Frequency::Quarterly, Frequency::HalfYearly, Frequency::Yearly] {
                prop_assert_eq!(&months(frequency), &monthly);
            }
        }

        #[test]
        fn payments_are_whole_and_leave_no_day_out(fen in 1_i64..10_000_000, start in 0_i64..2_000, days in 1_i64..1_200, kind in 0_usize..4, worth in 1_i64..10_000_000) {
            let from = date("2024-01-01").saturating_add(Span::new().days(start));
            let to = from.saturating_add(Span::new().days(days - 1));
            let frequency = [Frequency::Monthly, Frequency::Quarterly, Frequency::HalfYearly, Frequency::Yearly][kind];
            let mut terms = terms("2024-01-01", "2030-12-31", fen, frequency);
            (terms.start, terms.end) = (from, to);
            let all = installments(&terms, to);
            prop_assert_eq!((all[0].from, all[all.len() - 1].to), (from, to));
            for pair in all.windows(2) {
                prop_assert_eq!(pair[0].to.tomorrow().ok(), Some(pair[1].from), "no day is paid twice or not at all");
            }
            prop_assert!(all[..all.len() - 1].iter().all(|one| one.gross.fen() == fen), "only the last is a part");
            for payment in &all {
                for worth in [payment.gross, Amount::from_fen(worth)] {
                    let parts = payment.by_month(worth);
                    prop_assert_eq!(parts.iter().map(|(_, part)| part.fen()).sum::<i64>(), worth.fen());
                    prop_assert!(parts.windows(2).all(|pair| pair[0].0.next() == Some(pair[1].0)), "every month once, in order");
                }
            }
        }
    }
}
