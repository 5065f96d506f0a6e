//! 帮扶资金与专项资金: money that upper levels give for a purpose, each with a ledger of its own: approved, received, spent,
//! left, the assets formed of it, and what of 2401 or 241 has been carried over. How the money is treated is fixed when it
//! is approved, for everything after follows from it (小企业会计准则 §69; facts §7.2 H1-H5, §7.5).

pub mod register;

pub use register::FundRegister;

use crate::collective::carried::BalanceCarried;
use crate::collective::ground::daily::Daily;
use crate::collective::ground::spread::Portion;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::chart::ChartStandard;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the money becomes in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// 与资产相关 (H1): deferred, and released over the asset's life.
    Asset,
    /// 补偿以后的费用: deferred, and released as it is spent.
    FutureCost,
    /// 补偿已发生的费用 (H2): income at once.
    PastCost,
    /// 折股量化 (H3): a community's paid-in capital. Who puts money in as an owner gives no grant (§69).
    Capital,
    /// 专项应付款 (H5), in a rural collective's book.
    Earmarked,
}

impl Treatment {
    pub fn chinese(self) -> &'static str {
        match self {
            Treatment::Asset => "与资产相关",
            Treatment::FutureCost => "补偿以后费用",
            Treatment::PastCost => "补偿已发生费用",
            Treatment::Capital => "折股量化",
            Treatment::Earmarked => "专项应付款",
        }
    }

    /// The chart that has the accounts for it.
    pub fn standard(self) -> ChartStandard {
        match self {
            Treatment::Earmarked => ChartStandard::RuralCollective2023,
            _ => ChartStandard::SmallEnterprise2013,
        }
    }

    /// Whether its money is held for a purpose until it is spent; otherwise it is the company's own at once.
    pub fn is_held(self) -> bool {
        !matches!(self, Treatment::PastCost | Treatment::Capital)
    }

    /// Whether it may be spent so.
    pub fn allows(self, use_: FundUse) -> bool {
        match self {
            Treatment::Asset => use_ == FundUse::Asset,
            Treatment::FutureCost => use_ == FundUse::Cost,
            Treatment::Earmarked => true,
            Treatment::PastCost | Treatment::Capital => false,
        }
    }
}

/// 资金批复. Fields stand in the order of their names, as the bytes do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundApproved {
    /// In yuan.
    pub amount: Amount,
    /// 章程或章程修正案: with 折股量化 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charter: Option<String>,
    pub code: DimensionCode,
    /// The community it is meant for; with 折股量化 the holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub community: Option<DimensionCode>,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 批复文号
    pub document: String,
    /// 拨款单位
    pub grantor: String,
    pub name: String,
    pub treatment: Treatment,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundReceived {
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 银行回单; distinct within a fund.
    pub document: String,
    pub fund: DimensionCode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FundUse {
    /// 购建资产
    Asset,
    /// 费用
    Cost,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundSpent {
    pub amount: Amount,
    /// The asset that stands with this payment; absent while it is being built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<DimensionCode>,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 付款凭据; distinct within a fund.
    pub document: String,
    pub fund: DimensionCode,
    /// Months over which the deferred income of this asset is released; 0 where nothing is released by months.
    #[serde(with = "crate::ledger::text::count")]
    pub months: u32,
    /// What it was spent on, in words.
    pub purpose: String,
    #[serde(rename = "use")]
    pub use_: FundUse,
}

/// 在建工程转固: what was built of the fund is in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundAssetFormed {
    /// How much of what is under construction becomes the asset.
    pub amount: Amount,
    pub asset: DimensionCode,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 验收或移交单号
    pub document: String,
    pub fund: DimensionCode,
    #[serde(with = "crate::ledger::text::count")]
    pub months: u32,
}

/// 递延收益按月结转: what is due of some funds in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundsReleased {
    pub funds: Vec<DimensionCode>,
    pub period: Period,
}

/// A fund with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fund {
    pub approved: FundApproved,
    /// 期初递延收益: with months it is released by them, without it is money that is still to be spent.
    pub opening: Option<BalanceCarried>,
    /// By document.
    pub received: BTreeMap<String, FundReceived>,
    /// By document.
    pub spent: BTreeMap<String, FundSpent>,
    /// By asset.
    pub formed: BTreeMap<DimensionCode, FundAssetFormed>,
    /// What each month's release came to.
    pub released: BTreeMap<Period, Amount>,
}

