//! Goods of a shop through the one writer: a month end takes the margin of what was sold, a day that is taken back moves the
//! stock, and the registers tie to the accounts throughout.

use super::business::{record, refused};
use super::fixture::register;
use super::fixture::{check_is_clean, fixed_keys, named, open, open_book, period, roles_with, signed};
use cunshe::bookkeeper::Bookkeeper;
use cunshe::ledger::{Amount, Dimension, VoucherNumber};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};

const DAY: Date = Date::constant(2025, 1, 31);

async fn prepare(books: &Bookkeeper) {
    open_book(books).await;
    let codes = [
        (Dimension::Shop, "S1"),
        (Dimension::Channel, "shop"),
        (Dimension::Counterparty, "g1"),
        (Dimension::Counterparty, "school"),
    ];
    books.add_dimension_values("demo", codes.map(named).to_vec(), "示例甲", DAY).await.expect("registered");
    record(
        books,
        "roles_assigned",
        roles_with(&[("goods_margin", "1407"), ("supplier_payable", "2202"), ("vat_relief_income", "5301")]),
    )
    .await;
}

/// Taxed goods and free ones, through one channel.
fn shop_day(day: &str, cost: &str) -> Value {
    json!([{
        "cost": cost, "date": day, "discount": "0.00", "receipts": "2", "returns": "0.00", "rounding": "0.00",
        "sales": [{ "channel": "shop", "gross": "1010.00" }, { "channel": "shop", "gross": "50.00", "tax_basis_points": "0" }],
        "shift": "1", "shop": "S1", "short_over": "0.00", "tax_basis_points": "100",
        "tenders": [{ "amount": "560.00", "kind": "cash" }, { "amount": "500.00", "counterparty": "school", "kind": "on_account" }],
    }])
}

/// Debit less credit of an account.
async fn balance(books: &Bookkeeper, account: &str) -> String {
    let view = books.book("demo").expect("book");
    let table = books.trial_balance(&view, Bookkeeper::whole_range(&view), None).await.expect("trial balance");
    let row = table.rows.iter().find(|row| row.account.as_str() == account);
    row.map_or(Amount::ZERO, |row| row.closing.debit.checked_sub(row.closing.credit).expect("small")).to_string()
}

async fn stock(books: &Bookkeeper, day: Date) -> Value {
    let view = books.book("demo").expect("book");
    register(&view, "goods", day).expect("a register")[0]["stock"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_end_takes_the_margin_and_a_day_taken_back_moves_the_stock() {
    let folder = tempfile::tempdir().expect("folder");
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    let books = open(&url, &fixed_keys(folder.path()), true).await.expect("opens");
    prepare(&books).await;
    let opened = json!([{ "date": "2025-01-01", "document": "示例办法", "margin": "0.00", "method": "retail", "shop": "S1", "stock": "0.00" }]);
    assert_eq!(record(&books, "goods_opened", opened).await, 0);
    let received = json!([{ "cost": "6000.00", "date": "2025-01-05", "document": "jh-1", "retail": "8000.00", "shop": "S1", "supplier": "g1" }]);
    assert_eq!(record(&books, "goods_received", received).await, 1);
    assert_eq!(record(&books, "shop_day_reported", shop_day("2025-01-10", "1000.00")).await, 1);
    assert_eq!((balance(&books, "5001").await, balance(&books, "2221").await), ("-1050.00".into(), "-10.00".into()));

    // 差价率 = 2,000 / (7,000 left + 1,000 sold)
    let january = books.month_end("demo", period(1), signed()).await.expect("January");
    assert_eq!((january.receipts.len(), balance(&books, "1407").await), (1, "-1750.00".into()));
    assert_eq!(books.month_end("demo", period(1), signed()).await.expect("again").receipts.len(), 0);
    // The day was mistyped: its margin and itself are taken back, and the month is computed anew.
    books.reverse("demo", (period(1), january.receipts[0].number), "r1", DAY, signed()).await.expect("reversed");
    let margin = january.receipts[0].number;
    let day = VoucherNumber { serial: margin.serial - 1, ..margin };
    books.reverse("demo", (period(1), day), "r2", DAY, signed()).await.expect("reversed");
    assert_eq!((stock(&books, DAY).await, balance(&books, "1405").await), (json!("8000.00"), "8000.00".into()));
    record(&books, "shop_day_reported", shop_day("2025-01-10", "4000.00")).await;
    assert_eq!((stock(&books, DAY).await, balance(&books, "1405").await), (json!("4000.00"), "4000.00".into()));
    assert_eq!(books.month_end("demo", period(1), signed()).await.expect("anew").receipts.len(), 1);
    assert_eq!((balance(&books, "1407").await, balance(&books, "5401").await), ("-1000.00".into(), "3000.00".into()));

    let counted = json!([{ "counted": "3990.00", "date": "2025-01-31", "document": "示例盘点", "shop": "S1" }]);
    assert_eq!(record(&books, "goods_counted", counted).await, 1);
    assert_eq!((stock(&books, DAY).await, balance(&books, "1901").await), (json!("3990.00"), "7.50".into()));
    let banked = |amount: &str| json!([{ "amount": amount, "date": "2025-01-31", "document": "hd-1", "shop": "S1" }]);
    assert_eq!(refused(&books, "cash_banked", banked("560.01")).await, ["cash_exceeds"]);
    assert_eq!(record(&books, "cash_banked", banked("560.00")).await, 1);
    let collected = json!([{ "amount": "500.00", "counterparty": "school", "date": "2025-01-31", "document": "hd-2" }]);
    assert_eq!(record(&books, "receivable_collected", collected).await, 1);
    assert_eq!((balance(&books, "1001").await, balance(&books, "1122").await), ("0.00".into(), "0.00".into()));
    check_is_clean(&books).await;
    books.close().await;
}
