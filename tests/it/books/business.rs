//! The business on both engines: facts and the vouchers they ask for, the same bytes, the same registers after a restart,
//! and a register that follows when a voucher is taken back.

use super::fixture::{check_is_clean, fixed_keys, named, open, open_book, period, roles_with, signed};
use crate::support::Postgres;
use cunshe::bookkeeper::{Bookkeeper, PostError};
use cunshe::collective::Fact;
use cunshe::ledger::shop_profit::ProfitBy;
use cunshe::ledger::{AccountCode, Amount, Dimension, VoucherNumber, Word};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};

const DAY: Date = Date::constant(2025, 1, 31);

pub fn facts(word: &str, rows: Value) -> Vec<Fact> {
    let all = rows.as_array().expect("rows").clone();
    all.iter().map(|row| Fact::read(word, row.to_string().as_bytes()).unwrap_or_else(|error| panic!("{row}: {error}"))).collect()
}

pub async fn record(books: &Bookkeeper, word: &str, rows: Value) -> usize {
    let posted = books.record("demo", facts(word, rows), DAY, signed()).await.unwrap_or_else(|error| panic!("{word}: {error:?}"));
    posted.receipts.len()
}

/// The stable codes by which facts are refused.
pub async fn refused(books: &Bookkeeper, word: &str, rows: Value) -> Vec<&'static str> {
    match books.record("demo", facts(word, rows), DAY, signed()).await {
        Err(PostError::Refused(refused)) => {
            refused.iter().flat_map(|one| one.refusal.reasons.iter().map(|reason| reason.rule.code())).collect()
        }
        other => panic!("{word}: {other:?}"),
    }
}

async fn register_codes(books: &Bookkeeper) {
    let codes = [
        (Dimension::Counterparty, "z1"),
        (Dimension::Counterparty, "school"),
        (Dimension::IncomeType, "02"),
        (Dimension::Asset, "DG-1"),
        (Dimension::Contract, "HT-1"),
        (Dimension::Contract, "HT-2"),
        (Dimension::Shop, "S1"),
        (Dimension::Channel, "school"),
        (Dimension::Channel, "shop"),
        (Dimension::Resolution, "R1"),
    ];
    books.add_dimension_values("demo", codes.map(named).to_vec(), "示例甲", DAY).await.expect("registered");
    // Memorandum accounts: the one element that no official chart has.
    let account = |text: &str, name: &str, normal_side| cunshe::ledger::Account {
        code: AccountCode::parse(text).expect("code"),
        name: name.into(),
        element: cunshe::ledger::Element::Memorandum,
        normal_side,
        official: false,
        requires: vec![Dimension::Asset],
    };
    let memorandum = vec![
        account("9001", "受托代管资产", cunshe::ledger::Side::Debit),
        account("9002", "受托代管资产对应", cunshe::ledger::Side::Credit),
    ];
    books.add_accounts("demo", memorandum, "示例甲", DAY).await.expect("added");
}

fn roles() -> Value {
    roles_with(&[
        ("rent_receivable", "1221"),
        ("rent_advance", "2203"),
        ("lease_income", "5051"),
        ("treasury_payable", "2241"),
        ("entrusted_income", "5051"),
        ("custody_asset", "9001"),
        ("custody_contra", "9002"),
        ("statutory_reserve", "3101"),
        ("statutory_reserve_taken", "3104"),
        ("optional_reserve", "3101"),
        ("optional_reserve_taken", "3104"),
        ("dividend_taken", "3104"),
        ("dividend_payable", "2232"),
    ])
}

/// An asset from its card to its custodian, 40 % of its rent kept. Gives the vouchers of the last step.
pub async fn entrust(books: &Bookkeeper) -> usize {
    let card = json!([{
        "address": "示例路1号", "area": "86.00", "class": "房屋", "code": "DG-1", "date": "2025-01-01", "document": "示例清理1号",
        "name": "闲置国有门面", "original_value": "120000.00", "owner": "示例局",
    }]);
    record(books, "asset_registered", card).await;
    let certified = json!([{ "asset": "DG-1", "date": "2025-01-01", "document": "示例证1号", "step": "certified" }]);
    record(books, "asset_stepped", certified).await;
    let entrusted = json!([{
        "asset": "DG-1", "custodian": "c1", "date": "2025-01-01", "document": "示例移交1号",
        "rent_destination": { "document": "示例批复1号", "kept_basis_points": "4000" }, "step": "entrusted",
    }]);
    record(books, "asset_stepped", entrusted).await
}

fn contract(code: &str, asset: Option<&str>) -> Value {
    let mut terms = json!({
        "advance": "no", "code": code, "community": "c1", "counterparty": "z1", "deposit": "0.00", "end": "2025-12-31",
        "escalation_basis_points": "0", "floor": "0.00", "frequency": "monthly", "income_type": "02", "kind": "lease",
        "late_fee_basis_points": "5", "rent": "1050.00", "rent_free_days": "0", "resolution": "示例决议1号",
        "signed": "2025-01-01", "start": "2025-01-01",
    });
    if let Some(asset) = asset {
        terms["asset"] = asset.into();
    }
    json!([terms])
}

