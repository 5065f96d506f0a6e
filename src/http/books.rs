//! Books, their charts, registers and periods; and what the other resources share: finding a book, reading a range.

use crate::bookkeeper::report::{Cursor, widest_range};
use crate::bookkeeper::view::View;
use crate::http::Door;
use crate::http::draft::read_json;
use crate::http::problem::{Problem, ProblemBody};
use crate::ledger::Period;
use crate::ledger::statement::Range;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct BookPath {
    /// 账套编码
    pub book: String,
}

/// 期间范围；不写则为账套的全部期间
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RangeQuery {
    /// 起始期间，如 2025-01
    pub from: Option<String>,
    /// 截止期间
    pub to: Option<String>,
}

/// 经办人
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ByIn {
    /// 经办人姓名
    by: String,
}

pub fn find_book(door: &Door, code: &str) -> Result<Arc<View>, Problem> {
    door.bookkeeper.book(code).ok_or_else(|| Problem::no_book(code))
}

pub fn period(text: &str) -> Result<Period, Problem> {
    Period::parse(text)
        .ok_or_else(|| Problem::bad_request("period_malformed", format!("看不懂会计期间 {text}。应为 2025-01 的形式。")))
}

/// The periods asked for; what is left open reaches as far as the books do.
pub fn range(query: &RangeQuery, views: &[Arc<View>]) -> Result<Range, Problem> {
    let widest = widest_range(views).ok_or_else(|| Problem::not_found("book_unknown", "还没有账套。"))?;
    let from = query.from.as_deref().map(period).transpose()?.unwrap_or(widest.from);
    let to = query.to.as_deref().map(period).transpose()?.unwrap_or(widest.to);
    if from > to {
        return Err(Problem::bad_request("range_reversed", format!("起始期间 {from} 晚于截止期间 {to}。")));
    }
    Ok(Range { from, to })
}

/// Where a page goes on, as an earlier page's `next` said.
pub fn cursor(text: Option<&str>) -> Result<Option<Cursor>, Problem> {
    let parse = |text| {
        Cursor::parse(text)
            .ok_or_else(|| Problem::bad_request("after_malformed", format!("看不懂 after={text}。请原样使用上一页的 next。")))
    };
    text.map(parse).transpose()
}

fn describe(door: &Door, view: &View) -> Value {
    let periods: Vec<Value> = view.periods.iter().map(|(period, closed)| json!({ "period": period, "closed": closed })).collect();
    let profile = &view.profile;
    json!({
        "code": profile.code, "name": profile.name, "organisation": profile.organisation, "chart": profile.standard.word(),
        "first_period": profile.first_period, "attachments_required": profile.attachments_required, "periods": periods,
        "latest": { "seq": view.latest.seq, "leaf": view.latest.leaf.to_string(), "root": view.root.to_string() },
        "verifier_key": view.verifier_key, "read_only": door.bookkeeper.is_forked(&profile.code),
    })
}

/// 全部账套
#[utoipa::path(get, operation_id = "list_books", path = "/api/v1/books", tag = "账套", responses((status = 200, description = "账套列表", body = Value)))]
pub async fn list(State(door): State<Door>) -> Json<Value> {
    Json(json!({ "books": door.bookkeeper.books().iter().map(|view| describe(&door, view)).collect::<Vec<_>>() }))
}

/// 一个账套
#[utoipa::path(get, operation_id = "show_book", path = "/api/v1/books/{book}", tag = "账套", params(BookPath),
    responses((status = 200, description = "账套概况", body = Value),
        (status = "default", description = "没有找到", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn show(State(door): State<Door>, book: Result<Path<BookPath>, PathRejection>) -> Result<Json<Value>, Problem> {
    let view = find_book(&door, &book?.book)?;
    Ok(Json(describe(&door, &view)))
}

/// 科目表
#[utoipa::path(get, operation_id = "list_accounts", path = "/api/v1/books/{book}/accounts", tag = "账套", params(BookPath),
    responses((status = 200, description = "科目", body = Value),
        (status = "default", description = "没有找到", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn accounts(State(door): State<Door>, book: Result<Path<BookPath>, PathRejection>) -> Result<Json<Value>, Problem> {
    let view = find_book(&door, &book?.book)?;
    let accounts = view.chart.iter().map(|account| {
        json!({
            "code": account.code, "name": account.name, "element": account.element, "normal_side": account.normal_side,
            "official": account.official, "leaf": view.chart.is_leaf(&account.code), "closed": view.chart.is_closed(&account.code),
            "requires": account.requires,
        })
    });
    Ok(Json(json!({ "accounts": accounts.collect::<Vec<_>>() })))
}

/// 辅助核算项目
#[utoipa::path(get, operation_id = "list_dimensions", path = "/api/v1/books/{book}/dimensions", tag = "账套", params(BookPath),
    responses((status = 200, description = "已登记的辅助核算项目", body = Value),
        (status = "default", description = "没有找到", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn dimensions(State(door): State<Door>, book: Result<Path<BookPath>, PathRejection>) -> Result<Json<Value>, Problem> {
    let view = find_book(&door, &book?.book)?;
    let values = view.dimensions.iter().map(|value| {
        json!({ "dimension": value.dimension, "code": value.code, "name": value.name, "parent": value.parent, "remark": value.remark })
    });
    Ok(Json(json!({ "dimensions": values.collect::<Vec<_>>() })))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PeriodPath {
    /// 账套编码
    book: String,
    /// 会计期间，如 2025-01
    period: String,
}

/// 结账（单向，不能反结账）
#[utoipa::path(post, path = "/api/v1/books/{book}/periods/{period}/close", tag = "账套", params(PeriodPath), request_body = ByIn,
    responses((status = 200, description = "已结账", body = Value),
        (status = "default", description = "没有结账", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn close_period(
    State(door): State<Door>,
    path: Result<Path<PeriodPath>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(path), body) = (path?, body?);
    find_book(&door, &path.book)?;
    let (period, by): (Period, ByIn) = (period(&path.period)?, read_json(&body)?);
    let seq = door.bookkeeper.close_period(&path.book, period, &by.by).await;
    let seq = seq.map_err(|error| Problem::of_post(error, |_| String::new()))?;
    Ok(Json(json!({ "period": period, "closed": true, "seq": seq })))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct YearPath {
    /// 账套编码
    book: String,
    /// 会计年度
    year: i16,
}

/// 启用下一个会计年度
#[utoipa::path(post, path = "/api/v1/books/{book}/years/{year}/open", tag = "账套", params(YearPath), request_body = ByIn,
    responses((status = 200, description = "已启用", body = Value),
        (status = "default", description = "没有启用", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn open_year(
    State(door): State<Door>,
    path: Result<Path<YearPath>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(path), body) = (path?, body?);
    let view = find_book(&door, &path.book)?;
    let by: ByIn = read_json(&body)?;
    let date = Period::new(path.year, 1).unwrap_or(view.profile.first_period).first_day();
    let seq = door.bookkeeper.open_year(&path.book, path.year, &by.by, date).await;
    let seq = seq.map_err(|error| Problem::of_post(error, |_| String::new()))?;
    Ok(Json(json!({ "year": path.year, "seq": seq })))
}
