//! 支付宝商户文件: 业务明细 (payments and refunds) and 账务明细 (movements of the merchant's account), facts §6.3. GB 18030,
//! lines with `#` above and below the table, a tab behind many cells, full-width brackets in the header.

use crate::collective::shops::day::Tender;
use crate::files::funds::{Funds, ReadSettlements};
use crate::files::header::Column;
use crate::files::merchant::{Cells, OneMerchant, add, counted, each_row, figure, plain, tie};
use crate::files::personal::refuse_personal;
use crate::files::refusal::{FileReason, FileRefusal, quoted};
use crate::files::sheet::Sheet;
use crate::files::shop_days::ReadShopDays;
use crate::files::takings::{Counter, Event, Takings};
use crate::ledger::{Amount, DimensionCode};
use rust_decimal::Decimal;
use std::io::Read;

const BUSINESS: usize = 0;
const FINISHED: usize = 1;
const SHOP: usize = 2;
const ORDERED: usize = 3;
const RECEIVED: usize = 4;

/// The columns of a 业务明细 that make a shop day. 商家实收 is what reaches the account: the merchant's own coupons are
/// taken off already.
const BILL: [Column; 5] = [
    Column::required("业务类型", "business_type", &[]),
    Column::required("完成时间", "finished_at", &[]),
    Column::optional("门店编号", "store_id", &[]),
    Column::required("订单金额", "total_amount", &[]),
    Column::required("商家实收", "receipt_amount", &[]),
];

const FUNDS_TIME: usize = 0;
const INCOME: usize = 1;
const EXPENSE: usize = 2;
const BALANCE: usize = 3;
const FUNDS_BUSINESS: usize = 4;

const FUNDS: [Column; 5] = [
    Column::required("发生时间", "happened_at", &[]),
    Column::required("收入金额", "income", &[]),
    Column::required("支出金额", "expense", &[]),
    Column::required("账户余额", "balance", &[]),
    Column::required("业务类型", "business_type", &[]),
];

/// Reads a 业务明细 into shop days.
///
/// # Errors
/// Rows that cannot be read; a file that does not add up to its own totals; a consumer's bill.
pub fn read_alipay_bill(reader: impl Read, counter: &Counter) -> Result<ReadShopDays, FileRefusal> {
    let mut sheet = Sheet::open(refuse_personal(reader)?, &BILL, FINISHED)?;
    let (mut takings, mut tail, mut shop) = (Takings::new(Tender::Alipay), Tail::default(), OneMerchant::default());
    let mut sums = [(0_usize, Some(Decimal::ZERO)); 2];
    let mut refusal = each_row(&mut sheet, |sheet| {
        if tail.take(sheet)? {
            return Ok(());
        }
        let mut cells = Cells::of(sheet);
        shop.admit(&mut cells, &[SHOP]);
        let event = match cells.text(BUSINESS) {
            "交易" => Some(Event::Paid),
            "退款" => Some(Event::Refunded),
            other if other.contains("关闭") || other.contains("撤销") => Some(Event::Void),
            other => {
                let text = format_args!("不认识的业务类型“{}”。请核对是否为支付宝商户的业务明细。", quoted(other));
                cells.refuse(BUSINESS, "state_unknown", text);
                None
            }
        };
        let (date, amount) = (cells.day(FINISHED), magnitude(cells.amount(RECEIVED)));
        cells.amount(ORDERED);
        let (Some(date), Some(event), true) = (date, event, cells.reasons.is_empty()) else { return Err(cells.reasons) };
        if event != Event::Void {
            let (count, sum) = &mut sums[usize::from(event == Event::Refunded)];
            *count = count.saturating_add(1);
            add(sum, amount.to_decimal());
        }
        takings.take(sheet.row(), date, event, amount, Decimal::ZERO).map_err(|reason| vec![reason])
    });
    if refusal.reasons.is_empty() {
        let ties = ["交易合计", "退款合计"].into_iter().zip(sums).flat_map(|(name, (count, sum))| tail.tie(name, count, sum));
        refusal.add(ties.collect::<Vec<_>>());
    }
    refusal.unless_empty()?;
    takings.finish(counter, sheet.notes().clone())
}

