//! The whole ledger verified in its database (docs/domain.md §33): chains, order, tree, checkpoints, signatures, what was kept outside, words, rows.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, SmallInt, Text, Uuid as SqlUuid};
use domain::chain;
use domain::transparency::anchor::Anchor;
use domain::transparency::audit::{Auditor, EventRecord, FaultKind, Findings, Record, moment};
use domain::transparency::note::{Checkpoint, Verifier};
use domain::transparency::tree::{self, Frontier, Node};
use domain::transparency::{hex, leaf};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{frontier, int, node, records, size, stored_nodes};
use crate::error::Error;
use crate::events::{self, StoredEvent};
use crate::{
    accountability, appraisals, checks, documents, handovers, meetings, opinions, personal_duties, publications,
    rule_register, slips, systemic, tasks,
};

/// Nodes that are compared at once.
const NODES: usize = 2000;
/// Rows that are compared at once.
const ROWS: i64 = 500;

/// What is trusted beside the database.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    pub keys: Vec<Verifier>,
    pub anchors: Vec<Anchor>,
}

/// Everything, or everything behind a checkpoint that is trusted.
///
/// Errors: internal where the checkpoint is not one of this tree's: then everything has to be verified.
pub fn whole(
    conn: &mut PgConnection,
    trusted: Trusted,
    since: Option<&Checkpoint>,
    now: DateTime<Utc>,
) -> Result<Findings, Error> {
    let began = match since {
        None => Frontier::default(),
        Some(checkpoint) => frontier(conn, checkpoint.size)?,
    };
    if since.is_some_and(|checkpoint| checkpoint.root != began.root()) {
        return Err(Error::internal("the tree does not begin with this checkpoint"));
    }
    let after = began.size();
    let grown = sealed(conn)?;
    let mut auditor = Auditor::new(began, trusted.keys, trusted.anchors);
    let mut made: Vec<Node> = Vec::new();
    records::each(conn, after, Vec::new(), now, |conn, record| {
        if let Record::Event { event: Some(event), .. } = &record
            && after > 0
            && event.seq > 1
            && !auditor.knows(&event.stream_kind, &event.stream_id)
            && let Some(before) = stood(conn, event)?
        {
            auditor.stood(&before);
        }
        made.extend(auditor.take(&record).into_iter().filter(|n| (n.ordinal + 1) << n.level <= grown));
        if made.len() >= NODES {
            compare_nodes(conn, &mut auditor, &made)?;
            made.clear();
        }
        Ok(())
    })?;
    compare_nodes(conn, &mut auditor, &made)?;
    nodes_beyond(conn, &mut auditor, grown)?;
    dangling(conn, &mut auditor)?;
    revisions(conn, &mut auditor)?;
    rows(conn, &mut auditor)?;
    Ok(auditor.finish())
}

