//! 门店、商品、供应商和挂账的台账: stock and margin, what is owed either way by age, cash and cards.

use crate::collective::ground::ageing::Ages;
use crate::collective::registers::Registers;
use crate::collective::shops::day::Tender;
use crate::collective::shops::goods::Method;
use crate::ledger::amount::{less, total};
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use serde::Serialize;

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

/// One shop's goods at the end of a day. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GoodsRow {
    pub shop: DimensionCode,
    pub method: Method,
    /// At cost or shelf price by the method.
    pub stock: Amount,
    /// 商品进销差价: without the month's part once that is taken.
    pub margin: Amount,
    /// 差价率 of the month, before its part is taken, in 1/10,000; absent where nothing is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin_basis_points: Option<i64>,
    /// Found by counts so far: over less short.
    pub count_differences: Amount,
}

pub fn goods(registers: &Registers, day: Date) -> Vec<GoodsRow> {
    let Some(period) = Period::of(day) else { return Vec::new() };
    let row = |shop: &crate::collective::shops::goods::ShopGoods| {
        let (stock, margin) = (shop.stock(&registers.shops, day), shop.margin(period));
        let sold = registers.shops.cost_between(&shop.opened.shop, period.first_day(), day);
        let base = i128::from(stock.fen()).saturating_add(i128::from(sold.fen()));
        let rate = i128::from(margin.fen()).saturating_mul(10_000).checked_div(base);
        GoodsRow {
            shop: shop.opened.shop.clone(),
            method: shop.method(day),
            stock,
            margin: less(margin, shop.taken.get(&period).copied().unwrap_or_default()),
            margin_basis_points: rate.filter(|_| base > 0).and_then(|rate| i64::try_from(rate).ok()),
            count_differences: total(shop.counted.values().copied()),
        }
    };
    registers.goods.shops().map(row).collect()
}

/// What is owed to or by one counterparty, by age (facts §2.6). Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgedRow {
    pub counterparty: DimensionCode,
    #[serde(flatten)]
    pub ages: Ages,
    pub total: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Date>,
}

fn aged(counterparty: DimensionCode, open: &[(Date, Amount)], day: Date) -> AgedRow {
    let ages = Ages::of(open, day);
    AgedRow { counterparty, ages, total: ages.total(), oldest: open.first().map(|(date, _)| *date) }
}

/// 供应商账龄.
pub fn suppliers(registers: &Registers, day: Date) -> Vec<AgedRow> {
    let all = registers.goods.suppliers().into_iter();
    all.map(|code| aged(code.clone(), &registers.goods.open_receipts(&code), day)).filter(|row| !row.total.is_zero()).collect()
}

/// 挂账账龄.
pub fn receivables(registers: &Registers, day: Date) -> Vec<AgedRow> {
    let all = registers.till.customers(&registers.shops).into_iter();
    let row = |code: DimensionCode| aged(code.clone(), &registers.till.open_accounts(&code, &registers.shops), day);
    all.map(row).filter(|row| !row.total.is_zero()).collect()
}

/// Cash and cards of one shop by its facts: what typed vouchers moved is not in it. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TillRow {
    pub shop: DimensionCode,
    /// 期初 of what follows.
    pub cash_carried: Amount,
    pub cash_taken: Amount,
    pub cash_banked: Amount,
    pub cards_carried: Amount,
    pub cards_sold: Amount,
    pub cards_used: Amount,
}

pub fn tills(registers: &Registers, shops: &[DimensionCode]) -> Vec<TillRow> {
    let row = |shop: &DimensionCode| {
        let cash = registers.till.cash(shop, &registers.takings());
        let cards = registers.till.cards(shop, &registers.shops);
        TillRow {
            shop: shop.clone(),
            cash_carried: cash.opening,
            cash_taken: cash.came,
            cash_banked: cash.went,
            cards_carried: cards.opening,
            cards_sold: cards.came,
            cards_used: cards.went,
        }
    };
    shops.iter().map(row).collect()
}
