//! Checks on the spot: one transaction per command (lock, see, decide, fold, save, record), the frame of a draw read from the ledger, and a check whole
//! for whoever may see it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::{Actor, AssignmentKind, PersonActor, UnitPath};
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::check::draw::{Frame, Line, Party};
use domain::check::event::{self, CheckEvent};
use domain::check::frame::{self, Asked, Candidate, Dimension, Given, amount_band, signal_band};
use domain::check::state::{Check, CheckKind, CheckResult, CheckState, Target};
use domain::check::{self, Brief, CheckAction, CheckCommand, Context, Found, Plan, starts_from};
use domain::ids::{CheckId, PersonId, RoundId, TaskId, UnitId};
use domain::notification::{Audience, Rule};
use domain::refusal::{FieldError, Refusal};
use domain::rights;
use domain::task::command::TaskCommand;
use domain::task::context::Decision;
use domain::task::state::{Disposition, Sensitivity, Task, TaskState};
use domain::task::text::Words;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::ledger::{self, Filter};
use crate::notifications::{self, About, Telling};
use crate::schema::{check_targets, checks, persons, tasks};
use crate::statement::Statement;
use crate::tasks::{Expected, bodies};
use crate::{actors, blobs, quality, rounds};

/// A check with the words its state names.
#[derive(Clone, Debug)]
pub struct LoadedCheck {
    pub check: Check,
    pub brief: Brief,
    /// The frame of the draw under way or done.
    pub frame: Option<Frame>,
    /// What was written, by its digest: findings, reasons.
    pub words: BTreeMap<Digest, String>,
    /// Names of everybody the check speaks of.
    pub names: BTreeMap<PersonId, String>,
}

/// What a list says of a check.
#[derive(Clone, Debug)]
pub struct CheckLine {
    pub check: Check,
    pub title: String,
    pub created_at: DateTime<Utc>,
}

/// What is entered of a check; the tasks are named by their ids.
#[derive(Clone, Debug)]
pub struct CheckInput {
    pub kind: CheckKind,
    pub title: String,
    pub questions: Vec<String>,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub inspectors: Vec<PersonId>,
    pub tasks: Vec<TaskId>,
}

/// What a draw is asked to be.
#[derive(Clone, Debug)]
pub struct DrawInput {
    pub scope: Filter,
    pub dimensions: Vec<Dimension>,
    pub sample: u32,
    pub without: BTreeMap<TaskId, String>,
    pub is_quick: bool,
    pub parties: Vec<PersonId>,
}

/// What is found at a task, with the ids of files that were received for the check.
#[derive(Clone, Debug)]
pub struct FoundInput {
    pub result: CheckResult,
    pub found: String,
    pub occurred_on: NaiveDate,
    pub files: Vec<Uuid>,
}

/// A command on a check, as it comes in.
#[derive(Clone, Debug)]
pub enum Input {
    Revise(CheckInput),
    /// With a nonce of the server's, used where one person draws alone.
    Freeze(Box<DrawInput>, Digest),
    Record(TaskId, FoundInput),
    /// Everything that needs nothing looked up.
    Plain(CheckCommand),
}

impl Input {
    fn action(&self) -> CheckAction {
        match self {
            Self::Revise(_) => CheckAction::Revise,
            Self::Freeze(..) => CheckAction::Freeze,
            Self::Record(..) => CheckAction::Record,
            Self::Plain(command) => command.action(),
        }
    }
}

fn stream(check: &Check) -> Stream {
    Stream { kind: "check", id: check.id.0, round: Some(check.round) }
}

