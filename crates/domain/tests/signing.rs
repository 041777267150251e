//! Who signs what, in which order, in which way; and who may not.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use domain::actor::AssignmentKind;
use domain::ids::{SignRequestId, SignatureId};
use domain::policy::{RequestKind, StepRule, Who};
use domain::sign_request::{RequestState, SignatureState};
use domain::task::command::{Action, DraftInput, Signing, TaskCommand};
use domain::task::event::TaskEvent;
use domain::task::state::TaskState;
use support::cast::{BELOW, GROUP, SUPPORT, assigned, member};
use support::*;

#[test]
fn each_kind_of_request_has_its_own_chain() {
    let mut world = World::closure_review();
    assert_eq!(
        world.chain(RequestKind::Closure),
        [("unit_head", 1), ("lead_leader", 1), ("supervisor", 2), ("principal", 1)]
    );
    world.done(P::Clerk, TaskCommand::Recall { request: world.request(RequestKind::Closure) });
    world.done(P::Clerk, extension("2021-01-31"));
    assert_eq!(world.chain(RequestKind::Extension), [("lead_leader", 1), ("office", 1)]);
    world.done(P::Office, withdraw());
    assert_eq!(world.chain(RequestKind::Withdrawal), [("principal", 1)]);
    let amended = world.amended();
    world.done(P::Clerk, TaskCommand::ProposeAmendment(amended));
    assert_eq!(world.chain(RequestKind::Amendment), [("unit_head", 1), ("lead_leader", 1), ("office", 1)]);
}

#[test]
fn a_step_waits_for_the_one_before() {
    let mut world = World::closure_review();
    let request = world.request(RequestKind::Closure);
    for who in [P::Leader, P::Team, P::Principal] {
        world.when(who, sign(request)).refused("not-your-step");
    }
    world.done(P::Head, sign(request));
    world.when(P::Principal, sign(request)).refused("not-your-step");
    world.when(P::Head, sign(request)).refused("not-your-step");
}

#[test]
fn the_person_who_handed_it_in_does_not_sign_it() {
    let mut world = World::ready();
    world.people.get_mut(&P::Clerk).unwrap().memberships[0].is_head = true;
    world.when(P::Clerk, closure("2020-09-09")).refused_at("/pledge", "pledge-required");
    world.people.get_mut(&P::Clerk).unwrap().memberships[0].is_head = false;
    world.done(P::Clerk, closure("2020-09-09"));
    world.people.get_mut(&P::Clerk).unwrap().memberships[0].is_head = true;
    let request = world.request(RequestKind::Closure);
    world.when(P::Clerk, sign(request)).refused("signed-own-submission");
}

#[test]
fn two_different_supervisors_verify_and_say_how() {
    let mut world = World::closure_review();
    let request = world.request(RequestKind::Closure);
    world.done(P::Head, sign(request));
    world.done(P::Leader, sign(request));
    world.when(P::Team, sign(request)).refused_at("/method", "method-required");
    world.when(P::Team, verify(request, "2020-09-10")).refused_at("/occurred_on", "in-the-future");
    world.when(P::Team, verify(request, "2020-09-08")).then(&["task.signed"]);
    world.when(P::Team, verify(request, "2020-09-08")).refused("already-signed");
    world.when(P::Principal, sign(request)).refused("not-your-step");
    world.done(P::Team2, verify(request, "2020-09-09"));
    world.when(P::Principal, sign(request)).then(&["task.signed", "task.request_granted", "task.closed"]);
}

