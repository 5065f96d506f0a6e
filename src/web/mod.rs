//! Pages: the door for people. Income by community on a phone, and from every figure down to the voucher behind it.
//!
//! Rendered here, complete when they arrive: no script, nothing fetched from another host. The route table is
//! [`router`]; [`overview`], [`community`], [`lines`], [`fixed_assets`], [`stock_takes`] and [`voucher`] are the pages,
//! [`figure`] is how amounts look.

pub mod business;
pub mod community;
pub mod figure;
pub mod fixed_assets;
pub mod lines;
pub mod money;
pub mod overview;
pub mod page;
pub mod section;
pub mod stock_takes;
pub mod voucher;

use crate::bookkeeper::Bookkeeper;
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Router, middleware};
use page::Trouble;

/// A name that someone wrote into the books stays text, whatever it looks like: nothing on a page may run.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

const STYLE: &str = include_str!("templates/style.css");

/// Every page, on one screen.
pub fn router(bookkeeper: Bookkeeper) -> Router {
    let style = [(CONTENT_TYPE, "text/css; charset=utf-8")];
    Router::new()
        .route("/", get(overview::show))
        .route("/communities/{code}", get(community::show))
        .route("/lines/{dimension}/{code}", get(lines::show))
        .route("/fixed-assets", get(fixed_assets::show))
        .route("/stock-takes/{book}/{kind}", get(stock_takes::show))
        .route("/books/{book}/vouchers/{period}/{number}", get(voucher::show))
        .route("/assets/style.css", get(move || async move { (style, STYLE) }))
        .method_not_allowed_fallback(|| async { Trouble::new(405, "不能这样打开", "这个页面只能看。") })
        .with_state(bookkeeper)
        .layer(middleware::map_response(protect))
}

/// Puts the pages beside what programs are served. A person at an address that is none gets a page, a program its problem.
pub fn beside(programs: Router, bookkeeper: Bookkeeper) -> Router {
    programs.merge(router(bookkeeper)).layer(middleware::from_fn(no_such_page))
}

async fn no_such_page(request: Request, next: Next) -> Response {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = request.uri().path();
    let person = accepted.contains("text/html") && path != "/api" && !path.starts_with("/api/");
    let response = next.run(request).await;
    // A page that found nothing says so itself.
    let told = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if response.status() != StatusCode::NOT_FOUND || !person || told {
        return response;
    }
    protect(Trouble::not_found("没有这个地址的页面。请从首页点进来。").into_response()).await
}

async fn protect(mut response: Response) -> Response {
    let headers: [(HeaderName, &'static str); 2] = [(CONTENT_SECURITY_POLICY, POLICY), (REFERRER_POLICY, "no-referrer")];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
