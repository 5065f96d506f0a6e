//! Inclusion and consistency proofs of RFC 9162 section 2.1: how a stranger checks them, and how we make them.
//!
//! Checking is strict: the length of a proof follows from the sizes alone, so any other length is refused before a
//! hash is computed, and equal sizes leave nothing to prove. Making is in two steps, so that this room needs no
//! store: a [`Plan`] says which nodes are needed ([`Plan::tiles`] in which tiles), the caller fetches the tiles, and
//! [`Plan::resolve_tiles`] folds them into the proof.

use std::collections::BTreeSet;

use super::digest::node_hash;
use super::tree::{Node, fold, root};
use super::{Digest, TileId};

/// Why a proof does not hold, or cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A tree without leaves proves nothing and is proved by nothing.
    #[error("nothing can be proved from or about an empty tree")]
    EmptyTree,
    /// The leaf would stand beyond the end of the tree.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    IndexOutOfRange {
        /// Leaf index, from 0.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The older tree is the larger one.
    #[error("a tree of {old} leaves cannot have grown into one of {new}")]
    Shrunk {
        /// Size of the older tree.
        old: u64,
        /// Size of the newer tree.
        new: u64,
    },
    /// Not the number of hashes that a proof between these sizes has.
    #[error("the proof must have {expected} hashes and has {found}")]
    Length {
        /// Hashes a proof for these sizes has.
        expected: usize,
        /// Hashes it has.
        found: usize,
    },
    /// The proof leads from the leaf to another root.
    #[error("the proof leads to another root")]
    Root,
    /// The proof does not contain the older tree.
    #[error("the proof leads to another root of the older tree")]
    OldRoot,
    /// The proof contains the older tree but does not lead to the newer root.
    #[error("the proof leads to another root of the newer tree")]
    NewRoot,
    /// The caller could not supply a node, or a tile wide enough to hold it.
    #[error("node {index} of level {level} is missing", index = .0.index, level = .0.level)]
    MissingNode(Node),
}

impl ProofError {
    /// A stable name for reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EmptyTree => "proof_empty_tree",
            Self::IndexOutOfRange { .. } => "proof_index_out_of_range",
            Self::Shrunk { .. } => "proof_shrunk",
            Self::Length { .. } => "proof_length",
            Self::Root => "proof_root",
            Self::OldRoot => "proof_old_root",
            Self::NewRoot => "proof_new_root",
            Self::MissingNode(_) => "proof_missing_node",
        }
    }
}

/// The path from a leaf to the root: the leaf's sibling first, the root's child last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InclusionProof(pub Vec<Digest>);

/// The hashes that build both an older and a newer root, in the order of RFC 9162.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsistencyProof(pub Vec<Digest>);

impl InclusionProof {
    /// Checks that `leaf` is leaf number `index` (from 0) of the tree of `size` leaves with this root.
    /// RFC 9162 section 2.1.3.2.
    pub fn verify(&self, index: u64, size: u64, leaf: Digest, root: Digest) -> Result<(), ProofError> {
        check_index(index, size)?;
        let (inner, border) = path_shape(index, size);
        check_length(inner + border, self.0.len())?;
        let mut node = index;
        let mut last = size - 1; // not empty: index < size
        let mut hash = leaf;
        for sibling in &self.0 {
            if node & 1 == 1 || node == last {
                hash = node_hash(*sibling, hash);
                // The last node of a level without a sibling is carried up: those levels add no hash.
                let carried = if node == 0 { 0 } else { node.trailing_zeros() };
                node >>= carried;
                last >>= carried;
            } else {
                hash = node_hash(hash, *sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        if hash == root { Ok(()) } else { Err(ProofError::Root) }
    }

    /// Makes the proof out of all leaf hashes: for tests and small trees; a large log uses [`inclusion_plan`].
    pub fn from_leaves(index: u64, leaves: &[Digest]) -> Result<Self, ProofError> {
        inclusion_plan(index, leaves.len() as u64)?.resolve(|node| node_of(leaves, node)).map(Self)
    }
}

impl ConsistencyProof {
    /// Checks that the tree of `new` leaves begins with the tree of `old` leaves. RFC 9162 section 2.1.4.2.
    /// Nothing is known of an empty older tree, so size 0 is refused rather than found consistent with everything.
    pub fn verify(&self, old: u64, new: u64, old_root: Digest, new_root: Digest) -> Result<(), ProofError> {
        check_sizes(old, new)?;
        if old == new {
            check_length(0, self.0.len())?;
            return if old_root == new_root { Ok(()) } else { Err(ProofError::NewRoot) };
        }
        // The largest perfect subtree at the old edge is where both climbs begin.
        let shift = old.trailing_zeros();
        let (inner, border) = path_shape(old - 1, new);
        let whole = old.is_power_of_two(); // then that subtree is the whole old tree, and its root is known
        check_length(inner - shift as usize + border + usize::from(!whole), self.0.len())?;
        let (seed, path) = match self.0.split_first() {
            Some((first, rest)) if !whole => (*first, rest),
            _ => (old_root, self.0.as_slice()),
        };
        let mut node = (old - 1) >> shift;
        let mut last = (new - 1) >> shift;
        let (mut old_hash, mut new_hash) = (seed, seed);
        for hash in path {
            if node & 1 == 1 || node == last {
                old_hash = node_hash(*hash, old_hash);
                new_hash = node_hash(*hash, new_hash);
                let carried = if node == 0 { 0 } else { node.trailing_zeros() };
                node >>= carried;
                last >>= carried;
            } else {
                new_hash = node_hash(new_hash, *hash);
            }
            node >>= 1;
            last >>= 1;
        }
        if old_hash != old_root {
            return Err(ProofError::OldRoot);
        }
        if new_hash == new_root { Ok(()) } else { Err(ProofError::NewRoot) }
    }

    /// Makes the proof out of all leaf hashes: for tests and small trees; a large log uses [`consistency_plan`].
    pub fn from_leaves(old: u64, leaves: &[Digest]) -> Result<Self, ProofError> {
        consistency_plan(old, leaves.len() as u64)?.resolve(|node| node_of(leaves, node)).map(Self)
    }
}

/// What must be fetched for a proof: for each of its hashes the perfect subtrees, left to right, that fold into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    elements: Vec<Vec<Node>>,
}

impl Plan {
    /// The nodes of each hash, in the order of the proof.
    pub fn elements(&self) -> &[Vec<Node>] {
        &self.elements
    }

    /// The tiles that hold the nodes, each once, lowest level first. Their widths depend on the tree the caller
    /// has; any tile at least as wide as the planned tree's will do.
    pub fn tiles(&self) -> Vec<TileId> {
        let distinct: BTreeSet<TileId> = self.elements.iter().flatten().map(|node| node.tile().tile).collect();
        distinct.into_iter().collect()
    }

    /// Folds the nodes, supplied one by one, into the hashes of the proof.
    pub fn resolve(&self, mut fetch: impl FnMut(Node) -> Option<Digest>) -> Result<Vec<Digest>, ProofError> {
        let mut element = |nodes: &Vec<Node>| {
            let hashes = nodes.iter().map(|node| fetch(*node).ok_or(ProofError::MissingNode(*node)));
            hashes.collect::<Result<Vec<_>, _>>().map(|hashes| fold(&hashes))
        };
        self.elements.iter().map(&mut element).collect()
    }

    /// Folds the nodes out of fetched tiles, e.g. `plan.resolve_tiles(|id| map.get(&id).map(Vec::as_slice))`.
    pub fn resolve_tiles<'t>(&self, mut fetch: impl FnMut(TileId) -> Option<&'t [Digest]>) -> Result<Vec<Digest>, ProofError> {
        self.resolve(|node| {
            let place = node.tile();
            place.hash(fetch(place.tile)?)
        })
    }
}

/// The plan of an [`InclusionProof`] of leaf `index` in a tree of `size` leaves.
pub fn inclusion_plan(index: u64, size: u64) -> Result<Plan, ProofError> {
    check_index(index, size)?;
    let (mut begin, mut end) = (0, size);
    let mut elements = Vec::new();
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if index < middle {
            elements.push(perfect_nodes(middle, end));
            end = middle;
        } else {
            elements.push(perfect_nodes(begin, middle));
            begin = middle;
        }
    }
    elements.reverse(); // walked down from the root; a proof reads up from the leaf
    Ok(Plan { elements })
}

