//! What a plan is asked about while it is written: each question once, at its place, and none where there is nothing to ask.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says so")]

mod support;

use domain::task::advice::{PlanSketch, SketchedMilestone, advice};
use domain::task::command::TaskCommand;
use support::*;

fn told(world: &World, sketch: &PlanSketch) -> Vec<(String, String)> {
    let today = domain::calendar::today(world.now);
    let notes = world.with(P::Clerk, |ctx| advice(world.task(), ctx.text, sketch, ctx.calendar, today));
    notes.into_iter().map(|n| (n.pointer, n.code)).collect()
}

fn note(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

fn sketched(world: &World, measure: usize, title: &str, due_on: &str) -> SketchedMilestone {
    SketchedMilestone {
        id: None,
        measure: Some(world.task().draft.measures[measure].id),
        title: title.to_owned(),
        proof: Some("清单".to_owned()),
        due_on: Some(date(due_on)),
    }
}

/// Both measures refined, on working days in order: nothing to ask.
fn sound(world: &World) -> PlanSketch {
    PlanSketch {
        milestones: vec![
            sketched(world, 0, "清理完毕", "2020-10-15"),
            sketched(world, 1, "印发办法", "2020-11-16"),
            sketched(world, 0, "抽查归档", "2020-10-20"),
        ],
        criteria: vec!["存量合同全部归档".to_owned()],
        excused: Vec::new(),
    }
}

#[test]
fn a_sound_plan_is_asked_nothing() {
    let world = World::planning();
    assert_eq!(told(&world, &sound(&world)), []);
}

#[test]
fn a_date_is_asked_about_when_it_is_late_past_or_not_worked() {
    let world = World::planning();
    for (on, codes) in [
        ("2021-01-04", vec!["after-due-date"]),
        // A Saturday in the year after, whose holidays are known.
        ("2021-01-02", vec!["after-due-date", "milestone-on-holiday"]),
        ("2020-08-31", vec!["milestone-past"]),
        ("2020-10-17", vec!["milestone-on-weekend"]),
        ("2020-10-05", vec!["milestone-on-holiday"]),
        // A Saturday that is worked.
        ("2020-10-10", vec![]),
        ("2020-12-31", vec![]),
    ] {
        let mut sketch = sound(&world);
        sketch.milestones.truncate(2);
        sketch.milestones[0].due_on = Some(date(on));
        let expected: Vec<_> = codes.iter().map(|code| note("/milestones/0/due_on", code)).collect();
        assert_eq!(told(&world, &sketch), expected, "{on}");
    }
    let mut sketch = sound(&world);
    sketch.milestones[1].due_on = None;
    assert_eq!(told(&world, &sketch), [note("/milestones/1/due_on", "milestone-without-date")]);
}

#[test]
fn a_day_off_is_told_with_the_working_day_before() {
    let world = World::planning();
    let mut sketch = sound(&world);
    sketch.milestones[0].due_on = Some(date("2020-10-05"));
    let today = domain::calendar::today(world.now);
    let notes = world.with(P::Clerk, |ctx| advice(world.task(), ctx.text, &sketch, ctx.calendar, today));
    assert_eq!(notes[0].params["before"], "2020-09-30");
}

#[test]
fn order_counts_within_a_measure_only() {
    let world = World::planning();
    let mut sketch = sound(&world);
    sketch.milestones[2].due_on = Some(date("2020-10-14"));
    assert_eq!(told(&world, &sketch), [note("/milestones/2/due_on", "milestones-out-of-order")]);
    sketch.milestones[2].due_on = sketch.milestones[0].due_on;
    assert_eq!(told(&world, &sketch), [], "two on one day are in order");
}

#[test]
fn what_is_done_keeps_its_date() {
    let mut world = World::planning();
    let plan = world.plan();
    world.done(P::Clerk, TaskCommand::SavePlan(plan));
    let id = world.task().draft.milestones[0].id;
    let mut sketch = sound(&world);
    sketch.milestones[0] =
        SketchedMilestone { id: Some(id), due_on: Some(date("2020-08-31")), ..sketch.milestones[0].clone() };
    assert_eq!(told(&world, &sketch), [note("/milestones/0/due_on", "milestone-past")]);
    let task = world.task.as_mut().unwrap();
    task.done.insert(id, domain::task::state::Done { occurred_on: date("2020-08-31"), at: at("2020-08-31 10:00") });
    assert_eq!(told(&world, &sketch), []);
}

#[test]
fn proof_is_asked_for_where_there_is_something_to_prove() {
    let world = World::planning();
    let mut sketch = sound(&world);
    sketch.milestones[0].proof = None;
    sketch.milestones[1].proof = Some("  ".to_owned());
    let expected = [
        note("/milestones/0/proof", "milestone-without-proof"),
        note("/milestones/1/proof", "milestone-without-proof"),
    ];
    assert_eq!(told(&world, &sketch), expected);
    sketch.milestones[0].title = " ".to_owned();
    assert_eq!(told(&world, &sketch), expected[1..], "what is not written yet needs no proof");
}

#[test]
fn a_measure_without_a_milestone_has_no_proof_unless_it_is_excused() {
    let world = World::planning();
    let mut sketch = sound(&world);
    sketch.milestones.remove(1);
    assert_eq!(told(&world, &sketch), [note("/milestones", "measure-without-proof")]);
    sketch.excused = vec![world.task().draft.measures[1].id];
    assert_eq!(told(&world, &sketch), []);
}

#[test]
fn empty_phrases_are_named_where_they_stand() {
    let mut input = draft();
    input.measures = vec![measure("加强学习，提高思想认识", None), measure("修订办法", None)];
    let world = World::new().drafted_as(input).and_issued().and_claimed();
    let mut sketch = sound(&world);
    sketch.milestones[1].title = "进一步提高管理水平".to_owned();
    sketch.criteria.push("责任意识不断增强".to_owned());
    assert_eq!(
        told(&world, &sketch),
        [
            note("/milestones/1/title", "says-nothing"),
            note("/milestones", "measure-says-nothing"),
            note("/criteria/1/text", "says-nothing"),
        ]
    );
}

#[test]
fn a_plan_without_a_criterion_is_asked_for_one() {
    let world = World::planning();
    let mut sketch = sound(&world);
    sketch.criteria = vec![" ".to_owned()];
    assert_eq!(told(&world, &sketch), [note("/criteria", "criterion-missing")]);
    sketch.criteria.clear();
    assert_eq!(told(&world, &sketch), [note("/criteria", "criterion-missing")]);
}
