//! 资金流水: the movements of a merchant's account become settlements: what was withdrawn to the bank, and the fees.
//!
//! One settlement a day: the day's withdrawals and the day's own fees. A day without a withdrawal that has fees is a
//! settlement of 0.00 and the fee. Fees could also wait for the next withdrawal; they do not, for three reasons: a fee of
//! January stays in January, whenever the money is withdrawn; fees after a file's last withdrawal are not lost; and the
//! settlements are the same however a year is cut into files, so that a file that overlaps another changes nothing.

use crate::collective::shops::day::Tender;
use crate::collective::shops::settlement::Settlement;
use crate::files::refusal::{FileReason, FileRefusal};
use crate::files::sheet::Notes;
use crate::ledger::amount::yuan;
use crate::ledger::{Amount, DimensionCode};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What a file of movements holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadSettlements {
    /// By date; the registers have yet to examine them.
    pub settlements: Vec<Settlement>,
    /// The first row of each that moved it.
    pub rows: Vec<u32>,
    /// By date.
    pub refunds_closed: Vec<RefundsClosed>,
    pub notes: Notes,
}

/// Refunds that came back to the merchant's account on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundsClosed {
    /// The first of their rows.
    pub row: u32,
    pub date: Date,
    pub count: usize,
    /// In 分, positive.
    pub amount: Amount,
}

/// What moved the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Payments and refunds: they come from the bill.
    Trade,
    Fee,
    Withdrawal,
    /// 退款关闭: a refund came back, because it could not be paid to the customer.
    RefundClosed,
    /// Topped up, shared out, transferred: no fact of a shop's.
    Other,
}

/// What the platforms' 业务类型 mean, each by its exact name: a part of a name says little (分账 is no 交易, 退款关闭 no 退款).
const BUSINESSES: [(&str, Kind); 14] = [
    ("交易", Kind::Trade),
    ("在线支付", Kind::Trade),
    ("退款", Kind::Trade),
    ("交易退款", Kind::Trade),
    ("扣除交易手续费", Kind::Fee),
    ("退回交易手续费", Kind::Fee),
    ("手续费退款", Kind::Fee),
    ("提现手续费", Kind::Fee),
    ("服务费", Kind::Fee),
    ("收费", Kind::Fee),
    ("退费", Kind::Fee),
    ("提现", Kind::Withdrawal),
    ("退款关闭", Kind::RefundClosed),
    ("退款失败", Kind::RefundClosed),
];

impl Kind {
    fn of(business: &str) -> Kind {
        BUSINESSES.iter().find(|(name, _)| *name == business).map_or(Kind::Other, |(_, kind)| *kind)
    }
}

/// One movement.
#[derive(Clone, Copy, Debug)]
struct Movement {
    row: u32,
    date: Date,
    /// In 分, positive where money came in.
    amount: Amount,
    /// What the account held afterwards.
    balance: Amount,
    kind: Kind,
}

/// Collects a file's movements in its order.
#[derive(Default)]
pub struct Funds {
    movements: Vec<Movement>,
    others: BTreeMap<String, (usize, i128)>,
}

/// The sums of one side, for the file's own totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SideSums {
    pub count: usize,
    /// In 分, positive.
    pub fen: i128,
}

impl SideSums {
    /// In yuan, to be compared with a printed total; `None` when it leaves its type.
    pub fn yuan(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.fen, 2).ok()
    }
}

impl Funds {
    /// Takes in one movement; `amount` is positive where money came in.
    pub fn take(&mut self, row: u32, date: Date, amount: Amount, balance: Amount, business: &str) {
        let kind = Kind::of(business);
        if kind == Kind::Other {
            let (count, sum) = self.others.entry(business.to_owned()).or_default();
            *count = count.saturating_add(1);
            *sum = sum.saturating_add(i128::from(amount.fen()));
        }
        self.movements.push(Movement { row, date, amount, balance, kind });
    }

    pub fn count(&self) -> usize {
        self.movements.len()
    }

    /// What came in (`true`) or went out.
    pub fn side(&self, income: bool) -> SideSums {
        let of_side = self.movements.iter().filter(|movement| (movement.amount >= Amount::ZERO) == income);
        of_side.fold(SideSums::default(), |sums, movement| SideSums {
            count: sums.count.saturating_add(1),
            fen: sums.fen.saturating_add(i128::from(movement.amount.fen()).abs()),
        })
    }

    /// The settlements, once every balance follows from the one before it.
    pub fn finish(mut self, tender: Tender, shop: &DimensionCode, mut notes: Notes) -> Result<ReadSettlements, FileRefusal> {
        self.put_in_order()?;
        let mut days: BTreeMap<Date, (u32, Settlement)> = BTreeMap::new();
        for movement in self.movements.iter().filter(|movement| matches!(movement.kind, Kind::Fee | Kind::Withdrawal)) {
            let zero = Amount::ZERO;
            let date = movement.date;
            let new = || (movement.row, Settlement { amount: zero, date, fee: zero, shop: shop.clone(), tender });
            let (_, day) = days.entry(date).or_insert_with(new);
            let sum = if movement.kind == Kind::Fee { &mut day.fee } else { &mut day.amount };
            // What leaves the platform's account arrives in the bank, or is the fee.
            *sum = sum.checked_sub(movement.amount).ok_or_else(|| {
                let text = "当日合计超出系统上限。请核对小数点。";
                FileRefusal::one(FileReason::row(movement.row, "amount_too_large", text))
            })?;
        }
        let refunds_closed = self.refunds_closed()?;
        days.retain(|_, (_, day)| !(day.amount.is_zero() && day.fee.is_zero()));
        for (business, (count, fen)) in &self.others {
            let sum = yuan(*fen);
            notes.remarks.push(format!("“{business}”{count} 笔、净额 {sum} 元没有入账，请另填凭证。"));
        }
        if let Some(last) = self.movements.last() {
            let (platform, balance) = (tender.chinese(), last.balance);
            notes.remarks.push(format!("账单期末结余 {balance} 元，导入后应与这家门店的{platform}在途相等，请核对。"));
        }
        let (rows, settlements) = days.into_values().unzip();
        Ok(ReadSettlements { settlements, rows, refunds_closed, notes })
    }

