//! What a request asked for, as one digest: a retry with the same key and the same digest gets the first
//! receipt, another digest is refused. Computed from drafts when they come in, and again from the posted
//! vouchers by whoever checks.

use crate::chain::Digest;
use crate::ledger::voucher::{Attachment, Signatures};
use crate::ledger::{AccountCode, Amount, DimensionSet, Draft, Purpose, Side, Voucher, Word};
use jiff::civil::Date;

/// Feeds vouchers one after the other; order counts.
#[derive(Default)]
pub struct RequestDigest {
    bytes: Vec<u8>,
    chain: Option<Digest>,
}

/// Bytes gathered before they are folded into the digest: a request of any length needs no more memory.
const FOLD_BYTES: usize = 64 * 1024;

/// What the asker decided, as opposed to what posting adds (number, account names, who posted it).
struct Asked<'a> {
    date: Date,
    word: Word,
    purpose: Purpose,
    memo: &'a str,
    attachment_count: u32,
    attachments: &'a [Attachment],
    signatures: &'a Signatures,
    reverses: u64,
}

impl RequestDigest {
    pub fn add_draft(&mut self, draft: &Draft) {
        self.head(&Asked {
            date: draft.date,
            word: draft.word,
            purpose: draft.purpose,
            memo: &draft.memo,
            attachment_count: draft.attachment_count,
            attachments: &draft.attachments,
            signatures: &draft.signatures,
            reverses: draft.reverses.as_ref().map_or(0, |reversed| reversed.seq),
        });
        for line in &draft.lines {
            self.line(line.account, line.side, line.amount, &line.dimensions, &line.memo);
        }
        self.end_voucher();
    }

    pub fn add_voucher(&mut self, voucher: &Voucher) {
        self.head(&Asked {
            date: voucher.date,
            word: voucher.number.word,
            purpose: voucher.purpose,
            memo: &voucher.memo,
            attachment_count: voucher.attachment_count,
            attachments: &voucher.attachments,
            signatures: &voucher.signatures,
            reverses: voucher.reverses.as_ref().map_or(0, |reversed| reversed.seq),
        });
        for line in &voucher.lines {
            self.line(line.account, line.side, line.amount, &line.dimensions, &line.memo);
        }
        self.end_voucher();
    }

    pub fn finish(mut self) -> Digest {
        self.fold();
        self.chain.unwrap_or(Digest::ZERO)
    }

    fn head(&mut self, asked: &Asked) {
        let date = [i64::from(asked.date.year()), i64::from(asked.date.month()), i64::from(asked.date.day())];
        date.into_iter().for_each(|part| self.number(part));
        self.text(asked.word.chinese());
        self.number(asked.purpose.ordinal());
        self.text(asked.memo);
        self.number(i64::from(asked.attachment_count));
        for attachment in asked.attachments {
            self.text(&attachment.name);
            self.bytes.extend_from_slice(&attachment.sha256);
            self.bytes.extend_from_slice(&attachment.size.to_be_bytes());
        }
        let signed = asked.signatures;
        for text in [&signed.prepared_by, &signed.prepared_at, &signed.approved_by, &signed.approved_at] {
            self.text(text);
        }
        self.bytes.extend_from_slice(&asked.reverses.to_be_bytes());
    }

    fn line(&mut self, account: AccountCode, side: Side, amount: Amount, dimensions: &DimensionSet, memo: &str) {
        self.bytes.push(b'l');
        self.text(account.as_str());
        self.bytes.push(side as u8);
        self.number(amount.fen());
        for (dimension, code) in dimensions.iter() {
            self.text(dimension.word());
            self.text(code.as_str());
        }
        self.text(memo);
    }

    fn number(&mut self, number: i64) {
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    /// Length first, so that neighbouring texts cannot be shifted into each other.
    fn text(&mut self, text: &str) {
        self.number(i64::try_from(text.len()).unwrap_or(i64::MAX));
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn end_voucher(&mut self) {
        self.bytes.push(b'v');
        if self.bytes.len() >= FOLD_BYTES {
            self.fold();
        }
    }

    fn fold(&mut self) {
        let before = self.chain.unwrap_or(Digest::ZERO);
        self.chain = Some(Digest::of_parts(&[b"cunshe/1/request\0", before.as_bytes(), &self.bytes]));
        self.bytes.clear();
    }
}
