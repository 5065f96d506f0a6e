//! F3-F5, F7, F9: goods at cost and at shelf price, counts, suppliers and customers, cash and cards.

use super::desk::{Desk, code, date, yuan};
use crate::collective::fact::Withdrawal;
use crate::collective::goods::{GoodsCounted, GoodsOpened, GoodsReceived, MarginTaken, Method, SupplierPaid};
use crate::collective::role::Role::*;
use crate::collective::shop::{ChannelSales, ShopDay, Tender, TenderAmount};
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::till::{CardsSold, CashBanked, ReceivableCollected, Till, VatReleased};
use crate::collective::{Fact, Registers, report};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::{Amount, Dimension, Period};

fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.name(Dimension::Shop, &["S1", "S2"]);
    desk.name(Dimension::Channel, &["shop"]);
    desk.name(Dimension::Counterparty, &["g1", "school"]);
    desk
}

fn opened(shop: &str, method: Method, stock: &str, margin: &str) -> Fact {
    let (stock, margin) = (yuan(stock), yuan(margin));
    Fact::GoodsOpened(GoodsOpened {
        date: date("2026-01-01"),
        document: "示例办法".into(),
        margin,
        method,
        shop: code(shop),
        stock,
    })
}

fn received(shop: &str, document: &str, cost: &str, retail: Option<&str>) -> GoodsReceived {
    GoodsReceived {
        cost: yuan(cost),
        date: date("2026-01-10"),
        document: document.into(),
        retail: retail.map(yuan),
        shop: code(shop),
        supplier: code("g1"),
    }
}

fn paid(document: &str, amount: &str) -> Fact {
    Fact::SupplierPaid(SupplierPaid {
        amount: yuan(amount),
        date: date("2026-01-20"),
        document: document.into(),
        supplier: code("g1"),
    })
}

fn counted(shop: &str, day: &str, amount: &str) -> Fact {
    Fact::GoodsCounted(GoodsCounted { counted: yuan(amount), date: date(day), document: "示例盘点".into(), shop: code(shop) })
}

fn margin(shop: &str, period: &str) -> Fact {
    Fact::MarginTaken(MarginTaken { period: Period::parse(period).expect("period"), shop: code(shop) })
}

/// A day that sells for 1,010.00 in cash, on account and by card, and costs what is told.
fn day(shop: &str, at: &str, cost: &str) -> Fact {
    let tender = |kind, amount, counterparty: Option<&str>| TenderAmount {
        amount: yuan(amount),
        counterparty: counterparty.map(code),
        kind,
    };
    Fact::ShopDayReported(ShopDay {
        cost: yuan(cost),
        date: date(at),
        discount: Amount::ZERO,
        receipts: 1,
        returns: Amount::ZERO,
        rounding: Amount::ZERO,
        sales: vec![ChannelSales { channel: code("shop"), gross: yuan("1010.00"), tax_basis_points: None }],
        shift: "1".into(),
        shop: code(shop),
        short_over: Amount::ZERO,
        tax_basis_points: 100,
        tenders: vec![
            tender(Tender::Cash, "500.00", None),
            tender(Tender::StoredValue, "10.00", None),
            tender(Tender::OnAccount, "500.00", Some("school")),
        ],
    })
}

