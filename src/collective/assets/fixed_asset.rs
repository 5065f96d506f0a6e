//! 固定资产: what the company or community owns, from its card over its months to its disposal. Depreciation is straight-line
//! from the month after the asset stands to the month of its disposal (小企业会计准则 §30-31; facts §7.2 C5, H4). A part may go
//! before the rest: it takes its share with it, and what is left goes on over the months that are left.

pub mod register;

pub use register::FixedAssetRegister;

use crate::collective::ground::spread::{Portion, share};
use crate::collective::ground::vat;
use crate::collective::roles::role::Role;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whose cost its depreciation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expense {
    /// 出租
    Leased,
    /// 销售
    Selling,
    /// 管理
    Administrative,
}

impl Expense {
    pub fn role(self) -> Role {
        match self {
            Expense::Leased => Role::DepreciationLeased,
            Expense::Selling => Role::DepreciationSelling,
            Expense::Administrative => Role::DepreciationAdministrative,
        }
    }
}

/// Where it comes from, which is what its cost is posted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetSource {
    /// 购入
    Purchased,
    /// 投资者投入 (H4)
    Contributed,
    /// 期初: the opening balances hold its cost and what it had lost.
    Opening,
    /// 自建，在建工程转入
    Built,
    /// 资金形成: the facts of support funds have posted its cost.
    Funded,
}

impl AssetSource {
    pub fn chinese(self) -> &'static str {
        match self {
            AssetSource::Purchased => "购入",
            AssetSource::Contributed => "投资者投入",
            AssetSource::Opening => "期初",
            AssetSource::Built => "在建工程转入",
            AssetSource::Funded => "资金形成",
        }
    }

    /// Whether the card itself posts the cost.
    pub fn is_posted(self) -> bool {
        !matches!(self, AssetSource::Opening | AssetSource::Funded)
    }
}

/// 固定资产卡片. Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedAssetAdded {
    /// 期初已提折旧 in yuan: with source 期初 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub already_depreciated: Option<Amount>,
    pub asset: DimensionCode,
    /// 资产类别
    pub class: String,
    /// The community whose income and cost it bears; with 投资者投入 the holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub community: Option<DimensionCode>,
    /// 原价 in yuan.
    pub cost: Amount,
    /// The day from which it stands; with 期初 the day of the opening balances.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 发票、评估报告、验收单等
    pub document: String,
    pub expense: Expense,
    /// 使用寿命 in months from the month after `date`: with 期初 what is left of it. 0 where nothing is to be depreciated.
    #[serde(with = "crate::ledger::text::count")]
    pub months: u32,
    pub name: String,
    /// 预计净残值 in yuan.
    pub residual_value: Amount,
    /// The shop whose cost it bears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<DimensionCode>,
    pub source: AssetSource,
}

/// 按月计提折旧: what some assets lose in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetsDepreciated {
    pub assets: Vec<DimensionCode>,
    pub period: Period,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisposalReason {
    /// 出售
    Sold,
    /// 报废
    Scrapped,
    /// 毁损、丢失
    Lost,
}

impl DisposalReason {
    pub fn chinese(self) -> &'static str {
        match self {
            DisposalReason::Sold => "出售",
            DisposalReason::Scrapped => "报废",
            DisposalReason::Lost => "毁损",
        }
    }
}

/// 固定资产处置.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedAssetDisposed {
    pub asset: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 处置批复、合同
    pub document: String,
    /// 原价 of the part that goes, in yuan; absent where all of it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Amount>,
    /// What arrived at the bank for it in yuan, tax included.
    pub proceeds: Amount,
    pub reason: DisposalReason,
    /// The rate in the price, in basis points (1/10,000): with 出售 only; absent for none.
    #[serde(default, with = "crate::ledger::text::some_count", skip_serializing_if = "Option::is_none")]
    pub tax_basis_points: Option<u32>,
}

impl FixedAssetDisposed {
    /// What came for it without tax.
    pub fn net(&self) -> Amount {
        vat::split(self.proceeds, self.tax_basis_points.unwrap_or(0)).map_or(self.proceeds, |(net, _)| net)
    }
}

impl FixedAssetAdded {
    /// Whether it is 不动产, by what its class says: 房屋, 建筑物, 构筑物, 土地使用权, 门面.
    pub fn is_real_estate(&self) -> bool {
        ["不动产", "房", "建筑", "构筑", "土地", "门面", "铺面", "商铺"].iter().any(|word| self.class.contains(word))
    }
}

/// What depreciation goes on from: the card, or what a part left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Basis {
    cost: Amount,
    residual: Amount,
    /// 累计折旧 before the portion begins.
    lost: Amount,
    portion: Option<Portion>,
}

impl Basis {
    fn new(cost: Amount, residual: Amount, lost: Amount, date: Date, months: u32) -> Basis {
        Basis { cost, residual, lost, portion: Portion::new(less(less(cost, residual), lost), date, months) }
    }
}

/// 部分处置: the fact, and what it left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartDisposal {
    pub disposed: FixedAssetDisposed,
    left: Basis,
}

impl PartDisposal {
    /// Whether a month was depreciated with it or before it.
    fn covers(&self, period: Period) -> bool {
        Period::of(self.disposed.date).is_some_and(|month| period <= month)
    }
}

