//! The sample county through the importers and out again: every row is taken in, and each exported journal gives
//! the ledger's own balances in the program it is written for (the real hledger and Beancount).

use crate::support::{Program, root};
use cunshe::files::refusal::{FileRefusal, reasons_at, refusal_reasons};
use cunshe::files::{BookNames, Format, JournalWriter, VoucherReader, read_accounts, read_books, read_dimensions, read_openings};
use cunshe::ledger::balance::Movement;
use cunshe::ledger::book::BookProfile;
use cunshe::ledger::voucher::Signatures;
use cunshe::ledger::{AccountCode, Amount, Book, DimensionSet, Draft, Period, Purpose, Side, Voucher, posting};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn sample(path: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/yanhe").join(path);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn people() -> Signatures {
    Signatures { prepared_by: "示例会计".into(), approved_by: "示例主管".into(), ..Signatures::default() }
}

fn names(book: &Book) -> BookNames<'_> {
    BookNames { chart: &book.chart, dimensions: &book.dimensions }
}

/// A book with its accounts, dimensions and first year, and no voucher.
fn opened(profile: BookProfile, accounts: &[u8], dimensions: &[u8]) -> Book {
    let mut book = Book::new(profile);
    book.apply_accounts(&book.profile.standard.accounts());
    let read = read_accounts(accounts, &book.chart).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(reasons_at(1, &read.rows, &book.examine_accounts(&read.accounts)), []);
    book.apply_accounts(&read.accounts);
    let read = read_dimensions(dimensions, &book.dimensions).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(reasons_at(1, &read.rows, &book.examine_dimension_values(&read.values)), []);
    book.apply_dimension_values(&read.values);
    book.apply_year_opened(book.profile.first_period.year());
    book
}

fn post(book: &mut Book, draft: &Draft, first_row: u32, rows: &[u32]) -> Voucher {
    let voucher = posting::accept(book, draft, "cunshe", None)
        .unwrap_or_else(|refusal| panic!("{:?}", refusal_reasons(first_row, rows, &refusal)));
    book.apply_voucher(&voucher);
    voucher
}

fn post_file(book: &mut Book, file: &[u8]) -> Vec<Voucher> {
    // The chart and register stand still while vouchers are posted.
    let (chart, dimensions) = (Arc::clone(&book.chart), Arc::clone(&book.dimensions));
    let names = BookNames { chart: &chart, dimensions: &dimensions };
    let reader = VoucherReader::new(file, names).unwrap_or_else(|refusal| panic!("{refusal}"));
    reader
        .map(|read| {
            let read = read.unwrap_or_else(|reasons| panic!("{reasons:?}"));
            post(book, &read.draft, read.first_row, &read.rows)
        })
        .collect()
}

/// One company of the sample county, posted.
fn company(profile: BookProfile) -> (Book, Vec<Voucher>) {
    let code = profile.code.clone();
    let mut book = opened(profile, &sample(&format!("{code}/accounts.csv")), &sample("dimensions.csv"));
    let first_period = book.profile.first_period;
    let openings = read_openings(&sample(&format!("{code}/openings.csv"))[..], names(&book), first_period, people());
    let opening = openings.unwrap_or_else(|refusal| panic!("{refusal}")).voucher;
    let mut vouchers = vec![post(&mut book, &opening.draft, opening.first_row, &opening.rows)];
    vouchers.extend(post_file(&mut book, &sample(&format!("{code}/vouchers.csv"))));
    (book, vouchers)
}

pub fn county() -> Vec<(Book, Vec<Voucher>)> {
    let books = read_books(&sample("books.csv")[..]).unwrap_or_else(|refusal| panic!("{refusal}"));
    books.into_iter().map(|read| company(read.profile)).collect()
}

pub fn export(format: Format, book: &Book, vouchers: &[Voucher]) -> Vec<u8> {
    let mut writer = JournalWriter::begin(format, Vec::new(), &book.chart, &book.profile).expect("begins");
    for (voucher, seq) in vouchers.iter().zip(1..) {
        writer.voucher(voucher, seq).expect("writes");
    }
    writer.finish().expect("finishes")
}

