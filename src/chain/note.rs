//! Signed notes (C2SP signed-note): a text, an empty line, and signature lines.
//!
//! Only Ed25519 (type 0x01) keys are known here; any other signature, a witness's cosignature for one, is carried
//! along and ignored as one from an unknown key. The text means nothing until [`Note::verify`] has said who signed.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::Digest;

/// Bytes of a whole note at most: a hundred post-quantum cosignatures fit, a flood does not.
pub const NOTE_LENGTH_MAX: usize = 1 << 20;

/// Signatures on a note at most. The specification asks for 16 at least; 100 is what the first implementation takes.
pub const SIGNATURES_MAX: usize = 100;

/// The type byte of an Ed25519 note key.
const ED25519: u8 = 1;

/// What begins a signature line: em dash (U+2014) and a space.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// Why a key is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty or has a space, a plus or a control character.
    #[error("a key name is not empty and has no space, no plus and no control character")]
    Name,
    /// Not `<name>+<8 lower-case hex digits>+<base64>`.
    #[error("a verifier key is <name>+<8 hex digits>+<base64>")]
    Format,
    /// A signature type other than Ed25519 (0x01).
    #[error("unknown key type {0:#04x}")]
    Type(u8),
    /// The bytes are no point of the curve, or one that would verify anything, or have a second spelling.
    #[error("the public key is not a sound Ed25519 key")]
    Point,
    /// The key id is not the hash of name and key: most likely a typing error.
    #[error("the key id does not belong to this name and key")]
    Id,
}

impl KeyError {
    /// A stable name for reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "key_name",
            Self::Format => "key_format",
            Self::Type(_) => "key_type",
            Self::Point => "key_point",
            Self::Id => "key_id",
        }
    }
}

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

/// The public key of a signer, with its name. Text form (vkey): `<name>+<hex id>+<base64(0x01 || key)>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl VerifierKey {
    /// Names a public key. Refused: points off the curve, of small order, or in a non-canonical spelling.
    pub fn new(name: &str, public_key: [u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        let key = VerifyingKey::from_bytes(&public_key).map_err(|_| KeyError::Point)?;
        // Decompression takes a few y coordinates beyond the field prime; compressing again shows them.
        if key.is_weak() || VerifyingKey::from(key.to_edwards()).to_bytes() != public_key {
            return Err(KeyError::Point);
        }
        Ok(Self { name: name.to_owned(), id: key_id(name, &public_key), key })
    }

    /// Reads the text form. What it accepts prints the same again.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        // The base64 part may itself contain plus signs, so cut from the left.
        let (name, rest) = text.split_once('+').ok_or(KeyError::Format)?;
        let (id, material) = rest.split_once('+').ok_or(KeyError::Format)?;
        check_name(name)?;
        let material = STANDARD.decode(material).map_err(|_| KeyError::Format)?;
        let (kind, public_key) = material.split_first().ok_or(KeyError::Format)?;
        if *kind != ED25519 {
            return Err(KeyError::Type(*kind));
        }
        let key = Self::new(name, public_key.try_into().map_err(|_| KeyError::Format)?)?;
        if id.len() != 8 || !id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(KeyError::Format);
        }
        if id != format!("{:08x}", key.id) {
            return Err(KeyError::Id);
        }
        Ok(key)
    }

    /// The key name; for a log, its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key id: the first four bytes of SHA-256(name 0x0A 0x01 key), big-endian.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The 32 bytes of the Ed25519 public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Whether `signature` is this key's over `text`; strict, so a valid signature has no second spelling.
    fn is_signed(&self, text: &str, signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut material = vec![ED25519];
        material.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, STANDARD.encode(material))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}

/// A key that signs. Deterministic: the same name, seed and text give the same note.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    verifier: VerifierKey,
}

impl Signer {
    /// Builds the key from its 32-byte Ed25519 seed, which the caller draws and keeps.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, key.verifying_key().to_bytes())?;
        Ok(Self { key, verifier })
    }

    /// The public half, to hand out.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs a text (which must end with a newline) and returns the whole note.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        Ok(format!("{text}\n{}", self.signature_line(text)?))
    }

    /// The signature line alone, newline included, to stand below another key's.
    pub fn signature_line(&self, text: &str) -> Result<String, NoteError> {
        check_control(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::Text);
        }
        let bytes = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        let line = NoteSignature { name: self.verifier.name.clone(), key_id: self.verifier.id, bytes }.to_string();
        // Room for the empty line; otherwise a note could be signed that nobody would read back.
        if text.len() + 1 + line.len() > NOTE_LENGTH_MAX {
            return Err(NoteError::TooLong);
        }
        Ok(line)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier) // never the seed
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
        self.name == key.name && self.key_id == key.id
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

fn key_id(name: &str, public_key: &[u8; 32]) -> u32 {
    let digest = Digest::of_parts(&[name.as_bytes(), b"\n", &[ED25519], public_key]);
    let [a, b, c, d, ..] = *digest.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

fn check_name(name: &str) -> Result<(), KeyError> {
    let bad = |character: char| character.is_whitespace() || character == '+' || character < ' ';
    if name.is_empty() || name.contains(bad) { Err(KeyError::Name) } else { Ok(()) }
}

fn check_control(text: &str) -> Result<(), NoteError> {
    let control = |byte: u8| byte < b' ' && byte != b'\n';
    if text.bytes().any(control) { Err(NoteError::Control) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
