//! Systemic problems over the API: proposed with their grounds, confirmed by a person, looked for by sister units, and made tasks of, once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeMap;
use std::sync::Barrier;

use chrono::Days;
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::ids::{SystemicProblemId, UnitId};
use domain::refusal::RefusalKind;
use domain::systemic::SystemicCommand;
use persistence::events::Origin;
use persistence::systemic;
use persistence::tasks::Expected;
use persistence::testing::{lines, run};
use persistence::{Error, accounts, actors};
use serde_json::{Value, json};
use support::feed::{heard, key, kinds};
use support::{Answer, House};

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n";

async fn directory(house: &House) -> BTreeMap<String, Value> {
    let mut ids = BTreeMap::new();
    for path in ["/units", "/people"] {
        let page = house.get("p072", path).await.ok();
        let items = page.as_array().unwrap().clone();
        ids.extend(items.iter().map(|i| (i["code"].as_str().unwrap().to_owned(), i["id"].clone())));
    }
    ids
}

/// A finding of the round with these words and a drafted task of a unit on it: the task's id.
async fn found(house: &House, number: &str, unit: &str, body: &str, basis: &str, more: Value) -> String {
    let ids = directory(house).await;
    let round = house.round().await;
    let finding = uuid::Uuid::now_v7().to_string();
    let sql = format!(
        "INSERT INTO findings (id, round_id, aspect_id, ordinal, number, body, basis) \
         SELECT '{finding}', round_id, aspect_id, 999, 'X-{number}', '{body}', '{basis}' FROM findings LIMIT 1"
    );
    run(&house.db.super_url(), &sql).unwrap();
    let mut draft = json!({
        "number": number, "title": body, "disposition": "dated", "due_on": house.today() + Days::new(200),
        "leaders": [ids["P003"]], "units": [ids[unit]], "persons": [ids["P041"]],
        "measures": [{ "text": "清理" }], "criteria": [{ "text": "全部归档" }],
    });
    draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let body = json!({ "finding_id": finding, "draft": draft });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

const GAS: &str = "职工食堂燃气报警装置未定期校验";

/// Two units' findings of one matter.
pub(crate) async fn two(house: &House) -> [String; 2] {
    let one = found(house, "S01", "U201", GAS, "", json!({})).await;
    let body = "食堂燃气报警装置长期没有校验";
    [one, found(house, "S02", "U203", body, "", json!({})).await]
}

pub(crate) async fn confirm(house: &House, members: &[String]) -> String {
    let (ids, round) = (directory(house).await, house.round().await);
    let form = json!({
        "title": "食堂燃气报警装置无人校验", "measure": "集团统一与校验机构签约", "ground": "两家单位都没有校验",
        "owner": ids["U110"], "due_on": house.today() + Days::new(60), "members": members,
    });
    let path = format!("/rounds/{round}/systemic-problems");
    house.request("p072", "POST", &path, None, Some(form)).await.ok()["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn act(house: &House, login: &str, problem: &str, act: &str, body: Value) -> Answer {
    let view = house.get("p072", &format!("/systemic-problems/{problem}")).await.ok();
    let path = format!("/systemic-problems/{problem}/{act}");
    house.request(login, "POST", &path, view["version"].as_i64(), Some(body)).await
}

pub(crate) async fn ask(house: &House, problem: &str, units: &[&str], days: u64) {
    let ids = directory(house).await;
    let units: Vec<&Value> = units.iter().map(|u| &ids[*u]).collect();
    act(house, "p072", problem, "ask", json!({ "units": units, "due_on": house.today() + Days::new(days) })).await.ok();
}

async fn file(house: &House, login: &str, problem: &str, unit: &Value) -> Answer {
    let unit = unit.as_str().unwrap();
    house.upload(login, &format!("/systemic-problems/{problem}/files?unit={unit}&filename=a.pdf"), PDF).await
}

async fn todo(house: &House, login: &str) -> Vec<String> {
    let list = house.get(login, &format!("/rounds/{}/todo", house.round().await)).await.ok();
    let items = list["items"].as_array().unwrap().clone();
    items
        .iter()
        .filter(|i| !i["systemic_problem_id"].is_null())
        .map(|i| format!("{} {}", i["group"].as_str().unwrap(), i["what"].as_str().unwrap()))
        .collect()
}

#[actix_web::test]
async fn what_is_alike_or_breached_one_rule_is_proposed_confirmed_or_dismissed_and_not_asked_twice() {
    let house = House::new().await;
    let members = two(&house).await;
    let round = house.round().await;
    let (one, other) = ("《燃气安全规定》第二条", "违反《燃气安全规定（试行）》");
    found(&house, "S03", "U202", "锅炉房交接班记录空白", one, json!({})).await;
    found(&house, "S04", "U204", "特种设备台账查不到", other, json!({})).await;
    let path = format!("/rounds/{round}/systemic-proposals");
    let has = |list: &Value, numbers: &[&str]| {
        let items = list["items"].as_array().unwrap().clone();
        items.into_iter().find(|g| {
            let all: Vec<&str> =
                g["members"].as_array().unwrap().iter().map(|m| m["number"].as_str().unwrap()).collect();
            all == numbers
        })
    };
    let list = house.get("p072", &path).await.ok();
    let alike = has(&list, &["S01", "S02"]).unwrap();
    assert!(alike["grounds"][0].as_str().unwrap().contains("燃气报警装置"), "{alike}");
    let rule = has(&list, &["S03", "S04"]).unwrap();
    assert_eq!(rule["grounds"], json!(["都违反《燃气安全规定》"]));
    // A team and a unit are proposed nothing.
    house.get("p068", &path).await.refused(403, "not-allowed");
    house.get("p041", &path).await.refused(404, "not-found");
    let ids: Vec<&Value> = rule["members"].as_array().unwrap().iter().map(|m| &m["id"]).collect();
    let dismiss = |reason: &str| json!({ "members": ids, "reason": reason });
    let to = format!("/rounds/{round}/systemic-dismissals");
    house.request("p072", "POST", &to, None, Some(dismiss(" "))).await.refused(422, "content");
    house.request("p072", "POST", &to, None, Some(dismiss("设备不同，管理部门也不同"))).await.ok();
    let problem = confirm(&house, &members).await;
    let list = house.get("p072", &path).await.ok();
    assert!(has(&list, &["S01", "S02"]).is_none() && has(&list, &["S03", "S04"]).is_none(), "{list}");
    // With a new member it is asked again; what was withdrawn as well.
    found(&house, "S05", "U205", "工地食堂燃气报警装置未校验", "", json!({})).await;
    assert!(has(&house.get("p072", &path).await.ok(), &["S01", "S02", "S05"]).is_some());
    act(&house, "p072", &problem, "withdraw", json!({ "reason": "另案处理" })).await.ok();
    let problems = house.get("p072", &format!("/rounds/{round}/systemic-problems")).await.ok();
    assert_eq!(problems["items"].as_array().unwrap().len(), 1, "a dismissed group is no problem");
}

#[actix_web::test]
async fn a_problem_goes_from_its_self_checks_to_tasks_and_its_end() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let problem = confirm(&house, &two(&house).await).await;
    assert_eq!(todo(&house, "p028").await, ["later 落实共性问题的集团层面措施"]);
    ask(&house, &problem, &["U202", "U204"], 14).await;
    assert_eq!(todo(&house, "p043").await, ["later 报送举一反三自查"]);
    // The clerk of U202 looks and finds something alike; his head stands for it.
    let unit = &ids["U202"];
    let words = "机修厂食堂一台报警装置超期三个月";
    let answer = json!({ "unit": unit, "verdict": "similar", "words": words });
    act(&house, "p043", &problem, "answer", answer).await.ok();
    assert_eq!(todo(&house, "p042").await, ["later 确认举一反三自查"]);
    act(&house, "p043", &problem, "confirm-answer", json!({ "unit": unit })).await.refused(403, "not-allowed");
    act(&house, "p042", &problem, "confirm-answer", json!({ "unit": unit })).await.ok();
    // That of U204 says that there is nothing, and proves it.
    let unit = &ids["U204"];
    let none =
        |proof: Value| json!({ "unit": unit, "verdict": "has_not", "words": "逐台核对校验证书", "proof": proof });
    act(&house, "p046", &problem, "answer", none(json!([]))).await.refused(422, "content");
    let sha = file(&house, "p046", &problem, unit).await.ok()["sha256"].clone();
    let view = act(&house, "p046", &problem, "answer", none(json!([sha]))).await.ok();
    assert_eq!((&view["checks"][0]["state"], view["checks"].as_array().unwrap().len()), (&json!("handed_in"), 1));
    assert_eq!(todo(&house, "p072").await, ["waiting 审核举一反三自查", "waiting 审核举一反三自查"]);
    let view = house.get("p072", &format!("/systemic-problems/{problem}")).await.ok();
    let figures = &view["progress"];
    assert_eq!((&figures["asked"], &figures["answered"]), (&json!(2), &json!(2)));
    assert_eq!((&figures["similar"], &figures["has_not"], &figures["has"]), (&json!(1), &json!(1), &json!(0)));
    act(&house, "p072", &problem, "return", json!({ "unit": unit, "reason": "证书不全" })).await.ok();
    let mine = house.get("p046", &format!("/systemic-problems/{problem}")).await.ok();
    assert_eq!(mine["checks"][0]["returned_for"], "证书不全");
    act(&house, "p046", &problem, "answer", none(json!([sha]))).await.ok();
    act(&house, "p072", &problem, "accept", json!({ "unit": unit })).await.ok();
    act(&house, "p072", &problem, "raise", json!({ "unit": unit })).await.refused(409, "nothing-to-raise");
    // One click makes a draft of the answer, of the problem's finding; a second makes none.
    let view = act(&house, "p072", &problem, "raise", json!({ "unit": ids["U202"] })).await.ok();
    let check = view["checks"].as_array().unwrap().iter().find(|c| c["unit"]["id"] == ids["U202"]).unwrap();
    assert_eq!((&check["state"], &check["task"]["number"]), (&json!("accepted"), &json!("S01-举1")));
    let task = house.get("p072", &format!("/tasks/{}", check["task"]["id"].as_str().unwrap())).await.ok();
    assert_eq!((&task["state"], &task["title"], &task["finding"]), (&json!("draft"), &json!(words), &json!(GAS)));
    assert_eq!(
        (&task["units"][0]["id"], &task["measures"][0]["text"]),
        (&ids["U202"], &json!("集团统一与校验机构签约"))
    );
    let of_task =
        house.get("p072", &format!("/tasks/{}/systemic-problems", check["task"]["id"].as_str().unwrap())).await.ok();
    assert_eq!(of_task["items"][0]["id"], json!(problem));
    act(&house, "p072", &problem, "raise", json!({ "unit": ids["U202"] })).await.refused(409, "already-raised");
    // Closed once the owner has reported the measure.
    act(&house, "p072", &problem, "close", json!({})).await.refused(409, "measure-not-reported");
    act(&house, "p042", &problem, "report", json!({ "words": "已签约" })).await.refused(403, "not-allowed");
    act(&house, "p028", &problem, "report", json!({ "words": "已与校验机构签约，覆盖全部食堂" })).await.ok();
    assert_eq!(todo(&house, "p072").await, ["later 办结共性问题"]);
    let view = act(&house, "p072", &problem, "close", json!({})).await.ok();
    assert_eq!((&view["state"], &view["progress"]["raised"]), (&json!("closed"), &json!(1)));
    let id = SystemicProblemId(problem.parse().unwrap());
    let db = house.db.database();
    let (kept, folded) =
        db.read_now(|conn| Ok((systemic::snapshot(conn, id)?, systemic::replay(conn, id)?.unwrap()))).unwrap();
    assert_eq!(kept, folded, "the row is the fold of its events");
    house.verifies();
}

#[actix_web::test]
async fn a_unit_sees_its_own_self_check_and_nothing_of_another_or_of_what_is_sensitive() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let [one, other] = two(&house).await;
    let secret = found(&house, "S09", "U205", "敏感的燃气事项", "", json!({ "sensitivity": "internal" })).await;
    let problem = confirm(&house, &[one, other, secret]).await;
    ask(&house, &problem, &["U202", "U204"], 14).await;
    let sha = file(&house, "p046", &problem, &ids["U204"]).await.ok()["sha256"].clone();
    let words = "别的单位不该看到的自查";
    let answer = json!({ "unit": ids["U204"], "verdict": "has_not", "words": words, "proof": [sha] });
    act(&house, "p046", &problem, "answer", answer.clone()).await.ok();
    let path = format!("/systemic-problems/{problem}");
    let whole = house.get("p072", &path).await.ok();
    assert_eq!((whole["members"].as_array().unwrap().len(), &whole["n_hidden"]), (3, &json!(0)));
    let attachment = whole["checks"][1]["files"][0]["id"].as_str().unwrap().to_owned();
    for login in ["p043", "p028"] {
        let view = house.get(login, &path).await.ok();
        let text = view.to_string();
        assert!(
            !text.contains(words) && !text.contains("敏感的燃气事项") && !text.contains("两家单位都没有"),
            "{text}"
        );
        assert_eq!((view["members"].as_array().unwrap().len(), &view["progress"]), (0, &json!(null)));
        assert_eq!(view["measure"], "集团统一与校验机构签约");
        assert!(view["checks"].as_array().unwrap().iter().all(|c| c["unit"]["id"] == ids["U202"]), "{login}");
        let ticket = house.request(login, "POST", &format!("/evidence/{attachment}/tickets"), None, None).await;
        assert_eq!(ticket.status, 404, "{}", ticket.body);
    }
    // For another unit nobody answers, hands in a file or stands; a unit with no part finds nothing, in no list.
    act(&house, "p043", &problem, "answer", answer).await.refused(404, "not-found");
    assert_eq!(file(&house, "p043", &problem, &ids["U204"]).await.status, 404);
    house.get("p041", &path).await.refused(404, "not-found");
    let round = house.round().await;
    let list = house.get("p043", &format!("/rounds/{round}/systemic-problems")).await.ok();
    assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["progress"]), (1, &json!(null)));
    assert_eq!(list["items"][0]["own"][0]["state_label"], "待自查");
    // The principal looks at all of it and does nothing; a team sees none.
    let seen = house.get("p001", &path).await.ok();
    assert_eq!((seen["checks"].as_array().unwrap().len(), &seen["open_actions"]), (2, &json!([])));
    assert_eq!((&seen["n_hidden"], seen.to_string().contains("敏感的燃气事项")), (&json!(1), false));
    house.get("p068", &path).await.refused(404, "not-found");
}

