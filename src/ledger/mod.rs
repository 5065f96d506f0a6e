//! 会计规则: what a book, an account, a voucher and a balance are, and what makes them right.
//!
//! This room is pure: it reads no clock, no file and no database, and knows neither hashes nor people's
//! accounts. The same code judges a voucher when it is written and when an auditor reads it decades later.
//!
//! Start with [`voucher`] (what is posted), then [`posting`] (what is refused, and why), then [`book`]
//! (what the rules need to know of a book) and [`balance`] (what comes out).

pub mod account;
pub mod amount;
pub mod balance;
pub mod book;
pub mod chart;
pub mod dimension;
pub mod number;
pub mod period;
pub mod posting;
pub mod refusal;
pub mod reversal;
pub mod shop_profit;
pub mod statement;
pub mod table;
pub mod text;
pub mod voucher;

pub use account::{Account, AccountCode, Element, Side};
pub use amount::Amount;
pub use book::Book;
pub use chart::Chart;
pub use dimension::{Dimension, DimensionCode, DimensionSet, DimensionValue};
pub use number::{VoucherNumber, Word};
pub use period::Period;
pub use refusal::{Reason, Refusal};
pub use voucher::{Draft, DraftLine, Line, Purpose, Voucher};
