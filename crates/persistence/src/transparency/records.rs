//! The ledger as records, in the order a verifier reads them (docs/domain.md §33); a page at a time, so that memory does not grow with it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::transparency::audit::{EventRecord, FORMAT, Record, moment};
use uuid::Uuid;

use super::{int, size};
use crate::error::Error;

/// Events of one page.
const PAGE: i64 = 1000;

/// What is stored of an event that may not be there.
const EVENT: &str = "e.seq IS NOT NULL AS is_there, COALESCE(e.kind, '') AS kind, COALESCE(e.schema_version, 0::smallint) AS schema_version, \
    COALESCE(e.at, 'epoch') AS at, e.account_id, e.person_id, COALESCE(e.role, '') AS role, e.unit_id, COALESCE(e.address, '') AS address, \
    COALESCE(e.request_id, '') AS request_id, e.round_id, COALESCE(e.payload, '') AS payload, COALESCE(e.alg, '') AS alg, \
    COALESCE(e.prev_hash, '') AS prev_hash, COALESCE(e.hash, '') AS hash";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<BigInt>)]
    position: Option<i64>,
    #[diesel(sql_type = Bool)]
    is_pending: bool,
    #[diesel(sql_type = Text)]
    stream_kind: String,
    #[diesel(sql_type = SqlUuid)]
    stream_id: Uuid,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Nullable<Text>)]
    leaf: Option<String>,
    #[diesel(embed)]
    event: Event,
}

#[derive(QueryableByName)]
struct Event {
    #[diesel(sql_type = Bool)]
    is_there: bool,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SmallInt)]
    schema_version: i16,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    account_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    person_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    unit_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    address: String,
    #[diesel(sql_type = Text)]
    request_id: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    round_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    payload: String,
    #[diesel(sql_type = Text)]
    alg: String,
    #[diesel(sql_type = Text)]
    prev_hash: String,
    #[diesel(sql_type = Text)]
    hash: String,
}

fn text(id: Option<Uuid>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

impl From<Row> for Record {
    fn from(row: Row) -> Self {
        let (stream_kind, stream_id, seq) = (row.stream_kind, row.stream_id.to_string(), row.seq);
        let e = row.event;
        let event = e.is_there.then(|| {
            Box::new(EventRecord {
                stream_kind: stream_kind.clone(),
                stream_id: stream_id.clone(),
                seq,
                kind: e.kind,
                schema_version: e.schema_version,
                at: moment(e.at),
                account: text(e.account_id),
                person: text(e.person_id),
                role: e.role,
                unit: text(e.unit_id),
                address: e.address,
                request_id: e.request_id,
                round: text(e.round_id),
                payload: e.payload,
                alg: e.alg,
                prev_hash: e.prev_hash,
                hash: e.hash,
            })
        });
        Record::Event {
            position: row.position.map(size),
            pending: row.is_pending,
            stream_kind,
            stream_id,
            seq,
            leaf: row.leaf,
            event,
        }
    }
}

/// Events with a position behind one, by position.
fn positioned(conn: &mut PgConnection, after: u64) -> Result<Vec<Record>, Error> {
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT o.position, p.seq IS NOT NULL AS is_pending, o.stream_kind, o.stream_id, o.seq, t.hash AS leaf, {EVENT} \
         FROM event_positions o LEFT JOIN events e USING (stream_kind, stream_id, seq) \
         LEFT JOIN pending_events p USING (stream_kind, stream_id, seq) \
         LEFT JOIN tree_nodes t ON t.level = 0 AND t.ordinal = o.position - 1 \
         WHERE o.position > $1 ORDER BY o.position LIMIT $2"
    ))
    .bind::<BigInt, _>(int(after))
    .bind::<BigInt, _>(PAGE)
    .load(conn)?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// Events without a position behind one, by stream and seq.
