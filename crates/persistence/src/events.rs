//! Event streams: written in the business transaction, chained per stream, put in one gapless order by a sealer.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz};
use domain::actor::{Actor, PersonActor};
use domain::chain::{self, EventFields};
use domain::ids::{AccountId, PersonId, RoundId, UnitId};
use domain::task::context::Revision;
use serde_json::Value;
use uuid::Uuid;

use crate::database;
use crate::error::Error;
use crate::schema::{event_positions, events, pending_events};
use crate::tasks::keep_revision;
use crate::transparency::receipts::{self, Receipt};
use crate::transparency::{self, Pace};

/// Who asks, from where, when: what every event records beside its own words.
#[derive(Clone, Debug)]
pub struct Origin {
    pub actor: Actor,
    /// Network address, empty for the clock and the command line.
    pub address: String,
    pub request_id: String,
    /// Server time, UTC, whole milliseconds.
    pub now: DateTime<Utc>,
}

impl Origin {
    /// The clock's own.
    pub fn system(now: DateTime<Utc>) -> Self {
        Self { actor: Actor::System, address: String::new(), request_id: String::new(), now }
    }

    /// The acting account.
    pub fn account(&self) -> Option<AccountId> {
        self.actor.person().map(|p| p.account)
    }

    /// The acting person.
    pub fn person(&self) -> Option<PersonId> {
        self.actor.person().and_then(|p| p.person)
    }

    fn unit(&self) -> Option<UnitId> {
        self.actor.person().and_then(|p| p.home_unit()).and_then(|u| u.unit())
    }

    fn role(&self) -> &'static str {
        match &self.actor {
            Actor::System => "system",
            Actor::Person(p) if p.service.is_some() => "service",
            Actor::Person(p) => p.role.map(|r| r.as_str()).or(p.duty.map(|d| d.as_str())).unwrap_or(""),
        }
    }
}

/// An event before it has its place.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Dotted, never changed.
    pub kind: &'static str,
    pub payload: Value,
}

/// Which stream, and in which round.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    pub kind: &'static str,
    pub id: Uuid,
    pub round: Option<RoundId>,
}

impl Stream {
    /// A stream outside any round.
    pub fn of(kind: &'static str, id: Uuid) -> Self {
        Self { kind, id, round: None }
    }
}

/// One stored event.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
pub struct StoredEvent {
    pub stream_kind: String,
    pub stream_id: Uuid,
    pub seq: i64,
    pub kind: String,
    pub schema_version: i16,
    pub at: DateTime<Utc>,
    pub account_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
    pub role: String,
    pub unit_id: Option<Uuid>,
    pub address: String,
    pub request_id: String,
    pub round_id: Option<Uuid>,
    pub payload: String,
    pub alg: String,
    pub prev_hash: String,
    pub hash: String,
}

