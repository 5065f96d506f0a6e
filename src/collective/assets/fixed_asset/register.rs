//! The cards of all fixed assets: what speaks against a fact beside those before it, and what may be taken back.

use super::{AssetSource, AssetsDepreciated, DisposalReason, FixedAsset, FixedAssetAdded, FixedAssetDisposed, PartDisposal};
use crate::collective::ground::spread::MONTHS_MAX;
use crate::collective::roles::role::Role;
use crate::ledger::amount::{plus, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// 固定资产台账, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FixedAssetRegister(BTreeMap<DimensionCode, FixedAsset>);

/// The refusal of an asset that has no card.
pub fn unknown(code: &DimensionCode) -> Rule {
    Rule::business("fixed_asset_unknown", format!("固定资产 {code} 没有卡片。请先登记 fixed_asset_added。"))
}

fn gone(code: &DimensionCode, day: Date) -> Rule {
    Rule::business("fixed_asset_gone", format!("固定资产 {code} 已于 {day} 处置。请核对编码。"))
}

/// Cost, residual value and what was depreciated before, against each other and the months.
fn value_rules(card: &FixedAssetAdded) -> Vec<Rule> {
    let mut rules = Vec::new();
    let before = card.already_depreciated.unwrap_or(Amount::ZERO);
    let parts = [card.residual_value, before];
    let least = card.residual_value.checked_add(before);
    let fits = card.cost.fen() > 0 && parts.iter().all(|part| *part >= Amount::ZERO);
    if !fits || least.is_none_or(|least| least > card.cost) {
        let message = "原价要大于零，净残值和已提折旧不小于零，两者之和不超过原价。请核对小数点。";
        rules.push(Rule::business("fixed_asset_value", message));
        return rules;
    }
    let depreciates = least != Some(card.cost);
    if card.months > MONTHS_MAX || (card.months > 0) != depreciates {
        let message = format!(
            "使用寿命：要提折旧的填 1 至 {MONTHS_MAX} 个月（期初填尚可使用的月数），原价已等于净残值与已提折旧之和的填 0。"
        );
        rules.push(Rule::business("fixed_asset_months", message));
    }
    rules
}

/// A part is less than the whole, and has a document by which it can be told from other parts.
fn part_rules(asset: &FixedAsset, disposed: &FixedAssetDisposed) -> Vec<Rule> {
    let Some(part) = disposed.part else { return Vec::new() };
    let mut rules = Vec::new();
    if part <= Amount::ZERO || part >= asset.cost() {
        let message = format!("处置部分的原价要大于零、小于现有原价 {} 元。全部处置的不写处置部分原价。", asset.cost());
        rules.push(Rule::business("fixed_asset_part", message));
    }
    let document = &disposed.document;
    if document.contains('/') || asset.parts.iter().any(|before| before.disposed.document == *document) {
        let message = "部分处置的文号中不能有斜线，同一资产不能重复。一份文号处置几次的，加后缀区别。";
        rules.push(Rule::business("fixed_asset_document", message));
    }
    rules
}

impl FixedAssetRegister {
    pub fn get(&self, code: &DimensionCode) -> Option<&FixedAsset> {
        self.0.get(code)
    }

    /// Every asset, by code.
    pub fn iter(&self) -> impl Iterator<Item = &FixedAsset> {
        self.0.values()
    }

    /// The assets that lose something in a month: what a month end has to do.
    pub fn due(&self, period: Period) -> Option<AssetsDepreciated> {
        let due = self.0.values().filter(|asset| asset.due(period).is_some()).map(|asset| asset.card.asset.clone());
        let assets: Vec<DimensionCode> = due.collect();
        (!assets.is_empty()).then_some(AssetsDepreciated { assets, period })
    }

    /// `funded`: what support funds have posted as this asset.
    pub fn examine_added(&self, card: &FixedAssetAdded, funded: Option<Amount>) -> Vec<Rule> {
        let mut rules = Vec::new();
        let code = &card.asset;
        if self.0.contains_key(code) {
            rules.push(Rule::business(
                "fixed_asset_code_taken",
                format!("固定资产 {code} 已有卡片。编码不能重复使用，请换一个。"),
            ));
        }
        if [&card.name, &card.class, &card.document].iter().any(|text| text.trim().is_empty()) {
            rules.push(Rule::business("fixed_asset_card_incomplete", "卡片不全：名称、类别、单据号都要填写。"));
        }
        rules.extend(value_rules(card));
        if card.already_depreciated.is_some() != (card.source == AssetSource::Opening) {
            let message = "已提折旧在来源是期初时填写（没有提过的填 0.00），其他来源不写。";
            rules.push(Rule::business("fixed_asset_already_depreciated", message));
        }
        if card.source == AssetSource::Contributed && card.community.is_none() {
            rules.push(Rule::business("fixed_asset_contributor", "投资者投入的资产要写明股东社区。请补填。"));
        }
        match (card.source, funded) {
            (AssetSource::Funded, None) => {
                let message = format!("没有哪项资金形成了资产 {code}。请先登记资金支出或在建转固，或改来源。");
                rules.push(Rule::business("fixed_asset_not_funded", message));
            }
            (AssetSource::Funded, Some(funded)) if funded > card.cost => {
                let message = format!("原价 {} 元少于资金已形成的 {funded} 元。请核对。", card.cost);
                rules.push(Rule::business("fixed_asset_funded_cost", message));
            }
            (AssetSource::Purchased | AssetSource::Contributed | AssetSource::Built, Some(_)) => {
                let message = format!("资产 {code} 的原价已由资金记入固定资产。来源请写资金形成（funded），不再生成凭证。");
                rules.push(Rule::business("fixed_asset_funded", message));
            }
            _ => {}
        }
        rules
    }

    pub fn examine_depreciated(&self, depreciated: &AssetsDepreciated) -> Vec<Rule> {
        let mut rules = Vec::new();
        if depreciated.assets.is_empty() {
            rules.push(Rule::NothingDeclared);
        }
        if depreciated.assets.windows(2).any(|pair| pair[0] >= pair[1]) {
            rules.push(Rule::business("fixed_asset_order", "资产要按编码从小到大排列，每项只写一次。"));
        }
        for code in &depreciated.assets {
            match self.0.get(code) {
                None => rules.push(unknown(code)),
                Some(asset) if asset.due(depreciated.period).is_none() => {
                    let period = depreciated.period;
                    let message = format!("固定资产 {code} 在 {period} 没有要计提的折旧，或已经计提。请从列表中去掉。");
                    rules.push(Rule::business("depreciation_not_due", message));
                }
                Some(_) => {}
            }
        }
        rules
    }

    pub fn examine_disposed(&self, disposed: &FixedAssetDisposed) -> Vec<Rule> {
        let code = &disposed.asset;
        let Some(asset) = self.0.get(code) else { return vec![unknown(code)] };
        if let Some(before) = &asset.disposed {
            return vec![gone(code, before.date)];
        }
        let mut rules = Vec::new();
        if disposed.document.trim().is_empty() {
            rules.push(Rule::business("fixed_asset_document", "处置要有批复或合同号。请补填。"));
        }
        let sold = disposed.reason == DisposalReason::Sold;
        if disposed.proceeds < Amount::ZERO || (sold && disposed.proceeds.is_zero()) {
            rules.push(Rule::business("fixed_asset_proceeds", "处置收入不能小于零，出售的要大于零。请核对。"));
        }
        if disposed.tax_basis_points.is_some_and(|rate| !sold || rate > 10_000) {
            rules.push(Rule::business("fixed_asset_tax", "征收率只在出售时写，在 0 至 10000 之间（万分之）。"));
        }
        rules.extend(part_rules(asset, disposed));
        let before = asset.parts.last().map_or(asset.card.date, |part| part.disposed.date);
        if disposed.date < before {
            let message = format!("处置日期 {} 早于卡片或上次部分处置的日期 {before}。请核对。", disposed.date);
            rules.push(Rule::business("fixed_asset_date_reversed", message));
        }
        let Some(month) = Period::of(disposed.date) else { return rules };
        if let Some(missing) = asset.missing_before(month) {
            let message = format!("固定资产 {code} 从 {missing} 起的折旧没有提足，{month} 以前的都要先计提。请先做月末计提。");
            rules.push(Rule::business("depreciation_missing", message));
        }
        if let Some((later, _)) = asset.depreciated.last_key_value().filter(|(last, _)| **last > month) {
            let message = format!("固定资产 {code} 已提到 {later}，处置当月以后不提折旧。请先冲销 {month} 以后的折旧凭证。");
            rules.push(Rule::business("depreciation_after_disposal", message));
        }
        rules
    }

    pub fn add(&mut self, card: &FixedAssetAdded) {
        let asset = FixedAsset { card: card.clone(), depreciated: BTreeMap::new(), parts: Vec::new(), disposed: None };
        self.0.insert(card.asset.clone(), asset);
    }

    pub fn depreciate(&mut self, depreciated: &AssetsDepreciated) {
        for code in &depreciated.assets {
            if let Some(asset) = self.0.get_mut(code)
                && let Some(due) = asset.due(depreciated.period)
            {
                asset.depreciated.insert(depreciated.period, due);
            }
        }
    }

    pub fn dispose(&mut self, disposed: &FixedAssetDisposed) {
        let Some(asset) = self.0.get_mut(&disposed.asset) else { return };
        if disposed.part.is_some() {
            let left = asset.left_by(disposed);
            asset.parts.push(PartDisposal { disposed: disposed.clone(), left });
        } else {
            asset.disposed = Some(disposed.clone());
        }
    }

    /// Takes back a card, unless months or a disposal followed.
    pub fn withdraw_added(&mut self, code: &DimensionCode) -> Option<()> {
        let asset = self.0.get(code)?;
        if asset.disposed.is_some() || !asset.depreciated.is_empty() || !asset.parts.is_empty() {
            return None;
        }
        self.0.remove(code).map(|_| ())
    }

    /// Takes back the newest month of an asset that stands, unless a part went after it.
    pub fn withdraw_depreciated(&mut self, code: &DimensionCode, period: Period) -> Option<()> {
        let asset = self.0.get_mut(code).filter(|asset| asset.disposed.is_none())?;
        if asset.parts.last().is_some_and(|part| part.covers(period)) {
            return None;
        }
        let newest = asset.depreciated.last_entry().filter(|newest| *newest.key() == period)?;
        newest.remove();
        Some(())
    }

    pub fn withdraw_disposed(&mut self, code: &DimensionCode) -> Option<()> {
        self.0.get_mut(code)?.disposed.take().map(|_| ())
    }

    /// Takes back the newest part, unless months or the disposal of the rest followed.
    pub fn withdraw_part(&mut self, code: &DimensionCode, document: &str) -> Option<()> {
        let asset = self.0.get_mut(code).filter(|asset| asset.disposed.is_none())?;
        let newest = asset.parts.last().filter(|part| part.disposed.document == document)?;
        if asset.depreciated.last_key_value().is_some_and(|(month, _)| !newest.covers(*month)) {
            return None;
        }
        asset.parts.pop().map(|_| ())
    }

    /// What facts of fixed assets have posted to the accounts of the roles by asset, debit less credit: 固定资产 (1601) and
    /// 累计折旧 (1602). Zeros are in the list, so that a balance that should not be there is found.
    /// Net of tax, what was sold of one's own from one month to another: movables, and real estate.
    pub fn sold(&self, from: Period, to: Period) -> (Amount, Amount) {
        let (mut movables, mut real_estate) = (Amount::ZERO, Amount::ZERO);
        for asset in self.0.values() {
            let disposals = asset.parts.iter().map(|part| &part.disposed).chain(&asset.disposed);
            let sold = disposals.filter(|disposed| disposed.reason == DisposalReason::Sold);
            let within = sold.filter(|disposed| Period::of(disposed.date).is_some_and(|month| from <= month && month <= to));
            let net = total(within.map(FixedAssetDisposed::net));
            let sum = if asset.card.is_real_estate() { &mut real_estate } else { &mut movables };
            *sum = plus(*sum, net);
        }
        (movables, real_estate)
    }

    pub fn expected_balances(&self) -> Vec<(Role, DimensionCode, Amount)> {
        let both = self.0.values().flat_map(|asset| {
            let (cost, lost) = asset.balances();
            let code = &asset.card.asset;
            [(Role::FixedAsset, code.clone(), cost), (Role::AccumulatedDepreciation, code.clone(), lost)]
        });
        both.collect()
    }
}