#[test]
fn who_comes_from_a_unit_in_line_does_not_verify() {
    let mut world = World::closure_review();
    let request = world.request(RequestKind::Closure);
    world.done(P::Head, sign(request));
    world.done(P::Leader, sign(request));
    world.when(P::TeamOfUnit, verify(request, "2020-09-09")).refused("avoidance");
    assert!(!world.open_acts(P::TeamOfUnit).contains(&Action::Sign), "nor is it offered");
    // Somebody of the supporting unit, of a unit below the lead unit: both count; the group itself, above everybody, never does.
    let mut of_group = world.clone().person(P::Team, |p| p.memberships = vec![member(GROUP, false)]);
    of_group.done(P::Team, verify(request, "2020-09-09"));
    for unit in [SUPPORT, BELOW] {
        let mut barred = world.clone().person(P::Team, |p| p.memberships = vec![member(unit, false)]);
        barred.when(P::Team, verify(request, "2020-09-09")).refused("avoidance");
    }
    // A secondment ties as well.
    let mut seconded = world.clone().person(P::Team, |p| p.memberships.push(member(SUPPORT, false)));
    seconded.when(P::Team, verify(request, "2020-09-09")).refused("avoidance");
    world.done(P::Team, verify(request, "2020-09-09"));
}

#[test]
fn a_team_for_other_units_does_not_verify_here() {
    let mut world = World::closure_review().person(P::Team, |p| {
        p.assignments = vec![domain::actor::Assignment { units: vec![SUPPORT], ..assigned(AssignmentKind::Team) }];
    });
    let request = world.request(RequestKind::Closure);
    world.done(P::Head, sign(request));
    world.done(P::Leader, sign(request));
    world.when(P::Team, verify(request, "2020-09-09")).refused("not-your-step");
}

#[test]
fn the_principal_may_name_a_cross_checker_who_then_verifies() {
    let mut world = World::closure_review();
    let request = world.request(RequestKind::Closure);
    world.done(P::Head, sign(request));
    world.done(P::Leader, sign(request));
    let name = |who: P, reason: &str| TaskCommand::NameCrossChecker { person: who.person(), reason: reason.to_owned() };
    world.when(P::Office, name(P::Checker, "人手不足")).refused("not-allowed");
    world.when(P::Principal, name(P::Checker, " ")).refused_at("/reason", "required");
    world.when(P::Principal, name(P::TeamOfUnit, "人手不足")).refused_at("/person", "avoidance");
    world.when(P::Principal, name(P::Leader, "人手不足")).refused_at("/person", "avoidance");
    world.when(P::Principal, name(P::Principal, "人手不足")).refused_at("/person", "avoidance");
    world.when(P::Checker, verify(request, "2020-09-09")).refused("not-allowed");
    world.done(P::Principal, name(P::Checker, "人手不足"));
    world.when(P::Principal, name(P::Checker, "人手不足")).refused("already-named");
    world.done(P::Checker, verify(request, "2020-09-09"));
    world.done(P::Team2, verify(request, "2020-09-09"));
    world.done(P::Principal, sign(request));
    assert_eq!(world.state(), TaskState::Observing);
}

#[test]
fn where_the_principal_leads_himself_a_meeting_ratifies() {
    let input = DraftInput { leaders: vec![P::Principal.person()], ..immediate_draft() };
    let world = World::new().drafted_as(input).and_issued().and_claimed();
    let mut world = world.and_worked("2020-09-02").and_closure_requested("2020-09-02");
    let chain = world.chain(RequestKind::Closure);
    assert_eq!(chain, [("unit_head", 1), ("lead_leader", 1), ("supervisor", 2), ("meeting", 1)]);
    let request = world.request(RequestKind::Closure);
    world.done(P::Head, sign(request));
    world.done(P::Principal, sign(request));
    world.done(P::Team, verify(request, "2020-09-02"));
    world.when(P::Office, meeting(request, minutes("2020-09-02"))).refused("not-a-meeting-step");
    world.done(P::Team2, verify(request, "2020-09-02"));
    world.when(P::Principal, sign(request)).refused("needs-meeting");
    world.when(P::Office, meeting(request, minutes("2020-09-02"))).then(&[
        "task.signed",
        "task.request_granted",
        "task.closed",
    ]);
}

#[test]
fn steps_that_fall_on_one_person_are_one_signature_under_both_names() {
    let mut world = World::rectifying().policy(|p| {
        let chain = p.chains.get_mut(&RequestKind::Extension).unwrap();
        chain.push(StepRule { who: Who::GroupHead, count: 1, label: "领导组组长审定".to_owned() });
    });
    world.facts.round.group_head = Some(P::Leader.person());
    world.done(P::Clerk, extension("2021-01-31"));
    assert_eq!(world.chain(RequestKind::Extension), [("office", 1), ("group_head", 1)]);
    let request = &world.task().open_request(RequestKind::Extension).unwrap().request;
    assert_eq!(request.chain[1].label, "牵头领导审签、领导组组长审定");
}

