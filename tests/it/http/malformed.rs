//! Requests that are not as they should be: each gets a problem with a stable code and a Chinese sentence, none gets a
//! five hundred, and nothing is posted.

use super::{get, post, send, voucher};
use crate::support::{Program, Service};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};

fn with(change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut body = voucher("1.00");
    change(&mut body);
    serde_json::to_vec(&body).expect("JSON")
}

/// Bodies of a voucher, each with the status and a code of its answer.
fn bodies() -> Vec<(Vec<u8>, u16, &'static str)> {
    vec![
        (b"".to_vec(), 400, "json_malformed"),
        (b"{".to_vec(), 400, "json_malformed"),
        (b"[]".to_vec(), 400, "json_malformed"),
        (b"null".to_vec(), 400, "json_malformed"),
        (b"\xff\xfe{}".to_vec(), 400, "json_malformed"),
        (vec![b'['; 100_000], 400, "json_malformed"),
        (with(|body| body["extra"] = "x".into()), 400, "json_malformed"),
        (with(|body| body["lines"][0]["amount"] = json!(1.0)), 400, "json_malformed"),
        (with(|body| body["attachment_count"] = json!(-1)), 400, "json_malformed"),
        (with(|body| body["date"] = "2025-02-30".into()), 422, "date_malformed"),
        (with(|body| body["period"] = "2025-2".into()), 422, "period_malformed"),
        (with(|body| body["word"] = "凭".into()), 422, "word_unknown"),
        (with(|body| body["purpose"] = "other".into()), 422, "purpose_unknown"),
        (with(|body| body["prepared_at"] = "yesterday".into()), 422, "time_malformed"),
        (with(|body| body["lines"][0]["amount"] = "1,000.00".into()), 422, "amount_malformed"),
        (with(|body| body["lines"][0]["amount"] = "0.001".into()), 422, "amount_too_fine"),
        (with(|body| body["lines"][0]["amount"] = "99999999999999999999999999999999".into()), 422, "amount_too_large"),
        (with(|body| body["lines"][0]["account"] = "银行存款".into()), 422, "account_code_malformed"),
        (with(|body| body["lines"][0]["side"] = "left".into()), 422, "side_unknown"),
        (with(|body| body["memo"] = "有\u{0}控制字符".into()), 422, "text_malformed"),
        (with(|body| body["memo"] = "长".repeat(301).into()), 422, "text_too_long"),
        (with(|body| body["lines"] = json!([])), 422, "one_sided"),
        (with(|body| body["period"] = "2025-02".into()), 422, "date_outside_period"),
        (with(|body| body["lines"] = vec![body["lines"][0].clone(); 2_001].into()), 422, "lines_too_many"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_malformed_request_says_what_is_wrong() {
    let folder = tempfile::tempdir().expect("folder");
    let service = Program::on(folder.path().join("data")).with_book("demo").serve();
    malformed_bodies(&service).await;
    malformed_keys_and_sizes(&service).await;
    malformed_addresses(&service).await;
    assert_eq!(get(&service, "books/demo").await.body["latest"]["seq"], 3, "nothing was posted");
}

async fn malformed_bodies(service: &Service) {
    let client = reqwest::Client::new();
    for (body, status, code) in bodies() {
        let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
        let answer = send(client.post(service.api("books/demo/vouchers")).header("idempotency-key", "x").body(body)).await;
        let codes: Vec<&str> = std::iter::once(&answer.body["code"])
            .chain(answer.body["errors"].as_array().into_iter().flatten().map(|error| &error["code"]))
            .filter_map(Value::as_str)
            .collect();
        assert!(answer.status == status && codes.contains(&code), "{shown}: {} {}", answer.status, answer.text);
        assert_eq!(answer.content_type, "application/problem+json", "{shown}");
        assert!(!answer.text.contains("sqlx"), "no engine text to users: {}", answer.text);
    }
}

async fn malformed_keys_and_sizes(service: &Service) {
    let client = reqwest::Client::new();
    let no_key = send(client.post(service.api("books/demo/vouchers")).json(&voucher("1.00"))).await;
    assert_eq!((no_key.status, no_key.body["code"].as_str()), (400, Some("idempotency_key_missing")));
    let long = "k".repeat(129);
    let reserved = post(service, "books/demo/vouchers", "fact:x", &voucher("1.00")).await;
    assert_eq!((reserved.status, reserved.body["code"].as_str()), (400, Some("idempotency_key_reserved")));
    for key in ["", "a b", long.as_str()] {
        let answer = post(service, "books/demo/vouchers", key, &voucher("1.00")).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (400, Some("idempotency_key_malformed")), "{key:?}");
    }
    let empty = post(service, "books/demo/vouchers/batch", "k", &json!({ "vouchers": [] })).await;
    assert_eq!(empty.body["code"], "batch_empty");
    let many: Vec<Value> = std::iter::repeat_n(voucher("1.00"), 10_001).collect();
    let many = post(service, "books/demo/vouchers/batch", "k", &json!({ "vouchers": many })).await;
    assert_eq!((many.status, many.body["code"].as_str()), (413, Some("request_too_large")));
    let huge =
        send(client.post(service.api("books/demo/vouchers")).header("idempotency-key", "x").body(vec![b' '; 33 << 20])).await;
    assert_eq!((huge.status, huge.body["code"].as_str()), (413, Some("body_too_large")));
}

async fn malformed_addresses(service: &Service) {
    let client = reqwest::Client::new();
    for (path, status, code) in [
        ("books/nobody", 404, "book_unknown"),
        ("books/demo/vouchers/2025-01/%E8%AE%B0-9", 404, "voucher_unknown"),
        ("books/demo/vouchers/2025-1/%E8%AE%B0-9", 404, "voucher_unknown"),
        ("books/demo/vouchers/2025-01/%FF", 400, "path_malformed"),
        ("books/demo/proof/0", 404, "entry_unknown"),
        ("books/demo/proof/18446744073709551615", 404, "entry_unknown"),
        ("books/demo/proof/x", 400, "path_malformed"),
        ("books/demo/lines?account=1002&after=nonsense", 400, "after_malformed"),
        ("books/demo/lines?account=abc", 400, "account_code_malformed"),
        ("books/demo/lines?account=9999", 404, "account_unknown"),
        ("books/demo/trial-balance?from=2025-13", 400, "period_malformed"),
        ("books/demo/trial-balance?from=2025-12&to=2025-01", 400, "range_reversed"),
        ("books/demo/trial-balance?dimension=colour&code=x", 400, "dimension_unknown"),
        ("books/demo/trial-balance?dimension=shop", 400, "query_malformed"),
        ("books/demo/trial-balance?surprise=1", 400, "query_malformed"),
        ("income-by-community?group_by=colour", 400, "group_by_unknown"),
        ("nowhere", 404, "route_unknown"),
    ] {
        let answer = get(service, path).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{path}: {}", answer.text);
    }
    let wrong_method = send(client.delete(service.api("books/demo"))).await;
    assert_eq!((wrong_method.status, wrong_method.body["code"].as_str()), (405, Some("method_not_allowed")));
    let rebound = send(client.get(service.api("books")).header("host", "evil.example")).await;
    assert_eq!((rebound.status, rebound.body["code"].as_str()), (403, Some("foreign_request")));
}

/// Bytes that are no HTTP, and requests cut off in the middle: the service closes the connection and goes on.
#[tokio::test(flavor = "multi_thread")]
async fn broken_connections_hurt_nobody() {
    let folder = tempfile::tempdir().expect("folder");
    let service = Program::on(folder.path().join("data")).with_book("demo").serve();
    let address = service.url.trim_start_matches("http://").to_owned();
    let body = serde_json::to_vec(&voucher("1.00")).expect("JSON");
    let head = format!(
        "POST /api/v1/books/demo/vouchers HTTP/1.1\r\nHost: {address}\r\nIdempotency-Key: cut\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let whole: Vec<u8> = [head.as_bytes(), &body].concat();
    for bytes in [&b"\x16\x03\x01\x02\x00"[..], b"GET\r\n\r\n", &whole[..head.len()], &whole[..whole.len() - 1]] {
        let mut stream = std::net::TcpStream::connect(&address).expect("connects");
        stream.write_all(bytes).expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("shut");
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    let after = post(&service, "books/demo/vouchers", "cut", &voucher("1.00")).await;
    assert_eq!((after.status, after.body["number"].as_str()), (201, Some("记-1")), "what was cut off was not posted");
}
