//! The four personal duties: whose they are, who enters and who confirms, what is suggested, which days a register covers (docs/domain.md §27).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::ids::{DutyActId, TaskId};
use domain::personal_duty::event::{self, DutyEvent};
use domain::personal_duty::state::{DutyAct, DutyState, PersonalDuty};
use domain::personal_duty::suggest::{Known, SourceKind, suggest};
use domain::personal_duty::{
    self, Context, DutyAction, DutyCommand, Entry, Head, Period, is_reminded, open_actions, starts_from,
};
use domain::refusal::{Refusal, RefusalKind};
use domain::rights::{self, Enters};
use support::cast::{BELOW, LEAD, P, SUPPORT, everybody};
use support::*;

fn actor(who: P) -> Actor {
    if who == P::Clock { Actor::System } else { Actor::Person(Box::new(everybody()[&who].clone())) }
}

/// The head of the lead unit, in the charge of the lead leader.
fn head() -> Head {
    Head {
        person: Some(P::Head.person()),
        units: BTreeSet::from([LEAD]),
        is_leader: false,
        in_charge: BTreeSet::from([P::Leader.person()]),
    }
}

fn leader() -> Head {
    Head { person: Some(P::OtherLeader.person()), is_leader: true, ..Head::default() }
}

fn entry() -> Entry {
    Entry {
        duty: PersonalDuty::Research,
        on: date("2020-09-04"),
        words: " 到现场核对措施 ".into(),
        tasks: vec![TaskId(uuid(9001))],
        source: None,
    }
}

fn record_as(who: P, head: &Head, entry: Entry) -> Result<DutyAct, Refusal> {
    let actor = actor(who);
    let ctx = Context { actor: &actor, now: at("2020-09-07 10:00") };
    let decision = personal_duty::record(&ctx, round(), head, date("2020-08-03"), entry)?;
    assert_eq!(decision.events.len(), 1);
    Ok(event::begin(DutyActId(uuid(88)), &decision.events[0]).unwrap())
}

fn ask(act: &DutyAct, who: P, command: DutyCommand) -> Result<DutyAct, Refusal> {
    let actor = actor(who);
    let ctx = Context { actor: &actor, now: at("2020-09-08 10:00") };
    let decision = personal_duty::decide(act, command, &ctx)?;
    Ok(decision.events.iter().fold(act.clone(), event::evolve))
}

fn refuse(reason: &str) -> DutyCommand {
    DutyCommand::Refuse { reason: reason.into() }
}

fn withdraw(reason: &str) -> DutyCommand {
    DutyCommand::Withdraw { reason: reason.into() }
}

#[test]
fn a_head_enters_his_own_and_his_unit_enters_for_him() {
    let own = record_as(P::Head, &head(), entry()).unwrap();
    assert_eq!((own.state, own.head, own.entered_by), (DutyState::Counted, P::Head.person(), P::Head.person()));
    assert_eq!(own.units, [LEAD]);
    let for_him = record_as(P::Clerk, &head(), entry()).unwrap();
    assert_eq!((for_him.state, for_him.entered_by), (DutyState::Unconfirmed, P::Clerk.person()));
    // Nobody else, the office and those above and below among them.
    for who in P::ALL.iter().copied().filter(|p| !matches!(p, P::Head | P::Clerk)) {
        let refusal = record_as(who, &head(), entry()).unwrap_err();
        assert_eq!((refusal.code, refusal.kind), ("not-allowed", RefusalKind::Forbidden), "{who:?}");
    }
}

#[test]
fn the_office_enters_for_leaders_where_their_duties_count() {
    assert_eq!(record_as(P::OtherLeader, &leader(), entry()).unwrap().state, DutyState::Counted);
    assert_eq!(record_as(P::Office, &leader(), entry()).unwrap().state, DutyState::Unconfirmed);
    assert_eq!(record_as(P::Team, &leader(), entry()).unwrap_err().code, "not-allowed");
    // Whoever is no head, and no leader whose duties count, has none to enter.
    let nobody = Head { person: Some(P::OtherLeader.person()), ..Head::default() };
    let refusal = record_as(P::OtherLeader, &nobody, entry()).unwrap_err();
    assert_eq!((refusal.kind, refusal.errors[0].code.as_str()), (RefusalKind::Invalid, "not-a-head"));
}

