//! An example of each body that is sent, put together from the examples of its fields: what must be there, and what has an example of its own. An
//! answer shows one that was given in the tests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ArrayItems, KnownFormat, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{Components, Object, RefOr, Schema};

/// What an operation answered in the tests, ids and secrets replaced, long lists and texts cut.
///
/// None for an operation that none of them brings to an answer in JSON.
pub fn answer(operation: &str) -> Option<&'static Value> {
    static GIVEN: LazyLock<BTreeMap<String, Value>> =
        LazyLock::new(|| serde_json::from_str(include_str!("../golden/answers.json")).unwrap_or_default());
    GIVEN.get(operation)
}

/// How deep it goes; what refers to itself ends there.
const DEEPEST: usize = 8;

fn types(of: &SchemaType) -> Vec<&Type> {
    match of {
        SchemaType::Type(one) => vec![one],
        SchemaType::Array(several) => several.iter().collect(),
        SchemaType::AnyValue => Vec::new(),
    }
}

fn text(object: &Object) -> Value {
    match &object.format {
        Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)) => json!("01890000-0000-7000-8000-000000000001"),
        Some(SchemaFormat::KnownFormat(KnownFormat::Date)) => json!("2026-03-02"),
        Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)) => json!("2026-03-02T01:00:00Z"),
        _ if object.pattern.as_ref().is_some_and(|pattern| pattern.contains("-W")) => json!("2026-W10"),
        _ => json!("文字"),
    }
}

fn of_object(object: &Object, components: &Components, depth: usize) -> Value {
    let own = object.example.as_ref().or(object.examples.first()).or(object.default.as_ref());
    if let Some(own) = own.or(object.enum_values.as_ref().and_then(|words| words.first())) {
        return own.clone();
    }
    let of = types(&object.schema_type);
    match of.iter().find(|kind| ***kind != Type::Null) {
        Some(Type::String) => text(object),
        Some(Type::Integer | Type::Number) => json!(1),
        Some(Type::Boolean) => json!(false),
        Some(Type::Array) => json!([]),
        None if of.is_empty() => Value::Null,
        _ => {
            let said = object.properties.iter().filter(|(name, property)| {
                let has_own = matches!(property, RefOr::T(Schema::Object(p)) if p.example.is_some());
                has_own || object.required.contains(name)
            });
            said.map(|(name, property)| (name.clone(), of_schema(property, components, depth + 1)))
                .collect::<Map<_, _>>()
                .into()
        }
    }
}

/// What fits a schema, as somebody might send it.
pub fn of_schema(schema: &RefOr<Schema>, components: &Components, depth: usize) -> Value {
    let schema = match schema {
        _ if depth > DEEPEST => return Value::Null,
        RefOr::Ref(to) => {
            let name = to.ref_location.rsplit('/').next().unwrap_or_default();
            return components.schemas.get(name).map_or(Value::Null, |found| of_schema(found, components, depth));
        }
        RefOr::T(schema) => schema,
    };
    let is_null =
        |item: &RefOr<Schema>| matches!(item, RefOr::T(Schema::Object(o)) if types(&o.schema_type) == [&Type::Null]);
    let first = |items: &[RefOr<Schema>]| {
        let item = items.iter().find(|item| !is_null(item));
        item.map_or(Value::Null, |item| of_schema(item, components, depth + 1))
    };
    match schema {
        Schema::Object(object) => of_object(object, components, depth),
        Schema::Array(array) => match (array.example.as_ref().or(array.examples.first()), &array.items) {
            (Some(own), _) => own.clone(),
            (None, ArrayItems::RefOrSchema(items)) => json!([of_schema(items, components, depth + 1)]),
            (None, ArrayItems::False) => json!([]),
        },
        Schema::OneOf(of) => first(&of.items),
        Schema::AnyOf(of) => first(&of.items),
        Schema::AllOf(of) => {
            let parts = of.items.iter().map(|item| of_schema(item, components, depth + 1));
            let fields = parts.filter_map(|part| part.as_object().cloned()).flatten().collect::<Map<_, _>>();
            fields.into()
        }
        _ => Value::Null,
    }
}
