//! Systemic problems: one transaction per command (lock, see, decide, fold, save, record, tell), the task that is made of an answer, and what lists and
//! pages read of them. Who sees only a part of one sees only that part of its rows: every reading here asks its own right.

mod members;

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use domain::actor::{Actor, Role};
use domain::calendar::Calendar;
use domain::chain::Digest;
use domain::ids::{PersonId, RoundId, SystemicProblemId, TaskId, UnitId};
use domain::notification;
use domain::rights;
use domain::systemic::event::{self, SystemicEvent};
use domain::systemic::state::SystemicProblem;
use domain::systemic::{self, Context, Facts, NewProblem, SystemicAction, SystemicCommand};
use domain::task::command::{DraftInput, MeasureInput};
use domain::task::context::Decision;
use domain::task::text::Words;
use uuid::Uuid;

pub use members::{Member, Proposal, proposals};

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::references::check_units;
use crate::schema::{accounts, attachments, systemic_problems, tasks as task_rows};
use crate::tasks::{self, Expected, Placement, bodies, names, without_accounts};
use crate::{blobs, due_acts, ledger, rounds};

/// Most that a list has.
const MOST: i64 = 300;

/// A problem with what its reader is shown of it.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub problem: SystemicProblem,
    pub facts: Facts,
    /// Names of units, people and accounts.
    pub names: BTreeMap<Uuid, String>,
    /// What was written, by its digest.
    pub words: BTreeMap<Digest, String>,
    /// Its tasks as far as the reader reads them, for who sees it whole.
    pub members: Vec<Member>,
    /// Tasks that were made of answers, as far as the reader reads them.
    pub raised: Vec<Member>,
    /// Whether the reader sees every answer.
    pub sees_all: bool,
}

impl Loaded {
    /// The acts open to this actor now.
    pub fn open_actions(&self, origin: &Origin) -> Vec<(SystemicAction, Option<UnitId>)> {
        systemic::open_actions(&self.problem, &Context { actor: &origin.actor, now: origin.now, facts: &self.facts })
    }
}

/// What the files of a unit's self-check are kept as.
pub fn purpose_of(unit: UnitId) -> String {
    format!("self_check:{unit}")
}

fn begin(
    conn: &mut PgConnection,
    origin: &Origin,
    decision: &Decision<SystemicEvent>,
) -> Result<SystemicProblemId, Error> {
    let id = SystemicProblemId(Uuid::now_v7());
    let begun = decision.events.first().and_then(|e| event::begin(id, e));
    let problem = begun.ok_or_else(|| Error::internal("a problem that says nothing"))?;
    save(conn, origin, 0, &problem, decision, Telling::EachThing)?;
    Ok(id)
}

/// Confirms that tasks are one problem of the group.
///
/// Errors: `NotFound` for a round that is not seen; those of `domain::systemic::confirm`.
pub fn confirm(conn: &mut PgConnection, origin: &Origin, new: NewProblem) -> Result<SystemicProblemId, Error> {
    rounds::permit_sight(conn, &origin.actor, new.round)?;
    rights::permit_office(&origin.actor, new.round)?;
    check_units(conn, "/owner", &[new.owner])?;
    let members = members::of_rules(conn, &origin.actor, &new.members)?;
    let facts = Facts::default();
    let ctx = Context { actor: &origin.actor, now: origin.now, facts: &facts };
    begin(conn, origin, &systemic::confirm(new, &members, &ctx)?)
}

/// Says that tasks which were proposed as one problem are none.
///
/// Errors: as for `confirm`.
pub fn dismiss(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    named: &[TaskId],
    reason: &str,
) -> Result<SystemicProblemId, Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    rights::permit_office(&origin.actor, round)?;
    let members = members::of_rules(conn, &origin.actor, named)?;
    let facts = Facts::default();
    let ctx = Context { actor: &origin.actor, now: origin.now, facts: &facts };
    begin(conn, origin, &systemic::dismiss(round, named, reason, &members, &ctx)?)
}