fn waiting(conn: &mut PgConnection, after: &(String, Uuid, i64)) -> Result<Vec<Record>, Error> {
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT NULL::bigint AS position, p.seq IS NOT NULL AS is_pending, e.stream_kind, e.stream_id, e.seq, NULL::text AS leaf, {EVENT} \
         FROM events e LEFT JOIN pending_events p USING (stream_kind, stream_id, seq) \
         WHERE (e.stream_kind, e.stream_id, e.seq) > ($1, $2, $3) \
            AND NOT EXISTS (SELECT FROM event_positions o WHERE (o.stream_kind, o.stream_id, o.seq) = (e.stream_kind, e.stream_id, e.seq)) \
         ORDER BY e.stream_kind, e.stream_id, e.seq LIMIT $4"
    ))
    .bind::<Text, _>(&after.0)
    .bind::<SqlUuid, _>(after.1)
    .bind::<BigInt, _>(after.2)
    .bind::<BigInt, _>(PAGE)
    .load(conn)?;
    Ok(rows.into_iter().map(Record::from).collect())
}

#[derive(QueryableByName)]
struct CheckpointRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Text)]
    alg: String,
    #[diesel(sql_type = Text)]
    root: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    lines: String,
}

/// Checkpoints from a size on, one page.
fn checkpoints(conn: &mut PgConnection, from: i64) -> Result<Vec<CheckpointRow>, Error> {
    Ok(diesel::sql_query(
        "SELECT c.size, c.alg, c.root, c.body, c.made_at, COALESCE(( \
             SELECT string_agg(s.line, '' ORDER BY s.verifier) FROM checkpoint_signatures s WHERE s.size = c.size), '') AS lines \
         FROM checkpoints c WHERE c.size >= $1 ORDER BY c.size LIMIT $2",
    )
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(PAGE)
    .load(conn)?)
}

/// The checkpoints still to be said.
struct Checkpoints {
    page: std::collections::VecDeque<CheckpointRow>,
    from: i64,
    said: u64,
}

impl Checkpoints {
    /// The next one up to a size.
    fn next(&mut self, conn: &mut PgConnection, up_to: i64) -> Result<Option<Record>, Error> {
        if self.page.is_empty() && self.from <= up_to {
            self.page = checkpoints(conn, self.from)?.into();
            self.from = self.page.back().map_or(i64::MAX, |last| last.size.saturating_add(1));
        }
        if self.page.front().is_none_or(|c| c.size > up_to) {
            return Ok(None);
        }
        Ok(self.page.pop_front().map(|c| {
            self.said += 1;
            Record::Checkpoint {
                size: size(c.size),
                alg: c.alg,
                root: c.root,
                text: c.body,
                made_at: c.made_at,
                signatures: c.lines,
            }
        }))
    }
}

/// Says every record behind a size of the tree, in the caller's transaction, as one moment of the database has them; public keys go into the head.
///
/// Errors: those of `each`.
pub fn each(
    conn: &mut PgConnection,
    after: u64,
    keys: Vec<String>,
    made_at: DateTime<Utc>,
    mut each: impl FnMut(&mut PgConnection, Record) -> Result<(), Error>,
) -> Result<(), Error> {
    // Large houses take longer than a page may.
    diesel::sql_query("SET LOCAL statement_timeout = '600s'").execute(conn)?;
    let origin = super::origin(conn)?;
    each(conn, Record::Head { format: FORMAT.to_owned(), origin, made_at, after, keys })?;
    let mut checkpoints = Checkpoints { page: Default::default(), from: int(after), said: 0 };
    let (mut last, mut events) = (after, 0);
    loop {
        let page = positioned(conn, last)?;
        let is_last = page.is_empty();
        for record in page {
            let Record::Event { position: Some(position), event, .. } = &record else { continue };
            last = *position;
            events += u64::from(event.is_some());
            while let Some(checkpoint) = checkpoints.next(conn, int(last) - 1)? {
                each(conn, checkpoint)?;
            }
            each(conn, record)?;
        }
        if is_last {
            break;
        }
    }
    while let Some(checkpoint) = checkpoints.next(conn, i64::MAX)? {
        each(conn, checkpoint)?;
    }
    let mut behind = (String::new(), Uuid::nil(), 0);
    loop {
        let page = waiting(conn, &behind)?;
        let Some(Record::Event { stream_kind, stream_id, seq, .. }) = page.last() else { break };
        behind = (stream_kind.clone(), stream_id.parse().unwrap_or_default(), *seq);
        for record in page {
            events += 1;
            each(conn, record)?;
        }
    }
    each(conn, Record::End { events, checkpoints: checkpoints.said })
}
