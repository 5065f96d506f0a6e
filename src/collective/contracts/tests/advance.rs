//! Rent in advance, released by months or when due: what was credited to 预收租金 at receipt is what is released, over any schedule, in any order of receipts.

use crate::collective::Fact;
use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::contracts::register::ContractEnd;
use crate::collective::contracts::schedule::installments;
use crate::collective::contracts::terms::{ContractKind, ContractTerms, Frequency, Timing};
use crate::collective::contracts::tests::contracts::{accrue_all, due, terms};
use crate::collective::fact::Withdrawal;
use crate::collective::produce::Produced;
use crate::collective::roles::role::Role::{LeaseIncome, RentAdvance, Vat};
use crate::collective::tests::desk::{Desk, code, date, role, yuan};
use crate::collective::tie::{ProducedSums, differences};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::amount::{plus, total};
use crate::ledger::{Amount, Period};
use jiff::Span;
use jiff::civil::Date;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A contract paid in advance, and what happens to it.
#[derive(Clone, Debug)]
struct Case {
    terms: ContractTerms,
    /// Parts of what is due over the term, each with the month of the term in which it comes.
    receipts: Vec<(usize, i64)>,
    /// Days of the term after which it ends early, if that is before its end.
    ended_after: i64,
    /// The month whose accrual is forgotten, and made up for after the term.
    forgotten: usize,
    /// The month whose accrual is taken back in the month after, and recorded again.
    again: usize,
}

fn cases() -> impl Strategy<Value = Case> {
    let span = (0_i64..900, 1_i64..800, 1_i64..1_600);
    let worth = (1_i64..9_000_000, 0_u32..800, 0_u32..120, 0_usize..4, any::<bool>());
    let receipts = prop::collection::vec((0_usize..40, 1_i64..4_000_000), 0..6);
    (span, worth, receipts, 0_usize..30, 0_usize..30).prop_map(
        |((start, days, ended_after), worth, receipts, forgotten, again)| {
            let (rent, escalation_basis_points, rent_free_days, frequency, when_due) = worth;
            let start = date("2024-02-11").saturating_add(Span::new().days(start));
            let terms = ContractTerms {
                advance: true,
                end: start.saturating_add(Span::new().days(days - 1)),
                escalation_basis_points,
                frequency: [Frequency::Monthly, Frequency::Quarterly, Frequency::HalfYearly, Frequency::Yearly][frequency],
                recognition: if when_due { Timing::WhenDue } else { Timing::Monthly },
                rent: Amount::from_fen(rent),
                rent_free_days,
                start,
                ..terms("HT-1", ContractKind::Lease)
            };
            Case { terms, receipts, ended_after, forgotten, again }
        },
    )
}

/// A desk that keeps the sums of what its facts posted.
struct Run {
    desk: Desk,
    sums: ProducedSums,
    /// Debit less credit of 预收租金, in 分.
    balance: i64,
    /// The vouchers of the months.
    accruals: BTreeMap<Period, Produced>,
}

impl Run {
    fn new(terms: &ContractTerms) -> Run {
        let mut desk = Desk::new().begun("2024-01");
        desk.take(Fact::ContractSigned(terms.clone()));
        Run { desk, sums: ProducedSums::default(), balance: 0, accruals: BTreeMap::new() }
    }

    /// Adds the lines of a voucher, or with -1 of its reversal.
    fn book(&mut self, voucher: &Produced, times: i64) {
        for line in &voucher.lines {
            let amount = Amount::from_fen(line.amount.fen() * times);
            self.sums.add(line.account, line.side, amount, &line.dimensions);
            if role(line) == RentAdvance {
                self.balance += if line.side == Debit { amount.fen() } else { -amount.fen() };
            }
        }
    }

    fn receive(&mut self, kind: Money, date: Date, document: String, fen: i64) {
        let amount = Amount::from_fen(fen);
        let money = MoneyReceived { amount, contract: code("HT-1"), date, document, kind };
        let voucher = self.desk.take(Fact::MoneyReceived(money)).remove(0);
        self.book(&voucher, 1);
    }

    /// Whether there was something to do.
    fn month_end(&mut self, period: Period) -> bool {
        let open = !due(&self.desk, &period.to_string()).is_empty();
        if open {
            let voucher = self.desk.take(accrue_all(&period.to_string(), &["HT-1"])).remove(0);
            self.book(&voucher, 1);
            self.accruals.insert(period, voucher);
        }
        open
    }

    fn reverse(&mut self, period: Period) {
        if let Some(voucher) = self.accruals.remove(&period) {
            self.desk.take(Fact::Withdrawn(Withdrawal { reference: voucher.reference.clone() }));
            self.book(&voucher, -1);
        }
    }
}

