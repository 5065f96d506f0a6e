//! 欠款: what of a contract has fallen due, what of it is unpaid, and since when. Money pays the oldest debt first.

use crate::collective::contract::Contract;
use crate::collective::money::Money;
use crate::collective::schedule;
use crate::ledger::Amount;
use crate::ledger::amount::{less, total};
use jiff::civil::Date;

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
            false => self.installments().into_iter().map(|one| (one.due, one.gross)).collect(),
        }
    }

    /// What of an intermediary service was earned: confirmed, or else with the money. Tax included.
    pub fn services_earned(&self) -> impl Iterator<Item = (Date, Amount)> {
        let received = self.money.values().filter(|money| money.kind == Money::Rent);
        self.services.claims().chain(received.map(|money| (money.date, self.services.unconfirmed_part(money))))
    }

    /// What has fallen due by a day and is not paid, oldest first: (due date, amount).
    pub fn unpaid(&self, day: Date) -> Vec<(Date, Amount)> {
        if self.services.are_confirmed() {
            return self.services.unpaid(day);
        }
        let mut paid = self.received(Money::Rent);
        let mut left = Vec::new();
        for (due, amount) in self.claims().into_iter().filter(|(due, _)| *due <= day) {
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

    /// 违约金 by a day: basis points of each overdue amount for every day past its due date, rounded once.
    pub fn late_fee(&self, day: Date) -> Amount {
        let point_days: i128 = self
            .overdue(day)
            .iter()
            .map(|(due, amount)| i128::from(amount.fen()) * i128::from(schedule::days_between(*due, day)))
            .sum();
        schedule::rounded(point_days * i128::from(self.terms.late_fee_basis_points), 10_000)
    }
}
