//! Units by date, pairings, bank accounts, and the account that a dividend goes to.

use crate::collective::organisation::unit::UnitKind;
use crate::collective::roles::role::Role::{Bank, DividendPayable};
use crate::collective::tests::desk::{Desk, code, date};
use crate::collective::{Fact, organisation};
use crate::ledger::Dimension;
use crate::ledger::Side::{Credit, Debit};
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use serde_json::{Value, json};

fn fact(word: &str, row: &Value) -> Fact {
    Fact::read(word, row.to_string().as_bytes()).unwrap_or_else(|error| panic!("{row}: {error}"))
}

/// The row with other values; `null` leaves a field out.
fn with(row: &Value, changes: &Value) -> Value {
    let mut row = row.clone();
    let fields = row.as_object_mut().expect("object");
    for (name, value) in changes.as_object().expect("object") {
        match value {
            Value::Null => fields.remove(name),
            value => fields.insert(name.clone(), value.clone()),
        };
    }
    row
}

fn unit(kind: &str, code: &str, name: &str) -> Value {
    let mut row = json!({ "code": code, "document": "示例1号", "kind": kind, "name": name, "since": "2025-01-01" });
    match kind {
        "community" => row["community_type"] = "with_organisation".into(),
        "partner" => row["partner_type"] = if code.starts_with('g') { "institution" } else { "non_public" }.into(),
        _ => {}
    }
    row
}

fn account(number: &str, kind: &str, code: &str, holder: &str) -> Value {
    json!({ "account": number, "bank": "示例银行", "holder": holder, "owner": { "code": code, "kind": kind },
        "purpose": "basic", "since": "2025-02-01" })
}

/// One unit of each kind, and a partner more.
fn county(standard: ChartStandard) -> Desk {
    let mut desk = Desk::of(standard);
    desk.name(Dimension::Street, &["s1"]);
    desk.name(Dimension::Community, &["c1", "c2", "c3"]);
    desk.name(Dimension::Shop, &["S1"]);
    desk.name(Dimension::Counterparty, &["z1", "z2", "g1", "f1"]);
    desk.name(Dimension::Resolution, &["R1"]);
    for (kind, code) in [
        ("county", "yh"),
        ("company", "gs"),
        ("street", "s1"),
        ("community", "c1"),
        ("community", "c2"),
        ("shop", "S1"),
        ("partner", "g1"),
        ("partner", "f1"),
        ("counterparty", "z1"),
    ] {
        assert!(desk.take(fact("unit_registered", &unit(kind, code, &format!("示例{code}")))).is_empty(), "no voucher");
    }
    desk
}

#[test]
fn a_name_answers_for_its_days() {
    let mut desk = county(ChartStandard::SmallEnterprise2013);
    let rename =
        json!({ "code": "c1", "date": "2025-06-01", "document": "示例更名1号", "kind": "community", "name": "示例新c1" });
    desk.take(fact("unit_renamed", &rename));
    // A mistake is set right on the same day; the newer one counts.
    desk.take(fact("unit_renamed", &with(&rename, &json!({ "name": "示例新社区" }))));
    let units = &desk.registers.organisation.units;
    let named = |day: &str| units.name_at(UnitKind::Community, &code("c1"), date(day));
    for (day, name) in [
        ("2024-12-31", None),
        ("2025-01-01", Some("示例c1")),
        ("2025-05-31", Some("示例c1")),
        ("2025-06-01", Some("示例新社区")),
        ("2026-01-01", Some("示例新社区")),
    ] {
        assert_eq!(named(day), name, "{day}");
    }
    assert_eq!(units.name_at(UnitKind::Shop, &code("c1"), date("2025-06-01")), None, "a code is of one kind");
    let rows = |day: &str| organisation::report::units(&desk.registers, &desk.book.dimensions, date(day));
    assert!(rows("2024-12-31").is_empty());
    let row = rows("2025-06-01").into_iter().find(|row| row.code == code("c1")).expect("c1");
    assert_eq!((row.name.as_str(), row.history.len()), ("示例新社区", 3));
    let before = rows("2025-05-31").into_iter().find(|row| row.code == code("c1")).expect("c1");
    assert_eq!((before.name.as_str(), before.history.len()), ("示例c1", 1));
    let order: Vec<_> = rows("2025-06-01").iter().map(|row| row.kind).collect();
    assert!(order.is_sorted() && order.len() == 9, "from the county down: {order:?}");
}

