//! 结对共建: which unit stands by which community, from a day and until a day. The county's 81 institutions and 18
//! non-public organisations serve its 27 communities (article, 服务体系); each unit serves one community at a time.

use crate::collective::organisation::unit::{UnitKind, UnitRegister, document_rule};
use crate::ledger::DimensionCode;
use crate::ledger::refusal::Rule;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 结对
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerPaired {
    pub community: DimensionCode,
    pub document: String,
    pub partner: DimensionCode,
    /// The first day.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub since: Date,
    /// The last day; absent for no fixed term.
    #[serde(default, deserialize_with = "crate::ledger::period::some_day", skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// 结对结束
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerUnpaired {
    pub document: String,
    pub partner: DimensionCode,
    /// The last day.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub until: Date,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairing {
    pub paired: PartnerPaired,
    pub ended: Option<PartnerUnpaired>,
}

impl Pairing {
    /// The last day: as ended, or as agreed.
    pub fn until(&self) -> Option<Date> {
        self.ended.as_ref().map(|ended| ended.until).or(self.paired.until)
    }

    pub fn holds_on(&self, day: Date) -> bool {
        self.paired.since <= day && self.until().is_none_or(|until| day <= until)
    }
}

/// 结对台账, by partner: its pairings as they were recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerRegister(BTreeMap<DimensionCode, Vec<Pairing>>);

impl PartnerRegister {
    fn history(&self, partner: &DimensionCode) -> &[Pairing] {
        self.0.get(partner).map_or(&[], Vec::as_slice)
    }

    /// The pairing of a unit on a day.
    pub fn on(&self, partner: &DimensionCode, day: Date) -> Option<&Pairing> {
        self.history(partner).iter().find(|pairing| pairing.holds_on(day))
    }

    pub fn examine(&self, paired: &PartnerPaired, units: &UnitRegister) -> Vec<Rule> {
        let PartnerPaired { community, partner, since, until, document } = paired;
        let mut rules = Vec::new();
        rules.extend(units.unknown_rule(UnitKind::Partner, partner, *since));
        rules.extend(units.unknown_rule(UnitKind::Community, community, *since));
        rules.extend(document_rule("结对的文件号", document));
        if until.is_some_and(|until| until < *since) {
            rules.push(Rule::business("pairing_term_reversed", format!("结对的最后一日早于第一日 {since}。请核对日期。")));
        }
        let overlaps = |other: &&Pairing| {
            until.is_none_or(|until| other.paired.since <= until) && other.until().is_none_or(|last| *since <= last)
        };
        if let Some(other) = self.history(partner).iter().find(overlaps) {
            let message = format!(
                "结对单位 {partner} 从 {} 起已与社区 {} 结对。一个单位同时只与一个社区结对，请先登记那次结对的结束。",
                other.paired.since, other.paired.community
            );
            rules.push(Rule::business("partner_already_paired", message));
        }
        rules
    }

    pub fn examine_end(&self, end: &PartnerUnpaired) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.on(&end.partner, end.until).is_none_or(|pairing| pairing.ended.is_some()) {
            let message = format!("结对单位 {} 在 {} 没有结对，或已登记过结束。请核对单位和日期。", end.partner, end.until);
            rules.push(Rule::business("pairing_unknown", message));
        }
        rules.extend(document_rule("结束结对的文件号", &end.document));
        rules
    }

    pub fn pair(&mut self, paired: &PartnerPaired) {
        let pairing = Pairing { paired: paired.clone(), ended: None };
        self.0.entry(paired.partner.clone()).or_default().push(pairing);
    }

    pub fn end(&mut self, end: &PartnerUnpaired) {
        let pairings = self.0.get_mut(&end.partner).into_iter().flatten();
        if let Some(pairing) = pairings.into_iter().find(|pairing| pairing.holds_on(end.until)) {
            pairing.ended = Some(end.clone());
        }
    }
}