/// Net balances in fen by account, those of zero left out.
pub fn by_account(vouchers: &[Voucher]) -> BTreeMap<AccountCode, i64> {
    let mut sums: BTreeMap<AccountCode, Movement> = BTreeMap::new();
    for line in vouchers.iter().flat_map(|voucher| &voucher.lines) {
        sums.entry(line.account).or_default().add(Movement::of(line.side, line.amount));
    }
    sums.into_iter().map(|(code, sum)| (code, sum.net().fen())).filter(|(_, fen)| *fen != 0).collect()
}

type Key = (Period, Purpose, AccountCode, DimensionSet);

/// Both sides by everything the ledger keeps balances by.
fn by_everything(vouchers: &[Voucher]) -> BTreeMap<Key, Movement> {
    let mut sums: BTreeMap<Key, Movement> = BTreeMap::new();
    for voucher in vouchers {
        for line in &voucher.lines {
            let key = (voucher.period, voucher.purpose, line.account, line.dimensions.clone());
            sums.entry(key).or_default().add(Movement::of(line.side, line.amount));
        }
    }
    sums
}

/// Runs a program that a Debian package brings; a test that cannot ask it fails.
pub fn run(program: &str, package: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).env("LC_ALL", "C.UTF-8").output();
    let output = output.unwrap_or_else(|error| panic!("{program} does not run ({error}): apt-get install {package}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && err.is_empty(), "{program} {arguments:?}: {}\n{out}\n{err}", output.status);
    out.into_owned()
}

/// The account's code within a full name: the digits its last part begins with.
fn code_in(name: &str) -> AccountCode {
    let last = name.rsplit(':').next().unwrap_or_default();
    let digits: String = last.chars().take_while(char::is_ascii_digit).collect();
    AccountCode::parse(&digits).unwrap_or_else(|| panic!("no code in {name}"))
}

/// Rows `account,amount` as balances in fen.
pub fn balances_of(csv_text: &str) -> BTreeMap<AccountCode, i64> {
    let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(csv_text.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        let number = row[1].trim().trim_end_matches("CNY").trim();
        let number = if number.is_empty() { "0" } else { number };
        (code_in(&row[0]), Amount::parse(number).unwrap_or_else(|_| panic!("an amount: {row:?}")).fen())
    });
    rows.filter(|(_, fen)| *fen != 0).collect()
}

pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("written");
    path
}

/// What hledger makes of a journal, after its strict checks.
fn hledger(folder: &Path, book: &Book, vouchers: &[Voucher]) -> BTreeMap<AccountCode, i64> {
    let path = write(folder, "book.journal", &export(Format::Hledger, book, vouchers));
    let file = path.to_str().expect("a path");
    run("hledger", "hledger", &["-f", file, "check", "--strict"]);
    balances_of(&run("hledger", "hledger", &["-f", file, "balance", "-N", "--flat", "-O", "csv"]))
}

/// What Beancount makes of a journal, after its check.
fn beancount(folder: &Path, book: &Book, vouchers: &[Voucher]) -> BTreeMap<AccountCode, i64> {
    let path = write(folder, "book.beancount", &export(Format::Beancount, book, vouchers));
    let file = path.to_str().expect("a path");
    assert_eq!(run("bean-check", "beancount", &[file]), "");
    let query = "SELECT account, sum(number) GROUP BY account ORDER BY account";
    balances_of(&run("bean-query", "beancount", &["-q", "-f", "csv", file, query]))
}

#[test]
fn every_row_of_the_sample_county_is_taken_in() {
    let counts: Vec<_> = county()
        .iter()
        .map(|(book, vouchers)| {
            let lines = |v: &[Voucher]| v.iter().map(|v| v.lines.len()).sum::<usize>();
            (book.profile.code.clone(), vouchers.len() - 1, lines(&vouchers[1..]), lines(&vouchers[..1]))
        })
        .collect();
    // As examples/yanhe/README.md says: vouchers, lines, opening lines.
    let expected = [("tuanjie", 328, 1547, 53), ("heping", 235, 1006, 35), ("shazi", 217, 915, 35), ("youxi", 247, 1067, 38)];
    assert_eq!(counts, expected.map(|(code, vouchers, lines, opening)| (code.to_owned(), vouchers, lines, opening)));
}

