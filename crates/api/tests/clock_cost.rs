//! What a look of the clock costs: as many statements as things are due, however many tasks there are, and never a walk through all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says so")]

mod support;

use persistence::dataset::Size;
use persistence::testing::{self, lines, run};
use support::House;

/// Statements of one turn with nothing due, and of the turns that look at five tasks.
async fn cost(tasks: usize) -> (usize, usize) {
    let house = House::measured(Size { tasks, statements: tasks, events: tasks * 12, ..Size::TINY }).await;
    house.keep_clock().await;
    // The last checkpoint is written once a second has gone by since the one before.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    house.keep_clock().await;
    run(&house.db.super_url(), "ANALYZE").unwrap();
    let walked = || {
        house.app.db.read_now(testing::flush).unwrap();
        let sql = "SELECT relname || ' ' || seq_scan AS line FROM pg_stat_user_tables \
                   WHERE relname IN ('tasks', 'due_acts', 'events', 'notifications') ORDER BY 1";
        lines(&house.db.super_url(), sql)
    };
    testing::asked();
    assert!(!api::jobs::turn(&house.app).await.unwrap(), "nothing is due");
    let idle = testing::asked().len();
    for round in 0..8 {
        // Tasks at work of which the clock has nothing new to say: what it costs to look is the same for each.
        let due = format!(
            "UPDATE due_acts SET due_at = '2026-06-09 00:00:0{round}+00' WHERE (act, subject_id, due_at) IN ( \
                 SELECT d.act, d.subject_id, d.due_at FROM due_acts d JOIN tasks t ON t.id = d.subject_id \
                 WHERE t.state = 'rectifying' AND d.done_at IS NULL ORDER BY t.ordinal LIMIT 5 OFFSET {}); \
             SELECT pg_stat_force_next_flush()",
            round * 5
        );
        // What this walks through itself is counted before anything is looked at.
        run(&house.db.super_url(), &due).unwrap();
        let before = walked();
        testing::asked();
        let mut looks = 0;
        while api::jobs::turn(&house.app).await.unwrap() {
            looks += 1;
        }
        assert_eq!(looks, 5);
        let asked = testing::asked().len();
        // Few rows may well be read one after the other.
        let after = walked();
        assert!(tasks < 1_000 || before == after, "{before:?} and then {after:?}");
        if round == 7 {
            return (idle, asked);
        }
    }
    unreachable!("the last round returns")
}

#[actix_web::test]
async fn a_look_of_the_clock_costs_what_is_due_however_many_tasks_there_are() {
    testing::listen();
    let (few, many) = (cost(200).await, cost(2_000).await);
    println!("statements of the clock, nothing due and five due: {few:?} with 200 tasks, {many:?} with 2 000");
    assert_eq!(few, many);
    let (idle, five) = many;
    assert!(idle <= 8, "{idle} statements for nothing");
    assert_eq!((five - idle) % 5, 0, "each look costs the same");
}
