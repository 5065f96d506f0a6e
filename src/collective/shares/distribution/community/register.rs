//! 收益分配台账: what a community resolved, what it owes by that to its members and to others, and what it has paid.

use crate::collective::reference;
use crate::collective::shares::distribution::NUMBER_CHARS_MAX;
use crate::collective::shares::distribution::community::{CollectiveDistribution, CollectiveResolution, distribute_collective};
use crate::ledger::amount::{less, total};
use crate::ledger::book::text_rule;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One member's part of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberPaid {
    /// In yuan.
    pub amount: Amount,
    pub member: DimensionCode,
}

/// 付成员分配, by one list of the bank or of signatures. Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberDistributionPaid {
    /// In yuan, in all.
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 发放表、回单号; distinct within the resolution.
    pub document: String,
    /// Who got it, by code; empty where the resolution names no members.
    pub members: Vec<MemberPaid>,
    pub resolution: DimensionCode,
}

/// 付其他分配.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherDistributionPaid {
    /// In yuan.
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 回单号; distinct within the resolution.
    pub document: String,
    pub resolution: DimensionCode,
}

/// A distribution that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distributed {
    pub resolution: CollectiveResolution,
    pub distribution: CollectiveDistribution,
    /// By document.
    pub members_paid: BTreeMap<String, MemberDistributionPaid>,
    /// By document.
    pub other_paid: BTreeMap<String, OtherDistributionPaid>,
}

impl Distributed {
    /// What all members were paid.
    pub fn paid_to_members(&self) -> Amount {
        total(self.members_paid.values().map(|payment| payment.amount))
    }

    /// What one member was paid.
    pub fn paid_to(&self, member: &DimensionCode) -> Amount {
        let paid = self.members_paid.values().flat_map(|payment| &payment.members);
        total(paid.filter(|paid| paid.member == *member).map(|paid| paid.amount))
    }

    pub fn paid_to_others(&self) -> Amount {
        total(self.other_paid.values().map(|payment| payment.amount))
    }

    pub fn owed_to_members(&self) -> Amount {
        less(self.resolution.member_distribution, self.paid_to_members())
    }

    /// What a member is still owed; nothing where the resolution does not name it.
    pub fn owed_to(&self, member: &DimensionCode) -> Amount {
        let part = self.distribution.members.iter().find(|(code, _)| code == member);
        part.map_or(Amount::ZERO, |(_, part)| less(*part, self.paid_to(member)))
    }

    pub fn owed_to_others(&self) -> Amount {
        less(self.resolution.other, self.paid_to_others())
    }

    /// What any payment on it has to keep to.
    fn examine_slip(&self, date: Date, document: &str, taken: bool) -> Vec<Rule> {
        let mut rules: Vec<Rule> = text_rule("回单号", document, NUMBER_CHARS_MAX).into_iter().collect();
        if !reference::fits(document) || taken {
            let message = "发放表号、回单号没有填、含有斜线，或已经用过。同一张只记一次。";
            rules.push(Rule::business("payment_document", message));
        }
        if date < self.resolution.date {
            let message = format!("支付日期 {date} 早于决议日期 {}。请核对日期。", self.resolution.date);
            rules.push(Rule::business("payment_date_reversed", message));
        }
        rules
    }

    /// Who is paid, and how much, against what the resolution gives them.
    fn examine_members(&self, payment: &MemberDistributionPaid) -> Vec<Rule> {
        if self.distribution.members.is_empty() != payment.members.is_empty() {
            let message = "决议列了成员的，支付也要逐人写明；决议没有列成员的，只写总额。请核对。";
            return vec![Rule::business("payment_members_differ", message)];
        }
        let mut rules = Vec::new();
        if payment.members.windows(2).any(|pair| pair[0].member >= pair[1].member) {
            rules.push(Rule::business("payment_order", "成员要按编码排列，每人只写一次。"));
        }
        let paid = total(payment.members.iter().map(|paid| paid.amount));
        if !payment.members.is_empty() && paid != payment.amount {
            let message = format!("各成员合计 {paid} 元，与支付总额 {} 元不等。请核对发放表。", payment.amount);
            rules.push(Rule::business("payment_total_differs", message));
        }
        let member = |paid: &MemberPaid| exceeds(&format!("成员 {}", paid.member), self.owed_to(&paid.member), paid.amount);
        rules.extend(payment.members.iter().filter_map(member));
        rules
    }
}