#[test]
fn a_date_reported_upward_is_extended_by_the_head_of_the_leading_group() {
    let mut world = World::rectifying();
    let command =
        TaskCommand::RequestExtension {
            due_on: date("2021-01-31"), reason: "已报备".to_owned(), filed_upward: true
        };
    world.done(P::Clerk, command);
    assert_eq!(world.chain(RequestKind::Extension), [("lead_leader", 1), ("office", 1), ("group_head", 1)]);
}

#[test]
fn a_chain_that_names_nobody_is_not_begun() {
    let mut world = World::ready();
    world.facts.round.principal = None;
    world.when(P::Clerk, closure("2020-09-09")).refused_for("chain-incomplete", &[("", "signer-missing")]);
}

#[test]
fn a_return_gives_its_reason_and_ends_the_request() {
    let mut world = World::closure_review();
    let request = world.request(RequestKind::Closure);
    world.when(P::Head, give_back(request, " ")).refused_at("/words", "reason-required");
    world.when(P::Head, give_back(request, "佐证不足")).then(&[
        "task.signed",
        "task.request_returned",
        "task.closure_returned",
    ]);
    assert_eq!(world.state(), TaskState::Rectifying);
    world.when(P::Leader, sign(request)).refused("request-not-open");
    let mut world = World::rectifying();
    world.done(P::Clerk, extension("2021-01-31"));
    let request = world.request(RequestKind::Extension);
    world.when(P::Leader, give_back(request, "理由不足")).then(&["task.signed", "task.request_returned"]);
}

#[test]
fn a_request_nobody_made_is_not_signed() {
    let mut world = World::closure_review();
    world.when(P::Head, sign(SignRequestId(uuid(4_444)))).refused_at("/request", "request-unknown");
}

#[test]
fn paper_counts_when_a_second_officer_has_seen_it() {
    let mut world = World::plan_review();
    let (request, hash) = (world.request(RequestKind::Plan), world.hash(RequestKind::Plan));
    world.done(P::Office, paper(request, P::Head.person(), form(&hash, "2020-09-03")));
    let signature = world.last_signature(RequestKind::Plan);
    // It waits: nobody signs over it, and it does not count yet.
    world.when(P::Head, sign(request)).refused("already-signed");
    world.when(P::Leader, sign(request)).refused("not-your-step");
    world.when(P::Office, confirm_signature(request, signature)).refused("second-officer-needed");
    world
        .when(P::Office2, confirm_signature(request, SignatureId(uuid(4_444))))
        .refused_at("/signature", "signature-unknown");
    let no = TaskCommand::ConfirmSignature { request, signature, confirmed: false, reason: None };
    world.when(P::Office2, no).refused_at("/reason", "required");
    world.when(P::Office2, confirm_signature(request, signature)).then(&["task.signature_confirmed"]);
    world.when(P::Office2, confirm_signature(request, signature)).refused("nothing-to-confirm");
    let kept = &world.task().request(request).unwrap().request.signatures[0];
    assert_eq!((kept.recorded_by, kept.confirmed_by), (P::Office.person(), Some(P::Office2.person())));
    assert_eq!(kept.occurred_on, date("2020-09-03"), "the day on the paper");
    world.done(P::Leader, sign(request));
}

#[test]
fn paper_not_confirmed_is_void_and_may_come_again() {
    let mut world = World::plan_review();
    let (request, hash) = (world.request(RequestKind::Plan), world.hash(RequestKind::Plan));
    world.done(P::Office, paper(request, P::Head.person(), form(&hash, "2020-09-03")));
    let signature = world.last_signature(RequestKind::Plan);
    let no =
        TaskCommand::ConfirmSignature { request, signature, confirmed: false, reason: Some("看不清".to_owned()) };
    world.when(P::Office2, no).then(&["task.signature_voided"]);
    world.done(P::Head, sign(request));
}

