//! The signing of a slip: sent, signed on screen or on paper, confirmed, objected to, and what the last signature puts in force (docs/domain.md §9, §25).

use super::event::SlipEvent;
use super::state::{Shape, Slip, SlipNumber, SlipState};
use super::{Context, Decided, SlipContent, kind};
use crate::ids::{SignRequestId, SignatureId};
use crate::policy::RequestKind;
use crate::refusal::Refusal;
use crate::sign_request::{RequestState, SignRequest, Signing, Verdict, chain_for, check_chain};
use crate::signature::{self, Desk, Entry};
use crate::task::context::Decision;

/// A day that was asked for and is over before anybody was told cannot be kept.
fn check_due(slip: &Slip, ctx: &Context<'_>) -> Result<(), Refusal> {
    if slip.shape.due_on.is_some_and(|due| due <= ctx.today()) {
        return Err(Refusal::conflict("slip-due-passed"));
    }
    Ok(())
}

/// The task may have been withdrawn or given to others since the slip was drafted.
fn check_task(slip: &Slip, ctx: &Context<'_>) -> Result<(), Refusal> {
    let Some(task) = &ctx.facts.task else { return Ok(()) };
    if !task.is_under_way {
        return Err(Refusal::field("/task", "slip-task-not-under-way"));
    }
    if !task.units.contains(&slip.shape.unit) {
        return Err(Refusal::field("/unit", "slip-unit-outside-task"));
    }
    Ok(())
}

pub(super) fn submit(slip: &Slip, ctx: &Context<'_>) -> Decided {
    let by = ctx.person()?;
    let rule = ctx.rule(slip.shape.level)?;
    check_due(slip, ctx)?;
    check_task(slip, ctx)?;
    let task = ctx.facts.task.as_ref();
    let chain = chain_for(&rule.chain, &ctx.signing(slip), false, None);
    check_chain(&chain, by)?;
    let Shape { level, urgency, basis, task: about, unit, supporting, due_on, .. } = slip.shape.clone();
    let content = SlipContent {
        round: slip.round,
        level,
        name: rule.name.clone(),
        urgency,
        text: ctx.text.clone(),
        basis,
        task: about,
        task_number: task.map(|t| t.number.clone()),
        unit,
        supporting,
        due_on,
        answer_working_days: rule.answer_working_days,
    };
    let mut decision = Decision::default();
    let request = SignRequest {
        id: SignRequestId((ctx.fresh)()),
        kind: RequestKind::Slip,
        revision: decision.note(kind::SIGNED, &content),
        policy_version: ctx.facts.policy_version,
        chain,
        signatures: Vec::new(),
        submitted_by: by,
        on_behalf_of: None,
        submitted_at: ctx.now,
        state: RequestState::Open,
    };
    decision.events.push(SlipEvent::Submitted { request });
    Ok(decision)
}

fn request(slip: &Slip) -> Result<&SignRequest, Refusal> {
    slip.request().ok_or_else(|| Refusal::conflict("request-not-open"))
}

pub(super) fn sign(slip: &Slip, entry: Entry, signing: Signing, ctx: &Context<'_>) -> Decided {
    let request = request(slip)?;
    let verdict = entry.verdict;
    let facts = ctx.signing(slip);
    let desk = Desk { actor: ctx.actor, now: ctx.now, people: &ctx.facts.people, facts: &facts, fresh: ctx.fresh };
    let decision = signature::sign(request, entry, signing, &desk)?;
    if verdict == Verdict::Approve {
        check_due(slip, ctx)?;
    }
    Ok(decision)
}

pub(super) fn confirm(
    slip: &Slip,
    id: SignatureId,
    confirmed: bool,
    reason: Option<&str>,
    ctx: &Context<'_>,
) -> Decided {
    let request = request(slip)?;
    let decision = signature::confirm(request, id, confirmed, reason, ctx.person()?, ctx.now)?;
    if confirmed && signature::find(request, id)?.verdict == Verdict::Approve {
        check_due(slip, ctx)?;
    }
    Ok(decision)
}

pub(super) fn object(slip: &Slip, id: SignatureId, reason: &str, ctx: &Context<'_>) -> Decided {
    signature::object(request(slip)?, &slip.objections, id, reason, ctx.person()?)
}

/// Whether all have signed and it only waits for its number.
pub fn is_granted(slip: &Slip) -> bool {
    slip.state == SlipState::Signing && slip.request().is_some_and(|r| r.state == RequestState::Granted)
}

/// Puts a slip that all have signed in force: its number, and its days by the ladder of now.
///
/// Errors: `wrong-state` unless all have signed; `slip-level-unused` where the round dropped the level meanwhile; content where the task is another's now.
pub fn issue(slip: &Slip, n: u32, ctx: &Context<'_>) -> Result<Vec<SlipEvent>, Refusal> {
    if !is_granted(slip) {
        return Err(Refusal::conflict("wrong-state"));
    }
    let rule = ctx.rule(slip.shape.level)?;
    check_task(slip, ctx)?;
    let today = ctx.today();
    let after = |days: u16| ctx.calendar.add_working_days(today, i64::from(days));
    let due_on = slip.shape.due_on.unwrap_or_else(|| after(rule.answer_working_days));
    Ok(vec![SlipEvent::Issued {
        number: SlipNumber { year: chrono::Datelike::year(&today), n },
        at: ctx.now,
        receive_due_on: after(rule.receive_working_days).min(due_on),
        due_on,
    }])
}
