//! One task's life, lived through the domain's own decisions at past moments.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::actor::{Actor, PersonActor};
use domain::calendar::{self, Week};
use domain::chain::Digest;
use domain::ids::{EvidenceId, FindingId, SignRequestId, TaskId};
use domain::sign_request::Verdict;
use domain::task;
use domain::task::command::{
    CriterionInput, DraftInput, EvidenceInput, MeasureInput, PlanInput, Signing, StatementInput, TaskCommand,
};
use domain::task::context::{Context, Decision, Facts, Revision};
use domain::task::event::TaskEvent;
use domain::task::state::{Disposition, EvidencePurpose, Task};
use domain::task::text::{PlanText, TaskText};
use serde::de::DeserializeOwned;

use super::words;
use super::world::World;
use crate::error::Error;
use crate::events::{self, NewEvent, Origin, StoredEvent, Stream};

/// How far a task comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Draft,
    ClosedBeforeGolive,
    Issued,
    Planning,
    PlanReview,
    Rectifying,
    ClosureReview,
    Observing,
    Closed,
}

impl Stage {
    /// Of twenty tasks: one each stands before its plan, eight are under work, six are over.
    pub(super) fn of(ordinal: usize) -> Self {
        match ordinal % 20 {
            0 => Stage::Draft,
            1 => Stage::Issued,
            2 => Stage::Planning,
            3 => Stage::PlanReview,
            4..=11 => Stage::Rectifying,
            12 | 13 => Stage::ClosureReview,
            14 | 15 => Stage::Observing,
            16..=18 => Stage::Closed,
            _ => Stage::ClosedBeforeGolive,
        }
    }

    /// Whether the unit writes statements.
    pub(super) fn reports(self) -> bool {
        self >= Stage::Rectifying
    }
}

/// What is asked of one task.
pub(super) struct Wanted {
    /// Its place in the ledger, from 1.
    pub(super) ordinal: usize,
    pub(super) stage: Stage,
    pub(super) statements: usize,
    /// Of them answered.
    pub(super) acknowledged: usize,
}

/// A task with everything that was written on its way.
pub(super) struct Life<'a> {
    world: &'a World,
    pub(super) task: Task,
    pub(super) facts: Facts,
    pub(super) text: TaskText,
    pub(super) plan: Option<PlanText>,
    pub(super) events: Vec<StoredEvent>,
    pub(super) revisions: Vec<(Revision, DateTime<Utc>)>,
    pub(super) created_at: DateTime<Utc>,
}

fn clock(day: NaiveDate, hour: u32, minute: usize) -> DateTime<Utc> {
    let minute = u32::try_from(minute % 60).unwrap_or(0);
    calendar::instant(day, NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN))
}

fn body<T: DeserializeOwned>(revisions: &[(Revision, DateTime<Utc>)], digest: &Digest) -> Result<T, Error> {
    let found = revisions.iter().rev().find(|(r, _)| r.digest == *digest);
    let (revision, _) = found.ok_or_else(|| Error::internal("a digest without its words"))?;
    Ok(serde_json::from_str(&revision.body)?)
}

