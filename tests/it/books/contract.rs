//! On SQLite and on PostgreSQL by the same script: the same bytes on both, nothing half done, nothing doubled.

use super::fixture::{check_is_clean, everything, fixed_keys, open, open_book, period, rent, script, signed};
use crate::support::Postgres;
use cunshe::bookkeeper::{Bookkeeper, Clock, Config, PostError, Posted};
use cunshe::chain::{Checkpoint, VerifierKey};
use cunshe::ledger::{VoucherNumber, Word};
use cunshe::store::DbUrl;
use jiff::civil::Date;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_script_gives_the_same_bytes_on_both_engines() {
    let (folder, postgres) = (tempfile::tempdir().expect("folder"), Postgres::start());
    let mut seen = Vec::new();
    for url in [DbUrl::Sqlite(folder.path().join("a.db")), DbUrl::parse(&postgres.url("same")).expect("url")] {
        let keys = fixed_keys(&folder.path().join(format!("keys{}", seen.len())));
        let books = open(&url, &keys, true).await.expect("opens");
        script(&books).await;
        check_is_clean(&books).await;
        seen.push(everything(&books).await);
        // Proofs and checkpoints for every entry, by the public code alone.
        let view = books.book("demo").expect("book");
        let key = VerifierKey::parse(&view.verifier_key).expect("key");
        let (_, note) = books.checkpoint("demo").await.expect("signed");
        assert_eq!(Checkpoint::open(&note, &key, key.name()).expect("opens").size, view.latest.seq);
        for stored in books.store().entries(view.number, 1, 1_000).await.expect("entries") {
            books.proof("demo", stored.seq).await.expect("proof").verify(&stored.head, &key).expect("verifies");
        }
        books.close().await;
        // A restart finds everything as it was.
        let again = open(&url, &keys, false).await.expect("opens again");
        assert_eq!(everything(&again).await, seen[seen.len() - 1]);
        check_is_clean(&again).await;
        again.close().await;
    }
    assert_eq!(seen[0], seen[1], "SQLite and PostgreSQL differ");
}

/// Requests that are refused, repeated or abandoned, on one engine.
async fn nothing_half_done(url: &DbUrl, keys: &Path) {
    let books = open(url, keys, true).await.expect("opens");
    open_book(&books).await;
    let first = requests_are_whole_or_nothing(&books).await;
    streams_are_whole_or_nothing(&books).await;
    a_voucher_is_reversed_once(&books, first.receipts[1].number).await;
    many_writers_post_once_each(&books).await;
    two_processes_lose_nothing(&books, url, keys).await;
    books.close().await;
    let books = open(url, keys, false).await.expect("opens");
    assert_eq!(books.book("demo").expect("book").book.next_serial(period(4), Word::General), 81);
    check_is_clean(&books).await;
    books.close().await;
}

async fn requests_are_whole_or_nothing(books: &Bookkeeper) -> Posted {
    let first = books.post("demo", "one", vec![rent(1, 100), rent(1, 200)]).await.expect("posted");
    let head = books.book("demo").expect("book").latest;
    // The same request again; the same key for something else.
    let again = books.post("demo", "one", vec![rent(1, 100), rent(1, 200)]).await.expect("replayed");
    assert_eq!((&again.receipts, again.replayed), (&first.receipts, true));
    let taken = books.post("demo", "one", vec![rent(1, 100)]).await.expect_err("taken");
    assert!(matches!(taken, PostError::KeyTaken { first: Some(first_receipt), .. } if *first_receipt == first.receipts[0]));
    // One bad voucher in a batch: all of them are refused, and the bad one is named.
    let mut bad = rent(1, 300);
    bad.lines.truncate(1);
    let refused = books.post("demo", "two", vec![rent(1, 1), bad, rent(1, 2)]).await.expect_err("refused");
    let PostError::Refused(refused) = refused else { panic!("{refused:?}") };
    assert_eq!(refused[0].index, 1);
    assert_eq!(books.book("demo").expect("book").latest, head);
    first
}

