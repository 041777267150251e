//! Tasks: one transaction per command (lock, decide, fold, save, record), and the task whole for whoever may see it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use domain::actor::{Actor, PersonActor, UnitPath};
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{
    FindingId, MilestoneId, OpinionId, PersonId, PublicationId, RoundId, RuleId, SlipId, SystemicProblemId, TaskId,
    UnitId,
};
use domain::notification;
use domain::rights;
use domain::task::command::{DraftInput, Signing, TaskCommand};
use domain::task::context::{Context, Decision, Facts, subject};
use domain::task::event::TaskEvent;
use domain::task::state::{RequestEffect, Task, TaskState};
use domain::task::text::{PlanText, TaskText};
use domain::task::{self};
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::references::{check_draft_references, check_references};
use crate::schema::{accounts, memberships, revisions, tasks, units};
use crate::statement::Statement;
use crate::{actors, blobs, checks, database, due_acts, projection, rounds};

/// A task with everything the rules and the page need to know about it.
#[derive(Clone, Debug)]
pub struct LoadedTask {
    pub task: Task,
    pub facts: Facts,
    pub text: TaskText,
    pub plan: Option<PlanText>,
}

impl LoadedTask {
    /// The words of a milestone: the plan's, else the draft's, else the measure's whose implicit milestone it is.
    pub fn milestone_words(&self, id: MilestoneId) -> (String, Option<String>) {
        let planned = self.plan.iter().flat_map(|p| &p.milestones);
        planned
            .chain(&self.text.milestones)
            .find(|m| m.id == id)
            .map(|m| (m.title.clone(), m.proof.clone()))
            .or_else(|| self.text.measures.iter().find(|m| m.id.0 == id.0).map(|m| (m.text.clone(), None)))
            .unwrap_or_default()
    }

    /// Runs with the surroundings of a decision.
    pub fn with_context<T>(
        &self,
        actor: &Actor,
        calendar: &Calendar,
        now: DateTime<Utc>,
        run: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
        run(&Context {
            actor,
            now,
            calendar,
            facts: &self.facts,
            text: &self.text,
            plan: self.plan.as_ref(),
            fresh: &Uuid::now_v7,
        })
    }
}

/// Paths of these units.
pub(crate) fn paths(conn: &mut PgConnection, ids: &BTreeSet<UnitId>) -> Result<BTreeMap<UnitId, UnitPath>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|u| u.0).collect();
    let rows: Vec<(Uuid, Vec<Uuid>)> =
        units::table.filter(units::id.eq_any(ids)).select((units::id, units::path)).load(conn)?;
    Ok(rows.into_iter().map(|(id, path)| (UnitId(id), UnitPath(path.into_iter().map(UnitId).collect()))).collect())
}

/// Which of these units has nobody who can log in today.
pub(crate) fn without_accounts(
    conn: &mut PgConnection,
    ids: &BTreeSet<UnitId>,
    now: DateTime<Utc>,
) -> Result<BTreeSet<UnitId>, Error> {
    let today = calendar::today(now);
    let with: Vec<Uuid> = memberships::table
        .inner_join(accounts::table.on(accounts::person_id.eq(memberships::person_id.nullable())))
        .filter(memberships::unit_id.eq_any(ids.iter().map(|u| u.0)))
        .filter(memberships::from_on.le(today))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .filter(accounts::status.eq("active").and(accounts::role.eq("unit")))
        .select(memberships::unit_id)
        .distinct()
        .load(conn)?;
    Ok(ids.iter().filter(|u| !with.contains(&u.0)).copied().collect())
}

/// The bodies of revisions, by digest.
pub(crate) fn bodies(
    conn: &mut PgConnection,
    digests: impl IntoIterator<Item = Digest>,
) -> Result<BTreeMap<Digest, String>, Error> {
    let wanted: Vec<String> = digests.into_iter().map(|d| d.as_str().to_owned()).collect();
    let rows: Vec<(String, String)> = revisions::table
        .filter(revisions::sha256.eq_any(wanted))
        .select((revisions::sha256, revisions::body))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(sha, body)| Some((Digest::parse(&sha)?, body))).collect())
}

