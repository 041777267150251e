//! What the clock owes a task: each passing is said once, the light when it changes.

use chrono::{DateTime, Utc};

use super::alert::assess;
use super::context::{Context, Decision, Facts};
use super::event::TaskEvent;
use super::evolve::evolve;
use super::state::{Task, TaskState};
use crate::calendar::{self, Calendar};
use crate::weekly_statement;

fn is_working(task: &Task) -> bool {
    matches!(task.state, TaskState::Rectifying | TaskState::ClosureReview)
}

/// Everything that became true since the clock last looked; empty when nothing did (docs/domain.md §15).
pub(super) fn keep(task: &Task, ctx: &Context<'_>) -> Decision {
    let mut decision = Decision::default();
    if is_working(task) {
        for milestone in task.milestones() {
            let Some(due_on) = task.binding_date(&milestone) else { continue };
            let is_said = task.announced_milestones.contains(&(milestone.id, due_on));
            if !task.done.contains_key(&milestone.id) && !is_said && calendar::end_of_day(due_on) <= ctx.now {
                decision.events.push(TaskEvent::MilestonePassed { milestone: milestone.id, due_on });
            }
        }
    }
    if task.state != TaskState::Observing
        && let Some(due_on) = task.draft.due_on
        && task.announced_due != Some(due_on)
        && calendar::end_of_day(due_on) <= ctx.now
    {
        decision.events.push(TaskEvent::DueDatePassed { due_on });
    }
    let mut units: Vec<_> = task.reporting.iter().map(|s| s.unit).collect();
    units.sort();
    units.dedup();
    for unit in units {
        for week in weekly_statement::missing_weeks(task, unit, ctx.facts, ctx.calendar, ctx.now) {
            let is_over = weekly_statement::missed_at(week, ctx.facts, ctx.calendar).is_some_and(|at| at <= ctx.now);
            if is_over && !task.missed.contains(&(unit, week)) {
                decision.events.push(TaskEvent::StatementMissed { unit, week });
            }
        }
    }
    if task.state == TaskState::Observing
        && let Some(until) = task.observing_until
        && !task.announced_observation
        && calendar::end_of_day(until) <= ctx.now
    {
        decision.events.push(TaskEvent::ObservationEnded {});
        if ctx.facts.policy.confirm_by_clock && !task.has_failed_check {
            decision.events.push(TaskEvent::Confirmed { on: ctx.today() });
        }
    }
    say_light(task, ctx, &mut decision);
    decision
}

/// Adds the change of the light that comes with what was decided; whoever ends a task says it too, for the clock looks at it no more.
pub(super) fn say_light(task: &Task, ctx: &Context<'_>, decision: &mut Decision) {
    let after = decision.events.iter().fold(task.clone(), evolve);
    decision.events.extend(light_change(&after, ctx.facts, ctx.calendar, ctx.now));
}

/// The event of a light that is not the one last announced.
fn light_change(task: &Task, facts: &Facts, calendar: &Calendar, now: DateTime<Utc>) -> Option<TaskEvent> {
    let alert = assess(task, facts, calendar, now);
    (alert.level != task.light).then_some(TaskEvent::LightChanged {
        from: task.light,
        to: alert.level,
        reasons: alert.reasons,
    })
}

/// The next moment at which the clock has something to say about this task, UTC; none when nothing more can come by time alone.
pub fn next_moment(task: &Task, facts: &Facts, calendar: &Calendar, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let alert = assess(task, facts, calendar, now);
    if alert.level != task.light {
        return Some(now);
    }
    let mut moments: Vec<DateTime<Utc>> = alert.changes_at.into_iter().collect();
    if is_working(task) {
        for milestone in task.milestones() {
            let Some(due_on) = task.binding_date(&milestone) else { continue };
            if !task.done.contains_key(&milestone.id) && !task.announced_milestones.contains(&(milestone.id, due_on)) {
                moments.push(calendar::end_of_day(due_on));
            }
        }
    }
    let is_over = matches!(task.state, TaskState::Draft | TaskState::Closed | TaskState::Withdrawn);
    if !is_over
        && task.state != TaskState::Observing
        && let Some(due_on) = task.draft.due_on
        && task.announced_due != Some(due_on)
    {
        moments.push(calendar::end_of_day(due_on));
    }
    if task.state == TaskState::Observing
        && !task.announced_observation
        && let Some(until) = task.observing_until
    {
        moments.push(calendar::end_of_day(until));
    }
    if !is_over {
        for span in &task.reporting {
            let horizon = now + chrono::Duration::days(42);
            for week in weekly_statement::owed_weeks(task, span.unit, facts, calendar, horizon) {
                if task.statement(span.unit, week).is_none() && !task.missed.contains(&(span.unit, week)) {
                    moments.extend(weekly_statement::missed_at(week, facts, calendar));
                }
            }
        }
    }
    moments.into_iter().min()
}
