//! The clock of two servers looks at slips: each day that went by is told once to each it concerns, whatever the clocks do; what is unanswered comes
//! before the meeting, and falls on its day in the calendar.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeMap;

use api::app::{App, Clock};
use api::tokens::TokenKeys;
use persistence::Database;
use persistence::testing::lines;
use serde_json::{Value, json};
use support::House;
use support::slips::*;

/// How often each was told by a rule of a slip.
fn told_of(house: &House, rule: &str) -> BTreeMap<String, i64> {
    let sql = format!(
        "SELECT a.login || ' ' || count(*) AS line FROM notifications n JOIN accounts a ON a.person_id = n.recipient_id \
         WHERE n.rule = '{rule}' GROUP BY a.login ORDER BY 1"
    );
    let split = |line: &String| line.split_once(' ').map(|(who, n)| (who.to_owned(), n.parse().unwrap())).unwrap();
    lines(&house.db.super_url(), &sql).iter().map(split).collect()
}

async fn look(servers: &[&App]) {
    let mut at_work = true;
    while at_work {
        at_work = false;
        for server in servers {
            at_work |= api::jobs::turn(server).await.unwrap();
        }
    }
}

#[actix_web::test]
async fn an_overdue_slip_is_warned_of_once_by_two_servers_whose_clocks_are_set_back() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    // Signed for until Tuesday 3 March 2026, answered until Monday the 9th.
    let slip = issued(&house, "notice", Some(&task)).await;
    let version = house.get("p072", &format!("/slips/{slip}")).await.ok()["version"].clone();
    let keys = TokenKeys::load(house.folder()).unwrap();
    let other = App::new(
        Database::new(&house.db.url(), 4),
        Database::new(&house.db.public_url(), 1),
        (*house.app.settings).clone(),
        keys,
        Clock::default(),
    );
    let servers = [&house.app, &other];
    let set = |which: usize, at: &str| servers[which].clock.set(at.parse().unwrap());
    for which in [0, 1] {
        set(which, "2026-03-03T15:59:59Z");
    }
    look(&servers).await;
    assert_eq!(told_of(&house, "slip_not_received"), BTreeMap::new());
    set(0, "2026-03-03T16:00:00Z");
    set(1, "2026-03-03T16:00:00Z");
    look(&servers).await;
    let of_unit = told_of(&house, "slip_not_received");
    assert!(
        of_unit.contains_key("p041") && of_unit.contains_key("p072") && !of_unit.contains_key("p001"),
        "{of_unit:?}"
    );
    // One server runs ahead, is set back, and both come to the day by themselves.
    for (which, at) in [
        (1, "2026-03-10T01:00:00Z"),
        (0, "2026-03-04T01:00:00Z"),
        (1, "2026-03-05T01:00:00Z"),
        (0, "2026-03-09T16:00:00Z"),
        (1, "2026-03-10T01:00:00Z"),
        (0, "2026-03-12T01:00:00Z"),
    ] {
        set(which, at);
        look(&servers).await;
    }
    let widened = told_of(&house, "slip_overdue");
    for who in ["p041", "p040", "p003", "p001", "p072", "p073"] {
        assert_eq!(widened.get(who), Some(&1), "{who}: {widened:?}");
    }
    assert!(widened.values().chain(told_of(&house, "slip_not_received").values()).all(|n| *n == 1), "{widened:?}");
    let sql =
        "SELECT kind || ' ' || count(*) AS line FROM events WHERE kind LIKE 'slip.%_passed' GROUP BY kind ORDER BY 1";
    assert_eq!(lines(&house.db.super_url(), sql), ["slip.answer_passed 1", "slip.receipt_passed 1"]);
    folded(&house, &slip);
    assert!(told(&house, "p040").await.contains(&"督办单逾期未答复".to_owned()));
    // Nobody's version went stale by it.
    let received =
        house.request("p041", "POST", &format!("/slips/{slip}/receive"), version.as_i64(), Some(json!({}))).await;
    assert_eq!(received.ok()["state"], "received");
}

