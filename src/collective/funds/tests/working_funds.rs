//! Communities' working funds (facts §7.2 H6) in both kinds of books, and the use of income (I2, I3, J6).

use crate::collective::fact::Withdrawal;
use crate::collective::funds::income_use::{IncomeUsed, UsePurpose};
use crate::collective::funds::report::{IncomeUseRow, WorkingFundRow, income_uses, working_funds};
use crate::collective::funds::working_fund::{WorkingFundCategory, WorkingFundReceived, WorkingFundSpent, floor};
use crate::collective::roles::role::Role::*;
use crate::collective::roles::role::{RoleAccount, RolesAssigned};
use crate::collective::tests::desk::{Desk, code, date, role, yuan};
use crate::collective::{Fact, Registers};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::chart::ChartStandard;
use crate::ledger::{AccountCode, Amount, Dimension};

fn desk(standard: ChartStandard) -> Desk {
    let mut desk = Desk::of(standard);
    desk.name(Dimension::Community, &["c1", "c2"]);
    desk.name(Dimension::Counterparty, &["z1"]);
    desk
}

fn company() -> Desk {
    desk(ChartStandard::SmallEnterprise2013)
}

fn community() -> Desk {
    desk(ChartStandard::RuralCollective2023)
}

fn received(amount: &str, day: &str, document: &str) -> WorkingFundReceived {
    WorkingFundReceived {
        amount: yuan(amount),
        community: code("c1"),
        date: date(day),
        document: document.into(),
        grantor: "示例街道办".into(),
        year: 2026,
    }
}

fn receive(amount: &str, day: &str, document: &str) -> Fact {
    Fact::WorkingFundReceived(received(amount, day, document))
}

fn spent(amount: &str, document: &str) -> WorkingFundSpent {
    WorkingFundSpent {
        amount: yuan(amount),
        category: WorkingFundCategory::Operation,
        community: code("c1"),
        date: date("2026-04-01"),
        document: document.into(),
        purpose: "示例水电费".into(),
        year: 2026,
    }
}

fn spend(amount: &str, document: &str) -> Fact {
    Fact::WorkingFundSpent(spent(amount, document))
}

fn used(amount: &str, purpose: UsePurpose, document: &str) -> IncomeUsed {
    IncomeUsed {
        amount: yuan(amount),
        community: code("c1"),
        date: date("2026-05-01"),
        document: document.into(),
        payee: None,
        purpose,
        voucher: None,
    }
}

#[test]
fn a_community_has_its_working_fund_on_its_books() {
    let mut desk = community();
    let arrived = desk.lines(receive("100000.00", "2026-03-01", "hd-1"));
    let seen: Vec<_> = arrived.iter().map(|line| (role(line), line.side, line.amount)).collect();
    let amount = yuan("100000.00");
    assert_eq!(seen, [(WorkingFundBank, Debit, amount), (WorkingFundIncome, Credit, amount)], "H6");
    assert!(arrived.iter().all(|line| line.dimensions.get(Dimension::Community) == Some(&code("c1"))));
    let paid = desk.one(spend("800.00", "hd-2"));
    assert_eq!(paid, [(OperatingCost, Debit, yuan("800.00")), (WorkingFundBank, Credit, yuan("800.00"))], "H6, spent");
}

#[test]
fn a_company_keeps_it_outside_its_statements() {
    let mut desk = company();
    let arrived = desk.one(receive("100000.00", "2026-03-01", "hd-1"));
    let amount = yuan("100000.00");
    assert_eq!(arrived, [(WorkingFundHeld, Debit, amount), (WorkingFundContra, Credit, amount)]);
    let paid = desk.lines(spend("800.00", "hd-2"));
    let seen: Vec<_> = paid.iter().map(|line| (role(line), line.side, line.amount)).collect();
    assert_eq!(seen, [(WorkingFundHeld, Debit, yuan("-800.00")), (WorkingFundContra, Credit, yuan("-800.00"))], "in red");
    assert!(paid.iter().all(|line| line.dimensions.get(Dimension::Community) == Some(&code("c1"))));
    let held = [(WorkingFundHeld, code("c1"), yuan("99200.00")), (WorkingFundContra, code("c1"), yuan("-99200.00"))];
    assert_eq!(desk.registers.working_funds.expected_balances(), held);

    // An account of the company's income cannot play the part, whoever says so.
    let account = AccountCode::parse("5301").expect("code");
    let roles = vec![RoleAccount { account, role: WorkingFundContra }];
    desk.take(Fact::RolesAssigned(RolesAssigned { roles }));
    assert_eq!(desk.refuse(&receive("1.00", "2026-03-02", "hd-3")), ["working_fund_not_memorandum"]);
    assert_eq!(desk.refuse(&spend("1.00", "hd-3")), ["working_fund_not_memorandum"]);
}

