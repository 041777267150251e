//! The verifiable ledger (docs/domain.md §33) in its tables: the sealer adds leaves and checkpoints, the signer adds its lines, anybody reads proofs.

pub mod receipts;
pub mod records;
pub mod verify;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, SmallInt, Text, Uuid as SqlUuid};
use domain::chain;
use domain::transparency::note::{Checkpoint, SIGNATURE_ALG, Verifier};
use domain::transparency::tree::{self, Frontier, Hash};
use domain::transparency::{from_hex, hex, leaf};
use uuid::Uuid;

use crate::error::Error;
use crate::schema::{checkpoint_signatures, checkpoints, event_positions, pending_events, tree_nodes, verifications};

/// Most leaves that one turn of the sealer adds: what was written before there was a sealer is sealed in turns of this many.
const LEAVES_A_TURN: i64 = 2000;
/// Rows of one INSERT; a row has four values, and PostgreSQL takes 65 535.
const ROWS: usize = 4000;

fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn size(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

/// How many leaves the tree has.
pub fn leaves(conn: &mut PgConnection) -> Result<u64, Error> {
    let last: Option<i64> =
        tree_nodes::table.filter(tree_nodes::level.eq(0)).select(diesel::dsl::max(tree_nodes::ordinal)).first(conn)?;
    Ok(last.map_or(0, |ordinal| size(ordinal + 1)))
}

/// One node that is kept.
///
/// Errors: internal where it is not there or is no hash.
pub fn node(conn: &mut PgConnection, level: u8, ordinal: u64) -> Result<Hash, Error> {
    let stored: Option<String> =
        tree_nodes::table.find((i16::from(level), int(ordinal))).select(tree_nodes::hash).first(conn).optional()?;
    stored
        .as_deref()
        .and_then(from_hex)
        .ok_or_else(|| Error::internal(format!("the tree has no node {level}/{ordinal}")))
}

/// What the tree goes on from at a size.
///
/// Errors: internal where one of its nodes is not there.
pub fn frontier(conn: &mut PgConnection, size: u64) -> Result<Frontier, Error> {
    let (levels, ordinals): (Vec<i16>, Vec<i64>) =
        tree::peaks(size).into_iter().map(|(level, ordinal)| (i16::from(level), int(ordinal))).unzip();
    let rows: Vec<Peak> = diesel::sql_query(
        "SELECT n.hash FROM unnest($1, $2) WITH ORDINALITY AS p(level, ordinal, nth) \
         JOIN tree_nodes n USING (level, ordinal) ORDER BY p.nth",
    )
    .bind::<Array<SmallInt>, _>(&levels)
    .bind::<Array<BigInt>, _>(&ordinals)
    .load(conn)?;
    let peaks: Option<Vec<Hash>> = rows.iter().map(|row| from_hex(&row.hash)).collect();
    peaks
        .filter(|found| found.len() == levels.len())
        .and_then(|found| Frontier::resume(size, found))
        .ok_or_else(|| Error::internal("a tree without its peaks"))
}

#[derive(QueryableByName)]
struct Peak {
    #[diesel(sql_type = Text)]
    hash: String,
}

#[derive(QueryableByName)]
struct Behind {
    #[diesel(sql_type = Bool)]
    is_behind: bool,
}

/// Whether an event waits for its place, a place for its leaf, or the tree for a checkpoint: one look where there is nothing to do.
pub(crate) fn is_behind(conn: &mut PgConnection) -> Result<bool, Error> {
    let found: Behind = diesel::sql_query(
        "SELECT EXISTS (SELECT FROM pending_events) \
            OR COALESCE((SELECT max(position) FROM event_positions), 0) \
                <> COALESCE((SELECT max(ordinal) + 1 FROM tree_nodes WHERE level = 0), 0) \
            OR COALESCE((SELECT max(ordinal) + 1 FROM tree_nodes WHERE level = 0), 0) \
                <> COALESCE((SELECT max(size) FROM checkpoints), 0) AS is_behind",
    )
    .get_result(conn)?;
    Ok(found.is_behind)
}

#[derive(QueryableByName)]
struct Sealed {
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = Text)]
    stream_kind: String,
    #[diesel(sql_type = SqlUuid)]
    stream_id: Uuid,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    alg: String,
    #[diesel(sql_type = Text)]
    hash: String,
}

