//! The ONE writer. It takes all that waits, decides in memory, writes one transaction, and only then answers.
//!
//! If another process was first (the store's head moved), the books are read again and everything is decided
//! afresh; if the commit fails, everyone is told so and the state is read again. Nothing is acknowledged
//! before it is durable.

use crate::bookkeeper::clock::Clock;
use crate::bookkeeper::desk::{Desk, refused_whole};
use crate::bookkeeper::receipt::{PostError, Posted, Receipt};
use crate::bookkeeper::stage::Stopwatch;
use crate::bookkeeper::view::Views;
use crate::chain::Digest;
use crate::journal::projection::RequestRow;
use crate::journal::{Declaration, Event, Latest, Original, State};
use crate::ledger::Draft;
use crate::ledger::refusal::Rule;
use crate::store::{Store, StoreError};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Requests that may wait. More than any sane number of clients keeps in flight; beyond it they are told to come back.
pub const QUEUE_LENGTH: usize = 1024;
/// Vouchers of one commit: large enough that a commit's fixed cost vanishes, small enough that nobody waits long.
pub const GROUP_VOUCHERS_MAX: usize = 4_000;
/// How often a group is decided again because another process was first.
const RETRIES_MAX: u32 = 10;

/// A request to post vouchers: all of them or none.
pub struct PostRequest {
    pub book: String,
    pub key: String,
    pub digest: Digest,
    pub drafts: Vec<Draft>,
    /// The voucher that a reversal takes back.
    pub original: Option<Original>,
}

/// What can be declared: a new book, or something about one.
pub enum DeclareRequest {
    Open { id: Uuid, opening: Declaration },
    In { book: String, declaration: Declaration },
}

/// A request too large for memory: vouchers come in chunks, and stand or fall together. The sender closes
/// `chunks` after a last empty one; without it the request was abandoned, and nothing is posted.
pub struct StreamRequest {
    pub book: String,
    pub key: String,
    pub chunks: mpsc::Receiver<Vec<Draft>>,
}

type Reply<T> = oneshot::Sender<Result<T, PostError>>;

/// What can be asked of the writer.
pub enum Job {
    Post(Box<PostRequest>, Reply<Posted>),
    Declare(DeclareRequest, Reply<u64>),
    Stream(StreamRequest, Reply<u64>),
}

impl Job {
    fn vouchers(&self) -> usize {
        match self {
            Job::Post(request, _) => request.drafts.len(),
            Job::Declare(..) | Job::Stream(..) => 1,
        }
    }
}

/// The answer to one job, held back until the commit.
enum Answer {
    Posted(Result<Posted, PostError>),
    Seq(Result<u64, PostError>),
}

/// Requests that were served before this group, by book and key.
type Served = HashMap<(String, String), (RequestRow, Vec<Receipt>)>;

pub struct Writer {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) views: Arc<Views>,
    pub(super) desks: HashMap<String, Desk>,
    next_number: i64,
    group_max: usize,
}

impl Writer {
    /// Reads every book. `group_max` is [`GROUP_VOUCHERS_MAX`], or 1 where a benchmark wants a writer without group commit.
    pub async fn open(store: Store, clock: Clock, views: Arc<Views>, group_max: usize) -> Result<Writer, StoreError> {
        let mut writer = Writer { store, clock, views, desks: HashMap::new(), next_number: 1, group_max };
        writer.reload().await?;
        Ok(writer)
    }

    /// Reads every book from the store, dropping whatever was decided and not committed.
    async fn reload(&mut self) -> Result<(), StoreError> {
        let mut desks = HashMap::new();
        for row in self.store.book_rows().await? {
            self.next_number = self.next_number.max(row.number.saturating_add(1));
            desks.insert(row.code.clone(), Desk::new(self.store.load_book(&row).await?));
        }
        self.desks = desks;
        self.desks.values().for_each(|desk| self.views.publish(desk));
        Ok(())
    }

