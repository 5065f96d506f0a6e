//! 审判: the one judge of what comes next in a book. The writer decides by it, files and dry runs are judged by it on a copy
//! of the book, and who reads a journal back follows it event by event: what one accepts or refuses, all do, in the same
//! words.

use crate::collective::{Produced, Registers};
use crate::journal::consequence::Consequences;
use crate::journal::event::{Declaration, Declared, Event};
use crate::journal::replay::{self, LineSets, Original, State};
use crate::ledger::balance::Balances;
use crate::ledger::refusal::{Reason, Refusal};
use crate::ledger::{Book, Draft, Voucher, posting};
use std::sync::Arc;

/// A book and its registers on trial: the writer's own, or copies.
pub struct Trial<'a> {
    pub book: &'a mut Book,
    pub registers: &'a mut Arc<Registers>,
    /// Who 记账 is.
    pub posted_by: &'a str,
}

impl Trial<'_> {
    /// Takes in a declaration that nothing speaks against; gives what it asks to be posted.
    ///
    /// # Errors
    /// Everything that speaks against it; nothing was taken in.
    pub fn declare(&mut self, declaration: &Declaration) -> Result<Vec<Produced>, Refusal> {
        Refusal::unless_empty(replay::examine_declaration(self.book, self.registers, true, declaration))?;
        let produced = match &declaration.declared {
            Declared::Fact(fact) => fact.produce(self.registers, self.book).map_err(Refusal::one)?,
            _ => Vec::new(),
        };
        replay::apply_declaration(self.book, self.registers, declaration);
        Ok(produced)
    }

    /// The voucher that a draft would be next. It is not taken in: see [`Trial::take`].
    ///
    /// # Errors
    /// Everything that speaks against it, accounting and business, each with its line.
    pub fn judge(&self, draft: &Draft, original: Option<&Voucher>) -> Result<Voucher, Refusal> {
        let voucher = posting::voucher_of(self.book, draft, self.posted_by);
        Refusal::unless_empty(replay::examine_voucher(self.book, self.registers, &voucher, original)).map(|()| voucher)
    }

    /// Takes in what [`Trial::judge`] gave.
    pub fn take(&mut self, voucher: &Voucher) {
        self.book.apply_voucher(voucher);
    }
}

/// Follows the next event of a journal that is read back: everything that speaks against it, and what it leaves in the
/// dimension sets. A fact that breaks a rule is not taken into the registers, for their arithmetic relies on what rules let
/// pass; a voucher is, for it stands in the journal whatever it says. `balances` are those before it.
pub fn follow(
    state: &mut State,
    consequences: &mut Consequences,
    balances: &Balances,
    event: &Event,
    original: Option<&Original>,
) -> (Vec<Reason>, LineSets) {
    let mut reasons = state.examine(event, original);
    let is_fact = matches!(event, Event::Declaration(one) if matches!(one.declared, Declared::Fact(_)));
    if is_fact && !reasons.is_empty() {
        return (reasons, LineSets::default());
    }
    reasons.extend(consequences.follow(state, balances, event, original));
    let sets = state.apply(event);
    (reasons, sets)
}
