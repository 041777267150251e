//! A meeting's life, its agenda and its pace: who may do what, when, and what an agenda is made of (docs/domain.md §26).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::cell::Cell;
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::ids::{ItemId, MeetingId, SignRequestId, TaskId};
use domain::meeting::agenda::{
    About, Found, Line, Pace, build, falls_behind, is_overdue, is_stuck, moved, next_proposed, slots,
};
use domain::meeting::event::{self, MeetingEvent};
use domain::meeting::state::{Changes, Item, Meeting, MeetingKind, MeetingState, Outcome, Source, Standing};
use domain::meeting::{
    self, Brief, Context, Decided, MeetingAction, MeetingCommand, Plan, open_actions, open_on_resolution, starts_from,
};
use domain::refusal::Refusal;
use domain::rights;
use domain::task::event::TaskEvent;
use support::cast::{LEAD, P, everybody};
use support::*;

fn actor(who: P) -> Actor {
    Actor::Person(Box::new(everybody()[&who].clone()))
}

fn task(n: u128) -> TaskId {
    TaskId(uuid(9000 + n))
}

fn found(about: About, source: Source) -> Found {
    Found { about, source, why: source.label().to_owned() }
}

fn plan() -> Plan {
    Plan {
        kind: MeetingKind::Coordination,
        at: at("2020-09-08 15:00"),
        brief: Brief {
            title: "第一次协调会".into(),
            place: "三楼会议室".into(),
            body: "整改工作领导组".into(),
            chair: None,
            guests: vec!["外请专家".into(), " ".into()],
        },
        chair: Some(P::Leader.person()),
        attendees: vec![P::Team.person()],
    }
}

struct Story {
    meeting: Meeting,
    now: DateTime<Utc>,
    ids: Cell<u128>,
    events: Vec<MeetingEvent>,
}

impl Story {
    fn scheduled() -> Self {
        let ids = Cell::new(70_000);
        let now = at("2020-09-07 10:00");
        let office = actor(P::Office);
        let fresh = || uuid(ids.replace(ids.get() + 1));
        let decision = meeting::schedule(&Context { actor: &office, now, fresh: &fresh }, round(), plan()).unwrap();
        let meeting = event::begin(MeetingId(uuid(78)), &decision.events[0]).unwrap();
        Self { meeting, now, ids, events: decision.events }
    }

    fn ask(&self, who: P, command: MeetingCommand) -> Result<Vec<MeetingEvent>, Refusal> {
        let who = actor(who);
        let fresh = || uuid(self.ids.replace(self.ids.get() + 1));
        meeting::decide(&self.meeting, command, &Context { actor: &who, now: self.now, fresh: &fresh })
            .map(|d| d.events)
    }

    #[track_caller]
    fn done(&mut self, who: P, command: MeetingCommand) {
        for event in self.ask(who, command).unwrap() {
            self.meeting = event::evolve(self.meeting.clone(), &event);
            self.events.push(event);
        }
    }

    #[track_caller]
    fn refused(&self, who: P, command: MeetingCommand, code: &str) {
        assert_eq!(self.ask(who, command).unwrap_err().code, code);
    }

    fn lines() -> Vec<Line> {
        build(
            vec![
                found(About::Task(task(1)), Source::Overdue),
                found(About::Closure(SignRequestId(uuid(31)), task(2)), Source::Ratify),
                found(About::LeftOver(ItemId(uuid(32)), Some(task(3))), Source::LeftOver),
            ],
            &Changes::default(),
        )
    }

    fn open() -> Self {
        let mut story = Self::scheduled();
        story.done(P::Office, MeetingCommand::Open(Self::lines()));
        story
    }

    fn item(&self, n: usize) -> ItemId {
        self.meeting.items[n].id
    }

    /// Everything resolved for the lead unit and over.
    fn concluded() -> Self {
        let mut story = Self::open();
        let item = story.item(1);
        story.done(P::Office, MeetingCommand::Decide { item, revision: 0, decided: resolved() });
        story.done(P::Office, MeetingCommand::Conclude { number: "1号".into(), notes_rest: true });
        story
    }
}