pub(crate) fn units_of(task: &Task, command: Option<&TaskCommand>) -> BTreeSet<UnitId> {
    let mut ids: BTreeSet<UnitId> = task
        .draft
        .parties
        .units
        .iter()
        .copied()
        .chain(task.draft.supporting.iter().map(|s| s.unit))
        .chain(task.milestone_units())
        .chain(task.reporting.iter().map(|s| s.unit))
        .collect();
    match command {
        Some(TaskCommand::SavePlan(plan) | TaskCommand::ProposeAmendment(plan)) => {
            ids.extend(plan.milestones.iter().filter_map(|m| m.unit));
        }
        Some(TaskCommand::SubmitPlan { plan: Some(plan), .. }) => {
            ids.extend(plan.milestones.iter().filter_map(|m| m.unit));
        }
        _ => {}
    }
    ids
}

fn people_of(command: Option<&TaskCommand>) -> Vec<PersonId> {
    match command {
        Some(TaskCommand::Sign { signing: Signing::Paper { signer, .. }, .. }) => vec![*signer],
        Some(TaskCommand::Sign { signing: Signing::Screen { on_behalf_of: Some(person) }, .. }) => vec![*person],
        Some(TaskCommand::NameCrossChecker { person, .. }) => vec![*person],
        _ => Vec::new(),
    }
}

fn load_facts(
    conn: &mut PgConnection,
    task: &Task,
    command: Option<&TaskCommand>,
    now: DateTime<Utc>,
) -> Result<Facts, Error> {
    let (round, policy, policy_version) = rounds::facts(conn, task.round)?;
    let people: BTreeMap<PersonId, PersonActor> = actors::of_people(conn, &people_of(command), calendar::today(now))?;
    Ok(Facts {
        policy,
        policy_version,
        round,
        is_being_checked: task.state == TaskState::ClosureReview && !checks::waited_for(conn, &[task.id.0])?.is_empty(),
        paths: paths(conn, &units_of(task, command))?,
        without_accounts: without_accounts(conn, &task.lead_unit().into_iter().collect(), now)?,
        people,
    })
}

fn load_with(
    conn: &mut PgConnection,
    task: Task,
    command: Option<&TaskCommand>,
    now: DateTime<Utc>,
) -> Result<LoadedTask, Error> {
    let facts = load_facts(conn, &task, command, now)?;
    let bodies = bodies(conn, task.plan.iter().cloned().chain([task.draft.text.clone()]))?;
    let text = bodies.get(&task.draft.text).ok_or_else(|| Error::internal("a task without its words"))?;
    let plan = task.plan.as_ref().and_then(|d| bodies.get(d)).map(|b| serde_json::from_str(b)).transpose()?;
    Ok(LoadedTask { facts, text: serde_json::from_str(text)?, plan, task })
}

/// A task whole, if the actor sees it.
pub fn find(conn: &mut PgConnection, actor: &Actor, id: TaskId, now: DateTime<Utc>) -> Result<LoadedTask, Error> {
    let snapshot: Option<serde_json::Value> = tasks::table.find(id.0).select(tasks::snapshot).first(conn).optional()?;
    let task: Task = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let loaded = load_with(conn, task, None, now)?;
    if rights::relations(actor, &subject(&loaded.task, &loaded.facts)).is_empty() {
        return Err(Error::NotFound);
    }
    Ok(loaded)
}

