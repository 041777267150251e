//! Other systems of the group: their accounts and keys (docs/domain.md §34). A key is known by its public id and the hash of its secret.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;
use domain::account;
use domain::actor::{Membership, PersonActor, UnitPath};
use domain::ids::{AccountId, PersonId, UnitId};
use domain::refusal::Refusal;
use domain::service::{Grant, KeyScope, MOST_VALID, Service, ServiceForm, permit_grant, permit_make};
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::schema::{accounts, api_keys, persons, service_accounts, units};
use crate::webhooks;

/// A password nobody has: no text hashes to it.
const NO_PASSWORD: &str = "!";
/// Most services.
const MOST: i64 = 200;
/// A key is used often; when it was last used is kept once in so long.
const USED_EVERY: TimeDelta = TimeDelta::seconds(60);

/// A key, without its secret.
#[derive(Clone, Debug)]
pub struct Key {
    pub id: String,
    pub grant: Grant,
    /// The names of its units, in their order.
    pub units: Vec<(UnitId, String)>,
    pub granted_by: String,
    pub made_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_from: Option<String>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A service with its keys, the newest first.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    pub id: AccountId,
    pub name: String,
    pub purpose: String,
    pub person: (PersonId, String),
    pub is_active: bool,
    pub made_at: DateTime<Utc>,
    pub keys: Vec<Key>,
    pub(crate) seq: i64,
}

type ServiceRow = (Uuid, String, String, String, Uuid, String, DateTime<Utc>, i64);
type KeyRow = (
    (String, Uuid, String, Vec<String>, Vec<Uuid>, NaiveDate),
    (DateTime<Utc>, Option<DateTime<Utc>>, Option<String>, Option<DateTime<Utc>>),
);

fn grant(scopes: &[String], unit_ids: &[Uuid], expires_on: NaiveDate) -> Grant {
    Grant {
        scopes: scopes.iter().filter_map(|word| KeyScope::parse(word)).collect(),
        units: unit_ids.iter().copied().map(UnitId).collect(),
        expires_on,
    }
}

