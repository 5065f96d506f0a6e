//! What all pages share: the range of months, rendering, and pages that say what went wrong.

use crate::bookkeeper::report::widest_range;
use crate::bookkeeper::view::View;
use crate::ledger::statement::Range;
use crate::ledger::{Period, VoucherNumber};
use crate::store::StoreError;
use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A page that is there.
pub struct Page<T>(pub T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(text) => Html(text).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                (StatusCode::INTERNAL_SERVER_ERROR, "页面不能输出。\n").into_response()
            }
        }
    }
}

/// A page that says why there is nothing to see.
#[derive(Debug, Template)]
#[template(path = "trouble.html")]
pub struct Trouble {
    status: u16,
    title: &'static str,
    detail: String,
}

impl Trouble {
    pub fn new(status: u16, title: &'static str, detail: impl Into<String>) -> Trouble {
        Trouble { status, title, detail: detail.into() }
    }

    pub fn not_found(detail: impl Into<String>) -> Trouble {
        Trouble::new(404, "没有找到", detail)
    }

    pub fn malformed(detail: impl Into<String>) -> Trouble {
        Trouble::new(400, "看不懂", detail)
    }

    /// A sum that leaves an `i64`.
    pub fn too_large(what: &str) -> Trouble {
        Trouble::new(500, "算不出来", format!("{what}超出金额的范围。"))
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Page(self)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        tracing::error!(%error, "the store failed");
        match error {
            StoreError::Busy => Trouble::new(503, "正忙", "账正忙，请过一会儿刷新。"),
            _ => Trouble::new(503, "暂时打不开", "账暂时读不出来，请过一会儿刷新；还不行，请告诉管账的人。"),
        }
    }
}

impl From<PathRejection> for Trouble {
    fn from(_: PathRejection) -> Trouble {
        Trouble::malformed("地址的写法不对。请从首页点进来。")
    }
}

impl From<QueryRejection> for Trouble {
    fn from(_: QueryRejection) -> Trouble {
        Trouble::malformed("地址里问号后面的写法不对。请从首页点进来。")
    }
}

/// Reads a month as an address carries it.
pub fn period(text: &str) -> Result<Period, Trouble> {
    Period::parse(text).ok_or_else(|| Trouble::malformed(format!("看不懂月份 {text}。应为 2025-01 的形式。")))
}

/// The months asked for. What is left open, or empty in a form, reaches as far as the books do.
pub fn range(from: Option<&str>, to: Option<&str>, views: &[Arc<View>]) -> Result<Range, Trouble> {
    let widest = widest_range(views).ok_or_else(|| Trouble::not_found("还没有账套。请先启用账套，再打开这一页。"))?;
    let asked = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(period).transpose();
    let range = Range { from: asked(from)?.unwrap_or(widest.from), to: asked(to)?.unwrap_or(widest.to) };
    if range.from > range.to {
        return Err(Trouble::malformed(format!("起始月份 {} 晚于截止月份 {}。", range.from, range.to)));
    }
    Ok(range)
}

/// The months that a form offers: all that the books have opened, and those being looked at.
pub fn opened(range: Range, views: &[Arc<View>]) -> Vec<Period> {
    let opened = views.iter().flat_map(|view| view.periods.iter().map(|(period, _)| *period));
    let all: BTreeSet<Period> = opened.chain([range.from, range.to]).collect();
    all.into_iter().collect()
}

/// What a page's address says besides its months, which the form of months keeps: names and values.
pub type Kept = Vec<(&'static str, String)>;

/// A text as a part of an address, percent-encoded as UTF-8 (RFC 3986).
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A range as the query of an address.
pub fn query(range: Range) -> String {
    format!("from={}&to={}", range.from, range.to)
}

/// The page of a community, with the months that are being looked at.
pub fn community_address(code: &str, range: Range) -> String {
    format!("/communities/{code}?{}", query(range))
}

/// The page of a voucher. Browsers encode the Chinese word of its number.
pub fn voucher_address(book: &str, period: Period, number: VoucherNumber) -> String {
    format!("/books/{book}/vouchers/{period}/{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_one_part_of_an_address() {
        assert_eq!(encoded("A-1._~"), "A-1._~");
        assert_eq!(encoded("a&b=1#/ +%"), "a%26b%3D1%23%2F%20%2B%25");
        assert_eq!(encoded("设备"), "%E8%AE%BE%E5%A4%87");
    }

    #[test]
    fn a_busy_store_asks_to_come_back() {
        for error in [StoreError::Busy, StoreError::Corrupt("示例".into())] {
            let response = Trouble::from(error).into_response();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(response.headers().contains_key(RETRY_AFTER));
        }
        let page = Trouble::from(StoreError::Busy).render().expect("renders");
        assert!(page.contains("账正忙") && page.contains("lang=\"zh-CN\""), "{page}");
    }
}
