//! `bench`: a real client over HTTP against a real server process with durable settings, and ratios against a
//! peer measured in the same run. Figures are for the machine they were measured on.
#![expect(clippy::float_arithmetic, reason = "rates and ratios of durations; no money")]

mod client;
mod load;
mod server;

use crate::bookkeeper::random_book_id;
use crate::cli::args::{BenchOptions, Place};
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::print;
use crate::cli::print::say;
use crate::ledger::book::BookProfile;
use crate::ledger::chart::ChartStandard;
use crate::ledger::{Dimension, DimensionCode, DimensionValue, Period};
use load::Load;
use serde_json::{Value, json};
use server::Server;
use sha2::{Digest as _, Sha256};
use std::time::{Duration, Instant};

/// Clients that send batches at once: enough to keep the writer from waiting.
const BATCH_CLIENTS: usize = 4;
/// Reads of which the median is quoted.
const READS: usize = 21;

pub async fn run(place: &Place, options: BenchOptions, as_json: bool) -> Result<Ending, Trouble> {
    let mut place = place.clone();
    place.data = place.data.join(format!("bench-{}", std::process::id()));
    let stamp = std::process::id();
    let (grouped, alone, batched) = (format!("grouped-{stamp}"), format!("alone-{stamp}"), format!("batched-{stamp}"));
    prepare(&place, [&grouped, &alone, &batched]).await?;
    let mut report = serde_json::Map::new();

    let note = |text: &str| eprintln!("… {text}");
    note("单张记账：每张凭证一次提交的写法（对照）");
    let peer = singles(&place, &alone, Some(1), &options).await?;
    note("单张记账：合并提交");
    let ours = singles(&place, &grouped, None, &options).await?;
    report.insert(
        "single".into(),
        json!({
            "clients": options.clients,
            "per_second": round(ours), "peer_per_second": round(peer), "ratio": ratio(ours, peer),
        }),
    );

    note("批量记账");
    let mut server = Server::start(&place, None).await?;
    report.insert("batch".into(), batches(&server, &batched, &options).await?);
    let size = server.size(&batched).await?;
    report.insert("reads".into(), reads(&server, &batched).await?);
    report.insert("server_peak_memory_mb".into(), json!(server.peak_memory_mb()));
    server.stop().await?;
    note("重新启动");
    let begin = Instant::now();
    let mut server = Server::start(&place, None).await?;
    report.insert("start_to_ready_ms".into(), json!(millis(begin.elapsed())));
    report.insert("restart_memory_mb".into(), json!(server.peak_memory_mb()));
    server.stop().await?;
    note("导出审计包并核验");
    report.insert("verify".into(), verify(&place, &batched).await?);
    report.insert("entries".into(), json!(size));
    report.insert(
        "engine".into(),
        json!(if place.db.as_deref().is_some_and(|db| db.starts_with("postgres")) { "postgres" } else { "sqlite" }),
    );
    if let Err(error) = std::fs::remove_dir_all(&place.data) {
        eprintln!("测试数据留在 {}：{error}", place.data.display());
    }
    let report = Value::Object(report);
    if as_json {
        print::json(&report)?
    } else {
        print_report(&report)
    }
    Ok(Ending::Done)
}

/// Three books with the official chart, communities and open periods.
async fn prepare(place: &Place, codes: [&str; 3]) -> Result<(), Trouble> {
    let bookkeeper = place.open_or_create(Some("bench.example/cunshe")).await?;
    let first_period = Period::new(2025, 1).ok_or_else(|| Trouble::internal("2025-01 is a period"))?;
    for code in codes {
        let profile = BookProfile {
            code: code.to_owned(),
            name: "性能测试".into(),
            organisation: "性能测试".into(),
            standard: ChartStandard::SmallEnterprise2013,
            first_period,
            attachments_required: false,
        };
        bookkeeper.open_book(random_book_id(), profile, "测试甲").await?;
        let value = |(dimension, code): (Dimension, String)| {
            let code = DimensionCode::parse(&code)?;
            Some(DimensionValue { dimension, name: code.to_string(), code, parent: None, remark: "示例".into() })
        };
        let communities = (1..=27).map(|number| (Dimension::Community, load::community(number)));
        let types = (1..=8).map(|number| (Dimension::IncomeType, load::income_type(number)));
        let values = communities.chain(types).filter_map(value).collect();
        bookkeeper.add_dimension_values(code, values, "测试甲", first_period.first_day()).await?;
    }
    bookkeeper.close().await;
    Ok(())
}

/// Vouchers per second of concurrent clients that each post one voucher at a time.
async fn singles(place: &Place, book: &str, group_max: Option<usize>, options: &BenchOptions) -> Result<f64, Trouble> {
    let mut server = Server::start(place, group_max).await?;
    let load = Load::new(book);
    let warm_up = Duration::from_millis(500);
    load.singles(server.address, options.clients, warm_up).await?;
    let period = Duration::from_secs(options.seconds);
    let (count, elapsed) = load.singles(server.address, options.clients, period).await?;
    server.stop().await?;
    Ok(per_second(count, elapsed))
}

