//! The unit's plan: worked on, handed in, changed after approval.

use chrono::Datelike;
use serde_json::json;

use super::analysis::missing_cause;
use super::command::{MeasureChange, PlanInput};
use super::context::{Context, Decision};
use super::draft::{check_text, milestones};
use super::event::TaskEvent;
use super::request::open;
use super::state::ChangedMeasures;
use super::state::{Disposition, PlanShape, RequestEffect, Task};
use super::text::{CriterionText, Excuse, PlanText, kind};
use crate::ids::CriterionId;
use crate::policy::RequestKind;
use crate::refusal::{FieldError, Refusal};

/// Builds the plan's shape and words; ids that are not this task's are replaced, so that nobody reaches into another task.
fn shape(
    task: &Task,
    mut input: PlanInput,
    ctx: &Context<'_>,
    decision: &mut Decision,
) -> Result<(PlanShape, PlanText), Refusal> {
    let mut errors = Vec::new();
    for (i, milestone) in input.milestones.iter_mut().enumerate() {
        milestone.id = milestone.id.filter(|id| task.draft.milestones.iter().any(|m| m.id == *id));
        if milestone.title.trim().is_empty() {
            errors.push(FieldError::at(format!("/milestones/{i}/title"), "required"));
        }
        if milestone.measure.is_some_and(|id| !task.draft.measures.iter().any(|m| m.id == id)) {
            errors.push(FieldError::at(format!("/milestones/{i}/measure"), "measure-unknown"));
        }
        if let (Some(unit), Some(lead)) = (milestone.unit, task.lead_unit())
            && (unit == lead || !ctx.facts.path(unit).is_within(&ctx.facts.path(lead)))
        {
            errors.push(FieldError::at(format!("/milestones/{i}/unit"), "unit-not-below"));
        }
        let year = milestone.due_on.year();
        if !(1990..=2100).contains(&year) {
            errors.push(FieldError::at(format!("/milestones/{i}/due_on"), "out-of-range"));
        }
    }
    for (i, criterion) in input.criteria.iter_mut().enumerate() {
        criterion.id = criterion.id.filter(|id| task.draft.criteria.iter().any(|c| c.id == *id));
        if criterion.text.trim().is_empty() {
            errors.push(FieldError::at(format!("/criteria/{i}/text"), "required"));
        }
    }
    for (i, excuse) in input.excused.iter().enumerate() {
        if !task.draft.measures.iter().any(|m| m.id == excuse.measure) {
            errors.push(FieldError::at(format!("/excused/{i}/measure"), "measure-unknown"));
        }
        if excuse.reason.trim().is_empty() {
            errors.push(FieldError::at(format!("/excused/{i}/reason"), "required"));
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let (shapes, milestone_texts) = milestones(input.milestones, ctx);
    let criteria: Vec<CriterionText> = input
        .criteria
        .into_iter()
        .map(|c| CriterionText {
            id: c.id.unwrap_or_else(|| CriterionId((ctx.fresh)())),
            text: c.text.trim().to_owned(),
        })
        .collect();
    let text = PlanText {
        objective: input.objective.map(|o| o.trim().to_owned()).filter(|o| !o.is_empty()),
        milestones: milestone_texts,
        criteria,
        excuses: input
            .excused
            .into_iter()
            .map(|e| Excuse { measure: e.measure, reason: e.reason.trim().to_owned() })
            .collect(),
        reason: input.reason.map(|r| r.trim().to_owned()).filter(|r| !r.is_empty()),
    };
    let plan = PlanShape {
        digest: decision.note(kind::PLAN, &text),
        milestones: shapes,
        criteria: text.criteria.iter().map(|c| c.id).collect(),
        excused: text.excuses.iter().map(|e| e.measure).collect(),
        unit_leader: input.unit_leader,
        measures: change_measures(task, &input.measures, ctx, decision)?,
    };
    Ok((plan, text))
}

/// The measures an amendment changes and the task's words after it; none when it changes none.
fn change_measures(
    task: &Task,
    changes: &[MeasureChange],
    ctx: &Context<'_>,
    decision: &mut Decision,
) -> Result<Option<ChangedMeasures>, Refusal> {
    if changes.is_empty() {
        return Ok(None);
    }
    let mut errors = Vec::new();
    let mut words = ctx.text.clone();
    for (i, change) in changes.iter().enumerate() {
        if changes[..i].iter().any(|c| c.measure == change.measure) {
            errors.push(FieldError::at(format!("/measures/{i}/measure"), "repeated"));
        }
        check_text(&mut errors, format!("/measures/{i}/text"), &change.text, true);
        if change.due_on.is_some_and(|on| !(1990..=2100).contains(&on.year())) {
            errors.push(FieldError::at(format!("/measures/{i}/due_on"), "out-of-range"));
        }
        if let (Some(on), Some(due)) = (change.due_on, task.draft.due_on)
            && on > due
        {
            errors.push(FieldError::with(format!("/measures/{i}/due_on"), "after-due-date", json!({ "due_on": due })));
        }
        match words.measures.iter_mut().find(|m| m.id == change.measure) {
            Some(measure) => change.text.trim().clone_into(&mut measure.text),
            None => errors.push(FieldError::at(format!("/measures/{i}/measure"), "measure-unknown")),
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    Ok(Some(ChangedMeasures {
        text: decision.note(kind::TASK, &words),
        due: changes.iter().map(|c| (c.measure, c.due_on)).collect(),
    }))
}

/// What a plan must have before it can be handed in (docs/domain.md §5, §6).
fn missing_in_plan(task: &Task, plan: &PlanShape, text: &PlanText) -> Vec<FieldError> {
    let mut missing = Vec::new();
    if plan.criteria.is_empty() {
        missing.push(FieldError::at("/criteria", "criterion-missing"));
    }
    if task.draft.disposition == Some(Disposition::Staged) {
        if plan.milestones.len() < 2 {
            missing.push(FieldError::at("/milestones", "staged-needs-two"));
        }
        for (i, milestone) in text.milestones.iter().enumerate() {
            if milestone.proof.is_none() {
                missing.push(FieldError::at(format!("/milestones/{i}/proof"), "staged-needs-proof"));
            }
        }
    }
    if let Some(due) = task.draft.due_on {
        for (i, milestone) in plan.milestones.iter().enumerate() {
            if milestone.due_on.is_some_and(|on| on > due) {
                missing.push(FieldError::with(
                    format!("/milestones/{i}/due_on"),
                    "after-due-date",
                    json!({ "due_on": due }),
                ));
            }
        }
    }
    missing
}

/// Measures are the group's; a unit's plan refines beneath them, only an amendment may ask for other ones (docs/domain.md §8).
fn keeps_measures(input: &PlanInput) -> Result<(), Refusal> {
    if input.measures.is_empty() { Ok(()) } else { Err(Refusal::field("/measures", "measures-frozen")) }
}

pub(super) fn save(task: &Task, input: PlanInput, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    keeps_measures(&input)?;
    let mut decision = Decision::default();
    let (plan, _) = shape(task, input, ctx, &mut decision)?;
    decision.events.push(TaskEvent::PlanSaved { plan });
    Ok(decision)
}

pub(super) fn submit(
    task: &Task,
    input: Option<PlanInput>,
    pledge: bool,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let mut decision = Decision::default();
    let is_new = input.is_some();
    let (plan, text) = match input {
        Some(input) => {
            keeps_measures(&input)?;
            shape(task, input, ctx, &mut decision)?
        }
        None => saved(task, ctx)?,
    };
    let mut missing = missing_in_plan(task, &plan, &text);
    missing.extend(missing_cause(task, ctx));
    if !missing.is_empty() {
        return Err(Refusal::invalid("plan-incomplete", missing));
    }
    if is_new {
        // Kept as saved, so that a plan that is returned is not typed again.
        decision.events.push(TaskEvent::PlanSaved { plan: plan.clone() });
    }
    open(task, RequestEffect::Plan { plan }, None, pledge, ctx, &mut decision)?;
    Ok(decision)
}

/// The plan as it was last saved.
fn saved(task: &Task, ctx: &Context<'_>) -> Result<(PlanShape, PlanText), Refusal> {
    let (Some(digest), Some(text)) = (&task.plan, ctx.plan) else {
        return Err(Refusal::invalid("plan-incomplete", vec![FieldError::at("/criteria", "plan-not-saved")]));
    };
    let plan = PlanShape {
        digest: digest.clone(),
        milestones: task.draft.milestones.clone(),
        criteria: task.draft.criteria.iter().map(|c| c.id).collect(),
        excused: task.draft.measures.iter().filter(|m| m.excused).map(|m| m.id).collect(),
        unit_leader: task.unit_leader,
        measures: None,
    };
    Ok((plan, text.clone()))
}

pub(super) fn amend(task: &Task, input: PlanInput, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    if task.open_request(RequestKind::Amendment).is_some() {
        return Err(Refusal::conflict("amendment-pending"));
    }
    let Some(reason) = input.reason.clone().filter(|r| !r.trim().is_empty()) else {
        return Err(Refusal::field("/reason", "required"));
    };
    let kept: Vec<_> = input.milestones.iter().filter_map(|m| m.id).collect();
    if let Some(done) = task.draft.milestones.iter().find(|m| task.done.contains_key(&m.id) && !kept.contains(&m.id)) {
        return Err(Refusal::invalid(
            "content",
            vec![FieldError::with("/milestones", "milestone-already-done", json!({ "milestone": done.id }))],
        ));
    }
    let mut decision = Decision::default();
    let (plan, text) = shape(task, input, ctx, &mut decision)?;
    let missing = missing_in_plan(task, &plan, &text);
    if !missing.is_empty() {
        return Err(Refusal::invalid("plan-incomplete", missing));
    }
    open(task, RequestEffect::Amendment { plan }, Some(&reason), true, ctx, &mut decision)?;
    Ok(decision)
}
