//! Handovers: one transaction per command (lock, see, decide, fold, save, record, tell), and when both have signed, every task and resolution on the
//! list is given to who came by its own command (docs/domain.md §37).

mod held;

pub use held::{Leaver, Sight, held, leavers};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::actor::{Actor, UnitPath};
use domain::calendar::Calendar;
use domain::chain::Digest;
use domain::handover::event::{self, HandoverEvent};
use domain::handover::state::{Handover, HeldKind, Item};
use domain::handover::{self, Context, Facts, HandoverAction, HandoverCommand, Held, NewHandover, starts_from};
use domain::ids::{HandoverId, ItemId, MeetingId, PersonId, RoundId, TaskId, UnitId};
use domain::meeting::MeetingCommand;
use domain::notification;
use domain::refusal::{FieldError, Refusal, RefusalKind};
use domain::rights;
use domain::task::command::{TakeOver, TaskCommand};
use domain::task::context::Decision;
use domain::task::text::Words;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::meetings::{self, Input};
use crate::notifications::{self, About, Telling};
use crate::references::check_people;
use crate::schema::{accounts, handovers, memberships, resolutions};
use crate::tasks::{Expected, bodies, names, paths};
use crate::{blobs, tasks};

/// A handover with what holds now and what its reader needs to read it.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub handover: Handover,
    pub facts: Facts,
    /// Names of units, people and, of who drew it up, of accounts.
    pub names: BTreeMap<Uuid, String>,
    pub words: BTreeMap<Digest, String>,
}

impl Loaded {
    /// The acts open to this actor now.
    pub fn open_actions(&self, actor: &Actor, now: DateTime<Utc>) -> Vec<HandoverAction> {
        handover::open_actions(&self.handover, &Context { actor, now, facts: &self.facts })
    }
}

fn unit_path(conn: &mut PgConnection, unit: UnitId) -> Result<UnitPath, Error> {
    Ok(paths(conn, &BTreeSet::from([unit]))?.remove(&unit).unwrap_or_else(|| UnitPath(vec![unit])))
}

/// Which of these people can log in: an active account with a role.
fn with_accounts(conn: &mut PgConnection, people: &[PersonId]) -> Result<BTreeSet<Uuid>, Error> {
    let found: Vec<Option<Uuid>> = accounts::table
        .filter(accounts::person_id.eq_any(people.iter().map(|p| p.0)))
        .filter(accounts::status.eq("active").and(accounts::role.is_not_null()))
        .select(accounts::person_id)
        .load(conn)?;
    Ok(found.into_iter().flatten().collect())
}

fn facts_of(conn: &mut PgConnection, handover: &Handover) -> Result<Facts, Error> {
    let can = with_accounts(conn, &[handover.from, handover.to])?;
    let on_list = |held: &Held| handover.items.iter().any(|item| item.kind == held.kind && item.id == held.id);
    let now = if handover.is_open() { held(conn, handover.from)? } else { Vec::new() };
    Ok(Facts {
        unit: unit_path(conn, handover.unit)?,
        from_can_log_in: can.contains(&handover.from.0),
        to_can_log_in: can.contains(&handover.to.0),
        now: now.into_iter().filter(|held| held.moves() && on_list(held)).collect(),
    })
}

/// Whether somebody has, or had, a post in a unit.
fn check_post(conn: &mut PgConnection, person: PersonId, unit: UnitId) -> Result<(), Error> {
    let n: i64 = memberships::table
        .filter(memberships::person_id.eq(person.0).and(memberships::unit_id.eq(unit.0)))
        .count()
        .get_result(conn)?;
    if n > 0 { Ok(()) } else { Err(Error::NotFound) }
}

