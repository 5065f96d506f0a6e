//! The one way in: sealed entries and their projections, in one transaction whose first statement is a
//! compare-and-swap on the book's head.

use crate::chain::Digest;
use crate::chain::tree::FullTile;
use crate::journal::projection::LineRow;
use crate::journal::{Entry, Latest, Projection};
use crate::store::db::{Column, Insert, Rows, Statement, Tx, Value};
use crate::store::{Store, StoreError, int};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Entries up to which a batch is made ready at once: what a few dozen clients post at a time.
const SMALL_BATCH: usize = 64;
/// Statements made ready ahead of the database.
const READY_AHEAD: usize = 4;

/// Everything one commit writes for one book.
#[derive(Default)]
pub struct Batch {
    pub entries: Vec<Entry>,
    pub tiles: Vec<FullTile>,
    pub projection: Projection,
}

/// Where a book stands after a batch.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub latest: Latest,
    pub turnover: i64,
    pub posted: bool,
}

/// An open transaction on the books.
pub struct Appender {
    tx: Tx,
}

impl Store {
    pub async fn begin(&self) -> Result<Appender, StoreError> {
        Ok(Appender { tx: self.db.begin().await? })
    }
}

impl Appender {
    /// Makes room for a new book; its first batch swaps from [`Latest::NONE`].
    pub async fn add_book(&mut self, number: i64, code: &str, id: Uuid) -> Result<(), StoreError> {
        let none = Latest::NONE;
        let values = vec![
            Value::Int(number),
            Value::Text(code.to_owned()),
            Value::Bytes(id.as_bytes().to_vec()),
            Value::Int(int(none.seq)),
            Value::Bytes(none.leaf.as_bytes().to_vec()),
            Value::Int(int(none.recorded_at)),
            Value::Int(int(none.epoch)),
        ];
        let sql = "INSERT INTO book (number, code, id, seq, leaf, recorded_at, epoch, turnover, posted)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0) ON CONFLICT DO NOTHING";
        // Another process may have opened a book of this code or number meanwhile.
        if self.tx.execute(sql, values).await? == 1 { Ok(()) } else { Err(StoreError::HeadMoved) }
    }

    /// Moves the head from `before`, or finds that someone else did.
    pub async fn swap_head(&mut self, book: i64, before: Digest, after: Standing) -> Result<(), StoreError> {
        let values = vec![
            Value::Int(int(after.latest.seq)),
            Value::Bytes(after.latest.leaf.as_bytes().to_vec()),
            Value::Int(int(after.latest.recorded_at)),
            Value::Int(int(after.latest.epoch)),
            Value::Int(after.turnover),
            Value::Int(i64::from(after.posted)),
            Value::Int(book),
            Value::Bytes(before.as_bytes().to_vec()),
        ];
        let sql = "UPDATE book SET seq = $1, leaf = $2, recorded_at = $3, epoch = $4, turnover = $5, posted = $6
                   WHERE number = $7 AND leaf = $8";
        if self.tx.execute(sql, values).await? == 1 { Ok(()) } else { Err(StoreError::HeadMoved) }
    }

    /// Writes a batch under a head that [`Appender::swap_head`] has moved. Of a large one, rows are made ready on
    /// another thread while the database takes in those before them; a small one is as few statements as can be.
    pub async fn write(&mut self, book: i64, batch: Batch) -> Result<(), StoreError> {
        let engine = self.tx.engine();
        if batch.entries.len() <= SMALL_BATCH {
            let mut tables = Vec::new();
            for_each_table(book, batch, |rows| tables.push(rows));
            for statement in Statement::make(engine, tables) {
                self.tx.run(statement).await?;
            }
            return Ok(());
        }
        let (sender, mut ready) = mpsc::channel(READY_AHEAD);
        let maker = tokio::task::spawn_blocking(move || {
            for_each_table(book, batch, |rows| {
                for statement in Statement::make(engine, vec![rows]) {
                    // The other side is gone when a statement failed: there is nothing left to do.
                    let _ = sender.blocking_send(statement);
                }
            });
        });
        while let Some(statement) = ready.recv().await {
            self.tx.run(statement).await?;
        }
        maker.await.map_err(|error| StoreError::Corrupt(error.to_string()))
    }

