//! A book is opened in one commit, or not at all; one that an earlier version left half opened is finished.

use super::fixture::{fixed_keys, open, period};
use crate::support::Program;
use cunshe::ledger::book::BookProfile;
use cunshe::ledger::chart::ChartStandard;
use cunshe::store::DbUrl;
use std::process::Stdio;
use std::time::Duration;
use uuid::Uuid;

const OPEN: [&str; 11] =
    ["book", "open", "zc", "--name", "示例", "--organisation", "示例公司", "--first-period", "2025-01", "--by", "示例甲"];

/// The book as `book show` has it; `None` where there is none.
fn shown(program: &Program) -> Option<serde_json::Value> {
    let output = program.output(&["book", "show", "zc", "--json"]);
    output.status.success().then(|| serde_json::from_slice(&output.stdout).expect("JSON"))
}

#[test]
fn killed_while_opening_leaves_a_whole_book_or_none() {
    let folder = tempfile::tempdir().expect("folder");
    for cycle in 0..12_u64 {
        let program = Program::on(folder.path().join(format!("data{cycle}")));
        program.json(&["init"]);
        let mut child = program.command().args(OPEN).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
        std::thread::sleep(Duration::from_millis(cycle * 12));
        let _ = child.kill();
        let _ = child.wait();
        match shown(&program) {
            Some(book) => {
                assert_eq!((&book["size"], book["periods"].as_array().map(Vec::len)), (&3.into(), Some(12)), "{cycle}");
            }
            None => drop(program.json(&OPEN)),
        }
        assert_eq!(program.json(&["check"])["exit_code"], 0, "{cycle}");
    }
}

/// The database refuses the book's second or third entry: the first does not stand either, and nothing is in the way later.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_cannot_be_written_leaves_no_book() {
    for entry in 1..=3 {
        let folder = tempfile::tempdir().expect("folder");
        let program = Program::on(folder.path());
        program.json(&["init"]);
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("cunshe.db"));
        let pool = sqlx::SqlitePool::connect_with(options).await.expect("opens");
        let fault =
            format!("CREATE TRIGGER fault BEFORE INSERT ON entry WHEN NEW.seq = {entry} BEGIN SELECT RAISE(ABORT, 'fault'); END");
        sqlx::query(sqlx::AssertSqlSafe(fault)).execute(&pool).await.expect("a fault");
        assert_eq!(program.trouble(&OPEN).0, 12, "entry {entry}");
        assert_eq!(program.json(&["book", "list"]), serde_json::json!([]), "entry {entry}");
        sqlx::query("DROP TRIGGER fault").execute(&pool).await.expect("mended");
        pool.close().await;
        program.json(&OPEN);
        assert_eq!(shown(&program).expect("a book")["size"], 3);
        assert_eq!(program.json(&["check"])["exit_code"], 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_opened_book_is_named_and_finished() {
    // What an earlier version left: the profile alone, with its chart, or with a year that somebody opened by hand.
    for stood in [&[0][..], &[0, 1], &[0, 2]] {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("data");
        std::fs::create_dir_all(&data).expect("folder");
        let keys = fixed_keys(&data);
        let books = open(&DbUrl::Sqlite(data.join("cunshe.db")), &keys, true).await.expect("opens");
        let profile = BookProfile {
            code: "zc".into(),
            name: "示例".into(),
            organisation: "示例公司".into(),
            standard: ChartStandard::SmallEnterprise2013,
            first_period: period(1),
            attachments_required: false,
        };
        let opening = books.opening(profile, "示例甲").expect("declarations");
        let half = stood.iter().map(|index| opening[*index].clone()).collect();
        books.open_with(Uuid::from_u128(7), half).await.expect("half");
        let checks = books.check().await.expect("checked");
        assert!(checks[0].findings[0].message.contains("一半"), "{checks:?}");
        books.close().await;

        let program = Program::on(&data);
        // Under another name it is another book, and the code is taken.
        let mut other = OPEN;
        other[4] = "别的";
        let output = program.output(&other);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(10) && text.contains("名称“示例”"), "what was opened is told: {text}");
        let file = data.join("books.csv");
        let row = "zc,示例,示例公司,small_enterprise_2013,2025-01,no\n";
        std::fs::write(&file, format!("code,name,organisation,chart,first_period,attachments_required\n{row}")).expect("file");
        let path = file.to_str().expect("path");
        if stood.len() == 1 {
            assert_eq!(program.json(&["import", "books", path, "--by", "示例甲"])["added"], 1);
        } else {
            program.json(&OPEN);
        }
        let book = shown(&program).expect("a book");
        assert_eq!((&book["size"], book["periods"].as_array().map(Vec::len)), (&3.into(), Some(12)));
        assert_eq!(program.json(&["check"])["exit_code"], 0);
        assert_eq!(program.json(&["import", "books", path, "--by", "示例甲"])["unchanged"], 1);
        assert_eq!(program.trouble(&OPEN).1, "book_already_opened");
    }
}
