//! JSON read as exactly what it says: an object where a struct is wanted, no list of its fields in their order, which `serde` would take as well.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, Unexpected, VariantAccess, Visitor,
};
use serde_json::{Error, Value};

/// A value to be read so, with all that is in it.
#[derive(Clone, Copy)]
pub struct Exact<'de>(pub &'de Value);

fn unexpected(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(is) => Unexpected::Bool(*is),
        Value::Number(n) => n.as_i64().map_or(Unexpected::Other("number"), Unexpected::Signed),
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    }
}

impl<'de> IntoDeserializer<'de, Error> for Exact<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Exact<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.iter().map(Exact));
                let value = visitor.visit_seq(&mut items)?;
                items.end().map(|()| value)
            }
            Value::Object(fields) => {
                let mut fields = MapDeserializer::new(fields.iter().map(|(name, value)| (name.as_str(), Exact(value))));
                let value = visitor.visit_map(&mut fields)?;
                fields.end().map(|()| value)
            }
            plain => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if !self.0.is_object() {
            return Err(de::Error::invalid_type(unexpected(self.0), &visitor));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) if fields.len() == 1 => match fields.iter().next() {
                Some((name, value)) => visitor.visit_enum(Variant { name, value: Exact(value) }),
                None => self.0.deserialize_enum(name, variants, visitor),
            },
            plain => plain.deserialize_enum(name, variants, visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier
        ignored_any
    }
}

/// One of several kinds, with what belongs to it: an object of one field.
struct Variant<'de> {
    name: &'de str,
    value: Exact<'de>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Exact<'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Exact<'de>), Error> {
        seed.deserialize(self.name.into_deserializer()).map(|name| (name, self.value))
    }
}

impl<'de> VariantAccess<'de> for Exact<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        de::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.deserialize_struct("", fields, visitor)
    }
}

/// Whether a text in it, or a name of a field, holds a NUL, which no text of the database may.
pub fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Id(Uuid);

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        n: i64,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        With(Inner),
        Of { share: f64 },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        id: Id,
        kinds: Vec<Kind>,
        inner: Option<Inner>,
        by_name: BTreeMap<String, u32>,
        free: Value,
    }

    fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, String> {
        serde_path_to_error::deserialize(Exact(value)).map_err(|e| format!("{}: {}", e.path(), e.inner()))
    }

    #[test]
    fn what_has_the_shape_is_read_as_ever() {
        let value = json!({
            "id": "01890000-0000-7000-8000-000000000001", "kinds": ["plain", { "with": { "n": -3 } }, { "of": { "share": 0.5 } }], "inner": null,
            "by_name": { "a": 1 }, "free": [1, { "b": [] }],
        });
        let expected: Form = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(read::<Form>(&value), Ok(expected));
    }

    #[test]
    fn a_list_is_no_struct_wherever_it_stands() {
        let lists = [
            (json!([1]), "."),
            (json!({ "inner": [1] }), "inner"),
            (json!({ "kinds": [{ "with": [1] }] }), "kinds[0]"),
            (json!({ "kinds": [{ "of": [0.5] }] }), "kinds[0]"),
        ];
        for (value, place) in lists {
            let said = read::<Form>(&value).unwrap_err();
            assert!(said.starts_with(place) && said.contains("invalid type"), "{said}");
        }
        assert_eq!(read::<Inner>(&json!([1])).unwrap_err(), ".: invalid type: sequence, expected struct Inner");
        assert!(serde_json::from_value::<Inner>(json!([1])).is_ok(), "serde itself would take it");
        assert!(read::<Inner>(&json!({ "n": 1, "m": 1 })).unwrap_err().contains("unknown field `m`"));
    }

    #[test]
    fn a_nul_is_found_wherever_it_stands() {
        for value in [json!("a\0"), json!([["\0"]]), json!({ "a": { "b": "\0" } }), json!({ "a\0": 1 })] {
            assert!(has_nul(&value), "{value}");
        }
        assert!(!has_nul(&json!({ "a": ["\\u0000", 0, null, true] })));
    }
}
