//! What waits for people is told to the systems that keep their lists: each thing opened once and done once, whatever is down, killed or ended, and
//! what is told open is what the lists hold.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::{support, systemic};

use std::collections::{BTreeMap, BTreeSet};

use api::app::OutwardSettings;
use api::webhooks::push;
use chrono::{DateTime, Days, TimeDelta, Utc};
use persistence::webhooks::claim;
use serde_json::{Value, json};
use support::receiver::{Answers, Message, Receiver};
use support::slips::{at_work, ids};
use support::{Answer, House, OUTWARD};

async fn at(receiver: &Receiver) -> House {
    let webhook_hosts = vec![domain::webhook::allowed(&format!("http://{}", receiver.address)).unwrap()];
    OUTWARD.set(OutwardSettings { webhook_hosts, ..OutwardSettings::default() });
    let house = House::new().await;
    OUTWARD.set(OutwardSettings::default());
    house
}

/// A system that keeps the lists of everybody within a unit: itself, and its target.
async fn office_of(house: &House, receiver: &Receiver, unit: &str) -> (String, Value) {
    let ids = ids(house).await;
    let form = json!({ "name": "集团办公网", "purpose": "推送待办", "person_id": ids["P041"] });
    let made = house.request("sysadmin", "POST", "/services", None, Some(form)).await.ok();
    let service = made["id"].as_str().unwrap().to_owned();
    let form = form_of(house, receiver, unit).await;
    let path = format!("/services/{service}/webhooks");
    let hook = house.request("secadmin", "POST", &path, None, Some(form)).await.ok();
    (service, hook)
}

async fn form_of(house: &House, receiver: &Receiver, unit: &str) -> Value {
    let unit = ids(house).await[unit].clone();
    json!({ "url": receiver.url(), "streams": ["todo"], "units": [unit], "expires_on": house.today() + Days::new(300) })
}

fn path(hook: &Value, act: &str) -> String {
    format!("/webhooks/{}{act}", hook["id"].as_str().unwrap())
}

/// Seals what happened, looks at who is concerned, sends until nothing is due now.
async fn push_all(house: &House) {
    house.keep_clock().await;
    while push::turn(&house.app).await.unwrap() {}
}

/// The clerk of U201 hands in how far it is.
async fn state_in(house: &House, task: &str, n: u32) -> Answer {
    let view = house.get("p041", &format!("/tasks/{task}")).await.ok();
    let week = view["statement_week"]["week"].clone();
    let of_week = view["statements"].as_array().unwrap().iter().filter(|s| s["week"] == week);
    let follows = of_week.filter_map(|s| s["revision"].as_u64()).max();
    let progress = format!("清理合同{n}份");
    let body = json!({
        "unit": ids(house).await["U201"], "week": week, "progress": progress, "follows": follows.unwrap_or(0),
    });
    house.request("p041", "POST", &format!("/tasks/{task}/statements"), None, Some(body)).await
}

/// The office reads what waits for it.
async fn acknowledge(house: &House, task: &str) {
    let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
    let all = view["statements"].as_array().unwrap();
    let is_newest = |s: &Value| {
        !all.iter().any(|other| other["week"] == s["week"] && other["revision"].as_u64() > s["revision"].as_u64())
    };
    let waiting = all.iter().find(|s| s["reply"] == "waiting" && is_newest(s)).cloned();
    let Some(statement) = waiting else { return };
    let body = json!({ "unit": statement["unit"]["id"], "week": statement["week"], "revision": statement["revision"] });
    house.act("p072", task, "answer-statement", body).await.ok();
}

/// Person by person each thing to do, by act and subject, with the days it is due on.
type Lists = BTreeMap<String, BTreeMap<String, Vec<Option<String>>>>;

fn sorted(mut lists: Lists) -> Lists {
    lists.values_mut().flat_map(BTreeMap::values_mut).for_each(|days| days.sort());
    lists
}