fn lock(conn: &mut PgConnection, origin: &Origin, id: SystemicProblemId) -> Result<SystemicProblem, Error> {
    let snapshot: Option<serde_json::Value> =
        systemic_problems::table.find(id.0).select(systemic_problems::snapshot).for_update().first(conn).optional()?;
    let problem: SystemicProblem = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    if rights::sees_problem(&origin.actor, &problem) { Ok(problem) } else { Err(Error::NotFound) }
}

/// What the rules must know beside a problem: whose units nobody can log in for, and the files of one unit's self-check.
fn facts(
    conn: &mut PgConnection,
    origin: &Origin,
    problem: &SystemicProblem,
    unit: Option<UnitId>,
) -> Result<Facts, Error> {
    let owner = problem.confirmed.iter().map(|c| c.owner);
    let units: BTreeSet<UnitId> = problem.checks.iter().map(|c| c.unit).chain(owner).collect();
    let files: Vec<String> = match unit {
        None => Vec::new(),
        Some(unit) => attachments::table
            .filter(attachments::subject_kind.eq("systemic_problem").and(attachments::subject_id.eq(problem.id.0)))
            .filter(attachments::purpose.eq(purpose_of(unit)))
            .select(attachments::blob_sha256)
            .load(conn)?,
    };
    Ok(Facts {
        without_accounts: without_accounts(conn, &units, origin.now)?,
        files: files.iter().filter_map(|sha| Digest::parse(sha)).collect(),
    })
}

