//! 导出序时账: posted vouchers, one by one in posting order, as text that other programs compute with.

use crate::files::beancount::Beancount;
use crate::files::hledger::Hledger;
use crate::files::journal_csv::JournalCsv;
use crate::files::names::parent_code;
use crate::ledger::book::BookProfile;
use crate::ledger::{AccountCode, Amount, Chart, Side, Voucher};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What a journal can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Our own import format: UTF-8 with a mark, CRLF.
    Csv,
    /// For hledger 1.25 and later.
    Hledger,
    /// For Beancount 2.3 and later.
    Beancount,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Hledger, Format::Beancount];

    /// What the command line calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Hledger => "hledger",
            Format::Beancount => "beancount",
        }
    }

    /// The ending such files usually have.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Hledger => "journal",
            Format::Beancount => "beancount",
        }
    }

    /// Reads [`Format::word`].
    pub fn parse(text: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.word() == text)
    }
}

/// Why a journal could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Whatever the file written to refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The chart handed in is not the one the voucher was posted under.
    #[error("account {0} is not in the chart")]
    AccountUnknown(AccountCode),
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> ExportError {
        ExportError::Io(error.into())
    }
}

/// Writes a journal: [`JournalWriter::begin`], each voucher, [`JournalWriter::finish`]. Holds one voucher at most.
pub enum JournalWriter<W: Write> {
    /// Boxed: the csv crate's writer is many times as large as the others.
    Csv(Box<JournalCsv<W>>),
    /// Written as [`Format::Hledger`].
    Hledger(Hledger<W>),
    /// Written as [`Format::Beancount`].
    Beancount(Beancount<W>),
}

impl<W: Write> JournalWriter<W> {
    /// Writes what stands before the first voucher. The chart is the book's latest; wrap files in a `BufWriter`.
    ///
    /// # Errors
    /// Whatever `out` refuses.
    pub fn begin(format: Format, out: W, chart: &Chart, profile: &BookProfile) -> Result<JournalWriter<W>, ExportError> {
        Ok(match format {
            Format::Csv => JournalWriter::Csv(Box::new(JournalCsv::begin(out)?)),
            Format::Hledger => JournalWriter::Hledger(Hledger::begin(out, chart, profile)?),
            Format::Beancount => JournalWriter::Beancount(Beancount::begin(out, chart, profile)?),
        })
    }

    /// Writes the voucher of entry `seq`.
    ///
    /// # Errors
    /// Whatever `out` refuses; a voucher on an account that the chart does not have.
    pub fn voucher(&mut self, voucher: &Voucher, seq: u64) -> Result<(), ExportError> {
        match self {
            JournalWriter::Csv(writer) => writer.voucher(voucher, seq),
            JournalWriter::Hledger(writer) => writer.voucher(voucher, seq),
            JournalWriter::Beancount(writer) => writer.voucher(voucher, seq),
        }
    }

    /// Flushes, and gives back what was written to.
    ///
    /// # Errors
    /// Whatever `out` refuses.
    pub fn finish(self) -> Result<W, ExportError> {
        match self {
            JournalWriter::Csv(writer) => writer.finish(),
            JournalWriter::Hledger(writer) => writer.finish(),
            JournalWriter::Beancount(writer) => writer.finish(),
        }
    }
}

/// The full name of every account: a root, then the names of all levels, as `one` writes each.
pub(super) fn account_paths(
    chart: &Chart,
    root: impl Fn(&crate::ledger::Account) -> &'static str,
    one: impl Fn(&crate::ledger::Account) -> String,
) -> BTreeMap<AccountCode, String> {
    let mut paths: BTreeMap<AccountCode, String> = BTreeMap::new();
    // Codes sort parents before their children.
    for account in chart.iter() {
        let parent = parent_code(chart, &account.code).and_then(|parent| paths.get(&parent));
        let path = match parent {
            Some(parent) => format!("{parent}:{}", one(account)),
            None => format!("{}:{}", root(account), one(account)),
        };
        paths.insert(account.code, path);
    }
    paths
}

/// A line's amount as plain-text journals sign it: debit positive, credit negative, red ones the other way round.
pub(super) fn signed(side: Side, amount: Amount) -> Amount {
    match side {
        Side::Debit => amount,
        Side::Credit => amount.checked_neg().expect("a posted amount is within ten trillion yuan"),
    }
}

/// Text on one line: control characters and runs of blanks become one space.
pub(super) fn on_one_line(text: &str) -> Cow<'_, str> {
    let odd = |c: char| c.is_control() || (c.is_whitespace() && c != ' ');
    if !text.contains(odd) && !text.contains("  ") && text.trim() == text {
        return Cow::Borrowed(text);
    }
    let blank = |c: char| c.is_control() || c.is_whitespace();
    Cow::Owned(text.split(blank).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}
