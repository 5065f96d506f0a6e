//! The only file that names SQLite or PostgreSQL. Everything above it speaks one SQL and these few verbs:
//! read rows, execute, insert many rows in one statement, begin and commit.

use crate::store::StoreError;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Executor as _, Postgres, Row as _, SqlSafeStr as _, Sqlite, Transaction};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

/// SQLite below 3.51.3 can corrupt a write-ahead log that is reset while it is read.
const SQLITE_VERSION_MIN: (u32, u32, u32) = (3, 51, 3);
/// PostgreSQL below 15 is out of support by the time these books are audited.
const POSTGRES_VERSION_MIN: u32 = 15;
/// Rows of one SQLite statement; with ten columns this stays below its 32,766 parameters.
const SQLITE_ROWS_MAX: usize = 1024;
/// Up to so many rows a statement of exactly that size is prepared and kept: a group of single vouchers is then one
/// statement a table, where each statement costs a thread switch.
const SQLITE_ROWS_EXACT: usize = 64;
/// Readers beside the one writer. Two cores serve four readers well.
const READERS: u32 = 4;
/// How long a statement waits for another process that holds the SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a SQLite page: eight entries a page, and fewer system calls than the default 4,096 (measured: 5 to 10 % more vouchers/s).
const PAGE_BYTES: u32 = 8192;
/// Pages of write-ahead log before the writer itself moves them into the file: 64 MiB. Mostly the mover was there first.
const WAL_PAGES: &str = "8192";
/// Page caches in KiB, negative as SQLite wants it: the writer touches the same edges again and again, readers scan.
const WRITER_CACHE: &str = "-65536";
const READER_CACHE: &str = "-8192";
/// How often the mover looks: often enough that the writer finds little left to move.
const MOVE_INTERVAL: Duration = Duration::from_millis(250);
/// The newest schema this program knows; a database with a newer one is not opened.
const SCHEMA_VERSION: i64 = 1;

/// Where the books are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DbUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

impl DbUrl {
    /// Reads `sqlite:PATH` or `postgres://…`.
    pub fn parse(text: &str) -> Option<DbUrl> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return (!path.is_empty()).then(|| DbUrl::Sqlite(path.into()));
        }
        let postgres = text.starts_with("postgres:") || text.starts_with("postgresql:");
        postgres.then(|| DbUrl::Postgres(text.to_owned()))
    }
}

/// One value bound to a statement.
#[derive(Clone, Debug)]
pub enum Value {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// One column of many rows.
pub enum Column {
    /// The same number in so many rows.
    Same(i64, usize),
    Ints(Vec<i64>),
    /// Shared, because a batch repeats few texts many times.
    Texts(Vec<Arc<str>>),
    Blobs(Vec<Vec<u8>>),
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Column::Same(_, count) => *count,
            Column::Ints(values) => values.len(),
            Column::Texts(values) => values.len(),
            Column::Blobs(values) => values.len(),
        }
    }
}

/// A statement that inserts many rows.
pub struct Insert {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    /// Such as `ON CONFLICT (…) DO UPDATE SET …`; empty for none.
    pub conflict: &'static str,
}

/// A row read back.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub fn int(&self, index: usize) -> Result<i64, StoreError> {
        match self {
            Row::Sqlite(row) => row.try_get(index).map_err(StoreError::from),
            Row::Postgres(row) => row.try_get(index).map_err(StoreError::from),
        }
    }

    pub fn text(&self, index: usize) -> Result<String, StoreError> {
        match self {
            Row::Sqlite(row) => row.try_get(index).map_err(StoreError::from),
            Row::Postgres(row) => row.try_get(index).map_err(StoreError::from),
        }
    }

    pub fn bytes(&self, index: usize) -> Result<Vec<u8>, StoreError> {
        match self {
            Row::Sqlite(row) => row.try_get(index).map_err(StoreError::from),
            Row::Postgres(row) => row.try_get(index).map_err(StoreError::from),
        }
    }
}

