//! `import`: files into the books. Accounts, codes, openings and vouchers are read here; files of facts are
//! [`crate::bookkeeper::intake`]'s. A file of vouchers is read twice: the first time only to find everything that speaks against
//! it, the second time to post it as one request. The same file again is the same request.

use crate::bookkeeper::desk::POSTED_BY;
use crate::bookkeeper::intake::{FileKind, Imported};
use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, PostError, random_book_id};
use crate::cli::args::{BillOptions, FundsOptions, ImportCommand, ImportFactsOptions, ImportOptions, Place};
use crate::cli::import_business::{counter, facts, shop, take_in};
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::place::{date, find_book};
use crate::cli::print;
use crate::cli::source::{People, Source, print_imported};
use crate::files::refusal::{reasons_at, refusal_reasons};
use crate::files::{BookNames, FileRefusal, Notes, VoucherReader, read_accounts, read_dimensions, read_openings};
use crate::journal::{Declaration, Declared, Trial};
use crate::ledger::Draft;
use crate::ledger::book::BookProfile;
use crate::ledger::refusal::Refusal;
use tokio::sync::mpsc;

/// Vouchers read ahead of the writer: enough to keep it busy, little to hold.
const CHUNK_VOUCHERS: usize = 1_000;

pub async fn run(place: &Place, command: ImportCommand, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    let result = dispatch(place, &bookkeeper, &command).await;
    bookkeeper.close().await;
    let imported = result?;
    if as_json {
        print::json(&imported)?
    } else {
        print_imported(&imported)
    }
    Ok(Ending::Done)
}

async fn dispatch(place: &Place, bookkeeper: &Bookkeeper, command: &ImportCommand) -> Result<Imported, Trouble> {
    let (ImportCommand::Vouchers(options)
    | ImportCommand::Accounts(options)
    | ImportCommand::Dimensions(options)
    | ImportCommand::Openings(options)
    | ImportCommand::ShopDays(options)
    | ImportCommand::Facts(ImportFactsOptions { import: options, .. })
    | ImportCommand::WechatBill(BillOptions { import: options, .. })
    | ImportCommand::AlipayBill(BillOptions { import: options, .. })
    | ImportCommand::WechatFunds(FundsOptions { import: options, .. })
    | ImportCommand::AlipayFunds(FundsOptions { import: options, .. })
    | ImportCommand::Books(options)) = command;
    let ImportOptions { file, book, dry_run, by, approved_by } = options;
    let (source, people) = (Source::file(file), People { by, approved_by });
    let needs_book = !matches!(command, ImportCommand::Books(_));
    if needs_book && book.is_empty() {
        return Err(Trouble::usage("请用 --book 指明账套编码。"));
    }
    if let Some(kind) = file_kind(command)? {
        let day = if let ImportCommand::Facts(facts) = command { facts.date.as_deref() } else { None };
        return take_in(bookkeeper, book, kind, &source, people, day.map(date).transpose()?, *dry_run).await;
    }
    match command {
        ImportCommand::Vouchers(_) => vouchers(bookkeeper, book, &source, *dry_run).await,
        ImportCommand::Accounts(_) => accounts(bookkeeper, book, &source, people, *dry_run).await,
        ImportCommand::Dimensions(_) => dimensions(bookkeeper, book, &source, people, *dry_run).await,
        ImportCommand::Openings(_) => openings(bookkeeper, book, &source, people, *dry_run).await,
        _ => books(place, bookkeeper, &source, people, *dry_run).await,
    }
}

/// What a file of facts is; `None` for the files of the books themselves.
fn file_kind(command: &ImportCommand) -> Result<Option<FileKind>, Trouble> {
    Ok(Some(match command {
        ImportCommand::ShopDays(_) => FileKind::ShopDays,
        ImportCommand::Facts(options) => facts(&options.kind)?,
        ImportCommand::WechatBill(options) => FileKind::WechatBill(counter(options)?),
        ImportCommand::AlipayBill(options) => FileKind::AlipayBill(counter(options)?),
        ImportCommand::WechatFunds(options) => FileKind::WechatFunds(shop(options)?),
        ImportCommand::AlipayFunds(options) => FileKind::AlipayFunds(shop(options)?),
        _ => return Ok(None),
    }))
}

