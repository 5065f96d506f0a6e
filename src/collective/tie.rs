//! 账实相符: what the registers say must stand in the accounts, code by code (会计法 §17: accounts agree with what they are
//! about). Registers and accounts are both sums over the same facts, but by different code: a difference is a fault.

use crate::collective::contracts::advance::credited;
use crate::collective::contracts::recognition::Recognition;
use crate::collective::contracts::register::Contract;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::collective::shops::day::Tender;
use crate::collective::stakes::stake::StakeForm;
use crate::ledger::amount::less;
use crate::ledger::balance::Balances;
use crate::ledger::{AccountCode, Amount, Dimension, DimensionCode, DimensionSet, Purpose, Side};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The roles whose accounts a register explains in full, and the dimension by which it does.
const TIED: &[(Role, Dimension)] = &[
    (Role::CustodyAsset, Dimension::Asset),
    (Role::CustodyContra, Dimension::Asset),
    (Role::DepositPayable, Dimension::Contract),
    (Role::WechatInTransit, Dimension::Shop),
    (Role::AlipayInTransit, Dimension::Shop),
    (Role::CardInTransit, Dimension::Shop),
    (Role::RentReceivable, Dimension::Contract),
    (Role::MemberReceivable, Dimension::Contract),
    (Role::RentAdvance, Dimension::Contract),
    (Role::DividendReceivable, Dimension::Contract),
    (Role::LongTermStake, Dimension::Counterparty),
    (Role::SupplierPayable, Dimension::Counterparty),
    (Role::TradeReceivable, Dimension::Counterparty),
    (Role::GoodsMargin, Dimension::Shop),
    (Role::Goods, Dimension::Shop),
    (Role::ConsignmentPayable, Dimension::Contract),
    (Role::DividendPayable, Dimension::Resolution),
    (Role::MemberPayable, Dimension::Resolution),
    (Role::OtherDistributionPayable, Dimension::Resolution),
    (Role::DeferredIncome, Dimension::Fund),
    (Role::EarmarkedPayable, Dimension::Fund),
    (Role::WorkingFundHeld, Dimension::Community),
    (Role::WorkingFundContra, Dimension::Community),
    (Role::FixedAsset, Dimension::Asset),
    (Role::AccumulatedDepreciation, Dimension::Asset),
    (Role::TreasuryPayable, Dimension::Asset),
    (Role::ServiceReceivable, Dimension::Contract),
    (Role::PaidInCapital, Dimension::Community),
];

/// One code of one account.
type Key = (AccountCode, Dimension, DimensionCode);
/// Debit less credit, in 分.
type Sums = BTreeMap<Key, i128>;

/// Sums the lines of vouchers that facts produced, and of their reversals, by account and code.
#[derive(Clone, Debug, Default)]
pub struct ProducedSums(Sums);

impl ProducedSums {
    pub fn add(&mut self, account: AccountCode, side: Side, amount: Amount, dimensions: &DimensionSet) {
        for (dimension, code) in dimensions.iter() {
            move_by(&mut self.0, (account, dimension, code.clone()), signed(side, amount));
        }
    }
}

fn signed(side: Side, amount: Amount) -> i128 {
    let amount = i128::from(amount.fen());
    if side == Side::Debit { amount } else { amount.saturating_neg() }
}

/// Where a sum that is zero leaves no row, so that equal sums are equal maps.
fn move_by(sums: &mut Sums, key: Key, amount: i128) {
    let sum = sums.remove(&key).unwrap_or_default().saturating_add(amount);
    if sum != 0 {
        sums.insert(key, sum);
    }
}

