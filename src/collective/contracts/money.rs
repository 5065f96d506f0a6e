//! 合同收付款: what comes in or goes out on a contract, by its kind.

use crate::collective::contracts::terms::ContractKind;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Money {
    /// 租金、承包费、服务费
    Rent,
    /// 收押金
    Deposit,
    /// 退押金
    DepositRefunded,
    /// 没收押金
    DepositForfeited,
    /// 违约金
    LateFee,
    /// 退还预收租金
    RentRefunded,
}

impl Money {
    pub fn chinese(self) -> &'static str {
        match self {
            Money::Rent => "租金",
            Money::Deposit => "押金",
            Money::DepositRefunded => "退还押金",
            Money::DepositForfeited => "没收押金",
            Money::LateFee => "违约金",
            Money::RentRefunded => "退还预收租金",
        }
    }

    /// The same in the words of a contract: what a kind pays for has its own name.
    pub fn chinese_of(self, kind: ContractKind) -> &'static str {
        match (self, kind) {
            (Money::Rent, ContractKind::Contracting) => "承包费",
            (Money::Rent, ContractKind::Participation) => "分红",
            (Money::Rent, ContractKind::Intermediary) => "服务费",
            (Money::RentRefunded, ContractKind::Contracting) => "退还承包费",
            (Money::RentRefunded, ContractKind::Participation) => "退还分红",
            _ => self.chinese(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoneyReceived {
    pub amount: Amount,
    pub contract: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 银行回单 or receipt number; distinct within a contract.
    pub document: String,
    pub kind: Money,
}
