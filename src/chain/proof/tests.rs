//! Proofs against the published vectors, against the RFC's own recursion for every small size, and corrupted.

use std::collections::BTreeMap;

use super::*;
use crate::chain::tree::Edge;
use crate::chain::{reference, tile};

/// Sizes up to which everything is tried.
const SMALL: u64 = 70;

fn to_usize(number: u64) -> usize {
    usize::try_from(number).expect("test sizes fit")
}

fn cut(leaves: &[Digest]) -> usize {
    leaves.len().next_power_of_two() / 2
}

/// PATH of RFC 9162 section 2.1.3.1, as it is written there.
fn path_by_the_book(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(cut(leaves));
    let (mut path, sibling) = if index < left.len() {
        (path_by_the_book(index, left), root(right))
    } else {
        (path_by_the_book(index - left.len(), right), root(left))
    };
    path.push(sibling);
    path
}

/// SUBPROOF of RFC 9162 section 2.1.4.1, as it is written there.
fn subproof_by_the_book(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(cut(leaves));
    let (mut proof, sibling) = if old <= left.len() {
        (subproof_by_the_book(old, left, whole), root(right))
    } else {
        (subproof_by_the_book(old - left.len(), right, false), root(left))
    };
    proof.push(sibling);
    proof
}

/// A log as it is stored: full tiles kept as they are handed over, the edge beside them.
struct Log {
    full: BTreeMap<TileId, Vec<Digest>>,
    edge: Edge,
}

impl Log {
    fn of(leaves: &[Digest]) -> Self {
        let mut log = Self { full: BTreeMap::new(), edge: Edge::new() };
        for leaf in leaves {
            log.full.extend(log.edge.push(*leaf).into_iter().map(|tile| (tile.id, tile.hashes)));
        }
        log
    }

    fn resolve(&self, plan: &Plan) -> Vec<Digest> {
        let fetch = |id| self.full.get(&id).map(Vec::as_slice).or_else(|| self.edge.tile(id));
        plan.resolve_tiles(fetch).expect("the log has every tile of its own tree")
    }
}

#[test]
fn published_inclusion_proofs() {
    let (leaves, roots) = (reference::leaves(), reference::roots());
    let published = reference::inclusion_proofs();
    assert_eq!(published.len(), 5);
    for (index, size, path) in published {
        let proof = InclusionProof(path);
        assert_eq!(proof.verify(index, size, leaves[to_usize(index)], roots[to_usize(size) - 1]), Ok(()));
        assert_eq!(InclusionProof::from_leaves(index, &leaves[..to_usize(size)]), Ok(proof));
    }
}

#[test]
fn published_consistency_proofs() {
    let (leaves, roots) = (reference::leaves(), reference::roots());
    let published = reference::consistency_proofs();
    assert_eq!(published.len(), 5);
    for (old, new, path) in published {
        let proof = ConsistencyProof(path);
        assert_eq!(proof.verify(old, new, roots[to_usize(old) - 1], roots[to_usize(new) - 1]), Ok(()));
        assert_eq!(ConsistencyProof::from_leaves(old, &leaves[..to_usize(new)]), Ok(proof));
    }
}

#[test]
fn every_small_inclusion_proof_made_three_ways() {
    let leaves = reference::numbered(SMALL);
    let log = Log::of(&leaves); // a newer log serves every older size
    for size in 1..=SMALL {
        let tree = &leaves[..to_usize(size)];
        for index in 0..size {
            let plan = inclusion_plan(index, size).expect("the index is in the tree");
            let proof = InclusionProof(log.resolve(&plan));
            assert_eq!(proof.0, path_by_the_book(to_usize(index), tree), "{index} {size}");
            assert_eq!(InclusionProof::from_leaves(index, tree), Ok(proof.clone()), "{index} {size}");
            assert_eq!(proof.verify(index, size, tree[to_usize(index)], root(tree)), Ok(()), "{index} {size}");
        }
        assert_eq!(log.resolve(&root_plan(size)), [root(tree)]);
    }
    assert_eq!(log.resolve(&root_plan(0)), [root(&[])]);
}

#[test]
fn every_small_consistency_proof_made_three_ways() {
    let leaves = reference::numbered(SMALL);
    let log = Log::of(&leaves);
    let roots: Vec<Digest> = (0..=leaves.len()).map(|size| root(&leaves[..size])).collect();
    for new in 1..=SMALL {
        let tree = &leaves[..to_usize(new)];
        for old in 1..=new {
            let plan = consistency_plan(old, new).expect("the sizes are in order");
            let proof = ConsistencyProof(log.resolve(&plan));
            assert_eq!(proof.0, subproof_by_the_book(to_usize(old), tree, true), "{old} {new}");
            assert_eq!(ConsistencyProof::from_leaves(old, tree), Ok(proof.clone()), "{old} {new}");
            assert_eq!(proof.verify(old, new, roots[to_usize(old)], roots[to_usize(new)]), Ok(()), "{old} {new}");
        }
    }
}

