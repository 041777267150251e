//! Every "no" the rules can say: a stable code, a kind that decides the HTTP status, the fields at fault and parameters for the words.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why something is refused, in the kinds the API translates to a status (docs/domain.md §19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The subject is visible, but this person may not do this (403).
    Forbidden,
    /// The subject is in another state (409).
    Conflict,
    /// The content is not acceptable (422).
    Invalid,
}

/// One thing that is wrong or missing, with the place of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldError {
    /// JSON pointer into the request; empty for the whole.
    pub pointer: String,
    /// Stable code of the reason; its words are in `labels`.
    pub code: String,
    /// Values the words need.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub params: Value,
}

impl FieldError {
    /// A fault at `pointer` without parameters.
    pub fn at(pointer: impl Into<String>, code: &str) -> Self {
        Self { pointer: pointer.into(), code: code.to_owned(), params: Value::Null }
    }

    /// A fault at `pointer` with parameters for its words.
    pub fn with(pointer: impl Into<String>, code: &str, params: Value) -> Self {
        Self { pointer: pointer.into(), code: code.to_owned(), params }
    }
}

/// A refusal of the rules.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}")]
pub struct Refusal {
    /// Decides the status.
    pub kind: RefusalKind,
    /// Stable code, kebab-case; its words are in `labels`.
    pub code: &'static str,
    /// What is wrong, one entry per fault; may be empty.
    pub errors: Vec<FieldError>,
}

impl Refusal {
    /// A person who may see but not do.
    pub fn forbidden(code: &'static str) -> Self {
        Self { kind: RefusalKind::Forbidden, code, errors: Vec::new() }
    }

    /// A wrong state.
    pub fn conflict(code: &'static str) -> Self {
        Self { kind: RefusalKind::Conflict, code, errors: Vec::new() }
    }

    /// Wrong content, with the faults.
    pub fn invalid(code: &'static str, errors: Vec<FieldError>) -> Self {
        Self { kind: RefusalKind::Invalid, code, errors }
    }

    /// One fault at one field; the refusal's code is `content`.
    pub fn field(pointer: impl Into<String>, code: &str) -> Self {
        Self::invalid("content", vec![FieldError::at(pointer, code)])
    }

    /// The same refusal with its faults.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }
}
