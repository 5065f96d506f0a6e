//! 利润分配与账面: the figures that a distribution stands on, read from the books, and a preview of what it gives.
//!
//! The year is the last one that has ended: on 31 December the year itself, before that the one before (公司法 §210 speaks
//! of the year's profit after tax, which is known at its end). Profit is counted from ordinary vouchers, so that the
//! figures are the same before and after the year's profit is carried to 未分配利润. Balances are kept by month: a
//! resolution within a month sees all that is posted in it.

use crate::bookkeeper::report::dimension_name;
use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, PostError, RefusedDraft, desk};
use crate::collective::Fact;
use crate::collective::distribution::{CompanyDistribution, CompanyResult, Resolution, distribute_company};
use crate::collective::role::Role;
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::{Reason, Refusal, Rule};
use crate::ledger::statement::{Range, Stage};
use crate::ledger::{AccountCode, Amount, Dimension, DimensionCode, Element, Period, Side};
use crate::store::StoreError;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};

/// What the books say on a day. Amounts in yuan.
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

/// What one community would get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewRow {
    pub holder: DimensionCode,
    pub name: String,
    pub paid_in: Amount,
    pub dividend: Amount,
}

/// A reason why it cannot be distributed so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewRefusal {
    pub code: &'static str,
    pub message: String,
}

/// 分配预览: nothing of it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DividendPreview {
    pub book: String,
    #[serde(serialize_with = "as_text")]
    pub date: Date,
    #[serde(flatten)]
    pub figures: BookFigures,
    /// The largest dividend that the law allows beside the optional reserve.
    pub distributable: Amount,
    pub losses_covered: Amount,
    pub statutory_reserve: Amount,
    pub optional_reserve: Amount,
    pub dividend: Amount,
    pub undistributed_after: Amount,
    #[serde(serialize_with = "some_as_text")]
    pub pay_by: Option<Date>,
    pub communities: Vec<PreviewRow>,
    /// A `dividend_resolved` but for its code and number.
    pub record: Value,
    /// Empty where it may be resolved.
    pub refusals: Vec<PreviewRefusal>,
}

fn as_text<S: serde::Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

fn some_as_text<S: serde::Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}

/// 本年利润 and 利润分配; in a rural book 本年收益 and 收益分配.
fn heads(standard: ChartStandard) -> (&'static str, &'static str) {
    match standard {
        ChartStandard::SmallEnterprise2013 => ("3103", "3104"),
        ChartStandard::RuralCollective2023 => ("321", "322"),
    }
}

fn out_of_range() -> StoreError {
    StoreError::Corrupt("a profit leaves the range of amounts".into())
}

/// What a year's result has come to and what has been carried of it.
#[derive(Clone, Copy)]
struct Undistributed {
    year: i16,
    profit: Amount,
    before: Amount,
}

impl View {
    fn is_result(&self, account: &AccountCode) -> bool {
        let element = self.chart.get(account).map(|account| account.element);
        matches!(element, Some(Element::Income | Element::Expense))
    }

    fn is_profit_of_year(&self, account: &AccountCode) -> bool {
        self.is_result(account) || account.as_str().starts_with(heads(self.profile.standard).0)
    }

    fn is_undistributed(&self, account: &AccountCode) -> bool {
        self.is_profit_of_year(account) || account.as_str().starts_with(heads(self.profile.standard).1)
    }
}

impl Bookkeeper {
    /// Credit less debit of everything not yet distributed at the end of a month.
    async fn undistributed(&self, view: &View, month: Period) -> Result<Amount, StoreError> {
        let sums = self.store.account_sums(view.number, Range { from: month, to: month }, None).await?;
        let wanted = sums.into_iter().filter(|(account, ..)| view.is_undistributed(account));
        wanted.into_iter().try_fold(Amount::ZERO, |all, (_, _, sum)| all.checked_sub(sum.net())).ok_or_else(out_of_range)
    }

    /// A year's profit up to a month of it. A book that began within the year brings its profit so far as an opening.
    async fn year_profit(&self, view: &View, year: i16, to: Period) -> Result<Amount, StoreError> {
        let first = view.profile.first_period;
        let Some(from) = Period::new(year, 1).filter(|_| year >= first.year()) else { return Ok(Amount::ZERO) };
        let mut nets = Vec::new();
        for (account, sum) in self.store.ordinary_account_sums(view.number, Range { from, to }).await? {
            nets.extend(view.is_result(&account).then(|| sum.net()));
        }
        if first.year() == year && first > from {
            for (account, stage, sum) in self.store.account_sums(view.number, Range { from: first, to }, None).await? {
                let opening = stage == Stage::Opening && view.is_profit_of_year(&account);
                nets.extend(opening.then(|| sum.net()));
            }
        }
        nets.into_iter().try_fold(Amount::ZERO, Amount::checked_sub).ok_or_else(out_of_range)
    }