/// What is told open. Nothing is opened that is open, nothing ended or put on another day that is not.
fn open_of(heard: &[Message]) -> Lists {
    let mut open: BTreeMap<(String, String), Option<String>> = BTreeMap::new();
    for message in heard {
        let said = message.said();
        let data = &said["data"];
        let one = (data["person"]["code"].as_str().unwrap().to_owned(), data["id"].as_str().unwrap().to_owned());
        let day = data["due_on"].as_str().map(str::to_owned);
        match said["type"].as_str().unwrap() {
            "todo.opened" => assert_eq!(open.insert(one.clone(), day), None, "{one:?} is opened twice"),
            "todo.changed" => {
                let before = open.insert(one.clone(), day.clone());
                assert!(before.is_some_and(|before| before != day), "{one:?} was not open, or on the same day");
            }
            "todo.done" => assert!(open.remove(&one).is_some(), "{one:?} is done and was not open"),
            other => panic!("{other}"),
        }
    }
    let mut lists = Lists::new();
    for ((person, id), day) in open {
        let subject = id.split('/').take(2).collect::<Vec<_>>().join("/");
        lists.entry(person).or_default().entry(subject).or_default().push(day);
    }
    sorted(lists)
}

/// What the lists of people show, in the same words.
async fn held(house: &House, people: &[String]) -> Lists {
    let mut lists = Lists::new();
    for login in people {
        let me = house.get(login, "/me").await.ok();
        let mut seen = BTreeSet::new();
        for round in me["rounds"].as_array().unwrap() {
            let round = round["id"].as_str().unwrap();
            let list = house.get(login, &format!("/rounds/{round}/todo")).await.ok();
            for item in list["items"].as_array().unwrap() {
                let of = [
                    "document",
                    "publication",
                    "handover",
                    "opinion",
                    "slip",
                    "check",
                    "meeting",
                    "resolution",
                    "task",
                    "rule",
                    "appraisal",
                ];
                let subject =
                    of.iter().find_map(|word| Some(format!("{word}/{}", item[format!("{word}_id")].as_str()?)));
                let problem = item["systemic_problem_id"].as_str().map(|id| format!("systemic/{id}"));
                let about = subject.or(problem).unwrap_or_else(|| format!("round/{round}"));
                // A handover stands on the list of every round.
                if about.starts_with("handover") && !seen.insert((about.clone(), item["action"].to_string())) {
                    continue;
                }
                let id = format!("{}:{about}", item["action"].as_str().unwrap());
                // Midnight ends the day before it.
                let due = item["due_at"].as_str().map(|at| at.parse::<DateTime<Utc>>().unwrap());
                let day = due.map(|at| domain::calendar::today(at - TimeDelta::seconds(1)).to_string());
                lists.entry(login.to_uppercase()).or_default().entry(id).or_default().push(day);
            }
        }
    }
    sorted(lists)
}

/// Everybody with an account in the sample group.
fn everybody() -> Vec<String> {
    let people = include_str!("../../../../tests/fixtures/people.csv");
    people.lines().skip(1).map(|line| line.split(',').next().unwrap().to_lowercase()).collect()
}

fn of(heard: &[Message], kind: &str, person: &str, front: &str) -> Vec<Message> {
    let is_it = |m: &&Message| {
        let said = m.said();
        let id = said["data"]["id"].as_str().unwrap_or_default().to_owned();
        said["type"] == kind && said["data"]["person"]["code"] == person && id.starts_with(front)
    };
    heard.iter().filter(is_it).cloned().collect()
}

