//! The drill: a house that is served and written to is backed up, put back elsewhere and found whole; what is damaged, cut short, newer or in
//! the way is refused before anything is written.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use api::backup;
use api::config::Config;
use api::tokens::digest;
use persistence::testing::{TestDatabase, lines, run};
use serde_json::{Value, json};
use support::House;
use support::served::{PATIENCE, ask, free_address, send_file, serve};
use uuid::Uuid;

/// A folder of its own, removed with the value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("bihuan-restore-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// An empty folder in it, which PostgreSQL's user can reach.
    fn empty(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Whether PostgreSQL's own way to take a database away is here; it is not among the binaries an ordinary user gets from npm.
fn can_dump() -> bool {
    let is_here = api::embedded::clients(&std::env::temp_dir()).is_ok();
    if !is_here {
        eprintln!("跳过：没有 pg_dump 和 pg_restore，备份与恢复没有演练");
    }
    is_here
}

/// The program's commands on a data folder with a private database.
fn bihuan(data_dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bihuan"))
        .args(arguments)
        .env_remove("BIHUAN_TEST_CLUSTER")
        .env("BIHUAN_DATA_DIR", data_dir)
        .env("BIHUAN_WEB_DIR", "off")
        .env("BIHUAN_LOG", "off")
        .output()
        .unwrap()
}

#[track_caller]
fn well(output: &Output) -> String {
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    said
}

fn log_in(address: SocketAddr, login: &str, password: &str) -> String {
    let body = json!({ "login": login, "password": password }).to_string();
    let (status, session) = ask(address, "POST", "/sessions", "", "", &body).expect("an answer to the log-in");
    assert_eq!(status, 200, "{session}");
    session["access_token"].as_str().unwrap().to_owned()
}

/// The cookie of a session that an answer sets.
fn cookie(response: &ureq::http::Response<ureq::Body>) -> String {
    let set = response.headers().get("set-cookie").expect("a cookie is set").to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// Renews a session by its cookie; the next cookie, or the status that refused it.
fn refresh(address: SocketAddr, cookie_text: &str) -> Result<String, u16> {
    let url = format!("http://{address}/api/v1/sessions/refresh");
    match ureq::post(url).header("cookie", cookie_text).send_empty() {
        Ok(response) => Ok(cookie(&response)),
        Err(ureq::Error::StatusCode(status)) => Err(status),
        Err(error) => panic!("{error}"),
    }
}

/// The first piece of evidence of the story: its task, its id, its bytes.
fn evidence(address: SocketAddr, token: &str) -> (Value, String, Vec<u8>) {
    let get = |path: &str| ask(address, "GET", path, token, "", "").expect("an answer").1;
    let round = get("/me")["rounds"][0]["id"].as_str().unwrap().to_owned();
    let page = get(&format!("/rounds/{round}/tasks?limit=200"));
    for task in page["items"].as_array().unwrap() {
        let view = get(&format!("/tasks/{}", task["id"].as_str().unwrap()));
        if let Some(id) = view["evidence"][0]["id"].as_str().map(str::to_owned) {
            let bytes = download(address, token, &id);
            return (view, id, bytes);
        }
    }
    panic!("the story has no evidence");
}

fn download(address: SocketAddr, token: &str, id: &str) -> Vec<u8> {
    let (_, ticket) = ask(address, "POST", &format!("/evidence/{id}/tickets"), token, "", "{}").expect("a ticket");
    let href = ticket["href"].as_str().unwrap_or_else(|| panic!("{ticket}"));
    ureq::get(format!("http://{address}{href}")).call().unwrap().body_mut().read_to_vec().unwrap()
}

/// Makes an account and hands in a scan again and again until told to stop; what was acknowledged, in order: logins, digests of files.
fn write_on(
    address: SocketAddr,
    tokens: [&str; 2],
    task: &str,
    stop: &AtomicBool,
    done: &AtomicUsize,
) -> Vec<(String, String)> {
    let mut acknowledged = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let n = acknowledged.len();
        let body = json!({ "login": format!("w{n}"), "display_name": "试用", "person_id": null }).to_string();
        let made = ask(address, "POST", "/accounts", tokens[0], &Uuid::now_v7().to_string(), &body);
        assert!(matches!(made, Some((200 | 201, _))), "{made:?}");
        let file = format!("%PDF-1.4\n% scan {n}\n%%EOF\n").into_bytes();
        let path = format!("/tasks/{task}/scans?filename=w{n}.pdf");
        let (status, scan) = send_file(address, &path, tokens[1], &file).expect("an answer to the scan");
        assert_eq!((status, scan["sha256"].as_str()), (201, Some(digest(&file).as_str())), "{scan}");
        acknowledged.push((format!("w{n}"), digest(&file)));
        done.fetch_add(1, Ordering::SeqCst);
    }
    acknowledged
}

fn blob(data_dir: &Path, sha256: &str) -> PathBuf {
    data_dir.join("blobs").join(&sha256[..2]).join(sha256)
}

fn wait(until: impl Fn() -> bool) {
    let began = Instant::now();
    while !until() {
        assert!(began.elapsed() < PATIENCE, "it does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What the doctor says of a data folder, state by code.
fn doctor(data_dir: &Path) -> BTreeMap<String, String> {
    let said = bihuan(data_dir, &["doctor", "--deep", "--json"]);
    let whole: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(
        said.status.code(),
        Some(i32::from(whole["is_bad"] == json!(true))),
        "it ends with 1 when something is bad"
    );
    let findings = whole["findings"].as_array().unwrap();
    findings.iter().map(|f| (f["code"].as_str().unwrap().into(), f["state"].as_str().unwrap().into())).collect()
}

#[test]
fn what_was_acknowledged_before_a_backup_is_there_after_its_restore() {
    if !can_dump() {
        return;
    }
    let folder = Folder::new();
    let (old, new, file) = (folder.empty("old"), folder.empty("new"), folder.join("house.bihuan"));
    let file_text = file.to_str().unwrap();
    well(&bihuan(&old, &["demo"]));
    let password = std::fs::read_to_string(old.join("demo-password")).unwrap().trim().to_owned();
    let address = free_address();
    let served = serve(&old, address, None);
    let (admin, office) = (log_in(address, "sysadmin", &password), log_in(address, "p072", &password));
    let (task, piece, bytes) = evidence(address, &office);
    let id = task["id"].as_str().unwrap();
    // A session that goes on.
    let body = json!({ "login": "p072", "password": password }).to_string();
    let url = format!("http://{address}/api/v1/sessions");
    let begun = ureq::post(url).header("content-type", "application/json").send(body).unwrap();
    let session = refresh(address, &cookie(&begun)).expect("the session goes on");

    let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (before, written, said) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| write_on(address, [&admin, &office], id, &stop, &done));
        wait(|| done.load(Ordering::SeqCst) >= 5);
        let before = done.load(Ordering::SeqCst);
        let said = well(&bihuan(&old, &["backup", file_text]));
        let after = done.load(Ordering::SeqCst);
        wait(|| done.load(Ordering::SeqCst) > after);
        stop.store(true, Ordering::SeqCst);
        (before, writer.join().unwrap(), said)
    });
    assert!(written.len() > before, "somebody wrote all the while");
    assert!(said.contains("sha256 "), "{said}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let there: Vec<_> = std::fs::read_dir(&folder.0).unwrap().flatten().map(|e| e.file_name()).collect();
    assert_eq!(there.len(), 3, "nothing is left half made: {there:?}");
    let seen: Value =
        ask(address, "GET", &format!("/tasks/{id}"), &office, "", "").map(|(_, view)| view).expect("the task");

    // No secret of the house is in it: no private key, no password of a role.
    let whole = std::fs::read(&file).unwrap();
    for name in ["token-key.pem", "postgres-passwords", "demo-password"] {
        let text = std::fs::read_to_string(old.join(name)).unwrap();
        for line in text.lines().filter(|l| l.len() > 8 && !l.starts_with("-----")) {
            assert!(!whole.windows(line.len()).any(|w| w == line.as_bytes()), "{name} is in the backup");
        }
    }
    drop(whole);

    // Over something there is nothing to be restored.
    for there in [old.to_str().unwrap(), folder.0.to_str().unwrap()] {
        let refused = bihuan(&old, &["restore", file_text, "--into", there]);
        assert!(!refused.status.success());
        assert!(String::from_utf8_lossy(&refused.stderr).contains("不是空的"), "{refused:?}");
    }
    let again = bihuan(&old, &["backup", file_text]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("不覆盖"), "{again:?}");

    let began = Instant::now();
    let said = well(&bihuan(&folder.join("elsewhere"), &["restore", file_text, "--into", new.to_str().unwrap()]));
    println!("{said}restored in {:?}", began.elapsed());
    for what in ["各表行数", "事件末尾", "事件链", "数据库结构", "附件"] {
        assert!(said.contains(&format!("相符  {what}")), "{what}: {said}");
    }
    let found = doctor(&new);
    for code in ["database", "chains", "rows", "files", "append-only", "app-role", "migrations", "checksums"] {
        assert_eq!(found[code], "good", "{code}: {found:?}");
    }
    assert_eq!(doctor(&old)["last-backup"], "good");
    drop(served);

    let address = free_address();
    let _served = serve(&new, address, None);
    // Neither the access token nor the session of before opens anything.
    assert_eq!(ask(address, "GET", "/me", &office, "", "").unwrap().0, 401);
    assert_eq!(refresh(address, &session), Err(401));
    let (admin, office) = (log_in(address, "sysadmin", &password), log_in(address, "p072", &password));
    let view = ask(address, "GET", &format!("/tasks/{id}"), &office, "", "").map(|(_, view)| view).expect("the task");
    assert_eq!((&view["title"], &view["state"], &view["version"]), (&seen["title"], &seen["state"], &seen["version"]));
    assert_eq!(digest(&download(address, &office, &piece)), digest(&bytes));
    let (_, page) = ask(address, "GET", "/accounts?limit=200", &admin, "", "").expect("the accounts");
    let logins: Vec<&str> = page["items"].as_array().unwrap().iter().filter_map(|a| a["login"].as_str()).collect();
    for (login, sha256) in &written[..before] {
        assert!(logins.contains(&login.as_str()), "{login} was acknowledged before the backup");
        assert_eq!(&digest(&std::fs::read(blob(&new, sha256)).unwrap()), sha256);
    }
    println!("{before} acknowledged before the backup, {} in all, {} in it", written.len(), logins.len());
}

/// A house in the tests' cluster with a file, and the settings of whoever backs it up.
async fn small(folder: &Folder) -> (House, Config, String) {
    let house = House::new().await;
    let task = house.task("T01").await;
    let scan =
        house.upload("p072", &format!("/tasks/{task}/scans?filename=a.pdf"), b"%PDF-1.4\n% a\n%%EOF\n").await.ok();
    house.keep_clock().await;
    let config = settings(&house.db, house.folder());
    assert!(folder.0.is_dir());
    (house, config, scan["sha256"].as_str().unwrap().to_owned())
}

fn settings(db: &TestDatabase, data_dir: &Path) -> Config {
    let given = [
        ("BIHUAN_DATABASE_URL", db.url()),
        ("BIHUAN_OWNER_URL", db.owner_url()),
        ("BIHUAN_DATA_DIR", data_dir.to_str().unwrap().to_owned()),
    ];
    Config::read(&given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()).unwrap()
}

/// A database with nothing in it.
fn emptied() -> TestDatabase {
    let db = TestDatabase::new();
    let sql = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; ALTER SCHEMA public OWNER TO pg_database_owner; \
               GRANT USAGE ON SCHEMA public TO PUBLIC";
    run(&db.super_url(), sql).unwrap();
    db
}

/// Restores into a new folder and a new database; what it says, and where.
fn restored(folder: &Folder, file: &Path) -> (Result<String, String>, TestDatabase, PathBuf) {
    let (db, data_dir) = (emptied(), folder.join(&Uuid::now_v7().to_string()));
    let said = backup::restore(&settings(&db, &data_dir), file, &db.owner_url());
    (said, db, data_dir)
}

/// Nothing was written.
#[track_caller]
fn untouched(db: &TestDatabase, data_dir: &Path) {
    let tables = lines(&db.super_url(), "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'");
    assert!(tables.is_empty() && !data_dir.exists(), "{tables:?}");
}

/// Puts the digest that would hold over changed bytes, as somebody does who knows how.
fn sealed_anew(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - 64;
    let seal = digest(&bytes[..end]);
    bytes[end..].copy_from_slice(seal.as_bytes());
    bytes
}

#[actix_web::test]
async fn a_backup_with_any_byte_changed_or_cut_short_is_refused_before_anything_is_written() {
    if !can_dump() {
        return;
    }
    let folder = Folder::new();
    let (_house, config, scan) = small(&folder).await;
    let file = folder.join("a.bihuan");
    backup::make(&config, &file).unwrap();
    let whole = std::fs::read(&file).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&whole)).unwrap();
    let mut places = BTreeMap::new();
    for i in 0..zip.len() {
        let part = zip.by_index(i).unwrap();
        let start = usize::try_from(part.data_start().expect("a part has a place")).unwrap();
        places.insert(part.name().unwrap().into_owned(), start + usize::try_from(part.size()).unwrap() / 2);
    }
    let blob = format!("blobs/{}/{scan}", &scan[..2]);
    for name in ["manifest.json", "database.dump", "keys/token-key.pub.pem", &blob] {
        assert!(places.contains_key(name), "{name} is not in {places:?}");
    }
    let damaged = folder.join("damaged.bihuan");
    let (db, data_dir) = (emptied(), folder.join("none"));
    let config = settings(&db, &data_dir);
    let refused = |bytes: &[u8]| {
        std::fs::write(&damaged, bytes).unwrap();
        let words = backup::restore(&config, &damaged, &db.owner_url()).expect_err("it is refused");
        untouched(&db, &data_dir);
        words
    };
    let mut spots: Vec<usize> = places.values().copied().collect();
    // Heads of parts, the directory and the seal, besides the parts themselves.
    spots.extend([0, 7, 27, whole.len() / 2, whole.len() - 300, whole.len() - 70, whole.len() - 1]);
    for at in spots {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        refused(&bytes);
    }
    // Who changes a part and seals the whole anew is found out by the part's own digest.
    for (name, at) in places.iter().filter(|(name, _)| name.as_str() != "manifest.json") {
        let mut bytes = whole.clone();
        bytes[*at] ^= 1;
        let words = refused(&sealed_anew(bytes));
        assert!(words.contains(name.as_str()), "{name} is not named: {words}");
    }
    for length in [0, 1, 63, 64, whole.len() / 2, whole.len() - 64, whole.len() - 1] {
        refused(&whole[..length]);
    }
    let said = backup::restore(&config, &file, &db.owner_url()).unwrap();
    assert!(!said.contains("不符"), "the same whole is restored: {said}");
    println!("{} parts, {} bytes", places.len(), whole.len());
}

