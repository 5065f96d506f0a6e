//! Reading, hashing and decoding in parallel, judging in order. Verification has nothing sequential but the rules, and
//! those are cheap once the entries are read.

use crate::chain::{Digest, Head, leaf_hash};
use crate::journal::entry::{self, EntryFault};
use crate::journal::event::Event;
use crate::verify::reader::{BookFolder, BundleError};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel, sync_channel};
use uuid::Uuid;

/// Bundles read ahead of the judge: bounds the memory.
const AHEAD: usize = 16;

/// One entry, hashed and decoded.
pub struct Read {
    pub leaf: Digest,
    pub entry: Result<(Head, Event), EntryFault>,
}

/// A bundle's entries, or why there are none.
pub struct Chunk {
    pub first_seq: u64,
    pub bytes: u64,
    pub entries: Result<Vec<Read>, BundleError>,
}

fn read_chunk(folder: &BookFolder, book: &Uuid, index: u64) -> Chunk {
    let first_seq = index * 256 + 1;
    let bundle = match folder.bundle(index) {
        Ok(bundle) => bundle,
        Err(error) => return Chunk { first_seq, bytes: 0, entries: Err(error) },
    };
    let read = |(head, body): (&[u8], &[u8])| Read { leaf: leaf_hash(head), entry: entry::open(book, head, body) };
    let entries = match bundle.entries() {
        // Damaged bodies do not keep the tree from being checked.
        Err(BundleError::Bodies(_)) => bundle.heads().map(|heads| heads.into_iter().map(|head| read((head, &[]))).collect()),
        read_all => read_all.map(|entries| entries.into_iter().map(read).collect()),
    };
    Chunk { first_seq, bytes: bundle.bytes(), entries }
}

/// Calls `judge` with every chunk in order, until it says stop.
pub fn run(folder: &BookFolder, book: &Uuid, mut judge: impl FnMut(&Chunk) -> bool) {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (next, stopped) = (AtomicU64::new(0), AtomicBool::new(false));
    let bundles = folder.bundles();
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<(u64, usize, Chunk)>(AHEAD);
        let spent: Vec<Sender<Chunk>> = (0..workers)
            .map(|worker| {
                let (sender, next, stopped) = (sender.clone(), &next, &stopped);
                let (give_back, given_back) = channel::<Chunk>();
                scope.spawn(move || {
                    loop {
                        // What a thread has allocated it frees itself: two threads at one heap would wait for each other.
                        given_back.try_iter().for_each(drop);
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let over = index >= bundles || stopped.load(Ordering::Relaxed);
                        if over || sender.send((index, worker, read_chunk(folder, book, index))).is_err() {
                            return;
                        }
                    }
                });
                give_back
            })
            .collect();
        drop(sender);
        let (mut waiting, mut expected) = (BTreeMap::new(), 0);
        for (index, worker, chunk) in receiver {
            waiting.insert(index, (worker, chunk));
            while let Some((worker, chunk)) = waiting.remove(&expected) {
                expected += 1;
                if !stopped.load(Ordering::Relaxed) && !judge(&chunk) {
                    stopped.store(true, Ordering::Relaxed);
                }
                // A worker that has finished is gone; then the chunk is dropped here.
                let _ = spent[worker].send(chunk);
            }
        }
    });
}
