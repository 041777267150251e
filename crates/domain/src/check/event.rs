//! What happened to a check, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::state::{Check, CheckKind, CheckState, DrawMark, ResultMark, Target};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{CheckId, PersonId, RoundId, TaskId};

/// What is planned of a check beside its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shape {
    pub kind: CheckKind,
    pub brief: Digest,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub inspectors: Vec<PersonId>,
    /// The tasks named; empty for a spot check, which draws.
    pub targets: Vec<Target>,
}

events! {
    /// An event of a check's stream (docs/domain.md §21, §24).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    CheckEvent {
        Planned { round: RoundId, shape: Shape } = "check.planned";
        Revised { shape: Shape } = "check.revised";
        /// The frame stands; the parties may commit.
        FrameFrozen { draw: DrawMark } = "check.frame_frozen";
        Committed { party: PersonId, commitment: Digest } = "check.committed";
        Revealed { party: PersonId, nonce: Digest } = "check.revealed";
        /// The draw went on without those who had not revealed.
        WentOn { without: Vec<PersonId>, reason: Digest } = "check.went_on";
        Drawn { seed: Digest, bundle: Digest, targets: Vec<Target> } = "check.drawn";
        DrawGivenUp { reason: Digest } = "check.draw_given_up";
        Announced { at: DateTime<Utc> } = "check.announced";
        ResultRecorded { task: TaskId, result: ResultMark } = "check.result_recorded";
        ResultSigned { task: TaskId, by: PersonId, at: DateTime<Utc> } = "check.result_signed";
        ResultReturned { task: TaskId, by: PersonId, reason: Digest } = "check.result_returned";
        Finished { words: Option<Digest> } = "check.finished";
        Cancelled { reason: Digest } = "check.cancelled";
    }
}

/// The check that a first event makes; none where the first is not `Planned`.
pub fn begin(id: CheckId, event: &CheckEvent) -> Option<Check> {
    let CheckEvent::Planned { round, shape } = event else { return None };
    let shape = shape.clone();
    Some(Check {
        id,
        round: *round,
        kind: shape.kind,
        brief: shape.brief,
        from_on: shape.from_on,
        to_on: shape.to_on,
        inspectors: shape.inspectors,
        state: CheckState::Planned,
        announced_at: None,
        draws: Vec::new(),
        targets: shape.targets,
        seq: 1,
        version: 1,
    })
}

/// The check after one more event.
pub fn evolve(mut check: Check, event: &CheckEvent) -> Check {
    check.seq += 1;
    check.version += 1;
    match event {
        CheckEvent::Planned { .. } => {}
        CheckEvent::Revised { shape } => {
            let shape = shape.clone();
            check.kind = shape.kind;
            check.brief = shape.brief;
            check.from_on = shape.from_on;
            check.to_on = shape.to_on;
            check.inspectors = shape.inspectors;
            check.targets = shape.targets;
        }
        CheckEvent::FrameFrozen { draw } => {
            check.draws.push(draw.clone());
            check.state = if draw.is_quick { CheckState::Revealing } else { CheckState::Committing };
        }
        CheckEvent::Committed { party, commitment } => {
            if let Some(draw) = check.draws.last_mut() {
                for mark in draw.parties.iter_mut().filter(|p| p.person == *party) {
                    mark.commitment = Some(commitment.clone());
                }
                if draw.parties.iter().all(|p| p.commitment.is_some()) {
                    check.state = CheckState::Revealing;
                }
            }
        }
        CheckEvent::Revealed { party, nonce } => {
            let parties = check.draws.last_mut().into_iter().flat_map(|d| &mut d.parties);
            for mark in parties.filter(|p| p.person == *party) {
                mark.nonce = Some(nonce.clone());
            }
        }
        CheckEvent::WentOn { reason, .. } => {
            if let Some(draw) = check.draws.last_mut() {
                draw.went_on = Some(reason.clone());
            }
        }
        CheckEvent::Drawn { seed, targets, .. } => {
            if let Some(draw) = check.draws.last_mut() {
                draw.seed = Some(seed.clone());
            }
            check.targets = targets.clone();
            check.state = CheckState::Ready;
        }
        CheckEvent::DrawGivenUp { reason } => {
            if let Some(draw) = check.draws.last_mut() {
                draw.given_up = Some(reason.clone());
            }
            check.targets.clear();
            check.state = CheckState::Planned;
        }
        CheckEvent::Announced { at } => {
            check.announced_at = Some(*at);
            check.state = CheckState::Running;
        }
        CheckEvent::ResultRecorded { task, result } => {
            for target in check.targets.iter_mut().filter(|t| t.task == *task) {
                target.result = Some(result.clone());
            }
        }
        CheckEvent::ResultSigned { task, by, at } => {
            for result in results(&mut check, *task) {
                result.signed_by = Some(*by);
                result.signed_at = Some(*at);
            }
        }
        CheckEvent::ResultReturned { task, reason, .. } => {
            for result in results(&mut check, *task) {
                result.returned = Some(reason.clone());
            }
        }
        CheckEvent::Finished { .. } => check.state = CheckState::Finished,
        CheckEvent::Cancelled { .. } => check.state = CheckState::Cancelled,
    }
    check
}

fn results(check: &mut Check, task: TaskId) -> impl Iterator<Item = &mut ResultMark> {
    check.targets.iter_mut().filter(move |t| t.task == task).filter_map(|t| t.result.as_mut())
}
