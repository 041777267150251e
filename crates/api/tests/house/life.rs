//! The whole life of a task over the API, from the imported draft to the confirmed closure, with its detours.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says so")]

use crate::support;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use support::{House, waiting_for};

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n";
const PEOPLE: &str = include_str!("../../../../tests/fixtures/people.csv");

/// The office issues, the unit claims.
async fn issue_and_claim(house: &House, task: &str, clerk: &str) -> Value {
    house.act("p072", task, "issue", json!({})).await.ok();
    house.act(clerk, task, "claim", json!({})).await.ok()
}

/// Every step of the open request signs, each by its person; verifiers by the team.
async fn sign_through(house: &House, task: &str) {
    for _ in 0..8 {
        let Some((who, request)) = waiting_for(house, task).await else { return };
        let mut signed = false;
        let people: Vec<String> = match who.as_str() {
            "supervisor" => ["p068", "p069", "p070", "p071"].iter().map(|p| (*p).to_owned()).collect(),
            "office" => vec!["p072".to_owned(), "p073".to_owned()],
            "unit_head" => (10..68).map(|n| format!("p{n:03}")).collect(),
            name => vec![House::login(name)],
        };
        for login in people {
            let body = json!({ "request": request, "verdict": "approve", "method": "现场查看", "words": "同意" });
            let answer = house.act(&login, task, "sign", body).await;
            if answer.status == 200 {
                signed = true;
                break;
            }
        }
        assert!(signed, "nobody can sign the step of {who}");
    }
}

fn milestones(view: &Value) -> Vec<Value> {
    view["milestones"].as_array().unwrap().clone()
}

async fn complete(house: &House, task: &str, clerk: &str) -> Value {
    let view = house.get(clerk, &format!("/tasks/{task}")).await.ok();
    for milestone in milestones(&view).iter().filter(|m| m["done_on"].is_null()) {
        let body = json!({ "milestone": milestone["id"], "occurred_on": house.today() });
        house.act(clerk, task, "complete-milestone", body).await.ok();
    }
    for criterion in view["criteria"].as_array().unwrap() {
        let path = format!(
            "/tasks/{task}/evidence?filename=%E8%AE%B0%E5%BD%95.pdf&purpose=criterion&criteria={}",
            criterion["id"].as_str().unwrap()
        );
        house.upload(clerk, &path, PDF).await.ok();
    }
    house.get(clerk, &format!("/tasks/{task}")).await.ok()
}

/// An ordinary dated task led by a leader who is not the principal.
async fn ordinary(house: &House) -> (String, String, String) {
    let round = house.round().await;
    let page = house.get("p072", &format!("/rounds/{round}/tasks?limit=200&disposition=dated")).await.ok();
    for item in page["items"].as_array().unwrap() {
        let id = item["id"].as_str().unwrap();
        let view = house.get("p072", &format!("/tasks/{id}")).await.ok();
        let leader = view["leaders"][0]["name"].as_str().unwrap();
        let head = view["persons"][0]["name"].as_str().unwrap();
        if leader != "甲子安" && head != "癸亥同" {
            return (id.to_owned(), House::login(head), House::login(leader));
        }
    }
    panic!("the sample has no ordinary task");
}

async fn statement(house: &House, task: &str, clerk: &str) {
    let view = house.get(clerk, &format!("/tasks/{task}")).await.ok();
    let unit = view["units"][0]["id"].clone();
    let week = view["statement_week"]["week"].clone();
    let body = json!({ "unit": unit, "week": week, "progress": "完成制度初稿并征求意见" });
    house.request(clerk, "POST", &format!("/tasks/{task}/statements"), None, Some(body)).await.ok();
}