/// Many tasks of one round at once, in the order asked for, as far as the actor sees them; a fixed number of queries whatever their number.
pub fn find_many(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<LoadedTask>, Error> {
    let rows: Vec<serde_json::Value> = tasks::table
        .filter(tasks::id.eq_any(ids))
        .filter(tasks::round_id.eq(round.0))
        .select(tasks::snapshot)
        .load(conn)?;
    let mut found: Vec<Task> = rows.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let places: BTreeMap<Uuid, usize> = ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    found.sort_by_key(|t| places.get(&t.id.0));
    let (round, policy, policy_version) = rounds::facts(conn, round)?;
    let all_units: BTreeSet<UnitId> = found.iter().flat_map(|t| units_of(t, None)).collect();
    let all_paths = paths(conn, &all_units)?;
    let leads: BTreeSet<UnitId> = found.iter().filter_map(Task::lead_unit).collect();
    let without = without_accounts(conn, &leads, now)?;
    let digests = found.iter().flat_map(|t| t.plan.iter().cloned().chain([t.draft.text.clone()]));
    let bodies = bodies(conn, digests.collect::<BTreeSet<_>>())?;
    // Only a closure that is being signed waits for a check; asked for whatever there are, so that a list takes as many statements always.
    let verified = found.iter().filter(|t| t.state == TaskState::ClosureReview);
    let checked = checks::waited_for(conn, &verified.map(|t| t.id.0).collect::<Vec<_>>())?;
    let mut loaded = Vec::with_capacity(found.len());
    for task in found {
        let own = units_of(&task, None);
        let facts = Facts {
            policy: policy.clone(),
            policy_version,
            round: round.clone(),
            is_being_checked: checked.contains(&task.id.0),
            paths: all_paths.iter().filter(|(u, _)| own.contains(u)).map(|(u, p)| (*u, p.clone())).collect(),
            without_accounts: without.iter().filter(|u| own.contains(u)).copied().collect(),
            people: BTreeMap::new(),
        };
        if rights::relations(actor, &subject(&task, &facts)).is_empty() {
            continue;
        }
        let text = bodies.get(&task.draft.text).ok_or_else(|| Error::internal("a task without its words"))?;
        let plan = task.plan.as_ref().and_then(|d| bodies.get(d)).map(|b| serde_json::from_str(b)).transpose()?;
        loaded.push(LoadedTask { facts, text: serde_json::from_str(text)?, plan, task });
    }
    Ok(loaded)
}

/// Whether the version a command was decided on must still hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A deciding command: exactly this version.
    Version(i64),
    /// Statements, evidence, the clock: they do not decide on what others changed.
    Any,
}

/// One command, one transaction (the caller's): lock, see, ask who may, compare, decide, fold, save, project, record, tell.
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: TaskId,
    expected: Expected,
    command: TaskCommand,
    calendar: &Calendar,
) -> Result<Task, Error> {
    execute_telling(conn, origin, id, expected, command, calendar, Telling::EachThing)
}

fn execute_telling(
    conn: &mut PgConnection,
    origin: &Origin,
    id: TaskId,
    expected: Expected,
    command: TaskCommand,
    calendar: &Calendar,
    telling: Telling,
) -> Result<Task, Error> {
    let scan = scan_of(&command);
    let (loaded, decision) = decided(conn, origin, id, expected, command, calendar)?;
    if let Some(scan) = scan {
        blobs::own_scan(conn, origin, blobs::Subject::Task(id.0), &scan)?;
    }
    let after = decision.events.iter().fold(loaded.task.clone(), task::evolve);
    let entry = Entry { before: Some(&loaded.task), placement: None, telling };
    commit(conn, origin, &entry, &after, &decision, calendar)?;
    Ok(after)
}

/// What a command would be answered with now; nothing is kept.
///
/// Errors: those of `execute`.
pub fn rehearse(
    conn: &mut PgConnection,
    origin: &Origin,
    id: TaskId,
    expected: Expected,
    command: TaskCommand,
    calendar: &Calendar,
) -> Result<(), Error> {
    decided(conn, origin, id, expected, command, calendar).map(|_| ())
}

