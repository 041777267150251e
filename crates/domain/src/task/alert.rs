//! The alert level of a task: what is late or about to be, in reasons, and the moment at which that will next change.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::context::Facts;
use super::state::{Disposition, Sensitivity, Task, TaskState};
use crate::calendar::{self, Calendar, Week};
use crate::ids::{MilestoneId, UnitId};
use crate::policy::{AlertLevel, Cadence};
use crate::weekly_statement;

/// Why a light shows; its words are in `labels`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// Stable code.
    pub code: String,
    /// The date it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
    /// The unit it is about, where it is not the lead unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The milestone it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milestone: Option<MilestoneId>,
    /// The weeks it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub weeks: Vec<Week>,
}

impl Reason {
    fn new(code: &str) -> Self {
        Self { code: code.to_owned(), on: None, unit: None, milestone: None, weeks: Vec::new() }
    }

    fn on(code: &str, on: NaiveDate) -> Self {
        Self { on: Some(on), ..Self::new(code) }
    }
}

/// A task's light at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub level: AlertLevel,
    /// Most serious first.
    pub reasons: Vec<Reason>,
    /// When the light would next change by time alone, UTC.
    pub changes_at: Option<DateTime<Utc>>,
}

struct Alarm {
    from: DateTime<Utc>,
    level: AlertLevel,
    reason: Reason,
}

/// The light of a task now (docs/domain.md §15). Completed and not yet issued tasks have none, unless a check failed or a signer objects.
pub fn assess(task: &Task, facts: &Facts, calendar: &Calendar, now: DateTime<Utc>) -> Alert {
    let is_running = TaskState::RUNNING.contains(&task.state);
    let is_empty = matches!(task.draft.sensitivity, Sensitivity::Secret | Sensitivity::Referred);
    let mut alarms = Vec::new();
    let is_withdrawn = task.state == TaskState::Withdrawn;
    if task.has_failed_check && !is_withdrawn {
        alarms.push(Alarm { from: DateTime::UNIX_EPOCH, level: AlertLevel::Red, reason: Reason::new("check-failed") });
    }
    if !task.objections.is_empty() && !is_withdrawn {
        let reason = Reason::new("signature-objected");
        alarms.push(Alarm { from: DateTime::UNIX_EPOCH, level: AlertLevel::Red, reason });
    }
    if is_running && !is_empty {
        dates(task, facts, calendar, now, &mut alarms);
        milestones(task, facts, &mut alarms);
        supporting(task, &mut alarms);
        statements(task, facts, calendar, now, &mut alarms);
    }
    let changes_at = alarms.iter().map(|a| a.from).filter(|from| *from > now).min();
    let mut current: Vec<Alarm> = alarms.into_iter().filter(|a| a.from <= now).collect();
    current.sort_by_key(|a| std::cmp::Reverse(a.level));
    let rest = if is_running { AlertLevel::Green } else { AlertLevel::None };
    Alert {
        level: current.first().map_or(rest, |a| a.level),
        reasons: current.into_iter().map(|a| a.reason).collect(),
        changes_at,
    }
}

fn dates(task: &Task, facts: &Facts, calendar: &Calendar, now: DateTime<Utc>, alarms: &mut Vec<Alarm>) {
    let policy = &facts.policy;
    let late = policy.claim_or_plan_late_level;
    if task.state == TaskState::Issued
        && let Some(on) = task.claim_due_on
    {
        alarms.push(Alarm { from: calendar::end_of_day(on), level: late, reason: Reason::on("claim-late", on) });
    }
    if task.state == TaskState::Planning
        && let Some(on) = task.plan_due_on
    {
        alarms.push(Alarm { from: calendar::end_of_day(on), level: late, reason: Reason::on("plan-late", on) });
    }
    // A sustained task is never overdue; a late review is yellow (docs/domain.md §5).
    if task.draft.disposition == Some(Disposition::Sustained) {
        if let Some(on) = task.draft.review_on {
            let reason = Reason::on("review-late", on);
            alarms.push(Alarm { from: calendar::end_of_day(on), level: AlertLevel::Yellow, reason });
        }
        return;
    }
    let Some(due) = task.draft.due_on else { return };
    let over = calendar::end_of_day(due);
    alarms.push(Alarm { from: over, level: AlertLevel::Red, reason: Reason::on("overdue", due) });
    let is_behind = task.milestones().iter().any(|m| !task.done.contains_key(&m.id));
    // What was about to be late says nothing more once it is.
    if is_behind && now < over {
        let soon = calendar.add_working_days(due, -i64::from(policy.due_soon_working_days));
        let from = soon.pred_opt().map_or(DateTime::UNIX_EPOCH, calendar::end_of_day);
        alarms.push(Alarm { from, level: AlertLevel::Yellow, reason: Reason::on("due-soon", due) });
    }
}

fn milestones(task: &Task, facts: &Facts, alarms: &mut Vec<Alarm>) {
    if !matches!(task.state, TaskState::Rectifying | TaskState::ClosureReview) {
        return;
    }
    for milestone in task.milestones() {
        let Some(on) = task.binding_date(&milestone) else { continue };
        // What falls on the due date itself is said once, by the due date.
        if task.done.contains_key(&milestone.id) || task.draft.due_on.is_some_and(|due| on >= due) {
            continue;
        }
        let reason = Reason { milestone: Some(milestone.id), unit: milestone.unit, ..Reason::on("milestone-late", on) };
        alarms.push(Alarm { from: calendar::end_of_day(on), level: facts.policy.milestone_late_level, reason });
    }
}

fn supporting(task: &Task, alarms: &mut Vec<Alarm>) {
    for part in task.draft.supporting.iter().filter(|s| s.done_on.is_none()) {
        let Some(on) = part.due_on else { continue };
        let reason = Reason { unit: Some(part.unit), ..Reason::on("supporting-late", on) };
        alarms.push(Alarm { from: calendar::end_of_day(on), level: AlertLevel::Red, reason });
    }
}

/// One missing statement is yellow; two owed weeks running are red (docs/domain.md §15).
fn statements(task: &Task, facts: &Facts, calendar: &Calendar, now: DateTime<Utc>, alarms: &mut Vec<Alarm>) {
    let Some(unit) = task.lead_unit() else { return };
    // Far enough ahead to know the next moment: a monthly cadence leaves up to five weeks between two cut-offs, a quarterly one up to fourteen.
    let cadences = [facts.policy.concentrated_cadence, facts.policy.continuous_cadence];
    let days = if cadences.contains(&Cadence::Quarterly) { 105 } else { 42 };
    let horizon = now + chrono::Duration::days(days);
    let owed = weekly_statement::owed_weeks(task, unit, facts, calendar, horizon);
    let mut before: Option<Week> = None;
    for week in owed {
        if task.statement(unit, week).is_some() {
            before = None;
            continue;
        }
        let Some(from) = weekly_statement::cut_off(week, facts, calendar) else { continue };
        let (level, reason) = match before {
            Some(earlier) => {
                (AlertLevel::Red, Reason { weeks: vec![earlier, week], ..Reason::new("statements-missing-running") })
            }
            None => (AlertLevel::Yellow, Reason { weeks: vec![week], ..Reason::new("statement-missing") }),
        };
        alarms.push(Alarm { from, level, reason });
        before = Some(week);
    }
}
