//! Log-in, renewal, log-out, one's own account and password.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put};
use chrono::{DateTime, Utc};
use domain::account::{self, ProvedBy};
use domain::actor::{Actor, AssignmentKind};
use domain::ids::{AccountId, RoundId};
use domain::palette::Palette;
use domain::refusal::Refusal;
use domain::second_factor::SessionFactor;
use persistence::actors::LoadedActor;
use persistence::sessions::{Place, Rotation};
use persistence::{accounts, actors, login_steps, rounds, second_factors, sessions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::auth;
use crate::extract::{Body, Caller, address};
use crate::ldap;
use crate::passwords;
use crate::problem::Problem;
use crate::proof::refuse_locked;
use crate::tokens;

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    #[schema(example = "p012")]
    pub login: String,
    #[schema(example = "a password")]
    pub password: String,
}

/// A session: an access token for memory only; the refresh token is in a cookie no script can read.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Session {
    pub access_token: String,
    /// When it ends, UTC.
    pub expires_at: DateTime<Utc>,
    pub must_change_password: bool,
}

/// A post of the person.
#[derive(Serialize, ToSchema)]
pub struct MyPost {
    pub unit_id: Uuid,
    pub unit: String,
    pub post: String,
    pub is_head: bool,
}

/// A round the person has something to do with.
#[derive(Serialize, ToSchema)]
pub struct MyRound {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub state: String,
    pub is_active: bool,
    /// Of this round's office.
    pub is_office: bool,
    /// Whether the caller may plan checks on the spot.
    pub can_plan_checks: bool,
    /// Whether the caller may draft slips.
    pub can_draft_slips: bool,
    /// The colours of its lights; none for those of the product.
    pub palette: Option<Palette>,
}

/// Somebody this person may sign for.
#[derive(Serialize, ToSchema)]
pub struct StandsInFor {
    pub id: Uuid,
    pub name: String,
}

/// Who is logged in and what the page shows him.
#[derive(Serialize, ToSchema)]
pub struct Me {
    pub account_id: Uuid,
    pub person_id: Option<Uuid>,
    pub login: String,
    pub name: String,
    /// The role or duty in Chinese.
    pub title: String,
    pub must_change_password: bool,
    /// The house asks a second factor of the caller, who has none yet: nothing else is open to him.
    pub must_enrol_second_factor: bool,
    pub has_second_factor: bool,
    /// The password is the one of the group's directory and is changed there.
    pub password_in_directory: bool,
    pub posts: Vec<MyPost>,
    pub rounds: Vec<MyRound>,
    pub stands_in_for: Vec<StandsInFor>,
    /// Entries of the navigation, in order.
    #[schema(example = json!(["todo", "ledger", "statements"]))]
    pub navigation: Vec<String>,
    /// Administrative acts open to this account.
    pub permissions: Vec<String>,
}

fn cookie_name(app: &App) -> &'static str {
    if app.settings.is_tls { "__Host-bihuan" } else { "bihuan" }
}

fn cookie(app: &App, value: String, hours: i64) -> Cookie<'static> {
    Cookie::build(cookie_name(app), value)
        .path("/")
        .http_only(true)
        .secure(app.settings.is_tls)
        .same_site(SameSite::Strict)
        .max_age(time::Duration::hours(hours))
        .finish()
}

/// A cookie endpoint answers the page's own origin alone.
fn check_origin(request: &HttpRequest, app: &App) -> Result<(), Problem> {
    let refused = || Problem::new(StatusCode::FORBIDDEN, "origin-refused");
    let Some(origin) = request.headers().get(header::ORIGIN).and_then(|v| v.to_str().ok()) else { return Ok(()) };
    let fits = match &app.settings.public_url {
        Some(url) => origin == url.trim_end_matches('/'),
        None => {
            let host = request.headers().get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
            origin.split_once("://").is_some_and(|(_, o)| o == host)
        }
    };
    if fits { Ok(()) } else { Err(refused()) }
}

/// The longest name of a browser that is kept, in bytes.
const AGENT: usize = 400;

pub(crate) fn place(request: &HttpRequest, app: &App) -> Place {
    let agent = request.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    // A header's value that reads as text is ASCII.
    Place { source: address(request, app), agent: agent.chars().take(AGENT).collect() }
}

/// Begins a session: its id, and the cookie that renews it.
pub(crate) async fn begun(
    app: &App,
    account: AccountId,
    epoch: i32,
    factor: Option<SessionFactor>,
    place: Place,
) -> Result<(Uuid, Cookie<'static>), Problem> {
    let now = app.clock.now();
    let (secret, digest) = tokens::secret().map_err(Problem::internal)?;
    let session = app
        .db
        .write(&Actor::System, move |conn| sessions::begin(conn, account, epoch, &digest, factor, &place, now))
        .await?;
    Ok((session, cookie(app, secret, 12)))
}

