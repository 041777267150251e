//! The wall chart says what the overview and the ledger say to the same reader; a kiosk opens the wall and nothing else (docs/domain.md §30).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::test::TestRequest;
use api::demo;
use chrono::{DateTime, Utc};
use domain::task::state::TaskState;
use persistence::testing::{self, lines};
use serde_json::{Value, json};
use support::operations::NIL;
use support::{Answer, House};

/// The sample in its seventh week.
async fn told() -> House {
    let now: DateTime<Utc> = "2026-06-11T07:40:00Z".parse().unwrap();
    House::with(now, demo::run).await
}

async fn wall(house: &House, login: &str) -> Value {
    house.get(login, &format!("/rounds/{}/wall", house.round().await)).await.ok()
}

/// Somebody of the unit that leads most and helps others as well.
fn clerk(house: &House) -> String {
    let sql = "SELECT a.login AS line FROM accounts a JOIN memberships m ON m.person_id = a.person_id JOIN lead_counters c ON c.unit_id = m.unit_id \
        WHERE a.role = 'unit' AND EXISTS (SELECT FROM task_units x WHERE x.unit_id = m.unit_id AND x.part = 'supporting') \
        ORDER BY c.n_tasks DESC, a.login LIMIT 1";
    lines(&house.db.super_url(), sql)[0].clone()
}

