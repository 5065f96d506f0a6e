//! A book, a script of everything that can happen to it, and what a reader can see of it.

use cunshe::bookkeeper::behind::Behind;
use cunshe::bookkeeper::trace::{Trace, TracedLine};
use cunshe::bookkeeper::view::View;
use cunshe::bookkeeper::{Bookkeeper, Clock, Config, OpenError};
use cunshe::ledger::book::BookProfile;
use cunshe::ledger::chart::ChartStandard;
use cunshe::ledger::statement::{GroupBy, Range};
use cunshe::ledger::voucher::Signatures;
use cunshe::ledger::{
    AccountCode, Amount, Dimension, DimensionCode, DimensionSet, DimensionValue, Draft, DraftLine, Element, Period, Purpose,
    Side, VoucherNumber, Word,
};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::path::Path;
use uuid::Uuid;

pub const ID: Uuid = Uuid::from_u128(0x42);

/// The roles that a shop's day asks for, on official accounts.
pub const SHOP_ROLES: [(&str, &str); 13] = [
    ("bank", "1002"),
    ("cash", "1001"),
    ("wechat_in_transit", "1012"),
    ("alipay_in_transit", "1012"),
    ("card_in_transit", "1012"),
    ("stored_value", "2203"),
    ("trade_receivable", "1122"),
    ("sales", "5001"),
    ("cost_of_sales", "5401"),
    ("goods", "1405"),
    ("pending", "1901"),
    ("platform_fee", "5603"),
    ("vat", "2221"),
];

/// 科目对应 of a shop's day and more, as a fact.
pub fn roles_with(more: &[(&str, &str)]) -> Value {
    let roles = SHOP_ROLES.iter().chain(more).map(|(role, account)| json!({ "account": account, "role": role }));
    json!([{ "roles": roles.collect::<Vec<_>>() }])
}

pub fn period(month: i8) -> Period {
    Period::new(2025, month).expect("period")
}

pub fn signed() -> Signatures {
    Signatures { prepared_by: "示例甲".into(), approved_by: "示例乙".into(), ..Signatures::default() }
}

/// One debit, one credit.
pub fn draft(month: i8, debit: &str, credit: &str, fen: i64) -> Draft {
    let line = |account: &str, side| {
        let mut dimensions = DimensionSet::new();
        if account == "5051" {
            dimensions.insert(Dimension::Community, DimensionCode::parse(if fen % 2 == 0 { "c1" } else { "c2" }).expect("code"));
        }
        DraftLine {
            account: AccountCode::parse(account).expect("code"),
            side,
            amount: Amount::from_fen(fen),
            dimensions,
            memo: String::new(),
        }
    };
    Draft {
        date: Date::constant(2025, month, 28),
        period: None,
        word: Word::General,
        purpose: Purpose::Ordinary,
        memo: format!("示例 {fen}"),
        lines: vec![line(debit, Side::Debit), line(credit, Side::Credit)],
        attachment_count: 1,
        attachments: Vec::new(),
        signatures: signed(),
        source: Default::default(),
        reverses: None,
    }
}

pub fn rent(month: i8, fen: i64) -> Draft {
    draft(month, "1002", "5051", fen)
}

pub async fn open(url: &DbUrl, keys: &Path, create: bool) -> Result<Bookkeeper, OpenError> {
    let mut config = Config::new(url.clone(), keys.to_owned());
    (config.create, config.clock) = (create, Clock::steady(1_750_000_000_000_000, 1_000));
    Bookkeeper::open(config).await
}

/// A fixed key, so that the same script gives the same bytes.
pub fn fixed_keys(folder: &Path) -> std::path::PathBuf {
    let keys = folder.join("keys");
    std::fs::create_dir_all(&keys).expect("folder");
    let secret = "07".repeat(32);
    std::fs::write(keys.join("installation.key"), format!("origin cunshe.example/test\nsecret {secret}\n")).expect("key");
    keys
}

/// A code to register, with an invented name.
pub fn named((dimension, text): (Dimension, &str)) -> DimensionValue {
    DimensionValue {
        dimension,
        code: DimensionCode::parse(text).expect("code"),
        name: format!("示例{text}"),
        parent: None,
        remark: "示例".into(),
    }
}

pub async fn open_book(books: &Bookkeeper) {
    let profile = BookProfile {
        code: "demo".into(),
        name: "示例账".into(),
        organisation: "示例公司".into(),
        standard: ChartStandard::SmallEnterprise2013,
        first_period: period(1),
        attachments_required: true,
    };
    books.open_book(ID, profile, "示例甲").await.expect("opened");
    let community = |code| named((Dimension::Community, code));
    books
        .add_dimension_values("demo", vec![community("c1"), community("c2")], "示例甲", Date::constant(2025, 1, 1))
        .await
        .expect("registered");
}

