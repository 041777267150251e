//! What people and the clock ask of a task. Shapes carry what a person enters; ids of new things are made while deciding.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::state::{Disposition, EvidencePurpose, OpenSlip, Sensitivity};
use crate::calendar::Week;
use crate::cause::CauseCategory;
use crate::check::state::ResultMark;
use crate::ids::{
    CheckId, CriterionId, EvidenceId, HandoverId, MeasureId, MilestoneId, PersonId, SignRequestId, SignatureId, SlipId,
    UnitId,
};
pub use crate::sign_request::Signing;
use crate::sign_request::Verdict;
use crate::words;

words! {
    /// Every act on a task; rights and open actions speak of these (docs/domain.md §19).
    pub enum Action {
        Revise = "revise", "修改";
        Issue = "issue", "下发";
        CloseBeforeGolive = "close_before_golive", "登记存量办结";
        Claim = "claim", "认领";
        WishReassignment = "wish_reassignment", "申请责任分工调整";
        Uphold = "uphold", "维持原分工";
        Reassign = "reassign", "调整责任分工";
        AdjustParties = "adjust_parties", "调整责任人员";
        SavePlan = "save_plan", "编制方案";
        SubmitPlan = "submit_plan", "报送方案";
        Sign = "sign", "签批";
        RecordSignature = "record_signature", "代录纸质签批";
        ConfirmSignature = "confirm_signature", "复核代录签批";
        RecordMeeting = "record_meeting", "登记会议审定";
        Object = "object", "对代录提出异议";
        SettleObjection = "settle_objection", "处理签批异议";
        Recall = "recall", "撤回";
        SubmitStatement = "submit_statement", "写本周写实";
        AcknowledgeStatement = "acknowledge_statement", "阅签写实";
        ReturnStatement = "return_statement", "退回写实";
        CompleteMilestone = "complete_milestone", "报节点完成";
        ReopenMilestone = "reopen_milestone", "撤销节点完成";
        CompleteDuty = "complete_duty", "报配合事项完成";
        AttachEvidence = "attach_evidence", "上传佐证";
        RemoveEvidence = "remove_evidence", "撤下佐证";
        RequestExtension = "request_extension", "申请延期";
        ResetDueDate = "reset_due_date", "重新核定时限";
        ProposeAmendment = "propose_amendment", "方案调整";
        RequestClosure = "request_closure", "申请销号";
        NameCrossChecker = "name_cross_checker", "指定交叉核查人";
        MarkKey = "mark_key", "关键问题标记";
        AnalyseCause = "analyse_cause", "原因剖析";
        Confirm = "confirm", "确认销号";
        Reopen = "reopen", "重新整改";
        RequestWithdrawal = "request_withdrawal", "申请作废";
        RecordCheck = "record_check", "登记检查结果";
        SettleCheck = "settle_check", "检查结论处理";
        OpenSlip = "open_slip", "发出督办单";
        CloseSlip = "close_slip", "督办单办结";
        TakeOver = "take_over", "职务交接";
        KeepClock = "keep_clock", "到期检查";
    }
}

/// A supporting unit with its duty, as entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SupportingInput {
    /// The unit.
    pub unit: UnitId,
    /// Its duty in words.
    #[serde(default)]
    pub duty: String,
    /// When its part is due.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
}

/// A measure as entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureInput {
    /// Kept when it is already there.
    #[serde(default)]
    pub id: Option<MeasureId>,
    /// Its number; made from the task's number when empty.
    #[serde(default)]
    pub number: Option<String>,
    /// The words.
    pub text: String,
    /// When it is due.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
}

/// A milestone as entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MilestoneInput {
    /// Kept when it is already there.
    #[serde(default)]
    pub id: Option<MilestoneId>,
    /// The measure it belongs to.
    #[serde(default)]
    pub measure: Option<MeasureId>,
    /// What will be done.
    pub title: String,
    /// What will prove it.
    #[serde(default)]
    pub proof: Option<String>,
    /// When it is due.
    pub due_on: NaiveDate,
    /// A unit below the lead unit that reports it.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// Weight, 1 unless given.
    #[serde(default)]
    pub weight: Option<u16>,
}

/// A criterion as entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CriterionInput {
    /// Kept when it is already there.
    #[serde(default)]
    pub id: Option<CriterionId>,
    /// The words.
    pub text: String,
}

/// A measure that need not be done, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExcuseInput {
    /// The measure.
    pub measure: MeasureId,
    /// Why.
    pub reason: String,
}

