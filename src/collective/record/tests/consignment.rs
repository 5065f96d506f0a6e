//! F8, participation, mistakes made void, and rent in advance over a change of rates.

use super::contracts::{accrue_all, card, due, entrusted, money, step, terms};
use super::desk::{Desk, code, date, yuan};
use crate::collective::asset::{AssetStepVoid, Step};
use crate::collective::consignment::{ConsignmentPayment, ConsignmentSale, ConsignmentTerms, Till};
use crate::collective::contract::{ContractVoid, Money, MoneyReceived};
use crate::collective::fact::Withdrawal;
use crate::collective::role::Role::*;
use crate::collective::terms::{ContractKind, ContractTerms, Frequency};
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers, report};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::{Amount, Dimension, Period};
use proptest::prelude::*;

pub fn consignment() -> ConsignmentTerms {
    ConsignmentTerms {
        code: code("HT-5"),
        commission_basis_points: 1_000,
        community: code("c1"),
        counterparty: code("z1"),
        end: date("2026-12-31"),
        income_type: code("02"),
        resolution: "示例决议5号".into(),
        signed: date("2026-01-01"),
        start: date("2026-01-01"),
    }
}

pub fn sold(document: &str, gross: &str) -> ConsignmentSale {
    ConsignmentSale {
        contract: code("HT-5"),
        date: date("2026-03-01"),
        document: document.into(),
        gross: yuan(gross),
        shop: None,
        till: Till::Cash,
    }
}

fn paid(document: &str, amount: &str) -> ConsignmentPayment {
    ConsignmentPayment { amount: yuan(amount), contract: code("HT-5"), date: date("2026-03-05"), document: document.into() }
}

#[test]
fn growers_get_the_price_less_the_commission() {
    let mut desk = Desk::new();
    desk.take(Fact::ConsignmentSigned(consignment()));
    let f8 = [
        (Cash, Debit, yuan("3030.00")),
        (ConsignmentPayable, Credit, yuan("2727.00")),
        (CommissionIncome, Credit, yuan("300.00")),
        (Vat, Credit, yuan("3.00")),
    ];
    let lines = desk.lines(Fact::ConsignmentSold(sold("xs-1", "3030.00")));
    assert_eq!(lines[2].dimensions.get(Dimension::Community), Some(&code("c1")));
    assert_eq!(lines[1].dimensions.get(Dimension::Counterparty), Some(&code("z1")));
    assert_eq!(desk.one(Fact::ConsignmentSold(sold("xs-2", "3030.00"))), f8, "F8");
    assert_eq!(desk.one(Fact::ConsignmentPaid(paid("hd-1", "2727.00")))[0], (ConsignmentPayable, Debit, yuan("2727.00")));
    let row = report::contracts::consignments(&desk.registers).remove(0);
    assert_eq!((row.sold, row.commission, row.owed), (yuan("6060.00"), yuan("606.00"), yuan("2727.00")));
    assert_eq!(row.owed_since, Some(date("2026-03-01")));

    for (fact, refusals) in [
        (Fact::ConsignmentSigned(consignment()), vec!["contract_code_taken"]),
        (Fact::ContractSigned(terms("HT-5", ContractKind::Lease)), vec!["contract_code_taken"]),
        (
            Fact::ConsignmentSigned(ConsignmentTerms { code: code("HT-4"), commission_basis_points: 5_001, ..consignment() }),
            vec!["consignment_commission"],
        ),
        (
            Fact::ConsignmentSigned(ConsignmentTerms { code: code("HT-4"), resolution: " ".into(), ..consignment() }),
            vec!["contract_resolution_missing"],
        ),
        (
            Fact::ConsignmentSigned(ConsignmentTerms { code: code("HT-4"), end: date("2025-12-31"), ..consignment() }),
            vec!["contract_term_reversed"],
        ),
        (Fact::ConsignmentSold(sold("xs-1", "1.00")), vec!["consignment_document"]),
        (Fact::ConsignmentSold(sold("a/b", "-1.00")), vec!["consignment_amount", "consignment_document"]),
        (
            Fact::ConsignmentSold(ConsignmentSale { date: date("2027-01-01"), ..sold("xs-3", "1.00") }),
            vec!["consignment_outside_term"],
        ),
        (Fact::ConsignmentSold(ConsignmentSale { contract: code("HT-1"), ..sold("xs-3", "1.00") }), vec!["consignment_unknown"]),
        (Fact::ConsignmentPaid(paid("hd-2", "2727.01")), vec!["consignment_payment_exceeds"]),
    ] {
        assert_eq!(desk.refuse(&fact), refusals, "{fact:?}");
    }
    for reference in ["consignment_paid/HT-5/hd-1", "consignment_sold/HT-5/xs-2"] {
        desk.take(Fact::Withdrawn(Withdrawal { reference: reference.into() }));
    }
    assert_eq!(report::contracts::consignments(&desk.registers)[0].owed, yuan("2727.00"));
}

