//! The four personal duties over the API: entered, confirmed, refused, withdrawn, taken over from what the records know, and the register that shows
//! who has done none.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeMap;
use std::sync::Barrier;

use chrono::Days;
use domain::actor::Actor;
use domain::ids::DutyActId;
use domain::personal_duty::DutyCommand;
use domain::personal_duty::state::{DutyAct, DutyState};
use domain::refusal::RefusalKind;
use persistence::events::Origin;
use persistence::tasks::Expected;
use persistence::{Error, accounts, actors, personal_duties};
use serde_json::{Value, json};
use support::{Answer, House, waiting_for};

async fn directory(house: &House) -> BTreeMap<String, Value> {
    let mut ids = BTreeMap::new();
    for path in ["/units", "/people"] {
        let page = house.get("p072", path).await.ok();
        let items = page.as_array().or_else(|| page["items"].as_array()).unwrap().clone();
        ids.extend(items.iter().map(|i| (i["code"].as_str().unwrap().to_owned(), i["id"].clone())));
    }
    ids
}

/// A task of the copper company (U201) in the charge of P003, issued.
async fn issued(house: &House, number: &str, more: Value) -> String {
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
    id
}

async fn path(house: &House, rest: &str) -> String {
    format!("/rounds/{}/personal-duties{rest}", house.round().await)
}

async fn enter(house: &House, login: &str, more: Value) -> Answer {
    let mut body = json!({ "duty": "research", "on": house.today(), "words": "到现场核对整改措施" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.request(login, "POST", &path(house, "").await, None, Some(body)).await
}

async fn act(house: &House, login: &str, id: &Value, act: &str, body: Value) -> Answer {
    let id = id.as_str().unwrap();
    let version = folded(house, id).version;
    house.request(login, "POST", &format!("/personal-duties/{id}/{act}"), Some(version), Some(body)).await
}

/// The row is the fold of its events, and its chain holds.
fn folded(house: &House, id: &str) -> DutyAct {
    let id = DutyActId(id.parse().unwrap());
    house
        .app
        .db
        .read_now(|conn| {
            assert_eq!(persistence::events::first_broken(conn, "personal_duty", id.0)?, None);
            let row = personal_duties::snapshot(conn, id)?;
            assert_eq!(personal_duties::replay(conn, id)?, Some(row.clone()));
            Ok(row)
        })
        .unwrap()
}

async fn register(house: &House, login: &str, query: &str) -> Value {
    house.get(login, &path(house, query).await).await.ok()
}

fn of<'a>(register: &'a Value, head: &Value) -> Option<&'a Value> {
    register["heads"].as_array().unwrap().iter().find(|h| h["id"] == *head)
}

fn cell(row: &Value, duty: &str) -> (i64, i64, i64) {
    let cell = row["duties"].as_array().unwrap().iter().find(|d| d["duty"] == duty).unwrap();
    let n = |key: &str| cell[key].as_i64().unwrap();
    (n("n"), n("n_key"), n("n_unconfirmed"))
}

