//! 代管资产: a state-owned asset on its way 清理 → 造册登记 → 确权颁证 → 委托代管 → (盘活) → 收回、退还或灭失. It is neither
//! owned nor controlled (facts §7.2 A1), so it stands in memorandum accounts only; what its rent becomes needs a
//! document (国令738 §25-26).

use crate::collective::ground::spread::rounded;
use crate::ledger::amount::less;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 清理: an asset was found and whose it is, before anybody measured it. The first step, which may be left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetCleared {
    /// 坐落
    pub address: String,
    pub asset: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 清理文件号
    pub document: String,
    pub name: String,
    /// 产权单位
    pub owner: String,
}

/// 造册登记: the card. Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetCard {
    /// 坐落
    pub address: String,
    /// 面积, in m² with two decimals.
    pub area: Amount,
    /// 资产类别, as the owner's books class it.
    pub class: String,
    pub code: DimensionCode,
    /// 清理并造册的日期
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 清理或造册文件号
    pub document: String,
    pub name: String,
    /// 账面原值 in yuan: memorandum only.
    pub original_value: Amount,
    /// 产权单位
    pub owner: String,
}

/// What happens to a registered asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 确权颁证; the document is the certificate's number.
    Certified,
    /// 委托代管; the document is the handover's.
    Entrusted,
    /// 移交另一社区代管
    Transferred,
    /// 收回
    Withdrawn,
    /// 退还
    Returned,
    /// 灭失
    Lost,
}

impl Step {
    pub fn chinese(self) -> &'static str {
        match self {
            Step::Certified => "确权颁证",
            Step::Entrusted => "委托代管",
            Step::Transferred => "移交代管",
            Step::Withdrawn => "收回",
            Step::Returned => "退还",
            Step::Lost => "灭失",
        }
    }

    /// Whether custody ends with it.
    pub fn ends_custody(self) -> bool {
        matches!(self, Step::Withdrawn | Step::Returned | Step::Lost)
    }
}

/// Where the rent of an entrusted asset goes: no rent line without a document that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RentDestination {
    /// 批准文号
    pub document: String,
    /// Basis points (1/10,000) that the community keeps; the rest is due to the treasury. 0: all of it.
    #[serde(with = "crate::ledger::text::count")]
    pub kept_basis_points: u32,
}

impl RentDestination {
    /// What of rent is due to the treasury, and what the community keeps: (due, kept).
    pub fn split(&self, rent: Amount) -> (Amount, Amount) {
        let kept = rounded(i128::from(rent.fen()) * i128::from(self.kept_basis_points), 10_000);
        (less(rent, kept), kept)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetStep {
    pub asset: DimensionCode,
    /// 代管社区: with 委托代管 and 移交 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custodian: Option<DimensionCode>,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
    /// With 委托代管 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rent_destination: Option<RentDestination>,
    pub step: Step,
    /// 代管到期日: with 委托代管 only; absent for no fixed term.
    #[serde(default, deserialize_with = "crate::ledger::period::some_day", skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// 作废: the newest step was recorded by mistake and produced no voucher that could be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetStepVoid {
    pub asset: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
    /// `certified` or `transferred`.
    pub step: Step,
}

/// An asset with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntrustedAsset {
    pub card: AssetCard,
    pub steps: Vec<AssetStep>,
}

impl EntrustedAsset {
    fn last(&self, wanted: impl Fn(&AssetStep) -> bool) -> Option<&AssetStep> {
        self.steps.iter().rev().find(|step| wanted(step))
    }

    /// Certification is a paper; every other step moves the asset.
    pub fn standing(&self) -> Option<Step> {
        self.last(|step| step.step != Step::Certified).map(|step| step.step)
    }

    /// Whether it was in custody at the end of a day.
    pub fn in_custody_on(&self, day: Date) -> bool {
        self.standing_on(day).is_some_and(|step| !step.ends_custody())
    }

    pub fn is_certified(&self) -> bool {
        self.steps.iter().any(|step| step.step == Step::Certified)
    }

    pub fn in_custody(&self) -> bool {
        self.standing().is_some_and(|step| !step.ends_custody())
    }

    /// The newest entrusting up to a day.
    pub fn entrusted_on(&self, day: Date) -> Option<&AssetStep> {
        self.last(|step| step.step == Step::Entrusted && step.date <= day)
    }

    /// What the approval in force on a day says: that of the custody of the day, or of the last one before it, under which
    /// rent that comes late was earned.
    pub fn rent_destination_on(&self, day: Date) -> Option<&RentDestination> {
        self.entrusted_on(day)?.rent_destination.as_ref()
    }

