//! 股权登记: what each community has subscribed (认缴) and paid in (实缴) in one company, as the sum of its changes.
//!
//! Rules: 公司法 (2023) §47 (subscribed capital is paid within five years) and §210 (profit follows what is paid in);
//! 农村集体经济组织财务制度 (财农〔2021〕121号) §30 (a share register is kept). One document stands behind each change.

use crate::ledger::amount::total;
use crate::ledger::book::text_rule;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Years within which a subscription is to be paid (公司法 §47).
pub const YEARS_TO_PAY: i64 = 5;
/// The day that rule came into force; older subscriptions keep the due date of their charter.
pub const YEARS_TO_PAY_SINCE: Date = Date::constant(2024, 7, 1);
/// Characters of the number of a resolution, charter or receipt.
pub const DOCUMENT_CHARS_MAX: usize = 100;

/// What a share was paid with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContributionForm {
    /// 货币
    Cash,
    /// 实物作价: only where title passes; what is merely used stays an entrusted asset.
    InKind,
    /// 帮扶资金折股量化: support funds made a community's share by document and charter.
    FundQuantised,
}

/// One change of one holder's share. The fields are in the order of their names, as canonical bytes need them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareChange {
    /// The day the change takes effect.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// The number of the resolution, charter or receipt (决议、章程、凭据文号).
    pub document: String,
    /// The last day for paying what this change subscribes; without meaning where it subscribes nothing.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub due: Date,
    pub form: ContributionForm,
    /// The community that holds the share.
    pub holder: DimensionCode,
    /// Change of 实缴, in fen; negative for a withdrawal or a transfer to another holder.
    pub paid_in: Amount,
    /// Change of 认缴, in fen; negative likewise.
    pub subscribed: Amount,
}

/// What changes add up to, in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// 认缴
    pub subscribed: Amount,
    /// 实缴
    pub paid_in: Amount,
}

impl Holding {
    /// The sum of two holdings; `None` when it leaves an `i64`.
    fn plus(self, other: Holding) -> Option<Holding> {
        Some(Holding {
            subscribed: self.subscribed.checked_add(other.subscribed)?,
            paid_in: self.paid_in.checked_add(other.paid_in)?,
        })
    }

    fn is_nothing(self) -> bool {
        self.subscribed.is_zero() && self.paid_in.is_zero()
    }
}

impl ShareChange {
    fn as_holding(&self) -> Holding {
        Holding { subscribed: self.subscribed, paid_in: self.paid_in }
    }
}

/// The share register of one company: every change, in the order it was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareRegister {
    changes: BTreeMap<DimensionCode, Vec<ShareChange>>,
}

impl ShareRegister {
    /// What speaks against recording a change; nothing when it may be applied.
    pub fn examine(&self, change: &ShareChange) -> Vec<Rule> {
        let history = self.history(&change.holder);
        [document_rule(&change.document), nothing_rule(change), order_rule(history, change), due_rule(change)]
            .into_iter()
            .flatten()
            .chain(self.amount_rule(change))
            .collect()
    }

    /// Records a change that [`ShareRegister::examine`] found nothing against.
    pub fn apply(&mut self, change: ShareChange) {
        self.changes.entry(change.holder.clone()).or_default().push(change);
    }

    /// The changes of one holder, oldest first.
    pub fn history(&self, holder: &DimensionCode) -> &[ShareChange] {
        self.changes.get(holder).map_or(&[], Vec::as_slice)
    }

    /// What a holder has paid in with money, in fen.
    pub fn paid_in_cash(&self, holder: &DimensionCode) -> Amount {
        let cash = self.history(holder).iter().filter(|change| change.form == ContributionForm::Cash);
        total(cash.map(|change| change.paid_in))
    }

    /// Who held what at the end of a day, by code. Those who hold nothing any more are left out.
    pub fn holders_at(&self, date: Date) -> Vec<(DimensionCode, Holding)> {
        let held = self.changes.iter().map(|(holder, changes)| (holder.clone(), held(until(changes, date))));
        held.filter(|(_, holding)| !holding.is_nothing()).collect()
    }

    /// Who has not paid what fell due before a day, by code, and how much that is in fen (公司法 §47).
    pub fn overdue(&self, date: Date) -> Vec<(DimensionCode, Amount)> {
        let unpaid = self.changes.iter().map(|(holder, changes)| (holder.clone(), unpaid(until(changes, date), date)));
        unpaid.filter(|(_, unpaid)| *unpaid > Amount::ZERO).collect()
    }

