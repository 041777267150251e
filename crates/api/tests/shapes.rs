//! What a request costs by shape, not by the clock: how many statements it takes, which plans they get, how many bytes it answers. Ratios beside
//! PostgreSQL itself are printed by `tests/bench/run`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says so")]

mod support;

use std::collections::BTreeMap;

use persistence::dataset::Size;
use persistence::testing::{self, lines};
use serde_json::json;
use support::House;
use tokio::sync::Mutex;

/// What every connection asks is heard in one place, so one test runs at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

/// Few or many tasks, each with few or many statements.
fn size(tasks: usize, statements: usize) -> Size {
    Size { tasks, statements: tasks * statements, events: tasks * 30, ..Size::TINY }
}

/// Every task again many times, so that a plan that walks through all of them is the dearest.
fn multiply(house: &House, times: usize) {
    let columns = lines(
        &house.db.super_url(),
        "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS line FROM information_schema.columns \
         WHERE table_name = 'tasks' AND column_name NOT IN ('id', 'number', 'ordinal')",
    );
    let sql = format!(
        "SET session_replication_role = replica; \
         CREATE TEMP TABLE again AS SELECT id AS old, gen_random_uuid() AS id, n FROM tasks, generate_series(1, {times}) AS n; \
         INSERT INTO tasks (id, number, ordinal, {columns}) SELECT a.id, t.number || '-' || a.n, t.ordinal + a.n * 100000, {columns} \
             FROM tasks t JOIN again a ON a.old = t.id; \
         INSERT INTO task_units SELECT a.id, x.unit_id, x.part, x.ordinal FROM task_units x JOIN again a ON a.old = x.task_id; \
         INSERT INTO task_people SELECT a.id, x.person_id, x.part, x.ordinal FROM task_people x JOIN again a ON a.old = x.task_id; \
         SELECT recount_tasks(); ANALYZE",
        columns = columns[0]
    );
    testing::run(&house.db.super_url(), &sql).unwrap();
    // As autovacuum does after much was written: what waits beside the index of pairs goes into it.
    testing::run(&house.db.super_url(), "VACUUM ANALYZE tasks").unwrap();
}

async fn round_of(house: &House) -> String {
    lines(&house.db.super_url(), "SELECT id::text AS line FROM rounds")[0].clone()
}

/// Acts of the personal duties of so many heads.
async fn enter_duties(house: &House, heads: usize, times: usize) {
    let sql = format!(
        "SELECT DISTINCT a.login AS line FROM lead_counters c JOIN memberships m ON m.unit_id = c.unit_id AND m.is_head \
         JOIN accounts a ON a.person_id = m.person_id AND a.role = 'unit' WHERE c.n_tasks > c.n_draft ORDER BY 1 LIMIT {heads}"
    );
    let logins = lines(&house.db.super_url(), &sql);
    assert_eq!(logins.len(), heads);
    let path = format!("/rounds/{}/personal-duties", round_of(house).await);
    for login in &logins {
        for n in 0..times {
            let body =
                serde_json::json!({ "duty": "inspect", "on": house.today(), "words": format!("到现场查看 {n}") });
            house.request(login, "POST", &path, None, Some(body)).await.ok();
        }
    }
}

/// What the usual requests ask, each counted once its caller is known.
async fn counts(house: &House) -> BTreeMap<&'static str, usize> {
    let round = round_of(house).await;
    let task = lines(
        &house.db.super_url(),
        "SELECT id::text || ' ' || lead_unit_id AS line FROM tasks WHERE state = 'rectifying' ORDER BY ordinal LIMIT 1",
    );
    let (task, unit) = task[0].split_once(' ').unwrap();
    let head = &lines(&house.db.super_url(), "SELECT head_id::text AS line FROM personal_duties LIMIT 1")[0];
    let meeting = json!({
        "kind": "coordination", "title": "协调会", "at": "2026-06-12T01:00:00Z", "place": "三楼会议室", "body": "整改工作领导组", "chair_name": "组长",
    });
    let path = format!("/rounds/{round}/meetings");
    let meeting = house.request("office", "POST", &path, None, Some(json!({ "meeting": meeting }))).await.ok();
    let meeting = meeting["id"].as_str().unwrap();
    let paths = [
        ("ledger", format!("/rounds/{round}/tasks?limit=200")),
        ("ordered", format!("/rounds/{round}/tasks?limit=200&sort=due")),
        ("chain", format!("/rounds/{round}/chain")),
        ("groups", format!("/rounds/{round}/groups?group=finding")),
        ("units", format!("/rounds/{round}/groups?group=lead")),
        ("lists", format!("/rounds/{round}/lists?limit=30")),
        ("task", format!("/tasks/{task}")),
        ("todo", format!("/rounds/{round}/todo")),
        ("waiting", format!("/rounds/{round}/waiting")),
        ("overview", format!("/rounds/{round}/overview")),
        ("wall", format!("/rounds/{round}/wall")),
        ("schedule", format!("/rounds/{round}/wall/schedule?lead={unit}")),
        ("cockpit", format!("/rounds/{round}/cockpit")),
        ("brief", format!("/rounds/{round}/brief")),
        ("rows of the brief", format!("/rounds/{round}/brief/rows?week=2026-W23&part=owed")),
        ("calendar", format!("/rounds/{round}/calendar?from=2026-06-01&to=2026-06-30")),
        ("search", format!("/rounds/{round}/search?text=%E9%87%87%E8%B4%AD")),
        ("agenda", format!("/meetings/{meeting}")),
        ("notices", "/notices?limit=8".to_owned()),
        ("duties", format!("/rounds/{round}/personal-duties")),
        ("duty acts", format!("/rounds/{round}/personal-duties/acts?head={head}")),
        ("statements", format!("/rounds/{round}/statements?unit={unit}")),
    ];
    let mut found = BTreeMap::new();
    for (name, path) in paths {
        house.get("office", &path).await.ok();
        // The caller is loaded anew once a second, whatever he asks: the least of three is the request's own.
        let mut asked = Vec::new();
        for _ in 0..3 {
            testing::asked();
            house.get("office", &path).await.ok();
            asked.push(testing::asked().iter().filter(|query| !query.contains("must_change_password")).count());
        }
        found.insert(name, asked.into_iter().min().unwrap_or_default());
    }
    found
}

