//! 社区工作经费: fiscal money for running a community, followed apart from what the collective earns and never part of a
//! company's income (facts §2.1, §7.2 H6). What arrived, when, what was spent, and what the floor of the year asks for.

use crate::collective::ground::daily::Daily;
use crate::collective::ground::vat::Mark;
use crate::collective::reference;
use crate::collective::roles::role::Role;
use crate::ledger::amount::{less, negated, plus, total};
use crate::ledger::period::YEARS;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The least that a community is given a year, over a span of years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The first year.
    pub from: i16,
    /// The last year; `None` while no end is known.
    pub to: Option<i16>,
    /// For one community and one year, in 分.
    pub amount: Amount,
    /// The document behind the row.
    pub source: &'static str,
    pub mark: Mark,
}

/// Every floor the books know. The article bears no date and tells of 2023; the county's own document has not been seen.
pub static FLOORS: [Floor; 1] = [Floor {
    from: 2023,
    to: None,
    amount: Amount::from_fen(10_000_000),
    source: "《沿河土家族自治县：深化城市基层党建综合体建设》保障体系：每个社区每年工作经费不少于10万元",
    mark: Mark::Secondary,
}];

/// The floor of a year; `None` in a year no row covers.
pub fn floor(year: i16) -> Option<&'static Floor> {
    FLOORS.iter().find(|floor| floor.from <= year && floor.to.is_none_or(|to| year <= to))
}

/// 到账. Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingFundReceived {
    pub amount: Amount,
    pub community: DimensionCode,
    /// When it arrived.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 银行回单; distinct within a community and year.
    pub document: String,
    /// 拨款单位
    pub grantor: String,
    /// The year it was given for.
    #[serde(with = "crate::ledger::text::count")]
    pub year: u32,
}

/// What it was spent on, for statistics only: one account takes all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkingFundCategory {
    /// 日常运转
    Operation,
    /// 服务居民和开展活动
    Activity,
    /// 办公场所维护
    Premises,
    /// 其他
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingFundSpent {
    pub amount: Amount,
    pub category: WorkingFundCategory,
    pub community: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 付款凭据; distinct within a community and year.
    pub document: String,
    pub purpose: String,
    /// The year whose money is spent.
    #[serde(with = "crate::ledger::text::count")]
    pub year: u32,
}

/// One community's money of one year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingFund {
    /// By document.
    pub received: BTreeMap<String, WorkingFundReceived>,
    /// By document.
    pub spent: BTreeMap<String, WorkingFundSpent>,
}

impl WorkingFund {
    pub fn arrived(&self) -> Amount {
        total(self.received.values().map(|one| one.amount))
    }

    pub fn spent_total(&self) -> Amount {
        total(self.spent.values().map(|one| one.amount))
    }

    /// [`WorkingFund::left`] day by day.
    pub fn left_daily(&self) -> Daily {
        let came = self.received.values().map(|one| (one.date, one.amount));
        Daily::new(came, self.spent.values().map(|one| (one.date, one.amount)))
    }

    pub fn left(&self) -> Amount {
        less(self.arrived(), self.spent_total())
    }
}

/// 工作经费台账, by community and year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingFundRegister(BTreeMap<(DimensionCode, u32), WorkingFund>);

/// What money in and money out both keep.
fn movement_rules(amount: Amount, document: &str, taken: bool) -> Vec<Rule> {
    let mut rules = Vec::new();
    if amount.fen() <= 0 {
        rules.push(Rule::business("working_fund_amount", "金额要大于零。请核对。"));
    }
    if !reference::fits(document) {
        rules.push(Rule::business("working_fund_document", "没有单据号，或单据号中有斜线。请填写银行回单或付款凭据的号码。"));
    }
    if taken {
        let message = format!("该社区该年度已用单据 {document} 记过一次。同一张单据只记一次，分记几笔的加后缀区别。");
        rules.push(Rule::business("working_fund_document_taken", message));
    }
    rules
}

impl WorkingFundRegister {
    pub fn get(&self, community: &DimensionCode, year: u32) -> Option<&WorkingFund> {
        self.0.get(&(community.clone(), year))
    }

