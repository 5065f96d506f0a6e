//! Reading a journal back into the books. The writer and the verifier hold the same [`State`]: the one asks
//! [`State::examine`] before it seals an event, the other before it believes one.

use crate::chain::Digest;
use crate::collective::Registers;
use crate::journal::entry::Latest;
use crate::journal::event::{Declaration, Declared, Event};
use crate::ledger::balance::DimensionSets;
use crate::ledger::book::{Book, by_rule, name_rule};
use crate::ledger::refusal::{Reason, Rule};
use crate::ledger::{DimensionSet, Voucher, posting};
use std::sync::Arc;
use uuid::Uuid;

/// A book in the middle of its journal.
#[derive(Clone, Debug)]
pub struct State {
    pub id: Uuid,
    pub book: Book,
    pub latest: Latest,
    /// Dimension sets in order of first appearance: what projections number them by.
    pub sets: DimensionSets,
    /// What the facts of the business add up to; shared with readers, replaced when a fact is recorded.
    pub registers: Arc<Registers>,
    pub verifier_key: String,
}

/// What a voucher adds to the dimension sets: the number of each line's set, and the sets that are new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineSets {
    pub numbers: Vec<u32>,
    pub fresh: Vec<(u32, DimensionSet)>,
}

/// A voucher that a reversal may take back, with the leaf of its entry.
#[derive(Clone, Debug)]
pub struct Original {
    pub voucher: Voucher,
    pub leaf: Digest,
}

impl State {
    /// The state before a book's first entry, made from that entry's declaration.
    pub fn before_first(id: Uuid, opening: &Declaration) -> Result<State, Rule> {
        match &opening.declared {
            Declared::BookOpened { profile, verifier_key } => Ok(State {
                id,
                book: Book::new(profile.clone()),
                latest: Latest::NONE,
                sets: DimensionSets::default(),
                registers: Arc::new(Registers::of_book(profile.first_period.first_day())),
                verifier_key: verifier_key.clone(),
            }),
            _ => Err(Rule::BookNotOpened),
        }
    }

    /// Everything that speaks against the event being the next one. `original` is asked for by reversals.
    pub fn examine(&self, event: &Event, original: Option<&Original>) -> Vec<Reason> {
        match event {
            Event::Voucher(voucher) => {
                let named =
                    original.filter(|original| voucher.reverses.as_ref().is_some_and(|r| r.leaf == *original.leaf.as_bytes()));
                examine_voucher(&self.book, &self.registers, voucher, named.map(|original| &original.voucher))
            }
            Event::Declaration(declaration) => examine_declaration(&self.book, &self.registers, self.latest.seq > 0, declaration),
        }
    }

    /// Takes in an event that [`State::examine`] found nothing against. The caller moves `latest`.
    pub fn apply(&mut self, event: &Event) -> LineSets {
        match event {
            Event::Voucher(voucher) => {
                self.book.apply_voucher(voucher);
                self.number_sets(voucher)
            }
            Event::Declaration(declaration) => {
                self.apply_declaration(declaration);
                LineSets::default()
            }
        }
    }

    /// Takes in a declaration: all that a store replays at its start.
    pub fn apply_declaration(&mut self, declaration: &Declaration) {
        apply_declaration(&mut self.book, &mut self.registers, declaration);
    }

    /// Numbers the dimension sets of a voucher's lines, taking in those that are new.
    pub fn number_sets(&mut self, voucher: &Voucher) -> LineSets {
        let mut sets = LineSets { numbers: Vec::with_capacity(voucher.lines.len()), fresh: Vec::new() };
        for line in &voucher.lines {
            let (number, is_new) = self.sets.number(&line.dimensions);
            if is_new {
                sets.fresh.push((number, line.dimensions.clone()));
            }
            sets.numbers.push(number);
        }
        sets
    }
}

/// What accounting and the business have against a voucher being the next one.
pub(crate) fn examine_voucher(book: &Book, registers: &Registers, voucher: &Voucher, original: Option<&Voucher>) -> Vec<Reason> {
    let mut reasons = posting::examine(book, voucher, original);
    reasons.extend(registers.examine_voucher(voucher, book).into_iter().map(|(line, rule)| Reason::at(line, rule)));
    reasons
}

/// What speaks against a declaration being the next entry; `opened` tells that the book has one.
pub(crate) fn examine_declaration(book: &Book, registers: &Registers, opened: bool, declaration: &Declaration) -> Vec<Reason> {
    let whole = |rule: Option<Rule>| rule.map(Reason::whole).into_iter().collect::<Vec<_>>();
    let mut reasons = match &declaration.declared {
        Declared::BookOpened { profile, .. } => whole(
            opened
                .then_some(Rule::BookAlreadyOpened)
                .or_else(|| name_rule("账套名称", &profile.name))
                .or_else(|| name_rule("单位名称", &profile.organisation)),
        ),
        _ if !opened => whole(Some(Rule::BookNotOpened)),
        Declared::AccountsAdded { accounts } => book.examine_accounts(accounts),
        Declared::AccountClosed { account } => whole(book.chart.examine_close(account)),
        Declared::DimensionValuesAdded { values } => book.examine_dimension_values(values),
        Declared::YearOpened { year } => whole(book.examine_year_opened(*year)),
        Declared::PeriodClosed { period } => whole(book.examine_period_closed(*period)),
        Declared::Fact(fact) => fact.examine(registers, book).into_iter().map(Reason::whole).collect(),
    };
    reasons.extend(whole(by_rule(&declaration.by)));
    reasons
}

/// Takes in a declaration that nothing speaks against.
pub(crate) fn apply_declaration(book: &mut Book, registers: &mut Arc<Registers>, declaration: &Declaration) {
    match &declaration.declared {
        Declared::BookOpened { .. } => {}
        Declared::AccountsAdded { accounts } => book.apply_accounts(accounts),
        Declared::AccountClosed { account } => book.apply_account_closed(account),
        Declared::DimensionValuesAdded { values } => book.apply_dimension_values(values),
        Declared::YearOpened { year } => book.apply_year_opened(*year),
        Declared::PeriodClosed { period } => book.apply_period_closed(*period),
        Declared::Fact(fact) => fact.apply(Arc::make_mut(registers)),
    }
}
