//! What one voucher costs in each room, and what group commit brings: ratios within one run are what counts.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use cunshe::bookkeeper::{Bookkeeper, Clock, Config};
use cunshe::journal::{Event, Latest, entry};
use cunshe::ledger::book::{Book, BookProfile};
use cunshe::ledger::chart::ChartStandard;
use cunshe::ledger::voucher::{Signatures, Source};
use cunshe::ledger::{AccountCode, Amount, Draft, DraftLine, Period, Purpose, Side, Voucher, Word, posting};
use cunshe::store::DbUrl;
use sha2::Digest as _;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

fn profile() -> BookProfile {
    BookProfile {
        code: "bench".into(),
        name: "性能测试".into(),
        organisation: "性能测试".into(),
        standard: ChartStandard::SmallEnterprise2013,
        first_period: Period::new(2025, 1).expect("a period"),
        attachments_required: false,
    }
}

fn book() -> Book {
    let mut book = Book::new(profile());
    book.apply_accounts(&ChartStandard::SmallEnterprise2013.accounts());
    book.apply_year_opened(2025);
    book
}

fn draft(number: u64) -> Draft {
    let line = |account: &str, side| DraftLine {
        account: AccountCode::parse(account).expect("a code"),
        side,
        amount: Amount::from_fen(i64::try_from(number % 900_000).expect("small") + 100),
        dimensions: Default::default(),
        memo: String::new(),
    };
    Draft {
        date: jiff::civil::Date::constant(2025, 1, 31),
        period: None,
        word: Word::General,
        purpose: Purpose::Ordinary,
        memo: "收租金".into(),
        lines: vec![line("1002", Side::Debit), line("5051", Side::Credit)],
        attachment_count: 1,
        attachments: Vec::new(),
        signatures: Signatures { prepared_by: "测试甲".into(), approved_by: "测试乙".into(), ..Signatures::default() },
        source: Source { key: format!("bench-{number:012}"), reference: String::new(), row: 1 },
        reverses: None,
    }
}

fn voucher() -> Voucher {
    posting::accept(&book(), &draft(1), "bench", None).expect("accepted")
}

fn rooms(criterion: &mut Criterion) {
    let (book, draft, id) = (book(), draft(1), Uuid::from_u128(7));
    let event = Event::voucher(voucher());
    let sealed = entry::seal(&id, &mut Latest::NONE.clone(), &event, 1);
    let mut group = criterion.benchmark_group("one voucher");
    group.bench_function("rules", |b| b.iter(|| posting::accept(&book, black_box(&draft), "bench", None)));
    group.bench_function("seal", |b| b.iter(|| entry::seal(&id, &mut Latest::NONE.clone(), black_box(&event), 1)));
    group.bench_function("open", |b| b.iter(|| entry::open(&id, black_box(&sealed.head), black_box(&sealed.body))));
    group.bench_function("bare SHA-256 of the same bytes", |b| {
        b.iter(|| sha2::Sha256::new().chain_update(black_box(&sealed.head)).chain_update(black_box(&sealed.body)).finalize())
    });
    group.finish();
}

fn open(runtime: &tokio::runtime::Runtime, folder: &std::path::Path, group_max: usize) -> Bookkeeper {
    runtime.block_on(async {
        let url = match std::env::var("CUNSHE_BENCH_DB") {
            Ok(url) => DbUrl::parse(&url).expect("a database address"),
            Err(_) => DbUrl::Sqlite(folder.join("bench.db")),
        };
        let mut config = Config::new(url, folder.join("keys"));
        (config.create, config.group_max, config.clock) = (true, group_max, Clock::System);
        let bookkeeper = Bookkeeper::open(config).await.expect("opens");
        if bookkeeper.book("bench").is_none() {
            bookkeeper.open_book(cunshe::bookkeeper::random_book_id(), profile(), "bench").await.expect("book");
        }
        bookkeeper
    })
}

/// 32 clients without HTTP between: the writer alone, with and without group commit.
fn single_posts(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let mut group = criterion.benchmark_group("32 clients, one voucher at a time");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for (name, group_max) in [("a transaction a voucher", 1), ("group commit", 4_000)] {
        let folder = tempfile::tempdir().expect("folder");
        let bookkeeper = open(&runtime, folder.path(), group_max);
        let next = AtomicU64::new(0);
        let run = cunshe::bookkeeper::random_book_id().simple().to_string();
        group.throughput(Throughput::Elements(32 * 8));
        group.bench_function(name, |b| {
            b.iter(|| {
                runtime.block_on(async {
                    let clients = (0..32).map(|_| {
                        let (bookkeeper, base, run) = (bookkeeper.clone(), next.fetch_add(8, Ordering::Relaxed), run.clone());
                        tokio::spawn(async move {
                            for number in base..base + 8 {
                                bookkeeper
                                    .post("bench", &format!("{run}-{number:012}"), vec![draft(number)])
                                    .await
                                    .expect("posted");
                            }
                        })
                    });
                    for client in clients.collect::<Vec<_>>() {
                        client.await.expect("client");
                    }
                })
            })
        });
        runtime.block_on(bookkeeper.close());
    }
    group.finish();
}

fn batches(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let mut group = criterion.benchmark_group("batches");
    group.sample_size(20).measurement_time(Duration::from_secs(5));
    for size in [100_u64, 1_000] {
        let folder = tempfile::tempdir().expect("folder");
        let bookkeeper = open(&runtime, folder.path(), 4_000);
        let next = AtomicU64::new(0);
        let run = cunshe::bookkeeper::random_book_id().simple().to_string();
        group.throughput(Throughput::Elements(size));
        group.bench_with_input(BenchmarkId::new("vouchers of two lines", size), &size, |b, size| {
            b.iter(|| {
                let base = next.fetch_add(*size, Ordering::Relaxed);
                let drafts = (base..base + size).map(draft).collect();
                runtime.block_on(bookkeeper.post("bench", &format!("{run}-{base:012}"), drafts)).expect("posted")
            })
        });
        runtime.block_on(bookkeeper.close());
    }
    group.finish();
}

criterion_group!(benches, rooms, single_posts, batches);
criterion_main!(benches);
