//! 引用: what marks a produced voucher and ties it to its fact: the fact's word and what it is about, with slashes between.

use crate::collective::custody::asset::Step;
use crate::collective::shops::settlement::Settlement;
use crate::ledger::DimensionCode;
use crate::ledger::voucher::Source;
use jiff::civil::Date;

/// What the source keys of vouchers that facts produced begin with; nobody else's may.
pub const FACTS_KEY: &str = "fact:";

/// Whether a voucher came from a fact.
pub fn is_produced(source: &Source) -> bool {
    source.key.starts_with(FACTS_KEY)
}

/// Whether a document's number can be a part of a reference: something is there, no slash in it, and no blanks around it, so
/// that one number has one spelling.
pub fn fits(document: &str) -> bool {
    !document.is_empty() && document.trim() == document && !document.contains('/')
}

/// The reference of a settlement: one a day for each shop and tender.
pub fn settlement(settlement: &Settlement) -> String {
    format!("settlement_arrived/{}/{}/{}", settlement.shop, settlement.date, settlement.tender.chinese())
}

/// The reference of an asset's step.
pub fn asset_step(asset: &DimensionCode, step: Step, date: Date) -> String {
    let word = serde_json::to_value(step).ok();
    let word = word.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
    format!("asset_stepped/{asset}/{word}/{date}")
}
