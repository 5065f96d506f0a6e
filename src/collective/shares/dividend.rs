//! 利润分配: what the holders resolved, what each community is owed by it, and what has been paid. The arithmetic is
//! [`crate::collective::shares::distribution`]'s; here are its facts and their register.

use crate::collective::organisation::bank_account::AccountNumber;
use crate::collective::reference;
use crate::collective::shares::distribution::{CompanyDistribution, CompanyResult, Resolution, distribute_company};
use crate::collective::shares::holding::ShareRegister;
use crate::ledger::amount::{less, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A holder's weight where all holders agreed on another ratio than paid-in capital (公司法 §210).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreedWeight {
    pub holder: DimensionCode,
    #[serde(with = "crate::ledger::text::count")]
    pub weight: u32,
}

/// The resolution, with the figures it was taken on. Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DividendResolution {
    /// Empty for the paid-in ratio.
    pub agreed: Vec<AgreedWeight>,
    /// 全体股东一致同意的文号
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<String>,
    /// The resolution's code among the book's dimensions.
    pub code: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 应付利润 in yuan.
    pub dividend: Amount,
    pub net_profit: Amount,
    /// 决议文号
    pub number: String,
    pub optional_reserve: Amount,
    pub registered_capital: Amount,
    pub statutory_reserve_before: Amount,
    pub undistributed_before: Amount,
}

/// One community's share of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paid {
    /// The community's own account that it goes to; absent where none of it is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountNumber>,
    pub amount: Amount,
    pub holder: DimensionCode,
}

/// Money sent to the communities' own accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DividendPayment {
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 银行回单; distinct within a resolution.
    pub document: String,
    pub payments: Vec<Paid>,
    pub resolution: DimensionCode,
}

impl DividendResolution {
    /// What its voucher carries.
    pub fn reference(&self) -> String {
        format!("dividend_resolved/{}/{}", self.code, self.date)
    }
}

impl DividendPayment {
    /// What its voucher carries.
    pub fn reference(&self) -> String {
        format!("dividend_paid/{}/{}", self.resolution, self.document)
    }
}

/// A resolution that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dividend {
    pub resolution: DividendResolution,
    pub distribution: CompanyDistribution,
    /// By document.
    pub paid: BTreeMap<String, DividendPayment>,
}

impl Dividend {
    /// What a community is still owed.
    pub fn owed(&self, holder: &DimensionCode) -> Amount {
        let share = self.distribution.dividends.iter().find(|(code, _)| code == holder).map_or(Amount::ZERO, |(_, share)| *share);
        let all = self.paid.values().flat_map(|payment| &payment.payments);
        less(share, total(all.filter(|paid| paid.holder == *holder).map(|paid| paid.amount)))
    }

    /// Communities that are owed something, with how much, by code.
    pub fn open(&self) -> Vec<(DimensionCode, Amount)> {
        let owed = self.distribution.dividends.iter().map(|(code, _)| (code.clone(), self.owed(code)));
        owed.filter(|(_, amount)| !amount.is_zero()).collect()
    }
}

/// 分配台账, by the resolution's code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DividendRegister(BTreeMap<DimensionCode, Dividend>);

impl DividendRegister {
    pub fn get(&self, code: &DimensionCode) -> Option<&Dividend> {
        self.0.get(code)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Dividend> {
        self.0.values()
    }

    pub fn examine_resolution(&self, resolution: &DividendResolution, shares: &ShareRegister) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.0.contains_key(&resolution.code) {
            rules.push(Rule::business("resolution_taken", format!("决议 {} 已经分配过。请换一个决议编码。", resolution.code)));
        }
        rules.extend(compute(resolution, shares).err().into_iter().flatten());
        rules
    }

    pub fn examine_payment(&self, payment: &DividendPayment) -> Vec<Rule> {
        let Some(dividend) = self.0.get(&payment.resolution) else {
            return vec![Rule::business("resolution_unknown", format!("没有分配决议 {}。请先登记分配。", payment.resolution))];
        };
        let mut rules = Vec::new();
        if payment.date < dividend.resolution.date {
            let message = format!("支付日期 {} 早于决议日期 {}。请核对日期。", payment.date, dividend.resolution.date);
            rules.push(Rule::business("payment_date_reversed", message));
        }
        if !reference::fits(&payment.document) || dividend.paid.contains_key(&payment.document) {
            rules.push(Rule::business("payment_document", "回单号没有填、含有斜线，或已经用过。同一张回单只记一次。"));
        }
        if payment.payments.is_empty() {
            rules.push(Rule::NothingDeclared);
        }
        if payment.payments.windows(2).any(|pair| pair[0].holder >= pair[1].holder) {
            rules.push(Rule::business("payment_order", "社区要按编码排列，每个只写一次。"));
        }
        for Paid { amount, holder, .. } in &payment.payments {
            let owed = dividend.owed(holder);
            if amount.fen() <= 0 || *amount > owed {
                rules.push(Rule::business(
                    "payment_exceeds_owed",
                    format!("社区 {holder} 应付 {owed} 元，这次付 {amount} 元。请核对。"),
                ));
            }
        }
        rules
    }

    pub fn resolve(&mut self, resolution: &DividendResolution, shares: &ShareRegister) {
        if let Ok(distribution) = compute(resolution, shares) {
            let dividend = Dividend { resolution: resolution.clone(), distribution, paid: BTreeMap::new() };
            self.0.insert(resolution.code.clone(), dividend);
        }
    }

    pub fn pay(&mut self, payment: &DividendPayment) {
        if let Some(dividend) = self.0.get_mut(&payment.resolution) {
            dividend.paid.insert(payment.document.clone(), payment.clone());
        }
    }

    /// Takes back a resolution nothing was paid on, or a payment, when its voucher was reversed.
    pub fn withdraw_resolution(&mut self, code: &DimensionCode) -> Option<()> {
        self.0.get(code).filter(|dividend| dividend.paid.is_empty())?;
        self.0.remove(code).map(|_| ())
    }

    pub fn withdraw_payment(&mut self, code: &DimensionCode, document: &str) -> Option<()> {
        self.0.get_mut(code)?.paid.remove(document).map(|_| ())
    }
}

/// What a resolution gives each holder as the shares stand on its day.
pub fn compute(resolution: &DividendResolution, shares: &ShareRegister) -> Result<CompanyDistribution, Vec<Rule>> {
    let result = CompanyResult {
        net_profit: resolution.net_profit,
        undistributed_before: resolution.undistributed_before,
        statutory_reserve_before: resolution.statutory_reserve_before,
        registered_capital: resolution.registered_capital,
    };
    let resolved = Resolution {
        agreement: resolution.agreement.clone(),
        date: resolution.date,
        dividend: resolution.dividend,
        number: resolution.number.clone(),
        optional_reserve: resolution.optional_reserve,
    };
    let agreed: Vec<_> = resolution.agreed.iter().map(|agreed| (agreed.holder.clone(), i64::from(agreed.weight))).collect();
    distribute_company(&result, &resolved, &shares.holders_at(resolution.date), &agreed)
}
