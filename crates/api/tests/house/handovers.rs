//! Handovers over the API: who left is warned of, a list is signed by both, and what it lists moves in one step, whatever changed meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeMap;
use std::sync::Barrier;

use chrono::{Days, TimeDelta};
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::handover::HandoverCommand;
use domain::ids::HandoverId;
use domain::refusal::RefusalKind;
use persistence::events::Origin;
use persistence::tasks::Expected;
use persistence::{Error, accounts, actors, handovers};
use serde_json::{Value, json};
use support::feed::{heard, key, kinds};
use support::{Answer, House, waiting_for};

async fn directory(house: &House) -> BTreeMap<String, Value> {
    let mut ids = BTreeMap::new();
    for path in ["/units", "/people"] {
        let page = house.get("p072", path).await.ok();
        let items = page.as_array().unwrap().clone();
        ids.extend(items.iter().map(|i| (i["code"].as_str().unwrap().to_owned(), i["id"].clone())));
    }
    ids
}

/// A task of the copper company (U201) in the charge of P003, its plan handed in and signed by the unit's head, so that it waits for P003.
async fn planned(house: &House, number: &str, more: Value) -> String {
    let ids = directory(house).await;
    let round = house.round().await;
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let mut draft = json!({
        "number": number, "title": "存量合同清理不力", "disposition": "dated", "due_on": house.today() + Days::new(200),
        "leaders": [ids["P003"]], "units": [ids["U201"]], "persons": [ids["P041"]],
        "measures": [{ "text": "清理存量" }], "criteria": [{ "text": "全部归档" }],
    });
    draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let body = json!({ "finding_id": aspects[0]["findings"][0]["id"], "draft": draft });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    house.act("p072", &id, "issue", json!({})).await.ok();
    let view = house.act("p041", &id, "claim", json!({})).await.ok();
    let criteria = json!([{ "id": view["criteria"][0]["id"], "text": "全部归档" }]);
    house.act("p041", &id, "submit-plan", json!({ "plan": { "criteria": criteria }, "pledge": false })).await.ok();
    let (_, request) = waiting_for(house, &id).await.unwrap();
    house.act("p040", &id, "sign", json!({ "request": request, "verdict": "approve" })).await.ok();
    id
}

/// The home post of a person as the table of the organisation says it from today on.
async fn moved(house: &House, line: &str) {
    let table = format!("person_id,name,unit,title,unit_id,role,is_head,is_principal\n{line}\n");
    house.table("sysadmin", "/organisation/imports?kind=people", table).await.ok();
    // A change of posts ends the tokens of before; the house keeps them for five minutes.
    house.app.clock.set(house.app.clock.now() + TimeDelta::minutes(6));
}

async fn prepare(house: &House, login: &str, from: &str, to: &str, unit: &str, more: Value) -> Answer {
    let ids = directory(house).await;
    let mut form = json!({
        "from": ids[from], "to": ids[to], "unit": ids[unit], "on": house.today(), "basis": "集团任〔2026〕12号",
    });
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.request(login, "POST", "/handovers", None, Some(form)).await
}

async fn view(house: &House, login: &str, id: &str) -> Value {
    house.get(login, &format!("/handovers/{id}")).await.ok()
}

/// Signs what the signer is shown now.
async fn sign(house: &House, login: &str, id: &str, act: &str) -> Answer {
    let seen = view(house, login, id).await;
    let body = json!({ "content_hash": seen["content_hash"] });
    house.request(login, "POST", &format!("/handovers/{id}/{act}"), seen["version"].as_i64(), Some(body)).await
}

/// The row is the fold of its events, and its chain holds.
fn folded(house: &House, id: &str) {
    let id = HandoverId(id.parse().unwrap());
    house
        .app
        .db
        .read_now(|conn| {
            assert_eq!(persistence::events::first_broken(conn, "handover", id.0)?, None);
            let row = handovers::snapshot(conn, id)?;
            assert_eq!(handovers::replay(conn, id)?, Some(row));
            Ok(())
        })
        .unwrap();
}

async fn left(house: &House, login: &str) -> (i64, i64) {
    let list = house.get(login, "/leavers").await.ok();
    (list["n_persons"].as_i64().unwrap(), list["n_items"].as_i64().unwrap())
}

