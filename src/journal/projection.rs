//! What vouchers leave in the tables: rows that can be thrown away and computed again from the journal.
//! The store writes them as entries come in; the self check computes them afresh and compares every column.

use crate::chain::Digest;
use crate::journal::replay::LineSets;
use crate::journal::request::RequestDigest;
use crate::ledger::balance::Balances;
use crate::ledger::{AccountCode, Amount, DimensionSet, Period, Side, Voucher, VoucherNumber, Word};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoucherRow {
    pub period: Period,
    pub number: VoucherNumber,
    pub seq: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineRow {
    pub account: AccountCode,
    pub period: Period,
    pub seq: u64,
    /// From 1, as in the voucher.
    pub line: u32,
    pub side: Side,
    pub amount: Amount,
    pub dimension_set: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReversalRow {
    pub original: u64,
    pub reversal: u64,
}

/// A request that has been served: its key, what it asked, and the entries it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    pub key: String,
    pub digest: Digest,
    pub first_seq: u64,
    pub count: u64,
}

/// The rows that a run of vouchers adds.
#[derive(Default)]
pub struct Projection {
    pub vouchers: Vec<VoucherRow>,
    pub lines: Vec<LineRow>,
    pub sets: Vec<(u32, DimensionSet)>,
    pub balances: Balances,
    pub reversals: Vec<ReversalRow>,
    pub serials: BTreeMap<(Period, Word), u32>,
    pub requests: Vec<RequestRow>,
    open_request: Option<(RequestRow, RequestDigest)>,
}

impl Projection {
    /// Adds a voucher. Vouchers that carry the same source key one after the other are one request.
    pub fn add(&mut self, seq: u64, voucher: &Voucher, sets: LineSets) {
        self.vouchers.push(VoucherRow { period: voucher.period, number: voucher.number, seq });
        for ((line, number), dimension_set) in voucher.lines.iter().zip(1..).zip(&sets.numbers) {
            self.lines.push(LineRow {
                account: line.account,
                period: voucher.period,
                seq,
                line: number,
                side: line.side,
                amount: line.amount,
                dimension_set: *dimension_set,
            });
        }
        self.balances.add_voucher(voucher, &sets.numbers);
        self.sets.extend(sets.fresh);
        self.reversals.extend(voucher.reverses.as_ref().map(|reversed| ReversalRow { original: reversed.seq, reversal: seq }));
        self.serials.insert((voucher.period, voucher.number.word), voucher.number.serial);
        self.add_to_request(seq, voucher);
    }

    fn add_to_request(&mut self, seq: u64, voucher: &Voucher) {
        let key = &voucher.source.key;
        if self.open_request.as_ref().is_none_or(|(row, _)| row.key != *key) {
            self.close_request();
            let row = RequestRow { key: key.clone(), digest: Digest::ZERO, first_seq: seq, count: 0 };
            self.open_request = Some((row, RequestDigest::default()));
        }
        if let Some((row, digest)) = &mut self.open_request {
            row.count = row.count.saturating_add(1);
            digest.add_voucher(voucher);
        }
    }

    /// Moves the request that is still open into a projection of its own: the rows so far can be written.
    pub fn keep_open_request(&mut self) -> Projection {
        Projection { open_request: self.open_request.take(), ..Projection::default() }
    }

    /// Ends the request that the last voucher belonged to; its row is complete.
    pub fn close_request(&mut self) {
        if let Some((mut row, digest)) = self.open_request.take()
            && !row.key.is_empty()
        {
            row.digest = digest.finish();
            self.requests.push(row);
        }
    }
}
