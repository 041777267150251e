//! Rules of the register as they are read: who has to do with each, the tasks and words its reader may know, what waits for somebody.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Jsonb, Text, Uuid as SqlUuid};
use domain::actor::{Actor, Role, UnitPath};
use domain::calendar;
use domain::chain::Digest;
use domain::ids::{PersonId, RoundId, RuleId, TaskId, UnitId};
use domain::rights::{self, Subject};
use domain::rule_register::event::{self, RuleEvent};
use domain::rule_register::state::{Rule, RuleState, RuleText};
use domain::rule_register::{Facts, Parties};
use domain::sign_request::{is_barred, is_team_covering};
use domain::task::state::Sensitivity;
use domain::task::text::Words;
use uuid::Uuid;

use crate::blobs::{self, AttachmentRow};
use crate::error::Error;
use crate::events::{self, Origin};
use crate::schema::{memberships, persons, round_assignments, rule_tasks, rules};
use crate::statement::Statement;
use crate::tasks::{bodies, names, paths, without_accounts};
use crate::{actors, changes, ledger, rounds};

/// A task as an entry names it.
#[derive(Clone, Debug, QueryableByName)]
pub struct RuleTask {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    /// Whether the reader sees the task at all.
    #[diesel(sql_type = Bool)]
    pub is_seen: bool,
    /// Whether the reader reads its content.
    #[diesel(sql_type = Bool)]
    pub reads_content: bool,
}

/// An entry with what its reader may know of it.
#[derive(Clone, Debug)]
pub struct LoadedRule {
    pub rule: Rule,
    pub facts: Facts,
    /// None where the words are only for the readers of a matter.
    pub text: Option<RuleText>,
    /// Answers, findings and reasons, by their digests; empty where the text is kept.
    pub words: BTreeMap<Digest, String>,
    pub names: BTreeMap<Uuid, String>,
    /// The tasks it answers that the reader sees.
    pub tasks: Vec<RuleTask>,
    /// How many more it answers.
    pub n_unseen: usize,
}

/// Who has to do with an entry that answers these tasks and is owned by a unit.
pub(super) fn parties(
    conn: &mut PgConnection,
    tasks: &[TaskId],
    owner_unit: UnitId,
    now: DateTime<Utc>,
) -> Result<Parties, Error> {
    let known: BTreeMap<Uuid, Subject> =
        changes::subjects(conn, &tasks.iter().map(|t| t.0).collect())?.into_iter().collect();
    let units = BTreeSet::from([owner_unit]);
    let path = paths(conn, &units)?.remove(&owner_unit);
    Ok(Parties {
        tasks: tasks.iter().filter_map(|t| Some((*t, known.get(&t.0)?.clone()))).collect(),
        owner: path.unwrap_or_else(|| UnitPath(vec![owner_unit])),
        owner_has_accounts: !without_accounts(conn, &units, now)?.contains(&owner_unit),
    })
}

/// The same of many entries at once, in their order.
fn parties_of(conn: &mut PgConnection, all: &[Rule], now: DateTime<Utc>) -> Result<Vec<Parties>, Error> {
    let tasks: BTreeSet<Uuid> = all.iter().flat_map(|r| &r.shape.tasks).map(|t| t.0).collect();
    let known: BTreeMap<Uuid, Subject> = changes::subjects(conn, &tasks)?.into_iter().collect();
    let units: BTreeSet<UnitId> = all.iter().map(|r| r.shape.owner_unit).collect();
    let paths = paths(conn, &units)?;
    let without = without_accounts(conn, &units, now)?;
    let one = |rule: &Rule| {
        let unit = rule.shape.owner_unit;
        Parties {
            tasks: rule.shape.tasks.iter().filter_map(|t| Some((*t, known.get(&t.0)?.clone()))).collect(),
            owner: paths.get(&unit).cloned().unwrap_or_else(|| UnitPath(vec![unit])),
            owner_has_accounts: !without.contains(&unit),
        }
    };
    Ok(all.iter().map(one).collect())
}

/// These tasks as the reader may know them.
fn tasks(conn: &mut PgConnection, actor: &Actor, round: RoundId, ids: Vec<Uuid>) -> Result<Vec<RuleTask>, Error> {
    let reader = ledger::reader(actor, round);
    let query = Statement::default().sql("SELECT t.id, t.number, t.title, t.state, (");
    let query = ledger::visible(query, round, &rights::scope(actor)).sql(") AS is_seen, ");
    let mut rows: Vec<RuleTask> = ledger::readable(query, &reader)
        .sql(" AS reads_content FROM tasks t WHERE t.id = ANY(")
        .bind::<Array<SqlUuid>, _>(ids)
        .sql(") ORDER BY t.ordinal, t.id")
        .load(conn)?;
    for task in rows.iter_mut().filter(|t| !t.reads_content) {
        Sensitivity::Internal.label().clone_into(&mut task.title);
    }
    Ok(rows)
}

