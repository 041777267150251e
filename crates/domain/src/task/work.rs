//! The work itself: statements, milestones, evidence; and what follows closure, confirmed or come back.

use chrono::NaiveDate;
use serde_json::json;

use super::command::{EvidenceInput, StatementInput};
use super::context::{Context, Decision};
use super::event::TaskEvent;
use super::state::{Disposition, EvidenceMark, StatementMark, StatementReply, Task};
use super::text::{StatementText, kind};
use crate::calendar::{self, Week};
use crate::ids::{EvidenceId, MilestoneId, UnitId};
use crate::policy::RequestKind;
use crate::refusal::{FieldError, Refusal};
use crate::weekly_statement;

pub(super) fn submit_statement(task: &Task, input: StatementInput, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let unit = input.unit;
    let on_behalf = !ctx.is_of(unit);
    let may_enter = on_behalf && task.lead_unit() == Some(unit) && ctx.speaks_for_lead(task);
    if on_behalf && !may_enter {
        return Err(Refusal::forbidden("not-your-unit"));
    }
    let week = input.week;
    let is_owed = weekly_statement::is_owed(task, unit, week, ctx.facts, ctx.calendar);
    check_week(task, &input, is_owed, ctx)?;
    weekly_statement::check_content(&input)?;
    if let Some(i) = input.evidence.iter().position(|id| !task.evidence.iter().any(|e| e.id == *id)) {
        return Err(Refusal::field(format!("/evidence/{i}"), "evidence-unknown"));
    }
    let before = task.statement(unit, week);
    if before.map_or(0, |s| s.revision) != input.follows {
        return Err(Refusal::conflict("statement-changed-meanwhile"));
    }
    let is_past = weekly_statement::cut_off(week, ctx.facts, ctx.calendar).is_some_and(|due| due <= ctx.now);
    let trimmed = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let mut decision = Decision::default();
    let digest = decision.note(
        kind::STATEMENT,
        &StatementText {
            progress: trimmed(input.progress),
            difficulties: trimmed(input.difficulties),
            help_wanted: trimmed(input.help_wanted),
            next_step: trimmed(input.next_step),
            no_progress_reason: trimmed(input.no_progress_reason),
            evidence: input.evidence,
        },
    );
    if before.is_some_and(|s| s.digest == digest && s.reply != StatementReply::Returned) {
        return Err(Refusal::conflict("nothing-changed"));
    }
    let statement = StatementMark {
        unit,
        week,
        revision: input.follows + 1,
        digest,
        at: ctx.now,
        is_late: before.map_or(is_past, |s| s.is_late),
        is_after_cut_off: is_past && before.is_some(),
        reply: StatementReply::Waiting,
    };
    decision.events.push(TaskEvent::StatementSubmitted { statement, by: ctx.person()?, on_behalf });
    Ok(decision)
}

/// A week that is open to this unit: not ahead of time, not before the task was issued, and owed or still running (docs/domain.md §14).
fn check_week(task: &Task, input: &StatementInput, is_owed: bool, ctx: &Context<'_>) -> Result<(), Refusal> {
    let current = Week::of(ctx.today());
    if input.week > current {
        return Err(Refusal::field("/week", "week-ahead"));
    }
    let first = task.issued_on.map(Week::of);
    if first.is_none_or(|first| input.week < first) {
        return Err(Refusal::field("/week", "week-before-issue"));
    }
    let is_party = task.draft.parties.units.contains(&input.unit)
        || task.draft.supporting.iter().any(|s| s.unit == input.unit)
        || task.milestone_units().any(|u| u == input.unit);
    let is_working = matches!(task.state, super::state::TaskState::Rectifying | super::state::TaskState::ClosureReview);
    if is_owed || is_party && is_working { Ok(()) } else { Err(Refusal::conflict("week-not-owed")) }
}

/// The office answers the newest revision only; an older one was replaced meanwhile.
fn answerable(task: &Task, unit: UnitId, week: Week, revision: u16) -> Result<(), Refusal> {
    match task.statement(unit, week) {
        None => Err(Refusal::field("/week", "statement-unknown")),
        Some(s) if s.revision != revision => Err(Refusal::conflict("statement-changed-meanwhile")),
        Some(s) if s.reply != StatementReply::Waiting => Err(Refusal::conflict("already-answered")),
        Some(_) => Ok(()),
    }
}

pub(super) fn acknowledge_statement(task: &Task, unit: UnitId, week: Week, revision: u16) -> Result<Decision, Refusal> {
    answerable(task, unit, week, revision)?;
    let mut decision = Decision::default();
    decision.events.push(TaskEvent::StatementAcknowledged { unit, week, revision });
    Ok(decision)
}

pub(super) fn return_statement(
    task: &Task,
    unit: UnitId,
    week: Week,
    revision: u16,
    reason: &str,
) -> Result<Decision, Refusal> {
    answerable(task, unit, week, revision)?;
    let mut decision = Decision::default();
    let Some(reason) = decision.words_if(Some(reason)) else { return Err(Refusal::field("/reason", "required")) };
    decision.events.push(TaskEvent::StatementReturned { unit, week, revision, reason });
    Ok(decision)
}

fn check_happened(on: NaiveDate, ctx: &Context<'_>) -> Result<(), Refusal> {
    if on > ctx.today() { Err(Refusal::field("/occurred_on", "in-the-future")) } else { Ok(()) }
}

