//! Every error as an RFC 9457 problem: one struct, one match from a failure to its status.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use domain::labels;
use domain::refusal::{FieldError, Refusal, RefusalKind};
use persistence::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One fault, with its place and words.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// JSON pointer into the request; empty for the whole.
    #[schema(example = "/due_on")]
    pub pointer: String,
    /// Stable code.
    #[schema(example = "in-the-future")]
    pub code: String,
    /// Values the words were made with.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    pub params: Value,
    /// The words, in Chinese.
    pub text: String,
}

impl From<FieldError> for Fault {
    fn from(error: FieldError) -> Self {
        let text = labels::say(&error.code, &error.params);
        Self { pointer: error.pointer, code: error.code, params: error.params, text }
    }
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable, `/problems/` and the code.
    #[serde(rename = "type")]
    #[schema(example = "/problems/wrong-state")]
    pub kind: String,
    /// What happened, in Chinese.
    pub title: String,
    #[schema(example = 409)]
    pub status: u16,
    /// Stable code; programs look at this alone.
    #[schema(example = "wrong-state")]
    pub code: String,
    /// The request's id, as in the log.
    #[serde(default)]
    pub instance: String,
    /// The faults, if any.
    #[serde(default)]
    pub errors: Vec<Fault>,
    /// The version that holds now, when the one sent was stale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// What goes on with a log-in whose password was right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl Problem {
    /// A problem of a code.
    pub fn new(status: StatusCode, code: &str) -> Self {
        Self {
            kind: format!("/problems/{code}"),
            title: labels::say(code, &Value::Null),
            status: status.as_u16(),
            code: code.to_owned(),
            instance: String::new(),
            errors: Vec::new(),
            version: None,
            ticket: None,
            retry_after: None,
        }
    }

    /// One fault at one field.
    pub fn field(pointer: &str, code: &str) -> Self {
        Refusal::field(pointer, code).into()
    }

    /// The same, with when to try again, seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same, with what goes on with a log-in.
    #[must_use]
    pub fn with_ticket(mut self, ticket: String) -> Self {
        self.ticket = Some(ticket);
        self
    }

    /// The same with its faults.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors.into_iter().map(Fault::from).collect();
        self
    }

    /// Nobody is logged in.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated")
    }

    /// Not there, or not to be seen.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found")
    }

    /// Something broke; the cause goes to the log alone.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "internal failure");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }

    /// A disk is full; the cause goes to the log alone.
    fn storage_full(cause: impl std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "storage full");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "storage-full").retry_after(60)
    }

    /// A file could not be written or read.
    pub fn file(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::storage_full(error),
            _ => Self::internal(error),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind {
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let params = refusal.errors.iter().find(|e| e.code == refusal.code).map(|e| e.params.clone());
        let title = labels::say(refusal.code, &params.unwrap_or_default());
        Problem { title, ..Problem::new(status, refusal.code).with_errors(refusal.errors) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Problem::not_found(),
            Error::Refused(refusal) => refusal.into(),
            Error::Stale(version) => {
                Problem { version: Some(version), ..Problem::new(StatusCode::PRECONDITION_FAILED, "stale") }
            }
            Error::KeyReused => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key-reused"),
            Error::Unavailable | Error::Busy => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").retry_after(5)
            }
            Error::StorageFull => Problem::storage_full("the database's disk is full"),
            Error::Internal(cause) => Problem::internal(cause),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json; charset=utf-8"));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // The telemetry layer writes the body, for it knows the request's id.
        response.extensions_mut().insert(self.clone());
        response
    }
}
