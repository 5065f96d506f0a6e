//! 资产报表: the cards of fixed assets with what they have lost, and what the last stock takes left open.

use crate::collective::assets::fixed_asset::{AssetSource, DisposalReason, FixedAsset};
use crate::collective::assets::stock_take::{AssetKind, Finding, OpenDifference, StockTaken};
use crate::collective::assets::tie;
use crate::collective::registers::{Listing, Registers, Subject, listing};
use crate::ledger::amount::less;
use crate::ledger::{Amount, DimensionCode, Period};
use crate::{columns, shown_rows, shown_words};
use jiff::civil::Date;

/// One row of 固定资产台账. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedAssetRow {
    pub asset: DimensionCode,
    pub name: String,
    pub class: String,
    pub source: AssetSource,
    pub community: Option<DimensionCode>,
    /// As on the card.
    pub date: Date,
    /// 原价 and 净残值 of what is left.
    pub cost: Amount,
    pub residual_value: Amount,
    /// 原价 of the parts that are gone.
    pub parts_gone: Amount,
    pub months: u32,
    /// 累计折旧, the opening's part included; of an asset that is gone, what it had lost on that day.
    pub accumulated: Amount,
    /// 账面价值; zero once it is gone.
    pub value: Amount,
    /// The newest month that was depreciated.
    pub depreciated_to: Option<Period>,
    pub disposed: Option<Date>,
    pub reason: Option<DisposalReason>,
}

columns! { FixedAssetRow:
    asset: "资产",
    name: "名称",
    class: "类别",
    community: "社区" of Community,
    date: "日期",
    source: "来源",
    months: "月数",
    cost: "原价",
    accumulated: "累计折旧",
    value: "账面价值",
    residual_value: "残值",
    parts_gone: "已处置部分",
    depreciated_to: "折旧至",
    reason: "原因",
    disposed: "处置",
}

pub fn fixed_assets(registers: &Registers) -> Vec<FixedAssetRow> {
    registers.fixed_assets.iter().map(fixed_asset_row).collect()
}

fn fixed_asset_row(asset: &FixedAsset) -> FixedAssetRow {
    let card = asset.card.clone();
    let accumulated = asset.accumulated();
    let cost = asset.cost();
    let value = if asset.disposed.is_none() { less(cost, accumulated) } else { Amount::ZERO };
    FixedAssetRow {
        asset: card.asset,
        name: card.name,
        class: card.class,
        source: card.source,
        community: card.community,
        date: card.date,
        cost,
        residual_value: asset.residual_value(),
        parts_gone: less(card.cost, cost),
        months: card.months,
        accumulated,
        value,
        depreciated_to: asset.depreciated.last_key_value().map(|(month, _)| *month),
        disposed: asset.disposed.as_ref().map(|disposed| disposed.date),
        reason: asset.disposed.as_ref().map(|disposed| disposed.reason),
    }
}

/// A fixed asset that stands at the end of a day, with what it was worth then. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingAsset {
    pub asset: DimensionCode,
    pub name: String,
    pub class: String,
    pub community: Option<DimensionCode>,
    /// As on the card.
    pub date: Date,
    pub cost: Amount,
    /// 累计折旧
    pub accumulated: Amount,
    /// 账面价值
    pub value: Amount,
}

/// Every fixed asset that stands at the end of a day, by code.
pub fn standing_assets(registers: &Registers, day: Date) -> Vec<StandingAsset> {
    let row = |asset: &FixedAsset| {
        let (card, accumulated) = (asset.card.clone(), asset.accumulated_on(day));
        StandingAsset {
            asset: card.asset,
            name: card.name,
            class: card.class,
            community: card.community,
            date: card.date,
            cost: card.cost,
            accumulated,
            value: less(card.cost, accumulated),
        }
    };
    registers.fixed_assets.iter().filter(|asset| asset.stands_on(day)).map(row).collect()
}

/// One row of 资产盘点: the last take of a kind up to a day, and the differences that are open on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockTakeRow {
    pub kind: AssetKind,
    pub date: Date,
    pub document: String,
    /// How many assets it found, missed and found damaged.
    pub found: usize,
    pub missing: usize,
    pub damaged: usize,
    /// 盘盈: found without a card, in words.
    pub surplus: Vec<String>,
    pub open: Vec<OpenDifference>,
}

columns! { StockTakeRow:
    kind: "种类",
    date: "日期",
    open: "未结",
    found: "盘到",
    missing: "盘亏",
    damaged: "毁损",
    surplus: "盘盈",
    document: "依据",
}

pub fn stock_takes(registers: &Registers, day: Date) -> Vec<StockTakeRow> {
    let stands = |kind: AssetKind, asset: &DimensionCode| kind.stands(&registers.assets, &registers.fixed_assets, asset, day);
    let row = |kind: AssetKind, take: &StockTaken| {
        let count = |finding: Finding| take.rows.iter().filter(|row| row.finding == finding).count();
        let open = registers.stock_takes.differences(kind, day).into_iter().filter(|open| stands(kind, &open.asset));
        StockTakeRow {
            kind,
            date: take.date,
            document: take.document.clone(),
            found: count(Finding::Found),
            missing: count(Finding::Missing),
            damaged: count(Finding::Damaged),
            surplus: take.surplus.clone(),
            open: open.collect(),
        }
    };
    let last = |kind: AssetKind| registers.stock_takes.last_take(kind, day).map(|take| row(kind, take));
    AssetKind::ALL.into_iter().filter_map(last).collect()
}

/// What a take says of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastCount {
    pub date: Date,
    pub finding: Finding,
    pub note: String,
}

/// An asset that stands at the end of a day, with its last count; `None` where no take names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedAsset {
    pub asset: DimensionCode,
    pub name: String,
    pub last: Option<LastCount>,
}

/// Every asset of a kind that stands at the end of a day, by code.
pub fn counted_assets(registers: &Registers, kind: AssetKind, day: Date) -> Vec<CountedAsset> {
    let name = |asset: &DimensionCode| match kind {
        AssetKind::Entrusted => registers.assets.get(asset).map(|asset| asset.card.name.clone()),
        AssetKind::Fixed => registers.fixed_assets.get(asset).map(|asset| asset.card.name.clone()),
    };
    let row = |asset: &DimensionCode| {
        let last = registers.stock_takes.last_count(kind, asset, day);
        let last = last.map(|(date, row)| LastCount { date, finding: row.finding, note: row.note.clone() });
        CountedAsset { asset: asset.clone(), name: name(asset).unwrap_or_default(), last }
    };
    kind.standing(&registers.assets, &registers.fixed_assets, day).into_iter().map(row).collect()
}

columns! { OpenDifference:
    asset: "资产",
    finding: "结果",
    note: "说明",
    since: "起",
}

shown_rows!(OpenDifference);
shown_words!(AssetKind, AssetSource, DisposalReason, Finding);

/// What the subject shows, and what its accounts must hold.
pub(crate) const SUBJECT: Subject = Subject { listings: LISTINGS, ties: tie::TIES, expected: tie::expected };

const LISTINGS: &[Listing] = &[
    listing!("fixed_assets" "固定资产": FixedAssetRow, |of| fixed_assets(of.registers)),
    listing!("stock_takes" "资产盘点": StockTakeRow, |of| stock_takes(of.registers, of.day)),
];