fn exceeds(who: &str, owed: Amount, paid: Amount) -> Option<Rule> {
    let message = || format!("{who}应付 {owed} 元，这次付 {paid} 元。请核对。");
    (paid <= Amount::ZERO || paid > owed).then(|| Rule::business("payment_exceeds_owed", message()))
}

/// 收益分配台账, by the resolution's code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectiveRegister(BTreeMap<DimensionCode, Distributed>);

impl CollectiveRegister {
    pub fn get(&self, code: &DimensionCode) -> Option<&Distributed> {
        self.0.get(code)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Distributed> {
        self.0.values()
    }

    pub fn examine(&self, resolution: &CollectiveResolution) -> Vec<Rule> {
        let taken = self.0.contains_key(&resolution.code);
        let message = || format!("决议 {} 已经分配过。请换一个决议编码。", resolution.code);
        let mut rules: Vec<Rule> = taken.then(|| Rule::business("resolution_taken", message())).into_iter().collect();
        rules.extend(distribute_collective(resolution).err().into_iter().flatten());
        rules
    }

    pub fn examine_members_paid(&self, payment: &MemberDistributionPaid) -> Vec<Rule> {
        let Some(found) = self.0.get(&payment.resolution) else { return unknown(&payment.resolution) };
        let taken = found.members_paid.contains_key(&payment.document);
        let mut rules = found.examine_slip(payment.date, &payment.document, taken);
        rules.extend(exceeds("成员合计", found.owed_to_members(), payment.amount));
        rules.extend(found.examine_members(payment));
        rules
    }

    pub fn examine_other_paid(&self, payment: &OtherDistributionPaid) -> Vec<Rule> {
        let Some(found) = self.0.get(&payment.resolution) else { return unknown(&payment.resolution) };
        let taken = found.other_paid.contains_key(&payment.document);
        let mut rules = found.examine_slip(payment.date, &payment.document, taken);
        rules.extend(exceeds("其他分配", found.owed_to_others(), payment.amount));
        rules
    }

    pub fn resolve(&mut self, resolution: &CollectiveResolution) {
        if let Ok(distribution) = distribute_collective(resolution) {
            let found = Distributed {
                resolution: resolution.clone(),
                distribution,
                members_paid: BTreeMap::new(),
                other_paid: BTreeMap::new(),
            };
            self.0.insert(resolution.code.clone(), found);
        }
    }

    pub fn pay_members(&mut self, payment: &MemberDistributionPaid) {
        if let Some(found) = self.0.get_mut(&payment.resolution) {
            found.members_paid.insert(payment.document.clone(), payment.clone());
        }
    }

    pub fn pay_others(&mut self, payment: &OtherDistributionPaid) {
        if let Some(found) = self.0.get_mut(&payment.resolution) {
            found.other_paid.insert(payment.document.clone(), payment.clone());
        }
    }

    /// Takes a resolution back that nothing was paid on, when its voucher was reversed.
    pub fn withdraw(&mut self, code: &DimensionCode) -> Option<()> {
        self.0.get(code).filter(|found| found.members_paid.is_empty() && found.other_paid.is_empty())?;
        self.0.remove(code).map(|_| ())
    }

    pub fn withdraw_members_paid(&mut self, code: &DimensionCode, document: &str) -> Option<()> {
        self.0.get_mut(code)?.members_paid.remove(document).map(|_| ())
    }

    pub fn withdraw_other_paid(&mut self, code: &DimensionCode, document: &str) -> Option<()> {
        self.0.get_mut(code)?.other_paid.remove(document).map(|_| ())
    }
}

fn unknown(resolution: &DimensionCode) -> Vec<Rule> {
    vec![Rule::business("resolution_unknown", format!("没有分配决议 {resolution}。请先登记分配。"))]
}