#[actix_web::test]
async fn what_is_unanswered_comes_before_the_meeting_and_stands_in_the_calendar() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    let (round, ids) = (house.round().await, ids(&house).await);
    let of_task = issued(&house, "notice", Some(&task)).await;
    let alone = issued(&house, "urge", None).await;
    let days = async |login: &str| {
        let path = format!("/rounds/{round}/calendar?from=2026-03-01&to=2026-03-31");
        let view = house.get(login, &path).await.ok();
        let all = view["days"].as_array().unwrap().iter().flat_map(|d| d["slips"].as_array().unwrap().clone());
        let mut named: Vec<String> = all.map(|s| s["title"].as_str().unwrap().to_owned()).collect();
        named.sort();
        named
    };
    assert_eq!(days("p041").await, ["催办单〔2026〕1号答复", "督办通知单〔2026〕1号答复"]);
    assert_eq!(days("p020").await, ["督办通知单〔2026〕1号答复"], "a supporting unit sees what it supports");
    let meeting = json!({
        "kind": "coordination", "title": "协调会", "at": "2026-03-12T06:00:00Z", "place": "三楼会议室", "body": "整改工作领导组",
        "chair": ids["P001"], "attendees": [ids["P068"], ids["P004"]],
    });
    let entered = house
        .request("p072", "POST", &format!("/rounds/{round}/meetings"), None, Some(json!({ "meeting": meeting })))
        .await
        .ok();
    let path = format!("/meetings/{}", entered["id"].as_str().unwrap());
    let unanswered = |view: &Value| -> Vec<Value> {
        let is = |i: &&Value| i["sources"].as_array().unwrap().iter().any(|s| s["source"] == "slip_unanswered");
        view["items"].as_array().unwrap().iter().filter(is).cloned().collect()
    };
    assert_eq!(
        unanswered(&house.get("p072", &path).await.ok()),
        Vec::<Value>::new(),
        "within its days it is nobody's business"
    );
    house.pass_days(10);
    let found = unanswered(&house.get("p072", &path).await.ok());
    let (first, second) = (&found[0], &found[1]);
    assert_eq!(
        (&first["slip_id"], &first["title"], &first["task_id"]),
        (&json!(alone), &json!("催办单〔2026〕1号"), &Value::Null)
    );
    assert_eq!(first["unit_id"], ids["U201"]);
    assert_eq!(second["task_id"], json!(task));
    assert!(second["sources"].to_string().contains("督办通知单〔2026〕1号没有答复"), "{second}");
    // Who only takes part reads that it is unanswered, and does not open it.
    let of_leader = unanswered(&house.get("p004", &path).await.ok());
    assert_eq!((of_leader[0]["slip_id"].clone(), &of_leader[0]["title"]), (Value::Null, &first["title"]));

    // On its day it stands with who takes part, and the notice leads there.
    let todo = async |login: &str| house.get(login, &format!("/rounds/{round}/todo")).await.ok().to_string();
    assert!(todo("p068").await.contains("参加协调会") && !todo("p069").await.contains("参加协调会"));
    let notices = house.get("p068", "/notices").await.ok();
    assert_eq!(notices["items"][0]["meeting_id"], entered["id"]);

    // An answer waits for its review as what else was handed in.
    let echo = async |login: &str| house.get(login, &format!("/rounds/{round}/overview")).await.ok()["echo"].clone();
    let before = [echo("p072").await, echo("p041").await, echo("p003").await];
    act(&house, "p041", &of_task, "receive", json!({})).await.ok();
    act(&house, "p041", &of_task, "answer", json!({ "words": "已补齐归档" })).await.ok();
    let n = |echo: &Value, key: &str| echo[key].as_i64().unwrap();
    for (login, before, more) in [("p072", &before[0], 1), ("p041", &before[1], 1), ("p003", &before[2], 1)] {
        assert_eq!(n(&echo(login).await, "waiting"), n(before, "waiting") + more, "{login}");
    }
    act(&house, "p072", &of_task, "review", json!({ "is_accepted": true })).await.ok();
    assert_eq!(n(&echo("p072").await, "in_time"), n(&before[0], "in_time") + 1);
    assert!(unanswered(&house.get("p072", &path).await.ok()).len() == 1);
}