#[actix_web::test]
async fn a_statement_waits_for_the_office_until_it_is_read_and_no_word_of_it_is_told() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    let task = at_work(&house, "S01").await;
    let (_, hook) = office_of(&house, &receiver, "U000").await;
    push_all(&house).await;
    assert_eq!(open_of(&receiver.heard()), held(&house, &everybody()).await, "all that waits is told at the beginning");
    assert!(of(&receiver.heard(), "todo.opened", "P072", "acknowledge_statement").is_empty());
    state_in(&house, &task, 42).await.ok();
    push_all(&house).await;
    let opened = of(&receiver.heard(), "todo.opened", "P072", "acknowledge_statement");
    assert_eq!(opened.len(), 1);
    // A second one of the same kind is the same thing to do.
    acknowledge(&house, &task).await;
    push_all(&house).await;
    let done = of(&receiver.heard(), "todo.done", "P072", "acknowledge_statement");
    assert_eq!(done.len(), 1);
    let (opened, done) = (opened[0].said(), done[0].said());
    assert_eq!(opened["data"], done["data"], "the same of the end as of the beginning");
    let names: Vec<&str> = opened["data"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["due_on", "id", "kind", "label", "link", "number", "opened_at", "person"]);
    assert_eq!(opened["data"]["label"], "整改任务：阅签");
    let claim = of(&receiver.heard(), "todo.opened", "P041", "submit_statement");
    assert!(claim[0].said()["data"]["link"].as_str().unwrap().starts_with("/statements"));
    let signed = hook["public_key"].as_str().unwrap();
    let title = house.get("p072", &format!("/tasks/{task}")).await.ok()["title"].as_str().unwrap().to_owned();
    for message in receiver.heard() {
        assert!(message.is_signed(signed));
        assert!(!message.body.contains("清理合同") && !message.body.contains(&title), "{}", message.body);
    }
    // The administrator sees what was told, and nothing of it is sent once more that is over.
    let list = house.get("auditor", &path(&hook, "/deliveries")).await.ok();
    let first = list.as_array().unwrap().iter().find(|d| d["message_id"] == opened_id(&receiver)).unwrap().clone();
    assert_eq!((&first["kind"], &first["kind_label"]), (&json!("todo.opened"), &json!("待办产生")));
    let again = Some(json!({ "delivery": first["id"] }));
    house.request("secadmin", "POST", &path(&hook, "/replay"), None, again).await.refused(409, "todo-done");
}

fn opened_id(receiver: &Receiver) -> String {
    of(&receiver.heard(), "todo.opened", "P072", "acknowledge_statement")[0].id().to_owned()
}

#[actix_web::test]
async fn a_score_and_an_objection_to_it_wait_for_whoever_is_next_until_they_are_done() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    at_work(&house, "S01").await;
    office_of(&house, &receiver, "U000").await;
    let people = everybody();
    let appraisal = support::appraisal_operations::published_appraisal(&house, &house.round().await).await;
    let told = |kind: &str, person: &str, act: &str| of(&receiver.heard(), kind, person, &format!("{act}:appraisal/"));
    let act = async |login: &'static str, act: &'static str, body: Value| {
        let version = house.get("p072", &format!("/appraisals/{appraisal}")).await.ok()["version"].as_i64();
        house.request(login, "POST", &format!("/appraisals/{appraisal}/{act}"), version, Some(body)).await.ok();
        push_all(&house).await;
    };
    push_all(&house).await;
    let opened = told("todo.opened", "P040", "object_to_appraisal");
    assert_eq!(opened.len(), 1);
    let said = opened[0].said();
    assert_eq!(said["data"]["label"], "考评：查看");
    assert!(said["data"]["link"].as_str().unwrap().ends_with(&format!("/appraisals/{appraisal}")), "{said}");
    assert!(said["data"]["due_on"].is_string(), "until the last day of objections");
    assert_eq!(open_of(&receiver.heard()), held(&house, &people).await);
    let unit = ids(&house).await["U201"].clone();
    act("p040", "object", json!({ "unit": unit, "words": "方案已线下报送，请核实" })).await;
    assert_eq!(told("todo.done", "P040", "object_to_appraisal").len(), 1);
    assert_eq!(told("todo.opened", "P072", "answer_objection").len(), 1);
    assert_eq!(open_of(&receiver.heard()), held(&house, &people).await);
    act("p072", "answer", json!({ "unit": unit, "points": 0, "reason": "经核实维持" })).await;
    for login in ["P072", "P073"] {
        assert_eq!(told("todo.done", login, "answer_objection").len(), 1, "{login}");
    }
    assert_eq!(open_of(&receiver.heard()), held(&house, &people).await);
    assert!(receiver.heard().iter().all(|m| !m.body.contains("线下报送")), "no word of what was said");
}

