//! What is collected and owed through the one writer: rent for the treasury until it is paid over, services that are confirmed
//! until they are paid, capital that is paid in. The registers tie to the accounts, a reversal gives back what a voucher
//! stood for, and a restart finds it all again.

use super::business::{entrust, facts, record, refused, registers};
use super::fixture::register;
use super::fixture::{check_is_clean, fixed_keys, named, open, open_book, period, signed};
use cunshe::bookkeeper::{Bookkeeper, PostError};
use cunshe::ledger::{AccountCode, Amount, Dimension, Element, Side};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};

const DAY: Date = Date::constant(2025, 1, 31);

async fn prepare(books: &Bookkeeper) {
    open_book(books).await;
    let codes = [
        (Dimension::Counterparty, "z1"),
        (Dimension::IncomeType, "02"),
        (Dimension::Asset, "DG-1"),
        (Dimension::Contract, "HT-1"),
        (Dimension::Contract, "HT-2"),
    ];
    books.add_dimension_values("demo", codes.map(named).to_vec(), "示例甲", DAY).await.expect("registered");
    let memorandum = |(text, name, normal_side): (&str, &str, Side)| cunshe::ledger::Account {
        code: AccountCode::parse(text).expect("code"),
        name: name.into(),
        element: Element::Memorandum,
        normal_side,
        official: false,
        requires: vec![Dimension::Asset],
    };
    let accounts = [("9001", "受托代管资产", Side::Debit), ("9002", "受托代管资产对应", Side::Credit)].map(memorandum);
    books.add_accounts("demo", accounts.to_vec(), "示例甲", DAY).await.expect("added");
    let roles = [
        ("bank", "1002"),
        ("vat", "2221"),
        ("treasury_payable", "2241"),
        ("entrusted_income", "5051"),
        ("intermediary_income", "5001"),
        ("service_receivable", "1122"),
        ("paid_in_capital", "3001"),
        ("custody_asset", "9001"),
        ("custody_contra", "9002"),
    ];
    let roles = roles.map(|(role, account)| json!({ "account": account, "role": role }));
    record(books, "roles_assigned", json!([{ "roles": roles }])).await;
}

fn terms(code: &str, kind: &str, asset: Option<&str>) -> Value {
    let mut terms = json!({
        "advance": "no", "code": code, "community": "c1", "counterparty": "z1", "deposit": "0.00", "end": "2025-12-31",
        "escalation_basis_points": "0", "floor": "0.00", "frequency": "monthly", "income_type": "02", "kind": kind,
        "late_fee_basis_points": "5", "rent": "1050.00", "rent_free_days": "0", "resolution": "示例决议1号",
        "signed": "2025-01-01", "start": "2025-01-01",
    });
    if let Some(asset) = asset {
        terms["asset"] = asset.into();
    }
    json!([terms])
}

fn money(contract: &str, amount: &str, document: &str) -> Value {
    json!([{ "amount": amount, "contract": contract, "date": "2025-01-31", "document": document, "kind": "rent" }])
}

/// Debit less credit of an account by one code.
async fn balance(books: &Bookkeeper, account: &str, dimension: Dimension, code: &str) -> String {
    let view = books.book("demo").expect("book");
    let rows = books.balances_by(&view, Bookkeeper::whole_range(&view), dimension).await.expect("balances");
    let row = rows.into_iter().find(|row| row.account.as_str() == account && row.code == code);
    row.map_or(Amount::ZERO, |row| row.closing).to_string()
}

fn rows(books: &Bookkeeper, name: &str) -> Value {
    register(&books.book("demo").expect("book"), name, DAY).expect("a register")
}

