//! Figures: lines, balances, the trial balance, income by community.

use crate::bookkeeper::report::covered;
use crate::http::Door;
use crate::http::books::{BookPath, RangeQuery, cursor, find_book, range};
use crate::http::problem::{Problem, ProblemBody};
use crate::ledger::shop_profit::ProfitBy;
use crate::ledger::statement::GroupBy;
use crate::ledger::{AccountCode, Dimension};
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::slice;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LinesQuery {
    /// 科目编码；上级科目包括其全部下级
    account: String,
    /// 起始期间
    from: Option<String>,
    /// 截止期间
    to: Option<String>,
    /// 上一页的 next
    after: Option<String>,
    /// 每页行数，最多 1000
    limit: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DimensionQuery {
    /// 辅助核算类别，如 community
    dimension: Option<String>,
    /// 只算带有这个编码的行
    code: Option<String>,
    /// 起始期间
    from: Option<String>,
    /// 截止期间
    to: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncomeQuery {
    /// 起始期间
    from: Option<String>,
    /// 截止期间
    to: Option<String>,
    /// 分栏：none（默认）、month、account，或辅助核算类别，如 income_type、channel、street
    group_by: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShopProfitQuery {
    /// 账套编码；不写则合计全部账套
    book: Option<String>,
    /// 只看一个门店
    shop: Option<String>,
    /// 起始期间
    from: Option<String>,
    /// 截止期间
    to: Option<String>,
    /// 分行：shop（默认）、month、channel
    by: Option<String>,
}

fn value(report: &impl Serialize) -> Result<Json<Value>, Problem> {
    serde_json::to_value(report).map(Json).map_err(|_| Problem::new(500, "internal", "报表不能输出。"))
}

fn dimension(text: &str) -> Result<Dimension, Problem> {
    let known = Dimension::ALL.map(Dimension::word).join("、");
    Dimension::parse(text)
        .ok_or_else(|| Problem::bad_request("dimension_unknown", format!("没有辅助核算类别 {text}。可用：{known}。")))
}

/// 明细账
#[utoipa::path(get, path = "/api/v1/books/{book}/lines", tag = "报表", params(BookPath, LinesQuery),
    responses((status = 200, description = "一页分录，带余额；next 为下一页的 after", body = Value),
        (status = "default", description = "请求有误", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn lines(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    query: Result<Query<LinesQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(BookPath { book }), Query(query)) = (book?, query?);
    let view = find_book(&door, &book)?;
    let range = range(&RangeQuery { from: query.from, to: query.to }, slice::from_ref(&view))?;
    let code = AccountCode::parse(&query.account).ok_or_else(|| {
        let detail = format!("看不懂科目编码 {}。应为 3 至 12 位数字。", query.account);
        Problem::bad_request("account_code_malformed", detail)
    })?;
    let account = view.chart.get(&code).map(|account| account.code);
    let account = account.ok_or_else(|| Problem::not_found("account_unknown", format!("账套中没有科目 {}。", query.account)))?;
    value(
        &door
            .bookkeeper
            .account_lines(&view, account, range, cursor(query.after.as_deref())?, query.limit.unwrap_or(200))
            .await?,
    )
}

/// 辅助余额：按科目和一个辅助核算类别
#[utoipa::path(get, path = "/api/v1/books/{book}/balances", tag = "报表", params(BookPath, DimensionQuery),
    responses((status = 200, description = "期初、发生、期末（借方减贷方）", body = Value),
        (status = "default", description = "请求有误", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn balances(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    query: Result<Query<DimensionQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(BookPath { book }), Query(query)) = (book?, query?);
    let view = find_book(&door, &book)?;
    let range = range(&RangeQuery { from: query.from, to: query.to }, slice::from_ref(&view))?;
    let dimension = dimension(query.dimension.as_deref().unwrap_or("community"))?;
    let mut balances = door.bookkeeper.balances_by(&view, range, dimension).await?;
    if let Some(code) = &query.code {
        balances.retain(|balance| balance.code == *code);
    }
    Ok(Json(json!({ "from": range.from, "to": range.to, "dimension": dimension, "balances": balances })))
}

/// 科目余额表
#[utoipa::path(get, path = "/api/v1/books/{book}/trial-balance", tag = "报表", params(BookPath, DimensionQuery),
    responses((status = 200, description = "期初、本期发生、期末", body = Value),
        (status = "default", description = "请求有误", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn trial_balance(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    query: Result<Query<DimensionQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(BookPath { book }), Query(query)) = (book?, query?);
    let view = find_book(&door, &book)?;
    let range = range(&RangeQuery { from: query.from, to: query.to }, slice::from_ref(&view))?;
    let filter = match (&query.dimension, &query.code) {
        (Some(word), Some(code)) => Some((dimension(word)?, code.as_str())),
        (None, None) => None,
        _ => return Err(Problem::bad_request("query_malformed", "dimension 与 code 须同时写。")),
    };
    value(&door.bookkeeper.trial_balance(&view, range, filter).await?)
}

async fn income(door: &Door, book: Option<&str>, query: IncomeQuery) -> Result<Json<Value>, Problem> {
    let views = covered(&door.bookkeeper, book).ok_or_else(|| Problem::no_book(book.unwrap_or_default()))?;
    let range = range(&RangeQuery { from: query.from, to: query.to }, &views)?;
    let group_by = GroupBy::parse(query.group_by.as_deref().unwrap_or("none"));
    let group_by =
        group_by.ok_or_else(|| Problem::bad_request("group_by_unknown", format!("group_by 只能是 {}。", GroupBy::WORDS)))?;
    value(&door.bookkeeper.income_by_community(&views, range, group_by).await?)
}

/// 各社区收入：全部账套
#[utoipa::path(get, path = "/api/v1/income-by-community", tag = "报表", params(IncomeQuery),
    responses((status = 200, description = "每个社区一行；cells 与 groups 次序相同", body = Value),
        (status = "default", description = "请求有误", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn income_by_community(
    State(door): State<Door>,
    query: Result<Query<IncomeQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    income(&door, None, query?.0).await
}

/// 各社区自有收入与公司分配，两者不相加
#[utoipa::path(get, path = "/api/v1/community-income", tag = "报表", params(RangeQuery),
    responses((status = 200, description = "总收入、经营性收入按统计口径；distributed 为公司在期间内决议分配的", body = Value),
        (status = "default", description = "请求有误", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn community_income(
    State(door): State<Door>,
    query: Result<Query<RangeQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(query) = query?;
    let views = door.bookkeeper.books();
    let range = range(&query, &views)?;
    value(&door.bookkeeper.community_income(&views, range).await?)
}

/// 各社区收入：一个账套
#[utoipa::path(get, path = "/api/v1/books/{book}/income-by-community", tag = "报表", params(BookPath, IncomeQuery),
    responses((status = 200, description = "每个社区一行；cells 与 groups 次序相同", body = Value),
        (status = "default", description = "请求有误", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn income_by_community_of_book(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    query: Result<Query<IncomeQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(BookPath { book }), Query(query)) = (book?, query?);
    income(&door, Some(&book), query).await
}

/// 门店利润：每店一行，或再按月、按渠道分行
#[utoipa::path(get, path = "/api/v1/reports/shop-profit", tag = "报表", params(ShopProfitQuery),
    responses((status = 200, description = "销售净额、成本、毛利、其他收入、费用、利润；各行之和等于 total", body = Value),
        (status = "default", description = "请求有误", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn shop_profit(
    State(door): State<Door>,
    query: Result<Query<ShopProfitQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(query) = query?;
    let book = query.book.as_deref();
    let views = covered(&door.bookkeeper, book).ok_or_else(|| Problem::no_book(book.unwrap_or_default()))?;
    let range = range(&RangeQuery { from: query.from, to: query.to }, &views)?;
    let by = ProfitBy::parse(query.by.as_deref().unwrap_or("shop"));
    let by = by.ok_or_else(|| Problem::bad_request("by_unknown", format!("by 只能是 {}。", ProfitBy::WORDS)))?;
    value(&door.bookkeeper.shop_profit(&views, range, by, query.shop.as_deref()).await?)
}
