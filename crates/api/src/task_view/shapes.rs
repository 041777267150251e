//! The shapes a task is shown in; the contract is made from them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::history::HistoryLine;
use crate::ledger::LightView;
use crate::problem::Fault;
use crate::slips::SlipLineView;
use crate::statements::CopyView;

/// A unit or a person.
#[derive(Clone, Serialize, ToSchema)]
pub struct Named {
    pub id: Uuid,
    pub name: String,
}

/// A supporting unit with its part.
#[derive(Serialize, ToSchema)]
pub struct SupportingView {
    pub unit: Named,
    pub duty: String,
    pub due_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
}

/// A criterion with how much proves it.
#[derive(Serialize, ToSchema)]
pub struct CriterionView {
    pub id: Uuid,
    pub text: String,
    /// The round's default, not yet confirmed.
    pub is_defaulted: bool,
    pub n_evidence: usize,
}

/// What was said of why the problem came about.
#[derive(Serialize, ToSchema)]
pub struct RootCauseView {
    /// Stored words of the kinds of cause.
    pub categories: Vec<String>,
    /// The same in Chinese.
    pub labels: Vec<String>,
    pub text: String,
    pub by: Named,
    pub at: DateTime<Utc>,
}

/// A measure.
#[derive(Serialize, ToSchema)]
pub struct MeasureView {
    pub id: Uuid,
    pub number: String,
    pub text: String,
    pub due_on: Option<NaiveDate>,
    pub is_done: bool,
    pub is_excused: bool,
}

/// A milestone; one that is implicit stands for its whole measure.
#[derive(Serialize, ToSchema)]
pub struct MilestoneView {
    pub id: Uuid,
    pub measure_id: Option<Uuid>,
    pub title: String,
    pub proof: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub unit: Option<Named>,
    pub weight: u16,
    pub is_implicit: bool,
    pub done_on: Option<NaiveDate>,
    pub is_late: bool,
}

/// A statement's revision.
#[derive(Serialize, ToSchema)]
pub struct StatementView {
    pub unit: Named,
    pub week: String,
    pub revision: u16,
    pub at: DateTime<Utc>,
    pub is_late: bool,
    pub is_after_cut_off: bool,
    pub is_newest: bool,
    /// Nobody has answered it yet.
    pub is_waiting: bool,
    pub reply: String,
    pub reply_label: String,
    /// Why it came back, if it did.
    pub return_reason: Option<String>,
    pub progress: Option<String>,
    pub difficulties: Option<String>,
    pub help_wanted: Option<String>,
    pub next_step: Option<String>,
    pub no_progress_reason: Option<String>,
    /// The earlier statement that it repeats.
    pub copy: Option<CopyView>,
    pub evidence: Vec<Uuid>,
}

/// A piece of evidence.
#[derive(Serialize, ToSchema)]
pub struct EvidenceView {
    pub id: Uuid,
    pub filename: String,
    pub size: i64,
    pub media_type: String,
    pub purpose: String,
    pub purpose_label: String,
    pub criteria: Vec<Uuid>,
    pub milestone_id: Option<Uuid>,
    pub occurred_on: NaiveDate,
    pub received_at: DateTime<Utc>,
    pub unit: Option<Named>,
    pub by: Named,
}

/// A step of a chain.
#[derive(Serialize, ToSchema)]
pub struct StepView {
    pub who: String,
    pub label: String,
    pub count: u8,
    pub approvals: usize,
    pub person: Option<Named>,
    /// Met by the head's own submission.
    pub is_met_by_submission: bool,
    pub is_current: bool,
    /// Whoever signs it says how he looked.
    pub needs_method: bool,
}

/// A signature.
#[derive(Serialize, ToSchema)]
pub struct SignatureView {
    pub id: Uuid,
    pub step: String,
    pub person: Option<Named>,
    pub verdict: String,
    pub verdict_label: String,
    pub mode: String,
    pub mode_label: String,
    pub words: Option<String>,
    pub method: Option<String>,
    pub at: DateTime<Utc>,
    pub occurred_on: NaiveDate,
    pub recorded_by: Named,
    pub confirmed_by: Option<Named>,
    pub stand_in: Option<Named>,
    /// The scan's attachment, to be downloaded by a ticket.
    pub scan_id: Option<Uuid>,
    pub minutes_number: Option<String>,
    pub state: String,
    pub state_label: String,
    /// Entered by the office for a paper or a meeting.
    pub is_recorded: bool,
    /// Waits for the second officer.
    pub is_pending: bool,
    pub is_void: bool,
}

/// A part of what is signed, in words.
#[derive(Serialize, ToSchema)]
pub struct SignedPart {
    #[schema(example = "节点")]
    pub label: String,
    pub lines: Vec<String>,
}

