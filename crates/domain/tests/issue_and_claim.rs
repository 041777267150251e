//! From the draft to the claim: what the office enters, what it may issue, who takes it on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use domain::ids::{MeasureId, PersonId};
use domain::task::command::{Action, CriterionInput, DraftInput, MilestoneInput, SupportingInput, TaskCommand};
use domain::task::event::TaskEvent;
use domain::task::state::{Disposition, Sensitivity, TaskState};
use support::cast::{LEAD, SECOND_UNIT};
use support::*;

#[test]
fn the_office_enters_a_task_as_a_draft() {
    let world = World::drafted();
    let task = world.task();
    assert_eq!(task.state, TaskState::Draft);
    assert_eq!((task.lead_unit(), task.lead_leader()), (Some(LEAD), Some(P::Leader.person())));
    let numbers: Vec<_> = task.draft.measures.iter().map(|m| m.number.as_str()).collect();
    assert_eq!(numbers, ["T01-1", "T01-2"], "a measure without a number takes the task's");
    assert_eq!((task.seq, task.version), (1, 1));
}

#[test]
fn only_the_office_of_the_round_enters_a_task() {
    for who in [P::Team, P::Head, P::Leader, P::Principal, P::Admin, P::Checker, P::Clock] {
        World::new().create(who, draft()).refused("not-allowed");
    }
}

#[test]
fn a_task_without_a_criterion_takes_the_default_of_the_round_marked_as_such() {
    let world = World::new().drafted_as(DraftInput { criteria: Vec::new(), ..draft() });
    let criteria = &world.task().draft.criteria;
    assert_eq!(criteria.len(), 1);
    assert!(criteria[0].defaulted);
    world.with(P::Office, |ctx| assert_eq!(ctx.text.criteria[0].text, world.facts.policy.default_criterion));
}

#[test]
fn what_is_empty_too_long_or_marked_secret_is_refused_with_its_place() {
    let input = DraftInput {
        number: " ".to_owned(),
        title: "长".repeat(4_001),
        objective: Some("机密".to_owned()),
        measures: vec![measure("", None)],
        criteria: vec![CriterionInput { id: None, text: "★".to_owned() }],
        milestones: vec![milestone(" ", "2020-10-15")],
        ..draft()
    };
    World::new().create(P::Office, input).refused_for(
        "content",
        &[
            ("/number", "required"),
            ("/title", "too-long"),
            ("/objective", "classified"),
            ("/measures/0/text", "required"),
            ("/criteria/0/text", "classified"),
            ("/milestones/0/title", "required"),
        ],
    );
}

#[test]
fn the_longest_text_that_is_taken_has_four_thousand_characters() {
    World::new().drafted_as(DraftInput { title: "长".repeat(4_000), ..draft() });
}

#[test]
fn nobody_is_named_twice_and_no_unit_both_answers_and_supports() {
    let input = DraftInput {
        leaders: vec![P::Leader.person(), P::Leader.person()],
        units: vec![LEAD, SECOND_UNIT, LEAD],
        persons: vec![P::Clerk.person(), P::Head.person(), P::Clerk.person()],
        supporting: vec![SupportingInput { unit: SECOND_UNIT, duty: String::new(), due_on: None }],
        ..draft()
    };
    World::new().create(P::Office, input).refused_for(
        "content",
        &[
            ("/leaders/1", "repeated"),
            ("/units/2", "repeated"),
            ("/persons/2", "repeated"),
            ("/supporting/0/unit", "already-responsible"),
        ],
    );
}

#[test]
fn a_sustained_task_has_no_due_date() {
    let input = DraftInput { due_on: Some(date("2020-12-31")), ..sustained_draft() };
    World::new().create(P::Office, input).refused_at("/due_on", "sustained-has-no-due-date");
}

#[test]
fn a_draft_is_revised_but_keeps_its_number() {
    let mut world = World::drafted();
    let first = world.measure(0);
    let mut input = draft();
    input.measures[0].id = Some(first);
    input.measures[1].id = Some(MeasureId(uuid(77)));
    input.title = "合同归档严重不及时".to_owned();
    world.when(P::Office, TaskCommand::Revise(Box::new(input))).then(&["task.revised"]);
    assert_eq!(world.measure(0), first, "what is known keeps its id");
    assert_ne!(world.measure(1), MeasureId(uuid(77)), "an id of another task is not taken over");
    let renumbered = DraftInput { number: "T02".to_owned(), ..draft() };
    world.when(P::Office, TaskCommand::Revise(Box::new(renumbered))).refused_at("/number", "number-fixed");
}

