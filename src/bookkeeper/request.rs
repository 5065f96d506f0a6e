//! What is asked of the writer.

use crate::chain::Digest;
use crate::journal::{Declaration, Original};
use crate::ledger::Draft;
use crate::ledger::voucher::Signatures;
use tokio::sync::mpsc;
use uuid::Uuid;

/// A request to post vouchers: all of them or none.
pub struct PostRequest {
    pub book: String,
    pub key: String,
    pub digest: Digest,
    /// Facts of the business, and who signs the vouchers that they ask for.
    pub facts: Vec<Declaration>,
    pub signatures: Signatures,
    pub drafts: Vec<Draft>,
    /// The voucher that a reversal takes back.
    pub original: Option<Original>,
    /// The leaf of the head at which what it rests on was read: it is decided there or not at all.
    pub read_at: Option<Digest>,
}

impl PostRequest {
    /// A request that asks nothing yet.
    pub fn new(book: &str, key: &str) -> PostRequest {
        PostRequest {
            book: book.to_owned(),
            key: key.to_owned(),
            digest: Digest::ZERO,
            facts: Vec::new(),
            signatures: Signatures::default(),
            drafts: Vec::new(),
            original: None,
            read_at: None,
        }
    }

    /// Whether a request that was served under this key asked the same. The key of facts is made of what they say.
    pub fn is_same(&self, served: Digest) -> bool {
        served == self.digest || (!self.facts.is_empty() && self.drafts.is_empty())
    }
}

/// What can be declared: a new book, or something about one.
pub enum DeclareRequest {
    /// The first declaration opens the book; all of them are recorded at once, or none.
    Open {
        id: Uuid,
        declarations: Vec<Declaration>,
    },
    In {
        book: String,
        declaration: Declaration,
    },
}

/// A request too large for memory: vouchers come in chunks, and stand or fall together. The sender closes
/// `chunks` after a last empty one; without it the request was abandoned, and nothing is posted.
pub struct StreamRequest {
    pub book: String,
    pub key: String,
    pub chunks: mpsc::Receiver<Vec<Draft>>,
}
