//! What the database promises, on a real one with the sample group in it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeSet;
use std::sync::Barrier;

use domain::actor::Actor;
use domain::ids::RoundId;
use domain::rights;
use domain::task::context::subject;
use persistence::events::{self, Origin};
use persistence::tasks;
use persistence::testing::{TestDatabase, down_and_up, lines, lines_for, run};
use persistence::{Error, accounts, actors, database, due_acts, idempotency, ledger};
use serde_json::json;
use support::House;
use uuid::Uuid;

/// The house with some tasks issued, claimed and planned, so that there is something to prove.
async fn lived_in() -> (House, Vec<String>) {
    let house = House::new().await;
    let round = house.round().await;
    let page = house.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
    let all: Vec<String> =
        page["items"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()).collect();
    for id in all.iter().take(40) {
        house.act("p072", id, "issue", json!({})).await.ok();
    }
    for id in all.iter().take(20) {
        let head = clerk_of(&house, id).await;
        house.act(&head, id, "claim", json!({})).await.ok();
    }
    (house, all)
}

/// The principal person of a task, who can claim it.
async fn clerk_of(house: &House, task: &str) -> String {
    let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
    House::login(view["persons"][0]["name"].as_str().unwrap())
}

fn origin(actor: Actor, house: &House) -> Origin {
    Origin { actor, address: "127.0.0.1".to_owned(), request_id: "test".to_owned(), now: house.app.clock.now() }
}

fn actor(house: &House, login: &str) -> Actor {
    let today = house.today();
    let loaded = house
        .db
        .database()
        .read_now(|conn| {
            let credential = accounts::credential(conn, login)?.expect("the account is there");
            actors::of_account(conn, credential.id, today)
        })
        .unwrap();
    Actor::Person(Box::new(loaded.actor))
}

#[actix_web::test]
async fn every_row_is_what_its_events_make_and_every_chain_holds() {
    let (house, all) = lived_in().await;
    house.pass_days(30);
    house.keep_clock().await;
    let db = house.db.database();
    db.read_now(|conn| {
        for id in tasks::ids(conn)? {
            assert_eq!(tasks::replay(conn, id)?.as_ref(), Some(&tasks::snapshot(conn, id)?));
        }
        Ok(())
    })
    .unwrap();
    let streams =
        lines(&house.db.super_url(), "SELECT DISTINCT stream_kind || ' ' || stream_id AS line FROM events ORDER BY 1");
    assert!(streams.len() > all.len(), "tasks, and the people and units");
    db.read_now(|conn| {
        for stream in &streams {
            let (kind, id) = stream.split_once(' ').unwrap();
            assert_eq!(events::first_broken(conn, kind, id.parse().unwrap())?, None, "{stream}");
        }
        Ok(())
    })
    .unwrap();
    // What the lists show beside the snapshot is the snapshot's too.
    let apart = lines(
        &house.db.super_url(),
        "SELECT number AS line FROM tasks WHERE state <> snapshot->>'state' OR version <> (snapshot->>'version')::bigint \
            OR due_on IS DISTINCT FROM (snapshot#>>'{draft,due_on}')::date OR alert_level <> snapshot->>'light'",
    );
    assert!(apart.is_empty(), "{apart:?}");
}

#[actix_web::test]
async fn whoever_changes_an_event_behind_our_back_is_found_out() {
    let (house, all) = lived_in().await;
    let id: Uuid = all[0].parse().unwrap();
    let db = house.db.database();
    let broken = || db.read_now(|conn| events::first_broken(conn, "task", id)).unwrap();
    let change = |set: &str| {
        let sql = format!("UPDATE events SET {set} WHERE stream_id = '{id}' AND seq = 2");
        run(&house.db.super_url(), &sql).unwrap();
    };
    for set in [
        "payload = replace(payload, '2026', '2027')",
        "address = '10.9.9.9'",
        "at = at + interval '1 day'",
        "kind = 'task.revised'",
    ] {
        let before = lines(
            &house.db.super_url(),
            &format!(
                "SELECT format('payload = %L, address = %L, at = %L, kind = %L', payload, address, at, kind) AS line \
                 FROM events WHERE stream_id = '{id}' AND seq = 2"
            ),
        );
        change(set);
        assert_eq!(broken(), Some(2), "{set}");
        change(&before[0]);
        assert_eq!(broken(), None);
    }
    // A missing one shows as well.
    run(&house.db.super_url(), &format!("DELETE FROM pending_events WHERE stream_id = '{id}'; DELETE FROM event_positions WHERE stream_id = '{id}'; DELETE FROM events WHERE stream_id = '{id}' AND seq = 2")).unwrap();
    assert_eq!(broken(), Some(3));
}

