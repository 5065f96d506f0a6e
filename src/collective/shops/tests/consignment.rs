//! F8, participation, mistakes made void; ageing, collection and warnings.

use crate::collective::contracts::money::Money;
use crate::collective::contracts::register::{ContractEnd, ContractVoid};
use crate::collective::contracts::terms::{ContractKind, ContractTerms, Frequency};
use crate::collective::contracts::tests::contracts::{accrue_all, card, due, entrusted, money, step, terms};
use crate::collective::custody::asset::{AssetStepVoid, Step};
use crate::collective::fact::Withdrawal;
use crate::collective::roles::role::Role::*;
use crate::collective::shops::consignment::{ConsignmentPayment, ConsignmentSale, ConsignmentTerms};
use crate::collective::shops::day::Till;
use crate::collective::shops::report;
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::collective::{Fact, contracts};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::table::BasisPoints;
use crate::ledger::{Amount, Dimension};

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
    let row = report::consignments(&desk.registers).remove(0);
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
    assert_eq!(report::consignments(&desk.registers)[0].owed, yuan("2727.00"));
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
    let put_in = ContractTerms {
        asset: Some(code("DG-1")),
        ..crate::collective::contracts::tests::contracts::terms("HT-2", ContractKind::Participation)
    };
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
    assert!(due(&desk, "2026-02").is_empty());
    let row = contracts::report::contracts(&desk.registers, date("2027-06-30")).remove(0);
    assert_eq!((row.voided, row.due, row.late_fee, row.warnings), (Some(date("2026-01-05")), Amount::ZERO, Amount::ZERO, vec![]));
    assert!(contracts::report::ageing(&desk.registers, date("2027-06-30")).is_empty());
    assert_eq!(contracts::report::collection(&desk.registers, date("2027-06-30")).len(), 1, "the book alone");
    desk.take(Fact::ContractSigned(on_shop("HT-2")));
    desk.take(accrue_all("2026-01", &["HT-2"]));
    assert_eq!(desk.refuse(&Fact::ContractVoided(void("HT-2"))), ["contract_in_use"]);

    // A consignment shares the codes, and the way out.
    desk.take(Fact::ConsignmentSigned(consignment()));
    desk.take(Fact::ConsignmentSold(sold("xs-1", "3030.00")));
    assert_eq!(desk.refuse(&Fact::ContractVoided(void("HT-5"))), ["contract_in_use"]);
    desk.take(Fact::Withdrawn(Withdrawal { reference: "consignment_sold/HT-5/xs-1".into() }));
    desk.take(Fact::ContractVoided(void("HT-5")));
    assert_eq!(report::consignments(&desk.registers)[0].voided, Some(date("2026-01-05")));
    assert_eq!(desk.refuse(&Fact::ConsignmentSold(sold("xs-1", "3030.00"))), ["contract_void"]);
    assert_eq!(desk.refuse(&Fact::ConsignmentPaid(paid("hd-1", "1.00"))), ["contract_void"]);
    assert_eq!(desk.refuse(&Fact::ContractVoided(void("HT-5"))), ["contract_void"]);
    assert_eq!(desk.refuse(&Fact::ConsignmentSigned(consignment())), ["contract_code_taken"]);

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
    let mut desk = Desk::new().begun("2022-01");
    let old = ContractTerms {
        start: date("2022-01-01"),
        end: date("2025-12-31"),
        frequency: Frequency::Yearly,
        rent: yuan("1000.00"),
        ..terms("HT-1", ContractKind::Lease)
    };
    desk.take(Fact::ContractSigned(old));
    desk.take(money("HT-1", Money::Rent, "500.00", "hd-1"));
    let row = contracts::report::ageing(&desk.registers, date("2026-06-30")).remove(0);
    let parts =
        [row.not_due, row.ages.within_1_year, row.ages.within_2_years, row.ages.within_3_years, row.ages.over_3_years, row.total];
    assert_eq!(parts, ["0.00", "1000.00", "1000.00", "1000.00", "500.00", "3500.00"].map(yuan));
    let rows = contracts::report::collection(&desk.registers, date("2026-06-30"));
    assert_eq!(rows.len(), 2, "the community and the book");
    assert_eq!(
        (rows[0].due, rows[0].collected, rows[0].rate_basis_points),
        (yuan("4000.00"), yuan("500.00"), Some(BasisPoints(1_250)))
    );
    assert_eq!((rows[1].community.clone(), rows[1].rate_basis_points), (None, Some(BasisPoints(1_250))));
}

