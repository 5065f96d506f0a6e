//! 组织架构台账: units with their names, pairings by community, accounts with masked numbers.

use crate::collective::organisation::bank_account::{BankAccount, Purpose};
use crate::collective::organisation::partner::Pairing;
use crate::collective::organisation::unit::{CommunityType, Named, PartnerType, Unit, UnitKind};
use crate::collective::registers::Registers;
use crate::ledger::DimensionCode;
use crate::ledger::dimension::DimensionRegister;
use jiff::civil::Date;
use serde::Serialize;

/// One row of 单位: as it is called on the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnitRow {
    pub kind: UnitKind,
    pub code: DimensionCode,
    pub name: String,
    /// What its code belongs to among the book's dimensions: the street of a community.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<DimensionCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community_type: Option<CommunityType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_type: Option<PartnerType>,
    /// Every name up to the day, oldest first.
    pub history: Vec<Named>,
}

/// Every unit there is on a day, from the county down.
pub fn units(registers: &Registers, dimensions: &DimensionRegister, day: Date) -> Vec<UnitRow> {
    let row = |unit: &Unit| {
        let card = &unit.card;
        let value = card.kind.dimension().and_then(|dimension| dimensions.get(dimension, &card.code));
        Some(UnitRow {
            kind: card.kind,
            code: card.code.clone(),
            name: unit.name_at(day)?.to_owned(),
            parent: value.and_then(|value| value.parent.clone()),
            community_type: card.community_type,
            partner_type: card.partner_type,
            history: unit.names().filter(|named| named.since <= day).collect(),
        })
    };
    let mut rows: Vec<UnitRow> = registers.organisation.units.iter().filter_map(row).collect();
    rows.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
    rows
}

/// A paired unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartnerOf {
    pub partner: DimensionCode,
    pub name: String,
    #[serde(rename = "type")]
    pub type_: PartnerType,
    /// Absent where it is not paired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// One row of 结对: a community with those who stand by it. The last row has no community and those who are paired with none, so
/// that the columns add up to all partners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartnerRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<DimensionCode>,
    pub name: String,
    /// 机关企事业单位
    pub institution: usize,
    /// 非公组织
    pub non_public: usize,
    pub partners: Vec<PartnerOf>,
}

/// The communities of a day and their partners.
pub fn partners(registers: &Registers, day: Date) -> Vec<PartnerRow> {
    let organisation = &registers.organisation;
    let pairing = |unit: &Unit| organisation.partners.on(&unit.card.code, day);
    let row = |community: Option<&DimensionCode>, name: &str| {
        let here = organisation
            .units
            .of(UnitKind::Partner)
            .filter(|unit| unit.name_at(day).is_some() && pairing(unit).map(|pairing| &pairing.paired.community) == community);
        let partners: Vec<PartnerOf> = here.filter_map(|unit| partner_of(unit, pairing(unit), day)).collect();
        let count = |type_| partners.iter().filter(|partner| partner.type_ == type_).count();
        PartnerRow {
            community: community.cloned(),
            name: name.to_owned(),
            institution: count(PartnerType::Institution),
            non_public: count(PartnerType::NonPublic),
            partners,
        }
    };
    let communities = organisation.units.of(UnitKind::Community);
    let mut rows: Vec<PartnerRow> = communities.filter_map(|unit| Some(row(Some(&unit.card.code), unit.name_at(day)?))).collect();
    let alone = row(None, "未结对");
    if !alone.partners.is_empty() {
        rows.push(alone);
    }
    rows
}

fn partner_of(unit: &Unit, pairing: Option<&Pairing>, day: Date) -> Option<PartnerOf> {
    Some(PartnerOf {
        partner: unit.card.code.clone(),
        name: unit.name_at(day)?.to_owned(),
        type_: unit.card.partner_type?,
        since: pairing.map(|pairing| pairing.paired.since),
        until: pairing.and_then(Pairing::until),
    })
}

/// One row of 银行账户.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BankAccountRow {
    /// The last four digits (财会〔2024〕12号 §33).
    pub account: String,
    pub bank: String,
    pub holder: String,
    pub owner_kind: UnitKind,
    pub owner: DimensionCode,
    pub purpose: Purpose,
    pub since: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Date>,
    pub open: bool,
    /// 只付不收
    pub pays_only: bool,
}

/// The accounts opened by a day, by owner.
pub fn bank_accounts(registers: &Registers, day: Date) -> Vec<BankAccountRow> {
    let opened = registers.organisation.bank_accounts.iter().filter(|account| account.card.since <= day);
    let row = |account: &BankAccount| BankAccountRow {
        account: account.card.account.to_string(),
        bank: account.card.bank.clone(),
        holder: account.card.holder.clone(),
        owner_kind: account.card.owner.kind,
        owner: account.card.owner.code.clone(),
        purpose: account.card.purpose,
        since: account.card.since,
        closed: account.closed.as_ref().map(|closed| closed.date).filter(|date| *date <= day),
        open: account.is_open(day),
        pays_only: account.pays_only,
    };
    let mut rows: Vec<BankAccountRow> = opened.map(row).collect();
    rows.sort_by(|a, b| (a.owner_kind, &a.owner).cmp(&(b.owner_kind, &b.owner)));
    rows
}