/// Reads a 账务明细 into settlements.
///
/// # Errors
/// As [`read_alipay_bill`], and a balance that does not follow from the one before.
pub fn read_alipay_funds(reader: impl Read, shop: &DimensionCode) -> Result<ReadSettlements, FileRefusal> {
    let mut sheet = Sheet::open(refuse_personal(reader)?, &FUNDS, FUNDS_TIME)?;
    let (mut funds, mut tail) = (Funds::default(), Tail::default());
    let mut refusal = each_row(&mut sheet, |sheet| {
        if tail.take(sheet)? {
            return Ok(());
        }
        let mut cells = Cells::of(sheet);
        let (date, income, balance) = (cells.day(FUNDS_TIME), cells.amount(INCOME), cells.amount(BALANCE));
        let expense = magnitude(cells.amount(EXPENSE));
        if income.is_zero() == expense.is_zero() {
            cells.refuse(INCOME, "direction_unknown", "收入、支出应当只有一个不为零。请用商户平台下载的原文件。");
        }
        match (date, income.checked_sub(expense)) {
            (Some(date), Some(amount)) if cells.reasons.is_empty() => {
                funds.take(sheet.row(), date, amount, balance, cells.text(FUNDS_BUSINESS));
                Ok(())
            }
            _ => Err(cells.reasons),
        }
    });
    if refusal.reasons.is_empty() {
        for (name, sums) in [("收入合计", funds.side(true)), ("支出合计", funds.side(false))] {
            refusal.add(tail.tie(name, sums.count, sums.yuan()));
        }
    }
    refusal.unless_empty()?;
    funds.finish(Tender::Alipay, shop, sheet.notes().clone())
}

/// Refunds and expenses are printed with a minus or without, by the age of the file; their column says what they are.
fn magnitude(amount: Amount) -> Amount {
    Amount::from_fen(amount.fen().saturating_abs())
}

/// The lines with `#` below the table: `#收入合计：2笔，共3.00元`.
#[derive(Default)]
struct Tail {
    ended: bool,
    totals: Vec<(String, u32, Decimal, Decimal)>,
}

impl Tail {
    /// `true` where the row is one of these lines. No row of data comes after one.
    fn take<R: Read>(&mut self, sheet: &Sheet<R>) -> Result<bool, Vec<FileReason>> {
        let first = sheet.cells().next().map(plain).unwrap_or_default();
        let Some(line) = first.strip_prefix('#') else {
            let text = "列表结束之后还有内容。一个文件只放一份明细，请不要把几份拼在一起。";
            return if self.ended { Err(vec![FileReason::row(sheet.row(), "rows_after_summary", text)]) } else { Ok(false) };
        };
        self.ended = true;
        self.totals.extend(total(line).map(|(name, count, sum)| (name.to_owned(), sheet.row(), count, sum)));
        Ok(true)
    }

    /// What speaks against the count and the sum of one total. A total of nothing may be left out.
    fn tie(&self, name: &'static str, count: usize, sum: Option<Decimal>) -> Vec<FileReason> {
        let printed = self.totals.iter().find(|(printed, ..)| printed == name);
        let printed = printed.map(|(_, row, count, sum)| ((*row, *count), (*row, *sum)));
        match printed {
            None if count == 0 && self.ended => Vec::new(),
            None => tie(name, None, sum).into_iter().collect(),
            Some((printed_count, printed_sum)) => {
                [tie(name, Some(printed_count), Some(counted(count))), tie(name, Some(printed_sum), sum)]
                    .into_iter()
                    .flatten()
                    .collect()
            }
        }
    }
}

