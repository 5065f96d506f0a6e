//! 收件: a file that somebody sends becomes facts of the business with their vouchers, all of it or nothing. Every door that
//! takes files comes through here: the command line and HTTP.
//!
//! A file is read and judged on a copy of the book first, so that everything that speaks against it is told by row; what the
//! journal holds already is counted and left alone (`fresh.rs`).

mod fresh;

use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, PostError};
use crate::collective::Fact;
use crate::collective::shops::day::Tender;
use crate::files::facts::schema::Kind;
use crate::files::refusal::FileRefusal;
use crate::files::{
    BookNames, Counter, Notes, ReadSettlements, ReadShopDays, RefundsClosed, read_alipay_bill, read_alipay_funds, read_facts,
    read_shop_days, read_wechat_bill, read_wechat_funds, unpacked,
};
use crate::ledger::DimensionCode;
use crate::ledger::voucher::Signatures;
use crate::store::StoreError;
use fresh::Recorded;
use jiff::civil::Date;
use serde::Serialize;
use std::io::Read;
use std::sync::Arc;

/// What a file is, with what it does not say itself.
#[derive(Clone, Debug)]
pub enum FileKind {
    /// 营业日报
    ShopDays,
    /// 业务事实 of one kind
    Facts(&'static Kind),
    /// 微信支付 交易账单
    WechatBill(Counter),
    /// 支付宝 业务明细
    AlipayBill(Counter),
    /// 微信支付 资金账单, of a shop
    WechatFunds(DimensionCode),
    /// 支付宝 账务明细, of a shop
    AlipayFunds(DimensionCode),
}

impl FileKind {
    /// What people call that which it holds.
    fn chinese(&self) -> &'static str {
        match self {
            FileKind::ShopDays | FileKind::WechatBill(_) | FileKind::AlipayBill(_) => "营业日报",
            FileKind::Facts(_) => "业务事实",
            FileKind::WechatFunds(_) | FileKind::AlipayFunds(_) => "平台结算",
        }
    }
}

/// What is asked for with a file.
#[derive(Clone, Debug)]
pub struct Intake {
    pub kind: FileKind,
    /// Of the vouchers that the facts produce.
    pub signatures: Signatures,
    /// 登记日期; the latest day that the file names where absent.
    pub date: Option<Date>,
    /// Judged, and nothing recorded.
    pub dry_run: bool,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// 营业日报, 业务事实, 凭证 …
    pub what: &'static str,
    pub added: u64,
    /// What the books held already.
    pub unchanged: u64,
    /// Everything in it was imported before.
    pub replayed: bool,
    pub dry_run: bool,
    pub notes: Notes,
}

