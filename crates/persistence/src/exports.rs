//! Lists that are handed on: each is asked for, made by one server, and kept for its asker (docs/domain.md §29).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Uuid as SqlUuid};
use domain::export::ExportKind;
use domain::ids::{AccountId, RoundId};
use domain::refusal::Refusal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::rounds;
use crate::schema::{attachments, exports};

/// How long a server may be silent about what it makes before it counts as gone.
const SILENCE: TimeDelta = TimeDelta::seconds(60);
/// How long a file is kept, hours.
pub const KEPT_HOURS: i64 = 24;
/// How many one account may have made at the same time.
const AT_ONCE: i64 = 2;
/// How many of his own an asker is shown.
const RECENT: i64 = 20;

/// One list that was asked for.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = exports)]
pub struct ExportRow {
    pub id: Uuid,
    pub round_id: Uuid,
    pub account_id: Uuid,
    pub kind: String,
    pub query: Value,
    pub state: String,
    pub n_done: i64,
    pub n_all: i64,
    pub fault: Option<String>,
    pub filename: String,
    pub size: Option<i64>,
    pub sha256: Option<String>,
    pub seq: i64,
    pub created_at: DateTime<Utc>,
    pub beat_at: DateTime<Utc>,
}

impl ExportRow {
    /// Its state now: whose server fell silent has failed, whose file is no longer kept is `expired`.
    pub fn standing(&self, now: DateTime<Utc>) -> &str {
        match self.state.as_str() {
            "running" if self.beat_at + SILENCE < now => "failed",
            "ready" if self.created_at + TimeDelta::hours(KEPT_HOURS) < now => "expired",
            state => state,
        }
    }
}

/// What came of making one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Ready { size: i64, sha256: String, rows: i64, tasks: i64 },
    Failed { fault: String },
}

fn stream(id: Uuid, round: Uuid) -> Stream {
    Stream { kind: "export", id, round: Some(RoundId(round)) }
}

fn say(
    conn: &mut PgConnection,
    origin: &Origin,
    row: &ExportRow,
    kind: &'static str,
    payload: Value,
) -> Result<i64, Error> {
    events::record(conn, origin, stream(row.id, row.round_id), row.seq, &[NewEvent { kind, payload }])
}

/// The account that asks.
fn asker(origin: &Origin) -> Result<AccountId, Error> {
    origin.account().ok_or(Error::NotFound)
}

/// Asks for a list of a round; whoever sees the round may, and gets what he sees of it.
///
/// Errors: `NotFound`, `too-many-exports` (409) while two of his are being made.
pub fn begin(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    kind: ExportKind,
    query: &Value,
    filename: &str,
) -> Result<ExportRow, Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    let account = asker(origin)?;
    let running: i64 = exports::table
        .filter(exports::account_id.eq(account.0))
        .filter(exports::state.eq("running").and(exports::beat_at.ge(origin.now - SILENCE)))
        .count()
        .get_result(conn)?;
    if running >= AT_ONCE {
        return Err(Refusal::conflict("too-many-exports").into());
    }
    let id = Uuid::now_v7();
    let new = NewEvent { kind: "export.begun", payload: json!({ "kind": kind, "query": query }) };
    let seq = events::record(conn, origin, stream(id, round.0), 0, &[new])?;
    Ok(diesel::insert_into(exports::table)
        .values((
            exports::id.eq(id),
            exports::round_id.eq(round.0),
            exports::account_id.eq(account.0),
            exports::kind.eq(kind.as_str()),
            exports::query.eq(query),
            exports::state.eq("running"),
            exports::filename.eq(filename),
            exports::seq.eq(seq),
            exports::created_at.eq(origin.now),
            exports::beat_at.eq(origin.now),
        ))
        .returning(ExportRow::as_returning())
        .get_result(conn)?)
}

