//! The ledger of all funds: what speaks against a fact beside those before it, and what may be taken back. Nothing is
//! received beyond the approval, nothing spent beyond what arrived, nothing released beyond what was formed.

use super::{Fund, FundApproved, FundAssetFormed, FundReceived, FundSpent, FundUse, FundsReleased, Treatment};
use crate::collective::carried::BalanceCarried;
use crate::collective::ground::spread::{MONTHS_MAX, Portion};
use crate::collective::reference;
use crate::collective::roles::role::Role;
use crate::ledger::amount::{negated, plus};
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// 资金台账, by code. Codes are never reused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FundRegister(BTreeMap<DimensionCode, Fund>);

/// The refusal of a fund that is not in the register.
pub fn unknown(code: &DimensionCode) -> Rule {
    Rule::business("fund_unknown", format!("资金 {code} 没有登记。请先登记批复。"))
}

/// What every movement of a fund keeps: an amount, a document for its reference, a day not before the approval.
fn movement_rules(fund: &Fund, amount: Amount, document: &str, date: Date) -> Vec<Rule> {
    let mut rules = amount_rule(amount).into_iter().collect::<Vec<_>>();
    if !reference::fits(document) {
        rules.push(Rule::business("fund_document", "没有单据号，或单据号中有斜线。请填写银行回单、付款凭据或验收单的号码。"));
    }
    if date < fund.approved.date {
        let message = format!("日期 {date} 早于批复日期 {}。请核对。", fund.approved.date);
        rules.push(Rule::business("fund_date_reversed", message));
    }
    rules
}

fn amount_rule(amount: Amount) -> Option<Rule> {
    (amount.fen() <= 0).then(|| Rule::business("fund_amount", "金额要大于零。请核对。"))
}

fn document_taken(document: &str) -> Rule {
    Rule::business(
        "fund_document_taken",
        format!("这项资金已用单据 {document} 记过一次。同一张单据只记一次，分记几笔的加后缀区别。"),
    )
}

/// Months are told where deferred income is released by them, and nowhere else.
fn months_rule(fund: &Fund, stands: bool, months: u32) -> Option<Rule> {
    let by_months = stands && fund.approved.treatment == Treatment::Asset;
    let fits = if by_months { (1..=MONTHS_MAX).contains(&months) } else { months == 0 };
    (!fits).then(|| {
        let message = format!("摊销月数：与资产相关的资金在资产形成时填 1 至 {MONTHS_MAX}，其他情形填 0。");
        Rule::business("fund_months", message)
    })
}

impl FundRegister {
    pub fn get(&self, code: &DimensionCode) -> Option<&Fund> {
        self.0.get(code)
    }

