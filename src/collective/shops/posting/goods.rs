//! 门店商品 and 门店资金 (facts §7.2 F3-F5, F7, F9).

use crate::collective::produce::{Lines, Produced};
use crate::collective::record::Record;
use crate::collective::registers::Registers;
use crate::collective::roles::role::Role;
use crate::collective::shops::day::Till;
use crate::collective::shops::goods::{
    CountDifference, GoodsCounted, GoodsMethodChanged, GoodsOpened, GoodsReceived, GoodsReturned, MarginTaken, SupplierPaid,
};
use crate::collective::shops::till::{CardsSold, CashBanked, ReceivableCollected, VatReleased};
use crate::ledger::amount::less;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, Book, Dimension, DimensionCode, DraftLine, Period};
use jiff::civil::Date;

/// One voucher of one debit and one credit.
fn pair(
    (registers, book): (&Registers, &Book),
    (reference, date, memo): (String, Date, String),
    amount: Amount,
    debit: (Role, Option<(Dimension, &DimensionCode)>),
    credit: (Role, Option<(Dimension, &DimensionCode)>),
) -> Result<Vec<Produced>, Rule> {
    let mut lines = Lines::new(registers, book);
    lines.debit(debit.0, amount, debit.1.as_slice())?;
    lines.credit(credit.0, amount, credit.1.as_slice())?;
    Ok(vec![Produced { reference, date, memo, lines: lines.done() }])
}

impl Record for GoodsOpened {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Shop, &self.shop)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.goods.examine_opened(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.goods.open(self);
    }
}

impl Record for GoodsReceived {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Shop, &self.shop), (Dimension::Counterparty, &self.supplier)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.goods.examine_received(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.goods.receive(self);
    }

    /// F4, at shelf price or at cost.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        Ok(vec![Produced {
            reference: format!("goods_received/{}/{}", self.shop, self.document),
            date: self.date,
            memo: format!("门店 {} 进货（{}）", self.shop, self.document),
            lines: delivery((registers, book), &self.shop, &self.supplier, self.value(), self.cost)?,
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[shop, document] = parts else { return None };
        registers.goods.withdraw_received(&DimensionCode::parse(shop)?, document)
    }
}

/// F4: goods, what is owed for them, and the margin in them.
fn delivery(
    (registers, book): (&Registers, &Book),
    shop: &DimensionCode,
    supplier: &DimensionCode,
    value: Amount,
    cost: Amount,
) -> Result<Vec<DraftLine>, Rule> {
    let shop = [(Dimension::Shop, shop)];
    let mut lines = Lines::new(registers, book);
    lines.debit(Role::Goods, value, &shop)?;
    lines.credit(Role::SupplierPayable, cost, &[(Dimension::Counterparty, supplier)])?;
    lines.credit(Role::GoodsMargin, less(value, cost), &shop)?;
    Ok(lines.done())
}

impl Record for GoodsReturned {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Shop, &self.shop), (Dimension::Counterparty, &self.supplier)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.goods.examine_returned(self, &registers.shops)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.goods.give_back(self);
    }

    /// F4 in red, as F6 is F1 in red.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let red = |amount| less(Amount::ZERO, amount);
        Ok(vec![Produced {
            reference: format!("goods_returned/{}/{}", self.shop, self.document),
            date: self.date,
            memo: format!("门店 {} 退货给供应商 {}（{}）", self.shop, self.supplier, self.document),
            lines: delivery((registers, book), &self.shop, &self.supplier, red(self.value()), red(self.cost))?,
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[shop, document] = parts else { return None };
        registers.goods.withdraw_returned(&DimensionCode::parse(shop)?, document)
    }
}

fn gained(changed: &GoodsMethodChanged, registers: &Registers) -> Amount {
    let shop = registers.goods.shop(&changed.shop);
    shop.map_or(Amount::ZERO, |shop| shop.gained(changed, &registers.shops))
}

impl Record for GoodsMethodChanged {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.goods.examine_changed(self, &registers.shops)
    }

    fn apply(&self, registers: &mut Registers) {
        let gained = gained(self, registers);
        registers.goods.change(self, gained);
    }

    /// A shop without goods asks for no voucher.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let gained = gained(self, registers);
        let shop = Some((Dimension::Shop, &self.shop));
        let (goods, margin) = ((Role::Goods, shop), (Role::GoodsMargin, shop));
        let place = (
            format!("goods_method_changed/{}/{}", self.shop, self.date),
            self.date,
            format!("门店 {} 商品改为{}（{}）", self.shop, self.method.chinese(), self.document),
        );
        match gained.fen() {
            0 => Ok(Vec::new()),
            fen if fen < 0 => pair((registers, book), place, less(Amount::ZERO, gained), margin, goods),
            _ => pair((registers, book), place, gained, goods, margin),
        }
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[shop, date] = parts else { return None };
        let date = crate::ledger::period::parse_date(date)?;
        registers.goods.withdraw_changed(&DimensionCode::parse(shop)?, date, &registers.shops)
    }
}

