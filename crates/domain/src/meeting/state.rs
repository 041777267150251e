//! What a meeting is, as it stands: the fold of its events (docs/domain.md §26).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::chain::Digest;
use crate::ids::{ItemId, MeetingId, PersonId, RoundId, SignRequestId, SlipId, TaskId, UnitId};
use crate::words;

words! {
    /// What a meeting is (docs/domain.md §26).
    pub enum MeetingKind {
        Coordination = "coordination", "协调会";
        Mobilisation = "mobilisation", "动员部署会";
        Committee = "committee", "党委会专题研究";
        Group = "group", "领导组会";
        Democratic = "democratic", "专题民主生活会";
    }
}

words! {
    /// Where a meeting stands.
    pub enum MeetingState {
        Scheduled = "scheduled", "已安排";
        Open = "open", "进行中";
        Concluded = "concluded", "已结束（纪要已出）";
        Cancelled = "cancelled", "已取消";
    }
}

words! {
    /// Why something is on an agenda; the order is that of the agenda.
    pub enum Source {
        LeftOver = "left_over", "上次议定未办结";
        Overdue = "overdue", "已逾期";
        Stuck = "stuck", "久无进展";
        HelpWanted = "help_wanted", "请求协调";
        SlipUnanswered = "slip_unanswered", "督办单未答复";
        FallingBehind = "falling_behind", "按现进度到期完不成";
        Ratify = "ratify", "销号审定";
        ByHand = "by_hand", "临时议题";
    }
}

words! {
    /// Where a resolution stands.
    pub enum Standing {
        Running = "running", "办理中";
        Reported = "reported", "已报办结";
        Accepted = "accepted", "已办结";
        Replaced = "replaced", "由新的议定事项接替";
    }
}

impl Standing {
    /// Whether it still waits for somebody, and so begins the next agenda.
    pub fn is_left(self) -> bool {
        matches!(self, Self::Running | Self::Reported)
    }
}

/// What its owner says came of a resolution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    pub words: Digest,
    /// Files, by their digest.
    pub files: Vec<Digest>,
    pub by: PersonId,
    pub at: DateTime<Utc>,
}

/// What was resolved on an item (议定事项): what, by whom, until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resolution {
    pub text: Digest,
    /// Its owner: a unit, a person or both; never neither.
    pub unit: Option<UnitId>,
    pub person: Option<PersonId>,
    pub due_on: NaiveDate,
    pub standing: Standing,
    pub report: Option<Report>,
    /// Why the office returned the last report.
    pub returned: Option<Digest>,
    /// When it was last reported, returned, accepted or replaced, UTC.
    pub moved_at: Option<DateTime<Utc>>,
}

/// What came of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Heard, and nothing more to do.
    Noted,
    /// A closure was ratified by this meeting.
    Ratified,
    Resolved(Resolution),
}

/// An item of a meeting that was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Item {
    pub id: ItemId,
    /// What it is about, as the agenda names it.
    pub key: String,
    pub task: Option<TaskId>,
    /// The closure to be ratified.
    pub request: Option<SignRequestId>,
    /// The resolution of an earlier meeting.
    pub left_over: Option<ItemId>,
    /// A slip that is about no task and not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slip: Option<SlipId>,
    /// Words of an item that was put on by hand.
    pub title: Option<Digest>,
    /// How often its outcome was written, so that two who write at once are told.
    pub revision: u32,
    pub outcome: Option<Outcome>,
}

impl Item {
    /// What was resolved on it.
    pub fn resolution(&self) -> Option<&Resolution> {
        match &self.outcome {
            Some(Outcome::Resolved(resolution)) => Some(resolution),
            _ => None,
        }
    }
}

/// An item put on by hand before the agenda was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Added {
    pub key: String,
    pub title: Digest,
    pub task: Option<TaskId>,
}

/// An item that is not to be heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakenOut {
    pub key: String,
    pub reason: Digest,
    pub by: PersonId,
}

/// What people changed of an agenda that builds itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Keys in the order somebody gave them.
    pub order: Vec<String>,
    pub added: Vec<Added>,
    pub taken_out: Vec<TakenOut>,
}

/// A meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub id: MeetingId,
    pub round: RoundId,
    pub kind: MeetingKind,
    /// The revision that holds its [`super::Brief`].
    pub brief: Digest,
    /// When it is planned or was held, UTC.
    pub at: DateTime<Utc>,
    pub chair: Option<PersonId>,
    pub attendees: Vec<PersonId>,
    pub state: MeetingState,
    /// Entered after it was held, without an agenda.
    pub is_recorded: bool,
    pub changes: Changes,
    /// The revision that holds the agenda as it was when the meeting was opened.
    pub agenda: Option<Digest>,
    pub items: Vec<Item>,
    pub opened_at: Option<DateTime<Utc>>,
    pub concluded_at: Option<DateTime<Utc>>,
    /// Number of its minutes.
    pub number: Option<String>,
    /// What is to be remembered of a meeting that was only recorded.
    pub summary: Option<Digest>,
    pub seq: i64,
    pub version: i64,
}

impl Meeting {
    /// An item by its id.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.iter().find(|i| i.id == id)
    }

    /// Whether this person takes part.
    pub fn is_attended_by(&self, person: PersonId) -> bool {
        self.chair == Some(person) || self.attendees.contains(&person)
    }
}
