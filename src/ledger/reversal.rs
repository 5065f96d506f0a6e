//! 红字冲销: a posted voucher is taken back by a new one with the same lines in red, once only.

use crate::ledger::amount::negated;
use crate::ledger::book::Book;
use crate::ledger::refusal::Rule;
use crate::ledger::voucher::{Reversed, Signatures, Source};
use crate::ledger::{Draft, DraftLine, Purpose, Voucher, Word};
use jiff::civil::Date;

/// Where the voucher to take back stands in the journal.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub seq: u64,
    pub leaf: [u8; 32],
}

/// Drafts the reversal of a posted voucher. The memo follows 会计基础工作规范 §51(五).
pub fn draft(original: &Voucher, place: Place, date: Date, signatures: Signatures, source: Source) -> Draft {
    let lines = original.lines.iter().map(|line| DraftLine {
        account: line.account,
        side: line.side,
        amount: negated(line.amount),
        dimensions: line.dimensions.clone(),
        memo: line.memo.clone(),
    });
    Draft {
        date,
        period: None,
        word: original.number.word,
        purpose: original.purpose,
        memo: format!("注销{}月{}日{}号凭证", original.date.month(), original.date.day(), original.number),
        lines: lines.collect(),
        attachment_count: 0,
        attachments: Vec::new(),
        signatures,
        source,
        reverses: Some(Reversed { seq: place.seq, leaf: place.leaf, period: original.period, number: original.number }),
    }
}

/// What speaks against a reversal, given the voucher it names (`None`: there is no such voucher).
pub fn examine(book: &Book, voucher: &Voucher, reversed: &Reversed, original: Option<&Voucher>) -> Option<Rule> {
    let Some(original) = original else {
        return Some(Rule::ReversedUnknown);
    };
    if book.is_reversed(reversed.seq) {
        return Some(Rule::AlreadyReversed);
    }
    if original.reverses.is_some() {
        return Some(Rule::ReversalOfReversal);
    }
    if voucher.date < original.date {
        return Some(Rule::ReversalBeforeOriginal { date: voucher.date, original: original.date });
    }
    let mirrored = original.lines.len() == voucher.lines.len()
        && original.lines.iter().zip(&voucher.lines).all(|(was, is)| {
            was.account == is.account
                && was.side == is.side
                && was.amount.checked_neg() == Some(is.amount)
                && was.dimensions == is.dimensions
        });
    let named = (reversed.period, reversed.number) == (original.period, original.number);
    let kept =
        original.purpose == voucher.purpose && (original.purpose == Purpose::Opening) == (voucher.number.word == Word::Opening);
    (!mirrored || !named || !kept).then_some(Rule::ReversalDiffers)
}