#[test]
fn gb_18030_files_give_the_same_drafts() {
    let (book, _) = company(read_books(&sample("books.csv")[..]).expect("books").remove(3).profile);
    let utf8 = sample("youxi/vouchers.csv");
    let (gb, _, unmappable) = encoding_rs::GB18030.encode(std::str::from_utf8(&utf8).expect("UTF-8"));
    assert!(!unmappable);
    let read = |bytes: &[u8]| VoucherReader::new(bytes, names(&book)).expect("header").collect::<Vec<_>>();
    assert_eq!(read(&utf8), read(&gb));
}

#[test]
fn the_same_accounts_and_dimensions_again_add_nothing() {
    let (book, _) = company(read_books(&sample("books.csv")[..]).expect("books").remove(0).profile);
    let accounts = read_accounts(&sample("tuanjie/accounts.csv")[..], &book.chart).expect("read");
    assert_eq!((accounts.accounts.len(), accounts.unchanged), (0, 70));
    let dimensions = read_dimensions(&sample("dimensions.csv")[..], &book.dimensions).expect("read");
    assert_eq!((dimensions.values.len(), dimensions.unchanged), (0, 456));
}

#[test]
fn an_exported_csv_read_into_an_empty_book_gives_the_same_books() {
    for (book, vouchers) in county() {
        let code = &book.profile.code;
        let csv = export(Format::Csv, &book, &vouchers);
        let mut again = opened(book.profile.clone(), &sample(&format!("{code}/accounts.csv")), &sample("dimensions.csv"));
        let reread = post_file(&mut again, &csv);
        assert_eq!(by_everything(&reread), by_everything(&vouchers), "{code}");
        let told = |vouchers: &[Voucher]| -> Vec<_> {
            let whole =
                |v: &Voucher| (v.number, v.date, v.memo.clone(), v.signatures.clone(), v.attachment_count, v.lines.clone());
            vouchers.iter().map(whole).collect()
        };
        assert_eq!(told(&reread), told(&vouchers), "{code}");
        assert_eq!(export(Format::Csv, &again, &reread), csv, "{code}");
    }
}

#[test]
fn hledger_computes_the_same_balances() {
    let folder = tempfile::tempdir().expect("a folder");
    for (book, vouchers) in county() {
        assert_eq!(hledger(folder.path(), &book, &vouchers), by_account(&vouchers), "{}", book.profile.code);
    }
}

#[test]
fn beancount_computes_the_same_balances() {
    let folder = tempfile::tempdir().expect("a folder");
    for (book, vouchers) in county() {
        assert_eq!(beancount(folder.path(), &book, &vouchers), by_account(&vouchers), "{}", book.profile.code);
    }
}

const NASTY: &[&str] = &[
    "分号; 后面, 标签:值 date:2020-01-01",
    "[2020-01-01] 方括号 [x=1]",
    "引号\"反斜杠\\ 'x' \"\"",
    "两个  空格 | 竖线",
    "* ! (记-9) = 等号",
    "=SUM(A1)+'x",
    "-减号 @ CNY {成本} #标签 ^链接",
    "％ ～ / # ; ! * & 祐𠮷",
    ";",
    "'=1",
];

/// A book whose every text is what some program takes for something else.
fn nasty() -> (Book, Vec<Voucher>) {
    let accounts = "科目编码,科目名称\n100201,\"基本户; 一(二) [三]:四\"\n100202,A·B、c  d\n50010101,名\"x\\\n"
        .replace("50010101", "500101");
    let profile = BookProfile {
        code: "nasty".into(),
        name: "账\"套\\;".into(),
        organisation: "公司; x\"".into(),
        ..read_books(&sample("books.csv")[..]).expect("books").remove(0).profile
    };
    let dimensions = "辅助类别,编码,名称\n社区,-1_a,=甲\n";
    let mut book = opened(profile, accounts.as_bytes(), dimensions.as_bytes());
    let header = "凭证号,日期,摘要,行摘要,科目编码,借方金额,贷方金额,社区,附单据数,制单,审核\n";
    let mut rows = String::new();
    for (number, text) in NASTY.iter().enumerate() {
        let text = format!("\"{}\"", text.replace('"', "\"\""));
        rows.push_str(&format!("{number},2025-01-31,{text},{text},100201,0.10,,=甲,1,{text},李四\n"));
        rows.push_str(&format!("{number},2025-01-31,{text},,500101,,0.20,,1,{text},李四\n"));
        rows.push_str(&format!("{number},2025-01-31,{text},,100202,,-0.10,-1_a,1,{text},李四\n"));
    }
    let vouchers = post_file(&mut book, format!("{header}{rows}").as_bytes());
    (book, vouchers)
}

