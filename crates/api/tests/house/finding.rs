//! The search, the calendar and the notices: what each finds, and what it keeps from whom.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says so")]

use crate::support;

use std::collections::BTreeSet;

use api::demo;
use chrono::{DateTime, Utc};
use persistence::testing::{self, lines};
use serde_json::{Value, json};
use support::House;

async fn told() -> House {
    let now: DateTime<Utc> = "2026-06-11T07:40:00Z".parse().unwrap();
    House::with(now, demo::run).await
}

fn all(view: &Value, key: &str, field: &str) -> Vec<String> {
    view[key].as_array().unwrap().iter().map(|hit| hit[field].as_str().unwrap().to_owned()).collect()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

#[actix_web::test]
async fn a_search_finds_tasks_units_and_people_and_no_more_than_its_reader_may_know() {
    let house = told().await;
    let round = house.round().await;
    let find = |login: &'static str, text: String| {
        let path = format!("/rounds/{round}/search?text={}", encoded(&text));
        let house = &house;
        async move { house.get(login, &path).await.ok() }
    };
    let view = find("p072", "t05".to_owned()).await;
    assert_eq!(all(&view, "tasks", "number")[0], "T05", "by a number's beginning, whatever the case");

    // Two characters of the words of a task that p072 and its clerk see and another unit does not.
    let title = lines(&house.db.super_url(), "SELECT title AS line FROM tasks WHERE number = 'T05'")[0].clone();
    let words: String = title.chars().take(4).collect();
    let seen = all(&find("p072", words.clone()).await, "tasks", "number");
    assert!(seen.contains(&"T05".to_owned()), "{seen:?}");
    let logins = lines(&house.db.super_url(), "SELECT login AS line FROM accounts WHERE role = 'unit' ORDER BY 1");
    let task = house.task("T05").await;
    let mut hidden = 0;
    for login in logins {
        let path = format!("/rounds/{round}/search?text={}", encoded(&words));
        let answer = house.get(&login, &path).await;
        let sees = house.get(&login, &format!("/tasks/{task}")).await.status == 200;
        let found = answer.status == 200 && all(&answer.body, "tasks", "number").contains(&"T05".to_owned());
        assert_eq!(found, sees, "{login}");
        hidden += usize::from(!sees);
    }
    assert!(hidden > 0);

    // What one may not read is not searched by its words, and found by its number without them.
    testing::run(&house.db.super_url(), "UPDATE tasks SET sensitivity = 'internal' WHERE number = 'T05'").unwrap();
    assert!(!all(&find("p001", words.clone()).await, "tasks", "number").contains(&"T05".to_owned()));
    let view = find("p001", "T05".to_owned()).await;
    let hit = view["tasks"].as_array().unwrap().iter().find(|t| t["number"] == "T05").unwrap().clone();
    assert_eq!(hit["title"], "敏感事项");
    assert!(all(&find("p072", words).await, "tasks", "number").contains(&"T05".to_owned()), "the office reads it");

    let unit = lines(
        &house.db.super_url(),
        "SELECT name AS line FROM units WHERE parent_id IS NOT NULL ORDER BY code LIMIT 1",
    )[0]
    .clone();
    let part: String = unit.chars().take(2).collect();
    assert!(all(&find("p041", part).await, "units", "name").contains(&unit));
    let people = find("p041", "甲子".to_owned()).await;
    let principal = people["people"].as_array().unwrap().iter().find(|p| p["name"] == "甲子安").unwrap().clone();
    assert_eq!(principal["is_leader"], true);
    assert!(principal["post"].as_str().is_some_and(|p| !p.is_empty()));

    for nothing in ["题", "%", "_ _", ""] {
        let view = find("p072", nothing.to_owned()).await;
        assert_eq!(view, json!({ "tasks": [], "is_more": false, "units": [], "people": [] }), "{nothing:?}");
    }
    let long = format!("/rounds/{round}/search?text={}", encoded(&"长".repeat(51)));
    house.get("p072", &long).await.refused(422, "content");
}

