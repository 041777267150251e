//! From the plan to the work: what a unit hands in, what it reports, who else has a part.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use domain::cause::CauseCategory;
use domain::policy::RequestKind;
use domain::task::command::{Action, PlanInput, TaskCommand};
use domain::task::event::TaskEvent;
use domain::task::state::{Disposition, StatementReply, TaskState};
use support::cast::{BELOW, LEAD, NEW, SECOND_UNIT, SUPPORT};
use support::*;

#[test]
fn a_plan_is_saved_as_often_as_wanted_and_handed_in_as_saved() {
    let mut world = World::planning();
    let plan = world.plan();
    world.when(P::Clerk, TaskCommand::SavePlan(plan)).then(&["task.plan_saved"]);
    world.when(P::Clerk, TaskCommand::SubmitPlan { plan: None, pledge: false }).then(&["task.request_submitted"]);
    assert_eq!(world.state(), TaskState::PlanReview);
    assert_eq!(world.chain(RequestKind::Plan), [("unit_head", 1), ("lead_leader", 1), ("office", 1)]);
}

#[test]
fn a_plan_that_was_never_saved_cannot_be_handed_in_empty() {
    let mut world = World::planning();
    let command = TaskCommand::SubmitPlan { plan: None, pledge: false };
    world.when(P::Clerk, command).refused_for("plan-incomplete", &[("/criteria", "plan-not-saved")]);
}

#[test]
fn what_is_wrong_in_a_plan_is_said_with_its_place() {
    let mut world = World::planning();
    let mut plan = world.plan();
    plan.milestones[0].title = " ".to_owned();
    plan.milestones[0].unit = Some(NEW);
    plan.milestones[1].measure = Some(domain::ids::MeasureId(uuid(4_444)));
    plan.milestones[1].due_on = date("1989-12-31");
    plan.criteria[0].text = String::new();
    plan.excused = vec![world.excuse(0)];
    plan.excused[0].reason = " ".to_owned();
    world.when(P::Clerk, submit_plan(plan)).refused_for(
        "content",
        &[
            ("/milestones/0/title", "required"),
            ("/milestones/0/unit", "unit-not-below"),
            ("/milestones/1/measure", "measure-unknown"),
            ("/milestones/1/due_on", "out-of-range"),
            ("/criteria/0/text", "required"),
            ("/excused/0/reason", "required"),
        ],
    );
}

#[test]
fn a_milestone_is_not_given_to_the_lead_unit_itself() {
    let mut world = World::planning();
    let mut plan = world.plan();
    plan.milestones[0].unit = Some(LEAD);
    world.when(P::Clerk, submit_plan(plan)).refused_at("/milestones/0/unit", "unit-not-below");
}

#[test]
fn a_plan_keeps_within_the_due_date_and_names_a_criterion() {
    let mut world = World::planning();
    let mut plan = world.plan();
    plan.milestones[1].due_on = date("2021-01-01");
    plan.criteria.clear();
    world.when(P::Clerk, submit_plan(plan)).refused_for(
        "plan-incomplete",
        &[("/criteria", "criterion-missing"), ("/milestones/1/due_on", "after-due-date")],
    );
}

#[test]
fn a_staged_task_needs_two_milestones_each_with_its_proof() {
    let input = domain::task::command::DraftInput { disposition: Some(Disposition::Staged), ..draft() };
    let mut world = World::new().drafted_as(input).and_issued().and_claimed();
    let mut plan = world.plan();
    plan.milestones.truncate(1);
    plan.milestones[0].proof = None;
    world.when(P::Clerk, submit_plan(plan)).refused_for(
        "plan-incomplete",
        &[("/milestones", "staged-needs-two"), ("/milestones/0/proof", "staged-needs-proof")],
    );
}

#[test]
fn a_head_who_hands_in_himself_gives_the_pledge_and_is_not_asked_to_sign() {
    let mut world = World::planning();
    let plan = world.plan();
    world.when(P::Head, submit_plan(plan.clone())).refused_at("/pledge", "pledge-required");
    world.done(P::Head, TaskCommand::SubmitPlan { plan: Some(plan), pledge: true });
    assert!(world.task().open_request(RequestKind::Plan).unwrap().request.chain[0].met_by_submission);
    let request = world.request(RequestKind::Plan);
    world.when(P::Head, sign(request)).refused("not-your-step");
    world.done(P::Leader, sign(request));
    world.when(P::Office, sign(request)).then(&["task.signed", "task.request_granted", "task.plan_approved"]);
}