/// One of the asker's own.
///
/// Errors: `NotFound`, also for anybody else's.
pub fn find(conn: &mut PgConnection, origin: &Origin, id: Uuid) -> Result<ExportRow, Error> {
    let account = asker(origin)?;
    let row = exports::table.find(id).filter(exports::account_id.eq(account.0)).select(ExportRow::as_select());
    row.first(conn).optional()?.ok_or(Error::NotFound)
}

/// The asker's own of a round, newest first.
pub fn recent(conn: &mut PgConnection, origin: &Origin, round: RoundId) -> Result<Vec<ExportRow>, Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    Ok(exports::table
        .filter(exports::account_id.eq(asker(origin)?.0).and(exports::round_id.eq(round.0)))
        .order((exports::created_at.desc(), exports::id.desc()))
        .limit(RECENT)
        .select(ExportRow::as_select())
        .load(conn)?)
}

/// Says how far it is; false where it is no longer wanted.
pub fn beat(conn: &mut PgConnection, id: Uuid, done: i64, all: i64, now: DateTime<Utc>) -> Result<bool, Error> {
    let running = exports::table.find(id).filter(exports::state.eq("running"));
    let n = diesel::update(running)
        .set((exports::n_done.eq(done), exports::n_all.eq(all), exports::beat_at.eq(now)))
        .execute(conn)?;
    Ok(n > 0)
}

