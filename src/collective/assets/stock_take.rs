//! 资产盘点: what stands in the registers is looked for where it should be, at least once a year (国令738 §34 for state assets;
//! 会计法 §17). A take posts nothing: what is missing is disposed of, or its custody ended, by a fact of its own.

use crate::collective::assets::fixed_asset::FixedAssetRegister;
use crate::collective::custody::asset::AssetRegister;
use crate::ledger::DimensionCode;
use crate::ledger::refusal::Rule;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many codes a refusal names.
const NAMED: usize = 20;

/// Which register is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetKind {
    /// 代管资产
    Entrusted,
    /// 固定资产
    Fixed,
}

impl AssetKind {
    pub const ALL: [AssetKind; 2] = [AssetKind::Entrusted, AssetKind::Fixed];

    /// As records write it.
    pub fn word(self) -> &'static str {
        match self {
            AssetKind::Entrusted => "entrusted",
            AssetKind::Fixed => "fixed",
        }
    }

    pub fn chinese(self) -> &'static str {
        match self {
            AssetKind::Entrusted => "代管资产",
            AssetKind::Fixed => "固定资产",
        }
    }

    /// Whether an asset of the kind stands at the end of a day.
    pub fn stands(self, entrusted: &AssetRegister, fixed: &FixedAssetRegister, asset: &DimensionCode, day: Date) -> bool {
        match self {
            AssetKind::Entrusted => entrusted.get(asset).is_some_and(|asset| asset.in_custody_on(day)),
            AssetKind::Fixed => fixed.get(asset).is_some_and(|asset| asset.stands_on(day)),
        }
    }

    /// Every asset of the kind that stands at the end of a day.
    pub fn standing<'a>(
        self,
        entrusted: &'a AssetRegister,
        fixed: &'a FixedAssetRegister,
        day: Date,
    ) -> BTreeSet<&'a DimensionCode> {
        match self {
            AssetKind::Entrusted => {
                entrusted.iter().filter(|asset| asset.in_custody_on(day)).map(|asset| &asset.card.code).collect()
            }
            AssetKind::Fixed => fixed.iter().filter(|asset| asset.stands_on(day)).map(|asset| &asset.card.asset).collect(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// 在
    Found,
    /// 盘亏
    Missing,
    /// 毁损
    Damaged,
}

impl Finding {
    pub fn chinese(self) -> &'static str {
        match self {
            Finding::Found => "完好",
            Finding::Missing => "盘亏",
            Finding::Damaged => "毁损",
        }
    }
}

/// One asset of a take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockRow {
    pub asset: DimensionCode,
    pub finding: Finding,
    /// Why and who is asked; may be empty where it was found.
    pub note: String,
}

/// Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockTaken {
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 盘点表号
    pub document: String,
    pub kind: AssetKind,
    pub rows: Vec<StockRow>,
    /// 盘盈: what was found without a card, in words.
    pub surplus: Vec<String>,
}

/// A difference that no later take has settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenDifference {
    pub asset: DimensionCode,
    pub finding: Finding,
    pub note: String,
    /// The first take of those in a row that did not find it whole.
    pub since: Date,
}

/// 盘点台账: the takes of each kind, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockTakeRegister(BTreeMap<AssetKind, Vec<StockTaken>>);

/// The first codes of a list, as a sentence names them.
fn named(codes: &[&DimensionCode]) -> String {
    let first = codes.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join("、");
    if codes.len() > NAMED { format!("{first} 等 {} 项", codes.len()) } else { first }
}

impl StockTakeRegister {
    /// The takes of a kind up to a day, oldest first.
    fn takes_by(&self, kind: AssetKind, day: Date) -> &[StockTaken] {
        let takes = self.0.get(&kind).map(Vec::as_slice).unwrap_or_default();
        takes.get(..takes.partition_point(|take| take.date <= day)).unwrap_or_default()
    }

    /// The last take of a kind up to a day.
    pub fn last_take(&self, kind: AssetKind, day: Date) -> Option<&StockTaken> {
        self.takes_by(kind, day).last()
    }

