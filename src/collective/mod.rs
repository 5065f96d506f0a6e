//! 集体经济: the business of a village-community company. Each fact (an entrusted asset, a contract, a shop's day, a
//! change of shares) is an entry of the journal; registers are what the facts add up to; posting patterns turn
//! facts into drafts, so that nobody types what the books already know.
//!
//! This room is pure. It knows accounting ([`crate::ledger`]) and neither hashes nor databases. Start with [`fact`]
//! (what can be recorded), then [`mod@record`] (what each fact means and posts) and [`registers`] (what stands).

pub mod assets;
pub mod bounds;
pub mod carried;
pub mod contracts;
pub mod custody;
pub mod fact;
pub mod funds;
pub mod ground;
pub mod organisation;
pub mod produce;
pub mod record;
pub mod reference;
pub mod registers;
pub mod roles;
pub mod shares;
pub mod shops;
pub mod stakes;
pub mod subjects;
pub mod tie;

#[cfg(test)]
pub(crate) mod tests;

pub use fact::Fact;
pub use produce::Produced;
pub use registers::Registers;
