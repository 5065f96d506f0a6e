//! 结转 in other programs: closing vouchers clear every result account, so an income statement leaves them out by their tag.
//! The real hledger and Beancount then show the books' own profit.

use crate::files::{balances_of, by_account, county, export, run, write};
use crate::support::Program;
use cunshe::files::Format;
use cunshe::ledger::{AccountCode, Amount, Book, Element, Purpose, Voucher};
use std::collections::BTreeMap;
use std::path::Path;

/// What result accounts come to in fen, debit positive.
type Results = BTreeMap<AccountCode, i64>;

/// As the books count: ordinary vouchers alone.
fn own(book: &Book, vouchers: &[Voucher]) -> Results {
    let ordinary: Vec<Voucher> = vouchers.iter().filter(|voucher| voucher.purpose == Purpose::Ordinary).cloned().collect();
    let element = |code: &AccountCode| book.chart.get(code).map(|account| account.element);
    let is_result = |code: &AccountCode| matches!(element(code), Some(Element::Income | Element::Expense));
    by_account(&ordinary).into_iter().filter(|(code, _)| is_result(code)).collect()
}

/// hledger's income statement, and its last line: the profit.
fn hledger(journal: &Path, query: &[&str]) -> (Results, i64) {
    let file = journal.to_str().expect("a path");
    let csv = run("hledger", "hledger", &[&["-f", file, "incomestatement", "--flat", "-O", "csv"], query].concat());
    let (mut results, mut net, mut sign) = (Results::new(), 0, 0);
    // A statement of nothing has no second column.
    for row in csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes()).records() {
        let row = row.expect("a row");
        let amount = row.get(1).unwrap_or_default();
        match &row[0] {
            "Revenues" => sign = -1,
            "Expenses" => sign = 1,
            "Net:" => net = fen(amount),
            name if amount.ends_with(" CNY") && name != "total" => {
                let one = balances_of(&format!("account,balance\n\"{name}\",{amount}\n"));
                results.extend(one.into_iter().map(|(code, fen)| (code, sign * fen)));
            }
            _ => {}
        }
    }
    (results, net)
}

/// hledger leaves a sum of nothing empty.
fn fen(cell: &str) -> i64 {
    let number = cell.trim_end_matches("CNY").trim();
    if number.is_empty() { 0 } else { Amount::parse(number).unwrap_or_else(|_| panic!("an amount: {cell}")).fen() }
}

/// What Beancount's result accounts come to; Fava's box takes the same filter as `-#carry_forward`.
fn beancount(file: &Path, from: &str) -> Results {
    let query =
        format!("SELECT account, sum(number) {from} WHERE account ~ '^(Income|Expenses):' GROUP BY account ORDER BY account");
    balances_of(&run("bean-query", "beancount", &["-q", "-f", "csv", file.to_str().expect("a path"), &query]))
}

const WITHOUT_CLOSING: &str = "FROM NOT 'carry_forward' IN tags";

#[test]
fn income_statements_without_closing_vouchers_are_the_books_own() {
    let folder = tempfile::tempdir().expect("a folder");
    for (book, vouchers) in county() {
        let own = own(&book, &vouchers);
        assert!(own.len() > 3, "{}: {own:?}", book.profile.code);
        let file = write(folder.path(), "book.journal", &export(Format::Hledger, &book, &vouchers));
        let (results, net) = hledger(&file, &["not:tag:结转"]);
        assert_eq!((results, net), (own.clone(), -own.values().sum::<i64>()), "{}", book.profile.code);
        let file = write(folder.path(), "book.beancount", &export(Format::Beancount, &book, &vouchers));
        assert_eq!(run("bean-check", "beancount", &[file.to_str().expect("a path")]), "");
        assert_eq!(beancount(&file, WITHOUT_CLOSING), own, "{}", book.profile.code);
    }
}

/// Of a whole company: nothing without the filter, the year's profit with it.
pub fn profit_is_seen_by_other_programs(program: &Program, book: &str, profit: i64) {
    let exported = |format: &str, ending: &str| {
        let out = program.data.join(format!("{book}.{ending}"));
        program.json(&["export", "journal", "--book", book, "--format", format, "--out", out.to_str().expect("path")]);
        out
    };
    let journal = exported("hledger", "journal");
    assert_eq!(hledger(&journal, &[]).1, 0, "{book}: closing vouchers leave nothing");
    assert_eq!(hledger(&journal, &["not:tag:结转"]).1, profit, "{book}");
    let file = exported("beancount", "beancount");
    assert_eq!(beancount(&file, "").values().sum::<i64>(), 0, "{book}: closing vouchers leave nothing");
    assert_eq!(beancount(&file, WITHOUT_CLOSING).values().sum::<i64>(), -profit, "{book}");
}