fn shop_day(day: &str) -> Value {
    json!([{
        "cost": "7000.00", "date": day, "discount": "0.00", "receipts": "120", "returns": "0.00", "rounding": "0.00",
        "sales": [{ "channel": "school", "gross": "2000.00" }, { "channel": "shop", "gross": "8100.00" }],
        "shift": "1", "shop": "S1", "short_over": "0.00", "tax_basis_points": "100",
        "tenders": [
            { "amount": "1100.00", "kind": "cash" }, { "amount": "7000.00", "kind": "wechat" },
            { "amount": "2000.00", "counterparty": "school", "kind": "on_account" },
        ],
    }])
}

/// A year of everything, in small.
pub async fn business(books: &Bookkeeper) {
    open_book(books).await;
    register_codes(books).await;
    assert_eq!(refused(books, "shop_day_reported", shop_day("2025-01-05")).await, ["role_without_account"]);
    record(books, "roles_assigned", roles()).await;
    assert_eq!(entrust(books).await, 1, "custody is posted");
    record(books, "contract_signed", contract("HT-1", None)).await;
    record(books, "contract_signed", contract("HT-2", Some("DG-1"))).await;
    assert_eq!(
        refused(books, "contract_signed", contract("HT-2", Some("DG-1"))).await,
        ["contract_code_taken", "asset_let_twice"]
    );
    assert_eq!(
        books.month_end("demo", period(1), signed()).await.expect("accrued").receipts.len(),
        1,
        "agent money is not accrued"
    );
    assert_eq!(books.month_end("demo", period(1), signed()).await.expect("again").receipts.len(), 0);
    let money = |contract: &str| json!([{ "amount": "1050.00", "contract": contract, "date": "2025-01-31", "document": format!("hd-{contract}"), "kind": "rent" }]);
    record(books, "money_received", money("HT-1")).await;
    record(books, "money_received", money("HT-2")).await;

    record(books, "shop_day_reported", shop_day("2025-01-05")).await;
    assert_eq!(
        refused(
            books,
            "shop_day_reported",
            json!([{ "cost": "0.00", "date": "2025-01-06", "discount": "0.00",
        "receipts": "1", "returns": "0.00", "rounding": "0.00", "sales": [{ "channel": "shop", "gross": "5.00" }], "shift": "1",
        "shop": "S1", "short_over": "0.00", "tax_basis_points": "100", "tenders": [{ "amount": "4.00", "kind": "cash" }] }])
        )
        .await,
        ["shop_day_payments_differ"]
    );
    let settlement = json!([{ "amount": "6958.00", "date": "2025-01-06", "fee": "42.00", "shop": "S1", "tender": "wechat" }]);
    record(books, "settlement_arrived", settlement.clone()).await;
    assert!(
        refused(
            books,
            "settlement_arrived",
            json!([{ "amount": "1.00", "date": "2025-01-07", "fee": "0.00", "shop": "S1", "tender": "wechat" }])
        )
        .await
        .contains(&"settlement_exceeds_transit")
    );

    let share = |holder: &str, paid: &str| json!({ "date": "2025-01-01", "document": "示例章程", "due": "2029-12-31", "form": "cash", "holder": holder, "paid_in": paid, "subscribed": "30000.00" });
    record(books, "share_changed", json!([share("c1", "10000.00"), share("c2", "20000.00")])).await;
    // What the books have earned: a lease 1,000.00, an entrusted asset's 400.00, a shop 10,000.00 less 7,000.00 and a fee of 42.00.
    let resolution = json!([{
        "agreed": [], "code": "R1", "date": "2025-12-31", "dividend": "900.00", "net_profit": "4358.00", "number": "示例决议2号",
        "optional_reserve": "0.00", "registered_capital": "60000.00", "statutory_reserve_before": "0.00", "undistributed_before": "0.00",
    }]);
    record(books, "dividend_resolved", resolution).await;
    let pay = |amount: &str| json!([{ "date": "2025-12-31", "document": "hd-9", "payments": [{ "amount": amount, "holder": "c1" }], "resolution": "R1" }]);
    assert_eq!(refused(books, "dividend_paid", pay("300.01")).await, ["payment_exceeds_owed"]);
    record(books, "dividend_paid", pay("300.00")).await;
}

/// Every register as text.
pub fn registers(books: &Bookkeeper) -> String {
    format!("{:#?}", books.book("demo").expect("book").registers)
}

