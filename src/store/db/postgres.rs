//! What is PostgreSQL's own: how it is opened, and arrays for many rows in one statement.

use crate::store::StoreError;
use crate::store::db::{Column, Db, READERS, Row, Rows, Statement, Value};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Postgres};
use std::str::FromStr as _;
use std::time::Duration;

pub type PostgresQuery = sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments>;

pub async fn open(url: &str) -> Result<Db, StoreError> {
    let options = PgConnectOptions::from_str(url)?.application_name("cunshe").disable_statement_logging();
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

pub fn bind(sql: &'static str, values: Vec<Value>) -> PostgresQuery {
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(int) => query.bind(int),
        Value::Text(text) => query.bind(text),
        Value::Bytes(bytes) => query.bind(bytes),
    })
}

pub async fn fetch<'e>(
    executor: impl sqlx::Executor<'e, Database = Postgres>,
    sql: &'static str,
    values: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    Ok(bind(sql, values).fetch_all(executor).await?.into_iter().map(Row::Postgres).collect())
}

/// One statement whatever the number of rows and tables: an array a column, unnested side by side in the target list
/// (which spares PostgreSQL the tuple store that a set-returning function in FROM is put into), a table a WITH item.
pub fn insert(tables: Vec<Rows>) -> Statement {
    let (mut parts, mut bound) = (Vec::with_capacity(tables.len()), Vec::new());
    for (insert, columns) in tables {
        let values: Vec<String> = (bound.len() + 1..)
            .zip(&columns)
            .map(|(place, column)| match column {
                Column::Same(..) => format!("${place}::bigint"),
                Column::Ints(_) => format!("unnest(${place}::bigint[])"),
                Column::Texts(_) => format!("unnest(${place}::text[])"),
                Column::Blobs(_) => format!("unnest(${place}::bytea[])"),
            })
            .collect();
        let (names, values) = (insert.columns.join(", "), values.join(", "));
        parts.push(format!("INSERT INTO {} ({names}) SELECT {values} {}", insert.table, insert.conflict));
        bound.extend(columns);
    }
    let last = parts.pop().unwrap_or_default();
    let before: Vec<String> = parts.iter().enumerate().map(|(index, part)| format!("t{index} AS ({part})")).collect();
    let sql = if before.is_empty() { last } else { format!("WITH {} {last}", before.join(", ")) };
    let mut query: PostgresQuery = sqlx::query(AssertSqlSafe(sql));
    for column in bound {
        query = match column {
            Column::Same(value, _) => query.bind(value),
            Column::Ints(values) => query.bind(values),
            Column::Texts(values) => query.bind(values.iter().map(|text| &**text).collect::<Vec<&str>>()),
            Column::Blobs(values) => query.bind(values),
        };
    }
    Statement::Postgres(query)
}
