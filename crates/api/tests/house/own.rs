//! What people settle: a person where he is logged in and what calls him, an office its round's policy.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use actix_web::test::TestRequest;
use domain::policy::Policy;
use serde_json::{Value, json};
use support::{Answer, House};

async fn log_in(house: &House, login: &str, agent: &str) -> (String, Value) {
    let request = TestRequest::post()
        .uri("/api/v1/sessions")
        .insert_header(("user-agent", agent.to_owned()))
        .set_json(json!({ "login": login, "password": house.password() }));
    let token = house.send(request).await.ok()["access_token"].as_str().unwrap().to_owned();
    let sessions = call(house, &token, "GET", "/me/sessions").await.ok();
    let own = sessions.as_array().unwrap().iter().find(|s| s["is_current"] == true).unwrap().clone();
    (token, own)
}

async fn call(house: &House, token: &str, method: &str, path: &str) -> Answer {
    let request = TestRequest::with_uri(&format!("/api/v1{path}"))
        .method(method.parse().unwrap())
        .insert_header(("authorization", format!("Bearer {token}")));
    house.send(request).await
}

#[actix_web::test]
async fn one_sees_where_one_is_logged_in_and_ends_it_at_once() {
    let house = House::new().await;
    let (desk, own) = log_in(&house, "p012", "Chrome/90 at the desk").await;
    let (phone, lost) = log_in(&house, "p012", "Chrome/90 on a phone").await;
    let (third, _) = log_in(&house, "p012", "Chrome/90 in the meeting room").await;
    let (other, another) = log_in(&house, "p013", "somebody else's").await;
    assert_eq!(own["agent"], "Chrome/90 at the desk");

    let end = |id: &Value| format!("/me/sessions/{}", id.as_str().unwrap());
    assert_eq!(call(&house, &desk, "DELETE", &end(&lost["id"])).await.status, 204);
    call(&house, &phone, "GET", "/me").await.refused(401, "unauthenticated");
    // Another person's is none.
    call(&house, &desk, "DELETE", &end(&another["id"])).await.refused(404, "not-found");
    call(&house, &other, "GET", "/me").await.ok();

    assert_eq!(call(&house, &desk, "DELETE", "/me/sessions").await.status, 204);
    call(&house, &third, "GET", "/me").await.refused(401, "unauthenticated");
    let left = call(&house, &desk, "GET", "/me/sessions").await.ok();
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(left[0]["id"], own["id"]);
    call(&house, &other, "GET", "/me").await.ok();
}

#[actix_web::test]
async fn a_session_that_is_over_by_itself_is_not_listed() {
    let house = House::new().await;
    log_in(&house, "p012", "left open").await;
    house.app.clock.set(house.app.clock.now() + chrono::TimeDelta::minutes(31));
    let (token, own) = log_in(&house, "p012", "new").await;
    let sessions = call(&house, &token, "GET", "/me/sessions").await.ok();
    assert_eq!(sessions.as_array().unwrap().len(), 1);
    assert_eq!(sessions[0]["id"], own["id"]);
}

#[actix_web::test]
async fn what_only_tells_may_be_quiet_and_what_asks_may_not() {
    let house = House::new().await;
    let rules = house.get("p041", "/me/notice-rules").await.ok();
    let free =
        |rule: &str| rules.as_array().unwrap().iter().find(|r| r["rule"] == rule).unwrap()["may_be_quiet"] == true;
    assert!(free("light_yellow") && free("task_closed"));
    assert!(!free("task_issued") && !free("signature_wanted") && !free("light_red"));

    let set = |quiet: Value| house.request("p041", "PUT", "/me/notice-rules", None, Some(json!({ "quiet": quiet })));
    set(json!(["task_issued"])).await.refused(422, "content");
    assert_eq!(set(json!(["light_yellow"])).await.status, 204);
    let rules = house.get("p041", "/me/notice-rules").await.ok();
    let quiet: Vec<_> =
        rules.as_array().unwrap().iter().filter(|r| r["is_quiet"] == true).map(|r| &r["rule"]).collect();
    assert_eq!(quiet, ["light_yellow"]);
    assert_eq!(set(json!([])).await.status, 204);
}

/// A task that nobody claims in time turns yellow; p028 and p029 are of its lead unit.
#[actix_web::test]
async fn a_quiet_notice_stands_in_the_list_and_is_not_counted() {
    let house = House::new().await;
    let task = house.task("T13").await;
    house.act("p072", &task, "issue", json!({})).await.ok();
    let (quiet, loud) = ("p028", "p029");
    house.request(quiet, "PUT", "/me/notice-rules", None, Some(json!({ "quiet": ["light_yellow"] }))).await;
    for _ in 0..6 {
        house.pass_days(1);
        house.keep_clock().await;
    }
    let told = |list: &Value| {
        let items = list["items"].as_array().unwrap();
        items.iter().find(|n| n["text"] == "任务转为预警" && n["task_id"] == task.as_str()).unwrap()["is_read"] == false
    };
    let (hushed, called) = (house.get(quiet, "/notices").await.ok(), house.get(loud, "/notices").await.ok());
    assert!(!told(&hushed));
    assert!(told(&called));
    assert_eq!(hushed["items"].as_array().unwrap().len(), called["items"].as_array().unwrap().len());
    assert_eq!(hushed["unread"].as_i64().unwrap() + 1, called["unread"].as_i64().unwrap());
}

/// The lights of the ledger by number.
async fn lights(house: &House, round: &str) -> Vec<(String, String)> {
    let page = house.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
    let light =
        |t: &Value| (t["number"].as_str().unwrap().to_owned(), t["light"]["level"].as_str().unwrap().to_owned());
    page["items"].as_array().unwrap().iter().map(light).collect()
}