#[test]
fn working_funds_are_refused_with_every_reason() {
    let mut desk = community();
    desk.take(receive("500.00", "2026-03-01", "hd-1"));
    desk.take(spend("100.00", "hd-2"));
    let plain = received("1.00", "2026-03-01", "hd-9");
    let out = spent("1.00", "hd-9");
    for (fact, expected) in [
        (receive("0.00", "2026-03-01", "hd-9"), "working_fund_amount"),
        (receive("1.00", "2026-03-01", "a/b"), "working_fund_document"),
        (receive("1.00", "2026-03-01", "hd-1"), "working_fund_document_taken"),
        (receive("100000000000.01", "2026-03-01", "hd-9"), "amount_too_large"),
        (receive("1.00", "2024-12-31", "hd-9"), "working_fund_year"),
        (Fact::WorkingFundReceived(WorkingFundReceived { year: 20260, ..plain.clone() }), "working_fund_year"),
        (
            Fact::WorkingFundReceived(WorkingFundReceived { grantor: String::new(), ..plain.clone() }),
            "working_fund_grantor_missing",
        ),
        (Fact::WorkingFundReceived(WorkingFundReceived { community: code("c9"), ..plain }), "dimension_unknown"),
        (spend("400.01", "hd-9"), "working_fund_exceeded"),
        (spend("1.00", "hd-2"), "working_fund_document_taken"),
        // Another community's money, and another year's, is not this one's.
        (Fact::WorkingFundSpent(WorkingFundSpent { community: code("c2"), ..out.clone() }), "working_fund_exceeded"),
        (Fact::WorkingFundSpent(WorkingFundSpent { year: 2025, ..out.clone() }), "working_fund_exceeded"),
        (Fact::WorkingFundSpent(WorkingFundSpent { purpose: " ".into(), ..out }), "working_fund_purpose_missing"),
    ] {
        assert_eq!(desk.refuse(&fact), [expected], "{fact:?}");
    }
}

#[test]
fn the_floor_is_held_against_what_arrived_for_every_community() {
    assert_eq!(floor(2022), None);
    assert_eq!(floor(2026).map(|floor| floor.amount), Some(yuan("100000.00")));
    let mut desk = community();
    desk.take(receive("40000.00", "2026-09-10", "hd-1"));
    desk.take(receive("30000.00", "2026-03-01", "hd-2"));
    desk.take(spend("800.00", "hd-3"));
    let communities = [code("c1"), code("c2")];
    let none = WorkingFundRow {
        community: code("c2"),
        year: 2026,
        arrived: Amount::ZERO,
        arrival_dates: Vec::new(),
        arrival_amounts: Vec::new(),
        spent: Amount::ZERO,
        left: Amount::ZERO,
        floor: Some(yuan("100000.00")),
        short: Some(yuan("100000.00")),
    };
    let some = WorkingFundRow {
        community: code("c1"),
        arrived: yuan("70000.00"),
        arrival_dates: vec![date("2026-03-01"), date("2026-09-10")],
        arrival_amounts: vec![yuan("30000.00"), yuan("40000.00")],
        spent: yuan("800.00"),
        left: yuan("69200.00"),
        short: Some(yuan("30000.00")),
        ..none.clone()
    };
    assert_eq!(working_funds(&desk.registers, &communities, date("2026-12-31")), [some, none]);
    desk.take(receive("50000.00", "2027-01-15", "hd-4"));
    let rows = working_funds(&desk.registers, &communities, date("2027-06-30"));
    let seen: Vec<_> = rows.iter().map(|row| (row.community.as_str(), row.year, row.short)).collect();
    let whole = Some(yuan("100000.00"));
    let expected = [("c1", 2026, Some(Amount::ZERO)), ("c1", 2027, whole), ("c2", 2027, whole)];
    assert_eq!(seen, expected, "late money counts for its year");
    let before = working_funds(&desk.registers, &[code("c2")], date("2022-01-01"));
    assert_eq!((before[0].year, before[0].floor, before[0].short), (2022, None, None), "no floor is known");
}

