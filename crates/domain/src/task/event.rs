//! What happened to a task. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::state::{
    DraftShape, EvidenceMark, OpenSlip, Parties, PlanShape, ReassignmentWish, StatementMark, TakenOver, TaskRequest,
};
use crate::calendar::Week;
use crate::cause::CauseMark;
use crate::chain::Digest;
use crate::check::state::CheckResult;
use crate::ids::{
    CheckId, EvidenceId, FindingId, MilestoneId, PersonId, RoundId, SignRequestId, SignatureId, SlipId, UnitId,
};
use crate::policy::AlertLevel;
use crate::sign_request::Signature;

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident { $($field:ident : $ty:ty),* $(,)? } = $kind:tt, $decides:literal;)+) => {
        /// An event of a task's stream (docs/domain.md §21).
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(tag = "event", content = "data")]
        pub enum TaskEvent {
            $($(#[$doc])* #[serde(rename = $kind)] $name { $($field: $ty),* },)+
        }

        impl TaskEvent {
            /// Every stored kind, in order.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// The stored kind.
            pub fn kind(&self) -> &'static str {
                match self { $(TaskEvent::$name { .. } => $kind,)+ }
            }

            /// Whether it changes what a person decides on, and so raises the version (docs/domain.md §21).
            pub fn decides(&self) -> bool {
                match self { $(TaskEvent::$name { .. } => $decides,)+ }
            }
        }
    };
}

