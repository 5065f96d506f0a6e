//! Fixed assets through the one writer: the month end depreciates what is due, and what is left open is said in the registers.

use super::fixture::register;
use super::fixture::{check_is_clean, fixed_keys, open, open_book, period, signed};
use cunshe::bookkeeper::Bookkeeper;
use cunshe::collective::Fact;
use cunshe::ledger::{Amount, Dimension, DimensionCode, DimensionValue};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};

const DAY: Date = Date::constant(2025, 3, 31);
/// How many assets of the same card the book has.
const ASSETS: usize = 200;

async fn record(books: &Bookkeeper, word: &str, rows: Vec<Value>) -> usize {
    let facts =
        rows.iter().map(|row| Fact::read(word, row.to_string().as_bytes()).unwrap_or_else(|error| panic!("{row}: {error}")));
    let posted = books.record("demo", facts.collect(), DAY, signed()).await.unwrap_or_else(|error| panic!("{word}: {error:?}"));
    posted.receipts.len()
}

/// Debit less credit of one account and asset.
async fn balance(books: &Bookkeeper, account: &str, asset: &str) -> Option<Amount> {
    let view = books.book("demo").expect("book");
    let rows = books.balances_by(&view, Bookkeeper::whole_range(&view), Dimension::Asset).await.expect("balances");
    rows.into_iter().find(|row| row.account.to_string() == account && row.code == asset).map(|row| row.closing)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_end_depreciates_every_asset_and_a_reversal_opens_the_month_again() {
    let folder = tempfile::tempdir().expect("folder");
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    let books = open(&url, &fixed_keys(folder.path()), true).await.expect("opens");
    open_book(&books).await;
    let codes: Vec<String> = (0..ASSETS).map(|number| format!("GD-{number:03}")).collect();
    let value = |code: &String| DimensionValue {
        dimension: Dimension::Asset,
        code: DimensionCode::parse(code).expect("code"),
        name: format!("示例{code}"),
        parent: None,
        remark: "示例".into(),
    };
    books.add_dimension_values("demo", codes.iter().map(value).collect(), "示例甲", DAY).await.expect("registered");
    let roles = [
        ("bank", "1002"),
        ("fixed_asset", "1601"),
        ("accumulated_depreciation", "1602"),
        ("asset_disposal", "1606"),
        ("depreciation_selling", "5601"),
        ("disposal_loss", "5711"),
    ];
    let roles = roles.map(|(role, account)| json!({ "account": account, "role": role }));
    record(&books, "roles_assigned", vec![json!({ "roles": roles })]).await;
    let card = |code: &String| {
        json!({ "asset": code, "class": "设备", "cost": "100.00", "date": "2025-01-05", "document": "示例发票1号",
            "expense": "selling", "months": "3", "name": "示例设备", "residual_value": "0.00", "source": "purchased" })
    };
    assert_eq!(record(&books, "fixed_asset_added", codes.iter().map(card).collect()).await, ASSETS);

    assert_eq!(books.month_end("demo", period(1), signed()).await.expect("January").receipts.len(), 0);
    let february = books.month_end("demo", period(2), signed()).await.expect("February");
    assert_eq!(february.receipts.len(), ASSETS);
    books.reverse("demo", (period(2), february.receipts[0].number), "r1", DAY, signed()).await.expect("reversed");
    assert_eq!(books.month_end("demo", period(2), signed()).await.expect("again").receipts.len(), 1, "the one that is open");
    assert_eq!(balance(&books, "1602", "GD-000").await, Amount::parse_canonical("-33.33"));

    let gone =
        json!({ "asset": "GD-000", "date": "2025-03-10", "document": "示例处置1号", "proceeds": "1.00", "reason": "scrapped" });
    assert_eq!(record(&books, "fixed_asset_disposed", vec![gone]).await, 1);
    for account in ["1601", "1602", "1606"] {
        assert!(balance(&books, account, "GD-000").await.is_none_or(Amount::is_zero), "{account}");
    }
    assert_eq!(books.month_end("demo", period(3), signed()).await.expect("March").receipts.len(), ASSETS - 1);

    let found = |code: &String| json!({ "asset": code, "finding": "found", "note": "" });
    let rows: Vec<Value> = codes.iter().skip(1).map(found).collect();
    let taken = json!({ "date": "2025-03-31", "document": "示例盘点1号", "kind": "fixed", "rows": rows, "surplus": [] });
    assert_eq!(record(&books, "stock_taken", vec![taken]).await, 0);
    let view = books.book("demo").expect("book");
    let takes = register(&view, "stock_takes", DAY).expect("a register");
    assert_eq!((&takes[0]["found"], &takes[0]["open"]), (&json!(ASSETS - 1), &json!([])));
    let cards = register(&view, "fixed_assets", DAY).expect("a register");
    assert_eq!((&cards[0]["reason"], &cards[1]["value"]), (&json!("scrapped"), &json!("33.33")));
    check_is_clean(&books).await;
    books.close().await;
}
