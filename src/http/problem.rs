//! One shape for everything that goes wrong: RFC 9457, with a stable code for programs and Chinese for people.

use crate::bookkeeper::keys::KeyError;
use crate::bookkeeper::receipt::{PostError, RefusedDraft};
use crate::bookkeeper::seal::SealError;
use crate::files::FileRefusal;
use crate::ledger::refusal::{Reason, Rule};
use crate::store::StoreError;
use axum::Json;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemDetail {
    /// JSON pointer into the request, such as `/vouchers/3/lines/0/amount`.
    pub pointer: String,
    /// Line of the voucher, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Row of the file as a spreadsheet numbers it, header included; absent where the whole file is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// The file's column by its Chinese name; absent where the whole row is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Stable code.
    pub code: String,
    /// 说明：哪里、为什么、怎么办
    pub message: String,
}

/// `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemBody {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// Stable code.
    pub code: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemDetail>,
}

/// An answer that is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: u16,
    code: String,
    detail: String,
    errors: Vec<ProblemDetail>,
}

impl Problem {
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Problem {
        Problem { status, code: code.to_owned(), detail: detail.into(), errors: Vec::new() }
    }

    pub fn not_found(code: &str, detail: impl Into<String>) -> Problem {
        Problem::new(404, code, detail)
    }

    pub fn bad_request(code: &str, detail: impl Into<String>) -> Problem {
        Problem::new(400, code, detail)
    }

    pub fn no_book(code: &str) -> Problem {
        Problem::not_found("book_unknown", format!("没有账套 {code}。"))
    }

    /// Text that does not have the form it must have: found before the books are asked.
    pub fn malformed(errors: Vec<ProblemDetail>) -> Problem {
        let detail = format!("请求中有 {} 处写法不对，什么都没有记。请按 errors 逐处改正。", errors.len());
        Problem { status: 422, code: "refused".into(), detail, errors }
    }

    /// What speaks against a file, by row and column.
    pub fn of_file(refusal: FileRefusal) -> Problem {
        let detail = format!("{}。请按 errors 逐处改正后重发。", refusal.outcome());
        let errors = refusal.reasons.into_iter().map(|reason| ProblemDetail {
            pointer: String::new(),
            line: None,
            row: reason.row,
            column: reason.column,
            code: reason.code.to_owned(),
            message: reason.message,
        });
        Problem { status: 422, code: "refused".into(), detail, errors: errors.collect() }
    }

    /// Refusals of the books. `pointer` gives the place of a voucher in the request.
    pub fn refused(refused: &[RefusedDraft], pointer: impl Fn(usize) -> String) -> Problem {
        let all = refused.iter().flat_map(|one| one.refusal.reasons.iter().map(move |reason| (one.index, reason)));
        let errors: Vec<ProblemDetail> = all.map(|(index, reason)| detail_of(&pointer(index), reason)).collect();
        let detail = format!("账套拒绝，什么都没有记：共 {} 处，请按 errors 逐处改正。", errors.len());
        Problem { status: 422, code: "refused".into(), detail, errors }
    }

    /// As [`Problem::refused`], for every other reason why nothing was posted too.
    pub fn of_post(error: PostError, pointer: impl Fn(usize) -> String) -> Problem {
        match error {
            PostError::Refused(refused) => Problem::refused(&refused, pointer),
            PostError::KeyTaken { key, first } => {
                let first = first
                    .map(|receipt| format!("（记为 {} {}，序号 {}）", receipt.period, receipt.number, receipt.seq))
                    .unwrap_or_default();
                Problem::new(
                    409,
                    "idempotency_key_reused",
                    format!("幂等键 {key} 已用于内容不同的请求{first}。请换一个键，或原样重发。"),
                )
            }
            PostError::NoSuchBook => Problem::not_found("book_unknown", "没有这个账套。"),
            PostError::TooLarge => Problem::new(413, "request_too_large", "一次请求的凭证或分录太多。请分成几批。"),
            PostError::Busy | PostError::MovedOn | PostError::Stopping => {
                Problem::new(503, "busy", "正忙，这次没有记账。请稍后用同一个幂等键重试。")
            }
            PostError::Forked => {
                Problem::new(409, "history_forked", "账套落后于已签的检查点，可能恢复了旧备份；在说明之前只读。")
            }
            PostError::Store(error) => Problem::of_store(&error),
            PostError::Key(error) => Problem::of_key(&error),
            PostError::Abandoned => Problem::new(500, "abandoned", "请求没有发完，什么都没有记。"),
        }
    }

