//! What a distribution would give, and whether companies and communities recorded the same.

use crate::http::Door;
use crate::http::books::{BookPath, find_book};
use crate::http::draft::date;
use crate::http::problem::{Problem, ProblemBody};
use crate::ledger::Amount;
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// 决议日期，如 2025-12-31
    date: String,
    /// 分配利润；不写则为全部可供分配的
    dividend: Option<String>,
    /// 提取任意公积；不写则为零
    optional_reserve: Option<String>,
}

fn amount(text: Option<&str>) -> Result<Option<Amount>, Problem> {
    let malformed = |text: &str| Problem::bad_request("amount_malformed", format!("看不懂金额 {text}。应为 900.00 的形式。"));
    text.map(|text| Amount::parse(text).map_err(|_| malformed(text))).transpose()
}

/// 利润分配预览：按账面数字试算，不登记
#[utoipa::path(get, operation_id = "dividend_preview", path = "/api/v1/books/{book}/dividend-preview", tag = "业务", params(BookPath, PreviewQuery),
    responses((status = 200, description = "账面数字、各社区应分、可供登记的 dividend_resolved；refusals 为不能这样分配的原因", body = Value),
        (status = "default", description = "请求有误", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn preview(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    query: Result<Query<PreviewQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(BookPath { book }), Query(query)) = (book?, query?);
    let view = find_book(&door, &book)?;
    let mut errors = Vec::new();
    let day = date(&query.date, "", &mut errors).ok_or_else(|| Problem::malformed(errors))?;
    let dividend = amount(query.dividend.as_deref())?;
    let optional_reserve = amount(query.optional_reserve.as_deref())?.unwrap_or_default();
    let preview = door.bookkeeper.dividend_preview(&view, day, dividend, optional_reserve).await;
    Ok(Json(json!(preview.map_err(|error| Problem::of_post(error, |_| String::new()))?)))
}

/// 往来对账：公司应付社区的利润与社区账套的应收股利
#[utoipa::path(get, operation_id = "intercompany", path = "/api/v1/intercompany", tag = "业务",
    responses((status = 200, description = "每个公司、决议、社区一行；社区无账套的不算相符", body = Value)))]
pub async fn intercompany(State(door): State<Door>) -> Json<Value> {
    Json(json!(door.bookkeeper.intercompany()))
}
