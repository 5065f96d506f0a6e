//! The sample county through the program itself: the article's figures to the fen, recomputed from posted lines, and
//! how the command line answers when it cannot do what it is asked.

use crate::closing::profit_is_seen_by_other_programs;
use crate::support::{Program, Service, root};
use cunshe::collective::registers::Listing;
use cunshe::collective::subjects::listings;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const BOOKS: [&str; 4] = ["tuanjie", "heping", "shazi", "youxi"];

/// Sums of `expected.csv` in fen, by name and scope.
type Expected = BTreeMap<(String, String), i64>;

#[test]
fn shop_days_come_in_once_and_a_bad_file_not_at_all() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let program = Program::on(&data);
    let sample = root().join("examples/yanhe");
    let file = |name: &str| sample.join(name).to_str().expect("path").to_owned();
    program.json(&["init"]);
    program.json(&["import", "books", &file("books.csv")]);
    program.json(&["import", "accounts", &file("shazi/accounts.csv"), "--book", "shazi"]);
    program.json(&["import", "dimensions", &file("dimensions.csv"), "--book", "shazi"]);
    let days = file("shazi/shop_days.csv");
    let import = ["import", "shop-days", &days, "--book", "shazi", "--by", "甲", "--approved-by", "乙"];
    let (exit, code, message) = program.trouble(&import);
    assert_eq!((exit, code.as_str()), (10, "role_without_account"), "{message}");
    let signed = ["--book", "shazi", "--by", "甲", "--approved-by", "乙", "--date", "2025-01-01"];
    program.json(&[&["fact", "roles_assigned", &file("roles.json")][..], &signed].concat());

    let text = std::fs::read_to_string(&days).expect("sample");
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, text.replacen("0.00,1%", "0.01,1%", 1)).expect("written");
    let bad = bad.to_str().expect("path").to_owned();
    let (exit, code, message) = program.trouble(&["import", "shop-days", &bad, "--book", "shazi"]);
    assert_eq!((exit, code.as_str()), (10, "received_differs"), "{message}");
    let first = program.json(&import);
    assert_eq!((&first["added"], &first["unchanged"]), (&Value::from(379), &Value::from(0)));
    let again = program.json(&import);
    assert_eq!(
        (&again["added"], &again["unchanged"], &again["replayed"]),
        (&Value::from(0), &Value::from(379), &Value::from(true))
    );
    // A day that says something else is refused: it is taken back first.
    let other = folder.path().join("other.csv");
    let row = "2025-03-31,SZ01,1,lingshou,5.05,5.05,,,,,,5.05,1%,,,,示例";
    std::fs::write(&other, format!("{}\n{row}\n", text.lines().next().expect("header"))).expect("written");
    let (exit, code, _) = program.trouble(&["import", "shop-days", other.to_str().expect("path"), "--book", "shazi"]);
    assert_eq!((exit, code.as_str()), (10, "shop_day_duplicate"));
    let shops = program.json(&["register", "shops", "--book", "shazi", "--day", "2025-12-31"]);
    assert_eq!(shops["rows"][0]["shop"], "SZ01");
    assert_eq!(program.json(&["check"])["exit_code"], 0);
}

/// 分 of an amount as text.
fn fen(text: &str) -> i64 {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (yuan, cents) = digits.split_once('.').expect("two decimals");
    let fen = yuan.parse::<i64>().expect("yuan") * 100 + cents.parse::<i64>().expect("cents");
    if negative { -fen } else { fen }
}

/// The figures the sample says must come out: (name, scope) -> fen.
fn expected() -> Expected {
    let text = std::fs::read_to_string(root().join("examples/yanhe/expected.csv")).expect("expected.csv");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        ((cells[0].to_owned(), cells[1].to_owned()), fen(cells[2]))
    };
    text.lines().skip(1).map(row).collect()
}

/// A posted line as the exported journal shows it.
struct Posted {
    account: String,
    /// Credit less debit, in 分.
    fen: i64,
    dimensions: BTreeMap<String, String>,
    ordinary: bool,
}

