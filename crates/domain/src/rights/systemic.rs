//! Who sees and does what with systemic problems (docs/domain.md §42).

use std::collections::BTreeSet;

use super::permit_office;
use crate::actor::{Actor, Role};
use crate::ids::{RoundId, UnitId};
use crate::refusal::Refusal;
use crate::systemic::SystemicAction;
use crate::systemic::event::SystemicEvent;
use crate::systemic::state::{ProblemState, SystemicProblem};

/// Whether the actor sees what this very unit sees: its people, and a key of another system for it (docs/domain.md §34).
fn sees_for(actor: &Actor, unit: UnitId) -> bool {
    actor
        .person()
        .is_some_and(|p| p.role == Some(Role::Unit) && p.memberships.iter().any(|m| m.unit.unit() == Some(unit)))
}

/// Whether the actor is of this very unit, and so may act for it; a key is nobody's post.
fn is_of(actor: &Actor, unit: UnitId) -> bool {
    actor.person().is_some_and(|p| p.service.is_none()) && sees_for(actor, unit)
}

/// Whether what the actor answers for a unit is handed in at once: its head, and the office, which answers only where nobody of the unit can log in.
pub fn stands_for(actor: &Actor, unit: UnitId) -> bool {
    actor.person().is_some_and(|p| match p.role {
        Some(Role::Unit) => p.memberships.iter().any(|m| m.is_head && m.unit.unit() == Some(unit)),
        _ => true,
    })
}

/// Whether the actor sees the systemic problems of a round whole, with every answer: its office, its principal, the head of its leading group.
pub fn sees_problems(actor: &Actor, round: RoundId) -> bool {
    let Some(person) = actor.person() else { return true };
    permit_office(actor, round).is_ok()
        || person.role.is_some() && (person.principal_of.contains(&round) || person.heads_group_of.contains(&round))
}

/// Whether a problem is seen at all: whole, or by its owner and the units asked, each its own part. A group that was dismissed is the office's alone.
pub fn sees_problem(actor: &Actor, problem: &SystemicProblem) -> bool {
    if problem.state == ProblemState::Dismissed {
        return actor.person().is_none() || permit_office(actor, problem.round).is_ok();
    }
    sees_problems(actor, problem.round)
        || owns_problem(actor, problem)
        || problem.checks.iter().any(|c| sees_for(actor, c.unit))
}

/// Whether the actor sees what the department that answers for the measure sees.
pub fn owns_problem(actor: &Actor, problem: &SystemicProblem) -> bool {
    problem.confirmed.as_ref().is_some_and(|c| sees_for(actor, c.owner))
}

/// Whether one event of a problem is handed on to the actor (docs/domain.md §34): all of them to who sees it whole; to its owner and to a unit that was
/// asked those of their own part, none that names a task or the self-check of another unit.
pub fn hears_of_problem(actor: &Actor, problem: &SystemicProblem, event: &SystemicEvent) -> bool {
    if !sees_problem(actor, problem) {
        return false;
    }
    sees_problems(actor, problem.round)
        || match event {
            SystemicEvent::Confirmed { .. } | SystemicEvent::Dismissed { .. } | SystemicEvent::Raised { .. } => false,
            SystemicEvent::Asked { units, .. } | SystemicEvent::DuePassed { units } => {
                units.iter().all(|unit| sees_for(actor, *unit))
            }
            SystemicEvent::Amended { amendment } => amendment.checks.iter().all(|moved| sees_for(actor, moved.unit)),
            SystemicEvent::Entered { unit, .. }
            | SystemicEvent::HandedIn { unit, .. }
            | SystemicEvent::Returned { unit, .. }
            | SystemicEvent::Accepted { unit, .. } => sees_for(actor, *unit),
            SystemicEvent::Reported { .. } | SystemicEvent::ReportReturned { .. } => owns_problem(actor, problem),
            SystemicEvent::Closed { .. } | SystemicEvent::Withdrawn { .. } => true,
        }
}

/// Whether the answer of a unit is shown: to who sees the problem whole, and to the unit itself.
pub fn reads_check(actor: &Actor, problem: &SystemicProblem, unit: UnitId) -> bool {
    sees_problems(actor, problem.round) || sees_for(actor, unit)
}

/// Whether the actor may do an act on a problem he sees, one line per act.
///
/// Errors: `not-allowed`.
pub fn permit_systemic(
    actor: &Actor,
    action: SystemicAction,
    problem: &SystemicProblem,
    unit: Option<UnitId>,
    without_accounts: &BTreeSet<UnitId>,
) -> Result<(), Refusal> {
    let is_office = permit_office(actor, problem.round).is_ok();
    let owner = problem.confirmed.as_ref().map(|c| c.owner);
    let on_behalf = |unit: Option<UnitId>| is_office && unit.is_some_and(|u| without_accounts.contains(&u));
    let may = match action {
        SystemicAction::Amend
        | SystemicAction::Ask
        | SystemicAction::Accept
        | SystemicAction::Return
        | SystemicAction::Raise
        | SystemicAction::ReturnReport
        | SystemicAction::Close
        | SystemicAction::Withdraw => is_office,
        SystemicAction::Answer => unit.is_some_and(|u| is_of(actor, u)) || on_behalf(unit),
        SystemicAction::ConfirmAnswer => unit.is_some_and(|u| is_of(actor, u) && stands_for(actor, u)),
        SystemicAction::Report => owner.is_some_and(|o| is_of(actor, o)) || on_behalf(owner),
        SystemicAction::KeepClock => *actor == Actor::System,
    };
    if may { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether the actor works for a unit, which may be asked to look at itself or own a problem.
pub fn works_for_unit(actor: &Actor) -> bool {
    let person = actor.person().filter(|p| p.role == Some(Role::Unit));
    person.is_some_and(|p| p.memberships.iter().any(|m| m.unit.unit().is_some()))
}
