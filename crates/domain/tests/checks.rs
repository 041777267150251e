//! A check's life: who may do what, when, and what never happens whatever people do (docs/domain.md §24).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use domain::actor::{Actor, UnitPath};
use domain::chain::Digest;
use domain::check::draw::{self, Frame, Line, Party};
use domain::check::event::{self, CheckEvent};
use domain::check::frame::{self, Asked, Candidate, Dimension, Given, amount_band, signal_band};
use domain::check::state::{Check, CheckKind, CheckResult, CheckState};
use domain::check::{self, CheckAction, CheckCommand, Context, Found, Plan, open_actions, starts_from};
use domain::ids::{CheckId, PersonId, TaskId};
use domain::policy::{AlertLevel, RequestKind};
use domain::refusal::Refusal;
use domain::rights;
use domain::task::command::Action;
use sha2::{Digest as _, Sha256};
use support::cast::{LEAD, P, everybody, paths};
use support::*;

const TEAM: [P; 3] = [P::Team, P::Team2, P::Office2];

/// Somebody with his posts.
trait Standing {
    fn actor(self) -> Actor;
}

impl Standing for P {
    fn actor(self) -> Actor {
        Actor::Person(Box::new(everybody()[&self].clone()))
    }
}

fn task(n: u128) -> TaskId {
    TaskId(uuid(9000 + n))
}

fn nonce(who: P) -> Digest {
    Digest::of_bytes(Sha256::digest(format!("{who:?}")).into())
}

fn plan(kind: CheckKind) -> Plan {
    let named = if kind == CheckKind::Spot { Vec::new() } else { vec![(task(1), "T001".to_owned(), Vec::new())] };
    Plan {
        kind,
        title: "随时抽查".into(),
        questions: vec!["与台账是否一致".into()],
        from_on: date("2020-09-07"),
        to_on: date("2020-09-18"),
        inspectors: TEAM.iter().map(|p| p.person()).collect(),
        tasks: named,
    }
}

#[test]
fn money_and_signals_are_told_apart_in_wide_bands() {
    let bands = [
        (None, "未列金额"),
        (Some(0), "未列金额"),
        (Some(1), "10万元以下"),
        (Some(99_999), "10万元以下"),
        (Some(100_000), "10万至100万元"),
        (Some(999_999), "10万至100万元"),
        (Some(1_000_000), "100万至1000万元"),
        (Some(9_999_999), "100万至1000万元"),
        (Some(10_000_000), "1000万元以上"),
    ];
    for (yuan, band) in bands {
        assert_eq!(amount_band(yuan), band, "{yuan:?}");
    }
    for (n, band) in
        [(None, "未申请销号"), (Some(0), "无提示"), (Some(1), "一处提示"), (Some(2), "多处提示"), (Some(9), "多处提示")]
    {
        assert_eq!(signal_band(n), band, "{n:?}");
    }
    // A frame that asks for it names it in its strata; one that does not, does not.
    let story = Story::planned(CheckKind::Spot);
    let named = |dimensions: Vec<Dimension>| -> Vec<String> {
        story.frame_by(4, 4, true, dimensions).unwrap().strata.into_iter().map(|s| s.name).collect()
    };
    // By name, as strata stand: 元 comes before 至.
    assert_eq!(named(vec![Dimension::Amount]), ["10万元以下", "10万至100万元", "未列金额"]);
    assert_eq!(named(vec![Dimension::Disposition]), ["限期整改"]);
}

/// A check as it stands, with the frame its draw was made from.
#[derive(Clone)]
struct Story {
    check: Check,
    frame: Option<Frame>,
    now: DateTime<Utc>,
    events: Vec<CheckEvent>,
}

impl Story {
    fn planned(kind: CheckKind) -> Self {
        let decision = check::plan(&P::Team.actor(), round(), plan(kind)).unwrap();
        let check = event::begin(CheckId(uuid(77)), &decision.events[0]).unwrap();
        Self { check, frame: None, now: at("2020-09-07 10:00"), events: decision.events }
    }

