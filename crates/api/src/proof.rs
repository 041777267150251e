//! Proof of identity that is asked for anew before what weighs most: signing, publishing, taking lists away (docs/domain.md §35).

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use chrono::{DateTime, Utc};
use domain::account::ProvedBy;
use domain::actor::Actor;
use persistence::identity::{self, Standing};
use persistence::{PgConnection, accounts};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth;
use crate::extract::{Body, Caller, address};
use crate::passwords;
use crate::problem::Problem;
use crate::second_factor;

/// The operations that ask, by method and path as the contract writes them, without the front part all share. Which kinds there are and that none
/// is left out is held by `every_operation_that_signs_publishes_or_hands_on_asks_for_a_proof`.
pub const ASKING: &[(&str, &str)] = &[
    // Signing, on screen and from paper.
    ("POST", "/tasks/{id}/sign"),
    ("POST", "/tasks/{id}/record-signature"),
    ("POST", "/tasks/{id}/confirm-signature"),
    ("POST", "/sign-batches"),
    ("POST", "/slips/{id}/sign"),
    ("POST", "/slips/{id}/record-signature"),
    ("POST", "/slips/{id}/confirm-signature"),
    ("POST", "/documents/{id}/sign"),
    ("POST", "/documents/{id}/record-signature"),
    ("POST", "/documents/{id}/confirm-signature"),
    ("POST", "/publications/{id}/sign"),
    ("POST", "/publications/{id}/record-signature"),
    ("POST", "/publications/{id}/confirm-signature"),
    ("POST", "/handovers/{id}/give"),
    ("POST", "/handovers/{id}/take"),
    ("POST", "/handovers/{id}/record-signature"),
    ("POST", "/handovers/{id}/confirm-signature"),
    ("POST", "/meetings/{id}/ratify"),
    ("POST", "/rounds/{id}/appraisal-scheme/publish"),
    ("POST", "/appraisals/{id}/publish"),
    // What goes out in public.
    ("POST", "/publications/{id}/publish"),
    ("POST", "/opinions/{id}/approve"),
    // Lists that are handed on.
    ("POST", "/rounds/{id}/exports"),
    ("GET", "/exports/{id}/file"),
    // Who somebody is.
    ("POST", "/me/second-factor"),
    ("POST", "/accounts/{id}/reset-second-factor"),
    ("PUT", "/identity-rules"),
];

const FRONT: &str = "/api/v1";

/// Whether an operation asks, by its method and its path as the contract writes it.
pub fn asks(method: &str, pattern: &str) -> bool {
    pattern.strip_prefix(FRONT).is_some_and(|path| ASKING.contains(&(method, path)))
}

/// Whether the caller's proof is fresh enough for what he asks; where what is remembered says no, the database is asked once more.
///
/// Errors: `proof-wanted`.
pub async fn check(app: &App, caller: &Caller, began: DateTime<Utc>) -> Result<(), Problem> {
    let now = app.clock.now();
    // A token without a session was proved when it was issued.
    let is_fresh = |s: &Standing| s.rules.holds(s.proved_at.unwrap_or(began), now);
    if is_fresh(&caller.standing) {
        return Ok(());
    }
    let (account, session) = (caller.loaded.actor.account, caller.session);
    let standing = app.db.read(&Actor::System, move |conn| identity::standing(conn, account, session)).await?;
    if is_fresh(&standing) { Ok(()) } else { Err(Problem::new(StatusCode::FORBIDDEN, "proof-wanted")) }
}

/// A proof: the password; the code of the moment or a recovery code where a second factor is in use.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    #[serde(default)]
    #[schema(example = "a password")]
    pub password: String,
    #[serde(default)]
    #[schema(example = "287082")]
    pub code: String,
}

/// Too many tries from this address lock the log-in, and what goes with it.
///
/// Errors: `login-locked`.
pub fn refuse_locked(locked: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), Problem> {
    let Some(until) = locked else { return Ok(()) };
    let seconds = u32::try_from((until - now).num_seconds()).unwrap_or(1);
    Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "login-locked").retry_after(seconds))
}

/// Whether a password is the caller's own, here or in the directory.
///
/// Errors: `directory-unreachable` (503).
pub async fn is_own_password(app: &App, caller: &Caller, password: String) -> Result<bool, Problem> {
    let account = caller.loaded.actor.account;
    let credential = app.db.read(&Actor::System, move |conn| accounts::credential_of(conn, account)).await?;
    if let (ProvedBy::Directory, Some(ldap)) = (credential.proved_by, &app.ldap) {
        return Ok(ldap.is_right(&credential.login, &password).await?);
    }
    app.hashes.run(move || passwords::verify(&password, &credential.password_hash)).await
}

/// Until when the caller's log-in is locked for the address he asks from.
pub async fn locked_until(app: &App, caller: &Caller, source: &str) -> Result<Option<DateTime<Utc>>, Problem> {
    let (login, source, now) = (caller.loaded.login.clone(), source.to_owned(), app.clock.now());
    Ok(app.db.read(&Actor::System, move |conn| accounts::locked_until(conn, &login, &source, now)).await?)
}

/// Counts a wrong proof with the wrong passwords.
pub async fn count_failure(app: &App, caller: &Caller, source: &str) -> Result<(), Problem> {
    let (login, source, now) = (caller.loaded.login.clone(), source.to_owned(), app.clock.now());
    let count = move |conn: &mut PgConnection| accounts::record_failure(conn, &login, &source, now);
    Ok(app.db.write(&Actor::System, count).await?)
}

/// Prove anew who one is; it holds for as long as the house says.
///
/// Where a second factor is in use the code is asked for, elsewhere the password. Wrong ones count with the failures of the log-in.
#[utoipa::path(tag = "sessions", request_body = Proof, responses((status = 204)))]
#[post("/sessions/proof")]
pub async fn prove(
    request: HttpRequest,
    caller: Caller,
    app: Data<App>,
    body: Body<Proof>,
) -> Result<HttpResponse, Problem> {
    let Proof { password, code } = body.0;
    let source = address(&request, &app);
    refuse_locked(locked_until(&app, &caller, &source).await?, caller.origin.now)?;
    let fault = if caller.standing.has_second_factor {
        let fits = second_factor::is_own_code(&app, &caller, code).await?;
        (!fits).then(|| Problem::field("/code", "code-wrong"))
    } else {
        let fits = is_own_password(&app, &caller, password).await?;
        (!fits).then(|| Problem::field("/password", "password-incorrect"))
    };
    if let Some(fault) = fault {
        count_failure(&app, &caller, &source).await?;
        return Err(fault);
    }
    let (session, now) = (caller.session, caller.origin.now);
    app.db.write(&caller.origin.actor, move |conn| identity::record_proof(conn, session, now)).await?;
    auth::forget();
    Ok(HttpResponse::NoContent().finish())
}