fn resolved() -> Decided {
    Decided::Resolved { text: "牵头清理".into(), unit: Some(LEAD), person: None, due_on: Some(date("2020-09-18")) }
}

fn report(item: ItemId) -> MeetingCommand {
    MeetingCommand::Report { item, words: "已清理".into(), files: Vec::new() }
}

#[test]
fn only_the_office_arranges_a_meeting_and_says_all_that_is_needed() {
    let fresh = || uuid(1);
    for who in P::ALL.iter().copied().filter(|p| !matches!(p, P::Clock | P::Office | P::Office2 | P::Office3)) {
        let who = actor(who);
        let ctx = Context { actor: &who, now: at("2020-09-07 10:00"), fresh: &fresh };
        assert_eq!(meeting::schedule(&ctx, round(), plan()).unwrap_err().code, "not-allowed");
        assert_eq!(meeting::record(&ctx, round(), plan(), None, None).unwrap_err().code, "not-allowed");
    }
    let office = actor(P::Office);
    let ctx = Context { actor: &office, now: at("2020-09-07 10:00"), fresh: &fresh };
    type Fault = (fn(&mut Plan), &'static str, &'static str);
    let wrong: [Fault; 7] = [
        (|p| p.brief.title = " ".into(), "/title", "required"),
        (|p| p.brief.place = String::new(), "/place", "required"),
        (|p| p.brief.body = String::new(), "/body", "required"),
        (|p| p.chair = None, "/chair", "required"),
        (|p| p.attendees.push(P::Team.person()), "/attendees", "repeated"),
        (|p| p.brief.guests = vec!["甲".into(); 100], "/attendees", "too-many"),
        (|p| p.at = at("2020-09-06 23:59"), "/at", "in-the-past"),
    ];
    for (change, pointer, code) in wrong {
        let mut wrong = plan();
        change(&mut wrong);
        let refusal = meeting::schedule(&ctx, round(), wrong).unwrap_err();
        assert_eq!((refusal.errors[0].pointer.as_str(), refusal.errors[0].code.as_str()), (pointer, code));
    }
    // Earlier on the same day is still today.
    let mut today = plan();
    today.at = at("2020-09-07 08:00");
    assert!(meeting::schedule(&ctx, round(), today.clone()).is_ok());
    // What was held is recorded, and what lies ahead is not.
    let held = meeting::record(&ctx, round(), today, Some("2号"), None).unwrap();
    let recorded = event::begin(MeetingId(uuid(79)), &held.events[0]).unwrap();
    assert_eq!((recorded.state, recorded.number.as_deref()), (MeetingState::Concluded, Some("2号")));
    assert_eq!(meeting::record(&ctx, round(), plan(), None, None).unwrap_err().errors[0].code, "in-the-future");
}

