//! What waits for people, told to the systems that ask for it: what was told is compared with what holds, and what is told is written down in the
//! transaction that makes its message (docs/domain.md §34).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Timestamptz, Uuid as SqlUuid};
use domain::actor::PersonActor;
use domain::ids::PersonId;
use domain::rights::Subject;
use domain::webhook::DeliveryState;
use domain::webhook::todo::{AT_ONCE, CHANGED, DONE, FULL_PASS, OPENED, TodoTold, Told, difference, todo_body};
use serde_json::{Value, json};
use uuid::Uuid;

use super::messages::{NewDelivery, owe};
use crate::changes::{self, Changes};
use crate::error::Error;
use crate::schema::{persons, todo_pushed, todo_watch, webhook_deliveries, webhooks};
use crate::{actors, statement::Statement};

/// Most messages made in one go of what a target that ended was told.
const CLOSED_AT_ONCE: i64 = 200;

/// How what waits for people is found out; the rules are not here.
pub struct Lists<C, L> {
    /// Whether what happened may have changed somebody's list.
    pub concerns: C,
    /// What waits for somebody now.
    pub list: L,
}

#[derive(QueryableByName)]
struct Target {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Array<SqlUuid>)]
    unit_ids: Vec<Uuid>,
    #[diesel(sql_type = BigInt)]
    todo_cursor: i64,
    #[diesel(sql_type = Bool)]
    is_behind: bool,
    #[diesel(sql_type = Bool)]
    is_gone: bool,
}

const LIVE: &str = "(w.state = 'active' AND w.expires_on >= $1 AND a.status = 'active' AND 'todo' = ANY (w.streams))";

/// Tells one target what has changed of what waits for its people, some people at a time; whether there was anything to look at.
///
/// A target that is told no more is first told that everything is done.
pub fn dispatch_todos<C, L>(conn: &mut PgConnection, now: DateTime<Utc>, lists: &Lists<C, L>) -> Result<bool, Error>
where
    C: Fn(&Changes, &[(Uuid, Subject)], &PersonActor) -> bool,
    L: Fn(&mut PgConnection, &PersonActor) -> Result<Vec<TodoTold>, Error>,
{
    if close_one(conn, now)? {
        return Ok(true);
    }
    let today = domain::calendar::today(now);
    let found: Option<Target> = diesel::sql_query(format!(
        "SELECT w.id, w.unit_ids, w.todo_cursor, false AS is_gone, \
            (w.todo_synced_at IS NULL OR w.todo_synced_at <= $2 OR w.todo_cursor < m.last) AS is_behind \
         FROM webhooks w JOIN accounts a ON a.id = w.account_id CROSS JOIN (SELECT COALESCE(max(position), 0) AS last FROM event_positions) m \
         WHERE {LIVE} AND (w.todo_synced_at IS NULL OR w.todo_synced_at <= $2 OR w.todo_cursor < m.last \
            OR EXISTS (SELECT FROM todo_watch t WHERE t.webhook_id = w.id AND (t.is_stale OR t.looked_at <= $2))) \
         ORDER BY w.todo_turn_at NULLS FIRST, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED"
    ))
    .bind::<Date, _>(today)
    .bind::<Timestamptz, _>(now - FULL_PASS)
    .get_result(conn)
    .optional()?;
    let Some(target) = found else { return Ok(false) };
    if target.is_behind {
        sync(conn, &target, now)?;
        follow(conn, &target, now, &lists.concerns)?;
    }
    for (person, actor) in due(conn, target.id, now)? {
        let holds = actor.map_or_else(|| Ok(Vec::new()), |actor| (lists.list)(conn, &actor))?;
        tell(conn, target.id, person, holds, now)?;
        diesel::update(todo_watch::table.find((target.id, person)))
            .set((todo_watch::looked_at.eq(now), todo_watch::is_stale.eq(false)))
            .execute(conn)?;
    }
    diesel::update(webhooks::table.find(target.id)).set(webhooks::todo_turn_at.eq(now)).execute(conn)?;
    diesel::sql_query(
        "DELETE FROM todo_pushed WHERE id IN (SELECT id FROM todo_pushed WHERE done_at < $1 LIMIT 500 FOR UPDATE SKIP LOCKED)",
    )
    .bind::<Timestamptz, _>(now - super::messages::KEPT)
    .execute(conn)?;
    Ok(true)
}

