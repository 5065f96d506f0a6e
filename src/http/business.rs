//! The business behind the vouchers: facts, the month end, registers.

use crate::bookkeeper::Posted;
use crate::bookkeeper::business::{register, registers_of};
use crate::collective::Fact;
use crate::collective::subjects::known_listings;
use crate::files::facts::explained;
use crate::http::Door;
use crate::http::books::{BookPath, find_book, period};
use crate::http::draft::{date, read_json, signatures};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::tables::{RegisterAnswer, RegisterWord, RegistersAnswer};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct FactPath {
    /// 账套编码
    pub book: String,
    /// 业务事实，如 contract_signed
    pub kind: String,
}

/// 一批业务事实：全部登记，或者一件也不登记
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactsIn {
    /// 经办人，也是所生成凭证的制单人
    by: String,
    /// 审核人
    approved_by: String,
    /// 登记日期，如 2025-01-31
    date: String,
    /// 各项都是文本；字段见 docs/business.md
    facts: Vec<Value>,
}

/// 月末计提、结转：合同收入、递延收益、进销差价、折旧
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthEndIn {
    /// 会计期间，如 2025-01
    period: String,
    by: String,
    approved_by: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RegisterPath {
    /// 账套编码
    book: String,
    /// 台账
    #[param(value_type = RegisterWord)]
    register: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DayQuery {
    /// 截至哪一天；不写则为今天
    day: Option<String>,
}

fn day_of(door: &Door, query: &DayQuery) -> Result<Date, Problem> {
    let mut errors = Vec::new();
    match query.day.as_deref() {
        None => Ok(door.bookkeeper.clock().today()),
        Some(text) => date(text, "", &mut errors).ok_or_else(|| Problem::malformed(errors)),
    }
}

fn created(posted: &Posted) -> Response {
    let body = json!({ "receipts": posted.receipts, "replayed": posted.replayed });
    (StatusCode::CREATED, Json(body)).into_response()
}

/// 登记业务事实，并记所生成的凭证
#[utoipa::path(post, operation_id = "record_facts", path = "/api/v1/books/{book}/facts/{kind}", tag = "业务", params(FactPath),
    request_body(content = FactsIn, content_type = "application/json"),
    responses((status = 201, description = "已登记；receipts 为所生成凭证的回执", body = Value),
        (status = "default", description = "一件也没有登记", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn record(
    State(door): State<Door>,
    path: Result<Path<FactPath>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (Path(path), body) = (path?, body?);
    find_book(&door, &path.book)?;
    if !Fact::WORDS.contains(&path.kind.as_str()) {
        let known = Fact::WORDS.join("、");
        return Err(Problem::not_found("fact_unknown", format!("没有业务事实 {}。可用：{known}。", path.kind)));
    }
    let request: FactsIn = read_json(&body)?;
    let mut errors = Vec::new();
    let signed = signatures(&request.by, "", &request.approved_by, "", "", &mut errors);
    let day = date(&request.date, "", &mut errors).ok_or_else(|| Problem::malformed(errors))?;
    let read = |(index, fact): (usize, &Value)| {
        Fact::read(&path.kind, fact.to_string().as_bytes()).map_err(|error| {
            let detail = format!("第 {} 件看不懂：{}。字段见 docs/business.md。", index + 1, explained(&path.kind, &error));
            Problem::bad_request("fact_malformed", detail)
        })
    };
    let facts = request.facts.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    let posted = door.bookkeeper.record(&path.book, facts, day, signed).await;
    Ok(created(&posted.map_err(|error| Problem::of_post(error, |index| format!("/facts/{index}")))?))
}

/// 月末计提、结转：合同收入、递延收益、进销差价、折旧
#[utoipa::path(post, path = "/api/v1/books/{book}/month-end", tag = "业务", params(BookPath),
    request_body(content = MonthEndIn, content_type = "application/json"),
    responses((status = 201, description = "receipts 为所生成凭证的回执；没有要计提的则为空", body = Value),
        (status = "default", description = "没有计提", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn month_end(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (Path(BookPath { book }), body) = (book?, body?);
    find_book(&door, &book)?;
    let request: MonthEndIn = read_json(&body)?;
    let month = period(&request.period)?;
    let signed = signatures(&request.by, "", &request.approved_by, "", "", &mut Vec::new());
    let posted = door.bookkeeper.month_end(&book, month, signed).await;
    Ok(created(&posted.map_err(|error| Problem::of_post(error, |_| String::new()))?))
}

/// 台账
#[utoipa::path(get, operation_id = "show_register", path = "/api/v1/books/{book}/registers/{register}", tag = "业务", params(RegisterPath, DayQuery),
    responses((status = 200, description = "截至某一天的台账", body = RegisterAnswer),
        (status = "default", description = "没有找到", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn show(
    State(door): State<Door>,
    path: Result<Path<RegisterPath>, PathRejection>,
    query: Result<Query<DayQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(path), Query(query)) = (path?, query?);
    let view = find_book(&door, &path.book)?;
    let day = day_of(&door, &query)?;
    let table = register(&view, &path.register, day).ok_or_else(|| register_unknown(&path.register))?;
    Ok(Json(json!({ "book": path.book, "register": path.register, "day": day.to_string(), "rows": table.json_rows() })))
}

/// 全部账套的一种台账，每行写明账套
#[utoipa::path(get, operation_id = "show_register_of_all_books", path = "/api/v1/registers/{register}", tag = "业务",
    params(("register" = RegisterWord, Path, description = "台账"), DayQuery),
    responses((status = 200, description = "截至某一天的台账", body = RegistersAnswer),
        (status = "default", description = "没有找到", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn show_all(
    State(door): State<Door>,
    name: Result<Path<String>, PathRejection>,
    query: Result<Query<DayQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(name), Query(query)) = (name?, query?);
    let day = day_of(&door, &query)?;
    let table = registers_of(&door.bookkeeper.books(), &name, day).ok_or_else(|| register_unknown(&name))?;
    Ok(Json(json!({ "register": name, "day": day.to_string(), "rows": table.json_rows() })))
}

fn register_unknown(name: &str) -> Problem {
    Problem::not_found("register_unknown", format!("没有台账 {name}。可用：{}。", known_listings()))
}

/// 增值税起征点：一个季度的不含税销售额
#[utoipa::path(get, path = "/api/v1/books/{book}/vat-gauge", tag = "业务", params(BookPath, DayQuery),
    responses((status = 200, description = "某一天所在季度", body = Value),
        (status = "default", description = "没有找到", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn vat_gauge(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    query: Result<Query<DayQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(BookPath { book }), Query(query)) = (book?, query?);
    let view = find_book(&door, &book)?;
    let day = day_of(&door, &query)?;
    let gauge = door.bookkeeper.vat_gauge(&view, day).await?;
    let unknown = || Problem::not_found("threshold_unknown", format!("没有登记 {day} 的起征点。请先更新税率表。"));
    Ok(Json(json!(gauge.ok_or_else(unknown)?)))
}