/// An open database.
#[derive(Clone)]
pub enum Db {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres { pool: PgPool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A statement with its values bound, ready to run.
pub enum Statement {
    Sqlite(SqliteQuery),
    Postgres(PostgresQuery),
}

impl Statement {
    /// Makes the statements that insert rows given column by column: as few as the engine allows.
    pub fn make(engine: Engine, insert: Insert, columns: Vec<Column>) -> Vec<Statement> {
        if columns.iter().any(|column| column.len() == 0) {
            return Vec::new();
        }
        match engine {
            Engine::Sqlite => insert_sqlite(&insert, columns),
            Engine::Postgres => vec![insert_postgres(&insert, columns)],
        }
    }
}

/// A transaction; dropped without [`Tx::commit`], it never happened.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens a database, creating an empty SQLite file where there is none and `create` allows it, and brings its schema up to date.
    pub async fn open(url: &DbUrl, create: bool) -> Result<Db, StoreError> {
        let db = match url {
            DbUrl::Sqlite(path) => open_sqlite(path, create).await?,
            DbUrl::Postgres(url) => open_postgres(url).await?,
        };
        db.check_engine().await?;
        db.migrate().await?;
        Ok(db)
    }

    pub fn engine(&self) -> &'static str {
        match self {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres { .. } => "postgres",
        }
    }

    async fn check_engine(&self) -> Result<(), StoreError> {
        match self {
            Db::Sqlite { .. } => {
                let version = self.read("SELECT sqlite_version()", vec![]).await?;
                let version = version.first().map(|row| row.text(0)).transpose()?.unwrap_or_default();
                let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
                let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
                if found < SQLITE_VERSION_MIN {
                    return Err(StoreError::EngineTooOld { found: format!("SQLite {version}"), needed: "SQLite 3.51.3" });
                }
            }
            Db::Postgres { .. } => {
                let rows = self.read("SELECT current_setting('server_version_num')", vec![]).await?;
                let number: u32 = rows.first().map(|row| row.text(0)).transpose()?.and_then(|n| n.parse().ok()).unwrap_or(0);
                if number / 10_000 < POSTGRES_VERSION_MIN {
                    return Err(StoreError::EngineTooOld {
                        found: format!("PostgreSQL {}", number / 10_000),
                        needed: "PostgreSQL 15",
                    });
                }
            }
        }
        Ok(())
    }