fn keys_of(conn: &mut PgConnection, services: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Key>>, Error> {
    let rows: Vec<KeyRow> = api_keys::table
        .inner_join(accounts::table.on(accounts::id.eq(api_keys::granted_by)))
        .filter(api_keys::account_id.eq_any(services))
        .order((api_keys::created_at.desc(), api_keys::id))
        .select((
            (
                api_keys::id,
                api_keys::account_id,
                accounts::display_name,
                api_keys::scopes,
                api_keys::unit_ids,
                api_keys::expires_on,
            ),
            (api_keys::created_at, api_keys::last_used_at, api_keys::last_used_from, api_keys::revoked_at),
        ))
        .load(conn)?;
    let named: BTreeSet<Uuid> = rows.iter().flat_map(|((.., ids, _), _)| ids.iter().copied()).collect();
    let names: Vec<(Uuid, String)> =
        units::table.filter(units::id.eq_any(&named)).order(units::code).select((units::id, units::name)).load(conn)?;
    let mut found: BTreeMap<Uuid, Vec<Key>> = BTreeMap::new();
    for (
        (id, account, granted_by, scopes, unit_ids, expires_on),
        (made_at, last_used_at, last_used_from, revoked_at),
    ) in rows
    {
        let grant = grant(&scopes, &unit_ids, expires_on);
        let units = names.iter().filter(|(u, _)| grant.units.contains(&UnitId(*u)));
        let units = units.map(|(u, name)| (UnitId(*u), name.clone())).collect();
        let key = Key { id, grant, units, granted_by, made_at, last_used_at, last_used_from, revoked_at };
        found.entry(account).or_default().push(key);
    }
    Ok(found)
}

fn loaded(conn: &mut PgConnection, only: Option<Uuid>) -> Result<Vec<ServiceAccount>, Error> {
    let mut query = service_accounts::table
        .inner_join(accounts::table)
        .inner_join(persons::table)
        .order((accounts::display_name, accounts::id))
        .limit(MOST)
        .select((
            accounts::id,
            accounts::display_name,
            accounts::status,
            service_accounts::purpose,
            persons::id,
            persons::name,
            service_accounts::created_at,
            service_accounts::seq,
        ))
        .into_boxed();
    if let Some(id) = only {
        query = query.filter(accounts::id.eq(id));
    }
    let rows: Vec<ServiceRow> = query.load(conn)?;
    let ids: Vec<Uuid> = rows.iter().map(|r| r.0).collect();
    let mut keys = keys_of(conn, &ids)?;
    Ok(rows
        .into_iter()
        .map(|(id, name, status, purpose, person, person_name, made_at, seq)| ServiceAccount {
            id: AccountId(id),
            name,
            purpose,
            person: (PersonId(person), person_name),
            is_active: status == "active",
            made_at,
            keys: keys.remove(&id).unwrap_or_default(),
            seq,
        })
        .collect())
}

pub(crate) fn one(conn: &mut PgConnection, id: AccountId) -> Result<ServiceAccount, Error> {
    loaded(conn, Some(id.0))?.pop().ok_or(Error::NotFound)
}

/// Every service with its keys; for whoever has an administrative duty.
///
/// Errors: `not-allowed`.
pub fn list(conn: &mut PgConnection, origin: &Origin) -> Result<Vec<ServiceAccount>, Error> {
    account::permit_list(&origin.actor)?;
    loaded(conn, None)
}

pub(crate) fn record(
    conn: &mut PgConnection,
    origin: &Origin,
    id: AccountId,
    seq: i64,
    event: NewEvent,
) -> Result<i64, Error> {
    events::record(conn, origin, Stream { kind: "service_account", id: id.0, round: None }, seq, &[event])
}

/// Makes a service account; it can do nothing until a key is given.
///
/// Errors: `not-allowed`, `content` (also where nobody is that person, or there are too many).
pub fn make(conn: &mut PgConnection, origin: &Origin, form: ServiceForm) -> Result<ServiceAccount, Error> {
    permit_make(&origin.actor)?;
    let form = form.checked()?;
    let is_known: bool =
        diesel::select(diesel::dsl::exists(persons::table.filter(persons::id.eq(form.person.0)))).get_result(conn)?;
    if !is_known {
        return Err(Refusal::field("/person_id", "person-unknown").into());
    }
    let n: i64 = service_accounts::table.count().get_result(conn)?;
    if n >= MOST {
        return Err(Refusal::field("/name", "too-many").into());
    }
    let id = Uuid::now_v7();
    let payload = json!({ "name": form.name, "person": form.person });
    let seq = record(conn, origin, AccountId(id), 0, NewEvent { kind: "service_account.made", payload })?;
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::login.eq(format!("service:{id}")),
            accounts::display_name.eq(&form.name),
            accounts::status.eq("active"),
            accounts::is_service.eq(true),
            accounts::password_hash.eq(NO_PASSWORD),
            accounts::must_change_password.eq(false),
            accounts::seq.eq(0),
            accounts::version.eq(0),
            accounts::created_at.eq(origin.now),
        ))
        .execute(conn)?;
    diesel::insert_into(service_accounts::table)
        .values((
            service_accounts::account_id.eq(id),
            service_accounts::purpose.eq(&form.purpose),
            service_accounts::person_id.eq(form.person.0),
            service_accounts::seq.eq(seq),
            service_accounts::created_at.eq(origin.now),
        ))
        .execute(conn)?;
    one(conn, AccountId(id))
}

/// The service, held until the transaction ends.
pub(crate) fn held(conn: &mut PgConnection, id: AccountId) -> Result<ServiceAccount, Error> {
    let found: Option<Uuid> =
        service_accounts::table.find(id.0).select(service_accounts::account_id).for_update().first(conn).optional()?;
    found.ok_or(Error::NotFound)?;
    one(conn, id)
}

