//! Opinions: one transaction per command (lock, see, decide, fold, save, record, tell), and what their writers read of them outside.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use domain::actor::{Actor, UnitPath};
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{OpinionId, PersonId, PublicationId, RoundId, TaskId, UnitId};
use domain::notification;
use domain::opinion::event::{self, OpinionEvent};
use domain::opinion::state::{Opinion, OpinionState, Writer};
use domain::opinion::{self, Context, Facts, NewOpinion, OpinionAction, OpinionCommand, starts_from};
use domain::publication::rules::PublicationRules;
use domain::refusal::Refusal;
use domain::rights;
use domain::task::context::{Decision, subject};
use domain::task::state::TaskState;
use domain::task::text::Words;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::references::check_units;
use crate::schema::{opinions, publications, published_notices};
use crate::tasks::{Expected, bodies, names, paths};
use crate::{blobs, due_acts, publications as published, rounds};

/// The task an opinion was found true of, as its reader sees it.
#[derive(Clone, Debug)]
pub struct OpinionTask {
    pub id: TaskId,
    pub number: String,
    pub title: String,
    pub state_label: &'static str,
    /// Whether it is closed and was not reopened since the opinion was found true, so that it is proposed to be.
    pub is_to_reopen: bool,
    /// Whether the reader may reopen it.
    pub may_reopen: bool,
    /// Whether it was reopened since.
    pub is_reopened: bool,
}

/// What a list says of an opinion.
#[derive(Clone, Debug)]
pub struct OpinionLine {
    pub opinion: Opinion,
    pub facts: Facts,
    pub text: String,
    pub task: Option<OpinionTask>,
    /// The title of the publication it is about.
    pub about: Option<String>,
    /// Names of units and people.
    pub names: BTreeMap<Uuid, String>,
    /// Who wrote it, for who is shown that.
    pub writer: Option<Writer>,
    /// Whether there is a name that the reader is not shown.
    pub hides_writer: bool,
    /// What was written, by its digest.
    pub words: BTreeMap<Digest, String>,
}

impl OpinionLine {
    /// The acts open to this actor now.
    pub fn open_actions(&self, actor: &Actor, calendar: &Calendar, now: DateTime<Utc>) -> Vec<OpinionAction> {
        opinion::open_actions(&self.opinion, &Context { actor, now, calendar, facts: &self.facts })
    }
}

fn stream(opinion: &Opinion) -> Stream {
    Stream { kind: "opinion", id: opinion.id.0, round: Some(opinion.round) }
}

fn rules_of(conn: &mut PgConnection, round: RoundId) -> Result<PublicationRules, Error> {
    Ok(rounds::facts(conn, round)?.1.publication)
}

fn path_of(conn: &mut PgConnection, unit: Option<UnitId>) -> Result<Option<UnitPath>, Error> {
    let Some(unit) = unit else { return Ok(None) };
    Ok(paths(conn, &BTreeSet::from([unit]))?.remove(&unit))
}

/// Enters an opinion that came in another way than by the open page.
///
/// Errors: `not-allowed`; content.
pub fn enter(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    new: NewOpinion,
    calendar: &Calendar,
) -> Result<OpinionId, Error> {
    rounds::find(conn, &origin.actor, round)?;
    rights::permit_office(&origin.actor, round)?;
    if let Some(about) = new.publication {
        let known: Option<Uuid> = publications::table
            .filter(publications::id.eq(about.0).and(publications::round_id.eq(round.0)))
            .select(publications::id)
            .first(conn)
            .optional()?;
        if known.is_none() {
            return Err(Refusal::field("/publication_id", "publication-unknown").into());
        }
    }
    let facts = Facts { rules: rules_of(conn, round)?, unit: None, guarded: Vec::new(), waiting: None };
    let ctx = Context { actor: &origin.actor, now: origin.now, calendar, facts: &facts };
    begin(conn, origin, &opinion::receive(round, new, &ctx)?)
}

fn begin(conn: &mut PgConnection, origin: &Origin, decision: &Decision<OpinionEvent>) -> Result<OpinionId, Error> {
    let id = OpinionId(Uuid::now_v7());
    let begun = decision.events.first().and_then(|e| event::begin(id, e));
    let opinion = begun.ok_or_else(|| Error::internal("an opinion that says nothing"))?;
    save(conn, origin, 0, &opinion, decision, Telling::EachThing)?;
    Ok(id)
}

