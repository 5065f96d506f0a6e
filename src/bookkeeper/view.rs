//! What readers see of each book without asking the writer: a snapshot that is replaced after every commit.

use crate::bookkeeper::desk::Desk;
use crate::chain::Digest;
use crate::collective::Registers;
use crate::collective::registers::Asked;
use crate::journal::Latest;
use crate::ledger::book::BookProfile;
use crate::ledger::dimension::DimensionRegister;
use crate::ledger::{Book, Chart, Period};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

/// A book as of its latest commit.
#[derive(Clone, Debug)]
pub struct View {
    pub number: i64,
    pub id: Uuid,
    pub profile: BookProfile,
    pub chart: Arc<Chart>,
    pub dimensions: Arc<DimensionRegister>,
    /// Opened periods; `true` once closed.
    pub periods: Vec<(Period, bool)>,
    pub latest: Latest,
    /// Root of the tree over all entries.
    pub root: Digest,
    pub verifier_key: String,
    /// What the facts of the business add up to.
    pub registers: Arc<Registers>,
    /// The rules' own view, for dry runs.
    pub book: Arc<Book>,
}

impl View {
    /// A book as its desk holds it now.
    pub(super) fn of(desk: &Desk) -> View {
        let book = &desk.state.book;
        View {
            number: desk.number,
            id: desk.state.id,
            profile: book.profile.clone(),
            chart: Arc::clone(&book.chart),
            dimensions: Arc::clone(&book.dimensions),
            periods: book.periods().collect(),
            latest: desk.state.latest,
            root: desk.edge.root(),
            verifier_key: desk.state.verifier_key.clone(),
            registers: Arc::clone(&desk.state.registers),
            book: Arc::new(book.clone()),
        }
    }

    /// Copies of the book and its registers, to judge on.
    pub fn copies(&self) -> (Book, Arc<Registers>) {
        ((*self.book).clone(), Arc::clone(&self.registers))
    }

    /// What registers are asked of, on a day.
    pub fn asked(&self, day: Date) -> Asked<'_> {
        let View { registers, dimensions, profile, .. } = self;
        Asked { registers, dimensions, first_period: profile.first_period, day }
    }
}

#[derive(Default)]
pub struct Views {
    books: RwLock<BTreeMap<String, Arc<View>>>,
    forked: RwLock<HashSet<String>>,
}

impl Views {
    pub fn get(&self, code: &str) -> Option<Arc<View>> {
        self.books.read().unwrap_or_else(PoisonError::into_inner).get(code).cloned()
    }

    /// Every book, by code.
    pub fn all(&self) -> Vec<Arc<View>> {
        self.books.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(super) fn publish(&self, view: View) {
        let code = view.profile.code.clone();
        self.books.write().unwrap_or_else(PoisonError::into_inner).insert(code, Arc::new(view));
    }

    /// A forked book is read-only: it holds less than was signed for it.
    pub fn is_forked(&self, code: &str) -> bool {
        self.forked.read().unwrap_or_else(PoisonError::into_inner).contains(code)
    }

    pub(super) fn mark_forked(&self, code: &str) {
        self.forked.write().unwrap_or_else(PoisonError::into_inner).insert(code.to_owned());
    }
}
