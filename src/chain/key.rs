//! Keys of signed notes (C2SP signed-note): a name, an Ed25519 key, and the short id made of both.
//!
//! The name is part of the key: the same bytes under another name are another key.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

use super::Digest;

/// The type byte of an Ed25519 note key.
const ED25519: u8 = 1;

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

    /// A key that collides with another in its id, which no test could find by trying.
    #[cfg(test)]
    pub(super) fn with_id(self, id: u32) -> Self {
        Self { id, ..self }
    }

    /// Whether `signature` is this key's over `text`; strict, so a valid signature has no second spelling.
    pub(super) fn is_signed(&self, text: &str, signature: &[u8]) -> bool {
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

fn key_id(name: &str, public_key: &[u8; 32]) -> u32 {
    let digest = Digest::of_parts(&[name.as_bytes(), b"\n", &[ED25519], public_key]);
    let [a, b, c, d, ..] = *digest.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

pub(super) fn check_name(name: &str) -> Result<(), KeyError> {
    let bad = |character: char| character.is_whitespace() || character == '+' || character < ' ';
    if name.is_empty() || name.contains(bad) { Err(KeyError::Name) } else { Ok(()) }
}
