//! 代管资产: the card, and the steps of custody with their memorandum entries (facts §7.2 A1, A2).

use crate::collective::asset::{AssetCard, AssetCleared, AssetStep, AssetStepVoid, Step};
use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::reference;
use crate::collective::register::Registers;
use crate::collective::role::Role;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Book, Dimension, DimensionCode};

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
        registers.assets.examine_step(self)
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
        registers.assets.withdraw(&DimensionCode::parse(asset)?, step, crate::ledger::period::parse_date(date)?)
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

/// A1, A2: memorandum accounts follow the register, in black when custody begins and in red when it ends.
fn custody(registers: &Registers, book: &Book, step: &AssetStep) -> Result<Option<Produced>, Rule> {
    let Some(asset) = registers.assets.get(&step.asset) else { return Ok(None) };
    let value = asset.card.original_value;
    let amount = match step.step {
        Step::Entrusted => value,
        step if step.ends_custody() => value.checked_neg().unwrap_or(Amount::ZERO),
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
