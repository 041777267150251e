//! Appraisals: scores reckoned from the records of a round and kept with the place in the order of events they rest on; one transaction per command
//! (lock, see, decide, fold, save, record, tell) (docs/domain.md §45).

pub(crate) mod records;
mod schemes;

pub use schemes::{LoadedScheme, Simulated, draft, publish_scheme, replay_scheme, save_scheme, scheme, simulate};
pub(crate) use schemes::{holds, take_scheme};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use domain::actor::Actor;
use domain::appraisal::event::{self, AppraisalEvent};
use domain::appraisal::facts::Fact;
use domain::appraisal::scheme::{Period, Scheme, SubjectKind};
use domain::appraisal::score::{Change, Score, Standing, Subject, changes as compare, reckon, standings};
use domain::appraisal::state::Appraisal;
use domain::appraisal::{self, AppraisalAction, AppraisalCommand, Basis, Context, open_actions, starts_from};
use domain::calendar::Calendar;
use domain::chain::Digest;
use domain::ids::{AccountId, AppraisalId, RoundId, TaskId, UnitId};
use domain::notification;
use domain::refusal::Refusal;
use domain::rights;
use domain::task::context::Decision;
use domain::task::text::Words;
use uuid::Uuid;

use crate::changes;
use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::schema::{accounts, appraisal_scores, appraisals, units};
use crate::tasks::{Expected, bodies, names};

/// An appraisal as one of its readers looks at it: in the version he reads.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub appraisal: Appraisal,
    /// The number of that version.
    pub n: u32,
    pub scheme: Scheme,
    pub scores: Vec<Score>,
    /// Where everybody stands in it.
    pub standings: Vec<Standing>,
    /// What changed from the version before; empty for the first.
    pub changes: Vec<Change>,
    /// Whether the reader sees all of it.
    pub is_whole: bool,
    /// Whose scores he reads with their facts.
    pub own: BTreeSet<Subject>,
    pub names: BTreeMap<Uuid, String>,
    pub words: BTreeMap<Digest, String>,
}

impl Loaded {
    /// The acts open to this actor now.
    pub fn open_actions(&self, actor: &Actor, calendar: &Calendar, now: DateTime<Utc>) -> Vec<AppraisalAction> {
        let (scheme, scores) = (&self.scheme, &self.scores[..]);
        open_actions(&self.appraisal, &Context { actor, now, calendar, scheme, scores, fresh: None })
    }
}

