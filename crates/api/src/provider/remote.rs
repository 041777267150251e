//! What is asked of the provider itself: what it says of itself, its keys, and a token for a code; little is read, nothing is followed, nobody waits
//! long.

use std::io::Read;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use ureq::tls::TlsConfig;

use super::token::key_of;
use super::{Refused, encode};
use crate::app::ProviderSettings;
use crate::webhooks::push::authorities;

pub const PATIENCE: Duration = Duration::from_secs(5);
/// How many requests to the provider are under way at once.
const AT_ONCE: usize = 8;
/// Most that is read of an answer, bytes.
const MOST: u64 = 256 * 1024;
/// How long what a provider says of itself is believed, minutes.
const KNOWN_MINUTES: i64 = 60;
/// Keys are not asked for more often than this, seconds.
const KEYS_SECONDS: i64 = 30;

/// What a provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Clone, Deserialize)]
pub struct Metadata {
    issuer: String,
    pub authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// Whether it names itself where it sends people back (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

struct Known<T> {
    said: T,
    at: DateTime<Utc>,
}

/// The provider, with what is remembered of it.
pub struct Remote {
    pub settings: ProviderSettings,
    metadata: Mutex<Option<Known<Metadata>>>,
    keys: Mutex<Option<Known<JwkSet>>>,
    /// So many ask it at once; a provider that hangs holds up nobody else.
    pub gate: Semaphore,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl Remote {
    pub fn new(settings: ProviderSettings) -> Self {
        Self { settings, metadata: Mutex::default(), keys: Mutex::default(), gate: Semaphore::new(AT_ONCE) }
    }

    fn agent() -> ureq::Agent {
        ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .tls_config(TlsConfig::builder().root_certs(authorities()).build())
            .user_agent("bihuan")
            .build()
            .new_agent()
    }

    fn read<T: DeserializeOwned>(answer: &mut ureq::http::Response<ureq::Body>) -> Result<T, Refused> {
        let mut bytes = Vec::new();
        answer
            .body_mut()
            .as_reader()
            .take(MOST)
            .read_to_end(&mut bytes)
            .map_err(|e| Refused::unreachable(&e.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|e| Refused::unreachable(&e.to_string()))
    }

    fn get<T: DeserializeOwned>(url: &str) -> Result<T, Refused> {
        if !crate::config::is_guarded(url) {
            return Err(Refused::unreachable("an address without https"));
        }
        let mut answer = Self::agent().get(url).call().map_err(|e| Refused::unreachable(&e.to_string()))?;
        if !answer.status().is_success() {
            return Err(Refused::unreachable(&format!("{url} answers {}", answer.status())));
        }
        Self::read(&mut answer)
    }

    /// What the provider says of itself; it must be who it was set to be.
    pub fn metadata(&self, now: DateTime<Utc>) -> Result<Metadata, Refused> {
        let mut known = self.metadata.lock().map_err(|e| Refused::unreachable(&e.to_string()))?;
        if let Some(known) = known.as_ref().filter(|k| now - k.at < TimeDelta::minutes(KNOWN_MINUTES)) {
            return Ok(known.said.clone());
        }
        let url = format!("{}/.well-known/openid-configuration", self.settings.issuer.trim_end_matches('/'));
        let said: Metadata = Self::get(&url)?;
        if said.issuer != self.settings.issuer {
            return Err(Refused::Issuer);
        }
        *known = Some(Known { said: said.clone(), at: now });
        Ok(said)
    }

    /// The key a token is signed with; where it is not known the provider is asked once more, for it may have a new one.
    pub fn key(&self, token: &str, now: DateTime<Utc>) -> Result<Jwk, Refused> {
        let metadata = self.metadata(now)?;
        let mut known = self.keys.lock().map_err(|e| Refused::unreachable(&e.to_string()))?;
        if let Some(known) = known.as_ref() {
            let is_current = now - known.at < TimeDelta::minutes(KNOWN_MINUTES);
            match key_of(token, &known.said)? {
                Some(key) if is_current => return Ok(key.clone()),
                None if now - known.at < TimeDelta::seconds(KEYS_SECONDS) => return Err(Refused::Key),
                _ => {}
            }
        }
        let said: JwkSet = Self::get(&metadata.jwks_uri)?;
        let key = key_of(token, &said)?.cloned();
        *known = Some(Known { said, at: now });
        key.ok_or(Refused::Key)
    }

    /// The identity token for a code.
    pub fn exchange(&self, code: &str, verifier: &str, back: &str, now: DateTime<Utc>) -> Result<String, Refused> {
        let metadata = self.metadata(now)?;
        if !crate::config::is_guarded(&metadata.token_endpoint) {
            return Err(Refused::unreachable("an address without https"));
        }
        let ProviderSettings { client, secret, .. } = &self.settings;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", verifier),
            ("client_id", client),
        ];
        let mut request = Self::agent().post(&metadata.token_endpoint);
        let methods = &metadata.token_endpoint_auth_methods_supported;
        let takes = |method: &str| methods.iter().any(|m| m == method);
        if let Some(secret) = secret {
            if takes("client_secret_post") && !takes("client_secret_basic") {
                form.push(("client_secret", secret));
            } else {
                let pair = format!("{}:{}", encode(client), encode(secret));
                request = request.header("authorization", format!("Basic {}", STANDARD.encode(pair)));
            }
        }
        let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let mut answer = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .send(body.join("&"))
            .map_err(|e| Refused::unreachable(&e.to_string()))?;
        match answer.status().as_u16() {
            200 => Ok(Self::read::<Tokens>(&mut answer)?.id_token),
            400..=499 => Err(Refused::Code),
            status => Err(Refused::unreachable(&format!("the token endpoint answers {status}"))),
        }
    }
}
