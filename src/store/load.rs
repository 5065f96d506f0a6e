//! How a book's state comes back at start: its declarations are replayed, what vouchers left behind is read
//! from small tables, and the right edge of its tree from the newest tiles. Nothing here grows with the
//! number of vouchers.

use crate::chain::Digest;
use crate::chain::tree::Edge;
use crate::collective::Fact;
use crate::journal::entry::{self, Latest};
use crate::journal::event::{Declaration, Declared};
use crate::journal::{Event, State};
use crate::ledger::balance::DimensionSets;
use crate::ledger::{AccountCode, Dimension, DimensionCode, DimensionSet, Period, Word};
use crate::store::db::{Row, Value};
use crate::store::{Store, StoreError, unsigned};
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A book as its writer holds it.
pub struct LoadedBook {
    pub number: i64,
    pub state: State,
    pub edge: Edge,
}

/// A row of the table of books.
#[derive(Clone, Debug)]
pub struct BookRow {
    pub number: i64,
    pub code: String,
    pub id: Uuid,
    pub latest: Latest,
    pub turnover: i64,
    pub posted: bool,
}

/// A fact as it was recorded.
#[derive(Clone, Debug)]
pub struct RecordedFact {
    /// Its entry.
    pub seq: u64,
    /// As of when it was recorded.
    pub date: Date,
    pub fact: Fact,
}

impl Store {
    /// Every book, in the order they were opened.
    pub async fn book_rows(&self) -> Result<Vec<BookRow>, StoreError> {
        let sql = "SELECT number, code, id, seq, leaf, recorded_at, epoch, turnover, posted FROM book ORDER BY number";
        self.db.read(sql, vec![]).await?.iter().map(book_row).collect()
    }

    pub async fn load_book(&self, row: &BookRow) -> Result<LoadedBook, StoreError> {
        let mut state = self.replay_declarations(row).await?;
        let serials = self.load_serials(row.number).await?;
        let in_use = self.load_accounts_in_use(row.number).await?;
        let reversed = self.read_ints("SELECT original FROM reversal WHERE book = $1 ORDER BY original", row.number).await?;
        state.book.resume(serials, in_use, reversed.into_iter().collect::<HashSet<u64>>(), row.turnover, row.posted);
        state.sets = self.load_sets(row.number).await?;
        state.latest = row.latest;
        let edge = self.load_edge(row.number, row.latest.seq).await?;
        let tail = self.read_heads(row.number, row.latest.seq, 1).await?;
        if tail.first().map(|(_, head)| crate::chain::head::leaf_hash(head)) != Some(row.latest.leaf) {
            return Err(StoreError::Corrupt(format!("book {}: its last entry is not the one its head names", row.code)));
        }
        Ok(LoadedBook { number: row.number, state, edge })
    }

    async fn replay_declarations(&self, row: &BookRow) -> Result<State, StoreError> {
        let mut state: Option<State> = None;
        for entry_row in self.read_declarations(row.number).await? {
            let declaration = open_declaration(&row.id, &entry_row)?;
            match &mut state {
                None => {
                    let opened = State::before_first(row.id, &declaration);
                    state = Some(opened.map_err(|rule| StoreError::Corrupt(format!("book {}: {}", row.code, rule.message())))?);
                }
                Some(state) => state.apply_declaration(&declaration),
            }
        }
        let state = state.ok_or_else(|| StoreError::Corrupt(format!("book {} has no first entry", row.code)))?;
        if state.book.profile.code != row.code {
            return Err(StoreError::Corrupt(format!("book {} was opened as {}", row.code, state.book.profile.code)));
        }
        Ok(state)
    }

    /// Every fact of a book, in the journal's order.
    pub async fn facts(&self, book: i64, id: &Uuid) -> Result<Vec<RecordedFact>, StoreError> {
        let mut facts = Vec::new();
        for row in self.read_declarations(book).await? {
            let declaration = open_declaration(id, &row)?;
            if let Declared::Fact(fact) = declaration.declared {
                facts.push(RecordedFact { seq: unsigned(row.int(0)?)?, date: declaration.date, fact: *fact });
            }
        }
        Ok(facts)
    }

    async fn read_declarations(&self, book: i64) -> Result<Vec<Row>, StoreError> {
        let sql = "SELECT seq, head, body FROM entry WHERE book = $1 AND kind > 2 ORDER BY seq";
        self.db.read(sql, vec![Value::Int(book)]).await
    }

