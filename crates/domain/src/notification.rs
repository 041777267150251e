//! Who is told of an event, by which rule; the words are rendered when they are read.

use crate::accountability::Record;
use crate::accountability::event::AccountabilityEvent;
use crate::appraisal::event::AppraisalEvent;
use crate::appraisal::scheme::SubjectKind;
use crate::appraisal::score::Subject;
use crate::document::Document;
use crate::document::event::DocumentEvent;
use crate::handover::event::HandoverEvent;
use crate::handover::state::Handover;
use crate::ids::{PersonId, SignRequestId, UnitId};
use crate::opinion::event::OpinionEvent;
use crate::opinion::state::Opinion;
use crate::policy::{AlertLevel, Who};
use crate::publication::event::PublicationEvent;
use crate::publication::state::Publication;
use crate::rule_register::event::RuleEvent;
use crate::rule_register::state as register;
use crate::sign_request::{SignMode, SignRequest, Signature, SignatureState};
use crate::slip::event::SlipEvent;
use crate::slip::state::Slip;
use crate::systemic::event::SystemicEvent;
use crate::systemic::state::SystemicProblem;
use crate::task::event::TaskEvent;
use crate::task::state::Task;
use crate::warning::{self, Circle};
use crate::words;

words! {
    /// Why somebody is told something.
    pub enum Rule {
        TaskIssued = "task_issued", "任务已下发，请认领";
        ReassignmentWished = "reassignment_wished", "单位申请责任分工调整";
        ReassignmentAnswered = "reassignment_answered", "责任分工调整已有结果";
        SignatureWanted = "signature_wanted", "有事项等您签批";
        PaperRecorded = "paper_recorded", "已为您代录纸质签批，如有异议请提出";
        SignatureObjected = "signature_objected", "签批人对代录提出异议";
        RequestReturned = "request_returned", "所报事项被退回";
        RequestGranted = "request_granted", "所报事项已同意";
        StatementReturned = "statement_returned", "写实被退回";
        StatementMissed = "statement_missed", "写实截止后仍未报";
        MilestonePassed = "milestone_passed", "节点已过期";
        DueDatePassed = "due_date_passed", "任务已逾期";
        LightYellow = "light_yellow", "任务转为预警";
        LightRed = "light_red", "任务转为红灯";
        ObservationEnded = "observation_ended", "跟踪巩固期满，请确认";
        TaskReopened = "task_reopened", "任务重新整改";
        TaskClosed = "task_closed", "任务已销号";
        CheckAnnounced = "check_announced", "督导组已进点检查，请配合";
        SlipIssued = "slip_issued", "收到督办单，请签收并按时答复";
        SlipAnswered = "slip_answered", "督办单已答复，请复核";
        SlipReturned = "slip_returned", "督办单答复被退回，请重新答复";
        SlipSettled = "slip_settled", "督办单已办结";
        SlipWithdrawn = "slip_withdrawn", "督办单已撤销，不必再办";
        SlipNotReceived = "slip_not_received", "督办单过期仍未签收";
        SlipOverdue = "slip_overdue", "督办单逾期未答复";
        PromiseMade = "promise_made", "约谈承诺已登记，请按期兑现";
        MeetingScheduled = "meeting_scheduled", "会议已安排，请准时参加";
        MeetingMoved = "meeting_moved", "会议安排有变动";
        MeetingCancelled = "meeting_cancelled", "会议已取消";
        ResolutionGiven = "resolution_given", "有会议议定事项由您办理";
        ResolutionReported = "resolution_reported", "议定事项已报办结，请认可或退回";
        ResolutionReturned = "resolution_returned", "议定事项办结被退回";
        DutyEntered = "duty_entered", "单位代填了您的“四个亲自”，请确认";
        DutyRefused = "duty_refused", "您代填的“四个亲自”本人没有认可";
        PublicationEnded = "publication_ended", "公示期满，页面已转为存档";
        OpinionReceived = "opinion_received", "收到群众意见，请分办";
        OpinionAssigned = "opinion_assigned", "有群众意见由您单位办理";
        OpinionAnswered = "opinion_answered", "群众意见已拟答复，请审核";
        OpinionReturned = "opinion_returned", "群众意见的答复被退回，请修改";
        OpinionOverdue = "opinion_overdue", "群众意见逾期未答复";
        OpinionTrue = "opinion_true", "群众意见属实，请考虑重新整改";
        SecondFactorReset = "second_factor_reset", "您的动态口令已由安全管理员解除，不是您要求的请立即联系安全管理员";
        HandoverPrepared = "handover_prepared", "有交接清单等您签字移交";
        HandoverComing = "handover_coming", "有交接清单移交给您，待移交人签字后请签收";
        HandoverGiven = "handover_given", "交接清单移交人已签字，请您签收";
        HandoverDone = "handover_done", "交接清单双方已签，事项已转由接收人负责";
        HandoverWithdrawn = "handover_withdrawn", "交接清单已撤回";
        ProblemGiven = "problem_given", "有共性问题由您单位牵头，请落实集团层面措施";
        SelfCheckAsked = "self_check_asked", "有举一反三自查，请按期报送";
        SelfCheckEntered = "self_check_entered", "举一反三自查已填写，请负责人确认";
        SelfCheckHandedIn = "self_check_handed_in", "举一反三自查已报送，请审核";
        SelfCheckReturned = "self_check_returned", "举一反三自查被退回，请修改";
        SelfCheckOverdue = "self_check_overdue", "举一反三自查逾期未报";
        MeasureReported = "measure_reported", "集团层面措施已报完成，请审核";
        MeasureReturned = "measure_returned", "集团层面措施被退回，请继续落实";
        RuleSubmitted = "rule_submitted", "有制度报请确认登记";
        RuleReturned = "rule_returned", "制度登记被退回，请修改后重报";
        RuleConfirmed = "rule_confirmed", "制度已登记，请按期检验使用情况";
        RuleEntrusted = "rule_entrusted", "制度的负责人或检验人已改派";
        RuleCheckOpened = "rule_check_opened", "制度检验期到，请单位说明使用情况、检验人检验";
        RuleAnswered = "rule_answered", "制度使用情况已说明，请检验";
        RuleCheckOverdue = "rule_check_overdue", "制度检验逾期";
        RuleCheckFailed = "rule_check_failed", "制度检验未通过";
        AppraisalPublished = "appraisal_published", "考评结果已公布，请查看得分和申诉期限";
        ScoreObjected = "score_objected", "单位对考评得分提出申诉，请答复";
        ScoreAnswered = "score_answered", "考评申诉已有答复";
        LookWanted = "look_wanted", "有一件事项请到系统查看";
        CaughtUp = "caught_up", "系统停机期间到期的事项已补记，请看待办";
    }
}