/// A task as an office or an import enters it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DraftInput {
    /// Ledger number, unique in the round.
    pub number: String,
    /// The refined problem.
    pub title: String,
    /// What it aims at.
    #[serde(default)]
    pub objective: Option<String>,
    /// How it is dealt with.
    #[serde(default)]
    pub disposition: Option<Disposition>,
    /// How sensitive it is; open unless given.
    #[serde(default)]
    pub sensitivity: Option<Sensitivity>,
    /// Readers of an internally sensitive matter.
    #[serde(default)]
    pub readers: Vec<PersonId>,
    /// Leaders, the first leads.
    #[serde(default)]
    pub leaders: Vec<PersonId>,
    /// Responsible units, the first leads.
    #[serde(default)]
    pub units: Vec<UnitId>,
    /// Responsible persons, the first is the principal person.
    #[serde(default)]
    pub persons: Vec<PersonId>,
    /// Supporting units.
    #[serde(default)]
    pub supporting: Vec<SupportingInput>,
    /// Due date; none for a sustained task.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    /// First review of a sustained task.
    #[serde(default)]
    pub review_on: Option<NaiveDate>,
    /// Measures in order.
    #[serde(default)]
    pub measures: Vec<MeasureInput>,
    /// Criteria in order.
    #[serde(default)]
    pub criteria: Vec<CriterionInput>,
    /// Milestones that are already known.
    #[serde(default)]
    pub milestones: Vec<MilestoneInput>,
    /// Unsettled doubts of an import.
    #[serde(default)]
    pub doubts: u16,
    /// A key problem.
    #[serde(default)]
    pub is_key: bool,
}

/// A frozen measure in other words or with another date, as an amendment asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureChange {
    /// The measure.
    pub measure: MeasureId,
    /// Its words from then on.
    pub text: String,
    /// When it is due from then on.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
}

/// A unit's plan for one task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    /// What it aims at.
    #[serde(default)]
    pub objective: Option<String>,
    /// All milestones.
    #[serde(default)]
    pub milestones: Vec<MilestoneInput>,
    /// All criteria; a default one is confirmed by being given.
    #[serde(default)]
    pub criteria: Vec<CriterionInput>,
    /// Measures that need not be done.
    #[serde(default)]
    pub excused: Vec<ExcuseInput>,
    /// Measures that are to change, in an amendment only; once the group's plan is approved the head of the leading group signs too.
    #[serde(default)]
    pub measures: Vec<MeasureChange>,
    /// The unit's own responsible leader.
    #[serde(default)]
    pub unit_leader: Option<PersonId>,
    /// Why it is changed, for an amendment.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A weekly statement as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StatementInput {
    /// The unit that writes.
    pub unit: UnitId,
    /// The ISO week, such as 2026-W38.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub week: Week,
    /// The revision this one follows; 0 for the first.
    #[serde(default)]
    pub follows: u16,
    /// What was done.
    #[serde(default)]
    pub progress: Option<String>,
    /// What is in the way.
    #[serde(default)]
    pub difficulties: Option<String>,
    /// What the leading group should help with.
    #[serde(default)]
    pub help_wanted: Option<String>,
    /// What comes next.
    #[serde(default)]
    pub next_step: Option<String>,
    /// Why nothing moved; then no progress is given.
    #[serde(default)]
    pub no_progress_reason: Option<String>,
    /// Evidence shown with it.
    #[serde(default)]
    pub evidence: Vec<EvidenceId>,
}

/// A piece of evidence whose file has been received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceInput {
    pub id: EvidenceId,
    /// SHA-256 of the file, hex.
    pub blob: String,
    pub purpose: EvidencePurpose,
    pub criteria: Vec<CriterionId>,
    pub milestone: Option<MilestoneId>,
    pub occurred_on: NaiveDate,
}

/// Who answers for a task from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PartiesInput {
    /// Leaders, the first leads.
    pub leaders: Vec<PersonId>,
    /// Responsible units, the first leads.
    pub units: Vec<UnitId>,
    /// Responsible persons, the first is the principal person.
    pub persons: Vec<PersonId>,
    /// Why.
    pub reason: String,
}

