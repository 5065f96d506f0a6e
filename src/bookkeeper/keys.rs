//! Keys outside the database: one secret for the installation, one signing key per book derived from it, and
//! what each of them has signed.
//!
//! A signer that forgets what it signed can be led to sign two histories. So every signed checkpoint of a book
//! is a line (`SIZE ROOT`) of a file beside the secret, written before the signature is handed out, and nothing
//! is signed that does not extend the last one. The table of checkpoints is held against the whole list.

use crate::chain::Digest;
use crate::chain::Signer;
use crate::chain::checkpoint::Checkpoint;
use hkdf::Hkdf;
use sha2::Sha256;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// What can be wrong with the key folder.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("there are books, but no installation key at {0}")]
    Missing(PathBuf),
    #[error("the installation key at {0} is malformed")]
    Malformed(PathBuf),
    #[error("the installation key is not the one that opened book {0}")]
    WrongKey(String),
    #[error("the origin {0:?} is not a name for checkpoints: no scheme, no space, no '+'")]
    BadOrigin(String),
    #[error("key folder: {0}")]
    Io(#[from] std::io::Error),
    #[error("checkpoint: {0}")]
    Checkpoint(String),
    #[error("the list of signed checkpoints {0} is malformed")]
    SignedMalformed(PathBuf),
    /// The books hold less than what was signed: a restored backup, not yet declared.
    #[error("book {book} was signed at size {signed}, but holds {found} entries or another history")]
    Forked { book: String, signed: u64, found: u64 },
}

/// The installation's name and secret.
pub struct Keys {
    folder: PathBuf,
    origin: String,
    secret: [u8; 32],
}

const KEY_FILE: &str = "installation.key";
const SIGNED_FOLDER: &str = "signed";
/// A line of the signed list: a size of up to 20 digits, a blank, a root of 64 and the end of the line.
const SIGNED_LINE_BYTES_MAX: u64 = 20 + 1 + 64 + 1;

impl Keys {
    /// Opens the key folder. Makes a new secret from `fresh` only where `may_create` says that no book could
    /// have been signed with another one.
    pub fn open(folder: &Path, origin: &str, may_create: bool, fresh: impl FnOnce() -> [u8; 32]) -> Result<Keys, KeyError> {
        let path = folder.join(KEY_FILE);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let (origin, secret) = parse_key_file(&text).ok_or(KeyError::Malformed(path))?;
                Ok(Keys { folder: folder.to_owned(), origin, secret })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_create => {
                let secret = fresh();
                Signer::new(origin, &secret).map_err(|_| KeyError::BadOrigin(origin.to_owned()))?;
                create_private_folder(folder)?;
                let text = format!("origin {origin}\nsecret {}\n", Digest::from_bytes(secret));
                write_durably(&path, text.as_bytes())?;
                Ok(Keys { folder: folder.to_owned(), origin: origin.to_owned(), secret })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(KeyError::Missing(path)),
            Err(error) => Err(error.into()),
        }
    }

    /// The name that a book's checkpoints carry.
    pub fn book_origin(&self, book: &str) -> String {
        format!("{}/{book}", self.origin)
    }

    /// The signer of a book: HKDF-SHA256 of the installation secret, with the book's origin as info.
    pub fn signer(&self, book: &str) -> Result<Signer, KeyError> {
        let name = self.book_origin(book);
        let mut seed = [0; 32];
        Hkdf::<Sha256>::new(Some(b"cunshe/1/book-key"), &self.secret)
            .expand(name.as_bytes(), &mut seed)
            .map_err(|error| KeyError::Checkpoint(error.to_string()))?;
        Signer::new(&name, &seed).map_err(|_| KeyError::BadOrigin(name))
    }

