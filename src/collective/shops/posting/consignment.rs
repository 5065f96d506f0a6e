//! 代销 (facts §7.2 F8): the price is the grower's, the commission ours.

use crate::collective::ground::vat::{self, Supply};
use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::collective::shops::consignment::{ConsignmentPayment, ConsignmentSale, ConsignmentTerms};
use crate::collective::shops::day::Till;
use crate::ledger::amount::less;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Book, Dimension, DimensionCode};

impl Record for ConsignmentTerms {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![
            (Dimension::Contract, &self.code),
            (Dimension::Community, &self.community),
            (Dimension::Counterparty, &self.counterparty),
            (Dimension::IncomeType, &self.income_type),
        ]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let mut rules = registers.consignments.examine_terms(self);
        if registers.contracts.get(&self.code).is_some() {
            rules.push(Rule::business(
                "contract_code_taken",
                format!("合同 {} 已经登记。编码不能重复使用，请换一个。", self.code),
            ));
        }
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        registers.consignments.sign(self);
    }
}

impl Record for ConsignmentSale {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        self.shop.iter().map(|code| (Dimension::Shop, code)).collect()
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.consignments.examine_sale(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.consignments.sell(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let Some(consignment) = registers.consignments.get(&self.contract) else { return Ok(Vec::new()) };
        let terms = &consignment.terms;
        let commission = terms.commission(self.gross);
        let (net, tax) = taxed(commission, self)?;
        let growers = less(self.gross, commission);
        let mut lines = Lines::new(registers, book);
        let till = if self.till == Till::Cash { Role::Cash } else { Role::Bank };
        let shop: Vec<_> = self.shop.iter().map(|code| (Dimension::Shop, code)).collect();
        lines.debit(till, self.gross, &shop)?;
        let party = [(Dimension::Counterparty, &terms.counterparty), (Dimension::Contract, &terms.code)];
        lines.credit(Role::ConsignmentPayable, growers, &party)?;
        let income = [
            (Dimension::Community, &terms.community),
            (Dimension::IncomeType, &terms.income_type),
            (Dimension::Contract, &terms.code),
        ];
        lines.credit(Role::CommissionIncome, net, &income)?;
        lines.credit(Role::Vat, tax, &[])?;
        Ok(vec![Produced {
            reference: format!("consignment_sold/{}/{}", self.contract, self.document),
            date: self.date,
            memo: format!("代销合同{}：销售（{}）", self.contract, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[contract, document] = parts else { return None };
        registers.consignments.withdraw_sale(&DimensionCode::parse(contract)?, document)
    }
}

/// The commission is a service's price.
fn taxed(commission: Amount, sale: &ConsignmentSale) -> Result<(Amount, Amount), Rule> {
    let rate = vat::rate(Supply::Service, sale.date).map(|rule| rule.basis_points);
    rate.and_then(|rate| vat::split(commission, rate)).ok_or_else(|| {
        Rule::business("vat_rate_unknown", format!("{} 没有登记“代销手续费”的增值税征收率。请先更新税率表。", sale.date))
    })
}

impl Record for ConsignmentPayment {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.consignments.examine_payment(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.consignments.pay(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let Some(consignment) = registers.consignments.get(&self.contract) else { return Ok(Vec::new()) };
        let terms = &consignment.terms;
        let party = [(Dimension::Counterparty, &terms.counterparty), (Dimension::Contract, &terms.code)];
        let mut lines = Lines::new(registers, book);
        lines.debit(Role::ConsignmentPayable, self.amount, &party)?;
        lines.credit(Role::Bank, self.amount, &[])?;
        Ok(vec![Produced {
            reference: format!("consignment_paid/{}/{}", self.contract, self.document),
            date: self.date,
            memo: format!("代销合同{}：付农户货款（{}）", self.contract, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[contract, document] = parts else { return None };
        registers.consignments.withdraw_payment(&DimensionCode::parse(contract)?, document)
    }
}