#[actix_web::test]
async fn a_database_elsewhere_is_put_back_with_its_files_and_an_older_one_is_brought_up_to_date() {
    if !can_dump() {
        return;
    }
    let folder = Folder::new();
    let (house, config, scan) = small(&folder).await;
    let session = "INSERT INTO refresh_tokens (sha256, family_id, account_id, epoch, issued_at, family_started_at, source, agent) \
                   SELECT 'x', gen_random_uuid(), id, epoch, now(), now(), '', '' FROM accounts LIMIT 1";
    run(&house.db.super_url(), session).unwrap();
    // A second factor, sealed by a key that is no part of a backup.
    let factor = "INSERT INTO second_factors (account_id, alg, sealed, seal_alg, created_at, confirmed_at, last_step) \
                  SELECT id, 'totp-sha1-6-30', 'x', 'xchacha20-poly1305', now(), now(), 0 FROM accounts LIMIT 1";
    run(&house.db.super_url(), factor).unwrap();
    // A list that was made: its file is kept for a day and is no part of a backup.
    let list = "INSERT INTO exports (id, round_id, account_id, kind, query, state, n_done, n_all, filename, size, sha256, seq, created_at, beat_at) \
                SELECT gen_random_uuid(), r.id, a.id, 'ledger', '{}', 'ready', 1, 1, 'a.xlsx', 1, 'x', 1, now(), now() \
                FROM rounds r, accounts a LIMIT 1";
    run(&house.db.super_url(), list).unwrap();
    let file = folder.join("a.bihuan");
    backup::make(&config, &file).unwrap();
    let last = backup::last(house.folder()).unwrap().unwrap();
    assert_eq!((last.file.as_str(), last.size), (file.to_str().unwrap(), std::fs::metadata(&file).unwrap().len()));
    let (said, db, data_dir) = restored(&folder, &file);
    let said = said.unwrap();
    assert!(!said.contains("不符") && said.contains("已结束全部会话（1 个）"), "{said}");
    assert!(said.contains("动态口令打不开，已解除（1 个）"), "{said}");
    assert_eq!(digest(&std::fs::read(blob(&data_dir, &scan)).unwrap()), scan);
    let count =
        |db: &TestDatabase, sql: &str| lines(&db.super_url(), &format!("SELECT ({sql})::text AS line")).remove(0);
    for sql in
        ["SELECT count(*) FROM events", "SELECT max(position) FROM event_positions", "SELECT count(*) FROM tasks"]
    {
        assert_eq!(count(&db, sql), count(&house.db, sql), "{sql}");
    }
    assert_eq!(count(&db, "SELECT count(*) FROM refresh_tokens WHERE revoked_at IS NULL"), "0");
    assert_eq!(
        count(&db, "SELECT string_agg(state, ' ') FROM exports"),
        "failed",
        "no file is offered that is not there"
    );
    let epochs = "SELECT sum(epoch) FROM accounts";
    let grown = count(&db, epochs).parse::<i64>().unwrap() - count(&house.db, epochs).parse::<i64>().unwrap();
    assert_eq!(grown.to_string(), count(&db, "SELECT count(*) FROM accounts"), "every account's epoch rose by one");
    assert_eq!(persistence::testing::counters_apart(&db.super_url()), Vec::<String>::new());
    // The application's role is what it was: it reads, and changes no event.
    assert!(run(&db.url(), "UPDATE events SET role = 'x'").is_err());
    assert!(run(&db.url(), "SELECT count(*) FROM events").is_ok());

    // A house of the step before: its last migration is taken back.
    let steps = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let names = std::fs::read_dir(&steps).unwrap().flatten().filter(|e| e.path().is_dir()).map(|e| e.file_name());
    let step = names.max().unwrap().into_string().unwrap();
    let older = TestDatabase::new();
    run(&older.owner_url(), &std::fs::read_to_string(steps.join(&step).join("down.sql")).unwrap()).unwrap();
    let version = step.split('_').next().unwrap();
    run(&older.owner_url(), &format!("DELETE FROM __diesel_schema_migrations WHERE version = '{version}'")).unwrap();
    let file = folder.join("older.bihuan");
    backup::make(&settings(&older, &folder.empty("older")), &file).unwrap();
    let (said, db, _) = restored(&folder, &file);
    assert!(said.as_ref().is_ok_and(|text| text.contains("已升级 1 步")), "{said:?}");
    assert_eq!(persistence::database::pending_migrations(&db.owner_url()).unwrap(), 0);
}

