//! One voucher, a batch, a reversal; the same key again, and the same key for something else.

use super::{get, post, voucher};
use crate::support::Program;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn vouchers_are_posted_once_and_answered_with_receipts() {
    let folder = tempfile::tempdir().expect("folder");
    let service = Program::on(folder.path().join("data")).with_book("demo").serve();
    let first = post(&service, "books/demo/vouchers", "k1", &voucher("6000.00")).await;
    assert_eq!((first.status, first.body["number"].as_str(), &first.body["seq"]), (201, Some("记-1"), &Value::from(4)));
    assert!(first.headers.get("idempotency-replayed").is_none());
    // Written otherwise, but the same content.
    let again = post(&service, "books/demo/vouchers", "k1", &voucher("6000")).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = post(&service, "books/demo/vouchers", "k1", &voucher("6000.01")).await;
    assert_eq!((other.status, other.body["code"].as_str()), (409, Some("idempotency_key_reused")));
    assert_eq!(other.content_type, "application/problem+json");

    let batch: Vec<Value> = (1..=250).map(|number| voucher(&format!("{number}.00"))).collect();
    let posted = post(&service, "books/demo/vouchers/batch", "b1", &json!({ "vouchers": batch })).await;
    let receipts = posted.body["receipts"].as_array().expect("receipts");
    assert_eq!((posted.status, receipts.len(), receipts[249]["number"].as_str()), (201, 250, Some("记-251")));
    // One bad voucher among them: nothing is posted, and its place is named.
    let mut batch: Vec<Value> = (1..=3).map(|number| voucher(&format!("{number}.00"))).collect();
    batch[1]["lines"][0]["amount"] = "9.00".into();
    let refused = post(&service, "books/demo/vouchers/batch", "b2", &json!({ "vouchers": batch })).await;
    assert_eq!((refused.status, refused.body["errors"][0]["code"].as_str()), (422, Some("unbalanced")));
    assert_eq!(refused.body["errors"][0]["pointer"], "/vouchers/1/lines");
    assert_eq!(get(&service, "books/demo").await.body["latest"]["seq"], 254);

    let signed = json!({ "date": "2025-01-31", "prepared_by": "示例甲", "approved_by": "示例乙" });
    let path = "books/demo/vouchers/2025-01/%E8%AE%B0-1";
    let reversed = post(&service, &format!("{path}/reverse"), "r1", &signed).await;
    assert_eq!((reversed.status, reversed.body["number"].as_str()), (201, Some("记-252")));
    let twice = post(&service, &format!("{path}/reverse"), "r2", &signed).await;
    assert_eq!((twice.status, twice.body["errors"][0]["code"].as_str()), (422, Some("already_reversed")));
    // A red voucher is never dated before the blue one.
    let early = json!({ "date": "2025-01-30", "prepared_by": "示例甲", "approved_by": "示例乙" });
    let early = post(&service, "books/demo/vouchers/2025-01/%E8%AE%B0-2/reverse", "r3", &early).await;
    assert_eq!((early.status, early.body["errors"][0]["code"].as_str()), (422, Some("reversal_before_original")));
    assert_eq!(early.body["errors"][0]["pointer"], "/date");
    let original = get(&service, path).await.body;
    assert_eq!(original["reversed_by"], reversed.body["seq"]);
    let red = get(&service, "books/demo/vouchers/2025-01/%E8%AE%B0-252").await.body;
    assert_eq!((red["lines"][0]["amount"].as_str(), red["reverses"]["number"].as_str()), (Some("-6000.00"), Some("记-1")));
    assert!(red["memo"].as_str().expect("memo").starts_with("注销1月31日记-1号凭证"), "{}", red["memo"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reason_is_given_at_once_with_its_place() {
    let folder = tempfile::tempdir().expect("folder");
    let service = Program::on(folder.path().join("data")).with_book("demo").serve();
    let body = json!({
        "date": "2027-01-31", "prepared_by": "示例甲", "approved_by": "示例甲",
        "lines": [
            { "account": "1002", "side": "debit", "amount": "0.00" },
            { "account": "9999", "side": "debit", "amount": "5.00", "dimensions": { "community": "none" } },
        ],
    });
    let refused = post(&service, "books/demo/vouchers", "k", &body).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some("refused")));
    let errors = refused.body["errors"].as_array().expect("errors");
    let found: Vec<(&str, &str)> =
        errors.iter().map(|e| (e["code"].as_str().expect("code"), e["pointer"].as_str().expect("pointer"))).collect();
    let expected = [
        ("period_unknown", "/date"),
        ("memo_missing", "/memo"),
        ("preparer_is_approver", "/approved_by"),
        ("attachment_missing", "/attachment_count"),
        ("amount_zero", "/lines/0/amount"),
        ("dimension_unknown", "/lines/1/dimensions"),
        ("account_unknown", "/lines/1/account"),
        ("one_sided", "/lines"),
        ("unbalanced", "/lines"),
    ];
    assert_eq!(found, expected);
    assert!(errors.iter().all(|e| e["message"].as_str().expect("message").ends_with('。')), "{errors:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_not_two_by_another_spelling() {
    let folder = tempfile::tempdir().expect("folder");
    let service = Program::on(folder.path().join("data")).with_book("demo").serve();
    let signed = |preparer: &str, approver: &str| {
        let mut body = voucher("5.00");
        (body["prepared_by"], body["approved_by"]) = (preparer.into(), approver.into());
        body
    };
    for (number, (preparer, approver, code)) in [
        ("张三", "张\u{3000}三", "preparer_is_approver"),
        ("张三", "张 三", "preparer_is_approver"),
        ("张三", "张三\u{200b}", "preparer_is_approver"),
        ("张三", "\u{feff}张三", "preparer_is_approver"),
        ("张三", "张\u{ad}三", "preparer_is_approver"),
        ("zhang", "ZHANG", "preparer_is_approver"),
        ("阿·买", "阿•买", "preparer_is_approver"),
        ("\u{200b}\u{feff}", "张三", "preparer_missing"),
        ("\u{2800}", "张三", "preparer_missing"),
        ("\u{3164}", "张三", "preparer_missing"),
        ("张三", "\u{202e}", "approver_missing"),
        ("张\u{202e}三", "李四", "text_malformed"),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = post(&service, "books/demo/vouchers", &format!("k{number}"), &signed(preparer, approver)).await;
        assert_eq!((refused.status, refused.body["errors"][0]["code"].as_str()), (422, Some(code)), "{preparer:?} {approver:?}");
    }
    let mut hidden = voucher("5.00");
    hidden["memo"] = "租\u{200b}金".into();
    let refused = post(&service, "books/demo/vouchers", "hidden", &hidden).await;
    assert_eq!((refused.status, refused.body["errors"][0]["code"].as_str()), (422, Some("text_malformed")));
    let unit = |name: &str| {
        json!({ "by": "甲", "approved_by": "乙", "date": "2025-01-31", "facts": [
        { "code": "dw1", "since": "2025-01-01", "document": "示例", "kind": "partner", "name": name, "partner_type": "institution" } ] })
    };
    let refused = post(&service, "books/demo/facts/unit_registered", "", &unit("示例\u{2066}局")).await;
    assert!(refused.body.to_string().contains("text_malformed"), "{}", refused.body);
    for (by, code) in [("\u{3000}", "by_missing"), ("\u{2800}", "by_missing"), ("张\u{200d}三", "text_malformed")] {
        let refused = post(&service, "books/demo/periods/2025-01/close", "", &json!({ "by": by })).await;
        assert_eq!((refused.status, refused.body["errors"][0]["code"].as_str()), (422, Some(code)), "{}", refused.body);
    }
    let refused = post(&service, "books/demo/vouchers", "both", &signed("张三", "张 三")).await;
    let message = refused.body["errors"][0]["message"].as_str().expect("message");
    assert!(message.contains("“张三”") && message.contains("“张 三”"), "both names are told: {message}");
}
