//! What the clients send: vouchers of a county's shape, with one hot account (bank) in every one of them.

use crate::cli::bench::client::Client;
use crate::cli::outcome::Trouble;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

pub fn community(number: u64) -> String {
    format!("52062700{number:04}")
}

pub fn income_type(number: u64) -> String {
    format!("{number:02}")
}

/// Requests to one book. Keys ascend, as those of well-behaved clients (UUIDv7) do.
#[derive(Clone)]
pub struct Load {
    book: Arc<str>,
    next: Arc<AtomicU64>,
    run: Arc<str>,
}

impl Load {
    pub fn new(book: &str) -> Load {
        let run = crate::bookkeeper::random_book_id().simple().to_string();
        Load { book: book.into(), next: Arc::new(AtomicU64::new(0)), run: run.into() }
    }

    fn take(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Every second voucher has two lines, every other one four.
    fn voucher(number: u64, lines: u64) -> String {
        // Books are kept month by month: neighbours in time are neighbours in the load.
        let (month, day) = (number / 1_000 % 12 + 1, number % 28 + 1);
        let (place, kind) = (community(number % 27 + 1), income_type(number % 8 + 1));
        let yuan = number % 9_000 + 100;
        let mut text = format!(
            r#"{{"date":"2025-{month:02}-{day:02}","memo":"收租金","attachment_count":1,"prepared_by":"测试甲","approved_by":"测试乙","lines":["#
        );
        let credit = |amount: u64| {
            format!(
                r#"{{"account":"5051","side":"credit","amount":"{amount}.00","dimensions":{{"community":"{place}","income_type":"{kind}"}}}}"#
            )
        };
        let written = if lines == 2 {
            write!(text, r#"{{"account":"1002","side":"debit","amount":"{yuan}.00"}},{}"#, credit(yuan))
        } else {
            write!(
                text,
                r#"{{"account":"1002","side":"debit","amount":"{yuan}.00"}},{{"account":"5603","side":"debit","amount":"1.00"}},{},{}"#,
                credit(yuan),
                credit(1)
            )
        };
        debug_assert!(written.is_ok());
        text.push_str("]}");
        text
    }

    /// Posts one voucher at a time from every client until the time is over; gives how many and how long.
    pub async fn singles(&self, address: SocketAddr, clients: usize, period: Duration) -> Result<(u64, Duration), Trouble> {
        let begin = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..clients {
            let load = self.clone();
            tasks.spawn(async move {
                let mut client = Client::connect(address).await?;
                let path = format!("/api/v1/books/{}/vouchers", load.book);
                let mut count = 0_u64;
                while begin.elapsed() < period {
                    let number = load.take();
                    let body = Load::voucher(number, if number.is_multiple_of(2) { 2 } else { 4 });
                    let key = format!("{}-{number:012}", load.run);
                    let (status, answer) = client.post(&path, &key, body.as_bytes()).await?;
                    expect_created(status, &answer)?;
                    count += 1;
                }
                Ok::<u64, Trouble>(count)
            });
        }
        let mut total = 0;
        while let Some(done) = tasks.join_next().await {
            total += done.map_err(Trouble::internal)??;
        }
        Ok((total, begin.elapsed()))
    }

    /// Batches of two-line vouchers, each with its key: made before the clock runs.
    pub fn prepare(&self, count: usize, batch: usize) -> Vec<(String, String)> {
        let size = u64::try_from(batch).unwrap_or(u64::MAX);
        let body = |_| {
            let number = self.take();
            let vouchers: Vec<String> = (0..size).map(|index| Load::voucher(number * size + index, 2)).collect();
            (format!("{}-batch-{number:012}", self.run), format!(r#"{{"vouchers":[{}]}}"#, vouchers.join(",")))
        };
        (0..count).map(body).collect()
    }

    /// Posts prepared batches from several clients; gives how long it took.
    pub async fn batches(
        &self,
        address: SocketAddr,
        clients: usize,
        batches: Vec<(String, String)>,
    ) -> Result<Duration, Trouble> {
        let begin = Instant::now();
        let left = Arc::new(Mutex::new(batches));
        let mut tasks = JoinSet::new();
        for _ in 0..clients {
            let (book, left) = (Arc::clone(&self.book), Arc::clone(&left));
            tasks.spawn(async move {
                let mut client = Client::connect(address).await?;
                let path = format!("/api/v1/books/{book}/vouchers/batch");
                loop {
                    let Some((key, body)) = left.lock().await.pop() else { return Ok::<(), Trouble>(()) };
                    let (status, answer) = client.post(&path, &key, body.as_bytes()).await?;
                    expect_created(status, &answer)?;
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.map_err(Trouble::internal)??;
        }
        Ok(begin.elapsed())
    }
}

fn expect_created(status: u16, answer: &str) -> Result<(), Trouble> {
    if status == 201 {
        return Ok(());
    }
    let shown: String = answer.chars().take(500).collect();
    Err(Trouble::internal(format!("status {status}: {shown}")))
}
