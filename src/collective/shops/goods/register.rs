//! The ledger of all shops' goods and of their suppliers: what speaks against a fact beside those before it, and what may be
//! taken back.

use super::{
    CountDifference, GoodsCounted, GoodsMethodChanged, GoodsOpened, GoodsReceived, GoodsReturned, MarginTaken, Method,
    MethodChange, ShopGoods, Supplier, SupplierPaid,
};
use crate::collective::ground::ageing::uncovered;
use crate::collective::reference;
use crate::collective::shops::register::ShopDayRegister;
use crate::ledger::amount::{less, total};
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// 商品台账.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoodsRegister {
    shops: BTreeMap<DimensionCode, ShopGoods>,
    suppliers: BTreeMap<DimensionCode, Supplier>,
}

fn amount_rule(amount: Amount) -> Option<Rule> {
    (amount.fen() <= 0).then(|| Rule::business("goods_amount", "金额要大于零。记错的请冲销原来的进货，退给供应商的另登记退货。"))
}

/// Documents stand in references, between slashes.
pub fn document_rule(document: &str, taken: bool) -> Option<Rule> {
    let unsound = !reference::fits(document) || taken;
    unsound.then(|| Rule::business("goods_document", "单据号没有填、含有斜线，或已经用过。同一张单据只记一次。"))
}

impl GoodsRegister {
    pub fn shop(&self, code: &DimensionCode) -> Option<&ShopGoods> {
        self.shops.get(code)
    }

    pub fn shops(&self) -> impl Iterator<Item = &ShopGoods> {
        self.shops.values()
    }

    /// What a supplier is owed by day, oldest first: 期初 and receipts that payments and returned goods do not cover.
    pub fn open_receipts(&self, supplier: &DimensionCode) -> Vec<(Date, Amount)> {
        let mut owed: Vec<(Date, Amount)> = self
            .shops
            .values()
            .flat_map(|shop| shop.received.values())
            .filter(|one| one.supplier == *supplier)
            .map(|one| (one.date, one.cost))
            .chain(self.suppliers.get(supplier).and_then(|one| one.opening))
            .collect();
        owed.sort_by_key(|(date, _)| *date);
        let paid = self.suppliers.get(supplier).into_iter().flat_map(|one| one.paid.values());
        let returned = self.returned_to(supplier).map(|one| (one.date, one.cost));
        uncovered(owed, paid.map(|paid| (paid.date, paid.amount)).chain(returned))
    }

    fn returned_to(&self, supplier: &DimensionCode) -> impl Iterator<Item = &GoodsReturned> {
        self.shops.values().flat_map(|shop| shop.returned.values()).filter(move |one| one.supplier == *supplier)
    }