#[actix_web::test]
async fn from_draft_to_confirmed() {
    let house = House::new().await;
    let (task, clerk, _) = ordinary(&house).await;
    let view = issue_and_claim(&house, &task, &clerk).await;
    assert_eq!(view["state"], "planning");

    let criteria: Vec<Value> =
        view["criteria"].as_array().unwrap().iter().map(|c| json!({ "id": c["id"], "text": c["text"] })).collect();
    let criteria = if criteria.is_empty() { vec![json!({ "text": "制度印发" })] } else { criteria };
    let due: NaiveDate = view["due_on"].as_str().unwrap().parse().unwrap();
    let plan = json!({ "milestones": [{ "title": "印发制度", "due_on": due - Days::new(3), "proof": "文件" }], "criteria": criteria });
    house.act(&clerk, &task, "submit-plan", json!({ "plan": plan, "pledge": true })).await.ok();
    sign_through(&house, &task).await;
    let view = house.get(&clerk, &format!("/tasks/{task}")).await.ok();
    assert_eq!(view["state"], "rectifying", "{}", view["requests"]);

    statement(&house, &task, &clerk).await;
    house.pass_days(2);
    // What is missing is listed whole before a closure can be asked for.
    let ask = json!({ "results": "制度已印发执行", "occurred_on": house.today(), "pledge": true });
    let refused = house.act(&clerk, &task, "request-closure", ask.clone()).await.refused(422, "closure-not-ready");
    assert!(refused["errors"].as_array().unwrap().len() >= 2, "{refused}");
    complete(&house, &task, &clerk).await;
    let view = house.act(&clerk, &task, "request-closure", ask).await.ok();
    assert_eq!(view["state"], "closure_review");
    sign_through(&house, &task).await;
    let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
    assert_eq!(view["state"], "observing", "{}", view["requests"]);

    house.act("p072", &task, "confirm", json!({})).await.refused(409, "observation-running");
    house.pass_days(200);
    house.keep_clock().await;
    let view = house.act("p072", &task, "confirm", json!({})).await.ok();
    assert_eq!(view["state"], "closed");
    let view = house
        .act("p072", &task, "reopen", json!({ "reason": "问题反弹", "due_on": house.today() + Days::new(60) }))
        .await
        .ok();
    assert_eq!((view["state"].as_str(), view["reopenings"].as_u64()), (Some("rectifying"), Some(1)));
}

#[actix_web::test]
async fn a_stranger_sees_nothing() {
    let house = House::new().await;
    let (task, clerk, _) = ordinary(&house).await;
    issue_and_claim(&house, &task, &clerk).await;
    let view = house.get(&clerk, &format!("/tasks/{task}")).await.ok();
    let units: Vec<&str> = view["units"].as_array().unwrap().iter().map(|u| u["name"].as_str().unwrap()).collect();
    let mut strangers = 0;
    for n in 10..68 {
        let login = format!("p{n:03}");
        let me = house.get(&login, "/me").await.ok();
        let unit = me["posts"][0]["unit"].as_str().unwrap_or_default().to_owned();
        let answer = house.get(&login, &format!("/tasks/{task}")).await;
        if !units.contains(&unit.as_str()) && answer.status == 404 {
            strangers += 1;
            house.act(&login, &task, "claim", json!({})).await.refused(404, "not-found");
        }
    }
    assert!(strangers > 40, "{strangers}");
    assert_eq!(house.get("-", &format!("/tasks/{task}")).await.status, 401);
}

#[actix_web::test]
async fn a_stale_version_is_told_what_holds_now() {
    let house = House::new().await;
    let (task, clerk, _) = ordinary(&house).await;
    let view = issue_and_claim(&house, &task, &clerk).await;
    let path = format!("/tasks/{task}/submit-plan");
    let stale = house.request(&clerk, "POST", &path, Some(1), Some(json!({}))).await.refused(412, "stale");
    assert_eq!(stale["version"], view["version"]);
    house.request(&clerk, "POST", &path, None, Some(json!({}))).await.refused(428, "precondition-required");
}

