//! Signing: on screen, on paper, by meeting, by a stand-in; confirmed, objected to, taken back; and what granting does.

use chrono::NaiveDate;

use super::clock;
use super::command::Signing;
use super::context::{Context, Decision};
use super::event::TaskEvent;
use super::responsibility;
use super::state::{RequestEffect, Task, TaskRequest};
use crate::actor::PersonActor;
use crate::ids::{PersonId, SignRequestId, SignatureId};
use crate::policy::Who;
use crate::refusal::{FieldError, Refusal};
use crate::sign_request::{
    SignDocument, SignMode, Signature, SignatureState, Verdict, check_meeting, check_signer, may_verify,
};

/// What a signer says, however it reaches us.
pub(super) struct Entry {
    pub(super) request: SignRequestId,
    pub(super) verdict: Verdict,
    pub(super) words: Option<String>,
    pub(super) method: Option<String>,
    pub(super) occurred_on: Option<NaiveDate>,
}

fn find(task: &Task, id: SignRequestId) -> Result<&TaskRequest, Refusal> {
    task.request(id).ok_or_else(|| Refusal::field("/request", "request-unknown"))
}

fn person_facts<'a>(ctx: &'a Context<'_>, person: PersonId) -> Result<&'a PersonActor, Refusal> {
    ctx.facts.people.get(&person).ok_or_else(|| Refusal::field("/signer", "person-unknown"))
}

pub(super) fn sign(task: &Task, entry: Entry, signing: Signing, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let found = find(task, entry.request)?;
    let request = &found.request;
    let typed_by = ctx.person()?;
    let own = ctx.actor.person().ok_or_else(|| Refusal::forbidden("not-allowed"))?;
    let (step, person, mode, document, stand_in) = match signing {
        Signing::Screen { on_behalf_of: None } => {
            let step = ctx.with_signing(task, |facts| check_signer(request, own, facts))?;
            (step, Some(typed_by), SignMode::Electronic, None, None)
        }
        Signing::Screen { on_behalf_of: Some(person) } => {
            // The rules look at the person signed for; the stand-in must not have handed it in or signed already (docs/domain.md §11).
            if !own.stands_in_for.iter().any(|(p, _)| *p == person) {
                return Err(Refusal::forbidden("no-delegation"));
            }
            if request.submitted_by == typed_by {
                return Err(Refusal::forbidden("signed-own-submission"));
            }
            if request.has_signed(typed_by) || request.signatures.iter().any(|s| s.stand_in == Some(typed_by)) {
                return Err(Refusal::conflict("already-signed"));
            }
            let signer = person_facts(ctx, person)?;
            let step = ctx.with_signing(task, |facts| check_signer(request, signer, facts))?;
            if request.chain[step].who == Who::Supervisor {
                return Err(Refusal::forbidden("verification-not-delegated"));
            }
            (step, Some(person), SignMode::Delegated, None, Some(typed_by))
        }
        Signing::Paper { signer, document } => {
            if request.submitted_by == typed_by && request.on_behalf_of.is_none() {
                return Err(Refusal::forbidden("recorded-own-submission"));
            }
            if signer == typed_by {
                return Err(Refusal::field("/signer", "recorded-own-signature"));
            }
            check_document(&document, request.revision.as_str(), false, ctx)?;
            let standing = person_facts(ctx, signer)?;
            let step = ctx.with_signing(task, |facts| check_signer(request, standing, facts))?;
            (step, Some(signer), SignMode::Paper, Some(document), None)
        }
        Signing::Meeting { document } => {
            check_document(&document, request.revision.as_str(), true, ctx)?;
            let step = check_meeting(request)?;
            (step, None, SignMode::Meeting, Some(document), None)
        }
    };
    let method = entry.method.map(|m| m.trim().to_owned()).filter(|m| !m.is_empty());
    let words = entry.words.map(|w| w.trim().to_owned()).filter(|w| !w.is_empty());
    check_entry(request.chain[step].who, entry.verdict, words.as_deref(), method.as_deref())?;
    let occurred_on = document.as_ref().map(|d| d.signed_on).or(entry.occurred_on).unwrap_or_else(|| ctx.today());
    if occurred_on > ctx.today() {
        return Err(Refusal::field("/occurred_on", "in-the-future"));
    }
    let mut decision = Decision::default();
    let signature = Signature {
        id: SignatureId((ctx.fresh)()),
        step: u8::try_from(step).unwrap_or(u8::MAX),
        person,
        verdict: entry.verdict,
        mode,
        words: decision.words_if(words.as_deref()),
        method,
        at: ctx.now,
        occurred_on,
        document,
        recorded_by: typed_by,
        confirmed_by: None,
        stand_in,
        state: if mode == SignMode::Paper { SignatureState::Pending } else { SignatureState::Effective },
    };
    decision.events.push(TaskEvent::Signed { request: request.id, signature: signature.clone() });
    if signature.state == SignatureState::Effective {
        let mut after = found.clone();
        after.request.signatures.push(signature);
        conclude(task, &after, entry.verdict, ctx, &mut decision);
    }
    Ok(decision)
}

