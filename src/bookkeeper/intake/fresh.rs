//! What a file has that the journal has not: judged on a copy of the book, as the writer will judge it.

use crate::bookkeeper::desk::POSTED_BY;
use crate::bookkeeper::view::View;
use crate::collective::Fact;
use crate::collective::reference::FACTS_KEY;
use crate::files::refusal::{FileReason, FileRefusal};
use crate::journal::{Declaration, Declared, Trial};
use crate::ledger::refusal::{Reason, Refusal};
use crate::ledger::voucher::Signatures;
use jiff::civil::Date;
use std::collections::HashMap;

/// What a book's journal holds: for each fact its newest place, and for each word the newest place of a withdrawal.
#[derive(Default)]
pub struct Recorded {
    facts: HashMap<(&'static str, Vec<u8>), usize>,
    withdrawn: HashMap<String, usize>,
}

impl Recorded {
    pub fn of(facts: Vec<Fact>) -> Recorded {
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

/// The facts that are new with their rows, judged with their vouchers on a copy of the book; everything that speaks against
/// them, by row. A fact that was recorded and perhaps taken back is new if the registers would take it.
pub fn fresh(
    view: &View,
    rows: impl Iterator<Item = (Fact, u32)>,
    recorded: &Recorded,
    date: Date,
    signatures: &Signatures,
) -> Result<Vec<(Fact, u32)>, FileRefusal> {
    let (mut book, mut registers) = view.copies();
    let mut trial = Trial { book: &mut book, registers: &mut registers, posted_by: POSTED_BY };
    let (mut fresh, mut refusal) = (Vec::new(), FileRefusal::default());
    for (fact, row) in rows {
        let before = recorded.standing(&fact);
        if before == Some(true) {
            continue;
        }
        match take(&mut trial, &fact, date, signatures) {
            Ok(()) => fresh.push((fact, row)),
            Err(_) if before.is_some() => {}
            Err(Refusal { reasons }) => {
                if !refusal.add(told(row, &reasons)) {
                    break;
                }
            }
        }
    }
    refusal.unless_empty()?;
    Ok(fresh)
}

/// What speaks against the fact of a row.
pub fn told(row: u32, reasons: &[Reason]) -> impl Iterator<Item = FileReason> {
    reasons.iter().map(move |reason| FileReason::row(row, reason.rule.code(), reason.rule.message()))
}

/// Takes a fact and its vouchers into the copy.
fn take(trial: &mut Trial, fact: &Fact, date: Date, signatures: &Signatures) -> Result<(), Refusal> {
    let declaration = Declaration { by: signatures.prepared_by.clone(), date, declared: Declared::Fact(Box::new(fact.clone())) };
    for (one, row) in trial.declare(&declaration)?.into_iter().zip(1..) {
        let voucher = trial.judge(&one.into_draft(signatures, FACTS_KEY, row), None)?;
        trial.take(&voucher);
    }
    Ok(())
}
