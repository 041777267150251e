//! Who sees and does what with publications and opinions (docs/domain.md §31).

use super::{permit_office, permit_supervision, scope};
use crate::actor::{Actor, Role, UnitPath};
use crate::ids::RoundId;
use crate::opinion::OpinionAction;
use crate::opinion::state::Opinion;
use crate::publication::PublicationAction;
use crate::publication::state::Publication;
use crate::refusal::Refusal;

/// Whether the actor sees the publications and opinions of a round: its office and teams, its principal, the head of its leading group.
pub fn sees_publications(actor: &Actor, round: RoundId) -> bool {
    let Some(person) = actor.person() else { return true };
    permit_supervision(actor, round).is_ok()
        || person.principal_of.contains(&round)
        || person.heads_group_of.contains(&round)
}

/// Whether a publication is seen: besides, by whoever its chain names, or whom he stands in for; he sees what he signs.
pub fn sees_publication(actor: &Actor, publication: &Publication) -> bool {
    let own = scope(actor).persons;
    let named = publication.requests.iter().flat_map(|r| &r.chain).filter_map(|s| s.person);
    let signed = publication.requests.iter().flat_map(|r| &r.signatures).filter_map(|s| s.person);
    sees_publications(actor, publication.round) || named.chain(signed).any(|id| own.contains(&id))
}

/// Whether the actor may do an act on a publication he sees: the office all of them; whoever the chain names signs.
///
/// Errors: `not-allowed`.
pub fn permit_publication(actor: &Actor, action: PublicationAction, publication: &Publication) -> Result<(), Refusal> {
    match action {
        PublicationAction::Sign | PublicationAction::Object if sees_publication(actor, publication) => Ok(()),
        _ => permit_office(actor, publication.round),
    }
}

/// Whether an opinion is seen: besides, by the unit that answers it and the units above it.
pub fn sees_opinion(actor: &Actor, opinion: &Opinion, unit: Option<&UnitPath>) -> bool {
    let units = scope(actor).units;
    sees_publications(actor, opinion.round)
        || opinion.unit.is_some() && unit.is_some_and(|path| path.0.iter().any(|u| units.contains(u)))
}

/// Whether the actor is shown who wrote an opinion: the office, the principal and the head of the group; a unit only where the round shows it.
pub fn reads_writer(actor: &Actor, opinion: &Opinion, unit: Option<&UnitPath>, shows_writer: bool) -> bool {
    let Some(person) = actor.person() else { return true };
    permit_office(actor, opinion.round).is_ok()
        || person.principal_of.contains(&opinion.round)
        || person.heads_group_of.contains(&opinion.round)
        || shows_writer && is_of(actor, unit)
}

fn is_of(actor: &Actor, unit: Option<&UnitPath>) -> bool {
    let person = actor.person().filter(|p| p.role == Some(Role::Unit));
    person.zip(unit).is_some_and(|(p, unit)| p.memberships.iter().any(|m| m.unit == *unit))
}

/// Whether the actor may do an act on an opinion he sees: the office all of them, the unit it was given to answers.
///
/// Errors: `not-allowed`.
pub fn permit_opinion(
    actor: &Actor,
    action: OpinionAction,
    opinion: &Opinion,
    unit: Option<&UnitPath>,
) -> Result<(), Refusal> {
    match action {
        OpinionAction::Answer if is_of(actor, unit) => Ok(()),
        _ => permit_office(actor, opinion.round),
    }
}
