//! The figures of a document, each with what it counts, and whether they add up (docs/domain.md §32).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::policy::AlertLevel;
use crate::refusal::FieldError;
use crate::rule_register::figure::RuleFigure;
use crate::task::state::{CompletionStatus, Disposition, TaskState};
use crate::words;

words! {
    /// A figure that a document may name. Amounts are hundredths of a yuan, everything else is a count.
    pub enum Figure {
        Aspects = "aspects", "方面数";
        Findings = "findings", "问题数";
        Tasks = "tasks", "任务数";
        Measures = "measures", "措施数";
        Closed = "closed", "已销号任务数";
        Observing = "observing", "跟踪巩固任务数";
        Completed = "completed", "已完成任务数";
        Sustained = "sustained", "长期坚持任务数";
        InProgress = "in_progress", "正在推进任务数";
        NotStarted = "not_started", "未启动任务数";
        FindingsDone = "findings_done", "已完成问题数";
        Immediate = "immediate", "立行立改任务数";
        ImmediateDone = "immediate_done", "立行立改完成数";
        Red = "red", "红灯任务数";
        Yellow = "yellow", "预警任务数";
        Overdue = "overdue", "逾期任务数";
        Extended = "extended", "延期任务数";
        Reopened = "reopened", "重新整改任务数";
        CameBack = "came_back", "反弹回潮问题数";
        Meetings = "meetings", "会议次数";
        Checks = "checks", "检查次数";
        CheckedTasks = "checked_tasks", "检查任务数";
        Slips = "slips", "督办单数";
        Amount = "amount", "涉及金额";
        Cleared = "cleared", "已清理金额";
        Recovered = "recovered", "已挽回金额";
        RulesMade = "rules_made", "新建制度数";
        RulesRevised = "rules_revised", "修订制度数";
        RulesAbolished = "rules_abolished", "废止制度数";
        RulesLasting = "rules_lasting", "检验通过制度数";
        PersonsHandled = "persons_handled", "处理人数";
    }
}

impl Figure {
    /// Whether the records do not hold it, so that somebody enters it with where it is from.
    pub fn is_entered(self) -> bool {
        matches!(self, Self::Cleared | Self::Recovered | Self::PersonsHandled)
    }

    /// Whether it is an amount of money, hundredths of a yuan.
    pub fn is_amount(self) -> bool {
        matches!(self, Self::Amount | Self::Cleared | Self::Recovered)
    }

    /// The figure of a name that a template or a text uses.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.label() == name)
    }
}

/// The figures that are those of the register of rules.
const OF_REGISTER: [(Figure, RuleFigure); 4] = [
    (Figure::RulesMade, RuleFigure::Made),
    (Figure::RulesRevised, RuleFigure::Revised),
    (Figure::RulesAbolished, RuleFigure::Abolished),
    (Figure::RulesLasting, RuleFigure::Lasting),
];

/// What one figure counts, each thing with what it adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted(pub BTreeMap<Uuid, i64>);

impl Counted {
    /// The figure itself.
    pub fn value(&self) -> i64 {
        self.0.values().sum()
    }
}

/// The figures of one moment, those that the records hold.
pub type Figures = BTreeMap<Figure, Counted>;

/// The figures a document says: counted, or as somebody entered them.
pub type Said = BTreeMap<Figure, i64>;

/// A task as it is counted; one that was withdrawn is not among them (docs/domain.md §2).
#[derive(Clone, Debug)]
pub struct CountedTask {
    pub id: Uuid,
    pub finding: Uuid,
    pub state: TaskState,
    pub completion: CompletionStatus,
    pub level: AlertLevel,
    pub disposition: Option<Disposition>,
    pub measures: i64,
    /// Its date is over and it is not closed.
    pub is_overdue: bool,
    /// A later date was granted.
    pub is_extended: bool,
    /// It was closed and taken up again.
    pub is_reopened: bool,
}

