//! 代管资产: the card, and the steps of custody with their memorandum entries (facts §7.2 A1, A2).

mod treasury;

use crate::collective::assets::fixed_asset::FixedAsset;
use crate::collective::contracts::terms::ContractTerms;
use crate::collective::custody::asset::{AssetCard, AssetCleared, AssetStep, AssetStepVoid, EntrustedAsset, Step};
use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::reference;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::ledger::amount::negated;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};
use jiff::civil::Date;

impl Record for AssetCleared {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Asset, &self.asset)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.assets.examine_cleared(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.assets.clear(self);
    }
}

impl Record for AssetCard {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Asset, &self.code)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let mut rules = registers.assets.examine_card(self);
        // A contract keeps the way in which it is recognised: as of an asset of one's own, or as of an entrusted one.
        if let Some(other) = registers.contracts.standing().find(|one| one.terms.asset.as_ref() == Some(&self.code)) {
            let message =
                format!("资产 {} 已按自有资产签了合同 {}，不能再造册为代管资产。请换一个资产编码。", self.code, other.terms.code);
            rules.push(Rule::business("asset_in_contract", message));
        }
        rules.extend(owned_rule(registers, &self.code, self.date));
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        registers.assets.add(self);
    }
}

impl Record for AssetStep {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        self.custodian.iter().map(|code| (Dimension::Community, code)).collect()
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let mut rules = registers.assets.examine_step(self);
        if registers.assets.get(&self.asset).is_some() {
            rules.extend(let_rule(registers, self));
        }
        if self.step == Step::Entrusted {
            rules.extend(owned_rule(registers, &self.asset, self.date));
        }
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        registers.assets.step(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        Ok(custody(registers, book, self)?.into_iter().collect())
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[asset, step, date] = parts else { return None };
        let step: Step = serde_json::from_value(serde_json::Value::String(step.to_owned())).ok()?;
        let (asset, date) = (DimensionCode::parse(asset)?, crate::ledger::period::parse_date(date)?);
        // What was signed or became the company's own since keeps the asset where it is.
        let owned = step.ends_custody() && owned_rule(registers, &asset, date).is_some();
        if owned || registers.contracts.beyond(&asset, date).is_some() {
            return None;
        }
        registers.assets.withdraw(&asset, step, date)
    }
}

impl Record for AssetStepVoid {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.assets.examine_void(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.assets.void(self);
    }
}

/// An asset is entrusted or the company's own, never both (facts §7.2 A1, H4).
fn owned_rule(registers: &Registers, asset: &DimensionCode, day: Date) -> Option<Rule> {
    let own = registers.fixed_assets.get(asset)?;
    own.disposed.as_ref().is_none_or(|disposed| disposed.date > day).then(|| {
        let message = format!(
            "资产 {asset} 在固定资产台账有卡片（{}），{day} 是自己的资产，不能又是代管资产。请核对编码；已不归自己的，先登记处置。",
            own.card.name
        );
        Rule::business("asset_owned", message)
    })
}

/// Custody does not end under a contract, nor begin under one that was signed as over an asset of one's own.
fn let_rule(registers: &Registers, step: &AssetStep) -> Option<Rule> {
    let asset = &step.asset;
    if step.step.ends_custody() {
        let contract = registers.contracts.beyond(asset, step.date)?;
        let message = format!(
            "资产 {asset} 由合同 {} 用到 {}，{} 还不能{}。请先登记合同终止（不晚于这一天）。",
            contract.terms.code,
            contract.last_day(),
            step.date,
            step.step.chinese()
        );
        return Some(Rule::business("asset_let", message));
    }
    let contract = registers.contracts.beyond(asset, step.date).filter(|_| step.step == Step::Entrusted)?;
    let message = format!(
        "资产 {asset} 已按自有资产签了合同 {}，用到 {}，不能在 {} 委托代管。请先登记合同终止。",
        contract.terms.code,
        contract.last_day(),
        step.date
    );
    Some(Rule::business("asset_in_contract", message))
}

/// A registered asset is let while it is in custody, by the community that keeps it; one that is the company's own is let
/// as long as it is.
pub fn contract_rules(terms: &ContractTerms, registers: &Registers) -> Vec<Rule> {
    let Some(code) = &terms.asset else { return Vec::new() };
    let own = registers.fixed_assets.get(code);
    match registers.assets.get(code) {
        Some(asset) if asset.in_custody() => entrusted_rules(terms, asset),
        Some(asset) if own.is_none() || asset.in_custody_on(terms.start) => {
            let message = format!("资产 {} 不在代管中，不能签合同。请先登记委托代管。", asset.card.name);
            vec![Rule::business("asset_not_in_custody", message)]
        }
        _ => own.and_then(|own| disposed_rule(terms, own)).into_iter().collect(),
    }
}

fn entrusted_rules(terms: &ContractTerms, asset: &EntrustedAsset) -> Vec<Rule> {
    let Some(custody) = asset.entrusted_on(Date::MAX) else { return Vec::new() };
    if terms.start < custody.date || custody.until.is_some_and(|until| terms.end > until) {
        let until = custody.until.map_or_else(|| "没有固定期限".to_owned(), |until| format!("到 {until}"));
        let message = format!(
            "合同期 {} 至 {} 超出代管期：资产 {} 从 {} 起代管，{until}。请核对起止日，或先办理续期的委托代管。",
            terms.start, terms.end, asset.card.code, custody.date
        );
        return vec![Rule::business("contract_outside_custody", message)];
    }
    let keeper = asset.custodian_on(terms.start).filter(|keeper| **keeper != terms.community);
    let rule = keeper.map(|keeper| {
        let message = format!(
            "资产 {} 在 {} 由社区 {keeper} 代管，合同写的是社区 {}。请核对社区，或先登记移交代管。",
            asset.card.code, terms.start, terms.community
        );
        Rule::business("contract_community_not_custodian", message)
    });
    rule.into_iter().collect()
}

fn disposed_rule(terms: &ContractTerms, own: &FixedAsset) -> Option<Rule> {
    let gone = own.disposed.as_ref().map(|disposed| disposed.date)?;
    (terms.start >= gone || terms.end > gone).then(|| {
        let message = format!(
            "固定资产 {} 已于 {gone} 处置，合同期 {} 至 {} 不能在它以后。请核对资产编码和起止日。",
            own.card.asset, terms.start, terms.end
        );
        Rule::business("contract_asset_disposed", message)
    })
}

/// A1, A2: memorandum accounts follow the register, in black when custody begins and in red when it ends.
fn custody(registers: &Registers, book: &Book, step: &AssetStep) -> Result<Option<Produced>, Rule> {
    let Some(asset) = registers.assets.get(&step.asset) else { return Ok(None) };
    let value = asset.card.original_value;
    let amount = match step.step {
        Step::Entrusted => value,
        step if step.ends_custody() => negated(value),
        _ => return Ok(None),
    };
    let mut lines = Lines::new(registers, book);
    let tags = [(Dimension::Asset, &step.asset)];
    lines.debit(Role::CustodyAsset, amount, &tags)?;
    lines.credit(Role::CustodyContra, amount, &tags)?;
    Ok(Some(Produced {
        reference: reference::asset_step(&step.asset, step.step, step.date),
        date: step.date,
        memo: format!("{}：{}（{}）", step.step.chinese(), asset.card.name, step.document),
        lines: lines.done(),
    }))
}
