//! JSON into drafts. Text is parsed once, here: what has not the form of a code, date or amount is reported with its
//! place, all of it at once; what has goes on to the books.

use crate::http::problem::{Problem, ProblemDetail};
use crate::ledger::amount::AmountError;
use crate::ledger::period::parse_date;
use crate::ledger::voucher::{Attachment, Signatures, Source};
use crate::ledger::{AccountCode, Amount, Dimension, DimensionCode, DimensionSet, Draft, DraftLine, Period, Purpose, Side, Word};
use serde::Deserialize;
use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};
use utoipa::ToSchema;

/// 一张凭证
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoucherIn<'a> {
    /// 凭证日期，如 2025-01-31
    #[serde(borrow)]
    date: Cow<'a, str>,
    /// 会计期间，如 2025-01；写了就必须与日期一致
    #[serde(borrow, default)]
    period: Option<Cow<'a, str>>,
    /// 凭证字：记（默认）、收、付、转、初
    #[serde(borrow, default)]
    word: Option<Cow<'a, str>>,
    /// ordinary（默认）、opening 或 carry_forward
    #[serde(borrow, default)]
    purpose: Option<Cow<'a, str>>,
    /// 摘要；不写则每一行都要有行摘要
    #[serde(borrow, default)]
    memo: Cow<'a, str>,
    /// 附单据数
    #[serde(default)]
    attachment_count: u32,
    #[serde(borrow, default)]
    attachments: Vec<AttachmentIn<'a>>,
    /// 制单人
    #[serde(borrow, default)]
    prepared_by: Cow<'a, str>,
    /// 制单时间（RFC 3339）
    #[serde(borrow, default)]
    prepared_at: Cow<'a, str>,
    /// 审核人，不能与制单人相同
    #[serde(borrow, default)]
    approved_by: Cow<'a, str>,
    /// 审核时间（RFC 3339）
    #[serde(borrow, default)]
    approved_at: Cow<'a, str>,
    /// 凭证在来源系统中的编号
    #[serde(borrow, default)]
    reference: Cow<'a, str>,
    #[serde(borrow)]
    lines: Vec<LineIn<'a>>,
}

/// 一行分录
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineIn<'a> {
    /// 末级科目编码
    #[serde(borrow)]
    account: Cow<'a, str>,
    /// debit（借）或 credit（贷）
    #[serde(borrow)]
    side: Cow<'a, str>,
    /// 金额，字符串，最多两位小数；红字为负数
    #[serde(borrow)]
    amount: Cow<'a, str>,
    #[serde(borrow, default)]
    dimensions: DimensionsIn<'a>,
    /// 行摘要
    #[serde(borrow, default)]
    memo: Cow<'a, str>,
}

/// 辅助核算：类别到编码
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DimensionsIn<'a> {
    #[serde(borrow)]
    asset: Option<Cow<'a, str>>,
    #[serde(borrow)]
    channel: Option<Cow<'a, str>>,
    #[serde(borrow)]
    community: Option<Cow<'a, str>>,
    #[serde(borrow)]
    contract: Option<Cow<'a, str>>,
    #[serde(borrow)]
    counterparty: Option<Cow<'a, str>>,
    #[serde(borrow)]
    fund: Option<Cow<'a, str>>,
    #[serde(borrow)]
    income_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resolution: Option<Cow<'a, str>>,
    #[serde(borrow)]
    shop: Option<Cow<'a, str>>,
    #[serde(borrow)]
    street: Option<Cow<'a, str>>,
}

/// 附件：以哈希值为凭
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachmentIn<'a> {
    /// 64 位十六进制
    #[serde(borrow)]
    sha256: Cow<'a, str>,
    size: u64,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// 一批凭证：全部记账，或者一张也不记
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchIn<'a> {
    #[serde(borrow)]
    pub vouchers: Vec<VoucherIn<'a>>,
}

