//! What the records know of a head that he may take over, and which tasks he can name: read as he sees them, whoever enters for him.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Text, Uuid as SqlUuid};
use domain::actor::{Actor, PersonActor, Role};
use domain::ids::{PersonId, RoundId, TaskId};
use domain::personal_duty::Head;
use domain::personal_duty::suggest::{Known, SourceKind, Suggestion, suggest};
use domain::rights;
use domain::task::state::Sensitivity;
use uuid::Uuid;

use super::heads::suggested_since;
use crate::error::Error;
use crate::statement::Statement;
use crate::{actors, ledger};

/// Most tasks a form offers.
const OFFERED: i64 = 60;

/// A task as an act names it.
#[derive(Clone, Debug, QueryableByName)]
pub struct DutyTask {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Bool)]
    pub is_key: bool,
    /// Whether the reader sees the task at all.
    #[diesel(sql_type = Bool)]
    pub is_seen: bool,
    /// Whether the reader reads its content.
    #[diesel(sql_type = Bool)]
    pub reads_content: bool,
    #[diesel(sql_type = Bool)]
    pub is_sensitive: bool,
}

const TASK: &str = "t.id, t.number, t.title, t.is_key, t.sensitivity <> 'open' AS is_sensitive";

fn without_titles(mut tasks: Vec<DutyTask>) -> Vec<DutyTask> {
    for task in tasks.iter_mut().filter(|t| !t.reads_content) {
        Sensitivity::Internal.label().clone_into(&mut task.title);
    }
    tasks
}

/// These tasks as the reader may know them.
pub(super) fn tasks(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    ids: Vec<Uuid>,
) -> Result<Vec<DutyTask>, Error> {
    let reader = ledger::reader(actor, round);
    let query = Statement::default().sql("SELECT ").sql(TASK).sql(", (");
    let query = ledger::visible(query, round, &rights::scope(actor)).sql(") AS is_seen, ");
    let rows: Vec<DutyTask> = ledger::readable(query, &reader)
        .sql(" AS reads_content FROM tasks t WHERE t.id = ANY(")
        .bind::<Array<SqlUuid>, _>(ids)
        .sql(") ORDER BY t.ordinal, t.id")
        .load(conn)?;
    Ok(without_titles(rows))
}

/// The head as he sees the ledger; one without an account as his unit does.
pub(super) fn as_head(
    conn: &mut PgConnection,
    person: PersonId,
    head: &Head,
    today: NaiveDate,
) -> Result<Actor, Error> {
    let found = actors::of_people(conn, &[person], today)?.remove(&person).ok_or(Error::NotFound)?;
    let role = found.role.or((!head.units.is_empty()).then_some(Role::Unit)).or(Some(Role::Leader));
    Ok(Actor::Person(Box::new(PersonActor { role, ..found })))
}

/// Which of these tasks the head sees.
pub(super) fn seen_by(
    conn: &mut PgConnection,
    head: &Actor,
    round: RoundId,
    ids: &[TaskId],
) -> Result<Vec<TaskId>, Error> {
    let found = tasks(conn, head, round, ids.iter().map(|t| t.0).collect())?;
    Ok(found.into_iter().filter(|t| t.is_seen).map(|t| TaskId(t.id)).collect())
}

/// The tasks a form offers: those of the head's units, or that name him as a leader, as far as he and who enters see them; key problems first.
pub(super) fn offered(
    conn: &mut PgConnection,
    actor: &Actor,
    person: PersonId,
    head: &Head,
    round: RoundId,
) -> Result<Vec<DutyTask>, Error> {
    let reader = ledger::reader(actor, round);
    let query = Statement::default().sql("SELECT ").sql(TASK).sql(", true AS is_seen, ");
    let query = ledger::readable(query, &reader)
        .sql(
            " AS reads_content FROM tasks t WHERE t.state NOT IN ('draft', 'withdrawn') AND t.id IN (\
             SELECT x.task_id FROM task_units x WHERE x.part = 'responsible' AND x.unit_id = ANY(",
        )
        .bind::<Array<SqlUuid>, _>(head.units.iter().map(|u| u.0).collect::<Vec<_>>())
        .sql(") UNION ALL SELECT y.task_id FROM task_people y WHERE y.part = 'leader' AND y.person_id = ")
        .bind::<SqlUuid, _>(person.0)
        .sql(") AND ");
    let rows: Vec<DutyTask> = ledger::visible(query, round, &rights::scope(actor))
        .sql(format!(" ORDER BY t.is_key DESC, t.ordinal, t.id LIMIT {OFFERED}"))
        .load(conn)?;
    Ok(without_titles(rows))
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Date)]
    on_day: NaiveDate,
    #[diesel(sql_type = Array<SqlUuid>)]
    task_ids: Vec<Uuid>,
}

