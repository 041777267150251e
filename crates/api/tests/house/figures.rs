//! Every figure of the overview is the count of the rows it opens, whoever looks; the two rates are what the histories say; what waits for somebody
//! is the same whether all he sees is looked at or only what may wait.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says so")]

use crate::support;

use std::collections::{BTreeMap, BTreeSet};

use api::demo;
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::ids::RoundId;
use domain::task::event::TaskEvent;
use domain::task::state::TaskState;
use persistence::overview::{self, Window};
use persistence::testing::{self, lines};
use persistence::{Origin, accounts, actors, events, ledger, tasks, todo};
use serde_json::{Value, json};
use support::House;

/// The sample in its seventh week.
async fn told() -> House {
    let now: DateTime<Utc> = "2026-06-11T07:40:00Z".parse().unwrap();
    House::with(now, demo::run).await
}

fn round_of(house: &House) -> String {
    lines(&house.db.super_url(), "SELECT id::text AS line FROM rounds")[0].clone()
}

/// The chain under a filter, as the door's page shows it.
async fn chain(house: &House, login: &str, filter: &str) -> Value {
    house.get(login, &format!("/rounds/{}/chain?{filter}", round_of(house))).await.ok()
}

async fn rows(house: &House, login: &str, filter: &str) -> Value {
    chain(house, login, filter).await["tasks"].clone()
}

#[actix_web::test]
async fn every_figure_is_the_count_of_the_rows_it_opens() {
    let house = told().await;
    let round = round_of(&house);
    let mut compared = 0;
    // The office, the principal, leaders, a head and clerks.
    for login in ["p072", "p068", "p001", "p003", "p004", "p012", "p040", "p041"] {
        let view = house.get(login, &format!("/rounds/{round}/overview")).await.ok();
        assert_eq!(view["chain"], chain(&house, login, "").await, "{login}");
        let mut figures: Vec<(String, Value)> = Vec::new();
        let mut figure = |filter: String, value: &Value| figures.push((filter, value.clone()));
        let by = view["due"]["by"].as_str().unwrap();
        figure(format!("due_to={by}"), &view["due"]["all"]);
        figure(format!("due_to={by}&closed=true"), &view["due"]["closed"]);
        figure(format!("due_to={by}&closed=false"), &view["due"]["overdue"]);
        figure("light=red".into(), &view["chain"]["red"]);
        figure("closed=true".into(), &view["chain"]["closed"]);
        figure("state=observing".into(), &view["chain"]["observing"]);
        figure("unanswered=true".into(), &view["echo"]["tasks"]);
        for week in view["weeks"].as_array().unwrap() {
            let (monday, sunday) = (week["monday"].as_str().unwrap(), week["sunday"].as_str().unwrap());
            figure(format!("due_from={monday}&due_to={sunday}"), &week["due"]);
            figure(format!("due_to={sunday}"), &week["planned"]);
            if !week["closed"].is_null() {
                figure(format!("closed_from={monday}&closed_to={sunday}"), &week["closed"]);
                figure(format!("closed_to={sunday}"), &week["closed_by_then"]);
            }
        }
        let week = &view["this_week"];
        let (monday, sunday) = (week["monday"].as_str().unwrap(), week["sunday"].as_str().unwrap());
        figure(format!("closed_from={monday}&closed_to={sunday}"), &week["closed"]);
        figure(format!("due_from={monday}&due_to={sunday}"), &week["due"]);
        figure(format!("due_from={monday}&due_to={sunday}&closed=false"), &week["due_open"]);
        let next: NaiveDate = sunday.parse().unwrap();
        let (from, to) = (next + Days::new(1), next + Days::new(7));
        figure(format!("due_from={from}&due_to={to}&closed=false"), &week["next_due_open"]);
        for (key, by) in [("units", "lead"), ("aspects", "aspect")] {
            for bar in view[key].as_array().unwrap() {
                let door = format!("{by}={}", bar["id"].as_str().unwrap());
                figure(door.clone(), &bar["tasks"]);
                figure(format!("{door}&light=red"), &bar["red"]);
                figure(format!("{door}&light=yellow"), &bar["yellow"]);
                figure(format!("{door}&light=green"), &bar["green"]);
                figure(format!("{door}&light=none&closed=true"), &bar["dark"]);
                figure(format!("{door}&state=draft"), &bar["draft"]);
                let sum: i64 =
                    ["red", "yellow", "green", "dark", "draft"].iter().map(|k| bar[*k].as_i64().unwrap()).sum();
                assert_eq!(bar["tasks"], sum, "{login} {bar}");
            }
        }
        for (filter, value) in figures {
            assert_eq!(rows(&house, login, &filter).await, value, "{login} {filter}");
            compared += 1;
        }
        // The aspects reconcile with the chain; so do the findings that are held back with the rows that hold them.
        for (key, part) in [("findings", "findings"), ("measures", "measures"), ("tasks", "tasks")] {
            let sum: i64 = view["aspects"].as_array().unwrap().iter().map(|a| a[part].as_i64().unwrap()).sum();
            assert_eq!(view["chain"][key], sum, "{login} {key}");
        }
        let held_back = chain(&house, login, "completion=not_started").await["findings"].clone();
        assert_eq!(view["landed"]["not_landed"], held_back, "{login}");
        let n = |key: &str| view["landed"][key].as_i64().unwrap();
        assert_eq!(n("landed") + n("not_landed") + n("bare"), n("findings"), "{login}");
        assert_eq!(view["chain"]["findings"], n("findings") - n("bare"), "{login}");
    }
    println!("{compared} figures compared with the rows they open");
    assert!(compared > 500);
}