/// Brings the dates of what is at work and has milestones left so near that the present pace will miss them.
fn hurry(house: &House) {
    let sql = "UPDATE tasks t SET due_on = '2026-06-15' WHERE state = 'rectifying' AND due_on > '2026-06-15' \
        AND (SELECT count(*) FROM milestones m WHERE m.task_id = t.id AND m.done_on IS NULL) >= 2";
    testing::run(&house.db.super_url(), sql).unwrap();
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn int(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

fn ids(rows: &Value) -> Vec<String> {
    list(rows).iter().map(|r| text(&r["task_id"])).collect()
}

#[actix_web::test]
async fn every_figure_of_a_wall_is_that_of_the_overview_and_the_count_of_the_rows_it_opens() {
    let house = told().await;
    hurry(&house);
    let round = house.round().await;
    let mut compared = 0;
    // The office, a team, the principal, a leader, a clerk.
    let clerk = clerk(&house);
    for login in ["p072", "p068", "p001", "p003", &clerk] {
        let view = wall(&house, login).await;
        let overview = house.get(login, &format!("/rounds/{round}/overview")).await.ok();
        assert_eq!(view["overview"], overview, "{login}");
        let chain = |filter: String| {
            let house = &house;
            let round = &round;
            async move { house.get(login, &format!("/rounds/{round}/chain?{filter}")).await.ok() }
        };
        let matrix = &view["matrix"];
        let door = |unit: &Value| unit["id"].as_str().unwrap_or("none").to_owned();
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for cell in list(&matrix["cells"]) {
            let unit = &list(&matrix["units"])[usize::try_from(int(&cell["unit"])).unwrap()];
            let finding = &list(&matrix["findings"])[usize::try_from(int(&cell["finding"])).unwrap()];
            let rows = chain(format!("lead={}&finding={}", door(unit), text(&finding["id"]))).await;
            for key in ["tasks", "closed", "red", "yellow"] {
                assert_eq!(cell[key], rows[key], "{login} {key} of {} on {}", unit["name"], finding["number"]);
                *sums.entry(format!("{key} {}", door(unit))).or_default() += int(&cell[key]);
                *sums.entry(format!("{key} {}", text(&finding["id"]))).or_default() += int(&cell[key]);
                compared += 1;
            }
            let red = int(&cell["red"]) > 0;
            assert_eq!(cell["mark"] == "red", red, "{cell}");
            assert_eq!(cell["mark"] == "done", rows["tasks"] == rows["closed"] && rows["red"] == 0, "{cell} {rows}");
        }
        for line in list(&matrix["units"]).iter().chain(list(&matrix["findings"])) {
            for key in ["tasks", "closed", "red", "yellow"] {
                assert_eq!(line[key], sums[&format!("{key} {}", door(line))], "{login} {line}");
            }
        }
        let all: i64 = list(&matrix["cells"]).iter().map(|c| int(&c["tasks"])).sum();
        if login == clerk {
            // A unit's rows are those it leads, itself or through a unit below.
            let sql = format!(
                "SELECT u.id::text AS line FROM units u WHERE u.path && ARRAY(SELECT unit_id FROM memberships m \
                 JOIN accounts a ON a.person_id = m.person_id WHERE a.login = '{clerk}')"
            );
            let below = lines(&house.db.super_url(), &sql);
            assert!(!list(&matrix["units"]).is_empty());
            assert!(list(&matrix["units"]).iter().all(|u| below.contains(&door(u))), "{}", matrix["units"]);
            assert!(all < int(&overview["chain"]["tasks"]), "it helps others as well");
            assert!(list(&view["schedule"]["bars"]).len() <= usize::try_from(all).unwrap());
        } else {
            assert_eq!(all, int(&overview["chain"]["tasks"]), "{login}");
        }
        let by = text(&overview["due"]["by"]);
        let over = chain(format!("due_to={by}&closed=false")).await;
        assert_eq!(view["overdue"]["n"], over["tasks"], "{login}");
        assert_eq!(view["red"]["n"], chain("light=red".into()).await["tasks"], "{login}");
        for roll in ["overdue", "red"] {
            assert_eq!(
                int(&view[roll]["n"]).min(40),
                i64::try_from(list(&view[roll]["rows"]).len()).unwrap(),
                "{roll}"
            );
            let due: Vec<&str> = list(&view[roll]["rows"]).iter().filter_map(|r| r["due_on"].as_str()).collect();
            assert!(due.is_sorted(), "{due:?}");
            assert!(list(&view[roll]["rows"]).iter().all(|r| !text(&r["why"]).is_empty()), "{}", view[roll]);
        }
        for roll in ["moves", "behind"] {
            let named = ids(&view[roll]["rows"]);
            assert_eq!(int(&view[roll]["n"]), i64::try_from(named.len()).unwrap(), "{roll}");
            if !named.is_empty() {
                assert_eq!(
                    chain(format!("task={}", named.join(","))).await["tasks"],
                    view[roll]["n"],
                    "{login} {roll}"
                );
                compared += 1;
            }
        }
        for leader in list(&view["leaders"]) {
            let rows = chain(format!("leader={}", text(&leader["id"]))).await;
            if login != clerk {
                assert_eq!((&leader["tasks"], &leader["red"]), (&rows["tasks"], &rows["red"]), "{login} {leader}");
            }
        }
        let to = &view["outlook"];
        let (due, done) = (
            chain(format!("due_to={}", text(&to["by"]))).await,
            chain(format!("due_to={}&closed=true", text(&to["by"]))).await,
        );
        assert_eq!((&to["planned"], &to["closed"]), (&due["tasks"], &done["tasks"]), "{login}");
        let parts: i64 = ["closed", "overdue", "behind", "on_course"].iter().map(|k| int(&to[*k])).sum();
        assert_eq!(parts, int(&to["planned"]), "{to}");
        assert_eq!(to["overdue"], over["tasks"], "{login}: the report is due after today");
    }
    println!("{compared} figures compared with the rows they open");
    assert!(compared > 400);
    house.get("auditor", &format!("/rounds/{round}/wall")).await.refused(404, "not-found");
}

#[actix_web::test]
async fn what_will_miss_its_date_is_what_the_agenda_says() {
    let house = told().await;
    hurry(&house);
    let round = house.round().await;
    let meeting = json!({
        "kind": "coordination", "title": "协调会", "at": "2026-06-15T01:00:00Z", "place": "三楼会议室", "body": "整改工作领导组", "chair_name": "组长",
    });
    let path = format!("/rounds/{round}/meetings");
    let id = house.request("p072", "POST", &path, None, Some(json!({ "meeting": meeting }))).await.ok()["id"].clone();
    let agenda = house.get("p072", &format!("/meetings/{}", text(&id))).await.ok();
    let words = |line: &Value| {
        let source = list(&line["sources"]).iter().find(|s| s["source"] == "falling_behind")?;
        Some((text(&line["task_id"]), text(&source["why"])))
    };
    let agenda: BTreeMap<String, String> = list(&agenda["items"]).iter().filter_map(words).collect();
    let view = wall(&house, "p072").await;
    let rows = list(&view["behind"]["rows"]).iter();
    let said: BTreeMap<String, String> = rows.map(|r| (text(&r["task_id"]), text(&r["why"]))).collect();
    assert!(!said.is_empty());
    assert_eq!(said, agenda);
}

#[actix_web::test]
async fn a_schedule_has_the_dates_and_milestones_of_its_tasks() {
    let house = told().await;
    let round = house.round().await;
    let page = |query: String| {
        let path = format!("/rounds/{round}/wall/schedule?{query}");
        let house = &house;
        async move { house.get("p072", &path).await.ok() }
    };
    let first = page("limit=200".into()).await;
    let bars = list(&first["bars"]);
    assert_eq!(int(&first["n"]), i64::try_from(bars.len()).unwrap());
    let (mut moved, mut stones, mut late) = (0, 0, 0);
    for bar in bars {
        let task = house.get("p072", &format!("/tasks/{}", text(&bar["task_id"]))).await.ok();
        assert_eq!(bar["due_on"], task["due_on"], "{bar}");
        assert_eq!(bar["original_due_on"], task["original_due_on"], "{bar}");
        if let Some(last) = list(&bar["moved_to"]).last() {
            assert_eq!(last, &task["due_on"], "{bar}");
            assert!(text(&bar["slippage"]).contains("原定"), "{bar}");
            moved += 1;
        }
        let due = list(&task["milestones"]).iter().filter(|m| !m["due_on"].is_null()).count();
        assert_eq!(list(&bar["milestones"]).len(), due, "{bar}");
        stones += due;
        late += usize::from(bar["slippage"].as_str().is_some_and(|s| s.contains("逾期")));
    }
    println!("{} bars, {moved} moved, {stones} milestones, {late} late", bars.len());
    assert!(stones > 20 && late > 0);
    // Pages follow each other; open and red stands first.
    let (one, two) = (page("limit=7".into()).await, page("limit=7&skip=7".into()).await);
    let both: Vec<String> = ids(&one["bars"]).into_iter().chain(ids(&two["bars"])).collect();
    assert_eq!(both, ids(&first["bars"])[..14]);
    let red = int(&wall(&house, "p072").await["red"]["n"]);
    assert!(red > 0 && bars[0]["mark"] == "red");
    // Of a unit those it leads, of a leader those he is named on.
    let unit = text(
        &lines(
            &house.db.super_url(),
            "SELECT lead_unit_id::text AS line FROM tasks WHERE state = 'rectifying' LIMIT 1",
        )[0]
        .clone()
        .into(),
    );
    let of_unit = page(format!("lead={unit}&limit=200")).await;
    let with_date = format!("/rounds/{round}/chain?lead={unit}&due_from=2000-01-01&state={}", issued());
    assert_eq!(of_unit["n"], house.get("p072", &with_date).await.ok()["tasks"]);
    house.get("p072", &format!("/rounds/{round}/wall/schedule?of=x")).await.refused(422, "content");
}

fn issued() -> String {
    let states = TaskState::ALL.iter().filter(|s| !matches!(s, TaskState::Draft | TaskState::Withdrawn));
    states.map(|s| s.as_str()).collect::<Vec<_>>().join(",")
}

#[actix_web::test]
async fn a_moved_date_shows_with_the_first_one_and_how_far_it_slipped() {
    let house = told().await;
    let sql = "SELECT t.id || ' ' || t.due_on AS line FROM tasks t WHERE t.state = 'rectifying' AND t.due_on > '2026-06-20' ORDER BY t.due_on LIMIT 1";
    let found = lines(&house.db.super_url(), sql)[0].clone();
    let (task, due) = found.split_once(' ').unwrap();
    let body = json!({ "due_on": "2026-06-01", "body": "x", "minutes_number": "1", "reason": "x" });
    house.act("p072", task, "reset-due-date", body).await.refused(409, "due-date-not-passed");
    // Past its date, a meeting sets another one.
    house.set_day(due.parse::<chrono::NaiveDate>().unwrap() + chrono::Days::new(5));
    house.keep_clock().await;
    let due = house.today() + chrono::Days::new(30);
    let body =
        json!({ "due_on": due, "body": "整改工作领导组", "minutes_number": "〔2026〕9号", "reason": "审批未完" });
    house.act("p072", task, "reset-due-date", body).await.ok();
    let unit =
        &lines(&house.db.super_url(), &format!("SELECT lead_unit_id::text AS line FROM tasks WHERE id = '{task}'"))[0];
    let round = house.round().await;
    let page = house.get("p072", &format!("/rounds/{round}/wall/schedule?lead={unit}&limit=200")).await.ok();
    let bar = list(&page["bars"]).iter().find(|b| b["task_id"] == task).unwrap();
    assert_eq!((&bar["due_on"], list(&bar["moved_to"]).last().unwrap()), (&json!(due), &json!(due)));
    assert!(text(&bar["slippage"]).contains("推后"), "{bar}");
}

#[actix_web::test]
async fn a_cockpit_says_what_is_red_what_moved_and_who_has_not_handed_in() {
    let house = told().await;
    let round = house.round().await;
    let mut owing = 0;
    for login in ["p001", "p003", "p072"] {
        let view = house.get(login, &format!("/rounds/{round}/cockpit")).await.ok();
        let wall = wall(&house, login).await;
        assert_eq!(view["red"]["n"], wall["red"]["n"], "{login}");
        assert_eq!(view["moves"], wall["moves"], "{login}");
        assert_eq!(view["report"], wall["report"], "{login}");
        assert_eq!(
            (&view["tasks"], &view["closed"]),
            (&wall["overview"]["chain"]["tasks"], &wall["overview"]["chain"]["closed"])
        );
        let named = list(&view["red"]["rows"]);
        assert_eq!(named[..], list(&wall["red"]["rows"])[..named.len()]);
        let missing = &view["missing"];
        let path = format!("/rounds/{round}/brief/rows?week={}&part=missing&limit=200", text(&missing["week"]));
        let rows = house.get(login, &path).await.ok();
        let open: BTreeSet<String> =
            list(&rows["items"]).iter().filter(|r| r["opens"] == true).map(|r| text(&r["task_id"])).collect();
        assert_eq!(int(&missing["n"]), i64::try_from(open.len()).unwrap(), "{login}");
        assert_eq!(list(&missing["tasks"]).iter().map(text).collect::<BTreeSet<_>>(), open);
        let units: i64 = list(&missing["units"]).iter().map(|u| int(&u["n"])).sum();
        assert!(units >= int(&missing["n"]));
        for unit in list(&missing["units"]) {
            let named: Vec<String> = list(&unit["tasks"]).iter().map(text).collect();
            let filter = format!("/rounds/{round}/chain?task={}", named.join(","));
            assert_eq!(house.get(login, &filter).await.ok()["tasks"], unit["n"], "{login} {unit}");
        }
        owing += open.len();
    }
    assert!(owing > 0, "the sample has nobody who did not hand in");
    house.get("auditor", &format!("/rounds/{round}/cockpit")).await.refused(404, "not-found");
}

async fn by_token(house: &House, method: &str, path: &str, token: &str) -> Answer {
    let request = TestRequest::with_uri(&format!("/api/v1{path}"))
        .method(method.parse().unwrap())
        .insert_header(("authorization", format!("Bearer {token}")));
    house.send(request).await
}

async fn made(house: &House) -> (String, String) {
    let path = format!("/rounds/{}/kiosks", house.round().await);
    let body = json!({ "name": " 一楼大厅 ", "pages": ["progress", "matrix"] });
    let made = house.request("p072", "POST", &path, None, Some(body)).await.ok();
    assert_eq!((&made["kiosk"]["name"], &made["kiosk"]["pages"]), (&json!("一楼大厅"), &json!(["matrix", "progress"])));
    (text(&made["kiosk"]["id"]), text(&made["token"]))
}

#[actix_web::test]
async fn a_kiosk_shows_the_wall_until_it_is_withdrawn_and_its_token_is_kept_nowhere() {
    let house = told().await;
    let round = house.round().await;
    let path = format!("/rounds/{round}/kiosks");
    let (id, token) = made(&house).await;
    assert_eq!(token.len(), 43, "256 bits");
    let listed = || async { house.get("p072", &path).await.ok()[0].clone() };
    assert_eq!(listed().await["last_seen_at"], Value::Null);
    let seen = by_token(&house, "GET", "/kiosk/wall", &token).await.ok();
    assert_eq!((&seen["name"], &seen["pages"]), (&json!("一楼大厅"), &json!(["matrix", "progress"])));
    // What it shows is what the principal is shown, to the last figure.
    let principal = wall(&house, "p001").await;
    assert_eq!(seen["wall"]["overview"], principal["overview"]);
    assert_eq!(seen["wall"]["matrix"]["cells"], principal["matrix"]["cells"]);
    assert_eq!(listed().await["last_seen_at"], json!("2026-06-11T07:40:00Z"));
    // It does not time out; when it was seen is kept to the minute.
    house.app.clock.set("2026-06-11T07:40:30Z".parse().unwrap());
    by_token(&house, "GET", "/kiosk/wall", &token).await.ok();
    assert_eq!(listed().await["last_seen_at"], json!("2026-06-11T07:40:00Z"));
    house.pass_days(400);
    by_token(&house, "GET", "/kiosk/wall", &token).await.ok();
    assert_eq!(listed().await["last_seen_at"], json!("2027-07-16T07:40:30Z"));
    assert!(!house.get("p072", &path).await.ok().to_string().contains(&token));
    let kept = lines(
        &house.db.super_url(),
        "SELECT row_to_json(k)::text || (SELECT string_agg(payload, '') FROM events WHERE stream_kind = 'kiosk') AS line FROM kiosks k",
    );
    assert!(!kept[0].contains(&token) && kept[0].contains(&api::tokens::digest(token.as_bytes())));

    // Nobody but the office makes, lists or withdraws.
    let withdraw = format!("/kiosks/{id}/withdraw");
    let body = || Some(json!({ "name": "二楼", "pages": ["matrix"] }));
    for (login, status, code) in [
        ("p001", 403, "not-allowed"),
        ("p068", 403, "not-allowed"),
        ("p041", 403, "not-allowed"),
        ("sysadmin", 404, "not-found"),
    ] {
        house.get(login, &path).await.refused(status, code);
        house.request(login, "POST", &path, None, body()).await.refused(status, code);
        house.request(login, "POST", &withdraw, None, None).await.refused(status, code);
    }
    let wrong = house.request("p072", "POST", &path, None, Some(json!({ "name": "", "pages": [] }))).await;
    assert_eq!(list(&wrong.refused(422, "content")["errors"]).len(), 2);
    house
        .request("p072", "POST", &path, None, Some(json!({ "name": "x", "pages": ["ledger"] })))
        .await
        .refused(422, "content");

    let gone = house.request("p072", "POST", &withdraw, None, None).await.ok();
    assert!(!gone["withdrawn_at"].is_null());
    by_token(&house, "GET", "/kiosk/wall", &token).await.refused(401, "kiosk-withdrawn");
    assert_eq!(house.request("p072", "POST", &withdraw, None, None).await.ok(), gone, "once");
    let kinds =
        lines(&house.db.super_url(), "SELECT kind AS line FROM events WHERE stream_kind = 'kiosk' ORDER BY seq");
    assert_eq!(kinds, ["kiosk.made", "kiosk.withdrawn"]);
    let broken =
        house.db.database().read_now(|conn| persistence::events::first_broken(conn, "kiosk", id.parse().unwrap()));
    assert_eq!(broken.unwrap(), None);
    by_token(&house, "GET", "/kiosk/wall", "").await.refused(401, "kiosk-withdrawn");
    house.get("-", "/kiosk/wall").await.refused(401, "kiosk-withdrawn");
    house.get("p072", "/kiosk/wall").await.refused(401, "kiosk-withdrawn");
}

#[actix_web::test]
async fn the_token_of_a_kiosk_opens_nothing_else() {
    let house = House::new().await;
    let (_, token) = made(&house).await;
    let document = serde_json::to_value(api::routes::document()).unwrap();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if path == "/api/v1/kiosk/wall" || operation["security"].is_array() {
                continue;
            }
            let mut url = path.trim_start_matches("/api/v1").to_owned();
            while let (Some(from), Some(to)) = (url.find('{'), url.find('}')) {
                url.replace_range(from..=to, NIL);
            }
            let answer = by_token(&house, &method.to_uppercase(), &url, &token).await;
            assert_eq!(
                (answer.status, answer.body["code"].as_str()),
                (401, Some("unauthenticated")),
                "{method} {path}: {}",
                answer.body
            );
            asked += 1;
        }
    }
    println!("{asked} operations refuse the token of a kiosk");
    assert!(asked > 150);
}