fn persons(task: &Value, part: &str) -> Vec<String> {
    task[part].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn who_left_is_warned_of_and_what_he_holds_moves_when_both_have_signed_what_holds_now() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let task = planned(&house, "H01", json!({})).await;
    planned(&house, "H02", json!({})).await;
    assert_eq!(left(&house, "p040").await, (0, 0), "nobody has left");
    moved(&house, "P041,壬亥六,党委工作部,副部长,U101,unit,N,N").await;

    // Told to who looks after the unit: its head, the office, the administrator; not to other units, nor to those below, nor to leaders.
    for (login, expected) in
        [("p040", (1, 2)), ("p072", (1, 2)), ("sysadmin", (1, 2)), ("p010", (0, 0)), ("p052", (0, 0)), ("p003", (0, 0))]
    {
        assert_eq!(left(&house, login).await, expected, "{login}");
    }
    let warning = house.get("p040", "/leavers").await.ok()["warning"].clone();
    assert_eq!(warning, "1人职务已终止，仍负责2件事项");
    let (person, unit) = (ids["P041"].as_str().unwrap(), ids["U201"].as_str().unwrap());
    let held = format!("/people/{person}/held?unit={unit}");
    let list = house.get("p040", &held).await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        (list["items"][0]["number"].as_str(), list["items"][0]["parts"][0].as_str()),
        (Some("H01"), Some("责任人"))
    );
    assert_eq!(list["items"][0]["title"], "存量合同清理不力");
    assert_eq!(house.get("sysadmin", &held).await.ok()["items"][0]["title"], "（无权查看内容）");
    house.get("p010", &held).await.refused(404, "not-found");

    let at = |refused: Value| {
        let error = refused["errors"][0].clone();
        format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())
    };
    let wrong =
        async |more: Value| at(prepare(&house, "p040", "P041", "P040", "U201", more).await.refused(422, "content"));
    assert_eq!(wrong(json!({ "basis": " " })).await, "/basis required");
    assert_eq!(wrong(json!({ "to": ids["P041"] })).await, "/to same-person");
    let unknown = json!({ "items": [{ "kind": "task", "id": support::operations::NIL }] });
    assert_eq!(wrong(unknown).await, "/items/0 handover-item-unknown");
    prepare(&house, "p010", "P041", "P040", "U201", json!({})).await.refused(403, "not-allowed");

    let only = json!({ "items": [{ "kind": "task", "id": task }] });
    let made = prepare(&house, "p040", "P041", "P040", "U201", only).await.ok();
    let id = made["id"].as_str().unwrap();
    // What stands on one list is on no other.
    let again = json!({ "items": [{ "kind": "task", "id": task }] });
    assert_eq!(wrong(again).await, "/items/0 handover-listed");
    // Both are told, and who leaves has it to do; others see nothing of it.
    assert!(house.get("p041", "/notices").await.ok().to_string().contains("有交接清单等您签字移交"));
    assert_eq!(house.get("p041", "/notices").await.ok()["items"][0]["handover_id"], json!(id));
    house.get("p010", &format!("/handovers/{id}")).await.refused(404, "not-found");
    assert_eq!(house.get("p010", "/handovers").await.ok()["items"].as_array().unwrap().len(), 0);
    assert_eq!(house.get("p041", "/handovers").await.ok()["items"][0]["waits_for_me"], true);

    // In their order, each himself.
    sign(&house, "p040", id, "take").await.refused(409, "wrong-state");
    sign(&house, "p040", id, "give").await.refused(403, "not-allowed");
    sign(&house, "p072", id, "take").await.refused(403, "not-allowed");
    let url = format!("/handovers/{id}/record-signature");
    let document =
        json!({ "signed_on": house.today(), "scan": "", "content_hash": "", "body": null, "minutes_number": null });
    let body = json!({ "document": document });
    house.request("p072", "POST", &url, Some(1), Some(body)).await.refused(409, "handover-signs-himself");
    assert_eq!(sign(&house, "p041", id, "give").await.ok()["state"], "given");
    let todo = house.get("p040", &format!("/rounds/{}/todo", house.round().await)).await.ok();
    assert!(
        todo["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|i| i["action"] == "take_handover" && i["handover_id"] == json!(id))
    );

    // What changed meanwhile is said before the last signature.
    let seen = view(&house, "p040", id).await;
    assert_eq!((seen["n_changed"].as_i64(), seen["items"][0]["state"].as_str()), (Some(0), Some("方案审核")));
    let (_, request) = waiting_for(&house, &task).await.unwrap();
    house.act("p003", &task, "sign", json!({ "request": request, "verdict": "return", "words": "再细化" })).await.ok();
    let body = json!({ "content_hash": seen["content_hash"] });
    let url = format!("/handovers/{id}/take");
    let told = house.request("p040", "POST", &url, seen["version"].as_i64(), Some(body)).await;
    let told = told.refused(409, "handover-changed");
    assert_eq!(told["errors"][0]["params"], json!({ "number": "H01", "now": "制定方案" }));
    let seen = view(&house, "p040", id).await;
    assert_eq!((seen["n_changed"].as_i64(), seen["items"][0]["now"].as_str()), (Some(1), Some("制定方案")));
    let done = sign(&house, "p040", id, "take").await.ok();
    assert_eq!((done["state"].as_str(), done["items"][0]["state"].as_str()), (Some("done"), Some("制定方案")));
    folded(&house, id);

    // The task's own stream says so, and only what was listed moved.
    let after = house.get("p072", &format!("/tasks/{task}")).await.ok();
    assert_eq!(persons(&after, "persons"), ["己辰二"]);
    assert!(
        house
            .get("p072", &format!("/tasks/{task}/history"))
            .await
            .ok()
            .to_string()
            .contains("职务交接：壬亥六移交己辰二")
    );
    assert_eq!(left(&house, "p040").await, (1, 1));
    let again = json!({ "content_hash": seen["content_hash"] });
    house.request("p040", "POST", &url, done["version"].as_i64(), Some(again)).await.refused(409, "wrong-state");
    assert!(house.get("p041", "/notices").await.ok().to_string().contains("事项已转由接收人负责"));
}

