//! Data sets of a given size for measuring and for tests: whole histories made by the domain's own decisions and written through COPY, with
//! true chains, rows that equal their replay, and counters that equal a recount. Nobody is notified of them.

mod copy;
mod life;
mod words;
mod world;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::chain;
use domain::ids::RoundId;
use domain::task::alert;
use domain::task::{self};
use serde_json::json;

use self::copy::{Waiting, row};
use self::life::{Life, Stage, Wanted};
use self::world::{World, found, write_events};
use crate::error::Error;
use crate::ledger::bigrams;

/// Tasks that are sent at once.
const BATCH: usize = 1000;

/// How much there is of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub units: usize,
    pub tasks: usize,
    pub statements: usize,
    /// Met nearly: what a task's own acts leave open is filled with answers to statements.
    pub events: usize,
}

impl Size {
    /// For tests.
    pub const TINY: Size = Size { units: 20, tasks: 200, statements: 2_000, events: 6_000 };
    /// What is quoted on request.
    pub const SMALL: Size = Size { units: 200, tasks: 10_000, statements: 100_000, events: 300_000 };
    /// What is quoted before a release.
    pub const BIG: Size = Size { units: 2_000, tasks: 100_000, statements: 1_000_000, events: 3_000_000 };

    /// By its name, or as units and tasks, such as 30x60.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some((units, tasks)) = name.split_once('x') {
            let (units, tasks) = (units.parse().ok().filter(|n| *n >= 2)?, tasks.parse().ok().filter(|n| *n > 0)?);
            return Some(Self { units, tasks, statements: tasks * 4, events: tasks * 30 });
        }
        match name {
            "tiny" => Some(Self::TINY),
            "small" => Some(Self::SMALL),
            "big" => Some(Self::BIG),
            _ => None,
        }
    }
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    pub round: RoundId,
    pub tasks: usize,
    pub statements: usize,
    pub events: usize,
}

/// Fills an empty database as its owner; the same seed and moment make the same tasks. Every account has the password of the hash; logins are
/// `office`, `principal`, `team0`, `leader00` and so on, and `head00000` and so on for the units.
pub fn fill(owner_url: &str, size: Size, seed: u64, password_hash: &str, now: DateTime<Utc>) -> Result<Made, Error> {
    let conn = &mut PgConnection::establish(owner_url).map_err(|_| Error::Unavailable)?;
    diesel::sql_query("SET synchronous_commit = off").execute(conn)?;
    counting(conn, "DISABLE")?;
    let world = found(conn, &size, seed, password_hash, now)?;
    let reporting = (1..=size.tasks).filter(|n| Stage::of(*n).reports()).count();
    let mut made = Made { round: world.round.id, tasks: size.tasks, statements: 0, events: 0 };
    let (mut waiting, mut kept, mut reported) = (Waiting::default(), HashSet::new(), 0);
    for ordinal in 1..=size.tasks {
        let stage = Stage::of(ordinal);
        let statements = if stage.reports() {
            reported += 1;
            size.statements * reported / reporting - made.statements
        } else {
            0
        };
        // As many answers as bring the events so far to their share.
        let share = size.events * ordinal / size.tasks;
        let acknowledged = share.saturating_sub(made.events + statements + 16).min(statements);
        let life = Life::live(&world, &Wanted { ordinal, stage, statements, acknowledged })?;
        made.statements += statements;
        made.events += life.events.len();
        write(&mut waiting, &world, &life, ordinal, &mut kept)?;
        if ordinal.is_multiple_of(BATCH) || ordinal == size.tasks {
            waiting.send(conn)?;
        }
    }
    counting(conn, "ENABLE")?;
    diesel::sql_query("SELECT recount_tasks()").execute(conn)?;
    seal_all(conn)?;
    Ok(made)
}

