//! What an identity token of the provider must say to be believed (OpenID Connect Core 1.0, 3.1.3.7; docs/domain.md §35).

use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

use super::Refused;

/// Signatures that are believed: each by a pair of keys. None without a signature, and none by a secret both sides know.
const BELIEVED: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// How far the clocks may be apart, seconds.
pub(super) const APART: i64 = 60;

/// What was agreed before the provider was asked.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client: &'a str,
    pub nonce: &'a str,
    pub now: DateTime<Utc>,
}

/// One or many, as `aud` is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    #[serde(default)]
    azp: Option<String>,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    amr: Vec<String>,
    #[serde(default)]
    acr: Option<String>,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

/// What a believed token says.
pub struct Said {
    claims: Claims,
}

impl Said {
    /// A claim that is a text.
    pub fn claim(&self, name: &str) -> Option<&str> {
        if name == "sub" { Some(&self.claims.sub) } else { self.claims.rest.get(name)?.as_str() }
    }

    /// When whoever it names logged in at the provider, seconds since 1970; none where it does not say.
    pub fn logged_in_at(&self) -> Option<i64> {
        self.claims.rest.get("auth_time")?.as_i64()
    }

    /// How the provider proved who it is: methods and class.
    pub fn methods(&self) -> impl Iterator<Item = &str> {
        self.claims.amr.iter().chain(&self.claims.acr).map(String::as_str)
    }
}

/// The key a token says it is signed with; the only one where it says none. `None` where it is not among them.
pub fn key_of<'a>(token: &str, keys: &'a JwkSet) -> Result<Option<&'a Jwk>, Refused> {
    let header = decode_header(token).map_err(|_| Refused::Signature)?;
    Ok(match (&header.kid, keys.keys.as_slice()) {
        (Some(kid), _) => keys.find(kid),
        (None, [only]) => Some(only),
        (None, _) => None,
    })
}

/// Believes a token or says why not.
pub fn check(token: &str, key: &Jwk, expected: &Expected) -> Result<Said, Refused> {
    let header = decode_header(token).map_err(|_| Refused::Signature)?;
    if !BELIEVED.contains(&header.alg) {
        return Err(Refused::Signature);
    }
    let key = DecodingKey::from_jwk(key).map_err(|_| Refused::Key)?;
    let mut validation = Validation::new(header.alg);
    // Looked at below, against our clock and with a word of its own for each.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = decode::<Claims>(token, &key, &validation).map_err(|_| Refused::Signature)?.claims;
    if claims.iss != expected.issuer {
        return Err(Refused::Issuer);
    }
    let is_for_us = match &claims.aud {
        Audience::One(one) => one == expected.client,
        // Made for several: it must say that it was given to us.
        Audience::Many(many) => {
            many.iter().any(|one| one == expected.client) && (many.len() == 1 || claims.azp.is_some())
        }
    };
    if !is_for_us || claims.azp.as_ref().is_some_and(|azp| azp != expected.client) {
        return Err(Refused::Audience);
    }
    let now = expected.now.timestamp();
    if claims.exp <= now - APART || claims.iat > now + APART {
        return Err(Refused::Expired);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(Refused::Nonce);
    }
    Ok(Said { claims })
}
