//! 微信支付商户文件: 交易账单 (payments and refunds) and 资金账单 (movements of the merchant's account), facts §6.1-6.2.
//! UTF-8, cells behind a backtick, two rows of totals at the end. Columns vary over the years and go by their names.

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

const TIME: usize = 0;
const MERCHANT: usize = 1;
const SUB_MERCHANT: usize = 2;
const STATE: usize = 3;
const CURRENCY: usize = 4;
const PAID: usize = 5;
const REFUNDED: usize = 6;
const REFUND_STATE: usize = 7;
const FEE: usize = 8;
const REFUND_ASKED: usize = 9;

/// Of the 27 columns of a 交易账单 (24 in older ones), those that make a shop day. 应结订单金额 is what reaches the
/// account: the merchant's own coupons are taken off already.
const BILL: [Column; 10] = [
    Column::required("交易时间", "trade_time", &[]),
    Column::required("商户号", "mchid", &[]),
    Column::optional("特约商户号", "sub_mchid", &["子商户号"]),
    Column::required("交易状态", "trade_state", &[]),
    Column::optional("货币种类", "fee_type", &[]),
    Column::required("应结订单金额", "settlement_total_fee", &["总金额"]),
    Column::optional("退款金额", "refund_fee", &[]),
    Column::optional("退款状态", "refund_status", &[]),
    Column::required("手续费", "service_fee", &[]),
    Column::optional("退款申请时间", "refund_asked_at", &[]),
];

/// Three bills can be downloaded: all of a day, what was paid, what was refunded. Either part alone would stand for the
/// whole day, and the rest be refused as its double.
fn whole_day_rule<R: Read>(sheet: &Sheet<R>) -> Option<FileReason> {
    let part = if sheet.has(REFUND_ASKED) {
        "只有退款（下载时选了“退款的订单”）"
    } else if !sheet.has(REFUNDED) {
        "只有收款（下载时选了“支付成功的订单”）"
    } else {
        return None;
    };
    let text = format_args!("这份账单{part}，不是全天的。请到商户平台重新下载，账单类型选“所有订单”。");
    Some(FileReason::row(sheet.header_row(), "bill_partial", text))
}

const FUNDS_TIME: usize = 0;
const BUSINESS: usize = 1;
const DIRECTION: usize = 2;
const AMOUNT: usize = 3;
const BALANCE: usize = 4;

const FUNDS: [Column; 5] = [
    Column::required("记账时间", "booked_at", &[]),
    Column::required("业务类型", "business_type", &[]),
    Column::required("收支类型", "direction", &[]),
    Column::required("收支金额", "amount", &[]),
    Column::required("账户结余", "balance", &[]),
];

/// Reads a 交易账单 into shop days.
///
/// # Errors
/// Rows that cannot be read; a file that does not add up to its own totals; a consumer's bill.
pub fn read_wechat_bill(reader: impl Read, counter: &Counter) -> Result<ReadShopDays, FileRefusal> {
    let mut sheet = Sheet::open(refuse_personal(reader)?, &BILL, TIME)?.ticked();
    whole_day_rule(&sheet).map_or(Ok(()), |reason| Err(FileRefusal::one(reason)))?;
    let (mut takings, mut summary, mut merchant) = (Takings::new(Tender::WeChat), Summary::default(), OneMerchant::default());
    let (mut count, mut paid, mut refunded, mut fees) = (0_usize, SOME_ZERO, SOME_ZERO, SOME_ZERO);
    let mut refusal = each_row(&mut sheet, |sheet| {
        if summary.take(sheet, "总交易单数")? {
            return Ok(());
        }
        let row = bill_row(sheet, &mut merchant)?;
        count = count.saturating_add(1);
        add(&mut paid, row.paid.to_decimal());
        add(&mut refunded, row.refunded.to_decimal());
        add(&mut fees, row.fee);
        // A revoked row names what was given back, if anything was.
        let back = row.event == Event::Refunded || (row.event == Event::Void && !row.refunded.is_zero());
        let amount = if back { row.refunded } else { row.paid };
        takings.take(sheet.row(), row.date, row.event, amount, row.fee).map_err(|reason| vec![reason])
    });
    if refusal.reasons.is_empty() {
        refusal.add(
            [
                summary.tie(&["总交易单数"], Some(counted(count))),
                summary.tie(&["应结订单总金额", "总交易额"], paid),
                summary.tie(&["退款总金额", "总退款金额"], refunded),
                summary.tie(&["手续费总金额"], fees),
            ]
            .into_iter()
            .flatten(),
        );
    }
    refusal.unless_empty()?;
    takings.finish(counter, sheet.notes().clone())
}

