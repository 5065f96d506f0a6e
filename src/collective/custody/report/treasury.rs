//! 应缴国库: what each entrusted asset's rent owes the treasury.

use crate::collective::custody::treasury::Remittance;
use crate::collective::registers::Registers;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::Serialize;

/// One asset. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreasuryRow {
    pub asset: DimensionCode,
    pub name: String,
    /// 批准文号 of where its rent goes on the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rent_document: Option<String>,
    /// 期初应缴
    pub carried: Amount,
    /// Of rent received.
    pub collected: Amount,
    pub remitted: Amount,
    pub owed: Amount,
    /// The day of the oldest rent that is not paid over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owed_since: Option<Date>,
}

pub fn treasury(registers: &Registers, day: Date) -> Vec<TreasuryRow> {
    let row = |(code, one): (&DimensionCode, &Remittance)| {
        let asset = registers.assets.get(code);
        TreasuryRow {
            asset: code.clone(),
            name: asset.map(|asset| asset.card.name.clone()).unwrap_or_default(),
            rent_document: asset.and_then(|asset| asset.rent_destination_on(day)).map(|to| to.document.clone()),
            carried: one.carried(),
            collected: one.collected(),
            remitted: one.remitted(),
            owed: one.owed(),
            owed_since: one.owed_since(),
        }
    };
    registers.treasury.iter().map(row).collect()
}
