//! What a scheme and an appraisal are, as they stand: the folds of their events (docs/domain.md §45).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::scheme::Period;
use super::score::Subject;
use crate::chain::Digest;
use crate::ids::{AccountId, AppraisalId, RoundId, SchemeId, UnitId};
use crate::words;

words! {
    /// Where an appraisal stands.
    pub enum AppraisalState {
        Computed = "computed", "待公布";
        Published = "published", "已公布";
        Final = "final", "已确定";
        Discarded = "discarded", "已作废";
    }
}

/// A version of a scheme that was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishedScheme {
    pub n: u32,
    /// The revision that holds the [`super::scheme::Scheme`].
    pub body: Digest,
    /// The document it rests on, in words.
    pub basis: Digest,
    pub by: AccountId,
    pub at: DateTime<Utc>,
}

/// The scheme of a round: what is being edited, and what was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemeRecord {
    pub id: SchemeId,
    pub round: RoundId,
    /// What is being edited.
    pub draft: Digest,
    /// Oldest first.
    pub published: Vec<PublishedScheme>,
    pub seq: i64,
    pub version: i64,
}

impl SchemeRecord {
    /// The version that holds.
    pub fn current(&self) -> Option<&PublishedScheme> {
        self.published.last()
    }

    /// Whether what is being edited differs from it.
    pub fn has_changes(&self) -> bool {
        self.current().is_none_or(|published| published.body != self.draft)
    }
}

/// One reckoning of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reckoning {
    /// 1 for the first, then one more each time.
    pub n: u32,
    /// Which version of the scheme.
    pub scheme: u32,
    pub body: Digest,
    /// Up to which event of the one order.
    pub position: i64,
    /// The revision that holds the scores.
    pub scores: Digest,
    pub by: AccountId,
    pub at: DateTime<Utc>,
}

/// Points that people added or took, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Adjustment {
    pub subject: Subject,
    /// Hundredths of a point, never 0.
    pub points: i64,
    pub reason: Digest,
    /// The version that was looked at.
    pub n: u32,
    pub by: AccountId,
    pub at: DateTime<Utc>,
}

/// What an objection came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ObjectionAnswer {
    /// Hundredths of a point that it changed; 0 where the score stays.
    pub points: i64,
    pub reason: Digest,
    pub by: AccountId,
    pub at: DateTime<Utc>,
}

/// What a unit says against its score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Objection {
    pub unit: UnitId,
    pub words: Digest,
    /// The version it is about.
    pub n: u32,
    pub by: AccountId,
    pub at: DateTime<Utc>,
    pub answer: Option<ObjectionAnswer>,
}

/// Why an appraisal that was begun wrongly is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Discarded {
    pub reason: Digest,
    pub by: AccountId,
    pub at: DateTime<Utc>,
}

/// The appraisal of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appraisal {
    pub id: AppraisalId,
    pub round: RoundId,
    pub period: Period,
    pub state: AppraisalState,
    /// Oldest first; never empty.
    pub reckonings: Vec<Reckoning>,
    /// Oldest first.
    pub adjustments: Vec<Adjustment>,
    pub objections: Vec<Objection>,
    /// The version the units read; none before the first was published.
    pub published: Option<u32>,
    /// When it was published first and last.
    pub published_at: Option<DateTime<Utc>>,
    /// Last day of objections to it.
    pub object_until: Option<NaiveDate>,
    #[serde(default)]
    pub discarded: Option<Discarded>,
    pub seq: i64,
    pub version: i64,
}

impl Appraisal {
    /// The newest reckoning.
    pub fn newest(&self) -> Option<&Reckoning> {
        self.reckonings.last()
    }

    /// A reckoning by its number.
    pub fn reckoning(&self, n: u32) -> Option<&Reckoning> {
        self.reckonings.iter().find(|r| r.n == n)
    }

    /// What people adjusted of a subject up to a version, in hundredths of a point; what was adjusted once stays in later versions.
    pub fn adjusted(&self, subject: Subject, n: u32) -> i64 {
        self.adjustments.iter().filter(|a| a.subject == subject && a.n <= n).map(|a| a.points).sum()
    }

    /// The unit's objection to the version that is out.
    pub fn objection(&self, unit: UnitId) -> Option<&Objection> {
        self.objections.iter().find(|o| o.unit == unit && Some(o.n) == self.published)
    }

    /// Objections that wait for an answer.
    pub fn waiting(&self) -> impl Iterator<Item = &Objection> {
        self.objections.iter().filter(|o| o.answer.is_none())
    }
}
