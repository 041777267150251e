//! Systemic problems: who confirms, asks, answers, stands for an answer, accepts and closes; and whatever people do, the rules hold (docs/domain.md §42).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::actor::Actor;
use domain::chain::Digest;
use domain::ids::{AccountId, FindingId, SystemicProblemId, TaskId, UnitId};
use domain::refusal::Refusal;
use domain::rights;
use domain::systemic::event::{self, SystemicEvent};
use domain::systemic::state::{
    Amendment, CheckVerdict, DayMoved, ProblemState, SelfCheckState, SystemicProblem, Terms,
};
use domain::systemic::{
    self, AmendInput, AnswerInput, Context, Facts, Members, NewProblem, SystemicAction, SystemicCommand, open_actions,
    starts_from,
};
use support::cast::{BELOW, LEAD, P, SUPPORT, everybody, key};
use support::*;

fn actor(who: P) -> Actor {
    if who == P::Clock { Actor::System } else { Actor::Person(Box::new(everybody()[&who].clone())) }
}

fn task(n: u128) -> TaskId {
    TaskId(uuid(n))
}

fn members() -> Members {
    let finding = FindingId(uuid(77));
    Members { read: vec![(task(1), Some(LEAD), round(), finding), (task(2), Some(SUPPORT), round(), finding)] }
}

fn new(members: &[TaskId]) -> NewProblem {
    NewProblem {
        round: round(),
        title: "公务接待无清单".to_owned(),
        measure: "修订接待办法".to_owned(),
        ground: "都违反《接待办法》".to_owned(),
        owner: SUPPORT,
        due_on: date("2020-12-31"),
        members: members.to_vec(),
    }
}

fn file() -> Digest {
    Digest::of_bytes([7; 32])
}

fn facts() -> Facts {
    Facts { without_accounts: BTreeSet::new(), files: [file()].into() }
}

fn confirmed() -> SystemicProblem {
    let (who, facts) = (actor(P::Office), facts());
    let ctx = Context { actor: &who, now: at("2020-09-07 10:00"), facts: &facts };
    let decision = systemic::confirm(new(&[task(1), task(2)]), &members(), &ctx).unwrap();
    event::begin(SystemicProblemId(uuid(5)), &decision.events[0]).unwrap()
}

fn ask_at(
    of: &SystemicProblem,
    who: P,
    now: DateTime<Utc>,
    command: SystemicCommand,
) -> Result<SystemicProblem, Refusal> {
    let (who, facts) = (actor(who), facts());
    let ctx = Context { actor: &who, now, facts: &facts };
    let (action, unit) = (command.action(), command.unit());
    let is_open = action == SystemicAction::KeepClock || open_actions(of, &ctx).contains(&(action, unit));
    let decision = systemic::decide(of, command, &ctx)?;
    assert!(is_open, "{action} was done and not offered");
    Ok(decision.events.iter().fold(of.clone(), event::evolve))
}

fn ask(of: &SystemicProblem, who: P, command: SystemicCommand) -> Result<SystemicProblem, Refusal> {
    ask_at(of, who, at("2020-09-08 10:00"), command)
}

fn code(result: Result<SystemicProblem, Refusal>) -> String {
    result.map(|_| "done".to_owned()).unwrap_or_else(|r| r.code.to_owned())
}

fn of_lead(verdict: CheckVerdict, proof: Vec<Digest>) -> SystemicCommand {
    SystemicCommand::Answer(AnswerInput { unit: LEAD, verdict, words: "查了一年的票据".to_owned(), proof })
}

fn asked() -> SystemicProblem {
    ask(&confirmed(), P::Office, SystemicCommand::Ask { units: vec![LEAD], due_on: date("2020-09-30") }).unwrap()
}