/// The plan of a [`ConsistencyProof`] from a tree of `old` leaves to one of `new`.
pub fn consistency_plan(old: u64, new: u64) -> Result<Plan, ProofError> {
    check_sizes(old, new)?;
    let (mut begin, mut end) = (0, new);
    let mut elements = Vec::new();
    // Down along the old tree's edge until a subtree ends exactly where the old tree does.
    while end != old {
        let middle = begin + split(end - begin);
        if old <= middle {
            elements.push(perfect_nodes(middle, end));
            end = middle;
        } else {
            elements.push(perfect_nodes(begin, middle));
            begin = middle;
        }
    }
    if begin > 0 {
        elements.push(perfect_nodes(begin, end)); // else it is the whole old tree, whose root the checker has
    }
    elements.reverse();
    Ok(Plan { elements })
}

/// The plan of the root of a tree of `size` leaves: always one hash.
pub fn root_plan(size: u64) -> Plan {
    Plan { elements: vec![perfect_nodes(0, size)] }
}

/// The perfect subtrees that make up leaves `begin..end`. As in every RFC split, `begin` is a multiple of a power
/// of two not smaller than the range, so the sizes fall from left to right as the bits of the length do.
fn perfect_nodes(begin: u64, end: u64) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut at = begin;
    while let Some(log2) = (end - at).checked_ilog2() {
        let level = u8::try_from(log2).expect("the logarithm of a u64 is at most 63");
        nodes.push(Node { level, index: at >> level });
        at += 1 << level;
    }
    nodes
}

/// The largest power of two smaller than `count`, which is at least 2: where RFC 6962 cuts a tree in two.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Length of an inclusion path in its two parts: `inner` siblings up to where the paths of `index` and of the last
/// leaf meet, one a level; above that only left siblings, one for each 1 bit of what is left of the index.
fn path_shape(index: u64, size: u64) -> (usize, usize) {
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    (inner as usize, border as usize)
}

fn check_index(index: u64, size: u64) -> Result<(), ProofError> {
    match size {
        0 => Err(ProofError::EmptyTree),
        _ if index >= size => Err(ProofError::IndexOutOfRange { index, size }),
        _ => Ok(()),
    }
}

fn check_sizes(old: u64, new: u64) -> Result<(), ProofError> {
    match (old, new) {
        (0, _) | (_, 0) => Err(ProofError::EmptyTree),
        _ if old > new => Err(ProofError::Shrunk { old, new }),
        _ => Ok(()),
    }
}

fn check_length(expected: usize, found: usize) -> Result<(), ProofError> {
    if expected == found { Ok(()) } else { Err(ProofError::Length { expected, found }) }
}

/// A node out of the full list of leaf hashes.
fn node_of(leaves: &[Digest], node: Node) -> Option<Digest> {
    let width = 1_usize.checked_shl(node.level.into())?;
    let begin = usize::try_from(node.index).ok()?.checked_mul(width)?;
    leaves.get(begin..begin.checked_add(width)?).map(root)
}

#[cfg(test)]
mod tests;
