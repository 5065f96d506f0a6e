//! Merchants' files through the program: bills become shop days and vouchers, movements become settlements, and what was in
//! transit is back at zero. A consumer's bill is a finding and nothing else.

use crate::support::{Program, root};
use serde_json::{Value, json};
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

pub const WECHAT_BILL: &str = "\
交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注
`2025-01-05 09:00:01,`wx示例,`190000,`0,`,`1,`S1,`u,`MICROPAY,`SUCCESS,`OTHERS,`CNY,`101.00,`0.00,`0,`0,`0.00,`0.00,`,`,`示例,`,`0.60600,`0.60%,`101.00,`0.00,`
`2025-01-06 09:00:00,`wx示例,`190000,`0,`,`2,`S2,`u,`MICROPAY,`SUCCESS,`OTHERS,`CNY,`30.30,`0.00,`0,`0,`0.00,`0.00,`,`,`示例,`,`0.18180,`0.60%,`30.30,`0.00,`
`2025-01-06 09:05:00,`wx示例,`190000,`0,`,`3,`S3,`u,`MICROPAY,`REVOKED,`OTHERS,`CNY,`0.00,`0.00,`0,`0,`0.00,`0.00,`,`,`示例,`,`0.00000,`0.60%,`0.00,`0.00,`
`2025-01-07 10:00:00,`wx示例,`190000,`0,`,`2,`S2,`u,`MICROPAY,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5,`6,`10.10,`0.00,`ORIGINAL,`SUCCESS,`示例,`,`-0.06060,`0.60%,`0.00,`10.10,`
总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额
`4,`131.30,`10.10,`0.00,`0.72720,`131.30,`10.10
";

pub const WECHAT_FUNDS: &str = "\
记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号
`2025-01-05 09:00:01,`1,`1,`交易,`交易,`收入,`101.00,`101.00,`system,`示例,`1
`2025-01-05 09:00:01,`1,`2,`扣除交易手续费,`扣除交易手续费,`支出,`0.61,`100.39,`system,`示例,`1
`2025-01-06 03:00:00,`2,`3,`提现,`提现,`支出,`100.39,`0.00,`system,`示例,`2
`2025-01-06 09:00:00,`3,`4,`交易,`交易,`收入,`30.30,`30.30,`system,`示例,`3
`2025-01-06 09:00:00,`3,`5,`扣除交易手续费,`扣除交易手续费,`支出,`0.18,`30.12,`system,`示例,`3
`2025-01-07 10:00:00,`4,`6,`退款,`退款,`支出,`10.10,`20.02,`system,`示例,`4
`2025-01-07 10:00:00,`4,`7,`手续费退款,`手续费退款,`收入,`0.06,`20.08,`system,`示例,`4
`2025-01-08 03:00:00,`5,`8,`提现,`提现,`支出,`20.08,`0.00,`system,`示例,`5
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`8,`3,`131.36,`5,`131.36
";

pub const ALIPAY_BILL: &str = "\
#支付宝业务明细查询
#账号：[2088示例]
#起始日期：[2025年01月05日 00:00:00]   终止日期：[2025年01月06日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注
1\t,S1\t,交易\t,祐溪示例,2025-01-05 10:00:00,2025-01-05 10:00:05,\t,\t,\t,\t,*示例(1**)\t,50.50,50.50,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,0.00,0.00,
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共50.50元，商家优惠共0.00元
#退款合计：0笔，商家实收退款共0.00元，商家优惠退款共0.00元
#导出时间：[2025年01月06日 07:27:37]
";

pub const ALIPAY_FUNDS: &str = "\
#支付宝账务明细查询
#账号：[2088示例]
#-----------------------------------------账务明细列表----------------------------------------
账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注
3\t,3\t,\t,示例,2025-01-06 08:00:00,\t,0.00,-50.20,0.00,支付宝,提现,
2\t,2\t,S1\t,祐溪示例,2025-01-05 10:00:05,\t,0.00,-0.30,50.20,支付宝,收费,
1\t,1\t,S1\t,祐溪示例,2025-01-05 10:00:05,示例(1**)\t,50.50,0.00,50.50,支付宝,在线支付,
#----------------------------------------账务明细列表结束-------------------------------------
#支出合计：2笔，共50.50元
#收入合计：1笔，共50.50元
#导出时间：[2025年01月07日 13:19:01]
";