/// A finding as it is counted.
#[derive(Clone, Debug)]
pub struct CountedFinding {
    pub id: Uuid,
    pub aspect: Uuid,
    /// Hundredths of a yuan.
    pub amount: i64,
    /// Its matter was found before (docs/domain.md §39).
    pub came_back: bool,
}

/// Everything of a round that figures are counted from, as of one moment.
#[derive(Clone, Debug, Default)]
pub struct Countable {
    pub tasks: Vec<CountedTask>,
    pub findings: Vec<CountedFinding>,
    /// Meetings held.
    pub meetings: Vec<Uuid>,
    /// Checks held, with the tasks whose results were signed.
    pub checks: Vec<(Uuid, Vec<Uuid>)>,
    /// Slips issued; a referral is told to nobody.
    pub slips: Vec<Uuid>,
    /// Entries of the register of rules, each with the figures it counts in (docs/domain.md §43).
    pub rules: Vec<(Uuid, Vec<RuleFigure>)>,
}

/// Counts every figure that the records hold.
pub fn count(from: &Countable) -> Figures {
    use Figure as F;
    let mut figures: Figures = F::ALL.iter().filter(|f| !f.is_entered()).map(|f| (*f, Counted::default())).collect();
    let mut add = |figure: Figure, id: Uuid, weight: i64| {
        if let Some(counted) = figures.get_mut(&figure) {
            counted.0.insert(id, weight);
        }
    };
    let mut of_finding: BTreeMap<Uuid, bool> = BTreeMap::new();
    for task in &from.tasks {
        let is_done = matches!(task.completion, CompletionStatus::Completed | CompletionStatus::Sustained);
        let is_immediate = task.disposition == Some(Disposition::Immediate);
        let is_done_so_far = of_finding.entry(task.finding).or_insert(true);
        *is_done_so_far &= is_done;
        let completion = match task.completion {
            CompletionStatus::Completed => F::Completed,
            CompletionStatus::Sustained => F::Sustained,
            CompletionStatus::InProgress => F::InProgress,
            CompletionStatus::NotStarted => F::NotStarted,
        };
        for (figure, is) in [
            (F::Tasks, true),
            (completion, true),
            (F::Closed, matches!(task.state, TaskState::Observing | TaskState::Closed)),
            (F::Observing, task.state == TaskState::Observing),
            (F::Immediate, is_immediate),
            (F::ImmediateDone, is_immediate && is_done),
            (F::Red, task.level == AlertLevel::Red),
            (F::Yellow, task.level == AlertLevel::Yellow),
            (F::Overdue, task.is_overdue),
            (F::Extended, task.is_extended),
            (F::Reopened, task.is_reopened),
        ] {
            if is {
                add(figure, task.id, 1);
            }
        }
        if task.measures > 0 {
            add(F::Measures, task.id, task.measures);
        }
    }
    let mut aspects = BTreeSet::new();
    for finding in &from.findings {
        let Some(is_done) = of_finding.get(&finding.id) else { continue };
        aspects.insert(finding.aspect);
        add(F::Findings, finding.id, 1);
        if *is_done {
            add(F::FindingsDone, finding.id, 1);
        }
        if finding.came_back {
            add(F::CameBack, finding.id, 1);
        }
        if finding.amount != 0 {
            add(F::Amount, finding.id, finding.amount);
        }
    }
    for aspect in aspects {
        add(F::Aspects, aspect, 1);
    }
    for id in &from.meetings {
        add(F::Meetings, *id, 1);
    }
    for (id, tasks) in &from.checks {
        add(F::Checks, *id, 1);
        for task in tasks {
            add(F::CheckedTasks, *task, 1);
        }
    }
    for id in &from.slips {
        add(F::Slips, *id, 1);
    }
    for (id, of_register) in &from.rules {
        for (figure, register) in OF_REGISTER {
            if of_register.contains(&register) {
                add(figure, *id, 1);
            }
        }
    }
    figures
}

