//! What a person said of a file: what its columns mean, and how its doubts are settled.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::meaning::Meaning;
use crate::ids::PersonId;

/// A column whose meaning was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ColumnCorrection {
    /// From 1.
    pub column: usize,
    pub meaning: Meaning,
}

/// What was chosen for a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SheetCorrection {
    pub sheet: String,
    /// Nothing of it is taken in.
    #[serde(default)]
    pub is_ignored: bool,
    /// First row of the header, from 1; found unless given.
    #[serde(default)]
    pub header_first: Option<usize>,
    /// Last row of the header, from 1.
    #[serde(default)]
    pub header_last: Option<usize>,
    #[serde(default)]
    pub columns: Vec<ColumnCorrection>,
}

/// How a doubt is settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "say", rename_all = "snake_case", deny_unknown_fields)]
pub enum Say {
    /// As proposed; where nothing was proposed, as it was read.
    Accept,
    /// Leave what stands there out of its column; the words are kept beside the task.
    Leave,
    /// Read the cell as if it said this.
    Read { text: String },
    /// Enter the finished row as closed; the date is the row's own where it has one.
    Close {
        #[serde(default)]
        on: Option<NaiveDate>,
        basis: String,
        vouched_by: PersonId,
    },
}

/// An answer to one doubt, or to all of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    pub kind: String,
    /// With `cell` the one it is for; all of the kind without.
    #[serde(default)]
    pub sheet: Option<String>,
    #[serde(default)]
    pub cell: Option<String>,
    #[serde(flatten)]
    pub say: Say,
}

/// Everything a person said of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Corrections {
    /// The year of dates that have none, before the sheet's own and the round's.
    #[serde(default)]
    pub year: Option<i32>,
    #[serde(default)]
    pub sheets: Vec<SheetCorrection>,
    #[serde(default)]
    pub answers: Vec<Answer>,
}

impl Corrections {
    pub(super) fn sheet(&self, name: &str) -> Option<&SheetCorrection> {
        self.sheets.iter().find(|s| s.sheet == name)
    }

    /// The answer to a doubt: its own before the one for its kind, the last given first.
    pub(super) fn answer(&self, kind: &str, sheet: &str, cell: &str) -> Option<&Say> {
        let own = |a: &&Answer| a.sheet.as_deref() == Some(sheet) && a.cell.as_deref() == Some(cell);
        let of_kind = || self.answers.iter().rev().filter(|a| a.kind == kind);
        of_kind().find(own).or_else(|| of_kind().find(|a| a.cell.is_none())).map(|a| &a.say)
    }

    /// Cells of a sheet that are to be read as something else.
    pub(super) fn replaced<'a>(&'a self, sheet: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.answers.iter().filter(move |a| a.sheet.as_deref() == Some(sheet)).filter_map(|a| match &a.say {
            Say::Read { text } => a.cell.as_deref().map(|cell| (cell, text.as_str())),
            _ => None,
        })
    }
}
