//! The ONE writer. It takes all that waits, decides in memory, writes one transaction, and only then answers.
//!
//! While one group is being committed the next one is already decided, on the state that the first will leave
//! behind: a processor thinks while a disk writes. If the first group fails, so does that state: the books are
//! read again, and what was decided on it is decided afresh. Nothing is acknowledged before it is durable.

use crate::bookkeeper::clock::Clock;
use crate::bookkeeper::desk::{Desk, refused_whole};
use crate::bookkeeper::receipt::{PostError, Posted, Receipt};
use crate::bookkeeper::request::{DeclareRequest, PostRequest, StreamRequest};
use crate::bookkeeper::stage::Stopwatch;
use crate::bookkeeper::view::{View, Views};
use crate::chain::Digest;
use crate::journal::projection::RequestRow;
use crate::journal::{Declaration, Declared, Event, Latest, State};
use crate::ledger::refusal::Rule;
use crate::store::append::Standing;
use crate::store::{Batch, Store, StoreError};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Requests that may wait. More than any sane number of clients keeps in flight; beyond it they are told to come back.
pub const QUEUE_LENGTH: usize = 1024;
/// Vouchers of one commit: large enough that a commit's fixed cost vanishes, small enough that nobody waits long.
pub const GROUP_VOUCHERS_MAX: usize = 4_000;
/// Vouchers that are decided while another group is under way, rather than gathered until it has arrived.
const DECIDED_EARLY: usize = 256;
/// How often in a row a group is decided again because another process was first. On a loaded machine two processes that
/// write all the time have been seen to lose ten in a row; a hundred losses are no bad luck any more.
const LOST_MAX: u32 = 100;

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
            Job::Post(request, _) => request.drafts.len() + request.facts.len(),
            Job::Declare(..) | Job::Stream(..) => 1,
        }
    }
}

/// Jobs that have been decided and wait for a commit, with the answers held back until then.
#[derive(Default)]
struct Group {
    jobs: Vec<Job>,
    answers: Vec<Answer>,
    /// Requests first served by this group, by book and key.
    fresh: Fresh,
    vouchers: usize,
}

enum Answer {
    Posted(Result<Posted, PostError>),
    Seq(Result<u64, PostError>),
}

/// A group on its way to the disk, and what readers will see once it has arrived.
struct Flight {
    group: Group,
    views: Vec<View>,
    commit: JoinHandle<Result<(), StoreError>>,
}

/// What one commit writes for one book.
struct Page {
    number: i64,
    code: String,
    id: Uuid,
    before: Digest,
    after: Standing,
    batch: Batch,
}

type Fresh = HashMap<(String, String), (Digest, Vec<Receipt>)>;

pub struct Writer {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) views: Arc<Views>,
    pub(super) desks: HashMap<String, Desk>,
    next_number: i64,
    group_max: usize,
    flight: Option<Flight>,
    /// Commits lost in a row to another process.
    lost: u32,
}

impl Writer {
    /// Reads every book. `group_max` is [`GROUP_VOUCHERS_MAX`], or 1 where a benchmark wants a writer without group commit.
    pub async fn open(store: Store, clock: Clock, views: Arc<Views>, group_max: usize) -> Result<Writer, StoreError> {
        let mut writer = Writer { store, clock, views, desks: HashMap::new(), next_number: 1, group_max, flight: None, lost: 0 };
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
        self.desks.values().for_each(|desk| self.views.publish(View::of(desk)));
        Ok(())
    }

    /// Reads the books again after a failure, for as long as it takes: without a state nothing can be decided.
    pub(super) async fn recover(&mut self) {
        while let Err(error) = self.reload().await {
            tracing::error!(%error, "the books cannot be read; trying again");
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }

    /// Serves jobs until the queue is closed. While a group is under way, small jobs gather, so that their keys are
    /// looked up together; large ones are decided at once, so that the processor works while the disk writes.
    pub async fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let (mut open, mut waiting) = (Group::default(), Vec::new());
        loop {
            let gathered: usize = waiting.iter().map(Job::vouchers).sum();
            let room = self.group_max.saturating_sub(open.vouchers + gathered).min(QUEUE_LENGTH);
            if let Some(flight) = &mut self.flight {
                tokio::select! {
                    biased;
                    result = &mut flight.commit => open = self.land(joined(result), open).await,
                    received = queue.recv_many(&mut waiting, room), if room > 0 => {
                        if received == 0 {
                            break;
                        }
                    }
                }
                if self.flight.is_some() && waiting.iter().map(Job::vouchers).sum::<usize>() < DECIDED_EARLY {
                    continue;
                }
            } else if queue.recv_many(&mut waiting, room.max(1)).await == 0 {
                break;
            }
            for job in self.decide_all(std::mem::take(&mut waiting), &mut open).await {
                open = self.settle(open).await;
                self.serve_stream(job).await;
            }
            if self.flight.is_none() && !open.jobs.is_empty() {
                self.launch(std::mem::take(&mut open));
            }
        }
        self.decide_all(waiting, &mut open).await;
        self.settle(open).await;
    }

