//! The sample group in its seventh week: what happened in it is true, whatever the day it is loaded on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use api::demo;
use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::{self, Calendar, Week};
use domain::policy::AlertLevel;
use domain::sign_request::{RequestState, SignMode, SignatureState};
use domain::task::state::{Disposition, StatementReply, Task, TaskState};
use persistence::testing::lines;
use persistence::{events, tasks};
use serde_json::Value;
use support::House;

/// Loads it as if `today` were this day, at this time Asia/Shanghai.
async fn told_on(today: &str, time: &str) -> House {
    let now: DateTime<Utc> = format!("{today}T{time}:00+08:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
    House::with(now, demo::run).await
}

/// Every task by its number.
fn tasks_of(house: &House) -> BTreeMap<String, Task> {
    house
        .db
        .database()
        .read_now(|conn| tasks::ids(conn)?.into_iter().map(|id| tasks::snapshot(conn, id)).collect::<Result<Vec<_>, _>>())
        .unwrap()
        .into_iter()
        .map(|t| (t.draft.number.clone(), t))
        .collect()
}

fn in_state(tasks: &BTreeMap<String, Task>, state: TaskState) -> Vec<&Task> {
    tasks.values().filter(|t| t.state == state).collect()
}

/// Rows are what their events make; no chain is broken; nothing happened after now, nor outside office hours, except what the clock said.
fn the_history_is_true(house: &House) {
    let now = house.app.clock.now();
    let db = house.db.database();
    db.read_now(|conn| {
        for id in tasks::ids(conn)? {
            assert_eq!(tasks::replay(conn, id)?.as_ref(), Some(&tasks::snapshot(conn, id)?));
            let history = events::history(conn, "task", id.0)?;
            assert!(history.is_sorted_by_key(|e| e.at));
            for event in &history {
                assert!(event.at <= now, "{} at {}", event.kind, event.at);
                if event.role != "system" {
                    let day = calendar::today(event.at);
                    assert!(Calendar::builtin().is_working_day(day), "{} at {}", event.kind, event.at);
                    let hour = (event.at - calendar::instant(day, chrono::NaiveTime::MIN)).num_minutes();
                    assert!((540..=1050).contains(&hour), "{} at {}", event.kind, event.at);
                }
            }
        }
        Ok(())
    })
    .unwrap();
    let streams = lines(
        &house.db.super_url(),
        "SELECT DISTINCT stream_kind || ' ' || stream_id AS line FROM events ORDER BY 1",
    );
    assert!(streams.len() > 200, "tasks, people, units, accounts");
    db.read_now(|conn| {
        for stream in &streams {
            let (kind, id) = stream.split_once(' ').unwrap();
            assert_eq!(events::first_broken(conn, kind, id.parse().unwrap())?, None, "{stream}");
        }
        Ok(())
    })
    .unwrap();
}

/// The chain of counts as the office's page shows it.
async fn chain(house: &House, login: &str) -> Value {
    let round = house.round().await;
    house.get(login, &format!("/rounds/{round}/chain")).await.ok()
}

fn n(value: &Value, field: &str) -> usize {
    usize::try_from(value[field].as_u64().unwrap_or_else(|| panic!("no {field} in {value}"))).unwrap()
}

async fn the_figures_reconcile(house: &House, tasks: &BTreeMap<String, Task>) {
    assert_eq!(tasks.len(), 60);
    for state in TaskState::ALL {
        assert!(!in_state(tasks, *state).is_empty(), "no task is {state:?}");
    }
    let of = |state| in_state(tasks, state).len();
    let chain = chain(house, "p072").await;
    let counted = tasks.len() - of(TaskState::Withdrawn);
    assert_eq!((n(&chain, "aspects"), n(&chain, "findings"), n(&chain, "tasks")), (7, 24, counted));
    assert_eq!(n(&chain, "closed"), of(TaskState::Observing) + of(TaskState::Closed));
    assert_eq!(n(&chain, "observing"), of(TaskState::Observing));
    let statuses: usize = ["completed", "sustained", "in_progress", "not_started"].iter().map(|s| n(&chain, s)).sum();
    assert_eq!(statuses, counted);
    let lights: usize = ["red", "yellow", "green"].iter().map(|s| n(&chain, s)).sum();
    assert_eq!(lights + n(&chain, "closed") + of(TaskState::Draft), counted, "what runs has a light, nothing else has");
    assert!((18..=22).contains(&n(&chain, "closed")), "{chain}");
    assert!((3..=6).contains(&n(&chain, "red")), "{chain}");
    assert!((4..=9).contains(&n(&chain, "yellow")), "{chain}");
}

#[actix_web::test]
async fn show() {
    let today = std::env::var("DEMO_DAY").unwrap_or("2026-11-25".into());
    let started = std::time::Instant::now();
    let house = told_on(&today, &std::env::var("DEMO_TIME").unwrap_or("15:00".into())).await;
    println!("loaded in {:?}", started.elapsed());
    let tasks = tasks_of(&house);
    for (number, t) in &tasks {
        let open: Vec<String> = t.requests.iter().map(|r| format!("{}:{}/{}", r.request.kind, r.request.state, r.request.current_step().map(|i| r.request.chain[i].label.clone()).unwrap_or_default())).collect();
        println!("{number} {} {:?} s{} e{} {open:?} due {:?}", t.state, t.light, t.statements.len(), t.evidence.len(), t.draft.due_on);
    }
    println!("{}", chain(&house, "p072").await);
    the_history_is_true(&house);
    the_figures_reconcile(&house, &tasks).await;
}
