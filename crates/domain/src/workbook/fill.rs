//! What every sheet that is filled in offline and brought back has in common: it says on a hidden sheet what it was made from, its headings stand where
//! they stood, and what cannot be taken is named by its cell.

use std::collections::BTreeSet;

use serde_json::json;

use super::grid::{Book, Cell, Sheet, address};
use crate::refusal::{FieldError, Refusal};

/// The hidden sheet that says what the file was made from.
pub const MARKS: &str = "填报标识";
/// The row of the headings, counted from 0; above it stand the title and how to fill it in.
pub const HEADINGS: usize = 2;

/// A cell that cannot be taken as it is; what it belongs to is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct CellFault {
    /// Such as F7.
    pub cell: String,
    pub code: String,
    pub params: serde_json::Value,
}

pub(super) fn refuse(code: &str, params: serde_json::Value) -> Refusal {
    Refusal::invalid("content", vec![FieldError::with("/file", code, params)])
}

/// A text of the hidden sheet as it stands there.
pub(super) fn mark(row: &[Cell], column: usize) -> &str {
    match row.get(column) {
        Some(Cell::Text(text)) => text.as_str(),
        _ => "",
    }
}

/// A cell's words as they were written; none when there are none.
pub(super) fn written(cell: &Cell) -> Option<String> {
    let text = match cell {
        Cell::Text(text) => text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned(),
        other => other.text(),
    };
    (!cell.is_blank()).then_some(text)
}

/// The rows of the hidden sheet.
///
/// Errors: `content` at /file with the code given.
pub(super) fn marks<'a>(book: &'a Book, form: &str, foreign: &str) -> Result<&'a [Vec<Cell>], Refusal> {
    let sheet = book.sheets.iter().find(|s| s.name == MARKS);
    let rows = sheet.map(|s| s.rows.as_slice()).unwrap_or_default();
    match rows.first() {
        Some(head) if mark(head, 0) == form => Ok(rows),
        _ => Err(Refusal::field("/file", foreign)),
    }
}

/// A sheet that is to be filled in, with its headings in their places.
///
/// Errors: `content` at /file with the first code where it is missing, with the second where a heading is another.
pub(super) fn sheet<'a, 'h>(
    book: &'a Book,
    name: &str,
    headings: impl Iterator<Item = &'h str>,
    (missing, moved): (&str, &str),
) -> Result<&'a Sheet, Refusal> {
    let sheet = book.sheets.iter().find(|s| s.name == name).ok_or_else(|| refuse(missing, json!({ "sheet": name })))?;
    let row = sheet.rows.get(HEADINGS).map(Vec::as_slice).unwrap_or_default();
    for (column, heading) in headings.enumerate() {
        let found = row.get(column).map(Cell::text).unwrap_or_default();
        if found != heading {
            let cell = address(HEADINGS, column);
            return Err(refuse(moved, json!({ "cell": cell, "heading": heading, "found": found })));
        }
    }
    Ok(sheet)
}

/// Why a cell to fill in cannot be read: it is a formula, or one that failed.
pub(super) fn computed(
    cell: Option<&Cell>,
    place: (usize, usize),
    formulas: &BTreeSet<(usize, usize)>,
) -> Option<(&'static str, serde_json::Value)> {
    if formulas.contains(&place) {
        return Some(("cell-formula", json!(null)));
    }
    match cell {
        Some(Cell::Error(text)) => Some(("cell-formula-failed", json!({ "text": text }))),
        _ => None,
    }
}
