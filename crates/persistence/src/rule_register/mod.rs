//! The register of rules (docs/domain.md §43): one transaction per command (lock, see, decide, fold, save, record, tell), with what it makes of the rule
//! it takes the place of and of the task that a failed check takes up again.

mod form;
mod read;

pub use form::{Filled, Form, form};
pub(crate) use read::among;
pub use read::{LoadedRule, People, RuleTask, find, list, people, permit_file, replay, snapshot, waiting};

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{FindingId, PersonId, RoundId, RuleId, TaskId};
use domain::notification;
use domain::refusal::{FieldError, Refusal, RefusalKind};
use domain::rights;
use domain::rule_register::event::{self, RuleEvent};
use domain::rule_register::state::{Rule, RuleVerdict};
use domain::rule_register::{
    self, Context, Facts, Follow, Judgement, RuleAction, RuleCommand, RuleInput, schedule, starts_from,
};
use domain::task::command::{DraftInput, TaskCommand};
use domain::task::context::Decision;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::references::{check_people, check_units};
use crate::schema::{rule_tasks, rules, tasks as tasks_table};
use crate::tasks::{Expected, Placement};
use crate::{actors, blobs, due_acts, ledger, personal_duties, rounds, tasks};

/// Purpose of the file of an issued rule.
pub const ISSUED: &str = "rule";

/// Purpose of a file that shows how a rule is used.
pub const PROOF: &str = "proof";

/// What is made of a failed check, as it comes in.
#[derive(Clone, Debug)]
pub enum FollowInput {
    Reopen {
        task: TaskId,
        due_on: NaiveDate,
        reason: String,
    },
    /// Another task on the finding of one that the rule answers.
    Draft {
        task: TaskId,
        number: String,
        title: String,
    },
    Neither {
        reason: String,
    },
}

/// A command on an entry, as it comes in.
#[derive(Clone, Debug)]
pub enum Input {
    /// Everything that needs nothing looked up.
    Plain(RuleCommand),
    /// With the file that was handed in for it last.
    Submit,
    /// With the ids of files received for it.
    Answer {
        months: u32,
        words: String,
        files: Vec<Uuid>,
    },
    Judge {
        months: u32,
        verdict: RuleVerdict,
        words: String,
        files: Vec<Uuid>,
        follow: Option<FollowInput>,
    },
}

impl Input {
    fn action(&self) -> RuleAction {
        match self {
            Self::Plain(command) => command.action(),
            Self::Submit => RuleAction::Submit,
            Self::Answer { .. } => RuleAction::Answer,
            Self::Judge { .. } => RuleAction::Judge,
        }
    }
}

fn stream(rule: &Rule) -> Stream {
    Stream { kind: "rule", id: rule.id.0, round: Some(rule.round) }
}

fn lock(conn: &mut PgConnection, id: RuleId) -> Result<Rule, Error> {
    let snapshot: Option<serde_json::Value> =
        rules::table.find(id.0).select(rules::snapshot).for_update().first(conn).optional()?;
    Ok(serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?)
}

/// The rule an entry names, where it is one of the round.
fn replaced(conn: &mut PgConnection, round: RoundId, id: Option<RuleId>) -> Result<Option<Rule>, Error> {
    let Some(id) = id else { return Ok(None) };
    let snapshot: Option<serde_json::Value> =
        rules::table.find(id.0).filter(rules::round_id.eq(round.0)).select(rules::snapshot).first(conn).optional()?;
    Ok(snapshot.map(serde_json::from_value).transpose()?)
}

fn facts_of_input(conn: &mut PgConnection, origin: &Origin, round: RoundId, input: &RuleInput) -> Result<Facts, Error> {
    check_units(conn, "/issuer", &[input.issuer])?;
    check_units(conn, "/owner_unit", &[input.owner_unit])?;
    check_people(conn, "/owner", input.owner.as_slice())?;
    let mut parties = read::parties(conn, &input.tasks, input.owner_unit, origin.now)?;
    // A task of another round is none of this one's.
    parties.tasks.retain(|(_, subject)| subject.round == round);
    Ok(Facts {
        begins_on: personal_duties::begins_on(conn, round)?,
        parties,
        people: actors::of_people(conn, input.owner.as_slice(), calendar::today(origin.now))?,
        replaced: replaced(conn, round, input.replaces)?,
    })
}

