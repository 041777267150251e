//! Other systems: keys that hold for their units until their day, and the feed of events that misses nothing.

use crate::support;

use std::collections::BTreeSet;

use chrono::Days;
use serde_json::{Value, json};
use support::House;
use support::slips::{at_work, ids};

async fn service(house: &House) -> String {
    let ids = ids(house).await;
    let form = json!({ "name": "集团办公网", "purpose": "门户显示任务", "person_id": ids["P041"] });
    house.request("secadmin", "POST", "/services", None, Some(form.clone())).await.refused(403, "not-allowed");
    let made = house.request("sysadmin", "POST", "/services", None, Some(form)).await.ok();
    assert_eq!((&made["keys"], &made["is_active"]), (&json!([]), &json!(true)));
    made["id"].as_str().unwrap().to_owned()
}

fn asked(house: &House, scopes: &[&str], units: &[&Value], days: u64) -> Value {
    json!({ "scopes": scopes, "units": units, "expires_on": house.today() + Days::new(days) })
}

async fn given(house: &House, service: &str, body: Value) -> (String, String) {
    let path = format!("/services/{service}/keys");
    let made = house.request("secadmin", "POST", &path, None, Some(body)).await.ok();
    let id = made["service"]["keys"][0]["id"].as_str().unwrap().to_owned();
    (made["key"].as_str().unwrap().to_owned(), id)
}

/// An issued task that U201 has no part in.
async fn foreign(house: &House) -> String {
    for number in ["T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08"] {
        let task = house.task(number).await;
        house.act("p072", &task, "issue", json!({})).await;
        let is_issued = house.get("p072", &format!("/tasks/{task}")).await.ok()["state"] == json!("issued");
        if is_issued && house.get("p041", &format!("/tasks/{task}")).await.status == 404 {
            return task;
        }
    }
    panic!("U201 has a part in all of them");
}

fn count(house: &House, sql: &str) -> String {
    persistence::testing::lines(&house.db.super_url(), &format!("SELECT ({sql})::text AS line")).remove(0)
}

#[actix_web::test]
async fn a_key_holds_for_its_units_until_its_day_and_is_kept_nowhere() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    let ids = ids(&house).await;
    let service = service(&house).await;
    let path = format!("/services/{service}/keys");
    let body = asked(&house, &["read_ledger"], &[&ids["U201"]], 10);
    house.request("sysadmin", "POST", &path, None, Some(body.clone())).await.refused(403, "not-allowed");
    let (key, id) = given(&house, &service, body.clone()).await;
    let own = house.get(&key, "/key").await.ok();
    assert_eq!((&own["service"], &own["units"][0]["id"]), (&json!("集团办公网"), &ids["U201"]));
    let round = own["rounds"][0]["id"].as_str().unwrap();
    // The clerk of the unit and the key see the same tasks; of another unit's there is none.
    let numbers = |list: Value| -> BTreeSet<String> {
        list["items"].as_array().unwrap().iter().map(|t| t["number"].as_str().unwrap().to_owned()).collect()
    };
    let list = format!("/rounds/{round}/tasks?limit=200");
    let seen = numbers(house.get(&key, &list).await.ok());
    assert!(seen.contains("S01"));
    assert_eq!(seen, numbers(house.get("p041", &list).await.ok()));
    let other = foreign(&house).await;
    house.get(&key, &format!("/tasks/{other}")).await.refused(404, "not-found");
    // It may look at what it sees, and nothing else; a log-in with its name there is none.
    let view = house.get(&key, &format!("/tasks/{task}")).await.ok();
    assert_eq!(view["open_actions"], json!([]), "nothing is open to a key that reads");
    house.act(&key, &task, "sign", json!({ "request": task, "verdict": "approve" })).await.refused(403, "not-for-keys");
    house.get(&key, "/units").await.refused(403, "scope-missing");
    house.get("p041", "/key").await.refused(403, "not-allowed");
    let login = json!({ "login": format!("service:{service}"), "password": "!" });
    house.request("-", "POST", "/sessions", None, Some(login)).await.refused(401, "login-failed");
    // Two are valid at once, no more; the second follows the first without a gap.
    let (second, _) = given(&house, &service, body.clone()).await;
    house.request("secadmin", "POST", &path, None, Some(body.clone())).await.refused(409, "too-many-keys");
    house.request("p001", "POST", &format!("/keys/{id}/revoke"), None, None).await.refused(403, "not-allowed");
    house.request("secadmin", "POST", &format!("/keys/{id}/revoke"), None, None).await.ok();
    house.get(&key, "/key").await.refused(401, "unauthenticated");
    house.get(&second, "/key").await.ok();
    // A letter changed on the way, a key nobody gave, a key of another service's id: nobody.
    let other = if &second[25..26] == "0" { "1" } else { "0" };
    for bad in [format!("{}{other}{}", &second[..25], &second[26..]), key.clone(), "bihuan_".into()] {
        house.get(&bad, "/key").await.refused(401, "unauthenticated");
    }
    // The secret is nowhere, nor any of its hashes in an event.
    let secret = second.split('_').nth(2).unwrap();
    assert_eq!(count(&house, &format!("SELECT count(*) FROM events WHERE payload LIKE '%{secret}%'")), "0");
    assert_eq!(count(&house, &format!("SELECT count(*) FROM api_keys WHERE api_keys::text LIKE '%{secret}%'")), "0");
    assert_eq!(count(&house, "SELECT count(*) FROM events WHERE kind LIKE 'service_account.%'"), "4");
    let listed = house.get("auditor", "/services").await.ok();
    assert!(listed[0]["keys"][0]["last_used_at"].is_string(), "{listed}");
    house.get("p072", "/services").await.refused(403, "not-allowed");
    // Its last day is the tenth; the day after it is nobody's.
    house.pass_days(10);
    house.get(&second, "/key").await.ok();
    house.pass_days(1);
    house.get(&second, "/key").await.refused(401, "unauthenticated");
    let (third, _) = given(&house, &service, asked(&house, &["read_ledger"], &[&ids["U201"]], 10)).await;
    house.request("sysadmin", "POST", &format!("/services/{service}/end"), None, None).await.ok();
    house.get(&third, "/key").await.refused(401, "unauthenticated");
    let body = asked(&house, &["read_ledger"], &[&ids["U201"]], 10);
    house.request("secadmin", "POST", &path, None, Some(body)).await.refused(409, "service-ended");
}

