//! Facts, the month end and registers over HTTP, and what the first page shows of them.

use super::{get, send};
use crate::support::{Program, Service, root};
use serde_json::{Value, json};

async fn post(service: &Service, path: &str, body: &Value) -> super::Answer {
    send(reqwest::Client::new().post(service.api(path)).json(body)).await
}

async fn record(service: &Service, kind: &str, fact: Value) -> super::Answer {
    let body = json!({ "by": "示例甲", "approved_by": "示例乙", "date": "2025-01-31", "facts": [fact] });
    post(service, &format!("books/youxi/facts/{kind}"), &body).await
}

/// The sample county's street of Youxi, with its codes and roles and nothing posted.
fn prepared(folder: &std::path::Path) -> Service {
    let program = Program::on(folder.join("data"));
    let file = |name: &str| root().join("examples/yanhe").join(name).to_str().expect("path").to_owned();
    program.json(&["init"]);
    program.json(&["import", "books", &file("books.csv")]);
    program.json(&["import", "accounts", &file("youxi/accounts.csv"), "--book", "youxi"]);
    program.json(&["import", "dimensions", &file("dimensions.csv"), "--book", "youxi"]);
    let signed = ["--book", "youxi", "--by", "示例甲", "--approved-by", "示例乙", "--date", "2025-01-01"];
    program.json(&[&["fact", "roles_assigned", &file("roles.json")][..], &signed].concat());
    program.serve()
}

