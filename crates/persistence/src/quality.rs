//! What the signals on a closure rest on beside the task's own row (docs/domain.md §40).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::calendar::{self, Week};
use domain::ids::{EvidenceId, TaskId};
use domain::policy::RequestKind;
use domain::quality::{Handed, Signal, signals};
use domain::rights;
use domain::sign_request::RequestState;
use domain::task::state::{StatementMark, Task};
use domain::task::text::StatementText;
use uuid::Uuid;

use crate::error::Error;
use crate::ledger::visible;
use crate::statement::Statement;
use crate::tasks::{self, LoadedTask};

#[derive(QueryableByName)]
struct Reused {
    #[diesel(sql_type = SqlUuid)]
    task: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    number: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = SqlUuid)]
    task: Uuid,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// When the closure of a task was asked for; none where it was not, or was returned.
pub fn asked(task: &Task) -> Option<DateTime<Utc>> {
    let asked = task.requests.iter().map(|r| &r.request).rfind(|r| r.kind == RequestKind::Closure);
    asked.filter(|r| r.state != RequestState::Returned).map(|r| r.submitted_at)
}

/// The signals on tasks of one round, each as of the moment its closure was asked for, else as of now; as many statements whatever their number.
pub fn of_tasks(
    conn: &mut PgConnection,
    actor: &Actor,
    loaded: &[LoadedTask],
    now: DateTime<Utc>,
) -> Result<BTreeMap<TaskId, Vec<Signal>>, Error> {
    let mut statements = statements(conn, loaded)?;
    let mut reused = reused(conn, actor, loaded)?;
    let in_the_hour = in_the_hour(conn, loaded, now)?;
    let signals_of = |loaded: &LoadedTask| {
        let task = &loaded.task;
        let excused: BTreeSet<Uuid> = task.draft.measures.iter().filter(|m| m.excused).map(|m| m.id.0).collect();
        let planned = loaded.plan.as_ref().map(|plan| &plan.criteria).filter(|criteria| !criteria.is_empty());
        let measures = loaded.text.measures.iter().filter(|m| !excused.contains(&m.id.0));
        let handed = Handed {
            measures: measures.map(|m| m.text.as_str()).collect(),
            criteria: planned.unwrap_or(&loaded.text.criteria).iter().map(|c| c.text.as_str()).collect(),
            statements: statements.remove(&task.id).unwrap_or_default(),
            reused: reused.remove(&task.id).unwrap_or_default(),
            in_the_hour: in_the_hour.get(&task.id).copied().unwrap_or_default(),
            near_percent: loaded.facts.policy.copy_percent,
        };
        (task.id, signals(task, &handed, calendar::today(asked(task).unwrap_or(now))))
    };
    Ok(loaded.iter().map(signals_of).collect())
}

/// The newest words of each week by each task's lead unit, oldest first.
fn statements(conn: &mut PgConnection, loaded: &[LoadedTask]) -> Result<BTreeMap<TaskId, Weeks>, Error> {
    let mut newest: BTreeMap<(TaskId, Week), &StatementMark> = BTreeMap::new();
    for LoadedTask { task, .. } in loaded {
        let lead = task.lead_unit();
        for mark in task.statements.iter().filter(|m| Some(m.unit) == lead) {
            let known = newest.entry((task.id, mark.week)).or_insert(mark);
            if mark.revision > known.revision {
                *known = mark;
            }
        }
    }
    let bodies = tasks::bodies(conn, newest.values().map(|m| m.digest.clone()).collect::<BTreeSet<_>>())?;
    let mut found: BTreeMap<TaskId, Weeks> = BTreeMap::new();
    for ((task, week), mark) in newest {
        if let Some(text) = bodies.get(&mark.digest).and_then(|body| serde_json::from_str(body).ok()) {
            found.entry(task).or_default().push((week, text));
        }
    }
    Ok(found)
}

type Weeks = Vec<(Week, StatementText)>;

/// Evidence of each task that is the same file as evidence of others of the round, with the numbers of those the reader sees.
fn reused(
    conn: &mut PgConnection,
    actor: &Actor,
    loaded: &[LoadedTask],
) -> Result<BTreeMap<TaskId, BTreeMap<EvidenceId, BTreeSet<String>>>, Error> {
    let mut found: BTreeMap<TaskId, BTreeMap<EvidenceId, BTreeSet<String>>> = BTreeMap::new();
    let evidence: Vec<Uuid> = loaded.iter().flat_map(|l| &l.task.evidence).map(|e| e.id.0).collect();
    let Some(round) = loaded.first().map(|l| l.task.round).filter(|_| !evidence.is_empty()) else {
        return Ok(found);
    };
    let query = Statement::default()
        .sql(
            "SELECT DISTINCT own.subject_id AS task, own.id, t.number FROM attachments own \
             JOIN attachments other ON other.blob_sha256 = own.blob_sha256 \
                AND other.subject_kind = 'task' AND other.subject_id <> own.subject_id \
             JOIN tasks t ON t.id = other.subject_id \
             WHERE own.subject_kind = 'task' AND t.state <> 'withdrawn' AND own.subject_id = ANY(",
        )
        .bind::<Array<SqlUuid>, _>(loaded.iter().map(|l| l.task.id.0).collect::<Vec<_>>())
        .sql(") AND own.id = ANY(")
        .bind::<Array<SqlUuid>, _>(evidence)
        .sql(") AND ");
    let rows: Vec<Reused> = visible(query, round, &rights::scope(actor)).rare().load(conn)?;
    for row in rows {
        found.entry(TaskId(row.task)).or_default().entry(EvidenceId(row.id)).or_default().insert(row.number);
    }
    Ok(found)
}

/// How many closures each lead unit asked for within the hour before, the one looked at counted once.
fn in_the_hour(
    conn: &mut PgConnection,
    loaded: &[LoadedTask],
    now: DateTime<Utc>,
) -> Result<BTreeMap<TaskId, usize>, Error> {
    let led = || loaded.iter().filter_map(|l| Some((&l.task, l.task.lead_unit()?)));
    let Some(round) = loaded.first().map(|l| l.task.round) else { return Ok(BTreeMap::new()) };
    let rows: Vec<Count> = diesel::sql_query(
        "SELECT own.task, count(DISTINCT r.task_id) AS n FROM unnest($2, $3, $4) AS own (task, unit, at) \
         JOIN sign_requests r ON r.kind = 'closure' AND r.round_id = $1 AND r.task_id <> own.task \
            AND r.submitted_at > own.at - interval '1 hour' AND r.submitted_at <= own.at \
         JOIN tasks t ON t.id = r.task_id AND t.lead_unit_id = own.unit GROUP BY own.task",
    )
    .bind::<SqlUuid, _>(round.0)
    .bind::<Array<SqlUuid>, _>(led().map(|(task, _)| task.id.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(led().map(|(_, unit)| unit.0).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(led().map(|(task, _)| asked(task).unwrap_or(now)).collect::<Vec<_>>())
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (TaskId(row.task), usize::try_from(row.n).unwrap_or(0) + 1)).collect())
}
