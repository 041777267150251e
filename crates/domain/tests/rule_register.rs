//! Rules made and kept alive: who enters and confirms them, which days their checks fall on, when a rule counts as lasting (docs/domain.md §43).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{RuleId, TaskId, UnitId};
use domain::notification::{self, Audience};
use domain::refusal::{Refusal, RefusalKind};
use domain::rights::{self, Subject};
use domain::rule_register::event::{self, RuleEvent};
use domain::rule_register::figure::RuleFigure;
use domain::rule_register::state::{CheckStanding, Rule, RuleKind, RuleState, RuleText, RuleVerdict};
use domain::rule_register::{
    self, Context, Facts, Follow, Judgement, Parties, RuleAction, RuleCommand, RuleInput, open_actions, schedule,
    starts_from,
};
use domain::task::state::{Sensitivity, TaskState};
use support::cast::{LEAD, P, SECOND_UNIT, SUPPORT, everybody, paths};
use support::*;

fn actor(who: P) -> Actor {
    if who == P::Clock { Actor::System } else { Actor::Person(Box::new(everybody()[&who].clone())) }
}

static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::builtin);

const TASK: TaskId = TaskId(uuid::Uuid::from_u128(9001));

fn subject(state: TaskState, sensitivity: Sensitivity) -> Subject {
    let path = |unit: UnitId| paths()[&unit].clone();
    Subject {
        round: round(),
        state,
        sensitivity,
        readers: Vec::new(),
        leaders: vec![P::Leader.person()],
        cross_checkers: Vec::new(),
        units: vec![path(LEAD), path(SECOND_UNIT)],
        supporting: vec![path(SUPPORT)],
        milestone_units: Vec::new(),
        former_units: Vec::new(),
        lead_unit_has_accounts: true,
    }
}

fn facts_of(subject: Subject) -> Facts {
    Facts {
        begins_on: date("2020-01-06"),
        parties: Parties { tasks: vec![(TASK, subject)], owner: paths()[&LEAD].clone(), owner_has_accounts: true },
        people: everybody().values().filter_map(|p| Some((p.person?, p.clone()))).collect::<BTreeMap<_, _>>(),
        replaced: None,
    }
}

fn facts() -> Facts {
    facts_of(subject(TaskState::Closed, Sensitivity::Open))
}

fn input() -> RuleInput {
    RuleInput {
        kind: RuleKind::Made,
        text: RuleText {
            title: " 合同归档管理办法 ".into(),
            number: "集团规〔2020〕8号".into(),
            control: "合同签订后十个工作日内归档，逾期不得付款".into(),
            question: "抽十份付款合同，是否都在付款前归档？".into(),
        },
        issuer: LEAD,
        effective_on: date("2020-03-31"),
        tasks: vec![TASK],
        replaces: None,
        owner_unit: LEAD,
        owner: Some(P::Head.person()),
    }
}