impl<'a> Life<'a> {
    /// Lives a task to its stage.
    pub(super) fn live(world: &'a World, wanted: &Wanted) -> Result<Self, Error> {
        let chance = &world.chance;
        let this_week = Week::of(calendar::today(world.now));
        // What is closed ended a month ago, so that its observation is over.
        let ago = wanted.statements + 1 + if wanted.stage == Stage::Closed { 4 } else { 0 };
        let monday = (0..ago).fold(this_week, |week, _| week.previous()).monday();
        let day = |n: u64| monday.checked_add_days(Days::new(n)).unwrap_or(monday);
        let minute = chance.below(50);

        let lead = 1 + chance.below(world.units.len() - 1);
        let head = &world.heads[lead];
        let mut life = Self::create(world, wanted, lead, clock(day(0), 9, minute))?;
        let leader = life.task.lead_leader();
        let leader = world.leaders.iter().find(|l| l.person == leader);
        let leader = leader.ok_or_else(|| Error::internal("a task without its leader"))?;
        if wanted.stage == Stage::Draft {
            return Ok(life);
        }
        if wanted.stage == Stage::ClosedBeforeGolive {
            let vouched_by = leader.person.ok_or_else(|| Error::internal("a leader who is nobody"))?;
            let basis = "原台账已办结，纸质材料归档".to_owned();
            let command = TaskCommand::CloseBeforeGolive { on: day(0), basis, vouched_by };
            life.act(Some(&world.office), clock(day(0), 15, minute), command)?;
            return Ok(life);
        }
        life.act(Some(&world.office), clock(day(0), 10, minute), TaskCommand::Issue { reason: late(&life, day(0)) })?;
        if wanted.stage >= Stage::Planning {
            life.act(Some(head), clock(day(1), 9, minute), TaskCommand::Claim)?;
        }
        if wanted.stage >= Stage::PlanReview {
            let criteria =
                life.text.criteria.iter().map(|c| CriterionInput { id: Some(c.id), text: c.text.clone() }).collect();
            let plan = PlanInput { criteria, ..PlanInput::default() };
            let command = TaskCommand::SubmitPlan { plan: Some(plan), pledge: true };
            life.act(Some(head), clock(day(2), 10, minute), command)?;
        }
        if wanted.stage >= Stage::Rectifying {
            life.sign(leader, clock(day(3), 9, minute), None)?;
            life.sign(&world.office, clock(day(4), 18, minute), None)?;
            life.report(head, wanted, Week::of(monday).next(), minute)?;
            life.finish(head, leader, wanted.stage)?;
        }
        life.act(None, world.now, TaskCommand::KeepClock)?;
        Ok(life)
    }

    fn create(world: &'a World, wanted: &Wanted, lead: usize, at: DateTime<Utc>) -> Result<Self, Error> {
        let chance = &world.chance;
        let ordinal = wanted.ordinal;
        let today = calendar::today(world.now);
        let later = |days: usize| today.checked_add_days(Days::new(days as u64)).unwrap_or(today);
        let due_on = later(chance.below(160)).checked_sub_days(Days::new(40)).unwrap_or(today);
        let is_sustained = ordinal.is_multiple_of(10);
        let other = 1 + (lead + chance.below(world.units.len() - 2)) % (world.units.len() - 1);
        let unit = |i: usize| world.units[i].unit().ok_or_else(|| Error::internal("a unit without a path"));
        let measure = |before: u64| MeasureInput {
            id: None,
            number: None,
            text: words::measure(chance),
            due_on: Some(due_on.checked_sub_days(Days::new(before)).unwrap_or(due_on)).filter(|_| !is_sustained),
        };
        let mut leaders: Vec<_> =
            (0..1 + chance.below(2)).filter_map(|_| world.leaders[chance.below(world.leaders.len())].person).collect();
        leaders.dedup();
        let input = DraftInput {
            number: format!("T{ordinal:06}"),
            title: words::title(chance, ordinal),
            objective: Some("按期完成整改并建立长效机制".to_owned()),
            disposition: Some(if is_sustained { Disposition::Sustained } else { Disposition::Dated }),
            sensitivity: None,
            readers: Vec::new(),
            leaders,
            units: vec![unit(lead)?],
            persons: world.heads[lead].person.into_iter().collect(),
            supporting: if other != lead && chance.below(3) == 0 {
                vec![domain::task::command::SupportingInput {
                    unit: unit(other)?,
                    duty: "配合提供资料".to_owned(),
                    due_on: None,
                }]
            } else {
                Vec::new()
            },
            due_on: Some(due_on).filter(|_| !is_sustained),
            review_on: Some(later(30 + chance.below(300))).filter(|_| is_sustained),
            measures: vec![measure(20), measure(0)],
            criteria: vec![CriterionInput { id: None, text: "制度印发并有执行记录".to_owned() }],
            milestones: Vec::new(),
            doubts: 0,
            is_key: ordinal.is_multiple_of(25),
        };
        let paths = [lead, other].into_iter().filter_map(|i| Some((world.units[i].unit()?, world.units[i].clone())));
        let facts = Facts {
            policy: world.policy.clone(),
            policy_version: world.policy_version,
            round: world.round.clone(),
            is_being_checked: false,
            paths: paths.collect(),
            without_accounts: Default::default(),
            people: BTreeMap::new(),
        };
        let empty = TaskText {
            title: String::new(),
            objective: None,
            measures: Vec::new(),
            criteria: Vec::new(),
            milestones: Vec::new(),
            duties: Vec::new(),
        };
        let finding = FindingId(world.findings[ordinal % world.findings.len()]);
        let id = TaskId(chance.id(at));
        let actor = Actor::Person(Box::new(world.office.clone()));
        let fresh = || chance.id(at);
        let ctx = Context {
            actor: &actor,
            now: at,
            calendar: &world.calendar,
            facts: &facts,
            text: &empty,
            plan: None,
            fresh: &fresh,
        };
        let decision = task::create(finding, input, &ctx)?;
        let begun =
            task::replay(id, &decision.events).ok_or_else(|| Error::internal("a creation that creates nothing"))?;
        let mut life = Self {
            world,
            task: begun,
            facts,
            text: empty,
            plan: None,
            events: Vec::with_capacity(40),
            revisions: Vec::with_capacity(24),
            created_at: at,
        };
        life.keep(&actor, at, decision)?;
        Ok(life)
    }

