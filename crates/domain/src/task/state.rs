//! A rectification task as the rules see it: ids, scalars and digests. Prose stands in revisions that the digests name.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::Week;
use crate::cause::CauseMark;
use crate::chain::Digest;
use crate::ids::{
    CriterionId, EvidenceId, FindingId, HandoverId, MeasureId, MilestoneId, PersonId, RoundId, SignRequestId, SlipId,
    TaskId, UnitId,
};
use crate::policy::{AlertLevel, RequestKind};
use crate::sign_request::SignRequest;
use crate::words;

words! {
    /// Where a task stands in its life (docs/domain.md §8).
    pub enum TaskState {
        Draft = "draft", "待下发";
        Issued = "issued", "待认领";
        Planning = "planning", "制定方案";
        PlanReview = "plan_review", "方案审核";
        Rectifying = "rectifying", "整改中";
        ClosureReview = "closure_review", "销号审核";
        Observing = "observing", "已销号（跟踪巩固）";
        Closed = "closed", "已销号";
        Withdrawn = "withdrawn", "作废（录入错误）";
    }
}

impl TaskState {
    /// The states in which time runs against a task: issued and not yet closed. Only these have a light (docs/domain.md §15).
    pub const RUNNING: [Self; 5] =
        [Self::Issued, Self::Planning, Self::PlanReview, Self::Rectifying, Self::ClosureReview];
}

words! {
    /// How a task is to be dealt with (docs/domain.md §5).
    pub enum Disposition {
        Immediate = "immediate", "立行立改";
        Dated = "dated", "限期整改";
        Staged = "staged", "分步实施";
        Sustained = "sustained", "长期坚持";
    }
}

words! {
    /// How sensitive a matter is (docs/domain.md §17).
    pub enum Sensitivity {
        Open = "open", "一般";
        Internal = "internal", "敏感事项";
        Secret = "secret", "另行管理";
        Referred = "referred", "已移交";
    }
}

words! {
    /// How far a task is, never mixed with its light (docs/domain.md §7).
    pub enum CompletionStatus {
        Completed = "completed", "已完成";
        Sustained = "sustained", "基本完成并长期坚持";
        InProgress = "in_progress", "正在推进";
        NotStarted = "not_started", "未完成（未启动）";
    }
}

words! {
    /// What a piece of evidence proves.
    pub enum EvidencePurpose {
        Statement = "statement", "写实佐证";
        Milestone = "milestone", "节点佐证";
        Criterion = "criterion", "完成标准佐证";
        Extension = "extension", "延期依据";
        Verification = "verification", "核查材料";
        Other = "other", "其他";
    }
}

/// A supporting unit's own part (docs/domain.md §4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Supporting {
    /// The unit.
    pub unit: UnitId,
    /// When its part is due, end of that day Asia/Shanghai.
    pub due_on: Option<NaiveDate>,
    /// The day it was done.
    pub done_on: Option<NaiveDate>,
}

/// A measure; its words are in the task's text revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Measure {
    /// Its id.
    pub id: MeasureId,
    /// Its number, such as T01-1.
    pub number: String,
    /// When it is due.
    pub due_on: Option<NaiveDate>,
    /// Approved as not to be done, with a reason in the plan revision.
    pub excused: bool,
}

/// A completion criterion; its words are in the text or plan revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Criterion {
    /// Its id.
    pub id: CriterionId,
    /// Filled in from the round's default and not yet confirmed by a plan.
    pub defaulted: bool,
}

/// A milestone; its title and proof are in the text or plan revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Milestone {
    /// Its id; an implicit milestone carries its measure's id.
    pub id: MilestoneId,
    /// The measure it belongs to, if any.
    pub measure: Option<MeasureId>,
    /// When it is due; a sustained task's implicit milestone has none.
    pub due_on: Option<NaiveDate>,
    /// The unit below the lead unit that reports it (分解任务).
    pub unit: Option<UnitId>,
    /// Weight in the progress, 1 unless set.
    pub weight: u16,
}

/// That a milestone was reported done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The day it happened.
    pub occurred_on: NaiveDate,
    /// When it was reported, UTC.
    pub at: DateTime<Utc>,
}