    /// Size and root of the newest checkpoint signed for a book, if any.
    pub fn last_signed(&self, book: &str) -> Result<Option<(u64, Digest)>, KeyError> {
        let path = self.signed_path(book);
        let mut file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // Two lines at most are looked at: a torn one at the end was never handed out.
        let from = file.metadata()?.len().saturating_sub(2 * SIGNED_LINE_BYTES_MAX);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = String::new();
        file.read_to_string(&mut tail).map_err(|_| KeyError::SignedMalformed(path.clone()))?;
        let whole = tail.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let Some(last) = whole.lines().next_back() else { return Ok(None) };
        parse_signed(last).map(Some).ok_or(KeyError::SignedMalformed(path))
    }

    /// Every checkpoint signed for a book, in the order they were signed.
    pub fn signed(&self, book: &str) -> Result<Vec<(u64, Digest)>, KeyError> {
        let path = self.signed_path(book);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(parse_signed).collect::<Option<_>>().ok_or(KeyError::SignedMalformed(path))
    }

    /// The note of a checkpoint. Ed25519 signatures are deterministic: the same checkpoint is always the same note.
    pub fn note(&self, book: &str, size: u64, root: Digest) -> Result<String, KeyError> {
        let checkpoint = Checkpoint::new(&self.book_origin(book), size, root);
        checkpoint.sign(&self.signer(book)?).map_err(|error| KeyError::Checkpoint(error.to_string()))
    }

    /// Signs a checkpoint that the caller has shown to extend [`Keys::last_signed`]; remembers it durably first.
    pub fn sign(&self, book: &str, size: u64, root: Digest) -> Result<String, KeyError> {
        if self.last_signed(book)? != Some((size, root)) {
            create_private_folder(&self.folder.join(SIGNED_FOLDER))?;
            append_durably(&self.signed_path(book), &format!("{size} {root}\n"))?;
        }
        self.note(book, size, root)
    }

    fn signed_path(&self, book: &str) -> PathBuf {
        self.folder.join(SIGNED_FOLDER).join(book)
    }
}

fn parse_key_file(text: &str) -> Option<(String, [u8; 32])> {
    let mut lines = text.lines();
    let origin = lines.next()?.strip_prefix("origin ")?.to_owned();
    let secret: Digest = lines.next()?.strip_prefix("secret ")?.parse().ok()?;
    lines.next().is_none().then(|| (origin, *secret.as_bytes()))
}

fn parse_signed(line: &str) -> Option<(u64, Digest)> {
    let (size, root) = line.split_once(' ')?;
    Some((size.parse().ok()?, root.parse().ok()?))
}

fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Adds a line to a private file, in place of a torn one that a crash may have left. On return it is on disk.
fn append_durably(path: &Path, line: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(SIGNED_LINE_BYTES_MAX);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.read_to_end(&mut tail)?;
    let torn = tail.iter().rev().take_while(|byte| **byte != b'\n').count();
    let end = length.saturating_sub(u64::try_from(torn).unwrap_or(0));
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    match path.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Writes a private file so that after a crash it is either the old one or the new one, whole.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    match path.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_was_never_signed_and_is_written_over() {
        let folder = tempfile::tempdir().expect("folder");
        let keys = Keys::open(folder.path(), "cunshe.example/test", true, || [7; 32]).expect("keys");
        let root = |byte| Digest::from_bytes([byte; 32]);
        assert_eq!(keys.last_signed("b").expect("read"), None);
        keys.sign("b", 3, root(3)).expect("signed");
        keys.sign("b", 3, root(3)).expect("again");
        let path = folder.path().join(SIGNED_FOLDER).join("b");
        let mut text = fs::read_to_string(&path).expect("list");
        text.push_str("70 0404");
        fs::write(&path, text).expect("torn");
        assert_eq!(keys.last_signed("b").expect("read"), Some((3, root(3))));
        keys.sign("b", 9, root(9)).expect("signed");
        assert_eq!(keys.signed("b").expect("read"), [(3, root(3)), (9, root(9))]);
        fs::write(&path, "nonsense\n").expect("written");
        assert!(matches!(keys.last_signed("b"), Err(KeyError::SignedMalformed(_))));
    }
}
