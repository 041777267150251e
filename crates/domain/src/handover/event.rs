//! What happened to a handover, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::state::{Handover, HandoverState, Item, Signature};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{AccountId, HandoverId, PersonId, UnitId};

/// A list as it is drawn up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DrawnUp {
    pub from: PersonId,
    pub to: PersonId,
    pub unit: UnitId,
    pub on: NaiveDate,
    pub basis: Digest,
    pub items: Vec<Item>,
    pub by: AccountId,
    pub at: DateTime<Utc>,
}

events! {
    /// An event of a handover's stream (docs/domain.md §21, §37).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    HandoverEvent {
        Prepared { list: DrawnUp } = "handover.prepared";
        /// Who leaves signed what the list holds at that moment.
        Given { signature: Signature, items: Vec<Item> } = "handover.given";
        /// His signature was entered from paper.
        PaperRecorded { signature: Signature, items: Vec<Item> } = "handover.paper_recorded";
        /// A second officer saw the paper.
        PaperConfirmed { by: AccountId } = "handover.paper_confirmed";
        /// The second officer did not find it right.
        PaperRefused { by: AccountId, reason: Digest } = "handover.paper_refused";
        /// Who comes signed what the list holds at that moment, and answers for it from then on.
        Taken { signature: Signature, items: Vec<Item> } = "handover.taken";
        Withdrawn { reason: Digest, at: DateTime<Utc> } = "handover.withdrawn";
    }
}

/// The handover that a first event makes; none where the first is not `Prepared`.
pub fn begin(id: HandoverId, event: &HandoverEvent) -> Option<Handover> {
    let HandoverEvent::Prepared { list } = event else { return None };
    let of = list.clone();
    Some(Handover {
        id,
        from: of.from,
        to: of.to,
        unit: of.unit,
        on: of.on,
        basis: of.basis,
        items: of.items,
        prepared_by: of.by,
        prepared_at: of.at,
        state: HandoverState::Prepared,
        pending: None,
        given: None,
        taken: None,
        reason: None,
        ended_at: None,
        seq: 1,
        version: 1,
    })
}

/// Folds one event.
pub fn evolve(mut handover: Handover, event: &HandoverEvent) -> Handover {
    handover.seq += 1;
    handover.version = handover.seq;
    match event {
        HandoverEvent::Prepared { .. } => {}
        HandoverEvent::Given { signature, items } => {
            handover.items.clone_from(items);
            handover.given = Some(signature.clone());
            handover.state = HandoverState::Given;
        }
        HandoverEvent::PaperRecorded { signature, items } => {
            handover.items.clone_from(items);
            handover.pending = Some(signature.clone());
            handover.reason = None;
        }
        HandoverEvent::PaperConfirmed { by } => {
            let seen = handover.pending.take();
            handover.given = seen.map(|signature| Signature { confirmed_by: Some(*by), ..signature });
            handover.state = HandoverState::Given;
        }
        HandoverEvent::PaperRefused { reason, .. } => {
            handover.pending = None;
            handover.reason = Some(reason.clone());
        }
        HandoverEvent::Taken { signature, items } => {
            handover.items.clone_from(items);
            handover.ended_at = Some(signature.at);
            handover.taken = Some(signature.clone());
            handover.state = HandoverState::Done;
        }
        HandoverEvent::Withdrawn { reason, at } => {
            handover.pending = None;
            handover.reason = Some(reason.clone());
            handover.ended_at = Some(*at);
            handover.state = HandoverState::Withdrawn;
        }
    }
    handover
}
