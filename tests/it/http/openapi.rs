//! The description of the interface is the one the code gives, and holds together.

use crate::support::{Program, root};
use serde_json::Value;
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_the_codes_own() {
    let folder = tempfile::tempdir().expect("folder");
    let service = Program::on(folder.path().join("data")).with_book("demo").serve();
    let served = reqwest::get(format!("{}/api/openapi.json", service.url)).await.expect("answered");
    let served: Value = serde_json::from_str(&served.text().await.expect("text")).expect("JSON");
    let text = format!("{}\n", serde_json::to_string_pretty(&served).expect("JSON"));
    let path = root().join("schemas/openapi.json");
    if std::env::var_os("CUNSHE_WRITE_SCHEMAS").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let stored = std::fs::read_to_string(&path).expect("schemas/openapi.json: write it with `just schemas`");
    assert!(stored == text, "schemas/openapi.json is not what the code says; write it anew with `just schemas`");

    assert!(served["openapi"].as_str().expect("version").starts_with("3.1"));
    let mut names = BTreeSet::new();
    for (path, methods) in served["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"].as_str().expect("operationId");
            assert!(names.insert(id.to_owned()), "{method} {path}: {id} is used twice");
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        }
    }
    assert!(names.len() >= 18);
}
