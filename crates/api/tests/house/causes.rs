//! Root causes and kinds over the API: analysed by the unit, asked for where the round says so; the kind proposed with its reasons and decided once more.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeMap;

use chrono::Days;
use persistence::testing::{lines, run};
use serde_json::{Value, json};
use support::House;

async fn directory(house: &House) -> BTreeMap<String, Value> {
    let mut ids = BTreeMap::new();
    for path in ["/units", "/people"] {
        let page = house.get("p072", path).await.ok();
        let items = page.as_array().unwrap().clone();
        ids.extend(items.iter().map(|i| (i["code"].as_str().unwrap().to_owned(), i["id"].clone())));
    }
    ids
}

/// A task of the copper company (U201) on a finding of the round, claimed.
async fn claimed(house: &House, number: &str, finding: &str) -> String {
    let ids = directory(house).await;
    let round = house.round().await;
    let draft = json!({
        "number": number, "title": "存量合同清理不力", "disposition": "dated", "due_on": house.today() + Days::new(200),
        "leaders": [ids["P003"]], "units": [ids["U201"]], "persons": [ids["P041"]],
        "measures": [{ "text": "清理存量" }], "criteria": [{ "text": "全部归档" }],
    });
    let body = json!({ "finding_id": finding, "draft": draft });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
    let task = made["id"].as_str().unwrap().to_owned();
    house.act("p072", &task, "issue", json!({})).await.ok();
    house.act("p041", &task, "claim", json!({})).await.ok();
    task
}

/// The first finding of the round.
async fn first(house: &House) -> String {
    let round = house.round().await;
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    aspects[0]["findings"][0]["id"].as_str().unwrap().to_owned()
}

/// A finding of the round that nobody has refined yet.
fn fresh(house: &House, body: &str, basis: &str) -> String {
    let id = uuid::Uuid::now_v7().to_string();
    let sql = format!(
        "INSERT INTO findings (id, round_id, aspect_id, ordinal, number, body, basis) \
         SELECT '{id}', round_id, aspect_id, 999, 'X-{id}', '{body}', '{basis}' FROM findings LIMIT 1"
    );
    run(&house.db.super_url(), &sql).unwrap();
    id
}

async fn ask_for_causes(house: &House) {
    let round = house.round().await;
    let view = house.get("p072", &format!("/rounds/{round}")).await.ok();
    let mut policy = view["policy"].clone();
    policy["root_cause_required"] = json!(true);
    let body = json!({ "policy": policy, "basis": "领导组第2次会议" });
    house.request("p072", "PUT", &format!("/rounds/{round}/policy"), view["version"].as_i64(), Some(body)).await.ok();
}

fn analysis(categories: &[&str], text: &str) -> Value {
    json!({ "categories": categories, "text": text })
}