    /// What the last take up to a day that names an asset says of it, and when.
    pub fn last_count(&self, kind: AssetKind, asset: &DimensionCode, day: Date) -> Option<(Date, &StockRow)> {
        self.takes_by(kind, day).iter().rev().find_map(|take| Some((take.date, row_of(take, asset)?)))
    }

    pub fn examine(&self, taken: &StockTaken, entrusted: &AssetRegister, fixed: &FixedAssetRegister) -> Vec<Rule> {
        let mut rules = Vec::new();
        let (kind, day) = (taken.kind.chinese(), taken.date);
        if taken.document.trim().is_empty() {
            rules.push(Rule::business("stock_take_document", "没有盘点表号。请补填。"));
        }
        if let Some(last) = self.0.get(&taken.kind).and_then(|takes| takes.last()).filter(|last| last.date > day) {
            let message = format!("盘点日期 {day} 早于上次{kind}盘点的 {}。请核对。", last.date);
            rules.push(Rule::business("stock_take_date_reversed", message));
        }
        if taken.rows.windows(2).any(|pair| pair[0].asset >= pair[1].asset) {
            rules.push(Rule::business("stock_take_order", "资产要按编码从小到大排列，每项只写一次。"));
        }
        let standing = taken.kind.standing(entrusted, fixed, day);
        let told: BTreeSet<&DimensionCode> = taken.rows.iter().map(|row| &row.asset).collect();
        let left_out: Vec<_> = standing.difference(&told).copied().collect();
        if !left_out.is_empty() {
            let message = format!("{day} 在册的{kind}没有盘全，缺：{}。请补上每一项的结果。", named(&left_out));
            rules.push(Rule::business("stock_take_incomplete", message));
        }
        let not_standing: Vec<_> = told.difference(&standing).copied().collect();
        if !not_standing.is_empty() {
            let message =
                format!("{} 在 {day} 不是在册的{kind}。请从盘点表去掉，没有卡片的写入盘盈（surplus）。", named(&not_standing));
            rules.push(Rule::business("stock_take_not_standing", message));
        }
        let silent = |row: &&StockRow| row.finding != Finding::Found && row.note.trim().is_empty();
        let silent: Vec<_> = taken.rows.iter().filter(silent).map(|row| &row.asset).collect();
        if !silent.is_empty() {
            let message = format!("{} 盘亏或毁损，没有写明原因。请补填。", named(&silent));
            rules.push(Rule::business("stock_take_note", message));
        }
        if taken.surplus.iter().any(|text| text.trim().is_empty()) {
            rules.push(Rule::business("stock_take_surplus", "盘盈中有空的一项。请写明是什么、在哪里，或删去。"));
        }
        rules
    }

    pub fn take(&mut self, taken: &StockTaken) {
        self.0.entry(taken.kind).or_default().push(taken.clone());
    }

    /// What the last take of a kind up to a day did not find whole, and since when; by code. Every take names every asset of
    /// its day, so an earlier one has nothing to add about an asset that still stands.
    pub fn differences(&self, kind: AssetKind, day: Date) -> Vec<OpenDifference> {
        let Some((last, before)) = self.takes_by(kind, day).split_last() else { return Vec::new() };
        let open = last.rows.iter().filter(|row| row.finding != Finding::Found).map(|row| {
            let same = |take: &&StockTaken| is_open_in(take, &row.asset);
            let since = before.iter().rev().take_while(same).last().map_or(last.date, |first| first.date);
            OpenDifference { asset: row.asset.clone(), finding: row.finding, note: row.note.clone(), since }
        });
        open.collect()
    }
}

fn row_of<'a>(take: &'a StockTaken, asset: &DimensionCode) -> Option<&'a StockRow> {
    let index = take.rows.binary_search_by(|row| row.asset.cmp(asset)).ok()?;
    take.rows.get(index)
}

fn is_open_in(take: &StockTaken, asset: &DimensionCode) -> bool {
    row_of(take, asset).is_some_and(|row| row.finding != Finding::Found)
}