#[actix_web::test]
async fn a_day_that_moves_while_something_waits_is_told_again() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    let members = systemic::two(&house).await;
    let problem = systemic::confirm(&house, &members).await;
    systemic::ask(&house, &problem, &["U202"], 14).await;
    office_of(&house, &receiver, "U202").await;
    push_all(&house).await;
    let ids = ids(&house).await;
    let told = |kind: &str| of(&receiver.heard(), kind, "P043", "answer_check:systemic");
    let day = |message: &Message| message.said()["data"]["due_on"].as_str().unwrap().to_owned();
    let first = (house.today() + Days::new(14)).to_string();
    assert_eq!(told("todo.opened").iter().map(day).collect::<Vec<_>>(), [first]);
    let move_to = async |days: u64| {
        let view = house.get("p072", &format!("/systemic-problems/{problem}")).await.ok();
        let form = json!({
            "title": view["title"], "measure": view["measure"], "owner": view["owner"]["id"], "due_on": view["due_on"],
            "checks": [{ "unit": ids["U202"], "due_on": house.today() + Days::new(days) }], "reason": "给机修厂多留时间",
        });
        systemic::act(&house, "p072", &problem, "amend", form).await.ok();
        (house.today() + Days::new(days)).to_string()
    };
    let later = move_to(21).await;
    push_all(&house).await;
    push_all(&house).await;
    assert_eq!(told("todo.changed").iter().map(day).collect::<Vec<_>>(), [later.as_str()], "once");
    // Two days one after the other before anything is sent: the last one is told.
    move_to(25).await;
    let last = move_to(28).await;
    push_all(&house).await;
    assert_eq!(told("todo.changed").iter().map(day).collect::<Vec<_>>(), [later, last]);
    assert_eq!(open_of(&receiver.heard())["P043"], held(&house, &["p043".to_owned()]).await["P043"]);
    let all = receiver.heard();
    assert!(all.iter().all(|m| !m.body.contains("多留时间")), "no word of why");
}

#[actix_web::test]
async fn what_was_told_and_not_ended_is_what_the_lists_hold_whatever_people_did() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    let task = at_work(&house, "S01").await;
    office_of(&house, &receiver, "U000").await;
    let people = everybody();
    // A fixed row of numbers that look like none (Knuth, The Art of Computer Programming 2, 3.3.4).
    let mut state: u64 = 20_260_302;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut acts: BTreeMap<String, usize> = BTreeMap::new();
    for number in ["T01", "T02", "T03", "T04", "T05", "T06"] {
        let draft = house.task(number).await;
        let issued = house.act("p072", &draft, "issue", json!({})).await;
        *acts.entry(format!("issue {}", issued.status)).or_default() += 1;
    }
    for turn in 0..60 {
        match draw(8) {
            0 => drop(state_in(&house, &task, u32::try_from(turn).unwrap()).await),
            1 => acknowledge(&house, &task).await,
            2 if turn % 3 == 0 => house.pass_days(1),
            _ => {
                // Somebody for whom something waits does one of these things.
                push_all(&house).await;
                let busy: Vec<String> = open_of(&receiver.heard()).into_keys().collect();
                let login = busy[draw(busy.len())].to_lowercase();
                let round = house.round().await;
                let list = house.get(&login, &format!("/rounds/{round}/todo")).await.ok();
                let items = list["items"].as_array().unwrap().clone();
                if items.is_empty() {
                    continue;
                }
                let item = items[draw(items.len())].clone();
                let Some(about) = item["about"].as_array().and_then(|a| a.get(draw(a.len().max(1)))) else { continue };
                let (action, about) = (item["action"].as_str().unwrap(), about.as_str().unwrap());
                let answer = match action {
                    "claim" | "issue" => house.act(&login, about, action, json!({})).await,
                    "submit_plan" => {
                        let view = house.get(&login, &format!("/tasks/{about}")).await.ok();
                        let one = json!({ "id": view["criteria"][0]["id"], "text": "全部完成并有佐证" });
                        house.act(&login, about, "submit-plan", json!({ "plan": { "criteria": [one] } })).await
                    }
                    "sign" => {
                        let Some((_, request)) = support::waiting_for(&house, about).await else { continue };
                        let body = json!({ "request": request, "verdict": "approve", "method": "现场查看" });
                        house.act(&login, about, "sign", body).await
                    }
                    _ => continue,
                };
                *acts.entry(format!("{action} {}", answer.status)).or_default() += 1;
            }
        }
        if turn % 12 == 11 {
            push_all(&house).await;
            // Time itself brings and takes what waits; the lists are looked at again within a quarter of an hour.
            house.app.clock.set(house.app.clock.now() + TimeDelta::minutes(15));
            push_all(&house).await;
            assert_eq!(open_of(&receiver.heard()), held(&house, &people).await, "after {turn} acts");
        }
    }
    println!("{acts:?}");
    let done: usize = acts.iter().filter(|(act, _)| act.ends_with(" 200")).map(|(_, n)| n).sum();
    assert!(done > 10, "hardly anything was done: {acts:?}");
    let ended = receiver.heard().iter().filter(|m| m.said()["type"] == "todo.done").count();
    assert!(ended > 10, "hardly anything was ended: {ended}");
}