#[test]
fn an_act_has_words_a_day_of_the_round_and_each_task_once() {
    let wrong = |change: fn(&mut Entry)| {
        let mut entry = entry();
        change(&mut entry);
        let refusal = record_as(P::Head, &head(), entry).unwrap_err();
        refusal.errors.into_iter().map(|e| (e.pointer, e.code)).collect::<Vec<_>>()
    };
    let at = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    assert_eq!(wrong(|e| e.words = "  ".into()), at("/words", "required"));
    assert_eq!(wrong(|e| e.words = "写".repeat(501)), at("/words", "too-long"));
    assert_eq!(wrong(|e| e.on = date("2020-09-08")), at("/on", "in-the-future"));
    assert_eq!(wrong(|e| e.on = date("2020-08-02")), at("/on", "before-round"));
    assert_eq!(wrong(|e| e.tasks = vec![TaskId(uuid(1)); 2]), at("/tasks", "repeated"));
    assert_eq!(wrong(|e| e.tasks = (0..51).map(|n| TaskId(uuid(n))).collect()), at("/tasks", "too-many"));
    let edges = |on| record_as(P::Head, &head(), Entry { on, words: "写".repeat(500), ..entry() });
    assert!(edges(date("2020-09-07")).is_ok() && edges(date("2020-08-03")).is_ok());
}

#[test]
fn only_the_head_confirms_or_refuses_and_what_is_confirmed_only_he_withdraws() {
    let act = record_as(P::Clerk, &head(), entry()).unwrap();
    for who in P::ALL.iter().copied().filter(|p| *p != P::Head) {
        assert_eq!(ask(&act, who, DutyCommand::Confirm).unwrap_err().code, "confirm-own-only", "{who:?}");
        assert_eq!(ask(&act, who, refuse("不是我办的")).unwrap_err().code, "confirm-own-only", "{who:?}");
        if who != P::Clerk {
            assert_eq!(ask(&act, who, withdraw("重复")).unwrap_err().code, "not-allowed", "{who:?}");
        }
    }
    let confirmed = ask(&act, P::Head, DutyCommand::Confirm).unwrap();
    assert_eq!((confirmed.state, confirmed.version), (DutyState::Counted, 2));
    assert_eq!(ask(&confirmed, P::Clerk, withdraw("重复")).unwrap_err().code, "confirmed-by-head");
    assert_eq!(ask(&confirmed, P::Head, DutyCommand::Confirm).unwrap_err().code, "duty-decided");
    let gone = ask(&confirmed, P::Head, withdraw("日期写错")).unwrap();
    assert_eq!(gone.state, DutyState::Withdrawn);
    assert!(gone.reason.is_some() && gone.moved_at.is_some());
    let refused = ask(&act, P::Head, refuse("不是我办的")).unwrap();
    assert_eq!(refused.state, DutyState::Refused);
    for ended in [&gone, &refused] {
        for command in [DutyCommand::Confirm, refuse("x"), withdraw("x")] {
            assert_eq!(ask(ended, P::Head, command).unwrap_err().code, "duty-decided");
        }
        assert_eq!(open_actions(&actor(P::Head), ended), []);
    }
    for command in [refuse(" "), withdraw("")] {
        let refusal = ask(&act, P::Head, command).unwrap_err();
        assert_eq!((refusal.errors[0].pointer.as_str(), refusal.errors[0].code.as_str()), ("/reason", "required"));
    }
    assert_eq!(ask(&act, P::Clerk, withdraw("重复")).unwrap().state, DutyState::Withdrawn);
}

