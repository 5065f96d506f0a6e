//! 应缴国库: what each entrusted asset's rent owes the treasury.

use crate::collective::custody::treasury::Remittance;
use crate::collective::registers::Registers;
use crate::columns;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;

/// One asset. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreasuryRow {
    pub asset: DimensionCode,
    pub name: String,
    /// 批准文号 of where its rent goes on the day.
    pub rent_document: Option<String>,
    /// 期初应缴
    pub carried: Amount,
    /// Of rent received.
    pub collected: Amount,
    pub remitted: Amount,
    pub owed: Amount,
    /// The day of the oldest rent that is not paid over.
    pub owed_since: Option<Date>,
}

columns! { TreasuryRow:
    asset: "资产",
    name: "名称",
    rent_document: "租金去向文号",
    carried: "期初",
    collected: "已收",
    remitted: "已缴",
    owed: "欠缴",
    owed_since: "欠付起",
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