async fn batches(server: &Server, book: &str, options: &BenchOptions) -> Result<Value, Trouble> {
    let load = Load::new(book);
    load.batches(server.address, 1, load.prepare(2, options.batch)).await?;
    let prepared =
        load.prepare((usize::try_from(options.vouchers).unwrap_or(usize::MAX) / options.batch.max(1)).max(1), options.batch);
    let vouchers = prepared.len() * options.batch;
    let before = server.stages().await?;
    let elapsed = load.batches(server.address, BATCH_CLIENTS, prepared).await?;
    let after = server.stages().await?;
    let micros = elapsed.as_micros().max(1);
    let share = |(stage, total): (&String, &f64)| {
        let spent = total - before.get(stage).copied().unwrap_or(0.0);
        (stage.clone(), json!(format!("{:.1}%", spent * 100.0 / micros_f64(micros))))
    };
    Ok(json!({
        "batch": options.batch, "lines": 2, "vouchers": vouchers,
        "per_second": round(per_second(u64::try_from(vouchers).unwrap_or(u64::MAX), elapsed)),
        "share_of_elapsed": after.iter().map(share).collect::<serde_json::Map<_, _>>(),
    }))
}

/// Medians as a client sees them, HTTP and JSON included.
async fn reads(server: &Server, book: &str) -> Result<Value, Trouble> {
    let mut figures = serde_json::Map::new();
    for (name, path) in [
        ("trial_balance_ms", format!("/api/v1/books/{book}/trial-balance")),
        ("income_by_community_ms", format!("/api/v1/books/{book}/income-by-community")),
        ("income_by_month_ms", format!("/api/v1/books/{book}/income-by-community?group_by=month")),
    ] {
        let mut times = Vec::with_capacity(READS);
        for _ in 0..READS {
            let begin = Instant::now();
            server.get(&path).await?;
            times.push(begin.elapsed());
        }
        times.sort();
        figures.insert(name.into(), json!(millis(times[READS / 2])));
    }
    Ok(Value::Object(figures))
}

/// Exports the book and runs the auditor's program on it.
async fn verify(place: &Place, book: &str) -> Result<Value, Trouble> {
    let out = place.data.join("package");
    let begin = Instant::now();
    server::run_ourselves(place, &["export", "package", "--book", book, "--out", &out.display().to_string()]).await?;
    let exported = begin.elapsed();
    let key = place.data.join(format!("{book}.vkey"));
    server::run_ourselves(place, &["book", "list"]).await?;
    let bookkeeper = place.open().await?;
    place.publish_keys(&bookkeeper)?;
    bookkeeper.close().await;
    let mut figures = server::run_verifier(&out, &key).await?;
    if let Some(object) = figures.as_object_mut() {
        let number = |object: &serde_json::Map<String, Value>, key: &str| object.get(key).and_then(Value::as_u64).unwrap_or(0);
        let bare = bare_sha256(number(object, "bytes"));
        let elapsed = Duration::from_millis(number(object, "elapsed_ms"));
        object.insert("export_ms".into(), json!(millis(exported)));
        object.insert("bare_sha256_ms".into(), json!(millis(bare)));
        object.insert("ratio_to_bare_sha256".into(), json!(ratio(elapsed.as_secs_f64(), bare.as_secs_f64())));
    }
    Ok(figures)
}

/// How long one processor takes to hash so many bytes and do nothing else.
fn bare_sha256(bytes: u64) -> Duration {
    let block = vec![0x5a_u8; 1 << 20];
    let mut digest = Sha256::new();
    let begin = Instant::now();
    for _ in 0..bytes >> 20 {
        digest.update(&block);
    }
    let rest = usize::try_from(bytes & 0xf_ffff).unwrap_or(0);
    digest.update(&block[..rest]);
    std::hint::black_box(digest.finalize());
    begin.elapsed()
}

fn per_second(count: u64, elapsed: Duration) -> f64 {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    f64::from(count) / elapsed.as_secs_f64().max(f64::EPSILON)
}

fn micros_f64(micros: u128) -> f64 {
    f64::from(u32::try_from(micros).unwrap_or(u32::MAX))
}

fn round(figure: f64) -> String {
    format!("{figure:.0}")
}

fn ratio(ours: f64, peer: f64) -> String {
    format!("{:.1}", ours / peer.max(f64::EPSILON))
}

fn millis(elapsed: Duration) -> String {
    format!("{:.1}", elapsed.as_secs_f64() * 1000.0)
}

fn print_report(report: &Value) {
    say!("性能测试（同一次运行，含客户端）：");
    let mut rows = Vec::new();
    flatten("", report, &mut rows);
    let columns = [("项目", print::Align::Left), ("数值", print::Align::Right)];
    print::table(&columns, &rows);
}

fn flatten(prefix: &str, value: &Value, rows: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&name, value, rows);
            }
        }
        Value::String(text) => rows.push(vec![prefix.to_owned(), text.clone()]),
        other => rows.push(vec![prefix.to_owned(), other.to_string()]),
    }
}
