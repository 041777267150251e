//! The tamper drill (docs/domain.md §33): whoever changes the ledger behind the product's back is found, and where is said, by both verifiers.
//!
//! Each change is made by the superuser past every constraint, looked at, and taken back. `BIHUAN_TEST_HEAVY=1 cargo test --profile quick -p api
//! --test tamper -- --nocapture` makes two thousand of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

#[path = "../support/mod.rs"]
mod support;

mod changes;
mod covered;
mod ledger;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use api::audit;
use api::signer::{Signer, Stop};
use changes::{
    Chance, World, checkpoint, column, position, restored, rewriting, row, tree_node, update_events, update_tree,
    whole_event,
};
use domain::transparency::audit::{Auditor, Findings};
use domain::transparency::note::{self, Checkpoint, Signed};
use domain::transparency::tree::{self, Frontier};
use domain::transparency::{StreamKind, from_hex, leaf};
use ledger::Ledger;
use persistence::testing::{lines, run, undone};
use persistence::transparency::verify::{self, Trusted};
use persistence::transparency::{self, Pace, records};
use persistence::{Database, PgConnection, events};
use serde_json::json;
use support::publications::OpenPage;
use uuid::Uuid;

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
    let bundle = folder.join("whole.bundle");
    let bihuan = |words: &[&str]| ledger.bihuan(words);
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
async fn whoever_tampers_with_the_tree_stops_the_tree_and_nothing_else() {
    let ledger = Ledger::lived_in().await;
    let url = ledger.house.db.super_url();
    let before = World::of(&ledger).size;
    // The next node the sealer will make is there already.
    run(&url, &format!("INSERT INTO tree_nodes VALUES (0, {}, 'sha256', repeat('ab', 32))", before + 1)).unwrap();
    ledger.house.pass_days(1);
    ledger.house.keep_clock().await;
    let left = lines(&url, "SELECT count(*)::text AS line FROM pending_events");
    assert_eq!(left, ["0"], "events still get their place");
    assert!(ledger.verified().faults.iter().any(|f| f.table == "tree_nodes"));
}

#[actix_web::test]
async fn the_auditor_looks_through_the_ledger_and_sees_how_far_it_is_sealed_signed_and_verified() {
    let ledger = Ledger::lived_in().await;
    let house = &ledger.house;
    let world = World::of(&ledger);
    let kinds = lines(&house.db.super_url(), "SELECT DISTINCT stream_kind AS line FROM events");
    assert!(kinds.len() > 4 && kinds.iter().all(|kind| StreamKind::parse(kind).is_some()), "{kinds:?}");
    let file = house.get("auditor", &format!("/audit/events/file?stream_id={}", world.sealed()[0].id)).await;
    assert_eq!(file.headers.get("content-type").unwrap(), "text/csv; charset=utf-8");
    let rows = String::from_utf8(file.bytes.to_vec()).unwrap().lines().count() - 1;
    assert_eq!(rows, world.sealed().iter().filter(|e| e.id == world.sealed()[0].id).count());
    for path in ["/audit/events", "/audit/events/file", "/audit/ledger"] {
        house.get("p072", path).await.refused(403, "not-allowed");
        house.get("sysadmin", path).await.refused(403, "not-allowed");
    }
    let seen = async |query: String| {
        let page = house.get("auditor", &format!("/audit/events?limit=200{query}")).await.ok();
        page.as_array().unwrap().clone()
    };
    let sealed = world.sealed();
    let tasks = seen("&stream_kind=task".to_owned()).await;
    assert_eq!(tasks.len(), sealed.iter().filter(|e| e.kind == "task").count().min(200));
    assert!(tasks.iter().all(|e| e["stream_kind"] == "task" && e["stream_label"] == "整改任务"));
    let one = seen(format!("&stream_id={}", sealed[0].id)).await;
    assert_eq!(one.len(), sealed.iter().filter(|e| e.id == sealed[0].id).count());
    let today = house.today();
    assert!(!seen(format!("&from={today}&to={today}")).await.is_empty());
    assert!(seen(format!("&from={}", today.succ_opt().unwrap())).await.is_empty());
    assert!(seen(format!("&to={}", today.pred_opt().unwrap())).await.is_empty());

    let state = house.get("auditor", "/audit/ledger").await.ok();
    let newest = *world.signed.last().unwrap();
    assert_eq!(
        (state["newest_signed"]["size"].as_u64(), state["newest"]["size"].as_u64()),
        (Some(newest), Some(newest))
    );
    assert_eq!(state["waiting"].as_u64(), Some(world.events.len() as u64 - world.size));
    assert_eq!(state["verification"], json!(null));
    let (said, code) = ledger.bihuan(&["audit", "verify"]);
    assert_eq!(code, 0, "{said}");
    let verified = house.get("auditor", "/audit/ledger").await.ok()["verification"].clone();
    assert_eq!(
        (verified["size"].as_u64(), verified["faults"].as_i64(), &verified["is_partial"]),
        (Some(newest), Some(0), &json!(false))
    );
    run(&house.db.super_url(), &format!("UPDATE events SET address = 'x' WHERE {}", sealed[5].key())).unwrap();
    assert_eq!(ledger.bihuan(&["audit", "verify"]).1, 1);
    let verified = house.get("auditor", "/audit/ledger").await.ok()["verification"].clone();
    assert!(verified["first_fault"].as_str().unwrap().contains("总序 6）"), "{verified}");
}

#[actix_web::test]
async fn an_accepted_write_has_a_receipt_and_its_event_is_proved_to_whoever_may_see_it() {
    let ledger = Ledger::new().await;
    let house = &ledger.house;
    let mut signer = ledger.signer();
    while ledger.seal(500) > 0 {}
    signer.turn().unwrap();
    let round = house.round().await;
    let page = house.get("p072", &format!("/rounds/{round}/tasks")).await.ok();
    let id = page["items"][0]["id"].as_str().unwrap().to_owned();
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
