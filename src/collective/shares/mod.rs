//! 份额与分配: who holds what of a company, what they have paid in, and how a year's result is distributed: by companies
//! (公司法 §210-212) and by communities (财农〔2021〕121号 §28). Start with [`holding`], then [`dividend`] and [`distribution`].

pub mod capital;
pub mod distribution;
pub mod dividend;
pub mod holding;
mod posting;
pub mod report;
pub(crate) mod tie;

#[cfg(test)]
pub(crate) mod tests;
