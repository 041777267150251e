//! Log-in by the group's own provider of identities: people are sent there and come back with a code (OpenID Connect, authorization code with PKCE;
//! docs/domain.md §35). Accounts are matched, never made.

pub mod remote;
pub mod token;

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::actor::Actor;
use domain::ids::AccountId;
use domain::second_factor::{PROVIDER_MINUTES, SessionFactor};
use persistence::accounts::Credential;
use persistence::{PgConnection, accounts, identity, login_steps, second_factors};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::{App, Matched};
use crate::auth;
use crate::extract::{Caller, Params, address};
use crate::problem::Problem;
use crate::sessions;
use crate::tokens;
use remote::Remote;
use token::{Expected, Said, check};

/// Why a log-in by the provider comes to nothing; each has a code with words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not what this browser began, over, or used before.
    State,
    /// The provider itself said no.
    Declined,
    /// The code was not taken.
    Code,
    /// Signed by a key the provider does not publish.
    Key,
    /// Not signed, or not so that it is believed.
    Signature,
    Issuer,
    Audience,
    Expired,
    Nonce,
    /// No account here belongs to whom the provider names.
    Unknown,
    /// Asked for a proof anew, it let somebody through who had logged in before.
    NotFresh,
    /// A proof anew was given by somebody else than whose session asks for it.
    OtherPerson,
    /// A second factor of ours is in use, and it is that which proves anew.
    CodeWanted,
    Unreachable,
}

impl Refused {
    /// The provider does not answer, or nothing that is understood; the cause goes to the log alone.
    pub fn unreachable(cause: &str) -> Self {
        tracing::warn!(%cause, "the provider of identities does not answer");
        Self::Unreachable
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::State => "provider-state",
            Self::Declined => "provider-declined",
            Self::Code => "provider-code",
            Self::Key => "provider-key",
            Self::Signature => "provider-signature",
            Self::Issuer => "provider-issuer",
            Self::Audience => "provider-audience",
            Self::Expired => "provider-expired",
            Self::Nonce => "provider-nonce",
            Self::Unknown => "provider-account-unknown",
            Self::NotFresh => "provider-not-fresh",
            Self::OtherPerson => "provider-other-person",
            Self::CodeWanted => "provider-code-wanted",
            Self::Unreachable => "provider-unreachable",
        }
    }
}

/// A text as a part of an address or a form.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

/// The ways to log in here beside name and password.
#[derive(Serialize, ToSchema)]
pub struct Ways {
    /// What the button says that leads to the provider; none where there is none.
    #[schema(example = "统一身份认证")]
    pub provider: Option<String>,
}

/// Say which ways to log in there are.
#[utoipa::path(tag = "sessions", responses((status = 200, body = Ways)), security(()))]
#[get("/sessions/ways")]
pub async fn list_ways(app: Data<App>) -> Result<HttpResponse, Problem> {
    let provider = app.provider.as_ref().map(|p| p.settings.name.clone());
    Ok(HttpResponse::Ok().json(Ways { provider }))
}

/// Where somebody wants to be once he is logged in.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// A path of the page, `/` unless given.
    pub to: Option<String>,
}

/// What is kept until the provider sends somebody back.
#[derive(Serialize, Deserialize)]
struct Agreed {
    nonce: String,
    verifier: String,
    to: String,
    /// Where it is no log-in but a proof anew.
    #[serde(default)]
    proof: Option<Wants>,
}

/// Whose session asks for a proof anew, and since when, seconds since 1970.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Wants {
    session: Uuid,
    account: AccountId,
    began: i64,
}

/// The page a proof anew comes back to.
const PROVED: &str = "/proved";

/// Whether a place is a path of the page and nothing that leads elsewhere.
fn is_own(path: &str) -> bool {
    let is_plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/api/") && is_plain
}

fn cookie_name(app: &App) -> &'static str {
    if app.settings.is_tls { "__Host-bihuan-provider" } else { "bihuan-provider" }
}

