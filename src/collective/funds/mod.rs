//! 资金: support funds of the state, a community's working fund, and what income is used for. Start with [`fund`]
//! (approved, received, spent, released), then [`working_fund`] and `posting`.

pub mod fund;
pub mod income_use;
mod posting;
pub mod report;
pub(crate) mod tie;
pub mod working_fund;

#[cfg(test)]
pub(crate) mod tests;
