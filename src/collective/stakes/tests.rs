//! Facts §7.2 E1, E2, J5.

use crate::collective::fact::Withdrawal;
use crate::collective::roles::role::Role::{self, *};
use crate::collective::stakes::stake::{StakeAcquired, StakeDividendDeclared, StakeDividendReceived, StakeForm};
use crate::collective::tests::desk::{Desk, code, date, role, yuan};
use crate::collective::{Fact, Registers, stakes};
use crate::ledger::Side::{self, Credit, Debit};
use crate::ledger::chart::ChartStandard;
use crate::ledger::{Amount, Dimension, DraftLine};

const BOTH: [ChartStandard; 2] = [ChartStandard::SmallEnterprise2013, ChartStandard::RuralCollective2023];

pub(crate) fn desk(standard: ChartStandard) -> Desk {
    let mut desk = Desk::of(standard);
    desk.name(Dimension::Community, &["c1", "c2"]);
    desk.name(Dimension::IncomeType, &["05"]);
    desk.name(Dimension::Counterparty, &["TZ-1", "m1", "m2", "m3"]);
    desk.name(Dimension::Resolution, &["R1"]);
    desk
}

fn acquired(amount: &str, document: &str) -> StakeAcquired {
    StakeAcquired {
        amount: yuan(amount),
        community: code("c1"),
        date: date("2026-01-10"),
        document: document.into(),
        form: StakeForm::Cash,
        holder: Some(code("c1")),
        income_type: code("05"),
        investee_book: Some("demo".into()),
        resolution: "示例决议1号".into(),
        stake: code("TZ-1"),
    }
}

fn declared(amount: &str, document: &str) -> StakeDividendDeclared {
    StakeDividendDeclared {
        amount: yuan(amount),
        date: date("2026-04-18"),
        document: document.into(),
        resolution: Some(code("R9")),
        stake: code("TZ-1"),
    }
}

fn received(amount: &str, document: &str) -> StakeDividendReceived {
    StakeDividendReceived {
        amount: yuan(amount),
        date: date("2026-06-20"),
        declaration: "tz-1".into(),
        document: document.into(),
        stake: code("TZ-1"),
    }
}

/// Role, side, amount and what the line is about.
pub(crate) type Told = (Role, Side, Amount, Vec<(Dimension, String)>);

pub(crate) fn told(lines: &[DraftLine]) -> Vec<Told> {
    let about = |line: &DraftLine| line.dimensions.iter().map(|(dimension, code)| (dimension, code.to_string())).collect();
    lines.iter().map(|line| (role(line), line.side, line.amount, about(line))).collect()
}

pub(crate) fn about(tags: &[(Dimension, &str)]) -> Vec<(Dimension, String)> {
    tags.iter().map(|(dimension, code)| (*dimension, (*code).to_owned())).collect()
}

#[test]
fn a_stake_stands_at_cost_and_earns_what_is_declared_in_either_chart() {
    let investee = about(&[(Dimension::Counterparty, "TZ-1")]);
    let earned = about(&[(Dimension::Community, "c1"), (Dimension::Counterparty, "TZ-1"), (Dimension::IncomeType, "05")]);
    for (standard, dividend) in BOTH.into_iter().zip(["16000.00", "13680.00"]) {
        let mut desk = desk(standard);
        let (cost, dividend_amount) = (yuan("200000.00"), yuan(dividend));
        let e1 = told(&desk.lines(Fact::StakeAcquired(acquired("200000.00", "cz-1"))));
        assert_eq!(e1, [(LongTermStake, Debit, cost, investee.clone()), (Bank, Credit, cost, vec![])], "E1");
        let e2 = told(&desk.lines(Fact::StakeDividendDeclared(declared(dividend, "tz-1"))));
        let due = (DividendReceivable, Debit, dividend_amount, investee.clone());
        assert_eq!(e2, [due, (InvestmentIncome, Credit, dividend_amount, earned.clone())], "E2, J5");
        let came = told(&desk.lines(Fact::StakeDividendReceived(received(dividend, "hd-1"))));
        let settled = (DividendReceivable, Credit, dividend_amount, investee.clone());
        assert_eq!(came, [(Bank, Debit, dividend_amount, vec![]), settled], "E2, J5, received");
        let row = stakes::report::stakes(&desk.registers).remove(0);
        assert_eq!((row.cost, row.declared, row.received, row.open), (cost, dividend_amount, dividend_amount, Amount::ZERO));
    }
}

#[test]
fn a_stake_paid_in_kind_takes_the_asset_and_one_of_the_opening_posts_nothing() {
    let mut desk = desk(ChartStandard::SmallEnterprise2013);
    let kind = StakeAcquired { form: StakeForm::InKind, ..acquired("300000.00", "cz-1") };
    let lines = desk.one(Fact::StakeAcquired(kind));
    assert_eq!(lines, [(LongTermStake, Debit, yuan("300000.00")), (ContributedAsset, Credit, yuan("300000.00"))]);
    let opening = StakeAcquired { form: StakeForm::Opening, ..acquired("40000.00", "cz-2") };
    assert!(desk.take(Fact::StakeAcquired(opening)).is_empty());
    assert_eq!(stakes::report::stakes(&desk.registers)[0].cost, yuan("340000.00"));
}