#[test]
fn no_text_breaks_an_export() {
    let (book, vouchers) = nasty();
    let folder = tempfile::tempdir().expect("a folder");
    let expected = by_account(&vouchers);
    assert_eq!(expected.values().sum::<i64>(), 0);
    assert_eq!(hledger(folder.path(), &book, &vouchers), expected);
    assert_eq!(beancount(folder.path(), &book, &vouchers), expected);
    let mut again = Book::new(book.profile.clone());
    (again.chart, again.dimensions) = (Arc::clone(&book.chart), Arc::clone(&book.dimensions));
    again.apply_year_opened(2025);
    let reread = post_file(&mut again, &export(Format::Csv, &book, &vouchers));
    let told = |vouchers: &[Voucher]| -> Vec<_> {
        vouchers.iter().map(|v| (v.memo.clone(), v.signatures.clone(), v.lines.clone())).collect()
    };
    assert_eq!(told(&reread), told(&vouchers));
}

#[test]
fn a_refused_file_tells_every_row_up_to_a_hundred() {
    let (book, _) = company(read_books(&sample("books.csv")[..]).expect("books").remove(2).profile);
    let text = String::from_utf8(sample("shazi/vouchers.csv")).expect("UTF-8").replace(".00,", ".005,");
    let mut refusal = FileRefusal::default().of_file("vouchers.csv");
    for read in VoucherReader::new(text.as_bytes(), names(&book)).expect("header") {
        if !read.err().is_none_or(|reasons| refusal.add(reasons)) {
            break;
        }
    }
    assert!(refusal.more);
    assert_eq!(refusal.reasons.len(), 100);
    assert!(refusal.reasons.iter().all(|reason| reason.code == "amount_too_fine" && reason.row.is_some()));
    assert!(refusal.to_string().starts_with("文件 vouchers.csv 没有导入"));
}

#[test]
fn sides_are_signed_as_the_ledger_nets_them() {
    let (book, vouchers) = nasty();
    let text = String::from_utf8(export(Format::Hledger, &book, &vouchers[..1])).expect("UTF-8");
    assert_eq!(vouchers[0].lines[2].side, Side::Credit);
    assert!(text.contains("  0.10 CNY") && text.contains("  -0.20 CNY"), "{text}");
    assert!(text.lines().filter(|line| line.contains("  0.10 CNY")).count() == 2, "a red credit is positive: {text}");
}

#[test]
fn every_column_is_documented() {
    use cunshe::files::{accounts, books, dimensions, openings, vouchers};
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/importing.md");
    let text = fs::read_to_string(path).expect("docs/importing.md");
    let tables = [&accounts::COLUMNS[..], &books::COLUMNS, &dimensions::COLUMNS, &openings::COLUMNS, &vouchers::COLUMNS];
    for column in tables.into_iter().flatten() {
        let row = format!("| {} | {} |", column.chinese, column.english);
        assert!(text.contains(&row), "docs/importing.md has no row {row}");
    }
}

