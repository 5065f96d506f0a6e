//! 退货给供应商: F4 in red; stock, margin and what the supplier is owed fall with it.

use crate::collective::fact::Withdrawal;
use crate::collective::roles::role::Role::*;
use crate::collective::shops::goods::{GoodsReturned, Method};
use crate::collective::shops::tests::goods::{counted, day, desk, margin, opened, paid, received};
use crate::collective::tests::desk::{date, yuan};
use crate::collective::tests::ties::add;
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers, shops};
use crate::ledger::Side::{Credit, Debit};

fn returned(shop: &str, document: &str, cost: &str, retail: Option<&str>) -> GoodsReturned {
    let delivered = received(shop, document, cost, retail);
    GoodsReturned {
        cost: delivered.cost,
        date: date("2026-01-18"),
        document: delivered.document,
        retail: delivered.retail,
        shop: delivered.shop,
        supplier: delivered.supplier,
    }
}

#[test]
fn goods_go_back_in_red() {
    let (mut desk, mut sums) = (desk(), ProducedSums::default());
    desk.take(opened("S1", Method::Cost, "0.00", "0.00"));
    desk.take(opened("S2", Method::Retail, "0.00", "0.00"));
    add(&mut sums, &desk.take(Fact::GoodsReceived(received("S1", "jh-1", "6000.00", None))));
    add(&mut sums, &desk.take(Fact::GoodsReceived(received("S2", "jh-1", "6000.00", Some("8000.00")))));
    let red =
        [(Goods, Debit, yuan("-1000.00")), (SupplierPayable, Credit, yuan("-750.00")), (GoodsMargin, Credit, yuan("-250.00"))];
    for (fact, lines) in [
        (
            returned("S1", "th-1", "500.00", None),
            &[(Goods, Debit, yuan("-500.00")), (SupplierPayable, Credit, yuan("-500.00"))][..],
        ),
        (returned("S2", "th-1", "750.00", Some("1000.00")), &red),
    ] {
        let (before, fact) = (desk.registers.clone(), Fact::GoodsReturned(fact));
        let produced = desk.take(fact.clone());
        let got = produced[0]
            .lines
            .iter()
            .map(|line| (crate::collective::tests::desk::role(line), line.side, line.amount))
            .collect::<Vec<_>>();
        assert_eq!(got, lines);
        desk.take(Fact::Withdrawn(Withdrawal { reference: produced[0].reference.clone() }));
        assert_eq!(desk.registers, Registers { withdrawals: before.withdrawals + 1, ..before });
        add(&mut sums, &desk.take(fact));
        assert_eq!(differences(&desk.registers, &sums), []);
    }
    let rows = shops::report::goods(&desk.registers, date("2026-01-31"));
    assert_eq!((rows[0].stock, rows[1].stock, rows[1].margin), (yuan("5500.00"), yuan("7000.00"), yuan("1750.00")));
    assert_eq!(shops::report::goods(&desk.registers, date("2026-01-17"))[0].stock, yuan("6000.00"), "not yet gone");
    // The margin of what is left: 1,750 / 7,000.
    add(&mut sums, &desk.take(day("S2", "2026-01-20", "700.00")));
    let taken = desk.take(margin("S2", "2026-01"));
    assert_eq!(taken[0].lines[0].amount, yuan("175.00"));
    add(&mut sums, &taken);
    // What went back pays the oldest debt; after that the supplier owes us.
    assert_eq!(shops::report::suppliers(&desk.registers, date("2026-12-31"))[0].total, yuan("10750.00"));
    assert_eq!(desk.refuse(&paid("hd-1", "10750.01")), ["supplier_payment_exceeds"]);
    add(&mut sums, &desk.take(paid("hd-1", "10750.00")));
    assert!(shops::report::suppliers(&desk.registers, date("2026-12-31")).is_empty());
    add(&mut sums, &desk.take(Fact::GoodsReturned(returned("S1", "th-2", "100.00", None))));
    let row = shops::report::suppliers(&desk.registers, date("2026-12-31")).remove(0);
    assert_eq!((row.total, row.oldest), (yuan("-100.00"), Some(date("2026-01-20"))));
    assert_eq!(differences(&desk.registers, &sums), []);
}

#[test]
fn no_more_goes_back_than_is_there() {
    let mut desk = desk();
    assert_eq!(desk.refuse(&Fact::GoodsReturned(returned("S1", "th-1", "1.00", None))), ["goods_not_opened"]);
    desk.take(opened("S1", Method::Cost, "100.00", "0.00"));
    desk.take(opened("S2", Method::Retail, "100.00", "10.00"));
    desk.take(Fact::GoodsReturned(returned("S1", "th-1", "40.00", None)));
    let late = GoodsReturned { date: date("2026-01-31"), ..returned("S1", "th-3", "60.01", None) };
    for (fact, refusals) in [
        (returned("S1", "th-1", "1.00", None), vec!["goods_document"]),
        (returned("S1", "a/b", "1.00", None), vec!["goods_document"]),
        (returned("S1", "th-2", "0.00", None), vec!["goods_amount"]),
        (returned("S1", "th-2", "1.00", Some("2.00")), vec!["goods_retail"]),
        (returned("S2", "th-2", "1.00", None), vec!["goods_retail"]),
        (returned("S2", "th-2", "2.00", Some("1.00")), vec!["goods_retail"]),
        (returned("S2", "th-2", "90.00", Some("100.01")), vec!["goods_return_exceeds"]),
        (GoodsReturned { date: date("2025-12-31"), ..returned("S1", "th-2", "1.00", None) }, vec!["goods_date"]),
        (late, vec!["goods_return_exceeds"]),
    ] {
        assert_eq!(desk.refuse(&Fact::GoodsReturned(fact.clone())), refusals, "{fact:?}");
    }
    // What was there on its day and is gone since cannot go back either.
    desk.take(counted("S1", "2026-01-31", "50.00"));
    assert_eq!(desk.refuse(&Fact::GoodsReturned(returned("S1", "th-2", "50.01", None))), ["goods_return_exceeds"]);
    desk.take(Fact::GoodsReturned(returned("S1", "th-2", "50.00", None)));
}
