//! 收益分配: what a company's result may become, in the order of the law, and what each community gets of it.
//!
//! 公司法 §210: losses first, then 10 % of the profit to the statutory reserve until it is half of the
//! registered capital, then what the resolution says; holders by paid-in ratio unless all agree otherwise.
//! [`apportion`] divides, [`posting`] drafts.

pub mod apportion;
pub mod community;
pub mod figures;
mod loss_year;
pub mod posting;

use crate::collective::shares::distribution::loss_year::loss_year_rule;
use crate::collective::shares::holding::Holding;
use crate::ledger::amount::{negated, sum};
use crate::ledger::book::text_rule;
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
pub use apportion::by_largest_remainder;
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Months within which a resolved dividend is to be paid (公司法 §212).
pub const MONTHS_TO_PAY: i64 = 6;
/// Characters of the number of a resolution or agreement.
pub const NUMBER_CHARS_MAX: usize = 100;

/// What a company has to distribute from. Amounts in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompanyResult {
    /// 净利润 after tax; negative is a loss. Zero where only earlier years' profit is distributed.
    pub net_profit: Amount,
    /// 未分配利润 without `net_profit`; negative is an uncovered loss.
    pub undistributed_before: Amount,
    /// 法定盈余公积 before this distribution.
    pub statutory_reserve_before: Amount,
    /// 注册资本
    pub registered_capital: Amount,
}

/// What the holders of a company resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The number of the document by which all holders agreed on another ratio than paid-in (公司法 §210).
    pub agreement: Option<String>,
    pub date: Date,
    /// 应付利润, in fen.
    pub dividend: Amount,
    /// 决议文号
    pub number: String,
    /// 任意公积金, in fen.
    pub optional_reserve: Amount,
}

/// A distribution that the law allows. Amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyDistribution {
    /// How much of a loss, earlier or this year's, the other's profit covers.
    pub losses_covered: Amount,
    pub statutory_reserve: Amount,
    pub optional_reserve: Amount,
    /// The dividend as resolved: what `dividends` add up to.
    pub dividend: Amount,
    /// By code.
    pub dividends: Vec<(DimensionCode, Amount)>,
    pub undistributed_after: Amount,
    /// The last day for paying (公司法 §212).
    pub pay_by: Date,
}

/// Distributes a company's result as resolved, among `holders` by paid-in ratio, or by `agreed` weights where these
/// are given; then the resolution must name the agreement, and the weights every holder once.
///
/// # Errors
/// Everything that speaks against it: a text missing, nothing to distribute from or too little (公司法 §210-211),
/// no holder, an agreement that does not fit.
pub fn distribute_company(
    result: &CompanyResult,
    resolution: &Resolution,
    holders: &[(DimensionCode, Holding)],
    agreed: &[(DimensionCode, i64)],
) -> Result<CompanyDistribution, Vec<Rule>> {
    let Resolution { dividend, optional_reserve, .. } = *resolution;
    let mut rules: Vec<Rule> = [
        number_rule(&resolution.number),
        date_rule(resolution.date),
        capital_rule(result),
        loss_year_rule(ChartStandard::SmallEnterprise2013, resolution.date, result.net_profit)
            .filter(|_| dividend > Amount::ZERO),
        agreement_rule(resolution.agreement.as_deref(), holders, agreed),
    ]
    .into_iter()
    .flatten()
    .collect();
    let available = Available::of(result.undistributed_before, result.net_profit);
    let statutory_reserve = statutory_reserve(result, available);
    let undistributed_after = available.less(&[("任意公积金", optional_reserve), ("分配利润", dividend)], statutory_reserve);
    let weights = if agreed.is_empty() { paid_in_weights(holders) } else { agreed.to_vec() };
    let dividends = by_largest_remainder(dividend.max(Amount::ZERO), &weights).ok_or_else(no_weight);
    rules.extend(undistributed_after.as_ref().err().cloned());
    rules.extend(dividends.as_ref().err().cloned());
    match (undistributed_after, dividends) {
        (Ok(undistributed_after), Ok(dividends)) if rules.is_empty() => Ok(CompanyDistribution {
            losses_covered: available.losses_covered,
            statutory_reserve,
            optional_reserve,
            dividend,
            dividends,
            undistributed_after,
            pay_by: pay_by(resolution.date),
        }),
        _ => Err(rules),
    }
}

/// What there is after losses are covered: earlier profit and this year's, less either's loss.
#[derive(Clone, Copy)]
struct Available {
    losses_covered: Amount,
    /// `None` where the sum leaves an `i64`; negative where losses remain.
    left: Option<Amount>,
}

impl Available {
    fn of(before: Amount, year: Amount) -> Available {
        let (loss, profit) = (before.min(year), before.max(year));
        let uncovered = negated(loss.min(Amount::ZERO));
        Available { losses_covered: uncovered.min(profit.max(Amount::ZERO)), left: before.checked_add(year) }
    }

