//! Other systems of the group: their accounts, their keys, and who comes with one (docs/domain.md §34).

pub mod key;
pub mod operations;

use std::collections::BTreeSet;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::{Actor, PersonActor};
use domain::ids::{AccountId, PersonId, UnitId};
use domain::service::{Grant, KeyScope, ServiceForm};
use persistence::actors::LoadedActor;
use persistence::services::{self, Key, NewKey, ServiceAccount};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{self, Body, Caller};
use crate::problem::Problem;
use crate::tokens;
use operations::Opens;

/// A unit of a key.
#[derive(Serialize, ToSchema)]
pub struct KeyUnit {
    pub id: Uuid,
    pub name: String,
}

/// A key without its secret.
#[derive(Serialize, ToSchema)]
pub struct KeyView {
    #[schema(example = "5f0c9a17e2b4")]
    pub id: String,
    #[schema(value_type = Vec<String>, example = json!(["read_ledger"]))]
    pub scopes: BTreeSet<KeyScope>,
    #[schema(example = json!(["读取台账"]))]
    pub scope_labels: Vec<String>,
    pub units: Vec<KeyUnit>,
    /// The last day it holds, Asia/Shanghai.
    pub expires_on: NaiveDate,
    /// Whether it opens anything now.
    pub is_valid: bool,
    pub given_by: String,
    pub made_at: DateTime<Utc>,
    /// To the minute; none where it was never used.
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_from: Option<String>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Another system with its keys, the newest first.
#[derive(Serialize, ToSchema)]
pub struct ServiceView {
    pub id: Uuid,
    pub name: String,
    pub purpose: String,
    /// Who answers for what it hands in.
    pub person_id: Uuid,
    pub person: String,
    pub is_active: bool,
    pub made_at: DateTime<Utc>,
    pub keys: Vec<KeyView>,
}

/// A key that was given, with the only sight of its text.
#[derive(Serialize, ToSchema)]
pub struct KeyGiven {
    pub service: ServiceView,
    /// Sent as the bearer of every request.
    pub key: String,
}

/// Another system to be let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeService {
    #[schema(example = "集团办公网")]
    pub name: String,
    #[schema(example = "每天读取各单位任务，显示在门户")]
    pub purpose: String,
    pub person_id: PersonId,
}

/// What a key is to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveKey {
    #[schema(value_type = Vec<String>, example = json!(["read_ledger"]))]
    pub scopes: BTreeSet<KeyScope>,
    /// Their tasks and those of the units below.
    #[serde(default)]
    pub units: BTreeSet<UnitId>,
    #[schema(example = "2026-12-31")]
    pub expires_on: NaiveDate,
}

fn key_view(key: Key, today: NaiveDate) -> KeyView {
    KeyView {
        is_valid: key.revoked_at.is_none() && key.grant.holds_on(today),
        scope_labels: key.grant.scopes.iter().map(|s| s.label().to_owned()).collect(),
        scopes: key.grant.scopes,
        units: key.units.into_iter().map(|(id, name)| KeyUnit { id: id.0, name }).collect(),
        expires_on: key.grant.expires_on,
        id: key.id,
        given_by: key.granted_by,
        made_at: key.made_at,
        last_used_at: key.last_used_at,
        last_used_from: key.last_used_from,
        revoked_at: key.revoked_at,
    }
}

fn view(service: ServiceAccount, now: DateTime<Utc>) -> ServiceView {
    let today = domain::calendar::today(now);
    ServiceView {
        id: service.id.0,
        name: service.name,
        purpose: service.purpose,
        person_id: service.person.0.0,
        person: service.person.1,
        is_active: service.is_active,
        made_at: service.made_at,
        keys: service.keys.into_iter().map(|key| key_view(key, today)).collect(),
    }
}

/// List other systems and their keys.
#[utoipa::path(tag = "services", responses((status = 200, body = Vec<ServiceView>)))]
#[get("/services")]
pub async fn list_services(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let found = app.db.read(&caller.origin.actor, move |conn| services::list(conn, &origin)).await?;
    Ok(HttpResponse::Ok().json(found.into_iter().map(|s| view(s, caller.origin.now)).collect::<Vec<_>>()))
}

/// Make an account for another system; it can do nothing until a key is given.
#[utoipa::path(tag = "services", request_body = MakeService, responses((status = 201, body = ServiceView)))]
#[post("/services")]
pub async fn make_service(caller: Caller, app: Data<App>, body: Body<MakeService>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let MakeService { name, purpose, person_id } = body.0;
    let form = ServiceForm { name, purpose, person: person_id };
    let made = app.db.write(&caller.origin.actor, move |conn| services::make(conn, &origin, form)).await?;
    Ok(HttpResponse::Created().json(view(made, caller.origin.now)))
}

/// End the account of another system for good, with all of its keys.
#[utoipa::path(tag = "services", params(("id" = Uuid, Path)), responses((status = 200, body = ServiceView)))]
#[post("/services/{id}/end")]
pub async fn end_service(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let ended = app.db.write(&caller.origin.actor, move |conn| services::end(conn, &origin, AccountId(*id))).await?;
    Ok(HttpResponse::Ok().json(view(ended, caller.origin.now)))
}

