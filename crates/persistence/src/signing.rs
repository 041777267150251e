//! The inbox of signatures: requests that wait for the person who asks, and one request as it was handed in.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::ids::{RoundId, SignRequestId, TaskId, UnitId};
use domain::task::command::Action;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::schema::{plan_package_items, plan_packages, sign_requests};
use crate::{rounds, tasks};

/// A request that may wait for this person.
#[derive(Clone, Debug, QueryableByName)]
pub struct WaitingRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub task_id: Uuid,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    #[diesel(sql_type = Timestamptz)]
    pub submitted_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    pub waits_for: Option<String>,
    #[diesel(sql_type = Text)]
    pub task_number: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub lead_unit: Option<String>,
    #[diesel(sql_type = Text)]
    pub submitted_by: String,
}

/// What a person may do with a waiting request.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub row: WaitingRow,
    /// Sign, record, confirm or enter a meeting's decision.
    pub actions: Vec<Action>,
    pub loaded: tasks::LoadedTask,
}

/// Open requests of a round that the person can move on, oldest first; the rules decide, the table only narrows.
pub fn waiting(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<Waiting>, Error> {
    rounds::find(conn, actor, round)?;
    let visible = crate::ledger::visible_ids(conn, actor, round)?;
    let rows: Vec<WaitingRow> = diesel::sql_query(
        "SELECT s.id, s.task_id, s.kind, s.number, s.submitted_at, s.waits_for, t.number AS task_number, t.title, \
            u.name AS lead_unit, p.name AS submitted_by \
         FROM sign_requests s JOIN tasks t ON t.id = s.task_id LEFT JOIN units u ON u.id = t.lead_unit_id \
            JOIN persons p ON p.id = s.submitted_by \
         WHERE s.round_id = $1 AND s.state = 'open' AND s.task_id = ANY($2) ORDER BY s.submitted_at, s.id LIMIT 500",
    )
    .bind::<SqlUuid, _>(round.0)
    .bind::<Array<SqlUuid>, _>(visible)
    .load(conn)?;
    let ids: Vec<Uuid> = rows.iter().map(|r| r.task_id).collect();
    let loaded = tasks::find_many(conn, actor, round, &ids, now)?;
    let mut found = Vec::new();
    for row in rows {
        let Some(loaded) = loaded.iter().find(|l| l.task.id == TaskId(row.task_id)).cloned() else { continue };
        let actions: Vec<Action> = loaded.with_context(actor, calendar, now, |ctx| {
            domain::task::open_actions(&loaded.task, ctx)
                .into_iter()
                .filter(|o| {
                    matches!(
                        o.action,
                        Action::Sign | Action::RecordSignature | Action::ConfirmSignature | Action::RecordMeeting
                    ) && o.requests.iter().any(|(id, _)| *id == SignRequestId(row.id))
                })
                .map(|o| o.action)
                .collect()
        });
        if !actions.is_empty() {
            found.push(Waiting { row, actions, loaded });
        }
    }
    Ok(found)
}

/// The task a request is about, and its printed number.
pub fn task_of(conn: &mut PgConnection, id: SignRequestId) -> Result<(TaskId, i64), Error> {
    let (task, number): (Uuid, i64) = sign_requests::table
        .find(id.0)
        .select((sign_requests::task_id, sign_requests::number))
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    Ok((TaskId(task), number))
}

/// Keeps the cover of the plans a unit handed in together, in the order they were named.
pub fn keep_package(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    unit: UnitId,
    cover: &str,
    tasks: &[Uuid],
) -> Result<(), Error> {
    let body = domain::chain::canonical(&json!({ "text": cover.trim() }));
    let digest = domain::chain::digest(domain::task::text::kind::WORDS, &body);
    tasks::keep_revision(conn, digest.as_str(), domain::task::text::kind::WORDS, &body, origin.now)?;
    let requests: Vec<Uuid> = sign_requests::table
        .filter(sign_requests::task_id.eq_any(tasks))
        .filter(sign_requests::kind.eq("plan").and(sign_requests::state.eq("open")))
        .select(sign_requests::id)
        .load(conn)?;
    let id = Uuid::now_v7();
    let payload = json!({ "unit": unit, "cover": digest, "requests": requests });
    let stream = Stream { kind: "plan_package", id, round: Some(round) };
    events::record(conn, origin, stream, 0, &[NewEvent { kind: "plan_package.submitted", payload }])?;
    diesel::insert_into(plan_packages::table)
        .values((
            plan_packages::id.eq(id),
            plan_packages::round_id.eq(round.0),
            plan_packages::unit_id.eq(unit.0),
            plan_packages::cover_sha256.eq(digest.as_str()),
            plan_packages::submitted_by.eq(origin.person().ok_or(Error::NotFound)?.0),
            plan_packages::submitted_at.eq(origin.now),
        ))
        .execute(conn)?;
    for request in requests {
        diesel::insert_into(plan_package_items::table)
            .values((plan_package_items::plan_package_id.eq(id), plan_package_items::sign_request_id.eq(request)))
            .execute(conn)?;
    }
    Ok(())
}