/// What is accrued month by month and paid by the year is owed before it is due: the row says what stands on the account.
#[test]
fn what_is_accrued_and_not_due_is_told_apart() {
    let mut desk = Desk::new();
    let yearly = ContractTerms { frequency: Frequency::Yearly, rent: yuan("12000.00"), ..terms("HT-1", ContractKind::Lease) };
    desk.take(Fact::ContractSigned(yearly));
    desk.take(accrue_all("2026-01", &["HT-1"]));
    desk.take(accrue_all("2026-02", &["HT-1"]));
    let row = |desk: &Desk, day: &str| contracts::report::ageing(&desk.registers, date(day)).into_iter().next();
    let owed = |row: contracts::report::AgeingRow| (row.not_due, row.ages.within_1_year, row.total);
    let two_months = yuan("2000.00");
    assert_eq!(row(&desk, "2026-02-28").map(owed), Some((two_months, Amount::ZERO, two_months)), "two of twelve months");
    assert_eq!(row(&desk, "2026-01-31").map(|row| row.not_due), Some(yuan("1000.00")), "months after the day are left out");
    desk.take(money("HT-1", Money::Rent, "1900.00", "hd-1"));
    assert_eq!(row(&desk, "2026-02-28").map(owed), Some((yuan("100.00"), Amount::ZERO, yuan("100.00"))));
    // From the day after it was due all of it is overdue, whether the months were accrued or not.
    assert_eq!(row(&desk, "2026-12-31").map(owed), Some((yuan("100.00"), Amount::ZERO, yuan("100.00"))), "due today");
    let of_book = |desk: &Desk, day: &str| contracts::report::collection(&desk.registers, date(day)).remove(1);
    assert_eq!(of_book(&desk, "2026-12-31"), contracts::report::CollectionRow::default(), "nor does the rate fall today");
    assert_eq!(of_book(&desk, "2027-01-01").overdue, yuan("10100.00"));
    assert_eq!(row(&desk, "2027-01-01").map(owed), Some((Amount::ZERO, yuan("10100.00"), yuan("10100.00"))));
    desk.take(money("HT-1", Money::Rent, "11000.00", "hd-2"));
    assert_eq!(row(&desk, "2026-12-31"), None, "paid ahead is not owed");
    let rows = contracts::report::collection(&desk.registers, date("2027-01-01"));
    assert_eq!((rows[1].collected, rows[1].rate_basis_points), (yuan("12000.00"), Some(BasisPoints(10_000))), "never over 100 %");
    assert_eq!(contracts::report::collection(&desk.registers, date("2026-06-30"))[1].rate_basis_points, None, "nothing was due");
}

/// 低于评估底价, 逾期, 到期占用, 即将到期; the fourth of the issue, one asset let twice, is refused when it is signed.
#[test]
fn a_contract_warns_of_what_is_wrong_with_it() {
    use crate::collective::contracts::report::Warning::*;
    let mut desk = Desk::new();
    let let_out = ContractTerms {
        asset: Some(code("FW-1")),
        floor: yuan("1000.01"),
        frequency: Frequency::Yearly,
        rent: yuan("1000.00"),
        ..terms("HT-1", ContractKind::Lease)
    };
    let again = |contract: &str, start: &str, end: &str| {
        Fact::ContractSigned(ContractTerms { code: code(contract), start: date(start), end: date(end), ..let_out.clone() })
    };
    desk.take(Fact::ContractSigned(let_out.clone()));
    let warnings = |desk: &Desk, day: &str| contracts::report::contracts(&desk.registers, date(day)).remove(0).warnings;
    for (day, expected) in [
        ("2026-09-30", vec![BelowFloor]),
        ("2026-10-01", vec![BelowFloor, Expiring]),
        ("2026-12-31", vec![BelowFloor, Expiring]),
        ("2027-01-01", vec![BelowFloor, Overdue, Expired]),
    ] {
        assert_eq!(warnings(&desk, day), expected, "{day}");
    }
    desk.take(money("HT-1", Money::Rent, "1000.00", "hd-1"));
    assert_eq!(warnings(&desk, "2027-01-01"), [BelowFloor, Expired]);
    for (start, end) in [("2026-12-31", "2027-12-31"), ("2025-01-01", "2026-01-01"), ("2026-03-01", "2026-03-01")] {
        assert_eq!(desk.refuse(&again("HT-2", start, end)), ["asset_let_twice"], "{start} {end}");
    }
    desk.take(Fact::ContractEnded(ContractEnd { contract: code("HT-1"), date: date("2026-12-31"), document: "示例".into() }));
    assert_eq!(warnings(&desk, "2027-01-01"), [BelowFloor]);
    desk.take(again("HT-2", "2027-01-01", "2027-12-31"));
}
