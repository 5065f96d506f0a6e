//! 单位: what a code stands for, and what it has been called since when. Codes are never reused; a name changes from a
//! day on, and the older one still answers for the days before.

use crate::ledger::book::{name_rule, text_rule};
use crate::ledger::refusal::Rule;
use crate::ledger::{Dimension, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Characters of the number of a document, as the share register has them.
pub const DOCUMENT_CHARS_MAX: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// 县
    County,
    /// 街道
    Street,
    /// 社区
    Community,
    /// 公司: the one that keeps the book
    Company,
    /// 门店
    Shop,
    /// 结对单位
    Partner,
    /// 往来单位
    Counterparty,
}

impl UnitKind {
    pub fn chinese(self) -> &'static str {
        match self {
            UnitKind::County => "县",
            UnitKind::Street => "街道",
            UnitKind::Community => "社区",
            UnitKind::Company => "公司",
            UnitKind::Shop => "门店",
            UnitKind::Partner => "结对单位",
            UnitKind::Counterparty => "往来单位",
        }
    }

    /// Where the code must be registered, so that a line can carry it. The county and the company stand above their
    /// lines: every line of the book is theirs, and none names them.
    pub fn dimension(self) -> Option<Dimension> {
        match self {
            UnitKind::County | UnitKind::Company => None,
            UnitKind::Street => Some(Dimension::Street),
            UnitKind::Community => Some(Dimension::Community),
            UnitKind::Shop => Some(Dimension::Shop),
            UnitKind::Partner | UnitKind::Counterparty => Some(Dimension::Counterparty),
        }
    }

    /// Whether its money belongs to the collective, or to those who run it: such money is never in a person's account.
    pub fn is_collective(self) -> bool {
        !matches!(self, UnitKind::Partner | UnitKind::Counterparty)
    }
}

/// Who acts for the collective of a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommunityType {
    /// 有集体经济组织
    WithOrganisation,
    /// 村委代行
    CommitteeActs,
    /// 纯居委会
    ResidentsOnly,
}

impl CommunityType {
    pub fn chinese(self) -> &'static str {
        match self {
            CommunityType::WithOrganisation => "有集体经济组织",
            CommunityType::CommitteeActs => "村委代行",
            CommunityType::ResidentsOnly => "纯居委会",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerType {
    /// 机关企事业单位
    Institution,
    /// 非公组织
    NonPublic,
}

impl PartnerType {
    pub fn chinese(self) -> &'static str {
        match self {
            PartnerType::Institution => "机关企事业单位",
            PartnerType::NonPublic => "非公组织",
        }
    }
}

/// 单位登记. Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitRegistered {
    pub code: DimensionCode,
    /// With a community only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub community_type: Option<CommunityType>,
    /// 设立、认定或营业的文件号
    pub document: String,
    pub kind: UnitKind,
    /// As of `since`.
    pub name: String,
    /// With a partner only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_type: Option<PartnerType>,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub since: Date,
}

/// 更名
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitRenamed {
    pub code: DimensionCode,
    /// The first day of the new name.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
    pub kind: UnitKind,
    pub name: String,
}

/// A name from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    pub since: Date,
    pub name: String,
    pub document: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub card: UnitRegistered,
    /// Names after the card's, oldest first.
    renamed: Vec<Named>,
}

impl Unit {
    /// Every name, oldest first.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = Named> {
        let UnitRegistered { since, name, document, .. } = &self.card;
        let first = Named { since: *since, name: name.clone(), document: document.clone() };
        std::iter::once(first).chain(self.renamed.iter().cloned())
    }

    /// What it is called at the end of a day; `None` before there is such a unit.
    pub fn name_at(&self, day: Date) -> Option<&str> {
        let renamed = self.renamed.iter().rev().find(|named| named.since <= day).map(|named| named.name.as_str());
        renamed.or_else(|| (self.card.since <= day).then_some(self.card.name.as_str()))
    }

    /// The newest name and the day it began.
    fn newest(&self) -> (&str, Date) {
        self.renamed.last().map_or((&self.card.name, self.card.since), |named| (&named.name, named.since))
    }
}

/// 单位台账, by where the code is registered and the code: partners and counterparties share one row of codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitRegister(BTreeMap<(Option<Dimension>, DimensionCode), Unit>);

/// What is wrong with the number of a document that must be there.
pub fn document_rule(field: &'static str, document: &str) -> Option<Rule> {
    if document.trim().is_empty() {
        return Some(Rule::business("unit_document_missing", format!("没有填{field}。请补填所依据文件的文号。")));
    }
    text_rule(field, document, DOCUMENT_CHARS_MAX)
}

