//! Distributions against the books, whoever else is posting: what is recorded stands on the balances of its moment.

use super::fixture::register;
use super::fixture::{check_is_clean, draft, fixed_keys, open, signed};
use super::intercompany::{YEAR_END, balance, codes, community, company, distributing, fact, record, resolution, value, yuan};
use crate::support::Postgres;
use cunshe::bookkeeper::{Bookkeeper, PostError, Posted};
use cunshe::journal::{Declaration, Declared};
use cunshe::ledger::Dimension;
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::json;
use std::path::Path;

/// Rounds of the race: enough that without the writer's own look the other voucher slips in between.
const ROUNDS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn the_self_check_holds_a_resolution_against_the_balances_of_its_moment() {
    let folder = tempfile::tempdir().expect("folder");
    let books = open(&DbUrl::Sqlite(folder.path().join("a.db")), &fixed_keys(folder.path()), true).await.expect("opens");
    company(&books).await;
    // Past the facade, as a journal that someone else wrote.
    let wrong = resolution("R1", "2025-12-31", ["5000.01", "1000.00", "0.00"], "3000.00");
    let declared = Declared::Fact(Box::new(fact("dividend_resolved", &wrong).remove(0)));
    let seq = books.declare("demo", Declaration { by: "示例甲".into(), date: YEAR_END, declared }).await.expect("declared");
    let check = books.check().await.expect("checked").remove(0);
    let found = check.findings.iter().find(|finding| finding.message.contains("净利润账面 5000.00、填写 5000.01"));
    assert_eq!(found.map(|finding| (finding.step, finding.seq)), Some((6, Some(seq))), "{:#?}", check.findings);
    books.close().await;
}

/// The figures as the books say them now, as a resolution.
async fn as_the_books_say(books: &Bookkeeper, code: &str) -> serde_json::Value {
    let figures = books.dividend_figures(&books.book("demo").expect("book"), YEAR_END).await.expect("figures");
    let [net, before, reserve] =
        [figures.net_profit, figures.undistributed_before, figures.statutory_reserve_before].map(|one| one.to_string());
    resolution(code, "2025-12-31", [&net, &before, &reserve], "1.00")
}

async fn race(url: &DbUrl, keys: &Path) {
    let books = open(url, keys, true).await.expect("opens");
    company(&books).await;
    let codes: Vec<String> = (0..ROUNDS).map(|round| format!("Q{round}")).collect();
    let values = codes.iter().map(|code| value(Dimension::Resolution, code)).collect();
    books.add_dimension_values("demo", values, "示例甲", YEAR_END).await.expect("registered");
    let other = open(url, keys, false).await.expect("a second process");
    let (mut stood, mut refused) = (0, 0);
    for (round, code) in codes.iter().enumerate() {
        let figures = as_the_books_say(&books, code).await;
        // Another voucher of the same year at the same moment, from this process or another one.
        let poster = if round % 2 == 0 { books.clone() } else { other.clone() };
        let income = tokio::spawn(async move {
            let key = format!("income-{round}");
            poster.post("demo", &key, vec![draft(12, "1002", "5051", 1_000)]).await.expect("posted");
        });
        let answer: Result<Posted, PostError> = record(&books, "demo", "dividend_resolved", &figures).await;
        income.await.expect("posted");
        match answer {
            Ok(_) => stood += 1,
            Err(PostError::Refused(reasons)) => {
                assert_eq!(reasons[0].refusal.reasons[0].rule.code(), "dividend_figures_differ");
                refused += 1;
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    println!("{stood} resolutions stood before the other voucher, {refused} came after it");
    other.close().await;
    books.close().await;
    let books = open(url, keys, false).await.expect("opens");
    check_is_clean(&books).await;
    books.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_voucher_slips_in_between_figures_and_resolution_on_sqlite() {
    let folder = tempfile::tempdir().expect("folder");
    race(&DbUrl::Sqlite(folder.path().join("a.db")), &fixed_keys(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_voucher_slips_in_between_figures_and_resolution_on_postgres() {
    let (folder, postgres) = (tempfile::tempdir().expect("folder"), Postgres::start());
    race(&DbUrl::parse(&postgres.url("race")).expect("url"), &fixed_keys(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_community_pays_its_members_what_it_owes_them() {
    let folder = tempfile::tempdir().expect("folder");
    let books = open(&DbUrl::Sqlite(folder.path().join("a.db")), &fixed_keys(folder.path()), true).await.expect("opens");
    company(&books).await;
    community(&books).await;
    distributing(&books).await;
    let earned = json!({ "amount": "20000.00", "date": "2025-05-20", "document": "示例分红", "stake": "GS-1" });
    record(&books, "c1-book", "stake_dividend_declared", &earned).await.expect("declared");
    let distributed = json!({ "code": "R1", "date": "2025-12-31", "member_distribution": "10000.00", "members": [],
        "net_income": "20000.00", "number": "示例决议4号", "other": "500.00", "published": "2025-12-20", "reserve": "4000.00",
        "reviewed": "示例审核1号", "undistributed_before": "0.00" });
    record(&books, "c1-book", "collective_distributed", &distributed).await.expect("distributed");
    let paid =
        json!({ "amount": "6000.00", "date": "2026-01-28", "document": "示例发放表1号", "members": [], "resolution": "R1" });
    let receipt = record(&books, "c1-book", "member_distribution_paid", &paid).await.expect("paid").receipts.remove(0);
    let other = json!({ "amount": "500.00", "date": "2026-01-28", "document": "hd-1", "resolution": "R1" });
    record(&books, "c1-book", "other_distribution_paid", &other).await.expect("paid");
    assert_eq!(balance(&books, "c1-book", "211").await, yuan("-4000.00"));
    let more =
        json!({ "amount": "4000.01", "date": "2026-02-28", "document": "示例发放表2号", "members": [], "resolution": "R1" });
    assert_eq!(codes(record(&books, "c1-book", "member_distribution_paid", &more).await)[0].0, "payment_exceeds_owed");
    check_is_clean(&books).await;
    // Taken back, the money is owed again.
    let place = (receipt.period, receipt.number);
    books.reverse("c1-book", place, "back", Date::constant(2026, 2, 1), signed()).await.expect("reversed");
    assert_eq!(balance(&books, "c1-book", "211").await, yuan("-10000.00"));
    let rows = register(&books.book("c1-book").expect("book"), "distributions", YEAR_END).expect("a register");
    let members = rows.as_array().expect("rows").iter().find(|row| row["part"] == "向成员分配").expect("a row");
    assert_eq!((&members["paid"], &members["owed"]), (&json!("0.00"), &json!("10000.00")));
    check_is_clean(&books).await;
    books.close().await;
}