/// Why a file was not taken in. Nothing of it was recorded, but for what [`FileRefusal::recorded`] tells.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The file, or what it says.
    #[error(transparent)]
    Refused(#[from] FileRefusal),
    #[error(transparent)]
    Post(#[from] PostError),
}

impl From<StoreError> for IntakeError {
    fn from(error: StoreError) -> IntakeError {
        IntakeError::Post(error.into())
    }
}

/// Facts that a file holds.
struct FromFile {
    facts: Vec<Fact>,
    /// The row that stands for each.
    rows: Vec<u32>,
    /// The latest day that something happened on.
    latest: Option<Date>,
    notes: Notes,
}

impl Bookkeeper {
    /// Records every fact of a file that is new, or none of them.
    ///
    /// # Errors
    /// Everything that speaks against the file, by row; or why the books could not take it.
    pub async fn take_in(&self, book: &str, file: impl Read + Send + 'static, intake: Intake) -> Result<Imported, IntakeError> {
        let Intake { kind, signatures, date, dry_run } = intake;
        let view = self.views.get(book).ok_or(PostError::NoSuchBook)?;
        let (what, book_view) = (kind.chinese(), Arc::clone(&view));
        let FromFile { facts, rows, latest, notes } = aside(move || read(&kind, file, &book_view)).await?;
        let all = facts.len();
        let date = date.or(latest).unwrap_or_else(|| self.clock().today());
        let requests = requests(self.fresh(Arc::clone(&view), facts, rows, date, signatures.clone()).await?);
        let added = if dry_run {
            // Of several distributions the first: the next is held against books that this one has changed.
            if let Some((facts, rows)) = requests.first() {
                self.hold_against_books(&view, facts).await.map_err(|error| by_row(error, rows, 0))?;
            }
            requests.iter().map(|(facts, _)| facts.len()).sum()
        } else {
            self.record_each(book, requests, date, &signatures).await?
        };
        let replayed = all > 0 && added == 0;
        Ok(Imported { what, added: count(added), unchanged: count(all.saturating_sub(added)), replayed, dry_run, notes })
    }

    /// Records one request after the other and counts their facts, but for those that somebody recorded meanwhile: the same
    /// file may have come in at another door.
    async fn record_each(
        &self,
        book: &str,
        requests: Vec<Request>,
        date: Date,
        signatures: &Signatures,
    ) -> Result<usize, IntakeError> {
        let (mut added, mut standing) = (0_usize, 0_usize);
        for (facts, rows) in requests {
            let posted = self.record(book, facts, date, signatures.clone()).await;
            let replayed = posted.map_err(|error| by_row(error, &rows, standing))?.replayed;
            standing = standing.saturating_add(rows.len());
            added = added.saturating_add(if replayed { 0 } else { rows.len() });
        }
        Ok(added)
    }

    /// The facts that the journal does not hold, with their rows, judged with their vouchers.
    async fn fresh(
        &self,
        view: Arc<View>,
        facts: Vec<Fact>,
        rows: Vec<u32>,
        date: Date,
        signatures: Signatures,
    ) -> Result<Vec<(Fact, u32)>, IntakeError> {
        let recorded = Recorded::of(self.facts(&view).await?);
        aside(move || Ok(fresh::fresh(&view, facts.into_iter().zip(rows), &recorded, date, &signatures)?)).await
    }
}

/// What is recorded at once: facts, and the row of each.
type Request = (Vec<Fact>, Vec<u32>);

/// A distribution is held against the books as they stand before it, so each is a request of its own.
fn requests(facts: Vec<(Fact, u32)>) -> Vec<Request> {
    if facts.iter().any(|(fact, _)| fact.distributes()) {
        return facts.into_iter().map(|(fact, row)| (vec![fact], vec![row])).collect();
    }
    if facts.is_empty() { Vec::new() } else { vec![facts.into_iter().unzip()] }
}

/// What the books have against facts, at their rows; `standing` facts of the file went before and are recorded.
fn by_row(error: PostError, rows: &[u32], standing: usize) -> IntakeError {
    let PostError::Refused(refused) = error else { return error.into() };
    let told = refused.iter().flat_map(|one| fresh::told(rows.get(one.index).copied().unwrap_or_default(), &one.refusal.reasons));
    let mut refusal = FileRefusal { recorded: standing, ..FileRefusal::default() };
    refusal.add(told);
    refusal.into()
}

/// Runs what may take a while beside those who wait for answers.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, IntakeError> + Send + 'static) -> Result<T, IntakeError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(PostError::Stopping.into()),
        },
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn read(kind: &FileKind, file: impl Read + Send + 'static, view: &View) -> Result<FromFile, IntakeError> {
    let names = BookNames { chart: &view.chart, dimensions: &view.dimensions };
    Ok(match kind {
        FileKind::ShopDays => of_days(read_shop_days(file, names)?),
        FileKind::Facts(kind) => {
            let read = read_facts(kind, file, names)?;
            FromFile { facts: read.facts, rows: read.rows, latest: read.latest, notes: read.notes }
        }
        FileKind::WechatBill(counter) => of_days(read_wechat_bill(unpacked(file)?, counter)?),
        FileKind::AlipayBill(counter) => of_days(read_alipay_bill(unpacked(file)?, counter)?),
        FileKind::WechatFunds(shop) => of_funds(read_wechat_funds(unpacked(file)?, shop)?, Tender::WeChat, shop, view),
        FileKind::AlipayFunds(shop) => of_funds(read_alipay_funds(unpacked(file)?, shop)?, Tender::Alipay, shop, view),
    })
}

fn of_days(read: ReadShopDays) -> FromFile {
    let latest = read.days.iter().map(|day| day.date).max();
    let facts = read.days.into_iter().map(Fact::ShopDayReported).collect();
    FromFile { facts, rows: read.rows, latest, notes: read.notes }
}

/// Settlements, and the sales that stand again because their refund came back.
fn of_funds(read: ReadSettlements, tender: Tender, shop: &DimensionCode, view: &View) -> FromFile {
    let ReadSettlements { settlements, mut rows, refunds_closed, mut notes } = read;
    let mut latest = settlements.iter().map(|settlement| settlement.date).max();
    let mut facts: Vec<Fact> = settlements.into_iter().map(Fact::SettlementArrived).collect();
    for closed in refunds_closed {
        let RefundsClosed { row, date, count, amount } = closed;
        let told = format!("退款关闭 {count} 笔 {amount} 元（{date}）：退款没有退到顾客，钱回到了{}账户", tender.chinese());
        match view.registers.shops.refund_closed(shop, tender, date, amount) {
            Some(day) => {
                notes.remarks.push(format!("{told}，已按收款记回，班次“{}”。", day.shift));
                latest = latest.max(Some(date));
                facts.push(Fact::ShopDayReported(day));
                rows.push(row);
            }
            None => {
                notes.remarks.push(format!("{told}，没有入账：这家门店还没有导入有这笔退款的账单。请先导入账单，再导入一次。"))
            }
        }
    }
    FromFile { facts, rows, latest, notes }
}