#[test]
fn proofs_over_several_tile_levels() {
    let leaves = reference::numbered(66_000);
    let log = Log::of(&leaves);
    let roots: BTreeMap<u64, Digest> =
        [255, 256, 257, 65_535, 65_536, 65_537, 66_000].into_iter().map(|size| (size, root(&leaves[..to_usize(size)]))).collect();
    for (size, root) in &roots {
        assert_eq!(log.resolve(&root_plan(*size)), [*root]);
        for index in [0, 1, 254, 255, 256, 300, 65_535, 65_536, 65_999] {
            if index < *size {
                let plan = inclusion_plan(index, *size).expect("the index is in the tree");
                let proof = InclusionProof(log.resolve(&plan));
                assert_eq!(proof.verify(index, *size, leaves[to_usize(index)], *root), Ok(()), "{index} {size}");
            }
        }
        for (old, old_root) in roots.range(..=size) {
            let plan = consistency_plan(*old, *size).expect("the sizes are in order");
            let proof = ConsistencyProof(log.resolve(&plan));
            assert_eq!(proof.verify(*old, *size, *old_root, *root), Ok(()), "{old} {size}");
        }
    }
    let plan = inclusion_plan(300, 66_000).expect("the index is in the tree");
    let tiles: Vec<_> = plan.tiles().into_iter().map(|id| (id.level, id.index, id.width(66_000))).collect();
    assert_eq!(tiles, [(0, 1, 256), (0, 257, 208), (1, 0, 256), (1, 1, 1)]);
}

/// Every way to corrupt the list: a flipped bit in each byte, each shorter and longer length, swaps, repeats.
fn corruptions(path: &[Digest]) -> Vec<Vec<Digest>> {
    let mut out = Vec::new();
    for at in 0..path.len() {
        for byte in 0..32 {
            let mut bytes = *path[at].as_bytes();
            bytes[byte] ^= 1 << (byte % 8);
            let mut changed = path.to_vec();
            changed[at] = Digest::from_bytes(bytes);
            out.push(changed);
        }
        out.push(path[..at].to_vec());
        out.push(path[at + 1..].to_vec());
        let mut repeated = path.to_vec();
        repeated.insert(at, path[at]);
        out.push(repeated);
        if at > 0 {
            let mut swapped = path.to_vec();
            swapped.swap(at - 1, at);
            out.push(swapped);
        }
    }
    for extra in [Digest::ZERO, Digest::of(b"")] {
        out.push([path, &[extra]].concat());
        out.push([&[extra], path].concat());
    }
    out
}

#[test]
fn corrupted_inclusion_proofs_are_refused() {
    let leaves = reference::numbered(13);
    let tops: Vec<Digest> = (0..=13).map(|size| root(&leaves[..size])).collect();
    for size in 1..=13_u64 {
        let (tree, top) = (&leaves[..to_usize(size)], tops[to_usize(size)]);
        for index in 0..size {
            let leaf = tree[to_usize(index)];
            let proof = InclusionProof::from_leaves(index, tree).expect("the index is in the tree");
            for path in corruptions(&proof.0) {
                assert!(InclusionProof(path).verify(index, size, leaf, top).is_err(), "{index} {size}");
            }
            assert_eq!(proof.verify(index, size, Digest::ZERO, top), Err(ProofError::Root));
            assert_eq!(proof.verify(index, size, leaf, Digest::ZERO), Err(ProofError::Root));
            for other in (0..=70).chain([u64::MAX - 1, u64::MAX]).filter(|other| *other != index) {
                assert!(proof.verify(other, size, leaf, top).is_err(), "{index} as {other} {size}");
            }
            // A path alone does not always tell the size; the root does, and it is signed together with the size.
            for other in (1..=13).filter(|other| *other != size) {
                let other_top = tops[to_usize(other)];
                assert!(proof.verify(index, other, leaf, other_top).is_err(), "{index} {size} as {other}");
            }
        }
    }
}

#[test]
fn corrupted_consistency_proofs_are_refused() {
    let leaves = reference::numbered(13);
    let tops: Vec<Digest> = (0..=13).map(|size| root(&leaves[..size])).collect();
    for new in 1..=13_u64 {
        for old in 1..=new {
            let (old_top, new_top) = (tops[to_usize(old)], tops[to_usize(new)]);
            let proof = ConsistencyProof::from_leaves(old, &leaves[..to_usize(new)]).expect("the sizes are in order");
            for path in corruptions(&proof.0) {
                assert!(ConsistencyProof(path).verify(old, new, old_top, new_top).is_err(), "{old} {new}");
            }
            assert!(proof.verify(old, new, Digest::ZERO, new_top).is_err(), "{old} {new}");
            assert!(proof.verify(old, new, old_top, Digest::ZERO).is_err(), "{old} {new}");
            if old != new {
                assert!(proof.verify(old, new, new_top, old_top).is_err(), "{old} {new}");
                assert!(ConsistencyProof::default().verify(old, new, old_top, new_top).is_err(), "{old} {new}");
            }
            for other in (0..=14).filter(|other| *other != old) {
                assert!(proof.verify(other, new, old_top, new_top).is_err(), "{old} as {other}, {new}");
            }
        }
    }
}

