//! 账套 as the rules see it: its chart, registered dimensions, open periods and running numbers.
//!
//! A [`Book`] holds nothing that grows with the number of vouchers but the set of reversed ones, so that a
//! book of millions of entries starts at once. It changes only through the `apply_…` functions, each after
//! its `examine_…` found nothing to refuse.

use crate::ledger::chart::{Chart, ChartStandard};
use crate::ledger::dimension::DimensionRegister;
use crate::ledger::refusal::{Reason, Rule};
use crate::ledger::text::{has_invisible, is_blank};
use crate::ledger::voucher::{MEMO_CHARS_MAX, PERSON_CHARS_MAX};
use crate::ledger::{Account, AccountCode, Dimension, DimensionCode, DimensionValue, Period, Purpose, Voucher, Word};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The sum of all posted amounts of a book, red ones counted as positive. Half of an `i64`: no balance,
/// total or partial sum over posted lines can overflow while it holds.
pub const TURNOVER_MAX: i64 = i64::MAX / 2;

/// What a book is called and by which rules it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookProfile {
    /// Short code in addresses and file names: `[a-z][a-z0-9-]{0,31}`.
    pub code: String,
    /// 账套名称
    pub name: String,
    /// 会计核算单位
    pub organisation: String,
    pub standard: ChartStandard,
    pub first_period: Period,
    /// Whether ordinary vouchers need an attachment (会计基础工作规范 §51(四)).
    pub attachments_required: bool,
}

/// Whether text may be a book's code.
pub fn is_book_code(text: &str) -> bool {
    let rest = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=32).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(rest)
}

#[derive(Clone, Debug)]
pub struct Book {
    pub profile: BookProfile,
    /// Shared with readers; replaced, never changed, when a declaration is posted.
    pub chart: Arc<Chart>,
    pub dimensions: Arc<DimensionRegister>,
    /// Opened periods; `true` once closed.
    periods: BTreeMap<Period, bool>,
    serials: HashMap<(Period, Word), u32>,
    in_use: HashSet<AccountCode>,
    reversed: HashSet<u64>,
    turnover: i64,
    posted: bool,
}

impl Book {
    pub fn new(profile: BookProfile) -> Book {
        Book {
            chart: Arc::new(Chart::new(profile.standard)),
            dimensions: Arc::default(),
            periods: BTreeMap::new(),
            serials: HashMap::new(),
            in_use: HashSet::new(),
            reversed: HashSet::new(),
            turnover: 0,
            posted: false,
            profile,
        }
    }

    pub fn periods(&self) -> impl Iterator<Item = (Period, bool)> {
        self.periods.iter().map(|(period, closed)| (*period, *closed))
    }

    /// `None`: never opened. `Some(true)`: closed.
    pub fn period_closed(&self, period: Period) -> Option<bool> {
        self.periods.get(&period).copied()
    }

    pub fn next_serial(&self, period: Period, word: Word) -> u32 {
        self.serials.get(&(period, word)).copied().unwrap_or(0).saturating_add(1)
    }

    pub fn is_reversed(&self, seq: u64) -> bool {
        self.reversed.contains(&seq)
    }

    pub fn is_in_use(&self, account: &AccountCode) -> bool {
        self.in_use.contains(account)
    }

    pub fn turnover(&self) -> i64 {
        self.turnover
    }

    /// Whether anything but opening balances has been posted.
    pub fn has_posted(&self) -> bool {
        self.posted
    }

    /// What a voucher adds to [`Book::turnover`]; `None` past [`TURNOVER_MAX`].
    pub fn turnover_with(&self, voucher: &Voucher) -> Option<i64> {
        let add = |sum: i64, fen: i64| sum.checked_add(fen.checked_abs()?);
        let total = voucher.lines.iter().try_fold(self.turnover, |sum, line| add(sum, line.amount.fen()))?;
        (total <= TURNOVER_MAX).then_some(total)
    }

    /// Takes in a voucher that [`crate::ledger::posting::examine`] found nothing against.
    pub fn apply_voucher(&mut self, voucher: &Voucher) {
        self.serials.insert((voucher.period, voucher.number.word), voucher.number.serial);
        for line in &voucher.lines {
            if !self.in_use.contains(&line.account) {
                self.in_use.insert(line.account);
            }
        }
        self.turnover = self.turnover_with(voucher).unwrap_or(TURNOVER_MAX);
        self.posted |= voucher.purpose != Purpose::Opening;
        if let Some(reversed) = &voucher.reverses {
            self.reversed.insert(reversed.seq);
        }
    }

    /// Restores what vouchers left behind without reading them again: a store's start.
    pub fn resume(
        &mut self,
        serials: HashMap<(Period, Word), u32>,
        in_use: HashSet<AccountCode>,
        reversed: HashSet<u64>,
        turnover: i64,
        posted: bool,
    ) {
        self.serials = serials;
        self.in_use = in_use;
        self.reversed = reversed;
        self.turnover = turnover;
        self.posted = posted;
    }

    /// What speaks against a declaration of accounts; places count rows from 1. Parents may stand in the same declaration.
    pub fn examine_accounts(&self, accounts: &[Account]) -> Vec<Reason> {
        let mut chart = (*self.chart).clone();
        let mut reasons = nothing_declared(accounts);
        for (index, account) in accounts.iter().enumerate() {
            match chart.examine_new(account, |code| self.in_use.contains(code)).or_else(|| name_rule("科目名称", &account.name))
            {
                Some(rule) => reasons.push(Reason::at(index + 1, rule)),
                None => chart.add(account.clone()),
            }
        }
        reasons
    }

    pub fn apply_accounts(&mut self, accounts: &[Account]) {
        let chart = Arc::make_mut(&mut self.chart);
        for account in accounts {
            chart.add(account.clone());
        }
    }

