//! Facts §7.2 B1: what is collected for the treasury is owed until it is paid over, and leaves no other way.

use crate::collective::carried::{BalanceCarried, CarriedKind};
use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::contracts::terms::{ContractKind, ContractTerms};
use crate::collective::contracts::tests::contracts::{card, entrusted, money, step, terms};
use crate::collective::custody::asset::Step;
use crate::collective::custody::report::treasury::{TreasuryRow, treasury};
use crate::collective::custody::treasury::TreasuryRemitted;
use crate::collective::fact::Withdrawal;
use crate::collective::produce::Produced;
use crate::collective::roles::role::Role::{Bank, TreasuryPayable};
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::{Amount, Dimension};

fn remitted(amount: &str, document: &str) -> TreasuryRemitted {
    TreasuryRemitted { amount: yuan(amount), asset: code("DG-1"), date: date("2026-04-30"), document: document.into() }
}

fn carried(asset: &str, amount: &str) -> Fact {
    let (amount, code, date, document) = (yuan(amount), code(asset), date("2025-11-30"), "示例清册".into());
    Fact::BalanceCarried(BalanceCarried { amount, code, date, document, kind: CarriedKind::TreasuryPayable, months: None })
}

/// An asset in custody, let by HT-5, of whose rent so much is kept.
fn custody(kept: u32) -> Desk {
    let mut desk = Desk::new();
    desk.take(card("DG-1"));
    desk.take(Fact::AssetStepped(step(Step::Certified, "2025-12-01")));
    desk.take(entrusted(kept));
    desk.take(Fact::ContractSigned(ContractTerms { asset: Some(code("DG-1")), ..terms("HT-5", ContractKind::Lease) }));
    desk
}

fn rent(amount: &str, day: &str, document: &str) -> Fact {
    let (contract, document) = (code("HT-5"), document.into());
    Fact::MoneyReceived(MoneyReceived { amount: yuan(amount), contract, date: date(day), document, kind: Money::Rent })
}

fn row(desk: &Desk) -> TreasuryRow {
    treasury(&desk.registers, date("2026-12-31")).remove(0)
}

#[test]
fn what_is_collected_is_paid_over_and_no_more() {
    let mut desk = custody(4_000);
    assert!(treasury(&desk.registers, date("2026-12-31")).is_empty());
    desk.take(rent("6000.00", "2026-03-31", "hd-1"));
    desk.take(money("HT-5", Money::Deposit, "500.00", "hd-2"));
    let asset = [(Dimension::Asset, code("DG-1"))];
    let lines = desk.lines(Fact::TreasuryRemitted(remitted("3000.00", "jk-1")));
    let told: Vec<_> = lines.iter().map(|line| (crate::collective::tests::desk::role(line), line.side, line.amount)).collect();
    assert_eq!(told, [(TreasuryPayable, Debit, yuan("3000.00")), (Bank, Credit, yuan("3000.00"))], "B1, paid over");
    assert!(lines[0].dimensions.iter().map(|(dimension, code)| (dimension, code.clone())).eq(asset));
    assert_eq!(lines[1].dimensions.iter().count(), 0);
    let expected = TreasuryRow {
        asset: code("DG-1"),
        name: "闲置国有门面".into(),
        rent_document: Some("示例批复1号".into()),
        carried: Amount::ZERO,
        collected: yuan("3600.00"),
        remitted: yuan("3000.00"),
        owed: yuan("600.00"),
        owed_since: Some(date("2026-03-31")),
    };
    assert_eq!(row(&desk), expected);
    for (fact, expected) in [
        (remitted("600.01", "jk-2"), &["treasury_exceeded"][..]),
        (remitted("0.00", "jk-2"), &["treasury_amount"]),
        (remitted("-1.00", "jk-2"), &["treasury_amount"]),
        (remitted("1.00", "jk-1"), &["treasury_document_taken"]),
        (remitted("1.00", " "), &["treasury_document"]),
        (remitted("700.00", "jk/2"), &["treasury_document", "treasury_exceeded"]),
        (TreasuryRemitted { asset: code("FW-1"), ..remitted("1.00", "jk-2") }, &["asset_unknown"]),
    ] {
        assert_eq!(desk.refuse(&Fact::TreasuryRemitted(fact.clone())), expected, "{fact:?}");
    }
    desk.take(Fact::TreasuryRemitted(remitted("600.00", "jk-2")));
    assert_eq!((row(&desk).owed, row(&desk).owed_since), (Amount::ZERO, None));
}

