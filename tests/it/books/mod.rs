//! The contract of the books, and every change made behind the journal's back.

mod business;
mod carried;
mod contract;
mod distribution;
mod fixed_assets;
mod fixture;
mod funds;
mod goods;
mod intake;
mod intercompany;
mod opening;
mod organisation;
mod settled;
mod tampering;
mod vat_points;
mod vat_released;
