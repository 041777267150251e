//! What can be done to the ledger by who owns its database, and what must be named when it is found.

use std::collections::BTreeMap;

use domain::transparency::audit::{EventRecord, Record};
use domain::transparency::note::{Checkpoint, NoteKey};
use domain::transparency::tree::Frontier;
use domain::transparency::{hex, leaf};
use persistence::testing::lines;
use persistence::transparency::records;

use crate::ledger::Ledger;

/// Numbers by chance that are the same in every run.
pub(crate) struct Chance(pub u64);

impl Chance {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Where an event stands.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) position: Option<u64>,
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) seq: i64,
}

impl Place {
    pub(crate) fn key(&self) -> String {
        format!("(stream_kind, stream_id, seq) = ('{}', '{}', {})", self.kind, self.id, self.seq)
    }
}

/// Something that is done behind the product's back.
pub(crate) struct Tampering {
    pub(crate) what: String,
    pub(crate) sql: String,
    /// The first thing that is said must name one of these.
    pub(crate) names: Vec<String>,
    /// Whether a bundle has what was changed; rows and inner nodes of the tree are in the database alone.
    pub(crate) is_in_bundle: bool,
}

/// What there is to be changed.
pub(crate) struct World {
    pub(crate) events: Vec<Place>,
    /// Sizes of the signed checkpoints.
    pub(crate) signed: Vec<u64>,
    pub(crate) nodes: Vec<(u8, u64)>,
    pub(crate) tasks: Vec<String>,
    pub(crate) revisions: Vec<String>,
    pub(crate) records: Vec<Record>,
    /// As many leaves as there are.
    pub(crate) size: u64,
}

impl World {
    pub(crate) fn of(ledger: &Ledger) -> Self {
        let url = ledger.house.db.super_url();
        let ids = |sql: &str| lines(&url, sql);
        let mut read = Vec::new();
        let now = ledger.house.app.clock.now();
        ledger
            .house
            .db
            .database()
            .read_as_of_now(|conn| {
                records::each(conn, 0, vec![], now, |_, record| {
                    read.push(record);
                    Ok(())
                })
            })
            .unwrap();
        let events: Vec<Place> = read
            .iter()
            .filter_map(|record| match record {
                Record::Event { position, stream_kind, stream_id, seq, .. } => {
                    Some(Place { position: *position, kind: stream_kind.clone(), id: stream_id.clone(), seq: *seq })
                }
                _ => None,
            })
            .collect();
        let nodes = ids("SELECT level || ' ' || ordinal AS line FROM tree_nodes ORDER BY level, ordinal");
        let number = |text: &str| text.parse::<u64>().unwrap();
        Self {
            size: events.iter().filter_map(|e| e.position).max().unwrap(),
            events,
            signed: ids("SELECT size::text AS line FROM checkpoint_signatures ORDER BY size")
                .iter()
                .map(|s| number(s))
                .collect(),
            nodes: nodes
                .iter()
                .map(|n| n.split_once(' ').map(|(l, o)| (l.parse().unwrap(), number(o))).unwrap())
                .collect(),
            tasks: ids("SELECT id::text AS line FROM tasks ORDER BY id"),
            revisions: ids("SELECT sha256 AS line FROM revisions ORDER BY 1"),
            records: read,
        }
    }

    pub(crate) fn sealed(&self) -> Vec<&Place> {
        self.events.iter().filter(|e| e.position.is_some()).collect()
    }

    /// The checkpoint that first covers a position.
    pub(crate) fn covering(&self, position: u64) -> u64 {
        *self.signed.iter().find(|size| **size >= position).unwrap()
    }

    /// The events of the ledger after one was rewritten and everything behind it in its stream computed anew.
    pub(crate) fn rewritten(&self, target: &Place) -> Vec<EventRecord> {
        let mut last: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut all = Vec::new();
        for record in &self.records {
            let Record::Event { event: Some(event), .. } = record else { continue };
            let mut event = (**event).clone();
            let stream = (event.stream_kind.clone(), event.stream_id.clone());
            if (event.stream_kind.as_str(), event.stream_id.as_str(), event.seq)
                == (&target.kind, &target.id, target.seq)
            {
                event.payload = "{\"forged\":true}".to_owned();
            }
            event.prev_hash = last.get(&stream).cloned().unwrap_or_default();
            event.hash = event.computed().unwrap();
            last.insert(stream, event.hash.clone());
            all.push(event);
        }
        all
    }
}

