//! Facts from files: shop days, merchants' bills and movements, and the sample's roles. What the registers hold already is
//! counted and left alone.

use crate::bookkeeper::Bookkeeper;
use crate::cli::args::{BillOptions, FundsOptions, ImportOptions};
use crate::cli::import_facts::{FromFile, record_new};
use crate::cli::outcome::Trouble;
use crate::cli::place::find_book;
use crate::cli::source::{Imported, People, Source};
use crate::collective::shop::Tender;
use crate::collective::{Fact, Registers};
use crate::files::refusal::{FileReason, FileRefusal};
use crate::files::{
    Counter, ReadShopDays, read_alipay_bill, read_alipay_funds, read_shop_days, read_wechat_bill, read_wechat_funds,
};
use crate::ledger::DimensionCode;
use crate::ledger::voucher::Signatures;

/// Reports every day of a file, or none of them.
pub async fn shop_days(
    bookkeeper: &Bookkeeper,
    book: &str,
    source: &Source,
    people: People<'_>,
    dry_run: bool,
) -> Result<Imported, Trouble> {
    find_book(bookkeeper, book)?;
    let read = read_shop_days(source.open()?).map_err(|refusal| source.refuse(refusal))?;
    record_new(bookkeeper, book, source, people, dry_run, days(read)).await
}

fn days(read: ReadShopDays) -> FromFile {
    let latest = read.days.iter().map(|day| day.date).max();
    let facts = read.days.into_iter().map(Fact::ShopDayReported).collect();
    FromFile { what: "营业日报", latest, facts, rows: read.rows, notes: read.notes }
}

/// Reports the days of a merchant's bill, or none of them.
pub async fn bill(bookkeeper: &Bookkeeper, options: &BillOptions, tender: Tender) -> Result<Imported, Trouble> {
    let ImportOptions { file, book, dry_run, by, approved_by } = &options.import;
    let (source, people) = (Source::file(file), People { by, approved_by });
    let (shop, channel) = (code("--shop", &options.shop)?, code("--channel", &options.channel)?);
    let counter = Counter { channel, shop, tax_basis_points: options.tax_basis_points };
    let view = find_book(bookkeeper, book)?;
    let read = if tender == Tender::Alipay { read_alipay_bill } else { read_wechat_bill };
    let read = read(source.open()?, &counter).map_err(|refusal| source.refuse(refusal))?;
    unless_reported_twice(&view.registers, &read, tender).map_err(|refusal| source.refuse(refusal))?;
    record_new(bookkeeper, book, &source, people, *dry_run, days(read)).await
}

/// A bill holds a whole day's payments: where another shift has some of the same kind, the money would count twice.
fn unless_reported_twice(registers: &Registers, read: &ReadShopDays, tender: Tender) -> Result<(), FileRefusal> {
    let mut refusal = FileRefusal::default();
    for (day, row) in read.days.iter().zip(&read.rows) {
        let mut others = registers.shops.shifts(&day.shop, day.date).filter(|other| other.shift != day.shift);
        if let Some(other) = others.find(|other| other.tenders.iter().any(|paid| paid.kind == tender)) {
            let text = format_args!(
                "门店 {} {} 班次 {} 的营业日报已有{}收款，再导入账单会重复。请先冲销那张日报，去掉{}后重新录入。",
                day.shop,
                day.date,
                other.shift,
                tender.chinese(),
                tender.chinese(),
            );
            refusal.add([FileReason::row(*row, "tender_reported", text)]);
        }
    }
    refusal.unless_empty()
}

/// Records the settlements of a merchant's account, or none of them.
pub async fn funds(bookkeeper: &Bookkeeper, options: &FundsOptions, tender: Tender) -> Result<Imported, Trouble> {
    let ImportOptions { file, book, dry_run, by, approved_by } = &options.import;
    let (source, people) = (Source::file(file), People { by, approved_by });
    let shop = code("--shop", &options.shop)?;
    find_book(bookkeeper, book)?;
    let read = if tender == Tender::Alipay { read_alipay_funds } else { read_wechat_funds };
    let read = read(source.open()?, &shop).map_err(|refusal| source.refuse(refusal))?;
    let latest = read.settlements.iter().map(|settlement| settlement.date).max();
    let facts = read.settlements.into_iter().map(Fact::SettlementArrived).collect();
    let read = FromFile { what: "平台结算", latest, facts, rows: read.rows, notes: read.notes };
    record_new(bookkeeper, book, &source, people, *dry_run, read).await
}

fn code(option: &str, text: &str) -> Result<DimensionCode, Trouble> {
    DimensionCode::parse(text).ok_or_else(|| Trouble::usage(format!("{option} 的“{text}”不是编码。请填写已登记的编码。")))
}

/// 科目对应 from JSON, unless the book has them.
pub async fn roles(bookkeeper: &Bookkeeper, book: &str, source: &Source, people: People<'_>) -> Result<(), Trouble> {
    let view = find_book(bookkeeper, book)?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut source.open()?, &mut text).map_err(Trouble::internal)?;
    let fact = Fact::read("roles_assigned", text.as_bytes())
        .map_err(|error| Trouble::new(10, "fact_malformed", format!("看不懂科目对应：{error}。")))?;
    let mut with = (*view.registers).clone();
    fact.apply(&mut with);
    if with != *view.registers {
        let signatures =
            Signatures { prepared_by: people.by.into(), approved_by: people.approved_by.into(), ..Signatures::default() };
        bookkeeper.record(book, vec![fact], view.profile.first_period.first_day(), signatures).await?;
    }
    Ok(())
}