#[test]
fn only_a_draft_is_revised() {
    World::issued().when(P::Office, TaskCommand::Revise(Box::new(draft()))).refused("wrong-state");
    World::drafted().when(P::Team, TaskCommand::Revise(Box::new(draft()))).refused("not-allowed");
}

#[test]
fn issuing_gives_three_working_days_to_claim() {
    let mut world = World::drafted();
    let events = world.when(P::Office, issue()).then(&["task.issued"]);
    // Tuesday 1 September; the third working day after it is Friday the fourth.
    let TaskEvent::Issued { claim_due_on, due_on, .. } = &events[0] else { panic!() };
    assert_eq!((*claim_due_on, *due_on), (date("2020-09-04"), Some(date("2020-12-31"))));
    assert_eq!(world.task().original_due_on, Some(date("2020-12-31")));
    assert_eq!(world.state(), TaskState::Issued);
}

#[test]
fn an_immediate_correction_is_due_fifteen_days_after_issue_unless_dated() {
    let world = World::new().drafted_as(immediate_draft()).and_issued();
    assert_eq!(world.task().draft.due_on, Some(date("2020-09-16")));
    let dated = DraftInput { due_on: Some(date("2020-09-10")), ..immediate_draft() };
    let world = World::new().drafted_as(dated).and_issued();
    assert_eq!(world.task().draft.due_on, Some(date("2020-09-10")));
}

#[test]
fn an_empty_draft_is_told_everything_it_lacks_at_once() {
    let input = DraftInput {
        disposition: None,
        leaders: Vec::new(),
        units: Vec::new(),
        persons: Vec::new(),
        supporting: Vec::new(),
        due_on: None,
        measures: Vec::new(),
        doubts: 2,
        ..draft()
    };
    let mut world = World::new().drafted_as(input);
    world.when(P::Office, issue()).refused_for(
        "draft-incomplete",
        &[
            ("/doubts", "doubts-unsettled"),
            ("/disposition", "required"),
            ("/leaders", "lead-leader-missing"),
            ("/units", "lead-unit-missing"),
            ("/persons", "principal-person-missing"),
            ("/measures", "measure-missing"),
            ("/due_on", "due-date-missing"),
        ],
    );
    let lacks = world.lacks(P::Office, Action::Issue).unwrap();
    assert_eq!(lacks.len(), 7, "the page is told the same");
}

#[test]
fn a_sustained_task_needs_a_review_date_to_be_issued() {
    let mut world = World::new().drafted_as(DraftInput { review_on: None, ..sustained_draft() });
    world.when(P::Office, issue()).refused_for("draft-incomplete", &[("/review_on", "review-date-missing")]);
    let world = World::new().drafted_as(sustained_draft()).and_issued();
    assert_eq!(world.task().draft.due_on, None);
}

#[test]
fn nothing_is_issued_before_the_round_is_active() {
    let mut world = World::drafted();
    world.facts.round.is_active = false;
    world.when(P::Office, issue()).refused("round-not-active");
    assert_eq!(world.lacks(P::Office, Action::Issue).unwrap(), ["round-not-active"]);
}

#[test]
fn a_due_date_not_after_issue_needs_a_reason() {
    let mut world = World::new().drafted_as(DraftInput { due_on: Some(date("2020-09-01")), ..draft() });
    world.when(P::Office, issue()).refused_at("/reason", "due-date-not-after-issue");
    let blank = TaskCommand::Issue { reason: Some("  ".to_owned()) };
    world.when(P::Office, blank).refused_at("/reason", "due-date-not-after-issue");
    let reason = TaskCommand::Issue { reason: Some("先改先办".to_owned()) };
    let events = world.when(P::Office, reason).then(&["task.issued"]);
    assert!(matches!(&events[0], TaskEvent::Issued { late_reason: Some(_), .. }));
}

#[test]
fn a_draft_is_the_business_of_the_office_alone() {
    let world = World::drafted();
    for who in P::ALL.iter().filter(|p| !matches!(p, P::Office | P::Office2 | P::Office3)) {
        let refusal = world.ask(*who, issue()).unwrap_err();
        assert_eq!(refusal.code, "not-allowed", "{who:?}");
    }
}

