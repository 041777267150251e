//! A unit's plans as a workbook that is filled in offline: one sheet with a row for each measure, one with a row for each milestone. Milestones have a
//! sheet of their own because new ones are added to it: whoever adds one goes on in the next empty row, and no row need be put between others of a sheet
//! that is locked (docs/domain.md §29).

mod difference;
mod read;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use difference::{Change, ChangeKind};
pub use read::{FilledPlan, FilledPlans, Formulas, read};

use crate::ids::{MeasureId, MilestoneId, PersonId, RoundId, TaskId, UnitId};
use crate::task::state::{Disposition, Task};
use crate::task::text::{CriterionText, PlanText, TaskText};

/// The sheet with a row for each measure; what is said of the whole task stands in its first row.
pub const PLANS: &str = "整改方案";
/// The sheet with a row for each milestone.
pub const MILESTONES: &str = "节点";
/// What the hidden sheet begins with: the form of the workbook, raised when it changes.
const FORM: &str = "bihuan-plan-1";
/// Letters of a piece of the hidden sheet: a cell holds 32 767.
const PIECE: usize = 30_000;

/// Columns of the first sheet; the first ones are given and locked.
pub const PLAN_COLUMNS: [&str; 10] = [
    "任务编号",
    "具体问题",
    "处置类型",
    "任务时限",
    "措施编号",
    "整改措施",
    "措施时限",
    "整改目标",
    "完成标准（一行一条）",
    "不再实施的理由",
];
/// How many of them are given.
pub const PLAN_GIVEN: usize = 7;
pub(super) const OBJECTIVE: usize = 7;
pub(super) const CRITERIA: usize = 8;
pub(super) const EXCUSE: usize = 9;

/// Columns of the second sheet.
pub const MILESTONE_COLUMNS: [&str; 7] =
    ["任务编号", "节点编号", "所属措施", "做到什么", "完成时间", "以什么为证", "承担单位"];
/// How many of them are given in the row of a milestone that is there.
pub const MILESTONE_GIVEN: usize = 2;
pub(super) const MEASURE: usize = 2;
pub(super) const TITLE: usize = 3;
pub(super) const DUE: usize = 4;
pub(super) const PROOF: usize = 5;
pub(super) const UNIT: usize = 6;

/// A measure with the reason why it need not be done, where the plan gives one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanMeasure {
    pub id: MeasureId,
    pub number: String,
    pub text: String,
    pub due_on: Option<NaiveDate>,
    pub excuse: Option<String>,
}

/// A milestone of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanMilestone {
    pub id: MilestoneId,
    pub measure: Option<MeasureId>,
    pub title: String,
    pub due_on: Option<NaiveDate>,
    pub proof: Option<String>,
    pub unit: Option<UnitId>,
    pub weight: u16,
}

/// The plan of one task as it was last saved, with what is given of the task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    pub task: TaskId,
    /// The version of the task that the plan was read from.
    pub version: i64,
    pub number: String,
    pub title: String,
    pub disposition: String,
    /// The due date, or 长期坚持.
    pub due: String,
    pub objective: Option<String>,
    pub criteria: Vec<CriterionText>,
    pub measures: Vec<PlanMeasure>,
    pub milestones: Vec<PlanMilestone>,
    pub unit_leader: Option<PersonId>,
}

