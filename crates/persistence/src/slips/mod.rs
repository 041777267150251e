//! Slips: one transaction per command (lock, see, decide, fold, number, save, record, tell), with what it makes of its task and of the slips it follows.

mod read;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use diesel::prelude::*;
use domain::actor::{Actor, PersonActor};
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{CheckId, ItemId, PersonId, RoundId, SlipId, TaskId};
use domain::notification;
use domain::refusal::Refusal;
use domain::rights;
use domain::sign_request::Signing;
use domain::slip::event::{self, SlipEvent};
use domain::slip::ladder::SlipLevel;
use domain::slip::state::{BasisKind, Slip};
use domain::slip::{
    self, AnswerInput, Context, Facts, Higher, SlipAction, SlipCommand, SlipInput, SlipText, starts_from,
};
use domain::task::command::TaskCommand;
use domain::task::context::Revision;
use domain::task::state::OpenSlip;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::references::check_units;
use crate::schema::{slip_numbers, slips, tasks};
use crate::tasks::{Expected, bodies};
use crate::{actors, blobs, checks, due_acts, meetings, rounds};
use read::Standing;
pub(crate) use read::sees_any;

pub use read::{LoadedSlip, SlipLine, TaskBrief, find, list, of_task, parties, permit_file, read_all, replay, waiting};

/// A command on a slip, as it comes in.
#[derive(Clone, Debug)]
pub enum Input {
    /// With the ids of files received for it.
    Answer(String, Vec<Uuid>),
    /// Everything that needs nothing looked up.
    Plain(SlipCommand),
}

impl Input {
    fn action(&self) -> SlipAction {
        match self {
            Self::Answer(..) => SlipAction::Answer,
            Self::Plain(command) => command.action(),
        }
    }

    fn people(&self) -> Vec<PersonId> {
        match self {
            Self::Plain(SlipCommand::Sign { signing: Signing::Paper { signer, .. }, .. }) => vec![*signer],
            Self::Plain(SlipCommand::Sign { signing: Signing::Screen { on_behalf_of: Some(person) }, .. }) => {
                vec![*person]
            }
            _ => Vec::new(),
        }
    }

    /// The task it is about from now on, where that is entered.
    fn task(&self) -> Option<Option<TaskId>> {
        match self {
            Self::Plain(SlipCommand::Revise(input)) => Some(input.task),
            _ => None,
        }
    }
}

fn stream(slip: &Slip) -> Stream {
    Stream { kind: "slip", id: slip.id.0, round: Some(slip.round) }
}

/// What the command rests on that only the database knows: its units and its basis are there, and seen.
fn check_references(conn: &mut PgConnection, actor: &Actor, input: &SlipInput) -> Result<(), Error> {
    check_units(conn, "/unit", &[input.unit])?;
    check_units(conn, "/supporting", &input.supporting)?;
    if let (BasisKind::Check, Some(id)) = (input.basis.kind, input.basis.id) {
        match checks::find(conn, actor, CheckId(id)) {
            Err(Error::NotFound) => return Err(Refusal::field("/basis_id", "check-unknown").into()),
            other => other.map(|_| ())?,
        }
    }
    if let (BasisKind::Meeting, Some(id)) = (input.basis.kind, input.basis.id) {
        match meetings::find_resolution(conn, actor, ItemId(id)) {
            Err(Error::NotFound) => return Err(Refusal::field("/basis_id", "resolution-unknown").into()),
            other => other.map(|_| ())?,
        }
    }
    Ok(())
}

