//! Appraisals over the API: a scheme is tried before it holds, what is published is what was tried, the unit objects once, and what came later makes a
//! new version (docs/domain.md §45). Records of accountability are read by whom they name and by nobody else (§46).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeMap;

use domain::ids::{AppraisalId, SchemeId};
use persistence::appraisals;
use persistence::testing::lines;
use serde_json::{Value, json};
use support::feed::{heard, key, kinds};
use support::{Answer, House};

async fn directory(house: &House) -> BTreeMap<String, Value> {
    let mut ids = BTreeMap::new();
    for path in ["/units", "/people"] {
        let page = house.get("p072", path).await.ok();
        let items = page.as_array().unwrap().clone();
        ids.extend(items.iter().map(|i| (i["code"].as_str().unwrap().to_owned(), i["id"].clone())));
    }
    ids
}

/// A task of a unit under P003, due on 20 March 2026, issued on the first day and claimed by this clerk, who then does nothing more.
async fn neglected(house: &House, number: &str, unit: &str, clerk: &str) -> String {
    let ids = directory(house).await;
    let round = house.round().await;
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let draft = json!({
        "number": number, "title": "存量合同清理不力", "disposition": "dated", "due_on": "2026-03-20",
        "leaders": [ids["P003"]], "units": [ids[unit]], "persons": [ids["P041"]],
        "measures": [{ "text": "清理存量" }], "criteria": [{ "text": "全部归档" }],
    });
    let body = json!({ "finding_id": aspects[0]["findings"][0]["id"], "draft": draft });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    house.act("p072", &id, "issue", json!({})).await.ok();
    if !clerk.is_empty() {
        house.act(clerk, &id, "claim", json!({})).await.ok();
    }
    id
}

async fn scheme(house: &House, login: &str) -> Value {
    let round = house.round().await;
    house.get(login, &format!("/rounds/{round}/appraisal-scheme")).await.ok()
}

async fn save(house: &House, login: &str, scheme: &Value, version: i64) -> Answer {
    let round = house.round().await;
    let path = format!("/rounds/{round}/appraisal-scheme");
    house.request(login, "PUT", &path, Some(version), Some(scheme.clone())).await
}

async fn publish(house: &House, login: &str, version: i64) -> Answer {
    let round = house.round().await;
    let path = format!("/rounds/{round}/appraisal-scheme/publish");
    house.request(login, "POST", &path, Some(version), Some(json!({ "basis": "领导组第3次会议纪要" }))).await
}

async fn act(house: &House, login: &str, id: &str, act: &str, body: Value) -> Answer {
    let seen = house.get("p072", &format!("/appraisals/{id}")).await.ok();
    house.request(login, "POST", &format!("/appraisals/{id}/{act}"), seen["version"].as_i64(), Some(body)).await
}

const MARCH: (&str, &str) = ("2026-03-01", "2026-03-31");

async fn simulate(house: &House, scheme: &Value) -> Value {
    let round = house.round().await;
    let body = json!({ "scheme": scheme, "from": MARCH.0, "to": MARCH.1 });
    house.request("p072", "POST", &format!("/rounds/{round}/appraisal-scheme/simulate"), None, Some(body)).await.ok()
}

async fn begin(house: &House, login: &str) -> Answer {
    let round = house.round().await;
    let body = json!({ "from": MARCH.0, "to": MARCH.1 });
    house.request(login, "POST", &format!("/rounds/{round}/appraisals"), None, Some(body)).await
}

