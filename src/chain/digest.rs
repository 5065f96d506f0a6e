//! A SHA-256 value and its three spellings: 32 bytes, 64 lower-case hex digits, 44 characters of standard base64.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;
use sha2::Sha256;

/// Bytes in a digest.
pub const DIGEST_LENGTH: usize = 32;

/// Characters of standard base64, with its one `=`, that spell a digest.
const BASE64_LENGTH: usize = 44;

/// A SHA-256 value. Not a secret, so ordinary comparison is right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; DIGEST_LENGTH]);

/// Why a text is not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Not 64 characters of `0-9a-f`. Upper case is refused, so that a digest has one hex spelling.
    #[error("a digest in hex is 64 characters of 0-9a-f")]
    Hex,
    /// Not the standard, padded, canonical base64 of 32 bytes.
    #[error("a digest in base64 is 44 characters of standard padded base64")]
    Base64,
}

impl DigestError {
    /// A stable name for reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hex => "digest_hex",
            Self::Base64 => "digest_base64",
        }
    }
}

impl Digest {
    /// Thirty-two zero bytes: "there is none" in `prev` and `anchor`. No input is known to hash to it.
    pub const ZERO: Self = Self([0; DIGEST_LENGTH]);

    /// Takes bytes that already are a SHA-256 value; hashes nothing.
    pub const fn from_bytes(bytes: [u8; DIGEST_LENGTH]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; DIGEST_LENGTH] {
        &self.0
    }

    /// Plain SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// SHA-256 of the parts one after the other, without joining them in memory first. The parts carry no
    /// lengths: the caller's format must make the joint between them unambiguous.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// Standard base64 with padding (RFC 4648 section 4), as in checkpoints and proofs.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads standard base64. The length is checked here; alphabet, padding and unused bits by the strict engine.
    pub fn from_base64(text: &str) -> Result<Self, DigestError> {
        if text.len() != BASE64_LENGTH {
            return Err(DigestError::Base64);
        }
        let bytes = STANDARD.decode(text).map_err(|_| DigestError::Base64)?;
        bytes.try_into().map(Self).map_err(|_| DigestError::Base64)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(2 * DIGEST_LENGTH);
        for byte in self.0 {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        f.write_str(&text)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        fn digit(character: u8) -> Result<u8, DigestError> {
            match character {
                b'0'..=b'9' => Ok(character - b'0'),
                b'a'..=b'f' => Ok(character - b'a' + 10),
                _ => Err(DigestError::Hex),
            }
        }
        if text.len() != 2 * DIGEST_LENGTH {
            return Err(DigestError::Hex);
        }
        let mut bytes = [0; DIGEST_LENGTH];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

impl From<[u8; DIGEST_LENGTH]> for Digest {
    fn from(bytes: [u8; DIGEST_LENGTH]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// RFC 6962 section 2.1: what stands before two children, so that no inner node can pass for a leaf.
const NODE_PREFIX: u8 = 1;

/// Hash of an inner node, SHA-256(0x01 || left || right).
pub fn node_hash(left: Digest, right: Digest) -> Digest {
    // One contiguous buffer: this is the hottest line of the verifier.
    let mut buffer = [NODE_PREFIX; 65];
    buffer[1..33].copy_from_slice(left.as_bytes());
    buffer[33..].copy_from_slice(right.as_bytes());
    Digest::of(&buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn sha256_of_nothing_is_the_published_value() {
        assert_eq!(Digest::of(b"").to_string(), EMPTY);
        assert_eq!(Digest::of_parts(&[]).to_string(), EMPTY);
        assert_eq!(format!("{:?}", Digest::of(b"")), format!("Digest({EMPTY})"));
    }

    #[test]
    fn parts_hash_as_if_joined() {
        assert_eq!(Digest::of_parts(&[b"vil", b"", b"lage"]), Digest::of(b"village"));
    }

    #[test]
    fn each_spelling_reads_back() {
        let digest = Digest::of(b"cunshe");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!(Digest::from_base64(&digest.to_base64()), Ok(digest));
        assert_eq!(Digest::from_bytes(*digest.as_bytes()), digest);
    }

    #[test]
    fn other_spellings_are_refused() {
        let upper = EMPTY.to_uppercase();
        let short = &EMPTY[1..];
        let long = format!("{EMPTY}0");
        let bad = EMPTY.replace('e', "g");
        let wide = format!("é{}", &EMPTY[2..]);
        for text in ["", &upper, short, &long, &bad, &wide, &format!(" {short}")] {
            assert_eq!(text.parse::<Digest>(), Err(DigestError::Hex), "{text}");
        }
        let good = Digest::ZERO.to_base64();
        let refused = [
            String::new(),
            good.trim_end_matches('=').to_owned(),
            format!("{good}\n"),
            format!("{good}="),
            good.replacen('A', "_", 1),
            good.replace("A=", "B="), // unused bits set: a second spelling of the same 32 bytes
            format!("{}====", &good[..40]),
            format!("{}==", &good[..42]),
        ];
        for text in refused {
            assert_eq!(Digest::from_base64(&text), Err(DigestError::Base64), "{text}");
        }
    }
}
