//! 记账员: the use-cases, behind one facade that every door uses. Here are the one [`writer`], the clock, the
//! keys and the guard that never signs two histories.
//!
//! Start with [`Bookkeeper`]; follow a posting into [`writer`] and [`desk`], a file into [`intake`]; reports are in
//! [`report`], the way from a figure back to its vouchers in [`trace`], the self check in [`check`].

pub mod behind;
pub mod business;
pub mod check;
pub mod clock;
pub mod desk;
pub mod dividend;
mod hold;
pub mod intake;
pub mod intercompany;
pub mod keys;
pub mod leadership;
pub mod mirror;
mod mirrored;
pub mod nets;
pub mod posted;
pub mod receipt;
pub mod report;
pub mod request;
pub mod seal;
pub mod stage;
mod stream;
pub mod trace;
pub mod view;
pub mod writer;

pub use clock::Clock;
pub use receipt::{PostError, Posted, Receipt, RefusedDraft};

use crate::bookkeeper::keys::{KeyError, Keys};
use crate::bookkeeper::request::{DeclareRequest, PostRequest, StreamRequest};
use crate::bookkeeper::view::{View, Views};
use crate::bookkeeper::writer::{GROUP_VOUCHERS_MAX, Job, QUEUE_LENGTH, Writer};
use crate::collective::fact::{Fact, Withdrawal};
use crate::collective::reference::is_produced;
use crate::journal::event::{Declaration, Declared, Event};
use crate::journal::{Original, entry};
use crate::ledger::book::BookProfile;
use crate::ledger::refusal::Rule;
use crate::ledger::reversal::{self, Place};
use crate::ledger::voucher::{Signatures, Source};
use crate::ledger::{Account, AccountCode, DimensionValue, Draft, Period, VoucherNumber};
use crate::store::{DbUrl, Store, StoreError};
use jiff::civil::Date;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};
use uuid::Uuid;

/// Vouchers of one request that is held in memory; more come as a stream.
pub const REQUEST_VOUCHERS_MAX: usize = 10_000;
/// Lines of such a request.
pub const REQUEST_LINES_MAX: usize = 100_000;

/// How a set of books is opened.
pub struct Config {
    pub url: DbUrl,
    /// The folder of private keys.
    pub keys: PathBuf,
    /// The name of this installation in checkpoints; used only when its key is made.
    pub origin: String,
    pub clock: Clock,
    /// Whether a database and a key may be made where there are none.
    pub create: bool,
    pub group_max: usize,
}

impl Config {
    pub fn new(url: DbUrl, keys: PathBuf) -> Config {
        Config {
            url,
            keys,
            origin: "cunshe.example/yanhe".into(),
            clock: Clock::System,
            create: false,
            group_max: GROUP_VOUCHERS_MAX,
        }
    }
}

/// Why a set of books cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The facade. Clones share one writer.
#[derive(Clone)]
pub struct Bookkeeper {
    store: Store,
    views: Arc<Views>,
    keys: Arc<Keys>,
    clock: Clock,
    queue: mpsc::Sender<Job>,
    /// One signature at a time, so that what was last signed is never raced.
    signing: Arc<Mutex<()>>,
}

