//! Systemic problems (共性问题、举一反三): tasks of several units that are one problem of the group, its owner and measure, and the self-checks of sister
//! units (docs/domain.md §42). Who, then when, then what; events out.

mod amend;
pub mod event;
pub mod group;
pub mod state;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::actor::Actor;
use crate::calendar;
use crate::chain::Digest;
use crate::ids::{AccountId, FindingId, PersonId, RoundId, TaskId, UnitId};
use crate::refusal::{FieldError, Refusal};
use crate::rights;
use crate::task::check_text;
use crate::task::context::Decision;
use crate::words;
pub use amend::AmendInput;
use event::SystemicEvent;
use state::{
    CheckAnswer, CheckVerdict, Confirmed, MeasureReport, ProblemState, SelfCheck, SelfCheckState, SystemicProblem,
};

/// Most units that one problem asks.
pub const MOST_UNITS: usize = 200;
/// Most files of one answer.
const MOST_FILES: usize = 10;

words! {
    /// What people do with a systemic problem.
    pub enum SystemicAction {
        Amend = "amend_problem", "变更";
        Ask = "ask_units", "布置自查";
        Answer = "answer_check", "填报自查";
        ConfirmAnswer = "confirm_check", "确认自查";
        Accept = "accept_check", "认可自查";
        Return = "return_check", "退回自查";
        Raise = "raise_task", "立为整改任务";
        Report = "report_measure", "报集团措施完成";
        ReturnReport = "return_report", "退回措施完成";
        Close = "close_problem", "办结";
        Withdraw = "withdraw_problem", "撤销";
        KeepClock = "keep_systemic_clock", "到期检查";
    }
}

/// The states an act starts from, one line per act (docs/domain.md §42).
pub fn starts_from(action: SystemicAction) -> &'static [ProblemState] {
    use ProblemState::{Checking, Closed, Confirmed};
    match action {
        SystemicAction::Amend
        | SystemicAction::Ask
        | SystemicAction::Report
        | SystemicAction::ReturnReport
        | SystemicAction::Withdraw => &[Confirmed, Checking],
        SystemicAction::Answer
        | SystemicAction::ConfirmAnswer
        | SystemicAction::Accept
        | SystemicAction::Return
        | SystemicAction::Close
        | SystemicAction::KeepClock => &[Checking],
        // What an answer found is a task also when the problem is over.
        SystemicAction::Raise => &[Checking, Closed],
    }
}

/// A group that a person confirms as one problem.
#[derive(Clone, Debug)]
pub struct NewProblem {
    pub round: RoundId,
    pub title: String,
    pub measure: String,
    pub ground: String,
    pub owner: UnitId,
    pub due_on: NaiveDate,
    pub members: Vec<TaskId>,
}

/// What the records say of the tasks a person names, as far as he reads them.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Those he reads, each with its lead unit, its round and finding, in the order he named them.
    pub read: Vec<(TaskId, Option<UnitId>, RoundId, FindingId)>,
}

/// What somebody answers for a unit.
#[derive(Clone, Debug)]
pub struct AnswerInput {
    pub unit: UnitId,
    pub verdict: CheckVerdict,
    pub words: String,
    pub proof: Vec<Digest>,
}

/// A command on a problem that is there.
#[derive(Clone, Debug)]
pub enum SystemicCommand {
    Amend(AmendInput),
    Ask {
        units: Vec<UnitId>,
        due_on: NaiveDate,
    },
    Answer(AnswerInput),
    ConfirmAnswer {
        unit: UnitId,
    },
    Accept {
        unit: UnitId,
    },
    Return {
        unit: UnitId,
        reason: String,
    },
    /// A task was made; persistence makes it in the same transaction.
    Raise {
        unit: UnitId,
        task: TaskId,
    },
    Report {
        words: String,
    },
    ReturnReport {
        reason: String,
    },
    Close,
    Withdraw {
        reason: String,
    },
    KeepClock,
}