#[test]
fn a_return_on_paper_takes_effect_when_it_is_confirmed() {
    let mut world = World::plan_review();
    let (request, hash) = (world.request(RequestKind::Plan), world.hash(RequestKind::Plan));
    let mut command = paper(request, P::Head.person(), form(&hash, "2020-09-03"));
    if let TaskCommand::Sign { verdict, words, .. } = &mut command {
        *verdict = domain::sign_request::Verdict::Return;
        *words = Some("重写".to_owned());
    }
    world.when(P::Office, command).then(&["task.signed"]);
    assert_eq!(world.state(), TaskState::PlanReview);
    let signature = world.last_signature(RequestKind::Plan);
    world.when(P::Office2, confirm_signature(request, signature)).then(&[
        "task.signature_confirmed",
        "task.request_returned",
        "task.plan_returned",
    ]);
}

#[test]
fn the_paper_is_of_this_very_content_with_day_and_scan() {
    let mut world = World::plan_review();
    let (request, hash) = (world.request(RequestKind::Plan), world.hash(RequestKind::Plan));
    let head = P::Head.person();
    let mut bad = form(&"0".repeat(64), "2020-09-04");
    bad.scan = "no".to_owned();
    world.when(P::Office, paper(request, head, bad)).refused_for(
        "content",
        &[
            ("/document/signed_on", "in-the-future"),
            ("/document/scan", "scan-missing"),
            ("/document/content_hash", "content-hash-differs"),
        ],
    );
    let mut none = form(&hash, "2020-09-03");
    none.content_hash = None;
    world.when(P::Office, paper(request, head, none)).refused_at("/document/content_hash", "required");
    let mut short = form(&hash, "2020-09-03");
    short.content_hash = Some(hash[..15].to_owned());
    world.when(P::Office, paper(request, head, short)).refused_at("/document/content_hash", "content-hash-differs");
    // As it is read off the paper: in groups, in capitals.
    let mut spaced = form(&hash, "2020-09-03");
    spaced.content_hash = Some(format!("{} {}", &hash[..8], &hash[8..16]).to_uppercase());
    world.done(P::Office, paper(request, head, spaced));
}

#[test]
fn who_types_is_not_who_signed_nor_who_handed_in() {
    let mut world = World::plan_review();
    let (request, hash) = (world.request(RequestKind::Plan), world.hash(RequestKind::Plan));
    world.done(P::Head, sign(request));
    world.done(P::Leader, sign(request));
    let own = paper(request, P::Office.person(), form(&hash, "2020-09-03"));
    world.when(P::Office, own).refused_at("/signer", "recorded-own-signature");
    let stranger = paper(request, unknown_person(), form(&hash, "2020-09-03"));
    world.when(P::Office, stranger).refused_at("/signer", "person-unknown");
    let wrong = paper(request, P::Stranger.person(), form(&hash, "2020-09-03"));
    world.when(P::Office, wrong).refused("not-your-step");
    world.done(P::Office, withdraw());
    let (request, hash) = (world.request(RequestKind::Withdrawal), world.hash(RequestKind::Withdrawal));
    let submitted = paper(request, P::Principal.person(), form(&hash, "2020-09-03"));
    world.when(P::Office, submitted.clone()).refused("recorded-own-submission");
    world.done(P::Office2, submitted);
    let signature = world.last_signature(RequestKind::Withdrawal);
    world.done(P::Office, confirm_signature(request, signature));
    assert_eq!(world.state(), TaskState::Withdrawn);
}

#[test]
fn the_office_records_paper_for_what_it_entered_for_a_unit_without_accounts() {
    let mut world = World::planning();
    world.facts.without_accounts.insert(support::cast::LEAD);
    let plan = world.plan();
    world.done(P::Office, submit_plan(plan));
    let (request, hash) = (world.request(RequestKind::Plan), world.hash(RequestKind::Plan));
    assert_eq!(world.task().request(request).unwrap().request.on_behalf_of, Some(support::cast::LEAD));
    world.done(P::Office, paper(request, P::Head.person(), form(&hash, "2020-09-02")));
}

