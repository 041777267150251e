//! Seals what the database keeps and only this server may read: XChaCha20-Poly1305 under a key in a file beside the key of the tokens
//! (docs/domain.md §35).

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use crate::tokens::write_private;

/// Named beside everything that is sealed.
pub const ALG: &str = "xchacha20-poly1305";
/// The file of the key, in the data folder.
pub const FILE: &str = "second-factor.key";
const NONCE: usize = 24;

/// The key, which nothing prints.
pub struct SealingKey(XChaCha20Poly1305);

impl SealingKey {
    /// Reads the key of a folder, or makes one that only the server's user can read.
    ///
    /// Errors: a file that cannot be read or is no key, in words.
    pub fn load(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        let say = |e: std::io::Error| format!("{}: {e}", path.display());
        let text = if path.exists() {
            std::fs::read_to_string(&path).map_err(say)?
        } else {
            let mut made = [0u8; 32];
            getrandom::fill(&mut made).map_err(|e| e.to_string())?;
            std::fs::create_dir_all(folder).map_err(say)?;
            let text = hex::encode(made);
            write_private(&path, &text).map_err(say)?;
            text
        };
        let bytes: [u8; 32] = hex::decode(text.trim())
            .ok()
            .and_then(|b| b.try_into().ok())
            .ok_or_else(|| format!("{}: 64 hexadecimal digits are wanted", path.display()))?;
        Ok(Self::of(bytes))
    }

    /// The key of given bytes.
    pub fn of(bytes: [u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(&Key::from(bytes)))
    }

    /// Seals bytes for one owner: a fresh nonce and what it hides, base64.
    ///
    /// Errors: no randomness, in words.
    pub fn seal(&self, owner: &[u8], clear: &[u8]) -> Result<String, String> {
        let mut nonce = [0u8; NONCE];
        getrandom::fill(&mut nonce).map_err(|e| e.to_string())?;
        let hidden = self
            .0
            .encrypt(&XNonce::from(nonce), Payload { msg: clear, aad: owner })
            .map_err(|_| "could not be sealed".to_owned())?;
        Ok(STANDARD.encode([&nonce[..], &hidden[..]].concat()))
    }

    /// Opens what was sealed with this key for this owner; none for anything else.
    pub fn open(&self, owner: &[u8], sealed: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, hidden) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        self.0.decrypt(&XNonce::from(nonce), Payload { msg: hidden, aad: owner }).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_owner_with_its_key_and_for_nobody_else() {
        let key = SealingKey::of([7; 32]);
        let sealed = key.seal(b"one", b"secret").unwrap();
        assert_eq!(key.open(b"one", &sealed).as_deref(), Some(&b"secret"[..]));
        assert_eq!(key.open(b"another", &sealed), None);
        assert_eq!(SealingKey::of([8; 32]).open(b"one", &sealed), None);
        let mut bytes = STANDARD.decode(&sealed).unwrap();
        for at in [0, NONCE, bytes.len() - 1] {
            bytes[at] ^= 1;
            assert_eq!(key.open(b"one", &STANDARD.encode(&bytes)), None, "byte {at} changed");
            bytes[at] ^= 1;
        }
        assert_ne!(key.seal(b"one", b"secret").unwrap(), sealed, "a nonce is used once");
        assert_eq!(key.open(b"one", "short"), None);
    }

    #[test]
    fn the_key_is_made_once_and_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("bihuan-seal-{}", uuid::Uuid::now_v7()));
        let sealed = SealingKey::load(&folder).unwrap().seal(b"x", b"secret").unwrap();
        assert_eq!(SealingKey::load(&folder).unwrap().open(b"x", &sealed).as_deref(), Some(&b"secret"[..]));
        let mode = std::fs::metadata(folder.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(folder.join(FILE), "short").unwrap();
        assert!(SealingKey::load(&folder).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
