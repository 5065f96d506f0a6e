//! 拒绝: the books say no. Every reason has a stable code for programs and a Chinese sentence for people that
//! says where, why, and what to do.

use crate::ledger::{AccountCode, Amount, Dimension, Period};
use jiff::civil::Date;

/// One reason why a voucher or declaration cannot stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    PeriodUnknown {
        period: Period,
    },
    PeriodClosed {
        period: Period,
    },
    DateOutsidePeriod {
        date: Date,
        period: Period,
    },
    MemoMissing,
    TextTooLong {
        field: &'static str,
        limit: usize,
    },
    TextMalformed {
        field: &'static str,
    },
    LinesTooMany {
        count: usize,
        limit: usize,
    },
    OneSided,
    AmountZero,
    AmountTooLarge,
    AccountUnknown {
        account: AccountCode,
    },
    AccountNotLeaf {
        account: AccountCode,
    },
    AccountClosed {
        account: AccountCode,
    },
    DimensionMissing {
        account: AccountCode,
        dimension: Dimension,
    },
    DimensionUnknown {
        dimension: Dimension,
        code: String,
    },
    Unbalanced {
        debit: Amount,
        credit: Amount,
    },
    MemorandumUnbalanced {
        debit: Amount,
        credit: Amount,
    },
    AttachmentMissing,
    AttachmentCountTooSmall {
        named: usize,
    },
    PreparerMissing,
    ApproverMissing,
    /// 经办人 of a declaration.
    ByMissing,
    /// Both names as they were written.
    PreparerIsApprover {
        preparer: String,
        approver: String,
    },
    OpeningAfterPosting,
    OpeningWordMismatch,
    TurnoverExceeded,
    SerialNotNext {
        expected: u32,
    },
    ReversedUnknown,
    AlreadyReversed,
    ReversalOfReversal,
    ReversalBeforeOriginal {
        date: Date,
        original: Date,
    },
    ReversalDiffers,
    AccountCodeTaken {
        account: AccountCode,
    },
    AccountParentMissing {
        account: AccountCode,
    },
    AccountCodeMalformed {
        account: AccountCode,
    },
    AccountParentInUse {
        account: AccountCode,
    },
    AccountDiffersFromParent {
        account: AccountCode,
    },
    OfficialAccountLocked {
        account: AccountCode,
    },
    ChartUnknown {
        chart: String,
    },
    DimensionCodeTaken {
        dimension: Dimension,
        code: String,
    },
    DimensionParentUnknown {
        dimension: Dimension,
        code: String,
        parent: String,
    },
    NameMissing,
    NothingDeclared,
    PeriodNotNext {
        expected: Period,
    },
    PeriodAlreadyOpen {
        period: Period,
    },
    BookNotOpened,
    BookAlreadyOpened,
    /// A rule of a higher room: its stable code and its sentence.
    Business {
        code: &'static str,
        message: String,
    },
}

impl Rule {
    /// A refusal by a rule of the business, whose code and sentence stand where the rule does.
    pub fn business(code: &'static str, message: impl Into<String>) -> Rule {
        Rule::Business { code, message: message.into() }
    }