#[actix_web::test]
async fn a_preview_says_what_a_policy_changes_and_the_ledger_then_agrees() {
    let house = House::new().await;
    let round = house.round().await;
    for number in ["T13", "T16"] {
        let task = house.task(number).await;
        house.act("p072", &task, "issue", json!({})).await.ok();
    }
    house.pass_days(10);
    house.keep_clock().await;
    let before = lights(&house, &round).await;
    assert_eq!(before.iter().filter(|(_, l)| l == "yellow").count(), 2, "{before:?}");

    let view = house.get("p072", &format!("/rounds/{round}")).await.ok();
    let mut policy = view["policy"].clone();
    policy["claim_or_plan_late_level"] = json!("red");
    policy["cut_off_weekday"] = json!(4);
    let path = format!("/rounds/{round}/policy/preview");
    let preview = house.request("p072", "POST", &path, None, Some(policy.clone())).await.ok();
    let labels: Vec<_> =
        preview["changes"].as_array().unwrap().iter().map(|c| c["pointer"].as_str().unwrap()).collect();
    assert_eq!(labels, ["/cut_off_weekday", "/claim_or_plan_late_level"]);
    assert_eq!(preview["n_tasks_changed"], 2);
    assert_eq!(preview["is_whole"], true);
    let of = |level: &str| {
        let found = preview["lights"].as_array().unwrap().iter().find(|l| l["level"] == level).unwrap();
        (found["before"].as_i64().unwrap(), found["after"].as_i64().unwrap())
    };
    assert_eq!((of("red"), of("yellow"), of("green")), ((0, 2), (2, 0), (0, 0)));
    assert_ne!(preview["cut_off_before"], preview["cut_off_after"]);
    // It changed nothing.
    house.keep_clock().await;
    assert_eq!(lights(&house, &round).await, before);

    let set = json!({ "policy": policy, "basis": "领导组第2次会议纪要" });
    house.request("p072", "PUT", &format!("/rounds/{round}/policy"), view["version"].as_i64(), Some(set)).await.ok();
    house.keep_clock().await;
    let after = lights(&house, &round).await;
    assert_eq!(after.iter().filter(|(_, l)| l == "red").count(), 2, "{after:?}");
}

#[actix_web::test]
async fn a_preview_is_the_offices_and_of_a_sound_policy() {
    let house = House::new().await;
    let path = format!("/rounds/{}/policy/preview", house.round().await);
    let policy = json!(Policy::default());
    house.request("p001", "POST", &path, None, Some(policy.clone())).await.refused(403, "not-allowed");
    let mut unsound = policy;
    unsound["cut_off_weekday"] = json!(9);
    house.request("p072", "POST", &path, None, Some(unsound)).await.refused(422, "policy-unsound");
}

#[actix_web::test]
async fn the_list_of_warnings_says_what_the_round_sets() {
    let house = House::new().await;
    let round = house.round().await;
    let path = format!("/rounds/{round}/warnings");
    let of = |list: &serde_json::Value, rule: &str| -> serde_json::Value {
        list.as_array().unwrap().iter().find(|r| r["rule"] == rule).unwrap().clone()
    };
    let before = house.get("p072", &path).await.ok();
    let yellow = of(&before, "light_yellow");
    assert!(yellow["when"].as_str().unwrap().contains("时限前5个工作日"), "{yellow}");
    assert_eq!(yellow["told"], json!(["承办单位", "第一责任人"]));
    // A warning that only tells stays in the page until somebody sends it out; a red light goes out by all ways.
    assert_eq!((&yellow["channels"], &yellow["may_be_quiet"]), (&json!([]), &json!(true)));
    assert_eq!(of(&before, "light_red")["channels"], json!(["电子邮件", "群机器人"]));
    assert_eq!(of(&before, "slip_overdue")["settings"].as_array().unwrap().len(), 5);

    let view = house.get("p072", &format!("/rounds/{round}")).await.ok();
    let mut policy = view["policy"].clone();
    policy["due_soon_working_days"] = json!(7);
    let set = json!({ "policy": policy, "basis": "领导组第2次会议纪要" });
    house.request("p072", "PUT", &format!("/rounds/{round}/policy"), view["version"].as_i64(), Some(set)).await.ok();
    let channels = house.get("sysadmin", "/channel-rules").await.ok();
    let set = json!({ "rules": { "light_yellow": ["mail"] }, "version": channels["version"] });
    house.request("sysadmin", "PUT", "/channel-rules", None, Some(set)).await.ok();

    let yellow = of(&house.get("p072", &path).await.ok(), "light_yellow");
    assert!(yellow["when"].as_str().unwrap().contains("时限前7个工作日"), "{yellow}");
    assert_eq!(yellow["channels"], json!(["电子邮件"]));
    assert_eq!(yellow["settings"][0]["says"], "到期前7个工作日");
}

#[actix_web::test]
async fn a_printed_form_finds_its_task_for_who_may_see_it() {
    let house = House::new().await;
    let task = house.task("T13").await;
    house.act("p072", &task, "issue", json!({})).await.ok();
    house.act("p072", &task, "request-withdrawal", json!({ "reason": "重复录入" })).await.ok();
    let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
    let request = view["requests"][0]["id"].as_str().unwrap().to_owned();
    let place = house.get("p072", &format!("/sign-requests/{request}")).await.ok();
    assert_eq!(place["task_id"], task.as_str());
    assert!(place["number"].as_i64().unwrap() > 0);
    house.get("p010", &format!("/sign-requests/{request}")).await.refused(404, "not-found");
    house.get("p072", &format!("/sign-requests/{}", uuid::Uuid::nil())).await.refused(404, "not-found");
}