/// The contract from its first month to the day on which all of it has been paid and every month released.
fn played(case: &Case) -> Run {
    let terms = &case.terms;
    let last_day = terms.start.saturating_add(Span::new().days(case.ended_after)).min(terms.end);
    let mut left: i64 = installments(terms, last_day).iter().map(|one| one.gross.fen()).sum();
    let mut run = Run::new(terms);
    let months = std::iter::successors(Period::of(terms.start), |month| month.next());
    let months: Vec<Period> = months.take_while(|month| month.first_day() <= last_day).collect();
    for (number, month) in months.iter().enumerate() {
        let arriving: Vec<i64> = case.receipts.iter().filter(|(at, _)| *at == number).map(|(_, fen)| *fen).collect();
        for (index, fen) in arriving.into_iter().enumerate() {
            let fen = fen.min(left);
            left -= fen;
            if fen > 0 {
                run.receive(Money::Rent, month.first_day(), format!("hd-{number}-{index}"), fen);
            }
        }
        if Period::of(last_day) == Some(*month) && last_day < terms.end {
            run.desk.take(Fact::ContractEnded(ContractEnd { contract: code("HT-1"), date: last_day, document: "示例".into() }));
        }
        if number != case.forgotten {
            run.month_end(*month);
        }
        if number == case.again + 1 {
            run.reverse(months[case.again]);
            run.month_end(months[case.again]);
        }
    }
    // What is still owed comes late, when the rate may be another one; then every month that is open is released.
    let mut after = months.last().and_then(|month| month.next()).expect("in the calendar");
    if left > 0 {
        run.receive(Money::Rent, after.first_day(), "hd-late".into(), left);
    }
    for month in &months {
        run.month_end(*month);
    }
    run.month_end(after);
    after = after.next().expect("in the calendar");
    assert!(!run.month_end(after), "nothing is left to do");
    run
}

proptest! {
    /// What is owed after each payment, however it is recognised: the months come to what is due, and 应收 to nothing.
    #[test]
    fn months_come_to_what_the_contract_is_worth(case in cases()) {
        let terms = ContractTerms { advance: false, ..case.terms.clone() };
        let run = played(&Case { terms: terms.clone(), ..case.clone() });
        let contract = run.desk.registers.contracts.get(&code("HT-1")).expect("there");
        let worth: i64 = installments(&terms, contract.last_day()).iter().map(|one| one.gross.fen()).sum();
        prop_assert_eq!(contract.accrued.values().map(|amount| amount.fen()).sum::<i64>(), worth);
        prop_assert_eq!(contract.received(Money::Rent).fen(), worth);
        prop_assert_eq!(differences(&run.desk.registers, &run.sums), []);
    }

    /// Any schedule; paid early, late, in parts, at either rate; ended early, forgotten, taken back and done again.
    #[test]
    fn advance_rent_leaves_nothing_behind(case in cases()) {
        let run = played(&case);
        prop_assert_eq!(run.balance, 0, "credits to the account are its debits");
        prop_assert_eq!(differences(&run.desk.registers, &run.sums), []);
    }

    /// Paid ahead as signed and ended early: what was not used goes back in two parts, and nothing stays behind.
    #[test]
    fn refunds_leave_nothing_behind(case in cases(), percent in 0_i64..=100) {
        let terms = &case.terms;
        let last_day = terms.start.saturating_add(Span::new().days(case.ended_after)).min(terms.end);
        let mut left: i64 = installments(terms, terms.end).iter().map(|one| one.gross.fen()).sum();
        let mut run = Run::new(terms);
        for (number, fen) in case.receipts.iter().map(|(_, fen)| *fen).enumerate() {
            let fen = fen.min(left);
            left -= fen;
            if fen > 0 {
                let day = terms.start.saturating_add(Span::new().months(i64::try_from(number).expect("few")));
                run.receive(Money::Rent, day, format!("hd-{number}"), fen);
            }
        }
        let end = ContractEnd { contract: code("HT-1"), date: last_day, document: "示例".into() };
        run.desk.take(Fact::ContractEnded(end));
        let month = Period::of(last_day).expect("a month");
        run.month_end(month);
        let back = run.desk.registers.contracts.get(&code("HT-1")).expect("there").to_refund().fen();
        let owed = installments(terms, last_day).iter().map(|one| one.gross.fen()).sum::<i64>();
        let first = back * percent / 100;
        for (number, fen) in [first, back - first].into_iter().enumerate().filter(|(_, fen)| *fen > 0) {
            run.receive(Money::RentRefunded, last_day, format!("th-{number}"), fen);
            prop_assert_eq!(differences(&run.desk.registers, &run.sums), []);
        }
        let contract = run.desk.registers.contracts.get(&code("HT-1")).expect("there");
        let received = contract.received(Money::Rent).fen();
        prop_assert_eq!((contract.to_refund(), back), (Amount::ZERO, (received - owed).max(0)));
        if received >= owed {
            run.month_end(month.next().expect("in the calendar"));
            prop_assert_eq!(run.balance, 0);
        }
    }
}

