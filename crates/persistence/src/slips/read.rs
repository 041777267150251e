//! Slips as they are read: with what the rules look at, as far as the reader sees them, and their words as far as he reads their task.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Jsonb, Text, Uuid as SqlUuid};
use domain::actor::{Actor, Role, UnitPath};
use domain::calendar::Calendar;
use domain::chain::Digest;
use domain::ids::{PersonId, RoundId, SlipId, TaskId, UnitId};
use domain::policy::Policy;
use domain::refusal::Refusal;
use domain::rights;
use domain::slip::event::{self, SlipEvent};
use domain::slip::state::Slip;
use domain::slip::{self, Context, Facts, InterviewText, Parties, SlipAction, SlipInput, SlipText, TaskFacts};
use domain::task::context::{RoundFacts, subject_among};
use domain::task::state::{Sensitivity, Task, TaskState};
use domain::task::text::Words;
use uuid::Uuid;

use crate::error::Error;
use crate::schema::{slips, tasks};
use crate::statement::Statement;
use crate::tasks::{bodies, names, paths, without_accounts};
use crate::{events, rounds};

/// The task of a slip, as its reader sees it.
#[derive(Clone, Debug)]
pub struct TaskBrief {
    pub id: TaskId,
    pub number: String,
    pub title: String,
    /// Whether the reader may know what it is about (docs/domain.md §17).
    pub reads_content: bool,
}

/// What a list says of a slip.
#[derive(Clone, Debug)]
pub struct SlipLine {
    pub slip: Slip,
    pub facts: Facts,
    /// Its matter.
    pub title: String,
    pub task: Option<TaskBrief>,
    /// Names of its units.
    pub names: BTreeMap<Uuid, String>,
}

impl SlipLine {
    /// Runs with the surroundings of a decision.
    pub fn with_context<T>(
        &self,
        actor: &Actor,
        calendar: &Calendar,
        now: DateTime<Utc>,
        run: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
        let text = SlipText { matter: String::new(), basis: String::new(), gap: String::new(), asked: String::new() };
        run(&Context { actor, now, calendar, facts: &self.facts, text: &text, fresh: &Uuid::now_v7 })
    }

    /// The acts open to this actor now.
    pub fn open_actions(&self, actor: &Actor, calendar: &Calendar, now: DateTime<Utc>) -> Vec<SlipAction> {
        self.with_context(actor, calendar, now, |ctx| slip::open_actions(&self.slip, ctx))
    }

    /// What it is called.
    pub fn name(&self) -> String {
        slip::name(&self.slip, &self.facts.policy)
    }

    /// Whether its words may be shown to who asked for it.
    pub fn reads_content(&self) -> bool {
        self.task.as_ref().is_none_or(|t| t.reads_content)
    }
}

/// A slip whole, for whoever may see it.
#[derive(Clone, Debug)]
pub struct LoadedSlip {
    pub line: SlipLine,
    pub text: SlipText,
    pub interview: Option<InterviewText>,
    /// What was written, by its digest.
    pub words: BTreeMap<Digest, String>,
    /// Names of everybody and every unit it speaks of.
    pub names: BTreeMap<Uuid, String>,
    /// The slip it follows and the one that follows it, as far as they are seen.
    pub lower: Option<(SlipId, String)>,
    pub higher: Option<(SlipId, String)>,
}

/// What holds for every slip of a round.
pub(super) struct Standing {
    round: RoundFacts,
    policy: Policy,
    policy_version: i32,
    now: DateTime<Utc>,
}

/// What is known of slips together.
struct Around {
    tasks: BTreeMap<Uuid, Task>,
    paths: BTreeMap<UnitId, UnitPath>,
    without: BTreeSet<UnitId>,
    /// Slips that a higher one follows.
    followed: BTreeSet<Uuid>,
}

