//! What a file's rows come to: aspects, findings and tasks as written, with everything that could be matched.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::json;

use super::report::{Doubt, ImportReport, Skipped};
use crate::chain::{self, Digest};
use crate::ids::{PersonId, UnitId};
use crate::task::state::Disposition;

/// A row that was finished before the product came: what entering it as closed needs (docs/domain.md §8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosingDraft {
    pub on: NaiveDate,
    pub basis: String,
    pub vouched_by: PersonId,
}

/// An aspect as written.
#[derive(Clone, Debug, PartialEq)]
pub struct AspectDraft {
    pub ordinal: i32,
    pub title: String,
}

/// A finding as written.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingDraft {
    pub number: String,
    pub text: String,
    pub aspect: String,
}

/// A measure as written.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureDraft {
    pub number: String,
    pub text: String,
    pub due_on: Option<NaiveDate>,
}

/// A milestone as written; `measure` is the number of the measure with the same date and words.
#[derive(Clone, Debug, PartialEq)]
pub struct MilestoneDraft {
    pub due_on: NaiveDate,
    pub title: String,
    pub measure: Option<String>,
}

/// A task as written, with everything that could be matched.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskDraft {
    pub number: String,
    pub item_number: String,
    pub title: String,
    pub finding: String,
    pub disposition: Option<Disposition>,
    pub due_on: Option<NaiveDate>,
    pub review_on: Option<NaiveDate>,
    pub leaders: Vec<PersonId>,
    pub units: Vec<UnitId>,
    pub persons: Vec<PersonId>,
    pub supporting: Vec<UnitId>,
    pub criterion: Option<String>,
    pub objective: Option<String>,
    pub measures: Vec<MeasureDraft>,
    pub milestones: Vec<MilestoneDraft>,
    /// Columns nobody mapped, heading to text.
    pub extra: BTreeMap<String, String>,
    /// Cells in doubt on this task's rows.
    pub doubts: u16,
    /// Finished long ago, with all that is needed to say so.
    pub closing: Option<ClosingDraft>,
    /// Whether the number is the file's own; one that was made up gives way to the same words under another number.
    pub is_number_own: bool,
    /// Over what the file says of it, to know the same rows again.
    pub digest: Digest,
}

impl TaskDraft {
    /// A task of which only its problem is known.
    pub(super) fn new(item_number: String, title: String, finding: String) -> Self {
        Self {
            number: String::new(),
            item_number,
            title,
            finding,
            disposition: None,
            due_on: None,
            review_on: None,
            leaders: Vec::new(),
            units: Vec::new(),
            persons: Vec::new(),
            supporting: Vec::new(),
            criterion: None,
            objective: None,
            measures: Vec::new(),
            milestones: Vec::new(),
            extra: BTreeMap::new(),
            doubts: 0,
            closing: None,
            is_number_own: true,
            digest: chain::digest("plan_row", ""),
        }
    }

    /// Computes the digest, after the last change.
    pub(super) fn seal(&mut self) {
        let mut content = json!({
            "number": self.number, "item": self.item_number, "title": self.title, "finding": self.finding,
            "disposition": self.disposition, "due_on": self.due_on, "review_on": self.review_on, "leaders": self.leaders,
            "units": self.units, "persons": self.persons, "supporting": self.supporting, "criterion": self.criterion,
            "objective": self.objective, "extra": self.extra,
            "measures": self.measures.iter().map(|m| json!([m.number, m.text, m.due_on])).collect::<Vec<_>>(),
            "milestones": self.milestones.iter().map(|m| json!([m.due_on, m.title, m.measure])).collect::<Vec<_>>(),
        });
        if self.doubts > 0 {
            content["doubts"] = json!(self.doubts);
        }
        if let Some(closing) = &self.closing {
            content["closing"] = json!([closing.on, closing.basis, closing.vouched_by]);
        }
        self.digest = chain::digest("plan_row", &chain::canonical(&content));
    }
}

/// Everything a file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanDraft {
    pub aspects: Vec<AspectDraft>,
    pub findings: Vec<FindingDraft>,
    pub tasks: Vec<TaskDraft>,
    pub skipped: Vec<Skipped>,
    pub doubts: Vec<Doubt>,
    pub units: BTreeSet<UnitId>,
    /// A cell is marked as a state secret: nothing of this file may be taken in (docs/domain.md §17).
    pub is_classified: bool,
}

impl PlanDraft {
    /// Only what is in no doubt: the clear tasks with their findings and aspects (docs/domain.md §20).
    #[must_use]
    pub fn clear(mut self) -> Self {
        self.tasks.retain(|t| t.doubts == 0);
        let (tasks, findings) = (&self.tasks, &mut self.findings);
        findings.retain(|f| tasks.iter().any(|t| t.finding == f.number));
        let (findings, aspects) = (&self.findings, &mut self.aspects);
        aspects.retain(|a| findings.iter().any(|f| f.aspect == a.title));
        self
    }

    /// The report of what was read.
    pub fn report(&self) -> ImportReport {
        ImportReport {
            aspects: self.aspects.len(),
            findings: self.findings.len(),
            tasks: self.tasks.len(),
            measures: self.tasks.iter().map(|t| t.measures.len()).sum(),
            units: self.units.len(),
            skipped: self.skipped.clone(),
            doubts: self.doubts.clone(),
        }
    }
}
