//! Shops from outside: facts go in, vouchers and registers come out; and a day by itself.

pub(crate) mod consignment;
pub(crate) mod goods;
mod goods_method;
mod goods_returned;
mod properties;
mod register;

use crate::collective::shops::day::{ChannelSales, SHIFT_DEFAULT, ShopDay, Tender, TenderAmount};
use crate::collective::shops::draft::ShopAccounts;
use crate::collective::shops::register::{ShopDayRegister, ShopMonth};
use crate::collective::shops::settlement::Settlement;
use crate::ledger::refusal::Rule;
use crate::ledger::{AccountCode, DimensionSet, DraftLine};
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;

fn amount(text: &str) -> Amount {
    Amount::parse(text).expect("amount")
}

fn code(text: &str) -> DimensionCode {
    DimensionCode::parse(text).expect("code")
}

fn accounts() -> ShopAccounts {
    let account = |text| AccountCode::parse(text).expect("account");
    ShopAccounts {
        alipay_in_transit: account("101202"),
        bank: account("100201"),
        card_in_transit: account("101203"),
        cash: account("1001"),
        cost_of_sales: account("540101"),
        goods: account("140501"),
        pending: account("190101"),
        platform_fee: account("560301"),
        receivable: account("112201"),
        sales: account("500101"),
        stored_value: account("220302"),
        vat: account("222101"),
        wechat_in_transit: account("101201"),
    }
}

fn sold(channel: &str, gross: &str) -> ChannelSales {
    ChannelSales { channel: code(channel), gross: amount(gross), tax_basis_points: None }
}

fn paid(kind: Tender, yuan: &str) -> TenderAmount {
    TenderAmount { amount: amount(yuan), counterparty: None, kind }
}

fn owes(counterparty: &str, yuan: &str) -> TenderAmount {
    TenderAmount { counterparty: Some(code(counterparty)), ..paid(Tender::OnAccount, yuan) }
}

fn day(sales: Vec<ChannelSales>, tenders: Vec<TenderAmount>) -> ShopDay {
    ShopDay {
        cost: Amount::ZERO,
        date: Date::constant(2026, 3, 1),
        discount: Amount::ZERO,
        receipts: 12,
        returns: Amount::ZERO,
        rounding: Amount::ZERO,
        sales,
        shift: SHIFT_DEFAULT.into(),
        shop: code("YX01"),
        short_over: Amount::ZERO,
        tax_basis_points: 100,
        tenders,
    }
}

/// Facts F1.
fn supermarket() -> ShopDay {
    let tenders =
        vec![paid(Tender::Cash, "1100"), paid(Tender::WeChat, "5000"), paid(Tender::Alipay, "2000"), owes("KH-YX-02", "2000")];
    day(vec![sold("xiaoyuan", "10100")], tenders)
}

fn settlement(yuan: &str, fee: &str) -> Settlement {
    let (amount, fee) = (amount(yuan), amount(fee));
    Settlement { amount, date: Date::constant(2026, 3, 2), fee, shop: code("YX01"), tender: Tender::WeChat }
}

/// A line in one line: `借 1001 1100.00 shop=YX01`.
fn spell(line: &DraftLine) -> String {
    let dimensions = |set: &DimensionSet| set.iter().map(|(d, code)| format!(" {}={code}", d.word())).collect::<String>();
    format!("{} {} {}{}", line.side.chinese(), line.account, line.amount, dimensions(&line.dimensions))
}

fn drafted(day: &ShopDay) -> Vec<String> {
    assert_eq!(day.examine(), []);
    day.draft_lines(&accounts()).expect("holds").iter().map(spell).collect()
}

fn codes(rules: &[Rule]) -> Vec<&'static str> {
    rules.iter().map(Rule::code).collect()
}

#[test]
fn a_supermarket_day_is_posted_as_in_the_facts() {
    let expected = [
        "借 1001 1100.00 shop=YX01",
        "借 101201 5000.00 shop=YX01",
        "借 101202 2000.00 shop=YX01",
        "借 112201 2000.00 counterparty=KH-YX-02",
        "贷 500101 10000.00 channel=xiaoyuan shop=YX01",
        "贷 222101 100.00",
    ];
    assert_eq!(drafted(&supermarket()), expected);
}

#[test]
fn a_settlement_is_posted_as_in_the_facts() {
    let arrived = settlement("4970", "30");
    assert_eq!(arrived.examine(), []);
    let lines = arrived.draft_lines(&accounts()).expect("holds");
    let expected = ["借 100201 4970.00", "借 560301 30.00 shop=YX01", "贷 101201 5000.00 shop=YX01"];
    assert_eq!(lines.iter().map(spell).collect::<Vec<_>>(), expected);
}

#[test]
fn a_return_is_red_on_the_same_accounts() {
    let mut refund = day(vec![sold("lingshou", "0")], vec![paid(Tender::WeChat, "-101")]);
    (refund.returns, refund.cost) = (amount("101"), amount("-79.79"));
    let expected = [
        "借 101201 -101.00 shop=YX01",
        "贷 500101 -100.00 channel=lingshou shop=YX01",
        "贷 222101 -1.00",
        "借 540101 -79.79 shop=YX01",
        "贷 140501 -79.79 shop=YX01",
    ];
    assert_eq!(drafted(&refund), expected);
}

