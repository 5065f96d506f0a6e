//! 失败: what can go wrong with a database, sorted by what the person at the door can do about it.

/// Never shown to users as it is: doors choose the sentence, the log keeps the cause.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another writer moved the book's head first. Nothing was written; reload and decide again.
    #[error("the book's head moved")]
    HeadMoved,
    #[error("disk full")]
    DiskFull,
    #[error("database is read-only")]
    ReadOnly,
    #[error("not a database of these books, or damaged: {0}")]
    Corrupt(String),
    #[error("schema {found} is newer than {known}, the newest this program knows")]
    NewerSchema { found: i64, known: i64 },
    #[error("{found} is too old, {needed} is needed")]
    EngineTooOld { found: String, needed: &'static str },
    #[error("database cannot be opened: {0}")]
    CannotOpen(String),
    #[error("database busy")]
    Busy,
    #[error("database: {0}")]
    Engine(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        match &error {
            sqlx::Error::Database(database) => {
                let text = database.message().to_owned();
                match database.code().as_deref().map(primary_code).unwrap_or_default().as_str() {
                    // SQLite result codes (primary) and PostgreSQL SQLSTATEs.
                    "13" | "53100" => StoreError::DiskFull,
                    "8" | "25006" => StoreError::ReadOnly,
                    "11" | "26" | "XX001" | "XX002" => StoreError::Corrupt(text),
                    "14" | "3D000" | "28P01" | "28000" => StoreError::CannotOpen(text),
                    "5" | "6" => StoreError::Busy,
                    _ => StoreError::Engine(error),
                }
            }
            sqlx::Error::PoolTimedOut => StoreError::Busy,
            sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::StorageFull => StoreError::DiskFull,
            sqlx::Error::Io(io) => StoreError::CannotOpen(io.to_string()),
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::Decode(_) => StoreError::Corrupt(error.to_string()),
            _ => StoreError::Engine(error),
        }
    }
}

/// SQLite gives extended codes such as 3338; the low byte is the primary one.
fn primary_code(code: &str) -> String {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => (number & 0xff).to_string(),
        _ => code.to_owned(),
    }
}
