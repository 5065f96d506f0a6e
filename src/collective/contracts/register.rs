//! 合同: a lease, a contracting or an intermediary service with what follows its terms: money, accruals, an early end.

mod money;
mod opening;

use crate::collective::contracts::money::{Money, MoneyReceived};
use crate::collective::contracts::recognition::{Recognition, parts, recognition};
use crate::collective::contracts::schedule::{self, Installment};
use crate::collective::contracts::service::{ServiceConfirmed, Services};
use crate::collective::contracts::tax::Taxed;
use crate::collective::contracts::terms::{ContractKind, ContractTerms, Timing};
use crate::ledger::amount::{less, plus, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 终止: the contract runs until this day and no longer; what remains is settled by the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractEnd {
    pub contract: DimensionCode,
    /// The last day of use.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
}

/// 按月计提或确认收入 of some contracts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accrual {
    pub contracts: Vec<DimensionCode>,
    pub period: Period,
}

/// 作废: a contract that was signed by mistake and has nothing on it. Its code stays used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractVoid {
    pub contract: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
}

impl ContractVoid {
    /// Only what has left no trace in the accounts can be void.
    pub fn examine(&self, in_use: bool) -> Vec<Rule> {
        let mut rules = Vec::new();
        if in_use {
            let message = format!("合同 {} 已有收付、计提或终止，不能作废。请先冲销这些凭证，或登记终止。", self.contract);
            rules.push(Rule::business("contract_in_use", message));
        }
        if self.document.trim().is_empty() {
            rules.push(Rule::business("contract_void_document", "没有作废的依据。请补填文号或说明。"));
        }
        rules
    }

    /// The refusal of whatever comes after it.
    pub fn refusal(&self) -> Rule {
        let message = format!("合同 {} 已于 {} 作废（{}）。请用另行登记的合同。", self.contract, self.date, self.document);
        Rule::business("contract_void", message)
    }
}

/// A contract with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    pub terms: ContractTerms,
    /// Over an asset that was in custody when it began.
    pub entrusted: bool,
    /// The first day of the book: what was due or earned before is settled.
    pub since: Date,
    pub ended: Option<ContractEnd>,
    pub voided: Option<ContractVoid>,
    /// 押金 held 期初.
    pub deposit_opening: Amount,
    /// 应收租金 期初, and since when.
    pub receivable_opening: Option<(Date, Amount)>,
    /// 预收租金 期初, net of tax.
    pub advance_opening: Option<(Date, Amount)>,
    /// What each month was recognised with: gross, or net where it was paid in advance.
    pub accrued: BTreeMap<Period, Amount>,
    /// The tax in it, which waits for its tax point; nothing of a contract in advance.
    pub accrued_tax: BTreeMap<Period, Amount>,
    /// What each month end moved to 应交增值税.
    pub taxed: BTreeMap<Period, Taxed>,
    /// What receipts moved that came before the month they were due in, by document.
    pub taxed_with: BTreeMap<String, Taxed>,
    /// By document.
    pub money: BTreeMap<String, MoneyReceived>,
    /// What refunds took off the account of the rent, by document: of rent in advance without its tax.
    pub refunded: BTreeMap<String, Amount>,
    /// Of an intermediary service only.
    pub services: Services,
}

impl Contract {
    /// When its money becomes income.
    pub fn recognition(&self) -> Recognition {
        recognition(&self.terms, self.entrusted)
    }

    /// The last day of use: as signed, or earlier.
    pub fn last_day(&self) -> Date {
        self.ended.as_ref().map_or(self.terms.end, |end| end.date.min(self.terms.end))
    }

    /// Every payment; none of a void contract.
    pub fn schedule(&self) -> Vec<Installment> {
        match self.voided {
            None => schedule::installments(&self.terms, self.last_day()),
            Some(_) => Vec::new(),
        }
    }

    /// Every payment that falls due in this book, with what its months earn. Of one that is earned month by month and owed
    /// until it is paid, months before the book were recognised in other books: they are settled, or carried.
    pub fn payments_of_book(&self) -> Vec<(Installment, Vec<(Period, Amount)>)> {
        let payments = self.schedule().into_iter().filter(|one| one.due >= self.since);
        let with_months = |one: Installment| {
            let mut months = parts(&one, one.gross, self.terms.recognition);
            if self.recognition() == Recognition::Receivable {
                months.retain(|(month, _)| month.first_day() >= self.since);
            }
            (one, months)
        };
        payments.map(with_months).collect()
    }

    /// What of every payment falls due in this book.
    pub fn installments(&self) -> Vec<Installment> {
        let in_book = |(mut one, months): (Installment, Vec<(Period, Amount)>)| {
            one.gross = total(months.iter().map(|(_, part)| *part));
            one
        };
        self.payments_of_book().into_iter().map(in_book).collect()
    }

    /// What was moved to 应交增值税, with receipts and at month ends.
    pub fn moved(&self) -> Taxed {
        Taxed::sum(self.taxed.values().chain(self.taxed_with.values()).copied())
    }

