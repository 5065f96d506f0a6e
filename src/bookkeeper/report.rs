//! 报表 and look-ups: sums from the store, meaning from `ledger::statement`, names from the books' registers.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::posted::PostedVoucher;
use crate::bookkeeper::view::View;
use crate::journal::{Event, entry};
use crate::ledger::balance::Movement;
use crate::ledger::dimension::DimensionRegister;
use crate::ledger::statement::{Range, Stage, TrialBalance};
use crate::ledger::{AccountCode, Amount, Dimension, DimensionCode, DimensionSet, Period, Side, Voucher, VoucherNumber};
use crate::store::StoreError;
use crate::store::read::{After, StoredEntry};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of one page of lines or vouchers.
pub const PAGE_ROWS_MAX: u32 = 1_000;

/// One row of a 明细账.
#[derive(Clone, Debug, Serialize)]
pub struct AccountLine {
    pub period: Period,
    #[serde(serialize_with = "as_text")]
    pub date: Date,
    pub number: VoucherNumber,
    pub seq: u64,
    pub line: u32,
    pub account: AccountCode,
    pub account_name: String,
    pub memo: String,
    pub side: Side,
    pub amount: Amount,
    pub dimensions: DimensionSet,
    /// Debit less credit of the account after this line.
    pub balance: Amount,
}

fn as_text<S: serde::Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Where a page goes on: a page's `next`, given back as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    after: After,
    /// The running balance so far.
    balance: Amount,
}

impl Cursor {
    /// Reads `period.seq.line.balance`.
    pub fn parse(text: &str) -> Option<Cursor> {
        let mut parts = text.split('.');
        let after =
            After { period: parts.next()?.parse().ok()?, seq: parts.next()?.parse().ok()?, line: parts.next()?.parse().ok()? };
        let balance = Amount::from_fen(parts.next()?.parse().ok()?);
        // A sequence number of the store is an i64.
        (parts.next().is_none() && i64::try_from(after.seq).is_ok()).then_some(Cursor { after, balance })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Cursor { after, balance } = self;
        write!(f, "{}.{}.{}.{}", after.period, after.seq, after.line, balance.fen())
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A page of a 明细账; `next` is absent on the last one.
#[derive(Clone, Debug, Serialize)]
pub struct AccountLines {
    #[serde(flatten)]
    pub range: Range,
    pub account: AccountCode,
    pub name: String,
    /// Debit less credit before the first line of the page.
    pub opening: Amount,
    pub lines: Vec<AccountLine>,
    pub next: Option<Cursor>,
}

/// Balances of one account and one value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DimensionBalance {
    pub account: AccountCode,
    pub account_name: String,
    pub code: String,
    pub name: String,
    pub opening: Amount,
    pub debit: Amount,
    pub credit: Amount,
    pub closing: Amount,
}

impl Bookkeeper {
    /// Every period that a book has opened, as one range.
    pub fn whole_range(view: &View) -> Range {
        let first = view.profile.first_period;
        Range { from: first, to: view.periods.last().map_or(first, |(period, _)| *period) }
    }

    /// 科目余额表, of all lines or of those that carry one value of a dimension.
    pub async fn trial_balance(
        &self,
        view: &View,
        range: Range,
        filter: Option<(Dimension, &str)>,
    ) -> Result<TrialBalance, StoreError> {
        let sums = self.store.account_sums(view.number, range, filter).await?;
        Ok(TrialBalance::compute(&view.chart, range, sums))
    }

    /// Balances of every account by the values of one dimension.
    pub async fn balances_by(
        &self,
        view: &View,
        range: Range,
        dimension: Dimension,
    ) -> Result<Vec<DimensionBalance>, StoreError> {
        let mut sums: BTreeMap<(AccountCode, String), (Movement, Movement)> = BTreeMap::new();
        for sum in self.store.dimension_sums(view.number, range, dimension).await? {
            let (opening, within) = sums.entry((sum.account, sum.code)).or_default();
            match sum.stage {
                Stage::Opening => opening.add(sum.movement),
                Stage::Movement => within.add(sum.movement),
            }
        }
        let row = |((account, code), (opening, within)): ((AccountCode, String), (Movement, Movement))| {
            let mut closing = opening;
            closing.add(within);
            DimensionBalance {
                account,
                account_name: view.chart.get(&account).map(|found| found.name.clone()).unwrap_or_default(),
                name: dimension_name(&view.dimensions, dimension, &code),
                code,
                opening: opening.net(),
                debit: within.debit,
                credit: within.credit,
                closing: closing.net(),
            }
        };
        Ok(sums.into_iter().map(row).collect())
    }

