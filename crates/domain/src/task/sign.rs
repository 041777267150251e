//! Signing what is asked of a task: on screen, on paper, by meeting, by a stand-in; confirmed, objected to, taken back; and what granting does.

use super::clock;
use super::context::{Context, Decision};
use super::event::TaskEvent;
use super::responsibility;
use super::state::{RequestEffect, Task, TaskRequest};
use crate::ids::{PersonId, SignRequestId, SignatureId};
use crate::policy::RequestKind;
use crate::refusal::Refusal;
use crate::sign_request::{SignatureState, Signing, Verdict, may_verify};
use crate::signature::{self, Desk, Entry};

fn find(task: &Task, id: SignRequestId) -> Result<&TaskRequest, Refusal> {
    task.request(id).ok_or_else(|| Refusal::field("/request", "request-unknown"))
}

/// A closure is not approved while a slip is open; it may be returned (docs/domain.md §25).
fn check_slips(task: &Task, found: &TaskRequest, verdict: Verdict) -> Result<(), Refusal> {
    let is_held = found.request.kind == RequestKind::Closure && verdict == Verdict::Approve;
    if is_held && !task.open_slips.is_empty() {
        return Err(Refusal::conflict("slip-open-closure"));
    }
    Ok(())
}

pub(super) fn sign(
    task: &Task,
    request: SignRequestId,
    entry: Entry,
    signing: Signing,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let found = find(task, request)?;
    let verdict = entry.verdict;
    let mut decision = Decision::default();
    let signature = ctx.with_signing(task, |facts| {
        let desk = Desk { actor: ctx.actor, now: ctx.now, people: &ctx.facts.people, facts, fresh: ctx.fresh };
        signature::give(&found.request, entry, signing, &desk, &mut decision)
    })?;
    check_slips(task, found, verdict)?;
    decision.events.push(TaskEvent::Signed { request, signature: signature.clone() });
    if signature.state == SignatureState::Effective {
        let mut after = found.clone();
        after.request.signatures.push(signature);
        conclude(task, &after, verdict, ctx, &mut decision);
    }
    Ok(decision)
}

/// What follows from one more effective signature.
fn conclude(task: &Task, after: &TaskRequest, verdict: Verdict, ctx: &Context<'_>, decision: &mut Decision) {
    let id = after.request.id;
    if verdict == Verdict::Return {
        decision.events.push(TaskEvent::RequestReturned { request: id });
        match after.effect {
            RequestEffect::Plan { .. } => decision.events.push(TaskEvent::PlanReturned {}),
            RequestEffect::Closure { .. } => decision.events.push(TaskEvent::ClosureReturned { at: ctx.now }),
            RequestEffect::Amendment { .. }
            | RequestEffect::Extension { .. }
            | RequestEffect::Reassignment { .. }
            | RequestEffect::Withdrawal => {}
        }
        return;
    }
    if after.request.current_step().is_some() {
        return;
    }
    decision.events.push(TaskEvent::RequestGranted { request: id });
    match &after.effect {
        RequestEffect::Plan { plan } => {
            decision.events.push(TaskEvent::PlanApproved { plan: plan.clone(), at: ctx.now });
        }
        RequestEffect::Amendment { plan } => decision.events.push(TaskEvent::Amended { plan: plan.clone() }),
        RequestEffect::Extension { due_on, filed_upward } => {
            decision.events.push(TaskEvent::Extended { due_on: *due_on, filed_upward: *filed_upward });
        }
        RequestEffect::Closure { .. } => close(task, ctx, decision),
        RequestEffect::Reassignment { parties } => {
            let reason = decision.words("责任分工调整已经审定。");
            responsibility::take_effect(task, parties.clone(), reason, ctx, decision);
        }
        RequestEffect::Withdrawal => {
            for open in task.requests.iter().filter(|r| r.request.is_open() && r.request.id != id) {
                let reason = decision.words("任务作废，签批随之作废。");
                decision.events.push(TaskEvent::RequestVoided { request: open.request.id, reason });
            }
            decision.events.push(TaskEvent::Withdrawn { at: ctx.now });
            clock::say_light(task, ctx, decision);
        }
    }
}

