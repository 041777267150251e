//! The weekly brief says what the records say, shows nobody more than he sees, and marks what was copied (docs/domain.md §28).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::{BTreeMap, BTreeSet};

use api::demo;
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::brief::{Move, TAKEN_BACK};
use domain::calendar::{Calendar, Week};
use domain::ids::RoundId;
use domain::task::state::TaskState;
use domain::weekly_statement::is_owed;
use persistence::{accounts, actors, events, ledger, tasks};
use serde_json::{Value, json};
use support::House;
use support::slips::{at_work, ids};

/// The sample in its seventh week.
async fn told() -> House {
    let now: DateTime<Utc> = "2026-06-11T07:40:00Z".parse().unwrap();
    House::with(now, demo::run).await
}

async fn brief(house: &House, login: &str, week: &str) -> Value {
    house.get(login, &format!("/rounds/{}/brief?week={week}", house.round().await)).await.ok()
}

async fn rows(house: &House, login: &str, week: &str, part: &str, more: &str) -> Value {
    let round = house.round().await;
    house.get(login, &format!("/rounds/{round}/brief/rows?week={week}&part={part}&limit=200{more}")).await.ok()
}

fn figure(view: &Value, part: &str) -> i64 {
    view["figures"].as_array().unwrap().iter().find(|f| f["part"] == part).unwrap()["n"].as_i64().unwrap()
}

/// Counted apart, from the rows of what was handed in, and of the same week; whoever sees a part of the brief is not told.
#[actix_web::test]
async fn the_brief_says_what_the_week_cost_to_fill_in() {
    let house = told().await;
    let view = brief(&house, "p072", "2026-W23").await;
    let (monday, end) = ("2026-05-31T16:00:00Z", "2026-06-07T16:00:00Z");
    let count = |table: &str, at: &str, more: &str| {
        let sql =
            format!("SELECT count(*)::text AS line FROM {table} WHERE {at} >= '{monday}' AND {at} < '{end}'{more}");
        persistence::testing::lines(&house.db.super_url(), &sql)[0].parse::<i64>().unwrap()
    };
    let requests = " AND kind IN ('plan', 'amendment', 'closure', 'extension')";
    let answers = "slips CROSS JOIN LATERAL jsonb_array_elements(snapshot->'answers') a";
    let handed_in = count("weekly_statements", "submitted_at", "")
        + count("sign_requests", "submitted_at", requests)
        + count(answers, "(a->>'at')::timestamptz", "");
    assert!(handed_in > 0);
    assert_eq!(view["burden"]["hand_ins"], json!(handed_in));
    let typed = view["burden"]["typed"].as_i64().unwrap();
    let fields = view["burden"]["fields"].as_i64().unwrap();
    assert_eq!(view["burden"]["minutes"], json!((typed + 20 * fields + 39) / 40));
    // The meter's own page says the same of that week.
    let meter = house.get("p072", &format!("/rounds/{}/burden?week=2026-W23", house.round().await)).await.ok();
    assert_eq!(meter["weeks"][7]["all"], view["burden"]);
    for login in ["p003", "p041"] {
        let seen = brief(&house, login, "2026-W23").await;
        assert_eq!(
            seen["burden"].is_null(),
            house.get(login, &format!("/rounds/{}/burden", house.round().await)).await.status == 403,
            "{login}"
        );
    }
    assert!(brief(&house, "p041", "2026-W23").await["burden"].is_null());
}