/// Checks of a round that the actor sees, newest first.
pub fn list(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<CheckLine>, Error> {
    let sight = rounds::permit_sight(conn, actor, round);
    let rows: Vec<(serde_json::Value, String, DateTime<Utc>)> = checks::table
        .filter(checks::round_id.eq(round.0))
        .order((checks::created_at.desc(), checks::id.desc()))
        .select((checks::snapshot, checks::title, checks::created_at))
        .load(conn)?;
    let mut seen = Vec::new();
    for (snapshot, title, created_at) in rows {
        let check: Check = serde_json::from_value(snapshot)?;
        if rights::sees_check(actor, &check) {
            seen.push(CheckLine { check, title, created_at });
        }
    }
    // A party of a draw may have nothing else to do with the round.
    if seen.is_empty() { sight.map(|()| seen) } else { Ok(seen) }
}

/// A check whole, if the actor sees it.
pub fn find(conn: &mut PgConnection, actor: &Actor, id: CheckId) -> Result<LoadedCheck, Error> {
    let snapshot: Option<serde_json::Value> =
        checks::table.find(id.0).select(checks::snapshot).first(conn).optional()?;
    let check: Check = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    if !rights::sees_check(actor, &check) {
        return Err(Error::NotFound);
    }
    load(conn, check)
}

fn digests(check: &Check) -> BTreeSet<Digest> {
    let draws = check.draws.iter().flat_map(|d| [&d.given_up, &d.went_on]).flatten();
    let results = check.targets.iter().filter_map(|t| t.result.as_ref());
    let words = results.flat_map(|r| std::iter::once(&r.found).chain(&r.returned));
    draws.chain(words).cloned().collect()
}

fn load(conn: &mut PgConnection, check: Check) -> Result<LoadedCheck, Error> {
    let of_words = digests(&check);
    let frame = check.draw().map(|d| d.frame.clone());
    let kept = bodies(conn, of_words.iter().cloned().chain([check.brief.clone()]).chain(frame.clone()))?;
    let brief = kept.get(&check.brief).ok_or_else(|| Error::internal("a check without its brief"))?;
    let mut words = BTreeMap::new();
    for digest in of_words {
        if let Some(body) = kept.get(&digest) {
            words.insert(digest, serde_json::from_str::<Words>(body)?.text);
        }
    }
    let frame = frame.and_then(|d| kept.get(&d)).map(|body| serde_json::from_str(body)).transpose()?;
    let people: Vec<Uuid> = people(&check).into_iter().map(|p| p.0).collect();
    let rows: Vec<(Uuid, String)> =
        persons::table.filter(persons::id.eq_any(people)).select((persons::id, persons::name)).load(conn)?;
    let names = rows.into_iter().map(|(id, name)| (PersonId(id), name)).collect();
    Ok(LoadedCheck { brief: serde_json::from_str(brief)?, frame, words, names, check })
}

/// Everybody a check speaks of, the server of a quick draw excepted.
fn people(check: &Check) -> BTreeSet<PersonId> {
    let parties = check.draws.iter().flat_map(|d| &d.parties).map(|p| p.person);
    check.inspectors.iter().copied().chain(parties).filter(|p| !p.0.is_nil()).collect()
}

/// Plans a check.
///
/// Errors: `not-allowed`; content.
pub fn create(conn: &mut PgConnection, origin: &Origin, round: RoundId, input: CheckInput) -> Result<CheckId, Error> {
    rounds::find(conn, &origin.actor, round)?;
    rights::permit_supervision(&origin.actor, round)?;
    let plan = planned(conn, origin, round, input)?;
    let decision = check::plan(&origin.actor, round, plan)?;
    let id = CheckId(Uuid::now_v7());
    let first = decision.events.first().and_then(|e| event::begin(id, e));
    let check = first.ok_or_else(|| Error::internal("a plan that plans nothing"))?;
    save(conn, origin, 0, &check, &decision)?;
    Ok(id)
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: CheckId,
    expected: Expected,
    input: Input,
    calendar: &Calendar,
) -> Result<Check, Error> {
    let snapshot: Option<serde_json::Value> =
        checks::table.find(id.0).select(checks::snapshot).for_update().first(conn).optional()?;
    let before: Check = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    if !rights::sees_check(&origin.actor, &before) {
        return Err(Error::NotFound);
    }
    let action = input.action();
    rights::permit_check(&origin.actor, action, &before)?;
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    if !starts_from(action).contains(&before.state) {
        return Err(Refusal::conflict("wrong-state").into());
    }
    // A frame may be long; only the last number and going on without one draw from it.
    let draws = matches!(action, CheckAction::Reveal | CheckAction::GoOn);
    let frame = match before.draw().filter(|_| draws) {
        Some(draw) => bodies(conn, [draw.frame.clone()])?.remove(&draw.frame),
        None => None,
    };
    let frame: Option<Frame> = frame.map(|body| serde_json::from_str(&body)).transpose()?;
    let command = command(conn, origin, &before, input)?;
    let ctx = Context { actor: &origin.actor, now: origin.now, frame: frame.as_ref() };
    let decision = check::decide(&before, command, &ctx)?;
    let seq = before.seq;
    let after = decision.events.iter().fold(before, event::evolve);
    save(conn, origin, seq, &after, &decision)?;
    // A result that two have signed stands in the task's own history.
    for event in &decision.events {
        if let CheckEvent::Announced { .. } = event {
            announce(conn, origin, &after)?;
        }
        if let CheckEvent::ResultSigned { task, .. } = event
            && let Some(result) = after.target(*task).and_then(|t| t.signed())
        {
            let record = TaskCommand::RecordCheck { check: after.id, result: Box::new(result.clone()) };
            crate::tasks::execute(conn, origin, *task, Expected::Any, record, calendar)?;
        }
    }
    Ok(after)
}

/// Tells the units of the tasks that are looked at; before, nobody of them knew.
fn announce(conn: &mut PgConnection, origin: &Origin, check: &Check) -> Result<(), Error> {
    let ids: Vec<Uuid> = check.targets.iter().map(|t| t.task.0).collect();
    let snapshots: Vec<serde_json::Value> =
        tasks::table.filter(tasks::id.eq_any(ids)).select(tasks::snapshot).load(conn)?;
    for snapshot in snapshots {
        let task: Task = serde_json::from_value(snapshot)?;
        let told: Vec<_> = task.lead_unit().map(|u| (Rule::CheckAnnounced, Audience::Unit(u))).into_iter().collect();
        notifications::tell(conn, origin, &About::task(&task), &told, Telling::EachThing)?;
    }
    Ok(())
}

fn command(conn: &mut PgConnection, origin: &Origin, check: &Check, input: Input) -> Result<CheckCommand, Error> {
    Ok(match input {
        Input::Revise(input) => CheckCommand::Revise(planned(conn, origin, check.round, input)?),
        Input::Freeze(input, nonce) => {
            CheckCommand::Freeze(Box::new(frozen(conn, origin, check, &input)?), Some(nonce))
        }
        Input::Record(task, found) => {
            let received = blobs::of_subject(conn, blobs::Subject::Check(check.id.0))?;
            let mut files = Vec::new();
            for id in &found.files {
                let file = received.iter().find(|a| a.id == *id).and_then(|a| Digest::parse(&a.blob_sha256));
                files.push(file.ok_or_else(|| Refusal::field("/files", "evidence-unknown"))?);
            }
            let FoundInput { result, found, occurred_on, .. } = found;
            CheckCommand::Record(task, Found { result, found, occurred_on, files })
        }
        Input::Plain(command) => command,
    })
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    check: &Check,
    decision: &Decision<CheckEvent>,
) -> Result<(), Error> {
    let stored = decision.events.iter().map(|e| e.stored());
    events::keep(conn, origin, stream(check), last_seq, &decision.revisions, stored, check.seq)?;
    let brief = bodies(conn, [check.brief.clone()])?.remove(&check.brief);
    let brief: Brief = serde_json::from_str(&brief.ok_or_else(|| Error::internal("a check without its brief"))?)?;
    let row = (
        checks::round_id.eq(check.round.0),
        checks::title.eq(&brief.title),
        checks::snapshot.eq(serde_json::to_value(check)?),
        checks::seq.eq(check.seq),
        checks::version.eq(check.version),
        checks::updated_at.eq(origin.now),
    );
    if last_seq == 0 {
        diesel::insert_into(checks::table)
            .values((checks::id.eq(check.id.0), checks::created_at.eq(origin.now), row))
            .execute(conn)?;
    } else {
        diesel::update(checks::table.find(check.id.0)).set(row).execute(conn)?;
    }
    diesel::delete(check_targets::table.filter(check_targets::check_id.eq(check.id.0))).execute(conn)?;
    let waits = matches!(check.state, CheckState::Ready | CheckState::Running);
    let waiting: Vec<_> = check
        .targets
        .iter()
        .filter(|t| waits && t.signed().is_none())
        .map(|t| (check_targets::check_id.eq(check.id.0), check_targets::task_id.eq(t.task.0)))
        .collect();
    diesel::insert_into(check_targets::table).values(waiting).execute(conn)?;
    Ok(())
}

/// Which of these tasks a check is to look at, announced or not, and has not yet (docs/domain.md §24).
pub(crate) fn waited_for(conn: &mut PgConnection, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, Error> {
    let found: Vec<Uuid> = check_targets::table
        .filter(check_targets::task_id.eq_any(ids))
        .select(check_targets::task_id)
        .distinct()
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// The events of a check as the domain reads them, folded; for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: CheckId) -> Result<Option<Check>, Error> {
    events::folded(conn, "check", id.0, CheckEvent::parse, |event| event::begin(id, event), event::evolve)
}

/// The people who supervise a round, with their standing; whoever else is named is refused at the field.
fn inspectors(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    people: &[PersonId],
) -> Result<Vec<PersonActor>, Error> {
    let today = calendar::today(origin.now);
    let mut standing = actors::of_people(conn, people, today)?;
    let mut found = Vec::new();
    for person in people {
        let actor = standing.remove(person);
        match actor.filter(|a| rights::permit_supervision(&Actor::Person(Box::new(a.clone())), round).is_ok()) {
            Some(actor) => found.push(actor),
            None => return Err(Refusal::field("/inspectors", "inspector-not-in-round").into()),
        }
    }
    Ok(found)
}

fn planned(conn: &mut PgConnection, origin: &Origin, round: RoundId, input: CheckInput) -> Result<Plan, Error> {
    let inspectors = inspectors(conn, origin, round, &input.inspectors)?;
    let wanted: BTreeSet<Uuid> = input.tasks.iter().map(|t| t.0).collect();
    let known = candidates(conn, origin, round, &Filter::default(), Some(&wanted))?;
    let mut named = Vec::new();
    for task in &input.tasks {
        let Some(candidate) = known.iter().find(|c| c.task == *task) else {
            return Err(Refusal::invalid("content", vec![FieldError::at("/tasks", "task-unknown")]).into());
        };
        named.push((*task, candidate.number.clone(), frame::barred(&inspectors, &candidate.units)));
    }
    let CheckInput { kind, title, questions, from_on, to_on, inspectors, .. } = input;
    Ok(Plan { kind, title, questions, from_on, to_on, inspectors, tasks: named })
}

fn frozen(conn: &mut PgConnection, origin: &Origin, check: &Check, input: &DrawInput) -> Result<Frame, Error> {
    check::permit_draw(check)?;
    let mut candidates = candidates(conn, origin, check.round, &input.scope, None)?;
    if input.dimensions.contains(&Dimension::Signals) {
        show_signals(conn, origin, check.round, &mut candidates)?;
    }
    let inspectors = inspectors(conn, origin, check.round, &check.inspectors)?;
    let reasons = bodies(conn, check.draws.iter().filter_map(|d| d.given_up.clone()))?;
    let mut given_up = Vec::new();
    for digest in check.draws.iter().filter_map(|d| d.given_up.as_ref()) {
        let words = reasons.get(digest).map(|body| serde_json::from_str::<Words>(body)).transpose()?;
        given_up.push(words.map(|w| w.text).unwrap_or_default());
    }
    let asked = Asked {
        dimensions: input.dimensions.clone(),
        sample: input.sample,
        without: input.without.clone(),
        is_quick: input.is_quick,
        parties: if input.is_quick { Vec::new() } else { parties(conn, check.round, &input.parties)? },
    };
    let given =
        Given { check: check.id, taken_at: origin.now, given_up, candidates: &candidates, inspectors: &inspectors };
    Ok(frame::freeze(&asked, &given)?)
}

/// The parties of a draw with the line each stands on in the round; the leading group goes before office and team.
fn parties(conn: &mut PgConnection, round: RoundId, people: &[PersonId]) -> Result<Vec<Party>, Error> {
    let group = rounds::group(conn, round)?;
    let assigned = rounds::assignments(conn, round)?;
    let of = |person: &PersonId| {
        if let Some(member) = group.iter().find(|m| m.person == *person) {
            return Some((member.name.clone(), Line::Leader));
        }
        let row = assigned.iter().find(|a| a.person == *person)?;
        let line = match row.kind {
            AssignmentKind::Office => Line::Office,
            AssignmentKind::Team => Line::Team,
        };
        Some((row.name.clone(), line))
    };
    let mut parties = Vec::new();
    for person in people {
        let Some((name, line)) = of(person) else {
            return Err(Refusal::field("/parties", "party-not-in-round").into());
        };
        parties.push(Party { person: *person, name, line });
    }
    Ok(parties)
}

#[derive(QueryableByName)]
struct CandidateRow {
    #[diesel(sql_type = Jsonb)]
    snapshot: serde_json::Value,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Nullable<Text>)]
    unit: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    issued_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    amount: Option<i64>,
}

