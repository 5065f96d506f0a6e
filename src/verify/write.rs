//! Writing a package: the caller streams entries, the tiles are made here.

use crate::chain::Digest;
use crate::chain::tile::{TILE_WIDTH, bodies_path, encode_bodies, encode_entries, encode_tile, entries_path, partial_tiles};
use crate::chain::tree::Edge;
use crate::ledger::statement::{IncomeTable, TrialBalance};
use std::path::{Path, PathBuf};

/// Why a package could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    #[error("{path}: {error}")]
    Io { path: PathBuf, error: std::io::Error },
    /// The entries are not those that the checkpoint covers: nothing of this package may be handed out.
    #[error("the entries do not have the checkpoint's root")]
    Root,
}

/// One book's folder, being written.
pub struct PackageWriter {
    folder: PathBuf,
    edge: Edge,
    heads: Vec<Vec<u8>>,
    bodies: Vec<Vec<u8>>,
}

const README: &str = "\
# 村社账审计包

每个子目录是一个账套。核验：

    cunshe-verify 本目录 --key 账套.vkey [--checkpoint 以前的检查点] [--receipt 回执]

公钥、以前的检查点和回执由审计人员自己保管，不要用包里的东西代替。

| 文件 | 内容 |
|---|---|
| checkpoint | 签名的检查点（C2SP signed note）：名称、条目数、默克尔树的根 |
| checkpoints/<条目数> | 以前的检查点 |
| tile/<层>/<序号> | 哈希瓦片（C2SP tlog-tiles） |
| tile/entries/<序号> | 条目头，每个 160 字节，前有 16 位长度，256 个一包 |
| bodies/<序号> | 条目内容（规范 JSON），前有 32 位长度，256 个一包 |
| reports/*.json | 科目余额表、各社区收入表 |

叶 = SHA-256(0x00 || 条目头)；节点 = SHA-256(0x01 || 左 || 右)（RFC 6962）。
条目头（大端）：魔数 `cunshe/1` 8 | 种类 1 | 标志 1 | 保留 2 | 日期 4 | 账套 16 | 序号 8 | 入链微秒 8 | 纪元 8 | 内容长度 8 |
前一叶 32 | 内容哈希 32（SHA-256(\"cunshe/1/body\" 0x00 内容)）| 锚 32。
完整格式与规则见 cunshe 的 docs/journal-format.md。
";

/// Writes the format on one page beside the books.
pub fn write_readme(package: &Path) -> std::io::Result<()> {
    std::fs::write(package.join("README.md"), README)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let told = |error| WriteError::Io { path: path.to_owned(), error };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(told)?;
    }
    std::fs::write(path, bytes).map_err(told)
}

impl PackageWriter {
    /// Begins a book's folder, which must not exist or be empty.
    pub fn create(package: &Path, book: &str) -> Result<PackageWriter, WriteError> {
        let folder = package.join(book);
        let told = |error| WriteError::Io { path: folder.clone(), error };
        std::fs::create_dir_all(&folder).map_err(told)?;
        if std::fs::read_dir(&folder).map_err(told)?.next().is_some() {
            return Err(WriteError::NotEmpty(folder));
        }
        Ok(PackageWriter { folder, edge: Edge::new(), heads: Vec::new(), bodies: Vec::new() })
    }

    /// Adds the next entry.
    pub fn entry(&mut self, head: &[u8], body: &[u8]) -> Result<(), WriteError> {
        self.heads.push(head.to_vec());
        self.bodies.push(body.to_vec());
        for tile in self.edge.push(crate::chain::leaf_hash(head)) {
            self.tile(tile.id.path(TILE_WIDTH), &tile.hashes)?;
        }
        if self.heads.len() == usize::from(TILE_WIDTH) { self.bundle() } else { Ok(()) }
    }

    fn bundle(&mut self) -> Result<(), WriteError> {
        let width = u16::try_from(self.heads.len()).unwrap_or(TILE_WIDTH);
        let index = (self.edge.size() - u64::from(width)) / u64::from(TILE_WIDTH);
        let (heads, bodies) = (std::mem::take(&mut self.heads), std::mem::take(&mut self.bodies));
        let paths = entries_path(index, width).zip(bodies_path(index, width));
        let (Some((entries_path, bodies_path)), Ok(entries), Ok(bodies)) =
            (paths, encode_entries(&heads), encode_bodies(&bodies))
        else {
            return Err(WriteError::Root);
        };
        write(&self.folder.join(entries_path), &entries)?;
        write(&self.folder.join(bodies_path), &bodies)
    }

    fn tile(&self, path: Option<String>, hashes: &[Digest]) -> Result<(), WriteError> {
        let (Some(path), Ok(bytes)) = (path, encode_tile(hashes)) else { return Err(WriteError::Root) };
        write(&self.folder.join(path), &bytes)
    }

    /// Ends the folder under a checkpoint of all its entries.
    pub fn finish(
        mut self,
        checkpoint: &str,
        earlier: &[(u64, String)],
        trial_balance: &TrialBalance,
        income: &IncomeTable,
    ) -> Result<(), WriteError> {
        if !self.heads.is_empty() {
            self.bundle()?;
        }
        let size = self.edge.size();
        let root = self.edge.root().to_base64();
        let mut lines = checkpoint.lines().skip(1);
        if lines.next() != Some(&size.to_string()) || lines.next() != Some(&root) {
            return Err(WriteError::Root);
        }
        for (id, width) in partial_tiles(size) {
            self.tile(id.path(width), self.edge.tile(id).unwrap_or_default())?;
        }
        write(&self.folder.join("checkpoint"), checkpoint.as_bytes())?;
        for (size, note) in earlier {
            write(&self.folder.join(format!("checkpoints/{size}")), note.as_bytes())?;
        }
        let reports = [
            ("trial-balance", serde_json::to_vec_pretty(trial_balance)),
            ("income-by-community", serde_json::to_vec_pretty(income)),
        ];
        for (name, report) in reports {
            let path = self.folder.join(format!("reports/{name}.json"));
            let report = report.map_err(|error| WriteError::Io { path: path.clone(), error: error.into() })?;
            write(&path, &report)?;
        }
        Ok(())
    }
}