#[test]
fn participation_is_a_dividend_by_schedule() {
    let mut desk = Desk::new();
    let terms =
        ContractTerms { rent: yuan("16000.00"), frequency: Frequency::Yearly, ..terms("HT-1", ContractKind::Participation) };
    assert_eq!(desk.refuse(&Fact::ContractSigned(ContractTerms { advance: true, ..terms.clone() })), ["participation_advance"]);
    desk.take(Fact::ContractSigned(terms));
    let mut declared = Amount::ZERO;
    for month in 1..=12 {
        let lines = desk.one(accrue_all(&format!("2026-{month:02}"), &["HT-1"]));
        assert_eq!((lines.len(), lines[0].0, lines[1].0), (2, DividendReceivable, InvestmentIncome), "no tax line");
        declared = declared.checked_add(lines[0].2).expect("small");
    }
    assert_eq!(declared, yuan("16000.00"), "E2");
    let collected = desk.one(money("HT-1", Money::Rent, "16000.00", "hd-1"));
    assert_eq!(collected, [(Bank, Debit, yuan("16000.00")), (DividendReceivable, Credit, yuan("16000.00"))]);

    // An entrusted asset put in: the treasury's part is nobody's income, the kept part a dividend.
    desk.take(card("DG-1"));
    desk.take(Fact::AssetStepped(step(Step::Certified, "2025-12-01")));
    desk.take(entrusted(4_000));
    let put_in = ContractTerms { asset: Some(code("DG-1")), ..super::contracts::terms("HT-2", ContractKind::Participation) };
    desk.take(Fact::ContractSigned(put_in));
    let split = desk.one(money("HT-2", Money::Rent, "6000.00", "hd-1"));
    let b2 =
        [(Bank, Debit, yuan("6000.00")), (TreasuryPayable, Credit, yuan("3600.00")), (InvestmentIncome, Credit, yuan("2400.00"))];
    assert_eq!(split, b2);
}

#[test]
fn what_was_signed_by_mistake_is_void_and_its_code_stays_used() {
    let mut desk = Desk::new();
    let on_shop = |contract: &str| ContractTerms { asset: Some(code("FW-1")), ..terms(contract, ContractKind::Lease) };
    desk.take(Fact::ContractSigned(on_shop("HT-1")));
    let void =
        |contract: &str| ContractVoid { contract: code(contract), date: date("2026-01-05"), document: "示例说明".into() };
    assert_eq!(
        desk.refuse(&Fact::ContractVoided(ContractVoid { document: String::new(), ..void("HT-1") })),
        ["contract_void_document"]
    );
    desk.take(Fact::ContractVoided(void("HT-1")));
    assert_eq!(desk.refuse(&Fact::ContractVoided(void("HT-1"))), ["contract_void"]);
    assert_eq!(desk.refuse(&money("HT-1", Money::Rent, "1.00", "hd-1")), ["contract_void"]);
    assert_eq!(desk.refuse(&Fact::ContractSigned(on_shop("HT-1"))), ["contract_code_taken"]);
    assert!(due(&desk, "2026-02").is_empty() && report::contracts(&desk.registers, date("2026-06-30")).is_empty());
    desk.take(Fact::ContractSigned(on_shop("HT-2")));
    desk.take(accrue_all("2026-01", &["HT-2"]));
    assert_eq!(desk.refuse(&Fact::ContractVoided(void("HT-2"))), ["contract_in_use"]);

    desk.take(card("DG-1"));
    let before = desk.registers.assets.clone();
    desk.take(Fact::AssetStepped(step(Step::Certified, "2025-12-01")));
    let void = |step| AssetStepVoid { asset: code("DG-1"), date: date("2026-01-05"), document: "示例说明".into(), step };
    assert_eq!(desk.refuse(&Fact::AssetStepVoided(void(Step::Transferred))), ["asset_step_void"]);
    desk.take(Fact::AssetStepVoided(void(Step::Certified)));
    assert_eq!(desk.registers.assets, before);
    desk.take(Fact::AssetStepped(step(Step::Certified, "2025-12-02")));
    desk.take(entrusted(0));
    assert_eq!(
        desk.refuse(&Fact::AssetStepVoided(void(Step::Entrusted))),
        ["asset_step_void"],
        "its voucher is reversed instead"
    );
}

