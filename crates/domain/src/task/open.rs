//! Which acts are open to a person on a task now, and for those that are his but not yet possible, what is missing.

use serde_json::json;

use super::analysis::missing_cause;
use super::command::Action;
use super::context::Context;
use super::draft::{due_on_issue, missing_for_issue};
use super::request::missing_for_closure;
use super::starts_from;
use super::state::{StatementReply, Task, TaskState};
use crate::calendar;
use crate::ids::{PersonId, SignRequestId};
use crate::policy::RequestKind;
use crate::refusal::FieldError;
use crate::rights;
use crate::sign_request::{SignRequest, check_meeting, check_signer};
use crate::signature::signable_for;
use crate::weekly_statement;

/// Something that stands in the way of an act.
pub type Missing = FieldError;

/// An act that is this person's to do.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenAction {
    pub action: Action,
    /// Empty when it can be done now.
    pub missing: Vec<Missing>,
    /// The sign requests it is about, with the person signed for where it is a stand-in's.
    pub requests: Vec<(SignRequestId, Option<PersonId>)>,
}

/// Every act the actor may do on this task in its state; the page shows these and no others (docs/domain.md §19).
pub fn open_actions(task: &Task, ctx: &Context<'_>) -> Vec<OpenAction> {
    let subject = ctx.subject(task);
    Action::ALL
        .iter()
        .copied()
        .filter(|action| *action != Action::KeepClock)
        .filter(|action| starts_from(*action).contains(&task.state))
        .filter(|action| rights::permit(ctx.actor, *action, &subject).is_ok())
        .filter_map(|action| open_action(task, action, ctx))
        .collect()
}

fn open_action(task: &Task, action: Action, ctx: &Context<'_>) -> Option<OpenAction> {
    let plain = |missing: Vec<Missing>| Some(OpenAction { action, missing, requests: Vec::new() });
    let when = |holds: bool| if holds { plain(Vec::new()) } else { None };
    let without =
        |code: &str, hindered: bool| plain(if hindered { vec![FieldError::at("", code)] } else { Vec::new() });
    let person = ctx.actor.person().and_then(|p| p.person);
    match action {
        Action::Issue => {
            let mut missing = missing_for_issue(task, due_on_issue(task, ctx));
            if !ctx.facts.round.is_active {
                missing.push(FieldError::at("", "round-not-active"));
            }
            plain(missing)
        }
        Action::SubmitPlan => plain(missing_cause(task, ctx).into_iter().collect()),
        Action::RequestClosure => plain(missing_for_closure(task, ctx)),
        Action::RequestExtension => match task.draft.due_on {
            None => None,
            Some(due) if ctx.now >= calendar::end_of_day(due) => without("due-date-passed", true),
            Some(_) => without("extension-pending", task.open_request(RequestKind::Extension).is_some()),
        },
        Action::ResetDueDate => when(task.draft.due_on.is_some_and(|due| ctx.now >= calendar::end_of_day(due))),
        Action::ProposeAmendment => without("amendment-pending", task.open_request(RequestKind::Amendment).is_some()),
        Action::RequestWithdrawal => {
            without("withdrawal-pending", task.open_request(RequestKind::Withdrawal).is_some())
        }
        Action::Reassign => without("reassignment-pending", task.open_request(RequestKind::Reassignment).is_some()),
        Action::WishReassignment => when(task.wish.is_none() && task.open_request(RequestKind::Reassignment).is_none()),
        Action::Uphold => when(task.wish.is_some()),
        Action::Sign => requests(action, signable(task, ctx)).or_else(|| {
            is_held(task, ctx).then(|| OpenAction {
                action,
                missing: vec![FieldError::at("", "check-pending")],
                requests: Vec::new(),
            })
        }),
        Action::RecordSignature => requests(action, which(task, |r| r.may_be_recorded_by(person))),
        Action::RecordMeeting => requests(action, which(task, |r| check_meeting(r).is_ok())),
        Action::ConfirmSignature => requests(action, which(task, |r| r.may_be_confirmed_by(person))),
        Action::Object => {
            requests(action, which(task, |r| person.is_some_and(|own| r.entered_for(own).next().is_some())))
        }
        Action::SettleObjection => when(!task.objections.is_empty()),
        Action::AdjustParties => without("being-signed", task.requests.iter().any(|r| r.request.is_open())),
        Action::Recall => requests(action, recallable(task, ctx)),
        Action::SubmitStatement => when(may_state(task, ctx)),
        Action::AcknowledgeStatement | Action::ReturnStatement => {
            when(newest(task).any(|s| s.reply == StatementReply::Waiting))
        }
        Action::CompleteMilestone => when(task.milestones().iter().any(|m| {
            !task.done.contains_key(&m.id) && (m.unit.is_some_and(|u| ctx.is_of(u)) || ctx.speaks_for_lead(task))
        })),
        Action::ReopenMilestone => when(!task.done.is_empty()),
        Action::CompleteDuty => when(task.draft.supporting.iter().any(|s| s.done_on.is_none() && ctx.is_of(s.unit))),
        Action::RemoveEvidence => when(
            task.open_request(RequestKind::Closure).is_none()
                && task.evidence.iter().any(|e| Some(e.by) == person || e.unit.is_some_and(|u| ctx.is_of(u))),
        ),
        Action::Confirm => {
            let running = ctx.facts.policy.observation_working_days > 0
                && task.observing_until.is_some_and(|until| ctx.now < calendar::end_of_day(until));
            let mut missing = Vec::new();
            if running {
                let params = json!({ "until": task.observing_until });
                missing.push(FieldError::with("", "observation-running", params));
            }
            if task.has_failed_check {
                missing.push(FieldError::at("", "failed-check-undecided"));
            }
            plain(missing)
        }
        Action::Revise
        | Action::CloseBeforeGolive
        | Action::Claim
        | Action::SavePlan
        | Action::AttachEvidence
        | Action::NameCrossChecker
        | Action::MarkKey
        | Action::AnalyseCause
        | Action::Reopen => plain(Vec::new()),
        Action::SettleCheck => when(task.has_failed_check),
        // A check gives its results itself, a slip its beginning and end, a handover what both have signed.
        Action::RecordCheck | Action::OpenSlip | Action::CloseSlip | Action::TakeOver | Action::KeepClock => None,
    }
}

