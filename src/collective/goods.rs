//! 门店商品 (facts §7.2 F4, F5): what shops receive from suppliers, at cost or at shelf price, what the margin in it is, what a
//! count finds, and what suppliers are owed. What is sold comes from the shops' days.

pub mod register;

pub use register::GoodsRegister;

use crate::collective::schedule::rounded;
use crate::collective::shop::ShopDayRegister;
use crate::ledger::amount::{less, plus, total};
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a shop keeps its goods (12号文 §20: a method is chosen once and its change recorded).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 进价
    Cost,
    /// 售价金额核算: at shelf price without VAT, with the margin on 商品进销差价.
    Retail,
}

/// 开始核算: what stands in the opening balances. Nothing is posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoodsOpened {
    /// From the start of this day on.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
    /// 商品进销差价; 0.00 with [`Method::Cost`].
    pub margin: Amount,
    pub method: Method,
    pub shop: DimensionCode,
    /// 库存商品, at cost or shelf price by the method.
    pub stock: Amount,
}

/// 进货.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoodsReceived {
    pub cost: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 进货单; distinct within a shop.
    pub document: String,
    /// 售价 without VAT: of a shop that keeps its goods at shelf price, and of no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retail: Option<Amount>,
    pub shop: DimensionCode,
    pub supplier: DimensionCode,
}

/// 退货给供应商: goods of an earlier delivery go back. Amounts as in [`GoodsReceived`], above zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoodsReturned {
    pub cost: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 退货单; distinct within a shop.
    pub document: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retail: Option<Amount>,
    pub shop: DimensionCode,
    pub supplier: DimensionCode,
}

/// 付供应商.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierPaid {
    pub amount: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 银行回单; distinct within a supplier.
    pub document: String,
    pub supplier: DimensionCode,
}

/// 月末分摊差价.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarginTaken {
    pub period: Period,
    pub shop: DimensionCode,
}

/// 盘点: what was counted, at cost or shelf price by the shop's method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoodsCounted {
    pub counted: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
    pub shop: DimensionCode,
}

impl GoodsReceived {
    /// At the shop's measure.
    pub fn value(&self) -> Amount {
        self.retail.unwrap_or(self.cost)
    }
}

impl GoodsReturned {
    /// At the shop's measure.
    pub fn value(&self) -> Amount {
        self.retail.unwrap_or(self.cost)
    }
}

/// One shop's goods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopGoods {
    pub opened: GoodsOpened,
    /// By document.
    pub received: BTreeMap<String, GoodsReceived>,
    /// By document.
    pub returned: BTreeMap<String, GoodsReturned>,
    /// Difference found (counted less book) by day.
    pub counted: BTreeMap<Date, Amount>,
    /// Margin taken to cost of sales by month.
    pub taken: BTreeMap<Period, Amount>,
}

impl ShopGoods {
    /// Deliveries less what went back of them up to a day: value at the shop's measure, and cost.
    fn delivered(&self, day: Date) -> Vec<(Amount, Amount)> {
        let received = self.received.values().filter(|one| one.date <= day).map(|one| (one.value(), one.cost));
        let returned = self.returned.values().filter(|one| one.date <= day);
        let returned = returned.map(|one| (less(Amount::ZERO, one.value()), less(Amount::ZERO, one.cost)));
        received.chain(returned).collect()
    }

    /// 库存商品 at the end of a day.
    pub fn stock(&self, days: &ShopDayRegister, day: Date) -> Amount {
        let delivered = total(self.delivered(day).into_iter().map(|(value, _)| value));
        let found = total(self.counted.range(..=day).map(|(_, difference)| *difference));
        let sold = days.cost_between(&self.opened.shop, self.opened.date, day);
        less(plus(plus(self.opened.stock, delivered), found), sold)
    }

    /// 商品进销差价 at the end of a month, before that month's is taken.
    pub fn margin(&self, period: Period) -> Amount {
        let delivered = total(self.delivered(period.last_day()).into_iter().map(|(value, cost)| less(value, cost)));
        let taken = total(self.taken.range(..period).map(|(_, taken)| *taken));
        less(plus(self.opened.margin, delivered), taken)
    }

    /// What a month sold, at the shop's measure.
    fn sold(&self, days: &ShopDayRegister, period: Period) -> Amount {
        days.cost_between(&self.opened.shop, period.first_day().max(self.opened.date), period.last_day())
    }

    /// 差价率 × 本月已售: the rate is the margin over what is left and what was sold, both at shelf price (F5).
    pub fn margin_to_take(&self, days: &ShopDayRegister, period: Period) -> Amount {
        let sold = self.sold(days, period);
        let base = plus(self.stock(days, period.last_day()), sold);
        if base.fen() <= 0 {
            return Amount::ZERO;
        }
        rounded(i128::from(self.margin(period).fen()) * i128::from(sold.fen()), i128::from(base.fen()))
    }
}

/// 供应商往来 of one supplier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supplier {
    /// 期初: since when, and how much.
    pub opening: Option<(Date, Amount)>,
    /// By document.
    pub paid: BTreeMap<String, SupplierPaid>,
}
