//! A shop that changes its method: what the difference posts, and stock and margin on both sides of it (小企业会计准则 §88).

use crate::collective::fact::Withdrawal;
use crate::collective::produce::Produced;
use crate::collective::roles::role::Role::{self, *};
use crate::collective::shops::goods::{GoodsMethodChanged, GoodsReceived, GoodsReturned, Method};
use crate::collective::shops::tests::goods::{counted, day, desk, margin, opened, received};
use crate::collective::tests::desk::{Desk, code, date, role, yuan};
use crate::collective::tests::ties::add;
use crate::collective::tie::{ProducedSums, differences};
use crate::collective::{Fact, Registers, shops};
use crate::ledger::Side::{self, Credit, Debit};
use crate::ledger::{Amount, Period};

fn changed(shop: &str, day: &str, method: Method, retail: Option<&str>) -> Fact {
    Fact::GoodsMethodChanged(GoodsMethodChanged {
        date: date(day),
        document: "示例决议".into(),
        method,
        retail: retail.map(yuan),
        shop: code(shop),
    })
}

fn delivery(document: &str, day: &str, cost: &str, retail: Option<&str>) -> Fact {
    Fact::GoodsReceived(GoodsReceived { date: date(day), ..received("S1", document, cost, retail) })
}

fn taken_back(reference: &str) -> Fact {
    Fact::Withdrawn(Withdrawal { reference: reference.into() })
}

fn lines(produced: &[Produced]) -> Vec<(Role, Side, Amount)> {
    produced.iter().flat_map(|one| &one.lines).map(|line| (role(line), line.side, line.amount)).collect()
}

/// Stock and margin of S1 as its register tells them.
fn standing(desk: &Desk, day: &str) -> (Method, Amount, Amount) {
    let row = shops::report::goods(&desk.registers, date(day)).remove(0);
    (row.method, row.stock, row.margin)
}

#[test]
fn to_shelf_price_and_back_again() {
    let (mut desk, mut sums) = (desk(), ProducedSums::default());
    let mut take = |desk: &mut Desk, fact: Fact| {
        let word = fact.word();
        let produced = desk.take(fact);
        add(&mut sums, &produced);
        // The opening stock is in no voucher of a fact, and in no tie either.
        assert_eq!(differences(&desk.registers, &sums), [], "{word}");
        lines(&produced)
    };
    desk.take(opened("S1", Method::Cost, "1000.00", "0.00"));
    take(&mut desk, delivery("jh-1", "2026-01-10", "500.00", None));
    take(&mut desk, day("S1", "2026-01-15", "300.00"));
    let to_retail = changed("S1", "2026-02-01", Method::Retail, Some("1600.00"));
    let up = [(Goods, Debit, yuan("400.00")), (GoodsMargin, Credit, yuan("400.00"))];
    assert_eq!(take(&mut desk, to_retail), up, "1,600 less 1,200 at cost");
    assert_eq!(standing(&desk, "2026-01-31"), (Method::Cost, yuan("1200.00"), Amount::ZERO));
    assert_eq!(standing(&desk, "2026-02-01"), (Method::Retail, yuan("1600.00"), yuan("400.00")));
    assert_eq!(desk.refuse(&delivery("jh-2", "2026-02-05", "300.00", None)), ["goods_retail"]);
    take(&mut desk, delivery("jh-2", "2026-02-05", "300.00", Some("400.00")));
    take(&mut desk, day("S1", "2026-02-20", "1000.00"));
    // 差价率 = 500 / (1,000 left + 1,000 sold)
    assert_eq!(take(&mut desk, margin("S1", "2026-02"))[0], (GoodsMargin, Debit, yuan("250.00")));
    let to_cost = changed("S1", "2026-03-01", Method::Cost, None);
    let down = [(GoodsMargin, Debit, yuan("250.00")), (Goods, Credit, yuan("250.00"))];
    assert_eq!(take(&mut desk, to_cost), down, "all the margin that is left");
    assert_eq!(standing(&desk, "2026-02-28"), (Method::Retail, yuan("1000.00"), yuan("250.00")));
    assert_eq!(standing(&desk, "2026-03-01"), (Method::Cost, yuan("750.00"), Amount::ZERO));
    take(&mut desk, day("S1", "2026-03-10", "750.00"));
    assert_eq!(standing(&desk, "2026-03-31"), (Method::Cost, Amount::ZERO, Amount::ZERO));
    assert_eq!(desk.refuse(&margin("S1", "2026-03")), ["margin_not_due"]);
    let march = Period::parse("2026-03").expect("period");
    assert!(desk.registers.goods.due(&desk.registers.shops, march).is_empty());
}

