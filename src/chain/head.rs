//! The head of a journal entry, version 1: 160 bytes, big-endian, the preimage of a leaf.
//!
//! Python spells it `struct.pack(">8sBBHi16sQQQQ32s32s32s", ...)`. The layout is a wire format that must still be
//! read in thirty years: a change is a new magic, never a new reading of these bytes. This file checks only what
//! makes the bytes a head; whether seq, prev and times follow from the entry before is the verifier's business.

use super::Digest;

/// Bytes in a head.
pub const HEAD_LENGTH: usize = 160;

/// The first eight bytes: format, version, and the separation from every other use of SHA-256.
pub const MAGIC: [u8; 8] = *b"cunshe/1";

/// RFC 6962 section 2.1: what stands before a leaf's bytes, so that no leaf can pass for an inner node.
const LEAF_PREFIX: u8 = 0;

/// What stands before a body, so that a body's hash is never the hash of anything else.
const BODY_PREFIX: &[u8] = b"cunshe/1/body\0";

/// What an entry records. The numbers are on the wire and are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// 凭证
    Voucher = 1,
    /// 红字冲销: a voucher that reverses another.
    Reversal = 2,
    /// Chart of accounts, account or dimension.
    Chart = 3,
    /// Accounting period opened, closed or reopened.
    Period = 4,
    /// User or role.
    Role = 5,
    /// Seal: a root over sorted trial-balance lines.
    Seal = 6,
    /// Signing key announced or retired.
    Key = 7,
    /// 账套 opened: the first entry of a book.
    BookOpened = 8,
    /// A book's checkpoint; stands in the register only.
    BookCheckpoint = 9,
    /// Outside anchor: cosignature or time stamp.
    OutsideAnchor = 10,
    /// Erasure notice: a body was lawfully removed, its hash stays.
    ErasureNotice = 11,
    /// Business fact: asset, contract, shares, shop day, resolution.
    BusinessFact = 12,
}

impl Kind {
    /// Every kind, in the order of its number.
    pub const ALL: [Self; 12] = [
        Self::Voucher,
        Self::Reversal,
        Self::Chart,
        Self::Period,
        Self::Role,
        Self::Seal,
        Self::Key,
        Self::BookOpened,
        Self::BookCheckpoint,
        Self::OutsideAnchor,
        Self::ErasureNotice,
        Self::BusinessFact,
    ];

    /// The number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind with this number, if there is one.
    pub fn from_number(number: u8) -> Option<Self> {
        let place = usize::from(number).checked_sub(1)?;
        Self::ALL.get(place).copied()
    }

    /// A stable snake_case name for reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Voucher => "voucher",
            Self::Reversal => "reversal",
            Self::Chart => "chart",
            Self::Period => "period",
            Self::Role => "role",
            Self::Seal => "seal",
            Self::Key => "key",
            Self::BookOpened => "book_opened",
            Self::BookCheckpoint => "book_checkpoint",
            Self::OutsideAnchor => "outside_anchor",
            Self::ErasureNotice => "erasure_notice",
            Self::BusinessFact => "business_fact",
        }
    }
}

/// A decoded head. Flags and reserved bytes are not here: version 1 has only their zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head {
    /// What the entry records.
    pub kind: Kind,
    /// Accounting date, days since 1970-01-01; also in the body, and must agree with it.
    pub date: i32,
    /// Book id (UUID bytes); one within a log.
    pub book: [u8; 16],
    /// 1-based place in the log: leaf index + 1.
    pub seq: u64,
    /// When the entry went on the chain, microseconds since 1970-01-01 UTC; never decreasing.
    pub recorded_at: u64,
    /// 1, and one more after each declared restore.
    pub epoch: u64,
    /// Exact length of the body in bytes.
    pub body_length: u64,
    /// Leaf hash of seq - 1; zeros for seq 1.
    pub prev: Digest,
    /// [`body_hash`] of the body.
    pub body_hash: Digest,
    /// SHA-256 of the newest outside-cosigned register checkpoint known when written, or zeros.
    pub anchor: Digest,
}

