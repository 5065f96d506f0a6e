//! The posting patterns of facts §7.2, a module a subject.

mod advance;
mod capital;
mod carried;
mod consignment;
mod contracts;
mod custody;
mod desk;
mod distributions;
mod fixed_asset_parts;
mod fixed_assets;
mod funds;
mod goods;
mod goods_method;
mod goods_returned;
mod organisation;
mod patterns;
mod services;
mod stakes;
mod stock_takes;
mod ties;
mod treasury;
mod typed;
mod withdrawals;
mod working_funds;