impl Rule {
    /// Whether its reader may ask not to be called to it: it only tells, and nothing waits for him.
    pub fn may_be_quiet(self) -> bool {
        match self {
            Self::RequestGranted
            | Self::MilestonePassed
            | Self::LightYellow
            | Self::TaskClosed
            | Self::SlipSettled
            | Self::SlipWithdrawn
            | Self::ReassignmentAnswered
            | Self::PublicationEnded
            | Self::HandoverComing
            | Self::HandoverWithdrawn
            | Self::RuleConfirmed => true,
            Self::TaskIssued
            | Self::ReassignmentWished
            | Self::SignatureWanted
            | Self::PaperRecorded
            | Self::SignatureObjected
            | Self::RequestReturned
            | Self::StatementReturned
            | Self::StatementMissed
            | Self::DueDatePassed
            | Self::LightRed
            | Self::ObservationEnded
            | Self::TaskReopened
            | Self::CheckAnnounced
            | Self::SlipIssued
            | Self::SlipAnswered
            | Self::SlipReturned
            | Self::SlipNotReceived
            | Self::SlipOverdue
            | Self::PromiseMade
            | Self::MeetingScheduled
            | Self::MeetingMoved
            | Self::MeetingCancelled
            | Self::ResolutionGiven
            | Self::ResolutionReported
            | Self::ResolutionReturned
            | Self::DutyEntered
            | Self::DutyRefused
            | Self::OpinionReceived
            | Self::OpinionAssigned
            | Self::OpinionAnswered
            | Self::OpinionReturned
            | Self::OpinionOverdue
            | Self::OpinionTrue
            | Self::SecondFactorReset
            | Self::HandoverPrepared
            | Self::HandoverGiven
            | Self::HandoverDone
            | Self::ProblemGiven
            | Self::SelfCheckAsked
            | Self::SelfCheckEntered
            | Self::SelfCheckHandedIn
            | Self::SelfCheckReturned
            | Self::SelfCheckOverdue
            | Self::MeasureReported
            | Self::MeasureReturned
            | Self::RuleSubmitted
            | Self::RuleReturned
            | Self::RuleEntrusted
            | Self::RuleCheckOpened
            | Self::RuleAnswered
            | Self::RuleCheckOverdue
            | Self::RuleCheckFailed
            | Self::AppraisalPublished
            | Self::ScoreObjected
            | Self::ScoreAnswered
            | Self::LookWanted
            | Self::CaughtUp => false,
        }
    }
}

