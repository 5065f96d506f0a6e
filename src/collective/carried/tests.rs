//! 期初往来: what the opening balances hold can be paid, has its age, and is no part of what facts have posted.

use crate::collective::carried::BalanceCarried;
use crate::collective::carried::CarriedKind::{self, *};
use crate::collective::contracts::money::Money;
use crate::collective::contracts::register::ContractVoid;
use crate::collective::contracts::terms::ContractKind;
use crate::collective::contracts::tests::contracts::{money, terms};
use crate::collective::fact::Withdrawal;
use crate::collective::funds::fund::{FundApproved, FundReceived, FundSpent, FundUse, FundsReleased, Treatment};
use crate::collective::roles::role::Role;
use crate::collective::shops::consignment::ConsignmentPayment;
use crate::collective::shops::day::Tender;
use crate::collective::shops::goods::SupplierPaid;
use crate::collective::shops::settlement::Settlement;
use crate::collective::shops::tests::consignment::{consignment, sold};
use crate::collective::shops::till::{CashBanked, ReceivableCollected};
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::collective::tests::ties::add;
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, contracts, funds, shops};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::{Amount, Dimension, Period};

/// A desk of a book that begins on 2026-01-01, with a contract, a consignment and two funds.
fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.name(Dimension::Shop, &["S1"]);
    desk.name(Dimension::Counterparty, &["g1", "school"]);
    desk.name(Dimension::Fund, &["ZJ-1", "ZJ-2", "ZJ-3"]);
    desk.take(Fact::ContractSigned(terms("HT-1", ContractKind::Lease)));
    desk.take(Fact::ConsignmentSigned(consignment()));
    for (fund, treatment) in [("ZJ-1", Treatment::Asset), ("ZJ-2", Treatment::FutureCost), ("ZJ-3", Treatment::PastCost)] {
        desk.take(Fact::FundApproved(FundApproved {
            amount: yuan("12000.00"),
            charter: None,
            code: code(fund),
            community: None,
            date: date("2024-01-05"),
            document: "示例批复".into(),
            grantor: "示例局".into(),
            name: "示例资金".into(),
            treatment,
        }));
    }
    desk
}

fn balance(kind: CarriedKind, of: &str, amount: &str) -> BalanceCarried {
    BalanceCarried {
        amount: yuan(amount),
        code: code(of),
        date: date("2025-06-01"),
        document: "示例对账单".into(),
        kind,
        months: None,
    }
}

fn carried(kind: CarriedKind, of: &str, amount: &str) -> Fact {
    Fact::BalanceCarried(balance(kind, of, amount))
}

/// 递延收益 by months, from the first month of the book on.
fn deferred(fund: &str, amount: &str, months: u32) -> Fact {
    Fact::BalanceCarried(BalanceCarried {
        date: date("2026-01-01"),
        months: Some(months),
        ..balance(DeferredIncome, fund, amount)
    })
}

fn pay(amount: &str, document: &str) -> Fact {
    let (amount, date, document) = (yuan(amount), date("2026-01-20"), document.into());
    Fact::SupplierPaid(SupplierPaid { amount, date, document, supplier: code("g1") })
}

fn collect(amount: &str, document: &str) -> Fact {
    let (amount, date, document) = (yuan(amount), date("2026-01-20"), document.into());
    Fact::ReceivableCollected(ReceivableCollected { amount, counterparty: code("school"), date, document })
}

fn bank(amount: &str, document: &str) -> Fact {
    let (amount, date, document) = (yuan(amount), date("2026-01-20"), document.into());
    Fact::CashBanked(CashBanked { amount, date, document, shop: code("S1") })
}

fn pay_grower(amount: &str, document: &str) -> Fact {
    let (amount, date, document) = (yuan(amount), date("2026-01-20"), document.into());
    Fact::ConsignmentPaid(ConsignmentPayment { amount, contract: code("HT-5"), date, document })
}

fn settle(amount: &str, tender: Tender) -> Fact {
    let (amount, date) = (yuan(amount), date("2026-01-02"));
    Fact::SettlementArrived(Settlement { amount, date, fee: Amount::ZERO, shop: code("S1"), tender })
}

fn receive(fund: &str, amount: &str) -> Fact {
    let (amount, date) = (yuan(amount), date("2026-01-10"));
    Fact::FundReceived(FundReceived { amount, date, document: "hd-11".into(), fund: code(fund) })
}

fn release(fund: &str, period: &str) -> Fact {
    Fact::FundsReleased(FundsReleased { funds: vec![code(fund)], period: Period::parse(period).expect("period") })
}

