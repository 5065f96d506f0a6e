//! A company's dividend and the book of one of its communities: figures from the books, the mirror, and the tie.

use super::fixture::{ID, check_is_clean, draft, fixed_keys, open, open_book, period, signed};
use crate::support::Postgres;
use cunshe::bookkeeper::behind::Behind;
use cunshe::bookkeeper::intercompany::Tie;
use cunshe::bookkeeper::report::widest_range;
use cunshe::bookkeeper::trace::Trace;
use cunshe::bookkeeper::{Bookkeeper, PostError, Posted};
use cunshe::collective::Fact;
use cunshe::ledger::amount::total;
use cunshe::ledger::book::BookProfile;
use cunshe::ledger::chart::ChartStandard;
use cunshe::ledger::statement::GroupBy;
use cunshe::ledger::{Amount, Dimension, DimensionCode, DimensionValue, Element, Purpose, Word};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) const YEAR_END: Date = Date::constant(2025, 12, 31);

pub(super) fn fact(word: &str, record: &Value) -> Vec<Fact> {
    vec![Fact::read(word, record.to_string().as_bytes()).unwrap_or_else(|error| panic!("{record}: {error}"))]
}

pub(super) async fn record(books: &Bookkeeper, book: &str, word: &str, fields: &Value) -> Result<Posted, PostError> {
    books.record(book, fact(word, fields), YEAR_END, signed()).await
}

pub(super) fn codes(refused: Result<Posted, PostError>) -> Vec<(&'static str, String)> {
    let Err(PostError::Refused(refused)) = refused else { panic!("{refused:?}") };
    let reasons = refused.iter().flat_map(|one| one.refusal.reasons.iter());
    reasons.map(|reason| (reason.rule.code(), reason.message())).collect()
}

pub(super) fn yuan(text: &str) -> Amount {
    Amount::parse_canonical(text).expect("amount")
}

pub(super) fn roles(pairs: &[(&str, &str)]) -> Value {
    json!({ "roles": pairs.iter().map(|(role, account)| json!({ "account": account, "role": role })).collect::<Vec<_>>() })
}

pub(super) fn value(dimension: Dimension, text: &str) -> DimensionValue {
    let code = DimensionCode::parse(text).expect("code");
    DimensionValue { dimension, code, name: format!("示例{text}"), parent: None, remark: "示例".into() }
}

/// A company with 1,000.00 of earlier profit and 5,000.00 of 2025, held one to two by c1 and c2.
pub(super) async fn company(books: &Bookkeeper) {
    open_book(books).await;
    books.open_year("demo", 2026, "示例甲", YEAR_END).await.expect("opened");
    let resolutions = ["R1", "R2", "R3"].map(|code| value(Dimension::Resolution, code)).to_vec();
    books.add_dimension_values("demo", resolutions, "示例甲", YEAR_END).await.expect("registered");
    let pairs = [
        ("bank", "1002"),
        ("statutory_reserve", "3101"),
        ("statutory_reserve_taken", "3104"),
        ("optional_reserve", "3101"),
        ("optional_reserve_taken", "3104"),
        ("dividend_taken", "3104"),
        ("dividend_payable", "2232"),
    ];
    record(books, "demo", "roles_assigned", &roles(&pairs)).await.expect("roles");
    for (holder, paid) in [("c1", "10000.00"), ("c2", "20000.00")] {
        let share = json!({ "date": "2025-01-01", "document": "示例章程", "due": "2029-12-31", "form": "cash", "holder": holder,
            "paid_in": paid, "subscribed": "30000.00" });
        record(books, "demo", "share_changed", &share).await.expect("share");
    }
    let mut opening = draft(1, "1002", "3104", 100_000);
    (opening.purpose, opening.word, opening.date) = (Purpose::Opening, Word::Opening, Date::constant(2025, 1, 1));
    books.post("demo", "opening", vec![opening]).await.expect("opening");
    let earned = [draft(3, "1002", "5051", 620_000), draft(6, "5602", "1002", 120_000)];
    books.post("demo", "earned", earned.to_vec()).await.expect("earned");
}