#[actix_web::test]
async fn a_request_takes_as_many_statements_however_many_rows_there_are() {
    let _alone = ALONE.lock().await;
    testing::listen();
    let (small, large) = (House::measured(size(40, 1)).await, House::measured(size(400, 6)).await);
    enter_duties(&small, 1, 1).await;
    enter_duties(&large, 3, 12).await;
    let few = counts(&small).await;
    let many = counts(&large).await;
    assert_eq!(few, many);
    for once in ["ledger", "ordered", "chain", "groups", "units"] {
        assert_eq!(many[once], 1, "{once}");
    }
    // The task, its facts, words, history, files, names, slips, resolutions, and for the office who of the team can verify.
    assert!(many["task"] <= 14, "{many:?}");
    // The list of things to do asks every noun: tasks, checks, slips, meetings, duties, documents, publications, opinions, handovers, systemic problems,
    // rules, appraisals.
    assert!(many["todo"] <= 37, "{many:?}");
    assert!(many.iter().all(|(name, n)| *n <= 24 || *name == "todo"), "{many:?}");
}

#[actix_web::test]
async fn what_is_asked_often_is_prepared_once_and_keeps_its_plan() {
    let _alone = ALONE.lock().await;
    let house = House::measured(size(200, 2)).await;
    multiply(&house, 20);
    let round = round_of(&house).await;
    let after = lines(
        &house.db.super_url(),
        "SELECT ordinal || '_' || id AS line FROM tasks ORDER BY ordinal OFFSET 50 LIMIT 1",
    );
    for n in 0..20 {
        let limit = if n % 2 == 0 { 50 } else { 40 };
        house
            .get("office", &format!("/rounds/{round}/tasks?state=rectifying&limit={limit}&after={}", after[0]))
            .await
            .ok();
    }
    let (kept, made) = house.app.db.read_now(|conn| testing::plans(conn, "lu.name, ll.name")).unwrap();
    assert!(kept >= 10, "{kept} by a kept plan, {made} planned anew");
}

#[actix_web::test]
async fn a_page_and_a_search_never_walk_through_all_tasks() {
    let _alone = ALONE.lock().await;
    let house = House::measured(size(200, 1)).await;
    multiply(&house, 60);
    let round = round_of(&house).await;
    // Heads of one unit, of a branch with those below it, and of the group with all of them; the office sees the round.
    let logins = ["head00019", "head00001", "head00000", "office"];
    let walked = || {
        // What a session did is counted when it ends or rests.
        house.app.db.read_now(testing::flush).unwrap();
        lines(&house.db.super_url(), "SELECT seq_scan::text AS line FROM pg_stat_user_tables WHERE relname = 'tasks'")
            [0]
        .clone()
    };
    let before = walked();
    for login in logins {
        let searches = ["limit=50", "limit=50&text=%E9%87%87%E8%B4%AD", "limit=50&text=%E9%B2%B8%E9%B1%BC"];
        let orders = ["limit=50&sort=due", "limit=50&sort=-due", "limit=50&sort=light"];
        for query in searches.into_iter().chain(orders) {
            // Until the plan is one for any value, and then.
            for _ in 0..8 {
                house.get(login, &format!("/rounds/{round}/tasks?{query}")).await.ok();
            }
            assert_eq!(walked(), before, "{login} {query}");
        }
    }
}

