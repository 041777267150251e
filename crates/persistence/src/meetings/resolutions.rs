//! What was resolved (议定事项): found by its round, its task or its owner; seen by who sees the meeting, who owns it, and who sees its task.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::chain::Digest;
use domain::ids::{ItemId, MeetingId, RoundId, TaskId};
use domain::meeting::event::MeetingEvent;
use domain::meeting::state::{Item, Meeting, Resolution};
use domain::meeting::{Decided, MeetingCommand};
use domain::notification::{Audience, Rule};
use domain::refusal::Refusal;
use domain::rights;
use domain::task::context::Decision;
use domain::task::text::Words;
use uuid::Uuid;

use super::{Input, execute, group};
use crate::checks::{TargetLine, targets};
use crate::error::Error;
use crate::events::Origin;
use crate::notifications::{self, About, Telling};
use crate::schema::{meetings, persons, resolutions, tasks, units};
use crate::tasks::{Expected, bodies, names};

/// A resolution with its meeting, its words, and its task as far as it was asked for.
#[derive(Clone, Debug)]
pub struct LoadedResolution {
    pub meeting: MeetingId,
    pub round: RoundId,
    pub title: String,
    pub held_on: NaiveDate,
    pub number: Option<String>,
    pub version: i64,
    pub item: Item,
    pub resolution: Resolution,
    pub words: BTreeMap<Digest, String>,
    pub names: BTreeMap<Uuid, String>,
    /// Its task, where the reader sees it.
    pub task: Option<TargetLine>,
    /// Whether the reader may read what was said: of what is sensitive only who reads the task, and its owner.
    pub reads: bool,
}

/// Which resolutions are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    pub task: Option<TaskId>,
    /// Only those that are not done.
    pub is_left: bool,
}

const LEFT: [&str; 2] = ["running", "reported"];

/// Most that a list has.
const MOST: i64 = 500;

/// The resolutions that the actor sees, the earliest due first.
pub fn resolutions(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    asked: Asked,
) -> Result<Vec<LoadedResolution>, Error> {
    let mut query = resolutions::table
        .filter(resolutions::round_id.eq(round.0))
        .order((resolutions::due_on, resolutions::id))
        .limit(MOST)
        .select(resolutions::id)
        .into_boxed();
    if let Some(task) = asked.task {
        query = query.filter(resolutions::task_id.eq(task.0));
    }
    if asked.is_left {
        query = query.filter(resolutions::standing.eq_any(LEFT));
    }
    let ids: Vec<Uuid> = query.load(conn)?;
    visible(conn, actor, round, &ids)
}