/// The closing entries of 2025: income and costs to 3103, and that to 3104 (J1).
async fn close_the_year(books: &Bookkeeper) {
    let carried = [draft(12, "5051", "3103", 620_000), draft(12, "3103", "5602", 120_000), draft(12, "3103", "3104", 500_000)];
    let carried = carried.map(|one| cunshe::ledger::Draft { purpose: Purpose::CarryForward, ..one });
    books.post("demo", "carried", carried.to_vec()).await.expect("carried");
}

/// The book of community c1, in the chart of rural collectives.
pub(super) async fn community(books: &Bookkeeper) {
    let profile = BookProfile {
        code: "c1-book".into(),
        name: "示例社区账".into(),
        organisation: "示例社区".into(),
        standard: ChartStandard::RuralCollective2023,
        first_period: period(1),
        attachments_required: true,
    };
    books.open_book(Uuid::from_u128(ID.as_u128() + 1), profile, "示例甲").await.expect("opened");
    books.open_year("c1-book", 2026, "示例甲", YEAR_END).await.expect("opened");
    let values = [(Dimension::Community, "c1"), (Dimension::Counterparty, "GS-1"), (Dimension::IncomeType, "05")];
    let values = values.map(|(dimension, code)| value(dimension, code)).to_vec();
    books.add_dimension_values("c1-book", values, "示例甲", YEAR_END).await.expect("registered");
    let pairs = [("bank", "102"), ("long_term_stake", "141"), ("dividend_receivable", "112"), ("investment_income", "502")];
    record(books, "c1-book", "roles_assigned", &roles(&pairs)).await.expect("roles");
    let stake = json!({ "amount": "10000.00", "community": "c1", "date": "2025-01-01", "document": "示例出资证明", "form": "cash",
        "holder": "c1", "income_type": "05", "investee_book": "demo", "resolution": "示例决议1号", "stake": "GS-1" });
    assert_eq!(record(books, "c1-book", "stake_acquired", &stake).await.expect("stake").receipts.len(), 1);
}

pub(super) fn resolution(code: &str, date: &str, figures: [&str; 3], dividend: &str) -> Value {
    json!({ "agreed": [], "code": code, "date": date, "dividend": dividend, "net_profit": figures[0], "number": "示例/决议2号",
        "optional_reserve": "0.00", "registered_capital": "60000.00", "statutory_reserve_before": figures[2],
        "undistributed_before": figures[1] })
}

pub(super) async fn balance(books: &Bookkeeper, book: &str, account: &str) -> Amount {
    let view = books.book(book).expect("book");
    let table = books.trial_balance(&view, Bookkeeper::whole_range(&view), None).await.expect("trial balance");
    let row = table.rows.iter().find(|row| row.account.as_str() == account);
    row.map_or(Amount::ZERO, |row| row.closing.debit.checked_sub(row.closing.credit).expect("small"))
}

async fn figures(books: &Bookkeeper, date: Date) -> (i16, [String; 4]) {
    let view = books.book("demo").expect("book");
    let found = books.dividend_figures(&view, date).await.expect("figures");
    let all = [found.net_profit, found.undistributed_before, found.statutory_reserve_before, found.registered_capital];
    (found.year, all.map(|amount| amount.to_string()))
}