#[tokio::test(flavor = "multi_thread")]
async fn rent_for_the_treasury_is_owed_until_it_is_paid_over() {
    let folder = tempfile::tempdir().expect("folder");
    let (url, keys) = (DbUrl::Sqlite(folder.path().join("a.db")), fixed_keys(folder.path()));
    let books = open(&url, &keys, true).await.expect("opens");
    prepare(&books).await;
    entrust(&books).await;
    record(&books, "contract_signed", terms("HT-1", "lease", Some("DG-1"))).await;
    record(&books, "money_received", money("HT-1", "1050.00", "hd-1")).await;
    let paid =
        |amount: &str, document: &str| json!([{ "amount": amount, "asset": "DG-1", "date": "2025-01-31", "document": document }]);
    assert_eq!(refused(&books, "treasury_remitted", paid("630.01", "示例缴款书1号")).await, ["treasury_exceeded"]);
    let before = registers(&books);
    let posted = books.record("demo", facts("treasury_remitted", paid("600.00", "示例缴款书1号")), DAY, signed()).await;
    let number = posted.expect("posted").receipts[0].number;
    let row = &rows(&books, "treasury")[0];
    assert_eq!([&row["owed"], &row["owed_since"], &row["collected"]], ["30.00", "2025-01-31", "630.00"]);
    assert_eq!(balance(&books, "2241", Dimension::Asset, "DG-1").await, "-30.00");
    check_is_clean(&books).await;

    books.reverse("demo", (period(1), number), "r1", DAY, signed()).await.expect("reversed");
    assert_eq!(registers(&books).replace("withdrawals: 1", "withdrawals: 0"), before);
    assert_eq!(balance(&books, "2241", Dimension::Asset, "DG-1").await, "-630.00");
    check_is_clean(&books).await;
    let seen = registers(&books);
    books.close().await;
    let again = open(&url, &keys, false).await.expect("opens again");
    assert_eq!(registers(&again), seen);
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn confirmed_services_are_owed_until_money_pays_them() {
    let folder = tempfile::tempdir().expect("folder");
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    let books = open(&url, &fixed_keys(folder.path()), true).await.expect("opens");
    prepare(&books).await;
    record(&books, "contract_signed", terms("HT-2", "intermediary", None)).await;
    let confirmed = json!([{ "amount": "1010.00", "contract": "HT-2", "date": "2025-01-20", "document": "示例确认单1号" }]);
    let number =
        books.record("demo", facts("service_confirmed", confirmed), DAY, signed()).await.expect("posted").receipts[0].number;
    assert_eq!(balance(&books, "1122", Dimension::Contract, "HT-2").await, "1010.00");
    assert_eq!(rows(&books, "contract_ageing")[0]["total"], "1010.00");
    record(&books, "money_received", money("HT-2", "1515.00", "hd-1")).await;
    let row = &rows(&books, "contracts")[0];
    assert_eq!([&row["confirmed"], &row["open"], &row["received"], &row["overdue"]], ["1010.00", "0.00", "1515.00", "0.00"]);
    assert_eq!(balance(&books, "1122", Dimension::Contract, "HT-2").await, "0.00");
    assert_eq!(
        balance(&books, "5001", Dimension::Contract, "HT-2").await,
        "-1500.00",
        "1,000.00 when confirmed, 500.00 with the money"
    );
    check_is_clean(&books).await;
    // What money has paid for is not taken back before the money is.
    let refused = books.reverse("demo", (period(1), number), "r1", DAY, signed()).await.expect_err("paid for");
    let PostError::Refused(refused) = refused else { panic!("{refused:?}") };
    assert_eq!(refused[0].refusal.reasons[0].rule.code(), "reference_unknown");
    books.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_of_a_share_is_posted_once_the_register_has_it() {
    let folder = tempfile::tempdir().expect("folder");
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    let books = open(&url, &fixed_keys(folder.path()), true).await.expect("opens");
    prepare(&books).await;
    let paid = json!([{ "amount": "10000.00", "date": "2025-01-20", "document": "hd-1", "holder": "c1" }]);
    assert_eq!(refused(&books, "capital_paid", paid.clone()).await, ["capital_exceeds_paid_in"]);
    let share = json!([{ "date": "2025-01-01", "document": "示例章程", "due": "2029-12-31", "form": "cash", "holder": "c1",
        "paid_in": "10000.00", "subscribed": "30000.00" }]);
    record(&books, "share_changed", share).await;
    record(&books, "capital_paid", paid).await;
    let row = &rows(&books, "shares")[0];
    assert_eq!([&row["paid_in"], &row["posted"]], ["10000.00", "10000.00"]);
    assert_eq!(balance(&books, "3001", Dimension::Community, "c1").await, "-10000.00");
    check_is_clean(&books).await;
    books.close().await;
}

/// 起征点: rent in advance is taxed with the money, so it counts in the quarter in which it comes, and its release no more.
#[tokio::test(flavor = "multi_thread")]
async fn rent_in_advance_counts_when_it_is_received() {
    let folder = tempfile::tempdir().expect("folder");
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    let books = open(&url, &fixed_keys(folder.path()), true).await.expect("opens");
    prepare(&books).await;
    let roles = [("rent_advance", "2203"), ("lease_income", "5051"), ("vat_relief_income", "5301")]
        .map(|(role, account)| json!({ "account": account, "role": role }));
    record(&books, "roles_assigned", json!([{ "roles": roles }])).await;
    let mut lease = terms("HT-1", "lease", None);
    (lease[0]["advance"], lease[0]["frequency"], lease[0]["rent"]) = ("yes".into(), "yearly".into(), "420000.00".into());
    record(&books, "contract_signed", lease).await;
    // 5 % of 2025: 400,000.00 and 20,000.00.
    record(&books, "money_received", money("HT-1", "420000.00", "hd-1")).await;
    let used = async |month: i8| {
        let view = books.book("demo").expect("book");
        let gauge = books.vat_gauge(&view, Date::constant(2025, month, 15)).await.expect("read").expect("a limit").gauge;
        (gauge.used.to_string(), gauge.reached)
    };
    assert_eq!(used(2).await, ("400000.00".to_owned(), true));
    for month in 1..=4 {
        books.month_end("demo", period(month), signed()).await.expect("released");
    }
    assert_eq!(used(2).await, ("400000.00".to_owned(), true), "three months of it are released");
    assert_eq!(used(5).await, ("0.00".to_owned(), false), "the fourth adds nothing");
    let released = json!([{ "amount": "20000.00", "date": "2025-03-31", "document": "示例申报表1号", "quarter": "2025Q1" }]);
    assert!(refused(&books, "vat_released", released).await.contains(&"vat_released_threshold_reached"));
    check_is_clean(&books).await;
    books.close().await;
}