/// The cookie that ties what was begun to this browser; it comes back with whoever the provider sends back.
fn cookie(app: &App, value: String, minutes: i64) -> Cookie<'static> {
    Cookie::build(cookie_name(app), value)
        .path("/")
        .http_only(true)
        .secure(app.settings.is_tls)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::minutes(minutes))
        .finish()
}

fn back(app: &App) -> String {
    let url = app.settings.public_url.as_deref().unwrap_or_default();
    format!("{}/api/v1/sessions/provider/return", url.trim_end_matches('/'))
}

fn remote(app: &App) -> Result<std::sync::Arc<Remote>, Problem> {
    app.provider.clone().ok_or_else(Problem::not_found)
}

/// Asks the provider beside everything else, after those who ask already.
async fn ask<T: Send + 'static>(
    remote: &Remote,
    run: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<Result<T, Refused>, Problem> {
    let Ok(Ok(_permit)) = tokio::time::timeout(remote::PATIENCE, remote.gate.acquire()).await else {
        return Ok(Err(Refused::unreachable("too many ask it at once")));
    };
    actix_web::rt::task::spawn_blocking(run).await.map_err(|e| Problem::internal(e.to_string()))
}

fn to_page(place: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, place.to_owned())).finish()
}

/// Go to the provider to log in.
///
/// What is agreed with it holds once, in this browser, for ten minutes.
#[utoipa::path(tag = "sessions", params(Wanted), responses((status = 303, description = "To the provider")), security(()))]
#[get("/sessions/provider")]
pub async fn go_to_provider(
    request: HttpRequest,
    app: Data<App>,
    query: Params<Wanted>,
) -> Result<HttpResponse, Problem> {
    let remote = remote(&app)?;
    let to = query.0.to.unwrap_or_else(|| "/".to_owned());
    if !is_own(&to) {
        return Err(Problem::field("/to", "path-form"));
    }
    match agree(&request, &app, &remote, to, None).await? {
        Ok((place, state)) => {
            let mut answer = to_page(&place);
            answer.add_cookie(&cookie(&app, state, PROVIDER_MINUTES)).map_err(|e| Problem::internal(e.to_string()))?;
            Ok(answer)
        }
        Err(refused) => Ok(to_page(&format!("/?refused={}", refused.code()))),
    }
}

/// Agrees with the provider on what somebody is sent there for: where he goes, and the state his browser keeps.
async fn agree(
    request: &HttpRequest,
    app: &App,
    remote: &std::sync::Arc<Remote>,
    to: String,
    proof: Option<Wants>,
) -> Result<Result<(String, String), Refused>, Problem> {
    let now = app.clock.now();
    let asked = remote.clone();
    let metadata = match ask(remote, move || asked.metadata(now)).await? {
        Ok(metadata) => metadata,
        Err(refused) => return Ok(Err(refused)),
    };
    let fresh = || tokens::secret().map_err(Problem::internal);
    let ((state, digest), (nonce, _), (verifier, _)) = (fresh()?, fresh()?, fresh()?);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let back = back(app);
    let mut asks = vec![
        ("response_type", "code"),
        ("client_id", &remote.settings.client),
        ("redirect_uri", &back),
        ("scope", "openid profile"),
        ("state", &state),
        ("nonce", &nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    if proof.is_some() {
        // He is asked anew, however lately he logged in there; the token says when that was.
        asks.extend([("prompt", "login"), ("max_age", "0")]);
    }
    let asks: Vec<String> = asks.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let sign = if metadata.authorization_endpoint.contains('?') { '&' } else { '?' };
    let place = format!("{}{sign}{}", metadata.authorization_endpoint, asks.join("&"));
    let agreed = serde_json::to_value(Agreed { nonce, verifier, to, proof }).map_err(Problem::internal)?;
    let source = address(request, app);
    app.db
        .write(&Actor::System, move |conn| login_steps::begin_with_provider(conn, &digest, &source, &agreed, now))
        .await?;
    Ok(Ok((place, state)))
}

/// Where a proof anew is given.
#[derive(Serialize, ToSchema)]
pub struct ProofPlace {
    /// An address of the provider, to be opened in a window of its own.
    #[schema(example = "https://sso.example.cn/authorize?prompt=login")]
    pub address: String,
}

/// Prove anew who one is at the provider: says where; the provider asks him to log in again and sends him back to `/proved`.
#[utoipa::path(tag = "sessions", responses((status = 200, body = ProofPlace)))]
#[post("/sessions/provider/proof")]
pub async fn prove_at_provider(request: HttpRequest, caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let remote = remote(&app)?;
    let began = app.clock.now().timestamp();
    let wants = Wants { session: caller.session, account: caller.loaded.actor.account, began };
    match agree(&request, &app, &remote, PROVED.to_owned(), Some(wants)).await? {
        Ok((address, state)) => {
            Ok(HttpResponse::Ok().cookie(cookie(&app, state, PROVIDER_MINUTES)).json(ProofPlace { address }))
        }
        Err(refused) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, refused.code()).retry_after(5)),
    }
}

