//! 参股: what the book holds of other companies and cooperatives, at cost, with the dividends these declared and paid.
//!
//! 小企业会计准则 (财会〔2011〕17号) knows the cost method alone: a stake is never valued anew, and income is what the
//! investee declares. A rural book (财会〔2023〕14号) posts the same facts to its own accounts: the roles tell which.

use crate::collective::reference;
use crate::ledger::amount::{less, total};
use crate::ledger::book::text_rule;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Characters of a document's number: two of them, a stake's code and the fact's word fit a voucher's reference.
pub const DOCUMENT_CHARS_MAX: usize = 60;
/// Characters of a resolution's number.
const RESOLUTION_CHARS_MAX: usize = 100;

/// What a stake was paid with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StakeForm {
    /// 货币
    Cash,
    /// 实物作价: the asset that goes has been cleared to an account of its own first.
    InKind,
    /// 期初已有: the opening balances hold it, so nothing is posted.
    Opening,
}

/// 参股出资. The stake's name is the code of the investee among the counterparties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StakeAcquired {
    /// Cost in yuan.
    pub amount: Amount,
    /// The community whose income the dividends are.
    pub community: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 出资凭据; distinct within the stake.
    pub document: String,
    pub form: StakeForm,
    /// The code by which the investee's book names the holder of this stake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<DimensionCode>,
    pub income_type: DimensionCode,
    /// The investee's book, where this installation keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub investee_book: Option<String>,
    /// 决议与四议两公开文号
    pub resolution: String,
    pub stake: DimensionCode,
}

/// 宣告分红: from now on it is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StakeDividendDeclared {
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 分红通知或决议文号; distinct within the stake.
    pub document: String,
    /// The code of the resolution in the investee's book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<DimensionCode>,
    pub stake: DimensionCode,
}

/// 收到分红.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StakeDividendReceived {
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// The document of the declaration that it settles.
    pub declaration: String,
    /// 银行回单; distinct within the declaration.
    pub document: String,
    pub stake: DimensionCode,
}

impl StakeDividendDeclared {
    /// What its voucher carries.
    pub fn reference(&self) -> String {
        format!("stake_dividend_declared/{}/{}", self.stake, self.document)
    }
}

impl StakeDividendReceived {
    /// What its voucher carries.
    pub fn reference(&self) -> String {
        format!("stake_dividend_received/{}/{}/{}", self.stake, self.declaration, self.document)
    }
}

/// A declaration that stands, with what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub declared: StakeDividendDeclared,
    /// By document.
    pub receipts: BTreeMap<String, StakeDividendReceived>,
}

impl Declaration {
    pub fn received(&self) -> Amount {
        total(self.receipts.values().map(|receipt| receipt.amount))
    }

    /// What is still to come.
    pub fn open(&self) -> Amount {
        less(self.declared.amount, self.received())
    }
}

/// One investee. There is at least one acquisition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stake {
    /// By document.
    pub acquisitions: BTreeMap<String, StakeAcquired>,
    /// By document.
    pub declarations: BTreeMap<String, Declaration>,
}

impl Stake {
    /// Any acquisition: they all name the same community, income type, book and holder.
    pub fn terms(&self) -> Option<&StakeAcquired> {
        self.acquisitions.values().next()
    }

    /// The investee's book and the code by which it names us, where this installation keeps that book.
    pub fn counterpart(&self) -> Option<(&str, &DimensionCode)> {
        let terms = self.terms()?;
        terms.investee_book.as_deref().zip(terms.holder.as_ref())
    }

    pub fn cost(&self) -> Amount {
        total(self.acquisitions.values().map(|one| one.amount))
    }

    pub fn declared(&self) -> Amount {
        total(self.declarations.values().map(|one| one.declared.amount))
    }

    pub fn received(&self) -> Amount {
        total(self.declarations.values().map(Declaration::received))
    }

