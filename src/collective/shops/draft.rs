//! The voucher of a shop's day (facts F1 and F6): one set of lines a day, balanced by construction.

use crate::collective::ground::vat;
use crate::collective::shops::day::{ShopDay, Tender, TenderAmount, narrow};
use crate::ledger::{AccountCode, Amount, Dimension, DimensionCode, DimensionSet, DraftLine, Side};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where a book keeps what a shop's day moves. Every account but the tax carries the shop, the receivable the customer
/// instead, and the bank neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopAccounts {
    /// 1012 支付宝在途
    pub alipay_in_transit: AccountCode,
    /// 1002 银行存款: where platforms pay out.
    pub bank: AccountCode,
    /// 1012 银行卡在途
    pub card_in_transit: AccountCode,
    /// 1001 库存现金
    pub cash: AccountCode,
    /// 5401 主营业务成本
    pub cost_of_sales: AccountCode,
    /// 1405 库存商品
    pub goods: AccountCode,
    /// 1901 待处理财产损溢
    pub pending: AccountCode,
    /// 5603 财务费用—平台手续费
    pub platform_fee: AccountCode,
    /// 1122 应收账款
    pub receivable: AccountCode,
    /// 5001 主营业务收入, by shop and channel.
    pub sales: AccountCode,
    /// 2203 预收账款—消费卡
    pub stored_value: AccountCode,
    /// 2221 应交税费—应交增值税
    pub vat: AccountCode,
    /// 1012 微信在途
    pub wechat_in_transit: AccountCode,
}

impl ShopAccounts {
    /// The account a payment is debited to.
    pub const fn of(&self, tender: Tender) -> AccountCode {
        match tender {
            Tender::Cash => self.cash,
            Tender::WeChat => self.wechat_in_transit,
            Tender::Alipay => self.alipay_in_transit,
            Tender::Card => self.card_in_transit,
            Tender::StoredValue => self.stored_value,
            Tender::OnAccount => self.receivable,
        }
    }
}

impl ShopDay {
    /// The lines of the day's voucher; their memos are empty, for the voucher has one. `None` when the day does not
    /// hold ([`ShopDay::examine`]) or an amount leaves an `i64`.
    ///
    /// Returns, discount and rounding are taken from the row with the largest sales (the first of equals): a till
    /// does not say whose they were, nor at which rate, and there they distort the least.
    pub fn draft_lines(&self, accounts: &ShopAccounts) -> Option<Vec<DraftLine>> {
        if !self.examine().is_empty() {
            return None;
        }
        let (nets, tax) = self.taxed()?;
        let mut lines: Vec<DraftLine> = self.tenders.iter().map(|row| self.tender_line(accounts, row)).collect();
        for (row, amount) in self.sales.iter().zip(nets) {
            let dimensions = dimensions([(Dimension::Channel, &row.channel), (Dimension::Shop, &self.shop)]);
            lines.push(line(accounts.sales, Side::Credit, amount, dimensions));
        }
        lines.push(line(accounts.vat, Side::Credit, tax, DimensionSet::new()));
        lines.extend(self.shop_pair(accounts.cost_of_sales, accounts.goods, self.cost));
        lines.extend(self.shop_pair(accounts.cash, accounts.pending, self.short_over));
        lines.retain(|line| !line.amount.is_zero());
        with_both_sides(lines)
    }

    fn tender_line(&self, accounts: &ShopAccounts, row: &TenderAmount) -> DraftLine {
        let dimension = match &row.counterparty {
            Some(counterparty) => (Dimension::Counterparty, counterparty),
            None => (Dimension::Shop, &self.shop),
        };
        line(accounts.of(row.kind), Side::Debit, row.amount, dimensions([dimension]))
    }

    /// The same amount on two accounts of the shop; red when it is below zero.
    fn shop_pair(&self, debit: AccountCode, credit: AccountCode, amount: Amount) -> [DraftLine; 2] {
        [(debit, Side::Debit), (credit, Side::Credit)]
            .map(|(account, side)| line(account, side, amount, dimensions([(Dimension::Shop, &self.shop)])))
    }

    /// Income of each row of sales without tax, and the tax of all, in 分. What is sold at one rate is taxed as a whole
    /// (facts §7.1), so what rounding each row leaves over or short goes to the largest line of that rate.
    fn taxed(&self) -> Option<(Vec<Amount>, Amount)> {
        let mut gross: Vec<Amount> = self.sales.iter().map(|row| row.gross).collect();
        let reduced = largest(gross.iter_mut())?;
        *reduced = reduced.checked_sub(narrow(self.reductions())?)?;
        let rates: Vec<u32> = self.sales.iter().map(|row| self.rate(row)).collect();
        let parts = gross.iter().zip(&rates).map(|(amount, rate)| Some(vat::split(*amount, *rate)?.0));
        let mut nets = parts.collect::<Option<Vec<Amount>>>()?;
        let mut tax = Amount::ZERO;
        for rate in rates.iter().collect::<BTreeSet<_>>() {
            let of_rate = |amounts: &[Amount]| {
                let own = amounts.iter().zip(&rates).filter(|(_, of)| *of == rate);
                crate::ledger::amount::sum(own.map(|(amount, _)| *amount))
            };
            let (net, tax_of_rate) = vat::split(of_rate(&gross)?, *rate)?;
            let difference = net.checked_sub(of_rate(&nets)?)?;
            let adjusted = largest(nets.iter_mut().zip(&rates).filter(|(_, of)| *of == rate).map(|(net, _)| net))?;
            *adjusted = adjusted.checked_add(difference)?;
            tax = tax.checked_add(tax_of_rate)?;
        }
        Some((nets, tax))
    }
}

/// The largest amount whatever its sign, the first of equals.
fn largest<'a>(amounts: impl DoubleEndedIterator<Item = &'a mut Amount>) -> Option<&'a mut Amount> {
    // `max_by_key` keeps the last of equals.
    amounts.rev().max_by_key(|amount| amount.fen().unsigned_abs())
}

/// A voucher needs a debit and a credit. When all lines stand on one side (a day that refunded by WeChat exactly what it
/// took in cash), the red ones cross over and turn blue, which says the same.
fn with_both_sides(mut lines: Vec<DraftLine>) -> Option<Vec<DraftLine>> {
    let first = lines.first()?.side;
    if lines.iter().all(|line| line.side == first) {
        let across = if first == Side::Debit { Side::Credit } else { Side::Debit };
        for line in lines.iter_mut().filter(|line| line.amount < Amount::ZERO) {
            (line.side, line.amount) = (across, line.amount.checked_neg()?);
        }
    }
    Some(lines)
}

pub(super) fn line(account: AccountCode, side: Side, amount: Amount, dimensions: DimensionSet) -> DraftLine {
    DraftLine { account, side, amount, dimensions, memo: String::new() }
}

/// A set of values of different dimensions.
pub(super) fn dimensions<const N: usize>(values: [(Dimension, &DimensionCode); N]) -> DimensionSet {
    let mut set = DimensionSet::new();
    for (dimension, code) in values {
        set.insert(dimension, code.clone());
    }
    set
}
