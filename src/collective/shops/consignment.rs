//! 代销 (facts §7.2 F8): goods of growers that are sold for them. The price is theirs; a commission of it, tax included, is the
//! company's income. Where the company is the seller, the sale is a shop's day instead.

use crate::collective::contracts::register::ContractVoid;
use crate::collective::ground::ageing::uncovered;
use crate::collective::ground::spread::rounded;
use crate::collective::reference;
use crate::collective::shops::day::Till;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 代销合同. Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsignmentTerms {
    /// A contract's code: one space of codes with [`crate::collective::contracts::terms::ContractTerms`].
    pub code: DimensionCode,
    /// 手续费, in basis points of the price, tax included.
    #[serde(with = "crate::ledger::text::count")]
    pub commission_basis_points: u32,
    pub community: DimensionCode,
    /// The grower.
    pub counterparty: DimensionCode,
    /// The last day.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub end: Date,
    pub income_type: DimensionCode,
    /// 决议 or 审批 document.
    pub resolution: String,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub signed: Date,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub start: Date,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsignmentSale {
    pub contract: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 销售单 or 回单; distinct within a contract.
    pub document: String,
    /// The price in yuan, tax included.
    pub gross: Amount,
    /// The shop whose till it is: with cash only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<DimensionCode>,
    pub till: Till,
}

/// 付给农户.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsignmentPayment {
    pub amount: Amount,
    pub contract: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 银行回单; distinct within a contract.
    pub document: String,
}

impl ConsignmentTerms {
    /// The company's part of a price, tax included, rounded half up to the fen.
    pub fn commission(&self, gross: Amount) -> Amount {
        rounded(i128::from(gross.fen()) * i128::from(self.commission_basis_points), 10_000)
    }
}

/// A consignment with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consignment {
    pub terms: ConsignmentTerms,
    pub voided: Option<ContractVoid>,
    /// 期初 owed to the grower: since when, and how much.
    pub opening: Option<(Date, Amount)>,
    /// By document.
    pub sold: BTreeMap<String, ConsignmentSale>,
    pub paid: BTreeMap<String, ConsignmentPayment>,
}

impl Consignment {
    pub fn sales(&self) -> Amount {
        total(self.sold.values().map(|sale| sale.gross))
    }

    pub fn commissions(&self) -> Amount {
        total(self.sold.values().map(|sale| self.terms.commission(sale.gross)))
    }

    pub fn payments(&self) -> Amount {
        total(self.paid.values().map(|paid| paid.amount))
    }

    /// What the grower is still owed; below zero when a sale was taken back after it was paid.
    pub fn owed(&self) -> Amount {
        let opening = self.opening.map_or(Amount::ZERO, |(_, amount)| amount);
        less(plus(opening, less(self.sales(), self.commissions())), self.payments())
    }

    /// The oldest sale, or 期初, that payments do not cover.
    pub fn owed_since(&self) -> Option<Date> {
        let mut due: Vec<(Date, Amount)> =
            self.sold.values().map(|sale| (sale.date, less(sale.gross, self.terms.commission(sale.gross)))).collect();
        due.extend(self.opening);
        due.sort_by_key(|(date, _)| *date);
        uncovered(due, self.paid.values().map(|paid| (paid.date, paid.amount))).first().map(|(date, _)| *date)
    }
}

/// 代销台账.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsignmentRegister(BTreeMap<DimensionCode, Consignment>);

/// Half of the price and more is no commission any more.
const COMMISSION_MAX: u32 = 5_000;

fn document_rule(document: &str, taken: bool) -> Option<Rule> {
    let unsound = !reference::fits(document) || taken;
    unsound.then(|| Rule::business("consignment_document", "单据号没有填、含有斜线，或在这份合同中已经用过。请核对。"))
}

fn amount_rule(amount: Amount) -> Option<Rule> {
    (amount.fen() <= 0).then(|| Rule::business("consignment_amount", "金额要大于零。退货请冲销原来的销售。"))
}

