//! 期初往来: what stands in a book's opening balances and is somebody's (a supplier's, a shop's, a contract's), so that later
//! facts can pay it and its age is known. Nothing is posted: the opening balances hold it already. One fact a kind and code.

mod posting;
pub(crate) mod report;

#[cfg(test)]
mod tests;

use crate::collective::roles::role::Role;
use crate::ledger::amount::negated;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Dimension, DimensionCode, Side};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is carried. Each kind has one account, one dimension that its codes are of, and one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarriedKind {
    /// 欠供应商
    SupplierPayable,
    /// 挂账
    TradeReceivable,
    /// 欠农户的代销款, by consignment
    ConsignmentPayable,
    /// 收着的押金, by contract
    DepositHeld,
    /// 门店现金
    Cash,
    /// 微信在途
    WechatInTransit,
    /// 支付宝在途
    AlipayInTransit,
    /// 银行卡在途
    CardInTransit,
    /// 售出未用的消费卡, by shop
    CardsOutstanding,
    /// 递延收益, by fund
    DeferredIncome,
    /// 应缴国库的租金, by entrusted asset
    TreasuryPayable,
    /// 应收租金, by contract
    RentReceivable,
    /// 成员欠的租金、承包费, by contract
    MemberReceivable,
    /// 预收租金, by contract
    RentAdvance,
}

/// Where a kind stands in the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub role: Role,
    /// What its codes are of.
    pub dimension: Dimension,
    /// The side on which it grows.
    pub side: Side,
}

impl CarriedKind {
    pub fn chinese(self) -> &'static str {
        match self {
            CarriedKind::SupplierPayable => "欠供应商的货款",
            CarriedKind::TradeReceivable => "挂账",
            CarriedKind::ConsignmentPayable => "欠农户的代销款",
            CarriedKind::DepositHeld => "押金",
            CarriedKind::Cash => "门店现金",
            CarriedKind::WechatInTransit => "微信在途",
            CarriedKind::AlipayInTransit => "支付宝在途",
            CarriedKind::CardInTransit => "银行卡在途",
            CarriedKind::CardsOutstanding => "未用的消费卡",
            CarriedKind::DeferredIncome => "递延收益",
            CarriedKind::TreasuryPayable => "应缴国库的租金",
            CarriedKind::RentReceivable => "应收租金",
            CarriedKind::MemberReceivable => "应收成员款",
            CarriedKind::RentAdvance => "预收租金",
        }
    }

    pub fn place(self) -> Place {
        let (role, dimension, side) = match self {
            CarriedKind::SupplierPayable => (Role::SupplierPayable, Dimension::Counterparty, Side::Credit),
            CarriedKind::TradeReceivable => (Role::TradeReceivable, Dimension::Counterparty, Side::Debit),
            CarriedKind::ConsignmentPayable => (Role::ConsignmentPayable, Dimension::Contract, Side::Credit),
            CarriedKind::DepositHeld => (Role::DepositPayable, Dimension::Contract, Side::Credit),
            CarriedKind::Cash => (Role::Cash, Dimension::Shop, Side::Debit),
            CarriedKind::WechatInTransit => (Role::WechatInTransit, Dimension::Shop, Side::Debit),
            CarriedKind::AlipayInTransit => (Role::AlipayInTransit, Dimension::Shop, Side::Debit),
            CarriedKind::CardInTransit => (Role::CardInTransit, Dimension::Shop, Side::Debit),
            CarriedKind::CardsOutstanding => (Role::StoredValue, Dimension::Shop, Side::Credit),
            CarriedKind::DeferredIncome => (Role::DeferredIncome, Dimension::Fund, Side::Credit),
            CarriedKind::TreasuryPayable => (Role::TreasuryPayable, Dimension::Asset, Side::Credit),
            CarriedKind::RentReceivable => (Role::RentReceivable, Dimension::Contract, Side::Debit),
            CarriedKind::MemberReceivable => (Role::MemberReceivable, Dimension::Contract, Side::Debit),
            CarriedKind::RentAdvance => (Role::RentAdvance, Dimension::Contract, Side::Credit),
        };
        Place { role, dimension, side }
    }
}

/// 期初往来. Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceCarried {
    /// In yuan, on the side of its kind.
    pub amount: Amount,
    /// Of the dimension of its kind.
    pub code: DimensionCode,
    /// Since when, for its age: up to the first day of the book's first month. 递延收益 that is released by months: that
    /// day itself, for its months count from there.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 对账单, 盘点表 or other proof.
    pub document: String,
    pub kind: CarriedKind,
    /// Months over which what is left of 递延收益 is released, from the month of `date` on; absent where it is released as
    /// the money is spent, and with every other kind.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::ledger::text::some_count")]
    pub months: Option<u32>,
}

impl BalanceCarried {
    /// What speaks against it beside those before it, whatever its kind. `first_day` is the book's.
    pub fn examine(&self, register: &CarriedRegister, first_day: Date) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.amount.fen() <= 0 {
            rules.push(Rule::business("carried_amount", "金额要大于零。没有余额的不用登记；反方向的余额另填凭证。"));
        }
        if self.document.trim().is_empty() {
            rules.push(Rule::business("carried_document", "没有依据。请补填对账单、盘点表等的号码。"));
        }
        if self.date > first_day {
            let message =
                format!("日期 {} 晚于启用首日 {first_day}，不是期初。请核对；启用以后发生的按各自的业务登记。", self.date);
            rules.push(Rule::business("carried_date", message));
        }
        if self.months.is_some() && self.kind == CarriedKind::DeferredIncome && self.date < first_day {
            let message = format!("按月结转的期初递延收益，日期填启用首日 {first_day}：剩余月数从那个月算起。");
            rules.push(Rule::business("carried_date", message));
        }
        if self.months.is_some() && self.kind != CarriedKind::DeferredIncome {
            rules.push(Rule::business("carried_months", "剩余月数只在期初递延收益时填。请删去。"));
        }
        if let Some(before) = register.get(self.kind, &self.code) {
            let message = format!(
                "{} 的期初{}已经登记 {} 元（{}）。每项只登记一次。",
                self.code,
                self.kind.chinese(),
                before.amount,
                before.document
            );
            rules.push(Rule::business("carried_twice", message));
        }
        rules
    }
}

/// 期初往来台账. What each entry means stands in the register of its subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CarriedRegister(BTreeMap<(CarriedKind, DimensionCode), BalanceCarried>);

impl CarriedRegister {
    pub fn get(&self, kind: CarriedKind, code: &DimensionCode) -> Option<&BalanceCarried> {
        self.0.get(&(kind, code.clone()))
    }

    /// Every entry, by kind and code.
    pub fn iter(&self) -> impl Iterator<Item = &BalanceCarried> {
        self.0.values()
    }

    pub fn carry(&mut self, carried: &BalanceCarried) {
        self.0.insert((carried.kind, carried.code.clone()), carried.clone());
    }

    /// What the subjects' registers know and no fact has posted, by role and code, as debit less credit: the part of it
    /// that is not in the sums of produced vouchers, taken off.
    pub fn unposted(&self) -> impl Iterator<Item = (Role, DimensionCode, Amount)> {
        self.0.values().map(|one| {
            let Place { role, side, .. } = one.kind.place();
            let negative = negated(one.amount);
            (role, one.code.clone(), if side == Side::Debit { negative } else { one.amount })
        })
    }
}