/// Statements that bring rewritten events into the table, those of one stream.
pub(crate) fn update_events(all: &[EventRecord], id: &str) -> String {
    all.iter()
        .filter(|e| e.stream_id == id)
        .map(|e| {
            format!(
                "UPDATE events SET payload = '{}', prev_hash = '{}', hash = '{}' WHERE (stream_kind, stream_id, seq) = ('{}', '{}', {});",
                e.payload.replace('\'', "''"),
                e.prev_hash,
                e.hash,
                e.stream_kind,
                e.stream_id,
                e.seq
            )
        })
        .collect()
}

/// Statements that make the tree and every checkpoint those of rewritten events: all that can be had without the signer's key.
pub(crate) fn update_tree(world: &World, all: &[EventRecord], origin: &str) -> String {
    let mut frontier = Frontier::default();
    let mut sql = String::new();
    for event in all.iter().take(usize::try_from(world.size).unwrap()) {
        let own = leaf(&event.stream_kind, &event.stream_id, event.seq, &event.alg, &event.hash);
        for n in frontier.push(own) {
            sql += &format!(
                "UPDATE tree_nodes SET hash = '{}' WHERE level = {} AND ordinal = {};",
                hex(&n.hash),
                n.level,
                n.ordinal
            );
        }
        if world.signed.contains(&frontier.size()) {
            let head = Checkpoint { origin: origin.to_owned(), size: frontier.size(), root: frontier.root() };
            sql += &format!(
                "UPDATE checkpoints SET root = '{}', body = '{}' WHERE size = {};",
                hex(&head.root),
                head.text(),
                head.size
            );
        }
    }
    sql
}

pub(crate) const OTHER: &str = "0fffffff-0000-7000-8000-000000000000";

pub(crate) fn column(world: &World, chance: &mut Chance) -> Tampering {
    let columns = [
        ("stream_kind", "stream_kind || 'x'"),
        ("stream_id", "'0fffffff-0000-7000-8000-000000000000'"),
        ("seq", "seq + 100000"),
        ("kind", "kind || '.x'"),
        ("schema_version", "schema_version + 1"),
        ("at", "at + interval '1 microsecond'"),
        ("account_id", "'0fffffff-0000-7000-8000-000000000000'"),
        ("person_id", "'0fffffff-0000-7000-8000-000000000000'"),
        ("role", "role || 'x'"),
        ("unit_id", "'0fffffff-0000-7000-8000-000000000000'"),
        ("address", "address || '1'"),
        ("request_id", "request_id || 'x'"),
        ("round_id", "'0fffffff-0000-7000-8000-000000000000'"),
        ("payload", "payload || ' '"),
        ("payload", "'{\"a\":1}'"),
        ("alg", "'md5'"),
        ("prev_hash", "repeat('ab', 32)"),
        ("hash", "repeat('cd', 32)"),
    ];
    let (name, value) = *chance.one(&columns);
    let event = chance.one(&world.events);
    let mut names = vec![event.id.clone()];
    names.extend((name == "stream_id").then(|| OTHER.to_owned()));
    Tampering {
        what: format!("events.{name}"),
        sql: format!("UPDATE events SET {name} = {value} WHERE {}", event.key()),
        names,
        is_in_bundle: true,
    }
}

pub(crate) fn position(world: &World, chance: &mut Chance) -> Tampering {
    let sealed = world.sealed();
    let event = (*chance.one(&sealed)).clone();
    let p = event.position.unwrap();
    // A place that is left shows at the next one, the last place at its checkpoint.
    let mut names = vec![event.id.clone(), format!("总序 {}）", p + 1), format!("至 {p}）")];
    let place = format!("WHERE position = {p}");
    let (what, sql) = match chance.below(8) {
        0 => ("position deleted", format!("DELETE FROM event_positions {place}")),
        1 => ("position moved", format!("UPDATE event_positions SET position = {} {place}", world.size + 5)),
        2 => ("position of another seq", format!("UPDATE event_positions SET seq = seq + 100000 {place}")),
        3 => ("position of another stream", format!("UPDATE event_positions SET stream_id = '{OTHER}' {place}")),
        4 => (
            "event and position deleted",
            format!("DELETE FROM event_positions {place}; DELETE FROM events WHERE {}", event.key()),
        ),
        5 => (
            "event, position and leaf deleted",
            format!(
                "DELETE FROM event_positions {place}; DELETE FROM events WHERE {}; DELETE FROM tree_nodes WHERE level = 0 AND ordinal = {}",
                event.key(),
                p - 1
            ),
        ),
        _ => {
            let q = chance.one(&sealed).position.unwrap();
            let q = if q == p { p % world.size + 1 } else { q };
            names.extend([p.min(q), p.max(q)].map(|n| format!("总序 {n}）")));
            (
                "positions swapped",
                format!(
                    "UPDATE event_positions SET position = -1 {place}; UPDATE event_positions SET position = {p} WHERE position = {q}; \
                     UPDATE event_positions SET position = {q} WHERE position = -1"
                ),
            )
        }
    };
    names.push(OTHER.to_owned());
    Tampering { what: what.to_owned(), sql, names, is_in_bundle: true }
}