#[actix_web::test]
async fn a_key_has_no_right_of_the_person_who_answers_for_it() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    let ids = ids(&house).await;
    // He may read the sensitive matter, leads another unit's task and is called to a meeting; the key of a unit below him is none of it.
    let sql = format!(
        "UPDATE tasks SET sensitivity = 'internal', snapshot = jsonb_set(jsonb_set(snapshot, '{{draft,sensitivity}}', '\"internal\"'), \
         '{{draft,readers}}', '[\"{}\"]') WHERE id = '{task}'",
        ids["P003"].as_str().unwrap()
    );
    persistence::testing::run(&house.db.super_url(), &sql).unwrap();
    let form = json!({ "name": "办公网", "purpose": "门户", "person_id": ids["P003"] });
    let made = house.request("sysadmin", "POST", "/services", None, Some(form)).await.ok();
    let all = ["read_ledger", "write_statements", "read_events"];
    let (key, _) = given(&house, made["id"].as_str().unwrap(), asked(&house, &all, &[&ids["U201"]], 30)).await;
    let path = format!("/tasks/{task}");
    let own = house.get("p003", &path).await.ok();
    assert_eq!((&own["is_redacted"], &own["title"]), (&json!(false), &json!("合同归档不及时")));
    let seen = house.get(&key, &path).await.ok();
    assert_eq!(seen["is_redacted"], json!(true), "{seen}");
    assert!(!seen.to_string().contains("合同归档不及时"), "{seen}");
    let round = house.round().await;
    let found = house.get(&key, &format!("/rounds/{round}/search?text=%E5%90%88%E5%90%8C%E5%BD%92%E6%A1%A3")).await;
    assert!(!found.body.to_string().contains("合同归档不及时"), "{}", found.body);
    let meeting = json!({
        "kind": "coordination", "title": "协调会", "at": "2026-03-13T01:00:00Z", "place": "三楼会议室", "body": "整改工作领导组",
        "chair": ids["P001"], "attendees": [ids["P003"]],
    });
    let path = format!("/rounds/{round}/meetings");
    house.request("p072", "POST", &path, None, Some(json!({ "meeting": meeting }))).await.ok();
    house.keep_clock().await;
    let part = house.get(&key, "/events?after=0").await.ok();
    let kinds: BTreeSet<&str> =
        part["events"].as_array().unwrap().iter().map(|e| e["stream"].as_str().unwrap()).collect();
    assert_eq!(kinds, BTreeSet::from(["task"]), "{part}");
}