    /// Decides what came in; streams are given back, to be served when nothing else is under way.
    async fn decide_all(&mut self, jobs: Vec<Job>, open: &mut Group) -> Vec<Job> {
        let (streams, jobs): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(|job| matches!(job, Job::Stream(..)));
        match self.served_before(&jobs).await {
            Ok(served) => {
                for job in jobs {
                    let answer = self.decide(&job, &served, &mut open.fresh);
                    open.vouchers += job.vouchers();
                    open.jobs.push(job);
                    open.answers.push(answer);
                }
            }
            Err(error) => answer_failure(jobs, error),
        }
        streams
    }

    /// Waits until everything decided so far is committed and answered.
    async fn settle(&mut self, mut open: Group) -> Group {
        loop {
            if let Some(flight) = &mut self.flight {
                let result = joined((&mut flight.commit).await);
                open = self.land(result, open).await;
            } else if open.jobs.is_empty() {
                return open;
            } else {
                self.launch(std::mem::take(&mut open));
            }
        }
    }

    /// Sends a group to the disk.
    fn launch(&mut self, group: Group) {
        metrics::histogram!("cunshe_group_vouchers").record(f64::from(u32::try_from(group.vouchers).unwrap_or(u32::MAX)));
        let mut news: Vec<&mut Desk> = self.desks.values_mut().filter(|desk| !desk.batch.entries.is_empty()).collect();
        // Always in one order, so that writers on several connections cannot wait for each other crosswise.
        news.sort_by_key(|desk| desk.number);
        let views = news.iter().map(|desk| View::of(desk)).collect();
        let pages: Vec<Page> = news.into_iter().map(Page::take).collect();
        let commit = tokio::spawn(commit(self.store.clone(), pages));
        self.flight = Some(Flight { group, views, commit });
    }

    /// Answers the group that has arrived. If it did not, what was decided after it (`open`) is decided again.
    async fn land(&mut self, result: Result<(), StoreError>, open: Group) -> Group {
        let Some(flight) = self.flight.take() else { return open };
        let mut again = Vec::new();
        match result {
            Ok(()) => {
                self.lost = 0;
                flight.views.into_iter().for_each(|view| self.views.publish(view));
                flight.group.jobs.into_iter().zip(flight.group.answers).for_each(|(job, answer)| job.answer(answer));
                return open;
            }
            Err(StoreError::HeadMoved) if self.lost < LOST_MAX => {
                self.lost += 1;
                again.extend(flight.group.jobs);
            }
            Err(error) => {
                self.lost = 0;
                answer_failure(flight.group.jobs, error);
            }
        }
        again.extend(open.jobs);
        self.recover().await;
        let mut open = Group::default();
        // There is no stream among them: streams are served when nothing is under way.
        self.decide_all(again, &mut open).await;
        open
    }

    async fn serve_stream(&mut self, job: Job) {
        if let Job::Stream(request, reply) = job {
            // Whoever asked may have gone; what is posted stays posted.
            let _ = reply.send(self.stream(request).await);
        }
    }

    /// Requests among these jobs whose keys have been served and committed, with their receipts.
    async fn served_before(&self, jobs: &[Job]) -> Result<Fresh, StoreError> {
        let mut keys: HashMap<&str, Vec<String>> = HashMap::new();
        for job in jobs {
            if let Job::Post(request, _) = job {
                keys.entry(&request.book).or_default().push(request.key.clone());
            }
        }
        let mut served = Fresh::new();
        for (book, keys) in keys {
            let Some(desk) = self.desks.get(book) else { continue };
            for row in self.store.requests(desk.number, keys).await? {
                let receipts = self.receipts(desk, &row).await?;
                served.insert((book.to_owned(), row.key), (row.digest, receipts));
            }
        }
        Ok(served)
    }

    async fn receipts(&self, desk: &Desk, row: &RequestRow) -> Result<Vec<Receipt>, StoreError> {
        let entries = self.store.entries(desk.number, row.first_seq, row.count).await?;
        entries.iter().map(|stored| Receipt::read(desk.code(), &desk.state.id, stored)).collect()
    }

