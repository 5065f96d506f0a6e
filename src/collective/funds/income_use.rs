//! 收入使用: what a community's income was used for, by the article's three purposes (facts §9.1 row 25). In a rural
//! collective's book a use is posted (facts §7.2 I2, I3, J6). A company's own spending is posted by its nature, which no
//! purpose tells: there the fact only says which posted voucher the use stands in.

use crate::collective::reference;
use crate::ledger::amount::plus;
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period, VoucherNumber};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsePurpose {
    /// 壮大集体经济
    Strengthen,
    /// 建设公益设施
    Facility,
    /// 开发公益性岗位
    Jobs,
}

impl UsePurpose {
    pub fn chinese(self) -> &'static str {
        match self {
            UsePurpose::Strengthen => "壮大集体经济",
            UsePurpose::Facility => "建设公益设施",
            UsePurpose::Jobs => "开发公益性岗位",
        }
    }
}

/// Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncomeUsed {
    /// In yuan; below zero only in a company's book, to correct an earlier one.
    pub amount: Amount,
    pub community: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 决议、合同或发放表的号码; distinct within a community.
    pub document: String,
    /// Who is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<DimensionCode>,
    pub purpose: UsePurpose,
    /// `2026-03/记-12`, the posted voucher that it classifies: in a company's book only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<String>,
}

/// 收入使用台账, by community and document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncomeUseRegister(BTreeMap<(DimensionCode, String), IncomeUsed>);

/// Whether text names a voucher as people do: its period, a slash, its number.
fn is_voucher(text: &str) -> bool {
    let parts = text.split_once('/');
    parts.is_some_and(|(period, number)| Period::parse(period).is_some() && VoucherNumber::parse(number).is_some())
}

impl IncomeUseRegister {
    /// Every use, by community and document.
    pub fn iter(&self) -> impl Iterator<Item = &IncomeUsed> {
        self.0.values()
    }

    /// What one community used for one purpose in one year.
    pub fn used(&self, community: &DimensionCode, year: i16, purpose: UsePurpose) -> Amount {
        let same = |one: &&IncomeUsed| one.community == *community && one.date.year() == year && one.purpose == purpose;
        crate::ledger::amount::total(self.0.values().filter(same).map(|one| one.amount))
    }

    pub fn examine(&self, used: &IncomeUsed, standard: ChartStandard) -> Vec<Rule> {
        let mut rules = Vec::new();
        let posts = standard == ChartStandard::RuralCollective2023;
        if used.amount.is_zero() || (posts && used.amount.fen() < 0) {
            rules.push(Rule::business("income_use_amount", "金额要大于零；只有公司账套更正时可以写负数。请核对。"));
        }
        if !reference::fits(&used.document) {
            let message = "没有文号，或文号中有斜线。请填写决议、合同或发放表的号码。";
            rules.push(Rule::business("income_use_document", message));
        }
        if self.0.contains_key(&(used.community.clone(), used.document.clone())) {
            let message =
                format!("社区 {} 已用文号 {} 记过一次。同一份文件分记几笔的，加后缀区别。", used.community, used.document);
            rules.push(Rule::business("income_use_document_taken", message));
        }
        match &used.voucher {
            Some(_) if posts => {
                let message = "农村集体经济组织的账套由系统生成凭证，不写凭证号。请删去，已填过凭证的不要再登记。";
                rules.push(Rule::business("income_use_voucher", message));
            }
            None if !posts => {
                let message = "公司账套不由此生成凭证，要写明已记的凭证，如 2026-03/记-12。请先填凭证，再登记用途。";
                rules.push(Rule::business("income_use_voucher", message));
            }
            Some(text) if !is_voucher(text) => {
                let message = format!("看不懂凭证号“{text}”。请写会计期间、斜线、凭证字号，如 2026-03/记-12。");
                rules.push(Rule::business("income_use_voucher", message));
            }
            _ => {}
        }
        if posts && used.purpose == UsePurpose::Strengthen && used.payee.is_some() {
            let message = "提取公积公益金不付给谁。请删去往来单位，或改用途。";
            rules.push(Rule::business("income_use_payee", message));
        }
        let before = self.used(&used.community, used.date.year(), used.purpose);
        if plus(before, used.amount) < Amount::ZERO {
            let message = format!(
                "社区 {} 在 {} 年用于{}的共 {before} 元，加上 {} 元后小于零。请核对。",
                used.community,
                used.date.year(),
                used.purpose.chinese(),
                used.amount
            );
            rules.push(Rule::business("income_use_total", message));
        }
        rules
    }

    pub fn apply(&mut self, used: &IncomeUsed) {
        self.0.insert((used.community.clone(), used.document.clone()), used.clone());
    }

    pub fn withdraw(&mut self, community: &DimensionCode, document: &str) -> Option<()> {
        self.0.remove(&(community.clone(), document.to_owned())).map(|_| ())
    }
}