#[test]
fn a_shop_that_others_registered_has_no_day_here() {
    let mut desk = county(ChartStandard::SmallEnterprise2013);
    desk.name(Dimension::Shop, &["S2"]);
    desk.name(Dimension::Channel, &["shop"]);
    let day = |shop: &str| {
        json!({ "cost": "0.00", "date": "2025-03-01", "discount": "0.00", "receipts": "1", "returns": "0.00", "rounding": "0.00",
            "sales": [{ "channel": "shop", "gross": "101.00" }], "shop": shop, "short_over": "0.00", "tax_basis_points": "100",
            "tenders": [{ "amount": "101.00", "kind": "wechat" }] })
    };
    let settled =
        |shop: &str| json!({ "amount": "101.00", "date": "2025-03-02", "fee": "0.00", "shop": shop, "tender": "wechat" });
    assert_eq!(desk.refuse(&fact("shop_day_reported", &day("S2"))), ["shop_not_own"]);
    assert_eq!(desk.refuse(&fact("settlement_arrived", &settled("S2")))[0], "shop_not_own");
    assert_eq!(desk.take(fact("shop_day_reported", &day("S1"))).len(), 1);
    assert_eq!(desk.take(fact("settlement_arrived", &settled("S1"))).len(), 1);
    // Where no shop is registered as a unit, any code of the book will do.
    let mut plain = Desk::new();
    plain.name(Dimension::Shop, &["S2"]);
    plain.name(Dimension::Channel, &["shop"]);
    assert_eq!(plain.take(fact("shop_day_reported", &day("S2"))).len(), 1);
}

#[test]
fn units_are_refused() {
    let desk = county(ChartStandard::SmallEnterprise2013);
    let good = unit("community", "c3", "示例c3");
    assert!(desk.refuse(&fact("unit_registered", &good)).is_empty());
    for (changes, codes) in [
        (json!({ "code": "c1" }), &["unit_code_taken"][..]),
        (json!({ "code": "c9" }), &["dimension_unknown"]),
        (json!({ "community_type": null }), &["unit_type"]),
        (json!({ "partner_type": "institution" }), &["unit_type"]),
        (json!({ "kind": "shop", "code": "S2" }), &["unit_type", "dimension_unknown"]),
        (json!({ "document": " " }), &["unit_document_missing"]),
        (json!({ "document": "示".repeat(101) }), &["text_too_long"]),
        (json!({ "name": " " }), &["name_missing"]),
        (json!({ "name": "示例\n" }), &["text_malformed"]),
        // 往来 is one row of codes, for partners and for counterparties.
        (json!({ "code": "g1", "community_type": null, "kind": "counterparty" }), &["unit_code_taken"]),
        (json!({ "code": "z1", "community_type": null, "kind": "partner", "partner_type": "non_public" }), &["unit_code_taken"]),
        (json!({ "code": "gs2", "community_type": null, "kind": "company" }), &["unit_single"]),
        (json!({ "code": "yh2", "community_type": null, "kind": "county" }), &["unit_single"]),
        (json!({ "code": "yh", "community_type": null, "kind": "county" }), &["unit_code_taken"]),
    ] {
        assert_eq!(desk.refuse(&fact("unit_registered", &with(&good, &changes))), codes, "{changes}");
    }
    let rename = json!({ "code": "c1", "date": "2025-01-01", "document": "示例", "kind": "community", "name": "示例新" });
    assert!(desk.refuse(&fact("unit_renamed", &rename)).is_empty());
    for (changes, codes) in [
        (json!({ "code": "c3" }), &["unit_unknown"][..]),
        (json!({ "kind": "street" }), &["unit_unknown"]),
        (json!({ "date": "2024-12-31" }), &["unit_date_reversed"]),
        (json!({ "name": "示例c1" }), &["unit_name_unchanged"]),
        (json!({ "name": "" }), &["name_missing"]),
        (json!({ "document": "" }), &["unit_document_missing"]),
    ] {
        assert_eq!(desk.refuse(&fact("unit_renamed", &with(&rename, &changes))), codes, "{changes}");
    }
}