/// Every kind of thing that happens to a book.
pub async fn script(books: &Bookkeeper) {
    open_book(books).await;
    let mut opening = draft(1, "1002", "3001", 1_000_000);
    (opening.purpose, opening.word, opening.date) = (Purpose::Opening, Word::Opening, Date::constant(2025, 1, 1));
    books.post("demo", "opening", vec![opening]).await.expect("opening");
    for number in 0..270 {
        books.post("demo", &format!("rent-{number}"), vec![rent(1, 10_000 + number)]).await.expect("rent");
    }
    books.post("demo", "batch", (0..100).map(|number| rent(2, 5_000 + number)).collect()).await.expect("batch");
    let mut red = rent(2, -700);
    red.memo = "退租金（示例）".into();
    books.post("demo", "red", vec![red]).await.expect("red");
    let number = VoucherNumber { word: Word::General, serial: 7 };
    books.reverse("demo", (period(1), number), "reverse", Date::constant(2025, 2, 28), signed()).await.expect("reversed");
    let mut carried = draft(1, "5051", "3103", 3_000);
    carried.purpose = Purpose::CarryForward;
    books.post("demo", "carried", vec![carried]).await.expect("carried");
    books.close_period("demo", period(1), "示例甲").await.expect("closed");
}

/// What a reader can see, as one text.
pub async fn everything(books: &Bookkeeper) -> String {
    let view = books.book("demo").expect("book");
    let range = Bookkeeper::whole_range(&view);
    let trial_balance = books.trial_balance(&view, range, None).await.expect("trial balance");
    let only = books.trial_balance(&view, range, Some((Dimension::Community, "c1"))).await.expect("trial balance");
    let mut income = Vec::new();
    for group_by in [GroupBy::Month, GroupBy::Account, GroupBy::By(Dimension::IncomeType), GroupBy::By(Dimension::Street)] {
        income.push(books.income_by_community(std::slice::from_ref(&view), range, group_by).await.expect("income"));
    }
    let balances = books.balances_by(&view, range, Dimension::Community).await.expect("balances");
    let account = AccountCode::parse("1002").expect("code");
    let (mut lines, mut next) = (Vec::new(), None);
    loop {
        let page = books.account_lines(&view, account, range, next, 50).await.expect("lines");
        lines.extend(page.lines);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let closing = trial_balance.rows.iter().find(|row| row.account == account).expect("row").closing;
    assert_eq!(lines.last().expect("a line").balance, closing.debit, "the running balance ends where the trial balance does");
    assert_eq!(trial_balance.totals.movement.debit, trial_balance.totals.movement.credit);
    assert_eq!(trial_balance.totals.closing.debit, trial_balance.totals.closing.credit);
    let traced = traced(books, &view, range).await;
    let row = income[0].rows.iter().find(|row| row.community == "c1").expect("row");
    let signed = traced.iter().map(|line| if line.side == Side::Credit { line.amount.fen() } else { -line.amount.fen() });
    assert_eq!(signed.sum::<i64>(), row.total.fen(), "a figure is the sum of the lines behind it");
    let nets = books.nets(std::slice::from_ref(&view), range).await.expect("nets");
    let profits = books.profit_by(&nets, Dimension::Community).await.expect("profits");
    assert_eq!(
        profits.iter().map(|profit| profit.income).collect::<Vec<_>>(),
        [income[0].rows[0].total, income[0].rows[1].total]
    );
    let json = |value: &dyn erased::Json| value.text();
    [
        format!("{traced:?} {profits:?}"),
        json(&trial_balance),
        json(&only),
        json(&income),
        json(&balances),
        json(&lines),
        view.latest.leaf.to_string(),
        view.root.to_string(),
    ]
    .join("\n")
}

/// Every income line of one community, page by page.
async fn traced(books: &Bookkeeper, view: &View, range: Range) -> Vec<TracedLine> {
    let trace =
        Trace { dimension: Dimension::Community, code: "c1", behind: Behind::Element(Element::Income), range, also: None };
    let (mut lines, mut next) = (Vec::new(), None);
    loop {
        let page = books.dimension_lines(view, &trace, next, 7).await.expect("lines");
        lines.extend(page.lines);
        next = page.next;
        if next.is_none() {
            return lines;
        }
    }
}

mod erased {
    /// Anything that can be written as JSON.
    pub trait Json {
        fn text(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn text(&self) -> String {
            serde_json::to_string(self).expect("JSON")
        }
    }
}

/// The rows of a register, as programs get them; `None` where there is no such register.
pub fn register(view: &View, name: &str, day: Date) -> Option<Value> {
    cunshe::bookkeeper::business::register(view, name, day).map(|table| table.json_rows().into())
}

pub async fn check_is_clean(books: &Bookkeeper) {
    for check in books.check().await.expect("checked") {
        assert!(check.findings.is_empty(), "{:#?}", check.findings);
    }
}
