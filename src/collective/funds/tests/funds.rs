//! Support funds as facts §7.2 has them (H1-H3, H5), as vectors: account role, side, amount, codes.

use crate::collective::fact::Withdrawal;
use crate::collective::funds::fund::{FundApproved, FundAssetFormed, FundReceived, FundSpent, FundUse, FundsReleased, Treatment};
use crate::collective::funds::report::{FundRow, funds};
use crate::collective::roles::role::Role;
use crate::collective::roles::role::Role::*;
use crate::collective::tests::desk::{Desk, code, date, role, yuan};
use crate::collective::{Fact, Registers};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::chart::ChartStandard;
use crate::ledger::{Amount, Dimension, Period, Side};

fn desk(standard: ChartStandard) -> Desk {
    let mut desk = Desk::of(standard);
    desk.name(Dimension::Fund, &["ZJ-1", "ZJ-2"]);
    desk.name(Dimension::Asset, &["FW-1", "FW-2"]);
    desk.name(Dimension::Community, &["c1"]);
    desk
}

fn company() -> Desk {
    desk(ChartStandard::SmallEnterprise2013)
}

fn community() -> Desk {
    desk(ChartStandard::RuralCollective2023)
}

fn approval(amount: &str, treatment: Treatment) -> FundApproved {
    FundApproved {
        amount: yuan(amount),
        charter: None,
        code: code("ZJ-1"),
        community: None,
        date: date("2026-01-05"),
        document: "示例批复1号".into(),
        grantor: "示例局".into(),
        name: "示例资金".into(),
        treatment,
    }
}

fn approve(amount: &str, treatment: Treatment) -> Fact {
    Fact::FundApproved(approval(amount, treatment))
}

fn receive(amount: &str, document: &str) -> Fact {
    let (fund, date) = (code("ZJ-1"), date("2026-01-10"));
    Fact::FundReceived(FundReceived { amount: yuan(amount), date, document: document.into(), fund })
}

fn spent(amount: &str, document: &str, use_: FundUse, asset: Option<&str>, months: u32) -> FundSpent {
    FundSpent {
        amount: yuan(amount),
        asset: asset.map(code),
        date: date("2026-01-20"),
        document: document.into(),
        fund: code("ZJ-1"),
        months,
        purpose: "示例用途".into(),
        use_,
    }
}

fn spend(amount: &str, document: &str, use_: FundUse, asset: Option<&str>, months: u32) -> Fact {
    Fact::FundSpent(spent(amount, document, use_, asset, months))
}

fn form(amount: &str, asset: &str, months: u32) -> Fact {
    Fact::FundAssetFormed(FundAssetFormed {
        amount: yuan(amount),
        asset: code(asset),
        date: date("2026-03-31"),
        document: "示例验收1号".into(),
        fund: code("ZJ-1"),
        months,
    })
}

fn period(text: &str) -> Period {
    Period::parse(text).expect("period")
}

fn release(month: &str) -> Fact {
    Fact::FundsReleased(FundsReleased { funds: vec![code("ZJ-1")], period: period(month) })
}

/// Role, side, amount and the codes of each line of the one voucher.
pub fn posted(desk: &mut Desk, fact: Fact) -> Vec<(Role, Side, String, String)> {
    let lines = desk.lines(fact);
    let codes =
        |line: &crate::ledger::DraftLine| line.dimensions.iter().map(|(_, code)| code.to_string()).collect::<Vec<_>>().join(" ");
    lines.iter().map(|line| (role(line), line.side, line.amount.to_string(), codes(line))).collect()
}

pub fn expect(lines: &[(Role, Side, &str, &str)]) -> Vec<(Role, Side, String, String)> {
    lines.iter().map(|(role, side, amount, codes)| (*role, *side, (*amount).to_owned(), (*codes).to_owned())).collect()
}

fn row(desk: &Desk) -> FundRow {
    funds(&desk.registers).remove(0)
}