/// The resolutions that wait for the actor: to be carried out, or to be accepted.
pub fn waiting(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<LoadedResolution>, Error> {
    let mut query = resolutions::table
        .filter(resolutions::round_id.eq(round.0))
        .order((resolutions::due_on, resolutions::id))
        .limit(MOST)
        .select(resolutions::id)
        .into_boxed();
    if rights::permit_office(actor, round).is_ok() {
        query = query.filter(resolutions::standing.eq_any(LEFT));
    } else {
        let person = actor.person();
        let own = person.and_then(|p| p.person).map(|p| p.0);
        let of_units: Vec<Uuid> =
            person.into_iter().flat_map(|p| &p.memberships).filter_map(|m| m.unit.unit()).map(|u| u.0).collect();
        query = query
            .filter(resolutions::standing.eq("running"))
            .filter(resolutions::unit_id.eq_any(of_units).or(resolutions::person_id.eq(own)));
    }
    let ids: Vec<Uuid> = query.load(conn)?;
    visible(conn, actor, round, &ids)
}

/// One resolution, if the actor sees it.
pub fn find_resolution(conn: &mut PgConnection, actor: &Actor, id: ItemId) -> Result<LoadedResolution, Error> {
    let round: Option<Uuid> = resolutions::table.find(id.0).select(resolutions::round_id).first(conn).optional()?;
    let round = RoundId(round.ok_or(Error::NotFound)?);
    visible(conn, actor, round, &[id.0])?.pop().ok_or(Error::NotFound)
}

fn visible(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    ids: &[Uuid],
) -> Result<Vec<LoadedResolution>, Error> {
    let all = of_ids(conn, ids)?;
    let task_ids: BTreeSet<Uuid> = all.iter().filter_map(|r| r.item.task).map(|t| t.0).collect();
    let lines = targets(conn, actor, round, &task_ids.into_iter().collect::<Vec<_>>())?;
    let lines: BTreeMap<Uuid, TargetLine> = lines.into_iter().map(|l| (l.id, l)).collect();
    let group = group(conn, round)?;
    let sees_all = rights::sees_meetings(actor, round, &group);
    Ok(all
        .into_iter()
        .filter_map(|mut found| {
            found.task = found.item.task.and_then(|t| lines.get(&t.0)).cloned();
            let owns = rights::owns(actor, &found.resolution);
            found.reads = owns || found.item.task.is_none() || found.task.as_ref().is_some_and(|t| t.reads_content);
            (sees_all || owns || found.task.is_some()).then_some(found)
        })
        .collect())
}

/// Whoever sees neither the meeting nor a resolution of it is not told that there is one.
///
/// Errors: `NotFound`.
pub(super) fn permit_sight(
    conn: &mut PgConnection,
    actor: &Actor,
    meeting: &Meeting,
    item: ItemId,
) -> Result<(), Error> {
    if meeting.item(item).is_none() || visible(conn, actor, meeting.round, &[item.0])?.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// These resolutions, whoever asks, in the order of their dates.
pub(super) fn of_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<LoadedResolution>, Error> {
    let rows: Vec<(Uuid, serde_json::Value, String)> = resolutions::table
        .inner_join(meetings::table)
        .filter(resolutions::id.eq_any(ids))
        .order((resolutions::due_on, resolutions::id))
        .select((resolutions::id, meetings::snapshot, meetings::title))
        .load(conn)?;
    let mut found = Vec::new();
    let (mut digests, mut named) = (BTreeSet::new(), BTreeSet::new());
    for (id, snapshot, title) in rows {
        let meeting: Meeting = serde_json::from_value(snapshot)?;
        let Some(item) = meeting.item(ItemId(id)).cloned() else { continue };
        let Some(resolution) = item.resolution().cloned() else { continue };
        digests.insert(resolution.text.clone());
        digests.extend(resolution.report.iter().map(|r| r.words.clone()));
        digests.extend(resolution.returned.iter().cloned());
        digests.extend(item.title.iter().cloned());
        named.extend(resolution.unit.map(|u| u.0));
        named.extend(resolution.person.map(|p| p.0));
        named.extend(resolution.report.as_ref().map(|r| r.by.0));
        let held = meeting.opened_at.unwrap_or(meeting.at);
        found.push(LoadedResolution {
            meeting: meeting.id,
            round: meeting.round,
            title,
            held_on: domain::calendar::today(held),
            number: meeting.number.clone(),
            version: meeting.version,
            item,
            resolution,
            words: BTreeMap::new(),
            names: BTreeMap::new(),
            task: None,
            reads: true,
        });
    }
    let kept = bodies(conn, digests)?;
    let names = names(conn, named.into_iter().collect())?;
    for one in &mut found {
        let of = [Some(&one.resolution.text), one.resolution.returned.as_ref(), one.item.title.as_ref()];
        for digest in of.into_iter().flatten().chain(one.resolution.report.iter().map(|r| &r.words)) {
            if let Some(body) = kept.get(digest) {
                one.words.insert(digest.clone(), serde_json::from_str::<Words>(body)?.text);
            }
        }
        one.names.clone_from(&names);
    }
    Ok(found)
}

/// The units, people and tasks a command names must be there, and the task of the round.
pub(super) fn check_named(conn: &mut PgConnection, round: RoundId, command: &MeetingCommand) -> Result<(), Error> {
    match command {
        MeetingCommand::Decide { decided: Decided::Resolved { unit, person, .. }, .. } => {
            if let Some(unit) = unit {
                let n: i64 = units::table.filter(units::id.eq(unit.0)).count().get_result(conn)?;
                if n == 0 {
                    return Err(Refusal::field("/unit", "unit-unknown").into());
                }
            }
            if let Some(person) = person {
                let n: i64 = persons::table.filter(persons::id.eq(person.0)).count().get_result(conn)?;
                if n == 0 {
                    return Err(Refusal::field("/person", "person-unknown").into());
                }
            }
        }
        MeetingCommand::Add { task: Some(task), .. } => {
            let n: i64 =
                tasks::table.filter(tasks::id.eq(task.0).and(tasks::round_id.eq(round.0))).count().get_result(conn)?;
            if n == 0 {
                return Err(Refusal::field("/task", "task-unknown").into());
            }
        }
        _ => {}
    }
    Ok(())
}

/// Writes the resolutions of a meeting that is over.
pub(super) fn save(conn: &mut PgConnection, meeting: &Meeting) -> Result<(), Error> {
    for item in &meeting.items {
        let Some(resolution) = item.resolution() else { continue };
        let row = (
            resolutions::meeting_id.eq(meeting.id.0),
            resolutions::round_id.eq(meeting.round.0),
            resolutions::task_id.eq(item.task.map(|t| t.0)),
            resolutions::unit_id.eq(resolution.unit.map(|u| u.0)),
            resolutions::person_id.eq(resolution.person.map(|p| p.0)),
            resolutions::due_on.eq(resolution.due_on),
            resolutions::standing.eq(resolution.standing.as_str()),
            resolutions::text_sha256.eq(resolution.text.as_str()),
        );
        diesel::insert_into(resolutions::table)
            .values((resolutions::id.eq(item.id.0), row))
            .on_conflict(resolutions::id)
            .do_update()
            .set((
                resolutions::standing.eq(resolution.standing.as_str()),
                resolutions::person_id.eq(resolution.person.map(|p| p.0)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// What a command brings beyond the meeting: whom a resolution concerns is told, and what was resolved anew replaces what it was left over from.
pub(super) fn follow(
    conn: &mut PgConnection,
    origin: &Origin,
    before: &Meeting,
    after: &Meeting,
    decision: &Decision<MeetingEvent>,
    calendar: &Calendar,
) -> Result<(), Error> {
    let of = |item: &ItemId| after.item(*item).and_then(|i| Some((i.id, i.resolution()?)));
    for event in &decision.events {
        match event {
            MeetingEvent::Concluded { .. } => {
                for item in &after.items {
                    let Some(resolution) = item.resolution() else { continue };
                    tell(conn, origin, after, item.id, &owners(Rule::ResolutionGiven, resolution))?;
                    if let Some(earlier) = item.left_over {
                        replace(conn, origin, earlier, item.id, calendar)?;
                    }
                }
            }
            MeetingEvent::ResolutionReported { item, .. } => {
                tell(conn, origin, before, *item, &[(Rule::ResolutionReported, Audience::Office)])?;
            }
            MeetingEvent::ResolutionReturned { item, .. } => {
                if let Some((id, resolution)) = of(item) {
                    tell(conn, origin, after, id, &owners(Rule::ResolutionReturned, resolution))?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn owners(rule: Rule, resolution: &Resolution) -> Vec<(Rule, Audience)> {
    let unit = resolution.unit.map(Audience::Unit);
    unit.into_iter().chain(resolution.person.map(Audience::Person)).map(|a| (rule, a)).collect()
}

fn tell(
    conn: &mut PgConnection,
    origin: &Origin,
    meeting: &Meeting,
    item: ItemId,
    told: &[(Rule, Audience)],
) -> Result<(), Error> {
    let about = About { kind: "resolution", id: item.0, round: meeting.round };
    notifications::tell(conn, origin, &about, told, Telling::EachThing)
}

/// What was settled while the meeting went on stays as it is.
fn replace(
    conn: &mut PgConnection,
    origin: &Origin,
    item: ItemId,
    later: ItemId,
    calendar: &Calendar,
) -> Result<(), Error> {
    let meeting: Option<Uuid> =
        resolutions::table.find(item.0).select(resolutions::meeting_id).first(conn).optional()?;
    let Some(meeting) = meeting else { return Ok(()) };
    let command = Input::Plain(MeetingCommand::Replace { item, later });
    match execute(conn, origin, MeetingId(meeting), Expected::Any, command, calendar) {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether a file received for a meeting may be read: by who sees the meeting and reads what it was handed in for, and by who sees the resolution.
///
/// Errors: `NotFound`.
pub fn permit_file(conn: &mut PgConnection, actor: &Actor, id: MeetingId, sha256: &str) -> Result<(), Error> {
    let meeting = super::seen(conn, &Actor::System, id)?;
    let has = |item: &&Item| {
        let report = item.resolution().and_then(|r| r.report.as_ref());
        report.is_some_and(|r| r.files.iter().any(|f| f.as_str() == sha256))
    };
    let items: Vec<Uuid> = meeting.items.iter().filter(has).map(|i| i.id.0).collect();
    let group = group(conn, meeting.round)?;
    let reads = if items.is_empty() {
        // The scan of the minutes, and what was only just sent.
        rights::sees_meeting(actor, &meeting, &group)
    } else {
        visible(conn, actor, meeting.round, &items)?.iter().any(|r| r.reads)
    };
    if reads { Ok(()) } else { Err(Error::NotFound) }
}
