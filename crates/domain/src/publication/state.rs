//! What a publication is, as it stands: the fold of its events (docs/domain.md §31).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::guard::GuardKind;
use super::rules::Contact;
use crate::chain::Digest;
use crate::ids::{ItemId, PersonId, PublicationId, RoundId, SignatureId, TaskId};
use crate::sign_request::SignRequest;
use crate::words;

words! {
    /// Where a publication stands.
    pub enum PublicationState {
        Draft = "draft", "拟稿";
        Signing = "signing", "审签中";
        Approved = "approved", "已审定，待发布";
        Published = "published", "公示中";
        Ended = "ended", "公示期满";
        Replaced = "replaced", "已更正";
        Withdrawn = "withdrawn", "已撤回";
    }
}

words! {
    /// What is published.
    pub enum PublicationKind {
        Progress = "progress", "整改进展情况通报";
        Closures = "closures", "销号公示";
    }
}

words! {
    /// On what ground something is left out.
    pub enum Ground {
        WorkSecret = "work_secret", "工作秘密";
        BusinessSecret = "business_secret", "商业秘密";
        Privacy = "privacy", "个人隐私";
        Case = "case", "问题线索或案件";
        Stability = "stability", "影响安全稳定";
        Other = "other", "其他（须写明）";
    }
}

/// Something of an item that is not published: the very words, on what ground, and who approved that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    pub ground: Ground,
    /// The name, amount or case number that must not stand in the public words.
    pub word: String,
    /// Why, in words.
    pub reason: String,
    /// Who approved it.
    pub approver: PersonId,
}

/// What is said in public of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemText {
    #[cfg_attr(feature = "openapi", schema(example = "合同归档不及时"))]
    pub problem: String,
    #[cfg_attr(feature = "openapi", schema(example = "清理存量，健全制度"))]
    pub measures: String,
    #[cfg_attr(feature = "openapi", schema(example = "已完成"))]
    pub outcome: String,
}

/// An item of a publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Item {
    pub id: ItemId,
    pub task: TaskId,
    /// How often it was written.
    pub revision: u32,
    /// The revision that holds its [`ItemWords`].
    pub words: Digest,
}

/// The words of an item with what is exempted of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemWords {
    pub text: ItemText,
    pub exemptions: Vec<Exemption>,
}

/// What is said in public beside the items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HeadText {
    #[cfg_attr(feature = "openapi", schema(example = "关于巡察反馈问题整改进展情况的通报"))]
    pub title: String,
    /// ① and ②: who inspected when, how the work is organised.
    pub lead: String,
    /// ④: what comes next.
    pub next: String,
    /// ⑤: where the reader turns to.
    pub contact: Contact,
}

/// What is set of a publication beside its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Setting {
    /// Whether it goes on the open page.
    pub opens_page: bool,
    /// Working days it is shown.
    pub working_days: u16,
    /// Who reviews its secrecy.
    pub secrecy_reviewer: Option<PersonId>,
}

/// The figures of a notice, as of one moment (FORMS, the written report); they are part of what is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    pub as_of: DateTime<Utc>,
    pub findings: i64,
    pub tasks: i64,
    pub measures: i64,
    pub completed: i64,
    pub sustained: i64,
    pub in_progress: i64,
    pub not_started: i64,
    /// Immediate corrections, and those of them that are done.
    pub immediate: i64,
    pub immediate_done: i64,
    /// Meetings held, checks finished, slips issued.
    pub meetings: i64,
    pub checks: i64,
    pub slips: i64,
    /// Extensions granted, tasks reopened.
    pub extensions: i64,
    pub reopened: i64,
    /// Closed within the period of the notice.
    pub closed_in_period: i64,
}

/// That it was published, for how long, and under which number of the open page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Published {
    pub at: DateTime<Utc>,
    pub by: PersonId,
    pub on: NaiveDate,
    /// The last day it is shown.
    pub until: NaiveDate,
}

/// A publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    pub id: PublicationId,
    pub round: RoundId,
    pub kind: PublicationKind,
    pub state: PublicationState,
    /// The period it is about.
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub drafted_by: PersonId,
    pub drafted_at: DateTime<Utc>,
    /// The revision that holds its [`HeadText`], and how often it was written.
    pub head: Digest,
    pub head_revision: u32,
    pub setting: Setting,
    pub items: Vec<Item>,
    /// Every time it was sent for signature, oldest first.
    pub requests: Vec<SignRequest>,
    pub objections: Vec<(SignatureId, Digest)>,
    pub published: Option<Published>,
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn.
    pub withdrawn: Option<Digest>,
    /// The publication it puts right, and the one that put it right.
    pub corrects: Option<PublicationId>,
    pub replaced_by: Option<PublicationId>,
    pub seq: i64,
    pub version: i64,
}

impl Publication {
    /// What was sent for signature last.
    pub fn request(&self) -> Option<&SignRequest> {
        self.requests.last()
    }

    /// An item of an id.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.iter().find(|i| i.id == id)
    }

    /// Whether it is shown on a day.
    pub fn is_shown(&self, today: NaiveDate) -> bool {
        self.state == PublicationState::Published && self.published.as_ref().is_some_and(|p| today <= p.until)
    }
}

impl GuardKind {
    /// What is to be done where such a word stands in the public words.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Exempted => "请改写，不出现所豁免的内容",
            Self::Marked => "请改写，不出现标记词",
            Self::Person => "请改写为“某”或略去",
            Self::Matter => "敏感事项不得公示，请删去",
        }
    }
}
