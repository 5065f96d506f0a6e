//! 居间服务的成果确认: earned and owed before the money is there (facts §7.2 G1).

use crate::collective::contracts::posting::{entrusted, income_tags, party};
use crate::collective::contracts::recognition::taxed;
use crate::collective::contracts::register::unknown;
use crate::collective::contracts::service::ServiceConfirmed;
use crate::collective::contracts::terms::ContractKind;
use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, DimensionCode};

impl Record for ServiceConfirmed {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        let contract = match registers.contracts.usable(&self.contract) {
            Ok(contract) => contract,
            Err(rule) => return vec![rule],
        };
        let mut rules = contract.services.examine(self);
        if contract.terms.kind != ContractKind::Intermediary || entrusted(registers, contract).is_some() {
            let message =
                format!("合同 {} 不是居间服务合同，或用的是代管资产，不用成果确认。请按月计提或在收款时入账。", self.contract);
            rules.push(Rule::business("service_kind", message));
        }
        if self.date < contract.terms.start {
            let message = format!("确认日期 {} 早于合同起始日 {}。请核对。", self.date, contract.terms.start);
            rules.push(Rule::business("service_date", message));
        }
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        registers.contracts.confirm(self);
    }

    /// Tax is due with the claim (增值税法 §28), not with the money that settles it.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let contract = registers.contracts.get(&self.contract).ok_or_else(|| unknown(&self.contract))?;
        let (net, tax) = taxed(contract.terms.kind, self.amount, self.date)?;
        let mut lines = Lines::new(registers, book);
        lines.debit(Role::ServiceReceivable, self.amount, &party(contract))?;
        lines.credit(Role::IntermediaryIncome, net, &income_tags(contract))?;
        lines.credit(Role::Vat, tax, &[])?;
        Ok(vec![Produced {
            reference: format!("service_confirmed/{}/{}", self.contract, self.document),
            date: self.date,
            memo: format!("居间服务合同{}：成果确认（{}）", self.contract, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[contract, document] = parts else { return None };
        registers.contracts.withdraw_confirmed(&DimensionCode::parse(contract)?, document)
    }
}