/// A stretch of time in which a unit owes statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportingSpan {
    /// The lead unit of that time.
    pub unit: UnitId,
    /// From when, UTC.
    pub from: DateTime<Utc>,
    /// Until when, UTC; open while it lasts.
    pub until: Option<DateTime<Utc>>,
}

words! {
    /// The office's answer to a statement.
    pub enum StatementReply {
        Waiting = "waiting", "待阅";
        Acknowledged = "acknowledged", "已阅签";
        Returned = "returned", "已退回";
    }
}

/// One revision of a weekly statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementMark {
    /// The unit that wrote it.
    pub unit: UnitId,
    /// The ISO week.
    pub week: Week,
    /// 1 for the first, then one more each time.
    pub revision: u16,
    /// The words.
    pub digest: Digest,
    /// When it came, UTC.
    pub at: DateTime<Utc>,
    /// First handed in after the cut-off.
    pub is_late: bool,
    /// A change made after the cut-off to one that was in time.
    pub is_after_cut_off: bool,
    /// The office's answer.
    pub reply: StatementReply,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceMark {
    /// Its id.
    pub id: EvidenceId,
    /// SHA-256 of the file, hex.
    pub blob: String,
    /// What it proves.
    pub purpose: EvidencePurpose,
    /// The criteria it proves.
    pub criteria: Vec<CriterionId>,
    /// The milestone it proves.
    pub milestone: Option<MilestoneId>,
    /// The unit that brought it.
    pub unit: Option<UnitId>,
    /// Who brought it.
    pub by: PersonId,
    /// The day it is about.
    pub occurred_on: NaiveDate,
}

/// A unit's wish that the task be given to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReassignmentWish {
    /// The unit that asks.
    pub unit: UnitId,
    /// Who asked.
    pub by: PersonId,
    /// The unit it proposes.
    pub proposed: Option<UnitId>,
    /// The reason's words.
    pub reason: Digest,
    /// When, UTC.
    pub at: DateTime<Utc>,
}

/// Who answers for a task, each list in order: the first leads (docs/domain.md §4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Parties {
    /// Leaders; the first is the lead leader.
    pub leaders: Vec<PersonId>,
    /// Responsible units; the first is the lead unit.
    pub units: Vec<UnitId>,
    /// Responsible persons; the first is the principal person.
    pub persons: Vec<PersonId>,
}

/// The shape of a plan that is asked for and takes effect when it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanShape {
    /// The words.
    pub digest: Digest,
    /// All explicit milestones.
    pub milestones: Vec<Milestone>,
    /// All criteria.
    pub criteria: Vec<CriterionId>,
    /// Measures that need not be done, each with a reason in the words.
    pub excused: Vec<MeasureId>,
    /// The unit's own responsible leader.
    pub unit_leader: Option<PersonId>,
    /// Measures that change, with the task's words after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measures: Option<ChangedMeasures>,
}

/// Frozen measures as an amendment changes them (docs/domain.md §8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedMeasures {
    /// The task's words with the measures' new ones.
    pub text: Digest,
    /// Which measures change and when each is due from then on.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Vec<Option<String>>>))]
    pub due: Vec<(MeasureId, Option<NaiveDate>)>,
}

/// What an open request will do when it is granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RequestEffect {
    /// The plan starts to hold.
    Plan { plan: PlanShape },
    /// The new plan replaces the old.
    Amendment { plan: PlanShape },
    /// The task is closed and observed.
    Closure { occurred_on: NaiveDate },
    /// The due date moves.
    Extension { due_on: NaiveDate, filed_upward: bool },
    /// Others answer for the task.
    Reassignment { parties: Parties },
    /// The task was entered by mistake.
    Withdrawal,
}

/// A request with its effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskRequest {
    /// Chain and signatures.
    pub request: SignRequest,
    /// What granting does.
    pub effect: RequestEffect,
}

