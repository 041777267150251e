//! Access tokens: short, signed with EdDSA, naming an account and its epoch and nothing else; refresh tokens: random, stored by digest.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::sealing::SealingKey;

const ISSUER: &str = "bihuan";
const AUDIENCE: &str = "bihuan-api";
const TYPE: &str = "at+jwt";
/// The server's keys: the pair that signs tokens, and what seals secrets in the database.
pub struct TokenKeys {
    pub seal: SealingKey,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// Life of an access token, seconds.
pub const ACCESS_SECONDS: i64 = 600;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    /// The session, to tell a person's sessions apart.
    sid: Uuid,
    jti: Uuid,
    epoch: i32,
    iat: i64,
    exp: i64,
}

/// What a token proves of its bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    pub account: AccountId,
    /// The account's epoch when it was issued.
    pub epoch: i32,
    pub session: Uuid,
    pub issued_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

impl TokenKeys {
    /// Reads the key of a folder, or makes one that only the server's user can read.
    pub fn load(folder: &Path) -> Result<Self, String> {
        let path = folder.join("token-key.pem");
        let pem = if path.exists() {
            std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?
        } else {
            let mut seed = [0u8; 32];
            getrandom::fill(&mut seed).map_err(|e| e.to_string())?;
            let pem =
                SigningKey::from_bytes(&seed).to_pkcs8_pem(LineEnding::LF).map_err(|e| e.to_string())?.to_string();
            std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
            write_private(&path, &pem).map_err(|e| format!("{}: {e}", path.display()))?;
            pem
        };
        Self::from_pem(&pem, SealingKey::load(folder)?)
    }

    fn from_pem(pem: &str, seal: SealingKey) -> Result<Self, String> {
        let key = SigningKey::from_pkcs8_pem(pem).map_err(|e| e.to_string())?;
        let public = key.verifying_key().to_public_key_pem(LineEnding::LF).map_err(|e| e.to_string())?;
        Ok(Self {
            seal,
            encoding: EncodingKey::from_ed_pem(pem.as_bytes()).map_err(|e| e.to_string())?,
            decoding: DecodingKey::from_ed_pem(public.as_bytes()).map_err(|e| e.to_string())?,
        })
    }

    /// The public part of the key of a folder, as PEM; none where there is no key yet.
    ///
    /// Errors: a key that cannot be read, in words.
    pub fn public_part(folder: &Path) -> Result<Option<String>, String> {
        let path = folder.join("token-key.pem");
        if !path.exists() {
            return Ok(None);
        }
        let pem = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let key = SigningKey::from_pkcs8_pem(&pem).map_err(|e| format!("{}: {e}", path.display()))?;
        key.verifying_key().to_public_key_pem(LineEnding::LF).map(Some).map_err(|e| e.to_string())
    }

    /// An access token for an account at an epoch in a session, with the moment it ends.
    pub fn issue(
        &self,
        account: AccountId,
        epoch: i32,
        session: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(String, DateTime<Utc>), String> {
        let ends = now + chrono::Duration::seconds(ACCESS_SECONDS);
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: account.0,
            sid: session,
            jti: Uuid::now_v7(),
            epoch,
            iat: now.timestamp(),
            exp: ends.timestamp(),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.into());
        let token = jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(|e| e.to_string())?;
        Ok((token, ends))
    }

    /// What a token says that is ours, of the right type and not over.
    pub fn check(&self, token: &str, now: DateTime<Utc>) -> Option<Proved> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The clock is ours to inject; the library would read its own.
        validation.validate_exp = false;
        let data = jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation).ok()?;
        let in_time = data.claims.exp > now.timestamp() && data.claims.iat <= now.timestamp() + 60;
        let claims = data.claims;
        let (issued_at, ends_at) = (DateTime::from_timestamp(claims.iat, 0)?, DateTime::from_timestamp(claims.exp, 0)?);
        (data.header.typ.as_deref() == Some(TYPE) && in_time).then_some(Proved {
            account: AccountId(claims.sub),
            epoch: claims.epoch,
            session: claims.sid,
            issued_at,
            ends_at,
        })
    }
}

/// Writes a new file that only the server's user can read.
pub fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A random secret of 256 bits, with the digest it is stored under.
pub fn secret() -> Result<(String, String), String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| e.to_string())?;
    let text = URL_SAFE_NO_PAD.encode(bytes);
    let digest = digest(text.as_bytes());
    Ok((text, digest))
}

/// SHA-256, hex.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> TokenKeys {
        of([7; 32])
    }

    fn of(seed: [u8; 32]) -> TokenKeys {
        let pem = SigningKey::from_bytes(&seed).to_pkcs8_pem(LineEnding::LF).unwrap();
        TokenKeys::from_pem(&pem, SealingKey::of(seed)).unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_token_holds_for_ten_minutes_and_only_as_it_was_signed() {
        let keys = keys();
        let account = AccountId(Uuid::from_u128(5));
        let (token, ends) = keys.issue(account, 3, Uuid::nil(), at(0)).unwrap();
        assert_eq!(ends, at(600));
        let proved = Proved { account, epoch: 3, session: Uuid::nil(), issued_at: at(0), ends_at: at(600) };
        assert_eq!(keys.check(&token, at(599)), Some(proved));
        assert_eq!(keys.check(&token, at(600)), None);
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        for i in 0..3 {
            let original = parts[i].clone();
            let flipped = if original.starts_with('A') { "B" } else { "A" };
            parts[i].replace_range(0..1, flipped);
            assert_eq!(keys.check(&parts.join("."), at(1)), None, "part {i} changed");
            parts[i] = original;
        }
        let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#), parts[1]);
        assert_eq!(keys.check(&none, at(1)), None);
    }

    #[test]
    fn another_key_or_type_is_not_ours() {
        let (token, _) = keys().issue(AccountId(Uuid::from_u128(5)), 1, Uuid::nil(), at(0)).unwrap();
        assert_eq!(of([8; 32]).check(&token, at(1)), None);
    }
}