#[test]
fn minutes_name_the_body_and_the_number() {
    let mut world = World::rectifying();
    world.done(P::Office, withdraw());
    let request = world.request(RequestKind::Withdrawal);
    let mut bad = minutes("2020-09-07");
    bad.body = Some(" ".to_owned());
    bad.minutes_number = None;
    world
        .when(P::Office, meeting(request, bad))
        .refused_for("content", &[("/document/body", "required"), ("/document/minutes_number", "required")]);
    world.when(P::Office, meeting(request, minutes("2020-09-07"))).then(&[
        "task.signed",
        "task.request_granted",
        "task.withdrawn",
    ]);
    world.when(P::Office, meeting(request, minutes("2020-09-07"))).refused("wrong-state");
}

#[test]
fn a_stand_in_signs_for_whom_he_stands_in_and_nobody_else() {
    let mut world = World::plan_review();
    let request = world.request(RequestKind::Plan);
    world.done(P::Head, sign(request));
    world.when(P::StandIn, sign_for(request, P::Principal.person())).refused("no-delegation");
    world.when(P::OtherLeader, sign_for(request, P::Leader.person())).refused("not-allowed");
    world.when(P::StandIn, sign(request)).refused("not-your-step");
    world.done(P::StandIn, sign_for(request, P::Leader.person()));
    let kept = &world.task().request(request).unwrap().request.signatures[1];
    assert_eq!((kept.person, kept.stand_in), (Some(P::Leader.person()), Some(P::StandIn.person())));
}

#[test]
fn a_stand_in_is_no_second_person() {
    // The head hands in and also stands in for the leader: he may not sign his own submission that way.
    let mut world = World::planning().person(P::Head, |p| p.stands_in_for.push((P::Leader.person(), None)));
    let plan = world.plan();
    world.done(P::Head, TaskCommand::SubmitPlan { plan: Some(plan.clone()), pledge: true });
    let request = world.request(RequestKind::Plan);
    world.when(P::Head, sign_for(request, P::Leader.person())).refused("signed-own-submission");
    let mut world = World::plan_review().person(P::Head, |p| p.stands_in_for.push((P::Leader.person(), None)));
    let request = world.request(RequestKind::Plan);
    world.done(P::Head, sign(request));
    world.when(P::Head, sign_for(request, P::Leader.person())).refused("already-signed");
}

#[test]
fn a_verification_is_nobody_elses_to_give() {
    let mut world = World::closure_review().person(P::Office, |p| p.stands_in_for.push((P::Team.person(), None)));
    let request = world.request(RequestKind::Closure);
    world.done(P::Head, sign(request));
    world.done(P::Leader, sign(request));
    let mut command = sign_for(request, P::Team.person());
    if let TaskCommand::Sign { method, .. } = &mut command {
        *method = Some("现场查看".to_owned());
    }
    world.when(P::Office, command).refused("verification-not-delegated");
}

#[test]
fn whoever_is_said_to_have_signed_may_object() {
    let mut world = World::plan_review();
    let (request, hash) = (world.request(RequestKind::Plan), world.hash(RequestKind::Plan));
    world.done(P::Office, paper(request, P::Head.person(), form(&hash, "2020-09-03")));
    let signature = world.last_signature(RequestKind::Plan);
    let object = |reason: &str| TaskCommand::Object { request, signature, reason: reason.to_owned() };
    world.when(P::Leader, object("不是我")).refused("not-your-signature");
    world.when(P::Head, object(" ")).refused_at("/reason", "required");
    world.when(P::Head, object("不是我签的")).then(&["task.signature_objected", "task.signature_voided"]);
    world.when(P::Head, object("不是我签的")).refused("signature-voided");
    assert_eq!(world.task().objections, [P::Head.person()]);
    assert_eq!(world.reasons(), ["signature-objected"], "everybody sees it in red");
    assert_eq!(world.task().request(request).unwrap().request.signatures[0].state, SignatureState::Voided);
    // It stays red until a named person says what comes of it.
    let person = P::Head.person();
    let settle = |reason: &str| TaskCommand::SettleObjection { person, reason: reason.to_owned() };
    world.when(P::Office, settle("已核实")).refused("not-allowed");
    world.when(P::Principal, settle(" ")).refused_at("/reason", "required");
    world.when(P::Principal, settle("确系误录，由本人重签")).then(&["task.objection_settled"]);
    world.when(P::Principal, settle("再说一遍")).refused("no-objection");
    assert!(world.reasons().is_empty(), "{:?}", world.reasons());
}

