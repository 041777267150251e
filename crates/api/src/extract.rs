//! What a handler's signature proves: who calls, which version he saw, which key he chose, a body that is what it says.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev};
use domain::actor::Actor;
use persistence::Origin;
use persistence::actors::LoadedActor;
use persistence::idempotency::Key;
use persistence::identity::Standing;
use persistence::tasks::Expected;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::app::App;
use crate::auth;
use crate::exact::{Exact, has_nul};
use crate::problem::{Fault, Problem};
use crate::proof;
use crate::services;
use crate::telemetry::RequestId;
use crate::tokens;

type Ready<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// Largest JSON body, bytes.
const LARGEST: usize = 1024 * 1024;
/// Deepest JSON body.
const DEEPEST: usize = 32;

/// Who calls, with what every event records.
pub struct Caller {
    pub origin: Origin,
    pub loaded: LoadedActor,
    /// The session the call belongs to.
    pub session: Uuid,
    /// What holds for that session and its account.
    pub standing: Standing,
}

impl Caller {
    /// Whether the house asks a second factor of the caller and he has none, nor came with one of the provider's.
    pub fn lacks_second_factor(&self) -> bool {
        let Standing { rules, has_second_factor, is_vouched_for, .. } = &self.standing;
        rules.is_required_of(&self.loaded.actor) && !has_second_factor && !is_vouched_for
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.origin.actor
    }
}

/// The app of a request.
pub fn app(request: &HttpRequest) -> Result<&Data<App>, Problem> {
    request.app_data::<Data<App>>().ok_or_else(|| Problem::internal("no app"))
}

/// The client's address; where a proxy of ours stands in front, what it wrote last into `X-Forwarded-For` (a client may write whatever it likes
/// before that).
pub fn address(request: &HttpRequest, app: &App) -> String {
    let forwarded = || {
        let header = request.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
        let address: std::net::IpAddr = header.rsplit(',').next()?.trim().parse().ok()?;
        Some(address.to_string())
    };
    let direct = || request.peer_addr().map(|a| a.ip().to_string());
    if app.settings.trusts_proxy { forwarded().or_else(direct) } else { direct() }.unwrap_or_default()
}

/// The access token of a request.
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The id the telemetry layer gave the request.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// What is open to who must have a second factor and has none: to see who he is, to choose a password, to prove himself, to begin one.
fn leads_to_a_second_factor(path: &str) -> bool {
    const OPEN: [&str; 5] = [
        "/api/v1/me",
        "/api/v1/me/password",
        "/api/v1/me/second-factor",
        "/api/v1/me/second-factor/confirm",
        "/api/v1/sessions/proof",
    ];
    OPEN.contains(&path)
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Self>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = app(&request)?;
            let token = bearer(&request).ok_or_else(Problem::unauthenticated)?;
            let bearer = if services::key::is_key(token) {
                let loaded = services::caller(app, &request, token).await?;
                let issued_at = app.clock.now();
                auth::Bearer { loaded, session: Uuid::nil(), standing: Standing::default(), issued_at }
            } else {
                auth::actor(app, token).await?
            };
            let auth::Bearer { loaded, session, standing, issued_at } = bearer;
            // A first password must be changed before anything else; the path to that stays open.
            let path = request.path();
            if loaded.must_change_password && !path.ends_with("/me") && !path.ends_with("/me/password") {
                return Err(Problem::new(StatusCode::FORBIDDEN, "must-change-password"));
            }
            let origin = Origin {
                actor: Actor::Person(Box::new(loaded.actor.clone())),
                address: address(&request, app),
                request_id: request_id(&request),
                now: app.clock.now(),
            };
            let caller = Caller { origin, loaded, session, standing };
            // So must a second factor be begun where the house asks for one.
            if caller.lacks_second_factor() && !leads_to_a_second_factor(path) {
                return Err(Problem::new(StatusCode::FORBIDDEN, "must-enrol-second-factor"));
            }
            if proof::asks(request.method().as_str(), &request.match_pattern().unwrap_or_default()) {
                proof::check(app, &caller, issued_at).await?;
            }
            Ok(caller)
        })
    }
}

/// The version a deciding command rests on, from `If-Match`.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedVersion(pub i64);