#[test]
fn a_working_fund_is_judged_and_told_by_the_day() {
    let mut desk = community();
    desk.take(receive("99999.99", "2026-03-01", "hd-1"));
    desk.take(receive("0.01", "2026-12-31", "hd-2"));
    let on = |day: &str| {
        let row = working_funds(&desk.registers, &[code("c1")], date(day)).remove(0);
        (row.arrived, row.short)
    };
    assert_eq!(on("2026-02-28"), (Amount::ZERO, Some(yuan("100000.00"))));
    assert_eq!(on("2026-12-30"), (yuan("99999.99"), Some(yuan("0.01"))), "what comes later is not there yet");
    assert_eq!(on("2026-12-31"), (yuan("100000.00"), Some(Amount::ZERO)));
    let pays = |day: &str, amount: &str| Fact::WorkingFundSpent(WorkingFundSpent { date: date(day), ..spent(amount, "hd-3") });
    let early = pays("2026-02-28", "0.01");
    assert_eq!(desk.refuse(&early), ["working_fund_exceeded"]);
    let told = early.examine(&desk.registers, &desk.book)[0].message();
    assert!(told.contains("到 2026-02-28 只有 0.00 元"), "{told}");
    assert_eq!(desk.refuse(&pays("2026-12-30", "100000.00")), ["working_fund_exceeded"]);
    desk.take(pays("2026-12-31", "100000.00"));
    let back = Fact::Withdrawn(Withdrawal { reference: "working_fund_received/c1/2026/hd-2".into() });
    assert_eq!(desk.refuse(&back), ["reference_unknown"]);
}

#[test]
fn a_working_fund_has_an_account_to_itself() {
    let mut desk = community();
    let account = desk.registers.roles.account(SubsidyIncome).expect("an account");
    let own = desk.registers.roles.account(WorkingFundIncome).expect("an account");
    assert!(desk.registers.follows_apart(&own) && !desk.registers.follows_apart(&account));
    let moves = |account| Fact::RolesAssigned(RolesAssigned { roles: vec![RoleAccount { account, role: WorkingFundIncome }] });
    let shared = moves(account);
    shared.apply(&mut desk.registers);
    assert_eq!(desk.refuse(&receive("1.00", "2026-03-02", "hd-3")), ["working_fund_income_shared"]);
    assert!(!desk.registers.follows_apart(&account), "other subsidies are income");
    assert!(desk.registers.follows_apart(&own), "what was posted there stays what it was");
}

#[test]
fn income_is_used_for_three_purposes() {
    let mut desk = community();
    let jobs = IncomeUsed { payee: Some(code("z1")), ..used("4500.00", UsePurpose::Jobs, "示例发放表1") };
    let lines = desk.lines(Fact::IncomeUsed(jobs));
    assert_eq!(lines[1].dimensions.get(Dimension::Counterparty), Some(&code("z1")), "who is owed");
    let seen: Vec<_> = lines.iter().map(|line| (role(line), line.side, line.amount)).collect();
    assert_eq!(seen, [(PublicJobsCost, Debit, yuan("4500.00")), (LabourPayable, Credit, yuan("4500.00"))], "I2");
    let facility = desk.one(Fact::IncomeUsed(used("80000.00", UsePurpose::Facility, "示例合同1")));
    assert_eq!(facility, [(Construction, Debit, yuan("80000.00")), (FacilityPayable, Credit, yuan("80000.00"))], "I3");
    let strengthen = desk.one(Fact::IncomeUsed(used("4000.00", UsePurpose::Strengthen, "示例决议1")));
    assert_eq!(strengthen, [(Appropriation, Debit, yuan("4000.00")), (PublicAccumulation, Credit, yuan("4000.00"))], "J6");
    let row = IncomeUseRow {
        community: code("c1"),
        year: 2026,
        intermediary_income: Amount::ZERO,
        strengthen: yuan("4000.00"),
        facility: yuan("80000.00"),
        jobs: yuan("4500.00"),
        used: yuan("88500.00"),
    };
    assert_eq!(income_uses(&desk.registers), [row]);
}

