//! What can go wrong between a command and the database; the API turns each into one status.

use domain::refusal::Refusal;

/// A failure of a query or a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not there, or not visible to whoever asks.
    #[error("not found")]
    NotFound,
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody else changed it meanwhile; carries the version that holds.
    #[error("stale, version {0} holds")]
    Stale(i64),
    /// The same idempotency key came with another body.
    #[error("idempotency key used for another request")]
    KeyReused,
    /// The database is away or has no connection to spare.
    #[error("database unavailable")]
    Unavailable,
    /// The database took too long, or two requests stood in each other's way; nothing was kept, and trying again helps.
    #[error("database busy")]
    Busy,
    /// A disk is full: nothing was kept, and trying again helps only once somebody made room.
    #[error("storage full")]
    StorageFull,
    /// Anything else; for the log only.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// A file that could not be written: a full disk, or an internal failure.
    pub fn unwritten(error: impl std::fmt::Display) -> Self {
        let message = error.to_string();
        if FULL.iter().any(|words| message.contains(words)) { Self::StorageFull } else { Self::Internal(message) }
    }

    /// An internal failure with its words.
    pub fn internal(message: impl std::fmt::Display) -> Self {
        Self::Internal(message.to_string())
    }
}

/// What PostgreSQL says, in English (`bihuan doctor` looks after that), of a database that is away.
const AWAY: [&str; 4] =
    ["terminating connection", "server closed the connection", "no connection to the server", "the database system is"];

/// Of one that is too busy for this request.
const BUSY: [&str; 3] = ["due to lock timeout", "due to statement timeout", "deadlock detected"];

/// Of a disk that is full, as the system itself says it.
const FULL: [&str; 2] = ["No space left on device", "Disk quota exceeded"];

fn says(info: &dyn diesel::result::DatabaseErrorInformation, words: &[&str]) -> bool {
    words.iter().any(|words| info.message().contains(words))
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error as Diesel};
        match error {
            Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection, _) | Diesel::BrokenTransactionManager => {
                Error::Unavailable
            }
            Diesel::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Error::Busy,
            Diesel::DatabaseError(_, info) if says(&*info, &BUSY) => Error::Busy,
            Diesel::DatabaseError(_, info) if says(&*info, &FULL) => Error::StorageFull,
            Diesel::DatabaseError(_, info) if says(&*info, &AWAY) => Error::Unavailable,
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                let constraint = info.constraint_name().unwrap_or_default().to_owned();
                tracing::debug!(constraint, "unique violation");
                Error::Refused(Refusal::conflict("already-there"))
            }
            // Not of what is deleted while something still refers to it: nobody asks for that, so it is a fault of ours.
            Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info)
                if says(&*info, &["insert or update"]) =>
            {
                let constraint = info.constraint_name().unwrap_or_default().to_owned();
                tracing::warn!(constraint, "what is referred to is not there");
                Error::Refused(Refusal::conflict("reference-unknown"))
            }
            Diesel::DatabaseError(DatabaseErrorKind::CheckViolation, info)
                if info.constraint_name() == Some("signatures_not_own_check") =>
            {
                Error::Refused(Refusal::forbidden("signed-own-submission"))
            }
            other => Error::Internal(other.to_string()),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::internal(error)
    }
}
