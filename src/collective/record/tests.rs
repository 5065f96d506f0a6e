//! The posting patterns of facts §7.2, a module a subject.

mod contracts;
mod desk;
mod fixed_assets;
mod funds;
mod organisation;
mod stock_takes;
mod ties;
mod working_funds;
