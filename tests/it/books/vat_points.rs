//! The gauge of VAT reads sales at their tax point: rent in arrears when it is due or paid, assets of one's own when sold.

use super::business::{record, refused};
use super::fixture::{SHOP_ROLES, check_is_clean, fixed_keys, named, open, open_book, period, signed};
use cunshe::bookkeeper::Bookkeeper;
use cunshe::ledger::Dimension;
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};

const MORE_ROLES: [(&str, &str); 10] = [
    ("rent_receivable", "1221"),
    ("lease_income", "5051"),
    ("deferred_vat", "2241"),
    ("vat_relief_income", "5301"),
    ("fixed_asset", "1601"),
    ("accumulated_depreciation", "1602"),
    ("depreciation_administrative", "5602"),
    ("asset_disposal", "1606"),
    ("disposal_loss", "5711"),
    ("disposal_gain", "5301"),
];

async fn opened(folder: &tempfile::TempDir) -> Bookkeeper {
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    let books = open(&url, &fixed_keys(folder.path()), true).await.expect("opens");
    open_book(&books).await;
    let codes = [
        (Dimension::Contract, "X1"),
        (Dimension::Counterparty, "z1"),
        (Dimension::IncomeType, "02"),
        (Dimension::Asset, "A1"),
        (Dimension::Asset, "A2"),
        (Dimension::Shop, "S1"),
        (Dimension::Channel, "lingshou"),
    ];
    books.add_dimension_values("demo", codes.map(named).into(), "示例甲", Date::constant(2025, 1, 1)).await.expect("registered");
    let roles = SHOP_ROLES.iter().chain(&MORE_ROLES).map(|(role, account)| json!({ "account": account, "role": role }));
    record(&books, "roles_assigned", json!([{ "roles": roles.collect::<Vec<_>>() }])).await;
    books
}

/// Net sales of the quarter of a month, and whether they reach the threshold.
async fn gauge(books: &Bookkeeper, month: i8) -> (String, bool) {
    let view = books.book("demo").expect("book");
    let gauge = books.vat_gauge(&view, Date::constant(2025, month, 28)).await.expect("read").expect("a threshold").gauge;
    (gauge.used.to_string(), gauge.reached)
}

fn half_yearly_lease() -> Value {
    json!([{ "advance": "no", "code": "X1", "community": "c1", "counterparty": "z1", "deposit": "0.00", "end": "2025-12-31",
        "escalation_basis_points": "0", "floor": "0.00", "frequency": "half_yearly", "income_type": "02", "kind": "lease",
        "late_fee_basis_points": "0", "rent": "630000.00", "rent_free_days": "0", "resolution": "示例决议1号",
        "signed": "2025-01-01", "start": "2025-01-01" }])
}

fn release(quarter: &str, date: &str, amount: &str) -> Value {
    json!([{ "amount": amount, "date": date, "document": "示例申报表", "quarter": quarter }])
}

#[tokio::test(flavor = "multi_thread")]
async fn rent_in_arrears_is_taxed_when_it_is_due() {
    let folder = tempfile::tempdir().expect("folder");
    let books = opened(&folder).await;
    record(&books, "contract_signed", half_yearly_lease()).await;
    for month in 1..=6 {
        books.month_end("demo", period(month), signed()).await.expect("month end");
        let (waiting, due) = (balance(&books, "2241").await, balance(&books, "2221").await);
        let expected =
            if month < 6 { (format!("-{}.00", 5_000 * i32::from(month)), "0.00") } else { ("0.00".into(), "-30000.00") };
        assert_eq!((waiting, due.as_str()), expected, "{month}");
    }
    assert_eq!(gauge(&books, 2).await, ("0.00".into(), false));
    assert_eq!(gauge(&books, 5).await, ("600000.00".into(), true));
    assert_eq!(
        refused(&books, "vat_released", release("2025Q2", "2025-06-30", "30000.00")).await,
        ["vat_released_threshold_reached"]
    );
    // Half of the second payment comes a quarter early: that half has its tax point then.
    let money = json!([{ "amount": "315000.00", "contract": "X1", "date": "2025-09-10", "document": "hd-1", "kind": "rent" }]);
    let rest = json!([{ "amount": "630000.00", "contract": "X1", "date": "2025-07-05", "document": "hd-0", "kind": "rent" }]);
    record(&books, "money_received", rest).await;
    record(&books, "money_received", money).await;
    assert_eq!((balance(&books, "2241").await, balance(&books, "2221").await), ("15000.00".into(), "-45000.00".into()));
    for month in 7..=12 {
        books.month_end("demo", period(month), signed()).await.expect("month end");
    }
    assert_eq!((balance(&books, "2241").await, balance(&books, "2221").await), ("0.00".into(), "-60000.00".into()));
    assert_eq!((gauge(&books, 8).await.0, gauge(&books, 11).await.0), ("300000.00".into(), "300000.00".into()));
    check_is_clean(&books).await;
    books.close().await;
}

/// Debit less credit of an account at the end.
async fn balance(books: &Bookkeeper, account: &str) -> String {
    let view = books.book("demo").expect("book");
    let range = Bookkeeper::whole_range(&view);
    let trial = books.trial_balance(&view, range, None).await.expect("read");
    let row = trial.rows.iter().find(|row| row.account.as_str() == account);
    row.map_or("0.00".into(), |row| row.closing.debit.checked_sub(row.closing.credit).expect("small").to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_that_are_sold_are_sales() {
    let folder = tempfile::tempdir().expect("folder");
    let books = opened(&folder).await;
    let card = |asset: &str, class: &str| {
        json!([{ "asset": asset, "class": class, "community": "c1", "cost": "60000.00", "date": "2025-01-10",
            "document": "示例发票", "expense": "administrative", "months": "48", "name": "示例", "residual_value": "3000.00",
            "source": "purchased" }])
    };
    let sold = |asset: &str, proceeds: &str| {
        json!([{ "asset": asset, "date": "2025-02-20", "document": "示例合同", "proceeds": proceeds, "reason": "sold",
            "tax_basis_points": "300" }])
    };
    record(&books, "fixed_asset_added", card("A1", "设备")).await;
    record(&books, "fixed_asset_added", card("A2", "房屋")).await;
    let day = json!([{ "cost": "0.00", "date": "2025-02-10", "discount": "0.00", "receipts": "1", "returns": "0.00",
        "rounding": "0.00", "sales": [{ "channel": "lingshou", "gross": "282800.00" }], "shift": "1", "shop": "S1",
        "short_over": "0.00", "tax_basis_points": "100", "tenders": [{ "amount": "282800.00", "kind": "wechat" }] }]);
    record(&books, "shop_day_reported", day).await;
    record(&books, "fixed_asset_disposed", sold("A2", "103000.00")).await;
    assert_eq!(gauge(&books, 1).await, ("280000.00".into(), false), "real estate is looked at apart");
    record(&books, "fixed_asset_disposed", sold("A1", "30900.00")).await;
    assert_eq!(gauge(&books, 1).await, ("310000.00".into(), true));
    assert_eq!(
        refused(&books, "vat_released", release("2025Q1", "2025-03-31", "2800.00")).await,
        ["vat_released_threshold_reached"]
    );
    check_is_clean(&books).await;
    books.close().await;
}