    /// Decides, folds and keeps, as `tasks::execute` does.
    fn act(&mut self, who: Option<&PersonActor>, at: DateTime<Utc>, command: TaskCommand) -> Result<(), Error> {
        let actor = who.map_or(Actor::System, |p| Actor::Person(Box::new(p.clone())));
        let fresh = || self.world.chance.id(at);
        let ctx = Context {
            actor: &actor,
            now: at,
            calendar: &self.world.calendar,
            facts: &self.facts,
            text: &self.text,
            plan: self.plan.as_ref(),
            fresh: &fresh,
        };
        let decision = match task::decide(&self.task, command, &ctx) {
            Ok(decision) => decision,
            // A task that is over owes the clock nothing.
            Err(_) if who.is_none() => return Ok(()),
            Err(refusal) => return Err(refusal.into()),
        };
        self.task = decision.events.iter().fold(self.task.clone(), task::evolve);
        self.keep(&actor, at, decision)
    }

    fn keep(&mut self, actor: &Actor, now: DateTime<Utc>, decision: Decision) -> Result<(), Error> {
        let new: Vec<NewEvent> =
            decision.events.iter().map(|e: &TaskEvent| NewEvent { kind: e.kind(), payload: e.payload() }).collect();
        let origin = Origin { actor: actor.clone(), address: String::new(), request_id: String::new(), now };
        let stream = Stream { kind: "task", id: self.task.id.0, round: Some(self.task.round) };
        let (seq, hash, before) = self
            .events
            .last()
            .map_or((0, String::new(), DateTime::UNIX_EPOCH), |last| (last.seq, last.hash.clone(), last.at));
        self.events.extend(events::chained(&origin, stream, seq, hash, before, &new));
        self.revisions.extend(decision.revisions.into_iter().map(|r| (r, now)));
        self.text = body(&self.revisions, &self.task.draft.text)?;
        self.plan = self.task.plan.as_ref().map(|digest| body(&self.revisions, digest)).transpose()?;
        Ok(())
    }