pub(super) fn complete_milestone(
    task: &Task,
    id: MilestoneId,
    occurred_on: NaiveDate,
    note: Option<String>,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let milestones = task.milestones();
    let milestone =
        milestones.iter().find(|m| m.id == id).ok_or_else(|| Refusal::field("/milestone", "milestone-unknown"))?;
    // The unit a milestone was given to reports it; the lead unit may too, for it answers (docs/domain.md §6).
    let is_mine = milestone.unit.is_some_and(|unit| ctx.is_of(unit)) || ctx.speaks_for_lead(task);
    if !is_mine {
        return Err(Refusal::forbidden("not-your-unit"));
    }
    if task.done.contains_key(&id) {
        return Err(Refusal::conflict("milestone-done"));
    }
    check_happened(occurred_on, ctx)?;
    let mut decision = Decision::default();
    let note = decision.words_if(note.as_deref());
    decision.events.push(TaskEvent::MilestoneCompleted { milestone: id, occurred_on, at: ctx.now, note });
    Ok(decision)
}

pub(super) fn reopen_milestone(task: &Task, id: MilestoneId, reason: &str) -> Result<Decision, Refusal> {
    if !task.done.contains_key(&id) {
        return Err(Refusal::conflict("milestone-not-done"));
    }
    let mut decision = Decision::default();
    let Some(reason) = decision.words_if(Some(reason)) else { return Err(Refusal::field("/reason", "required")) };
    decision.events.push(TaskEvent::MilestoneReopened { milestone: id, reason });
    Ok(decision)
}

pub(super) fn complete_duty(
    task: &Task,
    unit: UnitId,
    occurred_on: NaiveDate,
    note: Option<String>,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let Some(supporting) = task.draft.supporting.iter().find(|s| s.unit == unit) else {
        return Err(Refusal::field("/unit", "not-a-supporting-unit"));
    };
    if !ctx.is_of(unit) {
        return Err(Refusal::forbidden("not-your-unit"));
    }
    if supporting.done_on.is_some() {
        return Err(Refusal::conflict("duty-done"));
    }
    check_happened(occurred_on, ctx)?;
    let mut decision = Decision::default();
    let note = decision.words_if(note.as_deref());
    decision.events.push(TaskEvent::DutyCompleted { unit, occurred_on, note });
    Ok(decision)
}

pub(super) fn attach_evidence(task: &Task, input: EvidenceInput, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let mut errors = Vec::new();
    for (i, id) in input.criteria.iter().enumerate() {
        if !task.draft.criteria.iter().any(|c| c.id == *id) {
            errors.push(FieldError::at(format!("/criteria/{i}"), "criterion-unknown"));
        }
    }
    if input.milestone.is_some_and(|id| !task.milestones().iter().any(|m| m.id == id)) {
        errors.push(FieldError::at("/milestone", "milestone-unknown"));
    }
    if input.occurred_on > ctx.today() {
        errors.push(FieldError::at("/occurred_on", "in-the-future"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let same = task.evidence.iter().find(|e| {
        e.blob == input.blob
            && e.purpose == input.purpose
            && e.criteria == input.criteria
            && e.milestone == input.milestone
    });
    if let Some(same) = same {
        return Err(Refusal::conflict("evidence-there").with_errors(vec![FieldError::with(
            "",
            "evidence-there",
            json!({ "evidence": same.id }),
        )]));
    }
    let unit = ctx.actor.person().and_then(|p| p.home_unit()).and_then(|path| path.unit());
    let mut decision = Decision::default();
    decision.events.push(TaskEvent::EvidenceAttached {
        evidence: EvidenceMark {
            id: input.id,
            blob: input.blob,
            purpose: input.purpose,
            criteria: input.criteria,
            milestone: input.milestone,
            unit,
            by: ctx.person()?,
            occurred_on: input.occurred_on,
        },
    });
    Ok(decision)
}

pub(super) fn remove_evidence(
    task: &Task,
    id: EvidenceId,
    reason: &str,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let mark =
        task.evidence.iter().find(|e| e.id == id).ok_or_else(|| Refusal::field("/evidence", "evidence-unknown"))?;
    let is_mine = mark.by == ctx.person()? || mark.unit.is_some_and(|unit| ctx.is_of(unit));
    if !is_mine {
        return Err(Refusal::forbidden("not-your-unit"));
    }
    // What somebody is asked to sign must stay what it was (docs/domain.md §9).
    if task.open_request(RequestKind::Closure).is_some() {
        return Err(Refusal::conflict("evidence-being-signed"));
    }
    let mut decision = Decision::default();
    let Some(reason) = decision.words_if(Some(reason)) else { return Err(Refusal::field("/reason", "required")) };
    decision.events.push(TaskEvent::EvidenceRemoved { evidence: id, reason });
    Ok(decision)
}

pub(super) fn confirm(task: &Task, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let over = task
        .observing_until
        .is_none_or(|until| ctx.facts.policy.observation_working_days == 0 || ctx.now >= calendar::end_of_day(until));
    if !over {
        let params = json!({ "until": task.observing_until });
        return Err(Refusal {
            errors: vec![FieldError::with("", "observation-running", params)],
            ..Refusal::conflict("observation-running")
        });
    }
    if task.has_failed_check {
        return Err(Refusal::conflict("failed-check-undecided"));
    }
    let mut decision = Decision::default();
    decision.events.push(TaskEvent::Confirmed { on: ctx.today() });
    Ok(decision)
}

pub(super) fn reopen(task: &Task, reason: &str, due_on: NaiveDate, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let mut errors = Vec::new();
    if reason.trim().is_empty() {
        errors.push(FieldError::at("/reason", "required"));
    }
    if due_on <= ctx.today() {
        errors.push(FieldError::at("/due_on", "not-in-the-future"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let is_sustained = task.draft.disposition == Some(Disposition::Sustained);
    let mut decision = Decision::default();
    let reason = decision.words(reason);
    decision.events.push(TaskEvent::Reopened {
        reason,
        due_on: (!is_sustained).then_some(due_on),
        review_on: is_sustained.then_some(due_on),
        at: ctx.now,
    });
    Ok(decision)
}
