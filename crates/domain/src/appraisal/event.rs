//! What happened to a scheme and to an appraisal, and what it makes of them. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};

use super::scheme::Period;
use super::state::{
    Adjustment, Appraisal, AppraisalState, Discarded, Objection, ObjectionAnswer, PublishedScheme, Reckoning,
    SchemeRecord,
};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{AccountId, AppraisalId, RoundId, SchemeId, UnitId};

events! {
    /// An event of a scheme's stream (docs/domain.md §21, §45).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    SchemeEvent {
        Drafted { round: RoundId, body: Digest, by: AccountId, at: DateTime<Utc> } = "appraisal_scheme.drafted";
        Saved { body: Digest } = "appraisal_scheme.saved";
        /// It holds for what is reckoned from now on.
        Published { published: PublishedScheme } = "appraisal_scheme.published";
    }
}

events! {
    /// An event of an appraisal's stream (docs/domain.md §21, §45).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    AppraisalEvent {
        Computed { round: RoundId, period: Period, reckoning: Reckoning } = "appraisal.computed";
        /// What came later is in it; the versions before stay.
        Recomputed { reckoning: Reckoning } = "appraisal.recomputed";
        Adjusted { adjustment: Adjustment } = "appraisal.adjusted";
        /// The units read it and may object.
        Published { n: u32, object_until: NaiveDate, at: DateTime<Utc> } = "appraisal.published";
        /// It was begun wrongly and nobody outside the office read it; its period may be begun anew.
        Discarded { discarded: Discarded } = "appraisal.discarded";
        Objected { objection: Objection } = "appraisal.objected";
        Answered { unit: UnitId, answer: ObjectionAnswer } = "appraisal.answered";
        Finished { at: DateTime<Utc> } = "appraisal.finished";
    }
}

/// The scheme that a first event makes; none where the first is not `Drafted`.
pub fn begin_scheme(id: SchemeId, event: &SchemeEvent) -> Option<SchemeRecord> {
    let SchemeEvent::Drafted { round, body, .. } = event else { return None };
    Some(SchemeRecord { id, round: *round, draft: body.clone(), published: Vec::new(), seq: 1, version: 1 })
}

/// The scheme after one more event.
pub fn evolve_scheme(mut scheme: SchemeRecord, event: &SchemeEvent) -> SchemeRecord {
    scheme.seq += 1;
    scheme.version = scheme.seq;
    match event {
        SchemeEvent::Drafted { .. } => {}
        SchemeEvent::Saved { body } => scheme.draft = body.clone(),
        SchemeEvent::Published { published } => scheme.published.push(published.clone()),
    }
    scheme
}

/// The appraisal that a first event makes; none where the first is not `Computed`.
pub fn begin(id: AppraisalId, event: &AppraisalEvent) -> Option<Appraisal> {
    let AppraisalEvent::Computed { round, period, reckoning } = event else { return None };
    Some(Appraisal {
        id,
        round: *round,
        period: *period,
        state: AppraisalState::Computed,
        reckonings: vec![reckoning.clone()],
        adjustments: Vec::new(),
        objections: Vec::new(),
        published: None,
        published_at: None,
        object_until: None,
        discarded: None,
        seq: 1,
        version: 1,
    })
}

/// The appraisal after one more event.
pub fn evolve(mut appraisal: Appraisal, event: &AppraisalEvent) -> Appraisal {
    appraisal.seq += 1;
    appraisal.version = appraisal.seq;
    match event {
        AppraisalEvent::Computed { .. } => {}
        AppraisalEvent::Recomputed { reckoning } => {
            appraisal.reckonings.push(reckoning.clone());
            appraisal.state = AppraisalState::Computed;
        }
        AppraisalEvent::Adjusted { adjustment } => appraisal.adjustments.push(adjustment.clone()),
        AppraisalEvent::Published { n, object_until, at } => {
            appraisal.published = Some(*n);
            appraisal.published_at = Some(*at);
            appraisal.object_until = Some(*object_until);
            appraisal.state = AppraisalState::Published;
        }
        AppraisalEvent::Objected { objection } => appraisal.objections.push(objection.clone()),
        AppraisalEvent::Answered { unit, answer } => {
            for objection in appraisal.objections.iter_mut().filter(|o| o.unit == *unit && o.answer.is_none()) {
                objection.answer = Some(answer.clone());
            }
        }
        AppraisalEvent::Discarded { discarded } => {
            appraisal.discarded = Some(discarded.clone());
            appraisal.state = AppraisalState::Discarded;
        }
        AppraisalEvent::Finished { .. } => appraisal.state = AppraisalState::Final,
    }
    appraisal
}
