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
    /// Anything else; for the log only.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// An internal failure with its words.
    pub fn internal(message: impl std::fmt::Display) -> Self {
        Self::Internal(message.to_string())
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error as Diesel};
        match error {
            Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection, _) | Diesel::BrokenTransactionManager => {
                Error::Unavailable
            }
            Diesel::DatabaseError(_, info)
                if info.message().contains("terminating connection")
                    || info.message().contains("server closed the connection")
                    || info.message().contains("no connection to the server") =>
            {
                Error::Unavailable
            }
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                let constraint = info.constraint_name().unwrap_or_default().to_owned();
                tracing::debug!(constraint, "unique violation");
                Error::Refused(Refusal::conflict("already-there"))
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
