//! From the request for closure to the end: dates that move, closure, observation, confirmed, come back, taken off.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use domain::policy::RequestKind;
use domain::task::command::{Action, TaskCommand};
use domain::task::event::TaskEvent;
use domain::task::state::{CompletionStatus, TaskState};
use support::*;

#[test]
fn a_closure_is_told_everything_it_lacks_at_once() {
    let mut world = World::rectifying().at("2020-09-14 10:00");
    world.done(P::Clerk, extension("2021-01-31"));
    let refusal = world.when(P::Clerk, closure("2020-09-14")).refused("closure-not-ready");
    let codes: Vec<_> = refusal.errors.iter().map(|e| e.code.as_str()).collect();
    // Three milestones, one criterion, the statement of W37, the extension.
    assert_eq!(
        codes,
        [
            "milestone-open",
            "milestone-open",
            "milestone-open",
            "criterion-without-evidence",
            "statement-missing",
            "extension-open"
        ]
    );
    assert_eq!(world.lacks(P::Clerk, Action::RequestClosure).unwrap(), codes, "the page is told the same beforehand");
    assert_eq!(refusal.errors[4].params["week"], "2020-W37");
}

#[test]
fn an_open_slip_stands_in_the_way_of_a_closure() {
    let mut world = World::ready();
    world.done(P::Clock, open_slip(1));
    world.done(P::Clock, open_slip(2));
    world.when(P::Office, open_slip(3)).refused("not-allowed");
    world.when(P::Clock, open_slip(1)).refused("wrong-state");
    world.when(P::Clock, close_slip(3)).refused("wrong-state");
    let refusal = world.when(P::Clerk, closure("2020-09-09")).refused("closure-not-ready");
    let said: Vec<_> = refusal.errors.iter().map(|e| domain::labels::say(&e.code, &e.params)).collect();
    assert_eq!(said, ["督办通知单〔2020〕1号未办结", "督办通知单〔2020〕2号未办结"]);
    world.done(P::Clock, close_slip(1));
    world.done(P::Clock, close_slip(2));
    world.done(P::Clerk, closure("2020-09-09"));

    // One that comes while the closure is signed holds what is still to be signed; returning stays open.
    let request = world.request(RequestKind::Closure);
    world.done(P::Head, sign(request));
    world.done(P::Clock, open_slip(4));
    world.when(P::Leader, sign(request)).refused("slip-open-closure");
    world
        .when(P::Office, paper(request, P::Leader.person(), form(&world.hash(RequestKind::Closure), "2020-09-09")))
        .refused("slip-open-closure");
    world.when(P::Leader, give_back(request, "先办结督办单")).then(&[
        "task.signed",
        "task.request_returned",
        "task.closure_returned",
    ]);
}

#[test]
fn a_closure_says_what_came_of_it() {
    let mut world = World::ready();
    let silent =
        TaskCommand::RequestClosure { results: " ".to_owned(), occurred_on: date("2020-09-10"), pledge: false };
    world.when(P::Clerk, silent).refused_for("content", &[("/results", "required"), ("/occurred_on", "in-the-future")]);
    world.when(P::Clerk, closure("2020-09-09")).then(&["task.request_submitted", "task.closure_requested"]);
    assert_eq!(world.state(), TaskState::ClosureReview);
    world.when(P::Clerk, closure("2020-09-09")).refused("wrong-state");
}

#[test]
fn every_open_request_stands_in_the_way_of_a_closure() {
    let mut world = World::ready();
    world.facts.round.is_plan_approved = true;
    world.done(P::Clerk, extension("2021-01-31"));
    let amended = world.amended();
    world.done(P::Clerk, TaskCommand::ProposeAmendment(amended));
    world.done(P::Office, TaskCommand::Reassign(to_new_unit()));
    world.done(P::Office, withdraw());
    assert_eq!(
        world.lacks(P::Clerk, Action::RequestClosure).unwrap(),
        ["extension-open", "amendment-open", "reassignment-open", "withdrawal-open"]
    );
}

