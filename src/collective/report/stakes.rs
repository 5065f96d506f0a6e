//! 参股台账 and 社区收益分配台账.

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
}

fn as_text<S: serde::Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

pub fn distributions(registers: &Registers) -> Vec<DistributionRow> {
    let mut rows = Vec::new();
    for (resolution, distribution) in registers.distributions.iter() {
        let mut add = |part, member: Option<&DimensionCode>, amount: Amount| {
            rows.push(DistributionRow {
                resolution: resolution.code.clone(),
                number: resolution.number.clone(),
                date: resolution.date,
                part,
                member: member.cloned(),
                amount,
            });
        };
        add("弥补以前年度亏损", None, distribution.losses_covered);
        add("提取公积公益金", None, resolution.reserve);
        add("向成员分配", None, resolution.member_distribution);
        for (member, amount) in &distribution.members {
            add("其中：成员", Some(member), *amount);
        }
        add("其他", None, resolution.other);
        add("未分配收益", None, distribution.undistributed_after);
    }
    rows
}
