//! A small group with one round and one task, and the words given, when, then.
#![allow(dead_code, reason = "each test file uses its own part of the world")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

pub(crate) mod cast;
pub(crate) mod commands;
pub(crate) mod countable;
pub(crate) mod histories;
pub(crate) mod slips;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use domain::actor::{Actor, PersonActor};
use domain::calendar::{Calendar, Week};
use domain::chain::Digest;
use domain::ids::{FindingId, PersonId, RoundId, SignRequestId, TaskId, UnitId};
use domain::policy::{Policy, RequestKind};
use domain::refusal::Refusal;
use domain::task::alert::{Alert, assess};
use domain::task::command::{Action, DraftInput, TaskCommand};
use domain::task::context::{Context, Decision, Facts, RoundFacts};
use domain::task::event::TaskEvent;
use domain::task::state::{Task, TaskState};
use domain::task::text::{PlanText, TaskText, kind};
use domain::task::{self, OpenAction, create, decide, evolve, open_actions, replay};
use uuid::Uuid;

pub(crate) use cast::P;
pub(crate) use commands::*;

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn week(text: &str) -> Week {
    Week::parse(text).unwrap()
}

/// An instant written as the clock on the wall in Shanghai shows it.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    (wall - chrono::Duration::hours(8)).and_utc()
}

pub(crate) fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn round() -> RoundId {
    RoundId(uuid(1))
}

pub(crate) fn task_id() -> TaskId {
    TaskId(uuid(3))
}

/// The task, everything said about it, and everybody who may have a say.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) facts: Facts,
    pub(crate) calendar: Calendar,
    pub(crate) now: DateTime<Utc>,
    pub(crate) task: Option<Task>,
    pub(crate) events: Vec<TaskEvent>,
    pub(crate) people: BTreeMap<P, PersonActor>,
    texts: BTreeMap<Digest, TaskText>,
    plans: BTreeMap<Digest, PlanText>,
    next_id: Cell<u128>,
}

/// What became of one command.
#[derive(Debug)]
pub(crate) struct Outcome(pub(crate) Result<Vec<TaskEvent>, Refusal>);

impl World {
    /// Tuesday 1 September 2020, ten in the morning: the round is active, the group's plan not approved yet, no task there.
    pub(crate) fn new() -> Self {
        let people = cast::everybody();
        let facts = Facts {
            policy: Policy::default(),
            policy_version: 1,
            round: RoundFacts {
                id: round(),
                is_active: true,
                principal: Some(P::Principal.person()),
                group_head: Some(P::Principal.person()),
                concentrated_until: None,
                is_plan_approved: false,
            },
            is_being_checked: false,
            paths: cast::paths(),
            without_accounts: BTreeSet::new(),
            people: people.values().map(|p| (p.person.unwrap(), p.clone())).collect(),
        };
        Self {
            facts,
            calendar: Calendar::builtin(),
            now: at("2020-09-01 10:00"),
            task: None,
            events: Vec::new(),
            people,
            texts: BTreeMap::new(),
            plans: BTreeMap::new(),
            next_id: Cell::new(1_000_000),
        }
    }

    /// Moves the clock; nothing else happens.
    pub(crate) fn at(mut self, text: &str) -> Self {
        self.now = at(text);
        self
    }