#[test]
fn a_problem_is_confirmed_by_the_office_out_of_tasks_of_more_than_one_unit() {
    let (office, clerk, facts) = (actor(P::Office), actor(P::Clerk), facts());
    let now = at("2020-09-07 10:00");
    let by = |who: &Actor, named: &[TaskId], known: &Members| {
        let ctx = Context { actor: who, now, facts: &facts };
        systemic::confirm(new(named), known, &ctx)
            .map(|d| d.events.len())
            .map_err(|r| r.errors.first().map_or(r.code.to_owned(), |e| format!("{} {}", e.pointer, e.code)))
    };
    let both = [task(1), task(2)];
    assert_eq!(by(&office, &both, &members()), Ok(1));
    assert_eq!(by(&clerk, &both, &members()), Err("not-allowed".to_owned()));
    assert_eq!(by(&office, &[task(1), task(1)], &members()), Err("/members systemic-too-few".to_owned()));
    assert_eq!(by(&office, &[task(1), task(9)], &members()), Err("/members/1 task-unknown".to_owned()));
    let mut one_unit = members();
    one_unit.read[1].1 = Some(LEAD);
    assert_eq!(by(&office, &both, &one_unit), Err("/members systemic-too-few".to_owned()));
    let mut elsewhere = members();
    elsewhere.read.iter_mut().for_each(|m| m.2 = domain::ids::RoundId(uuid(3)));
    assert_eq!(by(&office, &both, &elsewhere), Err("/members systemic-other-round".to_owned()));
    let ctx = Context { actor: &office, now, facts: &facts };
    let dismissed = systemic::dismiss(round(), &both, " ", &members(), &ctx).unwrap_err();
    assert_eq!(dismissed.errors[0].pointer, "/reason");
}

#[test]
fn a_clerks_answer_waits_for_his_head_and_what_is_not_there_is_proved() {
    let problem = asked();
    let unit = LEAD;
    let bare = ask(&problem, P::Clerk, of_lead(CheckVerdict::HasNot, Vec::new())).unwrap_err();
    assert_eq!((bare.errors[0].pointer.as_str(), bare.errors[0].code.as_str()), ("/proof", "required"));
    let other = Digest::of_bytes([8; 32]);
    let unknown = ask(&problem, P::Clerk, of_lead(CheckVerdict::HasNot, vec![other])).unwrap_err();
    assert_eq!(unknown.errors[0].code, "proof-missing");
    let entered = ask(&problem, P::Clerk, of_lead(CheckVerdict::HasNot, vec![file()])).unwrap();
    assert_eq!(entered.checks[0].state, SelfCheckState::Entered);
    assert_eq!(code(ask(&entered, P::Clerk, SystemicCommand::ConfirmAnswer { unit })), "not-allowed");
    assert_eq!(code(ask(&entered, P::Office, SystemicCommand::Accept { unit })), "check-not-answered");
    let handed_in = ask(&entered, P::Head, SystemicCommand::ConfirmAnswer { unit }).unwrap();
    assert_eq!(handed_in.checks[0].state, SelfCheckState::HandedIn);
    // Nothing is made of what is not there; nobody writes over what is handed in.
    assert_eq!(code(ask(&handed_in, P::Office, SystemicCommand::Raise { unit, task: task(9) })), "nothing-to-raise");
    assert_eq!(code(ask(&handed_in, P::Clerk, of_lead(CheckVerdict::Has, vec![]))), "check-handed-in");
    let back = ask(&handed_in, P::Office, SystemicCommand::Return { unit, reason: "查得不全".to_owned() }).unwrap();
    let again = ask(&back, P::Head, of_lead(CheckVerdict::Similar, vec![])).unwrap();
    assert_eq!(again.checks[0].state, SelfCheckState::HandedIn, "a head's own answer waits for nobody");
    let raised = ask(&again, P::Office, SystemicCommand::Raise { unit, task: task(9) }).unwrap();
    assert_eq!((raised.checks[0].state, raised.checks[0].task), (SelfCheckState::Accepted, Some(task(9))));
    assert_eq!(code(ask(&raised, P::Office, SystemicCommand::Raise { unit, task: task(10) })), "already-raised");
    // Of a unit that was not asked nothing is answered; a stranger answers for nobody.
    let of = SystemicCommand::Answer(AnswerInput {
        unit: SUPPORT,
        verdict: CheckVerdict::Has,
        words: "有".to_owned(),
        proof: vec![],
    });
    assert_eq!(code(ask(&problem, P::SupportHead, of)), "content");
    assert_eq!(code(ask(&problem, P::SupportHead, of_lead(CheckVerdict::Has, vec![]))), "not-allowed");
}