impl Bookkeeper {
    /// Opens the books and starts their writer. Must be called within a Tokio runtime.
    pub async fn open(config: Config) -> Result<Bookkeeper, OpenError> {
        let store = Store::open(&config.url, config.create).await?;
        let views = Arc::new(Views::default());
        let writer = Writer::open(store.clone(), config.clock.clone(), Arc::clone(&views), config.group_max).await?;
        let no_books = views.all().is_empty();
        let keys = Keys::open(&config.keys, &config.origin, config.create && no_books, random_secret)?;
        let (queue, jobs) = mpsc::channel(QUEUE_LENGTH);
        let bookkeeper = Bookkeeper { store, views, keys: Arc::new(keys), clock: config.clock, queue, signing: Arc::default() };
        bookkeeper.check_keys().await?;
        tokio::spawn(writer.run(jobs));
        Ok(bookkeeper)
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn books(&self) -> Vec<Arc<View>> {
        self.views.all()
    }

    pub fn book(&self, code: &str) -> Option<Arc<View>> {
        self.views.get(code)
    }

    pub fn is_forked(&self, code: &str) -> bool {
        self.views.is_forked(code)
    }

    /// Opens a book: its profile, its official chart and its first year, in one commit. A book that an earlier version left
    /// half opened is finished. `id` is random in use, fixed in tests.
    pub async fn open_book(&self, id: Uuid, profile: BookProfile, by: &str) -> Result<u64, PostError> {
        let declarations = self.opening(profile, by)?;
        self.open_with(id, declarations).await
    }

    /// Records a book's first entries, all of them or none; of a half-opened book, what it lacks. The first declaration opens
    /// the book.
    pub async fn open_with(&self, id: Uuid, declarations: Vec<Declaration>) -> Result<u64, PostError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Declare(DeclareRequest::Open { id, declarations }, reply), answer).await
    }

    /// What opens a book: its profile, its official chart, its first year.
    pub fn opening(&self, profile: BookProfile, by: &str) -> Result<Vec<Declaration>, PostError> {
        let signer = self.keys.signer(&profile.code).map_err(|error| PostError::Key(Arc::new(error)))?;
        let verifier_key = signer.verifier_key().to_string();
        let (date, year) = (profile.first_period.first_day(), profile.first_period.year());
        let official = profile.standard.accounts();
        let declaration = |declared| Declaration { by: by.to_owned(), date, declared };
        let all = [
            Declared::BookOpened { profile, verifier_key },
            Declared::AccountsAdded { accounts: official },
            Declared::YearOpened { year },
        ];
        Ok(all.map(declaration).into())
    }

    /// Records a declaration; gives its sequence number.
    pub async fn declare(&self, book: &str, declaration: Declaration) -> Result<u64, PostError> {
        let (reply, answer) = oneshot::channel();
        let request = DeclareRequest::In { book: book.to_owned(), declaration };
        self.send(Job::Declare(request, reply), answer).await
    }

    pub async fn add_accounts(&self, book: &str, accounts: Vec<Account>, by: &str, date: Date) -> Result<u64, PostError> {
        self.declare(book, Declaration { by: by.to_owned(), date, declared: Declared::AccountsAdded { accounts } }).await
    }

    pub async fn close_account(&self, book: &str, account: AccountCode, by: &str, date: Date) -> Result<u64, PostError> {
        self.declare(book, Declaration { by: by.to_owned(), date, declared: Declared::AccountClosed { account } }).await
    }

    pub async fn add_dimension_values(
        &self,
        book: &str,
        values: Vec<DimensionValue>,
        by: &str,
        date: Date,
    ) -> Result<u64, PostError> {
        self.declare(book, Declaration { by: by.to_owned(), date, declared: Declared::DimensionValuesAdded { values } }).await
    }

    pub async fn open_year(&self, book: &str, year: i16, by: &str, date: Date) -> Result<u64, PostError> {
        self.declare(book, Declaration { by: by.to_owned(), date, declared: Declared::YearOpened { year } }).await
    }

    pub async fn close_period(&self, book: &str, period: Period, by: &str) -> Result<u64, PostError> {
        self.declare(
            book,
            Declaration { by: by.to_owned(), date: period.last_day(), declared: Declared::PeriodClosed { period } },
        )
        .await
    }

    /// Posts vouchers, all or none. The same key with the same content gives the first receipts again.
    pub async fn post(&self, book: &str, key: &str, mut drafts: Vec<Draft>) -> Result<Posted, PostError> {
        let lines: usize = drafts.iter().map(|draft| draft.lines.len()).sum();
        if drafts.len() > REQUEST_VOUCHERS_MAX || lines > REQUEST_LINES_MAX {
            return Err(PostError::TooLarge);
        }
        for (draft, row) in drafts.iter_mut().zip(1..) {
            draft.source.key.clear();
            draft.source.key.push_str(key);
            // A draft from a file knows its row.
            if draft.source.row == 0 {
                draft.source.row = row;
            }
        }
        self.send_post(PostRequest { drafts, ..PostRequest::new(book, key) }).await
    }

    /// Takes a posted voucher back (红字冲销). The date must lie in an open period.
    pub async fn reverse(
        &self,
        book: &str,
        voucher: (Period, VoucherNumber),
        key: &str,
        date: Date,
        signatures: Signatures,
    ) -> Result<Posted, PostError> {
        let view = self.views.get(book).ok_or(PostError::NoSuchBook)?;
        let unknown = || PostError::Refused(desk::refused_whole(Rule::ReversedUnknown));
        let seq = self.store.find_voucher(view.number, voucher.0, voucher.1).await?.ok_or_else(unknown)?;
        let original = self.original(&view, seq).await?.ok_or_else(unknown)?;
        let source = Source { key: key.to_owned(), reference: String::new(), row: 1 };
        let place = Place { seq, leaf: *original.leaf.as_bytes() };
        let draft = reversal::draft(&original.voucher, place, date, signatures, source);
        // A voucher that facts produced is taken back together with what it stood for.
        let reference = &original.voucher.source.reference;
        let fact = is_produced(&original.voucher.source).then(|| Fact::Withdrawn(Withdrawal { reference: reference.clone() }));
        let declaration =
            |fact| Declaration { by: draft.signatures.prepared_by.clone(), date, declared: Declared::Fact(Box::new(fact)) };
        let facts = fact.map(declaration).into_iter().collect();
        self.send_post(PostRequest { facts, drafts: vec![draft], original: Some(original), ..PostRequest::new(book, key) }).await
    }

    /// Begins a request that is too large for memory: see [`StreamRequest`].
    pub async fn stream(&self, book: &str, key: &str, chunks: mpsc::Receiver<Vec<Draft>>) -> Result<u64, PostError> {
        let (reply, answer) = oneshot::channel();
        let request = StreamRequest { book: book.to_owned(), key: key.to_owned(), chunks };
        self.send(Job::Stream(request, reply), answer).await
    }

    async fn send_post(&self, mut request: PostRequest) -> Result<Posted, PostError> {
        request.digest = desk::request_digest(&request.drafts);
        let (reply, answer) = oneshot::channel();
        self.send(Job::Post(Box::new(request), reply), answer).await
    }

    /// A full queue is an answer, not a wait: the caller can come back.
    async fn send<T>(&self, job: Job, answer: oneshot::Receiver<Result<T, PostError>>) -> Result<T, PostError> {
        self.queue.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => PostError::Busy,
            mpsc::error::TrySendError::Closed(_) => PostError::Stopping,
        })?;
        answer.await.map_err(|_| PostError::Stopping)?
    }

    /// The voucher at a sequence number, with its leaf.
    pub async fn original(&self, view: &View, seq: u64) -> Result<Option<Original>, StoreError> {
        let Some(stored) = self.store.entries(view.number, seq, 1).await?.pop() else { return Ok(None) };
        let corrupt = |error: entry::EntryFault| StoreError::Corrupt(format!("book {}, entry {seq}: {error}", view.profile.code));
        let (_, event) = entry::open(&view.id, &stored.head, &stored.body).map_err(corrupt)?;
        Ok(match event {
            Event::Voucher(voucher) => Some(Original { voucher: *voucher, leaf: crate::chain::leaf_hash(&stored.head) }),
            Event::Declaration(_) => None,
        })
    }

    /// Stops taking jobs and closes the database.
    pub async fn close(self) {
        drop(self.queue);
        self.store.close().await;
    }
}

fn random_secret() -> [u8; 32] {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).expect("without randomness no key can be made, and nothing signed");
    secret
}

/// A random book id (UUID version 4).
pub fn random_book_id() -> Uuid {
    let secret = random_secret();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&secret[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
