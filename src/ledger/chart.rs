//! 科目表: the accounts of one book. Official accounts are law and locked; below them, and beside them for
//! memorandum (表外) accounts, a book adds its own.

use crate::ledger::refusal::Rule;
use crate::ledger::text::is_blank;
use crate::ledger::{Account, AccountCode, Element, Side};
use std::collections::BTreeMap;

/// The charts the state prescribes. An account is keyed by its chart and version, never by its bare code:
/// 511 is 经营支出 in one chart and something else in the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartStandard {
    /// 小企业会计准则 (财会〔2011〕17号), 66 accounts.
    SmallEnterprise2013,
    /// 农村集体经济组织会计制度 (财会〔2023〕14号), 42 accounts.
    RuralCollective2023,
}

/// The version of both official charts as they are in `schemas/charts`.
pub const CHART_VERSION: &str = "1";

impl ChartStandard {
    pub const ALL: [ChartStandard; 2] = [ChartStandard::SmallEnterprise2013, ChartStandard::RuralCollective2023];

    pub const fn word(self) -> &'static str {
        match self {
            ChartStandard::SmallEnterprise2013 => "small_enterprise_2013",
            ChartStandard::RuralCollective2023 => "rural_collective_2023",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            ChartStandard::SmallEnterprise2013 => "小企业会计准则",
            ChartStandard::RuralCollective2023 => "农村集体经济组织会计制度",
        }
    }

    pub fn parse(text: &str) -> Option<ChartStandard> {
        ChartStandard::ALL.into_iter().find(|chart| chart.word() == text || chart.chinese() == text)
    }

    /// Digits of a first-level code: 4-2-2 and 3-2-2.
    pub const fn first_level_digits(self) -> usize {
        match self {
            ChartStandard::SmallEnterprise2013 => 4,
            ChartStandard::RuralCollective2023 => 3,
        }
    }

    /// The official accounts, by code, as `schemas/charts` lists them.
    pub fn accounts(self) -> Vec<Account> {
        let text = match self {
            ChartStandard::SmallEnterprise2013 => include_str!("../../schemas/charts/small_enterprise_2013.csv"),
            ChartStandard::RuralCollective2023 => include_str!("../../schemas/charts/rural_collective_2023.csv"),
        };
        text.lines().skip(1).map(official_account).collect()
    }
}

/// A row `code,name,element,normal_side,source`; no cell of these files holds a comma.
fn official_account(row: &str) -> Account {
    let cells: Vec<&str> = row.split(',').collect();
    let known = "schemas/charts is part of the program and tested";
    Account {
        code: AccountCode::parse(cells[0]).expect(known),
        name: cells[1].to_owned(),
        element: Element::parse(cells[2]).expect(known),
        normal_side: Side::parse(cells[3]).expect(known),
        official: true,
        requires: Vec::new(),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Placed {
    account: Account,
    children: u32,
    closed: bool,
}

/// A book's accounts, and which of them may be posted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    standard: ChartStandard,
    accounts: BTreeMap<AccountCode, Placed>,
}

/// Where a code stands in a chart's scheme of levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    First,
    /// One level below the account of this code.
    Below(AccountCode),
    /// The scheme has no such code.
    None,
}

/// What a chart says of posting to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Postable {
    Yes,
    NotLeaf,
    Closed,
}

impl Chart {
    /// A chart with nothing in it yet; the official accounts come in as the book's first declaration.
    pub fn new(standard: ChartStandard) -> Chart {
        Chart { standard, accounts: BTreeMap::new() }
    }

    pub fn standard(&self) -> ChartStandard {
        self.standard
    }

    pub fn get(&self, code: &AccountCode) -> Option<&Account> {
        self.accounts.get(code).map(|placed| &placed.account)
    }

    /// The account and whether it may be posted to.
    pub fn look_up(&self, code: &AccountCode) -> Option<(&Account, Postable)> {
        let placed = self.accounts.get(code)?;
        let postable = if placed.children > 0 {
            Postable::NotLeaf
        } else if placed.closed {
            Postable::Closed
        } else {
            Postable::Yes
        };
        Some((&placed.account, postable))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().map(|placed| &placed.account)
    }

    pub fn is_leaf(&self, code: &AccountCode) -> bool {
        self.accounts.get(code).is_some_and(|placed| placed.children == 0)
    }

    pub fn is_closed(&self, code: &AccountCode) -> bool {
        self.accounts.get(code).is_some_and(|placed| placed.closed)
    }

    /// Where a code stands in this chart's scheme.
    pub fn level(&self, code: &AccountCode) -> Level {
        let first = self.standard.first_level_digits();
        let text = code.as_str();
        match text.len().checked_sub(first) {
            Some(0) => Level::First,
            Some(below) if below % 2 == 0 => AccountCode::parse(&text[..text.len() - 2]).map_or(Level::None, Level::Below),
            _ => Level::None,
        }
    }

