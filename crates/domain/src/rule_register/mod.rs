//! Rules made and kept alive (建章立制、长效机制): the register of rules made, revised and abolished, which tasks they answer, and the checks that say
//! whether they are used (docs/domain.md §43). Who, then when, then what; events out.

pub mod event;
pub mod figure;
pub mod judging;
pub mod schedule;
pub mod state;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use crate::actor::{Actor, PersonActor, Role, UnitPath};
use crate::calendar::{self, Calendar};
use crate::chain::Digest;
use crate::ids::{PersonId, RoundId, RuleId, TaskId, UnitId};
use crate::refusal::{FieldError, Refusal};
use crate::rights::{self, Relation, Subject};
use crate::sign_request::{is_barred, is_team_covering};
use crate::task::check_text;
use crate::task::context::Decision;
use crate::task::state::{Sensitivity, TaskState};
use crate::words;
use event::RuleEvent;
pub use judging::{Follow, Judgement};
use state::{EndedBy, Rule, RuleKind, RuleShape, RuleState, RuleText};

/// What the revision of an entry's words is called.
pub const TEXT: &str = "rule";

/// Longest title and number, in characters.
const LONGEST_NAME: usize = 200;

/// Longest control, question, answer, finding and reason, in characters.
const LONGEST: usize = 500;

/// Most tasks a rule answers.
pub const MOST_TASKS: usize = 50;

/// Most files of an answer or a judgement.
pub const MOST_FILES: usize = 20;

words! {
    /// What people do with an entry of the register.
    pub enum RuleAction {
        Change = "change_rule", "修改";
        Submit = "submit_rule", "报整改办确认";
        Return = "return_rule", "退回";
        Confirm = "confirm_rule", "确认登记";
        Withdraw = "withdraw_rule", "撤回";
        Entrust = "entrust_rule", "改派负责人、检验人";
        Answer = "answer_rule", "说明使用情况";
        Judge = "judge_rule", "检验";
    }
}

/// The states an act starts from, one line per act (docs/domain.md §43).
pub fn starts_from(action: RuleAction) -> &'static [RuleState] {
    use RuleState::{Draft, InForce, Lasting, Submitted};
    match action {
        RuleAction::Change => &[Draft],
        RuleAction::Submit => &[Draft],
        RuleAction::Return => &[Submitted],
        RuleAction::Confirm => &[Submitted],
        RuleAction::Withdraw => &[Draft, Submitted],
        RuleAction::Entrust => &[InForce, Lasting],
        RuleAction::Answer => &[InForce, Lasting],
        RuleAction::Judge => &[InForce, Lasting],
    }
}

/// What is entered of a rule.
#[derive(Clone, Debug)]
pub struct RuleInput {
    pub kind: RuleKind,
    pub text: RuleText,
    pub issuer: UnitId,
    pub effective_on: NaiveDate,
    pub tasks: Vec<TaskId>,
    pub replaces: Option<RuleId>,
    pub owner_unit: UnitId,
    pub owner: Option<PersonId>,
}

/// A command on an entry that is there.
#[derive(Clone, Debug)]
pub enum RuleCommand {
    Change(Box<RuleInput>),
    /// With the file of the issued document, where one was handed in.
    Submit {
        file: Option<Digest>,
    },
    Return {
        reason: String,
    },
    Confirm {
        supervisor: Option<PersonId>,
    },
    Withdraw {
        reason: String,
    },
    Entrust {
        owner: PersonId,
        supervisor: PersonId,
        reason: String,
    },
    Answer {
        months: u32,
        words: String,
        files: Vec<Digest>,
    },
    Judge(Box<Judgement>),
}

impl RuleCommand {
    /// The act it is.
    pub fn action(&self) -> RuleAction {
        match self {
            Self::Change(_) => RuleAction::Change,
            Self::Submit { .. } => RuleAction::Submit,
            Self::Return { .. } => RuleAction::Return,
            Self::Confirm { .. } => RuleAction::Confirm,
            Self::Withdraw { .. } => RuleAction::Withdraw,
            Self::Entrust { .. } => RuleAction::Entrust,
            Self::Answer { .. } => RuleAction::Answer,
            Self::Judge(_) => RuleAction::Judge,
        }
    }