/// How many leaves stand for a position; what somebody put beyond the last position is none.
fn sealed(conn: &mut PgConnection) -> Result<u64, Error> {
    #[derive(QueryableByName)]
    struct Leaves {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let leaves: Leaves = diesel::sql_query(
        "SELECT COALESCE(max(ordinal) + 1, 0) AS n FROM tree_nodes \
         WHERE level = 0 AND ordinal < COALESCE((SELECT max(position) FROM event_positions), 0)",
    )
    .get_result(conn)?;
    Ok(size(leaves.n))
}

/// The event before one in its stream.
fn stood(conn: &mut PgConnection, event: &EventRecord) -> Result<Option<EventRecord>, Error> {
    let id: Uuid = event.stream_id.parse().map_err(Error::internal)?;
    let before = events::between(conn, &event.stream_kind, id, event.seq - 2, event.seq - 1)?.pop();
    Ok(before.map(|e| record_of(&e)))
}

fn record_of(e: &StoredEvent) -> EventRecord {
    let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    EventRecord {
        stream_kind: e.stream_kind.clone(),
        stream_id: e.stream_id.to_string(),
        seq: e.seq,
        kind: e.kind.clone(),
        schema_version: e.schema_version,
        at: moment(e.at),
        account: text(e.account_id),
        person: text(e.person_id),
        role: e.role.clone(),
        unit: text(e.unit_id),
        address: e.address.clone(),
        request_id: e.request_id.clone(),
        round: text(e.round_id),
        payload: e.payload.clone(),
        alg: e.alg.clone(),
        prev_hash: e.prev_hash.clone(),
        hash: e.hash.clone(),
    }
}

/// The nodes that follow from the leaves must be those that are kept; the hash of a leaf has been looked at.
fn compare_nodes(conn: &mut PgConnection, auditor: &mut Auditor, made: &[Node]) -> Result<(), Error> {
    let stored = stored_nodes(conn, made)?;
    let kept: std::collections::HashMap<(i16, i64), (&str, &str)> =
        stored.iter().map(|n| ((n.level, n.ordinal), (n.alg.as_str(), n.hash.as_str()))).collect();
    for n in made {
        let own = hex(&n.hash);
        let fits = kept
            .get(&(i16::from(n.level), int(n.ordinal)))
            .map_or(n.level == 0, |(alg, hash)| *alg == chain::ALG && (n.level == 0 || *hash == own));
        if !fits {
            let (from, to) = ((n.ordinal << n.level) + 1, (n.ordinal + 1) << n.level);
            auditor.fault("tree_nodes", format!("{}/{}（总序 {from} 至 {to}）", n.level, n.ordinal), FaultKind::Node);
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = SmallInt)]
    level: i16,
    #[diesel(sql_type = BigInt)]
    ordinal: i64,
}

/// Nodes that no leaf makes.
fn nodes_beyond(conn: &mut PgConnection, auditor: &mut Auditor, grown: u64) -> Result<(), Error> {
    let levels: Vec<i16> = (0..63).collect();
    let wholes: Vec<i64> = (0..63u32).map(|level| int(grown >> level)).collect();
    let extra: Vec<Place> = diesel::sql_query(
        "SELECT t.level, t.ordinal FROM unnest($1, $2) AS l (level, whole) JOIN LATERAL ( \
             SELECT n.level, n.ordinal FROM tree_nodes n WHERE n.level = l.level AND (n.ordinal >= l.whole OR n.ordinal < 0) LIMIT 1) t ON true \
         UNION ALL (SELECT level, ordinal FROM tree_nodes WHERE level < 0 OR level > 62 LIMIT 1)",
    )
    .bind::<diesel::sql_types::Array<SmallInt>, _>(levels)
    .bind::<diesel::sql_types::Array<BigInt>, _>(wholes)
    .load(conn)?;
    for place in extra {
        auditor.fault("tree_nodes", format!("{}/{}", place.level, place.ordinal), FaultKind::Node);
    }
    Ok(())
}

/// What waits to be sealed and is not there any more.
fn dangling(conn: &mut PgConnection, auditor: &mut Auditor) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Key {
        #[diesel(sql_type = Text)]
        key: String,
    }
    let keys: Vec<Key> = diesel::sql_query(
        "SELECT concat_ws('/', stream_kind, stream_id, seq) AS key FROM pending_events p \
         WHERE NOT EXISTS (SELECT FROM events e WHERE (e.stream_kind, e.stream_id, e.seq) = (p.stream_kind, p.stream_id, p.seq)) \
         ORDER BY 1 LIMIT 50",
    )
    .load(conn)?;
    keys.into_iter().for_each(|row| auditor.fault("pending_events", row.key, FaultKind::Missing));
    Ok(())
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    sha256: String,
    #[diesel(sql_type = Text)]
    alg: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    body: String,
}

/// Words are kept under their digest, and events name the digest.
fn revisions(conn: &mut PgConnection, auditor: &mut Auditor) -> Result<(), Error> {
    let mut last = String::new();
    loop {
        let page: Vec<Words> = diesel::sql_query(
            "SELECT sha256, alg, kind, body FROM revisions WHERE sha256 > $1 ORDER BY sha256 LIMIT $2",
        )
        .bind::<Text, _>(&last)
        .bind::<BigInt, _>(ROWS)
        .load(conn)?;
        let Some(behind) = page.last() else { return Ok(()) };
        last.clone_from(&behind.sha256);
        for words in page {
            if words.alg != chain::ALG || chain::digest(&words.kind, &words.body).as_str() != words.sha256 {
                auditor.fault("revisions", words.sha256, FaultKind::Revision);
            }
        }
    }
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Jsonb)]
    snapshot: serde_json::Value,
}

