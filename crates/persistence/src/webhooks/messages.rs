//! The messages made of the one order of events and of signed checkpoints, who sends them, and what became of each attempt (docs/domain.md §34).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::ids::{AccountId, PersonId};
use domain::service::KeyScope;
use domain::transparency::note::note;
use domain::webhook::todo::OPENED;
use domain::webhook::{
    self, CHECKPOINT, CHECKPOINT_PAUSE, DeliveryState, HookState, HookStream, PING, Told, Verdict, again_at,
};
use serde_json::json;
use uuid::Uuid;

use super::todos::is_over;
use super::{Attempt, close, one, recorded, streams};
use crate::error::Error;
use crate::events::Origin;
use crate::feed::{self, Asked};
use crate::schema::{webhook_deliveries, webhooks};
use crate::{services, transparency};

/// How long a sender that took a message may be silent before another one takes it.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// How long nothing is tried at a target that failed, so that one that is down holds up no other.
const REST: TimeDelta = TimeDelta::seconds(30);
/// What was done is kept so long.
pub(super) const KEPT: TimeDelta = TimeDelta::days(30);

/// A message to be made.
pub(super) struct NewDelivery {
    pub(super) position: Option<i64>,
    pub(super) checkpoint_size: Option<i64>,
    /// What waits or is done, as it was written down.
    pub(super) todo: Option<Uuid>,
    pub(super) kind: String,
    pub(super) body: String,
    /// Attempts that count already.
    pub(super) attempts: i32,
}

impl NewDelivery {
    fn of_event(position: i64, kind: String, body: String) -> Self {
        Self { position: Some(position), checkpoint_size: None, todo: None, kind, body, attempts: 0 }
    }

    pub(super) fn of_todo(todo: Uuid, kind: &str, body: String) -> Self {
        let kind = kind.to_owned();
        Self { position: None, checkpoint_size: None, todo: Some(todo), kind, body, attempts: 0 }
    }
}

