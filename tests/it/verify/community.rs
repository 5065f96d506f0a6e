//! A community's book as the program exports it: what the service leaves out of income, the verifier leaves out too.

use crate::support::Program;
use serde_json::{Value, json};
use std::process::Command;

#[test]
fn a_working_fund_is_no_income_to_the_verifier_either() {
    let folder = tempfile::tempdir().expect("folder");
    let program = Program::on(folder.path().join("data"));
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("path").to_owned()
    };
    program.json(&["init"]);
    let names = ["--name", "示例", "--organisation", "示例社区", "--first-period", "2025-01", "--by", "甲"];
    program.json(&[&["book", "open", "sq", "--chart", "rural_collective_2023"][..], &names].concat());
    let codes = "辅助类别,编码,名称,上级编码,说明\n社区,c1,示例社区,,示例\n";
    program.json(&["import", "dimensions", &file("codes.csv", codes), "--book", "sq"]);
    let record = |kind: &str, fact: Value| {
        let fact = file("fact.json", &fact.to_string());
        let signed = ["--book", "sq", "--by", "甲", "--approved-by", "乙", "--date", "2025-01-31"];
        program.json(&[&["fact", kind, &fact][..], &signed].concat());
    };
    let roles = [("working_fund_bank", "102"), ("working_fund_income", "503"), ("operating_cost", "513")];
    let roles = roles.map(|(role, account)| json!({ "account": account, "role": role }));
    record("roles_assigned", json!({ "roles": roles }));
    let came = json!({ "amount": "70000.00", "community": "c1", "date": "2025-01-20", "document": "hd-1",
        "grantor": "示例财政局", "year": "2025" });
    record("working_fund_received", came);

    let package = folder.path().join("package");
    program.json(&["export", "package", "--out", package.to_str().expect("path")]);
    let income = std::fs::read_to_string(package.join("sq/reports/income-by-community.json")).expect("a report");
    assert!(!income.contains("70000.00"), "{income}");
    let mut verifier = Command::new(env!("CARGO_BIN_EXE_cunshe-verify"));
    let output = verifier.arg(&package).arg("--key").arg(program.data.join("sq.vkey")).output().expect("runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}
