//! What a check on the spot makes of a task: its result stands in the history, an untrue one turns the light red until somebody decides (docs/domain.md §24).

use super::clock;
use super::context::{Context, Decision};
use super::event::TaskEvent;
use super::state::Task;
use crate::check::state::{CheckResult, ResultMark};
use crate::ids::{CheckId, PersonId};
use crate::refusal::Refusal;

/// A result that two inspectors signed. Its words are the check's own.
pub(super) fn record(task: &Task, check: CheckId, mark: &ResultMark, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let Some(second) = mark.signed_by else { return Err(Refusal::conflict("no-result-yet")) };
    let by: Vec<PersonId> = vec![mark.by, second];
    let mut decision = Decision::default();
    decision.events.push(TaskEvent::Checked {
        check,
        result: mark.result,
        on: mark.occurred_on,
        found: mark.found.clone(),
        by,
    });
    clock::say_light(task, ctx, &mut decision);
    Ok(decision)
}

/// A supervisor decides that an untrue result does not lead to rectification anew.
pub(super) fn settle(task: &Task, reason: &str, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    if !task.has_failed_check {
        return Err(Refusal::conflict("no-failed-check"));
    }
    if reason.trim().is_empty() {
        return Err(Refusal::field("/reason", "required"));
    }
    let mut decision = Decision::default();
    let reason = decision.words(reason);
    decision.events.push(TaskEvent::CheckSettled { reason });
    clock::say_light(task, ctx, &mut decision);
    Ok(decision)
}

/// Whether the task stands as checked and not true, after this result: a true one on a later visit lifts it, a partly true one leaves it.
pub(super) fn stands_failed(task: &Task, result: CheckResult) -> bool {
    match result {
        CheckResult::Fail | CheckResult::FalseClosure => true,
        CheckResult::Partial => task.has_failed_check,
        CheckResult::Pass => false,
    }
}
