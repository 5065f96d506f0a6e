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
mod tests {
    use super::*;
    use crate::chain::reference;

    fn golden_head() -> Head {
        Head {
            kind: Kind::BusinessFact,
            date: -2, // 1969-12-30: the sign must survive
            book: std::array::from_fn(|i| 0xa0 + u8::try_from(i).expect("an index below 16 fits u8")),
            seq: 0x0102_0304_0506_0708,
            recorded_at: 0x1112_1314_1516_1718,
            epoch: 0x2122_2324_2526_2728,
            body_length: 0x3132_3334_3536_3738,
            prev: Digest::of(b"prev"),
            body_hash: body_hash(b"{}"),
            anchor: Digest::of(b"anchor"),
        }
    }

    #[test]
    fn golden_bytes() {
        let golden = reference::fields(include_str!("../../tests/vectors/chain/head.txt"));
        let bytes = golden_head().encode();
        assert_eq!(reference::hex(&bytes), golden["head"]);
        assert_eq!(leaf_hash(&bytes).to_string(), golden["leaf"]);
        assert_eq!(body_hash(b"{}").to_string(), golden["body_hash"]);
        assert_eq!(Head::decode(&bytes), Ok(golden_head()));
    }

    #[test]
    fn both_ways_of_hashing_a_leaf_agree() {
        for length in [0, 1, 159, 160, 161, 4096] {
            let leaf = vec![7; length];
            let mut joined = vec![0];
            joined.extend_from_slice(&leaf);
            assert_eq!(leaf_hash(&leaf), Digest::of(&joined), "{length}");
        }
    }

    #[test]
    fn kinds_are_one_to_twelve() {
        for number in 0..=255_u8 {
            let kind = Kind::from_number(number);
            assert_eq!(kind.is_some(), (1..=12).contains(&number), "{number}");
            assert!(kind.is_none_or(|kind| kind.number() == number), "{number}");
        }
        let codes: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
    }

    #[test]
    fn every_changed_byte_is_refused_or_changes_the_head_and_the_leaf() {
        let bytes = golden_head().encode();
        for at in 0..HEAD_LENGTH {
            for mask in [1, 0x80, 0xff] {
                let mut changed = bytes;
                changed[at] ^= mask;
                assert_ne!(leaf_hash(&changed), leaf_hash(&bytes), "{at}");
                if let Ok(head) = Head::decode(&changed) {
                    assert_ne!(head, golden_head(), "{at}");
                    assert_eq!(head.encode(), changed, "{at}");
                }
            }
        }
    }

    #[test]
    fn malformed_heads() {
        let with = |at: usize, byte: u8| {
            let mut bytes = golden_head().encode().to_vec();
            bytes[at] = byte;
            bytes
        };
        let good = golden_head().encode();
        let long = [good.as_slice(), &[0]].concat();
        let table: [(&[u8], HeadError, &str); 10] = [
            (&[], HeadError::Length { found: 0 }, "head_length"),
            (&good[..159], HeadError::Length { found: 159 }, "head_length"),
            (&long, HeadError::Length { found: 161 }, "head_length"),
            (&with(0, b'C'), HeadError::Magic, "head_magic"),
            (&with(7, b'2'), HeadError::Magic, "head_magic"),
            (&with(8, 0), HeadError::Kind(0), "head_kind"),
            (&with(8, 13), HeadError::Kind(13), "head_kind"),
            (&with(9, 1), HeadError::Flags(1), "head_flags"),
            (&with(10, 1), HeadError::Reserved(0x100), "head_reserved"),
            (&with(11, 1), HeadError::Reserved(1), "head_reserved"),
        ];
        for (bytes, error, code) in table {
            assert_eq!(Head::decode(bytes), Err(error));
            assert_eq!(error.code(), code);
        }
    }
}
