//! Posting, reversing and reading vouchers.

use crate::bookkeeper::posted::PostedVoucher;
use crate::bookkeeper::stage::Stopwatch;
use crate::bookkeeper::{Posted, Receipt};
use crate::collective::reference::FACTS_KEY;
use crate::http::Door;
use crate::http::books::{BookPath, RangeQuery, cursor, find_book, range};
use crate::http::draft::{BatchIn, ReversalIn, VoucherIn, date, read_json, signatures};
use crate::http::problem::{Problem, ProblemBody};
use crate::ledger::{Period, VoucherNumber};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

/// Longest idempotency key, in bytes: a UUID with room for a prefix.
const KEY_BYTES_MAX: usize = 128;

/// What the keys of imported files and of facts begin with.
const RESERVED: [&str; 2] = ["file:", FACTS_KEY];

/// 记账回执
#[derive(Serialize, ToSchema)]
pub struct ReceiptBody {
    pub book: String,
    /// 会计期间
    pub period: String,
    /// 凭证字号，如 记-12
    pub number: String,
    /// 序时账序号
    pub seq: u64,
    /// 条目的叶哈希（十六进制）
    pub leaf: String,
    /// 入链时间：1970 年以来的微秒数（UTC）
    pub recorded_at: String,
}

/// 一批凭证的回执，次序与请求相同
#[derive(Serialize, ToSchema)]
pub struct ReceiptsBody {
    pub receipts: Vec<ReceiptBody>,
}

/// A posted voucher's address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VoucherPath {
    /// 账套编码
    book: String,
    /// 会计期间，如 2025-01
    period: String,
    /// 凭证字号，如 记-12（须百分号编码）
    number: String,
}

/// 分页与期间
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// 起始期间
    from: Option<String>,
    /// 截止期间
    to: Option<String>,
    /// 上一页的 next
    after: Option<String>,
    /// 每页条数，最多 1000
    limit: Option<u32>,
}

/// The idempotency key of a request that posts.
fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let value = headers.get("idempotency-key");
    let value = value.ok_or_else(|| {
        Problem::bad_request(
            "idempotency_key_missing",
            "缺少 Idempotency-Key 请求头。请为每次记账生成一个唯一的键，重试时原样带上。",
        )
    })?;
    let fits = (1..=KEY_BYTES_MAX).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic);
    let text = value.to_str().ok().filter(|_| fits);
    if text.is_some_and(|text| RESERVED.iter().any(|prefix| text.starts_with(prefix))) {
        let detail = format!("Idempotency-Key 不能以 {} 开头：这是程序自用的。请换一个键。", RESERVED.join(" 或 "));
        return Err(Problem::bad_request("idempotency_key_reserved", detail));
    }
    text.map(str::to_owned)
        .ok_or_else(|| Problem::bad_request("idempotency_key_malformed", "Idempotency-Key 应为 1 至 128 个可见 ASCII 字符。"))
}

fn created<T: Serialize>(body: &T, replayed: bool) -> Response {
    let mut response = (StatusCode::CREATED, Json(body)).into_response();
    if replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}

fn one(posted: &Posted) -> Result<&Receipt, Problem> {
    posted.receipts.first().ok_or_else(|| Problem::new(500, "internal", "没有回执。"))
}