/// Why 160 bytes, or some other number of them, are not a version 1 head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// Not 160 bytes.
    #[error("a head has 160 bytes, this has {found}")]
    Length {
        /// Bytes given.
        found: usize,
    },
    /// The first eight bytes are not `cunshe/1`.
    #[error("the head does not begin with cunshe/1")]
    Magic,
    /// A kind this version does not have.
    #[error("unknown kind {0}")]
    Kind(u8),
    /// A flag is set; version 1 has none.
    #[error("unknown flags {0:#04x}")]
    Flags(u8),
    /// The reserved bytes are not zero.
    #[error("reserved bytes are {0:#06x}, not zero")]
    Reserved(u16),
}

impl HeadError {
    /// A stable name for reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length { .. } => "head_length",
            Self::Magic => "head_magic",
            Self::Kind(_) => "head_kind",
            Self::Flags(_) => "head_flags",
            Self::Reserved(_) => "head_reserved",
        }
    }
}

impl Head {
    /// The 160 bytes that are hashed and stored.
    pub fn encode(&self) -> [u8; HEAD_LENGTH] {
        let mut bytes = [0; HEAD_LENGTH];
        bytes[0..8].copy_from_slice(&MAGIC);
        bytes[8] = self.kind.number();
        // 9 flags and 10..12 reserved stay zero.
        bytes[12..16].copy_from_slice(&self.date.to_be_bytes());
        bytes[16..32].copy_from_slice(&self.book);
        bytes[32..40].copy_from_slice(&self.seq.to_be_bytes());
        bytes[40..48].copy_from_slice(&self.recorded_at.to_be_bytes());
        bytes[48..56].copy_from_slice(&self.epoch.to_be_bytes());
        bytes[56..64].copy_from_slice(&self.body_length.to_be_bytes());
        bytes[64..96].copy_from_slice(self.prev.as_bytes());
        bytes[96..128].copy_from_slice(self.body_hash.as_bytes());
        bytes[128..160].copy_from_slice(self.anchor.as_bytes());
        bytes
    }

    /// Reads a head. Whatever is accepted encodes to the same bytes again. The checks run in a fixed order
    /// (length, magic, kind, flags, reserved), so that every verifier names the same first fault.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeadError> {
        let bytes: &[u8; HEAD_LENGTH] = bytes.try_into().map_err(|_| HeadError::Length { found: bytes.len() })?;
        if bytes[0..8] != MAGIC {
            return Err(HeadError::Magic);
        }
        let kind = Kind::from_number(bytes[8]).ok_or(HeadError::Kind(bytes[8]))?;
        if bytes[9] != 0 {
            return Err(HeadError::Flags(bytes[9]));
        }
        let reserved = u16::from_be_bytes(field(bytes, 10));
        if reserved != 0 {
            return Err(HeadError::Reserved(reserved));
        }
        Ok(Self {
            kind,
            date: i32::from_be_bytes(field(bytes, 12)),
            book: field(bytes, 16),
            seq: u64::from_be_bytes(field(bytes, 32)),
            recorded_at: u64::from_be_bytes(field(bytes, 40)),
            epoch: u64::from_be_bytes(field(bytes, 48)),
            body_length: u64::from_be_bytes(field(bytes, 56)),
            prev: Digest::from_bytes(field(bytes, 64)),
            body_hash: Digest::from_bytes(field(bytes, 96)),
            anchor: Digest::from_bytes(field(bytes, 128)),
        })
    }
}

/// The N bytes that begin at `start`; every caller's start + N lies within the head.
fn field<const N: usize>(bytes: &[u8; HEAD_LENGTH], start: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[start..start + N]);
    out
}

/// RFC 6962 leaf hash, SHA-256(0x00 || leaf); for a book the leaf is an encoded head.
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    // Heads come by the million: one contiguous buffer on the stack lets the hash run without buffering.
    if leaf.len() == HEAD_LENGTH {
        let mut buffer = [LEAF_PREFIX; HEAD_LENGTH + 1];
        buffer[1..].copy_from_slice(leaf);
        Digest::of(&buffer)
    } else {
        Digest::of_parts(&[&[LEAF_PREFIX], leaf])
    }
}

/// Hash of an entry's body, SHA-256("cunshe/1/body" 0x00 body).
pub fn body_hash(body: &[u8]) -> Digest {
    Digest::of_parts(&[BODY_PREFIX, body])
}

#[cfg(test)]
mod tests;