pub(crate) fn moved_on(conn: &mut PgConnection, id: AccountId, seq: i64) -> Result<(), Error> {
    diesel::update(service_accounts::table.find(id.0)).set(service_accounts::seq.eq(seq)).execute(conn)?;
    Ok(())
}

/// Ends a service for good: none of its keys opens anything from now on. One that is ended stays so.
///
/// Errors: `not-allowed`, `NotFound`.
pub fn end(conn: &mut PgConnection, origin: &Origin, id: AccountId) -> Result<ServiceAccount, Error> {
    if permit_make(&origin.actor).is_err() {
        permit_grant(&origin.actor)?;
    }
    let found = held(conn, id)?;
    if !found.is_active {
        return Ok(found);
    }
    let seq = record(conn, origin, id, found.seq, NewEvent { kind: "service_account.ended", payload: json!({}) })?;
    moved_on(conn, id, seq)?;
    diesel::update(accounts::table.find(id.0)).set(accounts::status.eq("disabled")).execute(conn)?;
    diesel::update(api_keys::table.filter(api_keys::account_id.eq(id.0).and(api_keys::revoked_at.is_null())))
        .set(api_keys::revoked_at.eq(origin.now))
        .execute(conn)?;
    webhooks::end_all(conn, id, origin.now)?;
    one(conn, id)
}

/// Whether all of these units are there.
///
/// Errors: `unit-unknown` at /units.
pub(crate) fn check_units(conn: &mut PgConnection, named: &BTreeSet<UnitId>) -> Result<(), Error> {
    let ids: Vec<Uuid> = named.iter().map(|u| u.0).collect();
    let known: i64 = units::table.filter(units::id.eq_any(&ids)).count().get_result(conn)?;
    if usize::try_from(known) == Ok(ids.len()) { Ok(()) } else { Err(Refusal::field("/units", "unit-unknown").into()) }
}

/// The public id of a key and the digest of its secret.
pub struct NewKey {
    pub id: String,
    pub secret_sha256: String,
}

/// Gives a service a key.
///
/// Errors: `not-allowed`, `NotFound`, `content`, `service-ended`, `too-many-keys` where two are valid.
pub fn give(
    conn: &mut PgConnection,
    origin: &Origin,
    id: AccountId,
    new: &NewKey,
    grant: &Grant,
) -> Result<ServiceAccount, Error> {
    permit_grant(&origin.actor)?;
    let today = domain::calendar::today(origin.now);
    grant.check(today)?;
    let found = held(conn, id)?;
    if !found.is_active {
        return Err(Refusal::conflict("service-ended").into());
    }
    let valid = found.keys.iter().filter(|k| k.revoked_at.is_none() && k.grant.holds_on(today)).count();
    if valid >= MOST_VALID {
        return Err(Refusal::conflict("too-many-keys").into());
    }
    let unit_ids: Vec<Uuid> = grant.units.iter().map(|u| u.0).collect();
    check_units(conn, &grant.units)?;
    let by = origin.account().ok_or(Error::NotFound)?;
    let scopes: Vec<&str> = grant.scopes.iter().map(|s| s.as_str()).collect();
    let payload = json!({ "key": new.id, "scopes": scopes, "units": unit_ids, "expires_on": grant.expires_on });
    let seq = record(conn, origin, id, found.seq, NewEvent { kind: "service_account.key_given", payload })?;
    moved_on(conn, id, seq)?;
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(&new.id),
            api_keys::account_id.eq(id.0),
            api_keys::secret_sha256.eq(&new.secret_sha256),
            api_keys::alg.eq("sha-256"),
            api_keys::scopes.eq(&scopes),
            api_keys::unit_ids.eq(&unit_ids),
            api_keys::expires_on.eq(grant.expires_on),
            api_keys::granted_by.eq(by.0),
            api_keys::created_at.eq(origin.now),
        ))
        .execute(conn)?;
    one(conn, id)
}