#[test]
fn an_agenda_says_each_thing_once_in_its_order_and_as_people_changed_it() {
    let all = vec![
        found(About::Task(task(1)), Source::Stuck),
        found(About::Task(task(2)), Source::HelpWanted),
        found(About::Task(task(1)), Source::Overdue),
        found(About::Closure(SignRequestId(uuid(31)), task(2)), Source::Ratify),
        found(About::LeftOver(ItemId(uuid(32)), None), Source::LeftOver),
    ];
    let lines = build(all.clone(), &Changes::default());
    let keys = |lines: &[Line]| lines.iter().map(|l| l.key.clone()).collect::<Vec<_>>();
    let key = |about: About| about.key();
    let (left, one) = (key(About::LeftOver(ItemId(uuid(32)), None)), key(About::Task(task(1))));
    let (two, closure) = (key(About::Task(task(2))), key(About::Closure(SignRequestId(uuid(31)), task(2))));
    assert_eq!(keys(&lines), [left.clone(), one.clone(), two.clone(), closure.clone()]);
    assert_eq!(lines[1].sources.iter().map(|(s, _)| *s).collect::<Vec<_>>(), [Source::Overdue, Source::Stuck]);

    let mut story = Story::scheduled();
    story.done(P::Office, MeetingCommand::Order(vec![closure.clone(), two.clone()]));
    story.done(P::Office, MeetingCommand::Add { title: "资金安排".into(), task: None });
    story.done(P::Office, MeetingCommand::TakeOut { key: one.clone(), reason: "另行研究".into() });
    story.refused(P::Office, MeetingCommand::TakeOut { key: one.clone(), reason: "再来".into() }, "item-taken-out");
    story.refused(P::Office, MeetingCommand::TakeOut { key: two.clone(), reason: " ".into() }, "content");
    story.refused(P::Office, MeetingCommand::Order(vec![one.clone(), one.clone()]), "content");
    let changed = build(all.clone(), &story.meeting.changes);
    assert_eq!(keys(&changed)[..4], [closure, two, left, one.clone()]);
    assert_eq!(changed[4].sources[0].0, Source::ByHand);
    assert_eq!(
        changed.iter().filter(|l| l.taken_out.is_some()).map(|l| l.key.as_str()).collect::<Vec<_>>(),
        [one.as_str()]
    );
    // What was taken out is no item of the meeting; put back, it is.
    let items = |story: &Story| story.ask(P::Office, MeetingCommand::Open(build(all.clone(), &story.meeting.changes)));
    let opened = |events: Vec<MeetingEvent>| match &events[0] {
        MeetingEvent::Opened { items, .. } => items.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(opened(items(&story).unwrap()), 4);
    story.done(P::Office, MeetingCommand::PutBack { key: one.clone() });
    assert_eq!(opened(items(&story).unwrap()), 5);
    story.refused(P::Office, MeetingCommand::PutBack { key: one }, "content");
}

#[test]
fn a_resolution_has_an_owner_and_a_date_and_two_who_write_at_once_are_told() {
    let mut story = Story::open();
    let item = story.item(1);
    let wrong = |change: fn(&mut Decided)| {
        let mut decided = resolved();
        change(&mut decided);
        MeetingCommand::Decide { item, revision: 0, decided }
    };
    let ownerless = wrong(|d| *d = Decided::Resolved { text: "清理".into(), unit: None, person: None, due_on: None });
    let refusal = story.ask(P::Office, ownerless).unwrap_err();
    assert_eq!(refusal.code, "resolution-without-owner");
    assert_eq!(refusal.errors.iter().map(|e| e.pointer.as_str()).collect::<Vec<_>>(), ["/unit", "/due_on"]);
    let undated = |on: Option<&str>| Decided::Resolved {
        text: "清理".into(),
        unit: Some(LEAD),
        person: None,
        due_on: on.map(date),
    };
    for (on, code) in [(None, "required"), (Some("2020-09-06"), "in-the-past")] {
        let refusal =
            story.ask(P::Office, MeetingCommand::Decide { item, revision: 0, decided: undated(on) }).unwrap_err();
        assert_eq!(refusal.errors[0].code, code);
    }
    story.done(P::Office, MeetingCommand::Decide { item, revision: 0, decided: resolved() });
    story.refused(P::Office2, MeetingCommand::Decide { item, revision: 0, decided: Decided::Noted }, "item-overtaken");
    let other = story.item(0);
    story.done(P::Office2, MeetingCommand::Decide { item: other, revision: 0, decided: Decided::Noted });
    story.done(P::Office2, MeetingCommand::Decide { item, revision: 1, decided: Decided::Cleared });
    assert_eq!(
        (story.meeting.item(item).unwrap().revision, story.meeting.item(item).unwrap().outcome.clone()),
        (2, None)
    );
    story.refused(P::Team, MeetingCommand::Decide { item, revision: 2, decided: Decided::Noted }, "not-allowed");
}

#[test]
fn a_meeting_ends_with_one_number_and_with_something_on_every_item() {
    let mut story = Story::open();
    let ratified = vec![(story.item(2), SignRequestId(uuid(31)))];
    let scan = domain::chain::Digest::parse(&scan()).unwrap();
    let ratify =
        |number: &str| MeetingCommand::Ratify { ratified: ratified.clone(), number: number.into(), scan: scan.clone() };
    story.refused(P::Office, ratify(" "), "content");
    story.done(P::Office, ratify("整改纪要5号"));
    assert_eq!(story.meeting.items[2].outcome, Some(Outcome::Ratified));
    let again = MeetingCommand::Decide { item: story.item(2), revision: 1, decided: Decided::Noted };
    story.refused(P::Office, again, "item-ratified");
    let conclude = |number: &str, notes_rest| MeetingCommand::Conclude { number: number.into(), notes_rest };
    assert_eq!(story.ask(P::Office, conclude("另一号", true)).unwrap_err().errors[0].code, "minutes-number-differs");
    story.refused(P::Office, conclude("整改纪要5号", false), "items-undecided");
    story.done(P::Office, conclude("整改纪要5号", true));
    assert!(story.meeting.items.iter().all(|i| i.outcome.is_some()));
    for command in
        [conclude("整改纪要5号", true), MeetingCommand::Cancel { reason: "x".into() }, MeetingCommand::Open(Vec::new())]
    {
        story.refused(P::Office, command, "wrong-state");
    }
}

#[test]
fn its_owner_reports_a_resolution_and_another_accepts_or_returns_it() {
    let mut story = Story::concluded();
    let item = story.item(1);
    let of = |story: &Story| story.meeting.item(item).and_then(Item::resolution).cloned().unwrap();
    assert!(rights::owns(&actor(P::Head), &of(&story)) && rights::owns(&actor(P::Clerk), &of(&story)));
    for who in [P::Stranger, P::SubClerk, P::SupportHead, P::Team, P::Leader] {
        story.refused(who, report(item), "not-allowed");
    }
    story.refused(P::Office, MeetingCommand::Accept { item }, "resolution-not-reported");
    let blank = MeetingCommand::Report { item, words: " ".into(), files: Vec::new() };
    story.refused(P::Clerk, blank, "content");
    story.done(P::Clerk, report(item));
    story.refused(P::Head, report(item), "resolution-settled");
    assert_eq!(
        open_on_resolution(&actor(P::Office), round(), &of(&story)),
        [MeetingAction::Accept, MeetingAction::Return]
    );
    story.refused(P::Clerk, MeetingCommand::Accept { item }, "not-allowed");
    story.done(P::Office, MeetingCommand::Return { item, reason: "缺佐证".into() });
    assert_eq!(of(&story).standing, Standing::Running);
    assert_eq!(open_on_resolution(&actor(P::Clerk), round(), &of(&story)), [MeetingAction::Report]);
    // What the office reports for others another officer accepts.
    story.done(P::Office, report(item));
    story.refused(P::Office, MeetingCommand::Accept { item }, "accepted-own-report");
    assert_eq!(open_on_resolution(&actor(P::Office), round(), &of(&story)), [MeetingAction::Return]);
    story.done(P::Office2, MeetingCommand::Accept { item });
    assert!(!of(&story).standing.is_left());
    story.refused(P::Office, MeetingCommand::Replace { item, later: ItemId(uuid(5)) }, "resolution-settled");
    assert_eq!(open_on_resolution(&actor(P::Office2), round(), &of(&story)), []);
}

#[test]
fn who_sees_a_meeting_is_who_supervises_leads_or_takes_part_and_never_a_unit() {
    let meeting = Story::scheduled().meeting;
    let group: BTreeSet<_> = [P::OtherLeader.person(), P::Head.person()].into();
    let sees = |who: P| rights::sees_meeting(&actor(who), &meeting, &group);
    let seers: Vec<P> = P::ALL.iter().copied().filter(|p| *p != P::Clock && sees(*p)).collect();
    for who in [P::Principal, P::Leader, P::OtherLeader, P::Office, P::Team] {
        assert!(seers.contains(&who), "{who:?}");
    }
    for who in [P::Head, P::Clerk, P::SubClerk, P::SupportHead, P::Stranger, P::Checker, P::Admin] {
        assert!(!seers.contains(&who), "{who:?}");
    }
}

#[test]
fn what_is_open_is_what_is_not_refused() {
    for story in [Story::scheduled(), Story::open(), Story::concluded()] {
        for who in P::ALL.iter().copied().filter(|p| *p != P::Clock) {
            for action in open_actions(&actor(who), &story.meeting) {
                assert!(starts_from(action).contains(&story.meeting.state));
                assert!(rights::permit_meeting(&actor(who), action, round()).is_ok());
            }
        }
        assert_eq!(open_actions(&actor(P::Clerk), &story.meeting), []);
        assert_eq!(open_actions(&actor(P::Team), &story.meeting), []);
    }
}

#[test]
fn a_meeting_is_the_fold_of_its_stored_events() {
    let story = Story::concluded();
    let mut again: Option<Meeting> = None;
    for event in &story.events {
        let (kind, payload) = event.stored();
        let read = MeetingEvent::parse(kind, payload).unwrap();
        assert_eq!(&read, event);
        again = match again {
            None => event::begin(story.meeting.id, &read),
            Some(meeting) => Some(event::evolve(meeting, &read)),
        };
    }
    assert_eq!(again, Some(story.meeting));
}

fn pace(from: &str, due: &str, done: u32, left: u32) -> Pace {
    Pace { from: date(from), due: date(due), done, left }
}

#[test]
fn a_pace_says_in_words_why_the_date_will_be_missed() {
    let calendar = Calendar::builtin();
    // Mondays without a holiday between: 2020-11-02 to 2020-11-30 are 20 working days.
    let today = date("2020-11-30");
    // Two in four weeks: six more take twelve, until 2021-02-19. The date leaves two weeks.
    let behind = falls_behind(pace("2020-11-02", "2020-12-14", 2, 6), today, &calendar).unwrap();
    assert_eq!(behind, "4 个工作周完成 2 个节点，剩 6 个，照此还要 12 个工作周，到期只有 2 个工作周");
    // One more takes two weeks: exactly in time, and a day less is not.
    assert_eq!(falls_behind(pace("2020-11-02", "2020-12-14", 2, 1), today, &calendar), None);
    assert!(falls_behind(pace("2020-11-02", "2020-12-11", 2, 1), today, &calendar).is_some());
    // Nothing done: even if one were done today, two more at that pace take eight weeks.
    let none = falls_behind(pace("2020-11-02", "2020-12-14", 0, 3), today, &calendar).unwrap();
    assert_eq!(none, "开工 4 个工作周还没有完成节点，剩 3 个节点，到期只有 2 个工作周");
    assert_eq!(
        falls_behind(pace("2020-11-02", "2020-12-14", 0, 1), today, &calendar),
        None,
        "one milestone has no pace"
    );
    assert_eq!(falls_behind(pace("2020-11-02", "2020-12-14", 2, 0), today, &calendar), None, "nothing is left");
    assert_eq!(falls_behind(pace("2020-11-17", "2020-12-14", 0, 9), today, &calendar), None, "too early: nine days");
    assert!(falls_behind(pace("2020-11-16", "2020-12-14", 0, 9), today, &calendar).is_some(), "ten days");
    assert_eq!(falls_behind(pace("2020-11-02", "2020-11-29", 2, 6), today, &calendar), None, "that is overdue");
}

#[test]
fn stuck_and_overdue_count_from_the_day_after() {
    let today = date("2020-11-30");
    let running = pace("2020-11-02", "2021-03-01", 1, 3);
    assert_eq!(
        is_stuck(running, Some(date("2020-11-09")), today, 3).as_deref(),
        Some("已 3 周没有节点完成，最近一次 11月9日")
    );
    assert_eq!(is_stuck(running, Some(date("2020-11-10")), today, 3), None);
    assert_eq!(is_stuck(running, None, today, 4).as_deref(), Some("开工 4 周还没有节点完成，11月2日 起"));
    assert_eq!(is_stuck(running, None, today, 5), None);
    assert_eq!(is_stuck(running, None, today, 0), None, "switched off");
    assert_eq!(is_stuck(Pace { left: 0, ..running }, None, today, 3), None);
    // Before a reopening the milestones do not count.
    assert_eq!(is_stuck(running, Some(date("2020-10-01")), today, 5), None);
    assert_eq!(is_overdue(today, today), None);
    assert_eq!(is_overdue(date("2020-11-20"), today).as_deref(), Some("逾期 10 天，时限 11月20日"));
}

#[test]
fn the_next_meeting_is_proposed_for_a_working_day_of_each_part_of_a_month() {
    let calendar = Calendar::builtin();
    let days = |of: &str, n| slots(date(of), n, &calendar).into_iter().map(|s| s.on).collect::<Vec<NaiveDate>>();
    // September 2020 has thirty days: parts begin on the 1st and the 16th.
    assert_eq!(days("2020-09-20", 2), [date("2020-09-01"), date("2020-09-16")]);
    // In October 2020 the 1st to the 8th are holidays; the 16th is a Friday.
    assert_eq!(days("2020-10-05", 2), [date("2020-10-09"), date("2020-10-16")]);
    assert_eq!(days("2020-10-05", 0), []);
    assert_eq!(days("2020-09-01", 1), [date("2020-09-01")]);
    for n in 1..=10 {
        for month in 1..=12 {
            let first = NaiveDate::from_ymd_opt(2020, month, 1).unwrap();
            let slots = slots(first, n, &calendar);
            assert!(slots.windows(2).all(|w| w[0].until <= w[1].from && w[0].on < w[1].on));
            assert!(slots.iter().all(|s| calendar.is_working_day(s.on) && s.from <= s.on && s.on < s.until));
        }
    }
    let next = |today: &str, set: &[&str]| {
        let set: Vec<NaiveDate> = set.iter().map(|d| date(d)).collect();
        next_proposed(date(today), 2, &set, &calendar)
    };
    assert_eq!(next("2020-09-01", &[]), Some(date("2020-09-01")));
    assert_eq!(next("2020-09-03", &[]), Some(date("2020-09-03")), "its day is past, its part is not");
    assert_eq!(next("2020-09-03", &["2020-09-10"]), Some(date("2020-09-16")), "moved within its part");
    assert_eq!(next("2020-09-20", &["2020-09-10", "2020-09-18"]), Some(date("2020-10-09")));
    assert_eq!(next_proposed(date("2020-09-01"), 0, &[], &calendar), None);
}

#[test]
fn what_counts_as_movement_are_events_of_a_task() {
    let counted = TaskEvent::KINDS.iter().filter(|kind| moved(kind).is_some()).count();
    assert_eq!(counted, 12, "every kind that counts exists");
    for kind in ["task.milestone_passed", "task.light_changed", "task.statement_missed", "task.signed"] {
        assert_eq!(moved(kind), None);
    }
}

#[test]
fn whatever_the_office_does_the_state_follows_the_table() {
    let steps: [fn(&Story) -> MeetingCommand; 6] = [
        |_| MeetingCommand::Add { title: "临时议题".into(), task: None },
        |_| MeetingCommand::Open(Story::lines()),
        |_| MeetingCommand::Conclude { number: "1号".into(), notes_rest: true },
        |_| MeetingCommand::Cancel { reason: "改期".into() },
        |s| MeetingCommand::Decide {
            item: s.meeting.items.first().map_or(ItemId(uuid(1)), |i| i.id),
            revision: s.meeting.items.first().map_or(0, |i| i.revision),
            decided: resolved(),
        },
        |s| report(s.meeting.items.first().map_or(ItemId(uuid(1)), |i| i.id)),
    ];
    let mut reached = BTreeSet::new();
    for n in 0..6_usize.pow(4) {
        let mut story = Story::scheduled();
        for step in [n % 6, n / 6 % 6, n / 36 % 6, n / 216 % 6] {
            let command = steps[step](&story);
            let (action, before) = (command.action(), story.meeting.state);
            match story.ask(P::Office, command) {
                Ok(events) => {
                    assert!(starts_from(action).contains(&before), "{action} from {before}");
                    for event in events {
                        story.meeting = event::evolve(story.meeting, &event);
                    }
                }
                Err(refusal) => assert!(
                    ["wrong-state", "content", "resolution-settled"].contains(&refusal.code),
                    "{}",
                    refusal.code
                ),
            }
            reached.insert(story.meeting.state);
        }
        let owned = story.meeting.items.iter().filter_map(Item::resolution);
        assert!(owned.into_iter().all(|r| r.unit.is_some() || r.person.is_some()));
    }
    assert_eq!(reached.len(), MeetingState::ALL.len());
}
