//! The second factor: the code after the password at the log-in, and what its holder does with his own (docs/domain.md §35).

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::ids::AccountId;
use domain::second_factor as rules;
use persistence::{Error, Origin, PgConnection, accounts, actors, login_steps, second_factors};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth;
use crate::extract::{Body, Caller, address, request_id};
use crate::problem::Problem;
use crate::proof::{count_failure, is_own_password, locked_until, refuse_locked};
use crate::sealing;
use crate::sessions::{Session, begin, place};
use crate::tokens::{self, TokenKeys};

/// Takes a code of the moment or a recovery code, each once: whether it was one of this account's that is in use.
fn take(
    conn: &mut PgConnection,
    keys: &TokenKeys,
    origin: &Origin,
    account: AccountId,
    typed: &str,
) -> Result<bool, Error> {
    let Some(factor) = second_factors::find(conn, account)?.filter(|f| f.confirmed_at.is_some()) else {
        return Ok(false);
    };
    if let Some(recovery) = rules::read_recovery_code(typed) {
        let sha256 = tokens::digest(recovery.as_bytes());
        return second_factors::take_recovery_code(conn, origin, account, &sha256);
    }
    let Some(secret) = keys.seal.open(account.0.as_bytes(), &factor.sealed) else {
        tracing::warn!(account = %account.0, "a second factor does not open with this server's key");
        return Ok(false);
    };
    match rules::matching_step(&secret, typed, origin.now, factor.last_step) {
        Some(step) => second_factors::take_step(conn, account, step),
        None => Ok(false),
    }
}

/// Whether a code is the caller's own and was not taken yet; it is taken by being asked.
pub async fn is_own_code(app: &App, caller: &Caller, typed: String) -> Result<bool, Problem> {
    let (keys, origin, account) = (app.keys.clone(), caller.origin.clone(), caller.loaded.actor.account);
    Ok(app.db.write(&caller.origin.actor, move |conn| take(conn, &keys, &origin, account, &typed)).await?)
}

/// The ticket of a log-in whose password was right, and its code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogInCode {
    /// As `code-wanted` brought it.
    #[schema(example = "q1xk3yT0mE2jUO0Jj5nqYw6yR9wE4Jr8u3n0l0yVb2c")]
    pub ticket: String,
    /// Six digits, or a recovery code.
    #[schema(example = "287082")]
    pub code: String,
}

/// What a code after a password comes to.
enum Step {
    Over,
    Locked(DateTime<Utc>),
    Wrong,
    Proved { account: AccountId, epoch: i32, must_change: bool },
}

/// Log in: the code that is asked for after the password.
///
/// The ticket works once, from the address it was given to, for five minutes. Wrong codes count with the failures of the log-in.
#[utoipa::path(tag = "sessions", request_body = LogInCode, responses((status = 200, body = Session)), security(()))]
#[post("/sessions/code")]
pub async fn log_in_with_code(
    request: HttpRequest,
    app: Data<App>,
    body: Body<LogInCode>,
) -> Result<HttpResponse, Problem> {
    let LogInCode { ticket, code } = body.0;
    let (now, source, digest) = (app.clock.now(), address(&request, &app), tokens::digest(ticket.as_bytes()));
    let (keys, id) = (app.keys.clone(), request_id(&request));
    let step = app
        .db
        .write(&Actor::System, move |conn| {
            let Some((account, epoch)) = login_steps::find(conn, &digest, &source, now)? else { return Ok(Step::Over) };
            let loaded = actors::of_account(conn, account, domain::calendar::today(now))?;
            if !loaded.is_active || loaded.epoch != epoch {
                return Ok(Step::Over);
            }
            if let Some(until) = accounts::locked_until(conn, &loaded.login, &source, now)? {
                return Ok(Step::Locked(until));
            }
            let actor = Actor::Person(Box::new(loaded.actor));
            let origin = Origin { actor, address: source.clone(), request_id: id, now };
            if !take(conn, &keys, &origin, account, &code)? {
                login_steps::record_failure(conn, &digest)?;
                accounts::record_failure(conn, &loaded.login, &source, now)?;
                return Ok(Step::Wrong);
            }
            login_steps::finish(conn, &digest, now)?;
            accounts::record_login(conn, account, &source, now)?;
            Ok(Step::Proved { account, epoch, must_change: loaded.must_change_password })
        })
        .await?;
    match step {
        Step::Over => Err(Problem::new(StatusCode::UNAUTHORIZED, "login-step-over")),
        Step::Locked(until) => Err(refuse_locked(Some(until), now).err().unwrap_or_else(Problem::unauthenticated)),
        Step::Wrong => Err(Problem::field("/code", "code-wrong")),
        Step::Proved { account, epoch, must_change } => {
            begin(&app, account, epoch, Some(rules::SessionFactor::Code), must_change, place(&request, &app)).await
        }
    }
}

/// The caller's second factor.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorView {
    /// Since when it is in use; none when there is none.
    pub since: Option<DateTime<Utc>>,
    /// Recovery codes that were not used.
    #[schema(example = 10)]
    pub recovery_codes_left: i64,
    /// Whether the house asks one of the caller.
    pub is_required: bool,
}

