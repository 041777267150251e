//! A systemic problem as the rules see it: ids, scalars and digests.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::chain::Digest;
use crate::ids::{AccountId, FindingId, PersonId, RoundId, SystemicProblemId, TaskId, UnitId};
use crate::words;

words! {
    /// Where a systemic problem stands (docs/domain.md §42).
    pub enum ProblemState {
        Confirmed = "confirmed", "已认定";
        Checking = "checking", "自查中";
        Closed = "closed", "已办结";
        Withdrawn = "withdrawn", "已撤销";
        Dismissed = "dismissed", "不是共性问题";
    }
}

words! {
    /// What a unit found when it looked at itself.
    pub enum CheckVerdict {
        Has = "has", "存在";
        Similar = "similar", "类似";
        HasNot = "has_not", "不存在";
    }
}

words! {
    /// Where the self-check of one unit stands.
    pub enum SelfCheckState {
        Asked = "asked", "待自查";
        Entered = "entered", "待负责人确认";
        HandedIn = "handed_in", "已报，待审核";
        Returned = "returned", "已退回";
        Accepted = "accepted", "已认可";
    }
}

impl SelfCheckState {
    /// Whether the unit still has to do something.
    pub fn waits_for_unit(self) -> bool {
        matches!(self, Self::Asked | Self::Entered | Self::Returned)
    }
}

/// What a unit answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckAnswer {
    pub verdict: CheckVerdict,
    /// What was found, or how it was looked for.
    pub words: Digest,
    /// Files that prove it, by their digest.
    pub proof: Vec<Digest>,
    pub by: PersonId,
    pub at: DateTime<Utc>,
    /// The head who stands for it; the office where nobody of the unit can log in.
    pub confirmed_by: Option<PersonId>,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Handed in after its day.
    pub is_late: bool,
}

/// The self-check of one unit (举一反三自查).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfCheck {
    pub unit: UnitId,
    /// End of that day Asia/Shanghai.
    pub due_on: NaiveDate,
    pub state: SelfCheckState,
    pub answer: Option<CheckAnswer>,
    /// Why the office returned it last.
    pub returned_for: Option<Digest>,
    /// The task that was made of it.
    pub task: Option<TaskId>,
    /// Its day went by and that was said.
    pub was_reminded: bool,
}

/// What the owner reports of the measure for the whole group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeasureReport {
    pub words: Digest,
    pub by: PersonId,
    pub at: DateTime<Utc>,
}

/// What a person confirms of a group of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Confirmed {
    /// The round whose office leads it, and of which its new tasks are.
    pub round: RoundId,
    pub title: Digest,
    pub measure: Digest,
    /// Why it is one problem, as it was proposed or in the office's own words.
    pub ground: Digest,
    /// The functional department that answers for the measure.
    pub owner: UnitId,
    pub due_on: NaiveDate,
    /// Each once, in their order.
    pub members: Vec<TaskId>,
    /// The finding its new tasks are of.
    pub finding: FindingId,
    pub by: AccountId,
    pub at: DateTime<Utc>,
}

/// What the office may change of a confirmed problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Terms {
    pub title: Digest,
    pub measure: Digest,
    pub owner: UnitId,
    pub due_on: NaiveDate,
}

/// The day of a self-check that was moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayMoved {
    pub unit: UnitId,
    pub before: NaiveDate,
    pub after: NaiveDate,
}

/// A change of a confirmed problem: what held, what holds from then on, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Amendment {
    pub before: Terms,
    pub after: Terms,
    /// Only those that were moved.
    pub checks: Vec<DayMoved>,
    pub reason: Digest,
    pub by: AccountId,
    pub at: DateTime<Utc>,
}

/// A systemic problem, or a group that a person said is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemicProblem {
    pub id: SystemicProblemId,
    pub round: RoundId,
    pub state: ProblemState,
    /// None of a group that was dismissed.
    pub confirmed: Option<Confirmed>,
    pub members: Vec<TaskId>,
    pub checks: Vec<SelfCheck>,
    /// Oldest first.
    #[serde(default)]
    pub amendments: Vec<Amendment>,
    pub report: Option<MeasureReport>,
    /// Why the owner's report came back last.
    pub report_returned_for: Option<Digest>,
    /// Why it was dismissed or withdrawn.
    pub reason: Option<Digest>,
    pub ended_at: Option<DateTime<Utc>>,
    pub seq: i64,
    pub version: i64,
}

/// How far a problem has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub asked: usize,
    /// Handed in by the unit, returned ones excepted.
    pub answered: usize,
    pub has: usize,
    pub similar: usize,
    pub has_not: usize,
    pub returned: usize,
    pub accepted: usize,
    /// Tasks made of answers.
    pub raised: usize,
    /// Not handed in and its day is over.
    pub overdue: usize,
}

impl SystemicProblem {
    /// Whether anything can still happen to it.
    pub fn is_open(&self) -> bool {
        matches!(self.state, ProblemState::Confirmed | ProblemState::Checking)
    }

    /// The self-check of a unit.
    pub fn check(&self, unit: UnitId) -> Option<&SelfCheck> {
        self.checks.iter().find(|c| c.unit == unit)
    }

    /// Its figures as of a day.
    pub fn progress(&self, today: NaiveDate) -> Progress {
        let mut found = Progress { asked: self.checks.len(), ..Progress::default() };
        for check in &self.checks {
            let is_in = matches!(check.state, SelfCheckState::HandedIn | SelfCheckState::Accepted);
            found.answered += usize::from(is_in);
            found.returned += usize::from(check.state == SelfCheckState::Returned);
            found.accepted += usize::from(check.state == SelfCheckState::Accepted);
            found.raised += usize::from(check.task.is_some());
            found.overdue += usize::from(check.state.waits_for_unit() && check.due_on < today);
            match check.answer.as_ref().filter(|_| is_in).map(|a| a.verdict) {
                Some(CheckVerdict::Has) => found.has += 1,
                Some(CheckVerdict::Similar) => found.similar += 1,
                Some(CheckVerdict::HasNot) => found.has_not += 1,
                None => {}
            }
        }
        found
    }
}