    pub fn apply_account_closed(&mut self, code: &AccountCode) {
        Arc::make_mut(&mut self.chart).close(code);
    }

    pub fn examine_dimension_values(&self, values: &[DimensionValue]) -> Vec<Reason> {
        let mut fresh: BTreeSet<(Dimension, &DimensionCode)> = BTreeSet::new();
        let mut reasons = nothing_declared(values);
        for (index, value) in values.iter().enumerate() {
            let (dimension, code) = (value.dimension, value.code.to_string());
            let taken = self.dimensions.get(dimension, &value.code).is_some() || !fresh.insert((dimension, &value.code));
            let rule = if taken {
                Some(Rule::DimensionCodeTaken { dimension, code })
            } else if let Some(parent) = self.missing_parent(value, &fresh) {
                Some(Rule::DimensionParentUnknown { dimension, code, parent })
            } else {
                name_rule("名称", &value.name).or_else(|| text_rule("说明", &value.remark, MEMO_CHARS_MAX))
            };
            reasons.extend(rule.map(|rule| Reason::at(index + 1, rule)));
        }
        reasons
    }

    /// A parent may be a value of any dimension: a community lies in a street, an asset in a community.
    fn missing_parent(&self, value: &DimensionValue, fresh: &BTreeSet<(Dimension, &DimensionCode)>) -> Option<String> {
        let parent = value.parent.as_ref()?;
        let itself = parent == &value.code && self.dimensions.get(value.dimension, parent).is_none();
        let known = Dimension::ALL
            .into_iter()
            .filter(|dimension| !itself || *dimension != value.dimension)
            .any(|dimension| self.dimensions.get(dimension, parent).is_some() || fresh.contains(&(dimension, parent)));
        (!known).then(|| parent.to_string())
    }

    pub fn apply_dimension_values(&mut self, values: &[DimensionValue]) {
        let register = Arc::make_mut(&mut self.dimensions);
        for value in values {
            register.insert(value.clone());
        }
    }

    pub fn lacks_chart(&self) -> bool {
        !self.chart.iter().any(|account| account.official)
    }

    pub fn lacks_year(&self) -> bool {
        self.periods.is_empty()
    }

    /// What is said of a book whose chart or first year does not stand: earlier versions opened a book in three commits, and
    /// could be stopped between them.
    pub fn half_open(&self) -> Option<Rule> {
        if !self.lacks_chart() && !self.lacks_year() {
            return None;
        }
        let BookProfile { code, name, organisation, standard, first_period, attachments_required } = &self.profile;
        let (chart, attachments) = (standard.chinese(), if *attachments_required { "是" } else { "否" });
        let opened = format!("名称“{name}”，单位“{organisation}”，{chart}，{first_period} 启用，附件必填：{attachments}");
        let message =
            format!("账套 {code} 只启用了一半（{opened}）。请用同样的内容再执行一次 book open 或 import books，把它做完。");
        Some(Rule::business("book_half_open", message))
    }

    /// The year that may be opened next: the first period's, then one after the other.
    pub fn next_year(&self) -> i16 {
        self.periods.keys().next_back().map_or(self.profile.first_period.year(), |last| last.year().saturating_add(1))
    }

    pub fn examine_year_opened(&self, year: i16) -> Option<Rule> {
        if year == self.next_year() && Period::new(year, 1).is_some() {
            return None;
        }
        let period = Period::new(year, 1).unwrap_or(self.profile.first_period);
        if self.periods.keys().any(|open| open.year() == year) {
            return Some(Rule::PeriodAlreadyOpen { period });
        }
        Some(Rule::PeriodNotNext { expected: Period::new(self.next_year(), 1).unwrap_or(period) })
    }

    /// Opens the periods of a year, from the book's first one on.
    pub fn apply_year_opened(&mut self, year: i16) {
        let months = (1..=12).filter_map(|month| Period::new(year, month));
        for period in months.filter(|period| *period >= self.profile.first_period) {
            self.periods.insert(period, false);
        }
    }

    /// Periods close one way and in order.
    pub fn examine_period_closed(&self, period: Period) -> Option<Rule> {
        match self.period_closed(period) {
            None => Some(Rule::PeriodUnknown { period }),
            Some(true) => Some(Rule::PeriodClosed { period }),
            Some(false) => {
                let first_open = self.periods.iter().find(|(_, closed)| !**closed).map(|(period, _)| *period)?;
                (first_open != period).then_some(Rule::PeriodNotNext { expected: first_open })
            }
        }
    }

    pub fn apply_period_closed(&mut self, period: Period) {
        self.periods.insert(period, true);
    }
}

fn nothing_declared<T>(rows: &[T]) -> Vec<Reason> {
    if rows.is_empty() { vec![Reason::whole(Rule::NothingDeclared)] } else { Vec::new() }
}

/// Names are short, visible and not empty. GB/T 24589.1 gives account and archive names C..60 to C..200.
pub fn name_rule(field: &'static str, name: &str) -> Option<Rule> {
    if is_blank(name) { Some(Rule::NameMissing) } else { text_rule(field, name, 100) }
}

/// 经办人: somebody, by a name that can be read.
pub fn by_rule(by: &str) -> Option<Rule> {
    if is_blank(by) { Some(Rule::ByMissing) } else { text_rule("经办人姓名", by, PERSON_CHARS_MAX) }
}

/// Text without invisible characters, of at most `limit` characters.
pub fn text_rule(field: &'static str, text: &str, limit: usize) -> Option<Rule> {
    if text.len() > limit && text.chars().count() > limit {
        return Some(Rule::TextTooLong { field, limit });
    }
    has_invisible(text).then_some(Rule::TextMalformed { field })
}