/// What somebody still holds, for himself or for who looks after the unit he has or had a post in; with whether a list may be drawn up.
///
/// Errors: `NotFound`.
pub fn held_by(
    conn: &mut PgConnection,
    actor: &Actor,
    person: PersonId,
    unit: UnitId,
) -> Result<(Vec<Held>, Sight, bool), Error> {
    let path = unit_path(conn, unit)?;
    let prepares = rights::permit_preparing_handover(actor, &path).is_ok();
    let is_own = actor.person().and_then(|p| p.person) == Some(person);
    if !prepares && !is_own {
        return Err(Error::NotFound);
    }
    check_post(conn, person, unit)?;
    let all = held(conn, person)?;
    let sight = Sight::of(conn, all.iter().map(|held| (held.kind, held.id)))?;
    Ok((all, sight, prepares))
}

/// Draws a list up of what somebody holds: of these things, or of all that whoever draws it up may list.
///
/// Errors: `not-allowed` (403); content: `handover-item-unknown`, `handover-listed` at /items, and those of the domain.
pub fn prepare(
    conn: &mut PgConnection,
    origin: &Origin,
    new: NewHandover,
    items: Option<&[(HeldKind, Uuid)]>,
) -> Result<HandoverId, Error> {
    let actor = &origin.actor;
    let unit = unit_path(conn, new.unit)?;
    rights::permit_preparing_handover(actor, &unit)?;
    check_people(conn, "/from", &[new.from])?;
    check_people(conn, "/to", &[new.to])?;
    if check_post(conn, new.from, new.unit).is_err() {
        return Err(Refusal::field("/unit", "unit-unknown").into());
    }
    let mut all = held(conn, new.from)?;
    let sight = Sight::of(conn, all.iter().map(|held| (held.kind, held.id)))?;
    all.retain(|held| held.moves() && sight.may_list(actor, held.kind, held.id, held.round));
    let listed = listed(conn, new.from)?;
    if let Some(items) = items {
        let mut errors = Vec::new();
        for (i, (kind, id)) in items.iter().enumerate() {
            if !all.iter().any(|held| held.kind == *kind && held.id == *id) {
                errors.push(FieldError::at(format!("/items/{i}"), "handover-item-unknown"));
            } else if listed.contains(&(*kind, *id)) {
                errors.push(FieldError::at(format!("/items/{i}"), "handover-listed"));
            }
        }
        if !errors.is_empty() {
            return Err(Refusal::invalid("content", errors).into());
        }
        all.retain(|held| items.contains(&(held.kind, held.id)));
    }
    all.retain(|held| !listed.contains(&(held.kind, held.id)));
    let can = with_accounts(conn, &[new.from, new.to])?;
    let facts =
        Facts { unit, from_can_log_in: can.contains(&new.from.0), to_can_log_in: can.contains(&new.to.0), now: all };
    let decision = handover::prepare(new, &Context { actor, now: origin.now, facts: &facts })?;
    let id = HandoverId(Uuid::now_v7());
    let begun = decision.events.first().and_then(|e| event::begin(id, e));
    let handover = begun.ok_or_else(|| Error::internal("a list that lists nothing"))?;
    save(conn, origin, 0, &handover, &decision)?;
    Ok(id)
}