#[test]
fn an_objection_after_the_end_changes_nothing_but_is_there() {
    let mut world = World::plan_review();
    let (request, hash) = (world.request(RequestKind::Plan), world.hash(RequestKind::Plan));
    world.done(P::Head, sign(request));
    world.done(P::Office, paper(request, P::Leader.person(), form(&hash, "2020-09-03")));
    let signature = world.last_signature(RequestKind::Plan);
    world.done(P::Office2, confirm_signature(request, signature));
    world.done(P::Office3, sign(request));
    assert_eq!(world.state(), TaskState::Rectifying);
    let object = TaskCommand::Object { request, signature, reason: "不是我签的".to_owned() };
    world.when(P::Leader, object).then(&["task.signature_objected"]);
    assert_eq!(world.state(), TaskState::Rectifying);
    assert_eq!(world.reasons(), ["signature-objected"]);
    let screen = TaskCommand::Object {
        request,
        signature: world.task().request(request).unwrap().request.signatures[0].id,
        reason: "反悔".to_owned(),
    };
    world.when(P::Head, screen).refused("not-your-signature");
}

#[test]
fn what_nobody_signed_yet_can_be_taken_back() {
    let mut world = World::plan_review();
    let request = world.request(RequestKind::Plan);
    world.when(P::Office, TaskCommand::Recall { request }).refused("not-your-request");
    let mut signed = world.clone();
    signed.done(P::Head, sign(request));
    signed.when(P::Clerk, TaskCommand::Recall { request }).refused("already-signed-by-someone");
    // A colleague of the same unit may, when the clerk is on leave.
    world.when(P::Head, TaskCommand::Recall { request }).then(&["task.request_recalled"]);
    assert_eq!(world.state(), TaskState::Planning);
    assert_eq!(world.task().request(request).unwrap().request.state, RequestState::Recalled);
    world.when(P::Clerk, TaskCommand::Recall { request }).refused("request-not-open");
    let mut world = World::closure_review();
    world.done(P::Clerk, TaskCommand::Recall { request: world.request(RequestKind::Closure) });
    assert_eq!(world.state(), TaskState::Rectifying);
}

#[test]
fn a_request_is_bound_to_what_was_signed() {
    let world = World::closure_review();
    let request = &world.task().open_request(RequestKind::Closure).unwrap().request;
    let events = World::closure_review().events;
    let Some(TaskEvent::RequestSubmitted { request: again }) =
        events.iter().rev().find(|e| e.kind() == "task.request_submitted")
    else {
        panic!()
    };
    assert_eq!(request.revision, again.request.revision, "the same content has the same hash");
    let mut other = World::ready();
    other.done(P::Clerk, TaskCommand::AttachEvidence(evidence(7, vec![other.criterion()], "2020-09-09")));
    let other = other.and_closure_requested("2020-09-09");
    assert_ne!(world.hash(RequestKind::Closure), other.hash(RequestKind::Closure), "one file more, another hash");
}

#[test]
fn a_signature_says_who_when_and_how() {
    let mut world = World::plan_review().at("2020-09-03 11:00");
    let request = world.request(RequestKind::Plan);
    let events = world.done(
        P::Head,
        TaskCommand::Sign {
            request,
            verdict: domain::sign_request::Verdict::Approve,
            words: Some(" 同意 ".to_owned()),
            method: None,
            occurred_on: None,
            signing: Signing::Screen { on_behalf_of: None },
        },
    );
    let TaskEvent::Signed { signature, .. } = &events[0] else { panic!() };
    assert_eq!(signature.at, at("2020-09-03 11:00"));
    assert_eq!((signature.occurred_on, signature.recorded_by), (date("2020-09-03"), P::Head.person()));
    assert!(signature.words.is_some() && signature.document.is_none());
}
