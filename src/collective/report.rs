//! 台账报表: what leadership and accountants ask of the registers on a day. Nothing is stored for them.

pub mod assets;
pub mod contracts;
pub mod custody;
pub mod funds;
pub mod goods;
pub mod organisation;
pub mod stakes;
pub mod treasury;

use crate::collective::contract::Contract;
use crate::collective::money::Money;
use crate::collective::register::Registers;
use crate::collective::service::Services;
use crate::collective::shares::Holding;
use crate::collective::shop::Tender;
use crate::ledger::amount::{less, total};
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Run out, and nobody has said that it ended.
fn lingers(contract: &Contract, day: Date) -> bool {
    contract.ended.is_none() && contract.voided.is_none() && contract.terms.end < day
}

/// What is wrong with a contract on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// 低于评估底价
    BelowFloor,
    /// 逾期未收
    Overdue,
    /// 到期未终止
    Expired,
    /// 三个月内到期
    Expiring,
}

impl Warning {
    pub fn chinese(self) -> &'static str {
        match self {
            Warning::BelowFloor => "低于评估底价",
            Warning::Overdue => "逾期未收",
            Warning::Expired => "到期未终止",
            Warning::Expiring => "三个月内到期",
        }
    }
}

/// One row of 合同收缴情况. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContractRow {
    pub contract: DimensionCode,
    pub community: DimensionCode,
    pub counterparty: DimensionCode,
    pub start: Date,
    /// As signed, or as ended.
    pub end: Date,
    /// Due by the day.
    pub due: Amount,
    /// Due before the day: what 收缴率 is of.
    #[serde(skip)]
    pub past_due: Amount,
    pub received: Amount,
    /// 已确认 of an intermediary service; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Amount>,
    /// 已确认未收
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<Amount>,
    pub overdue: Amount,
    /// The oldest unpaid due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue_since: Option<Date>,
    /// 应退 of an ended contract; absent where there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_refund: Option<Amount>,
    /// 违约金 that has grown by the day, paid or not.
    pub late_fee: Amount,
    /// 违约金 that has not come in.
    pub late_fee_open: Amount,
    /// 押金 as agreed.
    pub deposit: Amount,
    pub deposit_held: Amount,
    /// 作废日期: nothing is owed on a void contract, and nothing is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided: Option<Date>,
    pub warnings: Vec<Warning>,
}

/// Every contract as it stands on a day; void ones too, so that no used code is without its reason.
pub fn contracts(registers: &Registers, day: Date) -> Vec<ContractRow> {
    registers.contracts.iter().map(|contract| contract_row(contract, day)).collect()
}

fn contract_row(contract: &Contract, day: Date) -> ContractRow {
    let terms = &contract.terms;
    let unpaid = contract.overdue(day);
    let overdue = total(unpaid.iter().map(|(_, amount)| *amount));
    let services = Some(&contract.services).filter(|services| services.are_confirmed());
    let soon = day.saturating_add(jiff::Span::new().months(3));
    let standing = contract.voided.is_none();
    let warnings = [
        (standing && terms.rent < terms.floor, Warning::BelowFloor),
        (!overdue.is_zero(), Warning::Overdue),
        (lingers(contract, day), Warning::Expired),
        (standing && contract.last_day() >= day && contract.last_day() < soon, Warning::Expiring),
    ];
    ContractRow {
        contract: terms.code.clone(),
        community: terms.community.clone(),
        counterparty: terms.counterparty.clone(),
        start: terms.start,
        end: contract.last_day(),
        due: contract.due(day),
        past_due: contract.past_due(day),
        received: less(contract.received(Money::Rent), contract.received(Money::RentRefunded)),
        confirmed: services.map(Services::confirmed),
        open: services.map(Services::open),
        overdue,
        overdue_since: unpaid.first().map(|(date, _)| *date),
        to_refund: Some(contract.to_refund()).filter(|amount| *amount > Amount::ZERO),
        late_fee: contract.late_fee(day),
        late_fee_open: contract.late_fee_open(day),
        deposit: contract.terms.deposit,
        deposit_held: contract.deposit_held(),
        voided: contract.voided.as_ref().map(|void| void.date),
        warnings: warnings.into_iter().filter(|(holds, _)| *holds).map(|(_, warning)| warning).collect(),
    }
}

/// One row of 份额登记.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShareRow {
    pub holder: DimensionCode,
    pub subscribed: Amount,
    pub paid_in: Amount,
    /// What of it facts have posted to 实收资本: money, assets and support funds.
    pub posted: Amount,
    /// 到期未缴
    pub overdue: Amount,
}

/// Every holder as of a day, and whoever has posted capital without a share: the register was not told of that.
pub fn shares(registers: &Registers, day: Date) -> Vec<ShareRow> {
    let overdue = registers.shares.overdue(day);
    let late =
        |holder: &DimensionCode| overdue.iter().find(|(code, _)| code == holder).map_or(Amount::ZERO, |(_, amount)| *amount);
    let posted = registers.capital_posted(day);
    let mut holdings: BTreeMap<DimensionCode, Holding> = registers.shares.holders_at(day).into_iter().collect();
    for holder in posted.keys() {
        holdings.entry(holder.clone()).or_default();
    }
    let row = |(holder, holding): (DimensionCode, Holding)| ShareRow {
        overdue: late(&holder),
        posted: posted.get(&holder).copied().unwrap_or_default(),
        subscribed: holding.subscribed,
        paid_in: holding.paid_in,
        holder,
    };
    holdings.into_iter().map(row).collect()
}

/// One row of 利润分配: a community's share of one resolution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DividendRow {
    pub resolution: DimensionCode,
    pub number: String,
    pub holder: DimensionCode,
    pub share: Amount,
    pub owed: Amount,
    /// The last lawful day for paying (公司法 §212).
    pub pay_by: Date,
    pub overdue: bool,
}

pub fn dividends(registers: &Registers, day: Date) -> Vec<DividendRow> {
    let rows = registers.dividends.iter().flat_map(|dividend| {
        dividend.distribution.dividends.iter().map(move |(holder, share)| {
            let owed = dividend.owed(holder);
            DividendRow {
                resolution: dividend.resolution.code.clone(),
                number: dividend.resolution.number.clone(),
                holder: holder.clone(),
                share: *share,
                owed,
                pay_by: dividend.distribution.pay_by,
                overdue: !owed.is_zero() && dividend.distribution.pay_by < day,
            }
        })
    });
    rows.collect()
}

/// One shop's month and what is still in transit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShopRow {
    pub shop: DimensionCode,
    pub period: Period,
    /// Gross less returns.
    pub sales: Amount,
    pub cost: Amount,
    /// 在途 as it stands now, whatever the month.
    pub wechat_in_transit: Amount,
    pub alipay_in_transit: Amount,
    pub card_in_transit: Amount,
}

/// The shops that have days, of whichever month, or money in transit, by code.
pub fn shops(registers: &Registers, period: Period) -> Vec<ShopRow> {
    let row = |shop: DimensionCode| {
        let month = registers.shops.month(&shop, period)?;
        let transit = |tender| registers.shops.in_transit(&shop, tender);
        Some(ShopRow {
            period,
            sales: month.sales,
            cost: month.cost,
            wechat_in_transit: transit(Tender::WeChat)?,
            alipay_in_transit: transit(Tender::Alipay)?,
            card_in_transit: transit(Tender::Card)?,
            shop,
        })
    };
    registers.shops.shops().into_iter().filter_map(row).collect()
}