#[test]
fn ageing_and_collection_are_told_by_due_dates() {
    let mut desk = Desk::new();
    let old = ContractTerms {
        start: date("2022-01-01"),
        end: date("2025-12-31"),
        frequency: Frequency::Yearly,
        rent: yuan("1000.00"),
        ..terms("HT-1", ContractKind::Lease)
    };
    desk.take(Fact::ContractSigned(old));
    desk.take(money("HT-1", Money::Rent, "500.00", "hd-1"));
    let row = report::contracts::ageing(&desk.registers, date("2026-06-30")).remove(0);
    let parts = [row.within_1_year, row.within_2_years, row.within_3_years, row.over_3_years, row.total];
    assert_eq!(parts, ["1000.00", "1000.00", "1000.00", "500.00", "3500.00"].map(yuan));
    let rows = report::contracts::collection(&desk.registers, date("2026-06-30"));
    assert_eq!(rows.len(), 2, "the community and the book");
    assert_eq!((rows[0].due, rows[0].collected, rows[0].rate_basis_points), (yuan("4000.00"), yuan("500.00"), Some(1_250)));
    assert_eq!((rows[1].community.clone(), rows[1].rate_basis_points), (None, Some(1_250)));
}

/// The rate of leases falls from 5 % to 3 % between 2025 and 2026.
fn over_the_change(receipts: &[(u32, i64)]) -> (Registers, ProducedSums, i64) {
    let mut desk = Desk::new();
    let terms = ContractTerms {
        advance: true,
        end: date("2026-04-14"),
        frequency: Frequency::Quarterly,
        rent: yuan("31500.07"),
        start: date("2025-10-15"),
        ..terms("HT-1", ContractKind::Lease)
    };
    desk.take(Fact::ContractSigned(terms));
    let (mut sums, mut balance) = (ProducedSums::default(), 0);
    let mut left = 6_300_014;
    let mut post = |desk: &mut Desk, fact: Fact| {
        for line in desk.take(fact).iter().flat_map(|one| &one.lines) {
            sums.add(line.account, line.side, line.amount, &line.dimensions);
            if super::desk::role(line) == RentAdvance {
                balance += if line.side == Debit { line.amount.fen() } else { -line.amount.fen() };
            }
        }
    };
    for month in 0..12_u32 {
        let period = if month < 3 { format!("2025-{}", 10 + month) } else { format!("2026-{:02}", month - 2) };
        for (index, (at, part)) in receipts.iter().enumerate() {
            // The last month brings whatever is left.
            let amount = if month == 10 && index == 0 {
                left
            } else if *at == month {
                (*part).min(left)
            } else {
                0
            };
            if amount > 0 {
                left -= amount;
                let document = format!("hd-{month}-{index}");
                let date = Period::parse(&period).expect("period").first_day();
                let amount = Amount::from_fen(amount);
                post(
                    &mut desk,
                    Fact::MoneyReceived(MoneyReceived { amount, contract: code("HT-1"), date, document, kind: Money::Rent }),
                );
            }
        }
        if !due(&desk, &period).is_empty() {
            post(&mut desk, accrue_all(&period, &["HT-1"]));
        }
    }
    assert_eq!(left, 0);
    (desk.registers, sums, balance)
}

proptest! {
    /// Paid early, late or in parts, at either rate: what was credited is released, to the fen.
    #[test]
    fn advance_rent_leaves_nothing_behind(receipts in prop::collection::vec((0_u32..10, 1_i64..4_000_000), 1..6)) {
        let (registers, sums, balance) = over_the_change(&receipts);
        prop_assert_eq!(balance, 0);
        prop_assert_eq!(differences(&registers, &sums), []);
    }
}
