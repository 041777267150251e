//! What a decision may look at beside the task: who, when, the round's policy, the units and people named, the words that hold.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::command::Action;
use super::event::TaskEvent;
use super::state::Task;
use super::text::{PlanText, TaskText, Words, kind};
use crate::actor::{Actor, PersonActor, UnitPath};
use crate::calendar::{self, Calendar};
use crate::chain::{self, Digest};
use crate::ids::{PersonId, RoundId, UnitId};
use crate::policy::Policy;
use crate::refusal::Refusal;
use crate::rights::{self, Relation, Subject};
use crate::sign_request::SigningFacts;

/// What the rules must know of the round.
#[derive(Clone, Debug)]
pub struct RoundFacts {
    pub id: RoundId,
    /// Whether tasks may be issued.
    pub is_active: bool,
    pub principal: Option<PersonId>,
    pub group_head: Option<PersonId>,
    /// Last day of the concentrated period.
    pub concentrated_until: Option<NaiveDate>,
    /// Whether the group's plan is approved, so that measures, lead leader and lead unit are frozen.
    pub is_plan_approved: bool,
}

/// Everything beside the task that stands still while a command is decided.
#[derive(Clone, Debug)]
pub struct Facts {
    pub policy: Policy,
    pub policy_version: i32,
    pub round: RoundFacts,
    /// Whether a check is to look at the task and has not yet; the unit learns nothing of it.
    pub is_being_checked: bool,
    /// Paths of all units the task or the command names.
    pub paths: BTreeMap<UnitId, UnitPath>,
    /// Units of which nobody can log in.
    pub without_accounts: BTreeSet<UnitId>,
    /// People whose standing the command asks about: signers on paper, people signed for, cross-checkers.
    pub people: BTreeMap<PersonId, PersonActor>,
}

impl Facts {
    /// The path of a unit; a unit nobody told us about stands for itself, below nothing.
    pub fn path(&self, unit: UnitId) -> UnitPath {
        self.paths.get(&unit).cloned().unwrap_or_else(|| UnitPath(vec![UnitId(Uuid::nil()), unit]))
    }
}

/// A body that events and signatures name by its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// SHA-256 over kind and body.
    pub digest: Digest,
    /// What it is.
    pub kind: &'static str,
    /// Canonical JSON.
    pub body: String,
}

/// What a command comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision<E = TaskEvent> {
    /// Never empty, except for the clock.
    pub events: Vec<E>,
    /// The words the events name.
    pub revisions: Vec<Revision>,
}

impl<E> Default for Decision<E> {
    fn default() -> Self {
        Self { events: Vec::new(), revisions: Vec::new() }
    }
}

impl<E> Decision<E> {
    /// Keeps a body and names it.
    pub fn note<T: Serialize>(&mut self, kind: &'static str, body: &T) -> Digest {
        let value = serde_json::to_value(body).unwrap_or_default();
        let text = chain::canonical(&value);
        let digest = chain::digest(kind, &text);
        self.revisions.push(Revision { digest: digest.clone(), kind, body: text });
        digest
    }

    /// Keeps words and names them.
    pub fn words(&mut self, text: &str) -> Digest {
        self.note(kind::WORDS, &Words { text: text.trim().to_owned() })
    }

    /// Keeps words if there are any.
    pub fn words_if(&mut self, text: Option<&str>) -> Option<Digest> {
        text.map(str::trim).filter(|t| !t.is_empty()).map(|t| self.words(t))
    }
}

/// One decision's surroundings.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    pub calendar: &'a Calendar,
    pub facts: &'a Facts,
    /// The task's own words.
    pub text: &'a TaskText,
    /// The words of the plan that holds.
    pub plan: Option<&'a PlanText>,
    /// Makes new ids.
    pub fresh: &'a dyn Fn() -> Uuid,
}