#[test]
fn each_kind_is_paid_up_to_what_was_carried() {
    use Role::{AlipayInTransit as Alipay, Bank, CardInTransit as Card, ConsignmentPayable as Grower, WechatInTransit as Wechat};
    let supplier = |amount: &str| pay(amount, "hd-1");
    let school = |amount: &str| collect(amount, "hd-1");
    let grower = |amount: &str| pay_grower(amount, "hd-1");
    let refund = |amount: &str| money("HT-1", Money::DepositRefunded, amount, "hd-1");
    let banked = |amount: &str| bank(amount, "hd-1");
    let wechat = |amount: &str| settle(amount, Tender::WeChat);
    let alipay = |amount: &str| settle(amount, Tender::Alipay);
    let card = |amount: &str| settle(amount, Tender::Card);
    /// Kind, code, what pays it, the refusal beyond it, debit and credit.
    type Row<'a> = (CarriedKind, &'a str, &'a dyn Fn(&str) -> Fact, &'a str, Role, Role);
    let rows: [Row; 8] = [
        (SupplierPayable, "g1", &supplier, "supplier_payment_exceeds", Role::SupplierPayable, Bank),
        (TradeReceivable, "school", &school, "receivable_exceeds", Bank, Role::TradeReceivable),
        (ConsignmentPayable, "HT-5", &grower, "consignment_payment_exceeds", Grower, Bank),
        (DepositHeld, "HT-1", &refund, "deposit_exceeded", Role::DepositPayable, Bank),
        (Cash, "S1", &banked, "cash_exceeds", Bank, Role::Cash),
        (WechatInTransit, "S1", &wechat, "settlement_exceeds_transit", Bank, Wechat),
        (AlipayInTransit, "S1", &alipay, "settlement_exceeds_transit", Bank, Alipay),
        (CardInTransit, "S1", &card, "settlement_exceeds_transit", Bank, Card),
    ];
    let (mut desk, mut sums) = (desk(), ProducedSums::default());
    for (kind, of, paid, refusal, debit, credit) in rows {
        let (beyond, whole) = (paid("500.01"), paid("500.00"));
        assert_eq!(desk.refuse(&whole), [refusal], "{kind:?}: the registers do not know it yet");
        assert!(desk.take(carried(kind, of, "500.00")).is_empty(), "{kind:?}: the opening balances hold it");
        assert_eq!(differences(&desk.registers, &sums), [], "{kind:?}");
        assert_eq!(desk.refuse(&beyond), [refusal], "{kind:?}");
        let before = desk.registers.clone();
        let produced = desk.take(whole.clone());
        let lines = produced[0].lines.iter().map(|line| (crate::collective::tests::desk::role(line), line.side, line.amount));
        assert_eq!(lines.collect::<Vec<_>>(), [(debit, Debit, yuan("500.00")), (credit, Credit, yuan("500.00"))], "{kind:?}");
        desk.take(Fact::Withdrawn(Withdrawal { reference: produced[0].reference.clone() }));
        assert_eq!(desk.registers.carried, before.carried, "{kind:?}: only the payment is taken back");
        assert_eq!(desk.refuse(&beyond), [refusal], "{kind:?}: owed as before");
        add(&mut sums, &desk.take(whole));
        assert_eq!(differences(&desk.registers, &sums), [], "{kind:?}: paid");
    }
}

#[test]
fn what_is_carried_is_as_old_as_it_is() {
    let mut desk = desk();
    for fact in [
        carried(SupplierPayable, "g1", "500.00"),
        carried(TradeReceivable, "school", "300.00"),
        carried(ConsignmentPayable, "HT-5", "90.00"),
        carried(Cash, "S1", "800.00"),
        carried(CardsOutstanding, "S1", "70.00"),
        carried(DepositHeld, "HT-1", "5000.00"),
    ] {
        desk.take(fact);
    }
    let day = date("2026-12-31");
    let row = shops::report::suppliers(&desk.registers, day).remove(0);
    assert_eq!((row.ages.within_2_years, row.oldest), (yuan("500.00"), Some(date("2025-06-01"))));
    let row = shops::report::receivables(&desk.registers, day).remove(0);
    assert_eq!((row.ages.within_2_years, row.total), (yuan("300.00"), yuan("300.00")));
    desk.take(collect("100.00", "hd-1"));
    assert_eq!(shops::report::receivables(&desk.registers, day).remove(0).total, yuan("200.00"));
    // The oldest is paid first: what was sold since is younger.
    desk.take(Fact::ConsignmentSold(sold("xs-1", "3030.00")));
    let row = shops::report::consignments(&desk.registers).remove(0);
    assert_eq!((row.owed, row.owed_since), (yuan("2817.00"), Some(date("2025-06-01"))));
    desk.take(pay_grower("90.00", "hd-1"));
    assert_eq!(shops::report::consignments(&desk.registers).remove(0).owed_since, Some(date("2026-03-01")));
    let row = shops::report::tills(&desk.registers, &[code("S1")]).remove(0);
    assert_eq!((row.cash_carried, row.cash_taken, row.cards_carried), (yuan("800.00"), yuan("0.00"), yuan("70.00")));
    assert_eq!(contracts::report::contracts(&desk.registers, day)[0].deposit_held, yuan("5000.00"));
    let void = ContractVoid { contract: code("HT-1"), date: day, document: "示例".into() };
    assert_eq!(desk.refuse(&Fact::ContractVoided(void)), ["contract_in_use"], "it holds a deposit");
}

