//! The prose of a task: what revisions hold. Their digests are in the state and in what is signed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::{CriterionId, EvidenceId, MeasureId, MilestoneId, PersonId, TaskId, UnitId};

/// Kinds of revision the task writes.
pub mod kind {
    /// A [`super::TaskText`].
    pub const TASK: &str = "task_text";
    /// A [`super::PlanText`].
    pub const PLAN: &str = "plan_text";
    /// A [`super::StatementText`].
    pub const STATEMENT: &str = "statement_text";
    /// A [`super::Words`].
    pub const WORDS: &str = "words";
    /// A [`super::SignedContent`].
    pub const SIGNED: &str = "signed_content";
}

/// Words under an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionText {
    pub id: CriterionId,
    pub text: String,
}

/// A measure's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureText {
    pub id: MeasureId,
    pub text: String,
}

/// A milestone's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneText {
    pub id: MilestoneId,
    pub title: String,
    /// What will prove it.
    pub proof: Option<String>,
}

/// A supporting unit's duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyText {
    pub unit: UnitId,
    pub text: String,
}

/// What a task says before any plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskText {
    pub title: String,
    pub objective: Option<String>,
    pub measures: Vec<MeasureText>,
    pub criteria: Vec<CriterionText>,
    pub milestones: Vec<MilestoneText>,
    pub duties: Vec<DutyText>,
}

/// Why a measure need not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excuse {
    pub measure: MeasureId,
    pub reason: String,
}

/// What a unit's plan for a task says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanText {
    pub objective: Option<String>,
    pub milestones: Vec<MilestoneText>,
    pub criteria: Vec<CriterionText>,
    pub excuses: Vec<Excuse>,
    /// Why it is changed, for an amendment.
    pub reason: Option<String>,
}

/// What a weekly statement says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementText {
    pub progress: Option<String>,
    pub difficulties: Option<String>,
    pub help_wanted: Option<String>,
    pub next_step: Option<String>,
    /// The reason for 本周无进展; then there is no progress.
    pub no_progress_reason: Option<String>,
    pub evidence: Vec<EvidenceId>,
}

/// A reason, an opinion, a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub text: String,
}

/// One milestone as it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedMilestone {
    pub id: MilestoneId,
    pub measure: Option<MeasureId>,
    pub title: String,
    pub proof: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
    pub unit: Option<UnitId>,
    pub weight: u16,
}

/// One piece of evidence as it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedEvidence {
    pub id: EvidenceId,
    pub sha256: String,
    pub criteria: Vec<CriterionId>,
}

/// Exactly what a sign request asks a person to sign; its digest is the request's content hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedContent {
    pub kind: String,
    pub task: TaskId,
    pub number: String,
    pub title: String,
    pub measures: Vec<MeasureText>,
    /// New dates of the measures that an amendment changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measure_dates: Vec<(MeasureId, Option<NaiveDate>)>,
    pub milestones: Vec<SignedMilestone>,
    pub criteria: Vec<CriterionText>,
    pub excuses: Vec<Excuse>,
    pub evidence: Vec<SignedEvidence>,
    pub objective: Option<String>,
    /// The unit's words: results of a closure, reason of the rest.
    pub statement: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub new_due_on: Option<NaiveDate>,
    pub occurred_on: Option<NaiveDate>,
    pub filed_upward: bool,
    pub unit_leader: Option<PersonId>,
    pub leaders: Vec<PersonId>,
    pub units: Vec<UnitId>,
    pub persons: Vec<PersonId>,
}
