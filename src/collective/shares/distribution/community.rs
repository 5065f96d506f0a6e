//! 社区收益分配: what a community's surplus becomes, in the order of 财农〔2021〕121号 §28: ① losses of earlier years,
//! ② 公积公益金, ③ the members, ④ other. The members' assembly resolves (农村集体经济组织法 §26), on a plan that the
//! township or street looked at first (§26) and that members could read for ten days (§46).

pub mod register;

use crate::collective::shares::distribution::loss_year::loss_year_rule;
use crate::collective::shares::distribution::{Available, NUMBER_CHARS_MAX, by_largest_remainder, number_rule};
use crate::ledger::book::text_rule;
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Days for which members can read the plan before they meet (农村集体经济组织法 §46).
pub const DAYS_PUBLISHED: i64 = 10;
/// The day that law came into force.
pub const DAYS_PUBLISHED_SINCE: Date = Date::constant(2025, 5, 1);

/// A member's share of what goes to the members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberWeight {
    /// The member among the book's counterparties.
    pub member: DimensionCode,
    /// 份额
    #[serde(with = "crate::ledger::text::count")]
    pub weight: u32,
}

/// 收益分配决议. Fields stand in the order of their names, as the bytes do. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectiveResolution {
    /// The resolution's code among the book's dimensions.
    pub code: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 向成员分配, in all.
    pub member_distribution: Amount,
    /// Who gets it; empty where the list of members is kept elsewhere.
    pub members: Vec<MemberWeight>,
    /// 本年净收益; negative is a loss.
    pub net_income: Amount,
    /// 决议文号
    pub number: String,
    /// 其他分配
    pub other: Amount,
    /// The day from which members could read the plan.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub published: Date,
    /// 提取公积公益金: its rate is the charter's.
    pub reserve: Amount,
    /// 街道党工委（乡镇党委）审核文号
    pub reviewed: String,
    /// 未分配收益 without `net_income`; negative is an uncovered loss.
    pub undistributed_before: Amount,
}

/// A distribution that the rules allow. Amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectiveDistribution {
    /// ① How much of an earlier loss this year's income covers.
    pub losses_covered: Amount,
    /// ③ By code; empty where the resolution names no members.
    pub members: Vec<(DimensionCode, Amount)>,
    pub undistributed_after: Amount,
}

/// Distributes a community's net income as resolved.
///
/// # Errors
/// Everything that speaks against it: a text missing, a loss year, nothing to distribute from or too little, members
/// or others before the reserve, a list of members that cannot be divided by.
pub fn distribute_collective(resolution: &CollectiveResolution) -> Result<CollectiveDistribution, Vec<Rule>> {
    let CollectiveResolution { member_distribution, net_income, other, reserve, .. } = *resolution;
    let available = Available::of(resolution.undistributed_before, net_income);
    let parts = [("公积公益金", reserve), ("向成员分配", member_distribution), ("其他分配", other)];
    let undistributed_after = available.less(&parts, Amount::ZERO);
    let members = member_parts(resolution);
    let mut rules: Vec<Rule> = number_rule(&resolution.number).into_iter().collect();
    rules.extend(review_rule(&resolution.reviewed));
    rules.extend(published_rule(resolution));
    rules.extend(loss_year_rule(ChartStandard::RuralCollective2023, resolution.date, net_income));
    if parts.iter().all(|part| part.1.is_zero()) {
        rules.push(Rule::NothingDeclared);
    }
    if net_income > Amount::ZERO && reserve.is_zero() && (member_distribution > Amount::ZERO || other > Amount::ZERO) {
        let message = "还没有提取公积公益金，不能向成员分配或作其他分配（财农〔2021〕121号第二十八条）。请先按章程的比例提取。";
        rules.push(Rule::business("reserve_before_members", message));
    }
    rules.extend(undistributed_after.as_ref().err().cloned());
    rules.extend(members.as_ref().err().cloned());
    match (undistributed_after, members) {
        (Ok(undistributed_after), Ok(members)) if rules.is_empty() => {
            Ok(CollectiveDistribution { losses_covered: available.losses_covered, members, undistributed_after })
        }
        _ => Err(rules),
    }
}

/// Largest remainder, ties to the lower code, as for a company's holders.
fn member_parts(resolution: &CollectiveResolution) -> Result<Vec<(DimensionCode, Amount)>, Rule> {
    if resolution.members.is_empty() {
        return Ok(Vec::new());
    }
    let weights: Vec<_> = resolution.members.iter().map(|one| (one.member.clone(), i64::from(one.weight))).collect();
    by_largest_remainder(resolution.member_distribution.max(Amount::ZERO), &weights).ok_or_else(|| {
        let message = "成员份额不能分：至少一人的份额大于零，每个成员只列一次。请核对成员名册；按总额分配的写空的名单。";
        Rule::business("distribution_members_unsound", message)
    })
}

fn review_rule(reviewed: &str) -> Option<Rule> {
    if reviewed.trim().is_empty() {
        let message = "没有填写街道党工委（乡镇党委）审核分配方案的文号（农村集体经济组织法第二十六条）。请补填。";
        return Some(Rule::business("distribution_review_missing", message));
    }
    text_rule("审核文号", reviewed, NUMBER_CHARS_MAX)
}

/// Before the law there was no number of days, but a plan is never published after it was resolved.
fn published_rule(resolution: &CollectiveResolution) -> Option<Rule> {
    let days = if resolution.date >= DAYS_PUBLISHED_SINCE { DAYS_PUBLISHED } else { 0 };
    let latest = resolution.date.saturating_sub(days.days());
    let message = || {
        format!(
            "方案 {} 公布，决议 {}：成员在会议十日前就应能查阅（农村集体经济组织法第四十六条），最迟 {latest} 公布。请核对日期。",
            resolution.published, resolution.date
        )
    };
    (resolution.published > latest).then(|| Rule::business("distribution_published_late", message()))
}

#[cfg(test)]
mod tests;