/// How fast a closed task was closed: by half of the time it had, or not.
fn speed(task: &Task, issued_at: Option<DateTime<Utc>>) -> &'static str {
    let (Some(closed), Some(due)) = (task.closed_on, task.original_due_on.or(task.draft.due_on)) else {
        return if task.closed_on.is_some() { "已销号" } else { "未销号" };
    };
    let from = issued_at.map_or(closed, calendar::today);
    if (closed - from).num_days() * 2 < (due - from).num_days() { "明显快于时限" } else { "按时限" }
}

/// Tasks that can be looked at: issued, not withdrawn, no placeholders; of a filter, or these alone.
fn candidates(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    filter: &Filter,
    only: Option<&BTreeSet<Uuid>>,
) -> Result<Vec<Candidate>, Error> {
    let reader = ledger::reader(&origin.actor, round);
    let query = Statement::default().sql(
        "SELECT t.snapshot, t.number, (SELECT u.name FROM units u WHERE u.id = t.lead_unit_id) AS unit, \
         (SELECT min(e.at) FROM events e WHERE e.stream_kind = 'task' AND e.stream_id = t.id AND e.kind = 'task.issued') AS issued_at, \
         (SELECT trunc(f.amount)::bigint FROM findings f WHERE f.id = t.finding_id) AS amount \
         FROM tasks t WHERE ",
    );
    let query = ledger::narrowed(ledger::visible(query, round, &rights::scope(&origin.actor)), filter, &reader);
    let mut query =
        query.rare().sql(" AND t.state NOT IN ('draft', 'withdrawn') AND t.sensitivity IN ('open', 'internal')");
    if let Some(only) = only {
        query =
            query.sql(" AND t.id = ANY(").bind::<Array<SqlUuid>, _>(only.iter().copied().collect::<Vec<_>>()).sql(")");
    }
    let rows: Vec<CandidateRow> = query.load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    let mut wanted = BTreeSet::new();
    for row in rows {
        let task: Task = serde_json::from_value(row.snapshot)?;
        wanted.extend(task.draft.parties.units.iter().copied());
        wanted.extend(task.draft.supporting.iter().map(|s| s.unit));
        let amount = amount_band(row.amount.and_then(|yuan| u64::try_from(yuan).ok()));
        found.push((task, row.number, row.unit, row.issued_at, amount));
    }
    let paths = crate::tasks::paths(conn, &wanted)?;
    let path = |unit: &UnitId| paths.get(unit).cloned().unwrap_or_else(|| UnitPath(vec![*unit]));
    Ok(found
        .into_iter()
        .map(|(task, number, unit, issued_at, amount)| Candidate {
            task: task.id,
            number,
            unit: unit.unwrap_or_else(|| "未定单位".to_owned()),
            disposition: task.draft.disposition.map_or("未定", Disposition::label),
            state: TaskState::label(task.state),
            speed: speed(&task, issued_at),
            amount,
            signals: signal_band(None),
            units: task
                .draft
                .parties
                .units
                .iter()
                .chain(task.draft.supporting.iter().map(|s| &s.unit))
                .map(path)
                .collect(),
        })
        .collect())
}