impl Around {
    fn of(conn: &mut PgConnection, all: &[Slip], now: DateTime<Utc>) -> Result<Self, Error> {
        let ids: Vec<Uuid> = all.iter().filter_map(|s| s.shape.task).map(|t| t.0).collect();
        let snapshots: Vec<serde_json::Value> =
            tasks::table.filter(tasks::id.eq_any(ids)).select(tasks::snapshot).load(conn)?;
        let mut of_tasks = BTreeMap::new();
        for snapshot in snapshots {
            let task: Task = serde_json::from_value(snapshot)?;
            of_tasks.insert(task.id.0, task);
        }
        let addressed: BTreeSet<UnitId> = all.iter().map(|s| s.shape.unit).collect();
        let mut units: BTreeSet<UnitId> =
            all.iter().flat_map(|s| s.shape.supporting.iter().copied()).chain(addressed.iter().copied()).collect();
        units.extend(of_tasks.values().flat_map(|t| crate::tasks::units_of(t, None)));
        let own: Vec<Option<Uuid>> = all.iter().map(|s| Some(s.id.0)).collect();
        let followed: Vec<Option<Uuid>> = slips::table
            .filter(slips::raised_from_id.eq_any(own).and(slips::state.ne("withdrawn")))
            .select(slips::raised_from_id)
            .load(conn)?;
        Ok(Self {
            tasks: of_tasks,
            paths: paths(conn, &units)?,
            without: without_accounts(conn, &addressed, now)?,
            followed: followed.into_iter().flatten().collect(),
        })
    }

    fn path(&self, unit: UnitId) -> UnitPath {
        self.paths.get(&unit).cloned().unwrap_or_else(|| UnitPath(vec![UnitId(Uuid::nil()), unit]))
    }

    fn task(&self, slip: &Slip) -> Option<&Task> {
        self.tasks.get(&slip.shape.task?.0)
    }

    fn parties(&self, slip: &Slip) -> Parties {
        Parties {
            unit: self.path(slip.shape.unit),
            supporting: slip.shape.supporting.iter().map(|u| self.path(*u)).collect(),
            unit_has_accounts: !self.without.contains(&slip.shape.unit),
            leaders: self.task(slip).map(|t| t.draft.parties.leaders.clone()).unwrap_or_default(),
        }
    }

    fn brief(&self, actor: &Actor, slip: &Slip, titles: &BTreeMap<Uuid, String>) -> Option<TaskBrief> {
        let task = self.task(slip)?;
        let subject = subject_among(task, |unit| self.path(unit), |_| true);
        let reads_content = rights::reads_content(actor, &subject) || rights::signs_slip(actor, slip);
        let title = titles.get(&task.id.0).filter(|_| reads_content).cloned();
        Some(TaskBrief {
            id: task.id,
            number: task.draft.number.clone(),
            title: title.unwrap_or_else(|| Sensitivity::Internal.label().to_owned()),
            reads_content,
        })
    }
}

fn task_facts(task: &Task) -> TaskFacts {
    let parties = &task.draft.parties;
    TaskFacts {
        id: task.id,
        number: task.draft.number.clone(),
        units: parties.units.iter().copied().chain(task.draft.supporting.iter().map(|s| s.unit)).collect(),
        lead_leader: task.lead_leader(),
        is_under_way: !matches!(task.state, TaskState::Draft | TaskState::Withdrawn),
    }
}

impl Standing {
    pub(super) fn of(conn: &mut PgConnection, round: RoundId, now: DateTime<Utc>) -> Result<Self, Error> {
        let (round, policy, policy_version) = rounds::facts(conn, round)?;
        Ok(Self { round, policy, policy_version, now })
    }

    fn with(&self, parties: Parties, task: Option<TaskFacts>, has_higher: bool) -> Facts {
        Facts {
            policy: self.policy.clone(),
            policy_version: self.policy_version,
            principal: self.round.principal,
            group_head: self.round.group_head,
            parties,
            task,
            has_higher,
            people: BTreeMap::new(),
        }
    }

    fn around(&self, around: &Around, slip: &Slip) -> Facts {
        let has_higher = around.followed.contains(&slip.id.0);
        self.with(around.parties(slip), around.task(slip).map(task_facts), has_higher)
    }

    /// What the rules look at for one slip.
    pub(super) fn facts(&self, conn: &mut PgConnection, slip: &Slip) -> Result<Facts, Error> {
        let around = Around::of(conn, std::slice::from_ref(slip), self.now)?;
        Ok(self.around(&around, slip))
    }

