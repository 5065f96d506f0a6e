//! A file of any length as one request: chunks are decided and written one after the other inside a single
//! transaction, so memory stays bounded and a refusal in the last row leaves nothing behind.

use crate::bookkeeper::desk::Desk;
use crate::bookkeeper::receipt::{PostError, Receipt, RefusedDraft};
use crate::bookkeeper::request::{PostRequest, StreamRequest};
use crate::bookkeeper::view::View;
use crate::bookkeeper::writer::Writer;
use crate::journal::projection::RequestRow;
use crate::store::StoreError;
use crate::store::append::Appender;
use std::sync::Arc;

impl Writer {
    /// Posts a stream of vouchers; gives their number.
    pub(super) async fn stream(&mut self, mut request: StreamRequest) -> Result<u64, PostError> {
        let result = self.stream_all(&mut request).await;
        match &result {
            Ok(_) => {
                if let Some(desk) = self.desks.get_mut(&request.book) {
                    desk.stored = desk.state.latest.leaf;
                    self.views.publish(View::of(desk));
                }
            }
            // What was decided was not committed: back to what the store holds.
            Err(_) => self.recover().await,
        }
        result
    }

    async fn first_receipt(&self, book: &str, row: &RequestRow) -> Result<Option<Box<Receipt>>, StoreError> {
        let Some(desk) = self.desks.get(book) else { return Ok(None) };
        let entries = self.store.entries(desk.number, row.first_seq, 1).await?;
        entries.first().map(|stored| Receipt::read(book, &desk.state.id, stored).map(Box::new)).transpose()
    }

    async fn stream_all(&mut self, request: &mut StreamRequest) -> Result<u64, PostError> {
        let number = self.writable(&request.book)?.number;
        if let Some(row) = self.store.requests(number, vec![request.key.clone()]).await?.first() {
            let first = self.first_receipt(&request.book, row).await?;
            return Err(PostError::KeyTaken { key: request.key.clone(), first });
        }
        let mut appender = self.store.begin().await?;
        let mut count = 0_u64;
        loop {
            let now = self.clock.now();
            let mut chunk = request.chunks.recv().await.ok_or(PostError::Abandoned)?;
            chunk.iter_mut().for_each(|draft| request.key.clone_into(&mut draft.source.key));
            let desk = self.writable(&request.book)?;
            if chunk.is_empty() {
                finish(desk, &mut appender).await?;
                break;
            }
            let before = usize::try_from(count).unwrap_or(usize::MAX);
            count = count.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            let part = PostRequest { drafts: chunk, ..PostRequest::new(&request.book, &request.key) };
            // Places count from the first voucher of the file, not of the chunk.
            let in_file = |one: RefusedDraft| RefusedDraft { index: one.index.saturating_add(before), ..one };
            let decided = desk.decide(&part);
            let decided = decided.map_err(|refused| PostError::Refused(refused.into_iter().map(in_file).collect()))?;
            desk.seal(decided.vouchers, now);
            write(desk, &mut appender).await?;
        }
        appender.commit().await?;
        Ok(count)
    }
}

/// Writes what a chunk added; the request it belongs to stays open.
async fn write(desk: &mut Desk, appender: &mut Appender) -> Result<(), StoreError> {
    appender.swap_head(desk.number, desk.stored, desk.standing()).await?;
    desk.stored = desk.state.latest.leaf;
    let mut batch = std::mem::take(&mut desk.batch);
    desk.batch.projection = batch.projection.keep_open_request();
    appender.write(desk.number, batch).await
}

/// Closes the request and writes its row.
async fn finish(desk: &mut Desk, appender: &mut Appender) -> Result<(), StoreError> {
    let mut batch = std::mem::take(&mut desk.batch);
    batch.projection.close_request();
    appender.write(desk.number, batch).await
}

impl From<StoreError> for PostError {
    fn from(error: StoreError) -> PostError {
        PostError::Store(Arc::new(error))
    }
}