#[actix_web::test]
async fn a_head_enters_his_own_and_confirms_what_was_entered_for_him() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let key = issued(&house, "D01", json!({ "is_key": true })).await;
    let plain = issued(&house, "D02", json!({})).await;

    let own = enter(&house, "p040", json!({ "tasks": [key] })).await.ok();
    assert_eq!((own["is_counted"].as_bool(), own["entered_by"].is_null()), (Some(true), true));
    assert_eq!((own["tasks"][0]["number"].as_str(), own["tasks"][0]["is_key"].as_bool()), (Some("D01"), Some(true)));
    let for_him = enter(&house, "p041", json!({ "head": ids["P040"], "tasks": [plain] })).await.ok();
    assert_eq!((for_him["is_counted"].as_bool(), for_him["entered_by"].as_str()), (Some(false), Some("壬亥六")));
    let row = of(&register(&house, "p001", "").await, &ids["P040"]).unwrap().clone();
    assert_eq!((cell(&row, "research"), row["n_key"].as_i64()), ((1, 1, 1), Some(1)));

    // He is told, and has it to do; who entered it has not.
    assert!(house.get("p040", "/notices").await.ok().to_string().contains("代填了您的“四个亲自”"));
    let todo = format!("/rounds/{}/todo", house.round().await);
    let waits = |list: &Value| list["items"].as_array().unwrap().iter().any(|i| i["action"] == "confirm_duty");
    let list = house.get("p040", &todo).await.ok();
    assert!(waits(&list) && list["records_duties"] == json!(true));
    let list = house.get("p041", &todo).await.ok();
    assert!(!waits(&list) && list["records_duties"] == json!(false));
    act(&house, "p041", &for_him["id"], "confirm", json!({})).await.refused(403, "confirm-own-only");
    act(&house, "p003", &for_him["id"], "withdraw", json!({ "reason": "x" })).await.refused(403, "not-allowed");
    act(&house, "p010", &for_him["id"], "withdraw", json!({ "reason": "x" })).await.refused(404, "not-found");
    act(&house, "p040", &for_him["id"], "confirm", json!({})).await.ok();
    act(&house, "p040", &for_him["id"], "confirm", json!({})).await.refused(409, "duty-decided");
    act(&house, "p041", &for_him["id"], "withdraw", json!({ "reason": "x" })).await.refused(403, "confirmed-by-head");
    let row = of(&register(&house, "p001", "").await, &ids["P040"]).unwrap().clone();
    assert_eq!(cell(&row, "research"), (2, 1, 0));
    assert!(!waits(&house.get("p040", &todo).await.ok()));

    // Refused with a reason, and who entered it learns of it; withdrawn it counts no more and stays with its reason.
    let wrong = enter(&house, "p041", json!({ "head": ids["P040"] })).await.ok();
    act(&house, "p040", &wrong["id"], "refuse", json!({ "reason": " " })).await.refused(422, "content");
    let refused = act(&house, "p040", &wrong["id"], "refuse", json!({ "reason": "当日出差" })).await.ok();
    assert_eq!((refused["is_void"].as_bool(), refused["reason"].as_str()), (Some(true), Some("当日出差")));
    assert!(house.get("p041", "/notices").await.ok().to_string().contains("本人没有认可"));
    act(&house, "p040", &own["id"], "withdraw", json!({ "reason": "日期写错" })).await.ok();
    let row = of(&register(&house, "p001", "").await, &ids["P040"]).unwrap().clone();
    assert_eq!(cell(&row, "research"), (1, 0, 0));
    let head = ids["P040"].as_str().unwrap();
    let all = house.get("p041", &path(&house, &format!("/acts?head={head}&duty=research")).await).await.ok();
    assert_eq!(all.as_array().unwrap().iter().filter(|a| a["is_void"] == json!(true)).count(), 2);
    for one in all.as_array().unwrap() {
        folded(&house, one["id"].as_str().unwrap());
    }
    // A stale look is told so.
    let url = format!("/personal-duties/{}/withdraw", for_him["id"].as_str().unwrap());
    house.request("p040", "POST", &url, Some(1), Some(json!({ "reason": "x" }))).await.refused(412, "stale");
}

#[actix_web::test]
async fn every_refusal_has_its_code_and_its_place() {
    let house = House::new().await;
    let ids = directory(&house).await;
    issued(&house, "D01", json!({})).await;
    let draft = house.task("T08").await;
    let at = |refused: Value| {
        let error = refused["errors"][0].clone();
        format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())
    };
    let wrong = async |more: Value| at(enter(&house, "p040", more).await.refused(422, "content"));
    assert_eq!(wrong(json!({ "words": " " })).await, "/words required");
    assert_eq!(wrong(json!({ "words": "写".repeat(501) })).await, "/words too-long");
    assert_eq!(wrong(json!({ "on": house.today() + Days::new(1) })).await, "/on in-the-future");
    assert_eq!(wrong(json!({ "on": house.today() - Days::new(91) })).await, "/on before-round");
    let outside = json!({ "tasks": [support::operations::NIL] });
    assert_eq!(wrong(outside).await, "/tasks/0 duty-task-outside");
    // A draft is in no head's sight, and a task of others is not either.
    assert_eq!(wrong(json!({ "tasks": [draft] })).await, "/tasks/0 duty-task-outside");
    // A clerk has none of his own; a leader neither, until the policy says so; a head enters for his unit alone.
    assert_eq!(at(enter(&house, "p041", json!({})).await.refused(422, "not-a-head")), "/head not-a-head");
    assert_eq!(at(enter(&house, "p003", json!({})).await.refused(422, "not-a-head")), "/head not-a-head");
    enter(&house, "p072", json!({ "head": ids["P040"] })).await.refused(403, "not-allowed");
    enter(&house, "p010", json!({ "head": ids["P040"] })).await.refused(404, "not-found");
    assert_eq!(wrong(json!({ "colour": "red" })).await, "/colour unknown-field");
    house.get("p040", &path(&house, "?month=2026-13").await).await.refused(422, "content");
    let take = async |key: &str| {
        house.request("p040", "POST", &path(&house, "/take").await, None, Some(json!({ "key": key }))).await
    };
    assert_eq!(at(take("plan:2026-03-02").await.refused(422, "content")), "/key source-unknown");
    assert_eq!(at(take("nonsense").await.refused(422, "content")), "/key source-unknown");
}