impl SystemicCommand {
    /// The act it is.
    pub fn action(&self) -> SystemicAction {
        match self {
            Self::Amend(_) => SystemicAction::Amend,
            Self::Ask { .. } => SystemicAction::Ask,
            Self::Answer(_) => SystemicAction::Answer,
            Self::ConfirmAnswer { .. } => SystemicAction::ConfirmAnswer,
            Self::Accept { .. } => SystemicAction::Accept,
            Self::Return { .. } => SystemicAction::Return,
            Self::Raise { .. } => SystemicAction::Raise,
            Self::Report { .. } => SystemicAction::Report,
            Self::ReturnReport { .. } => SystemicAction::ReturnReport,
            Self::Close => SystemicAction::Close,
            Self::Withdraw { .. } => SystemicAction::Withdraw,
            Self::KeepClock => SystemicAction::KeepClock,
        }
    }

    /// The unit whose self-check it is about.
    pub fn unit(&self) -> Option<UnitId> {
        match self {
            Self::Answer(input) => Some(input.unit),
            Self::ConfirmAnswer { unit }
            | Self::Accept { unit }
            | Self::Return { unit, .. }
            | Self::Raise { unit, .. } => Some(*unit),
            _ => None,
        }
    }
}

/// Everything beside the problem that stands still while a command is decided.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Units of which nobody can log in; the office answers for them.
    pub without_accounts: BTreeSet<UnitId>,
    /// Files that were received for the self-check the command is about.
    pub files: BTreeSet<Digest>,
}

/// One decision's surroundings.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    pub facts: &'a Facts,
}

impl Context<'_> {
    fn account(&self) -> Result<AccountId, Refusal> {
        self.actor.person().map(|p| p.account).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }

    fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().and_then(|p| p.answers()).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }

    fn today(&self) -> NaiveDate {
        calendar::today(self.now)
    }
}

type Decided = Result<Decision<SystemicEvent>, Refusal>;

fn due_ahead(errors: &mut Vec<FieldError>, due_on: NaiveDate, today: NaiveDate) {
    if due_on < today {
        errors.push(FieldError::at("/due_on", "in-the-past"));
    }
}

/// Confirms that tasks are one problem of the group.
///
/// Errors: `not-allowed`; content: `required`, `too-long` or `classified` at /title, /measure, /ground; `in-the-past` at /due_on; at /members
/// `systemic-too-few` (one task, or one unit), `systemic-other-round` where none is of the round that leads it, `task-unknown` by place.
pub fn confirm(new: NewProblem, members: &Members, ctx: &Context<'_>) -> Decided {
    rights::permit_office(ctx.actor, new.round)?;
    let mut errors = Vec::new();
    check_text(&mut errors, "/title".to_owned(), &new.title, true);
    check_text(&mut errors, "/measure".to_owned(), &new.measure, true);
    check_text(&mut errors, "/ground".to_owned(), &new.ground, true);
    due_ahead(&mut errors, new.due_on, ctx.today());
    let mut named: Vec<TaskId> = Vec::new();
    for (n, task) in new.members.iter().enumerate() {
        if !members.read.iter().any(|(id, ..)| id == task) {
            errors.push(FieldError::at(format!("/members/{n}"), "task-unknown"));
        } else if !named.contains(task) {
            named.push(*task);
        }
    }
    let units: BTreeSet<UnitId> = members.read.iter().filter_map(|(_, unit, ..)| *unit).collect();
    if errors.is_empty() && (named.len() < 2 || units.len() < 2) {
        errors.push(FieldError::at("/members", "systemic-too-few"));
    }
    let finding = members.read.iter().find(|(_, _, round, _)| *round == new.round).map(|(.., finding)| *finding);
    let Some(finding) = finding.filter(|_| errors.is_empty()) else {
        if errors.is_empty() {
            errors.push(FieldError::at("/members", "systemic-other-round"));
        }
        return Err(Refusal::invalid("content", errors));
    };
    let mut decision = Decision::default();
    let problem = Confirmed {
        round: new.round,
        title: decision.words(&new.title),
        measure: decision.words(&new.measure),
        ground: decision.words(&new.ground),
        owner: new.owner,
        due_on: new.due_on,
        members: named,
        finding,
        by: ctx.account()?,
        at: ctx.now,
    };
    decision.events.push(SystemicEvent::Confirmed { problem });
    Ok(decision)
}

