//! Hash tiles out of the tables: full ones are stored, partial ones are computed from what lies below them.

use crate::chain::head::leaf_hash;
use crate::chain::tile::{TILE_WIDTH, TileId, decode_tile, hash_from_tile};
use crate::chain::{Digest, proof};
use crate::store::db::Value;
use crate::store::{Store, StoreError, int, unsigned};
use std::collections::HashMap;

const WIDTH: u64 = TILE_WIDTH as u64;

impl Store {
    /// The hashes of a tile in the tree of `size` leaves: 256, fewer at the right edge, none beyond it.
    pub async fn tile(&self, book: i64, id: TileId, size: u64) -> Result<Vec<Digest>, StoreError> {
        let width = id.width(size);
        if width == TILE_WIDTH {
            let mut tiles = self.full_tiles(book, id.level, id.index, 1).await?;
            return tiles.pop().ok_or_else(|| StoreError::Corrupt(format!("tile {}/{} is missing", id.level, id.index)));
        }
        self.tile_below(book, id, u64::from(width)).await
    }

    /// The first `width` hashes of a tile, computed from the level below it.
    async fn tile_below(&self, book: i64, id: TileId, width: u64) -> Result<Vec<Digest>, StoreError> {
        let first = id.index.saturating_mul(WIDTH);
        if width == 0 {
            return Ok(Vec::new());
        }
        let hashes: Vec<Digest> = match id.level.checked_sub(1) {
            None => {
                self.read_heads(book, first.saturating_add(1), width).await?.iter().map(|(_, head)| leaf_hash(head)).collect()
            }
            Some(below) => {
                let tiles = self.full_tiles(book, below, first, width).await?;
                tiles.iter().filter_map(|hashes| hash_from_tile(hashes, crate::chain::tile::TILE_HEIGHT)).collect()
            }
        };
        let complete = u64::try_from(hashes.len()) == Ok(width);
        complete
            .then_some(hashes)
            .ok_or_else(|| StoreError::Corrupt(format!("the tree has a hole below tile {}/{}", id.level, id.index)))
    }

    async fn full_tiles(&self, book: i64, level: u8, first: u64, count: u64) -> Result<Vec<Vec<Digest>>, StoreError> {
        let sql = "SELECT hashes FROM tile WHERE book = $1 AND level = $2 AND position >= $3 AND position < $4 ORDER BY position";
        let last = first.saturating_add(count);
        let values = vec![Value::Int(book), Value::Int(i64::from(level)), Value::Int(int(first)), Value::Int(int(last))];
        let rows = self.db.read(sql, values).await?;
        rows.iter()
            .map(|row| decode_tile(&row.bytes(0)?, TILE_WIDTH).map_err(|error| StoreError::Corrupt(error.to_string())))
            .collect()
    }

    /// The partial tile of every level, as [`crate::chain::tree::Edge::from_partials`] takes them.
    pub async fn partial_tiles(&self, book: i64, size: u64) -> Result<Vec<Vec<Digest>>, StoreError> {
        let mut partials = Vec::new();
        let (mut on_level, mut level) = (size, 0);
        while on_level > 0 {
            let id = TileId { level, index: on_level / WIDTH };
            partials.push(self.tile_below(book, id, on_level % WIDTH).await?);
            on_level /= WIDTH;
            level += 1;
        }
        Ok(partials)
    }

    /// Fetches what a proof plan needs and folds it.
    pub async fn resolve(&self, book: i64, plan: &proof::Plan, size: u64) -> Result<Vec<Digest>, StoreError> {
        let mut tiles = HashMap::new();
        for id in plan.tiles() {
            tiles.insert(id, self.tile(book, id, size).await?);
        }
        plan.resolve_tiles(|id| tiles.get(&id).map(Vec::as_slice)).map_err(|error| StoreError::Corrupt(error.to_string()))
    }

    /// The root of the tree when it had `size` leaves.
    pub async fn root_at(&self, book: i64, size: u64) -> Result<Digest, StoreError> {
        let folded = self.resolve(book, &proof::root_plan(size), size).await?;
        folded.first().copied().ok_or_else(|| StoreError::Corrupt("a root plan has one hash".into()))
    }

    /// Heads from `first` on, at most `count`, by sequence number.
    pub async fn read_heads(&self, book: i64, first: u64, count: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let sql = "SELECT seq, head FROM entry WHERE book = $1 AND seq >= $2 AND seq < $3 ORDER BY seq";
        let values = vec![Value::Int(book), Value::Int(int(first)), Value::Int(int(first.saturating_add(count)))];
        self.db.read(sql, values).await?.iter().map(|row| Ok((unsigned(row.int(0)?)?, row.bytes(1)?))).collect()
    }
}
