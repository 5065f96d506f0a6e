//! 账面数字: what a distribution stands on, from the balances as they stand at that moment. Whoever records a resolution, and
//! whoever reads one back, holds its figures against them by this one code.
//!
//! The year is the last one that has ended: on 31 December the year itself, before that the one before (公司法 §210 speaks of the
//! year's profit after tax, which is known at its end). Profit is counted from ordinary vouchers, so that the figures are the
//! same before and after it is carried to 未分配利润. Balances are kept by month: a resolution sees all that is posted in its
//! month.

use crate::collective::Fact;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::collective::shares::distribution::community::CollectiveResolution;
use crate::collective::shares::dividend::DividendResolution;
use crate::ledger::amount::{negated, plus, total};
use crate::ledger::balance::{BalanceKey, Balances};
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::{AccountCode, Amount, Book, Element, Period, Purpose, Side, Voucher};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// The four figures of a `dividend_resolved` of a day. Amounts in yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BookFigures {
    /// The year whose profit is distributed.
    pub year: i16,
    /// Its profit; zero where its statutory reserve has been taken already.
    pub net_profit: Amount,
    /// What else is undistributed, without the profit of a year that has not ended.
    pub undistributed_before: Amount,
    pub statutory_reserve_before: Amount,
    /// 认缴 of all holders.
    pub registered_capital: Amount,
}

/// What vouchers of 31 December have posted, credit less debit, by year and account: the one day that months do not tell
/// apart, on which a year is over and what is set aside is set aside from that year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearEnds(BTreeMap<(i16, AccountCode), Amount>);

impl YearEnds {
    /// Takes in a line of a voucher of this date.
    pub fn add(&mut self, date: Date, account: AccountCode, side: Side, amount: Amount) {
        if is_year_end(date) {
            let sum = self.0.entry((date.year(), account)).or_default();
            *sum = plus(*sum, if side == Side::Credit { amount } else { negated(amount) });
        }
    }

    pub fn add_voucher(&mut self, voucher: &Voucher) {
        if is_year_end(voucher.date) {
            voucher.lines.iter().for_each(|line| self.add(voucher.date, line.account, line.side, line.amount));
        }
    }

    fn of(&self, year: i16, account: AccountCode) -> Amount {
        self.0.get(&(year, account)).copied().unwrap_or_default()
    }
}

fn is_year_end(date: Date) -> bool {
    date.month() == 12 && date.day() == 31
}

/// The last year that has ended on a day.
pub fn year_of(date: Date) -> i16 {
    if is_year_end(date) { date.year() } else { date.year().saturating_sub(1) }
}

/// 本年利润 and 利润分配; in a rural book 本年收益 and 收益分配.
fn heads(standard: ChartStandard) -> (&'static str, &'static str) {
    match standard {
        ChartStandard::SmallEnterprise2013 => ("3103", "3104"),
        ChartStandard::RuralCollective2023 => ("321", "322"),
    }
}

/// A year's result, and what else is undistributed, without that of a year that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Undistributed {
    year: i16,
    profit: Amount,
    before: Amount,
}

/// A book at a moment: all that was posted in it so far, and its registers.
#[derive(Clone, Copy, Debug)]
pub struct Accounts<'a> {
    pub book: &'a Book,
    pub registers: &'a Registers,
    pub balances: &'a Balances,
    pub year_ends: &'a YearEnds,
}

