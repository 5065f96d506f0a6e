//! 实缴出资: money that a holder pays in (facts §7.5). The share register says who has paid in how much
//! ([`crate::collective::shares::holding`]); here is what of that came as money and stands in the accounts.

use crate::collective::reference;
use crate::collective::shares::holding::ShareRegister;
use crate::ledger::amount::{less, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 货币出资到账.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapitalPaid {
    /// In yuan.
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 银行回单; distinct within a holder.
    pub document: String,
    /// The community that holds the share.
    pub holder: DimensionCode,
}

/// 货币出资, by holder and document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapitalRegister(BTreeMap<(DimensionCode, String), CapitalPaid>);

impl CapitalRegister {
    /// Every payment, by holder and document.
    pub fn iter(&self) -> impl Iterator<Item = &CapitalPaid> {
        self.0.values()
    }

    fn paid_by(&self, holder: &DimensionCode) -> Amount {
        total(self.0.values().filter(|one| one.holder == *holder).map(|one| one.amount))
    }

    pub fn examine(&self, paid: &CapitalPaid, shares: &ShareRegister) -> Vec<Rule> {
        let mut rules = Vec::new();
        let holder = &paid.holder;
        if paid.amount.fen() <= 0 {
            rules.push(Rule::business("capital_amount", "出资金额要大于零。请核对回单。"));
        }
        if !reference::fits(&paid.document) {
            rules.push(Rule::business("capital_document", "没有回单号，或回单号中有斜线。请填写银行回单的号码。"));
        }
        if self.0.contains_key(&(holder.clone(), paid.document.clone())) {
            let message = format!("社区 {holder} 的回单 {} 已经登记过出资。同一张回单只登记一次。", paid.document);
            rules.push(Rule::business("capital_document_taken", message));
        }
        let open = less(shares.paid_in_cash(holder), self.paid_by(holder)).max(Amount::ZERO);
        if paid.amount > open {
            let message = format!(
                "份额台账中社区 {holder} 货币实缴还没有入账的是 {open} 元，不够 {} 元。请先登记份额变动的实缴，或核对金额。",
                paid.amount
            );
            rules.push(Rule::business("capital_exceeds_paid_in", message));
        }
        rules
    }

    pub fn pay(&mut self, paid: &CapitalPaid) {
        self.0.insert((paid.holder.clone(), paid.document.clone()), paid.clone());
    }

    pub fn withdraw(&mut self, holder: &DimensionCode, document: &str) -> Option<()> {
        self.0.remove(&(holder.clone(), document.to_owned())).map(|_| ())
    }
}