    /// What moved it last by the end of a day.
    pub fn standing_on(&self, day: Date) -> Option<Step> {
        self.last(|step| step.step != Step::Certified && step.date <= day).map(|step| step.step)
    }

    /// The community that kept it at the end of a day.
    pub fn custodian_on(&self, day: Date) -> Option<&DimensionCode> {
        let keeper = self.last(|step| step.custodian.is_some() && step.date <= day)?;
        keeper.custodian.as_ref().filter(|_| self.in_custody_on(day))
    }

    /// When the custody of a day runs out.
    pub fn until_on(&self, day: Date) -> Option<Date> {
        self.entrusted_on(day).filter(|_| self.in_custody_on(day))?.until
    }
}

/// 受托代管资产备查簿. Codes are never reused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetRegister {
    cleared: BTreeMap<DimensionCode, AssetCleared>,
    cards: BTreeMap<DimensionCode, EntrustedAsset>,
}

impl AssetRegister {
    pub fn get(&self, code: &DimensionCode) -> Option<&EntrustedAsset> {
        self.cards.get(code)
    }

    /// Every asset, by code.
    pub fn iter(&self) -> impl Iterator<Item = &EntrustedAsset> {
        self.cards.values()
    }

    /// Every asset that was cleared, registered since or not, by code.
    pub fn cleared(&self) -> impl Iterator<Item = &AssetCleared> {
        self.cleared.values()
    }

    pub fn examine_cleared(&self, cleared: &AssetCleared) -> Vec<Rule> {
        let mut rules = Vec::new();
        let code = &cleared.asset;
        if self.cards.contains_key(code) {
            rules.push(Rule::business("asset_code_taken", format!("资产 {code} 已经造册，清理在造册以前。请核对编码。")));
        }
        if self.cleared.contains_key(code) {
            rules.push(Rule::business("asset_cleared_twice", format!("资产 {code} 已经清理。编码不能重复使用，请换一个。")));
        }
        if [&cleared.name, &cleared.owner, &cleared.address, &cleared.document].iter().any(|text| text.trim().is_empty()) {
            rules.push(Rule::business("asset_card_incomplete", "清理不全：名称、产权单位、坐落、文件号都要填写。"));
        }
        rules
    }

