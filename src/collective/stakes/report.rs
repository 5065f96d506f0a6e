//! 参股台账: each investee as it stands.

use crate::collective::registers::{Listing, Registers, Subject, listing};
use crate::collective::stakes::tie;
use crate::columns;
use crate::ledger::amount::less;
use crate::ledger::{Amount, DimensionCode};

/// One investee: cost, and dividends declared, received and still open, in yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeRow {
    pub stake: DimensionCode,
    pub community: DimensionCode,
    pub income_type: DimensionCode,
    pub investee_book: Option<String>,
    pub holder: Option<DimensionCode>,
    pub cost: Amount,
    pub declared: Amount,
    pub received: Amount,
    pub open: Amount,
}

columns! { StakeRow:
    stake: "被投资单位" of Counterparty,
    holder: "持有人" of Community,
    community: "社区" of Community,
    investee_book: "被投资单位账套",
    income_type: "收入类型" of IncomeType,
    cost: "成本",
    declared: "已宣告",
    received: "已收",
    open: "未收",
}

pub fn stakes(registers: &Registers) -> Vec<StakeRow> {
    let rows = registers.stakes.iter().filter_map(|(code, stake)| {
        let terms = stake.terms()?;
        let (declared, received) = (stake.declared(), stake.received());
        Some(StakeRow {
            stake: code.clone(),
            community: terms.community.clone(),
            income_type: terms.income_type.clone(),
            investee_book: terms.investee_book.clone(),
            holder: terms.holder.clone(),
            cost: stake.cost(),
            declared,
            received,
            open: less(declared, received),
        })
    });
    rows.collect()
}

/// What the subject shows, and what its accounts must hold.
pub(crate) const SUBJECT: Subject = Subject { listings: LISTINGS, ties: tie::TIES, expected: tie::expected };

const LISTINGS: &[Listing] = &[listing!("stakes" "参股": StakeRow, |of| stakes(of.registers))];