#[test]
fn it_is_closed_when_every_answer_is_accepted_and_the_owner_has_reported() {
    let unit = LEAD;
    let answered = ask(&asked(), P::Head, of_lead(CheckVerdict::Has, vec![])).unwrap();
    assert_eq!(code(ask(&answered, P::Office, SystemicCommand::Close)), "checks-open");
    let accepted = ask(&answered, P::Office, SystemicCommand::Accept { unit }).unwrap();
    assert_eq!(code(ask(&accepted, P::Office, SystemicCommand::Close)), "measure-not-reported");
    let report = |words: &str| SystemicCommand::Report { words: words.to_owned() };
    assert_eq!(code(ask(&accepted, P::Head, report("已印发"))), "not-allowed", "another unit owns it");
    let reported = ask(&accepted, P::SupportHead, report("已印发")).unwrap();
    let back = ask(&reported, P::Office, SystemicCommand::ReturnReport { reason: "未见文件".to_owned() }).unwrap();
    assert_eq!(code(ask(&back, P::Office, SystemicCommand::Close)), "measure-not-reported");
    let reported = ask(&back, P::SupportHead, report("已印发，见文件")).unwrap();
    let closed = ask(&reported, P::Office, SystemicCommand::Close).unwrap();
    assert_eq!(closed.state, ProblemState::Closed);
    // What was found is a task also afterwards; all else is over.
    assert!(ask(&closed, P::Office, SystemicCommand::Raise { unit, task: task(9) }).is_ok());
    assert_eq!(code(ask(&closed, P::Office, SystemicCommand::Withdraw { reason: "x".to_owned() })), "wrong-state");
}

#[test]
fn a_key_hears_what_is_its_units_own_and_does_nothing() {
    let problem = asked();
    let hears = |unit: UnitId, event: &SystemicEvent| rights::hears_of_problem(&key(unit), &problem, event);
    let due_on = date("2020-09-30");
    let of_lead = SystemicEvent::Accepted { unit: LEAD, by: P::Office.person() };
    let both = SystemicEvent::Asked { units: vec![LEAD, SUPPORT], due_on };
    let named = SystemicEvent::Raised { unit: LEAD, task: task(9) };
    let begun = SystemicEvent::Confirmed { problem: problem.confirmed.clone().unwrap() };
    let end = SystemicEvent::Closed { at: at("2020-10-01 09:00") };
    let back = SystemicEvent::ReportReturned { reason: file() };
    assert!(hears(LEAD, &of_lead) && hears(LEAD, &SystemicEvent::Asked { units: vec![LEAD], due_on }));
    assert!(hears(LEAD, &end) && hears(SUPPORT, &end) && hears(SUPPORT, &back));
    assert!(!hears(LEAD, &back) && !hears(SUPPORT, &of_lead) && !hears(LEAD, &both));
    for event in [&named, &begun] {
        assert!(!hears(LEAD, event) && !hears(SUPPORT, event), "it names tasks");
        assert!(rights::hears_of_problem(&actor(P::Office), &problem, event));
    }
    assert!(!hears(BELOW, &end), "a unit below was not asked");
    let moved = |units: &[UnitId]| {
        let checks =
            units.iter().map(|unit| DayMoved { unit: *unit, before: due_on, after: date("2020-10-09") }).collect();
        let terms = Terms { title: file(), measure: file(), owner: SUPPORT, due_on };
        let by = AccountId(uuid(72));
        let at = at("2020-09-20 09:00");
        SystemicEvent::Amended {
            amendment: Amendment { before: terms.clone(), after: terms, checks, reason: file(), by, at },
        }
    };
    assert!(hears(LEAD, &moved(&[])) && hears(SUPPORT, &moved(&[])), "what all of them see");
    assert!(hears(LEAD, &moved(&[LEAD])) && !hears(SUPPORT, &moved(&[LEAD])) && !hears(LEAD, &moved(&[LEAD, SUPPORT])));
    for action in SystemicAction::ALL {
        for unit in [LEAD, SUPPORT] {
            let may = rights::permit_systemic(&key(unit), *action, &problem, Some(unit), &BTreeSet::new());
            assert_eq!(may.unwrap_err().code, "not-allowed", "{action}");
        }
    }
}