#[test]
fn what_was_finished_before_the_product_came_enters_as_closed_and_is_marked() {
    let mut world = World::drafted();
    let on = date("2020-06-30");
    let close = |on, basis: &str| TaskCommand::CloseBeforeGolive {
        on,
        basis: basis.to_owned(),
        vouched_by: P::Leader.person(),
    };
    world.when(P::Office, close(date("2020-09-02"), "党发〔2020〕3号")).refused_at("/on", "in-the-future");
    world.when(P::Office, close(on, " ")).refused_at("/basis", "required");
    world.when(P::Office, close(on, "党发〔2020〕3号")).then(&["task.closed_before_golive"]);
    assert_eq!(world.state(), TaskState::Closed);
    assert!(world.task().is_closed_before_golive);
    assert_eq!(world.task().closed_on, Some(on));
    assert!(world.task().requests.is_empty(), "it carries no signature");
    let n = u32::try_from(world.task().milestones().len()).unwrap();
    assert!(n > 0);
    assert_eq!(world.task().progress(), (n, n), "nobody reports its milestones any more: it is whole");
}

#[test]
fn clerk_or_head_of_the_lead_unit_claims_and_then_plans_within_five_working_days() {
    for who in [P::Clerk, P::Head] {
        let mut world = World::issued().at("2020-09-02 10:00");
        let events = world.when(who, TaskCommand::Claim).then(&["task.claimed"]);
        let TaskEvent::Claimed { by, plan_due_on, on_behalf, unit, .. } = &events[0] else { panic!() };
        // Wednesday 2 September: Thursday, Friday, Monday, Tuesday, Wednesday.
        assert_eq!(*plan_due_on, Some(date("2020-09-09")));
        assert_eq!((*by, *unit, *on_behalf), (who.person(), LEAD, false));
        assert_eq!(world.state(), TaskState::Planning);
    }
}

#[test]
fn the_claim_of_an_immediate_correction_starts_the_work() {
    let world = World::immediate();
    assert_eq!(world.state(), TaskState::Rectifying);
    assert_eq!(world.task().plan_due_on, None);
    assert_eq!(world.task().reporting.len(), 1, "from now on statements are owed");
}

#[test]
fn nobody_but_the_lead_unit_claims() {
    for who in
        [P::SecondUnitHead, P::SupportHead, P::SubClerk, P::Stranger, P::Leader, P::Principal, P::Team, P::Office]
    {
        World::issued().when(who, TaskCommand::Claim).refused("not-allowed");
    }
    let mut world = World::planning();
    world.when(P::Clerk, TaskCommand::Claim).refused("wrong-state");
}

#[test]
fn for_a_unit_without_accounts_the_office_claims_on_its_behalf() {
    let mut world = World::issued();
    world.facts.without_accounts.insert(LEAD);
    let events = world.when(P::Office, TaskCommand::Claim).then(&["task.claimed"]);
    assert!(matches!(&events[0], TaskEvent::Claimed { on_behalf: true, unit: LEAD, .. }));
}

#[test]
fn an_account_without_a_person_cannot_claim() {
    let mut world = World::issued();
    let clerk = world.people.get_mut(&P::Clerk).unwrap();
    clerk.person = None;
    world.when(P::Clerk, TaskCommand::Claim).refused("not-allowed");
}

#[test]
fn a_task_comes_back_as_it_was_from_the_given_events() {
    let events = World::planning().events;
    let kinds: Vec<_> = events.iter().map(TaskEvent::kind).collect();
    assert_eq!(kinds, ["task.created", "task.issued", "task.claimed"]);
    let mut world = World::new().at("2020-09-02 11:00").given(events);
    assert_eq!(world.state(), TaskState::Planning);
    world.when(P::Clerk, TaskCommand::Claim).refused("wrong-state");
}

#[test]
fn milestones_that_come_with_a_draft_keep_their_weight() {
    let mut input = draft();
    input.milestones = vec![MilestoneInput { weight: Some(3), ..milestone("半数归档", "2020-10-31") }];
    let world = World::new().drafted_as(input);
    // Two implicit milestones of the measures, weight 1 each, and the explicit one.
    assert_eq!(world.task().progress(), (0, 5));
}

#[test]
fn a_draft_of_a_kept_disposition_counts_as_not_started() {
    for disposition in Disposition::ALL {
        let input = DraftInput { disposition: Some(*disposition), due_on: None, ..draft() };
        let world = World::new().drafted_as(input);
        assert_eq!(world.task().completion_status().as_str(), "not_started");
        assert_eq!(world.task().draft.sensitivity, Sensitivity::Open);
    }
}

#[test]
fn a_leader_nobody_knows_is_still_only_an_id_to_the_rules() {
    let strangers: Vec<PersonId> = vec![unknown_person()];
    let world = World::new().drafted_as(DraftInput { leaders: strangers.clone(), ..draft() });
    assert_eq!(world.task().lead_leader(), Some(strangers[0]));
}