/// What an import or an office enters before the task is issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftShape {
    /// The words: title, objective, measures, criteria, milestones, duties.
    pub text: Digest,
    /// The ledger number, unique in the round.
    pub number: String,
    /// How it is dealt with.
    pub disposition: Option<Disposition>,
    /// How sensitive it is.
    pub sensitivity: Sensitivity,
    /// Readers of a sensitive matter.
    pub readers: Vec<PersonId>,
    /// Who answers for it.
    pub parties: Parties,
    /// Supporting units.
    pub supporting: Vec<Supporting>,
    /// Due date; none for a sustained task.
    pub due_on: Option<NaiveDate>,
    /// First review of a sustained task.
    pub review_on: Option<NaiveDate>,
    /// Measures in order.
    pub measures: Vec<Measure>,
    /// Criteria in order.
    pub criteria: Vec<Criterion>,
    /// Milestones that came with it.
    pub milestones: Vec<Milestone>,
    /// Unsettled doubts of an import.
    pub doubts: u16,
    /// A key problem (关键问题).
    pub is_key: bool,
}

/// What a handover makes of a task: who answers from now on, and which requests wait for who came (docs/domain.md §37).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakenOver {
    pub handover: HandoverId,
    pub from: PersonId,
    pub to: PersonId,
    pub parties: Parties,
    pub readers: Vec<PersonId>,
    pub unit_leader: Option<PersonId>,
    /// Requests whose unsigned steps named who left as the lead leader.
    pub requests: Vec<SignRequestId>,
    /// The basis in words.
    pub reason: Digest,
}

/// A slip about the task that waits for its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenSlip {
    pub slip: SlipId,
    /// Its level and number in words, such as 督办通知单〔2026〕3号.
    pub name: String,
    /// The unit it is addressed to.
    pub unit: UnitId,
    pub due_on: NaiveDate,
}

/// A rectification task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub round: RoundId,
    pub finding: FindingId,
    pub state: TaskState,
    /// What was entered, with parties and dates as they hold now.
    pub draft: DraftShape,
    /// The due date as first issued.
    pub original_due_on: Option<NaiveDate>,
    /// The words of the plan that holds.
    pub plan: Option<Digest>,
    /// The unit's own responsible leader.
    pub unit_leader: Option<PersonId>,
    pub issued_on: Option<NaiveDate>,
    /// When the lead unit must have claimed, end of day.
    pub claim_due_on: Option<NaiveDate>,
    pub claimed_at: Option<DateTime<Utc>>,
    /// When the plan must be in, end of day.
    pub plan_due_on: Option<NaiveDate>,
    pub done: BTreeMap<MilestoneId, Done>,
    pub reporting: Vec<ReportingSpan>,
    pub statements: Vec<StatementMark>,
    /// Weeks announced as missing.
    pub missed: Vec<(UnitId, Week)>,
    pub evidence: Vec<EvidenceMark>,
    pub wish: Option<ReassignmentWish>,
    /// Every request, oldest first.
    pub requests: Vec<TaskRequest>,
    pub cross_checkers: Vec<PersonId>,
    /// Day after which observation is over.
    pub observing_until: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    /// Finished before the product came, without electronic signature.
    pub is_closed_before_golive: bool,
    pub reopenings: u16,
    /// The day it was last reopened, Asia/Shanghai; milestones dated before it count by the new due date alone.
    #[serde(default)]
    pub reopened_on: Option<NaiveDate>,
    /// A check failed and nobody has decided yet.
    pub has_failed_check: bool,
    /// Slips that were issued and are not settled; they block its closure.
    #[serde(default)]
    pub open_slips: Vec<OpenSlip>,
    /// Signers who object to a signature recorded for them.
    pub objections: Vec<PersonId>,
    /// What was said of its causes, the newest last.
    #[serde(default)]
    pub causes: Vec<CauseMark>,
    /// Days overdue that stay after a meeting reset the date, calendar days.
    pub overdue_days_kept: u32,
    /// Milestones whose passing was announced, with the date they had.
    pub announced_milestones: Vec<(MilestoneId, NaiveDate)>,
    /// The due date whose passing was announced.
    pub announced_due: Option<NaiveDate>,
    pub announced_observation: bool,
    /// The light last announced.
    pub light: AlertLevel,
    /// Number of events.
    pub seq: i64,
    /// The seq of the last event that changed what a person decides on.
    pub version: i64,
}