    /// Every fund, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Fund> {
        self.0.values()
    }

    /// The funds that have something to release in a month: what a month end has to do.
    pub fn due(&self, period: Period) -> Option<FundsReleased> {
        let due = self.0.values().filter(|fund| fund.due(period).is_some()).map(|fund| fund.approved.code.clone());
        let funds: Vec<DimensionCode> = due.collect();
        (!funds.is_empty()).then_some(FundsReleased { funds, period })
    }

    pub fn examine_approved(&self, approved: &FundApproved, standard: ChartStandard) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.0.contains_key(&approved.code) {
            rules.push(Rule::business(
                "fund_code_taken",
                format!("资金 {} 已经登记。编码不能重复使用，请换一个。", approved.code),
            ));
        }
        if [&approved.name, &approved.grantor, &approved.document].iter().any(|text| text.trim().is_empty()) {
            rules.push(Rule::business("fund_card_incomplete", "批复不全：名称、拨款单位、批复文号都要填写。"));
        }
        rules.extend(amount_rule(approved.amount));
        if approved.treatment.standard() != standard {
            let message = format!(
                "“{}”不用于{}的账套。公司用与资产相关、补偿以后费用、补偿已发生费用、折股量化；农村集体经济组织用专项应付款。",
                approved.treatment.chinese(),
                standard.chinese()
            );
            rules.push(Rule::business("fund_treatment_chart", message));
        }
        let capital = approved.treatment == Treatment::Capital;
        if capital && (approved.community.is_none() || approved.charter.as_ref().is_none_or(|text| text.trim().is_empty())) {
            let message = "折股量化要写明股东社区和章程（或章程修正案）文号；政府以所有者身份投入的不是补助（小企业会计准则 §69）。请补填。";
            rules.push(Rule::business("fund_capital_document", message));
        }
        if !capital && approved.charter.is_some() {
            rules.push(Rule::business("fund_charter_unexpected", "章程文号只在折股量化时写。请删去，或改处理方式。"));
        }
        rules
    }

    pub fn examine_received(&self, received: &FundReceived) -> Vec<Rule> {
        let Some(fund) = self.0.get(&received.fund) else { return vec![unknown(&received.fund)] };
        let mut rules = movement_rules(fund, received.amount, &received.document, received.date);
        if fund.received.contains_key(&received.document) {
            rules.push(document_taken(&received.document));
        }
        let before = plus(fund.opening_total(), fund.received_total());
        if before.checked_add(received.amount).is_none_or(|all| all > fund.approved.amount) {
            let message = format!(
                "资金 {} 批复 {} 元，已到 {before} 元，这次 {} 元超过批复。请核对，追加的另行登记批复。",
                received.fund, fund.approved.amount, received.amount
            );
            rules.push(Rule::business("fund_received_exceeds_approved", message));
        }
        rules
    }

    /// 期初递延收益 is of a fund whose money is deferred, and at most what was approved and is not received by facts.
    pub fn examine_opening(&self, carried: &BalanceCarried) -> Vec<Rule> {
        let Some(fund) = self.0.get(&carried.code) else { return vec![unknown(&carried.code)] };
        let mut rules = Vec::new();
        let treatment = fund.approved.treatment;
        if !matches!(treatment, Treatment::Asset | Treatment::FutureCost) {
            let message = format!("资金 {} 是{}，没有递延收益。请核对编码。", carried.code, treatment.chinese());
            rules.push(Rule::business("carried_treatment", message));
        }
        if carried.months.is_some_and(|months| !(1..=MONTHS_MAX).contains(&months)) {
            let message = format!("剩余月数填 1 至 {MONTHS_MAX}；还没有花的、花了才结转的不填。");
            rules.push(Rule::business("carried_months", message));
        }
        if plus(carried.amount, fund.received_total()) > fund.approved.amount {
            let message = format!(
                "资金 {} 批复 {} 元，已登记到账 {} 元，期初递延收益 {} 元超过其余。请核对。",
                carried.code,
                fund.approved.amount,
                fund.received_total(),
                carried.amount
            );
            rules.push(Rule::business("carried_exceeds_approved", message));
        }
        rules
    }

    pub fn examine_spent(&self, spent: &FundSpent) -> Vec<Rule> {
        let Some(fund) = self.0.get(&spent.fund) else { return vec![unknown(&spent.fund)] };
        let mut rules = movement_rules(fund, spent.amount, &spent.document, spent.date);
        if fund.spent.contains_key(&spent.document) {
            rules.push(document_taken(&spent.document));
        }
        if spent.purpose.trim().is_empty() {
            rules.push(Rule::business("fund_purpose_missing", "没有写明用途。请补填这笔钱做了什么。"));
        }
        let treatment = fund.approved.treatment;
        if !treatment.is_held() {
            let message = format!("资金 {} 是{}，到账就是公司自己的钱。支出请另填凭证。", spent.fund, treatment.chinese());
            rules.push(Rule::business("fund_not_held", message));
            return rules;
        }
        if !treatment.allows(spent.use_) {
            let message = format!("资金 {} 是{}，不能这样使用。请核对用途是资产还是费用。", spent.fund, treatment.chinese());
            rules.push(Rule::business("fund_use", message));
        }
        if spent.asset.is_some() && spent.use_ == FundUse::Cost {
            rules.push(Rule::business("fund_asset_unexpected", "用于费用的不形成资产。请删去资产编码，或改用途。"));
        }
        rules.extend(months_rule(fund, spent.asset.is_some(), spent.months));
        if let Some((day, there)) = fund.left_daily().short_of(spent.amount, spent.date) {
            let message = format!(
                "资金 {} 到 {day} 只有 {there} 元，不够 {} 元。请核对日期和金额，或先登记到账。",
                spent.fund, spent.amount
            );
            rules.push(Rule::business("fund_spent_exceeds_received", message));
        }
        rules
    }

    pub fn examine_formed(&self, formed: &FundAssetFormed) -> Vec<Rule> {
        let Some(fund) = self.0.get(&formed.fund) else { return vec![unknown(&formed.fund)] };
        let mut rules = movement_rules(fund, formed.amount, &formed.document, formed.date);
        if fund.formed.contains_key(&formed.asset) {
            let message = format!("资金 {} 的资产 {} 已经转过固定资产。请核对编码。", formed.fund, formed.asset);
            rules.push(Rule::business("fund_asset_taken", message));
        }
        rules.extend(months_rule(fund, true, formed.months));
        if let Some((day, there)) = fund.construction_daily().short_of(formed.amount, formed.date) {
            let message = format!(
                "资金 {} 到 {day} 在建的只有 {there} 元，不够 {} 元。请核对日期和金额，或先登记支出。",
                formed.fund, formed.amount
            );
            rules.push(Rule::business("fund_construction_exceeded", message));
        }
        rules
    }

    pub fn examine_released(&self, released: &FundsReleased) -> Vec<Rule> {
        let mut rules = Vec::new();
        if released.funds.is_empty() {
            rules.push(Rule::NothingDeclared);
        }
        if released.funds.windows(2).any(|pair| pair[0] >= pair[1]) {
            rules.push(Rule::business("fund_release_order", "资金要按编码排列，每项只写一次。"));
        }
        for code in &released.funds {
            match self.0.get(code) {
                None => rules.push(unknown(code)),
                Some(fund) if fund.due(released.period).is_none() => {
                    let message = format!("资金 {code} 在 {} 没有要结转的递延收益，或已经结转。", released.period);
                    rules.push(Rule::business("fund_release_not_due", message));
                }
                Some(_) => {}
            }
        }
        rules
    }

    pub fn approve(&mut self, approved: &FundApproved) {
        let fund = Fund {
            approved: approved.clone(),
            opening: None,
            received: BTreeMap::new(),
            spent: BTreeMap::new(),
            formed: BTreeMap::new(),
            released: BTreeMap::new(),
        };
        self.0.insert(approved.code.clone(), fund);
    }

    pub fn carry(&mut self, carried: &BalanceCarried) {
        if let Some(fund) = self.0.get_mut(&carried.code) {
            fund.opening = Some(carried.clone());
        }
    }

    pub fn receive(&mut self, received: &FundReceived) {
        if let Some(fund) = self.0.get_mut(&received.fund) {
            fund.received.insert(received.document.clone(), received.clone());
        }
    }

    pub fn spend(&mut self, spent: &FundSpent) {
        if let Some(fund) = self.0.get_mut(&spent.fund) {
            fund.spent.insert(spent.document.clone(), spent.clone());
        }
    }

    pub fn form(&mut self, formed: &FundAssetFormed) {
        if let Some(fund) = self.0.get_mut(&formed.fund) {
            fund.formed.insert(formed.asset.clone(), formed.clone());
        }
    }

    pub fn release(&mut self, released: &FundsReleased) {
        for code in &released.funds {
            if let Some(fund) = self.0.get_mut(code)
                && let Some(due) = fund.due(released.period)
            {
                fund.released.insert(released.period, due);
            }
        }
    }

    /// Takes back money that arrived, unless it is spent already.
    pub fn withdraw_received(&mut self, code: &DimensionCode, document: &str) -> Option<()> {
        let fund = self.0.get_mut(code)?;
        let received = fund.received.get(document)?;
        if fund.approved.treatment.is_held() && fund.left_daily().short_of(received.amount, received.date).is_some() {
            return None;
        }
        fund.received.remove(document).map(|_| ())
    }

    /// Takes back a payment, unless what it built stands, or months were released with what it bought.
    pub fn withdraw_spent(&mut self, code: &DimensionCode, document: &str) -> Option<()> {
        let fund = self.0.get_mut(code)?;
        let spent = fund.spent.get(document)?;
        let builds = spent.use_ == FundUse::Asset && spent.asset.is_none();
        if builds && fund.construction_daily().short_of(spent.amount, spent.date).is_some() {
            return None;
        }
        let portion = Portion::new(spent.amount, spent.date, spent.months);
        if released_with(fund, portion) {
            return None;
        }
        fund.spent.remove(document).map(|_| ())
    }

    /// Takes back an asset that was formed, unless months were released with it.
    pub fn withdraw_formed(&mut self, code: &DimensionCode, asset: &DimensionCode) -> Option<()> {
        let fund = self.0.get_mut(code)?;
        let formed = fund.formed.get(asset)?;
        if released_with(fund, Portion::new(formed.amount, formed.date, formed.months)) {
            return None;
        }
        fund.formed.remove(asset).map(|_| ())
    }

    pub fn withdraw_released(&mut self, code: &DimensionCode, period: Period) -> Option<()> {
        self.0.get_mut(code)?.released.remove(&period).map(|_| ())
    }

    /// What the accounts of the roles must hold by fund, debit less credit: 递延收益 (2401) or 专项应付款 (241). Funds
    /// with nothing left there are in the list with zero, so that a balance they should not have is found.
    pub fn expected_balances(&self) -> Vec<(Role, DimensionCode, Amount)> {
        let held = self.0.values().filter_map(|fund| {
            let role = match fund.approved.treatment {
                Treatment::Asset | Treatment::FutureCost => Role::DeferredIncome,
                Treatment::Earmarked => Role::EarmarkedPayable,
                Treatment::PastCost | Treatment::Capital => return None,
            };
            let balance = negated(fund.uncarried());
            Some((role, fund.approved.code.clone(), balance))
        });
        held.collect()
    }
}

/// Whether a month's release that stands may hold a part of this one.
fn released_with(fund: &Fund, portion: Option<Portion>) -> bool {
    portion.is_some_and(|portion| fund.released.range(portion.from..).next().is_some())
}