/// A circle of people; persistence knows who they are today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Everybody of a unit.
    Unit(UnitId),
    /// The heads of a unit.
    Heads(UnitId),
    /// One person and his stand-ins.
    Person(PersonId),
    /// The round's office.
    Office,
    /// The round's teams, as far as they may verify the task.
    Verifiers,
    /// The round's principal.
    Principal,
}

/// Who is told, after the event; a warning widens with its level (docs/domain.md §15).
pub fn audience(event: &TaskEvent, task: &Task) -> Vec<(Rule, Audience)> {
    let told = |rule| told_of(rule, task, None, None);
    match event {
        TaskEvent::Issued { .. } | TaskEvent::Reassigned { .. } => told(Rule::TaskIssued),
        TaskEvent::ReassignmentWished { .. } => told(Rule::ReassignmentWished),
        TaskEvent::Upheld { .. } => told(Rule::ReassignmentAnswered),
        TaskEvent::RequestSubmitted { request } => next_signers(task, request.request.id),
        TaskEvent::Signed { signature, .. } if signature.mode == SignMode::Paper => recorded(signature),
        TaskEvent::Signed { request, .. } | TaskEvent::SignatureConfirmed { request, .. } => {
            next_signers(task, *request)
        }
        TaskEvent::SignatureObjected { .. } => told(Rule::SignatureObjected),
        TaskEvent::RequestReturned { request } => told_of(Rule::RequestReturned, task, Some(*request), None),
        TaskEvent::RequestGranted { request } => told_of(Rule::RequestGranted, task, Some(*request), None),
        TaskEvent::StatementReturned { unit, .. } => told_of(Rule::StatementReturned, task, None, Some(*unit)),
        TaskEvent::StatementMissed { unit, .. } => told_of(Rule::StatementMissed, task, None, Some(*unit)),
        TaskEvent::MilestonePassed { .. } => told(Rule::MilestonePassed),
        TaskEvent::DueDatePassed { .. } => told(Rule::DueDatePassed),
        TaskEvent::LightChanged { to: AlertLevel::Yellow, .. } => told(Rule::LightYellow),
        TaskEvent::LightChanged { to: AlertLevel::Red, .. } => told(Rule::LightRed),
        TaskEvent::ObservationEnded {} => told(Rule::ObservationEnded),
        TaskEvent::Reopened { .. } => told(Rule::TaskReopened),
        TaskEvent::Closed { .. } => told(Rule::TaskClosed),
        _ => Vec::new(),
    }
}

/// The circles of a task: its unit is its lead unit, unless the event names another.
fn told_of(rule: Rule, task: &Task, request: Option<SignRequestId>, unit: Option<UnitId>) -> Vec<(Rule, Audience)> {
    warning::told(rule, |circle| {
        let one = match circle {
            Circle::Unit => unit.or_else(|| task.lead_unit()).map(Audience::Unit),
            Circle::UnitHeads => task.lead_unit().map(Audience::Heads),
            Circle::ResponsiblePerson => task.draft.parties.persons.first().copied().map(Audience::Person),
            Circle::LeadLeader => task.lead_leader().map(Audience::Person),
            Circle::Submitter => {
                request.and_then(|id| task.request(id)).map(|r| Audience::Person(r.request.submitted_by))
            }
            other => of_the_round(other),
        };
        one.into_iter().collect()
    })
}

/// Circles that are the same whatever it is about.
fn of_the_round(circle: Circle) -> Option<Audience> {
    match circle {
        Circle::Office => Some(Audience::Office),
        Circle::Principal => Some(Audience::Principal),
        _ => None,
    }
}