/// Begins a session and answers with it.
pub(crate) async fn begin(
    app: &App,
    account: AccountId,
    epoch: i32,
    factor: Option<SessionFactor>,
    must_change: bool,
    place: Place,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let (session, cookie) = begun(app, account, epoch, factor, place).await?;
    let (access_token, expires_at) = app.keys.issue(account, epoch, session, now).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().cookie(cookie).json(Session { access_token, expires_at, must_change_password: must_change }))
}

/// Log in.
///
/// Five failures of a name from one address within a quarter of an hour lock that pair for half an hour. Where a second factor is in use the answer
/// is `code-wanted` with a ticket, and the log-in goes on with the code.
#[utoipa::path(tag = "sessions", request_body = LogIn, responses((status = 200, body = Session)), security(()))]
#[post("/sessions")]
pub async fn log_in(request: HttpRequest, app: Data<App>, body: Body<LogIn>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let source = address(&request, &app);
    let LogIn { login, password } = body.0;
    let (name, from) = (login.clone(), source.clone());
    let (locked, credential) = app
        .db
        .read(&Actor::System, move |conn| {
            Ok((accounts::locked_until(conn, &name, &from, now)?, accounts::credential(conn, &name)?))
        })
        .await?;
    refuse_locked(locked, now)?;
    // The same work for a name nobody has, and for one whose password is in the directory.
    let own = credential.as_ref().filter(|c| c.proved_by == ProvedBy::Local);
    let (has_own, hash) =
        (own.is_some(), own.map_or_else(|| passwords::dummy().to_owned(), |c| c.password_hash.clone()));
    let typed = password.clone();
    let (fits, new_hash) = app
        .hashes
        .run(move || {
            let fits = passwords::verify(&password, &hash);
            let outdated = fits && passwords::is_outdated(&hash);
            (fits, outdated.then(|| passwords::hash(&password).ok()).flatten())
        })
        .await?;
    let proved = ldap::is_proved(&app, credential.as_ref(), fits, &typed).await;
    if proved.is_err() && !has_own {
        // Whether it was wrong nobody knows.
        return Err(ldap::Unreachable.into());
    }
    match credential.filter(|_| proved == Ok(true)) {
        Some(credential) => {
            let id = credential.id;
            let (today, epoch) = (domain::calendar::today(now), credential.epoch);
            let (ticket, digest) = tokens::secret().map_err(Problem::internal)?;
            let loaded = app
                .db
                .write(&Actor::System, move |conn| {
                    if let Some(hash) = new_hash {
                        accounts::rehash(conn, id, &hash)?;
                    }
                    // Failures are forgotten only once the code was right as well.
                    if second_factors::is_in_use(conn, id)? {
                        login_steps::begin(conn, &digest, id, epoch, &source, now)?;
                        return Ok(None);
                    }
                    accounts::record_login(conn, id, &source, now)?;
                    actors::of_account(conn, id, today).map(Some)
                })
                .await?;
            let Some(loaded) = loaded else {
                return Err(Problem::new(StatusCode::UNAUTHORIZED, "code-wanted").with_ticket(ticket));
            };
            begin(&app, id, epoch, None, loaded.must_change_password, place(&request, &app)).await
        }
        None => {
            app.db.write(&Actor::System, move |conn| accounts::record_failure(conn, &login, &source, now)).await?;
            proved?;
            Err(Problem::new(StatusCode::UNAUTHORIZED, "login-failed"))
        }
    }
}

/// Renew the session by its cookie.
///
/// The cookie's token works once; a second use ends the session.
#[utoipa::path(tag = "sessions", responses((status = 200, body = Session)), security(()))]
#[post("/sessions/refresh")]
pub async fn refresh_session(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    check_origin(&request, &app)?;
    let secret = request.cookie(cookie_name(&app)).ok_or_else(Problem::unauthenticated)?;
    let now = app.clock.now();
    let old = tokens::digest(secret.value().as_bytes());
    let (successor, digest) = tokens::secret().map_err(Problem::internal)?;
    let rotation = app.db.write(&Actor::System, move |conn| sessions::rotate(conn, &old, &digest, now)).await?;
    match rotation {
        Rotation::Renewed { account, epoch, session } => {
            let today = domain::calendar::today(now);
            let loaded = app.db.read(&Actor::System, move |conn| actors::of_account(conn, account, today)).await?;
            let (access_token, expires_at) = app.keys.issue(account, epoch, session, now).map_err(Problem::internal)?;
            Ok(HttpResponse::Ok().cookie(cookie(&app, successor, 12)).json(Session {
                access_token,
                expires_at,
                must_change_password: loaded.must_change_password,
            }))
        }
        Rotation::Over | Rotation::Reused => {
            let mut response = actix_web::ResponseError::error_response(&Problem::unauthenticated());
            let _ = response.add_cookie(&cookie(&app, String::new(), 0));
            Ok(response)
        }
    }
}