fn text(id: Option<Uuid>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

impl StoredEvent {
    pub(crate) fn computed_hash(&self) -> String {
        let fields = EventFields {
            stream_kind: &self.stream_kind,
            stream_id: &self.stream_id.to_string(),
            seq: self.seq,
            kind: &self.kind,
            schema_version: self.schema_version,
            at: self.at,
            account: &text(self.account_id),
            person: &text(self.person_id),
            role: &self.role,
            unit: &text(self.unit_id),
            address: &self.address,
            request_id: &self.request_id,
            round: &text(self.round_id),
            payload: &self.payload,
        };
        chain::event_hash(&fields, &self.prev_hash).as_str().to_owned()
    }
}

/// The next events of a stream, each bound to the one before it.
pub(crate) fn chained(
    origin: &Origin,
    stream: Stream,
    last_seq: i64,
    mut prev_hash: String,
    before: DateTime<Utc>,
    new: &[NewEvent],
) -> Vec<StoredEvent> {
    let at = origin.now.max(before);
    let mut rows = Vec::with_capacity(new.len());
    for (i, event) in new.iter().enumerate() {
        let mut row = StoredEvent {
            stream_kind: stream.kind.to_owned(),
            stream_id: stream.id,
            seq: last_seq + 1 + i64::try_from(i).unwrap_or(0),
            kind: event.kind.to_owned(),
            schema_version: 1,
            at,
            account_id: origin.account().map(|a| a.0),
            person_id: origin.actor.person().and_then(PersonActor::answers).map(|p| p.0),
            role: origin.role().to_owned(),
            unit_id: origin.unit().map(|u| u.0),
            address: origin.address.clone(),
            request_id: origin.request_id.clone(),
            round_id: stream.round.map(|r| r.0),
            payload: chain::canonical(&event.payload),
            alg: chain::ALG.to_owned(),
            prev_hash: prev_hash.clone(),
            hash: String::new(),
        };
        row.hash = row.computed_hash();
        prev_hash.clone_from(&row.hash);
        rows.push(row);
    }
    rows
}

/// Keeps what was decided of a stream: the bodies its events name, then the events as they are stored; `seq` is where the fold of them stands.
pub(crate) fn keep(
    conn: &mut PgConnection,
    origin: &Origin,
    stream: Stream,
    last_seq: i64,
    revisions: &[Revision],
    stored: impl Iterator<Item = (&'static str, Value)>,
    seq: i64,
) -> Result<(), Error> {
    for revision in revisions {
        keep_revision(conn, revision.digest.as_str(), revision.kind, &revision.body, origin.now)?;
    }
    let new: Vec<NewEvent> = stored.map(|(kind, payload)| NewEvent { kind, payload }).collect();
    let (kind, id) = (stream.kind, stream.id);
    let kept = record(conn, origin, stream, last_seq, &new)?;
    if kept == seq { Ok(()) } else { Err(Error::internal(format!("{kind} {id} has seq {seq} but {kept} events"))) }
}

/// Appends events to a stream whose last seq is known from the locked row; returns the last seq. The time of an event is never before that of
/// the one before it (docs/domain.md §21).
pub fn record(
    conn: &mut PgConnection,
    origin: &Origin,
    stream: Stream,
    last_seq: i64,
    new: &[NewEvent],
) -> Result<i64, Error> {
    if new.is_empty() {
        return Ok(last_seq);
    }
    let last: Option<(String, DateTime<Utc>)> = if last_seq == 0 {
        None
    } else {
        events::table
            .find((stream.kind, stream.id, last_seq))
            .select((events::hash, events::at))
            .first(conn)
            .optional()?
    };
    if last_seq > 0 && last.is_none() {
        return Err(Error::internal(format!("stream {} {} has no event {last_seq}", stream.kind, stream.id)));
    }
    let (prev_hash, before) = last.unwrap_or((String::new(), DateTime::<Utc>::UNIX_EPOCH));
    let rows = chained(origin, stream, last_seq, prev_hash, before, new);
    let seq = rows.last().map_or(last_seq, |r| r.seq);
    diesel::insert_into(events::table).values(&rows).execute(conn)?;
    let pending: Vec<_> = rows
        .iter()
        .map(|r| {
            (
                pending_events::stream_kind.eq(stream.kind),
                pending_events::stream_id.eq(stream.id),
                pending_events::seq.eq(r.seq),
            )
        })
        .collect();
    diesel::insert_into(pending_events::table).values(&pending).execute(conn)?;
    if let Some(last) = rows.into_iter().next_back() {
        receipts::note(Receipt {
            stream_kind: stream.kind,
            stream_id: stream.id,
            seq,
            alg: chain::ALG,
            hash: last.hash,
        });
    }
    Ok(seq)
}

/// Events of a stream in order.
pub fn history(conn: &mut PgConnection, stream_kind: &str, stream_id: Uuid) -> Result<Vec<StoredEvent>, Error> {
    between(conn, stream_kind, stream_id, 0, i64::MAX)
}

/// What the events of a stream make of it, as the domain reads them; none where it does not begin as it should.
pub(crate) fn folded<E, T>(
    conn: &mut PgConnection,
    stream_kind: &str,
    stream_id: Uuid,
    parse: impl Fn(&str, serde_json::Value) -> Result<E, String>,
    begin: impl Fn(&E) -> Option<T>,
    evolve: impl Fn(T, &E) -> T,
) -> Result<Option<T>, Error> {
    let mut folded = None;
    for stored in history(conn, stream_kind, stream_id)? {
        let event = parse(&stored.kind, serde_json::from_str(&stored.payload)?).map_err(Error::internal)?;
        folded = match folded {
            None => begin(&event),
            Some(before) => Some(evolve(before, &event)),
        };
    }
    Ok(folded)
}

/// The events of a stream after one seq and up to another, in order; a stream counts from 1 without a gap.
pub fn between(
    conn: &mut PgConnection,
    stream_kind: &str,
    stream_id: Uuid,
    after: i64,
    up_to: i64,
) -> Result<Vec<StoredEvent>, Error> {
    Ok(events::table
        .filter(events::stream_kind.eq(stream_kind).and(events::stream_id.eq(stream_id)))
        .filter(events::seq.gt(after).and(events::seq.le(up_to)))
        .order(events::seq)
        .select(StoredEvent::as_select())
        .load(conn)?)
}

/// Recomputes a stream's chain; the seq of the first event that does not fit, if any.
pub fn first_broken(conn: &mut PgConnection, stream_kind: &str, stream_id: Uuid) -> Result<Option<i64>, Error> {
    let mut prev = String::new();
    for (i, event) in history(conn, stream_kind, stream_id)?.iter().enumerate() {
        let expected_seq = i64::try_from(i).unwrap_or(i64::MAX) + 1;
        if event.seq != expected_seq || event.prev_hash != prev || event.computed_hash() != event.hash {
            return Ok(Some(event.seq));
        }
        prev.clone_from(&event.hash);
    }
    Ok(None)
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    position: i64,
}

#[derive(QueryableByName)]
struct PendingRow {
    #[diesel(sql_type = Text)]
    stream_kind: String,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    stream_id: Uuid,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// Gives waiting events their place in the one gapless order and their leaf in the tree, and writes a checkpoint at its pace (docs/domain.md §33);
/// how much it did. Whoever holds the advisory lock does it, everybody else gets 0.
pub fn seal(conn: &mut PgConnection, limit: i64) -> Result<usize, Error> {
    seal_at(conn, limit, Pace::Measured)
}

/// The same, with a checkpoint as soon as there is something new under it.
pub fn seal_at(conn: &mut PgConnection, limit: i64, pace: Pace) -> Result<usize, Error> {
    let locked: Locked = diesel::sql_query("SELECT pg_try_advisory_xact_lock(724091, 1) AS locked").get_result(conn)?;
    if !locked.locked || !transparency::is_behind(conn)? {
        return Ok(0);
    }
    let placed = place(conn, limit)?;
    // Whoever tampers with the tree stops the tree, and nothing that follows the order of events.
    let grown = database::attempt(conn, |conn| {
        let grown = transparency::grow(conn)?;
        transparency::checkpoint(conn, pace)?;
        Ok(grown)
    });
    match grown {
        Ok(grown) => Ok(placed.max(grown)),
        Err(error @ (Error::Unavailable | Error::Busy | Error::StorageFull)) => Err(error),
        Err(error) => {
            tracing::error!(%error, "the tree does not grow; run bihuan audit verify");
            Ok(placed)
        }
    }
}

/// An event whose clock went back stands no earlier than those before it in its stream.
fn place(conn: &mut PgConnection, limit: i64) -> Result<usize, Error> {
    let waiting: Vec<PendingRow> = diesel::sql_query(
        "SELECT stream_kind, stream_id, seq FROM ( \
             SELECT p.stream_kind, p.stream_id, p.seq, max(e.at) OVER (PARTITION BY p.stream_kind, p.stream_id ORDER BY p.seq) AS at \
             FROM pending_events p JOIN events e USING (stream_kind, stream_id, seq)) AS waiting \
         ORDER BY at, stream_id, seq LIMIT $1",
    )
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    let last: Last =
        diesel::sql_query("SELECT COALESCE(max(position), 0) AS position FROM event_positions").get_result(conn)?;
    let mut position = last.position;
    for row in &waiting {
        position += 1;
        diesel::insert_into(event_positions::table)
            .values((
                event_positions::position.eq(position),
                event_positions::stream_kind.eq(&row.stream_kind),
                event_positions::stream_id.eq(row.stream_id),
                event_positions::seq.eq(row.seq),
            ))
            .execute(conn)?;
        diesel::delete(pending_events::table.find((&row.stream_kind, row.stream_id, row.seq))).execute(conn)?;
    }
    Ok(waiting.len())
}

/// One sealed event with its position, for the auditor.
#[derive(Clone, Debug, QueryableByName)]
pub struct SealedEvent {
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = Text)]
    pub stream_kind: String,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub stream_id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    pub name: Option<String>,
    #[diesel(sql_type = Text)]
    pub role: String,
    #[diesel(sql_type = Text)]
    pub address: String,
    #[diesel(sql_type = Text)]
    pub hash: String,
}

/// Which of the sealed events are looked at; what is left out is not asked for.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    pub stream_kind: Option<String>,
    pub stream_id: Option<Uuid>,
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
}