#[actix_web::test]
async fn what_is_kept_for_the_overview_is_what_is_counted() {
    let house = told().await;
    let round = RoundId(round_of(&house).parse().unwrap());
    let now = house.app.clock.now();
    let window =
        Window { answered_since: now, from: calendar::today(now), to: calendar::today(now), units: 100, milestones: 5 };
    let agree = |house: &House| {
        let (kept, counted) = house
            .db
            .database()
            .read_now(|conn| {
                Ok((
                    overview::load(conn, &Actor::System, round, &window)?,
                    overview::recounted(conn, &Actor::System, round, 100)?,
                ))
            })
            .unwrap();
        assert_eq!(kept.counted, counted);
        kept
    };
    let before = agree(&house);
    assert_eq!(before.counted.aspects.len(), 7);
    assert!(before.counted.units.len() > 10 && before.counted.days.len() > 20);

    // A lead unit, a date and a state change; a task leaves; a unit moves.
    let sql = "UPDATE tasks SET lead_unit_id = (SELECT lead_unit_id FROM tasks ORDER BY number DESC LIMIT 1), due_on = due_on + 3 \
                   WHERE number IN ('T05', 'T08'); \
               UPDATE tasks SET state = 'withdrawn' WHERE number = 'T11'";
    testing::run(&house.db.super_url(), sql).unwrap();
    let after = agree(&house);
    assert_eq!(after.chain.tasks, before.chain.tasks - 1);
    assert_ne!(after.counted.days, before.counted.days);
    assert_ne!(after.counted.units, before.counted.units);
}

