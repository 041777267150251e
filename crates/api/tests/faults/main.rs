//! What goes wrong around the product, under load: servers, the signer and the database are killed, disks fill up, all connections are taken, a
//! receiver is down. What was acknowledged is there once, what was not is there at most once, and the whole ledger verifies; the clock says each
//! thing once, whichever of two servers says it. `./test --heavy` kills a hundred times.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

#[path = "../support/mod.rs"]
mod support;

mod journal;
mod short;
mod signing;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use journal::{Entry, Setting, enter_tasks, setting, settle};
use persistence::testing::lines;
use persistence::transparency::verify::Trusted;
use serde_json::json;
use support::served::{PATIENCE, Served, ask, free_address, serve};
use uuid::Uuid;

fn kills() -> usize {
    if std::env::var_os("BIHUAN_TEST_HEAVY").is_some() { 100 } else { 60 }
}

#[actix_web::test]
async fn servers_killed_under_load_lose_nothing_and_say_nothing_twice() {
    let Setting { house, folder, token, path, finding } = setting().await;
    let addresses = [free_address(), free_address()];
    let url = house.db.url();
    let mut servers: Vec<Served> = addresses.iter().map(|a| serve(&folder, *a, Some(&url))).collect();
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let began = Instant::now();
    let mut slowest = Duration::ZERO;
    let journal: Vec<Entry> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|who| {
                let (addresses, token, path, finding) = (&addresses, &token, &path, &finding);
                let (stop, acknowledged) = (&stop, &acknowledged);
                scope.spawn(move || enter_tasks(who, addresses, token, path, finding, stop, acknowledged))
            })
            .collect();
        for n in 0..kills() {
            let before = acknowledged.load(Ordering::SeqCst);
            let waited = Instant::now();
            // The moment of the kill wanders over the requests: some more acknowledgements, then some more milliseconds.
            while acknowledged.load(Ordering::SeqCst) < before + 3 + n % 5 && waited.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis((n as u64 * 37) % 61));
            let victim = n % 2;
            servers[victim].child.kill().unwrap();
            servers[victim].child.wait().unwrap();
            let back = Instant::now();
            servers[victim] = serve(&folder, addresses[victim], Some(&url));
            slowest = slowest.max(back.elapsed());
        }
        stop.store(true, Ordering::SeqCst);
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    // Half a year is over for the tasks under way: the clock has everything to say, by two servers that were being killed.
    let db = house.db.database();
    let now = api::app::Clock::default().now();
    let quiet = Instant::now();
    while db.read_now(|conn| persistence::due_acts::backlog(conn, now)).unwrap() > 0 {
        assert!(quiet.elapsed() < PATIENCE, "the clock does not catch up");
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(servers);
    settle(&house.db.super_url(), &db, &journal, Trusted::default());
    let twice = lines(
        &house.db.super_url(),
        "SELECT kind || ' ' || payload AS line FROM events WHERE kind IN ('task.milestone_passed', 'task.due_date_passed', \
            'task.statement_missed', 'task.observation_ended') GROUP BY stream_id, kind, payload HAVING count(*) > 1",
    );
    assert!(twice.is_empty(), "the clock said it twice: {twice:?}");
    let said = lines(
        &house.db.super_url(),
        "SELECT count(*)::text AS line FROM events WHERE account_id IS NULL AND stream_kind = 'task'",
    );
    assert!(said[0].parse::<usize>().unwrap() > 12, "the clock had something to say: {said:?}");
    let retried = journal.iter().filter(|e| e.sent > 1).count();
    println!(
        "{} kills of two servers in {:?}: {} tasks acknowledged, {retried} sent more than once, 0 lost, 0 double; the clock said {} things, none twice; \
         slowest return {slowest:?}",
        kills(),
        began.elapsed(),
        journal.iter().filter(|e| e.is_acknowledged).count(),
        said[0]
    );
}

/// The process id of the private PostgreSQL of a data folder.
fn postmaster(folder: &Path) -> Option<i32> {
    let far = format!(
        "/var/lib/bihuan-{}",
        &api::tokens::digest(folder.canonicalize().ok()?.as_os_str().as_encoded_bytes())[..12]
    );
    for home in [folder.join("postgres"), PathBuf::from(far)] {
        for version in std::fs::read_dir(home).into_iter().flatten().flatten() {
            if let Ok(text) = std::fs::read_to_string(version.path().join("postmaster.pid")) {
                return text.lines().next()?.parse().ok();
            }
        }
    }
    None
}

/// Logs in over HTTP, as a person would.
fn log_in(address: SocketAddr, login: &str, password: &str) -> String {
    let body = json!({ "login": login, "password": password }).to_string();
    let (status, session) = ask(address, "POST", "/sessions", "", "", &body).expect("an answer to the log-in");
    assert_eq!(status, 200, "{session}");
    session["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn a_private_database_killed_under_load_comes_back_with_all_that_was_acknowledged() {
    let folder = std::env::temp_dir().join(format!("bihuan-faults-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    let passwords = folder.join("passwords");
    let password = "松涛-听雨-2931";
    std::fs::write(&passwords, ["sysadmin", "secadmin", "auditor"].map(|l| format!("{l}:{password}\n")).concat())
        .unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_bihuan"))
        .args(["init", "--passwords-file"])
        .arg(&passwords)
        .env_remove("BIHUAN_TEST_CLUSTER")
        .env("BIHUAN_DATA_DIR", &folder)
        .env("BIHUAN_LOG", "off")
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let address = free_address();
    let mut served = serve(&folder, address, None);
    let token = log_in(address, "sysadmin", password);
    let mut acknowledged: Vec<String> = Vec::new();
    let mut away = 0;
    for n in 0..kills().min(10) {
        for i in 0..3 {
            acknowledged.extend(make_account(address, &token, &format!("k{n}-{i}"), &mut away));
        }
        let pid = postmaster(&folder).expect("the private database runs");
        assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
        acknowledged.extend(make_account(address, &token, &format!("k{n}-after"), &mut away));
    }
    let (_, page) = ask(address, "GET", "/accounts?limit=200", &token, "", "").expect("it is back");
    let there: Vec<&str> = page["items"].as_array().unwrap().iter().map(|a| a["login"].as_str().unwrap()).collect();
    for login in &acknowledged {
        assert_eq!(there.iter().filter(|l| *l == login).count(), 1, "{login}");
    }
    let out = Command::new("kill").args(["-INT", &served.child.id().to_string()]).status().unwrap();
    assert!(out.success() && served.child.wait().unwrap().success(), "it stops in order");
    assert!(postmaster(&folder).is_none(), "and its database with it");
    println!(
        "{} kills of the database: {} accounts acknowledged, none lost, {away} answers of 503 or none",
        kills().min(10),
        acknowledged.len()
    );
    let _ = std::fs::remove_dir_all(&folder);
}

/// Makes an account, asking until the database is back; its login.
fn make_account(address: SocketAddr, token: &str, login: &str, away: &mut usize) -> Option<String> {
    let key = Uuid::now_v7().to_string();
    let body = json!({ "login": login, "display_name": "试用", "person_id": null }).to_string();
    let began = Instant::now();
    loop {
        match ask(address, "POST", "/accounts", token, &key, &body) {
            Some((200 | 201, _)) => return Some(login.to_owned()),
            Some((503, _)) | None => {
                *away += 1;
                assert!(began.elapsed() < PATIENCE, "the database does not come back");
                std::thread::sleep(Duration::from_millis(100));
            }
            Some(other) => panic!("{login}: {other:?}"),
        }
    }
}