#[actix_web::test]
async fn who_cannot_log_in_signs_on_paper_and_the_signature_that_waited_for_him_waits_for_who_came() {
    let house = House::new().await;
    let task = planned(&house, "H01", json!({})).await;
    moved(&house, "P003,丙寅正,党委工作部,调研员,U101,leader,N,N").await;
    let accounts = house.get("secadmin", "/accounts?text=p003").await.ok();
    let account = accounts["items"][0]["id"].as_str().unwrap();
    let version = accounts["items"][0]["version"].as_i64();
    house.request("secadmin", "POST", &format!("/accounts/{account}/disable"), version, None).await.ok();
    assert_eq!(left(&house, "p072").await, (1, 1));
    let unable = prepare(&house, "p072", "P041", "P003", "U201", json!({})).await.refused(422, "content");
    assert_eq!(unable["errors"][0]["code"], "handover-receiver-no-account");
    let made = prepare(&house, "p072", "P003", "P005", "U000", json!({})).await.ok();
    let id = made["id"].as_str().unwrap();
    let seen = view(&house, "p072", id).await;
    assert_eq!(seen["items"][0]["parts"], json!(["责任领导", "待签事项"]));

    let pdf: &[u8] = b"%PDF-1.4\n%%EOF\n";
    house.upload("p010", &format!("/handovers/{id}/scans?filename=a.pdf"), pdf).await.refused(404, "not-found");
    let scan = house.upload("p072", &format!("/handovers/{id}/scans?filename=a.pdf"), pdf).await.ok();
    let paper = |hash: &Value| {
        let document = json!({ "signed_on": house.today(), "scan": scan["sha256"], "content_hash": hash, "body": null, "minutes_number": null });
        json!({ "document": document })
    };
    let act = async |login: &str, act: &str, body: Value| {
        let version = view(&house, "p072", id).await["version"].as_i64();
        house.request(login, "POST", &format!("/handovers/{id}/{act}"), version, Some(body)).await
    };
    let other = act("p072", "record-signature", paper(&json!("0".repeat(64)))).await.refused(422, "content");
    assert_eq!(other["errors"][0]["code"], "content-hash-differs");
    act("p072", "record-signature", paper(&seen["content_hash"])).await.ok();
    sign(&house, "p005", id, "take").await.refused(409, "wrong-state");
    act("p072", "confirm-signature", json!({ "confirmed": true })).await.refused(403, "second-officer-needed");
    act("p073", "confirm-signature", json!({ "confirmed": false, "reason": "签字不清" })).await.ok();
    act("p072", "record-signature", paper(&seen["content_hash"])).await.ok();
    act("p073", "confirm-signature", json!({ "confirmed": true })).await.ok();
    sign(&house, "p005", id, "take").await.ok();
    folded(&house, id);

    let after = house.get("p072", &format!("/tasks/{task}")).await.ok();
    assert_eq!(persons(&after, "leaders"), ["戊辰稳"]);
    let (name, request) = waiting_for(&house, &task).await.unwrap();
    assert_eq!(name, "戊辰稳");
    house.act("p005", &task, "sign", json!({ "request": request, "verdict": "approve" })).await.ok();
    assert_eq!(left(&house, "p072").await, (0, 0));
}