/// A command.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskCommand {
    Revise(Box<DraftInput>),
    Issue {
        reason: Option<String>,
    },
    CloseBeforeGolive {
        on: NaiveDate,
        basis: String,
        vouched_by: PersonId,
    },
    Claim,
    WishReassignment {
        proposed: Option<UnitId>,
        reason: String,
    },
    Uphold {
        reason: String,
    },
    Reassign(PartiesInput),
    AdjustParties(PartiesInput),
    SavePlan(PlanInput),
    /// With the pledge the head's own submission is the first signature.
    SubmitPlan {
        plan: Option<PlanInput>,
        pledge: bool,
    },
    Sign {
        request: SignRequestId,
        verdict: Verdict,
        words: Option<String>,
        method: Option<String>,
        occurred_on: Option<NaiveDate>,
        signing: Signing,
    },
    ConfirmSignature {
        request: SignRequestId,
        signature: SignatureId,
        confirmed: bool,
        reason: Option<String>,
    },
    Object {
        request: SignRequestId,
        signature: SignatureId,
        reason: String,
    },
    SettleObjection {
        person: PersonId,
        reason: String,
    },
    Recall {
        request: SignRequestId,
    },
    SubmitStatement(StatementInput),
    AcknowledgeStatement {
        unit: UnitId,
        week: Week,
        revision: u16,
    },
    ReturnStatement {
        unit: UnitId,
        week: Week,
        revision: u16,
        reason: String,
    },
    CompleteMilestone {
        milestone: MilestoneId,
        occurred_on: NaiveDate,
        note: Option<String>,
    },
    ReopenMilestone {
        milestone: MilestoneId,
        reason: String,
    },
    CompleteDuty {
        unit: UnitId,
        occurred_on: NaiveDate,
        note: Option<String>,
    },
    AttachEvidence(EvidenceInput),
    RemoveEvidence {
        evidence: EvidenceId,
        reason: String,
    },
    RequestExtension {
        due_on: NaiveDate,
        reason: String,
        filed_upward: bool,
    },
    ResetDueDate {
        due_on: NaiveDate,
        body: String,
        minutes_number: String,
        reason: String,
    },
    ProposeAmendment(PlanInput),
    RequestClosure {
        results: String,
        occurred_on: NaiveDate,
        pledge: bool,
    },
    NameCrossChecker {
        person: PersonId,
        reason: String,
    },
    /// Made a key problem, or no longer one.
    MarkKey {
        is_key: bool,
        reason: String,
    },
    /// Why the problem came about.
    AnalyseCause {
        categories: Vec<CauseCategory>,
        text: String,
    },
    Confirm,
    Reopen {
        reason: String,
        due_on: NaiveDate,
    },
    RequestWithdrawal {
        reason: String,
    },
    /// What two inspectors signed; only a check gives it.
    RecordCheck {
        check: CheckId,
        result: Box<ResultMark>,
    },
    SettleCheck {
        reason: String,
    },
    /// A slip about the task was issued; only a slip gives it.
    OpenSlip(OpenSlip),
    /// It is settled or withdrawn; only the slip gives it.
    CloseSlip {
        slip: SlipId,
        is_settled: bool,
    },
    /// Both have signed a handover; only the handover gives it.
    TakeOver(TakeOver),
    KeepClock,
}

/// Who answers in whose place, by which handover, with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeOver {
    pub handover: HandoverId,
    pub from: PersonId,
    pub to: PersonId,
    pub basis: String,
}

impl TaskCommand {
    /// The act that rights are asked about.
    pub fn action(&self) -> Action {
        match self {
            TaskCommand::Revise(_) => Action::Revise,
            TaskCommand::Issue { .. } => Action::Issue,
            TaskCommand::CloseBeforeGolive { .. } => Action::CloseBeforeGolive,
            TaskCommand::Claim => Action::Claim,
            TaskCommand::WishReassignment { .. } => Action::WishReassignment,
            TaskCommand::Uphold { .. } => Action::Uphold,
            TaskCommand::Reassign(_) => Action::Reassign,
            TaskCommand::AdjustParties(_) => Action::AdjustParties,
            TaskCommand::SavePlan(_) => Action::SavePlan,
            TaskCommand::SubmitPlan { .. } => Action::SubmitPlan,
            TaskCommand::Sign { signing: Signing::Screen { .. }, .. } => Action::Sign,
            TaskCommand::Sign { signing: Signing::Paper { .. }, .. } => Action::RecordSignature,
            TaskCommand::Sign { signing: Signing::Meeting { .. }, .. } => Action::RecordMeeting,
            TaskCommand::ConfirmSignature { .. } => Action::ConfirmSignature,
            TaskCommand::Object { .. } => Action::Object,
            TaskCommand::SettleObjection { .. } => Action::SettleObjection,
            TaskCommand::Recall { .. } => Action::Recall,
            TaskCommand::SubmitStatement(_) => Action::SubmitStatement,
            TaskCommand::AcknowledgeStatement { .. } => Action::AcknowledgeStatement,
            TaskCommand::ReturnStatement { .. } => Action::ReturnStatement,
            TaskCommand::CompleteMilestone { .. } => Action::CompleteMilestone,
            TaskCommand::ReopenMilestone { .. } => Action::ReopenMilestone,
            TaskCommand::CompleteDuty { .. } => Action::CompleteDuty,
            TaskCommand::AttachEvidence(_) => Action::AttachEvidence,
            TaskCommand::RemoveEvidence { .. } => Action::RemoveEvidence,
            TaskCommand::RequestExtension { .. } => Action::RequestExtension,
            TaskCommand::ResetDueDate { .. } => Action::ResetDueDate,
            TaskCommand::ProposeAmendment(_) => Action::ProposeAmendment,
            TaskCommand::RequestClosure { .. } => Action::RequestClosure,
            TaskCommand::NameCrossChecker { .. } => Action::NameCrossChecker,
            TaskCommand::MarkKey { .. } => Action::MarkKey,
            TaskCommand::AnalyseCause { .. } => Action::AnalyseCause,
            TaskCommand::Confirm => Action::Confirm,
            TaskCommand::Reopen { .. } => Action::Reopen,
            TaskCommand::RequestWithdrawal { .. } => Action::RequestWithdrawal,
            TaskCommand::RecordCheck { .. } => Action::RecordCheck,
            TaskCommand::SettleCheck { .. } => Action::SettleCheck,
            TaskCommand::OpenSlip(_) => Action::OpenSlip,
            TaskCommand::CloseSlip { .. } => Action::CloseSlip,
            TaskCommand::TakeOver(_) => Action::TakeOver,
            TaskCommand::KeepClock => Action::KeepClock,
        }
    }
}
