//! The sample group in its seventh week: what happened in it is true, whatever the day it is loaded on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

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
    let now: DateTime<Utc> =
        format!("{today}T{time}:00+08:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
    House::with(now, demo::run).await
}

/// Every task by its number.
fn tasks_of(house: &House) -> BTreeMap<String, Task> {
    house
        .db
        .database()
        .read_now(|conn| {
            tasks::ids(conn)?.into_iter().map(|id| tasks::snapshot(conn, id)).collect::<Result<Vec<_>, _>>()
        })
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
    let streams =
        lines(&house.db.super_url(), "SELECT DISTINCT stream_kind || ' ' || stream_id AS line FROM events ORDER BY 1");
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

fn kinds(house: &House) -> BTreeMap<String, usize> {
    lines(&house.db.super_url(), "SELECT kind || ' ' || count(*) AS line FROM events GROUP BY kind")
        .iter()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(kind, n)| (kind.to_owned(), n.parse().unwrap()))
        .collect()
}

/// What the office would be shown: every detour of a round has happened, each by the product's own events.
fn the_story_has_its_turns(house: &House, tasks: &BTreeMap<String, Task>) {
    let today = house.today();
    let kinds = kinds(house);
    for (kind, least) in [
        ("task.closed_before_golive", 3),
        ("task.plan_returned", 2),
        ("task.statement_returned", 2),
        ("task.extended", 1),
        ("task.amended", 1),
        ("task.upheld", 1),
        ("task.reassigned", 1),
        ("task.reopened", 1),
        ("task.closure_returned", 1),
        ("task.withdrawn", 1),
        ("task.confirmed", 4),
        ("task.duty_completed", 2),
        ("task.cross_checker_named", 1),
        ("task.key_marked", 4),
        ("personal_duty.recorded", 5),
        // In a holiday week the days of grace run on after it.
        ("task.statement_missed", 1),
        ("task.due_date_passed", 2),
        ("task.milestone_passed", 2),
        ("task.observation_ended", 4),
        ("delegation.granted", 1),
        ("rule.confirmed", 1),
        ("systemic_problem.confirmed", 1),
        ("systemic_problem.handed_in", 2),
    ] {
        assert!(kinds.get(kind).is_some_and(|n| *n >= least), "{kind}: {:?} of {least}", kinds.get(kind));
    }
    let extended = tasks.values().find(|t| t.original_due_on.is_some() && t.original_due_on < t.draft.due_on);
    assert!(extended.is_some(), "the original date is kept beside the new one");
    let overdue = tasks.values().filter(|t| {
        t.light == AlertLevel::Red && t.state == TaskState::Rectifying && t.draft.due_on.is_some_and(|on| on < today)
    });
    assert_eq!(overdue.count(), 2);
    let running =
        tasks.values().filter(|t| t.light == AlertLevel::Red && !t.missed.is_empty() && t.statements.is_empty());
    assert_eq!(running.count(), 1, "nothing handed in twice running");
    assert!(tasks.values().any(|t| t.wish.is_some()), "a wish waits for the office");
    let near = |on: NaiveDate| (0..=14).contains(&(on - today).num_days());
    let sustained = tasks.values().filter(|t| t.draft.disposition == Some(Disposition::Sustained));
    assert!(sustained.filter_map(|t| t.draft.review_on).any(near), "a review is near");

    let requests = || tasks.values().flat_map(|t| &t.requests).map(|r| &r.request);
    let signatures = || requests().flat_map(|r| &r.signatures);
    let paper = |state| signatures().filter(move |s| s.mode == SignMode::Paper && s.state == state);
    assert!(paper(SignatureState::Effective).count() >= 2);
    assert!(paper(SignatureState::Effective).all(|s| s.confirmed_by.is_some_and(|by| by != s.recorded_by)));
    assert_eq!(paper(SignatureState::Pending).count(), 1, "one waits for the second officer");
    assert!(signatures().filter(|s| s.mode == SignMode::Delegated).count() >= 2);
    let mut minutes: BTreeMap<String, usize> = BTreeMap::new();
    for document in signatures().filter(|s| s.mode == SignMode::Meeting).filter_map(|s| s.document.as_ref()) {
        *minutes.entry(document.scan.clone()).or_default() += 1;
    }
    assert!(minutes.len() >= 2 && minutes.values().any(|n| *n >= 4), "a meeting decides several: {minutes:?}");
    let waits = |kind: &str| -> BTreeSet<String> {
        requests()
            .filter(|r| r.state == RequestState::Open && r.kind.as_str() == kind)
            .map(|r| r.chain[r.current_step().unwrap()].who.as_str().to_owned())
            .collect()
    };
    for who in ["unit_head", "lead_leader", "supervisor", "principal", "meeting"] {
        assert!(waits("closure").contains(who), "no closure waits for {who}");
    }
    for who in ["unit_head", "lead_leader", "office"] {
        assert!(waits("plan").contains(who), "no plan waits for {who}");
    }
    let redone = tasks.values().flat_map(|t| &t.statements).filter(|s| s.revision == 2).count();
    let returned = tasks.values().flat_map(|t| &t.statements).filter(|s| s.reply == StatementReply::Returned).count();
    assert!(redone >= 1 && returned > redone, "{redone} redone of {returned}");
}