/// The rate falls from 5 % to 3 % on 2026-01-01. What is paid in December is released at what 5 % left of it; a month released
/// before its money is there takes the rate of its due day, and the next one what the receipt shows otherwise.
#[test]
fn what_is_released_is_what_the_receipt_left() {
    let quarter = |start: &str, end: &str| ContractTerms {
        advance: true,
        end: date(end),
        frequency: Frequency::Quarterly,
        rent: yuan("31500.00"),
        start: date(start),
        ..terms("HT-1", ContractKind::Lease)
    };
    let received = |day: &str| {
        let (amount, document) = (yuan("31500.00"), "hd-1".to_owned());
        Fact::MoneyReceived(MoneyReceived { amount, contract: code("HT-1"), date: date(day), document, kind: Money::Rent })
    };
    let release = |desk: &mut Desk, month: &str| {
        let lines = desk.one(accrue_all(month, &["HT-1"]));
        assert_eq!((lines.len(), lines[0].0, lines[1].0), (2, RentAdvance, LeaseIncome));
        lines[0].2
    };
    let mut desk = Desk::new();
    desk.take(Fact::ContractSigned(quarter("2026-01-01", "2026-03-31")));
    let early = desk.one(received("2025-12-20"));
    assert_eq!((early[1], early[2]), ((RentAdvance, Credit, yuan("30000.00")), (Vat, Credit, yuan("1500.00"))), "5 % of 2025");
    let months = ["2026-01", "2026-02", "2026-03"].map(|month| release(&mut desk, month));
    assert_eq!(months, ["10000.00", "10000.00", "10000.00"].map(yuan), "30,000.00 by months, not 30,582.52");

    let mut desk = Desk::new().begun("2025-12");
    desk.take(Fact::ContractSigned(quarter("2025-12-01", "2026-02-28")));
    assert_eq!(release(&mut desk, "2025-12"), yuan("10000.00"), "a third of 30,000.00: due in 2025, not paid");
    let late = desk.one(received("2026-01-08"));
    assert_eq!((late[1], late[2]), ((RentAdvance, Credit, yuan("30582.52")), (Vat, Credit, yuan("917.48"))), "3 % of 2026");
    assert_eq!(release(&mut desk, "2026-01"), yuan("10388.35"), "10,194.18 of its own, and 194.17 that December had too little");
    assert_eq!(release(&mut desk, "2026-02"), yuan("10194.17"), "the rest of 30,582.52");
    assert!(due(&desk, "2026-03").is_empty());
}

#[test]
fn a_contract_ends_on_its_last_day_whatever_was_accrued() {
    let mut desk = Desk::new();
    let terms = ContractTerms { advance: true, end: date("2026-02-14"), ..terms("HT-1", ContractKind::Lease) };
    desk.take(Fact::ContractSigned(terms));
    for month in ["2026-01", "2026-02"] {
        desk.take(accrue_all(month, &["HT-1"]));
    }
    let ended =
        |day: &str| Fact::ContractEnded(ContractEnd { contract: code("HT-1"), date: date(day), document: "示例".into() });
    assert_eq!(desk.refuse(&ended("2026-02-13")), ["contract_accrued_beyond"]);
    assert_eq!(desk.refuse(&ended("2026-02-15")), ["contract_end_outside"]);
    desk.take(ended("2026-02-14"));
}

/// A contract over a year of 2026 that is paid in advance, or month by month afterwards.
fn year(advance: bool) -> ContractTerms {
    let frequency = if advance { Frequency::Yearly } else { Frequency::Monthly };
    let rent = if advance { yuan("12360.00") } else { yuan("1030.00") };
    ContractTerms { advance, frequency, rent, ..terms("HT-1", ContractKind::Lease) }
}

fn accrued(desk: &mut Desk, month: &str) -> Amount {
    desk.one(accrue_all(month, &["HT-1"]))[0].2
}

