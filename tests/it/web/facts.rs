//! Figures of the registers lead to the lines that their facts posted: what was taken back is not among them.

use super::holdings::post;
use super::{fen, linked, page, rows, section, walk};
use crate::support::Program;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_years_fund_is_told_without_what_was_taken_back() {
    let folder = tempfile::tempdir().expect("folder");
    let program = Program::on(folder.path().join("data"));
    program.json(&["init"]);
    let names = ["--name", "示例", "--organisation", "示例社区", "--first-period", "2025-01", "--by", "甲"];
    program.json(&[&["book", "open", "demo", "--chart", "rural_collective_2023"][..], &names].concat());
    let dimensions = folder.path().join("dimensions.csv");
    std::fs::write(&dimensions, "辅助类别,编码,名称,上级编码,说明\n社区,c1,示例社区,,示例\n").expect("written");
    program.json(&["import", "dimensions", dimensions.to_str().expect("path"), "--book", "demo"]);
    let service = program.serve();
    let record = async |kind: &str, facts: Value| {
        let body = json!({ "by": "示例甲", "approved_by": "示例乙", "date": "2025-02-01", "facts": facts });
        post(&service, &format!("books/demo/facts/{kind}"), &body).await;
    };
    let roles = [("working_fund_bank", "102"), ("working_fund_income", "503"), ("operating_cost", "513")];
    let roles: Vec<Value> = roles.iter().map(|(role, account)| json!({ "account": account, "role": role })).collect();
    record("roles_assigned", json!([{ "roles": roles }])).await;
    let came = |amount: &str, document: &str, year: &str| json!([{ "amount": amount, "community": "c1", "date": "2025-01-20", "document": document, "grantor": "示例财政局", "year": year }]);
    record("working_fund_received", came("70000.00", "hd-1", "2025")).await;
    record("working_fund_received", came("60000.00", "hd-2", "2025")).await;
    record("working_fund_received", came("5.00", "hd-3", "2024")).await;
    let spent = json!([{ "amount": "1000.00", "category": "operation", "community": "c1", "date": "2025-01-21", "document": "hd-4", "purpose": "示例", "year": "2025" }]);
    record("working_fund_spent", spent).await;
    let reversal = json!({ "date": "2025-01-31", "prepared_by": "示例甲", "approved_by": "示例乙" });
    let reversed = reqwest::Client::new().post(service.api("books/demo/vouchers/2025-01/记-2/reverse"));
    let reversed = reversed.header("idempotency-key", "back").json(&reversal).send().await.expect("answered");
    assert_eq!(reversed.status(), 201, "{}", reversed.text().await.expect("text"));

    let home = page(&service, "/").await.text;
    let years: Vec<Vec<String>> = rows(section(&home, "funds"));
    let told = |year: &str| years.iter().find(|row| row[1] == year).map(|row| [2, 4, 5].map(|at| fen(&row[at])));
    assert_eq!((told("2024"), told("2025")), (Some([500, 0, 500]), Some([7_000_000, 100_000, 6_900_000])));
    let figures = linked(section(&home, "funds"));
    assert_eq!(figures.len(), 5, "nothing is behind the zero: {figures:?}");
    for (address, figure) in figures {
        assert_eq!(walk(&service, &address).await.0, figure, "{address}");
    }
    for (path, status, says) in [
        ("/lines/community/c1?of=working_fund&year=x", 400, "看不懂年度 year=x"),
        ("/lines/community/c1?of=dividend&book=nobody", 404, "没有账套 nobody"),
    ] {
        let fetched = page(&service, path).await;
        assert!(fetched.status == status && fetched.text.contains(says), "{path}: {}", fetched.text);
    }
}
