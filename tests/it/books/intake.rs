//! Files whose facts are held against the books: judged by row before anything is recorded, and what stands is told.

use super::fixture::{check_is_clean, fixed_keys, open, signed};
use super::intercompany::{YEAR_END, company};
use cunshe::bookkeeper::Bookkeeper;
use cunshe::bookkeeper::intake::{FileKind, Imported, Intake, IntakeError};
use cunshe::files::facts::schema::kinds;
use cunshe::files::refusal::FileRefusal;
use cunshe::store::DbUrl;
use std::io::Cursor;

async fn take_in(books: &Bookkeeper, kind: &str, text: &str, dry_run: bool) -> Result<Imported, FileRefusal> {
    let kind = FileKind::Facts(kinds().iter().find(|one| one.word == kind).expect("a kind"));
    let intake = Intake { kind, signatures: signed(), date: Some(YEAR_END), dry_run };
    books.take_in("demo", Cursor::new(text.to_owned()), intake).await.map_err(|error| match error {
        IntakeError::Refused(refusal) => refusal,
        IntakeError::Post(error) => panic!("{error:?}"),
    })
}

/// Row and code of each reason.
fn places(refusal: &FileRefusal) -> Vec<(Option<u32>, &'static str)> {
    refusal.reasons.iter().map(|reason| (reason.row, reason.code)).collect()
}

/// Resolutions of 2025, each with its code, its profit and what it says was there before.
fn resolutions(rows: &[(&str, &str, &str, &str)]) -> String {
    let mut text = "决议编码,决议文号,决议日期,净利润,此前未分配利润,注册资本,已提法定公积,分配利润\n".to_owned();
    for (code, profit, before, reserve) in rows {
        text.push_str(&format!("{code},示例决议{code},2025-12-31,{profit},{before},60000.00,{reserve},300.00\n"));
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_held_against_the_books_before_anything_is_recorded() {
    let folder = tempfile::tempdir().expect("folder");
    let books = open(&DbUrl::Sqlite(folder.path().join("a.db")), &fixed_keys(folder.path()), true).await.expect("opens");
    company(&books).await;
    let size = || books.book("demo").expect("book").latest.seq;
    let before = size();
    let wrong = resolutions(&[("R1", "5000.01", "1000.00", "0.00")]);
    for dry_run in [true, false] {
        let refusal = take_in(&books, "dividend_resolved", &wrong, dry_run).await.expect_err("refused");
        assert_eq!((places(&refusal), refusal.recorded), (vec![(Some(2), "dividend_figures_differ")], 0), "{refusal}");
        assert!(refusal.to_string().starts_with("文件没有导入，一行也没有记账；须改正 1 处："), "{refusal}");
    }
    let right = resolutions(&[("R1", "5000.00", "1000.00", "0.00")]);
    let judged = take_in(&books, "dividend_resolved", &right, true).await.expect("judged");
    assert_eq!((judged.added, size()), (1, before), "a dry run records nothing");
    books.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_several_resolutions_tells_which_of_them_stand() {
    let folder = tempfile::tempdir().expect("folder");
    let books = open(&DbUrl::Sqlite(folder.path().join("a.db")), &fixed_keys(folder.path()), true).await.expect("opens");
    company(&books).await;
    // The books after the first: its reserve and its dividend are taken.
    let first = ("R1", "5000.00", "1000.00", "0.00");
    let wrong = resolutions(&[first, ("R2", "5000.00", "1000.00", "0.00")]);
    let refusal = take_in(&books, "dividend_resolved", &wrong, false).await.expect_err("refused");
    assert_eq!((places(&refusal), refusal.recorded), (vec![(Some(3), "dividend_figures_differ")], 1), "{refusal}");
    assert!(refusal.to_string().starts_with("文件没有全部导入：前 1 项已经登记"), "{refusal}");
    let figures = books.dividend_figures(&books.book("demo").expect("book"), YEAR_END).await.expect("figures");
    let [profit, earlier, reserve] =
        [figures.net_profit, figures.undistributed_before, figures.statutory_reserve_before].map(|one| one.to_string());
    let mended = resolutions(&[first, ("R2", &profit, &earlier, &reserve)]);
    let imported = take_in(&books, "dividend_resolved", &mended, false).await.expect("imported");
    assert_eq!((imported.added, imported.unchanged), (1, 1));
    check_is_clean(&books).await;
    books.close().await;
}
