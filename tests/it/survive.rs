//! kill -9 in the middle of load, again and again: nothing acknowledged is lost, nothing is doubled, no number is
//! skipped, and the chain is whole (R1, R2 of the reliability plan).

use crate::support::{Postgres, Program};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

const CLIENTS: u64 = 16;
const CYCLES_SQLITE: u64 = 200;
const CYCLES_POSTGRES: u64 = 20;
/// Receipts of earlier cycles that are asked for again in each cycle.
const ASKED_AGAIN: usize = 5;
const DEADLINE: Duration = Duration::from_secs(60);

/// xorshift64*: the same seed, the same run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }
}

fn voucher(key: u64) -> Value {
    let amount = format!("{}.{:02}", key % 9_000 + 1, key % 100);
    json!({
        "date": format!("2025-{:02}-{:02}", key % 12 + 1, key % 28 + 1), "memo": format!("示例第{key}笔"), "attachment_count": 1,
        "prepared_by": "示例甲", "approved_by": "示例乙",
        "lines": [
            { "account": "1002", "side": "debit", "amount": amount },
            { "account": "5051", "side": "credit", "amount": amount },
        ],
    })
}

/// Posts one voucher; `None` when the outcome is unknown.
async fn post(client: &reqwest::Client, url: &str, key: u64) -> Option<Value> {
    let request = client.post(format!("{url}/vouchers")).header("idempotency-key", format!("trial-{key:09}")).json(&voucher(key));
    let answer = request.send().await.ok()?;
    let status = answer.status();
    let body: Value = answer.json().await.ok()?;
    match status.as_u16() {
        201 => Some(body),
        500..=599 => None,
        _ => panic!("{status}: {body}"),
    }
}

/// What the clients know: receipts by key, and keys whose outcome they were never told.
#[derive(Default)]
struct Known {
    receipts: BTreeMap<u64, Value>,
    unknown: Vec<u64>,
}

/// Posts from all clients until `stop_after` more receipts have come, then calls `blow` while they go on.
fn load(runtime: &Runtime, url: &str, next: &Arc<AtomicU64>, known: &Arc<Mutex<Known>>, stop_after: u64, blow: impl FnOnce()) {
    let acknowledged = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (url, next, known, acknowledged, stop) =
                (url.to_owned(), Arc::clone(next), Arc::clone(known), Arc::clone(&acknowledged), Arc::clone(&stop));
            runtime.spawn(async move {
                let client = reqwest::Client::new();
                while !stop.load(Ordering::Relaxed) {
                    let key = next.fetch_add(1, Ordering::Relaxed);
                    match post(&client, &url, key).await {
                        Some(receipt) => {
                            acknowledged.fetch_add(1, Ordering::Relaxed);
                            known.lock().expect("lock").receipts.insert(key, receipt);
                        }
                        None => return known.lock().expect("lock").unknown.push(key),
                    }
                }
            })
        })
        .collect();
    let begin = Instant::now();
    while acknowledged.load(Ordering::Relaxed) < stop_after {
        assert!(begin.elapsed() < DEADLINE, "no progress");
        std::thread::yield_now();
    }
    blow();
    stop.store(true, Ordering::Relaxed);
    runtime.block_on(async {
        for client in clients {
            client.await.expect("client");
        }
    });
}

/// Sends again what was never answered, and a few that were: the first must now be there, the second as they were.
fn retry(runtime: &Runtime, url: &str, known: &Arc<Mutex<Known>>, random: &mut Random) {
    let mut known = known.lock().expect("lock");
    let unknown = std::mem::take(&mut known.unknown);
    let client = reqwest::Client::new();
    for key in unknown {
        let receipt = runtime.block_on(async {
            let begin = Instant::now();
            loop {
                if let Some(receipt) = post(&client, url, key).await {
                    return receipt;
                }
                assert!(begin.elapsed() < DEADLINE, "key {key} is never served");
                tokio::task::yield_now().await;
            }
        });
        known.receipts.insert(key, receipt);
    }
    for _ in 0..ASKED_AGAIN {
        let place = usize::try_from(random.below(known.receipts.len() as u64)).expect("small");
        let (key, receipt) = known.receipts.iter().nth(place).expect("there");
        let again = runtime.block_on(post(&client, url, *key)).expect("answered");
        assert_eq!(&again, receipt, "a retry of key {key} gives another receipt");
    }
}