impl ConsignmentRegister {
    pub fn get(&self, code: &DimensionCode) -> Option<&Consignment> {
        self.0.get(code)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Consignment> {
        self.0.values()
    }

    /// A consignment on which something can happen.
    fn usable(&self, code: &DimensionCode) -> Result<&Consignment, Vec<Rule>> {
        let unknown = || vec![Rule::business("consignment_unknown", format!("没有代销合同 {code}。请先登记合同。"))];
        let consignment = self.0.get(code).ok_or_else(unknown)?;
        consignment.voided.as_ref().map_or(Ok(consignment), |void| Err(vec![void.refusal()]))
    }

    pub fn examine_terms(&self, terms: &ConsignmentTerms) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.0.contains_key(&terms.code) {
            rules.push(Rule::business(
                "contract_code_taken",
                format!("合同 {} 已经登记。编码不能重复使用，请换一个。", terms.code),
            ));
        }
        if terms.end < terms.start {
            rules.push(Rule::business(
                "contract_term_reversed",
                format!("到期日 {} 早于起始日 {}。请核对。", terms.end, terms.start),
            ));
        }
        if terms.commission_basis_points > COMMISSION_MAX {
            rules.push(Rule::business("consignment_commission", "手续费不超过售价的一半。请核对是否以万分之为单位。"));
        }
        if terms.resolution.trim().is_empty() {
            rules.push(Rule::business("contract_resolution_missing", "没有决议或审批的文号。请补填，再登记合同。"));
        }
        rules
    }

    pub fn examine_sale(&self, sale: &ConsignmentSale) -> Vec<Rule> {
        let consignment = match self.usable(&sale.contract) {
            Ok(consignment) => consignment,
            Err(rules) => return rules,
        };
        let terms = &consignment.terms;
        let mut rules: Vec<Rule> = amount_rule(sale.gross).into_iter().collect();
        rules.extend(document_rule(&sale.document, consignment.sold.contains_key(&sale.document)));
        if sale.date < terms.start || sale.date > terms.end {
            let message = format!("{} 不在合同期 {} 至 {} 内。请核对日期，或另签合同。", sale.date, terms.start, terms.end);
            rules.push(Rule::business("consignment_outside_term", message));
        }
        if sale.shop.is_some() && sale.till != Till::Cash {
            rules.push(Rule::business("consignment_shop", "门店只在收现金时写。请删去门店，或核对收款方式。"));
        }
        rules
    }

    pub fn examine_payment(&self, payment: &ConsignmentPayment) -> Vec<Rule> {
        let consignment = match self.usable(&payment.contract) {
            Ok(consignment) => consignment,
            Err(rules) => return rules,
        };
        let mut rules: Vec<Rule> = amount_rule(payment.amount).into_iter().collect();
        rules.extend(document_rule(&payment.document, consignment.paid.contains_key(&payment.document)));
        let owed = consignment.owed();
        if payment.amount > owed {
            let message = format!(
                "合同 {} 应付农户 {owed} 元，这次付 {} 元。请核对；期初的欠款先登记期初往来。",
                payment.contract, payment.amount
            );
            rules.push(Rule::business("consignment_payment_exceeds", message));
        }
        rules
    }

    /// Whether something may be carried for it.
    pub fn examine_opening(&self, code: &DimensionCode) -> Vec<Rule> {
        self.usable(code).err().unwrap_or_default()
    }

    pub fn examine_void(&self, void: &ContractVoid) -> Vec<Rule> {
        match self.usable(&void.contract) {
            Ok(one) => void.examine(!one.sold.is_empty() || !one.paid.is_empty() || one.opening.is_some()),
            Err(rules) => rules,
        }
    }

    pub fn void(&mut self, void: &ContractVoid) {
        if let Some(consignment) = self.0.get_mut(&void.contract) {
            consignment.voided = Some(void.clone());
        }
    }

    pub fn sign(&mut self, terms: &ConsignmentTerms) {
        let (sold, paid) = (BTreeMap::new(), BTreeMap::new());
        let consignment = Consignment { terms: terms.clone(), voided: None, opening: None, sold, paid };
        self.0.insert(terms.code.clone(), consignment);
    }

    pub fn carry(&mut self, code: &DimensionCode, debt: (Date, Amount)) {
        if let Some(consignment) = self.0.get_mut(code) {
            consignment.opening = Some(debt);
        }
    }

    pub fn sell(&mut self, sale: &ConsignmentSale) {
        if let Some(consignment) = self.0.get_mut(&sale.contract) {
            consignment.sold.insert(sale.document.clone(), sale.clone());
        }
    }

    pub fn pay(&mut self, payment: &ConsignmentPayment) {
        if let Some(consignment) = self.0.get_mut(&payment.contract) {
            consignment.paid.insert(payment.document.clone(), payment.clone());
        }
    }

    pub fn withdraw_sale(&mut self, contract: &DimensionCode, document: &str) -> Option<()> {
        self.0.get_mut(contract)?.sold.remove(document).map(|_| ())
    }

    pub fn withdraw_payment(&mut self, contract: &DimensionCode, document: &str) -> Option<()> {
        self.0.get_mut(contract)?.paid.remove(document).map(|_| ())
    }
}