/// Log out.
#[utoipa::path(tag = "sessions", responses((status = 204)), security(()))]
#[delete("/sessions")]
pub async fn log_out(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    check_origin(&request, &app)?;
    if let Some(secret) = request.cookie(cookie_name(&app)) {
        let (now, digest) = (app.clock.now(), tokens::digest(secret.value().as_bytes()));
        app.db.write(&Actor::System, move |conn| sessions::end(conn, &digest, now)).await?;
        auth::forget();
    }
    Ok(HttpResponse::NoContent().cookie(cookie(&app, String::new(), 0)).finish())
}

fn navigation(loaded: &LoadedActor, publishes: bool) -> Vec<String> {
    use domain::actor::Role::{Leader, Supervisor, Unit};
    // Somebody who only belongs to teams enters nothing.
    let is_office = loaded.actor.assignments.iter().any(|a| a.kind == AssignmentKind::Office);
    let only_checks = !is_office && !loaded.actor.assignments.is_empty();
    let entries: &[&str] = match (loaded.actor.role, loaded.actor.duty) {
        // The first four are those of a phone's bar.
        (Some(Unit), _) => &[
            "todo",
            "ledger",
            "statements",
            "signing",
            "slips",
            "plans",
            "overview",
            "brief",
            "duties",
            "rules",
            "calendar",
        ],
        // A leader of the group may be a party of a draw.
        (Some(Leader), _) => &[
            "todo",
            "overview",
            "ledger",
            "signing",
            "wall",
            "slips",
            "meetings",
            "brief",
            "duties",
            "rules",
            "calendar",
            "documents",
            "checks",
        ],
        (Some(Supervisor), _) if only_checks => &[
            "todo", "overview", "ledger", "signing", "wall", "checks", "slips", "meetings", "rules", "brief",
            "calendar", "rounds",
        ],
        (Some(Supervisor), _) => &[
            "todo",
            "overview",
            "ledger",
            "signing",
            "wall",
            "checks",
            "slips",
            "meetings",
            "documents",
            "brief",
            "duties",
            "rules",
            "calendar",
            "imports",
            "rounds",
        ],
        (None, Some(domain::actor::Duty::SysAdmin)) => &["organisation", "handovers"],
        (None, Some(_)) => &["organisation"],
        (None, None) => &[],
    };
    let mut entries: Vec<String> = entries.iter().map(|e| (*e).to_owned()).collect();
    // What keeps a matter from coming back stands together.
    let mut lasting = Vec::new();
    if is_office || loaded.actor.role == Some(Unit) || !loaded.actor.principal_of.is_empty() {
        lasting.push("systemic".to_owned());
    }
    if is_office || matches!(loaded.actor.role, Some(Unit | Leader)) {
        lasting.push("appraisals".to_owned());
        entries.push("handovers".to_owned());
    }
    let beside = entries.iter().position(|e| e == "rules").map_or(entries.len(), |rules| rules + 1);
    entries.splice(beside..beside, lasting);
    // What nobody has switched on stands in nobody's way; the office finds it, for it switches it on.
    match loaded.actor.role {
        Some(Unit) if publishes => entries.push("opinions".to_owned()),
        Some(Leader) if publishes => entries.extend(["publications", "opinions"].map(str::to_owned)),
        Some(Supervisor) if publishes || is_office => {
            let at = entries.iter().position(|e| e == "calendar").unwrap_or(entries.len());
            let more = if publishes { &["publications", "opinions"][..] } else { &["publications"][..] };
            entries.splice(at..at, more.iter().map(|e| (*e).to_owned()));
        }
        _ => {}
    }
    entries
}

fn permissions(actor: &Actor) -> Vec<String> {
    let mut open = Vec::new();
    for (name, allowed) in [
        ("create_accounts", account::permit_create(actor).is_ok()),
        ("administer_accounts", account::permit_administer(actor).is_ok()),
        ("audit", account::permit_audit(actor).is_ok()),
        ("open_round", domain::rights::permit_open_round(actor).is_ok()),
        ("cockpit", actor.person().is_some_and(|p| p.role == Some(domain::actor::Role::Leader))),
    ] {
        if allowed {
            open.push(name.to_owned());
        }
    }
    open
}