    /// The declaration of a resolution in the investee's book.
    pub fn of_resolution(&self, resolution: &DimensionCode) -> Option<&Declaration> {
        self.declarations.values().find(|one| one.declared.resolution.as_ref() == Some(resolution))
    }

    fn since(&self) -> Option<Date> {
        self.acquisitions.values().map(|one| one.date).min()
    }
}

/// 参股台账, by the investee's code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StakeRegister(BTreeMap<DimensionCode, Stake>);

fn amount_rule(amount: Amount) -> Option<Rule> {
    (amount <= Amount::ZERO).then(|| Rule::business("stake_amount", format!("金额 {amount} 应大于零。请核对。")))
}

fn document_rule(document: &str, taken: bool) -> Option<Rule> {
    if !reference::fits(document) {
        return Some(Rule::business("stake_document", "没有填文号、回单号，或其中含有斜线。请补填或删去斜线。"));
    }
    if taken {
        return Some(Rule::business("stake_document_taken", format!("文号 {document} 已经登记过。请核对是不是重复。")));
    }
    text_rule("文号", document, DOCUMENT_CHARS_MAX)
}

fn date_rule(date: Date, since: Option<Date>, what: &str) -> Option<Rule> {
    let since = since.filter(|since| date < *since)?;
    Some(Rule::business("stake_date_reversed", format!("日期 {date} 早于{what}（{since}）。请核对日期。")))
}

fn unknown(stake: &DimensionCode) -> Vec<Rule> {
    vec![Rule::business(
        "stake_unknown",
        format!("没有登记对 {stake} 的参股。请先登记参股出资；期初已有的，出资形式写 opening。"),
    )]
}

impl StakeRegister {
    pub fn get(&self, code: &DimensionCode) -> Option<&Stake> {
        self.0.get(code)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&DimensionCode, &Stake)> {
        self.0.iter()
    }

    pub fn examine_acquired(&self, acquired: &StakeAcquired) -> Vec<Rule> {
        let stake = self.0.get(&acquired.stake);
        let taken = stake.is_some_and(|stake| stake.acquisitions.contains_key(&acquired.document));
        let mut rules: Vec<Rule> =
            amount_rule(acquired.amount).into_iter().chain(document_rule(&acquired.document, taken)).collect();
        if acquired.resolution.trim().is_empty() {
            rules.push(Rule::business("stake_resolution_missing", "没有填写决议与四议两公开文号。请补填。"));
        }
        rules.extend(text_rule("决议文号", &acquired.resolution, RESOLUTION_CHARS_MAX));
        let blank = acquired.investee_book.as_deref().is_some_and(|book| book.trim().is_empty());
        if acquired.investee_book.is_some() != acquired.holder.is_some() || blank {
            let message = "被投资单位的账套和它对本方的社区编码要一起写，或者都不写。请补齐或删去。";
            rules.push(Rule::business("stake_book_incomplete", message));
        }
        rules.extend(acquired.investee_book.as_deref().and_then(|book| text_rule("账套编码", book, DOCUMENT_CHARS_MAX)));
        let others = self.0.iter().filter(|(code, _)| **code != acquired.stake);
        let counterpart = acquired.investee_book.as_deref().zip(acquired.holder.as_ref());
        if counterpart.is_some() && others.map(|(_, stake)| stake.counterpart()).any(|other| other == counterpart) {
            let message = "这个被投资单位账套里的同一社区编码已登记在另一项参股下。同一家公司只用一个往来编码，请改用那一个。";
            rules.push(Rule::business("stake_book_taken", message));
        }
        if stake.and_then(Stake::terms).is_some_and(|terms| !same_terms(terms, acquired)) {
            let message = format!(
                "对 {} 的参股已登记，社区、收入类型、账套、社区编码与以前不同。请照以前的写，或换一个往来编码。",
                acquired.stake
            );
            rules.push(Rule::business("stake_terms_differ", message));
        }
        rules
    }

