//! 欠款: what of a contract has fallen due, what of it is unpaid and since when, what that costs, and what was paid too much.
//! Money pays the oldest debt first.

use crate::collective::contracts::advance;
use crate::collective::contracts::money::Money;
use crate::collective::contracts::recognition::Recognition;
use crate::collective::contracts::register::Contract;
use crate::collective::ground::spread::{days_between, rounded};
use crate::ledger::Amount;
use crate::ledger::amount::{less, plus, total};
use jiff::civil::Date;

/// Twenty years: no court protects a claim for longer (民法典 §188).
const LATE_DAYS_MAX: i64 = 7_305;

impl Contract {
    /// What has fallen due by a day: by the schedule, or where services are confirmed what is, and what was earned with the
    /// money.
    pub fn due(&self, day: Date) -> Amount {
        total(self.claims().into_iter().filter(|(date, _)| *date <= day).map(|(_, amount)| amount))
    }

    /// What fell due before a day: whoever pays on the very day is not late.
    pub fn past_due(&self, day: Date) -> Amount {
        total(self.claims().into_iter().filter(|(date, _)| *date < day).map(|(_, amount)| amount))
    }

    fn claims(&self) -> Vec<(Date, Amount)> {
        match self.services.are_confirmed() {
            true => self.services_earned().collect(),
            false => self.debts(),
        }
    }

    /// What of an intermediary service was earned: confirmed, or else with the money. Tax included.
    pub fn services_earned(&self) -> impl Iterator<Item = (Date, Amount)> {
        let received = self.money.values().filter(|money| money.kind == Money::Rent);
        self.services.claims().chain(received.map(|money| (money.date, self.services.unconfirmed_part(money))))
    }

    /// What is to be paid on which day, oldest first: what was carried, then every payment of this book.
    fn debts(&self) -> Vec<(Date, Amount)> {
        if self.services.are_confirmed() {
            let mut debts: Vec<(Date, Amount)> = self.services.claims().collect();
            debts.sort_unstable();
            return debts;
        }
        let installments = self.installments().into_iter().map(|one| (one.due, one.gross));
        self.receivable_opening.into_iter().chain(installments).collect()
    }

    /// What was paid for them, oldest first, refunds taken off.
    pub(crate) fn payments(&self) -> Vec<(Date, Amount)> {
        let mut payments: Vec<(Date, Amount)> = match self.services.are_confirmed() {
            true => self.services.payments().collect(),
            false => {
                let rent = self.money.values().filter(|money| money.kind == Money::Rent);
                let ahead = advance::ahead(self).ok().flatten().map(|receipt| (receipt.date, receipt.gross));
                ahead.into_iter().chain(rent.map(|money| (money.date, money.amount))).collect()
            }
        };
        payments.sort_unstable();
        let mut back = self.received(Money::RentRefunded);
        while let Some((_, amount)) = payments.last_mut().filter(|_| !back.is_zero()) {
            let part = back.min(*amount);
            *amount = less(*amount, part);
            back = less(back, part);
            if amount.is_zero() {
                payments.pop();
            }
        }
        payments
    }

    /// What has fallen due by a day and is not paid, oldest first: (due date, amount).
    pub fn unpaid(&self, day: Date) -> Vec<(Date, Amount)> {
        if self.services.are_confirmed() {
            return self.services.unpaid(day);
        }
        let mut paid = total(self.payments().into_iter().map(|(_, amount)| amount));
        let mut left = Vec::new();
        for (due, amount) in self.debts().into_iter().filter(|(due, _)| *due <= day) {
            let covered = paid.min(amount);
            paid = less(paid, covered);
            if covered < amount {
                left.push((due, less(amount, covered)));
            }
        }
        left
    }

    /// 逾期: what is unpaid from the day after it was due.
    pub fn overdue(&self, day: Date) -> Vec<(Date, Amount)> {
        let mut unpaid = self.unpaid(day);
        unpaid.retain(|(due, _)| *due < day);
        unpaid
    }

    /// 违约金 that has grown by a day: basis points of every part of a payment for every day from its due date to the day it
    /// was paid, rounded once.
    pub fn late_fee(&self, day: Date) -> Amount {
        if self.terms.late_fee_basis_points == 0 {
            return Amount::ZERO;
        }
        let mut payments = self.payments().into_iter();
        let mut payment = payments.next();
        let mut fen_days: i128 = 0;
        for (due, mut open) in self.debts().into_iter().filter(|(due, _)| *due < day) {
            while !open.is_zero() {
                let (date, part) = payment.map_or((day, open), |(date, left)| (date.min(day), left.min(open)));
                let late = days_between(due, date).clamp(0, LATE_DAYS_MAX);
                fen_days += i128::from(part.fen()) * i128::from(late);
                open = less(open, part);
                payment = payment.map(|(date, left)| (date, less(left, part)));
                if payment.is_some_and(|(_, left)| left.is_zero()) {
                    payment = payments.next();
                }
            }
        }
        rounded(fen_days * i128::from(self.terms.late_fee_basis_points), 10_000)
    }

    /// What of it has not come in.
    pub fn late_fee_open(&self, day: Date) -> Amount {
        less(self.late_fee(day), self.received(Money::LateFee)).max(Amount::ZERO)
    }

    /// 应退: what an ended contract has received beyond what was due and not paid back; below zero where too much was. Rent
    /// that was income with the money is not paid back by these books.
    pub fn to_refund(&self) -> Amount {
        let paid = match self.recognition() {
            _ if self.ended.is_none() => return Amount::ZERO,
            Recognition::OnReceipt => return Amount::ZERO,
            Recognition::Advance => total(advance::left_over(self).unwrap_or_default().into_iter().map(|left| left.gross)),
            Recognition::Receivable => {
                let owed = total(self.debts().into_iter().map(|(_, amount)| amount));
                less(self.received(Money::Rent), owed).max(Amount::ZERO)
            }
        };
        less(paid, self.received(Money::RentRefunded))
    }

    /// What is on the account of whoever owes by months: recognised or carried, less what was paid.
    pub fn receivable(&self, recognised: Amount) -> Amount {
        let carried = self.receivable_opening.map_or(Amount::ZERO, |(_, amount)| amount);
        let paid = less(self.received(Money::Rent), self.received(Money::RentRefunded));
        less(plus(recognised, carried), paid)
    }
}
