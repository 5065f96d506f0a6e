//! 纳税义务发生时间: on which days the tax of rent in arrears falls due, and what of it waits until then.
//!
//! The tax point is the earliest of the day that the contract names, the receipt and the invoice (财税〔2016〕36号附件1 §45 to
//! 2025, 增值税法 §28 from 2026; invoices are not in these books). Income of a lease comes month by month, often before that:
//! its tax stands apart, as 待转销项税额 does for general taxpayers (财会〔2016〕22号), and moves to 应交增值税 with the tax
//! point, at the rate of that day.

use crate::collective::contracts::recognition::{Recognition, rate_of};
use crate::collective::contracts::register::Contract;
use crate::collective::contracts::schedule::Installment;
use crate::collective::ground::spread::share;
use crate::collective::ground::vat;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Period};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What has had its tax point: gross, and the tax in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taxed {
    pub gross: Amount,
    pub tax: Amount,
}

impl Taxed {
    fn add(self, other: Taxed) -> Taxed {
        Taxed { gross: plus(self.gross, other.gross), tax: plus(self.tax, other.tax) }
    }

    fn less(self, other: Taxed) -> Taxed {
        Taxed { gross: less(self.gross, other.gross), tax: less(self.tax, other.tax) }
    }

    pub fn net(self) -> Amount {
        less(self.gross, self.tax)
    }

    pub fn is_zero(self) -> bool {
        self.gross.is_zero() && self.tax.is_zero()
    }

    pub fn sum(all: impl Iterator<Item = Taxed>) -> Taxed {
        all.fold(Taxed::default(), Taxed::add)
    }
}

/// A part of a payment whose tax falls due on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TaxPoint {
    date: Date,
    taxed: Taxed,
    /// Received in a month before the one it was due in: the receipt itself moves the tax.
    early: bool,
}

/// A payment that falls due in this book, what of it the months of this book earn, and its tax points.
struct Payment {
    months: Vec<(Period, Amount)>,
    points: Vec<TaxPoint>,
}

/// Every payment of rent in arrears. Money pays the oldest debt first, what was carried before anything else.
fn payments(contract: &Contract) -> Result<Vec<Payment>, Rule> {
    let mut receipts = contract.payments().into_iter();
    let mut receipt = receipts.next();
    let mut carried = contract.receivable_opening.map_or(Amount::ZERO, |(_, amount)| amount);
    let mut take = |need: Amount| {
        let (date, left) = receipt.as_mut()?;
        let part = need.min(*left);
        *left = less(*left, part);
        let taken = (*date, part);
        if left.is_zero() {
            receipt = receipts.next();
        }
        Some(taken)
    };
    while let Some((_, part)) = Some(carried).filter(|left| !left.is_zero()).and_then(&mut take) {
        carried = less(carried, part);
    }
    let mut all = Vec::new();
    for (one, months) in contract.payments_of_book() {
        let mut need = total(months.iter().map(|(_, part)| *part));
        let mut due_parts = Vec::new();
        while let Some((date, part)) = Some(need).filter(|need| !need.is_zero()).and_then(&mut take) {
            due_parts.push((date.min(one.due), part));
            need = less(need, part);
        }
        due_parts.push((one.due, need));
        all.push(Payment { points: points(contract, &one, &due_parts)?, months });
    }
    Ok(all)
}

/// The tax of each part. Parts at one rate are one document's: their taxes sum to the tax of their sum.
fn points(contract: &Contract, payment: &Installment, parts: &[(Date, Amount)]) -> Result<Vec<TaxPoint>, Rule> {
    let mut so_far: BTreeMap<u32, Taxed> = BTreeMap::new();
    let mut points = Vec::new();
    for (date, gross) in parts.iter().filter(|(_, gross)| !gross.is_zero()) {
        let rate = rate_of(contract.terms.kind, *date)?;
        let before = so_far.get(&rate).copied().unwrap_or_default();
        let sum = plus(before.gross, *gross);
        let (_, tax) = vat::split(sum, rate).ok_or(Rule::AmountTooLarge)?;
        let after = Taxed { gross: sum, tax };
        so_far.insert(rate, after);
        let early = Period::of(*date) < Period::of(payment.due);
        points.push(TaxPoint { date: *date, taxed: after.less(before), early });
    }
    Ok(points)
}

/// Whether the tax of a contract has points of its own: what is taxed with the money has none.
fn waits(contract: &Contract) -> bool {
    contract.recognition() == Recognition::Receivable && contract.terms.kind.supply().is_some()
}

/// What every month earns without tax.
pub fn net_months(contract: &Contract) -> Result<BTreeMap<Period, Amount>, Rule> {
    let mut nets = BTreeMap::new();
    if !waits(contract) {
        for (month, part) in contract.payments_of_book().into_iter().flat_map(|(_, months)| months) {
            let sum: &mut Amount = nets.entry(month).or_default();
            *sum = plus(*sum, part);
        }
        return Ok(nets);
    }
    for Payment { months, points } in payments(contract)? {
        let whole = Taxed::sum(points.iter().map(|point| point.taxed));
        let (mut gross, mut given) = (Amount::ZERO, Amount::ZERO);
        for (month, part) in months {
            gross = plus(gross, part);
            let so_far = share(whole.net(), gross.fen(), whole.gross.fen());
            let sum: &mut Amount = nets.entry(month).or_default();
            *sum = plus(*sum, less(so_far, given));
            given = so_far;
        }
    }
    Ok(nets)
}

/// What a month end moves to 应交增值税: all that has had its tax point by then, less what was moved.
pub fn to_move(contract: &Contract, day: Date) -> Result<Taxed, Rule> {
    if !waits(contract) {
        return Ok(Taxed::default());
    }
    let points = payments(contract)?.into_iter().flat_map(|payment| payment.points);
    let pointed = Taxed::sum(points.filter(|point| point.date <= day).map(|point| point.taxed));
    Ok(pointed.less(contract.moved()))
}

/// What a receipt moves that stands in the register already: what came in a month before it was due.
pub fn to_move_early(contract: &Contract, day: Date) -> Result<Taxed, Rule> {
    if !waits(contract) {
        return Ok(Taxed::default());
    }
    let points = payments(contract)?.into_iter().flat_map(|payment| payment.points);
    let early = Taxed::sum(points.filter(|point| point.early && point.date <= day).map(|point| point.taxed));
    Ok(early.less(Taxed::sum(contract.taxed_with.values().copied())))
}

/// Net sales that a span of months has by tax points less those it has by income: what a gauge of sales adds to income.
pub fn shift(contract: &Contract, months: std::ops::RangeInclusive<Period>) -> Amount {
    if !waits(contract) {
        return Amount::ZERO;
    }
    let by_month = contract.taxed.range(months.clone()).map(|(_, taxed)| taxed.net());
    let with_money = contract.taxed_with.iter().filter_map(|(document, taxed)| {
        let date = contract.money.get(document)?.date;
        Period::of(date).filter(|month| months.contains(month)).map(|_| taxed.net())
    });
    let tax = |month: &Period| contract.accrued_tax.get(month).copied().unwrap_or_default();
    let recognised = contract.accrued.range(months.clone()).map(|(month, gross)| less(*gross, tax(month)));
    less(total(by_month.chain(with_money)), total(recognised))
}