const SOME_ZERO: Option<Decimal> = Some(Decimal::ZERO);

/// One row of a 交易账单.
struct BillRow {
    date: jiff::civil::Date,
    event: Event,
    paid: Amount,
    refunded: Amount,
    fee: Decimal,
}

fn bill_row<R: Read>(sheet: &Sheet<R>, merchant: &mut OneMerchant) -> Result<BillRow, Vec<FileReason>> {
    let mut cells = Cells::of(sheet);
    merchant.admit(&mut cells, &[MERCHANT, SUB_MERCHANT]);
    let currency = cells.text(CURRENCY);
    if !matches!(currency, "" | "CNY") {
        let text = format_args!("货币是“{}”，账套只记人民币。请分开下载。", quoted(currency));
        cells.refuse(CURRENCY, "currency_other", text);
    }
    let event = match (cells.text(STATE), cells.text(REFUND_STATE)) {
        ("SUCCESS", _) => Some(Event::Paid),
        // Money on its way back to the customer has left the account.
        ("REFUND", "" | "SUCCESS" | "PROCESSING") => Some(Event::Refunded),
        ("REFUND", "FAIL" | "CHANGE" | "CLOSED" | "ABNORMAL") => Some(Event::Void),
        ("REVOKED" | "CLOSED" | "NOTPAY" | "PAYERROR" | "USERPAYING", _) => Some(Event::Void),
        (state, refund) => {
            let text = format_args!("不认识的状态“{}”“{}”。请核对是否为微信支付的交易账单。", quoted(state), quoted(refund));
            cells.refuse(STATE, "state_unknown", text);
            None
        }
    };
    let (date, paid, refunded, fee) = (cells.day(TIME), cells.amount(PAID), cells.amount(REFUNDED), cells.figure(FEE));
    match (date, event) {
        (Some(date), Some(event)) if cells.reasons.is_empty() => Ok(BillRow { date, event, paid, refunded, fee }),
        _ => Err(cells.reasons),
    }
}

/// Reads a 资金账单 into settlements.
///
/// # Errors
/// As [`read_wechat_bill`], and a balance that does not follow from the one before.
pub fn read_wechat_funds(reader: impl Read, shop: &DimensionCode) -> Result<ReadSettlements, FileRefusal> {
    let mut sheet = Sheet::open(refuse_personal(reader)?, &FUNDS, FUNDS_TIME)?.ticked();
    let (mut funds, mut summary) = (Funds::default(), Summary::default());
    let mut refusal = each_row(&mut sheet, |sheet| {
        if summary.take(sheet, "资金流水总笔数")? {
            return Ok(());
        }
        let mut cells = Cells::of(sheet);
        let (date, amount, balance) = (cells.day(FUNDS_TIME), cells.amount(AMOUNT), cells.amount(BALANCE));
        let amount = match cells.text(DIRECTION) {
            "收入" => Some(amount),
            "支出" => amount.checked_neg(),
            other => {
                let text = format_args!("“{}”不是收入，也不是支出。请用商户平台下载的原文件。", quoted(other));
                cells.refuse(DIRECTION, "direction_unknown", text);
                None
            }
        };
        match (date, amount) {
            (Some(date), Some(amount)) if cells.reasons.is_empty() => {
                funds.take(sheet.row(), date, amount, balance, cells.text(BUSINESS));
                Ok(())
            }
            _ => Err(cells.reasons),
        }
    });
    if refusal.reasons.is_empty() {
        let (income, expense) = (funds.side(true), funds.side(false));
        refusal.add(
            [
                summary.tie(&["资金流水总笔数"], Some(counted(funds.count()))),
                summary.tie(&["收入笔数"], Some(counted(income.count))),
                summary.tie(&["收入金额"], income.yuan()),
                summary.tie(&["支出笔数"], Some(counted(expense.count))),
                summary.tie(&["支出金额"], expense.yuan()),
            ]
            .into_iter()
            .flatten(),
        );
    }
    refusal.unless_empty()?;
    funds.finish(Tender::WeChat, shop, sheet.notes().clone())
}