#[test]
fn impossible_questions_have_their_own_refusals() {
    let top = Digest::of(b"");
    let none = InclusionProof::default();
    let nothing = ConsistencyProof::default();
    let inclusion = [
        (0, 0, ProofError::EmptyTree, "proof_empty_tree"),
        (1, 1, ProofError::IndexOutOfRange { index: 1, size: 1 }, "proof_index_out_of_range"),
        (u64::MAX, u64::MAX, ProofError::IndexOutOfRange { index: u64::MAX, size: u64::MAX }, "proof_index_out_of_range"),
        (0, 2, ProofError::Length { expected: 1, found: 0 }, "proof_length"),
        (0, u64::MAX, ProofError::Length { expected: 64, found: 0 }, "proof_length"),
        (u64::MAX - 1, u64::MAX, ProofError::Length { expected: 63, found: 0 }, "proof_length"),
        (0, 1, ProofError::Root, "proof_root"),
    ];
    for (index, size, error, code) in inclusion {
        assert_eq!(none.verify(index, size, Digest::ZERO, top), Err(error));
        assert_eq!(error.code(), code);
    }
    let consistency = [
        (0, 0, ProofError::EmptyTree, "proof_empty_tree"),
        (0, 1, ProofError::EmptyTree, "proof_empty_tree"),
        (1, 0, ProofError::EmptyTree, "proof_empty_tree"),
        (2, 1, ProofError::Shrunk { old: 2, new: 1 }, "proof_shrunk"),
        (1, 2, ProofError::Length { expected: 1, found: 0 }, "proof_length"),
        (3, 4, ProofError::Length { expected: 3, found: 0 }, "proof_length"),
        (1, u64::MAX, ProofError::Length { expected: 64, found: 0 }, "proof_length"),
        (7, 7, ProofError::NewRoot, "proof_new_root"),
    ];
    for (old, new, error, code) in consistency {
        assert_eq!(nothing.verify(old, new, Digest::ZERO, top), Err(error));
        assert_eq!(error.code(), code);
    }
    assert_eq!(nothing.verify(7, 7, top, top), Ok(()));
    let one = ConsistencyProof(vec![top]);
    assert_eq!(one.verify(7, 7, top, top), Err(ProofError::Length { expected: 0, found: 1 }));
    assert_eq!(inclusion_plan(0, 0), Err(ProofError::EmptyTree));
    assert_eq!(inclusion_plan(9, 9), Err(ProofError::IndexOutOfRange { index: 9, size: 9 }));
    assert_eq!(consistency_plan(0, 9), Err(ProofError::EmptyTree));
    assert_eq!(consistency_plan(9, 8), Err(ProofError::Shrunk { old: 9, new: 8 }));
}

#[test]
fn the_largest_sizes_do_not_overflow() {
    for size in [u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) + 1] {
        for index in [0, 1, size / 2, size - 1] {
            let (inner, border) = path_shape(index, size);
            let plan = inclusion_plan(index, size).expect("the index is in the tree");
            assert_eq!(plan.elements().len(), inner + border, "{index} {size}");
            assert!(plan.tiles().iter().all(|id| id.width(size) > 0), "{index} {size}");
            let hashes = InclusionProof(vec![Digest::ZERO; inner + border]);
            assert_eq!(hashes.verify(index, size, Digest::ZERO, Digest::ZERO), Err(ProofError::Root));
        }
        for old in [1, 2, 3, size / 2, size - 1] {
            let plan = consistency_plan(old, size).expect("the sizes are in order");
            let hashes = ConsistencyProof(vec![Digest::ZERO; plan.elements().len()]);
            let refused = hashes.verify(old, size, Digest::ZERO, Digest::ZERO);
            assert!(matches!(refused, Err(ProofError::OldRoot | ProofError::NewRoot)), "{old} {size} {refused:?}");
        }
        assert_eq!(root_plan(size).elements()[0].len(), size.count_ones() as usize);
    }
}

#[test]
fn a_missing_or_too_narrow_tile_is_named() {
    let leaves = reference::numbered(9);
    let plan = inclusion_plan(0, 9).expect("the index is in the tree");
    let missing = |level, index| Err(ProofError::MissingNode(Node { level, index }));
    assert_eq!(plan.resolve(|_| None), missing(0, 1));
    assert_eq!(plan.resolve_tiles(|_| Some(&leaves[..8])), missing(0, 8));
    assert_eq!(plan.resolve_tiles(|_| Some(&leaves)).map(|path| path.len()), Ok(4));
    assert_eq!(tile::partial_tiles(9).len(), 1);
    assert_eq!(ProofError::MissingNode(Node { level: 0, index: 8 }).to_string(), "node 8 of level 0 is missing");
}