    fn of_store(error: &StoreError) -> Problem {
        tracing::error!(%error, "the store failed");
        match error {
            StoreError::DiskFull => Problem::new(507, "disk_full", "磁盘已满，这次没有记账。请腾出空间后用同一个幂等键重试。"),
            StoreError::ReadOnly => Problem::new(503, "read_only", "数据库是只读的，这次没有记账。请检查权限。"),
            StoreError::Busy | StoreError::HeadMoved => {
                Problem::new(503, "busy", "数据库正忙，这次没有记账。请稍后用同一个幂等键重试。")
            }
            _ => Problem::new(503, "store_failed", "数据库出错，结果未知。请稍后用同一个幂等键重试：只会记一次。"),
        }
    }

    fn of_key(error: &KeyError) -> Problem {
        tracing::error!(%error, "nothing was signed");
        match error {
            KeyError::Forked { .. } => Problem::new(409, "history_forked", "账套落后于已签的检查点，不能再签。"),
            _ => Problem::new(503, "key_failed", "签名密钥不可用。请检查密钥目录。"),
        }
    }
}

/// Where in a voucher a rule points.
fn field_of(reason: &Reason) -> &'static str {
    match &reason.rule {
        Rule::AmountZero | Rule::AmountTooLarge => "/amount",
        Rule::AccountUnknown { .. } | Rule::AccountNotLeaf { .. } | Rule::AccountClosed { .. } if reason.line.is_some() => {
            "/account"
        }
        Rule::DimensionMissing { .. } | Rule::DimensionUnknown { .. } => "/dimensions",
        Rule::PeriodUnknown { .. }
        | Rule::PeriodClosed { .. }
        | Rule::DateOutsidePeriod { .. }
        | Rule::ReversalBeforeOriginal { .. } => "/date",
        Rule::MemoMissing => "/memo",
        Rule::AttachmentMissing | Rule::AttachmentCountTooSmall { .. } => "/attachment_count",
        Rule::ByMissing => "/by",
        Rule::PreparerMissing => "/prepared_by",
        Rule::ApproverMissing | Rule::PreparerIsApprover { .. } => "/approved_by",
        Rule::OpeningAfterPosting => "/purpose",
        Rule::OpeningWordMismatch => "/word",
        Rule::LinesTooMany { .. } | Rule::OneSided | Rule::Unbalanced { .. } | Rule::MemorandumUnbalanced { .. } => "/lines",
        _ => "",
    }
}

fn detail_of(base: &str, reason: &Reason) -> ProblemDetail {
    let line = reason.line.map(|line| format!("/lines/{}", line.saturating_sub(1))).unwrap_or_default();
    ProblemDetail {
        pointer: format!("{base}{line}{}", field_of(reason)),
        line: reason.line,
        row: None,
        column: None,
        code: reason.rule.code().to_owned(),
        message: reason.message(),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let title = match self.status {
            400 | 422 => "请求有误",
            403 => "不允许",
            404 => "没有找到",
            409 => "有冲突",
            413 => "请求太大",
            _ if self.status >= 500 => "暂时不能服务",
            _ => "不能处理",
        };
        let kind = format!("urn:cunshe:problem:{}", self.code);
        let body = ProblemBody {
            kind,
            title: title.into(),
            status: self.status,
            detail: self.detail,
            code: self.code,
            errors: self.errors,
        };
        let mut response = (status, Json(body)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == 503 {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        Problem::of_store(&error)
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Problem {
        match error {
            SealError::Store(error) => Problem::of_store(&error),
            SealError::Key(error) => Problem::of_key(&error),
            SealError::Stale => Problem::new(503, "busy", "另有程序同时在记账，请稍后重试。"),
            SealError::NoSuchBook => Problem::not_found("book_unknown", "没有这个账套。"),
            SealError::NoSuchEntry => Problem::not_found("entry_unknown", "序时账中没有这一条。"),
        }
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Problem {
        match rejection.status().as_u16() {
            413 => Problem::new(413, "body_too_large", "请求太大。请分成几批。"),
            _ => Problem::bad_request("body_unreadable", "请求没有完整收到。请重发。"),
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Problem {
        Problem::bad_request("path_malformed", "地址的写法不对。请按 UTF-8 百分号编码。")
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Problem {
        Problem::bad_request("query_malformed", format!("查询参数的写法不对：{rejection}。接口说明见 /api/openapi.json。"))
    }
}