impl PlanLine {
    /// From the task, its words and its plan as far as one was saved.
    pub fn of(task: &Task, text: &TaskText, plan: Option<&PlanText>) -> Self {
        let plain = |text: &String| text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
        let words = |id| plan.iter().flat_map(|p| &p.milestones).chain(&text.milestones).find(|m| m.id == id);
        let excuse = |id| plan.iter().flat_map(|p| &p.excuses).find(|e| e.measure == id).map(|e| plain(&e.reason));
        let criteria = plan.map(|p| &p.criteria).filter(|c| !c.is_empty()).unwrap_or(&text.criteria);
        Self {
            task: task.id,
            version: task.version,
            number: task.draft.number.clone(),
            title: text.title.clone(),
            disposition: task.draft.disposition.map_or("", Disposition::label).to_owned(),
            due: task.draft.due_on.map_or_else(|| "长期坚持".to_owned(), |on| on.to_string()),
            objective: plan.and_then(|p| p.objective.as_ref()).or(text.objective.as_ref()).map(plain),
            criteria: criteria.clone(),
            measures: task
                .draft
                .measures
                .iter()
                .map(|m| PlanMeasure {
                    id: m.id,
                    number: m.number.clone(),
                    text: text.measures.iter().find(|t| t.id == m.id).map(|t| t.text.clone()).unwrap_or_default(),
                    due_on: m.due_on,
                    excuse: excuse(m.id),
                })
                .collect(),
            milestones: task
                .draft
                .milestones
                .iter()
                .map(|m| PlanMilestone {
                    id: m.id,
                    measure: m.measure,
                    title: words(m.id).map(|w| plain(&w.title)).unwrap_or_default(),
                    due_on: m.due_on,
                    proof: words(m.id).and_then(|w| w.proof.as_ref()).map(plain),
                    unit: m.unit,
                    weight: m.weight,
                })
                .collect(),
            unit_leader: task.unit_leader,
        }
    }

    /// The number of a measure of its own.
    pub fn number_of(&self, measure: MeasureId) -> &str {
        self.measures.iter().find(|m| m.id == measure).map_or("", |m| &m.number)
    }

    /// What its criteria say, one on a line.
    pub fn criteria_lines(&self) -> String {
        self.criteria.iter().map(|c| one_line(&c.text)).collect::<Vec<_>>().join("\n")
    }

    /// The number of its n-th milestone in the workbook, from 0.
    pub fn code(&self, n: usize) -> String {
        format!("{}-J{}", self.number, n + 1)
    }

    /// The rows of the first sheet: each measure, or one without any; only the first has cells for the whole task.
    pub fn rows(&self) -> Vec<Option<&PlanMeasure>> {
        if self.measures.is_empty() { vec![None] } else { self.measures.iter().map(Some).collect() }
    }

    /// The given cells of a row of the first sheet.
    pub fn given(&self, measure: Option<&PlanMeasure>) -> [String; PLAN_GIVEN] {
        let due = measure.and_then(|m| m.due_on).map(|on| on.to_string()).unwrap_or_default();
        [
            self.number.clone(),
            self.title.clone(),
            self.disposition.clone(),
            self.due.clone(),
            measure.map(|m| m.number.clone()).unwrap_or_default(),
            measure.map(|m| m.text.clone()).unwrap_or_default(),
            due,
        ]
    }

    /// Whether another says the same plan, whatever else became of the task.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let excuses = |line: &Self| line.measures.iter().map(|m| (m.id, m.excuse.clone())).collect::<Vec<_>>();
        self.objective == other.objective
            && self.criteria == other.criteria
            && excuses(self) == excuses(other)
            && self.milestones == other.milestones
    }
}

/// A text without breaks of lines, as it stands on one line of a cell.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The plans a unit may write now, which a workbook is made from and a filled one is compared with.
#[derive(Clone, Debug)]
pub struct PlanNow {
    pub round: RoundId,
    pub unit: UnitId,
    pub lines: Vec<PlanLine>,
    /// Units that may be given a milestone, and those that have one, by name.
    pub units: BTreeMap<UnitId, String>,
}

impl PlanNow {
    /// The rows of the hidden sheet: what it was made from, then each plan in pieces.
    pub fn marks(&self) -> Vec<Vec<String>> {
        let mut rows = vec![vec![FORM.to_owned(), self.round.0.to_string(), self.unit.0.to_string()]];
        for line in &self.lines {
            let text: Vec<char> = serde_json::to_string(line).unwrap_or_default().chars().collect();
            let pieces = text.chunks(PIECE).map(|piece| piece.iter().collect());
            rows.push(std::iter::once(line.number.clone()).chain(pieces).collect());
        }
        rows
    }
}