    pub fn suppliers(&self) -> Vec<DimensionCode> {
        let received = self.shops.values().flat_map(|shop| shop.received.values()).map(|one| one.supplier.clone());
        let returned = self.shops.values().flat_map(|shop| shop.returned.values()).map(|one| one.supplier.clone());
        let mut all: Vec<_> = received.chain(returned).chain(self.suppliers.keys().cloned()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What a supplier is owed; below zero when goods went back, or a receipt was taken back, after they were paid.
    pub fn owed(&self, supplier: &DimensionCode) -> Amount {
        let received = self.shops.values().flat_map(|shop| shop.received.values()).filter(|one| one.supplier == *supplier);
        let entry = self.suppliers.get(supplier);
        let paid = entry.into_iter().flat_map(|one| one.paid.values()).map(|paid| paid.amount);
        let returned = self.returned_to(supplier).map(|one| one.cost);
        let opening = entry.and_then(|one| one.opening).map(|(_, amount)| amount);
        less(total(received.map(|one| one.cost).chain(opening)), total(paid.chain(returned)))
    }

    fn known(&self, shop: &DimensionCode) -> Result<&ShopGoods, Vec<Rule>> {
        let message = || format!("门店 {shop} 还没有开始商品核算。请先登记期初库存和核算方法（没有库存的填 0.00）。");
        self.shops.get(shop).ok_or_else(|| vec![Rule::business("goods_not_opened", message())])
    }

    pub fn examine_opened(&self, opened: &GoodsOpened) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.shops.contains_key(&opened.shop) {
            rules.push(Rule::business("goods_opened_twice", format!("门店 {} 已经开始商品核算。", opened.shop)));
        }
        if opened.stock.fen() < 0 || opened.margin.fen() < 0 || opened.margin > opened.stock {
            rules.push(Rule::business("goods_opening", "期初库存、差价不能为负，差价不能大于库存。请核对期初余额。"));
        }
        if opened.method == Method::Cost && !opened.margin.is_zero() {
            rules.push(Rule::business("goods_margin", "进价核算没有进销差价。请填 0.00，或改为售价金额核算。"));
        }
        if opened.document.trim().is_empty() {
            rules.push(Rule::business("goods_document", "没有核算办法的文号或盘点单号。请补填。"));
        }
        rules
    }

    pub fn examine_received(&self, received: &GoodsReceived) -> Vec<Rule> {
        let shop = match self.known(&received.shop) {
            Ok(shop) => shop,
            Err(rules) => return rules,
        };
        let mut rules: Vec<Rule> = amount_rule(received.cost).into_iter().collect();
        rules.extend(document_rule(&received.document, shop.received.contains_key(&received.document)));
        rules.extend(retail_rule(shop.method(received.date), received.cost, received.retail));
        rules.extend(date_rule(shop, received.date));
        rules
    }

    /// What goes back was there: on its day, and after all that happened since.
    pub fn examine_returned(&self, returned: &GoodsReturned, days: &ShopDayRegister) -> Vec<Rule> {
        let shop = match self.known(&returned.shop) {
            Ok(shop) => shop,
            Err(rules) => return rules,
        };
        let mut rules: Vec<Rule> = amount_rule(returned.cost).into_iter().collect();
        rules.extend(document_rule(&returned.document, shop.returned.contains_key(&returned.document)));
        rules.extend(retail_rule(shop.method(returned.date), returned.cost, returned.retail));
        rules.extend(date_rule(shop, returned.date));
        let stock = shop.stock(days, returned.date).min(shop.stock(days, Date::MAX));
        if returned.value() > stock {
            let message = format!("门店 {} 的库存只有 {stock} 元，不够退 {} 元。请核对。", returned.shop, returned.value());
            rules.push(Rule::business("goods_return_exceeds", message));
        }
        rules
    }

    pub fn examine_paid(&self, paid: &SupplierPaid) -> Vec<Rule> {
        let mut rules: Vec<Rule> = amount_rule(paid.amount).into_iter().collect();
        let taken = self.suppliers.get(&paid.supplier).is_some_and(|one| one.paid.contains_key(&paid.document));
        rules.extend(document_rule(&paid.document, taken));
        let owed = self.owed(&paid.supplier);
        if paid.amount > owed {
            let message =
                format!("供应商 {} 应付 {owed} 元，这次付 {} 元。请核对；期初的欠款先登记期初往来。", paid.supplier, paid.amount);
            rules.push(Rule::business("supplier_payment_exceeds", message));
        }
        rules
    }

    pub fn examine_counted(&self, counted: &GoodsCounted) -> Vec<Rule> {
        let shop = match self.known(&counted.shop) {
            Ok(shop) => shop,
            Err(rules) => return rules,
        };
        let mut rules = Vec::new();
        if counted.counted.fen() < 0 {
            rules.push(Rule::business("goods_amount", "盘点金额不能为负。"));
        }
        if shop.counted.contains_key(&counted.date) {
            rules.push(Rule::business(
                "goods_counted_twice",
                format!("门店 {} {} 已经盘点过。更正请先冲销。", counted.shop, counted.date),
            ));
        }
        if counted.document.trim().is_empty() {
            rules.push(Rule::business("goods_document", "没有盘点单号。请补填。"));
        }
        rules.extend(date_rule(shop, counted.date));
        rules
    }

    pub fn examine_taken(&self, taken: &MarginTaken, days: &ShopDayRegister) -> Vec<Rule> {
        let shop = match self.known(&taken.shop) {
            Ok(shop) => shop,
            Err(rules) => return rules,
        };
        if is_open(shop, taken.period) && !shop.margin_to_take(days, taken.period).is_zero() {
            return Vec::new();
        }
        let message = format!("门店 {} 在 {} 没有要分摊的差价，或该月、以后的月份已经分摊。", taken.shop, taken.period);
        vec![Rule::business("margin_not_due", message)]
    }

    /// The shops whose margin a month end has to take.
    pub fn due(&self, days: &ShopDayRegister, period: Period) -> Vec<MarginTaken> {
        let all = self.shops.keys().map(|shop| MarginTaken { period, shop: shop.clone() });
        all.filter(|taken| self.examine_taken(taken, days).is_empty()).collect()
    }

    /// What was before the change is complete, and nothing stands after it: the change is what it was counted as.
    pub fn examine_changed(&self, changed: &GoodsMethodChanged, days: &ShopDayRegister) -> Vec<Rule> {
        let shop = match self.known(&changed.shop) {
            Ok(shop) => shop,
            Err(rules) => return rules,
        };
        let mut rules = Vec::new();
        let (code, date) = (&changed.shop, changed.date);
        if date.day() != 1 || date <= shop.opened.date {
            let message = format!("核算方法从某月一日起变更，且晚于开始核算的 {}；填的是 {date}。请核对。", shop.opened.date);
            rules.push(Rule::business("goods_method_date", message));
        }
        if changed.method == shop.method(date) {
            rules.push(Rule::business("goods_method_same", format!("门店 {code} 已经是这种核算方法。请核对。")));
        }
        if changed.document.trim().is_empty() {
            rules.push(Rule::business("goods_document", "没有变更核算方法的文号。请补填。"));
        }
        if shop.stands_from(days, date) {
            let message =
                format!("门店 {code} 在 {date} 或以后已有进货、退货、日报、盘点、分摊或变更。请先冲销，变更以后再登记。");
            rules.push(Rule::business("goods_method_late", message));
        }
        let stock = shop.stock_before(date, days);
        rules.extend(retail_rule(changed.method, stock.max(Amount::ZERO), changed.retail));
        if stock < Amount::ZERO {
            let message = format!("门店 {code} 变更前一日的库存是 {stock} 元。请先盘点，或补录进货。");
            rules.push(Rule::business("goods_stock_negative", message));
        }
        let before = date.yesterday().ok().and_then(Period::of);
        let untaken = |month: &Period| is_open(shop, *month) && !shop.margin_to_take(days, *month).is_zero();
        if let Some(month) = before.filter(untaken) {
            let message = format!("门店 {code} {month} 的差价还没有分摊。请先做该月的月末。");
            rules.push(Rule::business("goods_margin_untaken", message));
        }
        rules
    }

    pub fn open(&mut self, opened: &GoodsOpened) {
        let shop = ShopGoods {
            opened: opened.clone(),
            received: BTreeMap::new(),
            returned: BTreeMap::new(),
            counted: BTreeMap::new(),
            taken: BTreeMap::new(),
            changed: BTreeMap::new(),
        };
        self.shops.insert(opened.shop.clone(), shop);
    }

    pub fn receive(&mut self, received: &GoodsReceived) {
        if let Some(shop) = self.shops.get_mut(&received.shop) {
            shop.received.insert(received.document.clone(), received.clone());
        }
    }

    pub fn give_back(&mut self, returned: &GoodsReturned) {
        if let Some(shop) = self.shops.get_mut(&returned.shop) {
            shop.returned.insert(returned.document.clone(), returned.clone());
        }
    }

    /// Takes in what a supplier is owed from before.
    pub fn carry(&mut self, supplier: &DimensionCode, debt: (Date, Amount)) {
        self.suppliers.entry(supplier.clone()).or_default().opening = Some(debt);
    }

    pub fn pay(&mut self, paid: &SupplierPaid) {
        let supplier = self.suppliers.entry(paid.supplier.clone()).or_default();
        supplier.paid.insert(paid.document.clone(), paid.clone());
    }

    pub fn count(&mut self, shop: &DimensionCode, date: Date, difference: CountDifference) {
        if let Some(shop) = self.shops.get_mut(shop) {
            shop.counted.insert(date, difference);
        }
    }

    pub fn change(&mut self, changed: &GoodsMethodChanged, gained: Amount) {
        if let Some(shop) = self.shops.get_mut(&changed.shop) {
            shop.changed.insert(changed.date, MethodChange { method: changed.method, gained });
        }
    }

    pub fn take(&mut self, shop: &DimensionCode, period: Period, amount: Amount) {
        if let Some(shop) = self.shops.get_mut(shop) {
            shop.taken.insert(period, amount);
        }
    }

    pub fn withdraw_received(&mut self, shop: &DimensionCode, document: &str) -> Option<()> {
        let shop = self.shops.get_mut(shop)?;
        unchanged(shop, shop.received.get(document)?.date)?;
        shop.received.remove(document).map(|_| ())
    }

    pub fn withdraw_returned(&mut self, shop: &DimensionCode, document: &str) -> Option<()> {
        let shop = self.shops.get_mut(shop)?;
        unchanged(shop, shop.returned.get(document)?.date)?;
        shop.returned.remove(document).map(|_| ())
    }

    pub fn withdraw_paid(&mut self, supplier: &DimensionCode, document: &str) -> Option<()> {
        let entry = self.suppliers.get_mut(supplier)?;
        entry.paid.remove(document)?;
        if *entry == Supplier::default() {
            self.suppliers.remove(supplier);
        }
        Some(())
    }

    pub fn withdraw_counted(&mut self, shop: &DimensionCode, date: Date) -> Option<()> {
        let shop = self.shops.get_mut(shop)?;
        unchanged(shop, date)?;
        shop.counted.remove(&date).map(|_| ())
    }

    pub fn withdraw_taken(&mut self, shop: &DimensionCode, period: Period) -> Option<()> {
        let shop = self.shops.get_mut(shop)?;
        unchanged(shop, period.last_day())?;
        shop.taken.remove(&period).map(|_| ())
    }

    /// Takes back a change of method, unless something was recorded by the new one.
    pub fn withdraw_changed(&mut self, shop: &DimensionCode, date: Date, days: &ShopDayRegister) -> Option<()> {
        let shop = self.shops.get_mut(shop)?;
        let change = shop.changed.remove(&date)?;
        if shop.stands_from(days, date) {
            shop.changed.insert(date, change);
            return None;
        }
        Some(())
    }
}

/// Shelf price is told by shops that keep their goods at it, and by no other.
fn retail_rule(method: Method, cost: Amount, retail: Option<Amount>) -> Option<Rule> {
    let message = match (method, retail) {
        (Method::Cost, Some(_)) => "进价核算的门店不填售价。",
        (Method::Retail, None) => "售价金额核算的门店要填不含税售价。",
        (Method::Retail, Some(retail)) if retail < cost => "售价低于进价。请核对；确需削价销售的，先按规定调低售价。",
        _ => return None,
    };
    Some(Rule::business("goods_retail", message))
}

/// Whether a month may still take its margin: neither it nor a later one has, and no change of method has counted it.
fn is_open(shop: &ShopGoods, period: Period) -> bool {
    let day = period.last_day();
    shop.method(day) == Method::Retail && shop.taken.range(period..).next().is_none() && shop.changed_after(day).is_none()
}

/// `None` where a change of method has counted what a day left.
fn unchanged(shop: &ShopGoods, day: Date) -> Option<()> {
    shop.changed_after(day).is_none().then_some(())
}

fn date_rule(shop: &ShopGoods, date: Date) -> Option<Rule> {
    let code = &shop.opened.shop;
    if date < shop.opened.date {
        let message = format!("日期 {date} 早于门店 {code} 开始核算的 {}。请核对。", shop.opened.date);
        return Some(Rule::business("goods_date", message));
    }
    let changed = shop.changed_after(date)?;
    let message = format!("门店 {code} 从 {changed} 起变更了核算方法，那以前的库存已经算定。请用那天以后的日期，或先冲销变更。");
    Some(Rule::business("goods_before_change", message))
}