/// Paper was recorded: a second officer looks at it, and its signer hears of it.
fn recorded(signature: &Signature) -> Vec<(Rule, Audience)> {
    let of_signer =
        warning::told(Rule::PaperRecorded, |_| signature.person.map(Audience::Person).into_iter().collect());
    std::iter::once((Rule::SignatureWanted, Audience::Office)).chain(of_signer).collect()
}

/// The circles of what one person submitted for signature.
fn told_submitter(rule: Rule, by: Option<PersonId>) -> Vec<(Rule, Audience)> {
    warning::told(rule, |circle| {
        let one = if circle == Circle::Submitter { by.map(Audience::Person) } else { of_the_round(circle) };
        one.into_iter().collect()
    })
}

/// Who is told of what happened to a slip, after the event. No unit is told of a referral, nor of anything before the issue (docs/domain.md §25).
pub fn slip_audience(event: &SlipEvent, slip: &Slip) -> Vec<(Rule, Audience)> {
    let told = |rule| told_of_slip(rule, slip, None);
    match event {
        SlipEvent::Submitted { request } => next_of(request, None),
        SlipEvent::Signed { signature } if signature.mode == SignMode::Paper => recorded(signature),
        SlipEvent::Signed { .. } | SlipEvent::SignatureConfirmed { .. } => {
            slip.request().map(|r| next_of(r, None)).unwrap_or_default()
        }
        SlipEvent::SignatureObjected { .. } => told(Rule::SignatureObjected),
        SlipEvent::SigningReturned {} => told_submitter(Rule::RequestReturned, slip.request().map(|r| r.submitted_by)),
        SlipEvent::Issued { .. } => told(Rule::SlipIssued),
        SlipEvent::Answered { .. } => told(Rule::SlipAnswered),
        SlipEvent::AnswerReturned { .. } => told(Rule::SlipReturned),
        SlipEvent::AnswerAccepted { .. } | SlipEvent::SettledWith { .. } => told(Rule::SlipSettled),
        SlipEvent::Withdrawn { .. } => told(Rule::SlipWithdrawn),
        SlipEvent::InterviewRecorded { .. } => told(Rule::PromiseMade),
        SlipEvent::Drafted { .. }
        | SlipEvent::Revised { .. }
        | SlipEvent::Recalled {}
        | SlipEvent::SignatureVoided { .. }
        | SlipEvent::SigningGranted {}
        | SlipEvent::Received { .. }
        | SlipEvent::PromiseKept { .. }
        | SlipEvent::HandedOver { .. }
        | SlipEvent::Overtaken { .. }
        | SlipEvent::Released {}
        | SlipEvent::ReceiptPassed { .. }
        | SlipEvent::AnswerPassed { .. } => Vec::new(),
    }
}

/// The circles of a slip; those of the unit are empty before the issue and of a referral.
fn told_of_slip(rule: Rule, slip: &Slip, lead_leader: Option<PersonId>) -> Vec<(Rule, Audience)> {
    let is_public = slip.was_issued() && !slip.shape.level.is_referral();
    warning::told(rule, |circle| match circle {
        Circle::Unit => is_public.then_some(Audience::Unit(slip.shape.unit)).into_iter().collect(),
        Circle::UnitHeads => is_public.then_some(Audience::Heads(slip.shape.unit)).into_iter().collect(),
        Circle::SupportingUnits if is_public => slip.shape.supporting.iter().map(|u| Audience::Unit(*u)).collect(),
        Circle::Drafter => vec![Audience::Person(slip.drafted_by)],
        Circle::LeadLeader => lead_leader.map(Audience::Person).into_iter().collect(),
        other => of_the_round(other).into_iter().collect(),
    })
}

