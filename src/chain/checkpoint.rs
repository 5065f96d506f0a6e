//! Checkpoints (C2SP tlog-checkpoint): the size and root of a log at one moment, as a signed note.
//!
//! We write three lines and no extension. Extension lines of others are kept, because the specification allows
//! them, but nothing here gives them a meaning.

use super::key::VerifierKey;
use super::note::{Note, NoteError};
use super::signer::Signer;
use super::tree::empty_root;
use super::{Digest, parse_decimal};

/// What a log says of itself: "after `size` entries my root is `root`".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log this is: `<origin>/<book code>`, also the name of its key.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    /// Root of the tree at that size.
    pub root: Digest,
    /// Further lines of foreign logs, opaque; ours have none.
    pub extensions: Vec<String>,
}

/// Why a text is not a checkpoint, or a note not the checkpoint that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Fewer than three lines, an empty line, no newline at the end, or a control character.
    #[error("a checkpoint is three or more lines without an empty one")]
    Lines,
    /// The second line is not a decimal without leading zeros that fits 64 bits.
    #[error("the size is not a decimal number without leading zeros")]
    Size,
    /// The third line is not the base64 of 32 bytes.
    #[error("the root is not the base64 of 32 bytes")]
    Root,
    /// Size 0 with another root than that of the empty tree.
    #[error("the root of an empty tree is the hash of nothing")]
    EmptyRoot,
    /// A genuine checkpoint, but of another log.
    #[error("the checkpoint is of {found}, not of {expected}")]
    Origin {
        /// The log asked for.
        expected: String,
        /// The log that speaks.
        found: String,
    },
    /// The signing key's name is not the origin.
    #[error("the key of {key} does not sign for {origin}")]
    Signer {
        /// Name of the key.
        key: String,
        /// Origin of the checkpoint.
        origin: String,
    },
    /// The note around it is malformed or not signed as it must be.
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl CheckpointError {
    /// A stable name for reports.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Lines => "checkpoint_lines",
            Self::Size => "checkpoint_size",
            Self::Root => "checkpoint_root",
            Self::EmptyRoot => "checkpoint_empty_root",
            Self::Origin { .. } => "checkpoint_origin",
            Self::Signer { .. } => "checkpoint_signer",
            Self::Note(error) => error.code(),
        }
    }
}

impl Checkpoint {
    /// A checkpoint as we write it, without extensions.
    pub fn new(origin: &str, size: u64, root: Digest) -> Self {
        Self { origin: origin.to_owned(), size, root, extensions: Vec::new() }
    }