impl Record for SupplierPaid {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.goods.examine_paid(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.goods.pay(self);
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let reference = format!("supplier_paid/{}/{}", self.supplier, self.document);
        let memo = format!("付供应商 {} 货款（{}）", self.supplier, self.document);
        let payable = (Role::SupplierPayable, Some((Dimension::Counterparty, &self.supplier)));
        pair((registers, book), (reference, self.date, memo), self.amount, payable, (Role::Bank, None))
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[supplier, document] = parts else { return None };
        registers.goods.withdraw_paid(&DimensionCode::parse(supplier)?, document)
    }
}

impl Record for MarginTaken {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.goods.examine_taken(self, &registers.shops)
    }

    fn apply(&self, registers: &mut Registers) {
        let amount = registers.goods.shop(&self.shop).map(|shop| shop.margin_to_take(&registers.shops, self.period));
        registers.goods.take(&self.shop, self.period, amount.unwrap_or_default());
    }

    /// F5, the month end.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let Some(goods) = registers.goods.shop(&self.shop) else { return Ok(Vec::new()) };
        let amount = goods.margin_to_take(&registers.shops, self.period);
        let shop = Some((Dimension::Shop, &self.shop));
        let reference = format!("margin_taken/{}/{}", self.shop, self.period);
        let memo = format!("门店 {} {} 分摊商品进销差价", self.shop, self.period);
        let place = (reference, self.period.last_day(), memo);
        pair((registers, book), place, amount, (Role::GoodsMargin, shop), (Role::CostOfSales, shop))
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[shop, period] = parts else { return None };
        registers.goods.withdraw_taken(&DimensionCode::parse(shop)?, Period::parse(period)?)
    }
}

/// Counted less book.
fn difference(counted: &GoodsCounted, registers: &Registers) -> CountDifference {
    let shop = registers.goods.shop(&counted.shop);
    shop.map(|shop| shop.difference(counted, &registers.shops)).unwrap_or_default()
}

impl Record for GoodsCounted {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.goods.examine_counted(self)
    }

    fn apply(&self, registers: &mut Registers) {
        let found = difference(self, registers);
        registers.goods.count(&self.shop, self.date, found);
    }

    /// A count that finds what the books say asks for no voucher. What is short or over is worth its cost: at shelf price the
    /// margin on it goes or comes with it.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let CountDifference { stock, margin } = difference(self, registers);
        if stock.is_zero() {
            return Ok(Vec::new());
        }
        let shop = [(Dimension::Shop, &self.shop)];
        let mut lines = Lines::new(registers, book);
        let short = stock < Amount::ZERO;
        if short {
            let (stock, margin) = (less(Amount::ZERO, stock), less(Amount::ZERO, margin));
            lines.debit(Role::Pending, less(stock, margin), &shop)?;
            lines.debit(Role::GoodsMargin, margin, &shop)?;
            lines.credit(Role::Goods, stock, &shop)?;
        } else {
            lines.debit(Role::Goods, stock, &shop)?;
            lines.credit(Role::GoodsMargin, margin, &shop)?;
            lines.credit(Role::Pending, less(stock, margin), &shop)?;
        }
        Ok(vec![Produced {
            reference: format!("goods_counted/{}/{}", self.shop, self.date),
            date: self.date,
            memo: format!("门店 {} 盘点{}（{}）", self.shop, if short { "短缺" } else { "溢余" }, self.document),
            lines: lines.done(),
        }])
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[shop, date] = parts else { return None };
        registers.goods.withdraw_counted(&DimensionCode::parse(shop)?, crate::ledger::period::parse_date(date)?)
    }
}