/// A file that came with an opinion.
#[derive(Clone, Debug)]
pub struct SentFile {
    pub blob: blobs::StoredBlob,
    pub filename: String,
}

/// Takes in what somebody sent from the open page. The same form sent twice is one opinion; whether this was the first.
///
/// Errors: `NotFound` where the notice is not shown any more; content.
pub fn receive(
    conn: &mut PgConnection,
    origin: &Origin,
    notice: i64,
    new: NewOpinion,
    files: &[SentFile],
    calendar: &Calendar,
) -> Result<bool, Error> {
    // The row of the notice is the lock under which one form becomes one opinion.
    let known: Option<i64> =
        published_notices::table.find(notice).select(published_notices::id).for_update().first(conn).optional()?;
    known.ok_or(Error::NotFound)?;
    let code = new.code.clone().ok_or_else(|| Error::internal("an opinion without its code"))?;
    let earlier: Option<Uuid> =
        opinions::table.filter(opinions::code_sha256.eq(&code)).select(opinions::id).first(conn).optional()?;
    if earlier.is_some() {
        return Ok(false);
    }
    let today = calendar::today(origin.now);
    let publication = published::shown(conn, notice, today)?.ok_or(Error::NotFound)?;
    let facts = Facts { rules: rules_of(conn, publication.round)?, unit: None, guarded: Vec::new(), waiting: None };
    let digests = files.iter().filter_map(|f| Digest::parse(&f.blob.sha256)).collect();
    let new = NewOpinion { publication: Some(publication.id), files: digests, ..new };
    let ctx = Context { actor: &origin.actor, now: origin.now, calendar, facts: &facts };
    let id = begin(conn, origin, &opinion::receive(publication.round, new, &ctx)?)?;
    for file in files {
        let subject = blobs::Subject::Opinion(id.0);
        blobs::attach(conn, origin, Uuid::now_v7(), &file.blob, subject, "opinion", &file.filename, None)?;
    }
    published::received(conn, notice, &code, today)?;
    published::counted(conn, notice, 1, 0)?;
    Ok(true)
}

fn lock(conn: &mut PgConnection, id: OpinionId) -> Result<Opinion, Error> {
    let snapshot: Option<serde_json::Value> =
        opinions::table.find(id.0).select(opinions::snapshot).for_update().first(conn).optional()?;
    Ok(serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?)
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: OpinionId,
    expected: Expected,
    command: OpinionCommand,
    calendar: &Calendar,
) -> Result<Opinion, Error> {
    let before = lock(conn, id)?;
    let unit = path_of(conn, before.unit)?;
    if !rights::sees_opinion(&origin.actor, &before, unit.as_ref()) {
        return Err(Error::NotFound);
    }
    rights::permit_opinion(&origin.actor, command.action(), &before, unit.as_ref())?;
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    if !starts_from(command.action()).contains(&before.state) {
        return Err(Refusal::conflict("wrong-state").into());
    }
    match &command {
        OpinionCommand::Assign { unit, .. } => check_units(conn, "/unit", &[*unit])?,
        OpinionCommand::Judge { task: Some(task), .. } => {
            match crate::tasks::find(conn, &origin.actor, *task, origin.now) {
                Ok(loaded) if loaded.task.round == before.round && loaded.task.state != TaskState::Draft => {}
                Ok(_) | Err(Error::NotFound) => return Err(Refusal::field("/task", "task-unknown").into()),
                Err(error) => return Err(error),
            }
        }
        _ => {}
    }
    let rules = rules_of(conn, before.round)?;
    let guarded = published::guarded(conn, before.round, &rules)?;
    let waiting = match before.waiting().map(|a| a.words.clone()) {
        Some(digest) => words(conn, [digest.clone()])?.remove(&digest),
        None => None,
    };
    let facts = Facts { rules, unit, guarded, waiting };
    let ctx = Context { actor: &origin.actor, now: origin.now, calendar, facts: &facts };
    let decision = opinion::decide(&before, command, &ctx)?;
    let last_seq = before.seq;
    let was_open = before.is_open();
    let after = decision.events.iter().fold(before, event::evolve);
    save(conn, origin, last_seq, &after, &decision, Telling::EachThing)?;
    follow(conn, &after, was_open, calendar::today(origin.now))?;
    Ok(after)
}

