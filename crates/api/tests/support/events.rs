//! Events as they are stored, held against what the contract says of the feed (docs/domain.md §34).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use api::feed::kinds;
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
use jsonschema::Validator;
use persistence::testing::lines;
use serde_json::{Value, json};

/// A kind and what it carried.
pub type Happened = (String, Value);

static VALIDATORS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let document = serde_json::to_value(api::routes::document()).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let parts: serde_json::Map<_, _> =
        schemas.iter().filter(|(name, _)| name.starts_with("event.")).map(|(n, s)| (n.clone(), s.clone())).collect();
    let of = |kind: &str| {
        let refers = format!("#/components/schemas/{}", kinds::name_of(kind));
        let schema = json!({ "components": { "schemas": parts }, "$ref": refers });
        jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
    };
    kinds::all().map(|(_, kind)| (kind.to_owned(), of(kind))).collect()
});

fn read(url: &str, of_each: &str) -> Vec<Happened> {
    let streams: Vec<String> = kinds::all().map(|(stream, _)| format!("'{stream}'")).collect();
    let sql = format!(
        "SELECT kind || ' ' || payload AS line FROM (SELECT kind, payload, row_number() OVER (PARTITION BY kind ORDER BY at DESC) AS n \
         FROM events WHERE stream_kind IN ({})) AS e {of_each}",
        streams.join(", ")
    );
    let part = |line: String| {
        let (kind, payload) = line.split_once(' ').unwrap();
        (kind.to_owned(), serde_json::from_str(payload).unwrap())
    };
    lines(url, &sql).into_iter().map(part).collect()
}

/// The newest three of each kind in a database.
pub fn newest(url: &str) -> Vec<Happened> {
    read(url, "WHERE n <= 3")
}

/// All of them.
pub fn every(url: &str) -> Vec<Happened> {
    read(url, "")
}

/// What does not fit its kind, in words.
pub fn misfits(kind: &str, data: &Value) -> Vec<String> {
    let Some(validator) = VALIDATORS.get(kind) else { return vec![format!("{kind} is not in the contract")] };
    let event = json!({ "kind": kind, "data": data });
    validator.iter_errors(&event).map(|e| format!("{kind}: {e} at {}", e.instance_path())).collect()
}

/// The kinds of streams in a database of which the list of all streams does not know.
pub fn unknown_streams(url: &str) -> Vec<String> {
    let written = lines(url, "SELECT DISTINCT stream_kind AS line FROM events ORDER BY 1");
    written.into_iter().filter(|kind| StreamKind::parse(kind).is_none()).collect()
}

/// Each is what the contract says of its kind. With BLESS=1 one of each kind that has no example yet becomes it.
pub fn fit(happened: &[Happened]) {
    let misfits: Vec<String> = happened.iter().flat_map(|(kind, data)| misfits(kind, data)).collect();
    assert_eq!(misfits, Vec::<String>::new(), "the contract says otherwise of these kinds");
    if std::env::var_os("BLESS").is_some() {
        keep(happened);
    }
}

fn keep(happened: &[Happened]) {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/events.json");
    let kept: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let of = |kind: &str| kept.iter().find(|event| event["kind"] == kind).map(|event| event["payload"].clone());
    let examples: Vec<Value> = kinds::all()
        .filter(|(stream, _)| *stream != "task")
        .filter_map(|(_, kind)| {
            let found = || happened.iter().find(|(k, _)| k == kind).map(|(_, data)| data.clone());
            Some(json!({ "kind": kind, "payload": of(kind).or_else(found)? }))
        })
        .collect();
    if examples.len() > kept.len() {
        std::fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&examples).unwrap())).unwrap();
    }
}

/// What the domain stores of what it read; an example that never was an event of its kind does not come back as it is.
pub fn read_back(stream: &str, kind: &str, data: &Value) -> Result<Value, String> {
    let data = data.clone();
    match stream {
        "task" => TaskEvent::parse(kind, data).map(|e| e.payload()),
        "check" => CheckEvent::parse(kind, data).map(|e| e.stored().1),
        "slip" => SlipEvent::parse(kind, data).map(|e| e.stored().1),
        "meeting" => MeetingEvent::parse(kind, data).map(|e| e.stored().1),
        "document" => DocumentEvent::parse(kind, data).map(|e| e.stored().1),
        "publication" => PublicationEvent::parse(kind, data).map(|e| e.stored().1),
        "opinion" => OpinionEvent::parse(kind, data).map(|e| e.stored().1),
        "personal_duty" => DutyEvent::parse(kind, data).map(|e| e.stored().1),
        "systemic_problem" => SystemicEvent::parse(kind, data).map(|e| e.stored().1),
        "rule" => RuleEvent::parse(kind, data).map(|e| e.stored().1),
        "handover" => HandoverEvent::parse(kind, data).map(|e| e.stored().1),
        "appraisal_scheme" => SchemeEvent::parse(kind, data).map(|e| e.stored().1),
        "appraisal" => AppraisalEvent::parse(kind, data).map(|e| e.stored().1),
        other => Err(format!("no stream {other}")),
    }
}