    /// Applies what is missing, each step in a transaction of its own; a newer schema is refused.
    async fn migrate(&self) -> Result<(), StoreError> {
        let step = |sql: &'static str| {
            let migration = Migration::new(1, Cow::Borrowed("books"), MigrationType::Simple, sql.into_sql_str(), false);
            let mut migrator = Migrator::with_migrations(vec![migration]);
            // Advisory locks are a no-op on some engines; the migration's own transaction is what protects.
            migrator.set_locking(false);
            migrator
        };
        let result = match self {
            Db::Sqlite { writer, .. } => step(include_str!("../../migrations/sqlite/0001_books.sql")).run(writer).await,
            Db::Postgres { pool } => step(include_str!("../../migrations/postgres/0001_books.sql")).run(pool).await,
        };
        result.map_err(|error| match error {
            sqlx::migrate::MigrateError::VersionMissing(found) => StoreError::NewerSchema { found, known: SCHEMA_VERSION },
            sqlx::migrate::MigrateError::VersionMismatch(_) => StoreError::Corrupt("schema differs from this program's".into()),
            sqlx::migrate::MigrateError::Execute(error) | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => error.into(),
            other => StoreError::Corrupt(other.to_string()),
        })
    }

    /// Reads rows outside any transaction, from what is committed.
    pub async fn read(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        match self {
            Db::Sqlite { readers, .. } => fetch_sqlite(readers, sql, values).await,
            Db::Postgres { pool } => fetch_postgres(pool, sql, values).await,
        }
    }

    /// Reads the rows whose last named column is any of `texts`; `$1` is an integer.
    pub async fn read_any(&self, sql: &'static str, first: i64, mut texts: Vec<String>) -> Result<Vec<Row>, StoreError> {
        match self {
            Db::Sqlite { readers, .. } => {
                // Padded to a power of two, so that few statements are ever prepared.
                let Some(last) = texts.last().cloned() else { return Ok(Vec::new()) };
                texts.resize(texts.len().next_power_of_two(), last);
                let places: Vec<String> = (2..texts.len() + 2).map(|place| format!("${place}")).collect();
                let sql = format!("{sql} IN ({})", places.join(", "));
                let query: SqliteQuery =
                    texts.into_iter().fold(sqlx::query(AssertSqlSafe(sql)).bind(first), |query, text| query.bind(text));
                Ok(query.fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect())
            }
            Db::Postgres { pool } => {
                let query: PostgresQuery = sqlx::query(AssertSqlSafe(format!("{sql} = ANY($2)"))).bind(first).bind(texts);
                Ok(query.fetch_all(pool).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// What the engine finds wrong with its own file. PostgreSQL checks its pages as it reads them.
    pub async fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let Db::Sqlite { readers, .. } = self else { return Ok(Vec::new()) };
        let rows = fetch_sqlite(readers, "PRAGMA integrity_check(10)", vec![]).await?;
        let texts = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
        Ok(texts.into_iter().filter(|text| text != "ok").collect())
    }

    /// Begins the writer's transaction. SQLite takes its write lock at once.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Db::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres { pool } => Tx::Postgres(pool.begin().await?),
        })
    }

    pub async fn close(&self) {
        match self {
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres { pool } => pool.close().await,
        }
    }
}

impl Tx {
    pub async fn read(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        match self {
            Tx::Sqlite(tx) => fetch_sqlite(&mut **tx, sql, values).await,
            Tx::Postgres(tx) => fetch_postgres(&mut **tx, sql, values).await,
        }
    }

    /// Executes a statement; gives the number of rows it touched.
    pub async fn execute(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64, StoreError> {
        Ok(match self {
            Tx::Sqlite(tx) => bind_sqlite(sql, values).execute(&mut **tx).await?.rows_affected(),
            Tx::Postgres(tx) => bind_postgres(sql, values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Runs a statement that [`Statement::make`] has made for this engine.
    pub async fn run(&mut self, statement: Statement) -> Result<(), StoreError> {
        match (self, statement) {
            (Tx::Sqlite(tx), Statement::Sqlite(query)) => query.execute(&mut **tx).await.map(|_| ()).map_err(StoreError::from),
            (Tx::Postgres(tx), Statement::Postgres(query)) => {
                query.execute(&mut **tx).await.map(|_| ()).map_err(StoreError::from)
            }
            _ => Err(StoreError::Corrupt("a statement made for another engine".into())),
        }
    }

    pub fn engine(&self) -> Engine {
        match self {
            Tx::Sqlite(_) => Engine::Sqlite,
            Tx::Postgres(_) => Engine::Postgres,
        }
    }

    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await.map_err(StoreError::from),
            Tx::Postgres(tx) => tx.commit().await.map_err(StoreError::from),
        }
    }

    pub async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.rollback().await.map_err(StoreError::from),
            Tx::Postgres(tx) => tx.rollback().await.map_err(StoreError::from),
        }
    }
}

async fn open_sqlite(path: &Path, create: bool) -> Result<Db, StoreError> {
    let base = SqliteConnectOptions::new()
        .filename(path)
        .page_size(PAGE_BYTES)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    let options = base
        .clone()
        .pragma("wal_autocheckpoint", WAL_PAGES)
        .pragma("cache_size", WRITER_CACHE)
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(1024);
    let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
    let reading = options.pragma("query_only", "ON").pragma("cache_size", READER_CACHE);
    let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(reading).await?;
    let mover = SqlitePoolOptions::new().max_connections(1).connect_with(base.optimize_on_close(false, None)).await?;
    tokio::spawn(move_write_ahead_log(mover, writer.clone()));
    Ok(Db::Sqlite { writer, readers })
}

/// Moves the write-ahead log into the file beside the writer, who would otherwise stop for it in the middle of
/// someone's posting. A passive checkpoint waits for nobody; what it cannot move now it moves later.
async fn move_write_ahead_log(mover: SqlitePool, writer: SqlitePool) {
    let mut ticks = tokio::time::interval(MOVE_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = writer.close_event() => return mover.close().await,
        }
        if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_all(&mover).await {
            tracing::debug!(%error, "the write-ahead log was not moved this time");
        }
    }
}

