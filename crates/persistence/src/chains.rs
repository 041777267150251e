//! Recomputes the chains of all events, a page at a time, and names what does not fit (docs/domain.md §21).

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use uuid::Uuid;

use crate::error::Error;
use crate::events::{StoredEvent, first_broken};
use crate::schema::events;

/// Events that are read at once.
const PAGE: i64 = 2000;

/// The first event of a stream that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub kind: String,
    pub id: Uuid,
    pub seq: i64,
}

/// What a walk along the chains came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    pub streams: usize,
    pub events: i64,
    pub broken: Vec<Broken>,
}

/// Recomputes every chain.
pub fn walk(conn: &mut PgConnection) -> Result<Walk, Error> {
    let mut walked = Walk::default();
    let mut last: Option<StoredEvent> = None;
    loop {
        let page = page(conn, last.as_ref())?;
        let is_last = i64::try_from(page.len()).unwrap_or(0) < PAGE;
        for event in page {
            let before = last.filter(|l| l.stream_kind == event.stream_kind && l.stream_id == event.stream_id);
            walked.streams += usize::from(before.is_none());
            walked.events += 1;
            let (seq, prev) = before.as_ref().map_or((1, ""), |l| (l.seq + 1, l.hash.as_str()));
            let fits = event.seq == seq && event.prev_hash == prev && event.computed_hash() == event.hash;
            let is_named = walked.broken.last().is_some_and(|b| b.kind == event.stream_kind && b.id == event.stream_id);
            if !fits && !is_named {
                walked.broken.push(Broken { kind: event.stream_kind.clone(), id: event.stream_id, seq: event.seq });
            }
            last = Some(event);
        }
        if is_last {
            return Ok(walked);
        }
    }
}

fn page(conn: &mut PgConnection, after: Option<&StoredEvent>) -> Result<Vec<StoredEvent>, Error> {
    let all = events::table
        .order((events::stream_kind, events::stream_id, events::seq))
        .select(StoredEvent::as_select())
        .limit(PAGE);
    let Some(last) = after else { return Ok(all.load(conn)?) };
    let further = diesel::dsl::sql::<diesel::sql_types::Bool>("(stream_kind, stream_id, seq) > (")
        .bind::<Text, _>(last.stream_kind.clone())
        .sql(", ")
        .bind::<SqlUuid, _>(last.stream_id)
        .sql(", ")
        .bind::<BigInt, _>(last.seq)
        .sql(")");
    Ok(all.filter(further).load(conn)?)
}

#[derive(QueryableByName)]
struct Stream {
    #[diesel(sql_type = Text)]
    stream_kind: String,
    #[diesel(sql_type = SqlUuid)]
    stream_id: Uuid,
}

/// Recomputes the chains of what happened last: those of so many events that have their place.
pub fn walk_newest(conn: &mut PgConnection, events: i64) -> Result<Walk, Error> {
    let streams: Vec<Stream> = diesel::sql_query(
        "SELECT DISTINCT stream_kind, stream_id FROM \
         (SELECT stream_kind, stream_id FROM event_positions ORDER BY position DESC LIMIT $1) AS newest",
    )
    .bind::<BigInt, _>(events)
    .load(conn)?;
    let mut walked = Walk { streams: streams.len(), ..Walk::default() };
    for stream in streams {
        if let Some(seq) = first_broken(conn, &stream.stream_kind, stream.stream_id)? {
            walked.broken.push(Broken { kind: stream.stream_kind, id: stream.stream_id, seq });
        }
    }
    Ok(walked)
}