    /// The people it names, whose standing the decision looks at.
    pub fn people(&self) -> Vec<PersonId> {
        match self {
            Self::Change(input) => input.owner.into_iter().collect(),
            Self::Confirm { supervisor } => supervisor.iter().copied().collect(),
            Self::Entrust { owner, supervisor, .. } => vec![*owner, *supervisor],
            _ => Vec::new(),
        }
    }
}

/// Who has to do with an entry: what its tasks are, and its owner's unit.
#[derive(Clone, Debug)]
pub struct Parties {
    /// The tasks it answers, as rights look at them.
    pub tasks: Vec<(TaskId, Subject)>,
    pub owner: UnitPath,
    /// Whether somebody of the owner's unit can log in.
    pub owner_has_accounts: bool,
}

impl Parties {
    /// The units of which nobody judges a check (docs/domain.md §10).
    pub fn units(&self) -> Vec<&UnitPath> {
        let of_tasks = self.tasks.iter().flat_map(|(_, subject)| subject.units.iter().chain(&subject.supporting));
        std::iter::once(&self.owner).chain(of_tasks).collect()
    }
}

/// What a decision may look at beside the entry.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The first day a rule of the round can have taken effect.
    pub begins_on: NaiveDate,
    /// Of what is entered, where that is the command.
    pub parties: Parties,
    /// People the command names, as they stand today.
    pub people: BTreeMap<PersonId, PersonActor>,
    /// The rule of the register it names, as it stands.
    pub replaced: Option<Rule>,
}

/// Who decides, when, and what he may look at.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    pub calendar: &'a Calendar,
    pub facts: &'a Facts,
}

impl Context<'_> {
    fn today(&self) -> NaiveDate {
        calendar::today(self.now)
    }

    fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().and_then(|p| p.person).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }
}

type Outcomes = Result<Decision<RuleEvent>, Refusal>;

fn check_words(errors: &mut Vec<FieldError>, pointer: &str, text: &str, is_required: bool, longest: usize) {
    if text.trim().chars().count() > longest {
        errors.push(FieldError::with(pointer, "too-long", json!({ "max": longest })));
    } else {
        check_text(errors, pointer.to_owned(), text, is_required);
    }
}

fn refuse(errors: Vec<FieldError>) -> Result<(), Refusal> {
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
}

/// The words of one required field, kept.
fn said(decision: &mut Decision<RuleEvent>, pointer: &str, text: &str) -> Result<Digest, Refusal> {
    let mut errors = Vec::new();
    check_words(&mut errors, pointer, text, true, LONGEST);
    refuse(errors)?;
    Ok(decision.words(text))
}

fn check_tasks(errors: &mut Vec<FieldError>, input: &RuleInput, ctx: &Context<'_>) {
    if input.tasks.is_empty() {
        errors.push(FieldError::at("/tasks", "rule-answers-no-task"));
    }
    if input.tasks.len() > MOST_TASKS {
        errors.push(FieldError::at("/tasks", "too-many"));
    }
    if input.tasks.iter().collect::<BTreeSet<_>>().len() < input.tasks.len() {
        errors.push(FieldError::at("/tasks", "repeated"));
    }
    for (i, task) in input.tasks.iter().enumerate() {
        let found = ctx.facts.parties.tasks.iter().find(|(id, _)| id == task).map(|(_, subject)| subject);
        let code = match found {
            Some(subject) if !rights::answers_for(ctx.actor, subject) => "rule-task-outside",
            Some(subject) if matches!(subject.state, TaskState::Draft | TaskState::Withdrawn) => "rule-task-not-issued",
            Some(subject) if matches!(subject.sensitivity, Sensitivity::Secret | Sensitivity::Referred) => {
                "rule-task-secret"
            }
            Some(_) => continue,
            None => "rule-task-outside",
        };
        errors.push(FieldError::at(format!("/tasks/{i}"), code));
    }
}

fn check_owner(errors: &mut Vec<FieldError>, owner: PersonId, unit: UnitId, ctx: &Context<'_>) {
    let works_there = |p: &PersonActor| p.memberships.iter().any(|m| m.unit.unit() == Some(unit));
    if !ctx.facts.people.get(&owner).is_some_and(works_there) {
        errors.push(FieldError::at("/owner", "rule-owner-outside"));
    }
}