#[actix_web::test]
async fn the_application_cannot_change_what_happened() {
    let db = TestDatabase::new();
    for sql in [
        "UPDATE events SET payload = '{}'",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE revisions SET body = ''",
        "DELETE FROM revisions",
        "UPDATE event_positions SET position = 1",
        "DELETE FROM event_positions",
        "UPDATE blobs SET size = 0",
        "DELETE FROM blobs",
        "UPDATE round_policies SET basis = ''",
        "DROP TABLE events",
        "ALTER TABLE events ADD COLUMN x text",
        "CREATE TABLE x (y text)",
    ] {
        let said = run(&db.url(), sql).expect_err(sql);
        assert!(said.contains("permission denied") || said.contains("must be owner"), "{sql}: {said}");
    }
}

/// Tables, columns, indexes, constraints and rights as the catalogue lists them.
fn shape(db: &TestDatabase) -> Vec<String> {
    lines(
        &db.super_url(),
        "SELECT format('%s.%s %s %s', table_name, column_name, data_type, is_nullable) AS line \
            FROM information_schema.columns WHERE table_schema = 'public' \
         UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
         UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
         UNION ALL SELECT format('%s %s %s', grantee, privilege_type, table_name) FROM information_schema.role_table_grants \
            WHERE table_schema = 'public' ORDER BY 1",
    )
}

#[actix_web::test]
async fn migrations_go_down_and_up_again() {
    let db = TestDatabase::new();
    let before = shape(&db);
    assert!(before.len() > 200);
    down_and_up(&db.owner_url(), || {
        let left = lines(&db.super_url(), "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'");
        assert_eq!(left, ["__diesel_schema_migrations"], "nothing is left behind");
    })
    .unwrap();
    assert_eq!(shape(&db), before);
    assert_eq!(database::pending_migrations(&db.owner_url()).unwrap(), 0);
}

#[actix_web::test]
async fn the_schema_in_the_code_is_that_of_the_migrations() {
    let db = TestDatabase::new();
    let code = include_str!("../../../persistence/src/schema.rs");
    let columns = lines(
        &db.super_url(),
        "SELECT table_name || '.' || column_name || ' ' || is_nullable AS line FROM information_schema.columns \
         JOIN information_schema.tables USING (table_schema, table_name) \
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> '__diesel_schema_migrations' ORDER BY 1",
    );
    let mut written = Vec::new();
    let mut table = "";
    for line in code.lines().map(str::trim) {
        if let Some(name) = line.strip_suffix(") {").and_then(|l| l.split_once(" (")).map(|(name, _)| name) {
            table = name;
        } else if let Some((column, kind)) = line.split_once(" -> ").filter(|_| !line.contains('!')) {
            let nullable = if kind.starts_with("Nullable") { "YES" } else { "NO" };
            written.push(format!("{table}.{column} {nullable}"));
        }
    }
    written.sort();
    let (code, base): (BTreeSet<_>, BTreeSet<_>) = (written.into_iter().collect(), columns.into_iter().collect());
    let apart: Vec<_> = code.symmetric_difference(&base).collect();
    assert!(apart.is_empty(), "run diesel print-schema: {apart:?}");
}

#[actix_web::test]
async fn what_the_ledger_shows_is_what_the_rule_says() {
    let (house, _) = lived_in().await;
    let round = RoundId(house.round().await.parse().unwrap());
    let logins = lines(&house.db.super_url(), "SELECT login AS line FROM accounts ORDER BY 1");
    let db = house.db.database();
    let now = house.app.clock.now();
    let loaded: Vec<_> = db
        .read_now(|conn| {
            let ids = tasks::ids(conn)?;
            ids.into_iter().map(|id| tasks::find(conn, &Actor::System, id, now)).collect::<Result<Vec<_>, _>>()
        })
        .unwrap();
    let (mut pairs, mut seen) = (0, 0);
    for login in &logins {
        let actor = actor(&house, login);
        let listed: BTreeSet<Uuid> =
            db.read_now(|conn| ledger::visible_ids(conn, &actor, round)).unwrap().into_iter().collect();
        for task in &loaded {
            let related = !rights::relations(&actor, &subject(&task.task, &task.facts)).is_empty();
            assert_eq!(listed.contains(&task.task.id.0), related, "{login} and {}", task.task.draft.number);
            pairs += 1;
            seen += usize::from(related);
        }
    }
    println!("{pairs} pairs of account and task, {seen} visible");
    assert!(seen > 0 && seen < pairs);
}