fn with_context<T>(
    origin: &Origin,
    calendar: &Calendar,
    facts: &Facts,
    text: &SlipText,
    run: impl FnOnce(&Context<'_>) -> T,
) -> T {
    run(&Context { actor: &origin.actor, now: origin.now, calendar, facts, text, fresh: &Uuid::now_v7 })
}

/// Drafts a slip.
///
/// Errors: `not-allowed`; content.
pub fn create(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    input: SlipInput,
    calendar: &Calendar,
) -> Result<SlipId, Error> {
    rounds::find(conn, &origin.actor, round)?;
    rights::permit_drafting_slip(&origin.actor, round, input.level)?;
    check_references(conn, &origin.actor, &input)?;
    let standing = Standing::of(conn, round, origin.now)?;
    let facts = standing.before(conn, &origin.actor, &input)?;
    let text = input.text.clone();
    let decision = with_context(origin, calendar, &facts, &text, |ctx| slip::draft(round, input, ctx))?;
    begin(conn, origin, decision.events, &decision.revisions)
}

fn begin(
    conn: &mut PgConnection,
    origin: &Origin,
    events: Vec<SlipEvent>,
    revisions: &[Revision],
) -> Result<SlipId, Error> {
    let id = SlipId(Uuid::now_v7());
    let slip = events.first().and_then(|e| event::begin(id, e));
    let slip = slip.ok_or_else(|| Error::internal("a draft that drafts nothing"))?;
    save(conn, origin, 0, &slip, &events, revisions)?;
    Ok(id)
}

/// Locks a slip and those it follows, from the highest down, so that two commands never wait for each other in a circle.
fn lock(conn: &mut PgConnection, id: SlipId) -> Result<(Slip, Vec<Slip>), Error> {
    let one = |conn: &mut PgConnection, id: SlipId| -> Result<Slip, Error> {
        let snapshot: Option<serde_json::Value> =
            slips::table.find(id.0).select(slips::snapshot).for_update().first(conn).optional()?;
        Ok(serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?)
    };
    let first = one(conn, id)?;
    let mut below = Vec::new();
    let mut next = first.raised_from;
    while let Some(id) = next {
        let slip = one(conn, id)?;
        next = slip.raised_from;
        below.push(slip);
    }
    // The next to follow stands last.
    below.reverse();
    Ok((first, below))
}

/// What the slip says now.
fn text_of(conn: &mut PgConnection, slip: &Slip) -> Result<SlipText, Error> {
    let body = bodies(conn, [slip.shape.text.clone()])?.remove(&slip.shape.text);
    Ok(serde_json::from_str(&body.ok_or_else(|| Error::internal("a slip without its words"))?)?)
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: SlipId,
    expected: Expected,
    input: Input,
    calendar: &Calendar,
) -> Result<Slip, Error> {
    let (before, below) = lock(conn, id)?;
    let action = input.action();
    let standing = Standing::of(conn, before.round, origin.now)?;
    let mut facts = standing.facts(conn, &before)?;
    if !rights::sees_slip(&origin.actor, &before, &facts.parties) {
        return Err(Error::NotFound);
    }
    rights::permit_slip(&origin.actor, action, &before, &facts.parties)?;
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    if !starts_from(action).contains(&before.state) {
        return Err(Refusal::conflict("wrong-state").into());
    }
    facts.people = people(conn, &input, origin.now)?;
    if let Some(task) = input.task() {
        facts.task = standing.task(conn, &origin.actor, task)?;
    }
    let scan = scan_of(&input);
    let command = command(conn, origin, &before, input)?;
    let text = text_of(conn, &before)?;
    let decision = with_context(origin, calendar, &facts, &text, |ctx| slip::decide(&before, command, ctx))?;
    if let Some(scan) = scan {
        blobs::own_scan(conn, origin, blobs::Subject::Slip(id.0), &scan)?;
    }
    let last_seq = before.seq;
    let mut events = decision.events;
    let mut after = events.iter().fold(before, event::evolve);
    if slip::is_granted(&after) {
        let n = next_number(conn, after.round, after.shape.level, calendar::today(origin.now).year())?;
        let issued = with_context(origin, calendar, &facts, &text, |ctx| slip::issue(&after, n, ctx))?;
        after = issued.iter().fold(after, event::evolve);
        events.extend(issued);
    }
    save(conn, origin, last_seq, &after, &events, &decision.revisions)?;
    follow(conn, origin, &after, &events, below, &facts, calendar)?;
    Ok(after)
}

/// The next number of a level in a year; whoever else asks waits until this transaction ends, and one that is undone leaves no gap.
fn next_number(conn: &mut PgConnection, round: RoundId, level: SlipLevel, year: i32) -> Result<u32, Error> {
    let last: i32 = diesel::insert_into(slip_numbers::table)
        .values((
            slip_numbers::round_id.eq(round.0),
            slip_numbers::level.eq(level.as_str()),
            slip_numbers::year.eq(year),
            slip_numbers::last.eq(1),
        ))
        .on_conflict((slip_numbers::round_id, slip_numbers::level, slip_numbers::year))
        .do_update()
        .set(slip_numbers::last.eq(slip_numbers::last + 1))
        .returning(slip_numbers::last)
        .get_result(conn)?;
    u32::try_from(last).map_err(Error::internal)
}

/// What a slip's events make of its task and of the slip it follows. A referral makes nothing of either: no unit may learn of it.
fn follow(
    conn: &mut PgConnection,
    origin: &Origin,
    slip: &Slip,
    events: &[SlipEvent],
    mut below: Vec<Slip>,
    facts: &Facts,
    calendar: &Calendar,
) -> Result<(), Error> {
    let became = events.iter().find_map(|event| match event {
        SlipEvent::Issued { due_on, .. } => Some((Higher::Issued(slip.id), Some(*due_on))),
        SlipEvent::AnswerAccepted { .. } | SlipEvent::SettledWith { .. } => Some((Higher::Settled(slip.id), None)),
        SlipEvent::Withdrawn { .. } => Some((Higher::Withdrawn(slip.id), None)),
        _ => None,
    });
    let is_public = slip.was_issued() && !slip.shape.level.is_referral();
    let Some((became, due_on)) = became.filter(|_| is_public) else { return Ok(()) };
    if let Some(task) = slip.shape.task {
        let command = match due_on {
            Some(due_on) => {
                let name = slip::name(slip, &facts.policy);
                TaskCommand::OpenSlip(OpenSlip { slip: slip.id, name, unit: slip.shape.unit, due_on })
            }
            None => TaskCommand::CloseSlip { slip: slip.id, is_settled: matches!(became, Higher::Settled(_)) },
        };
        let system = Origin { actor: Actor::System, ..origin.clone() };
        crate::tasks::execute(conn, &system, task, Expected::Any, command, calendar)?;
    }
    let Some(lower) = below.pop() else { return Ok(()) };
    if let Some(event) = slip::follow(&lower, became, origin.now) {
        let last_seq = lower.seq;
        let lower = event::evolve(lower, &event);
        let events = [event];
        save(conn, origin, last_seq, &lower, &events, &[])?;
        follow(conn, origin, &lower, &events, below, facts, calendar)?;
    }
    Ok(())
}

/// Drafts the slip of the next level.
///
/// Errors: those of `execute`; `no-higher-level`, `already-raised`.
pub fn raise(
    conn: &mut PgConnection,
    origin: &Origin,
    id: SlipId,
    expected: Expected,
    calendar: &Calendar,
) -> Result<SlipId, Error> {
    let (slip, _) = lock(conn, id)?;
    let facts = Standing::of(conn, slip.round, origin.now)?.facts(conn, &slip)?;
    if !rights::sees_slip(&origin.actor, &slip, &facts.parties) {
        return Err(Error::NotFound);
    }
    rights::permit_slip(&origin.actor, SlipAction::Raise, &slip, &facts.parties)?;
    if let Expected::Version(version) = expected
        && version != slip.version
    {
        return Err(Error::Stale(slip.version));
    }
    let text = text_of(conn, &slip)?;
    let decision = with_context(origin, calendar, &facts, &text, |ctx| slip::raise(&slip, ctx))?;
    begin(conn, origin, decision.events, &decision.revisions)
}

/// A look of the clock at a slip: what went by is said once, whatever clocks do.
pub(crate) fn keep_clock(conn: &mut PgConnection, origin: &Origin, id: SlipId, telling: Telling) -> Result<(), Error> {
    let snapshot: serde_json::Value = slips::table.find(id.0).select(slips::snapshot).for_update().first(conn)?;
    let before: Slip = serde_json::from_value(snapshot)?;
    let last_seq = before.seq;
    let events = domain::slip::clock::passed(&before, origin.now);
    if events.is_empty() {
        return Ok(());
    }
    let slip = events.iter().fold(before, event::evolve);
    save(conn, origin, last_seq, &slip, &events, &[])?;
    let leader: Option<Option<Uuid>> = match slip.shape.task {
        Some(task) => tasks::table.find(task.0).select(tasks::lead_leader_id).first(conn).optional()?,
        None => None,
    };
    let leader = leader.flatten().map(PersonId);
    let told: Vec<_> = events.iter().flat_map(|e| notification::slip_warning(e, &slip, leader)).collect();
    notifications::tell(conn, origin, &About { kind: "slip", id: id.0, round: slip.round }, &told, telling)
}

fn people(
    conn: &mut PgConnection,
    input: &Input,
    now: DateTime<Utc>,
) -> Result<BTreeMap<PersonId, PersonActor>, Error> {
    actors::of_people(conn, &input.people(), calendar::today(now))
}

/// The scan a signature on paper rests on.
fn scan_of(input: &Input) -> Option<String> {
    match input {
        Input::Plain(SlipCommand::Sign { signing: Signing::Paper { document, .. }, .. }) => Some(document.scan.clone()),
        _ => None,
    }
}

fn command(conn: &mut PgConnection, origin: &Origin, slip: &Slip, input: Input) -> Result<SlipCommand, Error> {
    Ok(match input {
        Input::Answer(words, ids) => {
            let received = blobs::of_subject(conn, blobs::Subject::Slip(slip.id.0))?;
            let mut files = Vec::new();
            for id in &ids {
                let file = received.iter().find(|a| a.id == *id && a.purpose != blobs::SCAN);
                let digest = file.and_then(|a| Digest::parse(&a.blob_sha256));
                let digest = digest.ok_or_else(|| Refusal::field("/files", "evidence-unknown"))?;
                // The same file sent twice is one file.
                if !files.contains(&digest) {
                    files.push(digest);
                }
            }
            SlipCommand::Answer(AnswerInput { words, files })
        }
        Input::Plain(command) => {
            if let SlipCommand::Revise(input) = &command {
                check_references(conn, &origin.actor, input)?;
            }
            command
        }
    })
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    slip: &Slip,
    decided: &[SlipEvent],
    revisions: &[Revision],
) -> Result<(), Error> {
    let stored = decided.iter().map(|e| e.stored());
    events::keep(conn, origin, stream(slip), last_seq, revisions, stored, slip.seq)?;
    let text = text_of(conn, slip)?;
    let number = |of: fn(&domain::slip::state::SlipNumber) -> Option<i32>| slip.number.as_ref().and_then(of);
    let row = (
        slips::round_id.eq(slip.round.0),
        slips::level.eq(slip.shape.level.as_str()),
        slips::state.eq(slip.state.as_str()),
        slips::title.eq(&text.matter),
        slips::task_id.eq(slip.shape.task.map(|t| t.0)),
        slips::unit_id.eq(slip.shape.unit.0),
        slips::raised_from_id.eq(slip.raised_from.map(|s| s.0)),
        slips::year.eq(number(|n| Some(n.year))),
        slips::n.eq(number(|n| i32::try_from(n.n).ok())),
        slips::snapshot.eq(serde_json::to_value(slip)?),
        slips::seq.eq(slip.seq),
        slips::version.eq(slip.version),
        slips::updated_at.eq(origin.now),
    );
    if let Some(at) = domain::slip::clock::next_look(slip) {
        due_acts::owe(conn, due_acts::KEEP_SLIP_CLOCK, slip.id.0, at)?;
    }
    if last_seq == 0 {
        diesel::insert_into(slips::table)
            .values((slips::id.eq(slip.id.0), slips::created_at.eq(origin.now), row))
            .execute(conn)?;
    } else {
        diesel::update(slips::table.find(slip.id.0)).set(row).execute(conn)?;
    }
    let told: Vec<_> = decided.iter().flat_map(|e| notification::slip_audience(e, slip)).collect();
    let about = About { kind: "slip", id: slip.id.0, round: slip.round };
    notifications::tell(conn, origin, &about, &told, Telling::EachThing)
}