/// What a history says of things handed in: when, how many steps have to look at it, and when it was answered.
fn handed_in(house: &House) -> Vec<(NaiveDate, u16, Option<NaiveDate>)> {
    let db = house.db.database();
    db.read_now(|conn| {
        let mut all = Vec::new();
        for id in tasks::ids(conn)? {
            let task = tasks::snapshot(conn, id)?;
            let is_over = matches!(task.state, TaskState::Closed | TaskState::Withdrawn);
            let mut open: BTreeMap<String, (NaiveDate, u16)> = BTreeMap::new();
            for stored in events::history(conn, "task", id.0)? {
                let on = calendar::today(stored.at);
                let event = TaskEvent::parse(&stored.kind, serde_json::from_str(&stored.payload)?).unwrap();
                let mut answer = |key: String, all: &mut Vec<_>| {
                    let (since, steps) = open.remove(&key).expect("what is answered was handed in");
                    all.push((since, steps, Some(on)));
                };
                match event {
                    TaskEvent::StatementSubmitted { statement, .. } => {
                        // A newer revision takes the place of one that nobody has answered.
                        open.insert(format!("{} {}", statement.unit, statement.week), (on, 1));
                    }
                    TaskEvent::StatementAcknowledged { unit, week, .. }
                    | TaskEvent::StatementReturned { unit, week, .. } => answer(format!("{unit} {week}"), &mut all),
                    TaskEvent::RequestSubmitted { request } => {
                        let steps = u16::try_from(request.request.chain.len()).unwrap();
                        open.insert(request.request.id.to_string(), (on, steps));
                    }
                    TaskEvent::RequestGranted { request } | TaskEvent::RequestReturned { request } => {
                        answer(request.to_string(), &mut all);
                    }
                    TaskEvent::RequestRecalled { request } | TaskEvent::RequestVoided { request, .. } => {
                        open.remove(&request.to_string());
                    }
                    _ => {}
                }
            }
            if !is_over {
                all.extend(open.into_values().map(|(since, steps)| (since, steps, None)));
            }
        }
        // Answers to slips, each until its review.
        for id in
            lines(&house.db.super_url(), "SELECT id::text AS line FROM slips WHERE level <> 'referral' ORDER BY 1")
        {
            let mut open = None;
            for stored in events::history(conn, "slip", id.parse().unwrap())? {
                let on = calendar::today(stored.at);
                match stored.kind.as_str() {
                    "slip.answered" => open = Some(on),
                    "slip.answer_returned" | "slip.answer_accepted" => {
                        all.push((open.take().expect("what is reviewed was handed in"), 1, Some(on)));
                    }
                    "slip.settled_with" | "slip.withdrawn" => open = None,
                    _ => {}
                }
            }
            all.extend(open.map(|since| (since, 1, None)));
        }
        Ok(all)
    })
    .unwrap()
}

#[actix_web::test]
async fn the_rate_of_answers_is_what_the_histories_say() {
    let house = told().await;
    let round = round_of(&house);
    let calendar = Calendar::builtin();
    for days in [0, 2, 9] {
        house.pass_days(days);
        let today = house.today();
        let since = today - Days::new(28);
        let (mut in_time, mut late, mut overdue, mut waiting) = (0, 0, 0, 0);
        for (on, steps, answered) in handed_in(&house) {
            // The first day by which so many working days have passed is the last one in time.
            let allowed = 3 * i64::from(steps);
            let last = on.iter_days().find(|day| calendar.working_days_between(on, *day) >= allowed).unwrap();
            let is_in_time = answered.unwrap_or(today) <= last;
            match answered {
                Some(at) if at < since => {}
                Some(_) if is_in_time => in_time += 1,
                Some(_) => late += 1,
                None if is_in_time => waiting += 1,
                None => overdue += 1,
            }
        }
        let echo = house.get("p072", &format!("/rounds/{round}/overview")).await.ok()["echo"].clone();
        assert_eq!(
            (&echo["in_time"], &echo["late"], &echo["overdue"], &echo["waiting"], &echo["all"]),
            (&json!(in_time), &json!(late), &json!(overdue), &json!(waiting), &json!(in_time + late + overdue)),
            "after {days} days"
        );
        println!("{in_time} in time, {late} late, {overdue} overdue, {waiting} waiting");
        assert!(in_time > 0 && overdue + waiting > 0);
    }
}