#[test]
fn an_extension_goes_forward_and_before_the_day() {
    let mut world = World::rectifying();
    world.when(P::Clerk, extension("2020-12-31")).refused_at("/due_on", "not-later");
    let silent =
        TaskCommand::RequestExtension { due_on: date("2021-01-31"), reason: " ".to_owned(), filed_upward: false };
    world.when(P::Clerk, silent).refused_at("/reason", "required");
    // The due date's last minute, and the first after it.
    let mut last = world.clone().at("2020-12-31 23:59");
    last.done(P::Clerk, extension("2021-01-31"));
    last.when(P::Clerk, extension("2021-02-28")).refused("extension-pending");
    let mut late = world.at("2021-01-01 00:00");
    late.when(P::Clerk, extension("2021-01-31")).refused("due-date-passed");
    assert_eq!(late.lacks(P::Clerk, Action::RequestExtension).unwrap(), ["due-date-passed"]);
}

#[test]
fn a_granted_extension_moves_the_date_and_keeps_the_first() {
    let mut world = World::rectifying();
    world.done(P::Clerk, extension("2021-01-31"));
    let request = world.request(RequestKind::Extension);
    world.done(P::Leader, sign(request));
    world.when(P::Office, sign(request)).then(&["task.signed", "task.request_granted", "task.extended"]);
    assert_eq!(world.task().draft.due_on, Some(date("2021-01-31")));
    assert_eq!(world.task().original_due_on, Some(date("2020-12-31")));
}

#[test]
fn what_has_no_due_date_is_not_extended() {
    let mut world = World::new().drafted_as(sustained_draft()).and_issued().and_claimed();
    let plan = domain::task::command::PlanInput { criteria: world.kept_criteria(), ..Default::default() };
    world.done(P::Clerk, submit_plan(plan));
    let mut world = world.and_plan_signed();
    world.when(P::Clerk, extension("2021-01-31")).refused("no-due-date");
    world.when(P::Office, reset("2021-01-31")).refused("no-due-date");
    assert_eq!(world.lacks(P::Clerk, Action::RequestExtension), None);
}

#[test]
fn after_the_day_only_a_meeting_sets_a_new_one_and_the_delay_stays() {
    let mut world = World::rectifying();
    world.when(P::Office, reset("2021-01-31")).refused("due-date-not-passed");
    world.done(P::Clerk, extension("2021-01-31"));
    let mut world = world.at("2021-01-10 10:00");
    let empty = TaskCommand::ResetDueDate {
        due_on: date("2021-01-10"),
        body: String::new(),
        minutes_number: String::new(),
        reason: String::new(),
    };
    world.when(P::Office, empty).refused_for(
        "content",
        &[
            ("/body", "required"),
            ("/minutes_number", "required"),
            ("/reason", "required"),
            ("/due_on", "not-in-the-future"),
        ],
    );
    // The extension that was asked for in time has lost its ground.
    world.when(P::Office, reset("2021-02-28")).then(&["task.request_voided", "task.due_date_reset"]);
    assert_eq!(world.task().draft.due_on, Some(date("2021-02-28")));
    assert_eq!(world.task().overdue_days_kept, 10, "calendar days");
}

#[test]
fn a_ratified_task_is_observed_for_ten_working_days() {
    let mut world = World::observing();
    assert_eq!(world.task().closed_on, Some(date("2020-09-10")));
    // Ten working days after Thursday 10 September.
    assert_eq!(world.task().observing_until, Some(date("2020-09-24")));
    assert_eq!(world.task().completion_status(), CompletionStatus::Completed);
    world = world.at("2020-09-24 23:59");
    let refusal = world.when(P::Office, TaskCommand::Confirm).refused("observation-running");
    assert_eq!(refusal.errors[0].params["until"], "2020-09-24");
    assert_eq!(world.lacks(P::Team, Action::Confirm).unwrap(), ["observation-running"]);
    world = world.at("2020-09-25 00:00");
    world.when(P::Clerk, TaskCommand::Confirm).refused("not-allowed");
    world.when(P::Team, TaskCommand::Confirm).then(&["task.confirmed"]);
    assert_eq!(world.state(), TaskState::Closed);
}

#[test]
fn with_nothing_to_observe_it_may_be_confirmed_at_once_or_is_by_the_clock() {
    let mut world = World::closure_review().policy(|p| p.observation_working_days = 0).and_ratified("2020-09-10");
    world.when(P::Office, TaskCommand::Confirm).then(&["task.confirmed"]);
    let world = World::closure_review().policy(|p| {
        p.observation_working_days = 0;
        p.confirm_by_clock = true;
    });
    assert_eq!(world.and_ratified("2020-09-10").state(), TaskState::Closed);
}

