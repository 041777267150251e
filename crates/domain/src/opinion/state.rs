//! What an opinion is, as it stands: the fold of its events (docs/domain.md §31).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::chain::Digest;
use crate::ids::{OpinionId, PersonId, PublicationId, RoundId, TaskId, UnitId};
use crate::words;

words! {
    /// Where an opinion stands.
    pub enum OpinionState {
        Received = "received", "待分办";
        Assigned = "assigned", "办理中";
        Answered = "answered", "答复待审核";
        Replied = "replied", "已答复";
        SetAside = "set_aside", "不予办理";
    }
}

words! {
    /// How an opinion came in.
    pub enum Channel {
        Page = "page", "公示网页";
        Phone = "phone", "电话";
        Letter = "letter", "信件";
        Email = "email", "电子邮件";
        Visit = "visit", "来访";
    }
}

/// Who wrote it, as far as he says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writer {
    pub name: String,
    /// How to reach him.
    pub contact: String,
}

/// What the review of an answer came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Review {
    pub is_approved: bool,
    /// Why it was returned.
    pub words: Option<Digest>,
    pub by: PersonId,
    pub at: DateTime<Utc>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    pub words: Digest,
    pub by: PersonId,
    pub at: DateTime<Utc>,
    pub review: Option<Review>,
}

/// Whether it holds true, and of which task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Judgement {
    pub holds_true: bool,
    pub task: Option<TaskId>,
    pub words: Option<Digest>,
    pub by: PersonId,
    pub at: DateTime<Utc>,
}

/// An opinion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    pub id: OpinionId,
    pub round: RoundId,
    pub publication: Option<PublicationId>,
    pub channel: Channel,
    pub state: OpinionState,
    pub received_at: DateTime<Utc>,
    /// The day it came in, Asia/Shanghai; earlier than the entry where it was entered by hand.
    pub received_on: NaiveDate,
    /// The revision that holds its words.
    pub text: Digest,
    /// The revision that holds its [`Writer`]; none of an opinion without a name.
    pub writer: Option<Digest>,
    /// Files, by their digest.
    pub files: Vec<Digest>,
    /// Who entered it by hand.
    pub entered_by: Option<PersonId>,
    /// SHA-256 of the code its writer looks the answer up by.
    pub code: Option<String>,
    pub due_on: NaiveDate,
    /// The unit that answers it; the office until there is one.
    pub unit: Option<UnitId>,
    /// Oldest first.
    pub answers: Vec<Answer>,
    pub judgement: Option<Judgement>,
    /// Why nothing is done about it.
    pub set_aside: Option<Digest>,
    pub settled_at: Option<DateTime<Utc>>,
    /// The day of which it was said that it went by.
    pub due_passed_on: Option<NaiveDate>,
    pub seq: i64,
    pub version: i64,
}

impl Opinion {
    /// Whether it waits for its end.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, OpinionState::Replied | OpinionState::SetAside)
    }

    /// Whether its day is over and it is not answered.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.is_open() && self.due_on < today
    }

    /// The answer that waits for its review.
    pub fn waiting(&self) -> Option<&Answer> {
        self.answers.last().filter(|a| a.review.is_none())
    }

    /// The answer its writer may read.
    pub fn reply(&self) -> Option<&Answer> {
        self.answers.last().filter(|a| a.review.as_ref().is_some_and(|r| r.is_approved))
    }

    /// The task it was found true of.
    pub fn proves(&self) -> Option<TaskId> {
        self.judgement.as_ref().filter(|j| j.holds_true).and_then(|j| j.task)
    }
}