#[test]
fn a_day_that_goes_by_is_said_once_and_an_answer_behind_it_is_late() {
    let problem = asked();
    let due = at("2020-10-01 00:00");
    assert_eq!(systemic::next_look(&problem), Some(due));
    assert_eq!(systemic::passed(&problem, due - TimeDelta::seconds(1)), None);
    let said = systemic::passed(&problem, due).unwrap();
    assert_eq!(said, SystemicEvent::DuePassed { units: vec![LEAD] });
    let late = event::evolve(problem.clone(), &said);
    assert_eq!((late.version, late.seq), (problem.version, problem.seq + 1), "nobody's decision is stale by it");
    assert_eq!((systemic::passed(&late, due), systemic::next_look(&late)), (None, None));
    assert_eq!(late.progress(date("2020-10-01")).overdue, 1);
    let answered = ask_at(&late, P::Head, at("2020-10-02 09:00"), of_lead(CheckVerdict::Has, vec![])).unwrap();
    assert!(answered.checks[0].answer.as_ref().unwrap().is_late);
    let in_time = ask_at(&problem, P::Head, at("2020-09-30 23:59"), of_lead(CheckVerdict::Has, vec![])).unwrap();
    assert!(!in_time.checks[0].answer.as_ref().unwrap().is_late);
}

/// A small generator; the same seed, the same life.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

fn some_command(dice: &mut Dice, n: u128) -> SystemicCommand {
    let unit: UnitId =
        [LEAD, SUPPORT, LEAD, SUPPORT, LEAD, SUPPORT, LEAD, SUPPORT, LEAD, UnitId(uuid(4_040))][dice.roll(10)];
    let words = dice.pick(&["", "有", "查了一年"]).to_owned();
    match dice.roll(12) {
        0 => SystemicCommand::Ask {
            units: vec![unit],
            due_on: date(dice.pick(&["2020-09-01", "2020-09-20", "2020-10-20"])),
        },
        1 | 2 => {
            let proof = if dice.roll(2) == 0 { vec![file()] } else { Vec::new() };
            SystemicCommand::Answer(AnswerInput { unit, verdict: dice.pick(CheckVerdict::ALL), words, proof })
        }
        3 => SystemicCommand::ConfirmAnswer { unit },
        4 => SystemicCommand::Accept { unit },
        5 => SystemicCommand::Return { unit, reason: words },
        6 => SystemicCommand::Raise { unit, task: task(1_000 + n) },
        7 => SystemicCommand::Report { words },
        8 => SystemicCommand::ReturnReport { reason: words },
        9 => SystemicCommand::Close,
        11 => SystemicCommand::Amend(AmendInput {
            title: "公务接待无清单".to_owned(),
            measure: dice.pick(&["修订接待办法", "修订接待办法并公开"]).to_owned(),
            owner: dice.pick(&[SUPPORT, LEAD]),
            due_on: date("2020-12-31"),
            checks: vec![(unit, date(dice.pick(&["2020-09-01", "2020-11-01"])))],
            reason: words,
        }),
        10 if dice.roll(12) == 0 => SystemicCommand::Withdraw { reason: words },
        _ => SystemicCommand::KeepClock,
    }
}

/// Somebody whose act it may be.
fn fit(action: SystemicAction, unit: Option<UnitId>, dice: &mut Dice) -> P {
    match action {
        SystemicAction::Answer if unit == Some(LEAD) => dice.pick(&[P::Clerk, P::Head]),
        SystemicAction::ConfirmAnswer if unit == Some(LEAD) => P::Head,
        SystemicAction::Answer | SystemicAction::ConfirmAnswer | SystemicAction::Report => P::SupportHead,
        SystemicAction::KeepClock => P::Clock,
        _ => P::Office,
    }
}

