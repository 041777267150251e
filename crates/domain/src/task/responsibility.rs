//! Who answers for a task: claimed, thought to be another's, upheld, given to others.

use super::command::{PartiesInput, TakeOver};
use super::context::{Context, Decision};
use super::event::TaskEvent;
use super::request::open;
use super::state::{Disposition, Parties, ReassignmentWish, RequestEffect, TakenOver, Task};
use crate::ids::{PersonId, UnitId};
use crate::policy::RequestKind;
use crate::refusal::{FieldError, Refusal};

pub(super) fn claim(task: &Task, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let unit = task.lead_unit().ok_or_else(|| Refusal::conflict("wrong-state"))?;
    // An immediate correction needs no plan: the claim leads straight to work (docs/domain.md §5).
    let plan_due_on = (task.draft.disposition != Some(Disposition::Immediate))
        .then(|| ctx.facts.policy.plan_due_on(ctx.today(), ctx.calendar));
    let mut decision = Decision::default();
    decision.events.push(TaskEvent::Claimed {
        unit,
        by: ctx.person()?,
        at: ctx.now,
        plan_due_on,
        on_behalf: ctx.is_on_behalf(task),
    });
    Ok(decision)
}

pub(super) fn wish(
    task: &Task,
    proposed: Option<UnitId>,
    reason: &str,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    if task.wish.is_some() || task.open_request(RequestKind::Reassignment).is_some() {
        return Err(Refusal::conflict("reassignment-pending"));
    }
    let unit = task.lead_unit().ok_or_else(|| Refusal::conflict("wrong-state"))?;
    if proposed == Some(unit) {
        return Err(Refusal::field("/proposed", "same-unit"));
    }
    require(reason)?;
    let mut decision = Decision::default();
    let reason = decision.words(reason);
    let wish = ReassignmentWish { unit, by: ctx.person()?, proposed, reason, at: ctx.now };
    decision.events.push(TaskEvent::ReassignmentWished { wish });
    Ok(decision)
}

pub(super) fn uphold(task: &Task, reason: &str) -> Result<Decision, Refusal> {
    if task.wish.is_none() {
        return Err(Refusal::conflict("no-reassignment-wish"));
    }
    require(reason)?;
    let mut decision = Decision::default();
    let reason = decision.words(reason);
    decision.events.push(TaskEvent::Upheld { reason });
    Ok(decision)
}

fn check_parties(input: &PartiesInput) -> Result<Parties, Refusal> {
    let mut errors = Vec::new();
    for (pointer, code, is_empty) in [
        ("/leaders", "lead-leader-missing", input.leaders.is_empty()),
        ("/units", "lead-unit-missing", input.units.is_empty()),
        ("/persons", "principal-person-missing", input.persons.is_empty()),
        ("/reason", "required", input.reason.trim().is_empty()),
    ] {
        if is_empty {
            errors.push(FieldError::at(pointer, code));
        }
    }
    if errors.is_empty() {
        Ok(Parties { leaders: input.leaders.clone(), units: input.units.clone(), persons: input.persons.clone() })
    } else {
        Err(Refusal::invalid("content", errors))
    }
}

/// Whether the change touches what is frozen with the group's plan: the lead leader or the lead unit (docs/domain.md §8).
fn changes_lead(task: &Task, parties: &Parties) -> bool {
    task.lead_unit() != parties.units.first().copied() || task.lead_leader() != parties.leaders.first().copied()
}

pub(super) fn reassign(task: &Task, input: PartiesInput, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let parties = check_parties(&input)?;
    if !changes_lead(task, &parties) {
        return Err(Refusal::field("/units", "lead-unchanged"));
    }
    if task.open_request(RequestKind::Reassignment).is_some() {
        return Err(Refusal::conflict("reassignment-pending"));
    }
    let mut decision = Decision::default();
    if ctx.facts.round.is_plan_approved {
        let effect = RequestEffect::Reassignment { parties };
        open(task, effect, Some(&input.reason), false, ctx, &mut decision)?;
    } else {
        let reason = decision.words(&input.reason);
        take_effect(task, parties, reason, ctx, &mut decision);
    }
    Ok(decision)
}