/// The two rows at the end of a file: names, and below them figures.
#[derive(Default)]
struct Summary {
    names: Vec<String>,
    /// The row of the figures, and they.
    figures: Option<(u32, Vec<String>)>,
}

impl Summary {
    /// `true` where the row is one of the two; `first` is the name that begins them.
    fn take<R: Read>(&mut self, sheet: &Sheet<R>, first: &str) -> Result<bool, Vec<FileReason>> {
        let cells = || sheet.cells().map(|cell| plain(cell).to_owned()).collect::<Vec<_>>();
        if self.figures.is_some() {
            let text = "汇总行之后还有内容。一个文件只放一份账单，请不要把几份拼在一起。";
            return Err(vec![FileReason::row(sheet.row(), "rows_after_summary", text)]);
        }
        if !self.names.is_empty() {
            self.figures = Some((sheet.row(), cells()));
            return Ok(true);
        }
        let begins = sheet.cells().next().is_some_and(|cell| plain(cell) == first);
        if begins {
            // Some files write the unit behind the name: 收入金额(元).
            let name = |cell: String| cell.split(['(', '（']).next().unwrap_or_default().to_owned();
            self.names = cells().into_iter().map(name).collect();
        }
        Ok(begins)
    }

    /// What speaks against the file: a figure, under any of its names, that is not what the rows add up to.
    fn tie(&self, names: &[&str], sum: Option<Decimal>) -> Option<FileReason> {
        let printed = self.figures.as_ref().and_then(|(row, figures)| {
            let at = self.names.iter().position(|name| names.contains(&name.as_str()))?;
            Some((*row, figure(figures.get(at)?)?))
        });
        tie(names[0], printed, sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Date;

    const NEW: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\n";
    const NEW_TOTALS: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n";
    const OLD: &str = "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,代金券或立减优惠金额,微信退款单号,商户退款单号,退款金额,代金券或立减优惠退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率\n";
    const OLD_TOTALS: &str = "总交易单数,总交易额,总退款金额,总代金券或立减优惠退款金额,手续费总金额\n";
    const FUNDS_HEAD: &str = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n";
    const FUNDS_TOTALS: &str = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n";

    /// A row of the newer header, invented.
    fn row(time: &str, state: &str, paid: &str, refunded: &str, fee: &str) -> String {
        let refund_state = if state == "REFUND" { "SUCCESS" } else { "" };
        format!(
            "`{time},`wx示例,`190000,`0,`,`420001,`S1,`u,`MICROPAY,`{state},`OTHERS,`CNY,`{paid},`0.00,`0,`0,`{refunded},`0.00,`,`{refund_state},`示例,`,`{fee},`0.60%,`{paid},`{refunded},`\n"
        )
    }

    fn counter() -> Counter {
        let code = |text| DimensionCode::parse(text).expect("code");
        Counter { channel: code("shop"), shop: code("S1"), tax_basis_points: 100 }
    }

    fn bill(text: &str) -> Result<ReadShopDays, FileRefusal> {
        read_wechat_bill(text.as_bytes(), &counter())
    }

    fn whole_bill() -> String {
        [
            NEW,
            &row("2025-01-05 09:00:01", "SUCCESS", "100.55", "0.00", "0.60330"),
            &row("2025-01-05 23:59:59", "SUCCESS", "0.45", "0.00", "0.00270"),
            &row("2025-01-06 00:00:00", "SUCCESS", "30.00", "0.00", "0.18000"),
            &row("2025-01-06 08:00:00", "REFUND", "0.00", "10.00", "-0.06000"),
            &row("2025-01-06 08:01:00", "REVOKED", "0.00", "2.00", "0.00000"),
            &row("2025-01-07 08:00:00", "SUCCESS", "5.00", "0.00", "0.03000"),
            &row("2025-01-07 09:00:00", "REFUND", "0.00", "5.00", "-0.03000"),
            NEW_TOTALS,
            "`7,`136.00,`17.00,`0.00,`0.72600,`136.00,`15.00\n",
        ]
        .concat()
    }

    #[test]
    fn a_bill_is_a_day_a_day() {
        let read = bill(&whole_bill()).expect("read");
        let day = |date: Date, sales: i64, returns: i64, receipts: u32| {
            let day = read.days.iter().find(|day| day.date == date).expect("a day");
            assert!(day.examine().is_empty(), "{:?}", day.examine());
            assert_eq!((day.sales[0].gross.fen(), day.returns.fen(), day.receipts), (sales, returns, receipts), "{date}");
            assert_eq!((day.tenders[0].amount.fen(), day.tenders[0].kind), (sales - returns, Tender::WeChat));
            assert_eq!((day.shift.as_str(), day.shop.as_str(), day.tax_basis_points), ("微信", "S1", 100));
        };
        day(Date::constant(2025, 1, 5), 10_100, 0, 2);
        day(Date::constant(2025, 1, 6), 3_000, 1_000, 1);
        assert_eq!(read.rows, [2, 4]);
        // 0.60600 and 0.12000 and 0: 0.61 + 0.12. Rounded once a day, not row by row (0.60 + 0.00 + 0.18 - 0.06).
        let remarks = read.notes.remarks.join("\n");
        for told in ["手续费 0.73 元", "2025-01-07 收款与退款正好相抵", "1 行没有计入，第一处在第 6 行，所写金额合计 2.00 元"]
        {
            assert!(remarks.contains(told), "{told}: {remarks}");
        }
    }

    #[test]
    fn names_of_goods_may_hold_commas() {
        let sold = row("2025-01-05 09:00:01", "SUCCESS", "10.00", "0.00", "0.06000").replace("示例,`,", "大米5kg,东北,`,");
        let plain = row("2025-01-05 10:00:01", "SUCCESS", "5.00", "0.00", "0.03000");
        let read = bill(&[NEW, &sold, &plain, NEW_TOTALS, "`2,`15.00,`0.00,`0.00,`0.09000,`15.00,`0.00\n"].concat());
        assert_eq!(read.expect("read").days[0].sales[0].gross.fen(), 1_500);
    }

    #[test]
    fn a_download_of_a_part_is_not_a_day() {
        let without = |head: &str, names: &[&str]| {
            let kept = head.trim_end().split(',').filter(|name| !names.contains(name));
            kept.collect::<Vec<_>>().join(",") + "\n"
        };
        let refunds = NEW.replace(",微信退款单号", ",退款申请时间,退款成功时间,微信退款单号");
        let paid =
            without(NEW, &["微信退款单号", "商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态", "申请退款金额"]);
        for (name, head) in [
            ("refunds", refunds.clone()),
            ("old refunds", OLD.replace(",微信退款单号", ",退款申请时间,退款成功时间,微信退款单号")),
            ("paid", paid),
        ] {
            let refusal = bill(&head).expect_err(name);
            assert_eq!((refusal.reasons[0].code, refusal.reasons[0].row), ("bill_partial", Some(1)), "{refusal}");
        }
    }

    #[test]
    fn an_older_bill_is_read_by_its_names() {
        let rows = "`2019-08-28 10:00:00,`wx示例,`190000,`0,`,`1,`1,`u,`NATIVE,`SUCCESS,`CFT,`CNY,`12.50,`0.0,`0,`0,`0.0,`0.0,`,`,`示例,`,`0.08,`0.60%\n";
        let read = bill(&[OLD, rows, OLD_TOTALS, "`1,`12.5,`0.0,`0.0,`0.08\n"].concat()).expect("read");
        assert_eq!((read.days.len(), read.days[0].sales[0].gross.fen()), (1, 1_250));
    }

    #[test]
    fn bills_refused_as_one_table() {
        let whole = whole_bill();
        let paid = row("2025-01-05 09:00:00", "SUCCESS", "1.00", "0.00", "0.00600");
        let totals = "`1,`1.00,`0.00,`0.00,`0.00600,`1.00,`0.00\n";
        for (text, codes) in [
            (whole.replace("`7,`136.00", "`8,`136.00"), vec!["summary_differs"]),
            (whole.replace("`100.55", "`100.56"), vec!["summary_differs"]),
            (whole.replace("`0.60330", "`0.60331"), vec!["summary_differs"]),
            (whole.replacen("`10.00", "`11.00", 1), vec!["summary_differs"]),
            (whole.split("总交易单数").next().unwrap_or_default().to_owned(), vec!["summary_missing"; 4]),
            (format!("{whole}{paid}"), vec!["rows_after_summary"]),
            ([NEW, &paid.replace("`SUCCESS", "`FROZEN"), NEW_TOTALS, totals].concat(), vec!["state_unknown"]),
            ([NEW, &paid.replace("`CNY", "`USD"), NEW_TOTALS, totals].concat(), vec!["currency_other"]),
            ([NEW, &paid.replace("2025-01-05 09", "45662 09"), NEW_TOTALS, totals].concat(), vec!["time_malformed"]),
            ([NEW, &paid.replace("`1.00", "`一元"), NEW_TOTALS, totals].concat(), vec!["amount_malformed"]),
            ([NEW, &paid.replace("`0.00600", "`6厘"), NEW_TOTALS, totals].concat(), vec!["amount_malformed"]),
            ([NEW, &paid, &paid.replace("`190000", "`190001"), NEW_TOTALS, totals].concat(), vec!["merchants_mixed"]),
            (FUNDS_HEAD.to_owned(), vec!["header_missing"]),
            ("交易时间,交易类型,交易对方,商品,收/支,金额(元)\n".to_owned(), vec!["personal_bill"]),
        ] {
            let refusal = bill(&text).expect_err(codes[0]);
            assert_eq!(refusal.reasons.iter().map(|reason| reason.code).collect::<Vec<_>>(), codes, "{refusal}");
        }
    }

    /// A row of movements, invented.
    fn moved(time: &str, business: &str, direction: &str, amount: &str, balance: &str) -> String {
        format!("`{time},`1,`2,`{business},`{business},`{direction},`{amount},`{balance},`system,`示例,`3\n")
    }

    fn whole_funds() -> String {
        [
            FUNDS_HEAD,
            &moved("2025-01-05 09:00:01", "交易", "收入", "101.00", "101.00"),
            &moved("2025-01-05 09:00:01", "扣除交易手续费", "支出", "0.61", "100.39"),
            &moved("2025-01-06 03:00:00", "提现", "支出", "60.39", "40.00"),
            &moved("2025-01-06 03:10:00", "提现", "支出", "40.00", "0.00"),
            &moved("2025-01-06 09:00:00", "交易", "收入", "30.00", "30.00"),
            &moved("2025-01-06 09:00:00", "扣除交易手续费", "支出", "0.18", "29.82"),
            &moved("2025-01-07 10:00:00", "退款", "支出", "10.00", "19.82"),
            &moved("2025-01-07 10:00:00", "手续费退款", "收入", "0.06", "19.88"),
            &moved("2025-01-08 10:00:00", "充值", "收入", "5.00", "24.88"),
            FUNDS_TOTALS,
            "`9,`4,`136.06,`5,`111.18\n",
        ]
        .concat()
    }

    fn funds(text: &str) -> Result<ReadSettlements, FileRefusal> {
        read_wechat_funds(text.as_bytes(), &counter().shop)
    }

    #[test]
    fn movements_are_a_settlement_a_day() {
        let read = funds(&whole_funds()).expect("read");
        let found: Vec<_> =
            read.settlements.iter().map(|one| (one.date.day(), one.amount.fen(), one.fee.fen(), one.tender)).collect();
        let wechat = Tender::WeChat;
        assert_eq!(found, [(5, 0, 61, wechat), (6, 10_039, 18, wechat), (7, 0, -6, wechat)]);
        assert_eq!(read.rows, [3, 4, 9]);
        assert!(read.settlements.iter().all(|settlement| settlement.examine().is_empty()));
        let remarks = read.notes.remarks.join("\n");
        assert!(remarks.contains("“充值”1 笔、净额 5.00 元没有入账"), "{remarks}");
        assert!(remarks.contains("期末结余 24.88 元"), "{remarks}");
    }

    #[test]
    fn refunds_that_came_back_are_told_by_day() {
        let text = [
            FUNDS_HEAD,
            &moved("2026-01-05 09:00:01", "交易", "收入", "100.00", "100.00"),
            &moved("2026-01-05 10:00:01", "退款", "支出", "30.00", "70.00"),
            &moved("2026-01-08 10:00:01", "退款关闭", "收入", "20.00", "90.00"),
            &moved("2026-01-08 11:00:01", "退款关闭", "收入", "10.00", "100.00"),
            FUNDS_TOTALS,
            "`4,`3,`130.00,`1,`30.00\n",
        ]
        .concat();
        let read = funds(&text).expect("read");
        let closed: Vec<_> =
            read.refunds_closed.iter().map(|one| (one.row, one.date.day(), one.count, one.amount.fen())).collect();
        assert_eq!((closed, read.settlements.len()), (vec![(4, 8, 2, 3_000)], 0));
        let back = text.replace("`退款关闭,`收入,`20.00,`90.00", "`退款关闭,`支出,`20.00,`50.00");
        let back = back.replace("`10.00,`100.00", "`10.00,`60.00").replace("`4,`3,`130.00,`1,`30.00", "`4,`2,`110.00,`2,`50.00");
        assert_eq!(funds(&back).expect_err("out").reasons[0].code, "refund_closed_direction");
    }

    #[test]
    fn funds_refused_as_one_table() {
        let whole = whole_funds();
        for (from, to, codes) in [
            ("`100.39", "`100.40", vec!["balance_broken"]),
            ("`9,`4", "`10,`4", vec!["summary_differs"]),
            ("`4,`136.06", "`4,`136.07", vec!["summary_differs"]),
            ("`5,`111.18", "`6,`111.19", vec!["summary_differs", "summary_differs"]),
            ("`充值,`收入", "`充值,`冻结", vec!["direction_unknown"]),
            ("`2025-01-08 10:00:00", "`1月8日", vec!["time_malformed"]),
            ("资金流水总笔数", "总笔数", vec!["time_malformed", "time_malformed"]),
        ] {
            assert!(whole.contains(from), "{from}");
            let refusal = funds(&whole.replacen(from, to, 1)).expect_err(from);
            let mut found: Vec<_> = refusal.reasons.iter().map(|reason| reason.code).collect();
            found.retain(|code| !matches!(*code, "amount_malformed" | "direction_unknown") || codes.contains(code));
            assert_eq!(found, codes, "{refusal}");
        }
    }
}
