//! Custody, contracts and own cards know of each other: an asset is let by the community that keeps it, within custody, and
//! is never entrusted and the company's own at once.

use crate::collective::Fact;
use crate::collective::assets::fixed_asset::{AssetSource, DisposalReason, Expense, FixedAssetAdded, FixedAssetDisposed};
use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::contracts::register::ContractEnd;
use crate::collective::contracts::terms::{ContractKind, ContractTerms, Frequency};
use crate::collective::contracts::tests::contracts::{card, due, entrusted, step, terms};
use crate::collective::custody::asset::{AssetStep, RentDestination, Step};
use crate::collective::custody::report::treasury::treasury;
use crate::collective::custody::report::{Use, custody};
use crate::collective::fact::Withdrawal;
use crate::collective::roles::role::Role::{Bank, EntrustedIncome, RentReceivable, TreasuryPayable, Vat};
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::{Amount, Side};

fn certified() -> Desk {
    let mut desk = Desk::new();
    desk.take(card("DG-1"));
    desk.take(Fact::AssetStepped(step(Step::Certified, "2025-12-01")));
    desk
}

fn again(day: &str, document: &str, kept: u32) -> AssetStep {
    let rent_destination = Some(RentDestination { document: document.into(), kept_basis_points: kept });
    AssetStep { custodian: Some(code("c1")), rent_destination, ..step(Step::Entrusted, day) }
}

fn lease(contract: &str, asset: &str, start: &str, end: &str) -> ContractTerms {
    ContractTerms { asset: Some(code(asset)), start: date(start), end: date(end), ..terms(contract, ContractKind::Lease) }
}

fn signed(contract: &str, asset: &str, start: &str, end: &str) -> Fact {
    Fact::ContractSigned(lease(contract, asset, start, end))
}

fn ended(contract: &str, day: &str) -> Fact {
    Fact::ContractEnded(ContractEnd { contract: code(contract), date: date(day), document: "示例协议".into() })
}

fn rent(contract: &str, amount: &str, day: &str, document: &str) -> Fact {
    let (contract, document) = (code(contract), document.into());
    Fact::MoneyReceived(MoneyReceived { amount: yuan(amount), contract, date: date(day), document, kind: Money::Rent })
}

fn own(asset: &str, day: &str) -> Fact {
    Fact::FixedAssetAdded(FixedAssetAdded {
        already_depreciated: None,
        asset: code(asset),
        class: "房屋".into(),
        community: Some(code("c1")),
        cost: yuan("300000.00"),
        date: date(day),
        document: "示例评估报告1号".into(),
        expense: Expense::Leased,
        months: 240,
        name: "示例门面".into(),
        residual_value: Amount::ZERO,
        shop: None,
        source: AssetSource::Contributed,
    })
}

fn disposed(asset: &str, day: &str) -> Fact {
    Fact::FixedAssetDisposed(FixedAssetDisposed {
        asset: code(asset),
        date: date(day),
        document: "示例处置批复1号".into(),
        part: None,
        proceeds: Amount::ZERO,
        reason: DisposalReason::Scrapped,
        tax_basis_points: None,
    })
}

fn back(reference: &str) -> Fact {
    Fact::Withdrawn(Withdrawal { reference: reference.into() })
}

#[test]
fn rent_is_split_by_the_approval_of_its_day() {
    let mut desk = certified();
    desk.take(entrusted(4_000));
    desk.take(signed("HT-1", "DG-1", "2026-01-01", "2026-02-28"));
    desk.take(Fact::AssetStepped(step(Step::Withdrawn, "2026-03-01")));
    let split: &[(crate::collective::roles::role::Role, Side, Amount)] = &[
        (Bank, Debit, yuan("1000.00")),
        (TreasuryPayable, Credit, yuan("600.00")),
        (EntrustedIncome, Credit, yuan("388.35")),
        (Vat, Credit, yuan("11.65")),
    ];
    assert_eq!(desk.one(rent("HT-1", "1000.00", "2026-03-15", "hd-1")), split, "late, and nobody keeps it now: the last one");
    desk.take(Fact::AssetStepped(again("2026-05-01", "示例批复2号", 10_000)));
    desk.take(signed("HT-2", "DG-1", "2026-05-01", "2026-12-31"));
    assert_eq!(desk.one(rent("HT-1", "1000.00", "2026-02-28", "hd-2")), split, "the approval of its own day");
    let whole = [(Bank, Debit, yuan("1030.00")), (EntrustedIncome, Credit, yuan("1000.00")), (Vat, Credit, yuan("30.00"))];
    assert_eq!(desk.one(rent("HT-2", "1030.00", "2026-05-31", "hd-3")), whole);
    let told = |day: &str| treasury(&desk.registers, date(day)).remove(0);
    assert_eq!(told("2026-06-30").collected, yuan("1200.00"));
    assert_eq!(told("2026-04-30").rent_document.as_deref(), Some("示例批复1号"));
    assert_eq!(told("2026-06-30").rent_document.as_deref(), Some("示例批复2号"));
    let early = rent("HT-2", "1.00", "2025-12-31", "hd-4");
    let refused = early.produce(&desk.registers, &desk.book).expect_err("before any approval");
    assert_eq!(refused.code(), "rent_destination_missing");
}