#[test]
fn a_signed_plan_starts_the_work_and_excuses_what_it_excuses() {
    let mut world = World::planning();
    let mut plan = world.plan();
    plan.excused = vec![world.excuse(1)];
    world.done(P::Clerk, submit_plan(plan));
    let world = world.and_plan_signed();
    assert_eq!(world.state(), TaskState::Rectifying);
    assert!(world.task().draft.measures[1].excused);
    assert_eq!(world.task().progress(), (0, 2), "one of the first measure, one of the task");
    assert!(!world.task().draft.criteria[0].defaulted);
    assert_eq!(world.task().unit_leader, Some(P::Head.person()));
}

#[test]
fn a_returned_plan_comes_back_with_its_words_kept() {
    let mut world = World::plan_review();
    let request = world.request(RequestKind::Plan);
    let kept = world.task().plan.clone();
    world.when(P::Head, give_back(request, "节点太粗")).then(&[
        "task.signed",
        "task.request_returned",
        "task.plan_returned",
    ]);
    assert_eq!((world.state(), &world.task().plan), (TaskState::Planning, &kept));
    world.when(P::Clerk, TaskCommand::SubmitPlan { plan: None, pledge: false }).then(&["task.request_submitted"]);
}

#[test]
fn an_amendment_gives_its_reason_and_keeps_what_is_done() {
    let mut world = World::rectifying();
    let first = world.milestone(0);
    world.done(P::Clerk, complete(first, "2020-09-07"));
    let plan = world.amended();
    let silent = PlanInput { reason: None, ..plan.clone() };
    world.when(P::Clerk, TaskCommand::ProposeAmendment(silent)).refused_at("/reason", "required");
    let mut without = plan.clone();
    without.milestones.retain(|m| m.id != Some(first));
    world.when(P::Clerk, TaskCommand::ProposeAmendment(without)).refused_at("/milestones", "milestone-already-done");
    world.done(P::Clerk, TaskCommand::ProposeAmendment(plan.clone()));
    world.when(P::Clerk, TaskCommand::ProposeAmendment(plan)).refused("amendment-pending");
    assert_eq!(world.lacks(P::Clerk, Action::ProposeAmendment).unwrap(), ["amendment-pending"]);
    let request = world.request(RequestKind::Amendment);
    for who in [P::Head, P::Leader] {
        world.done(who, sign(request));
    }
    world.when(P::Office, sign(request)).then(&["task.signed", "task.request_granted", "task.amended"]);
    assert!(world.task().done.contains_key(&first), "what was done stays done");
}

#[test]
fn a_frozen_measure_changes_by_amendment_and_the_head_of_the_leading_group_signs() {
    let mut world = World::planning();
    let changed = PlanInput { measures: vec![world.reworded(0, "2020-11-30")], ..world.plan() };
    world.when(P::Clerk, submit_plan(changed.clone())).refused_at("/measures", "measures-frozen");
    world.when(P::Clerk, TaskCommand::SavePlan(changed)).refused_at("/measures", "measures-frozen");
    for (is_plan_approved, last) in [(true, P::Principal), (false, P::Office)] {
        let mut world = World::rectifying();
        world.facts.round.is_plan_approved = is_plan_approved;
        let mut plan = world.amended();
        plan.measures = vec![world.reworded(0, "2021-01-01")];
        world
            .when(P::Clerk, TaskCommand::ProposeAmendment(plan.clone()))
            .refused_at("/measures/0/due_on", "after-due-date");
        plan.measures[0].due_on = Some(date("2020-11-30"));
        plan.measures[0].text = " ".to_owned();
        world.when(P::Clerk, TaskCommand::ProposeAmendment(plan.clone())).refused_at("/measures/0/text", "required");
        plan.measures = vec![world.reworded(0, "2020-11-30")];
        world.done(P::Clerk, TaskCommand::ProposeAmendment(plan));
        let before = world.task().draft.clone();
        let request = world.request(RequestKind::Amendment);
        let signers = [P::Head, P::Leader, P::Office, P::Principal];
        let signers = &signers[..=signers.iter().position(|who| *who == last).unwrap()];
        for (i, who) in signers.iter().enumerate() {
            assert_eq!(world.task().draft, before, "the old plan holds until it is signed");
            let is_last = i + 1 == signers.len();
            let events = world.done(*who, sign(request));
            assert_eq!(events.iter().any(|e| e.kind() == "task.amended"), is_last, "{who:?}");
        }
        let measure = &world.task().draft.measures[0];
        assert_eq!(measure.due_on, Some(date("2020-11-30")));
        assert_eq!(world.with(P::Clerk, |ctx| ctx.text.measures[0].text.clone()), "逐份清理并编目");
        assert_eq!(world.task().draft.measures[1], before.measures[1], "the others stay as they were");
    }
}