#[test]
fn deferred_income_is_released_by_months_or_spent() {
    let (mut desk, mut sums) = (desk(), ProducedSums::default());
    // An asset that stands: three months are left of it, from the first of the book on.
    desk.take(deferred("ZJ-1", "1000.00", 3));
    assert_eq!(differences(&desk.registers, &sums), []);
    assert_eq!(desk.refuse(&receive("ZJ-1", "11000.01")), ["fund_received_exceeds_approved"]);
    for (month, amount) in [("2026-01", "333.33"), ("2026-02", "333.34"), ("2026-03", "333.33")] {
        let produced = desk.take(release("ZJ-1", month));
        assert_eq!(produced[0].lines[0].amount, yuan(amount), "{month}");
        assert_eq!(crate::collective::tests::desk::role(&produced[0].lines[0]), Role::DeferredIncome);
        add(&mut sums, &produced);
        assert_eq!(differences(&desk.registers, &sums), [], "{month}");
    }
    assert_eq!(desk.refuse(&release("ZJ-1", "2026-04")), ["fund_release_not_due"], "nothing is left");
    desk.take(Fact::Withdrawn(Withdrawal { reference: "funds_released/ZJ-1/2026-02".into() }));
    assert!(desk.registers.funds.due(Period::parse("2026-04").expect("period")).is_some(), "what was taken back is due");
    // Money that is still to be spent: it is released as it is.
    desk.take(carried(DeferredIncome, "ZJ-2", "600.00"));
    let spend = |amount: &str| {
        Fact::FundSpent(FundSpent {
            amount: yuan(amount),
            asset: None,
            date: date("2026-02-20"),
            document: "hd-12".into(),
            fund: code("ZJ-2"),
            months: 0,
            purpose: "示例培训".into(),
            use_: FundUse::Cost,
        })
    };
    assert_eq!(desk.refuse(&spend("600.01")), ["fund_spent_exceeds_received"]);
    desk.take(spend("250.00"));
    let row = funds::report::funds(&desk.registers).remove(1);
    assert_eq!((row.carried, row.received, row.left), (yuan("600.00"), yuan("0.00"), yuan("350.00")));
    assert_eq!((row.released, row.unreleased), (yuan("250.00"), yuan("350.00")));
}

#[test]
fn what_cannot_be_carried_is_refused() {
    let mut desk = desk();
    desk.take(carried(Cash, "S1", "1.00"));
    desk.take(Fact::ContractSigned(terms("HT-2", ContractKind::Lease)));
    let void = ContractVoid { contract: code("HT-2"), date: date("2026-01-02"), document: "示例".into() };
    desk.take(Fact::ContractVoided(void));
    let with = |change: fn(&mut BalanceCarried)| {
        let mut one = balance(SupplierPayable, "g1", "5.00");
        change(&mut one);
        Fact::BalanceCarried(one)
    };
    for (fact, refusals) in [
        (carried(Cash, "S1", "2.00"), vec!["carried_twice"]),
        (carried(Cash, "S9", "2.00"), vec!["dimension_unknown"]),
        (carried(SupplierPayable, "g1", "0.00"), vec!["carried_amount"]),
        (carried(SupplierPayable, "g1", "-1.00"), vec!["carried_amount"]),
        (carried(SupplierPayable, "HT-1", "1.00"), vec!["dimension_unknown"]),
        (with(|one| one.date = date("2026-01-02")), vec!["carried_date"]),
        (with(|one| one.document = " ".into()), vec!["carried_document"]),
        (with(|one| one.months = Some(3)), vec!["carried_months"]),
        (carried(ConsignmentPayable, "HT-1", "1.00"), vec!["consignment_unknown"]),
        (carried(DepositHeld, "HT-5", "1.00"), vec!["contract_unknown"]),
        (carried(DepositHeld, "HT-2", "1.00"), vec!["contract_void"]),
        (carried(RentAdvance, "HT-1", "1.00"), vec!["carried_contract"]),
        (carried(RentReceivable, "HT-5", "1.00"), vec!["contract_unknown"]),
        (carried(RentReceivable, "HT-2", "1.00"), vec!["contract_void"]),
        (carried(DeferredIncome, "ZJ-3", "1.00"), vec!["carried_treatment"]),
        (carried(DeferredIncome, "ZJ-9", "1.00"), vec!["fund_unknown", "dimension_unknown"]),
        (carried(DeferredIncome, "ZJ-1", "12000.01"), vec!["carried_exceeds_approved"]),
        (deferred("ZJ-1", "1.00", 0), vec!["carried_months"]),
        (deferred("ZJ-1", "1.00", 841), vec!["carried_months"]),
        (
            Fact::BalanceCarried(BalanceCarried { months: Some(3), ..balance(DeferredIncome, "ZJ-1", "1.00") }),
            vec!["carried_date"],
        ),
    ] {
        assert_eq!(desk.refuse(&fact), refusals, "{fact:?}");
    }
    assert!(desk.refuse(&with(|one| one.date = date("2026-01-01"))).is_empty(), "the first day is 期初 still");
}