#[test]
fn whatever_people_do_with_a_systemic_problem_the_rules_hold() {
    let people = [P::Office, P::Office, P::Office2, P::Clerk, P::Head, P::SupportHead, P::Team, P::Principal, P::Clock];
    let (mut accepted, mut closed) = (0, 0);
    for seed in 0..3_000 {
        let mut dice = Dice(seed * 7_919 + 1);
        let mut problem = confirmed();
        let mut now = at("2020-09-07 10:00");
        let mut raised: BTreeSet<TaskId> = BTreeSet::new();
        for n in 0..60 {
            now += TimeDelta::hours(i64::try_from(dice.roll(40)).unwrap());
            let command = some_command(&mut dice, n);
            let (action, unit) = (command.action(), command.unit());
            // Mostly whoever it is for, so that lives get somewhere.
            let who = if dice.roll(4) == 0 { dice.pick(&people) } else { fit(action, unit, &mut dice) };
            let before = problem.clone();
            let Ok(after) = ask_at(&before, who, now, command) else { continue };
            accepted += 1;
            assert!(starts_from(action).contains(&before.state), "{action} from {}", before.state);
            // What one unit did changes no other unit's self-check.
            for check in before.checks.iter().filter(|c| unit.is_some_and(|u| u != c.unit)) {
                assert_eq!(after.check(check.unit), Some(check), "{action}");
            }
            if action == SystemicAction::Amend {
                for (old, new) in before.checks.iter().zip(&after.checks) {
                    assert_eq!((&old.answer, old.state, old.task), (&new.answer, new.state, new.task), "answers stay");
                }
            }
            for check in &after.checks {
                let answer = check.answer.as_ref();
                let is_in = matches!(check.state, SelfCheckState::HandedIn | SelfCheckState::Accepted);
                assert!(!is_in || answer.is_some_and(|a| a.confirmed_by.is_some()), "somebody stands for what is in");
                assert!(answer.is_none_or(|a| a.verdict != CheckVerdict::HasNot || !a.proof.is_empty()));
                let is_raised = check.task.is_some();
                assert!(!is_raised || check.state == SelfCheckState::Accepted, "what is a task was accepted");
                raised.extend(check.task);
                let kept = before.check(check.unit).and_then(|c| c.task);
                assert!(kept.is_none() || kept == check.task, "a task is made once");
            }
            assert_eq!(raised.len(), after.checks.iter().filter(|c| c.task.is_some()).count());
            if after.state == ProblemState::Closed && before.state != ProblemState::Closed {
                closed += 1;
                assert!(after.report.is_some() && after.checks.iter().all(|c| c.state == SelfCheckState::Accepted));
                assert!(!after.checks.is_empty());
            }
            let figures = after.progress(domain::calendar::today(now));
            assert_eq!(figures.answered, figures.has + figures.similar + figures.has_not);
            assert!(figures.answered + figures.returned <= figures.asked && figures.raised <= figures.accepted);
            let stored = serde_json::to_value(&after).unwrap();
            assert_eq!(serde_json::from_value::<SystemicProblem>(stored).unwrap(), after);
            problem = after;
        }
    }
    assert!(accepted > 10_000 && closed > 20, "the dice never get anywhere: {accepted} {closed}");
}

/// Pairs that one group holds and that are of one matter, of all pairs that are held.
fn right_in(groups: &[domain::systemic::group::Group], matters: &[String]) -> (usize, usize) {
    let (mut right, mut all) = (0, 0);
    for group in groups {
        let of: Vec<&String> =
            group.findings.iter().map(|f| &matters[usize::try_from(f.0.as_u128()).unwrap()]).collect();
        for (n, one) in of.iter().enumerate() {
            all += of.len() - n - 1;
            right += of[n + 1..].iter().filter(|other| **one != "none" && *other == one).count();
        }
    }
    (right, all)
}

/// On findings labelled by matter: what a group holds is of one matter, as the score was chosen for on `tune.tsv`.
#[test]
fn what_is_grouped_by_words_is_of_one_matter() {
    use domain::systemic::group::{Candidate, Said, propose};
    for (name, least) in [("tune", 0.8), ("test", 0.8)] {
        let path = format!("{}/../../tests/fixtures/likeness/{name}.tsv", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
        let all: Vec<Candidate> = (0u128..)
            .zip(&lines)
            .map(|(n, fields)| Candidate {
                finding: FindingId(uuid::Uuid::from_u128(n)),
                body: fields[2].to_owned(),
                basis: String::new(),
                tasks: vec![(task(10_000 + n), UnitId(uuid(20_000 + n)))],
            })
            .collect();
        let matters: Vec<String> = lines.iter().map(|fields| fields[0].to_owned()).collect();
        let groups = propose(&all, &Said::default(), &[]);
        let (right, held) = right_in(&groups, &matters);
        let share = f64::from(u32::try_from(right).unwrap()) / f64::from(u32::try_from(held).unwrap());
        println!("groups, {name}: {} groups, {right} of {held} pairs of one matter, {share:.3}", groups.len());
        assert!(groups.len() >= 10 && share >= least, "{name}: {share}");
    }
}
