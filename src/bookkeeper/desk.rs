//! One book on the writer's desk: its state, the right edge of its tree, and what the current group adds.
//! Deciding is pure and in memory; nothing here touches the store.

use crate::bookkeeper::receipt::{Receipt, RefusedDraft};
use crate::bookkeeper::request::PostRequest;
use crate::chain::Digest;
use crate::chain::tree::Edge;
use crate::collective::Fact;
use crate::collective::reference::FACTS_KEY;
use crate::journal::request::RequestDigest;
use crate::journal::{Declaration, Event, Latest, State, Trial, entry};
use crate::ledger::refusal::{Reason, Refusal};
use crate::ledger::{Draft, Voucher};
use crate::store::Batch;
use crate::store::append::Standing;
use crate::store::load::LoadedBook;
use jiff::civil::Date;
use std::sync::Arc;

/// Refusals reported of one request; the rest would only repeat them.
pub const REFUSALS_MAX: usize = 100;
/// Who 记账 is while people have no accounts of their own.
pub const POSTED_BY: &str = "cunshe";

/// What a request comes to.
#[derive(Default)]
pub struct Decided {
    pub facts: Vec<Event>,
    pub vouchers: Vec<Voucher>,
}

pub struct Desk {
    pub number: i64,
    pub state: State,
    pub edge: Edge,
    /// The leaf that the store's head shows, from before the current group.
    pub stored: crate::chain::Digest,
    pub batch: Batch,
}

impl Desk {
    pub fn new(book: LoadedBook) -> Desk {
        let stored = book.state.latest.leaf;
        Desk { number: book.number, state: book.state, edge: book.edge, stored, batch: Batch::default() }
    }

    /// A desk for a book that has no entry yet.
    pub fn blank(number: i64, state: State) -> Desk {
        Desk { number, state, edge: Edge::new(), stored: Latest::NONE.leaf, batch: Batch::default() }
    }

    pub fn code(&self) -> &str {
        &self.state.book.profile.code
    }

    pub fn standing(&self) -> Standing {
        Standing { latest: self.state.latest, turnover: self.state.book.turnover(), posted: self.state.book.has_posted() }
    }

    /// Decides on everything a request asks: all of it is accepted, or none and the books are as before.
    pub fn decide(&mut self, request: &PostRequest) -> Result<Decided, Vec<RefusedDraft>> {
        // One voucher alone is accepted or leaves no trace; a fact leaves one before its vouchers are judged.
        let may_go_back = !request.facts.is_empty() || request.drafts.len() > 1;
        let before = may_go_back.then(|| (self.state.book.clone(), Arc::clone(&self.state.registers)));
        let (mut decided, mut refused) = (Decided::default(), Vec::new());
        for (index, declaration) in request.facts.iter().enumerate() {
            match self.take_fact(declaration, request) {
                Ok((event, drafts)) => {
                    decided.facts.push(event);
                    self.take_drafts(index, &drafts, request, &mut decided.vouchers, &mut refused);
                }
                Err(refusal) => refused.push(RefusedDraft { index, refusal }),
            }
            if refused.len() >= REFUSALS_MAX {
                break;
            }
        }
        for (index, draft) in request.drafts.iter().enumerate() {
            if refused.len() >= REFUSALS_MAX {
                break;
            }
            self.take_drafts(index, std::slice::from_ref(draft), request, &mut decided.vouchers, &mut refused);
        }
        if refused.is_empty() {
            return Ok(decided);
        }
        if let Some((book, registers)) = before {
            (self.state.book, self.state.registers) = (book, registers);
        }
        Err(refused)
    }

