//! Facts §7.2 G1: what is confirmed is earned and owed; money pays it first.

use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::contracts::register::ContractVoid;
use crate::collective::contracts::report::{Warning, contracts};
use crate::collective::contracts::report::{ageing, collection};
use crate::collective::contracts::service::ServiceConfirmed;
use crate::collective::contracts::terms::{ContractKind, ContractTerms};
use crate::collective::contracts::tests::contracts::{card, due, entrusted, money, step, terms};
use crate::collective::custody::asset::Step;
use crate::collective::fact::Withdrawal;
use crate::collective::funds::report::income_uses;
use crate::collective::funds::tests::funds::{expect, posted};
use crate::collective::roles::role::Role::{Bank, IntermediaryIncome, ServiceReceivable, TradeReceivable, Vat};
use crate::collective::roles::role::{RoleAccount, Roles, RolesAssigned};
use crate::collective::tests::desk::{Desk, code, date, role, yuan};
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::{AccountCode, Amount};
use proptest::prelude::*;

fn confirmed(amount: &str, day: &str, document: &str) -> ServiceConfirmed {
    ServiceConfirmed { amount: yuan(amount), contract: code("HT-4"), date: date(day), document: document.into() }
}

fn brokerage() -> Desk {
    let mut desk = Desk::new();
    desk.take(Fact::ContractSigned(ContractTerms { rent: yuan("10100.00"), ..terms("HT-4", ContractKind::Intermediary) }));
    desk
}

#[test]
fn a_result_is_earned_when_confirmed_and_money_pays_it_first() {
    let mut desk = brokerage();
    let g1 = posted(&mut desk, Fact::ServiceConfirmed(confirmed("10100.00", "2026-01-20", "qr-1")));
    let income = (IntermediaryIncome, Credit, "10000.00", "c1 HT-4 02");
    let expected = [(ServiceReceivable, Debit, "10100.00", "HT-4 z1"), income, (Vat, Credit, "100.00", "")];
    assert_eq!(g1, expect(&expected), "G1, before the money");
    assert!(due(&desk, "2026-01").is_empty(), "nothing of it is accrued by months");
    let part = posted(&mut desk, money("HT-4", Money::Rent, "4100.00", "hd-1"));
    assert_eq!(part, expect(&[(Bank, Debit, "4100.00", ""), (ServiceReceivable, Credit, "4100.00", "HT-4 z1")]));
    let rest = posted(&mut desk, money("HT-4", Money::Rent, "8020.00", "hd-2"));
    let expected = [
        (Bank, Debit, "8020.00", ""),
        (ServiceReceivable, Credit, "6000.00", "HT-4 z1"),
        (IntermediaryIncome, Credit, "2000.00", "c1 HT-4 02"),
        (Vat, Credit, "20.00", ""),
    ];
    assert_eq!(rest, expect(&expected), "what exceeds the confirmed is earned with the money");
    let late = posted(&mut desk, money("HT-4", Money::LateFee, "1.00", "hd-3"));
    assert_eq!(late.len(), 2, "other money pays nothing of it");
    let earned = income_uses(&desk.registers).remove(0).intermediary_income;
    assert_eq!(earned, yuan("12000.00"), "what is confirmed and paid is no income twice");
    let standing = contracts(&desk.registers, date("2026-12-31")).remove(0);
    assert_eq!((standing.confirmed, standing.open), (Some(yuan("10100.00")), Some(Amount::ZERO)));
    assert_eq!((standing.due, standing.received, standing.overdue), (yuan("12120.00"), yuan("12120.00"), Amount::ZERO));
}

