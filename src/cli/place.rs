//! Opening the books from the command line, and reading what was typed.

use crate::bookkeeper::report::widest_range;
use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, Config};
use crate::cli::args::{Place, RangeOptions};
use crate::cli::outcome::Trouble;
use crate::ledger::period::parse_date;
use crate::ledger::statement::Range;
use crate::ledger::{Period, VoucherNumber};
use crate::store::DbUrl;
use jiff::civil::Date;
use std::path::PathBuf;
use std::sync::Arc;

impl Place {
    pub fn url(&self) -> Result<DbUrl, Trouble> {
        match &self.db {
            None => Ok(DbUrl::Sqlite(self.data.join("cunshe.db"))),
            Some(text) => DbUrl::parse(text).ok_or_else(|| {
                Trouble::usage(format!("看不懂数据库地址 {text}。应为 sqlite:文件路径 或 postgres://用户:密码@主机/库名。"))
            }),
        }
    }

    pub fn config(&self) -> Result<Config, Trouble> {
        Ok(Config::new(self.url()?, self.data.join("keys")))
    }

    /// Opens books that exist.
    pub async fn open(&self) -> Result<Bookkeeper, Trouble> {
        Ok(Bookkeeper::open(self.config()?).await?)
    }

    /// Opens books, making the folder, the database and the key where there are none.
    pub async fn open_or_create(&self, origin: Option<&str>) -> Result<Bookkeeper, Trouble> {
        std::fs::create_dir_all(&self.data).map_err(|error| {
            Trouble::environment("data_folder", format!("不能建立数据目录 {}：{error}。请检查权限。", self.data.display()))
        })?;
        let mut config = self.config()?;
        config.create = true;
        if let Some(origin) = origin {
            config.origin = origin.to_owned();
        }
        Ok(Bookkeeper::open(config).await?)
    }

    /// Writes every book's public key beside the database, for auditors to take away.
    pub fn publish_keys(&self, bookkeeper: &Bookkeeper) -> Result<Vec<PathBuf>, Trouble> {
        let mut paths = Vec::new();
        for view in bookkeeper.books() {
            let path = self.data.join(format!("{}.vkey", view.profile.code));
            let text = format!("{}\n", view.verifier_key);
            std::fs::write(&path, text)
                .map_err(|error| Trouble::environment("data_folder", format!("不能写公钥文件 {}：{error}。", path.display())))?;
            paths.push(path);
        }
        Ok(paths)
    }
}

/// A book by its code.
pub fn find_book(bookkeeper: &Bookkeeper, code: &str) -> Result<Arc<View>, Trouble> {
    bookkeeper.book(code).ok_or_else(|| Trouble::no_book(code))
}

pub fn period(text: &str) -> Result<Period, Trouble> {
    Period::parse(text).ok_or_else(|| Trouble::usage(format!("看不懂会计期间 {text}。应为 2025-01 的形式。")))
}

pub fn date(text: &str) -> Result<Date, Trouble> {
    parse_date(text).ok_or_else(|| Trouble::usage(format!("看不懂日期 {text}。应为 2025-01-31 的形式。")))
}

pub fn number(text: &str) -> Result<VoucherNumber, Trouble> {
    VoucherNumber::parse(text).ok_or_else(|| Trouble::usage(format!("看不懂凭证字号 {text}。应为 记-12 的形式。")))
}

impl RangeOptions {
    /// The periods asked for; what is left open reaches as far as the books do.
    pub fn range(&self, views: &[Arc<View>]) -> Result<Range, Trouble> {
        let widest = widest_range(views)
            .ok_or_else(|| Trouble::new(11, "book_unknown", "还没有账套。先运行 cunshe demo 或 cunshe book open。"))?;
        let from = self.from.as_deref().map(period).transpose()?.unwrap_or(widest.from);
        let to = self.to.as_deref().map(period).transpose()?.unwrap_or(widest.to);
        if from > to {
            return Err(Trouble::usage(format!("起始期间 {from} 晚于截止期间 {to}。")));
        }
        Ok(Range { from, to })
    }
}
