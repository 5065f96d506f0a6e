//! 村社联动超市: what a joint supermarket sells, on which channel and for which community, its goods, its till and its
//! consignments. Start with [`day`] (the day's report), then [`goods`] (stock at cost or at shelf price) and `posting`.

pub mod consignment;
pub mod day;
pub mod draft;
pub mod examine;
pub mod goods;
mod posting;
pub mod register;
pub mod report;
pub mod settlement;
pub(crate) mod tie;
pub mod till;

#[cfg(test)]
pub(crate) mod tests;
