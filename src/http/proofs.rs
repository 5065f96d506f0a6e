//! What lets others check: entries as they were hashed, signed checkpoints, proofs.

use crate::chain::{Head, leaf_hash};
use crate::http::Door;
use crate::http::books::{BookPath, find_book};
use crate::http::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

/// Entries of one answer.
const ENTRIES_MAX: u64 = 1_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntriesQuery {
    /// 起始序号，从 1 起
    first: Option<u64>,
    /// 条数，最多 1000
    count: Option<u64>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SeqPath {
    /// 账套编码
    book: String,
    /// 序时账序号
    seq: u64,
}

/// 序时账条目，原样字节
#[utoipa::path(get, operation_id = "list_entries", path = "/api/v1/books/{book}/entries", tag = "证明", params(BookPath, EntriesQuery),
    responses((status = 200, description = "head 为 160 字节的 base64；body 为规范 JSON 原文", body = Value),
        (status = "default", description = "请求有误", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn entries(
    State(door): State<Door>,
    book: Result<Path<BookPath>, PathRejection>,
    query: Result<Query<EntriesQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let (Path(BookPath { book }), Query(query)) = (book?, query?);
    let view = find_book(&door, &book)?;
    let first = query.first.unwrap_or(1).clamp(1, view.latest.seq.saturating_add(1));
    let count = query.count.unwrap_or(100).clamp(1, ENTRIES_MAX);
    let stored = door.bookkeeper.store().entries(view.number, first, count).await?;
    let entries = stored.iter().map(|entry| {
        json!({
            "seq": entry.seq,
            "kind": Head::decode(&entry.head).map(|head| head.kind.code()).unwrap_or("unreadable"),
            "leaf": leaf_hash(&entry.head).to_string(),
            "head": STANDARD.encode(&entry.head),
            "body": String::from_utf8_lossy(&entry.body),
        })
    });
    Ok(Json(json!({ "entries": entries.collect::<Vec<_>>(), "size": view.latest.seq })))
}

fn plain(text: String) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// 现在的检查点（C2SP signed note）
#[utoipa::path(get, operation_id = "show_checkpoint", path = "/api/v1/books/{book}/checkpoint", tag = "证明", params(BookPath),
    responses((status = 200, description = "签名的检查点", body = String, content_type = "text/plain"),
        (status = "default", description = "不能签", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn checkpoint(State(door): State<Door>, book: Result<Path<BookPath>, PathRejection>) -> Result<Response, Problem> {
    Ok(plain(door.bookkeeper.checkpoint(&book?.book).await?.1))
}

/// 一条条目的证明（C2SP tlog-proof）
#[utoipa::path(get, operation_id = "prove_entry", path = "/api/v1/books/{book}/proof/{seq}", tag = "证明", params(SeqPath),
    responses((status = 200, description = "包含证明和检查点", body = String, content_type = "text/plain"),
        (status = "default", description = "没有这一条，或不能签", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn proof(State(door): State<Door>, path: Result<Path<SeqPath>, PathRejection>) -> Result<Response, Problem> {
    let Path(SeqPath { book, seq }) = path?;
    Ok(plain(door.bookkeeper.proof(&book, seq).await?.encode()))
}