/// Revokes a key at once and for good; one that is revoked stays so.
///
/// Errors: `not-allowed`, `NotFound`.
pub fn revoke(conn: &mut PgConnection, origin: &Origin, key: &str) -> Result<ServiceAccount, Error> {
    permit_grant(&origin.actor)?;
    let account: Option<Uuid> = api_keys::table.find(key).select(api_keys::account_id).first(conn).optional()?;
    let id = AccountId(account.ok_or(Error::NotFound)?);
    let found = held(conn, id)?;
    if found.keys.iter().any(|k| k.id == key && k.revoked_at.is_some()) {
        return Ok(found);
    }
    let payload = json!({ "key": key });
    let seq = record(conn, origin, id, found.seq, NewEvent { kind: "service_account.key_revoked", payload })?;
    moved_on(conn, id, seq)?;
    diesel::update(api_keys::table.find(key)).set(api_keys::revoked_at.eq(origin.now)).execute(conn)?;
    one(conn, id)
}

/// The actor of a key that holds, and notes that it was used, to the minute; none where no such key holds today.
///
/// Its units stand as posts without a head; the person who answers for the service stands behind what it hands in.
pub fn actor(
    conn: &mut PgConnection,
    key: &str,
    secret_sha256: &str,
    from: &str,
    now: DateTime<Utc>,
) -> Result<Option<PersonActor>, Error> {
    type Row = (Uuid, String, Uuid, Vec<String>, Vec<Uuid>, NaiveDate, Option<DateTime<Utc>>);
    let row: Option<Row> = api_keys::table
        .inner_join(service_accounts::table.inner_join(accounts::table))
        .filter(api_keys::id.eq(key).and(api_keys::secret_sha256.eq(secret_sha256)))
        .filter(api_keys::revoked_at.is_null().and(accounts::status.eq("active")))
        .select((
            accounts::id,
            accounts::display_name,
            service_accounts::person_id,
            api_keys::scopes,
            api_keys::unit_ids,
            api_keys::expires_on,
            api_keys::last_used_at,
        ))
        .first(conn)
        .optional()?;
    let Some((account, name, person, scopes, unit_ids, expires_on, last_used_at)) = row else { return Ok(None) };
    let grant = grant(&scopes, &unit_ids, expires_on);
    if !grant.holds_on(domain::calendar::today(now)) {
        return Ok(None);
    }
    if last_used_at.is_none_or(|at| at + USED_EVERY <= now) {
        diesel::update(api_keys::table.find(key))
            .set((api_keys::last_used_at.eq(now), api_keys::last_used_from.eq(from)))
            .execute(conn)?;
    }
    let ids: Vec<Uuid> = grant.units.iter().map(|u| u.0).collect();
    Ok(Some(standing(conn, AccountId(account), name, PersonId(person), grant.scopes, &ids)?))
}

/// A system as it stands before the rules: its units as posts without a head, and what it may do.
pub(crate) fn standing(
    conn: &mut PgConnection,
    account: AccountId,
    name: String,
    person: PersonId,
    scopes: BTreeSet<KeyScope>,
    unit_ids: &[Uuid],
) -> Result<PersonActor, Error> {
    let paths: Vec<Vec<Uuid>> =
        units::table.filter(units::id.eq_any(unit_ids)).order(units::code).select(units::path).load(conn)?;
    let memberships = paths
        .into_iter()
        .map(|path| Membership {
            unit: UnitPath(path.into_iter().map(UnitId).collect()),
            post: name.clone(),
            is_head: false,
            is_secondment: false,
        })
        .collect();
    Ok(PersonActor {
        account,
        person: None,
        name,
        role: Some(domain::actor::Role::Unit),
        duty: None,
        memberships,
        assignments: Vec::new(),
        principal_of: Vec::new(),
        heads_group_of: Vec::new(),
        stands_in_for: Vec::new(),
        service: Some(Service { scopes, person }),
    })
}