#[test]
fn what_a_change_has_counted_stays() {
    let mut desk = desk();
    desk.take(opened("S1", Method::Cost, "1000.00", "0.00"));
    desk.take(delivery("jh-1", "2026-01-10", "500.00", None));
    desk.take(counted("S1", "2026-01-31", "1499.00"));
    let before = desk.registers.clone();
    let change = changed("S1", "2026-02-01", Method::Retail, Some("2000.00"));
    desk.take(change.clone());
    desk.take(taken_back("goods_method_changed/S1/2026-02-01"));
    assert_eq!(desk.registers, Registers { withdrawals: before.withdrawals + 1, ..before }, "as it was");
    desk.take(change);
    let returned = |day: &str| {
        let GoodsReceived { cost, document, retail, shop, supplier, .. } = received("S1", "th-1", "1.00", None);
        Fact::GoodsReturned(GoodsReturned { cost, date: date(day), document, retail, shop, supplier })
    };
    for (fact, refusals) in [
        (delivery("jh-2", "2026-01-20", "1.00", None), vec!["goods_before_change"]),
        (returned("2026-01-20"), vec!["goods_before_change"]),
        (counted("S1", "2026-01-30", "1.00"), vec!["goods_before_change"]),
        (margin("S1", "2026-01"), vec!["margin_not_due"]),
        (taken_back("goods_received/S1/jh-1"), vec!["reference_unknown"]),
        (taken_back("goods_counted/S1/2026-01-31"), vec!["reference_unknown"]),
        (changed("S1", "2026-01-01", Method::Cost, None), vec!["goods_method_date", "goods_method_same", "goods_method_late"]),
    ] {
        assert_eq!(desk.refuse(&fact), refusals, "{fact:?}");
    }
    // What is recorded by the new method holds the change.
    desk.take(delivery("jh-2", "2026-02-01", "1.00", Some("2.00")));
    assert_eq!(desk.refuse(&taken_back("goods_method_changed/S1/2026-02-01")), ["reference_unknown"]);
    desk.take(taken_back("goods_received/S1/jh-2"));
    desk.take(taken_back("goods_method_changed/S1/2026-02-01"));
}

#[test]
fn a_change_that_cannot_be_is_refused() {
    let mut desk = desk();
    let retail = |day: &str, retail: Option<&str>| changed("S1", day, Method::Retail, retail);
    assert_eq!(desk.refuse(&retail("2026-02-01", Some("1.00"))), ["goods_not_opened"]);
    desk.take(opened("S1", Method::Cost, "100.00", "0.00"));
    desk.take(opened("S2", Method::Retail, "1000.00", "200.00"));
    desk.take(day("S2", "2026-01-15", "500.00"));
    for (fact, refusals) in [
        (retail("2026-02-02", Some("100.00")), vec!["goods_method_date"]),
        (retail("2026-01-01", Some("100.00")), vec!["goods_method_date"]),
        (retail("2026-02-01", None), vec!["goods_retail"]),
        (retail("2026-02-01", Some("99.99")), vec!["goods_retail"]),
        (changed("S1", "2026-02-01", Method::Cost, None), vec!["goods_method_same"]),
        (changed("S2", "2026-02-01", Method::Cost, Some("1.00")), vec!["goods_retail", "goods_margin_untaken"]),
        (changed("S2", "2026-01-01", Method::Cost, None), vec!["goods_method_date", "goods_method_late"]),
    ] {
        assert_eq!(desk.refuse(&fact), refusals, "{fact:?}");
    }
    desk.take(margin("S2", "2026-01"));
    // 200 less 100 for the half that was sold.
    let posted = lines(&desk.take(changed("S2", "2026-02-01", Method::Cost, None)));
    assert_eq!(posted, [(GoodsMargin, Debit, yuan("100.00")), (Goods, Credit, yuan("100.00"))]);
    for (fact, refusals) in [
        (day("S1", "2026-02-03", "0.00"), vec!["goods_method_late"]),
        (counted("S1", "2026-02-03", "100.00"), vec!["goods_method_late"]),
        (delivery("jh-1", "2026-02-03", "1.00", None), vec!["goods_method_late"]),
    ] {
        let before = desk.registers.clone();
        desk.take(fact);
        assert_eq!(desk.refuse(&retail("2026-02-01", Some("100.00"))), refusals);
        desk.registers = before;
    }
    // More was sold than there was: no shelf price makes that right.
    desk.take(day("S1", "2026-01-20", "101.00"));
    assert_eq!(desk.refuse(&retail("2026-02-01", Some("0.00"))), ["goods_stock_negative"]);
}
