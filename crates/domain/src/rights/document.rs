//! Who sees and does what with documents and their templates (docs/domain.md §32).

use std::collections::BTreeSet;

use super::{permit_office, sees_meetings};
use crate::actor::{Actor, AssignmentKind};
use crate::document::{Document, DocumentAction, DocumentState};
use crate::ids::PersonId;
use crate::refusal::Refusal;

/// Whether a document is seen: by the office always, by whoever sees the meetings of the round once it is sent for signature; never by a unit
/// (docs/domain.md §32).
pub fn sees_document(actor: &Actor, document: &Document, group: &BTreeSet<PersonId>) -> bool {
    if actor.person().is_none() || permit_office(actor, document.round).is_ok() {
        return true;
    }
    let was_sent = document.state != DocumentState::Draft && !document.requests.is_empty();
    was_sent && sees_meetings(actor, document.round, group)
}

/// Whether the actor may put templates of documents and forms in place: whoever is of an office (docs/domain.md §32).
///
/// Errors: `not-allowed`.
pub fn permit_templates(actor: &Actor) -> Result<(), Refusal> {
    let is_office = actor.person().is_some_and(|p| p.assignments.iter().any(|a| a.kind == AssignmentKind::Office));
    if is_office { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether the actor may do an act on a document he sees, one line per act (docs/domain.md §32).
///
/// Errors: `not-allowed`.
pub fn permit_document(
    actor: &Actor,
    action: DocumentAction,
    document: &Document,
    group: &BTreeSet<PersonId>,
) -> Result<(), Refusal> {
    match action {
        DocumentAction::Sign | DocumentAction::Object => {
            let may = actor.person().is_some() && sees_document(actor, document, group);
            if may { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
        }
        DocumentAction::Revise
        | DocumentAction::EnterFigure
        | DocumentAction::Refresh
        | DocumentAction::Submit
        | DocumentAction::Recall
        | DocumentAction::Withdraw
        | DocumentAction::RecordSignature
        | DocumentAction::ConfirmSignature
        | DocumentAction::Correct => permit_office(actor, document.round),
    }
}
