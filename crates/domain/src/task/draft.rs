//! A task before it is issued: entered, changed, issued, or entered as finished long ago.

use chrono::NaiveDate;
use serde_json::json;

use super::command::{CriterionInput, DraftInput, MeasureInput, MilestoneInput};
use super::context::{Context, Decision};
use super::event::TaskEvent;
use super::state::{Criterion, Disposition, DraftShape, Measure, Milestone, Parties, Sensitivity, Supporting, Task};
use super::text::{CriterionText, DutyText, MeasureText, MilestoneText, TaskText, kind};
use crate::ids::{CriterionId, FindingId, MeasureId, MilestoneId, PersonId};
use crate::refusal::{FieldError, Refusal};
use crate::rights;

/// Longest title, objective or measure taken, in characters.
const LONGEST: usize = 4_000;

/// Words that mark state secrets; such content must not be entered (docs/domain.md §17).
const CLASSIFIED: [&str; 4] = ["绝密", "机密", "秘密★", "★"];

/// Enters a task: the first event of its stream (docs/domain.md §2).
///
/// Errors: `not-allowed`; `content` with the fields at fault.
pub fn create(finding: FindingId, input: DraftInput, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    rights::permit_office(ctx.actor, ctx.facts.round.id)?;
    let mut decision = Decision::default();
    let draft = shape(input, ctx, &mut decision)?;
    decision.events.push(TaskEvent::Created { round: ctx.facts.round.id, finding, draft });
    Ok(decision)
}

pub(super) fn revise(task: &Task, mut input: DraftInput, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    if input.number != task.draft.number {
        return Err(Refusal::field("/number", "number-fixed"));
    }
    // An id that this task does not have would be somebody else's.
    input.measures.iter_mut().for_each(|m| m.id = m.id.filter(|id| task.draft.measures.iter().any(|o| o.id == *id)));
    input.criteria.iter_mut().for_each(|c| c.id = c.id.filter(|id| task.draft.criteria.iter().any(|o| o.id == *id)));
    input
        .milestones
        .iter_mut()
        .for_each(|m| m.id = m.id.filter(|id| task.draft.milestones.iter().any(|o| o.id == *id)));
    let mut decision = Decision::default();
    let draft = shape(input, ctx, &mut decision)?;
    decision.events.push(TaskEvent::Revised { draft });
    Ok(decision)
}

pub(crate) fn check_text(errors: &mut Vec<FieldError>, pointer: String, text: &str, required: bool) {
    if required && text.trim().is_empty() {
        errors.push(FieldError::at(pointer, "required"));
    } else if text.chars().count() > LONGEST {
        errors.push(FieldError::with(pointer, "too-long", json!({ "max": LONGEST })));
    } else if CLASSIFIED.iter().any(|mark| text.contains(mark)) {
        errors.push(FieldError::at(pointer, "classified"));
    }
}

fn check_unique<T: PartialEq>(errors: &mut Vec<FieldError>, pointer: &str, items: &[T]) {
    for (i, item) in items.iter().enumerate() {
        if items[..i].contains(item) {
            errors.push(FieldError::at(format!("{pointer}/{i}"), "repeated"));
        }
    }
}

