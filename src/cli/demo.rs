//! `demo`: the sample county, through the ordinary importers. A second start finds what is there and goes on.

use crate::bookkeeper::intake::FileKind;
use crate::bookkeeper::{Bookkeeper, random_book_id};
use crate::cli::args::{DemoOptions, Place, RangeOptions};
use crate::cli::import;
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::print::say;
use crate::cli::source::{People, Source};
use crate::cli::{import_business, print, report, serve};
use crate::ledger::statement::GroupBy;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::path::Path;

/// The files of one company, in the order of the sample's README.
macro_rules! company {
    ($book:literal) => {
        sample![
            $book;
            "accounts.csv", "openings.csv", "units.csv", "pairings.csv", "bank_accounts.csv", "shares.csv", "assets_cleared.csv",
            "assets.csv", "asset_steps.csv", "contracts.csv", "consignments.csv", "stakes.csv", "funds.csv", "carried.csv",
            "fund_money.csv", "fund_spending.csv", "fixed_assets.csv", "goods_openings.csv", "shop_days.csv", "settlements.csv",
            "purchases.csv", "supplier_payments.csv", "goods_counts.csv", "margins.csv", "cards.csv", "cash_banked.csv",
            "collections.csv", "services_confirmed.csv", "contract_money.csv", "accruals.csv", "treasury.csv",
            "consignment_sales.csv", "consignment_payments.csv", "stake_dividends.csv", "stake_receipts.csv", "working_funds.csv",
            "working_fund_spending.csv", "fund_releases.csv", "depreciation.csv", "vouchers.csv", "vat_releases.csv",
            "dividends.csv", "dividend_payments.csv", "income_uses.csv", "stock_takes.csv",
        ]
    };
}

macro_rules! sample {
    ($book:literal; $($file:literal),* $(,)?) => {
        &[$((concat!($book, $file), include_bytes!(concat!("../../examples/yanhe/", $book, $file)))),*]
    };
}

/// The sample county's files, inside the program: one file is enough to try it.
const SAMPLE: &[&[(&str, &[u8])]] = &[
    sample![""; "books.csv", "dimensions.csv", "roles.json"],
    company!("tuanjie/"),
    company!("heping/"),
    company!("shazi/"),
    company!("youxi/"),
];

/// The facts of each company: before its shop days, after them, and after its vouchers, whose profit is distributed. Each
/// kind needs those above it.
const FACTS_BEFORE: &[(&str, &str)] = &[
    ("unit_registered", "units.csv"),
    ("partner_paired", "pairings.csv"),
    ("bank_account_registered", "bank_accounts.csv"),
    ("share_changed", "shares.csv"),
    ("asset_cleared", "assets_cleared.csv"),
    ("asset_registered", "assets.csv"),
    ("asset_stepped", "asset_steps.csv"),
    ("contract_signed", "contracts.csv"),
    ("consignment_signed", "consignments.csv"),
    ("stake_acquired", "stakes.csv"),
    ("fund_approved", "funds.csv"),
    ("balance_carried", "carried.csv"),
    ("fund_received", "fund_money.csv"),
    ("fund_spent", "fund_spending.csv"),
    ("fixed_asset_added", "fixed_assets.csv"),
    ("goods_opened", "goods_openings.csv"),
];
const FACTS_AFTER: &[(&str, &str)] = &[
    ("settlement_arrived", "settlements.csv"),
    ("goods_received", "purchases.csv"),
    ("supplier_paid", "supplier_payments.csv"),
    ("goods_counted", "goods_counts.csv"),
    ("margin_taken", "margins.csv"),
    ("cards_sold", "cards.csv"),
    ("cash_banked", "cash_banked.csv"),
    ("receivable_collected", "collections.csv"),
    ("service_confirmed", "services_confirmed.csv"),
    ("money_received", "contract_money.csv"),
    ("contracts_accrued", "accruals.csv"),
    ("treasury_remitted", "treasury.csv"),
    ("consignment_sold", "consignment_sales.csv"),
    ("consignment_paid", "consignment_payments.csv"),
    ("stake_dividend_declared", "stake_dividends.csv"),
    ("stake_dividend_received", "stake_receipts.csv"),
    ("working_fund_received", "working_funds.csv"),
    ("working_fund_spent", "working_fund_spending.csv"),
    ("funds_released", "fund_releases.csv"),
    ("assets_depreciated", "depreciation.csv"),
];
const FACTS_LAST: &[(&str, &str)] = &[
    ("vat_released", "vat_releases.csv"),
    ("dividend_resolved", "dividends.csv"),
    ("dividend_paid", "dividend_payments.csv"),
    ("income_used", "income_uses.csv"),
    ("stock_taken", "stock_takes.csv"),
];

