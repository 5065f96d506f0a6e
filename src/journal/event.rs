//! Everything that can be recorded, as one enum. The bytes of each event are in [`crate::journal::wire`].

use crate::chain::Kind;
use crate::collective::Fact;
use crate::ledger::book::BookProfile;
use crate::ledger::{Account, AccountCode, DimensionValue, Period, Voucher};
use jiff::civil::Date;

/// One fact of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Voucher(Box<Voucher>),
    Declaration(Box<Declaration>),
}

/// A fact that gives vouchers their meaning: by whom and as of when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub by: String,
    pub date: Date,
    pub declared: Declared,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    /// The first entry of every log. `verifier_key` is the signed-note key of the book's checkpoints.
    BookOpened {
        profile: BookProfile,
        verifier_key: String,
    },
    AccountsAdded {
        accounts: Vec<Account>,
    },
    AccountClosed {
        account: AccountCode,
    },
    DimensionValuesAdded {
        values: Vec<DimensionValue>,
    },
    YearOpened {
        year: i16,
    },
    PeriodClosed {
        period: Period,
    },
    /// A fact of the business.
    Fact(Box<Fact>),
}

impl Declared {
    /// The `type` of the body.
    pub fn word(&self) -> &'static str {
        match self {
            Declared::BookOpened { .. } => "book_opened",
            Declared::AccountsAdded { .. } => "accounts_added",
            Declared::AccountClosed { .. } => "account_closed",
            Declared::DimensionValuesAdded { .. } => "dimension_values_added",
            Declared::YearOpened { .. } => "year_opened",
            Declared::PeriodClosed { .. } => "period_closed",
            Declared::Fact(fact) => fact.word(),
        }
    }
}

impl Event {
    pub fn voucher(voucher: Voucher) -> Event {
        Event::Voucher(Box::new(voucher))
    }

    pub fn declaration(by: &str, date: Date, declared: Declared) -> Event {
        Event::Declaration(Box::new(Declaration { by: by.to_owned(), date, declared }))
    }

    /// The kind byte of the entry's head.
    pub fn kind(&self) -> Kind {
        match self {
            Event::Voucher(voucher) if voucher.reverses.is_some() => Kind::Reversal,
            Event::Voucher(_) => Kind::Voucher,
            Event::Declaration(declaration) => match declaration.declared {
                Declared::BookOpened { .. } => Kind::BookOpened,
                Declared::AccountsAdded { .. } | Declared::AccountClosed { .. } | Declared::DimensionValuesAdded { .. } => {
                    Kind::Chart
                }
                Declared::YearOpened { .. } | Declared::PeriodClosed { .. } => Kind::Period,
                Declared::Fact(_) => Kind::BusinessFact,
            },
        }
    }

    /// The accounting date, in the body and in the head.
    pub fn date(&self) -> Date {
        match self {
            Event::Voucher(voucher) => voucher.date,
            Event::Declaration(declaration) => declaration.date,
        }
    }
}