#[test]
fn custody_does_not_end_under_a_contract() {
    let mut desk = certified();
    let reference = desk.take(entrusted(0)).remove(0).reference;
    desk.take(signed("HT-1", "DG-1", "2026-02-01", "2026-12-31"));
    for (ends, day) in [(Step::Withdrawn, "2026-06-30"), (Step::Returned, "2026-06-30"), (Step::Lost, "2026-01-15")] {
        assert_eq!(desk.refuse(&Fact::AssetStepped(step(ends, day))), ["asset_let"], "{ends:?}");
    }
    assert_eq!(desk.refuse(&back(&reference)), ["reference_unknown"], "nor is it taken back under one");
    desk.take(ended("HT-1", "2026-06-30"));
    assert_eq!(desk.refuse(&Fact::AssetStepped(step(Step::Withdrawn, "2026-06-29"))), ["asset_let"]);
    desk.take(Fact::AssetStepped(step(Step::Withdrawn, "2026-06-30")));
}

#[test]
fn a_contract_lies_within_custody_and_is_its_keepers() {
    let mut desk = certified();
    let limited = AssetStep { until: Some(date("2026-12-31")), ..again("2026-01-10", "示例批复1号", 0) };
    desk.take(Fact::AssetStepped(limited));
    desk.take(Fact::AssetStepped(AssetStep { custodian: Some(code("c2")), ..step(Step::Transferred, "2026-06-01") }));
    let of = |community: &str, start: &str, end: &str| {
        Fact::ContractSigned(ContractTerms { community: code(community), ..lease("HT-1", "DG-1", start, end) })
    };
    for (fact, expected) in [
        (of("c1", "2026-01-09", "2026-05-31"), "contract_outside_custody"),
        (of("c2", "2026-06-01", "2027-01-01"), "contract_outside_custody"),
        (of("c1", "2026-06-01", "2026-12-31"), "contract_community_not_custodian"),
        (of("c2", "2026-05-31", "2026-12-31"), "contract_community_not_custodian"),
    ] {
        assert_eq!(desk.refuse(&fact), [expected], "{fact:?}");
    }
    desk.take(of("c1", "2026-01-10", "2026-05-31"));
    desk.take(Fact::ContractSigned(ContractTerms { community: code("c2"), ..lease("HT-2", "DG-1", "2026-06-01", "2026-12-31") }));
}

#[test]
fn an_asset_is_entrusted_or_owned_and_recognised_as_it_was_when_its_contract_began() {
    let mut desk = certified();
    desk.take(own("FW-1", "2026-01-05"));
    assert_eq!(desk.refuse(&card("FW-1")), ["asset_owned"]);
    desk.take(entrusted(0));
    assert_eq!(desk.refuse(&own("DG-1", "2026-02-01")), ["fixed_asset_entrusted"]);
    desk.take(signed("HT-1", "DG-1", "2026-01-01", "2026-01-31"));
    let returned = desk.take(Fact::AssetStepped(step(Step::Returned, "2026-02-01"))).remove(0).reference;
    assert_eq!(desk.refuse(&signed("HT-2", "DG-1", "2026-02-01", "2026-12-31")), ["asset_not_in_custody"]);
    assert_eq!(desk.refuse(&own("DG-1", "2026-01-31")), ["fixed_asset_entrusted"], "it was in custody on that day");
    desk.take(own("DG-1", "2026-02-01"));
    assert_eq!(desk.refuse(&back(&returned)), ["reference_unknown"], "it is the company's own by now");
    assert_eq!(desk.refuse(&Fact::AssetStepped(again("2026-03-01", "示例批复2号", 0))), ["asset_owned"]);

    desk.take(signed("HT-2", "DG-1", "2026-02-01", "2026-12-31"));
    assert_eq!(due(&desk, "2026-02"), [code("HT-2")], "one's own accrues month by month, the entrusted one does not");
    let own_rent = desk.one(rent("HT-2", "100.00", "2026-02-28", "hd-1"));
    assert_eq!(own_rent, [(Bank, Debit, yuan("100.00")), (RentReceivable, Credit, yuan("100.00"))]);
    let late = desk.one(rent("HT-1", "100.00", "2026-02-28", "hd-1"));
    assert_eq!(late, [(Bank, Debit, yuan("100.00")), (TreasuryPayable, Credit, yuan("100.00"))]);
}