    fn frame(&self, n: usize, sample: u32, is_quick: bool) -> Result<Frame, Refusal> {
        self.frame_by(n, sample, is_quick, vec![Dimension::State])
    }

    fn frame_by(&self, n: usize, sample: u32, is_quick: bool, dimensions: Vec<Dimension>) -> Result<Frame, Refusal> {
        let candidates: Vec<Candidate> = (0..n)
            .map(|i| Candidate {
                task: task(i as u128),
                number: format!("T{i:03}"),
                unit: "丙一公司".into(),
                disposition: "限期整改",
                state: if i % 2 == 0 { "已销号" } else { "整改中" },
                speed: "按时限",
                amount: amount_band(Some(i as u64 * 60_000)),
                signals: signal_band(i.checked_sub(1)),
                units: vec![paths()[&LEAD].clone()],
            })
            .collect();
        let inspectors: Vec<_> = TEAM.iter().map(|p| p.actor().person().unwrap().clone()).collect();
        let party = |who: P, line| Party { person: who.person(), name: format!("{who:?}"), line };
        let asked = Asked {
            dimensions,
            sample,
            without: BTreeMap::new(),
            is_quick,
            parties: vec![party(P::Principal, Line::Leader), party(P::Team, Line::Team)],
        };
        let given_up = vec!["作废".to_owned(); self.check.draws.len()];
        let given = Given {
            check: self.check.id,
            taken_at: self.now,
            given_up,
            candidates: &candidates,
            inspectors: &inspectors,
        };
        frame::freeze(&asked, &given)
    }

    fn ask(&self, who: P, command: CheckCommand) -> Result<Vec<CheckEvent>, Refusal> {
        let actor = who.actor();
        let ctx = Context { actor: &actor, now: self.now, frame: self.frame.as_ref() };
        check::decide(&self.check, command, &ctx).map(|d| d.events)
    }

    fn accept(&mut self, events: Vec<CheckEvent>) {
        for event in events {
            self.check = event::evolve(self.check.clone(), &event);
            self.events.push(event);
        }
    }

    #[track_caller]
    fn done(&mut self, who: P, command: CheckCommand) {
        if let CheckCommand::Freeze(frame, _) = &command {
            self.frame = Some((**frame).clone());
        }
        let events = self.ask(who, command).unwrap();
        self.accept(events);
    }

    #[track_caller]
    fn refused(&self, who: P, command: CheckCommand, code: &str) {
        assert_eq!(self.ask(who, command).unwrap_err().code, code);
    }

    fn commit(&self, who: P) -> CheckCommand {
        CheckCommand::Commit(draw::commitment(self.check.id, who.person(), &nonce(who)))
    }

    /// Drawn by two parties and announced.
    fn running() -> Self {
        let mut story = Self::planned(CheckKind::Spot);
        let frame = story.frame(12, 4, false).unwrap();
        story.done(P::Team, CheckCommand::Freeze(Box::new(frame), None));
        for who in [P::Principal, P::Team] {
            let commit = story.commit(who);
            story.done(who, commit);
        }
        for who in [P::Principal, P::Team] {
            story.done(who, CheckCommand::Reveal(nonce(who)));
        }
        story.done(P::Team, CheckCommand::Announce);
        story
    }

    /// The target at a place, with its two inspectors.
    fn target(&self, n: usize) -> (TaskId, P, P) {
        let target = &self.check.targets[n];
        let of = |person: PersonId| TEAM.into_iter().find(|p| p.person() == person).unwrap();
        (target.task, of(target.inspectors[0]), of(target.inspectors[1]))
    }
}

fn found(result: CheckResult) -> Found {
    Found { result, found: "与台账一致".into(), occurred_on: date("2020-09-07"), files: Vec::new() }
}