pub const PERSONAL_WECHAT: &str = "\
微信支付账单明细,,,,,,,,,,
微信昵称：[示例],,,,,,,,,,
----------------------微信支付账单明细列表--------------------,,,,,,,,,,
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注
2025-01-05 19:29:00,二维码收款,示例,收款方备注:二维码收款,收入,¥23.00,零钱,已收钱,1,/\t,/
";

/// A company's book with its shops, accounts and 科目对应, and a folder for files.
pub struct Company {
    folder: tempfile::TempDir,
    pub program: Program,
}

impl Company {
    pub fn open() -> Company {
        let folder = tempfile::tempdir().expect("folder");
        let program = Program::on(folder.path().join("data"));
        let sample = root().join("examples/yanhe");
        let file = |name: &str| text(&sample.join(name));
        program.json(&["init"]);
        program.json(&["import", "books", &file("books.csv")]);
        program.json(&["import", "accounts", &file("shazi/accounts.csv"), "--book", "shazi"]);
        program.json(&["import", "dimensions", &file("dimensions.csv"), "--book", "shazi"]);
        let signed = ["--book", "shazi", "--by", "甲", "--approved-by", "乙", "--date", "2025-01-01"];
        program.json(&[&["fact", "roles_assigned", &file("roles.json")][..], &signed].concat());
        Company { folder, program }
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }

    pub fn arguments<'a>(what: &'a str, path: &'a str) -> Vec<&'a str> {
        let mut all = vec!["import", what, path, "--book", "shazi", "--shop", "SZ01", "--by", "甲", "--approved-by", "乙"];
        if what.ends_with("bill") {
            all.extend(["--channel", "lingshou", "--tax-basis-points", "100"]);
        }
        all
    }

    fn import(&self, what: &str, path: &Path) -> Value {
        self.program.json(&Company::arguments(what, &text(path)))
    }

    fn refused(&self, what: &str, path: &Path) -> (i32, String, String) {
        self.program.trouble(&Company::arguments(what, &text(path)))
    }

    fn size(&self) -> Value {
        self.program.json(&["book", "show", "shazi"])["size"].clone()
    }

    /// What the shop has in transit, by the register.
    pub fn in_transit(&self, platform: &str) -> Value {
        let shops = self.program.json(&["register", "shops", "--book", "shazi", "--day", "2025-01-31"]);
        shops["rows"][0][format!("{platform}_in_transit")].clone()
    }

    /// The last running balance of an account.
    fn balance(&self, account: &str) -> String {
        let page = self.program.json(&["report", "account-lines", "--book", "shazi", "--account", account]);
        page["lines"].as_array().and_then(|lines| lines.last()).expect("lines")["balance"].as_str().expect("text").to_owned()
    }
}

pub fn text(path: &Path) -> String {
    path.to_str().expect("path").to_owned()
}

pub fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// Files as a platform packs them.
pub fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("begun");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("finished").into_inner()
}

pub fn counts(imported: &Value) -> Value {
    json!([imported["added"], imported["unchanged"], imported["replayed"]])
}

