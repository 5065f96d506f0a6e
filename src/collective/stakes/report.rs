//! 参股台账: each investee as it stands.

use crate::collective::registers::Registers;
use crate::ledger::{Amount, DimensionCode};
use serde::Serialize;

/// One investee: cost, and dividends declared, received and still open, in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StakeRow {
    pub stake: DimensionCode,
    pub community: DimensionCode,
    pub income_type: DimensionCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub investee_book: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<DimensionCode>,
    pub cost: Amount,
    pub declared: Amount,
    pub received: Amount,
    pub open: Amount,
}

pub fn stakes(registers: &Registers) -> Vec<StakeRow> {
    let rows = registers.stakes.iter().filter_map(|(code, stake)| {
        let terms = stake.terms()?;
        let (declared, received) = (stake.declared(), stake.received());
        Some(StakeRow {
            stake: code.clone(),
            community: terms.community.clone(),
            income_type: terms.income_type.clone(),
            investee_book: terms.investee_book.clone(),
            holder: terms.holder.clone(),
            cost: stake.cost(),
            declared,
            received,
            open: declared.checked_sub(received).unwrap_or(Amount::ZERO),
        })
    });
    rows.collect()
}