fn run<T>(who: P, now: DateTime<Utc>, facts: &Facts, run: impl FnOnce(&Context<'_>) -> T) -> T {
    let actor = actor(who);
    run(&Context { actor: &actor, now, calendar: &CALENDAR, facts })
}

fn enter_at(who: P, facts: &Facts, input: RuleInput) -> Result<Rule, Refusal> {
    let decision = run(who, at("2020-04-01 10:00"), facts, |ctx| rule_register::enter(round(), input, ctx))?;
    Ok(event::begin(RuleId(uuid(70)), &decision.events[0]).unwrap())
}

fn enter(who: P) -> Rule {
    enter_at(who, &facts(), input()).unwrap()
}

fn ask_at(rule: &Rule, who: P, now: DateTime<Utc>, command: RuleCommand) -> Result<Rule, Refusal> {
    let decision = run(who, now, &facts(), |ctx| rule_register::decide(rule, command, ctx))?;
    Ok(decision.events.iter().fold(rule.clone(), event::evolve))
}

fn ask(rule: &Rule, who: P, day: &str, command: RuleCommand) -> Result<Rule, Refusal> {
    ask_at(rule, who, at(&format!("{day} 10:00")), command)
}

fn digest(n: u8) -> Digest {
    Digest::parse(&format!("{n:064x}")).unwrap()
}

fn submit() -> RuleCommand {
    RuleCommand::Submit { file: Some(digest(1)) }
}

fn confirm(who: P) -> RuleCommand {
    RuleCommand::Confirm { supervisor: Some(who.person()) }
}

fn answer(months: u32) -> RuleCommand {
    RuleCommand::Answer { months, words: "本季度合同全部归档后付款".into(), files: vec![digest(2)] }
}

fn judge(months: u32, verdict: RuleVerdict, follow: Option<Follow>) -> RuleCommand {
    let judgement = Judgement { months, verdict, words: "现场抽查".into(), files: vec![digest(3)], follow };
    RuleCommand::Judge(Box::new(judgement))
}

fn pass(months: u32) -> RuleCommand {
    judge(months, RuleVerdict::Passed, None)
}

fn fail(months: u32) -> RuleCommand {
    judge(months, RuleVerdict::Failed, Some(Follow::Neither { reason: "已并入新的任务".into() }))
}

/// Confirmed on the 2nd of April 2020, judged by the team.
fn in_force() -> Rule {
    let rule = ask(&enter(P::Clerk), P::Clerk, "2020-04-01", submit()).unwrap();
    ask(&rule, P::Office, "2020-04-02", confirm(P::Team)).unwrap()
}

fn faults(refusal: Refusal) -> Vec<(String, String)> {
    refusal.errors.into_iter().map(|e| (e.pointer, e.code)).collect()
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

#[test]
fn a_rule_that_answers_no_task_is_refused() {
    let refusal = enter_at(P::Clerk, &facts(), RuleInput { tasks: Vec::new(), ..input() }).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Invalid);
    assert_eq!(faults(refusal), one("/tasks", "rule-answers-no-task"));
}

#[test]
fn units_enter_rules_for_tasks_they_answer_for_and_the_office_for_any() {
    for who in [P::Head, P::Clerk, P::SecondUnitHead, P::Office] {
        assert_eq!(enter(who).state, RuleState::Draft, "{who:?}");
    }
    // Whoever only supports, stands below or has nothing to do with it names a task that is not his.
    for who in [P::SupportHead, P::SubClerk, P::Stranger, P::NewHead] {
        assert_eq!(
            faults(enter_at(who, &facts(), input()).unwrap_err()),
            one("/tasks/0", "rule-task-outside"),
            "{who:?}"
        );
    }
    for who in [P::Clock, P::Principal, P::Leader, P::Team, P::Checker, P::Admin] {
        let refusal = enter_at(who, &facts(), input()).unwrap_err();
        assert_eq!((refusal.kind, refusal.code), (RefusalKind::Forbidden, "not-allowed"), "{who:?}");
    }
    let of = |state, sensitivity| enter_at(P::Office, &facts_of(subject(state, sensitivity)), input()).unwrap_err();
    assert_eq!(faults(of(TaskState::Draft, Sensitivity::Open)), one("/tasks/0", "rule-task-not-issued"));
    assert_eq!(faults(of(TaskState::Withdrawn, Sensitivity::Open)), one("/tasks/0", "rule-task-not-issued"));
    assert_eq!(faults(of(TaskState::Closed, Sensitivity::Secret)), one("/tasks/0", "rule-task-secret"));
}

#[test]
fn what_is_entered_is_told_what_is_wrong_with_it() {
    let wrong = |change: fn(&mut RuleInput)| {
        let mut input = input();
        change(&mut input);
        faults(enter_at(P::Clerk, &facts(), input).unwrap_err())
    };
    assert_eq!(wrong(|i| i.text.title = " ".into()), one("/title", "required"));
    assert_eq!(wrong(|i| i.text.title = "题".repeat(201)), one("/title", "too-long"));
    assert_eq!(wrong(|i| i.text.number = String::new()), one("/number", "required"));
    assert_eq!(wrong(|i| i.text.control = String::new()), one("/control", "required"));
    assert_eq!(wrong(|i| i.text.question = "问".repeat(501)), one("/question", "too-long"));
    assert_eq!(wrong(|i| i.effective_on = date("2020-04-02")), one("/effective_on", "in-the-future"));
    assert_eq!(wrong(|i| i.effective_on = date("2020-01-05")), one("/effective_on", "before-round"));
    assert_eq!(wrong(|i| i.owner = None), one("/owner", "required"));
    assert_eq!(wrong(|i| i.owner = Some(P::Stranger.person())), one("/owner", "rule-owner-outside"));
    assert_eq!(wrong(|i| i.tasks = vec![TASK, TASK]), one("/tasks", "repeated"));
    assert_eq!(wrong(|i| i.replaces = Some(RuleId(uuid(71)))), one("/replaces", "rule-made-replaces-nothing"));
    let revised = |i: &mut RuleInput| (i.kind, i.replaces) = (RuleKind::Revised, Some(RuleId(uuid(71))));
    assert_eq!(wrong(revised), one("/replaces", "rule-not-in-force"));
    // One that was abolished brings no control and has no owner.
    let nothing =
        RuleText { title: "旧办法".into(), number: "集团规〔2012〕3号".into(), ..RuleText::default() };
    let abolished = RuleInput { kind: RuleKind::Abolished, text: nothing, owner: None, ..input() };
    assert!(enter_at(P::Clerk, &facts(), abolished).is_ok());
}

#[test]
fn checks_fall_on_the_day_or_the_next_working_day() {
    let calendar = Calendar::builtin();
    let days = |from: &str| schedule::MONTHS.map(|m| schedule::due_on(date(from), m, &calendar).to_string());
    // The last of November has no counterpart in February: the 29th in 2020, a Saturday; and the 30th of May is one.
    assert_eq!(days("2019-11-30"), ["2020-03-02", "2020-06-01", "2020-11-30"]);
    // The 1st of October falls into the holiday that ends on the 8th, the 1st of January into three days.
    assert_eq!(days("2020-07-01"), ["2020-10-09", "2021-01-04", "2021-07-01"]);
    assert_eq!(days("2020-03-31"), ["2020-06-30", "2020-09-30", "2021-03-31"]);
}

#[test]
fn a_check_opens_ten_working_days_before_and_one_nobody_could_keep_is_given_time() {
    let calendar = Calendar::builtin();
    let all = |from: &str, confirmed: &str| {
        let checks = schedule::checks(date(from), date(confirmed), &calendar);
        checks.iter().map(|c| (c.months, c.opens_on.to_string(), c.due_on.to_string())).collect::<Vec<_>>()
    };
    let on_time = all("2019-11-30", "2019-12-02");
    assert_eq!(on_time.iter().map(|c| c.0).collect::<Vec<_>>(), [3, 6, 12]);
    assert_eq!(on_time[2], (12, "2020-11-16".to_owned(), "2020-11-30".to_owned()));
    // Confirmed half a year late: of the two that are over the later one is left, ten working days after.
    let late = all("2020-03-31", "2020-10-15");
    assert_eq!(late[0], (6, "2020-10-15".to_owned(), "2020-10-29".to_owned()));
    assert_eq!((late.len(), late[1].2.as_str()), (2, "2021-03-31"));
    assert_eq!(all("2019-01-02", "2020-10-15").iter().map(|c| c.0).collect::<Vec<_>>(), [12]);
}

#[test]
fn the_office_confirms_what_another_handed_in_and_names_who_judges() {
    let draft = enter(P::Clerk);
    let nothing = ask(&draft, P::Clerk, "2020-04-01", RuleCommand::Submit { file: None }).unwrap_err();
    assert_eq!(faults(nothing), one("/file", "rule-file-missing"));
    let submitted = ask(&draft, P::Clerk, "2020-04-01", submit()).unwrap();
    assert_eq!(submitted.state, RuleState::Submitted);
    let named = |who: P| ask(&submitted, P::Office, "2020-04-02", confirm(who)).map_err(faults);
    let none = ask(&submitted, P::Office, "2020-04-02", RuleCommand::Confirm { supervisor: None }).unwrap_err();
    assert_eq!(faults(none), one("/supervisor", "required"));
    // Of the owner's unit, of no assignment, no supervisor at all.
    assert_eq!(named(P::TeamOfUnit).unwrap_err(), one("/supervisor", "rule-supervisor-barred"));
    for who in [P::Checker, P::Head, P::Leader, P::Stranger] {
        assert_eq!(named(who).unwrap_err(), one("/supervisor", "rule-supervisor-unfit"), "{who:?}");
    }
    let rule = named(P::Team).unwrap();
    assert_eq!((rule.state, rule.supervisor), (RuleState::InForce, Some(P::Team.person())));
    assert_eq!(
        rule.checks.iter().map(|c| c.due_on.to_string()).collect::<Vec<_>>(),
        ["2020-06-30", "2020-09-30", "2021-03-31"]
    );
    for who in P::ALL.iter().copied().filter(|p| !matches!(p, P::Office | P::Office2 | P::Office3)) {
        let refusal = ask(&submitted, who, "2020-04-02", confirm(P::Team)).unwrap_err();
        assert_eq!(refusal.code, "not-allowed", "{who:?}");
    }
    // What the office handed in itself another of it confirms.
    let own = ask(&enter(P::Office), P::Office, "2020-04-01", submit()).unwrap();
    assert_eq!(ask(&own, P::Office, "2020-04-02", confirm(P::Team)).unwrap_err().code, "rule-confirms-own");
    assert!(ask(&own, P::Office2, "2020-04-02", confirm(P::Team)).is_ok());
    let returned = ask(&submitted, P::Office, "2020-04-02", RuleCommand::Return { reason: "文号不对".into() }).unwrap();
    assert_eq!(returned.state, RuleState::Draft);
    assert!(returned.returned.is_some() && ask(&returned, P::Clerk, "2020-04-03", submit()).is_ok());
    let withdrawn = ask(&submitted, P::Clerk, "2020-04-02", RuleCommand::Withdraw { reason: "重复".into() }).unwrap();
    assert_eq!(withdrawn.state, RuleState::Withdrawn);
    let late = RuleCommand::Withdraw { reason: "重复".into() };
    assert_eq!(ask(&rule, P::Office, "2020-04-03", late).unwrap_err().code, "wrong-state");
}

#[test]
fn a_rule_is_lasting_only_while_its_last_check_passed() {
    let rule = in_force();
    let today = |day: &str| rule.standing(&rule.checks[0], date(day));
    // The 30th of June 2020 less ten working days: the 25th to the 27th are a holiday, the 28th, a Sunday, is worked.
    assert_eq!((today("2020-06-14"), today("2020-06-15")), (CheckStanding::Coming, CheckStanding::Open));
    assert_eq!((today("2020-06-30"), today("2020-07-01")), (CheckStanding::Open, CheckStanding::Overdue));
    assert_eq!(ask(&rule, P::Head, "2020-06-14", answer(3)).unwrap_err().code, "rule-check-closed");
    assert_eq!(ask(&rule, P::Team, "2020-06-16", pass(3)).unwrap_err().code, "rule-check-closed");
    let answered = ask(&rule, P::Head, "2020-06-16", answer(3)).unwrap();
    assert_eq!(ask(&answered, P::Clerk, "2020-06-16", answer(3)).unwrap_err().code, "rule-check-answered");
    let lasting = ask(&answered, P::Team, "2020-06-17", pass(3)).unwrap();
    assert_eq!(lasting.state, RuleState::Lasting);
    assert_eq!(ask(&lasting, P::Office, "2020-06-17", fail(3)).unwrap_err().code, "rule-check-decided");
    let answered = ask(&lasting, P::Clerk, "2020-09-28", answer(6)).unwrap();
    let failed = ask(&answered, P::Team, "2020-09-29", fail(6)).unwrap();
    assert_eq!(failed.state, RuleState::InForce);
    let answered = ask(&failed, P::Head, "2021-03-30", answer(12)).unwrap();
    assert_eq!(ask(&answered, P::Team, "2021-03-31", pass(12)).unwrap().state, RuleState::Lasting);
}

#[test]
fn a_check_whose_day_went_by_unanswered_can_only_fail() {
    let rule = in_force();
    assert_eq!(ask(&rule, P::Team, "2020-07-01", pass(3)).unwrap_err().code, "rule-not-answered");
    assert_eq!(ask(&rule, P::Team, "2020-07-01", fail(3)).unwrap().state, RuleState::InForce);
    // The owner may still answer, and then it can pass.
    let answered = ask(&rule, P::Head, "2020-07-02", answer(3)).unwrap();
    assert_eq!(ask(&answered, P::Team, "2020-07-03", pass(3)).unwrap().state, RuleState::Lasting);
}

#[test]
fn who_judges_is_no_party_and_not_who_answered() {
    let answered = ask(&in_force(), P::Head, "2020-06-29", answer(3)).unwrap();
    for who in P::ALL.iter().copied() {
        let code = ask(&answered, who, "2020-06-30", pass(3)).map_err(|r| r.code);
        match who {
            P::Team | P::Office | P::Office2 | P::Office3 => assert!(code.is_ok(), "{who:?} {code:?}"),
            _ => assert_eq!(code.unwrap_err(), "not-allowed", "{who:?}"),
        }
    }
    // Named before he came to the owner's unit: avoidance holds when he judges.
    let moved = Rule { supervisor: Some(P::TeamOfUnit.person()), ..answered.clone() };
    assert_eq!(ask(&moved, P::TeamOfUnit, "2020-06-30", pass(3)).unwrap_err().code, "avoidance");
    let own = Rule {
        shape: domain::rule_register::state::RuleShape { owner: Some(P::Team.person()), ..answered.shape.clone() },
        ..answered
    };
    assert_eq!(ask(&own, P::Team, "2020-06-30", pass(3)).unwrap_err().code, "rule-own-check");
}

#[test]
fn a_failed_check_says_what_is_made_of_it() {
    let answered = ask(&in_force(), P::Head, "2020-06-29", answer(3)).unwrap();
    let wrong = |verdict, follow| faults(ask(&answered, P::Team, "2020-06-30", judge(3, verdict, follow)).unwrap_err());
    let reopen = |task| Follow::Reopen { task, due_on: date("2020-12-31"), reason: "制度没有执行".into() };
    assert_eq!(wrong(RuleVerdict::Failed, None), one("/follow", "required"));
    assert_eq!(wrong(RuleVerdict::Passed, Some(reopen(TASK))), one("/follow", "rule-follow-only-failed"));
    assert_eq!(
        wrong(RuleVerdict::Failed, Some(reopen(TaskId(uuid(1))))),
        one("/follow/task", "rule-task-not-answered")
    );
    let silent = Follow::Neither { reason: " ".into() };
    assert_eq!(wrong(RuleVerdict::Failed, Some(silent)), one("/follow/reason", "required"));
    let done = ask(&answered, P::Team, "2020-06-30", judge(3, RuleVerdict::Failed, Some(reopen(TASK)))).unwrap();
    let follow = done.checks[0].judgement.as_ref().unwrap().follow.as_ref().unwrap();
    assert_eq!(follow.task, Some(TASK));
    // Passing needs proof of who looked; failing does not.
    let bare = |verdict, follow| {
        let words = "现场抽查".into();
        RuleCommand::Judge(Box::new(Judgement { months: 3, verdict, words, files: Vec::new(), follow }))
    };
    let refusal = ask(&answered, P::Team, "2020-06-30", bare(RuleVerdict::Passed, None)).unwrap_err();
    assert_eq!(faults(refusal), one("/files", "rule-proof-missing"));
    assert!(ask(&answered, P::Team, "2020-06-30", bare(RuleVerdict::Failed, Some(reopen(TASK)))).is_ok());
}

#[test]
fn a_revision_ends_what_it_names_once() {
    let old = in_force();
    let new = Rule {
        id: RuleId(uuid(71)),
        shape: domain::rule_register::state::RuleShape {
            kind: RuleKind::Revised,
            replaces: Some(old.id),
            ..old.shape.clone()
        },
        ..old.clone()
    };
    let event = rule_register::supersede(&old, &new, at("2020-05-06 10:00")).unwrap();
    let ended = event::evolve(old.clone(), &event);
    assert_eq!(ended.state, RuleState::Replaced);
    assert_eq!(ended.standing(&ended.checks[0], date("2020-07-01")), CheckStanding::Ended);
    assert_eq!(rule_register::supersede(&ended, &new, at("2020-05-07 10:00")).unwrap_err().code, "rule-not-in-force");
    assert_eq!(schedule::next_look(&ended), None, "nothing is owed any more");
    let end = Rule {
        shape: domain::rule_register::state::RuleShape { kind: RuleKind::Abolished, ..new.shape.clone() },
        ..new
    };
    let event = rule_register::supersede(&old, &end, at("2020-05-06 10:00")).unwrap();
    assert_eq!(event::evolve(old, &event).state, RuleState::Abolished);
}

#[test]
fn the_clock_says_each_thing_once() {
    let mut rule = in_force();
    let mut said = Vec::new();
    let mut now = at("2020-04-02 12:00");
    let mut looks = 0;
    while let Some(next) = schedule::next_look(&rule) {
        assert!(next > now || looks == 0);
        now = next;
        looks += 1;
        let events = schedule::passed(&rule, now);
        assert!(!events.is_empty(), "a look that finds nothing is owed for nothing");
        said.extend(events.iter().map(|e| (e.kind(), calendar::today(now).to_string())));
        rule = events.iter().fold(rule, event::evolve);
        assert_eq!(schedule::passed(&rule, now), []);
    }
    let (opened, passed) = ("rule.check_opened", "rule.check_passed_by");
    let expected = [
        (opened, "2020-06-15"),
        (passed, "2020-07-01"),
        (opened, "2020-09-17"),
        (passed, "2020-10-01"),
        (opened, "2021-03-17"),
        (passed, "2021-04-01"),
    ];
    assert_eq!(said, expected.map(|(kind, day)| (kind, day.to_owned())));
}

#[test]
fn of_a_check_the_owner_the_heads_of_his_unit_and_the_supervisor_are_told() {
    let rule = in_force();
    let (owner, supervisor) = (rule.shape.owner.unwrap(), rule.supervisor.unwrap());
    let three = [Audience::Person(owner), Audience::Heads(rule.shape.owner_unit), Audience::Person(supervisor)];
    let told = |event: &RuleEvent| -> BTreeSet<Audience> {
        notification::rule_audience(event, &rule).into_iter().map(|(_, audience)| audience).collect()
    };
    let opened = schedule::passed(&rule, at("2020-06-15 08:00"));
    assert_eq!(told(&opened[0]), BTreeSet::from(three));
    let failed = run(P::Team, at("2020-07-01 10:00"), &facts(), |ctx| {
        rule_register::decide(&rule, fail(3), ctx).unwrap().events
    });
    let with_office = BTreeSet::from([three[0], three[1], three[2], Audience::Office]);
    for event in schedule::passed(&rule, at("2020-07-01 08:00")).iter().skip(1).chain(&failed[..1]) {
        assert_eq!(told(event), with_office, "{}", event.kind());
    }
}

#[test]
fn figures_count_what_they_say() {
    let counts = |rule: &Rule, day: &str| {
        RuleFigure::ALL.iter().copied().filter(|f| f.counts(rule, date(day))).collect::<Vec<_>>()
    };
    use RuleFigure as F;
    let draft = enter(P::Clerk);
    assert_eq!(counts(&draft, "2020-04-02"), []);
    assert_eq!(counts(&ask(&draft, P::Clerk, "2020-04-01", submit()).unwrap(), "2020-04-02"), [F::Waiting]);
    let rule = in_force();
    assert_eq!(counts(&rule, "2020-04-02"), [F::Made, F::InForce]);
    assert_eq!(counts(&rule, "2020-06-16"), [F::Made, F::InForce, F::CheckOpen]);
    assert_eq!(counts(&rule, "2020-07-01"), [F::Made, F::InForce, F::CheckOpen, F::CheckOverdue]);
    let answered = ask(&rule, P::Head, "2020-06-29", answer(3)).unwrap();
    let lasting = ask(&answered, P::Team, "2020-06-30", pass(3)).unwrap();
    assert_eq!(counts(&lasting, "2020-07-01"), [F::Made, F::InForce, F::Lasting]);
    let replaced = Rule { state: RuleState::Replaced, ..lasting };
    assert_eq!(counts(&replaced, "2020-07-01"), [F::Made], "it was made, whatever became of it");
}

#[test]
fn a_stranger_sees_no_rule_and_a_sensitive_one_is_read_by_its_readers() {
    let open = facts().parties;
    let rule = in_force();
    let unseen = [P::Stranger, P::NewHead, P::SubClerk, P::Admin, P::Checker, P::OtherLeader];
    for who in P::ALL.iter().copied() {
        let sees = rights::sees_rule(&actor(who), &rule, &open);
        assert_eq!(sees, !unseen.contains(&who), "{who:?}");
    }
    let draft = enter(P::Clerk);
    // Before it is confirmed it is theirs who write it, and of who supervises.
    for who in [P::Leader, P::SupportHead, P::SubClerk, P::Principal] {
        assert!(!rights::sees_rule(&actor(who), &draft, &open), "{who:?}");
    }
    let kept = facts_of(subject(TaskState::Closed, Sensitivity::Internal)).parties;
    let reads: Vec<P> = P::ALL.iter().copied().filter(|p| rights::reads_rule(&actor(*p), &rule, &kept)).collect();
    // The office, who is named in it, and the clock; nobody was named a reader of the task.
    assert_eq!(reads, [P::Clock, P::Office, P::Office2, P::Office3, P::Team, P::Head, P::Clerk]);
}

/// A small generator with a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % below as u64) as usize
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

fn some_command(rule: &Rule, action: RuleAction, dice: &mut Dice) -> RuleCommand {
    let words = if dice.roll(8) == 0 { " ".to_owned() } else { "有情况".to_owned() };
    let fit = [P::Team, P::Team2, P::Office3];
    let person = if dice.roll(4) == 0 { dice.pick(P::ALL) } else { dice.pick(&fit) }.person();
    // Mostly the check that is next.
    let next = rule.checks.iter().find(|c| c.judgement.is_none()).map_or(3, |c| c.months);
    let months = if dice.roll(4) == 0 { dice.pick(&[3, 6, 12, 4]) } else { next };
    match action {
        RuleAction::Change => RuleCommand::Change(Box::new(input())),
        RuleAction::Submit => RuleCommand::Submit { file: (dice.roll(3) > 0).then(|| digest(1)) },
        RuleAction::Return => RuleCommand::Return { reason: words },
        RuleAction::Confirm => RuleCommand::Confirm { supervisor: (dice.roll(4) > 0).then_some(person) },
        RuleAction::Withdraw => RuleCommand::Withdraw { reason: if dice.roll(8) == 0 { words } else { String::new() } },
        RuleAction::Entrust => {
            let owner = dice.pick(&[P::Head, P::Clerk, P::Stranger]).person();
            RuleCommand::Entrust { owner, supervisor: person, reason: words }
        }
        RuleAction::Answer => {
            let files = if dice.roll(4) == 0 { Vec::new() } else { vec![digest(2)] };
            RuleCommand::Answer { months, words, files }
        }
        RuleAction::Judge => {
            let verdict = dice.pick(RuleVerdict::ALL);
            let task = if dice.roll(4) == 0 { TaskId(uuid(1)) } else { rule.shape.tasks[0] };
            let follow = match dice.roll(4) {
                0 => None,
                1 => Some(Follow::Reopen { task, due_on: date("2021-06-30"), reason: words.clone() }),
                2 => Some(Follow::Draft { task }),
                _ => Some(Follow::Neither { reason: words.clone() }),
            };
            RuleCommand::Judge(Box::new(Judgement { months, verdict, words, files: vec![digest(3)], follow }))
        }
    }
}

fn holds(rule: &Rule, events: &[RuleEvent]) {
    let judged: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            RuleEvent::Judged { months, judgement } => Some((*months, judgement)),
            _ => None,
        })
        .collect();
    let last = judged.last().map(|(_, j)| j.verdict);
    assert_eq!(rule.state == RuleState::Lasting, last == Some(RuleVerdict::Passed), "lasting is a passed last check");
    for (n, (months, judgement)) in judged.iter().enumerate() {
        assert!(judged[..n].iter().all(|(m, _)| m != months), "a check is judged once");
        let barred = [P::Head, P::Clerk, P::SubClerk, P::SupportHead, P::SecondUnitHead, P::TeamOfUnit].map(P::person);
        assert!(!barred.contains(&judgement.by), "no party judges");
        let check = rule.check(*months).unwrap();
        assert_eq!(judgement.verdict == RuleVerdict::Failed, judgement.follow.is_some());
        assert!(judgement.verdict == RuleVerdict::Failed || check.answer.is_some(), "nothing passes unanswered");
    }
    assert!(rule.confirmed_by.is_none() || rule.confirmed_by != rule.submitted_by, "nobody confirms his own");
    assert!(!rule.state.holds() || rule.file.is_some() && !rule.checks.is_empty() && rule.supervisor.is_some());
}