/// Name, count and the first sum of a line of totals; the sum without its sign.
fn total(line: &str) -> Option<(&str, Decimal, Decimal)> {
    let (name, rest) = line.split_once(['：', ':'])?;
    let (count, rest) = rest.split_once('笔')?;
    let (_, rest) = rest.split_once('共')?;
    let (sum, _) = rest.split_once('元')?;
    Some((name.trim_start_matches('#').trim(), figure(count.trim())?, figure(sum.trim())?.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BILL_HEAD: &str = "#支付宝业务明细查询\r\n#账号：[2088示例]\r\n#起始日期：[2025年01月05日 00:00:00]   终止日期：[2025年01月07日 00:00:00]\r\n#-----------------------------------------业务明细列表----------------------------------------\r\n支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注\r\n";
    const FUNDS_HEAD: &str = "#支付宝账务明细查询\r\n#账号：[2088示例]\r\n#----账务明细列表----\r\n账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注\r\n";

    /// A row of a 业务明细, invented.
    fn row(business: &str, time: &str, ordered: &str, received: &str) -> String {
        format!(
            "2025示例\t,D1\t,{business}\t,祐溪示例,{time},{time},YX01\t,示例店\t,\t,\t,*示例(1**)\t,{ordered},{received},0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,0.00,0.00,\r\n"
        )
    }

    fn whole_bill() -> String {
        [
            BILL_HEAD,
            &row("交易", "2025-01-05 10:00:00", "52.00", "50.00"),
            &row("交易", "2025-01-06 10:00:00", "8.00", "8.00"),
            &row("退款", "2025-01-06 11:00:00", "-3.00", "-3.00"),
            "#-----------------------------------------业务明细列表结束------------------------------------\r\n",
            "#交易合计：2笔，商家实收共58.00元，商家优惠共2.00元\r\n#退款合计：1笔，商家实收退款共-3.00元，商家优惠退款共0.00元\r\n#导出时间：[2025年01月08日 07:27:37]\r\n",
        ]
        .concat()
    }

    fn counter() -> Counter {
        let code = |text| DimensionCode::parse(text).expect("code");
        Counter { channel: code("shop"), shop: code("S1"), tax_basis_points: 100 }
    }

    fn codes(refusal: &FileRefusal) -> Vec<&'static str> {
        refusal.reasons.iter().map(|reason| reason.code).collect()
    }

    #[test]
    fn a_gb18030_bill_is_a_day_a_day() {
        let text = whole_bill();
        let read = read_alipay_bill(&encoding_rs::GB18030.encode(&text).0[..], &counter()).expect("read");
        let days: Vec<_> = read
            .days
            .iter()
            .map(|day| (day.date.day(), day.sales[0].gross.fen(), day.returns.fen(), day.tenders[0].amount.fen()))
            .collect();
        assert_eq!(days, [(5, 5_000, 0, 5_000), (6, 800, 300, 500)]);
        assert!(read.days.iter().all(|day| day.examine().is_empty() && day.shift == "支付宝"));
        assert_eq!(read.rows, [6, 7]);
    }

    #[test]
    fn bills_refused_as_one_table() {
        for (from, to, expected) in [
            ("交易合计：2笔", "交易合计：3笔", vec!["summary_differs"]),
            ("商家实收共58.00", "商家实收共58.01", vec!["summary_differs"]),
            ("退款合计：1笔，商家实收退款共-3.00", "退款合计：1笔，商家实收退款共-3.01", vec!["summary_differs"]),
            ("#交易合计", "#合计", vec!["summary_missing"]),
            ("交易\t", "红包\t", vec!["state_unknown"]),
            ("YX01", "YX02", vec!["merchants_mixed", "merchants_mixed"]),
            ("8.00,8.00", "8.00,八元", vec!["amount_malformed"]),
        ] {
            let whole = whole_bill();
            assert!(whole.contains(from), "{from}");
            let refusal = read_alipay_bill(whole.replacen(from, to, 1).as_bytes(), &counter()).expect_err(from);
            assert_eq!(codes(&refusal), expected, "{refusal}");
        }
        let twice = format!("{0}{0}", whole_bill());
        assert_eq!(codes(&read_alipay_bill(twice.as_bytes(), &counter()).expect_err("twice"))[0], "rows_after_summary");
        let consumer = "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额\r\n";
        assert_eq!(codes(&read_alipay_bill(consumer.as_bytes(), &counter()).expect_err("consumer")), ["personal_bill"]);
    }

    /// A row of movements, invented.
    fn moved(time: &str, income: &str, expense: &str, balance: &str, business: &str) -> String {
        format!("1\t,2\t,D1\t,示例,{time},示例(1**)\t,{income},{expense},{balance},支付宝,{business},\r\n")
    }

    fn rows() -> Vec<String> {
        vec![
            moved("2025-01-05 10:00:00", "50.00", "0.00", "50.00", "在线支付"),
            moved("2025-01-05 10:00:00", "0.00", "-0.30", "49.70", "收费"),
            moved("2025-01-06 08:00:00", "0.00", "-49.70", "0.00", "提现"),
        ]
    }

    const FUNDS_TAIL: &str =
        "#----账务明细列表结束----\r\n#支出合计：2笔，共50.00元\r\n#收入合计：1笔，共50.00元\r\n#导出时间：[2025年01月08日]\r\n";

    #[test]
    fn movements_come_oldest_or_newest_first() {
        let mut orders = [rows(), rows()];
        orders[1].reverse();
        for order in orders {
            let text = [FUNDS_HEAD, &order.concat(), FUNDS_TAIL].concat();
            let read = read_alipay_funds(&encoding_rs::GB18030.encode(&text).0[..], &counter().shop).expect("read");
            let found: Vec<_> = read.settlements.iter().map(|one| (one.date.day(), one.amount.fen(), one.fee.fen())).collect();
            assert_eq!(found, [(5, 0, 30), (6, 4_970, 0)]);
            assert!(read.notes.remarks[0].contains("期末结余 0.00 元"), "{:?}", read.notes.remarks);
        }
    }

    #[test]
    fn funds_refused_as_one_table() {
        let whole = [FUNDS_HEAD, &rows().concat(), FUNDS_TAIL].concat();
        for (from, to, expected) in [
            (",49.70,", ",49.71,", vec!["balance_broken"]),
            ("支出合计：2笔，共50.00", "支出合计：1笔，共50.01", vec!["summary_differs", "summary_differs"]),
            ("#收入合计", "#收", vec!["summary_missing"]),
            ("0.00,-0.30", "1.00,-0.30", vec!["direction_unknown"]),
            ("2025-01-06 08:00:00", "昨天", vec!["time_malformed"]),
        ] {
            assert!(whole.contains(from), "{from}");
            let refusal = read_alipay_funds(whole.replacen(from, to, 1).as_bytes(), &counter().shop).expect_err(from);
            assert_eq!(codes(&refusal), expected, "{refusal}");
        }
    }
}