/// Says of a target that is told no more that everything it was told is done; of one whose other side wanted no more nothing is said. Whether there
/// was one.
fn close_one(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<bool, Error> {
    let found: Option<Target> = diesel::sql_query(format!(
        "SELECT w.id, w.unit_ids, w.todo_cursor, false AS is_behind, w.state = 'gone' AS is_gone \
         FROM webhooks w JOIN accounts a ON a.id = w.account_id \
         WHERE NOT {LIVE} AND EXISTS (SELECT FROM todo_watch t WHERE t.webhook_id = w.id) ORDER BY w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED"
    ))
    .bind::<Date, _>(domain::calendar::today(now))
    .get_result(conn)
    .optional()?;
    let Some(target) = found else { return Ok(false) };
    let open: Vec<Uuid> = todo_pushed::table
        .filter(todo_pushed::webhook_id.eq(target.id).and(todo_pushed::done_at.is_null()))
        .order(todo_pushed::id)
        .limit(CLOSED_AT_ONCE)
        .select(todo_pushed::id)
        .load(conn)?;
    if target.is_gone {
        diesel::update(todo_pushed::table.filter(todo_pushed::id.eq_any(&open)))
            .set(todo_pushed::done_at.eq(now))
            .execute(conn)?;
    } else {
        done(conn, target.id, &open, now)?;
    }
    if i64::try_from(open.len()).unwrap_or(i64::MAX) < CLOSED_AT_ONCE {
        diesel::delete(todo_watch::table.filter(todo_watch::webhook_id.eq(target.id))).execute(conn)?;
        diesel::update(webhooks::table.find(target.id))
            .set(webhooks::todo_synced_at.eq(None::<DateTime<Utc>>))
            .execute(conn)?;
    }
    Ok(true)
}

/// Takes in who has an account within the units now; of who has none any more everything is done.
fn sync(conn: &mut PgConnection, target: &Target, now: DateTime<Utc>) -> Result<(), Error> {
    const WITHIN: &str = "SELECT a.person_id FROM accounts a WHERE a.status = 'active' AND NOT a.is_service AND a.role IS NOT NULL \
        AND EXISTS (SELECT FROM memberships m JOIN units u ON u.id = m.unit_id WHERE m.person_id = a.person_id \
            AND m.from_on <= $3 AND (m.to_on IS NULL OR m.to_on >= $3) AND u.path && $2)";
    let today = domain::calendar::today(now);
    diesel::sql_query(format!(
        "INSERT INTO todo_watch (webhook_id, person_id, looked_at, is_stale) SELECT $1, p.person_id, $4, true FROM ({WITHIN}) p \
         ON CONFLICT DO NOTHING"
    ))
    .bind::<SqlUuid, _>(target.id)
    .bind::<Array<SqlUuid>, _>(&target.unit_ids)
    .bind::<Date, _>(today)
    .bind::<Timestamptz, _>(now)
    .execute(conn)?;
    // Whose account or post is gone has nothing to do any more; people seldom leave.
    let gone: Vec<Uuid> = diesel::sql_query(format!(
        "SELECT t.person_id AS id FROM todo_watch t WHERE t.webhook_id = $1 AND t.person_id NOT IN ({WITHIN}) ORDER BY 1"
    ))
    .bind::<SqlUuid, _>(target.id)
    .bind::<Array<SqlUuid>, _>(&target.unit_ids)
    .bind::<Date, _>(today)
    .load::<Named>(conn)?
    .into_iter()
    .map(|n| n.id)
    .collect();
    for person in gone {
        tell(conn, target.id, person, Vec::new(), now)?;
        diesel::delete(todo_watch::table.find((target.id, person))).execute(conn)?;
    }
    diesel::update(webhooks::table.find(target.id)).set(webhooks::todo_synced_at.eq(now)).execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Notes whose list what happened since the target's place may have changed, and moves the place on.
fn follow<C>(conn: &mut PgConnection, target: &Target, now: DateTime<Utc>, concerns: &C) -> Result<(), Error>
where
    C: Fn(&Changes, &[(Uuid, Subject)], &PersonActor) -> bool,
{
    let changes = changes::since(conn, target.todo_cursor, now)?;
    if changes.position == target.todo_cursor {
        return Ok(());
    }
    let tasks: BTreeSet<Uuid> = changes.tasks.values().flatten().copied().collect();
    let seen = if tasks.is_empty() { Vec::new() } else { changes::subjects(conn, &tasks)? };
    let calm: Vec<Uuid> = todo_watch::table
        .filter(todo_watch::webhook_id.eq(target.id).and(todo_watch::is_stale.eq(false)))
        .select(todo_watch::person_id)
        .load(conn)?;
    let stale: Vec<Uuid> = if changes.is_wide {
        calm
    } else {
        let people: Vec<PersonId> = calm.into_iter().map(PersonId).collect();
        let standing = actors::of_people(conn, &people, domain::calendar::today(now))?;
        standing.iter().filter(|(_, actor)| concerns(&changes, &seen, actor)).map(|(person, _)| person.0).collect()
    };
    // Whoever was told of one of these things may see it no longer.
    Statement::default()
        .sql("UPDATE todo_watch t SET is_stale = true WHERE t.webhook_id = ")
        .bind::<SqlUuid, _>(target.id)
        .sql(" AND (t.person_id = ANY(")
        .bind::<Array<SqlUuid>, _>(stale)
        .sql(") OR t.person_id IN (SELECT p.person_id FROM todo_pushed p WHERE p.webhook_id = t.webhook_id AND p.done_at IS NULL AND p.subject_id = ANY(")
        .bind::<Array<SqlUuid>, _>(changes.subjects.iter().copied().collect::<Vec<_>>())
        .sql(")))")
        .execute(conn)?;
    diesel::update(webhooks::table.find(target.id)).set(webhooks::todo_cursor.eq(changes.position)).execute(conn)?;
    Ok(())
}

/// Whose lists are looked at now, with their standing; who has no account any more has none.
fn due(conn: &mut PgConnection, hook: Uuid, now: DateTime<Utc>) -> Result<Vec<(Uuid, Option<PersonActor>)>, Error> {
    let people: Vec<Uuid> = todo_watch::table
        .filter(todo_watch::webhook_id.eq(hook))
        .filter(todo_watch::is_stale.or(todo_watch::looked_at.le(now - FULL_PASS)))
        .order((todo_watch::is_stale.desc(), todo_watch::looked_at, todo_watch::person_id))
        .limit(AT_ONCE)
        .select(todo_watch::person_id)
        .load(conn)?;
    let ids: Vec<PersonId> = people.iter().copied().map(PersonId).collect();
    let mut standing = actors::of_people(conn, &ids, domain::calendar::today(now))?;
    Ok(people.into_iter().map(|p| (p, standing.remove(&PersonId(p)).filter(|a| a.role.is_some()))).collect())
}

/// Whom something waits for, as he is named to others.
fn named(conn: &mut PgConnection, people: &[Uuid]) -> Result<BTreeMap<Uuid, Told>, Error> {
    let rows: Vec<(Uuid, String, Option<String>)> = persons::table
        .filter(persons::id.eq_any(people))
        .select((persons::id, persons::code, persons::external_id))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, code, external_id)| (id, Told { code, external_id })).collect())
}

