//! Who sees and does what with handovers (docs/domain.md §37).

use crate::actor::{Actor, AssignmentKind, Duty, Role, UnitPath};
use crate::handover::HandoverAction;
use crate::handover::state::Handover;
use crate::ids::RoundId;
use crate::refusal::Refusal;

/// Whether the actor sees the handovers of a unit: its people, those of the units above, and the system administrator; a key of another system sees what
/// its units see (docs/domain.md §34).
fn sees_for(actor: &Actor, unit: &UnitPath) -> bool {
    actor.person().is_some_and(|p| {
        p.duty == Some(Duty::SysAdmin)
            || p.role == Some(Role::Unit) && p.memberships.iter().any(|m| unit.is_within(&m.unit))
    })
}

/// Whether the actor looks after the handovers of a unit; no key does.
fn is_of(actor: &Actor, unit: &UnitPath) -> bool {
    actor.person().is_some_and(|p| p.service.is_none()) && sees_for(actor, unit)
}

/// Whether the actor is of the office of some round: who has left a leader's post concerns it, whatever unit that was in.
fn is_office(actor: &Actor, fits: impl Fn(RoundId) -> bool) -> bool {
    actor.person().is_some_and(|p| {
        p.role == Some(Role::Supervisor)
            && p.assignments.iter().any(|a| a.kind == AssignmentKind::Office && fits(a.round))
    })
}

/// Whether it is told to the actor that somebody who left this unit still answers for something, and he may draw a list up.
///
/// Errors: `not-allowed`.
pub fn permit_preparing_handover(actor: &Actor, unit: &UnitPath) -> Result<(), Refusal> {
    if is_of(actor, unit) || is_office(actor, |_| true) { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether a handover is seen: by the two whose it is, by who looks after the unit's, and by the offices of the rounds its things are of.
pub fn sees_handover(actor: &Actor, handover: &Handover, unit: &UnitPath) -> bool {
    let Some(person) = actor.person() else { return true };
    is_party(actor, handover)
        || sees_for(actor, unit)
        || is_office(actor, |round| handover.items.iter().any(|item| item.round == round))
        || handover.prepared_by == person.account
}

fn is_party(actor: &Actor, handover: &Handover) -> bool {
    let own = actor.person().and_then(|p| p.person);
    own.is_some_and(|p| p == handover.from || p == handover.to)
}

/// Whether the actor may do an act on a handover he sees, one line per act.
///
/// Errors: `not-allowed`.
pub fn permit_handover(
    actor: &Actor,
    action: HandoverAction,
    handover: &Handover,
    unit: &UnitPath,
) -> Result<(), Refusal> {
    let Some(person) = actor.person() else { return Err(Refusal::forbidden("not-allowed")) };
    let may = match action {
        HandoverAction::Give => person.person == Some(handover.from),
        HandoverAction::Take => person.person == Some(handover.to),
        HandoverAction::Record | HandoverAction::Confirm => {
            person.person != Some(handover.from) && permit_preparing_handover(actor, unit).is_ok()
        }
        HandoverAction::Withdraw => person.account == handover.prepared_by,
    };
    if may { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}