#[actix_web::test]
async fn where_the_round_asks_for_causes_no_plan_is_handed_in_without_them() {
    let house = House::new().await;
    ask_for_causes(&house).await;
    let task = claimed(&house, "C01", &first(&house).await).await;
    let view = house.get("p041", &format!("/tasks/{task}")).await.ok();
    let open = view["open_actions"].as_array().unwrap();
    let submit = open.iter().find(|a| a["action"] == "submit_plan").unwrap();
    assert_eq!((&submit["is_possible"], &submit["missing"][0]["code"]), (&json!(false), &json!("root-cause-missing")));
    let criteria = json!([{ "id": view["criteria"][0]["id"], "text": "全部归档" }]);
    let plan = json!({ "plan": { "criteria": criteria }, "pledge": false });
    let refused = house.act("p041", &task, "submit-plan", plan.clone()).await.refused(422, "plan-incomplete");
    assert_eq!(refused["errors"][0]["pointer"], "/cause");
    // A category and words, both; each with its place.
    let empty = house.act("p041", &task, "analyse-cause", analysis(&[], " ")).await.refused(422, "content");
    let at: Vec<&str> = empty["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(at, ["/categories", "/text"]);
    house.act("p041", &task, "analyse-cause", analysis(&["mindset"], "重视不够")).await.ok();
    let said = analysis(&["supervision", "rule_missing"], "没有专人负责，也没有清理时限");
    house.act("p041", &task, "analyse-cause", said.clone()).await.ok();
    house.act("p041", &task, "analyse-cause", said).await.refused(409, "nothing-changed");
    let view = house.act("p041", &task, "submit-plan", plan).await.ok();
    assert_eq!(view["state"], "plan_review");
    // The newest first, in the order of the list, with who and when; the earlier stays.
    let causes = view["causes"].as_array().unwrap();
    assert_eq!(causes.len(), 2);
    assert_eq!(causes[0]["labels"], json!(["制度缺失", "监督"]));
    assert_eq!(
        (&causes[0]["text"], &causes[0]["by"]["name"]),
        (&json!("没有专人负责，也没有清理时限"), &json!("壬亥六"))
    );
    assert_eq!(causes[1]["labels"], json!(["思想认识"]));
    // While the plan is being signed nothing is analysed anew.
    house.act("p041", &task, "analyse-cause", analysis(&["ability"], "不会")).await.refused(409, "wrong-state");
    let round = house.round().await;
    for (asked, n) in [("rule_missing", 1), ("ability,supervision", 1), ("mindset", 0)] {
        let page = house.get("p072", &format!("/rounds/{round}/tasks?cause={asked}")).await.ok();
        assert_eq!(page["items"].as_array().unwrap().len(), n, "by the last analysis: {asked}");
    }
}

#[actix_web::test]
async fn a_round_that_asks_for_none_takes_a_plan_without_and_who_is_no_party_analyses_nothing() {
    let house = House::new().await;
    let task = claimed(&house, "C02", &first(&house).await).await;
    let said = analysis(&["mindset"], "重视不够");
    house.act("p043", &task, "analyse-cause", said.clone()).await.refused(404, "not-found");
    house.act("p003", &task, "analyse-cause", said.clone()).await.refused(403, "not-allowed");
    house.act("p073", &task, "analyse-cause", said).await.ok();
    let view = house.get("p041", &format!("/tasks/{task}")).await.ok();
    let criteria = json!([{ "id": view["criteria"][0]["id"], "text": "全部归档" }]);
    let plan = json!({ "plan": { "criteria": criteria }, "pledge": false });
    assert_eq!(house.act("p041", &task, "submit-plan", plan).await.ok()["state"], "plan_review");
}

async fn decide(house: &House, login: &str, finding: &str, form: Value) -> support::Answer {
    house.request(login, "POST", &format!("/findings/{finding}/scope"), None, Some(form)).await
}

#[actix_web::test]
async fn the_kind_is_proposed_with_its_reasons_and_decided_by_the_office_with_its_own() {
    let house = House::new().await;
    let finding = fresh(&house, "食堂台账缺页", "违反《合同管理办法（试行）》第三条");
    let task = claimed(&house, "C03", &finding).await;
    let path = format!("/findings/{finding}/scope");
    let before = house.get("p072", &path).await.ok();
    assert_eq!((&before["proposed"], &before["decided"]), (&json!("individual"), &json!(null)));
    // Two units whose findings breach one rule are no longer one unit's matter.
    let rule = format!(
        "UPDATE findings SET basis = '《合同管理办法》第八条' WHERE id = (SELECT finding_id FROM tasks WHERE finding_id <> '{finding}' \
         AND lead_unit_id <> (SELECT lead_unit_id FROM tasks WHERE id = '{task}') AND state <> 'withdrawn' ORDER BY id LIMIT 1)"
    );
    run(&house.db.super_url(), &rule).unwrap();
    let after = house.get("p072", &path).await.ok();
    assert_eq!(after["proposed"], "systemic");
    assert!(after["grounds"][0].as_str().unwrap().contains("《合同管理办法》"), "{after}");
    // Against the proposal only with a reason; by the office alone; its unit is told the kind, not the reasons.
    decide(&house, "p072", &finding, json!({ "scope": "individual" })).await.refused(422, "content");
    let form = json!({ "scope": "individual", "reason": "另一单位是格式合同，不是一回事" });
    decide(&house, "p068", &finding, form.clone()).await.refused(403, "not-allowed");
    decide(&house, "p041", &finding, form.clone()).await.refused(404, "not-found");
    let kept = decide(&house, "p072", &finding, form.clone()).await.ok();
    assert_eq!(
        (&kept["decided"]["scope_label"], &kept["decided"]["proposed_label"], &kept["decided"]["decided_by"]),
        (&json!("个性"), &json!("共性"), &json!("巡督五"))
    );
    decide(&house, "p072", &finding, form).await.refused(409, "nothing-changed");
    let again = decide(&house, "p073", &finding, json!({ "scope": "systemic" })).await.ok();
    assert_eq!(again["decided"]["scope"], "systemic");
    let said = lines(
        &house.db.super_url(),
        "SELECT kind || ' ' || seq AS line FROM events WHERE stream_kind = 'finding' ORDER BY seq",
    );
    assert_eq!(said, ["finding.scope_decided 1", "finding.scope_decided 2"], "both are on the record");
    let view = house.get("p041", &format!("/tasks/{task}")).await.ok();
    assert_eq!(view["scope_label"], "共性");
    let round = house.round().await;
    let found = house.get("p072", &format!("/rounds/{round}/tasks?scope=systemic")).await.ok();
    let numbers: Vec<&Value> = found["items"].as_array().unwrap().iter().map(|t| &t["number"]).collect();
    assert!(numbers.contains(&&json!("C03")), "{numbers:?}");
    let none = house.get("p072", &format!("/rounds/{round}/tasks?scope=individual")).await.ok();
    assert_eq!(none["items"].as_array().unwrap().len(), 0);
}
