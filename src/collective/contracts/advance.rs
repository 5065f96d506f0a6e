//! 预收租金: what receipts of rent in advance have left after tax, which payments they cover, and what other books left of
//! it when this one began.

use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::contracts::recognition::{grossed, parts, taxed};
use crate::collective::contracts::register::Contract;
use crate::collective::contracts::schedule::{self, Installment};
use crate::collective::contracts::terms::ContractKind;
use crate::collective::ground::spread::share;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Period};
use jiff::civil::Date;

/// Every payment with what it earns.
pub type Worths = Vec<(Installment, Amount)>;

/// What is left of a receipt on its way over the payments it covers, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub date: Date,
    pub gross: Amount,
    net: Amount,
}

impl Receipt {
    /// Covers as much of `need` as is left: (gross, net). The last part takes what rounding has left over.
    fn cover(&mut self, need: Amount, kind: ContractKind) -> Result<(Amount, Amount), Rule> {
        let part = need.min(self.gross);
        let net = if part == self.gross { self.net } else { taxed(kind, part, self.date)?.0 };
        self.gross = less(self.gross, part);
        self.net = less(self.net, net);
        Ok((part, net))
    }
}

/// What receipts have left after tax, and what was carried: what stands on 预收租金 before any month is released.
pub fn credited(contract: &Contract) -> Result<Amount, Rule> {
    let mut sum = contract.advance_opening.map_or(Amount::ZERO, |(_, amount)| amount);
    for money in contract.money.values().filter(|money| money.kind == Money::Rent) {
        sum = plus(sum, taxed(contract.terms.kind, money.amount, money.date)?.0);
    }
    Ok(less(sum, total(contract.refunded.values().copied())))
}

/// What each payment earns: what its receipts left after the tax of their day, and for what is not paid yet the net by the
/// rate of the day it is due, trued up once the money is there.
pub fn worths(contract: &Contract) -> Result<Worths, Rule> {
    Ok(covered(contract)?.0)
}

/// Every payment with what it earns, and what is left of the receipts.
fn covered(contract: &Contract) -> Result<(Worths, Vec<Receipt>), Rule> {
    let kind = contract.terms.kind;
    let mut receipts = receipts(contract)?;
    let mut worths = Vec::new();
    let mut first = 0;
    for one in contract.installments() {
        let (mut need, mut worth) = (one.gross, Amount::ZERO);
        while let Some(receipt) = receipts.get_mut(first).filter(|_| !need.is_zero()) {
            let (part, net) = receipt.cover(need, kind)?;
            need = less(need, part);
            worth = plus(worth, net);
            if receipt.gross.is_zero() {
                first += 1;
            }
        }
        let (unpaid, _) = taxed(kind, need, one.due)?;
        worths.push((one, plus(worth, unpaid)));
    }
    Ok((worths, receipts.split_off(first)))
}

/// Every receipt, the oldest first; what was carried for payments of this book is one of them.
fn receipts(contract: &Contract) -> Result<Vec<Receipt>, Rule> {
    let mut paid: Vec<&MoneyReceived> = contract.money.values().filter(|money| money.kind == Money::Rent).collect();
    paid.sort_by_key(|money| (money.date, &money.document));
    let mut receipts: Vec<Receipt> = ahead(contract)?.into_iter().collect();
    for money in paid {
        let (net, _) = taxed(contract.terms.kind, money.amount, money.date)?;
        receipts.push(Receipt { date: money.date, gross: money.amount, net });
    }
    Ok(receipts)
}

/// Months of this book that a payment is for which was due before it: (month, gross).
fn tail(contract: &Contract, last_day: Date) -> Vec<(Period, Amount)> {
    let (terms, since) = (&contract.terms, contract.since);
    let before = schedule::installments(terms, last_day).into_iter().filter(|one| one.due < since);
    let months = before.flat_map(|one| parts(&one, one.gross, terms.recognition));
    months.filter(|(month, _)| month.first_day() >= since).collect()
}

/// What was carried, as received before the book began: for the months of the payment that was due by then, and what is
/// beyond that for payments of this book.
fn carried(contract: &Contract) -> Result<Option<(Receipt, Receipt)>, Rule> {
    let Some((date, amount)) = contract.advance_opening else { return Ok(None) };
    let kind = contract.terms.kind;
    let date = date.min(contract.since.yesterday().unwrap_or(date));
    let (months, _) = taxed(kind, total(tail(contract, contract.terms.end).into_iter().map(|(_, gross)| gross)), date)?;
    let receipt = |net: Amount| Ok(Receipt { date, gross: grossed(kind, net, date)?, net });
    let of_months = amount.min(months);
    Ok(Some((receipt(of_months)?, receipt(less(amount, of_months))?)))
}

/// What was carried for payments of this book.
pub fn ahead(contract: &Contract) -> Result<Option<Receipt>, Rule> {
    Ok(carried(contract)?.map(|(_, ahead)| ahead).filter(|ahead| !ahead.gross.is_zero()))
}

/// What months earn of what was carried for them: all of it over the term as signed, so that an early end leaves the rest.
pub fn carried_parts(contract: &Contract) -> Result<Vec<(Period, Amount)>, Rule> {
    let Some((receipt, _)) = carried(contract)? else { return Ok(Vec::new()) };
    let whole = total(tail(contract, contract.terms.end).into_iter().map(|(_, gross)| gross));
    let (mut used, mut given, mut months) = (Amount::ZERO, Amount::ZERO, Vec::new());
    for (month, gross) in tail(contract, contract.last_day()) {
        used = plus(used, gross);
        let so_far = share(receipt.net, used.fen(), whole.fen());
        months.push((month, less(so_far, given)));
        given = so_far;
    }
    Ok(months)
}

/// What of the receipts covers no payment and no month, refunds not yet taken off.
pub fn left_over(contract: &Contract) -> Result<Vec<Receipt>, Rule> {
    let (_, mut left) = covered(contract)?;
    if let Some((receipt, _)) = carried(contract)? {
        let net = less(receipt.net, total(carried_parts(contract)?.into_iter().map(|(_, part)| part)));
        left.insert(0, Receipt { gross: grossed(contract.terms.kind, net, receipt.date)?, net, ..receipt });
    }
    Ok(left)
}

/// What of a refund leaves 预收租金; the rest is the tax of the receipts it gives back, by the rate of their days. All
/// refunds together take what the receipts left, to the fen.
pub fn refund_net(contract: &Contract, amount: Amount) -> Result<Amount, Rule> {
    let mut need = plus(contract.received(Money::RentRefunded), amount);
    let mut net = Amount::ZERO;
    for mut receipt in left_over(contract)? {
        let (part, part_net) = receipt.cover(need, contract.terms.kind)?;
        need = less(need, part);
        net = plus(net, part_net);
    }
    Ok(less(net, total(contract.refunded.values().copied())))
}