impl ProducedSums {
    /// Debit less credit, in 分, of what no fact has produced on each account that a register explains, where it is not zero:
    /// hand-made vouchers, which the registers know nothing of. `balances` holds every line of the journal.
    pub fn beside(&self, registers: &Registers, balances: &Balances) -> BTreeMap<AccountCode, i128> {
        let tied = tied_accounts(registers);
        let mut left: BTreeMap<AccountCode, i128> = tied.iter().map(|(account, _)| (*account, 0)).collect();
        for (key, movement) in balances.iter().filter(|(key, _)| key.purpose != Purpose::Opening) {
            if let Some(sum) = left.get_mut(&key.account) {
                *sum = sum.saturating_add(i128::from(movement.net().fen()));
            }
        }
        for ((account, dimension, _), produced) in &self.0 {
            if let Some(sum) = left.get_mut(account).filter(|_| tied.contains(&(*account, *dimension))) {
                *sum = sum.saturating_sub(*produced);
            }
        }
        left.retain(|_, sum| *sum != 0);
        left
    }
}

/// A code for which register and account part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub account: AccountCode,
    pub dimension: Dimension,
    pub code: DimensionCode,
    /// Debit less credit, in 分.
    pub register: i128,
    pub posted: i128,
}

/// Every code for which the registers say something else than the produced vouchers have posted.
pub fn differences(registers: &Registers, posted: &ProducedSums) -> Vec<Difference> {
    let (accounts, expected) = (tied_accounts(registers), expected(registers));
    let of_account = |(account, dimension, _): &Key| accounts.contains(&(*account, *dimension));
    let keys = expected.keys().chain(posted.0.keys()).filter(|key| of_account(key));
    let mut keys: Vec<&Key> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    let sum = |sums: &Sums, key: &Key| sums.get(key).copied().unwrap_or_default();
    let differing = keys.into_iter().filter(|key| sum(&expected, key) != sum(&posted.0, key));
    differing
        .map(|key| Difference {
            account: key.0,
            dimension: key.1,
            code: key.2.clone(),
            register: sum(&expected, key),
            posted: sum(&posted.0, key),
        })
        .collect()
}

/// Accounts that roles tied by one dimension have to themselves. One that a book shares with another role, or moved a role to,
/// holds more under that dimension than the register knows.
fn tied_accounts(registers: &Registers) -> Vec<(AccountCode, Dimension)> {
    let tied = |role: Role| TIED.iter().find(|(tied, _)| *tied == role).map(|(_, dimension)| *dimension);
    let shared = |account: AccountCode, dimension: Dimension| {
        let other = |role: Role| tied(role) != Some(dimension) || registers.roles.has_moved(role);
        registers.roles.iter().any(|(role, found)| found == account && other(role))
    };
    let all = registers.roles.iter().filter_map(|(role, account)| Some((account, tied(role)?)));
    all.filter(|(account, dimension)| !shared(*account, *dimension)).collect()
}

/// What the registers say each tied account holds.
fn expected(registers: &Registers) -> Sums {
    // Debit less credit.
    let mut rows: Vec<(Role, DimensionCode, Amount)> = Vec::new();
    for asset in registers.assets.iter().filter(|asset| asset.in_custody()) {
        rows.push((Role::CustodyAsset, asset.card.code.clone(), asset.card.original_value));
        rows.push((Role::CustodyContra, asset.card.code.clone(), credit(asset.card.original_value)));
    }
    for contract in registers.contracts.iter() {
        rows.push((Role::DepositPayable, contract.terms.code.clone(), credit(contract.deposit_held())));
        rows.push((Role::ServiceReceivable, contract.terms.code.clone(), contract.services.open()));
        rows.extend(rent_row(contract));
    }
    let transit =
        [(Role::WechatInTransit, Tender::WeChat), (Role::AlipayInTransit, Tender::Alipay), (Role::CardInTransit, Tender::Card)];
    for (role, tender) in transit {
        rows.extend(registers.shops.in_transit_by_shop(tender).map(|(shop, sum)| (role, shop.clone(), sum)));
    }
    for dividend in registers.dividends.iter() {
        let owed = dividend.open().into_iter().map(|(_, amount)| amount);
        let owed = crate::ledger::amount::total(owed);
        rows.push((Role::DividendPayable, dividend.resolution.code.clone(), credit(owed)));
    }
    for found in registers.distributions.iter() {
        let code = &found.resolution.code;
        rows.push((Role::MemberPayable, code.clone(), credit(found.owed_to_members())));
        rows.push((Role::OtherDistributionPayable, code.clone(), credit(found.owed_to_others())));
    }
    rows.extend(registers.consignments.iter().map(|one| (Role::ConsignmentPayable, one.terms.code.clone(), credit(one.owed()))));
    for (code, stake) in registers.stakes.iter() {
        let bought = stake.acquisitions.values().filter(|one| one.form != StakeForm::Opening).map(|one| one.amount);
        let cost = crate::ledger::amount::total(bought);
        rows.push((Role::LongTermStake, code.clone(), cost));
    }
    rows.extend(goods_rows(registers));
    rows.extend(registers.funds.expected_balances());
    for fund in registers.funds.iter() {
        rows.extend(fund.assets().into_iter().map(|(asset, amount)| (Role::FixedAsset, asset, amount)));
    }
    rows.extend(registers.working_funds.expected_balances());
    rows.extend(registers.fixed_assets.expected_balances());
    // 期初往来 is in the registers and in no voucher that a fact produced.
    rows.extend(registers.carried.unposted());
    rows.extend(registers.treasury.iter().map(|(asset, one)| (Role::TreasuryPayable, asset.clone(), credit(one.owed()))));
    let capital = registers.capital_posted(Date::MAX).into_iter();
    rows.extend(capital.map(|(holder, amount)| (Role::PaidInCapital, holder, credit(amount))));
    let mut sums = Sums::new();
    for (role, code, amount) in rows {
        let dimension = TIED.iter().find(|(tied, _)| *tied == role).map(|(_, dimension)| *dimension);
        let Some((account, dimension)) = registers.roles.account(role).ok().zip(dimension) else { continue };
        move_by(&mut sums, (account, dimension, code), i128::from(amount.fen()));
    }
    sums
}