/// Sealed events after a position, oldest first: what a follower of the log has not read yet.
pub fn sealed_after(conn: &mut PgConnection, trail: &Trail, after: i64, limit: i64) -> Result<Vec<SealedEvent>, Error> {
    sealed(conn, trail, ("o.position > $1", "o.position"), after, limit)
}

/// Sealed events before a position, newest first: what somebody looks back on.
pub fn sealed_before(
    conn: &mut PgConnection,
    trail: &Trail,
    before: i64,
    limit: i64,
) -> Result<Vec<SealedEvent>, Error> {
    sealed(conn, trail, ("o.position < $1", "o.position DESC"), before, limit)
}

fn sealed(
    conn: &mut PgConnection,
    trail: &Trail,
    (part, order): (&str, &str),
    position: i64,
    limit: i64,
) -> Result<Vec<SealedEvent>, Error> {
    Ok(diesel::sql_query(format!(
        "SELECT o.position, e.stream_kind, e.stream_id, e.seq, e.kind, e.at, a.display_name AS name, e.role, e.address, e.hash \
         FROM event_positions o JOIN events e USING (stream_kind, stream_id, seq) LEFT JOIN accounts a ON a.id = e.account_id \
         WHERE {part} AND ($3 IS NULL OR o.stream_kind = $3) AND ($4 IS NULL OR o.stream_id = $4) \
            AND ($5 IS NULL OR e.at >= $5) AND ($6 IS NULL OR e.at < $6) ORDER BY {order} LIMIT $2"
    ))
    .bind::<BigInt, _>(position)
    .bind::<BigInt, _>(limit)
    .bind::<Nullable<Text>, _>(&trail.stream_kind)
    .bind::<Nullable<diesel::sql_types::Uuid>, _>(trail.stream_id)
    .bind::<Nullable<Timestamptz>, _>(trail.from)
    .bind::<Nullable<Timestamptz>, _>(trail.to)
    .load(conn)?)
}
