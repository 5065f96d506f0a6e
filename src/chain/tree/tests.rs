//! The tree against the published roots, against itself, and across the tile boundaries.

use super::*;
use crate::chain::reference;
use crate::chain::tile::partial_tiles;

#[test]
fn published_roots() {
    let leaves = reference::leaves();
    assert_eq!(root(&[]).to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    let mut edge = Edge::new();
    assert_eq!(edge.root(), empty_root());
    for (size, expected) in (1..).zip(reference::roots()) {
        assert_eq!(root(&leaves[..size]), expected, "{size}");
        assert!(edge.push(leaves[size - 1]).is_empty());
        assert_eq!(edge.root(), expected, "{size}");
    }
    assert_eq!(edge.size(), 8);
    assert_eq!(edge.root().to_string(), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

/// The RFC's own recursion, as slow and as plain as it is written there.
fn root_by_the_book(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => empty_root(),
        [only] => *only,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            node_hash(root_by_the_book(&leaves[..split]), root_by_the_book(&leaves[split..]))
        }
    }
}

#[test]
fn root_is_the_rfc_recursion() {
    let leaves = reference::numbered(600);
    for size in 0..=600 {
        assert_eq!(root(&leaves[..size]), root_by_the_book(&leaves[..size]), "{size}");
    }
}

#[test]
fn edge_follows_root_over_the_boundaries_and_hands_over_every_full_tile_once() {
    let leaves = reference::numbered(66_000);
    let mut edge = Edge::new();
    let mut full = Vec::new();
    for (place, leaf) in leaves.iter().enumerate() {
        full.extend(edge.push(*leaf));
        let size = place + 1;
        let near = |boundary: usize| size.abs_diff(boundary) <= 1;
        if near(255) || near(256) || near(512) || near(1000) || near(65_536) || near(65_792) || size == 66_000 {
            assert_eq!(edge.root(), root(&leaves[..size]), "{size}");
            let rebuilt = Edge::from_partials(edge.size(), edge.partials().to_vec());
            assert_eq!(rebuilt.as_ref(), Ok(&edge), "{size}");
            let listed: Vec<_> = partial_tiles(edge.size());
            for (id, width) in &listed {
                assert_eq!(edge.tile(*id).map(<[_]>::len), Some(usize::from(*width)), "{size}");
            }
            assert_eq!(listed.len(), edge.partials().iter().filter(|hashes| !hashes.is_empty()).count());
        }
    }
    assert_eq!(full.len(), 257 + 1);
    for tile in &full {
        let span = 256_usize.pow(u32::from(tile.id.level));
        let begin = usize::try_from(tile.id.index).expect("a test index fits") * 256 * span;
        assert_eq!(tile.hashes.len(), 256);
        for (place, hash) in tile.hashes.iter().enumerate().step_by(51) {
            let at = begin + place * span;
            assert_eq!(*hash, root(&leaves[at..at + span]), "{:?} {place}", tile.id);
        }
    }
    let last = full.last().map(|tile| tile.id);
    assert_eq!(last, Some(TileId { level: 0, index: 256 }));
    assert_eq!(full.iter().filter(|tile| tile.id == TileId { level: 1, index: 0 }).count(), 1);
}

#[test]
fn an_edge_rebuilt_in_the_middle_goes_on_as_the_one_that_never_stopped() {
    let leaves = reference::numbered(700);
    for stop in [0, 1, 100, 255, 256, 257, 511, 512, 600] {
        let mut edge = Edge::new();
        leaves[..stop].iter().for_each(|leaf| drop(edge.push(*leaf)));
        let mut rebuilt = Edge::from_partials(edge.size(), edge.partials().to_vec()).expect("an edge's own partials");
        for leaf in &leaves[stop..] {
            assert_eq!(rebuilt.push(*leaf), edge.push(*leaf));
        }
        assert_eq!(rebuilt, edge);
        assert_eq!(rebuilt.root(), root(&leaves));
    }
}

#[test]
fn partials_that_do_not_fit_the_size_are_refused() {
    let hashes = |count: usize| vec![Digest::ZERO; count];
    let levels = |expected, found| Err(EdgeError::Levels { expected, found });
    let width = |level, expected, found| Err(EdgeError::Width { level, expected, found });
    let table = [
        (0, vec![hashes(0)], levels(0, 1)),
        (1, vec![], levels(1, 0)),
        (1, vec![hashes(0)], width(0, 1, 0)),
        (1, vec![hashes(2)], width(0, 1, 2)),
        (1, vec![hashes(1), hashes(0)], levels(1, 2)),
        (255, vec![hashes(256)], width(0, 255, 256)),
        (256, vec![hashes(256)], levels(2, 1)),
        (256, vec![hashes(256), hashes(1)], width(0, 0, 256)),
        (256, vec![hashes(0), hashes(2)], width(1, 1, 2)),
        (70_000, vec![hashes(112), hashes(17)], levels(3, 2)),
        (70_000, vec![hashes(112), hashes(18), hashes(1)], width(1, 17, 18)),
        (SIZE_MAX + 1, vec![], Err(EdgeError::Size(SIZE_MAX + 1))),
        (u64::MAX, vec![hashes(255); 8], Err(EdgeError::Size(u64::MAX))),
    ];
    for (size, partials, expected) in table {
        assert_eq!(Edge::from_partials(size, partials), expected, "{size}");
    }
    let mut largest = vec![hashes(255); 7];
    largest.push(hashes(127));
    assert_eq!(Edge::from_partials(SIZE_MAX, largest).map(|edge| edge.size()), Ok(SIZE_MAX));
}

#[test]
fn a_node_knows_its_tile() {
    let place = |level, index| {
        let place = Node { level, index }.tile();
        (place.tile.level, place.tile.index, place.start, place.height)
    };
    assert_eq!(place(0, 0), (0, 0, 0, 0));
    assert_eq!(place(0, 255), (0, 0, 255, 0));
    assert_eq!(place(0, 256), (0, 1, 0, 0));
    assert_eq!(place(7, 1), (0, 0, 128, 7));
    assert_eq!(place(7, 2), (0, 1, 0, 7));
    assert_eq!(place(8, 3), (1, 0, 3, 0)); // a full tile's root is read from the level above
    assert_eq!(place(11, 33), (1, 1, 8, 3));
    assert_eq!(place(63, 1), (7, 0, 128, 7));
    assert_eq!(place(0, u64::MAX), (0, u64::MAX >> 8, 255, 0));
}

#[test]
fn a_node_is_read_from_a_tile_only_if_the_tile_is_wide_enough() {
    let leaves = reference::numbered(13);
    let node = Node { level: 2, index: 2 }.tile();
    assert_eq!(node.hash(&leaves), Some(root(&leaves[8..12])));
    assert_eq!(node.hash(&leaves[..12]), Some(root(&leaves[8..12])));
    assert_eq!(node.hash(&leaves[..11]), None);
}