#[actix_web::test]
async fn the_database_itself_shows_nobody_more_than_the_rule() {
    let (house, all) = lived_in().await;
    crate::support::slips::at_work(&house, "S01").await;
    let statement = json!({ "unit": crate::support::slips::ids(&house).await["U201"], "week": "2026-W10", "progress": "清理合同三份", "follows": 0 });
    let own = house.task("S01").await;
    house.request("p041", "POST", &format!("/tasks/{own}/statements"), None, Some(statement)).await.ok();
    let round = RoundId(house.round().await.parse().unwrap());
    let logins = lines(&house.db.super_url(), "SELECT login AS line FROM accounts ORDER BY 1");
    let db = house.db.database();
    let (mut narrow, mut shown) = (0, 0);
    for login in &logins {
        let actor = actor(&house, login);
        let rule: BTreeSet<String> = db
            .read_now(|conn| ledger::visible_ids(conn, &actor, round))
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        // Whatever is asked: no scope is named.
        let tasks = lines_for(&db, &actor, "SELECT id::text AS line FROM tasks").await;
        let tasks: BTreeSet<String> = tasks.into_iter().collect();
        if !rights::scope(&actor).rounds.is_empty() {
            assert_eq!(tasks.len(), all.len() + 1, "{login} sees a whole round");
            continue;
        }
        assert_eq!(tasks, rule, "{login}");
        let of = lines_for(&db, &actor, "SELECT DISTINCT task_id::text AS line FROM weekly_statements").await;
        assert!(of.iter().all(|task| rule.contains(task)), "{login}");
        assert_eq!(of.contains(&own), rule.contains(&own), "{login}");
        narrow += 1;
        shown += tasks.len();
    }
    // One connection serves one reader after the other, and nobody is left on it.
    let clerk = actor(&house, "p041");
    let (before, stranger) =
        (lines_for(&db, &clerk, "SELECT id::text AS line FROM tasks").await, actor(&house, "auditor"));
    assert!(!before.is_empty());
    assert!(lines_for(&db, &stranger, "SELECT id::text AS line FROM tasks").await.is_empty());
    assert_eq!(lines_for(&db, &clerk, "SELECT id::text AS line FROM tasks").await.len(), before.len());
    assert!(narrow > 20 && shown > 0, "{narrow} {shown}");
}