#[test]
fn whoever_does_not_supervise_plans_nothing() {
    for who in [P::Clerk, P::Head, P::Leader, P::Principal] {
        let refusal = check::plan(&who.actor(), round(), plan(CheckKind::Spot)).unwrap_err();
        assert_eq!(refusal.code, "not-allowed");
    }
    type Fault = (fn(&mut Plan), &'static str, &'static str);
    let wrong: [Fault; 6] = [
        (|p| p.title = " ".into(), "/title", "required"),
        (|p| p.questions = vec![" ".into()], "/questions/0", "required"),
        (|p| p.to_on = date("2020-09-01"), "/to_on", "before-from"),
        (|p| p.inspectors.truncate(1), "/inspectors", "too-few"),
        (|p| p.inspectors.push(P::Team.person()), "/inspectors", "repeated"),
        (|p| p.tasks = vec![(task(1), "T001".into(), Vec::new())], "/tasks", "spot-check-draws"),
    ];
    for (change, pointer, code) in wrong {
        let mut wrong = plan(CheckKind::Spot);
        change(&mut wrong);
        let refusal = check::plan(&P::Team.actor(), round(), wrong).unwrap_err();
        assert_eq!((refusal.errors[0].pointer.as_str(), refusal.errors[0].code.as_str()), (pointer, code));
    }
    let mut barred = plan(CheckKind::FollowUp);
    barred.tasks[0].2 = vec![P::Team.person(), P::Team2.person()];
    let refusal = check::plan(&P::Team.actor(), round(), barred).unwrap_err();
    assert_eq!(refusal.errors[0].code, "too-few-inspectors");
}

#[test]
fn a_frame_is_frozen_only_when_a_draw_can_be_made_from_it() {
    let story = Story::planned(CheckKind::Spot);
    assert_eq!(story.frame(0, 3, true).unwrap_err().code, "frame-empty");
    assert_eq!(story.frame(8, 0, true).unwrap_err().errors[0].code, "sample-out-of-range");
    let mut frame = story.frame(8, 3, false).unwrap();
    assert_eq!(frame.strata.iter().map(|s| (s.size, s.sample)).collect::<Vec<_>>(), [(4, 2), (4, 1)]);
    frame.parties[1] = frame.parties[0].clone();
    story.refused(P::Team, CheckCommand::Freeze(Box::new(frame.clone()), None), "content");
    frame.parties[1].person = P::OtherLeader.person();
    assert_eq!(frame.check().unwrap_err().errors[0].code, "parties-of-one-line");
    // Whose own unit it is keeps away from it, and two must remain.
    let mut frame = story.frame(8, 3, true).unwrap();
    frame.entries[0].barred = vec![P::Team.person(), P::Team2.person()];
    assert_eq!(frame.check().unwrap_err().errors[0].code, "too-few-inspectors");
    let barred = frame::barred(&[P::TeamOfUnit.actor().person().unwrap().clone()], &[paths()[&LEAD].clone()]);
    assert_eq!(barred, [P::TeamOfUnit.person()]);
    let elsewhere = UnitPath(vec![paths()[&LEAD].0[0], domain::ids::UnitId(uuid(4242))]);
    assert_eq!(frame::barred(&[P::TeamOfUnit.actor().person().unwrap().clone()], &[elsewhere]), []);
    Story::planned(CheckKind::FollowUp).refused(
        P::Team,
        CheckCommand::Freeze(Box::new(frame), None),
        "not-a-spot-check",
    );
}

