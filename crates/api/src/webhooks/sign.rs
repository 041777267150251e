//! How a message is signed: ed25519 in the form of Standard Webhooks, with a key for each target that is derived from one of this installation.

use std::io::ErrorKind;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::webhook::{PUBLIC_PREFIX, SCHEME, signed_text};
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::tokens::write_private;

/// Beside the key of the tokens.
const FILE: &str = "webhook-key.pem";

/// The key of the installation, made where there is none yet; only the server's user can read it.
fn installation(folder: &Path) -> Result<SigningKey, String> {
    let path = folder.join(FILE);
    let fault = |e: std::io::Error| format!("{}: {e}", path.display());
    if !path.exists() {
        let mut seed = [0u8; 32];
        getrandom::fill(&mut seed).map_err(|e| e.to_string())?;
        let pem = SigningKey::from_bytes(&seed).to_pkcs8_pem(LineEnding::LF).map_err(|e| e.to_string())?;
        std::fs::create_dir_all(folder).map_err(fault)?;
        match write_private(&path, &pem) {
            // Another server on this folder was faster.
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            written => written.map_err(fault)?,
        }
    }
    let pem = std::fs::read_to_string(&path).map_err(fault)?;
    SigningKey::from_pkcs8_pem(&pem).map_err(|e| format!("{}: {e}", path.display()))
}

/// The key of a target, the same as long as the file in the folder is: no target can be told with what another was told.
pub fn key_of(folder: &Path, hook: Uuid) -> Result<SigningKey, String> {
    let own = installation(folder)?;
    let seed =
        Sha256::new().chain_update(b"bihuan webhook\0").chain_update(own.to_bytes()).chain_update(hook.as_bytes());
    Ok(SigningKey::from_bytes(&seed.finalize().into()))
}

/// The public key as it is handed over: `whpk_` and base64.
pub fn public_key(key: &SigningKey) -> String {
    format!("{PUBLIC_PREFIX}{}", STANDARD.encode(key.verifying_key().to_bytes()))
}

/// The `webhook-signature` of a message: `v1a,` and base64.
pub fn signature(key: &SigningKey, id: &str, timestamp: i64, body: &str) -> String {
    let signature = key.sign(signed_text(id, timestamp, body).as_bytes());
    format!("{SCHEME},{}", STANDARD.encode(signature.to_bytes()))
}
