//! Slips and a task they are about, in the sample group: U201 (head p040, clerk p041) with U106 (p020) in support.

use std::collections::BTreeMap;

use chrono::Days;
use domain::actor::Actor;
use domain::ids::SlipId;
use domain::slip::state::Slip;
use persistence::slips;
use serde_json::{Value, json};

use super::{Answer, House, waiting_for};

pub async fn ids(house: &House) -> BTreeMap<String, Value> {
    let mut ids = BTreeMap::new();
    for path in ["/units", "/people"] {
        let page = house.get("p072", path).await.ok();
        for item in page.as_array().or_else(|| page["items"].as_array()).unwrap() {
            ids.insert(item["code"].as_str().unwrap().to_owned(), item["id"].clone());
        }
    }
    ids
}

/// A task of U201 (head p040, clerk p041) with U106 (p020) in support, at work.
pub async fn at_work(house: &House, number: &str) -> String {
    let ids = ids(house).await;
    let round = house.round().await;
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let draft = json!({
        "number": number, "title": "合同归档不及时", "disposition": "dated", "due_on": house.today() + Days::new(100),
        "leaders": [ids["P003"]], "units": [ids["U201"]], "persons": [ids["P041"]],
        "supporting": [{ "unit": ids["U106"], "duty": "提供台账" }],
        "measures": [{ "text": "清理存量" }], "criteria": [{ "text": "全部归档" }],
    });
    let body = json!({ "finding_id": aspects[0]["findings"][0]["id"], "draft": draft });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
    let task = made["id"].as_str().unwrap().to_owned();
    house.act("p072", &task, "issue", json!({})).await.ok();
    let view = house.act("p041", &task, "claim", json!({})).await.ok();
    let criteria = json!([{ "id": view["criteria"][0]["id"], "text": "全部归档" }]);
    house.act("p041", &task, "submit-plan", json!({ "plan": { "criteria": criteria } })).await.ok();
    sign_all(house, &task).await;
    task
}

pub async fn sign_all(house: &House, task: &str) {
    while let Some((_, request)) = waiting_for(house, task).await {
        let body = json!({ "request": request, "verdict": "approve", "method": "现场查看" });
        let mut signed = false;
        for login in ["p040", "p003", "p068", "p069", "p073", "p001"] {
            signed = signed || house.act(login, task, "sign", body.clone()).await.status == 200;
        }
        assert!(signed, "nobody signs the next step");
    }
}

/// Everything done and proven, so that closure may be asked for.
pub async fn and_worked(house: &House, task: &str) {
    let view = house.get("p041", &format!("/tasks/{task}")).await.ok();
    for milestone in view["milestones"].as_array().unwrap() {
        let body = json!({ "milestone": milestone["id"], "occurred_on": house.today() });
        house.act("p041", task, "complete-milestone", body).await.ok();
    }
    let criterion = view["criteria"][0]["id"].as_str().unwrap();
    let path = format!("/tasks/{task}/evidence?filename=a.pdf&purpose=criterion&criteria={criterion}");
    house.upload("p041", &path, b"%PDF-1.4\n%%EOF\n").await.ok();
}

pub async fn form(house: &House, level: &str, task: Option<&str>) -> Value {
    let ids = ids(house).await;
    let mut form = json!({
        "level": level, "urgency": "normal", "matter": "合同归档滞后", "basis_kind": "other", "basis": "调度中发现",
        "gap": "存量合同仍未归档", "asked": "查明原因，补齐归档，书面答复", "unit": ids["U201"],
    });
    if let Some(task) = task {
        form["task"] = json!(task);
        (form["basis_kind"], form["basis_id"], form["supporting"]) = (json!("task"), json!(task), json!([ids["U106"]]));
    }
    form
}

pub async fn draft(house: &House, login: &str, form: Value) -> String {
    let path = format!("/rounds/{}/slips", house.round().await);
    let made = house.request(login, "POST", &path, None, Some(form)).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

/// An act on the version the office sees now.
pub async fn act(house: &House, login: &str, slip: &str, act: &str, body: Value) -> Answer {
    let view = house.get("p072", &format!("/slips/{slip}")).await.ok();
    house.request(login, "POST", &format!("/slips/{slip}/{act}"), view["version"].as_i64(), Some(body)).await
}

pub fn approve() -> Value {
    json!({ "verdict": "approve" })
}

/// Drafted by p072, signed by whoever signs the level.
pub async fn issued(house: &House, level: &str, task: Option<&str>) -> String {
    let slip = draft(house, "p072", form(house, level, task).await).await;
    act(house, "p072", &slip, "submit", json!({})).await.ok();
    let signer = if matches!(level, "notice" | "urge") { "p073" } else { "p001" };
    let view = act(house, signer, &slip, "sign", approve()).await.ok();
    assert_eq!(view["state"], "issued");
    slip
}

pub fn actions(view: &Value) -> Vec<&str> {
    view["open_actions"].as_array().unwrap().iter().map(|a| a["action"].as_str().unwrap()).collect()
}

/// What waits for somebody in slips: the acts with their words.
pub async fn todo(house: &House, login: &str) -> Vec<(String, String, String)> {
    let list = house.get(login, &format!("/rounds/{}/todo", house.round().await)).await.ok();
    let of = |i: &Value, key: &str| i[key].as_str().unwrap().to_owned();
    let items = list["items"].as_array().unwrap().iter().filter(|i| !i["slip_id"].is_null());
    items.map(|i| (of(i, "action"), of(i, "what"), of(i, "group"))).collect()
}

pub async fn told(house: &House, login: &str) -> Vec<String> {
    let list = house.get(login, "/notices").await.ok();
    let items = list["items"].as_array().unwrap().iter().filter(|n| !n["slip_id"].is_null());
    items.map(|n| n["text"].as_str().unwrap().to_owned()).collect()
}

/// The row is the fold of its events, and its chain holds.
pub fn folded(house: &House, slip: &str) -> Slip {
    let (id, now) = (SlipId(slip.parse().unwrap()), house.app.clock.now());
    let look = |conn: &mut _| {
        assert_eq!(persistence::events::first_broken(conn, "slip", id.0)?, None);
        let row = slips::find(conn, &Actor::System, id, now)?.line.slip;
        assert_eq!(slips::replay(conn, id)?, Some(row.clone()));
        Ok(row)
    };
    house.app.db.read_now(look).unwrap()
}
