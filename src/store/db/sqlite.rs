//! What is SQLite's own: how it is opened, how its transactions end, how many rows go into one statement.

use crate::store::StoreError;
use crate::store::db::{Column, Db, Insert, READERS, Row, Statement, Value};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _, Sqlite};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Rows of one SQLite statement; with ten columns this stays below its 32,766 parameters.
const SQLITE_ROWS_MAX: usize = 1024;
/// Up to so many rows a statement of exactly that size is prepared and kept: a group of single vouchers is then one
/// statement a table, where each statement costs a thread switch.
const SQLITE_ROWS_EXACT: usize = 64;
/// How long a statement waits for another process that holds the SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a SQLite page: eight entries a page, and fewer system calls than the default 4,096 (measured: 5 to 10 % more vouchers/s).
const PAGE_BYTES: u32 = 8192;
/// Pages of write-ahead log (1 GiB) at which the writer itself must move them into the file. The mover is there first.
const WAL_PAGES: &str = "131072";
/// Pages not yet moved (512 MiB) that the mover moves even while the writer is busy. Below that it waits for a pause:
/// both write to one disk (measured: 80,000 vouchers/s against 100,000).
const MOVE_PAGES: i64 = 65_536;
/// Page caches in KiB, negative as SQLite wants it: the writer touches the same edges again and again, readers scan.
const WRITER_CACHE: &str = "-65536";
const READER_CACHE: &str = "-8192";
/// How often the mover looks, and how long a pause is.
const MOVE_INTERVAL: Duration = Duration::from_millis(250);
pub type SqliteQuery = sqlx::query::Query<'static, Sqlite, sqlx::sqlite::SqliteArguments>;

/// SQLite rolls back by itself when its disk is full, and a library that counts transactions would not know. So
/// begin and end are said here, and a connection whose transaction did not end well is not used again.
pub struct SqliteTx {
    pub connection: PoolConnection<Sqlite>,
    ended: bool,
}

impl SqliteTx {
    pub async fn begin(pool: &SqlitePool) -> Result<SqliteTx, StoreError> {
        let mut tx = SqliteTx { connection: pool.acquire().await?, ended: false };
        tx.connection.execute("BEGIN IMMEDIATE").await?;
        Ok(tx)
    }

    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.connection.execute("COMMIT").await?;
        self.ended = true;
        Ok(())
    }
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        if !self.ended {
            self.connection.close_on_drop();
        }
    }
}

pub async fn open(path: &Path, create: bool) -> Result<Db, StoreError> {
    let base = SqliteConnectOptions::new()
        .filename(path)
        .page_size(PAGE_BYTES)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // A long check is no news to the person who waits for it.
        .disable_statement_logging();
    let options = base
        .clone()
        .pragma("wal_autocheckpoint", WAL_PAGES)
        .pragma("cache_size", WRITER_CACHE)
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(1024);
    let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await;
    let writer = writer.map_err(|error| if cannot_be_written(path) { StoreError::ReadOnly } else { error.into() })?;
    let reading = options.pragma("query_only", "ON").pragma("cache_size", READER_CACHE);
    let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(reading).await?;
    let mover = SqlitePoolOptions::new().max_connections(1).connect_with(base.optimize_on_close(false, None)).await?;
    tokio::spawn(move_write_ahead_log(mover.clone()));
    Ok(Db::Sqlite { writer, readers, mover })
}

/// Whether there is a file that this process may not write to, or not make others beside it.
fn cannot_be_written(path: &Path) -> bool {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    let opened = std::fs::OpenOptions::new().append(true).open(path);
    opened.is_err_and(|error| matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem))
}

/// Moves the write-ahead log into the file beside the writer, who would otherwise stop for it in the middle of
/// someone's posting: in a pause, or when much has gathered. A passive checkpoint waits for nobody; what it cannot
/// move now it moves later.
async fn move_write_ahead_log(mover: SqlitePool) {
    let mut ticks = tokio::time::interval(MOVE_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut before = 0;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = mover.close_event() => return,
        }
        let moved = async {
            let (log, done): (i64, i64) = checkpoint(&mover, "PRAGMA wal_checkpoint(NOOP)").await?;
            let due = log > done && (log == before || log - done >= MOVE_PAGES);
            before = log;
            if due { checkpoint(&mover, "PRAGMA wal_checkpoint(PASSIVE)").await.map(|_| ()) } else { Ok(()) }
        };
        if let Err(error) = moved.await {
            tracing::debug!(%error, "the write-ahead log was not moved this time");
        }
    }
}

/// Pages in the write-ahead log, and how many of them are in the file already.
async fn checkpoint(mover: &SqlitePool, pragma: &'static str) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query(pragma).fetch_one(mover).await?;
    Ok((row.try_get(1)?, row.try_get(2)?))
}

pub fn bind(sql: &'static str, values: Vec<Value>) -> SqliteQuery {
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(int) => query.bind(int),
        Value::Text(text) => query.bind(text),
        Value::Bytes(bytes) => query.bind(bytes),
    })
}

pub async fn fetch<'e>(
    executor: impl sqlx::Executor<'e, Database = Sqlite>,
    sql: &'static str,
    values: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    Ok(bind(sql, values).fetch_all(executor).await?.into_iter().map(Row::Sqlite).collect())
}

/// Many rows per VALUES. Larger row counts are powers of two, so that few statements are ever prepared.
pub fn insert(insert: &Insert, columns: Vec<Column>) -> Vec<Statement> {
    enum Cells {
        Same(i64),
        Ints(std::vec::IntoIter<i64>),
        Texts(std::vec::IntoIter<Arc<str>>),
        Blobs(std::vec::IntoIter<Vec<u8>>),
    }
    let mut left = columns[0].len();
    let mut statements = Vec::new();
    let mut cells: Vec<Cells> = columns
        .into_iter()
        .map(|column| match column {
            Column::Same(value, _) => Cells::Same(value),
            Column::Ints(values) => Cells::Ints(values.into_iter()),
            Column::Texts(values) => Cells::Texts(values.into_iter()),
            Column::Blobs(values) => Cells::Blobs(values.into_iter()),
        })
        .collect();
    while left > 0 {
        let rows = match left {
            SQLITE_ROWS_MAX.. => SQLITE_ROWS_MAX,
            0..=SQLITE_ROWS_EXACT => left,
            _ => 1 << left.ilog2(),
        };
        let row = format!("({}?)", "?,".repeat(insert.columns.len() - 1));
        let more = format!(",{row}").repeat(rows - 1);
        // A failure ends the transaction anyway; saying so spares SQLite a journal of its own for each statement.
        let verb = if insert.conflict.is_empty() { "INSERT OR ROLLBACK" } else { "INSERT" };
        let names = insert.columns.join(", ");
        let sql = format!("{verb} INTO {} ({names}) VALUES {row}{more} {}", insert.table, insert.conflict);
        let mut query: SqliteQuery = sqlx::query(AssertSqlSafe(sql));
        for _ in 0..rows {
            for column in &mut cells {
                query = match column {
                    Cells::Same(value) => query.bind(*value),
                    Cells::Ints(values) => query.bind(values.next()),
                    Cells::Texts(values) => query.bind(values.next()),
                    Cells::Blobs(values) => query.bind(values.next()),
                };
            }
        }
        statements.push(Statement::Sqlite(query));
        left -= rows;
    }
    statements
}
