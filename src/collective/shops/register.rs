//! What the days of all shops add up to: which shifts are recorded, what is in transit, and each month's totals.
//!
//! Apply what was examined, in the order of the journal. A withdrawn day or settlement leaves no trace here: its entries
//! stay in the journal, and its place is free for the corrected one.

use crate::collective::shops::day::{ChannelSales, ShopDay, Tender, TenderAmount, less, narrow, plus, reinstated_shift};
use crate::collective::shops::settlement::Settlement;
use crate::ledger::amount::yuan;
use crate::ledger::refusal::Rule;
use crate::ledger::{Amount, DimensionCode, Period};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Shop, day and 班次: what there is one of.
type DayKey = (DimensionCode, Date, String);
/// [`plus`] or [`less`].
type Step = fn(i128, i128) -> i128;

/// Every shop's days and settlements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShopDayRegister {
    days: BTreeMap<DayKey, ShopDay>,
    months: BTreeMap<(DimensionCode, Period), MonthSums>,
    /// 期初 and days less settlements, in 分; nothing where it is zero.
    transit: BTreeMap<(DimensionCode, Tender), i128>,
}

/// A shop's month, in 分.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct MonthSums {
    cost: i128,
    sales: i128,
    shifts: i128,
    takings: i128,
}

/// One month of one shop. Amounts are in 分.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShopMonth {
    /// 销售成本 booked with the days, without tax.
    pub cost: Amount,
    /// Sales less returns, tax included, before discount and rounding.
    pub sales: Amount,
    /// Shifts recorded.
    pub shifts: u32,
    /// What customers had to pay: sales less discount and rounding. Ties to income and tax in the books.
    pub takings: Amount,
}

impl ShopDayRegister {
    /// The day recorded for a shift, unless it was withdrawn.
    pub fn day(&self, shop: &DimensionCode, date: Date, shift: &str) -> Option<&ShopDay> {
        self.days.get(&(shop.clone(), date, shift.to_owned()))
    }