/// A sign request with what it asks for.
#[derive(Serialize, ToSchema)]
pub struct RequestView {
    pub id: Uuid,
    pub kind: String,
    pub kind_label: String,
    pub state: String,
    pub state_label: String,
    pub is_open: bool,
    pub is_returned: bool,
    /// SHA-256 of exactly what is signed.
    pub content_hash: String,
    pub submitted_by: Named,
    pub on_behalf_of: Option<Named>,
    pub submitted_at: DateTime<Utc>,
    /// The submitter's words.
    pub statement: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub new_due_on: Option<NaiveDate>,
    pub occurred_on: Option<NaiveDate>,
    pub chain: Vec<StepView>,
    pub signatures: Vec<SignatureView>,
    /// What is signed, whole and in words, as it was when it was handed in.
    pub parts: Vec<SignedPart>,
    /// The same as the text that `content_hash` binds.
    #[schema(value_type = Object)]
    pub content: Option<serde_json::Value>,
}

/// A unit's wish that the task be another's.
#[derive(Serialize, ToSchema)]
pub struct WishView {
    pub unit: Named,
    pub by: Named,
    pub proposed: Option<Named>,
    pub reason: String,
    pub at: DateTime<Utc>,
}

/// A stage of the path from issue to confirmation.
#[derive(Serialize, ToSchema)]
pub struct StageView {
    pub label: String,
    /// done, current or ahead.
    pub status: String,
    pub on: Option<NaiveDate>,
    pub note: Option<String>,
}

/// A request an act is about.
#[derive(Serialize, ToSchema)]
pub struct OpenRequest {
    pub id: Uuid,
    /// Whom a stand-in signs for.
    pub on_behalf_of: Option<Named>,
}

/// An act open to the caller.
#[derive(Serialize, ToSchema)]
pub struct OpenActionView {
    pub action: String,
    pub label: String,
    /// Whether it can be done now.
    pub is_possible: bool,
    /// What stands in the way.
    pub missing: Vec<Fault>,
    pub requests: Vec<OpenRequest>,
}

/// The week a statement would be for.
#[derive(Serialize, ToSchema)]
pub struct WeekView {
    pub week: String,
    pub cut_off: Option<DateTime<Utc>>,
}

/// A task whole.
#[derive(Serialize, ToSchema)]
pub struct TaskView {
    pub id: Uuid,
    pub round_id: Uuid,
    pub number: String,
    pub item_number: String,
    pub title: String,
    pub objective: Option<String>,
    pub aspect: String,
    pub finding_id: Uuid,
    pub finding_number: String,
    pub finding: String,
    pub state: String,
    pub state_label: String,
    pub disposition: Option<String>,
    pub disposition_label: Option<String>,
    pub sensitivity: String,
    pub completion_label: String,
    pub is_key: bool,
    /// The caller may know that the task is there, not what it says.
    pub is_redacted: bool,
    pub is_closed_before_golive: bool,
    pub reopenings: u16,
    pub doubts: u16,
    pub leaders: Vec<Named>,
    pub units: Vec<Named>,
    pub persons: Vec<Named>,
    pub supporting: Vec<SupportingView>,
    pub unit_leader: Option<Named>,
    pub cross_checkers: Vec<Named>,
    /// Who of the round's teams could verify it, for the office; fewer than two need a cross-checker.
    pub verifiers: Option<Vec<Named>>,
    /// Signers who object to a signature recorded for them.
    pub objections: Vec<Named>,
    pub due_on: Option<NaiveDate>,
    pub original_due_on: Option<NaiveDate>,
    pub review_on: Option<NaiveDate>,
    pub working_days_left: Option<i64>,
    pub overdue_days_kept: u32,
    pub light: LightView,
    pub progress_done: u32,
    pub progress_all: u32,
    pub stages: Vec<StageView>,
    pub criteria: Vec<CriterionView>,
    pub measures: Vec<MeasureView>,
    pub milestones: Vec<MilestoneView>,
    pub statements: Vec<StatementView>,
    pub evidence: Vec<EvidenceView>,
    /// Analyses of its causes, the newest first.
    pub causes: Vec<RootCauseView>,
    /// Whether its round wants the causes analysed before the plan.
    pub is_cause_required: bool,
    /// individual or systemic, once decided for its finding.
    pub scope: Option<String>,
    pub scope_label: Option<String>,
    pub requests: Vec<RequestView>,
    pub wish: Option<WishView>,
    /// Slips about it that the caller sees, newest first.
    pub slips: Vec<SlipLineView>,
    /// Whether the caller may draft one.
    pub may_draft_slip: bool,
    /// Whether the reader works for the whole round, and so sees which findings are like this one (docs/domain.md §39).
    pub sees_likeness: bool,
    pub open_actions: Vec<OpenActionView>,
    pub statement_week: WeekView,
    /// The newest lines of the history, newest first; `GET /tasks/{id}/history` has the rest.
    pub history: Vec<HistoryLine>,
    /// How many lines the whole history has.
    pub n_history: i64,
    /// What `If-Match` expects.
    pub version: i64,
}

/// The signing of a slip, a publication or a document.
#[derive(Serialize, ToSchema)]
pub struct SigningView {
    pub id: Uuid,
    pub is_open: bool,
    pub state_label: String,
    /// SHA-256 of exactly what is signed.
    pub content_hash: String,
    pub submitted_by: Named,
    pub submitted_at: DateTime<Utc>,
    pub chain: Vec<StepView>,
    pub signatures: Vec<SignatureView>,
}