    async fn year_end(&self, view: &View, date: Date) -> Result<Undistributed, PostError> {
        let period_unknown = || PostError::Refused(desk::refused_whole(unknown_date(date)));
        let month = Period::of(date).ok_or_else(period_unknown)?;
        let ended = date.month() == 12 && date.day() == 31;
        let year = if ended { date.year() } else { date.year() - 1 };
        let december = Period::new(year, 12).ok_or_else(period_unknown)?;
        let running = if ended { Amount::ZERO } else { self.year_profit(view, date.year(), month).await? };
        let profit = self.year_profit(view, year, december).await?;
        let all = self.undistributed(view, month).await?;
        let before = all.checked_sub(running).and_then(|ended| ended.checked_sub(profit)).ok_or_else(out_of_range)?;
        Ok(Undistributed { year, profit, before })
    }

    /// Whether something was set aside from a year's profit: credits of the reserve since that year's last day.
    async fn reserve_taken(&self, view: &View, reserve: AccountCode, year: i16, date: Date) -> Result<bool, StoreError> {
        let (Some(from), Some(to)) = (Period::new(year, 12), Period::of(date)) else { return Ok(false) };
        let mut net = Amount::ZERO;
        let (mut next, mut more) = (None, true);
        while more {
            let page = self.account_lines(view, reserve, Range { from, to }, next, u32::MAX).await?;
            for line in page.lines.iter().filter(|line| line.date >= from.last_day() && line.date <= date) {
                let signed = if line.side == Side::Credit { Some(line.amount) } else { line.amount.checked_neg() };
                net = signed.and_then(|amount| net.checked_add(amount)).ok_or_else(out_of_range)?;
            }
            next = page.next;
            more = next.is_some();
        }
        Ok(net > Amount::ZERO)
    }

    /// The four figures of a `dividend_resolved` of a day.
    ///
    /// # Errors
    /// No account plays the statutory reserve; the store.
    pub async fn dividend_figures(&self, view: &View, date: Date) -> Result<BookFigures, PostError> {
        let reserve = view.registers.roles.account(Role::StatutoryReserve);
        let reserve = reserve.map_err(|rule| PostError::Refused(desk::refused_whole(rule)))?;
        let Undistributed { year, profit, before } = self.year_end(view, date).await?;
        let distributed = year >= view.profile.first_period.year() && self.reserve_taken(view, reserve, year, date).await?;
        let (net_profit, undistributed_before) = match distributed {
            true => (Amount::ZERO, before.checked_add(profit).ok_or_else(out_of_range)?),
            false => (profit, before),
        };
        let month = Period::of(date).map_or(view.profile.first_period, |month| month);
        let sums = self.store.account_sums(view.number, Range { from: month, to: month }, None).await?;
        let held = sums.into_iter().filter(|(account, ..)| *account == reserve);
        let statutory = held.into_iter().try_fold(Amount::ZERO, |all, (_, _, sum)| all.checked_sub(sum.net()));
        let capital = view.registers.shares.holders_at(date).into_iter().map(|(_, holding)| holding.subscribed);
        Ok(BookFigures {
            year,
            net_profit,
            undistributed_before,
            statutory_reserve_before: statutory.ok_or_else(out_of_range)?,
            registered_capital: crate::ledger::amount::sum(capital).ok_or_else(out_of_range)?,
        })
    }