    /// The stable code programs rely on.
    pub fn code(&self) -> &'static str {
        use Rule::*;
        match self {
            PeriodUnknown { .. } => "period_unknown",
            PeriodClosed { .. } => "period_closed",
            DateOutsidePeriod { .. } => "date_outside_period",
            MemoMissing => "memo_missing",
            TextTooLong { .. } => "text_too_long",
            TextMalformed { .. } => "text_malformed",
            LinesTooMany { .. } => "lines_too_many",
            OneSided => "one_sided",
            AmountZero => "amount_zero",
            AmountTooLarge => "amount_too_large",
            AccountUnknown { .. } => "account_unknown",
            AccountNotLeaf { .. } => "account_not_leaf",
            AccountClosed { .. } => "account_closed",
            DimensionMissing { .. } => "dimension_missing",
            DimensionUnknown { .. } => "dimension_unknown",
            Unbalanced { .. } => "unbalanced",
            MemorandumUnbalanced { .. } => "memorandum_unbalanced",
            AttachmentMissing => "attachment_missing",
            AttachmentCountTooSmall { .. } => "attachment_count_too_small",
            PreparerMissing => "preparer_missing",
            ApproverMissing => "approver_missing",
            ByMissing => "by_missing",
            PreparerIsApprover { .. } => "preparer_is_approver",
            OpeningAfterPosting => "opening_after_posting",
            OpeningWordMismatch => "opening_word_mismatch",
            TurnoverExceeded => "turnover_exceeded",
            SerialNotNext { .. } => "serial_not_next",
            ReversedUnknown => "reversed_unknown",
            AlreadyReversed => "already_reversed",
            ReversalOfReversal => "reversal_of_reversal",
            ReversalBeforeOriginal { .. } => "reversal_before_original",
            ReversalDiffers => "reversal_differs",
            AccountCodeTaken { .. } => "account_code_taken",
            AccountParentMissing { .. } => "account_parent_missing",
            AccountCodeMalformed { .. } => "account_code_malformed",
            AccountParentInUse { .. } => "account_parent_in_use",
            AccountDiffersFromParent { .. } => "account_differs_from_parent",
            OfficialAccountLocked { .. } => "official_account_locked",
            ChartUnknown { .. } => "chart_unknown",
            DimensionCodeTaken { .. } => "dimension_code_taken",
            DimensionParentUnknown { .. } => "dimension_parent_unknown",
            NameMissing => "name_missing",
            NothingDeclared => "nothing_declared",
            PeriodNotNext { .. } => "period_not_next",
            PeriodAlreadyOpen { .. } => "period_already_open",
            BookNotOpened => "book_not_opened",
            BookAlreadyOpened => "book_already_opened",
            Business { code, .. } => code,
        }
    }

    /// What a county accountant reads: the reason, then what to do.
    pub fn message(&self) -> String {
        use Rule::*;
        match self {
            PeriodUnknown { period } => format!("会计期间 {period} 尚未启用。请核对凭证日期，或先启用该年度。"),
            PeriodClosed { period } => {
                format!("会计期间 {period} 已结账，不能再记账。请改用未结账期间的日期；更正以前期间请用红字冲销。")
            }
            DateOutsidePeriod { date, period } => {
                format!("凭证日期 {date} 不在会计期间 {period} 内。请改日期或期间，使两者一致。")
            }
            MemoMissing => "没有摘要。请填写凭证摘要，或给每一行填写行摘要。".into(),
            TextTooLong { field, limit } => format!("{field}太长，最多 {limit} 个字。请缩短。"),
            TextMalformed { field } => format!("{field}中有换行、制表符、零宽字符等看不见的字符。请删去后重试。"),
            LinesTooMany { count, limit } => format!("一张凭证有 {count} 行分录，最多 {limit} 行。请拆成几张凭证。"),
            OneSided => "只有借方或只有贷方。一张凭证至少要有一行借方和一行贷方。".into(),
            AmountZero => "金额为零。请填写金额，或删去这一行。".into(),
            AmountTooLarge => format!("金额超过单行上限 {} 元。请核对小数点。", Amount::MAX),
            AccountUnknown { account } => format!("科目 {account} 不在本账套的科目表中。请核对编码，或先增设该科目。"),
            AccountNotLeaf { account } => format!("科目 {account} 有下级科目，不能直接记账。请改用它的末级科目。"),
            AccountClosed { account } => format!("科目 {account} 已停用。请改用其他科目。"),
            DimensionMissing { account, dimension } => {
                format!("科目 {account} 必须填写辅助核算“{}”。请补填。", dimension.chinese())
            }
            DimensionUnknown { dimension, code } => {
                format!("辅助核算“{}”中没有编码 {code}。请核对，或先登记该{}。", dimension.chinese(), dimension.chinese())
            }
            Unbalanced { debit, credit } => format!("借贷不平：借方合计 {debit}，贷方合计 {credit}。请核对各行金额。"),
            MemorandumUnbalanced { debit, credit } => {
                format!("表外科目借贷不平：借方合计 {debit}，贷方合计 {credit}。表外科目须自行平衡。")
            }
            AttachmentMissing => "没有附件。除结转和更正外，凭证须附原始凭证，请填写附单据数。".into(),
            AttachmentCountTooSmall { named } => format!("附单据数小于所列附件数 {named}。请改正附单据数。"),
            PreparerMissing => "没有制单人。请填写制单人姓名。".into(),
            ByMissing => "没有经办人。请填写经办人姓名。".into(),
            ApproverMissing => "没有审核人。请由制单人以外的人审核。".into(),
            PreparerIsApprover { preparer, approver } => one_person(preparer, approver),
            OpeningAfterPosting => "本账套已有记账凭证，不能再录入期初余额。请用更正凭证调整。".into(),
            OpeningWordMismatch => "凭证字“初”只用于期初余额，期初余额也只能用凭证字“初”。请改凭证字。".into(),
            TurnoverExceeded => "本账套累计发生额超过系统上限。请启用新账套。".into(),
            SerialNotNext { expected } => format!("凭证号不连续，应为第 {expected} 号。"),
            ReversedUnknown => "找不到要冲销的凭证。请核对期间和凭证号。".into(),
            AlreadyReversed => "这张凭证已经冲销过，不能再冲销一次。".into(),
            ReversalBeforeOriginal { date, original } => early_reversal(date, original),
            ReversalOfReversal => "红字冲销凭证不能再被冲销。请重新填制正确的蓝字凭证。".into(),
            ReversalDiffers => "冲销凭证的分录与原凭证不是一一相反。".into(),
            AccountCodeTaken { account } => format!("科目编码 {account} 已被占用。编码不能重复使用，请换一个。"),
            AccountParentMissing { account } => format!("科目 {account} 没有上级科目。请先增设上级科目。"),
            AccountCodeMalformed { account } => {
                format!("科目编码 {account} 不合编码规则：一级为准则编码（表外科目以 9 开头），以下每级加两位数字。")
            }
            AccountParentInUse { account } => format!("科目 {account} 的上级已有发生额，不能再设下级。请另设同级科目。"),
            AccountDiffersFromParent { account } => format!("科目 {account} 的要素与上级科目不同。请与上级一致。"),
            OfficialAccountLocked { account } => format!("科目 {account} 是国家统一会计制度规定的科目，不能增改或停用。"),
            ChartUnknown { chart } => unknown_chart(chart),
            DimensionCodeTaken { dimension, code } => {
                format!("“{}”编码 {code} 已登记为别的内容。编码不能重复使用，请换一个。", dimension.chinese())
            }
            DimensionParentUnknown { dimension, code, parent } => {
                format!("“{}”{code} 的上级编码 {parent} 没有登记。请先登记上级。", dimension.chinese())
            }
            NameMissing => "没有名称。请填写名称。".into(),
            NothingDeclared => "没有任何内容。请至少填写一项。".into(),
            PeriodNotNext { expected } => format!("会计期间须依次结账或启用，下一个应为 {expected}。"),
            PeriodAlreadyOpen { period } => format!("会计期间 {period} 已经启用。"),
            BookNotOpened => "账套尚未启用。".into(),
            BookAlreadyOpened => "账套已经启用，不能再次启用。".into(),
            Business { message, .. } => message.clone(),
        }
    }
}

