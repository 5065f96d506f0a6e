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

macro_rules! sample {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!("../../examples/yanhe/", $path)))),*]
    };
}

/// The sample county's files, inside the program: one file is enough to try it.
const SAMPLE: &[(&str, &[u8])] = sample![
    "books.csv",
    "dimensions.csv",
    "roles.json",
    "tuanjie/accounts.csv",
    "tuanjie/openings.csv",
    "tuanjie/shares.csv",
    "tuanjie/assets.csv",
    "tuanjie/asset_steps.csv",
    "tuanjie/contracts.csv",
    "tuanjie/shop_days.csv",
    "tuanjie/settlements.csv",
    "tuanjie/contract_money.csv",
    "tuanjie/accruals.csv",
    "tuanjie/dividends.csv",
    "tuanjie/dividend_payments.csv",
    "tuanjie/vouchers.csv",
    "heping/accounts.csv",
    "heping/openings.csv",
    "heping/shares.csv",
    "heping/assets.csv",
    "heping/asset_steps.csv",
    "heping/contracts.csv",
    "heping/shop_days.csv",
    "heping/settlements.csv",
    "heping/contract_money.csv",
    "heping/accruals.csv",
    "heping/dividends.csv",
    "heping/dividend_payments.csv",
    "heping/vouchers.csv",
    "shazi/accounts.csv",
    "shazi/openings.csv",
    "shazi/shares.csv",
    "shazi/assets.csv",
    "shazi/asset_steps.csv",
    "shazi/contracts.csv",
    "shazi/shop_days.csv",
    "shazi/settlements.csv",
    "shazi/contract_money.csv",
    "shazi/accruals.csv",
    "shazi/dividends.csv",
    "shazi/dividend_payments.csv",
    "shazi/vouchers.csv",
    "youxi/accounts.csv",
    "youxi/openings.csv",
    "youxi/shares.csv",
    "youxi/assets.csv",
    "youxi/asset_steps.csv",
    "youxi/contracts.csv",
    "youxi/shop_days.csv",
    "youxi/settlements.csv",
    "youxi/contract_money.csv",
    "youxi/accruals.csv",
    "youxi/dividends.csv",
    "youxi/dividend_payments.csv",
    "youxi/vouchers.csv",
];

/// The facts of each company: before its shop days, after them, and after its vouchers, whose profit is distributed. Each
/// kind needs those above it.
const FACTS_BEFORE: [(&str, &str); 4] = [
    ("share_changed", "shares.csv"),
    ("asset_registered", "assets.csv"),
    ("asset_stepped", "asset_steps.csv"),
    ("contract_signed", "contracts.csv"),
];
const FACTS_AFTER: [(&str, &str); 3] =
    [("settlement_arrived", "settlements.csv"), ("money_received", "contract_money.csv"), ("contracts_accrued", "accruals.csv")];
const FACTS_LAST: [(&str, &str); 2] = [("dividend_resolved", "dividends.csv"), ("dividend_paid", "dividend_payments.csv")];

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
        facts(bookkeeper, &code, from, &FACTS_BEFORE).await?;
        step("营业日报");
        let days = sample_file(from, &format!("{code}/shop_days.csv"))?;
        import_business::take_in(bookkeeper, &code, FileKind::ShopDays, &days, PEOPLE, None, false).await?;
        step("结算、收付款、计提");
        facts(bookkeeper, &code, from, &FACTS_AFTER).await?;
        step("凭证");
        import::vouchers(bookkeeper, &code, &sample_file(from, &format!("{code}/vouchers.csv"))?, false).await?;
        step("利润分配");
        facts(bookkeeper, &code, from, &FACTS_LAST).await?;
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
            let found = SAMPLE.iter().find(|(name, _)| *name == path);
            let (name, bytes) = found.ok_or_else(|| Trouble::internal(format!("示例文件 {path} 不在程序中")))?;
            Ok(Source::bytes(name, bytes))
        }
    }
}