#[test]
fn a_partner_stands_by_one_community_at_a_time() {
    let mut desk = county(ChartStandard::SmallEnterprise2013);
    let paired = json!({ "community": "c1", "document": "示例结对1号", "partner": "g1", "since": "2025-02-01" });
    let ended = json!({ "document": "示例结束1号", "partner": "g1", "until": "2025-06-30" });
    assert_eq!(desk.refuse(&fact("partner_unpaired", &ended)), ["pairing_unknown"]);
    for (changes, codes) in [
        (json!({ "partner": "z1" }), &["unit_unknown"][..]),
        (json!({ "community": "c3" }), &["unit_unknown"]),
        (json!({ "since": "2024-12-31" }), &["unit_unknown", "unit_unknown"]),
        (json!({ "document": "" }), &["unit_document_missing"]),
        (json!({ "until": "2025-01-31" }), &["pairing_term_reversed"]),
    ] {
        assert_eq!(desk.refuse(&fact("partner_paired", &with(&paired, &changes))), codes, "{changes}");
    }
    desk.take(fact("partner_paired", &paired));
    desk.take(fact("partner_paired", &with(&paired, &json!({ "partner": "f1", "until": "2025-03-31" }))));
    let elsewhere = with(&paired, &json!({ "community": "c2", "since": "2025-07-01" }));
    assert_eq!(desk.refuse(&fact("partner_paired", &elsewhere)), ["partner_already_paired"], "no end is known");
    let early = with(&paired, &json!({ "since": "2025-01-01", "until": "2025-02-01" }));
    assert_eq!(desk.refuse(&fact("partner_paired", &early)), ["partner_already_paired"], "the first day overlaps");
    assert_eq!(desk.refuse(&fact("partner_unpaired", &with(&ended, &json!({ "document": "" })))), ["unit_document_missing"]);
    assert_eq!(desk.refuse(&fact("partner_unpaired", &with(&ended, &json!({ "until": "2025-01-31" })))), ["pairing_unknown"]);
    desk.take(fact("partner_unpaired", &ended));
    assert_eq!(desk.refuse(&fact("partner_unpaired", &ended)), ["pairing_unknown"], "once only");
    let overlapping = with(&elsewhere, &json!({ "since": "2025-06-30" }));
    assert_eq!(desk.refuse(&fact("partner_paired", &overlapping)), ["partner_already_paired"], "the last day overlaps");
    desk.take(fact("partner_paired", &elsewhere));

    // (community, institutions, non-public organisations) of a day, every partner in one row.
    let rows = |day: &str| -> Vec<(String, usize, usize)> {
        let rows = organisation::report::partners(&desk.registers, date(day));
        rows.into_iter()
            .map(|row| (row.community.map_or("-".into(), |code| code.to_string()), row.institution, row.non_public))
            .collect()
    };
    let row = |community: &str, institution, non_public| (community.to_owned(), institution, non_public);
    assert_eq!(rows("2025-01-31"), [row("c1", 0, 0), row("c2", 0, 0), row("-", 1, 1)]);
    assert_eq!(rows("2025-03-31"), [row("c1", 1, 1), row("c2", 0, 0)]);
    assert_eq!(rows("2025-06-30"), [row("c1", 1, 0), row("c2", 0, 0), row("-", 0, 1)]);
    assert_eq!(rows("2025-07-01"), [row("c1", 0, 0), row("c2", 1, 0), row("-", 0, 1)]);
}