#[test]
fn money_becomes_what_its_approval_says() {
    let capital = FundApproved {
        charter: Some("示例章程修正案".into()),
        community: Some(code("c1")),
        ..approval("100000.00", Treatment::Capital)
    };
    for (name, mut desk, approved, bank, credit, codes, unreleased) in [
        ("H1", company(), approval("120000.00", Treatment::Asset), FundBank, DeferredIncome, "ZJ-1", "120000.00"),
        ("H1", company(), approval("120000.00", Treatment::FutureCost), FundBank, DeferredIncome, "ZJ-1", "120000.00"),
        ("H2", company(), approval("8000.00", Treatment::PastCost), Bank, GovernmentGrant, "ZJ-1", "0.00"),
        ("H3", company(), capital, Bank, PaidInCapital, "c1 ZJ-1", "0.00"),
        ("H5", community(), approval("200000.00", Treatment::Earmarked), FundBank, EarmarkedPayable, "ZJ-1", "200000.00"),
    ] {
        let amount = approved.amount.to_string();
        assert!(desk.take(Fact::FundApproved(approved)).is_empty(), "an approval is no money");
        let lines = posted(&mut desk, receive(&amount, "hd-1"));
        assert_eq!(lines, expect(&[(bank, Debit, &amount, codes), (credit, Credit, &amount, codes)]), "{name}");
        assert_eq!(row(&desk).unreleased, yuan(unreleased), "{name}");
    }
}

#[test]
fn an_asset_is_bought_and_its_grant_released_over_its_life() {
    let mut desk = company();
    desk.take(approve("120000.00", Treatment::Asset));
    desk.take(receive("120000.00", "hd-1"));
    let bought = posted(&mut desk, spend("100000.00", "hd-2", FundUse::Asset, Some("FW-1"), 3));
    assert_eq!(bought, expect(&[(FixedAsset, Debit, "100000.00", "FW-1 ZJ-1"), (FundBank, Credit, "100000.00", "ZJ-1")]));
    let building = posted(&mut desk, spend("15000.00", "hd-3", FundUse::Asset, None, 0));
    assert_eq!(building, expect(&[(Construction, Debit, "15000.00", "ZJ-1"), (FundBank, Credit, "15000.00", "ZJ-1")]));

    assert_eq!(desk.registers.funds.due(period("2026-01")), None, "from the month after");
    let february = posted(&mut desk, release("2026-02"));
    let both = [(DeferredIncome, Debit, "33333.33", "ZJ-1"), (GovernmentGrant, Credit, "33333.33", "ZJ-1")];
    assert_eq!(february, expect(&both), "H1, a month");
    assert_eq!(desk.registers.funds.due(period("2026-02")), None, "a month is released once");
    // March was left out: April brings both, and the new asset's first month.
    let formed = posted(&mut desk, form("15000.00", "FW-2", 10));
    assert_eq!(formed, expect(&[(FixedAsset, Debit, "15000.00", "FW-2 ZJ-1"), (Construction, Credit, "15000.00", "ZJ-1")]));
    let april = desk.one(release("2026-04"));
    assert_eq!(april[0].2, yuan("68166.67"), "33333.34 + 33333.33 + 1500.00");
    let expected = FundRow {
        fund: code("ZJ-1"),
        name: "示例资金".into(),
        grantor: "示例局".into(),
        document: "示例批复1号".into(),
        treatment: Treatment::Asset,
        community: None,
        approved: yuan("120000.00"),
        carried: Amount::ZERO,
        received: yuan("120000.00"),
        spent: yuan("115000.00"),
        left: yuan("5000.00"),
        under_construction: Amount::ZERO,
        asset_formed: yuan("115000.00"),
        assets: vec![code("FW-1"), code("FW-2")],
        released: yuan("101500.00"),
        unreleased: yuan("18500.00"),
    };
    assert_eq!(row(&desk), expected);
    assert_eq!(desk.registers.funds.expected_balances(), [(DeferredIncome, code("ZJ-1"), yuan("-18500.00"))], "2401 by fund");
    assert_eq!(desk.one(release("2027-06"))[0].2, yuan("13500.00"), "the rest, whenever it is asked for");
    assert_eq!(desk.registers.funds.due(period("2027-07")), None);
}