#[test]
fn a_month_that_was_missed_is_caught_up() {
    for advance in [true, false] {
        let mut desk = Desk::new();
        desk.take(Fact::ContractSigned(year(advance)));
        let amount = yuan("12360.00");
        let (date, document, kind) = (date("2026-02-01"), "hd-1".to_owned(), Money::Rent);
        desk.take(Fact::MoneyReceived(MoneyReceived { amount, contract: code("HT-1"), date, document, kind }));
        let month = if advance { yuan("1000.00") } else { yuan("1030.00") };
        // January is closed before the contract is registered, and April is forgotten.
        assert_eq!(accrued(&mut desk, "2026-02"), plus(month, month), "{advance}: January comes with February");
        assert_eq!(desk.refuse(&accrue_all("2026-01", &["HT-1"])), ["accrual_not_due"], "{advance}: and not again");
        assert_eq!(accrued(&mut desk, "2026-03"), month);
        assert_eq!(accrued(&mut desk, "2026-05"), plus(month, month), "{advance}: April comes with May");
        assert!(due(&desk, "2026-04").is_empty() && due(&desk, "2026-05").is_empty(), "{advance}");
        for period in ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12"] {
            assert_eq!(accrued(&mut desk, period), month, "{advance}: {period}");
        }
        assert!(due(&desk, "2027-01").is_empty());
        // What is taken back is due again, in its own month or in the next month end.
        for again in ["2026-02", "2027-01"] {
            desk.take(Fact::Withdrawn(Withdrawal { reference: "contracts_accrued/HT-1/2026-02".into() }));
            assert_eq!(accrued(&mut desk, again), plus(month, month), "{advance}: {again}");
        }
    }
}

/// Months are recorded in any order, and none is counted twice.
#[test]
fn months_out_of_order_come_to_the_same() {
    for order in [["2026-03", "2026-02", "2026-01"], ["2026-02", "2026-01", "2026-03"], ["2026-02", "2026-03", "2026-01"]] {
        let mut desk = Desk::new();
        desk.take(Fact::ContractSigned(year(false)));
        for period in order {
            if !due(&desk, period).is_empty() {
                accrued(&mut desk, period);
            }
        }
        let contract = desk.registers.contracts.get(&code("HT-1")).expect("there");
        assert_eq!(total(contract.accrued.values().copied()), yuan("3090.00"), "{order:?}");
    }
}

/// The rate falls from 5 % to 3 % on 2026-01-01: months that were left out keep theirs.
#[test]
fn what_is_caught_up_is_taxed_as_its_months_would_have_been() {
    let mut desk = Desk::new().begun("2025-11");
    desk.take(Fact::ContractSigned(ContractTerms { rent: yuan("1050.00"), start: date("2025-11-01"), ..year(false) }));
    let lines = desk.one(accrue_all("2026-01", &["HT-1"]));
    assert_eq!(lines[0].2, yuan("3150.00"));
    assert_eq!((lines[1].2, lines[2].2), (yuan("3019.42"), yuan("130.58")), "50.00, 50.00 and 30.58");
    let lines = desk.one(accrue_all("2026-02", &["HT-1"]));
    assert_eq!(lines[2].2, yuan("30.58"));
}

/// January is closed, and so is the month of the end: what is taken back lies in later months, and so does what replaces it.
#[test]
fn a_contract_ends_in_a_closed_month() {
    let mut desk = Desk::new();
    desk.take(Fact::ContractSigned(year(false)));
    for month in ["2026-01", "2026-02"] {
        desk.take(accrue_all(month, &["HT-1"]));
    }
    let ended = ContractEnd { contract: code("HT-1"), date: date("2026-01-15"), document: "示例".into() };
    assert_eq!(desk.refuse(&Fact::ContractEnded(ended.clone())), ["contract_accrued_beyond"]);
    for month in ["2026-01", "2026-02"] {
        desk.take(Fact::Withdrawn(Withdrawal { reference: format!("contracts_accrued/HT-1/{month}") }));
    }
    desk.take(Fact::ContractEnded(ended));
    assert_eq!(accrued(&mut desk, "2026-03"), yuan("498.39"), "15 of 31 days, caught up in the open month");
    assert!(due(&desk, "2026-04").is_empty());
}

/// A lease of three years before the book: its months are other books' business.
#[test]
fn months_before_the_book_are_never_caught_up() {
    for recognition in [Timing::Monthly, Timing::WhenDue] {
        let mut desk = Desk::new();
        desk.take(Fact::ContractSigned(ContractTerms { recognition, start: date("2023-01-01"), ..year(false) }));
        assert_eq!(accrued(&mut desk, "2026-01"), yuan("1030.00"));
        let contract = desk.registers.contracts.get(&code("HT-1")).expect("there");
        assert_eq!(contract.due(date("2026-02-28")), yuan("2060.00"), "January and February");
        assert_eq!(contract.overdue(date("2026-02-15")), [(date("2026-01-31"), yuan("1030.00"))]);
    }
}
