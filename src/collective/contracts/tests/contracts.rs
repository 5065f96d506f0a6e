//! The rows of facts §7.2 that contracts and custody give, as vectors: account role, side, amount.

use crate::collective::contracts::accrual;
use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::contracts::register::{Accrual, ContractEnd};
use crate::collective::contracts::terms::{ContractKind, ContractTerms, Frequency, Timing};
use crate::collective::custody::asset::{AssetCard, AssetStep, RentDestination, Step};
use crate::collective::fact::Withdrawal;
use crate::collective::roles::role::Role::*;
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::collective::{Fact, Registers};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::{Amount, DimensionCode, Period};

pub fn terms(contract: &str, kind: ContractKind) -> ContractTerms {
    ContractTerms {
        advance: false,
        asset: None,
        code: code(contract),
        community: code("c1"),
        counterparty: code("z1"),
        deposit: yuan("5000.00"),
        end: date("2026-12-31"),
        escalation_basis_points: 0,
        floor: Amount::ZERO,
        frequency: Frequency::Monthly,
        income_type: code("02"),
        kind,
        late_fee_basis_points: 5,
        member: false,
        recognition: Timing::Monthly,
        rent: yuan("10300.00"),
        rent_free_days: 0,
        resolution: "示例决议1号".into(),
        signed: date("2026-01-01"),
        start: date("2026-01-01"),
    }
}

pub fn money(contract: &str, kind: Money, amount: &str, document: &str) -> Fact {
    Fact::MoneyReceived(MoneyReceived {
        amount: yuan(amount),
        contract: code(contract),
        date: date("2026-03-01"),
        document: document.into(),
        kind,
    })
}

pub fn accrue_all(period: &str, contracts: &[&str]) -> Fact {
    let contracts = contracts.iter().map(|contract| code(contract)).collect();
    Fact::ContractsAccrued(Accrual { contracts, period: Period::parse(period).expect("period") })
}

pub fn card(asset: &str) -> Fact {
    Fact::AssetRegistered(AssetCard {
        address: "示例路1号".into(),
        area: yuan("86.00"),
        class: "房屋".into(),
        code: code(asset),
        date: date("2025-11-01"),
        document: "示例清理1号".into(),
        name: "闲置国有门面".into(),
        original_value: yuan("120000.00"),
        owner: "示例局".into(),
    })
}

pub fn step(step: Step, day: &str) -> AssetStep {
    AssetStep {
        asset: code("DG-1"),
        custodian: None,
        date: date(day),
        document: format!("示例{}1号", step.chinese()),
        rent_destination: None,
        step,
        until: None,
    }
}

pub fn entrusted(kept: u32) -> Fact {
    let rent_destination = Some(RentDestination { document: "示例批复1号".into(), kept_basis_points: kept });
    Fact::AssetStepped(AssetStep { custodian: Some(code("c1")), rent_destination, ..step(Step::Entrusted, "2026-01-01") })
}

pub fn due(desk: &Desk, period: &str) -> Vec<DimensionCode> {
    accrual::due(&desk.registers.contracts, Period::parse(period).expect("period"))
}