    /// What the rules look at for a slip that is not there yet.
    pub(super) fn before(&self, conn: &mut PgConnection, actor: &Actor, input: &SlipInput) -> Result<Facts, Error> {
        let task = self.task(conn, actor, input.task)?;
        let own = paths(conn, &BTreeSet::from([input.unit]))?.remove(&input.unit);
        let unit = own.unwrap_or_else(|| UnitPath(vec![UnitId(Uuid::nil()), input.unit]));
        let parties = Parties { unit, supporting: Vec::new(), unit_has_accounts: true, leaders: Vec::new() };
        Ok(self.with(parties, task, false))
    }

    /// The task that is named, if it is one of the round that the actor sees.
    pub(super) fn task(
        &self,
        conn: &mut PgConnection,
        actor: &Actor,
        id: Option<TaskId>,
    ) -> Result<Option<TaskFacts>, Error> {
        let Some(id) = id else { return Ok(None) };
        match crate::tasks::find(conn, actor, id, self.now) {
            Ok(loaded) if loaded.task.round == self.round.id => Ok(Some(task_facts(&loaded.task))),
            Ok(_) | Err(Error::NotFound) => Err(Refusal::field("/task", "task-unknown").into()),
            Err(error) => Err(error),
        }
    }
}

/// Who has to do with these slips, as far as sight goes.
pub fn parties(conn: &mut PgConnection, all: &[Slip], now: DateTime<Utc>) -> Result<Vec<Parties>, Error> {
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let around = Around::of(conn, all, now)?;
    Ok(all.iter().map(|slip| around.parties(slip)).collect())
}

/// The lines of slips of one round that the actor sees, in their order.
fn lines(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    rows: Vec<(serde_json::Value, String)>,
    now: DateTime<Utc>,
) -> Result<Vec<SlipLine>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let standing = Standing::of(conn, round, now)?;
    let mut all: Vec<Slip> = Vec::with_capacity(rows.len());
    let mut matters = Vec::with_capacity(rows.len());
    for (snapshot, matter) in rows {
        all.push(serde_json::from_value(snapshot)?);
        matters.push(matter);
    }
    let around = Around::of(conn, &all, now)?;
    let ids: Vec<Uuid> = around.tasks.keys().copied().collect();
    let titles: Vec<(Uuid, String)> =
        tasks::table.filter(tasks::id.eq_any(ids)).select((tasks::id, tasks::title)).load(conn)?;
    let titles: BTreeMap<Uuid, String> = titles.into_iter().collect();
    let units = all.iter().flat_map(|s| s.shape.supporting.iter().copied().chain([s.shape.unit]));
    let units = names(conn, units.map(|u| u.0).collect::<BTreeSet<_>>().into_iter().collect())?;
    let mut seen = Vec::new();
    for (slip, matter) in all.into_iter().zip(matters) {
        if !rights::sees_slip(actor, &slip, &around.parties(&slip)) {
            continue;
        }
        let task = around.brief(actor, &slip, &titles);
        let reads = task.as_ref().is_none_or(|t| t.reads_content);
        let title = if reads { matter } else { Sensitivity::Internal.label().to_owned() };
        let facts = standing.around(&around, &slip);
        seen.push(SlipLine { slip, facts, title, task, names: units.clone() });
    }
    Ok(seen)
}

/// Slips of a round in which something may wait for the actor, newest first: what is settled waits for nobody but for a promise.
pub fn waiting(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    now: DateTime<Utc>,
) -> Result<Vec<SlipLine>, Error> {
    let mut query = Statement::default()
        .sql(
            "SELECT s.snapshot, s.title FROM slips s WHERE (s.state NOT IN ('settled', 'withdrawn') \
             OR s.state = 'settled' AND s.level = 'interview') AND s.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0);
    let is_unit = actor.person().is_some_and(|p| p.role == Some(Role::Unit));
    if is_unit {
        let units: Vec<Uuid> = rights::scope(actor).units.iter().map(|u| u.0).collect();
        query = query.sql(" AND s.n IS NOT NULL AND s.unit_id = ANY(").bind::<Array<SqlUuid>, _>(units).sql(")");
    }
    let rows: Vec<Row> = query.sql(" ORDER BY s.created_at DESC, s.id DESC").load(conn)?;
    lines(conn, actor, round, rows.into_iter().map(|row| (row.snapshot, row.title)).collect(), now)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Jsonb)]
    snapshot: serde_json::Value,
    #[diesel(sql_type = Text)]
    title: String,
}

