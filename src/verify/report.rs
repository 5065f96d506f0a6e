//! What a verification found, for people and for programs.

use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// Findings listed per book; the rest would only follow from them.
pub const FINDINGS_MAX: usize = 20;

/// Something that is wrong. `exit_code` is its step in the order of verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub exit_code: u8,
    pub code: &'static str,
    /// The entry it was found at, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The voucher that stands there, such as `2025-01 记-12`, where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voucher: Option<String>,
    pub message: String,
}

impl Finding {
    pub fn new(exit_code: u8, code: &'static str, message: impl Into<String>) -> Finding {
        Finding { exit_code, code, seq: None, voucher: None, message: message.into() }
    }

    pub fn at(mut self, seq: u64) -> Finding {
        self.seq = Some(seq);
        self
    }
}

/// One step, and whether it was taken. What was not checked is never called passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub step: &'static str,
    /// `passed`, `failed` or `not_checked`.
    pub status: &'static str,
    pub detail: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct BookReport {
    pub book: String,
    /// The name its checkpoint carries; empty where no checkpoint could be believed.
    pub origin: String,
    pub size: u64,
    pub root: String,
    pub entries: u64,
    pub vouchers: u64,
    pub steps: Vec<Step>,
    pub findings: Vec<Finding>,
    /// Bytes of heads and bodies that were hashed.
    pub bytes: u64,
    /// Exit codes of all findings, listed or not.
    #[serde(skip)]
    pub(super) codes: BTreeSet<u8>,
}

impl BookReport {
    pub fn find(&mut self, finding: Finding) {
        self.codes.insert(finding.exit_code);
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }

    /// Closes a step: failed if anything of this exit code was found.
    pub fn close(&mut self, step: &'static str, exit_code: u8, detail: impl Into<String>) {
        let failed = self.codes.contains(&exit_code);
        self.steps.push(Step { step, status: if failed { "failed" } else { "passed" }, detail: detail.into() });
    }

    pub fn not_checked(&mut self, step: &'static str, detail: impl Into<String>) {
        self.steps.push(Step { step, status: "not_checked", detail: detail.into() });
    }
}

#[derive(Clone, Debug, Default)]
pub struct Report {
    pub books: Vec<BookReport>,
    /// Findings about the package as a whole.
    pub findings: Vec<Finding>,
    pub elapsed: Duration,
}

impl Report {
    pub fn of(finding: Finding) -> Report {
        Report { findings: vec![finding], ..Report::default() }
    }

    /// The earliest step that failed decides; an incomplete package outranks an unsealed tail, for only its signed part
    /// could be clean. Nothing verified is never 0.
    pub fn exit_code(&self) -> u8 {
        let listed = self.findings.iter().map(|finding| finding.exit_code);
        let all = listed.chain(self.books.iter().flat_map(|book| book.codes.iter().copied()));
        let earliest = all.min_by_key(|code| if *code == 8 { u8::MAX } else { *code });
        earliest.unwrap_or(if self.books.is_empty() { 9 } else { 0 })
    }

    fn entries(&self) -> u64 {
        self.books.iter().map(|book| book.entries).sum()
    }

    pub fn print_json(&self) {
        let code = self.exit_code();
        let millis = u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX);
        let per_second = self.entries().saturating_mul(1_000_000) / u64::try_from(self.elapsed.as_micros()).unwrap_or(1).max(1);
        let value = json!({
            "result": if code == 0 { "clean" } else { "not_clean" },
            "exit_code": code,
            "findings": self.findings,
            "books": self.books,
            "figures": {
                "entries": self.entries(), "elapsed_ms": millis, "entries_per_second": per_second,
                "bytes": self.books.iter().map(|book| book.bytes).sum::<u64>(),
            },
        });
        println!("{value:#}");
    }

    pub fn print(&self) {
        for book in &self.books {
            println!("账套 {}：条目 {}，凭证 {}，根 {}", book.book, book.entries, book.vouchers, book.root);
            for step in &book.steps {
                let mark = match step.status {
                    "passed" => "✓",
                    "failed" => "✗",
                    _ => "–",
                };
                println!("  {mark} {}：{}", step.step, step.detail);
            }
            book.findings
                .iter()
                .for_each(|finding| println!("  [{}] {}（{}）", finding.exit_code, finding.message, finding.code));
        }
        self.findings.iter().for_each(|finding| println!("[{}] {}（{}）", finding.exit_code, finding.message, finding.code));
        match self.exit_code() {
            0 => println!("核验通过：以上打 ✓ 的各项都成立；打 – 的没有核验。"),
            8 => println!("已签部分核验通过，但有未签的尾部。退出码 8。"),
            code => println!("核验不通过。退出码 {code}。"),
        }
    }
}