/// What is suggested to a head and not yet taken over, of this month and the last. What a stand-in signed for him he did not do himself.
pub(super) fn suggestions(
    conn: &mut PgConnection,
    round: RoundId,
    person: PersonId,
    today: NaiveDate,
) -> Result<Vec<Suggestion>, Error> {
    let rows: Vec<KnownRow> = Statement::default()
        .sql(
            "SELECT k.kind, k.id, k.on_day, k.task_ids FROM (\
             SELECT CASE WHEN r.kind <> 'closure' THEN r.kind WHEN s.who = 'unit_head' THEN 'pledge' ELSE 'closure' END AS kind, \
                 s.id, s.occurred_on AS on_day, ARRAY[r.task_id] AS task_ids \
             FROM signatures s JOIN sign_requests r ON r.id = s.sign_request_id \
             WHERE s.verdict = 'approve' AND s.state = 'effective' AND s.stand_in_id IS NULL AND s.mode IN ('electronic', 'paper') \
                 AND r.kind IN ('plan', 'amendment', 'closure') AND s.who IN ('unit_head', 'lead_leader', 'principal', 'group_head') \
                 AND s.person_id = ",
        )
        .bind::<SqlUuid, _>(person.0)
        .sql(" AND r.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        // A head who hands in himself signs with it.
        .sql(
            " UNION ALL SELECT CASE r.kind WHEN 'closure' THEN 'pledge' ELSE r.kind END, r.id, \
                 (r.submitted_at AT TIME ZONE 'Asia/Shanghai')::date, ARRAY[r.task_id] FROM sign_requests r \
             WHERE r.kind IN ('plan', 'amendment', 'closure') AND r.state IN ('open', 'granted') AND r.submitted_by = ",
        )
        .bind::<SqlUuid, _>(person.0)
        .sql(" AND r.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(
            " UNION ALL SELECT m.kind, m.id, (COALESCE((m.snapshot->>'opened_at')::timestamptz, m.at) AT TIME ZONE 'Asia/Shanghai')::date, \
                 ARRAY(SELECT q.task_id FROM resolutions q WHERE q.meeting_id = m.id AND q.task_id IS NOT NULL) \
             FROM meetings m WHERE m.state = 'concluded' AND m.snapshot->>'chair' = ",
        )
        .bind::<Text, _>(person.to_string())
        .sql(" AND m.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(
            " UNION ALL SELECT 'check', c.id, (g.target->'result'->>'occurred_on')::date, ARRAY[(g.target->>'task')::uuid] \
             FROM checks c CROSS JOIN LATERAL jsonb_array_elements(c.snapshot->'targets') AS g(target) \
             WHERE g.target->'result'->>'signed_by' IS NOT NULL AND ",
        )
        .bind::<Text, _>(person.to_string())
        .sql(" IN (g.target->'result'->>'by', g.target->'result'->>'signed_by') AND c.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(") k WHERE k.on_day >= ")
        .bind::<Date, _>(suggested_since(today))
        .sql(
            " AND NOT EXISTS (SELECT FROM personal_duty_sources t WHERE t.kind = k.kind AND t.source_id = k.id AND t.head_id = ",
        )
        .bind::<SqlUuid, _>(person.0)
        .sql(") ORDER BY k.on_day, k.kind, k.id")
        .load(conn)?;
    let known = rows.into_iter().filter_map(|row| {
        Some(Known {
            // Of a democratic life meeting nothing is suggested: it is none of the four.
            kind: SourceKind::parse(&row.kind)?,
            id: row.id,
            on: row.on_day,
            tasks: row.task_ids.into_iter().map(TaskId).collect(),
        })
    });
    Ok(suggest(known.collect()))
}
