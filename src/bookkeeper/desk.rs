//! One book on the writer's desk: its state, the right edge of its tree, and what the current group adds.
//! Deciding is pure and in memory; nothing here touches the store.

use crate::bookkeeper::receipt::{Receipt, RefusedDraft};
use crate::chain::tree::Edge;
use crate::journal::request::RequestDigest;
use crate::journal::{Event, Latest, Original, State, entry};
use crate::ledger::refusal::{Reason, Refusal};
use crate::ledger::{Draft, Voucher, posting};
use crate::store::Batch;
use crate::store::append::Standing;
use crate::store::load::LoadedBook;

/// Refusals reported of one request; the rest would only repeat them.
pub const REFUSALS_MAX: usize = 100;
/// Who 记账 is while people have no accounts of their own.
pub const POSTED_BY: &str = "cunshe";

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

    /// Decides on all vouchers of a request: all of them are accepted, or none and the books are as before.
    pub fn decide(&mut self, drafts: &[Draft], original: Option<&Original>) -> Result<Vec<Voucher>, Vec<RefusedDraft>> {
        let before = (drafts.len() > 1).then(|| self.state.book.clone());
        let (mut accepted, mut refused) = (Vec::with_capacity(drafts.len()), Vec::new());
        for (index, draft) in drafts.iter().enumerate() {
            match posting::accept(&self.state.book, draft, POSTED_BY, original.map(|original| &original.voucher)) {
                Ok(voucher) if refused.is_empty() => {
                    self.state.book.apply_voucher(&voucher);
                    accepted.push(voucher);
                }
                Ok(_) => {}
                Err(refusal) => refused.push(RefusedDraft { index, refusal }),
            }
            if refused.len() >= REFUSALS_MAX {
                break;
            }
        }
        if refused.is_empty() {
            return Ok(accepted);
        }
        if let Some(before) = before {
            self.state.book = before;
        }
        Err(refused)
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

/// A refusal of the whole request by one rule.
pub fn refused_whole(rule: crate::ledger::refusal::Rule) -> Vec<RefusedDraft> {
    vec![RefusedDraft { index: 0, refusal: Refusal { reasons: vec![Reason::whole(rule)] } }]
}
