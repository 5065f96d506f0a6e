//! 资产盘点: on the first page what the last counts found and what is still open, and `/stock-takes/{book}/{kind}`: each asset
//! behind a number.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::view::View;
use crate::collective::assets::report::{CountedAsset, counted_assets};
use crate::collective::assets::stock_take::{AssetKind, Finding, OpenDifference};
use crate::ledger::Period;
use crate::ledger::statement::Range;
use crate::web::page::{Kept, Page, Trouble, opened, query, range};
use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use jiff::civil::Date;
use serde::Deserialize;
use std::sync::Arc;

/// What the last count says of an asset.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Found,
    Missing,
    Damaged,
    /// No count has named it yet.
    Uncounted,
}

impl Outcome {
    const ALL: [Outcome; 4] = [Outcome::Found, Outcome::Missing, Outcome::Damaged, Outcome::Uncounted];

    fn of(asset: &CountedAsset) -> Outcome {
        match asset.last.as_ref().map(|last| last.finding) {
            None => Outcome::Uncounted,
            Some(Finding::Found) => Outcome::Found,
            Some(Finding::Missing) => Outcome::Missing,
            Some(Finding::Damaged) => Outcome::Damaged,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Outcome::Found => "found",
            Outcome::Missing => "missing",
            Outcome::Damaged => "damaged",
            Outcome::Uncounted => "uncounted",
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Outcome::Found => Finding::Found.chinese(),
            Outcome::Missing => Finding::Missing.chinese(),
            Outcome::Damaged => Finding::Damaged.chinese(),
            Outcome::Uncounted => "未盘",
        }
    }

    fn is_alarming(self) -> bool {
        self != Outcome::Found
    }
}

/// How many assets there are of an outcome, and where they are listed.
pub struct Number {
    pub count: usize,
    pub href: String,
    pub alarming: bool,
}

/// One kind of assets of one book.
pub struct TakeRow {
    pub book: String,
    pub kind: &'static str,
    /// Of the last take; empty where there was none.
    pub date: String,
    pub document: String,
    /// All that stand, then each outcome.
    pub numbers: Vec<Number>,
}

/// 盘亏 or 毁损 that nothing has settled.
pub struct OpenRow {
    pub name: String,
    pub finding: &'static str,
    pub since: String,
    pub note: String,
}

pub struct Takes {
    pub rows: Vec<TakeRow>,
    pub open: Vec<OpenRow>,
    /// 盘盈 of the last takes, in words.
    pub surplus: Vec<String>,
}

/// As of the last day of the range; `None` where no asset stands.
pub fn takes(views: &[Arc<View>], range: Range) -> Option<Takes> {
    let day = range.to.last_day();
    let mut takes = Takes { rows: Vec::new(), open: Vec::new(), surplus: Vec::new() };
    for (view, kind) in views.iter().flat_map(|view| AssetKind::ALL.map(|kind| (view, kind))) {
        let assets = counted_assets(&view.registers, kind, day);
        if assets.is_empty() {
            continue;
        }
        takes.rows.push(take_row(view, kind, &assets, range));
        takes.open.extend(open_rows(view, kind, &assets, day));
        let last = view.registers.stock_takes.last_take(kind, day);
        takes.surplus.extend(last.into_iter().flat_map(|last| last.surplus.iter().cloned()));
    }
    (!takes.rows.is_empty()).then_some(takes)
}

fn take_row(view: &View, kind: AssetKind, assets: &[CountedAsset], range: Range) -> TakeRow {
    let last = view.registers.stock_takes.last_take(kind, range.to.last_day());
    let address = format!("/stock-takes/{}/{}?{}", view.profile.code, kind.word(), query(range));
    let all = Number { count: assets.len(), href: address.clone(), alarming: false };
    let of = |outcome: Outcome| Number {
        count: assets.iter().filter(|asset| Outcome::of(asset) == outcome).count(),
        href: format!("{address}&outcome={}", outcome.word()),
        alarming: outcome.is_alarming(),
    };
    TakeRow {
        book: view.profile.name.clone(),
        kind: kind.chinese(),
        date: last.map(|last| last.date.to_string()).unwrap_or_default(),
        document: last.map(|last| last.document.clone()).unwrap_or_default(),
        numbers: std::iter::once(all).chain(Outcome::ALL.map(of)).collect(),
    }
}