#[test]
fn facts_come_in_from_tables_once_and_again_after_they_were_taken_back() {
    let folder = tempfile::tempdir().expect("folder");
    let program = Program::on(folder.path().join("data"));
    let examples = root().join("examples/yanhe");
    let example = |name: &str| examples.join(name).to_str().expect("path").to_owned();
    let table = |name: &str, text: &str| write(folder.path(), name, text.as_bytes()).to_str().expect("path").to_owned();
    program.json(&["init"]);
    program.json(&["import", "books", &example("books.csv")]);
    program.json(&["import", "accounts", &example("heping/accounts.csv"), "--book", "heping"]);
    program.json(&["import", "dimensions", &example("dimensions.csv"), "--book", "heping"]);
    let people = ["--book", "heping", "--by", "甲", "--approved-by", "乙"];
    program.json(&[&["fact", "roles_assigned", &example("roles.json"), "--date", "2025-01-01"][..], &people].concat());
    fn import<'a>(kind: &'a str, file: &'a str) -> Vec<&'a str> {
        vec!["import", "facts", kind, file, "--book", "heping", "--by", "甲", "--approved-by", "乙"]
    }
    let counts = |found: &Value| (found["added"].clone(), found["unchanged"].clone(), found["replayed"].clone());

    let contract = "合同编码,合同种类,签订日期,起始日,到期日,社区,往来,收入类型,付款周期,先付后用,每期金额,押金,决议文号\n\
                    HT-HP-008,租赁,2025-01-01,2025-01-01,2025-12-31,520627002001,CZ-HP-01,02,每月,否,\"¥1,050\",2100,示例决议1号\n";
    let contract = table("合同.csv", contract);
    let money =
        "合同编码,日期,性质,金额,回单号\nHT-HP-008,2025/1/5,押金,2100,示例回单1\nHT-HP-008,2025-01-31,租金,1050.00,示例回单2\n";
    let money = table("收付款.csv", money);
    let (exit, code, message) = program.trouble(&import("money_received", &money));
    assert_eq!((exit, code.as_str()), (10, "contract_unknown"), "{message}");
    let size = || program.json(&["book", "show", "heping"])["size"].clone();
    let before = size();
    let dry = program.json(&[import("contract_signed", &contract), vec!["--dry-run"]].concat());
    assert_eq!((counts(&dry), size()), ((1.into(), 0.into(), false.into()), before));
    // Facts without vouchers have no receipts to give again: the journal tells that they are there.
    for (kind, file, all) in [("contract_signed", &contract, 1), ("money_received", &money, 2)] {
        assert_eq!(counts(&program.json(&import(kind, file))), (all.into(), 0.into(), false.into()), "{kind}");
        let before = size();
        assert_eq!(counts(&program.json(&import(kind, file))), (0.into(), all.into(), true.into()), "{kind}");
        assert_eq!(size(), before);
    }
    let rent = ["report", "voucher", "--book", "heping", "--period", "2025-01", "--number", "记-2"];
    let shown = program.json(&rent);
    assert_eq!(
        (&shown["memo"], &shown["reference"]),
        (&Value::from("租赁合同HT-HP-008：租金（示例回单2）"), &Value::from("money_received/HT-HP-008/示例回单2"))
    );
    let paper = String::from_utf8(program.output(&rent).stdout).expect("UTF-8");
    assert!(paper.contains("来源 合同收付款 HT-HP-008/示例回单2"), "{paper}");

    // One row that cannot be posted: nothing of the file is recorded, and the row is named.
    let bad =
        "合同编码,日期,性质,金额,回单号\nHT-HP-008,2025-02-28,租金,1050,示例回单3\nHT-HP-008,2027-02-28,租金,1050,示例回单4\n";
    let before = size();
    let output = program.output(&import("money_received", &table("坏.csv", bad)));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(10) && text.contains("第 3 行"), "{text}");
    assert_eq!(size(), before);

    // Taken back, and not before it was there, the first file brings in that one again and leaves the other alone.
    let reverse =
        ["reverse", "--book", "heping", "--period", "2025-01", "--number", "记-2", "--prepared-by", "甲", "--approved-by", "乙"];
    let output = program.output(&[&reverse[..], &["--date", "2025-01-30"]].concat());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(10) && text.contains("早于原凭证日期 2025-01-31"), "{text}");
    assert_eq!(size(), before, "the withdrawal is not recorded either");
    program.json(&[&reverse[..], &["--date", "2025-01-31"]].concat());
    assert_eq!(counts(&program.json(&import("money_received", &money))), (1.into(), 1.into(), false.into()));
    assert_eq!(program.trouble(&import("withdrawn", &money)).0, 2);
    assert_eq!(program.json(&["check"])["exit_code"], 0);
}
