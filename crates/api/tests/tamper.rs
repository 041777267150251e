//! The tamper drill (docs/domain.md §33): whoever changes the ledger behind the product's back is found, and where is said, by both verifiers.
//!
//! Each change is made by the superuser past every constraint, looked at, and taken back. `BIHUAN_TEST_HEAVY=1 cargo test --profile quick -p api
//! --test tamper -- --nocapture` makes two thousand of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use api::audit;
use api::signer::{self, Signer, Stop};
use domain::transparency::audit::{Auditor, EventRecord, Findings, Record};
use domain::transparency::note::{self, Checkpoint, NoteKey, Signed};
use domain::transparency::tree::{self, Frontier};
use domain::transparency::{from_hex, hex, leaf};
use persistence::testing::{lines, run, undone};
use persistence::transparency::verify::{self, Trusted};
use persistence::transparency::{self, Pace, records};
use persistence::{Database, PgConnection, events};
use serde_json::json;
use support::House;
use support::publications::OpenPage;
use uuid::Uuid;

/// Numbers by chance that are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A house with a signer of its own.
struct Ledger {
    house: House,
    key_file: PathBuf,
    keys_file: PathBuf,
    anchor_file: PathBuf,
}

impl Ledger {
    async fn new() -> Self {
        let house = House::new().await;
        let folder = house.folder().to_owned();
        let (key_file, keys_file) = (folder.join("signer.key"), folder.join("keys"));
        let origin = house.db.database().read_now(transparency::origin).unwrap();
        let public = signer::make(&origin, [7; 32], &key_file).unwrap();
        std::fs::write(&keys_file, format!("# 公钥\n{public}\n")).unwrap();
        Self { house, key_file, keys_file, anchor_file: folder.join("anchors") }
    }

    fn signer(&self) -> Signer {
        Signer::new(Database::new(&self.house.db.signer_url(), 1), &self.key_file, Some(&self.anchor_file)).unwrap()
    }

    /// Seals so many events under a checkpoint; how many there were.
    fn seal(&self, limit: i64) -> usize {
        self.house.db.database().write_now(|conn| events::seal_at(conn, limit, Pace::Now)).unwrap()
    }

    fn trusted(&self) -> Trusted {
        audit::trusted(Some(&self.keys_file), Some(&self.anchor_file)).unwrap()
    }

    /// What the whole verification says of the database as it is.
    fn verified(&self) -> Findings {
        let now = self.house.app.clock.now();
        audit::of_database(&self.house.db.database(), audit::Part::Whole, self.trusted(), now).unwrap()
    }

    /// What the product's own clerks do, some of it sealed and signed in parts, the last of it not yet sealed.
    async fn lived_in() -> Self {
        let ledger = Self::new().await;
        let mut signer = ledger.signer();
        while ledger.seal(150) > 0 {
            signer.turn().unwrap().expect("a checkpoint to sign");
        }
        let round = ledger.house.round().await;
        let page = ledger.house.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
        let ids: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()).collect();
        for some in ids[..24].chunks(8) {
            for id in some {
                ledger.house.act("p072", id, "issue", json!({})).await.ok();
            }
            assert!(ledger.seal(500) > 0);
            signer.turn().unwrap().expect("a checkpoint to sign");
        }
        for id in &ids[24..27] {
            ledger.house.act("p072", id, "issue", json!({})).await.ok();
        }
        ledger
    }
}

/// Where an event stands.
#[derive(Clone, Debug)]
struct Place {
    position: Option<u64>,
    kind: String,
    id: String,
    seq: i64,
}

impl Place {
    fn key(&self) -> String {
        format!("(stream_kind, stream_id, seq) = ('{}', '{}', {})", self.kind, self.id, self.seq)
    }
}

/// Something that is done behind the product's back.
struct Tampering {
    what: String,
    sql: String,
    /// The first thing that is said must name one of these.
    names: Vec<String>,
    /// Whether a bundle has what was changed; rows and inner nodes of the tree are in the database alone.
    is_in_bundle: bool,
}

/// What there is to be changed.
struct World {
    events: Vec<Place>,
    /// Sizes of the signed checkpoints.
    signed: Vec<u64>,
    nodes: Vec<(u8, u64)>,
    tasks: Vec<String>,
    revisions: Vec<String>,
    records: Vec<Record>,
    /// As many leaves as there are.
    size: u64,
}