#[test]
fn what_does_not_fit_a_contract_is_refused() {
    let mut desk = brokerage();
    assert_eq!(desk.refuse(&Fact::ServiceConfirmed(confirmed("0.01", "2026-01-01", "qr-1"))), [""; 0]);
    desk.take(Fact::ServiceConfirmed(confirmed("10100.00", "2026-01-20", "qr-1")));
    desk.take(Fact::ContractSigned(terms("HT-1", ContractKind::Lease)));
    desk.take(card("DG-1"));
    desk.take(Fact::AssetStepped(step(Step::Certified, "2025-12-01")));
    desk.take(entrusted(0));
    desk.take(Fact::ContractSigned(ContractTerms { asset: Some(code("DG-1")), ..terms("HT-5", ContractKind::Intermediary) }));
    let of = |contract: &str| ServiceConfirmed { contract: code(contract), ..confirmed("1.00", "2026-01-20", "qr-2") };
    for (fact, expected) in [
        (of("HT-2"), &["contract_unknown"][..]),
        (of("HT-1"), &["service_kind"]),
        (of("HT-5"), &["service_kind"]),
        (confirmed("0.00", "2026-01-20", "qr-2"), &["service_amount"]),
        (confirmed("-1.00", "2025-12-31", "qr/2"), &["service_amount", "service_document", "service_date"]),
        (confirmed("1.00", "2026-01-20", ""), &["service_document"]),
        (confirmed("1.00", "2026-01-20", "qr-1"), &["service_document_taken"]),
    ] {
        assert_eq!(desk.refuse(&Fact::ServiceConfirmed(fact.clone())), expected, "{fact:?}");
    }
    let void = |contract: &str| {
        Fact::ContractVoided(ContractVoid { contract: code(contract), date: date("2026-02-01"), document: "示例".into() })
    };
    assert_eq!(desk.refuse(&void("HT-4")), ["contract_in_use"]);
    desk.take(void("HT-5"));
    assert_eq!(desk.refuse(&Fact::ServiceConfirmed(of("HT-5"))), ["contract_void"]);
}

#[test]
fn what_is_confirmed_and_not_paid_is_told_by_age_community_and_warning() {
    let mut desk = brokerage();
    desk.take(Fact::MoneyReceived(MoneyReceived {
        amount: yuan("1000.00"),
        contract: code("HT-4"),
        date: date("2026-01-10"),
        document: "hd-1".into(),
        kind: Money::Rent,
    }));
    let scheduled = contracts(&desk.registers, date("2026-02-28")).remove(0);
    assert_eq!((scheduled.due, scheduled.overdue), (yuan("20200.00"), yuan("9100.00")), "by the schedule, while nothing is");
    assert_eq!((scheduled.confirmed, scheduled.open), (None, None));
    desk.take(Fact::ServiceConfirmed(confirmed("3000.00", "2026-01-20", "qr-1")));
    desk.take(Fact::ServiceConfirmed(confirmed("5000.00", "2026-02-20", "qr-2")));
    desk.take(money("HT-4", Money::Rent, "3500.00", "hd-2"));
    for (day, due, overdue, since) in [
        ("2026-01-19", "1000.00", "0.00", None),
        ("2026-01-20", "4000.00", "0.00", None),
        ("2026-02-28", "9000.00", "4500.00", Some("2026-02-20")),
    ] {
        let row = contracts(&desk.registers, date(day)).remove(0);
        assert_eq!((row.due, row.overdue, row.overdue_since), (yuan(due), yuan(overdue), since.map(date)), "{day}");
        assert_eq!(row.warnings.contains(&Warning::Overdue), since.is_some(), "{day}");
    }
    let aged = ageing(&desk.registers, date("2026-02-20")).remove(0);
    assert_eq!((aged.not_due, aged.total), (yuan("4500.00"), yuan("4500.00")), "confirmed today: owed, and not late");
    let day = date("2027-03-01");
    let aged = ageing(&desk.registers, day).remove(0);
    assert_eq!((aged.ages.within_1_year, aged.ages.within_2_years, aged.total), (yuan("0.00"), yuan("4500.00"), yuan("4500.00")));
    let of_community = collection(&desk.registers, day).remove(0);
    assert_eq!(
        (of_community.due, of_community.collected, of_community.overdue),
        (yuan("9000.00"), yuan("4500.00"), yuan("4500.00"))
    );
    let contract = desk.registers.contracts.get(&code("HT-4")).expect("there");
    // 3,000.00 x 40 days and 500.00 x 9 days until they were paid, 4,500.00 x 10 days that are open.
    assert_eq!(contract.late_fee(date("2026-03-02")), yuan("84.75"), "169,500 yuan days x 0.05 %");
}