fn check_replaced(errors: &mut Vec<FieldError>, input: &RuleInput, ctx: &Context<'_>) {
    let Some(named) = input.replaces else { return };
    if input.kind == RuleKind::Made {
        errors.push(FieldError::at("/replaces", "rule-made-replaces-nothing"));
    } else if !ctx.facts.replaced.as_ref().is_some_and(|r| r.id == named && r.state.holds()) {
        errors.push(FieldError::at("/replaces", "rule-not-in-force"));
    }
}

fn shape(input: RuleInput, ctx: &Context<'_>, decision: &mut Decision<RuleEvent>) -> Result<RuleShape, Refusal> {
    let mut errors = Vec::new();
    let lives_on = input.kind != RuleKind::Abolished;
    check_words(&mut errors, "/title", &input.text.title, true, LONGEST_NAME);
    check_words(&mut errors, "/number", &input.text.number, true, LONGEST_NAME);
    check_words(&mut errors, "/control", &input.text.control, lives_on, LONGEST);
    check_words(&mut errors, "/question", &input.text.question, lives_on, LONGEST);
    if input.effective_on > ctx.today() {
        errors.push(FieldError::at("/effective_on", "in-the-future"));
    }
    if input.effective_on < ctx.facts.begins_on {
        let params = json!({ "on": ctx.facts.begins_on });
        errors.push(FieldError::with("/effective_on", "before-round", params));
    }
    check_tasks(&mut errors, &input, ctx);
    check_replaced(&mut errors, &input, ctx);
    match input.owner {
        Some(owner) => check_owner(&mut errors, owner, input.owner_unit, ctx),
        None if lives_on => errors.push(FieldError::at("/owner", "required")),
        None => {}
    }
    refuse(errors)?;
    let trimmed = |text: String| text.trim().to_owned();
    let text = RuleText {
        title: trimmed(input.text.title),
        number: trimmed(input.text.number),
        control: trimmed(input.text.control),
        question: trimmed(input.text.question),
    };
    Ok(RuleShape {
        kind: input.kind,
        text: decision.note(TEXT, &text),
        issuer: input.issuer,
        effective_on: input.effective_on,
        tasks: input.tasks,
        replaces: input.replaces,
        owner_unit: input.owner_unit,
        owner: input.owner,
    })
}

/// Enters a rule as a draft.
///
/// Errors: `not-allowed` (403); content (422), `rule-answers-no-task` at /tasks among it.
pub fn enter(round: RoundId, input: RuleInput, ctx: &Context<'_>) -> Outcomes {
    rights::permit_entering_rule(ctx.actor, round)?;
    let mut decision = Decision::default();
    let shape = shape(input, ctx, &mut decision)?;
    decision.events.push(RuleEvent::Entered { round, shape, by: ctx.person()?, at: ctx.now });
    Ok(decision)
}

/// Whether a supervisor can judge the checks of a rule: assigned to the round's office or to a team that covers the owner's unit, of no unit that is a
/// party, and not the owner himself.
fn check_supervisor(
    errors: &mut Vec<FieldError>,
    rule: &Rule,
    owner: Option<PersonId>,
    supervisor: PersonId,
    ctx: &Context<'_>,
) {
    let parties = &ctx.facts.parties;
    let person = ctx.facts.people.get(&supervisor).filter(|p| p.role == Some(Role::Supervisor));
    let is_fit = person.is_some_and(|p| {
        let actor = Actor::Person(Box::new(p.clone()));
        rights::permit_office(&actor, rule.round).is_ok() || is_team_covering(p, rule.round, &parties.owner)
    });
    if !is_fit || owner == Some(supervisor) {
        errors.push(FieldError::at("/supervisor", "rule-supervisor-unfit"));
    } else if person.is_some_and(|p| is_barred(p, &parties.units())) {
        errors.push(FieldError::at("/supervisor", "rule-supervisor-barred"));
    }
}

