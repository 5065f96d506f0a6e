//! 分录: the lines of a company's year-end distribution and of its payment.
//! Amounts of zero make no line. Accounts are passed in: below the first level every book has its own.

use crate::collective::shares::distribution::CompanyDistribution;
use crate::ledger::{AccountCode, Amount, Dimension, DimensionCode, DimensionSet, DraftLine, Side};

/// The accounts a company's distribution is posted to (小企业会计准则: 3101, 3103, 3104, 2232 and what is below).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DistributionAccounts {
    /// 利润分配—应付利润
    pub dividend_taken: AccountCode,
    /// 盈余公积—任意盈余公积
    pub optional_reserve: AccountCode,
    /// 利润分配—提取任意盈余公积
    pub optional_reserve_taken: AccountCode,
    /// 应付利润
    pub payable: AccountCode,
    /// 盈余公积—法定盈余公积
    pub statutory_reserve: AccountCode,
    /// 利润分配—提取法定盈余公积
    pub statutory_reserve_taken: AccountCode,
}

/// J2: the statutory reserve and, where one was resolved, the optional one.
pub fn reserve_lines(
    distribution: &CompanyDistribution,
    resolution: &DimensionCode,
    accounts: &DistributionAccounts,
) -> Vec<DraftLine> {
    let take = |amount, taken, reserve, memo| pair(amount, (taken, by(resolution)), (reserve, DimensionSet::new()), memo);
    let statutory =
        take(distribution.statutory_reserve, accounts.statutory_reserve_taken, accounts.statutory_reserve, "提取法定盈余公积");
    let optional =
        take(distribution.optional_reserve, accounts.optional_reserve_taken, accounts.optional_reserve, "提取任意盈余公积");
    statutory.into_iter().chain(optional).collect()
}

/// J3: the dividend is owed, one line a community, each with the resolution, so that the debt ages by resolution
/// (公司法 §212).
pub fn declaration_lines(
    distribution: &CompanyDistribution,
    resolution: &DimensionCode,
    accounts: &DistributionAccounts,
) -> Vec<DraftLine> {
    let memo = "按决议分配利润";
    let owed = |(community, amount): &(DimensionCode, Amount)| {
        line(Side::Credit, *amount, accounts.payable, owed_to(community, resolution), memo)
    };
    line(Side::Debit, distribution.dividend, accounts.dividend_taken, by(resolution), memo)
        .into_iter()
        .chain(distribution.dividends.iter().filter_map(owed))
        .collect()
}

/// J4: payments (fen), each from the bank to the community's own account, and so a bank line each: the statement of
/// the bank has one row a transfer.
pub fn payment_lines(
    payments: &[(DimensionCode, Amount)],
    resolution: &DimensionCode,
    payable: AccountCode,
    bank: AccountCode,
) -> Vec<DraftLine> {
    let paid = |(community, amount): &(DimensionCode, Amount)| {
        let owed = (payable, owed_to(community, resolution));
        pair(*amount, owed, (bank, DimensionSet::new()), "支付社区利润（汇入社区账户）")
    };
    payments.iter().flat_map(paid).collect()
}

fn one(dimension: Dimension, code: &DimensionCode) -> DimensionSet {
    let mut set = DimensionSet::new();
    set.insert(dimension, code.clone());
    set
}

fn by(resolution: &DimensionCode) -> DimensionSet {
    one(Dimension::Resolution, resolution)
}

fn owed_to(community: &DimensionCode, resolution: &DimensionCode) -> DimensionSet {
    let mut set = by(resolution);
    set.insert(Dimension::Community, community.clone());
    set
}

fn line(side: Side, amount: Amount, account: AccountCode, dimensions: DimensionSet, memo: &str) -> Option<DraftLine> {
    (!amount.is_zero()).then(|| DraftLine { account, side, amount, dimensions, memo: memo.into() })
}

/// Debit and credit of one amount.
fn pair(amount: Amount, debit: (AccountCode, DimensionSet), credit: (AccountCode, DimensionSet), memo: &str) -> Vec<DraftLine> {
    let debit = line(Side::Debit, amount, debit.0, debit.1, memo);
    debit.into_iter().chain(line(Side::Credit, amount, credit.0, credit.1, memo)).collect()
}

#[cfg(test)]
mod tests;