    /// What speaks against adding an account; `in_use` tells which accounts have lines.
    pub fn examine_new(&self, account: &Account, in_use: impl Fn(&AccountCode) -> bool) -> Option<Rule> {
        let code = account.code;
        if self.accounts.contains_key(&code) {
            return Some(Rule::AccountCodeTaken { account: code });
        }
        if is_blank(&account.name) {
            return Some(Rule::NameMissing);
        }
        if account.official {
            let known = self.standard.accounts().iter().any(|official| official == account);
            return (!known).then_some(Rule::OfficialAccountLocked { account: code });
        }
        let parent_code = match self.level(&code) {
            Level::Below(parent_code) => parent_code,
            Level::First if account.element == Element::Memorandum && code.as_str().starts_with('9') => return None,
            Level::First | Level::None => return Some(Rule::AccountCodeMalformed { account: code }),
        };
        let Some(parent) = self.accounts.get(&parent_code) else {
            return Some(Rule::AccountParentMissing { account: code });
        };
        if parent.account.element != account.element {
            return Some(Rule::AccountDiffersFromParent { account: code });
        }
        if parent.closed {
            return Some(Rule::AccountClosed { account: parent_code });
        }
        (parent.children == 0 && in_use(&parent_code)).then_some(Rule::AccountParentInUse { account: code })
    }

    /// Adds an account that [`Chart::examine_new`] found nothing against.
    pub fn add(&mut self, account: Account) {
        if let Level::Below(parent) = self.level(&account.code)
            && let Some(parent) = self.accounts.get_mut(&parent)
        {
            parent.children = parent.children.saturating_add(1);
        }
        self.accounts.insert(account.code, Placed { account, children: 0, closed: false });
    }

    /// What speaks against closing (停用) an account.
    pub fn examine_close(&self, code: &AccountCode) -> Option<Rule> {
        match self.accounts.get(code) {
            None => Some(Rule::AccountUnknown { account: *code }),
            Some(placed) if placed.account.official => Some(Rule::OfficialAccountLocked { account: *code }),
            Some(placed) if placed.closed => Some(Rule::AccountClosed { account: *code }),
            Some(placed) if placed.children > 0 => Some(Rule::AccountNotLeaf { account: *code }),
            Some(_) => None,
        }
    }

    pub fn close(&mut self, code: &AccountCode) {
        if let Some(placed) = self.accounts.get_mut(code) {
            placed.closed = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        let mut chart = Chart::new(ChartStandard::SmallEnterprise2013);
        for account in ChartStandard::SmallEnterprise2013.accounts() {
            assert_eq!(chart.examine_new(&account, |_| false), None);
            chart.add(account);
        }
        chart
    }

    fn account(code: &str, element: Element) -> Account {
        let code = AccountCode::parse(code).expect("test code");
        Account { code, name: "测试".into(), element, normal_side: Side::Debit, official: false, requires: vec![] }
    }

    #[test]
    fn official_charts_have_as_many_accounts_as_the_law() {
        assert_eq!(ChartStandard::SmallEnterprise2013.accounts().len(), 66);
        assert_eq!(ChartStandard::RuralCollective2023.accounts().len(), 42);
    }

    #[test]
    fn new_accounts_follow_the_code_scheme() {
        let mut chart = chart();
        let refused = |chart: &Chart, code, element| chart.examine_new(&account(code, element), |_| false).map(|r| r.code());
        assert_eq!(refused(&chart, "100201", Element::Asset), None);
        assert_eq!(refused(&chart, "1002", Element::Asset), Some("account_code_taken"));
        assert_eq!(refused(&chart, "10021", Element::Asset), Some("account_code_malformed"));
        assert_eq!(refused(&chart, "1003", Element::Asset), Some("account_code_malformed"));
        assert_eq!(refused(&chart, "10020101", Element::Asset), Some("account_parent_missing"));
        assert_eq!(refused(&chart, "100201", Element::Income), Some("account_differs_from_parent"));
        assert_eq!(refused(&chart, "9001", Element::Memorandum), None);
        assert_eq!(refused(&chart, "9001", Element::Asset), Some("account_code_malformed"));
        let in_use = chart.examine_new(&account("100201", Element::Asset), |code| code.as_str() == "1002");
        assert_eq!(in_use.map(|r| r.code()), Some("account_parent_in_use"));
        chart.add(account("100201", Element::Asset));
        let parent = AccountCode::parse("1002").expect("code");
        assert_eq!(chart.look_up(&parent).map(|found| found.1), Some(Postable::NotLeaf));
        assert_eq!(chart.examine_close(&parent).map(|r| r.code()), Some("official_account_locked"));
    }

    #[test]
    fn an_official_account_cannot_be_redefined() {
        let mut changed = ChartStandard::SmallEnterprise2013.accounts().remove(0);
        changed.name = "库存黄金".into();
        let empty = Chart::new(ChartStandard::SmallEnterprise2013);
        assert_eq!(empty.examine_new(&changed, |_| false).map(|r| r.code()), Some("official_account_locked"));
    }
}