/// Enters a rule as a draft.
///
/// Errors: `NotFound`; `not-allowed` (403); content (422).
pub fn create(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    input: RuleInput,
    calendar: &Calendar,
) -> Result<RuleId, Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    rights::permit_entering_rule(&origin.actor, round)?;
    let facts = facts_of_input(conn, origin, round, &input)?;
    let ctx = Context { actor: &origin.actor, now: origin.now, calendar, facts: &facts };
    let decision = rule_register::enter(round, input, &ctx)?;
    let id = RuleId(Uuid::now_v7());
    let begun = decision.events.first().and_then(|e| event::begin(id, e));
    let rule = begun.ok_or_else(|| Error::internal("an entry that enters nothing"))?;
    save(conn, origin, 0, &rule, &decision, Telling::EachThing)?;
    Ok(id)
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: RuleId,
    expected: Expected,
    input: Input,
    calendar: &Calendar,
) -> Result<(), Error> {
    let before = lock(conn, id)?;
    let parties = read::parties(conn, &before.shape.tasks, before.shape.owner_unit, origin.now)?;
    if !rights::sees_rule(&origin.actor, &before, &parties) {
        return Err(Error::NotFound);
    }
    let action = input.action();
    rights::permit_rule(&origin.actor, action, &before, &parties)?;
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    if !starts_from(action).contains(&before.state) {
        return Err(Refusal::conflict("wrong-state").into());
    }
    let facts = match &input {
        Input::Plain(RuleCommand::Change(new)) => facts_of_input(conn, origin, before.round, new)?,
        Input::Plain(command) => {
            let named = command.people();
            check_people(conn, "/supervisor", &named)?;
            let people = actors::of_people(conn, &named, calendar::today(origin.now))?;
            Facts { begins_on: before.shape.effective_on, parties, people, replaced: None }
        }
        _ => Facts { begins_on: before.shape.effective_on, parties, people: BTreeMap::new(), replaced: None },
    };
    let ctx = Context { actor: &origin.actor, now: origin.now, calendar, facts: &facts };
    let decision = match input {
        Input::Judge { months, verdict, words, files, follow } => {
            let files = received(conn, id, &files)?;
            let judged = |follow: Option<Follow>| {
                let judgement = Judgement { months, verdict, words: words.clone(), files: files.clone(), follow };
                rule_register::decide(&before, RuleCommand::Judge(Box::new(judgement)), &ctx)
            };
            // Whether it can be judged at all is said before anything is made of it; what goes wrong then undoes all.
            judged(follow.as_ref().map(planned))?;
            let done = follow.map(|follow| carry_out(conn, origin, &before, follow, calendar)).transpose()?;
            judged(done)?
        }
        Input::Answer { months, words, files } => {
            let files = received(conn, id, &files)?;
            rule_register::decide(&before, RuleCommand::Answer { months, words, files }, &ctx)?
        }
        Input::Submit => {
            let issued = blobs::of_subject(conn, blobs::Subject::Rule(id.0))?;
            let last = issued.iter().rev().find(|a| a.purpose == ISSUED);
            let file = last.and_then(|a| Digest::parse(&a.blob_sha256));
            rule_register::decide(&before, RuleCommand::Submit { file }, &ctx)?
        }
        Input::Plain(command) => rule_register::decide(&before, command, &ctx)?,
    };
    let last_seq = before.seq;
    let after = decision.events.iter().fold(before, event::evolve);
    save(conn, origin, last_seq, &after, &decision, Telling::EachThing)?;
    if decision.events.iter().any(|e| matches!(e, RuleEvent::Confirmed { .. })) {
        supersede(conn, origin, &after)?;
    }
    Ok(())
}

