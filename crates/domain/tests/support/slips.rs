//! A slip as it stands, with what the rules look at, and commands on it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::actor::{Actor, PersonActor};
use domain::calendar::Calendar;
use domain::ids::{SignatureId, SlipId, UnitId};
use domain::policy::Policy;
use domain::refusal::Refusal;
use domain::rights;
use domain::sign_request::{Signing, Verdict};
use domain::slip::event::{self, SlipEvent};
use domain::slip::ladder::SlipLevel;
use domain::slip::state::{Basis, BasisKind, Slip, Urgency};
use domain::slip::{
    self, AnswerInput, Context, Facts, InterviewInput, Parties, SlipAction, SlipCommand, SlipInput, SlipText,
    TaskFacts, open_actions,
};
use uuid::Uuid;

use super::cast::{LEAD, P, SUPPORT, everybody, paths};
use super::{at, date, form, round, task_id, uuid};

pub(crate) static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::builtin);

pub(crate) fn input(level: SlipLevel) -> SlipInput {
    SlipInput {
        level,
        urgency: Urgency::Normal,
        text: SlipText {
            matter: "合同归档滞后".into(),
            basis: "整改任务 T01".into(),
            gap: "节点已过期".into(),
            asked: "补齐归档并书面答复".into(),
        },
        basis: Basis { kind: BasisKind::Task, id: Some(task_id().0) },
        task: Some(task_id()),
        unit: LEAD,
        supporting: vec![SUPPORT],
        due_on: None,
    }
}

/// A slip as it stands, with what the rules look at.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) slip: Slip,
    pub(crate) facts: Facts,
    pub(crate) text: SlipText,
    pub(crate) now: DateTime<Utc>,
    pub(crate) people: BTreeMap<P, PersonActor>,
    pub(crate) events: Vec<SlipEvent>,
    pub(crate) next_number: u32,
    pub(crate) next_id: std::cell::Cell<u128>,
}

pub(crate) fn facts() -> Facts {
    let path = |unit: UnitId| paths()[&unit].clone();
    Facts {
        policy: Policy::default(),
        policy_version: 1,
        principal: Some(P::Principal.person()),
        group_head: Some(P::Principal.person()),
        parties: Parties {
            unit: path(LEAD),
            supporting: vec![path(SUPPORT)],
            unit_has_accounts: true,
            leaders: vec![P::Leader.person()],
        },
        task: Some(TaskFacts {
            id: task_id(),
            number: "T01".into(),
            units: vec![LEAD, SUPPORT],
            lead_leader: Some(P::Leader.person()),
            is_under_way: true,
        }),
        has_higher: false,
        people: everybody().values().map(|p| (p.person.unwrap(), p.clone())).collect(),
    }
}

pub(crate) fn draft_by(who: P, input: SlipInput, facts: &Facts) -> Result<Vec<SlipEvent>, Refusal> {
    let actor = Actor::Person(Box::new(everybody()[&who].clone()));
    let text = input.text.clone();
    let fresh = || uuid(1);
    let ctx =
        Context { actor: &actor, now: at("2020-09-07 10:00"), calendar: &CALENDAR, facts, text: &text, fresh: &fresh };
    slip::draft(round(), input, &ctx).map(|d| d.events)
}

pub(crate) fn faults(refusal: &Refusal) -> Vec<(&str, &str)> {
    refusal.errors.iter().map(|e| (e.pointer.as_str(), e.code.as_str())).collect()
}

impl Story {
    /// Drafted on Monday 7 September 2020 by the office.
    pub(crate) fn drafted(level: SlipLevel) -> Self {
        let facts = facts();
        let events = draft_by(P::Office, input(level), &facts).unwrap();
        Self {
            slip: event::begin(SlipId(uuid(88)), &events[0]).unwrap(),
            facts,
            text: input(level).text,
            now: at("2020-09-07 10:00"),
            people: everybody(),
            events,
            next_number: 1,
            next_id: std::cell::Cell::new(50_000),
        }
    }

    pub(crate) fn submitted(level: SlipLevel) -> Self {
        let mut story = Self::drafted(level);
        story.done(P::Office, SlipCommand::Submit);
        story
    }

    pub(crate) fn issued(level: SlipLevel) -> Self {
        let mut story = Self::submitted(level);
        let who = if matches!(level, SlipLevel::Notice | SlipLevel::Urge) { P::Office2 } else { P::Principal };
        story.done(who, sign());
        story
    }

    pub(crate) fn answered(level: SlipLevel) -> Self {
        let mut story = Self::issued(level);
        story.done(P::Clerk, SlipCommand::Receive);
        story.done(P::Head, answer());
        story
    }

    pub(crate) fn at(mut self, text: &str) -> Self {
        self.now = at(text);
        self
    }

