//! The two colours and the clock: what is late, from which minute, who is told once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use domain::policy::{AlertLevel, RequestKind};
use domain::task::command::{DraftInput, PlanInput, TaskCommand};
use domain::task::event::TaskEvent;
use domain::task::state::Sensitivity;
use support::cast::{LEAD, SUPPORT};
use support::*;

/// The light a minute before and at the moment.
fn turns(world: &World, before: &str, after: &str) -> ((AlertLevel, Vec<String>), (AlertLevel, Vec<String>)) {
    let light = |time: &str| {
        let world = world.clone().at(time);
        (world.alert().level, world.reasons())
    };
    (light(before), light(after))
}

#[test]
fn a_claim_is_late_when_its_day_is_over() {
    let (before, after) = turns(&World::issued(), "2020-09-04 23:59", "2020-09-05 00:00");
    assert_eq!(before, (AlertLevel::Green, vec![]));
    assert_eq!(after, (AlertLevel::Yellow, vec!["claim-late".to_owned()]));
    assert_eq!(World::issued().alert().changes_at, Some(midnight_after("2020-09-04")));
}

#[test]
fn a_plan_is_late_when_its_day_is_over() {
    let (before, after) = turns(&World::planning(), "2020-09-09 23:59", "2020-09-10 00:00");
    assert_eq!(before.0, AlertLevel::Green);
    assert_eq!(after, (AlertLevel::Yellow, vec!["plan-late".to_owned()]));
    assert_eq!(World::plan_review().at("2020-09-10 00:00").reasons(), Vec::<String>::new(), "it is in");
}

#[test]
fn five_working_days_before_the_due_date_open_milestones_are_a_warning() {
    let mut world = World::ready();
    world.task.as_mut().unwrap().statements.clear();
    // Thursday 31 December 2020; five working days before is Thursday the 24th.
    let (before, after) = turns(&World::rectifying(), "2020-12-23 23:59", "2020-12-24 00:00");
    assert!(!before.1.contains(&"due-soon".to_owned()));
    assert!(after.1.contains(&"due-soon".to_owned()));
    assert!(!world.at("2020-12-24 00:00").reasons().contains(&"due-soon".to_owned()), "all is done there");
}

#[test]
fn a_milestone_that_passed_is_a_warning_and_the_due_date_is_red() {
    let (before, after) = turns(&World::rectifying(), "2020-10-15 23:59", "2020-10-16 00:00");
    assert!(!before.1.contains(&"milestone-late".to_owned()));
    assert!(after.1.contains(&"milestone-late".to_owned()));
    let (before, after) = turns(&World::rectifying(), "2020-12-31 23:59", "2021-01-01 00:00");
    assert!(!before.1.contains(&"overdue".to_owned()));
    assert!(after.1.contains(&"overdue".to_owned()));
    assert_eq!(after.0, AlertLevel::Red);
}

#[test]
fn what_was_about_to_be_late_says_nothing_more_once_it_is() {
    let (before, after) = turns(&World::rectifying(), "2020-12-31 23:59", "2021-01-01 00:00");
    let says = |light: &(AlertLevel, Vec<String>), code: &str| light.1.contains(&code.to_owned());
    assert!(says(&before, "due-soon") && !says(&before, "overdue"));
    assert!(says(&after, "overdue") && !says(&after, "due-soon"));
}

#[test]
fn a_supporting_unit_that_is_late_is_red_and_named() {
    let world = World::rectifying().at("2020-12-01 00:00");
    let alert = world.alert();
    let reason = alert.reasons.iter().find(|r| r.code == "supporting-late").unwrap();
    assert_eq!((reason.unit, reason.on), (Some(SUPPORT), Some(date("2020-11-30"))));
    assert_eq!(alert.level, AlertLevel::Red);
}

#[test]
fn one_missing_statement_is_yellow_two_running_are_red() {
    let world = World::rectifying();
    let (before, after) = turns(&world, "2020-09-11 16:59", "2020-09-11 17:00");
    assert_eq!(before.0, AlertLevel::Green);
    assert_eq!(after, (AlertLevel::Yellow, vec!["statement-missing".to_owned()]));
    let two = world.clone().at("2020-09-18 17:00").alert();
    assert_eq!((two.level, two.reasons[0].code.as_str()), (AlertLevel::Red, "statements-missing-running"));
    assert_eq!(two.reasons[0].weeks, [week("2020-W37"), week("2020-W38")]);
    // One written in between, and they do not run any more.
    let mut broken = world.at("2020-09-18 10:00");
    broken.done(P::Clerk, state_week(LEAD, "2020-W38"));
    assert_eq!(broken.at("2020-09-18 17:00").reasons(), ["statement-missing"]);
}

#[test]
fn a_sustained_task_is_never_overdue_a_late_review_is_yellow() {
    let mut world = World::new().drafted_as(sustained_draft()).and_issued().and_claimed();
    let plan = PlanInput { criteria: world.kept_criteria(), ..PlanInput::default() };
    world.done(P::Clerk, submit_plan(plan));
    let world = world.and_plan_signed();
    let (before, after) = turns(&world, "2020-12-15 23:59", "2020-12-16 00:00");
    assert!(!before.1.contains(&"review-late".to_owned()));
    assert!(after.1.contains(&"review-late".to_owned()));
    assert!(!after.1.contains(&"overdue".to_owned()));
}