/// Says that a proposed group is no problem of the group; it is not proposed again while its members are the same.
///
/// Errors: `not-allowed`; content: `required` at /reason, `task-unknown` or `systemic-too-few` at /members.
pub fn dismiss(round: RoundId, tasks: &[TaskId], reason: &str, members: &Members, ctx: &Context<'_>) -> Decided {
    rights::permit_office(ctx.actor, round)?;
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason".to_owned(), reason, true);
    let known: BTreeSet<TaskId> = members.read.iter().map(|(id, ..)| *id).collect();
    let named: BTreeSet<TaskId> = tasks.iter().copied().collect();
    if !named.is_subset(&known) {
        errors.push(FieldError::at("/members", "task-unknown"));
    } else if named.len() < 2 {
        errors.push(FieldError::at("/members", "systemic-too-few"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let reason = decision.words(reason);
    let members = named.into_iter().collect();
    decision.events.push(SystemicEvent::Dismissed { round, members, reason, by: ctx.account()?, at: ctx.now });
    Ok(decision)
}

/// The acts open to the actor now, each with the unit whose self-check it is about.
pub fn open_actions(problem: &SystemicProblem, ctx: &Context<'_>) -> Vec<(SystemicAction, Option<UnitId>)> {
    let mut open = Vec::new();
    for action in SystemicAction::ALL.iter().copied().filter(|a| *a != SystemicAction::KeepClock) {
        let units: Vec<Option<UnitId>> = match is_of_unit(action) {
            true => problem.checks.iter().map(|c| Some(c.unit)).collect(),
            false => vec![None],
        };
        open.extend(units.into_iter().filter(|u| gate(problem, action, *u, ctx).is_ok()).map(|unit| (action, unit)));
    }
    open
}

fn is_of_unit(action: SystemicAction) -> bool {
    matches!(
        action,
        SystemicAction::Answer
            | SystemicAction::ConfirmAnswer
            | SystemicAction::Accept
            | SystemicAction::Return
            | SystemicAction::Raise
    )
}

/// The self-check of a unit that was asked.
fn asked(problem: &SystemicProblem, unit: Option<UnitId>) -> Result<&SelfCheck, Refusal> {
    unit.and_then(|unit| problem.check(unit)).ok_or_else(|| Refusal::field("/unit", "unit-not-asked"))
}

/// Who, then when; nothing of the content.
///
/// Errors: `not-allowed` (403); `wrong-state`, `check-not-answered`, `check-already-accepted`, `already-raised`, `nothing-to-raise`, `checks-open`,
/// `measure-not-reported`, `measure-reported`, `check-handed-in`, `check-not-entered` (409).
pub fn gate(
    problem: &SystemicProblem,
    action: SystemicAction,
    unit: Option<UnitId>,
    ctx: &Context<'_>,
) -> Result<(), Refusal> {
    rights::permit_systemic(ctx.actor, action, problem, unit, &ctx.facts.without_accounts)?;
    if !starts_from(action).contains(&problem.state) {
        return Err(Refusal::conflict("wrong-state"));
    }
    let holds = |holds: bool, code: &'static str| if holds { Ok(()) } else { Err(Refusal::conflict(code)) };
    match action {
        SystemicAction::Amend | SystemicAction::Ask | SystemicAction::Withdraw | SystemicAction::KeepClock => Ok(()),
        SystemicAction::Answer => holds(asked(problem, unit)?.state.waits_for_unit(), "check-handed-in"),
        SystemicAction::ConfirmAnswer => {
            holds(asked(problem, unit)?.state == SelfCheckState::Entered, "check-not-entered")
        }
        SystemicAction::Accept | SystemicAction::Return => {
            holds(asked(problem, unit)?.state == SelfCheckState::HandedIn, "check-not-answered")
        }
        SystemicAction::Raise => {
            let check = asked(problem, unit)?;
            let is_in = matches!(check.state, SelfCheckState::HandedIn | SelfCheckState::Accepted);
            let verdict = check.answer.as_ref().filter(|_| is_in).map(|a| a.verdict);
            holds(check.task.is_none(), "already-raised")?;
            holds(verdict.is_some_and(|v| v != CheckVerdict::HasNot), "nothing-to-raise")
        }
        SystemicAction::Report => holds(problem.report.is_none(), "measure-reported"),
        SystemicAction::ReturnReport => holds(problem.report.is_some(), "measure-not-reported"),
        SystemicAction::Close => {
            holds(problem.checks.iter().all(|c| c.state == SelfCheckState::Accepted), "checks-open")?;
            holds(problem.report.is_some(), "measure-not-reported")
        }
    }
}

/// Decides a command on a problem.
///
/// Errors: those of `gate` and of [`AmendInput`]; content (422): `required` at /words, /reason, /proof or /units, `unit-already-asked`, `proof-missing`
/// at /proof.
pub fn decide(problem: &SystemicProblem, command: SystemicCommand, ctx: &Context<'_>) -> Decided {
    gate(problem, command.action(), command.unit(), ctx)?;
    let mut decision = Decision::default();
    match command {
        SystemicCommand::Ask { units, due_on } => decision.events.push(ask(problem, &units, due_on, ctx)?),
        SystemicCommand::Amend(input) => return amend::amend(problem, input, ctx),
        SystemicCommand::Answer(input) => return answer(problem, input, ctx),
        SystemicCommand::ConfirmAnswer { unit } => {
            let entered = asked(problem, Some(unit))?.answer.clone();
            let answer = entered.ok_or_else(|| Refusal::conflict("check-not-entered"))?;
            let answer = CheckAnswer {
                confirmed_by: Some(ctx.person()?),
                confirmed_at: Some(ctx.now),
                is_late: is_late(problem, unit, ctx),
                ..answer
            };
            decision.events.push(SystemicEvent::HandedIn { unit, answer });
        }
        SystemicCommand::Accept { unit } => {
            decision.events.push(SystemicEvent::Accepted { unit, by: ctx.person()? });
        }
        SystemicCommand::Return { unit, reason } => {
            let reason = needed(&mut decision, "/reason", &reason)?;
            decision.events.push(SystemicEvent::Returned { unit, reason });
        }
        SystemicCommand::Raise { unit, task } => {
            // Whoever makes a task of an answer has accepted it.
            if asked(problem, Some(unit))?.state == SelfCheckState::HandedIn {
                decision.events.push(SystemicEvent::Accepted { unit, by: ctx.person()? });
            }
            decision.events.push(SystemicEvent::Raised { unit, task });
        }
        SystemicCommand::Report { words } => {
            let words = needed(&mut decision, "/words", &words)?;
            let report = MeasureReport { words, by: ctx.person()?, at: ctx.now };
            decision.events.push(SystemicEvent::Reported { report });
        }
        SystemicCommand::ReturnReport { reason } => {
            let reason = needed(&mut decision, "/reason", &reason)?;
            decision.events.push(SystemicEvent::ReportReturned { reason });
        }
        SystemicCommand::Close => decision.events.push(SystemicEvent::Closed { at: ctx.now }),
        SystemicCommand::Withdraw { reason } => {
            let reason = needed(&mut decision, "/reason", &reason)?;
            decision.events.push(SystemicEvent::Withdrawn { reason, at: ctx.now });
        }
        SystemicCommand::KeepClock => decision.events.extend(passed(problem, ctx.now)),
    }
    Ok(decision)
}

fn needed(decision: &mut Decision<SystemicEvent>, pointer: &str, text: &str) -> Result<Digest, Refusal> {
    let mut errors = Vec::new();
    check_text(&mut errors, pointer.to_owned(), text, true);
    if errors.is_empty() { Ok(decision.words(text)) } else { Err(Refusal::invalid("content", errors)) }
}

fn ask(
    problem: &SystemicProblem,
    units: &[UnitId],
    due_on: NaiveDate,
    ctx: &Context<'_>,
) -> Result<SystemicEvent, Refusal> {
    let mut errors = Vec::new();
    if units.is_empty() {
        errors.push(FieldError::at("/units", "required"));
    }
    if units.len() + problem.checks.len() > MOST_UNITS {
        errors.push(FieldError::at("/units", "too-many"));
    }
    for (n, unit) in units.iter().enumerate() {
        if problem.check(*unit).is_some() || units[..n].contains(unit) {
            errors.push(FieldError::at(format!("/units/{n}"), "unit-already-asked"));
        }
    }
    due_ahead(&mut errors, due_on, ctx.today());
    if errors.is_empty() {
        Ok(SystemicEvent::Asked { units: units.to_vec(), due_on })
    } else {
        Err(Refusal::invalid("content", errors))
    }
}

fn is_late(problem: &SystemicProblem, unit: UnitId, ctx: &Context<'_>) -> bool {
    problem.check(unit).is_some_and(|c| calendar::end_of_day(c.due_on) <= ctx.now)
}

/// An answer: whoever heads the unit hands it in, a clerk's waits for him; that something is not there needs proof of how it was looked for.
fn answer(problem: &SystemicProblem, input: AnswerInput, ctx: &Context<'_>) -> Decided {
    let mut errors = Vec::new();
    check_text(&mut errors, "/words".to_owned(), &input.words, true);
    if input.verdict == CheckVerdict::HasNot && input.proof.is_empty() {
        errors.push(FieldError::at("/proof", "required"));
    }
    if input.proof.len() > MOST_FILES {
        errors.push(FieldError::at("/proof", "too-many"));
    }
    if let Some(n) = input.proof.iter().position(|file| !ctx.facts.files.contains(file)) {
        errors.push(FieldError::at(format!("/proof/{n}"), "proof-missing"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let (unit, by) = (input.unit, ctx.person()?);
    let stands_for_it = rights::stands_for(ctx.actor, unit);
    let mut decision = Decision::default();
    let answer = CheckAnswer {
        verdict: input.verdict,
        words: decision.words(&input.words),
        proof: input.proof,
        by,
        at: ctx.now,
        confirmed_by: stands_for_it.then_some(by),
        confirmed_at: stands_for_it.then_some(ctx.now),
        is_late: is_late(problem, unit, ctx),
    };
    decision.events.push(if stands_for_it {
        SystemicEvent::HandedIn { unit, answer }
    } else {
        SystemicEvent::Entered { unit, answer }
    });
    Ok(decision)
}

/// What the clock says: whose day went by without an answer, once.
pub fn passed(problem: &SystemicProblem, now: DateTime<Utc>) -> Option<SystemicEvent> {
    let units: Vec<UnitId> = problem
        .checks
        .iter()
        .filter(|c| c.state.waits_for_unit() && !c.was_reminded && calendar::end_of_day(c.due_on) <= now)
        .map(|c| c.unit)
        .collect();
    (!units.is_empty() && problem.state == ProblemState::Checking).then_some(SystemicEvent::DuePassed { units })
}

/// When the clock has to look next; none where nothing is awaited.
pub fn next_look(problem: &SystemicProblem) -> Option<DateTime<Utc>> {
    let awaited = problem.checks.iter().filter(|c| c.state.waits_for_unit() && !c.was_reminded);
    let first = awaited.map(|c| c.due_on).min().filter(|_| problem.state == ProblemState::Checking)?;
    Some(calendar::end_of_day(first))
}
