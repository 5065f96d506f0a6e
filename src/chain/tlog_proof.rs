//! `.tlog-proof` files (C2SP tlog-proof): a receipt that proves, offline and for good, that an entry is in a log.
//!
//! The file carries the leaf's index, the path to the root and the signed checkpoint. Whoever holds it needs only
//! the entry's head and the log's public key. The extra data is not authenticated and must not be trusted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::{Checkpoint, CheckpointError};
use super::head::{Head, HeadError, leaf_hash};
use super::key::VerifierKey;
use super::note::{NOTE_LENGTH_MAX, Note, NoteError};
use super::proof::{InclusionProof, ProofError};
use super::{Digest, parse_decimal};

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Bytes of extra data at most.
pub const EXTRA_LENGTH_MAX: usize = 1 << 16;

/// Hashes of a path at most: the height of a tree of 2^64 leaves.
pub const PATH_LENGTH_MAX: usize = 64;

/// Bytes of a file at most: the longest note, path and extra data, with room for the fixed words.
pub const TLOG_PROOF_LENGTH_MAX: usize = NOTE_LENGTH_MAX + 64 * 45 + 2 * EXTRA_LENGTH_MAX;

/// A proof as it stands in the file; nothing is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Application data beside the proof, not authenticated. Never empty: no data is `None`.
    pub extra: Option<Vec<u8>>,
    /// Leaf index, from 0.
    pub index: u64,
    /// Path from the leaf to the root of the checkpoint.
    pub proof: InclusionProof,
    /// The checkpoint, a signed note, verbatim.
    pub checkpoint: String,
}

/// What a verified proof proves: this entry is in that log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The entry's head.
    pub head: Head,
    /// The checkpoint of the log it is in.
    pub checkpoint: Checkpoint,
}

/// Why a file is not a proof, or proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Longer than [`TLOG_PROOF_LENGTH_MAX`].
    #[error("the proof file is too long")]
    TooLong,
    /// The first line is another.
    #[error("the file does not begin with c2sp.org/tlog-proof@v1")]
    Header,
    /// The extra line is not base64, or is empty, or too long.
    #[error("the extra line is malformed")]
    Extra,
    /// No index line, or not a decimal without leading zeros.
    #[error("the index line is malformed")]
    Index,
    /// A line of the path is not the base64 of 32 bytes, or there are too many, or no empty line ends them.
    #[error("line {0} of the path is malformed")]
    Path(usize),
    /// The entry's own number is not its place in the log.
    #[error("the head says seq {seq}, the proof says index {index}")]
    Seq {
        /// What the head says, from 1.
        seq: u64,
        /// What the proof says, from 0.
        index: u64,
    },
    /// The checkpoint is malformed, foreign or not signed by the log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The path does not lead from this entry to the signed root.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The entry is in the log, but is no head.
    #[error(transparent)]
    Head(#[from] HeadError),
}

impl TlogProofError {
    /// A stable name for reports.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "tlog_proof_too_long",
            Self::Header => "tlog_proof_header",
            Self::Extra => "tlog_proof_extra",
            Self::Index => "tlog_proof_index",
            Self::Path(_) => "tlog_proof_path",
            Self::Seq { .. } => "tlog_proof_seq",
            Self::Checkpoint(error) => error.code(),
            Self::Proof(error) => error.code(),
            Self::Head(error) => error.code(),
        }
    }
}

impl From<NoteError> for TlogProofError {
    fn from(error: NoteError) -> Self {
        Self::Checkpoint(error.into())
    }
}

impl TlogProof {
    /// A proof without extra data around a signed checkpoint.
    pub fn new(index: u64, proof: InclusionProof, checkpoint: String) -> Self {
        Self { extra: None, index, proof, checkpoint }
    }

    /// The text of the file. Empty extra data is left out, as the specification has it.
    pub fn encode(&self) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(extra) = self.extra.as_ref().filter(|extra| !extra.is_empty()) {
            text.push_str(&format!("extra {}\n", STANDARD.encode(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in &self.proof.0 {
            text.push_str(&hash.to_base64());
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads a file, strictly: what is accepted encodes to the same bytes again. The checkpoint must be well formed;
    /// who signed it is for [`TlogProof::verify`].
    pub fn parse(text: &str) -> Result<Self, TlogProofError> {
        if text.len() > TLOG_PROOF_LENGTH_MAX {
            return Err(TlogProofError::TooLong);
        }
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n')).ok_or(TlogProofError::Header)?;
        let (extra, rest) = match rest.strip_prefix("extra ") {
            Some(rest) => {
                let (line, rest) = rest.split_once('\n').ok_or(TlogProofError::Extra)?;
                let extra = STANDARD.decode(line).map_err(|_| TlogProofError::Extra)?;
                if extra.is_empty() || extra.len() > EXTRA_LENGTH_MAX {
                    return Err(TlogProofError::Extra);
                }
                (Some(extra), rest)
            }
            None => (None, rest),
        };
        let line = rest.strip_prefix("index ").and_then(|rest| rest.split_once('\n'));
        let (index, mut rest) = line.ok_or(TlogProofError::Index)?;
        let index = parse_decimal(index).ok_or(TlogProofError::Index)?;
        let mut path = Vec::new();
        loop {
            let place = path.len() + 1;
            let (line, behind) = rest.split_once('\n').ok_or(TlogProofError::Path(place))?;
            rest = behind;
            if line.is_empty() {
                break;
            }
            if place > PATH_LENGTH_MAX {
                return Err(TlogProofError::Path(place));
            }
            path.push(Digest::from_base64(line).map_err(|_| TlogProofError::Path(place))?);
        }
        Checkpoint::parse(Note::parse(rest)?.text())?;
        Ok(Self { extra, index, proof: InclusionProof(path), checkpoint: rest.to_owned() })
    }

    /// Checks that the entry with these head bytes is in the log of `key`, whose name must be the checkpoint's
    /// origin, and at the place the head itself claims (seq = index + 1).
    pub fn verify(&self, head: &[u8], key: &VerifierKey) -> Result<Proven, TlogProofError> {
        let checkpoint = self.verify_leaf(leaf_hash(head), key)?;
        let head = Head::decode(head)?;
        if self.index.checked_add(1) != Some(head.seq) {
            return Err(TlogProofError::Seq { seq: head.seq, index: self.index });
        }
        Ok(Proven { head, checkpoint })
    }

    /// Checks that the leaf with this hash is in the log of `key`; says nothing of what the leaf is.
    pub fn verify_leaf(&self, leaf: Digest, key: &VerifierKey) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, key, key.name())?;
        self.proof.verify(self.index, checkpoint.size, leaf, checkpoint.root)?;
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests;