/// The task, locked, and what the rules make of a command on it.
fn decided(
    conn: &mut PgConnection,
    origin: &Origin,
    id: TaskId,
    expected: Expected,
    command: TaskCommand,
    calendar: &Calendar,
) -> Result<(LoadedTask, Decision), Error> {
    let snapshot: Option<serde_json::Value> =
        tasks::table.find(id.0).select(tasks::snapshot).for_update().first(conn).optional()?;
    let before: Task = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let loaded = load_with(conn, before, Some(&command), origin.now)?;
    let subject = subject(&loaded.task, &loaded.facts);
    if rights::relations(&origin.actor, &subject).is_empty() {
        return Err(Error::NotFound);
    }
    // Who comes before when: somebody who may not is not told to read it again.
    rights::permit(&origin.actor, command.action(), &subject)?;
    if let Expected::Version(version) = expected
        && version != loaded.task.version
    {
        return Err(Error::Stale(loaded.task.version));
    }
    loaded.with_context(&origin.actor, calendar, origin.now, |ctx| ctx.gate(&loaded.task, command.action()))?;
    check_references(conn, &command)?;
    let decision =
        loaded.with_context(&origin.actor, calendar, origin.now, |ctx| task::decide(&loaded.task, command, ctx))?;
    Ok((loaded, decision))
}

/// What a new task brings beside its draft.
#[derive(Clone, Debug, Default)]
pub struct Placement {
    /// Its place in the ledger.
    pub ordinal: i64,
    /// Number of the refined problem, such as 1.2.3.
    pub item_number: String,
    /// Columns of an import that were not mapped.
    pub extra: serde_json::Value,
    /// What the rows of the import said, to know them again.
    pub source_digest: Option<String>,
}

/// Enters a task on a finding.
pub fn create(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    finding: FindingId,
    input: DraftInput,
    placement: &Placement,
    calendar: &Calendar,
) -> Result<Task, Error> {
    let (round, policy, policy_version) = rounds::facts(conn, round)?;
    let facts = Facts {
        policy,
        policy_version,
        round,
        is_being_checked: false,
        paths: BTreeMap::new(),
        without_accounts: BTreeSet::new(),
        people: BTreeMap::new(),
    };
    let text = TaskText {
        title: String::new(),
        objective: None,
        measures: Vec::new(),
        criteria: Vec::new(),
        milestones: Vec::new(),
        duties: Vec::new(),
    };
    let ctx = Context {
        actor: &origin.actor,
        now: origin.now,
        calendar,
        facts: &facts,
        text: &text,
        plan: None,
        fresh: &Uuid::now_v7,
    };
    check_draft_references(conn, &input)?;
    let decision = task::create(finding, input, &ctx)?;
    let id = TaskId(Uuid::now_v7());
    let after = task::replay(id, &decision.events).ok_or_else(|| Error::internal("a creation that creates nothing"))?;
    let entry = Entry { before: None, placement: Some(placement), telling: Telling::EachThing };
    commit(conn, origin, &entry, &after, &decision, calendar)?;
    Ok(after)
}

/// The scan a signature rests on, if it was given on paper or by a meeting.
fn scan_of(command: &TaskCommand) -> Option<String> {
    match command {
        TaskCommand::Sign { signing: Signing::Paper { document, .. } | Signing::Meeting { document }, .. } => {
            Some(document.scan.clone())
        }
        _ => None,
    }
}

/// What an entry of events follows on, where it stands and how people are told of it.
struct Entry<'a> {
    before: Option<&'a Task>,
    placement: Option<&'a Placement>,
    telling: Telling,
}

