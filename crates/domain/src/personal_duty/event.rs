//! What happened to an act of a personal duty, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};

use super::state::{DutyAct, DutyState, PersonalDuty, Source};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{DutyActId, PersonId, RoundId, TaskId, UnitId};

events! {
    /// An event of an act's stream (docs/domain.md §21, §27).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    DutyEvent {
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
        } = "personal_duty.recorded";
        Confirmed { at: DateTime<Utc> } = "personal_duty.confirmed";
        Refused { reason: Digest, at: DateTime<Utc> } = "personal_duty.refused";
        Withdrawn { reason: Digest, by: PersonId, at: DateTime<Utc> } = "personal_duty.withdrawn";
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
