//! What happened to a meeting, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::state::{
    Added, Changes, Item, Meeting, MeetingKind, MeetingState, Outcome, Report, Resolution, Standing, TakenOut,
};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{HandoverId, ItemId, MeetingId, PersonId, RoundId, SignRequestId};

/// What is planned of a meeting beside its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shape {
    pub kind: MeetingKind,
    pub brief: Digest,
    pub at: DateTime<Utc>,
    pub chair: Option<PersonId>,
    pub attendees: Vec<PersonId>,
}

events! {
    /// An event of a meeting's stream (docs/domain.md §21, §26).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    MeetingEvent {
        Scheduled { round: RoundId, shape: Shape } = "meeting.scheduled";
        /// Entered after it was held.
        Recorded { round: RoundId, shape: Shape, number: Option<String>, summary: Option<Digest> } = "meeting.recorded";
        Revised { shape: Shape } = "meeting.revised";
        Ordered { order: Vec<String> } = "meeting.ordered";
        ItemAdded { added: Added } = "meeting.item_added";
        ItemTakenOut { taken_out: TakenOut } = "meeting.item_taken_out";
        ItemPutBack { key: String } = "meeting.item_put_back";
        /// The agenda stands, with its items.
        Opened { agenda: Digest, items: Vec<Item>, at: DateTime<Utc> } = "meeting.opened";
        /// An item came up while the meeting was held.
        ItemRaised { item: Item } = "meeting.item_raised";
        Noted { item: ItemId } = "meeting.noted";
        Resolved { item: ItemId, resolution: Resolution } = "meeting.resolved";
        /// What was written is taken back while the meeting is held.
        OutcomeCleared { item: ItemId } = "meeting.outcome_cleared";
        Ratified { items: Vec<ItemId>, requests: Vec<SignRequestId>, number: String, scan: Digest } = "meeting.ratified";
        Concluded { number: String, noted: Vec<ItemId>, at: DateTime<Utc> } = "meeting.concluded";
        Cancelled { reason: Digest } = "meeting.cancelled";
        ResolutionReported { item: ItemId, report: Report } = "meeting.resolution_reported";
        ResolutionReturned { item: ItemId, by: PersonId, reason: Digest, at: DateTime<Utc> } = "meeting.resolution_returned";
        ResolutionAccepted { item: ItemId, by: PersonId, at: DateTime<Utc> } = "meeting.resolution_accepted";
        /// A later meeting resolved anew on it.
        ResolutionReplaced { item: ItemId, later: ItemId, at: DateTime<Utc> } = "meeting.resolution_replaced";
        /// Who left his post handed it over.
        ResolutionTakenOver { item: ItemId, handover: HandoverId, to: PersonId } = "meeting.resolution_taken_over";
    }
}

/// The meeting that a first event makes; none where the first is another.
pub fn begin(id: MeetingId, event: &MeetingEvent) -> Option<Meeting> {
    let (round, shape) = match event {
        MeetingEvent::Scheduled { round, shape } | MeetingEvent::Recorded { round, shape, .. } => {
            (*round, shape.clone())
        }
        _ => return None,
    };
    let mut meeting = Meeting {
        id,
        round,
        kind: shape.kind,
        brief: shape.brief,
        at: shape.at,
        chair: shape.chair,
        attendees: shape.attendees,
        state: MeetingState::Scheduled,
        is_recorded: false,
        changes: Changes::default(),
        agenda: None,
        items: Vec::new(),
        opened_at: None,
        concluded_at: None,
        number: None,
        summary: None,
        seq: 1,
        version: 1,
    };
    if let MeetingEvent::Recorded { number, summary, .. } = event {
        meeting.state = MeetingState::Concluded;
        meeting.is_recorded = true;
        meeting.opened_at = Some(meeting.at);
        meeting.concluded_at = Some(meeting.at);
        meeting.number.clone_from(number);
        meeting.summary.clone_from(summary);
    }
    Some(meeting)
}