/// Adds the leaves of events that have a position and no leaf yet, a turn's worth; how many. Runs under the sealer's lock. Where positions have a gap
/// somebody else made it: the tree stops there, the log says so, and nothing else waits for it.
pub(crate) fn grow(conn: &mut PgConnection) -> Result<usize, Error> {
    let before = leaves(conn)?;
    let rows: Vec<Sealed> = diesel::sql_query(
        "SELECT o.position, o.stream_kind, o.stream_id, o.seq, e.alg, e.hash \
         FROM event_positions o JOIN events e USING (stream_kind, stream_id, seq) \
         WHERE o.position > $1 ORDER BY o.position LIMIT $2",
    )
    .bind::<BigInt, _>(int(before))
    .bind::<BigInt, _>(LEAVES_A_TURN)
    .load(conn)?;
    if rows.is_empty() {
        return Ok(0);
    }
    let Ok(mut frontier) = frontier(conn, before) else {
        tracing::error!(size = before, "the tree lacks nodes and does not grow; run bihuan audit verify");
        return Ok(0);
    };
    let mut made = Vec::new();
    for row in &rows {
        if size(row.position) != frontier.size() + 1 {
            tracing::error!(
                position = row.position,
                "positions have a gap and the tree does not grow; run bihuan audit verify"
            );
            break;
        }
        made.extend(frontier.push(leaf(&row.stream_kind, &row.stream_id.to_string(), row.seq, &row.alg, &row.hash)));
    }
    for nodes in made.chunks(ROWS) {
        let values: Vec<_> = nodes
            .iter()
            .map(|n| {
                (
                    tree_nodes::level.eq(i16::from(n.level)),
                    tree_nodes::ordinal.eq(int(n.ordinal)),
                    tree_nodes::alg.eq(chain::ALG),
                    tree_nodes::hash.eq(hex(&n.hash)),
                )
            })
            .collect();
        diesel::insert_into(tree_nodes::table).values(&values).execute(conn)?;
    }
    Ok(usize::try_from(frontier.size() - before).unwrap_or(usize::MAX))
}

#[derive(QueryableByName)]
struct Newest {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Bool)]
    is_due: bool,
}

/// Which checkpoint is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// One a second at most, by the database's clock.
    Measured,
    /// At once.
    Now,
}

