//! The RFC 6962 Merkle tree: node hashes, roots, and the right edge of a growing tree.
//!
//! Only the right edge of an append-only tree can still change. [`Edge`] keeps exactly that, so appending the
//! millionth entry costs one hash on average and signing its root about twenty.

use super::digest::node_hash;
use super::tile::{TILE_HEIGHT, TILE_WIDTH, hash_from_tile};
use super::{Digest, TileId};

/// The most leaves a tree here may have: `seq` must stay within a signed 64-bit database column.
pub const SIZE_MAX: u64 = u64::MAX >> 1;

/// Root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// Root of the tree over these leaf hashes (RFC 6962 MTH).
pub fn root(leaves: &[Digest]) -> Digest {
    // The RFC splits from the top at the largest power of two; pairing neighbours from the bottom and carrying an
    // odd last one up unchanged gives the same tree, without recursion and in half the memory of the leaves.
    fn parent(pair: &[Digest]) -> Digest {
        match pair {
            [left, right] => node_hash(*left, *right),
            _ => pair[0], // chunks(2) gives one or two
        }
    }
    match leaves {
        [] => return empty_root(),
        [only] => return *only,
        _ => {}
    }
    let mut nodes: Vec<Digest> = leaves.chunks(2).map(parent).collect();
    while nodes.len() > 1 {
        let half = nodes.len().div_ceil(2);
        for place in 0..half {
            let end = nodes.len().min(2 * place + 2);
            nodes[place] = parent(&nodes[2 * place..end]);
        }
        nodes.truncate(half);
    }
    nodes[0]
}

/// Folds hashes of neighbouring perfect subtrees, largest and leftmost first, into the root over all of them.
pub(super) fn fold(hashes: &[Digest]) -> Digest {
    let right_to_left = hashes.iter().rev().copied();
    right_to_left.reduce(|right, left| node_hash(left, right)).unwrap_or_else(empty_root)
}

/// A perfect subtree: the node over leaves `index * 2^level .. (index + 1) * 2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Height above the leaves, 0 to 63.
    pub level: u8,
    /// Place among the nodes of its level, from 0.
    pub index: u64,
}

/// Where a node is found: `2^height` hashes of `tile`, from `start` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodePlace {
    /// The tile that holds the node or the hashes below it.
    pub tile: TileId,
    /// Place of its first hash in the tile, 0 to 255.
    pub start: u16,
    /// Height of the node above the tile's hashes, 0 to 7.
    pub height: u8,
}

impl Node {
    /// The tile that holds this node, and where in it.
    pub fn tile(self) -> NodePlace {
        let height = self.level % TILE_HEIGHT;
        let nodes_log2 = TILE_HEIGHT - height; // log2 of how many such nodes a full tile spans
        let within = self.index & ((1 << nodes_log2) - 1);
        let start = within << height;
        NodePlace {
            tile: TileId { level: self.level / TILE_HEIGHT, index: self.index >> nodes_log2 },
            start: u16::try_from(start).expect("start is below 256: it has 8 - height bits, shifted left by height"),
            height,
        }
    }
}

impl NodePlace {
    /// The node's hash out of its tile's hashes; none if the tile is too narrow to hold it.
    pub fn hash(self, tile: &[Digest]) -> Option<Digest> {
        let start = usize::from(self.start);
        let end = start.checked_add(1_usize.checked_shl(self.height.into())?)?;
        hash_from_tile(tile.get(start..end)?, self.height)
    }
}

/// A tile that has just become full and will never change again: time to store it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    /// Its name.
    pub id: TileId,
    /// Its 256 hashes.
    pub hashes: Vec<Digest>,
}

/// Why stored hashes are not the right edge of a tree of the stated size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EdgeError {
    /// More than [`SIZE_MAX`] leaves.
    #[error("a tree of {0} leaves is larger than any journal can be")]
    Size(u64),
    /// Not one list of hashes for each tile level of a tree of that size.
    #[error("a tree of this size has {expected} tile levels, {found} were given")]
    Levels {
        /// Levels of a tree of that size.
        expected: usize,
        /// Levels given.
        found: usize,
    },
    /// A level has not as many hashes as a tree of that size has in its partial tile.
    #[error("the partial tile of level {level} has {expected} hashes, {found} were given")]
    Width {
        /// The tile level.
        level: usize,
        /// Hashes of a tree of that size.
        expected: usize,
        /// Hashes given.
        found: usize,
    },
}

impl EdgeError {
    /// A stable name for reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Size(_) => "edge_size",
            Self::Levels { .. } => "edge_levels",
            Self::Width { .. } => "edge_width",
        }
    }
}

