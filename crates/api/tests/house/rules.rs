//! Rules made and kept alive over the API: entered for a task, confirmed, checked on their days, lasting or not, with what is made of a failed check.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeMap;
use std::sync::Barrier;

use chrono::{Days, NaiveDate};
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::ids::RuleId;
use domain::refusal::RefusalKind;
use domain::rule_register::RuleCommand;
use domain::rule_register::state::{Rule, RuleVerdict};
use persistence::events::Origin;
use persistence::rule_register::{self, FollowInput, Input};
use persistence::tasks::Expected;
use persistence::{Error, accounts, actors};
use serde_json::{Value, json};
use support::feed::{heard, key, kinds};
use support::{Answer, House};

const OFFICE: &str = "p072";
const OFFICE_TOO: &str = "p073";
const TEAM: &str = "p068";
const HEAD: &str = "p040";
const CLERK: &str = "p041";
const STRANGER: &str = "p010";

async fn directory(house: &House) -> BTreeMap<String, Value> {
    let mut ids = BTreeMap::new();
    for path in ["/units", "/people"] {
        let page = house.get(OFFICE, path).await.ok();
        let items = page.as_array().or_else(|| page["items"].as_array()).unwrap().clone();
        ids.extend(items.iter().map(|i| (i["code"].as_str().unwrap().to_owned(), i["id"].clone())));
    }
    ids
}

