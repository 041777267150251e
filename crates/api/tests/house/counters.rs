//! Counts that are kept answer as counts over the tasks do, whoever asks for whatever part; that the counters themselves are those of a recount
//! is looked at when any test's house is left.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says so")]

use crate::support;

use domain::actor::Actor;
use domain::ids::RoundId;
use persistence::counts::{self, Counts};
use persistence::ledger::Filter;
use persistence::testing::{self, lines};
use serde_json::{Value, json};
use support::House;
use uuid::Uuid;

/// Every filter that counters answer: the round, each unit, aspect and finding, and units with each of those.
fn filters(house: &House) -> Vec<Filter> {
    let ids = |sql: &str| -> Vec<Option<Uuid>> {
        let found = lines(&house.db.super_url(), sql);
        std::iter::once(None).chain(found.iter().map(|id| Some(id.parse().unwrap()))).collect()
    };
    let units = ids("SELECT id::text AS line FROM units");
    let aspects = ids("SELECT id::text AS line FROM aspects");
    let findings = ids("SELECT id::text AS line FROM findings");
    // Nobody's id, and the round's, which is neither a unit nor a finding.
    let round = lines(&house.db.super_url(), "SELECT id::text AS line FROM rounds")[0].parse().ok();
    let mut all = Vec::new();
    for strange in [Some(Uuid::nil()), round] {
        all.push(Filter { unit: strange, ..Filter::default() });
        all.push(Filter { aspect: strange, ..Filter::default() });
        all.push(Filter { finding: strange, ..Filter::default() });
    }
    for unit in units {
        all.extend(aspects.iter().map(|aspect| Filter { unit, aspect: *aspect, ..Filter::default() }));
        all.extend(findings.iter().map(|finding| Filter { unit, finding: *finding, ..Filter::default() }));
    }
    all
}

/// Compares every one of them, and answers the counts of the whole round.
async fn agreed(house: &House) -> Counts {
    let round = RoundId(house.round().await.parse().unwrap());
    let db = house.db.database();
    let mut compared = 0;
    for filter in filters(house) {
        let (kept, counted) = db
            .read_now(|conn| {
                Ok((
                    counts::count(conn, &Actor::System, round, &filter)?,
                    counts::recount(conn, &Actor::System, round, &filter)?,
                ))
            })
            .unwrap();
        assert_eq!(kept, counted, "{filter:?}");
        compared += usize::from(kept.tasks > 0);
    }
    println!("{compared} filters with tasks compared");
    assert!(compared > 60);
    db.read_now(|conn| counts::count(conn, &Actor::System, round, &Filter::default())).unwrap()
}