#[test]
fn later_costs_are_paid_for_in_their_own_month() {
    let mut desk = company();
    desk.take(approve("5000.00", Treatment::FutureCost));
    desk.take(receive("5000.00", "hd-1"));
    let lines = [
        (FundCost, Debit, "1200.00", "ZJ-1"),
        (FundBank, Credit, "1200.00", "ZJ-1"),
        (DeferredIncome, Debit, "1200.00", "ZJ-1"),
        (GovernmentGrant, Credit, "1200.00", "ZJ-1"),
    ];
    assert_eq!(posted(&mut desk, spend("1200.00", "hd-2", FundUse::Cost, None, 0)), expect(&lines));
    assert_eq!((row(&desk).released, row(&desk).unreleased), (yuan("1200.00"), yuan("3800.00")));
    assert_eq!(desk.registers.funds.due(period("2026-02")), None);
}

#[test]
fn earmarked_money_becomes_the_collectives_own_with_the_asset() {
    let mut desk = community();
    desk.take(approve("200000.00", Treatment::Earmarked));
    desk.take(receive("200000.00", "hd-1"));
    let built = posted(&mut desk, spend("150000.00", "hd-2", FundUse::Asset, None, 0));
    assert_eq!(built, expect(&[(Construction, Debit, "150000.00", "ZJ-1"), (FundBank, Credit, "150000.00", "ZJ-1")]));
    let stands = [
        (FixedAsset, Debit, "150000.00", "FW-1 ZJ-1"),
        (Construction, Credit, "150000.00", "ZJ-1"),
        (EarmarkedPayable, Debit, "150000.00", "ZJ-1"),
        (PublicAccumulation, Credit, "150000.00", "ZJ-1"),
    ];
    assert_eq!(posted(&mut desk, form("150000.00", "FW-1", 0)), expect(&stands), "H5: 借151 贷153, 借241 贷311");
    let bought = [
        (FixedAsset, Debit, "20000.00", "FW-2 ZJ-1"),
        (FundBank, Credit, "20000.00", "ZJ-1"),
        (EarmarkedPayable, Debit, "20000.00", "ZJ-1"),
        (PublicAccumulation, Credit, "20000.00", "ZJ-1"),
    ];
    assert_eq!(posted(&mut desk, spend("20000.00", "hd-3", FundUse::Asset, Some("FW-2"), 0)), expect(&bought));
    let cost = [
        (PublicWelfareCost, Debit, "10000.00", "ZJ-1"),
        (FundBank, Credit, "10000.00", "ZJ-1"),
        (EarmarkedPayable, Debit, "10000.00", "ZJ-1"),
        (SubsidyIncome, Credit, "10000.00", "ZJ-1"),
    ];
    assert_eq!(posted(&mut desk, spend("10000.00", "hd-4", FundUse::Cost, None, 0)), expect(&cost));
    assert_eq!(desk.registers.funds.expected_balances(), [(EarmarkedPayable, code("ZJ-1"), yuan("-20000.00"))], "241 by fund");
    assert_eq!(desk.registers.funds.due(period("2027-01")), None, "nothing is released by months");
}