#[actix_web::test]
async fn a_system_hears_of_a_problem_what_is_its_units_own_and_names_no_task() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let members = two(&house).await;
    let problem = confirm(&house, &members).await;
    for units in [&["U202"][..], &["U204"], &["U205", "U206"]] {
        ask(&house, &problem, units, 14).await;
    }
    let words = "食堂一台报警装置超期三个月";
    for (login, unit) in [("p042", "U202"), ("p046", "U204")] {
        let answer = json!({ "unit": ids[unit], "verdict": "has", "words": words });
        act(&house, login, &problem, "answer", answer).await.ok();
    }
    act(&house, "p072", &problem, "return", json!({ "unit": ids["U204"], "reason": "没有写明数量" })).await.ok();
    act(&house, "p072", &problem, "raise", json!({ "unit": ids["U202"] })).await.ok();
    act(&house, "p028", &problem, "report", json!({ "words": "已签约" })).await.ok();
    act(&house, "p072", &problem, "return-report", json!({ "reason": "没有附合同" })).await.ok();
    act(&house, "p072", &problem, "withdraw", json!({ "reason": "另案处理" })).await.ok();
    // A unit hears of its own self-check, the owner of its report, all of them of the end; a unit asked together with another not of that, and one
    // whose task is a member, and the group above them all, which was asked nothing, of nothing.
    for (unit, expected) in [
        ("U202", &["asked", "handed_in", "accepted", "withdrawn"][..]),
        ("U204", &["asked", "handed_in", "returned", "withdrawn"]),
        ("U110", &["reported", "report_returned", "withdrawn"]),
        ("U205", &["withdrawn"]),
        ("U201", &[]),
        ("U000", &[]),
    ] {
        let events = heard(&house, &key(&house, unit).await, "systemic_problem").await;
        assert_eq!(kinds(&events), expected, "{unit}");
        let text = Value::from(events).to_string();
        assert!(!text.contains(words) && !members.iter().any(|task| text.contains(task)), "{unit}: {text}");
    }
}

