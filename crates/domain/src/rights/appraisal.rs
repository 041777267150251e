//! Who sees and does what with appraisals and records of accountability (docs/domain.md §45, §46).

use super::{permit_office, scope};
use crate::accountability::{AccountabilityAction, Record};
use crate::actor::{Actor, Role};
use crate::appraisal::AppraisalAction;
use crate::appraisal::event::AppraisalEvent;
use crate::appraisal::scheme::{Scheme, SubjectKind};
use crate::appraisal::score::Subject;
use crate::appraisal::state::Appraisal;
use crate::ids::{RoundId, UnitId};
use crate::refusal::Refusal;

/// Whether the actor sees the scheme and every appraisal of a round whole: its office, its principal, the head of its leading group.
pub fn sees_appraisals(actor: &Actor, round: RoundId) -> bool {
    let Some(person) = actor.person() else { return true };
    permit_office(actor, round).is_ok()
        || person.principal_of.contains(&round)
        || person.heads_group_of.contains(&round)
}

/// Whether the actor sees what this very unit, or one above it, sees: by a post, or as a key of another system for it (docs/domain.md §34).
fn sees_for(actor: &Actor, unit: UnitId, line: &[UnitId]) -> bool {
    let own = actor.person().filter(|p| p.role == Some(Role::Unit));
    own.is_some_and(|p| {
        p.memberships.iter().filter_map(|m| m.unit.unit()).any(|own| own == unit || line.contains(&own))
    })
}

/// Whether the actor reads one score of a published appraisal with its facts: whose it is, and the units above; `line` are the units of a unit's path.
pub fn reads_score(actor: &Actor, round: RoundId, subject: Subject, line: &[UnitId]) -> bool {
    sees_appraisals(actor, round)
        || match subject.kind {
            SubjectKind::Unit => sees_for(actor, UnitId(subject.id), line),
            SubjectKind::Leader => scope(actor).persons.iter().any(|p| p.0 == subject.id),
        }
}

/// Whether one event of an appraisal is handed on to the actor (docs/domain.md §34): all of them to who sees it whole; to everybody else, once it is
/// published, its publication and its end where one of the scores is his to read, and what was said of these. `scored` are those of the version that
/// is out, each with the units of its path.
pub fn hears_of_appraisal(
    actor: &Actor,
    appraisal: &Appraisal,
    scored: &[(Subject, Vec<UnitId>)],
    event: &AppraisalEvent,
) -> bool {
    if sees_appraisals(actor, appraisal.round) {
        return true;
    }
    let Some(out) = appraisal.published else { return false };
    let reads = |(subject, line): &(Subject, Vec<UnitId>)| reads_score(actor, appraisal.round, *subject, line);
    let reads_of = |subject: Subject| scored.iter().any(|one| one.0 == subject && reads(one));
    match event {
        AppraisalEvent::Computed { .. } | AppraisalEvent::Recomputed { .. } | AppraisalEvent::Discarded { .. } => false,
        AppraisalEvent::Adjusted { adjustment } => adjustment.n <= out && reads_of(adjustment.subject),
        AppraisalEvent::Objected { objection } => reads_of(Subject::unit(objection.unit)),
        AppraisalEvent::Answered { unit, .. } => reads_of(Subject::unit(*unit)),
        AppraisalEvent::Published { .. } | AppraisalEvent::Finished { .. } => scored.iter().any(reads),
    }
}

/// Whether the actor heads this very unit.
pub fn heads_unit(actor: &Actor, unit: UnitId) -> bool {
    let person = actor.person().filter(|p| p.role == Some(Role::Unit) && p.service.is_none());
    person.is_some_and(|p| p.memberships.iter().any(|m| m.is_head && m.unit.unit() == Some(unit)))
}

/// Whether the actor may make a version of the scheme hold, or publish scores: the principal of the round.
///
/// Errors: `not-allowed`.
pub fn permit_publishing_appraisal(actor: &Actor, round: RoundId) -> Result<(), Refusal> {
    let is_principal = actor.person().is_some_and(|p| p.principal_of.contains(&round));
    if is_principal { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether the actor may do an act on an appraisal he sees: the office makes it, the principal publishes, a unit's head objects.
///
/// Errors: `not-allowed`.
pub fn permit_appraisal(actor: &Actor, action: AppraisalAction, round: RoundId) -> Result<(), Refusal> {
    match action {
        AppraisalAction::Publish => permit_publishing_appraisal(actor, round),
        AppraisalAction::Object => {
            let person = actor.person().filter(|p| p.role == Some(Role::Unit) && p.service.is_none());
            let heads = person.is_some_and(|p| p.memberships.iter().any(|m| m.is_head));
            if heads { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
        }
        AppraisalAction::Recompute
        | AppraisalAction::Adjust
        | AppraisalAction::Discard
        | AppraisalAction::Answer
        | AppraisalAction::Finish => permit_office(actor, round),
    }
}

/// Whether a record of accountability is read: by those it names and who entered it, each himself. No role, no post, no stand-in and no duty opens it.
pub fn reads_accountability(actor: &Actor, record: &Record) -> bool {
    let own = actor.person().filter(|p| p.service.is_none()).and_then(|p| p.person);
    own.is_some_and(|own| record.all_readers().contains(&own))
}

/// Whether the actor may enter what was decided: the office of the round and its principal.
///
/// Errors: `not-allowed`.
pub fn permit_recording_accountability(actor: &Actor, round: RoundId) -> Result<(), Refusal> {
    permit_office(actor, round).or_else(|_| permit_publishing_appraisal(actor, round))
}

/// Whether the actor may do an act on a record he reads: only who entered it.
///
/// Errors: `not-allowed`.
pub fn permit_accountability(actor: &Actor, action: AccountabilityAction, record: &Record) -> Result<(), Refusal> {
    let own = actor.person().filter(|p| p.service.is_none()).and_then(|p| p.person);
    let may = match action {
        AccountabilityAction::SetReaders | AccountabilityAction::Withdraw | AccountabilityAction::Attach => {
            own == Some(record.by)
        }
    };
    if may { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether the actor is asked to have a look where facts meet a rule of the scheme: those it names, each himself.
pub fn is_watcher(actor: &Actor, scheme: &Scheme) -> bool {
    let own = actor.person().filter(|p| p.service.is_none()).and_then(|p| p.person);
    own.is_some_and(|own| scheme.watchers.contains(&own))
}