#[actix_web::test]
async fn of_two_who_sign_at_once_one_does_it_and_only_who_drew_a_list_up_withdraws_it() {
    let house = House::new().await;
    let task = planned(&house, "H01", json!({})).await;
    let made = prepare(&house, "p072", "P041", "P040", "U201", json!({})).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let withdraw = async |login: &str| {
        let version = view(&house, "p072", &id).await["version"].as_i64();
        let body = json!({ "reason": "人员另定" });
        house.request(login, "POST", &format!("/handovers/{id}/withdraw"), version, Some(body)).await
    };
    withdraw("p040").await.refused(403, "not-allowed");
    withdraw("p072").await.ok();
    withdraw("p072").await.refused(409, "wrong-state");
    let made = prepare(&house, "p072", "P041", "P040", "U201", json!({})).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    sign(&house, "p041", &id, "give").await.ok();
    let content = view(&house, "p040", &id).await["content_hash"].as_str().unwrap().to_owned();
    let (now, today) = (house.app.clock.now(), house.today());
    let db = house.db.database();
    let actor = db
        .read_now(|conn| {
            let account = accounts::credential(conn, "p040")?.unwrap().id;
            Ok(Actor::Person(Box::new(actors::of_account(conn, account, today)?.actor)))
        })
        .unwrap();
    let origin = Origin { actor, address: String::new(), request_id: String::new(), now };
    let start = Barrier::new(2);
    let taken: Vec<Result<(), Error>> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    db.write_now(|conn| {
                        let command = HandoverCommand::Take { content: content.clone() };
                        let id = HandoverId(id.parse().unwrap());
                        handovers::execute(conn, &origin, id, Expected::Any, command, &Calendar::builtin())
                    })
                })
            })
            .collect();
        tries.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(taken.iter().filter(|t| t.is_ok()).count(), 1, "{taken:?}");
    let refused = taken.iter().find_map(|t| t.as_ref().err());
    assert!(matches!(refused, Some(Error::Refused(r)) if r.kind == RefusalKind::Conflict && r.code == "wrong-state"));
    let history = house.get("p072", &format!("/tasks/{task}/history")).await.ok().to_string();
    assert_eq!(history.matches("职务交接：").count(), 1);
    folded(&house, &id);
}

#[actix_web::test]
async fn a_system_hears_of_the_handovers_of_its_units_and_of_no_other() {
    let house = House::new().await;
    planned(&house, "H01", json!({})).await;
    let made = prepare(&house, "p072", "P041", "P040", "U201", json!({})).await.ok();
    let id = made["id"].as_str().unwrap();
    sign(&house, "p041", id, "give").await.ok();
    sign(&house, "p040", id, "take").await.ok();
    let done = ["prepared", "given", "taken"];
    // The unit and the group above it; not a unit below, nor another.
    for (unit, expected) in [("U201", &done[..]), ("U000", &done), ("U301", &[]), ("U203", &[])] {
        let events = heard(&house, &key(&house, unit).await, "handover").await;
        assert_eq!(kinds(&events), expected, "{unit}");
        let text = Value::from(events).to_string();
        assert!(!text.contains("存量合同清理不力") && !text.contains("集团任〔2026〕12号"), "no prose: {text}");
    }
}

#[actix_web::test]
async fn of_what_is_sensitive_a_list_says_no_word_to_who_does_not_read_it() {
    let house = House::new().await;
    let ids = directory(&house).await;
    planned(&house, "H01", json!({ "sensitivity": "internal", "readers": [ids["P003"], ids["P041"]] })).await;
    moved(&house, "P041,壬亥六,党委工作部,副部长,U101,unit,N,N").await;
    let made = prepare(&house, "p072", "P041", "P040", "U201", json!({})).await.ok();
    let id = made["id"].as_str().unwrap();
    for (login, title) in [("p072", "存量合同清理不力"), ("p040", "敏感事项"), ("sysadmin", "敏感事项")]
    {
        assert_eq!(view(&house, login, id).await["items"][0]["title"], title, "{login}");
    }
    // Reading goes with answering for it.
    sign(&house, "p041", id, "give").await.ok();
    sign(&house, "p040", id, "take").await.ok();
    let task = house.task("H01").await;
    assert_eq!(house.get("p040", &format!("/tasks/{task}")).await.ok()["title"], "存量合同清理不力");
}
