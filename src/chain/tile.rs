//! Tiles: the tree's hashes as files of up to 256, exactly as C2SP tlog-tiles names and fills them.
//!
//! A tile at level `l` holds hashes of perfect subtrees of 256^l leaves. A full tile never changes again; a
//! partial one is the beginning of the full one, so an older tree is read from a wider tile by taking fewer hashes.

use super::Digest;
pub use super::bundle::{
    bodies_path, decode_bodies, decode_entries, encode_bodies, encode_entries, entries_path, parse_bodies_path,
    parse_entries_path,
};
use super::digest::DIGEST_LENGTH;
use super::digest::node_hash;
use super::parse_decimal;

/// Hashes in a full tile; entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Height of the subtree a full tile spans: 256 = 2^8.
pub const TILE_HEIGHT: u8 = 8;

/// The highest tile level a path may name (tlog-tiles: 0 to 63).
pub const TILE_LEVEL_MAX: u8 = 63;

/// The name of a tile: level 0 holds leaf hashes, and each level above holds the roots of full tiles below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// Tile level, 0 at the leaves.
    pub level: u8,
    /// Place within the level, from 0.
    pub index: u64,
}

/// Why bytes are not a tile or a bundle, or a text not a path of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// A width outside 1 to 256.
    #[error("a tile is 1 to 256 wide, not {0}")]
    Width(usize),
    /// The bytes do not hold exactly as many hashes or entries as the width says.
    #[error("the bytes do not hold exactly {width} hashes or entries")]
    Length {
        /// Hashes or entries expected.
        width: u16,
    },
    /// An entry or body is longer than its length prefix can say.
    #[error("entry {place} of the bundle has {length} bytes, more than its prefix can say")]
    EntryLength {
        /// Place in the bundle, from 0.
        place: usize,
        /// Its bytes.
        length: usize,
    },
    /// Not a path in its one spelling.
    #[error("not a tile path")]
    Path,
}

impl TileError {
    /// A stable name for reports.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Width(_) => "tile_width",
            Self::Length { .. } => "tile_length",
            Self::EntryLength { .. } => "tile_entry_length",
            Self::Path => "tile_path",
        }
    }
}

impl TileId {
    /// How many hashes this tile holds in a tree of `size` leaves: 0 (it does not exist yet) to 256 (full).
    pub fn width(self, size: u64) -> u16 {
        // Hashes on this level; a shift by 64 or more leaves none.
        let on_level = size.checked_shr(u32::from(self.level) * u32::from(TILE_HEIGHT)).unwrap_or(0);
        let before = self.index.checked_mul(u64::from(TILE_WIDTH));
        let here = before.and_then(|before| on_level.checked_sub(before)).unwrap_or(0);
        u16::try_from(here).map_or(TILE_WIDTH, |here| here.min(TILE_WIDTH))
    }

    /// Path of the tile at this width, e.g. `tile/0/x001/x234/067` or `tile/1/000.p/17`; none for a width
    /// outside 1 to 256.
    pub fn path(self, width: u16) -> Option<String> {
        Some(format!("tile/{}/{}", self.level, index_path(self.index, width)?))
    }

    /// Path of the tile in a tree of `size` leaves; none if it does not exist yet.
    pub fn path_at(self, size: u64) -> Option<String> {
        self.path(self.width(size))
    }

    /// Reads a path back into tile and width. Only the one canonical spelling is accepted.
    pub fn parse_path(text: &str) -> Result<(Self, u16), TileError> {
        let (level, rest) = text.strip_prefix("tile/").and_then(|text| text.split_once('/')).ok_or(TileError::Path)?;
        let level = parse_decimal(level).and_then(|level| u8::try_from(level).ok()).ok_or(TileError::Path)?;
        if level > TILE_LEVEL_MAX {
            return Err(TileError::Path);
        }
        let (index, width) = parse_index_path(rest)?;
        Ok((Self { level, index }, width))
    }
}