    async fn load_serials(&self, book: i64) -> Result<HashMap<(Period, Word), u32>, StoreError> {
        let rows = self
            .db
            .read("SELECT period, word, last FROM serial WHERE book = $1 ORDER BY period, word", vec![Value::Int(book)])
            .await?;
        rows.iter()
            .map(|row| {
                let period = Period::from_ordinal(row.int(0)?).ok_or_else(|| bad("serial.period"))?;
                let word = Word::parse(&row.text(1)?).ok_or_else(|| bad("serial.word"))?;
                let last = u32::try_from(row.int(2)?).map_err(|_| bad("serial.last"))?;
                Ok(((period, word), last))
            })
            .collect()
    }

    async fn load_accounts_in_use(&self, book: i64) -> Result<HashSet<AccountCode>, StoreError> {
        let sql = "SELECT DISTINCT account FROM balance WHERE book = $1 ORDER BY account";
        let rows = self.db.read(sql, vec![Value::Int(book)]).await?;
        rows.iter().map(|row| AccountCode::from_ordinal(row.int(0)?).ok_or_else(|| bad("balance.account"))).collect()
    }

    /// The distinct dimension sets, in number order.
    pub async fn load_sets(&self, book: i64) -> Result<DimensionSets, StoreError> {
        let sql = "SELECT number, dimension, code FROM dimension_set WHERE book = $1 ORDER BY number, dimension";
        let mut sets = DimensionSets::default();
        let mut open: Option<(i64, DimensionSet)> = None;
        for row in self.db.read(sql, vec![Value::Int(book)]).await? {
            let number = row.int(0)?;
            if open.as_ref().is_none_or(|(current, _)| *current != number) {
                number_set(&mut sets, open.take())?;
                open = Some((number, DimensionSet::new()));
            }
            let dimension = Dimension::parse(&row.text(1)?).ok_or_else(|| bad("dimension_set.dimension"))?;
            let code = DimensionCode::parse(&row.text(2)?).ok_or_else(|| bad("dimension_set.code"))?;
            if let Some((_, set)) = &mut open {
                set.insert(dimension, code);
            }
        }
        number_set(&mut sets, open)?;
        Ok(sets)
    }

    async fn load_edge(&self, book: i64, size: u64) -> Result<Edge, StoreError> {
        let partials = self.partial_tiles(book, size).await?;
        Edge::from_partials(size, partials).map_err(|error| StoreError::Corrupt(error.to_string()))
    }

    async fn read_ints(&self, sql: &'static str, book: i64) -> Result<Vec<u64>, StoreError> {
        self.db.read(sql, vec![Value::Int(book)]).await?.iter().map(|row| unsigned(row.int(0)?)).collect()
    }
}

fn open_declaration(book: &Uuid, row: &Row) -> Result<Declaration, StoreError> {
    let seq = row.int(0)?;
    let corrupt = |why: String| StoreError::Corrupt(format!("book {book}, entry {seq}: {why}"));
    match entry::open(book, &row.bytes(1)?, &row.bytes(2)?).map_err(|error| corrupt(error.to_string()))? {
        (_, Event::Declaration(declaration)) => Ok(*declaration),
        _ => Err(corrupt("kind column differs from the head".into())),
    }
}

fn number_set(sets: &mut DimensionSets, open: Option<(i64, DimensionSet)>) -> Result<(), StoreError> {
    match open {
        Some((number, set)) if sets.number(&set) != (u32::try_from(number).unwrap_or(0), true) => {
            Err(bad("dimension_set.number"))
        }
        _ => Ok(()),
    }
}

fn bad(column: &str) -> StoreError {
    StoreError::Corrupt(format!("unreadable value in {column}"))
}

fn book_row(row: &Row) -> Result<BookRow, StoreError> {
    let leaf: [u8; 32] = row.bytes(4)?.try_into().map_err(|_| bad("book.leaf"))?;
    Ok(BookRow {
        number: row.int(0)?,
        code: row.text(1)?,
        id: Uuid::from_slice(&row.bytes(2)?).map_err(|_| bad("book.id"))?,
        latest: Latest {
            seq: unsigned(row.int(3)?)?,
            leaf: Digest::from_bytes(leaf),
            recorded_at: unsigned(row.int(5)?)?,
            epoch: unsigned(row.int(6)?)?,
        },
        turnover: row.int(7)?,
        posted: match row.int(8)? {
            0 => false,
            1 => true,
            _ => return Err(bad("book.posted")),
        },
    })
}
