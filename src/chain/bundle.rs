//! Bundles: up to 256 entries (or bodies) in one file, each behind its length.
//!
//! `tile/entries/<N>` is C2SP tlog-tiles byte for byte (u16 length, the entry is a head). `bodies/<N>` is ours, the
//! same with u32, because a body may be longer than 65,535 bytes. Both cut the log at the same places as level 0
//! tiles, so bundle N holds the preimages of tile N.

use super::tile::{TileError, check_width, index_path, parse_index_path};

/// Where entry bundles stand.
const ENTRIES_PREFIX: &str = "tile/entries/";

/// Where body bundles stand.
const BODIES_PREFIX: &str = "bodies/";

/// Path of an entry bundle, e.g. `tile/entries/x001/000.p/3`; none for a width outside 1 to 256.
pub fn entries_path(index: u64, width: u16) -> Option<String> {
    Some(format!("{ENTRIES_PREFIX}{}", index_path(index, width)?))
}

/// Path of a body bundle, e.g. `bodies/x001/000.p/3`; none for a width outside 1 to 256.
pub fn bodies_path(index: u64, width: u16) -> Option<String> {
    Some(format!("{BODIES_PREFIX}{}", index_path(index, width)?))
}

/// Reads an entry bundle's path back into index and width.
pub fn parse_entries_path(text: &str) -> Result<(u64, u16), TileError> {
    parse_index_path(text.strip_prefix(ENTRIES_PREFIX).ok_or(TileError::Path)?)
}

/// Reads a body bundle's path back into index and width.
pub fn parse_bodies_path(text: &str) -> Result<(u64, u16), TileError> {
    parse_index_path(text.strip_prefix(BODIES_PREFIX).ok_or(TileError::Path)?)
}

/// An entry bundle's bytes: each entry behind its length as u16, big-endian. 1 to 256 entries.
pub fn encode_entries<B: AsRef<[u8]>>(entries: &[B]) -> Result<Vec<u8>, TileError> {
    encode(entries, |length| u16::try_from(length).ok().map(u16::to_be_bytes))
}

/// Reads an entry bundle of exactly `width` entries with nothing behind them.
pub fn decode_entries(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    decode(bytes, width, |prefix| Some(u16::from_be_bytes(prefix).into()))
}

/// A body bundle's bytes: each body behind its length as u32, big-endian. 1 to 256 bodies.
pub fn encode_bodies<B: AsRef<[u8]>>(bodies: &[B]) -> Result<Vec<u8>, TileError> {
    encode(bodies, |length| u32::try_from(length).ok().map(u32::to_be_bytes))
}

/// Reads a body bundle of exactly `width` bodies with nothing behind them.
pub fn decode_bodies(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    decode(bytes, width, |prefix| usize::try_from(u32::from_be_bytes(prefix)).ok())
}

fn encode<B: AsRef<[u8]>, const P: usize>(
    entries: &[B],
    prefix: impl Fn(usize) -> Option<[u8; P]>,
) -> Result<Vec<u8>, TileError> {
    check_width(entries.len())?;
    let mut bytes = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let entry = entry.as_ref();
        let prefix = prefix(entry.len()).ok_or(TileError::EntryLength { place, length: entry.len() })?;
        bytes.extend_from_slice(&prefix);
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Borrows from the bytes, so that a lying length costs nothing.
fn decode<const P: usize>(bytes: &[u8], width: u16, length: impl Fn([u8; P]) -> Option<usize>) -> Result<Vec<&[u8]>, TileError> {
    check_width(usize::from(width))?;
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    for _ in 0..width {
        let split = rest.split_first_chunk::<P>().and_then(|(prefix, rest)| rest.split_at_checked(length(*prefix)?));
        let (entry, behind) = split.ok_or(TileError::Length { width })?;
        entries.push(entry);
        rest = behind;
    }
    if !rest.is_empty() {
        return Err(TileError::Length { width });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_as_specified() {
        assert_eq!(encode_entries(&[&b"ab"[..], b""]), Ok(b"\0\x02ab\0\0".to_vec()));
        assert_eq!(encode_bodies(&[&b"ab"[..], b""]), Ok(b"\0\0\0\x02ab\0\0\0\0".to_vec()));
    }

    #[test]
    fn paths() {
        assert_eq!(entries_path(1000, 256).as_deref(), Some("tile/entries/x001/000"));
        assert_eq!(bodies_path(1000, 3).as_deref(), Some("bodies/x001/000.p/3"));
        assert_eq!(parse_entries_path("tile/entries/x001/000"), Ok((1000, 256)));
        assert_eq!(parse_bodies_path("bodies/x001/000.p/3"), Ok((1000, 3)));
        assert_eq!(entries_path(0, 0), None);
        assert_eq!(bodies_path(0, 257), None);
        for path in ["bodies/000", "tile/entries/", "tile/entries/0", "tile/0/000"] {
            assert_eq!(parse_entries_path(path), Err(TileError::Path), "{path}");
        }
        for path in ["tile/entries/000", "bodies/", "bodies/000.p/256", "/bodies/000"] {
            assert_eq!(parse_bodies_path(path), Err(TileError::Path), "{path}");
        }
    }

    #[test]
    fn bundles_read_back_and_nothing_else_does() {
        let entries: Vec<Vec<u8>> = (0..=255_u8).map(|byte| vec![byte; usize::from(byte)]).collect();
        for width in [1_u16, 2, 255, 256] {
            let entries = &entries[..usize::from(width)];
            let wrong = TileError::Length { width };
            let bytes = encode_entries(entries).expect("short entries encode");
            assert_eq!(decode_entries(&bytes, width).expect("what was encoded decodes"), entries);
            let bodies = encode_bodies(entries).expect("short bodies encode");
            assert_eq!(decode_bodies(&bodies, width).expect("what was encoded decodes"), entries);

            assert_eq!(decode_entries(&[&bytes[..], &[0]].concat(), width), Err(wrong.clone()));
            assert_eq!(decode_bodies(&[&bodies[..], &[0]].concat(), width), Err(wrong.clone()));
            for length in (0..bytes.len()).rev().take(600) {
                assert_eq!(decode_entries(&bytes[..length], width), Err(wrong.clone()), "{length}");
            }
            if width < 256 {
                assert!(decode_entries(&bytes, width + 1).is_err());
            }
        }
        assert_eq!(decode_bodies(b"\xff\xff\xff\xff", 1), Err(TileError::Length { width: 1 }));
        assert_eq!(decode_entries(b"", 0), Err(TileError::Width(0)));
        assert_eq!(decode_bodies(b"", 257), Err(TileError::Width(257)));
    }

    #[test]
    fn limits() {
        let long = vec![0; 65_536];
        assert_eq!(encode_entries(&[&long]), Err(TileError::EntryLength { place: 0, length: 65_536 }));
        assert!(encode_entries(&[&long[1..]]).is_ok());
        assert!(encode_bodies(&[&long]).is_ok());
        assert_eq!(encode_entries::<&[u8]>(&[]), Err(TileError::Width(0)));
        assert_eq!(encode_bodies(&[[]; 257]), Err(TileError::Width(257)));
    }
}
