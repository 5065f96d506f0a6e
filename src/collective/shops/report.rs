//! 门店、商品、供应商和挂账的台账: stock and margin, what is owed either way by age, cash and cards.

use crate::collective::ground::ageing::Ages;
use crate::collective::organisation::unit::UnitKind;
use crate::collective::registers::{Listing, Registers, Subject, listing};
use crate::collective::shops::day::Tender;
use crate::collective::shops::goods::Method;
use crate::collective::shops::tie;
use crate::ledger::amount::{less, total};
use crate::ledger::table::BasisPoints;
use crate::ledger::{Amount, DimensionCode, Period};
use crate::{columns, shown_words};
use jiff::civil::Date;

/// One shop's month and what is still in transit.
#[derive(Clone, Debug, PartialEq, Eq)]
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

columns! { ShopRow:
    shop: "门店" of Shop,
    period: "月份",
    cost: "成本",
    sales: "销售",
    wechat_in_transit: "微信在途",
    alipay_in_transit: "支付宝在途",
    card_in_transit: "银行卡在途",
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoodsRow {
    pub shop: DimensionCode,
    pub method: Method,
    /// At cost or shelf price by the method.
    pub stock: Amount,
    /// 商品进销差价: without the month's part once that is taken.
    pub margin: Amount,
    /// 差价率 of the month, before its part is taken, in 1/10,000; absent where nothing is there.
    pub margin_basis_points: Option<BasisPoints>,
    /// Found by counts so far: over less short.
    pub count_differences: Amount,
}

columns! { GoodsRow:
    shop: "门店" of Shop,
    method: "核算方法",
    stock: "库存",
    margin: "进销差价",
    margin_basis_points: "差价率",
    count_differences: "盘点差异",
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
            margin_basis_points: rate.filter(|_| base > 0).and_then(|rate| i64::try_from(rate).ok().map(BasisPoints)),
            count_differences: total(shop.counted.values().map(|found| found.stock)),
        }
    };
    registers.goods.shops().map(row).collect()
}

/// What is owed to or by one counterparty, by age (facts §2.6). Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgedRow {
    pub counterparty: DimensionCode,
    pub ages: Ages,
    pub total: Amount,
    pub oldest: Option<Date>,
}

columns! { AgedRow:
    counterparty: "对方" of Counterparty,
    oldest: "最早",
    ages.within_1_year as "within_1_year": "一年以内",
    ages.within_2_years as "within_2_years": "一至二年",
    ages.within_3_years as "within_3_years": "二至三年",
    ages.over_3_years as "over_3_years": "三年以上",
    total: "合计",
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

columns! { TillRow:
    shop: "门店" of Shop,
    cash_carried: "期初现金",
    cash_taken: "收现金",
    cash_banked: "存银行",
    cards_carried: "期初消费卡",
    cards_sold: "售卡",
    cards_used: "用卡",
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

/// One row of 代销. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsignmentRow {
    pub contract: DimensionCode,
    pub community: DimensionCode,
    pub counterparty: DimensionCode,
    pub sold: Amount,
    /// Tax included.
    pub commission: Amount,
    pub paid: Amount,
    pub owed: Amount,
    pub owed_since: Option<Date>,
    /// 作废日期
    pub voided: Option<Date>,
}

columns! { ConsignmentRow:
    contract: "合同",
    community: "社区" of Community,
    counterparty: "对方" of Counterparty,
    sold: "销售",
    commission: "手续费",
    paid: "已付",
    owed: "未付",
    owed_since: "欠付起",
    voided: "作废",
}

pub fn consignments(registers: &Registers) -> Vec<ConsignmentRow> {
    let row = |one: &crate::collective::shops::consignment::Consignment| ConsignmentRow {
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

shown_words!(Method);

/// What the subject shows, and what its accounts must hold.
pub(crate) const SUBJECT: Subject = Subject { listings: LISTINGS, ties: tie::TIES, expected: tie::expected };

const LISTINGS: &[Listing] = &[
    listing!("shops" "超市": ShopRow, |of| shops(of.registers, of.period())),
    listing!("goods" "门店商品": GoodsRow, |of| goods(of.registers, of.day)),
    listing!("suppliers" "供应商账龄": AgedRow, |of| suppliers(of.registers, of.day)),
    listing!("receivables" "挂账账龄": AgedRow, |of| receivables(of.registers, of.day)),
    listing!("tills" "门店现金、消费卡": TillRow, |of| tills(of.registers, &of.own_units(UnitKind::Shop))),
    listing!("consignments" "代销": ConsignmentRow, |of| consignments(of.registers)),
];
