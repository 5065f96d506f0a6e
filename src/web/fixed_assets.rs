//! 自有固定资产: what the books own, by class on the first page, and `/fixed-assets`: the assets behind a figure.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::report::widest_range;
use crate::bookkeeper::view::View;
use crate::collective::assets::report::{StandingAsset, standing_assets};
use crate::ledger::statement::Range;
use crate::ledger::{Amount, Dimension, Element, Period};
use crate::web::business::name;
use crate::web::figure::Money;
use crate::web::lines;
use crate::web::page::{Kept, Page, Trouble, encoded, opened, query, range};
use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// 原价、累计折旧、账面价值 of one asset or of many.
#[derive(Clone, Copy, Default)]
struct Sums {
    cost: Amount,
    accumulated: Amount,
    value: Amount,
}

impl Sums {
    /// `None` when a sum leaves an `i64`.
    fn add(self, asset: &StandingAsset) -> Option<Sums> {
        Some(Sums {
            cost: self.cost.checked_add(asset.cost)?,
            accumulated: self.accumulated.checked_add(asset.accumulated)?,
            value: self.value.checked_add(asset.value)?,
        })
    }

    fn row(self, name: String, note: String, href: Option<String>) -> FiguresRow {
        FiguresRow { name, note, href, cost: self.cost.into(), accumulated: self.accumulated.into(), value: self.value.into() }
    }
}

/// One class, one asset, or all of them.
pub struct FiguresRow {
    pub name: String,
    pub note: String,
    /// Where what the figures are made of is shown.
    pub href: Option<String>,
    pub cost: Money,
    pub accumulated: Money,
    pub value: Money,
}

/// 固定资产 by class, or one by one.
pub struct Figures {
    /// How many assets there are.
    pub count: usize,
    pub rows: Vec<FiguresRow>,
    pub total: FiguresRow,
}

fn standing(views: &[Arc<View>], day: Date) -> Vec<(&Arc<View>, StandingAsset)> {
    views.iter().flat_map(|view| standing_assets(&view.registers, day).into_iter().map(move |asset| (view, asset))).collect()
}

/// The address of the assets of a class, or of all.
fn address(class: Option<&str>, range: Range) -> String {
    let class = class.map(|class| format!("&class={}", encoded(class))).unwrap_or_default();
    format!("/fixed-assets?{}{class}", query(range))
}

/// What stands on the last day of the range; `None` where nothing does.
pub fn classes(views: &[Arc<View>], range: Range) -> Result<Option<Figures>, Trouble> {
    let assets = standing(views, range.to.last_day());
    let (mut sums, mut total): (BTreeMap<&str, (usize, Sums)>, Sums) = Default::default();
    for (_, asset) in &assets {
        let (count, sum) = sums.entry(&asset.class).or_default();
        (*count, *sum) = (count.saturating_add(1), sum.add(asset).ok_or_else(too_large)?);
        total = total.add(asset).ok_or_else(too_large)?;
    }
    let row = |(class, (count, sum)): (&str, (usize, Sums))| {
        sum.row(class.to_owned(), format!("{count} 项"), Some(address(Some(class), range)))
    };
    let rows = sums.into_iter().map(row).collect();
    let total = total.row("合计".to_owned(), String::new(), Some(address(None, range)));
    Ok((!assets.is_empty()).then_some(Figures { count: assets.len(), rows, total }))
}

fn too_large() -> Trouble {
    Trouble::too_large("固定资产合计")
}

#[derive(Deserialize)]
pub struct AssetsQuery {
    from: Option<String>,
    to: Option<String>,
    /// 资产类别; all of them where absent.
    class: Option<String>,
}

#[derive(Template)]
#[template(path = "fixed_assets.html")]
pub struct FixedAssets {
    range: Range,
    months: Vec<Period>,
    kept: Kept,
    title: String,
    day: String,
    figures: Figures,
    home: String,
}

pub async fn show(
    State(bookkeeper): State<Bookkeeper>,
    asked: Result<Query<AssetsQuery>, QueryRejection>,
) -> Result<Page<FixedAssets>, Trouble> {
    let Query(asked) = asked?;
    let views = bookkeeper.books();
    let range = range(asked.from.as_deref(), asked.to.as_deref(), &views)?;
    let class = asked.class.filter(|class| !class.is_empty());
    let day = range.to.last_day();
    let mut assets = standing(&views, day);
    assets.retain(|(_, asset)| class.as_ref().is_none_or(|class| asset.class == *class));
    if assets.is_empty() {
        let class = class.map(|class| format!("类别为 {class} 的")).unwrap_or_default();
        return Err(Trouble::not_found(format!("{day} 没有{class}固定资产。请从首页点进来。")));
    }
    let total = assets.iter().try_fold(Sums::default(), |sum, (_, asset)| sum.add(asset)).ok_or_else(too_large)?;
    // What made an asset's value goes back to its first day.
    let since = widest_range(&views).map_or(range.from, |widest| widest.from.min(range.to));
    let behind = Range { from: since, to: range.to };
    Ok(Page(FixedAssets {
        range,
        months: opened(range, &views),
        kept: class.iter().map(|class| ("class", class.clone())).collect(),
        day: day.to_string(),
        figures: Figures {
            count: assets.len(),
            rows: assets.iter().map(|(view, asset)| asset_row(view, asset, behind)).collect(),
            total: total.row("合计".to_owned(), String::new(), None),
        },
        title: class.map_or_else(|| "固定资产".to_owned(), |class| format!("固定资产：{class}")),
        home: format!("/?{}#fixed-assets", query(range)),
    }))
}

fn asset_row(view: &View, asset: &StandingAsset, behind: Range) -> FiguresRow {
    let community = asset.community.as_ref().map(|code| name(view, Dimension::Community, code));
    let note = [Some(asset.asset.to_string()), Some(view.profile.name.clone()), community, Some(format!("{} 入账", asset.date))];
    let note = note.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let sums = Sums { cost: asset.cost, accumulated: asset.accumulated, value: asset.value };
    sums.row(asset.name.clone(), note, Some(lines::address(Dimension::Asset, asset.asset.as_str(), Element::Asset, behind)))
}