#[actix_web::test]
async fn a_request_sent_twice_takes_effect_once() {
    let house = House::new().await;
    let origin = origin(actor(&house, "p072"), &house);
    let pool = persistence::Database::new(&house.db.url(), 16);
    let key = |body: &str| idempotency::Key {
        key: "一次".to_owned(),
        route: "POST /x".to_owned(),
        body_sha256: body.to_owned(),
    };
    let runs = std::sync::atomic::AtomicUsize::new(0);
    let gate = Barrier::new(16);
    let answers: Vec<i64> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..16)
            .map(|n| {
                let (pool, origin, key, runs, gate) = (&pool, &origin, &key, &runs, &gate);
                scope.spawn(move || {
                    gate.wait();
                    pool.write_now(|conn| {
                        idempotency::once(conn, origin, Some(&key("a")), |_| {
                            runs.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                            Ok(n)
                        })
                    })
                    .unwrap()
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    assert_eq!(runs.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert!(answers.iter().all(|a| *a == answers[0]), "everybody gets the first one's answer");
    let other = pool.write_now(|conn| idempotency::once(conn, &origin, Some(&key("b")), |_| Ok(0)));
    assert!(matches!(other, Err(Error::KeyReused)));
    // What failed may be tried again with the same key.
    let key = idempotency::Key { key: "二次".to_owned(), ..key("a") };
    let failed = pool.write_now(|conn| idempotency::once::<i64>(conn, &origin, Some(&key), |_| Err(Error::NotFound)));
    assert!(matches!(failed, Err(Error::NotFound)));
    assert_eq!(pool.write_now(|conn| idempotency::once(conn, &origin, Some(&key), |_| Ok(7))).unwrap(), 7);
}

#[actix_web::test]
async fn an_act_that_is_due_is_done_by_one_worker_once() {
    let house = House::new().await;
    let db = house.db.database();
    let now = house.app.clock.now();
    let subject = Uuid::now_v7();
    db.write_now(|conn| due_acts::owe(conn, "test", subject, now)).unwrap();
    db.write_now(|conn| due_acts::owe(conn, "test", subject, now)).unwrap();
    db.write_now(|conn| {
        let due = due_acts::claim(conn, &["test"], now)?.expect("it is due");
        // Another worker passes over what is being done.
        assert!(db.write_now(|other| due_acts::claim(other, &["test"], now))?.is_none());
        due_acts::done(conn, &due, now)
    })
    .unwrap();
    assert!(db.write_now(|conn| due_acts::claim(conn, &["test"], now)).unwrap().is_none(), "owed twice, done once");
    // Done by a clock that ran ahead, and owed again by one that is right.
    let ahead = now + chrono::TimeDelta::days(1);
    let claim = |at| db.write_now(|conn| due_acts::claim(conn, &["test"], at)).unwrap();
    db.write_now(|conn| {
        due_acts::owe(conn, "test", subject, ahead)?;
        let due = due_acts::claim(conn, &["test"], ahead)?.expect("it is due");
        due_acts::done(conn, &due, ahead)
    })
    .unwrap();
    assert!(claim(ahead).is_none());
    db.write_now(|conn| due_acts::owe(conn, "test", subject, ahead)).unwrap();
    assert!(claim(now).is_none() && claim(ahead).is_some_and(|due| due.due_at == ahead));
    let due = claim(ahead).unwrap();
    db.write_now(|conn| due_acts::done(conn, &due, ahead)).unwrap();
    // What fails ten times is left for a person to look at, and counted.
    let later = now + chrono::TimeDelta::hours(1);
    db.write_now(|conn| due_acts::owe(conn, "test", subject, later)).unwrap();
    for _ in 0..10 {
        let due = db.write_now(|conn| due_acts::claim(conn, &["test"], later)).unwrap().expect("it is tried again");
        db.write_now(|conn| due_acts::failed(conn, &due)).unwrap();
    }
    assert!(db.write_now(|conn| due_acts::claim(conn, &["test"], later)).unwrap().is_none());
    assert!(db.read_now(|conn| due_acts::backlog(conn, later)).unwrap() >= 1);
}

#[actix_web::test]
async fn all_events_have_one_order_without_a_gap() {
    let (house, _) = lived_in().await;
    let db = house.db.database();
    while db.write_now(|conn| events::seal(conn, 50)).unwrap() > 0 {}
    let said = lines(
        &house.db.super_url(),
        "SELECT format('%s %s %s %s', count(*), min(position), max(position), (SELECT count(*) FROM events)) AS line FROM event_positions",
    );
    let numbers: Vec<i64> = said[0].split(' ').map(|n| n.parse().unwrap()).collect();
    assert_eq!((numbers[0], numbers[1], numbers[2]), (numbers[3], 1, numbers[3]));
    let mixed = lines(
        &house.db.super_url(),
        "SELECT a.stream_id::text AS line FROM event_positions a JOIN event_positions b USING (stream_kind, stream_id) \
         WHERE a.seq < b.seq AND a.position > b.position",
    );
    assert!(mixed.is_empty(), "within a stream the order is the stream's");
}

#[actix_web::test]
async fn a_server_that_was_off_catches_up_with_one_digest_for_each() {
    let (house, _) = lived_in().await;
    house.keep_clock().await;
    let db_url = house.db.super_url();
    let told = |rule: &str| {
        let sql = format!(
            "SELECT recipient_id || ' ' || COALESCE(params->>'n', '-') AS line FROM notifications WHERE rule {rule} ORDER BY 1"
        );
        lines(&db_url, &sql)
    };
    let before = told("<> 'caught_up'").len();
    // The night passes with the server running: each thing is told by itself.
    house.set_day(house.today() + chrono::Days::new(1));
    house.keep_clock().await;
    assert!(told("= 'caught_up'").is_empty());
    // A month without the server.
    house.pass_days(30);
    house.keep_clock().await;
    let digests = told("= 'caught_up'");
    let people: BTreeSet<&str> = digests.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(people.len(), digests.len(), "one each");
    let things: i64 = digests.iter().map(|line| line.split(' ').nth(1).unwrap().parse::<i64>().unwrap()).sum();
    assert!(digests.len() > 10 && things > digests.len() as i64, "{} digests of {things} things", digests.len());
    let clerk = house.get("p072", "/notices").await.ok();
    let newest = &clerk["items"][0];
    assert!(newest["task_id"].is_null() && newest["text"].as_str().unwrap().contains("项"), "{newest}");
    assert_eq!(told("<> 'caught_up'").len(), before, "nothing beside them");
    println!("{} people told of {things} things in one digest each", digests.len());
}

#[actix_web::test]
async fn a_task_the_clock_cannot_look_at_holds_no_other_up() {
    let (house, all) = lived_in().await;
    let url = house.db.super_url();
    run(&url, &format!("UPDATE tasks SET snapshot = '{{}}' WHERE id = '{}'", all[0])).unwrap();
    house.pass_days(30);
    house.keep_clock().await;
    let left = lines(
        &url,
        "SELECT subject_id || ' ' || attempts AS line FROM due_acts WHERE done_at IS NULL AND due_at < '2026-04-01'",
    );
    assert_eq!(left, [format!("{} 10", all[0])], "tried ten times and left for a person to look at");
    let red = lines(&url, "SELECT count(*)::text AS line FROM tasks WHERE alert_level IN ('yellow', 'red')");
    assert!(red[0].parse::<i64>().unwrap() > 10, "the others changed their light: {red:?}");
}