/// After everything: as many vouchers as keys, each where its receipt says, and a check that finds nothing.
fn account_for_all(trial: &Program, known: &Known) {
    let checks = trial.json(&["check"]);
    assert_eq!(checks["exit_code"], 0, "{checks}");
    assert_eq!(checks["books"][0]["vouchers"], known.receipts.len(), "vouchers in the books against keys acknowledged");
    let out = trial.data.join("all.csv");
    trial.json(&["export", "journal", "--book", "trial", "--format", "csv", "--out", out.to_str().expect("path")]);
    let mut reader = csv::Reader::from_path(&out).expect("csv");
    let headers: Vec<String> = reader.headers().expect("headers").iter().map(str::to_owned).collect();
    let place = |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}') == name).expect(name);
    let (seq, memo) = (place("序号"), place("摘要"));
    let posted: BTreeMap<String, String> =
        reader.records().map(|record| record.expect("record")).map(|r| (r[seq].to_owned(), r[memo].to_owned())).collect();
    for (key, receipt) in &known.receipts {
        let seq = receipt["seq"].to_string().trim_matches('"').to_owned();
        assert_eq!(posted.get(&seq), Some(&format!("示例第{key}笔")), "acknowledged and lost: {receipt}");
    }
}

fn kill_the_service(trial: &Program, cycles: u64, seed: u64) {
    println!("seed {seed}");
    let (mut random, runtime) = (Random(seed), Runtime::new().expect("runtime"));
    let (next, known) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(Known::default())));
    for _ in 0..cycles {
        let mut service = trial.serve();
        if !known.lock().expect("lock").receipts.is_empty() {
            retry(&runtime, &service.api("books/trial"), &known, &mut random);
        }
        let url = service.api("books/trial");
        load(&runtime, &url, &next, &known, random.below(120) + 1, || service.kill());
    }
    let service = trial.serve();
    retry(&runtime, &service.api("books/trial"), &known, &mut random);
    drop(service);
    account_for_all(trial, &known.lock().expect("lock"));
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("folder")
}

#[test]
fn sqlite_service_killed() {
    let folder = folder();
    kill_the_service(&Program { data: folder.path().join("data"), db: None }.with_book("trial"), CYCLES_SQLITE, 1);
}

#[test]
fn postgres_service_killed() {
    let (folder, postgres) = (folder(), Postgres::start());
    kill_the_service(
        &Program { data: folder.path().join("data"), db: Some(postgres.url("killed_service")) }.with_book("trial"),
        CYCLES_POSTGRES,
        2,
    );
}

#[test]
fn postgres_itself_killed() {
    let (folder, mut postgres) = (folder(), Postgres::start());
    let trial = Program { data: folder.path().join("data"), db: Some(postgres.url("killed_server")) }.with_book("trial");
    let (mut random, runtime) = (Random(3), Runtime::new().expect("runtime"));
    let (next, known) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(Known::default())));
    // The service lives through all of it: it must find its way back by itself.
    let service = trial.serve();
    for _ in 0..CYCLES_POSTGRES {
        load(&runtime, &service.api("books/trial"), &next, &known, random.below(120) + 1, || postgres.kill9_and_restart());
        retry(&runtime, &service.api("books/trial"), &known, &mut random);
    }
    drop(service);
    account_for_all(&trial, &known.lock().expect("lock"));
}

/// R10: a thousand writes, each sent one to four times over connections that are cut at random places: exactly once.
#[test]
fn a_thousand_writes_over_cut_connections() {
    const WRITES: u64 = 1_000;
    let (folder, mut random) = (folder(), Random(10));
    let program = Program::on(folder.path().join("data")).with_book("trial");
    let service = program.serve();
    let address = service.url.trim_start_matches("http://").to_owned();
    let (runtime, client, mut known) = (Runtime::new().expect("runtime"), reqwest::Client::new(), Known::default());
    for key in 0..WRITES {
        let body = serde_json::to_vec(&voucher(key)).expect("JSON");
        let head = format!(
            "POST /api/v1/books/trial/vouchers HTTP/1.1\r\nHost: {address}\r\nIdempotency-Key: trial-{key:09}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let request = [head.as_bytes(), &body].concat();
        for _ in 0..random.below(4) {
            // Cut in the request, or after it and before the answer.
            let length = u64::try_from(request.len()).expect("small");
            let sent = usize::try_from(random.below(length * 2).min(length)).expect("small");
            let mut stream = std::net::TcpStream::connect(&address).expect("connects");
            stream.write_all(&request[..sent]).expect("sent");
        }
        let receipt = runtime.block_on(post(&client, &service.api("books/trial"), key)).expect("answered");
        known.receipts.insert(key, receipt);
    }
    drop(service);
    account_for_all(&program, &known);
}
