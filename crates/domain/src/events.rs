//! The one macro that makes the events of a stream: an enum, the kind each is stored by, how one is stored and read (docs/domain.md §21).

/// Declares the events of a stream, each with the kind it is stored by, which never changes.
///
/// `KINDS` lists every kind in order, `kind` says that of an event, `stored` it and the payload without it, `parse` reads a stored one or says what
/// does not fit.
macro_rules! events {
    ($(#[$of:meta])* $enum:ident { $($(#[$doc:meta])* $name:ident { $($(#[$at:meta])* $field:ident : $ty:ty),* $(,)? } = $kind:tt;)+ }) => {
        $(#[$of])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "event", content = "data")]
        pub enum $enum {
            $($(#[$doc])* #[serde(rename = $kind)] $name { $($(#[$at])* $field: $ty),* },)+
        }

        impl $enum {
            /// Every stored kind, in order.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// The stored kind.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$name { .. } => $kind,)+ }
            }

            /// The stored kind and the payload without it.
            pub fn stored(&self) -> (&'static str, serde_json::Value) {
                let payload = match serde_json::to_value(self) {
                    Ok(serde_json::Value::Object(mut map)) => map.remove("data").unwrap_or(serde_json::Value::Null),
                    _ => serde_json::Value::Null,
                };
                (self.kind(), payload)
            }

            /// Reads a stored event.
            ///
            /// Errors: what does not fit.
            pub fn parse(kind: &str, payload: serde_json::Value) -> Result<Self, String> {
                serde_json::from_value(serde_json::json!({ "event": kind, "data": payload }))
                    .map_err(|e| format!("{kind}: {e}"))
            }
        }
    };
}

pub(crate) use events;