/// Who is logged in.
#[utoipa::path(tag = "sessions", responses((status = 200, body = Me)))]
#[get("/me")]
pub async fn get_me(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let account = caller.loaded.actor.account;
    let (seen, mut of_page, names, password_in_directory) = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let mut ids: Vec<Uuid> = Vec::new();
            if let Some(person) = actor.person() {
                ids.extend(person.memberships.iter().filter_map(|m| m.unit.unit()).map(|u| u.0));
                ids.extend(person.stands_in_for.iter().map(|(p, _)| p.0));
            }
            let seen = rounds::list(conn, &actor)?;
            let of_page = rounds::of_page(conn, &seen.iter().map(|r| r.id).collect::<Vec<_>>())?;
            let names = persistence::tasks::names(conn, ids)?;
            Ok((seen, of_page, names, accounts::is_in_directory(conn, account)?))
        })
        .await?;
    let publishes = of_page.values().any(|of| of.publishes);
    let person = &caller.loaded.actor;
    let name_of = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    let title = person.role.map(|r| r.label()).or(person.duty.map(|d| d.label())).unwrap_or("未授权");
    Ok(HttpResponse::Ok().json(Me {
        account_id: person.account.0,
        person_id: person.person.map(|p| p.0),
        login: caller.loaded.login.clone(),
        name: person.name.clone(),
        title: title.to_owned(),
        must_change_password: caller.loaded.must_change_password,
        must_enrol_second_factor: caller.lacks_second_factor(),
        has_second_factor: caller.standing.has_second_factor,
        password_in_directory,
        posts: person
            .memberships
            .iter()
            .filter_map(|m| {
                let unit = m.unit.unit()?.0;
                Some(MyPost { unit_id: unit, unit: name_of(unit), post: m.post.clone(), is_head: m.is_head })
            })
            .collect(),
        rounds: seen
            .into_iter()
            .map(|r| MyRound {
                is_office: person.assignments.iter().any(|a| a.round.0 == r.id && a.kind == AssignmentKind::Office),
                can_plan_checks: domain::rights::permit_supervision(caller.actor(), RoundId(r.id)).is_ok(),
                can_draft_slips: domain::rights::permit_supervision(caller.actor(), RoundId(r.id)).is_ok(),
                palette: of_page.remove(&r.id).and_then(|of| of.palette),
                id: r.id,
                code: r.code,
                name: r.name,
                is_active: r.state == "active",
                state: r.state,
            })
            .collect(),
        stands_in_for: person.stands_in_for.iter().map(|(p, _)| StandsInFor { id: p.0, name: name_of(p.0) }).collect(),
        navigation: navigation(&caller.loaded, publishes),
        permissions: permissions(caller.actor()),
    }))
}

/// Old and new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    #[schema(example = "the old one")]
    pub old: String,
    #[schema(example = "a new one of ten characters or more")]
    pub new: String,
}

/// Change one's own password; every session ends and a new one begins.
#[utoipa::path(tag = "sessions", request_body = ChangePassword, responses((status = 200, body = Session)))]
#[put("/me/password")]
pub async fn change_own_password(
    request: HttpRequest,
    caller: Caller,
    app: Data<App>,
    body: Body<ChangePassword>,
) -> Result<HttpResponse, Problem> {
    let ChangePassword { old, new } = body.0;
    let id = caller.loaded.actor.account;
    let credential = app.db.read(&caller.origin.actor, move |conn| accounts::credential_of(conn, id)).await?;
    if credential.proved_by == ProvedBy::Directory {
        return Err(Refusal::conflict("password-in-directory").into());
    }
    account::check_password(&new, &caller.loaded.login, &caller.loaded.actor.name, "/new")?;
    if old == new {
        return Err(Problem::field("/new", "unchanged"));
    }
    let hashed = app
        .hashes
        .run(move || passwords::verify(&old, &credential.password_hash).then(|| passwords::hash(&new)))
        .await?;
    let Some(hash) = hashed else { return Err(Refusal::field("/old", "password-wrong").into()) };
    let hash = hash.map_err(Problem::internal)?;
    let origin = caller.origin.clone();
    app.db.write(&caller.origin.actor, move |conn| accounts::change_own_password(conn, &origin, hash)).await?;
    auth::forget();
    let factor = caller.standing.is_vouched_for.then_some(SessionFactor::Provider);
    begin(&app, id, caller.loaded.epoch + 1, factor, false, place(&request, &app)).await
}
