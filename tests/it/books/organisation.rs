//! Units, pairings and bank accounts on both engines: the same bytes, the same registers after a restart, and account
//! numbers that leave through no door but the journal's own bytes.

use super::business::{business, facts, record, refused, registers};
use super::fixture::register;
use super::fixture::{check_is_clean, fixed_keys, open};
use crate::support::Postgres;
use cunshe::bookkeeper::Bookkeeper;
use cunshe::ledger::{Dimension, DimensionCode, DimensionValue};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};

const DAY: Date = Date::constant(2025, 1, 31);
const NUMBER: &str = "6200000000004321";

fn unit(kind: &str, code: &str, name: &str) -> Value {
    json!({ "code": code, "document": "示例1号", "kind": kind, "name": name, "since": "2025-01-01" })
}

/// The county around the book, in small, after a year of business.
async fn organisation(books: &Bookkeeper) {
    business(books).await;
    let partner = DimensionValue {
        dimension: Dimension::Counterparty,
        code: DimensionCode::parse("g1").expect("code"),
        name: "示例局".into(),
        parent: None,
        remark: "示例".into(),
    };
    books.add_dimension_values("demo", vec![partner], "示例甲", DAY).await.expect("registered");
    let (mut community, mut partner) = (unit("community", "c2", "示例社区"), unit("partner", "g1", "示例局"));
    community["community_type"] = "with_organisation".into();
    partner["partner_type"] = "institution".into();
    let units = json!([
        unit("county", "yh", "示例县"),
        unit("company", "gs", "示例公司"),
        unit("shop", "S1", "示例店"),
        community,
        partner
    ]);
    assert_eq!(record(books, "unit_registered", units.clone()).await, 0, "no voucher");
    assert_eq!(refused(books, "unit_registered", json!([units[3]])).await, ["unit_code_taken"]);
    record(books, "partner_paired", json!([{ "community": "c2", "document": "示例", "partner": "g1", "since": "2025-01-01" }]))
        .await;
    record(books, "partner_unpaired", json!([{ "document": "示例", "partner": "g1", "until": "2025-01-15" }])).await;
    let rename = json!([{ "code": "c2", "date": "2025-01-10", "document": "示例", "kind": "community", "name": "示例新社区" }]);
    record(books, "unit_renamed", rename).await;
    let account = |holder: &str| json!([{ "account": NUMBER, "bank": "示例银行", "holder": holder, "owner": { "code": "c2", "kind": "community" }, "purpose": "basic", "since": "2025-01-11" }]);
    assert_eq!(refused(books, "bank_account_registered", account("张三")).await, ["account_in_personal_name"]);
    record(books, "bank_account_registered", account("示例新社区")).await;
    let pay = |row: Value| json!([{ "date": "2025-12-31", "document": "hd-10", "payments": [row], "resolution": "R1" }]);
    let plain = pay(json!({ "amount": "600.00", "holder": "c2" }));
    assert_eq!(refused(books, "dividend_paid", plain).await, ["payment_account_missing"]);
    let paid = pay(json!({ "account": NUMBER, "amount": "600.00", "holder": "c2" }));
    assert_eq!(record(books, "dividend_paid", paid).await, 1);
    let closing = json!([{ "account": NUMBER, "date": "2025-12-31", "document": "示例" }]);
    record(books, "bank_account_closed", closing).await;
}

/// The three registers of a day, as every door shows them.
fn shown(books: &Bookkeeper, day: Date) -> String {
    let view = books.book("demo").expect("book");
    ["units", "partners", "accounts"].map(|name| register(&view, name, day).expect("a register").to_string()).join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_county_stands_on_both_engines_and_after_a_restart() {
    let (folder, postgres) = (tempfile::tempdir().expect("folder"), Postgres::start());
    let mut seen = Vec::new();
    for url in [DbUrl::Sqlite(folder.path().join("a.db")), DbUrl::parse(&postgres.url("organisation")).expect("url")] {
        let keys = fixed_keys(&folder.path().join(format!("keys{}", seen.len())));
        let books = open(&url, &keys, true).await.expect("opens");
        organisation(&books).await;
        check_is_clean(&books).await;
        let (before, after) = (shown(&books, Date::constant(2025, 1, 9)), shown(&books, DAY));
        assert!(before.contains("\"name\":\"示例社区\"") && before.contains("\"institution\":1"), "{before}");
        assert!(after.contains("\"name\":\"示例新社区\"") && after.contains("\"name\":\"未结对\""), "{after}");
        assert!(!before.contains("*4321") && after.contains("*4321") && !after.contains(NUMBER), "{after}");
        let leaf = books.book("demo").expect("book").latest.leaf.to_string();
        seen.push((leaf, registers(&books), after));
        books.close().await;
        let again = open(&url, &keys, false).await.expect("opens again");
        assert_eq!((registers(&again), shown(&again, DAY)), (seen[seen.len() - 1].1.clone(), seen[seen.len() - 1].2.clone()));
        check_is_clean(&again).await;
        again.close().await;
    }
    assert_eq!(seen[0], seen[1], "SQLite and PostgreSQL differ");
    assert!(
        String::from_utf8_lossy(
            &facts("bank_account_closed", json!([{ "account": NUMBER, "date": "2025-02-01", "document": "示例" }]))[0].encode()
        )
        .contains(NUMBER)
    );
}