#[test]
fn reductions_come_from_the_largest_channel_and_the_till_is_adjusted() {
    let mut busy = day(
        vec![sold("jiguan", "303"), sold("lingshou", "909.50")],
        vec![paid(Tender::Cash, "1000"), paid(Tender::StoredValue, "102")],
    );
    (busy.returns, busy.discount, busy.rounding) = (amount("101"), amount("9"), amount("0.50"));
    (busy.cost, busy.short_over) = (amount("800"), amount("-5"));
    let expected = [
        "借 1001 1000.00 shop=YX01",
        "借 220302 102.00 shop=YX01",
        "贷 500101 300.00 channel=jiguan shop=YX01",
        "贷 500101 791.09 channel=lingshou shop=YX01",
        "贷 222101 10.91",
        "借 540101 800.00 shop=YX01",
        "贷 140501 800.00 shop=YX01",
        "借 1001 -5.00 shop=YX01",
        "贷 190101 -5.00 shop=YX01",
    ];
    assert_eq!(drafted(&busy), expected);
}

#[test]
fn what_rounding_leaves_goes_to_the_largest_line() {
    // 0.50 ÷ 1.01 is 0.495, thrice up to 0.50; the document as a whole is 1.50 ÷ 1.01 = 1.485, up to 1.49.
    let sales = vec![sold("a", "0.50"), sold("b", "0.50"), sold("c", "0.50")];
    let expected = [
        "借 1001 1.50 shop=YX01",
        "贷 500101 0.49 channel=a shop=YX01",
        "贷 500101 0.50 channel=b shop=YX01",
        "贷 500101 0.50 channel=c shop=YX01",
        "贷 222101 0.01",
    ];
    assert_eq!(drafted(&day(sales, vec![paid(Tender::Cash, "1.50")])), expected);
}