#[actix_web::test]
async fn a_calendar_says_what_falls_on_which_day() {
    let house = told().await;
    let round = house.round().await;
    let path = |from: &str, to: &str| format!("/rounds/{round}/calendar?from={from}&to={to}");
    let june = house.get("p072", &path("2026-06-01", "2026-06-30")).await.ok();
    let days = june["days"].as_array().unwrap();
    assert_eq!((days.len(), june["today"].as_str()), (30, Some("2026-06-11")));
    // The Dragon Boat festival of 2026 is a Friday off; the week's statements are due the day before.
    let day = |on: &str| days.iter().find(|d| d["on"] == on).unwrap();
    assert_eq!((&day("2026-06-19")["is_working"], &day("2026-06-19")["note"]), (&json!(false), &json!("放假")));
    assert_eq!(day("2026-06-19")["cut_off"], Value::Null);
    assert_eq!(day("2026-06-18")["cut_off"], "2026-06-18T09:00:00Z");
    assert_eq!(day("2026-06-12")["cut_off"], "2026-06-12T09:00:00Z");
    assert_eq!((&day("2026-06-13")["is_working"], &day("2026-06-13")["note"]), (&json!(false), &Value::Null));

    // Each day's count is what the ledger has for it.
    let mut due = 0;
    for day in days {
        let on = day["on"].as_str().unwrap();
        let chain = house.get("p072", &format!("/rounds/{round}/chain?due_from={on}&due_to={on}")).await.ok();
        assert_eq!(chain["tasks"], day["n_due"], "{on}");
        due += day["n_due"].as_i64().unwrap();
        let listed = day["items"].as_array().unwrap();
        let sum: i64 = ["n_due", "n_reviews", "n_milestones"].iter().map(|k| day[*k].as_i64().unwrap()).sum();
        assert_eq!(i64::try_from(listed.len()).unwrap(), sum, "{on}");
    }
    assert!(due > 0);

    // A clerk's calendar is his unit's; all he sees, if he asks for it.
    let own = house.get("p041", &path("2026-06-01", "2026-06-30")).await.ok();
    let unit = house.get("p041", "/me").await.ok()["posts"][0]["unit_id"].as_str().unwrap().to_owned();
    let chain =
        house.get("p041", &format!("/rounds/{round}/chain?unit={unit}&due_from=2026-06-01&due_to=2026-06-30")).await;
    let n: i64 = own["days"].as_array().unwrap().iter().map(|d| d["n_due"].as_i64().unwrap()).sum();
    assert_eq!(chain.ok()["tasks"], n);
    assert_eq!(own["label"], "本单位任务");

    // A year nobody has announced is marked.
    let far = house.get("p072", &path("2027-01-01", "2027-01-31")).await.ok();
    assert_eq!(far["years"], json!([{ "year": 2027, "notice": null }]));
    assert!(june["years"][0]["notice"].as_str().unwrap().contains("2026"));
    house.get("p072", &path("2026-01-01", "2026-12-31")).await.refused(422, "content");
    house.get("p072", &path("2026-06-30", "2026-06-01")).await.refused(422, "content");
}

#[actix_web::test]
async fn notices_are_read_in_pages_and_one_by_one() {
    let house = told().await;
    let login = lines(
        &house.db.super_url(),
        "SELECT a.login AS line FROM notifications n JOIN accounts a ON a.person_id = n.recipient_id \
         GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    )[0]
    .clone();
    let whole: Vec<String> = lines(
        &house.db.super_url(),
        &format!(
            "SELECT n.id::text AS line FROM notifications n JOIN accounts a ON a.person_id = n.recipient_id \
             WHERE a.login = '{login}' ORDER BY n.created_at DESC, n.id DESC"
        ),
    );
    assert!(whole.len() > 10, "{} notices", whole.len());
    testing::run(&house.db.super_url(), "UPDATE notifications SET read_at = NULL").unwrap();
    let mut read = Vec::new();
    let mut after = String::new();
    loop {
        let page = house.get(&login, &format!("/notices?limit=7{after}")).await.ok();
        read.extend(all(&page, "items", "id"));
        assert_eq!(page["unread"], whole.len());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(read, whole, "each once, in order");

    let one = &whole[3];
    house.request(&login, "POST", &format!("/notices/{one}/read"), None, None).await.ok();
    house.request(&login, "POST", &format!("/notices/{one}/read"), None, None).await.ok();
    let unread = house.get(&login, "/notices?unread=true&limit=100").await.ok();
    assert_eq!(unread["unread"], whole.len() - 1);
    let left: BTreeSet<String> = all(&unread, "items", "id").into_iter().collect();
    assert!(!left.contains(one) && left.len() == whole.len().min(101) - 1);
    // Nobody else's.
    let other = if login == "p072" { "p001" } else { "p072" };
    house.request(other, "POST", &format!("/notices/{}/read", whole[0]), None, None).await.refused(404, "not-found");
    house.request(&login, "POST", "/notices/read", None, None).await.ok();
    assert_eq!(house.get(&login, "/notices?unread=true").await.ok()["items"], json!([]));
    house.get(&login, "/notices?after=yesterday").await.refused(422, "content");
}

#[actix_web::test]
async fn a_notice_keeps_the_words_its_reader_may_not_read() {
    let house = told().await;
    let told = lines(
        &house.db.super_url(),
        "SELECT a.login || ' ' || t.id AS line FROM notifications n JOIN accounts a ON a.person_id = n.recipient_id \
         JOIN tasks t ON t.id = n.subject_id WHERE a.role = 'unit' ORDER BY n.created_at DESC, 1 LIMIT 1",
    );
    let (login, task) = told[0].split_once(' ').unwrap();
    let title = |view: Value| {
        let items = view["items"].as_array().unwrap();
        items.iter().find(|n| n["task_id"] == task).unwrap()["title"].as_str().unwrap().to_owned()
    };
    let before = title(house.get(login, "/notices?limit=100").await.ok());
    testing::run(&house.db.super_url(), &format!("UPDATE tasks SET sensitivity = 'internal' WHERE id = '{task}'"))
        .unwrap();
    let after = title(house.get(login, "/notices?limit=100").await.ok());
    assert_ne!(before, after);
    assert_eq!(after, "敏感事项");
}
