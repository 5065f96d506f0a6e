//! 门店商品 (facts §7.2 F4, F5): what shops receive from suppliers, at cost or at shelf price, what the margin in it is, what a
//! count finds, and what suppliers are owed. What is sold comes from the shops' days.

pub mod register;

pub use register::GoodsRegister;

use crate::collective::ground::spread::rounded;
use crate::collective::shops::register::ShopDayRegister;
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

impl Method {
    pub fn chinese(self) -> &'static str {
        match self {
            Method::Cost => "进价核算",
            Method::Retail => "售价金额核算",
        }
    }
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

/// 核算方法变更: from a first of a month on, and for what comes after it only (小企业会计准则 §88).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoodsMethodChanged {
    /// The first day of the new method, and of a month: a month's margin is taken by one method.
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    pub document: String,
    /// The new one.
    pub method: Method,
    /// 售价 without VAT of the stock on the day before: where the new method is [`Method::Retail`], and only there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retail: Option<Amount>,
    pub shop: DimensionCode,
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
    /// By day.
    pub counted: BTreeMap<Date, CountDifference>,
    /// Margin taken to cost of sales by month.
    pub taken: BTreeMap<Period, Amount>,
    /// By first day.
    pub changed: BTreeMap<Date, MethodChange>,
}

/// What a count found, as it was when it was recorded: counted less book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountDifference {
    /// At the shop's measure.
    pub stock: Amount,
    /// The part of it that is 进销差价, at shelf price only: nobody ever paid that for the goods.
    pub margin: Amount,
}

/// A change of method as it was when it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodChange {
    pub method: Method,
    /// What stock and margin both gained: above zero to shelf price, below to cost.
    pub gained: Amount,
}

impl ShopGoods {
    /// How the shop keeps its goods on a day.
    pub fn method(&self, day: Date) -> Method {
        self.changed.range(..=day).next_back().map_or(self.opened.method, |(_, change)| change.method)
    }

    /// What a change of method gives to stock and margin alike: what the shelf price is above the cost of what is there the
    /// day before, or all the margin that is left, taken off.
    pub fn gained(&self, changed: &GoodsMethodChanged, days: &ShopDayRegister) -> Amount {
        match changed.retail {
            Some(retail) => less(retail, self.stock_before(changed.date, days)),
            // Nothing stands on or after the day, so what the month begins with is what is left.
            None => Period::of(changed.date).map_or(Amount::ZERO, |period| less(Amount::ZERO, self.margin(period))),
        }
    }

    /// 库存商品 at the end of the day before.
    pub fn stock_before(&self, day: Date, days: &ShopDayRegister) -> Amount {
        day.yesterday().map_or(Amount::ZERO, |before| self.stock(days, before))
    }

    fn gained_by(&self, day: Date) -> Amount {
        total(self.changed.range(..=day).map(|(_, change)| change.gained))
    }

    /// Whether something of these goods stands on a day or after it.
    pub fn stands_from(&self, days: &ShopDayRegister, day: Date) -> bool {
        let delivered = self.received.values().map(|one| one.date).chain(self.returned.values().map(|one| one.date));
        delivered.chain(self.counted.keys().copied()).chain(self.changed.keys().copied()).any(|date| date >= day)
            || self.taken.keys().any(|period| period.last_day() >= day)
            || days.stands_from(&self.opened.shop, day)
    }

    /// The first day of a change of method after a day: what happened before it can no longer change, for it was counted.
    pub fn changed_after(&self, day: Date) -> Option<Date> {
        self.changed.keys().next_back().copied().filter(|changed| *changed > day)
    }

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
        let found = total(self.counted.range(..=day).map(|(_, found)| found.stock));
        let sold = days.cost_between(&self.opened.shop, self.opened.date, day);
        less(total([self.opened.stock, delivered, found, self.gained_by(day)]), sold)
    }

    /// 商品进销差价 at the end of a month, before that month's is taken.
    pub fn margin(&self, period: Period) -> Amount {
        less(self.margin_come(period.last_day()), total(self.taken.range(..period).map(|(_, taken)| *taken)))
    }

    /// All the margin that has come up to a day, whatever was taken of it.
    fn margin_come(&self, day: Date) -> Amount {
        let delivered = total(self.delivered(day).into_iter().map(|(value, cost)| less(value, cost)));
        let found = total(self.counted.range(..=day).map(|(_, found)| found.margin));
        total([self.opened.margin, delivered, found, self.gained_by(day)])
    }

    /// What a count finds. At shelf price the difference has its share of margin, at the rate of the month so far.
    pub fn difference(&self, counted: &GoodsCounted, days: &ShopDayRegister) -> CountDifference {
        let stock = less(counted.counted, self.stock(days, counted.date));
        let month = Period::of(counted.date).filter(|_| self.method(counted.date) == Method::Retail);
        let Some(month) = month else { return CountDifference { stock, margin: Amount::ZERO } };
        let taken = total(self.taken.range(..month).map(|(_, taken)| *taken));
        let come = less(self.margin_come(counted.date), taken);
        let sold = days.cost_between(&self.opened.shop, month.first_day().max(self.opened.date), counted.date);
        let base = plus(self.stock(days, counted.date), sold);
        CountDifference { stock, margin: portion(come, stock, base) }
    }

    /// What a month sold, at the shop's measure.
    fn sold(&self, days: &ShopDayRegister, period: Period) -> Amount {
        days.cost_between(&self.opened.shop, period.first_day().max(self.opened.date), period.last_day())
    }

    /// 差价率 × 本月已售 of every month up to one, less what was taken: the rate is the margin over what is left and what was
    /// sold, both at shelf price (F5). What came in late for an earlier month so comes with the next.
    pub fn margin_to_take(&self, days: &ShopDayRegister, period: Period) -> Amount {
        let newest = self.taken.keys().next_back().map_or(period, |newest| period.max(*newest));
        let mut earned = Amount::ZERO;
        let mut month = Period::of(self.opened.date).filter(|month| *month <= newest);
        while let Some(one) = month {
            if self.method(one.last_day()) == Method::Retail {
                let sold = self.sold(days, one);
                let base = plus(self.stock(days, one.last_day()), sold);
                earned = plus(earned, portion(less(self.margin_come(one.last_day()), earned), sold, base));
            }
            month = one.next().filter(|next| *next <= newest);
        }
        less(earned, total(self.taken.values().copied()))
    }
}

/// The part of a margin that belongs to some of the goods it is on; nothing where there are no goods.
fn portion(margin: Amount, part: Amount, base: Amount) -> Amount {
    if base.fen() <= 0 {
        return Amount::ZERO;
    }
    rounded(i128::from(margin.fen()) * i128::from(part.fen()), i128::from(base.fen()))
}

/// 供应商往来 of one supplier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supplier {
    /// 期初: since when, and how much.
    pub opening: Option<(Date, Amount)>,
    /// By document.
    pub paid: BTreeMap<String, SupplierPaid>,
}
