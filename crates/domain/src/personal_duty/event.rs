//! What happened to an act of a personal duty, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::state::{DutyAct, DutyState, PersonalDuty, Source};
use crate::chain::Digest;
use crate::ids::{DutyActId, PersonId, RoundId, TaskId, UnitId};

/// An event of an act's stream (docs/domain.md §21, §27).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", content = "data")]
pub enum DutyEvent {
    #[serde(rename = "personal_duty.recorded")]
    Recorded {
        round: RoundId,
        duty: PersonalDuty,
        head: PersonId,
        units: Vec<UnitId>,
        on: NaiveDate,
        words: Digest,
        tasks: Vec<TaskId>,
        source: Option<Source>,
        by: PersonId,
        /// Entered by the head himself.
        is_confirmed: bool,
        at: DateTime<Utc>,
    },
    #[serde(rename = "personal_duty.confirmed")]
    Confirmed { at: DateTime<Utc> },
    #[serde(rename = "personal_duty.refused")]
    Refused { reason: Digest, at: DateTime<Utc> },
    #[serde(rename = "personal_duty.withdrawn")]
    Withdrawn { reason: Digest, by: PersonId, at: DateTime<Utc> },
}

impl DutyEvent {
    /// Every stored kind, in order.
    pub const KINDS: &'static [&'static str] =
        &["personal_duty.recorded", "personal_duty.confirmed", "personal_duty.refused", "personal_duty.withdrawn"];

    /// The stored kind.
    pub fn kind(&self) -> &'static str {
        let n = match self {
            Self::Recorded { .. } => 0,
            Self::Confirmed { .. } => 1,
            Self::Refused { .. } => 2,
            Self::Withdrawn { .. } => 3,
        };
        Self::KINDS[n]
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

/// The act that a first event makes; none where the first is another.
pub fn begin(id: DutyActId, event: &DutyEvent) -> Option<DutyAct> {
    let DutyEvent::Recorded { round, duty, head, units, on, words, tasks, source, by, is_confirmed, at } = event else {
        return None;
    };
    Some(DutyAct {
        id,
        round: *round,
        duty: *duty,
        head: *head,
        units: units.clone(),
        on: *on,
        words: words.clone(),
        tasks: tasks.clone(),
        source: source.clone(),
        entered_by: *by,
        entered_at: *at,
        state: if *is_confirmed { DutyState::Counted } else { DutyState::Unconfirmed },
        moved_at: None,
        reason: None,
        seq: 1,
        version: 1,
    })
}

/// The act after one more event.
pub fn evolve(mut act: DutyAct, event: &DutyEvent) -> DutyAct {
    act.seq += 1;
    act.version += 1;
    let (state, reason, at) = match event {
        DutyEvent::Recorded { .. } => return act,
        DutyEvent::Confirmed { at } => (DutyState::Counted, None, at),
        DutyEvent::Refused { reason, at } => (DutyState::Refused, Some(reason), at),
        DutyEvent::Withdrawn { reason, at, .. } => (DutyState::Withdrawn, Some(reason), at),
    };
    act.state = state;
    act.reason = reason.cloned();
    act.moved_at = Some(*at);
    act
}
