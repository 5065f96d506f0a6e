//! 合同条款: what was signed. Terms are never edited; what follows is facts of their own ([`crate::collective::contracts::register`]).

use crate::collective::ground::vat::Supply;
use crate::collective::roles::role::Role;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContractKind {
    /// 租赁
    Lease,
    /// 承包（发包）
    Contracting,
    /// 居间服务
    Intermediary,
    /// 参股: an asset or money put into another's business for a dividend by schedule.
    Participation,
}

impl ContractKind {
    pub fn chinese(self) -> &'static str {
        match self {
            ContractKind::Lease => "租赁",
            ContractKind::Contracting => "承包",
            ContractKind::Intermediary => "居间服务",
            ContractKind::Participation => "参股",
        }
    }

    /// What is supplied, in the eyes of VAT; nothing for a dividend.
    pub fn supply(self) -> Option<Supply> {
        match self {
            ContractKind::Lease => Some(Supply::RealEstateLease),
            ContractKind::Contracting => Some(Supply::FarmLandContract),
            ContractKind::Intermediary => Some(Supply::Service),
            ContractKind::Participation => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    Monthly,
    Quarterly,
    HalfYearly,
    Yearly,
}

impl Frequency {
    pub fn months(self) -> i32 {
        match self {
            Frequency::Monthly => 1,
            Frequency::Quarterly => 3,
            Frequency::HalfYearly => 6,
            Frequency::Yearly => 12,
        }
    }
}

/// 收入何时确认.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// Month by month, as it is earned.
    #[default]
    Monthly,
    /// Each payment whole in the month in which it is due (facts §7.2 D1, D3).
    WhenDue,
}

impl Timing {
    /// What is not written: contracts had no other way before.
    fn is_monthly(&self) -> bool {
        *self == Timing::Monthly
    }
}

/// What is not written: others than members need no word.
fn is_outsider(member: &bool) -> bool {
    !member
}

/// The terms as signed. Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractTerms {
    /// 先付后用
    #[serde(with = "crate::ledger::text::yes_no")]
    pub advance: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<DimensionCode>,
    pub code: DimensionCode,
    pub community: DimensionCode,
    pub counterparty: DimensionCode,
    /// 押金 in yuan.
    pub deposit: Amount,
    /// The last day.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub end: Date,
    /// 年递增, in basis points a year.
    #[serde(with = "crate::ledger::text::count")]
    pub escalation_basis_points: u32,
    /// 评估底价 of one payment, in yuan; 0.00 where none was assessed.
    pub floor: Amount,
    pub frequency: Frequency,
    pub income_type: DimensionCode,
    pub kind: ContractKind,
    /// 违约金, in basis points of the overdue amount a day.
    #[serde(with = "crate::ledger::text::count")]
    pub late_fee_basis_points: u32,
    /// 对方是本社区成员: what it owes stands on 内部往来 (facts §7.2 D1).
    #[serde(default, skip_serializing_if = "is_outsider", with = "crate::ledger::text::yes_no")]
    pub member: bool,
    #[serde(default, skip_serializing_if = "Timing::is_monthly")]
    pub recognition: Timing,
    /// One payment in yuan, tax included.
    pub rent: Amount,
    /// 免租 days from the start.
    #[serde(with = "crate::ledger::text::count")]
    pub rent_free_days: u32,
    /// 决议与四议两公开 document.
    pub resolution: String,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub signed: Date,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub start: Date,
}

impl ContractTerms {
    /// Where what is owed by months stands: a dividend is no rent, and a member is no outsider.
    pub fn receivable(&self) -> Role {
        match self.kind {
            ContractKind::Participation => Role::DividendReceivable,
            _ if self.member => Role::MemberReceivable,
            _ => Role::RentReceivable,
        }
    }
}
