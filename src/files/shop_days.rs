//! 营业日报 CSV: a row a channel and rate of tax, rows of one shop, day and shift together (facts §6.6). Money may stand on any
//! row of the day. Where rows have different rates, the day's is the one that most is sold at.

use crate::collective::shops::day::{ChannelSales, SHIFT_DEFAULT, ShopDay, Tender, TenderAmount};
use crate::files::cell;
use crate::files::date;
use crate::files::header::Column;
use crate::files::names::{BookNames, Names};
use crate::files::refusal::{FileReason, FileRefusal};
use crate::files::sheet::{Notes, Sheet};
use crate::ledger::{Amount, Dimension, DimensionCode};
use std::io::Read;

const DATE: usize = 0;
const SHOP: usize = 1;
const SHIFT: usize = 2;
const CHANNEL: usize = 3;
const SALES: usize = 4;
const RETURNS: usize = 5;
const DISCOUNT: usize = 6;
const ROUNDING: usize = 7;
const ON_ACCOUNT: usize = 13;
const PARTY: usize = 14;
const RECEIVED: usize = 15;
const SHORT_OVER: usize = 16;
const RECEIPTS: usize = 17;
const RATE: usize = 18;
const COST: usize = 19;

/// Columns of money and how it was paid.
const TENDERS: [(usize, Tender); 6] = [
    (8, Tender::Cash),
    (9, Tender::WeChat),
    (10, Tender::Alipay),
    (11, Tender::Card),
    (12, Tender::StoredValue),
    (ON_ACCOUNT, Tender::OnAccount),
];

/// Every column of a file of shop days.
pub const COLUMNS: [Column; 20] = [
    Column::required("营业日期", "date", &["日期"]),
    Column::required("门店编码", "shop", &["门店"]),
    Column::optional("班次", "shift", &[]),
    Column::required("渠道", "channel", &["六进渠道"]),
    Column::required("销售总额", "sales", &["销售额"]),
    Column::optional("退货金额", "returns", &["退货"]),
    Column::optional("折扣金额", "discount", &["折扣"]),
    Column::optional("抹零", "rounding", &[]),
    Column::optional("现金", "cash", &[]),
    Column::optional("微信", "wechat", &[]),
    Column::optional("支付宝", "alipay", &[]),
    Column::optional("银联刷卡", "card", &["刷卡", "银行卡"]),
    Column::optional("消费卡", "stored_value", &["储值卡", "储值卡/消费卡"]),
    Column::optional("挂账", "on_account", &["挂账金额"]),
    Column::optional("挂账单位", "counterparty", &["挂账单位编码"]),
    Column::optional("实收合计", "received", &[]),
    Column::optional("现金长短款", "short_over", &["长短款"]),
    Column::optional("交易笔数", "receipts", &["笔数"]),
    Column::optional("税率", "tax_rate", &["征收率"]),
    Column::optional("销售成本", "cost", &["成本"]),
];

/// 税率 in 1/10,000 where a file, or who sends one, names none: goods of a small-scale payer, 1 %.
pub const RATE_DEFAULT: u32 = 100;

/// What a file of shop days holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadShopDays {
    /// In the file's order; the registers have yet to examine them.
    pub days: Vec<ShopDay>,
    /// The first row of each day.
    pub rows: Vec<u32>,
    pub notes: Notes,
}

