//! 期初往来: what each kind of it becomes in the register of its subject. Nothing is posted, so nothing is taken back.

use crate::collective::carried::{BalanceCarried, CarriedKind};
use crate::collective::custody::asset::unknown;
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::shops::day::Tender;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};

impl Record for BalanceCarried {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(self.kind.place().dimension, &self.code)]
    }

    fn examine(&self, registers: &Registers, book: &Book) -> Vec<Rule> {
        let mut rules = BalanceCarried::examine(self, &registers.carried, book.profile.first_period.first_day());
        rules.extend(match self.kind {
            CarriedKind::ConsignmentPayable => registers.consignments.examine_opening(&self.code),
            CarriedKind::DepositHeld => registers.contracts.examine_opening(&self.code),
            CarriedKind::DeferredIncome => registers.funds.examine_opening(self),
            CarriedKind::RentReceivable | CarriedKind::MemberReceivable | CarriedKind::RentAdvance => {
                registers.contracts.examine_rent_opening(self)
            }
            CarriedKind::TreasuryPayable if registers.assets.get(&self.code).is_none() => vec![unknown(&self.code)],
            _ => Vec::new(),
        });
        rules
    }

    fn apply(&self, registers: &mut Registers) {
        let (code, debt) = (&self.code, (self.date, self.amount));
        match self.kind {
            CarriedKind::SupplierPayable => registers.goods.carry(code, debt),
            CarriedKind::ConsignmentPayable => registers.consignments.carry(code, debt),
            CarriedKind::DepositHeld => registers.contracts.carry_deposit(code, self.amount),
            CarriedKind::TradeReceivable => registers.till.openings.on_account.extend([(code.clone(), debt)]),
            CarriedKind::Cash => registers.till.openings.cash.extend([(code.clone(), self.amount)]),
            CarriedKind::CardsOutstanding => registers.till.openings.cards.extend([(code.clone(), self.amount)]),
            CarriedKind::WechatInTransit => registers.shops.carry(code, Tender::WeChat, self.amount),
            CarriedKind::AlipayInTransit => registers.shops.carry(code, Tender::Alipay, self.amount),
            CarriedKind::CardInTransit => registers.shops.carry(code, Tender::Card, self.amount),
            CarriedKind::DeferredIncome => registers.funds.carry(self),
            CarriedKind::TreasuryPayable => registers.treasury.carry(code, debt),
            CarriedKind::RentReceivable | CarriedKind::MemberReceivable | CarriedKind::RentAdvance => {
                registers.contracts.carry_rent(self)
            }
        }
        registers.carried.carry(self);
    }
}