    /// Reads the books again after a failure, for as long as it takes: without a state nothing can be decided.
    pub(super) async fn recover(&mut self) {
        while let Err(error) = self.reload().await {
            tracing::error!(%error, "the books cannot be read; trying again");
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }

    /// Serves jobs until the queue is closed.
    pub async fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut next = None;
        loop {
            let job = match next.take() {
                Some(job) => job,
                None => match queue.recv().await {
                    Some(job) => job,
                    None => return,
                },
            };
            if let Job::Stream(request, reply) = job {
                // Whoever asked may have gone; what is posted stays posted.
                let _ = reply.send(self.stream(request).await);
                continue;
            }
            let (group, stream) = gather(job, &mut queue, self.group_max);
            next = stream;
            self.serve(group).await;
        }
    }

    async fn serve(&mut self, group: Vec<Job>) {
        let mut attempt = 1;
        loop {
            let answers = match self.served_before(&group).await {
                Ok(served) => self.decide(&group, &served),
                Err(error) => return answer_failure(group, error),
            };
            match self.commit().await {
                Ok(()) => return group.into_iter().zip(answers).for_each(|(job, answer)| job.answer(answer)),
                Err(StoreError::HeadMoved) if attempt < RETRIES_MAX => attempt += 1,
                Err(error) => {
                    answer_failure(group, error);
                    return self.recover().await;
                }
            }
            self.recover().await;
        }
    }

    /// Requests of the group whose keys have been served, with their receipts.
    async fn served_before(&self, group: &[Job]) -> Result<Served, StoreError> {
        let mut keys: HashMap<&str, Vec<String>> = HashMap::new();
        for job in group {
            if let Job::Post(request, _) = job {
                keys.entry(&request.book).or_default().push(request.key.clone());
            }
        }
        let mut served = Served::new();
        for (book, keys) in keys {
            let Some(desk) = self.desks.get(book) else { continue };
            for row in self.store.requests(desk.number, keys).await? {
                let receipts = self.receipts(desk, &row).await?;
                served.insert((book.to_owned(), row.key.clone()), (row, receipts));
            }
        }
        Ok(served)
    }

    async fn receipts(&self, desk: &Desk, row: &RequestRow) -> Result<Vec<Receipt>, StoreError> {
        let entries = self.store.entries(desk.number, row.first_seq, row.count).await?;
        entries.iter().map(|stored| Receipt::read(desk.code(), &desk.state.id, stored)).collect()
    }

    fn decide(&mut self, group: &[Job], served: &Served) -> Vec<Answer> {
        // Keys served within this very group: a client that retried before it was answered.
        let mut fresh: HashMap<(&str, &str), (Digest, Vec<Receipt>)> = HashMap::new();
        let mut answers = Vec::with_capacity(group.len());
        for job in group {
            answers.push(match job {
                Job::Declare(request, _) => Answer::Seq(self.declare(request)),
                Job::Stream(..) => Answer::Seq(Err(PostError::Busy)),
                Job::Post(request, _) => {
                    let place = (request.book.as_str(), request.key.as_str());
                    let before = match fresh.get(&place) {
                        Some((digest, receipts)) => Some((*digest, receipts.clone())),
                        None => served.get(&(request.book.clone(), request.key.clone())).map(|(row, receipts)| (row.digest, receipts.clone())),
                    };
                    Answer::Posted(match before {
                        Some((digest, receipts)) if digest == request.digest => Ok(Posted { receipts, replayed: true }),
                        Some((_, receipts)) => Err(PostError::KeyTaken { key: request.key.clone(), first: receipts.into_iter().next().map(Box::new) }),
                        None => self.post(request).inspect(|receipts| {
                            fresh.insert(place, (request.digest, receipts.clone()));
                        })
                        .map(|receipts| Posted { receipts, replayed: false }),
                    })
                }
            });
        }
        answers
    }

    fn post(&mut self, request: &PostRequest) -> Result<Vec<Receipt>, PostError> {
        let now = self.clock.now();
        let mut stopwatch = Stopwatch::start();
        let desk = self.writable(&request.book)?;
        let vouchers = desk.decide(&request.drafts, request.original.as_ref()).map_err(PostError::Refused)?;
        stopwatch.lap("rules");
        let receipts = desk.seal(vouchers, now);
        desk.batch.projection.close_request();
        stopwatch.lap("hashing");
        Ok(receipts)
    }