/// Reads a file of shop days, whose cells may name what the book has registered.
///
/// # Errors
/// Every row that cannot be read, or whose 实收合计 is not what was paid.
pub fn read_shop_days(reader: impl Read, book: BookNames) -> Result<ReadShopDays, FileRefusal> {
    let names = Names::new(book);
    let mut sheet = Sheet::open(reader, &COLUMNS, SHOP)?;
    let mut read = ReadShopDays { days: Vec::new(), rows: Vec::new(), notes: Notes::default() };
    let (mut refusal, mut open) = (FileRefusal::default(), None::<Open>);
    loop {
        match sheet.advance() {
            Ok(true) => {}
            Ok(false) => break,
            Err(reason) => {
                refusal.add([reason]);
                break;
            }
        }
        match read_row(&sheet, &names) {
            Ok(row) => match open.as_mut().filter(|open| is_same(&open.day, &row.day)) {
                Some(open) => {
                    refusal.add(merge(open, row, &sheet));
                }
                None => {
                    refusal.add(open.replace(row).and_then(|before| finish(before, &mut read)));
                }
            },
            Err(reasons) => {
                if !refusal.add(reasons) {
                    break;
                }
            }
        }
    }
    refusal.add(open.and_then(|open| finish(open, &mut read)));
    refusal.unless_empty()?;
    read.notes = sheet.notes().clone();
    Ok(read)
}

fn is_same(a: &ShopDay, b: &ShopDay) -> bool {
    (&a.shop, a.date, &a.shift) == (&b.shop, b.date, &b.shift)
}

/// A day whose rows are being gathered; each row of its sales names its rate.
struct Open {
    day: ShopDay,
    row: u32,
    /// The first row that leaves the rate empty.
    blank: Option<u32>,
}

/// The whole day; a reason where it cannot be told at which rate a row was sold.
fn finish(open: Open, read: &mut ReadShopDays) -> Option<FileReason> {
    let Open { mut day, row, blank } = open;
    let mixed = settle_rates(&mut day);
    read.days.push(day);
    read.rows.push(row);
    let text = "这一天各行的税率不同，这一行没有填写。请每一行都写明税率。";
    blank.filter(|_| mixed).map(|blank| FileReason::cell(blank, COLUMNS[RATE].chinese, "tax_rate_missing", text))
}

/// The rate that most is sold at becomes the day's, the one written first among equals; rows at another keep their own.
/// Whether there are any.
fn settle_rates(day: &mut ShopDay) -> bool {
    let mut sold: Vec<(u32, i128)> = Vec::new();
    for row in &day.sales {
        let (rate, gross) = (row.tax_basis_points.unwrap_or(day.tax_basis_points), i128::from(row.gross.fen()));
        match sold.iter_mut().find(|(known, _)| *known == rate) {
            Some((_, sum)) => *sum = sum.saturating_add(gross),
            None => sold.push((rate, gross)),
        }
    }
    // `max_by_key` keeps the last of equals.
    let most = sold.iter().rev().max_by_key(|(_, gross)| *gross).map_or(day.tax_basis_points, |(rate, _)| *rate);
    day.tax_basis_points = most;
    for row in &mut day.sales {
        row.tax_basis_points = row.tax_basis_points.filter(|rate| *rate != most);
    }
    sold.len() > 1
}

/// Adds another row of the same day.
fn merge<R: Read>(open: &mut Open, row: Open, sheet: &Sheet<R>) -> Option<FileReason> {
    let too_large = || sheet.refuse(SALES, "amount_too_large", "合计超出系统上限。请核对小数点。");
    open.blank = open.blank.or(row.blank);
    let (day, row) = (&mut open.day, row.day);
    for (sum, part) in [
        (&mut day.cost, row.cost),
        (&mut day.returns, row.returns),
        (&mut day.discount, row.discount),
        (&mut day.rounding, row.rounding),
        (&mut day.short_over, row.short_over),
    ] {
        match sum.checked_add(part) {
            Some(total) => *sum = total,
            None => return Some(too_large()),
        }
    }
    day.receipts = day.receipts.saturating_add(row.receipts);
    day.sales.extend(row.sales);
    for tender in row.tenders {
        let known = day.tenders.iter_mut().find(|known| known.kind == tender.kind && known.counterparty == tender.counterparty);
        match known.map(|known| (known.amount.checked_add(tender.amount), known)) {
            Some((Some(total), known)) => known.amount = total,
            Some((None, _)) => return Some(too_large()),
            None => day.tenders.push(tender),
        }
    }
    None
}

