//! Where other systems are told by themselves (docs/domain.md §34): their targets, the messages made of the one order of events, and what became of each.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::account;
use domain::actor::Actor;
use domain::ids::{AccountId, PersonId, UnitId};
use domain::refusal::Refusal;
use domain::service::{Grant, KeyScope, permit_grant};
use domain::webhook::{
    self, DeliveryState, HookForm, HookState, HookStream, MOST_HOOKS, PING, Told, Verdict, again_at,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::changes;
use crate::error::Error;
use crate::events::{NewEvent, Origin};
use crate::feed::{self, Asked};
use crate::schema::{units, webhook_deliveries, webhooks};
use crate::services;

/// How long a sender that took a message may be silent before another one takes it.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// How long nothing is tried at a target that failed, so that one that is down holds up no other.
const REST: TimeDelta = TimeDelta::seconds(30);
/// What was done is kept so long.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Most messages shown at once.
const MOST_SHOWN: i64 = 100;

/// A target as it stands.
#[derive(Clone, Debug)]
pub struct Webhook {
    pub id: Uuid,
    pub account: AccountId,
    pub form: HookForm,
    /// The names of its units, in their order.
    pub units: Vec<(UnitId, String)>,
    pub state: HookState,
    pub granted_by: String,
    pub made_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub n_waiting: i64,
    /// Left lying, trials aside.
    pub n_failed: i64,
    /// When something last arrived.
    pub delivered_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct HookRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Text)]
    url: String,
    #[diesel(sql_type = Array<Text>)]
    streams: Vec<String>,
    #[diesel(sql_type = Array<SqlUuid>)]
    unit_ids: Vec<Uuid>,
    #[diesel(sql_type = Date)]
    expires_on: NaiveDate,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    granted_by: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    n_waiting: i64,
    #[diesel(sql_type = BigInt)]
    n_failed: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    delivered_at: Option<DateTime<Utc>>,
}

fn grant(unit_ids: &[Uuid], expires_on: NaiveDate) -> Grant {
    let units = unit_ids.iter().copied().map(UnitId).collect();
    Grant { scopes: BTreeSet::from([KeyScope::ReadEvents]), units, expires_on }
}

fn streams(words: &[String]) -> BTreeSet<HookStream> {
    words.iter().filter_map(|word| HookStream::parse(word)).collect()
}

/// Those of a system, or one by its own id, the newest first.
fn loaded(conn: &mut PgConnection, account: Option<Uuid>, hook: Option<Uuid>) -> Result<Vec<Webhook>, Error> {
    let rows: Vec<HookRow> = diesel::sql_query(
        "SELECT w.id, w.account_id, w.url, w.streams, w.unit_ids, w.expires_on, w.state, a.display_name AS granted_by, w.created_at, w.ended_at, \
            d.n_waiting, d.n_failed, d.delivered_at \
         FROM webhooks w JOIN accounts a ON a.id = w.granted_by CROSS JOIN LATERAL ( \
            SELECT count(*) FILTER (WHERE state IN ('due', 'sending')) AS n_waiting, count(*) FILTER (WHERE state = 'failed' AND position IS NOT NULL) AS n_failed, \
                max(done_at) FILTER (WHERE state = 'delivered') AS delivered_at \
            FROM webhook_deliveries WHERE webhook_id = w.id) d \
         WHERE w.account_id = $1 OR w.id = $2 ORDER BY w.created_at DESC, w.id",
    )
    .bind::<Nullable<SqlUuid>, _>(account)
    .bind::<Nullable<SqlUuid>, _>(hook)
    .load(conn)?;
    let named: BTreeSet<Uuid> = rows.iter().flat_map(|r| r.unit_ids.iter().copied()).collect();
    let names: Vec<(Uuid, String)> =
        units::table.filter(units::id.eq_any(&named)).order(units::code).select((units::id, units::name)).load(conn)?;
    rows.into_iter()
        .map(|r| {
            let of = names.iter().filter(|(u, _)| r.unit_ids.contains(u));
            Ok(Webhook {
                id: r.id,
                account: AccountId(r.account_id),
                units: of.map(|(u, name)| (UnitId(*u), name.clone())).collect(),
                form: HookForm { url: r.url, streams: streams(&r.streams), grant: grant(&r.unit_ids, r.expires_on) },
                state: HookState::parse(&r.state).ok_or_else(|| Error::internal("an unknown state of a webhook"))?,
                granted_by: r.granted_by,
                made_at: r.created_at,
                ended_at: r.ended_at,
                n_waiting: r.n_waiting,
                n_failed: r.n_failed,
                delivered_at: r.delivered_at,
            })
        })
        .collect()
}

