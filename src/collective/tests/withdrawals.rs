//! What is taken back and what is not: [`crate::collective::tests::desk::Desk`] holds that a withdrawal changes something exactly when it
//! is not refused.

use crate::collective::fact::Withdrawal;
use crate::collective::shares::dividend::{AgreedWeight, DividendPayment, DividendResolution, Paid};
use crate::collective::shares::holding::{ContributionForm, ShareChange};
use crate::collective::shops::day::{ChannelSales, ShopDay, Tender, TenderAmount};
use crate::collective::shops::settlement::Settlement;
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::collective::{Fact, Registers, shops};
use crate::ledger::{Amount, Dimension, Period};

fn share(holder: &str) -> Fact {
    Fact::ShareChanged(ShareChange {
        date: date("2026-01-01"),
        document: "示例章程".into(),
        due: date("2030-12-31"),
        form: ContributionForm::Cash,
        holder: code(holder),
        paid_in: yuan("1000.00"),
        subscribed: yuan("1000.00"),
    })
}

fn resolution() -> Fact {
    Fact::DividendResolved(DividendResolution {
        agreed: Vec::new(),
        agreement: None,
        code: code("JY-1"),
        date: date("2026-04-18"),
        dividend: yuan("80.00"),
        net_profit: yuan("100.00"),
        number: "示例决议1".into(),
        optional_reserve: Amount::ZERO,
        registered_capital: yuan("2000.00"),
        statutory_reserve_before: Amount::ZERO,
        undistributed_before: Amount::ZERO,
    })
}

fn payment() -> Fact {
    Fact::DividendPaid(DividendPayment {
        date: date("2026-06-20"),
        document: "示例回单1".into(),
        payments: vec![Paid { account: None, amount: yuan("40.00"), holder: code("c1") }],
        resolution: code("JY-1"),
    })
}

fn day() -> Fact {
    Fact::ShopDayReported(ShopDay {
        cost: Amount::ZERO,
        date: date("2026-01-05"),
        discount: Amount::ZERO,
        receipts: 1,
        returns: Amount::ZERO,
        rounding: Amount::ZERO,
        sales: vec![ChannelSales { channel: code("shop"), gross: yuan("101.00"), tax_basis_points: None }],
        shift: "1".into(),
        shop: code("S1"),
        short_over: Amount::ZERO,
        tax_basis_points: 100,
        tenders: vec![TenderAmount { amount: yuan("101.00"), counterparty: None, kind: Tender::WeChat }],
    })
}

fn settlement() -> Fact {
    Fact::SettlementArrived(Settlement {
        amount: yuan("100.40"),
        date: date("2026-01-12"),
        fee: yuan("0.60"),
        shop: code("S1"),
        tender: Tender::WeChat,
    })
}

fn withdrawal(reference: &str) -> Fact {
    Fact::Withdrawn(Withdrawal { reference: reference.to_owned() })
}

/// Two holders, a dividend of which one is paid, a shop's day and its settlement; each with the registers before it.
fn taken(desk: &mut Desk) -> Vec<(Registers, String)> {
    for (dimension, codes) in
        [(Dimension::Shop, &["S1"][..]), (Dimension::Channel, &["shop"]), (Dimension::Resolution, &["JY-1"])]
    {
        desk.name(dimension, codes);
    }
    desk.take(share("c1"));
    desk.take(share("c2"));
    let mut taken = Vec::new();
    for fact in [resolution(), payment(), day(), settlement()] {
        let before = desk.registers.clone();
        taken.push((before, desk.take(fact).remove(0).reference));
    }
    taken
}

#[test]
fn dividends_and_shop_days_are_taken_back_once() {
    let mut desk = Desk::new();
    let mut taken = taken(&mut desk);
    assert_eq!(desk.refuse(&withdrawal(&taken[0].1)), ["reference_unknown"], "something was paid on it");
    while let Some((before, reference)) = taken.pop() {
        let (back, withdrawals) = (withdrawal(&reference), desk.registers.withdrawals + 1);
        desk.take(back.clone());
        assert_eq!(desk.registers, Registers { withdrawals, ..before }, "{reference}");
        assert_eq!(desk.refuse(&back), ["reference_unknown"], "once only: {reference}");
    }
}

