//! Passwords as argon2id hashes; a check takes as long for a name nobody has.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

/// 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password, with its parameters and a fresh salt.
pub fn hash(password: &str) -> Result<String, String> {
    hasher().hash_password(password.as_bytes()).map(|h| h.to_string()).map_err(|e| e.to_string())
}

/// Whether a password is the one of a hash.
pub fn verify(password: &str, hash: &str) -> bool {
    argon2::password_hash::phc::PasswordHash::new(hash)
        .is_ok_and(|parsed| hasher().verify_password(password.as_bytes(), &parsed).is_ok())
}

/// Whether a hash was made with other parameters than today's.
pub fn is_outdated(hash: &str) -> bool {
    !hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
}

/// A hash nobody's password has, checked for names that are not there.
pub fn dummy() -> &'static str {
    static DUMMY: LazyLock<String> = LazyLock::new(|| hash("nobody has this").unwrap_or_default());
    &DUMMY
}

/// A random password for one use, 16 letters and digits that are hard to confuse.
pub fn one_time() -> Result<String, String> {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes.iter().map(|b| char::from(LETTERS[usize::from(*b) % LETTERS.len()])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_verifies_its_own_password_only() {
        let made = hash("松涛-听雨-2931").unwrap();
        assert!(verify("松涛-听雨-2931", &made));
        assert!(!verify("松涛-听雨-2932", &made));
        assert!(!is_outdated(&made));
        assert!(is_outdated("$argon2id$v=19$m=4096,t=3,p=1$x$y"));
        assert!(!verify("x", "not a hash"));
    }
}