#[test]
fn parties_commit_before_anybody_reveals() {
    let mut story = Story::planned(CheckKind::Spot);
    let frame = story.frame(12, 4, false).unwrap();
    story.refused(P::Principal, CheckCommand::Freeze(Box::new(frame.clone()), None), "not-allowed");
    story.done(P::Team, CheckCommand::Freeze(Box::new(frame.clone()), None));
    story.refused(P::Team, CheckCommand::Freeze(Box::new(frame), None), "wrong-state");
    story.refused(P::Office, story.commit(P::Office), "not-allowed");
    story.refused(P::Principal, CheckCommand::Reveal(nonce(P::Principal)), "wrong-state");
    let own = story.commit(P::Principal);
    story.done(P::Principal, own.clone());
    story.refused(P::Principal, story.commit(P::Principal), "already-committed");
    // Nobody puts another's commitment in for his own.
    story.refused(P::Team, own, "content");
    let own = story.commit(P::Team);
    story.done(P::Team, own);
    story.refused(P::Team, CheckCommand::GoOn { reason: "出差".into() }, "nothing-revealed");
    story.refused(P::Team, CheckCommand::Reveal(nonce(P::Principal)), "content");
    story.done(P::Principal, CheckCommand::Reveal(nonce(P::Principal)));
    story.refused(P::Principal, CheckCommand::Reveal(nonce(P::Principal)), "already-revealed");
    story.refused(P::Team, CheckCommand::GoOn { reason: " ".into() }, "content");
    story.refused(P::Team, CheckCommand::Announce, "wrong-state");
    let mut other = story.clone();
    other.done(P::Team, CheckCommand::GoOn { reason: "出差".into() });
    let [.., CheckEvent::WentOn { without, .. }, CheckEvent::Drawn { .. }] = other.events.as_slice() else { panic!() };
    assert_eq!(without, &[P::Team.person()]);
    story.done(P::Team, CheckCommand::Reveal(nonce(P::Team)));
    assert_eq!((story.check.state, other.check.state), (CheckState::Ready, CheckState::Ready));
    assert_ne!(story.check.draw().unwrap().seed, other.check.draw().unwrap().seed);
}

#[test]
fn a_result_is_written_by_one_and_signed_by_the_other() {
    let mut story = Story::running();
    let (target, first, second) = story.target(0);
    let outsider = TEAM.into_iter().find(|p| *p != first && *p != second).unwrap();
    let record = |result| CheckCommand::Record(target, found(result));
    let sign = |objection: Option<&str>| CheckCommand::Sign { task: target, objection: objection.map(str::to_owned) };
    story.refused(second, sign(None), "no-result-yet");
    story.refused(outsider, record(CheckResult::Pass), "not-your-target");
    story.refused(first, CheckCommand::Record(task(999), found(CheckResult::Pass)), "not-in-sample");
    for (change, pointer) in [
        ((|f: &mut Found| f.found = " ".into()) as fn(&mut Found), "/found"),
        (|f| f.occurred_on = date("2020-09-08"), "/occurred_on"),
        (|f| f.occurred_on = date("2020-09-06"), "/occurred_on"),
    ] {
        let mut wrong = found(CheckResult::Pass);
        change(&mut wrong);
        let refusal = story.ask(first, CheckCommand::Record(target, wrong)).unwrap_err();
        assert_eq!(refusal.errors[0].pointer, pointer);
    }
    story.done(first, record(CheckResult::Pass));
    // Who wrote it may correct it until it is signed; the other signs or returns it.
    story.done(first, record(CheckResult::Fail));
    story.refused(first, sign(None), "signed-own-submission");
    story.refused(second, record(CheckResult::Pass), "result-waits");
    story.refused(second, sign(Some(" ")), "content");
    story.done(second, sign(Some("未附照片")));
    story.refused(second, sign(None), "no-result-yet");
    story.done(second, record(CheckResult::Fail));
    story.done(first, sign(None));
    story.refused(first, record(CheckResult::Pass), "result-signed");
    story.refused(second, sign(None), "result-signed");
    story.refused(P::Team, CheckCommand::Finish { words: None }, "results-missing");
    assert_eq!(check::tally(&story.check).failed, 1);
}