    /// What a dividend would give each community by paid-in ratio; without one, all that may be distributed.
    ///
    /// # Errors
    /// As [`Bookkeeper::dividend_figures`].
    pub async fn dividend_preview(
        &self,
        view: &View,
        date: Date,
        dividend: Option<Amount>,
        optional_reserve: Amount,
    ) -> Result<DividendPreview, PostError> {
        let figures = self.dividend_figures(view, date).await?;
        let most = distribute(view, date, &figures, Amount::ZERO, optional_reserve);
        let distributable = most.as_ref().map_or(Amount::ZERO, |most| most.undistributed_after);
        let wanted = dividend.unwrap_or(distributable);
        let made = distribute(view, date, &figures, wanted, optional_reserve);
        let refused = |rule: &Rule| PreviewRefusal { code: rule.code(), message: rule.message() };
        let refusals = made.as_ref().err().into_iter().flatten().map(refused).collect();
        let made = made.ok();
        let of = |part: fn(&CompanyDistribution) -> Amount| made.as_ref().map_or(Amount::ZERO, part);
        Ok(DividendPreview {
            book: view.profile.code.clone(),
            date,
            figures,
            distributable,
            losses_covered: of(|made| made.losses_covered),
            statutory_reserve: of(|made| made.statutory_reserve),
            optional_reserve,
            dividend: wanted,
            undistributed_after: of(|made| made.undistributed_after),
            pay_by: made.as_ref().map(|made| made.pay_by),
            communities: made.as_ref().map(|made| rows(view, date, made)).unwrap_or_default(),
            record: json!({
                "agreed": [], "code": "", "date": date.to_string(), "dividend": wanted, "net_profit": figures.net_profit,
                "number": "", "optional_reserve": optional_reserve, "registered_capital": figures.registered_capital,
                "statutory_reserve_before": figures.statutory_reserve_before,
                "undistributed_before": figures.undistributed_before,
            }),
            refusals,
        })
    }

    /// Refuses distributions whose figures are not those of the books. One that stands already is judged by the
    /// registers: a retry is not a second distribution.
    pub(super) async fn hold_figures(&self, view: &View, facts: &[Fact]) -> Result<(), PostError> {
        let mut held = 0;
        for (index, fact) in facts.iter().enumerate() {
            let rule = match fact {
                Fact::DividendResolved(given) if view.registers.dividends.get(&given.code).is_none() => {
                    let books = self.dividend_figures(view, given.date).await?;
                    differing(
                        "dividend_figures_differ",
                        books.year,
                        &[
                            ("净利润", books.net_profit, given.net_profit),
                            ("此前未分配利润", books.undistributed_before, given.undistributed_before),
                            ("已提法定盈余公积", books.statutory_reserve_before, given.statutory_reserve_before),
                            ("注册资本（认缴合计）", books.registered_capital, given.registered_capital),
                        ],
                    )
                }
                Fact::CollectiveDistributed(given) if view.registers.distributions.get(&given.code).is_none() => {
                    let books = self.year_end(view, given.date).await?;
                    let figures = [
                        ("净收益", books.profit, given.net_income),
                        ("此前未分配收益", books.before, given.undistributed_before),
                    ];
                    differing("distribution_figures_differ", books.year, &figures)
                }
                _ => continue,
            };
            held += 1;
            let several = || {
                let message = "一次登记了几项分配；后一项的数字要等前一项记账以后才能与账面核对。请逐项登记。";
                Rule::business("distribution_one_at_a_time", message)
            };
            if let Some(rule) = rule.or_else(|| (held > 1).then(several)) {
                let refusal = Refusal { reasons: vec![Reason::whole(rule)] };
                return Err(PostError::Refused(vec![RefusedDraft { index, refusal }]));
            }
        }
        Ok(())
    }
}

fn unknown_date(date: Date) -> Rule {
    Rule::Business {
        code: "resolution_date_out_of_range", message: format!("决议日期 {date} 不合常理。请核对年份。")
    }
}

/// By paid-in ratio; the number of the resolution is yet to come.
fn distribute(
    view: &View,
    date: Date,
    figures: &BookFigures,
    dividend: Amount,
    optional_reserve: Amount,
) -> Result<CompanyDistribution, Vec<Rule>> {
    let result = CompanyResult {
        net_profit: figures.net_profit,
        undistributed_before: figures.undistributed_before,
        statutory_reserve_before: figures.statutory_reserve_before,
        registered_capital: figures.registered_capital,
    };
    let resolution = Resolution { agreement: None, date, dividend, number: "待填".into(), optional_reserve };
    distribute_company(&result, &resolution, &view.registers.shares.holders_at(date), &[])
}

fn rows(view: &View, date: Date, made: &CompanyDistribution) -> Vec<PreviewRow> {
    let holders = view.registers.shares.holders_at(date);
    let paid_in =
        |code: &DimensionCode| holders.iter().find(|(holder, _)| holder == code).map_or(Amount::ZERO, |(_, held)| held.paid_in);
    let row = |(holder, dividend): &(DimensionCode, Amount)| PreviewRow {
        holder: holder.clone(),
        name: dimension_name(&view.dimensions, Dimension::Community, holder.as_str()),
        paid_in: paid_in(holder),
        dividend: *dividend,
    };
    made.dividends.iter().map(row).collect()
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