impl Fund {
    pub fn received_total(&self) -> Amount {
        total(self.received.values().map(|one| one.amount))
    }

    pub fn spent_total(&self) -> Amount {
        total(self.spent.values().map(|one| one.amount))
    }

    /// 期初递延收益.
    pub fn opening_total(&self) -> Amount {
        self.opening.as_ref().map_or(Amount::ZERO, |one| one.amount)
    }

    /// Received, or there 期初, and not spent; nothing where the money is the company's own at once.
    pub fn left(&self) -> Amount {
        if !self.approved.treatment.is_held() {
            return Amount::ZERO;
        }
        let opening = self.opening.iter().filter(|one| one.months.is_none()).map(|one| one.amount);
        less(total(opening.chain([self.received_total()])), self.spent_total())
    }

    /// [`Fund::left`] day by day.
    pub fn left_daily(&self) -> Daily {
        let opening = self.opening.iter().filter(|one| one.months.is_none()).map(|one| (one.date, one.amount));
        let received = self.received.values().map(|one| (one.date, one.amount));
        Daily::new(opening.chain(received), self.spent.values().map(|one| (one.date, one.amount)))
    }

    /// [`Fund::under_construction`] day by day.
    pub fn construction_daily(&self) -> Daily {
        let built = self.spent.values().filter(|one| one.use_ == FundUse::Asset && one.asset.is_none());
        Daily::new(built.map(|one| (one.date, one.amount)), self.formed.values().map(|one| (one.date, one.amount)))
    }

    fn spent_on(&self, wanted: impl Fn(&FundSpent) -> bool) -> Amount {
        total(self.spent.values().filter(|one| wanted(one)).map(|one| one.amount))
    }

    /// 在建: spent on assets that do not stand yet.
    pub fn under_construction(&self) -> Amount {
        let built = self.spent_on(|one| one.use_ == FundUse::Asset && one.asset.is_none());
        less(built, total(self.formed.values().map(|one| one.amount)))
    }

    /// What became assets that stand, by code.
    pub fn assets(&self) -> BTreeMap<DimensionCode, Amount> {
        let bought = self.spent.values().filter_map(|one| one.asset.clone().map(|asset| (asset, one.amount)));
        let built = self.formed.values().map(|one| (one.asset.clone(), one.amount));
        let mut assets = BTreeMap::new();
        for (asset, amount) in bought.chain(built) {
            let entry = assets.entry(asset).or_insert(Amount::ZERO);
            *entry = plus(*entry, amount);
        }
        assets
    }

    fn portions(&self) -> impl Iterator<Item = Portion> {
        let bought = self.spent.values().filter(|one| one.asset.is_some());
        let bought = bought.filter_map(|one| Portion::new(one.amount, one.date, one.months));
        let built = self.formed.values().filter_map(|one| Portion::new(one.amount, one.date, one.months));
        let opening = self.opening.iter().filter_map(|one| Portion::from_month_of(one.date, one.amount, one.months?));
        bought.chain(built).chain(opening)
    }

    fn released_by_months(&self) -> Amount {
        total(self.released.values().copied())
    }

    /// What a month's release comes to, months that were left out included: the books are never opened again for them
    /// (小企业会计准则 §88). `None` when there is nothing, or the month has its release already.
    pub fn due(&self, period: Period) -> Option<Amount> {
        let by_now = total(self.portions().map(|portion| portion.released_by(period)));
        let due = less(by_now, self.released_by_months());
        (due.fen() > 0 && !self.released.contains_key(&period)).then_some(due)
    }

    /// What has left 2401 or 241: released to income, or carried to 公积公益金 with the asset.
    pub fn carried(&self) -> Amount {
        match self.approved.treatment {
            Treatment::Asset => self.released_by_months(),
            // By months only what is 期初.
            Treatment::FutureCost => plus(self.spent_total(), self.released_by_months()),
            Treatment::Earmarked => {
                let costs = self.spent_on(|one| one.use_ == FundUse::Cost);
                total(self.assets().into_values().chain([costs]))
            }
            Treatment::PastCost => self.received_total(),
            Treatment::Capital => Amount::ZERO,
        }
    }

    /// What still stands in 2401 or 241.
    pub fn uncarried(&self) -> Amount {
        if !self.approved.treatment.is_held() {
            return Amount::ZERO;
        }
        less(plus(self.opening_total(), self.received_total()), self.carried())
    }
}
