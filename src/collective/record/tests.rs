//! The posting patterns of facts §7.2, a module a subject.

mod advance;
mod capital;
mod consignment;
mod contracts;
mod desk;
mod fixed_asset_parts;
mod fixed_assets;
mod funds;
mod goods;
mod organisation;
mod services;
mod stakes;
mod stock_takes;
mod ties;
mod treasury;
mod working_funds;