fn early_reversal(date: &Date, original: &Date) -> String {
    format!("冲销日期 {date} 早于原凭证日期 {original}。红字冲销不能记在原凭证之前，请用 {original} 或以后的日期。")
}

fn one_person(preparer: &str, approver: &str) -> String {
    let advice = "制单与审核须由两人分别担任";
    if preparer == approver {
        return format!("制单人与审核人同为“{preparer}”。{advice}；两人同名的，请在姓名后加编号。");
    }
    format!("制单人“{preparer}”与审核人“{approver}”是同一个姓名：空格、大小写、全半角、间隔号的写法不算。{advice}。")
}

fn unknown_chart(chart: &str) -> String {
    let known = "small_enterprise_2013（小企业会计准则）、rural_collective_2023（农村集体经济组织会计制度）";
    format!("没有科目表 {chart}。可用：{known}。")
}

/// A reason at a place: `line` counts from 1, and is absent where the whole voucher is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub line: Option<usize>,
    pub rule: Rule,
}

impl Reason {
    pub fn whole(rule: Rule) -> Reason {
        Reason { line: None, rule }
    }

    pub fn at(line: usize, rule: Rule) -> Reason {
        Reason { line: Some(line), rule }
    }

    /// The sentence with its place in front.
    pub fn message(&self) -> String {
        match self.line {
            Some(line) => format!("第 {line} 行：{}", self.rule.message()),
            None => self.rule.message(),
        }
    }
}

/// Everything that is wrong with one draft, in the fixed order of the rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reasons.iter().map(Reason::message).collect::<Vec<_>>().join(" "))]
pub struct Refusal {
    pub reasons: Vec<Reason>,
}

impl Refusal {
    pub fn one(rule: Rule) -> Refusal {
        Refusal { reasons: vec![Reason::whole(rule)] }
    }

    /// `Ok` when there is nothing against it.
    pub fn unless_empty(reasons: Vec<Reason>) -> Result<(), Refusal> {
        if reasons.is_empty() { Ok(()) } else { Err(Refusal { reasons }) }
    }
}
