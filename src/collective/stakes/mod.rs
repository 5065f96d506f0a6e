//! 参股: what a book has put into other companies, and what they pay on it. Start with [`stake`], then `posting`.

mod posting;
pub mod report;
pub mod stake;
pub(crate) mod tie;

#[cfg(test)]
pub(crate) mod tests;
