//! `export`: what leaves the house. The audit package for those who verify, journals for those who compute.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::report::covered;
use crate::bookkeeper::view::View;
use crate::cli::args::{ExportCommand, Place};
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::place::find_book;
use crate::cli::print;
use crate::cli::print::say;
use crate::files::{ExportError, Format, JournalWriter};
use crate::ledger::statement::GroupBy;
use crate::store::StoreError;
use serde_json::json;
use std::io::BufWriter;
use std::path::Path;
use std::slice;
use std::sync::Arc;

/// Entries read at a time; a whole number of the package's bundles.
const PAGE: u64 = 4_096;

pub async fn run(place: &Place, command: ExportCommand, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    let summary = match command {
        ExportCommand::Package { out, book } => {
            let views =
                covered(&bookkeeper, book.as_deref()).ok_or_else(|| Trouble::no_book(book.as_deref().unwrap_or_default()))?;
            let mut sizes = serde_json::Map::new();
            for view in &views {
                let size = package(&bookkeeper, view, &out).await?;
                sizes.insert(view.profile.code.clone(), json!(size));
            }
            crate::verify::write_readme(&out).map_err(|error| cannot_write(&out, &error))?;
            json!({ "out": out, "entries": sizes })
        }
        ExportCommand::Journal { book, format, out } => {
            let view = find_book(&bookkeeper, &book)?;
            let format = Format::parse(&format).ok_or_else(|| Trouble::usage("格式只能是 csv、hledger 或 beancount。"))?;
            let vouchers = journal(&bookkeeper, &view, format, &out).await?;
            json!({ "out": out, "format": format.word(), "vouchers": vouchers })
        }
        ExportCommand::Proof { book, seq, out } => {
            find_book(&bookkeeper, &book)?;
            let proof = bookkeeper.proof(&book, seq).await?;
            std::fs::write(&out, proof.encode()).map_err(|error| cannot_write(&out, &error))?;
            json!({ "out": out, "seq": seq })
        }
    };
    bookkeeper.close().await;
    if as_json {
        print::json(&summary)?;
    } else {
        say!("已导出：{summary}");
    }
    Ok(Ending::Done)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::environment("file_unwritable", format!("不能写 {}：{error}。请检查路径、权限和磁盘空间。", path.display()))
}

/// Writes one book of an audit package under a checkpoint signed now; gives its size.
async fn package(bookkeeper: &Bookkeeper, view: &Arc<View>, out: &Path) -> Result<u64, Trouble> {
    let (view, note) = bookkeeper.checkpoint(&view.profile.code).await?;
    let size = view.latest.seq;
    let mut writer = crate::verify::PackageWriter::create(out, &view.profile.code).map_err(Trouble::from)?;
    let mut first = 1;
    while first <= size {
        let page = bookkeeper.store().entries(view.number, first, PAGE.min(size - first + 1)).await?;
        for entry in &page {
            writer.entry(&entry.head, &entry.body).map_err(Trouble::from)?;
        }
        first += PAGE;
    }
    let earlier: Vec<(u64, String)> =
        bookkeeper.store().checkpoints(view.number).await?.into_iter().filter(|(signed, _)| *signed < size).collect();
    let range = Bookkeeper::whole_range(&view);
    let trial_balance = bookkeeper.trial_balance(&view, range, None).await?;
    let income = bookkeeper.income_by_community(slice::from_ref(&view), range, GroupBy::Nothing).await?;
    writer.finish(&note, &earlier, &trial_balance, &income).map_err(Trouble::from)?;
    Ok(size)
}

/// A journal's own errors and the store's, on their way to the person.
enum JournalError {
    Store(StoreError),
    Export(ExportError),
}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> JournalError {
        JournalError::Store(error)
    }
}

async fn journal(bookkeeper: &Bookkeeper, view: &View, format: Format, out: &Path) -> Result<u64, Trouble> {
    let told = |error: JournalError| match error {
        JournalError::Store(error) => Trouble::from(error),
        JournalError::Export(ExportError::Io(error)) => cannot_write(out, &error),
        JournalError::Export(error) => Trouble::internal(error),
    };
    let file = std::fs::File::create(out).map_err(|error| cannot_write(out, &error))?;
    let begun = JournalWriter::begin(format, BufWriter::new(file), &view.chart, &view.profile);
    let mut writer = begun.map_err(|error| told(JournalError::Export(error)))?;
    let mut count = 0_u64;
    let visited = bookkeeper
        .each_voucher(view, |voucher, stored| {
            count = count.saturating_add(1);
            writer.voucher(voucher, stored.seq).map_err(JournalError::Export)
        })
        .await;
    visited.map_err(told)?;
    writer.finish().map_err(|error| told(JournalError::Export(error)))?;
    Ok(count)
}
