//! 门店日: what one shop sold and was paid on one day, the settlements of its platforms, and what they add up to.
//!
//! A day is typed once; its voucher follows from it ([`ShopDay::draft_lines`]). No standard describes the summary of a
//! till, so the fields are ours; the control is the one every till prints: payments = sales − returns − discount −
//! rounding.

use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The shift of a shop that has only one a day.
pub const SHIFT_DEFAULT: &str = "1";

/// How a customer paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tender {
    /// 现金
    Cash,
    /// 微信
    #[serde(rename = "wechat")]
    WeChat,
    /// 支付宝
    Alipay,
    /// 银行卡
    Card,
    /// 消费卡: paid for when the card was sold (facts F9).
    StoredValue,
    /// 挂账: a customer who pays later.
    OnAccount,
}

impl Tender {
    pub const fn chinese(self) -> &'static str {
        match self {
            Tender::Cash => "现金",
            Tender::WeChat => "微信",
            Tender::Alipay => "支付宝",
            Tender::Card => "银行卡",
            Tender::StoredValue => "消费卡",
            Tender::OnAccount => "挂账",
        }
    }

    /// Whether the money is in transit (在途) until a platform or bank pays it out.
    pub const fn settles(self) -> bool {
        matches!(self, Tender::WeChat | Tender::Alipay | Tender::Card)
    }
}

/// Where money that needs no settlement goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Till {
    /// 现金, in the till of a shop.
    Cash,
    /// 银行
    Bank,
}

/// What was sold through one of the 六进 channels, retail included, at one rate of tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelSales {
    pub channel: DimensionCode,
    /// Tax included, before returns, discount and rounding, in 分.
    pub gross: Amount,
    /// 税率 in 1/10,000, where it is not the day's.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::ledger::text::some_count")]
    pub tax_basis_points: Option<u32>,
}

/// What was paid in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenderAmount {
    /// In 分; below zero when more was refunded this way than paid.
    pub amount: Amount,
    /// Who owes it: for 挂账, and for nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<DimensionCode>,
    pub kind: Tender,
}

/// One shift of one shop on one day (facts §6.6). Amounts are in 分. Fields stand in the order of their names, which is
/// the order of canonical bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopDay {
    /// 销售成本 without tax, of what was sold less what came back; zero where cost is booked at the month's end.
    pub cost: Amount,
    #[serde(deserialize_with = "crate::ledger::period::day")]
    pub date: Date,
    /// 折扣金额
    pub discount: Amount,
    /// 交易笔数
    #[serde(with = "crate::ledger::text::count")]
    pub receipts: u32,
    /// 退货金额, tax included, as a positive amount.
    pub returns: Amount,
    /// 抹零
    pub rounding: Amount,
    /// One row a channel and rate; a day of returns alone names their channel with sales of zero.
    pub sales: Vec<ChannelSales>,
    /// 班次
    #[serde(default = "shift_default")]
    pub shift: String,
    pub shop: DimensionCode,
    /// 现金长短款: what was counted less what should have been in the till; positive is over.
    pub short_over: Amount,
    /// 税率 in 1/10,000: 100 is 1 %; of all sales that name no other.
    #[serde(with = "crate::ledger::text::count")]
    pub tax_basis_points: u32,
    pub tenders: Vec<TenderAmount>,
}

fn shift_default() -> String {
    SHIFT_DEFAULT.into()
}

impl ShopDay {
    /// 销售总额 of all channels, tax included, in 分.
    pub(crate) fn gross_sales(&self) -> i128 {
        total(self.sales.iter().map(|row| row.gross))
    }

    /// What reduces the sales: returns, discount and rounding, in 分.
    pub(crate) fn reductions(&self) -> i128 {
        total([self.returns, self.discount, self.rounding])
    }

    /// The rate of tax of a row of sales.
    pub(crate) fn rate(&self, row: &ChannelSales) -> u32 {
        row.tax_basis_points.unwrap_or(self.tax_basis_points)
    }

    /// The platform whose bill made this shift: it holds all that the shop was paid through it that day.
    pub(crate) fn billed(&self) -> Option<Tender> {
        [Tender::WeChat, Tender::Alipay].into_iter().find(|tender| tender.chinese() == self.shift)
    }

    /// Whether the shift only takes back refunds that never reached the customer; their bill names them as refunds still.
    pub(crate) fn reinstates(&self) -> bool {
        [Tender::WeChat, Tender::Alipay].into_iter().any(|tender| reinstated_shift(tender) == self.shift)
    }

    /// Whether something was paid in this way.
    pub(crate) fn is_paid_by(&self, tender: Tender) -> bool {
        self.tenders.iter().any(|row| row.kind == tender && !row.amount.is_zero())
    }

    /// Whether two days hold the same takings, whichever channels they were sold through.
    pub(crate) fn takes_the_same(&self, other: &ShopDay) -> bool {
        let taken = |day: &ShopDay| (day.gross_sales(), day.returns, day.paid(), day.receipts);
        taken(self) == taken(other)
    }

    /// What customers had to pay, tax included, in 分.
    pub(crate) fn owed(&self) -> i128 {
        less(self.gross_sales(), self.reductions())
    }

    /// 实收合计: what customers paid in every way, in 分.
    pub(crate) fn paid(&self) -> i128 {
        total(self.tenders.iter().map(|row| row.amount))
    }
}

/// The shift under which refunds stand that came back.
pub(crate) fn reinstated_shift(tender: Tender) -> String {
    format!("{}退款关闭", tender.chinese())
}

/// Adds up 分 in a width that no list of 64-bit amounts can leave, so that sums need no second way out.
pub(crate) fn total(amounts: impl IntoIterator<Item = Amount>) -> i128 {
    amounts.into_iter().fold(0, |sum, amount| plus(sum, i128::from(amount.fen())))
}

/// Why sums of 分 cannot overflow.
const WIDE: &str = "it takes 2^64 amounts to leave an i128, and no memory holds so many";

/// Adds two sums of 分.
pub(crate) fn plus(sum: i128, more: i128) -> i128 {
    sum.checked_add(more).expect(WIDE)
}

/// Takes one sum of 分 from another.
pub(crate) fn less(sum: i128, part: i128) -> i128 {
    sum.checked_sub(part).expect(WIDE)
}

/// A sum of 分 as an amount; `None` when it leaves an `i64`.
pub(crate) fn narrow(sum: i128) -> Option<Amount> {
    i64::try_from(sum).ok().map(Amount::from_fen)
}
