//! The only place that names SQLite or PostgreSQL. Everything above it speaks one SQL and these few verbs:
//! read rows, execute, insert many rows in one statement, begin and commit. What differs is in `sqlite` and
//! `postgres`.

mod postgres;
mod sqlite;

use self::postgres::PostgresQuery;
use self::sqlite::{SqliteQuery, SqliteTx};

use crate::store::StoreError;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Postgres, Row as _, SqlSafeStr as _, Transaction};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

/// SQLite below 3.51.3 can corrupt a write-ahead log that is reset while it is read.
const SQLITE_VERSION_MIN: (u32, u32, u32) = (3, 51, 3);
/// PostgreSQL below 15 is out of support by the time these books are audited.
const POSTGRES_VERSION_MIN: u32 = 15;
/// Readers beside the one writer. Two cores serve four readers well.
const READERS: u32 = 4;
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

/// Rows of one table.
pub type Rows = (Insert, Vec<Column>);

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
    Sqlite { writer: SqlitePool, readers: SqlitePool, mover: SqlitePool },
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
    /// Makes the statements that insert rows into some tables: as few as the engine allows.
    pub fn make(engine: Engine, mut tables: Vec<Rows>) -> Vec<Statement> {
        tables.retain(|(_, columns)| columns.iter().all(|column| column.len() > 0));
        if tables.is_empty() {
            return Vec::new();
        }
        match engine {
            Engine::Sqlite => tables.into_iter().flat_map(|(insert, columns)| sqlite::insert(&insert, columns)).collect(),
            Engine::Postgres => vec![postgres::insert(tables)],
        }
    }
}

/// A transaction; dropped without [`Tx::commit`], it never happened.
pub enum Tx {
    Sqlite(SqliteTx),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens a database, creating an empty SQLite file where there is none and `create` allows it, and brings its schema up to date.
    pub async fn open(url: &DbUrl, create: bool) -> Result<Db, StoreError> {
        let db = match url {
            DbUrl::Sqlite(path) => sqlite::open(path, create).await?,
            DbUrl::Postgres(url) => postgres::open(url).await?,
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
            Db::Sqlite { readers, .. } => sqlite::fetch(readers, sql, values).await,
            Db::Postgres { pool } => postgres::fetch(pool, sql, values).await,
        }
    }

    /// Reads the rows whose last named column, which is unique with `$1` (an integer), is any of `texts`.
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
                // One look into the index a text, whatever the planner believes of a table it has no statistics of.
                let sql = format!(
                    "SELECT found.* FROM unnest($2::text[]) AS wanted (text) CROSS JOIN LATERAL ({sql} = wanted.text LIMIT 1) AS found"
                );
                let query: PostgresQuery = sqlx::query(AssertSqlSafe(sql)).bind(first).bind(texts);
                Ok(query.fetch_all(pool).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// What the engine finds wrong with its own file. PostgreSQL checks its pages as it reads them.
    pub async fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let Db::Sqlite { readers, .. } = self else { return Ok(Vec::new()) };
        let rows = sqlite::fetch(readers, "PRAGMA integrity_check(10)", vec![]).await?;
        let texts = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
        Ok(texts.into_iter().filter(|text| text != "ok").collect())
    }

    /// Begins the writer's transaction. SQLite takes its write lock at once.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Db::Sqlite { writer, .. } => Tx::Sqlite(SqliteTx::begin(writer).await?),
            Db::Postgres { pool } => Tx::Postgres(pool.begin().await?),
        })
    }

    pub async fn close(&self) {
        match self {
            // The last connection to go moves what is left of the write-ahead log into the file: the writer's.
            Db::Sqlite { writer, readers, mover } => {
                mover.close().await;
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
            Tx::Sqlite(tx) => sqlite::fetch(&mut *tx.connection, sql, values).await,
            Tx::Postgres(tx) => postgres::fetch(&mut **tx, sql, values).await,
        }
    }

    /// Executes a statement; gives the number of rows it touched.
    pub async fn execute(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64, StoreError> {
        Ok(match self {
            Tx::Sqlite(tx) => sqlite::bind(sql, values).execute(&mut *tx.connection).await?.rows_affected(),
            Tx::Postgres(tx) => postgres::bind(sql, values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Runs a statement that [`Statement::make`] has made for this engine.
    pub async fn run(&mut self, statement: Statement) -> Result<(), StoreError> {
        match (self, statement) {
            (Tx::Sqlite(tx), Statement::Sqlite(query)) => {
                query.execute(&mut *tx.connection).await.map(|_| ()).map_err(StoreError::from)
            }
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
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await.map_err(StoreError::from),
        }
    }
}