#[test]
fn the_unit_a_milestone_was_given_to_reports_it_and_so_may_the_lead_unit() {
    for who in [P::SubClerk, P::Clerk, P::Head] {
        let mut world = World::rectifying();
        let given = world.task().milestones().iter().find(|m| m.unit == Some(BELOW)).unwrap().id;
        world.when(who, complete(given, "2020-09-07")).then(&["task.milestone_completed"]);
        world.when(who, complete(given, "2020-09-07")).refused("milestone-done");
    }
    let mut world = World::rectifying();
    let own = world.task().milestones().iter().find(|m| m.unit.is_none()).unwrap().id;
    world.when(P::SubClerk, complete(own, "2020-09-07")).refused("not-your-unit");
    world.when(P::SupportHead, complete(own, "2020-09-07")).refused("not-allowed");
}

#[test]
fn a_milestone_is_not_done_tomorrow() {
    let mut world = World::rectifying();
    let milestone = world.milestone(0);
    world.when(P::Clerk, complete(milestone, "2020-09-08")).refused_at("/occurred_on", "in-the-future");
    let unknown = domain::ids::MilestoneId(uuid(4_444));
    world.when(P::Clerk, complete(unknown, "2020-09-07")).refused_at("/milestone", "milestone-unknown");
}

#[test]
fn a_milestone_reported_by_mistake_is_taken_back_with_a_reason() {
    let mut world = World::rectifying();
    let milestone = world.milestone(0);
    let back = |reason: &str| TaskCommand::ReopenMilestone { milestone, reason: reason.to_owned() };
    world.when(P::Clerk, back("误报")).refused("milestone-not-done");
    world.done(P::Clerk, complete(milestone, "2020-09-07"));
    world.when(P::Clerk, back(" ")).refused_at("/reason", "required");
    world.when(P::Clerk, back("误报")).then(&["task.milestone_reopened"]);
    assert_eq!(world.task().progress().0, 0);
}

#[test]
fn a_supporting_unit_reports_its_own_part_once() {
    let mut world = World::rectifying();
    let part = |unit, on: &str| TaskCommand::CompleteDuty { unit, occurred_on: date(on), note: None };
    world.when(P::SupportHead, part(LEAD, "2020-09-07")).refused_at("/unit", "not-a-supporting-unit");
    world.when(P::SupportHead, part(SUPPORT, "2020-09-08")).refused_at("/occurred_on", "in-the-future");
    world.when(P::SupportHead, part(SUPPORT, "2020-09-07")).then(&["task.duty_completed"]);
    world.when(P::SupportHead, part(SUPPORT, "2020-09-07")).refused("duty-done");
    world.when(P::Clerk, part(SUPPORT, "2020-09-07")).refused("not-allowed");
}

#[test]
fn a_statement_says_what_was_done_or_why_nothing_was() {
    let mut world = World::rectifying();
    let mut input = statement(LEAD, "2020-W37");
    input.progress = None;
    world.when(P::Clerk, TaskCommand::SubmitStatement(input.clone())).refused_at("/progress", "progress-or-reason");
    input.progress = Some("有".to_owned());
    input.no_progress_reason = Some("无".to_owned());
    world
        .when(P::Clerk, TaskCommand::SubmitStatement(input.clone()))
        .refused_at("/no_progress_reason", "progress-and-reason");
    input.progress = None;
    input.difficulties = Some("难".repeat(4_001));
    world.when(P::Clerk, TaskCommand::SubmitStatement(input.clone())).refused_at("/difficulties", "too-long");
    input.difficulties = None;
    world.when(P::Clerk, TaskCommand::SubmitStatement(input)).then(&["task.statement_submitted"]);
}

