//! Identifiers of everything the domain names. They are UUIDs (version 7) made outside the domain and carried in by commands.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A round of inspection and the rectification that follows it (轮次).
    RoundId,
    /// An aspect of a round (方面).
    AspectId,
    /// A finding in the inspecting body's words (反馈问题).
    FindingId,
    /// A rectification task, one line of the ledger (整改任务).
    TaskId,
    /// A corrective measure (整改措施).
    MeasureId,
    /// A milestone (阶段节点).
    MilestoneId,
    /// One completion criterion of a task (完成标准).
    CriterionId,
    /// A unit of the organisation (单位).
    UnitId,
    /// A person (人员).
    PersonId,
    /// An account that can log in.
    AccountId,
    /// A sign request (签批).
    SignRequestId,
    /// One signature of a sign request.
    SignatureId,
    /// A piece of supporting evidence (佐证材料).
    EvidenceId,
    /// A delegation (授权代行).
    DelegationId,
    /// An import of a workbook.
    ImportId,
    /// A document (文书).
    DocumentId,
    /// A check on the spot (专项检查、跟踪督查、随时抽查).
    CheckId,
    /// A slip (督办通知单 … 问责线索移交).
    SlipId,
    /// A meeting (协调会 and the others).
    MeetingId,
    /// An item of a meeting's agenda, and what was resolved on it (议题、议定事项).
    ItemId,
    /// An act of a personal duty (四个亲自).
    DutyActId,
    /// A publication (公示).
    PublicationId,
    /// An opinion of somebody who read it (群众意见).
    OpinionId,
    /// A handover list (交接清单).
    HandoverId,
    /// A systemic problem (共性问题).
    SystemicProblemId,
    /// An entry of the register of rules (制度).
    RuleId,
    /// A scheme of appraisal (考评方案).
    SchemeId,
    /// The appraisal of a period (考评).
    AppraisalId,
    /// A record of accountability (问责记录).
    AccountabilityId,
}
