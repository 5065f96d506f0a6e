//! What days and settlements add up to.

use super::*;
use crate::ledger::Period;

#[test]
fn a_shift_is_recorded_once_unless_it_was_withdrawn() {
    let (mut register, first) = (ShopDayRegister::default(), supermarket());
    assert_eq!(register.withdraw(&first.shop, first.date, "1"), None);
    assert_eq!(register.examine(&first), []);
    register.apply(&first);
    assert_eq!(codes(&register.examine(&first)), ["shop_day_duplicate"]);
    assert_eq!(register.examine(&ShopDay { shift: "2".into(), ..first.clone() }), []);
    assert_eq!(register.withdraw(&first.shop, first.date, "1"), Some(first.clone()));
    assert_eq!(register, ShopDayRegister::default());
    assert_eq!(register.examine(&first), []);
}

/// As a bill is imported: the shift is named after the platform.
fn billed(tender: Tender, shop: &str, yuan: &str) -> ShopDay {
    let sold = vec![sold("lingshou", yuan)];
    ShopDay { shift: tender.chinese().into(), shop: code(shop), ..day(sold, vec![paid(tender, yuan)]) }
}

#[test]
fn a_bill_holds_all_its_shop_was_paid_that_way_whichever_comes_first() {
    let typed = |shift: &str, tenders| ShopDay { shift: shift.into(), ..day(vec![sold("lingshou", "10")], tenders) };
    let with = |tender| typed("2", vec![paid(Tender::Cash, "4"), paid(tender, "6")]);
    for tender in [Tender::WeChat, Tender::Alipay] {
        let bill = billed(tender, "YX01", "6");
        for (first, second) in [(&bill, with(tender)), (&with(tender), bill.clone())] {
            let mut register = ShopDayRegister::default();
            register.apply(first);
            assert_eq!(codes(&register.examine(&second)), ["tender_reported"], "{tender:?}");
            register.withdraw(&first.shop, first.date, &first.shift);
            assert_eq!(register.examine(&second), [], "taken back");
        }
    }
    let mut register = ShopDayRegister::default();
    register.apply(&billed(Tender::WeChat, "YX01", "6"));
    register.apply(&typed("1", vec![paid(Tender::Cash, "10"), paid(Tender::WeChat, "0")]));
    let elsewhere = ShopDay { shop: code("YX02"), ..with(Tender::WeChat) };
    let later = ShopDay { date: Date::constant(2026, 3, 2), ..with(Tender::WeChat) };
    for beside in [with(Tender::Alipay), with(Tender::Card), elsewhere, later, billed(Tender::Alipay, "YX01", "6")] {
        assert_eq!(register.examine(&beside), [], "{beside:?}");
    }
    // Two shifts that people typed may share a way of paying.
    register.apply(&with(Tender::Card));
    assert_eq!(register.examine(&typed("3", vec![paid(Tender::Card, "10")])), []);
}

#[test]
fn one_bill_is_imported_for_one_shop() {
    let (mut register, bill) = (ShopDayRegister::default(), billed(Tender::WeChat, "YX01", "6"));
    register.apply(&bill);
    let other = billed(Tender::WeChat, "YX02", "6");
    let through = ShopDay { sales: vec![sold("jiguan", "6")], ..other.clone() };
    for again in [&other, &through] {
        let rules = register.examine(again);
        assert_eq!(codes(&rules), ["bill_in_other_shop"]);
        assert!(rules[0].message().contains("门店 YX01 2026-03-01"), "{}", rules[0].message());
    }
    let later = ShopDay { date: Date::constant(2026, 3, 2), ..other.clone() };
    let typed = ShopDay { shift: "1".into(), ..other.clone() };
    let more = ShopDay { receipts: 13, ..other.clone() };
    for unlike in [later, typed, more, billed(Tender::WeChat, "YX02", "6.01"), billed(Tender::Alipay, "YX02", "6")] {
        assert_eq!(register.examine(&unlike), [], "{unlike:?}");
    }
    register.withdraw(&bill.shop, bill.date, &bill.shift);
    assert_eq!(register.examine(&other), [], "imported for the wrong shop, and taken back there");
}

#[test]
fn no_more_is_settled_than_is_in_transit() {
    let (mut register, shop) = (ShopDayRegister::default(), code("YX01"));
    register.apply(&supermarket());
    assert_eq!(codes(&register.examine_settlement(&settlement("4970.01", "30"))), ["settlement_exceeds_transit"]);
    assert_eq!(register.examine_settlement(&settlement("4970", "30")), []);
    register.apply_settlement(&settlement("4970", "30"));
    assert_eq!(register.in_transit(&shop, Tender::WeChat), Some(Amount::ZERO));
    assert_eq!(register.in_transit(&shop, Tender::Alipay), Some(amount("2000")));
    assert_eq!(codes(&register.examine_settlement(&settlement("0.01", "0"))), ["settlement_exceeds_transit"]);
    register.withdraw_settlement(&settlement("4970", "30"));
    assert_eq!(register.in_transit(&shop, Tender::WeChat), Some(amount("5000")));
}

/// A day of refunds alone leaves transit below zero; the fee that the platform gives back puts money there.
#[test]
fn a_fee_given_back_is_red_and_needs_nothing_in_transit() {
    let (mut register, shop, returned) = (ShopDayRegister::default(), code("YX01"), settlement("0", "-0.06"));
    let mut refunds = day(vec![sold("lingshou", "0")], vec![paid(Tender::WeChat, "-10")]);
    refunds.returns = amount("10");
    register.apply(&refunds);
    assert_eq!((returned.examine(), register.examine_settlement(&returned)), (vec![], vec![]));
    register.apply_settlement(&returned);
    assert_eq!(register.in_transit(&shop, Tender::WeChat), Some(amount("-9.94")));
    let lines: Vec<String> = returned.draft_lines(&accounts()).expect("holds").iter().map(spell).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("借") && lines[1].starts_with("贷") && lines.iter().all(|line| line.contains(" -0.06 ")));
    register.withdraw_settlement(&returned);
    assert_eq!(register.in_transit(&shop, Tender::WeChat), Some(amount("-10")));
}

#[test]
fn months_add_up_what_the_days_sold() {
    let (mut register, shop, first) = (ShopDayRegister::default(), code("YX01"), supermarket());
    let mut second = day(vec![sold("lingshou", "909.50")], vec![paid(Tender::Cash, "799")]);
    second.date = Date::constant(2026, 3, 2);
    (second.returns, second.discount, second.rounding, second.cost) = (amount("101"), amount("9"), amount("0.50"), amount("600"));
    register.apply(&first);
    register.apply(&second);
    register.apply(&second);
    let march = Period::parse("2026-03").expect("period");
    let expected = ShopMonth { cost: amount("600"), sales: amount("10908.50"), shifts: 2, takings: amount("10899") };
    assert_eq!(register.month(&shop, march), Some(expected));
    assert_eq!(register.month(&code("HP01"), march), Some(ShopMonth::default()));
}
