//! Keys outside the database: one secret for the installation, one signing key per book derived from it, and
//! the last checkpoint each of them has signed.
//!
//! A signer that forgets what it signed can be led to sign two histories. So the newest signed checkpoint of
//! every book lies beside the secret, is written before the signature is handed out, and nothing is signed
//! that does not extend it.

use crate::chain::Digest;
use crate::chain::checkpoint::Checkpoint;
use crate::chain::note::Signer;
use hkdf::Hkdf;
use sha2::Sha256;
use std::fs;
use std::io::Write as _;
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
const SIGNED_FOLDER: &str = "last-signed";

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

    /// The newest checkpoint signed for a book, if any.
    pub fn last_signed(&self, book: &str) -> Result<Option<Checkpoint>, KeyError> {
        let note = match fs::read_to_string(self.signed_path(book)) {
            Ok(note) => note,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let signer = self.signer(book)?;
        let opened = Checkpoint::open(&note, signer.verifier_key(), &self.book_origin(book));
        opened.map(Some).map_err(|error| KeyError::Checkpoint(error.to_string()))
    }

    /// Signs a checkpoint that the caller has shown to extend [`Keys::last_signed`]; remembers it durably first.
    pub fn sign(&self, book: &str, size: u64, root: Digest) -> Result<String, KeyError> {
        let signer = self.signer(book)?;
        let checkpoint = Checkpoint::new(&self.book_origin(book), size, root);
        let note = checkpoint.sign(&signer).map_err(|error| KeyError::Checkpoint(error.to_string()))?;
        let path = self.signed_path(book);
        // Ed25519 signatures are deterministic: the same checkpoint is the same note, and need not be written again.
        if fs::read_to_string(&path).is_ok_and(|signed| signed == note) {
            return Ok(note);
        }
        create_private_folder(&self.folder.join(SIGNED_FOLDER))?;
        write_durably(&path, note.as_bytes())?;
        Ok(note)
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

fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
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