    /// The judge of what comes next.
    fn trial(&mut self) -> Trial<'_> {
        Trial { book: &mut self.state.book, registers: &mut self.state.registers, posted_by: POSTED_BY }
    }

    /// A fact that nothing speaks against is taken in; what it asks to be posted comes back.
    fn take_fact(&mut self, declaration: &Declaration, request: &PostRequest) -> Result<(Event, Vec<Draft>), Refusal> {
        let produced = self.trial().declare(declaration)?;
        let drafts = produced.into_iter().zip(1..).map(|(one, row)| one.into_draft(&request.signatures, &request.key, row));
        Ok((Event::Declaration(Box::new(declaration.clone())), drafts.collect()))
    }

    fn take_drafts(
        &mut self,
        index: usize,
        drafts: &[Draft],
        request: &PostRequest,
        accepted: &mut Vec<Voucher>,
        refused: &mut Vec<RefusedDraft>,
    ) {
        let original = request.original.as_ref().map(|original| &original.voucher);
        let mut trial = self.trial();
        for draft in drafts {
            match trial.judge(draft, original) {
                Ok(voucher) if refused.is_empty() => {
                    trial.take(&voucher);
                    accepted.push(voucher);
                }
                Ok(_) => {}
                Err(refusal) => refused.push(RefusedDraft { index, refusal }),
            }
        }
    }

    /// Seals facts into the group; they stand before the vouchers they ask for.
    pub fn seal_facts(&mut self, facts: Vec<Event>, now: u64) {
        for event in facts {
            let entry = entry::seal(&self.state.id, &mut self.state.latest, &event, now);
            self.batch.tiles.extend(self.edge.push(entry.leaf));
            self.batch.entries.push(entry);
        }
    }

    /// Seals accepted vouchers into the group.
    pub fn seal(&mut self, vouchers: Vec<Voucher>, now: u64) -> Vec<Receipt> {
        let mut receipts = Vec::with_capacity(vouchers.len());
        for voucher in vouchers {
            let (period, number) = (voucher.period, voucher.number);
            let sets = self.state.number_sets(&voucher);
            let event = Event::voucher(voucher);
            let entry = entry::seal(&self.state.id, &mut self.state.latest, &event, now);
            self.batch.tiles.extend(self.edge.push(entry.leaf));
            if let Event::Voucher(voucher) = &event {
                self.batch.projection.add(entry.seq, voucher, sets);
            }
            receipts.push(Receipt::of(self.code(), &entry, period, number));
            self.batch.entries.push(entry);
        }
        receipts
    }

    /// Decides on a declaration and seals it into the group.
    pub fn declare(&mut self, event: &Event, now: u64) -> Result<u64, Refusal> {
        Refusal::unless_empty(self.state.examine(event, None))?;
        self.state.apply(event);
        let entry = entry::seal(&self.state.id, &mut self.state.latest, event, now);
        self.batch.tiles.extend(self.edge.push(entry.leaf));
        let seq = entry.seq;
        self.batch.entries.push(entry);
        Ok(seq)
    }
}

/// The digest of a request, as retries are compared by.
pub fn request_digest(drafts: &[Draft]) -> crate::chain::Digest {
    let mut digest = RequestDigest::default();
    drafts.iter().for_each(|draft| digest.add_draft(draft));
    digest.finish()
}

/// The key of a request that records facts: what they say and when, so that the same facts again are the same request,
/// until a voucher of theirs, or of other facts, was taken back.
pub fn facts_key(facts: &[Fact], date: Date, withdrawals: u64) -> String {
    let mut bytes = format!("{date}/{withdrawals}").into_bytes();
    for fact in facts {
        let (word, record) = (fact.word().as_bytes(), fact.encode());
        for part in [word, &record] {
            bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend_from_slice(part);
        }
    }
    format!("{FACTS_KEY}{}", Digest::of(&bytes))
}

/// A refusal of the whole request by one rule.
pub fn refused_whole(rule: crate::ledger::refusal::Rule) -> Vec<RefusedDraft> {
    vec![RefusedDraft { index: 0, refusal: Refusal { reasons: vec![Reason::whole(rule)] } }]
}
