//! 减免增值税转出 against the books: a quarter that stays below the 起征点, and no more than stands on the day.

use super::business::{facts, record, refused};
use super::fixture::{check_is_clean, draft, fixed_keys, open, open_book, signed};
use cunshe::bookkeeper::{Bookkeeper, PostError};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};

const DAY: Date = Date::constant(2025, 1, 31);

fn release(quarter: &str, date: &str, amount: &str) -> Value {
    json!([{ "amount": amount, "date": date, "document": "示例申报表", "quarter": quarter }])
}

/// Money for an account on the 28th of a month.
async fn post(books: &Bookkeeper, month: i8, account: &str, fen: i64) {
    let key = format!("{month}-{account}-{fen}");
    books.post("demo", &key, vec![draft(month, "1002", account, fen)]).await.unwrap_or_else(|error| panic!("{key}: {error:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_quarter_below_the_threshold_is_released_and_only_what_stands() {
    let folder = tempfile::tempdir().expect("folder");
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    let books = open(&url, &fixed_keys(folder.path()), true).await.expect("opens");
    open_book(&books).await;
    assert_eq!(refused(&books, "vat_released", release("2025Q1", "2025-03-31", "1.00")).await, ["role_without_account"]);
    let roles = [("vat", "2221"), ("vat_relief_income", "5301")];
    let roles = roles.map(|(role, account)| json!({ "account": account, "role": role }));
    record(&books, "roles_assigned", json!([{ "roles": roles }])).await;
    post(&books, 1, "5001", 29_000_000).await;
    post(&books, 1, "2221", 290_000).await;
    post(&books, 2, "2221", 10_000).await;
    post(&books, 4, "2221", 50_000).await;

    let first = |amount: &str| release("2025Q1", "2025-04-10", amount);
    assert_eq!(refused(&books, "vat_released", first("3000.01")).await, ["vat_released_exceeds"], "April's tax came later");
    // All sales of the quarter count, in every month of it.
    post(&books, 3, "5001", 1_000_001).await;
    assert_eq!(refused(&books, "vat_released", first("3000.00")).await, ["vat_released_threshold_reached"]);
    let both = ["vat_released_threshold_reached", "vat_released_exceeds"];
    assert_eq!(refused(&books, "vat_released", first("3000.01")).await, both, "all that is wrong at once");
    // Exactly 300,000.00 was not taxed in 2025.
    post(&books, 3, "5001", -1).await;
    assert_eq!(record(&books, "vat_released", first("3000.00")).await, 1);
    assert_eq!(record(&books, "vat_released", first("3000.00")).await, 1, "the same again is the same request");
    assert_eq!(refused(&books, "vat_released", first("1.00")).await, ["vat_released_twice"]);

    // The second of a request finds what the first has left.
    let two = json!([release("2025Q2", "2025-09-30", "300.00")[0], release("2025Q3", "2025-09-30", "200.01")[0]]);
    match books.record("demo", facts("vat_released", two), DAY, signed()).await {
        Err(PostError::Refused(refused)) => {
            assert_eq!((refused.len(), refused[0].index), (1, 1));
            assert_eq!(refused[0].refusal.reasons[0].rule.code(), "vat_released_exceeds");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(refused(&books, "vat_released", release("2028Q1", "2028-03-31", "1.00")).await, ["vat_threshold_unknown"]);
    assert_eq!(refused(&books, "vat_released", release("2025Q9", "2025-12-31", "1.00")).await, ["vat_quarter"]);
    check_is_clean(&books).await;
    books.close().await;
}