/// What the provider sends back with somebody.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SentBack {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub state: String,
    /// Who it is, where it says so.
    pub iss: Option<String>,
    /// Why it says no.
    pub error: Option<String>,
}

/// What was agreed with somebody who is sent back; it holds once, in the browser that began it.
async fn taken(request: &HttpRequest, app: &App, sent: &SentBack) -> Result<Option<Agreed>, Problem> {
    let now = app.clock.now();
    let began = request.cookie(cookie_name(app)).is_some_and(|c| !sent.state.is_empty() && c.value() == sent.state);
    if !began {
        return Ok(None);
    }
    let digest = tokens::digest(sent.state.as_bytes());
    let agreed = app.db.write(&Actor::System, move |conn| login_steps::take_from_provider(conn, &digest, now)).await?;
    agreed.map(serde_json::from_value).transpose().map_err(Problem::internal)
}

/// Whom the provider names, once everything it sent is believed.
async fn named(
    app: &App,
    remote: std::sync::Arc<Remote>,
    sent: SentBack,
    agreed: &Agreed,
) -> Result<Result<Said, Refused>, Problem> {
    let now = app.clock.now();
    let (nonce, verifier, back) = (agreed.nonce.clone(), agreed.verifier.clone(), back(app));
    let asked = remote.clone();
    ask(&remote, move || {
        let remote = asked;
        let metadata = remote.metadata(now)?;
        let settings = &remote.settings;
        let names_itself = metadata.authorization_response_iss_parameter_supported;
        if sent.iss.as_ref().is_some_and(|iss| *iss != settings.issuer) || names_itself && sent.iss.is_none() {
            return Err(Refused::Issuer);
        }
        if sent.error.is_some() {
            return Err(Refused::Declined);
        }
        let token = remote.exchange(&sent.code, &verifier, &back, now)?;
        let key = remote.key(&token, now)?;
        let expected = Expected { issuer: &settings.issuer, client: &settings.client, nonce: &nonce, now };
        check(&token, &key, &expected)
    })
    .await
}

/// Come back from the provider: to a session, to the code where a second factor of ours is in use, or to the log-in with the reason.
#[utoipa::path(tag = "sessions", params(SentBack), responses((status = 303, description = "To the page")), security(()))]
#[get("/sessions/provider/return")]
pub async fn come_back(request: HttpRequest, app: Data<App>, query: Params<SentBack>) -> Result<HttpResponse, Problem> {
    let remote = remote(&app)?;
    let sent = query.0;
    let mut answer = match taken(&request, &app, &sent).await? {
        None => to_page(&format!("/?refused={}", Refused::State.code())),
        Some(agreed) => match (named(&app, remote.clone(), sent, &agreed).await?, agreed.proof) {
            (Ok(said), None) => let_in(&request, &app, &remote, &said, &agreed.to).await?,
            (Ok(said), Some(wants)) => match proved(&app, &remote, &said, wants).await? {
                Ok(()) => to_page(PROVED),
                Err(refused) => to_page(&format!("{PROVED}?refused={}", refused.code())),
            },
            (Err(refused), None) => to_page(&format!("/?refused={}", refused.code())),
            (Err(refused), Some(_)) => to_page(&format!("{PROVED}?refused={}", refused.code())),
        },
    };
    answer.add_cookie(&cookie(&app, String::new(), 0)).map_err(|e| Problem::internal(e.to_string()))?;
    Ok(answer)
}