/// What stands on a list of his that is not over, so that nothing is on two. His row is the lock under which lists are drawn up.
fn listed(conn: &mut PgConnection, from: PersonId) -> Result<BTreeSet<(HeldKind, Uuid)>, Error> {
    use crate::schema::persons;
    let _: Uuid = persons::table.find(from.0).select(persons::id).for_update().first(conn)?;
    let snapshots: Vec<serde_json::Value> = handovers::table
        .filter(handovers::from_id.eq(from.0).and(handovers::state.eq_any(["prepared", "given"])))
        .select(handovers::snapshot)
        .load(conn)?;
    let open: Vec<Handover> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    Ok(open.iter().flat_map(|h| &h.items).map(|item| (item.kind, item.id)).collect())
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: HandoverId,
    expected: Expected,
    command: HandoverCommand,
    calendar: &Calendar,
) -> Result<(), Error> {
    let snapshot: Option<serde_json::Value> =
        handovers::table.find(id.0).select(handovers::snapshot).for_update().first(conn).optional()?;
    let before: Handover = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let unit = unit_path(conn, before.unit)?;
    if !rights::sees_handover(&origin.actor, &before, &unit) {
        return Err(Error::NotFound);
    }
    rights::permit_handover(&origin.actor, command.action(), &before, &unit)?;
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    if !starts_from(command.action()).contains(&before.state) {
        return Err(Refusal::conflict("wrong-state").into());
    }
    let facts = facts_of(conn, &before)?;
    let scan = match &command {
        HandoverCommand::Record { document } => Some(document.scan.clone()),
        _ => None,
    };
    let decision =
        handover::decide(&before, command, &Context { actor: &origin.actor, now: origin.now, facts: &facts })?;
    if let Some(scan) = scan {
        blobs::own_scan(conn, origin, blobs::Subject::Handover(id.0), &scan)?;
    }
    let last_seq = before.seq;
    let after = decision.events.iter().fold(before, event::evolve);
    save(conn, origin, last_seq, &after, &decision)?;
    if decision.events.iter().any(|e| matches!(e, HandoverEvent::Taken { .. })) {
        give(conn, origin, &after, calendar)?;
    }
    Ok(())
}

