//! Checkpoints and proofs: what leaves the house so that its history cannot be changed behind it.

use crate::bookkeeper::keys::KeyError;
use crate::bookkeeper::view::View;
use crate::bookkeeper::{Bookkeeper, OpenError};
use crate::chain::proof::{self, InclusionProof};
use crate::chain::tlog_proof::TlogProof;
use crate::store::StoreError;
use std::sync::Arc;

/// Why nothing was signed or proved.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Another process has moved the book on; this one must read it again first.
    #[error("the book was moved on by another process")]
    Stale,
    #[error("no such book")]
    NoSuchBook,
    #[error("no such entry")]
    NoSuchEntry,
}

impl Bookkeeper {
    /// Compares every book with its key and with what was last signed for it. A key that is not the book's
    /// own stops the start; a book that lags behind its own signature becomes read-only.
    pub(super) async fn check_keys(&self) -> Result<(), OpenError> {
        for view in self.books() {
            let code = &view.profile.code;
            if self.keys.signer(code)?.verifier_key().to_string() != view.verifier_key {
                return Err(KeyError::WrongKey(code.clone()).into());
            }
            match self.check_extends(&view).await {
                Ok(()) => self.keep_last_signed(&view).await?,
                Err(SealError::Key(error @ KeyError::Forked { .. })) => {
                    tracing::error!(%error, "read-only until the restore is declared");
                    self.views.mark_forked(code);
                }
                Err(SealError::Key(error)) => return Err(error.into()),
                Err(SealError::Store(error)) => return Err(error.into()),
                Err(SealError::NoSuchBook | SealError::NoSuchEntry | SealError::Stale) => {}
            }
        }
        Ok(())
    }

    /// A crash between signing and keeping leaves the newest checkpoint out of the table: it is put there now.
    async fn keep_last_signed(&self, view: &View) -> Result<(), OpenError> {
        let code = &view.profile.code;
        let Some((size, root)) = self.keys.last_signed(code)? else { return Ok(()) };
        if self.store.checkpoint_at(view.number, size).await?.is_none() {
            self.store.keep_checkpoint(view.number, size, &self.keys.note(code, size, root)?).await?;
        }
        Ok(())
    }

    /// Whether the book's tree extends the one that was last signed.
    pub(super) async fn check_extends(&self, view: &View) -> Result<(), SealError> {
        let code = &view.profile.code;
        let Some((size, root)) = self.keys.last_signed(code)? else { return Ok(()) };
        let found = view.latest.seq;
        let forked = KeyError::Forked { book: code.clone(), signed: size, found };
        if size > found {
            // Another process may have posted and signed since this one read the books.
            let rows = self.store.book_rows().await?;
            let stored = rows.iter().find(|row| row.number == view.number).map_or(0, |row| row.latest.seq);
            return Err(if stored >= size { SealError::Stale } else { forked.into() });
        }
        let here = if size == found { view.root } else { self.store.root_at(view.number, size).await? };
        if here == root { Ok(()) } else { Err(forked.into()) }
    }

    /// The signed checkpoint of a book as it stands now, and the view it covers. Remembered outside the
    /// database before it is handed out.
    pub async fn checkpoint(&self, code: &str) -> Result<(Arc<View>, String), SealError> {
        let _one_at_a_time = self.signing.lock().await;
        let view = self.views.get(code).ok_or(SealError::NoSuchBook)?;
        self.check_extends(&view).await?;
        let note = self.keys.sign(code, view.latest.seq, view.root)?;
        self.store.keep_checkpoint(view.number, view.latest.seq, &note).await?;
        Ok((view, note))
    }

    /// Signs where every book stands now.
    pub async fn seal_all(&self) -> Result<(), SealError> {
        for view in self.books() {
            if !self.is_forked(&view.profile.code) {
                self.checkpoint(&view.profile.code).await?;
            }
        }
        Ok(())
    }

    /// Proof that an entry is in its book, under a checkpoint signed now.
    pub async fn proof(&self, code: &str, seq: u64) -> Result<TlogProof, SealError> {
        let (view, checkpoint) = self.checkpoint(code).await?;
        let size = view.latest.seq;
        let index = seq.checked_sub(1).filter(|index| *index < size).ok_or(SealError::NoSuchEntry)?;
        let plan = proof::inclusion_plan(index, size).map_err(|_| SealError::NoSuchEntry)?;
        let hashes = self.store.resolve(view.number, &plan, size).await?;
        Ok(TlogProof::new(index, InclusionProof(hashes), checkpoint))
    }
}