    /// Every community's years that have something, by community and year.
    pub fn iter(&self) -> impl Iterator<Item = (&DimensionCode, u32, &WorkingFund)> {
        self.0.iter().map(|((community, year), fund)| (community, *year, fund))
    }

    pub fn examine_received(&self, received: &WorkingFundReceived) -> Vec<Rule> {
        let before = self.get(&received.community, received.year);
        let taken = before.is_some_and(|fund| fund.received.contains_key(&received.document));
        let mut rules = movement_rules(received.amount, &received.document, taken);
        if received.grantor.trim().is_empty() {
            rules.push(Rule::business("working_fund_grantor_missing", "没有拨款单位。请补填是谁拨的款。"));
        }
        let year = i16::try_from(received.year).ok().filter(|year| YEARS.contains(year));
        if year.is_none_or(|year| year.abs_diff(received.date.year()) > 1) {
            let message = format!("{} 到账的钱写为 {} 年度，相差超过一年。请核对年度。", received.date, received.year);
            rules.push(Rule::business("working_fund_year", message));
        }
        rules
    }

    pub fn examine_spent(&self, spent: &WorkingFundSpent) -> Vec<Rule> {
        let before = self.get(&spent.community, spent.year);
        let taken = before.is_some_and(|fund| fund.spent.contains_key(&spent.document));
        let mut rules = movement_rules(spent.amount, &spent.document, taken);
        if spent.purpose.trim().is_empty() {
            rules.push(Rule::business("working_fund_purpose_missing", "没有写明用途。请补填这笔钱做了什么。"));
        }
        let daily = before.map(WorkingFund::left_daily).unwrap_or_default();
        if let Some((day, there)) = daily.short_of(spent.amount, spent.date) {
            let message = format!(
                "社区 {} 的 {} 年度工作经费到 {day} 只有 {there} 元，不够 {} 元。请核对日期和金额，或先登记到账。",
                spent.community, spent.year, spent.amount
            );
            rules.push(Rule::business("working_fund_exceeded", message));
        }
        rules
    }

    pub fn receive(&mut self, received: &WorkingFundReceived) {
        let fund = self.0.entry((received.community.clone(), received.year)).or_default();
        fund.received.insert(received.document.clone(), received.clone());
    }

    pub fn spend(&mut self, spent: &WorkingFundSpent) {
        let fund = self.0.entry((spent.community.clone(), spent.year)).or_default();
        fund.spent.insert(spent.document.clone(), spent.clone());
    }

    /// Takes back money that arrived, unless it is spent already.
    pub fn withdraw_received(&mut self, community: &DimensionCode, year: u32, document: &str) -> Option<()> {
        let key = (community.clone(), year);
        let fund = self.0.get_mut(&key)?;
        let received = fund.received.get(document)?;
        if fund.left_daily().short_of(received.amount, received.date).is_some() {
            return None;
        }
        fund.received.remove(document);
        // As it was before the first money came.
        if fund.received.is_empty() && fund.spent.is_empty() {
            self.0.remove(&key);
        }
        Some(())
    }

    pub fn withdraw_spent(&mut self, community: &DimensionCode, year: u32, document: &str) -> Option<()> {
        self.0.get_mut(&(community.clone(), year))?.spent.remove(document).map(|_| ())
    }

    /// What the two memorandum accounts of a company's book must hold by community, debit less credit. A rural
    /// collective's book keeps the money among its own accounts, which hold other things too.
    pub fn expected_balances(&self) -> Vec<(Role, DimensionCode, Amount)> {
        let mut left: BTreeMap<&DimensionCode, Amount> = BTreeMap::new();
        for (community, _, fund) in self.iter() {
            let entry = left.entry(community).or_default();
            *entry = plus(*entry, fund.left());
        }
        let both = left.into_iter().flat_map(|(community, held)| {
            let contra = negated(held);
            [(Role::WorkingFundHeld, community.clone(), held), (Role::WorkingFundContra, community.clone(), contra)]
        });
        both.collect()
    }
}