#[actix_web::test]
async fn what_was_confirmed_is_amended_with_a_reason_while_it_is_open_and_answers_stay() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let problem = confirm(&house, &two(&house).await).await;
    ask(&house, &problem, &["U202", "U204"], 14).await;
    let answer = json!({ "unit": ids["U204"], "verdict": "has", "words": "有一台没有校验" });
    act(&house, "p046", &problem, "answer", answer).await.ok();
    let path = format!("/systemic-problems/{problem}");
    let (due, later) = (house.today() + Days::new(60), house.today() + Days::new(30));
    let form = |owner: &str, title: &str, unit: &str, day: chrono::NaiveDate, reason: &str| {
        json!({
            "title": title, "measure": "集团统一与校验机构签约", "owner": ids[owner], "due_on": due,
            "checks": [{ "unit": ids[unit], "due_on": day }], "reason": reason,
        })
    };
    let title = "燃气报警装置无人校验";
    // Without a reason, in the past, of an answer that is in, of nothing: refused each at its place.
    let pointer = |refused: Value| refused["errors"][0]["pointer"].as_str().unwrap().to_owned();
    let said = act(&house, "p072", &problem, "amend", form("U110", title, "U202", later, " ")).await;
    assert_eq!(pointer(said.refused(422, "content")), "/reason");
    let past = house.today() - Days::new(1);
    let said = act(&house, "p072", &problem, "amend", form("U110", title, "U202", past, "时间太紧")).await;
    assert_eq!(pointer(said.refused(422, "content")), "/checks/0");
    let said = act(&house, "p072", &problem, "amend", form("U110", title, "U204", later, "时间太紧")).await;
    assert_eq!(pointer(said.refused(422, "content")), "/checks/0");
    let same = json!({
        "title": "食堂燃气报警装置无人校验", "measure": "集团统一与校验机构签约", "owner": ids["U110"], "due_on": due, "reason": "没有改",
    });
    act(&house, "p072", &problem, "amend", same).await.refused(409, "nothing-changed");
    // Only whoever may confirm it: not the owner, not the principal who reads it, and a stranger finds nothing.
    let amended = form("U111", title, "U202", later, "职责调整，并给机修厂多留时间");
    act(&house, "p028", &problem, "amend", amended.clone()).await.refused(403, "not-allowed");
    act(&house, "p001", &problem, "amend", amended.clone()).await.refused(403, "not-allowed");
    act(&house, "p041", &problem, "amend", amended.clone()).await.refused(404, "not-found");
    let view = act(&house, "p072", &problem, "amend", amended).await.ok();
    assert_eq!((&view["title"], &view["owner"]["id"]), (&json!(title), &ids["U111"]));
    let check = |view: &Value, unit: &str| {
        view["checks"].as_array().unwrap().iter().find(|c| c["unit"]["id"] == ids[unit]).unwrap().clone()
    };
    assert_eq!(check(&view, "U202")["due_on"], json!(later));
    let kept = check(&view, "U204");
    assert_eq!((&kept["state"], &kept["words"]), (&json!("handed_in"), &json!("有一台没有校验")));
    let trail = &view["amendments"][0];
    assert_eq!(trail["reason"], "职责调整，并给机修厂多留时间");
    let labels: Vec<&str> = trail["changes"].as_array().unwrap().iter().map(|c| c["label"].as_str().unwrap()).collect();
    assert_eq!((labels.len(), &labels[..2]), (3, &["标题", "牵头部门"][..]));
    assert!(labels[2].ends_with("自查时限"), "{trail}");
    assert_eq!(
        (&trail["changes"][0]["before"], &trail["changes"][0]["after"]),
        (&json!("食堂燃气报警装置无人校验"), &json!(title))
    );
    // A unit sees its new day and nothing of why; who owned it sees it no longer, who owns it now has it to do.
    let own = house.get("p043", &path).await.ok();
    assert_eq!((&own["checks"][0]["due_on"], &own["amendments"]), (&json!(later), &json!([])));
    house.get("p028", &path).await.refused(404, "not-found");
    let told = lines(
        &house.db.super_url(),
        "SELECT count(*)::text AS line FROM notifications n JOIN memberships m ON m.person_id = n.recipient_id JOIN units u ON u.id = m.unit_id \
         WHERE n.rule = 'problem_given' AND u.code = 'U111'",
    );
    assert_ne!(told, ["0"], "the new owner is told");
    // The clock goes by the new day.
    house.pass_days(20);
    house.keep_clock().await;
    assert!(todo(&house, "p043").await.iter().all(|line| !line.starts_with("overdue")));
    house.pass_days(12);
    house.keep_clock().await;
    assert_eq!(todo(&house, "p043").await, ["overdue 报送举一反三自查"]);
    // What is over is not amended.
    act(&house, "p072", &problem, "withdraw", json!({ "reason": "另案处理" })).await.ok();
    let late = form("U110", "又改一次", "U202", house.today() + Days::new(30), "再改");
    act(&house, "p072", &problem, "amend", late).await.refused(409, "wrong-state");
    let id = SystemicProblemId(problem.parse().unwrap());
    let db = house.db.database();
    let (kept, folded) =
        db.read_now(|conn| Ok((systemic::snapshot(conn, id)?, systemic::replay(conn, id)?.unwrap()))).unwrap();
    assert_eq!(kept, folded, "the row is the fold of its events");
    house.verifies();
}