/// A task of the copper company (U201), closed long ago.
async fn closed(house: &House, number: &str, more: Value) -> String {
    let ids = directory(house).await;
    let round = house.round().await;
    let aspects = house.get(OFFICE, &format!("/rounds/{round}/aspects")).await.ok();
    let mut draft = json!({
        "number": number, "title": "合同归档不及时", "disposition": "dated", "due_on": house.today() + Days::new(200),
        "leaders": [ids["P003"]], "units": [ids["U201"]], "persons": [ids["P041"]],
        "measures": [{ "text": "清理存量" }], "criteria": [{ "text": "全部归档" }],
    });
    draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let body = json!({ "finding_id": aspects[0]["findings"][0]["id"], "draft": draft });
    let made = house.request(OFFICE, "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let close = json!({ "on": "2026-02-02", "basis": "旧台账", "vouched_by": ids["P001"] });
    house.act(OFFICE, &id, "close-before-golive", close).await.ok();
    id
}

async fn path(house: &House, rest: &str) -> String {
    format!("/rounds/{}/rules{rest}", house.round().await)
}

async fn form(house: &House, tasks: &[&str]) -> Value {
    let ids = directory(house).await;
    json!({
        "kind": "made", "title": "合同归档管理办法", "number": "铜规〔2026〕8号", "issuer": ids["U201"], "effective_on": house.today(),
        "control": "合同签订后十个工作日内归档，逾期不得付款", "question": "抽十份付款合同，是否都在付款前归档？",
        "tasks": tasks, "owner_unit": ids["U201"], "owner": ids["P040"],
    })
}

async fn enter(house: &House, login: &str, form: Value) -> Answer {
    house.request(login, "POST", &path(house, "").await, None, Some(form)).await
}

async fn act(house: &House, login: &str, id: &str, act: &str, body: Value) -> Answer {
    let version = folded(house, id).version;
    house.request(login, "POST", &format!("/rules/{id}/{act}"), Some(version), Some(body)).await
}

async fn file(house: &House, login: &str, id: &str, purpose: &str) -> Value {
    let path = format!("/rules/{id}/files?purpose={purpose}&filename=a.pdf");
    house.upload(login, &path, b"%PDF-1.4\n%%EOF\n").await.ok()["id"].clone()
}

/// The row is the fold of its events, and its chain holds.
fn folded(house: &House, id: &str) -> Rule {
    let id = RuleId(id.parse().unwrap());
    house
        .app
        .db
        .read_now(|conn| {
            assert_eq!(persistence::events::first_broken(conn, "rule", id.0)?, None);
            let row = rule_register::snapshot(conn, id)?;
            assert_eq!(rule_register::replay(conn, id)?, Some(row.clone()));
            Ok(row)
        })
        .unwrap()
}

/// Entered by the clerk, confirmed by the office, judged by the team.
async fn in_force(house: &House, form: Value) -> String {
    let entered = enter(house, CLERK, form).await.ok();
    let id = entered["id"].as_str().unwrap().to_owned();
    act(house, CLERK, &id, "submit", json!({})).await.refused(422, "content");
    file(house, CLERK, &id, "rule").await;
    act(house, CLERK, &id, "submit", json!({})).await.ok();
    let ids = directory(house).await;
    act(house, OFFICE, &id, "confirm", json!({ "supervisor": ids["P068"] })).await.ok();
    id
}

async fn answered(house: &House, id: &str, months: u32) {
    let proof = file(house, HEAD, id, "proof").await;
    let body = json!({ "months": months, "words": "本季度合同全部归档后付款", "files": [proof] });
    act(house, HEAD, id, "answer", body).await.ok();
}

async fn judged(house: &House, id: &str, months: u32, follow: Value) -> Answer {
    let proof = file(house, TEAM, id, "proof").await;
    let verdict = if follow.is_null() { "passed" } else { "failed" };
    let body =
        json!({ "months": months, "verdict": verdict, "words": "现场抽十份", "files": [proof], "follow": follow });
    act(house, TEAM, id, "judge", body).await
}

async fn todo(house: &House, login: &str) -> Vec<String> {
    let list = house.get(login, &format!("/rounds/{}/todo", house.round().await)).await.ok();
    let mine = list["items"].as_array().unwrap().iter().filter(|i| !i["rule_id"].is_null());
    mine.map(|i| format!("{} {}", i["action"].as_str().unwrap(), i["group"].as_str().unwrap())).collect()
}

async fn figures(house: &House, login: &str) -> BTreeMap<String, u64> {
    let list = house.get(login, &path(house, "").await).await.ok();
    let mut found = BTreeMap::new();
    for figure in list["figures"].as_array().unwrap() {
        let (word, n) = (figure["figure"].as_str().unwrap(), figure["n"].as_u64().unwrap());
        let rows = house.get(login, &path(house, &format!("?figure={word}")).await).await.ok();
        assert_eq!(rows["items"].as_array().unwrap().len() as u64, n, "{word} opens as many rows as it says");
        if n > 0 {
            found.insert(word.to_owned(), n);
        }
    }
    found
}

fn counted(all: &[(&str, u64)]) -> BTreeMap<String, u64> {
    all.iter().map(|(word, n)| ((*word).to_owned(), *n)).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[actix_web::test]
async fn a_rule_lasts_once_a_check_passed_and_a_failed_one_takes_its_task_up_again() {
    let house = House::new().await;
    let task = closed(&house, "R01", json!({})).await;
    let filled = house.get(CLERK, &path(&house, &format!("/form?task={task}")).await).await.ok();
    let ids = directory(&house).await;
    assert_eq!((&filled["task"], &filled["unit"], &filled["owner"]), (&json!(task), &ids["U201"], &ids["P041"]));
    let id = in_force(&house, form(&house, &[&task]).await).await;
    let view = house.get(CLERK, &format!("/rules/{id}")).await.ok();
    assert_eq!((view["state"].as_str(), view["is_lasting"].as_bool()), (Some("in_force"), Some(false)));
    let due: Vec<&str> = view["checks"].as_array().unwrap().iter().map(|c| c["due_on"].as_str().unwrap()).collect();
    assert_eq!(due, ["2026-06-02", "2026-09-02", "2027-03-02"]);
    assert_eq!(figures(&house, OFFICE).await, counted(&[("made", 1), ("in_force", 1)]));
    assert!(house.get(HEAD, "/notices").await.ok().to_string().contains("制度已登记"));

    // Nothing to do before it opens; then it is the owner's, once he has answered the supervisor's.
    assert_eq!(todo(&house, HEAD).await, Vec::<String>::new());
    // Ten working days before the 2nd of June.
    house.set_day(day("2026-05-18"));
    assert_eq!(todo(&house, HEAD).await, Vec::<String>::new());
    house.set_day(day("2026-05-19"));
    house.keep_clock().await;
    assert!(house.get(HEAD, "/notices").await.ok().to_string().contains("制度检验期到"));
    assert!(house.get(TEAM, "/notices").await.ok().to_string().contains("制度检验期到"), "who is to judge knows it");
    assert_eq!(todo(&house, HEAD).await, ["answer_rule later"]);
    assert_eq!(todo(&house, TEAM).await, Vec::<String>::new());
    act(&house, HEAD, &id, "answer", json!({ "months": 3, "words": "在用", "files": [] }))
        .await
        .refused(422, "content");
    answered(&house, &id, 3).await;
    assert_eq!((todo(&house, HEAD).await.len(), todo(&house, TEAM).await), (0, vec!["judge_rule later".to_owned()]));
    let view = judged(&house, &id, 3, Value::Null).await.ok();
    assert_eq!((view["state"].as_str(), view["is_lasting"].as_bool()), (Some("lasting"), Some(true)));
    assert_eq!(figures(&house, OFFICE).await, counted(&[("made", 1), ("in_force", 1), ("lasting", 1)]));
    judged(&house, &id, 3, Value::Null).await.refused(409, "rule-check-decided");

    // Nobody answers the next one: it is overdue, for the owner and the supervisor, and is told once.
    for now in ["2026-08-19", "2026-09-03"] {
        house.set_day(day(now));
        house.keep_clock().await;
    }
    assert_eq!(todo(&house, HEAD).await, ["answer_rule overdue"]);
    assert_eq!(todo(&house, TEAM).await, ["judge_rule overdue"]);
    assert!(house.get(TEAM, "/notices").await.ok().to_string().contains("制度检验逾期"));
    let one = counted(&[("made", 1), ("in_force", 1), ("lasting", 1), ("check_open", 1), ("check_overdue", 1)]);
    assert_eq!(figures(&house, OFFICE).await, one);
    judged(&house, &id, 6, Value::Null).await.refused(409, "rule-not-answered");
    let reopen = |due: &str| json!({ "kind": "reopen", "task": task, "due_on": due, "reason": "制度没有执行" });
    let refused = judged(&house, &id, 6, reopen("2026-09-03")).await.refused(422, "content");
    assert_eq!(refused["errors"][0]["pointer"], "/follow/due_on");
    let view = judged(&house, &id, 6, reopen("2026-12-31")).await.ok();
    assert_eq!((view["state"].as_str(), view["is_lasting"].as_bool()), (Some("in_force"), Some(false)));
    assert_eq!(view["checks"][1]["judgement"]["follow"]["task_id"], json!(task));
    let view = house.get(OFFICE, &format!("/tasks/{task}")).await.ok();
    assert_eq!((view["state"].as_str(), view["due_on"].as_str()), (Some("rectifying"), Some("2026-12-31")));
    assert!(house.get(HEAD, "/notices").await.ok().to_string().contains("制度检验未通过"));

    // It is not closed any more: the next failed check can draft another instead.
    house.set_day(day("2027-03-01"));
    house.keep_clock().await;
    answered(&house, &id, 12).await;
    let refused = judged(&house, &id, 12, reopen("2027-06-30")).await.refused(422, "content");
    assert_eq!(refused["errors"][0]["code"], "rule-task-not-closed");
    assert_eq!(folded(&house, &id).checks[2].judgement, None, "nothing of a refused judgement stays");
    let draft = json!({ "kind": "draft", "task": task, "number": "R01-2", "title": "归档制度没有执行" });
    judged(&house, &id, 12, draft.clone()).await.refused(403, "not-allowed");
    let proof = file(&house, OFFICE, &id, "proof").await;
    let body = json!({ "months": 12, "verdict": "failed", "words": "抽查不合格", "files": [proof], "follow": draft });
    let view = act(&house, OFFICE, &id, "judge", body).await.ok();
    let made = view["checks"][2]["judgement"]["follow"]["task_id"].as_str().unwrap();
    let view = house.get(OFFICE, &format!("/tasks/{made}")).await.ok();
    assert_eq!((view["state"].as_str(), view["number"].as_str()), (Some("draft"), Some("R01-2")));
    assert_eq!(view["units"][0]["id"], ids["U201"]);
    house.verifies();
}

#[actix_web::test]
async fn a_rule_that_answers_no_task_is_refused_and_a_stranger_finds_none() {
    let house = House::new().await;
    let task = closed(&house, "R01", json!({})).await;
    let nothing = enter(&house, CLERK, form(&house, &[]).await).await.refused(422, "content");
    assert_eq!(
        (&nothing["errors"][0]["pointer"], &nothing["errors"][0]["code"]),
        (&json!("/tasks"), &json!("rule-answers-no-task"))
    );
    assert!(nothing.to_string().contains("制度必须对应至少一项整改任务"));
    // A leader enters none, a unit none for a task that is not its own.
    let all = form(&house, &[&task]).await;
    enter(&house, "p003", all.clone()).await.refused(403, "not-allowed");
    let other = closed(&house, "R02", json!({ "units": [directory(&house).await["U111"]] })).await;
    let refused = enter(&house, CLERK, form(&house, &[&task, &other]).await).await.refused(422, "content");
    assert_eq!(
        (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
        (&json!("/tasks/1"), &json!("rule-task-outside"))
    );
    let id = in_force(&house, all).await;
    house.get(STRANGER, &format!("/rules/{id}")).await.refused(404, "not-found");
    act(&house, STRANGER, &id, "answer", json!({ "months": 3, "words": "x", "files": [] }))
        .await
        .refused(404, "not-found");
    let path = format!("/rules/{id}/files?purpose=proof&filename=a.pdf");
    house.upload(STRANGER, &path, b"%PDF-1.4\n%%EOF\n").await.refused(404, "not-found");
    // Its people see it, whether they lead, head or stand above.
    for login in [HEAD, CLERK, "p003", "p001", TEAM, OFFICE_TOO] {
        house.get(login, &format!("/rules/{id}")).await.ok();
    }
    act(&house, HEAD, &id, "judge", json!({ "months": 3, "verdict": "passed", "words": "x" }))
        .await
        .refused(403, "not-allowed");
}

#[actix_web::test]
async fn a_system_hears_of_the_rules_of_its_units_and_of_no_task_they_do_not_see() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let task = closed(&house, "R01", json!({})).await;
    in_force(&house, form(&house, &[&task]).await).await;
    let done = ["entered", "submitted", "confirmed"];
    // The owner's unit and the group above it; not a unit below, nor another.
    for (unit, expected) in [("U201", &done[..]), ("U000", &done), ("U301", &[]), ("U203", &[])] {
        let events = heard(&house, &key(&house, unit).await, "rule").await;
        assert_eq!(kinds(&events), expected, "{unit}");
        assert!(!Value::from(events).to_string().contains("合同归档管理办法"), "no prose");
    }
    // One that answers a task of another unit as well: what names that task is not for a unit that does not see it.
    let other = closed(&house, "R02", json!({ "units": [ids["U203"]] })).await;
    let both = enter(&house, OFFICE, form(&house, &[&task, &other]).await).await.ok();
    let both = both["id"].as_str().unwrap();
    file(&house, OFFICE, both, "rule").await;
    act(&house, OFFICE, both, "submit", json!({})).await.ok();
    act(&house, OFFICE_TOO, both, "confirm", json!({ "supervisor": ids["P068"] })).await.ok();
    // A draft is for those who answer for its tasks, and for the owner's unit.
    let draft = enter(&house, OFFICE, form(&house, &[&task]).await).await.ok();
    let draft = draft["id"].as_str().unwrap();
    act(&house, OFFICE, draft, "withdraw", json!({ "reason": "重复登记" })).await.ok();
    for (unit, expected) in [("U201", &["entered", "withdrawn"][..]), ("U000", &[])] {
        let mut events = heard(&house, &key(&house, unit).await, "rule").await;
        events.retain(|e| e["stream_id"] == draft);
        assert_eq!(kinds(&events), expected, "{unit}");
    }
    let part = ["submitted", "confirmed"];
    for (unit, expected) in [("U201", &part[..]), ("U203", &part), ("U000", &done), ("U204", &[])] {
        let mut events = heard(&house, &key(&house, unit).await, "rule").await;
        events.retain(|e| e["stream_id"] == both);
        assert_eq!(kinds(&events), expected, "{unit}");
        assert_eq!(Value::from(events.clone()).to_string().contains(&other), expected.contains(&"entered"), "{unit}");
    }
}

#[actix_web::test]
async fn a_rule_about_a_sensitive_matter_is_read_by_its_readers() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let more = json!({ "sensitivity": "internal", "readers": [ids["P040"], ids["P041"]] });
    let task = closed(&house, "R01", more).await;
    let id = in_force(&house, form(&house, &[&task]).await).await;
    let view = house.get(CLERK, &format!("/rules/{id}")).await.ok();
    assert_eq!((view["is_kept"].as_bool(), view["title"].as_str()), (Some(false), Some("合同归档管理办法")));
    let evidence = view["file"]["id"].as_str().unwrap().to_owned();
    for login in ["p001", "p069"] {
        let text = house.get(login, &format!("/rules/{id}")).await.ok();
        assert_eq!(text["is_kept"], json!(true), "{login}");
        let list = house.get(login, &path(&house, "").await).await.ok();
        for told in [text.to_string(), list.to_string()] {
            assert!(!told.contains("归档") && !told.contains("铜规"), "{login}: {told}");
        }
        let ticket = house.request(login, "POST", &format!("/evidence/{evidence}/tickets"), None, None).await;
        ticket.refused(404, "not-found");
    }
    house.request(CLERK, "POST", &format!("/evidence/{evidence}/tickets"), None, None).await.ok();
}

#[actix_web::test]
async fn a_revision_takes_the_place_of_what_it_names_and_an_abolition_ends_it() {
    let house = House::new().await;
    let task = closed(&house, "R01", json!({})).await;
    let first = in_force(&house, form(&house, &[&task]).await).await;
    let with = |form: Value, more: Value| {
        let mut form = form;
        form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        form
    };
    let revised = json!({ "kind": "revised", "title": "合同归档管理办法（修订）", "replaces": first });
    let second = in_force(&house, with(form(&house, &[&task]).await, revised.clone())).await;
    let old = house.get(CLERK, &format!("/rules/{first}")).await.ok();
    assert_eq!((old["state"].as_str(), &old["ended_by"]["id"]), (Some("replaced"), &json!(second)));
    assert_eq!(old["checks"][0]["standing"], "ended");
    // What is over is revised by nobody again.
    let again = enter(&house, CLERK, with(form(&house, &[&task]).await, revised)).await.refused(422, "content");
    assert_eq!(again["errors"][0]["code"], "rule-not-in-force");
    let end = json!({ "kind": "abolished", "replaces": second, "control": "", "question": "", "owner": null });
    let entered = enter(&house, CLERK, with(form(&house, &[&task]).await, end)).await.ok();
    let third = entered["id"].as_str().unwrap();
    file(&house, CLERK, third, "rule").await;
    act(&house, CLERK, third, "submit", json!({})).await.ok();
    act(&house, OFFICE, third, "confirm", json!({})).await.ok();
    assert_eq!(folded(&house, &second).state.as_str(), "abolished");
    let all = counted(&[("made", 1), ("revised", 1), ("abolished", 1)]);
    assert_eq!(figures(&house, OFFICE).await, all);

    // A document counts them as of its moment; nobody enters them any more.
    let made = house
        .request(
            OFFICE,
            "POST",
            &format!("/rounds/{}/documents", house.round().await),
            None,
            Some(json!({ "kind": "report" })),
        )
        .await
        .ok();
    let document = house.get(OFFICE, &format!("/documents/{}", made["id"].as_str().unwrap())).await.ok();
    for (key, n) in [("rules_made", 1), ("rules_revised", 1), ("rules_abolished", 1), ("rules_lasting", 0)] {
        let figure = document["figures"].as_array().unwrap().iter().find(|f| f["key"] == key).unwrap();
        assert_eq!((&figure["value"], &figure["is_entered"]), (&json!(n), &json!(false)), "{key}");
    }
}

#[actix_web::test]
async fn the_office_returns_entrusts_and_does_not_confirm_its_own() {
    let house = House::new().await;
    let ids = directory(&house).await;
    let task = closed(&house, "R01", json!({})).await;
    let entered = enter(&house, OFFICE, form(&house, &[&task]).await).await.ok();
    let id = entered["id"].as_str().unwrap();
    file(&house, OFFICE, id, "rule").await;
    act(&house, OFFICE, id, "submit", json!({})).await.ok();
    assert_eq!(todo(&house, OFFICE_TOO).await, ["confirm_rule waiting"]);
    act(&house, OFFICE, id, "confirm", json!({ "supervisor": ids["P068"] })).await.refused(403, "rule-confirms-own");
    act(&house, OFFICE_TOO, id, "return", json!({ "reason": "文号不对" })).await.ok();
    assert_eq!(todo(&house, OFFICE).await, ["change_rule waiting"]);
    let view = house.get(OFFICE, &format!("/rules/{id}")).await.ok();
    assert_eq!(view["returned"], "文号不对");
    act(&house, OFFICE, id, "change", form(&house, &[&task]).await).await.ok();
    act(&house, OFFICE, id, "submit", json!({})).await.ok();
    let unfit =
        act(&house, OFFICE_TOO, id, "confirm", json!({ "supervisor": ids["P040"] })).await.refused(422, "content");
    assert_eq!(unfit["errors"][0]["code"], "rule-supervisor-unfit");
    act(&house, OFFICE_TOO, id, "confirm", json!({ "supervisor": ids["P068"] })).await.ok();
    let body = json!({ "owner": ids["P041"], "supervisor": ids["P069"], "reason": "原负责人调离" });
    act(&house, CLERK, id, "entrust", body.clone()).await.refused(403, "not-allowed");
    let view = act(&house, OFFICE, id, "entrust", body).await.ok();
    assert_eq!((&view["owner"]["id"], &view["supervisor"]["id"]), (&ids["P041"], &ids["P069"]));
}

fn origin(house: &House, login: &'static str) -> Origin {
    let now = house.app.clock.now();
    house
        .app
        .db
        .read_now(|conn| {
            let account = accounts::credential(conn, login)?.unwrap();
            let loaded = actors::of_account(conn, account.id, domain::calendar::today(now))?;
            Ok(Origin { actor: Actor::Person(Box::new(loaded.actor)), ..Origin::system(now) })
        })
        .unwrap()
}

/// By hand: one answer of twelve characters, a field and twelve characters are 32 of the 40 that make a minute; the week of the 27th of May 2026 is W22.
#[actix_web::test]
async fn what_filling_in_cost_is_said_of_the_unit_and_to_who_reads_the_whole_brief() {
    let house = House::new().await;
    let task = closed(&house, "R01", json!({})).await;
    let id = in_force(&house, form(&house, &[&task]).await).await;
    house.set_day(day("2026-05-27"));
    answered(&house, &id, 3).await;
    let path = format!("/rounds/{}/burden", house.round().await);
    let view = house.get(OFFICE, &path).await.ok();
    let weeks: Vec<&str> = view["weeks"].as_array().unwrap().iter().map(|w| w["week"].as_str().unwrap()).collect();
    assert_eq!((weeks.len(), weeks[0], weeks[7]), (8, "2026-W15", "2026-W22"));
    let effort = json!({ "hand_ins": 1, "fields": 1, "typed": 12, "carried_fields": 0, "carried": 0, "minutes": 1 });
    assert_eq!((&view["units"][0]["id"], &view["units"][0]["all"]), (&directory(&house).await["U201"], &effort));
    assert_eq!((&view["units"][0]["weeks"][7], &view["weeks"][7]["all"], &view["all"]), (&effort, &effort, &effort));
    assert_eq!(view["units"].as_array().unwrap().len(), 1);
    // The week before has none of it, and persons are in none.
    let before = house.get(OFFICE, &format!("{path}?week=2026-W21")).await.ok();
    assert_eq!(before["units"], json!([]));
    let said = view.to_string();
    for word in ["壬亥", "P040", "person", "account"] {
        assert!(!said.contains(word), "{word}");
    }
    house.get("p001", &path).await.ok();
    house.get(HEAD, &path).await.refused(403, "not-allowed");
}

/// Both look at the check at once; the second waits for the first and is told.
#[actix_web::test]
async fn of_two_who_judge_at_once_one_does_it() {
    let house = House::new().await;
    let task = closed(&house, "R01", json!({})).await;
    let id = in_force(&house, form(&house, &[&task]).await).await;
    house.set_day(day("2026-06-03"));
    let rule = RuleId(id.parse().unwrap());
    let (office, team) = (origin(&house, OFFICE), origin(&house, TEAM));
    let together = Barrier::new(2);
    let db = &house.app.db;
    let judge = |by: &Origin| {
        let follow = Some(FollowInput::Neither { reason: "已并入新任务".into() });
        let words = "现场抽查".to_owned();
        let input = Input::Judge { months: 3, verdict: RuleVerdict::Failed, words, files: Vec::new(), follow };
        together.wait();
        db.write_now(|conn| rule_register::execute(conn, by, rule, Expected::Any, input, &Calendar::builtin()))
    };
    let (one, other) = std::thread::scope(|scope| {
        let first = scope.spawn(|| judge(&office));
        let second = scope.spawn(|| judge(&team));
        (first.join().unwrap(), second.join().unwrap())
    });
    let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 1);
    let Error::Refused(refusal) = &refused[0] else { panic!("{refused:?}") };
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "rule-check-decided"));
    folded(&house, &id);
    // Nothing plain is left over for a rule that was judged: its next acts are the owner's and the office's.
    let closed = RuleCommand::Withdraw { reason: "x".into() };
    let late = db.write_now(|conn| {
        rule_register::execute(conn, &office, rule, Expected::Any, Input::Plain(closed), &Calendar::builtin())
    });
    assert!(matches!(late, Err(Error::Refused(r)) if r.code == "wrong-state"));
}