    pub fn examine_declared(&self, declared: &StakeDividendDeclared) -> Vec<Rule> {
        let Some(stake) = self.0.get(&declared.stake) else { return unknown(&declared.stake) };
        let taken = stake.declarations.contains_key(&declared.document);
        let twice = declared.resolution.as_ref().filter(|resolution| stake.of_resolution(resolution).is_some());
        let mut rules: Vec<Rule> =
            amount_rule(declared.amount).into_iter().chain(document_rule(&declared.document, taken)).collect();
        rules.extend(date_rule(declared.date, stake.since(), "最早的出资日期"));
        rules.extend(twice.map(|resolution| {
            Rule::business("stake_resolution_taken", format!("决议 {resolution} 的分红已经登记过。请核对是不是重复。"))
        }));
        rules
    }

    pub fn examine_received(&self, received: &StakeDividendReceived) -> Vec<Rule> {
        let Some(stake) = self.0.get(&received.stake) else { return unknown(&received.stake) };
        let Some(declaration) = stake.declarations.get(&received.declaration) else {
            let message = format!("没有登记文号为 {} 的宣告分红。请先登记宣告。", received.declaration);
            return vec![Rule::business("stake_declaration_unknown", message)];
        };
        let taken = declaration.receipts.contains_key(&received.document);
        let mut rules: Vec<Rule> =
            amount_rule(received.amount).into_iter().chain(document_rule(&received.document, taken)).collect();
        rules.extend(date_rule(received.date, Some(declaration.declared.date), "宣告日期"));
        let open = declaration.open();
        if received.amount > open {
            let message = format!("收到 {} 元，超过这次宣告尚未收到的 {open} 元。请核对金额。", received.amount);
            rules.push(Rule::business("stake_dividend_exceeded", message));
        }
        rules
    }

    pub fn acquire(&mut self, acquired: &StakeAcquired) {
        let stake = self.0.entry(acquired.stake.clone()).or_default();
        stake.acquisitions.insert(acquired.document.clone(), acquired.clone());
    }

    pub fn declare(&mut self, declared: &StakeDividendDeclared) {
        if let Some(stake) = self.0.get_mut(&declared.stake) {
            let declaration = Declaration { declared: declared.clone(), receipts: BTreeMap::new() };
            stake.declarations.insert(declared.document.clone(), declaration);
        }
    }

    pub fn receive(&mut self, received: &StakeDividendReceived) {
        let declaration = self.0.get_mut(&received.stake).and_then(|stake| stake.declarations.get_mut(&received.declaration));
        if let Some(declaration) = declaration {
            declaration.receipts.insert(received.document.clone(), received.clone());
        }
    }

    /// Takes back an acquisition when its voucher was reversed; not the only one of a stake with dividends.
    pub fn withdraw_acquired(&mut self, code: &DimensionCode, document: &str) -> Option<()> {
        let stake = self.0.get_mut(code)?;
        let last = stake.acquisitions.len() == 1 && stake.acquisitions.contains_key(document);
        if !last {
            return stake.acquisitions.remove(document).map(|_| ());
        }
        if !stake.declarations.is_empty() {
            return None;
        }
        self.0.remove(code).map(|_| ())
    }

    /// Takes back a declaration that nothing came of.
    pub fn withdraw_declared(&mut self, code: &DimensionCode, document: &str) -> Option<()> {
        let stake = self.0.get_mut(code)?;
        stake.declarations.get(document).filter(|one| one.receipts.is_empty())?;
        stake.declarations.remove(document).map(|_| ())
    }

    pub fn withdraw_received(&mut self, code: &DimensionCode, declaration: &str, document: &str) -> Option<()> {
        self.0.get_mut(code)?.declarations.get_mut(declaration)?.receipts.remove(document).map(|_| ())
    }
}

fn same_terms(a: &StakeAcquired, b: &StakeAcquired) -> bool {
    (&a.community, &a.income_type, &a.investee_book, &a.holder) == (&b.community, &b.income_type, &b.investee_book, &b.holder)
}