#[test]
fn what_is_offered_may_be_done_and_nothing_else() {
    let unconfirmed = record_as(P::Clerk, &head(), entry()).unwrap();
    let counted = record_as(P::Head, &head(), entry()).unwrap();
    for act in [&unconfirmed, &counted] {
        for who in P::ALL.iter().copied().filter(|p| *p != P::Clock) {
            let open = open_actions(&actor(who), act);
            for action in DutyAction::ALL.iter().copied() {
                let command = match action {
                    DutyAction::Confirm => DutyCommand::Confirm,
                    DutyAction::Refuse => refuse("理由"),
                    DutyAction::Withdraw => withdraw("理由"),
                };
                assert_eq!(command.action(), action);
                assert_eq!(open.contains(&action), ask(act, who, command).is_ok(), "{who:?} {action}");
                assert!(!open.contains(&action) || starts_from(action).contains(&act.state));
            }
        }
    }
    assert_eq!(open_actions(&actor(P::Head), &unconfirmed).len(), 3);
    assert_eq!(open_actions(&actor(P::Head), &counted), [DutyAction::Withdraw]);
}

#[test]
fn who_sees_the_duties_of_a_head() {
    let sees = |who: P, head: &Head| rights::sees_duties(&actor(who), round(), head);
    let expected = [P::Clock, P::Principal, P::Second, P::Office, P::Office2, P::Office3, P::Leader, P::Head, P::Clerk];
    for who in P::ALL.iter().copied() {
        assert_eq!(sees(who, &head()), expected.contains(&who), "{who:?}");
    }
    // A leader's own are his, and those of who sees all; the leading group does not see each other.
    let all = [P::Clock, P::Principal, P::Second, P::Office, P::Office2, P::Office3, P::OtherLeader];
    for who in P::ALL.iter().copied() {
        assert_eq!(sees(who, &leader()), all.contains(&who), "{who:?}");
    }
    // The unit below sees its own and not the one above.
    let below = Head { person: None, units: BTreeSet::from([BELOW]), ..Head::default() };
    assert!(sees(P::SubClerk, &below) && !sees(P::Head, &below) && !sees(P::SubClerk, &head()));
    let own = rights::permit_entering_duty(&actor(P::Head), round(), &head());
    assert_eq!(own, Ok(Enters::Own));
    // Both heads of a unit: each his own, and each for the other, who confirms it.
    let other =
        Head { person: Some(P::SupportHead.person()), units: BTreeSet::from([SUPPORT, LEAD]), ..Head::default() };
    assert_eq!(rights::permit_entering_duty(&actor(P::Head), round(), &other), Ok(Enters::ForHead));
}

#[test]
fn what_the_records_know_is_suggested_by_kind_and_day_the_latest_first() {
    let known = |kind, id: u128, on: &str, tasks: &[u128]| Known {
        kind,
        id: uuid(id),
        on: date(on),
        tasks: tasks.iter().map(|t| TaskId(uuid(*t))).collect(),
    };
    let found = suggest(vec![
        known(SourceKind::Plan, 1, "2020-09-02", &[11]),
        known(SourceKind::Plan, 2, "2020-09-02", &[12, 11]),
        known(SourceKind::Plan, 3, "2020-09-03", &[13]),
        known(SourceKind::Mobilisation, 4, "2020-09-03", &[]),
        known(SourceKind::Check, 5, "2020-09-03", &[11]),
        known(SourceKind::Check, 5, "2020-09-03", &[12]),
    ]);
    let said: Vec<_> = found.iter().map(|s| (s.key(), s.kind.duty(), s.words())).collect();
    assert_eq!(
        said,
        [
            ("plan:2020-09-03".to_owned(), PersonalDuty::Research, "签报单位整改方案，涉及 1 项任务".to_owned()),
            ("mobilisation:2020-09-03".to_owned(), PersonalDuty::Deploy, "主持动员部署会".to_owned()),
            ("check:2020-09-03".to_owned(), PersonalDuty::Inspect, "参加现场检查并签名，涉及 2 项任务".to_owned()),
            ("plan:2020-09-02".to_owned(), PersonalDuty::Research, "签报单位整改方案，涉及 2 项任务".to_owned()),
        ]
    );
    assert_eq!(found[2].ids, [uuid(5)], "one check, however many tasks");
    assert_eq!(found[3].ids, [uuid(1), uuid(2)]);
    for kind in SourceKind::ALL {
        assert!(PersonalDuty::ALL.contains(&kind.duty()));
    }
    assert_eq!(suggest(Vec::new()), []);
}

