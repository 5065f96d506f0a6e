//! What holds for facts of every subject: the posting patterns, ties, what is typed by hand, and taking back.

pub(crate) mod desk;
mod patterns;
pub(crate) mod ties;
mod typed;
mod withdrawals;
