//! Meetings: one transaction per command (lock, see, decide, fold, save, record, tell), the agenda read from the ledger, and a meeting whole for
//! whoever may see it.

mod agenda;
mod resolutions;

pub(crate) use agenda::BEGAN_ON;
pub use agenda::{SlipOnAgenda, next_proposed};
pub use resolutions::{Asked, LoadedResolution, find_resolution, permit_file, resolutions, waiting};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{ItemId, MeetingId, PersonId, RoundId, SignRequestId, SlipId, TaskId};
use domain::meeting::agenda::{Line, build, moved};
use domain::meeting::event::{self, MeetingEvent};
use domain::meeting::state::{Item, Meeting, MeetingState, Outcome};
use domain::meeting::{self, Brief, Context, MeetingAction, MeetingCommand, Plan, starts_from};
use domain::notification::{Audience, Rule};
use domain::refusal::Refusal;
use domain::rights;
use domain::sign_request::{SignDocument, Verdict};
use domain::task::command::{Signing, TaskCommand};
use domain::task::context::Decision;
use domain::task::text::Words;
use uuid::Uuid;

use crate::checks::{TargetLine, targets};
use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::schema::{leading_group_members, meetings, persons};
use crate::statement::Statement;
use crate::tasks::{Expected, bodies, names};
use crate::{blobs, database, rounds};