async fn streams_are_whole_or_nothing(books: &Bookkeeper) {
    let head = books.book("demo").expect("book").latest;
    // A stream that is refused in its last chunk, and one that is abandoned.
    for spoiled in [true, false] {
        let (chunks, received) = tokio::sync::mpsc::channel(4);
        let sender = tokio::spawn(async move {
            let _ = chunks.send((1..500).map(|fen| rent(1, fen)).collect()).await;
            if spoiled {
                let mut bad = rent(1, 1);
                bad.memo.clear();
                let _ = chunks.send(vec![bad]).await;
                let _ = chunks.send(Vec::new()).await;
            }
        });
        let error = books.stream("demo", "file", received).await.expect_err("not posted");
        assert!(matches!((spoiled, &error), (true, PostError::Refused(_)) | (false, PostError::Abandoned)), "{error:?}");
        sender.await.expect("sender");
        assert_eq!(books.book("demo").expect("book").latest, head);
    }
    // A whole stream, then the same key again.
    for whole in [true, false] {
        let (chunks, received) = tokio::sync::mpsc::channel(4);
        tokio::spawn(async move {
            for first in 0..3 {
                let _ = chunks.send((1..400).map(|fen| rent(1, first * 400 + fen)).collect()).await;
            }
            let _ = chunks.send(Vec::new()).await;
        });
        match books.stream("demo", "file", received).await {
            Ok(count) => assert_eq!((whole, count), (true, 1_197)),
            Err(error) => assert!(!whole && matches!(error, PostError::KeyTaken { .. }), "{error:?}"),
        }
    }
}

async fn a_voucher_is_reversed_once(books: &Bookkeeper, number: VoucherNumber) {
    // Once, and linked both ways.
    let reversal =
        books.reverse("demo", (period(1), number), "r1", Date::constant(2025, 1, 31), signed()).await.expect("reversed");
    let twice = books.reverse("demo", (period(1), number), "r2", Date::constant(2025, 1, 31), signed()).await.expect_err("twice");
    assert!(
        matches!(&twice, PostError::Refused(refused) if refused[0].refusal.reasons[0].rule.code() == "already_reversed"),
        "{twice:?}"
    );
    let view = books.book("demo").expect("book");
    let original = books.voucher(&view, period(1), number).await.expect("read").expect("there");
    assert_eq!(original.reversed_by, Some(reversal.receipts[0].seq));
    let back = books.voucher_at(&view, reversal.receipts[0].seq).await.expect("read").expect("there");
    assert_eq!(back.voucher.reverses.expect("link").seq, original.seq);
    check_is_clean(books).await;
}

