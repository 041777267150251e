//! Who sees a rule of the register and who does what with it (docs/domain.md §43).

use super::{Subject, permit_office, permit_supervision, reads_content, relations, scope};
use crate::actor::{Actor, Role};
use crate::ids::{RoundId, TaskId};
use crate::refusal::Refusal;
use crate::rule_register::event::RuleEvent;
use crate::rule_register::state::{Rule, RuleState};
use crate::rule_register::{Parties, RuleAction, is_of_task};
use crate::sign_request::{is_barred, is_team_covering};

/// Whether the actor may say that a rule answers this task: the round's office, and whoever works for its lead unit or a responsible one.
pub fn answers_for(actor: &Actor, subject: &Subject) -> bool {
    permit_office(actor, subject.round).is_ok() || is_of_task(&relations(actor, subject))
}

/// Whether the actor may enter rules at all: the office and units; for which tasks is asked of each task.
///
/// Errors: `not-allowed`.
pub fn permit_entering_rule(actor: &Actor, round: RoundId) -> Result<(), Refusal> {
    let is_unit = actor.person().is_some_and(|p| p.role == Some(Role::Unit) && p.person.is_some());
    if is_unit || permit_office(actor, round).is_ok() { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

fn works_for_owner(actor: &Actor, rule: &Rule) -> bool {
    let person = actor.person().filter(|p| p.role == Some(Role::Unit));
    person.is_some_and(|p| p.memberships.iter().any(|m| m.unit.unit() == Some(rule.shape.owner_unit)))
}

fn answers_for_all(actor: &Actor, rule: &Rule, parties: &Parties) -> bool {
    permit_office(actor, rule.round).is_ok()
        || !parties.tasks.is_empty() && parties.tasks.iter().all(|(_, subject)| answers_for(actor, subject))
}

fn is_named(actor: &Actor, rule: &Rule) -> bool {
    let own = actor.person().filter(|p| p.role.is_some()).and_then(|p| p.person);
    own.is_some() && (own == rule.shape.owner || own == rule.supervisor || own == Some(rule.entered_by))
}

/// Whether an entry is seen. Once confirmed: by whoever sees one of its tasks, by the owner's unit and those above it, and by who is named in it;
/// before, by who supervises the round, the units that answer for its tasks, and the owner's.
pub fn sees_rule(actor: &Actor, rule: &Rule, parties: &Parties) -> bool {
    if actor.person().is_none() || is_named(actor, rule) || permit_supervision(actor, rule.round).is_ok() {
        return true;
    }
    if !rule.state.is_confirmed() {
        return parties.tasks.iter().any(|(_, subject)| answers_for(actor, subject)) || works_for_owner(actor, rule);
    }
    let scope = scope(actor);
    parties.tasks.iter().any(|(_, subject)| scope.covers(subject))
        || parties.owner.0.iter().any(|unit| scope.units.contains(unit))
}

/// Whether one event of an entry is handed on to the actor (docs/domain.md §34): of an entry he sees those that name no task which he does not see.
pub fn hears_of_rule(actor: &Actor, rule: &Rule, parties: &Parties, event: &RuleEvent) -> bool {
    if !sees_rule(actor, rule, parties) {
        return false;
    }
    let scope = scope(actor);
    let sees = |id: &TaskId| parties.tasks.iter().any(|(task, subject)| task == id && scope.covers(subject));
    match event {
        RuleEvent::Entered { shape, .. } | RuleEvent::Changed { shape, .. } => {
            scope.sees_whole(rule.round) || shape.tasks.iter().all(sees)
        }
        _ => true,
    }
}

/// Whether the words of an entry are read: where the content of each of its tasks is (docs/domain.md §17), and by who is named in it.
pub fn reads_rule(actor: &Actor, rule: &Rule, parties: &Parties) -> bool {
    is_named(actor, rule) || parties.tasks.iter().all(|(_, subject)| reads_content(actor, subject))
}

/// Whether the actor may do an act on an entry he sees, one line per act.
///
/// Errors: `not-allowed`; `avoidance` for a check by who is barred.
pub fn permit_rule(actor: &Actor, action: RuleAction, rule: &Rule, parties: &Parties) -> Result<(), Refusal> {
    let Some(person) = actor.person().filter(|p| p.role.is_some()) else {
        return Err(Refusal::forbidden("not-allowed"));
    };
    let is_office = permit_office(actor, rule.round).is_ok();
    let is_owner = person.person.is_some() && person.person == rule.shape.owner;
    let may = match action {
        RuleAction::Change | RuleAction::Submit | RuleAction::Withdraw => answers_for_all(actor, rule, parties),
        RuleAction::Return | RuleAction::Confirm | RuleAction::Entrust => is_office,
        RuleAction::Answer => is_owner || works_for_owner(actor, rule) || is_office && !parties.owner_has_accounts,
        RuleAction::Judge => {
            let is_supervisor = person.role == Some(Role::Supervisor)
                && person.person.is_some()
                && person.person == rule.supervisor
                && (is_office || is_team_covering(person, rule.round, &parties.owner));
            if !is_supervisor && !is_office {
                false
            } else if is_barred(person, &parties.units()) {
                return Err(Refusal::forbidden("avoidance"));
            } else {
                true
            }
        }
    };
    if may { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether an entry is one of those a partial reader is shown in a list: withdrawn drafts stand there for who entered them and for the round's office.
pub fn lists_rule(actor: &Actor, rule: &Rule) -> bool {
    rule.state != RuleState::Withdrawn || is_named(actor, rule) || permit_office(actor, rule.round).is_ok()
}