/// Say whether the caller has a second factor.
#[utoipa::path(tag = "sessions", responses((status = 200, body = SecondFactorView)))]
#[get("/me/second-factor")]
pub async fn get_second_factor(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let account = caller.loaded.actor.account;
    let state = app.db.read(&caller.origin.actor, move |conn| second_factors::state(conn, account)).await?;
    Ok(HttpResponse::Ok().json(SecondFactorView {
        since: state.map(|(since, _)| since),
        recovery_codes_left: state.map_or(0, |(_, left)| left),
        is_required: caller.standing.rules.is_required_of(&caller.loaded.actor),
    }))
}

/// A secret for a program that makes codes, shown once.
#[derive(Serialize, ToSchema)]
pub struct BegunSecondFactor {
    /// To be typed where no picture can be read.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: String,
    /// What the picture says.
    #[schema(example = "otpauth://totp/Bihuan:p012?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bihuan")]
    pub address: String,
}

/// Begin a second factor: a fresh secret, which holds from the first code on.
#[utoipa::path(tag = "sessions", responses((status = 201, body = BegunSecondFactor)))]
#[post("/me/second-factor")]
pub async fn begin_second_factor(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let mut secret = [0u8; rules::SECRET];
    getrandom::fill(&mut secret).map_err(Problem::internal)?;
    let (account, now) = (caller.loaded.actor.account, caller.origin.now);
    let sealed = app.keys.seal.seal(account.0.as_bytes(), &secret).map_err(Problem::internal)?;
    app.db
        .write(&caller.origin.actor, move |conn| second_factors::begin(conn, account, &sealed, sealing::ALG, now))
        .await?;
    Ok(HttpResponse::Created().json(BegunSecondFactor {
        secret: rules::base32(&secret),
        address: rules::address(&secret, &caller.loaded.login),
    }))
}

/// A code the program makes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    #[schema(example = "287082")]
    pub code: String,
}

/// Codes for when the device is lost, each once; told once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    #[schema(example = json!(["ABCD-EFGH-IJKL-MNOP"]))]
    pub codes: Vec<String>,
}

/// Put the second factor to use by its first code.
#[utoipa::path(tag = "sessions", request_body = FirstCode, responses((status = 200, body = RecoveryCodes)))]
#[post("/me/second-factor/confirm")]
pub async fn confirm_second_factor(
    caller: Caller,
    app: Data<App>,
    body: Body<FirstCode>,
) -> Result<HttpResponse, Problem> {
    let mut codes = Vec::new();
    for _ in 0..rules::RECOVERY_CODES {
        let mut bytes = [0u8; 10];
        getrandom::fill(&mut bytes).map_err(Problem::internal)?;
        codes.push(rules::recovery_code(bytes));
    }
    let digests: Vec<String> = codes
        .iter()
        .filter_map(|code| rules::read_recovery_code(code))
        .map(|code| tokens::digest(code.as_bytes()))
        .collect();
    let (keys, origin, account) = (app.keys.clone(), caller.origin.clone(), caller.loaded.actor.account);
    app.db
        .write(&caller.origin.actor, move |conn| {
            let begun = second_factors::find(conn, account)?.filter(|f| f.confirmed_at.is_none());
            let secret = begun.and_then(|f| keys.seal.open(account.0.as_bytes(), &f.sealed));
            let secret = secret.ok_or_else(|| domain::refusal::Refusal::conflict("enrolment-over"))?;
            let step = rules::matching_step(&secret, &body.0.code, origin.now, 0)
                .ok_or_else(|| domain::refusal::Refusal::field("/code", "code-wrong"))?;
            second_factors::confirm(conn, &origin, account, step, &digests)
        })
        .await?;
    auth::forget();
    Ok(HttpResponse::Ok().json(RecoveryCodes { codes }))
}

/// Password and code, to give a second factor up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveUpSecondFactor {
    #[schema(example = "a password")]
    pub password: String,
    #[schema(example = "287082")]
    pub code: String,
}

/// Give the caller's second factor up, with password and code; who must have one is asked for another at once.
#[utoipa::path(tag = "sessions", request_body = GiveUpSecondFactor, responses((status = 204)))]
#[post("/me/second-factor/give-up")]
pub async fn give_up_second_factor(
    request: HttpRequest,
    caller: Caller,
    app: Data<App>,
    body: Body<GiveUpSecondFactor>,
) -> Result<HttpResponse, Problem> {
    let GiveUpSecondFactor { password, code } = body.0;
    if !caller.standing.has_second_factor {
        return Err(domain::refusal::Refusal::conflict("second-factor-missing").into());
    }
    let source = address(&request, &app);
    refuse_locked(locked_until(&app, &caller, &source).await?, caller.origin.now)?;
    let fault = if !is_own_password(&app, &caller, password).await? {
        Some(Problem::field("/password", "password-incorrect"))
    } else if !is_own_code(&app, &caller, code).await? {
        Some(Problem::field("/code", "code-wrong"))
    } else {
        None
    };
    if let Some(fault) = fault {
        count_failure(&app, &caller, &source).await?;
        return Err(fault);
    }
    let (origin, account) = (caller.origin.clone(), caller.loaded.actor.account);
    app.db.write(&caller.origin.actor, move |conn| second_factors::give_up(conn, &origin, account)).await?;
    auth::forget();
    Ok(HttpResponse::NoContent().finish())
}
