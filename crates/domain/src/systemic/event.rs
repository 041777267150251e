//! What happened to a systemic problem, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};

use super::state::{
    Amendment, CheckAnswer, Confirmed, MeasureReport, ProblemState, SelfCheck, SelfCheckState, SystemicProblem,
};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{AccountId, PersonId, RoundId, SystemicProblemId, TaskId, UnitId};

events! {
    /// An event of a systemic problem's stream (docs/domain.md §21, §42).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    SystemicEvent {
        /// A person confirmed that tasks are one problem of the group.
        Confirmed { problem: Confirmed } = "systemic_problem.confirmed";
        /// A person said that a proposed group is none.
        Dismissed { round: RoundId, members: Vec<TaskId>, reason: Digest, by: AccountId, at: DateTime<Utc> } = "systemic_problem.dismissed";
        /// The office changed what was confirmed, with its reason; what was answered stays.
        Amended { amendment: Amendment } = "systemic_problem.amended";
        /// Units were asked to look at themselves.
        Asked { units: Vec<UnitId>, due_on: NaiveDate } = "systemic_problem.asked";
        /// A clerk entered the answer of his unit; the head has still to stand for it.
        Entered { unit: UnitId, answer: CheckAnswer } = "systemic_problem.entered";
        /// The unit's answer is handed in.
        HandedIn { unit: UnitId, answer: CheckAnswer } = "systemic_problem.handed_in";
        Returned { unit: UnitId, reason: Digest } = "systemic_problem.returned";
        Accepted { unit: UnitId, by: PersonId } = "systemic_problem.accepted";
        /// A task was made of an answer.
        Raised { unit: UnitId, task: TaskId } = "systemic_problem.raised";
        /// The owner says that the measure for the group is done.
        Reported { report: MeasureReport } = "systemic_problem.reported";
        ReportReturned { reason: Digest } = "systemic_problem.report_returned";
        /// The day of these self-checks went by without an answer.
        DuePassed { units: Vec<UnitId> } = "systemic_problem.due_passed";
        Closed { at: DateTime<Utc> } = "systemic_problem.closed";
        Withdrawn { reason: Digest, at: DateTime<Utc> } = "systemic_problem.withdrawn";
    }
}

/// The problem that a first event makes; none where the first begins nothing.
pub fn begin(id: SystemicProblemId, event: &SystemicEvent) -> Option<SystemicProblem> {
    let empty = |round, members: &[TaskId], state| SystemicProblem {
        id,
        round,
        state,
        confirmed: None,
        members: members.to_vec(),
        checks: Vec::new(),
        amendments: Vec::new(),
        report: None,
        report_returned_for: None,
        reason: None,
        ended_at: None,
        seq: 1,
        version: 1,
    };
    match event {
        SystemicEvent::Confirmed { problem } => Some(SystemicProblem {
            confirmed: Some(problem.clone()),
            ..empty(problem.round, &problem.members, ProblemState::Confirmed)
        }),
        SystemicEvent::Dismissed { round, members, reason, at, .. } => Some(SystemicProblem {
            reason: Some(reason.clone()),
            ended_at: Some(*at),
            ..empty(*round, members, ProblemState::Dismissed)
        }),
        _ => None,
    }
}

fn check(problem: &mut SystemicProblem, unit: UnitId) -> Option<&mut SelfCheck> {
    problem.checks.iter_mut().find(|c| c.unit == unit)
}

fn answered(problem: &mut SystemicProblem, unit: UnitId, answer: &CheckAnswer, state: SelfCheckState) {
    if let Some(check) = check(problem, unit) {
        check.answer = Some(answer.clone());
        check.state = state;
    }
}

/// Folds one event.
pub fn evolve(mut problem: SystemicProblem, event: &SystemicEvent) -> SystemicProblem {
    problem.seq += 1;
    if !matches!(event, SystemicEvent::DuePassed { .. }) {
        problem.version = problem.seq;
    }
    match event {
        SystemicEvent::Confirmed { .. } | SystemicEvent::Dismissed { .. } => {}
        SystemicEvent::Amended { amendment } => {
            if let Some(confirmed) = problem.confirmed.as_mut() {
                confirmed.title = amendment.after.title.clone();
                confirmed.measure = amendment.after.measure.clone();
                confirmed.owner = amendment.after.owner;
                confirmed.due_on = amendment.after.due_on;
            }
            for moved in &amendment.checks {
                if let Some(check) = check(&mut problem, moved.unit) {
                    check.due_on = moved.after;
                    check.was_reminded = false;
                }
            }
            problem.amendments.push(amendment.clone());
        }
        SystemicEvent::Asked { units, due_on } => {
            problem.state = ProblemState::Checking;
            problem.checks.extend(units.iter().map(|unit| SelfCheck {
                unit: *unit,
                due_on: *due_on,
                state: SelfCheckState::Asked,
                answer: None,
                returned_for: None,
                task: None,
                was_reminded: false,
            }));
        }
        SystemicEvent::Entered { unit, answer } => answered(&mut problem, *unit, answer, SelfCheckState::Entered),
        SystemicEvent::HandedIn { unit, answer } => answered(&mut problem, *unit, answer, SelfCheckState::HandedIn),
        SystemicEvent::Returned { unit, reason } => {
            if let Some(check) = check(&mut problem, *unit) {
                check.state = SelfCheckState::Returned;
                check.returned_for = Some(reason.clone());
            }
        }
        SystemicEvent::Accepted { unit, .. } => {
            if let Some(check) = check(&mut problem, *unit) {
                check.state = SelfCheckState::Accepted;
            }
        }
        SystemicEvent::Raised { unit, task } => {
            if let Some(check) = check(&mut problem, *unit) {
                check.task = Some(*task);
            }
        }
        SystemicEvent::Reported { report } => problem.report = Some(report.clone()),
        SystemicEvent::ReportReturned { reason } => {
            problem.report = None;
            problem.report_returned_for = Some(reason.clone());
        }
        SystemicEvent::DuePassed { units } => {
            problem.checks.iter_mut().filter(|c| units.contains(&c.unit)).for_each(|c| c.was_reminded = true);
        }
        SystemicEvent::Closed { at } => {
            problem.state = ProblemState::Closed;
            problem.ended_at = Some(*at);
        }
        SystemicEvent::Withdrawn { reason, at } => {
            problem.state = ProblemState::Withdrawn;
            problem.reason = Some(reason.clone());
            problem.ended_at = Some(*at);
        }
    }
    problem
}