#[test]
fn leases_accrue_collect_and_end_as_facts_7_2_says() {
    let mut desk = Desk::new();
    desk.take(Fact::ContractSigned(terms("HT-1", ContractKind::Lease)));
    let accrued = desk.one(accrue_all("2026-01", &["HT-1"]));
    let c1 = [(RentReceivable, Debit, yuan("10300.00")), (LeaseIncome, Credit, yuan("10000.00")), (Vat, Credit, yuan("300.00"))];
    assert_eq!(accrued, c1, "C1");
    let collected = desk.one(money("HT-1", Money::Rent, "10300.00", "hd-1"));
    assert_eq!(collected, [(Bank, Debit, yuan("10300.00")), (RentReceivable, Credit, yuan("10300.00"))], "C1, collected");
    let deposit = desk.one(money("HT-1", Money::Deposit, "5000.00", "hd-2"));
    assert_eq!(deposit, [(Bank, Debit, yuan("5000.00")), (DepositPayable, Credit, yuan("5000.00"))], "C4");
    let late = desk.one(money("HT-1", Money::LateFee, "50.00", "hd-3"));
    assert_eq!(late, [(Bank, Debit, yuan("50.00")), (PenaltyIncome, Credit, yuan("50.00"))], "C6");
    let refund = desk.one(money("HT-1", Money::DepositRefunded, "4000.00", "hd-4"));
    assert_eq!(refund, [(DepositPayable, Debit, yuan("4000.00")), (Bank, Credit, yuan("4000.00"))]);
    let forfeit = desk.one(money("HT-1", Money::DepositForfeited, "1000.00", "hd-5"));
    assert_eq!(forfeit, [(DepositPayable, Debit, yuan("1000.00")), (PenaltyIncome, Credit, yuan("1000.00"))]);

    assert_eq!(desk.refuse(&money("HT-1", Money::Rent, "1.00", "hd-1")), ["money_document_taken"]);
    for blank in ["hd-1 ", "　hd-1", " "] {
        assert_eq!(desk.refuse(&money("HT-1", Money::Rent, "1.00", blank))[0], "money_document", "{blank:?}: one spelling");
    }
    assert_eq!(desk.refuse(&money("HT-1", Money::Rent, "1.00", "hd-1\t")), ["money_document", "text_malformed"]);
    assert_eq!(desk.refuse(&money("HT-1", Money::Rent, "1.00", "\u{2800}")), ["text_malformed"], "nothing to be seen");
    assert_eq!(desk.refuse(&money("HT-1", Money::DepositRefunded, "0.01", "hd-6")), ["deposit_exceeded"]);
    assert_eq!(desk.refuse(&accrue_all("2026-01", &["HT-1"])), ["accrual_not_due"]);
    assert_eq!(desk.refuse(&accrue_all("2026-01", &["HT-9"])), ["contract_unknown"]);
    assert_eq!(desk.refuse(&Fact::ContractSigned(terms("HT-1", ContractKind::Lease))), ["contract_code_taken"]);

    // An early end: the last month by the day, and nothing after it.
    let unproved = ContractEnd { contract: code("HT-1"), date: date("2026-02-14"), document: " ".into() };
    assert_eq!(desk.refuse(&Fact::ContractEnded(unproved)), ["contract_end_document"]);
    desk.take(Fact::ContractEnded(ContractEnd { contract: code("HT-1"), date: date("2026-02-14"), document: "示例".into() }));
    let last = desk.one(accrue_all("2026-02", &["HT-1"]));
    assert_eq!(last[0].2, yuan("5150.00"), "14 of 28 days");
    assert!(due(&desk, "2026-03").is_empty());
}

#[test]
fn rent_in_advance_is_released_month_by_month() {
    let mut desk = Desk::new();
    let quarterly = ContractTerms {
        advance: true,
        frequency: Frequency::Quarterly,
        rent: yuan("30900.00"),
        ..terms("HT-2", ContractKind::Lease)
    };
    desk.take(Fact::ContractSigned(quarterly));
    let c2 = [(Bank, Debit, yuan("30900.00")), (RentAdvance, Credit, yuan("30000.00")), (Vat, Credit, yuan("900.00"))];
    assert_eq!(desk.one(money("HT-2", Money::Rent, "30900.00", "hd-1")), c2, "C2");
    let released: Vec<Amount> = ["2026-01", "2026-02", "2026-03"]
        .map(|period| {
            let lines = desk.one(accrue_all(period, &["HT-2"]));
            assert_eq!((lines[0].0, lines[1].0), (RentAdvance, LeaseIncome), "C3");
            lines[0].2
        })
        .to_vec();
    assert_eq!(crate::ledger::amount::sum(released), Some(yuan("30000.00")), "by days, and all of it");
}

#[test]
fn contracting_fees_are_exempt_and_brokerage_is_taxed() {
    let mut desk = Desk::new();
    let yearly =
        ContractTerms { frequency: Frequency::Yearly, rent: yuan("8000.00"), ..terms("HT-3", ContractKind::Contracting) };
    desk.take(Fact::ContractSigned(yearly));
    let lines = desk.one(accrue_all("2026-06", &["HT-3"]));
    assert_eq!(lines.len(), 2, "no tax line: 增值税法 §24");
    desk.take(Fact::ContractSigned(terms("HT-4", ContractKind::Intermediary)));
    let g1 = [(Bank, Debit, yuan("10100.00")), (IntermediaryIncome, Credit, yuan("10000.00")), (Vat, Credit, yuan("100.00"))];
    assert_eq!(desk.one(money("HT-4", Money::Rent, "10100.00", "hd-1")), g1, "G1");
    assert!(!due(&desk, "2026-06").contains(&code("HT-4")));
}