/// What the writer reads of it now.
fn follow(conn: &mut PgConnection, opinion: &Opinion, was_open: bool, today: NaiveDate) -> Result<(), Error> {
    let replied = match opinion.reply().map(|a| a.words.clone()) {
        Some(digest) => words(conn, [digest.clone()])?.remove(&digest),
        None => None,
    };
    if let Some(code) = &opinion.code {
        let standing = match opinion.state {
            OpinionState::Received => "received",
            OpinionState::Assigned | OpinionState::Answered => "working",
            OpinionState::Replied => "answered",
            OpinionState::SetAside => "set_aside",
        };
        published::answered(conn, code, standing, replied.as_deref().map(|words| (words, today)))?;
    }
    let notice = match opinion.publication {
        Some(id) => published::notice_of(conn, id)?,
        None => None,
    };
    // What came by telephone is counted where it was answered in public as little as where it came in.
    if let Some(notice) =
        notice.filter(|_| opinion.code.is_some() && was_open && opinion.state == OpinionState::Replied)
    {
        published::counted(conn, notice, 0, 1)?;
    }
    Ok(())
}

/// A look of the clock at an opinion: its day went by, said once.
pub(crate) fn keep_clock(
    conn: &mut PgConnection,
    origin: &Origin,
    id: OpinionId,
    telling: Telling,
) -> Result<(), Error> {
    let before = lock(conn, id)?;
    let Some(event) = opinion::passed(&before, origin.now) else { return Ok(()) };
    let last_seq = before.seq;
    let after = event::evolve(before, &event);
    save(conn, origin, last_seq, &after, &Decision { events: vec![event], revisions: Vec::new() }, telling)
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    opinion: &Opinion,
    decision: &Decision<OpinionEvent>,
    telling: Telling,
) -> Result<(), Error> {
    let stored = decision.events.iter().map(|e| e.stored());
    events::keep(conn, origin, stream(opinion), last_seq, &decision.revisions, stored, opinion.seq)?;
    let row = (
        opinions::round_id.eq(opinion.round.0),
        opinions::publication_id.eq(opinion.publication.map(|p| p.0)),
        opinions::state.eq(opinion.state.as_str()),
        opinions::unit_id.eq(opinion.unit.map(|u| u.0)),
        opinions::task_id.eq(opinion.proves().map(|t| t.0)),
        opinions::due_on.eq(opinion.due_on),
        opinions::code_sha256.eq(&opinion.code),
        opinions::snapshot.eq(serde_json::to_value(opinion)?),
        opinions::seq.eq(opinion.seq),
        opinions::version.eq(opinion.version),
        opinions::updated_at.eq(origin.now),
    );
    if let Some(at) = opinion::next_look(opinion) {
        due_acts::owe(conn, due_acts::KEEP_OPINION_CLOCK, opinion.id.0, at)?;
    }
    if last_seq == 0 {
        diesel::insert_into(opinions::table)
            .values((opinions::id.eq(opinion.id.0), opinions::created_at.eq(origin.now), row))
            .execute(conn)?;
    } else {
        diesel::update(opinions::table.find(opinion.id.0)).set(row).execute(conn)?;
    }
    let told: Vec<_> = decision.events.iter().flat_map(|e| notification::opinion_audience(e, opinion)).collect();
    let about = About { kind: "opinion", id: opinion.id.0, round: opinion.round };
    notifications::tell(conn, origin, &about, &told, telling)
}

fn words(
    conn: &mut PgConnection,
    digests: impl IntoIterator<Item = Digest>,
) -> Result<BTreeMap<Digest, String>, Error> {
    let mut found = BTreeMap::new();
    for (digest, body) in bodies(conn, digests)? {
        found.insert(digest, serde_json::from_str::<Words>(&body)?.text);
    }
    Ok(found)
}

fn digests(opinion: &Opinion) -> impl Iterator<Item = &Digest> {
    let answers = opinion.answers.iter().map(|a| &a.words);
    let reviews = opinion.answers.iter().filter_map(|a| a.review.as_ref()?.words.as_ref());
    let judged = opinion.judgement.as_ref().and_then(|j| j.words.as_ref());
    std::iter::once(&opinion.text).chain(answers).chain(reviews).chain(judged).chain(&opinion.set_aside)
}

