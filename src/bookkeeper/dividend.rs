//! 利润分配与账面: the figures that a distribution stands on, read from the store, and a preview of what it gives. What the
//! figures are, [`crate::collective::shares::distribution::figures`] tells.

use crate::bookkeeper::report::dimension_name;
use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, PostError, RefusedDraft, desk};
use crate::collective::Fact;
use crate::collective::roles::role::Role;
use crate::collective::shares::distribution::figures::{self, Accounts, BookFigures, YearEnds};
use crate::collective::shares::distribution::{CompanyDistribution, CompanyResult, Resolution, distribute_company};
use crate::ledger::balance::Balances;
use crate::ledger::refusal::{Reason, Refusal, Rule};
use crate::ledger::statement::Range;
use crate::ledger::{Amount, Dimension, DimensionCode, Period};
use crate::store::StoreError;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};

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

/// Balances of a book up to the end of a day's month, and what its last 31 December has posted on the reserve.
struct Grounds {
    balances: Balances,
    year_ends: YearEnds,
}

impl Grounds {
    fn accounts<'a>(&'a self, view: &'a View) -> Accounts<'a> {
        Accounts { book: &view.book, registers: &view.registers, balances: &self.balances, year_ends: &self.year_ends }
    }
}

impl Bookkeeper {
    async fn grounds(&self, view: &View, date: Date) -> Result<Grounds, StoreError> {
        let mut grounds = Grounds { balances: Balances::default(), year_ends: YearEnds::default() };
        let Some(month) = Period::of(date) else { return Ok(grounds) };
        for (key, movement) in self.store.balances_until(view.number, month).await? {
            grounds.balances.add(key, movement);
        }
        let december = Period::new(figures::year_of(date), 12);
        let Some((reserve, december)) = view.registers.roles.account(Role::StatutoryReserve).ok().zip(december) else {
            return Ok(grounds);
        };
        let (mut next, mut more) = (None, true);
        while more {
            let page = self.account_lines(view, reserve, Range { from: december, to: december }, next, u32::MAX).await?;
            page.lines.iter().for_each(|line| grounds.year_ends.add(line.date, line.account, line.side, line.amount));
            next = page.next;
            more = next.is_some();
        }
        Ok(grounds)
    }

    /// The four figures of a `dividend_resolved` of a day.
    ///
    /// # Errors
    /// No account plays the statutory reserve; the store.
    pub async fn dividend_figures(&self, view: &View, date: Date) -> Result<BookFigures, PostError> {
        let grounds = self.grounds(view, date).await?;
        grounds.accounts(view).company(date).map_err(|rule| PostError::Refused(desk::refused_whole(rule)))
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
        for (index, fact) in facts.iter().enumerate() {
            let date = match fact {
                Fact::DividendResolved(given) if view.registers.dividends.get(&given.code).is_none() => given.date,
                Fact::CollectiveDistributed(given) if view.registers.distributions.get(&given.code).is_none() => given.date,
                _ => continue,
            };
            let rule = if index > 0 {
                let message = "分配的数字要与它登记以前的账面核对，不能排在同一次登记的其他事项之后。请单独登记这项分配。";
                Some(Rule::business("distribution_one_at_a_time", message))
            } else {
                self.grounds(view, date).await?.accounts(view).examine(fact)
            };
            if let Some(rule) = rule {
                let refusal = Refusal { reasons: vec![Reason::whole(rule)] };
                return Err(PostError::Refused(vec![RefusedDraft { index, refusal }]));
            }
        }
        Ok(())
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