impl Accounts<'_> {
    fn is_result(&self, account: AccountCode) -> bool {
        let element = self.book.chart.get(&account).map(|account| account.element);
        matches!(element, Some(Element::Income | Element::Expense))
    }

    fn is_profit(&self, account: AccountCode) -> bool {
        self.is_result(account) || account.as_str().starts_with(heads(self.book.profile.standard).0)
    }

    fn is_undistributed(&self, account: AccountCode) -> bool {
        self.is_profit(account) || account.as_str().starts_with(heads(self.book.profile.standard).1)
    }

    /// Whether a balance is part of the result of the year it lies in. A book that began within a year brings the profit of
    /// that year so far as an opening.
    fn is_of_its_year(&self, key: &BalanceKey) -> bool {
        let first = self.book.profile.first_period;
        match key.purpose {
            Purpose::Ordinary => self.is_result(key.account),
            Purpose::Opening => key.period.year() == first.year() && first.month() > 1 && self.is_profit(key.account),
            Purpose::CarryForward => false,
        }
    }

    /// Credit less debit up to the end of a day's month, of the balances that `wanted` picks.
    fn sum(&self, date: Date, wanted: impl Fn(&BalanceKey) -> bool) -> Amount {
        let month = Period::of(date);
        let found = self.balances.iter().filter(|(key, _)| Some(key.period) <= month && wanted(key));
        total(found.map(|(_, movement)| negated(movement.net())))
    }

    fn undistributed(&self, date: Date) -> Undistributed {
        let year = year_of(date);
        let of_year = |key: &BalanceKey| key.period.year() == year && self.is_of_its_year(key);
        let running = |key: &BalanceKey| key.period.year() > year && self.is_of_its_year(key);
        let before = |key: &BalanceKey| self.is_undistributed(key.account) && !of_year(key) && !running(key);
        Undistributed { year, profit: self.sum(date, of_year), before: self.sum(date, before) }
    }

    /// Whether something was set aside from a year's profit: credits of the reserve since that year's last day.
    fn reserve_taken(&self, reserve: AccountCode, year: i16, date: Date) -> bool {
        let later = |key: &BalanceKey| key.account == reserve && key.period.year() > year;
        let known = year >= self.book.profile.first_period.year();
        known && plus(self.year_ends.of(year, reserve), self.sum(date, later)) > Amount::ZERO
    }

    /// The four figures of a `dividend_resolved` of a day.
    ///
    /// # Errors
    /// No account plays the statutory reserve.
    pub fn company(&self, date: Date) -> Result<BookFigures, Rule> {
        let reserve = self.registers.roles.account(Role::StatutoryReserve)?;
        let Undistributed { year, profit, before } = self.undistributed(date);
        let (net_profit, undistributed_before) =
            if self.reserve_taken(reserve, year, date) { (Amount::ZERO, plus(before, profit)) } else { (profit, before) };
        Ok(BookFigures {
            year,
            net_profit,
            undistributed_before,
            statutory_reserve_before: self.sum(date, |key| key.account == reserve),
            registered_capital: total(self.registers.shares.holders_at(date).into_iter().map(|(_, held)| held.subscribed)),
        })
    }

    /// What of a distribution's figures the accounts say otherwise; nothing for any other fact. A role without an account is
    /// told where the lines are drafted.
    pub fn examine(&self, fact: &Fact) -> Option<Rule> {
        match fact {
            Fact::DividendResolved(given) => self.examine_company(given),
            Fact::CollectiveDistributed(given) => self.examine_community(given),
            _ => None,
        }
    }

    fn examine_company(&self, given: &DividendResolution) -> Option<Rule> {
        let books = self.company(given.date).ok()?;
        let figures = [
            ("净利润", books.net_profit, given.net_profit),
            ("此前未分配利润", books.undistributed_before, given.undistributed_before),
            ("已提法定盈余公积", books.statutory_reserve_before, given.statutory_reserve_before),
            ("注册资本（认缴合计）", books.registered_capital, given.registered_capital),
        ];
        differing("dividend_figures_differ", books.year, &figures)
    }

    fn examine_community(&self, given: &CollectiveResolution) -> Option<Rule> {
        let books = self.undistributed(given.date);
        let figures = [("净收益", books.profit, given.net_income), ("此前未分配收益", books.before, given.undistributed_before)];
        differing("distribution_figures_differ", books.year, &figures)
    }
}

/// Names each figure that differs, with what the books say and what was given.
fn differing(code: &'static str, year: i16, figures: &[(&str, Amount, Amount)]) -> Option<Rule> {
    let told = figures.iter().filter(|(_, books, given)| books != given);
    let told: Vec<String> = told.map(|(name, books, given)| format!("{name}账面 {books}、填写 {given}")).collect();
    let message = || {
        format!(
            "{year} 年度的分配，填写的数字与账面不符：{}。请按账面填写（可先看分配预览），或先补记凭证、份额。",
            told.join("；")
        )
    };
    (!told.is_empty()).then(|| Rule::Business { code, message: message() })
}

#[cfg(test)]
mod tests;