#[actix_web::test]
async fn two_servers_tell_each_thing_once() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    let task = at_work(&house, "S01").await;
    office_of(&house, &receiver, "U000").await;
    let work = async || while push::turn(&house.app).await.unwrap() {};
    for n in 0..3 {
        state_in(&house, &task, n).await.ok();
        house.keep_clock().await;
        futures_util::future::join4(work(), work(), work(), work()).await;
        push_all(&house).await;
        acknowledge(&house, &task).await;
        house.keep_clock().await;
        futures_util::future::join4(work(), work(), work(), work()).await;
        push_all(&house).await;
    }
    let heard = receiver.heard();
    let names: BTreeSet<&str> = heard.iter().map(Message::id).collect();
    assert_eq!(names.len(), heard.len(), "each message once");
    assert_eq!(of(&heard, "todo.opened", "P072", "acknowledge_statement").len(), 3);
    assert_eq!(of(&heard, "todo.done", "P072", "acknowledge_statement").len(), 3);
    // Several servers send at once, so what arrived first is not what was sent first; what counts is what was told of each.
    let mut balance: BTreeMap<(String, String), i32> = BTreeMap::new();
    for message in &heard {
        let said = message.said();
        let one = (said["data"]["person"]["code"].to_string(), said["data"]["id"].to_string());
        *balance.entry(one).or_default() += if said["type"] == "todo.opened" { 1 } else { -1 };
    }
    assert!(balance.values().all(|n| (0..=1).contains(n)), "{balance:?}");
}

#[actix_web::test]
async fn a_message_whose_sender_was_killed_comes_under_the_same_id() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    let task = at_work(&house, "S01").await;
    office_of(&house, &receiver, "U000").await;
    push_all(&house).await;
    state_in(&house, &task, 1).await.ok();
    house.keep_clock().await;
    receiver.answer(Answers::With(204));
    // One takes every message and dies before it sends.
    let now = house.app.clock.now();
    let mut taken = BTreeSet::new();
    let take = async || house.app.db.write(&domain::actor::Actor::System, move |conn| claim(conn, now)).await.unwrap();
    let before = receiver.heard().len();
    api::webhooks::todos::turn(&house.app, now).await.unwrap();
    while let Some(parcel) = take().await {
        taken.insert(domain::webhook::message_id(parcel.id));
    }
    assert!(!taken.is_empty());
    push_all(&house).await;
    assert_eq!(receiver.heard().len(), before, "nobody else has them until the lease is over");
    house.app.clock.set(now + TimeDelta::minutes(3));
    push_all(&house).await;
    let sent: BTreeSet<String> = receiver.heard()[before..].iter().map(|m| m.id().to_owned()).collect();
    assert!(taken.is_subset(&sent), "{taken:?} {sent:?}");
    let all = receiver.heard();
    assert_eq!(all.iter().map(Message::id).collect::<BTreeSet<_>>().len(), all.len());
}

