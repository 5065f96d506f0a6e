//! Funds through the one writer: the month end releases what is due beside the contracts, a reversal gives a month back, and
//! the registers tie to the accounts by fund and by community.

use super::fixture::register;
use super::fixture::{ID, check_is_clean, draft, fixed_keys, named, open, open_book, period, signed};
use cunshe::bookkeeper::Bookkeeper;
use cunshe::bookkeeper::behind::Behind;
use cunshe::bookkeeper::trace::Trace;
use cunshe::collective::Fact;
use cunshe::ledger::book::BookProfile;
use cunshe::ledger::chart::ChartStandard;
use cunshe::ledger::statement::GroupBy;
use cunshe::ledger::{Account, AccountCode, Amount, Dimension, DimensionCode, Element, Side};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};

const DAY: Date = Date::constant(2025, 1, 31);

fn account(text: &str) -> AccountCode {
    AccountCode::parse(text).expect("code")
}

async fn record(books: &Bookkeeper, word: &str, row: Value) -> usize {
    let fact = Fact::read(word, row.to_string().as_bytes()).unwrap_or_else(|error| panic!("{row}: {error}"));
    let posted = books.record("demo", vec![fact], DAY, signed()).await.unwrap_or_else(|error| panic!("{word}: {error:?}"));
    posted.receipts.len()
}

async fn prepare(books: &Bookkeeper) {
    open_book(books).await;
    let values = [(Dimension::Fund, "ZJ-1"), (Dimension::Asset, "FW-1")].map(named).to_vec();
    books.add_dimension_values("demo", values, "示例甲", DAY).await.expect("registered");
    let memorandum = |text: &str, name: &str, normal_side| Account {
        code: account(text),
        name: name.into(),
        element: Element::Memorandum,
        normal_side,
        official: false,
        requires: vec![Dimension::Community],
    };
    let accounts =
        vec![memorandum("9003", "代管社区工作经费", Side::Debit), memorandum("9004", "代管社区工作经费对应", Side::Credit)];
    books.add_accounts("demo", accounts, "示例甲", DAY).await.expect("added");
    let roles = [
        ("fund_bank", "1002"),
        ("deferred_income", "2401"),
        ("government_grant", "5301"),
        ("fixed_asset", "1601"),
        ("working_fund_held", "9003"),
        ("working_fund_contra", "9004"),
    ];
    let roles = roles.map(|(role, account)| json!({ "account": account, "role": role }));
    record(books, "roles_assigned", json!({ "roles": roles })).await;
}

