//! `fact`, `month-end`, `mirror`: the business behind the vouchers.

use crate::bookkeeper::Posted;
use crate::cli::args::{FactOptions, MirrorOptions, MonthEndOptions, Place};
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::place::{date, find_book, period};
use crate::cli::print::{self, say};
use crate::collective::Fact;
use crate::files::facts::explained;
use crate::ledger::voucher::Signatures;
use serde_json::{Value, json};

/// Reads one fact or a list of them from a JSON file and records them together.
pub async fn fact(place: &Place, options: FactOptions, as_json: bool) -> Result<Ending, Trouble> {
    let bytes = std::fs::read(&options.file).map_err(|error| {
        Trouble::environment("file_unreadable", format!("读不了文件 {}：{error}。请检查路径和权限。", options.file.display()))
    })?;
    let facts = read_facts(&options.kind, &bytes)?;
    let bookkeeper = place.open().await?;
    find_book(&bookkeeper, &options.book)?;
    let day = options.date.as_deref().map_or_else(|| Ok(bookkeeper.clock().today()), date)?;
    let count = facts.len();
    let signatures = signed(&options.by, &options.approved_by);
    let posted = bookkeeper.record(&options.book, facts, day, signatures).await?;
    told(&posted, &format!("已登记 {count} 件"), as_json)?;
    bookkeeper.close().await;
    Ok(Ending::Done)
}

pub async fn month_end(place: &Place, options: MonthEndOptions, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    find_book(&bookkeeper, &options.book)?;
    let month = period(&options.period)?;
    let posted = bookkeeper.month_end(&options.book, month, signed(&options.by, &options.approved_by)).await?;
    told(&posted, &format!("{month} 月末计提、结转已完成"), as_json)?;
    bookkeeper.close().await;
    Ok(Ending::Done)
}

pub async fn mirror(place: &Place, options: MirrorOptions, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    let posted = bookkeeper.mirror(&options.book, signed(&options.by, &options.approved_by)).await?;
    told(&posted, "已按参股公司的分配、支付和冲销对应入账", as_json)?;
    bookkeeper.close().await;
    Ok(Ending::Done)
}

/// One fact or an array of them.
fn read_facts(kind: &str, bytes: &[u8]) -> Result<Vec<Fact>, Trouble> {
    if !Fact::WORDS.contains(&kind) {
        return Err(Trouble::usage(format!("没有业务事实 {kind}。可用：{}。", Fact::WORDS.join("、"))));
    }
    let malformed = |error: serde_json::Error| {
        Trouble::new(
            10,
            "fact_malformed",
            format!("看不懂 {kind} 的内容：{}。字段见 docs/business.md。", explained(kind, &error)),
        )
    };
    let value: Value = serde_json::from_slice(bytes).map_err(malformed)?;
    let all = if let Value::Array(all) = value { all } else { vec![value] };
    let read = |one: &Value| Fact::read(kind, one.to_string().as_bytes());
    all.iter().map(read).collect::<Result<_, _>>().map_err(malformed)
}

fn signed(by: &str, approved_by: &str) -> Signatures {
    Signatures { prepared_by: by.to_owned(), approved_by: approved_by.to_owned(), ..Signatures::default() }
}

fn told(posted: &Posted, what: &str, as_json: bool) -> Result<(), Trouble> {
    if as_json {
        return print::json(&json!({ "receipts": posted.receipts, "replayed": posted.replayed }));
    }
    if posted.replayed {
        say!("以前登记过同样的内容，这次没有再记。");
    }
    match posted.receipts.as_slice() {
        [] => say!("{what}，没有要生成的凭证。"),
        [one] => say!("{what}，生成凭证 {} {}。", one.period, one.number),
        [first, .., last] => {
            say!(
                "{what}，生成凭证 {} 张：{} {} 至 {} {}。",
                posted.receipts.len(),
                first.period,
                first.number,
                last.period,
                last.number
            );
        }
    }
    Ok(())
}