/// How many signals the closure of each shows to who makes the frame (docs/domain.md §40); a fixed number of statements.
fn show_signals(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    candidates: &mut [Candidate],
) -> Result<(), Error> {
    let ids: Vec<Uuid> = candidates.iter().map(|c| c.task.0).collect();
    let mut loaded = crate::tasks::find_many(conn, &origin.actor, round, &ids, origin.now)?;
    loaded.retain(|l| quality::asked(&l.task).is_some());
    let found = quality::of_tasks(conn, &origin.actor, &loaded, origin.now)?;
    for candidate in candidates {
        candidate.signals = signal_band(found.get(&candidate.task).map(Vec::len));
    }
    Ok(())
}

/// How many tasks a scope holds and how they would fall into strata; nothing is kept.
pub fn strata(conn: &mut PgConnection, origin: &Origin, id: CheckId, input: &DrawInput) -> Result<Frame, Error> {
    let loaded = find(conn, &origin.actor, id)?;
    rights::permit_check(&origin.actor, CheckAction::Freeze, &loaded.check)?;
    frozen(conn, origin, &loaded.check, input)
}

/// A task that is looked at, as the form shows it: what the ledger claims.
#[derive(Clone, Debug, QueryableByName)]
pub struct TargetLine {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    pub due_on: Option<NaiveDate>,
    #[diesel(sql_type = Bool)]
    pub reads_content: bool,
}

