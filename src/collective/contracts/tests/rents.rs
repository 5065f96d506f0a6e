//! Rent that other books left owed or paid ahead, that came late, or that was paid too much: what is owed of it, what it
//! costs, and what goes back.

use crate::collective::carried::{BalanceCarried, CarriedKind};
use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::contracts::register::{Contract, ContractEnd, ContractVoid};
use crate::collective::contracts::terms::{ContractKind, ContractTerms, Frequency, Timing};
use crate::collective::contracts::tests::contracts::{accrue_all, due, terms};
use crate::collective::fact::Withdrawal;
use crate::collective::produce::Produced;
use crate::collective::roles::role::Role::{self, Bank, RentAdvance, RentReceivable, Vat};
use crate::collective::tests::desk::{Desk, code, date, role, yuan};
use crate::collective::tests::ties::add;
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, contracts};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::amount::{less, plus};
use crate::ledger::{Amount, Side};

/// A desk whose registers are held against what was posted after every fact.
struct Run {
    desk: Desk,
    sums: ProducedSums,
    /// Debit less credit of 预收租金 by vouchers.
    advance: Amount,
}

impl Run {
    fn of(terms: ContractTerms) -> Run {
        let mut run = Run { desk: Desk::new(), sums: ProducedSums::default(), advance: Amount::ZERO };
        run.take(Fact::ContractSigned(terms));
        run
    }

    fn take(&mut self, fact: Fact) -> Vec<Produced> {
        let produced = self.desk.take(fact.clone());
        add(&mut self.sums, &produced);
        for line in produced.iter().flat_map(|one| &one.lines).filter(|line| role(line) == RentAdvance) {
            let moved = if line.side == Debit { plus } else { less };
            self.advance = moved(self.advance, line.amount);
        }
        assert_eq!(differences(&self.desk.registers, &self.sums), [], "{fact:?}");
        produced
    }

    fn lines(&mut self, fact: Fact) -> Vec<(Role, Side, Amount)> {
        let produced = self.take(fact);
        produced.iter().flat_map(|one| &one.lines).map(|line| (role(line), line.side, line.amount)).collect()
    }

    fn accrue(&mut self, month: &str) -> Amount {
        self.lines(accrue_all(month, &["HT-1"]))[0].2
    }

    fn end(&mut self, day: &str) {
        self.take(Fact::ContractEnded(ContractEnd { contract: code("HT-1"), date: date(day), document: "示例".into() }));
    }

    fn contract(&self) -> &Contract {
        self.desk.registers.contracts.get(&code("HT-1")).expect("there")
    }

    fn row(&self, day: &str) -> contracts::report::ContractRow {
        contracts::report::contracts(&self.desk.registers, date(day)).remove(0)
    }
}

fn money(kind: Money, day: &str, amount: &str, document: &str) -> Fact {
    let (amount, date, document) = (yuan(amount), date(day), document.into());
    Fact::MoneyReceived(MoneyReceived { amount, contract: code("HT-1"), date, document, kind })
}

fn carried(kind: CarriedKind, amount: &str) -> Fact {
    let (amount, code, date, document) = (yuan(amount), code("HT-1"), date("2025-12-31"), "示例对账单".into());
    Fact::BalanceCarried(BalanceCarried { amount, code, date, document, kind, months: None })
}

/// 1,030.00 a month, tax included, owed at the end of each.
fn lease(start: &str) -> ContractTerms {
    ContractTerms { rent: yuan("1030.00"), start: date(start), ..terms("HT-1", ContractKind::Lease) }
}

#[test]
fn a_contract_older_than_the_books_owes_what_was_carried() {
    let mut run = Run::of(lease("2023-01-01"));
    assert_eq!(run.contract().due(date("2026-01-30")), Amount::ZERO, "three years are settled");
    run.take(carried(CarriedKind::RentReceivable, "2060.00"));
    assert_eq!(run.accrue("2026-01"), yuan("1030.00"));
    let row = run.row("2026-02-01");
    assert_eq!((row.due, row.overdue, row.overdue_since), (yuan("3090.00"), yuan("3090.00"), Some(date("2025-12-31"))));
    run.take(money(Money::Rent, "2026-02-01", "2060.00", "hd-1"));
    assert_eq!(run.contract().overdue(date("2026-02-01")), [(date("2026-01-31"), yuan("1030.00"))], "the oldest is paid first");
    let aged = contracts::report::ageing(&run.desk.registers, date("2026-02-01")).remove(0);
    assert_eq!((aged.ages.within_1_year, aged.total), (yuan("1030.00"), yuan("1030.00")));
    // 2,060.00 x 32 days and 1,030.00 x 1 day.
    assert_eq!(run.contract().late_fee(date("2026-02-01")), yuan("33.48"));
}