impl From<ExpectedVersion> for Expected {
    fn from(version: ExpectedVersion) -> Self {
        Expected::Version(version.0)
    }
}

impl FromRequest for ExpectedVersion {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let missing = || Problem::new(StatusCode::PRECONDITION_REQUIRED, "precondition-required");
        let version = request.headers().get(header::IF_MATCH).and_then(|v| v.to_str().ok()).ok_or_else(missing);
        std::future::ready(version.and_then(|text| {
            // A proxy that compresses weakens the tag; the version in it is the same.
            let text = text.trim().trim_start_matches("W/").trim_matches('"');
            text.parse().map(ExpectedVersion).map_err(|_| missing())
        }))
    }
}

/// The key under which a retry is known again, if the client chose one.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(Option<(String, String)>);

impl IdempotencyKey {
    /// The key with the digest of what it was chosen for.
    pub fn of(&self, body: &impl serde::Serialize) -> Option<Key> {
        let (key, route) = self.0.clone()?;
        let text = serde_json::to_vec(body).unwrap_or_default();
        Some(Key { key, route, body_sha256: tokens::digest(&text) })
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let key = request.headers().get("idempotency-key").and_then(|v| v.to_str().ok()).map(str::to_owned);
        let route = format!("{} {}", request.method(), request.path());
        std::future::ready(Ok(Self(key.map(|key| (key, route)))))
    }
}

/// A JSON body of exactly this shape.
pub struct Body<T>(pub T);

fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut is_text, mut is_escaped) = (0usize, 0usize, false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Reads JSON: what is no JSON is 400, what has another shape is 422 with its place, and so is a NUL, which the database keeps in no text.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if depth(bytes) > DEEPEST {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed"));
    }
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "malformed"))?;
    if has_nul(&value) {
        return Err(Problem::field("", "not-text"));
    }
    serde_path_to_error::deserialize(Exact(&value)).map_err(|error| {
        let path = error.path().to_string();
        let pointer = match path.as_str() {
            "." | "" => String::new(),
            path => format!("/{}", path.replace(['.', '['], "/").replace(']', "")),
        };
        let words = error.inner().to_string();
        let (pointer, code) = match words.strip_prefix("unknown field `").and_then(|r| r.split('`').next()) {
            Some(_) => (pointer, "unknown-field"),
            None => match words.strip_prefix("missing field `").and_then(|r| r.split('`').next()) {
                Some(field) => (format!("{pointer}/{field}"), "required"),
                None => (pointer, "wrong-type"),
            },
        };
        let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "content");
        problem.errors.push(Fault {
            pointer: pointer.replace("//", "/"),
            code: code.to_owned(),
            params: serde_json::Value::Null,
            text: domain::labels::say(code, &serde_json::Value::Null),
        });
        problem
    })
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Ready<Self>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let content_type = request.content_type().to_owned();
        let bytes = actix_web::web::Payload::from_request(request, payload);
        Box::pin(async move {
            if content_type != "application/json" {
                return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"));
            }
            let payload = bytes.await.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "malformed"))?;
            let bytes = read(payload, LARGEST).await?;
            parse(&bytes).map(Body)
        })
    }
}

/// Reads a body up to a size.
///
/// Errors: `too-large` (413), `malformed` when it breaks off.
pub async fn read(payload: actix_web::web::Payload, most: usize) -> Result<Bytes, Problem> {
    match payload.to_bytes_limited(most).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Problem::new(StatusCode::BAD_REQUEST, "malformed")),
        Err(_) => Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large")),
    }
}

/// A query string of exactly this shape.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        if request.query_string().contains("%00") {
            return std::future::ready(Err(Problem::field("", "not-text")));
        }
        let parsed = actix_web::web::Query::<T>::from_query(request.query_string());
        std::future::ready(parsed.map(|q| Params(q.into_inner())).map_err(|error| {
            let words = error.to_string();
            let code = if words.contains("unknown field") { "unknown-field" } else { "wrong-type" };
            let field = words.split('`').nth(1).filter(|_| words.contains("field `")).unwrap_or_default().to_owned();
            Problem::field(&format!("/{field}"), code)
        }))
    }
}
