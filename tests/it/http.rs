//! The HTTP door from outside: posting, retrying, reading, proving, and every kind of request that is not as it should be.

mod business;
mod imports;
mod malformed;
mod openapi;
mod posting;
mod reading;

use crate::support::Service;
use serde_json::{Value, json};

/// An answer: status, content type and JSON (null where there is none).
struct Answer {
    status: u16,
    content_type: String,
    headers: reqwest::header::HeaderMap,
    text: String,
    body: Value,
}

async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("answered");
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let content_type = headers.get("content-type").map(|v| v.to_str().expect("text").to_owned()).unwrap_or_default();
    let text = response.text().await.expect("body");
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status, content_type, headers, text, body }
}

async fn get(service: &Service, path: &str) -> Answer {
    send(reqwest::Client::new().get(service.api(path))).await
}

async fn post(service: &Service, path: &str, key: &str, body: &Value) -> Answer {
    send(reqwest::Client::new().post(service.api(path)).header("idempotency-key", key).json(body)).await
}

/// A voucher of two lines in January 2025.
fn voucher(amount: &str) -> Value {
    json!({
        "date": "2025-01-31", "memo": "示例：收租金", "attachment_count": 1, "prepared_by": "示例甲", "approved_by": "示例乙",
        "lines": [
            { "account": "1002", "side": "debit", "amount": amount },
            { "account": "5051", "side": "credit", "amount": amount },
        ],
    })
}
