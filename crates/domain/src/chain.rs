//! Canonical text, digests and the chain of hashes that binds each event of a stream to the one before it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The algorithm of every digest made today; it stands beside each stored digest.
pub const ALG: &str = "sha256";

/// A SHA-256 digest, 64 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String))]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest of these 32 bytes.
    pub fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(hex::encode(bytes))
    }

    /// Its 32 bytes; zeros for a text that never was a digest.
    pub fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        if hex::decode_to_slice(&self.0, &mut bytes).is_err() {
            bytes = [0; 32];
        }
        bytes
    }

    /// A digest read back from where it was stored; none when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        fits.then(|| Self(text.to_owned()))
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// JSON with sorted keys and no white space, so that equal values are equal texts (docs/domain.md §21).
pub fn canonical(value: &Value) -> String {
    fn write(value: &Value, out: &mut String) {
        match value {
            Value::Object(map) => {
                let mut keys: Vec<&String> = map.keys().collect();
                keys.sort();
                out.push('{');
                for (i, key) in keys.into_iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    out.push_str(&Value::String(key.clone()).to_string());
                    out.push(':');
                    write(&map[key], out);
                }
                out.push('}');
            }
            Value::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write(item, out);
                }
                out.push(']');
            }
            scalar => out.push_str(&scalar.to_string()),
        }
    }
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn feed(hasher: &mut Sha256, field: &str) {
    hasher.update((field.len() as u64).to_be_bytes());
    hasher.update(field.as_bytes());
}

/// The digest of a body of a kind; both are length-prefixed, so that no two pairs share a digest.
pub fn digest(kind: &str, body: &str) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(b"bihuan.revision.v1");
    feed(&mut hasher, kind);
    feed(&mut hasher, body);
    Digest(hex::encode(hasher.finalize()))
}

/// Everything of an event that its hash covers.
#[derive(Clone, Debug)]
pub struct EventFields<'a> {
    pub stream_kind: &'a str,
    pub stream_id: &'a str,
    pub seq: i64,
    pub kind: &'a str,
    pub schema_version: i16,
    pub at: DateTime<Utc>,
    pub account: &'a str,
    pub person: &'a str,
    pub role: &'a str,
    pub unit: &'a str,
    pub address: &'a str,
    pub request_id: &'a str,
    pub round: &'a str,
    pub payload: &'a str,
}

/// The hash of an event, bound to the hash of the event before it in its stream; empty for the first (docs/domain.md §21).
pub fn event_hash(fields: &EventFields<'_>, prev_hash: &str) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(b"bihuan.event.v1");
    let at = fields.at.to_rfc3339_opts(SecondsFormat::Micros, true);
    for field in [
        fields.stream_kind,
        fields.stream_id,
        &fields.seq.to_string(),
        fields.kind,
        &fields.schema_version.to_string(),
        &at,
        fields.account,
        fields.person,
        fields.role,
        fields.unit,
        fields.address,
        fields.request_id,
        fields.round,
        fields.payload,
        prev_hash,
    ] {
        feed(&mut hasher, field);
    }
    Digest(hex::encode(hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn canonical_text_sorts_keys_at_every_depth() {
        let value = json!({"b": [1, {"z": null, "a": "引\"号"}], "a": true});
        assert_eq!(canonical(&value), r#"{"a":true,"b":[1,{"a":"引\"号","z":null}]}"#);
    }

    #[test]
    fn a_digest_does_not_confuse_kind_and_body() {
        assert_ne!(digest("ab", "c"), digest("a", "bc"));
        assert_eq!(Digest::parse(digest("a", "b").as_str()), Some(digest("a", "b")));
        assert_eq!(Digest::parse("ABC"), None);
    }

    /// The expectation was computed apart, with Python's hashlib over the documented byte sequence.
    #[test]
    fn the_revision_digest_is_what_the_definition_says() {
        // python: h=sha256(b"bihuan.revision.v1"+(5).to_bytes(8,"big")+b"words"+(2).to_bytes(8,"big")+b"{}")
        assert_eq!(digest("words", "{}").as_str(), "f33f4b0733d51250138124c387d777d2eca59d691aa5ec43f74b42d3e405bfbe");
    }
}