/// Ratified: observation begins; with none to observe a clock that may confirm does so at once (docs/domain.md §8).
fn close(task: &Task, ctx: &Context<'_>, decision: &mut Decision) {
    let on = ctx.today();
    let days = i64::from(ctx.facts.policy.observation_working_days);
    let observing_until = ctx.calendar.add_working_days(on, days);
    decision.events.push(TaskEvent::Closed { on, observing_until, at: ctx.now });
    if days == 0 && ctx.facts.policy.confirm_by_clock {
        decision.events.push(TaskEvent::Confirmed { on });
        clock::say_light(task, ctx, decision);
    }
}

pub(super) fn confirm(
    task: &Task,
    request: SignRequestId,
    signature: SignatureId,
    confirmed: bool,
    reason: Option<String>,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let found = find(task, request)?;
    let by = ctx.person()?;
    let verdict = signature::confirmable(&found.request, signature, by)?.verdict;
    let mut decision = Decision::default();
    if confirmed {
        check_slips(task, found, verdict)?;
        decision.events.push(TaskEvent::SignatureConfirmed { request, signature, by });
        let mut after = found.clone();
        if let Some(signed) = after.request.signature_mut(signature) {
            signed.state = SignatureState::Effective;
        }
        conclude(task, &after, verdict, ctx, &mut decision);
    } else {
        let Some(reason) = decision.words_if(reason.as_deref()) else {
            return Err(Refusal::field("/reason", "required"));
        };
        decision.events.push(TaskEvent::SignatureVoided { request, signature, reason });
    }
    Ok(decision)
}

pub(super) fn object(
    task: &Task,
    request: SignRequestId,
    signature: SignatureId,
    reason: &str,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let found = find(task, request)?;
    let by = ctx.person()?;
    let mut decision = Decision::default();
    let reason = signature::objection(&found.request, signature, by, reason, &mut decision)?;
    decision.events.push(TaskEvent::SignatureObjected { request, signature, by, reason: reason.clone() });
    if found.request.is_open() {
        decision.events.push(TaskEvent::SignatureVoided { request, signature, reason });
    }
    Ok(decision)
}

/// Somebody said a signature was not his; the principal or the head of the leading group says what comes of it (docs/domain.md §11).
pub(super) fn settle_objection(task: &Task, person: PersonId, reason: &str) -> Result<Decision, Refusal> {
    if !task.objections.contains(&person) {
        return Err(Refusal::conflict("no-objection"));
    }
    let mut decision = Decision::default();
    let Some(reason) = decision.words_if(Some(reason)) else { return Err(Refusal::field("/reason", "required")) };
    decision.events.push(TaskEvent::ObjectionSettled { person, reason });
    Ok(decision)
}

pub(super) fn recall(task: &Task, request: SignRequestId, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let found = find(task, request)?;
    if !found.request.is_open() {
        return Err(Refusal::conflict("request-not-open"));
    }
    if found.request.has_signatures() {
        return Err(Refusal::conflict("already-signed-by-someone"));
    }
    let by = ctx.person()?;
    let is_own_unit = task.lead_unit().is_some_and(|unit| ctx.is_of(unit))
        && !matches!(found.effect, RequestEffect::Reassignment { .. } | RequestEffect::Withdrawal);
    if found.request.submitted_by != by && !is_own_unit {
        return Err(Refusal::forbidden("not-your-request"));
    }
    let mut decision = Decision::default();
    decision.events.push(TaskEvent::RequestRecalled { request });
    Ok(decision)
}

pub(super) fn name_cross_checker(
    task: &Task,
    person: PersonId,
    reason: &str,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::field("/reason", "required"));
    }
    if task.cross_checkers.contains(&person) {
        return Err(Refusal::conflict("already-named"));
    }
    let standing = ctx.facts.people.get(&person).ok_or_else(|| Refusal::field("/person", "person-unknown"))?;
    let mut named = task.clone();
    named.cross_checkers.push(person);
    if Some(person) == ctx.facts.round.principal || !ctx.with_signing(&named, |facts| may_verify(standing, facts)) {
        return Err(Refusal::field("/person", "avoidance"));
    }
    let mut decision = Decision::default();
    let reason = decision.words(reason);
    decision.events.push(TaskEvent::CrossCheckerNamed { person, reason });
    Ok(decision)
}