/// Makes the messages by which a target knows what waits for somebody, and writes down that it was told.
fn tell(
    conn: &mut PgConnection,
    hook: Uuid,
    person: Uuid,
    holds: Vec<TodoTold>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let told: Vec<(String, Uuid, Value, DateTime<Utc>)> = todo_pushed::table
        .filter(todo_pushed::webhook_id.eq(hook).and(todo_pushed::person_id.eq(person)))
        .filter(todo_pushed::done_at.is_null())
        .select((todo_pushed::key, todo_pushed::id, todo_pushed::told, todo_pushed::opened_at))
        .load(conn)?;
    let (mut open, mut days) = (BTreeMap::new(), BTreeMap::new());
    for (key, id, told, opened_at) in told {
        days.insert(key.clone(), serde_json::from_value::<TodoTold>(told)?.due_on);
        open.insert(key, (id, opened_at));
    }
    let found = difference(&days, holds);
    let ended: Vec<Uuid> = found.done.iter().filter_map(|key| open.get(key)).map(|(id, _)| *id).collect();
    done(conn, hook, &ended, now)?;
    if found.opened.is_empty() && found.changed.is_empty() {
        return Ok(());
    }
    let whom = named(conn, &[person])?.remove(&person).ok_or(Error::NotFound)?;
    let mut messages = Vec::new();
    for item in &found.changed {
        let Some((id, opened_at)) = open.get(&item.id) else { continue };
        let kind = moved(conn, *id, item, now)?;
        messages.push(NewDelivery::of_todo(*id, kind, todo_body(kind, now, *opened_at, &whom, item)));
    }
    for item in &found.opened {
        let id = Uuid::now_v7();
        diesel::insert_into(todo_pushed::table)
            .values((
                todo_pushed::id.eq(id),
                todo_pushed::webhook_id.eq(hook),
                todo_pushed::person_id.eq(person),
                todo_pushed::key.eq(&item.id),
                todo_pushed::subject_id.eq(item.subject),
                todo_pushed::told.eq(serde_json::to_value(item)?),
                todo_pushed::opened_at.eq(now),
            ))
            .execute(conn)?;
        messages.push(NewDelivery::of_todo(id, OPENED, todo_body(OPENED, now, now, &whom, item)));
    }
    owe(conn, hook, messages, now)
}

