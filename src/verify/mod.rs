//! 核验: the auditor's door. Reads an audit package from a folder and judges it by the journal's own rules, with nothing
//! trusted but what the auditor brings: the key, earlier checkpoints, receipts.
//!
//! The room touches files and nothing else: no database, no network, no clock but for its own speed. Start with
//! [`run`]; the steps are in [`book`], how a package is read in [`reader`] and [`pipeline`], how one is written in
//! [`mod@write`].

pub mod book;
pub mod pipeline;
pub mod reader;
pub mod report;
pub mod trust;
pub mod write;

pub use report::{Finding, Report};
pub use write::{PackageWriter, WriteError, write_readme};

use std::path::PathBuf;
use std::time::Instant;

/// What the auditor types.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub package: PathBuf,
    /// Verifier keys, as text or as files that hold one.
    pub keys: Vec<String>,
    pub checkpoints: Vec<PathBuf>,
    pub receipts: Vec<PathBuf>,
}

/// Verifies and prints; gives the exit code (see `docs/journal-format.md` §8).
pub fn run(request: &Request, json: bool) -> u8 {
    let begin = Instant::now();
    let mut report = match trust::Trust::read(request) {
        Ok(trust) => verify(request, &trust),
        Err(finding) => Report::of(finding),
    };
    report.elapsed = begin.elapsed();
    if json {
        report.print_json()
    } else {
        report.print()
    }
    report.exit_code()
}

/// Verifies every book of a package.
pub fn verify(request: &Request, trust: &trust::Trust) -> Report {
    let mut report = Report::default();
    let folders = match reader::book_folders(&request.package) {
        Ok(folders) => folders,
        Err(error) => {
            let message = format!("读不了审计包 {}：{error}。请检查路径。", request.package.display());
            return Report::of(Finding::new(9, "package_unreadable", message));
        }
    };
    if folders.is_empty() {
        return Report::of(Finding::new(9, "package_empty", "审计包里没有账套。什么都没有核验。"));
    }
    for folder in folders {
        report.books.push(book::verify(&folder, trust));
    }
    trust.report_unused(&mut report);
    report
}