pub(crate) fn whole_event(world: &World, chance: &mut Chance) -> Tampering {
    let sealed = world.sealed();
    let event = (*chance.one(&sealed)).clone();
    let waits: Vec<&Place> = world.events.iter().filter(|e| e.position.is_none()).collect();
    let copied = |kind: &str, seq: &str| {
        format!(
            "INSERT INTO events SELECT stream_kind, stream_id, {seq}, kind, schema_version, at, account_id, person_id, role, unit_id, address, \
             request_id, round_id, payload, alg, {kind}, hash FROM events WHERE {}",
            event.key()
        )
    };
    let (what, sql) = match chance.below(6) {
        0 => ("event deleted", format!("DELETE FROM events WHERE {}", event.key())),
        1 => ("event put in", copied("prev_hash", "seq + 100000")),
        2 => {
            let last = copied(
                "hash",
                "(SELECT max(m.seq) + 1 FROM events m WHERE (m.stream_kind, m.stream_id) = (events.stream_kind, events.stream_id))",
            );
            (
                "event put behind the last, to be sealed",
                format!(
                    "{last}; INSERT INTO pending_events SELECT stream_kind, stream_id, max(seq) FROM events WHERE (stream_kind, stream_id) = ('{}', '{}') GROUP BY 1, 2",
                    event.kind, event.id
                ),
            )
        }
        3 => (
            "sealed event set to wait",
            format!("INSERT INTO pending_events VALUES ('{}', '{}', {})", event.kind, event.id, event.seq),
        ),
        4 => {
            let waiting = *chance.one(&waits);
            return Tampering {
                what: "waiting event hidden from the sealer".to_owned(),
                sql: format!("DELETE FROM pending_events WHERE {}", waiting.key()),
                names: vec![waiting.id.clone()],
                is_in_bundle: true,
            };
        }
        _ => {
            let waiting = *chance.one(&waits);
            return Tampering {
                what: "waiting event deleted".to_owned(),
                sql: format!("DELETE FROM events WHERE {}", waiting.key()),
                names: vec![waiting.id.clone()],
                is_in_bundle: false,
            };
        }
    };
    Tampering { what: what.to_owned(), sql, names: vec![event.id], is_in_bundle: true }
}

pub(crate) fn rewriting(world: &World, chance: &mut Chance, origin: &str) -> Tampering {
    let sealed = world.sealed();
    let event = (*chance.one(&sealed)).clone();
    let p = event.position.unwrap();
    let all = world.rewritten(&event);
    let events = update_events(&all, &event.id);
    let covering = format!("至 {}）", world.covering(p));
    let (what, sql, names) = match chance.below(5) {
        0 | 1 => ("stream rewritten with its hashes", events, vec![event.id]),
        2 => ("everything rewritten", events + &update_tree(world, &all, origin), vec![covering]),
        3 => (
            "everything rewritten, signatures removed",
            events + &update_tree(world, &all, origin) + "DELETE FROM checkpoint_signatures",
            vec![covering],
        ),
        _ => {
            // Somebody else's key under the signer's name.
            let forger = NoteKey::new(origin, [9; 32]).unwrap();
            let tree = update_tree(world, &all, origin);
            let signed = tree.split("UPDATE checkpoints SET root = '").skip(1).map(|part| {
                let body = part.split("body = '").nth(1).unwrap().split('\'').next().unwrap();
                let size = part.split("WHERE size = ").nth(1).unwrap().split(';').next().unwrap();
                format!("UPDATE checkpoint_signatures SET line = '{}' WHERE size = {size};", forger.sign(body))
            });
            let signed: String = signed.collect();
            ("everything rewritten, signed by another key", events + &tree + &signed, vec![covering])
        }
    };
    Tampering { what: what.to_owned(), sql, names, is_in_bundle: true }
}