/// A unit that the actor may not see asked is not there for him, and one that was not asked is a fault of what he sent.
fn may_see_unit(actor: &Actor, problem: &SystemicProblem, unit: Option<UnitId>) -> Result<(), Error> {
    match unit {
        Some(unit) if !rights::reads_check(actor, problem, unit) => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: SystemicProblemId,
    expected: Expected,
    command: SystemicCommand,
) -> Result<SystemicProblem, Error> {
    let before = lock(conn, origin, id)?;
    may_see_unit(&origin.actor, &before, command.unit())?;
    let facts = facts(conn, origin, &before, command.unit())?;
    let ctx = Context { actor: &origin.actor, now: origin.now, facts: &facts };
    rights::permit_systemic(&origin.actor, command.action(), &before, command.unit(), &facts.without_accounts)?;
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    systemic::gate(&before, command.action(), command.unit(), &ctx)?;
    match &command {
        SystemicCommand::Ask { units, .. } => check_units(conn, "/units", units)?,
        // The owner that holds may be a unit that ended since.
        SystemicCommand::Amend(input) if before.confirmed.as_ref().is_some_and(|c| c.owner != input.owner) => {
            check_units(conn, "/owner", &[input.owner])?;
        }
        _ => {}
    }
    let decision = systemic::decide(&before, command, &ctx)?;
    let last_seq = before.seq;
    let after = decision.events.iter().fold(before, event::evolve);
    save(conn, origin, last_seq, &after, &decision, Telling::EachThing)?;
    Ok(after)
}

/// Makes a draft task of what a unit found, in the round that leads the problem: once, whoever asks how often.
///
/// Errors: as for `execute`; `already-raised`, `nothing-to-raise`.
pub fn raise(
    conn: &mut PgConnection,
    origin: &Origin,
    id: SystemicProblemId,
    expected: Expected,
    unit: UnitId,
    calendar: &Calendar,
) -> Result<TaskId, Error> {
    let before = lock(conn, origin, id)?;
    may_see_unit(&origin.actor, &before, Some(unit))?;
    let facts = facts(conn, origin, &before, Some(unit))?;
    let ctx = Context { actor: &origin.actor, now: origin.now, facts: &facts };
    rights::permit_systemic(&origin.actor, SystemicAction::Raise, &before, Some(unit), &facts.without_accounts)?;
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    systemic::gate(&before, SystemicAction::Raise, Some(unit), &ctx)?;
    let (Some(confirmed), Some(answer)) = (before.confirmed.clone(), before.check(unit).and_then(|c| c.answer.clone()))
    else {
        return Err(Error::internal("a problem without an answer"));
    };
    let said = written(conn, [answer.words.clone(), confirmed.measure.clone()])?;
    let text = |digest: &Digest| said.get(digest).cloned().unwrap_or_default();
    let draft = DraftInput {
        number: free_number(conn, &confirmed.members, confirmed.round)?,
        title: text(&answer.words),
        units: vec![unit],
        measures: vec![MeasureInput { id: None, number: None, text: text(&confirmed.measure), due_on: None }],
        objective: None,
        disposition: None,
        sensitivity: None,
        readers: Vec::new(),
        leaders: Vec::new(),
        persons: Vec::new(),
        supporting: Vec::new(),
        due_on: None,
        review_on: None,
        criteria: Vec::new(),
        milestones: Vec::new(),
        doubts: 0,
        is_key: false,
    };
    let ordinal = ledger::next_placement(conn, confirmed.round, confirmed.finding)?;
    let placement = Placement { ordinal, ..Placement::default() };
    let made = tasks::create(conn, origin, confirmed.round, confirmed.finding, draft, &placement, calendar)?;
    let decision = systemic::decide(&before, SystemicCommand::Raise { unit, task: made.id }, &ctx)?;
    let last_seq = before.seq;
    let after = decision.events.iter().fold(before, event::evolve);
    save(conn, origin, last_seq, &after, &decision, Telling::EachThing)?;
    Ok(made.id)
}

/// A number that no task of the round has: that of the first member with 举 and a count.
fn free_number(conn: &mut PgConnection, members: &[TaskId], round: RoundId) -> Result<String, Error> {
    let ids: Vec<Uuid> = members.iter().map(|t| t.0).collect();
    let first: Option<String> = task_rows::table
        .filter(task_rows::id.eq_any(ids).and(task_rows::round_id.eq(round.0)))
        .order(task_rows::ordinal)
        .select(task_rows::number)
        .first(conn)
        .optional()?;
    let front = format!("{}-举", first.unwrap_or_default());
    let like = format!("{}%", ledger::escape_like(&front));
    let taken: BTreeSet<String> = task_rows::table
        .filter(task_rows::round_id.eq(round.0).and(task_rows::number.like(like)))
        .select(task_rows::number)
        .load::<String>(conn)?
        .into_iter()
        .collect();
    let numbers = (1..).map(|n| format!("{front}{n}"));
    numbers.into_iter().find(|n| !taken.contains(n)).ok_or_else(|| Error::internal("no number is free"))
}

/// A look of the clock: whose day went by, said once.
pub(crate) fn keep_clock(
    conn: &mut PgConnection,
    origin: &Origin,
    id: SystemicProblemId,
    telling: Telling,
) -> Result<(), Error> {
    let before = lock(conn, origin, id)?;
    let Some(event) = systemic::passed(&before, origin.now) else { return Ok(()) };
    let last_seq = before.seq;
    let after = event::evolve(before, &event);
    save(conn, origin, last_seq, &after, &Decision { events: vec![event], revisions: Vec::new() }, telling)
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    problem: &SystemicProblem,
    decision: &Decision<SystemicEvent>,
    telling: Telling,
) -> Result<(), Error> {
    let stream = Stream { kind: "systemic_problem", id: problem.id.0, round: Some(problem.round) };
    let stored = decision.events.iter().map(|e| e.stored());
    events::keep(conn, origin, stream, last_seq, &decision.revisions, stored, problem.seq)?;
    let row = (
        systemic_problems::round_id.eq(problem.round.0),
        systemic_problems::state.eq(problem.state.as_str()),
        systemic_problems::owner_id.eq(problem.confirmed.as_ref().map(|c| c.owner.0)),
        systemic_problems::unit_ids.eq(problem.checks.iter().map(|c| c.unit.0).collect::<Vec<_>>()),
        systemic_problems::task_ids.eq(problem.members.iter().map(|t| t.0).collect::<Vec<_>>()),
        systemic_problems::raised_ids.eq(problem.checks.iter().filter_map(|c| c.task).map(|t| t.0).collect::<Vec<_>>()),
        systemic_problems::snapshot.eq(serde_json::to_value(problem)?),
        systemic_problems::seq.eq(problem.seq),
        systemic_problems::version.eq(problem.version),
        systemic_problems::updated_at.eq(origin.now),
    );
    if last_seq == 0 {
        diesel::insert_into(systemic_problems::table)
            .values((systemic_problems::id.eq(problem.id.0), systemic_problems::created_at.eq(origin.now), row))
            .execute(conn)?;
    } else {
        diesel::update(systemic_problems::table.find(problem.id.0)).set(row).execute(conn)?;
    }
    if let Some(at) = systemic::next_look(problem) {
        due_acts::owe(conn, due_acts::KEEP_SYSTEMIC_CLOCK, problem.id.0, at)?;
    }
    let told: Vec<_> = decision.events.iter().flat_map(|e| notification::systemic_audience(e, problem)).collect();
    let about = About { kind: "systemic_problem", id: problem.id.0, round: problem.round };
    notifications::tell(conn, origin, &about, &told, telling)
}

fn written(
    conn: &mut PgConnection,
    digests: impl IntoIterator<Item = Digest>,
) -> Result<BTreeMap<Digest, String>, Error> {
    let mut found = BTreeMap::new();
    for (digest, body) in bodies(conn, digests.into_iter().collect::<BTreeSet<_>>())? {
        found.insert(digest, serde_json::from_str::<Words>(&body)?.text);
    }
    Ok(found)
}

fn digests(problem: &SystemicProblem) -> Vec<Digest> {
    let confirmed = problem.confirmed.iter().flat_map(|c| [&c.title, &c.measure, &c.ground]);
    let checks =
        problem.checks.iter().flat_map(|c| c.answer.as_ref().map(|a| &a.words).into_iter().chain(&c.returned_for));
    let report = problem.report.iter().map(|r| &r.words).chain(&problem.report_returned_for);
    let amended = problem
        .amendments
        .iter()
        .flat_map(|a| [&a.before.title, &a.after.title, &a.before.measure, &a.after.measure, &a.reason]);
    confirmed.chain(checks).chain(report).chain(&problem.reason).chain(amended).cloned().collect()
}

fn named(conn: &mut PgConnection, all: &[SystemicProblem]) -> Result<BTreeMap<Uuid, String>, Error> {
    let mut ids: BTreeSet<Uuid> = BTreeSet::new();
    let mut people: BTreeSet<PersonId> = BTreeSet::new();
    let mut of_accounts: BTreeSet<Uuid> = BTreeSet::new();
    for problem in all {
        ids.extend(problem.confirmed.iter().map(|c| c.owner.0));
        of_accounts.extend(problem.confirmed.iter().map(|c| c.by.0));
        ids.extend(problem.amendments.iter().flat_map(|a| [a.before.owner.0, a.after.owner.0]));
        of_accounts.extend(problem.amendments.iter().map(|a| a.by.0));
        ids.extend(problem.checks.iter().map(|c| c.unit.0));
        people.extend(problem.report.iter().map(|r| r.by));
        for answer in problem.checks.iter().filter_map(|c| c.answer.as_ref()) {
            people.extend([Some(answer.by), answer.confirmed_by].into_iter().flatten());
        }
    }
    ids.extend(people.iter().map(|p| p.0));
    let mut found = names(conn, ids.into_iter().collect())?;
    let rows: Vec<(Uuid, String)> = accounts::table
        .filter(accounts::id.eq_any(of_accounts))
        .select((accounts::id, accounts::display_name))
        .load(conn)?;
    found.extend(rows);
    Ok(found)
}

/// Problems with their words and names, as far as the actor sees them; their members are left out.
fn load(conn: &mut PgConnection, origin: &Origin, snapshots: Vec<serde_json::Value>) -> Result<Vec<Loaded>, Error> {
    let all: Vec<SystemicProblem> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let seen: Vec<SystemicProblem> = all.into_iter().filter(|p| rights::sees_problem(&origin.actor, p)).collect();
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let words = written(conn, seen.iter().flat_map(digests))?;
    let names = named(conn, &seen)?;
    let units: BTreeSet<UnitId> =
        seen.iter().flat_map(|p| p.checks.iter().map(|c| c.unit).chain(p.confirmed.iter().map(|c| c.owner))).collect();
    let without = without_accounts(conn, &units, origin.now)?;
    Ok(seen
        .into_iter()
        .map(|problem| Loaded {
            sees_all: rights::sees_problems(&origin.actor, problem.round),
            facts: Facts { without_accounts: without.clone(), files: BTreeSet::new() },
            names: names.clone(),
            words: words.clone(),
            members: Vec::new(),
            raised: Vec::new(),
            problem,
        })
        .collect())
}

/// Units the actor works for.
fn own_units(actor: &Actor) -> Vec<Uuid> {
    let person = actor.person().filter(|p| p.role == Some(Role::Unit));
    person.into_iter().flat_map(|p| &p.memberships).filter_map(|m| m.unit.unit()).map(|u| u.0).collect()
}

/// Systemic problems of a round that the actor sees, the newest first; groups that were dismissed are left out.
///
/// Errors: `NotFound` for a round he has nothing to do with.
pub fn list(conn: &mut PgConnection, origin: &Origin, round: RoundId) -> Result<Vec<Loaded>, Error> {
    let mut query = systemic_problems::table
        .filter(systemic_problems::round_id.eq(round.0).and(systemic_problems::state.ne("dismissed")))
        .order((systemic_problems::created_at.desc(), systemic_problems::id.desc()))
        .limit(MOST)
        .select(systemic_problems::snapshot)
        .into_boxed();
    if !rights::sees_problems(&origin.actor, round) {
        let own = own_units(&origin.actor);
        query = query
            .filter(systemic_problems::owner_id.eq_any(own.clone()).or(systemic_problems::unit_ids.overlaps_with(own)));
    }
    let snapshots = query.load(conn)?;
    let found = load(conn, origin, snapshots)?;
    if found.is_empty() { rounds::permit_sight(conn, &origin.actor, round).map(|()| found) } else { Ok(found) }
}

/// Whether a unit of the actor owns a problem of the round or was asked by one: he may have nothing else to do with the round.
pub(crate) fn sees_any(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<bool, Error> {
    let own = own_units(actor);
    if own.is_empty() {
        return Ok(false);
    }
    let found: Option<Uuid> = systemic_problems::table
        .filter(systemic_problems::round_id.eq(round.0).and(systemic_problems::state.ne("dismissed")))
        .filter(systemic_problems::owner_id.eq_any(own.clone()).or(systemic_problems::unit_ids.overlaps_with(own)))
        .select(systemic_problems::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Open problems of a round in which something may wait for the actor, the oldest first.
pub fn waiting(conn: &mut PgConnection, origin: &Origin, round: RoundId) -> Result<Vec<Loaded>, Error> {
    let own = own_units(&origin.actor);
    if own.is_empty() && rights::permit_office(&origin.actor, round).is_err() {
        return Ok(Vec::new());
    }
    let mut query = systemic_problems::table
        .filter(systemic_problems::round_id.eq(round.0))
        .filter(systemic_problems::state.eq_any(["confirmed", "checking"]))
        .order((systemic_problems::created_at, systemic_problems::id))
        .limit(MOST)
        .select(systemic_problems::snapshot)
        .into_boxed();
    if !own.is_empty() {
        query = query
            .filter(systemic_problems::owner_id.eq_any(own.clone()).or(systemic_problems::unit_ids.overlaps_with(own)));
    }
    let snapshots = query.load(conn)?;
    load(conn, origin, snapshots)
}

/// A problem whole, if the actor sees it, with the tasks he may read.
///
/// Errors: `NotFound`.
pub fn find(conn: &mut PgConnection, origin: &Origin, id: SystemicProblemId) -> Result<Loaded, Error> {
    let snapshot: Option<serde_json::Value> =
        systemic_problems::table.find(id.0).select(systemic_problems::snapshot).first(conn).optional()?;
    let mut loaded = load(conn, origin, vec![snapshot.ok_or(Error::NotFound)?])?.pop().ok_or(Error::NotFound)?;
    if loaded.sees_all {
        loaded.members = members::read(conn, &origin.actor, &loaded.problem.members)?;
    }
    let raised: Vec<TaskId> = loaded.problem.checks.iter().filter_map(|c| c.task).collect();
    loaded.raised = members::read(conn, &origin.actor, &raised)?;
    Ok(loaded)
}

/// The problem that a task is of or was made by, for who sees the round's problems whole.
pub fn of_task(conn: &mut PgConnection, origin: &Origin, task: TaskId) -> Result<Vec<Loaded>, Error> {
    let snapshots = systemic_problems::table
        .filter(systemic_problems::state.ne_all(["dismissed", "withdrawn"]))
        .filter(
            systemic_problems::task_ids.contains(vec![task.0]).or(systemic_problems::raised_ids.contains(vec![task.0])),
        )
        .order((systemic_problems::created_at, systemic_problems::id))
        .limit(MOST)
        .select(systemic_problems::snapshot)
        .load(conn)?;
    Ok(load(conn, origin, snapshots)?.into_iter().filter(|l| l.sees_all).collect())
}

/// Whether the actor may hand in a file for a unit's self-check: whoever may answer it now.
///
/// Errors: `NotFound`, those of `domain::systemic::gate`.
pub fn permit_receiving(
    conn: &mut PgConnection,
    origin: &Origin,
    id: SystemicProblemId,
    unit: UnitId,
) -> Result<(), Error> {
    let snapshot: Option<serde_json::Value> =
        systemic_problems::table.find(id.0).select(systemic_problems::snapshot).first(conn).optional()?;
    let problem: SystemicProblem = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    if !rights::sees_problem(&origin.actor, &problem) {
        return Err(Error::NotFound);
    }
    may_see_unit(&origin.actor, &problem, Some(unit))?;
    let facts = facts(conn, origin, &problem, None)?;
    let ctx = Context { actor: &origin.actor, now: origin.now, facts: &facts };
    Ok(systemic::gate(&problem, SystemicAction::Answer, Some(unit), &ctx)?)
}

/// These problems as they stand, for the feed of events.
pub(crate) fn among(conn: &mut PgConnection, ids: &BTreeSet<Uuid>) -> Result<Vec<SystemicProblem>, Error> {
    let snapshots: Vec<serde_json::Value> = systemic_problems::table
        .filter(systemic_problems::id.eq_any(ids))
        .select(systemic_problems::snapshot)
        .load(conn)?;
    Ok(snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?)
}

/// Whether a file of a self-check may be read: by who sees the problem whole, and by the unit.
///
/// Errors: `NotFound`.
pub fn permit_file(conn: &mut PgConnection, actor: &Actor, id: SystemicProblemId, purpose: &str) -> Result<(), Error> {
    let snapshot: Option<serde_json::Value> =
        systemic_problems::table.find(id.0).select(systemic_problems::snapshot).first(conn).optional()?;
    let problem: SystemicProblem = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let unit = purpose.strip_prefix("self_check:").and_then(|unit| unit.parse().ok()).map(UnitId);
    let reads = unit.is_some_and(|unit| rights::reads_check(actor, &problem, unit));
    if reads && rights::sees_problem(actor, &problem) { Ok(()) } else { Err(Error::NotFound) }
}

/// Files of self-checks that the reader of a problem may read.
pub fn files(
    conn: &mut PgConnection,
    origin: &Origin,
    loaded: &Loaded,
) -> Result<Vec<(UnitId, blobs::AttachmentRow)>, Error> {
    let all = blobs::of_subject(conn, blobs::Subject::SystemicProblem(loaded.problem.id.0))?;
    let units = loaded.problem.checks.iter().map(|c| (purpose_of(c.unit), c.unit)).collect::<BTreeMap<_, _>>();
    Ok(all
        .into_iter()
        .filter_map(|file| Some((*units.get(&file.purpose)?, file)))
        .filter(|(unit, _)| rights::reads_check(&origin.actor, &loaded.problem, *unit))
        .collect())
}

/// The row's own state, for comparison with a replay.
///
/// Errors: `NotFound`.
pub fn snapshot(conn: &mut PgConnection, id: SystemicProblemId) -> Result<SystemicProblem, Error> {
    let snapshot: Option<serde_json::Value> =
        systemic_problems::table.find(id.0).select(systemic_problems::snapshot).first(conn).optional()?;
    Ok(serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?)
}

/// The events of a problem as the domain reads them, folded; for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: SystemicProblemId) -> Result<Option<SystemicProblem>, Error> {
    events::folded(conn, "systemic_problem", id.0, SystemicEvent::parse, |event| event::begin(id, event), event::evolve)
}