fn one(conn: &mut PgConnection, id: Uuid) -> Result<Webhook, Error> {
    loaded(conn, None, Some(id))?.pop().ok_or(Error::NotFound)
}

/// The targets of a system; for whoever has an administrative duty.
///
/// Errors: `not-allowed`, `NotFound`.
pub fn list(conn: &mut PgConnection, origin: &Origin, account: AccountId) -> Result<Vec<Webhook>, Error> {
    account::permit_list(&origin.actor)?;
    services::one(conn, account)?;
    loaded(conn, Some(account.0), None)
}

fn recorded(
    conn: &mut PgConnection,
    origin: &Origin,
    of: &services::ServiceAccount,
    kind: &'static str,
    payload: Value,
) -> Result<(), Error> {
    let seq = services::record(conn, origin, of.id, of.seq, NewEvent { kind, payload })?;
    services::moved_on(conn, of.id, seq)
}

fn said(id: Uuid, form: &HookForm) -> Value {
    json!({
        "webhook": id, "url": form.url, "streams": form.streams, "units": form.grant.units,
        "expires_on": form.grant.expires_on,
    })
}

fn ids(units: &BTreeSet<UnitId>) -> Vec<Uuid> {
    units.iter().map(|u| u.0).collect()
}

fn words(streams: &BTreeSet<HookStream>) -> Vec<&'static str> {
    streams.iter().map(|s| s.as_str()).collect()
}

/// Makes a target; it is told of what gets its place in the order of events from now on.
///
/// Takes the targets that are allowed (`webhook::allowed`).
///
/// Errors: `not-allowed`, `NotFound`, `content`, `service-ended`.
pub fn make(
    conn: &mut PgConnection,
    origin: &Origin,
    account: AccountId,
    form: HookForm,
    allowed: &[String],
) -> Result<Webhook, Error> {
    permit_grant(&origin.actor)?;
    let form = form.checked(allowed, domain::calendar::today(origin.now))?;
    let of = services::held(conn, account)?;
    if !of.is_active {
        return Err(Refusal::conflict("service-ended").into());
    }
    services::check_units(conn, &form.grant.units)?;
    let n: i64 = webhooks::table
        .filter(webhooks::account_id.eq(account.0).and(webhooks::state.ne(HookState::Ended.as_str())))
        .count()
        .get_result(conn)?;
    if n >= MOST_HOOKS {
        return Err(Refusal::field("/url", "too-many").into());
    }
    let by = origin.account().ok_or(Error::NotFound)?;
    let id = Uuid::now_v7();
    recorded(conn, origin, &of, "service_account.webhook_made", said(id, &form))?;
    let cursor = changes::position(conn)?;
    diesel::insert_into(webhooks::table)
        .values((
            webhooks::id.eq(id),
            webhooks::account_id.eq(account.0),
            webhooks::url.eq(&form.url),
            webhooks::streams.eq(words(&form.streams)),
            webhooks::unit_ids.eq(ids(&form.grant.units)),
            webhooks::expires_on.eq(form.grant.expires_on),
            webhooks::state.eq(HookState::Active.as_str()),
            webhooks::cursor.eq(cursor),
            webhooks::granted_by.eq(by.0),
            webhooks::created_at.eq(origin.now),
        ))
        .execute(conn)?;
    one(conn, id)
}

/// A target that is not ended, with its system, both held until the transaction ends.
fn standing(conn: &mut PgConnection, id: Uuid) -> Result<(Webhook, services::ServiceAccount), Error> {
    let account: Option<Uuid> = webhooks::table.find(id).select(webhooks::account_id).first(conn).optional()?;
    let of = services::held(conn, AccountId(account.ok_or(Error::NotFound)?))?;
    let hook = one(conn, id)?;
    if hook.state == HookState::Ended { Err(Refusal::conflict("webhook-ended").into()) } else { Ok((hook, of)) }
}

