//! Signals on a closure: seen by who hands it in and by who verifies it, refusing nothing, and telling nobody of a task he does not see.

use crate::support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::House;
use support::slips::at_work;

const PDF: &[u8] = b"%PDF-1.7\n% a record\n%%EOF\n";

async fn signals(house: &House, login: &str, task: &str) -> Vec<(String, String)> {
    let all = house.get(login, &format!("/tasks/{task}/signals")).await.ok();
    let said = |s: &Value, name: &str| s[name].as_str().unwrap().to_owned();
    all.as_array().unwrap().iter().map(|s| (said(s, "rule"), said(s, "words"))).collect()
}

fn of<'s>(all: &'s [(String, String)], rule: &str) -> Option<&'s str> {
    all.iter().find(|(own, _)| own == rule).map(|(_, words)| words.as_str())
}

async fn prove(house: &House, task: &str, day: &str) {
    let view = house.get("p041", &format!("/tasks/{task}")).await.ok();
    let criterion = view["criteria"][0]["id"].as_str().unwrap();
    let path = format!("/tasks/{task}/evidence?filename=a.pdf&purpose=criterion&criteria={criterion}{day}");
    house.upload("p041", &path, PDF).await.ok();
}

#[actix_web::test]
async fn what_is_worth_a_second_look_is_said_and_refuses_nothing() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    // Its only measure is 清理存量 and its criterion 全部归档: both can be looked at.
    assert_eq!(
        signals(&house, "p041", &task).await,
        [("much_faster".to_owned(), "计划 100 天，0 天就申请销号".to_owned())]
    );
    // Twenty of a hundred days are not too soon.
    house.pass_days(19);
    assert!(of(&signals(&house, "p041", &task).await, "much_faster").is_some());
    house.pass_days(1);
    assert_eq!(signals(&house, "p041", &task).await, []);

    // The same file for two tasks, the second of which the unit has as well.
    let other = at_work(&house, "S02").await;
    prove(&house, &task, "").await;
    prove(&house, &other, "").await;
    let reused = signals(&house, "p041", &task).await;
    assert_eq!(of(&reused, "evidence_reused"), Some("1 份证据也用于S02"));
    assert_eq!(of(&signals(&house, "p072", &other).await, "evidence_reused"), Some("1 份证据也用于S01"));

    // Words that repeat themselves week after week.
    let unit = support::slips::ids(&house).await["U201"].clone();
    for _ in 0..3 {
        house.pass_days(7);
        let week = house.get("p041", &format!("/tasks/{task}")).await.ok()["statement_week"]["week"].clone();
        let body =
            json!({ "unit": unit, "week": week, "progress": "召开会议研究部署，正在推进合同清理各项工作，总体有序。" });
        house.request("p041", "POST", &format!("/tasks/{task}/statements"), None, Some(body)).await.ok();
    }
    assert_eq!(of(&signals(&house, "p072", &task).await, "weeks_copied"), Some("3 周里有 2 周的写实与此前雷同"));

    // None of it stands in the way: what does is the weeks that were passed over, and nothing else.
    let view = house.get("p041", &format!("/tasks/{task}")).await.ok();
    for milestone in view["milestones"].as_array().unwrap() {
        let body = json!({ "milestone": milestone["id"], "occurred_on": house.today() });
        house.act("p041", &task, "complete-milestone", body).await.ok();
    }
    let body = json!({ "results": "存量合同全部归档", "occurred_on": house.today(), "pledge": false });
    let refused = house.act("p041", &task, "request-closure", body).await.refused(422, "closure-not-ready");
    let codes: BTreeSet<&str> =
        refused["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
    assert_eq!(codes, BTreeSet::from(["statement-missing"]));
}

#[actix_web::test]
async fn nobody_hears_of_a_task_he_does_not_see_by_its_evidence() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    prove(&house, &task, "").await;
    // Another unit's task gets the same file.
    let sql = format!(
        "INSERT INTO attachments (id, blob_sha256, subject_kind, subject_id, purpose, filename, occurred_on, received_at, account_id) \
         SELECT gen_random_uuid(), a.blob_sha256, 'task', t.id, a.purpose, a.filename, a.occurred_on, a.received_at, a.account_id \
         FROM attachments a, tasks t WHERE a.subject_id = '{task}' AND t.number = 'T01'"
    );
    persistence::testing::run(&house.db.super_url(), &sql).unwrap();
    assert!(of(&signals(&house, "p041", &task).await, "evidence_reused").is_none());
    assert_eq!(of(&signals(&house, "p072", &task).await, "evidence_reused"), Some("1 份证据也用于T01"));
    house.get("p010", &format!("/tasks/{task}/signals")).await.refused(404, "not-found");
}

#[actix_web::test]
async fn a_draw_may_be_divided_by_what_closures_show() {
    let house = House::with(support::first_day(), api::demo::run).await;
    let check = crate::checks::planned(&house).await;
    let strata = format!("/checks/{check}/strata");
    let asked = json!({ "dimensions": ["signals"], "sample": 4, "is_quick": true });
    let frame = house.request("p068", "POST", &strata, None, Some(asked)).await.ok();
    // Each task falls where the signals on its own page put it.
    let mut seen = BTreeSet::new();
    for entry in frame["entries"].as_array().unwrap() {
        let task = entry["task"].as_str().unwrap();
        let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
        let requests = view["requests"].as_array().unwrap();
        let closure = requests.iter().find(|r| r["kind"] == "closure").filter(|r| r["state"] != "returned");
        let wanted = match (closure, signals(&house, "p072", task).await.len()) {
            (None, _) => "未申请销号",
            (Some(_), 0) => "无提示",
            (Some(_), 1) => "一处提示",
            (Some(_), _) => "多处提示",
        };
        assert_eq!(entry["stratum"], wanted, "{}", entry["number"]);
        seen.insert(wanted);
    }
    assert!(seen.contains("未申请销号") && seen.len() >= 2, "{seen:?}");
}