/// Slips of a round that the actor sees, newest first.
pub fn list(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    now: DateTime<Utc>,
) -> Result<Vec<SlipLine>, Error> {
    let sight = rounds::permit_sight(conn, actor, round);
    let rows = slips::table
        .filter(slips::round_id.eq(round.0))
        .order((slips::created_at.desc(), slips::id.desc()))
        .select((slips::snapshot, slips::title))
        .load(conn)?;
    let seen = lines(conn, actor, round, rows, now)?;
    // A unit a slip is addressed to by hand may have nothing else to do with the round.
    if seen.is_empty() { sight.map(|()| seen) } else { Ok(seen) }
}

/// Slips about a task that the actor sees, newest first.
pub fn of_task(
    conn: &mut PgConnection,
    actor: &Actor,
    task: &Task,
    now: DateTime<Utc>,
) -> Result<Vec<SlipLine>, Error> {
    let rows = slips::table
        .filter(slips::task_id.eq(task.id.0))
        .order((slips::created_at.desc(), slips::id.desc()))
        .select((slips::snapshot, slips::title))
        .load(conn)?;
    lines(conn, actor, task.round, rows, now)
}

#[derive(QueryableByName)]
struct Any {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

/// Whether a slip of a round was sent to one of the actor's units, or to one below.
pub(crate) fn sees_any(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<bool, Error> {
    let units: Vec<Uuid> = rights::scope(actor).units.iter().map(|u| u.0).collect();
    if units.is_empty() {
        return Ok(false);
    }
    let found: Any = Statement::default()
        .sql("SELECT EXISTS (SELECT FROM slips s JOIN units u ON u.id = s.unit_id OR s.snapshot #> '{shape,supporting}' ? u.id::text \
             WHERE s.n IS NOT NULL AND s.level <> 'referral' AND s.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND u.path && ")
        .bind::<Array<SqlUuid>, _>(units)
        .sql(") AS is_there")
        .get_result(conn)?;
    Ok(found.is_there)
}

fn row(conn: &mut PgConnection, id: SlipId) -> Result<(Uuid, serde_json::Value, String), Error> {
    slips::table
        .find(id.0)
        .select((slips::round_id, slips::snapshot, slips::title))
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)
}

fn line(conn: &mut PgConnection, actor: &Actor, id: SlipId, now: DateTime<Utc>) -> Result<SlipLine, Error> {
    let (round, snapshot, title) = row(conn, id)?;
    lines(conn, actor, RoundId(round), vec![(snapshot, title)], now)?.pop().ok_or(Error::NotFound)
}

/// A slip whole, if the actor sees it.
pub fn find(conn: &mut PgConnection, actor: &Actor, id: SlipId, now: DateTime<Utc>) -> Result<LoadedSlip, Error> {
    let line = line(conn, actor, id, now)?;
    let mut loaded = read_all(conn, vec![line])?.pop().ok_or(Error::NotFound)?;
    if let Some(id) = loaded.line.slip.raised_from {
        loaded.lower = other(conn, actor, id, now)?;
    }
    let higher: Option<Uuid> = slips::table
        .filter(slips::raised_from_id.eq(id.0).and(slips::state.ne("withdrawn")))
        .select(slips::id)
        .first(conn)
        .optional()?;
    if let Some(id) = higher {
        loaded.higher = other(conn, actor, SlipId(id), now)?;
    }
    Ok(loaded)
}

/// Slips whose lines the actor was shown, with their words as far as he reads them, in the same order; the slips they follow and that follow them are
/// not looked for.
pub fn read_all(conn: &mut PgConnection, lines: Vec<SlipLine>) -> Result<Vec<LoadedSlip>, Error> {
    let interview = |slip: &Slip| slip.interview.as_ref().map(|i| i.text.clone());
    let mut wanted = BTreeSet::new();
    let mut named = BTreeSet::new();
    for line in &lines {
        wanted.extend(digests(&line.slip));
        wanted.extend(std::iter::once(line.slip.shape.text.clone()).chain(interview(&line.slip)));
        named.extend(people(&line.slip).into_iter().map(|p| p.0));
    }
    let kept = bodies(conn, wanted)?;
    let known = names(conn, named.into_iter().collect())?;
    lines
        .into_iter()
        .map(|line| {
            let slip = &line.slip;
            let reads = line.reads_content();
            let text = kept.get(&slip.shape.text).ok_or_else(|| Error::internal("a slip without its words"))?;
            let mut text: SlipText = serde_json::from_str(text)?;
            let mut words = BTreeMap::new();
            for digest in digests(slip).into_iter().filter(|_| reads) {
                if let Some(body) = kept.get(&digest) {
                    words.insert(digest, serde_json::from_str::<Words>(body)?.text);
                }
            }
            let interview = interview(slip).filter(|_| reads).and_then(|d| kept.get(&d));
            let interview = interview.map(|body| serde_json::from_str(body)).transpose()?;
            if !reads {
                let label = Sensitivity::Internal.label().to_owned();
                text = SlipText { matter: label.clone(), basis: label.clone(), gap: label.clone(), asked: label };
            }
            let own = people(slip).into_iter().filter_map(|p| Some((p.0, known.get(&p.0)?.clone())));
            let names = line.names.clone().into_iter().chain(own).collect();
            Ok(LoadedSlip { text, interview, words, names, lower: None, higher: None, line })
        })
        .collect()
}

/// Another slip by name, if the actor sees it.
fn other(
    conn: &mut PgConnection,
    actor: &Actor,
    id: SlipId,
    now: DateTime<Utc>,
) -> Result<Option<(SlipId, String)>, Error> {
    match line(conn, actor, id, now) {
        Ok(line) => Ok(Some((id, line.name()))),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn digests(slip: &Slip) -> BTreeSet<Digest> {
    let signatures = slip.requests.iter().flat_map(|r| &r.signatures).filter_map(|s| s.words.as_ref());
    let objections = slip.objections.iter().map(|(_, reason)| reason);
    let answers = slip.answers.iter().map(|a| &a.words);
    let reviews = slip.answers.iter().filter_map(|a| a.review.as_ref()?.words.as_ref());
    let kept = slip.interview.iter().filter_map(|i| i.kept.as_ref()).map(|k| &k.words);
    signatures.chain(objections).chain(answers).chain(reviews).chain(kept).chain(&slip.withdrawn).cloned().collect()
}

/// Everybody a slip speaks of.
fn people(slip: &Slip) -> BTreeSet<PersonId> {
    let mut found = BTreeSet::from([slip.drafted_by]);
    for request in &slip.requests {
        found.insert(request.submitted_by);
        found.extend(request.chain.iter().filter_map(|s| s.person));
        for s in &request.signatures {
            found.insert(s.recorded_by);
            found.extend(s.person.iter().chain(&s.confirmed_by).chain(&s.stand_in));
        }
    }
    found.extend(slip.receipt.map(|r| r.by));
    found.extend(slip.answers.iter().flat_map(|a| std::iter::once(a.by).chain(a.review.as_ref().map(|r| r.by))));
    found.extend(slip.interview.iter().flat_map(|i| std::iter::once(i.by).chain(i.kept.as_ref().map(|k| k.by))));
    found.extend(slip.hand_over.iter().map(|h| h.by));
    found
}

/// Whether a file received for a slip may be read: one that an answer names, or a scan, by whoever reads the slip; one that was only just sent, by
/// who may answer.
///
/// Errors: `NotFound`.
pub fn permit_file(
    conn: &mut PgConnection,
    actor: &Actor,
    id: SlipId,
    file: (&str, &str),
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let line = line(conn, actor, id, now)?;
    let (sha256, purpose) = file;
    let is_named = line.slip.answers.iter().flat_map(|a| &a.files).any(|f| f.as_str() == sha256);
    let may_answer = rights::permit_slip(actor, SlipAction::Answer, &line.slip, &line.facts.parties).is_ok();
    let is_open = is_named || purpose == crate::blobs::SCAN || may_answer;
    if is_open && line.reads_content() { Ok(()) } else { Err(Error::NotFound) }
}

/// The events of a slip as the domain reads them, folded; for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: SlipId) -> Result<Option<Slip>, Error> {
    events::folded(conn, "slip", id.0, SlipEvent::parse, |event| event::begin(id, event), event::evolve)
}