/// Who is told of what happened to a document, after the event (docs/domain.md §32).
pub fn document_audience(event: &DocumentEvent, document: &Document) -> Vec<(Rule, Audience)> {
    let told = |rule| told_submitter(rule, document.request().map(|r| r.submitted_by));
    match event {
        DocumentEvent::Submitted { request } => next_of(request, None),
        DocumentEvent::Signed { signature } if signature.mode == SignMode::Paper => recorded(signature),
        DocumentEvent::Signed { .. } | DocumentEvent::SignatureConfirmed { .. } => {
            document.request().map(|r| next_of(r, None)).unwrap_or_default()
        }
        DocumentEvent::SignatureObjected { .. } => told(Rule::SignatureObjected),
        DocumentEvent::SigningReturned {} => told(Rule::RequestReturned),
        DocumentEvent::Filed { .. } => told(Rule::RequestGranted),
        DocumentEvent::Drafted { .. }
        | DocumentEvent::Revised { .. }
        | DocumentEvent::Entered { .. }
        | DocumentEvent::Restored { .. }
        | DocumentEvent::Refreshed { .. }
        | DocumentEvent::Recalled {}
        | DocumentEvent::SignatureVoided { .. }
        | DocumentEvent::Replaced { .. }
        | DocumentEvent::Withdrawn { .. } => Vec::new(),
    }
}

/// Who is warned of what went by, after the event; widening as of tasks (docs/domain.md §15, §25): not signed for, the unit and who drafted it; not
/// answered, the unit's heads, the lead leader of its task, the principal and the office too. Of a referral nobody but the office.
pub fn slip_warning(event: &SlipEvent, slip: &Slip, lead_leader: Option<PersonId>) -> Vec<(Rule, Audience)> {
    match event {
        SlipEvent::ReceiptPassed { .. } => told_of_slip(Rule::SlipNotReceived, slip, None),
        SlipEvent::AnswerPassed { .. } if slip.shape.level.is_referral() => {
            vec![(Rule::SlipOverdue, Audience::Office)]
        }
        SlipEvent::AnswerPassed { .. } => told_of_slip(Rule::SlipOverdue, slip, lead_leader),
        _ => Vec::new(),
    }
}

/// Who is told of what happened to a publication, after the event (docs/domain.md §31).
pub fn publication_audience(event: &PublicationEvent, publication: &Publication) -> Vec<(Rule, Audience)> {
    let told = |rule| told_submitter(rule, publication.request().map(|r| r.submitted_by));
    match event {
        PublicationEvent::Submitted { request } => next_of(request, None),
        PublicationEvent::Signed { signature } if signature.mode == SignMode::Paper => recorded(signature),
        PublicationEvent::Signed { .. } | PublicationEvent::SignatureConfirmed { .. } => {
            publication.request().map(|r| next_of(r, None)).unwrap_or_default()
        }
        PublicationEvent::SignatureObjected { .. } => told(Rule::SignatureObjected),
        PublicationEvent::SigningReturned {} => told(Rule::RequestReturned),
        PublicationEvent::SigningGranted {} => told(Rule::RequestGranted),
        PublicationEvent::Ended { .. } => told(Rule::PublicationEnded),
        PublicationEvent::Drafted { .. }
        | PublicationEvent::HeadWritten { .. }
        | PublicationEvent::ItemsAdded { .. }
        | PublicationEvent::ItemWritten { .. }
        | PublicationEvent::ItemTakenOut { .. }
        | PublicationEvent::Recalled {}
        | PublicationEvent::SignatureVoided { .. }
        | PublicationEvent::Reworked {}
        | PublicationEvent::Published { .. }
        | PublicationEvent::Replaced { .. }
        | PublicationEvent::Withdrawn { .. } => Vec::new(),
    }
}

/// Who is told of what happened to an opinion, after the event (docs/domain.md §31).
pub fn opinion_audience(event: &OpinionEvent, opinion: &Opinion) -> Vec<(Rule, Audience)> {
    let told = |rule| {
        warning::told(rule, |circle| {
            let one = match circle {
                Circle::Unit => opinion.unit.map(Audience::Unit),
                Circle::Drafter => opinion.answers.last().map(|a| Audience::Person(a.by)),
                other => of_the_round(other),
            };
            one.into_iter().collect()
        })
    };
    match event {
        OpinionEvent::Received { .. } => told(Rule::OpinionReceived),
        OpinionEvent::Assigned { .. } => told(Rule::OpinionAssigned),
        OpinionEvent::Answered { .. } => told(Rule::OpinionAnswered),
        OpinionEvent::AnswerReturned { .. } => told(Rule::OpinionReturned),
        OpinionEvent::DuePassed { .. } => told(Rule::OpinionOverdue),
        OpinionEvent::Judged { judgement } if judgement.holds_true && judgement.task.is_some() => {
            told(Rule::OpinionTrue)
        }
        OpinionEvent::AnswerApproved { .. } | OpinionEvent::Judged { .. } | OpinionEvent::SetAside { .. } => Vec::new(),
    }
}

