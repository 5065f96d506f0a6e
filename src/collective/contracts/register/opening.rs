//! 期初: what other books left of a contract when this one began: a deposit held, rent owed, rent paid ahead.

use super::ContractRegister;
use crate::collective::carried::{BalanceCarried, CarriedKind};
use crate::collective::contracts::recognition::Recognition;
use crate::collective::contracts::terms::ContractKind;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};

impl ContractRegister {
    /// Whether a deposit may be carried for it.
    pub fn examine_opening(&self, code: &DimensionCode) -> Vec<Rule> {
        self.usable(code).err().into_iter().collect()
    }

    /// Whether rent may be carried for it: what is owed where it is owed month by month, what was paid ahead where it is
    /// released month by month.
    pub fn examine_rent_opening(&self, carried: &BalanceCarried) -> Vec<Rule> {
        let contract = match self.usable(&carried.code) {
            Ok(contract) => contract,
            Err(rule) => return vec![rule],
        };
        let fits = match contract.recognition() {
            Recognition::Receivable => {
                contract.terms.kind != ContractKind::Participation && carried.kind.place().role == contract.terms.receivable()
            }
            Recognition::Advance => carried.kind == CarriedKind::RentAdvance,
            Recognition::OnReceipt => false,
        };
        let message = || {
            format!(
                "合同 {} 没有期初{}。应收租金（成员的是应收成员款）只有后付的租赁、承包合同有，预收租金只有先付的有；其他的另填凭证收付。",
                carried.code,
                carried.kind.chinese()
            )
        };
        if fits { Vec::new() } else { vec![Rule::business("carried_contract", message())] }
    }

    pub fn carry_deposit(&mut self, code: &DimensionCode, amount: Amount) {
        if let Some(contract) = self.contracts.get_mut(code) {
            contract.deposit_opening = amount;
        }
    }

    /// Rent that other books left owed or paid ahead.
    pub fn carry_rent(&mut self, carried: &BalanceCarried) {
        if let Some(contract) = self.contracts.get_mut(&carried.code) {
            let opening = Some((carried.date, carried.amount));
            match carried.kind {
                CarriedKind::RentAdvance => contract.advance_opening = opening,
                _ => contract.receivable_opening = opening,
            }
        }
    }
}
