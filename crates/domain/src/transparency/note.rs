//! Checkpoints and what signs them, in the forms of c2sp.org/tlog-checkpoint and c2sp.org/signed-note, Ed25519 (type 1) alone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::tree::Hash;

/// The algorithm of every signature made today; it stands beside each.
pub const SIGNATURE_ALG: &str = "ed25519";

/// The type byte of Ed25519.
const ED25519: u8 = 1;
/// Most signatures that are read of one note.
const MOST_SIGNATURES: usize = 16;

/// The head of the tree at a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which tree, one line.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// What is signed: three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads what `text` wrote; lines that others may add behind it are left alone. None when it is no checkpoint.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let digits =
            !size.is_empty() && size.bytes().all(|b| b.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        if origin.is_empty() || !digits || lines.any(str::is_empty) {
            return None;
        }
        let root = STANDARD.decode(root).ok()?.try_into().ok()?;
        Some(Self { origin: origin.to_owned(), size: size.parse().ok()?, root })
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// The first four bytes of SHA-256(name ‖ newline ‖ type ‖ key).
fn key_id(name: &str, key: &[u8; 32]) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', ED25519]);
    hasher.update(key);
    let hash: Hash = hasher.finalize().into();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// A public key with the name it signs under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: [u8; 32],
}

impl Verifier {
    /// As it is handed on: name, id and key with plus signs between.
    pub fn text(&self) -> String {
        let mut typed = vec![ED25519];
        typed.extend_from_slice(&self.key);
        format!("{}+{}+{}", self.name, hex::encode(key_id(&self.name, &self.key)), STANDARD.encode(typed))
    }

    /// Reads what `text` wrote; none when it is none or its id is not that of the key.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '+');
        let (name, id, typed) = (parts.next()?, parts.next()?, parts.next()?);
        let typed = STANDARD.decode(typed).ok()?;
        let key: [u8; 32] = typed.strip_prefix(&[ED25519])?.try_into().ok()?;
        let fits = is_name(name) && hex::encode(key_id(name, &key)) == id && VerifyingKey::from_bytes(&key).is_ok();
        fits.then(|| Self { name: name.to_owned(), key })
    }

    /// The name it signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn accepts(&self, text: &str, signature: &[u8]) -> bool {
        let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(&self.key), Signature::from_slice(signature)) else {
            return false;
        };
        key.verify_strict(text.as_bytes(), &signature).is_ok()
    }
}

/// A private key with the name it signs under; it has no `Debug`, so that no log shows it.
pub struct NoteKey {
    name: String,
    key: SigningKey,
}

impl NoteKey {
    /// The key of 32 random bytes; none when this is no name: empty, or with a space or a plus in it.
    pub fn new(name: &str, seed: [u8; 32]) -> Option<Self> {
        is_name(name).then(|| Self { name: name.to_owned(), key: SigningKey::from_bytes(&seed) })
    }

    /// As it is kept in a file.
    pub fn secret_text(&self) -> String {
        let mut typed = vec![ED25519];
        typed.extend_from_slice(&self.key.to_bytes());
        let id = hex::encode(key_id(&self.name, &self.key.verifying_key().to_bytes()));
        format!("PRIVATE+KEY+{}+{id}+{}", self.name, STANDARD.encode(typed))
    }

    /// Reads what `secret_text` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().strip_prefix("PRIVATE+KEY+")?.splitn(3, '+');
        let (name, id, typed) = (parts.next()?, parts.next()?, parts.next()?);
        let typed = STANDARD.decode(typed).ok()?;
        let key = Self::new(name, typed.strip_prefix(&[ED25519])?.try_into().ok()?)?;
        (hex::encode(key_id(name, &key.key.verifying_key().to_bytes())) == id).then_some(key)
    }

    /// What others verify with.
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), key: self.key.verifying_key().to_bytes() }
    }

    /// The line that signs a text.
    pub fn sign(&self, text: &str) -> String {
        let mut signed = key_id(&self.name, &self.key.verifying_key().to_bytes()).to_vec();
        signed.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("— {} {}\n", self.name, STANDARD.encode(signed))
    }
}

/// What the signatures of a note come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// A known key signed it, and none that is known did not.
    Yes,
    /// No known key says that it signed it.
    ByNobodyKnown,
    /// A known key is said to have signed it and did not, or a line is no signature.
    Falsely,
}

