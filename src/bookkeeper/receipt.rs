//! 回执: what a poster takes home. With a receipt, and nothing else of ours, the entry can be proved or missed.

use crate::bookkeeper::keys::KeyError;
use crate::journal::{Entry, Event};
use crate::ledger::{Period, Refusal, VoucherNumber};
use crate::store::StoreError;
use serde::Serialize;
use std::sync::Arc;

/// Proof of posting: the number in the books and the leaf in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    pub book: String,
    pub period: Period,
    /// 凭证字号, such as 记-12.
    pub number: VoucherNumber,
    /// Sequence number of the entry in the book's journal.
    pub seq: u64,
    /// Leaf hash of the entry, lower-case hexadecimal.
    #[serde(serialize_with = "as_text")]
    pub leaf: crate::chain::Digest,
    /// Microseconds since 1970, UTC, as text.
    #[serde(serialize_with = "as_text")]
    pub recorded_at: u64,
}

fn as_text<S: serde::Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// What a request brought: one receipt a voucher, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Posted {
    pub receipts: Vec<Receipt>,
    /// The same request was served before; these are the receipts of then.
    pub replayed: bool,
}

/// One voucher of a request that the books refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDraft {
    /// Its place in the request, from 0.
    pub index: usize,
    pub refusal: Refusal,
}

/// Why a request was not posted. In every case nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error("{} voucher(s) refused", .0.len())]
    Refused(Vec<RefusedDraft>),
    /// The idempotency key was used for something else.
    #[error("the key {key} was used for another request")]
    KeyTaken { key: String, first: Option<Box<Receipt>> },
    #[error("no such book")]
    NoSuchBook,
    #[error("more vouchers or lines than one request may carry")]
    TooLarge,
    /// The queue is full; try again shortly.
    #[error("busy")]
    Busy,
    /// Something was posted after that was read which the request rests on: read it again.
    #[error("the book has moved on")]
    MovedOn,
    /// The books hold less than what was signed for this book: see `docs/operating.md`.
    #[error("the book is behind its own signed checkpoint")]
    Forked,
    #[error(transparent)]
    Store(Arc<StoreError>),
    #[error(transparent)]
    Key(Arc<KeyError>),
    /// Whoever was sending the request went away in the middle of it.
    #[error("the request was not sent to its end")]
    Abandoned,
    /// The writer is gone: the service is stopping.
    #[error("stopping")]
    Stopping,
}

impl PostError {
    /// A request of one thing, refused.
    pub(super) fn refused(refusal: Refusal) -> PostError {
        PostError::Refused(vec![RefusedDraft { index: 0, refusal }])
    }
}

impl Receipt {
    /// The receipt of a sealed voucher.
    pub(super) fn of(book: &str, entry: &Entry, period: Period, number: VoucherNumber) -> Receipt {
        Receipt { book: book.to_owned(), period, number, seq: entry.seq, leaf: entry.leaf, recorded_at: entry.recorded_at }
    }

    /// The receipt of a voucher read back from the journal.
    pub(super) fn read(book: &str, id: &uuid::Uuid, stored: &crate::store::read::StoredEntry) -> Result<Receipt, StoreError> {
        let corrupt = |why: String| StoreError::Corrupt(format!("book {book}, entry {}: {why}", stored.seq));
        let (head, event) = crate::journal::entry::open(id, &stored.head, &stored.body).map_err(|e| corrupt(e.to_string()))?;
        let Event::Voucher(voucher) = event else {
            return Err(corrupt("not a voucher".into()));
        };
        Ok(Receipt {
            book: book.to_owned(),
            period: voucher.period,
            number: voucher.number,
            seq: head.seq,
            leaf: crate::chain::head::leaf_hash(&stored.head),
            recorded_at: head.recorded_at,
        })
    }
}