    fn sign(&mut self, who: &PersonActor, at: DateTime<Utc>, method: Option<&str>) -> Result<(), Error> {
        let open: Option<SignRequestId> = self.task.requests.iter().find(|r| r.request.is_open()).map(|r| r.request.id);
        let command = TaskCommand::Sign {
            request: open.ok_or_else(|| Error::internal("nothing to sign"))?,
            verdict: Verdict::Approve,
            words: Some("同意".to_owned()),
            method: method.map(str::to_owned),
            occurred_on: None,
            signing: Signing::Screen { on_behalf_of: None },
        };
        self.act(Some(who), at, command)
    }

    /// A statement a week, the first of them answered.
    fn report(&mut self, head: &PersonActor, wanted: &Wanted, first: Week, minute: usize) -> Result<(), Error> {
        let unit = self.task.lead_unit().ok_or_else(|| Error::internal("a task without its unit"))?;
        let chance = &self.world.chance;
        let mut week = first;
        for i in 0..wanted.statements {
            let thursday = week.monday().checked_add_days(Days::new(3)).unwrap_or(week.monday());
            let input = StatementInput {
                unit,
                week,
                follows: 0,
                progress: Some(words::progress(chance)),
                difficulties: None,
                help_wanted: None,
                next_step: Some(words::next_step(chance)),
                no_progress_reason: None,
                evidence: Vec::new(),
            };
            let at = clock(thursday, 11, minute);
            self.act(Some(head), at, TaskCommand::SubmitStatement(input))?;
            if i < wanted.acknowledged {
                let answer = TaskCommand::AcknowledgeStatement { unit, week, revision: 1 };
                self.act(Some(&self.world.office), at + TimeDelta::hours(5), answer)?;
            }
            week = week.next();
        }
        Ok(())
    }

    /// From work that is done to a closure, as far as the stage goes.
    fn finish(&mut self, head: &PersonActor, leader: &PersonActor, stage: Stage) -> Result<(), Error> {
        let world = self.world;
        let last = self.events.last().map_or(self.created_at, |e| e.at);
        let at = last + TimeDelta::hours(22);
        let occurred_on = calendar::today(at);
        let milestones: Vec<_> = self.task.milestones().iter().map(|m| m.id).collect();
        let n_done = if stage == Stage::Rectifying { world.chance.below(2) } else { milestones.len() };
        for milestone in milestones.into_iter().take(n_done) {
            let command = TaskCommand::CompleteMilestone { milestone, occurred_on, note: None };
            self.act(Some(head), at, command)?;
        }
        if stage == Stage::Rectifying {
            return Ok(());
        }
        let evidence = EvidenceInput {
            id: EvidenceId(world.chance.id(at)),
            blob: world.blob.clone(),
            purpose: EvidencePurpose::Criterion,
            criteria: self.task.draft.criteria.iter().map(|c| c.id).collect(),
            milestone: None,
            occurred_on,
        };
        self.act(Some(head), at, TaskCommand::AttachEvidence(evidence))?;
        let ask =
            TaskCommand::RequestClosure { results: "制度已印发执行".to_owned(), occurred_on, pledge: true };
        self.act(Some(head), at + TimeDelta::minutes(5), ask)?;
        self.sign(leader, at + TimeDelta::minutes(20), None)?;
        if stage == Stage::ClosureReview {
            return Ok(());
        }
        for (i, member) in world.team.iter().enumerate() {
            let minutes = i64::try_from(i).unwrap_or(0) * 10 + 40;
            self.sign(member, at + TimeDelta::minutes(minutes), Some("现场查看"))?;
        }
        self.sign(&world.principal, at + TimeDelta::minutes(90), None)?;
        if stage == Stage::Closed {
            self.act(Some(&world.office), world.now, TaskCommand::Confirm)?;
        }
        Ok(())
    }
}

/// The reason an issue needs when the date is already past.
fn late(life: &Life<'_>, today: NaiveDate) -> Option<String> {
    let is_late = life.task.draft.due_on.is_some_and(|due| due <= today);
    is_late.then(|| "补录在办事项".to_owned())
}