#[actix_web::test]
async fn what_is_done_before_it_arrived_is_never_told_as_waiting_behind_it() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    let task = at_work(&house, "S01").await;
    office_of(&house, &receiver, "U000").await;
    push_all(&house).await;
    receiver.answer(Answers::With(503));
    state_in(&house, &task, 1).await.ok();
    push_all(&house).await;
    let tried: BTreeSet<String> = receiver
        .heard()
        .iter()
        .filter(|m| m.said()["type"] == "todo.opened" && m.said()["data"]["kind"] == "acknowledge_statement")
        .map(|m| m.said()["data"]["person"]["code"].as_str().unwrap().to_owned())
        .collect();
    acknowledge(&house, &task).await;
    receiver.answer(Answers::With(204));
    let before = receiver.heard().len();
    for minutes in [1, 6, 40, 400] {
        house.app.clock.set(house.app.clock.now() + TimeDelta::minutes(minutes));
        push_all(&house).await;
    }
    let later = receiver.heard()[before..].to_vec();
    let of_kind = |kind: &str| -> BTreeSet<String> {
        let of = later
            .iter()
            .map(Message::said)
            .filter(|s| s["type"] == kind && s["data"]["kind"] == "acknowledge_statement");
        of.map(|s| s["data"]["person"]["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of_kind("todo.opened"), BTreeSet::new(), "not sent once more");
    assert_eq!(of_kind("todo.done"), tried, "ended where something of it may have arrived, and nowhere else");
}

#[actix_web::test]
async fn nothing_stays_open_of_who_left_or_where_the_target_ends() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    at_work(&house, "S01").await;
    let (service, hook) = office_of(&house, &receiver, "U000").await;
    push_all(&house).await;
    assert!(open_of(&receiver.heard()).contains_key("P041"));
    // An account is disabled: what waited for him does no longer, for others it does.
    let account = house.get("auditor", "/accounts?text=p041").await.ok()["items"][0].clone();
    let disable = format!("/accounts/{}/disable", account["id"].as_str().unwrap());
    house.request("secadmin", "POST", &disable, account["version"].as_i64(), None).await.ok();
    push_all(&house).await;
    let open = open_of(&receiver.heard());
    assert!(!open.contains_key("P041") && !open.is_empty());
    // Fewer units: of the others everything is done.
    let narrower = form_of(&house, &receiver, "U115").await;
    house.request("secadmin", "PUT", &path(&hook, ""), None, Some(narrower)).await.ok();
    push_all(&house).await;
    let people: BTreeSet<String> = open_of(&receiver.heard()).into_keys().collect();
    assert!(
        people.contains("P072") && people.is_subset(&BTreeSet::from(["P072".to_owned(), "P073".to_owned()])),
        "{people:?}"
    );
    // It does not ask for things to do any more, and asks again.
    let mut other = form_of(&house, &receiver, "U115").await;
    other["streams"] = json!(["round"]);
    house.request("secadmin", "PUT", &path(&hook, ""), None, Some(other)).await.ok();
    push_all(&house).await;
    let told: Vec<Message> = todos(&receiver);
    assert_eq!(open_of(&told), BTreeMap::new());
    let again = form_of(&house, &receiver, "U115").await;
    house.request("secadmin", "PUT", &path(&hook, ""), None, Some(again)).await.ok();
    push_all(&house).await;
    assert!(open_of(&todos(&receiver)).contains_key("P072"));
    // Ended with its system.
    house.request("sysadmin", "POST", &format!("/services/{service}/end"), None, None).await.ok();
    push_all(&house).await;
    assert_eq!(open_of(&todos(&receiver)), BTreeMap::new());
    // And one that is past its last day.
    let (_, hook) = office_of(&house, &receiver, "U115").await;
    push_all(&house).await;
    assert!(!open_of(&todos(&receiver)).is_empty());
    let past = format!("UPDATE webhooks SET expires_on = '2026-03-01' WHERE id = '{}'", hook["id"].as_str().unwrap());
    persistence::testing::run(&house.db.super_url(), &past).unwrap();
    push_all(&house).await;
    assert_eq!(open_of(&todos(&receiver)), BTreeMap::new());
}

fn todos(receiver: &Receiver) -> Vec<Message> {
    receiver.heard().into_iter().filter(|m| m.said()["type"].as_str().unwrap().starts_with("todo.")).collect()
}
