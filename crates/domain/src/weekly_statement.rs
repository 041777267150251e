//! Which weeks a unit owes a statement for, when each is due, and what a statement must say.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};

use crate::calendar::{self, Calendar, Week};
use crate::ids::UnitId;
use crate::policy::{Cadence, Policy};
use crate::refusal::{FieldError, Refusal};
use crate::task::command::StatementInput;
use crate::task::context::Facts;
use crate::task::state::Task;

/// Longest field of a statement, in characters.
const LONGEST: usize = 4_000;

/// When a week's statement is due under this policy; none when the week has no working day (docs/domain.md §14).
pub fn cut_off(week: Week, facts: &Facts, calendar: &Calendar) -> Option<DateTime<Utc>> {
    cut_off_under(week, &facts.policy, calendar)
}

/// The same where only the policy is known.
pub fn cut_off_under(week: Week, policy: &Policy, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let weekday = Weekday::try_from(policy.cut_off_weekday.saturating_sub(1)).unwrap_or(Weekday::Fri);
    let time = NaiveTime::from_hms_opt(u32::from(policy.cut_off_hour), u32::from(policy.cut_off_minute), 0)?;
    calendar.cut_off(week, weekday, time)
}

/// When a statement that is still missing becomes an event: the cut-off plus the working days of grace (docs/domain.md §14).
pub fn missed_at(week: Week, facts: &Facts, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let due = cut_off(week, facts, calendar)?;
    let day = calendar::today(due);
    let later = calendar.add_working_days(day, i64::from(facts.policy.statement_grace_working_days));
    Some(due + (later - day))
}

/// Whether the cadence asks for a statement in this week: every week in the concentrated period, then (unless the policy says weekly) only in the
/// week of each month's or each quarter's last cut-off (docs/domain.md §3).
pub fn is_in_cadence(week: Week, policy: &Policy, concentrated_until: Option<NaiveDate>, calendar: &Calendar) -> bool {
    let is_concentrated = concentrated_until.is_none_or(|until| week.monday() <= until);
    let cadence = if is_concentrated { policy.concentrated_cadence } else { policy.continuous_cadence };
    let months = match cadence {
        Cadence::Weekly => return true,
        Cadence::Monthly => 1,
        Cadence::Quarterly => 3,
    };
    let span = |week: Week| cut_off_under(week, policy, calendar).map(|at| calendar::today(at).month0() / months);
    let Some(own) = span(week) else { return false };
    let mut next = week.next();
    // A week without a working day has no cut-off and ends nothing.
    for _ in 0..3 {
        if let Some(following) = span(next) {
            return following != own;
        }
        next = next.next();
    }
    true
}

/// Whether the unit led a task under work at that week's cut-off, so that it owes the week (docs/domain.md §14).
pub fn is_owed(task: &Task, unit: UnitId, week: Week, facts: &Facts, calendar: &Calendar) -> bool {
    let Some(due) = cut_off(week, facts, calendar) else { return false };
    is_in_cadence(week, &facts.policy, facts.round.concentrated_until, calendar)
        && task
            .reporting
            .iter()
            .any(|span| span.unit == unit && span.from < due && span.until.is_none_or(|until| due < until))
}

/// The weeks a unit owes up to and including the week of `until`, oldest first; each is asked for once.
pub fn owed_weeks(task: &Task, unit: UnitId, facts: &Facts, calendar: &Calendar, until: DateTime<Utc>) -> Vec<Week> {
    let last = Week::of(calendar::today(until));
    let mut weeks = Vec::new();
    for span in task.reporting.iter().filter(|s| s.unit == unit) {
        let mut week = Week::of(calendar::today(span.from));
        while week <= last {
            if span.until.is_some_and(|until| week > Week::of(calendar::today(until))) {
                break;
            }
            if is_owed(task, unit, week, facts, calendar) && !weeks.contains(&week) {
                weeks.push(week);
            }
            week = week.next();
        }
    }
    weeks.sort();
    weeks
}

/// The owed weeks whose cut-off is past and for which nothing was handed in (docs/domain.md §12, §14).
pub fn missing_weeks(task: &Task, unit: UnitId, facts: &Facts, calendar: &Calendar, now: DateTime<Utc>) -> Vec<Week> {
    owed_weeks(task, unit, facts, calendar, now)
        .into_iter()
        .filter(|week| cut_off(*week, facts, calendar).is_some_and(|due| due <= now))
        .filter(|week| task.statement(unit, *week).is_none())
        .collect()
}

/// What a statement must say: progress, or the reason for none; never both; nothing longer than it may be.
///
/// Errors: `content` with the fields at fault.
pub fn check_content(input: &StatementInput) -> Result<(), Refusal> {
    let given = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
    let mut errors = Vec::new();
    match (given(&input.progress), given(&input.no_progress_reason)) {
        (false, false) => errors.push(FieldError::at("/progress", "progress-or-reason")),
        (true, true) => errors.push(FieldError::at("/no_progress_reason", "progress-and-reason")),
        _ => {}
    }
    for (pointer, text) in [
        ("/progress", &input.progress),
        ("/difficulties", &input.difficulties),
        ("/help_wanted", &input.help_wanted),
        ("/next_step", &input.next_step),
        ("/no_progress_reason", &input.no_progress_reason),
    ] {
        if text.as_deref().is_some_and(|t| t.chars().count() > LONGEST) {
            errors.push(FieldError::with(pointer, "too-long", serde_json::json!({ "max": LONGEST })));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
}