/// The meeting after one more event.
pub fn evolve(mut meeting: Meeting, event: &MeetingEvent) -> Meeting {
    meeting.seq += 1;
    meeting.version += 1;
    match event {
        MeetingEvent::Scheduled { .. } | MeetingEvent::Recorded { .. } => {}
        MeetingEvent::Revised { shape } => {
            let shape = shape.clone();
            meeting.kind = shape.kind;
            meeting.brief = shape.brief;
            meeting.at = shape.at;
            meeting.chair = shape.chair;
            meeting.attendees = shape.attendees;
        }
        MeetingEvent::Ordered { order } => meeting.changes.order.clone_from(order),
        MeetingEvent::ItemAdded { added } => meeting.changes.added.push(added.clone()),
        MeetingEvent::ItemTakenOut { taken_out } => meeting.changes.taken_out.push(taken_out.clone()),
        MeetingEvent::ItemPutBack { key } => meeting.changes.taken_out.retain(|t| t.key != *key),
        MeetingEvent::Opened { agenda, items, at } => {
            meeting.agenda = Some(agenda.clone());
            meeting.items.clone_from(items);
            meeting.opened_at = Some(*at);
            meeting.state = MeetingState::Open;
        }
        MeetingEvent::ItemRaised { item } => meeting.items.push(item.clone()),
        MeetingEvent::Noted { item } => write(&mut meeting, *item, Some(Outcome::Noted)),
        MeetingEvent::Resolved { item, resolution } => {
            write(&mut meeting, *item, Some(Outcome::Resolved(resolution.clone())));
        }
        MeetingEvent::OutcomeCleared { item } => write(&mut meeting, *item, None),
        MeetingEvent::Ratified { items, number, .. } => {
            for item in items {
                write(&mut meeting, *item, Some(Outcome::Ratified));
            }
            meeting.number = Some(number.clone());
        }
        MeetingEvent::Concluded { number, noted, at } => {
            for item in noted {
                write(&mut meeting, *item, Some(Outcome::Noted));
            }
            meeting.number = Some(number.clone());
            meeting.concluded_at = Some(*at);
            meeting.state = MeetingState::Concluded;
        }
        MeetingEvent::Cancelled { .. } => meeting.state = MeetingState::Cancelled,
        MeetingEvent::ResolutionReported { item, report } => {
            for resolution in resolutions(&mut meeting, *item) {
                resolution.standing = Standing::Reported;
                resolution.moved_at = Some(report.at);
                resolution.report = Some(report.clone());
                resolution.returned = None;
            }
        }
        MeetingEvent::ResolutionReturned { item, reason, at, .. } => {
            for resolution in resolutions(&mut meeting, *item) {
                resolution.standing = Standing::Running;
                resolution.moved_at = Some(*at);
                resolution.returned = Some(reason.clone());
            }
        }
        MeetingEvent::ResolutionAccepted { item, at, .. } => {
            for resolution in resolutions(&mut meeting, *item) {
                resolution.standing = Standing::Accepted;
                resolution.moved_at = Some(*at);
            }
        }
        MeetingEvent::ResolutionReplaced { item, at, .. } => {
            for resolution in resolutions(&mut meeting, *item) {
                resolution.standing = Standing::Replaced;
                resolution.moved_at = Some(*at);
            }
        }
        MeetingEvent::ResolutionTakenOver { item, to, .. } => {
            for resolution in resolutions(&mut meeting, *item) {
                resolution.person = Some(*to);
            }
        }
    }
    meeting
}

fn write(meeting: &mut Meeting, item: ItemId, outcome: Option<Outcome>) {
    for item in meeting.items.iter_mut().filter(|i| i.id == item) {
        item.outcome.clone_from(&outcome);
        item.revision += 1;
    }
}

fn resolutions(meeting: &mut Meeting, item: ItemId) -> impl Iterator<Item = &mut Resolution> {
    meeting.items.iter_mut().filter(move |i| i.id == item).filter_map(|i| match &mut i.outcome {
        Some(Outcome::Resolved(resolution)) => Some(resolution),
        _ => None,
    })
}
