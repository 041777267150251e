//! What there is too little of: room on a disk, connections to the database.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use api::tokens::digest;
use persistence::testing::{lines, run};
use persistence::transparency::verify::Trusted;
use serde_json::json;

use crate::journal::{Entry, Setting, enter_tasks, setting, settle};
use crate::support::served::{PATIENCE, ask, free_address, send_file, serve, serve_with};
use crate::support::slips::at_work;

/// A file system of few kilobytes, taken away with the value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// On a folder that is there; none, said by name, where this machine lets nobody mount one.
    fn on(folder: &Path, kilobytes: u64) -> Option<Self> {
        let options = format!("size={kilobytes}k,mode=755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder.to_path_buf()));
        }
        eprintln!("跳过：不能挂载小文件系统，磁盘写满没有演练");
        None
    }

    fn grow(&self, kilobytes: u64) {
        let options = format!("remount,size={kilobytes}k");
        assert!(Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// A file like no other, of 200 kB.
fn file(who: usize, n: usize) -> Vec<u8> {
    let mut bytes = format!("%PDF-1.7\n% {who} {n}\n").into_bytes();
    bytes.resize(200_000, b'x');
    bytes.extend(b"\n%%EOF\n");
    bytes
}

/// Hands in files until so many were taken or so many refused for want of room: digests of those that were taken, and how many were not.
fn hand_in(
    who: usize,
    first: usize,
    address: SocketAddr,
    path: &str,
    token: &str,
    most: (usize, usize),
) -> (BTreeMap<String, Vec<u8>>, usize) {
    let (mut taken, mut refused) = (BTreeMap::new(), 0);
    for n in first.. {
        if taken.len() == most.0 || refused == most.1 {
            break;
        }
        let bytes = file(who, n);
        match send_file(address, path, token, &bytes) {
            Some((200 | 201, _)) => drop(taken.insert(digest(&bytes), bytes)),
            Some((503, problem)) => {
                assert_eq!(problem["code"], "storage-full", "{problem}");
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    (taken, refused)
}

#[actix_web::test]
async fn a_full_disk_refuses_files_in_words_and_keeps_every_one_it_took() {
    let Setting { house, folder, .. } = setting().await;
    let task = at_work(&house, "S01").await;
    let view = house.get("p041", &format!("/tasks/{task}")).await.ok();
    let criterion = view["criteria"][0]["id"].as_str().unwrap();
    let path = format!("/tasks/{task}/evidence?filename=%E8%AE%B0%E5%BD%95.pdf&purpose=criterion&criteria={criterion}");
    let blobs = folder.join("blobs");
    std::fs::create_dir_all(&blobs).unwrap();
    let Some(disk) = SmallDisk::on(&blobs, 4 << 10) else { return };
    let (address, url) = (free_address(), house.db.url());
    let mut served = serve(&folder, address, Some(&url));
    let token = house.real_token("p041");
    let together = |first: usize, most: (usize, usize), address: SocketAddr| {
        std::thread::scope(|scope| {
            let (path, token) = (&path, &token);
            let clients: Vec<_> =
                (0..3).map(|who| scope.spawn(move || hand_in(who, first, address, path, token, most))).collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect::<Vec<_>>()
        })
    };
    let full = together(0, (usize::MAX, 4), address);
    let left = std::fs::read_dir(blobs.join("incoming")).unwrap().count();
    assert_eq!(left, 0, "what found no room leaves nothing behind");
    // Killed while there is no room, it comes back and still serves what it took.
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    let address = free_address();
    let _served = serve(&folder, address, Some(&url));
    let still = together(1000, (usize::MAX, 1), address);
    disk.grow(64 << 10);
    let after = together(2000, (3, 1), address);
    assert!(after.iter().all(|(taken, refused)| taken.len() == 3 && *refused == 0), "there is room again");
    let refused: usize = full.iter().chain(&still).map(|(_, refused)| refused).sum();
    let taken: BTreeMap<String, Vec<u8>> = [full, still, after].into_iter().flatten().flat_map(|(t, _)| t).collect();
    for (sha256, bytes) in &taken {
        assert!(std::fs::read(blobs.join(&sha256[..2]).join(sha256)).unwrap() == *bytes, "{sha256}");
    }
    let known = lines(&house.db.super_url(), "SELECT sha256 AS line FROM blobs WHERE size > 200000");
    assert_eq!(known.len(), taken.len(), "every file that has a row was acknowledged");
    assert!(known.iter().all(|sha256| taken.contains_key(sha256)));
    settle(&house.db.super_url(), &house.db.database(), &[], Trusted::default());
    println!("a full disk: {} files taken, each of them whole, {refused} refused as storage-full", taken.len());
}

/// The address of another database of the same cluster.
fn beside(url: &str, database: &str) -> String {
    format!("{}/{database}", url.rsplit_once('/').unwrap().0)
}

#[actix_web::test]
async fn a_database_without_room_loses_nothing_and_goes_on_once_there_is_some() {
    let Setting { house, folder, token, path, finding } = setting().await;
    let (own, main) = (house.db.super_url(), beside(&house.db.super_url(), "postgres"));
    let place = PathBuf::from(format!("/tmp/bihuan-small-{}", house.db.name()));
    std::fs::create_dir_all(&place).unwrap();
    let size: u64 =
        lines(&own, "SELECT (pg_database_size(current_database()) / 1024)::text AS line")[0].parse().unwrap();
    let Some(disk) = SmallDisk::on(&place, size + 2048) else { return };
    let data = lines(&main, "SELECT current_setting('data_directory') AS line").remove(0);
    let owner = std::fs::metadata(data).unwrap();
    let inside = place.join("space");
    std::fs::create_dir(&inside).unwrap();
    chown(&inside, Some(owner.uid()), Some(owner.gid())).unwrap();
    let space = format!("small_{}", house.db.name());
    run(&main, &format!("CREATE TABLESPACE {space} LOCATION '{}'", inside.display())).unwrap();
    let gone =
        format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{}'", house.db.name());
    run(&main, &gone).unwrap();
    run(&main, &format!("ALTER DATABASE {} SET TABLESPACE {space}", house.db.name())).unwrap();

    let addresses = [free_address(), free_address()];
    let url = house.db.url();
    let servers = addresses.map(|address| serve(&folder, address, Some(&url)));
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let journal: Vec<Entry> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|who| {
                let (addresses, token, path, finding) = (&addresses, &token, &path, &finding);
                let (stop, acknowledged) = (&stop, &acknowledged);
                scope.spawn(move || enter_tasks(who, addresses, token, path, finding, stop, acknowledged))
            })
            .collect();
        // Full is: nothing was acknowledged for two seconds, though four ask for it all the time.
        let began = Instant::now();
        let (mut last, mut since) = (0, Instant::now());
        while since.elapsed() < Duration::from_secs(2) {
            assert!(began.elapsed() < PATIENCE, "the database does not fill up");
            let now = acknowledged.load(Ordering::SeqCst);
            if now != last {
                (last, since) = (now, Instant::now());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let (status, problem) = ask(
            addresses[0],
            "POST",
            path.as_str(),
            &token,
            "0197f0a0-0000-7000-8000-000000000001",
            &json!({ "finding_id": finding, "draft": { "number": "K9-0", "title": "x".repeat(100), "measures": [{ "text": "清".repeat(1900) }] } })
                .to_string(),
        )
        .expect("an answer where there is no room");
        assert_eq!((status, problem["code"].as_str()), (503, Some("storage-full")), "{problem}");
        disk.grow(size + (64 << 10));
        let full = acknowledged.load(Ordering::SeqCst);
        let again = Instant::now();
        while acknowledged.load(Ordering::SeqCst) < full + 40 {
            assert!(again.elapsed() < PATIENCE, "it does not go on");
            std::thread::sleep(Duration::from_millis(20));
        }
        stop.store(true, Ordering::SeqCst);
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    drop(servers);
    settle(&own, &house.db.database(), &journal, Trusted::default());
    println!(
        "a database without room: {} tasks acknowledged, {} sent more than once, 0 lost, 0 double",
        journal.iter().filter(|e| e.is_acknowledged).count(),
        journal.iter().filter(|e| e.sent > 1).count()
    );
    drop(house);
    let _ = run(&main, &format!("DROP TABLESPACE {space}"));
    drop(disk);
    let _ = std::fs::remove_dir(&place);
}

/// The status of an address outside the API, and how long it took.
fn plain(address: SocketAddr, path: &str) -> (String, Duration) {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer.split(' ').nth(1).unwrap().to_owned(), began.elapsed())
}

#[actix_web::test]
async fn where_all_connections_are_taken_it_says_so_soon_and_lives_on() {
    let Setting { house, folder, token, path, finding } = setting().await;
    let address = free_address();
    let url = house.db.url();
    let served = serve_with(&folder, address, Some(&url), &[("BIHUAN_POOL_SIZE", "2")]);
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let addresses = [address];
    let mut slowest = Duration::ZERO;
    let mut refused = 0;
    let journal: Vec<Entry> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..8)
            .map(|who| {
                let (addresses, token, path, finding) = (&addresses, &token, &path, &finding);
                let (stop, acknowledged) = (&stop, &acknowledged);
                scope.spawn(move || enter_tasks(who, addresses, token, path, finding, stop, acknowledged))
            })
            .collect();
        for round in 0..5 {
            let own = house.db.super_url();
            // Longer than a request waits for a connection; the last time longer than the database waits for a lock.
            let held = if round == 4 { 7 } else { 4 };
            let holder = scope.spawn(move || {
                run(&own, &format!("BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep({held}); COMMIT"))
            });
            let began = Instant::now();
            while !holder.is_finished() {
                let (status, took) = plain(address, "/healthz");
                assert_eq!(status, "200", "it lives");
                slowest = slowest.max(took);
                let body = json!({ "finding_id": finding, "draft": { "number": "K9-9", "title": "x" } }).to_string();
                if began.elapsed() > Duration::from_millis(300)
                    && let Some((503, problem)) =
                        ask(address, "POST", &path, &token, "0197f0a0-0000-7000-8000-00000000000f", &body)
                {
                    assert_eq!(problem["code"], "unavailable", "{problem}");
                    refused += 1;
                }
            }
            holder.join().unwrap().unwrap();
            let before = acknowledged.load(Ordering::SeqCst);
            let again = Instant::now();
            while acknowledged.load(Ordering::SeqCst) < before + 10 {
                assert!(again.elapsed() < PATIENCE, "it does not go on");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        stop.store(true, Ordering::SeqCst);
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    drop(served);
    let again = journal.iter().filter(|e| e.sent > 1).count();
    assert!(refused >= 3 && again >= 5, "{refused} and {again} refusals in five times without a connection");
    // A request waits three seconds for a connection.
    assert!(slowest < Duration::from_millis(2500), "health took {slowest:?}");
    let probe = Entry { number: "K9-9".to_owned(), sent: 1, is_acknowledged: false };
    let all: Vec<Entry> = journal.iter().cloned().chain([probe]).collect();
    settle(&house.db.super_url(), &house.db.database(), &all, Trusted::default());
    println!(
        "five times without a connection: {refused} answers of 503 while health answered within {slowest:?}; {} tasks acknowledged, 0 lost, 0 double",
        journal.iter().filter(|e| e.is_acknowledged).count()
    );
}