/// Rows of tasks that were looked at so far, by an index or without.
fn looked_at(house: &House) -> i64 {
    house.app.db.read_now(testing::flush).unwrap();
    let sql = "SELECT (seq_tup_read + idx_tup_fetch)::text AS line FROM pg_stat_user_tables WHERE relname = 'tasks'";
    lines(&house.db.super_url(), sql)[0].parse().unwrap()
}

#[actix_web::test]
async fn a_page_in_any_order_costs_as_much_wherever_it_begins() {
    let _alone = ALONE.lock().await;
    let house = House::measured(size(200, 1)).await;
    multiply(&house, 60);
    let round = round_of(&house).await;
    for sort in ["number", "-number", "due", "-due", "light", "-light"] {
        let path = format!("/rounds/{round}/tasks?limit=50&sort={sort}");
        // Somewhere in the middle of twelve thousand.
        let mut after = house.get("office", &path).await.ok()["next"].as_str().unwrap().to_owned();
        for _ in 0..20 {
            let page =
                house.get("office", &format!("{path}&limit=200&after={after}").replace("limit=50&", "")).await.ok();
            page["next"].as_str().unwrap().clone_into(&mut after);
        }
        for from in [String::new(), format!("&after={after}")] {
            let before = looked_at(&house);
            let page = house.get("office", &format!("{path}{from}")).await.ok();
            let cost = looked_at(&house) - before;
            assert_eq!(page["items"].as_array().unwrap().len(), 50);
            assert!((50..=60).contains(&cost), "{sort}{from}: {cost} rows looked at for 50");
        }
    }
}

#[actix_web::test]
async fn the_figures_of_a_round_never_walk_through_all_tasks() {
    let _alone = ALONE.lock().await;
    let house = House::measured(size(200, 2)).await;
    multiply(&house, 60);
    let round = round_of(&house).await;
    let walked = || {
        house.app.db.read_now(testing::flush).unwrap();
        lines(&house.db.super_url(), "SELECT seq_scan::text AS line FROM pg_stat_user_tables WHERE relname = 'tasks'")
            [0]
        .clone()
    };
    let before = walked();
    for path in ["overview", "search?text=%E9%87%87%E8%B4%AD"] {
        for _ in 0..8 {
            house.get("office", &format!("/rounds/{round}/{path}")).await.ok();
        }
        assert_eq!(walked(), before, "{path}");
    }
}

#[actix_web::test]
async fn an_answer_is_bounded_by_its_page() {
    let _alone = ALONE.lock().await;
    let house = House::measured(size(200, 12)).await;
    let round = round_of(&house).await;
    let bytes = |value: &serde_json::Value| value.to_string().len();
    let page = house.get("office", &format!("/rounds/{round}/tasks?limit=50")).await.ok();
    assert_eq!(page["items"].as_array().unwrap().len(), 50);
    assert!(bytes(&page) < 50 * 1_500, "{} bytes", bytes(&page));
    let id =
        lines(&house.db.super_url(), "SELECT id::text AS line FROM tasks WHERE state = 'closed' AND seq > 20 LIMIT 1");
    let task = house.get("office", &format!("/tasks/{}", id[0])).await.ok();
    assert!(bytes(&task) < 64 * 1024, "{} bytes", bytes(&task));
}

#[actix_web::test]
async fn a_history_is_read_in_pages_to_its_beginning() {
    let _alone = ALONE.lock().await;
    let house = House::measured(size(200, 12)).await;
    let row = lines(
        &house.db.super_url(),
        "SELECT id::text || ' ' || seq AS line FROM tasks WHERE state = 'closed' AND seq > 20 ORDER BY seq DESC LIMIT 1",
    );
    let (id, seq) = row[0].split_once(' ').unwrap();
    let seq: i64 = seq.parse().unwrap();
    let task = house.get("office", &format!("/tasks/{id}")).await.ok();
    assert_eq!((task["n_history"].as_i64(), task["history"].as_array().unwrap().len()), (Some(seq), 20));
    let mut read = Vec::new();
    let mut next = Some(seq);
    while let Some(up_to) = next {
        let page = house.get("office", &format!("/tasks/{id}/history?up_to={up_to}&limit=7")).await.ok();
        read.extend(page["items"].as_array().unwrap().iter().map(|line| line["seq"].as_i64().unwrap()));
        next = page["next"].as_i64();
    }
    assert_eq!(read, (1..=seq).rev().collect::<Vec<_>>());
    let beyond = house.get("office", &format!("/tasks/{id}/history?up_to={}&limit=1", seq + 100)).await.ok();
    assert_eq!(beyond["items"][0]["seq"], seq);
    for strange in ["up_to=0", "up_to=-9223372036854775808"] {
        let none = house.get("office", &format!("/tasks/{id}/history?{strange}")).await.ok();
        assert_eq!((none["items"].as_array().unwrap().len(), none["next"].is_null()), (0, true), "{strange}");
    }
}