/// Stores what was decided: words, events, the row and what is searched by, notices, the clock's next moment.
fn commit(
    conn: &mut PgConnection,
    origin: &Origin,
    entry: &Entry<'_>,
    after: &Task,
    decision: &Decision,
    calendar: &Calendar,
) -> Result<(), Error> {
    let before = entry.before;
    for revision in &decision.revisions {
        keep_revision(conn, revision.digest.as_str(), revision.kind, &revision.body, origin.now)?;
    }
    let loaded = load_with(conn, after.clone(), None, origin.now)?;
    projection::save(conn, before, &loaded, entry.placement, calendar, origin.now)?;
    let new: Vec<NewEvent> =
        decision.events.iter().map(|e| NewEvent { kind: e.kind(), payload: e.payload() }).collect();
    let stream = Stream { kind: "task", id: after.id.0, round: Some(after.round) };
    let seq = events::record(conn, origin, stream, before.map_or(0, |t| t.seq), &new)?;
    if seq != after.seq {
        return Err(Error::internal(format!("task {} has seq {} but {seq} events", after.id, after.seq)));
    }
    for event in &decision.events {
        projection::project(conn, origin, &loaded, event)?;
    }
    if !decision.events.is_empty() {
        projection::signing(conn, after)?;
    }
    let told: Vec<_> = decision.events.iter().flat_map(|e| notification::audience(e, after)).collect();
    notifications::tell(conn, origin, &About::task(after), &told, entry.telling)?;
    if let Some(at) = task::next_moment(after, &loaded.facts, calendar, origin.now) {
        due_acts::owe(conn, due_acts::KEEP_CLOCK, after.id.0, at)?;
    }
    Ok(())
}

