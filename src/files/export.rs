//! 导出序时账: posted vouchers, one by one in posting order, as text that other programs compute with.

use crate::files::beancount::Beancount;
use crate::files::hledger::Hledger;
use crate::files::journal_csv::JournalCsv;
use crate::files::plain::ExportError;
use crate::ledger::book::BookProfile;
use crate::ledger::{Chart, Voucher};
use std::io::Write;

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
