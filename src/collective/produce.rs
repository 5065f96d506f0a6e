//! 业务生成凭证: what a fact asks to be posted, and the lines of it. The patterns themselves stand with the facts in
//! [`crate::collective::record`]. The reference ties a voucher to its fact; taking the voucher back takes the fact's
//! effect back.

use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::ledger::refusal::Rule;
use crate::ledger::voucher::{Signatures, Source};
use crate::ledger::{AccountCode, Amount, Book, Dimension, DimensionCode, DimensionSet, Draft, DraftLine, Purpose, Side, Word};
use jiff::civil::Date;

/// What a fact asks to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Produced {
    /// `<word of the fact>/<what it is about>`: stands in the voucher's source.
    pub reference: String,
    pub date: Date,
    pub memo: String,
    pub lines: Vec<DraftLine>,
}

impl Produced {
    /// The draft, signed and tied to its request. What proves it (a contract, a handover, a bank slip) is one document.
    pub fn into_draft(self, signatures: &Signatures, key: &str, row: u32) -> Draft {
        Draft {
            date: self.date,
            period: None,
            word: Word::General,
            purpose: Purpose::Ordinary,
            memo: self.memo,
            lines: self.lines,
            attachment_count: 1,
            attachments: Vec::new(),
            signatures: signatures.clone(),
            source: Source { key: key.to_owned(), reference: self.reference, row },
            reverses: None,
        }
    }
}

/// Lines of one draft in the making.
pub struct Lines<'a> {
    pub registers: &'a Registers,
    book: &'a Book,
    lines: Vec<DraftLine>,
}

pub type Tags<'a> = &'a [(Dimension, &'a DimensionCode)];

impl<'a> Lines<'a> {
    pub fn new(registers: &'a Registers, book: &'a Book) -> Lines<'a> {
        Lines { registers, book, lines: Vec::new() }
    }

    pub fn done(self) -> Vec<DraftLine> {
        self.lines
    }

    /// Adds a line unless its amount is zero.
    fn add(&mut self, role: Role, side: Side, amount: Amount, tags: Tags) -> Result<(), Rule> {
        if amount.is_zero() {
            return Ok(());
        }
        let account = self.registers.roles.account(role)?;
        let mut dimensions = DimensionSet::new();
        for (dimension, code) in tags {
            dimensions.insert(*dimension, (*code).clone());
        }
        if let Some(street) = self.street(account, &dimensions) {
            dimensions.insert(Dimension::Street, street);
        }
        self.lines.push(DraftLine { account, side, amount, dimensions, memo: String::new() });
        Ok(())
    }

    /// Where an account asks for the street, the community's own: no fact needs to repeat it.
    fn street(&self, account: AccountCode, dimensions: &DimensionSet) -> Option<DimensionCode> {
        let asked = self.book.chart.get(&account)?.requires.contains(&Dimension::Street);
        let community = dimensions.get(Dimension::Community).filter(|_| asked)?;
        self.book.dimensions.get(Dimension::Community, community)?.parent.clone()
    }

    pub fn debit(&mut self, role: Role, amount: Amount, tags: Tags) -> Result<(), Rule> {
        self.add(role, Side::Debit, amount, tags)
    }

    pub fn credit(&mut self, role: Role, amount: Amount, tags: Tags) -> Result<(), Rule> {
        self.add(role, Side::Credit, amount, tags)
    }
}