/// 红字冲销
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReversalIn<'a> {
    /// 冲销凭证的日期
    #[serde(borrow)]
    pub date: Cow<'a, str>,
    #[serde(borrow)]
    pub prepared_by: Cow<'a, str>,
    #[serde(borrow, default)]
    pub prepared_at: Cow<'a, str>,
    #[serde(borrow)]
    pub approved_by: Cow<'a, str>,
    #[serde(borrow, default)]
    pub approved_at: Cow<'a, str>,
}

/// Reads a JSON body; says where it stops being one.
pub fn read_json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("第 {} 行第 {} 个字符处", error.line(), error.column());
        let why = if error.is_data() { "内容不符合接口说明" } else { "不是合法的 JSON" };
        let hint = "金额要写成字符串，如 \"6000.00\"；多余的字段要删去。接口说明见 /api/openapi.json。";
        Problem::bad_request("json_malformed", format!("请求体{place}{why}：{error}。{hint}"))
    })
}

/// Text as the books keep it: composed (NFC).
fn text(text: &str) -> String {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}

/// Collects what is wrong with one voucher's text.
struct Findings<'e> {
    base: &'e str,
    errors: &'e mut Vec<ProblemDetail>,
}

impl Findings<'_> {
    fn add(&mut self, line: Option<usize>, field: &str, code: &str, message: String) {
        let place = line.map(|line| format!("/lines/{line}")).unwrap_or_default();
        let message = match line {
            Some(line) => format!("第 {} 行：{message}", line + 1),
            None => message,
        };
        let line = line.map(|line| line + 1);
        self.errors.push(ProblemDetail {
            pointer: format!("{}{place}/{field}", self.base),
            line,
            row: None,
            column: None,
            code: code.to_owned(),
            message,
        });
    }
}

/// Signatures with their times checked.
pub fn signatures(
    prepared_by: &str,
    prepared_at: &str,
    approved_by: &str,
    approved_at: &str,
    base: &str,
    errors: &mut Vec<ProblemDetail>,
) -> Signatures {
    let mut findings = Findings { base, errors };
    for (field, time) in [("prepared_at", prepared_at), ("approved_at", approved_at)] {
        if !time.is_empty() && time.parse::<jiff::Timestamp>().is_err() {
            findings.add(None, field, "time_malformed", format!("看不懂时间 {time}。应为 2025-01-31T09:00:00+08:00 的形式。"));
        }
    }
    Signatures {
        prepared_by: text(prepared_by.trim()),
        prepared_at: prepared_at.to_owned(),
        approved_by: text(approved_by.trim()),
        approved_at: approved_at.to_owned(),
    }
}

/// A date, or a finding.
pub fn date(text: &str, base: &str, errors: &mut Vec<ProblemDetail>) -> Option<jiff::civil::Date> {
    let date = parse_date(text);
    if date.is_none() {
        Findings { base, errors }.add(
            None,
            "date",
            "date_malformed",
            format!("看不懂日期 {text}。应为 2025-01-31 的形式，并且是真实的日期。"),
        );
    }
    date
}

