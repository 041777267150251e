//! The feed of events for other systems: the one order of all events from a place on, as far as somebody sees what they are about (docs/domain.md §34).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::rights;
use uuid::Uuid;

use crate::changes;
use crate::error::Error;
use crate::events::Origin;
use crate::statement::Statement;

/// An event as it is handed on.
#[derive(Clone, Debug, QueryableByName)]
pub struct FeedEvent {
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = Text)]
    pub stream_kind: String,
    #[diesel(sql_type = SqlUuid)]
    pub stream_id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = SmallInt)]
    pub schema_version: i16,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub person_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub role: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub unit_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub round_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub payload: String,
    #[diesel(sql_type = Text)]
    pub alg: String,
    #[diesel(sql_type = Text)]
    pub hash: String,
}

/// What is asked for: all of it has to fit.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The place of the last event that was read; 0 for the beginning.
    pub after: i64,
    /// `task`, `slip` and so on.
    pub stream_kind: Option<String>,
    pub round: Option<Uuid>,
    /// Of whoever acted.
    pub unit: Option<Uuid>,
}

/// A part of the feed.
#[derive(Clone, Debug)]
pub struct Part {
    pub events: Vec<FeedEvent>,
    /// Where to go on from; it moves on over what is not shown.
    pub next: i64,
    /// Whether more is there already.
    pub is_more: bool,
}

/// The streams somebody sees of what changed, as they stand now.
fn seen(conn: &mut PgConnection, origin: &Origin, found: &changes::Changes) -> Result<BTreeSet<Uuid>, Error> {
    let actor = &origin.actor;
    let scope = rights::scope(actor);
    let ids: BTreeSet<Uuid> = found.tasks.values().flatten().copied().collect();
    let tasks = if ids.is_empty() { Vec::new() } else { changes::subjects(conn, &ids)? };
    let mut seen: BTreeSet<Uuid> = tasks.iter().filter(|(_, s)| scope.covers(s)).map(|(id, _)| *id).collect();
    seen.extend(found.checks.iter().filter(|c| rights::sees_check(actor, c)).map(|c| c.id.0));
    seen.extend(found.slips.iter().filter(|(s, of)| rights::sees_slip(actor, s, of)).map(|(s, _)| s.id.0));
    seen.extend(found.meetings.iter().filter(|(m, g)| rights::sees_meeting(actor, m, g)).map(|(m, _)| m.id.0));
    seen.extend(found.documents.iter().filter(|(d, g)| rights::sees_document(actor, d, g)).map(|(d, _)| d.id.0));
    seen.extend(found.publications.iter().filter(|p| rights::sees_publication(actor, p)).map(|p| p.id.0));
    seen.extend(
        found.opinions.iter().filter(|(o, unit)| rights::sees_opinion(actor, o, unit.as_ref())).map(|(o, _)| o.id.0),
    );
    seen.extend(
        found.duties.iter().filter(|(act, head)| rights::sees_duties(actor, act.round, head)).map(|(a, _)| a.id.0),
    );
    seen.extend(found.rounds.iter().filter(|r| scope.rounds.contains(r)).map(|r| r.0));
    Ok(seen)
}

/// Events after a place in their one order, which has no gap and is given when an event is sealed: nobody who reads on from `next` misses one, however
/// long the transaction took that wrote it.
pub fn after(conn: &mut PgConnection, origin: &Origin, asked: &Asked) -> Result<Part, Error> {
    let found = changes::since(conn, asked.after, origin.now)?;
    let seen = seen(conn, origin, &found)?;
    let mut events: Vec<FeedEvent> = Statement::default()
        .sql(
            "SELECT o.position, e.stream_kind, e.stream_id, e.seq, e.kind, e.schema_version, e.at, e.person_id, e.role, e.unit_id, \
             e.round_id, e.payload, e.alg, e.hash FROM event_positions o JOIN events e USING (stream_kind, stream_id, seq) \
             WHERE o.position > ",
        )
        .bind::<BigInt, _>(asked.after)
        .sql(" AND o.position <= ")
        .bind::<BigInt, _>(found.position)
        .sql(" ORDER BY o.position")
        .load(conn)?;
    events.retain(|e| {
        seen.contains(&e.stream_id)
            && asked.stream_kind.as_ref().is_none_or(|kind| *kind == e.stream_kind)
            && asked.round.is_none_or(|round| Some(round) == e.round_id)
            && asked.unit.is_none_or(|unit| Some(unit) == e.unit_id)
    });
    Ok(Part { events, next: found.position, is_more: found.is_cut })
}
