//! What a handover is, as it stands: the fold of its events (docs/domain.md §37).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::chain::Digest;
use crate::ids::{AccountId, HandoverId, PersonId, RoundId, UnitId};
use crate::sign_request::{SignDocument, SignMode};
use crate::words;

words! {
    /// Where a handover stands.
    pub enum HandoverState {
        Prepared = "prepared", "待移交人签字";
        Given = "given", "待接收人签收";
        Done = "done", "已交接";
        Withdrawn = "withdrawn", "已撤回";
    }
}

words! {
    /// What kind of thing names a person.
    pub enum HeldKind {
        Task = "task", "整改任务";
        Resolution = "resolution", "议定事项";
        Slip = "slip", "督办单";
        Document = "document", "文书";
        Publication = "publication", "公示";
        Check = "check", "检查";
        PersonalDuty = "personal_duty", "四个亲自";
        Round = "round", "轮次职务";
        Service = "service", "对接系统";
    }
}

words! {
    /// As what it names him.
    pub enum Part {
        Leader = "leader", "责任领导";
        Person = "person", "责任人";
        UnitLeader = "unit_leader", "单位分管领导";
        Signature = "signature", "待签事项";
        CrossChecker = "cross_checker", "交叉核查人";
        Owner = "owner", "责任人（议定事项）";
        Signer = "signer", "审签人";
        Drafter = "drafter", "起草人";
        Inspector = "inspector", "检查组成员";
        Head = "head", "待本人确认";
        Group = "group", "领导组成员";
        Office = "office", "整改办或督导组";
        Answers = "answers", "系统责任人";
    }
}

impl Part {
    /// Whether a handover moves it; what it does not is settled where it was given (docs/domain.md §37).
    pub fn moves(self) -> bool {
        matches!(self, Self::Leader | Self::Person | Self::UnitLeader | Self::Signature | Self::Owner)
    }

    /// Who settles what no handover moves.
    pub fn advice(self) -> Option<&'static str> {
        match self {
            Self::Leader | Self::Person | Self::UnitLeader | Self::Signature | Self::Owner => None,
            Self::CrossChecker => Some("由主要负责人另行指定"),
            Self::Signer => Some("由送签人撤回后重新送签"),
            Self::Drafter => Some("由整改办撤销后重新拟制"),
            Self::Inspector => Some("由检查组调整成员"),
            Self::Head => Some("由本人确认，或由代填人撤回"),
            Self::Group => Some("由整改办在“轮次设置”调整领导组"),
            Self::Office => Some("由整改办在“轮次设置”调整人员"),
            Self::Answers => Some("由系统管理员停用后重新登记"),
        }
    }
}

/// One thing on the list, as it stood when it was last written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Item {
    pub kind: HeldKind,
    pub id: Uuid,
    pub round: RoundId,
    /// A task's number; of a resolution, the number of its meeting's minutes.
    pub number: String,
    /// The revision that holds its title.
    pub title: Digest,
    /// Its state in words.
    pub state: String,
    pub due_on: Option<NaiveDate>,
    /// A task's version; 0 for what has none.
    pub version: i64,
    pub parts: Vec<Part>,
}

impl Item {
    /// Whether it is the same thing.
    pub fn is(&self, other: &Self) -> bool {
        self.kind == other.kind && self.id == other.id
    }
}

/// A signature on a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signature {
    pub person: PersonId,
    /// By himself or on paper.
    pub mode: SignMode,
    pub at: DateTime<Utc>,
    /// The day on the paper, else today; Asia/Shanghai.
    pub signed_on: NaiveDate,
    /// SHA-256 of exactly what was signed.
    pub content: Digest,
    pub document: Option<SignDocument>,
    /// Who entered it from paper, and the second officer who saw it.
    pub recorded_by: Option<AccountId>,
    pub confirmed_by: Option<AccountId>,
}

/// A handover list (交接清单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    pub id: HandoverId,
    /// Who gives, who takes.
    pub from: PersonId,
    pub to: PersonId,
    pub unit: UnitId,
    /// The day of the handover, Asia/Shanghai.
    pub on: NaiveDate,
    /// The document it rests on, in words.
    pub basis: Digest,
    pub items: Vec<Item>,
    pub prepared_by: AccountId,
    pub prepared_at: DateTime<Utc>,
    pub state: HandoverState,
    /// A paper signature that waits for the second officer.
    pub pending: Option<Signature>,
    pub given: Option<Signature>,
    pub taken: Option<Signature>,
    /// Why it was withdrawn, or why the last paper was not confirmed.
    pub reason: Option<Digest>,
    pub ended_at: Option<DateTime<Utc>>,
    pub seq: i64,
    pub version: i64,
}

impl Handover {
    /// Whether it waits for a signature.
    pub fn is_open(&self) -> bool {
        matches!(self.state, HandoverState::Prepared | HandoverState::Given)
    }

    /// Who has to sign next.
    pub fn waits_for(&self) -> Option<PersonId> {
        match self.state {
            HandoverState::Prepared if self.pending.is_none() => Some(self.from),
            HandoverState::Given => Some(self.to),
            _ => None,
        }
    }
}
