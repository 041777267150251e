//! What the records of a round say, read once: the events of its tasks and slips up to a place in the one order, folded to facts (docs/domain.md §45).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::appraisal::facts::{Derived, LOOKED_AT, Recorded, derive};
use domain::ids::{RoundId, SlipId, TaskId};
use domain::slip::event::SlipEvent;
use domain::task::event::TaskEvent;
use uuid::Uuid;

use crate::error::Error;
use crate::statement::Statement;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    stream_id: Uuid,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    payload: String,
}

type Streams<E> = Vec<(Uuid, Vec<Recorded<E>>)>;

/// The events of all streams of a kind in a round, each stream in its order.
fn streams<E>(
    conn: &mut PgConnection,
    stream_kind: &str,
    round: RoundId,
    position: i64,
    parse: impl Fn(&str, serde_json::Value) -> Result<E, String>,
) -> Result<Streams<E>, Error> {
    let kinds: Vec<&str> = LOOKED_AT.iter().copied().filter(|kind| kind.starts_with(stream_kind)).collect();
    let rows: Vec<Row> = Statement::default()
        .sql(format!(
            "SELECT e.stream_id, e.seq, e.kind, e.at, e.payload FROM events e JOIN event_positions o USING (stream_kind, stream_id, seq) \
             WHERE e.stream_kind = '{stream_kind}' AND e.round_id = "
        ))
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND o.position <= ")
        .bind::<BigInt, _>(position)
        .sql(" AND e.kind = ANY(")
        .bind::<Array<Text>, _>(kinds)
        .sql(") ORDER BY e.stream_id, e.seq")
        .load(conn)?;
    let mut found: Streams<E> = Vec::new();
    for row in rows {
        let event = parse(&row.kind, serde_json::from_str(&row.payload)?).map_err(Error::internal)?;
        let recorded = Recorded { seq: row.seq, at: row.at, event };
        match found.last_mut().filter(|(id, _)| *id == row.stream_id) {
            Some((_, events)) => events.push(recorded),
            None => found.push((row.stream_id, vec![recorded])),
        }
    }
    Ok(found)
}

/// The facts of a round up to a day and a place in the order of events, with two queries whatever its size.
pub(crate) fn derived(
    conn: &mut PgConnection,
    round: RoundId,
    position: i64,
    until: NaiveDate,
) -> Result<Derived, Error> {
    let tasks = streams(conn, "task", round, position, TaskEvent::parse)?;
    let slips = streams(conn, "slip", round, position, SlipEvent::parse)?;
    let tasks: Vec<_> = tasks.into_iter().map(|(id, events)| (TaskId(id), events)).collect();
    let slips: Vec<_> = slips.into_iter().map(|(id, events)| (SlipId(id), events)).collect();
    Ok(derive(&tasks, &slips, until))
}

/// Numbers of those of these tasks that the actor sees.
pub(crate) fn numbers(
    conn: &mut PgConnection,
    actor: &domain::actor::Actor,
    round: RoundId,
    tasks: impl Iterator<Item = TaskId>,
) -> Result<BTreeMap<TaskId, String>, Error> {
    #[derive(QueryableByName)]
    struct Numbered {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        number: String,
    }
    let mut ids: Vec<Uuid> = tasks.map(|t| t.0).collect();
    ids.sort();
    ids.dedup();
    let query = Statement::default()
        .sql("SELECT t.id, t.number FROM tasks t WHERE t.id = ANY(")
        .bind::<Array<SqlUuid>, _>(ids)
        .sql(") AND ");
    let rows: Vec<Numbered> = crate::ledger::visible(query, round, &domain::rights::scope(actor)).rare().load(conn)?;
    Ok(rows.into_iter().map(|row| (TaskId(row.id), row.number)).collect())
}