    fn decide(&mut self, job: &Job, served: &Fresh, fresh: &mut Fresh) -> Answer {
        match job {
            Job::Declare(request, _) => Answer::Seq(self.declare(request)),
            Job::Stream(..) => Answer::Seq(Err(PostError::Busy)),
            Job::Post(request, _) => {
                let place = (request.book.clone(), request.key.clone());
                let under_way = self.flight.as_ref().and_then(|flight| flight.group.fresh.get(&place));
                let before = served.get(&place).or(under_way).or_else(|| fresh.get(&place)).cloned();
                Answer::Posted(match before {
                    Some((digest, receipts)) if request.is_same(digest) => Ok(Posted { receipts, replayed: true }),
                    Some((_, receipts)) => {
                        Err(PostError::KeyTaken { key: request.key.clone(), first: receipts.into_iter().next().map(Box::new) })
                    }
                    None => self.post(request).map(|receipts| {
                        fresh.insert(place, (request.digest, receipts.clone()));
                        Posted { receipts, replayed: false }
                    }),
                })
            }
        }
    }

    fn post(&mut self, request: &PostRequest) -> Result<Vec<Receipt>, PostError> {
        let now = self.clock.now();
        let mut stopwatch = Stopwatch::start();
        let desk = self.writable(&request.book)?;
        if request.read_at.is_some_and(|leaf| leaf != desk.state.latest.leaf) {
            return Err(PostError::MovedOn);
        }
        let decided = desk.decide(request).map_err(PostError::Refused)?;
        stopwatch.lap("rules");
        desk.seal_facts(decided.facts, now);
        let receipts = desk.seal(decided.vouchers, now);
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
            DeclareRequest::Open { id, declarations } => self.open_book(*id, declarations, now),
        }
    }

    /// Opens a book, or gives one that was left half-opened what it lacks.
    fn open_book(&mut self, id: Uuid, declarations: &[Declaration], now: u64) -> Result<u64, PostError> {
        let refused = |rule| PostError::Refused(refused_whole(rule));
        let opening = declarations.first().ok_or_else(|| refused(Rule::NothingDeclared))?;
        let state = State::before_first(id, opening).map_err(refused)?;
        let code = state.book.profile.code.clone();
        if self.desks.contains_key(&code) {
            let desk = self.writable(&code)?;
            let rule = desk.state.book.half_open().ok_or_else(|| refused(Rule::BookAlreadyOpened))?;
            if desk.state.book.profile != state.book.profile {
                return Err(refused(rule));
            }
            return declare_all(desk, declarations, now);
        }
        let mut desk = Desk::blank(self.next_number, state);
        let seq = declare_all(&mut desk, declarations, now)?;
        self.next_number = self.next_number.saturating_add(1);
        self.desks.insert(code, desk);
        Ok(seq)
    }

    /// The desk of a book that may be written to.
    pub(super) fn writable(&mut self, book: &str) -> Result<&mut Desk, PostError> {
        if self.views.is_forked(book) {
            return Err(PostError::Forked);
        }
        self.desks.get_mut(book).ok_or(PostError::NoSuchBook)
    }
}

/// Declares what opens a book, but for what stands in it already.
fn declare_all(desk: &mut Desk, declarations: &[Declaration], now: u64) -> Result<u64, PostError> {
    for declaration in declarations {
        let lacking = match declaration.declared {
            Declared::BookOpened { .. } => desk.state.latest.seq == 0,
            Declared::AccountsAdded { .. } => desk.state.book.lacks_chart(),
            Declared::YearOpened { .. } => desk.state.book.lacks_year(),
            _ => true,
        };
        if lacking {
            desk.declare(&Event::Declaration(Box::new(declaration.clone())), now).map_err(PostError::refused)?;
        }
    }
    Ok(desk.state.latest.seq)
}

impl Page {
    /// Takes what a desk has ready; the desk goes on as if it were written.
    fn take(desk: &mut Desk) -> Page {
        let page = Page {
            number: desk.number,
            code: desk.code().to_owned(),
            id: desk.state.id,
            before: desk.stored,
            after: desk.standing(),
            batch: std::mem::take(&mut desk.batch),
        };
        desk.stored = desk.state.latest.leaf;
        page
    }
}

/// Writes a group, book by book, in one transaction. On return it is durable.
async fn commit(store: Store, pages: Vec<Page>) -> Result<(), StoreError> {
    if pages.is_empty() {
        return Ok(());
    }
    let mut stopwatch = Stopwatch::start();
    let mut appender = store.begin().await?;
    for page in pages {
        if page.before == Latest::NONE.leaf {
            appender.add_book(page.number, &page.code, page.id).await?;
        }
        appender.swap_head(page.number, page.before, page.after).await?;
        appender.write(page.number, page.batch).await?;
    }
    stopwatch.lap("sql");
    appender.commit().await?;
    stopwatch.lap("commit");
    Ok(())
}

/// A commit that panicked has not been acknowledged by the store: its outcome is unknown, as after a lost connection.
fn joined(result: Result<Result<(), StoreError>, tokio::task::JoinError>) -> Result<(), StoreError> {
    result.unwrap_or_else(|error| Err(StoreError::Corrupt(error.to_string())))
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