#[actix_web::test]
async fn a_system_hands_in_the_statements_of_its_units_and_of_no_other() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    let ids = ids(&house).await;
    let service = service(&house).await;
    let both = ["read_ledger", "write_statements"];
    let (key, _) = given(&house, &service, asked(&house, &both, &[&ids["U201"]], 30)).await;
    let (other, _) = given(&house, &service, asked(&house, &both, &[&ids["U113"]], 30)).await;
    let week = "2026-W10";
    let body = json!({ "unit": ids["U201"], "week": week, "progress": "清理合同42份" });
    let path = format!("/tasks/{task}/statements");
    house.request(&other, "POST", &path, None, Some(body.clone())).await.refused(404, "not-found");
    house.request(&key, "POST", &path, None, Some(body.clone())).await.ok();
    let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
    let statement = &view["statements"][0];
    assert_eq!((&statement["week"], &statement["progress"]), (&json!(week), &json!("清理合同42份")));
    // It was the system that wrote it, and who answers for it stands beside it.
    let of = "FROM events WHERE kind = 'task.statement_submitted'";
    assert_eq!(count(&house, &format!("SELECT role {of}")), "service");
    let person = ids["P041"].as_str().unwrap();
    assert_eq!(count(&house, &format!("SELECT person_id {of}")), person);
    let account = count(&house, &format!("SELECT account_id {of}"));
    assert_eq!(account, service);
    // For a unit the key does not name it writes nothing.
    let body = json!({ "unit": ids["U106"], "week": week, "progress": "提供台账" });
    house.request(&key, "POST", &path, None, Some(body)).await.refused(403, "not-your-unit");
}

#[actix_web::test]
async fn whoever_reads_on_misses_nothing_and_sees_no_more_than_he_may() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    let ids = ids(&house).await;
    let other = foreign(&house).await;
    let service = service(&house).await;
    let (key, _) = given(&house, &service, asked(&house, &["read_events"], &[&ids["U201"]], 30)).await;
    house.keep_clock().await;
    let last: i64 = count(&house, "SELECT max(position) FROM event_positions").parse().unwrap();
    let mut after = 0;
    let mut read = Vec::new();
    loop {
        let part = house.get(&key, &format!("/events?after={after}")).await.ok();
        read.extend(part["events"].as_array().unwrap().clone());
        after = part["next"].as_i64().unwrap();
        if part["is_more"] == json!(false) {
            break;
        }
    }
    assert_eq!(after, last, "it went to the end");
    // Every event of what the unit sees, each once, in their one order.
    let mine = format!("SELECT count(*) FROM events WHERE stream_kind = 'task' AND stream_id = '{task}'");
    let of_task: Vec<&Value> = read.iter().filter(|e| e["stream_id"] == json!(task)).collect();
    assert_eq!(of_task.len().to_string(), count(&house, &mine));
    assert_eq!(of_task[0]["seq"], 1);
    let places: Vec<i64> = read.iter().map(|e| e["position"].as_i64().unwrap()).collect();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
    assert!(!read.iter().any(|e| e["stream_id"] == json!(other)), "nothing of another unit's task");
    for kind in ["account", "service_account", "round", "kiosk", "export"] {
        assert!(!read.iter().any(|e| e["stream"] == json!(kind)), "nothing of {kind}");
    }
    // A place beyond the end is another ledger's.
    house.get(&key, &format!("/events?after={}", last + 1)).await.refused(422, "content");
    house.get(&key, "/events?after=-1").await.refused(422, "content");
    house.get("p041", "/events").await.refused(403, "not-allowed");
    // Narrowed, it goes on as far.
    let part = house.get(&key, "/events?after=0&stream=slip").await.ok();
    assert_eq!((&part["events"], part["next"].as_i64().unwrap() > 0), (&json!([]), true));

    // An event that is written waits for its place; whoever waits at the end hears it once it has one, and nothing twice.
    let body = json!({ "unit": ids["U201"], "week": "2026-W10", "progress": "清理合同42份" });
    house.request("p041", "POST", &format!("/tasks/{task}/statements"), None, Some(body)).await.ok();
    let before = house.get(&key, &format!("/events?after={last}")).await.ok();
    assert_eq!((&before["events"], &before["next"]), (&json!([]), &json!(last)));
    let asked = format!("/events?after={last}&wait=5");
    let (heard, ()) = futures_util::future::join(house.get(&key, &asked), async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        house.keep_clock().await;
    })
    .await;
    let heard = heard.ok();
    let kinds: Vec<&str> = heard["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"task.statement_submitted"), "{heard}");
    assert!(!heard.to_string().contains("清理合同42份"), "no prose");
}