/// Debit less credit by a dimension's code, as the accounts have it.
async fn balances(books: &Bookkeeper, text: &str, dimension: Dimension) -> Vec<(String, Amount)> {
    let view = books.book("demo").expect("book");
    let rows = books.balances_by(&view, Bookkeeper::whole_range(&view), dimension).await.expect("balances");
    let rows = rows.into_iter().filter(|row| row.account == account(text));
    rows.map(|row| (row.code, row.closing)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn funds_are_released_at_month_end_and_tie_to_the_accounts() {
    let folder = tempfile::tempdir().expect("folder");
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    let books = open(&url, &fixed_keys(folder.path()), true).await.expect("opens");
    prepare(&books).await;
    let approved = json!({ "amount": "120000.00", "code": "ZJ-1", "date": "2025-01-02", "document": "示例批复1号", "grantor": "示例局",
        "name": "示例设备资金", "treatment": "asset" });
    assert_eq!(record(&books, "fund_approved", approved).await, 0);
    let received = json!({ "amount": "120000.00", "date": "2025-01-10", "document": "hd-1", "fund": "ZJ-1" });
    assert_eq!(record(&books, "fund_received", received).await, 1);
    let spent = json!({ "amount": "100000.00", "asset": "FW-1", "date": "2025-01-20", "document": "hd-2", "fund": "ZJ-1",
        "months": "3", "purpose": "示例设备", "use": "asset" });
    assert_eq!(record(&books, "fund_spent", spent).await, 1);
    let arrived = json!({ "amount": "60000.00", "community": "c1", "date": "2025-01-15", "document": "hd-3",
        "grantor": "示例街道办", "year": "2025" });
    assert_eq!(record(&books, "working_fund_received", arrived).await, 1);
    let out = json!({ "amount": "800.00", "category": "operation", "community": "c1", "date": "2025-01-16", "document": "hd-4",
        "purpose": "示例水电费", "year": "2025" });
    assert_eq!(record(&books, "working_fund_spent", out).await, 1);

    let mut released = Vec::new();
    for month in 1..=5 {
        let posted = books.month_end("demo", period(month), signed()).await.expect("month end");
        released.push(posted.receipts.len());
        if month == 3 {
            let number = posted.receipts[0].number;
            books.reverse("demo", (period(3), number), "r1", period(3).last_day(), signed()).await.expect("reversed");
        }
    }
    assert_eq!(released, [0, 1, 1, 1, 0], "the month that was taken back comes with the next");
    let fen = |text: &str| Amount::parse_canonical(text).expect("amount");
    assert_eq!(balances(&books, "2401", Dimension::Fund).await, [("ZJ-1".into(), fen("-20000.00"))]);
    assert_eq!(balances(&books, "5301", Dimension::Fund).await, [("ZJ-1".into(), fen("-100000.00"))]);
    assert_eq!(balances(&books, "9003", Dimension::Community).await, [("c1".into(), fen("59200.00"))]);
    assert_eq!(balances(&books, "9004", Dimension::Community).await, [("c1".into(), fen("-59200.00"))]);
    let view = books.book("demo").expect("book");
    let expected = view.registers.funds.expected_balances().into_iter().chain(view.registers.working_funds.expected_balances());
    let mut tied = 0;
    for (role, code, amount) in expected {
        let text = view.registers.roles.account(role).expect("assigned").to_string();
        let dimension = if text == "2401" { Dimension::Fund } else { Dimension::Community };
        assert!(balances(&books, &text, dimension).await.contains(&(code.to_string(), amount)), "{role:?} {code}");
        tied += 1;
    }
    assert_eq!(tied, 3);
    let rows = register(&view, "working_funds", DAY).expect("a register");
    assert_eq!((&rows[0]["short"], &rows[1]["short"]), (&json!("40000.00"), &json!("100000.00")), "c2 has had nothing");
    assert_eq!(register(&view, "funds", DAY).expect("a register")[0]["unreleased"], json!("20000.00"));
    assert_eq!(register(&view, "income_uses", DAY), Some(json!([])));
    check_is_clean(&books).await;
    books.close().await;
}

/// A community's own book: rent is its income, its working fund is followed apart, and figures are the sums of their lines.
#[tokio::test(flavor = "multi_thread")]
async fn a_working_fund_is_no_income_of_the_collective() {
    let folder = tempfile::tempdir().expect("folder");
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    let books = open(&url, &fixed_keys(folder.path()), true).await.expect("opens");
    let profile = BookProfile {
        code: "demo".into(),
        name: "示例社区账".into(),
        organisation: "示例社区".into(),
        standard: ChartStandard::RuralCollective2023,
        first_period: period(1),
        attachments_required: true,
    };
    books.open_book(ID, profile, "示例甲").await.expect("opened");
    books.add_dimension_values("demo", vec![named((Dimension::Community, "c1"))], "示例甲", DAY).await.expect("registered");
    let leaf = |text: &str, name: &str| Account {
        code: account(text),
        name: name.into(),
        element: Element::Income,
        normal_side: Side::Credit,
        official: false,
        requires: Vec::new(),
    };
    let accounts = vec![leaf("50301", "工作经费"), leaf("50302", "其他补助")];
    books.add_accounts("demo", accounts, "示例甲", DAY).await.expect("added");
    let roles = [("working_fund_bank", "102"), ("working_fund_income", "50301"), ("subsidy_income", "50302")];
    let roles = roles.map(|(role, account)| json!({ "account": account, "role": role }));
    record(&books, "roles_assigned", json!({ "roles": roles })).await;
    let arrived = json!({ "amount": "100000.00", "community": "c1", "date": "2025-01-15", "document": "hd-1",
        "grantor": "示例街道办", "year": "2025" });
    assert_eq!(record(&books, "working_fund_received", arrived).await, 1);
    for (key, account, fen) in [("rent", "501", 800_000), ("subsidy", "50302", 50_000)] {
        let mut typed = draft(1, "102", account, fen);
        for line in &mut typed.lines {
            line.dimensions.insert(Dimension::Community, DimensionCode::parse("c1").expect("code"));
        }
        books.post("demo", key, vec![typed]).await.expect("posted");
    }

    let view = books.book("demo").expect("book");
    let (views, range) = ([view.clone()], Bookkeeper::whole_range(&view));
    let earned = Amount::from_fen(850_000);
    let income = books.income_by_community(&views, range, GroupBy::Account).await.expect("income");
    assert_eq!(income.rows.iter().map(|row| row.total).collect::<Vec<_>>(), [earned]);
    let table = books.community_income(&views, range).await.expect("income");
    assert_eq!((table.rows[0].operating, table.rows[0].other), (Amount::from_fen(800_000), Amount::from_fen(50_000)));
    assert_eq!(table.total.total_income, earned);
    let trace =
        Trace { dimension: Dimension::Community, code: "c1", behind: Behind::Element(Element::Income), range, also: None };
    let lines = books.dimension_lines(&view, &trace, None, 10).await.expect("lines").lines;
    assert_eq!(lines.iter().map(|line| line.amount.fen()).sum::<i64>(), earned.fen(), "a figure is the sum of its lines");
    let rows = register(&view, "working_funds", DAY).expect("a register");
    assert_eq!(rows[0]["arrived"], "100000.00");
    assert_eq!(
        balances(&books, "50301", Dimension::Community).await,
        [("c1".into(), Amount::from_fen(-10_000_000))],
        "statements keep it"
    );
    check_is_clean(&books).await;
}