#[test]
fn a_fee_is_recognised_whole_in_the_month_in_which_it_is_due() {
    let mut desk = Desk::new();
    let yearly = ContractTerms {
        end: date("2028-12-31"),
        frequency: Frequency::Yearly,
        recognition: Timing::WhenDue,
        rent: yuan("8000.00"),
        ..terms("HT-3", ContractKind::Contracting)
    };
    desk.take(Fact::ContractSigned(yearly.clone()));
    assert!(due(&desk, "2026-11").is_empty());
    let d1 = [(RentReceivable, Debit, yuan("8000.00")), (ContractingIncome, Credit, yuan("8000.00"))];
    assert_eq!(desk.one(accrue_all("2026-12", &["HT-3"])), d1, "D1");
    assert!(due(&desk, "2027-01").is_empty());

    let in_advance = ContractTerms { advance: true, code: code("HT-4"), ..yearly.clone() };
    desk.take(Fact::ContractSigned(in_advance));
    let d3 = [(Bank, Debit, yuan("24000.00")), (RentAdvance, Credit, yuan("24000.00"))];
    assert_eq!(desk.one(money("HT-4", Money::Rent, "24000.00", "hd-1")), d3, "D3");
    for (quiet, month) in [("2026-02", "2026-01"), ("2026-12", "2027-01"), ("2028-12", "2028-01")] {
        let released = [(RentAdvance, Debit, yuan("8000.00")), (ContractingIncome, Credit, yuan("8000.00"))];
        assert_eq!(desk.one(accrue_all(month, &["HT-4"])), released, "D3, released in {month}");
        assert!(!due(&desk, quiet).contains(&code("HT-4")), "{quiet}");
    }
    // Left in the middle of its second year: what was recognised too much goes back, red, at the next month end.
    let mut desk = Desk::new();
    desk.take(Fact::ContractSigned(ContractTerms { advance: true, ..yearly.clone() }));
    for month in ["2026-01", "2027-01"] {
        desk.take(accrue_all(month, &["HT-3"]));
    }
    desk.take(Fact::ContractEnded(ContractEnd { contract: code("HT-3"), date: date("2027-03-14"), document: "示例".into() }));
    let back = desk.one(accrue_all("2027-03", &["HT-3"]));
    assert_eq!(back[0], (RentAdvance, Debit, yuan("-6365.59")), "two months and 14 of 31 days were used");
    assert!(due(&desk, "2027-04").is_empty());

    let brokerage = ContractTerms { kind: ContractKind::Intermediary, code: code("HT-5"), ..yearly };
    assert_eq!(desk.refuse(&Fact::ContractSigned(brokerage)), ["contract_recognition"]);
}

#[test]
fn what_every_contract_did_before_is_not_written() {
    let monthly = Fact::ContractSigned(terms("HT-1", ContractKind::Lease));
    let text = String::from_utf8(monthly.encode()).expect("UTF-8");
    assert!(!text.contains("recognition"));
    let told = text.replace("\"rent\"", "\"recognition\":\"monthly\",\"rent\"");
    assert_eq!(Fact::read("contract_signed", told.as_bytes()).expect("read"), monthly, "a door may say it");
    assert_eq!(Fact::decode("contract_signed", told.as_bytes()), None, "the journal has one spelling");
}

#[test]
fn rent_of_an_entrusted_asset_goes_where_the_document_says() {
    for (kept, expected) in [
        (0, vec![(Bank, Debit, yuan("6000.00")), (TreasuryPayable, Credit, yuan("6000.00"))]),
        (
            4_000,
            vec![
                (Bank, Debit, yuan("6000.00")),
                (TreasuryPayable, Credit, yuan("3600.00")),
                (EntrustedIncome, Credit, yuan("2330.10")),
                (Vat, Credit, yuan("69.90")),
            ],
        ),
    ] {
        let mut desk = Desk::new();
        desk.take(card("DG-1"));
        desk.take(Fact::AssetStepped(step(Step::Certified, "2025-12-01")));
        let custody = desk.one(entrusted(kept));
        assert_eq!(custody, [(CustodyAsset, Debit, yuan("120000.00")), (CustodyContra, Credit, yuan("120000.00"))], "A1");
        desk.take(Fact::ContractSigned(ContractTerms { asset: Some(code("DG-1")), ..terms("HT-5", ContractKind::Lease) }));
        assert_eq!(desk.one(money("HT-5", Money::Rent, "6000.00", "hd-1")), expected, "B1, B2");
        assert!(due(&desk, "2026-02").is_empty(), "agent money is not accrued");
        let let_again = ContractTerms { asset: Some(code("DG-1")), ..terms("HT-1", ContractKind::Lease) };
        assert_eq!(desk.refuse(&Fact::ContractSigned(let_again)), ["asset_let_twice"]);
        let back = desk.one(Fact::AssetStepped(step(Step::Returned, "2026-12-31")));
        assert_eq!(back, [(CustodyAsset, Debit, yuan("-120000.00")), (CustodyContra, Credit, yuan("-120000.00"))], "A2");
    }
}