    pub(crate) fn actor(&self, who: P) -> Actor {
        match who {
            P::Clock => Actor::System,
            person => Actor::Person(Box::new(self.people[&person].clone())),
        }
    }

    pub(crate) fn with<T>(&self, who: P, run: impl FnOnce(&Context<'_>) -> T) -> T {
        let actor = self.actor(who);
        let fresh = || -> Uuid {
            self.next_id.set(self.next_id.get() + 1);
            uuid(self.next_id.get())
        };
        run(&Context {
            actor: &actor,
            now: self.now,
            calendar: &CALENDAR,
            facts: &self.facts,
            text: &self.text,
            fresh: &fresh,
        })
    }

    pub(crate) fn ask(&self, who: P, command: SlipCommand) -> Result<Vec<SlipEvent>, Refusal> {
        self.with(who, |ctx| slip::decide(&self.slip, command, ctx)).map(|d| d.events)
    }

    /// Takes events over, with the number where all have signed; the state must be what a replay makes.
    pub(crate) fn accept(&mut self, events: Vec<SlipEvent>) {
        for event in events {
            assert_eq!(SlipEvent::parse(event.kind(), event.stored().1).as_ref(), Ok(&event));
            self.slip = event::evolve(self.slip.clone(), &event);
            self.events.push(event);
        }
        if slip::is_granted(&self.slip) {
            let issued = self.with(P::Clock, |ctx| slip::issue(&self.slip, self.next_number, ctx)).unwrap();
            self.next_number += 1;
            self.accept(issued);
        }
        let begun = event::begin(self.slip.id, &self.events[0]).unwrap();
        assert_eq!(self.events[1..].iter().fold(begun, event::evolve), self.slip);
    }

    #[track_caller]
    pub(crate) fn done(&mut self, who: P, command: SlipCommand) {
        let said = format!("{who:?}: {command:?}");
        match self.ask(who, command) {
            Ok(events) => self.accept(events),
            Err(refusal) => panic!("{said} was refused: {} {:?}", refusal.code, refusal.errors),
        }
    }

    #[track_caller]
    pub(crate) fn refused(&self, who: P, command: SlipCommand, code: &str) -> Refusal {
        let refusal = self.ask(who, command).unwrap_err();
        assert_eq!(refusal.code, code, "{:?}", refusal.errors);
        refusal
    }

    #[track_caller]
    pub(crate) fn refused_for(&self, who: P, command: SlipCommand, expected: &[(&str, &str)]) {
        assert_eq!(faults(&self.refused(who, command, "content")), expected);
    }

    pub(crate) fn open(&self, who: P) -> Vec<SlipAction> {
        self.with(who, |ctx| open_actions(&self.slip, ctx))
    }

    pub(crate) fn sees(&self, who: P) -> bool {
        rights::sees_slip(&self.actor(who), &self.slip, &self.facts.parties)
    }

    pub(crate) fn raise(&self, who: P) -> Result<Vec<SlipEvent>, Refusal> {
        self.with(who, |ctx| slip::raise(&self.slip, ctx)).map(|d| d.events)
    }

    pub(crate) fn signature(&self) -> SignatureId {
        self.slip.request().unwrap().signatures.last().unwrap().id
    }

    pub(crate) fn paper(&self, signer: P) -> SlipCommand {
        let document = form(self.slip.request().unwrap().revision.as_str(), "2020-09-07");
        SlipCommand::Sign {
            verdict: Verdict::Approve,
            words: None,
            signing: Signing::Paper { signer: signer.person(), document },
        }
    }
}

pub(crate) fn sign() -> SlipCommand {
    SlipCommand::Sign { verdict: Verdict::Approve, words: None, signing: Signing::Screen { on_behalf_of: None } }
}

pub(crate) fn give_back_draft(words: Option<&str>) -> SlipCommand {
    let words = words.map(str::to_owned);
    SlipCommand::Sign { verdict: Verdict::Return, words, signing: Signing::Screen { on_behalf_of: None } }
}

pub(crate) fn answer() -> SlipCommand {
    SlipCommand::Answer(AnswerInput {
        words: "已补齐归档".into(), files: vec![domain::chain::digest("file", "清单")]
    })
}

pub(crate) fn review(is_accepted: bool, words: Option<&str>) -> SlipCommand {
    SlipCommand::Review { is_accepted, words: words.map(str::to_owned) }
}

pub(crate) fn interview(held_on: &str, promised_on: &str) -> InterviewInput {
    InterviewInput {
        held_on: date(held_on),
        attended: "党委书记、单位负责人".into(),
        said: "指出归档长期滞后".into(),
        promised: "月底前全部归档".into(),
        promised_on: date(promised_on),
    }
}

pub(crate) fn withdraw_slip() -> SlipCommand {
    SlipCommand::Withdraw { reason: "情况有变".into() }
}
