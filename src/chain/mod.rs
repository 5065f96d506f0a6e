//! The hash chain: bytes in, hashes and proofs out.
//!
//! What this room is for: the 160-byte head of a journal entry, the RFC 6962 Merkle tree over the heads, its
//! C2SP tiles, checkpoints (signed notes) and the inclusion and consistency proofs by which a stranger checks a
//! book without trusting the server. The bytes are fixed by `journal.md`; outside formats are followed byte for byte.
//!
//! What it must never do: I/O, clocks, randomness, logging, floats; know what a voucher is; accept a second
//! spelling of anything (decode then encode gives the same bytes, or decode refuses).
//!
//! Where to start reading: [`head`] (what is hashed), then [`tree`] (how the hashes grow into one root), then
//! [`proof`] (how a stranger gets from a leaf to the root), then [`checkpoint`] (who vouches for the root).
//!
//! ```text
//! digest <- tree <- head
//!             ^----- tile, bundle <- proof
//! key <- note <- signer <- checkpoint <- tlog_proof -> proof, head
//! ```

pub mod bundle;
pub mod checkpoint;
pub mod digest;
pub mod head;
pub mod key;
pub mod note;
pub mod proof;
pub mod signer;
pub mod tile;
pub mod tlog_proof;
pub mod tree;

#[cfg(test)]
mod reference;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use digest::{Digest, DigestError, node_hash};
pub use head::{HEAD_LENGTH, Head, HeadError, Kind, body_hash, leaf_hash};
pub use key::{KeyError, VerifierKey};
pub use note::{Note, NoteError, NoteSignature, VerifiedNote};
pub use proof::{ConsistencyProof, InclusionProof, Plan, ProofError, consistency_plan, inclusion_plan, root_plan};
pub use signer::Signer;
pub use tile::{TILE_WIDTH, TileError, TileId};
pub use tlog_proof::{Proven, TlogProof, TlogProofError};
pub use tree::{Edge, EdgeError, FullTile, Node, NodePlace, empty_root, root};

/// Reads a decimal as the C2SP texts write it: ASCII digits only, no sign, no leading zero (except `0` itself).
/// The standard parser would also take `+5` and `007`, which would give one number two spellings.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let digits = text.as_bytes();
    let canonical = match digits {
        [] => false,
        [b'0'] => true,
        [first, ..] => *first != b'0',
    };
    if !canonical || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    text.parse().ok()
}
