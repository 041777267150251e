//! Records of accountability, and the facts that make somebody be asked to have a look (docs/domain.md §46). The database itself shows a row to nobody
//! but those it names: every query first says for whom it reads, within its transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::accountability::event::{self, AccountabilityEvent};
use domain::accountability::{
    self as rules, AccountabilityAction, AccountabilityText, Look, NewRecord, Record, looks as met,
};
use domain::actor::Actor;
use domain::appraisal::scheme::{LookRule, SubjectKind};
use domain::chain::Digest;
use domain::ids::{AccountabilityId, PersonId, RoundId, TaskId, UnitId};
use domain::notification;
use domain::refusal::Refusal;
use domain::rights;
use domain::task::context::Decision;
use uuid::Uuid;

use crate::appraisals::{self, words};
use crate::changes;
use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::references::{check_people, check_units};
use crate::schema::accountability_actions as rows;
use crate::tasks::{bodies, names};

/// A record with what its reader needs to read it.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub record: Record,
    pub text: AccountabilityText,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    pub names: BTreeMap<Uuid, String>,
}

/// Says for whom this transaction reads.
fn read_for(conn: &mut PgConnection, reader: &str) -> Result<(), Error> {
    diesel::sql_query("SELECT set_config('bihuan.reader', $1, true)").bind::<Text, _>(reader).execute(conn)?;
    Ok(())
}

/// The person who reads, told to the database; whoever is none reads nothing.
///
/// Errors: `NotFound`.
fn reader(conn: &mut PgConnection, actor: &Actor) -> Result<PersonId, Error> {
    let own = actor.person().filter(|p| p.service.is_none()).and_then(|p| p.person).ok_or(Error::NotFound)?;
    read_for(conn, &own.to_string())?;
    Ok(own)
}

/// What verifies all records reads all of them, in this transaction.
pub(crate) fn read_all(conn: &mut PgConnection) -> Result<(), Error> {
    read_for(conn, "records")
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    record: &Record,
    decision: &Decision<AccountabilityEvent>,
) -> Result<(), Error> {
    let stream = Stream { kind: "accountability_action", id: record.id.0, round: Some(record.round) };
    let stored = decision.events.iter().map(AccountabilityEvent::stored);
    events::keep(conn, origin, stream, last_seq, &decision.revisions, stored, record.seq)?;
    let readers: Vec<Uuid> = record.all_readers().into_iter().map(|p| p.0).collect();
    let row = (
        rows::readers.eq(readers),
        rows::snapshot.eq(serde_json::to_value(record)?),
        rows::seq.eq(record.seq),
        rows::version.eq(record.version),
        rows::updated_at.eq(origin.now),
    );
    if last_seq == 0 {
        let new = (rows::id.eq(record.id.0), rows::round_id.eq(record.round.0), rows::created_at.eq(origin.now), row);
        diesel::insert_into(rows::table).values(new).execute(conn)?;
    } else {
        diesel::update(rows::table.find(record.id.0)).set(row).execute(conn)?;
    }
    let told: Vec<_> = decision.events.iter().flat_map(|e| notification::accountability_audience(e, record)).collect();
    let about = About { kind: "accountability", id: record.id.0, round: record.round };
    notifications::tell(conn, origin, &about, &told, Telling::EachThing)
}

/// Enters what was decided.
///
/// Errors: `not-allowed` (403); people and units who are not there, and content (422).
pub fn record(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    new: NewRecord,
) -> Result<AccountabilityId, Error> {
    rights::permit_recording_accountability(&origin.actor, round)?;
    reader(conn, &origin.actor)?;
    check_people(conn, "/readers", &new.readers)?;
    match new.subject.kind {
        SubjectKind::Unit => check_units(conn, "/subject", &[UnitId(new.subject.id)])?,
        SubjectKind::Leader => check_people(conn, "/subject", &[PersonId(new.subject.id)])?,
    }
    let decision = rules::record(round, new, &origin.actor, origin.now)?;
    let id = AccountabilityId(Uuid::now_v7());
    let begun = decision.events.first().and_then(|e| event::begin(id, e));
    let begun = begun.ok_or_else(|| Error::internal("a record of nothing"))?;
    save(conn, origin, 0, &begun, &decision)?;
    Ok(id)
}

fn row(conn: &mut PgConnection, actor: &Actor, id: AccountabilityId, locks: bool) -> Result<Record, Error> {
    reader(conn, actor)?;
    let query = rows::table.find(id.0).select(rows::snapshot);
    let snapshot: Option<serde_json::Value> =
        if locks { query.for_update().first(conn).optional()? } else { query.first(conn).optional()? };
    let record: Record = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    if rights::reads_accountability(actor, &record) { Ok(record) } else { Err(Error::NotFound) }
}

fn change(
    conn: &mut PgConnection,
    origin: &Origin,
    id: AccountabilityId,
    (action, expected): (AccountabilityAction, i64),
    decide: impl FnOnce(&Record) -> Result<Decision<AccountabilityEvent>, Refusal>,
) -> Result<(), Error> {
    let before = row(conn, &origin.actor, id, true)?;
    rights::permit_accountability(&origin.actor, action, &before)?;
    if before.version != expected {
        return Err(Error::Stale(before.version));
    }
    let decision = decide(&before)?;
    let last_seq = before.seq;
    let after = decision.events.iter().fold(before, event::evolve);
    save(conn, origin, last_seq, &after, &decision)
}

