//! 居间服务: what was achieved under a contract and confirmed by the other side is earned and owed from that day on (facts §7.2
//! G1: 居间合同 and 成果确认), whatever the schedule says. Money that comes pays what is confirmed and open; what exceeds it is
//! earned with the money, as where nothing is confirmed.

use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::ground::ageing::uncovered;
use crate::collective::reference;
use crate::ledger::amount::{less, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 成果确认.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceConfirmed {
    /// In yuan, tax included.
    pub amount: Amount,
    pub contract: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 确认单号; distinct within a contract.
    pub document: String,
}

/// What of one contract is confirmed, and what receipts have paid of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Services {
    /// By document.
    confirmed: BTreeMap<String, ServiceConfirmed>,
    /// By the receipt's document: what was open when it was recorded goes first, and stays so.
    settled: BTreeMap<String, (Date, Amount)>,
}

impl Services {
    /// Whether anything is confirmed: then confirmations say what is owed, and not the schedule.
    pub fn are_confirmed(&self) -> bool {
        !self.confirmed.is_empty()
    }

    pub fn confirmed(&self) -> Amount {
        total(self.confirmed.values().map(|one| one.amount))
    }

    /// Confirmed and not paid.
    pub fn open(&self) -> Amount {
        less(self.confirmed(), total(self.settled.values().map(|(_, amount)| *amount)))
    }

    /// How much of a receipt pays for what is confirmed.
    pub fn covered_by(&self, receipt: Amount) -> Amount {
        receipt.min(self.open())
    }

    /// The part of a receipt that was earned with the money.
    pub fn unconfirmed_part(&self, money: &MoneyReceived) -> Amount {
        let settled = self.settled.get(&money.document).map_or(Amount::ZERO, |(_, amount)| *amount);
        less(money.amount, settled)
    }

    /// What receipts have paid of what is confirmed, with their days.
    pub fn payments(&self) -> impl Iterator<Item = (Date, Amount)> {
        self.settled.values().copied()
    }

    /// Every confirmation.
    pub fn claims(&self) -> impl Iterator<Item = (Date, Amount)> {
        self.confirmed.values().map(|one| (one.date, one.amount))
    }

    /// What is confirmed by a day and not paid, oldest first.
    pub fn unpaid(&self, day: Date) -> Vec<(Date, Amount)> {
        let mut debts: Vec<(Date, Amount)> = self.claims().filter(|(date, _)| *date <= day).collect();
        debts.sort_unstable();
        let mut open = uncovered(debts, self.settled.values().copied());
        // Receipts of what is confirmed on a later day are no debt of this one.
        open.retain(|(_, amount)| *amount > Amount::ZERO);
        open
    }

    pub fn examine(&self, confirmed: &ServiceConfirmed) -> Vec<Rule> {
        let (contract, document) = (&confirmed.contract, &confirmed.document);
        let mut rules = Vec::new();
        if confirmed.amount.fen() <= 0 {
            rules.push(Rule::business("service_amount", "确认的金额要大于零。请核对确认单。"));
        }
        if !reference::fits(document) {
            rules.push(Rule::business("service_document", "没有确认单号，或单号中有斜线、首尾有空白。请填写成果确认单的号码。"));
        }
        if let Some(before) = self.confirmed.get(document) {
            let message = format!("合同 {contract} 的确认单 {document} 已经登记 {} 元。同一张确认单只登记一次。", before.amount);
            rules.push(Rule::business("service_document_taken", message));
        }
        rules
    }

    pub fn confirm(&mut self, confirmed: &ServiceConfirmed) {
        self.confirmed.insert(confirmed.document.clone(), confirmed.clone());
    }

    /// Takes in a receipt as far as it pays for what is confirmed.
    pub fn settle(&mut self, money: &MoneyReceived) {
        let covered = self.covered_by(money.amount);
        if money.kind == Money::Rent && !covered.is_zero() {
            self.settled.insert(money.document.clone(), (money.date, covered));
        }
    }

    pub fn withdraw_settled(&mut self, document: &str) {
        self.settled.remove(document);
    }

    /// Takes back a confirmation, unless receipts have paid so much that the others do not carry it.
    pub fn withdraw_confirmed(&mut self, document: &str) -> Option<()> {
        let amount = self.confirmed.get(document)?.amount;
        if amount > self.open() {
            return None;
        }
        self.confirmed.remove(document).map(|_| ())
    }
}
