//! 代管资产: state property entrusted to a community, what may be earned with it and what of that is the treasury's.
//! Law: 国令738 §25-26 (rent of state property), 财政部令36 (handover and disposal). The assets stay on memorandum accounts.
//! Start with [`asset`], then `posting`.

pub mod asset;
pub(crate) mod posting;
pub mod report;
pub(crate) mod tie;
pub mod treasury;

#[cfg(test)]
pub(crate) mod tests;
