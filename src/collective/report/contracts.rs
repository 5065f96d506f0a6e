//! 合同的账龄、收缴率和代销: what is owed for how long, and how much of what fell due has come in.

use crate::collective::ageing::Ages;
use crate::collective::contract::Contract;
use crate::collective::recognition::Recognition;
use crate::collective::register::Registers;
use crate::collective::report::{ContractRow, contracts};
use crate::ledger::amount::{less, plus, total};
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// One row of 应收账龄 (facts §2.6). Amounts in yuan, by the age of their due dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgeingRow {
    pub counterparty: DimensionCode,
    pub contract: DimensionCode,
    /// 未到期: accrued, to be paid on the day or later.
    pub not_due: Amount,
    #[serde(flatten)]
    pub ages: Ages,
    pub total: Amount,
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CollectionRow {
    /// Absent for the whole book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<DimensionCode>,
    /// Fell due before the day: what may be paid today is not late.
    pub due: Amount,
    /// Of that, what has come in: money ahead of its time is not counted.
    pub collected: Amount,
    pub overdue: Amount,
    /// 收缴率 in 1/10,000, rounded down; absent where nothing fell due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_basis_points: Option<i64>,
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
        Some(CollectionRow { community, due, collected, overdue, rate_basis_points })
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

/// One row of 代销. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsignmentRow {
    pub contract: DimensionCode,
    pub community: DimensionCode,
    pub counterparty: DimensionCode,
    pub sold: Amount,
    /// Tax included.
    pub commission: Amount,
    pub paid: Amount,
    pub owed: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owed_since: Option<Date>,
    /// 作废日期
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided: Option<Date>,
}

pub fn consignments(registers: &Registers) -> Vec<ConsignmentRow> {
    let row = |one: &crate::collective::consignment::Consignment| ConsignmentRow {
        contract: one.terms.code.clone(),
        community: one.terms.community.clone(),
        counterparty: one.terms.counterparty.clone(),
        sold: one.sales(),
        commission: one.commissions(),
        paid: one.payments(),
        owed: one.owed(),
        owed_since: one.owed_since(),
        voided: one.voided.as_ref().map(|void| void.date),
    };
    registers.consignments.iter().map(row).collect()
}
