//! What a slip is, as it stands: the fold of its events (docs/domain.md §25).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ladder::SlipLevel;
use crate::chain::Digest;
use crate::ids::{PersonId, RoundId, SignatureId, SlipId, TaskId, UnitId};
use crate::sign_request::SignRequest;
use crate::words;

words! {
    /// Where a slip stands.
    pub enum SlipState {
        Draft = "draft", "拟制";
        Signing = "signing", "签发中";
        Issued = "issued", "待签收";
        Received = "received", "办理中";
        Answered = "answered", "待复核";
        Settled = "settled", "已办结";
        Withdrawn = "withdrawn", "已撤销";
    }
}

words! {
    /// How fast it is to be done (缓急).
    pub enum Urgency {
        Normal = "normal", "平件";
        Urgent = "urgent", "加急";
        Extra = "extra", "特急";
    }
}

words! {
    /// What a slip rests on.
    pub enum BasisKind {
        Task = "task", "整改任务";
        Check = "check", "检查结果";
        Meeting = "meeting", "会议议定事项";
        Other = "other", "其他";
    }
}

/// What a slip rests on; its words are in the slip's text. A meeting's resolution is named by its id alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Basis {
    pub kind: BasisKind,
    /// The task, check or resolution; none for what is named in words only.
    #[serde(default)]
    pub id: Option<Uuid>,
}

/// Number of a slip among those of its level, round and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlipNumber {
    pub year: i32,
    pub n: u32,
}

impl std::fmt::Display for SlipNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "〔{}〕{}号", self.year, self.n)
    }
}

/// What is entered of a slip beside its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shape {
    pub level: SlipLevel,
    pub urgency: Urgency,
    /// The revision that holds its [`super::SlipText`].
    pub text: Digest,
    pub basis: Basis,
    pub task: Option<TaskId>,
    /// The unit addressed; of a referral, the unit it is about.
    pub unit: UnitId,
    pub supporting: Vec<UnitId>,
    /// When the answer is due; none where the ladder says it on the day of issue.
    pub due_on: Option<NaiveDate>,
}

/// That the unit signed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    pub by: PersonId,
    pub at: DateTime<Utc>,
    /// Entered by the office for a unit without accounts.
    pub on_behalf: bool,
}

/// What the review of an answer came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Review {
    pub is_accepted: bool,
    /// Why it was returned, or what was found.
    pub words: Option<Digest>,
    pub by: PersonId,
    pub at: DateTime<Utc>,
}

/// An answer of the unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    pub words: Digest,
    /// Files, by their digest.
    pub files: Vec<Digest>,
    pub by: PersonId,
    pub at: DateTime<Utc>,
    pub on_behalf: bool,
    pub review: Option<Review>,
}

/// That a promise was kept, by the office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Kept {
    pub words: Digest,
    pub by: PersonId,
    pub at: DateTime<Utc>,
}

/// The record of an interview (约谈); its words are in a [`super::InterviewText`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interview {
    pub held_on: NaiveDate,
    pub text: Digest,
    /// When what was promised is due.
    pub promised_on: NaiveDate,
    pub by: PersonId,
    pub at: DateTime<Utc>,
    pub kept: Option<Kept>,
}

/// That a referral went to the discipline commission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOver {
    pub on: NaiveDate,
    pub document: String,
    pub by: PersonId,
}

/// A slip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    pub id: SlipId,
    pub round: RoundId,
    pub state: SlipState,
    pub shape: Shape,
    /// Given with the last signature.
    pub number: Option<SlipNumber>,
    pub drafted_by: PersonId,
    pub drafted_at: DateTime<Utc>,
    /// Every time it was sent for signature, oldest first.
    pub requests: Vec<SignRequest>,
    /// Signers who object to a signature entered for them, with their reason.
    pub objections: Vec<(SignatureId, Digest)>,
    pub issued_at: Option<DateTime<Utc>>,
    pub receive_due_on: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    pub receipt: Option<Receipt>,
    /// Oldest first.
    pub answers: Vec<Answer>,
    pub interview: Option<Interview>,
    pub hand_over: Option<HandOver>,
    pub settled_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn.
    pub withdrawn: Option<Digest>,
    /// The slip of a lower level that it follows.
    pub raised_from: Option<SlipId>,
    /// The issued slip of a higher level that is answered instead.
    pub overtaken_by: Option<SlipId>,
    /// The day of receipt, and of the answer, of which it was said that it went by.
    #[serde(default)]
    pub receipt_passed_on: Option<NaiveDate>,
    #[serde(default)]
    pub answer_passed_on: Option<NaiveDate>,
    pub seq: i64,
    pub version: i64,
}

impl Slip {
    /// Whether it was issued and waits for its end.
    pub fn is_open(&self) -> bool {
        matches!(self.state, SlipState::Issued | SlipState::Received | SlipState::Answered)
    }

    /// Where it stands, in words; a referral waits for its hand-over where others wait to be signed for.
    pub fn state_label(&self) -> &'static str {
        match self.state {
            SlipState::Issued if self.shape.level.is_referral() => "待移交",
            state => state.label(),
        }
    }

    /// Whether it was ever issued; before that no unit knows of it.
    pub fn was_issued(&self) -> bool {
        self.issued_at.is_some()
    }

    /// What was sent for signature last.
    pub fn request(&self) -> Option<&SignRequest> {
        self.requests.last()
    }

    /// The answer that waits for its review.
    pub fn waiting(&self) -> Option<&Answer> {
        self.answers.last().filter(|a| a.review.is_none())
    }

    /// Whether the unit owes an answer whose day is over.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        matches!(self.state, SlipState::Issued | SlipState::Received)
            && self.overtaken_by.is_none()
            && self.due_on.is_some_and(|due| due < today)
    }

    /// What was promised in an interview and is not yet kept, with its day.
    pub fn promise(&self) -> Option<NaiveDate> {
        let open = self.state != SlipState::Withdrawn;
        self.interview.as_ref().filter(|i| open && i.kept.is_none()).map(|i| i.promised_on)
    }
}
