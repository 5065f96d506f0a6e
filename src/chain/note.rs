//! Signed notes (C2SP signed-note): a text, an empty line, and signature lines.
//!
//! Only Ed25519 (type 0x01) keys are known here; any other signature, a witness's cosignature for one, is carried
//! along and ignored as one from an unknown key. The text means nothing until [`Note::verify`] has said who signed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::key::{VerifierKey, check_name};

/// Bytes of a whole note at most: a hundred post-quantum cosignatures fit, a flood does not.
pub const NOTE_LENGTH_MAX: usize = 1 << 20;

/// Signatures on a note at most. The specification asks for 16 at least; 100 is what the first implementation takes.
pub const SIGNATURES_MAX: usize = 100;

/// What begins a signature line: em dash (U+2014) and a space.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// Why a note is malformed or not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`NOTE_LENGTH_MAX`].
    #[error("the note is longer than 1 MiB")]
    TooLong,
    /// A control character other than newline.
    #[error("the note contains a control character")]
    Control,
    /// The text does not end with a newline.
    #[error("the text of a note ends with a newline")]
    Text,
    /// No empty line followed by signature lines, or the last line does not end.
    #[error("the note has no signature block")]
    NoSignatures,
    /// A signature line that is not em dash, space, key name, space, base64.
    #[error("signature line {0} is malformed")]
    SignatureLine(usize),
    /// More than [`SIGNATURES_MAX`] signatures.
    #[error("the note has more than 100 signatures")]
    TooManySignatures,
    /// Two different known keys share name and id, so it cannot be said which one is meant.
    #[error("two known keys share name and id")]
    AmbiguousKey,
    /// A signature that claims a known key does not verify.
    #[error("signature {0} claims a known key and is not its signature")]
    BadSignature(usize),
    /// No known key signed.
    #[error("no known key signed the note")]
    Unsigned,
}

impl NoteError {
    /// A stable name for reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "note_too_long",
            Self::Control => "note_control",
            Self::Text => "note_text",
            Self::NoSignatures => "note_no_signatures",
            Self::SignatureLine(_) => "note_signature_line",
            Self::TooManySignatures => "note_too_many_signatures",
            Self::AmbiguousKey => "note_ambiguous_key",
            Self::BadSignature(_) => "note_bad_signature",
            Self::Unsigned => "note_unsigned",
        }
    }
}

/// One signature line. Displayed as it stands in a note, newline included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key that claims to have signed.
    pub name: String,
    /// Its key id.
    pub key_id: u32,
    /// The signature without the key id; never empty.
    pub bytes: Vec<u8>,
}

impl NoteSignature {
    /// Reads a line without its newline.
    fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(SIGNATURE_MARK)?.split_once(' ')?;
        check_name(name).ok()?;
        let bytes = STANDARD.decode(base64).ok()?;
        let (key_id, bytes) = bytes.split_first_chunk()?;
        let key_id = u32::from_be_bytes(*key_id);
        (!bytes.is_empty()).then(|| Self { name: name.to_owned(), key_id, bytes: bytes.to_vec() })
    }

    fn claims(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.key_id == key.id()
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id.to_be_bytes(), self.bytes.as_slice()].concat();
        writeln!(f, "{SIGNATURE_MARK}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// A note that is well formed; nobody has said yet that it is true. Displays as the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// What remains of a note after at least one known key has verified and none has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedNote {
    /// The signed text, its last newline included.
    pub text: String,
    /// The known keys that signed, each once, in the order of their signatures.
    pub signed_by: Vec<VerifierKey>,
}

impl Note {
    /// Reads a note, strictly.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > NOTE_LENGTH_MAX {
            return Err(NoteError::TooLong);
        }
        check_control(note)?;
        // The text may contain empty lines; the last one separates.
        let cut = note.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let (text, block) = note.split_at(cut + 1);
        let lines = block.strip_prefix('\n').and_then(|block| block.strip_suffix('\n')).ok_or(NoteError::NoSignatures)?;
        if lines.split('\n').count() > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        let signature = |(place, line)| NoteSignature::parse(line).ok_or(NoteError::SignatureLine(place));
        let signatures = (1..).zip(lines.split('\n')).map(signature).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text, its last newline included. Not to be believed before [`Note::verify`].
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in order, from known and unknown keys alike.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Checks every signature that claims a known key: one that fails spoils the note; those of unknown keys are
    /// ignored, even if they share a name or an id (but not both) with a known one.
    pub fn verify(&self, known: &[VerifierKey]) -> Result<VerifiedNote, NoteError> {
        let mut signed_by: Vec<VerifierKey> = Vec::new();
        for (place, signature) in (1..).zip(&self.signatures) {
            let mut claimed = known.iter().filter(|key| signature.claims(key));
            let Some(key) = claimed.next() else { continue };
            if claimed.any(|other| other != key) {
                return Err(NoteError::AmbiguousKey);
            }
            if !key.is_signed(&self.text, &signature.bytes) {
                return Err(NoteError::BadSignature(place));
            }
            if !signed_by.contains(key) {
                signed_by.push(key.clone());
            }
        }
        if signed_by.is_empty() {
            return Err(NoteError::Unsigned);
        }
        Ok(VerifiedNote { text: self.text.clone(), signed_by })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}

pub(super) fn check_control(text: &str) -> Result<(), NoteError> {
    let control = |byte: u8| byte < b' ' && byte != b'\n';
    if text.bytes().any(control) { Err(NoteError::Control) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
