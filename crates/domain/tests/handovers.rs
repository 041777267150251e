//! Handovers: who draws a list up, who signs in which order, what is said before the last signature, and what a task makes of it (docs/domain.md §37).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;

use domain::actor::{Actor, UnitPath};
use domain::handover::event::{self, HandoverEvent};
use domain::handover::state::{Handover, HandoverState, HeldKind, Part};
use domain::handover::{
    self, Context, Facts, HandoverAction, HandoverCommand, Held, NewHandover, content, open_actions, starts_from,
};
use domain::ids::HandoverId;
use domain::policy::RequestKind;
use domain::refusal::Refusal;
use domain::sign_request::SignDocument;
use support::cast::{BELOW, GROUP, LEAD, P, everybody, key};
use support::*;

fn actor(who: P) -> Actor {
    if who == P::Clock { Actor::System } else { Actor::Person(Box::new(everybody()[&who].clone())) }
}

fn held(n: u128, version: i64) -> Held {
    Held {
        kind: HeldKind::Task,
        id: uuid(n),
        round: round(),
        number: format!("T{n}"),
        title: "合同归档不及时".to_owned(),
        state: "整改中".to_owned(),
        due_on: Some(date("2020-12-31")),
        version,
        parts: vec![Part::Person, Part::CrossChecker],
    }
}

fn facts(now: Vec<Held>) -> Facts {
    let unit = everybody()[&P::Clerk].memberships[0].unit.clone();
    Facts { unit, from_can_log_in: true, to_can_log_in: true, now }
}

fn prepared(who: P, facts: &Facts) -> Result<Handover, Refusal> {
    let actor = actor(who);
    let (from, to) = (P::Clerk.person(), P::Head.person());
    let new =
        NewHandover { from, to, unit: LEAD, on: date("2020-09-07"), basis: " 集团任〔2020〕3号 ".to_owned() };
    let decision = handover::prepare(new, &Context { actor: &actor, now: at("2020-09-07 10:00"), facts })?;
    Ok(event::begin(HandoverId(uuid(99)), &decision.events[0]).unwrap())
}

fn ask(of: &Handover, who: P, command: HandoverCommand, facts: &Facts) -> Result<Handover, Refusal> {
    let actor = actor(who);
    let ctx = Context { actor: &actor, now: at("2020-09-07 11:00"), facts };
    let action = command.action();
    let is_open = open_actions(of, &ctx).contains(&action);
    let decision = handover::decide(of, command, &ctx)?;
    assert!(is_open, "{action} was done and not offered");
    for event in &decision.events {
        let (kind, payload) = event.stored();
        assert!(HandoverEvent::KINDS.contains(&kind));
        assert_eq!(HandoverEvent::parse(kind, payload).as_ref(), Ok(event));
    }
    Ok(decision.events.iter().fold(of.clone(), event::evolve))
}

fn seen(of: &Handover, facts: &Facts) -> String {
    content(of, &facts.now).as_str().to_owned()
}

#[test]
fn the_unit_those_above_an_office_and_the_administrator_draw_a_list_up_and_nobody_else() {
    let all = facts(vec![held(1, 3)]);
    let may: BTreeSet<_> =
        everybody().keys().copied().filter(|who| prepared(*who, &all).is_ok()).map(|who| format!("{who:?}")).collect();
    for (who, expected) in [
        (P::Head, true),
        (P::Clerk, true),
        (P::Office, true),
        (P::Stranger, false),
        (P::Leader, false),
        (P::Team, false),
        (P::SubClerk, false),
        (P::SupportHead, false),
    ] {
        assert_eq!(may.contains(&format!("{who:?}")), expected, "{who:?}");
    }
    assert_eq!(prepared(P::Head, &facts(Vec::new())).unwrap_err().errors[0].pointer, "/items");
    let nobody = Facts { to_can_log_in: false, ..facts(vec![held(1, 3)]) };
    assert_eq!(prepared(P::Head, &nobody).unwrap_err().errors[0].code, "handover-receiver-no-account");
    // What a handover does not move is on no list.
    assert_eq!(prepared(P::Head, &all).unwrap().items[0].parts, [Part::Person]);
}

#[test]
fn who_leaves_signs_first_then_who_comes_each_what_holds_now() {
    let before = facts(vec![held(1, 3), held(2, 8)]);
    let list = prepared(P::Office, &before).unwrap();
    let (give, take) = (
        |c: &str| HandoverCommand::Give { content: c.to_owned() },
        |c: &str| HandoverCommand::Take { content: c.to_owned() },
    );
    let first = seen(&list, &before);
    assert_eq!(ask(&list, P::Head, take(&first), &before).unwrap_err().code, "wrong-state");
    assert_eq!(ask(&list, P::Office, give(&first), &before).unwrap_err().code, "not-allowed");
    let given = ask(&list, P::Clerk, give(&first), &before).unwrap();
    assert_eq!((given.state, given.waits_for()), (HandoverState::Given, Some(P::Head.person())));
    // One changed, one is his no more: both are said, and what is signed is what holds.
    let after = facts(vec![Held { state: "销号审核".to_owned(), ..held(1, 4) }]);
    let refused = ask(&given, P::Head, take(&first), &after).unwrap_err();
    let said: Vec<_> = refused.errors.iter().map(|e| (e.params["number"].clone(), e.params["now"].clone())).collect();
    assert_eq!(refused.code, "handover-changed");
    assert_eq!(said, [("T1".into(), "销号审核".into()), ("T2".into(), "已不由其负责".into())]);
    let done = ask(&given, P::Head, take(&seen(&given, &after)), &after).unwrap();
    assert_eq!((done.state, done.items.len(), done.items[0].version), (HandoverState::Done, 1, 4));
    assert_eq!(ask(&given, P::Head, take(&first), &facts(Vec::new())).unwrap_err().code, "handover-empty");
    for action in HandoverAction::ALL {
        assert!(!starts_from(*action).contains(&HandoverState::Done), "{action}");
    }
}

