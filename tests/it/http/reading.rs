//! Reports, pages, entries, checkpoints and proofs.

use super::{get, post, voucher};
use crate::support::{Program, root};
use cunshe::chain::{TlogProof, VerifierKey};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn figures_pages_and_proofs_agree() {
    let folder = tempfile::tempdir().expect("folder");
    let program = Program::on(folder.path().join("data")).with_book("demo");
    let dimensions = root().join("examples/yanhe/dimensions.csv");
    program.json(&["import", "dimensions", dimensions.to_str().expect("path"), "--book", "demo"]);
    let service = program.serve();
    let mut rent = voucher("100.00");
    let communities = get(&service, "books/demo/dimensions").await.body;
    let all = communities["dimensions"].as_array().expect("values");
    let community = all.iter().find(|value| value["dimension"] == "community").expect("a community")["code"].clone();
    rent["lines"][1]["dimensions"] = json!({ "community": community });
    let vouchers: Vec<Value> = std::iter::repeat_n(rent, 300).collect();
    assert_eq!(post(&service, "books/demo/vouchers/batch", "b", &json!({ "vouchers": vouchers })).await.status, 201);

    let trial = get(&service, "books/demo/trial-balance").await.body;
    assert_eq!(trial["totals"]["movement"], json!({ "debit": "30000.00", "credit": "30000.00" }));
    let income = get(&service, "income-by-community?from=2025-01&to=2025-01&group_by=month").await.body;
    assert_eq!((&income["total"], &income["rows"][0]["community"]), (&Value::from("30000.00"), &community));
    let balances = get(&service, "books/demo/balances?dimension=community").await.body;
    assert_eq!(balances["balances"][0]["closing"], "-30000.00");

    // Pages of lines: every line once, the running balance to the end.
    let (mut seen, mut after, mut last) = (0, String::new(), Value::Null);
    loop {
        let page = get(&service, &format!("books/demo/lines?account=1002&limit=70{after}")).await.body;
        let lines = page["lines"].as_array().expect("lines");
        seen += lines.len();
        last = lines.last().map_or(last, |line| line["balance"].clone());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!((seen, last), (300, Value::from("30000.00")));

    let book = get(&service, "books/demo").await.body;
    let key = VerifierKey::parse(book["verifier_key"].as_str().expect("key")).expect("key");
    let size = book["latest"]["seq"].as_u64().expect("size");
    let entries = get(&service, &format!("books/demo/entries?first={size}&count=1")).await.body;
    use base64::Engine as _;
    let head = entries["entries"][0]["head"].as_str().expect("head");
    let head = base64::engine::general_purpose::STANDARD.decode(head).expect("base64");
    let proof = get(&service, &format!("books/demo/proof/{size}")).await;
    assert!(proof.content_type.starts_with("text/plain"));
    TlogProof::parse(&proof.text).expect("parses").verify(&head, &key).expect("verifies");
    let checkpoint = get(&service, "books/demo/checkpoint").await.text;
    assert!(proof.text.ends_with(&checkpoint), "a proof carries the checkpoint it leads to");

    for path in ["healthz", "readyz", "metrics"] {
        let answer = reqwest::get(format!("{}/{path}", service.url)).await.expect("answered");
        assert!(answer.status().is_success(), "{path}");
    }
    let metrics = reqwest::get(format!("{}/metrics", service.url)).await.expect("answered").text().await.expect("text");
    assert!(metrics.contains("cunshe_group_vouchers"), "{metrics}");
}

/// The figures themselves: `county` and `books`. Here, how they are asked for.
#[tokio::test(flavor = "multi_thread")]
async fn the_shops_statement_is_asked_for_by_name() {
    let folder = tempfile::tempdir().expect("folder");
    let service = Program::on(folder.path().join("data")).with_book("demo").serve();
    let empty = get(&service, "reports/shop-profit?book=demo&by=month&from=2025-01&to=2025-03").await;
    assert_eq!((empty.status, &empty.body["rows"], &empty.body["by"]), (200, &json!([]), &json!("month")));
    assert_eq!((&empty.body["from"], &empty.body["total"]["profit"]), (&json!("2025-01"), &json!("0.00")));
    for (query, status, code) in
        [("by=week", 400, "by_unknown"), ("book=nobody", 404, "book_unknown"), ("colour=red", 400, "query_malformed")]
    {
        let answer = get(&service, &format!("reports/shop-profit?{query}")).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{query}: {}", answer.text);
    }
}