    /// On return it is durable.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }
}

/// Everything a batch writes, table by table.
fn for_each_table(book: i64, mut batch: Batch, mut emit: impl FnMut(Rows)) {
    emit(entries(book, std::mem::take(&mut batch.entries)));
    emit(tiles(book, std::mem::take(&mut batch.tiles)));
    let projection = batch.projection;
    emit(vouchers(book, &projection));
    emit(lines(book, &projection));
    emit(balances(book, &projection));
    emit(serials(book, &projection));
    emit(sets(book, &projection));
    emit(reversals(book, &projection));
    emit(requests(book, &projection));
}

fn entries(book: i64, entries: Vec<Entry>) -> Rows {
    let count = entries.len();
    let (mut seqs, mut kinds) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let (mut heads, mut bodies) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for entry in entries {
        seqs.push(int(entry.seq));
        kinds.push(i64::from(entry.kind.number()));
        heads.push(entry.head.to_vec());
        bodies.push(entry.body);
    }
    let insert = Insert { table: "entry", columns: &["book", "seq", "kind", "head", "body"], conflict: "" };
    let columns = vec![same(book, count), Column::Ints(seqs), Column::Ints(kinds), Column::Blobs(heads), Column::Blobs(bodies)];
    (insert, columns)
}

fn tiles(book: i64, tiles: Vec<FullTile>) -> Rows {
    let count = tiles.len();
    let levels = tiles.iter().map(|tile| i64::from(tile.id.level)).collect();
    let positions = tiles.iter().map(|tile| int(tile.id.index)).collect();
    let hashes = tiles.iter().map(|tile| tile.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()).collect();
    let insert = Insert { table: "tile", columns: &["book", "level", "position", "hashes"], conflict: "" };
    let columns = vec![same(book, count), Column::Ints(levels), Column::Ints(positions), Column::Blobs(hashes)];
    (insert, columns)
}

fn vouchers(book: i64, projection: &Projection) -> Rows {
    let rows = &projection.vouchers;
    let insert = Insert { table: "voucher", columns: &["book", "period", "word", "serial", "seq"], conflict: "" };
    let columns = vec![
        same(book, rows.len()),
        Column::Ints(rows.iter().map(|row| row.period.ordinal()).collect()),
        texts(rows.iter().map(|row| row.number.word.chinese())),
        Column::Ints(rows.iter().map(|row| i64::from(row.number.serial)).collect()),
        Column::Ints(rows.iter().map(|row| int(row.seq)).collect()),
    ];
    (insert, columns)
}

fn lines(book: i64, projection: &Projection) -> Rows {
    // In key order: neighbours in the table are written one after the other.
    let mut rows: Vec<&LineRow> = projection.lines.iter().collect();
    rows.sort_unstable();
    let insert = Insert {
        table: "line",
        columns: &["book", "account", "period", "seq", "line", "side", "amount", "dimension_set"],
        conflict: "",
    };
    let columns = vec![
        same(book, rows.len()),
        Column::Ints(rows.iter().map(|row| row.account.ordinal()).collect()),
        Column::Ints(rows.iter().map(|row| row.period.ordinal()).collect()),
        Column::Ints(rows.iter().map(|row| int(row.seq)).collect()),
        Column::Ints(rows.iter().map(|row| i64::from(row.line)).collect()),
        Column::Ints(rows.iter().map(|row| row.side as i64).collect()),
        Column::Ints(rows.iter().map(|row| row.amount.fen()).collect()),
        Column::Ints(rows.iter().map(|row| i64::from(row.dimension_set)).collect()),
    ];
    (insert, columns)
}