    /// What all holders hold together after the newest change of each.
    pub fn totals(&self) -> Holding {
        let all = self.changes.values().map(|changes| held(changes));
        all.fold(Holding::default(), |total, holding| {
            total.plus(holding).expect("examine caps what all holders subscribe, and nobody pays in more")
        })
    }

    /// Judges what the holder and the company would have after the change.
    fn amount_rule(&self, change: &ShareChange) -> Option<Rule> {
        let after = held(self.history(&change.holder)).plus(change.as_holding());
        let company = self.totals().subscribed.checked_add(change.subscribed);
        let holder = &change.holder;
        let (Some(after), Some(company)) = (after, company) else { return Some(too_large()) };
        if after.subscribed < Amount::ZERO || after.paid_in < Amount::ZERO {
            let Holding { subscribed, paid_in } = held(self.history(holder));
            let message =
                format!("社区 {holder} 现认缴 {subscribed}、实缴 {paid_in}，减少后不能小于零。请核对减资或转出的金额。");
            return Some(Rule::business("share_below_zero", message));
        }
        if after.paid_in > after.subscribed {
            let message = format!(
                "社区 {holder} 变动后实缴 {} 大于认缴 {}。请核对金额，或先登记增加的认缴。",
                after.paid_in, after.subscribed
            );
            return Some(Rule::business("share_paid_in_exceeds_subscribed", message));
        }
        (company > Amount::MAX).then(too_large)
    }
}

fn too_large() -> Rule {
    let message = format!("全体股东认缴合计超过系统上限 {} 元。请核对小数点。", Amount::MAX);
    Rule::business("share_amount_too_large", message)
}

/// The changes of a holder that were in effect at the end of a day. Dates of a holder never go back.
fn until(changes: &[ShareChange], date: Date) -> &[ShareChange] {
    &changes[..changes.partition_point(|change| change.date <= date)]
}

fn held(changes: &[ShareChange]) -> Holding {
    changes.iter().fold(Holding::default(), |sum, change| {
        sum.plus(change.as_holding()).expect("examine capped the holding after each change")
    })
}

/// What has fallen due before `date` and is not paid. A later reduction lowers the debt whatever its own due date says.
fn unpaid(changes: &[ShareChange], date: Date) -> Amount {
    let fallen_due = changes.iter().filter(|change| change.due < date).map(|change| i128::from(change.subscribed.fen()));
    let Holding { subscribed, paid_in } = held(changes);
    let due = fallen_due.sum::<i128>().min(i128::from(subscribed.fen()));
    let unpaid = (due - i128::from(paid_in.fen())).max(0);
    Amount::from_fen(i64::try_from(unpaid).expect("no more than what is subscribed, an amount"))
}

fn document_rule(document: &str) -> Option<Rule> {
    if document.trim().is_empty() {
        let message = "没有文号。请填写股权变动所依据的决议、章程或凭据的文号。";
        return Some(Rule::business("share_document_missing", message));
    }
    text_rule("股权变动文号", document, DOCUMENT_CHARS_MAX)
}

fn nothing_rule(change: &ShareChange) -> Option<Rule> {
    let message = "认缴和实缴的变动都是零。请至少填写一项金额。";
    change.as_holding().is_nothing().then(|| Rule::Business { code: "share_nothing_changed", message: message.into() })
}

fn order_rule(history: &[ShareChange], change: &ShareChange) -> Option<Rule> {
    let newest = history.last().filter(|newest| change.date < newest.date)?;
    let message = format!(
        "社区 {} 在 {} 已有股权变动，不能再登记更早的 {}。请核对日期；更正以前的变动请按今天的日期登记差额。",
        change.holder, newest.date, change.date
    );
    Some(Rule::business("share_date_before_newest", message))
}

/// 公司法 §47 counts from the founding of the company, which this register does not know. No change is older than
/// that, so what is too late from the change is too late in any case.
fn due_rule(change: &ShareChange) -> Option<Rule> {
    if Period::of(change.date).is_none() || Period::of(change.due).is_none() {
        let message = format!("日期 {} 或缴足期限 {} 不合常理。请核对年份。", change.date, change.due);
        return Some(Rule::business("share_date_out_of_range", message));
    }
    let last = change.date.checked_add(YEARS_TO_PAY.years()).expect("years of a period are far below the last of jiff");
    let bound = change.subscribed > Amount::ZERO && change.date >= YEARS_TO_PAY_SINCE;
    (bound && change.due > last).then(|| Rule::Business {
        code: "share_due_too_late",
        message: format!("缴足期限 {} 超过五年（公司法第四十七条），最迟为 {last}。请改缴足期限。", change.due),
    })
}

#[cfg(test)]
mod tests;
