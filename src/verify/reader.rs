//! Reading a package: folders, bundles, tiles, as `docs/journal-format.md` §7 lays them out.

use crate::chain::tile::{TILE_WIDTH, TileId, bodies_path, decode_bodies, decode_entries, entries_path};
use std::io;
use std::path::{Path, PathBuf};

const WIDTH: u64 = TILE_WIDTH as u64;

/// The folders of a package that hold a book's checkpoint or entries, by name.
pub fn book_folders(package: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(package)? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The bytes of one entry.
pub type HeadAndBody<'a> = (&'a [u8], &'a [u8]);

/// Why a bundle cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleError {
    Missing(String),
    /// Malformed heads (a matter of the tree) or bodies.
    Heads(String),
    Bodies(String),
}

/// Heads and bodies of up to 256 entries.
pub struct Bundle {
    heads: Vec<u8>,
    bodies: Vec<u8>,
    width: u16,
}

/// One book's folder in a package, under a checkpoint of `size` entries.
#[derive(Clone, Debug)]
pub struct BookFolder {
    pub path: PathBuf,
    pub size: u64,
}

impl BookFolder {
    pub fn bundles(&self) -> u64 {
        self.size.div_ceil(WIDTH)
    }

    fn width(&self, index: u64) -> u16 {
        TileId { level: 0, index }.width(self.size)
    }

    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.path.join(path))
    }

    /// Reads bundle `index` of heads and bodies.
    pub fn bundle(&self, index: u64) -> Result<Bundle, BundleError> {
        let width = self.width(index);
        let file = |path: Option<String>| {
            let path = path.unwrap_or_default();
            self.read(&path).map_err(|_| BundleError::Missing(path))
        };
        Ok(Bundle { heads: file(entries_path(index, width))?, bodies: file(bodies_path(index, width))?, width })
    }

    /// Entry bundles beyond the checkpoint's size: a tail that no signature covers.
    pub fn tail(&self) -> Option<String> {
        let last = self.size / WIDTH;
        let partial = u16::try_from(self.size % WIDTH).unwrap_or(0);
        let beyond =
            [(last, TILE_WIDTH), (last + 1, TILE_WIDTH)].into_iter().filter_map(|(index, width)| entries_path(index, width));
        let wider = (partial + 1..TILE_WIDTH).filter_map(|width| entries_path(last, width));
        let after = (1..TILE_WIDTH).filter_map(|width| entries_path(last + 1, width));
        beyond.chain(wider).chain(after).find(|path| self.path.join(path).is_file())
    }
}

impl Bundle {
    pub fn bytes(&self) -> u64 {
        u64::try_from(self.heads.len() + self.bodies.len()).unwrap_or(u64::MAX)
    }

    /// Heads and bodies, in order.
    pub fn entries(&self) -> Result<Vec<HeadAndBody<'_>>, BundleError> {
        let heads = decode_entries(&self.heads, self.width).map_err(|error| BundleError::Heads(error.to_string()))?;
        let bodies = decode_bodies(&self.bodies, self.width).map_err(|error| BundleError::Bodies(error.to_string()))?;
        Ok(heads.into_iter().zip(bodies).collect())
    }

    /// Heads alone: what the tree is made of even where bodies are damaged.
    pub fn heads(&self) -> Result<Vec<&[u8]>, BundleError> {
        decode_entries(&self.heads, self.width).map_err(|error| BundleError::Heads(error.to_string()))
    }
}