    /// Every shift recorded for a shop's day.
    pub fn shifts<'a>(&'a self, shop: &DimensionCode, date: Date) -> impl Iterator<Item = &'a ShopDay> {
        let from = (shop.clone(), date, String::new());
        let shop = shop.clone();
        let days = self.days.range(from..);
        days.take_while(move |((of, day, _), _)| *of == shop && *day == date).map(|(_, day)| day)
    }

    /// Refuses what is already recorded: the same shift, the same money in another shift, the same bill in another shop.
    /// What speaks against the day itself is [`ShopDay::examine`].
    pub fn examine(&self, day: &ShopDay) -> Vec<Rule> {
        let message =
            || format!("门店 {} {} 班次 {} 的营业日报已经录入。更正请先撤销原日报，再重新录入。", day.shop, day.date, day.shift);
        let recorded = self.day(&day.shop, day.date, &day.shift);
        let duplicate = recorded.map(|_| Rule::business("shop_day_duplicate", message()));
        [duplicate, self.reported_rule(day), self.other_shop_rule(day)].into_iter().flatten().collect()
    }

    /// A bill holds a whole day's payments: where another shift has some of the same kind, the money would count twice,
    /// whichever of the two came first.
    fn reported_rule(&self, day: &ShopDay) -> Option<Rule> {
        let counted =
            |bill: &ShopDay, other: &ShopDay| bill.billed().filter(|tender| other.is_paid_by(*tender) && !other.reinstates());
        let others = self.shifts(&day.shop, day.date).filter(|other| other.shift != day.shift);
        let mut twice = others.filter_map(|other| Some((other, counted(day, other).or_else(|| counted(other, day))?)));
        let (other, tender) = twice.next()?;
        let (shop, date, paid) = (&day.shop, day.date, tender.chinese());
        let message = if day.billed() == Some(tender) {
            let shift = &other.shift;
            format!(
                "门店 {shop} {date} 班次 {shift} 的营业日报已有{paid}收款，再导入账单会重复。请先冲销那张日报，去掉{paid}后重新录入。"
            )
        } else {
            format!("门店 {shop} {date} 的{paid}收款已由账单导入（班次 {paid}），再写会重复。请去掉这张日报中的{paid}收款。")
        };
        Some(Rule::business("tender_reported", message))
    }

    /// A bill names no shop of ours: the same takings of the same day in another shop are the same file with another `--shop`.
    fn other_shop_rule(&self, day: &ShopDay) -> Option<Rule> {
        let (tender, period) = (day.billed()?, Period::of(day.date)?);
        let others = self.months.keys().filter(|(shop, month)| *month == period && *shop != day.shop);
        let mut bills = others.filter_map(|(shop, _)| self.day(shop, day.date, &day.shift));
        let other = bills.find(|other| other.takes_the_same(day))?;
        let (paid, shop, date) = (tender.chinese(), &other.shop, day.date);
        let message = format!(
            "门店 {shop} {date} 已导入一份笔数、收款、退款都相同的{paid}账单，同一份账单只能导入一家门店。请核对门店；\
             确是另一家门店碰巧相同的，请手工录入这天的营业日报，班次不写{paid}。"
        );
        Some(Rule::business("bill_in_other_shop", message))
    }

    /// Records an examined day; in place of an earlier one for the same shift, should there be one.
    pub fn apply(&mut self, day: &ShopDay) {
        self.withdraw(&day.shop, day.date, &day.shift);
        self.count(day, plus);
        self.days.insert((day.shop.clone(), day.date, day.shift.clone()), day.clone());
    }

    /// Takes a day out; `None` when there is none. A day whose money was settled may go, for that is how a mistyped day
    /// is corrected: transit is then below zero until the right day is recorded.
    pub fn withdraw(&mut self, shop: &DimensionCode, date: Date, shift: &str) -> Option<ShopDay> {
        let day = self.days.remove(&(shop.clone(), date, shift.to_owned()))?;
        self.count(&day, less);
        Some(day)
    }

    /// The day that takes back refunds which came back to the merchant's account: sold through the channel and taxed at the
    /// rate of the newest bill up to that day that refunded as much. `None` where no bill did.
    pub fn refund_closed(&self, shop: &DimensionCode, tender: Tender, date: Date, amount: Amount) -> Option<ShopDay> {
        let from = (shop.clone(), Date::MIN, String::new());
        let days = self.days.range(from..).take_while(|((of, day, _), _)| of == shop && *day <= date).map(|(_, day)| day);
        let billed = days.filter(|day| day.billed() == Some(tender) && day.returns >= amount).last()?;
        let sold = billed.sales.first()?;
        Some(ShopDay {
            cost: Amount::ZERO,
            date,
            discount: Amount::ZERO,
            receipts: 0,
            returns: Amount::ZERO,
            rounding: Amount::ZERO,
            sales: vec![ChannelSales { gross: amount, ..sold.clone() }],
            shift: reinstated_shift(tender),
            shop: shop.clone(),
            short_over: Amount::ZERO,
            tax_basis_points: billed.tax_basis_points,
            tenders: vec![TenderAmount { amount, counterparty: None, kind: tender }],
        })
    }

    /// What a shop has in transit, in 分; below zero after refunds that no settlement has taken off yet. Zero for
    /// payments that are never in transit; `None` when it leaves an `i64`.
    pub fn in_transit(&self, shop: &DimensionCode, tender: Tender) -> Option<Amount> {
        narrow(self.transit_of(shop, tender))
    }

    /// What every shop has in transit by one way of paying; nothing where it is zero.
    pub fn in_transit_by_shop(&self, tender: Tender) -> impl Iterator<Item = (&DimensionCode, Amount)> {
        let of_tender = self.transit.iter().filter(move |((_, of), _)| *of == tender);
        of_tender.filter_map(|((shop, _), sum)| Some((shop, narrow(*sum)?)))
    }

    /// The shops that have a day, or something in transit.
    pub fn shops(&self) -> BTreeSet<DimensionCode> {
        let dated = self.months.keys().map(|(shop, _)| shop);
        dated.chain(self.transit.keys().map(|(shop, _)| shop)).cloned().collect()
    }

    /// Whether a shop has a day that is not before another.
    pub fn stands_from(&self, shop: &DimensionCode, day: Date) -> bool {
        let first = (shop.clone(), day, String::new());
        self.days.range(first..).next().is_some_and(|((of, _, _), _)| of == shop)
    }

    /// 销售成本 that a shop's days from one to another have booked.
    pub fn cost_between(&self, shop: &DimensionCode, from: Date, to: Date) -> Amount {
        let first = (shop.clone(), from, String::new());
        let days = self.days.range(first..).take_while(|((of, date, _), _)| of == shop && *date <= to);
        crate::ledger::amount::total(days.map(|(_, day)| day.cost))
    }

    /// 销售成本 of every shop.
    pub fn costs(&self) -> Vec<(DimensionCode, Amount)> {
        let mut sums: BTreeMap<&DimensionCode, i128> = BTreeMap::new();
        for ((shop, _), month) in &self.months {
            let sum = sums.entry(shop).or_default();
            *sum = plus(*sum, month.cost);
        }
        sums.into_iter().filter_map(|(shop, sum)| Some((shop.clone(), narrow(sum)?))).collect()
    }

    /// 挂账 of one customer by day, oldest first.
    pub fn on_account(&self, customer: &DimensionCode) -> Vec<(Date, Amount)> {
        let paid = self.days.values().flat_map(|day| day.tenders.iter().map(move |row| (day.date, row)));
        let his = paid.filter(|(_, row)| row.counterparty.as_ref() == Some(customer)).map(|(date, row)| (date, row.amount));
        let mut his: Vec<_> = his.collect();
        his.sort_by_key(|(date, _)| *date);
        his
    }

    /// Everyone who has bought on account, by code.
    pub fn customers(&self) -> BTreeSet<DimensionCode> {
        self.days.values().flat_map(|day| day.tenders.iter().filter_map(|row| row.counterparty.clone())).collect()
    }

    /// What a shop was paid in one way, 现金长短款 counted with the cash.
    pub fn taken(&self, shop: &DimensionCode, tender: Tender) -> Amount {
        let first = (shop.clone(), Date::MIN, String::new());
        let days = self.days.range(first..).take_while(|((of, _, _), _)| of == shop).map(|(_, day)| day);
        let amounts = days.flat_map(|day| {
            let over = (tender == Tender::Cash).then_some(day.short_over);
            day.tenders.iter().filter(move |row| row.kind == tender).map(|row| row.amount).chain(over)
        });
        crate::ledger::amount::total(amounts)
    }

    /// Refuses a settlement of more than is in transit. What speaks against it by itself is [`Settlement::examine`].
    pub fn examine_settlement(&self, settlement: &Settlement) -> Vec<Rule> {
        let (settled, transit) = (settlement.settled(), self.transit_of(&settlement.shop, settlement.tender));
        let message = || {
            format!(
                "门店 {} {}结算 {}（含手续费），超过在途 {}。请核对平台账单，或先补录营业日报；期初的在途先登记期初往来。",
                settlement.shop,
                settlement.tender.chinese(),
                yuan(settled),
                yuan(transit),
            )
        };
        // What comes back (a red fee) takes nothing out of transit.
        (settled > 0 && settled > transit).then(|| Rule::business("settlement_exceeds_transit", message())).into_iter().collect()
    }

    /// Takes in what was in transit before the first day.
    pub fn carry(&mut self, shop: &DimensionCode, tender: Tender, amount: Amount) {
        self.move_transit(shop, tender, plus, i128::from(amount.fen()));
    }

    /// Records an examined settlement.
    pub fn apply_settlement(&mut self, settlement: &Settlement) {
        self.move_transit(&settlement.shop, settlement.tender, less, settlement.settled());
    }

    /// Takes back a settlement that was applied.
    pub fn withdraw_settlement(&mut self, settlement: &Settlement) {
        self.move_transit(&settlement.shop, settlement.tender, plus, settlement.settled());
    }

    /// A shop's month, all zero where nothing is recorded; `None` when a total leaves its type.
    pub fn month(&self, shop: &DimensionCode, period: Period) -> Option<ShopMonth> {
        let sums = self.months.get(&(shop.clone(), period)).copied().unwrap_or_default();
        Some(ShopMonth {
            cost: narrow(sums.cost)?,
            sales: narrow(sums.sales)?,
            shifts: u32::try_from(sums.shifts).ok()?,
            takings: narrow(sums.takings)?,
        })
    }

    fn transit_of(&self, shop: &DimensionCode, tender: Tender) -> i128 {
        self.transit.get(&(shop.clone(), tender)).copied().unwrap_or_default()
    }

    /// Carries a day into the totals: `step` adds it, or takes it off again.
    fn count(&mut self, day: &ShopDay, step: Step) {
        for row in day.tenders.iter().filter(|row| row.kind.settles()) {
            self.move_transit(&day.shop, row.kind, step, i128::from(row.amount.fen()));
        }
        let Some(period) = Period::of(day.date) else {
            return;
        };
        let key = (day.shop.clone(), period);
        let sums = self.months.remove(&key).unwrap_or_default();
        let sums = MonthSums {
            cost: step(sums.cost, i128::from(day.cost.fen())),
            sales: step(sums.sales, less(day.gross_sales(), i128::from(day.returns.fen()))),
            shifts: step(sums.shifts, 1),
            takings: step(sums.takings, day.owed()),
        };
        // Equal books have equal registers, whatever was withdrawn on the way.
        if sums.shifts != 0 {
            self.months.insert(key, sums);
        }
    }

    fn move_transit(&mut self, shop: &DimensionCode, tender: Tender, step: Step, amount: i128) {
        let key = (shop.clone(), tender);
        let sum = step(self.transit.remove(&key).unwrap_or_default(), amount);
        if sum != 0 {
            self.transit.insert(key, sum);
        }
    }
}
