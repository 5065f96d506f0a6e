//! What the leadership's tables cost beside what it costs to be handed the same rows: ratios within one run are what
//! counts. 1,000 communities, 60 months, one income line each: 60,000 balances.

use criterion::{Criterion, criterion_group, criterion_main};
use cunshe::bookkeeper::{Bookkeeper, Clock, Config};
use cunshe::ledger::book::BookProfile;
use cunshe::ledger::chart::ChartStandard;
use cunshe::ledger::statement::GroupBy;
use cunshe::ledger::voucher::{Signatures, Source};
use cunshe::ledger::{AccountCode, Amount, Dimension, DimensionCode, DimensionSet, DimensionValue};
use cunshe::ledger::{Draft, DraftLine, Period, Purpose, Side, Word};
use cunshe::store::DbUrl;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::path::Path;
use std::time::Duration;

const COMMUNITIES: i64 = 1_000;
const YEARS: std::ops::RangeInclusive<i16> = 2021..=2025;

fn code(text: &str) -> DimensionCode {
    DimensionCode::parse(text).expect("a code")
}

fn community(number: i64) -> DimensionCode {
    code(&format!("sq-{number:04}"))
}

fn income_type(number: i64) -> DimensionCode {
    code(&format!("0{}", number % 8 + 1))
}

fn values() -> Vec<DimensionValue> {
    let value = |dimension, code: DimensionCode| DimensionValue {
        dimension,
        name: code.to_string(),
        code,
        parent: None,
        remark: "示例".into(),
    };
    let communities = (0..COMMUNITIES).map(|number| value(Dimension::Community, community(number)));
    communities.chain((0..8).map(|number| value(Dimension::IncomeType, income_type(number)))).collect()
}

/// One month: a line a community, and the bank.
fn draft(period: Period) -> Draft {
    let line = |account: &str, side, fen, dimensions| DraftLine {
        account: AccountCode::parse(account).expect("a code"),
        side,
        amount: Amount::from_fen(fen),
        dimensions,
        memo: String::new(),
    };
    let fen = |number: i64| 10_000 + (number * 7_919 + period.ordinal()) % 1_000_000;
    let mut lines = vec![line("1002", Side::Debit, (0..COMMUNITIES).map(fen).sum(), DimensionSet::new())];
    lines.extend((0..COMMUNITIES).map(|number| {
        let mut dimensions = DimensionSet::new();
        dimensions.insert(Dimension::Community, community(number));
        dimensions.insert(Dimension::IncomeType, income_type(number));
        line("5051", Side::Credit, fen(number), dimensions)
    }));
    Draft {
        date: period.last_day(),
        period: None,
        word: Word::General,
        purpose: Purpose::Ordinary,
        memo: "收租金".into(),
        lines,
        attachment_count: 1,
        attachments: Vec::new(),
        signatures: Signatures { prepared_by: "测试甲".into(), approved_by: "测试乙".into(), ..Signatures::default() },
        source: Source { key: format!("bench-{period}"), reference: String::new(), row: 1 },
        reverses: None,
    }
}

async fn open(folder: &Path) -> Bookkeeper {
    let mut config = Config::new(DbUrl::Sqlite(folder.join("bench.db")), folder.join("keys"));
    (config.create, config.clock) = (true, Clock::System);
    let bookkeeper = Bookkeeper::open(config).await.expect("opens");
    let first_period = Period::new(*YEARS.start(), 1).expect("a period");
    let profile = BookProfile {
        code: "bench".into(),
        name: "性能测试".into(),
        organisation: "性能测试".into(),
        standard: ChartStandard::SmallEnterprise2013,
        first_period,
        attachments_required: false,
    };
    bookkeeper.open_book(cunshe::bookkeeper::random_book_id(), profile, "bench").await.expect("book");
    bookkeeper.add_dimension_values("bench", values(), "bench", first_period.first_day()).await.expect("registered");
    for year in YEARS {
        if year > *YEARS.start() {
            let first_day = Period::new(year, 1).expect("a period").first_day();
            bookkeeper.open_year("bench", year, "bench", first_day).await.expect("opened");
        }
        for month in 1..=12 {
            let period = Period::new(year, month).expect("a period");
            bookkeeper.post("bench", &format!("bench-{period}"), vec![draft(period)]).await.expect("posted");
        }
    }
    bookkeeper
}

async fn bare(pool: &SqlitePool, sql: &'static str) -> i64 {
    let rows = sqlx::query(sql).fetch_all(pool).await.expect("rows");
    rows.iter().map(|row| row.get::<i64, _>(3)).sum()
}

fn leadership(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let _inside = runtime.enter();
    let folder = tempfile::tempdir().expect("folder");
    let bookkeeper = runtime.block_on(open(folder.path()));
    let views = bookkeeper.books();
    let range = Bookkeeper::whole_range(&views[0]);
    let options = SqliteConnectOptions::new().filename(folder.path().join("bench.db"));
    let pool = SqlitePool::connect_lazy_with(options);
    let mut group = criterion.benchmark_group("60,000 balances");
    group.sample_size(30).measurement_time(Duration::from_secs(5));
    let rows = "SELECT period, account, dimension_set, credit - debit FROM balance";
    group.bench_function("rows handed over one by one, by the bare driver", |b| b.iter(|| runtime.block_on(bare(&pool, rows))));
    group.bench_function("the table of 60 months", |b| {
        b.iter(|| runtime.block_on(bookkeeper.income_by_community(&views, range, GroupBy::Month)).expect("table").total)
    });
    group.bench_function("the tables of a page", |b| {
        b.iter(|| {
            runtime.block_on(async {
                let nets = bookkeeper.nets(&views, range).await.expect("nets");
                for group_by in [GroupBy::Month, GroupBy::By(Dimension::IncomeType)] {
                    bookkeeper.income_table(&nets, range, group_by).await.expect("table");
                }
                bookkeeper.profit_by(&nets, Dimension::Shop).await.expect("shops");
                bookkeeper.community_income_table(&nets, range).await.expect("table").total.total_income
            })
        })
    });
    group.finish();
    runtime.block_on(bookkeeper.close());
}

criterion_group!(benches, leadership);
criterion_main!(benches);