    /// 明细账: lines of an account and everything below it, with a running balance. `after` is a page's `next`.
    pub async fn account_lines(
        &self,
        view: &View,
        account: AccountCode,
        range: Range,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<AccountLines, StoreError> {
        let (place, opening) = match after {
            Some(cursor) => (cursor.after, cursor.balance),
            None => (After::default(), self.opening_balance(view, account, range).await?),
        };
        let limit = limit.clamp(1, PAGE_ROWS_MAX);
        let found = self.store.lines(view.number, account, range, place, limit).await?;
        let full = u32::try_from(found.len()) == Ok(limit);
        let last = found.last().map(|line| After { period: line.period.ordinal(), seq: line.seq, line: line.line });
        let mut balance = opening;
        let mut lines = Vec::with_capacity(found.len());
        for line in found {
            balance = add_signed(balance, line.side, line.amount)?;
            let voucher = read_voucher(view, line.seq, &line.body)?;
            let index = usize::try_from(line.line).unwrap_or(0).saturating_sub(1);
            let Some(posted) = voucher.lines.into_iter().nth(index) else {
                return Err(StoreError::Corrupt(format!("entry {} has no line {}", line.seq, line.line)));
            };
            lines.push(AccountLine {
                period: voucher.period,
                date: voucher.date,
                number: voucher.number,
                seq: line.seq,
                line: line.line,
                account: posted.account,
                account_name: posted.account_name,
                memo: if posted.memo.is_empty() { voucher.memo } else { posted.memo },
                side: line.side,
                amount: line.amount,
                dimensions: posted.dimensions,
                balance,
            });
        }
        let next = last.filter(|_| full).map(|after| Cursor { after, balance });
        let name = view.chart.get(&account).map(|found| found.name.clone()).unwrap_or_default();
        Ok(AccountLines { range, account, name, opening, lines, next })
    }

    async fn opening_balance(&self, view: &View, account: AccountCode, range: Range) -> Result<Amount, StoreError> {
        let mut opening = Movement::default();
        for (code, stage, movement) in self.store.account_sums(view.number, range, None).await? {
            // Opening vouchers inside the range are lines of it; only what lies before counts here.
            if stage == Stage::Opening && (code == account || code.is_below(&account)) {
                opening.add(movement);
            }
        }
        let inside = self.store.opening_sums_within(view.number, account, range).await?;
        opening.net().checked_sub(inside.net()).ok_or_else(|| StoreError::Corrupt("balance leaves the range of amounts".into()))
    }

    /// A voucher by its number.
    pub async fn voucher(&self, view: &View, period: Period, number: VoucherNumber) -> Result<Option<PostedVoucher>, StoreError> {
        match self.store.find_voucher(view.number, period, number).await? {
            Some(seq) => self.voucher_at(view, seq).await,
            None => Ok(None),
        }
    }

    /// A voucher by its place in the journal.
    pub async fn voucher_at(&self, view: &View, seq: u64) -> Result<Option<PostedVoucher>, StoreError> {
        let Some(stored) = self.store.entries(view.number, seq, 1).await?.pop() else { return Ok(None) };
        let mut voucher = posted_voucher(view, &stored)?;
        if let Some(voucher) = &mut voucher {
            voucher.reversed_by = self.store.reversal_of(view.number, seq).await?;
        }
        Ok(voucher)
    }

    /// A page of vouchers in posting order within each period; the second value is where the next one begins.
    pub async fn vouchers(
        &self,
        view: &View,
        range: Range,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<(Vec<PostedVoucher>, Option<Cursor>), StoreError> {
        let place = after.map(|cursor| cursor.after).unwrap_or_default();
        let limit = limit.clamp(1, PAGE_ROWS_MAX);
        let stored = self.store.vouchers(view.number, range, place, limit).await?;
        let full = u32::try_from(stored.len()) == Ok(limit);
        let mut vouchers = Vec::with_capacity(stored.len());
        for entry in &stored {
            vouchers.extend(posted_voucher(view, entry)?);
        }
        let next = vouchers.last().filter(|_| full).map(|last| {
            let after = After { period: last.voucher.period.ordinal(), seq: last.seq, line: 0 };
            Cursor { after, balance: Amount::ZERO }
        });
        Ok((vouchers, next))
    }

    /// Calls back with every voucher of a book in posting order, a page at a time.
    pub async fn each_voucher<E: From<StoreError>>(
        &self,
        view: &View,
        mut visit: impl FnMut(&Voucher, &StoredEntry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut first = 1;
        while first <= view.latest.seq {
            let page = self.store.entries(view.number, first, u64::from(PAGE_ROWS_MAX)).await?;
            for stored in &page {
                if let Some(found) = posted_voucher(view, stored)? {
                    visit(&found.voucher, stored)?;
                }
            }
            first = first.saturating_add(u64::from(PAGE_ROWS_MAX));
        }
        Ok(())
    }

    /// How many vouchers the request with this key posted; 0 if it has not been served.
    pub async fn served_count(&self, view: &View, key: &str) -> Result<u64, StoreError> {
        let rows = self.store.requests(view.number, vec![key.to_owned()]).await?;
        Ok(rows.first().map_or(0, |row| row.count))
    }
}

fn add_signed(balance: Amount, side: Side, amount: Amount) -> Result<Amount, StoreError> {
    let sum = match side {
        Side::Debit => balance.checked_add(amount),
        Side::Credit => balance.checked_sub(amount),
    };
    sum.ok_or_else(|| StoreError::Corrupt("balance leaves the range of amounts".into()))
}

pub(super) fn dimension_name(register: &DimensionRegister, dimension: Dimension, code: &str) -> String {
    let value = DimensionCode::parse(code).and_then(|code| register.get(dimension, &code));
    value.map_or_else(|| code.to_owned(), |value| value.name.clone())
}

pub(super) fn read_voucher(view: &View, seq: u64, body: &[u8]) -> Result<Voucher, StoreError> {
    match crate::journal::wire::decode(&view.id, body) {
        Ok(Event::Voucher(voucher)) => Ok(*voucher),
        Ok(Event::Declaration(_)) => Err(StoreError::Corrupt(format!("entry {seq} is not a voucher"))),
        Err(error) => Err(StoreError::Corrupt(format!("entry {seq}: {error}"))),
    }
}

fn posted_voucher(view: &View, stored: &StoredEntry) -> Result<Option<PostedVoucher>, StoreError> {
    let corrupt = |error: entry::EntryFault| StoreError::Corrupt(format!("entry {}: {error}", stored.seq));
    let (head, event) = entry::open(&view.id, &stored.head, &stored.body).map_err(corrupt)?;
    Ok(match event {
        Event::Voucher(voucher) => Some(PostedVoucher {
            seq: head.seq,
            leaf: crate::chain::leaf_hash(&stored.head),
            recorded_at: head.recorded_at,
            voucher: *voucher,
            reversed_by: None,
        }),
        Event::Declaration(_) => None,
    })
}

/// The books that a report covers: one by its code, or all of them.
pub fn covered(bookkeeper: &Bookkeeper, book: Option<&str>) -> Option<Vec<Arc<View>>> {
    match book {
        None => Some(bookkeeper.books()),
        Some(code) => bookkeeper.book(code).map(|view| vec![view]),
    }
}

/// The widest range of several books.
pub fn widest_range(views: &[Arc<View>]) -> Option<Range> {
    let ranges = views.iter().map(|view| Bookkeeper::whole_range(view));
    ranges.reduce(|a, b| Range { from: a.from.min(b.from), to: a.to.max(b.to) })
}