impl World {
    fn of(ledger: &Ledger) -> Self {
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

    fn sealed(&self) -> Vec<&Place> {
        self.events.iter().filter(|e| e.position.is_some()).collect()
    }

    /// The checkpoint that first covers a position.
    fn covering(&self, position: u64) -> u64 {
        *self.signed.iter().find(|size| **size >= position).unwrap()
    }

    /// The events of the ledger after one was rewritten and everything behind it in its stream computed anew.
    fn rewritten(&self, target: &Place) -> Vec<EventRecord> {
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
fn update_events(all: &[EventRecord], id: &str) -> String {
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
fn update_tree(world: &World, all: &[EventRecord], origin: &str) -> String {
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

const OTHER: &str = "0fffffff-0000-7000-8000-000000000000";

fn column(world: &World, chance: &mut Chance) -> Tampering {
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

fn position(world: &World, chance: &mut Chance) -> Tampering {
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

fn whole_event(world: &World, chance: &mut Chance) -> Tampering {
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

fn rewriting(world: &World, chance: &mut Chance, origin: &str) -> Tampering {
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

fn restored(world: &World, chance: &mut Chance) -> Tampering {
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

fn tree_node(world: &World, chance: &mut Chance) -> Tampering {
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

fn checkpoint(world: &World, chance: &mut Chance) -> Tampering {
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

fn row(world: &World, chance: &mut Chance) -> Tampering {
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

/// What both ways of the first verifier find after a change, and what a bundle of it says.
struct Seen {
    in_database: Findings,
    in_bundle: Findings,
    bundle: String,
}

fn look(
    conn: &mut PgConnection,
    trusted: &Trusted,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Seen, persistence::Error> {
    let in_database = verify::whole(conn, trusted.clone(), None, now)?;
    let mut auditor = Auditor::new(Frontier::default(), trusted.keys.clone(), trusted.anchors.clone());
    let mut bundle = String::new();
    records::each(conn, 0, vec![], now, |_, record| {
        bundle += &serde_json::to_string(&record)?;
        bundle.push('\n');
        auditor.take(&record);
        Ok(())
    })?;
    Ok(Seen { in_database, in_bundle: auditor.finish(), bundle })
}

/// What the second verifier prints of a bundle, and its exit code.
fn second(ledger: &Ledger, bundle: &Path) -> (Vec<String>, i32) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/audit_verify.py");
    let mut python = Command::new("python3");
    python
        .arg("-B")
        .arg(script)
        .arg(bundle)
        .arg("--keys")
        .arg(&ledger.keys_file)
        .arg("--anchors")
        .arg(&ledger.anchor_file);
    let output = python.env("PYTHONIOENCODING", "utf-8").output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    (said.lines().map(str::to_owned).collect(), output.status.code().unwrap())
}

#[actix_web::test]
async fn whatever_is_done_to_the_ledger_behind_our_back_is_found_and_located_by_both_verifiers() {
    let ledger = Ledger::lived_in().await;
    let (trusted, now) = (ledger.trusted(), ledger.house.app.clock.now());
    let url = ledger.house.db.super_url();
    let well = undone(&url, "SELECT 1", |conn| look(conn, &trusted, now)).unwrap();
    assert_eq!((well.in_database.faults, well.in_bundle.faults), (vec![], vec![]));
    let world = World::of(&ledger);
    let origin = trusted.anchors[0].checkpoint.origin.clone();
    assert!(world.signed.len() >= 5 && world.events.len() > usize::try_from(world.size).unwrap());

    let is_heavy = std::env::var_os("BIHUAN_TEST_HEAVY").is_some();
    let n = if is_heavy { 2100 } else { 154 };
    let file = ledger.house.folder().join("tampered.bundle");
    let mut chance = Chance(0x5eed_0021);
    let (mut kinds, mut by_second) = (BTreeMap::<String, usize>::new(), 0);
    for i in 0..n {
        let done = match i % 11 {
            0..=3 => column(&world, &mut chance),
            4 => position(&world, &mut chance),
            5 => whole_event(&world, &mut chance),
            6 => rewriting(&world, &mut chance, &origin),
            7 => tree_node(&world, &mut chance),
            8 => checkpoint(&world, &mut chance),
            9 => row(&world, &mut chance),
            _ => restored(&world, &mut chance),
        };
        let seen = undone(&url, &done.sql, |conn| look(conn, &trusted, now)).unwrap();
        let located = |found: &Findings| {
            let first = found.faults.first().map(ToString::to_string).unwrap_or_default();
            assert!(
                done.names.iter().any(|name| first.contains(name.as_str())),
                "{}: {first:?} names none of {:?}\n{}",
                done.what,
                done.names,
                done.sql
            );
        };
        located(&seen.in_database);
        if done.is_in_bundle {
            located(&seen.in_bundle);
        }
        if done.is_in_bundle && (is_heavy || i % 3 == 0) {
            std::fs::write(&file, &seen.bundle).unwrap();
            let (said, code) = second(&ledger, &file);
            assert_eq!((said, code), (audit::said(&seen.in_bundle), 1), "{}", done.what);
            by_second += 1;
        }
        *kinds.entry(done.what).or_default() += 1;
    }
    println!(
        "{n} changes of {} kinds to {} events: all found and located; {by_second} of them by the second verifier as well",
        kinds.len(),
        world.events.len()
    );
    for (kind, n) in kinds {
        println!("{n:6} {kind}");
    }
    assert_eq!(ledger.verified().faults, [], "all of it was taken back");
}

#[actix_web::test]
async fn a_bundle_is_verified_by_the_program_and_by_the_second_verifier() {
    let ledger = Ledger::lived_in().await;
    let folder = ledger.house.folder().to_owned();
    let (bundle, config) = (folder.join("whole.bundle"), |command: &mut Command| {
        command
            .env_remove("BIHUAN_TEST_CLUSTER")
            .env_remove("BIHUAN_TEST_HEAVY")
            .env("BIHUAN_DATABASE_URL", ledger.house.db.url())
            .env("BIHUAN_DATA_DIR", &folder)
            .env("BIHUAN_AUDIT_KEYS", &ledger.keys_file)
            .env("BIHUAN_ANCHOR_FILE", &ledger.anchor_file)
            .env("BIHUAN_SIGNER_URL", ledger.house.db.signer_url())
            .env("BIHUAN_SIGNER_KEY", &ledger.key_file);
    });
    let bihuan = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bihuan"));
        config(command.args(words));
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (said, output.status.code().unwrap())
    };
    assert!(ledger.seal(500) > 0);
    assert_eq!(bihuan(&["signer", "run", "--once"]).1, 0);
    let size = ledger.house.db.database().read_now(transparency::newest_signed).unwrap().unwrap().size;
    assert_eq!(ledger.trusted().anchors.last().unwrap().checkpoint.size, size);
    let (said, code) = bihuan(&["audit", "verify"]);
    assert!(code == 0 && said.starts_with("一致：") && said.contains(&format!("总序 {size}，")), "{said}");
    let (said, code) = bihuan(&["audit", "bundle", bundle.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let (by_program, code) = bihuan(&["audit", "verify", "--bundle", bundle.to_str().unwrap()]);
    assert_eq!(code, 0, "{by_program}");
    assert_eq!(second(&ledger, &bundle), (by_program.lines().map(str::to_owned).collect(), 0));
    let (said, code) = bihuan(&["audit", "bundle", bundle.to_str().unwrap()]);
    assert!(code == 1 && said.contains("whole.bundle"), "what is there is not written over: {said}");

    // Since a checkpoint the auditor kept: less is read, and what was changed after it is found.
    let third = &ledger.trusted().anchors[2];
    let since = folder.join("since");
    std::fs::write(&since, note::note(&third.text, &third.lines)).unwrap();
    let (said, code) = bihuan(&["audit", "verify", "--since", since.to_str().unwrap()]);
    assert!(code == 0 && said.contains(&format!("事件 {}，", size - third.checkpoint.size)), "{said}");
    let (position, stream) = {
        let sql = "SELECT position || ' ' || stream_kind || '/' || stream_id AS line FROM event_positions ORDER BY position DESC LIMIT 1";
        let line = lines(&ledger.house.db.super_url(), sql).remove(0);
        line.split_once(' ').map(|(p, s)| (p.to_owned(), s.to_owned())).unwrap()
    };
    assert_eq!(bihuan(&["audit", "verify", "--stream", &stream]).1, 0);
    let id = stream.split('/').nth(1).unwrap();
    let change = |sign: &str| {
        let sql = format!(
            "UPDATE events SET at = at {sign} interval '1 second' WHERE (stream_kind, stream_id, seq) = \
             (SELECT stream_kind, stream_id, seq FROM event_positions WHERE position = {position})"
        );
        run(&ledger.house.db.super_url(), &sql).unwrap();
    };
    change("+");
    for words in [
        vec!["audit", "verify"],
        vec!["audit", "verify", "--since", since.to_str().unwrap()],
        vec!["audit", "verify", "--stream", &stream],
    ] {
        let (said, code) = bihuan(&words);
        assert!(
            code == 1 && said.lines().nth(1).is_some_and(|line| line.contains(id) && line.ends_with("哈希与内容不符")),
            "{words:?}: {said}"
        );
    }
    change("-");
    assert_eq!(bihuan(&["audit", "verify"]).1, 0);
}

#[actix_web::test]
async fn the_signer_signs_no_history_but_the_one_it_signed() {
    let ledger = Ledger::lived_in().await;
    let url = ledger.house.db.super_url();
    let refused = |why: &str| match ledger.signer().turn() {
        Err(Stop::Refused(words)) => assert!(words.starts_with("拒绝签名") && words.contains(why), "{words}"),
        other => panic!("{why}: {other:?}"),
    };
    let world = World::of(&ledger);
    // A history rewritten whole, and a new checkpoint on top of it.
    let copy = ledger.house.db.copy();
    let rewrite = world.rewritten(world.sealed()[3]);
    let origin = ledger.trusted().anchors[0].checkpoint.origin.clone();
    let changed = update_events(&rewrite, &world.sealed()[3].id) + &update_tree(&world, &rewrite, &origin);
    run(&copy.super_url(), &format!("SET session_replication_role = replica; {changed}")).unwrap();
    copy.database().write_now(|conn| events::seal_at(conn, 500, Pace::Now)).unwrap();
    let mut astray = Signer::new(Database::new(&copy.signer_url(), 1), &ledger.key_file, None).unwrap();
    assert!(matches!(astray.turn(), Err(Stop::Refused(words)) if words.contains("历史被改写")));
    drop(astray);
    // One that was cut off.
    let cut = restored(&world, &mut Chance(3)).sql;
    run(&url, &format!("SET session_replication_role = replica; {cut}")).unwrap();
    refused("变短了");
    // Only one signer has a key, others must not be able to read it, and what it signed last must be its own.
    let first = ledger.signer();
    let again = |file: &Path| Signer::new(ledger.house.db.database(), file, None).err().unwrap_or_default();
    assert!(again(&ledger.key_file).contains("另一个签名进程"));
    drop(first);
    let state = ledger.key_file.with_extension("key.state");
    let kept = std::fs::read_to_string(&state).unwrap();
    std::fs::write(&state, kept.replacen('\n', "\n1", 1)).unwrap();
    assert!(again(&ledger.key_file).contains("不是这个私钥签的"));
    std::fs::remove_file(&state).unwrap();
    assert!(again(&ledger.key_file).contains("key.state"));
    std::fs::write(&state, kept).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&ledger.key_file, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(again(&ledger.key_file).contains("chmod 600"));
}

#[actix_web::test]
async fn the_roles_may_add_to_the_ledger_and_nothing_else() {
    let ledger = Ledger::lived_in().await;
    let db = &ledger.house.db;
    for (url, sql) in [
        (db.url(), "UPDATE tree_nodes SET hash = ''"),
        (db.url(), "DELETE FROM tree_nodes"),
        (db.url(), "UPDATE checkpoints SET root = ''"),
        (db.url(), "DELETE FROM checkpoints"),
        (db.url(), "INSERT INTO checkpoint_signatures VALUES (1, '', '', '', now())"),
        (db.url(), "DELETE FROM checkpoint_signatures"),
        (db.signer_url(), "INSERT INTO checkpoints VALUES (1, '', '', '', now())"),
        (db.signer_url(), "INSERT INTO tree_nodes VALUES (1, 1, '', '')"),
        (db.signer_url(), "UPDATE checkpoint_signatures SET line = ''"),
        (db.signer_url(), "DELETE FROM checkpoint_signatures"),
        (db.signer_url(), "SELECT FROM events"),
        (db.signer_url(), "SELECT FROM tasks"),
        (db.signer_url(), "SELECT FROM accounts"),
    ] {
        let said = run(&url, sql).expect_err(sql);
        assert!(said.contains("permission denied"), "{sql}: {said}");
    }
}

#[actix_web::test]
async fn what_was_written_before_there_was_a_tree_is_sealed_in_turns() {
    let ledger = Ledger::new().await;
    let url = ledger.house.db.super_url();
    // An older program gave positions and nothing else.
    run(
        &url,
        "INSERT INTO event_positions SELECT row_number() OVER (ORDER BY e.at, e.stream_id, e.seq), stream_kind, stream_id, seq FROM events e; \
         DELETE FROM pending_events; DELETE FROM tree_nodes; DELETE FROM checkpoints WHERE size > 0",
    )
    .unwrap();
    while ledger.house.db.database().write_now(|conn| events::seal(conn, 500)).unwrap() > 0 {}
    let mut signer = ledger.signer();
    ledger.seal(500);
    signer.turn().unwrap().unwrap();
    let counts = lines(
        &url,
        "SELECT (SELECT count(*) FROM events) || ' ' || (SELECT count(*) FROM tree_nodes WHERE level = 0) AS line",
    );
    let (events, leaves) = counts[0].split_once(' ').unwrap();
    assert_eq!(events, leaves);
    let found = ledger.verified();
    assert_eq!((found.faults, found.size.to_string()), (vec![], events.to_owned()));
}

#[actix_web::test]
async fn an_accepted_write_has_a_receipt_and_its_event_is_proved_to_whoever_may_see_it() {
    let ledger = Ledger::new().await;
    let house = &ledger.house;
    let mut signer = ledger.signer();
    while ledger.seal(500) > 0 {}
    signer.turn().unwrap();
    let id = house.task("S01").await;
    let refused = house.act("p012", &id, "issue", json!({})).await;
    assert!(refused.status >= 400 && !refused.headers.contains_key("audit-receipt"));
    let read = house.get("p072", &format!("/tasks/{id}")).await;
    assert!(!read.headers.contains_key("audit-receipt"), "what was only read has none");
    let answer = house.act("p072", &id, "issue", json!({})).await;
    let receipt = answer.headers.get("audit-receipt").expect("a receipt").to_str().unwrap().to_owned();
    answer.ok();
    let sql =
        format!("SELECT seq || ' ' || hash AS line FROM events WHERE stream_id = '{id}' ORDER BY seq DESC LIMIT 1");
    let last = lines(&house.db.super_url(), &sql).remove(0);
    let (seq, hash) = last.split_once(' ').unwrap();
    let own = format!("\"task/{id}\";seq={seq};hash=\"sha256:{hash}\"");
    assert!(receipt.split(", ").any(|item| item == own), "{receipt}");

    let path = format!("/audit/proof?stream=task/{id}&seq={seq}");
    let early = house.get("p072", &path).await.ok();
    assert_eq!((early["hash"].as_str(), &early["sealed"]), (Some(hash), &json!(null)));
    while ledger.seal(500) > 0 {}
    signer.turn().unwrap().unwrap();
    let proof = house.get("p072", &path).await.ok();
    let sealed = &proof["sealed"];
    assert_eq!(sealed["is_signed"], true);
    let (text, signatures) = note::opened(sealed["checkpoint"].as_str().unwrap()).unwrap();
    assert_eq!(note::signed(text, signatures, &ledger.trusted().keys), Signed::Yes);
    let head = Checkpoint::parse(text).unwrap();
    let own = leaf("task", &id, seq.parse().unwrap(), "sha256", hash);
    let path_up: Vec<_> =
        sealed["proof"].as_array().unwrap().iter().map(|h| from_hex(h.as_str().unwrap()).unwrap()).collect();
    let index = sealed["position"].as_u64().unwrap() - 1;
    assert!(tree::includes(&own, index, head.size, &path_up, &head.root));
    assert_eq!(from_hex(sealed["leaf"].as_str().unwrap()), Some(own));

    // The auditor may see every stream, whoever sees the task that one, a stranger nothing; nobody learns whether there is one.
    assert_eq!(house.get("auditor", &path).await.ok(), proof);
    let account = lines(
        &house.db.super_url(),
        "SELECT stream_id::text AS line FROM events WHERE stream_kind = 'account' LIMIT 1",
    )
    .remove(0);
    let other = format!("/audit/proof?stream=account/{account}&seq=1");
    house.get("auditor", &other).await.ok();
    house.get("p072", &other).await.refused(404, "not-found");
    house.get("sysadmin", &path).await.refused(404, "not-found");
    house.get("p072", &format!("/audit/proof?stream=task/{}&seq=1", Uuid::nil())).await.refused(404, "not-found");
    house.get("p072", &format!("/audit/proof?stream=task/{id}&seq=999")).await.refused(404, "not-found");
    house.get("p072", "/audit/proof?stream=task&seq=1").await.refused(422, "content");

    // Anybody can keep the newest signed checkpoint.
    let open = OpenPage::of(house).await;
    let said = open.get("/checkpoint").await;
    assert_eq!((said.status, said.body.as_str()), (200, sealed["checkpoint"].as_str().unwrap()));
}