/// Subject, total and grade of every line.
fn scored(view: &Value, of: &str) -> Vec<(String, Value, Value)> {
    let items = view[of].as_array().unwrap();
    let mut all: Vec<_> = items
        .iter()
        .map(|i| (i["subject"]["name"].as_str().unwrap().to_owned(), i["total"].clone(), i["grade"].clone()))
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// March with two units that neglect a task each: U201 claimed its own and planned nothing, U202 never claimed. The clock was off.
async fn neglectful(house: &House) -> (String, String) {
    let tasks = (neglected(house, "T-KP-1", "U201", "p041").await, neglected(house, "T-KP-2", "U202", "").await);
    house.set_day("2026-04-01".parse().unwrap());
    house.sealed();
    tasks
}

#[actix_web::test]
async fn a_scheme_is_tried_on_a_period_that_is_over_and_what_is_published_later_is_what_was_tried() {
    let house = House::new().await;
    let (task, _) = neglectful(&house).await;
    let begun = scheme(&house, "p072").await;
    assert_eq!((begun["version"].as_i64(), begun["may_edit"].as_bool()), (Some(0), Some(true)));

    let mut draft = begun["scheme"].clone();
    draft["dimensions"][0]["weight"] = json!(25);
    draft["vetoes"][0]["reason"] = json!("");
    let faults = save(&house, "p072", &draft, 0).await.refused(422, "scheme-unsound");
    let said: Vec<_> = faults["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(said, ["/dimensions", "/vetoes/0/reason"]);
    assert!(faults["errors"][0]["text"].as_str().unwrap().contains("105"), "{faults}");
    draft["dimensions"][0]["weight"] = json!(20);
    draft["vetoes"][0]["reason"] = json!("存在虚假整改");

    // Nothing is published: no appraisal begins, and trying it is free of that.
    begin(&house, "p072").await.refused(409, "scheme-missing");
    let tried = simulate(&house, &draft).await;
    // The plan was due on 9 March: one point. The claim was due on 5 March: one point.
    let expected = |a: i64, b: i64| {
        let names = scored(&tried, "items");
        vec![(names[0].0.clone(), json!(a), json!("好")), (names[1].0.clone(), json!(b), json!("好"))]
    };
    assert_eq!(scored(&tried, "items"), expected(9900, 9900));
    assert!(tried["items"][0]["current_total"].is_null());

    save(&house, "p041", &draft, 0).await.refused(404, "not-found");
    let saved = save(&house, "p072", &draft, 0).await.ok();
    save(&house, "p072", &draft, 0).await.refused(412, "stale");
    publish(&house, "p072", saved["version"].as_i64().unwrap()).await.refused(403, "not-allowed");
    publish(&house, "p001", saved["version"].as_i64().unwrap()).await.ok();
    begin(&house, "p001").await.refused(403, "not-allowed");
    let id = begin(&house, "p072").await.ok()["id"].as_str().unwrap().to_owned();
    begin(&house, "p072").await.refused(422, "content");
    let view = house.get("p072", &format!("/appraisals/{id}")).await.ok();
    assert_eq!(scored(&view, "standings"), scored(&tried, "items"));
    assert_eq!(view["reckonings"][0]["position"], tried["position"]);

    // Another scheme beside the one that holds, on the same facts.
    let mut dearer = draft.clone();
    dearer["dimensions"][1]["items"][1]["points"] = json!(1200);
    let beside = simulate(&house, &dearer).await;
    let both: Vec<_> =
        beside["items"].as_array().unwrap().iter().map(|i| (i["total"].clone(), i["current_total"].clone())).collect();
    assert_eq!(both, [(json!(9900), json!(9900)), (json!(8800), json!(9900))]);

    // Every point opens to its events.
    let ids = directory(&house).await;
    let unit = ids["U201"].as_str().unwrap();
    let score = house.get("p072", &format!("/appraisals/{id}/scores/unit/{unit}")).await.ok();
    let line = &score["dimensions"][1]["lines"][1];
    assert_eq!((line["label"].as_str(), line["points"].as_i64()), (Some("逾期未报整改方案"), Some(-100)));
    let fact = &line["facts"][0];
    assert_eq!((fact["on"].as_str(), fact["task_id"].as_str()), (Some("2026-03-10"), Some(task.as_str())));
    assert_eq!(fact["task_number"], "T-KP-1");
}

async fn published_appraisal(house: &House) -> String {
    let draft = scheme(house, "p072").await["scheme"].clone();
    let saved = save(house, "p072", &draft, 0).await.ok();
    publish(house, "p001", saved["version"].as_i64().unwrap()).await.ok();
    begin(house, "p072").await.ok()["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_score_is_read_by_whose_it_is_objected_to_once_and_answered() {
    let house = House::new().await;
    neglectful(&house).await;
    let ids = directory(&house).await;
    let id = published_appraisal(&house).await;
    let path = format!("/appraisals/{id}");
    let own = format!("{path}/scores/unit/{}", ids["U201"].as_str().unwrap());
    let other = format!("{path}/scores/unit/{}", ids["U202"].as_str().unwrap());
    let list = format!("/rounds/{}/appraisals", house.round().await);
    // Before it is published no unit knows of it.
    house.get("p040", &path).await.refused(404, "not-found");
    assert_eq!(house.get("p040", &list).await.ok()["items"], json!([]));
    let subject = json!({ "kind": "unit", "id": ids["U201"] });
    let adjust = |points: i64| json!({ "subject": subject, "points": points, "reason": "配合专项检查有力" });
    act(&house, "p072", &id, "adjust", adjust(600)).await.refused(422, "content");
    act(&house, "p072", &id, "adjust", adjust(-150)).await.ok();
    act(&house, "p072", &id, "publish", json!({})).await.refused(403, "not-allowed");
    act(&house, "p001", &id, "publish", json!({})).await.ok();

    let seen = house.get("p040", &path).await.ok();
    let mine: Vec<_> =
        seen["standings"].as_array().unwrap().iter().map(|s| (&s["subject"]["id"], &s["total"], &s["rank"])).collect();
    assert_eq!(mine, [(&ids["U201"], &json!(9750), &Value::Null)]);
    assert_eq!(seen["reckonings"], json!([]));
    assert_eq!(house.get("p040", &list).await.ok()["items"].as_array().unwrap().len(), 1);
    house.get("p040", &own).await.ok();
    house.get("p040", &other).await.refused(404, "not-found");
    // Nobody else: another unit's people, a leader whom the scheme does not appraise, a team, administrators.
    for login in ["p010", "p003", "p068", "sysadmin", "secadmin", "auditor"] {
        house.get(login, &path).await.refused(404, "not-found");
        house.get(login, &own).await.refused(404, "not-found");
    }
    let notices = house.get("p040", "/notices").await.ok();
    assert!(notices["items"].as_array().unwrap().iter().any(|n| n["appraisal_id"] == id.as_str()), "{notices}");

    let object = json!({ "unit": ids["U201"], "words": "方案已线下报送，请核实" });
    act(&house, "p041", &id, "object", object.clone()).await.refused(403, "not-allowed");
    act(&house, "p040", &id, "object", object.clone()).await.ok();
    act(&house, "p040", &id, "object", object).await.refused(409, "objected-already");
    act(&house, "p072", &id, "finish", json!({})).await.refused(409, "objection-open");
    let answer = json!({ "unit": ids["U201"], "points": 100, "reason": "经核实方案按期报送" });
    let answered = act(&house, "p072", &id, "answer", answer).await.ok();
    assert_eq!(answered["objections"][0]["answer"]["points"], 100);
    let score = house.get("p040", &own).await.ok();
    assert_eq!((score["total"].as_i64(), score["adjustments"].as_array().unwrap().len()), (Some(9850), 2));
    act(&house, "p072", &id, "finish", json!({})).await.refused(409, "objection-running");
    house.pass_days(20);
    act(&house, "p072", &id, "finish", json!({})).await.ok();
}

/// What of appraisals waits for somebody, as his list says it.
async fn waits(house: &House, login: &str) -> Vec<(String, String)> {
    let list = house.get(login, &format!("/rounds/{}/todo", house.round().await)).await.ok();
    let items = list["items"].as_array().unwrap().clone();
    let of = items.iter().filter(|i| !i["appraisal_id"].is_null());
    of.map(|i| (i["action"].as_str().unwrap().to_owned(), i["what"].as_str().unwrap().to_owned())).collect()
}

#[actix_web::test]
async fn a_score_and_an_objection_wait_in_the_list_of_whoever_is_next_and_of_nobody_else() {
    let house = House::new().await;
    neglectful(&house).await;
    let ids = directory(&house).await;
    let id = published_appraisal(&house).await;
    for login in ["p040", "p072"] {
        assert_eq!(waits(&house, login).await, [], "nothing is published: {login}");
    }
    act(&house, "p001", &id, "publish", json!({})).await.ok();
    let own = waits(&house, "p040").await;
    assert_eq!((own.len(), own[0].0.as_str()), (1, "object_to_appraisal"));
    let list = house.get("p040", &format!("/rounds/{}/todo", house.round().await)).await.ok();
    let line = list["items"].as_array().unwrap().iter().find(|i| i["appraisal_id"] == id.as_str()).unwrap().clone();
    // Published on Wednesday 1 April 2026; five working days on, Saturday to Monday (清明) left out, is the 9th, whose midnight ends it.
    let view = house.get("p040", &format!("/appraisals/{id}")).await.ok();
    let until: chrono::NaiveDate = view["object_until"].as_str().unwrap().parse().unwrap();
    assert_eq!(until.to_string(), "2026-04-09");
    let due = chrono::DateTime::parse_from_rfc3339(line["due_at"].as_str().unwrap()).unwrap().to_utc();
    assert_eq!(due, domain::calendar::end_of_day(until));
    // His clerk may not object, the office has nothing to answer, another unit's head has his own unit's line.
    for login in ["p041", "p072", "p001", "p003"] {
        assert_eq!(waits(&house, login).await, [], "{login}");
    }
    let object = json!({ "unit": ids["U201"], "words": "方案已线下报送，请核实" });
    act(&house, "p040", &id, "object", object).await.ok();
    assert_eq!(waits(&house, "p040").await, [], "he has objected");
    for login in ["p072", "p073"] {
        assert_eq!(waits(&house, login).await, [("answer_objection".to_owned(), "答复考评申诉".to_owned())], "{login}");
    }
    let answer = json!({ "unit": ids["U201"], "points": 0, "reason": "经核实维持" });
    act(&house, "p072", &id, "answer", answer).await.ok();
    assert_eq!(waits(&house, "p072").await, []);
    house.pass_days(20);
    assert_eq!(waits(&house, "p042").await, [], "the day went by");
    assert_eq!(waits(&house, "p072").await, [("finish_appraisal".to_owned(), "确定考评结果".to_owned())]);
    act(&house, "p072", &id, "finish", json!({})).await.ok();
    assert_eq!(waits(&house, "p072").await, []);
}

#[actix_web::test]
async fn what_was_begun_wrongly_is_discarded_before_it_is_published_and_begun_anew() {
    let house = House::new().await;
    neglectful(&house).await;
    let id = published_appraisal(&house).await;
    let reason = json!({ "reason": "考评期选错，应按季度" });
    act(&house, "p072", &id, "discard", json!({ "reason": " " })).await.refused(422, "content");
    act(&house, "p001", &id, "discard", reason.clone()).await.refused(403, "not-allowed");
    act(&house, "p040", &id, "discard", reason.clone()).await.refused(404, "not-found");
    begin(&house, "p072").await.refused(422, "content");
    let view = act(&house, "p072", &id, "discard", reason.clone()).await.ok();
    assert_eq!((&view["state_label"], &view["discarded"]["reason"]), (&json!("已作废"), &reason["reason"]));
    assert_eq!(view["open_actions"], json!([]));
    for act_of in ["discard", "recompute", "publish"] {
        let login = if act_of == "publish" { "p001" } else { "p072" };
        let body = if act_of == "discard" { reason.clone() } else { json!({}) };
        act(&house, login, &id, act_of, body).await.refused(409, "wrong-state");
    }
    // The period is free again, once; the discarded one stays to be read by the office and by no unit.
    let again = begin(&house, "p072").await.ok()["id"].as_str().unwrap().to_owned();
    assert_ne!(again, id);
    begin(&house, "p072").await.refused(422, "content");
    house.get("p072", &format!("/appraisals/{id}")).await.ok();
    house.get("p040", &format!("/appraisals/{id}")).await.refused(404, "not-found");
    act(&house, "p001", &again, "publish", json!({})).await.ok();
    act(&house, "p072", &again, "discard", reason.clone()).await.refused(409, "wrong-state");
    // Nor once it was published and then reckoned anew: units have read it.
    house.keep_clock().await;
    house.sealed();
    act(&house, "p072", &again, "recompute", json!({})).await.ok();
    act(&house, "p072", &again, "discard", reason).await.refused(409, "appraisal-published");
    house.verifies();
}

#[actix_web::test]
async fn a_system_hears_of_an_appraisal_once_it_is_published_and_of_no_score_but_its_units() {
    let house = House::new().await;
    neglectful(&house).await;
    let ids = directory(&house).await;
    let id = published_appraisal(&house).await;
    let adjust =
        json!({ "subject": { "kind": "unit", "id": ids["U201"] }, "points": -150, "reason": "配合专项检查不力" });
    act(&house, "p072", &id, "adjust", adjust).await.ok();
    let own = key(&house, "U201").await;
    assert_eq!(kinds(&heard(&house, &own, "appraisal").await), Vec::<&str>::new(), "before it is published");
    act(&house, "p001", &id, "publish", json!({})).await.ok();
    act(&house, "p040", &id, "object", json!({ "unit": ids["U201"], "words": "方案已线下报送" })).await.ok();
    let answer = json!({ "unit": ids["U201"], "points": 0, "reason": "未见报送记录" });
    act(&house, "p072", &id, "answer", answer).await.ok();
    // Whose score it is and the group above hear what was said of it, another that is scored that it is out, one that is not scored nothing.
    let of_it = ["adjusted", "published", "objected", "answered"];
    assert_eq!(kinds(&heard(&house, &own, "appraisal").await), of_it);
    for (unit, expected) in [("U000", &of_it[..]), ("U202", &["published"]), ("U203", &[])] {
        let key = key(&house, unit).await;
        let events = heard(&house, &key, "appraisal").await;
        assert_eq!(kinds(&events), expected, "{unit}");
        assert!(!Value::from(events).to_string().contains("配合专项检查不力"), "no prose");
        assert_eq!(heard(&house, &key, "appraisal_scheme").await, Vec::<Value>::new(), "the scheme is its office's");
    }
}

#[actix_web::test]
async fn what_came_later_is_a_new_version_that_shows_both() {
    let house = House::new().await;
    neglectful(&house).await;
    let ids = directory(&house).await;
    let id = published_appraisal(&house).await;
    act(&house, "p001", &id, "publish", json!({})).await.ok();
    act(&house, "p072", &id, "recompute", json!({})).await.refused(409, "appraisal-unchanged");
    // The clock says only now that both due dates went by: from the 21st to the 31st are eleven days, two times ten begun.
    house.keep_clock().await;
    house.sealed();
    let view = act(&house, "p072", &id, "recompute", json!({})).await.ok();
    assert_eq!(
        (view["n"].as_i64(), view["published"].as_i64(), view["state"].as_str()),
        (Some(2), Some(1), Some("computed"))
    );
    let changes = view["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2);
    for change in changes {
        assert_eq!(
            (change["before"].as_i64(), change["after"].as_i64(), change["n_came"].as_i64()),
            (Some(9900), Some(9700), Some(1))
        );
    }
    let unit = ids["U201"].as_str().unwrap();
    let score = house.get("p072", &format!("/appraisals/{id}/scores/unit/{unit}")).await.ok();
    assert_eq!((score["came"][0]["kind"].as_str(), score["came"][0]["days"].as_i64()), (Some("overdue"), Some(11)));
    // Both versions are there for who answers for the round; the unit goes on reading the one that is out.
    let first = house.get("p072", &format!("/appraisals/{id}?n=1")).await.ok();
    assert_eq!(first["standings"][0]["total"], 9900);
    let seen = house.get("p040", &format!("/appraisals/{id}")).await.ok();
    assert_eq!(
        (seen["n"].as_i64(), seen["standings"][0]["total"].as_i64(), &seen["changes"]),
        (Some(1), Some(9900), &json!([]))
    );
    house.get("p040", &format!("/appraisals/{id}?n=2")).await.refused(404, "not-found");

    // A scheme that shows the ranking: everybody who is appraised reads where all stand, and no points of others.
    let before = scheme(&house, "p072").await;
    let mut open = before["scheme"].clone();
    open["shows_ranking"] = json!(true);
    let saved = save(&house, "p072", &open, before["version"].as_i64().unwrap()).await.ok();
    publish(&house, "p001", saved["version"].as_i64().unwrap()).await.ok();
    act(&house, "p072", &id, "recompute", json!({})).await.ok();
    act(&house, "p001", &id, "publish", json!({})).await.ok();
    let seen = house.get("p040", &format!("/appraisals/{id}")).await.ok();
    let all: Vec<_> = seen["standings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["rank"].as_i64(), s["total"].as_i64(), s["opens"].as_bool()))
        .collect();
    assert_eq!(all.len(), 2);
    for (rank, total, opens) in all {
        assert_eq!((rank, total), (Some(1), (opens == Some(true)).then_some(9700)));
    }

    // Rows are the folds of their events.
    let kept =
        house.app.db.read_now(|conn| appraisals::replay(conn, AppraisalId(id.parse().unwrap()))).unwrap().unwrap();
    assert_eq!((kept.reckonings.len(), kept.published), (3, Some(3)));
    let find = |conn: &mut _| {
        appraisals::scheme(
            conn,
            &domain::actor::Actor::System,
            domain::ids::RoundId(view["round_id"].as_str().unwrap().parse().unwrap()),
        )
    };
    let loaded = house.app.db.read_now(find).unwrap().record.unwrap();
    let replayed = house.app.db.read_now(|conn| appraisals::replay_scheme(conn, SchemeId(loaded.id.0))).unwrap();
    assert_eq!(replayed, Some(loaded));
}

/// What an office member entered about a leader, for one reader.
async fn recorded(house: &House, reader: &str) -> String {
    let ids = directory(house).await;
    let form = json!({
        "subject": { "kind": "leader", "id": ids["P003"] }, "form": "reminder", "basis": "领导组第4次会议纪要", "decided_by": "领导组",
        "decided_on": house.today(), "readers": [ids[reader]],
    });
    let path = format!("/rounds/{}/accountability", house.round().await);
    house.request("p072", "POST", &path, None, Some(form)).await.ok()["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_record_of_accountability_is_read_by_whom_it_names_and_by_nobody_else() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let id = recorded(&house, "P002").await;
    let (path, list) = (format!("/accountability/{id}"), format!("/rounds/{}/accountability", house.round().await));
    let seen = house.get("p002", &path).await.ok();
    assert_eq!((seen["form_label"].as_str(), seen["basis"].as_str()), (Some("提醒谈话"), Some("领导组第4次会议纪要")));
    assert_eq!(seen["open_actions"], json!([]));
    // The subject himself, the principal, another of the office, the teams, the administrators and the auditor: it is not there.
    for login in ["p003", "p001", "p073", "p068", "p040", "sysadmin", "secadmin", "auditor"] {
        house.get(login, &path).await.refused(404, "not-found");
        let all = house.get(login, &list).await;
        assert!(all.status == 404 || all.body["items"] == json!([]), "{login}: {}", all.body);
    }
    // Its reader is told that there is something, and nothing of what it is.
    let notices = house.get("p002", "/notices").await.ok();
    let told = notices["items"].as_array().unwrap().iter().find(|n| n["accountability_id"] == id.as_str()).unwrap();
    assert_eq!(
        (told["text"].as_str(), &told["title"], &told["number"]),
        (Some("有一件事项请到系统查看"), &Value::Null, &Value::Null)
    );

    // Its file is fetched by those it names.
    house
        .upload("p002", &format!("{path}/files?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n")
        .await
        .refused(403, "not-allowed");
    house.upload("p001", &format!("{path}/files?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.refused(404, "not-found");
    house.upload("p072", &format!("{path}/files?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.ok();
    let file = house.get("p002", &path).await.ok()["files"][0]["id"].as_str().unwrap().to_owned();
    let ticket = format!("/evidence/{file}/tickets");
    house.request("p002", "POST", &ticket, None, None).await.ok();
    house.request("p001", "POST", &ticket, None, None).await.refused(404, "not-found");

    // Who is taken off the list reads it no more; what was withdrawn stays where it was.
    let readers = json!({ "readers": [ids["P001"]] });
    house
        .request("p002", "POST", &format!("{path}/readers"), Some(1), Some(readers.clone()))
        .await
        .refused(403, "not-allowed");
    house.request("p072", "POST", &format!("{path}/readers"), Some(1), Some(readers)).await.ok();
    house.get("p002", &path).await.refused(404, "not-found");
    house.get("p001", &path).await.ok();
    let reason = json!({ "reason": "登记有误" });
    let gone = house.request("p072", "POST", &format!("{path}/withdraw"), Some(2), Some(reason)).await.ok();
    assert_eq!(
        (gone["withdrawn"].as_str(), gone["open_actions"].as_array().map(Vec::len)),
        (Some("登记有误"), Some(0))
    );

    // The auditor's trail says that something was entered, and no word of it.
    house.sealed();
    let trail = house.get("auditor", &format!("/audit/events?stream_kind=accountability_action&stream_id={id}")).await;
    assert!(trail.status == 200 && !trail.body.to_string().contains("领导组"), "{}", trail.body);
    // Who verifies the whole ledger finds the row as its events make it, though nobody has named him.
    house.verifies();
}

#[actix_web::test]
async fn the_database_shows_a_record_of_accountability_to_nobody_it_does_not_name() {
    let house = House::new().await;
    let ids = directory(&house).await;
    recorded(&house, "P002").await;
    // As the application's own role, whatever it asks.
    let counted = |reader: &str| {
        let url = house.db.url();
        let told = format!("options=-c%20bihuan.reader%3D{reader}");
        let url = if url.contains('?') { format!("{url}&{told}") } else { format!("{url}?{told}") };
        lines(&url, "SELECT count(*)::text AS line FROM accountability_actions").concat()
    };
    let person = |code: &str| counted(ids[code].as_str().unwrap());
    assert_eq!([person("P001"), person("P041"), person("P002"), person("P072")], ["0", "0", "1", "1"]);
    assert_eq!(lines(&house.db.url(), "SELECT count(*)::text AS line FROM accountability_actions"), ["0"]);
}

#[actix_web::test]
async fn facts_that_meet_a_rule_are_laid_out_for_those_the_scheme_names() {
    let house = House::new().await;
    neglectful(&house).await;
    house.keep_clock().await;
    house.sealed();
    let ids = directory(&house).await;
    let list = format!("/rounds/{}/accountability", house.round().await);
    let mut draft = scheme(&house, "p072").await["scheme"].clone();
    draft["looks"] = json!([{ "fact": "overdue", "count": 2, "days": 60, "reason": "领导组第2次会议纪要" }]);
    draft["watchers"] = json!([ids["P002"]]);
    let saved = save(&house, "p072", &draft, 0).await.ok();
    assert_eq!(house.get("p002", &list).await.ok()["looks"], json!([]), "a scheme holds once it is published");
    publish(&house, "p001", saved["version"].as_i64().unwrap()).await.ok();
    // Both tasks are P003's: two facts; each unit has one.
    let looks = house.get("p002", &list).await.ok()["looks"].clone();
    assert_eq!(looks.as_array().unwrap().len(), 1, "{looks}");
    assert_eq!(
        (looks[0]["subject"]["id"].clone(), looks[0]["facts"].as_array().unwrap().len()),
        (ids["P003"].clone(), 2)
    );
    assert_eq!(looks[0]["rule"], "60 天内整改任务超期 2 次");
    for login in ["p001", "p072", "p003", "p040"] {
        assert_eq!(house.get(login, &list).await.ok()["looks"], json!([]), "{login}");
    }
}
