//! Where other systems are told by themselves (docs/domain.md §34): their targets, the messages made of the one order of events, and what became of each.

mod messages;
mod todos;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::account;
use domain::ids::{AccountId, UnitId};
use domain::refusal::Refusal;
use domain::service::{Grant, KeyScope, permit_grant};
use domain::webhook::{self, DeliveryState, HookForm, HookState, HookStream, MOST_HOOKS, PING};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::changes;
use crate::error::Error;
use crate::events::{NewEvent, Origin};
use crate::schema::{units, webhook_deliveries, webhooks};
use crate::services;

use messages::{NewDelivery, owe};
pub use messages::{Parcel, claim, dispatch, dispatch_checkpoint, settle};
pub use todos::{Lists, dispatch_todos};

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
            SELECT count(*) FILTER (WHERE state IN ('due', 'sending')) AS n_waiting, count(*) FILTER (WHERE state = 'failed' AND kind <> 'webhook.ping') AS n_failed, \
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

/// Tells a target no more; what waits for it is left lying, but that something is done: otherwise it would stand there for ever.
fn close(conn: &mut PgConnection, id: Uuid, state: HookState, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(webhooks::table.find(id))
        .set((webhooks::state.eq(state.as_str()), webhooks::ended_at.eq(now)))
        .execute(conn)?;
    diesel::sql_query(
        "UPDATE webhook_deliveries SET state = 'failed', done_at = $2 WHERE webhook_id = $1 AND state IN ('due', 'sending') \
            AND ($3 OR kind <> 'todo.done')",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .bind::<Bool, _>(state == HookState::Gone)
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
    let body = webhook::ping_body(id, origin.now);
    let message =
        NewDelivery { position: None, checkpoint_size: None, todo: None, kind: PING.to_owned(), body, attempts: 0 };
    owe(conn, id, vec![message], origin.now)?;
    one(conn, id)
}

/// Sends one message once more, or all that are left lying, under the names they had; how many.
///
/// Errors: `not-allowed`, `NotFound`, `webhook-ended`, `checkpoint-replaced` where a newer checkpoint was made a message of,
/// `todo-done` where it says that something waits that is done.
pub fn replay(conn: &mut PgConnection, origin: &Origin, id: Uuid, only: Option<Uuid>) -> Result<usize, Error> {
    permit_grant(&origin.actor)?;
    let (hook, _) = standing(conn, id)?;
    if hook.state != HookState::Active {
        return Err(Refusal::conflict("webhook-ended").into());
    }
    diesel::update(webhooks::table.find(id)).set(webhooks::rests_until.eq(None::<DateTime<Utc>>)).execute(conn)?;
    let newest: i64 = webhooks::table.find(id).select(webhooks::checkpoint_size).first(conn)?;
    let asked: Option<Option<i64>> = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(id).and(webhook_deliveries::id.nullable().eq(only)))
        .select(webhook_deliveries::checkpoint_size)
        .first(conn)
        .optional()?;
    if asked.flatten().is_some_and(|size| size < newest) {
        return Err(Refusal::conflict("checkpoint-replaced").into());
    }
    if let Some(delivery) = only
        && todos::is_over(conn, delivery)?
    {
        return Err(Refusal::conflict("todo-done").into());
    }
    let n = diesel::sql_query(
        "UPDATE webhook_deliveries SET state = 'due', attempts = 0, next_at = $2, done_at = NULL WHERE webhook_id = $1 \
         AND CASE WHEN $3::uuid IS NULL THEN state = 'failed' AND kind <> 'webhook.ping' ELSE id = $3 AND state <> 'sending' END",
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
    /// None where it tells of no event.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub position: Option<i64>,
    /// None where it tells of no checkpoint.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub checkpoint_size: Option<i64>,
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
        "SELECT id, position, checkpoint_size, kind, state, attempts, next_at, tries, created_at, done_at FROM webhook_deliveries \
         WHERE webhook_id = $1 AND ($2::text IS NULL OR state = $2) ORDER BY created_at DESC, id DESC LIMIT $3",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Text>, _>(state.map(DeliveryState::as_str))
    .bind::<BigInt, _>(MOST_SHOWN)
    .load(conn)?)
}