/// Decides a command on an entry.
///
/// Errors: `not-allowed`, `avoidance`, `rule-confirms-own`, `rule-own-check` (403), `wrong-state`, `rule-check-closed`, `rule-check-decided`,
/// `rule-not-answered` (409), content (422).
pub fn decide(rule: &Rule, command: RuleCommand, ctx: &Context<'_>) -> Outcomes {
    let action = command.action();
    rights::permit_rule(ctx.actor, action, rule, &ctx.facts.parties)?;
    if !starts_from(action).contains(&rule.state) {
        return Err(Refusal::conflict("wrong-state"));
    }
    let (by, at) = (ctx.person()?, ctx.now);
    let mut decision = Decision::default();
    let event = match command {
        RuleCommand::Change(input) => {
            let shape = shape(*input, ctx, &mut decision)?;
            RuleEvent::Changed { shape, by, at }
        }
        RuleCommand::Submit { file } => {
            let file = file.ok_or_else(|| Refusal::field("/file", "rule-file-missing"))?;
            RuleEvent::Submitted { file, by, at }
        }
        RuleCommand::Return { reason } => {
            RuleEvent::Returned { reason: said(&mut decision, "/reason", &reason)?, by, at }
        }
        RuleCommand::Confirm { supervisor } => confirm(rule, supervisor, by, ctx)?,
        RuleCommand::Withdraw { reason } => {
            RuleEvent::Withdrawn { reason: said(&mut decision, "/reason", &reason)?, by, at }
        }
        RuleCommand::Entrust { owner, supervisor, reason } => {
            let mut errors = Vec::new();
            check_owner(&mut errors, owner, rule.shape.owner_unit, ctx);
            check_supervisor(&mut errors, rule, Some(owner), supervisor, ctx);
            check_words(&mut errors, "/reason", &reason, true, LONGEST);
            if rule.shape.owner == Some(owner) && rule.supervisor == Some(supervisor) {
                errors.push(FieldError::at("/owner", "nothing-changed"));
            }
            refuse(errors)?;
            RuleEvent::Entrusted { owner, supervisor, reason: decision.words(&reason), by, at }
        }
        RuleCommand::Answer { months, words, files } => {
            judging::answer(rule, months, &words, files, ctx, &mut decision)?
        }
        RuleCommand::Judge(judgement) => judging::judge(rule, *judgement, ctx, &mut decision)?,
    };
    decision.events.push(event);
    Ok(decision)
}

fn confirm(rule: &Rule, supervisor: Option<PersonId>, by: PersonId, ctx: &Context<'_>) -> Result<RuleEvent, Refusal> {
    if rule.submitted_by == Some(by) {
        return Err(Refusal::forbidden("rule-confirms-own"));
    }
    let at = ctx.now;
    if rule.shape.kind == RuleKind::Abolished {
        return Ok(RuleEvent::Confirmed { supervisor: None, checks: Vec::new(), by, at });
    }
    let named = supervisor.ok_or_else(|| Refusal::field("/supervisor", "required"))?;
    let mut errors = Vec::new();
    check_supervisor(&mut errors, rule, rule.shape.owner, named, ctx);
    refuse(errors)?;
    let checks = schedule::checks(rule.shape.effective_on, ctx.today(), ctx.calendar);
    Ok(RuleEvent::Confirmed { supervisor, checks, by, at })
}

/// What an entry that was confirmed makes of the rule it names.
///
/// Errors: `rule-not-in-force` where another was faster.
pub fn supersede(rule: &Rule, with: &Rule, now: DateTime<Utc>) -> Result<RuleEvent, Refusal> {
    if !rule.state.holds() {
        return Err(Refusal::conflict("rule-not-in-force"));
    }
    let ended = EndedBy { rule: with.id, kind: with.shape.kind, on: with.shape.effective_on };
    Ok(RuleEvent::Superseded { ended, at: now })
}

/// The acts open to this actor on an entry now.
pub fn open_actions(rule: &Rule, ctx: &Context<'_>) -> Vec<RuleAction> {
    let today = ctx.today();
    let own = ctx.actor.person().and_then(|p| p.person);
    let is_open = |of: fn(&Rule, &state::RuleCheck, NaiveDate) -> bool| rule.checks.iter().any(|c| of(rule, c, today));
    let may = |action: &RuleAction| {
        let fits = match action {
            RuleAction::Answer => is_open(judging::can_be_answered),
            RuleAction::Judge => own.is_none_or(|p| rule.shape.owner != Some(p)) && is_open(judging::can_be_judged),
            RuleAction::Confirm => rule.submitted_by != own,
            _ => true,
        };
        fits && starts_from(*action).contains(&rule.state)
            && rights::permit_rule(ctx.actor, *action, rule, &ctx.facts.parties).is_ok()
    };
    RuleAction::ALL.iter().copied().filter(may).collect()
}

/// Whether the actor works for the lead unit or a responsible unit of a task.
pub(crate) fn is_of_task(found: &BTreeSet<Relation>) -> bool {
    found.contains(&Relation::LeadUnit) || found.contains(&Relation::ResponsibleUnit)
}