async fn open_postgres(url: &str) -> Result<Db, StoreError> {
    let options = PgConnectOptions::from_str(url)?.application_name("cunshe");
    let pool = PgPoolOptions::new()
        .max_connections(READERS + 1)
        .acquire_timeout(Duration::from_secs(10))
        // Whatever the server's defaults: an acknowledged posting is on disk.
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute("SET synchronous_commit = on").await.map(|_| ()) })
        })
        .connect_with(options)
        .await?;
    Ok(Db::Postgres { pool })
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, sqlx::sqlite::SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments>;

fn bind_sqlite(sql: &'static str, values: Vec<Value>) -> SqliteQuery {
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(int) => query.bind(int),
        Value::Text(text) => query.bind(text),
        Value::Bytes(bytes) => query.bind(bytes),
    })
}

fn bind_postgres(sql: &'static str, values: Vec<Value>) -> PostgresQuery {
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(int) => query.bind(int),
        Value::Text(text) => query.bind(text),
        Value::Bytes(bytes) => query.bind(bytes),
    })
}

async fn fetch_sqlite<'e>(
    executor: impl sqlx::Executor<'e, Database = Sqlite>,
    sql: &'static str,
    values: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    Ok(bind_sqlite(sql, values).fetch_all(executor).await?.into_iter().map(Row::Sqlite).collect())
}

async fn fetch_postgres<'e>(
    executor: impl sqlx::Executor<'e, Database = Postgres>,
    sql: &'static str,
    values: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    Ok(bind_postgres(sql, values).fetch_all(executor).await?.into_iter().map(Row::Postgres).collect())
}

/// Many rows per VALUES. Larger row counts are powers of two, so that few statements are ever prepared.
fn insert_sqlite(insert: &Insert, columns: Vec<Column>) -> Vec<Statement> {
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

/// One statement whatever the number of rows: an array a column, unnested side by side in the target list, which
/// spares PostgreSQL the tuple store that a set-returning function in FROM is put into.
fn insert_postgres(insert: &Insert, columns: Vec<Column>) -> Statement {
    let values: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| match column {
            Column::Same(..) => format!("${}::bigint", index + 1),
            Column::Ints(_) => format!("unnest(${}::bigint[])", index + 1),
            Column::Texts(_) => format!("unnest(${}::text[])", index + 1),
            Column::Blobs(_) => format!("unnest(${}::bytea[])", index + 1),
        })
        .collect();
    let (names, values) = (insert.columns.join(", "), values.join(", "));
    let sql = format!("INSERT INTO {} ({names}) SELECT {values} {}", insert.table, insert.conflict);
    let mut query: PostgresQuery = sqlx::query(AssertSqlSafe(sql));
    for column in columns {
        query = match column {
            Column::Same(value, _) => query.bind(value),
            Column::Ints(values) => query.bind(values),
            Column::Texts(values) => query.bind(values.iter().map(|text| &**text).collect::<Vec<&str>>()),
            Column::Blobs(values) => query.bind(values),
        };
    }
    Statement::Postgres(query)
}
