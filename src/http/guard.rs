//! Who may knock: this machine only, and no web page that happens to be open on it.

use crate::http::problem::Problem;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, HOST, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::net::SocketAddr;

/// An address that others could reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a loopback address")]
pub struct NotLoopback;

/// Refuses every address but this machine's own.
pub fn loopback_only(address: SocketAddr) -> Result<(), NotLoopback> {
    if address.ip().is_loopback() { Ok(()) } else { Err(NotLoopback) }
}

/// Whether a Host or Origin names this machine. Another name means that a web page rebound its own name to us.
fn names_this_machine(authority: &str) -> bool {
    let without_port = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(without_port, "127.0.0.1" | "localhost" | "[::1]")
}

fn is_foreign(headers: &HeaderMap, method: &Method) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = text(HOST).is_none_or(names_this_machine);
    let origin =
        text(ORIGIN).is_none_or(|origin| origin.split_once("://").is_some_and(|(_, authority)| names_this_machine(authority)));
    !host || (method != Method::GET && !origin)
}

/// Turns foreign requests away, counts the others, and sets the headers that every answer carries.
pub async fn guard(request: Request, next: Next) -> Response {
    let mut response = if is_foreign(request.headers(), request.method()) {
        Problem::new(403, "foreign_request", "只接受本机的请求。").into_response()
    } else {
        next.run(request).await
    };
    metrics::counter!("cunshe_responses", "status" => response.status().as_str().to_owned()).increment(1);
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_this_machine() {
        for name in ["127.0.0.1", "127.0.0.1:8080", "localhost:8080", "[::1]:8080", "[::1]"] {
            assert!(names_this_machine(name), "{name}");
        }
        for name in ["example.com", "127.0.0.1.example.com", "localhost.example:80", "10.0.0.1:8080", ""] {
            assert!(!names_this_machine(name), "{name}");
        }
    }
}