/// Writes a checkpoint where the tree grew since the last one; whether it did. Runs under the sealer's lock.
pub(crate) fn checkpoint(conn: &mut PgConnection, pace: Pace) -> Result<bool, Error> {
    let newest: Newest = diesel::sql_query(
        "SELECT size, body, abs(extract(epoch FROM clock_timestamp() - made_at)) >= 1 AS is_due \
         FROM checkpoints ORDER BY size DESC LIMIT 1",
    )
    .get_result(conn)?;
    let leaves = leaves(conn)?;
    if int(leaves) <= newest.size || pace == Pace::Measured && !newest.is_due {
        return Ok(false);
    }
    let Ok(frontier) = frontier(conn, leaves) else { return Ok(false) };
    let origin = newest.body.lines().next().unwrap_or_default().to_owned();
    let head = Checkpoint { origin, size: leaves, root: frontier.root() };
    diesel::insert_into(checkpoints::table)
        .values((
            checkpoints::size.eq(int(leaves)),
            checkpoints::alg.eq(chain::ALG),
            checkpoints::root.eq(hex(&head.root)),
            checkpoints::body.eq(head.text()),
            checkpoints::made_at.eq(diesel::dsl::now),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Which tree this database holds: the first line of every checkpoint.
pub fn origin(conn: &mut PgConnection) -> Result<String, Error> {
    let body: String = checkpoints::table.order(checkpoints::size).select(checkpoints::body).first(conn)?;
    Ok(body.lines().next().unwrap_or_default().to_owned())
}

/// A checkpoint's text with the lines that sign it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub size: u64,
    pub text: String,
    /// Empty while nobody signed it.
    pub lines: String,
    pub made_at: DateTime<Utc>,
}

fn kept(conn: &mut PgConnection, found: Option<(i64, String, DateTime<Utc>)>) -> Result<Option<Kept>, Error> {
    let Some((at, text, made_at)) = found else { return Ok(None) };
    let lines: Vec<String> = checkpoint_signatures::table
        .filter(checkpoint_signatures::size.eq(at))
        .order(checkpoint_signatures::verifier)
        .select(checkpoint_signatures::line)
        .load(conn)?;
    Ok(Some(Kept { size: size(at), text, lines: lines.concat(), made_at }))
}

type Row = (checkpoints::size, checkpoints::body, checkpoints::made_at);

/// The newest checkpoint, signed or not.
pub fn newest(conn: &mut PgConnection) -> Result<Option<Kept>, Error> {
    let found = checkpoints::table.order(checkpoints::size.desc()).select(Row::default()).first(conn).optional()?;
    kept(conn, found)
}

/// The newest checkpoint that somebody signed.
pub fn newest_signed(conn: &mut PgConnection) -> Result<Option<Kept>, Error> {
    let at: Option<i64> =
        checkpoint_signatures::table.select(diesel::dsl::max(checkpoint_signatures::size)).first(conn)?;
    let found = checkpoints::table.find(at.unwrap_or(-1)).select(Row::default()).first(conn).optional()?;
    kept(conn, found)
}

/// The proof that the tree of one size begins with that of another.
///
/// Errors: internal where a node is not there.
pub fn consistency(conn: &mut PgConnection, old: u64, new: u64) -> Result<Vec<Hash>, Error> {
    tree::consistency(old, new, |level, ordinal| node(conn, level, ordinal))
}

/// Keeps a signature; one that is there already stays.
pub fn keep_signature(conn: &mut PgConnection, at: u64, verifier: &Verifier, line: &str) -> Result<(), Error> {
    diesel::insert_into(checkpoint_signatures::table)
        .values((
            checkpoint_signatures::size.eq(int(at)),
            checkpoint_signatures::verifier.eq(verifier.text()),
            checkpoint_signatures::alg.eq(SIGNATURE_ALG),
            checkpoint_signatures::line.eq(line),
            checkpoint_signatures::made_at.eq(diesel::dsl::now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// Where an event stands in the tree, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// From 1; the leaf's index is one less.
    pub position: u64,
    pub leaf: Hash,
    /// What the proof leads to.
    pub checkpoint: Kept,
    pub proof: Vec<Hash>,
}

/// The proof that an event is in the tree, by the newest signed checkpoint that covers it, else by the newest; none while it is not sealed.
///
/// Errors: internal where a node is not there.
pub fn inclusion(
    conn: &mut PgConnection,
    stream_kind: &str,
    stream_id: Uuid,
    seq: i64,
) -> Result<Option<Inclusion>, Error> {
    let position: Option<i64> = event_positions::table
        .filter(event_positions::stream_kind.eq(stream_kind))
        .filter(event_positions::stream_id.eq(stream_id))
        .filter(event_positions::seq.eq(seq))
        .select(event_positions::position)
        .first(conn)
        .optional()?;
    let Some(position) = position.map(size) else { return Ok(None) };
    let covers = |found: Option<Kept>| found.filter(|c| c.size >= position);
    let checkpoint = match covers(newest_signed(conn)?) {
        Some(signed) => Some(signed),
        None => covers(newest(conn)?),
    };
    let Some(checkpoint) = checkpoint else { return Ok(None) };
    let leaf = node(conn, 0, position - 1)?;
    let proof = tree::inclusion(position - 1, checkpoint.size, |level, ordinal| node(conn, level, ordinal))?;
    Ok(Some(Inclusion { position, leaf, checkpoint, proof }))
}

/// Whether this tree begins with another one, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    pub is_covered: bool,
    /// What it was held against: the newest signed checkpoint that is as long, else the newest.
    pub checkpoint: Kept,
    /// Empty where it is not covered.
    pub proof: Vec<Hash>,
}

/// Whether the tree begins with that of so many leaves and this root; one without leaves is nobody's.
///
/// Errors: `NotFound` before the first checkpoint; internal where a node is not there.
pub fn covers(conn: &mut PgConnection, of: u64, root: &Hash) -> Result<Covered, Error> {
    let checkpoint = match newest_signed(conn)?.filter(|signed| signed.size >= of) {
        Some(signed) => signed,
        None => newest(conn)?.ok_or(Error::NotFound)?,
    };
    let Some(head) = Checkpoint::parse(&checkpoint.text) else {
        return Err(Error::internal("a checkpoint that is none"));
    };
    let proof = if of <= head.size { consistency(conn, of, head.size)? } else { Vec::new() };
    let is_covered = of > 0 && tree::is_consistent(of, root, head.size, &head.root, &proof);
    Ok(Covered { is_covered, checkpoint, proof: if is_covered { proof } else { Vec::new() } })
}

/// What a verification came to, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = verifications)]
pub struct Verification {
    pub id: Uuid,
    pub made_at: DateTime<Utc>,
    /// `whole`, or `since` a checkpoint.
    pub part: String,
    pub size: i64,
    pub root: String,
    pub n_signed: i64,
    pub n_anchors: i64,
    pub n_faults: i64,
    pub first_fault: Option<String>,
}

/// Remembers that a verification was made.
pub fn keep_verification(conn: &mut PgConnection, verification: &Verification) -> Result<(), Error> {
    diesel::insert_into(verifications::table).values(verification).execute(conn)?;
    Ok(())
}

/// The last verification; none before the first.
pub fn last_verification(conn: &mut PgConnection) -> Result<Option<Verification>, Error> {
    let newest = verifications::table.order((verifications::made_at.desc(), verifications::id.desc()));
    Ok(newest.select(Verification::as_select()).first(conn).optional()?)
}

/// How many events wait to be sealed.
pub fn waiting(conn: &mut PgConnection) -> Result<i64, Error> {
    Ok(pending_events::table.count().get_result(conn)?)
}

#[derive(QueryableByName)]
struct NodeRow {
    #[diesel(sql_type = SmallInt)]
    level: i16,
    #[diesel(sql_type = BigInt)]
    ordinal: i64,
    #[diesel(sql_type = Text)]
    alg: String,
    #[diesel(sql_type = Text)]
    hash: String,
}

/// What is kept at these places.
fn stored_nodes(conn: &mut PgConnection, places: &[tree::Node]) -> Result<Vec<NodeRow>, Error> {
    Ok(diesel::sql_query(
        "SELECT t.level, t.ordinal, t.alg, t.hash FROM unnest($1, $2) AS p (level, ordinal) JOIN tree_nodes t USING (level, ordinal)",
    )
    .bind::<Array<SmallInt>, _>(places.iter().map(|n| i16::from(n.level)).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(places.iter().map(|n| int(n.ordinal)).collect::<Vec<_>>())
    .load(conn)?)
}