/// Codes of one dimension that begin so.
async fn codes(service: &Service, dimension: &str, part: &str) -> Vec<String> {
    let all = get(service, "books/youxi/dimensions").await.body;
    let values = all["dimensions"].as_array().expect("values").iter().filter(|value| value["dimension"] == dimension);
    values.filter_map(|value| value["code"].as_str().filter(|code| code.contains(part)).map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_produce_vouchers_and_the_first_page_shows_the_registers() {
    let folder = tempfile::tempdir().expect("folder");
    let service = prepared(folder.path());
    let contract = codes(&service, "contract", "YX").await.remove(0);
    let tenant = codes(&service, "counterparty", "YX").await.remove(0);
    let community = codes(&service, "community", "520627004001").await.remove(0);
    let asset = "DG-YX-01";
    let card = json!({
        "address": "示例路1号", "area": "86.00", "class": "房屋", "code": asset, "date": "2025-01-02", "document": "示例1号",
        "name": "<b>闲置门面</b>", "original_value": "120000.00", "owner": "示例局",
    });
    assert_eq!(record(&service, "asset_registered", card.clone()).await.status, 201);
    let again = record(&service, "asset_registered", card).await;
    assert_eq!((again.status, again.body["errors"][0]["code"].as_str()), (422, Some("asset_code_taken")));
    assert_eq!(again.body["errors"][0]["pointer"], "/facts/0");
    let step = |step: &str, more: Value| {
        let mut fact = json!({ "asset": asset, "date": "2025-01-03", "document": "示例", "step": step });
        fact.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
        fact
    };
    assert_eq!(record(&service, "asset_stepped", step("certified", json!({}))).await.status, 201);
    let rent = json!({ "custodian": community, "rent_destination": { "document": "示例批复", "kept_basis_points": "4000" } });
    let entrusted = record(&service, "asset_stepped", step("entrusted", rent)).await;
    assert_eq!((entrusted.status, entrusted.body["receipts"].as_array().expect("receipts").len()), (201, 1));

    let terms = json!({
        "advance": "no", "code": contract, "community": community, "counterparty": tenant, "deposit": "0.00", "end": "2025-12-31",
        "escalation_basis_points": "0", "floor": "2000.00", "frequency": "monthly", "income_type": "02", "kind": "lease",
        "late_fee_basis_points": "5", "rent": "1050.00", "rent_free_days": "0", "resolution": "示例决议", "signed": "2025-01-01",
        "start": "2025-01-01",
    });
    assert_eq!(record(&service, "contract_signed", terms).await.status, 201);
    let month_end = json!({ "period": "2025-01", "by": "示例甲", "approved_by": "示例乙" });
    let accrued = post(&service, "books/youxi/month-end", &month_end).await;
    let number = accrued.body["receipts"][0]["number"].as_str().expect("a number").to_owned();
    let voucher = get(&service, &format!("books/youxi/vouchers/2025-01/{number}")).await.body;
    assert_eq!(voucher["reference"], format!("contracts_accrued/{contract}/2025-01"));
    assert_eq!(voucher["lines"][1]["dimensions"]["contract"], contract, "a line leads back to its contract");
    assert_eq!(post(&service, "books/youxi/month-end", &month_end).await.body["receipts"], json!([]));

    let contracts = get(&service, "books/youxi/registers/contracts?day=2025-03-31").await.body;
    let row = &contracts["rows"][0];
    assert_eq!(
        (&row["due"], &row["overdue"], &row["warnings"]),
        (&"3150.00".into(), &"2100.00".into(), &json!(["below_floor", "overdue"]))
    );
    let custody = get(&service, "books/youxi/registers/custody?day=2025-03-31").await.body;
    assert_eq!((&custody["rows"][0]["use"], &custody["rows"][0]["rent_document"]), (&"idle".into(), &"示例批复".into()));
    let page = reqwest::get(format!("{}/", service.url)).await.expect("answered").text().await.expect("text");
    for shown in ["代管资产", "1 项：已盘活 0，闲置 1，到期占用 0", "合同收缴", "低于评估底价", "&#60;b&#62;闲置门面"]
    {
        assert!(page.contains(shown), "{shown}");
    }

    for (kind, fact, status, code) in [
        ("nothing", json!({}), 404, "fact_unknown"),
        ("withdrawn", json!({ "reference": 1 }), 400, "fact_malformed"),
        ("withdrawn", json!({ "reference": "x", "more": "y" }), 400, "fact_malformed"),
        ("withdrawn", json!({ "reference": "x" }), 422, "refused"),
        ("contract_ended", json!({ "contract": "HT-1", "date": "9999-01-01", "document": "x" }), 400, "fact_malformed"),
    ] {
        let answer = record(&service, kind, fact).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{kind}: {}", answer.text);
    }
    for (path, status, code) in [("registers/colours", 404, "register_unknown"), ("registers/shares?day=x", 422, "refused")] {
        let answer = get(&service, &format!("books/youxi/{path}")).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{path}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_and_the_tie_are_shown_at_both_doors() {
    let folder = tempfile::tempdir().expect("folder");
    let service = prepared(folder.path());
    let community = codes(&service, "community", "520627004001").await.remove(0);
    let share = json!({ "date": "2025-01-01", "document": "示例章程", "due": "2029-12-31", "form": "cash", "holder": community,
        "paid_in": "1000.00", "subscribed": "2000.00" });
    assert_eq!(record(&service, "share_changed", share).await.status, 201);
    let preview = get(&service, "books/youxi/dividend-preview?date=2025-12-31&dividend=900.00").await;
    assert_eq!((preview.status, &preview.body["registered_capital"]), (200, &"2000.00".into()), "{}", preview.text);
    assert_eq!(preview.body["refusals"][0]["code"], "distribution_without_profit", "an empty book has no profit");
    assert_eq!(
        get(&service, "intercompany").await.body,
        json!({ "rows": [], "difference": "0.00", "tied": 0, "differing": 0, "without_book": 0 })
    );
    for path in ["date=x", "date=2025-12-31&dividend=x", "dividend=1.00"] {
        let answer = get(&service, &format!("books/youxi/dividend-preview?{path}")).await;
        assert!((400..=422).contains(&answer.status), "{path}: {}", answer.text);
    }
    drop(service);
    let program = Program::on(folder.path().join("data"));
    let typed = ["report", "dividend-preview", "--book", "youxi", "--date", "2025-12-31", "--dividend", "900.00"];
    assert_eq!(program.json(&typed), preview.body, "the same answer at both doors");
    let tie = program.output(&["report", "intercompany"]);
    assert!(String::from_utf8_lossy(&tie.stdout).contains("相符 0 行，不符 0 行，社区无账套 0 行；差额合计 0.00"));
    let mirrored = program.json(&["mirror", "--book", "youxi", "--by", "示例甲", "--approved-by", "示例乙"]);
    assert_eq!(mirrored["receipts"], json!([]));
}
