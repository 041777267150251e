//! The signer and a receiver of webhooks: killed, away, down. One history is signed, each message arrives, under one id.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use api::{audit, signer};
use chrono::Days;
use domain::transparency::anchor;
use persistence::testing::{lines, run};
use persistence::transparency;
use persistence::transparency::verify::Trusted;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::journal::{Entry, Setting, enter_tasks, setting, settle};
use crate::support::House;
use crate::support::receiver::{Answers, Receiver};
use crate::support::served::{PATIENCE, Served, act, ask, free_address, serve, serve_with};
use crate::support::slips::ids;

/// A signer of the house in a process of its own, killed when it goes out of scope.
struct Signing(Child);

impl Drop for Signing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sign(house: &House, key: &Path, anchors: &Path, more: &[&str]) -> Signing {
    let child = Command::new(env!("CARGO_BIN_EXE_bihuan"))
        .args(["signer", "run"])
        .args(more)
        .env_remove("BIHUAN_TEST_CLUSTER")
        .env("BIHUAN_SIGNER_URL", house.db.signer_url())
        .env("BIHUAN_SIGNER_KEY", key)
        .env("BIHUAN_ANCHOR_FILE", anchors)
        .env("BIHUAN_LOG", "off")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Signing(child)
}

#[actix_web::test]
async fn a_signer_killed_at_any_moment_signs_one_history() {
    let Setting { house, folder, token, path, finding } = setting().await;
    let (key, keys, anchors) = (folder.join("signer.key"), folder.join("keys"), folder.join("anchors"));
    let origin = house.db.database().read_now(transparency::origin).unwrap();
    std::fs::write(&keys, signer::make(&origin, [9; 32], &key).unwrap() + "\n").unwrap();
    let addresses = [free_address()];
    let url = house.db.url();
    let mut served = serve(&folder, addresses[0], Some(&url));
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let kept = || std::fs::read_to_string(&anchors).map_or(0, |text| anchor::read(&text).unwrap().len());
    let kills = if std::env::var_os("BIHUAN_TEST_HEAVY").is_some() { 60 } else { 20 };
    let journal: Vec<Entry> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..3)
            .map(|who| {
                let (addresses, token, path, finding) = (&addresses, &token, &path, &finding);
                let (stop, acknowledged) = (&stop, &acknowledged);
                scope.spawn(move || enter_tasks(who, addresses, token, path, finding, stop, acknowledged))
            })
            .collect();
        for n in 0..kills {
            let before = kept();
            let signing = sign(&house, &key, &anchors, &[]);
            // Every fourth is killed before it can have signed anything, the others soon after they kept something.
            let began = Instant::now();
            while n % 4 != 0 && kept() == before && began.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis((n as u64 * 13) % 29));
            drop(signing);
            if n % 5 == 4 {
                served.child.kill().unwrap();
                served.child.wait().unwrap();
                served = serve(&folder, addresses[0], Some(&url));
            }
        }
        stop.store(true, Ordering::SeqCst);
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let began = Instant::now();
    while house.db.database().read_now(transparency::waiting).unwrap() > 0 {
        assert!(began.elapsed() < PATIENCE, "what happened is not sealed");
        std::thread::sleep(Duration::from_millis(50));
    }
    // The last checkpoint comes within a second of the last event's place.
    std::thread::sleep(Duration::from_millis(2500));
    let mut last = sign(&house, &key, &anchors, &["--once"]);
    assert!(last.0.wait().unwrap().success(), "after every kill it goes on by itself");
    drop(served);
    let trusted: Trusted = audit::trusted(Some(&keys), Some(anchors.as_path())).unwrap();
    let n_anchors = trusted.anchors.len();
    let sizes: BTreeSet<u64> = trusted.anchors.iter().map(|a| a.checkpoint.size).collect();
    assert_eq!(sizes.len(), n_anchors, "no checkpoint is kept twice");
    assert!(n_anchors > kills / 2, "{n_anchors}");
    settle(&house.db.super_url(), &house.db.database(), &journal, trusted);
    println!(
        "{kills} kills of the signer, {} of its server: {} tasks acknowledged, 0 lost; {n_anchors} checkpoints signed and kept outside, one history",
        kills / 5,
        journal.iter().filter(|e| e.is_acknowledged).count()
    );
}

/// Issues one draft after the other, each until it is said to be issued.
fn issue_all(addresses: &[SocketAddr], token: &str, drafts: &[(String, String)], done: &AtomicUsize) {
    for (n, (task, version)) in drafts.iter().enumerate() {
        let began = Instant::now();
        for attempt in 0.. {
            assert!(began.elapsed() < PATIENCE, "{task} is not issued");
            let at = addresses[(n + attempt) % addresses.len()];
            match act(at, &format!("/tasks/{task}/issue"), token, version, r#"{"reason":"按原定时限"}"#) {
                Some((200, _)) => break,
                // It was issued before, and the answer was lost.
                Some((412, _)) if attempt > 0 => break,
                Some((503, _)) | None => std::thread::sleep(Duration::from_millis(30)),
                Some(other) => panic!("{task}: {other:?}"),
            }
        }
        done.fetch_add(1, Ordering::SeqCst);
    }
}

