//! 村社账: the books of village-community companies. `docs/architecture.md` is the plan of the house.

#[cfg(feature = "server")]
pub mod bookkeeper;
pub mod chain;
#[cfg(feature = "server")]
pub mod cli;
pub mod collective;
#[cfg(feature = "server")]
pub mod files;
#[cfg(feature = "server")]
pub mod http;
pub mod journal;
pub mod ledger;
#[cfg(feature = "server")]
pub mod store;
pub mod verify;
#[cfg(feature = "server")]
pub mod web;