/// Entries with what the reader may know of them; a fixed number of statements however many there are.
fn load(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    seen: Vec<(Rule, Parties)>,
) -> Result<Vec<LoadedRule>, Error> {
    let actor = &origin.actor;
    let reads: Vec<bool> = seen.iter().map(|(rule, of)| rights::reads_rule(actor, rule, of)).collect();
    let read = || seen.iter().zip(&reads).filter(|(_, reads)| **reads).map(|((rule, _), _)| rule);
    let digests: BTreeSet<Digest> =
        read().flat_map(|r| r.digests().chain(std::iter::once(&r.shape.text))).cloned().collect();
    let bodies = if digests.is_empty() { BTreeMap::new() } else { bodies(conn, digests)? };
    let people = seen.iter().flat_map(|(r, _)| {
        let of_checks =
            r.checks.iter().flat_map(|c| c.answer.iter().map(|a| a.by.0).chain(c.judgement.iter().map(|j| j.by.0)));
        let named = [r.shape.owner, r.supervisor, r.submitted_by, r.confirmed_by, Some(r.entered_by)];
        let units = [r.shape.issuer.0, r.shape.owner_unit.0];
        named.into_iter().flatten().map(|p| p.0).chain(units).chain(of_checks.collect::<Vec<_>>())
    });
    let names = names(conn, people.collect::<BTreeSet<_>>().into_iter().collect())?;
    let ids: BTreeSet<Uuid> = seen.iter().flat_map(|(r, _)| &r.shape.tasks).map(|t| t.0).collect();
    let all = tasks(conn, actor, round, ids.into_iter().collect())?;
    let mut loaded = Vec::with_capacity(seen.len());
    for ((rule, parties), reads) in seen.into_iter().zip(reads) {
        let mut text = None;
        let mut words = BTreeMap::new();
        if reads {
            let body = bodies.get(&rule.shape.text).ok_or_else(|| Error::internal("a rule without its words"))?;
            text = Some(serde_json::from_str(body)?);
            for digest in rule.digests() {
                let body = bodies.get(digest).ok_or_else(|| Error::internal("a rule without its words"))?;
                words.insert(digest.clone(), serde_json::from_str::<Words>(body)?.text);
            }
        }
        let of: Vec<&RuleTask> = all.iter().filter(|t| rule.shape.tasks.iter().any(|id| id.0 == t.id)).collect();
        let facts = Facts { begins_on: rule.shape.effective_on, parties, people: BTreeMap::new(), replaced: None };
        loaded.push(LoadedRule {
            text,
            words,
            names: names.clone(),
            n_unseen: rule.shape.tasks.len() - of.iter().filter(|t| t.is_seen).count(),
            tasks: of.into_iter().filter(|t| t.is_seen).cloned().collect(),
            facts,
            rule,
        });
    }
    Ok(loaded)
}

/// The entries of a round that the actor sees, the newest first; of one task where it is named.
///
/// Errors: `NotFound`.
pub fn list(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    task: Option<TaskId>,
) -> Result<Vec<LoadedRule>, Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    let mut query = rules::table
        .filter(rules::round_id.eq(round.0))
        .order((rules::created_at.desc(), rules::id.desc()))
        .select(rules::snapshot)
        .into_boxed();
    if let Some(task) = task {
        let of = rule_tasks::table.filter(rule_tasks::task_id.eq(task.0)).select(rule_tasks::rule_id);
        query = query.filter(rules::id.eq_any(of));
    }
    let snapshots: Vec<serde_json::Value> = query.load(conn)?;
    let all: Vec<Rule> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let parties = parties_of(conn, &all, origin.now)?;
    let actor = &origin.actor;
    let seen = all.into_iter().zip(parties);
    let seen = seen.filter(|(rule, of)| rights::sees_rule(actor, rule, of) && rights::lists_rule(actor, rule));
    load(conn, origin, round, seen.collect())
}

/// These entries as they stand, each with who has to do with it, for the feed of events.
pub(crate) fn among(
    conn: &mut PgConnection,
    ids: &BTreeSet<Uuid>,
    now: DateTime<Utc>,
) -> Result<Vec<(Rule, Parties)>, Error> {
    let snapshots: Vec<serde_json::Value> =
        rules::table.filter(rules::id.eq_any(ids)).select(rules::snapshot).load(conn)?;
    let all: Vec<Rule> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let parties = parties_of(conn, &all, now)?;
    Ok(all.into_iter().zip(parties).collect())
}

/// An entry whole, if the actor sees it, with its files where he reads it.
///
/// Errors: `NotFound`.
pub fn find(conn: &mut PgConnection, origin: &Origin, id: RuleId) -> Result<(LoadedRule, Vec<AttachmentRow>), Error> {
    let rule = snapshot(conn, id)?;
    let round = rule.round;
    let parties = parties(conn, &rule.shape.tasks, rule.shape.owner_unit, origin.now)?;
    if !rights::sees_rule(&origin.actor, &rule, &parties) {
        return Err(Error::NotFound);
    }
    let one = load(conn, origin, round, vec![(rule, parties)])?.pop().ok_or(Error::NotFound)?;
    let files = match &one.text {
        Some(_) => blobs::of_subject(conn, blobs::Subject::Rule(id.0))?,
        None => Vec::new(),
    };
    Ok((one, files))
}

