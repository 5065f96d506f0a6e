//! 组织架构: who is who in the county. The units behind the codes that lines carry, with their names by date; which
//! units are paired with which community; and whose the bank accounts are. A report of any past day can say what a
//! unit was called then, and collective money can be held to the accounts of the collective (农集法 §44).

pub mod bank_account;
pub mod partner;
mod posting;
pub mod report;
pub mod unit;

#[cfg(test)]
pub(crate) mod tests;

use bank_account::BankAccountRegister;
use partner::PartnerRegister;
use unit::UnitRegister;

/// The registers of the subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisation {
    pub units: UnitRegister,
    pub partners: PartnerRegister,
    pub bank_accounts: BankAccountRegister,
}