/// Who is told of what happened to a handover, after the event (docs/domain.md §37).
pub fn handover_audience(event: &HandoverEvent, handover: &Handover) -> Vec<(Rule, Audience)> {
    let told = |rule| {
        warning::told(rule, |circle| match circle {
            Circle::Giver => vec![Audience::Person(handover.from)],
            Circle::Taker => vec![Audience::Person(handover.to)],
            other => of_the_round(other).into_iter().collect(),
        })
    };
    match event {
        HandoverEvent::Prepared { .. } => [told(Rule::HandoverPrepared), told(Rule::HandoverComing)].concat(),
        HandoverEvent::Given { .. } | HandoverEvent::PaperConfirmed { .. } => told(Rule::HandoverGiven),
        HandoverEvent::Taken { .. } => told(Rule::HandoverDone),
        HandoverEvent::Withdrawn { .. } => told(Rule::HandoverWithdrawn),
        HandoverEvent::PaperRecorded { .. } | HandoverEvent::PaperRefused { .. } => Vec::new(),
    }
}

/// Who is told of what happened to a systemic problem, after the event (docs/domain.md §42).
pub fn systemic_audience(event: &SystemicEvent, problem: &SystemicProblem) -> Vec<(Rule, Audience)> {
    let told = |rule, units: &[UnitId]| {
        warning::told(rule, |circle| match circle {
            Circle::Unit => units.iter().map(|u| Audience::Unit(*u)).collect(),
            Circle::UnitHeads => units.iter().map(|u| Audience::Heads(*u)).collect(),
            other => of_the_round(other).into_iter().collect(),
        })
    };
    let owner: Vec<UnitId> = problem.confirmed.iter().map(|c| c.owner).collect();
    match event {
        SystemicEvent::Confirmed { .. } => told(Rule::ProblemGiven, &owner),
        SystemicEvent::Amended { amendment } => {
            let is_new = amendment.before.owner != amendment.after.owner;
            let moved: Vec<UnitId> = amendment.checks.iter().map(|c| c.unit).collect();
            let mut all = if is_new { told(Rule::ProblemGiven, &owner) } else { Vec::new() };
            all.extend(if moved.is_empty() { Vec::new() } else { told(Rule::SelfCheckAsked, &moved) });
            all
        }
        SystemicEvent::Asked { units, .. } => told(Rule::SelfCheckAsked, units),
        SystemicEvent::Entered { unit, .. } => told(Rule::SelfCheckEntered, &[*unit]),
        SystemicEvent::HandedIn { unit, .. } => told(Rule::SelfCheckHandedIn, &[*unit]),
        SystemicEvent::Returned { unit, .. } => told(Rule::SelfCheckReturned, &[*unit]),
        SystemicEvent::DuePassed { units } => told(Rule::SelfCheckOverdue, units),
        SystemicEvent::Reported { .. } => told(Rule::MeasureReported, &owner),
        SystemicEvent::ReportReturned { .. } => told(Rule::MeasureReturned, &owner),
        SystemicEvent::Dismissed { .. }
        | SystemicEvent::Accepted { .. }
        | SystemicEvent::Raised { .. }
        | SystemicEvent::Closed { .. }
        | SystemicEvent::Withdrawn { .. } => Vec::new(),
    }
}