/// 农集法 §44. Who pays the collective may pay from a person's account; nobody else has one.
#[test]
fn collective_money_is_never_in_an_account_of_a_person() {
    let mut desk = county(ChartStandard::SmallEnterprise2013);
    let number = "1234567890123456";
    for (kind, code) in [("county", "yh"), ("company", "gs"), ("street", "s1"), ("community", "c1"), ("shop", "S1")] {
        for holder in ["张三", "示例c2", "示例", ""] {
            let codes = desk.refuse(&fact("bank_account_registered", &account(number, kind, code, holder)));
            assert!(codes.contains(&"account_in_personal_name"), "{kind} {holder}: {codes:?}");
        }
        let own = account(number, kind, code, &format!("示例{code}"));
        assert!(desk.refuse(&fact("bank_account_registered", &own)).is_empty(), "{kind}");
        let as_the_book = desk.refuse(&fact("bank_account_registered", &account(number, kind, code, "示例公司")));
        assert_eq!(as_the_book.is_empty(), kind == "company", "the book's own unit only: {kind}");
    }
    let village = county(ChartStandard::RuralCollective2023);
    assert!(village.refuse(&fact("bank_account_registered", &account(number, "community", "c1", "示例公司"))).is_empty());

    // The name of that day, not of another.
    let rename = json!({ "code": "c1", "date": "2025-02-02", "document": "示例", "kind": "community", "name": "示例新c1" });
    desk.take(fact("unit_renamed", &rename));
    let renamed = account(number, "community", "c1", "示例新c1");
    assert_eq!(desk.refuse(&fact("bank_account_registered", &renamed)), ["account_in_personal_name"]);
    assert!(desk.refuse(&fact("bank_account_registered", &with(&renamed, &json!({ "since": "2025-02-02" })))).is_empty());

    desk.take(fact("bank_account_registered", &account("6200000000001111", "counterparty", "z1", "张三")));
    desk.take(fact("bank_account_registered", &account("6200000000002222", "counterparty", "z1", "示例z1")));
    desk.take(fact("bank_account_registered", &account("6200000000003333", "community", "c2", "示例c2")));
    let rows = organisation::report::bank_accounts(&desk.registers, date("2025-02-01"));
    let shown: Vec<_> = rows.iter().map(|row| (row.account.as_str(), row.pays_only)).collect();
    assert_eq!(shown, [("*3333", false), ("*1111", true), ("*2222", false)]);
    assert!(organisation::report::bank_accounts(&desk.registers, date("2025-01-31")).is_empty());
    // In full on the chain, and nowhere a person looks.
    let given = fact("bank_account_registered", &account(number, "company", "gs", "张三"));
    assert!(String::from_utf8_lossy(&given.encode()).contains(number));
    let told: Vec<String> = given.examine(&desk.registers, &desk.book).iter().map(Rule::message).collect();
    assert!(!format!("{given:?} {told:?} {rows:?}").contains("12345678") && told[0].contains("*3456") && told[0].contains("§44"));
}

#[test]
fn accounts_are_refused_and_closed() {
    let mut desk = county(ChartStandard::SmallEnterprise2013);
    let good = account("12345678", "community", "c1", "示例c1");
    for (changes, codes) in [
        (json!({ "account": "1234567" }), &["bank_account_number"][..]),
        (json!({ "account": "1".repeat(33) }), &["bank_account_number"]),
        (json!({ "account": "1234 5678" }), &["bank_account_number"]),
        (json!({ "account": "１２３４５６７８" }), &["bank_account_number"]),
        (json!({ "bank": "" }), &["name_missing"]),
        (json!({ "owner": { "code": "c3", "kind": "community" } }), &["unit_unknown"]),
        (json!({ "since": "2024-12-31" }), &["unit_unknown"]),
    ] {
        assert_eq!(desk.refuse(&fact("bank_account_registered", &with(&good, &changes))), codes, "{changes}");
    }
    let closing = json!({ "account": "12345678", "date": "2025-02-01", "document": "示例销户1号" });
    assert_eq!(desk.refuse(&fact("bank_account_closed", &closing)), ["bank_account_unknown"]);
    desk.take(fact("bank_account_registered", &good));
    for (changes, codes) in
        [(json!({ "date": "2025-01-31" }), &["bank_account_date"]), (json!({ "document": " " }), &["unit_document_missing"])]
    {
        assert_eq!(desk.refuse(&fact("bank_account_closed", &with(&closing, &changes))), codes, "{changes}");
    }
    desk.take(fact("bank_account_closed", &with(&closing, &json!({ "date": "2025-03-01" }))));
    assert_eq!(
        desk.refuse(&fact("bank_account_closed", &with(&closing, &json!({ "date": "2025-04-01" })))),
        ["bank_account_closed"]
    );
    let other = with(&good, &json!({ "holder": "示例c2", "owner": { "code": "c2", "kind": "community" } }));
    assert_eq!(desk.refuse(&fact("bank_account_registered", &other)), ["bank_account_taken"], "never reused");
    let open = |day: &str| organisation::report::bank_accounts(&desk.registers, date(day))[0].open;
    assert_eq!((open("2025-02-28"), open("2025-03-01")), (true, false));
}

