//! What a check is, as it stands: the fold of its events (docs/domain.md §24).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::draw::Line;
use crate::chain::Digest;
use crate::ids::{CheckId, PersonId, RoundId, TaskId};
use crate::words;

words! {
    /// What a check is for (docs/domain.md §24).
    pub enum CheckKind {
        Special = "special", "专项检查";
        FollowUp = "follow_up", "跟踪督查";
        Spot = "spot", "随时抽查";
    }
}

words! {
    /// Where a check stands.
    pub enum CheckState {
        Planned = "planned", "筹备";
        Committing = "committing", "抽取：登记随机数";
        Revealing = "revealing", "抽取：公开随机数";
        Ready = "ready", "待进点";
        Running = "running", "检查中";
        Finished = "finished", "已办结";
        Cancelled = "cancelled", "已取消";
    }
}

words! {
    /// What was found on the spot.
    pub enum CheckResult {
        Pass = "pass", "属实";
        Partial = "partial", "部分属实";
        Fail = "fail", "不属实";
        FalseClosure = "false_closure", "虚假整改";
    }
}

impl CheckResult {
    /// Whether what the ledger claims was not found: it turns the light red and counts into the share found untrue.
    pub fn is_untrue(self) -> bool {
        matches!(self, Self::Fail | Self::FalseClosure)
    }
}

/// What a party has given so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartyMark {
    pub person: PersonId,
    pub line: Line,
    pub commitment: Option<Digest>,
    pub nonce: Option<Digest>,
}

/// One draw of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DrawMark {
    /// The revision that holds the [`super::draw::Frame`].
    pub frame: Digest,
    pub root: Digest,
    pub is_quick: bool,
    /// In the order of the frame.
    pub parties: Vec<PartyMark>,
    pub seed: Option<Digest>,
    /// Why it was given up.
    pub given_up: Option<Digest>,
    /// Why it went on without those who had not revealed.
    pub went_on: Option<Digest>,
}

/// What two inspectors found at one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResultMark {
    pub result: CheckResult,
    /// What was found, in words.
    pub found: Digest,
    pub occurred_on: NaiveDate,
    /// Photos and files, by their digest.
    pub files: Vec<Digest>,
    pub by: PersonId,
    pub at: DateTime<Utc>,
    pub signed_by: Option<PersonId>,
    pub signed_at: Option<DateTime<Utc>>,
    /// Why the second inspector did not sign it.
    pub returned: Option<Digest>,
}

/// A task that is looked at, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Target {
    pub task: TaskId,
    pub inspectors: Vec<PersonId>,
    pub result: Option<ResultMark>,
}

impl Target {
    /// The result that both inspectors signed.
    pub fn signed(&self) -> Option<&ResultMark> {
        self.result.as_ref().filter(|r| r.signed_by.is_some())
    }
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub id: CheckId,
    pub round: RoundId,
    pub kind: CheckKind,
    /// The revision that holds its [`super::Brief`].
    pub brief: Digest,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    /// Who may be drawn or sent to look.
    pub inspectors: Vec<PersonId>,
    pub state: CheckState,
    /// When the units were told, UTC.
    pub announced_at: Option<DateTime<Utc>>,
    pub draws: Vec<DrawMark>,
    pub targets: Vec<Target>,
    pub seq: i64,
    pub version: i64,
}

impl Check {
    /// The draw that is under way or done; none once it was given up.
    pub fn draw(&self) -> Option<&DrawMark> {
        self.draws.last().filter(|d| d.given_up.is_none())
    }

    /// The target of a task.
    pub fn target(&self, task: TaskId) -> Option<&Target> {
        self.targets.iter().find(|t| t.task == task)
    }
}