async fn task_ids(house: &House) -> Vec<String> {
    let round = house.round().await;
    let page = house.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
    page["items"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn what_is_kept_is_what_a_recount_finds() {
    let house = House::new().await;
    let drafts = agreed(&house).await;
    assert_eq!((drafts.aspects, drafts.findings, drafts.tasks, drafts.measures, drafts.draft), (7, 24, 60, 120, 60));

    let all = task_ids(&house).await;
    for id in all.iter().take(30) {
        house.act("p072", id, "issue", json!({})).await.ok();
    }
    let issued = agreed(&house).await;
    assert_eq!((issued.tasks, issued.draft), (60, 30));

    // Time passes, lights change.
    house.pass_days(200);
    house.keep_clock().await;
    let late = agreed(&house).await;
    assert!(late.red > 0, "{late:?}");
}

#[actix_web::test]
async fn a_finding_leaves_the_chain_with_its_last_task() {
    let house = House::new().await;
    let finding = lines(
        &house.db.super_url(),
        "SELECT finding_id::text AS line FROM tasks GROUP BY 1 ORDER BY count(*), 1 LIMIT 1",
    );
    let of_it = |sql: &str| lines(&house.db.super_url(), &format!("{sql} WHERE finding_id = '{}'", finding[0]));
    let n: i64 = of_it("SELECT count(*)::text AS line FROM tasks")[0].parse().unwrap();
    // As the withdrawal of each would leave them.
    testing::run(
        &house.db.super_url(),
        &format!("UPDATE tasks SET state = 'withdrawn' WHERE finding_id = '{}'", finding[0]),
    )
    .unwrap();
    let left = agreed(&house).await;
    assert_eq!((left.findings, left.tasks), (23, 60 - n));
    testing::run(
        &house.db.super_url(),
        &format!("UPDATE tasks SET state = 'draft' WHERE finding_id = '{}'", finding[0]),
    )
    .unwrap();
    assert_eq!(agreed(&house).await.findings, 24);
}

#[actix_web::test]
async fn a_unit_that_moves_takes_its_counts_along() {
    let house = House::new().await;
    let units = house.get("p072", "/units").await.ok();
    let units = units.as_array().or_else(|| units["items"].as_array()).unwrap().clone();
    let with_tasks = lines(
        &house.db.super_url(),
        "SELECT x.unit_id::text AS line FROM task_units x JOIN units u ON u.id = x.unit_id \
         WHERE cardinality(u.path) > 1 AND NOT EXISTS (SELECT FROM units b WHERE b.parent_id = u.id) \
         GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    );
    let moved = &with_tasks[0];
    let counts_of = |unit: &str| -> Vec<String> {
        lines(
            &house.db.super_url(),
            &format!(
                "SELECT n_tasks::text AS line FROM task_counters WHERE scope_id = '{unit}' AND part_id = round_id"
            ),
        )
    };
    let own: i64 = counts_of(moved)[0].parse().unwrap();
    let new_parent = units
        .iter()
        .map(|u| u["id"].as_str().unwrap())
        .find(|u| *u != moved && counts_of(u).is_empty())
        .expect("a unit without tasks");
    testing::run(
        &house.db.super_url(),
        &format!(
            "UPDATE units SET parent_id = '{new_parent}', path = (SELECT path FROM units WHERE id = '{new_parent}') || id WHERE id = '{moved}'"
        ),
    )
    .unwrap();
    assert_eq!(counts_of(new_parent), [own.to_string()]);
    agreed(&house).await;
}

#[actix_web::test]
async fn many_at_once_leave_no_difference() {
    let house = House::new().await;
    let all = task_ids(&house).await;
    for id in &all {
        house.act("p072", id, "issue", json!({})).await.ok();
    }
    // Each task's state is written to and fro by connections that know nothing of each other, two tasks a transaction in either order.
    let url = house.db.url();
    let workers: Vec<_> = (0..8)
        .map(|worker: usize| {
            let (url, all) = (url.clone(), all.clone());
            std::thread::spawn(move || {
                for turn in 0..25 {
                    let (a, b) =
                        (&all[(worker * 7 + turn) % all.len()], &all[(worker * 11 + turn * 3 + 1) % all.len()]);
                    // Rows in one order, as commands on several tasks take them; their counters come in any.
                    let (first, second) = if a < b { (a, b) } else { (b, a) };
                    let level = ["red", "yellow", "green"][(worker + turn) % 3];
                    testing::run(
                        &url,
                        &format!(
                            "BEGIN; SELECT 1 FROM tasks WHERE id IN ('{first}', '{second}') ORDER BY id FOR UPDATE; \
                             UPDATE tasks SET alert_level = '{level}', n_measures = n_measures + 1 WHERE id = '{a}'; \
                             UPDATE tasks SET completion_status = 'in_progress' WHERE id = '{b}'; COMMIT"
                        ),
                    )
                    .unwrap();
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
    let measures = agreed(&house).await.measures;
    assert_eq!(measures, 120 + 8 * 25);
}

#[actix_web::test]
async fn the_round_reads_the_same_chain_as_its_list() {
    let house = House::new().await;
    let round = house.round().await;
    let chain: Value = house.get("p072", &format!("/rounds/{round}/chain")).await.ok();
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let aspects = aspects.as_array().unwrap().clone();
    let findings: Vec<&Value> = aspects.iter().flat_map(|a| a["findings"].as_array().unwrap()).collect();
    let tasks: i64 = findings.iter().map(|f| f["n_tasks"].as_i64().unwrap()).sum();
    assert_eq!(chain["aspects"], aspects.len());
    assert_eq!(chain["findings"], findings.len());
    assert_eq!(chain["tasks"], tasks);
}
