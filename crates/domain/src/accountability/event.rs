//! What happened to a record of accountability, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{ActionForm, Record};
use crate::appraisal::score::Subject;
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{AccountabilityId, PersonId, RoundId};

/// A record as it was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    pub subject: Subject,
    pub form: ActionForm,
    pub text: Digest,
    pub decided_on: NaiveDate,
    pub readers: Vec<PersonId>,
    pub by: PersonId,
    pub at: DateTime<Utc>,
}

events! {
    /// An event of a record's stream (docs/domain.md §21, §46).
    AccountabilityEvent {
        Recorded { round: RoundId, record: Drawn } = "accountability_action.recorded";
        ReadersSet { readers: Vec<PersonId> } = "accountability_action.readers_set";
        Withdrawn { reason: Digest, at: DateTime<Utc> } = "accountability_action.withdrawn";
    }
}

/// The record that a first event makes; none where the first is not `Recorded`.
pub fn begin(id: AccountabilityId, event: &AccountabilityEvent) -> Option<Record> {
    let AccountabilityEvent::Recorded { round, record } = event else { return None };
    let of = record.clone();
    Some(Record {
        id,
        round: *round,
        subject: of.subject,
        form: of.form,
        text: of.text,
        decided_on: of.decided_on,
        readers: of.readers,
        by: of.by,
        at: of.at,
        withdrawn: None,
        seq: 1,
        version: 1,
    })
}

/// The record after one more event.
pub fn evolve(mut record: Record, event: &AccountabilityEvent) -> Record {
    record.seq += 1;
    record.version = record.seq;
    match event {
        AccountabilityEvent::Recorded { .. } => {}
        AccountabilityEvent::ReadersSet { readers } => record.readers.clone_from(readers),
        AccountabilityEvent::Withdrawn { reason, .. } => record.withdrawn = Some(reason.clone()),
    }
    record
}
