//! What journals written as text share: their errors, account names, signs, and text on one line.

use crate::files::names::parent_code;
use crate::ledger::{AccountCode, Amount, Chart, Side};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

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
