//! 银行账户: whose it is and what for. Collective money is never in an account that is opened in a person's name (农集法
//! §44). The number stands in full on the chain and nowhere else: people and programs see its last four digits, as it is
//! sensitive data (会计软件基本功能和服务规范, 财会〔2024〕12号 §33).

use crate::collective::organisation::unit::{UnitKind, UnitRegister, document_rule};
use crate::ledger::DimensionCode;
use crate::ledger::book::{BookProfile, name_rule};
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Digits of an account's number: those of the banks have 9 to 22, and an acquirer's a few more.
const DIGITS: std::ops::RangeInclusive<usize> = 8..=32;

/// An account's number. Shown, it is masked; only the journal's bytes have all of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountNumber(String);

impl AccountNumber {
    pub fn new(text: &str) -> AccountNumber {
        AccountNumber(text.to_owned())
    }

    fn is_well_formed(&self) -> bool {
        DIGITS.contains(&self.0.len()) && self.0.bytes().all(|b| b.is_ascii_digit())
    }
}

impl fmt::Display for AccountNumber {
    /// `*1234`. What is too short to hide anything behind its last four is hidden whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.char_indices().rev().nth(3).filter(|(at, _)| *at >= 4).map_or("", |(at, _)| &self.0[at..]);
        write!(f, "*{last}")
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// 基本户
    Basic,
    /// 收款户: what platforms and tenants pay into
    Collection,
    /// 周转资金户
    WorkingFund,
    /// 项目资金户
    ProjectFund,
    /// 其他
    Other,
}

impl Purpose {
    pub fn chinese(self) -> &'static str {
        match self {
            Purpose::Basic => "基本户",
            Purpose::Collection => "收款户",
            Purpose::WorkingFund => "周转资金户",
            Purpose::ProjectFund => "项目资金户",
            Purpose::Other => "其他",
        }
    }
}

/// The unit that an account belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    pub code: DimensionCode,
    pub kind: UnitKind,
}

/// 账户登记
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankAccountRegistered {
    pub account: AccountNumber,
    /// 开户银行
    pub bank: String,
    /// 户名, as the bank writes it.
    pub holder: String,
    pub owner: Owner,
    pub purpose: Purpose,
    /// The first day.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub since: Date,
}

/// 销户
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankAccountClosed {
    pub account: AccountNumber,
    /// The first day on which nothing can go there any more.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAccount {
    pub card: BankAccountRegistered,
    pub closed: Option<BankAccountClosed>,
    /// It is not in its owner's name, which only those may have who pay the collective.
    pub pays_only: bool,
}

impl BankAccount {
    pub fn is_open(&self, day: Date) -> bool {
        self.card.since <= day && self.closed.as_ref().is_none_or(|closed| day < closed.date)
    }

    fn belongs_to(&self, community: &DimensionCode) -> bool {
        self.card.owner.kind == UnitKind::Community && self.card.owner.code == *community
    }
}

/// 账户台账. Numbers are never reused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankAccountRegister(BTreeMap<AccountNumber, BankAccount>);

/// Whether the account is in the name its owner has on that day. The unit that keeps the book may be called as the book calls
/// it: 公司 in a company's book, 社区 in the book of its collective.
fn in_own_name(card: &BankAccountRegistered, units: &UnitRegister, profile: &BookProfile) -> bool {
    let own = match profile.standard {
        ChartStandard::SmallEnterprise2013 => UnitKind::Company,
        ChartStandard::RuralCollective2023 => UnitKind::Community,
    };
    let Owner { code, kind } = &card.owner;
    units.name_at(*kind, code, card.since) == Some(&card.holder) || (*kind == own && card.holder == profile.organisation)
}

impl BankAccountRegister {
    /// Every account, by number.
    pub fn iter(&self) -> impl Iterator<Item = &BankAccount> {
        self.0.values()
    }

    pub fn examine(&self, card: &BankAccountRegistered, units: &UnitRegister, profile: &BookProfile) -> Vec<Rule> {
        let BankAccountRegistered { account, holder, owner, since, .. } = card;
        let mut rules = Vec::new();
        if !account.is_well_formed() {
            let (least, most) = (DIGITS.start(), DIGITS.end());
            rules.push(Rule::business(
                "bank_account_number",
                format!("账号要是 {least} 至 {most} 位数字，不带空格和横线。请核对。"),
            ));
        }
        if self.0.contains_key(account) {
            let message = format!("账户 {account} 已经登记过。账号不能重复使用，销户以后也不能；请核对账号。");
            rules.push(Rule::business("bank_account_taken", message));
        }
        rules.extend(name_rule("开户银行", &card.bank));
        rules.extend(name_rule("户名", holder));
        let unknown = units.unknown_rule(owner.kind, &owner.code, *since);
        if unknown.is_none() && owner.kind.is_collective() && !in_own_name(card, units, profile) {
            let name = units.name_at(owner.kind, &owner.code, *since).unwrap_or_default();
            let message = format!(
                "账户 {account} 的户名“{holder}”不是{} {} 在 {since} 的名称“{name}”。集体资金不得存入以个人名义开立的账户（农集法 \
                 §44），请改用本单位开立的账户；单位已改名的，先登记更名。",
                owner.kind.chinese(),
                owner.code
            );
            rules.push(Rule::business("account_in_personal_name", message));
        }
        rules.extend(unknown);
        rules
    }

    pub fn examine_closing(&self, closing: &BankAccountClosed) -> Vec<Rule> {
        let account = &closing.account;
        let Some(known) = self.0.get(account) else {
            return vec![Rule::business("bank_account_unknown", format!("没有登记账户 {account}。请核对账号。"))];
        };
        let mut rules = Vec::new();
        if let Some(closed) = &known.closed {
            rules.push(Rule::business("bank_account_closed", format!("账户 {account} 已在 {} 销户。", closed.date)));
        }
        if closing.date < known.card.since {
            let message = format!("销户日期 {} 早于开户日期 {}。请核对。", closing.date, known.card.since);
            rules.push(Rule::business("bank_account_date", message));
        }
        rules.extend(document_rule("销户的文件号", &closing.document));
        rules
    }

    /// A community's dividend goes to its own account, where one is known, and never to anybody else's (facts §7.2 J4).
    pub fn examine_dividend(&self, community: &DimensionCode, account: Option<&AccountNumber>, day: Date) -> Option<Rule> {
        let mut own = self.0.values().filter(|one| one.belongs_to(community));
        match account {
            None => own.any(|one| one.card.since <= day).then(|| {
                let message = format!("社区 {community} 登记了银行账户。请写明利润汇入其中哪一个（尚未销户的）。");
                Rule::business("payment_account_missing", message)
            }),
            Some(account) => (!own.any(|one| one.card.account == *account && one.is_open(day))).then(|| {
                let message = format!(
                    "账户 {account} 在 {day} 不是社区 {community} 可用的账户。利润只汇入社区自己的账户，请核对或先登记。"
                );
                Rule::business("payment_account_foreign", message)
            }),
        }
    }

    pub fn add(&mut self, card: &BankAccountRegistered, units: &UnitRegister) {
        let named = units.name_at(card.owner.kind, &card.owner.code, card.since) == Some(&card.holder);
        let pays_only = !card.owner.kind.is_collective() && !named;
        self.0.insert(card.account.clone(), BankAccount { card: card.clone(), closed: None, pays_only });
    }

    pub fn close(&mut self, closing: &BankAccountClosed) {
        if let Some(account) = self.0.get_mut(&closing.account) {
            account.closed = Some(closing.clone());
        }
    }
}
