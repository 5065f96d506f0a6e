//! 上缴国库: the part of entrusted assets' rent that is the treasury's (facts §7.2 B1, B2; 国令738 §25-26): collected with the
//! rent, owed until it is paid over with a 非税缴款书. Nothing can be spent from it (坐支): it leaves by that way alone, and
//! never more than is owed.

use crate::collective::contracts::money::MoneyReceived;
use crate::collective::custody::asset::{AssetRegister, unknown};
use crate::collective::ground::ageing::uncovered;
use crate::collective::ground::daily::Daily;
use crate::collective::reference;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 上缴: what one 非税缴款书 pays over of an asset's rent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreasuryRemitted {
    /// In yuan.
    pub amount: Amount,
    pub asset: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 非税缴款书号; distinct within an asset.
    pub document: String,
}

/// What an asset's rent owes the treasury, and what was paid over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remittance {
    /// 期初: since when, and how much.
    opening: Option<(Date, Amount)>,
    /// The treasury's part of each receipt of rent, by contract and document.
    collected: BTreeMap<(DimensionCode, String), (Date, Amount)>,
    /// By document.
    remitted: BTreeMap<String, TreasuryRemitted>,
}

impl Remittance {
    pub fn carried(&self) -> Amount {
        self.opening.map_or(Amount::ZERO, |(_, amount)| amount)
    }

    pub fn collected(&self) -> Amount {
        total(self.collected.values().map(|(_, amount)| *amount))
    }

    pub fn remitted(&self) -> Amount {
        total(self.remitted.values().map(|one| one.amount))
    }

    pub fn owed(&self) -> Amount {
        less(plus(self.carried(), self.collected()), self.remitted())
    }

    /// [`Remittance::owed`] day by day.
    fn owed_daily(&self) -> Daily {
        let came = self.opening.into_iter().chain(self.collected.values().copied());
        Daily::new(came, self.remitted.values().map(|one| (one.date, one.amount)))
    }

    /// The day of the oldest rent that is not paid over: the oldest is paid first.
    pub fn owed_since(&self) -> Option<Date> {
        let mut debts: Vec<(Date, Amount)> = self.opening.into_iter().chain(self.collected.values().copied()).collect();
        debts.sort_unstable();
        let open = uncovered(debts, self.remitted.values().map(|one| (one.date, one.amount)));
        open.first().map(|(date, _)| *date)
    }
}

/// 应缴国库台账, by asset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreasuryRegister(BTreeMap<DimensionCode, Remittance>);

fn document_rules(document: &str, taken: bool) -> Option<Rule> {
    if !reference::fits(document) {
        let message = "没有单据号，或单据号中有斜线。请填写非税缴款书的号码。";
        return Some(Rule::business("treasury_document", message));
    }
    let message = format!("这项资产已用单据 {document} 登记过。同一张单据只登记一次。");
    taken.then(|| Rule::business("treasury_document_taken", message))
}

impl TreasuryRegister {
    /// Every asset with something collected, carried or paid over, by code.
    pub fn iter(&self) -> impl Iterator<Item = (&DimensionCode, &Remittance)> {
        self.0.iter()
    }

    pub fn examine_remitted(&self, remitted: &TreasuryRemitted, assets: &AssetRegister) -> Vec<Rule> {
        let asset = &remitted.asset;
        if assets.get(asset).is_none() {
            return vec![unknown(asset)];
        }
        let mut rules = Vec::new();
        if remitted.amount.fen() <= 0 {
            rules.push(Rule::business("treasury_amount", "上缴金额要大于零。请核对非税缴款书。"));
        }
        let taken = self.0.get(asset).is_some_and(|one| one.remitted.contains_key(&remitted.document));
        rules.extend(document_rules(&remitted.document, taken));
        let daily = self.0.get(asset).map(Remittance::owed_daily).unwrap_or_default();
        if let Some((day, owed)) = daily.short_of(remitted.amount, remitted.date) {
            let message = format!(
                "资产 {asset} 到 {day} 应缴未缴 {owed} 元，不够上缴 {} 元。请核对日期、金额、资产；期初已应缴的先登记期初往来。",
                remitted.amount
            );
            rules.push(Rule::business("treasury_exceeded", message));
        }
        rules
    }

    pub fn remit(&mut self, remitted: &TreasuryRemitted) {
        let one = self.0.entry(remitted.asset.clone()).or_default();
        one.remitted.insert(remitted.document.clone(), remitted.clone());
    }

    /// 期初: what the opening balances owe, and since when.
    pub fn carry(&mut self, asset: &DimensionCode, debt: (Date, Amount)) {
        self.0.entry(asset.clone()).or_default().opening = Some(debt);
    }

    /// The treasury's part of a receipt; rent of which all is kept leaves nothing here.
    pub fn collect(&mut self, asset: &DimensionCode, money: &MoneyReceived, due: Amount) {
        if !due.is_zero() {
            let one = self.0.entry(asset.clone()).or_default();
            one.collected.insert((money.contract.clone(), money.document.clone()), (money.date, due));
        }
    }

    /// Takes back a receipt's part; `None` where it was paid over already.
    pub fn withdraw_collected(&mut self, asset: &DimensionCode, contract: &DimensionCode, document: &str) -> Option<()> {
        let key = (contract.clone(), document.to_owned());
        let Some(one) = self.0.get_mut(asset) else { return Some(()) };
        let Some((date, due)) = one.collected.get(&key).copied() else { return Some(()) };
        if one.owed_daily().short_of(due, date).is_some() {
            return None;
        }
        one.collected.remove(&key);
        self.tidy(asset);
        Some(())
    }

    pub fn withdraw_remitted(&mut self, asset: &DimensionCode, document: &str) -> Option<()> {
        self.0.get_mut(asset)?.remitted.remove(document)?;
        self.tidy(asset);
        Some(())
    }

    /// An asset about which nothing is told any more is not listed.
    fn tidy(&mut self, asset: &DimensionCode) {
        if self.0.get(asset) == Some(&Remittance::default()) {
            self.0.remove(asset);
        }
    }
}