/// The parts of a document that do not add up, each by its figure; none where all do. What nobody entered is not compared.
pub fn check_sums(said: &Said) -> Vec<FieldError> {
    use Figure as F;
    let of = |figure: Figure| said.get(&figure).copied();
    let mut errors = Vec::new();
    let mut fault = |figure: Figure, code: &str, params: serde_json::Value| {
        errors.push(FieldError::with(format!("/figures/{figure}"), code, params));
    };
    let parts = [F::Completed, F::Sustained, F::InProgress, F::NotStarted];
    let values: Option<Vec<i64>> = parts.iter().map(|f| of(*f)).collect();
    if let (Some(values), Some(all)) = (values, of(F::Tasks)) {
        let sum: i64 = values.iter().sum();
        if sum != all {
            fault(F::Tasks, "parts-do-not-add-up", json!({ "sum": sum, "all": all }));
        }
    }
    for (part, whole) in [
        (F::FindingsDone, F::Findings),
        (F::CameBack, F::Findings),
        (F::Aspects, F::Findings),
        (F::Findings, F::Tasks),
        (F::Closed, F::Tasks),
        (F::Observing, F::Closed),
        (F::Immediate, F::Tasks),
        (F::ImmediateDone, F::Immediate),
        (F::Red, F::Tasks),
        (F::Yellow, F::Tasks),
        (F::Overdue, F::Tasks),
        (F::Extended, F::Tasks),
        (F::Reopened, F::Tasks),
        (F::CheckedTasks, F::Tasks),
        (F::Cleared, F::Amount),
        (F::Recovered, F::Amount),
    ] {
        if let (Some(n), Some(all)) = (of(part), of(whole))
            && n > all
        {
            fault(part, "part-exceeds-whole", json!({ "part": n, "whole": whole.label(), "all": all }));
        }
    }
    for figure in F::ALL {
        if of(*figure).is_some_and(|n| n < 0) {
            fault(*figure, "out-of-range", json!({}));
        }
    }
    errors
}

/// What became of one figure between two moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub figure: Figure,
    pub before: i64,
    pub after: i64,
    /// Things it counts now and did not, no longer counts, or counts with another weight.
    pub moved: BTreeSet<Uuid>,
}

/// The figures that differ, and by which things; also one whose sum stayed while what it counts did not.
pub fn differences(before: &Figures, after: &Figures) -> Vec<Difference> {
    let none = Counted::default();
    Figure::ALL
        .iter()
        .filter_map(|figure| {
            let (old, new) = (before.get(figure).unwrap_or(&none), after.get(figure).unwrap_or(&none));
            let ids: BTreeSet<Uuid> = old.0.keys().chain(new.0.keys()).copied().collect();
            let moved: BTreeSet<Uuid> = ids.into_iter().filter(|id| old.0.get(id) != new.0.get(id)).collect();
            let difference = Difference { figure: *figure, before: old.value(), after: new.value(), moved };
            (!difference.moved.is_empty()).then_some(difference)
        })
        .collect()
}

/// The events that move a figure.
pub const CAUSES: &[&str] = &[
    "task.created",
    "task.issued",
    "task.closed_before_golive",
    "task.claimed",
    "task.parties_adjusted",
    "task.plan_approved",
    "task.amended",
    "task.extended",
    "task.due_date_reset",
    "task.milestone_completed",
    "task.milestone_passed",
    "task.due_date_passed",
    "task.light_changed",
    "task.closed",
    "task.confirmed",
    "task.reopened",
    "task.withdrawn",
    "task.checked",
    "task.check_settled",
    "meeting.recorded",
    "meeting.concluded",
    "check.announced",
    "check.result_signed",
    "check.finished",
    "finding_link.judged",
    "slip.issued",
    "slip.withdrawn",
    "rule.confirmed",
    "rule.superseded",
    "rule.judged",
];
