//! Every change made behind the journal's back is found (R6, R7 of the reliability plan).

use super::fixture::{fixed_keys, open, rent, script};
use cunshe::store::DbUrl;
use sqlx::{AssertSqlSafe, Row as _};
use std::path::Path;

const TABLES: [&str; 11] =
    ["balance", "book", "checkpoint", "dimension_set", "entry", "line", "request", "reversal", "serial", "tile", "voucher"];

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
    books.post("demo", "after", vec![rent(2, 1)]).await.expect("posted");
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

/// The exit codes that a change to a table may have; 0 is a refusal to open the books at all.
fn exits(table: &str) -> &'static [u8] {
    match table {
        // A book that is renamed or renumbered leaves rows of a book that does not exist.
        "book" => &[0, 2, 3, 4, 7],
        // Without the entry nothing after it can be replayed: projections differ too.
        "entry" => &[0, 4, 5, 6, 7],
        "tile" => &[0, 3, 4],
        "checkpoint" => &[2, 3, 4],
        // What a start reads from these tables is compared with the chain at once.
        "dimension_set" | "serial" | "reversal" => &[0, 4, 7],
        _ => &[4, 7],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn posted_rows_cannot_be_changed_and_every_change_behind_the_triggers_is_found() {
    let folder = tempfile::tempdir().expect("folder");
    let (prepared, keys) = prepared(folder.path()).await;
    let hand = Hand::open(&prepared).await;
    let tables = hand.tables().await;
    assert_eq!(tables, TABLES);
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
    let whole = dump(&prepared).await.expect("readable");
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
        let wrong = steps.iter().find(|step| !exits(&table).contains(step));
        assert!(wrong.is_none(), "{sql}: found as {steps:?}, expected {:?}", exits(&table));
        if steps.is_empty() {
            // The newest checkpoint is signed again, byte for byte, from the list outside the database.
            assert_eq!(dump(&copy).await.as_ref(), Some(&whole), "not found: {sql}");
        }
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
        bytes[at] ^= 1 << ((random >> 60) % 8);
        std::fs::write(&copy, bytes).expect("written");
        if found(&copy, &keys).await.is_empty() {
            let now = dump(&copy).await.expect("readable, for nothing was found");
            let changed: Vec<_> = now.iter().zip(&contents).filter(|(now, before)| now != before).take(3).collect();
            let what = format!("byte {at} of flip {flip} changed the books and was not found: {changed:?}");
            assert!(now.len() == contents.len() && changed.is_empty(), "{what}");
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
    // Named here: a flipped byte in the schema may hide a table from a list, and from nothing else.
    for table in TABLES {
        let columns = hand.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
        let row = columns.iter().map(|name| format!("quote({name})")).collect::<Vec<_>>().join(" || ',' || ");
        let rows =
            sqlx::query(AssertSqlSafe(format!("SELECT {row} FROM {table} ORDER BY 1"))).fetch_all(&hand.pool).await.ok()?;
        all.extend(rows.iter().map(|row| format!("{table}: {}", row.get::<String, _>(0))));
    }
    hand.pool.close().await;
    Some(all)
}