impl UnitRegister {
    pub fn get(&self, kind: UnitKind, code: &DimensionCode) -> Option<&Unit> {
        self.0.get(&(kind.dimension(), code.clone())).filter(|unit| unit.card.kind == kind)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Unit> {
        self.0.values()
    }

    /// Every unit of a kind, by code.
    pub fn of(&self, kind: UnitKind) -> impl Iterator<Item = &Unit> {
        self.0.values().filter(move |unit| unit.card.kind == kind)
    }

    /// What a unit is called at the end of a day; `None` where there is none.
    pub fn name_at(&self, kind: UnitKind, code: &DimensionCode, day: Date) -> Option<&str> {
        self.get(kind, code)?.name_at(day)
    }

    /// Why a unit cannot be named by another fact of a day.
    pub fn unknown_rule(&self, kind: UnitKind, code: &DimensionCode, day: Date) -> Option<Rule> {
        let message = || format!("{day} 没有{} {code}：没有登记，或当日尚未设立。请先登记单位。", kind.chinese());
        self.name_at(kind, code, day).is_none().then(|| Rule::business("unit_unknown", message()))
    }

    /// Why a shop is none of the book's: it has registered shops, and this is none of them. Books of a county may share
    /// their codes, so a code alone says nothing.
    pub fn foreign_shop_rule(&self, shop: &DimensionCode) -> Option<Rule> {
        let foreign = self.of(UnitKind::Shop).next().is_some() && self.get(UnitKind::Shop, shop).is_none();
        let message = || format!("门店 {shop} 不是本账套登记的门店。请核对账套和门店；确是本公司新开的，先登记单位。");
        foreign.then(|| Rule::business("shop_not_own", message()))
    }

    pub fn examine(&self, card: &UnitRegistered) -> Vec<Rule> {
        let mut rules = Vec::new();
        let UnitRegistered { code, kind, .. } = card;
        if let Some(taken) = self.0.get(&(kind.dimension(), code.clone())) {
            let message = format!("编码 {code} 已登记为{}。编码不能重复使用，请换一个。", taken.card.kind.chinese());
            rules.push(Rule::business("unit_code_taken", message));
        }
        // The book belongs to one company of one county.
        let single = matches!(kind, UnitKind::County | UnitKind::Company);
        if let Some(other) = self.of(*kind).find(|unit| single && unit.card.code != *code) {
            let message = format!("本账套的{}已登记为 {}。一个账套只有一个；改名请登记更名。", kind.chinese(), other.card.code);
            rules.push(Rule::business("unit_single", message));
        }
        if card.community_type.is_some() != (*kind == UnitKind::Community)
            || card.partner_type.is_some() != (*kind == UnitKind::Partner)
        {
            let message = "社区要写社区类型，结对单位要写单位性质，其他单位都不写。请补填或删去。";
            rules.push(Rule::business("unit_type", message));
        }
        rules.extend(document_rule("单位的文件号", &card.document));
        rules.extend(name_rule("单位名称", &card.name));
        rules
    }

    pub fn examine_rename(&self, rename: &UnitRenamed) -> Vec<Rule> {
        let UnitRenamed { code, kind, .. } = rename;
        let Some(unit) = self.get(*kind, code) else {
            return vec![Rule::business("unit_unknown", format!("没有登记{} {code}。请先登记单位。", kind.chinese()))];
        };
        let mut rules = Vec::new();
        let (name, since) = unit.newest();
        if rename.date < since {
            let message = format!("更名日期 {} 早于现名“{name}”的开始日期 {since}。请核对。", rename.date);
            rules.push(Rule::business("unit_date_reversed", message));
        }
        if rename.name == name {
            let message = format!("{} {code} 现名就是“{name}”，不必更名；重复登记的请删去。", kind.chinese());
            rules.push(Rule::business("unit_name_unchanged", message));
        }
        rules.extend(document_rule("更名的文件号", &rename.document));
        rules.extend(name_rule("单位名称", &rename.name));
        rules
    }

    pub fn add(&mut self, card: &UnitRegistered) {
        let unit = Unit { card: card.clone(), renamed: Vec::new() };
        self.0.insert((card.kind.dimension(), card.code.clone()), unit);
    }

    pub fn rename(&mut self, rename: &UnitRenamed) {
        let UnitRenamed { code, date, document, kind, name } = rename.clone();
        if let Some(unit) = self.0.get_mut(&(kind.dimension(), code)) {
            unit.renamed.push(Named { since: date, name, document });
        }
    }
}
