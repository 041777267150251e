//! The data sets that measuring rests on are true: chains hold, rows are their replay, what is counted is there.

#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

use chrono::{DateTime, Utc};
use persistence::dataset::{self, Size};
use persistence::testing::{TestDatabase, lines};
use persistence::{events, tasks};

fn moment() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-06-10T02:00:00Z").unwrap().to_utc()
}

#[test]
fn a_data_set_is_what_its_events_make_and_has_what_it_says() {
    let db = TestDatabase::new();
    let made = dataset::fill(&db.owner_url(), Size::TINY, 1, "no password", moment()).unwrap();
    assert_eq!((made.tasks, made.statements), (200, 2_000));
    assert!(made.events.abs_diff(6_000) < 120, "{} events", made.events);
    let count = |sql: &str| -> usize { lines(&db.super_url(), sql)[0].parse().unwrap() };
    assert_eq!(count("SELECT count(*)::text AS line FROM weekly_statements"), 2_000);
    assert_eq!(count("SELECT count(*)::text AS line FROM events WHERE stream_kind = 'task'"), made.events);
    assert_eq!(count("SELECT count(*)::text AS line FROM units"), 20);
    assert_eq!(count("SELECT count(DISTINCT state)::text AS line FROM tasks"), 8);
    // Every event has its place in the one order.
    assert_eq!(count("SELECT (max(position) - count(*))::text AS line FROM event_positions"), 0);
    assert_eq!(
        count("SELECT count(*)::text AS line FROM events"),
        count("SELECT count(*)::text AS line FROM event_positions")
    );
    db.database()
        .read_now(|conn| {
            for id in tasks::ids(conn)? {
                assert_eq!(events::first_broken(conn, "task", id.0)?, None);
                assert_eq!(tasks::replay(conn, id)?, Some(tasks::snapshot(conn, id)?));
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_same_seed_makes_the_same_set() {
    let tasks = |seed: u64| {
        let db = TestDatabase::new();
        let size = Size { tasks: 40, statements: 200, events: 800, ..Size::TINY };
        dataset::fill(&db.owner_url(), size, seed, "no password", moment()).unwrap();
        lines(
            &db.super_url(),
            "SELECT concat_ws(' ', id, number, title, state, due_on, lead_unit_id, seq, alert_level) AS line FROM tasks ORDER BY ordinal",
        )
    };
    let first = tasks(5);
    assert_eq!(first.len(), 40);
    assert!(first == tasks(5), "a second set differs");
    assert!(first != tasks(6), "another seed makes the same");
}
