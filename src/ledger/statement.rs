//! 报表: figures computed from balances. Stores hand in sums, the verifier hands in its own replay; the
//! arithmetic is here, once.

use crate::ledger::balance::{BalanceKey, Movement};
use crate::ledger::chart::Level;
use crate::ledger::dimension::DimensionRegister;
use crate::ledger::{
    AccountCode, Amount, Chart, Dimension, DimensionCode, DimensionSet, DimensionValue, Element, Period, Purpose,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Periods a report covers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Range {
    pub from: Period,
    pub to: Period,
}

/// Which column of a trial balance an amount belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// 期初
    Opening,
    /// 本期发生
    Movement,
}

impl Range {
    /// `None` for amounts after the range. Opening vouchers count as opening wherever they are dated.
    pub fn stage(&self, period: Period, purpose: Purpose) -> Option<Stage> {
        if period > self.to {
            None
        } else if period < self.from || purpose == Purpose::Opening {
            Some(Stage::Opening)
        } else {
            Some(Stage::Movement)
        }
    }
}

/// Two columns, of which a net balance fills one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Columns {
    pub debit: Amount,
    pub credit: Amount,
}

impl Columns {
    /// A net amount on the side it falls to.
    fn net(movement: Movement) -> Columns {
        let net = movement.net();
        if net.fen() >= 0 {
            Columns { debit: net, credit: Amount::ZERO }
        } else {
            Columns { debit: Amount::ZERO, credit: net.checked_neg().expect("capped far below an i64") }
        }
    }

    fn both(movement: Movement) -> Columns {
        Columns { debit: movement.debit, credit: movement.credit }
    }

    fn add(&mut self, other: Columns) {
        let mut sum = Movement { debit: self.debit, credit: self.credit };
        sum.add(Movement { debit: other.debit, credit: other.credit });
        *self = Columns { debit: sum.debit, credit: sum.credit };
    }

    fn is_zero(self) -> bool {
        self.debit.is_zero() && self.credit.is_zero()
    }
}

/// One account of a 科目余额表.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialBalanceRow {
    pub account: AccountCode,
    pub name: String,
    pub element: Element,
    /// Summary rows repeat what stands in the accounts below them and are outside the totals.
    pub leaf: bool,
    pub opening: Columns,
    pub movement: Columns,
    pub closing: Columns,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TrialBalanceTotals {
    pub opening: Columns,
    pub movement: Columns,
    pub closing: Columns,
}

/// 科目余额表: opening, movement and closing of every account that has any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialBalance {
    #[serde(flatten)]
    pub range: Range,
    pub rows: Vec<TrialBalanceRow>,
    pub totals: TrialBalanceTotals,
    /// Memorandum (表外) accounts, totalled apart.
    pub memorandum_totals: TrialBalanceTotals,
}

impl TrialBalance {
    /// Adds up leaf sums; every account above a leaf gets a summary row.
    pub fn compute(chart: &Chart, range: Range, sums: impl IntoIterator<Item = (AccountCode, Stage, Movement)>) -> TrialBalance {
        let mut accounts: BTreeMap<AccountCode, (Movement, Movement)> = BTreeMap::new();
        for (leaf, stage, movement) in sums {
            let mut place = Some(leaf);
            while let Some(code) = place {
                let (opening, within) = accounts.entry(code).or_default();
                match stage {
                    Stage::Opening => opening.add(movement),
                    Stage::Movement => within.add(movement),
                }
                place = match chart.level(&code) {
                    Level::Below(parent) => Some(parent),
                    Level::First | Level::None => None,
                };
            }
        }
        let mut table =
            TrialBalance { range, rows: Vec::new(), totals: Default::default(), memorandum_totals: Default::default() };
        for (code, (opening, within)) in accounts {
            table.push(chart, code, opening, within);
        }
        table
    }

    fn push(&mut self, chart: &Chart, code: AccountCode, opening: Movement, within: Movement) {
        let Some(account) = chart.get(&code) else { return };
        let mut closing = opening;
        closing.add(within);
        let row = TrialBalanceRow {
            account: code,
            name: account.name.clone(),
            element: account.element,
            leaf: chart.is_leaf(&code),
            opening: Columns::net(opening),
            movement: Columns::both(within),
            closing: Columns::net(closing),
        };
        if row.opening.is_zero() && row.movement.is_zero() && row.closing.is_zero() {
            return;
        }
        if row.leaf {
            let totals = if row.element == Element::Memorandum { &mut self.memorandum_totals } else { &mut self.totals };
            totals.opening.add(row.opening);
            totals.movement.add(row.movement);
            totals.closing.add(row.closing);
        }
        self.rows.push(row);
    }
}

/// What the columns of an income table are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupBy {
    #[default]
    Nothing,
    Month,
    Account,
    /// The values of a dimension, such as 收入类型, 渠道 or 街道.
    By(Dimension),
}

impl GroupBy {
    pub const WORDS: &'static str =
        "none, month, account, income_type, channel, street, shop, asset, contract, fund, counterparty, resolution";

    pub fn parse(text: &str) -> Option<GroupBy> {
        match text {
            "none" => Some(GroupBy::Nothing),
            "month" => Some(GroupBy::Month),
            "account" => Some(GroupBy::Account),
            // The rows are the communities already.
            _ => Dimension::parse(text).filter(|dimension| *dimension != Dimension::Community).map(GroupBy::By),
        }
    }
}

/// A sum of income (credit less debit) of one community in one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomeCell {
    pub community: Arc<str>,
    pub group: Arc<str>,
    pub amount: Amount,
}

