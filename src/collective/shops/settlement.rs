//! 结算: a platform or bank pays out what was in transit, less its fee (facts F2).

use super::draft::{dimensions, line};
use crate::collective::shops::day::{Tender, narrow, total};
use crate::collective::shops::draft::ShopAccounts;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Dimension, DimensionCode, DimensionSet, DraftLine, Period, Side};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One payment of one platform for one shop. Amounts are in 分. Fields stand in the order of their names, which is the
/// order of canonical bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// What arrived in the bank, the fee already taken off.
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 手续费 the platform kept; below zero (red) when it gave back more than it kept.
    pub fee: Amount,
    pub shop: DimensionCode,
    pub tender: Tender,
}

impl Settlement {
    /// Every rule the settlement breaks by itself; what is in transit is [`crate::collective::shops::register::ShopDayRegister::examine_settlement`].
    pub fn examine(&self) -> Vec<Rule> {
        let rules = [self.date_rule(), self.tender_rule(), self.size_rule(), self.sign_rule()];
        rules.into_iter().flatten().collect()
    }

    /// The lines of its voucher, without memos. `None` when the settlement does not hold ([`Settlement::examine`]) or its
    /// sum leaves an `i64`.
    pub fn draft_lines(&self, accounts: &ShopAccounts) -> Option<Vec<DraftLine>> {
        if !self.examine().is_empty() {
            return None;
        }
        let shop = || dimensions([(Dimension::Shop, &self.shop)]);
        let mut lines = vec![
            line(accounts.bank, Side::Debit, self.amount, DimensionSet::new()),
            line(accounts.platform_fee, Side::Debit, self.fee, shop()),
            line(accounts.of(self.tender), Side::Credit, narrow(self.settled())?, shop()),
        ];
        lines.retain(|line| !line.amount.is_zero());
        Some(lines)
    }

    /// What leaves transit: what arrived and the fee, in 分.
    pub(super) fn settled(&self) -> i128 {
        total([self.amount, self.fee])
    }

    fn date_rule(&self) -> Option<Rule> {
        let message = || format!("结算日期 {} 不在可用年份内。请核对日期。", self.date);
        Period::of(self.date).is_none().then(|| Rule::business("settlement_date_invalid", message()))
    }

    fn tender_rule(&self) -> Option<Rule> {
        let message = || {
            let tender = self.tender.chinese();
            format!("收款方式“{tender}”没有平台结算。请选择微信、支付宝或银行卡；现金存银行、收回挂账请另填凭证。")
        };
        (!self.tender.settles()).then(|| Rule::business("settlement_tender_invalid", message()))
    }

    fn size_rule(&self) -> Option<Rule> {
        let beyond = |amount: Amount| amount.fen().unsigned_abs() > Amount::MAX.fen().unsigned_abs();
        (beyond(self.amount) || beyond(self.fee)).then_some(Rule::AmountTooLarge)
    }

    /// The fee may be red: a platform gives fees back when a sale is refunded, on some days more than it takes.
    fn sign_rule(&self) -> Option<Rule> {
        if self.amount < Amount::ZERO {
            let message = format!("到账金额 {} 不能是负数。请核对平台账单。", self.amount);
            return Some(Rule::business("settlement_amount_negative", message));
        }
        let message = "到账金额与手续费都为零，或正好相抵。请按平台账单填写。";
        (self.settled() == 0).then(|| Rule::business("settlement_empty", message))
    }
}