#[actix_web::test]
async fn a_newer_one_a_missing_file_a_broken_chain_and_a_full_place_are_said() {
    if !can_dump() {
        return;
    }
    let folder = Folder::new();
    let (house, config, scan) = small(&folder).await;
    let file = folder.join("a.bihuan");
    backup::make(&config, &file).unwrap();

    // A database with tables, and a data folder with files.
    let full = TestDatabase::new();
    let words = backup::restore(&settings(&full, &folder.join("new")), &file, &full.owner_url()).unwrap_err();
    assert!(words.contains("数据库不是空的") && words.contains("accounts"), "{words}");
    let empty = emptied();
    let words = backup::restore(&settings(&empty, house.folder()), &file, &empty.owner_url()).unwrap_err();
    assert!(words.contains("blobs 不是空的"), "{words}");
    untouched(&empty, &folder.join("new"));

    // Somebody changed an event behind our back, before the backup: the restore says so and ends badly.
    let change = "UPDATE events SET role = role || 'x' WHERE (stream_kind, stream_id, seq) IN \
                  (SELECT stream_kind, stream_id, seq FROM events WHERE stream_kind = 'task' ORDER BY stream_id LIMIT 1)";
    run(&house.db.super_url(), change).unwrap();
    let tampered = folder.join("tampered.bihuan");
    backup::make(&config, &tampered).unwrap();
    let (said, _db, _) = restored(&folder, &tampered);
    let words = said.unwrap_err();
    assert!(words.contains("不符  事件链：链在此断开：task") && words.contains("请勿使用"), "{words}");

    // A schema this program does not know yet.
    run(&house.db.super_url(), "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')").unwrap();
    let newer = folder.join("newer.bihuan");
    backup::make(&config, &newer).unwrap();
    let (said, db, data_dir) = restored(&folder, &newer);
    let words = said.unwrap_err();
    assert!(words.contains("比本程序新") && words.contains("9999"), "{words}");
    untouched(&db, &data_dir);

    // A role that something was granted to, and that is not there.
    run(&house.db.super_url(), "DELETE FROM __diesel_schema_migrations WHERE version = '9999'").unwrap();
    let role = format!("r_{}", Uuid::now_v7().simple());
    run(&house.db.super_url(), &format!("CREATE ROLE {role}")).unwrap();
    run(&house.db.owner_url(), &format!("GRANT SELECT ON events TO {role}")).unwrap();
    let granted = folder.join("granted.bihuan");
    backup::make(&config, &granted).unwrap();
    run(&house.db.super_url(), &format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
    let (said, db, data_dir) = restored(&folder, &granted);
    let words = said.unwrap_err();
    assert!(words.contains("还没有角色") && words.contains(&role), "{words}");
    untouched(&db, &data_dir);

    // A file the database names and the disk has not, or has otherwise: named, and no backup is made.
    let path = blob(house.folder(), &scan);
    std::fs::write(&path, "something else").unwrap();
    let none = folder.join("none.bihuan");
    let words = backup::make(&config, &none).unwrap_err();
    assert!(words.contains(&scan) && words.contains("摘要不符"), "{words}");
    std::fs::remove_file(&path).unwrap();
    let words = backup::make(&config, &none).unwrap_err();
    assert!(words.contains(&scan) && words.contains("不在磁盘上"), "{words}");
    assert!(!none.exists() && !folder.join("none.bihuan.part").exists());
}

#[test]
fn without_a_database_or_its_owner_there_is_no_backup() {
    let folder = Folder::new();
    let said = bihuan(&folder.empty("nowhere"), &["restore", folder.join("a").to_str().unwrap()]);
    assert!(!said.status.success() && String::from_utf8_lossy(&said.stderr).contains("--into"), "{said:?}");
    let said = bihuan(&folder.empty("nothing"), &["backup", folder.join("a").to_str().unwrap()]);
    assert!(!said.status.success() && String::from_utf8_lossy(&said.stderr).contains("没有数据库"), "{said:?}");
    let given =
        BTreeMap::from([("BIHUAN_DATABASE_URL".to_owned(), "postgres://bihuan_app@127.0.0.1:1/none".to_owned())]);
    let words = backup::make(&Config::read(&given).unwrap(), &folder.join("a")).unwrap_err();
    assert!(words.contains("BIHUAN_OWNER_URL"), "{words}");
}
