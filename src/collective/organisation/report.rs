//! 组织架构台账: units with their names, pairings by community, accounts with masked numbers.

use crate::collective::organisation::bank_account::{BankAccount, Purpose};
use crate::collective::organisation::partner::Pairing;
use crate::collective::organisation::unit::{CommunityType, Named, PartnerType, Unit, UnitKind};
use crate::collective::registers::{Listing, Registers, Subject, listing};
use crate::ledger::DimensionCode;
use crate::ledger::dimension::DimensionRegister;
use crate::{columns, shown_rows, shown_words};
use jiff::civil::Date;

/// One row of 单位: as it is called on the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    pub kind: UnitKind,
    pub code: DimensionCode,
    pub name: String,
    /// What its code belongs to among the book's dimensions: the street of a community.
    pub parent: Option<DimensionCode>,
    pub community_type: Option<CommunityType>,
    pub partner_type: Option<PartnerType>,
    /// Every name up to the day, oldest first.
    pub history: Vec<Named>,
}

columns! { UnitRow:
    code: "编码",
    name: "名称",
    kind: "种类",
    community_type: "社区类型",
    partner_type: "单位类型",
    parent: "上级",
    history: "名称沿革",
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerOf {
    pub partner: DimensionCode,
    pub name: String,
    pub type_: PartnerType,
    /// Absent where it is not paired.
    pub since: Option<Date>,
    pub until: Option<Date>,
}

columns! { PartnerOf:
    name: "名称",
    partner: "结对单位",
    since: "起",
    until: "到期日",
    type_ as "type": "类型",
}

/// One row of 结对: a community with those who stand by it. The last row has no community and those who are paired with none, so
/// that the columns add up to all partners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerRow {
    pub community: Option<DimensionCode>,
    pub name: String,
    /// 机关企事业单位
    pub institution: usize,
    /// 非公组织
    pub non_public: usize,
    pub partners: Vec<PartnerOf>,
}

columns! { PartnerRow:
    name: "名称",
    community: "社区" of Community,
    partners: "结对单位",
    institution: "机关企事业",
    non_public: "非公",
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAccountRow {
    /// The last four digits (财会〔2024〕12号 §33).
    pub account: String,
    pub bank: String,
    pub holder: String,
    pub owner_kind: UnitKind,
    pub owner: DimensionCode,
    pub purpose: Purpose,
    pub since: Date,
    pub closed: Option<Date>,
    pub open: bool,
    /// 只付不收
    pub pays_only: bool,
}

columns! { BankAccountRow:
    owner_kind: "户主类别",
    owner: "单位",
    holder: "户名",
    account: "账号",
    bank: "开户行",
    purpose: "用途",
    since: "起",
    open: "在用",
    pays_only: "只收不付",
    closed: "销户",
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

columns! { Named:
    since: "起",
    name: "名称",
    document: "依据",
}

shown_rows!(Named, PartnerOf);
shown_words!(CommunityType, PartnerType, Purpose, UnitKind);

/// What the subject shows, and what its accounts must hold.
pub(crate) const SUBJECT: Subject = Subject { listings: LISTINGS, ties: &[], expected: |_| Vec::new() };

const LISTINGS: &[Listing] = &[
    listing!("units" "单位": UnitRow, |of| units(of.registers, of.dimensions, of.day)),
    listing!("partners" "结对": PartnerRow, |of| partners(of.registers, of.day)),
    listing!("accounts" "银行账户": BankAccountRow, |of| bank_accounts(of.registers, of.day)),
];
