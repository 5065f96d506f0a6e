//! The contract of the books, on SQLite and on PostgreSQL by the same script: the same bytes on both, nothing half done,
//! nothing doubled, and every change made behind the journal's back is found.

mod support;

use cunshe::bookkeeper::{Bookkeeper, Clock, Config, OpenError, PostError};
use cunshe::chain::{Checkpoint, VerifierKey};
use cunshe::ledger::book::BookProfile;
use cunshe::ledger::chart::ChartStandard;
use cunshe::ledger::statement::GroupBy;
use cunshe::ledger::voucher::Signatures;
use cunshe::ledger::{
    AccountCode, Amount, Dimension, DimensionCode, DimensionSet, DimensionValue, Draft, DraftLine, Period, Purpose, Side,
    VoucherNumber, Word,
};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use sqlx::{AssertSqlSafe, Row as _};
use std::path::Path;
use support::Postgres;
use uuid::Uuid;

const ID: Uuid = Uuid::from_u128(0x42);

fn period(month: i8) -> Period {
    Period::new(2025, month).expect("period")
}

fn signed() -> Signatures {
    Signatures { prepared_by: "示例甲".into(), approved_by: "示例乙".into(), ..Signatures::default() }
}

/// One debit, one credit.
fn draft(month: i8, debit: &str, credit: &str, fen: i64) -> Draft {
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

fn rent(month: i8, fen: i64) -> Draft {
    draft(month, "1002", "5051", fen)
}

async fn open(url: &DbUrl, keys: &Path, create: bool) -> Result<Bookkeeper, OpenError> {
    let mut config = Config::new(url.clone(), keys.to_owned());
    (config.create, config.clock) = (create, Clock::steady(1_750_000_000_000_000, 1_000));
    Bookkeeper::open(config).await
}

/// A fixed key, so that the same script gives the same bytes.
fn fixed_keys(folder: &Path) -> std::path::PathBuf {
    let keys = folder.join("keys");
    std::fs::create_dir_all(&keys).expect("folder");
    let secret = "07".repeat(32);
    std::fs::write(keys.join("installation.key"), format!("origin cunshe.example/test\nsecret {secret}\n")).expect("key");
    keys
}

async fn open_book(books: &Bookkeeper) {
    let profile = BookProfile {
        code: "demo".into(),
        name: "示例账".into(),
        organisation: "示例公司".into(),
        standard: ChartStandard::SmallEnterprise2013,
        first_period: period(1),
        attachments_required: true,
    };
    books.open_book(ID, profile, "示例甲").await.expect("opened");
    let community = |code: &str| DimensionValue {
        dimension: Dimension::Community,
        code: DimensionCode::parse(code).expect("code"),
        name: format!("示例社区{code}"),
        parent: None,
        remark: "示例".into(),
    };
    books
        .add_dimension_values("demo", vec![community("c1"), community("c2")], "示例甲", Date::constant(2025, 1, 1))
        .await
        .expect("registered");
}

/// Every kind of thing that happens to a book.
async fn script(books: &Bookkeeper) {
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
async fn everything(books: &Bookkeeper) -> String {
    let view = books.book("demo").expect("book");
    let range = Bookkeeper::whole_range(&view);
    let trial_balance = books.trial_balance(&view, range, None).await.expect("trial balance");
    let only = books.trial_balance(&view, range, Some((Dimension::Community, "c1"))).await.expect("trial balance");
    let income = books.income_by_community(std::slice::from_ref(&view), range, GroupBy::Month).await.expect("income");
    let balances = books.balances_by(&view, range, Dimension::Community).await.expect("balances");
    let account = AccountCode::parse("1002").expect("code");
    let (mut lines, mut next) = (Vec::new(), None);
    loop {
        let page = books.account_lines(&view, account, range, next.as_deref(), 50).await.expect("lines");
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
    let json = |value: &dyn erased::Json| value.text();
    [
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

async fn check_is_clean(books: &Bookkeeper) {
    for check in books.check().await.expect("checked") {
        assert!(check.findings.is_empty(), "{:#?}", check.findings);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_script_gives_the_same_bytes_on_both_engines() {
    let (folder, postgres) = (tempfile::tempdir().expect("folder"), Postgres::start());
    let mut seen = Vec::new();
    for url in [DbUrl::Sqlite(folder.path().join("a.db")), DbUrl::parse(&postgres.url("same")).expect("url")] {
        let keys = fixed_keys(&folder.path().join(format!("keys{}", seen.len())));
        let books = open(&url, &keys, true).await.expect("opens");
        script(&books).await;
        check_is_clean(&books).await;
        seen.push(everything(&books).await);
        // Proofs and checkpoints for every entry, by the public code alone.
        let view = books.book("demo").expect("book");
        let key = VerifierKey::parse(&view.verifier_key).expect("key");
        let (_, note) = books.checkpoint("demo").await.expect("signed");
        assert_eq!(Checkpoint::open(&note, &key, key.name()).expect("opens").size, view.latest.seq);
        for stored in books.store().entries(view.number, 1, 1_000).await.expect("entries") {
            books.proof("demo", stored.seq).await.expect("proof").verify(&stored.head, &key).expect("verifies");
        }
        books.close().await;
        // A restart finds everything as it was.
        let again = open(&url, &keys, false).await.expect("opens again");
        assert_eq!(everything(&again).await, seen[seen.len() - 1]);
        check_is_clean(&again).await;
        again.close().await;
    }
    assert_eq!(seen[0], seen[1], "SQLite and PostgreSQL differ");
}

/// Requests that are refused, repeated or abandoned, on one engine.
async fn nothing_half_done(url: &DbUrl, keys: &Path) {
    let books = open(url, keys, true).await.expect("opens");
    open_book(&books).await;
    let first = books.post("demo", "one", vec![rent(1, 100), rent(1, 200)]).await.expect("posted");
    let head = books.book("demo").expect("book").latest;
    // The same request again; the same key for something else.
    let again = books.post("demo", "one", vec![rent(1, 100), rent(1, 200)]).await.expect("replayed");
    assert_eq!((&again.receipts, again.replayed), (&first.receipts, true));
    let taken = books.post("demo", "one", vec![rent(1, 100)]).await.expect_err("taken");
    assert!(matches!(taken, PostError::KeyTaken { first: Some(first_receipt), .. } if *first_receipt == first.receipts[0]));
    // One bad voucher in a batch: all of them are refused, and the bad one is named.
    let mut bad = rent(1, 300);
    bad.lines.truncate(1);
    let refused = books.post("demo", "two", vec![rent(1, 1), bad, rent(1, 2)]).await.expect_err("refused");
    let PostError::Refused(refused) = refused else { panic!("{refused:?}") };
    assert_eq!(refused[0].index, 1);
    assert_eq!(books.book("demo").expect("book").latest, head);
    // A stream that is refused in its last chunk, and one that is abandoned.
    for spoiled in [true, false] {
        let (chunks, received) = tokio::sync::mpsc::channel(4);
        let sender = tokio::spawn(async move {
            let _ = chunks.send((1..500).map(|fen| rent(1, fen)).collect()).await;
            if spoiled {
                let mut bad = rent(1, 1);
                bad.memo.clear();
                let _ = chunks.send(vec![bad]).await;
                let _ = chunks.send(Vec::new()).await;
            }
        });
        let error = books.stream("demo", "file", received).await.expect_err("not posted");
        assert!(matches!((spoiled, &error), (true, PostError::Refused(_)) | (false, PostError::Abandoned)), "{error:?}");
        sender.await.expect("sender");
        assert_eq!(books.book("demo").expect("book").latest, head);
    }
    // A whole stream, then the same key again.
    for whole in [true, false] {
        let (chunks, received) = tokio::sync::mpsc::channel(4);
        tokio::spawn(async move {
            for first in 0..3 {
                let _ = chunks.send((1..400).map(|fen| rent(1, first * 400 + fen)).collect()).await;
            }
            let _ = chunks.send(Vec::new()).await;
        });
        match books.stream("demo", "file", received).await {
            Ok(count) => assert_eq!((whole, count), (true, 1_197)),
            Err(error) => assert!(!whole && matches!(error, PostError::KeyTaken { .. }), "{error:?}"),
        }
    }
    // Reversal: once, and linked both ways.
    let number = first.receipts[1].number;
    let reversal =
        books.reverse("demo", (period(1), number), "r1", Date::constant(2025, 1, 31), signed()).await.expect("reversed");
    let twice = books.reverse("demo", (period(1), number), "r2", Date::constant(2025, 1, 31), signed()).await.expect_err("twice");
    assert!(
        matches!(&twice, PostError::Refused(refused) if refused[0].refusal.reasons[0].rule.code() == "already_reversed"),
        "{twice:?}"
    );
    let view = books.book("demo").expect("book");
    let original = books.voucher(&view, period(1), number).await.expect("read").expect("there");
    assert_eq!(original.reversed_by, Some(reversal.receipts[0].seq));
    let back = books.voucher_at(&view, reversal.receipts[0].seq).await.expect("read").expect("there");
    assert_eq!(back.voucher.reverses.expect("link").seq, original.seq);
    check_is_clean(&books).await;

    // Sixty-four writers, each request sent up to four times: exactly once (R10, R11 in small).
    let tasks: Vec<_> = (0..64_i64)
        .map(|writer| {
            let books = books.clone();
            tokio::spawn(async move {
                for number in 0..16_i64 {
                    let sends = (writer + number) % 4 + 1;
                    let all = (0..sends)
                        .map(|_| books.post("demo", &format!("w{writer}-{number}"), vec![rent(3, writer * 100 + number + 1)]));
                    let mut receipts = Vec::new();
                    for sent in all {
                        receipts.push(sent.await.expect("posted").receipts);
                    }
                    assert!(receipts.windows(2).all(|pair| pair[0] == pair[1]));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("writer");
    }
    let view = books.book("demo").expect("book");
    assert_eq!(view.book.next_serial(period(3), Word::General), 64 * 16 + 1, "every request once, numbers without a gap");
    check_is_clean(&books).await;

    // Two processes on the same books: nothing lost, nothing doubled.
    let other = open(url, keys, false).await.expect("a second process");
    let post = |books: Bookkeeper, name: &'static str| {
        tokio::spawn(async move {
            for number in 0..40_i64 {
                books.post("demo", &format!("{name}-{number}"), vec![rent(4, number + 1)]).await.expect("posted");
            }
        })
    };
    let (a, b) = (post(books.clone(), "a"), post(other.clone(), "b"));
    a.await.expect("a");
    b.await.expect("b");
    other.close().await;
    books.close().await;
    let books = open(url, keys, false).await.expect("opens");
    assert_eq!(books.book("demo").expect("book").book.next_serial(period(4), Word::General), 81);
    check_is_clean(&books).await;
    books.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_half_done_on_sqlite() {
    let folder = tempfile::tempdir().expect("folder");
    nothing_half_done(&DbUrl::Sqlite(folder.path().join("a.db")), &fixed_keys(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_half_done_on_postgres() {
    let (folder, postgres) = (tempfile::tempdir().expect("folder"), Postgres::start());
    nothing_half_done(&DbUrl::parse(&postgres.url("half")).expect("url"), &fixed_keys(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_is_never_signed_again() {
    let folder = tempfile::tempdir().expect("folder");
    let (url, keys) = (DbUrl::Sqlite(folder.path().join("a.db")), fixed_keys(folder.path()));
    let books = open(&url, &keys, true).await.expect("opens");
    open_book(&books).await;
    books.post("demo", "one", vec![rent(1, 100)]).await.expect("posted");
    books.checkpoint("demo").await.expect("signed");
    books.close().await;
    std::fs::copy(folder.path().join("a.db"), folder.path().join("backup.db")).expect("backup");
    let books = open(&url, &keys, false).await.expect("opens");
    books.post("demo", "two", vec![rent(1, 200)]).await.expect("posted");
    books.checkpoint("demo").await.expect("signed");
    books.close().await;
    // The old database under the newer signature: readable, but no posting and no signing.
    let restored = open(&DbUrl::Sqlite(folder.path().join("backup.db")), &keys, false).await.expect("opens");
    assert!(restored.is_forked("demo"));
    assert!(matches!(restored.post("demo", "three", vec![rent(1, 300)]).await, Err(PostError::Forked)));
    assert!(restored.checkpoint("demo").await.is_err());
    let view = restored.book("demo").expect("book");
    assert!(restored.trial_balance(&view, Bookkeeper::whole_range(&view), None).await.is_ok());
    assert!(!restored.check().await.expect("checked")[0].findings.is_empty(), "the self check says so too");
    restored.close().await;
}

/// Both migration files say the same, but for the engines' own type names.
#[test]
fn both_schemas_are_one_schema() {
    let tables = |engine: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("migrations/{engine}/0001_books.sql"));
        let text = std::fs::read_to_string(path).expect("migration");
        let tables = text.split("-- Posted is posted").next().expect("tables").to_owned();
        let plain = tables.replace(" STRICT, WITHOUT ROWID", "").replace(" STRICT", "").replace("INTEGER", "BIGINT");
        plain.replace("BLOB", "BYTEA").replace(" COLLATE \"C\"", "")
    };
    assert_eq!(tables("sqlite"), tables("postgres"));
}

/// SQLite by hand: what an administrator could do.
struct Hand {
    pool: sqlx::SqlitePool,
}

impl Hand {
    async fn open(path: &Path) -> Hand {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        Hand { pool: sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("opens") }
    }

    async fn run(&self, sql: &str) -> Result<u64, sqlx::Error> {
        Ok(sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.pool).await?.rows_affected())
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&self.pool).await.expect("read");
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn tables(&self) -> Vec<String> {
        self.texts("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY name").await
    }

    async fn drop_triggers(&self) {
        for trigger in self.texts("SELECT name FROM sqlite_schema WHERE type = 'trigger'").await {
            self.run(&format!("DROP TRIGGER {trigger}")).await.expect("dropped");
        }
    }
}

/// A book on disk that tests may spoil copies of.
async fn prepared(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let (path, keys) = (folder.join("prepared.db"), fixed_keys(folder));
    let books = open(&DbUrl::Sqlite(path.clone()), &keys, true).await.expect("opens");
    script(&books).await;
    books.checkpoint("demo").await.expect("signed");
    books.close().await;
    (path, keys)
}

/// The steps that the spoiled books fail at; empty if nothing is found. A refusal to open counts as found.
async fn found(path: &Path, keys: &Path) -> Vec<u8> {
    let Ok(books) = open(&DbUrl::Sqlite(path.to_owned()), keys, false).await else { return vec![0] };
    let checks = books.check().await;
    books.close().await;
    match checks {
        Err(_) => vec![0],
        Ok(checks) => checks.iter().flat_map(|check| check.findings.iter().map(|finding| finding.step)).collect(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn posted_rows_cannot_be_changed_and_every_change_behind_the_triggers_is_found() {
    let folder = tempfile::tempdir().expect("folder");
    let (prepared, keys) = prepared(folder.path()).await;
    let hand = Hand::open(&prepared).await;
    let tables = hand.tables().await;
    assert_eq!(tables.len(), 11, "{tables:?}");
    let mut changes = Vec::new();
    for table in &tables {
        let derived = ["balance", "serial", "book"].contains(&table.as_str());
        for verb in ["UPDATE {} SET book = book", "DELETE FROM {}"] {
            let sql = verb.replace("{}", table).replace("book = book", if table == "book" { "seq = seq" } else { "book = book" });
            assert!(hand.run(&sql).await.is_err() || derived, "{sql} was allowed");
        }
        changes.push(format!("DELETE FROM {table}"));
        changes.push(format!("DELETE FROM {table} WHERE rowid_or_first"));
        let columns = hand.texts(&format!("SELECT name || ' ' || type FROM pragma_table_info('{table}')")).await;
        for column in columns {
            let (name, kind) = column.split_once(' ').expect("name and type");
            let value = match kind {
                "INTEGER" => format!("{name} + 1000003"),
                "TEXT" => format!("{name} || 'x'"),
                _ => format!("CAST(substr({name}, 1, length({name}) - 1) || x'00' AS BLOB)"),
            };
            changes.push(format!("UPDATE {table} SET {name} = {value} WHERE rowid_or_first"));
        }
    }
    hand.pool.close().await;
    // `balance` and `serial` are written to in use; the deletes above emptied them: start from a fresh copy.
    let (prepared, keys) = {
        drop(keys);
        let again = folder.path().join("again");
        std::fs::create_dir_all(&again).expect("folder");
        self::prepared(&again).await
    };
    for change in changes {
        let copy = folder.path().join("spoiled.db");
        for extra in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.path().join(format!("spoiled.db{extra}")));
        }
        std::fs::copy(&prepared, &copy).expect("copied");
        let hand = Hand::open(&copy).await;
        hand.drop_triggers().await;
        let table = change.split(' ').find(|word| tables.iter().any(|table| table == word)).expect("table").to_owned();
        let key = hand.texts(&format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk")).await.join(", ");
        let first = format!("({key}) = (SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT 1)");
        let sql = change.replace("rowid_or_first", &first);
        let touched = hand.run(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(touched > 0, "{sql} changed nothing");
        hand.pool.close().await;
        let steps = found(&copy, &keys).await;
        assert!(!steps.is_empty(), "not found: {sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_is_found_or_changes_nothing() {
    const FLIPS: u64 = 1_000;
    let folder = tempfile::tempdir().expect("folder");
    let (prepared, keys) = prepared(folder.path()).await;
    let whole = std::fs::read(&prepared).expect("read");
    let contents = dump(&prepared).await.expect("dumped");
    let (mut random, mut neutral) = (0x9e37_79b9_7f4a_7c15_u64, 0);
    println!("xorshift from {random:#x} over {} bytes", whole.len());
    for flip in 0..FLIPS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let at = usize::try_from(random % whole.len() as u64).expect("small");
        let copy = folder.path().join(format!("flip{flip}.db"));
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (random >> 60) % 8;
        std::fs::write(&copy, bytes).expect("written");
        if found(&copy, &keys).await.is_empty() {
            assert_eq!(
                dump(&copy).await.as_ref(),
                Some(&contents),
                "byte {at} of flip {flip} changed the books and was not found"
            );
            neutral += 1;
        }
        for extra in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.path().join(format!("flip{flip}.db{extra}")));
        }
    }
    println!("{neutral} of {FLIPS} flips were in unused space");
    assert!(neutral < FLIPS * 6 / 10, "{neutral} of {FLIPS}: then this test would show little");
}

/// Every row of every table, as text; `None` if they cannot be read.
async fn dump(path: &Path) -> Option<Vec<String>> {
    let hand = Hand::open(path).await;
    let mut all = Vec::new();
    for table in hand.tables().await {
        let columns = hand.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
        let row = columns.iter().map(|name| format!("quote({name})")).collect::<Vec<_>>().join(" || ',' || ");
        let rows =
            sqlx::query(AssertSqlSafe(format!("SELECT {row} FROM {table} ORDER BY 1"))).fetch_all(&hand.pool).await.ok()?;
        all.extend(rows.iter().map(|row| format!("{table}: {}", row.get::<String, _>(0))));
    }
    hand.pool.close().await;
    Some(all)
}