/// The partial tiles of a tree of `size` leaves with their widths, lowest level first; full tiles are not listed.
pub fn partial_tiles(size: u64) -> Vec<(TileId, u16)> {
    let mut tiles = Vec::new();
    let mut on_level = size;
    let mut level = 0;
    while on_level > 0 {
        let id = TileId { level, index: on_level >> TILE_HEIGHT };
        let width = id.width(size);
        if width > 0 {
            tiles.push((id, width));
        }
        on_level >>= TILE_HEIGHT;
        level += 1;
    }
    tiles
}

/// `<N>` or `<N>.p/<W>` of tlog-tiles: 1234067 at full width is `x001/x234/067`. None for a width outside 1 to 256.
pub fn index_path(index: u64, width: u16) -> Option<String> {
    if width == 0 || width > TILE_WIDTH {
        return None;
    }
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if width < TILE_WIDTH {
        path.push_str(&format!(".p/{width}"));
    }
    Some(path)
}

/// Reads [`index_path`] back into index and width. Only the one canonical spelling is accepted.
pub fn parse_index_path(text: &str) -> Result<(u64, u16), TileError> {
    let (groups, width) = match text.split_once(".p/") {
        Some((groups, width)) => {
            let width = parse_decimal(width).and_then(|width| u16::try_from(width).ok()).ok_or(TileError::Path)?;
            (groups, width)
        }
        None => (text, TILE_WIDTH),
    };
    let mut index: u64 = 0;
    for group in groups.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let number = if digits.len() == 3 { digits.parse::<u64>().ok() } else { None };
        let next = number.and_then(|number| index.checked_mul(1000)?.checked_add(number));
        index = next.ok_or(TileError::Path)?;
    }
    // Everything the loop is lenient about (signs, missing or extra x, a leading zero group, `.p/256`) dies here.
    if index_path(index, width).as_deref() != Some(text) {
        return Err(TileError::Path);
    }
    Ok((index, width))
}

/// A tile's bytes: its hashes one after the other, 32 bytes each.
pub fn encode_tile(hashes: &[Digest]) -> Result<Vec<u8>, TileError> {
    check_width(hashes.len())?;
    Ok(hashes.iter().flat_map(|hash| *hash.as_bytes()).collect())
}

/// Reads a tile that must be exactly `width` hashes wide.
pub fn decode_tile(bytes: &[u8], width: u16) -> Result<Vec<Digest>, TileError> {
    check_width(usize::from(width))?;
    let (hashes, rest) = bytes.as_chunks::<DIGEST_LENGTH>();
    if !rest.is_empty() || hashes.len() != usize::from(width) {
        return Err(TileError::Length { width });
    }
    Ok(hashes.iter().copied().map(Digest::from_bytes).collect())
}

/// Root of the perfect subtree over exactly 2^`height` neighbouring hashes of a tile (height 0 to 8: one hash to a
/// full tile). None if the hashes are not exactly that many.
pub fn hash_from_tile(hashes: &[Digest], height: u8) -> Option<Digest> {
    if height > TILE_HEIGHT || hashes.len() != 1 << height {
        return None;
    }
    let mut nodes = [Digest::ZERO; TILE_WIDTH as usize];
    let mut count = hashes.len();
    nodes[..count].copy_from_slice(hashes);
    while count > 1 {
        count /= 2;
        for place in 0..count {
            nodes[place] = node_hash(nodes[2 * place], nodes[2 * place + 1]);
        }
    }
    Some(nodes[0])
}