/// Writes down the other day of something a target was told; what was not yet sent of it gives way. The kind of the message that says it: where
/// nothing of the beginning can have arrived it is the beginning.
fn moved(conn: &mut PgConnection, id: Uuid, item: &TodoTold, now: DateTime<Utc>) -> Result<&'static str, Error> {
    diesel::update(todo_pushed::table.find(id)).set(todo_pushed::told.eq(serde_json::to_value(item)?)).execute(conn)?;
    let never = replaced(conn, &[id], now)?;
    Ok(if never.contains(&id) { OPENED } else { CHANGED })
}

/// Lets what was not yet sent of these things give way: those of whose beginning nothing can have arrived.
fn replaced(conn: &mut PgConnection, ids: &[Uuid], now: DateTime<Utc>) -> Result<BTreeSet<Uuid>, Error> {
    let unsent: Vec<(Option<Uuid>, String, i32, Value)> = diesel::update(
        webhook_deliveries::table
            .filter(webhook_deliveries::todo_id.eq_any(ids).and(webhook_deliveries::kind.ne(DONE)))
            .filter(webhook_deliveries::state.eq_any([DeliveryState::Due.as_str(), DeliveryState::Failed.as_str()])),
    )
    .set((webhook_deliveries::state.eq(DeliveryState::Replaced.as_str()), webhook_deliveries::done_at.eq(now)))
    .returning((
        webhook_deliveries::todo_id,
        webhook_deliveries::kind,
        webhook_deliveries::attempts,
        webhook_deliveries::tries,
    ))
    .get_results(conn)?;
    // Sent once more they begin to count anew; what was tried stays written down.
    let is_untried = |kind: &str, n: i32, tries: &Value| kind == OPENED && n == 0 && *tries == json!([]);
    Ok(unsent.iter().filter(|(_, kind, n, tries)| is_untried(kind, *n, tries)).filter_map(|(id, ..)| *id).collect())
}

/// Says of things a target was told that they wait no longer.
///
/// What was not yet sent of their beginning gives way, and where nothing of it can have arrived nothing is said of the end either.
fn done(conn: &mut PgConnection, hook: Uuid, ids: &[Uuid], now: DateTime<Utc>) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows: Vec<(Uuid, Uuid, Value, DateTime<Utc>)> =
        diesel::update(todo_pushed::table.filter(todo_pushed::id.eq_any(ids).and(todo_pushed::done_at.is_null())))
            .set(todo_pushed::done_at.eq(now))
            .returning((todo_pushed::id, todo_pushed::person_id, todo_pushed::told, todo_pushed::opened_at))
            .get_results(conn)?;
    let never = replaced(conn, ids, now)?;
    let people = named(conn, &rows.iter().map(|r| r.1).collect::<Vec<_>>())?;
    let mut messages = Vec::new();
    for (id, person, told, opened_at) in rows.into_iter().filter(|r| !never.contains(&r.0)) {
        let item: TodoTold = serde_json::from_value(told)?;
        let whom = people.get(&person).ok_or(Error::NotFound)?;
        messages.push(NewDelivery::of_todo(id, DONE, todo_body(DONE, now, opened_at, whom, &item)));
    }
    owe(conn, hook, messages, now)
}

/// Whether the beginning of something, or another day of it, must not be sent (any more), because a target was told that it is done.
pub(super) fn is_over(conn: &mut PgConnection, delivery: Uuid) -> Result<bool, Error> {
    let of = webhook_deliveries::table
        .inner_join(todo_pushed::table.on(todo_pushed::id.nullable().eq(webhook_deliveries::todo_id)))
        .filter(webhook_deliveries::id.eq(delivery).and(webhook_deliveries::kind.ne(DONE)))
        .filter(todo_pushed::done_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(of)).get_result(conn)?)
}