#[test]
fn a_payment_across_the_first_day_is_owed_with_its_months_of_the_book() {
    let quarterly = ContractTerms { frequency: Frequency::Quarterly, rent: yuan("3090.00"), ..lease("2025-11-01") };
    let mut run = Run::of(quarterly);
    run.take(carried(CarriedKind::RentReceivable, "2060.00"));
    assert_eq!(run.accrue("2026-01"), yuan("1030.00"));
    assert_eq!(run.contract().due(date("2026-01-31")), yuan("3090.00"), "two months that were carried and one of the book");
    run.take(money(Money::Rent, "2026-01-31", "3090.00", "hd-1"));
    assert_eq!(run.contract().unpaid(date("2026-01-31")), []);
    let void = ContractVoid { contract: code("HT-1"), date: date("2026-02-01"), document: "示例".into() };
    assert_eq!(run.desk.refuse(&Fact::ContractVoided(void)), ["contract_in_use"]);
}

/// 12,600.00 for a year from October 2025 on, 5 % tax: 12,000.00, of which three months are released by other books.
fn year_in_advance() -> ContractTerms {
    ContractTerms {
        advance: true,
        end: date("2027-09-30"),
        frequency: Frequency::Yearly,
        rent: yuan("12600.00"),
        ..lease("2025-10-01")
    }
}

#[test]
fn rent_that_was_carried_is_released_by_the_months_it_covers() {
    let mut run = Run::of(year_in_advance());
    assert!(due(&run.desk, "2026-01").is_empty(), "other books have it, unless it is carried");
    run.take(carried(CarriedKind::RentAdvance, "9000.00"));
    assert_eq!(run.contract().due(date("2026-09-30")), Amount::ZERO);
    assert_eq!(run.accrue("2026-02"), yuan("2000.00"), "January and February");
    for month in ["2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"] {
        assert_eq!(run.accrue(month), yuan("1000.00"), "{month}");
    }
    assert_eq!(run.advance, yuan("9000.00"), "and no more");
    assert_eq!(run.contract().due(date("2026-10-01")), yuan("12600.00"), "the next year is due in this book");
}

#[test]
fn rent_that_was_carried_goes_back_after_an_early_end() {
    let mut run = Run::of(year_in_advance());
    run.take(carried(CarriedKind::RentAdvance, "9000.00"));
    run.end("2026-06-30");
    let released = run.accrue("2026-06");
    let left = run.row("2026-06-30").to_refund.expect("three months");
    run.take(money(Money::RentRefunded, "2026-07-01", &left.to_string(), "hd-1"));
    assert_eq!((released, run.advance), (yuan("6000.00"), yuan("9000.00")), "six months of nine, and all of it is gone");
    assert_eq!(run.row("2026-07-01").to_refund, None);
}

/// What was paid before the book for payments of this one pays them; what is for months of the book comes first.
#[test]
fn what_was_paid_ahead_of_the_books_pays_the_next_payments() {
    let fee = ContractTerms {
        end: date("2028-12-31"),
        kind: ContractKind::Contracting,
        recognition: Timing::WhenDue,
        rent: yuan("8000.00"),
        ..year_in_advance()
    };
    let mut run = Run::of(ContractTerms { start: date("2025-01-01"), ..fee });
    run.take(carried(CarriedKind::RentAdvance, "16000.00"));
    assert_eq!(run.accrue("2026-01"), yuan("8000.00"));
    assert_eq!(run.accrue("2027-01"), yuan("8000.00"));
    assert_eq!(run.contract().overdue(date("2028-01-01")), []);
    assert_eq!(run.contract().overdue(date("2028-01-02")), [(date("2028-01-01"), yuan("8000.00"))]);
    assert_eq!(run.advance, yuan("16000.00"));

    let mut run = Run::of(year_in_advance());
    run.take(carried(CarriedKind::RentAdvance, "21000.00"));
    assert_eq!(run.accrue("2026-09"), yuan("9000.00"), "nine months of it");
    assert_eq!(run.contract().unpaid(date("2026-10-01")), [], "and the next year");
    assert_eq!(run.accrue("2027-09"), yuan("12000.00"));
}

#[test]
fn a_late_fee_stays_when_the_rent_is_paid_late() {
    let mut run = Run::of(lease("2026-01-01"));
    let fee = |run: &Run, day: &str| (run.row(day).late_fee, run.row(day).late_fee_open);
    assert_eq!(fee(&run, "2026-01-31"), (Amount::ZERO, Amount::ZERO));
    run.take(money(Money::Rent, "2026-02-10", "500.00", "hd-1"));
    run.take(money(Money::Rent, "2026-02-20", "530.00", "hd-2"));
    // 500.00 x 10 days and 530.00 x 20 days, at 0.05 %.
    assert_eq!(fee(&run, "2026-02-28"), (yuan("7.80"), yuan("7.80")), "paid, and the fee is there");
    assert_eq!(fee(&run, "2026-02-05"), (yuan("2.58"), yuan("2.58")), "by then: 1,030.00 x 5 days");
    assert_eq!(run.desk.refuse(&money(Money::LateFee, "2026-02-28", "7.81", "hd-3")), ["late_fee_exceeds"]);
    run.take(money(Money::LateFee, "2026-02-28", "5.00", "hd-3"));
    assert_eq!(fee(&run, "2026-02-28"), (yuan("7.80"), yuan("2.80")));
    assert_eq!(run.desk.refuse(&money(Money::LateFee, "2026-02-28", "2.81", "hd-4")), ["late_fee_exceeds"]);
    run.take(money(Money::LateFee, "2026-02-28", "2.80", "hd-4"));
    // Without a rate any agreed penalty is taken.
    let mut run = Run::of(ContractTerms { late_fee_basis_points: 0, ..lease("2026-01-01") });
    run.take(money(Money::LateFee, "2026-01-10", "50.00", "hd-1"));
    assert_eq!(fee(&run, "2026-01-10"), (Amount::ZERO, Amount::ZERO));
}