events! {
    /// Entered on the ledger.
    Created { round: RoundId, finding: FindingId, draft: DraftShape } = "task.created", true;
    /// Changed while a draft.
    Revised { draft: DraftShape } = "task.revised", true;
    /// Given to the lead unit.
    Issued { on: NaiveDate, due_on: Option<NaiveDate>, claim_due_on: NaiveDate, late_reason: Option<Digest> } = "task.issued", true;
    /// Finished before the product came.
    ClosedBeforeGolive { on: NaiveDate, basis: Digest, vouched_by: PersonId } = "task.closed_before_golive", true;
    /// Taken on by the lead unit.
    Claimed { unit: UnitId, by: PersonId, at: DateTime<Utc>, plan_due_on: Option<NaiveDate>, on_behalf: bool } = "task.claimed", true;
    /// The lead unit thinks it is another's.
    ReassignmentWished { wish: ReassignmentWish } = "task.reassignment_wished", true;
    /// The office keeps it where it is.
    Upheld { reason: Digest } = "task.upheld", true;
    /// Others answer for it; it is issued anew.
    Reassigned { parties: Parties, reason: Digest, at: DateTime<Utc>, claim_due_on: NaiveDate } = "task.reassigned", true;
    /// Same lead, other people or another order.
    PartiesAdjusted { parties: Parties, reason: Digest } = "task.parties_adjusted", true;
    /// The plan was worked on.
    PlanSaved { plan: PlanShape } = "task.plan_saved", true;
    /// A sign request was handed in.
    RequestSubmitted { request: TaskRequest } = "task.request_submitted", true;
    /// Somebody signed, or a paper signature was entered.
    Signed { request: SignRequestId, signature: Signature } = "task.signed", true;
    /// A second officer confirmed a paper signature.
    SignatureConfirmed { request: SignRequestId, signature: SignatureId, by: PersonId } = "task.signature_confirmed", true;
    /// The second officer did not confirm it, or the signed content changed, or the signer objected.
    SignatureVoided { request: SignRequestId, signature: SignatureId, reason: Digest } = "task.signature_voided", true;
    /// The signer objects to what was recorded for him.
    SignatureObjected { request: SignRequestId, signature: SignatureId, by: PersonId, reason: Digest } = "task.signature_objected", true;
    /// A named person decided what an objection comes to.
    ObjectionSettled { person: PersonId, reason: Digest } = "task.objection_settled", true;
    /// All steps are signed.
    RequestGranted { request: SignRequestId } = "task.request_granted", true;
    /// A signer returned it.
    RequestReturned { request: SignRequestId } = "task.request_returned", true;
    /// The submitter took it back before anybody signed.
    RequestRecalled { request: SignRequestId } = "task.request_recalled", true;
    /// Its ground fell away.
    RequestVoided { request: SignRequestId, reason: Digest } = "task.request_voided", true;
    /// The plan holds; rectification starts.
    PlanApproved { plan: PlanShape, at: DateTime<Utc> } = "task.plan_approved", true;
    /// The plan was returned.
    PlanReturned {} = "task.plan_returned", true;
    /// A new plan holds.
    Amended { plan: PlanShape } = "task.amended", true;
    /// The due date moved.
    Extended { due_on: NaiveDate, filed_upward: bool } = "task.extended", true;
    /// A meeting set a new date after the old one had passed.
    DueDateReset { due_on: NaiveDate, overdue_days: u32, minutes_number: String, body: String, reason: Digest } = "task.due_date_reset", true;
    /// A milestone was reported done.
    MilestoneCompleted { milestone: MilestoneId, occurred_on: NaiveDate, at: DateTime<Utc>, note: Option<Digest> } = "task.milestone_completed", true;
    /// That report was taken back.
    MilestoneReopened { milestone: MilestoneId, reason: Digest } = "task.milestone_reopened", true;
    /// A supporting unit did its part.
    DutyCompleted { unit: UnitId, occurred_on: NaiveDate, note: Option<Digest> } = "task.duty_completed", true;
    /// A statement or a revision of one.
    StatementSubmitted { statement: StatementMark, by: PersonId, on_behalf: bool } = "task.statement_submitted", false;
    /// The office took note of a statement.
    StatementAcknowledged { unit: UnitId, week: Week, revision: u16 } = "task.statement_acknowledged", false;
    /// The office returned a statement.
    StatementReturned { unit: UnitId, week: Week, revision: u16, reason: Digest } = "task.statement_returned", false;
    /// Evidence was attached.
    EvidenceAttached { evidence: EvidenceMark } = "task.evidence_attached", false;
    /// Evidence was taken away; the file is kept.
    EvidenceRemoved { evidence: EvidenceId, reason: Digest } = "task.evidence_removed", false;
    /// The closure chain began.
    ClosureRequested {} = "task.closure_requested", true;
    /// The closure was returned.
    ClosureReturned { at: DateTime<Utc> } = "task.closure_returned", true;
    /// Ratified; observation begins.
    Closed { on: NaiveDate, observing_until: NaiveDate, at: DateTime<Utc> } = "task.closed", true;
    /// Observation is over without a finding.
    Confirmed { on: NaiveDate } = "task.confirmed", true;
    /// It came back.
    Reopened { reason: Digest, due_on: Option<NaiveDate>, review_on: Option<NaiveDate>, at: DateTime<Utc> } = "task.reopened", true;
    /// It was entered by mistake.
    Withdrawn { at: DateTime<Utc> } = "task.withdrawn", true;
    /// The principal named a cross-checker.
    CrossCheckerNamed { person: PersonId, reason: Digest } = "task.cross_checker_named", true;
    /// It was made a key problem, or is none any more.
    KeyMarked { is_key: bool, reason: Digest } = "task.key_marked", true;
    /// It was said why the problem came about; a later word follows an earlier one.
    CauseAnalysed { cause: CauseMark } = "task.cause_analysed", true;
    /// Two inspectors signed what they found on the spot.
    Checked { check: CheckId, result: CheckResult, on: NaiveDate, found: Digest, by: Vec<PersonId> } = "task.checked", true;
    /// An untrue result does not lead to rectification anew.
    CheckSettled { reason: Digest } = "task.check_settled", true;
    /// A slip was issued to a unit of the task.
    SlipOpened { slip: OpenSlip } = "task.slip_opened", true;
    /// A slip was settled, or withdrawn.
    SlipClosed { slip: SlipId, name: String, is_settled: bool } = "task.slip_closed", true;
    /// Who left his post handed over to who came.
    TakenOver { taken: TakenOver } = "task.taken_over", true;
    /// A milestone's day is over and it is not done.
    MilestonePassed { milestone: MilestoneId, due_on: NaiveDate } = "task.milestone_passed", false;
    /// The due date is over.
    DueDatePassed { due_on: NaiveDate } = "task.due_date_passed", false;
    /// A statement is still missing after the days of grace.
    StatementMissed { unit: UnitId, week: Week } = "task.statement_missed", false;
    /// Observation is over and waits for a supervisor.
    ObservationEnded {} = "task.observation_ended", false;
    /// The light changed.
    LightChanged { from: AlertLevel, to: AlertLevel, reasons: Vec<super::alert::Reason> } = "task.light_changed", false;
}

impl TaskEvent {
    /// The payload that is stored, without the kind.
    pub fn payload(&self) -> Value {
        match serde_json::to_value(self) {
            Ok(Value::Object(mut map)) => map.remove("data").unwrap_or(Value::Null),
            _ => Value::Null,
        }
    }

    /// Rebuilds an event from its stored kind and payload; a stored event that cannot be read is an error with its kind.
    pub fn parse(kind: &str, payload: Value) -> Result<Self, String> {
        serde_json::from_value(serde_json::json!({ "event": kind, "data": payload }))
            .map_err(|e| format!("{kind}: {e}"))
    }
}
