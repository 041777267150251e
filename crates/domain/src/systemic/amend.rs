//! What the office changes of a confirmed problem, with its reason: title, measure, owner, its day and the days of self-checks that still wait for an
//! answer. What was answered stays (docs/domain.md §42).

use chrono::NaiveDate;

use super::event::SystemicEvent;
use super::state::{Amendment, DayMoved, SystemicProblem, Terms};
use super::{Context, Decided};
use crate::ids::UnitId;
use crate::refusal::{FieldError, Refusal};
use crate::task::check_text;
use crate::task::context::Decision;

/// What is to hold of a problem from now on, all of it, and why.
#[derive(Clone, Debug)]
pub struct AmendInput {
    pub title: String,
    pub measure: String,
    pub owner: UnitId,
    pub due_on: NaiveDate,
    /// New days of self-checks; those that are left out stay.
    pub checks: Vec<(UnitId, NaiveDate)>,
    pub reason: String,
}

/// Decides what changes.
///
/// Errors: `nothing-changed` (409); content (422): `required`, `too-long` or `classified` at /title, /measure, /reason; `in-the-past` at /due_on and
/// /checks/n for a day that is new; `measure-reported` at /measure and /owner while the owner's report of the measure stands; `unit-not-asked`,
/// `check-handed-in` or `unit-already-asked` (named twice) at /checks/n.
pub(super) fn amend(problem: &SystemicProblem, input: AmendInput, ctx: &Context<'_>) -> Decided {
    let confirmed = problem.confirmed.as_ref().ok_or_else(|| Refusal::conflict("wrong-state"))?;
    let before = Terms {
        title: confirmed.title.clone(),
        measure: confirmed.measure.clone(),
        owner: confirmed.owner,
        due_on: confirmed.due_on,
    };
    let mut errors = Vec::new();
    check_text(&mut errors, "/title".to_owned(), &input.title, true);
    check_text(&mut errors, "/measure".to_owned(), &input.measure, true);
    check_text(&mut errors, "/reason".to_owned(), &input.reason, true);
    let mut decision = Decision::default();
    let after = Terms {
        title: decision.words(&input.title),
        measure: decision.words(&input.measure),
        owner: input.owner,
        due_on: input.due_on,
    };
    // What was reported done is what the report is about; it is returned before another measure or another owner takes its place.
    if problem.report.is_some() {
        if after.measure != before.measure {
            errors.push(FieldError::at("/measure", "measure-reported"));
        }
        if after.owner != before.owner {
            errors.push(FieldError::at("/owner", "measure-reported"));
        }
    }
    if after.due_on != before.due_on && after.due_on < ctx.today() {
        errors.push(FieldError::at("/due_on", "in-the-past"));
    }
    let mut moved = Vec::new();
    for (n, (unit, due_on)) in input.checks.iter().enumerate() {
        let at = format!("/checks/{n}");
        let Some(check) = problem.check(*unit) else {
            errors.push(FieldError::at(at, "unit-not-asked"));
            continue;
        };
        if input.checks[..n].iter().any(|(named, _)| named == unit) {
            errors.push(FieldError::at(at, "unit-already-asked"));
        } else if check.due_on == *due_on {
            continue;
        } else if !check.state.waits_for_unit() {
            errors.push(FieldError::at(at, "check-handed-in"));
        } else if *due_on < ctx.today() {
            errors.push(FieldError::at(at, "in-the-past"));
        } else {
            moved.push(DayMoved { unit: *unit, before: check.due_on, after: *due_on });
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    if before == after && moved.is_empty() {
        return Err(Refusal::conflict("nothing-changed"));
    }
    let reason = decision.words(&input.reason);
    let amendment = Amendment { before, after, checks: moved, reason, by: ctx.account()?, at: ctx.now };
    decision.events.push(SystemicEvent::Amended { amendment });
    Ok(decision)
}