#[test]
fn bills_and_movements_bring_transit_back_to_zero() {
    let company = Company::open();
    let bill = company.write("wechat.csv", WECHAT_BILL.as_bytes());
    let funds = company.write("funds.csv", WECHAT_FUNDS.as_bytes());
    // Without the days nothing is in transit that could be paid out.
    assert_eq!(company.refused("wechat-funds", &funds).1, "settlement_exceeds_transit");
    let before = company.size();
    let dry = company.program.json(&[&Company::arguments("wechat-bill", &text(&bill))[..], &["--dry-run"]].concat());
    assert_eq!((&dry["added"], company.size()), (&json!(3), before));

    let imported = company.import("wechat-bill", &bill);
    assert_eq!(counts(&imported), json!([3, 0, false]));
    let remarks = imported["notes"]["remarks"].to_string();
    assert!(remarks.contains("0.73") && remarks.contains("第一处在第 4 行"), "{remarks}");
    assert_eq!(company.balance("101201"), "121.20");
    // 131.30 less a refund of 10.10, at 1 %: red on the day of the refund.
    assert_eq!((company.balance("500101"), company.balance("222101")), ("-120.00".into(), "-1.20".into()));

    assert_eq!(counts(&company.import("wechat-funds", &funds)), json!([4, 0, false]));
    assert_eq!(company.in_transit("wechat"), "0.00");
    let balances = ["101201", "100201", "560301"].map(|account| company.balance(account));
    assert_eq!(balances, ["0.00", "120.47", "0.73"]);

    let alipay = company.write("alipay.csv", &gb(ALIPAY_BILL));
    let alipay_funds = company.write("alipay_funds.csv", &gb(ALIPAY_FUNDS));
    assert_eq!(counts(&company.import("alipay-bill", &alipay)), json!([1, 0, false]));
    assert_eq!(counts(&company.import("alipay-funds", &alipay_funds)), json!([2, 0, false]));
    assert_eq!((company.in_transit("alipay"), company.balance("101202")), (json!("0.00"), "0.00".into()));

    // The same files again are the same facts, packed as they were downloaded or not.
    let size = company.size();
    for (what, path, count) in
        [("wechat-bill", &bill, 3), ("wechat-funds", &funds, 4), ("alipay-bill", &alipay, 1), ("alipay-funds", &alipay_funds, 2)]
    {
        assert_eq!(counts(&company.import(what, path)), json!([0, count, true]), "{what}");
    }
    let whole = packed(&[("汇总.csv", &gb("示例")), ("明细.csv", &gb(ALIPAY_BILL))]);
    let packed_files = [("wechat-bill", packed(&[("bill.csv", WECHAT_BILL.as_bytes())]), 3), ("alipay-bill", whole, 1)];
    for (what, bytes, count) in packed_files {
        assert_eq!(counts(&company.import(what, &company.write("bill.zip", &bytes))), json!([0, count, true]), "{what}");
    }
    assert_eq!(company.size(), size);
    assert_eq!(company.program.json(&["check"])["exit_code"], 0);
}

#[test]
fn files_that_say_something_else_are_refused_whole() {
    let company = Company::open();
    let bill = company.write("wechat.csv", WECHAT_BILL.as_bytes());
    let path = text(&bill);
    let mut arguments = Company::arguments("wechat-bill", &path);
    arguments[6] = "SZ99";
    assert_eq!(company.program.trouble(&arguments).1, "dimension_unknown");
    company.import("wechat-bill", &bill);
    let size = company.size();
    let other = WECHAT_BILL.replace("`30.30", "`31.31").replace("`131.30", "`132.31");
    let edited = WECHAT_BILL.replace("`30.30", "`31.31");
    let again = company.write("bill.csv", WECHAT_BILL.as_bytes());
    for (what, name, bytes, code) in [
        ("wechat-bill", "other.csv", other.as_bytes(), "shop_day_duplicate"),
        ("wechat-bill", "edited.csv", edited.as_bytes(), "summary_differs"),
        ("wechat-bill", "personal.csv", PERSONAL_WECHAT.as_bytes(), "personal_bill"),
        ("wechat-funds", "personal.csv", PERSONAL_WECHAT.as_bytes(), "personal_bill"),
        ("alipay-bill", "personal.csv", PERSONAL_WECHAT.as_bytes(), "personal_bill"),
        ("alipay-funds", "personal.csv", PERSONAL_WECHAT.as_bytes(), "personal_bill"),
        ("alipay-bill", "wechat.csv", WECHAT_BILL.as_bytes(), "header_missing"),
        ("wechat-bill", "two.zip", &packed(&[("a.csv", b""), ("b.csv", b"")]), "zip_entries"),
        ("wechat-bill", "personal.zip", &packed(&[("a.csv", PERSONAL_WECHAT.as_bytes())]), "personal_bill"),
    ] {
        let (exit, found, message) = company.refused(what, &company.write(name, bytes));
        assert_eq!((exit, found.as_str()), (10, code), "{what} {name}: {message}");
    }
    // The same file for another shop of the book.
    let path = text(&again);
    let mut arguments = Company::arguments("wechat-bill", &path);
    arguments[6] = "沙 子";
    assert_eq!(company.program.trouble(&arguments).0, 2);
    arguments[6] = "TJ01";
    let (exit, code, message) = company.program.trouble(&arguments);
    assert_eq!((exit, code.as_str()), (10, "bill_in_other_shop"), "{message}");
    assert_eq!(company.size(), size);

    // A typed day has Alipay money of the same shop and day: the bill would count it again.
    let typed = "营业日期,门店编码,渠道,销售总额,支付宝\n2025-01-05,SZ01,lingshou,9.00,9.00\n";
    let typed = text(&company.write("typed.csv", typed.as_bytes()));
    let days = |path| ["import", "shop-days", path, "--book", "shazi", "--by", "甲", "--approved-by", "乙"];
    company.program.json(&days(&typed));
    let alipay = company.write("alipay.csv", ALIPAY_BILL.as_bytes());
    assert_eq!(company.refused("alipay-bill", &alipay).1, "tender_reported");
    // The other way round: the bill has the WeChat money of that day.
    let typed = "营业日期,门店编码,班次,渠道,销售总额,微信\n2025-01-05,SZ01,2,门店零售,9.00,9.00\n";
    let typed = text(&company.write("typed.csv", typed.as_bytes()));
    assert_eq!(company.program.trouble(&days(&typed)).1, "tender_reported");
}