impl Context<'_> {
    /// Today in Asia/Shanghai.
    pub fn today(&self) -> NaiveDate {
        calendar::today(self.now)
    }

    /// The person who acts.
    ///
    /// Errors: `not-allowed` for the system and for accounts without a person.
    pub fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().and_then(PersonActor::answers).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }

    /// Whether the acting person heads this unit.
    pub fn heads(&self, unit: UnitId) -> bool {
        self.actor.person().is_some_and(|p| p.memberships.iter().any(|m| m.is_head && m.unit.unit() == Some(unit)))
    }

    /// Whether the acting person is of this very unit.
    pub fn is_of(&self, unit: UnitId) -> bool {
        self.actor.person().is_some_and(|p| p.memberships.iter().any(|m| m.unit.unit() == Some(unit)))
    }

    /// The facts rights look at.
    pub fn subject(&self, task: &Task) -> Subject {
        subject(task, self.facts)
    }

    /// The facts signing looks at, with the paths they borrow.
    pub fn with_signing<T>(&self, task: &Task, run: impl FnOnce(&SigningFacts<'_>) -> T) -> T {
        with_signing(task, self.facts, run)
    }

    /// Whether the actor speaks for the lead unit: one of its people, or the office where the unit has nobody who can log in.
    pub fn speaks_for_lead(&self, task: &Task) -> bool {
        task.lead_unit().is_some_and(|unit| self.is_of(unit))
            || rights::relations(self.actor, &self.subject(task)).contains(&Relation::OfficeOnBehalf)
    }

    /// Whether the actor enters this for a unit that has no accounts of its own.
    pub fn is_on_behalf(&self, task: &Task) -> bool {
        task.lead_unit().is_some_and(|unit| !self.is_of(unit))
    }

    /// Asks who, then when.
    ///
    /// Errors: `not-allowed` (403), `wrong-state` (409).
    pub fn gate(&self, task: &Task, action: Action) -> Result<(), Refusal> {
        rights::permit(self.actor, action, &self.subject(task))?;
        if super::starts_from(action).contains(&task.state) { Ok(()) } else { Err(Refusal::conflict("wrong-state")) }
    }
}

/// The facts of a task that rights look at.
pub fn subject(task: &Task, facts: &Facts) -> Subject {
    subject_among(task, |unit| facts.path(unit), |unit| !facts.without_accounts.contains(&unit))
}

/// The same where only the paths of units are at hand, and which of them somebody can log in for.
pub fn subject_among(task: &Task, path: impl Fn(UnitId) -> UnitPath, has_accounts: impl Fn(UnitId) -> bool) -> Subject {
    let path = |unit: &UnitId| path(*unit);
    Subject {
        round: task.round,
        state: task.state,
        sensitivity: task.draft.sensitivity,
        readers: task.draft.readers.clone(),
        leaders: task.draft.parties.leaders.clone(),
        cross_checkers: task.cross_checkers.clone(),
        units: task.draft.parties.units.iter().map(path).collect(),
        supporting: task.draft.supporting.iter().map(|s| path(&s.unit)).collect(),
        milestone_units: task.milestone_units().map(|u| path(&u)).collect(),
        former_units: task
            .reporting
            .iter()
            .map(|s| s.unit)
            .filter(|u| task.lead_unit() != Some(*u))
            .map(|u| path(&u))
            .collect(),
        lead_unit_has_accounts: task.lead_unit().is_some_and(has_accounts),
    }
}

/// Runs with the facts that signing looks at.
pub fn with_signing<T>(task: &Task, facts: &Facts, run: impl FnOnce(&SigningFacts<'_>) -> T) -> T {
    let paths: Vec<UnitPath> = task
        .draft
        .parties
        .units
        .iter()
        .chain(task.draft.supporting.iter().map(|s| &s.unit))
        .map(|u| facts.path(*u))
        .collect();
    run(&SigningFacts {
        round: task.round,
        lead_leader: task.lead_leader(),
        leaders: &task.draft.parties.leaders,
        lead_unit: if task.lead_unit().is_some() { paths.first() } else { None },
        units: paths.iter().collect(),
        principal: facts.round.principal,
        group_head: facts.round.group_head,
        secrecy_reviewer: None,
        cross_checkers: &task.cross_checkers,
        is_being_checked: facts.is_being_checked,
        is_principals_own: task.lead_leader().is_some() && task.lead_leader() == facts.round.principal
            || task.lead_unit().is_some() && paths.first().is_some_and(UnitPath::is_root),
    })
}