#[test]
fn what_does_not_fit_a_stake_is_refused() {
    let mut desk = desk(ChartStandard::SmallEnterprise2013);
    assert_eq!(desk.refuse(&Fact::StakeDividendDeclared(declared("1.00", "tz-1"))), ["stake_unknown"]);
    assert_eq!(desk.refuse(&Fact::StakeDividendReceived(received("1.00", "hd-1"))), ["stake_unknown"]);
    desk.take(Fact::StakeAcquired(acquired("200000.00", "cz-1")));
    assert_eq!(desk.refuse(&Fact::StakeDividendReceived(received("1.00", "hd-1"))), ["stake_declaration_unknown"]);
    desk.take(Fact::StakeDividendDeclared(declared("16000.00", "tz-1")));
    desk.take(Fact::StakeDividendReceived(received("10000.00", "hd-1")));
    let other = |document: &str| StakeDividendDeclared { resolution: None, ..declared("1.00", document) };
    for (fact, expected) in [
        (Fact::StakeAcquired(acquired("0.00", "cz-2")), &["stake_amount"][..]),
        (Fact::StakeAcquired(acquired("1.00", "cz/2")), &["stake_document"]),
        (Fact::StakeAcquired(acquired("1.00", "cz-1")), &["stake_document_taken"]),
        (Fact::StakeAcquired(acquired("1.00", &"长".repeat(61))), &["text_too_long"]),
        (
            Fact::StakeAcquired(StakeAcquired { resolution: " ".into(), ..acquired("1.00", "cz-2") }),
            &["stake_resolution_missing"],
        ),
        (
            Fact::StakeAcquired(StakeAcquired { holder: None, ..acquired("1.00", "cz-2") }),
            &["stake_book_incomplete", "stake_terms_differ"],
        ),
        (Fact::StakeAcquired(StakeAcquired { community: code("c2"), ..acquired("1.00", "cz-2") }), &["stake_terms_differ"]),
        (
            Fact::StakeAcquired(StakeAcquired {
                income_type: code("09"),
                stake: code("m1"),
                holder: Some(code("c2")),
                ..acquired("1.00", "cz-2")
            }),
            &["dimension_unknown"],
        ),
        (Fact::StakeAcquired(StakeAcquired { stake: code("m1"), ..acquired("1.00", "cz-2") }), &["stake_book_taken"]),
        (Fact::StakeDividendDeclared(other("tz-1")), &["stake_document_taken"]),
        (Fact::StakeDividendDeclared(declared("1.00", "tz-2")), &["stake_resolution_taken"]),
        (Fact::StakeDividendDeclared(StakeDividendDeclared { amount: yuan("-1.00"), ..other("tz-2") }), &["stake_amount"]),
        (
            Fact::StakeDividendDeclared(StakeDividendDeclared { date: date("2026-01-09"), ..other("tz-2") }),
            &["stake_date_reversed"],
        ),
        (Fact::StakeDividendReceived(received("6000.01", "hd-2")), &["stake_dividend_exceeded"]),
        (Fact::StakeDividendReceived(received("1.00", "hd-1")), &["stake_document_taken"]),
        (Fact::StakeDividendReceived(received("1.00", " ")), &["stake_document"]),
        (
            Fact::StakeDividendReceived(StakeDividendReceived { date: date("2026-04-17"), ..received("1.00", "hd-2") }),
            &["stake_date_reversed"],
        ),
    ] {
        assert_eq!(desk.refuse(&fact), expected, "{fact:?}");
    }
    desk.take(Fact::StakeDividendReceived(received("6000.00", "hd-2")));
}

#[test]
fn taking_a_voucher_back_takes_the_register_back() {
    let mut desk = desk(ChartStandard::RuralCollective2023);
    let mut taken: Vec<(Registers, String)> = Vec::new();
    for fact in [
        Fact::StakeAcquired(acquired("200000.00", "cz-1")),
        Fact::StakeAcquired(acquired("1000.00", "cz-2")),
        Fact::StakeDividendDeclared(declared("16000.00", "tz-1")),
        Fact::StakeDividendReceived(received("16000.00", "hd-1")),
    ] {
        let before = desk.registers.clone();
        taken.push((before, desk.take(fact).remove(0).reference));
    }
    let early = withdrawal(&taken[2].1);
    assert_eq!(desk.refuse(&early), ["reference_unknown"], "not while something was received on it");
    while let Some((before, reference)) = taken.pop() {
        let back = withdrawal(&reference);
        desk.take(back.clone());
        assert_eq!(desk.registers, Registers { withdrawals: desk.registers.withdrawals, ..before }, "{reference}");
        assert_eq!(desk.refuse(&back), ["reference_unknown"], "once only");
    }
}

pub(crate) fn withdrawal(reference: &str) -> Fact {
    Fact::Withdrawn(Withdrawal { reference: reference.to_owned() })
}