#[test]
fn a_statement_is_of_a_week_that_is_there() {
    let mut world = World::rectifying();
    world.when(P::Clerk, state_week(LEAD, "2020-W38")).refused_at("/week", "week-ahead");
    world.when(P::Clerk, state_week(LEAD, "2020-W35")).refused_at("/week", "week-before-issue");
    world.when(P::Clerk, state_week(SECOND_UNIT, "2020-W37")).refused("not-your-unit");
    world.when(P::SecondUnitHead, state_week(SECOND_UNIT, "2020-W37")).then(&["task.statement_submitted"]);
}

#[test]
fn two_people_writing_the_same_week_do_not_overwrite_each_other() {
    let mut world = World::rectifying();
    world.done(P::Clerk, state_week(LEAD, "2020-W37"));
    let mut other = statement(LEAD, "2020-W37");
    other.progress = Some("别的进展".to_owned());
    world.when(P::Head, TaskCommand::SubmitStatement(other.clone())).refused("statement-changed-meanwhile");
    other.follows = 1;
    world.done(P::Head, TaskCommand::SubmitStatement(other.clone()));
    other.follows = 2;
    world.when(P::Head, TaskCommand::SubmitStatement(other)).refused("nothing-changed");
    let revisions: Vec<_> = world.task().statements.iter().map(|s| s.revision).collect();
    assert_eq!(revisions, [1, 2], "both stay");
}

#[test]
fn a_statement_is_late_when_it_came_after_friday_at_five_and_stays_so() {
    // The first owed week ends on Friday 11 September at 17:00.
    for (time, late) in [("2020-09-11 16:59", false), ("2020-09-11 17:00", true)] {
        let mut world = World::rectifying().at(time);
        world.done(P::Clerk, state_week(LEAD, "2020-W37"));
        assert_eq!(world.task().statements[0].is_late, late, "{time}");
    }
    let mut world = World::rectifying().at("2020-09-11 10:00");
    world.done(P::Clerk, state_week(LEAD, "2020-W37"));
    let mut world = world.at("2020-09-12 10:00");
    let mut changed = statement(LEAD, "2020-W37");
    changed.follows = 1;
    changed.progress = Some("补充".to_owned());
    world.done(P::Clerk, TaskCommand::SubmitStatement(changed));
    let mark = &world.task().statements[1];
    assert_eq!((mark.is_late, mark.is_after_cut_off), (false, true), "in time, changed afterwards");
}

#[test]
fn the_office_takes_note_or_returns_the_newest_revision_only() {
    let mut world = World::rectifying();
    let week = week("2020-W37");
    let note = |revision| TaskCommand::AcknowledgeStatement { unit: LEAD, week, revision };
    let back =
        |revision, reason: &str| TaskCommand::ReturnStatement { unit: LEAD, week, revision, reason: reason.to_owned() };
    world.when(P::Office, note(1)).refused_at("/week", "statement-unknown");
    world.done(P::Clerk, state_week(LEAD, "2020-W37"));
    world.when(P::Office, back(1, "")).refused_at("/reason", "required");
    world.when(P::Office, note(2)).refused("statement-changed-meanwhile");
    world.when(P::Office, back(1, "太简")).then(&["task.statement_returned"]);
    world.when(P::Team, note(1)).refused("already-answered");
    // The same words may be handed in again once they were returned.
    let mut again = statement(LEAD, "2020-W37");
    again.follows = 1;
    world.done(P::Clerk, TaskCommand::SubmitStatement(again));
    world.when(P::Team, note(2)).then(&["task.statement_acknowledged"]);
    assert_eq!(world.task().statements[1].reply, StatementReply::Acknowledged);
    assert_eq!(world.task().statements[0].reply, StatementReply::Returned);
}

#[test]
fn the_office_writes_for_a_unit_without_accounts() {
    let mut world = World::rectifying();
    world.when(P::Office, state_week(LEAD, "2020-W37")).refused("not-allowed");
    world.facts.without_accounts.insert(LEAD);
    let events = world.when(P::Office, state_week(LEAD, "2020-W37")).then(&["task.statement_submitted"]);
    assert!(matches!(&events[0], TaskEvent::StatementSubmitted { on_behalf: true, .. }));
    world.when(P::Office, state_week(SECOND_UNIT, "2020-W37")).refused("not-your-unit");
}