/// What a disposal takes out of the accounts. In yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Going {
    /// The depreciation of its month, of the whole asset, where it is open.
    pub last: Amount,
    /// 原价
    pub cost: Amount,
    /// 累计折旧, the last month's included.
    pub lost: Amount,
}

/// An asset with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedAsset {
    pub card: FixedAssetAdded,
    /// What each month's voucher came to; the month of disposal stands in the disposal's own.
    pub depreciated: BTreeMap<Period, Amount>,
    /// In the order in which they went.
    pub parts: Vec<PartDisposal>,
    /// Of what was left.
    pub disposed: Option<FixedAssetDisposed>,
}

impl FixedAsset {
    pub fn already_depreciated(&self) -> Amount {
        self.card.already_depreciated.unwrap_or(Amount::ZERO)
    }

    fn basis(&self) -> Basis {
        let card = &self.card;
        let of_card = || Basis::new(card.cost, card.residual_value, self.already_depreciated(), card.date, card.months);
        self.parts.last().map_or_else(of_card, |part| part.left)
    }

    /// 原价 of what is left of it, or was when it went.
    pub fn cost(&self) -> Amount {
        self.basis().cost
    }

    /// 净残值 of the same.
    pub fn residual_value(&self) -> Amount {
        self.basis().residual
    }

    /// The months' vouchers since the card, or since a part went.
    fn posted(&self) -> Amount {
        let since = |month: &Period| self.parts.last().is_none_or(|part| !part.covers(*month));
        total(self.depreciated.iter().filter(|(month, _)| since(month)).map(|(_, amount)| *amount))
    }

    /// What a month's depreciation comes to, months that were left out included: closed books are never opened again for
    /// them (小企业会计准则 §88).
    pub fn open_by(&self, period: Period) -> Amount {
        let by_now = self.basis().portion.map_or(Amount::ZERO, |portion| portion.released_by(period));
        // Later months have been posted where the difference is below zero.
        less(by_now, self.posted()).max(Amount::ZERO)
    }

    /// The same for a voucher of its own; `None` when there is nothing, the month has its voucher, or the asset is gone.
    pub fn due(&self, period: Period) -> Option<Amount> {
        let open = self.open_by(period);
        (self.disposed.is_none() && !open.is_zero() && !self.depreciated.contains_key(&period)).then_some(open)
    }

    /// The first month before `period` whose depreciation is open.
    pub fn missing_before(&self, period: Period) -> Option<Period> {
        let (portion, posted) = (self.basis().portion?, self.posted());
        let mut month = portion.from;
        while month < period {
            if portion.released_by(month) > posted {
                return Some(month);
            }
            month = month.next()?;
        }
        None
    }

    /// 累计折旧 to date; of an asset that is gone, what it had lost on that day.
    pub fn accumulated(&self) -> Amount {
        let last = self.disposed.as_ref().and_then(|disposed| Period::of(disposed.date));
        let last = last.map_or(Amount::ZERO, |period| self.open_by(period));
        plus(plus(self.basis().lost, self.posted()), last)
    }

    /// What a disposal takes with it, before it is taken in.
    pub fn going(&self, disposed: &FixedAssetDisposed) -> Going {
        let whole = self.cost();
        let last = Period::of(disposed.date).map_or(Amount::ZERO, |period| self.open_by(period));
        let (cost, lost) = (disposed.part.unwrap_or(whole), plus(self.accumulated(), last));
        Going { last, cost, lost: if disposed.part.is_some() { share(lost, cost.fen(), whole.fen()) } else { lost } }
    }

    /// What a part leaves behind.
    fn left_by(&self, part: &FixedAssetDisposed) -> Basis {
        let (before, going) = (self.basis(), self.going(part));
        let lost = plus(self.accumulated(), going.last);
        // Rounded with what is lost, so that nothing is to be depreciated of the rest of what has nothing left to lose.
        let never_lost = share(plus(lost, before.residual), going.cost.fen(), before.cost.fen());
        let residual = less(before.residual, less(never_lost, going.lost));
        let months = before.portion.zip(Period::of(part.date)).map_or(0, |(portion, month)| portion.months_after(month));
        Basis::new(less(before.cost, going.cost), residual, less(lost, going.lost), part.date, months)
    }

    /// 累计折旧 of an asset that stands at the end of a day: the months that have ended by then.
    pub fn accumulated_on(&self, day: Date) -> Amount {
        let ended = self.depreciated.iter().take_while(|(month, _)| month.last_day() <= day);
        plus(self.already_depreciated(), total(ended.map(|(_, amount)| *amount)))
    }

    pub fn stands_on(&self, day: Date) -> bool {
        self.card.date <= day && self.disposed.as_ref().is_none_or(|disposed| disposed.date > day)
    }

    /// What its facts have posted to 1601 and 1602, debit less credit.
    fn balances(&self) -> (Amount, Amount) {
        let added = if self.card.source.is_posted() { self.card.cost } else { Amount::ZERO };
        // What was there before the facts goes with them.
        let (cost, lost) = if self.disposed.is_some() { Default::default() } else { (self.cost(), self.accumulated()) };
        (less(added, less(self.card.cost, cost)), less(self.already_depreciated(), lost))
    }
}

#[cfg(test)]
mod tests;
