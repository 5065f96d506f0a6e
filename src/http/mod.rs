//! HTTP: the door for programs. JSON in and out, one problem shape (RFC 9457), OpenAPI from the types.
//!
//! The route table is [`router`]. Text becomes drafts in [`draft`], refusals become problems in [`problem`]; what
//! is decided is decided by the bookkeeper. Loopback only, while people have no accounts of their own.

pub mod books;
pub mod business;
pub mod distribution;
pub mod draft;
pub mod guard;
pub mod imports;
pub mod problem;
pub mod proofs;
pub mod reports;
pub mod tables;
pub mod vouchers;

pub use guard::loopback_only;

use crate::bookkeeper::Bookkeeper;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use problem::Problem;
use std::sync::{Arc, OnceLock};
use tokio::net::TcpListener;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The largest request body: a batch of 10,000 vouchers, or a file of a year's facts, fits many times over.
pub const BODY_BYTES_MAX: usize = 32 << 20;

/// What every handler is given.
#[derive(Clone)]
pub struct Door {
    pub bookkeeper: Bookkeeper,
    metrics: PrometheusHandle,
    openapi: Arc<utoipa::openapi::OpenApi>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "村社账 cunshe",
        description = "村社合股联营集体经济公司的复式账接口。金额一律为两位小数的字符串，单位元；期间为 2025-01，日期为 2025-01-31。\
                       记账须带 Idempotency-Key 请求头：同一键同一内容只记一次。出错时返回 application/problem+json。"
    ),
    components(schemas(problem::ProblemBody, problem::ProblemDetail))
)]
struct Description;

/// Every route, on one screen.
fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(books::list))
        .routes(routes!(books::show))
        .routes(routes!(books::accounts))
        .routes(routes!(books::dimensions))
        .routes(routes!(books::open_year))
        .routes(routes!(books::close_period))
        .routes(routes!(vouchers::list, vouchers::post))
        .routes(routes!(vouchers::post_batch))
        .routes(routes!(vouchers::show))
        .routes(routes!(vouchers::reverse))
        .routes(routes!(reports::lines))
        .routes(routes!(reports::balances))
        .routes(routes!(reports::trial_balance))
        .routes(routes!(reports::income_by_community))
        .routes(routes!(reports::community_income))
        .routes(routes!(reports::income_by_community_of_book))
        .routes(routes!(reports::shop_profit))
        .routes(routes!(business::record))
        .routes(routes!(imports::import))
        .routes(routes!(imports::import_facts))
        .routes(routes!(business::month_end))
        .routes(routes!(business::show))
        .routes(routes!(business::show_all))
        .routes(routes!(business::vat_gauge))
        .routes(routes!(distribution::preview))
        .routes(routes!(distribution::intercompany))
        .routes(routes!(proofs::entries))
        .routes(routes!(proofs::checkpoint))
        .routes(routes!(proofs::proof))
}

/// The description of every route, as `schemas/openapi.json` holds it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().split_for_parts().1
}

pub fn router(bookkeeper: Bookkeeper) -> Router {
    let (router, openapi) = routes().split_for_parts();
    let door = Door { bookkeeper, metrics: recorder(), openapi: Arc::new(openapi) };
    router
        .route("/api/openapi.json", get(|State(door): State<Door>| async move { Json((*door.openapi).clone()) }))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(|State(door): State<Door>| async move { door.metrics.render() }))
        .fallback(|| async { Problem::not_found("route_unknown", "没有这个地址。接口说明见 /api/openapi.json。") })
        .method_not_allowed_fallback(|| async {
            Problem::new(405, "method_not_allowed", "这个地址不支持该方法。接口说明见 /api/openapi.json。")
        })
        .with_state(door)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Serves until `stop` is ready, then lets what is under way finish. The guard stands before everything that is
/// served, whichever room it comes from.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let guarded = router.layer(middleware::from_fn(guard::guard));
    axum::serve(listener, guarded).with_graceful_shutdown(stop).await
}

/// The service answers only as well as its database does.
async fn ready(State(door): State<Door>) -> Response {
    match door.bookkeeper.store().ping().await {
        Ok(()) => ([(CONTENT_TYPE, "text/plain")], "ready\n").into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// One recorder for the process, however often a router is made.
fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    let make = || {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is already installed");
        }
        handle
    };
    RECORDER.get_or_init(make).clone()
}
