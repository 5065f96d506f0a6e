//! Golden bytes of the head, and what is refused.

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
    let golden = reference::fields(include_str!("../../../tests/vectors/chain/head.txt"));
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