#[test]
fn vouchers_are_taken_back_unless_money_has_paid_for_them() {
    let mut desk = brokerage();
    let mut taken: Vec<(Registers, String)> = Vec::new();
    for fact in [
        Fact::ServiceConfirmed(confirmed("3000.00", "2026-01-20", "qr-1")),
        Fact::ServiceConfirmed(confirmed("5000.00", "2026-02-20", "qr-2")),
        money("HT-4", Money::Rent, "3001.00", "hd-1"),
    ] {
        let before = desk.registers.clone();
        taken.push((before, desk.take(fact).remove(0).reference));
    }
    let back = |reference: &str| Fact::Withdrawn(Withdrawal { reference: reference.to_owned() });
    assert_eq!(desk.refuse(&back(&taken[1].1)), ["reference_unknown"], "3,001.00 paid, 3,000.00 would be left");
    while let Some((before, reference)) = taken.pop() {
        desk.take(back(&reference));
        assert_eq!(desk.registers, Registers { withdrawals: desk.registers.withdrawals, ..before }, "{reference}");
        assert_eq!(desk.refuse(&back(&reference)), ["reference_unknown"], "once only");
    }
}

#[test]
fn an_account_shared_with_the_goods_is_not_held_against_either_register() {
    let (mut desk, mut sums) = (brokerage(), ProducedSums::default());
    let [account, income, tax] = ["112201", "500102", "222101"].map(|text| AccountCode::parse(text).expect("code"));
    *desk.registers.roles = Roles::default();
    let roles = [(TradeReceivable, account), (ServiceReceivable, account), (IntermediaryIncome, income), (Vat, tax)];
    let roles = roles.map(|(role, account)| RoleAccount { account, role }).to_vec();
    desk.registers.roles.apply(&RolesAssigned { roles });
    for line in desk.lines(Fact::ServiceConfirmed(confirmed("3000.00", "2026-01-20", "qr-1"))) {
        sums.add(line.account, line.side, line.amount, &line.dimensions);
    }
    // By counterparty the line of a service is no sale of goods on account.
    assert_eq!(differences(&desk.registers, &sums), []);
}

proptest! {
    /// In any order of confirmations, receipts and reversals: the account holds what is confirmed and open, and never less.
    #[test]
    fn the_account_holds_what_is_open(steps in prop::collection::vec((0_u8..3, 1_i64..2_000_000, 0_usize..40), 1..40)) {
        let (mut desk, mut sums, mut balance) = (brokerage(), ProducedSums::default(), 0_i64);
        let mut vouchers = Vec::new();
        for (number, (what, fen, which)) in steps.into_iter().enumerate() {
            let (amount, contract, day, document) = (Amount::from_fen(fen), code("HT-4"), date("2026-03-01"), format!("d-{number}"));
            let (produced, times) = match what {
                0 => (desk.take(Fact::ServiceConfirmed(ServiceConfirmed { amount, contract, date: day, document })).remove(0), 1),
                1 => (desk.take(Fact::MoneyReceived(MoneyReceived { amount, contract, date: day, document, kind: Money::Rent })).remove(0), 1),
                _ if vouchers.is_empty() => continue,
                _ => {
                    let which = which % vouchers.len();
                    let one: &crate::collective::Produced = &vouchers[which];
                    let back = Fact::Withdrawn(Withdrawal { reference: one.reference.clone() });
                    if !desk.refuse(&back).is_empty() {
                        continue;
                    }
                    desk.take(back);
                    (vouchers.remove(which), -1)
                }
            };
            for line in &produced.lines {
                let amount = Amount::from_fen(line.amount.fen() * times);
                sums.add(line.account, line.side, amount, &line.dimensions);
                if role(line) == ServiceReceivable {
                    balance += if line.side == Debit { amount.fen() } else { -amount.fen() };
                }
            }
            if times == 1 {
                vouchers.push(produced);
            }
            let services = &desk.registers.contracts.get(&code("HT-4")).expect("there").services;
            prop_assert!(balance >= 0);
            prop_assert_eq!(services.open().fen(), balance);
            prop_assert_eq!(differences(&desk.registers, &sums), []);
            if services.are_confirmed() {
                let row = contracts(&desk.registers, date("2026-12-31")).remove(0);
                prop_assert_eq!(row.overdue.fen(), balance);
                prop_assert_eq!(row.due.fen() - row.overdue.fen(), row.received.fen());
            }
        }
    }
}