/// The income a line means for its community, if any: a line on an income account that names a community,
/// in an ordinary voucher. Carrying income forward to the year's profit does not undo it.
pub fn income_of(
    chart: &Chart,
    key: &BalanceKey,
    set: &DimensionSet,
    movement: Movement,
    group_by: GroupBy,
) -> Option<IncomeCell> {
    let income = chart.get(&key.account).is_some_and(|account| account.element == Element::Income);
    if !income || key.purpose != Purpose::Ordinary {
        return None;
    }
    let community = set.get(Dimension::Community)?.as_str().into();
    let group: String = match group_by {
        GroupBy::Nothing => String::new(),
        GroupBy::Month => key.period.to_string(),
        GroupBy::By(dimension) => set.get(dimension).map(ToString::to_string).unwrap_or_default(),
        GroupBy::Account => key.account.to_string(),
    };
    Some(IncomeCell { community, group: group.into(), amount: movement.net().checked_neg()? })
}

/// One community of an income table, its cells in the order of [`IncomeTable::groups`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IncomeRow {
    pub community: String,
    pub name: String,
    /// The street the community lies in.
    pub street: String,
    pub cells: Vec<Amount>,
    pub total: Amount,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IncomeGroup {
    pub code: String,
    pub name: String,
    pub total: Amount,
}

/// 各社区收入: the leadership's table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IncomeTable {
    #[serde(flatten)]
    pub range: Range,
    pub groups: Vec<IncomeGroup>,
    pub rows: Vec<IncomeRow>,
    pub total: Amount,
}

/// How codes are called: the registers of the books that a table covers.
pub trait Names {
    fn community(&self, code: &str) -> (String, String);
    fn group(&self, code: &str) -> String;
}

/// Names from the registers of one or more books; the first book that knows a code names it.
pub struct RegisterNames<'a> {
    pub books: Vec<(&'a Chart, &'a DimensionRegister)>,
    pub group_by: GroupBy,
}

impl RegisterNames<'_> {
    fn value(&self, dimension: Dimension, code: &str) -> Option<&DimensionValue> {
        let code = DimensionCode::parse(code)?;
        self.books.iter().find_map(|(_, register)| register.get(dimension, &code))
    }
}

impl Names for RegisterNames<'_> {
    fn community(&self, code: &str) -> (String, String) {
        let value = self.value(Dimension::Community, code);
        let name = value.map_or_else(|| code.to_owned(), |value| value.name.clone());
        let street = value.and_then(|value| value.parent.as_ref()).map(ToString::to_string).unwrap_or_default();
        let street_name = self.value(Dimension::Street, &street).map_or(street, |value| value.name.clone());
        (name, street_name)
    }

    fn group(&self, code: &str) -> String {
        match self.group_by {
            GroupBy::Nothing => "收入".to_owned(),
            GroupBy::Month => code.to_owned(),
            GroupBy::By(_) if code.is_empty() => "未标明".to_owned(),
            GroupBy::By(dimension) => self.value(dimension, code).map_or_else(|| code.to_owned(), |value| value.name.clone()),
            GroupBy::Account => AccountCode::parse(code)
                .and_then(|account| self.books.iter().find_map(|(chart, _)| chart.get(&account)))
                .map_or_else(|| code.to_owned(), |account| account.name.clone()),
        }
    }
}

impl IncomeTable {
    /// The same table with the communities of one street alone; `None` when a sum leaves an `i64`.
    pub fn of_street(mut self, street: &str) -> Option<IncomeTable> {
        self.rows.retain(|row| row.street == street);
        for (index, group) in self.groups.iter_mut().enumerate() {
            group.total = crate::ledger::amount::sum(self.rows.iter().map(|row| row.cells[index]))?;
        }
        self.total = crate::ledger::amount::sum(self.rows.iter().map(|row| row.total))?;
        Some(self)
    }

    /// Adds up cells of any number of books. `None` if the sum leaves an `i64`, which books alone cannot
    /// do but many together could.
    pub fn compute(range: Range, cells: &[IncomeCell], names: &impl Names) -> Option<IncomeTable> {
        let codes: BTreeSet<&str> = cells.iter().map(|cell| &*cell.group).collect();
        let columns: BTreeMap<&str, usize> = codes.iter().enumerate().map(|(index, code)| (*code, index)).collect();
        let mut sums: BTreeMap<&str, Vec<Amount>> = BTreeMap::new();
        for cell in cells {
            let row = sums.entry(&cell.community).or_insert_with(|| vec![Amount::ZERO; columns.len()]);
            let place = &mut row[columns[&*cell.group]];
            *place = place.checked_add(cell.amount)?;
        }
        let mut rows = Vec::with_capacity(sums.len());
        for (community, cells) in sums {
            let (name, street) = names.community(community);
            let total = crate::ledger::amount::sum(cells.iter().copied())?;
            rows.push(IncomeRow { community: community.to_owned(), name, street, cells, total });
        }
        let column = |index: usize| crate::ledger::amount::sum(rows.iter().map(|row| row.cells[index]));
        let group = |(index, code): (usize, &&str)| {
            Some(IncomeGroup { code: (*code).to_owned(), name: names.group(code), total: column(index)? })
        };
        let groups = codes.iter().enumerate().map(group).collect::<Option<Vec<_>>>()?;
        let total = crate::ledger::amount::sum(rows.iter().map(|row| row.total))?;
        Some(IncomeTable { range, groups, rows, total })
    }
}
