//! Log-in by the group's own provider of identities: people are sent there and come back with a code (OpenID Connect, authorization code with PKCE;
//! docs/domain.md §35). Accounts are matched, never made.

pub mod remote;
pub mod token;

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::actor::Actor;
use domain::second_factor::{PROVIDER_MINUTES, SessionFactor};
use persistence::{accounts, login_steps, second_factors};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::app::{App, Matched};
use crate::extract::{Params, address};
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
}

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
    let now = app.clock.now();
    let asked = remote.clone();
    let metadata = match ask(&remote, move || asked.metadata(now)).await? {
        Ok(metadata) => metadata,
        Err(refused) => return Ok(to_page(&format!("/?refused={}", refused.code()))),
    };
    let fresh = || tokens::secret().map_err(Problem::internal);
    let ((state, digest), (nonce, _), (verifier, _)) = (fresh()?, fresh()?, fresh()?);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let asks = [
        ("response_type", "code"),
        ("client_id", &remote.settings.client),
        ("redirect_uri", &back(&app)),
        ("scope", "openid profile"),
        ("state", &state),
        ("nonce", &nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let asks: Vec<String> = asks.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let sign = if metadata.authorization_endpoint.contains('?') { '&' } else { '?' };
    let place = format!("{}{sign}{}", metadata.authorization_endpoint, asks.join("&"));
    let agreed = serde_json::to_value(Agreed { nonce, verifier, to }).map_err(Problem::internal)?;
    let source = address(&request, &app);
    app.db
        .write(&Actor::System, move |conn| login_steps::begin_with_provider(conn, &digest, &source, &agreed, now))
        .await?;
    let mut answer = to_page(&place);
    answer.add_cookie(&cookie(&app, state, PROVIDER_MINUTES)).map_err(|e| Problem::internal(e.to_string()))?;
    Ok(answer)
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

/// Whom the provider names, once everything it sent is believed; and where he wants to be.
async fn named(
    request: &HttpRequest,
    app: &App,
    remote: std::sync::Arc<Remote>,
    sent: SentBack,
) -> Result<Result<(Said, String), Refused>, Problem> {
    let now = app.clock.now();
    let began = request.cookie(cookie_name(app)).is_some_and(|c| !sent.state.is_empty() && c.value() == sent.state);
    if !began {
        return Ok(Err(Refused::State));
    }
    let digest = tokens::digest(sent.state.as_bytes());
    let agreed = app.db.write(&Actor::System, move |conn| login_steps::take_from_provider(conn, &digest, now)).await?;
    let Some(agreed) = agreed else { return Ok(Err(Refused::State)) };
    let Agreed { nonce, verifier, to } = serde_json::from_value(agreed).map_err(Problem::internal)?;
    let back = back(app);
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
        Ok((check(&token, &key, &expected)?, to))
    })
    .await
}

/// Come back from the provider: to a session, to the code where a second factor of ours is in use, or to the log-in with the reason.
#[utoipa::path(tag = "sessions", params(SentBack), responses((status = 303, description = "To the page")), security(()))]
#[get("/sessions/provider/return")]
pub async fn come_back(request: HttpRequest, app: Data<App>, query: Params<SentBack>) -> Result<HttpResponse, Problem> {
    let remote = remote(&app)?;
    let mut answer = match named(&request, &app, remote.clone(), query.0).await? {
        Ok((said, to)) => let_in(&request, &app, &remote, &said, &to).await?,
        Err(refused) => to_page(&format!("/?refused={}", refused.code())),
    };
    answer.add_cookie(&cookie(&app, String::new(), 0)).map_err(|e| Problem::internal(e.to_string()))?;
    Ok(answer)
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
    let counts = said.methods().any(|m| settings.second_factor.iter().any(|s| s == m));
    let (now, source, matched) = (app.clock.now(), address(request, app), settings.matched);
    let (ticket, digest) = tokens::secret().map_err(Problem::internal)?;
    let found = app
        .db
        .write(&Actor::System, move |conn| {
            let found = match matched {
                Matched::Login => accounts::credential(conn, &name)?,
                Matched::PersonCode => accounts::credential_of_person(conn, &name)?,
            };
            let Some(account) = found.filter(|c| c.is_active) else { return Ok(None) };
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