#[test]
fn goods_stand_at_cost_or_at_shelf_price() {
    let mut desk = desk();
    assert_eq!(desk.refuse(&Fact::GoodsReceived(received("S1", "jh-1", "1.00", None))), ["goods_not_opened"]);
    desk.take(opened("S1", Method::Cost, "0.00", "0.00"));
    desk.take(opened("S2", Method::Retail, "12000.00", "3000.00"));
    let f4 = [(Goods, Debit, yuan("6000.00")), (SupplierPayable, Credit, yuan("6000.00"))];
    assert_eq!(desk.one(Fact::GoodsReceived(received("S1", "jh-1", "6000.00", None))), f4, "F4 at cost");
    let f4 =
        [(Goods, Debit, yuan("8000.00")), (SupplierPayable, Credit, yuan("6000.00")), (GoodsMargin, Credit, yuan("2000.00"))];
    assert_eq!(desk.one(Fact::GoodsReceived(received("S2", "jh-1", "6000.00", Some("8000.00")))), f4, "F4 at shelf price");
    let lines = desk.lines(day("S2", "2026-01-15", "10000.00"));
    assert!(lines.iter().any(|line| super::desk::role(line) == CostOfSales && line.amount == yuan("10000.00")), "F5");
    // 差价率 = 5,000 / (10,000 left + 10,000 sold)
    assert_eq!(report::goods::goods(&desk.registers, date("2026-01-31"))[1].margin_basis_points, Some(2_500));
    let due = desk.registers.goods.due(&desk.registers.shops, Period::parse("2026-01").expect("period"));
    assert_eq!(due.len(), 1, "the shop at shelf price");
    let f5 = [(GoodsMargin, Debit, yuan("2500.00")), (CostOfSales, Credit, yuan("2500.00"))];
    assert_eq!(desk.one(margin("S2", "2026-01")), f5, "F5, the month end");
    assert_eq!(desk.refuse(&margin("S2", "2026-01")), ["margin_not_due"]);
    assert_eq!(desk.refuse(&margin("S1", "2026-01")), ["margin_not_due"]);

    let short = desk.one(counted("S2", "2026-01-31", "9990.00"));
    assert_eq!(short, [(Pending, Debit, yuan("10.00")), (Goods, Credit, yuan("10.00"))]);
    let over = desk.one(counted("S1", "2026-01-31", "6000.50"));
    assert_eq!(over, [(Goods, Debit, yuan("0.50")), (Pending, Credit, yuan("0.50"))]);
    assert!(desk.take(counted("S1", "2026-02-01", "6000.50")).is_empty(), "nothing found, nothing posted");
    for (fact, refusals) in [
        (opened("S1", Method::Cost, "0.00", "0.00"), vec!["goods_opened_twice"]),
        (counted("S1", "2026-01-31", "1.00"), vec!["goods_counted_twice"]),
        (counted("S1", "2025-12-31", "-1.00"), vec!["goods_amount", "goods_date"]),
        (Fact::GoodsReceived(received("S1", "jh-2", "1.00", Some("2.00"))), vec!["goods_retail"]),
        (Fact::GoodsReceived(received("S2", "jh-2", "1.00", None)), vec!["goods_retail"]),
        (Fact::GoodsReceived(received("S2", "jh-2", "2.00", Some("1.00"))), vec!["goods_retail"]),
        (Fact::GoodsReceived(received("S1", "jh-1", "0.00", None)), vec!["goods_amount", "goods_document"]),
        (paid("hd-1", "12000.01"), vec!["supplier_payment_exceeds"]),
        (paid("a/b", "1.00"), vec!["goods_document"]),
    ] {
        assert_eq!(desk.refuse(&fact), refusals, "{fact:?}");
    }
    let f = |shop: &str, method, stock: &str, margin: &str| desk.refuse(&opened(shop, method, stock, margin));
    assert_eq!(f("S1", Method::Cost, "1.00", "0.50"), ["goods_opened_twice", "goods_margin"]);
    assert_eq!(f("S1", Method::Retail, "1.00", "2.00"), ["goods_opened_twice", "goods_opening"]);
}