#[test]
fn whatever_people_do_with_a_check_the_rules_hold() {
    let heavy = std::env::var_os("BIHUAN_TEST_HEAVY").is_some();
    let (mut accepted, mut reached) = (0, BTreeSet::new());
    for seed in 0..if heavy { 20_000 } else { 300 } {
        let mut dice = seed * 2_654_435_761 + 12_345;
        let mut roll = |n: u64| {
            dice = (dice ^ (dice << 13)) & 0xffff_ffff_ffff;
            dice ^= dice >> 7;
            dice = (dice ^ (dice << 17)) & 0xffff_ffff_ffff;
            usize::try_from(dice % n).unwrap()
        };
        let kind = CheckKind::ALL[roll(3)];
        let mut story = Story::planned(kind);
        for _ in 0..40 {
            let who = [P::Team, P::Team2, P::Office2, P::Principal, P::Clerk][roll(5)];
            let actor = who.actor();
            let offered = open_actions(&actor, &story.check);
            let action = if offered.is_empty() || roll(4) == 0 {
                CheckAction::ALL[roll(11)]
            } else {
                offered[roll(offered.len() as u64)]
            };
            let target = story.check.targets.get(roll(4)).map_or(task(0), |t| t.task);
            let command = match action {
                CheckAction::Revise => CheckCommand::Revise(plan(kind)),
                CheckAction::Freeze => {
                    let is_quick = roll(3) == 0;
                    let Ok(frame) = story.frame(8, 3, is_quick) else { continue };
                    CheckCommand::Freeze(Box::new(frame), is_quick.then(|| nonce(who)))
                }
                CheckAction::Commit => story.commit(who),
                CheckAction::Reveal => CheckCommand::Reveal(nonce(who)),
                CheckAction::GoOn => CheckCommand::GoOn { reason: "缺席".into() },
                CheckAction::GiveUp if roll(3) == 0 => CheckCommand::GiveUp { reason: "范围有误".into() },
                CheckAction::Announce => CheckCommand::Announce,
                CheckAction::Record => CheckCommand::Record(target, found(CheckResult::ALL[roll(4)])),
                CheckAction::Sign => {
                    CheckCommand::Sign { task: target, objection: (roll(5) == 0).then(|| "再看".to_owned()) }
                }
                CheckAction::Finish => CheckCommand::Finish { words: None },
                CheckAction::Cancel if roll(10) == 0 => CheckCommand::Cancel { reason: "改期".into() },
                CheckAction::GiveUp | CheckAction::Cancel => continue,
            };
            story.now += Duration::minutes(7);
            let before = story.check.clone();
            if let CheckCommand::Freeze(frame, _) = &command
                && starts_from(CheckAction::Freeze).contains(&before.state)
                && kind == CheckKind::Spot
                && rights::permit_supervision(&actor, round()).is_ok()
            {
                story.frame = Some((**frame).clone());
            }
            let Ok(events) = story.ask(who, command) else { continue };
            assert!(starts_from(action).contains(&before.state), "{action:?} from {:?}", before.state);
            assert!(rights::sees_check(&actor, &before), "{who:?} acts on what he does not see");
            accepted += 1;
            for event in &events {
                let (kind, payload) = event.stored();
                assert_eq!(CheckEvent::parse(kind, payload).as_ref(), Ok(event));
            }
            story.accept(events);
            reached.insert(story.check.state);
            holds(&story);
        }
    }
    println!("{accepted} acts accepted");
    assert_eq!(reached.len(), CheckState::ALL.len());
}