#[actix_web::test]
async fn a_paper_signature_waits_for_the_second_officer() {
    let house = House::new().await;
    let (task, clerk, _) = ordinary(&house).await;
    issue_and_claim(&house, &task, &clerk).await;
    let view = house.get(&clerk, &format!("/tasks/{task}")).await.ok();
    let due: NaiveDate = view["due_on"].as_str().unwrap().parse().unwrap();
    let criteria: Vec<Value> =
        view["criteria"].as_array().unwrap().iter().map(|c| json!({ "id": c["id"], "text": c["text"] })).collect();
    let plan = json!({ "milestones": [{ "title": "印发制度", "due_on": due }], "criteria": criteria });
    house.act(&clerk, &task, "submit-plan", json!({ "plan": plan, "pledge": true })).await.ok();
    let (who, request) = waiting_for(&house, &task).await.unwrap();
    let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
    let open = view["requests"].as_array().unwrap().iter().find(|r| r["state"] == "open").unwrap().clone();
    let step = open["chain"].as_array().unwrap().iter().find(|s| s["is_current"] == json!(true)).unwrap().clone();
    let scan = house.upload("p072", &format!("/tasks/{task}/scans?filename=scan.pdf"), PDF).await.ok();
    let mut document = json!({ "signed_on": house.today(), "scan": scan["sha256"], "content_hash": "00" });
    let mut body =
        json!({ "request": request, "signer": step["person"]["id"], "verdict": "approve", "document": document });
    assert!(!step["person"].is_null(), "the step names a person: {who}");
    house.act("p072", &task, "record-signature", body.clone()).await.refused(422, "content");
    document["content_hash"] = open["content_hash"].clone();
    body["document"] = document;
    let view = house.act("p072", &task, "record-signature", body).await.ok();
    let signature = view["requests"][0]["signatures"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(signature["state"], "pending");
    let confirm = json!({ "request": request, "signature": signature["id"], "confirmed": true });
    let own = house.act("p072", &task, "confirm-signature", confirm.clone()).await;
    assert!(own.status == 403 || own.status == 409, "the one who entered it cannot confirm it: {}", own.body);
    let view = house.act("p073", &task, "confirm-signature", confirm).await.ok();
    let signature = view["requests"][0]["signatures"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(signature["state"], "effective", "{signature}");
}

#[actix_web::test]
async fn an_extension_moves_the_date_and_keeps_the_original() {
    let house = House::new().await;
    let (task, clerk, _) = ordinary(&house).await;
    let view = issue_and_claim(&house, &task, &clerk).await;
    let due: NaiveDate = view["due_on"].as_str().unwrap().parse().unwrap();
    let criteria: Vec<Value> =
        view["criteria"].as_array().unwrap().iter().map(|c| json!({ "id": c["id"], "text": c["text"] })).collect();
    let plan = json!({ "milestones": [{ "title": "印发制度", "due_on": due }], "criteria": criteria });
    house.act(&clerk, &task, "submit-plan", json!({ "plan": plan, "pledge": true })).await.ok();
    // Returned once with words, handed in again.
    let (who, request) = waiting_for(&house, &task).await.unwrap();
    let login = House::login(&who);
    let bare = json!({ "request": request, "verdict": "return" });
    house.act(&login, &task, "sign", bare).await.refused(422, "content");
    let view = house
        .act(&login, &task, "sign", json!({ "request": request, "verdict": "return", "words": "节点太少" }))
        .await
        .ok();
    assert_eq!(view["state"], "planning");
    house.act(&clerk, &task, "submit-plan", json!({ "pledge": true })).await.ok();
    sign_through(&house, &task).await;
    let later = due + Days::new(20);
    let ask = json!({ "due_on": later, "reason": "招标延期" });
    house.act(&clerk, &task, "request-extension", ask).await.ok();
    sign_through(&house, &task).await;
    let view = house.get(&clerk, &format!("/tasks/{task}")).await.ok();
    assert_eq!((&view["due_on"], &view["original_due_on"]), (&json!(later), &json!(due)));
}

/// Heads of units by the unit's id, and its other people: who hands in and who signs for it.
async fn people_of_units(house: &House) -> std::collections::BTreeMap<String, (String, Vec<String>)> {
    let units = house.get("p072", "/units").await.ok();
    let units = units.as_array().or_else(|| units["items"].as_array()).unwrap().clone();
    let mut found = std::collections::BTreeMap::new();
    for unit in units {
        let lines: Vec<Vec<&str>> = PEOPLE
            .lines()
            .map(|l| l.split(',').collect::<Vec<_>>())
            .filter(|l| unit["code"] == l[4] && l[5] == "unit")
            .collect();
        let login = |l: &Vec<&str>| l[0].to_lowercase();
        if let Some(head) = lines.iter().find(|l| l[6] == "Y") {
            let others = lines.iter().filter(|l| l[6] != "Y").map(login).collect();
            found.insert(unit["id"].as_str().unwrap().to_owned(), (login(head), others));
        }
    }
    found
}

/// How the tasks of the sample came to their end.
#[derive(Debug, Default)]
struct Tally {
    closed: usize,
    ratified_by_meeting: usize,
    handed_in_by_the_head: usize,
    verifiers_barred: usize,
    cross_checkers: usize,
}

/// Signs until nothing is open, each step by whom the rules name.
async fn sign_as_named(house: &House, task: &str, head: &str, scan: &Value, tally: &mut Tally) {
    while let Some((who, request)) = waiting_for(house, task).await {
        let body = json!({ "request": request, "verdict": "approve", "method": "现场查看" });
        let signed = match who.as_str() {
            "unit_head" => house.act(head, task, "sign", body).await.ok(),
            "office" => house.act("p072", task, "sign", body).await.ok(),
            "meeting" => {
                tally.ratified_by_meeting += 1;
                let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
                let document = json!({ "signed_on": house.today(), "scan": scan, "body": "整改工作领导组", "minutes_number": "〔2026〕1号" });
                let item = json!({ "request": request, "task_id": task, "version": view["version"] });
                let batch = json!({ "items": [item], "verdict": "approve", "words": "同意", "meeting": document });
                let results = house.request("p072", "POST", "/sign-batches", None, Some(batch)).await.ok();
                assert!(results[0]["problem"].is_null(), "{results}");
                results
            }
            "supervisor" => verify(house, task, &body, tally).await,
            name => house.act(&House::login(name), task, "sign", body).await.ok(),
        };
        drop(signed);
    }
}

/// One verification by whoever of the team is not barred; where nobody is left the principal names a cross-checker.
async fn verify(house: &House, task: &str, body: &Value, tally: &mut Tally) -> Value {
    for login in ["p068", "p069", "p070", "p071"] {
        let answer = house.act(login, task, "sign", body.clone()).await;
        match (answer.status, answer.body["code"].as_str()) {
            (200, _) => return answer.body,
            (403, Some("avoidance")) => tally.verifiers_barred += 1,
            (409, Some("already-signed")) => {}
            other => panic!("{login} on {task}: {other:?}"),
        }
    }
    tally.cross_checkers += 1;
    let people = house.get("p072", "/people").await.ok();
    let people = people.as_array().or_else(|| people["items"].as_array()).unwrap().clone();
    let checker = people.iter().find(|p| p["code"] == "P034").unwrap()["id"].clone();
    house.act("p001", task, "name-cross-checker", json!({ "person": checker, "reason": "可核查人员不足" })).await.ok();
    house.act("p034", task, "sign", body.clone()).await.ok()
}

#[actix_web::test]
async fn every_task_of_the_sample_comes_to_its_end_by_whom_the_rules_name() {
    let house = House::new().await;
    let round = house.round().await;
    let people = people_of_units(&house).await;
    let page = house.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
    let tasks: Vec<String> =
        page["items"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(tasks.len(), 60);
    let scan =
        house.upload("p072", &format!("/tasks/{}/scans?filename=minutes.pdf", tasks[0]), PDF).await.ok()["sha256"]
            .clone();
    let mut tally = Tally::default();
    for (n, task) in tasks.iter().enumerate() {
        let view = house.act("p072", task, "issue", json!({})).await.ok();
        // The office sees beforehand who will be able to verify it; nobody else does.
        let able: Vec<String> =
            view["verifiers"].as_array().unwrap().iter().map(|p| House::login(p["name"].as_str().unwrap())).collect();
        let (head, others) = &people[view["units"][0]["id"].as_str().unwrap()];
        // Every third is handed in by the head himself, with his pledge.
        let by_head = n % 3 == 0 || others.is_empty();
        tally.handed_in_by_the_head += usize::from(by_head);
        let clerk = if by_head { head } else { &others[0] };
        let view = house.act(clerk, task, "claim", json!({})).await.ok();
        if view["state"] == "planning" {
            let criteria: Vec<Value> = view["criteria"]
                .as_array()
                .unwrap()
                .iter()
                .map(|c| json!({ "id": c["id"], "text": c["text"] }))
                .collect();
            let kept = milestones(&view).iter().filter(|m| m["is_implicit"] == json!(false)).map(|m| {
                json!({ "id": m["id"], "measure": m["measure_id"], "title": m["title"], "due_on": m["due_on"], "proof": "清单" })
            }).collect::<Vec<_>>();
            let plan = json!({ "milestones": kept, "criteria": criteria });
            house.act(clerk, task, "submit-plan", json!({ "plan": plan, "pledge": by_head })).await.ok();
            sign_as_named(&house, task, head, &scan, &mut tally).await;
        }
        complete(&house, task, clerk).await;
        let ask = json!({ "results": "措施全部落实", "occurred_on": house.today(), "pledge": by_head });
        house.act(clerk, task, "request-closure", ask).await.ok();
        assert!(house.get(clerk, &format!("/tasks/{task}")).await.ok()["verifiers"].is_null());
        sign_as_named(&house, task, head, &scan, &mut tally).await;
        let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
        assert_eq!(view["state"], "observing", "{}", view["number"]);
        let signed = view["requests"][0]["signatures"].as_array().unwrap().clone();
        let verified = signed.iter().filter(|s| s["method"].is_string() && s["step"] == "督导核查");
        for signature in verified {
            assert!(able.contains(&House::login(signature["person"]["name"].as_str().unwrap())), "{signature}");
        }
        tally.closed += 1;
    }
    println!("{tally:?}");
    assert_eq!(tally.closed, 60);
    assert!(tally.ratified_by_meeting > 0 && tally.verifiers_barred > 0, "the sample has its hard cases: {tally:?}");
    let chain = house.get("p072", &format!("/rounds/{round}/chain")).await.ok();
    assert_eq!((&chain["tasks"], &chain["closed"]), (&json!(60), &json!(60)));
}