/// What stands and was not found whole, by the codes of the assets.
fn open_rows(view: &View, kind: AssetKind, assets: &[CountedAsset], day: Date) -> Vec<OpenRow> {
    let differences = view.registers.stock_takes.differences(kind, day).into_iter();
    let standing =
        differences.filter_map(|open| assets.iter().find(|asset| asset.asset == open.asset).map(|asset| (open, asset)));
    let row = |(open, asset): (OpenDifference, &CountedAsset)| OpenRow {
        name: asset.name.clone(),
        finding: open.finding.chinese(),
        since: open.since.to_string(),
        note: open.note,
    };
    standing.map(row).collect()
}

#[derive(Deserialize)]
pub struct TakesQuery {
    from: Option<String>,
    to: Option<String>,
    /// One outcome; all where absent.
    outcome: Option<String>,
}

struct CountedRow {
    name: String,
    code: String,
    date: String,
    outcome: &'static str,
    alarming: bool,
    note: String,
}

#[derive(Template)]
#[template(path = "stock_takes.html")]
pub struct StockTakes {
    range: Range,
    months: Vec<Period>,
    kept: Kept,
    title: String,
    book: String,
    day: String,
    rows: Vec<CountedRow>,
    home: String,
}

pub async fn show(
    State(bookkeeper): State<Bookkeeper>,
    path: Result<Path<(String, String)>, PathRejection>,
    asked: Result<Query<TakesQuery>, QueryRejection>,
) -> Result<Page<StockTakes>, Trouble> {
    let (Path((book, word)), Query(asked)) = (path?, asked?);
    let views = bookkeeper.books();
    let range = range(asked.from.as_deref(), asked.to.as_deref(), &views)?;
    let view = bookkeeper.book(&book).ok_or_else(|| Trouble::not_found(format!("没有账套 {book}。请从首页点进来。")))?;
    let kind = AssetKind::ALL.into_iter().find(|kind| kind.word() == word);
    let kind = kind.ok_or_else(|| Trouble::not_found(format!("没有资产种类 {word}。应为 entrusted 或 fixed。")))?;
    let outcome = asked.outcome.as_deref().filter(|word| !word.is_empty()).map(outcome).transpose()?;
    let day = range.to.last_day();
    let assets = counted_assets(&view.registers, kind, day).into_iter();
    let shown = assets.filter(|asset| outcome.is_none_or(|outcome| Outcome::of(asset) == outcome));
    let what = outcome.map(|outcome| format!("：{}", outcome.chinese())).unwrap_or_default();
    Ok(Page(StockTakes {
        range,
        months: opened(range, &views),
        kept: outcome.iter().map(|outcome| ("outcome", outcome.word().to_owned())).collect(),
        title: format!("{}盘点{what}", kind.chinese()),
        book: view.profile.name.clone(),
        day: day.to_string(),
        rows: shown.map(counted_row).collect(),
        home: format!("/?{}#stock-takes", query(range)),
    }))
}

fn outcome(word: &str) -> Result<Outcome, Trouble> {
    let known = Outcome::ALL.into_iter().find(|outcome| outcome.word() == word);
    known.ok_or_else(|| Trouble::malformed(format!("看不懂 outcome={word}。应为 found、missing、damaged 或 uncounted。")))
}

fn counted_row(asset: CountedAsset) -> CountedRow {
    let outcome = Outcome::of(&asset);
    let last = asset.last;
    CountedRow {
        name: asset.name,
        code: asset.asset.to_string(),
        date: last.as_ref().map(|last| last.date.to_string()).unwrap_or_default(),
        outcome: outcome.chinese(),
        alarming: outcome.is_alarming(),
        note: last.map(|last| last.note).unwrap_or_default(),
    }
}
