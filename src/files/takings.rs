//! 每日收款: a bill's payments and refunds become one shop day a day, whose shift is named after the platform so that it
//! never meets a day somebody typed.

use crate::collective::shops::day::{ChannelSales, ShopDay, Tender, TenderAmount};
use crate::files::refusal::{FileReason, FileRefusal};
use crate::files::sheet::Notes;
use crate::files::shop_days::ReadShopDays;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeMap;

/// Where a bill's sales belong: a platform does not know the books' codes or the tax.
#[derive(Clone, Debug)]
pub struct Counter {
    pub channel: DimensionCode,
    pub shop: DimensionCode,
    /// 税率 in 1/10,000.
    pub tax_basis_points: u32,
}

/// What was paid and refunded on one day.
#[derive(Default)]
struct DayTakings {
    /// The day's first row.
    row: u32,
    sales: Amount,
    returns: Amount,
    receipts: u32,
    /// As exact as the file has it.
    fee: Decimal,
}

/// Collects a bill's rows by day.
pub struct Takings {
    tender: Tender,
    days: BTreeMap<Date, DayTakings>,
    /// How many rows are neither a payment nor a refund that went through, the first of them, and the money they name.
    uncounted: Option<(usize, u32, Amount)>,
}

/// What one row of a bill says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Paid,
    Refunded,
    /// Revoked, closed, failed: no money moved in the end.
    Void,
}

impl Takings {
    pub fn new(tender: Tender) -> Takings {
        Takings { tender, days: BTreeMap::new(), uncounted: None }
    }

    /// Takes in one row; amounts are positive. `Err` where a day's sum leaves its type.
    pub fn take(&mut self, row: u32, date: Date, event: Event, amount: Amount, fee: Decimal) -> Result<(), FileReason> {
        let too_large = || FileReason::row(row, "amount_too_large", "当日合计超出系统上限。请核对小数点。");
        if event == Event::Void {
            let (count, first, named) = self.uncounted.unwrap_or((0, row, Amount::ZERO));
            let named = named.checked_add(amount).ok_or_else(too_large)?;
            self.uncounted = Some((count.saturating_add(1), first, named));
            return Ok(());
        }
        let day = self.days.entry(date).or_insert_with(|| DayTakings { row, ..DayTakings::default() });
        let sum = if event == Event::Paid { &mut day.sales } else { &mut day.returns };
        *sum = sum.checked_add(amount).ok_or_else(too_large)?;
        day.fee = day.fee.checked_add(fee).ok_or_else(too_large)?;
        day.receipts = day.receipts.saturating_add(u32::from(event == Event::Paid));
        Ok(())
    }

    /// The days, in their order. A day that refunded exactly what it took moves nothing and is left out.
    pub fn finish(self, counter: &Counter, mut notes: Notes) -> Result<ReadShopDays, FileRefusal> {
        let (mut days, mut rows, mut fees) = (Vec::new(), Vec::new(), Decimal::ZERO);
        for (date, taken) in self.days {
            let too_large =
                || FileRefusal::one(FileReason::row(taken.row, "amount_too_large", "当日合计超出系统上限。请核对小数点。"));
            // The platform takes its fees off in whole 分; five decimals would round differently row by row.
            let fee = taken.fee.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            fees = fees.checked_add(fee).ok_or_else(too_large)?;
            let paid = taken.sales.checked_sub(taken.returns).ok_or_else(too_large)?;
            if paid.is_zero() {
                notes.remarks.push(format!("{date} 收款与退款正好相抵，没有要记的营业日报。"));
                continue;
            }
            days.push(ShopDay {
                cost: Amount::ZERO,
                date,
                discount: Amount::ZERO,
                receipts: taken.receipts,
                returns: taken.returns,
                rounding: Amount::ZERO,
                sales: vec![ChannelSales { channel: counter.channel.clone(), gross: taken.sales, tax_basis_points: None }],
                shift: self.tender.chinese().to_owned(),
                shop: counter.shop.clone(),
                short_over: Amount::ZERO,
                tax_basis_points: counter.tax_basis_points,
                tenders: vec![TenderAmount { amount: paid, counterparty: None, kind: self.tender }],
            });
            rows.push(taken.row);
        }
        if !fees.is_zero() {
            notes.remarks.push(format!(
                "账单手续费 {fees} 元（每日逐笔相加后四舍五入到分）没有随日报入账：手续费以资金账单为准，请导入资金账单。"
            ));
        }
        if let Some((count, first, named)) = self.uncounted {
            notes.remarks.push(format!(
                "撤销、关闭、失败的 {count} 行没有计入，第一处在第 {first} 行，所写金额合计 {named} 元，请与资金账单核对。"
            ));
        }
        Ok(ReadShopDays { days, rows, notes })
    }
}