/// Whom the office may name for an entry: supervisors who may judge it, and people of the owner's unit who may own it.
#[derive(Clone, Debug, Default)]
pub struct People {
    pub supervisors: Vec<(Uuid, String)>,
    pub owners: Vec<(Uuid, String)>,
}

/// Asked only for who may name somebody.
pub fn people(conn: &mut PgConnection, origin: &Origin, loaded: &LoadedRule) -> Result<People, Error> {
    let (rule, of) = (&loaded.rule, &loaded.facts.parties);
    let today = calendar::today(origin.now);
    let assigned: Vec<Uuid> = round_assignments::table
        .filter(round_assignments::round_id.eq(rule.round.0))
        .select(round_assignments::person_id)
        .distinct()
        .load(conn)?;
    let assigned: Vec<PersonId> = assigned.into_iter().map(PersonId).collect();
    let standing = actors::of_people(conn, &assigned, today)?;
    let mut supervisors: Vec<(Uuid, String)> = standing
        .into_iter()
        .filter(|(id, p)| {
            let actor = Actor::Person(Box::new(p.clone()));
            p.role == Some(Role::Supervisor)
                && (rights::permit_office(&actor, rule.round).is_ok() || is_team_covering(p, rule.round, &of.owner))
                && !is_barred(p, &of.units())
                && rule.shape.owner != Some(*id)
        })
        .map(|(id, p)| (id.0, p.name))
        .collect();
    supervisors.sort_by(|a, b| a.1.cmp(&b.1));
    let owners = memberships::table
        .inner_join(persons::table)
        .filter(memberships::unit_id.eq(rule.shape.owner_unit.0).and(memberships::from_on.le(today)))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .order(persons::code)
        .select((persons::id, persons::name))
        .load(conn)?;
    Ok(People { supervisors, owners })
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = Jsonb)]
    snapshot: serde_json::Value,
}

/// What can wait for the actor in a round: entries he is named in, and for its office those to be confirmed or judged. Nothing costs one statement.
pub fn waiting(conn: &mut PgConnection, origin: &Origin, round: RoundId) -> Result<Vec<LoadedRule>, Error> {
    let Some(own) = origin.actor.person().and_then(|p| p.person) else { return Ok(Vec::new()) };
    let is_office = rights::permit_office(&origin.actor, round).is_ok();
    let mut query = Statement::default()
        .sql("SELECT r.snapshot FROM rules r WHERE r.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND (r.state = 'draft' OR r.state IN ('in_force', 'lasting') AND (r.owner_id = ")
        .bind::<SqlUuid, _>(own.0)
        .sql(" OR r.supervisor_id = ")
        .bind::<SqlUuid, _>(own.0)
        .sql(")");
    if is_office {
        query = query.sql(" OR r.state = 'submitted'");
    }
    let kept: Vec<Kept> = query.sql(") ORDER BY r.created_at, r.id").load(conn)?;
    let all: Vec<Rule> = kept.into_iter().map(|k| serde_json::from_value(k.snapshot)).collect::<Result<_, _>>()?;
    // A draft waits for who handed it in, once it came back.
    let all: Vec<Rule> = all
        .into_iter()
        .filter(|r| r.state != RuleState::Draft || r.returned.is_some() && r.submitted_by == Some(own))
        .collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let parties = parties_of(conn, &all, origin.now)?;
    let seen = all.into_iter().zip(parties).filter(|(rule, of)| rights::sees_rule(&origin.actor, rule, of));
    load(conn, origin, round, seen.collect())
}

/// Whether a file of an entry may be read: by whoever reads its words.
///
/// Errors: `NotFound`.
pub fn permit_file(conn: &mut PgConnection, actor: &Actor, id: RuleId, now: DateTime<Utc>) -> Result<(), Error> {
    let rule = snapshot(conn, id)?;
    let of = parties(conn, &rule.shape.tasks, rule.shape.owner_unit, now)?;
    let may = rights::sees_rule(actor, &rule, &of) && rights::reads_rule(actor, &rule, &of);
    if may { Ok(()) } else { Err(Error::NotFound) }
}

/// The events of an entry as the domain reads them, folded; for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: RuleId) -> Result<Option<Rule>, Error> {
    events::folded(conn, "rule", id.0, RuleEvent::parse, |event| event::begin(id, event), event::evolve)
}

/// The row's own state.
///
/// Errors: `NotFound`.
pub fn snapshot(conn: &mut PgConnection, id: RuleId) -> Result<Rule, Error> {
    let snapshot: Option<serde_json::Value> = rules::table.find(id.0).select(rules::snapshot).first(conn).optional()?;
    Ok(serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?)
}