/// Whether known keys signed a text, by the signature lines beside it.
pub fn signed(text: &str, lines: &str, known: &[Verifier]) -> Signed {
    let (mut found, mut n) = (Signed::ByNobodyKnown, 0);
    for line in lines.lines() {
        n += 1;
        let parts = line.strip_prefix("— ").and_then(|rest| rest.split_once(' '));
        let bytes = parts.and_then(|(_, encoded)| STANDARD.decode(encoded).ok());
        let (Some((name, _)), Some(bytes)) = (parts, bytes.filter(|b| b.len() > 4)) else { return Signed::Falsely };
        if n > MOST_SIGNATURES {
            return Signed::Falsely;
        }
        let (id, signature) = bytes.split_at(4);
        // A name with another key's id is somebody unknown.
        let Some(key) = known.iter().find(|k| k.name == name && key_id(&k.name, &k.key) == id) else { continue };
        if !key.accepts(text, signature) {
            return Signed::Falsely;
        }
        found = Signed::Yes;
    }
    found
}

/// A note: the text, an empty line, the signature lines.
pub fn note(text: &str, lines: &str) -> String {
    format!("{text}\n{lines}")
}

/// A note taken apart into its text and its signature lines; none when it has no such parts.
pub fn opened(note: &str) -> Option<(&str, &str)> {
    let (text, lines) = note.rsplit_once("\n\n")?;
    let ends = lines.is_empty() || lines.ends_with('\n');
    // The text keeps its own newline, which the search took.
    ends.then(|| (&note[..=text.len()], lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and the note that the documentation of Go's package `note` shows.
    const PUBLISHED_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const PUBLISHED_NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn a_published_note_is_signed_by_its_published_key() {
        let key = Verifier::parse(PUBLISHED_KEY).unwrap();
        assert_eq!(key.text(), PUBLISHED_KEY);
        let (text, lines) = opened(PUBLISHED_NOTE).unwrap();
        assert!(text.ends_with("is.\n") && !text.ends_with("\n\n"));
        assert_eq!(signed(text, lines, std::slice::from_ref(&key)), Signed::Yes);
        assert_eq!(signed(&text.replace("don't", "do"), lines, std::slice::from_ref(&key)), Signed::Falsely);
        assert_eq!(signed(text, lines, &[]), Signed::ByNobodyKnown);
        assert_eq!(note(text, lines), PUBLISHED_NOTE);
    }

    /// The text is the example of c2sp.org/tlog-checkpoint.
    #[test]
    fn a_published_checkpoint_is_read_and_written_again() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = Checkpoint::parse(text).unwrap();
        assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(checkpoint.text(), text);
        for wrong in [
            "o\n1\n",
            "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "o\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "o\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
            "o\n1\nAAAA\n",
            "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n",
        ] {
            assert_eq!(Checkpoint::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_a_key_signed_its_verifier_accepts_and_no_other() {
        let key = NoteKey::new("zhenggai.example/1", [7; 32]).unwrap();
        let other = NoteKey::new("zhenggai.example/1", [8; 32]).unwrap();
        let text = Checkpoint { origin: "zhenggai.example/1".to_owned(), size: 3, root: [1; 32] }.text();
        let line = key.sign(&text);
        assert_eq!(signed(&text, &line, &[key.verifier()]), Signed::Yes);
        assert_eq!(signed(&text, &line, &[other.verifier()]), Signed::ByNobodyKnown);
        assert_eq!(signed(&text, &(other.sign(&text) + &line), &[key.verifier()]), Signed::Yes);
        assert_eq!(signed(&text, "— zhenggai.example/1 AAAA\n", &[key.verifier()]), Signed::Falsely);
        let again = NoteKey::parse(&key.secret_text()).unwrap();
        assert_eq!(again.sign(&text), line, "the same key signs the same");
        assert!(NoteKey::parse(&key.secret_text().replace("zhenggai", "zhenggaj")).is_none());
        assert!(NoteKey::new("two words", [7; 32]).is_none() && NoteKey::new("a+b", [7; 32]).is_none());
        assert_eq!(Verifier::parse(&key.verifier().text()), Some(key.verifier()));
    }
}
