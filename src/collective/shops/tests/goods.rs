//! F3-F5, F7, F9: goods at cost and at shelf price, counts, suppliers and customers, cash and cards.

use crate::collective::fact::Withdrawal;
use crate::collective::ground::ageing::uncovered;
use crate::collective::produce::Produced;
use crate::collective::roles::role::Role::*;
use crate::collective::shops::consignment::ConsignmentSale;
use crate::collective::shops::day::Till;
use crate::collective::shops::day::{ChannelSales, ShopDay, Tender, TenderAmount};
use crate::collective::shops::goods::{GoodsCounted, GoodsOpened, GoodsReceived, MarginTaken, Method, SupplierPaid};
use crate::collective::shops::tests::consignment::{consignment, sold};
use crate::collective::shops::till::{CardsSold, CashBanked, ReceivableCollected, VatReleased};
use crate::collective::tests::desk::{Desk, code, date, yuan};
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers, shops};
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::table::BasisPoints;
use crate::ledger::{Amount, Dimension, Period};

pub fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.name(Dimension::Shop, &["S1", "S2"]);
    desk.name(Dimension::Channel, &["shop"]);
    desk.name(Dimension::Counterparty, &["g1", "school"]);
    desk
}

pub fn opened(shop: &str, method: Method, stock: &str, margin: &str) -> Fact {
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

pub fn received(shop: &str, document: &str, cost: &str, retail: Option<&str>) -> GoodsReceived {
    GoodsReceived {
        cost: yuan(cost),
        date: date("2026-01-10"),
        document: document.into(),
        retail: retail.map(yuan),
        shop: code(shop),
        supplier: code("g1"),
    }
}

pub fn paid(document: &str, amount: &str) -> Fact {
    Fact::SupplierPaid(SupplierPaid {
        amount: yuan(amount),
        date: date("2026-01-20"),
        document: document.into(),
        supplier: code("g1"),
    })
}

pub fn counted(shop: &str, day: &str, amount: &str) -> Fact {
    Fact::GoodsCounted(GoodsCounted { counted: yuan(amount), date: date(day), document: "示例盘点".into(), shop: code(shop) })
}

fn bank(shop: &str, document: &str, amount: &str) -> Fact {
    let (amount, shop) = (yuan(amount), code(shop));
    Fact::CashBanked(CashBanked { amount, date: date("2026-01-16"), document: document.into(), shop })
}

fn collect(document: &str, amount: &str) -> Fact {
    Fact::ReceivableCollected(ReceivableCollected {
        amount: yuan(amount),
        counterparty: code("school"),
        date: date("2026-02-01"),
        document: document.into(),
    })
}

pub fn margin(shop: &str, period: &str) -> Fact {
    Fact::MarginTaken(MarginTaken { period: Period::parse(period).expect("period"), shop: code(shop) })
}

/// A day that sells for 1,010.00 in cash, on account and by card, and costs what is told.
pub fn day(shop: &str, at: &str, cost: &str) -> Fact {
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
fn a_late_day_s_margin_comes_with_the_next_month_end() {
    let mut desk = desk();
    desk.take(opened("S2", Method::Retail, "10000.00", "2000.00"));
    desk.take(day("S2", "2026-01-10", "4000.00"));
    let taken = |fen: &str| [(GoodsMargin, Debit, yuan(fen)), (CostOfSales, Credit, yuan(fen))];
    assert_eq!(desk.one(margin("S2", "2026-01")), taken("800.00"));
    desk.take(day("S2", "2026-01-31", "1000.00"));
    assert_eq!(desk.refuse(&margin("S2", "2026-01")), ["margin_not_due"], "a month ends once");
    assert_eq!(desk.one(margin("S2", "2026-02")), taken("200.00"), "caught up, as rents and depreciation are");
    assert_eq!(desk.refuse(&margin("S2", "2026-03")), ["margin_not_due"]);
    // What is over comes with its margin: 20 % of 50.00 at the shelf.
    let over = desk.one(counted("S2", "2026-03-31", "5050.00"));
    assert_eq!(over, [(Goods, Debit, yuan("50.00")), (GoodsMargin, Credit, yuan("10.00")), (Pending, Credit, yuan("40.00"))]);
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
    assert!(
        lines.iter().any(|line| crate::collective::tests::desk::role(line) == CostOfSales && line.amount == yuan("10000.00")),
        "F5"
    );
    // 差价率 = 5,000 / (10,000 left + 10,000 sold)
    assert_eq!(shops::report::goods(&desk.registers, date("2026-01-31"))[1].margin_basis_points, Some(BasisPoints(2_500)));
    let due = desk.registers.goods.due(&desk.registers.shops, Period::parse("2026-01").expect("period"));
    assert_eq!(due.len(), 1, "the shop at shelf price");
    let f5 = [(GoodsMargin, Debit, yuan("2500.00")), (CostOfSales, Credit, yuan("2500.00"))];
    assert_eq!(desk.one(margin("S2", "2026-01")), f5, "F5, the month end");
    assert_eq!(desk.refuse(&margin("S2", "2026-01")), ["margin_not_due"]);
    assert_eq!(desk.refuse(&margin("S1", "2026-01")), ["margin_not_due"]);

    let short = desk.one(counted("S2", "2026-01-31", "9990.00"));
    let worth = [(Pending, Debit, yuan("7.50")), (GoodsMargin, Debit, yuan("2.50")), (Goods, Credit, yuan("10.00"))];
    assert_eq!(short, worth, "short at cost: the margin on it goes too");
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
    let row = shops::report::suppliers(&desk.registers, date("2027-12-31")).remove(0);
    assert_eq!((row.ages.within_1_year, row.ages.within_2_years, row.total), (yuan("500.00"), yuan("4000.00"), yuan("4500.00")));

    desk.take(day("S1", "2026-01-15", "700.00"));
    assert_eq!(desk.one(collect("hd-1", "200.00")), [(Bank, Debit, yuan("200.00")), (TradeReceivable, Credit, yuan("200.00"))]);
    assert_eq!(desk.refuse(&collect("hd-2", "300.01")), ["receivable_exceeds"]);
    assert_eq!(shops::report::receivables(&desk.registers, date("2026-12-31"))[0].ages.within_1_year, yuan("300.00"));

    let sell =
        |till| CardsSold { amount: yuan("5000.00"), date: date("2026-01-16"), document: "sk-1".into(), shop: code("S1"), till };
    assert_eq!(
        desk.one(Fact::CardsSold(sell(Till::Bank))),
        [(Bank, Debit, yuan("5000.00")), (StoredValue, Credit, yuan("5000.00"))],
        "F9"
    );
    assert_eq!(desk.refuse(&Fact::CardsSold(sell(Till::Cash))), ["goods_document"]);
    let row = shops::report::tills(&desk.registers, &[code("S1")]).remove(0);
    assert_eq!((row.cash_taken, row.cash_banked), (yuan("500.00"), Amount::ZERO));
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
    for (quarter, at) in [
        ("2026Q5", "2026-12-31"),
        ("26Q1", "2026-12-31"),
        ("2026Q01", "2026-12-31"),
        ("2026Q+1", "2026-12-31"),
        ("2026Q2", "2026-06-29"),
        ("x", "2026-12-31"),
    ] {
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
        bank("S2", "hd-3", "5.00"),
        Fact::CardsSold(cards),
        collect("hd-9", "9.00"),
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

#[test]
fn no_more_cash_is_banked_than_the_till_took() {
    let mut desk = desk();
    assert_eq!(desk.refuse(&bank("S1", "hd-1", "0.01")), ["cash_exceeds"]);
    desk.take(day("S1", "2026-01-15", "0.00"));
    let sell =
        |till| CardsSold { amount: yuan("5000.00"), date: date("2026-01-16"), document: "sk-1".into(), shop: code("S1"), till };
    desk.take(Fact::CardsSold(sell(Till::Bank)));
    assert_eq!(desk.refuse(&bank("S1", "hd-1", "500.01")), ["cash_exceeds"], "what went to the bank is not in the till");
    let cards = CardsSold { amount: yuan("700.00"), document: "sk-2".into(), ..sell(Till::Cash) };
    assert_eq!(
        desk.one(Fact::CardsSold(cards)),
        [(Cash, Debit, yuan("700.00")), (StoredValue, Credit, yuan("700.00"))],
        "F9 in cash"
    );
    assert_eq!(desk.one(bank("S1", "hd-1", "1100.00")), [(Bank, Debit, yuan("1100.00")), (Cash, Credit, yuan("1100.00"))], "F3");
    for (fact, refusals) in [
        (bank("S1", "hd-2", "100.01"), vec!["cash_exceeds"]),
        (bank("S2", "hd-1", "100.00"), vec!["cash_exceeds"]),
        (bank("S1", "hd-1", "-1.00"), vec!["till_amount", "goods_document"]),
        (bank("S9", "hd-1", "-1.00"), vec!["till_amount", "dimension_unknown"]),
    ] {
        assert_eq!(desk.refuse(&fact), refusals, "{fact:?}");
    }
    let row = shops::report::tills(&desk.registers, &[code("S1")]).remove(0);
    assert_eq!((row.cash_taken, row.cash_banked), (yuan("1200.00"), yuan("1100.00")));
    desk.take(bank("S1", "hd-2", "100.00"));
    // What growers' goods were sold for lies in the same till.
    desk.take(Fact::ConsignmentSigned(consignment()));
    desk.take(Fact::ConsignmentSold(ConsignmentSale { shop: Some(code("S1")), ..sold("xs-1", "303.00") }));
    assert_eq!(desk.refuse(&bank("S1", "hd-3", "303.01")), ["cash_exceeds"]);
    desk.take(bank("S1", "hd-3", "303.00"));
}

#[test]
fn a_day_taken_back_after_it_was_paid_is_told_and_still_ties() {
    let (mut desk, mut sums) = (desk(), ProducedSums::default());
    let mut post = |produced: Vec<Produced>, red: bool| {
        for line in produced.iter().flat_map(|one| &one.lines) {
            let amount = if red { line.amount.checked_neg().expect("small") } else { line.amount };
            sums.add(line.account, line.side, amount, &line.dimensions);
        }
        sums.clone()
    };
    let sold = desk.take(day("S1", "2026-01-15", "0.00"));
    post(sold.clone(), false);
    post(desk.take(collect("hd-1", "200.00")), false);
    desk.take(Fact::Withdrawn(Withdrawal { reference: sold[0].reference.clone() }));
    let sums = post(sold, true);
    assert_eq!(differences(&desk.registers, &sums), []);
    let row = shops::report::receivables(&desk.registers, date("2026-12-31")).remove(0);
    assert_eq!((row.total, row.oldest), (yuan("-200.00"), Some(date("2026-02-01"))), "paid for nothing that stands");
}

#[test]
fn goods_that_came_back_pay_the_oldest_debt() {
    let days = |rows: &[(&str, &str)]| rows.iter().map(|(at, amount)| (date(at), yuan(amount))).collect::<Vec<_>>();
    let debts = days(&[("2026-01-01", "100.00"), ("2026-02-01", "50.00"), ("2026-03-01", "-30.00")]);
    for (paid, left) in [
        (vec![], days(&[("2026-01-01", "70.00"), ("2026-02-01", "50.00")])),
        (days(&[("2026-04-01", "80.00")]), days(&[("2026-02-01", "40.00")])),
        (days(&[("2026-04-01", "120.00")]), vec![]),
        (days(&[("2026-04-01", "121.00")]), days(&[("2026-04-01", "-1.00")])),
    ] {
        assert_eq!(uncovered(debts.clone(), paid.into_iter()), left);
    }
}

/// Whatever comes in and is sold, the months take no more margin than there is, and all of it with the last piece.
#[test]
fn margins_of_all_months_sum_to_the_whole() {
    for seed in 1_i64..=60 {
        let mut desk = desk();
        let fen = Amount::from_fen;
        let (mut stock, mut margin_in) = (seed * 7_919, seed * 1_013);
        desk.take(opened("S2", Method::Retail, &fen(stock).to_string(), &fen(margin_in).to_string()));
        let mut taken = 0;
        for month in 1_i8..=6 {
            let (cost, retail) = (seed * 331 + i64::from(month) * 17, seed * 331 + i64::from(month) * 101);
            let received = GoodsReceived {
                cost: fen(cost),
                date: date(&format!("2026-{month:02}-03")),
                retail: Some(fen(retail)),
                ..received("S2", &format!("jh-{month}"), "1.00", None)
            };
            desk.take(Fact::GoodsReceived(received));
            (stock, margin_in) = (stock + retail, margin_in + retail - cost);
            let sold = if month == 6 { stock } else { stock * (seed % 5 + 1) / 7 };
            stock -= sold;
            desk.take(day("S2", &format!("2026-{month:02}-20"), &fen(sold).to_string()));
            let lines = desk.one(margin("S2", &format!("2026-{month:02}")));
            let of_month = lines[0].2.fen();
            // The rate of all goods of the month, within half a fen of the exact share.
            let (left, base) = (i128::from(margin_in - taken), i128::from(stock + sold));
            assert!((i128::from(of_month) * base - left * i128::from(sold)).abs() * 2 <= base, "{seed} {month}");
            taken += of_month;
            assert!(taken <= margin_in, "{seed} {month}");
        }
        assert_eq!(taken, margin_in, "{seed}: nothing is left, so no margin is");
    }
}
