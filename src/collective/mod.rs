//! 集体经济: the business of a village-community company. Each fact (an entrusted asset, a contract, a shop's day, a
//! change of shares) is an entry of the journal; registers are what the facts add up to; posting patterns turn
//! facts into drafts, so that nobody types what the books already know.
//!
//! This room is pure. It knows accounting ([`crate::ledger`]) and neither hashes nor databases. Start with [`fact`]
//! (what can be recorded), then [`mod@record`] (what each fact means and posts) and [`register`] (what stands).

pub mod accrual;
pub mod advance;
pub mod ageing;
pub mod asset;
pub mod capital;
pub mod carried;
pub mod consignment;
pub mod contract;
pub mod daily;
pub mod debt;
pub mod distribution;
pub mod dividend;
pub mod fact;
pub mod fixed_asset;
pub mod fund;
pub mod goods;
pub mod income_use;
pub mod money;
pub mod organisation;
pub mod produce;
pub mod recognition;
pub mod record;
pub mod reference;
pub mod register;
pub mod report;
pub mod role;
pub mod schedule;
pub mod service;
pub mod shared;
pub mod shares;
pub mod shop;
pub mod stake;
pub mod stock_take;
pub mod terms;
pub mod tie;
pub mod till;
pub mod treasury;
pub mod vat;
pub mod working_fund;

pub use fact::Fact;
pub use produce::Produced;
pub use register::Registers;