fn posted_lines(program: &Program, book: &str) -> Vec<Posted> {
    let out = program.data.join(format!("{book}.csv"));
    program.json(&["export", "journal", "--book", book, "--format", "csv", "--out", out.to_str().expect("path")]);
    let mut reader = csv::Reader::from_path(&out).expect("csv");
    let headers: Vec<String> =
        reader.headers().expect("headers").iter().map(|h| h.trim_start_matches('\u{feff}').to_owned()).collect();
    let place = |name: &str| headers.iter().position(|header| header == name).unwrap_or_else(|| panic!("column {name}"));
    let (account, debit, credit, purpose) = (place("科目编码"), place("借方金额"), place("贷方金额"), place("用途"));
    let dimensions = ["社区", "门店", "渠道", "收入类型"].map(|name| (name, place(name)));
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.expect("record");
        let amount = |at: usize| if record[at].is_empty() { 0 } else { fen(&record[at]) };
        let carried = dimensions
            .iter()
            .filter(|(_, at)| !record[*at].is_empty())
            .map(|(name, at)| ((*name).to_owned(), record[*at].to_owned()));
        lines.push(Posted {
            account: record[account].to_owned(),
            fen: amount(credit) - amount(debit),
            dimensions: carried.collect(),
            ordinary: &record[purpose] == "普通",
        });
    }
    lines
}

#[test]
fn the_articles_figures_come_out_to_the_fen() {
    let folder = tempfile::tempdir().expect("folder");
    let program = Program::on(folder.path().join("data"));
    let demo = program.json(&["demo", "--no-serve"]);
    assert_eq!(demo["income_by_community"]["total"], "2377500.00");
    let expected = expected();
    reports_say_what_is_expected(&program, &expected);
    posted_lines_say_the_same(&program, &expected);
    shop_statements_say_the_same(&program, &expected);
    for book in BOOKS {
        profit_is_seen_by_other_programs(&program, book, resolved_profit(book));
    }
    one_company_reaches_the_threshold(&program);
    a_package_of_the_county_verifies(&program, &folder.path().join("package"));
    // A second start finds everything in place.
    let before = program.json(&["book", "list"]);
    program.json(&["demo", "--no-serve"]);
    assert_eq!(program.json(&["book", "list"]), before);
    let check = program.json(&["check"]);
    assert_eq!(check["exit_code"], 0);
    // The refund of a deposit that was taken before the books began is the one typed voucher on an account of a register.
    for book in check["books"].as_array().expect("books") {
        assert_eq!(book["remarks"], json!(["科目 224102 另填凭证净额 5000.00 元（借方为正），不在台账里"]), "{}", book["book"]);
    }
}

/// The profit that a company resolved on at the end of 2025: the books took it because it is their own.
fn resolved_profit(book: &str) -> i64 {
    let mut rows = csv::Reader::from_path(root().join("examples/yanhe").join(book).join("dividends.csv")).expect("csv");
    let row = rows.records().map(|row| row.expect("a row")).find(|row| &row[2] == "2025-12-31").expect("a resolution");
    fen(&row[3])
}