/// Sixty-four writers, each request sent up to four times: exactly once (R10, R11 in small).
async fn many_writers_post_once_each(books: &Bookkeeper) {
    let tasks: Vec<_> = (0..64_i64)
        .map(|writer| {
            let books = books.clone();
            tokio::spawn(async move {
                for number in 0..16_i64 {
                    // The same request up to four times at once.
                    let send = |_| {
                        let (books, key) = (books.clone(), format!("w{writer}-{number}"));
                        tokio::spawn(async move { books.post("demo", &key, vec![rent(3, writer * 100 + number + 1)]).await })
                    };
                    let sent: Vec<_> = (0..(writer + number) % 4 + 1).map(send).collect();
                    let mut receipts = Vec::new();
                    for one in sent {
                        receipts.push(one.await.expect("sent").expect("posted").receipts);
                    }
                    assert!(receipts.windows(2).all(|pair| pair[0] == pair[1]));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("writer");
    }
    let view = books.book("demo").expect("book");
    assert_eq!(view.book.next_serial(period(3), Word::General), 64 * 16 + 1, "every request once, numbers without a gap");
    check_is_clean(books).await;
}

/// Two processes on the same books: nothing lost, nothing doubled.
async fn two_processes_lose_nothing(books: &Bookkeeper, url: &DbUrl, keys: &Path) {
    let other = open(url, keys, false).await.expect("a second process");
    let post = |books: Bookkeeper, name: &'static str| {
        tokio::spawn(async move {
            for number in 0..40_i64 {
                books.post("demo", &format!("{name}-{number}"), vec![rent(4, number + 1)]).await.expect("posted");
            }
        })
    };
    let (a, b) = (post(books.clone(), "a"), post(other.clone(), "b"));
    a.await.expect("a");
    b.await.expect("b");
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_half_done_on_sqlite() {
    let folder = tempfile::tempdir().expect("folder");
    nothing_half_done(&DbUrl::Sqlite(folder.path().join("a.db")), &fixed_keys(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_half_done_on_postgres() {
    let (folder, postgres) = (tempfile::tempdir().expect("folder"), Postgres::start());
    nothing_half_done(&DbUrl::parse(&postgres.url("half")).expect("url"), &fixed_keys(folder.path())).await;
}

/// R9: clocks that jump, the year's end and a leap day change neither order nor chain, and days are the books' own.
#[tokio::test(flavor = "multi_thread")]
async fn clocks_may_jump_and_the_chain_does_not_care() {
    let folder = tempfile::tempdir().expect("folder");
    let (url, keys) = (DbUrl::Sqlite(folder.path().join("a.db")), fixed_keys(folder.path()));
    let day = 24 * 3600 * 1_000_000_u64;
    // 2024-02-29 and 2024-12-31, both 23:59:59.999999 UTC+8; far ahead; back to 1970; 2025.
    let (leap, year_end) = (1_709_222_399_999_999, 1_735_660_799_999_999);
    let times = [leap, leap + 1, year_end, year_end + 1, year_end + 4_000 * day, 0, 1_750_000_000_000_000];
    let mut recorded = Vec::new();
    for (number, now) in (0_i64..).zip(times) {
        let mut config = Config::new(url.clone(), keys.clone());
        (config.create, config.clock) = (number == 0, Clock::steady(now, 0));
        let books = Bookkeeper::open(config).await.expect("opens");
        if number == 0 {
            open_book(&books).await;
        }
        let posted = books.post("demo", &format!("k{number}"), vec![rent(1, number + 1)]).await.expect("posted");
        recorded.push(posted.receipts[0].recorded_at);
        check_is_clean(&books).await;
        books.close().await;
    }
    let highest = times.iter().scan(0, |highest, now| {
        *highest = (*now).max(*highest);
        Some(*highest)
    });
    assert_eq!(recorded, highest.collect::<Vec<_>>(), "time that runs backwards stands still");
    for (now, today) in [(leap, "2024-02-29"), (leap + 1, "2024-03-01"), (year_end, "2024-12-31"), (year_end + 1, "2025-01-01")] {
        assert_eq!(Clock::steady(now, 0).today().to_string(), today);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_is_never_signed_again() {
    let folder = tempfile::tempdir().expect("folder");
    let (url, keys) = (DbUrl::Sqlite(folder.path().join("a.db")), fixed_keys(folder.path()));
    let books = open(&url, &keys, true).await.expect("opens");
    open_book(&books).await;
    books.post("demo", "one", vec![rent(1, 100)]).await.expect("posted");
    books.checkpoint("demo").await.expect("signed");
    books.close().await;
    std::fs::copy(folder.path().join("a.db"), folder.path().join("backup.db")).expect("backup");
    let books = open(&url, &keys, false).await.expect("opens");
    books.post("demo", "two", vec![rent(1, 200)]).await.expect("posted");
    books.checkpoint("demo").await.expect("signed");
    books.close().await;
    // The old database under the newer signature: readable, but no posting and no signing.
    let restored = open(&DbUrl::Sqlite(folder.path().join("backup.db")), &keys, false).await.expect("opens");
    assert!(restored.is_forked("demo"));
    assert!(matches!(restored.post("demo", "three", vec![rent(1, 300)]).await, Err(PostError::Forked)));
    assert!(restored.checkpoint("demo").await.is_err());
    let view = restored.book("demo").expect("book");
    assert!(restored.trial_balance(&view, Bookkeeper::whole_range(&view), None).await.is_ok());
    assert!(!restored.check().await.expect("checked")[0].findings.is_empty(), "the self check says so too");
    restored.close().await;
}

/// Both migration files say the same, but for the engines' own type names.
#[test]
fn both_schemas_are_one_schema() {
    let tables = |engine: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("migrations/{engine}/0001_books.sql"));
        let text = std::fs::read_to_string(path).expect("migration");
        let tables = text.split("-- Posted is posted").next().expect("tables").to_owned();
        let plain = tables.replace(" STRICT, WITHOUT ROWID", "").replace(" STRICT", "").replace("INTEGER", "BIGINT");
        plain.replace("BLOB", "BYTEA").replace(" COLLATE \"C\"", "")
    };
    assert_eq!(tables("sqlite"), tables("postgres"));
}
