//! The four personal duties: one transaction per command (lock, see, decide, fold, save, record, tell), a register of heads, what the records suggest.

mod heads;
mod known;
mod register;

pub use heads::{Ground, HeadRow};
pub use known::DutyTask;
pub use register::{
    Cell, CountedAct, Form, LoadedAct, Register, Waiting, acts, counted_acts, find, form, register, waiting,
};

use diesel::prelude::*;
use domain::ids::{DutyActId, PersonId, RoundId, TaskId};
use domain::notification::{Audience, Rule};
use domain::personal_duty::event::{self, DutyEvent};
use domain::personal_duty::state::{DutyAct, DutyState, Source};
use domain::personal_duty::{self, Context, DutyAction, DutyCommand, Entry, Head};
use domain::refusal::Refusal;
use domain::rights::{self, Enters};
use domain::task::context::Decision;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::rounds;
use crate::schema::{personal_duties, personal_duty_sources, personal_duty_tasks};
use crate::tasks::Expected;

/// How an act comes to be.
#[derive(Clone, Debug)]
pub enum NewAct {
    Entered(Entry),
    /// Of what the records know, by the key of the suggestion; the head himself takes it over.
    Taken(String),
}

/// The first day something of a round can have been done on.
pub(crate) fn begins_on(conn: &mut PgConnection, round: RoundId) -> Result<chrono::NaiveDate, Error> {
    Ok(heads::ground(conn, round)?.begins_on)
}

fn stream(act: &DutyAct) -> Stream {
    Stream { kind: "personal_duty", id: act.id.0, round: Some(act.round) }
}

/// Enters an act of a head, of the actor where none is named.
///
/// Errors: `NotFound`; `not-a-head`, `source-unknown`, content (422); `not-allowed` (403); `source-taken` (409).
pub fn create(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    head: Option<PersonId>,
    new: NewAct,
) -> Result<DutyActId, Error> {
    let (ground, row) = whose(conn, origin, round, head)?;
    // Whoever may not is told so before anything is looked up.
    let enters = rights::permit_entering_duty(&origin.actor, round, &row.head)?;
    let today = domain::calendar::today(origin.now);
    let as_head = known::as_head(conn, row.person, &row.head, today)?;
    let entry = match new {
        NewAct::Entered(entry) => {
            check_tasks(&entry.tasks, &known::seen_by(conn, &as_head, round, &entry.tasks)?)?;
            entry
        }
        NewAct::Taken(_) if enters != Enters::Own => return Err(Refusal::forbidden("not-allowed").into()),
        NewAct::Taken(key) => {
            let all = known::suggestions(conn, round, row.person, today)?;
            let Some(found) = all.into_iter().find(|s| s.key() == key) else {
                let code = if is_taken(conn, row.person, &key)? { "source-taken" } else { "source-unknown" };
                let refusal =
                    if code == "source-taken" { Refusal::conflict(code) } else { Refusal::field("/key", code) };
                return Err(refusal.into());
            };
            let words = found.words();
            let tasks = known::seen_by(conn, &as_head, round, &found.tasks)?;
            let source = Some(Source { kind: found.kind, ids: found.ids });
            Entry { duty: found.kind.duty(), on: found.on, words, tasks, source }
        }
    };
    let ctx = Context { actor: &origin.actor, now: origin.now };
    let decision = personal_duty::record(&ctx, round, &row.head, ground.begins_on, entry)?;
    let id = DutyActId(Uuid::now_v7());
    let first = decision.events.first().and_then(|e| event::begin(id, e));
    let act = first.ok_or_else(|| Error::internal("an entry that enters nothing"))?;
    save(conn, origin, 0, &act, &decision)?;
    let named: Vec<_> = act
        .tasks
        .iter()
        .map(|t| (personal_duty_tasks::personal_duty_id.eq(id.0), personal_duty_tasks::task_id.eq(t.0)))
        .collect();
    diesel::insert_into(personal_duty_tasks::table).values(named).execute(conn)?;
    take(conn, &act)?;
    if act.state == DutyState::Unconfirmed {
        tell(conn, origin, &act, Rule::DutyEntered, act.head)?;
    }
    Ok(id)
}

/// The head somebody enters for, and the rules of the round.
fn whose(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    head: Option<PersonId>,
) -> Result<(Ground, HeadRow), Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    let ground = heads::ground(conn, round)?;
    let today = domain::calendar::today(origin.now);
    let all = heads::heads(conn, &origin.actor, round, &ground.policy, today)?;
    let wanted = head.or(origin.person());
    let found = all.rows.into_iter().find(|r| Some(r.person) == wanted);
    match found {
        Some(row) => Ok((ground, row)),
        None => {
            Err(Refusal::invalid("not-a-head", vec![domain::refusal::FieldError::at("/head", "not-a-head")]).into())
        }
    }
}

fn check_tasks(named: &[TaskId], seen: &[TaskId]) -> Result<(), Refusal> {
    match named.iter().position(|t| !seen.contains(t)) {
        Some(i) => Err(Refusal::field(format!("/tasks/{i}"), "duty-task-outside")),
        None => Ok(()),
    }
}