/// The books that a file names.
pub fn read_books(source: &Source) -> Result<Vec<BookProfile>, Trouble> {
    let read = crate::files::read_books(source.open()?).map_err(|refusal| source.refuse(refusal))?;
    Ok(read.into_iter().map(|book| book.profile).collect())
}

async fn books(
    place: &Place,
    bookkeeper: &Bookkeeper,
    source: &Source,
    people: People<'_>,
    dry_run: bool,
) -> Result<Imported, Trouble> {
    let (mut added, mut unchanged) = (0, 0);
    for profile in read_books(source)? {
        if bookkeeper.book(&profile.code).is_some_and(|view| view.book.half_open().is_none()) {
            unchanged += 1;
            continue;
        }
        added += 1;
        if !dry_run {
            bookkeeper.open_book(random_book_id(), profile, people.by).await?;
        }
    }
    place.publish_keys(bookkeeper)?;
    Ok(Imported { what: "账套", added, unchanged, replayed: false, dry_run, notes: Notes::default() })
}

pub async fn accounts(
    bookkeeper: &Bookkeeper,
    book: &str,
    source: &Source,
    people: People<'_>,
    dry_run: bool,
) -> Result<Imported, Trouble> {
    let view = find_book(bookkeeper, book)?;
    let read = read_accounts(source.open()?, &view.chart).map_err(|refusal| source.refuse(refusal))?;
    let added = count(read.accounts.len());
    if !read.accounts.is_empty() {
        judge(&view, source, people.by, Declared::AccountsAdded { accounts: read.accounts.clone() }, &read.rows)?;
        if !dry_run {
            bookkeeper.add_accounts(book, read.accounts, people.by, view.profile.first_period.first_day()).await?;
        }
    }
    Ok(Imported { what: "科目", added, unchanged: u64::from(read.unchanged), replayed: false, dry_run, notes: read.notes })
}

pub async fn dimensions(
    bookkeeper: &Bookkeeper,
    book: &str,
    source: &Source,
    people: People<'_>,
    dry_run: bool,
) -> Result<Imported, Trouble> {
    let view = find_book(bookkeeper, book)?;
    let read = read_dimensions(source.open()?, &view.dimensions).map_err(|refusal| source.refuse(refusal))?;
    let added = count(read.values.len());
    if !read.values.is_empty() {
        judge(&view, source, people.by, Declared::DimensionValuesAdded { values: read.values.clone() }, &read.rows)?;
        if !dry_run {
            bookkeeper.add_dimension_values(book, read.values, people.by, view.profile.first_period.first_day()).await?;
        }
    }
    Ok(Imported {
        what: "辅助核算", added, unchanged: u64::from(read.unchanged), replayed: false, dry_run, notes: read.notes
    })
}

/// Judges a declaration that a file makes, row by row, on a copy of the book.
fn judge(view: &View, source: &Source, by: &str, declared: Declared, rows: &[u32]) -> Result<(), Trouble> {
    let (mut book, mut registers) = view.copies();
    let mut trial = Trial { book: &mut book, registers: &mut registers, posted_by: POSTED_BY };
    let declaration = Declaration { by: by.to_owned(), date: view.profile.first_period.first_day(), declared };
    let Err(Refusal { reasons }) = trial.declare(&declaration) else { return Ok(()) };
    let mut refused = FileRefusal::default();
    refused.add(reasons_at(1, rows, &reasons));
    Err(source.refuse(refused))
}

pub async fn openings(
    bookkeeper: &Bookkeeper,
    book: &str,
    source: &Source,
    people: People<'_>,
    dry_run: bool,
) -> Result<Imported, Trouble> {
    let view = find_book(bookkeeper, book)?;
    let key = source.key()?;
    let names = BookNames { chart: &view.chart, dimensions: &view.dimensions };
    let read = read_openings(source.open()?, names, view.profile.first_period, people.signatures())
        .map_err(|refusal| source.refuse(refusal))?;
    let (lines, voucher) = (count(read.voucher.draft.lines.len()), read.voucher);
    let imported = |replayed, notes| Imported {
        what: "期初余额",
        added: if replayed { 0 } else { lines },
        unchanged: if replayed { lines } else { 0 },
        replayed,
        dry_run,
        notes,
    };
    if bookkeeper.served_count(&view, &key).await? > 0 {
        return Ok(imported(true, read.notes));
    }
    let (mut copy, mut registers) = view.copies();
    let trial = Trial { book: &mut copy, registers: &mut registers, posted_by: POSTED_BY };
    if let Err(refusal) = trial.judge(&voucher.draft, None) {
        let mut refused = FileRefusal::default();
        refused.add(refusal_reasons(voucher.first_row, &voucher.rows, &refusal));
        return Err(source.refuse(refused));
    }
    if !dry_run {
        bookkeeper.post(book, &key, vec![voucher.draft]).await?;
    }
    Ok(imported(false, read.notes))
}

