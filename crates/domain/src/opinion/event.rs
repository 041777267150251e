//! What happened to an opinion, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::state::{Answer, Channel, Judgement, Opinion, OpinionState, Review};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{OpinionId, PersonId, PublicationId, RoundId, UnitId};

/// What comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Incoming {
    pub round: RoundId,
    pub publication: Option<PublicationId>,
    pub channel: Channel,
    pub received_at: DateTime<Utc>,
    pub received_on: NaiveDate,
    pub text: Digest,
    pub writer: Option<Digest>,
    pub files: Vec<Digest>,
    pub entered_by: Option<PersonId>,
    pub code: Option<String>,
    pub due_on: NaiveDate,
}

events! {
    /// An event of an opinion's stream (docs/domain.md §21, §31).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    OpinionEvent {
        Received { incoming: Incoming } = "opinion.received";
        Assigned { unit: UnitId, due_on: NaiveDate } = "opinion.assigned";
        Answered { answer: Answer } = "opinion.answered";
        AnswerReturned { review: Review } = "opinion.answer_returned";
        AnswerApproved { review: Review } = "opinion.answer_approved";
        Judged { judgement: Judgement } = "opinion.judged";
        SetAside { reason: Digest, at: DateTime<Utc> } = "opinion.set_aside";
        /// Its day went by.
        DuePassed { due_on: NaiveDate } = "opinion.due_passed";
    }
}

/// The opinion that a first event makes; none where the first is not `Received`.
pub fn begin(id: OpinionId, event: &OpinionEvent) -> Option<Opinion> {
    let OpinionEvent::Received { incoming } = event else { return None };
    let of = incoming.clone();
    Some(Opinion {
        id,
        round: of.round,
        publication: of.publication,
        channel: of.channel,
        state: OpinionState::Received,
        received_at: of.received_at,
        received_on: of.received_on,
        text: of.text,
        writer: of.writer,
        files: of.files,
        entered_by: of.entered_by,
        code: of.code,
        due_on: of.due_on,
        unit: None,
        answers: Vec::new(),
        judgement: None,
        set_aside: None,
        settled_at: None,
        due_passed_on: None,
        seq: 1,
        version: 1,
    })
}

/// Folds one event.
pub fn evolve(mut opinion: Opinion, event: &OpinionEvent) -> Opinion {
    opinion.seq += 1;
    // What only time brings is no version.
    if !matches!(event, OpinionEvent::DuePassed { .. }) {
        opinion.version = opinion.seq;
    }
    match event {
        OpinionEvent::Received { .. } => {}
        OpinionEvent::Assigned { unit, due_on } => {
            opinion.unit = Some(*unit);
            opinion.due_on = *due_on;
            opinion.state = OpinionState::Assigned;
        }
        OpinionEvent::Answered { answer } => {
            opinion.answers.push(answer.clone());
            opinion.state = OpinionState::Answered;
        }
        OpinionEvent::AnswerReturned { review } => {
            reviewed(&mut opinion, review);
            opinion.state = if opinion.unit.is_some() { OpinionState::Assigned } else { OpinionState::Received };
        }
        OpinionEvent::AnswerApproved { review } => {
            reviewed(&mut opinion, review);
            opinion.settled_at = Some(review.at);
            opinion.state = OpinionState::Replied;
        }
        OpinionEvent::Judged { judgement } => opinion.judgement = Some(judgement.clone()),
        OpinionEvent::SetAside { reason, at } => {
            opinion.set_aside = Some(reason.clone());
            opinion.settled_at = Some(*at);
            opinion.state = OpinionState::SetAside;
        }
        OpinionEvent::DuePassed { due_on } => opinion.due_passed_on = Some(*due_on),
    }
    opinion
}

fn reviewed(opinion: &mut Opinion, review: &Review) {
    if let Some(answer) = opinion.answers.last_mut() {
        answer.review = Some(review.clone());
    }
}