#[test]
fn whatever_people_do_with_a_rule_the_register_holds() {
    let facts = facts();
    let (mut passed, mut failed, mut done) = (0, 0, 0);
    for seed in 0..150 {
        let mut dice = Dice(seed);
        let mut now = at("2020-04-01 10:00");
        let mut rule = enter(P::Clerk);
        let mut events = Vec::new();
        for _ in 0..60 {
            now += TimeDelta::days(dice.roll(12) as i64);
            let told = schedule::passed(&rule, now);
            rule = told.iter().fold(rule, event::evolve);
            events.extend(told);
            // Mostly whoever has something to do with it.
            let near = [P::Clerk, P::Head, P::Office, P::Office2, P::Team];
            let who = if dice.roll(4) == 0 { dice.pick(P::ALL) } else { dice.pick(&near) };
            let open = run(who, now, &facts, |ctx| open_actions(&rule, ctx));
            // People mostly do what they are offered.
            let action =
                if open.is_empty() || dice.roll(3) == 0 { dice.pick(RuleAction::ALL) } else { dice.pick(&open) };
            let command = some_command(&rule, action, &mut dice);
            assert_eq!(command.action(), action);
            let may = rights::permit_rule(&actor(who), action, &rule, &facts.parties).is_ok();
            let decided = run(who, now, &facts, |ctx| rule_register::decide(&rule, command, ctx));
            let Ok(decision) = decided else { continue };
            assert!(may && starts_from(action).contains(&rule.state), "{who:?} {action}");
            assert!(open.contains(&action), "what is done was offered: {who:?} {action}");
            rule = decision.events.iter().fold(rule, event::evolve);
            events.extend(decision.events);
            holds(&rule, &events);
            done += 1;
        }
        let judged = |verdict| {
            events
                .iter()
                .filter(|e| matches!(e, RuleEvent::Judged { judgement, .. } if judgement.verdict == verdict))
                .count()
        };
        passed += judged(RuleVerdict::Passed);
        failed += judged(RuleVerdict::Failed);
        // The row is the fold of what is stored.
        let mut again = enter(P::Clerk);
        for event in &events {
            let (kind, payload) = event.stored();
            assert!(RuleEvent::KINDS.contains(&kind));
            again = event::evolve(again, &RuleEvent::parse(kind, payload).unwrap());
        }
        assert_eq!(again, rule);
    }
    assert!(passed > 5 && failed > 20 && done > 1_000, "{passed} {failed} {done}");
}

#[test]
fn nothing_of_the_words_stands_in_an_event() {
    let decision = run(P::Clerk, at("2020-04-01 10:00"), &facts(), |ctx| rule_register::enter(round(), input(), ctx));
    let events = decision.unwrap().events;
    assert!(!format!("{events:?}").contains("归档"));
    let (kind, payload) = events[0].stored();
    assert_eq!((kind, payload["shape"]["effective_on"].as_str()), ("rule.entered", Some("2020-03-31")));
}