    /// 待转税额: the tax of what was recognised, less what was moved.
    pub fn deferred_tax(&self) -> Amount {
        less(total(self.accrued_tax.values().copied()), self.moved().tax)
    }

    /// Money of one kind so far. Sums of posted amounts fit: see [`crate::ledger::book::TURNOVER_MAX`].
    pub fn received(&self, kind: Money) -> Amount {
        let amounts = self.money.values().filter(|money| money.kind == kind).map(|money| money.amount);
        total(amounts)
    }

    /// 押金 still held.
    pub fn deposit_held(&self) -> Amount {
        let gone = plus(self.received(Money::DepositRefunded), self.received(Money::DepositForfeited));
        less(plus(self.deposit_opening, self.received(Money::Deposit)), gone)
    }
}

/// What a month end recognises of a contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Month {
    pub gross: Amount,
    /// The tax in it.
    pub tax: Amount,
    /// What has had its tax point by the month's end and was not moved.
    pub moved: Taxed,
}

/// 合同台账. Codes are never reused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContractRegister {
    contracts: BTreeMap<DimensionCode, Contract>,
    since: Date,
}

/// 农村土地承包法 gives forests the longest term: 70 years.
const TERM_YEARS_MAX: i64 = 70;
/// Ten years without rent are more likely a typing error.
const RENT_FREE_DAYS_MAX: u32 = 3_660;

impl ContractRegister {
    /// The register of a book that begins on a day.
    pub fn of_book(since: Date) -> ContractRegister {
        ContractRegister { since, ..ContractRegister::default() }
    }

    pub fn get(&self, code: &DimensionCode) -> Option<&Contract> {
        self.contracts.get(code)
    }