fn check_entry(who: Who, verdict: Verdict, words: Option<&str>, method: Option<&str>) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    if verdict == Verdict::Return && words.is_none() {
        errors.push(FieldError::at("/words", "reason-required"));
    }
    if who == Who::Supervisor && method.is_none() {
        errors.push(FieldError::at("/method", "method-required"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
}

/// A scan must be of the very content that is asked about (docs/domain.md §11).
fn check_document(document: &SignDocument, revision: &str, is_meeting: bool, ctx: &Context<'_>) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    if document.signed_on > ctx.today() {
        errors.push(FieldError::at("/document/signed_on", "in-the-future"));
    }
    if document.scan.len() != 64 || !document.scan.bytes().all(|b| b.is_ascii_hexdigit()) {
        errors.push(FieldError::at("/document/scan", "scan-missing"));
    }
    if is_meeting {
        for (pointer, value) in
            [("/document/body", &document.body), ("/document/minutes_number", &document.minutes_number)]
        {
            if value.as_deref().is_none_or(|v| v.trim().is_empty()) {
                errors.push(FieldError::at(pointer, "required"));
            }
        }
    } else if document.content_hash.is_none() {
        errors.push(FieldError::at("/document/content_hash", "required"));
    }
    if document.content_hash.as_deref().is_some_and(|hash| !matches_hash(hash, revision)) {
        errors.push(FieldError::at("/document/content_hash", "content-hash-differs"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
}

/// The whole hash, or its first sixteen digits or more, as they are printed on the form.
fn matches_hash(given: &str, revision: &str) -> bool {
    let given: String = given.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    given.len() >= 16 && revision.starts_with(&given)
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

fn find_signature(found: &TaskRequest, id: SignatureId) -> Result<&Signature, Refusal> {
    found
        .request
        .signatures
        .iter()
        .find(|s| s.id == id)
        .ok_or_else(|| Refusal::field("/signature", "signature-unknown"))
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
    let pending = find_signature(found, signature)?;
    let by = ctx.person()?;
    if pending.state != SignatureState::Pending || !found.request.is_open() {
        return Err(Refusal::conflict("nothing-to-confirm"));
    }
    // Two officers, neither the signer (docs/domain.md §11).
    if pending.recorded_by == by || pending.person == Some(by) {
        return Err(Refusal::forbidden("second-officer-needed"));
    }
    let mut decision = Decision::default();
    if confirmed {
        decision.events.push(TaskEvent::SignatureConfirmed { request, signature, by });
        let mut after = found.clone();
        for s in after.request.signatures.iter_mut().filter(|s| s.id == signature) {
            s.state = SignatureState::Effective;
        }
        conclude(task, &after, pending.verdict, ctx, &mut decision);
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
    let recorded = find_signature(found, signature)?;
    let by = ctx.person()?;
    if recorded.person != Some(by) || !matches!(recorded.mode, SignMode::Paper | SignMode::Delegated) {
        return Err(Refusal::forbidden("not-your-signature"));
    }
    if recorded.state == SignatureState::Voided {
        return Err(Refusal::conflict("signature-voided"));
    }
    if reason.trim().is_empty() {
        return Err(Refusal::field("/reason", "required"));
    }
    let mut decision = Decision::default();
    let reason = decision.words(reason);
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