/// Keeps a body under its digest; the same body twice is one row.
pub(crate) fn keep_revision(
    conn: &mut PgConnection,
    digest: &str,
    kind: &str,
    body: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::insert_into(revisions::table)
        .values((
            revisions::sha256.eq(digest),
            revisions::alg.eq(domain::chain::ALG),
            revisions::kind.eq(kind),
            revisions::body.eq(body),
            revisions::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// The events of a task as the domain reads them, for replay.
pub fn replay(conn: &mut PgConnection, id: TaskId) -> Result<Option<Task>, Error> {
    let stored = events::history(conn, "task", id.0)?;
    let events: Result<Vec<TaskEvent>, Error> = stored
        .iter()
        .map(|e| TaskEvent::parse(&e.kind, serde_json::from_str(&e.payload)?).map_err(Error::internal))
        .collect();
    Ok(task::replay(id, &events?))
}

/// The row's own state, for comparison with a replay.
pub fn snapshot(conn: &mut PgConnection, id: TaskId) -> Result<Task, Error> {
    let snapshot: serde_json::Value =
        tasks::table.find(id.0).select(tasks::snapshot).first(conn).optional()?.ok_or(Error::NotFound)?;
    Ok(serde_json::from_value(snapshot)?)
}

/// Every task's id, for checks over all of them.
pub fn ids(conn: &mut PgConnection) -> Result<Vec<TaskId>, Error> {
    let ids: Vec<Uuid> = tasks::table.select(tasks::id).order(tasks::id).load(conn)?;
    Ok(ids.into_iter().map(TaskId).collect())
}

/// An act this much overdue is caught up with, after the server was off: people are told in one digest.
const CATCHING_UP: TimeDelta = TimeDelta::hours(12);

/// One due look of the clock, at a task, a slip, a publication, an opinion, a systemic problem or a rule, in the caller's transaction: whether there was one. What fails is tried again, ten times in all,
/// and holds nothing else up.
pub fn keep_clock_once(conn: &mut PgConnection, now: DateTime<Utc>, calendar: &Calendar) -> Result<bool, Error> {
    let acts = [
        due_acts::KEEP_CLOCK,
        due_acts::KEEP_SLIP_CLOCK,
        due_acts::KEEP_PUBLICATION_CLOCK,
        due_acts::KEEP_OPINION_CLOCK,
        due_acts::KEEP_SYSTEMIC_CLOCK,
        due_acts::KEEP_RULE_CLOCK,
    ];
    let Some(due) = due_acts::claim(conn, &acts, now)? else { return Ok(false) };
    let origin = Origin::system(now);
    let telling = if due.due_at + CATCHING_UP < now { Telling::OneDigest } else { Telling::EachThing };
    let looked = database::attempt(conn, |conn| {
        if due.act == due_acts::KEEP_SLIP_CLOCK {
            return crate::slips::keep_clock(conn, &origin, SlipId(due.subject_id), telling);
        }
        if due.act == due_acts::KEEP_PUBLICATION_CLOCK {
            return crate::publications::keep_clock(conn, &origin, PublicationId(due.subject_id), telling);
        }
        if due.act == due_acts::KEEP_OPINION_CLOCK {
            return crate::opinions::keep_clock(conn, &origin, OpinionId(due.subject_id), telling);
        }
        if due.act == due_acts::KEEP_SYSTEMIC_CLOCK {
            return crate::systemic::keep_clock(conn, &origin, SystemicProblemId(due.subject_id), telling);
        }
        if due.act == due_acts::KEEP_RULE_CLOCK {
            return crate::rule_register::keep_clock(conn, &origin, RuleId(due.subject_id), telling);
        }
        let task = TaskId(due.subject_id);
        execute_telling(conn, &origin, task, Expected::Any, TaskCommand::KeepClock, calendar, telling).map(|_| ())
    });
    match looked {
        // A task that is over owes the clock nothing.
        Ok(()) | Err(Error::Refused(_)) => due_acts::done(conn, &due, now)?,
        Err(error @ (Error::Unavailable | Error::StorageFull)) => return Err(error),
        Err(error) => {
            tracing::error!(subject.id = %due.subject_id, act = %due.act, %error, "the clock cannot look");
            due_acts::failed(conn, &due)?;
        }
    }
    Ok(true)
}

/// All words a task's state names: opinions, reasons, statements, signed contents.
pub fn words_of(conn: &mut PgConnection, task: &Task) -> Result<BTreeMap<Digest, String>, Error> {
    let mut digests: Vec<Digest> = Vec::new();
    digests.extend(task.statements.iter().map(|s| s.digest.clone()));
    digests.extend(task.wish.iter().map(|w| w.reason.clone()));
    digests.extend(task.causes.iter().map(|c| c.text.clone()));
    for request in &task.requests {
        digests.push(request.request.revision.clone());
        digests.extend(request.request.signatures.iter().filter_map(|s| s.words.clone()));
        if let RequestEffect::Plan { plan } | RequestEffect::Amendment { plan } = &request.effect {
            digests.push(plan.digest.clone());
        }
    }
    bodies(conn, digests)
}

/// Words by their digests.
pub fn words(conn: &mut PgConnection, digests: Vec<Digest>) -> Result<BTreeMap<Digest, String>, Error> {
    if digests.is_empty() { Ok(BTreeMap::new()) } else { bodies(conn, digests) }
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
}

/// The lead units of tasks the caller has been shown.
pub fn lead_units(conn: &mut PgConnection, ids: &[Uuid]) -> Result<BTreeMap<TaskId, Uuid>, Error> {
    let rows: Vec<(Uuid, Option<Uuid>)> =
        tasks::table.filter(tasks::id.eq_any(ids)).select((tasks::id, tasks::lead_unit_id)).load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, unit)| Some((TaskId(id), unit?))).collect())
}

/// Names of units and people by id.
pub fn names(conn: &mut PgConnection, ids: Vec<Uuid>) -> Result<BTreeMap<Uuid, String>, Error> {
    let rows: Vec<NameRow> = Statement::default()
        .sql("SELECT id, name FROM units WHERE id = ANY(")
        .bind::<Array<SqlUuid>, _>(ids.clone())
        .sql(") UNION ALL SELECT id, name FROM persons WHERE id = ANY(")
        .bind::<Array<SqlUuid>, _>(ids)
        .sql(")")
        .load(conn)?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}