#[actix_web::test]
async fn a_receiver_that_is_down_for_a_day_hears_everything_in_the_end_though_servers_are_killed() {
    let Setting { house, folder, token, .. } = setting().await;
    let receiver = Receiver::open();
    receiver.answer(Answers::With(503));
    let hosts = format!("http://{}", receiver.address);
    let more: [(&str, &str); 1] = [("BIHUAN_WEBHOOK_HOSTS", &hosts)];
    let addresses = [free_address(), free_address()];
    let url = house.db.url();
    let mut servers: Vec<Served> = addresses.iter().map(|a| serve_with(&folder, *a, Some(&url), &more)).collect();
    // The whole group, told of by the served program, whose clock is the real one.
    let unit = ids(&house).await["U000"].clone();
    let form = json!({ "name": "数据中心", "purpose": "抄送", "person_id": ids(&house).await["P041"] }).to_string();
    let said = |login: &str, path: &str, body: &str| -> Value {
        let key = Uuid::now_v7().to_string();
        let (status, view) = ask(addresses[0], "POST", path, &house.real_token(login), &key, body).unwrap();
        assert!(status < 300, "{status} {view}");
        view
    };
    let service = said("sysadmin", "/services", &form);
    let last_day = api::app::Clock::default().now().date_naive() + Days::new(30);
    let target =
        json!({ "url": receiver.url(), "streams": ["task"], "units": [unit], "expires_on": last_day }).to_string();
    said("secadmin", &format!("/services/{}/webhooks", service["id"].as_str().unwrap()), &target);
    let drafts = lines(
        &house.db.super_url(),
        "SELECT id || ' ' || version AS line FROM tasks WHERE state = 'draft' ORDER BY number",
    );
    let drafts: Vec<(String, String)> = drafts
        .iter()
        .filter_map(|line| line.split_once(' ').map(|(id, version)| (id.to_owned(), version.to_owned())))
        .take(40)
        .collect();
    let tasks: Vec<&str> = drafts.iter().map(|(id, _)| id.as_str()).collect();
    assert!(tasks.len() > 20, "{}", tasks.len());
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let issuing = scope.spawn(|| issue_all(&addresses, &token, &drafts, &done));
        for n in 0..12 {
            let before = done.load(Ordering::SeqCst);
            let began = Instant::now();
            while done.load(Ordering::SeqCst) < before + 2 && !issuing.is_finished() && began.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(2));
            }
            std::thread::sleep(Duration::from_millis((n * 17) % 41));
            let victim = (n % 2) as usize;
            servers[victim].child.kill().unwrap();
            servers[victim].child.wait().unwrap();
            servers[victim] = serve_with(&folder, addresses[victim], Some(&url), &more);
        }
        issuing.join().unwrap();
    });
    let refused = receiver.heard().len();
    // A day goes by; then it answers again.
    receiver.answer(Answers::With(204));
    let own = house.db.super_url();
    let named = tasks.join("','");
    let wanted =
        lines(&own, &format!("SELECT id::text AS line FROM tasks WHERE state = 'issued' AND id IN ('{named}')"));
    assert_eq!(wanted.len(), tasks.len());
    let before = receiver.heard().len();
    let heard = || -> BTreeMap<String, BTreeSet<String>> {
        let mut of_task: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for message in receiver.heard().iter().skip(before).filter(|m| m.said()["type"] == "task.issued") {
            let stream = message.said()["data"]["stream_id"].as_str().unwrap().to_owned();
            of_task.entry(stream).or_default().insert(message.id().to_owned());
        }
        of_task
    };
    let began = Instant::now();
    while heard().len() < tasks.len() {
        assert!(began.elapsed() < PATIENCE, "{} of {} arrived", heard().len(), tasks.len());
        run(&own, "UPDATE webhook_deliveries SET next_at = next_at - interval '1 day' WHERE done_at IS NULL; UPDATE webhooks SET rests_until = NULL").unwrap();
        std::thread::sleep(Duration::from_millis(300));
    }
    drop(servers);
    let doubled: Vec<_> = heard().into_iter().filter(|(_, ids)| ids.len() != 1).collect();
    assert!(doubled.is_empty(), "one message under two ids: {doubled:?}");
    settle(&own, &house.db.database(), &[], Trusted::default());
    println!(
        "12 kills while a receiver was down ({refused} messages refused): {} messages, each arrived under one id",
        tasks.len()
    );
}