/// The right edge of a growing tree: the partial tile of every level (at most 255 hashes each).
///
/// A clone copies about 8 KB a level (three levels at a million entries), so a writer may work on a clone and adopt
/// it only after the commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    /// One list a tile level; the last level is never empty.
    partials: Vec<Vec<Digest>>,
    /// The perfect subtrees the tree is made of, largest first: one for each 1 bit of the size.
    peaks: Vec<Digest>,
}

impl Edge {
    /// The edge of an empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rebuilds the edge of a tree of `size` leaves from storage: one list a tile level, lowest first, level `l`
    /// holding the `(size >> 8l) mod 256` hashes of its partial tile (which may be none).
    ///
    /// Counts are checked here; whether the hashes are the right ones shows only in [`Edge::root`], which the
    /// caller compares with a root it trusts.
    pub fn from_partials(size: u64, partials: Vec<Vec<Digest>>) -> Result<Self, EdgeError> {
        if size > SIZE_MAX {
            return Err(EdgeError::Size(size));
        }
        let levels = (u64::BITS - size.leading_zeros()).div_ceil(TILE_HEIGHT.into());
        let expected = usize::try_from(levels).expect("there are at most 8 levels");
        if partials.len() != expected {
            return Err(EdgeError::Levels { expected, found: partials.len() });
        }
        let mut peaks = Vec::new();
        for (level, hashes) in partials.iter().enumerate().rev() {
            let expected = usize::from((size >> (usize::from(TILE_HEIGHT) * level)) as u8); // mod 256
            if hashes.len() != expected {
                return Err(EdgeError::Width { level, expected, found: hashes.len() });
            }
            let mut rest = hashes.as_slice();
            for height in (0..TILE_HEIGHT).rev() {
                if expected >> height & 1 == 1 {
                    let (subtree, right) = rest.split_at(1 << height);
                    peaks.push(hash_from_tile(subtree, height).expect("split_at gave exactly 2^height hashes"));
                    rest = right;
                }
            }
        }
        Ok(Self { size, partials, peaks })
    }

    /// Appends a leaf hash and returns the tiles it completed, lowest level first: none for 255 leaves of 256, and
    /// then nothing is allocated for the answer. A caller that stores tiles must store these now; they are not kept.
    ///
    /// # Panics
    /// Beyond [`SIZE_MAX`] leaves, which at a million a second takes 292,000 years.
    #[must_use = "full tiles are handed over exactly once"]
    pub fn push(&mut self, leaf: Digest) -> Vec<FullTile> {
        assert!(self.size < SIZE_MAX, "a journal of 2^63 entries cannot have been written");
        let mut full = Vec::new();
        let mut node = leaf;
        let mut node_level = 0;
        let mut tile_level = 0;
        self.extend_partial(tile_level, leaf);
        // A binary counter: each 1 bit from the bottom is a finished left sibling to merge with.
        while self.size >> node_level & 1 == 1 {
            let left = self.peaks.pop().expect("there is a peak for each 1 bit of the size");
            node = node_hash(left, node);
            node_level += 1;
            if node_level % TILE_HEIGHT == 0 {
                let index = self.size >> node_level;
                full.push(self.take_full(tile_level, index));
                tile_level += 1;
                self.extend_partial(tile_level, node);
            }
        }
        self.peaks.push(node);
        self.size += 1;
        full
    }

    /// Leaves in the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree (RFC 6962), in at most 62 hashes.
    pub fn root(&self) -> Digest {
        fold(&self.peaks)
    }

    /// The partial tile of each level, lowest first, as [`Edge::from_partials`] takes them.
    pub fn partials(&self) -> &[Vec<Digest>] {
        &self.partials
    }

    /// The hashes of this tile if it is one of the partial tiles of the edge and not empty. Full tiles are in
    /// storage; together the two answer every plan of [`super::proof`].
    pub fn tile(&self, id: TileId) -> Option<&[Digest]> {
        let hashes = self.partials.get(usize::from(id.level))?;
        let index = self.size.checked_shr(u32::from(id.level + 1) * u32::from(TILE_HEIGHT)).unwrap_or(0);
        (id.index == index && !hashes.is_empty()).then_some(hashes)
    }

    fn extend_partial(&mut self, tile_level: u8, hash: Digest) {
        let place = usize::from(tile_level);
        if place == self.partials.len() {
            self.partials.push(Vec::with_capacity(TILE_WIDTH.into()));
        }
        self.partials[place].push(hash);
    }

    fn take_full(&mut self, level: u8, index: u64) -> FullTile {
        let partial = &mut self.partials[usize::from(level)];
        let hashes = std::mem::replace(partial, Vec::with_capacity(TILE_WIDTH.into()));
        FullTile { id: TileId { level, index }, hashes }
    }
}

#[cfg(test)]
mod tests;