#[test]
fn a_month_has_its_own_days_and_is_reminded_of_before_it_ends() {
    let february = Period::parse("2020-02").unwrap();
    assert_eq!((february.from, february.to), (date("2020-02-01"), date("2020-02-29")));
    let december = Period::parse("2020-12").unwrap();
    assert_eq!((december.from, december.to), (date("2020-12-01"), date("2020-12-31")));
    for wrong in ["2020-13", "2020-00", "2020-1", "20-01", "2020", "2020-09-01", ""] {
        assert_eq!(Period::parse(wrong), None, "{wrong}");
    }
    let whole = Period::whole(date("2020-08-03"), date("2020-09-07"));
    assert_eq!((whole.from, whole.to), (date("2020-08-03"), date("2020-09-07")));
    // November 2020 ends on a Monday: its last five working days are the 24th to the 27th and the 30th.
    let calendar = Calendar::builtin();
    let reminded = |day: &str, days: u16| is_reminded(date(day), days, &calendar);
    assert!(!reminded("2020-11-23", 5) && reminded("2020-11-24", 5) && reminded("2020-11-28", 5));
    assert!(reminded("2020-11-30", 5) && reminded("2020-11-30", 1) && !reminded("2020-11-29", 1));
    assert!(!reminded("2020-11-30", 0), "never where nobody wants it");
}

#[test]
fn an_act_is_the_fold_of_its_stored_events() {
    let clerk = actor(P::Clerk);
    let ctx = Context { actor: &clerk, now: at("2020-09-07 10:00") };
    let first = personal_duty::record(&ctx, round(), &head(), date("2020-08-03"), entry()).unwrap().events;
    let id = DutyActId(uuid(88));
    let mut act = event::begin(id, &first[0]).unwrap();
    let mut events = first;
    for (who, command) in [(P::Head, DutyCommand::Confirm), (P::Head, withdraw("日期写错"))] {
        let who = actor(who);
        let ctx = Context { actor: &who, now: at("2020-09-08 10:00") };
        for event in personal_duty::decide(&act, command, &ctx).unwrap().events {
            act = event::evolve(act, &event);
            events.push(event);
        }
    }
    assert_eq!(act.seq, 3);
    let mut again = None;
    for event in &events {
        let (kind, payload) = event.stored();
        assert!(DutyEvent::KINDS.contains(&kind));
        let read = DutyEvent::parse(kind, payload).unwrap();
        again = match again {
            None => event::begin(id, &read),
            Some(act) => Some(event::evolve(act, &read)),
        };
    }
    assert_eq!(again, Some(act));
    // The words are named by their digest alone: nothing of them stands in an event.
    assert!(!format!("{events:?}").contains("现场核对"));
}

/// The stored form, which never changes.
#[test]
fn the_stored_form_of_an_act_stays() {
    let act = record_as(P::Clerk, &head(), entry()).unwrap();
    let (kind, payload) = DutyEvent::Recorded {
        round: act.round,
        duty: act.duty,
        head: act.head,
        units: act.units.clone(),
        on: act.on,
        words: act.words.clone(),
        tasks: Vec::new(),
        source: None,
        by: act.entered_by,
        is_confirmed: false,
        at: act.entered_at,
    }
    .stored();
    assert_eq!(kind, "personal_duty.recorded");
    assert_eq!((payload["duty"].as_str(), payload["on"].as_str()), (Some("research"), Some("2020-09-04")));
    let keys: BTreeSet<&str> = payload.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["at", "by", "duty", "head", "is_confirmed", "on", "round", "source", "tasks", "units", "words"];
    assert_eq!(keys, BTreeSet::from(expected));
}