#[actix_web::test]
async fn what_the_records_know_is_taken_over_once_and_never_counts_by_itself() {
    let house = House::new().await;
    let ids = directory(&house).await;
    for number in ["D01", "D02"] {
        let task = issued(&house, number, json!({})).await;
        let view = house.act("p041", &task, "claim", json!({})).await.ok();
        let criteria = json!([{ "id": view["criteria"][0]["id"], "text": "全部归档" }]);
        let plan = json!({ "plan": { "criteria": criteria }, "pledge": false });
        house.act("p041", &task, "submit-plan", plan).await.ok();
        let (_, request) = waiting_for(&house, &task).await.unwrap();
        house.act("p040", &task, "sign", json!({ "request": request, "verdict": "approve" })).await.ok();
    }
    let row = of(&register(&house, "p001", "").await, &ids["P040"]).unwrap().clone();
    assert_eq!(row["n"], 0, "what is only known does not count");
    let form = house.get("p040", &path(&house, "/form").await).await.ok();
    let key = format!("plan:{}", house.today());
    assert_eq!(form["suggestions"].as_array().map(Vec::len), Some(1), "{form}");
    assert_eq!(
        (form["suggestions"][0]["key"].as_str(), form["suggestions"][0]["words"].as_str()),
        (Some(key.as_str()), Some("签报单位整改方案，涉及 2 项任务"))
    );
    // The clerk enters for him, and is told nothing of what he signed.
    let clerk = house.get("p041", &path(&house, "/form").await).await.ok();
    assert_eq!((clerk["suggestions"].clone(), clerk["is_own"].clone()), (json!([]), json!(false)));
    assert_eq!(clerk["head"]["id"], ids["P040"]);
    let take = async |login: &str| {
        house.request(login, "POST", &path(&house, "/take").await, None, Some(json!({ "key": key }))).await
    };
    take("p041").await.refused(422, "not-a-head");
    let taken = take("p040").await.ok();
    assert_eq!((taken["is_counted"].as_bool(), taken["source"].as_str()), (Some(true), Some("签报单位整改方案")));
    assert_eq!(taken["tasks"].as_array().map(Vec::len), Some(2));
    take("p040").await.refused(409, "source-taken");
    let form = house.get("p040", &path(&house, "/form").await).await.ok();
    assert_eq!(form["suggestions"], json!([]));
    // Withdrawn, it may be taken over again.
    act(&house, "p040", &taken["id"], "withdraw", json!({ "reason": "误点" })).await.ok();
    take("p040").await.ok();
    let row = of(&register(&house, "p001", "").await, &ids["P040"]).unwrap().clone();
    assert_eq!(cell(&row, "research"), (1, 0, 0));
}

#[actix_web::test]
async fn who_has_done_none_is_seen_by_who_answers_for_the_round() {
    let house = House::new().await;
    let ids = directory(&house).await;
    issued(&house, "D01", json!({})).await;
    issued(&house, "D02", json!({ "is_key": true, "units": [ids["U202"]], "leaders": [ids["P004"]] })).await;
    enter(&house, "p040", json!({})).await.ok();
    for login in ["p001", "p002", "p072"] {
        let all = register(&house, login, "").await;
        assert_eq!((all["sees_all"].as_bool(), all["n_none"].as_i64()), (Some(true), Some(1)), "{login}");
        // The one with a key problem stands first, and has done none.
        assert_eq!((all["heads"][0]["id"].clone(), all["heads"][0]["n"].as_i64()), (ids["P042"].clone(), Some(0)));
    }
    // Others see their own: a head, his clerk, the leader in whose charge the unit is.
    for (login, head) in [("p040", "P040"), ("p041", "P040"), ("p003", "P040"), ("p043", "P042"), ("p004", "P042")] {
        let seen = register(&house, login, "").await;
        let heads: Vec<_> = seen["heads"].as_array().unwrap().iter().map(|h| h["id"].clone()).collect();
        assert_eq!(heads, std::slice::from_ref(&ids[head]), "{login}");
        assert_eq!((seen["sees_all"].as_bool(), seen["n_none"].as_i64()), (Some(false), Some(0)));
        let other = if head == "P040" { "P042" } else { "P040" };
        let acts = path(&house, &format!("/acts?head={}", ids[other].as_str().unwrap())).await;
        house.get(login, &acts).await.refused(404, "not-found");
    }
    // Nobody of a team supervises the leaders' own.
    assert_eq!(register(&house, "p068", "").await["heads"], json!([]));
    // Another month has its own figures, and the whole round has all.
    let before = (house.today() - Days::new(20)).format("%Y-%m").to_string();
    let row = of(&register(&house, "p001", &format!("?month={before}")).await, &ids["P040"]).unwrap().clone();
    assert_eq!(row["n"], 0);
    let now = house.today().format("%Y-%m").to_string();
    let row = of(&register(&house, "p001", &format!("?month={now}")).await, &ids["P040"]).unwrap().clone();
    assert_eq!(row["n"], 1);
}

