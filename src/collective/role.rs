//! 科目对应: posting patterns name roles, a book says which of its leaf accounts plays each. The roles and what they mean
//! are law here; the accounts are the book's own (facts §7.2 names the first-level accounts).

use crate::ledger::refusal::Rule;
use crate::ledger::{AccountCode, Book};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an account does in a posting pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 银行存款（1002）
    Bank,
    /// 应收租金（1221）
    RentReceivable,
    /// 预收租金（2203）
    RentAdvance,
    /// 房屋租赁收入（5051）
    LeaseIncome,
    /// 承包收入（5051）
    ContractingIncome,
    /// 代管资产租赁收入（5051）
    EntrustedIncome,
    /// 居间服务收入（5001）
    IntermediaryIncome,
    /// 应交增值税（2221）
    Vat,
    /// 应缴国有资产出租收入（2241）
    TreasuryPayable,
    /// 押金（2241）
    DepositPayable,
    /// 违约金（5301）
    PenaltyIncome,
    /// 受托代管资产（表外）
    CustodyAsset,
    /// 受托代管资产对应（表外）
    CustodyContra,
    /// 库存现金（1001）
    Cash,
    /// 微信在途（1012）
    WechatInTransit,
    /// 支付宝在途（1012）
    AlipayInTransit,
    /// 银行卡在途（1012）
    CardInTransit,
    /// 消费卡（2203）
    StoredValue,
    /// 应收货款（1122）
    TradeReceivable,
    /// 商品销售收入（5001）
    Sales,
    /// 商品销售成本（5401）
    CostOfSales,
    /// 库存商品（1405）
    Goods,
    /// 待处理流动资产损溢（1901）
    Pending,
    /// 平台手续费（5603）
    PlatformFee,
    /// 法定盈余公积（3101）
    StatutoryReserve,
    /// 提取法定盈余公积（3104）
    StatutoryReserveTaken,
    /// 任意盈余公积（3101）
    OptionalReserve,
    /// 提取任意盈余公积（3104）
    OptionalReserveTaken,
    /// 应付利润（3104）
    DividendTaken,
    /// 应付社区利润（2232）
    DividendPayable,
}

impl Role {
    /// Every role, its word and its Chinese name.
    pub const ALL: [(Role, &'static str, &'static str); 30] = [
        (Role::Bank, "bank", "银行存款"),
        (Role::RentReceivable, "rent_receivable", "应收租金"),
        (Role::RentAdvance, "rent_advance", "预收租金"),
        (Role::LeaseIncome, "lease_income", "房屋租赁收入"),
        (Role::ContractingIncome, "contracting_income", "承包收入"),
        (Role::EntrustedIncome, "entrusted_income", "代管资产租赁收入"),
        (Role::IntermediaryIncome, "intermediary_income", "居间服务收入"),
        (Role::Vat, "vat", "应交增值税"),
        (Role::TreasuryPayable, "treasury_payable", "应缴国有资产出租收入"),
        (Role::DepositPayable, "deposit_payable", "押金"),
        (Role::PenaltyIncome, "penalty_income", "违约金"),
        (Role::CustodyAsset, "custody_asset", "受托代管资产"),
        (Role::CustodyContra, "custody_contra", "受托代管资产对应"),
        (Role::Cash, "cash", "库存现金"),
        (Role::WechatInTransit, "wechat_in_transit", "微信在途"),
        (Role::AlipayInTransit, "alipay_in_transit", "支付宝在途"),
        (Role::CardInTransit, "card_in_transit", "银行卡在途"),
        (Role::StoredValue, "stored_value", "消费卡"),
        (Role::TradeReceivable, "trade_receivable", "应收货款"),
        (Role::Sales, "sales", "商品销售收入"),
        (Role::CostOfSales, "cost_of_sales", "商品销售成本"),
        (Role::Goods, "goods", "库存商品"),
        (Role::Pending, "pending", "待处理流动资产损溢"),
        (Role::PlatformFee, "platform_fee", "平台手续费"),
        (Role::StatutoryReserve, "statutory_reserve", "法定盈余公积"),
        (Role::StatutoryReserveTaken, "statutory_reserve_taken", "提取法定盈余公积"),
        (Role::OptionalReserve, "optional_reserve", "任意盈余公积"),
        (Role::OptionalReserveTaken, "optional_reserve_taken", "提取任意盈余公积"),
        (Role::DividendTaken, "dividend_taken", "应付利润（分配）"),
        (Role::DividendPayable, "dividend_payable", "应付社区利润"),
    ];

    pub fn chinese(self) -> &'static str {
        Role::ALL[self as usize].2
    }
}

/// One role and its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleAccount {
    pub account: AccountCode,
    pub role: Role,
}

/// A declaration of accounts for roles; later ones replace earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolesAssigned {
    pub roles: Vec<RoleAccount>,
}

/// The accounts that play a book's roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles(BTreeMap<Role, AccountCode>);

impl Roles {
    /// Every account must be one that vouchers may use; every role stands once.
    pub fn examine(assigned: &RolesAssigned, book: &Book) -> Vec<Rule> {
        let mut rules = Vec::new();
        let mut seen = BTreeMap::new();
        if assigned.roles.is_empty() {
            rules.push(Rule::NothingDeclared);
        }
        for RoleAccount { account, role } in &assigned.roles {
            if seen.insert(*role, ()).is_some() {
                let message = format!("“{}”在同一次设置中出现了两次。请只保留一个。", role.chinese());
                rules.push(Rule::Business { code: "role_twice", message });
            }
            if book.chart.get(account).is_none() {
                rules.push(Rule::AccountUnknown { account: *account });
            } else if !book.chart.is_leaf(account) {
                rules.push(Rule::AccountNotLeaf { account: *account });
            }
        }
        rules
    }

    pub fn apply(&mut self, assigned: &RolesAssigned) {
        self.0.extend(assigned.roles.iter().map(|pair| (pair.role, pair.account)));
    }

    /// The account of a role, or what to do about its absence.
    pub fn account(&self, role: Role) -> Result<AccountCode, Rule> {
        self.0.get(&role).copied().ok_or_else(|| Rule::Business {
            code: "role_without_account",
            message: format!("还没有指定哪个末级科目是“{}”。请先设置科目对应。", role.chinese()),
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = (Role, AccountCode)> {
        self.0.iter().map(|(role, account)| (*role, *account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_listed_in_their_own_order_and_words() {
        for (index, (role, word, _)) in Role::ALL.iter().enumerate() {
            assert_eq!(*role as usize, index);
            assert_eq!(serde_json::to_string(role).expect("JSON"), format!("\"{word}\""));
        }
    }
}