fn reports_say_what_is_expected(program: &Program, expected: &Expected) {
    let agrees = |row: &Value, scope: String| {
        let found = fen(row["total"].as_str().expect("total"));
        assert_eq!(Some(&found), expected.get(&("集体经济收入".into(), scope.clone())), "{scope}");
    };
    let by_community = program.json(&["report", "income-by-community"]);
    let rows = by_community["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 27);
    for row in rows {
        agrees(row, format!("社区={}", row["community"].as_str().expect("code")));
    }
    for (group_by, scope) in [("month", "月份"), ("income_type", "收入类型")] {
        let table = program.json(&["report", "income-by-community", "--group-by", group_by]);
        for group in table["groups"].as_array().expect("groups") {
            agrees(group, format!("{scope}={}", group["code"].as_str().expect("code")));
        }
    }
}

/// The article's sums and the shops' figures again, from nothing but the posted lines.
fn posted_lines_say_the_same(program: &Program, expected: &Expected) {
    let lines: Vec<_> = BOOKS.iter().flat_map(|book| posted_lines(program, book)).collect();
    let sum = |wanted: &dyn Fn(&str, &BTreeMap<String, String>) -> bool| -> i64 {
        lines.iter().filter(|line| line.ordinary && wanted(&line.account, &line.dimensions)).map(|line| line.fen).sum()
    };
    let income = |account: &str| ["5001", "5051", "5111", "5301"].iter().any(|code| account.starts_with(code));
    assert_eq!(sum(&|account, carried| income(account) && carried.contains_key("社区")), 237_750_000);
    assert_eq!(sum(&|account, _| account == "500102"), 102_980_000);
    assert_eq!(sum(&|account, carried| account == "500101" && carried.contains_key("门店")), 243_000_000);
    assert_eq!(sum(&|account, carried| account.starts_with('5') && carried.contains_key("门店")), 43_200_000);
    for ((name, scope), wanted) in expected {
        let Some(shop) = scope.strip_prefix("门店=") else { continue };
        let sales = name == "超市销售额";
        let found = sum(&|account, carried| {
            carried.get("门店").is_some_and(|code| code == shop)
                && if sales { account == "500101" } else { account.starts_with('5') }
        });
        assert_eq!(found, *wanted, "{name} {scope}");
    }
}

/// The statement of the shops, however it is split.
fn shop_statements_say_the_same(program: &Program, expected: &Expected) {
    for by in ["shop", "month", "channel"] {
        let table = program.json(&["report", "shop-profit", "--by", by]);
        let profit = fen(table["total"]["profit"].as_str().expect("profit"));
        assert_eq!(Some(&profit), expected.get(&("超市利润".into(), "合计".into())));
        let mut profits: BTreeMap<String, [i64; 2]> = BTreeMap::new();
        for row in table["rows"].as_array().expect("rows") {
            let figure = |name: &str| fen(row[name].as_str().expect("figure"));
            assert_eq!(figure("gross_profit"), figure("sales") - figure("cost"), "{row}");
            assert_eq!(figure("profit"), figure("gross_profit") + figure("other_income") - figure("expenses"), "{row}");
            let sums = profits.entry(row["shop"].as_str().expect("code").to_owned()).or_default();
            *sums = [sums[0] + figure("sales"), sums[1] + figure("profit")];
        }
        assert_eq!(profits.len(), 5);
        for (shop, [sales, profit]) in profits {
            let wanted = |name: &str| expected.get(&(name.to_owned(), format!("门店={shop}"))).copied();
            assert_eq!((Some(sales), Some(profit)), (wanted("超市销售额"), wanted("超市利润")), "{shop} by {by}");
        }
    }
    let one = program.json(&["report", "shop-profit", "--book", "shazi", "--shop", "SZ01", "--by", "month", "--from", "2025-03"]);
    assert_eq!(one["rows"].as_array().map(Vec::len), Some(10), "{one}");
    assert_eq!((&one["rows"][0]["shop"], &one["rows"][0]["part"]), (&Value::from("SZ01"), &Value::from("2025-03")));
}

/// 2025: only the company with two shops goes over 300,000 a quarter; exactly as the sample says.
fn one_company_reaches_the_threshold(program: &Program) {
    for book in BOOKS {
        for month in ["02", "05", "08", "11"] {
            let gauge = program.json(&["report", "vat-gauge", "--book", book, "--day", &format!("2025-{month}-15")]);
            assert_eq!(gauge["reached"], book == "tuanjie", "{book}: {gauge}");
        }
    }
    assert_eq!(program.trouble(&["report", "vat-gauge", "--book", "tuanjie", "--day", "2020-01-01"]).1, "threshold_unknown");
}

/// An auditor with nothing but the keys and the package.
fn a_package_of_the_county_verifies(program: &Program, package: &Path) {
    let out = package.to_str().expect("path");
    program.json(&["export", "package", "--out", out]);
    let verify = |code: i32| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cunshe-verify"));
        command.arg(out).arg("--json");
        for book in BOOKS {
            command.arg("--key").arg(program.data.join(format!("{book}.vkey")));
        }
        let output = command.output().expect("runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), &report["exit_code"]), (Some(code), &Value::from(code)), "{report:#}");
        report
    };
    let report = verify(0);
    let steps = report["books"].as_array().into_iter().flatten().filter_map(|book| book["steps"].as_array()).flatten();
    assert_eq!(steps.filter(|step| step["step"] == "台账之外" && step["status"] == "not_checked").count(), BOOKS.len());
    // One digit of a shop's day, which is a fact and no voucher.
    let bodies = package.join("tuanjie/bodies/000");
    let whole = std::fs::read(&bodies).expect("readable");
    let at = whole.windows(9).position(|bytes| bytes == b"\"gross\":\"").expect("a shop day in the first bundle") + 9;
    let mut spoiled = whole.clone();
    spoiled[at] = if spoiled[at] == b'9' { b'8' } else { b'9' };
    std::fs::write(&bodies, spoiled).expect("written");
    verify(5);
    std::fs::write(&bodies, whole).expect("restored");
    verify(0);
}

/// Numbers in the file are those that the books gave, and most vouchers are in no file.
fn typed_vouchers_have_the_numbers_of_the_file(program: &Program, book: &str) {
    let journal = program.data.join("journal.csv");
    program.json(&["export", "journal", "--book", book, "--format", "csv", "--out", journal.to_str().expect("path")]);
    let numbered = |path: &std::path::Path| -> BTreeMap<String, String> {
        let mut reader = csv::Reader::from_path(path).expect("csv");
        let records = reader.records().map(|record| record.expect("record"));
        let plain = |number: &str| number.split('-').map(|part| part.trim_start_matches('0')).collect::<Vec<_>>().join("-");
        records.map(|record| (plain(&record[0]), format!("{} {}", &record[1], &record[3]))).collect()
    };
    let (given, written) = (numbered(&journal), numbered(&root().join("examples/yanhe").join(book).join("vouchers.csv")));
    for (number, voucher) in &written {
        assert_eq!(given.get(number), Some(voucher), "{book} {number}");
    }
    assert!(given.len() > 4 * written.len(), "{book}: {} vouchers of {} were typed", written.len(), given.len());
}

/// What programs get of a register is what it declares.
fn every_field_is_declared(listing: &Listing, rows: &Value) {
    for row in rows.as_array().expect("rows") {
        for key in row.as_object().expect("a row").keys() {
            assert!(listing.fields.iter().any(|field| field.key == *key), "{}: {key}", listing.word);
        }
        let missing = listing.fields.iter().find(|field| !field.optional && row.get(&*field.key).is_none());
        assert!(missing.is_none(), "{}: {missing:?} is not there", listing.word);
    }
}

/// The registers come from facts alone, the accounts from vouchers: they tell the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_registers_say_the_accounts_say() {
    let folder = tempfile::tempdir().expect("folder");
    let program = Program::on(folder.path().join("data"));
    program.json(&["demo", "--no-serve"]);
    let service = program.serve();
    for book in BOOKS {
        let trial = service.json(&format!("books/{book}/trial-balance")).await;
        let mut registers = BTreeMap::new();
        for listing in listings() {
            let name = listing.word;
            let shown = service.json(&format!("books/{book}/registers/{name}?day=2025-12-31")).await;
            every_field_is_declared(listing, &shown["rows"]);
            registers.insert(name, shown["rows"].clone());
        }
        let closing = |code: &str| {
            let rows = trial["rows"].as_array().expect("rows");
            let side = |row: &Value, side: &str| fen(row["closing"][side].as_str().expect("amount"));
            let of = |row: &&Value| row["account"].as_str() == Some(code);
            rows.iter().filter(of).map(|row| side(row, "debit") - side(row, "credit")).sum::<i64>()
        };
        let register = |name: &str| registers[name].clone();
        let sum = |rows: &Value, field: &str| -> i64 {
            rows.as_array().expect("rows").iter().map(|row| fen(row[field].as_str().expect("amount"))).sum()
        };
        let shops = register("shops");
        assert_eq!(sum(&shops, "wechat_in_transit"), closing("101201"), "{book}: 微信在途");
        assert_eq!(sum(&shops, "alipay_in_transit"), closing("101202"), "{book}: 支付宝在途");
        assert_eq!(sum(&register("shares"), "paid_in"), -closing("300101"), "{book}: 社区出资");
        assert_eq!(sum(&register("dividends"), "owed"), -closing("223201"), "{book}: 应付社区利润");
        let custody = register("custody");
        let kept = custody.as_array().expect("rows").iter().filter(|row| row["use"] != "gone").cloned().collect();
        assert_eq!(sum(&Value::Array(kept), "original_value"), closing("9001"), "{book}: 受托代管资产");
        // What contracts owe stands on two accounts, by their kind.
        let ageing = register("contract_ageing");
        assert_eq!(sum(&ageing, "total"), closing("122101") + closing("112202"), "{book}: 应收租金、应收服务款");
        for (name, field, account, sign, what) in [
            ("goods", "stock", "140501", 1, "门店商品"),
            ("goods", "margin", "140701", -1, "商品进销差价"),
            ("suppliers", "total", "220201", -1, "应付货款"),
            ("receivables", "total", "112201", 1, "应收货款"),
            ("consignments", "owed", "220202", -1, "应付代销款"),
            ("treasury", "owed", "224101", -1, "应缴国有资产出租收入"),
            ("funds", "unreleased", "240101", -1, "项目补助"),
            ("funds", "left", "100202", 1, "项目专户"),
            ("stakes", "cost", "151101", 1, "参股投资"),
            ("fixed_assets", "cost", "160101", 1, "固定资产"),
            ("fixed_assets", "accumulated", "160201", -1, "累计折旧"),
            ("working_funds", "left", "9003", 1, "代管社区工作经费"),
        ] {
            assert_eq!(sum(&register(name), field), sign * closing(account), "{book}: {what}");
        }
        let tills = register("tills");
        let cash = sum(&tills, "cash_carried") + sum(&tills, "cash_taken") - sum(&tills, "cash_banked");
        // 800.00 of the company's own petty cash stand beside the shops'.
        assert_eq!(cash + 80_000, closing("1001"), "{book}: 库存现金");
        let cards = sum(&tills, "cards_carried") + sum(&tills, "cards_sold") - sum(&tills, "cards_used");
        assert_eq!(cards, -closing("220302"), "{book}: 消费卡");
        assert_eq!(sum(&register("working_funds"), "short"), 0, "{book}: no floor is missed");
        assert_eq!(closing("220301"), 0, "{book}: what was paid in advance was earned within the year");
        assert_eq!(register("due"), Value::Array(Vec::new()), "{book}: nothing is left to accrue");
        typed_vouchers_have_the_numbers_of_the_file(&program, book);
    }
    let shops = service.json("registers/shops?day=2025-12-31").await;
    let rows = shops["rows"].as_array().expect("rows").iter().map(|row| (row["book"].as_str(), row["shop"].as_str()));
    let wanted = [("heping", "HP01"), ("shazi", "SZ01"), ("tuanjie", "TJ01"), ("tuanjie", "TJ02"), ("youxi", "YX01")];
    assert_eq!(rows.collect::<Vec<_>>(), wanted.map(|(book, shop)| (Some(book), Some(shop))), "all books at once");
    assets_of_the_sample(&program, &service, folder.path()).await;
}

/// What a square metre earns, and that the sample's roles are enough for a disposal, after which the books still check.
async fn assets_of_the_sample(program: &Program, service: &Service, folder: &Path) {
    let custody = service.json("books/tuanjie/registers/custody?day=2025-12-31").await;
    let row = custody["rows"].as_array().and_then(|rows| rows.iter().find(|row| row["asset"] == "DG-TJ-02")).expect("a row");
    let told = [&row["contract"], &row["yearly_rent"], &row["monthly_rent_per_square_metre"], &row["since"]];
    assert_eq!(told, ["HT-TJ-018", "24000.00", "23.26", "2025-02-15"], "24,000 / 12 / 86");
    let sold = folder.join("sold.json");
    let record = serde_json::json!({ "asset": "SB-TJ-03", "date": "2025-12-31", "document": "示例处置批复1号",
        "proceeds": "100000.00", "reason": "sold" });
    std::fs::write(&sold, record.to_string()).expect("written");
    let signed = ["--book", "tuanjie", "--by", "示例甲", "--approved-by", "示例乙", "--date", "2025-12-31"];
    program.json(&[&["fact", "fixed_asset_disposed", sold.to_str().expect("path")][..], &signed].concat());
    program.json(&["check"]);
}

#[test]
fn a_file_is_posted_once_and_a_bad_one_not_at_all() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let program = Program::on(&data);
    let sample = root().join("examples/yanhe");
    let file = |name: &str| sample.join(name).to_str().expect("path").to_owned();
    program.json(&["init"]);
    program.json(&["import", "books", &file("books.csv")]);
    for (what, name) in [("accounts", "shazi/accounts.csv"), ("dimensions", "dimensions.csv"), ("openings", "shazi/openings.csv")]
    {
        program.json(&["import", what, &file(name), "--book", "shazi"]);
    }
    let dry = program.json(&["import", "vouchers", &file("shazi/vouchers.csv"), "--book", "shazi", "--dry-run"]);
    assert_eq!((&dry["added"], &dry["dry_run"]), (&Value::from(217), &Value::from(true)));
    let size = || program.json(&["book", "show", "shazi"])["size"].clone();
    let before = size();

    // One wrong amount in the last voucher: nothing of the file is posted, and the row is named.
    let text = std::fs::read_to_string(sample.join("shazi/vouchers.csv")).expect("sample");
    let last = text.lines().count();
    let spoiled: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(index, line)| if index + 1 == last { line.replacen(".", "9.", 1) } else { line.to_owned() })
        .collect();
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, spoiled.join("\n")).expect("written");
    let (exit, code, _) = program.trouble(&["import", "vouchers", bad.to_str().expect("path"), "--book", "shazi"]);
    assert_eq!((exit, code.as_str()), (10, "unbalanced"));
    assert_eq!(size(), before);

    let first = program.json(&["import", "vouchers", &file("shazi/vouchers.csv"), "--book", "shazi"]);
    assert_eq!((&first["added"], &first["replayed"]), (&Value::from(217), &Value::from(false)));
    let after = size();
    // The same bytes under another name are the same file.
    let copy = folder.path().join("copy.csv");
    std::fs::write(&copy, &text).expect("written");
    let again = program.json(&["import", "vouchers", copy.to_str().expect("path"), "--book", "shazi"]);
    assert_eq!(
        (&again["added"], &again["replayed"], &again["unchanged"]),
        (&Value::from(0), &Value::from(true), &Value::from(217))
    );
    assert_eq!(size(), after);
    assert_eq!(program.json(&["check"])["exit_code"], 0);
}