#[actix_web::test]
async fn leaders_have_duties_where_the_policy_says_so() {
    let house = House::new().await;
    let ids = directory(&house).await;
    issued(&house, "D01", json!({ "is_key": true })).await;
    let round = house.round().await;
    let view = house.get("p072", &format!("/rounds/{round}")).await.ok();
    let mut policy = view["policy"].clone();
    assert_eq!(
        (policy["leaders_have_duties"].as_bool(), policy["duty_reminder_working_days"].as_i64()),
        (Some(false), Some(5))
    );
    policy["leaders_have_duties"] = json!(true);
    let preview = house
        .request("p072", "POST", &format!("/rounds/{round}/policy/preview"), None, Some(policy.clone()))
        .await
        .ok();
    assert_eq!(preview["changes"][0]["pointer"], "/leaders_have_duties");
    let body = json!({ "policy": policy, "basis": "领导组第2次会议" });
    house.request("p072", "PUT", &format!("/rounds/{round}/policy"), view["version"].as_i64(), Some(body)).await.ok();
    // He enters his own; for another the office does, and he confirms it.
    enter(&house, "p003", json!({ "duty": "coordinate" })).await.ok();
    let other = enter(&house, "p072", json!({ "duty": "deploy", "head": ids["P002"] })).await.ok();
    assert_eq!(other["is_counted"], json!(false));
    act(&house, "p002", &other["id"], "confirm", json!({})).await.ok();
    let all = register(&house, "p001", "").await;
    assert_eq!(cell(of(&all, &ids["P003"]).unwrap(), "coordinate"), (1, 0, 0));
    assert_eq!(cell(of(&all, &ids["P002"]).unwrap(), "deploy"), (1, 0, 0));
    assert_eq!(of(&all, &ids["P003"]).unwrap()["n_key"], 1, "he leads a key problem");
    // A leader does not see another's.
    assert!(of(&register(&house, "p003", "").await, &ids["P002"]).is_none());
}

#[actix_web::test]
async fn near_the_end_of_a_month_who_has_key_problems_and_none_is_reminded() {
    let house = House::new().await;
    issued(&house, "D01", json!({ "is_key": true })).await;
    let todo = format!("/rounds/{}/todo", house.round().await);
    let line = async |login: &str| {
        let list = house.get(login, &todo).await.ok();
        list["items"].as_array().unwrap().iter().find(|i| i["action"] == "record_duty").cloned()
    };
    // March 2026 ends on a Tuesday: its last five working days begin on Wednesday the 25th.
    house.set_day("2026-03-24".parse().unwrap());
    assert_eq!(line("p040").await, None);
    house.set_day("2026-03-25".parse().unwrap());
    let found = line("p040").await.expect("he is reminded");
    assert_eq!((found["working_days_left"].as_i64(), found["group"].as_str()), (Some(4), Some("later")));
    assert_eq!(line("p041").await, None, "a clerk has none of his own");
    enter(&house, "p040", json!({})).await.ok();
    assert_eq!(line("p040").await, None);
    house.set_day("2026-04-01".parse().unwrap());
    assert_eq!(line("p040").await, None, "a new month has time");
}

#[actix_web::test]
async fn of_a_sensitive_matter_neither_title_nor_words_are_shown_to_who_does_not_read_it() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let more = json!({ "sensitivity": "internal", "readers": [ids["P040"]], "title": "不宜公开的事" });
    let kept = issued(&house, "D09", more).await;
    let own = enter(&house, "p040", json!({ "tasks": [kept], "words": "听取不宜公开的事的汇报" })).await.ok();
    assert_eq!(own["tasks"][0]["title"], "不宜公开的事");
    let head = ids["P040"].as_str().unwrap();
    for login in ["p041", "p001", "p003"] {
        let acts = house.get(login, &path(&house, &format!("/acts?head={head}")).await).await.ok();
        assert_eq!((acts.as_array().map(Vec::len), acts[0]["words"].as_str()), (Some(1), Some("内容仅限指定人员阅看")));
        assert!(!acts.to_string().contains("不宜公开"), "{login}: {acts}");
    }
    // The office reads it.
    let acts = house.get("p072", &path(&house, &format!("/acts?head={head}")).await).await.ok();
    assert_eq!(acts[0]["words"], "听取不宜公开的事的汇报");
    let form = house.get("p041", &path(&house, "/form").await).await.ok();
    assert!(form["tasks"].to_string().contains("D09") && !form["tasks"].to_string().contains("不宜公开"));
}