#[actix_web::test]
async fn every_figure_of_a_brief_is_the_count_of_the_rows_it_opens() {
    let house = told().await;
    let mut compared = 0;
    let mut found: BTreeMap<String, i64> = BTreeMap::new();
    // The office, the principal, a leader, a clerk.
    for login in ["p072", "p001", "p003", "p041"] {
        for week in ["2026-W22", "2026-W23"].into_iter().skip(usize::from(login != "p072")) {
            let view = brief(&house, login, week).await;
            for f in view["figures"].as_array().unwrap() {
                let part = f["part"].as_str().unwrap();
                let list = rows(&house, login, week, part, "").await;
                assert_eq!(
                    (&list["n"], list["items"].as_array().unwrap().len()),
                    (&f["n"], usize::try_from(f["n"].as_i64().unwrap()).unwrap()),
                    "{login} {week} {part}"
                );
                *found.entry(part.to_owned()).or_default() += f["n"].as_i64().unwrap();
                compared += 1;
            }
            let n = |part: &str| figure(&view, part);
            assert_eq!(n("owed"), n("in_time") + n("late") + n("missing"), "{login} {week}");
            for part in ["owed", "in_time", "late", "missing", "returned", "copied", "moved", "still", "help"] {
                let units = view["units"].as_array().unwrap();
                let sum: i64 = units.iter().map(|u| u[part].as_i64().unwrap()).sum();
                assert_eq!(sum, n(part), "{login} {week} {part}: the units sum to the round");
                // Each row of a unit's own, where it is looked at most closely.
                for unit in units.iter().take(if login == "p072" { 4 } else { 1 }) {
                    let of_unit =
                        rows(&house, login, week, part, &format!("&unit={}", unit["id"].as_str().unwrap())).await;
                    assert_eq!(of_unit["n"], unit[part], "{login} {week} {part} {}", unit["name"]);
                    compared += 1;
                }
            }
        }
    }
    println!("{compared} figures compared with the rows they open: {found:?}");
    for part in ["in_time", "late", "missing", "moved", "milestones", "still", "help"] {
        assert!(found[part] > 0, "the sample has nothing for {part}: {found:?}");
    }
}

#[actix_web::test]
async fn a_brief_says_what_the_rules_and_the_histories_say() {
    let house = told().await;
    let round = RoundId(house.round().await.parse().unwrap());
    let calendar = Calendar::builtin();
    for text in ["2026-W18", "2026-W21", "2026-W23"] {
        let week = Week::parse(text).unwrap();
        let view = brief(&house, "p072", text).await;
        let (from, until): (DateTime<Utc>, DateTime<Utc>) =
            (view["from"].as_str().unwrap().parse().unwrap(), view["cut_off"].as_str().unwrap().parse().unwrap());
        let (owed, moved) = house
            .db
            .database()
            .read_now(|conn| {
                let credential = accounts::credential(conn, "p072")?.expect("the account is there");
                let actor = Actor::Person(Box::new(actors::of_account(conn, credential.id, house.today())?.actor));
                let visible = ledger::visible_ids(conn, &actor, round)?;
                let all = tasks::find_many(conn, &actor, round, &visible, house.app.clock.now())?;
                let (mut owed, mut moved) = (BTreeSet::new(), BTreeSet::new());
                for loaded in all.iter().filter(|l| !matches!(l.task.state, TaskState::Draft | TaskState::Withdrawn)) {
                    let task = &loaded.task;
                    let units: BTreeSet<_> = task.reporting.iter().map(|span| span.unit).collect();
                    for unit in units.into_iter().filter(|u| is_owed(task, *u, week, &loaded.facts, &calendar)) {
                        let standing = match task.statement(unit, week) {
                            None => "未报",
                            Some(mark) if mark.is_late => "迟报",
                            Some(_) => "按时报",
                        };
                        owed.insert((task.draft.number.clone(), unit.0.to_string(), standing.to_owned()));
                    }
                    let mut net: BTreeMap<Move, i64> = BTreeMap::new();
                    for event in events::between(conn, "task", task.id.0, 0, task.seq)? {
                        if event.at <= from || event.at > until {
                            continue;
                        }
                        if event.kind == TAKEN_BACK {
                            *net.entry(Move::Milestone).or_default() -= 1;
                        } else if let Some(one) = Move::parse(&event.kind) {
                            *net.entry(one).or_default() += 1;
                        }
                    }
                    if net.values().any(|n| *n > 0) {
                        moved.insert(task.draft.number.clone());
                    }
                }
                Ok((owed, moved))
            })
            .unwrap();
        let told = |list: &Value, keys: &[&str]| -> BTreeSet<Vec<String>> {
            let of = |row: &Value| keys.iter().map(|k| row[*k].as_str().unwrap_or_default().to_owned()).collect();
            list["items"].as_array().unwrap().iter().map(of).collect()
        };
        let found = told(&rows(&house, "p072", text, "owed", "").await, &["number", "unit_id", "standing"]);
        assert_eq!(found, owed.into_iter().map(|(n, u, s)| vec![n, u, s]).collect(), "{text}");
        let found = told(&rows(&house, "p072", text, "moved", "").await, &["number"]);
        assert_eq!(found, moved.iter().map(|n| vec![n.clone()]).collect(), "{text}");
        // What stands still has moved by nothing, and is worked on.
        let still = rows(&house, "p072", text, "still", "").await;
        for row in still["items"].as_array().unwrap() {
            assert!(!moved.contains(row["number"].as_str().unwrap()), "{row}");
            assert!(row["milestones_left"].as_i64().unwrap() > 0, "{row}");
        }
        println!("{text}: {} moved, {} stood still", moved.len(), still["n"]);
    }
}

