//! What happened to a record of accountability, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ActionForm, Record};
use crate::appraisal::score::Subject;
use crate::chain::Digest;
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

/// An event of a record's stream (docs/domain.md §21, §46).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data")]
pub enum AccountabilityEvent {
    #[serde(rename = "accountability_action.recorded")]
    Recorded { round: RoundId, record: Drawn },
    #[serde(rename = "accountability_action.readers_set")]
    ReadersSet { readers: Vec<PersonId> },
    #[serde(rename = "accountability_action.withdrawn")]
    Withdrawn { reason: Digest, at: DateTime<Utc> },
}

impl AccountabilityEvent {
    /// Every stored kind, in order.
    pub const KINDS: &'static [&'static str] =
        &["accountability_action.recorded", "accountability_action.readers_set", "accountability_action.withdrawn"];

    /// The stored kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Recorded { .. } => Self::KINDS[0],
            Self::ReadersSet { .. } => Self::KINDS[1],
            Self::Withdrawn { .. } => Self::KINDS[2],
        }
    }

    /// The stored kind and the payload without it.
    pub fn stored(&self) -> (&'static str, Value) {
        let payload = match serde_json::to_value(self) {
            Ok(Value::Object(mut map)) => map.remove("data").unwrap_or(Value::Null),
            _ => Value::Null,
        };
        (self.kind(), payload)
    }

    /// Reads a stored event.
    ///
    /// Errors: what does not fit.
    pub fn parse(kind: &str, payload: Value) -> Result<Self, String> {
        serde_json::from_value(serde_json::json!({ "event": kind, "data": payload }))
            .map_err(|e| format!("{kind}: {e}"))
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