#[test]
fn a_company_only_says_what_a_voucher_was_for() {
    let mut desk = Desk::new();
    let paid = IncomeUsed { voucher: Some("2026-04/记-12".into()), ..used("900.00", UsePurpose::Jobs, "示例1") };
    assert!(desk.take(Fact::IncomeUsed(paid.clone())).is_empty(), "it is posted already");
    let less = IncomeUsed { amount: yuan("-200.00"), document: "示例更正1".into(), ..paid.clone() };
    desk.take(Fact::IncomeUsed(less.clone()));
    assert_eq!(income_uses(&desk.registers)[0].jobs, yuan("700.00"));
    let too_much = IncomeUsed { amount: yuan("-700.01"), document: "示例更正2".into(), ..less };
    assert_eq!(desk.refuse(&Fact::IncomeUsed(too_much)), ["income_use_total"]);
    for voucher in [None, Some("记-12"), Some("2026-04/记-012"), Some("2026-13/记-1")] {
        let fact = IncomeUsed { document: "示例2".into(), voucher: voucher.map(str::to_owned), ..paid.clone() };
        assert_eq!(desk.refuse(&Fact::IncomeUsed(fact)), ["income_use_voucher"], "{voucher:?}");
    }
    let mut rural = community();
    let typed = IncomeUsed { document: "示例2".into(), ..paid };
    let plain = used("1.00", UsePurpose::Jobs, "示例2");
    for (used, expected) in [
        (typed, &["income_use_voucher"][..]),
        (IncomeUsed { amount: yuan("0.00"), ..plain.clone() }, &["income_use_amount"]),
        (IncomeUsed { amount: yuan("-1.00"), ..plain.clone() }, &["income_use_amount", "income_use_total"]),
        (IncomeUsed { document: "a/b".into(), ..plain.clone() }, &["income_use_document"]),
        (IncomeUsed { payee: Some(code("z9")), ..plain.clone() }, &["dimension_unknown"]),
        (IncomeUsed { payee: Some(code("z1")), purpose: UsePurpose::Strengthen, ..plain.clone() }, &["income_use_payee"]),
    ] {
        assert_eq!(rural.refuse(&Fact::IncomeUsed(used)), expected);
    }
    rural.take(Fact::IncomeUsed(plain.clone()));
    assert_eq!(rural.refuse(&Fact::IncomeUsed(plain)), ["income_use_document_taken"]);
}

#[test]
fn intermediary_income_stands_beside_its_use() {
    use crate::collective::contracts::money::{Money, MoneyReceived};
    use crate::collective::contracts::terms::{ContractKind, ContractTerms, Frequency, Timing};
    let mut desk = Desk::new();
    desk.take(Fact::ContractSigned(ContractTerms {
        advance: false,
        asset: None,
        code: code("HT-1"),
        community: code("c2"),
        counterparty: code("z1"),
        deposit: Amount::ZERO,
        end: date("2026-12-31"),
        escalation_basis_points: 0,
        floor: Amount::ZERO,
        frequency: Frequency::Yearly,
        income_type: code("02"),
        kind: ContractKind::Intermediary,
        late_fee_basis_points: 0,
        member: false,
        recognition: Timing::Monthly,
        rent: yuan("10100.00"),
        rent_free_days: 0,
        resolution: "示例决议1号".into(),
        signed: date("2026-01-01"),
        start: date("2026-01-01"),
    }));
    let (contract, kind) = (code("HT-1"), Money::Rent);
    let money = MoneyReceived { amount: yuan("10100.00"), contract, date: date("2026-06-01"), document: "hd-1".into(), kind };
    desk.take(Fact::MoneyReceived(money));
    let rows = income_uses(&desk.registers);
    assert_eq!((rows[0].community.as_str(), rows[0].intermediary_income), ("c2", yuan("10000.00")), "G1, net");
}

#[test]
fn taking_a_voucher_back_takes_the_registers_back() {
    let mut desk = community();
    let mut taken = Vec::new();
    for fact in [
        receive("500.00", "2026-03-01", "hd-1"),
        spend("500.00", "hd-2"),
        Fact::IncomeUsed(used("4500.00", UsePurpose::Jobs, "示例发放表1")),
    ] {
        let before = desk.registers.clone();
        let reference = desk.take(fact).remove(0).reference;
        assert_ne!(desk.registers, before);
        taken.push((before, Fact::Withdrawn(Withdrawal { reference })));
    }
    assert_eq!(desk.refuse(&taken[0].1), ["reference_unknown"], "its money is spent");
    for (before, back) in taken.into_iter().rev() {
        desk.take(back.clone());
        let withdrawals = desk.registers.withdrawals;
        assert_eq!(desk.registers, Registers { withdrawals, ..before });
        assert_eq!(desk.refuse(&back), ["reference_unknown"], "once only");
    }
}
