//! 条目: an event under its head. [`seal`] writes the next one, [`open`] reads one and finds every way in
//! which head and body disagree.

use crate::chain::head::{HEAD_LENGTH, Head, HeadError, body_hash, leaf_hash};
use crate::chain::{Digest, Kind};
use crate::journal::canon::NotCanonical;
use crate::journal::event::Event;
use crate::journal::wire;
use crate::ledger::period::days_since_epoch;
use uuid::Uuid;

/// The entry that the next one will follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    /// 0 before the first entry.
    pub seq: u64,
    /// Zeros before the first entry.
    pub leaf: Digest,
    /// Microseconds since 1970, UTC.
    pub recorded_at: u64,
    pub epoch: u64,
}

impl Latest {
    pub const NONE: Latest = Latest { seq: 0, leaf: Digest::ZERO, recorded_at: 0, epoch: 1 };
}

/// A sealed entry: the bytes that are stored, shipped and proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: u64,
    pub kind: Kind,
    pub recorded_at: u64,
    pub head: [u8; HEAD_LENGTH],
    pub body: Vec<u8>,
    pub leaf: Digest,
}

/// Seals an event as the entry after `latest`, and moves `latest` on. Time that ran backwards stands still.
pub fn seal(book: &Uuid, latest: &mut Latest, event: &Event, now: u64) -> Entry {
    let body = wire::encode(book, event);
    let head = Head {
        kind: event.kind(),
        date: days_since_epoch(event.date()),
        book: *book.as_bytes(),
        seq: latest.seq.checked_add(1).expect("a book never holds 2^64 entries"),
        recorded_at: now.max(latest.recorded_at),
        epoch: latest.epoch,
        body_length: u64::try_from(body.len()).expect("a body fits in memory"),
        prev: latest.leaf,
        body_hash: body_hash(&body),
        anchor: Digest::ZERO,
    };
    let bytes = head.encode();
    let leaf = leaf_hash(&bytes);
    *latest = Latest { seq: head.seq, leaf, recorded_at: head.recorded_at, epoch: head.epoch };
    Entry { seq: head.seq, kind: head.kind, recorded_at: head.recorded_at, head: bytes, body, leaf }
}

/// What is wrong with one stored entry, before any rule of bookkeeping is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    #[error("head: {0}")]
    Head(#[from] HeadError),
    #[error("body length is {found}, head says {stated}")]
    BodyLength { stated: u64, found: u64 },
    #[error("body hash differs from the head's")]
    BodyHash,
    #[error("body is not canonical: {0}")]
    Body(#[from] NotCanonical),
    #[error("head kind differs from the body's type")]
    Kind,
    #[error("head date differs from the body's")]
    Date,
    #[error("anchor is not zero, which this format version does not use yet")]
    Anchor,
}

/// Reads one entry: its head, its leaf, its event.
pub fn open(book: &Uuid, head_bytes: &[u8], body: &[u8]) -> Result<(Head, Event), EntryFault> {
    let head = Head::decode(head_bytes)?;
    let found = u64::try_from(body.len()).unwrap_or(u64::MAX);
    if head.body_length != found {
        return Err(EntryFault::BodyLength { stated: head.body_length, found });
    }
    if body_hash(body) != head.body_hash {
        return Err(EntryFault::BodyHash);
    }
    let event = wire::decode(book, body)?;
    if event.kind() != head.kind {
        return Err(EntryFault::Kind);
    }
    if days_since_epoch(event.date()) != head.date {
        return Err(EntryFault::Date);
    }
    if head.anchor != Digest::ZERO {
        return Err(EntryFault::Anchor);
    }
    Ok((head, event))
}

/// How an entry fails to continue the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    #[error("sequence number is {found}, expected {expected}")]
    Sequence { expected: u64, found: u64 },
    #[error("the link to the previous entry is broken")]
    Link,
    #[error("the entry belongs to another book")]
    Book,
    #[error("the epoch changed without a declared restore")]
    Epoch,
    #[error("recorded earlier than the entry before it")]
    Time,
}

/// Checks the chain from `latest` to `head`, and moves `latest` on.
pub fn follow(book: &Uuid, latest: &mut Latest, head: &Head, leaf: Digest) -> Result<(), ChainFault> {
    let expected = latest.seq.checked_add(1).expect("a book never holds 2^64 entries");
    if head.seq != expected {
        return Err(ChainFault::Sequence { expected, found: head.seq });
    }
    if head.book != *book.as_bytes() {
        return Err(ChainFault::Book);
    }
    if head.prev != latest.leaf {
        return Err(ChainFault::Link);
    }
    if head.epoch != latest.epoch {
        return Err(ChainFault::Epoch);
    }
    if head.recorded_at < latest.recorded_at {
        return Err(ChainFault::Time);
    }
    *latest = Latest { seq: head.seq, leaf, recorded_at: head.recorded_at, epoch: head.epoch };
    Ok(())
}
