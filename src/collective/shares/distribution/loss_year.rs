//! 亏损年度: whether earlier years' profit may be distributed in a year that has none, as dated data by standard.

use crate::ledger::Amount;
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use jiff::civil::Date;

/// What a year without profit may distribute, from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LossYearRule {
    pub standard: ChartStandard,
    pub from: Date,
    /// What earlier years left, once it has covered the loss.
    pub distributes: bool,
    pub source: &'static str,
}

/// By standard and then by day, the newest last.
pub const RULES: [LossYearRule; 2] = [
    LossYearRule {
        standard: ChartStandard::SmallEnterprise2013,
        from: Date::constant(1994, 7, 1),
        distributes: true,
        source: "公司法第二百一十条、第二百一十一条（2023年修订前为第一百六十六条）：弥补亏损后所余税后利润可以分配",
    },
    LossYearRule {
        standard: ChartStandard::RuralCollective2023,
        from: Date::constant(2022, 1, 1),
        distributes: false,
        source: "财农〔2021〕121号第二十八条：分配的是当年收益，没有收益的年度不分配",
    },
];

/// What speaks against distributing in a year of this result; a day that no rule covers allows nothing.
pub(crate) fn loss_year_rule(standard: ChartStandard, day: Date, result: Amount) -> Option<Rule> {
    if result > Amount::ZERO {
        return None;
    }
    let mut rules = RULES.iter().rev();
    let rule = rules.find(|rule| rule.standard == standard && rule.from <= day);
    if rule.is_some_and(|rule| rule.distributes) {
        return None;
    }
    let source = rule.map_or("没有登记这一天的规定", |rule| rule.source);
    let message = format!("本年净收益 {result}，没有可分配的收益（{source}）。请先弥补亏损，待有收益的年度再分配。");
    Some(Rule::business("distribution_loss_year", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_may_distribute_what_earlier_years_left_and_a_community_may_not() {
        let day = Date::constant(2025, 12, 31);
        for (standard, fen, refused) in [
            (ChartStandard::SmallEnterprise2013, -1, false),
            (ChartStandard::SmallEnterprise2013, 0, false),
            (ChartStandard::RuralCollective2023, -1, true),
            (ChartStandard::RuralCollective2023, 0, true),
            (ChartStandard::RuralCollective2023, 1, false),
        ] {
            assert_eq!(loss_year_rule(standard, day, Amount::from_fen(fen)).is_some(), refused, "{standard:?} {fen}");
        }
        let early = Date::constant(1990, 1, 1);
        assert!(loss_year_rule(ChartStandard::SmallEnterprise2013, early, Amount::ZERO).is_some(), "no rule, no distribution");
    }
}
