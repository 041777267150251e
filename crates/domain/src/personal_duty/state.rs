//! What an act of a personal duty is, as it stands: the fold of its events (docs/domain.md §27).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::suggest::SourceKind;
use crate::chain::Digest;
use crate::ids::{DutyActId, PersonId, RoundId, TaskId, UnitId};
use crate::words;

words! {
    /// The four duties, in their order.
    pub enum PersonalDuty {
        Research = "research", "亲自研究制定措施";
        Deploy = "deploy", "亲自部署挂图作战";
        Coordinate = "coordinate", "亲自把关协调督促";
        Inspect = "inspect", "亲自检查保证落实";
    }
}

words! {
    /// Where an act stands; only what is counted counts.
    pub enum DutyState {
        Unconfirmed = "unconfirmed", "待本人确认";
        Counted = "counted", "已记入";
        Refused = "refused", "本人不认可";
        Withdrawn = "withdrawn", "已撤回";
    }
}

/// What the records know of an act that was taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Source {
    pub kind: SourceKind,
    /// The signatures, the meeting, the checks.
    pub ids: Vec<Uuid>,
}

/// An act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyAct {
    pub id: DutyActId,
    pub round: RoundId,
    pub duty: PersonalDuty,
    /// Whose it is.
    pub head: PersonId,
    /// Units he headed when it was entered; none for a leader.
    pub units: Vec<UnitId>,
    pub on: NaiveDate,
    pub words: Digest,
    pub tasks: Vec<TaskId>,
    pub source: Option<Source>,
    pub entered_by: PersonId,
    pub entered_at: DateTime<Utc>,
    pub state: DutyState,
    /// When the head confirmed or refused it, or it was withdrawn, UTC.
    pub moved_at: Option<DateTime<Utc>>,
    /// Why it was refused or withdrawn.
    pub reason: Option<Digest>,
    pub seq: i64,
    pub version: i64,
}
