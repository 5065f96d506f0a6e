//! `import facts`: a file of facts of one kind, recorded together or not at all. What the journal holds already is counted and
//! left alone.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::view::View;
use crate::cli::outcome::Trouble;
use crate::cli::place::find_book;
use crate::cli::source::{Imported, People, Source};
use crate::collective::Fact;
use crate::files::facts::schema::{Kind, kinds};
use crate::files::refusal::{FileReason, FileRefusal};
use crate::files::{Notes, read_facts};
use crate::ledger::posting;
use crate::ledger::refusal::{Reason, Refusal};
use crate::ledger::voucher::Signatures;
use jiff::civil::Date;
use std::collections::HashMap;

/// The kind of a fact's word.
pub fn kind(word: &str) -> Result<&'static Kind, Trouble> {
    let known = || kinds().iter().map(|kind| kind.word).collect::<Vec<_>>().join("、");
    let found = kinds().iter().find(|kind| kind.word == word);
    found.ok_or_else(|| Trouble::usage(format!("没有可以用表格导入的业务事实 {word}。可用：{}。", known())))
}

/// Records every fact of a file that is new, or none of them. Without a date it is the latest day that the file names.
pub async fn facts(
    bookkeeper: &Bookkeeper,
    book: &str,
    kind: &'static Kind,
    source: &Source,
    people: People<'_>,
    date: Option<Date>,
    dry_run: bool,
) -> Result<Imported, Trouble> {
    find_book(bookkeeper, book)?;
    let read = read_facts(kind, source.open()?).map_err(|refusal| source.refuse(refusal))?;
    let latest = date.or(read.latest);
    let read = FromFile { what: "业务事实", facts: read.facts, rows: read.rows, latest, notes: read.notes };
    record_new(bookkeeper, book, source, people, dry_run, read).await
}

/// Facts that a file holds, each with the row that stands for it.
pub struct FromFile {
    /// What people call them.
    pub what: &'static str,
    pub facts: Vec<Fact>,
    pub rows: Vec<u32>,
    /// The day that dates the request.
    pub latest: Option<Date>,
    pub notes: Notes,
}

/// Records every fact of a file that is new, or none of them: the one way from a file to facts.
pub async fn record_new(
    bookkeeper: &Bookkeeper,
    book: &str,
    source: &Source,
    people: People<'_>,
    dry_run: bool,
    read: FromFile,
) -> Result<Imported, Trouble> {
    let view = find_book(bookkeeper, book)?;
    let all = read.facts.len();
    let recorded = Recorded::of(bookkeeper.facts(&view).await?);
    let signatures =
        Signatures { prepared_by: people.by.into(), approved_by: people.approved_by.into(), ..Signatures::default() };
    let rows = read.facts.into_iter().zip(read.rows);
    let fresh = news(&view, rows, &recorded, &signatures).map_err(|refusal| source.refuse(refusal))?;
    let added = fresh.len();
    if added > 0 && !dry_run {
        let date = read.latest.unwrap_or_else(|| bookkeeper.clock().today());
        // A distribution is held against the books as they stand before it, so each is a request of its own.
        let requests =
            if fresh.iter().any(Fact::distributes) { fresh.into_iter().map(|fact| vec![fact]).collect() } else { vec![fresh] };
        for facts in requests {
            bookkeeper.record(book, facts, date, signatures.clone()).await?;
        }
    }
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let replayed = all > 0 && added == 0;
    Ok(Imported { what: read.what, added: count(added), unchanged: count(all - added), replayed, dry_run, notes: read.notes })
}

/// What a book's journal holds: for each fact its newest place, and for each word the newest place of a withdrawal.
#[derive(Default)]
struct Recorded {
    facts: HashMap<(&'static str, Vec<u8>), usize>,
    withdrawn: HashMap<String, usize>,
}

impl Recorded {
    fn of(facts: Vec<Fact>) -> Recorded {
        let mut recorded = Recorded::default();
        for (place, fact) in facts.iter().enumerate() {
            if let Fact::Withdrawn(withdrawal) = fact {
                let word = withdrawal.reference.split('/').next().unwrap_or_default();
                recorded.withdrawn.insert(word.to_owned(), place);
            }
            recorded.facts.insert((fact.word(), fact.encode()), place);
        }
        recorded
    }

    /// Whether the very same fact was recorded; and if so, whether nothing of its word was taken back since.
    fn standing(&self, fact: &Fact) -> Option<bool> {
        let place = self.facts.get(&(fact.word(), fact.encode()))?;
        Some(self.withdrawn.get(fact.word()).is_none_or(|withdrawn| withdrawn < place))
    }
}

/// The facts that are new, judged with their vouchers on a copy of the book; everything that speaks against them, by row. A
/// fact that was recorded and perhaps taken back is new if the registers would take it.
fn news(
    view: &View,
    rows: impl Iterator<Item = (Fact, u32)>,
    recorded: &Recorded,
    signatures: &Signatures,
) -> Result<Vec<Fact>, FileRefusal> {
    let (mut copy, mut fresh, mut refusal) = (view.clone(), Vec::new(), FileRefusal::default());
    for (fact, row) in rows {
        let before = recorded.standing(&fact);
        if before == Some(true) {
            continue;
        }
        match take(&mut copy, &fact, signatures) {
            Ok(()) => fresh.push(fact),
            Err(_) if before.is_some() => {}
            Err(reasons) => {
                let told = reasons.iter().map(|reason| FileReason::row(row, reason.rule.code(), reason.rule.message()));
                if !refusal.add(told) {
                    break;
                }
            }
        }
    }
    refusal.unless_empty()?;
    Ok(fresh)
}

/// Takes a fact and its vouchers into the copy, as the writer will.
fn take(copy: &mut View, fact: &Fact, signatures: &Signatures) -> Result<(), Vec<Reason>> {
    let whole = |rules: Vec<_>| rules.into_iter().map(Reason::whole).collect::<Vec<_>>();
    let rules = fact.examine(&copy.registers, &copy.book);
    if !rules.is_empty() {
        return Err(whole(rules));
    }
    let produced = fact.produce(&copy.registers, &copy.book).map_err(|rule| whole(vec![rule]))?;
    fact.apply(std::sync::Arc::make_mut(&mut copy.registers));
    for (one, row) in produced.into_iter().zip(1..) {
        let accepted = posting::accept(&copy.book, &one.into_draft(signatures, "", row), "", None);
        let voucher = accepted.map_err(|Refusal { reasons }| reasons)?;
        let found = copy.registers.examine_voucher(&voucher, &copy.book);
        if !found.is_empty() {
            return Err(found.into_iter().map(|(line, rule)| Reason::at(line, rule)).collect());
        }
        std::sync::Arc::make_mut(&mut copy.book).apply_voucher(&voucher);
    }
    Ok(())
}