#[test]
fn rent_in_advance_that_was_not_used_goes_back_with_its_tax() {
    let halves = ContractTerms { advance: true, frequency: Frequency::HalfYearly, rent: yuan("6180.00"), ..lease("2026-01-01") };
    let mut run = Run::of(halves);
    // The first half is received in 2025, at 5 %.
    run.take(money(Money::Rent, "2025-12-20", "6180.00", "hd-1"));
    run.take(money(Money::Rent, "2026-02-01", "6180.00", "hd-2"));
    let refund = |amount: &str, document: &str| money(Money::RentRefunded, "2026-04-10", amount, document);
    assert_eq!(run.desk.refuse(&refund("0.01", "hd-3")), ["refund_exceeds"], "not ended");
    run.end("2026-03-31");
    run.accrue("2026-03");
    // Three of six months were used: 3,090.00 of 6,180.00.
    assert_eq!(run.row("2026-04-10").to_refund, Some(yuan("9270.00")));
    assert_eq!(run.desk.refuse(&refund("9270.01", "hd-3")), ["refund_exceeds"]);
    let first = run.lines(refund("3090.00", "hd-3"));
    assert_eq!(
        first,
        [(RentAdvance, Debit, yuan("2942.85")), (Vat, Credit, yuan("-147.15")), (Bank, Credit, yuan("3090.00"))],
        "what is left of the first receipt, at 5 %"
    );
    let row = run.row("2026-04-10");
    assert_eq!((row.received, row.to_refund), (yuan("9270.00"), Some(yuan("6180.00"))));
    let second = run.lines(refund("6180.00", "hd-4"));
    assert_eq!(second[..2], [(RentAdvance, Debit, yuan("6000.00")), (Vat, Credit, yuan("-180.00"))], "the second, at 3 %");
    assert_eq!((run.advance, run.row("2026-04-10").to_refund), (Amount::ZERO, None), "nothing stays behind");
    assert_eq!(run.desk.refuse(&refund("0.01", "hd-5")), ["refund_exceeds"]);
    // A receipt stays as long as its refund does.
    let back = |document: &str| Fact::Withdrawn(Withdrawal { reference: format!("money_received/HT-1/{document}") });
    assert_eq!(run.desk.refuse(&back("hd-2")), ["reference_unknown"]);
    run.desk.take(back("hd-4"));
    run.desk.take(back("hd-2"));
    assert_eq!(run.row("2026-04-10").to_refund, None);
}

#[test]
fn rent_that_was_owed_and_paid_twice_goes_back() {
    let mut run = Run::of(lease("2026-01-01"));
    run.accrue("2026-01");
    run.take(money(Money::Rent, "2026-01-31", "2060.00", "hd-1"));
    run.end("2026-01-31");
    let back = run.lines(money(Money::RentRefunded, "2026-02-10", "1030.00", "hd-2"));
    assert_eq!(back, [(RentReceivable, Debit, yuan("1030.00")), (Bank, Credit, yuan("1030.00"))]);
    assert_eq!(run.desk.refuse(&money(Money::RentRefunded, "2026-02-10", "0.01", "hd-3")), ["refund_exceeds"]);
    let brokerage = ContractTerms { kind: ContractKind::Intermediary, ..lease("2026-01-01") };
    let mut run = Run::of(brokerage);
    run.take(money(Money::Rent, "2026-01-31", "2060.00", "hd-1"));
    run.end("2026-01-31");
    assert_eq!(run.desk.refuse(&money(Money::RentRefunded, "2026-02-10", "1.00", "hd-2")), ["refund_exceeds"], "was income");
}

#[test]
fn a_memo_says_what_the_money_is_for() {
    for (kind, word) in [
        (ContractKind::Lease, "租金"),
        (ContractKind::Contracting, "承包费"),
        (ContractKind::Participation, "分红"),
        (ContractKind::Intermediary, "服务费"),
    ] {
        let mut run = Run::of(ContractTerms { kind, ..lease("2026-01-01") });
        let memo = run.take(money(Money::Rent, "2026-01-31", "1030.00", "hd-1")).remove(0).memo;
        assert_eq!(memo, format!("{}合同HT-1：{word}（hd-1）", kind.chinese()));
    }
}