    /// Changes the policy before anything is copied from it.
    pub(crate) fn policy(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.facts.policy);
        self
    }

    /// Changes one person, and what the rules know of him.
    pub(crate) fn person(mut self, who: P, change: impl FnOnce(&mut PersonActor)) -> Self {
        let actor = self.people.get_mut(&who).unwrap();
        change(actor);
        self.facts.people.insert(actor.person.unwrap(), actor.clone());
        self
    }

    /// The given events have happened, and nothing else.
    pub(crate) fn given(mut self, events: Vec<TaskEvent>) -> Self {
        self.task = replay(task_id(), &events);
        self.events = events;
        self
    }

    pub(crate) fn task(&self) -> &Task {
        self.task.as_ref().unwrap()
    }

    pub(crate) fn state(&self) -> TaskState {
        self.task().state
    }

    pub(crate) fn actor(&self, who: P) -> Actor {
        match who {
            P::Clock => Actor::System,
            person => Actor::Person(Box::new(self.people[&person].clone())),
        }
    }

    /// Runs with the surroundings of one decision.
    pub(crate) fn with<T>(&self, who: P, run: impl FnOnce(&Context<'_>) -> T) -> T {
        let actor = self.actor(who);
        let fresh = || {
            self.next_id.set(self.next_id.get() + 1);
            uuid(self.next_id.get())
        };
        let empty = TaskText {
            title: String::new(),
            objective: None,
            measures: Vec::new(),
            criteria: Vec::new(),
            milestones: Vec::new(),
            duties: Vec::new(),
        };
        let text = self.task.as_ref().and_then(|t| self.texts.get(&t.draft.text)).unwrap_or(&empty);
        let plan = self.task.as_ref().and_then(|t| t.plan.as_ref()).and_then(|digest| self.plans.get(digest));
        run(&Context {
            actor: &actor,
            now: self.now,
            calendar: &self.calendar,
            facts: &self.facts,
            text,
            plan,
            fresh: &fresh,
        })
    }

    fn keep(&mut self, decision: &Decision) {
        for revision in &decision.revisions {
            if revision.kind == kind::TASK {
                self.texts.insert(revision.digest.clone(), serde_json::from_str(&revision.body).unwrap());
            } else if revision.kind == kind::PLAN {
                self.plans.insert(revision.digest.clone(), serde_json::from_str(&revision.body).unwrap());
            }
        }
    }

    /// Only asks; nothing changes.
    pub(crate) fn ask(&self, who: P, command: TaskCommand) -> Result<Decision, Refusal> {
        self.with(who, |ctx| decide(self.task(), command, ctx))
    }

    /// Takes an accepted decision over into the stream; the state must be what a replay of the stream makes.
    pub(crate) fn accept(&mut self, decision: &Decision) {
        self.keep(decision);
        let folded = match self.task.take() {
            Some(task) => decision.events.iter().fold(task, evolve),
            None => replay(task_id(), &decision.events).unwrap(),
        };
        self.events.extend(decision.events.iter().cloned());
        assert_eq!(Some(&folded), replay(task_id(), &self.events).as_ref(), "a replay makes another task");
        self.task = Some(folded);
    }

    /// Enters a task.
    pub(crate) fn create(&mut self, who: P, input: DraftInput) -> Outcome {
        let decision = self.with(who, |ctx| create(FindingId(uuid(2)), input, ctx));
        self.outcome(decision)
    }

    /// Gives a command; what is accepted happens.
    pub(crate) fn when(&mut self, who: P, command: TaskCommand) -> Outcome {
        let decision = self.ask(who, command);
        self.outcome(decision)
    }

    fn outcome(&mut self, decision: Result<Decision, Refusal>) -> Outcome {
        Outcome(decision.map(|decision| {
            self.accept(&decision);
            decision.events
        }))
    }

    /// Gives a command that must be accepted.
    #[track_caller]
    pub(crate) fn done(&mut self, who: P, command: TaskCommand) -> Vec<TaskEvent> {
        let said = format!("{who:?}: {command:?}");
        match self.when(who, command).0 {
            Ok(events) => events,
            Err(refusal) => panic!("{said} was refused: {} {:?}", refusal.code, refusal.errors),
        }
    }

    pub(crate) fn open(&self, who: P) -> Vec<OpenAction> {
        self.with(who, |ctx| open_actions(self.task(), ctx))
    }

    /// The acts that are this person's now, possible or not yet.
    pub(crate) fn open_acts(&self, who: P) -> Vec<Action> {
        self.open(who).into_iter().map(|o| o.action).collect()
    }

    /// The codes of what an open act still lacks; none when the act is not this person's.
    pub(crate) fn lacks(&self, who: P, action: Action) -> Option<Vec<String>> {
        let open = self.open(who).into_iter().find(|o| o.action == action)?;
        Some(open.missing.into_iter().map(|m| m.code).collect())
    }

    pub(crate) fn alert(&self) -> Alert {
        assess(self.task(), &self.facts, &self.calendar, self.now)
    }

    /// The codes of the light's reasons.
    pub(crate) fn reasons(&self) -> Vec<String> {
        self.alert().reasons.into_iter().map(|r| r.code).collect()
    }

    pub(crate) fn next_moment(&self) -> Option<DateTime<Utc>> {
        task::next_moment(self.task(), &self.facts, &self.calendar, self.now)
    }

    /// The request of a kind that was handed in last, open or not.
    pub(crate) fn request(&self, kind: RequestKind) -> SignRequestId {
        self.task().requests.iter().rev().find(|r| r.request.kind == kind).unwrap().request.id
    }

    /// The content hash of the request of a kind.
    pub(crate) fn hash(&self, kind: RequestKind) -> String {
        self.task().request(self.request(kind)).unwrap().request.revision.as_str().to_owned()
    }

    /// Who each step of the newest request of a kind waits for, with the number of people.
    pub(crate) fn chain(&self, kind: RequestKind) -> Vec<(&'static str, u8)> {
        let request = &self.task().request(self.request(kind)).unwrap().request;
        request.chain.iter().map(|s| (s.who.as_str(), s.count)).collect()
    }
}

impl Outcome {
    /// Accepted with exactly these kinds of event, in this order.
    #[track_caller]
    pub(crate) fn then(self, kinds: &[&str]) -> Vec<TaskEvent> {
        match self.0 {
            Ok(events) => {
                assert_eq!(events.iter().map(TaskEvent::kind).collect::<Vec<_>>(), kinds);
                events
            }
            Err(refusal) => panic!("refused: {} {:?}", refusal.code, refusal.errors),
        }
    }

    /// Refused with this code.
    #[track_caller]
    pub(crate) fn refused(self, code: &str) -> Refusal {
        let refusal = self.0.expect_err("should have been refused");
        assert_eq!(refusal.code, code, "{:?}", refusal.errors);
        refusal
    }

    /// Refused for exactly these faults, each a place and a code.
    #[track_caller]
    pub(crate) fn refused_for(self, code: &str, faults: &[(&str, &str)]) {
        let refusal = self.refused(code);
        let found: Vec<_> = refusal.errors.iter().map(|e| (e.pointer.as_str(), e.code.as_str())).collect();
        assert_eq!(found, faults);
    }

    /// Refused for one fault of the content.
    #[track_caller]
    pub(crate) fn refused_at(self, pointer: &str, code: &str) {
        self.refused_for("content", &[(pointer, code)]);
    }
}

/// A person nobody told the rules about.
pub(crate) fn unknown_person() -> PersonId {
    PersonId(uuid(9_999))
}

/// A unit nobody told the rules about.
pub(crate) fn unknown_unit() -> UnitId {
    UnitId(uuid(9_998))
}