#[test]
fn what_is_a_draft_done_or_managed_elsewhere_shows_no_light() {
    assert_eq!(World::drafted().at("2021-06-01 10:00").alert().level, AlertLevel::None);
    assert_eq!(World::observing().at("2021-06-01 10:00").alert().level, AlertLevel::None);
    assert_eq!(World::closed().at("2021-06-01 10:00").alert().level, AlertLevel::None);
    for sensitivity in [Sensitivity::Secret, Sensitivity::Referred] {
        let content = DraftInput { sensitivity: Some(sensitivity), ..draft() };
        World::new().create(P::Office, content.clone()).refused_at("/sensitivity", "placeholder-has-content");
        let empty = DraftInput { measures: Vec::new(), criteria: Vec::new(), ..content };
        let world = World::new().drafted_as(empty).at("2021-06-01 10:00");
        assert_eq!((world.alert().level, world.reasons()), (AlertLevel::None, vec![]));
        assert_ne!(world.with(P::Office, |ctx| ctx.text.title.clone()), draft().title, "not even its title is kept");
    }
}

#[test]
fn each_passing_is_said_once() {
    let mut world = World::rectifying().at("2021-01-04 18:00");
    let events = world.done(P::Clock, TaskCommand::KeepClock);
    let count = |kind: &str| events.iter().filter(|e| e.kind() == kind).count();
    assert_eq!(count("task.milestone_passed"), 3, "each milestone that was not done");
    assert_eq!(count("task.due_date_passed"), 1);
    assert_eq!(count("task.light_changed"), 1);
    // Every week from W37 to W53: that of the National Day ends on Wednesday 30 September, the last one on Thursday
    // 31 December, with its day of grace ending on Monday 4 January at 17:00.
    assert_eq!(count("task.statement_missed"), 17);
    world.when(P::Clock, TaskCommand::KeepClock).then(&[]);
    assert_eq!(world.task().light, AlertLevel::Red);
}

#[test]
fn a_statement_is_missed_one_working_day_after_its_cut_off() {
    let world = World::rectifying();
    // Cut-off on Friday at 17:00, so Monday 14 September at 17:00.
    assert_eq!(world.clone().at("2020-09-14 16:59").ask(P::Clock, TaskCommand::KeepClock).unwrap().events.len(), 1);
    let decision = world.at("2020-09-14 17:00").ask(P::Clock, TaskCommand::KeepClock).unwrap();
    let missed: Vec<_> = decision.events.iter().filter(|e| e.kind() == "task.statement_missed").collect();
    assert!(matches!(missed[..], [TaskEvent::StatementMissed { unit: LEAD, .. }]));
}

#[test]
fn the_clock_names_the_next_moment_it_has_something_to_say() {
    let world = World::issued();
    assert_eq!(world.next_moment(), Some(world.now), "the light of an issued task is not lit yet");
    let mut world = world;
    world.done(P::Clock, TaskCommand::KeepClock);
    assert_eq!(world.next_moment(), Some(midnight_after("2020-09-04")), "then when the claim is late");
    let mut over = World::closed();
    over.task.as_mut().unwrap().light = AlertLevel::None;
    assert_eq!(over.next_moment(), None);
}

#[test]
fn a_task_entered_by_mistake_leaves_with_its_light_out() {
    let mut world = World::rectifying().at("2021-01-04 18:00");
    world.done(P::Clock, TaskCommand::KeepClock);
    assert_eq!(world.task().light, AlertLevel::Red);
    world.done(P::Office, withdraw());
    let events = world.done(P::Principal, sign(world.request(RequestKind::Withdrawal)));
    let last = events.last().unwrap();
    assert!(matches!(last, TaskEvent::LightChanged { from: AlertLevel::Red, to: AlertLevel::None, .. }), "{last:?}");
    assert_eq!((world.task().light, world.alert().level), (AlertLevel::None, AlertLevel::None));
    assert_eq!(world.next_moment(), None, "the clock has nothing more to say");
}

#[test]
fn the_end_of_observation_is_said_and_confirmed_by_the_clock_where_the_round_wants_it() {
    let mut world = World::observing().at("2020-09-25 00:00");
    world.when(P::Clock, TaskCommand::KeepClock).then(&["task.observation_ended"]);
    let mut world = World::observing().policy(|p| p.confirm_by_clock = true).at("2020-09-25 00:00");
    world.when(P::Clock, TaskCommand::KeepClock).then(&["task.observation_ended", "task.confirmed"]);
    let mut world = World::observing().policy(|p| p.confirm_by_clock = true).at("2020-09-25 00:00");
    world.task.as_mut().unwrap().has_failed_check = true;
    let events = world.ask(P::Clock, TaskCommand::KeepClock).unwrap().events;
    assert!(events.iter().all(|e| e.kind() != "task.confirmed"), "not over a failed check");
}

#[test]
fn only_the_clock_keeps_the_clock() {
    for who in P::ALL.iter().filter(|p| **p != P::Clock) {
        let refusal = World::rectifying().ask(*who, TaskCommand::KeepClock).unwrap_err();
        assert_eq!(refusal.code, "not-allowed");
    }
    let refusal = World::rectifying().ask(P::Clock, TaskCommand::Claim).unwrap_err();
    assert_eq!(refusal.code, "not-allowed");
}

#[test]
fn after_the_concentrated_period_a_statement_is_owed_once_a_month() {
    let mut world = World::rectifying();
    world.facts.round.concentrated_until = Some(date("2020-10-31"));
    let owed = |world: &World, until: &str| {
        domain::weekly_statement::owed_weeks(world.task(), LEAD, &world.facts, &world.calendar, at(until))
    };
    let weeks = owed(&world, "2020-12-31 10:00");
    let after: Vec<_> = weeks.into_iter().filter(|w| w.monday() > date("2020-10-31")).collect();
    // The last Fridays: 27 November; in December the cut-off of the last week falls into January's new year's day,
    // so the last one of December is Thursday the 31st.
    assert_eq!(after, [week("2020-W48"), week("2020-W53")]);
}
