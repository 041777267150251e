//! Whatever is changed in the ledger is found, and where it was changed is said (docs/domain.md §33).
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::chain;
use domain::transparency::anchor::{Anchor, entry, read};
use domain::transparency::audit::{Auditor, EventRecord, FORMAT, FaultKind, Findings, Record, moment};
use domain::transparency::note::{Checkpoint, NoteKey};
use domain::transparency::tree::Frontier;
use domain::transparency::{hex, leaf};
use serde_json::json;

const ORIGIN: &str = "zhenggai.example/1";

fn key() -> NoteKey {
    NoteKey::new(ORIGIN, [42; 32]).unwrap()
}

fn began() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-02T01:00:00Z").unwrap().to_utc()
}

/// Gives every event its hash, every leaf, checkpoint and signature what they should be; checkpoints stand where they stood.
fn sealed(records: &[Record], key: Option<&NoteKey>) -> Vec<Record> {
    let mut last: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut frontier = Frontier::default();
    let mut records = records.to_vec();
    for record in &mut records {
        match record {
            Record::Event { leaf: sealed, event: Some(event), .. } => {
                let stream = (event.stream_kind.clone(), event.stream_id.clone());
                event.prev_hash = last.get(&stream).cloned().unwrap_or_default();
                event.hash = event.computed().unwrap();
                last.insert(stream, event.hash.clone());
                let own = leaf(&event.stream_kind, &event.stream_id, event.seq, &event.alg, &event.hash);
                if sealed.is_some() {
                    frontier.push(own);
                    *sealed = Some(hex(&own));
                }
            }
            Record::Checkpoint { size, root, text, signatures, .. } => {
                *root = hex(&frontier.root());
                *text = Checkpoint { origin: ORIGIN.to_owned(), size: *size, root: frontier.root() }.text();
                if let Some(key) = key {
                    *signatures = if *size == 0 { String::new() } else { key.sign(text) };
                }
            }
            _ => {}
        }
    }
    records
}

/// Three streams of nine events each, in turn, a checkpoint after every fifth, two events that wait.
fn ledger() -> Vec<Record> {
    let mut records = vec![Record::Head {
        format: FORMAT.to_owned(),
        origin: ORIGIN.to_owned(),
        made_at: began(),
        after: 0,
        keys: vec![],
    }];
    let checkpoint = |size| Record::Checkpoint {
        size,
        alg: chain::ALG.to_owned(),
        root: String::new(),
        text: String::new(),
        made_at: began(),
        signatures: String::new(),
    };
    records.push(checkpoint(0));
    for n in 0..27u64 {
        let seq = i64::try_from(n / 3).unwrap() + 1;
        let stream_id = format!("01890000-0000-7000-8000-00000000000{}", n % 3);
        let is_sealed = n < 25;
        let event = EventRecord {
            stream_kind: "task".to_owned(),
            stream_id: stream_id.clone(),
            seq,
            kind: "task.issued".to_owned(),
            schema_version: 1,
            at: moment(began() + TimeDelta::minutes(seq)),
            account: "01890000-0000-7000-8000-0000000000aa".to_owned(),
            person: String::new(),
            role: "unit".to_owned(),
            unit: String::new(),
            address: "10.0.0.7".to_owned(),
            request_id: format!("r{n}"),
            round: String::new(),
            payload: chain::canonical(&json!({ "n": n, "text": "整改\"到位\"" })),
            alg: chain::ALG.to_owned(),
            prev_hash: String::new(),
            hash: String::new(),
        };
        records.push(Record::Event {
            position: is_sealed.then_some(n + 1),
            pending: !is_sealed,
            stream_kind: "task".to_owned(),
            stream_id,
            seq,
            leaf: is_sealed.then(String::new),
            event: Some(Box::new(event)),
        });
        if is_sealed && (n + 1) % 5 == 0 {
            records.push(checkpoint(n + 1));
        }
    }
    records.push(Record::End { events: 27, checkpoints: 6 });
    sealed(&records, Some(&key()))
}

/// Every signed checkpoint of a ledger as it is kept outside.
fn anchors(records: &[Record]) -> Vec<Anchor> {
    let file: String = records
        .iter()
        .filter_map(|record| match record {
            Record::Checkpoint { text, signatures, size, .. } if *size > 0 => Some(entry(text, signatures)),
            _ => None,
        })
        .collect();
    read(&file).unwrap()
}

fn audited(records: &[Record], anchors: Vec<Anchor>) -> Findings {
    let mut auditor = Auditor::new(Frontier::default(), vec![key().verifier()], anchors);
    for record in records {
        auditor.take(record);
    }
    auditor.finish()
}

#[test]
fn nothing_is_said_of_a_ledger_that_fits() {
    let records = ledger();
    let found = audited(&records, anchors(&records));
    assert_eq!(found.faults, []);
    assert_eq!((found.events, found.streams, found.checkpoints, found.signed, found.anchors), (27, 3, 6, 5, 5));
    assert_eq!(found.size, 25);
    for record in &records {
        let line = serde_json::to_string(record).unwrap();
        assert_eq!(&serde_json::from_str::<Record>(&line).unwrap(), record, "a line of a bundle is read again");
    }
}