#[test]
fn every_trouble_has_its_code_and_says_what_to_do() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let program = Program::on(&data);
    let nowhere = program.trouble(&["book", "list"]);
    assert_eq!((nowhere.0, nowhere.1.as_str()), (12, "cannot_open"), "{}", nowhere.2);
    program.json(&["init"]);
    let open = |first_period| {
        ["book", "open", "demo", "--name", "示例", "--organisation", "示例", "--first-period", first_period, "--by", "甲"]
    };
    assert_eq!(program.trouble(&open("2025-13")).0, 2);
    program.json(&open("2025-01"));
    let table: &[(&[&str], i32, &str)] = &[
        (&open("2025-01"), 10, "book_already_opened"),
        (&["book", "show", "nobody"], 11, "book_unknown"),
        (&["report", "voucher", "--book", "demo", "--period", "2025-01", "--number", "记-1"], 11, "voucher_unknown"),
        (&["report", "voucher", "--book", "demo", "--period", "2025-01", "--number", "记1"], 2, "usage"),
        (&["report", "account-lines", "--book", "demo", "--account", "9999"], 11, "account_unknown"),
        (&["account", "close", "--book", "demo", "1001", "--by", "甲"], 10, "official_account_locked"),
        (&["book", "close", "demo", "2025-02", "--by", "甲"], 10, "period_not_next"),
        (&["book", "open-year", "demo", "2027", "--by", "甲"], 10, "period_not_next"),
        (&["import", "vouchers", "missing.csv", "--book", "demo"], 12, "file_unreadable"),
        (&["import", "vouchers", "missing.csv"], 2, "usage"),
        (&["serve", "--listen", "0.0.0.0:0"], 12, "not_loopback"),
        (&["--db", "mysql://x", "book", "list"], 2, "usage"),
        (&["export", "proof", "--book", "demo", "--seq", "99", "--out", "x"], 11, "entry_unknown"),
        (
            &[
                "reverse",
                "--book",
                "demo",
                "--period",
                "2025-01",
                "--number",
                "记-9",
                "--date",
                "2025-01-31",
                "--prepared-by",
                "甲",
                "--approved-by",
                "乙",
            ],
            10,
            "reversed_unknown",
        ),
    ];
    for (arguments, exit, code) in table {
        let found = program.trouble(arguments);
        assert_eq!((found.0, found.1.as_str()), (*exit, *code), "{arguments:?}: {}", found.2);
        assert!(found.2.ends_with(['。', '：']), "{}", found.2);
    }
    // A busy port, found before anything else is done.
    let busy = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = busy.local_addr().expect("address").to_string();
    assert_eq!(program.trouble(&["serve", "--listen", &address]).1, "port_busy");
    // Another key in the place of the right one, no key at all, and a file that is no database.
    let key = data.join("keys/installation.key");
    let right = std::fs::read(&key).expect("key");
    let zeros = "0".repeat(63);
    std::fs::write(&key, format!("origin cunshe.example/yanhe\nsecret {zeros}1\n")).expect("written");
    assert_eq!(program.trouble(&["book", "list"]).1, "key_wrong");
    std::fs::write(&key, "nonsense").expect("written");
    assert_eq!(program.trouble(&["book", "list"]).1, "key_malformed");
    std::fs::remove_file(&key).expect("removed");
    assert_eq!(program.trouble(&["book", "list"]).1, "key_missing");
    std::fs::write(&key, right).expect("written");
    assert_eq!(program.json(&["check"])["exit_code"], 0);
    let other = folder.path().join("other");
    std::fs::create_dir_all(&other).expect("folder");
    std::fs::write(other.join("cunshe.db"), "这不是数据库，只是一个文本文件。".repeat(100)).expect("written");
    assert_eq!(Program::on(&other).trouble(&["book", "list"]).1, "database_corrupt");
}