pub(super) fn check_width(width: usize) -> Result<u16, TileError> {
    match u16::try_from(width) {
        Ok(narrow @ 1..=TILE_WIDTH) => Ok(narrow),
        _ => Err(TileError::Width(width)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{leaf_hash, root};

    #[test]
    fn paths_of_the_specification() {
        let id = TileId { level: 0, index: 1_234_067 };
        assert_eq!(id.path(256).as_deref(), Some("tile/0/x001/x234/067"));
        assert_eq!(id.path(8).as_deref(), Some("tile/0/x001/x234/067.p/8"));
        assert_eq!(TileId { level: 1, index: 0 }.path(17).as_deref(), Some("tile/1/000.p/17"));
        assert_eq!(id.path(0), None);
        assert_eq!(id.path(257), None);
    }

    #[test]
    fn a_tree_of_70_000_has_the_tiles_the_specification_names() {
        let names = |size| partial_tiles(size).into_iter().map(|(id, width)| (id.level, id.index, width)).collect();
        let partials: Vec<(u8, u64, u16)> = names(70_000);
        assert_eq!(partials, [(0, 273, 112), (1, 1, 17), (2, 0, 1)]);
        assert_eq!(TileId { level: 0, index: 272 }.width(70_000), 256);
        assert_eq!(TileId { level: 1, index: 0 }.width(70_000), 256);
        assert_eq!(TileId { level: 0, index: 274 }.width(70_000), 0);
        let partials: Vec<(u8, u64, u16)> = names(256);
        assert_eq!(partials, [(1, 0, 1)]);
        assert!(partial_tiles(0).is_empty());
    }

    #[test]
    fn widths_at_the_far_ends() {
        assert_eq!(TileId { level: 0, index: u64::MAX }.width(u64::MAX), 0);
        assert_eq!(TileId { level: 7, index: 0 }.width(u64::MAX), 255);
        assert_eq!(TileId { level: 8, index: 0 }.width(u64::MAX), 0);
        assert_eq!(TileId { level: 255, index: 0 }.width(u64::MAX), 0);
        assert_eq!(TileId { level: 3, index: 9 }.path_at(5), None);
    }

    #[test]
    fn paths_read_back() {
        for index in [0, 1, 255, 999, 1000, 1001, 999_999, 1_000_000, 1_234_067, u64::MAX] {
            for width in [1, 9, 10, 255, 256] {
                let id = TileId { level: 63, index };
                let path = id.path(width).expect("a width of 1 to 256 has a path");
                assert_eq!(TileId::parse_path(&path), Ok((id, width)), "{path}");
            }
        }
    }

    #[test]
    fn second_spellings_of_a_path_are_refused() {
        let table = [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/+1/000",
            "tile/0/x000/001",
            "tile/0/001/002",
            "tile/0/x001",
            "tile/0/x001/x002",
            "tile/0/+01",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/257",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/000.p/1.p/2",
            "tile/0/000/",
            "/tile/0/000",
            "tile/0//000",
            "tile/entries/000",
            "tile/0/x00１/000",
            "tile/0/x018/x446/x744/x073/x709/x551/616", // 2^64
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/-1/000",
            "tile/0/ 00",
            "tile/0/000 ",
        ];
        for path in table {
            assert_eq!(TileId::parse_path(path), Err(TileError::Path), "{path}");
        }
    }

    #[test]
    fn tiles_read_back_and_other_lengths_are_refused() {
        let hashes: Vec<Digest> = (0..=255_u8).map(|byte| leaf_hash(&[byte])).collect();
        for width in [1_u16, 2, 255, 256] {
            let hashes = &hashes[..usize::from(width)];
            let bytes = encode_tile(hashes).expect("a width of 1 to 256 encodes");
            assert_eq!(bytes.len(), 32 * usize::from(width));
            assert_eq!(decode_tile(&bytes, width).as_deref(), Ok(hashes));
            for wrong in [&bytes[1..], &bytes[32..], &[&bytes[..], &[0; 32]].concat(), &[]] {
                assert_eq!(decode_tile(wrong, width), Err(TileError::Length { width }));
            }
        }
        assert_eq!(encode_tile(&[]), Err(TileError::Width(0)));
        assert_eq!(encode_tile(&[Digest::ZERO; 257]), Err(TileError::Width(257)));
        assert_eq!(decode_tile(&[], 0), Err(TileError::Width(0)));
        assert_eq!(decode_tile(&[0; 257 * 32], 257), Err(TileError::Width(257)));
    }

    #[test]
    fn hash_from_tile_is_the_root_of_a_perfect_subtree() {
        let hashes: Vec<Digest> = (0..=255_u8).map(|byte| leaf_hash(&[byte])).collect();
        for height in 0..=8_u8 {
            let count = 1_usize << height;
            assert_eq!(hash_from_tile(&hashes[..count], height), Some(root(&hashes[..count])), "{height}");
            assert_eq!(hash_from_tile(&hashes[..count - 1], height), None);
        }
        assert_eq!(hash_from_tile(&hashes, 9), None);
        assert_eq!(hash_from_tile(&hashes, 255), None);
    }
}