impl Task {
    /// The lead leader.
    pub fn lead_leader(&self) -> Option<PersonId> {
        self.draft.parties.leaders.first().copied()
    }

    /// The lead unit.
    pub fn lead_unit(&self) -> Option<UnitId> {
        self.draft.parties.units.first().copied()
    }

    /// Explicit milestones, and an implicit one at its due date for each measure without any (docs/domain.md §6).
    pub fn milestones(&self) -> Vec<Milestone> {
        let mut all = Vec::new();
        for measure in self.draft.measures.iter().filter(|m| !m.excused) {
            let own: Vec<_> = self.draft.milestones.iter().filter(|m| m.measure == Some(measure.id)).cloned().collect();
            if own.is_empty() {
                all.push(Milestone {
                    id: MilestoneId(measure.id.0),
                    measure: Some(measure.id),
                    due_on: match self.draft.disposition {
                        Some(Disposition::Sustained) => None,
                        _ => measure.due_on.or(self.draft.due_on),
                    },
                    unit: None,
                    weight: 1,
                });
            } else {
                all.extend(own);
            }
        }
        all.extend(self.draft.milestones.iter().filter(|m| m.measure.is_none()).cloned());
        all
    }

    /// Whether a milestone that is not done is late on a day; dates before a reopening are over and done with (docs/domain.md §8).
    pub fn is_late(&self, milestone: &Milestone, today: NaiveDate) -> bool {
        !self.done.contains_key(&milestone.id) && self.binding_date(milestone).is_some_and(|on| on < today)
    }

    /// The date that binds a milestone: its own, unless that lies before the day the task was reopened.
    pub fn binding_date(&self, milestone: &Milestone) -> Option<NaiveDate> {
        milestone.due_on.filter(|on| self.reopened_on.is_none_or(|reopened| *on >= reopened))
    }

    /// Milestone weight done and planned; what was finished before the product came is whole (docs/domain.md §6, §8).
    pub fn progress(&self) -> (u32, u32) {
        self.milestones().iter().fold((0, 0), |(done, all), m| {
            let weight = u32::from(m.weight);
            let is_done = self.is_closed_before_golive || self.done.contains_key(&m.id);
            (done + if is_done { weight } else { 0 }, all + weight)
        })
    }

    /// Whether a measure's milestones are all done, or it need not be done.
    pub fn is_measure_done(&self, measure: &Measure) -> bool {
        measure.excused
            || self.milestones().iter().filter(|m| m.measure == Some(measure.id)).all(|m| self.done.contains_key(&m.id))
    }

    /// How far the task is; the four sum to all that are not withdrawn (docs/domain.md §7).
    pub fn completion_status(&self) -> CompletionStatus {
        match self.state {
            TaskState::Observing | TaskState::Closed => match self.draft.disposition {
                Some(Disposition::Sustained) => CompletionStatus::Sustained,
                _ => CompletionStatus::Completed,
            },
            TaskState::Rectifying | TaskState::ClosureReview => CompletionStatus::InProgress,
            TaskState::Draft
            | TaskState::Issued
            | TaskState::Planning
            | TaskState::PlanReview
            | TaskState::Withdrawn => CompletionStatus::NotStarted,
        }
    }

    /// The open request of a kind.
    pub fn open_request(&self, kind: RequestKind) -> Option<&TaskRequest> {
        self.requests.iter().find(|r| r.request.kind == kind && r.request.is_open())
    }

    /// A request by id.
    pub fn request(&self, id: SignRequestId) -> Option<&TaskRequest> {
        self.requests.iter().find(|r| r.request.id == id)
    }

    /// The newest revision of a unit's statement for a week.
    pub fn statement(&self, unit: UnitId, week: Week) -> Option<&StatementMark> {
        self.statements.iter().rev().find(|s| s.unit == unit && s.week == week)
    }

    /// Units given a milestone.
    pub fn milestone_units(&self) -> impl Iterator<Item = UnitId> + '_ {
        self.draft.milestones.iter().filter_map(|m| m.unit)
    }
}