fn people(opinion: &Opinion) -> impl Iterator<Item = PersonId> {
    let answers = opinion.answers.iter().flat_map(|a| std::iter::once(a.by).chain(a.review.as_ref().map(|r| r.by)));
    answers.chain(opinion.entered_by).chain(opinion.judgement.as_ref().map(|j| j.by))
}

/// The lines of opinions of one round that the actor sees, in their order.
fn lines(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    snapshots: Vec<serde_json::Value>,
    now: DateTime<Utc>,
) -> Result<Vec<OpinionLine>, Error> {
    if snapshots.is_empty() {
        return Ok(Vec::new());
    }
    let rules = rules_of(conn, round)?;
    let all: Vec<Opinion> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let units: BTreeSet<UnitId> = all.iter().filter_map(|o| o.unit).collect();
    let paths = paths(conn, &units)?;
    let path = |o: &Opinion| o.unit.and_then(|u| paths.get(&u).cloned());
    let seen: Vec<Opinion> = all.into_iter().filter(|o| rights::sees_opinion(actor, o, path(o).as_ref())).collect();
    let said = words(conn, seen.iter().flat_map(digests).cloned().collect::<BTreeSet<_>>())?;
    let writers = bodies(conn, seen.iter().filter_map(|o| o.writer.clone()).collect::<BTreeSet<_>>())?;
    let known: BTreeSet<Uuid> = seen.iter().flat_map(|o| people(o).map(|p| p.0).chain(o.unit.map(|u| u.0))).collect();
    let names = names(conn, known.into_iter().collect())?;
    let about: Vec<Uuid> = seen.iter().filter_map(|o| o.publication).map(|p| p.0).collect();
    let about: BTreeMap<Uuid, String> = publications::table
        .filter(publications::id.eq_any(about))
        .select((publications::id, publications::title))
        .load::<(Uuid, String)>(conn)?
        .into_iter()
        .collect();
    let proven: Vec<Uuid> = seen.iter().filter_map(Opinion::proves).map(|t| t.0).collect();
    let proven = crate::tasks::find_many(conn, actor, round, &proven, now)?;
    let mut lines = Vec::with_capacity(seen.len());
    for opinion in seen {
        let unit = path(&opinion);
        let shows = rights::reads_writer(actor, &opinion, unit.as_ref(), rules.shows_writer);
        let writer = opinion.writer.as_ref().filter(|_| shows).and_then(|d| writers.get(d));
        let writer: Option<Writer> = writer.map(|body| serde_json::from_str(body)).transpose()?;
        let task = opinion.proves().and_then(|id| proven.iter().find(|l| l.task.id == id)).map(|l| {
            let judged = opinion.judgement.as_ref().map(|j| calendar::today(j.at));
            let is_reopened = l.task.reopened_on.zip(judged).is_some_and(|(on, judged)| on >= judged);
            let facts = subject(&l.task, &l.facts);
            let is_over = matches!(l.task.state, TaskState::Observing | TaskState::Closed);
            let may = rights::permit(actor, domain::task::command::Action::Reopen, &facts).is_ok();
            let reads = rights::reads_content(actor, &facts);
            OpinionTask {
                id: l.task.id,
                number: l.task.draft.number.clone(),
                title: if reads { l.text.title.clone() } else { l.task.draft.sensitivity.label().to_owned() },
                state_label: l.task.state.label(),
                is_to_reopen: is_over && !is_reopened,
                may_reopen: is_over && may,
                is_reopened,
            }
        });
        lines.push(OpinionLine {
            text: said.get(&opinion.text).cloned().unwrap_or_default(),
            about: opinion.publication.and_then(|p| about.get(&p.0).cloned()),
            hides_writer: opinion.writer.is_some() && !shows,
            facts: Facts { rules: rules.clone(), unit, guarded: Vec::new(), waiting: None },
            words: digests(&opinion).filter_map(|d| Some((d.clone(), said.get(d)?.clone()))).collect(),
            names: names.clone(),
            task,
            writer,
            opinion,
        });
    }
    Ok(lines)
}