#[actix_web::test]
async fn whoever_looks_at_the_list_is_told_what_he_may_expect_of_it() {
    let house = House::new().await;
    let task = found(&house, "S01", "U201", GAS, "", json!({})).await;
    house.act("p072", &task, "issue", json!({})).await.ok();
    let path = format!("/rounds/{}/systemic-problems", house.round().await);
    // Whether he confirms, sees all of it, works for a unit: the office, the principal, a leader, a clerk.
    let expected = [
        ("p072", [true, true, false]),
        ("p001", [false, true, false]),
        ("p003", [false, false, false]),
        ("p041", [false, false, true]),
    ];
    for (login, says) in expected {
        let list = house.get(login, &path).await.ok();
        assert_eq!(list["items"], json!([]));
        let said = ["may_confirm", "sees_all", "is_of_unit"].map(|name| list[name].as_bool().unwrap());
        assert_eq!(said, says, "{login}");
    }
}

#[actix_web::test]
async fn a_late_answer_is_reminded_of_once_and_marked() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let problem = confirm(&house, &two(&house).await).await;
    ask(&house, &problem, &["U202", "U204"], 2).await;
    let words = json!({ "unit": ids["U204"], "verdict": "has", "words": "有一台" });
    act(&house, "p046", &problem, "answer", words).await.ok();
    house.keep_clock().await;
    house.pass_days(3);
    house.keep_clock().await;
    house.pass_days(1);
    house.keep_clock().await;
    let said = lines(
        &house.db.super_url(),
        "SELECT kind || ' ' || (payload::jsonb->'units')::text AS line FROM events WHERE kind = 'systemic_problem.due_passed'",
    );
    assert_eq!(said, [format!("systemic_problem.due_passed [{}]", ids["U202"])], "once, and of who had not answered");
    let told = lines(
        &house.db.super_url(),
        "SELECT DISTINCT p.code AS line FROM notifications n JOIN persons p ON p.id = n.recipient_id WHERE n.rule = 'self_check_overdue' ORDER BY 1",
    );
    assert_eq!(told, ["P042", "P043", "P072", "P073"], "the unit and the office");
    assert_eq!(todo(&house, "p043").await, ["overdue 报送举一反三自查"]);
    let late = json!({ "unit": ids["U202"], "verdict": "has", "words": "有两台" });
    act(&house, "p042", &problem, "answer", late).await.ok();
    let view = house.get("p072", &format!("/systemic-problems/{problem}")).await.ok();
    let is_late: Vec<&Value> = view["checks"].as_array().unwrap().iter().map(|c| &c["is_late"]).collect();
    assert_eq!(is_late, [&json!(true), &json!(false)]);
}

