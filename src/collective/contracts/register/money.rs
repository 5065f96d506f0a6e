//! 收付: what money may be received or paid back on a contract, and what it leaves in the register.

use super::{Contract, ContractRegister};
use crate::collective::contracts::advance::refund_net;
use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::contracts::recognition::Recognition;
use crate::collective::contracts::tax::Taxed;
use crate::collective::reference;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;

impl ContractRegister {
    pub fn examine_money(&self, money: &MoneyReceived) -> Vec<Rule> {
        let contract = match self.usable(&money.contract) {
            Ok(contract) => contract,
            Err(rule) => return vec![rule],
        };
        let mut rules = Vec::new();
        if money.amount.fen() <= 0 {
            rules.push(Rule::business("money_amount", "收付金额要大于零。"));
        }
        if !reference::fits(&money.document) {
            rules
                .push(Rule::business("money_document", "没有回单号，或回单号中有斜线、首尾有空白。请填写银行回单或收据的号码。"));
        }
        if let Some(before) = contract.money.get(&money.document) {
            let message =
                format!("合同 {} 已用回单 {} 记过 {} 元。同一张回单只记一次。", money.contract, money.document, before.amount);
            rules.push(Rule::business("money_document_taken", message));
        }
        let takes_deposit = matches!(money.kind, Money::DepositRefunded | Money::DepositForfeited);
        if takes_deposit && money.amount > contract.deposit_held() {
            rules.push(Rule::business("deposit_exceeded", deposit_short(contract)));
        }
        if money.kind == Money::RentRefunded && money.amount > contract.to_refund() {
            rules.push(Rule::business("refund_exceeds", refund_short(contract)));
        }
        // Where no rate is agreed any penalty may be.
        let agreed = money.kind == Money::LateFee && contract.terms.late_fee_basis_points > 0;
        if agreed && money.amount > contract.late_fee_open(money.date) {
            rules.push(Rule::business("late_fee_exceeds", late_fee_short(contract, money.date)));
        }
        rules
    }

    /// `moved` is the tax that had its tax point with a receipt before its month.
    pub fn receive(&mut self, money: &MoneyReceived, moved: Taxed) {
        if let Some(contract) = self.contracts.get_mut(&money.contract) {
            contract.services.settle(money);
            if money.kind == Money::RentRefunded {
                let net = match contract.recognition() {
                    Recognition::Advance => refund_net(contract, money.amount).unwrap_or(money.amount),
                    _ => money.amount,
                };
                contract.refunded.insert(money.document.clone(), net);
            }
            if !moved.is_zero() {
                contract.taxed_with.insert(money.document.clone(), moved);
            }
            contract.money.insert(money.document.clone(), money.clone());
        }
    }

    /// `None` where refunds have given back what it paid too much.
    pub fn withdraw_money(&mut self, code: &DimensionCode, document: &str) -> Option<()> {
        let contract = self.contracts.get_mut(code)?;
        let money = contract.money.remove(document)?;
        // A refund of what this receipt has paid too much goes first.
        if money.kind == Money::Rent && contract.to_refund() < Amount::ZERO {
            contract.money.insert(document.to_owned(), money);
            return None;
        }
        contract.refunded.remove(document);
        contract.taxed_with.remove(document);
        contract.services.withdraw_settled(document);
        Some(())
    }
}

fn deposit_short(contract: &Contract) -> String {
    format!("押金只有 {} 元，不够。请核对；期初收着的押金先登记期初往来。", contract.deposit_held())
}

fn refund_short(contract: &Contract) -> String {
    let code = &contract.terms.code;
    if contract.ended.is_none() {
        return format!("合同 {code} 没有终止，租金不能退还。请先登记合同终止。");
    }
    let left = contract.to_refund().max(Amount::ZERO);
    format!("合同 {code} 多收的租金还有 {left} 元可以退还。请核对；代管资产、居间服务的请冲销收款，或另填凭证。")
}

fn late_fee_short(contract: &Contract, day: Date) -> String {
    let (code, fee, received) = (&contract.terms.code, contract.late_fee(day), contract.received(Money::LateFee));
    format!("合同 {code} 到 {day} 的违约金是 {fee} 元，已收 {received} 元。请核对金额和日期，不能多收。")
}