/// Money in transit is told before any settlement is recorded, and in months without a day.
#[test]
fn the_register_of_shops_tells_transit_in_every_month() {
    let mut desk = Desk::new();
    for (dimension, codes) in [(Dimension::Shop, &["S1"][..]), (Dimension::Channel, &["shop"])] {
        desk.name(dimension, codes);
    }
    assert_eq!(shops::report::shops(&desk.registers, period(1)), []);
    desk.take(day());
    let told = |desk: &Desk, month| {
        let rows = shops::report::shops(&desk.registers, period(month)).into_iter();
        rows.map(|row| [row.sales, row.wechat_in_transit, row.alipay_in_transit].map(|one| one.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(told(&desk, 1), [["101.00", "101.00", "0.00"]]);
    assert_eq!(told(&desk, 2), [["0.00", "101.00", "0.00"]]);
    desk.take(settlement());
    assert_eq!(told(&desk, 2), [["0.00", "0.00", "0.00"]]);
}

fn period(month: i8) -> Period {
    Period::new(2026, month).expect("period")
}

/// The community's book takes no receipt from before its declaration: such a payment could never be mirrored.
#[test]
fn nothing_is_paid_before_it_was_resolved() {
    let mut desk = Desk::new();
    desk.name(Dimension::Resolution, &["JY-1"]);
    [share("c1"), share("c2"), resolution()].into_iter().for_each(|fact| drop(desk.take(fact)));
    let Fact::DividendPaid(payment) = payment() else { panic!("a payment") };
    let on = |day: &str| Fact::DividendPaid(DividendPayment { date: date(day), ..payment.clone() });
    assert_eq!(desk.refuse(&on("2026-04-17")), ["payment_date_reversed"]);
    assert_eq!(desk.refuse(&on("2026-04-18")), [""; 0], "on the day itself");
}

/// §7.3: a division that is not by paid-in ratio names the agreement of all holders on its voucher.
#[test]
fn the_voucher_of_an_agreed_division_names_the_agreement() {
    let mut desk = Desk::new();
    desk.name(Dimension::Resolution, &["JY-1", "JY-2"]);
    [share("c1"), share("c2")].into_iter().for_each(|fact| drop(desk.take(fact)));
    let plain = desk.take(resolution()).remove(0);
    assert_eq!(plain.memo, "按决议 示例决议1 提取盈余公积并分配利润");
    let Fact::DividendResolved(by_ratio) = resolution() else { panic!("a resolution") };
    let weight = |holder, weight| AgreedWeight { holder: code(holder), weight };
    let agreed = Fact::DividendResolved(DividendResolution {
        agreed: vec![weight("c1", 3), weight("c2", 1)],
        agreement: Some("示例约定〔2026〕1号".into()),
        code: code("JY-2"),
        ..by_ratio
    });
    assert_eq!(desk.take(agreed).remove(0).memo, "按决议 示例决议1 提取盈余公积并分配利润（全体股东约定 示例约定〔2026〕1号）");
}

#[test]
fn a_reference_that_leads_nowhere_changes_nothing() {
    let mut desk = Desk::new();
    taken(&mut desk);
    for word in Fact::WORDS.iter().copied().chain(["", "示例"]) {
        for parts in [
            "",
            "/",
            "/JY-1",
            "/JY-2/2026-04-18",
            "/JY-1/示例回单2",
            "/S1/2026-01-05/2",
            "/S1/2026-01-05",
            "/S1/2026-01",
            "/S1/wechat/2026-01-13",
            "/DG-1/entrusted/2026-01-01",
            "/HT-1/2026-01",
            "/c1/2026/x",
            "/2026Q1/x",
            "/a/b/c/d",
        ] {
            let reference = format!("{word}{parts}");
            assert_eq!(desk.refuse(&withdrawal(&reference)), ["reference_unknown"], "{reference}");
        }
    }
}