/// Every row of a table whose state is kept beside its events must be the fold of them, and every such stream must have its row.
fn folds<T: DeserializeOwned + PartialEq>(
    conn: &mut PgConnection,
    auditor: &mut Auditor,
    table: &'static str,
    kind: &str,
    replay: impl Fn(&mut PgConnection, Uuid) -> Result<Option<T>, Error>,
) -> Result<(), Error> {
    let mut last = Uuid::nil();
    loop {
        let sql = format!("SELECT id, snapshot FROM {table} WHERE id > $1 ORDER BY id LIMIT $2");
        let page: Vec<Kept> = diesel::sql_query(sql).bind::<SqlUuid, _>(last).bind::<BigInt, _>(ROWS).load(conn)?;
        let Some(behind) = page.last() else { break };
        last = behind.id;
        for row in page {
            let folded = match replay(conn, row.id) {
                Ok(folded) => folded,
                Err(error @ (Error::Unavailable | Error::Busy)) => return Err(error),
                // What cannot be read any more is no fold.
                Err(_) => None,
            };
            if folded.is_none() || serde_json::from_value::<T>(row.snapshot).ok() != folded {
                auditor.fault(table, row.id.to_string(), FaultKind::Row);
            }
        }
    }
    #[derive(QueryableByName)]
    struct Lost {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let lost: Vec<Lost> = diesel::sql_query(format!(
        "SELECT DISTINCT e.stream_id AS id FROM events e WHERE e.stream_kind = $1 \
         AND NOT EXISTS (SELECT FROM {table} t WHERE t.id = e.stream_id) ORDER BY 1 LIMIT 50"
    ))
    .bind::<Text, _>(kind)
    .load(conn)?;
    for row in lost {
        auditor.fault(table, row.id.to_string(), FaultKind::Row);
    }
    Ok(())
}

fn rows(conn: &mut PgConnection, auditor: &mut Auditor) -> Result<(), Error> {
    folds(conn, auditor, "tasks", "task", |conn, id| tasks::replay(conn, id.into()))?;
    folds(conn, auditor, "checks", "check", |conn, id| checks::replay(conn, id.into()))?;
    folds(conn, auditor, "slips", "slip", |conn, id| slips::replay(conn, id.into()))?;
    folds(conn, auditor, "meetings", "meeting", |conn, id| meetings::replay(conn, id.into()))?;
    folds(conn, auditor, "personal_duties", "personal_duty", |conn, id| personal_duties::replay(conn, id.into()))?;
    folds(conn, auditor, "publications", "publication", |conn, id| publications::replay(conn, id.into()))?;
    folds(conn, auditor, "opinions", "opinion", |conn, id| opinions::replay(conn, id.into()))?;
    folds(conn, auditor, "handovers", "handover", |conn, id| handovers::replay(conn, id.into()))?;
    folds(conn, auditor, "systemic_problems", "systemic_problem", |conn, id| systemic::replay(conn, id.into()))?;
    folds(conn, auditor, "rules", "rule", |conn, id| rule_register::replay(conn, id.into()))?;
    folds(conn, auditor, "appraisal_schemes", "appraisal_scheme", |conn, id| {
        appraisals::replay_scheme(conn, id.into())
    })?;
    folds(conn, auditor, "appraisals", "appraisal", |conn, id| appraisals::replay(conn, id.into()))?;
    accountability::read_all(conn)?;
    folds(conn, auditor, "accountability_actions", "accountability_action", |conn, id| {
        accountability::replay(conn, id.into())
    })?;
    folds(conn, auditor, "documents", "document", |conn, id| documents::replay(conn, id.into()))?;
    beside(conn, auditor)
}

/// What lists search tasks by must be what their state says.
fn beside(conn: &mut PgConnection, auditor: &mut Auditor) -> Result<(), Error> {
    let apart: Vec<Kept> = diesel::sql_query(
        "SELECT id, snapshot FROM tasks WHERE state <> snapshot->>'state' OR version <> (snapshot->>'version')::bigint \
            OR due_on IS DISTINCT FROM (snapshot#>>'{draft,due_on}')::date ORDER BY id LIMIT 50",
    )
    .load(conn)?;
    for row in apart {
        auditor.fault("tasks", row.id.to_string(), FaultKind::Row);
    }
    Ok(())
}

/// One stream: its chain, and each of its sealed events in the tree of the newest checkpoint that covers it.
///
/// Errors: `NotFound` where there is no such stream.
pub fn stream(conn: &mut PgConnection, kind: &str, id: Uuid, now: DateTime<Utc>) -> Result<Findings, Error> {
    let stored = events::history(conn, kind, id)?;
    if stored.is_empty() {
        return Err(Error::NotFound);
    }
    let mut auditor = Auditor::new(Frontier::default(), Vec::new(), Vec::new());
    let head = Record::Head {
        format: domain::transparency::audit::FORMAT.to_owned(),
        origin: super::origin(conn)?,
        made_at: now,
        after: 0,
        keys: Vec::new(),
    };
    auditor.take(&head);
    let events = stored.len() as u64;
    for e in &stored {
        let event = record_of(e);
        let place = format!("{kind}/{id}/{}", e.seq);
        // Taken as one that waits, for its place is looked at below.
        auditor.take(&Record::Event {
            position: None,
            pending: true,
            stream_kind: kind.to_owned(),
            stream_id: id.to_string(),
            seq: e.seq,
            leaf: None,
            event: Some(Box::new(event)),
        });
        let Some(found) = super::inclusion(conn, kind, id, e.seq)? else { continue };
        let key = format!("{place}（总序 {}）", found.position);
        let own = leaf(kind, &id.to_string(), e.seq, &e.alg, &e.hash);
        let root = Checkpoint::parse(&found.checkpoint.text).map(|c| c.root).unwrap_or_default();
        if own != node(conn, 0, found.position - 1)? {
            auditor.fault("tree_nodes", key, FaultKind::Leaf);
        } else if !tree::includes(&own, found.position - 1, found.checkpoint.size, &found.proof, &root) {
            auditor.fault("tree_nodes", key, FaultKind::Node);
        }
    }
    auditor.take(&Record::End { events, checkpoints: 0 });
    Ok(auditor.finish())
}