    /// The note text. Refuses what [`Checkpoint::parse`] would not read back as the same checkpoint.
    pub fn encode(&self) -> Result<String, CheckpointError> {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64());
        for extension in &self.extensions {
            text.push_str(extension);
            text.push('\n');
        }
        // The fields are open, so a newline or an empty line may have been put into one.
        match Self::parse(&text) {
            Ok(parsed) if parsed == *self => Ok(text),
            Ok(_) => Err(CheckpointError::Lines),
            Err(error) => Err(error),
        }
    }

    /// Reads a note text, strictly: what is accepted encodes to the same bytes again.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        if body.bytes().any(|byte| byte < b' ' && byte != b'\n') || body.split('\n').any(str::is_empty) {
            return Err(CheckpointError::Lines);
        }
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Lines);
        };
        let size = parse_decimal(size).ok_or(CheckpointError::Size)?;
        let root = Digest::from_base64(root).map_err(|_| CheckpointError::Root)?;
        if size == 0 && root != empty_root() {
            return Err(CheckpointError::EmptyRoot);
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions: lines.map(str::to_owned).collect() })
    }

    /// Signs as the log itself: the key must bear the origin's name. That this checkpoint extends the last one
    /// signed is for the caller to make sure of; this room remembers nothing.
    pub fn sign(&self, signer: &Signer) -> Result<String, CheckpointError> {
        let key = signer.verifier_key().name();
        if key != self.origin {
            return Err(CheckpointError::Signer { key: key.to_owned(), origin: self.origin.clone() });
        }
        Ok(signer.sign(&self.encode()?)?)
    }

    /// Reads a note that `key` must have signed and that must speak for the log `origin`.
    pub fn open(note: &str, key: &VerifierKey, origin: &str) -> Result<Self, CheckpointError> {
        let verified = Note::parse(note)?.verify(std::slice::from_ref(key))?;
        let checkpoint = Self::parse(&verified.text)?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::Origin { expected: origin.to_owned(), found: checkpoint.origin });
        }
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::reference;

    /// The example of the specification.
    const SOFA: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn signer(name: &str) -> Signer {
        Signer::new(name, &[7; 32]).expect("a fixed seed and a plain name make a key")
    }

    fn golden_checkpoint() -> Checkpoint {
        Checkpoint::new("yanhe.example/books/zj01", 8, reference::roots()[7])
    }

    #[test]
    fn the_specification_example_reads_back() {
        let checkpoint = Checkpoint::parse(SOFA).expect("the specification's example is a checkpoint");
        assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
        assert_eq!(checkpoint.size, 20_852_163);
        assert!(checkpoint.extensions.is_empty());
        assert_eq!(checkpoint.encode().as_deref(), Ok(SOFA));
    }

    #[test]
    fn golden_note() {
        let golden = include_str!("../../tests/vectors/chain/checkpoint.txt");
        let signer = signer("yanhe.example/books/zj01");
        assert_eq!(golden_checkpoint().sign(&signer).as_deref(), Ok(golden));
        let opened = Checkpoint::open(golden, signer.verifier_key(), "yanhe.example/books/zj01");
        assert_eq!(opened, Ok(golden_checkpoint()));
    }

    #[test]
    fn extension_lines_are_kept() {
        let text = format!("{SOFA}one\ntwo three\n");
        let checkpoint = Checkpoint::parse(&text).expect("extension lines are allowed");
        assert_eq!(checkpoint.extensions, ["one", "two three"]);
        assert_eq!(checkpoint.encode(), Ok(text));
    }

    #[test]
    fn an_empty_tree_has_the_one_root() {
        let empty = Checkpoint::new("o", 0, empty_root());
        let text = empty.encode().expect("an empty log may say so");
        assert_eq!(text, "o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
        assert_eq!(Checkpoint::parse(&text), Ok(empty));
        assert_eq!(Checkpoint::new("o", 0, Digest::ZERO).encode(), Err(CheckpointError::EmptyRoot));
    }

    #[test]
    fn malformed_checkpoints() {
        let root = reference::roots()[7].to_base64();
        let table = [
            ("", "checkpoint_lines"),
            ("\n", "checkpoint_lines"),
            ("o\n8\n", "checkpoint_lines"),
            (&format!("o\n8\n{root}"), "checkpoint_lines"),
            (&format!("o\n8\n{root}\n\n"), "checkpoint_lines"),
            (&format!("o\n8\n{root}\n\next\n"), "checkpoint_lines"),
            (&format!("o\n\n8\n{root}\n"), "checkpoint_lines"),
            (&format!("\n8\n{root}\n"), "checkpoint_lines"),
            (&format!("o\r\n8\r\n{root}\r\n"), "checkpoint_lines"),
            (&format!("o\t\n8\n{root}\n"), "checkpoint_lines"),
            (&format!("o\n08\n{root}\n"), "checkpoint_size"),
            (&format!("o\n+8\n{root}\n"), "checkpoint_size"),
            (&format!("o\n-8\n{root}\n"), "checkpoint_size"),
            (&format!("o\n 8\n{root}\n"), "checkpoint_size"),
            (&format!("o\n8 \n{root}\n"), "checkpoint_size"),
            (&format!("o\n0x8\n{root}\n"), "checkpoint_size"),
            (&format!("o\n８\n{root}\n"), "checkpoint_size"),
            (&format!("o\n18446744073709551616\n{root}\n"), "checkpoint_size"),
            (&format!("o\n8\n{root} \n"), "checkpoint_root"),
            (&format!("o\n8\n{}\n", &root[..43]), "checkpoint_root"),
            (&format!("o\n8\n{}\n", &root[4..]), "checkpoint_root"),
            (&format!("o\n8\n{}\n", reference::roots()[7]), "checkpoint_root"),
            (&format!("o\n0\n{root}\n"), "checkpoint_empty_root"),
        ];
        for (text, code) in table {
            assert_eq!(Checkpoint::parse(text).map_err(|error| error.code()), Err(code), "{text:?}");
        }
    }

    #[test]
    fn fields_that_would_not_read_back_are_not_written() {
        let mut checkpoint = golden_checkpoint();
        checkpoint.extensions.push(String::new());
        assert_eq!(checkpoint.encode(), Err(CheckpointError::Lines));
        checkpoint.extensions[0] = "a\nb".to_owned();
        assert_eq!(checkpoint.encode(), Err(CheckpointError::Lines));
        let mut shifted = golden_checkpoint();
        shifted.origin = format!("other\n9\n{}", shifted.root.to_base64());
        assert_eq!(shifted.encode(), Err(CheckpointError::Lines));
        shifted.origin.clear();
        assert_eq!(shifted.encode(), Err(CheckpointError::Lines));
    }

    #[test]
    fn only_the_log_itself_signs_and_only_its_key_opens() {
        let ours = signer("yanhe.example/books/zj01");
        let other = signer("yanhe.example/books/zj02");
        assert_eq!(golden_checkpoint().sign(&other).map_err(|error| error.code()), Err("checkpoint_signer"));
        let note = golden_checkpoint().sign(&ours).expect("the log signs for itself");
        let open = |note: &str, key: &Signer, origin: &str| {
            Checkpoint::open(note, key.verifier_key(), origin).map_err(|error| error.code())
        };
        assert_eq!(open(&note, &other, "yanhe.example/books/zj01"), Err("note_unsigned"));
        assert_eq!(open(&note, &ours, "yanhe.example/books/zj02"), Err("checkpoint_origin"));
        assert_eq!(open(&note.replacen("\n8\n", "\n9\n", 1), &ours, "yanhe.example/books/zj01"), Err("note_bad_signature"));
        let plain = ours.sign("no checkpoint\n").expect("any text can be signed");
        assert_eq!(open(&plain, &ours, "yanhe.example/books/zj01"), Err("checkpoint_lines"));
    }
}