/// Names of accounts.
pub(crate) fn account_names(
    conn: &mut PgConnection,
    ids: BTreeSet<AccountId>,
) -> Result<BTreeMap<Uuid, String>, Error> {
    let rows: Vec<(Uuid, String)> = accounts::table
        .filter(accounts::id.eq_any(ids.into_iter().map(|id| id.0)))
        .select((accounts::id, accounts::display_name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The words behind digests.
pub(crate) fn words(conn: &mut PgConnection, digests: Vec<Digest>) -> Result<BTreeMap<Digest, String>, Error> {
    let mut found = BTreeMap::new();
    for (digest, body) in bodies(conn, digests)? {
        found.insert(digest, serde_json::from_str::<Words>(&body)?.text);
    }
    Ok(found)
}

fn scores_of(conn: &mut PgConnection, appraisal: &Appraisal, n: u32) -> Result<(Scheme, Vec<Score>), Error> {
    let reckoning = appraisal.reckoning(n).ok_or(Error::NotFound)?.clone();
    let scheme = schemes::body(conn, &reckoning.body)?;
    let text = bodies(conn, [reckoning.scores.clone()])?.remove(&reckoning.scores);
    let text = text.ok_or_else(|| Error::internal("a reckoning without scores"))?;
    Ok((scheme, serde_json::from_str(&text)?))
}

/// Begins the appraisal of a period: reckons it by the version of the scheme that holds, as of the last event that has its place.
///
/// Errors: `NotFound`, `not-allowed` (403), `scheme-missing` (409), `period-taken` and other faults of the period (422).
pub fn compute(conn: &mut PgConnection, origin: &Origin, round: RoundId, period: Period) -> Result<AppraisalId, Error> {
    if !rights::sees_appraisals(&origin.actor, round) {
        return Err(Error::NotFound);
    }
    rights::permit_office(&origin.actor, round)?;
    period.check(domain::calendar::today(origin.now))?;
    let (record, scheme) = schemes::current(conn, round)?;
    let published = record.current().ok_or_else(|| Refusal::conflict("scheme-missing"))?;
    let position = changes::position(conn)?;
    let scores = reckon(&scheme, &records::derived(conn, round, position, period.to)?, period);
    let basis = Basis { published, position, scores: &scores };
    let decision = appraisal::compute(round, period, &basis, &origin.actor, origin.now)?;
    let id = AppraisalId(Uuid::now_v7());
    let begun = decision.events.first().and_then(|e| event::begin(id, e));
    let begun = begun.ok_or_else(|| Error::internal("an appraisal of nothing"))?;
    save(conn, origin, 0, &begun, &decision, (&scheme, &scores))?;
    Ok(id)
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: AppraisalId,
    expected: Expected,
    command: AppraisalCommand,
    calendar: &Calendar,
) -> Result<(), Error> {
    let snapshot: Option<serde_json::Value> =
        appraisals::table.find(id.0).select(appraisals::snapshot).for_update().first(conn).optional()?;
    let before: Appraisal = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let actor = &origin.actor;
    if sight(conn, actor, &before)?.is_none() {
        return Err(Error::NotFound);
    }
    rights::permit_appraisal(actor, command.action(), before.round)?;
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    if !starts_from(command.action()).contains(&before.state) {
        return Err(Refusal::conflict("wrong-state").into());
    }
    let n = before.newest().map_or(1, |r| r.n);
    let (scheme, scores) = scores_of(conn, &before, n)?;
    let fresh = if command.action() == AppraisalAction::Recompute {
        let (record, scheme) = schemes::current(conn, before.round)?;
        let position = changes::position(conn)?;
        let scores = reckon(&scheme, &records::derived(conn, before.round, position, before.period.to)?, before.period);
        Some((record, scheme, position, scores))
    } else {
        None
    };
    let basis = fresh.as_ref().and_then(|(record, _, position, scores)| {
        Some(Basis { published: record.current()?, position: *position, scores })
    });
    let ctx = Context { actor, now: origin.now, calendar, scheme: &scheme, scores: &scores, fresh: basis };
    let decision = appraisal::decide(&before, command, &ctx)?;
    let last_seq = before.seq;
    let after = decision.events.iter().fold(before, event::evolve);
    let shown = fresh.as_ref().map_or((&scheme, &scores), |(_, scheme, _, scores)| (scheme, scores));
    save(conn, origin, last_seq, &after, &decision, shown)
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    appraisal: &Appraisal,
    decision: &Decision<AppraisalEvent>,
    (scheme, scores): (&Scheme, &Vec<Score>),
) -> Result<(), Error> {
    let stream = Stream { kind: "appraisal", id: appraisal.id.0, round: Some(appraisal.round) };
    let stored = decision.events.iter().map(AppraisalEvent::stored);
    events::keep(conn, origin, stream, last_seq, &decision.revisions, stored, appraisal.seq)?;
    let row = (
        appraisals::state.eq(appraisal.state.as_str()),
        appraisals::published.eq(appraisal.published.and_then(|n| i32::try_from(n).ok())),
        appraisals::snapshot.eq(serde_json::to_value(appraisal)?),
        appraisals::seq.eq(appraisal.seq),
        appraisals::version.eq(appraisal.version),
        appraisals::updated_at.eq(origin.now),
    );
    if last_seq == 0 {
        let Period { from, to } = appraisal.period;
        let new = (
            appraisals::id.eq(appraisal.id.0),
            appraisals::round_id.eq(appraisal.round.0),
            appraisals::from_on.eq(from),
            appraisals::to_on.eq(to),
            appraisals::created_at.eq(origin.now),
            row,
        );
        let n = diesel::insert_into(appraisals::table).values(new).on_conflict_do_nothing().execute(conn)?;
        if n == 0 {
            return Err(Refusal::field("/from", "period-taken").into());
        }
    } else {
        diesel::update(appraisals::table.find(appraisal.id.0)).set(row).execute(conn)?;
    }
    project(conn, appraisal, scheme, scores)?;
    tell(conn, origin, appraisal, decision, scores)
}

/// The rows of the newest reckoning that lists search by.
fn project(conn: &mut PgConnection, appraisal: &Appraisal, scheme: &Scheme, scores: &[Score]) -> Result<(), Error> {
    let n = appraisal.newest().map_or(1, |r| r.n);
    let all = standings(scheme, scores, |subject| appraisal.adjusted(subject, n));
    let number = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let rows: Vec<_> = all
        .iter()
        .map(|standing| {
            (
                appraisal_scores::appraisal_id.eq(appraisal.id.0),
                appraisal_scores::n.eq(i32::try_from(n).unwrap_or(i32::MAX)),
                appraisal_scores::subject_kind.eq(standing.subject.kind.as_str()),
                appraisal_scores::subject_id.eq(standing.subject.id),
                appraisal_scores::total.eq(standing.total),
                appraisal_scores::grade.eq(number(standing.grade)),
                appraisal_scores::rank.eq(number(standing.rank)),
            )
        })
        .collect();
    let key = (
        appraisal_scores::appraisal_id,
        appraisal_scores::n,
        appraisal_scores::subject_kind,
        appraisal_scores::subject_id,
    );
    diesel::insert_into(appraisal_scores::table)
        .values(&rows)
        .on_conflict(key)
        .do_update()
        .set((
            appraisal_scores::total.eq(excluded(appraisal_scores::total)),
            appraisal_scores::grade.eq(excluded(appraisal_scores::grade)),
            appraisal_scores::rank.eq(excluded(appraisal_scores::rank)),
        ))
        .execute(conn)?;
    Ok(())
}

fn tell(
    conn: &mut PgConnection,
    origin: &Origin,
    appraisal: &Appraisal,
    decision: &Decision<AppraisalEvent>,
    scores: &[Score],
) -> Result<(), Error> {
    let subjects: Vec<Subject> = scores.iter().map(|s| s.subject).collect();
    let told: Vec<_> = decision.events.iter().flat_map(|e| notification::appraisal_audience(e, &subjects)).collect();
    let about = About { kind: "appraisal", id: appraisal.id.0, round: appraisal.round };
    notifications::tell(conn, origin, &about, &told, Telling::EachThing)
}

/// The lines of the units that are scored, so that who is of a unit above is known.
fn lines(conn: &mut PgConnection, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<UnitId>>, Error> {
    let rows: Vec<(Uuid, Vec<Uuid>)> =
        units::table.filter(units::id.eq_any(ids)).select((units::id, units::path)).load(conn)?;
    Ok(rows.into_iter().map(|(id, path)| (id, path.into_iter().map(UnitId).collect())).collect())
}

/// Who is scored in the version that is out, each with the units of its path; nobody before one was published.
pub(crate) type Scored = Vec<(Subject, Vec<UnitId>)>;

fn scored(conn: &mut PgConnection, appraisal: &Appraisal) -> Result<Scored, Error> {
    let Some(n) = appraisal.published else { return Ok(Vec::new()) };
    let subjects: Vec<(String, Uuid)> = appraisal_scores::table
        .filter(appraisal_scores::appraisal_id.eq(appraisal.id.0))
        .filter(appraisal_scores::n.eq(i32::try_from(n).unwrap_or(i32::MAX)))
        .select((appraisal_scores::subject_kind, appraisal_scores::subject_id))
        .load(conn)?;
    let of_units: Vec<Uuid> = subjects.iter().map(|(_, id)| *id).collect();
    let mut lines = lines(conn, &of_units)?;
    let subject = |kind: &str, id| Subject { kind: SubjectKind::parse(kind).unwrap_or(SubjectKind::Unit), id };
    Ok(subjects.iter().map(|(kind, id)| (subject(kind, *id), lines.remove(id).unwrap_or_default())).collect())
}

/// These appraisals as they stand, each with who is scored in the version that is out, for the feed of events.
pub(crate) fn among(conn: &mut PgConnection, ids: &BTreeSet<Uuid>) -> Result<Vec<(Appraisal, Scored)>, Error> {
    let snapshots: Vec<serde_json::Value> =
        appraisals::table.filter(appraisals::id.eq_any(ids)).select(appraisals::snapshot).load(conn)?;
    let mut found = Vec::new();
    for snapshot in snapshots {
        let appraisal: Appraisal = serde_json::from_value(snapshot)?;
        let scored = scored(conn, &appraisal)?;
        found.push((appraisal, scored));
    }
    Ok(found)
}

/// Which version an actor reads, and whether whole; none where it is not for him.
fn sight(conn: &mut PgConnection, actor: &Actor, appraisal: &Appraisal) -> Result<Option<(u32, bool)>, Error> {
    if rights::sees_appraisals(actor, appraisal.round) {
        return Ok(Some((appraisal.newest().map_or(1, |r| r.n), true)));
    }
    let Some(n) = appraisal.published else { return Ok(None) };
    let scored = scored(conn, appraisal)?;
    let reads = scored.iter().any(|(subject, line)| rights::reads_score(actor, appraisal.round, *subject, line));
    Ok(reads.then_some((n, false)))
}

/// The appraisals of a round the actor sees, newest period first.
pub fn list(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<Appraisal>, Error> {
    let mut query = appraisals::table
        .filter(appraisals::round_id.eq(round.0))
        .order((appraisals::to_on.desc(), appraisals::from_on.desc()))
        .limit(200)
        .select(appraisals::snapshot)
        .into_boxed();
    if !rights::sees_appraisals(actor, round) {
        let scope = rights::scope(actor);
        let is_person = actor.person().is_some_and(|p| p.service.is_none());
        let above: Vec<Uuid> = scope.units.iter().filter(|_| is_person).map(|u| u.0).collect();
        let mut own: Vec<Uuid> = units::table.filter(units::path.overlaps_with(above)).select(units::id).load(conn)?;
        own.extend(scope.persons.iter().map(|p| p.0));
        let his = appraisal_scores::table
            .filter(appraisal_scores::appraisal_id.eq(appraisals::id))
            .filter(appraisal_scores::n.nullable().eq(appraisals::published))
            .filter(appraisal_scores::subject_id.eq_any(own));
        query = query.filter(diesel::dsl::exists(his));
    }
    let snapshots: Vec<serde_json::Value> = query.load(conn)?;
    Ok(snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?)
}

/// Published appraisals of a round in which something waits for somebody, the oldest period first: each with what it is, and the names of its units.
pub type Waiting = (Appraisal, Vec<(AppraisalAction, Option<UnitId>)>);

/// What of the appraisals of a round waits for the actor, by the rules (`domain::appraisal::waits_for`), and the names of the units it is about.
pub fn waiting(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
) -> Result<(Vec<Waiting>, BTreeMap<Uuid, String>), Error> {
    let actor = &origin.actor;
    let is_office = rights::permit_office(actor, round).is_ok();
    let person = actor.person().filter(|p| p.service.is_none());
    let headed: Vec<Uuid> = person
        .into_iter()
        .flat_map(|p| &p.memberships)
        .filter_map(|m| m.unit.unit())
        .filter(|unit| rights::heads_unit(actor, *unit))
        .map(|unit| unit.0)
        .collect();
    if !is_office && headed.is_empty() {
        return Ok((Vec::new(), BTreeMap::new()));
    }
    let scored: Vec<(serde_json::Value, Option<Uuid>)> = appraisals::table
        .left_join(
            appraisal_scores::table.on(appraisal_scores::appraisal_id
                .eq(appraisals::id)
                .and(appraisal_scores::n.nullable().eq(appraisals::published))
                .and(appraisal_scores::subject_kind.eq(SubjectKind::Unit.as_str()))
                .and(appraisal_scores::subject_id.eq_any(headed))),
        )
        .filter(appraisals::round_id.eq(round.0).and(appraisals::state.eq("published")))
        .order((appraisals::to_on, appraisals::from_on, appraisal_scores::subject_id))
        .select((appraisals::snapshot, appraisal_scores::subject_id.nullable()))
        .load(conn)?;
    let mut found: Vec<(Appraisal, Vec<UnitId>)> = Vec::new();
    for (snapshot, unit) in scored {
        let appraisal: Appraisal = serde_json::from_value(snapshot)?;
        if found.last().is_none_or(|(last, _)| last.id != appraisal.id) {
            found.push((appraisal, Vec::new()));
        }
        if let Some((_, units)) = found.last_mut() {
            units.extend(unit.map(UnitId));
        }
    }
    let all: Vec<Waiting> = found
        .into_iter()
        .map(|(appraisal, units)| {
            let waits = appraisal::waits_for(&appraisal, &units, actor, origin.now);
            (appraisal, waits)
        })
        .filter(|(_, waits)| !waits.is_empty())
        .collect();
    let about: BTreeSet<Uuid> = all.iter().flat_map(|(_, w)| w.iter().filter_map(|(_, u)| *u)).map(|u| u.0).collect();
    let names = if about.is_empty() { BTreeMap::new() } else { names(conn, about.into_iter().collect())? };
    Ok((all, names))
}

/// What somebody reads of an appraisal: the office and the principal the newest version or any before, everybody else the one that is published.
///
/// Errors: `NotFound`.
pub fn find(conn: &mut PgConnection, actor: &Actor, id: AppraisalId, n: Option<u32>) -> Result<Loaded, Error> {
    let snapshot: Option<serde_json::Value> =
        appraisals::table.find(id.0).select(appraisals::snapshot).first(conn).optional()?;
    let appraisal: Appraisal = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let (newest, is_whole) = sight(conn, actor, &appraisal)?.ok_or(Error::NotFound)?;
    let n = n.unwrap_or(newest);
    if n != newest && !is_whole {
        return Err(Error::NotFound);
    }
    let (scheme, scores) = scores_of(conn, &appraisal, n)?;
    let standings = standings(&scheme, &scores, |subject| appraisal.adjusted(subject, n));
    let before = if n > 1 { Some(scores_of(conn, &appraisal, n - 1)?.1) } else { None };
    let changes = before.map(|before| compare(&before, &scores)).unwrap_or_default();
    let subjects: Vec<Subject> = scores.iter().map(|s| s.subject).collect();
    let ids: Vec<Uuid> = subjects.iter().map(|s| s.id).collect();
    let lines = lines(conn, &ids)?;
    let reads = |subject: &Subject| {
        let line = lines.get(&subject.id).map_or(&[][..], Vec::as_slice);
        rights::reads_score(actor, appraisal.round, *subject, line)
    };
    let own: BTreeSet<Subject> = subjects.iter().filter(|s| reads(s)).copied().collect();
    let mut names = names(conn, changes.iter().map(|c| c.subject.id).chain(ids).collect())?;
    let by = appraisal.reckonings.iter().map(|r| r.by).chain(appraisal.adjustments.iter().map(|a| a.by));
    let objected = appraisal.objections.iter().flat_map(|o| [Some(o.by), o.answer.as_ref().map(|a| a.by)]).flatten();
    let discarded = appraisal.discarded.iter();
    names.extend(account_names(conn, by.chain(objected).chain(discarded.clone().map(|d| d.by)).collect())?);
    let said = appraisal.adjustments.iter().map(|a| a.reason.clone()).chain(discarded.map(|d| d.reason.clone()));
    let objections = appraisal
        .objections
        .iter()
        .flat_map(|o| [Some(o.words.clone()), o.answer.as_ref().map(|a| a.reason.clone())].into_iter().flatten());
    let words = words(conn, said.chain(objections).collect())?;
    Ok(Loaded { appraisal, n, scheme, scores, standings, changes, is_whole, own, names, words })
}

/// Numbers of those of the facts' tasks that the actor sees.
pub fn numbers(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    facts: &[Fact],
) -> Result<BTreeMap<TaskId, String>, Error> {
    records::numbers(conn, actor, round, facts.iter().filter_map(|f| f.task))
}

/// The events of an appraisal folded, for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: AppraisalId) -> Result<Option<Appraisal>, Error> {
    events::folded(conn, "appraisal", id.0, AppraisalEvent::parse, |event| event::begin(id, event), event::evolve)
}
