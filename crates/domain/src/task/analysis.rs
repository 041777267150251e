//! Why the problem came about (原因剖析), as the unit says it (docs/domain.md §41).

use super::context::{Context, Decision};
use super::draft::check_text;
use super::event::TaskEvent;
use super::state::{Disposition, Task};
use crate::cause::{CauseCategory, CauseMark};
use crate::refusal::{FieldError, Refusal};

/// What stands in the way of handing a plan in, where the round asks for a root cause first.
pub(super) fn missing_cause(task: &Task, ctx: &Context<'_>) -> Option<FieldError> {
    let is_asked = ctx.facts.policy.root_cause_required && task.draft.disposition != Some(Disposition::Immediate);
    (is_asked && task.causes.is_empty()).then(|| FieldError::at("/cause", "root-cause-missing"))
}

pub(super) fn analyse(
    task: &Task,
    categories: &[CauseCategory],
    text: &str,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let mut errors = Vec::new();
    if categories.is_empty() {
        errors.push(FieldError::at("/categories", "cause-category-missing"));
    }
    check_text(&mut errors, "/text".to_owned(), text, true);
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let categories = CauseCategory::ALL.iter().copied().filter(|c| categories.contains(c)).collect();
    let mut decision = Decision::default();
    let cause = CauseMark { categories, text: decision.words(text), by: ctx.person()?, at: ctx.now };
    let last = task.causes.last();
    if last.is_some_and(|last| last.categories == cause.categories && last.text == cause.text) {
        return Err(Refusal::conflict("nothing-changed"));
    }
    decision.events.push(TaskEvent::CauseAnalysed { cause });
    Ok(decision)
}