#[test]
fn approvals_are_refused_with_every_reason() {
    let desk = company();
    let asset = approval("1.00", Treatment::Asset);
    for (approved, code) in [
        (FundApproved { amount: Amount::ZERO, ..asset.clone() }, "fund_amount"),
        (FundApproved { amount: Amount::from_fen(10_000_000_000_001), ..asset.clone() }, "amount_too_large"),
        (FundApproved { grantor: " ".into(), ..asset.clone() }, "fund_card_incomplete"),
        (FundApproved { charter: Some("示例章程".into()), ..asset.clone() }, "fund_charter_unexpected"),
        (FundApproved { treatment: Treatment::Earmarked, ..asset.clone() }, "fund_treatment_chart"),
        (FundApproved { treatment: Treatment::Capital, ..asset.clone() }, "fund_capital_document"),
        (FundApproved { code: code("ZJ-9"), ..asset.clone() }, "dimension_unknown"),
        (FundApproved { community: Some(code("c9")), ..asset }, "dimension_unknown"),
    ] {
        assert_eq!(desk.refuse(&Fact::FundApproved(approved)), [code]);
    }
    assert_eq!(community().refuse(&approve("1.00", Treatment::PastCost)), ["fund_treatment_chart"]);
}

#[test]
fn movements_are_refused_with_every_reason() {
    let mut desk = company();
    for fact in [receive("1.00", "hd-1"), spend("1.00", "hd-1", FundUse::Cost, None, 0), release("2026-02")] {
        assert_eq!(desk.refuse(&fact), ["fund_unknown"]);
    }
    desk.take(approve("1000.00", Treatment::Asset));
    assert_eq!(desk.refuse(&approve("1.00", Treatment::Asset)), ["fund_code_taken"]);
    desk.take(receive("600.00", "hd-1"));
    desk.take(spend("100.00", "hd-2", FundUse::Asset, None, 0));
    let pay = |amount, document, use_, asset, months| spend(amount, document, use_, asset, months);
    let early = FundSpent { date: date("2026-01-04"), ..spent("1.00", "hd-3", FundUse::Asset, None, 0) };
    let silent = FundSpent { purpose: String::new(), ..spent("1.00", "hd-3", FundUse::Asset, None, 0) };
    for (fact, codes) in [
        (receive("400.01", "hd-2"), &["fund_received_exceeds_approved"][..]),
        (receive("1.00", "hd-1"), &["fund_document_taken"]),
        (receive("0.00", "a/b"), &["fund_amount", "fund_document"]),
        (pay("500.01", "hd-3", FundUse::Asset, None, 0), &["fund_spent_exceeds_received"]),
        (pay("1.00", "hd-2", FundUse::Asset, None, 0), &["fund_document_taken"]),
        (pay("1.00", "hd-3", FundUse::Cost, None, 0), &["fund_use"]),
        (pay("1.00", "hd-3", FundUse::Cost, Some("FW-1"), 12), &["fund_use", "fund_asset_unexpected"]),
        (pay("1.00", "hd-3", FundUse::Asset, Some("FW-1"), 0), &["fund_months"]),
        (pay("1.00", "hd-3", FundUse::Asset, Some("FW-1"), 841), &["fund_months"]),
        (pay("1.00", "hd-3", FundUse::Asset, None, 12), &["fund_months"]),
        (pay("1.00", "hd-3", FundUse::Asset, Some("FW-9"), 12), &["dimension_unknown"]),
        (Fact::FundSpent(early), &["fund_date_reversed", "fund_spent_exceeds_received"]),
        (Fact::FundSpent(silent), &["fund_purpose_missing"]),
        (form("100.01", "FW-1", 12), &["fund_construction_exceeded"]),
        (form("100.00", "FW-1", 0), &["fund_months"]),
        (release("2026-02"), &["fund_release_not_due"]),
        (Fact::FundsReleased(FundsReleased { funds: vec![], period: period("2026-02") }), &["nothing_declared"]),
    ] {
        assert_eq!(desk.refuse(&fact), codes, "{fact:?}");
    }
    desk.take(form("60.00", "FW-1", 12));
    assert_eq!(desk.refuse(&form("40.00", "FW-1", 12)), ["fund_asset_taken"]);
    let twice = Fact::FundsReleased(FundsReleased { funds: vec![code("ZJ-1"), code("ZJ-1")], period: period("2026-04") });
    assert_eq!(desk.refuse(&twice), ["fund_release_order"]);

    let mut own = company();
    own.take(approve("1000.00", Treatment::PastCost));
    own.take(receive("1000.00", "hd-1"));
    assert_eq!(own.refuse(&spend("1.00", "hd-2", FundUse::Cost, None, 0)), ["fund_not_held"]);
}