#[actix_web::test]
async fn no_word_of_a_sensitive_matter_or_a_draft_is_on_a_kiosk() {
    let house = told().await;
    hurry(&house);
    let (_, token) = made(&house).await;
    let url = house.db.super_url();
    // Overdue and red, at work with milestones, and one that will miss its date: each with words that nobody else may read.
    let behind = text(&wall(&house, "p072").await["behind"]["rows"][0]["task_id"]);
    let sql = format!(
        "CREATE TEMP TABLE hidden AS (SELECT id FROM tasks WHERE alert_level = 'red' ORDER BY ordinal LIMIT 2) UNION \
             (SELECT id FROM tasks WHERE state = 'rectifying' ORDER BY ordinal LIMIT 3) UNION SELECT '{behind}'::uuid \
             UNION (SELECT stream_id FROM events WHERE kind IN ('task.closed', 'task.milestone_completed') AND at > '2026-06-08T00:00:00Z' LIMIT 3); \
         UPDATE tasks SET sensitivity = 'internal', title = '金丝雀题' WHERE id IN (SELECT id FROM hidden); \
         UPDATE milestones SET title = '金丝雀节点' WHERE task_id IN (SELECT id FROM hidden); \
         UPDATE findings SET body = '金丝雀问题' WHERE id IN (SELECT finding_id FROM tasks WHERE id IN (SELECT id FROM hidden)); \
         INSERT INTO tasks SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'number', 'X1', 'title', '金丝雀草稿', 'state', 'draft', \
             'alert_level', 'none', 'sensitivity', 'open', 'due_on', '2026-01-01'))).* FROM tasks t WHERE id = '{behind}'; SELECT recount_tasks();"
    );
    testing::run(&url, &sql).unwrap();
    let office = wall(&house, "p072").await.to_string();
    for word in ["金丝雀题", "金丝雀节点", "金丝雀草稿"] {
        assert!(office.contains(word), "the office reads {word}");
    }
    let seen = by_token(&house, "GET", "/kiosk/wall", &token).await.ok();
    assert!(!seen.to_string().contains("金丝雀"), "{seen}");
    // They are counted all the same.
    let principal = wall(&house, "p001").await;
    assert_eq!(seen["wall"]["overview"]["chain"], principal["overview"]["chain"]);
    assert!(!principal.to_string().contains("金丝雀题") && principal.to_string().contains("金丝雀草稿"));
}
