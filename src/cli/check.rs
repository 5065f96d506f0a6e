//! `check` (the books judge themselves) and `verify` (the outsider's program, from here).

use crate::cli::args::{Place, VerifyOptions};
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::print;
use crate::cli::print::say;
use serde_json::json;

pub async fn run(place: &Place, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    let checks = bookkeeper.check().await?;
    bookkeeper.close().await;
    // The earliest step that failed, as the verifier counts them.
    let worst = checks.iter().filter_map(|check| check.steps.first().copied()).min();
    let empty = checks.is_empty();
    let code = worst.unwrap_or(if empty { 9 } else { 0 });
    if as_json {
        print::json(&json!({ "exit_code": code, "books": checks }))?;
    } else {
        for check in &checks {
            let verdict = if check.findings.is_empty() { "✓" } else { "✗" };
            say!("{verdict} {}：条目 {}，凭证 {}，根 {}", check.book, check.entries, check.vouchers, check.root);
            for finding in &check.findings {
                say!("    [{}] {}", finding.step, finding.message);
            }
            for remark in &check.remarks {
                say!("    · {remark}");
            }
        }
        say!(
            "{}",
            if empty {
                "没有账套可查。"
            } else if code == 0 {
                "自检通过：每一列都与序时账重算结果一致。"
            } else {
                "自检发现问题，见上。"
            }
        );
    }
    Ok(if code == 0 { Ending::Done } else { Ending::Found(code) })
}

pub fn verify(options: VerifyOptions, as_json: bool) -> Result<Ending, Trouble> {
    let request = crate::verify::Request {
        package: options.package,
        keys: options.key,
        checkpoints: options.checkpoint,
        receipts: options.receipt,
    };
    let code = crate::verify::run(&request, as_json);
    Ok(if code == 0 { Ending::Done } else { Ending::Found(code) })
}
