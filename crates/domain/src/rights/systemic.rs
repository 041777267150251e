//! Who sees and does what with systemic problems (docs/domain.md §42).

use std::collections::BTreeSet;

use super::permit_office;
use crate::actor::{Actor, Role};
use crate::ids::{RoundId, UnitId};
use crate::refusal::Refusal;
use crate::systemic::SystemicAction;
use crate::systemic::state::{ProblemState, SystemicProblem};

/// Whether the actor is of this very unit.
fn is_of(actor: &Actor, unit: UnitId) -> bool {
    actor
        .person()
        .filter(|p| p.service.is_none())
        .is_some_and(|p| p.role == Some(Role::Unit) && p.memberships.iter().any(|m| m.unit.unit() == Some(unit)))
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
        || problem.checks.iter().any(|c| is_of(actor, c.unit))
}

/// Whether the actor is of the department that answers for the measure.
pub fn owns_problem(actor: &Actor, problem: &SystemicProblem) -> bool {
    problem.confirmed.as_ref().is_some_and(|c| is_of(actor, c.owner))
}

/// Whether the answer of a unit is shown: to who sees the problem whole, and to the unit itself.
pub fn reads_check(actor: &Actor, problem: &SystemicProblem, unit: UnitId) -> bool {
    sees_problems(actor, problem.round) || is_of(actor, unit)
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
        SystemicAction::Report => owns_problem(actor, problem) || on_behalf(owner),
        SystemicAction::KeepClock => *actor == Actor::System,
    };
    if may { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether the actor works for a unit, which may be asked to look at itself or own a problem.
pub fn works_for_unit(actor: &Actor) -> bool {
    let person = actor.person().filter(|p| p.role == Some(Role::Unit));
    person.is_some_and(|p| p.memberships.iter().any(|m| m.unit.unit().is_some()))
}