/// J4: only to the community's own account.
#[test]
fn a_dividend_goes_to_an_open_account_of_the_community() {
    let mut desk = county(ChartStandard::SmallEnterprise2013);
    for holder in ["c1", "c2"] {
        let share = json!({ "date": "2025-01-01", "document": "示例章程", "due": "2029-12-31", "form": "cash", "holder": holder,
            "paid_in": "10000.00", "subscribed": "10000.00" });
        desk.take(fact("share_changed", &share));
    }
    let resolution = json!({ "agreed": [], "code": "R1", "date": "2025-01-31", "dividend": "900.00", "net_profit": "1000.00",
        "number": "示例决议1号", "optional_reserve": "0.00", "registered_capital": "60000.00", "statutory_reserve_before": "0.00",
        "undistributed_before": "0.00" });
    desk.take(fact("dividend_resolved", &resolution));
    let pay = |day: &str, document: &str, rows: Value| {
        fact("dividend_paid", &json!({ "date": day, "document": document, "payments": rows, "resolution": "R1" }))
    };
    let plain = |amount: &str| json!([{ "amount": amount, "holder": "c1" }]);
    let to = |number: &str| json!([{ "account": number, "amount": "100.00", "holder": "c1" }]);
    // Bytes of before: nothing is said where nothing is known.
    let before = pay("2025-02-01", "hd-1", plain("100.00"));
    assert!(!String::from_utf8_lossy(&before.encode()).contains("account"));
    desk.take(before);
    assert_eq!(desk.refuse(&pay("2025-02-01", "hd-2", to("10000001"))), ["payment_account_foreign"], "not registered");

    desk.take(fact("bank_account_registered", &account("10000001", "community", "c1", "示例c1")));
    desk.take(fact("bank_account_registered", &account("10000002", "community", "c2", "示例c2")));
    desk.take(fact("bank_account_registered", &account("10000003", "counterparty", "z1", "张三")));
    assert!(desk.refuse(&pay("2025-01-31", "hd-2", plain("1.00"))).is_empty(), "it was opened later");
    for (rows, codes) in [
        (plain("100.00"), &["payment_account_missing"][..]),
        (to("10000002"), &["payment_account_foreign"]),
        (to("10000003"), &["payment_account_foreign"]),
        (to("10000009"), &["payment_account_foreign"]),
        (plain("500.00"), &["payment_exceeds_owed", "payment_account_missing"]),
    ] {
        assert_eq!(desk.refuse(&pay("2025-02-01", "hd-2", rows.clone())), codes, "{rows}");
    }
    let registers = desk.registers.clone();
    let produced = desk.take(pay("2025-02-01", "hd-2", to("10000001")));
    let lines: Vec<_> =
        produced[0].lines.iter().map(|line| (crate::collective::tests::desk::role(line), line.side, line.amount)).collect();
    let amount = crate::collective::tests::desk::yuan("100.00");
    assert_eq!(lines, [(DividendPayable, Debit, amount), (Bank, Credit, amount)]);
    assert!(!format!("{produced:?}").contains("10000001"), "no voucher tells the number");
    desk.take(fact("withdrawn", &json!({ "reference": produced[0].reference })));
    desk.registers.withdrawals = registers.withdrawals;
    assert_eq!(desk.registers, registers, "taken back with its voucher");

    desk.take(fact("bank_account_closed", &json!({ "account": "10000001", "date": "2025-03-01", "document": "示例" })));
    assert!(desk.refuse(&pay("2025-02-28", "hd-3", to("10000001"))).is_empty());
    assert_eq!(desk.refuse(&pay("2025-03-01", "hd-3", to("10000001"))), ["payment_account_foreign"], "closed");
    assert_eq!(desk.refuse(&pay("2025-03-01", "hd-3", plain("1.00"))), ["payment_account_missing"]);
    let unresolved = json!({ "date": "2025-03-01", "document": "hd-3", "payments": to("1"), "resolution": "R9" });
    assert_eq!(desk.refuse(&fact("dividend_paid", &unresolved)), ["resolution_unknown"]);
}