/// Every file is on the disk under its digest, and is what its name says.
fn the_files_are_real(house: &House) {
    let stored = lines(
        &house.db.super_url(),
        "SELECT DISTINCT a.blob_sha256 || ' ' || b.media_type || ' ' || b.size AS line FROM attachments a JOIN blobs b ON b.sha256 = a.blob_sha256",
    );
    assert!(stored.len() > 90, "{}", stored.len());
    for line in stored {
        let parts: Vec<&str> = line.split(' ').collect();
        let path = house.app.settings.data_dir.join("blobs").join(&parts[0][..2]).join(parts[0]);
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(api::tokens::digest(&bytes), parts[0]);
        assert_eq!(bytes.len().to_string(), parts[2]);
        let head: &[u8] = if parts[1] == "image/png" { b"\x89PNG" } else { b"%PDF-" };
        assert!(bytes.starts_with(head), "{}", parts[1]);
    }
}

/// What waits for somebody in the round.
async fn todo(house: &House, login: &str) -> Value {
    let round = house.round().await;
    house.get(login, &format!("/rounds/{round}/todo")).await.ok()
}

async fn everybody_has_something_to_do(house: &House) {
    for (login, act) in [
        ("p072", "uphold"),
        ("p072", "sign"),
        ("p072", "record_meeting"),
        ("p072", "confirm"),
        ("p072", "issue"),
        ("p072", "acknowledge_statement"),
        ("p073", "confirm_signature"),
        ("p068", "sign"),
        ("p068", "confirm"),
        ("p001", "sign"),
        ("p003", "sign"),
        ("p005", "sign"),
        ("p022", "sign"),
        ("p022", "submit_plan"),
        ("p023", "submit_plan"),
        ("p012", "sign"),
        ("p038", "claim"),
    ] {
        let list = todo(house, login).await;
        let items = list["items"].as_array().unwrap();
        assert!(items.iter().any(|i| i["action"] == act), "{login} has no {act}: {items:#?}");
    }
}

async fn holds(today: &str, time: &str) -> House {
    let house = told_on(today, time).await;
    let tasks = tasks_of(&house);
    let first = tasks.values().filter_map(|t| t.issued_on).min().unwrap();
    assert_eq!(Week::of(first).monday() + chrono::TimeDelta::weeks(6), Week::of(house.today()).monday());
    the_history_is_true(&house);
    the_figures_reconcile(&house, &tasks).await;
    the_story_has_its_turns(&house, &tasks);
    the_files_are_real(&house);
    everybody_has_something_to_do(&house).await;
    house
}

#[actix_web::test]
async fn on_a_plain_wednesday() {
    let house = holds("2026-11-25", "15:00").await;
    assert_eq!(todo(&house, "p072").await["is_calendar_announced"], true);
    // The calendar knows the coming Friday: the clerk's list of the week is open and long.
    let list = todo(&house, "p013").await;
    let week = list["items"].as_array().unwrap().iter().find(|i| i["action"] == "submit_statement").unwrap();
    assert!(week["count"].as_u64().unwrap() >= 8, "{week}");
    // Loading it again does nothing and says so.
    let before = kinds(&house);
    let app = house.app.clone();
    let said = actix_web::rt::task::spawn_blocking(move || demo::run(&app)).await.unwrap().unwrap();
    assert!(said.contains("未重复装入"), "{said}");
    assert_eq!(kinds(&house), before);
}

#[actix_web::test]
async fn in_a_year_whose_holidays_are_not_announced() {
    let house = holds("2027-01-06", "10:00").await;
    assert_eq!(todo(&house, "p072").await["is_calendar_announced"], false);
}

#[actix_web::test]
async fn in_a_holiday() {
    let house = holds("2026-10-07", "11:00").await;
    assert!(!Calendar::builtin().is_working_day(house.today()));
    assert_eq!(todo(&house, "p072").await["is_calendar_announced"], true);
}

#[actix_web::test]
async fn what_fails_leaves_nothing() {
    let now = "2026-11-25T07:00:00Z".parse().unwrap();
    House::with(now, |app| {
        // Files cannot be kept where a file stands in the place of their folder.
        let place = app.settings.data_dir.join("blobs");
        std::fs::write(&place, b"").unwrap();
        assert!(demo::run(app).is_err());
        let left = app.db.read_now(|conn| {
            let there = persistence::accounts::credential(conn, "sysadmin")?.is_some();
            Ok((there, tasks::ids(conn)?.len()))
        });
        assert_eq!(left.unwrap(), (false, 0));
        std::fs::remove_file(&place).unwrap();
        demo::begin(app)
    })
    .await;
}

/// The story holds whatever the day: Spring Festival, the national day, weekends, the first minute of a Monday.
/// Plans are approved in a week of which two days are worked, and its statements are owed all the same.
#[actix_web::test]
async fn after_the_week_of_the_national_day() {
    let house = told_on("2026-10-29", "16:59").await;
    the_history_is_true(&house);
    assert_eq!(tasks_of(&house).len(), 60);
}

/// The fifth week has no working day at all: what is done in it falls before it, and who stands in does so from then on.
#[actix_web::test]
async fn after_the_spring_festival() {
    let house = told_on("2026-03-02", "09:00").await;
    the_history_is_true(&house);
    assert_eq!(tasks_of(&house).len(), 60);
}

#[actix_web::test]
#[ignore = "long; ./test --heavy runs it"]
async fn on_any_day_of_a_year() {
    let first: NaiveDate = "2026-01-05".parse().unwrap();
    for (i, day) in first.iter_days().step_by(9).take(41).enumerate() {
        let time = ["00:01", "08:30", "11:00", "16:59", "17:01", "23:59"][i % 6];
        println!("{day} {time}");
        let house = told_on(&day.to_string(), time).await;
        the_history_is_true(&house);
        let tasks = tasks_of(&house);
        assert_eq!(tasks.len(), 60);
        for state in TaskState::ALL {
            assert!(!in_state(&tasks, *state).is_empty(), "{day} {time}: no task is {state:?}");
        }
    }
}