/// Others answer from now on: every open request of the task loses its ground, the weeks owed stay with the old unit.
pub(super) fn take_effect(
    task: &Task,
    parties: Parties,
    reason: crate::chain::Digest,
    ctx: &Context<'_>,
    decision: &mut Decision,
) {
    for open in task.requests.iter().filter(|r| r.request.is_open() && r.request.kind != RequestKind::Reassignment) {
        let reason = decision.words("责任分工调整，原签批作废。");
        decision.events.push(TaskEvent::RequestVoided { request: open.request.id, reason });
    }
    let claim_due_on = ctx.facts.policy.claim_due_on(ctx.today(), ctx.calendar);
    decision.events.push(TaskEvent::Reassigned { parties, reason, at: ctx.now, claim_due_on });
}

/// Who is named is part of what is signed and of who may verify, so nothing may be waiting for a signature (docs/domain.md §9, §10).
pub(super) fn adjust(task: &Task, input: PartiesInput) -> Result<Decision, Refusal> {
    if task.requests.iter().any(|r| r.request.is_open()) {
        return Err(Refusal::conflict("being-signed"));
    }
    let parties = check_parties(&input)?;
    if changes_lead(task, &parties) {
        return Err(Refusal::field("/units", "lead-changes"));
    }
    if parties == task.draft.parties {
        return Err(Refusal::conflict("nothing-changed"));
    }
    let mut decision = Decision::default();
    let reason = decision.words(&input.reason);
    decision.events.push(TaskEvent::PartiesAdjusted { parties, reason });
    Ok(decision)
}

/// Puts one person in another's place, each where he stood; who is in the list already keeps the better place.
fn in_place(people: &[PersonId], from: PersonId, to: PersonId) -> Vec<PersonId> {
    let mut after: Vec<PersonId> = Vec::with_capacity(people.len());
    for person in people.iter().map(|p| if *p == from { to } else { *p }) {
        if !after.contains(&person) {
            after.push(person);
        }
    }
    after
}

/// Who came answers in the place of who left, and signs what waits for him; what is being signed stays what was handed in (docs/domain.md §37).
///
/// Errors: `nothing-changed`, `handover-being-signed`, `handover-signs-twice` (409).
pub(super) fn take_over(task: &Task, input: &TakeOver) -> Result<Decision, Refusal> {
    let TakeOver { handover, from, to, basis } = input;
    let (from, to) = (*from, *to);
    let mut requests = Vec::new();
    for open in task.requests.iter().filter(|r| r.request.is_open()) {
        let names = match &open.effect {
            RequestEffect::Plan { plan } | RequestEffect::Amendment { plan } => plan.unit_leader == Some(from),
            RequestEffect::Reassignment { parties } => {
                parties.leaders.contains(&from) || parties.persons.contains(&from)
            }
            RequestEffect::Closure { .. } | RequestEffect::Extension { .. } | RequestEffect::Withdrawal => false,
        };
        // It would bring who left back when it is granted.
        if names {
            return Err(Refusal::conflict("handover-being-signed"));
        }
        if open.request.steps_of(from).is_empty() {
            continue;
        }
        let signs = open.request.submitted_by == to
            || open.request.has_signed(to)
            || open.request.chain.iter().any(|step| step.person == Some(to));
        if signs {
            return Err(Refusal::conflict("handover-signs-twice"));
        }
        requests.push(open.request.id);
    }
    let own = &task.draft.parties;
    let parties = Parties {
        leaders: in_place(&own.leaders, from, to),
        units: own.units.clone(),
        persons: in_place(&own.persons, from, to),
    };
    let unit_leader = task.unit_leader.map(|p| if p == from { to } else { p });
    if parties == *own && unit_leader == task.unit_leader && requests.is_empty() {
        return Err(Refusal::conflict("nothing-changed"));
    }
    let mut decision = Decision::default();
    let reason = decision.words(basis);
    let readers = in_place(&task.draft.readers, from, to);
    let taken = TakenOver { handover: *handover, from, to, parties, readers, unit_leader, requests, reason };
    decision.events.push(TaskEvent::TakenOver { taken });
    Ok(decision)
}

fn require(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() { Err(Refusal::field("/reason", "required")) } else { Ok(()) }
}