#[test]
fn money_is_spent_on_days_on_which_it_is_there() {
    let mut desk = company();
    desk.take(approve("1000.00", Treatment::Asset));
    desk.take(receive("600.00", "hd-1"));
    let on = |day: &str, amount, document| {
        Fact::FundSpent(FundSpent { date: date(day), ..spent(amount, document, FundUse::Asset, None, 0) })
    };
    let told = |desk: &Desk, fact: &Fact| fact.examine(&desk.registers, &desk.book)[0].message();
    let early = on("2026-01-09", "1.00", "hd-2");
    assert_eq!(desk.refuse(&early), ["fund_spent_exceeds_received"]);
    assert!(told(&desk, &early).contains("到 2026-01-09 只有 0.00 元"), "{}", told(&desk, &early));
    desk.take(on("2026-02-20", "500.00", "hd-3"));
    let between = on("2026-01-20", "100.01", "hd-4");
    assert_eq!(desk.refuse(&between), ["fund_spent_exceeds_received"], "it would not be there a month later");
    assert!(told(&desk, &between).contains("到 2026-02-20 只有 100.00 元"), "{}", told(&desk, &between));
    let more = Fact::FundReceived(FundReceived {
        amount: yuan("400.00"),
        date: date("2026-03-01"),
        document: "hd-5".into(),
        fund: code("ZJ-1"),
    });
    desk.take(more);
    assert_eq!(desk.refuse(&between), ["fund_spent_exceeds_received"], "money of March does not pay in February");
    desk.take(on("2026-01-20", "100.00", "hd-4"));
    let first = Fact::Withdrawn(Withdrawal { reference: "fund_received/ZJ-1/hd-1".into() });
    assert_eq!(desk.refuse(&first), ["reference_unknown"], "nor would it be there without the first money");
    let formed = |day: &str, amount| {
        Fact::FundAssetFormed(FundAssetFormed {
            amount: yuan(amount),
            asset: code("FW-1"),
            date: date(day),
            document: "示例验收1号".into(),
            fund: code("ZJ-1"),
            months: 12,
        })
    };
    assert_eq!(desk.refuse(&formed("2026-02-19", "100.01")), ["fund_construction_exceeded"]);
    desk.take(formed("2026-02-19", "100.00"));
}

#[test]
fn taking_a_voucher_back_takes_the_fund_back_in_order() {
    let mut desk = company();
    desk.take(approve("1000.00", Treatment::Asset));
    let mut taken = Vec::new();
    for fact in [
        receive("600.00", "hd-1"),
        spend("100.00", "hd-2", FundUse::Asset, Some("FW-1"), 12),
        spend("500.00", "hd-3", FundUse::Asset, None, 0),
        form("500.00", "FW-2", 12),
        release("2026-04"),
    ] {
        let before = desk.registers.clone();
        let reference = desk.take(fact).remove(0).reference;
        assert_ne!(desk.registers, before);
        taken.push((before, Fact::Withdrawn(Withdrawal { reference })));
    }
    // What others stand on is not taken back.
    for (_, back) in &taken[..4] {
        assert_eq!(desk.refuse(back), ["reference_unknown"], "{back:?}");
    }
    for (before, back) in taken.into_iter().rev() {
        desk.take(back.clone());
        let withdrawals = desk.registers.withdrawals;
        assert_eq!(desk.registers, Registers { withdrawals, ..before });
        assert_eq!(desk.refuse(&back), ["reference_unknown"], "once only");
    }
}