#[test]
fn nobody_but_the_office_speaks_for_a_unit_without_accounts() {
    let mut world = World::rectifying();
    world.facts.without_accounts.insert(LEAD);
    world.when(P::SecondUnitHead, state_week(LEAD, "2020-W37")).refused("not-your-unit");
    let own = world.task().milestones().iter().find(|m| m.unit.is_none()).unwrap().id;
    world.when(P::SubClerk, complete(own, "2020-09-07")).refused("not-your-unit");
    world.when(P::Office, complete(own, "2020-09-07")).then(&["task.milestone_completed"]);
}

#[test]
fn a_week_that_was_missed_can_still_be_written() {
    let mut world = World::rectifying().at("2020-09-21 10:00");
    world.done(P::Clerk, state_week(LEAD, "2020-W37"));
    assert!(world.task().statements[0].is_late);
    // Before the plan was signed nothing was owed.
    world.when(P::Clerk, state_week(LEAD, "2020-W36")).then(&["task.statement_submitted"]);
}

#[test]
fn evidence_belongs_to_this_task_and_to_a_day_that_was() {
    let mut world = World::rectifying();
    let criterion = world.criterion();
    let mut input = evidence(1, vec![domain::ids::CriterionId(uuid(4_444))], "2020-09-08");
    input.milestone = Some(domain::ids::MilestoneId(uuid(4_444)));
    world.when(P::Clerk, TaskCommand::AttachEvidence(input)).refused_for(
        "content",
        &[("/criteria/0", "criterion-unknown"), ("/milestone", "milestone-unknown"), ("/occurred_on", "in-the-future")],
    );
    let good = evidence(1, vec![criterion], "2020-09-07");
    world.when(P::Clerk, TaskCommand::AttachEvidence(good.clone())).then(&["task.evidence_attached"]);
    let refusal = world.when(P::Clerk, TaskCommand::AttachEvidence(good)).refused("evidence-there");
    assert_eq!(refusal.errors[0].params["evidence"], serde_json::json!(world.task().evidence[0].id));
}

#[test]
fn evidence_is_taken_away_by_whose_it_is_and_not_while_somebody_signs_it() {
    let mut world = World::ready();
    let id = world.task().evidence[0].id;
    let away = |reason: &str| TaskCommand::RemoveEvidence { evidence: id, reason: reason.to_owned() };
    world.when(P::SupportHead, away("传错")).refused("not-your-unit");
    world.when(P::Clerk, away(" ")).refused_at("/reason", "required");
    let mut signed = world.clone().and_closure_requested("2020-09-09");
    signed.when(P::Clerk, away("传错")).refused("evidence-being-signed");
    world.when(P::Head, away("传错")).then(&["task.evidence_removed"]);
    world.when(P::Head, away("传错")).refused_at("/evidence", "evidence-unknown");
}

#[test]
fn a_wish_is_answered_by_upholding_or_by_giving_the_task_away() {
    let mut world = World::planning();
    world.when(P::Office, TaskCommand::Uphold { reason: "维持".to_owned() }).refused("no-reassignment-wish");
    let own = TaskCommand::WishReassignment { proposed: Some(LEAD), reason: "不清楚".to_owned() };
    world.when(P::Clerk, own).refused_at("/proposed", "same-unit");
    world.done(P::Clerk, wish());
    world.when(P::Clerk, wish()).refused("reassignment-pending");
    world.when(P::Office, TaskCommand::Uphold { reason: " ".to_owned() }).refused_at("/reason", "required");
    world.when(P::Office, TaskCommand::Reassign(to_new_unit())).then(&["task.reassigned"]);
    assert_eq!((world.state(), world.task().lead_unit()), (TaskState::Issued, Some(NEW)));
    assert!(world.task().wish.is_none());
    world.when(P::Clerk, TaskCommand::Claim).refused("not-allowed");
    world.when(P::NewHead, TaskCommand::Claim).then(&["task.claimed"]);
}