    /// What is left after a reserve that the law takes and the parts that were resolved, which must not be negative.
    fn less(self, parts: &[(&str, Amount)], by_law: Amount) -> Result<Amount, Rule> {
        if let Some((name, amount)) = parts.iter().find(|part| part.1 < Amount::ZERO) {
            return Err(Rule::business("distribution_negative", format!("{name} {amount} 小于零。请填写零或正数。")));
        }
        let Some(left) = self.left.filter(|left| *left > Amount::ZERO) else {
            let message = "弥补亏损后没有可供分配的利润或收益，不能分配。请先弥补亏损，待有盈余后再决议分配。";
            return Err(Rule::business("distribution_without_profit", message));
        };
        let distributable = left.checked_sub(by_law).expect("what the law takes is a tenth of a part of what is left");
        let wanted = sum(parts.iter().map(|part| part.1));
        match wanted.and_then(|wanted| distributable.checked_sub(wanted)).filter(|rest| *rest >= Amount::ZERO) {
            Some(rest) => Ok(rest),
            None => {
                let resolved: Vec<String> = parts.iter().map(|(name, amount)| format!("{name} {amount}")).collect();
                let message =
                    format!("决议的{}，合计超过可供分配的 {distributable} 元。请减少分配金额后重新决议。", resolved.join("、"));
                Err(Rule::business("distribution_exceeds_profit", message))
            }
        }
    }
}

/// 公司法 §210: a tenth of the year's profit after losses, rounded half up to the fen, until the reserve is half of
/// the registered capital. Nothing where no profit is left, which [`Available::less`] judges.
fn statutory_reserve(result: &CompanyResult, available: Available) -> Amount {
    let profit = available.left.map_or(0, |left| left.min(result.net_profit).fen().max(0));
    let tenth = profit / 10 + i64::from(profit % 10 >= 5);
    let capital = result.registered_capital.fen();
    let half = capital / 2 + capital % 2; // rounded up: the law says "reaches"
    let room = half.checked_sub(result.statutory_reserve_before.fen()).unwrap_or(0).max(0);
    Amount::from_fen(tenth.min(room))
}

fn paid_in_weights(holders: &[(DimensionCode, Holding)]) -> Vec<(DimensionCode, i64)> {
    holders.iter().map(|(code, holding)| (code.clone(), holding.paid_in.fen())).collect()
}

/// 公司法 §212. A day that the target month lacks becomes its last day.
fn pay_by(date: Date) -> Date {
    date.checked_add(MONTHS_TO_PAY.months()).expect("date_rule keeps years far below the last of jiff")
}

fn no_weight() -> Rule {
    let message = "没有可以分配的股东：实缴出资（或约定比例）须有正数、没有负数，每个社区只列一次。请先核对股权登记。";
    Rule::business("distribution_without_holder", message)
}

fn number_rule(number: &str) -> Option<Rule> {
    if number.trim().is_empty() {
        return Some(Rule::business("resolution_number_missing", "没有决议文号。请填写通过分配方案的决议文号。"));
    }
    text_rule("决议文号", number, NUMBER_CHARS_MAX)
}

fn date_rule(date: Date) -> Option<Rule> {
    let message = || format!("决议日期 {date} 不合常理。请核对年份。");
    Period::of(date).is_none().then(|| Rule::business("resolution_date_out_of_range", message()))
}

/// Without the registered capital nobody can say when the statutory reserve is full.
fn capital_rule(result: &CompanyResult) -> Option<Rule> {
    let sound = result.registered_capital > Amount::ZERO && result.statutory_reserve_before >= Amount::ZERO;
    let message = "注册资本须大于零，法定盈余公积不能小于零。请核对后再分配。";
    (!sound).then(|| Rule::business("distribution_capital_unsound", message))
}

/// An own ratio needs the document of all holders' agreement, and such a document its ratio, with every holder in it.
fn agreement_rule(
    agreement: Option<&str>,
    holders: &[(DimensionCode, Holding)],
    agreed: &[(DimensionCode, i64)],
) -> Option<Rule> {
    let document = agreement.filter(|document| !document.trim().is_empty());
    let named: BTreeSet<&DimensionCode> = agreed.iter().map(|(code, _)| code).collect();
    let held: BTreeSet<&DimensionCode> = holders.iter().map(|(code, _)| code).collect();
    match document {
        None if agreement.is_some() || !agreed.is_empty() => {
            let message = "不按实缴比例分配，须有全体股东的约定（公司法第二百一十条）。请填写约定的文号，或改按实缴比例分配。";
            Some(Rule::business("agreement_document_missing", message))
        }
        Some(_) if agreed.is_empty() => {
            let message = "填写了全体股东约定的文号，但没有约定的比例。请填写各社区的比例，或删去约定文号。";
            Some(Rule::business("agreement_weights_missing", message))
        }
        Some(_) if named != held => {
            let message = "约定的比例与股东名册不一致。请逐一填写每个股东社区的比例（不分配的填零），不要填写其他社区。";
            Some(Rule::business("agreement_holders_differ", message))
        }
        Some(document) => text_rule("约定文号", document, NUMBER_CHARS_MAX),
        None => None,
    }
}

#[cfg(test)]
mod tests;
