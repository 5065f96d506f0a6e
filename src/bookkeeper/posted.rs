//! A voucher as it stands in the books, with its place in the journal and what it came from.

use crate::collective::Fact;
use crate::ledger::Voucher;
use serde_json::{Value, json};

/// A voucher as posted, with its place in the journal.
#[derive(Clone, Debug)]
pub struct PostedVoucher {
    pub seq: u64,
    pub leaf: crate::chain::Digest,
    pub recorded_at: u64,
    pub voucher: Voucher,
    /// The entry that took it back, if any. Pages of many vouchers leave it out.
    pub reversed_by: Option<u64>,
}

impl PostedVoucher {
    /// What people call its source: the fact that produced it and what that was about, or its number in a file. Empty where
    /// it was typed.
    pub fn origin(&self) -> String {
        let reference = &self.voucher.source.reference;
        match reference.split_once('/') {
            Some((word, about)) => match Fact::chinese(word) {
                Some(chinese) => format!("{chinese} {about}"),
                None => reference.clone(),
            },
            None => reference.clone(),
        }
    }

    /// As programs get it.
    pub fn json(&self) -> Value {
        let voucher = &self.voucher;
        let lines = voucher.lines.iter().map(|line| {
            json!({
                "account": line.account, "account_name": line.account_name, "side": line.side, "amount": line.amount,
                "dimensions": line.dimensions, "memo": line.memo,
            })
        });
        let attachments = voucher.attachments.iter().map(|attachment| {
            let sha256 = crate::chain::Digest::from_bytes(attachment.sha256).to_string();
            json!({ "name": attachment.name, "size": attachment.size, "sha256": sha256 })
        });
        let reverses = voucher.reverses.as_ref();
        let reverses = reverses.map(|one| json!({ "period": one.period, "number": one.number, "seq": one.seq }));
        let signed = &voucher.signatures;
        json!({
            "period": voucher.period, "number": voucher.number, "date": voucher.date.to_string(), "purpose": voucher.purpose.word(),
            "memo": voucher.memo, "attachment_count": voucher.attachment_count, "attachments": attachments.collect::<Vec<_>>(),
            "prepared_by": signed.prepared_by, "prepared_at": signed.prepared_at, "approved_by": signed.approved_by,
            "approved_at": signed.approved_at, "posted_by": voucher.posted_by, "reference": voucher.source.reference,
            "lines": lines.collect::<Vec<_>>(), "reverses": reverses, "reversed_by": self.reversed_by,
            "seq": self.seq, "leaf": self.leaf.to_string(), "recorded_at": self.recorded_at.to_string(),
        })
    }
}