/// Names other readers.
///
/// Errors: `NotFound`, `Stale`, `not-allowed` (403), content (422).
pub fn set_readers(
    conn: &mut PgConnection,
    origin: &Origin,
    id: AccountabilityId,
    expected: i64,
    readers: &[PersonId],
) -> Result<(), Error> {
    // Whether these people are there is nobody's to learn who does not read it.
    let before = row(conn, &origin.actor, id, true)?;
    let action = AccountabilityAction::SetReaders;
    rights::permit_accountability(&origin.actor, action, &before)?;
    check_people(conn, "/readers", readers)?;
    change(conn, origin, id, (action, expected), |record| rules::set_readers(record, readers, &origin.actor))
}

/// Withdraws a record.
///
/// Errors: `NotFound`, `Stale`, `not-allowed` (403), `required` at /reason.
pub fn withdraw(
    conn: &mut PgConnection,
    origin: &Origin,
    id: AccountabilityId,
    expected: i64,
    reason: &str,
) -> Result<(), Error> {
    let asked = (AccountabilityAction::Withdraw, expected);
    change(conn, origin, id, asked, |record| rules::withdraw(record, reason, &origin.actor, origin.now))
}

/// Whether a file of a record may be read, or one may be handed in for it.
///
/// Errors: `NotFound`; to hand one in, `not-allowed` and `wrong-state`.
pub fn permit_file(conn: &mut PgConnection, actor: &Actor, id: AccountabilityId, hands_in: bool) -> Result<(), Error> {
    let record = row(conn, actor, id, false)?;
    if hands_in { Ok(rules::permit_file(&record, actor)?) } else { Ok(()) }
}

fn load(conn: &mut PgConnection, record: Record) -> Result<Loaded, Error> {
    let text = bodies(conn, [record.text.clone()])?.remove(&record.text);
    let text = text.ok_or_else(|| Error::internal("a record without words"))?;
    let reasons: Vec<Digest> = record.withdrawn.iter().cloned().collect();
    let said = words(conn, reasons)?;
    let people: BTreeSet<Uuid> = record.all_readers().into_iter().map(|p| p.0).chain([record.subject.id]).collect();
    Ok(Loaded {
        text: serde_json::from_str(&text)?,
        reason: record.withdrawn.as_ref().and_then(|digest| said.get(digest).cloned()),
        names: names(conn, people.into_iter().collect())?,
        record,
    })
}

/// A record whole, for those it names.
///
/// Errors: `NotFound`.
pub fn find(conn: &mut PgConnection, actor: &Actor, id: AccountabilityId) -> Result<Loaded, Error> {
    let record = row(conn, actor, id, false)?;
    load(conn, record)
}

/// Most that a list has.
const MOST: i64 = 200;

/// The records of a round that name the actor, newest first, with the names they need.
pub fn list(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
) -> Result<(Vec<Record>, BTreeMap<Uuid, String>), Error> {
    if reader(conn, actor).is_err() {
        return Ok((Vec::new(), BTreeMap::new()));
    }
    let snapshots: Vec<serde_json::Value> = rows::table
        .filter(rows::round_id.eq(round.0))
        .order((rows::created_at.desc(), rows::id.desc()))
        .limit(MOST)
        .select(rows::snapshot)
        .load(conn)?;
    let all: Vec<Record> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let seen: Vec<Record> = all.into_iter().filter(|r| rights::reads_accountability(actor, r)).collect();
    let names = names(conn, seen.iter().map(|r| r.subject.id).collect())?;
    Ok((seen, names))
}

/// Facts that meet a rule, as who is asked to have a look reads them.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    pub rules: Vec<LookRule>,
    pub looks: Vec<Look>,
    pub names: BTreeMap<Uuid, String>,
    /// Numbers of those tasks that the reader sees.
    pub numbers: BTreeMap<TaskId, String>,
}

/// What the facts of a round come to by the rules of its scheme, for those the scheme names; nothing for everybody else.
pub fn looks(conn: &mut PgConnection, actor: &Actor, round: RoundId, today: NaiveDate) -> Result<Looks, Error> {
    let Some(scheme) = appraisals::holds(conn, round)?.filter(|scheme| rights::is_watcher(actor, scheme)) else {
        return Ok(Looks::default());
    };
    let position = changes::position(conn)?;
    let derived = appraisals::records::derived(conn, round, position, today)?;
    let looks = met(&scheme, &derived, today);
    let names = names(conn, looks.iter().map(|l| l.subject.id).collect())?;
    let tasks = looks.iter().flat_map(|l| &l.facts).filter_map(|f| f.task);
    let numbers = appraisals::records::numbers(conn, actor, round, tasks)?;
    Ok(Looks { rules: scheme.looks, looks, names, numbers })
}

/// The events of a record folded, for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: AccountabilityId) -> Result<Option<Record>, Error> {
    events::folded(
        conn,
        "accountability_action",
        id.0,
        AccountabilityEvent::parse,
        |event| event::begin(id, event),
        event::evolve,
    )
}