fn shape(input: DraftInput, ctx: &Context<'_>, decision: &mut Decision) -> Result<DraftShape, Refusal> {
    let sensitivity = input.sensitivity.unwrap_or(Sensitivity::Open);
    let is_placeholder = matches!(sensitivity, Sensitivity::Secret | Sensitivity::Referred);
    let mut errors = Vec::new();
    check_text(&mut errors, "/number".into(), &input.number, true);
    if is_placeholder {
        // Only the number stands on the ledger (docs/domain.md §17).
        if !input.measures.is_empty() || !input.criteria.is_empty() || !input.milestones.is_empty() {
            errors.push(FieldError::at("/sensitivity", "placeholder-has-content"));
        }
    } else {
        check_text(&mut errors, "/title".into(), &input.title, true);
    }
    check_text(&mut errors, "/objective".into(), input.objective.as_deref().unwrap_or(""), false);
    for (i, measure) in input.measures.iter().enumerate() {
        check_text(&mut errors, format!("/measures/{i}/text"), &measure.text, true);
    }
    for (i, criterion) in input.criteria.iter().enumerate() {
        check_text(&mut errors, format!("/criteria/{i}/text"), &criterion.text, true);
    }
    for (i, milestone) in input.milestones.iter().enumerate() {
        check_text(&mut errors, format!("/milestones/{i}/title"), &milestone.title, true);
    }
    check_unique(&mut errors, "/leaders", &input.leaders);
    check_unique(&mut errors, "/units", &input.units);
    check_unique(&mut errors, "/persons", &input.persons);
    for (i, supporting) in input.supporting.iter().enumerate() {
        if input.units.contains(&supporting.unit) {
            errors.push(FieldError::at(format!("/supporting/{i}/unit"), "already-responsible"));
        }
    }
    if input.disposition == Some(Disposition::Sustained) && input.due_on.is_some() {
        errors.push(FieldError::at("/due_on", "sustained-has-no-due-date"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }

    let title = if is_placeholder { sensitivity.label().to_owned() } else { input.title.trim().to_owned() };
    let number = input.number.trim().to_owned();
    let (measures, measure_texts) = measures(input.measures, &number, ctx);
    let (criteria, criterion_texts) = criteria(input.criteria, is_placeholder, ctx);
    let (milestones, milestone_texts) = milestones(input.milestones, ctx);
    let text = TaskText {
        title,
        objective: input.objective.map(|o| o.trim().to_owned()).filter(|o| !o.is_empty()),
        measures: measure_texts,
        criteria: criterion_texts,
        milestones: milestone_texts,
        duties: input.supporting.iter().map(|s| DutyText { unit: s.unit, text: s.duty.trim().to_owned() }).collect(),
    };
    Ok(DraftShape {
        text: decision.note(kind::TASK, &text),
        number,
        disposition: input.disposition,
        sensitivity,
        readers: input.readers,
        parties: Parties { leaders: input.leaders, units: input.units, persons: input.persons },
        supporting: input
            .supporting
            .iter()
            .map(|s| Supporting { unit: s.unit, due_on: s.due_on, done_on: None })
            .collect(),
        due_on: input.due_on,
        review_on: input.review_on,
        measures,
        criteria,
        milestones,
        doubts: input.doubts,
        is_key: input.is_key,
    })
}

fn measures(inputs: Vec<MeasureInput>, number: &str, ctx: &Context<'_>) -> (Vec<Measure>, Vec<MeasureText>) {
    inputs
        .into_iter()
        .enumerate()
        .map(|(i, m)| {
            let id = m.id.unwrap_or_else(|| MeasureId((ctx.fresh)()));
            let own = m.number.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
            let measure = Measure {
                id,
                number: own.unwrap_or_else(|| format!("{number}-{}", i + 1)),
                due_on: m.due_on,
                excused: false,
            };
            (measure, MeasureText { id, text: m.text.trim().to_owned() })
        })
        .unzip()
}

/// The criteria as entered, or the round's default marked as such (docs/domain.md §6).
fn criteria(
    inputs: Vec<CriterionInput>,
    is_placeholder: bool,
    ctx: &Context<'_>,
) -> (Vec<Criterion>, Vec<CriterionText>) {
    if inputs.is_empty() && !is_placeholder {
        let id = CriterionId((ctx.fresh)());
        let text = ctx.facts.policy.default_criterion.clone();
        return (vec![Criterion { id, defaulted: true }], vec![CriterionText { id, text }]);
    }
    inputs
        .into_iter()
        .map(|c| {
            let id = c.id.unwrap_or_else(|| CriterionId((ctx.fresh)()));
            (Criterion { id, defaulted: false }, CriterionText { id, text: c.text.trim().to_owned() })
        })
        .unzip()
}

pub(super) fn milestones(inputs: Vec<MilestoneInput>, ctx: &Context<'_>) -> (Vec<Milestone>, Vec<MilestoneText>) {
    inputs
        .into_iter()
        .map(|m| {
            let id = m.id.unwrap_or_else(|| MilestoneId((ctx.fresh)()));
            let milestone = Milestone {
                id,
                measure: m.measure,
                due_on: Some(m.due_on),
                unit: m.unit,
                weight: m.weight.unwrap_or(1).max(1),
            };
            let proof = m.proof.map(|p| p.trim().to_owned()).filter(|p| !p.is_empty());
            (milestone, MilestoneText { id, title: m.title.trim().to_owned(), proof })
        })
        .unzip()
}

/// What a draft still lacks before it can be issued, each with its place (docs/domain.md §8).
pub(super) fn missing_for_issue(task: &Task, due_on: Option<NaiveDate>) -> Vec<FieldError> {
    let draft = &task.draft;
    let mut missing = Vec::new();
    let mut need = |holds: bool, pointer: &str, code: &str| {
        if !holds {
            missing.push(FieldError::at(pointer, code));
        }
    };
    need(!matches!(draft.sensitivity, Sensitivity::Secret | Sensitivity::Referred), "/sensitivity", "placeholder");
    need(draft.doubts == 0, "/doubts", "doubts-unsettled");
    need(draft.disposition.is_some(), "/disposition", "required");
    need(!draft.parties.leaders.is_empty(), "/leaders", "lead-leader-missing");
    need(!draft.parties.units.is_empty(), "/units", "lead-unit-missing");
    need(!draft.parties.persons.is_empty(), "/persons", "principal-person-missing");
    need(!draft.measures.is_empty(), "/measures", "measure-missing");
    need(!draft.criteria.is_empty(), "/criteria", "criterion-missing");
    match draft.disposition {
        Some(Disposition::Sustained) => need(draft.review_on.is_some(), "/review_on", "review-date-missing"),
        _ => need(due_on.is_some(), "/due_on", "due-date-missing"),
    }
    missing
}

/// The due date a draft would be issued with today: its own, or the days an immediate correction has.
pub(super) fn due_on_issue(task: &Task, ctx: &Context<'_>) -> Option<NaiveDate> {
    task.draft.due_on.or_else(|| {
        let is_immediate = task.draft.disposition == Some(Disposition::Immediate);
        is_immediate.then(|| ctx.facts.policy.immediate_due_on(ctx.today())).flatten()
    })
}

pub(super) fn issue(task: &Task, reason: Option<String>, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    if !ctx.facts.round.is_active {
        return Err(Refusal::conflict("round-not-active"));
    }
    let due_on = due_on_issue(task, ctx);
    let missing = missing_for_issue(task, due_on);
    if !missing.is_empty() {
        return Err(Refusal::invalid("draft-incomplete", missing));
    }
    let today = ctx.today();
    let given = reason.as_deref().map(str::trim).filter(|r| !r.is_empty());
    if due_on.is_some_and(|due| due <= today) && given.is_none() {
        return Err(Refusal::field("/reason", "due-date-not-after-issue"));
    }
    let mut decision = Decision::default();
    let late_reason = decision.words_if(given);
    let claim_due_on = ctx.facts.policy.claim_due_on(today, ctx.calendar);
    decision.events.push(TaskEvent::Issued { on: today, due_on, claim_due_on, late_reason });
    Ok(decision)
}

pub(super) fn close_before_golive(
    on: NaiveDate,
    basis: &str,
    vouched_by: PersonId,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    if on > ctx.today() {
        return Err(Refusal::field("/on", "in-the-future"));
    }
    if basis.trim().is_empty() {
        return Err(Refusal::field("/basis", "required"));
    }
    let mut decision = Decision::default();
    let basis = decision.words(basis);
    decision.events.push(TaskEvent::ClosedBeforeGolive { on, basis, vouched_by });
    Ok(decision)
}

/// Makes a task a key problem (关键问题), or takes the mark from it (docs/domain.md §27).
pub(super) fn mark_key(task: &Task, is_key: bool, reason: &str) -> Result<Decision, Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::field("/reason", "required"));
    }
    if task.draft.is_key == is_key {
        return Err(Refusal::conflict("nothing-changed"));
    }
    let mut decision = Decision::default();
    let reason = decision.words(reason);
    decision.events.push(TaskEvent::KeyMarked { is_key, reason });
    Ok(decision)
}