/// Give another system a key.
///
/// Its text is in this answer and nowhere else. Two may be valid at once, so that one can follow the other without a gap.
#[utoipa::path(tag = "services", request_body = GiveKey, params(("id" = Uuid, Path)), responses((status = 201, body = KeyGiven)))]
#[post("/services/{id}/keys")]
pub async fn give_key(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<GiveKey>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let GiveKey { scopes, units, expires_on } = body.0;
    let grant = Grant { scopes, units, expires_on };
    let (id_of_key, secret, text) = key::make().map_err(Problem::internal)?;
    let new = NewKey { id: id_of_key, secret_sha256: tokens::digest(secret.as_bytes()) };
    let given = app
        .db
        .write(&caller.origin.actor, move |conn| services::give(conn, &origin, AccountId(*id), &new, &grant))
        .await?;
    Ok(HttpResponse::Created().json(KeyGiven { service: view(given, caller.origin.now), key: text }))
}

/// Revoke a key at once and for good.
#[utoipa::path(tag = "services", params(("id" = String, Path)), responses((status = 200, body = ServiceView)))]
#[post("/keys/{id}/revoke")]
pub async fn revoke_key(caller: Caller, app: Data<App>, id: Path<String>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let service = app.db.write(&caller.origin.actor, move |conn| services::revoke(conn, &origin, &id)).await?;
    Ok(HttpResponse::Ok().json(view(service, caller.origin.now)))
}

/// A round a key sees.
#[derive(Serialize, ToSchema)]
pub struct KeyRound {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub is_active: bool,
}

/// What the key in use is.
#[derive(Serialize, ToSchema)]
pub struct OwnKey {
    #[schema(example = "集团办公网")]
    pub service: String,
    #[schema(value_type = Vec<String>, example = json!(["read_ledger"]))]
    pub scopes: BTreeSet<KeyScope>,
    pub units: Vec<KeyUnit>,
    /// Rounds with tasks of these units.
    pub rounds: Vec<KeyRound>,
}

/// See what the key in use is: its service, what it opens, for which units, in which rounds.
///
/// `not-allowed` (403) for whoever came without a key.
#[utoipa::path(tag = "services", responses((status = 200, body = OwnKey)))]
#[get("/key")]
pub async fn get_own_key(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let own = &caller.loaded.actor;
    let service = own.service.clone().ok_or_else(|| domain::refusal::Refusal::forbidden("not-allowed"))?;
    let ids: Vec<Uuid> = own.memberships.iter().filter_map(|m| m.unit.unit()).map(|u| u.0).collect();
    let actor = caller.origin.actor.clone();
    let asked = ids.clone();
    let (rounds, names) = app
        .db
        .read(&caller.origin.actor, move |conn| {
            Ok((persistence::rounds::list(conn, &actor)?, persistence::tasks::names(conn, asked)?))
        })
        .await?;
    let name = |id: &Uuid| names.get(id).cloned().unwrap_or_default();
    Ok(HttpResponse::Ok().json(OwnKey {
        service: own.name.clone(),
        scopes: service.scopes,
        units: ids.iter().map(|id| KeyUnit { id: *id, name: name(id) }).collect(),
        rounds: rounds
            .into_iter()
            .map(|r| KeyRound { id: r.id, code: r.code, name: r.name, is_active: r.state == "active" })
            .collect(),
    }))
}

/// Whether a request comes with a key to an operation that no key opens.
pub fn is_closed_to_keys(request: &HttpRequest) -> bool {
    let is_key = extract::bearer(request).is_some_and(key::is_key);
    is_key
        && request
            .match_pattern()
            .is_some_and(|pattern| operations::opens(request.method().as_str(), &pattern) == Opens::Never)
}

/// Whoever holds a key, as he stands now.
///
/// Errors: `unauthenticated` (401) where no such key holds.
pub async fn holder(app: &App, bearer: &str, from: &str) -> Result<PersonActor, Problem> {
    let parts = key::read(bearer).ok_or_else(Problem::unauthenticated)?;
    let (id, digest) = (parts.id.to_owned(), tokens::digest(parts.secret.as_bytes()));
    let (from, now) = (from.to_owned(), app.clock.now());
    let found = app.db.write(&Actor::System, move |conn| services::actor(conn, &id, &digest, &from, now)).await?;
    found.ok_or_else(Problem::unauthenticated)
}

/// Who comes with a key, if the key holds and opens what is asked for.
///
/// Errors: `unauthenticated` (401) where no such key holds; `not-for-keys`, `scope-missing` (403).
pub async fn caller(app: &App, request: &HttpRequest, bearer: &str) -> Result<LoadedActor, Problem> {
    let actor = holder(app, bearer, &extract::address(request, app)).await?;
    let pattern = request.match_pattern().unwrap_or_default();
    if let Some(service) = &actor.service {
        match operations::opens(request.method().as_str(), &pattern) {
            Opens::Always => {}
            Opens::With(scope) => service.permit(Some(scope))?,
            Opens::Never => service.permit(None)?,
        }
    }
    Ok(LoadedActor { actor, login: String::new(), epoch: 0, is_active: true, must_change_password: false })
}
