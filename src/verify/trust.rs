//! What the auditor brings, and all that is trusted.

use crate::chain::{Checkpoint, Digest, TlogProof, VerifierKey};
use crate::verify::Request;
use crate::verify::report::{BookReport, Finding, Report};
use serde_json::Value;
use std::path::Path;

/// A checkpoint taken away earlier, checked against its key when it was read.
#[derive(Clone, Debug)]
pub struct Known {
    pub file: String,
    pub checkpoint: Checkpoint,
}

/// A receipt: what a poster was told. `proof` stands in where the receipt is a `.tlog-proof`.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub file: String,
    /// The book's code, or the origin of the proof's checkpoint.
    pub book: String,
    pub seq: u64,
    /// Absent in a bare proof, which does not name its leaf.
    pub leaf: Option<Digest>,
    pub proof: Option<TlogProof>,
}

#[derive(Clone, Debug, Default)]
pub struct Trust {
    pub keys: Vec<VerifierKey>,
    pub checkpoints: Vec<Known>,
    pub receipts: Vec<Receipt>,
}

impl Trust {
    /// Reads keys and files; anything unreadable ends the verification before it begins.
    pub fn read(request: &Request) -> Result<Trust, Finding> {
        let mut trust = Trust::default();
        for key in &request.keys {
            trust.keys.push(read_key(key)?);
        }
        if trust.keys.is_empty() {
            return Err(Finding::new(1, "key_missing", "没有公钥。请用 --key 给出自己保管的 *.vkey 文件。"));
        }
        for path in &request.checkpoints {
            let known = trust.read_checkpoint(path)?;
            trust.checkpoints.push(known);
        }
        for path in &request.receipts {
            let mut receipts = read_receipts(path)?;
            trust.receipts.append(&mut receipts);
        }
        Ok(trust)
    }

    fn read_checkpoint(&self, path: &Path) -> Result<Known, Finding> {
        let (file, note) = read_text(path)?;
        let opened = self.keys.iter().find_map(|key| Checkpoint::open(&note, key, key.name()).ok());
        let message = || format!("检查点 {file} 不是用给出的公钥签的，或已被改动。");
        opened
            .map(|checkpoint| Known { file: file.clone(), checkpoint })
            .ok_or_else(|| Finding::new(2, "checkpoint_not_signed", message()))
    }

    /// What was brought along for books that the package does not have: a hidden book is a finding.
    pub fn report_unused(&self, report: &mut Report) {
        // A receipt may name its book by code alone; everything else carries the whole origin.
        let seen = |book: &str| report.books.iter().any(|seen| book == seen.origin || book == seen.book);
        let keys = self.keys.iter().filter(|key| !seen(key.name())).map(|key| (key.name().to_owned(), "公钥"));
        let checkpoints =
            self.checkpoints.iter().filter(|known| !seen(&known.checkpoint.origin)).map(|known| (known.file.clone(), "检查点"));
        let receipts = self.receipts.iter().filter(|receipt| !seen(&receipt.book)).map(|receipt| (receipt.file.clone(), "回执"));
        let missing: Vec<Finding> = keys
            .chain(checkpoints)
            .chain(receipts)
            .map(|(name, what)| {
                Finding::new(9, "book_missing", format!("审计包里没有{what} {name} 所属的账套：不完整，或被隐藏。"))
            })
            .collect();
        report.findings.extend(missing);
    }
}

fn read_text(path: &Path) -> Result<(String, String), Finding> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((file, text)),
        Err(error) => Err(Finding::new(1, "file_unreadable", format!("读不了文件 {file}：{error}。"))),
    }
}

fn read_key(given: &str) -> Result<VerifierKey, Finding> {
    let text = if given.contains('+') && !Path::new(given).exists() { given.to_owned() } else { read_text(Path::new(given))?.1 };
    VerifierKey::parse(text.trim()).map_err(|error| Finding::new(2, "key_malformed", format!("看不懂公钥 {given}：{error}。")))
}

/// A receipt as the service gives it, a list of them, or a `.tlog-proof`.
fn read_receipts(path: &Path) -> Result<Vec<Receipt>, Finding> {
    let (file, text) = read_text(path)?;
    let malformed =
        || Finding::new(2, "receipt_malformed", format!("看不懂回执 {file}。应为记账时得到的 JSON，或 .tlog-proof 文件。"));
    if let Ok(proof) = TlogProof::parse(&text) {
        let book = proof.checkpoint.lines().next().unwrap_or_default().to_owned();
        return Ok(vec![Receipt { file, book, seq: proof.index.saturating_add(1), leaf: None, proof: Some(proof) }]);
    }
    let value: Value = serde_json::from_str(&text).map_err(|_| malformed())?;
    let listed = value.get("receipts").and_then(Value::as_array).cloned();
    let one = value.get("receipt").cloned().unwrap_or(value);
    let read = |value: &Value| {
        let seq = value.get("seq").and_then(|seq| seq.as_u64().or_else(|| seq.as_str()?.parse().ok()))?;
        let leaf = value.get("leaf")?.as_str()?.parse().ok()?;
        Some(Receipt { file: file.clone(), book: value.get("book")?.as_str()?.to_owned(), seq, leaf: Some(leaf), proof: None })
    };
    listed.unwrap_or_else(|| vec![one]).iter().map(|value| read(value).ok_or_else(malformed)).collect()
}

impl Receipt {
    /// Holds the receipt against the leaf that the package has in its place.
    pub fn check(&self, leaf: Option<Digest>, key: &VerifierKey, report: &mut BookReport) {
        let at = |code, message: String| Finding::new(3, code, message).at(self.seq);
        let Some(leaf) = leaf else {
            return report
                .find(at("receipt_missing", format!("回执 {} 的第 {} 条不在审计包里：尾部被截断。", self.file, self.seq)));
        };
        if self.leaf.is_some_and(|told| told != leaf) {
            report.find(at("receipt_differs", format!("回执 {} 的第 {} 条已被改写。", self.file, self.seq)));
        }
        if let Some(proof) = &self.proof
            && let Err(error) = proof.verify_leaf(leaf, key)
        {
            report.find(at("proof_fails", format!("证明 {} 与审计包的第 {} 条不符：{error}。", self.file, self.seq)));
        }
    }
}