#[actix_web::test]
async fn of_many_who_act_at_once_one_answer_is_kept_and_one_task_is_made() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let problem = confirm(&house, &two(&house).await).await;
    ask(&house, &problem, &["U202"], 14).await;
    let id = SystemicProblemId(problem.parse().unwrap());
    let unit = UnitId(ids["U202"].as_str().unwrap().parse().unwrap());
    let db = persistence::Database::new(&house.db.url(), 6);
    let now = house.app.clock.now();
    let origin = |login: &str| {
        let actor = db
            .read_now(|conn| {
                let account = accounts::credential(conn, login)?.unwrap().id;
                Ok(Actor::Person(Box::new(actors::of_account(conn, account, domain::calendar::today(now))?.actor)))
            })
            .unwrap();
        Origin { actor, address: String::new(), request_id: String::new(), now }
    };
    let version = || db.read_now(|conn| systemic::snapshot(conn, id)).unwrap().version;
    let at_once = |n: usize, run: &(dyn Fn(usize) -> Result<(), Error> + Sync)| {
        let barrier = Barrier::new(n);
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..n)
                .map(|i| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        run(i)
                    })
                })
                .collect();
            clients.into_iter().map(|c| c.join().unwrap()).collect::<Vec<_>>()
        })
    };
    let (head, office) = (origin("p042"), origin("p072"));
    let seen = version();
    let answers = at_once(4, &|i| {
        let input = domain::systemic::AnswerInput {
            unit,
            verdict: domain::systemic::state::CheckVerdict::Has,
            words: format!("第{i}次"),
            proof: Vec::new(),
        };
        let command = SystemicCommand::Answer(input);
        db.write_now(|conn| systemic::execute(conn, &head, id, Expected::Version(seen), command).map(|_| ()))
    });
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1, "{answers:?}");
    assert!(answers.iter().filter_map(|a| a.as_ref().err()).all(|e| matches!(e, Error::Stale(_))), "{answers:?}");
    // Whatever version they name: the second finds that it is made.
    let calendar = Calendar::builtin();
    let raised = at_once(4, &|_| {
        db.write_now(|conn| systemic::raise(conn, &office, id, Expected::Any, unit, &calendar).map(|_| ()))
    });
    assert_eq!(raised.iter().filter(|a| a.is_ok()).count(), 1, "{raised:?}");
    let refused = raised.iter().filter_map(|a| a.as_ref().err());
    for error in refused {
        match error {
            Error::Refused(refusal) => {
                assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "already-raised"))
            }
            other => panic!("{other:?}"),
        }
    }
    let made = lines(&house.db.super_url(), "SELECT number AS line FROM tasks WHERE number LIKE 'S01-举%'");
    assert_eq!(made, ["S01-举1"]);
}
