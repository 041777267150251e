//! What happened to a check, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::state::{Check, CheckKind, CheckState, DrawMark, ResultMark, Target};
use crate::chain::Digest;
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

/// An event of a check's stream (docs/domain.md §21, §24).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", content = "data")]
pub enum CheckEvent {
    #[serde(rename = "check.planned")]
    Planned { round: RoundId, shape: Shape },
    #[serde(rename = "check.revised")]
    Revised { shape: Shape },
    /// The frame stands; the parties may commit.
    #[serde(rename = "check.frame_frozen")]
    FrameFrozen { draw: DrawMark },
    #[serde(rename = "check.committed")]
    Committed { party: PersonId, commitment: Digest },
    #[serde(rename = "check.revealed")]
    Revealed { party: PersonId, nonce: Digest },
    /// The draw went on without those who had not revealed.
    #[serde(rename = "check.went_on")]
    WentOn { without: Vec<PersonId>, reason: Digest },
    #[serde(rename = "check.drawn")]
    Drawn { seed: Digest, bundle: Digest, targets: Vec<Target> },
    #[serde(rename = "check.draw_given_up")]
    DrawGivenUp { reason: Digest },
    #[serde(rename = "check.announced")]
    Announced { at: DateTime<Utc> },
    #[serde(rename = "check.result_recorded")]
    ResultRecorded { task: TaskId, result: ResultMark },
    #[serde(rename = "check.result_signed")]
    ResultSigned { task: TaskId, by: PersonId, at: DateTime<Utc> },
    #[serde(rename = "check.result_returned")]
    ResultReturned { task: TaskId, by: PersonId, reason: Digest },
    #[serde(rename = "check.finished")]
    Finished { words: Option<Digest> },
    #[serde(rename = "check.cancelled")]
    Cancelled { reason: Digest },
}

impl CheckEvent {
    /// Every stored kind, in order.
    pub const KINDS: &'static [&'static str] = &[
        "check.planned",
        "check.revised",
        "check.frame_frozen",
        "check.committed",
        "check.revealed",
        "check.went_on",
        "check.drawn",
        "check.draw_given_up",
        "check.announced",
        "check.result_recorded",
        "check.result_signed",
        "check.result_returned",
        "check.finished",
        "check.cancelled",
    ];

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

    /// The stored kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Planned { .. } => "check.planned",
            Self::Revised { .. } => "check.revised",
            Self::FrameFrozen { .. } => "check.frame_frozen",
            Self::Committed { .. } => "check.committed",
            Self::Revealed { .. } => "check.revealed",
            Self::WentOn { .. } => "check.went_on",
            Self::Drawn { .. } => "check.drawn",
            Self::DrawGivenUp { .. } => "check.draw_given_up",
            Self::Announced { .. } => "check.announced",
            Self::ResultRecorded { .. } => "check.result_recorded",
            Self::ResultSigned { .. } => "check.result_signed",
            Self::ResultReturned { .. } => "check.result_returned",
            Self::Finished { .. } => "check.finished",
            Self::Cancelled { .. } => "check.cancelled",
        }
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