    pub fn examine_card(&self, card: &AssetCard) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.cards.contains_key(&card.code) {
            rules.push(Rule::business("asset_code_taken", format!("资产 {} 已经造册。编码不能重复使用，请换一个。", card.code)));
        }
        if [&card.name, &card.owner, &card.address, &card.document].iter().any(|text| text.trim().is_empty()) {
            rules.push(Rule::business("asset_card_incomplete", "卡片不全：名称、产权单位、坐落、文件号都要填写。"));
        }
        if card.area.fen() <= 0 || card.original_value.fen() <= 0 {
            rules.push(Rule::business("asset_measure_missing", "面积和账面原值要大于零。没有原值的，请先按规定评估入账。"));
        }
        if let Some(cleared) = self.cleared.get(&card.code) {
            if card.date < cleared.date {
                let message = format!("造册日期 {} 早于清理日期 {}。请核对。", card.date, cleared.date);
                rules.push(Rule::business("asset_date_reversed", message));
            }
            if card.owner != cleared.owner {
                let message = format!("产权单位“{}”与清理时的“{}”不同。请核对，按清理的写。", card.owner, cleared.owner);
                rules.push(Rule::business("asset_owner_differs", message));
            }
        }
        rules
    }

    pub fn examine_step(&self, step: &AssetStep) -> Vec<Rule> {
        let Some(asset) = self.cards.get(&step.asset) else {
            return vec![unknown(&step.asset)];
        };
        let mut rules = Vec::new();
        let before = asset.steps.last().map_or(asset.card.date, |last| last.date);
        if step.date < before {
            rules.push(Rule::business("asset_date_reversed", format!("日期 {} 早于上一步的 {before}。请核对。", step.date)));
        }
        if step.document.trim().is_empty() {
            rules.push(Rule::business("asset_document_missing", format!("{}要有文件号或证号。请补填。", step.step.chinese())));
        }
        rules.extend(order_rule(asset, step));
        rules.extend(repeated_rule(asset, step));
        let takes_custodian = matches!(step.step, Step::Entrusted | Step::Transferred);
        if takes_custodian != step.custodian.is_some() {
            rules.push(Rule::business("asset_custodian", "委托代管和移交要写明代管社区，其他步骤不写。"));
        }
        let entrusted = step.step == Step::Entrusted;
        match &step.rent_destination {
            None if entrusted => rules.push(Rule::business(
                "rent_destination_missing",
                "委托代管要写明租金去向和批准文号（国令738 §25-26）：全额上缴，或经批准留用一部分。",
            )),
            Some(_) if !entrusted => {
                rules.push(Rule::business("rent_destination_misplaced", "租金去向只在委托代管时写明。"));
            }
            Some(to) if to.document.trim().is_empty() || to.kept_basis_points > 10_000 => {
                rules.push(Rule::business(
                    "rent_destination_incomplete",
                    "租金去向要有批准文号，留用比例在 0 至 10000 之间（万分之）。",
                ));
            }
            _ => {}
        }
        if step.until.is_some_and(|until| !entrusted || until <= step.date) {
            rules.push(Rule::business("asset_until", "代管到期日只在委托代管时写，并且晚于开始日期。"));
        }
        rules
    }

    /// Steps with a voucher go with its reversal; the others are void, the newest first.
    pub fn examine_void(&self, void: &AssetStepVoid) -> Vec<Rule> {
        let Some(asset) = self.cards.get(&void.asset) else {
            return vec![unknown(&void.asset)];
        };
        let mut rules = Vec::new();
        let newest = asset.steps.last().is_some_and(|last| last.step == void.step);
        if !newest || !matches!(void.step, Step::Certified | Step::Transferred) {
            let message = format!(
                "资产 {} 最新的一步不是“{}”，或它生成了凭证。只能作废最新的确权颁证、移交；其他请冲销凭证。",
                void.asset,
                void.step.chinese()
            );
            rules.push(Rule::business("asset_step_void", message));
        }
        if void.document.trim().is_empty() {
            rules.push(Rule::business("asset_document_missing", "作废要有依据。请补填文号或说明。"));
        }
        rules
    }

    pub fn void(&mut self, void: &AssetStepVoid) {
        if let Some(asset) = self.cards.get_mut(&void.asset) {
            asset.steps.pop();
        }
    }

    pub fn clear(&mut self, cleared: &AssetCleared) {
        self.cleared.insert(cleared.asset.clone(), cleared.clone());
    }

    pub fn add(&mut self, card: &AssetCard) {
        self.cards.insert(card.code.clone(), EntrustedAsset { card: card.clone(), steps: Vec::new() });
    }

    pub fn step(&mut self, step: &AssetStep) {
        if let Some(asset) = self.cards.get_mut(&step.asset) {
            asset.steps.push(step.clone());
        }
    }

    /// Takes back the newest step, when its voucher was reversed; one that others followed stays.
    pub fn withdraw(&mut self, asset: &DimensionCode, step: Step, date: Date) -> Option<()> {
        let steps = &mut self.cards.get_mut(asset)?.steps;
        steps.pop_if(|last| last.step == step && last.date == date).map(|_| ())
    }
}

/// The refusal of an asset that has no card.
pub fn unknown(code: &DimensionCode) -> Rule {
    Rule::business("asset_unknown", format!("资产 {code} 没有造册。请先造册登记。"))
}

/// A voucher is taken back by its asset, step and day: two of them would be one.
fn repeated_rule(asset: &EntrustedAsset, step: &AssetStep) -> Option<Rule> {
    let repeated = asset.steps.iter().any(|before| (before.step, before.date) == (step.step, step.date));
    repeated.then(|| {
        let message = format!(
            "资产 {} 在 {} 已经登记过一次“{}”，同一天不能登记第二次。请核对日期；登错的先冲销或作废那一次。",
            step.asset,
            step.date,
            step.step.chinese()
        );
        Rule::business("asset_step_repeated", message)
    })
}

/// What may follow what.
fn order_rule(asset: &EntrustedAsset, step: &AssetStep) -> Option<Rule> {
    let fits = match step.step {
        Step::Certified => !asset.is_certified(),
        Step::Entrusted => asset.is_certified() && !asset.in_custody() && asset.standing() != Some(Step::Lost),
        Step::Transferred | Step::Withdrawn | Step::Returned | Step::Lost => asset.in_custody(),
    };
    let now = asset.standing().map_or("已造册", Step::chinese);
    (!fits).then(|| {
        let message = format!(
            "资产 {} 现为“{now}”，不能{}。次序为造册、确权颁证、委托代管，再收回、退还或灭失。",
            step.asset,
            step.step.chinese()
        );
        Rule::business("asset_step_out_of_order", message)
    })
}
