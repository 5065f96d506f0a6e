//! 参股台账 and 社区收益分配台账.

use crate::collective::distribution::community::register::Distributed;
use crate::collective::register::Registers;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::Serialize;

/// One investee: cost, and dividends declared, received and still open, in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StakeRow {
    pub stake: DimensionCode,
    pub community: DimensionCode,
    pub income_type: DimensionCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub investee_book: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<DimensionCode>,
    pub cost: Amount,
    pub declared: Amount,
    pub received: Amount,
    pub open: Amount,
}

pub fn stakes(registers: &Registers) -> Vec<StakeRow> {
    let rows = registers.stakes.iter().filter_map(|(code, stake)| {
        let terms = stake.terms()?;
        let (declared, received) = (stake.declared(), stake.received());
        Some(StakeRow {
            stake: code.clone(),
            community: terms.community.clone(),
            income_type: terms.income_type.clone(),
            investee_book: terms.investee_book.clone(),
            holder: terms.holder.clone(),
            cost: stake.cost(),
            declared,
            received,
            open: declared.checked_sub(received).unwrap_or(Amount::ZERO),
        })
    });
    rows.collect()
}

/// One part of a community's distribution, in the order of 财农〔2021〕121号 §28.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DistributionRow {
    pub resolution: DimensionCode,
    pub number: String,
    #[serde(serialize_with = "as_text")]
    pub date: Date,
    pub part: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<DimensionCode>,
    pub amount: Amount,
    /// What was paid of it, and what is still owed; of parts that are owed to somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owed: Option<Amount>,
}

fn as_text<S: serde::Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

pub fn distributions(registers: &Registers) -> Vec<DistributionRow> {
    registers.distributions.iter().flat_map(distribution).collect()
}

fn distribution(found: &Distributed) -> Vec<DistributionRow> {
    let (resolution, distribution) = (&found.resolution, &found.distribution);
    let row = |part, member: Option<&DimensionCode>, amount: Amount, open: Option<(Amount, Amount)>| DistributionRow {
        resolution: resolution.code.clone(),
        number: resolution.number.clone(),
        date: resolution.date,
        part,
        member: member.cloned(),
        amount,
        paid: open.map(|(paid, _)| paid),
        owed: open.map(|(_, owed)| owed),
    };
    let to_members = (found.paid_to_members(), found.owed_to_members());
    let mut rows = vec![
        row("弥补以前年度亏损", None, distribution.losses_covered, None),
        row("提取公积公益金", None, resolution.reserve, None),
        row("向成员分配", None, resolution.member_distribution, Some(to_members)),
    ];
    let open = |member| Some((found.paid_to(member), found.owed_to(member)));
    let members = distribution.members.iter();
    rows.extend(members.map(|(member, amount)| row("其中：成员", Some(member), *amount, open(member))));
    rows.push(row("其他", None, resolution.other, Some((found.paid_to_others(), found.owed_to_others()))));
    rows.push(row("未分配收益", None, distribution.undistributed_after, None));
    rows
}