pub(crate) fn restored(world: &World, chance: &mut Chance) -> Tampering {
    let size = *chance.one(&world.signed[..world.signed.len() - 1]);
    let nodes: String = (0..24u32)
        .map(|level| format!("DELETE FROM tree_nodes WHERE level = {level} AND ordinal >= {};", size >> level))
        .collect();
    Tampering {
        what: "an old state put back".to_owned(),
        sql: format!(
            "DELETE FROM pending_events; DELETE FROM event_positions WHERE position > {size}; DELETE FROM events e WHERE NOT EXISTS ( \
                 SELECT FROM event_positions o WHERE (o.stream_kind, o.stream_id, o.seq) = (e.stream_kind, e.stream_id, e.seq)); \
             DELETE FROM checkpoint_signatures WHERE size > {size}; DELETE FROM checkpoints WHERE size > {size}; {nodes}"
        ),
        names: vec![format!("总序只到 {size}）")],
        is_in_bundle: true,
    }
}

pub(crate) fn tree_node(world: &World, chance: &mut Chance) -> Tampering {
    let (level, ordinal) = *chance.one(&world.nodes);
    let place = format!("WHERE level = {level} AND ordinal = {ordinal}");
    let mut names = vec![format!("{level}/{ordinal}（")];
    names.extend((level == 0).then(|| format!("总序 {}）", ordinal + 1)));
    let (what, sql, is_in_bundle) = match chance.below(4) {
        0 => ("node changed", format!("UPDATE tree_nodes SET hash = repeat('ef', 32) {place}"), level == 0),
        1 => ("node of another algorithm", format!("UPDATE tree_nodes SET alg = 'md5' {place}"), false),
        2 => ("node deleted", format!("DELETE FROM tree_nodes {place}"), level == 0),
        _ => {
            names = vec![format!("{level}/{}", ordinal + 1_000_000)];
            let sql =
                format!("INSERT INTO tree_nodes VALUES ({level}, {}, 'sha256', repeat('ab', 32))", ordinal + 1_000_000);
            ("node put in", sql, false)
        }
    };
    Tampering { what: what.to_owned(), sql, names, is_in_bundle }
}

pub(crate) fn checkpoint(world: &World, chance: &mut Chance) -> Tampering {
    let size = *chance.one(&world.signed);
    let place = format!("WHERE size = {size}");
    let mut names = vec![format!("{size}（总序")];
    let (what, sql) = match chance.below(7) {
        0 => ("checkpoint of another algorithm", format!("UPDATE checkpoints SET alg = 'md5' {place}")),
        1 => ("checkpoint's root", format!("UPDATE checkpoints SET root = repeat('ab', 32) {place}")),
        2 => (
            "checkpoint's text",
            format!("UPDATE checkpoints SET body = replace(body, E'\\n{size}\\n', E'\\n{}\\n') {place}", size + 1),
        ),
        3 => ("checkpoint's tree", format!("UPDATE checkpoints SET body = 'x' || body {place}")),
        4 => (
            "checkpoint deleted",
            format!("DELETE FROM checkpoint_signatures {place}; DELETE FROM checkpoints {place}"),
        ),
        5 => (
            "signature changed",
            format!(
                "UPDATE checkpoint_signatures SET line = overlay(line placing 'AAAA' from length(line) - 40) {place}"
            ),
        ),
        _ => {
            names = vec!["checkpoint_signatures *".to_owned()];
            ("signatures removed", "DELETE FROM checkpoint_signatures".to_owned())
        }
    };
    Tampering { what: what.to_owned(), sql, names, is_in_bundle: true }
}

pub(crate) fn row(world: &World, chance: &mut Chance) -> Tampering {
    let task = chance.one(&world.tasks).clone();
    let (what, sql, name) = match chance.below(6) {
        0 => ("task's state", format!("UPDATE tasks SET state = 'closed' WHERE id = '{task}'"), task),
        1 => ("task's version", format!("UPDATE tasks SET version = version + 1 WHERE id = '{task}'"), task),
        2 => (
            "task's date",
            format!("UPDATE tasks SET due_on = COALESCE(due_on, '2026-01-01') + 1 WHERE id = '{task}'"),
            task,
        ),
        3 => (
            "task's snapshot",
            format!(
                "UPDATE tasks SET snapshot = jsonb_set(snapshot, '{{state}}', '\"closed\"'), state = 'closed' WHERE id = '{task}'"
            ),
            task,
        ),
        4 => ("task deleted", format!("DELETE FROM tasks WHERE id = '{task}'"), task),
        _ => {
            let words = chance.one(&world.revisions).clone();
            ("words changed", format!("UPDATE revisions SET body = body || ' ' WHERE sha256 = '{words}'"), words)
        }
    };
    Tampering { what: what.to_owned(), sql, names: vec![name], is_in_bundle: false }
}
