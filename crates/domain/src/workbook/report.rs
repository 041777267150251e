//! What an import says of itself: counts, rows passed over with a reason, cells in doubt with their address.

use serde::{Deserialize, Serialize};

/// A row that is not data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Skipped {
    pub sheet: String,
    /// From 1; none for a whole sheet.
    pub row: Option<usize>,
    /// title, section, total, signature, note, duplicate or hidden_sheet.
    pub reason: String,
}

/// A cell a person must look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Doubt {
    pub sheet: String,
    /// Such as F12.
    pub cell: String,
    /// Stable word.
    pub kind: String,
    /// What stands there; never of a classified cell.
    pub text: String,
    /// What is asked, in Chinese.
    pub message: String,
}

/// The report of an import (docs/domain.md §20).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportReport {
    pub aspects: usize,
    pub findings: usize,
    pub tasks: usize,
    pub measures: usize,
    /// Distinct units matched.
    pub units: usize,
    pub skipped: Vec<Skipped>,
    pub doubts: Vec<Doubt>,
}