const PEOPLE: People = People { by: "示例会计", approved_by: "示例主管" };

pub async fn run(place: &Place, options: DemoOptions, as_json: bool) -> Result<Ending, Trouble> {
    // A busy port is found before a minute's work, not after it.
    let listener = if options.no_serve { None } else { Some(serve::listen(options.listen).await?) };
    let bookkeeper = place.open_or_create(None).await?;
    open_county(&bookkeeper, options.from.as_deref(), as_json).await?;
    bookkeeper.seal_all().await?;
    let keys = place.publish_keys(&bookkeeper)?;
    let range = RangeOptions { from: None, to: None };
    let (table, views) = report::income(&bookkeeper, None, &range, GroupBy::Nothing).await?;
    if as_json {
        print::json(&json!({ "books": views.len(), "keys": keys, "income_by_community": table }))?;
    } else {
        report::print_income(&table, &views);
        say!("公钥：{}", keys.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("  "));
    }
    match listener {
        Some(listener) => serve::serve(listener, bookkeeper).await,
        None => {
            bookkeeper.close().await;
            Ok(Ending::Done)
        }
    }
}

async fn open_county(bookkeeper: &Bookkeeper, from: Option<&Path>, quiet: bool) -> Result<(), Trouble> {
    let profiles = import::read_books(&sample_file(from, "books.csv")?)?;
    let steps = u64::try_from(profiles.len() * 10).unwrap_or(u64::MAX);
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(steps) };
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}").map_err(Trouble::internal)?);
    for profile in profiles {
        let code = profile.code.clone();
        let step = |what: &str| {
            bar.set_message(format!("{}：{what}", profile.name));
            bar.inc(1);
        };
        step("启用账套");
        if bookkeeper.book(&code).is_none() {
            bookkeeper.open_book(random_book_id(), profile.clone(), PEOPLE.by).await?;
        }
        step("科目");
        import::accounts(bookkeeper, &code, &sample_file(from, &format!("{code}/accounts.csv"))?, PEOPLE, false).await?;
        step("辅助核算");
        import::dimensions(bookkeeper, &code, &sample_file(from, "dimensions.csv")?, PEOPLE, false).await?;
        step("期初余额");
        import::openings(bookkeeper, &code, &sample_file(from, &format!("{code}/openings.csv"))?, PEOPLE, false).await?;
        step("科目对应");
        import_business::roles(bookkeeper, &code, &sample_file(from, "roles.json")?, PEOPLE).await?;
        step("业务事实");
        facts(bookkeeper, &code, from, FACTS_BEFORE).await?;
        step("营业日报");
        let days = sample_file(from, &format!("{code}/shop_days.csv"))?;
        import_business::take_in(bookkeeper, &code, FileKind::ShopDays, &days, PEOPLE, None, false).await?;
        step("收付款、进销、计提");
        facts(bookkeeper, &code, from, FACTS_AFTER).await?;
        step("凭证");
        import::vouchers(bookkeeper, &code, &sample_file(from, &format!("{code}/vouchers.csv"))?, false).await?;
        step("利润分配、盘点");
        facts(bookkeeper, &code, from, FACTS_LAST).await?;
    }
    bar.finish_and_clear();
    Ok(())
}

async fn facts(bookkeeper: &Bookkeeper, book: &str, from: Option<&Path>, files: &[(&str, &str)]) -> Result<(), Trouble> {
    for (word, file) in files {
        let source = sample_file(from, &format!("{book}/{file}"))?;
        import_business::take_in(bookkeeper, book, import_business::facts(word)?, &source, PEOPLE, None, false).await?;
    }
    Ok(())
}

fn sample_file(from: Option<&Path>, path: &str) -> Result<Source, Trouble> {
    match from {
        Some(folder) => Ok(Source::file(&folder.join(path))),
        None => {
            let found = SAMPLE.iter().flat_map(|files| files.iter()).find(|(name, _)| *name == path);
            let (name, bytes) = found.ok_or_else(|| Trouble::internal(format!("示例文件 {path} 不在程序中")))?;
            Ok(Source::bytes(name, bytes))
        }
    }
}