pub(super) fn owe(
    conn: &mut PgConnection,
    hook: Uuid,
    messages: Vec<NewDelivery>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let rows: Vec<_> = messages
        .into_iter()
        .map(|of| {
            (
                webhook_deliveries::id.eq(Uuid::now_v7()),
                webhook_deliveries::webhook_id.eq(hook),
                webhook_deliveries::position.eq(of.position),
                webhook_deliveries::checkpoint_size.eq(of.checkpoint_size),
                webhook_deliveries::todo_id.eq(of.todo),
                webhook_deliveries::kind.eq(of.kind),
                webhook_deliveries::body.eq(of.body),
                webhook_deliveries::state.eq(DeliveryState::Due.as_str()),
                webhook_deliveries::attempts.eq(of.attempts),
                webhook_deliveries::next_at.eq(now),
                webhook_deliveries::tries.eq(json!([])),
                webhook_deliveries::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(webhook_deliveries::table).values(rows).on_conflict_do_nothing().execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Behind {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = SqlUuid)]
    person_id: Uuid,
    #[diesel(sql_type = Array<Text>)]
    streams: Vec<String>,
    #[diesel(sql_type = Array<SqlUuid>)]
    unit_ids: Vec<Uuid>,
    #[diesel(sql_type = BigInt)]
    cursor: i64,
}

/// Makes the messages that one target is behind with, as far as it sees what they are about; whether there was one that was behind.
///
/// Its place in the order of events moves on in the same transaction, so that no event is passed over and none is told of twice.
pub fn dispatch(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<bool, Error> {
    let behind: Option<Behind> = diesel::sql_query(
        "SELECT w.id, w.account_id, a.display_name AS name, s.person_id, w.streams, w.unit_ids, w.cursor \
         FROM webhooks w JOIN service_accounts s ON s.account_id = w.account_id JOIN accounts a ON a.id = w.account_id \
         WHERE w.state = 'active' AND w.expires_on >= $1 AND a.status = 'active' AND w.cursor < (SELECT max(position) FROM event_positions) \
         ORDER BY w.cursor, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED",
    )
    .bind::<Date, _>(domain::calendar::today(now))
    .get_result(conn)
    .optional()?;
    let Some(hook) = behind else { return Ok(false) };
    let scopes = BTreeSet::from([KeyScope::ReadEvents]);
    let actor = services::standing(
        conn,
        AccountId(hook.account_id),
        hook.name,
        PersonId(hook.person_id),
        scopes,
        &hook.unit_ids,
    )?;
    let origin = Origin { actor: Actor::Person(Box::new(actor)), ..Origin::system(now) };
    let part = feed::after(conn, &origin, &Asked { after: hook.cursor, ..Asked::default() })?;
    let wanted = streams(&hook.streams);
    let messages = part
        .events
        .iter()
        .filter(|e| HookStream::parse(&e.stream_kind).is_some_and(|s| wanted.contains(&s)))
        .map(|e| {
            let told = Told {
                position: e.position,
                stream: &e.stream_kind,
                stream_id: e.stream_id,
                seq: e.seq,
                round: e.round_id,
            };
            NewDelivery::of_event(e.position, e.kind.clone(), webhook::event_body(&e.kind, e.at, &told))
        })
        .collect();
    owe(conn, hook.id, messages, now)?;
    diesel::update(webhooks::table.find(hook.id)).set(webhooks::cursor.eq(part.next)).execute(conn)?;
    diesel::sql_query(
        "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE done_at < $1 LIMIT 500 FOR UPDATE SKIP LOCKED)",
    )
    .bind::<Timestamptz, _>(now - KEPT)
    .execute(conn)?;
    Ok(part.next > hook.cursor)
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Replaced {
    #[diesel(sql_type = Integer)]
    attempts: i32,
}

/// Makes a message of the newest signed checkpoint for one target that asks for them and has not been told of it; whether there was one.
///
/// A target has one such message open at most. One that was not delivered gives way to the newer one when it is due itself, which goes on with its
/// attempts; while a sender may still have it nothing is made, so that no older checkpoint arrives behind a newer one. What waits out its pause is
/// told of by a later turn.
pub fn dispatch_checkpoint(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<bool, Error> {
    let Some(signed) = transparency::newest_signed(conn)? else { return Ok(false) };
    let size = i64::try_from(signed.size).map_err(Error::internal)?;
    let due: Option<Due> = diesel::sql_query(
        "SELECT w.id FROM webhooks w JOIN accounts a ON a.id = w.account_id \
         WHERE w.state = 'active' AND w.expires_on >= $1 AND a.status = 'active' AND 'checkpoint' = ANY (w.streams) \
            AND w.checkpoint_size < $2 AND (w.checkpoint_at IS NULL OR w.checkpoint_at <= $3) \
            AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.checkpoint_size IS NOT NULL \
                AND d.state IN ('due', 'sending') AND d.next_at > $4) \
         ORDER BY w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED",
    )
    .bind::<Date, _>(domain::calendar::today(now))
    .bind::<BigInt, _>(size)
    .bind::<Timestamptz, _>(now - CHECKPOINT_PAUSE)
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .optional()?;
    let Some(Due { id }) = due else { return Ok(false) };
    let replaced: Vec<Replaced> = diesel::sql_query(
        "UPDATE webhook_deliveries AS d SET state = 'replaced', done_at = $2 FROM webhook_deliveries AS was \
         WHERE was.id = d.id AND d.webhook_id = $1 AND d.checkpoint_size IS NOT NULL \
            AND (d.state = 'failed' OR d.state IN ('due', 'sending') AND d.next_at <= $2) \
         RETURNING CASE WHEN was.state = 'failed' THEN 0 ELSE d.attempts END AS attempts",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .load(conn)?;
    // Another server took it between the look and the lock.
    let n_open: i64 = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(id).and(webhook_deliveries::checkpoint_size.is_not_null()))
        .filter(webhook_deliveries::state.eq_any([DeliveryState::Due.as_str(), DeliveryState::Sending.as_str()]))
        .count()
        .get_result(conn)?;
    if n_open > 0 {
        return Ok(false);
    }
    let body = webhook::checkpoint_body(signed.size, &note(&signed.text, &signed.lines), signed.made_at);
    let attempts = replaced.iter().map(|r| r.attempts).max().unwrap_or_default();
    let message = NewDelivery {
        position: None,
        checkpoint_size: Some(size),
        todo: None,
        kind: CHECKPOINT.to_owned(),
        body,
        attempts,
    };
    owe(conn, id, vec![message], now)?;
    diesel::update(webhooks::table.find(id))
        .set((webhooks::checkpoint_size.eq(size), webhooks::checkpoint_at.eq(now)))
        .execute(conn)?;
    Ok(true)
}

/// A message that one sender has taken.
#[derive(Clone, Debug, QueryableByName)]
pub struct Parcel {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub webhook_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub account_id: Uuid,
    #[diesel(sql_type = Text)]
    pub url: String,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub body: String,
    /// With the one that is about to be made.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
}

/// Takes the message that is due first; nobody else has it until the lease is over. That something is done, or due on another day, is not sent while something
/// else is said of it, and is sent also to a target that was ended meanwhile.
pub fn claim(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<Parcel>, Error> {
    Ok(diesel::sql_query(
        "UPDATE webhook_deliveries AS d SET state = 'sending', attempts = d.attempts + 1, next_at = $2 FROM ( \
            SELECT d.id, w.account_id, w.url FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id JOIN accounts a ON a.id = w.account_id \
            WHERE d.state IN ('due', 'sending') AND d.next_at <= $1 \
                AND (w.state = 'active' AND w.expires_on >= $3 AND a.status = 'active' OR d.kind = 'todo.done' AND w.state <> 'gone') \
                AND NOT (d.kind IN ('todo.done', 'todo.changed') AND EXISTS (SELECT FROM webhook_deliveries o WHERE o.todo_id = d.todo_id AND o.id <> d.id AND o.state = 'sending')) \
                AND (w.rests_until IS NULL OR w.rests_until <= $1) \
            ORDER BY d.next_at, d.position LIMIT 1 FOR UPDATE OF d SKIP LOCKED) AS m \
         WHERE d.id = m.id RETURNING d.id, d.webhook_id, m.account_id, m.url, d.kind, d.body, d.attempts",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + LEASE)
    .bind::<Date, _>(domain::calendar::today(now))
    .get_result(conn)
    .optional()?)
}

/// Says what became of an attempt: delivered, tried again, left lying, or that the other side wants no more.
///
/// `jitter` is drawn for this attempt (`webhook::again_at`). Nothing is said where another sender has taken the message meanwhile.
pub fn settle(
    conn: &mut PgConnection,
    parcel: &Parcel,
    attempt: &Attempt,
    jitter: u16,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let verdict = webhook::verdict(attempt.status);
    let failures = usize::try_from(parcel.attempts).unwrap_or_default();
    // A trial is made once.
    let again = if parcel.kind == PING { None } else { again_at(failures, jitter, now) };
    // Always in the order system, target, message, so that nobody waits in a circle.
    let gone = if verdict == Verdict::Gone { Some(services::held(conn, AccountId(parcel.account_id))?) } else { None };
    // Of what is done the beginning is not sent once more. Whoever writes down that it is done holds the target.
    let is_over = parcel.kind == OPENED && {
        let _: Uuid = webhooks::table.find(parcel.webhook_id).select(webhooks::id).for_update().first(conn)?;
        is_over(conn, parcel.id)?
    };
    let (state, next_at) = match (verdict, again) {
        (Verdict::Again, _) if is_over => (DeliveryState::Replaced, now),
        (Verdict::Delivered, _) => (DeliveryState::Delivered, now),
        (Verdict::Again, Some(at)) => (DeliveryState::Due, at),
        (Verdict::Again, None) | (Verdict::Gone, _) => (DeliveryState::Failed, now),
    };
    let rests_until = (verdict != Verdict::Delivered).then(|| now + REST);
    diesel::update(webhooks::table.find(parcel.webhook_id).filter(webhooks::rests_until.is_distinct_from(rests_until)))
        .set(webhooks::rests_until.eq(rests_until))
        .execute(conn)?;
    let is_own = diesel::sql_query(
        "UPDATE webhook_deliveries SET state = $3, next_at = $4, done_at = $5, tries = (SELECT jsonb_agg(k.t ORDER BY k.n) FROM ( \
            SELECT t, n FROM jsonb_array_elements(tries || $6) WITH ORDINALITY AS e(t, n) ORDER BY n DESC LIMIT 12) k) \
         WHERE id = $1 AND attempts = $2 AND state = 'sending'",
    )
    .bind::<SqlUuid, _>(parcel.id)
    .bind::<Integer, _>(parcel.attempts)
    .bind::<Text, _>(state.as_str())
    .bind::<Timestamptz, _>(next_at)
    .bind::<Nullable<Timestamptz>, _>((state != DeliveryState::Due).then_some(now))
    .bind::<Jsonb, _>(json!([attempt]))
    .execute(conn)?
        == 1;
    let Some(of) = gone.filter(|_| is_own) else { return Ok(()) };
    if one(conn, parcel.webhook_id)?.state == HookState::Active {
        let origin = Origin::system(now);
        recorded(conn, &origin, &of, "service_account.webhook_gone", json!({ "webhook": parcel.webhook_id }))?;
        close(conn, parcel.webhook_id, HookState::Gone, now)?;
    }
    Ok(())
}