impl VoucherIn<'_> {
    /// The draft, unless something was found (then `errors` has grown).
    pub fn into_draft(self, base: &str, errors: &mut Vec<ProblemDetail>) -> Option<Draft> {
        let before = errors.len();
        let date = date(&self.date, base, errors);
        let signatures = signatures(&self.prepared_by, &self.prepared_at, &self.approved_by, &self.approved_at, base, errors);
        let mut findings = Findings { base, errors };
        let period = self.period.as_deref().and_then(|text| {
            let period = Period::parse(text);
            if period.is_none() {
                findings.add(None, "period", "period_malformed", format!("看不懂会计期间 {text}。应为 2025-01 的形式。"));
            }
            period
        });
        let word = Word::parse(self.word.as_deref().unwrap_or("记")).unwrap_or_else(|| {
            findings.add(None, "word", "word_unknown", "凭证字只能是 记、收、付、转、初。".into());
            Word::General
        });
        let purpose = Purpose::parse(self.purpose.as_deref().unwrap_or("ordinary")).unwrap_or_else(|| {
            findings.add(None, "purpose", "purpose_unknown", "用途只能是 ordinary、opening、carry_forward。".into());
            Purpose::Ordinary
        });
        let attachments = self.attachments.iter().filter_map(|attachment| read_attachment(attachment, &mut findings)).collect();
        let lines = self.lines.iter().enumerate().filter_map(|(index, line)| read_line(index, line, &mut findings)).collect();
        if errors.len() > before {
            return None;
        }
        Some(Draft {
            date: date?,
            period,
            word,
            purpose,
            memo: text(self.memo.trim()),
            lines,
            attachment_count: self.attachment_count,
            attachments,
            signatures,
            source: Source { key: String::new(), reference: text(&self.reference), row: 0 },
            reverses: None,
        })
    }
}

fn read_attachment(attachment: &AttachmentIn, findings: &mut Findings) -> Option<Attachment> {
    match attachment.sha256.parse::<crate::chain::Digest>() {
        Ok(sha256) => Some(Attachment { sha256: *sha256.as_bytes(), size: attachment.size, name: text(&attachment.name) }),
        Err(_) => {
            findings.add(None, "attachments", "hash_malformed", "附件的 sha256 应为 64 位小写十六进制。".into());
            None
        }
    }
}

fn read_line(index: usize, line: &LineIn, findings: &mut Findings) -> Option<DraftLine> {
    let account = AccountCode::parse(&line.account);
    if account.is_none() {
        findings.add(
            Some(index),
            "account",
            "account_code_malformed",
            format!("看不懂科目编码 {}。应为 3 至 12 位数字。", line.account),
        );
    }
    let side = Side::parse(&line.side);
    if side.is_none() {
        findings.add(Some(index), "side", "side_unknown", "方向只能是 debit（借）或 credit（贷）。".into());
    }
    let amount = Amount::parse(&line.amount).map_err(|error| {
        let (code, message) = match error {
            AmountError::NotANumber => {
                ("amount_malformed", format!("看不懂金额 {}。应为 6000.00 的形式，不带逗号。", line.amount))
            }
            AmountError::TooFine => ("amount_too_fine", format!("金额 {} 超过两位小数。请四舍五入到分。", line.amount)),
            AmountError::TooLarge => ("amount_too_large", format!("金额 {} 超过单行上限。请核对小数点。", line.amount)),
        };
        findings.add(Some(index), "amount", code, message);
    });
    let dimensions = read_dimensions(index, &line.dimensions, findings);
    Some(DraftLine { account: account?, side: side?, amount: amount.ok()?, dimensions, memo: text(line.memo.trim()) })
}

fn read_dimensions(index: usize, given: &DimensionsIn, findings: &mut Findings) -> DimensionSet {
    let pairs = [
        (Dimension::Asset, &given.asset),
        (Dimension::Channel, &given.channel),
        (Dimension::Community, &given.community),
        (Dimension::Contract, &given.contract),
        (Dimension::Counterparty, &given.counterparty),
        (Dimension::Fund, &given.fund),
        (Dimension::IncomeType, &given.income_type),
        (Dimension::Resolution, &given.resolution),
        (Dimension::Shop, &given.shop),
        (Dimension::Street, &given.street),
    ];
    let mut set = DimensionSet::new();
    for (dimension, code) in pairs {
        let Some(code) = code else { continue };
        match DimensionCode::parse(code) {
            Some(code) => {
                set.insert(dimension, code);
            }
            None => {
                let field = format!("dimensions/{}", dimension.word());
                findings.add(
                    Some(index),
                    &field,
                    "dimension_code_malformed",
                    format!("看不懂“{}”的编码 {code}。编码为 1 至 32 位字母、数字、下划线或连字符。", dimension.chinese()),
                );
            }
        }
    }
    set
}
