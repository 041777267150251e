//! What clients sent and were told, held against what is there afterwards.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use persistence::testing::lines;
use persistence::transparency::verify::{self, Trusted};
use persistence::{events, tasks};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::House;
use crate::support::served::ask;

/// What a client sent and what it was told.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) number: String,
    pub(crate) sent: usize,
    pub(crate) is_acknowledged: bool,
}

/// Enters tasks one after another, each under a key, again and again until it is acknowledged; the journal of it.
pub(crate) fn enter_tasks(
    who: usize,
    addresses: &[SocketAddr],
    token: &str,
    path: &str,
    finding: &Value,
    stop: &AtomicBool,
    acknowledged: &AtomicUsize,
) -> Vec<Entry> {
    let mut journal = Vec::new();
    for n in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let mut entry = Entry { number: format!("K{who}-{n}"), sent: 0, is_acknowledged: false };
        let key = Uuid::now_v7().to_string();
        let draft = json!({ "number": entry.number, "title": "合同归档不及时", "measures": [{ "text": "清理存量" }] });
        let body = json!({ "finding_id": finding, "draft": draft }).to_string();
        while !(entry.is_acknowledged || stop.load(Ordering::SeqCst) && entry.sent > 0) {
            entry.sent += 1;
            let address = addresses[(who + entry.sent) % addresses.len()];
            match ask(address, "POST", path, token, &key, &body) {
                Some((200 | 201, view)) => {
                    assert!(view["id"].is_string(), "{view}");
                    entry.is_acknowledged = true;
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
                Some((503, _)) | None => std::thread::sleep(Duration::from_millis(50)),
                Some(other) => panic!("{}: {other:?}", entry.number),
            }
        }
        journal.push(entry);
    }
    journal
}

/// Holds the journal against what is there, and everything there against its events.
pub(crate) fn settle(url: &str, db: &persistence::Database, journal: &[Entry], trusted: Trusted) {
    let there: BTreeMap<String, usize> = lines(url, "SELECT number AS line FROM tasks WHERE number LIKE 'K%'")
        .into_iter()
        .fold(BTreeMap::new(), |mut all, number| {
            *all.entry(number).or_default() += 1;
            all
        });
    let lost: Vec<_> = journal.iter().filter(|e| e.is_acknowledged && !there.contains_key(&e.number)).collect();
    let double: Vec<_> = there.iter().filter(|(_, n)| **n > 1).collect();
    let sent = journal.iter().map(|e| e.number.clone()).collect::<std::collections::BTreeSet<_>>();
    let unknown: Vec<_> = there.keys().filter(|number| !sent.contains(*number)).collect();
    assert!(lost.is_empty() && double.is_empty() && unknown.is_empty(), "{lost:?} {double:?} {unknown:?}");
    let streams = lines(url, "SELECT DISTINCT stream_kind || ' ' || stream_id AS line FROM events");
    db.read_now(|conn| {
        for id in tasks::ids(conn)? {
            assert_eq!(tasks::replay(conn, id)?.as_ref(), Some(&tasks::snapshot(conn, id)?));
        }
        for stream in &streams {
            let (kind, id) = stream.split_once(' ').unwrap();
            assert_eq!(events::first_broken(conn, kind, id.parse().unwrap())?, None, "{stream}");
        }
        // What `bihuan audit verify` says: chains, order, tree, checkpoints, and every row against its events.
        let found = verify::whole(conn, trusted, None, api::app::Clock::default().now())?;
        assert!(found.faults.is_empty(), "{:?}", found.faults);
        assert!(found.size > 0 && found.checkpoints > 0, "{found:?}");
        Ok(())
    })
    .unwrap();
}

pub(crate) struct Setting {
    pub(crate) house: House,
    pub(crate) folder: PathBuf,
    pub(crate) token: String,
    pub(crate) path: String,
    pub(crate) finding: Value,
}

/// The sample group in the tests' cluster with some tasks under way since last spring, and a token of the office that holds today.
pub(crate) async fn setting() -> Setting {
    let house = House::new().await;
    let round = house.round().await;
    for n in 1..=12 {
        let task = house.task(&format!("T{n:02}")).await;
        let view = house.act("p072", &task, "issue", json!({})).await.ok();
        if n % 2 == 0 {
            let clerk = House::login(view["persons"][0]["name"].as_str().unwrap());
            house.act(&clerk, &task, "claim", json!({})).await.ok();
        }
    }
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let finding = aspects[0]["findings"][0]["id"].clone();
    let folder = house.folder().to_path_buf();
    let token = house.real_token("p072");
    Setting { house, folder, token, path: format!("/rounds/{round}/tasks"), finding }
}