#[test]
fn after_the_plan_of_the_group_is_approved_the_head_of_the_leading_group_decides_on_a_reassignment() {
    let mut world = World::rectifying();
    world.facts.round.is_plan_approved = true;
    world.done(P::Clerk, extension("2021-01-31"));
    world.when(P::Office, TaskCommand::Reassign(to_new_unit())).then(&["task.request_submitted"]);
    assert_eq!(world.chain(RequestKind::Reassignment), [("group_head", 1)]);
    world.when(P::Office, TaskCommand::Reassign(to_new_unit())).refused("reassignment-pending");
    let request = world.request(RequestKind::Reassignment);
    world.when(P::Principal, sign(request)).then(&[
        "task.signed",
        "task.request_granted",
        "task.request_voided",
        "task.reassigned",
    ]);
    assert_eq!(world.task().lead_unit(), Some(NEW));
    assert!(world.task().reporting.iter().all(|span| span.until.is_some()), "the old unit's time is over");
}

#[test]
fn a_change_of_the_lead_is_a_reassignment_and_nothing_less() {
    let mut world = World::rectifying();
    world.when(P::Office, TaskCommand::AdjustParties(to_new_unit())).refused_at("/units", "lead-changes");
    world.when(P::Office, TaskCommand::Reassign(without_other_leader())).refused_at("/units", "lead-unchanged");
    world.when(P::Office, TaskCommand::AdjustParties(without_other_leader())).then(&["task.parties_adjusted"]);
    world.when(P::Office, TaskCommand::AdjustParties(without_other_leader())).refused("nothing-changed");
    world.done(P::Clerk, extension("2021-01-31"));
    world.when(P::Office, TaskCommand::AdjustParties(without_other_leader())).refused("being-signed");
    assert_eq!(world.lacks(P::Office, Action::AdjustParties).unwrap(), ["being-signed"]);
    world.done(P::Clerk, TaskCommand::Recall { request: world.request(RequestKind::Extension) });
    let nobody = domain::task::command::PartiesInput {
        leaders: Vec::new(),
        units: Vec::new(),
        persons: Vec::new(),
        reason: String::new(),
    };
    world.when(P::Office, TaskCommand::AdjustParties(nobody)).refused_for(
        "content",
        &[
            ("/leaders", "lead-leader-missing"),
            ("/units", "lead-unit-missing"),
            ("/persons", "principal-person-missing"),
            ("/reason", "required"),
        ],
    );
}

#[test]
fn the_weeks_before_a_reassignment_stay_owed_by_the_unit_that_had_it() {
    let mut world = World::rectifying().at("2020-09-22 10:00");
    world.done(P::Office, TaskCommand::Reassign(to_new_unit()));
    world.done(P::NewHead, TaskCommand::Claim);
    // W37 and W38 ended while the first unit led; it may and must still write them.
    world.when(P::NewHead, state_week(NEW, "2020-W37")).refused("week-not-owed");
    world.when(P::Clerk, state_week(LEAD, "2020-W37")).then(&["task.statement_submitted"]);
    assert!(world.open_acts(P::Clerk).contains(&Action::SubmitStatement));
    world.done(P::Clerk, state_week(LEAD, "2020-W38"));
    assert!(!world.open_acts(P::Clerk).contains(&Action::SubmitStatement), "nothing is left");
}

#[test]
fn where_the_round_asks_for_causes_a_plan_needs_them() {
    let mut world = World::planning().policy(|p| p.root_cause_required = true);
    let plan = world.plan();
    world.when(P::Clerk, submit_plan(plan.clone())).refused_for("plan-incomplete", &[("/cause", "root-cause-missing")]);
    let analyse = |categories: &[CauseCategory], text: &str| TaskCommand::AnalyseCause {
        categories: categories.to_vec(),
        text: text.to_owned(),
    };
    world
        .when(P::Clerk, analyse(&[], ""))
        .refused_for("content", &[("/categories", "cause-category-missing"), ("/text", "required")]);
    let kinds = [CauseCategory::Supervision, CauseCategory::Mindset, CauseCategory::Mindset];
    world.when(P::Clerk, analyse(&kinds, " 无人复核 ")).then(&["task.cause_analysed"]);
    assert_eq!(world.task().causes[0].categories, [CauseCategory::Mindset, CauseCategory::Supervision]);
    world.when(P::Clerk, submit_plan(plan)).then(&["task.plan_saved", "task.request_submitted"]);
}