/// What an entry that was confirmed makes of the rule it names; of two that name the same the second is told.
fn supersede(conn: &mut PgConnection, origin: &Origin, with: &Rule) -> Result<(), Error> {
    let Some(named) = with.shape.replaces else { return Ok(()) };
    let rule = lock(conn, named)?;
    let event = rule_register::supersede(&rule, with, origin.now)?;
    let last_seq = rule.seq;
    let after = event::evolve(rule, &event);
    let decision = Decision { events: vec![event], revisions: Vec::new() };
    save(conn, origin, last_seq, &after, &decision, Telling::EachThing)
}

/// The digests of files received for a rule.
fn received(conn: &mut PgConnection, rule: RuleId, ids: &[Uuid]) -> Result<Vec<Digest>, Error> {
    let all = blobs::of_subject(conn, blobs::Subject::Rule(rule.0))?;
    let mut files = Vec::new();
    for id in ids {
        let file = all.iter().find(|a| a.id == *id && a.purpose == PROOF);
        let digest = file.and_then(|a| Digest::parse(&a.blob_sha256));
        let digest = digest.ok_or_else(|| Refusal::field("/files", "evidence-unknown"))?;
        // The same file sent twice is one file.
        if !files.contains(&digest) {
            files.push(digest);
        }
    }
    Ok(files)
}

/// A follow-up as the rules look at it before it is carried out; the task that is to be drafted has no id yet.
fn planned(follow: &FollowInput) -> Follow {
    match follow {
        FollowInput::Reopen { task, due_on, reason } => {
            Follow::Reopen { task: *task, due_on: *due_on, reason: reason.clone() }
        }
        FollowInput::Draft { task, .. } => Follow::Draft { task: *task },
        FollowInput::Neither { reason } => Follow::Neither { reason: reason.clone() },
    }
}

/// The faults of a command on a task, at the fields of the form they came from.
fn of_follow(error: Error) -> Error {
    match error {
        Error::Refused(refusal) if refusal.kind == RefusalKind::Invalid => {
            let moved = |e: FieldError| FieldError { pointer: format!("/follow{}", e.pointer), ..e };
            Error::Refused(Refusal { errors: refusal.errors.into_iter().map(moved).collect(), ..refusal })
        }
        Error::Refused(refusal) if refusal.code == "wrong-state" => {
            Refusal::field("/follow/task", "rule-task-not-closed").into()
        }
        other => other,
    }
}

/// Takes up again or drafts what a failed check asks for, by the command of a task, as whoever judges.
fn carry_out(
    conn: &mut PgConnection,
    origin: &Origin,
    rule: &Rule,
    follow: FollowInput,
    calendar: &Calendar,
) -> Result<Follow, Error> {
    match follow {
        FollowInput::Neither { reason } => Ok(Follow::Neither { reason }),
        FollowInput::Reopen { task, due_on, reason } => {
            let command = TaskCommand::Reopen { reason: reason.clone(), due_on };
            tasks::execute(conn, origin, task, Expected::Any, command, calendar).map_err(of_follow)?;
            Ok(Follow::Reopen { task, due_on, reason })
        }
        FollowInput::Draft { task, number, title } => {
            rights::permit_office(&origin.actor, rule.round)?;
            if !rule.shape.tasks.contains(&task) {
                return Err(Refusal::field("/follow/task", "rule-task-not-answered").into());
            }
            let from = tasks::snapshot(conn, task)?;
            let finding: Uuid = tasks_table::table.find(task.0).select(tasks_table::finding_id).first(conn)?;
            let finding = FindingId(finding);
            // It is as sensitive as what it comes from, for the same readers and units.
            let draft: DraftInput = serde_json::from_value(json!({
                "number": number, "title": title, "sensitivity": from.draft.sensitivity, "readers": from.draft.readers,
                "leaders": from.draft.parties.leaders, "units": from.draft.parties.units, "persons": from.draft.parties.persons,
            }))?;
            let ordinal = ledger::next_placement(conn, rule.round, finding)?;
            let placement = Placement { ordinal, ..Placement::default() };
            let made =
                tasks::create(conn, origin, rule.round, finding, draft, &placement, calendar).map_err(of_follow)?;
            Ok(Follow::Draft { task: made.id })
        }
    }
}