#[test]
fn one_channel_sells_at_several_rates_and_each_rate_is_taxed_as_a_whole() {
    let at = |channel, gross, rate| ChannelSales { tax_basis_points: Some(rate), ..sold(channel, gross) };
    let sales = vec![sold("lingshou", "1010"), at("lingshou", "109", 900), at("jiguan", "50", 0), at("jiguan", "0.50", 900)];
    let mut mixed = day(sales, vec![paid(Tender::Cash, "1068.50")]);
    mixed.returns = amount("101");
    let expected = [
        "借 1001 1068.50 shop=YX01",
        "贷 500101 900.00 channel=lingshou shop=YX01",
        "贷 500101 100.00 channel=lingshou shop=YX01",
        "贷 500101 50.00 channel=jiguan shop=YX01",
        "贷 500101 0.46 channel=jiguan shop=YX01",
        "贷 222101 18.04",
    ];
    assert_eq!(drafted(&mixed), expected);
    let text = serde_json::to_string(&mixed).expect("json");
    assert!(text.contains(
        r#"{"channel":"lingshou","gross":"1010.00"},{"channel":"lingshou","gross":"109.00","tax_basis_points":"900"}"#
    ));
    assert_eq!(serde_json::from_str::<ShopDay>(&text).expect("a day"), mixed);
    assert!(
        serde_json::from_str::<ShopDay>(&text.replace(r#""tax_basis_points":"900""#, r#""tax_basis_points":"0900""#)).is_err()
    );
}

#[test]
fn a_day_that_refunds_what_it_took_still_has_two_sides() {
    let mut even = day(vec![sold("lingshou", "50")], vec![paid(Tender::Cash, "50"), paid(Tender::WeChat, "-50")]);
    even.returns = amount("50");
    assert_eq!(drafted(&even), ["借 1001 50.00 shop=YX01", "贷 101201 50.00 shop=YX01"]);
    even.tenders.clear();
    assert_eq!(codes(&even.examine()), ["shop_day_nothing_to_post"]);
    even.sales.push(sold("jiguan", "10"));
    even.returns = amount("60");
    let expected = ["借 500101 9.90 channel=lingshou shop=YX01", "贷 500101 9.90 channel=jiguan shop=YX01"];
    assert_eq!(drafted(&even), expected);
}

#[test]
fn each_rule_refuses_what_it_is_for() {
    type Change = fn(&mut ShopDay);
    let cases: [(&str, Change); 24] = [
        ("shop_day_date_invalid", |d| d.date = Date::constant(1900, 1, 1)),
        ("shop_day_shift_missing", |d| d.shift = " ".into()),
        ("shop_day_shift", |d| d.shift = " 1".into()),
        ("shop_day_shift", |d| d.shift = "1 ".into()),
        ("shop_day_shift", |d| d.shift = "1\u{3000}".into()),
        ("shop_day_shift", |d| d.shift = "１".into()),
        ("shop_day_shift", |d| d.shift = "ａ班".into()),
        ("text_too_long", |d| d.shift = "早".repeat(21)),
        ("text_malformed", |d| d.shift = "1\n".into()),
        ("shop_day_tax_rate_too_high", |d| d.tax_basis_points = 10_000),
        ("amount_too_large", |d| d.short_over = Amount::from_fen(i64::MIN)),
        ("shop_day_amount_negative", |d| d.cost = amount("-1")),
        ("shop_day_amount_negative", |d| {
            d.discount = amount("-1");
            d.rounding = amount("1");
        }),
        ("shop_day_tax_rate_too_high", |d| d.sales[0].tax_basis_points = Some(10_000)),
        ("shop_day_channel_repeated", |d| d.sales.push(sold("xiaoyuan", "0"))),
        ("shop_day_channel_repeated", |d| d.sales.push(ChannelSales { tax_basis_points: Some(100), ..sold("xiaoyuan", "0") })),
        ("shop_day_tender_repeated", |d| d.tenders.push(paid(Tender::Cash, "0"))),
        ("shop_day_tender_repeated", |d| d.tenders.push(owes("KH-YX-02", "0"))),
        ("shop_day_counterparty_missing", |d| d.tenders[3].counterparty = None),
        ("shop_day_counterparty_unexpected", |d| d.tenders[0].counterparty = Some(code("KH"))),
        ("shop_day_refund_exceeds_returns", |d| {
            d.tenders[0].amount = amount("-0.01");
            d.tenders[1].amount = amount("6100.01");
        }),
        ("shop_day_channel_missing", |d| {
            d.sales.clear();
            d.tenders.clear();
        }),
        ("shop_day_empty", |d| {
            d.sales[0].gross = Amount::ZERO;
            d.tenders.clear();
        }),
        ("shop_day_payments_differ", |d| d.returns = amount("0.01")),
    ];
    for (code, change) in cases {
        let mut changed = supermarket();
        change(&mut changed);
        assert_eq!(codes(&changed.examine()), [code]);
        assert_eq!(changed.draft_lines(&accounts()), None, "{code}");
    }
    let mut generous = day(vec![sold("lingshou", "10")], vec![]);
    (generous.discount, generous.tenders) = (amount("10.01"), vec![paid(Tender::Cash, "-0.01")]);
    assert_eq!(codes(&generous.examine()), ["shop_day_refund_exceeds_returns", "shop_day_discount_exceeds_sales"]);
}

#[test]
fn several_customers_may_owe() {
    let mut credit = supermarket();
    credit.tenders[0] = owes("KH-YX-03", "1100");
    assert_eq!(credit.examine(), []);
}

#[test]
fn each_settlement_rule_refuses_what_it_is_for() {
    let cash = Settlement { tender: Tender::Cash, ..settlement("1", "0") };
    let early = Settlement { date: Date::constant(1900, 1, 1), ..settlement("1", "0") };
    for (refused, code) in [
        (settlement("0", "0"), "settlement_empty"),
        (settlement("-1", "2"), "settlement_amount_negative"),
        (settlement("1", "-1"), "settlement_empty"),
        (Settlement { fee: Amount::from_fen(i64::MIN), ..settlement("1", "0") }, "amount_too_large"),
        (Settlement { amount: Amount::from_fen(i64::MAX), ..settlement("0", "0") }, "amount_too_large"),
        (cash, "settlement_tender_invalid"),
        (early, "settlement_date_invalid"),
    ] {
        assert_eq!(codes(&refused.examine()), [code]);
        assert_eq!(refused.draft_lines(&accounts()), None, "{code}");
    }
}

#[test]
fn facts_have_one_spelling() {
    let text = concat!(
        r#"{"cost":"0.00","date":"2026-03-01","discount":"0.00","receipts":"12","returns":"0.00","rounding":"0.00","#,
        r#""sales":[{"channel":"xiaoyuan","gross":"10100.00"}],"shift":"1","shop":"YX01","short_over":"0.00","#,
        r#""tax_basis_points":"100","tenders":[{"amount":"1100.00","kind":"cash"},{"amount":"5000.00","kind":"wechat"},"#,
        r#"{"amount":"2000.00","kind":"alipay"},{"amount":"2000.00","counterparty":"KH-YX-02","kind":"on_account"}]}"#
    );
    assert_eq!(serde_json::to_string(&supermarket()).expect("json"), text);
    assert_eq!(serde_json::from_str::<ShopDay>(text).expect("a day"), supermarket());
    let without_shift = text.replace(r#""shift":"1","#, "");
    assert_eq!(serde_json::from_str::<ShopDay>(&without_shift).expect("a day"), supermarket());
    assert!(serde_json::from_str::<ShopDay>(&text.replace("\"shop\"", "\"store\"")).is_err());
    let arrived = r#"{"amount":"4970.00","date":"2026-03-02","fee":"30.00","shop":"YX01","tender":"wechat"}"#;
    assert_eq!(serde_json::to_string(&settlement("4970", "30")).expect("json"), arrived);
    assert_eq!(serde_json::from_str::<Settlement>(arrived).expect("a settlement"), settlement("4970", "30"));
}