/// Writes down what came of it; false where it was cancelled meanwhile, and nothing is written.
pub fn finish(conn: &mut PgConnection, origin: &Origin, id: Uuid, outcome: &Outcome) -> Result<bool, Error> {
    let row: ExportRow = exports::table.find(id).select(ExportRow::as_select()).for_update().first(conn)?;
    if row.state != "running" {
        return Ok(false);
    }
    let seq = match outcome {
        Outcome::Ready { size, sha256, rows, .. } => {
            let payload = json!({ "size": size, "sha256": sha256, "rows": rows });
            say(conn, origin, &row, "export.ready", payload)?
        }
        Outcome::Failed { fault } => say(conn, origin, &row, "export.failed", json!({ "fault": fault }))?,
    };
    let (state, fault, size, sha256, tasks) = match outcome {
        Outcome::Ready { size, sha256, tasks, .. } => ("ready", None, Some(*size), Some(sha256), *tasks),
        Outcome::Failed { fault } => ("failed", Some(fault), None, None, row.n_all),
    };
    diesel::update(exports::table.find(id))
        .set((
            exports::state.eq(state),
            exports::fault.eq(fault),
            exports::size.eq(size),
            exports::sha256.eq(sha256),
            exports::n_all.eq(tasks),
            exports::n_done.eq(if state == "ready" { tasks } else { row.n_done }),
            exports::seq.eq(seq),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Gives up one that is being made; one that is done stays as it is.
pub fn cancel(conn: &mut PgConnection, origin: &Origin, id: Uuid) -> Result<ExportRow, Error> {
    let row = find(conn, origin, id)?;
    let row: ExportRow = exports::table.find(row.id).select(ExportRow::as_select()).for_update().first(conn)?;
    if row.state != "running" {
        return Ok(row);
    }
    let seq = say(conn, origin, &row, "export.cancelled", json!({}))?;
    Ok(diesel::update(exports::table.find(id))
        .set((exports::state.eq("cancelled"), exports::seq.eq(seq)))
        .returning(ExportRow::as_returning())
        .get_result(conn)?)
}

/// Writes down that the asker took the file away.
///
/// Errors: `export-not-ready`, `export-expired` (409).
pub fn take(conn: &mut PgConnection, origin: &Origin, id: Uuid) -> Result<ExportRow, Error> {
    let row = find(conn, origin, id)?;
    let row: ExportRow = exports::table.find(row.id).select(ExportRow::as_select()).for_update().first(conn)?;
    match row.standing(origin.now) {
        "ready" => {}
        "expired" => return Err(Refusal::conflict("export-expired").into()),
        _ => return Err(Refusal::conflict("export-not-ready").into()),
    }
    let seq = say(conn, origin, &row, "export.taken", json!({}))?;
    diesel::update(exports::table.find(id)).set(exports::seq.eq(seq)).execute(conn)?;
    Ok(row)
}

/// Names of the files of tasks the asker has been shown, by attachment.
pub fn files(conn: &mut PgConnection, tasks: &[Uuid]) -> Result<BTreeMap<Uuid, String>, Error> {
    let rows: Vec<(Uuid, String)> = attachments::table
        .filter(attachments::subject_kind.eq("task").and(attachments::subject_id.eq_any(tasks)))
        .select((attachments::id, attachments::filename))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// A numbered slip of a task, as its history names it.
#[derive(Clone, Debug, QueryableByName)]
pub struct SlipMark {
    #[diesel(sql_type = SqlUuid)]
    pub task_id: Uuid,
    #[diesel(sql_type = Text)]
    pub level: String,
    #[diesel(sql_type = Integer)]
    pub year: i32,
    #[diesel(sql_type = Integer)]
    pub n: i32,
    #[diesel(sql_type = Text)]
    pub state: String,
}

/// Slips of tasks the asker has been shown, by the order of their numbers; a referral is told to nobody (docs/domain.md §25).
pub fn slips(conn: &mut PgConnection, tasks: &[Uuid]) -> Result<Vec<SlipMark>, Error> {
    Ok(diesel::sql_query(
        "SELECT task_id, level, year, n, state FROM slips \
         WHERE task_id = ANY($1) AND n IS NOT NULL AND level <> 'referral' ORDER BY task_id, year, n, level",
    )
    .bind::<Array<SqlUuid>, _>(tasks)
    .load(conn)?)
}

/// The last signed result of a check at a task.
#[derive(Clone, Debug, QueryableByName)]
pub struct CheckMark {
    #[diesel(sql_type = SqlUuid)]
    pub task_id: Uuid,
    #[diesel(sql_type = Text)]
    pub result: String,
    #[diesel(sql_type = Nullable<Date>)]
    pub on: Option<chrono::NaiveDate>,
}

/// What checks last found at tasks the asker has been shown.
pub fn checks(conn: &mut PgConnection, tasks: &[Uuid]) -> Result<Vec<CheckMark>, Error> {
    Ok(diesel::sql_query(
        "SELECT DISTINCT ON (stream_id) stream_id AS task_id, payload::jsonb ->> 'result' AS result, (payload::jsonb ->> 'on')::date AS on \
         FROM events WHERE stream_kind = 'task' AND stream_id = ANY($1) AND kind = 'task.checked' ORDER BY stream_id, seq DESC",
    )
    .bind::<Array<SqlUuid>, _>(tasks)
    .load(conn)?)
}

/// A file of a task's evidence, as a catalogue names it.
#[derive(Clone, Debug, QueryableByName)]
pub struct ListedFile {
    #[diesel(sql_type = SqlUuid)]
    pub task_id: Uuid,
    #[diesel(sql_type = Text)]
    pub filename: String,
    #[diesel(sql_type = Nullable<Date>)]
    pub on: Option<chrono::NaiveDate>,
}

/// Files of tasks the asker has been shown, in the order they came; those that were taken back are left out.
pub fn listed_files(conn: &mut PgConnection, tasks: &[Uuid]) -> Result<Vec<ListedFile>, Error> {
    Ok(diesel::sql_query(
        "SELECT a.subject_id AS task_id, a.filename, a.occurred_on AS on FROM attachments a JOIN tasks t ON t.id = a.subject_id \
         WHERE a.subject_kind = 'task' AND a.subject_id = ANY($1) \
           AND t.snapshot -> 'evidence' @> jsonb_build_array(jsonb_build_object('id', a.id)) ORDER BY t.ordinal, a.received_at, a.id",
    )
    .bind::<Array<SqlUuid>, _>(tasks)
    .load(conn)?)
}