/// Balances, once a batch.
fn balances(book: i64, projection: &Projection) -> Rows {
    // In key order, so that writers on several connections cannot lock rows crosswise.
    let balances: Vec<_> = projection.balances.sorted().into_iter().collect();
    let insert = Insert {
        table: "balance",
        columns: &["book", "period", "account", "purpose", "dimension_set", "debit", "credit"],
        conflict: "ON CONFLICT (book, period, account, purpose, dimension_set)
                   DO UPDATE SET debit = balance.debit + excluded.debit, credit = balance.credit + excluded.credit",
    };
    let columns = vec![
        same(book, balances.len()),
        Column::Ints(balances.iter().map(|(key, _)| key.period.ordinal()).collect()),
        Column::Ints(balances.iter().map(|(key, _)| key.account.ordinal()).collect()),
        Column::Ints(balances.iter().map(|(key, _)| key.purpose.ordinal()).collect()),
        Column::Ints(balances.iter().map(|(key, _)| i64::from(key.dimension_set)).collect()),
        Column::Ints(balances.iter().map(|(_, sums)| sums.debit.fen()).collect()),
        Column::Ints(balances.iter().map(|(_, sums)| sums.credit.fen()).collect()),
    ];
    (insert, columns)
}

fn serials(book: i64, projection: &Projection) -> Rows {
    let rows = &projection.serials;
    let insert = Insert {
        table: "serial",
        columns: &["book", "period", "word", "last"],
        conflict: "ON CONFLICT (book, period, word) DO UPDATE SET last = excluded.last",
    };
    let columns = vec![
        same(book, rows.len()),
        Column::Ints(rows.keys().map(|(period, _)| period.ordinal()).collect()),
        texts(rows.keys().map(|(_, word)| word.chinese())),
        Column::Ints(rows.values().map(|last| i64::from(*last)).collect()),
    ];
    (insert, columns)
}

fn sets(book: i64, projection: &Projection) -> Rows {
    let (mut numbers, mut dimensions, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for (number, set) in &projection.sets {
        for (dimension, code) in set.iter() {
            numbers.push(i64::from(*number));
            dimensions.push(dimension.word());
            codes.push(code.as_str());
        }
    }
    let insert = Insert { table: "dimension_set", columns: &["book", "number", "dimension", "code"], conflict: "" };
    let columns = vec![same(book, numbers.len()), Column::Ints(numbers), texts(dimensions), texts(codes)];
    (insert, columns)
}

fn reversals(book: i64, projection: &Projection) -> Rows {
    let rows = &projection.reversals;
    let insert = Insert { table: "reversal", columns: &["book", "original", "reversal"], conflict: "" };
    let columns = vec![
        same(book, rows.len()),
        Column::Ints(rows.iter().map(|row| int(row.original)).collect()),
        Column::Ints(rows.iter().map(|row| int(row.reversal)).collect()),
    ];
    (insert, columns)
}

fn requests(book: i64, projection: &Projection) -> Rows {
    let rows = &projection.requests;
    let insert = Insert { table: "request", columns: &["book", "key", "digest", "first_seq", "count"], conflict: "" };
    let columns = vec![
        same(book, rows.len()),
        texts(rows.iter().map(|row| row.key.as_str())),
        Column::Blobs(rows.iter().map(|row| row.digest.as_bytes().to_vec()).collect()),
        Column::Ints(rows.iter().map(|row| int(row.first_seq)).collect()),
        Column::Ints(rows.iter().map(|row| int(row.count)).collect()),
    ];
    (insert, columns)
}

/// A column of texts, each distinct one made once.
fn texts<T: Copy + Eq + std::hash::Hash + std::fmt::Display>(values: impl IntoIterator<Item = T>) -> Column {
    let mut made: HashMap<T, Arc<str>> = HashMap::new();
    let text = |value: T| Arc::clone(made.entry(value).or_insert_with(|| value.to_string().into()));
    Column::Texts(values.into_iter().map(text).collect())
}

fn same(book: i64, count: usize) -> Column {
    Column::Same(book, count)
}