#[test]
fn custody_goes_its_way_step_by_step() {
    let mut desk = Desk::new();
    assert_eq!(desk.refuse(&Fact::AssetStepped(step(Step::Certified, "2025-12-01"))), ["asset_unknown"]);
    desk.take(card("DG-1"));
    assert_eq!(desk.refuse(&card("DG-1")), ["asset_code_taken"]);
    assert_eq!(desk.refuse(&card("DG-9")), ["dimension_unknown"]);
    let own = ContractTerms { asset: Some(code("FW-1")), ..terms("HT-1", ContractKind::Lease) };
    desk.take(Fact::ContractSigned(own));
    assert_eq!(desk.refuse(&card("FW-1")), ["asset_in_contract"]);
    assert_eq!(desk.refuse(&entrusted(0)), ["asset_step_out_of_order"]);
    desk.take(Fact::AssetStepped(step(Step::Certified, "2025-12-01")));
    let without = AssetStep { custodian: Some(code("c1")), ..step(Step::Entrusted, "2026-01-01") };
    assert_eq!(desk.refuse(&Fact::AssetStepped(without)), ["rent_destination_missing"]);
    desk.take(entrusted(10_000));
    let moved = AssetStep { custodian: Some(code("c2")), ..step(Step::Transferred, "2026-02-01") };
    assert!(desk.take(Fact::AssetStepped(moved)).is_empty(), "a transfer moves no value");
    let asset = desk.registers.assets.get(&code("DG-1")).expect("there");
    assert_eq!((asset.custodian_on(date("2026-02-01")), asset.in_custody()), (Some(&code("c2")), true));
    assert_eq!(desk.refuse(&Fact::AssetStepped(step(Step::Lost, "2026-01-15"))), ["asset_date_reversed"]);
}

#[test]
fn taking_a_voucher_back_takes_the_register_back() {
    let mut desk = Desk::new();
    desk.take(card("DG-1"));
    desk.take(Fact::AssetStepped(step(Step::Certified, "2025-12-01")));
    desk.take(Fact::ContractSigned(terms("HT-1", ContractKind::Lease)));
    for fact in [entrusted(0), accrue_all("2026-01", &["HT-1"]), money("HT-1", Money::Rent, "10300.00", "hd-1")] {
        let before = desk.registers.clone();
        let reference = desk.take(fact).remove(0).reference;
        assert_ne!(desk.registers, before);
        let back = Fact::Withdrawn(Withdrawal { reference });
        desk.take(back.clone());
        let counted = before.withdrawals + 1;
        assert_eq!(desk.registers, Registers { withdrawals: counted, ..before });
        assert_eq!(desk.refuse(&back), ["reference_unknown"], "once only");
    }
}

#[test]
fn overdue_rent_is_told_by_age_and_its_late_fee_by_days() {
    let mut desk = Desk::new();
    desk.take(Fact::ContractSigned(ContractTerms { rent: yuan("1000.00"), ..terms("HT-1", ContractKind::Lease) }));
    desk.take(money("HT-1", Money::Rent, "1500.00", "hd-1"));
    let contract = desk.registers.contracts.get(&code("HT-1")).expect("there");
    let day = date("2026-03-31");
    let february = (date("2026-02-28"), yuan("500.00"));
    assert_eq!(contract.overdue(day), [february], "what is due today is not late");
    assert_eq!((contract.due(day), contract.past_due(day)), (yuan("3000.00"), yuan("2000.00")));
    assert_eq!(contract.overdue(date("2026-04-01")), [february, (day, yuan("1000.00"))]);
    // January was paid on the first of March: 1,000.00 x 29 days; of February 500.00 x 1 day, and 500.00 x 31 days are open.
    assert_eq!(contract.late_fee(day), yuan("22.50"), "45,000 yuan days x 0.05 %");
    assert!(desk.registers.contracts.using(&code("FW-1"), day).is_none());
}
