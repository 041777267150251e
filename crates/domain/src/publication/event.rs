//! What happened to a publication, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};

use super::state::{Item, Publication, PublicationKind, PublicationState, Published, Setting};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{ItemId, PersonId, PublicationId, RoundId, SignatureId};
use crate::sign_request::{RequestState, SignRequest, Signature, SignatureState};
use crate::signature::SigningEvent;

events! {
    /// An event of a publication's stream (docs/domain.md §21, §31).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    PublicationEvent {
        Drafted {
            round: RoundId, kind: PublicationKind, from_on: NaiveDate, to_on: NaiveDate, head: Digest, setting: Setting, items: Vec<Item>,
            by: PersonId, at: DateTime<Utc>, corrects: Option<PublicationId>,
        } = "publication.drafted";
        HeadWritten { head: Digest, setting: Setting } = "publication.head_written";
        ItemsAdded { items: Vec<Item> } = "publication.items_added";
        ItemWritten { item: ItemId, words: Digest } = "publication.item_written";
        ItemTakenOut { item: ItemId } = "publication.item_taken_out";
        /// Sent for signature, with its words and figures frozen.
        Submitted { request: SignRequest } = "publication.submitted";
        Recalled {} = "publication.recalled";
        Signed { signature: Signature } = "publication.signed";
        SignatureConfirmed { signature: SignatureId, by: PersonId } = "publication.signature_confirmed";
        SignatureVoided { signature: SignatureId, reason: Digest } = "publication.signature_voided";
        SignatureObjected { signature: SignatureId, by: PersonId, reason: Digest } = "publication.signature_objected";
        SigningReturned {} = "publication.signing_returned";
        SigningGranted {} = "publication.signing_granted";
        /// What was signed is taken back before it was published, to be changed.
        Reworked {} = "publication.reworked";
        Published { published: Published } = "publication.published";
        /// Its days are over.
        Ended { at: DateTime<Utc> } = "publication.ended";
        /// A corrected one was published in its place.
        Replaced { by: PublicationId, at: DateTime<Utc> } = "publication.replaced";
        Withdrawn { reason: Digest, at: DateTime<Utc> } = "publication.withdrawn";
    }
}

/// The publication that a first event makes; none where the first is not `Drafted`.
pub fn begin(id: PublicationId, event: &PublicationEvent) -> Option<Publication> {
    let PublicationEvent::Drafted { round, kind, from_on, to_on, head, setting, items, by, at, corrects } = event
    else {
        return None;
    };
    Some(Publication {
        id,
        round: *round,
        kind: *kind,
        state: PublicationState::Draft,
        from_on: *from_on,
        to_on: *to_on,
        drafted_by: *by,
        drafted_at: *at,
        head: head.clone(),
        head_revision: 0,
        setting: *setting,
        items: items.clone(),
        requests: Vec::new(),
        objections: Vec::new(),
        published: None,
        ended_at: None,
        withdrawn: None,
        corrects: *corrects,
        replaced_by: None,
        seq: 1,
        version: 1,
    })
}

fn end_signing(publication: &mut Publication, state: RequestState) {
    if let Some(request) = publication.requests.last_mut() {
        request.state = state;
    }
}

fn settle(publication: &mut Publication, id: SignatureId, state: SignatureState, by: Option<PersonId>) {
    if let Some(found) = publication.requests.iter_mut().find_map(|r| r.signature_mut(id)) {
        found.state = state;
        found.confirmed_by = by.or(found.confirmed_by);
    }
}

/// Folds one event.
pub fn evolve(mut publication: Publication, event: &PublicationEvent) -> Publication {
    publication.seq += 1;
    publication.version += 1;
    apply(&mut publication, event);
    publication
}

fn apply(publication: &mut Publication, event: &PublicationEvent) {
    use PublicationEvent as E;
    match event {
        E::Drafted { .. } => {}
        E::HeadWritten { head, setting } => {
            publication.head = head.clone();
            publication.head_revision += 1;
            publication.setting = *setting;
        }
        E::ItemsAdded { items } => publication.items.extend(items.iter().cloned()),
        E::ItemWritten { item, words } => {
            if let Some(found) = publication.items.iter_mut().find(|i| i.id == *item) {
                found.words = words.clone();
                found.revision += 1;
            }
        }
        E::ItemTakenOut { item } => publication.items.retain(|i| i.id != *item),
        E::Submitted { request } => {
            publication.requests.push(request.clone());
            publication.state = PublicationState::Signing;
        }
        E::Recalled {} => {
            end_signing(publication, RequestState::Recalled);
            publication.state = PublicationState::Draft;
        }
        E::Signed { signature } => {
            if let Some(request) = publication.requests.last_mut() {
                request.signatures.push(signature.clone());
            }
        }
        E::SignatureConfirmed { signature, by } => {
            settle(publication, *signature, SignatureState::Effective, Some(*by));
        }
        E::SignatureVoided { signature, .. } => settle(publication, *signature, SignatureState::Voided, None),
        E::SignatureObjected { signature, reason, .. } => publication.objections.push((*signature, reason.clone())),
        E::SigningReturned {} => {
            end_signing(publication, RequestState::Returned);
            publication.state = PublicationState::Draft;
        }
        E::SigningGranted {} => {
            end_signing(publication, RequestState::Granted);
            publication.state = PublicationState::Approved;
        }
        E::Reworked {} => {
            end_signing(publication, RequestState::Voided);
            publication.state = PublicationState::Draft;
        }
        E::Published { published } => {
            publication.published = Some(published.clone());
            publication.state = PublicationState::Published;
        }
        E::Ended { at } => {
            publication.ended_at = Some(*at);
            publication.state = PublicationState::Ended;
        }
        E::Replaced { by, at } => {
            publication.replaced_by = Some(*by);
            publication.ended_at = Some(*at);
            publication.state = PublicationState::Replaced;
        }
        E::Withdrawn { reason, at } => {
            if publication.request().is_some_and(SignRequest::is_open) {
                end_signing(publication, RequestState::Voided);
            }
            publication.withdrawn = Some(reason.clone());
            publication.ended_at = Some(*at);
            publication.state = PublicationState::Withdrawn;
        }
    }
}

impl SigningEvent for PublicationEvent {
    fn signed(signature: Signature) -> Self {
        Self::Signed { signature }
    }

    fn confirmed(signature: SignatureId, by: PersonId) -> Self {
        Self::SignatureConfirmed { signature, by }
    }

    fn voided(signature: SignatureId, reason: Digest) -> Self {
        Self::SignatureVoided { signature, reason }
    }

    fn objected(signature: SignatureId, by: PersonId, reason: Digest) -> Self {
        Self::SignatureObjected { signature, by, reason }
    }

    fn returned() -> Self {
        Self::SigningReturned {}
    }

    fn granted(_at: DateTime<Utc>) -> Self {
        Self::SigningGranted {}
    }
}
