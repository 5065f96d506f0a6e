//! The only room that knows SQL. [`Store`] appends sealed entries with their projections in one transaction
//! and reads them back; it decides nothing about bookkeeping.
//!
//! Start with [`append`] (the one way in), then [`load`] (how a book's state comes back at start) and
//! [`read`], [`nets`] and [`trace`] (what reports ask). [`db`] is the only file that names an engine.

pub mod append;
pub mod audit;
pub mod db;
pub mod error;
pub mod load;
pub mod nets;
pub mod read;
pub mod trace;
pub mod tree;

pub use append::Batch;
pub use db::{Db, DbUrl};
pub use error::StoreError;

/// An open set of books.
#[derive(Clone)]
pub struct Store {
    db: Db,
}

impl Store {
    /// Opens the database; `create` allows a SQLite file to be made.
    pub async fn open(url: &DbUrl, create: bool) -> Result<Store, StoreError> {
        Ok(Store { db: Db::open(url, create).await? })
    }

    pub fn engine(&self) -> &'static str {
        self.db.engine()
    }

    pub async fn close(&self) {
        self.db.close().await;
    }
}

/// A sequence number or count as the tables keep it.
fn int(number: u64) -> i64 {
    i64::try_from(number).expect("no book holds 2^63 entries")
}

/// A number read back from a table.
fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Corrupt(format!("negative number {number}")))
}