#[test]
fn suppliers_and_customers_are_told_by_age() {
    let mut desk = desk();
    desk.take(opened("S1", Method::Cost, "0.00", "0.00"));
    desk.take(Fact::GoodsReceived(received("S1", "jh-1", "6000.00", None)));
    desk.take(Fact::GoodsReceived(GoodsReceived { date: date("2027-06-01"), ..received("S1", "jh-2", "500.00", None) }));
    assert_eq!(desk.one(paid("hd-1", "2000.00")), [(SupplierPayable, Debit, yuan("2000.00")), (Bank, Credit, yuan("2000.00"))]);
    let row = report::goods::suppliers(&desk.registers, date("2027-12-31")).remove(0);
    assert_eq!((row.within_1_year, row.within_2_years, row.total), (yuan("500.00"), yuan("4000.00"), yuan("4500.00")));

    desk.take(day("S1", "2026-01-15", "700.00"));
    let collect = |document: &str, amount: &str| {
        Fact::ReceivableCollected(ReceivableCollected {
            amount: yuan(amount),
            counterparty: code("school"),
            date: date("2026-02-01"),
            document: document.into(),
        })
    };
    assert_eq!(desk.one(collect("hd-1", "200.00")), [(Bank, Debit, yuan("200.00")), (TradeReceivable, Credit, yuan("200.00"))]);
    assert_eq!(desk.refuse(&collect("hd-2", "300.01")), ["receivable_exceeds"]);
    assert_eq!(report::goods::receivables(&desk.registers, date("2026-12-31"))[0].within_1_year, yuan("300.00"));

    let bank = |document: &str, amount: &str| {
        Fact::CashBanked(CashBanked {
            amount: yuan(amount),
            date: date("2026-01-16"),
            document: document.into(),
            shop: code("S1"),
        })
    };
    assert_eq!(desk.one(bank("hd-3", "1100.00")), [(Bank, Debit, yuan("1100.00")), (Cash, Credit, yuan("1100.00"))], "F3");
    assert_eq!(desk.refuse(&bank("hd-3", "-1.00")), ["till_amount", "goods_document"]);
    let sell =
        |till| CardsSold { amount: yuan("5000.00"), date: date("2026-01-16"), document: "sk-1".into(), shop: code("S1"), till };
    assert_eq!(
        desk.one(Fact::CardsSold(sell(Till::Bank))),
        [(Bank, Debit, yuan("5000.00")), (StoredValue, Credit, yuan("5000.00"))],
        "F9"
    );
    assert_eq!(desk.refuse(&Fact::CardsSold(sell(Till::Cash))), ["goods_document"]);
    let row = report::goods::tills(&desk.registers, &[code("S1")]).remove(0);
    assert_eq!((row.cash_taken, row.cash_banked), (yuan("500.00"), yuan("1100.00")));
    assert_eq!((row.cards_sold, row.cards_used), (yuan("5000.00"), yuan("10.00")));

    let release = |quarter: &str, at: &str| {
        Fact::VatReleased(VatReleased {
            amount: yuan("1500.00"),
            date: date(at),
            document: "示例申报表".into(),
            quarter: quarter.into(),
        })
    };
    assert_eq!(
        desk.one(release("2026Q1", "2026-03-31")),
        [(Vat, Debit, yuan("1500.00")), (VatReliefIncome, Credit, yuan("1500.00"))],
        "F7"
    );
    assert_eq!(desk.refuse(&release("2026Q1", "2026-03-31")), ["vat_released_twice"]);
    for (quarter, at) in [("2026Q5", "2026-12-31"), ("26Q1", "2026-12-31"), ("2026Q2", "2026-06-29"), ("x", "2026-12-31")] {
        assert_eq!(desk.refuse(&release(quarter, at)), ["vat_quarter"], "{quarter}");
    }
}

#[test]
fn vouchers_taken_back_leave_registers_and_accounts_as_they_were() {
    let (mut desk, mut sums) = (desk(), ProducedSums::default());
    desk.take(opened("S1", Method::Cost, "0.00", "0.00"));
    desk.take(opened("S2", Method::Retail, "0.00", "0.00"));
    let cards = CardsSold {
        amount: yuan("50.00"),
        date: date("2026-01-16"),
        document: "sk-1".into(),
        shop: code("S1"),
        till: Till::Cash,
    };
    let facts = [
        Fact::GoodsReceived(received("S1", "jh-1", "6000.00", None)),
        Fact::GoodsReceived(received("S2", "jh-1", "6000.00", Some("8000.00"))),
        day("S2", "2026-01-15", "1000.00"),
        paid("hd-1", "2000.00"),
        counted("S2", "2026-01-31", "6999.00"),
        margin("S2", "2026-01"),
        Fact::CashBanked(CashBanked {
            amount: yuan("5.00"),
            date: date("2026-01-16"),
            document: "hd-3".into(),
            shop: code("S1"),
        }),
        Fact::CardsSold(cards),
        Fact::ReceivableCollected(ReceivableCollected {
            amount: yuan("9.00"),
            counterparty: code("school"),
            date: date("2026-02-01"),
            document: "hd-9".into(),
        }),
        Fact::VatReleased(VatReleased {
            amount: yuan("15.00"),
            date: date("2026-03-31"),
            document: "示例".into(),
            quarter: "2026Q1".into(),
        }),
    ];
    for fact in facts {
        let (before, what) = (desk.registers.clone(), fact.word());
        let mut once = sums.clone();
        let produced = desk.take(fact.clone());
        for line in produced.iter().flat_map(|one| &one.lines) {
            once.add(line.account, line.side, line.amount, &line.dimensions);
        }
        assert_eq!(differences(&desk.registers, &once), [], "{what}");
        let reference = produced[0].reference.clone();
        desk.take(Fact::Withdrawn(Withdrawal { reference }));
        assert_eq!(desk.registers, Registers { withdrawals: before.withdrawals + 1, ..before }, "{what}");
        desk.take(fact);
        sums = once;
    }
}
