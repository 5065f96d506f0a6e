//! 合同台账、账龄、收缴率: what stands of each contract on a day, what is owed for how long, and how much of what fell
//! due has come in.

use crate::collective::contracts::accrual;
use crate::collective::contracts::money::Money;
use crate::collective::contracts::recognition::Recognition;
use crate::collective::contracts::register::Contract;
use crate::collective::contracts::service::Services;
use crate::collective::contracts::tie;
use crate::collective::ground::ageing::Ages;
use crate::collective::registers::{Listing, Registers, Subject, listing};
use crate::ledger::amount::{less, plus, total};
use crate::ledger::table::BasisPoints;
use crate::ledger::{Amount, DimensionCode, Period};
use crate::{columns, shown_words};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Run out, and nobody has said that it ended.
pub(crate) fn lingers(contract: &Contract, day: Date) -> bool {
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub past_due: Amount,
    pub received: Amount,
    /// 已确认 of an intermediary service; absent where nothing is.
    pub confirmed: Option<Amount>,
    /// 已确认未收
    pub open: Option<Amount>,
    pub overdue: Amount,
    /// The oldest unpaid due date.
    pub overdue_since: Option<Date>,
    /// 应退 of an ended contract; absent where there is nothing.
    pub to_refund: Option<Amount>,
    /// 违约金 that has grown by the day, paid or not.
    pub late_fee: Amount,
    /// 违约金 that has not come in.
    pub late_fee_open: Amount,
    /// 押金 as agreed.
    pub deposit: Amount,
    pub deposit_held: Amount,
    /// 作废日期: nothing is owed on a void contract, and nothing is wrong with it.
    pub voided: Option<Date>,
    pub warnings: Vec<Warning>,
}

columns! { ContractRow:
    contract: "合同",
    community: "社区" of Community,
    counterparty: "对方" of Counterparty,
    start: "起始日",
    end: "最后一日",
    due: "应收",
    confirmed: "已确认",
    received: "已收",
    open: "未结",
    overdue: "逾期",
    overdue_since: "逾期起",
    late_fee: "违约金",
    late_fee_open: "未收违约金",
    to_refund: "应退租金",
    deposit: "约定押金",
    deposit_held: "收着的押金",
    voided: "作废",
    warnings: "提示",
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

/// One row of 应收账龄 (facts §2.6). Amounts in yuan, by the age of their due dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeingRow {
    pub counterparty: DimensionCode,
    pub contract: DimensionCode,
    /// 未到期: accrued, to be paid on the day or later.
    pub not_due: Amount,
    pub ages: Ages,
    pub total: Amount,
}

columns! { AgeingRow:
    contract: "合同",
    counterparty: "对方" of Counterparty,
    not_due: "未到期",
    ages.within_1_year as "within_1_year": "一年以内",
    ages.within_2_years as "within_2_years": "一至二年",
    ages.within_3_years as "within_3_years": "二至三年",
    ages.over_3_years as "over_3_years": "三年以上",
    total: "合计",
}

/// What stands on 应收 and is not late: by its months, accrued less received less overdue; of services what was confirmed on
/// the very day. A contract paid in advance or recognised with the money has none.
fn not_due(contract: &Contract, overdue: Amount, day: Date) -> Amount {
    if contract.services.are_confirmed() {
        return less(total(contract.unpaid(day).into_iter().map(|(_, amount)| amount)), overdue);
    }
    if contract.recognition() != Recognition::Receivable {
        return Amount::ZERO;
    }
    let accrued = contract.accrued.iter().filter(|(month, _)| month.first_day() <= day).map(|(_, amount)| *amount);
    less(contract.receivable(total(accrued)), overdue).max(Amount::ZERO)
}

/// Every contract on which something is owed on a day.
pub fn ageing(registers: &Registers, day: Date) -> Vec<AgeingRow> {
    let row = |contract: &Contract| {
        let ages = Ages::of(&contract.overdue(day), day);
        let not_due = not_due(contract, ages.total(), day);
        AgeingRow {
            counterparty: contract.terms.counterparty.clone(),
            contract: contract.terms.code.clone(),
            not_due,
            ages,
            total: plus(ages.total(), not_due),
        }
    };
    registers.contracts.standing().map(row).filter(|row| !row.total.is_zero()).collect()
}

/// 收缴情况 of one community, or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectionRow {
    /// Absent for the whole book.
    pub community: Option<DimensionCode>,
    /// Fell due before the day: what may be paid today is not late.
    pub due: Amount,
    /// Of that, what has come in: money ahead of its time is not counted.
    pub collected: Amount,
    pub overdue: Amount,
    /// 收缴率 in 1/10,000, rounded down; absent where nothing fell due.
    pub rate_basis_points: Option<BasisPoints>,
}

columns! { CollectionRow:
    community: "社区" of Community,
    due: "应收",
    collected: "已收",
    rate_basis_points: "收缴率",
    overdue: "逾期",
}

impl CollectionRow {
    /// What some contracts come to; `None` when a sum leaves an `i64`.
    pub fn of<'a>(community: Option<DimensionCode>, rows: impl Iterator<Item = &'a ContractRow>) -> Option<CollectionRow> {
        let (mut due, mut overdue) = (Amount::ZERO, Amount::ZERO);
        for row in rows {
            due = due.checked_add(row.past_due)?;
            overdue = overdue.checked_add(row.overdue)?;
        }
        let collected = due.checked_sub(overdue)?;
        let rate = i128::from(collected.fen()) * 10_000 / i128::from(due.fen().max(1));
        let rate_basis_points = (due.fen() > 0).then(|| i64::try_from(rate).unwrap_or_default());
        Some(CollectionRow { community, due, collected, overdue, rate_basis_points: rate_basis_points.map(BasisPoints) })
    }
}

/// 收缴率 by community, and of the book last.
pub fn collection(registers: &Registers, day: Date) -> Vec<CollectionRow> {
    let rows: Vec<ContractRow> = contracts(registers, day).into_iter().filter(|row| row.voided.is_none()).collect();
    let mut by_community: BTreeMap<&DimensionCode, Vec<&ContractRow>> = BTreeMap::new();
    for row in &rows {
        by_community.entry(&row.community).or_default().push(row);
    }
    let each = by_community.into_iter().filter_map(|(code, rows)| CollectionRow::of(Some(code.clone()), rows.into_iter()));
    each.chain(CollectionRow::of(None, rows.iter())).collect()
}

/// A contract that a month's end still has to accrue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRow {
    pub contract: DimensionCode,
}

columns! { DueRow:
    contract: "应计提合同",
}

fn due(registers: &Registers, period: Period) -> Vec<DueRow> {
    accrual::due(&registers.contracts, period).into_iter().map(|contract| DueRow { contract }).collect()
}

shown_words!(Warning);

/// What the subject shows, and what its accounts must hold.
pub(crate) const SUBJECT: Subject = Subject { listings: LISTINGS, ties: tie::TIES, expected: tie::expected };

const LISTINGS: &[Listing] = &[
    listing!("contracts" "合同": ContractRow, |of| contracts(of.registers, of.day)),
    listing!("due" "应计提合同": DueRow, |of| due(of.registers, of.period())),
    listing!("contract_ageing" "合同应收账龄": AgeingRow, |of| ageing(of.registers, of.day)),
    listing!("collection" "收缴率": CollectionRow, |of| collection(of.registers, of.day)),
];