    /// Every contract, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Contract> {
        self.contracts.values()
    }

    /// Every contract that is not void, by code.
    pub fn standing(&self) -> impl Iterator<Item = &Contract> {
        self.contracts.values().filter(|contract| contract.voided.is_none())
    }

    /// The contract by which an asset is in use on a day: signed over it, and not yet run out or ended.
    pub fn using(&self, asset: &DimensionCode, day: Date) -> Option<&Contract> {
        let uses = |c: &&Contract| c.terms.asset.as_ref() == Some(asset) && c.terms.start <= day && day <= c.last_day();
        self.standing().find(uses)
    }

    /// A contract over an asset that is in force after a day.
    pub fn beyond(&self, asset: &DimensionCode, day: Date) -> Option<&Contract> {
        self.standing().find(|contract| contract.terms.asset.as_ref() == Some(asset) && contract.last_day() > day)
    }

    pub fn examine_terms(&self, terms: &ContractTerms) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.contracts.contains_key(&terms.code) {
            rules.push(Rule::business(
                "contract_code_taken",
                format!("合同 {} 已经登记。编码不能重复使用，请换一个。", terms.code),
            ));
        }
        if terms.end < terms.start {
            rules.push(Rule::business(
                "contract_term_reversed",
                format!("到期日 {} 早于起始日 {}。请核对。", terms.end, terms.start),
            ));
        }
        let longest = terms.start.saturating_add(jiff::Span::new().years(TERM_YEARS_MAX));
        if terms.end > longest || terms.rent_free_days > RENT_FREE_DAYS_MAX {
            let message = format!("合同期不超过 {TERM_YEARS_MAX} 年，免租期不超过 {RENT_FREE_DAYS_MAX} 天。请核对日期和天数。");
            rules.push(Rule::business("contract_term_too_long", message));
        }
        if terms.rent.fen() <= 0 || terms.deposit.fen() < 0 || terms.floor.fen() < 0 {
            rules.push(Rule::business("contract_amount", "每期金额要大于零，押金和评估底价不能为负。"));
        }
        if terms.resolution.trim().is_empty() {
            rules.push(Rule::business("contract_resolution_missing", "没有决议与四议两公开的文号。请补填，再登记合同。"));
        }
        if terms.escalation_basis_points > 5_000 || terms.late_fee_basis_points > 100 {
            rules.push(Rule::business("contract_rate", "年递增不超过 50%，违约金每日不超过 1%。请核对是否以万分之为单位。"));
        }
        if terms.advance && terms.kind == ContractKind::Participation {
            rules.push(Rule::business("participation_advance", "参股分红没有先付后用。请把“先付后用”改为否。"));
        }
        if terms.recognition == Timing::WhenDue && terms.kind == ContractKind::Intermediary {
            let message = "居间服务在成果确认或收款时确认收入，没有到期一次确认。请删去“确认方式”。";
            rules.push(Rule::business("contract_recognition", message));
        }
        if terms.member && matches!(terms.kind, ContractKind::Intermediary | ContractKind::Participation) {
            let message = "“对方是成员”只用于租赁、承包合同：居间服务、参股的款项不记内部往来。请删去。";
            rules.push(Rule::business("contract_member", message));
        }
        let let_twice = terms.asset.as_ref().and_then(|asset| {
            let overlaps = |other: &&Contract| terms.start <= other.last_day() && other.terms.start <= terms.end;
            self.standing().filter(|other| other.terms.asset.as_ref() == Some(asset)).find(overlaps)
        });
        if let Some(other) = let_twice {
            let (code, last) = (&other.terms.code, other.last_day());
            rules.push(Rule::business(
                "asset_let_twice",
                format!("同一资产已由合同 {code} 用到 {last}。请改起始日，或先终止那份合同。"),
            ));
        }
        rules
    }

    /// A contract on which something can happen.
    ///
    /// # Errors
    /// It is not in the register, or void.
    pub fn usable(&self, code: &DimensionCode) -> Result<&Contract, Rule> {
        let contract = self.contracts.get(code).ok_or_else(|| unknown(code))?;
        contract.voided.as_ref().map_or(Ok(contract), |void| Err(void.refusal()))
    }

    /// What is in use ends instead.
    pub fn examine_void(&self, void: &ContractVoid) -> Vec<Rule> {
        let contract = match self.usable(&void.contract) {
            Ok(contract) => contract,
            Err(rule) => return vec![rule],
        };
        let earned = !contract.accrued.is_empty() || contract.services.are_confirmed();
        let paid = !contract.money.is_empty() || !contract.deposit_opening.is_zero();
        let carried = contract.receivable_opening.or(contract.advance_opening).is_some();
        void.examine(earned || paid || carried || contract.ended.is_some())
    }

    pub fn examine_end(&self, end: &ContractEnd) -> Vec<Rule> {
        let contract = match self.usable(&end.contract) {
            Ok(contract) => contract,
            Err(rule) => return vec![rule],
        };
        let mut rules = Vec::new();
        if contract.ended.is_some() {
            rules.push(Rule::business("contract_ended", format!("合同 {} 已经终止。", end.contract)));
        }
        if end.date < contract.terms.start || end.date > contract.terms.end {
            rules.push(Rule::business("contract_end_outside", format!("终止日 {} 不在合同期内。请核对。", end.date)));
        }
        if end.document.trim().is_empty() {
            rules.push(Rule::business("contract_end_document", "没有终止的依据。请补填解除协议、交接单等的文号。"));
        }
        // On the day it was to end anyway nothing is worth another amount, whatever was accrued.
        let early = end.date < contract.terms.end;
        if let Some(period) = contract.accrued.keys().next_back().filter(|period| early && period.last_day() > end.date) {
            rules.push(Rule::business(
                "contract_accrued_beyond",
                format!(
                    "已计提到 {period}。请先冲销终止日所在月及以后各月的计提（那几个月已结账的，冲销日期用未结账期间的），\
                     再终止；终止那个月应有的收入由下一次月末计提补上。"
                ),
            ));
        }
        rules
    }

    pub fn sign(&mut self, terms: &ContractTerms, entrusted: bool) {
        let contract = Contract {
            terms: terms.clone(),
            entrusted,
            since: self.since,
            ended: None,
            voided: None,
            deposit_opening: Amount::ZERO,
            receivable_opening: None,
            advance_opening: None,
            accrued: BTreeMap::new(),
            accrued_tax: BTreeMap::new(),
            taxed: BTreeMap::new(),
            taxed_with: BTreeMap::new(),
            money: BTreeMap::new(),
            refunded: BTreeMap::new(),
            services: Services::default(),
        };
        self.contracts.insert(terms.code.clone(), contract);
    }

    pub fn end(&mut self, end: &ContractEnd) {
        if let Some(contract) = self.contracts.get_mut(&end.contract) {
            contract.ended = Some(end.clone());
        }
    }

    pub fn void(&mut self, void: &ContractVoid) {
        if let Some(contract) = self.contracts.get_mut(&void.contract) {
            contract.voided = Some(void.clone());
        }
    }

    pub fn accrue(&mut self, code: &DimensionCode, period: Period, month: Month) {
        if let Some(contract) = self.contracts.get_mut(code) {
            contract.accrued.insert(period, month.gross);
            contract.accrued_tax.insert(period, month.tax);
            contract.taxed.insert(period, month.moved);
        }
    }

    pub fn confirm(&mut self, confirmed: &ServiceConfirmed) {
        if let Some(contract) = self.contracts.get_mut(&confirmed.contract) {
            contract.services.confirm(confirmed);
        }
    }

    /// `None` where receipts have paid for it.
    pub fn withdraw_confirmed(&mut self, code: &DimensionCode, document: &str) -> Option<()> {
        self.contracts.get_mut(code)?.services.withdraw_confirmed(document)
    }

    /// Takes back an accrual or a receipt, when its voucher was reversed.
    pub fn withdraw_accrual(&mut self, code: &DimensionCode, period: Period) -> Option<()> {
        let contract = self.contracts.get_mut(code)?;
        contract.accrued_tax.remove(&period);
        contract.taxed.remove(&period);
        contract.accrued.remove(&period).map(|_| ())
    }
}

/// The refusal of a contract that is not in the register.
pub fn unknown(code: &DimensionCode) -> Rule {
    Rule::business("contract_unknown", format!("合同 {code} 没有登记。请先登记合同。"))
}
