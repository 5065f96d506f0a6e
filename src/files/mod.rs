//! 导入导出: spreadsheets in, plain journals out.
//!
//! The importers read what a county's offices really send (UTF-8 or GB 18030, titles above the header,
//! thousands commas, totals below) and give drafts and declarations, or refusals that name row, column, why and
//! what to do. They never post, never decide on accounting rules (the ledger does) and never guess: what could
//! mean two things is refused. The exporters take posted vouchers one by one and write them as CSV, hledger or
//! Beancount text. No async and no store: everything here is `std::io::Read` in and `std::io::Write` out, in
//! bounded memory.
//!
//! Start with [`vouchers`]; below it are [`sheet`] (rows under a header), [`table`] (cells) and [`encoding`] (text).
//! `docs/importing.md` tells users the same, column by column.

pub mod accounts;
pub mod alipay;
pub mod archive;
pub mod beancount;
pub mod books;
pub mod cell;
pub mod date;
pub mod dimensions;
pub mod encoding;
pub mod export;
pub mod facts;
pub mod funds;
pub mod header;
pub mod hledger;
pub mod journal_csv;
pub mod merchant;
pub mod names;
pub mod openings;
pub mod personal;
pub mod plain;
pub mod refusal;
pub mod sheet;
pub mod shop_days;
pub mod table;
pub mod takings;
pub mod vouchers;
pub mod wechat;

mod draft;

pub use accounts::{ReadAccounts, read_accounts};
pub use alipay::{read_alipay_bill, read_alipay_funds};
pub use archive::unpacked;
pub use books::{ReadBook, read_books};
pub use dimensions::{ReadDimensions, read_dimensions};
pub use export::{Format, JournalWriter};
pub use facts::{ReadFacts, read_facts};
pub use funds::{ReadSettlements, RefundsClosed};
pub use names::BookNames;
pub use openings::{ReadOpenings, read_openings};
pub use plain::ExportError;
pub use refusal::{FileReason, FileRefusal};
pub use sheet::Notes;
pub use shop_days::{ReadShopDays, read_shop_days};
pub use takings::Counter;
pub use vouchers::{ReadVoucher, VoucherReader};
pub use wechat::{read_wechat_bill, read_wechat_funds};