#[test]
fn a_refund_that_came_back_is_in_transit_again() {
    let company = Company::open();
    let kept = |text: &str, rows: &[&str]| {
        let rows = text.lines().filter(|line| !line.starts_with('`') || rows.iter().any(|row| line.contains(row)));
        rows.map(|line| format!("{line}\n")).collect::<String>()
    };
    // One payment of 101.00 and a refund of 10.10 under way, which is closed three days later.
    let bill = kept(WECHAT_BILL, &["`101.00,`0.00,`0,`0", "`REFUND"]).replace("`ORIGINAL,`SUCCESS", "`ORIGINAL,`PROCESSING");
    let bill = bill + "`2,`101.00,`10.10,`0.00,`0.54540,`101.00,`10.10\n";
    let funds = kept(WECHAT_FUNDS, &["`101.00,`101.00", "`10.10,"]).replace("`20.02", "`90.90");
    let closed = "`2025-01-10 10:00:00,`9,`9,`退款,`退款关闭,`收入,`10.10,`101.00,`system,`示例,`9\n资金流水总笔数";
    let funds = funds.replace("资金流水总笔数", closed) + "`3,`2,`111.10,`1,`10.10\n";

    let funds = company.write("funds.csv", funds.as_bytes());
    let early = company.import("wechat-funds", &funds);
    assert_eq!(counts(&early), json!([0, 0, false]));
    assert!(early["notes"]["remarks"].to_string().contains("退款关闭 1 笔 10.10 元（2025-01-10）"), "{early}");
    company.import("wechat-bill", &company.write("bill.csv", bill.as_bytes()));
    assert_eq!(company.in_transit("wechat"), "90.90");
    let imported = company.import("wechat-funds", &funds);
    assert_eq!((counts(&imported), company.in_transit("wechat")), (json!([1, 0, false]), json!("101.00")));
    assert!(imported["notes"]["remarks"].to_string().contains("退款关闭 1 笔 10.10 元"), "{imported}");
    assert_eq!(company.balance("500101"), "-100.00");
    assert_eq!(counts(&company.import("wechat-funds", &funds)), json!([0, 1, true]));
    // A bill of that day counts beside it.
    let day = kept(WECHAT_BILL, &["`30.30,`0.00,`0,`0"]).replace("2025-01-06", "2025-01-10");
    let day = day + "`1,`30.30,`0.00,`0.00,`0.18180,`30.30,`0.00\n";
    assert_eq!(counts(&company.import("wechat-bill", &company.write("day.csv", day.as_bytes()))), json!([1, 0, false]));
    assert_eq!(company.program.json(&["check"])["exit_code"], 0);
}
