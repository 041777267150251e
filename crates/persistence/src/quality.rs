//! What the signals on a closure rest on beside the task's own row (docs/domain.md §40).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::calendar::{self, Week};
use domain::ids::EvidenceId;
use domain::policy::RequestKind;
use domain::quality::{Handed, Signal, signals};
use domain::rights;
use domain::sign_request::RequestState;
use domain::task::state::StatementMark;
use domain::task::text::StatementText;
use uuid::Uuid;

use crate::error::Error;
use crate::ledger::visible;
use crate::statement::Statement;
use crate::tasks::{self, LoadedTask};

#[derive(QueryableByName)]
struct Reused {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    number: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The signals on a task as of the moment its closure was asked for, else as of now.
pub fn of_task(
    conn: &mut PgConnection,
    actor: &Actor,
    loaded: &LoadedTask,
    now: DateTime<Utc>,
) -> Result<Vec<Signal>, Error> {
    let task = &loaded.task;
    let asked = task.requests.iter().map(|r| &r.request).rfind(|r| r.kind == RequestKind::Closure);
    let asked_at = asked.filter(|r| r.state != RequestState::Returned).map(|r| r.submitted_at);
    let at = asked_at.unwrap_or(now);
    let on: NaiveDate = calendar::today(at);
    let excused: BTreeSet<Uuid> = task.draft.measures.iter().filter(|m| m.excused).map(|m| m.id.0).collect();
    let planned = loaded.plan.as_ref().map(|plan| &plan.criteria).filter(|criteria| !criteria.is_empty());
    let handed = Handed {
        measures: loaded.text.measures.iter().filter(|m| !excused.contains(&m.id.0)).map(|m| m.text.as_str()).collect(),
        criteria: planned.unwrap_or(&loaded.text.criteria).iter().map(|c| c.text.as_str()).collect(),
        statements: statements(conn, loaded)?,
        reused: reused(conn, actor, loaded)?,
        in_the_hour: in_the_hour(conn, loaded, at, asked_at.is_some())?,
        near_percent: loaded.facts.policy.copy_percent,
    };
    Ok(signals(task, &handed, on))
}

/// The lead unit's newest words of each week, oldest first.
fn statements(conn: &mut PgConnection, loaded: &LoadedTask) -> Result<Vec<(Week, StatementText)>, Error> {
    let lead = loaded.task.lead_unit();
    let mut newest: BTreeMap<Week, &StatementMark> = BTreeMap::new();
    for mark in loaded.task.statements.iter().filter(|m| Some(m.unit) == lead) {
        let known = newest.entry(mark.week).or_insert(mark);
        if mark.revision > known.revision {
            *known = mark;
        }
    }
    let bodies = tasks::bodies(conn, newest.values().map(|m| m.digest.clone()).collect::<BTreeSet<_>>())?;
    Ok(newest
        .into_iter()
        .filter_map(|(week, mark)| Some((week, serde_json::from_str(bodies.get(&mark.digest)?).ok()?)))
        .collect())
}

/// Numbers of other tasks of the round, as far as the reader sees them, that have the same file as evidence.
fn reused(
    conn: &mut PgConnection,
    actor: &Actor,
    loaded: &LoadedTask,
) -> Result<BTreeMap<EvidenceId, BTreeSet<String>>, Error> {
    if loaded.task.evidence.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = Statement::default()
        .sql(
            "SELECT DISTINCT own.id, t.number FROM attachments own JOIN attachments other ON other.blob_sha256 = own.blob_sha256 \
                AND other.subject_kind = 'task' AND other.subject_id <> own.subject_id \
             JOIN tasks t ON t.id = other.subject_id WHERE own.subject_kind = 'task' AND t.state <> 'withdrawn' AND own.subject_id = ",
        )
        .bind::<SqlUuid, _>(loaded.task.id.0)
        .sql(" AND own.id = ANY(")
        .bind::<Array<SqlUuid>, _>(loaded.task.evidence.iter().map(|e| e.id.0).collect::<Vec<_>>())
        .sql(") AND ");
    let rows: Vec<Reused> = visible(query, loaded.task.round, &rights::scope(actor)).rare().load(conn)?;
    let mut found: BTreeMap<EvidenceId, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        found.entry(EvidenceId(row.id)).or_default().insert(row.number);
    }
    Ok(found)
}

/// How many closures the lead unit asked for within the hour before, the one looked at counted once.
fn in_the_hour(
    conn: &mut PgConnection,
    loaded: &LoadedTask,
    at: DateTime<Utc>,
    is_asked: bool,
) -> Result<usize, Error> {
    let Some(unit) = loaded.task.lead_unit() else { return Ok(0) };
    let row: Count = diesel::sql_query(
        "SELECT count(DISTINCT r.task_id) AS n FROM sign_requests r JOIN tasks t ON t.id = r.task_id \
         WHERE r.kind = 'closure' AND r.round_id = $1 AND t.lead_unit_id = $2 AND r.task_id <> $3 AND r.submitted_at > $4 AND r.submitted_at <= $5",
    )
    .bind::<SqlUuid, _>(loaded.task.round.0)
    .bind::<SqlUuid, _>(unit.0)
    .bind::<SqlUuid, _>(loaded.task.id.0)
    .bind::<Timestamptz, _>(at - TimeDelta::hours(1))
    .bind::<Timestamptz, _>(at)
    .get_result(conn)?;
    let others = usize::try_from(row.n).unwrap_or(0);
    Ok(if is_asked || others > 0 { others + 1 } else { 0 })
}