/// Who is told of what happened to a rule of the register, after the event (docs/domain.md §43).
pub fn rule_audience(event: &RuleEvent, rule: &register::Rule) -> Vec<(Rule, Audience)> {
    let told = |told_by| {
        warning::told(told_by, |circle| {
            let one = match circle {
                Circle::RuleOwner => rule.shape.owner.map(Audience::Person),
                Circle::RuleSupervisor => rule.supervisor.map(Audience::Person),
                Circle::Submitter => rule.submitted_by.map(Audience::Person),
                Circle::UnitHeads => Some(Audience::Heads(rule.shape.owner_unit)),
                other => of_the_round(other),
            };
            one.into_iter().collect()
        })
    };
    match event {
        RuleEvent::Submitted { .. } => told(Rule::RuleSubmitted),
        RuleEvent::Returned { .. } => told(Rule::RuleReturned),
        RuleEvent::Confirmed { .. } => told(Rule::RuleConfirmed),
        RuleEvent::Entrusted { .. } => told(Rule::RuleEntrusted),
        RuleEvent::CheckOpened { .. } => told(Rule::RuleCheckOpened),
        RuleEvent::CheckPassedBy { .. } => told(Rule::RuleCheckOverdue),
        RuleEvent::Answered { .. } => told(Rule::RuleAnswered),
        RuleEvent::Judged { judgement, .. } if judgement.verdict == register::RuleVerdict::Failed => {
            told(Rule::RuleCheckFailed)
        }
        RuleEvent::Entered { .. }
        | RuleEvent::Changed { .. }
        | RuleEvent::Superseded { .. }
        | RuleEvent::Judged { .. }
        | RuleEvent::Withdrawn { .. } => Vec::new(),
    }
}

/// Who is told of what happened to an appraisal, after the event (docs/domain.md §45); `subjects` are those it scores.
pub fn appraisal_audience(event: &AppraisalEvent, subjects: &[Subject]) -> Vec<(Rule, Audience)> {
    let of = |kind: SubjectKind| subjects.iter().filter(move |s| s.kind == kind).map(|s| s.id);
    let told = |rule, unit: Option<UnitId>| {
        warning::told(rule, |circle| match circle {
            Circle::UnitHeads => match unit {
                Some(unit) => vec![Audience::Heads(unit)],
                None => of(SubjectKind::Unit).map(|id| Audience::Heads(UnitId(id))).collect(),
            },
            Circle::LeadLeader => of(SubjectKind::Leader).map(|id| Audience::Person(PersonId(id))).collect(),
            other => of_the_round(other).into_iter().collect(),
        })
    };
    match event {
        AppraisalEvent::Published { .. } => told(Rule::AppraisalPublished, None),
        AppraisalEvent::Objected { .. } => told(Rule::ScoreObjected, None),
        AppraisalEvent::Answered { unit, .. } => told(Rule::ScoreAnswered, Some(*unit)),
        // What an answer changes is heard of with the answer.
        AppraisalEvent::Computed { .. }
        | AppraisalEvent::Recomputed { .. }
        | AppraisalEvent::Adjusted { .. }
        | AppraisalEvent::Discarded { .. }
        | AppraisalEvent::Finished { .. } => Vec::new(),
    }
}

/// Who is told that there is something to look at, and nothing of what it is: those a record of accountability names (docs/domain.md §46).
pub fn accountability_audience(event: &AccountabilityEvent, record: &Record) -> Vec<(Rule, Audience)> {
    match event {
        AccountabilityEvent::Recorded { .. } | AccountabilityEvent::ReadersSet { .. } => {
            warning::told(Rule::LookWanted, |_| record.readers.iter().map(|p| Audience::Person(*p)).collect())
        }
        AccountabilityEvent::Withdrawn { .. } => Vec::new(),
    }
}

/// Whoever can sign the next step of one of the task's requests.
fn next_signers(task: &Task, id: SignRequestId) -> Vec<(Rule, Audience)> {
    task.request(id).map(|r| next_of(&r.request, task.lead_unit())).unwrap_or_default()
}

/// Whoever can sign a request's next step.
fn next_of(request: &SignRequest, lead_unit: Option<UnitId>) -> Vec<(Rule, Audience)> {
    let waits_for_paper = request.signatures.last().is_some_and(|s| s.state == SignatureState::Pending);
    if !request.is_open() || waits_for_paper {
        return Vec::new();
    }
    let Some(step) = request.current_step().map(|i| &request.chain[i]) else { return Vec::new() };
    let to = match step.who {
        Who::UnitHead => lead_unit.map(Audience::Heads),
        Who::LeadLeader | Who::Principal | Who::GroupHead | Who::Secrecy => step.person.map(Audience::Person),
        Who::Office | Who::Meeting => Some(Audience::Office),
        Who::Supervisor => Some(Audience::Verifiers),
    };
    warning::told(Rule::SignatureWanted, |_| to.into_iter().collect())
}