#[test]
fn the_oldest_rent_is_paid_over_first_and_the_opening_before_it() {
    let mut desk = custody(0);
    desk.take(rent("6000.00", "2026-03-31", "hd-2"));
    desk.take(rent("5000.00", "2026-02-28", "hd-1"));
    assert!(desk.take(carried("DG-1", "1200.00")).is_empty(), "it stands in the opening balances");
    for (amount, document, since) in
        [("1199.99", "jk-1", "2025-11-30"), ("0.01", "jk-2", "2026-02-28"), ("5000.00", "jk-3", "2026-03-31")]
    {
        desk.take(Fact::TreasuryRemitted(remitted(amount, document)));
        assert_eq!(row(&desk).owed_since, Some(date(since)), "{document}");
    }
    assert_eq!((row(&desk).carried, row(&desk).owed), (yuan("1200.00"), yuan("6000.00")));
    assert_eq!(desk.refuse(&carried("DG-1", "1.00")), ["carried_twice"]);
    assert_eq!(desk.refuse(&carried("FW-1", "1.00")), ["asset_unknown"]);
}

#[test]
fn vouchers_taken_back_leave_the_register_and_the_account_as_one() {
    let (mut desk, mut sums) = (custody(4_000), ProducedSums::default());
    let mut add = |produced: &[Produced], times: i64| {
        for line in produced.iter().flat_map(|one| &one.lines) {
            sums.add(line.account, line.side, Amount::from_fen(line.amount.fen() * times), &line.dimensions);
        }
        sums.clone()
    };
    let of_asset = |registers: &Registers, sums: &ProducedSums| {
        let account = registers.roles.account(TreasuryPayable).expect("a role");
        differences(registers, sums).into_iter().filter(|one| one.account == account).count()
    };
    desk.take(carried("DG-1", "100.00"));
    let mut taken = Vec::new();
    for fact in [rent("6000.00", "2026-03-31", "hd-1"), Fact::TreasuryRemitted(remitted("3700.00", "jk-1"))] {
        let before = desk.registers.clone();
        let produced = desk.take(fact);
        assert_eq!(of_asset(&desk.registers, &add(&produced, 1)), 0);
        taken.push((before, produced));
    }
    let back = |produced: &[Produced]| Fact::Withdrawn(Withdrawal { reference: produced[0].reference.clone() });
    assert_eq!(desk.refuse(&back(&taken[0].1)), ["reference_unknown"], "not while it is paid over");
    while let Some((before, produced)) = taken.pop() {
        desk.take(back(&produced));
        assert_eq!(of_asset(&desk.registers, &add(&produced, -1)), 0);
        assert_eq!(desk.registers, Registers { withdrawals: desk.registers.withdrawals, ..before });
        assert_eq!(desk.refuse(&back(&produced)), ["reference_unknown"], "once only");
    }
    // What the register does not know of is told.
    let produced = desk.take(rent("10.00", "2026-03-31", "hd-3"));
    assert_eq!(of_asset(&desk.registers, &add(&produced, 2)), 1);
}

#[test]
fn nothing_is_paid_over_before_it_was_collected() {
    let mut desk = custody(0);
    desk.take(rent("6000.00", "2026-03-31", "hd-1"));
    let on = |day: &str, amount: &str, document: &str| {
        Fact::TreasuryRemitted(TreasuryRemitted { date: date(day), ..remitted(amount, document) })
    };
    let early = on("2026-03-30", "1.00", "jk-1");
    assert_eq!(desk.refuse(&early), ["treasury_exceeded"]);
    let told = early.examine(&desk.registers, &desk.book)[0].message();
    assert!(told.contains("到 2026-03-30 应缴未缴 0.00 元"), "{told}");
    desk.take(on("2026-04-30", "6000.00", "jk-1"));
    desk.take(rent("500.00", "2026-05-31", "hd-2"));
    assert_eq!(desk.refuse(&on("2026-04-01", "500.00", "jk-2")), ["treasury_exceeded"], "April's would be short");
    desk.take(on("2026-05-31", "500.00", "jk-2"));
}

#[test]
fn rent_that_is_kept_whole_owes_nothing() {
    let mut desk = custody(10_000);
    desk.take(rent("6000.00", "2026-03-31", "hd-1"));
    assert!(treasury(&desk.registers, date("2026-12-31")).is_empty());
}