#[test]
fn paper_counts_for_who_cannot_log_in_when_a_second_officer_has_seen_it() {
    let here = facts(vec![held(1, 3)]);
    let gone = Facts { from_can_log_in: false, ..here.clone() };
    let list = prepared(P::Office, &here).unwrap();
    let document = |hash: String| SignDocument {
        signed_on: date("2020-09-04"),
        scan: "ab".repeat(32),
        content_hash: Some(hash),
        body: None,
        minutes_number: None,
    };
    let record = |hash: String| HandoverCommand::Record { document: document(hash) };
    let hash = seen(&list, &here);
    assert_eq!(ask(&list, P::Office, record(hash.clone()), &here).unwrap_err().code, "handover-signs-himself");
    let other = ask(&list, P::Office, record("0".repeat(64)), &gone).unwrap_err();
    assert_eq!(other.errors[0].code, "content-hash-differs");
    let recorded = ask(&list, P::Office, record(hash), &gone).unwrap();
    assert_eq!(recorded.waits_for(), None);
    let confirm = || HandoverCommand::Confirm { is_confirmed: true, reason: None };
    for who in [P::Office, P::Head] {
        assert_eq!(ask(&recorded, who, confirm(), &gone).unwrap_err().code, "second-officer-needed", "{who:?}");
    }
    let refuse = HandoverCommand::Confirm { is_confirmed: false, reason: Some("签字不清".to_owned()) };
    let refused = ask(&recorded, P::Office2, refuse, &gone).unwrap();
    assert_eq!((refused.state, refused.pending.is_none()), (HandoverState::Prepared, true));
    let given = ask(&recorded, P::Office2, confirm(), &gone).unwrap();
    assert_eq!(given.state, HandoverState::Given);
    assert_eq!(given.given.unwrap().signed_on, date("2020-09-04"));
}

#[test]
fn only_who_drew_a_list_up_withdraws_it() {
    let here = facts(vec![held(1, 3)]);
    let list = prepared(P::Office, &here).unwrap();
    let withdraw = |reason: &str| HandoverCommand::Withdraw { reason: reason.to_owned() };
    for who in [P::Office2, P::Head, P::Clerk] {
        assert_eq!(ask(&list, who, withdraw("人员另定"), &here).unwrap_err().code, "not-allowed", "{who:?}");
    }
    assert_eq!(ask(&list, P::Office, withdraw(" "), &here).unwrap_err().code, "content");
    assert_eq!(ask(&list, P::Office, withdraw("人员另定"), &here).unwrap().state, HandoverState::Withdrawn);
}

#[test]
fn a_handover_is_seen_by_the_two_by_who_looks_after_the_unit_and_by_nobody_else() {
    let here = facts(vec![held(1, 3)]);
    let list = prepared(P::Office, &here).unwrap();
    let sees = |who| domain::rights::sees_handover(&actor(who), &list, &here.unit);
    assert!([P::Clerk, P::Head, P::Office, P::Office2].into_iter().all(sees));
    assert!(![P::Stranger, P::SubClerk, P::SupportHead, P::Team, P::Leader, P::NewHead].into_iter().any(sees));
    // A key sees what its unit sees, and draws up, gives and takes nothing.
    let (own, above, below) = (key(LEAD), key(GROUP), key(BELOW));
    assert!([&own, &above].into_iter().all(|who| domain::rights::sees_handover(who, &list, &here.unit)));
    assert!(!domain::rights::sees_handover(&below, &list, &here.unit));
    assert!(domain::rights::permit_preparing_handover(&own, &here.unit).is_err());
    for action in HandoverAction::ALL {
        assert!(domain::rights::permit_handover(&own, *action, &list, &here.unit).is_err(), "{action}");
    }
    let elsewhere = UnitPath(vec![LEAD]);
    assert!(!domain::rights::sees_handover(&actor(P::Stranger), &list, &elsewhere));
}

#[test]
fn who_came_stands_where_who_left_stood_and_signs_what_waited_for_him() {
    let mut world = World::issued().at("2020-09-02 10:00").and_claimed().and_plan_submitted();
    let request = world.request(RequestKind::Plan);
    world.done(P::Head, sign(request));
    let signed = world.hash(RequestKind::Plan);
    world.done(P::Clock, take_over(P::Leader, P::SupportHead));
    let leaders = &world.task().draft.parties.leaders;
    assert_eq!(leaders[..], [P::SupportHead.person(), P::OtherLeader.person()]);
    assert_eq!(world.hash(RequestKind::Plan), signed, "what is signed stays what was handed in");
    let chain = &world.task().request(request).unwrap().request.chain;
    assert!(chain.iter().any(|s| s.person == Some(P::SupportHead.person())));
    assert!(chain.iter().all(|s| s.person != Some(P::Leader.person())));
    // Whoever is named already keeps the better place; nobody is named twice.
    world.done(P::Clock, take_over(P::SupportHead, P::OtherLeader));
    assert_eq!(world.task().draft.parties.leaders[..], [P::OtherLeader.person()]);
    assert_eq!(world.ask(P::Clock, take_over(P::Stranger, P::Leader)).unwrap_err().code, "nothing-changed");
    assert_eq!(world.ask(P::Clock, take_over(P::OtherLeader, P::Clerk)).unwrap_err().code, "handover-signs-twice");
    for who in [P::Office, P::Head, P::Leader] {
        assert_eq!(world.ask(who, take_over(P::OtherLeader, P::Leader)).unwrap_err().code, "not-allowed", "{who:?}");
    }
}
