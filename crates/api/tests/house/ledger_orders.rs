//! The ledger in its orders and groups: page after page is the whole list once, in the order PostgreSQL says when it is asked plainly, and the
//! subtotals of groups are those of their rows.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeMap;

use persistence::dataset::Size;
use persistence::testing::{self, lines};
use serde_json::Value;
use support::House;

/// Tasks in every state, their changes spread over some days so that several share a moment, some without a date or a unit.
async fn house() -> (House, String) {
    let house = House::measured(Size { tasks: 90, statements: 90, events: 2_000, ..Size::TINY }).await;
    let sql = "SET session_replication_role = replica; \
        UPDATE tasks SET updated_at = updated_at - (ordinal % 7) * interval '1 day' - (ordinal % 3) * interval '1 microsecond'; \
        UPDATE tasks SET due_on = NULL, review_on = NULL WHERE ordinal % 11 = 0; \
        UPDATE tasks SET alert_level = (ARRAY['red', 'yellow', 'green', 'none'])[ordinal % 4 + 1]; \
        UPDATE tasks SET lead_unit_id = NULL WHERE ordinal % 17 = 0; \
        SELECT recount_tasks()";
    testing::run(&house.db.super_url(), sql).unwrap();
    let round = lines(&house.db.super_url(), "SELECT id::text AS line FROM rounds")[0].clone();
    (house, round)
}

/// Every id of a list, page by page.
async fn read(house: &House, who: &str, path: &str, limit: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after = String::new();
    loop {
        let page = house.get(who, &format!("{path}&limit={limit}{after}")).await.ok();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        ids.extend(items.iter().map(|i| i["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return ids,
        }
    }
}

#[actix_web::test]
async fn pages_of_every_order_are_the_whole_list_once() {
    let (house, round) = house().await;
    let orders = [
        ("number", "ordinal"),
        (
            "due",
            "CASE WHEN due_on IS NOT NULL THEN due_on WHEN review_on IS NOT NULL THEN review_on ELSE 'infinity' END",
        ),
        ("light", "array_position(ARRAY['red', 'yellow', 'green', 'none'], alert_level)"),
    ];
    for (sort, plainly) in orders {
        for (sign, way) in [("", "ASC"), ("-", "DESC")] {
            let sql = format!("SELECT id::text AS line FROM tasks ORDER BY {plainly} {way}, ordinal {way}, id {way}");
            let expected = lines(&house.db.super_url(), &sql);
            let path = format!("/rounds/{round}/tasks?sort={sign}{sort}");
            assert_eq!(read(&house, "office", &path, 7).await, expected, "{sign}{sort}");
            // Whoever sees a part sees it in the same order.
            let own = read(&house, "head00001", &path, 3).await;
            let whole: Vec<_> = expected.iter().filter(|id| own.contains(id)).cloned().collect();
            assert!(own.len() > 3, "the head of a branch sees some");
            assert_eq!(own, whole, "{sign}{sort} as the head of a branch");
            let red = read(&house, "office", &format!("{path}&light=red,yellow&closed=false"), 5).await;
            let narrowed: Vec<_> = expected.iter().filter(|id| red.contains(id)).cloned().collect();
            assert!(!red.is_empty());
            assert_eq!(red, narrowed, "{sign}{sort} narrowed");
        }
    }
}

#[actix_web::test]
async fn what_is_no_order_and_no_place_in_it_is_refused() {
    let (house, round) = house().await;
    let next = house.get("office", &format!("/rounds/{round}/tasks?limit=5&sort=due")).await.ok()["next"].clone();
    let next = next.as_str().unwrap();
    for wrong in ["sort=title", "sort=--due", "sort=", &format!("sort=light&after={next}"), &format!("after={next}")] {
        house.get("office", &format!("/rounds/{round}/tasks?{wrong}")).await.refused(422, "content");
    }
    for wrong in ["group=aspect", "finding=x", "lead=x"] {
        house.get("office", &format!("/rounds/{round}/groups?{wrong}")).await.refused(422, "content");
    }
    let many = vec![uuid::Uuid::nil().to_string(); 101].join(",");
    house.get("office", &format!("/rounds/{round}/tasks?finding={many}")).await.refused(422, "content");
}

/// The figures of a group, counted from its rows.
fn figures(rows: &[&Value]) -> (i64, i64, i64, i64) {
    let count = |holds: &dyn Fn(&Value) -> bool| i64::try_from(rows.iter().filter(|r| holds(r)).count()).unwrap();
    let is_live = |r: &Value| r["state"] != "withdrawn";
    let measures = rows.iter().filter(|r| is_live(r)).map(|r| r["n_measures"].as_i64().unwrap()).sum();
    let closed = |r: &Value| r["state"] == "observing" || r["state"] == "closed";
    (count(&|_| true), count(&is_live), measures, count(&closed))
}

#[actix_web::test]
async fn subtotals_are_those_of_the_rows_whoever_asks_and_whatever_is_left_out() {
    let (house, round) = house().await;
    let mut compared = 0;
    for who in ["office", "head00001"] {
        for filter in ["", "&closed=false", "&light=red", "&text=%E9%87%87%E8%B4%AD"] {
            let rows = house.get(who, &format!("/rounds/{round}/tasks?limit=200{filter}")).await.ok();
            let rows = rows["items"].as_array().unwrap();
            for (by, key) in [("finding", "finding_id"), ("lead", "lead_unit_id")] {
                let mut expected: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
                for row in rows {
                    expected.entry(row[key].to_string()).or_default().push(row);
                }
                let groups = house.get(who, &format!("/rounds/{round}/groups?group={by}{filter}")).await.ok();
                let groups = groups.as_array().unwrap();
                assert_eq!(groups.len(), expected.len(), "{who} {by} {filter}");
                for group in groups {
                    let told = ["rows", "tasks", "measures", "closed"].map(|name| group[name].as_i64().unwrap());
                    let counted = figures(&expected[&group["id"].to_string()]);
                    assert_eq!(told, [counted.0, counted.1, counted.2, counted.3], "{who} {by} {filter}: {group}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 60, "{compared} groups compared");
}

#[actix_web::test]
async fn the_rows_of_groups_are_asked_for_by_their_findings_or_their_lead_units() {
    let (house, round) = house().await;
    for (by, param) in [("finding", "finding"), ("lead", "lead")] {
        let groups = house.get("office", &format!("/rounds/{round}/groups?group={by}")).await.ok();
        let groups = groups.as_array().unwrap();
        let some: Vec<_> = groups.iter().rev().take(3).collect();
        let ids: Vec<&str> = some.iter().map(|g| g["id"].as_str().unwrap_or("none")).collect();
        let n: i64 = some.iter().map(|g| g["rows"].as_i64().unwrap()).sum();
        let rows = read(&house, "office", &format!("/rounds/{round}/tasks?{param}={}", ids.join(",")), 100).await;
        assert_eq!(i64::try_from(rows.len()).unwrap(), n, "{by}");
    }
    let groups = house.get("office", &format!("/rounds/{round}/groups?group=lead")).await.ok();
    assert!(groups.as_array().unwrap().iter().any(|g| g["id"].is_null()), "tasks without a lead unit are a group");
}