/// Something that moved on a task after a meeting, and how often.
pub type Moves = BTreeMap<TaskId, Vec<(&'static str, i64)>>;

/// A meeting with the words its state names and what its items are about, as far as the reader sees and may read them.
#[derive(Clone, Debug)]
pub struct LoadedMeeting {
    pub meeting: Meeting,
    pub brief: Brief,
    /// The agenda as it is now, or as it was when the meeting was opened.
    pub lines: Vec<Line>,
    pub words: BTreeMap<Digest, String>,
    /// Names of the people and units it speaks of.
    pub names: BTreeMap<Uuid, String>,
    pub tasks: BTreeMap<TaskId, TargetLine>,
    /// The resolutions of earlier meetings that are on its agenda.
    pub left_over: BTreeMap<ItemId, LoadedResolution>,
    /// Slips that stand on the agenda by themselves: what each is called, its unit, and whether the reader may open it.
    pub slips: BTreeMap<SlipId, SlipOnAgenda>,
    /// What moved after it, once it is over.
    pub moves: Moves,
}

/// What a list says of a meeting.
#[derive(Clone, Debug)]
pub struct MeetingLine {
    pub meeting: Meeting,
    pub title: String,
}

/// A command on a meeting, as it comes in.
#[derive(Clone, Debug)]
pub enum Input {
    Revise(Plan),
    Open,
    /// The items whose closures were ratified, with the number of the minutes and the scan of what was signed.
    Ratify {
        items: Vec<ItemId>,
        number: String,
        scan: String,
    },
    /// With the ids of files that were received for the meeting.
    Report {
        item: ItemId,
        words: String,
        files: Vec<Uuid>,
    },
    /// Everything that needs nothing looked up.
    Plain(MeetingCommand),
}

impl Input {
    fn action(&self) -> MeetingAction {
        match self {
            Self::Revise(_) => MeetingAction::Revise,
            Self::Open => MeetingAction::Open,
            Self::Ratify { .. } => MeetingAction::Ratify,
            Self::Report { .. } => MeetingAction::Report,
            Self::Plain(command) => command.action(),
        }
    }

    /// The resolution it is about, which its owner may see without seeing the meeting.
    fn resolution(&self) -> Option<ItemId> {
        match self {
            Self::Report { item, .. }
            | Self::Plain(MeetingCommand::Accept { item } | MeetingCommand::Return { item, .. }) => Some(*item),
            _ => None,
        }
    }
}

/// What a command came to: the meeting, and what of a batch was refused.
#[derive(Debug)]
pub struct Executed {
    pub meeting: Meeting,
    pub refused: Vec<(ItemId, Error)>,
}

fn stream(meeting: &Meeting) -> Stream {
    Stream { kind: "meeting", id: meeting.id.0, round: Some(meeting.round) }
}

/// The people of a round's leading group.
pub(crate) fn group(conn: &mut PgConnection, round: RoundId) -> Result<BTreeSet<PersonId>, Error> {
    let ids: Vec<Uuid> = leading_group_members::table
        .filter(leading_group_members::round_id.eq(round.0))
        .select(leading_group_members::person_id)
        .load(conn)?;
    Ok(ids.into_iter().map(PersonId).collect())
}

/// Meetings of a round that the actor sees, the latest first; a unit sees none.
pub fn list(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<MeetingLine>, Error> {
    let sight = rounds::permit_sight(conn, actor, round);
    let group = group(conn, round)?;
    let rows: Vec<(serde_json::Value, String)> = meetings::table
        .filter(meetings::round_id.eq(round.0))
        .order((meetings::at.desc(), meetings::id.desc()))
        .select((meetings::snapshot, meetings::title))
        .load(conn)?;
    let mut seen = Vec::new();
    for (snapshot, title) in rows {
        let meeting: Meeting = serde_json::from_value(snapshot)?;
        if rights::sees_meeting(actor, &meeting, &group) {
            seen.push(MeetingLine { meeting, title });
        }
    }
    // Whoever takes part in a meeting may have nothing else to do with the round.
    if seen.is_empty() { sight.map(|()| seen) } else { Ok(seen) }
}

/// Whether the actor sees the meetings of a round without taking part in them.
pub fn sees_meetings(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<bool, Error> {
    Ok(rights::sees_meetings(actor, round, &group(conn, round)?))
}

/// The round of a meeting the actor sees.
///
/// Errors: `NotFound`.
pub fn permit(conn: &mut PgConnection, actor: &Actor, id: MeetingId) -> Result<RoundId, Error> {
    Ok(seen(conn, actor, id)?.round)
}

fn seen(conn: &mut PgConnection, actor: &Actor, id: MeetingId) -> Result<Meeting, Error> {
    let snapshot: Option<serde_json::Value> =
        meetings::table.find(id.0).select(meetings::snapshot).first(conn).optional()?;
    let meeting: Meeting = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let group = group(conn, meeting.round)?;
    if rights::sees_meeting(actor, &meeting, &group) { Ok(meeting) } else { Err(Error::NotFound) }
}

/// A meeting whole, if the actor sees it. So many statements whatever its agenda holds.
pub fn find(
    conn: &mut PgConnection,
    actor: &Actor,
    id: MeetingId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<LoadedMeeting, Error> {
    let meeting = seen(conn, actor, id)?;
    let lines = match &meeting.agenda {
        Some(agenda) => {
            let body = bodies(conn, [agenda.clone()])?.remove(agenda);
            serde_json::from_str(&body.ok_or_else(|| Error::internal("a meeting without its agenda"))?)?
        }
        None if meeting.state == MeetingState::Scheduled => live(conn, &meeting, calendar, now)?,
        None => Vec::new(),
    };
    let words = words(conn, &meeting, &lines)?;
    let brief = words.1;
    let tasks: BTreeSet<Uuid> =
        meeting.items.iter().filter_map(|i| i.task).chain(lines.iter().filter_map(|l| l.task)).map(|t| t.0).collect();
    let tasks: Vec<Uuid> = tasks.into_iter().collect();
    let known = targets(conn, actor, meeting.round, &tasks)?;
    let left: Vec<Uuid> = lines
        .iter()
        .filter_map(|l| l.left_over)
        .chain(meeting.items.iter().filter_map(|i| i.left_over))
        .map(|i| i.0)
        .collect();
    let left_over = resolutions::of_ids(conn, &left)?;
    let slips: Vec<Uuid> =
        lines.iter().filter_map(|l| l.slip).chain(meeting.items.iter().filter_map(|i| i.slip)).map(|s| s.0).collect();
    let slips = agenda::named(conn, actor, meeting.round, &slips)?;
    let mut named: BTreeSet<Uuid> = meeting.attendees.iter().chain(&meeting.chair).map(|p| p.0).collect();
    named.extend(meeting.changes.taken_out.iter().map(|t| t.by.0));
    for resolution in meeting.items.iter().filter_map(Item::resolution) {
        named.extend(resolution.unit.map(|u| u.0));
        named.extend(resolution.person.map(|p| p.0));
        named.extend(resolution.report.as_ref().map(|r| r.by.0));
    }
    let moves = match meeting.concluded_at {
        Some(at) if !tasks.is_empty() => moves(conn, &tasks, at)?,
        _ => Moves::new(),
    };
    Ok(LoadedMeeting {
        brief,
        words: words.0,
        names: names(conn, named.into_iter().collect())?,
        tasks: known.into_iter().map(|t| (TaskId(t.id), t)).collect(),
        left_over: left_over.into_iter().map(|r| (r.item.id, r)).collect(),
        moves,
        slips,
        lines,
        meeting,
    })
}

/// The agenda as the records make it now.
fn live(
    conn: &mut PgConnection,
    meeting: &Meeting,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<Line>, Error> {
    let policy = rounds::facts(conn, meeting.round)?.1;
    let found = agenda::found(conn, meeting.round, &policy, calendar, calendar::today(now))?;
    let mut lines = build(found, &meeting.changes);
    lines.truncate(meeting::MOST_ITEMS);
    Ok(lines)
}

/// What a meeting and its agenda name by digest, and its brief.
fn words(
    conn: &mut PgConnection,
    meeting: &Meeting,
    lines: &[Line],
) -> Result<(BTreeMap<Digest, String>, Brief), Error> {
    let mut digests: BTreeSet<Digest> =
        lines.iter().flat_map(|l| l.title.iter().chain(&l.taken_out)).cloned().collect();
    digests.extend(meeting.changes.taken_out.iter().map(|t| t.reason.clone()));
    digests.extend(meeting.summary.iter().cloned());
    for item in &meeting.items {
        digests.extend(item.title.iter().cloned());
        if let Some(resolution) = item.resolution() {
            digests.insert(resolution.text.clone());
            digests.extend(resolution.report.iter().map(|r| r.words.clone()));
            digests.extend(resolution.returned.iter().cloned());
        }
    }
    let kept = bodies(conn, digests.iter().cloned().chain([meeting.brief.clone()]))?;
    let brief = kept.get(&meeting.brief).ok_or_else(|| Error::internal("a meeting without its brief"))?;
    let mut words = BTreeMap::new();
    for digest in digests {
        if let Some(body) = kept.get(&digest) {
            words.insert(digest, serde_json::from_str::<Words>(body)?.text);
        }
    }
    Ok((words, serde_json::from_str(brief)?))
}

#[derive(QueryableByName)]
struct MoveRow {
    #[diesel(sql_type = SqlUuid)]
    stream_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn moves(conn: &mut PgConnection, tasks: &[Uuid], since: DateTime<Utc>) -> Result<Moves, Error> {
    let rows: Vec<MoveRow> = Statement::default()
        .sql("SELECT e.stream_id, e.kind, count(*) AS n FROM events e WHERE e.stream_kind = 'task' AND e.stream_id = ANY(")
        .bind::<Array<SqlUuid>, _>(tasks.to_vec())
        .sql(") AND e.at > ")
        .bind::<Timestamptz, _>(since)
        .sql(" GROUP BY e.stream_id, e.kind ORDER BY e.stream_id, min(e.seq)")
        .load(conn)?;
    let mut found = Moves::new();
    for row in rows {
        if let Some(label) = moved(&row.kind) {
            found.entry(TaskId(row.stream_id)).or_default().push((label, row.n));
        }
    }
    Ok(found)
}

/// How a meeting comes to be: planned, or entered after it was held.
#[derive(Clone, Debug)]
pub struct NewMeeting {
    pub plan: Plan,
    /// Number of the minutes and what is to be remembered, of one that was held.
    pub held: Option<(Option<String>, Option<String>)>,
}

/// Puts a meeting into the calendar, or records one that was held.
///
/// Errors: `not-allowed`; content.
pub fn create(conn: &mut PgConnection, origin: &Origin, round: RoundId, new: NewMeeting) -> Result<MeetingId, Error> {
    rounds::find(conn, &origin.actor, round)?;
    rights::permit_meeting(&origin.actor, MeetingAction::Revise, round)?;
    check_people(conn, &new.plan)?;
    let ctx = Context { actor: &origin.actor, now: origin.now, fresh: &Uuid::now_v7 };
    let decision = match &new.held {
        None => meeting::schedule(&ctx, round, new.plan)?,
        Some((number, summary)) => meeting::record(&ctx, round, new.plan, number.as_deref(), summary.as_deref())?,
    };
    let id = MeetingId(Uuid::now_v7());
    let first = decision.events.first().and_then(|e| event::begin(id, e));
    let meeting = first.ok_or_else(|| Error::internal("a plan that plans nothing"))?;
    save(conn, origin, 0, &meeting, &decision)?;
    if new.held.is_none() {
        tell_attendees(conn, origin, &meeting, Rule::MeetingScheduled)?;
    }
    Ok(id)
}

fn check_people(conn: &mut PgConnection, plan: &Plan) -> Result<(), Error> {
    let ids: BTreeSet<Uuid> = plan.attendees.iter().chain(&plan.chair).map(|p| p.0).collect();
    let n: i64 = persons::table.filter(persons::id.eq_any(&ids)).count().get_result(conn)?;
    if usize::try_from(n) == Ok(ids.len()) {
        Ok(())
    } else {
        Err(Refusal::field("/attendees", "person-unknown").into())
    }
}

fn tell_attendees(conn: &mut PgConnection, origin: &Origin, meeting: &Meeting, rule: Rule) -> Result<(), Error> {
    let told: Vec<_> = meeting.attendees.iter().chain(&meeting.chair).map(|p| (rule, Audience::Person(*p))).collect();
    let about = About { kind: "meeting", id: meeting.id.0, round: meeting.round };
    notifications::tell(conn, origin, &about, &told, Telling::EachThing)
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: MeetingId,
    expected: Expected,
    input: Input,
    calendar: &Calendar,
) -> Result<Executed, Error> {
    let snapshot: Option<serde_json::Value> =
        meetings::table.find(id.0).select(meetings::snapshot).for_update().first(conn).optional()?;
    let before: Meeting = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let group = group(conn, before.round)?;
    if !rights::sees_meeting(&origin.actor, &before, &group) {
        // Whoever sees a resolution is told what he may do with it.
        let item = input.resolution().ok_or(Error::NotFound)?;
        resolutions::permit_sight(conn, &origin.actor, &before, item)?;
    }
    let action = input.action();
    let owns =
        |item: ItemId| before.item(item).and_then(Item::resolution).is_some_and(|r| rights::owns(&origin.actor, r));
    if action != MeetingAction::Report || !input.resolution().is_some_and(owns) {
        rights::permit_meeting(&origin.actor, action, before.round)?;
    }
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    if !starts_from(action).contains(&before.state) {
        return Err(Refusal::conflict("wrong-state").into());
    }
    let mut refused = Vec::new();
    let command = match input {
        Input::Revise(plan) => {
            check_people(conn, &plan)?;
            MeetingCommand::Revise(plan)
        }
        Input::Open => MeetingCommand::Open(live(conn, &before, calendar, origin.now)?),
        Input::Ratify { items, number, scan } => {
            match ratify(conn, origin, &before, &items, (&number, &scan), calendar, &mut refused)? {
                Some(command) => command,
                None => return Ok(Executed { meeting: before, refused }),
            }
        }
        Input::Report { item, words, files } => {
            let received = blobs::of_subject(conn, blobs::Subject::Meeting(id.0))?;
            let mut digests = Vec::new();
            for file in &files {
                let file = received.iter().find(|a| a.id == *file).and_then(|a| Digest::parse(&a.blob_sha256));
                digests.push(file.ok_or_else(|| Refusal::field("/files", "evidence-unknown"))?);
            }
            MeetingCommand::Report { item, words, files: digests }
        }
        Input::Plain(command) => command,
    };
    resolutions::check_named(conn, before.round, &command)?;
    let ctx = Context { actor: &origin.actor, now: origin.now, fresh: &Uuid::now_v7 };
    let decision = meeting::decide(&before, command, &ctx)?;
    let after = decision.events.iter().fold(before.clone(), event::evolve);
    save(conn, origin, before.seq, &after, &decision)?;
    resolutions::follow(conn, origin, &before, &after, &decision, calendar)?;
    for event in &decision.events {
        match event {
            MeetingEvent::Revised { .. } if after.brief != before.brief || after.at != before.at => {
                tell_attendees(conn, origin, &after, Rule::MeetingMoved)?;
            }
            MeetingEvent::Cancelled { .. } => tell_attendees(conn, origin, &after, Rule::MeetingCancelled)?,
            _ => {}
        }
    }
    Ok(Executed { meeting: after, refused })
}

/// Enters this meeting's decision over the closures, each whole or not at all; what a task refuses is listed with its reason.
fn ratify(
    conn: &mut PgConnection,
    origin: &Origin,
    meeting: &Meeting,
    items: &[ItemId],
    (number, scan): (&str, &str),
    calendar: &Calendar,
    refused: &mut Vec<(ItemId, Error)>,
) -> Result<Option<MeetingCommand>, Error> {
    meeting::check_number(meeting, number)?;
    if items.is_empty() || items.len() > meeting::MOST_ITEMS {
        return Err(Refusal::field("/items", "required").into());
    }
    let Some(kept) = Digest::parse(scan) else { return Err(Refusal::field("/scan", "scan-missing").into()) };
    let body = bodies(conn, [meeting.brief.clone()])?.remove(&meeting.brief);
    let brief: Brief = serde_json::from_str(&body.ok_or_else(|| Error::internal("a meeting without its brief"))?)?;
    let held_on = calendar::today(meeting.opened_at.unwrap_or(origin.now));
    let document = SignDocument {
        signed_on: held_on,
        scan: scan.to_owned(),
        content_hash: None,
        body: Some(brief.body),
        minutes_number: Some(number.trim().to_owned()),
    };
    let mut ratified: Vec<(ItemId, SignRequestId)> = Vec::new();
    for id in items.iter().collect::<BTreeSet<_>>() {
        let item = meeting.item(*id).filter(|i| i.outcome != Some(Outcome::Ratified));
        let Some((task, request)) = item.and_then(|i| Some((i.task?, i.request?))) else {
            refused.push((*id, Refusal::conflict("item-unknown").into()));
            continue;
        };
        let command = TaskCommand::Sign {
            request,
            verdict: Verdict::Approve,
            words: None,
            method: None,
            occurred_on: None,
            signing: Signing::Meeting { document: document.clone() },
        };
        let signed =
            database::attempt(conn, |conn| crate::tasks::execute(conn, origin, task, Expected::Any, command, calendar));
        match signed {
            Ok(_) => ratified.push((*id, request)),
            Err(error @ (Error::Refused(_) | Error::NotFound)) => refused.push((*id, error)),
            Err(error) => return Err(error),
        }
    }
    let command = MeetingCommand::Ratify { ratified, number: number.to_owned(), scan: kept };
    Ok(match &command {
        MeetingCommand::Ratify { ratified, .. } if ratified.is_empty() => None,
        _ => Some(command),
    })
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    meeting: &Meeting,
    decision: &Decision<MeetingEvent>,
) -> Result<(), Error> {
    let stored = decision.events.iter().map(|e| e.stored());
    events::keep(conn, origin, stream(meeting), last_seq, &decision.revisions, stored, meeting.seq)?;
    let brief = bodies(conn, [meeting.brief.clone()])?.remove(&meeting.brief);
    let brief: Brief = serde_json::from_str(&brief.ok_or_else(|| Error::internal("a meeting without its brief"))?)?;
    let row = (
        meetings::round_id.eq(meeting.round.0),
        meetings::kind.eq(meeting.kind.as_str()),
        meetings::state.eq(meeting.state.as_str()),
        meetings::title.eq(&brief.title),
        meetings::at.eq(meeting.at),
        meetings::snapshot.eq(serde_json::to_value(meeting)?),
        meetings::seq.eq(meeting.seq),
        meetings::version.eq(meeting.version),
        meetings::updated_at.eq(origin.now),
    );
    if last_seq == 0 {
        diesel::insert_into(meetings::table)
            .values((meetings::id.eq(meeting.id.0), meetings::created_at.eq(origin.now), row))
            .execute(conn)?;
    } else {
        diesel::update(meetings::table.find(meeting.id.0)).set(row).execute(conn)?;
    }
    if meeting.state == MeetingState::Concluded {
        resolutions::save(conn, meeting)?;
    }
    Ok(())
}

/// The events of a meeting as the domain reads them, folded; for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: MeetingId) -> Result<Option<Meeting>, Error> {
    events::folded(conn, "meeting", id.0, MeetingEvent::parse, |event| event::begin(id, event), event::evolve)
}

/// A meeting's own state, for comparison with a replay.
pub fn snapshot(conn: &mut PgConnection, id: MeetingId) -> Result<Meeting, Error> {
    seen(conn, &Actor::System, id)
}

/// Meetings that fall on these days and the actor sees, earliest first; cancelled ones never.
pub fn between(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<MeetingLine>, Error> {
    let group = group(conn, round)?;
    let from = calendar::instant(from, chrono::NaiveTime::MIN);
    let rows: Vec<(serde_json::Value, String)> = meetings::table
        .filter(meetings::round_id.eq(round.0).and(meetings::state.ne(MeetingState::Cancelled.as_str())))
        .filter(meetings::at.ge(from).and(meetings::at.lt(calendar::end_of_day(to))))
        .order((meetings::at, meetings::id))
        .select((meetings::snapshot, meetings::title))
        .load(conn)?;
    let mut seen = Vec::new();
    for (snapshot, title) in rows {
        let meeting: Meeting = serde_json::from_value(snapshot)?;
        if rights::sees_meeting(actor, &meeting, &group) {
            seen.push(MeetingLine { meeting, title });
        }
    }
    Ok(seen)
}
