//! A file to be imported, the people behind it, and what came of it.

use crate::bookkeeper::intake::Imported;
use crate::chain::Digest;
use crate::cli::outcome::Trouble;
use crate::cli::print::say;
use crate::files::FileRefusal;
use crate::ledger::voucher::Signatures;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

/// Where a file's bytes come from; it can be read more than once.
#[derive(Clone)]
pub struct Source {
    pub name: String,
    place: SourcePlace,
}

#[derive(Clone)]
enum SourcePlace {
    File(PathBuf),
    Bytes(&'static [u8]),
}

/// Who prepares and who approves what a file does not sign itself.
#[derive(Clone, Copy)]
pub struct People<'a> {
    pub by: &'a str,
    pub approved_by: &'a str,
}

impl People<'_> {
    pub fn signatures(self) -> Signatures {
        Signatures { prepared_by: self.by.into(), approved_by: self.approved_by.into(), ..Signatures::default() }
    }
}

impl Source {
    pub fn file(path: &Path) -> Source {
        Source { name: path.display().to_string(), place: SourcePlace::File(path.to_owned()) }
    }

    pub fn bytes(name: &str, bytes: &'static [u8]) -> Source {
        Source { name: name.to_owned(), place: SourcePlace::Bytes(bytes) }
    }

    pub fn open(&self) -> Result<Box<dyn Read + Send>, Trouble> {
        match &self.place {
            SourcePlace::Bytes(bytes) => Ok(Box::new(Cursor::new(*bytes))),
            SourcePlace::File(path) => match std::fs::File::open(path) {
                Ok(file) => Ok(Box::new(file)),
                Err(error) => {
                    Err(Trouble::environment("file_unreadable", format!("打不开文件 {}：{error}。请检查路径和权限。", self.name)))
                }
            },
        }
    }

    /// The idempotency key of this file: what it holds, not what it is called.
    pub fn key(&self) -> Result<String, Trouble> {
        use sha2::Digest as _;
        let (mut reader, mut hash, mut buffer) = (self.open()?, sha2::Sha256::new(), vec![0; 64 * 1024]);
        loop {
            let read = reader
                .read(&mut buffer)
                .map_err(|error| Trouble::environment("file_unreadable", format!("读文件 {} 出错：{error}。", self.name)))?;
            if read == 0 {
                return Ok(format!("file:{}", Digest::from_bytes(hash.finalize().into())));
            }
            hash.update(&buffer[..read]);
        }
    }

    pub fn refuse(&self, refusal: FileRefusal) -> Trouble {
        let refusal = refusal.of_file(&self.name);
        let code = refusal.reasons.first().map_or("file_refused", |reason| reason.code).to_owned();
        let mut details: Vec<String> = refusal.reasons.iter().map(ToString::to_string).collect();
        if refusal.more {
            details.push("其余从略，请先改正以上各处。".into());
        }
        Trouble { exit: 10, code, message: format!("{}：", refusal.outcome()), details }
    }
}

/// What an import did, for people.
pub fn print_imported(imported: &Imported) {
    let Imported { what, added, unchanged, notes, .. } = imported;
    match (imported.replayed, imported.dry_run) {
        (true, _) => say!("这个文件以前导入过，这次没有再记（{unchanged} 项）。"),
        (false, true) => say!("检查通过：可导入{what} {added} 项，已有 {unchanged} 项。没有记账。"),
        (false, false) => say!("已导入{what} {added} 项，已有 {unchanged} 项。"),
    }
    if !notes.ignored_columns.is_empty() {
        say!("未使用的列：{}", notes.ignored_columns.join("、"));
    }
    if notes.skipped_count > 0 {
        say!("跳过合计等 {} 行：{:?}", notes.skipped_count, notes.skipped_rows);
    }
    for remark in &notes.remarks {
        say!("{remark}");
    }
}
