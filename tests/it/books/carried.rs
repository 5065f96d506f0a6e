//! 期初往来 against the books: it is what the opening balances say, and later facts pay it.

use super::business::{facts, record, refused};
use super::fixture::register;
use super::fixture::{check_is_clean, fixed_keys, named, open, open_book, roles_with, signed};
use cunshe::bookkeeper::{Bookkeeper, PostError};
use cunshe::ledger::{AccountCode, Amount, Dimension, DimensionCode, DimensionSet, Draft, DraftLine, Purpose, Side, Word};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};

const FIRST: Date = Date::constant(2025, 1, 1);

/// Account, side, fen, and a code where the line names one.
type OpeningLine<'a> = (&'a str, Side, i64, Option<(Dimension, &'a str)>);

fn openings(rows: &[OpeningLine]) -> Draft {
    let line = |(account, side, fen, code): &OpeningLine| {
        let mut dimensions = DimensionSet::new();
        if let Some((dimension, code)) = code {
            dimensions.insert(*dimension, DimensionCode::parse(code).expect("code"));
        }
        let account = AccountCode::parse(account).expect("code");
        DraftLine { account, side: *side, amount: Amount::from_fen(*fen), dimensions, memo: String::new() }
    };
    Draft {
        date: FIRST,
        period: None,
        word: Word::Opening,
        purpose: Purpose::Opening,
        memo: "期初余额".into(),
        lines: rows.iter().map(line).collect(),
        attachment_count: 0,
        attachments: Vec::new(),
        signatures: signed(),
        source: Default::default(),
        reverses: None,
    }
}

async fn prepare(books: &Bookkeeper) {
    open_book(books).await;
    let codes = [
        (Dimension::Shop, "S1"),
        (Dimension::Shop, "S2"),
        (Dimension::Counterparty, "g1"),
        (Dimension::Counterparty, "g2"),
        (Dimension::Contract, "HT-1"),
    ];
    books.add_dimension_values("demo", codes.map(named).to_vec(), "示例甲", FIRST).await.expect("registered");
    let rows = [
        ("2202", Side::Credit, 50_000, Some((Dimension::Counterparty, "g1"))),
        ("1001", Side::Debit, 90_000, None),
        ("1012", Side::Debit, 30_000, Some((Dimension::Shop, "S1"))),
        ("3001", Side::Credit, 70_000, None),
    ];
    books.post("demo", "openings", vec![openings(&rows)]).await.expect("openings");
    record(books, "roles_assigned", roles_with(&[("supplier_payable", "2202")])).await;
}

fn carried(kind: &str, code: &str, amount: &str) -> Value {
    json!([{ "amount": amount, "code": code, "date": "2024-06-30", "document": "示例对账单", "kind": kind }])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_carried_is_what_the_opening_balances_say() {
    let folder = tempfile::tempdir().expect("folder");
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    let books = open(&url, &fixed_keys(folder.path()), true).await.expect("opens");
    prepare(&books).await;
    for (kind, code, amount, refusal) in [
        // An account of its own, by code: exactly that.
        ("supplier_payable", "g1", "499.99", "carried_differs"),
        ("supplier_payable", "g1", "500.01", "carried_differs"),
        ("supplier_payable", "g2", "500.00", "carried_differs"),
        // No opening balance of cash names a shop: no more than all of it.
        ("cash", "S1", "900.01", "carried_differs"),
        // One account for all platforms: no more than the shop has there.
        ("wechat_in_transit", "S1", "300.01", "carried_differs"),
        ("wechat_in_transit", "S2", "1.00", "carried_differs"),
        ("deposit_held", "HT-1", "1.00", "role_without_account"),
    ] {
        assert_eq!(refused(&books, "balance_carried", carried(kind, code, amount)).await, [refusal], "{kind} {code} {amount}");
    }
    // Of one request too: the second sees the first.
    let both = json!([carried("cash", "S1", "600.00")[0], carried("cash", "S2", "300.01")[0]]);
    match books.record("demo", facts("balance_carried", both), FIRST, signed()).await {
        Err(PostError::Refused(refused)) => assert_eq!((refused.len(), refused[0].index), (1, 1)),
        other => panic!("{other:?}"),
    }
    for (kind, code, amount) in [
        ("supplier_payable", "g1", "500.00"),
        ("cash", "S1", "600.00"),
        ("cash", "S2", "300.00"),
        ("wechat_in_transit", "S1", "100.00"),
        ("alipay_in_transit", "S1", "200.00"),
    ] {
        assert_eq!(record(&books, "balance_carried", carried(kind, code, amount)).await, 0, "{kind} {code}");
    }
    assert_eq!(refused(&books, "balance_carried", carried("card_in_transit", "S1", "0.01")).await, ["carried_differs"]);
    assert_eq!(refused(&books, "balance_carried", carried("cash", "S1", "600.00")).await, ["carried_twice"]);
    let view = books.book("demo").expect("book");
    assert_eq!(register(&view, "carried", FIRST).expect("a register").as_array().expect("rows").len(), 5);
    assert_eq!(register(&view, "suppliers", Date::constant(2025, 12, 31)).expect("a register")[0]["within_2_years"], "500.00");
    let paid = json!([{ "amount": "500.00", "date": "2025-01-20", "document": "hd-1", "supplier": "g1" }]);
    assert_eq!(record(&books, "supplier_paid", paid).await, 1);
    let arrived = json!([{ "amount": "199.00", "date": "2025-01-02", "fee": "1.00", "shop": "S1", "tender": "alipay" }]);
    assert_eq!(record(&books, "settlement_arrived", arrived).await, 1);
    check_is_clean(&books).await;
    books.close().await;
    // A start reads it all back.
    let books = open(&url, &fixed_keys(folder.path()), false).await.expect("opens again");
    assert_eq!(refused(&books, "balance_carried", carried("cash", "S1", "600.00")).await, ["carried_twice"]);
    check_is_clean(&books).await;
    books.close().await;
}