/// 记一张凭证
#[utoipa::path(post, operation_id = "post_voucher", path = "/api/v1/books/{book}/vouchers", tag = "凭证", params(BookPath, ("Idempotency-Key" = String, Header, description = "幂等键")),
    request_body(content = VoucherIn, content_type = "application/json"),
    responses((status = 201, description = "已记账，落盘后才答复", body = ReceiptBody),
        (status = "default", description = "没有记账", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn post(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (Path(BookPath { book }), body) = (book?, body?);
    let mut stopwatch = Stopwatch::start();
    let key = key(&headers)?;
    let mut errors = Vec::new();
    let draft = read_json::<VoucherIn>(&body)?.into_draft("", &mut errors);
    let draft = draft.ok_or_else(|| Problem::malformed(errors))?;
    stopwatch.lap("parse");
    let posted =
        door.bookkeeper.post(&book, &key, vec![draft]).await.map_err(|error| Problem::of_post(error, |_| String::new()))?;
    Ok(created(one(&posted)?, posted.replayed))
}

/// 记一批凭证：全部记账，或者一张也不记
#[utoipa::path(post, operation_id = "post_voucher_batch", path = "/api/v1/books/{book}/vouchers/batch", tag = "凭证", params(BookPath, ("Idempotency-Key" = String, Header, description = "幂等键")),
    request_body(content = BatchIn, content_type = "application/json"),
    responses((status = 201, description = "已全部记账", body = ReceiptsBody),
        (status = "default", description = "一张也没有记", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn post_batch(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (Path(BookPath { book }), body) = (book?, body?);
    let mut stopwatch = Stopwatch::start();
    let key = key(&headers)?;
    let batch: BatchIn = read_json(&body)?;
    if batch.vouchers.is_empty() {
        return Err(Problem::bad_request("batch_empty", "没有凭证。请在 vouchers 中至少写一张。"));
    }
    let mut errors = Vec::new();
    let mut drafts = Vec::with_capacity(batch.vouchers.len());
    for (index, voucher) in batch.vouchers.into_iter().enumerate() {
        let before = errors.len();
        drafts.extend(voucher.into_draft("", &mut errors));
        for error in &mut errors[before..] {
            error.pointer.insert_str(0, &format!("/vouchers/{index}"));
        }
        if errors.len() >= crate::bookkeeper::desk::REFUSALS_MAX {
            break;
        }
    }
    if !errors.is_empty() {
        return Err(Problem::malformed(errors));
    }
    stopwatch.lap("parse");
    let posted = door.bookkeeper.post(&book, &key, drafts).await;
    let posted = posted.map_err(|error| Problem::of_post(error, |index| format!("/vouchers/{index}")))?;
    #[derive(Serialize)]
    struct Receipts<'a> {
        receipts: &'a [Receipt],
    }
    let response = created(&Receipts { receipts: &posted.receipts }, posted.replayed);
    Stopwatch::lap(&mut stopwatch, "answer_and_wait");
    Ok(response)
}

fn address(path: &VoucherPath) -> Result<(Period, VoucherNumber), Problem> {
    let unknown = || {
        Problem::not_found(
            "voucher_unknown",
            format!("没有凭证 {} {}。期间应为 2025-01，字号应为 记-12 的形式。", path.period, path.number),
        )
    };
    Period::parse(&path.period).zip(VoucherNumber::parse(&path.number)).ok_or_else(unknown)
}

/// 红字冲销一张凭证
#[utoipa::path(post, operation_id = "reverse_voucher", path = "/api/v1/books/{book}/vouchers/{period}/{number}/reverse", tag = "凭证",
    params(VoucherPath, ("Idempotency-Key" = String, Header, description = "幂等键")),
    request_body(content = ReversalIn, content_type = "application/json"),
    responses((status = 201, description = "已冲销", body = ReceiptBody),
        (status = "default", description = "没有冲销", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn reverse(
    State(door): State<Door>,
    path: Result<Path<VoucherPath>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (Path(path), body) = (path?, body?);
    let key = key(&headers)?;
    find_book(&door, &path.book)?;
    let address = address(&path)?;
    let reversal: ReversalIn = read_json(&body)?;
    let mut errors = Vec::new();
    let signed =
        signatures(&reversal.prepared_by, &reversal.prepared_at, &reversal.approved_by, &reversal.approved_at, "", &mut errors);
    let date = date(&reversal.date, "", &mut errors);
    let date = date.filter(|_| errors.is_empty()).ok_or_else(|| Problem::malformed(errors))?;
    let posted = door.bookkeeper.reverse(&path.book, address, &key, date, signed).await;
    let posted = posted.map_err(|error| Problem::of_post(error, |_| String::new()))?;
    Ok(created(one(&posted)?, posted.replayed))
}

/// 一张凭证
#[utoipa::path(get, operation_id = "show_voucher", path = "/api/v1/books/{book}/vouchers/{period}/{number}", tag = "凭证", params(VoucherPath),
    responses((status = 200, description = "凭证全文，及其在序时账中的位置", body = Value),
        (status = "default", description = "没有找到", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn show(State(door): State<Door>, path: Result<Path<VoucherPath>, PathRejection>) -> Result<Json<Value>, Problem> {
    let Path(path) = path?;
    let view = find_book(&door, &path.book)?;
    let (period, number) = address(&path)?;
    let found = door.bookkeeper.voucher(&view, period, number).await?;
    let posted = found.ok_or_else(|| Problem::not_found("voucher_unknown", format!("账套在 {period} 没有凭证 {number}。")))?;
    Ok(Json(posted.json()))
}

/// 凭证列表，按期间和记账次序
#[utoipa::path(get, operation_id = "list_vouchers", path = "/api/v1/books/{book}/vouchers", tag = "凭证", params(BookPath, PageQuery),
    responses((status = 200, description = "一页凭证；next 为下一页的 after", body = Value),
        (status = "default", description = "请求有误", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(BookPath { book }), Query(query)) = (book?, query?);
    let view = find_book(&door, &book)?;
    let range = range(&RangeQuery { from: query.from, to: query.to }, std::slice::from_ref(&view))?;
    let (vouchers, next) =
        door.bookkeeper.vouchers(&view, range, cursor(query.after.as_deref())?, query.limit.unwrap_or(100)).await?;
    Ok(Json(json!({ "vouchers": vouchers.iter().map(PostedVoucher::json).collect::<Vec<_>>(), "next": next })))
}