pub async fn vouchers(bookkeeper: &Bookkeeper, book: &str, source: &Source, dry_run: bool) -> Result<Imported, Trouble> {
    let view = find_book(bookkeeper, book)?;
    let key = source.key()?;
    let unchanged = bookkeeper.served_count(&view, &key).await?;
    if unchanged > 0 {
        return Ok(Imported { what: "凭证", added: 0, unchanged, replayed: true, dry_run, notes: Notes::default() });
    }
    let (examined_view, examined_source) = (view.clone(), source.clone());
    let examined =
        tokio::task::spawn_blocking(move || examine(&examined_view, &examined_source)).await.map_err(Trouble::internal)?;
    let (added, notes) = examined?;
    if !dry_run && added > 0 {
        let (chunks, received) = mpsc::channel(2);
        let (sent_view, sent_source) = (view.clone(), source.clone());
        let sender = tokio::task::spawn_blocking(move || send(&sent_view, &sent_source, &chunks));
        let posted = bookkeeper.stream(book, &key, received).await;
        sender.await.map_err(Trouble::internal)??;
        match posted {
            Ok(_) => {}
            Err(PostError::KeyTaken { .. }) => {
                return Ok(Imported { what: "凭证", added: 0, unchanged: added, replayed: true, dry_run, notes });
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Imported { what: "凭证", added, unchanged: 0, replayed: false, dry_run, notes })
}

/// The first reading: everything that speaks against the file, judged on a copy of the book.
fn examine(view: &View, source: &Source) -> Result<(u64, Notes), Trouble> {
    let (mut book, mut registers) = view.copies();
    let mut trial = Trial { book: &mut book, registers: &mut registers, posted_by: POSTED_BY };
    let names = BookNames { chart: &view.chart, dimensions: &view.dimensions };
    let mut reader = VoucherReader::new(source.open()?, names).map_err(|refusal| source.refuse(refusal))?;
    let (mut refusal, mut count) = (FileRefusal::default(), 0_u64);
    for read in &mut reader {
        let reasons = match read {
            Err(reasons) => reasons,
            Ok(voucher) => match trial.judge(&voucher.draft, None) {
                Ok(accepted) => {
                    trial.take(&accepted);
                    count = count.saturating_add(1);
                    continue;
                }
                Err(refused) => refusal_reasons(voucher.first_row, &voucher.rows, &refused),
            },
        };
        if !refusal.add(reasons) {
            break;
        }
    }
    refusal.unless_empty().map_err(|refusal| source.refuse(refusal))?;
    Ok((count, reader.notes().clone()))
}

/// The second reading: vouchers to the writer, and the empty chunk that says the file is whole.
fn send(view: &View, source: &Source, chunks: &mpsc::Sender<Vec<Draft>>) -> Result<(), Trouble> {
    let names = BookNames { chart: &view.chart, dimensions: &view.dimensions };
    let mut reader = VoucherReader::new(source.open()?, names).map_err(|refusal| source.refuse(refusal))?;
    let mut chunk = Vec::with_capacity(CHUNK_VOUCHERS);
    for read in &mut reader {
        let Ok(voucher) = read else {
            return Err(Trouble::environment(
                "file_changed",
                format!("文件 {} 在导入过程中被改动，什么都没有记。请重试。", source.name),
            ));
        };
        chunk.push(voucher.draft);
        if chunk.len() == CHUNK_VOUCHERS {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_VOUCHERS));
            // The writer stopped listening: it has its own reason, which the caller reports.
            if chunks.blocking_send(full).is_err() {
                return Ok(());
            }
        }
    }
    if chunk.is_empty() || chunks.blocking_send(chunk).is_ok() {
        let _ = chunks.blocking_send(Vec::new());
    }
    Ok(())
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