/// Opinions of a round that the actor sees, newest first.
pub fn list(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    now: DateTime<Utc>,
) -> Result<Vec<OpinionLine>, Error> {
    let snapshots = opinions::table
        .filter(opinions::round_id.eq(round.0))
        .order((opinions::created_at.desc(), opinions::id.desc()))
        .select(opinions::snapshot)
        .load(conn)?;
    let seen = lines(conn, actor, round, snapshots, now)?;
    // A unit that answers one may have nothing else to do with the round.
    if seen.is_empty() { rounds::permit_sight(conn, actor, round).map(|()| seen) } else { Ok(seen) }
}

/// Opinions of a round in which something may wait for the actor, oldest first.
pub fn waiting(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    now: DateTime<Utc>,
) -> Result<Vec<OpinionLine>, Error> {
    let over = [OpinionState::Replied.as_str(), OpinionState::SetAside.as_str()];
    let snapshots = opinions::table
        .filter(opinions::round_id.eq(round.0))
        .filter(opinions::state.ne_all(over).or(opinions::task_id.is_not_null()))
        .order((opinions::due_on, opinions::id))
        .select(opinions::snapshot)
        .load(conn)?;
    lines(conn, actor, round, snapshots, now)
}

/// Opinions that were found true of a task, as far as the actor sees them, newest first.
pub fn of_task(
    conn: &mut PgConnection,
    actor: &Actor,
    task: TaskId,
    now: DateTime<Utc>,
) -> Result<Vec<OpinionLine>, Error> {
    let round = crate::tasks::find(conn, actor, task, now)?.task.round;
    let snapshots = opinions::table
        .filter(opinions::task_id.eq(task.0))
        .order((opinions::created_at.desc(), opinions::id.desc()))
        .select(opinions::snapshot)
        .load(conn)?;
    lines(conn, actor, round, snapshots, now)
}

/// An opinion whole, if the actor sees it.
pub fn find(conn: &mut PgConnection, actor: &Actor, id: OpinionId, now: DateTime<Utc>) -> Result<OpinionLine, Error> {
    let row: Option<(Uuid, serde_json::Value)> =
        opinions::table.find(id.0).select((opinions::round_id, opinions::snapshot)).first(conn).optional()?;
    let (round, snapshot) = row.ok_or(Error::NotFound)?;
    lines(conn, actor, RoundId(round), vec![snapshot], now)?.pop().ok_or(Error::NotFound)
}

/// Opinions about a publication: received and answered.
pub(crate) fn count_of(conn: &mut PgConnection, publication: PublicationId) -> Result<(i64, i64), Error> {
    let of = opinions::table.filter(opinions::publication_id.eq(publication.0));
    let received: i64 = of.count().get_result(conn)?;
    let answered: i64 = of.filter(opinions::state.eq(OpinionState::Replied.as_str())).count().get_result(conn)?;
    Ok((received, answered))
}

/// These opinions as they stand now, each with the path of the unit that answers it.
pub(crate) fn among(conn: &mut PgConnection, ids: BTreeSet<Uuid>) -> Result<Vec<(Opinion, Option<UnitPath>)>, Error> {
    let snapshots: Vec<serde_json::Value> =
        opinions::table.filter(opinions::id.eq_any(ids)).select(opinions::snapshot).load(conn)?;
    let all: Vec<Opinion> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let paths = paths(conn, &all.iter().filter_map(|o| o.unit).collect())?;
    Ok(all.into_iter().map(|o| (o.unit.and_then(|u| paths.get(&u).cloned()), o)).map(|(p, o)| (o, p)).collect())
}

/// Whether a file of an opinion may be read: by whoever sees it.
///
/// Errors: `NotFound`.
pub fn permit_file(conn: &mut PgConnection, actor: &Actor, id: OpinionId) -> Result<(), Error> {
    let snapshot: Option<serde_json::Value> =
        opinions::table.find(id.0).select(opinions::snapshot).first(conn).optional()?;
    let opinion: Opinion = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let unit = path_of(conn, opinion.unit)?;
    if rights::sees_opinion(actor, &opinion, unit.as_ref()) { Ok(()) } else { Err(Error::NotFound) }
}

/// The events of an opinion as the domain reads them, folded; for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: OpinionId) -> Result<Option<Opinion>, Error> {
    events::folded(conn, "opinion", id.0, OpinionEvent::parse, |event| event::begin(id, event), event::evolve)
}
