//! 资产报表: the cards of fixed assets with what they have lost.

use crate::collective::fixed_asset::{AssetSource, DisposalReason, FixedAsset};
use crate::collective::register::Registers;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use serde::Serialize;

/// One row of 固定资产台账. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FixedAssetRow {
    pub asset: DimensionCode,
    pub name: String,
    pub class: String,
    pub source: AssetSource,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<DimensionCode>,
    /// As on the card.
    pub date: Date,
    pub cost: Amount,
    pub residual_value: Amount,
    #[serde(with = "crate::ledger::text::count")]
    pub months: u32,
    /// 累计折旧, the opening's part included; of an asset that is gone, what it had lost on that day.
    pub accumulated: Amount,
    /// 账面价值; zero once it is gone.
    pub value: Amount,
    /// The newest month that was depreciated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depreciated_to: Option<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposed: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DisposalReason>,
}

pub fn fixed_assets(registers: &Registers) -> Vec<FixedAssetRow> {
    registers.fixed_assets.iter().map(fixed_asset_row).collect()
}

fn fixed_asset_row(asset: &FixedAsset) -> FixedAssetRow {
    let card = asset.card.clone();
    let accumulated = asset.accumulated();
    let value = card.cost.checked_sub(accumulated).filter(|_| asset.disposed.is_none());
    FixedAssetRow {
        asset: card.asset,
        name: card.name,
        class: card.class,
        source: card.source,
        community: card.community,
        date: card.date,
        cost: card.cost,
        residual_value: card.residual_value,
        months: card.months,
        accumulated,
        value: value.unwrap_or(Amount::ZERO),
        depreciated_to: asset.depreciated.last_key_value().map(|(month, _)| *month),
        disposed: asset.disposed.as_ref().map(|disposed| disposed.date),
        reason: asset.disposed.as_ref().map(|disposed| disposed.reason),
    }
}
