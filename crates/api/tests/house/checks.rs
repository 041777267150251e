//! Checks on the spot over the API: a draw nobody steers, results two people sign, and a unit that learns nothing before it is announced.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use domain::chain::Digest;
use domain::check::draw;
use domain::check::state::Check;
use domain::ids::{CheckId, PersonId};
use persistence::checks;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use support::{Answer, House};
use uuid::Uuid;

const INSPECTORS: [&str; 6] = ["P068", "P069", "P070", "P071", "P072", "P073"];

async fn people(house: &House, codes: &[&str]) -> Vec<Value> {
    let all = house.get("p072", "/people").await.ok();
    let all = all.as_array().or_else(|| all["items"].as_array()).unwrap().clone();
    codes.iter().map(|c| all.iter().find(|p| p["code"] == *c).unwrap()["id"].clone()).collect()
}

/// A spot check of this and next week, planned by the first team's head.
pub(crate) async fn planned(house: &House) -> String {
    let form = json!({
        "kind": "spot", "title": "已销号任务随时抽查", "questions": ["台账所写与现场是否一致"],
        "from_on": house.today(), "to_on": house.today() + chrono::Days::new(14), "inspectors": people(house, &INSPECTORS).await,
    });
    let path = format!("/rounds/{}/checks", house.round().await);
    let planned = house.request("p068", "POST", &path, None, Some(form)).await.ok();
    planned["id"].as_str().unwrap().to_owned()
}

async fn act(house: &House, login: &str, check: &str, act: &str, body: Value) -> Answer {
    let view = house.get("p068", &format!("/checks/{check}")).await.ok();
    house.request(login, "POST", &format!("/checks/{check}/{act}"), view["version"].as_i64(), Some(body)).await
}

/// Somebody of a unit, by the unit's name.
fn member_of(unit: &str) -> &'static str {
    let people = include_str!("../../../../tests/fixtures/people.csv");
    let units = include_str!("../../../../tests/fixtures/units.csv");
    let code = units.lines().find(|l| l.split(',').any(|f| f == unit)).and_then(|l| l.split(',').next()).unwrap();
    let line = people.lines().find(|l| l.split(',').nth(4) == Some(code) && l.contains(",unit,")).unwrap();
    line.split(',').nth(1).unwrap()
}

fn nonce(n: u8) -> Digest {
    Digest::of_bytes(Sha256::digest([n]).into())
}

fn commitment(check: &str, person: &Value, nonce: &Digest) -> Value {
    let (check, person): (Uuid, Uuid) = (check.parse().unwrap(), person.as_str().unwrap().parse().unwrap());
    json!({ "commitment": draw::commitment(CheckId(check), PersonId(person), nonce).as_str() })
}

fn actions(view: &Value) -> Vec<&str> {
    view["open_actions"].as_array().unwrap().iter().map(|a| a["action"].as_str().unwrap()).collect()
}

/// The row is the fold of its events, and its chain holds.
fn folded(house: &House, check: &str) -> Check {
    let id = CheckId(check.parse().unwrap());
    house
        .app
        .db
        .read_now(|conn| {
            assert_eq!(persistence::events::first_broken(conn, "check", id.0)?, None);
            let actor = domain::actor::Actor::System;
            let row = checks::find(conn, &actor, id)?.check;
            assert_eq!(checks::replay(conn, id)?, Some(row.clone()));
            Ok(row)
        })
        .unwrap()
}

