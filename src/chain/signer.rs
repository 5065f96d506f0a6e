//! Keys that sign notes. Seeds come from the caller; this room draws none and keeps none on disk.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};

use super::key::{KeyError, VerifierKey};
use super::note::{NOTE_LENGTH_MAX, NoteError, NoteSignature, check_control};

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
        let line = NoteSignature { name: self.verifier.name().to_owned(), key_id: self.verifier.id(), bytes }.to_string();
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