/// Whether the counters follow each row; so many are counted once, at the end.
fn counting(conn: &mut PgConnection, switch: &str) -> Result<(), Error> {
    for table in ["tasks", "task_units"] {
        diesel::sql_query(format!("ALTER TABLE {table} {switch} TRIGGER USER")).execute(conn)?;
    }
    Ok(())
}

/// The order of all events in one statement; the sealer would take them a few at a time.
fn seal_all(conn: &mut PgConnection) -> Result<(), Error> {
    diesel::sql_query(
        "INSERT INTO event_positions (position, stream_kind, stream_id, seq) \
         SELECT row_number() OVER (ORDER BY at, stream_id, seq), stream_kind, stream_id, seq FROM events",
    )
    .execute(conn)?;
    diesel::sql_query("DELETE FROM pending_events").execute(conn)?;
    diesel::sql_query("ANALYZE").execute(conn)?;
    Ok(())
}

fn int(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// The row and everything beside it, as `projection` keeps them.
fn write(
    waiting: &mut Waiting,
    world: &World,
    life: &Life<'_>,
    ordinal: usize,
    kept: &mut HashSet<String>,
) -> Result<(), Error> {
    let (task, draft) = (&life.task, &life.task.draft);
    for (revision, at) in &life.revisions {
        if kept.insert(revision.digest.as_str()[..24].to_owned()) {
            row!(waiting.revisions, revision.digest.as_str(), chain::ALG, revision.kind, revision.body, *at);
        }
    }
    write_events(waiting, &life.events);
    let updated_at = life.events.last().map_or(life.created_at, |e| e.at);
    let alert = alert::assess(task, &life.facts, &world.calendar, world.now);
    let (done, all) = task.progress();
    row!(
        waiting.tasks,
        task.id.0,
        task.round.0,
        task.finding.0,
        i64::try_from(ordinal).unwrap_or(0),
        draft.number,
        format!("{}.{}", ordinal % world.findings.len() + 1, ordinal / world.findings.len() + 1),
        life.text.title,
        task.state.as_str(),
        draft.disposition.map(|d| d.as_str()),
        draft.sensitivity.as_str(),
        task.completion_status().as_str(),
        alert.level.as_str(),
        serde_json::to_value(&alert.reasons)?,
        task.lead_unit().map(|u| u.0),
        task.lead_leader().map(|p| p.0),
        draft.parties.persons.first().map(|p| p.0),
        draft.due_on,
        task.original_due_on,
        draft.review_on,
        int(draft.measures.len()),
        i32::try_from(done).unwrap_or(i32::MAX),
        i32::try_from(all).unwrap_or(i32::MAX),
        i32::from(draft.doubts),
        draft.is_key,
        serde_json::to_value(task)?,
        bigrams(&format!("{} {}", draft.number, life.text.title)),
        task.seq,
        task.version,
        life.created_at,
        updated_at,
        task.closed_on,
    );
    write_parties(waiting, task);
    write_work(waiting, life);
    write_requests(waiting, life);
    if let Some(at) = task::next_moment(task, &life.facts, &world.calendar, world.now) {
        row!(waiting.due_acts, crate::due_acts::KEEP_CLOCK, task.id.0, at);
    }
    Ok(())
}

fn write_parties(waiting: &mut Waiting, task: &task::state::Task) {
    let draft = &task.draft;
    for (i, unit) in draft.parties.units.iter().enumerate() {
        row!(waiting.task_units, task.id.0, unit.0, "responsible", int(i));
    }
    for (i, supporting) in draft.supporting.iter().enumerate() {
        row!(waiting.task_units, task.id.0, supporting.unit.0, "supporting", int(i));
    }
    for (part, people) in [("leader", &draft.parties.leaders), ("person", &draft.parties.persons)] {
        for (i, person) in people.iter().enumerate() {
            row!(waiting.task_people, task.id.0, person.0, part, int(i));
        }
    }
}

fn write_work(waiting: &mut Waiting, life: &Life<'_>) {
    let task = &life.task;
    let words = |id: uuid::Uuid| life.text.measures.iter().find(|m| m.id.0 == id).map_or("", |m| m.text.as_str());
    for (i, measure) in task.draft.measures.iter().enumerate() {
        row!(waiting.measures, measure.id.0, task.id.0, int(i), measure.number, words(measure.id.0), measure.due_on);
    }
    for (i, milestone) in task.milestones().iter().enumerate() {
        let done_on = task.done.get(&milestone.id).map(|d| d.occurred_on);
        let measure = milestone.measure.map(|m| m.0);
        row!(
            waiting.milestones,
            milestone.id.0,
            task.id.0,
            measure,
            int(i),
            words(milestone.id.0),
            milestone.due_on,
            done_on
        );
    }
    let by = task.draft.parties.persons.first().map(|p| p.0);
    let answered = happened(life, &["task.statement_acknowledged", "task.statement_returned"], "week");
    for mark in &task.statements {
        let revision = i16::try_from(mark.revision).unwrap_or(i16::MAX);
        row!(
            waiting.weekly_statements,
            task.id.0,
            mark.unit.0,
            mark.week.to_string(),
            revision,
            mark.digest.as_str(),
            mark.at,
            by,
            mark.is_late,
            mark.is_after_cut_off,
            mark.reply.as_str(),
            true,
            answered.get(&mark.week.to_string()).copied()
        );
    }
    for mark in &task.evidence {
        let purpose = mark.purpose.as_str();
        let account = life.events.iter().find(|e| e.person_id == Some(mark.by.0)).and_then(|e| e.account_id);
        let at = mark.occurred_on.and_time(chrono::NaiveTime::MIN).and_utc();
        row!(
            waiting.attachments,
            mark.id.0,
            mark.blob,
            "task",
            task.id.0,
            purpose,
            "佐证.pdf",
            mark.occurred_on,
            at,
            account
        );
    }
}

/// When events of these kinds happened, by a field of their payloads.
fn happened(life: &Life<'_>, kinds: &[&str], field: &str) -> HashMap<String, DateTime<Utc>> {
    let of_kind = life.events.iter().filter(|e| kinds.contains(&e.kind.as_str()));
    of_kind
        .filter_map(|e| {
            let payload: serde_json::Value = serde_json::from_str(&e.payload).ok()?;
            Some((payload[field].as_str()?.to_owned(), e.at))
        })
        .collect()
}

fn write_requests(waiting: &mut Waiting, life: &Life<'_>) {
    let task = &life.task;
    let decided = happened(life, &["task.request_granted", "task.request_returned"], "request");
    for request in task.requests.iter().map(|r| &r.request) {
        let step = request.current_step().filter(|_| request.is_open()).map(|i| &request.chain[i]);
        row!(
            waiting.sign_requests,
            request.id.0,
            request.kind.as_str(),
            "task",
            task.id.0,
            task.round.0,
            request.revision.as_str(),
            request.policy_version,
            json!(request.chain),
            request.state.as_str(),
            request.submitted_by.0,
            request.submitted_at,
            step.map(|s| s.who.as_str()),
            step.and_then(|s| s.person).map(|p| p.0),
            decided.get(&request.id.to_string()).copied()
        );
        for (i, signature) in request.signatures.iter().enumerate() {
            let nth = request.signatures[..=i].iter().filter(|s| s.step == signature.step).count();
            let who = request.chain.get(usize::from(signature.step)).map_or("", |s| s.who.as_str());
            row!(
                waiting.signatures,
                signature.id.0,
                request.id.0,
                i16::from(signature.step),
                who,
                i16::try_from(nth).unwrap_or(i16::MAX),
                signature.person.map(|p| p.0),
                request.submitted_by.0,
                signature.verdict.as_str(),
                signature.mode.as_str(),
                signature.words.as_ref().map(|d| d.as_str()),
                signature.recorded_by.0,
                signature.occurred_on,
                signature.at,
                signature.state.as_str()
            );
        }
    }
}