/// What is always so.
fn holds(story: &Story) {
    let check = &story.check;
    let replayed = story.events[1..].iter().fold(event::begin(check.id, &story.events[0]).unwrap(), event::evolve);
    assert_eq!(&replayed, check);
    assert!(check.draws.iter().rev().skip(1).all(|d| d.given_up.is_some()), "one draw at a time");
    for target in &check.targets {
        let unique: BTreeSet<_> = target.inspectors.iter().collect();
        assert!(unique.len() >= 2);
        if let Some(result) = &target.result {
            assert!(check.announced_at.is_some_and(|at| at <= result.at), "found before it was announced");
            assert!(target.inspectors.contains(&result.by));
            assert!(result.signed_by.is_none_or(|p| p != result.by && target.inspectors.contains(&p)));
        }
    }
    if let (Some(mark), Some(frame)) = (check.draw().filter(|d| d.seed.is_some()), &story.frame) {
        let bundle = draw::draw(frame.clone(), check::commitments(mark));
        let drawn: Vec<_> = bundle.sample.iter().map(|d| (d.task, d.inspectors.clone())).collect();
        assert_eq!(Some(&bundle.seed), mark.seed.as_ref());
        assert_eq!(drawn, check.targets.iter().map(|t| (t.task, t.inspectors.clone())).collect::<Vec<_>>());
        assert!(draw::verify(&serde_json::to_string(&bundle).unwrap()).is_ok());
    }
    if check.state == CheckState::Finished {
        assert!(check.targets.iter().all(|t| t.signed().is_some()));
    }
    let units = [P::Clerk, P::Head];
    assert!(units.iter().all(|who| !rights::sees_check(&who.actor(), check)), "a unit sees a check");
}

#[test]
fn the_share_found_untrue_is_shown_to_who_answers_for_it() {
    let story = Story::running();
    for (who, sees) in [(P::Team, true), (P::Principal, true), (P::Leader, false), (P::Clerk, false)] {
        assert_eq!(rights::sees_untrue_rate(&who.actor(), &story.check), sees, "{who:?}");
    }
    assert!(rights::sees_check(&Actor::System, &story.check));
    let counted = check::counted(&story.check, story.frame.as_ref().unwrap());
    assert_eq!(counted.iter().map(|(_, c)| c.size).sum::<u32>(), 12);
}

#[test]
fn an_untrue_result_turns_the_light_red_until_somebody_decides() {
    let level = |world: &World| world.alert().level;
    let mut world = World::closed();
    world.when(P::Clerk, checked(CheckResult::Pass, "2021-02-26")).refused("not-allowed");
    world.done(P::Team, checked(CheckResult::Partial, "2021-02-26"));
    assert_eq!(level(&world), AlertLevel::None);
    world.when(P::Team, checked(CheckResult::FalseClosure, "2021-02-26")).then(&["task.checked", "task.light_changed"]);
    assert_eq!(level(&world), AlertLevel::Red);
    // Partly true on a later visit changes nothing; true lifts it.
    world.done(P::Team, checked(CheckResult::Partial, "2021-02-26"));
    assert_eq!(level(&world), AlertLevel::Red);
    let mut lifted = world.clone();
    lifted.done(P::Team, checked(CheckResult::Pass, "2021-02-26"));
    assert_eq!(level(&lifted), AlertLevel::None);
    let mut settled = world.clone();
    settled.done(P::Office, settle());
    assert_eq!(level(&settled), AlertLevel::None);
    world.done(P::Office, reopen("2021-06-30"));
    assert_ne!(level(&world), AlertLevel::Red);
}

#[test]
fn a_check_holds_the_verification_and_nothing_else() {
    let mut world = World::closure_review().at("2020-09-10 10:00");
    world.facts.is_being_checked = true;
    // Nothing is held before the supervisors' step, and the unit sees nothing of it.
    let request = world.request(RequestKind::Closure);
    world.done(P::Head, sign(request));
    world.done(P::Leader, sign(request));
    let held = world.lacks(P::Team, Action::Sign);
    assert_eq!(held, Some(vec!["check-pending".to_owned()]));
    world.when(P::Team, verify(request, "2020-09-10")).refused("check-pending");
    for who in [P::Clerk, P::Head] {
        let missing = world.open(who).into_iter().flat_map(|o| o.missing).any(|m| m.code == "check-pending");
        assert!(!missing, "{who:?}");
    }
    world.facts.is_being_checked = false;
    world.done(P::Team, verify(request, "2020-09-10"));
}