    fn refunds_closed(&self) -> Result<Vec<RefundsClosed>, FileRefusal> {
        let mut days: BTreeMap<Date, RefundsClosed> = BTreeMap::new();
        for movement in self.movements.iter().filter(|movement| movement.kind == Kind::RefundClosed) {
            let Movement { row, date, amount, .. } = *movement;
            let day = days.entry(date).or_insert(RefundsClosed { row, date, count: 0, amount: Amount::ZERO });
            day.count = day.count.saturating_add(1);
            day.amount = day.amount.checked_add(amount).filter(|sum| *sum > Amount::ZERO).ok_or_else(|| {
                let text = "退款关闭应当是收入，且不超出系统上限。请到商户平台重新下载原文件。";
                FileRefusal::one(FileReason::row(row, "refund_closed_direction", text))
            })?;
        }
        Ok(days.into_values().collect())
    }

    /// Oldest first. Some files start with the newest row: that is taken from the balances, which fit one order only.
    fn put_in_order(&mut self) -> Result<(), FileRefusal> {
        let Some(broken) = first_break(&self.movements) else { return Ok(()) };
        self.movements.reverse();
        if first_break(&self.movements).is_none() {
            return Ok(());
        }
        let text = format_args!(
            "结余 {} 不等于上一行的结余加减本行金额 {}。文件缺行、多行、次序被改或不是同一个账户，请到商户平台重新下载原文件。",
            broken.balance, broken.amount
        );
        Err(FileRefusal::one(FileReason::row(broken.row, "balance_broken", text)))
    }
}

/// The first movement whose balance does not follow from the one before.
fn first_break(movements: &[Movement]) -> Option<Movement> {
    let broken = |pair: &&[Movement]| pair[0].balance.checked_add(pair[1].amount) != Some(pair[1].balance);
    movements.windows(2).find(broken).map(|pair| pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movement_is_known_by_its_business() {
        for (business, kind) in [
            ("交易", Kind::Trade),
            ("扣除交易手续费", Kind::Fee),
            ("退款", Kind::Trade),
            ("提现", Kind::Withdrawal),
            ("提现手续费", Kind::Fee),
            ("手续费退款", Kind::Fee),
            ("在线支付", Kind::Trade),
            ("收费", Kind::Fee),
            ("退费", Kind::Fee),
            ("交易退款", Kind::Trade),
            ("充值", Kind::Other),
            ("转账", Kind::Other),
            ("交易分账", Kind::Other),
            ("退回交易手续费", Kind::Fee),
            ("退款关闭", Kind::RefundClosed),
            ("退款关闭手续费", Kind::Other),
            ("提现退票", Kind::Other),
            ("订单退款", Kind::Other),
        ] {
            assert_eq!(Kind::of(business), kind, "{business}");
        }
    }

    /// Takings of 10.00 and a fee of 0.06 on every day, a withdrawal on every third.
    fn movements() -> Vec<(Date, i64, &'static str)> {
        let of_day = |day: i8| {
            let date = Date::constant(2025, 1, day);
            let withdrawn = (day % 3 == 0).then_some((date, -2_000, "提现"));
            [Some((date, 1_000, "交易")), Some((date, -6, "扣除交易手续费")), withdrawn].into_iter().flatten()
        };
        (1..=9).flat_map(of_day).collect()
    }

    fn settled(part: &[(Date, i64, &str)], mut balance: i64) -> Vec<Settlement> {
        let mut funds = Funds::default();
        for (row, (date, fen, business)) in (1..).zip(part) {
            balance += fen;
            funds.take(row, *date, Amount::from_fen(*fen), Amount::from_fen(balance), business);
        }
        let shop = DimensionCode::parse("S1").expect("code");
        funds.finish(Tender::WeChat, &shop, Notes::default()).expect("in order").settlements
    }

    #[test]
    fn settlements_are_the_same_however_files_are_cut_into_days() {
        let all = movements();
        let whole = settled(&all, 0);
        assert_eq!(whole.len(), 9);
        let sums = whole.iter().fold((0, 0), |(amount, fee), one| (amount + one.amount.fen(), fee + one.fee.fen()));
        assert_eq!(sums, (6_000, 54));
        for at in (1..all.len()).filter(|at| all[*at].0 != all[at - 1].0) {
            let opening = all[..at].iter().map(|(_, fen, _)| fen).sum();
            assert_eq!([settled(&all[..at], 0), settled(&all[at..], opening)].concat(), whole, "cut at {at}");
        }
    }
}