fn requests(action: Action, requests: Vec<(SignRequestId, Option<PersonId>)>) -> Option<OpenAction> {
    (!requests.is_empty()).then_some(OpenAction { action, missing: Vec::new(), requests })
}

/// Requests whose next step is this person's, or that of somebody he stands in for.
fn signable(task: &Task, ctx: &Context<'_>) -> Vec<(SignRequestId, Option<PersonId>)> {
    let Some(own) = ctx.actor.person() else { return Vec::new() };
    let for_whom = |request: &SignRequest| {
        let found = ctx.with_signing(task, |facts| signable_for(request, own, facts));
        found.into_iter().map(|person| (request.id, person)).collect::<Vec<_>>()
    };
    task.requests.iter().flat_map(|r| for_whom(&r.request)).collect()
}

/// Whether it is this person's to verify and only a check on the spot holds it.
fn is_held(task: &Task, ctx: &Context<'_>) -> bool {
    let held = |request| {
        let own = ctx.actor.person()?;
        ctx.with_signing(task, |facts| check_signer(request, own, facts)).err().filter(|r| r.code == "check-pending")
    };
    task.requests.iter().map(|r| &r.request).filter(|r| r.is_open()).any(|r| held(r).is_some())
}

/// Requests of a task that a question holds of.
fn which(task: &Task, holds: impl Fn(&SignRequest) -> bool) -> Vec<(SignRequestId, Option<PersonId>)> {
    task.requests.iter().map(|r| &r.request).filter(|r| holds(r)).map(|r| (r.id, None)).collect()
}

fn recallable(task: &Task, ctx: &Context<'_>) -> Vec<(SignRequestId, Option<PersonId>)> {
    let own = ctx.actor.person().and_then(|p| p.person);
    let is_lead = task.lead_unit().is_some_and(|unit| ctx.is_of(unit));
    task.requests
        .iter()
        .map(|r| &r.request)
        .filter(|r| r.is_open() && !r.has_signatures())
        .filter(|r| {
            let is_units = !matches!(r.kind, RequestKind::Reassignment | RequestKind::Withdrawal);
            Some(r.submitted_by) == own || is_lead && is_units
        })
        .map(|r| (r.id, None))
        .collect()
}

fn may_state(task: &Task, ctx: &Context<'_>) -> bool {
    let is_working = matches!(task.state, TaskState::Rectifying | TaskState::ClosureReview);
    is_working
        || task.reporting.iter().any(|span| {
            ctx.is_of(span.unit)
                && !weekly_statement::missing_weeks(task, span.unit, ctx.facts, ctx.calendar, ctx.now).is_empty()
        })
}

/// The newest revision of each unit and week.
fn newest(task: &Task) -> impl Iterator<Item = &super::state::StatementMark> {
    task.statements.iter().filter(|s| task.statement(s.unit, s.week).is_some_and(|n| n.revision == s.revision))
}