/// One row as a day of its own.
fn read_row<R: Read>(sheet: &Sheet<R>, names: &Names) -> Result<Open, Vec<FileReason>> {
    let mut reasons: Vec<FileReason> = sheet.overflow().into_iter().collect();
    let mut money = |column: usize| {
        let raw = sheet.raw(column);
        cell::amount(raw).map(Option::unwrap_or_default).unwrap_or_else(|trouble| {
            reasons.push(sheet.refuse(column, trouble.code(), trouble.message(raw)));
            Amount::ZERO
        })
    };
    let (sales, returns, discount, rounding) = (money(SALES), money(RETURNS), money(DISCOUNT), money(ROUNDING));
    let (received, short_over, cost) = (money(RECEIVED), money(SHORT_OVER), money(COST));
    let paid = TENDERS.map(|(column, kind)| (kind, money(column)));
    // A percentage with two decimals is a number of basis points.
    let rate = cell::trimmed(sheet.raw(RATE)).trim_end_matches(['%', '％']);
    let blank = rate.is_empty().then(|| sheet.row());
    let rate = if rate.is_empty() { Some(RATE_DEFAULT) } else { cell::amount(rate).ok().flatten().and_then(basis_points) };
    if rate.is_none() {
        reasons.push(sheet.refuse(RATE, "tax_rate_malformed", "看不懂税率。应为 1% 的形式。"));
    }
    let mut code = |column, dimension| code(sheet, column, dimension, names, &mut reasons);
    let (shop, channel) = (code(SHOP, Dimension::Shop), code(CHANNEL, Dimension::Channel));
    let owes = paid.iter().any(|(kind, amount)| *kind == Tender::OnAccount && !amount.is_zero());
    let party = if owes { code(PARTY, Dimension::Counterparty) } else { None };
    let day = date::date(sheet.raw(DATE));
    if day.is_none() {
        reasons.push(sheet.refuse(DATE, "date_malformed", date::hint(sheet.raw(DATE))));
    }
    let receipts = match cell::trimmed(sheet.raw(RECEIPTS)) {
        "" => Some(0),
        text => cell::count(text),
    };
    if receipts.is_none() {
        reasons.push(sheet.refuse(RECEIPTS, "count_malformed", "看不懂交易笔数。应为整数。"));
    }
    let total = crate::ledger::amount::sum(paid.iter().map(|(_, amount)| *amount));
    if !cell::trimmed(sheet.raw(RECEIVED)).is_empty() && total != Some(received) {
        let text = format_args!("实收合计 {received} 与各种收款之和不等。请核对各收款列。");
        reasons.push(sheet.refuse(RECEIVED, "received_differs", text));
    }
    let shift = cell::text(sheet.raw(SHIFT)).map(|text| text.into_owned()).filter(|text| !text.is_empty());
    let tender = |(kind, amount): (Tender, Amount)| TenderAmount {
        amount,
        counterparty: if kind == Tender::OnAccount { party.clone() } else { None },
        kind,
    };
    let (Some(date), Some(shop), Some(channel), Some(rate), Some(receipts)) = (day, shop, channel, rate, receipts) else {
        return Err(reasons);
    };
    let day = ShopDay {
        cost,
        date,
        discount,
        receipts,
        returns,
        rounding,
        sales: vec![ChannelSales { channel, gross: sales, tax_basis_points: Some(rate) }],
        shift: shift.unwrap_or_else(|| SHIFT_DEFAULT.to_owned()),
        shop,
        short_over,
        tax_basis_points: rate,
        tenders: paid.into_iter().filter(|(_, amount)| !amount.is_zero()).map(tender).collect(),
    };
    if reasons.is_empty() { Ok(Open { day, row: sheet.row(), blank }) } else { Err(reasons) }
}

