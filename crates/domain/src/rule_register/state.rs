//! What a rule of the register is, as it stands: the fold of its events (docs/domain.md §43). Its words stand in revisions that the digests name.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::chain::Digest;
use crate::ids::{PersonId, RoundId, RuleId, TaskId, UnitId};
use crate::words;

words! {
    /// What was done with a rule.
    pub enum RuleKind {
        Made = "made", "新建";
        Revised = "revised", "修订";
        Abolished = "abolished", "废止";
    }
}

words! {
    /// Where an entry of the register stands; it counts as lasting only after a passed check.
    pub enum RuleState {
        Draft = "draft", "起草";
        Submitted = "submitted", "待整改办确认";
        InForce = "in_force", "施行中";
        Lasting = "lasting", "长效（检验通过）";
        Replaced = "replaced", "已由新版代替";
        Abolished = "abolished", "已废止";
        Withdrawn = "withdrawn", "已撤回";
    }
}

impl RuleState {
    /// Whether the rule holds today.
    pub fn holds(self) -> bool {
        matches!(self, Self::InForce | Self::Lasting)
    }

    /// Whether the office has confirmed the entry, so that it counts.
    pub fn is_confirmed(self) -> bool {
        matches!(self, Self::InForce | Self::Lasting | Self::Replaced | Self::Abolished)
    }
}

words! {
    /// What a check of a rule came to.
    pub enum RuleVerdict {
        Passed = "passed", "通过";
        Failed = "failed", "未通过";
    }
}

words! {
    /// What was made of a failed check.
    pub enum FollowKind {
        Reopened = "reopen", "任务重新整改";
        Drafted = "draft", "另立任务（草稿）";
        Neither = "neither", "不立任务";
    }
}

words! {
    /// Where a check stands on a day.
    pub enum CheckStanding {
        Coming = "coming", "未到检验期";
        Open = "open", "待负责人说明";
        Answered = "answered", "待检验";
        Overdue = "overdue", "逾期";
        Passed = "passed", "通过";
        Failed = "failed", "未通过";
        Ended = "ended", "不再检验";
    }
}

impl CheckStanding {
    /// Whether somebody has something to do for it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Answered | Self::Overdue)
    }
}

/// The words of an entry; control and question are empty for a rule that was abolished.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleText {
    pub title: String,
    /// Number of the issued document (文号).
    pub number: String,
    /// The control it brings: who must do what, or may no longer do it.
    pub control: String,
    /// What a checker asks to see whether it is used.
    pub question: String,
}

/// What is entered of a rule, without its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleShape {
    pub kind: RuleKind,
    pub text: Digest,
    pub issuer: UnitId,
    pub effective_on: NaiveDate,
    /// The tasks it answers; the findings follow from them.
    pub tasks: Vec<TaskId>,
    /// The rule of the register whose place it takes, or that it ends.
    pub replaces: Option<RuleId>,
    pub owner_unit: UnitId,
    /// None for a rule that was abolished.
    pub owner: Option<PersonId>,
}

/// How the rule is used, in the owner's words, with the digests of his proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleAnswer {
    pub words: Digest,
    pub files: Vec<Digest>,
    pub by: PersonId,
    pub at: DateTime<Utc>,
}

/// What became of a failed check: the task that was taken up again or drafted, or why neither.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FollowedBy {
    pub kind: FollowKind,
    pub task: Option<TaskId>,
    pub reason: Option<Digest>,
}

/// What the supervisor found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleJudgement {
    pub verdict: RuleVerdict,
    pub words: Digest,
    pub files: Vec<Digest>,
    pub follow: Option<FollowedBy>,
    pub by: PersonId,
    pub at: DateTime<Utc>,
}

/// A check, so many calendar months after the rule took effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleCheck {
    /// 3, 6 or 12; names the check.
    pub months: u32,
    /// The first day it can be answered.
    pub opens_on: NaiveDate,
    pub due_on: NaiveDate,
    /// The owner was told that it is open.
    pub is_opened: bool,
    /// It was said that its day went by.
    pub is_late: bool,
    pub answer: Option<RuleAnswer>,
    pub judgement: Option<RuleJudgement>,
}

/// What ended a rule: the entry that took its place or abolished it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndedBy {
    pub rule: RuleId,
    pub kind: RuleKind,
    pub on: NaiveDate,
}

/// An entry of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub id: RuleId,
    pub round: RoundId,
    pub shape: RuleShape,
    pub state: RuleState,
    /// The file of the issued document, known once it was handed in.
    pub file: Option<Digest>,
    pub entered_by: PersonId,
    pub entered_at: DateTime<Utc>,
    pub submitted_by: Option<PersonId>,
    pub submitted_at: Option<DateTime<Utc>>,
    /// Why it came back last.
    pub returned: Option<Digest>,
    pub confirmed_by: Option<PersonId>,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who judges its checks.
    pub supervisor: Option<PersonId>,
    pub checks: Vec<RuleCheck>,
    pub ended: Option<EndedBy>,
    /// Why it was withdrawn.
    pub reason: Option<Digest>,
    pub seq: i64,
    pub version: i64,
}

impl Rule {
    /// The check of so many months.
    pub fn check(&self, months: u32) -> Option<&RuleCheck> {
        self.checks.iter().find(|c| c.months == months)
    }

    /// Where a check stands on a day.
    pub fn standing(&self, check: &RuleCheck, today: NaiveDate) -> CheckStanding {
        match &check.judgement {
            Some(judgement) if judgement.verdict == RuleVerdict::Passed => CheckStanding::Passed,
            Some(_) => CheckStanding::Failed,
            None if !self.state.holds() => CheckStanding::Ended,
            None if check.due_on < today => CheckStanding::Overdue,
            None if check.answer.is_some() => CheckStanding::Answered,
            None if check.opens_on <= today => CheckStanding::Open,
            None => CheckStanding::Coming,
        }
    }

    /// Every digest of words it names; those of its own text are apart.
    pub fn digests(&self) -> impl Iterator<Item = &Digest> {
        let of_checks = self.checks.iter().flat_map(|c| {
            let judged = c.judgement.iter();
            let of_judgement =
                judged.flat_map(|j| std::iter::once(&j.words).chain(j.follow.iter().flat_map(|f| &f.reason)));
            c.answer.iter().map(|a| &a.words).chain(of_judgement)
        });
        self.returned.iter().chain(&self.reason).chain(of_checks)
    }

    /// Every file it names.
    pub fn files(&self) -> impl Iterator<Item = &Digest> {
        let of_checks = self
            .checks
            .iter()
            .flat_map(|c| c.answer.iter().flat_map(|a| &a.files).chain(c.judgement.iter().flat_map(|j| &j.files)));
        self.file.iter().chain(of_checks)
    }
}