/// Gives everything on the list to who came, each by its own command and on what was signed; one that cannot be given holds all of them up.
fn give(conn: &mut PgConnection, origin: &Origin, handover: &Handover, calendar: &Calendar) -> Result<(), Error> {
    let system = Origin { actor: Actor::System, ..origin.clone() };
    let Handover { from, to, .. } = *handover;
    let called = names(conn, vec![from.0, to.0])?;
    let name = |person: PersonId| called.get(&person.0).cloned().unwrap_or_default();
    let basis = words(conn, [handover.basis.clone()])?.remove(&handover.basis).unwrap_or_default();
    let basis = format!("职务交接：{}移交{}，依据{basis}", name(from), name(to));
    for item in &handover.items {
        let given = match item.kind {
            HeldKind::Task => {
                let command = TaskCommand::TakeOver(TakeOver { handover: handover.id, from, to, basis: basis.clone() });
                let expected = Expected::Version(item.version);
                tasks::execute(conn, &system, TaskId(item.id), expected, command, calendar).map(|_| ())
            }
            HeldKind::Resolution => {
                let meeting: Uuid = resolutions::table.find(item.id).select(resolutions::meeting_id).first(conn)?;
                let input = MeetingCommand::TakeOver { item: ItemId(item.id), handover: handover.id, from, to };
                meetings::execute(conn, &system, MeetingId(meeting), Expected::Any, Input::Plain(input), calendar)
                    .map(|_| ())
            }
            _ => Ok(()),
        };
        match given {
            Ok(()) => {}
            // Somebody was faster between the look and the lock.
            Err(Error::Stale(_)) => return Err(Refusal::conflict("handover-changed").into()),
            Err(Error::Refused(refusal)) => {
                let fault = FieldError::with("/items", refusal.code, json!({ "number": item.number }));
                let told = Refusal { kind: RefusalKind::Conflict, code: refusal.code, errors: vec![fault] };
                return Err(told.into());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    handover: &Handover,
    decision: &Decision<HandoverEvent>,
) -> Result<(), Error> {
    let stream = Stream { kind: "handover", id: handover.id.0, round: None };
    let stored = decision.events.iter().map(|e| e.stored());
    events::keep(conn, origin, stream, last_seq, &decision.revisions, stored, handover.seq)?;
    let row = (
        handovers::from_id.eq(handover.from.0),
        handovers::to_id.eq(handover.to.0),
        handovers::unit_id.eq(handover.unit.0),
        handovers::state.eq(handover.state.as_str()),
        handovers::snapshot.eq(serde_json::to_value(handover)?),
        handovers::seq.eq(handover.seq),
        handovers::version.eq(handover.version),
        handovers::updated_at.eq(origin.now),
    );
    if last_seq == 0 {
        diesel::insert_into(handovers::table)
            .values((handovers::id.eq(handover.id.0), handovers::created_at.eq(origin.now), row))
            .execute(conn)?;
    } else {
        diesel::update(handovers::table.find(handover.id.0)).set(row).execute(conn)?;
    }
    let told: Vec<_> = decision.events.iter().flat_map(|e| notification::handover_audience(e, handover)).collect();
    // It is of no round: nobody of a round's own circles is told.
    let about = About { kind: "handover", id: handover.id.0, round: RoundId(Uuid::nil()) };
    notifications::tell(conn, origin, &about, &told, Telling::EachThing)
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

fn named(conn: &mut PgConnection, all: &[Handover]) -> Result<BTreeMap<Uuid, String>, Error> {
    let ids: BTreeSet<Uuid> = all.iter().flat_map(|h| [h.from.0, h.to.0, h.unit.0]).collect();
    let mut found = names(conn, ids.into_iter().collect())?;
    let signed = |h: &Handover| {
        let signatures: Vec<_> = h.given.iter().chain(&h.taken).chain(&h.pending).cloned().collect();
        signatures.into_iter().flat_map(|s| [s.recorded_by, s.confirmed_by]).flatten().collect::<Vec<_>>()
    };
    let of_accounts: BTreeSet<Uuid> =
        all.iter().flat_map(|h| signed(h).into_iter().chain([h.prepared_by])).map(|a| a.0).collect();
    let rows: Vec<(Uuid, String)> = accounts::table
        .filter(accounts::id.eq_any(of_accounts))
        .select((accounts::id, accounts::display_name))
        .load(conn)?;
    found.extend(rows);
    Ok(found)
}

/// Most that a list has.
const MOST: i64 = 500;

/// The handovers the actor sees, newest first, without looking what holds now.
pub fn list(conn: &mut PgConnection, actor: &Actor) -> Result<(Vec<Handover>, BTreeMap<Uuid, String>), Error> {
    let mut query = handovers::table
        .order((handovers::created_at.desc(), handovers::id.desc()))
        .limit(MOST)
        .select(handovers::snapshot)
        .into_boxed();
    let units_of = rights::scope(actor).units;
    if !units_of.is_empty() {
        use crate::schema::units;
        let own = actor.person().and_then(|p| p.person).map(|p| p.0);
        let above: Vec<Uuid> = units_of.iter().map(|u| u.0).collect();
        let below: Vec<Uuid> = units::table.filter(units::path.overlaps_with(above)).select(units::id).load(conn)?;
        query = query.filter(
            handovers::unit_id
                .eq_any(below)
                .or(handovers::from_id.nullable().eq(own))
                .or(handovers::to_id.nullable().eq(own)),
        );
    }
    let snapshots: Vec<serde_json::Value> = query.load(conn)?;
    let all: Vec<Handover> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let units = paths(conn, &all.iter().map(|h| h.unit).collect())?;
    let nowhere = UnitPath(Vec::new());
    let seen: Vec<Handover> =
        all.into_iter().filter(|h| rights::sees_handover(actor, h, units.get(&h.unit).unwrap_or(&nowhere))).collect();
    let names = named(conn, &seen)?;
    Ok((seen, names))
}

/// These handovers as they stand, each with the path of its unit, for the feed of events.
pub(crate) fn among(conn: &mut PgConnection, ids: &BTreeSet<Uuid>) -> Result<Vec<(Handover, UnitPath)>, Error> {
    let snapshots: Vec<serde_json::Value> =
        handovers::table.filter(handovers::id.eq_any(ids)).select(handovers::snapshot).load(conn)?;
    let all: Vec<Handover> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let units = paths(conn, &all.iter().map(|h| h.unit).collect())?;
    let path = |unit: UnitId| units.get(&unit).cloned().unwrap_or_else(|| UnitPath(vec![unit]));
    Ok(all.into_iter().map(|handover| (handover.clone(), path(handover.unit))).collect())
}

/// Handovers that wait for the actor's own signature, oldest first.
pub fn waiting(conn: &mut PgConnection, actor: &Actor) -> Result<(Vec<Handover>, BTreeMap<Uuid, String>), Error> {
    let Some(own) = actor.person().and_then(|p| p.person) else { return Ok((Vec::new(), BTreeMap::new())) };
    let snapshots: Vec<serde_json::Value> = handovers::table
        .filter(
            handovers::state
                .eq("prepared")
                .and(handovers::from_id.eq(own.0))
                .or(handovers::state.eq("given").and(handovers::to_id.eq(own.0))),
        )
        .order((handovers::created_at, handovers::id))
        .select(handovers::snapshot)
        .load(conn)?;
    let all: Vec<Handover> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let mine: Vec<Handover> = all.into_iter().filter(|h| h.waits_for() == Some(own)).collect();
    let names = named(conn, &mine)?;
    Ok((mine, names))
}

/// A handover whole, if the actor sees it, with what he may read of its things.
pub fn find(conn: &mut PgConnection, actor: &Actor, id: HandoverId) -> Result<(Loaded, Sight), Error> {
    let snapshot: Option<serde_json::Value> =
        handovers::table.find(id.0).select(handovers::snapshot).first(conn).optional()?;
    let handover: Handover = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let facts = facts_of(conn, &handover)?;
    if !rights::sees_handover(actor, &handover, &facts.unit) {
        return Err(Error::NotFound);
    }
    let sight = Sight::of(conn, handover.items.iter().map(|item| (item.kind, item.id)))?;
    let titles = handover.items.iter().map(|item| item.title.clone());
    let digests: BTreeSet<Digest> =
        titles.chain([handover.basis.clone()]).chain(handover.reason.iter().cloned()).collect();
    let words = words(conn, digests)?;
    let names = named(conn, std::slice::from_ref(&handover))?;
    Ok((Loaded { handover, facts, names, words }, sight))
}

/// Whether a scan of a handover may be read, or one may be handed in for it: by whoever sees it.
///
/// Errors: `NotFound`.
pub fn permit_file(conn: &mut PgConnection, actor: &Actor, id: HandoverId) -> Result<Handover, Error> {
    let snapshot: Option<serde_json::Value> =
        handovers::table.find(id.0).select(handovers::snapshot).first(conn).optional()?;
    let handover: Handover = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let unit = unit_path(conn, handover.unit)?;
    if rights::sees_handover(actor, &handover, &unit) { Ok(handover) } else { Err(Error::NotFound) }
}

/// Whether the actor may hand in a scan of the paper.
///
/// Errors: `NotFound`, `not-allowed`.
pub fn permit_scan(conn: &mut PgConnection, actor: &Actor, id: HandoverId) -> Result<(), Error> {
    let handover = permit_file(conn, actor, id)?;
    let unit = unit_path(conn, handover.unit)?;
    Ok(rights::permit_handover(actor, HandoverAction::Record, &handover, &unit)?)
}

/// The items of a list that no longer stand as they were written down.
pub fn changed(loaded: &Loaded) -> Vec<(Item, Option<Held>)> {
    let all = handover::changes(&loaded.handover, &loaded.facts.now);
    all.into_iter().map(|(item, held)| (item.clone(), held.cloned())).collect()
}

/// The row's own state, for comparison with a replay.
pub fn snapshot(conn: &mut PgConnection, id: HandoverId) -> Result<Handover, Error> {
    let snapshot: Option<serde_json::Value> =
        handovers::table.find(id.0).select(handovers::snapshot).first(conn).optional()?;
    Ok(serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?)
}

/// The events of a handover as the domain reads them, folded; for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: HandoverId) -> Result<Option<Handover>, Error> {
    events::folded(conn, "handover", id.0, HandoverEvent::parse, |event| event::begin(id, event), event::evolve)
}