/// A code, or the name of one that the book has registered.
fn code<R: Read>(
    sheet: &Sheet<R>,
    column: usize,
    dimension: Dimension,
    names: &Names,
    reasons: &mut Vec<FileReason>,
) -> Option<DimensionCode> {
    let found = match sheet.text(column) {
        Ok(text) if text.is_empty() => {
            let what = if column == PARTY { "有挂账金额，没有填写挂账单位" } else { "没有填写" };
            Err(("cell_missing", format!("{what}。请填写已登记的{}的编码或名称。", dimension.chinese())))
        }
        Ok(text) => names.code(dimension, &text),
        Err(reason) => {
            reasons.push(reason);
            return None;
        }
    };
    found.map_err(|(code, text)| reasons.push(sheet.refuse(column, code, text))).ok()
}

fn basis_points(percent: Amount) -> Option<u32> {
    u32::try_from(percent.fen()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::names::tests::with_names;

    fn read(bytes: &[u8]) -> Result<ReadShopDays, FileRefusal> {
        let values = [
            (Dimension::Shop, "YX01", "祐溪店"),
            (Dimension::Channel, "shop", "门店零售"),
            (Dimension::Channel, "school", "进校园"),
            (Dimension::Counterparty, "KH-1", "示例小学"),
        ];
        with_names(&values, |book| read_shop_days(bytes, book))
    }

    #[test]
    fn cells_may_be_names_of_the_book() {
        let (by_name, by_code) = (["祐溪店", "门店零售", "进校园", "示例小学"], ["YX01", "shop", "school", "KH-1"]);
        let days = |[shop, retail, school, party]: [&str; 4]| {
            let rows = format!("2025-01-05,{shop},{retail},5,5,,,,,\n2025-01-05,{shop},{school},2,,,2,{party},,\n");
            read(format!("{HEADER}{rows}").as_bytes()).expect("read").days
        };
        assert_eq!(days(by_name), days(by_code));
        assert_eq!(days(by_name).len(), 1);
    }

    #[test]
    fn the_templates_column_of_what_is_owed_is_read_and_who_owes_is_asked_for() {
        let header = HEADER.replace(",挂账,", ",挂账(单位),");
        let read = |party: &str| read(format!("{header}2025-02-03,S1,shop,5,,,5,{party},,\n").as_bytes());
        assert_eq!(read("KH-1").expect("read").days[0].tenders[0].kind, Tender::OnAccount);
        let refusal = read("").expect_err("nobody owes it");
        assert_eq!((refusal.reasons[0].code, refusal.reasons[0].column.as_deref()), ("cell_missing", Some("挂账单位")));
        assert!(refusal.reasons[0].message.contains("有挂账金额，没有填写挂账单位"), "{}", refusal.reasons[0].message);
    }

    const HEADER: &str = "营业日期,门店编码,渠道,销售总额,现金,微信,挂账,挂账单位,实收合计,税率\n";

    #[test]
    fn rows_of_one_day_are_one_day() {
        let text = format!(
            "{HEADER}2025-01-05,S1,shop,\"8,100.00\",1100,7000,,,8100,1%\n2025/1/5,S1,school,2000,,,2000,KH-1,2000,1%\n2025-01-06,S1,shop,5,5,,,,,\n"
        );
        let gb = encoding_rs::GB18030.encode(&text).0;
        let read = read(&gb[..]).expect("read");
        assert_eq!((read.days.len(), read.rows.as_slice()), (2, &[2, 4][..]));
        let day = &read.days[0];
        assert!(day.examine().is_empty(), "{:?}", day.examine());
        assert_eq!((day.sales.len(), day.tenders.len(), day.shift.as_str()), (2, 3, "1"));
        assert_eq!(day.tenders[2].counterparty.as_ref().map(DimensionCode::as_str), Some("KH-1"));
    }

    /// The rates of the rows of one day's file, with sales: the day's, then each row's own.
    fn rates(rows: &[(&str, &str, &str)]) -> (u32, Vec<Option<u32>>) {
        let row = |(channel, sales, rate): &(&str, &str, &str)| format!("2025-02-03,S1,{channel},{sales},{sales},,,,,{rate}\n");
        let read = read(format!("{HEADER}{}", rows.iter().map(row).collect::<String>()).as_bytes()).expect("read");
        let [day] = &read.days[..] else { panic!("{} days", read.days.len()) };
        assert!(day.examine().is_empty(), "{:?}", day.examine());
        (day.tax_basis_points, day.sales.iter().map(|row| row.tax_basis_points).collect())
    }

    #[test]
    fn the_days_rate_is_the_one_that_most_is_sold_at() {
        assert_eq!(rates(&[("shop", "5", "1%"), ("school", "5", "")]), (100, vec![None, None]), "empty is 1 %");
        assert_eq!(rates(&[("shop", "5", "3%"), ("school", "5", "3%")]), (300, vec![None, None]));
        assert_eq!(rates(&[("shop", "5", "0"), ("shop", "80", "1%"), ("school", "6", "1%")]), (100, vec![Some(0), None, None]));
        assert_eq!(
            rates(&[("shop", "30", "1%"), ("shop", "20", "9%"), ("school", "20", "9%")]),
            (900, vec![Some(100), None, None])
        );
        assert_eq!(rates(&[("shop", "5", "9%"), ("shop", "5", "1%")]), (900, vec![None, Some(100)]), "the first of equals");
    }

    /// What a file of one rate a day reads as is a rule: the same file is the same facts, and imports as unchanged.
    #[test]
    fn a_file_of_one_rate_keeps_its_bytes() {
        let text = format!("{HEADER}2025-01-05,S1,shop,3.00,5.00,,,,,1%\n2025-01-05,S1,school,2.00,,,,,,1%\n");
        let read = read(text.as_bytes()).expect("read");
        let bytes = crate::collective::Fact::ShopDayReported(read.days[0].clone()).encode();
        let kept = r#"{"cost":"0.00","date":"2025-01-05","discount":"0.00","receipts":"0","returns":"0.00","rounding":"0.00","sales":[{"channel":"shop","gross":"3.00"},{"channel":"school","gross":"2.00"}],"shift":"1","shop":"S1","short_over":"0.00","tax_basis_points":"100","tenders":[{"amount":"5.00","kind":"cash"}]}"#;
        assert_eq!(String::from_utf8_lossy(&bytes), kept);
    }

    #[test]
    fn refusals_as_one_table() {
        for (row, codes) in [
            ("2025-02-30,S1,shop,5,5,,,,,", vec!["date_malformed"]),
            ("2025-02-03,S 1,,5,5,,,,,", vec!["dimension_unknown", "cell_missing"]),
            ("2025-02-03,S1,shop,5,4,,,,5,", vec!["received_differs"]),
            ("2025-02-03,S1,shop,5,,,5,,,", vec!["cell_missing"]),
            ("2025-02-03,S1,进机关,5,5,,,,,", vec!["dimension_unknown"]),
            ("2025-02-03,S1,shop,5,5,,,,,高", vec!["tax_rate_malformed"]),
            ("2025-02-03,S1,shop,5,5,,,,,\n2025-02-03,S1,school,5,5,,,,,3%", vec!["tax_rate_missing"]),
            (
                "2025-02-03,S1,shop,5,5,,,,,3%\n2025-02-03,S1,school,5,5,,,,,\n2025-02-04,S1,shop,5,5,,,,,",
                vec!["tax_rate_missing"],
            ),
            ("2025-02-03,S1,shop,0.001,5,,,,,", vec!["amount_too_fine"]),
        ] {
            let refusal = read(format!("{HEADER}{row}\n").as_bytes()).expect_err(row);
            assert_eq!(refusal.reasons.iter().map(|r| r.code).collect::<Vec<_>>(), codes, "{row}");
        }
    }
}