#[test]
fn what_is_gone_is_not_let_and_what_is_let_does_not_go() {
    let mut desk = certified();
    desk.take(own("FW-1", "2026-01-05"));
    desk.take(signed("HT-1", "FW-1", "2026-01-05", "2026-12-31"));
    assert_eq!(desk.refuse(&disposed("FW-1", "2026-01-20")), ["fixed_asset_let"]);
    desk.take(ended("HT-1", "2026-01-20"));
    let gone = desk.take(disposed("FW-1", "2026-01-20")).remove(0).reference;
    for (start, end) in [("2026-01-21", "2026-12-31"), ("2026-01-20", "2026-01-20"), ("2026-02-01", "2026-02-28")] {
        let refused = desk.refuse(&signed("HT-2", "FW-1", start, end));
        assert!(refused.contains(&"contract_asset_disposed"), "{start}: {refused:?}");
    }
    desk.take(back(&gone));
    desk.take(signed("HT-2", "FW-1", "2026-01-21", "2026-12-31"));
}

#[test]
fn the_register_shows_a_day_and_what_a_square_metre_earns() {
    let mut desk = certified();
    let limited = AssetStep { until: Some(date("2027-06-30")), ..again("2026-01-01", "示例批复1号", 0) };
    desk.take(Fact::AssetStepped(limited));
    let quarterly = ContractTerms {
        escalation_basis_points: 500,
        frequency: Frequency::Quarterly,
        rent: yuan("3000.00"),
        ..lease("HT-1", "DG-1", "2026-02-01", "2027-05-31")
    };
    desk.take(Fact::ContractSigned(quarterly));
    desk.take(Fact::AssetStepped(AssetStep { custodian: Some(code("c2")), ..step(Step::Transferred, "2026-06-01") }));
    let on = |day: &str| custody(&desk.registers, date(day));
    assert!(on("2025-10-31").is_empty(), "nobody had heard of it");
    assert_eq!(
        (on("2025-11-01")[0].use_, on("2025-12-31")[0].certificate.as_deref()),
        (Use::Registered, Some("示例确权颁证1号"))
    );
    let row = on("2026-02-01").remove(0);
    let told = (row.class.as_str(), row.address.as_str(), row.custodian, row.since, row.handover.as_deref());
    assert_eq!(told, ("房屋", "示例路1号", Some(code("c1")), Some(date("2026-01-01")), Some("示例委托代管1号")));
    assert_eq!((row.use_, row.contract, row.rent), (Use::Let, Some(code("HT-1")), Some(yuan("3000.00"))));
    let money = |day: &str| (on(day)[0].yearly_rent, on(day)[0].monthly_rent_per_square_metre);
    assert_eq!(money("2026-02-01"), (Some(yuan("12000.00")), Some(yuan("11.63"))), "12,000 / 12 / 86 = 11.6279");
    assert_eq!(money("2027-02-01"), (Some(yuan("12600.00")), Some(yuan("12.21"))), "one year on, 5 % more");
    let later = on("2026-06-01").remove(0);
    assert_eq!((later.custodian, later.handover.as_deref()), (Some(code("c2")), Some("示例移交代管1号")));
    assert_eq!((on("2027-06-30")[0].use_, money("2027-06-30")), (Use::Expired, (None, None)));
    assert_eq!(on("2027-07-01")[0].use_, Use::Lapsed, "custody has run out, and nobody said what next");
}

#[test]
fn a_step_is_taken_once_a_day() {
    let mut desk = certified();
    desk.take(entrusted(0));
    desk.take(Fact::AssetStepped(step(Step::Withdrawn, "2026-05-01")));
    desk.take(Fact::AssetStepped(again("2026-05-01", "示例批复2号", 0)));
    assert_eq!(desk.refuse(&Fact::AssetStepped(step(Step::Withdrawn, "2026-05-01"))), ["asset_step_repeated"]);
    desk.take(Fact::AssetStepped(step(Step::Withdrawn, "2026-05-02")));
}