#[test]
fn a_failed_check_is_decided_before_anything_is_confirmed() {
    let mut world = World::observing().at("2020-09-25 10:00");
    world.task.as_mut().unwrap().has_failed_check = true;
    world.when(P::Office, TaskCommand::Confirm).refused("failed-check-undecided");
    assert_eq!(world.lacks(P::Office, Action::Confirm).unwrap(), ["failed-check-undecided"]);
    assert_eq!(world.reasons(), ["check-failed"]);
}

#[test]
fn what_came_back_starts_over_with_a_new_date_and_its_history() {
    for world in [World::observing(), World::closed()] {
        let mut world = world.at("2020-10-20 10:00");
        let empty = TaskCommand::Reopen { reason: " ".to_owned(), due_on: date("2020-09-01") };
        world
            .when(P::Office, empty)
            .refused_for("content", &[("/reason", "required"), ("/due_on", "not-in-the-future")]);
        world.when(P::Clerk, reopen("2021-03-31")).refused("not-allowed");
        world.when(P::Team, reopen("2021-03-31")).then(&["task.reopened"]);
        let task = world.task();
        assert_eq!(task.state, TaskState::Rectifying);
        assert_eq!((task.closed_on, task.observing_until, task.reopenings), (None, None, 1));
        assert_eq!(task.progress().0, 0, "every milestone is to be done again");
        assert_eq!(task.original_due_on, Some(date("2020-12-31")));
        assert_eq!(task.reporting.iter().filter(|s| s.until.is_none()).count(), 1, "statements are owed again");
        // Milestones dated before it came back are no lateness of today; the new due date binds.
        let past = task.milestones().iter().filter(|m| m.due_on < task.reopened_on).count();
        assert!(past > 0 && task.milestones().iter().all(|m| !task.is_late(m, date("2020-12-01"))));
        assert!(!world.reasons().contains(&"milestone-late".to_owned()), "{:?}", world.reasons());
    }
}

#[test]
fn a_sustained_task_that_came_back_gets_a_review_date() {
    let mut world = World::new().drafted_as(sustained_draft()).and_issued().and_claimed();
    let plan = domain::task::command::PlanInput { criteria: world.kept_criteria(), ..Default::default() };
    world.done(P::Clerk, submit_plan(plan));
    let world = world.and_plan_signed().and_worked("2020-09-08").and_closure_requested("2020-09-08");
    let mut world = world.and_ratified("2020-09-09");
    assert_eq!(world.task().completion_status(), CompletionStatus::Sustained);
    let events = world.done(P::Office, reopen("2021-03-31"));
    assert!(matches!(&events[0], TaskEvent::Reopened { due_on: None, review_on: Some(_), .. }));
    assert_eq!((world.task().draft.due_on, world.task().draft.review_on), (None, Some(date("2021-03-31"))));
}

#[test]
fn what_was_entered_by_mistake_is_withdrawn_by_the_principal_and_stays_visible() {
    let mut world = World::closure_review();
    world.when(P::Clerk, withdraw()).refused("not-allowed");
    world.when(P::Office, TaskCommand::RequestWithdrawal { reason: " ".to_owned() }).refused_at("/reason", "required");
    world.done(P::Office, withdraw());
    world.when(P::Office, withdraw()).refused("withdrawal-pending");
    let request = world.request(RequestKind::Withdrawal);
    world.when(P::Principal, sign(request)).then(&[
        "task.signed",
        "task.request_granted",
        "task.request_voided",
        "task.withdrawn",
    ]);
    assert_eq!(world.state(), TaskState::Withdrawn);
    assert!(world.task().requests.iter().all(|r| !r.request.is_open()));
    for who in P::ALL {
        assert!(world.open_acts(*who).is_empty(), "{who:?} still has something to do");
    }
}

#[test]
fn the_status_follows_the_state_and_the_four_cover_everything() {
    let stages = [
        (World::issued(), CompletionStatus::NotStarted),
        (World::planning(), CompletionStatus::NotStarted),
        (World::plan_review(), CompletionStatus::NotStarted),
        (World::rectifying(), CompletionStatus::InProgress),
        (World::closure_review(), CompletionStatus::InProgress),
        (World::observing(), CompletionStatus::Completed),
        (World::closed(), CompletionStatus::Completed),
    ];
    for (world, status) in stages {
        assert_eq!(world.task().completion_status(), status, "{:?}", world.state());
    }
}
