//! Fixed assets and stock-takes from outside: facts go in, vouchers and registers come out.

pub(crate) mod fixed_asset_parts;
pub(crate) mod fixed_assets;
pub(crate) mod stock_takes;