async fn balance(books: &Bookkeeper, account: &str) -> Amount {
    let view = books.book("demo").expect("book");
    let table = books.trial_balance(&view, Bookkeeper::whole_range(&view), None).await.expect("trial balance");
    let row = table.rows.iter().find(|row| row.account.as_str() == account);
    row.map_or(Amount::ZERO, |row| row.closing.debit.checked_sub(row.closing.credit).expect("small"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_business_gives_the_same_registers_on_both_engines() {
    let (folder, postgres) = (tempfile::tempdir().expect("folder"), Postgres::start());
    let mut seen = Vec::new();
    for url in [DbUrl::Sqlite(folder.path().join("a.db")), DbUrl::parse(&postgres.url("business")).expect("url")] {
        let keys = fixed_keys(&folder.path().join(format!("keys{}", seen.len())));
        let books = open(&url, &keys, true).await.expect("opens");
        business(&books).await;
        check_is_clean(&books).await;
        // The registers tie to the accounts: custody to 9001, dividends owed to 2232, transit to 1012.
        let fen = |text: &str| Amount::parse_canonical(text).expect("amount");
        for (account, expected) in
            [("9001", "120000.00"), ("9002", "-120000.00"), ("2232", "-600.00"), ("1012", "0.00"), ("2241", "-630.00")]
        {
            assert_eq!(balance(&books, account).await, fen(expected), "{account}");
        }
        let view = books.book("demo").expect("book");
        for (by, rows) in [(ProfitBy::Shop, 1), (ProfitBy::Month, 1), (ProfitBy::Channel, 3)] {
            let views = std::slice::from_ref(&view);
            let table = books.shop_profit(views, Bookkeeper::whole_range(&view), by, None).await.expect("statement");
            assert_eq!(table.rows().count(), rows, "{by:?}");
            let total = table.total;
            assert_eq!((total.sales, total.gross_profit, total.profit), (fen("10000.00"), fen("3000.00"), fen("2958.00")));
        }
        let leaf = books.book("demo").expect("book").latest.leaf.to_string();
        seen.push((leaf, registers(&books)));
        books.close().await;
        let again = open(&url, &keys, false).await.expect("opens again");
        assert_eq!(registers(&again), seen[seen.len() - 1].1, "a replay of the facts builds every register anew");
        check_is_clean(&again).await;
        again.close().await;
    }
    assert_eq!(seen[0], seen[1], "SQLite and PostgreSQL differ");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_are_recorded_once_whole_and_taken_back_with_their_vouchers() {
    let folder = tempfile::tempdir().expect("folder");
    let books = open(&DbUrl::Sqlite(folder.path().join("a.db")), &fixed_keys(folder.path()), true).await.expect("opens");
    business(&books).await;
    // The same fact again is the same request.
    let again = books.record("demo", facts("shop_day_reported", shop_day("2025-01-05")), DAY, signed()).await.expect("replayed");
    assert!(again.replayed);
    // Two facts, of which the second cannot stand: neither does.
    let before = (registers(&books), books.book("demo").expect("book").latest);
    let mut both = shop_day("2025-01-08").as_array().expect("rows").clone();
    both.extend(shop_day("2025-01-08").as_array().expect("rows").clone());
    assert_eq!(refused(&books, "shop_day_reported", Value::Array(both)).await, ["shop_day_duplicate"]);
    assert_eq!((registers(&books), books.book("demo").expect("book").latest), before);
    // A day, taken back with its voucher, may be reported anew.
    let posted = books.record("demo", facts("shop_day_reported", shop_day("2025-01-09")), DAY, signed()).await.expect("recorded");
    assert!(registers(&books) != before.0);
    let number = posted.receipts[0].number;
    books.reverse("demo", (period(1), number), "r1", DAY, signed()).await.expect("reversed");
    let uncounted = |text: &str| text.replace("withdrawals: 1", "withdrawals: 0");
    assert!(uncounted(&registers(&books)) == before.0, "the register is as it was");
    // The very same facts on the very same date are a new request now, not a replay of the one that was taken back.
    let corrected = books.record("demo", facts("shop_day_reported", shop_day("2025-01-09")), DAY, signed()).await.expect("again");
    assert_eq!((corrected.receipts.len(), corrected.replayed), (1, false));
    let share = json!([{ "date": "2025-01-01", "document": "示例章程", "due": "2029-12-31", "form": "cash", "holder": "c1", "paid_in": "10000.00", "subscribed": "30000.00" }]);
    assert_eq!(refused(&books, "share_changed", share).await, ["share_change_repeated"], "a retry is no second payment");
    assert_eq!(
        refused(&books, "withdrawn", json!([{ "reference": "shop_day_reported/S1/2025-01-09/1" }])).await,
        ["withdrawn_by_reversal"]
    );
    for (key, value) in [("rent_free_days", "4294967295"), ("end", "2199-12-31")] {
        let mut terms = contract("HT-9", None);
        terms[0][key] = value.into();
        assert!(refused(&books, "contract_signed", terms).await.contains(&"contract_term_too_long"), "{key}");
    }
    // An ordinary voucher may not book income from an asset whose rent has no stated destination.
    let number = VoucherNumber { word: Word::General, serial: 1 };
    let view = books.book("demo").expect("book");
    assert!(
        books
            .voucher(&view, period(1), number)
            .await
            .expect("read")
            .expect("there")
            .voucher
            .source
            .reference
            .starts_with("asset_stepped/")
    );
    check_is_clean(&books).await;
    books.close().await;
}