async fn opened(folder: &tempfile::TempDir) -> Bookkeeper {
    open(&DbUrl::Sqlite(folder.path().join("a.db")), &fixed_keys(folder.path()), true).await.expect("opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_those_of_the_books_before_and_after_the_year_is_closed() {
    let folder = tempfile::tempdir().expect("folder");
    let books = opened(&folder).await;
    company(&books).await;
    let year = |net: &str, before: &str, reserve: &str| [net, before, reserve, "60000.00"].map(str::to_owned);
    // In April the year before is distributed, of which this book knows the opening alone; the running year is left out.
    assert_eq!(figures(&books, Date::constant(2025, 4, 18)).await, (2024, year("0.00", "1000.00", "0.00")));
    let before = figures(&books, YEAR_END).await;
    assert_eq!(before, (2025, year("5000.00", "1000.00", "0.00")));
    close_the_year(&books).await;
    assert_eq!(figures(&books, YEAR_END).await, before, "carrying the profit changes nothing");
    // The next April it is still the profit of 2025, until its reserve is taken.
    let april = Date::constant(2026, 4, 18);
    assert_eq!(figures(&books, april).await, before);
    let wrong = resolution("R1", "2026-04-18", ["5000.01", "1000.00", "0.00"], "3000.00");
    let refused = codes(record(&books, "demo", "dividend_resolved", &wrong).await);
    assert_eq!(refused[0].0, "dividend_figures_differ");
    assert!(refused[0].1.contains("净利润账面 5000.00、填写 5000.01"), "{}", refused[0].1);
    assert!(!refused[0].1.contains("此前未分配利润"), "only what differs is named");
    let mut capital = resolution("R1", "2026-04-18", ["5000.00", "1000.00", "0.00"], "3000.00");
    capital["registered_capital"] = "59999.99".into();
    assert_eq!(codes(record(&books, "demo", "dividend_resolved", &capital).await)[0].0, "dividend_figures_differ");

    let view = books.book("demo").expect("book");
    let preview = books.dividend_preview(&view, april, Some(yuan("3000.00")), Amount::ZERO).await.expect("preview");
    let parts: Vec<_> = preview.communities.iter().map(|row| row.dividend.to_string()).collect();
    assert_eq!((preview.statutory_reserve, preview.distributable), (yuan("500.00"), yuan("5500.00")));
    assert_eq!((parts, preview.undistributed_after), (vec!["1000.00".into(), "2000.00".into()], yuan("2500.00")));
    let all = books.dividend_preview(&view, april, None, Amount::ZERO).await.expect("preview");
    assert_eq!((all.dividend, all.undistributed_after), (yuan("5500.00"), Amount::ZERO));
    let more = books.dividend_preview(&view, april, Some(yuan("5500.01")), Amount::ZERO).await.expect("preview");
    assert_eq!(more.refusals.iter().map(|one| one.code).collect::<Vec<_>>(), ["distribution_exceeds_profit"]);

    // The preview's record may be recorded once it has a code and a number; again it is the same request.
    let mut ready = preview.record.clone();
    (ready["code"], ready["number"]) = ("R1".into(), "示例决议2号".into());
    let posted = record(&books, "demo", "dividend_resolved", &ready).await.expect("resolved");
    assert!(!posted.replayed && record(&books, "demo", "dividend_resolved", &ready).await.expect("again").replayed);
    assert_eq!(figures(&books, april).await, (2025, year("0.00", "2500.00", "500.00")), "no second reserve of one year");
    let both = [
        resolution("R2", "2026-04-18", ["0.00", "2500.00", "500.00"], "100.00"),
        resolution("R3", "2026-04-18", ["0.00", "2500.00", "500.00"], "100.00"),
    ];
    let both = both.iter().flat_map(|one| fact("dividend_resolved", one)).collect();
    assert_eq!(codes(books.record("demo", both, YEAR_END, signed()).await)[0].0, "distribution_one_at_a_time");
    check_is_clean(&books).await;
    books.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_community_mirrors_its_company_and_the_tie_is_zero() {
    let folder = tempfile::tempdir().expect("folder");
    let books = opened(&folder).await;
    company(&books).await;
    community(&books).await;
    assert_eq!(books.mirror("c1-book", signed()).await.expect("nothing yet").receipts.len(), 0);
    let resolved = resolution("R1", "2025-12-31", ["5000.00", "1000.00", "0.00"], "3000.00");
    record(&books, "demo", "dividend_resolved", &resolved).await.expect("resolved");
    let tie = |at: usize| {
        let report = books.intercompany();
        (report.rows[at].tie, report.rows[at].difference, report.difference)
    };
    assert_eq!(tie(0), (Tie::Differs, Some(yuan("1000.00")), yuan("1000.00")), "declared here and not there");
    assert_eq!(tie(1).0, Tie::NoBook, "c2 has no book, and is not tied");

    assert_eq!(books.mirror("c1-book", signed()).await.expect("declared").receipts.len(), 1);
    assert_eq!(tie(0), (Tie::Tied, Some(Amount::ZERO), Amount::ZERO));
    let pay = |document: &str, date: &str, amount: &str| {
        json!({ "date": date, "document": document, "payments": [{ "amount": amount, "holder": "c1" },
            { "amount": amount, "holder": "c2" }], "resolution": "R1" })
    };
    record(&books, "demo", "dividend_paid", &pay("hd-1", "2026-03-20", "400.00")).await.expect("paid");
    assert_eq!(tie(0).0, Tie::Differs);
    record(&books, "demo", "dividend_paid", &pay("hd-2", "2026-05-20", "500.00")).await.expect("paid");
    assert_eq!(books.mirror("c1-book", signed()).await.expect("received").receipts.len(), 2, "each payment once");
    assert_eq!(books.mirror("c1-book", signed()).await.expect("idempotent").receipts.len(), 0);
    let report = books.intercompany();
    assert_eq!((report.tied, report.differing, report.without_book, report.difference), (1, 0, 1, Amount::ZERO));
    let row = &report.rows[0];
    assert_eq!((Some(row.company_side), row.company_side.open), (row.community_side, yuan("100.00")));
    // The accounts say what the registers say: 2232 owes c1 100.00 and c2 1,100.00; 112 waits for the 100.00.
    for (book, account, expected) in [
        ("demo", "2232", "-1200.00"),
        ("c1-book", "112", "100.00"),
        ("c1-book", "502", "-1000.00"),
        ("c1-book", "102", "-9100.00"),
        ("c1-book", "141", "10000.00"),
    ] {
        assert_eq!(balance(&books, book, account).await, yuan(expected), "{book} {account}");
    }
    // What a community waits for and no company owes is a difference.
    let stray = json!({ "amount": "7.00", "date": "2026-05-20", "document": "示例误记", "stake": "GS-1" });
    record(&books, "c1-book", "stake_dividend_declared", &stray).await.expect("declared");
    let report = books.intercompany();
    assert_eq!((report.differing, report.difference), (1, yuan("7.00")));
    check_is_clean(&books).await;
    books.close().await;
}

/// What the tables say that c1 earned over the given books, and what the lines behind the figure in its own book come to.
async fn earned_by_c1(books: &Bookkeeper, codes: &[&str]) -> (Amount, Amount, Amount) {
    let views: Vec<_> = codes.iter().map(|code| books.book(code).expect("book")).collect();
    let range = widest_range(&views).expect("books");
    let by_month = books.income_by_community(&views, range, GroupBy::Month).await.expect("table");
    let sums = by_month.rows.iter().filter(|row| row.community == "c1").map(|row| row.total);
    let both = books.community_income(&views, range).await.expect("table").total;
    let trace =
        Trace { dimension: Dimension::Community, code: "c1", behind: Behind::Element(Element::Income), range, also: None };
    let own = books.book("c1-book").expect("book");
    let lines = books.dimension_lines(&own, &trace, None, 100).await.expect("lines").lines;
    (total(sums), both.total_income, total(lines.iter().map(|line| line.amount)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dividend_is_income_once_however_many_books_know_of_it() {
    let folder = tempfile::tempdir().expect("folder");
    let books = opened(&folder).await;
    company(&books).await;
    community(&books).await;
    let resolved = resolution("R1", "2025-12-31", ["5000.00", "1000.00", "0.00"], "3000.00");
    record(&books, "demo", "dividend_resolved", &resolved).await.expect("resolved");
    assert_eq!(books.mirror("c1-book", signed()).await.expect("mirrored").receipts.len(), 1);
    let other = json!({ "amount": "7.00", "date": "2025-12-30", "document": "示例别处分红", "stake": "GS-2" });
    let elsewhere = json!({ "amount": "10.00", "community": "c1", "date": "2025-01-01", "document": "示例出资证明2", "form": "cash",
        "income_type": "05", "resolution": "示例决议2号", "stake": "GS-2" });
    let investee = vec![value(Dimension::Counterparty, "GS-2")];
    books.add_dimension_values("c1-book", investee, "示例甲", YEAR_END).await.expect("registered");
    record(&books, "c1-book", "stake_acquired", &elsewhere).await.expect("stake");
    record(&books, "c1-book", "stake_dividend_declared", &other).await.expect("declared");
    // The company earned 6,200.00 in the name of c1; what it distributed of that is no income of c1 again.
    let beside = (yuan("6207.00"), yuan("6207.00"), yuan("7.00"));
    assert_eq!(earned_by_c1(&books, &["demo", "c1-book"]).await, beside);
    let (alone, own, _) = earned_by_c1(&books, &["c1-book"]).await;
    assert_eq!((alone, own), (yuan("1007.00"), yuan("1007.00")), "its own book alone knows no company");
    books.close().await;
}

/// Reverses the voucher of a request that posted one.
async fn take_back(books: &Bookkeeper, posted: &Posted, date: Date) {
    let [receipt] = &posted.receipts[..] else { panic!("{posted:?}") };
    let key = format!("back-{}-{}", receipt.book, receipt.seq);
    let place = (receipt.period, receipt.number);
    books.reverse(&receipt.book, place, &key, date, signed()).await.expect("reversed");
}

/// What the mirror posted, and how the two books stand after it and after it was asked once more.
async fn mirrored(books: &Bookkeeper) -> (usize, Amount, [Amount; 3]) {
    let posted = books.mirror("c1-book", signed()).await.expect("mirrored").receipts.len();
    assert_eq!(books.mirror("c1-book", signed()).await.expect("again").receipts.len(), 0, "idempotent");
    let mut balances = [Amount::ZERO; 3];
    for (balance_of, account) in balances.iter_mut().zip(["112", "502", "102"]) {
        *balance_of = balance(books, "c1-book", account).await;
    }
    (posted, books.intercompany().difference, balances)
}

async fn what_is_taken_back_is_taken_back_in_the_mirror(url: &DbUrl, keys: &std::path::Path) {
    let books = open(url, keys, true).await.expect("opens");
    company(&books).await;
    community(&books).await;
    let payment = json!({ "date": "2026-03-20", "document": "hd-1", "payments": [{ "amount": "400.00", "holder": "c1" }],
        "resolution": "R1" });
    let stands = |posted: usize, balances: [&str; 3]| (posted, Amount::ZERO, balances.map(yuan));
    let first = resolution("R1", "2025-12-31", ["5000.00", "1000.00", "0.00"], "3000.00");
    let resolved = record(&books, "demo", "dividend_resolved", &first).await.expect("resolved");
    let paid = record(&books, "demo", "dividend_paid", &payment).await.expect("paid");
    assert_eq!(mirrored(&books).await, stands(2, ["600.00", "-1000.00", "-9600.00"]));

    take_back(&books, &paid, Date::constant(2026, 6, 1)).await;
    assert_eq!(mirrored(&books).await, stands(1, ["1000.00", "-1000.00", "-10000.00"]), "the payment alone");
    let view = books.book("c1-book").expect("book");
    let undone = books.voucher_at(&view, view.latest.seq).await.expect("read").expect("a voucher");
    assert_eq!((undone.voucher.date, undone.voucher.reverses.is_some()), (Date::constant(2026, 6, 1), true), "as of that day");

    // The resolution too, and another one under its code, paid under the same document.
    take_back(&books, &resolved, Date::constant(2026, 6, 2)).await;
    let second = resolution("R1", "2026-06-10", ["5000.00", "1000.00", "0.00"], "2400.00");
    let resolved = record(&books, "demo", "dividend_resolved", &second).await.expect("resolved anew");
    let later = json!({ "date": "2026-06-20", "document": "hd-1", "payments": [{ "amount": "300.00", "holder": "c1" }],
        "resolution": "R1" });
    let paid = record(&books, "demo", "dividend_paid", &later).await.expect("paid");
    assert_eq!(mirrored(&books).await, stands(3, ["500.00", "-800.00", "-9700.00"]), "one undone, two anew");

    // A payment corrected before anyone mirrored in between.
    take_back(&books, &paid, Date::constant(2026, 6, 21)).await;
    let right = json!({ "date": "2026-06-20", "document": "hd-1", "payments": [{ "amount": "350.00", "holder": "c1" }],
        "resolution": "R1" });
    let paid = record(&books, "demo", "dividend_paid", &right).await.expect("paid");
    assert_eq!(mirrored(&books).await, stands(2, ["450.00", "-800.00", "-9650.00"]));

    // Both at once, and nothing in their place.
    take_back(&books, &paid, Date::constant(2026, 6, 22)).await;
    take_back(&books, &resolved, Date::constant(2026, 6, 23)).await;
    assert_eq!(mirrored(&books).await, stands(2, ["0.00", "0.00", "-10000.00"]));
    assert_eq!(books.intercompany().rows, [], "nothing is left to tie");

    // What somebody typed in before the company recorded it is left alone.
    let typed = json!({ "amount": "7.00", "date": "2026-06-30", "document": "示例通知", "resolution": "R2", "stake": "GS-1" });
    record(&books, "c1-book", "stake_dividend_declared", &typed).await.expect("declared");
    assert_eq!(mirrored(&books).await, (0, yuan("7.00"), ["7.00", "-7.00", "-10000.00"].map(yuan)));
    check_is_clean(&books).await;
    books.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_taken_back_in_the_mirror_on_sqlite() {
    let folder = tempfile::tempdir().expect("folder");
    let url = DbUrl::Sqlite(folder.path().join("a.db"));
    what_is_taken_back_is_taken_back_in_the_mirror(&url, &fixed_keys(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_taken_back_in_the_mirror_on_postgres() {
    let (folder, postgres) = (tempfile::tempdir().expect("folder"), Postgres::start());
    let url = DbUrl::parse(&postgres.url("mirror")).expect("url");
    what_is_taken_back_is_taken_back_in_the_mirror(&url, &fixed_keys(folder.path())).await;
}

/// The accounts by which a community distributes, and the code of its resolution.
pub(super) async fn distributing(books: &Bookkeeper) {
    let pairs = [
        ("collective_reserve", "311"),
        ("collective_reserve_taken", "322"),
        ("member_distribution_taken", "322"),
        ("member_payable", "211"),
        ("other_distribution_taken", "322"),
        ("other_distribution_payable", "211"),
    ];
    record(books, "c1-book", "roles_assigned", &roles(&pairs)).await.expect("roles");
    let resolution = vec![value(Dimension::Resolution, "R1")];
    books.add_dimension_values("c1-book", resolution, "示例甲", YEAR_END).await.expect("registered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_community_distributes_what_its_books_say() {
    let folder = tempfile::tempdir().expect("folder");
    let books = opened(&folder).await;
    company(&books).await;
    community(&books).await;
    distributing(&books).await;
    let stray = json!({ "amount": "20000.00", "date": "2025-05-20", "document": "示例分红", "stake": "GS-1" });
    record(&books, "c1-book", "stake_dividend_declared", &stray).await.expect("declared");
    let distribute = |net: &str| {
        json!({ "code": "R1", "date": "2025-12-31", "member_distribution": "10000.00", "members": [],
        "net_income": net, "number": "示例决议4号", "other": "0.00", "published": "2025-12-20", "reserve": "4000.00",
        "reviewed": "示例审核1号", "undistributed_before": "0.00" })
    };
    let refused = codes(record(&books, "c1-book", "collective_distributed", &distribute("20000.01")).await);
    assert_eq!(refused[0].0, "distribution_figures_differ");
    record(&books, "c1-book", "collective_distributed", &distribute("20000.00")).await.expect("distributed");
    for (account, expected) in [("311", "-4000.00"), ("322", "14000.00"), ("211", "-10000.00")] {
        assert_eq!(balance(&books, "c1-book", account).await, yuan(expected), "{account}");
    }
    check_is_clean(&books).await;
    books.close().await;
}