/// Whether everything of a kind that a suggestion could name was taken over before: the act that has it says the day.
fn is_taken(conn: &mut PgConnection, person: PersonId, key: &str) -> Result<bool, Error> {
    let Some((kind, on)) = key.split_once(':') else { return Ok(false) };
    let Ok(on) = on.parse::<chrono::NaiveDate>() else { return Ok(false) };
    let n: i64 = personal_duty_sources::table
        .inner_join(personal_duties::table)
        .filter(personal_duty_sources::head_id.eq(person.0).and(personal_duty_sources::kind.eq(kind)))
        .filter(personal_duties::occurred_on.eq(on))
        .count()
        .get_result(conn)?;
    Ok(n > 0)
}

/// Each source once for a head and a duty; of two who take one at once the second waits for the first and is told.
fn take(conn: &mut PgConnection, act: &DutyAct) -> Result<(), Error> {
    let Some(source) = &act.source else { return Ok(()) };
    let rows: Vec<_> = source
        .ids
        .iter()
        .map(|id| {
            (
                personal_duty_sources::head_id.eq(act.head.0),
                personal_duty_sources::duty.eq(act.duty.as_str()),
                personal_duty_sources::kind.eq(source.kind.as_str()),
                personal_duty_sources::source_id.eq(*id),
                personal_duty_sources::personal_duty_id.eq(act.id.0),
            )
        })
        .collect();
    let n = diesel::insert_into(personal_duty_sources::table).values(rows).on_conflict_do_nothing().execute(conn)?;
    if n == source.ids.len() { Ok(()) } else { Err(Refusal::conflict("source-taken").into()) }
}

fn tell(conn: &mut PgConnection, origin: &Origin, act: &DutyAct, rule: Rule, to: PersonId) -> Result<(), Error> {
    let about = About { kind: "personal_duty", id: act.id.0, round: act.round };
    notifications::tell(conn, origin, &about, &[(rule, Audience::Person(to))], Telling::EachThing)
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: DutyActId,
    expected: Expected,
    command: DutyCommand,
) -> Result<DutyAct, Error> {
    let snapshot: Option<serde_json::Value> =
        personal_duties::table.find(id.0).select(personal_duties::snapshot).for_update().first(conn).optional()?;
    let before: DutyAct = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    register::permit_sight(conn, origin, &before)?;
    let action = command.action();
    rights::permit_duty(&origin.actor, action, &before)?;
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    let ctx = Context { actor: &origin.actor, now: origin.now };
    let decision = personal_duty::decide(&before, command, &ctx)?;
    let after = decision.events.iter().fold(before.clone(), event::evolve);
    save(conn, origin, before.seq, &after, &decision)?;
    match action {
        DutyAction::Confirm => {}
        DutyAction::Refuse | DutyAction::Withdraw => {
            // What it was taken over from may be taken over again.
            diesel::delete(personal_duty_sources::table.filter(personal_duty_sources::personal_duty_id.eq(id.0)))
                .execute(conn)?;
        }
    }
    if after.state == DutyState::Refused {
        tell(conn, origin, &after, Rule::DutyRefused, after.entered_by)?;
    }
    Ok(after)
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    act: &DutyAct,
    decision: &Decision<DutyEvent>,
) -> Result<(), Error> {
    let stored = decision.events.iter().map(|e| e.stored());
    events::keep(conn, origin, stream(act), last_seq, &decision.revisions, stored, act.seq)?;
    let row = (
        personal_duties::round_id.eq(act.round.0),
        personal_duties::head_id.eq(act.head.0),
        personal_duties::duty.eq(act.duty.as_str()),
        personal_duties::occurred_on.eq(act.on),
        personal_duties::state.eq(act.state.as_str()),
        personal_duties::snapshot.eq(serde_json::to_value(act)?),
        personal_duties::seq.eq(act.seq),
        personal_duties::version.eq(act.version),
        personal_duties::updated_at.eq(origin.now),
    );
    if last_seq == 0 {
        diesel::insert_into(personal_duties::table)
            .values((personal_duties::id.eq(act.id.0), personal_duties::created_at.eq(origin.now), row))
            .execute(conn)?;
    } else {
        diesel::update(personal_duties::table.find(act.id.0)).set(row).execute(conn)?;
    }
    Ok(())
}

/// The events of an act as the domain reads them, folded; for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: DutyActId) -> Result<Option<DutyAct>, Error> {
    events::folded(conn, "personal_duty", id.0, DutyEvent::parse, |event| event::begin(id, event), event::evolve)
}

/// An act's own state, for comparison with a replay.
pub fn snapshot(conn: &mut PgConnection, id: DutyActId) -> Result<DutyAct, Error> {
    let snapshot: Option<serde_json::Value> =
        personal_duties::table.find(id.0).select(personal_duties::snapshot).first(conn).optional()?;
    Ok(serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?)
}

/// These acts with whom they concern, for those who look at the page while it happens.
pub(crate) fn with_heads(
    conn: &mut PgConnection,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<(DutyAct, Head)>, Error> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let snapshots: Vec<serde_json::Value> =
        personal_duties::table.filter(personal_duties::id.eq_any(ids)).select(personal_duties::snapshot).load(conn)?;
    let mut found = Vec::new();
    for snapshot in snapshots {
        let act: DutyAct = serde_json::from_value(snapshot)?;
        let in_charge = heads::leaders_of(conn, act.round, &act.units)?;
        let head = Head {
            person: Some(act.head),
            units: act.units.iter().copied().collect(),
            is_leader: act.units.is_empty(),
            in_charge,
        };
        found.push((act, head));
    }
    Ok(found)
}