    fn declare(&mut self, request: &DeclareRequest) -> Result<u64, PostError> {
        let now = self.clock.now();
        match request {
            DeclareRequest::In { book, declaration } => {
                let event = Event::Declaration(Box::new(declaration.clone()));
                self.writable(book)?.declare(&event, now).map_err(PostError::refused)
            }
            DeclareRequest::Open { id, opening } => {
                let state = State::before_first(*id, opening).map_err(|rule| PostError::Refused(refused_whole(rule)))?;
                let code = state.book.profile.code.clone();
                if self.desks.contains_key(&code) {
                    return Err(PostError::Refused(refused_whole(Rule::BookAlreadyOpened)));
                }
                let mut desk = Desk::blank(self.next_number, state);
                let seq = desk.declare(&Event::Declaration(Box::new(opening.clone())), now).map_err(PostError::refused)?;
                self.next_number = self.next_number.saturating_add(1);
                self.desks.insert(code, desk);
                Ok(seq)
            }
        }
    }

    /// The desk of a book that may be written to.
    pub(super) fn writable(&mut self, book: &str) -> Result<&mut Desk, PostError> {
        if self.views.is_forked(book) {
            return Err(PostError::Forked);
        }
        self.desks.get_mut(book).ok_or(PostError::NoSuchBook)
    }

    /// Writes what the group added, book by book in one order, in one transaction.
    async fn commit(&mut self) -> Result<(), StoreError> {
        let mut news: Vec<&mut Desk> = self.desks.values_mut().filter(|desk| !desk.batch.entries.is_empty()).collect();
        if news.is_empty() {
            return Ok(());
        }
        news.sort_by_key(|desk| desk.number);
        let mut stopwatch = Stopwatch::start();
        let mut appender = self.store.begin().await?;
        for desk in &mut news {
            if desk.stored == Latest::NONE.leaf {
                appender.add_book(desk.number, desk.code(), desk.state.id).await?;
            }
            appender.swap_head(desk.number, desk.stored, desk.standing()).await?;
            appender.write(desk.number, std::mem::take(&mut desk.batch)).await?;
        }
        stopwatch.lap("sql");
        appender.commit().await?;
        stopwatch.lap("commit");
        for desk in news {
            desk.stored = desk.state.latest.leaf;
            self.views.publish(desk);
        }
        Ok(())
    }
}

/// A job and all that waits behind it, up to a group's size; a stream ends the group and comes next.
fn gather(first: Job, queue: &mut mpsc::Receiver<Job>, group_max: usize) -> (Vec<Job>, Option<Job>) {
    let mut vouchers = first.vouchers();
    let mut group = vec![first];
    while vouchers < group_max {
        match queue.try_recv() {
            Ok(stream @ Job::Stream(..)) => return (group, Some(stream)),
            Ok(job) => {
                vouchers += job.vouchers();
                group.push(job);
            }
            Err(_) => break,
        }
    }
    let size = f64::from(u32::try_from(vouchers).unwrap_or(u32::MAX));
    metrics::histogram!("cunshe_group_vouchers").record(size);
    (group, None)
}

impl Job {
    /// Whoever asked may have gone; what is posted stays posted.
    fn answer(self, answer: Answer) {
        match (self, answer) {
            (Job::Post(_, reply), Answer::Posted(result)) => drop(reply.send(result)),
            (Job::Declare(_, reply) | Job::Stream(_, reply), Answer::Seq(result)) => drop(reply.send(result)),
            (Job::Post(..), Answer::Seq(_)) | (Job::Declare(..) | Job::Stream(..), Answer::Posted(_)) => {
                unreachable!("decide answers every job in its own kind")
            }
        }
    }
}

fn answer_failure(group: Vec<Job>, error: StoreError) {
    tracing::error!(%error, jobs = group.len(), "nothing of this group was acknowledged");
    let error = Arc::new(error);
    for job in group {
        match job {
            Job::Post(_, reply) => drop(reply.send(Err(PostError::Store(Arc::clone(&error))))),
            Job::Declare(_, reply) | Job::Stream(_, reply) => drop(reply.send(Err(PostError::Store(Arc::clone(&error))))),
        }
    }
}