#[actix_web::test]
async fn a_finding_has_landed_when_none_of_its_tasks_is_held_back() {
    let house = House::new().await;
    let round = house.round().await;
    let landed = || async { house.get("p072", &format!("/rounds/{round}/overview")).await.ok()["landed"].clone() };
    assert_eq!(landed().await, json!({ "findings": 24, "landed": 0, "not_landed": 24, "bare": 0 }));
    let by_finding = lines(
        &house.db.super_url(),
        "SELECT string_agg(id::text, ' ' ORDER BY number) AS line FROM tasks GROUP BY finding_id ORDER BY count(*) DESC, 1 LIMIT 1",
    );
    let tasks: Vec<&str> = by_finding[0].split(' ').collect();
    assert!(tasks.len() > 1);
    for (i, task) in tasks.iter().enumerate() {
        assert_eq!(landed().await["landed"], 0, "{i} of {} at work", tasks.len());
        // As its approved plan would leave it.
        let sql =
            format!("UPDATE tasks SET state = 'rectifying', completion_status = 'in_progress' WHERE id = '{task}'");
        testing::run(&house.db.super_url(), &sql).unwrap();
    }
    assert_eq!(landed().await, json!({ "findings": 24, "landed": 1, "not_landed": 23, "bare": 0 }));
    // A finding without any task has neither, for who sees the whole.
    let sql = "INSERT INTO findings (id, round_id, aspect_id, ordinal, number, body) \
               SELECT gen_random_uuid(), round_id, aspect_id, 999, '9.9', '尚未分解' FROM findings LIMIT 1";
    testing::run(&house.db.super_url(), sql).unwrap();
    assert_eq!(landed().await, json!({ "findings": 25, "landed": 1, "not_landed": 23, "bare": 1 }));
    let view = house.get("p072", &format!("/tasks/{}", tasks[0])).await.ok();
    let clerk = House::login(view["persons"][0]["name"].as_str().unwrap());
    let seen = house.get(&clerk, &format!("/rounds/{round}/overview")).await.ok();
    assert_eq!(seen["landed"]["bare"], 0);
}

#[actix_web::test]
async fn what_waits_is_the_same_whether_all_in_sight_is_looked_at_or_only_what_may_wait() {
    let house = told().await;
    let round = RoundId(round_of(&house).parse().unwrap());
    let logins: Vec<String> = lines(
        &house.db.super_url(),
        "SELECT login AS line FROM accounts WHERE role IS NOT NULL AND status = 'active' ORDER BY 1",
    );
    // A unit nobody of which can log in, so that the office acts on its behalf.
    let silent = "UPDATE accounts SET status = 'disabled' WHERE person_id IN (SELECT m.person_id FROM memberships m \
                      JOIN tasks t ON t.lead_unit_id = m.unit_id WHERE t.state = 'rectifying' AND t.number = \
                      (SELECT min(number) FROM tasks WHERE state = 'rectifying'))";
    let calendar = Calendar::builtin();
    let mut items = BTreeSet::new();
    let (mut looked_at, mut seen) = (0, 0);
    for turn in 0..3 {
        if turn == 1 {
            testing::run(&house.db.super_url(), silent).unwrap();
        }
        if turn == 2 {
            house.pass_days(30);
            house.keep_clock().await;
        }
        let (now, today) = (house.app.clock.now(), house.today());
        for login in &logins {
            let db = house.db.database();
            let (some, all) = db
                .read_now(|conn| {
                    let credential = accounts::credential(conn, login)?.expect("the account is there");
                    let actor = Actor::Person(Box::new(actors::of_account(conn, credential.id, today)?.actor));
                    let origin =
                        Origin { actor: actor.clone(), address: String::new(), request_id: String::new(), now };
                    let policy = todo::policy(conn, round)?;
                    let ids = todo::candidates(conn, &actor, round, &policy, today)?;
                    let every = ledger::visible_ids(conn, &actor, round)?;
                    looked_at += ids.len();
                    seen += every.len();
                    let list =
                        |conn: &mut _, ids: &[_]| api::todo::of_tasks(conn, &origin, round, ids, &policy, &calendar);
                    Ok((list(conn, &ids)?, list(conn, &every)?))
                })
                .unwrap();
            let (some, all) = (serde_json::to_value(some).unwrap(), serde_json::to_value(all).unwrap());
            assert_eq!(some, all, "{login} in turn {turn}");
            let acts = all["items"].as_array().unwrap().iter();
            items.extend(acts.map(|i| i["action"].as_str().unwrap().to_owned()));
        }
    }
    println!("{looked_at} of {seen} tasks looked at; acts that wait: {items:?}");
    assert!(looked_at < seen);
    for act in ["claim", "submit_plan", "sign", "submit_statement", "acknowledge_statement", "complete_milestone"] {
        assert!(items.contains(act), "{act} waits for nobody: {items:?}");
    }
}