/// Changes a target; one whose other side wanted no more is told again, from where it stopped.
///
/// Errors: `not-allowed`, `NotFound`, `content`, `webhook-ended`.
pub fn change(
    conn: &mut PgConnection,
    origin: &Origin,
    id: Uuid,
    form: HookForm,
    allowed: &[String],
) -> Result<Webhook, Error> {
    permit_grant(&origin.actor)?;
    let form = form.checked(allowed, domain::calendar::today(origin.now))?;
    let (_, of) = standing(conn, id)?;
    services::check_units(conn, &form.grant.units)?;
    recorded(conn, origin, &of, "service_account.webhook_changed", said(id, &form))?;
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::url.eq(&form.url),
            webhooks::streams.eq(words(&form.streams)),
            webhooks::unit_ids.eq(ids(&form.grant.units)),
            webhooks::expires_on.eq(form.grant.expires_on),
            webhooks::state.eq(HookState::Active.as_str()),
            webhooks::ended_at.eq(None::<DateTime<Utc>>),
            webhooks::rests_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)?;
    one(conn, id)
}

/// Tells a target no more; what waits for it is left lying.
fn close(conn: &mut PgConnection, id: Uuid, state: HookState, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(webhooks::table.find(id))
        .set((webhooks::state.eq(state.as_str()), webhooks::ended_at.eq(now)))
        .execute(conn)?;
    diesel::sql_query(
        "UPDATE webhook_deliveries SET state = 'failed', done_at = $2 WHERE webhook_id = $1 AND state IN ('due', 'sending')",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .execute(conn)?;
    Ok(())
}

/// Ends a target for good; one that is ended stays so.
///
/// Errors: `not-allowed`, `NotFound`.
pub fn end(conn: &mut PgConnection, origin: &Origin, id: Uuid) -> Result<Webhook, Error> {
    permit_grant(&origin.actor)?;
    let hook = one(conn, id)?;
    if hook.state == HookState::Ended {
        return Ok(hook);
    }
    let (_, of) = standing(conn, id)?;
    recorded(conn, origin, &of, "service_account.webhook_ended", json!({ "webhook": id }))?;
    close(conn, id, HookState::Ended, origin.now)?;
    one(conn, id)
}

/// Ends every target of a system that is ended itself.
pub(crate) fn end_all(conn: &mut PgConnection, account: AccountId, now: DateTime<Utc>) -> Result<(), Error> {
    let left: Vec<Uuid> = webhooks::table
        .filter(webhooks::account_id.eq(account.0).and(webhooks::state.ne(HookState::Ended.as_str())))
        .select(webhooks::id)
        .load(conn)?;
    for id in left {
        close(conn, id, HookState::Ended, now)?;
    }
    Ok(())
}

/// Messages to be made.
type NewDelivery = (Uuid, Option<i64>, String, String);

fn owe(conn: &mut PgConnection, hook: Uuid, messages: Vec<NewDelivery>, now: DateTime<Utc>) -> Result<(), Error> {
    let rows: Vec<_> = messages
        .into_iter()
        .map(|(id, position, kind, body)| {
            (
                webhook_deliveries::id.eq(id),
                webhook_deliveries::webhook_id.eq(hook),
                webhook_deliveries::position.eq(position),
                webhook_deliveries::kind.eq(kind),
                webhook_deliveries::body.eq(body),
                webhook_deliveries::state.eq(DeliveryState::Due.as_str()),
                webhook_deliveries::attempts.eq(0),
                webhook_deliveries::next_at.eq(now),
                webhook_deliveries::tries.eq(json!([])),
                webhook_deliveries::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(webhook_deliveries::table).values(rows).on_conflict_do_nothing().execute(conn)?;
    Ok(())
}

/// Sends a message that only tries the target out, once.
///
/// Errors: `not-allowed`, `NotFound`, `webhook-ended`.
pub fn ping(conn: &mut PgConnection, origin: &Origin, id: Uuid) -> Result<Webhook, Error> {
    permit_grant(&origin.actor)?;
    let (hook, _) = standing(conn, id)?;
    if hook.state != HookState::Active {
        return Err(Refusal::conflict("webhook-ended").into());
    }
    diesel::update(webhooks::table.find(id)).set(webhooks::rests_until.eq(None::<DateTime<Utc>>)).execute(conn)?;
    let message = (Uuid::now_v7(), None, PING.to_owned(), webhook::ping_body(id, origin.now));
    owe(conn, id, vec![message], origin.now)?;
    one(conn, id)
}

/// Sends one message once more, or all that are left lying, under the names they had; how many.
///
/// Errors: `not-allowed`, `NotFound`, `webhook-ended`.
pub fn replay(conn: &mut PgConnection, origin: &Origin, id: Uuid, only: Option<Uuid>) -> Result<usize, Error> {
    permit_grant(&origin.actor)?;
    let (hook, _) = standing(conn, id)?;
    if hook.state != HookState::Active {
        return Err(Refusal::conflict("webhook-ended").into());
    }
    diesel::update(webhooks::table.find(id)).set(webhooks::rests_until.eq(None::<DateTime<Utc>>)).execute(conn)?;
    let n = diesel::sql_query(
        "UPDATE webhook_deliveries SET state = 'due', attempts = 0, next_at = $2, done_at = NULL WHERE webhook_id = $1 \
         AND CASE WHEN $3::uuid IS NULL THEN state = 'failed' AND position IS NOT NULL ELSE id = $3 AND state <> 'sending' END",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(origin.now)
    .bind::<Nullable<SqlUuid>, _>(only)
    .execute(conn)?;
    if n == 0 && only.is_some() { Err(Error::NotFound) } else { Ok(n) }
}

/// One attempt: when, what answered or why nothing did, how long it took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    pub at: DateTime<Utc>,
    pub status: Option<u16>,
    pub fault: Option<String>,
    pub millis: i64,
}

/// A message and what became of it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Delivery {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// None where it only tries the target out.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub position: Option<i64>,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    pub next_at: DateTime<Utc>,
    /// The last attempts as `Attempt`, the oldest first.
    #[diesel(sql_type = Jsonb)]
    pub tries: Value,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub done_at: Option<DateTime<Utc>>,
}

/// The messages of a target in a state or in any, the newest first, at most a hundred; for whoever has an administrative duty.
///
/// Errors: `not-allowed`, `NotFound`.
pub fn deliveries(
    conn: &mut PgConnection,
    origin: &Origin,
    id: Uuid,
    state: Option<DeliveryState>,
) -> Result<Vec<Delivery>, Error> {
    account::permit_list(&origin.actor)?;
    one(conn, id)?;
    Ok(diesel::sql_query(
        "SELECT id, position, kind, state, attempts, next_at, tries, created_at, done_at FROM webhook_deliveries \
         WHERE webhook_id = $1 AND ($2::text IS NULL OR state = $2) ORDER BY created_at DESC, id DESC LIMIT $3",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Text>, _>(state.map(DeliveryState::as_str))
    .bind::<BigInt, _>(MOST_SHOWN)
    .load(conn)?)
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
            (Uuid::now_v7(), Some(e.position), e.kind.clone(), webhook::event_body(&e.kind, e.at, &told))
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
    #[diesel(sql_type = Nullable<BigInt>)]
    pub position: Option<i64>,
    #[diesel(sql_type = Text)]
    pub body: String,
    /// With the one that is about to be made.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
}

/// Takes the message that is due first; nobody else has it until the lease is over.
pub fn claim(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<Parcel>, Error> {
    Ok(diesel::sql_query(
        "UPDATE webhook_deliveries AS d SET state = 'sending', attempts = d.attempts + 1, next_at = $2 FROM ( \
            SELECT d.id, w.account_id, w.url FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id JOIN accounts a ON a.id = w.account_id \
            WHERE d.state IN ('due', 'sending') AND d.next_at <= $1 AND w.state = 'active' AND w.expires_on >= $3 AND a.status = 'active' \
                AND (w.rests_until IS NULL OR w.rests_until <= $1) \
            ORDER BY d.next_at, d.position LIMIT 1 FOR UPDATE OF d SKIP LOCKED) AS m \
         WHERE d.id = m.id RETURNING d.id, d.webhook_id, m.account_id, m.url, d.position, d.body, d.attempts",
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
    let again = if parcel.position.is_some() { again_at(failures, jitter, now) } else { None };
    let (state, next_at) = match (verdict, again) {
        (Verdict::Delivered, _) => (DeliveryState::Delivered, now),
        (Verdict::Again, Some(at)) => (DeliveryState::Due, at),
        (Verdict::Again, None) | (Verdict::Gone, _) => (DeliveryState::Failed, now),
    };
    // Always in the order system, target, message, so that nobody waits in a circle.
    let gone = if verdict == Verdict::Gone { Some(services::held(conn, AccountId(parcel.account_id))?) } else { None };
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