/// The account of whom the provider names, if there is one that is active.
fn account_of(conn: &mut PgConnection, matched: Matched, name: &str) -> Result<Option<Credential>, persistence::Error> {
    let found = match matched {
        Matched::Login => accounts::credential(conn, name)?,
        Matched::PersonCode => accounts::credential_of_person(conn, name)?,
    };
    Ok(found.filter(|c| c.is_active))
}

/// Whether a method of the provider counts as a second factor.
fn counts(remote: &Remote, said: &Said) -> bool {
    said.methods().any(|m| remote.settings.second_factor.iter().any(|s| s == m))
}

/// Takes a proof anew: by the person whose session asks for it, who logged in at the provider since then.
async fn proved(app: &App, remote: &Remote, said: &Said, wants: Wants) -> Result<Result<(), Refused>, Problem> {
    if said.logged_in_at().is_none_or(|at| at < wants.began - token::APART) {
        return Ok(Err(Refused::NotFresh));
    }
    let Some(name) = said.claim(&remote.settings.claim).map(str::to_owned) else { return Ok(Err(Refused::Unknown)) };
    let (counts, matched, now) = (counts(remote, said), remote.settings.matched, app.clock.now());
    let proved = app
        .db
        .write(&Actor::System, move |conn| {
            if account_of(conn, matched, &name)?.is_none_or(|c| c.id != wants.account) {
                return Ok(Err(Refused::OtherPerson));
            }
            if !counts && second_factors::is_in_use(conn, wants.account)? {
                return Ok(Err(Refused::CodeWanted));
            }
            identity::record_proof(conn, wants.session, now).map(Ok)
        })
        .await?;
    auth::forget();
    Ok(proved)
}

async fn let_in(
    request: &HttpRequest,
    app: &App,
    remote: &Remote,
    said: &Said,
    to: &str,
) -> Result<HttpResponse, Problem> {
    let settings = &remote.settings;
    let unknown = || Ok(to_page(&format!("/?refused={}", Refused::Unknown.code())));
    let Some(name) = said.claim(&settings.claim).map(str::to_owned) else { return unknown() };
    let counts = counts(remote, said);
    let (now, source, matched) = (app.clock.now(), address(request, app), settings.matched);
    let (ticket, digest) = tokens::secret().map_err(Problem::internal)?;
    let found = app
        .db
        .write(&Actor::System, move |conn| {
            let Some(account) = account_of(conn, matched, &name)? else { return Ok(None) };
            let waits = !counts && second_factors::is_in_use(conn, account.id)?;
            if waits {
                login_steps::begin(conn, &digest, account.id, account.epoch, &source, now)?;
            } else {
                accounts::record_login(conn, account.id, &source, now)?;
            }
            Ok(Some((account, waits)))
        })
        .await?;
    let Some((account, waits)) = found else { return unknown() };
    if waits {
        // Behind the sign that no server sees.
        return Ok(to_page(&format!("/#ticket={ticket}")));
    }
    let factor = counts.then_some(SessionFactor::Provider);
    let place = sessions::place(request, app);
    let (_, refresh) = sessions::begun(app, account.id, account.epoch, factor, place).await?;
    let mut answer = to_page(to);
    answer.add_cookie(&refresh).map_err(|e| Problem::internal(e.to_string()))?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_path_of_the_page() {
        for own in ["/", "/ledger?light=red", "/tasks/0197#x"] {
            assert!(is_own(own), "{own}");
        }
        for other in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a b", "/api/v1/sessions", "/\r\nx"]
        {
            assert!(!is_own(other), "{other}");
        }
    }

    #[test]
    fn a_text_in_an_address_means_itself() {
        assert_eq!(encode("a b&c=张~"), "a%20b%26c%3D%E5%BC%A0~");
    }
}