/// A look of the clock at a rule: what time brought is said once, whatever clocks do.
pub(crate) fn keep_clock(conn: &mut PgConnection, origin: &Origin, id: RuleId, telling: Telling) -> Result<(), Error> {
    let before = lock(conn, id)?;
    let last_seq = before.seq;
    let events = schedule::passed(&before, origin.now);
    if events.is_empty() {
        return Ok(());
    }
    let after = events.iter().fold(before, event::evolve);
    save(conn, origin, last_seq, &after, &Decision { events, revisions: Vec::new() }, telling)
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    rule: &Rule,
    decision: &Decision<RuleEvent>,
    telling: Telling,
) -> Result<(), Error> {
    let stored = decision.events.iter().map(|e| e.stored());
    events::keep(conn, origin, stream(rule), last_seq, &decision.revisions, stored, rule.seq)?;
    let person = |id: Option<PersonId>| id.map(|p| p.0);
    let row = (
        rules::round_id.eq(rule.round.0),
        rules::kind.eq(rule.shape.kind.as_str()),
        rules::state.eq(rule.state.as_str()),
        rules::owner_unit_id.eq(rule.shape.owner_unit.0),
        rules::owner_id.eq(person(rule.shape.owner)),
        rules::supervisor_id.eq(person(rule.supervisor)),
        rules::snapshot.eq(serde_json::to_value(rule)?),
        rules::seq.eq(rule.seq),
        rules::version.eq(rule.version),
        rules::updated_at.eq(origin.now),
    );
    if last_seq == 0 {
        diesel::insert_into(rules::table)
            .values((rules::id.eq(rule.id.0), rules::created_at.eq(origin.now), row))
            .execute(conn)?;
    } else {
        diesel::update(rules::table.find(rule.id.0)).set(row).execute(conn)?;
    }
    if decision.events.iter().any(|e| matches!(e, RuleEvent::Entered { .. } | RuleEvent::Changed { .. })) {
        diesel::delete(rule_tasks::table.filter(rule_tasks::rule_id.eq(rule.id.0))).execute(conn)?;
        let named: BTreeSet<Uuid> = rule.shape.tasks.iter().map(|t| t.0).collect();
        let beside: Vec<_> =
            named.iter().map(|t| (rule_tasks::rule_id.eq(rule.id.0), rule_tasks::task_id.eq(*t))).collect();
        diesel::insert_into(rule_tasks::table).values(beside).execute(conn)?;
    }
    if let Some(at) = schedule::next_look(rule) {
        due_acts::owe(conn, due_acts::KEEP_RULE_CLOCK, rule.id.0, at)?;
    }
    let told: Vec<_> = decision.events.iter().flat_map(|e| notification::rule_audience(e, rule)).collect();
    let about = About { kind: "rule", id: rule.id.0, round: rule.round };
    notifications::tell(conn, origin, &about, &told, telling)
}

/// Whether the actor may hand in a file for an entry: the issued document, or proof of a check.
///
/// Errors: `NotFound`, `not-allowed`, `wrong-state`.
pub fn permit_upload(conn: &mut PgConnection, origin: &Origin, id: RuleId, purpose: &str) -> Result<(), Error> {
    let rule = snapshot(conn, id)?;
    let parties = read::parties(conn, &rule.shape.tasks, rule.shape.owner_unit, origin.now)?;
    let actor: &Actor = &origin.actor;
    if !rights::sees_rule(actor, &rule, &parties) {
        return Err(Error::NotFound);
    }
    let asked: &[RuleAction] =
        if purpose == ISSUED { &[RuleAction::Submit] } else { &[RuleAction::Answer, RuleAction::Judge] };
    let mut refused = None;
    for action in asked {
        match rights::permit_rule(actor, *action, &rule, &parties) {
            Ok(()) if starts_from(*action).contains(&rule.state) => return Ok(()),
            Ok(()) => refused = Some(Refusal::conflict("wrong-state")),
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    Err(refused.unwrap_or_else(|| Refusal::forbidden("not-allowed")).into())
}
