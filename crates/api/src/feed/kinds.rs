//! What each kind of event carries, in the contract: read off the closed lists of the domain, with an event that happened in the tests as its example.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::appraisal::event::{AppraisalEvent, SchemeEvent};
use domain::check::event::CheckEvent;
use domain::document::event::DocumentEvent;
use domain::handover::event::HandoverEvent;
use domain::meeting::event::MeetingEvent;
use domain::opinion::event::OpinionEvent;
use domain::personal_duty::event::DutyEvent;
use domain::publication::event::PublicationEvent;
use domain::rule_register::event::RuleEvent;
use domain::slip::event::SlipEvent;
use domain::systemic::event::SystemicEvent;
use domain::task::event::TaskEvent;
use domain::transparency::StreamKind;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Discriminator};
use utoipa::openapi::{AllOf, Components, Object, OneOf, Ref, RefOr, Schema};

use super::FeedEventView;

/// Events of the tests, one of each kind: a task's are the domain's, the others those of the tests' houses; what happened in none is put together from
/// those. A test reads each back as the domain does.
const EXAMPLES: [&str; 2] =
    [include_str!("../../../domain/golden/events.json"), include_str!("../../golden/events.json")];

/// Says of each stream of the feed which events it has.
macro_rules! streams {
    ($($stream:ident: $event:ty),+ $(,)?) => {
        /// The streams of the feed, each with the kinds of its events.
        pub const STREAMS: &[(StreamKind, &[&str])] = &[$((StreamKind::$stream, <$event>::KINDS)),+];

        fn add_all(components: &mut Components) {
            $(add::<$event>(StreamKind::$stream.as_str(), components);)+
        }
    };
}

streams! {
    Task: TaskEvent,
    Check: CheckEvent,
    Slip: SlipEvent,
    Meeting: MeetingEvent,
    Document: DocumentEvent,
    Publication: PublicationEvent,
    Opinion: OpinionEvent,
    PersonalDuty: DutyEvent,
    SystemicProblem: SystemicEvent,
    Rule: RuleEvent,
    Handover: HandoverEvent,
    AppraisalScheme: SchemeEvent,
    Appraisal: AppraisalEvent,
}

/// The streams that are not in the feed, each with the reason (docs/domain.md §34).
pub const APART: &[(StreamKind, &str)] = &[
    (StreamKind::AccountabilityAction, "read by nobody but whom a record names (docs/domain.md §46)"),
    (StreamKind::Round, "a setting of the house: a key reads the round itself"),
    (StreamKind::PlanPackage, "only that plans were handed in together: each is in the stream of its task"),
    (StreamKind::Import, "only that a file was taken: what it made is in the streams of its tasks"),
    (StreamKind::Resolution, "no stream is written: what was resolved is in that of its meeting"),
    (StreamKind::FindingLink, "what an office says of two findings, which no unit sees"),
    (StreamKind::Finding, "what an office says of a finding, which is read with its tasks"),
    (StreamKind::Template, "a tool of the house"),
    (StreamKind::Export, "who took what away is for the auditor"),
    (StreamKind::Kiosk, "a setting of the house"),
    (StreamKind::Account, "who logs in is for administrators and the auditor"),
    (StreamKind::Delegation, "who stands in for whom is for administrators and the auditor"),
    (StreamKind::Person, "people are kept by SCIM (docs/domain.md §36)"),
    (StreamKind::Unit, "units are kept by SCIM (docs/domain.md §36)"),
    (StreamKind::ChannelRules, "a setting of the house"),
    (StreamKind::IdentityRules, "a setting of the house"),
    (StreamKind::ServiceAccount, "keys and where systems are told are for administrators and the auditor"),
];

/// Every kind of event that the feed can hold, by its stream.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    STREAMS.iter().flat_map(|(stream, kinds)| kinds.iter().map(|kind| (stream.as_str(), *kind)))
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
    add_all(components);
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