#[actix_web::test]
async fn the_office_marks_a_key_problem_at_any_time_and_the_ledger_is_filtered_by_it() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let task = issued(&house, "D01", json!({})).await;
    let keys = async |login: &str| {
        let round = house.round().await;
        let page = house.get(login, &format!("/rounds/{round}/tasks?key=true")).await.ok();
        page["items"].as_array().unwrap().iter().map(|t| t["number"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(keys("p072").await, Vec::<Value>::new());
    let mark = |is_key: bool, reason: &str| json!({ "is_key": is_key, "reason": reason });
    house.act("p040", &task, "mark-key", mark(true, "重要")).await.refused(403, "not-allowed");
    house.act("p072", &task, "mark-key", mark(true, " ")).await.refused(422, "content");
    let view = house.act("p072", &task, "mark-key", mark(true, "领导组会议确定")).await.ok();
    assert_eq!(view["is_key"], json!(true));
    house.act("p072", &task, "mark-key", mark(true, "再标一次")).await.refused(409, "nothing-changed");
    assert_eq!(keys("p041").await, ["D01"]);
    let row = of(&register(&house, "p001", "").await, &ids["P040"]).unwrap().clone();
    assert_eq!(row["n_key"], 1);
    house.act("p072", &task, "mark-key", mark(false, "已解决主要问题")).await.ok();
    assert_eq!(keys("p072").await, Vec::<Value>::new());
}

/// The head confirms while who entered it takes it back, both on the version they saw: one of them does it, the other is told.
#[actix_web::test]
async fn confirming_and_withdrawing_at_once_one_of_them_does_it() {
    let house = House::new().await;
    let ids = directory(&house).await;
    issued(&house, "D01", json!({})).await;
    let (pool, today, now) = (house.db.database(), house.today(), house.app.clock.now());
    let origin = |login: &str| {
        let actor = pool
            .read_now(|conn| {
                let account = accounts::credential(conn, login)?.expect("the account is there").id;
                Ok(Actor::Person(Box::new(actors::of_account(conn, account, today)?.actor)))
            })
            .unwrap();
        Origin { actor, address: String::new(), request_id: String::new(), now }
    };
    let (head, clerk) = (origin("p040"), origin("p041"));
    let mut states = Vec::new();
    for n in 0..12 {
        let made = enter(&house, "p041", json!({ "head": ids["P040"], "words": format!("第 {n} 条") })).await.ok();
        let id = DutyActId(made["id"].as_str().unwrap().parse().unwrap());
        let gate = Barrier::new(2);
        let run = |origin: &Origin, command: DutyCommand, expected: Expected| {
            gate.wait();
            pool.write_now(|conn| personal_duties::execute(conn, origin, id, expected, command))
        };
        // Also where no version is named.
        let expected = || if n % 2 == 0 { Expected::Version(1) } else { Expected::Any };
        let outcomes: Vec<Result<DutyAct, Error>> = std::thread::scope(|scope| {
            let confirms = scope.spawn(|| run(&head, DutyCommand::Confirm, expected()));
            let withdraws = scope.spawn(|| run(&clerk, DutyCommand::Withdraw { reason: "重复".into() }, expected()));
            [confirms, withdraws].into_iter().map(|c| c.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1, "{outcomes:?}");
        match outcomes.iter().find_map(|o| o.as_ref().err()).unwrap() {
            Error::Stale(2) => assert_eq!(n % 2, 0),
            Error::Refused(refusal) if refusal.kind == RefusalKind::Forbidden => {
                assert_eq!(refusal.code, "confirmed-by-head");
            }
            Error::Refused(refusal) => assert_eq!(refusal.code, "duty-decided"),
            other => panic!("{other}"),
        }
        let act = folded(&house, &id.to_string());
        assert_eq!((act.seq, act.state == DutyState::Counted), (2, outcomes[0].is_ok()));
        states.push(act.state);
    }
    assert!(states.iter().all(|s| matches!(s, DutyState::Counted | DutyState::Withdrawn)), "{states:?}");
}