#[actix_web::test]
async fn a_spot_check_goes_from_its_frame_to_its_figures() {
    let house = House::with(support::first_day(), api::demo::run).await;
    let check = planned(&house).await;
    let parties = people(&house, &["P001", "P068", "P072"]).await;
    let scope = json!({ "closed": "true" });
    let frame = json!({ "scope": scope, "dimensions": ["disposition"], "sample": 4, "parties": parties });

    // What the draw would be, without keeping anything.
    let before =
        house.request("p068", "POST", &format!("/checks/{check}/strata"), None, Some(frame.clone())).await.ok();
    let round = house.round().await;
    let closed = house.get("p072", &format!("/rounds/{round}/tasks?closed=true&limit=200")).await.ok();
    assert_eq!(before["size"].as_u64(), closed["items"].as_array().map(|i| i.len() as u64));
    let strata = before["strata"].as_array().unwrap();
    let sizes: u64 = strata.iter().map(|s| s["size"].as_u64().unwrap()).sum();
    assert_eq!(Some(sizes), before["size"].as_u64());

    // A task is left out only with a reason.
    let mut without = frame.clone();
    without["without"] = json!([{ "task": before["entries"][0]["task"], "reason": " " }]);
    act(&house, "p068", &check, "frame", without.clone()).await.refused(422, "content");
    without["without"][0]["reason"] = json!("正在司法程序中");
    let view = act(&house, "p068", &check, "frame", without).await.ok();
    assert_eq!(view["draw"]["size"].as_u64(), before["size"].as_u64().map(|n| n - 1));
    assert_eq!(view["draw"]["excluded"][0]["reason"], "正在司法程序中");

    // Parties commit; nobody reveals before the last has; nobody twice, nobody else.
    act(&house, "p069", &check, "commitments", commitment(&check, &parties[0], &nonce(1)))
        .await
        .refused(403, "not-allowed");
    act(&house, "p001", &check, "commitments", commitment(&check, &parties[0], &nonce(1))).await.ok();
    act(&house, "p001", &check, "commitments", commitment(&check, &parties[0], &nonce(9)))
        .await
        .refused(409, "already-committed");
    act(&house, "p001", &check, "nonces", json!({ "nonce": nonce(1).as_str() })).await.refused(409, "wrong-state");
    act(&house, "p068", &check, "commitments", commitment(&check, &parties[0], &nonce(1)))
        .await
        .refused(422, "content");
    act(&house, "p068", &check, "commitments", commitment(&check, &parties[1], &nonce(2))).await.ok();
    // The frame does not move any more.
    act(&house, "p068", &check, "frame", frame).await.refused(409, "wrong-state");
    let view = act(&house, "p072", &check, "commitments", commitment(&check, &parties[2], &nonce(3))).await.ok();
    assert_eq!(view["state"], "revealing");
    act(&house, "p001", &check, "nonces", json!({ "nonce": nonce(7).as_str() })).await.refused(422, "content");
    act(&house, "p068", &check, "go-on", json!({ "reason": "等不及" })).await.refused(409, "nothing-revealed");
    act(&house, "p001", &check, "nonces", json!({ "nonce": nonce(1).as_str() })).await.ok();
    act(&house, "p001", &check, "nonces", json!({ "nonce": nonce(1).as_str() })).await.refused(409, "already-revealed");
    act(&house, "p072", &check, "nonces", json!({ "nonce": nonce(3).as_str() })).await.ok();
    house.get("p068", &format!("/checks/{check}/bundle")).await.refused(409, "not-drawn");
    // One is away: it is named, and the draw goes on.
    let view = act(&house, "p072", &check, "go-on", json!({ "reason": "出差，未能公开" })).await.ok();
    assert_eq!((view["state"].as_str(), view["draw"]["went_on"].as_str()), (Some("ready"), Some("出差，未能公开")));
    assert_eq!(view["draw"]["parties"][1]["has_revealed"], false);

    // Anybody who sees the check draws again from the bundle.
    let bundle = house.get("p001", &format!("/checks/{check}/bundle")).await;
    let again = draw::verify(std::str::from_utf8(&bundle.bytes).unwrap()).unwrap();
    let drawn: Vec<String> = again.sample.iter().map(|d| d.task.to_string()).collect();
    let shown: Vec<&str> = view["targets"].as_array().unwrap().iter().map(|t| t["task_id"].as_str().unwrap()).collect();
    assert_eq!(drawn, shown);
    assert!(shown.len() >= 4 && again.commitments[1].nonce.is_none());

    // The unit learns of nothing before it is announced, and no result is entered.
    let first = view["targets"][0].clone();
    let login = first["inspectors"][0]["name"].as_str().map(House::login).unwrap();
    let second = first["inspectors"][1]["name"].as_str().map(House::login).unwrap();
    let task = first["task_id"].as_str().unwrap().to_owned();
    let path = format!("/checks/{check}/results/{task}");
    let found = json!({ "result": "false_closure", "found": "现场没有台账所写的设备", "occurred_on": house.today() });
    house.request(&login, "PUT", &path, None, Some(found.clone())).await.refused(409, "wrong-state");
    let unit = House::login(
        closed["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|t| t["id"] == task.as_str())
            .map(|t| member_of(t["lead_unit"].as_str().unwrap()))
            .unwrap(),
    );
    // The demo's own check may have been announced to it.
    let told = async || house.get(&unit, "/notices").await.ok().to_string().matches("督导组已进点检查").count();
    let before = told().await;
    act(&house, "p068", &check, "announce", json!({})).await.ok();
    assert!(told().await > before);

    // Two sign; the first cannot sign what he wrote, the second may send it back.
    let photo = house.upload(&login, &format!("/checks/{check}/files?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.ok();
    let mut with_photo = found.clone();
    with_photo["files"] = json!([photo["id"]]);
    let view = house.request(&login, "PUT", &path, None, Some(with_photo.clone())).await.ok();
    assert_eq!(view["targets"][0]["result"]["files"][0]["filename"], "a.pdf");
    act(&house, &login, &check, &format!("results/{task}/signature"), json!({}))
        .await
        .refused(403, "signed-own-submission");
    house.request(&second, "PUT", &path, None, Some(found.clone())).await.refused(409, "result-waits");
    act(&house, &second, &check, &format!("results/{task}/signature"), json!({ "objection": "照片看不清" })).await.ok();
    house.request(&login, "PUT", &path, None, Some(with_photo)).await.ok();
    let light = |view: &Value| view["light"]["level"].as_str().unwrap().to_owned();
    assert_eq!(light(&house.get("p072", &format!("/tasks/{task}")).await.ok()), "none");
    let view = act(&house, &second, &check, &format!("results/{task}/signature"), json!({})).await.ok();
    assert_eq!(view["targets"][0]["result"]["signed_by"], first["inspectors"][1]["name"]);
    house.request(&login, "PUT", &path, None, Some(found.clone())).await.refused(409, "result-signed");

    // The closed task is red at once and waits for a decision; its history has the result.
    let seen = house.get("p072", &format!("/tasks/{task}")).await.ok();
    assert_eq!(light(&seen), "red");
    let open: Vec<&str> =
        seen["open_actions"].as_array().unwrap().iter().map(|a| a["action"].as_str().unwrap()).collect();
    assert!(open.contains(&"reopen") && open.contains(&"settle_check"), "{open:?}");
    let history = house.get("p072", &format!("/tasks/{task}/history")).await.ok().to_string();
    assert!(history.contains("虚假整改"), "{history}");
    let before = house.act("p072", &task, "settle-check", json!({ "reason": "" })).await;
    before.refused(422, "content");
    house.act("p072", &task, "settle-check", json!({ "reason": "设备已于检查后到位，另行跟踪" })).await.ok();
    assert_eq!(light(&house.get("p072", &format!("/tasks/{task}")).await.ok()), "none");
    house.act("p072", &task, "settle-check", json!({ "reason": "再来一次" })).await.refused(409, "no-failed-check");

    // The rest is true; the figures stand when every stratum has a result, the check ends when every task has.
    act(&house, "p068", &check, "finish", json!({})).await.refused(409, "results-missing");
    for target in view["targets"].as_array().unwrap().iter().skip(1) {
        let by = target["inspectors"][0]["name"].as_str().map(House::login).unwrap();
        let other = target["inspectors"][1]["name"].as_str().map(House::login).unwrap();
        let task = target["task_id"].as_str().unwrap();
        let body = json!({ "result": "pass", "found": "与台账一致", "occurred_on": house.today() });
        house.request(&by, "PUT", &format!("/checks/{check}/results/{task}"), None, Some(body)).await.ok();
        act(&house, &other, &check, &format!("results/{task}/signature"), json!({})).await.ok();
    }
    let view = act(&house, "p068", &check, "finish", json!({ "words": "已反馈" })).await.ok();
    let tally = &view["tally"];
    assert_eq!((tally["checked"].clone(), tally["false_closure"].clone()), (tally["drawn"].clone(), json!(1)));
    let rate = &view["untrue_rate"];
    let of = |name: &str| rate[name].as_f64().unwrap();
    assert!(0.0 < of("low") && of("low") <= of("share") && of("share") <= of("high") && of("high") < 1.0, "{rate}");
    assert_eq!(actions(&view), Vec::<&str>::new());
    assert_eq!(folded(&house, &check).state.as_str(), "finished");
}

/// The group in its seventh week takes a while to tell, so these share it.
#[actix_web::test]
async fn nobody_learns_of_a_check_too_early_and_every_draw_is_counted() {
    let house = House::with(support::first_day(), api::demo::run).await;
    a_unit_never_sees_a_check(&house).await;
    a_draw_that_is_given_up_is_counted_and_says_why(&house).await;
    a_named_check_takes_the_tasks_it_is_given(&house).await;
    who_verifies_waits_for_what_is_found(&house).await;
}

async fn a_unit_never_sees_a_check(house: &House) {
    let check = planned(house).await;
    // Two tasks were looked at by an earlier check of the story, and their history says so: a draw that hit one would prove nothing.
    let (t06, t12) = (house.task("T06").await, house.task("T12").await);
    let without = json!([{ "task": t06, "reason": "已检查" }, { "task": t12, "reason": "已检查" }]);
    let frame = json!({ "dimensions": ["unit"], "sample": 30, "is_quick": true, "without": without });
    let view = act(house, "p068", &check, "frame", frame).await.ok();
    assert_eq!(view["targets"].as_array().map(Vec::len), Some(30));
    assert_eq!((view["state"].as_str(), view["draw"]["is_quick"].as_bool()), (Some("ready"), Some(true)));
    let bundle = house.get("p068", &format!("/checks/{check}/bundle")).await;
    let again = draw::verify(std::str::from_utf8(&bundle.bytes).unwrap()).unwrap();
    assert!(again.frame.is_quick && again.frame.parties.len() == 1);
    let round = house.round().await;
    for unit in ["p010", "p040", "p041"] {
        assert_eq!(house.get(unit, &format!("/rounds/{round}/checks")).await.ok(), json!([]));
        house.get(unit, &format!("/checks/{check}")).await.refused(404, "not-found");
        house.get(unit, &format!("/checks/{check}/bundle")).await.refused(404, "not-found");
        house
            .request(unit, "POST", &format!("/checks/{check}/announce"), Some(1), Some(json!({})))
            .await
            .refused(404, "not-found");
    }
    // Nor does a task of the sample say anything of it.
    for target in view["targets"].as_array().unwrap() {
        let path = format!("/tasks/{}", target["task_id"].as_str().unwrap());
        for what in [path.clone(), format!("{path}/history")] {
            let said = house.get("p072", &what).await.ok().to_string();
            let gives_away = [check.as_str(), "已销号任务随时抽查", "现场检查"].into_iter().find(|w| said.contains(w));
            assert_eq!(gives_away, None, "{what}");
        }
    }
    act(house, "p068", &check, "cancel", json!({ "reason": "改期" })).await.ok();
}

async fn a_draw_that_is_given_up_is_counted_and_says_why(house: &House) {
    let check = planned(house).await;
    let one_line = json!({ "sample": 3, "parties": people(house, &["P068", "P069"]).await });
    act(house, "p068", &check, "frame", one_line).await.refused(422, "content");
    let unit = json!({ "sample": 3, "parties": people(house, &["P001", "P040"]).await });
    act(house, "p068", &check, "frame", unit).await.refused(422, "content");
    let nothing = json!({ "scope": { "text": "没有这样的任务" }, "sample": 3, "is_quick": true });
    act(house, "p068", &check, "frame", nothing).await.refused(409, "frame-empty");
    act(house, "p068", &check, "frame", json!({ "scope": { "colour": "red" }, "sample": 3 }))
        .await
        .refused(422, "content");

    act(house, "p068", &check, "frame", json!({ "sample": 3, "is_quick": true })).await.ok();
    act(house, "p068", &check, "give-up", json!({ "reason": " " })).await.refused(422, "content");
    let view = act(house, "p068", &check, "give-up", json!({ "reason": "范围有误" })).await.ok();
    assert_eq!((view["state"].as_str(), &view["draw"]), (Some("planned"), &Value::Null));
    assert_eq!(view["given_up"], json!([{ "nth": 1, "reason": "范围有误" }]));
    let view = act(house, "p068", &check, "frame", json!({ "sample": 3, "is_quick": true })).await.ok();
    assert_eq!(view["draw"]["nth"], 2);
    let bundle = house.get("p068", &format!("/checks/{check}/bundle")).await.ok();
    assert_eq!(bundle["frame"]["given_up"], json!(["范围有误"]));
    // Somebody who decided on what was before is told.
    let stale = house.request("p068", "POST", &format!("/checks/{check}/announce"), Some(1), Some(json!({}))).await;
    stale.refused(412, "stale");
    act(house, "p068", &check, "cancel", json!({ "reason": "改期" })).await.ok();
    folded(house, &check);
}

async fn a_named_check_takes_the_tasks_it_is_given(house: &House) {
    let path = format!("/rounds/{}/checks", house.round().await);
    let task = house.task("T05").await;
    let form = |inspectors: Vec<Value>, tasks: Value| {
        json!({
            "kind": "follow_up", "title": "跟踪督查", "from_on": house.today(), "to_on": house.today(), "inspectors": inspectors, "tasks": tasks,
        })
    };
    let all = people(house, &INSPECTORS).await;
    house.request("p068", "POST", &path, None, Some(form(all.clone(), json!([])))).await.refused(422, "content");
    house
        .request("p068", "POST", &path, None, Some(form(all[..1].to_vec(), json!([task]))))
        .await
        .refused(422, "content");
    let unit = people(house, &["P040", "P041"]).await;
    house.request("p068", "POST", &path, None, Some(form(unit, json!([task])))).await.refused(422, "content");
    house
        .request("p040", "POST", &path, None, Some(form(all.clone(), json!([task]))))
        .await
        .refused(403, "not-allowed");
    house
        .request("p001", "POST", &path, None, Some(form(all.clone(), json!([task]))))
        .await
        .refused(403, "not-allowed");
    let planned = house.request("p068", "POST", &path, None, Some(form(all, json!([task])))).await.ok();
    let check = planned["id"].as_str().unwrap().to_owned();
    act(house, "p068", &check, "frame", json!({ "sample": 3, "is_quick": true }))
        .await
        .refused(409, "not-a-spot-check");
    let view = act(house, "p068", &check, "announce", json!({})).await.ok();
    // Whoever's own unit it is keeps away.
    let inspectors = view["targets"][0]["inspectors"].as_array().unwrap();
    assert!(inspectors.len() >= 2);
    let outside = house.task("T06").await;
    let body = json!({ "result": "pass", "found": "一致", "occurred_on": house.today() });
    let by = House::login(inspectors[0]["name"].as_str().unwrap());
    house
        .request(&by, "PUT", &format!("/checks/{check}/results/{outside}"), None, Some(body))
        .await
        .refused(409, "not-in-sample");
    folded(house, &check);
}

#[actix_web::test]
async fn what_a_check_waits_for_is_on_the_list_of_whoever_it_waits_for() {
    let house = House::with(support::first_day(), api::demo::run).await;
    let check = planned(&house).await;
    let round = house.round().await;
    let mine = |list: Value| -> Vec<(String, u64)> {
        let items = list["items"].as_array().unwrap().clone();
        let own = items.iter().filter(|i| i["check_id"] == check.as_str());
        own.map(|i| (i["action"].as_str().unwrap().to_owned(), i["count"].as_u64().unwrap())).collect()
    };
    let todo = async |who: &str| mine(house.get(who, &format!("/rounds/{round}/todo")).await.ok());
    // A leader who has nothing to do with any task of the frame.
    let closed = house.get("p072", &format!("/rounds/{round}/tasks?closed=true&limit=200")).await.ok();
    let mut stranger = None;
    for leader in ["P002", "P003", "P004", "P005", "P006", "P007", "P008", "P009"] {
        let mut sees = false;
        for task in closed["items"].as_array().unwrap() {
            let path = format!("/tasks/{}", task["id"].as_str().unwrap());
            sees |= house.get(&leader.to_lowercase(), &path).await.status == 200;
        }
        if !sees {
            stranger = Some(leader);
        }
    }
    let stranger = stranger.expect("a leader without a closed task");
    let parties = people(&house, &["P001", "P069", stranger]).await;
    act(&house, "p068", &check, "frame", json!({ "scope": { "closed": "true" }, "sample": 2, "parties": parties }))
        .await
        .ok();
    assert_eq!(todo("p001").await, [("commit_nonce".to_owned(), 1)]);
    assert_eq!(todo("p068").await, []);
    act(&house, "p001", &check, "commitments", commitment(&check, &parties[0], &nonce(1))).await.ok();
    assert_eq!(todo("p001").await, []);
    let login = stranger.to_lowercase();
    act(&house, &login, &check, "commitments", commitment(&check, &parties[2], &nonce(4))).await.ok();
    act(&house, "p069", &check, "commitments", commitment(&check, &parties[1], &nonce(2))).await.ok();
    assert_eq!(todo("p001").await, [("reveal_nonce".to_owned(), 1)]);
    act(&house, "p001", &check, "nonces", json!({ "nonce": nonce(1).as_str() })).await.ok();
    act(&house, "p069", &check, "nonces", json!({ "nonce": nonce(2).as_str() })).await.ok();
    act(&house, &login, &check, "nonces", json!({ "nonce": nonce(4).as_str() })).await.ok();
    let view = act(&house, "p068", &check, "announce", json!({})).await.ok();
    let target = &view["targets"][0];
    let (first, second) = (&target["inspectors"][0]["name"], &target["inspectors"][1]["name"]);
    let (first, second) = (House::login(first.as_str().unwrap()), House::login(second.as_str().unwrap()));
    assert!(todo(&first).await.iter().any(|(act, n)| act == "record_result" && *n >= 1));
    let task = target["task_id"].as_str().unwrap();
    let photo = house.upload(&first, &format!("/checks/{check}/files?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.ok();
    let photo = photo["id"].as_str().unwrap().to_owned();
    let body =
        json!({ "result": "fail", "found": "未见台账所写的制度", "occurred_on": house.today(), "files": [photo] });
    house.request(&first, "PUT", &format!("/checks/{check}/results/{task}"), None, Some(body)).await.ok();
    assert!(todo(&second).await.contains(&("sign_result".to_owned(), 1)));
    act(&house, &second, &check, &format!("results/{task}/signature"), json!({})).await.ok();
    assert_eq!(todo(&second).await.iter().find(|(act, _)| act == "sign_result"), None);
    // A party sees that there is a result, and what was found only where he reads the task.
    for (who, reads) in [("p072", true), (login.as_str(), false)] {
        let view = house.get(who, &format!("/checks/{check}")).await.ok();
        let result = &view["targets"][0]["result"];
        let found = if reads { "未见台账所写的制度" } else { "" };
        assert_eq!((result["label"].as_str(), result["found"].as_str()), (Some("不属实"), Some(found)), "{who}");
        let photo = house.request(who, "POST", &format!("/evidence/{photo}/tickets"), None, None).await;
        assert_eq!(photo.status, if reads { 201 } else { 404 }, "{who}");
    }
    // The closed task that was found untrue waits for a decision of who supervises the round.
    let list = house.get("p072", &format!("/rounds/{round}/todo")).await.ok();
    let waits = list["items"].as_array().unwrap().iter().find(|i| i["action"] == "settle_check").unwrap();
    assert_eq!(waits["task_id"], target["task_id"]);
    for unit in ["p010", "p040"] {
        assert_eq!(todo(unit).await, []);
    }
}

/// A closure that waits for its verifiers waits for the check first, without a word to the unit.
async fn who_verifies_waits_for_what_is_found(house: &House) {
    let round = house.round().await;
    let page = house.get("p072", &format!("/rounds/{round}/tasks?state=closure_review&limit=200")).await.ok();
    let mut found = None;
    for task in page["items"].as_array().unwrap() {
        let id = task["id"].as_str().unwrap().to_owned();
        if support::waiting_for(house, &id).await.is_some_and(|(who, _)| who == "supervisor") {
            found = Some(id);
        }
    }
    let task = found.expect("the seventh week has a closure before its verifiers");
    let verifier = async || -> Option<String> {
        let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
        for person in view["verifiers"].as_array().unwrap() {
            let login = House::login(person["name"].as_str().unwrap());
            let view = house.get(&login, &format!("/tasks/{task}")).await.ok();
            let open = view["open_actions"].as_array().unwrap();
            if open.iter().any(|a| a["action"] == "sign" && a["is_possible"] == json!(true)) {
                return Some(login);
            }
        }
        None
    };
    let who = verifier().await.expect("somebody may verify it");
    let form = json!({
        "kind": "special", "title": "专项检查", "from_on": house.today(), "to_on": house.today(),
        "inspectors": people(house, &INSPECTORS).await, "tasks": [task],
    });
    let path = format!("/rounds/{round}/checks");
    let check = house.request("p068", "POST", &path, None, Some(form)).await.ok()["id"].as_str().unwrap().to_owned();
    assert!(verifier().await.is_some(), "what is only planned holds nothing");
    let view = act(house, "p068", &check, "announce", json!({})).await.ok();
    let seen = house.get(&who, &format!("/tasks/{task}")).await.ok();
    let sign = seen["open_actions"].as_array().unwrap().iter().find(|a| a["action"] == "sign").unwrap().clone();
    assert_eq!(
        (sign["is_possible"].as_bool(), sign["missing"][0]["code"].as_str()),
        (Some(false), Some("check-pending"))
    );
    let (first, second) = (&view["targets"][0]["inspectors"][0], &view["targets"][0]["inspectors"][1]);
    let (first, second) =
        (House::login(first["name"].as_str().unwrap()), House::login(second["name"].as_str().unwrap()));
    let body = json!({ "result": "pass", "found": "与台账一致", "occurred_on": house.today() });
    house.request(&first, "PUT", &format!("/checks/{check}/results/{task}"), None, Some(body)).await.ok();
    act(house, &second, &check, &format!("results/{task}/signature"), json!({})).await.ok();
    assert!(verifier().await.is_some(), "what was found and signed holds nothing any more");
}