/// Whether a file received for a check may be read: by its inspectors, and by who reads the content of the task it was found at (docs/domain.md §17).
///
/// Errors: `NotFound`.
pub fn permit_file(conn: &mut PgConnection, actor: &Actor, id: CheckId, sha256: &str) -> Result<(), Error> {
    let check = find(conn, actor, id)?.check;
    let own = actor.person().and_then(|p| p.person);
    let has = |t: &&Target| t.result.iter().flat_map(|r| &r.files).any(|f| f.as_str() == sha256);
    let found: Vec<&Target> = check.targets.iter().filter(has).collect();
    let is_own = found.iter().any(|t| own.is_some_and(|p| t.inspectors.contains(&p)));
    // What no result names yet was only just sent.
    let is_new = found.is_empty() && rights::permit_check(actor, CheckAction::Record, &check).is_ok();
    let ids: Vec<Uuid> = found.iter().map(|t| t.task.0).collect();
    let reads = is_own || is_new || targets(conn, actor, check.round, &ids)?.iter().any(|line| line.reads_content);
    if reads { Ok(()) } else { Err(Error::NotFound) }
}

/// What the ledger says of these tasks, as far as the caller sees and may read them.
pub fn targets(conn: &mut PgConnection, actor: &Actor, round: RoundId, ids: &[Uuid]) -> Result<Vec<TargetLine>, Error> {
    let reader = ledger::reader(actor, round);
    let query = Statement::default().sql(
        "SELECT t.id, t.number, t.title, t.state, t.due_on, \
         (SELECT u.name FROM units u WHERE u.id = t.lead_unit_id) AS unit, ",
    );
    let query = ledger::readable(query, &reader)
        .sql(" AS reads_content FROM tasks t WHERE t.id = ANY(")
        .bind::<Array<SqlUuid>, _>(ids.to_vec())
        .sql(") AND ");
    let mut lines: Vec<TargetLine> = ledger::visible(query, round, &rights::scope(actor)).rare().load(conn)?;
    for line in lines.iter_mut().filter(|l| !l.reads_content) {
        line.title = Sensitivity::Internal.label().to_owned();
    }
    Ok(lines)
}