/// What shops have received, counted and sold, and what is owed either way for it.
fn goods_rows(registers: &Registers) -> Vec<(Role, DimensionCode, Amount)> {
    let mut rows = Vec::new();
    for shop in registers.goods.shops() {
        let code = &shop.opened.shop;
        for received in shop.received.values() {
            rows.push((Role::Goods, code.clone(), received.value()));
            rows.push((Role::GoodsMargin, code.clone(), less(received.cost, received.value())));
        }
        for returned in shop.returned.values() {
            rows.push((Role::Goods, code.clone(), credit(returned.value())));
            rows.push((Role::GoodsMargin, code.clone(), less(returned.value(), returned.cost)));
        }
        for change in shop.changed.values() {
            rows.push((Role::Goods, code.clone(), change.gained));
            rows.push((Role::GoodsMargin, code.clone(), credit(change.gained)));
        }
        rows.extend(shop.counted.values().map(|difference| (Role::Goods, code.clone(), *difference)));
        rows.extend(shop.taken.values().map(|taken| (Role::GoodsMargin, code.clone(), *taken)));
    }
    for (shop, cost) in registers.shops.costs() {
        rows.push((Role::Goods, shop, credit(cost)));
    }
    let suppliers = registers.goods.suppliers().into_iter();
    rows.extend(suppliers.map(|code| (Role::SupplierPayable, code.clone(), credit(registers.goods.owed(&code)))));
    let customers = registers.till.customers(&registers.shops).into_iter();
    rows.extend(customers.map(|code| (Role::TradeReceivable, code.clone(), registers.till.owed(&code, &registers.shops))));
    rows
}

/// What a contract's rent leaves on 应收 or 预收: recognised less received, or received net of tax less recognised; with what was
/// carried, and less what was paid back.
fn rent_row(contract: &Contract) -> Option<(Role, DimensionCode, Amount)> {
    let recognised = crate::ledger::amount::sum(contract.accrued.values().copied())?;
    let (role, balance) = match contract.recognition() {
        Recognition::OnReceipt => return None,
        Recognition::Advance => (Role::RentAdvance, recognised.checked_sub(credited(contract).ok()?)?),
        Recognition::Receivable => (contract.terms.receivable(), contract.receivable(recognised)),
    };
    Some((role, contract.terms.code.clone(), balance))
}

fn credit(amount: Amount) -> Amount {
    amount.checked_neg().unwrap_or(Amount::ZERO)
}