/// Every place of a record's JSON with another value there.
fn changes(record: &Record) -> Vec<(String, Record)> {
    fn walk(value: &serde_json::Value, path: &str, out: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(map) => {
                map.iter().for_each(|(name, inner)| walk(inner, &format!("{path}/{name}"), out))
            }
            _ => out.push(path.to_owned()),
        }
    }
    let whole = serde_json::to_value(record).unwrap();
    let mut places = Vec::new();
    walk(&whole, "", &mut places);
    let mut changed = Vec::new();
    for place in places {
        let mut other = whole.clone();
        let value = other.pointer_mut(&place).unwrap();
        *value = match &*value {
            serde_json::Value::String(text) => json!(format!("{text}0")),
            serde_json::Value::Number(n) => json!(n.as_i64().unwrap() + 1),
            serde_json::Value::Bool(is) => json!(!is),
            _ => continue,
        };
        changed.extend(serde_json::from_value(other).ok().map(|record| (place, record)));
    }
    changed
}

#[test]
fn any_field_that_is_changed_is_found_where_it_was_changed() {
    let records = ledger();
    let mut n = 0;
    for (i, record) in records.iter().enumerate() {
        let Record::Event { position, stream_id, .. } = record else { continue };
        for (place, changed) in changes(record) {
            let mut other = records.clone();
            other[i] = changed;
            let found = audited(&other, anchors(&records));
            let first = found.faults.first().unwrap_or_else(|| panic!("{place} of record {i} is not found"));
            let is_named = first.key.contains(stream_id.as_str())
                || position.is_some_and(|p| first.key.contains(&format!("总序 {p}")));
            assert!(is_named, "{place} of record {i}: {first}");
            n += 1;
        }
    }
    for (i, record) in records.iter().enumerate().filter(|(_, r)| matches!(r, Record::Checkpoint { .. })) {
        for (place, changed) in changes(record).into_iter().filter(|(place, _)| !place.ends_with("made_at")) {
            let mut other = records.clone();
            other[i] = changed;
            assert!(!audited(&other, anchors(&records)).faults.is_empty(), "{place} of record {i}");
            n += 1;
        }
    }
    assert!(n > 400, "only {n} were tried");
}

#[test]
fn whoever_computes_everything_anew_is_found_by_the_signature_and_by_what_was_kept_outside() {
    let records = ledger();
    let mut other = records.clone();
    let at = other.iter().position(|r| matches!(r, Record::Event { position: Some(8), .. })).unwrap();
    if let Record::Event { event: Some(event), .. } = &mut other[at] {
        event.payload = "{}".to_owned();
    }
    // The signatures stay as they were: nobody can make others.
    let rewritten = sealed(&other, None);
    let by_signature = audited(&rewritten, vec![]).faults;
    assert_eq!((by_signature[0].kind, by_signature[0].key.as_str()), (FaultKind::Signature, "10（总序 6 至 10）"));
    let by_anchor = audited(&rewritten, anchors(&records)).faults;
    assert_eq!((by_anchor[0].kind, by_anchor[0].key.as_str()), (FaultKind::Anchor, "10（总序至 10）"));
    // Without any signature the kept ones still say it.
    let mut unsigned = rewritten.clone();
    for record in &mut unsigned {
        if let Record::Checkpoint { signatures, .. } = record {
            signatures.clear();
        }
    }
    assert!(audited(&unsigned, vec![]).faults.iter().any(|f| f.kind == FaultKind::Unsigned));
    assert_eq!(audited(&unsigned, anchors(&records)).faults[0].kind, FaultKind::Anchor);
}

#[test]
fn an_old_state_put_back_is_found_by_what_was_kept_outside_alone() {
    let records = ledger();
    let mut old: Vec<Record> = records
        .iter()
        .filter(|r| match r {
            Record::Event { position, .. } => position.is_some_and(|p| p <= 15),
            Record::Checkpoint { size, .. } => *size <= 15,
            Record::End { .. } => false,
            Record::Head { .. } => true,
        })
        .cloned()
        .collect();
    old.push(Record::End { events: 15, checkpoints: 4 });
    assert_eq!(audited(&old, vec![]).faults, []);
    let found = audited(&old, anchors(&records)).faults;
    assert_eq!((found[0].kind, found[0].key.as_str()), (FaultKind::AnchorBeyond, "20（总序只到 15）"));
}

#[test]
fn what_is_left_out_put_in_or_put_elsewhere_is_found() {
    let records = ledger();
    for i in 0..records.len() {
        let mut other = records.clone();
        other.remove(i);
        let found = audited(&other, anchors(&records));
        assert!(!found.faults.is_empty(), "record {i} left out");
        let mut other = records.clone();
        other.insert(i, records[i].clone());
        if matches!(records[i], Record::Event { .. }) {
            assert!(!audited(&other, anchors(&records)).faults.is_empty(), "record {i} twice");
        }
        if i > 0 && matches!((&records[i - 1], &records[i]), (Record::Event { .. }, Record::Event { .. })) {
            let mut other = records.clone();
            other.swap(i - 1, i);
            // Two that wait have no order between them.
            if matches!(&records[i], Record::Event { position: Some(_), .. }) {
                assert!(!audited(&other, anchors(&records)).faults.is_empty(), "records {i} and the one before");
            }
        }
    }
}
