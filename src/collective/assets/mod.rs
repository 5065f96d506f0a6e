//! 自有资产: fixed assets that a company or community owns, and counting them and the entrusted ones. Start with
//! [`fixed_asset`], then `posting`.

pub mod fixed_asset;
mod posting;
pub mod report;
pub mod stock_take;
pub(crate) mod tie;

#[cfg(test)]
pub(crate) mod tests;
