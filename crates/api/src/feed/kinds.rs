//! What each kind of event carries, in the contract: read off the closed lists of the domain, with an event that happened in the tests as its example.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::check::event::CheckEvent;
use domain::document::event::DocumentEvent;
use domain::meeting::event::MeetingEvent;
use domain::opinion::event::OpinionEvent;
use domain::personal_duty::event::DutyEvent;
use domain::publication::event::PublicationEvent;
use domain::slip::event::SlipEvent;
use domain::task::event::TaskEvent;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Discriminator};
use utoipa::openapi::{AllOf, Components, Object, OneOf, Ref, RefOr, Schema};

use super::FeedEventView;

/// Events of the tests, one of each kind: a task's are the domain's, the others those of the tests' houses; what happened in none is put together from
/// those. A test reads each back as the domain does.
const EXAMPLES: [&str; 2] =
    [include_str!("../../../domain/golden/events.json"), include_str!("../../golden/events.json")];

/// Every kind of event that the feed can hold, by its stream.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let streams: [(&str, &[&str]); 8] = [
        ("task", TaskEvent::KINDS),
        ("check", CheckEvent::KINDS),
        ("slip", SlipEvent::KINDS),
        ("meeting", MeetingEvent::KINDS),
        ("document", DocumentEvent::KINDS),
        ("publication", PublicationEvent::KINDS),
        ("opinion", OpinionEvent::KINDS),
        ("personal_duty", DutyEvent::KINDS),
    ];
    streams.into_iter().flat_map(|(stream, kinds)| kinds.iter().map(move |kind| (stream, *kind)))
}

/// The name of what describes a kind, among the schemas of the contract.
pub fn name_of(kind: &str) -> String {
    format!("event.{kind}")
}

/// What an event of a kind carried when one happened in the tests.
pub fn example_of(kind: &str) -> Option<&'static Value> {
    static FOUND: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
        let all = EXAMPLES.iter().flat_map(|text| serde_json::from_str::<Vec<Value>>(text).unwrap_or_default());
        all.filter_map(|event| Some((event["kind"].as_str()?.to_owned(), event.get("payload")?.clone()))).collect()
    });
    FOUND.get(kind)
}

/// Renames whatever a schema refers to.
fn rename(schema: &mut RefOr<Schema>, name: &dyn Fn(&str) -> String) {
    match schema {
        RefOr::Ref(to) => {
            let front = "#/components/schemas/";
            if let Some(old) = to.ref_location.strip_prefix(front) {
                to.ref_location = format!("{front}{}", name(old));
            }
        }
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                rename(items, name);
            }
        }
        RefOr::T(Schema::Object(object)) => {
            object.properties.values_mut().for_each(|property| rename(property, name));
            if let Some(AdditionalProperties::RefOr(more)) = object.additional_properties.as_deref_mut() {
                rename(more, name);
            }
        }
        RefOr::T(Schema::OneOf(OneOf { items, .. }) | Schema::AllOf(AllOf { items, .. })) => {
            items.iter_mut().for_each(|item| rename(item, name));
        }
        RefOr::T(_) => {}
    }
}

/// Adds the kinds of one stream. Words that a stream shares with another part of the contract only by name are kept apart by the stream's.
fn add<T: ToSchema>(stream: &str, components: &mut Components) {
    let own = |name: &str| format!("event.{stream}.{name}");
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    for (name, mut part) in parts {
        rename(&mut part, &own);
        components.schemas.insert(own(&name), part);
    }
    let RefOr::T(Schema::OneOf(events)) = T::schema() else { return };
    for mut event in events.items {
        rename(&mut event, &own);
        let RefOr::T(Schema::Object(object)) = event else { continue };
        if let Some((kind, event)) = of_kind(object) {
            components.schemas.insert(name_of(&kind), event.into());
        }
    }
}

/// What a variant is as a kind of the feed: `kind` with its one word, and `data`.
fn of_kind(mut variant: Object) -> Option<(String, Object)> {
    let mut tag = variant.properties.shift_remove("event")?;
    let RefOr::T(Schema::Object(word)) = &mut tag else { return None };
    let kind = word.enum_values.as_ref()?.first()?.as_str()?.to_owned();
    variant.properties.insert("kind".to_owned(), tag);
    variant.required = vec!["kind".to_owned(), "data".to_owned()];
    variant.example = example_of(&kind).map(|data| json!({ "kind": kind, "data": data }));
    Some((kind, variant))
}

/// Puts every kind into the contract, and says of an event of the feed that it is one of them.
pub fn describe(components: &mut Components) {
    add::<TaskEvent>("task", components);
    add::<CheckEvent>("check", components);
    add::<SlipEvent>("slip", components);
    add::<MeetingEvent>("meeting", components);
    add::<DocumentEvent>("document", components);
    add::<PublicationEvent>("publication", components);
    add::<OpinionEvent>("opinion", components);
    add::<DutyEvent>("personal_duty", components);
    let name = FeedEventView::name();
    let Some(head) = components.schemas.remove(&*name) else { return };
    let kinds: Vec<&str> = all().map(|(_, kind)| kind).collect();
    let mut discriminator = Discriminator::new("kind");
    discriminator.mapping =
        kinds.iter().map(|k| ((*k).to_owned(), format!("#/components/schemas/{}", name_of(k)))).collect();
    let mut of_kinds = OneOf::new();
    of_kinds.items = kinds.iter().map(|kind| Ref::from_schema_name(name_of(kind)).into()).collect();
    of_kinds.discriminator = Some(discriminator);
    let mut event = AllOf::new();
    event.items = vec![head, RefOr::T(Schema::OneOf(of_kinds))];
    components.schemas.insert(name.into_owned(), RefOr::T(Schema::AllOf(event)));
}