#[actix_web::test]
async fn a_brief_comes_with_the_cut_off_and_shows_nobody_more_than_he_sees() {
    let house = told().await;
    let round = house.round().await;
    let at = |text: &str| house.app.clock.set(text.parse().unwrap());
    let newest = || async { house.get("p072", &format!("/rounds/{round}/brief")).await.ok() };
    at("2026-06-12T08:59:59Z");
    let view = newest().await;
    assert_eq!((view["week"].as_str(), view["next"].as_str()), (Some("2026-W23"), None));
    house.get("p072", &format!("/rounds/{round}/brief?week=2026-W24")).await.refused(404, "not-found");
    house.get("p072", &format!("/rounds/{round}/brief?week=W24")).await.refused(422, "content");
    let before = brief(&house, "p072", "2026-W23").await["figures"].clone();
    at("2026-06-12T09:00:00Z");
    let view = newest().await;
    assert_eq!((view["week"].as_str(), view["previous"].as_str()), (Some("2026-W24"), Some("2026-W23")));
    // The same week has the same figures as long as nobody does anything to it.
    assert_eq!(brief(&house, "p072", "2026-W23").await["figures"], before);

    // A unit reads of its own tasks; who sees nothing of the round reads nothing.
    let seen = house.get("p041", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
    let seen: BTreeSet<&str> = seen["items"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap()).collect();
    let mut told = 0;
    for part in ["owed", "moved", "still", "help"] {
        for row in rows(&house, "p041", "2026-W23", part, "").await["items"].as_array().unwrap() {
            assert!(seen.contains(row["task_id"].as_str().unwrap()), "{row}");
            assert_eq!(row["may_answer"], false, "{row}");
            told += 1;
        }
    }
    let all = figure(&brief(&house, "p072", "2026-W23").await, "owed");
    assert!(told > 0 && figure(&brief(&house, "p041", "2026-W23").await, "owed") < all);
    house.get("auditor", &format!("/rounds/{round}/brief")).await.refused(404, "not-found");

    // Whoever sits in the leading group reads all of it, and opens what is his; titles of sensitive matters stay with their readers.
    let sql = format!(
        "INSERT INTO leading_group_members (round_id, person_id, post, is_principal, ordinal) \
        SELECT '{round}', person_id, 'member', false, 99 FROM accounts WHERE login = 'p004' ON CONFLICT DO NOTHING"
    );
    persistence::testing::run(&house.db.super_url(), &sql).unwrap();
    assert_eq!(figure(&brief(&house, "p004", "2026-W23").await, "owed"), all);
    let list = rows(&house, "p004", "2026-W23", "owed", "").await;
    let opens: BTreeSet<bool> =
        list["items"].as_array().unwrap().iter().map(|r| r["opens"].as_bool().unwrap()).collect();
    assert_eq!(opens, BTreeSet::from([false, true]));
    let one = list["items"][0].clone();
    let task = one["task_id"].as_str().unwrap();
    let sql = format!("UPDATE tasks SET sensitivity = 'internal' WHERE id = '{task}'");
    persistence::testing::run(&house.db.super_url(), &sql).unwrap();
    let of = |list: &Value| list["items"].as_array().unwrap().iter().find(|r| r["task_id"] == task).unwrap().clone();
    assert_eq!(of(&rows(&house, "p072", "2026-W23", "owed", "").await)["title"], one["title"]);
    let hidden = of(&rows(&house, "p001", "2026-W23", "owed", "").await);
    assert_eq!((&hidden["title"], &hidden["said"], &hidden["number"]), (&Value::Null, &Value::Null, &one["number"]));
}

#[actix_web::test]
async fn a_copy_is_marked_for_who_writes_who_reviews_and_in_the_brief_and_is_returned_from_its_row() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    let round = house.round().await;
    let unit = ids(&house).await["U201"].clone();
    let first = "第10周：3月6日前完成合同台账核对，更正差异两项。";
    let again = "第11周：3月13日前完成合同台账核对,更正差异两项";
    let (hands, asks) = (format!("/tasks/{task}/statements"), format!("/tasks/{task}/statement-advice"));
    let hand_in = |week: &'static str, text: &'static str, help: Option<&'static str>| {
        let body = json!({ "unit": unit, "week": week, "progress": text, "help_wanted": help });
        house.request("p041", "POST", &hands, None, Some(body))
    };
    let advice = |week: &str, text: &str| {
        let body = json!({ "unit": unit, "week": week, "progress": text });
        house.request("p041", "POST", &asks, None, Some(body))
    };
    assert_eq!(advice("2026-W10", first).await.ok()["copy"], Value::Null);
    hand_in("2026-W10", first, None).await.ok();
    house.pass_days(7);
    let words = "与第10周写实文字相同";
    assert_eq!(advice("2026-W11", again).await.ok()["copy"]["words"], words);
    assert_eq!(advice("2026-W11", "补签合同十一份，移交档案室").await.ok()["copy"], Value::Null);
    advice("2026-11", again).await.refused(422, "content");
    let unseen = json!({ "unit": unit, "week": "2026-W11", "progress": again });
    house
        .request("p010", "POST", &format!("/tasks/{task}/statement-advice"), None, Some(unseen))
        .await
        .refused(404, "not-found");

    // It is a remark: handing in is not refused.
    hand_in("2026-W11", again, Some("请协调档案室")).await.ok();
    let sheet = house.get("p041", &format!("/rounds/{round}/statements")).await.ok();
    assert_eq!(sheet["lines"][0]["copy"]["words"], words);
    let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
    assert_eq!(view["statements"][0]["copy"]["words"], words);
    assert_eq!(view["statements"][1]["copy"], Value::Null);

    house.pass_days(5);
    let view = brief(&house, "p072", "2026-W11").await;
    let list = |view: &Value, part: &str| {
        let lists = view["lists"].as_array().unwrap();
        lists.iter().find(|l| l["part"] == part).unwrap()["items"].clone()
    };
    let row = &list(&view, "copied")[0];
    assert_eq!((&row["copy"]["week"], &row["copy"]["percent"]), (&json!("2026-W10"), &json!(100)));
    assert_eq!(list(&view, "help")[0]["help_wanted"], "请协调档案室");
    assert_eq!((&row["may_answer"], &row["standing"], figure(&view, "still")), (&json!(true), &json!("按时报"), 1));
    assert_eq!(list(&brief(&house, "p041", "2026-W11").await, "copied")[0]["may_answer"], false);
    let back = json!({ "unit": unit, "week": "2026-W11", "revision": row["revision"], "return_reason": "与上周雷同，请写本周做了什么" });
    house.request("p072", "POST", &format!("/tasks/{task}/answer-statement"), None, Some(back)).await.ok();
    let view = brief(&house, "p072", "2026-W11").await;
    let row = &list(&view, "returned")[0];
    assert_eq!((&row["return_reason"], &row["may_answer"]), (&json!("与上周雷同，请写本周做了什么"), &json!(false)));
    // What was returned asks for nothing any more, and is still one of those handed in.
    assert_eq!((figure(&view, "help"), figure(&view, "in_time"), figure(&view, "missing")), (0, 1, 0));
    // Rewritten after the cut-off it stays in time, and is a copy no more.
    let body = json!({ "unit": unit, "week": "2026-W11", "follows": 1, "progress": "补签合同十一份，移交档案室" });
    house.request("p041", "POST", &format!("/tasks/{task}/statements"), None, Some(body)).await.ok();
    let view = brief(&house, "p072", "2026-W11").await;
    let n = |part: &str| figure(&view, part);
    assert_eq!((n("in_time"), n("late"), n("returned"), n("copied")), (1, 0, 0, 0));
}