impl Record for CashBanked {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Shop, &self.shop)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.till.examine_banked(self, &registers.takings())
    }

    fn apply(&self, registers: &mut Registers) {
        registers.till.banked.insert((self.shop.clone(), self.document.clone()), self.clone());
    }

    /// F3
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let reference = format!("cash_banked/{}/{}", self.shop, self.document);
        let memo = format!("门店 {} 现金存银行（{}）", self.shop, self.document);
        let cash = (Role::Cash, Some((Dimension::Shop, &self.shop)));
        pair((registers, book), (reference, self.date, memo), self.amount, (Role::Bank, None), cash)
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[shop, document] = parts else { return None };
        registers.till.banked.remove(&(DimensionCode::parse(shop)?, document.to_owned())).map(|_| ())
    }
}

impl Record for ReceivableCollected {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.till.examine_collected(self, &registers.shops)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.till.collected.insert((self.counterparty.clone(), self.document.clone()), self.clone());
    }

    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let reference = format!("receivable_collected/{}/{}", self.counterparty, self.document);
        let memo = format!("收回 {} 挂账（{}）", self.counterparty, self.document);
        let owed = (Role::TradeReceivable, Some((Dimension::Counterparty, &self.counterparty)));
        pair((registers, book), (reference, self.date, memo), self.amount, (Role::Bank, None), owed)
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[customer, document] = parts else { return None };
        registers.till.collected.remove(&(DimensionCode::parse(customer)?, document.to_owned())).map(|_| ())
    }
}

impl Record for CardsSold {
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        vec![(Dimension::Shop, &self.shop)]
    }

    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.till.examine_cards(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.till.cards.insert((self.shop.clone(), self.document.clone()), self.clone());
    }

    /// F9: income comes when a card is used.
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let shop = Some((Dimension::Shop, &self.shop));
        let reference = format!("cards_sold/{}/{}", self.shop, self.document);
        let memo = format!("门店 {} 售消费卡（{}）", self.shop, self.document);
        let till = if self.till == Till::Cash { (Role::Cash, shop) } else { (Role::Bank, None) };
        pair((registers, book), (reference, self.date, memo), self.amount, till, (Role::StoredValue, shop))
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[shop, document] = parts else { return None };
        registers.till.cards.remove(&(DimensionCode::parse(shop)?, document.to_owned())).map(|_| ())
    }
}

impl Record for VatReleased {
    fn examine(&self, registers: &Registers, _: &Book) -> Vec<Rule> {
        registers.till.examine_released(self)
    }

    fn apply(&self, registers: &mut Registers) {
        registers.till.released.insert(self.quarter.clone(), self.clone());
    }

    /// F7
    fn produce(&self, registers: &Registers, book: &Book) -> Result<Vec<Produced>, Rule> {
        let reference = format!("vat_released/{}/{}", self.quarter, self.document);
        let memo = format!("{} 未达起征点，减免增值税（{}）", self.quarter, self.document);
        let place = (reference, self.date, memo);
        pair((registers, book), place, self.amount, (Role::Vat, None), (Role::VatReliefIncome, None))
    }

    fn withdraw(registers: &mut Registers, parts: &[&str]) -> Option<()> {
        let &[quarter, _document] = parts else { return None };
        registers.till.released.remove(quarter).map(|_| ())
    }
}
