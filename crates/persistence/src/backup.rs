//! What a backup says of the database as of one moment, what a restore holds against it, and the sessions a restore ends (docs/domain.md §21).

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{DateTime, Utc};
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::database::MIGRATIONS;
use crate::error::Error;
use crate::schema::{blobs, exports, refresh_tokens};

/// A database as it is at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// By the database's clock.
    pub at: DateTime<Utc>,
    /// Versions of the migrations that were run, in order.
    pub schema: Vec<String>,
    /// Rows of each table.
    pub counts: BTreeMap<String, i64>,
    /// Roles that were granted something, which must be there before it can be put back.
    pub roles: Vec<String>,
    /// The last place in the one order of events.
    pub last_position: i64,
    /// How many streams of events there are.
    pub streams: usize,
    /// SHA-256 over kind, id, seq and hash of the last event of each stream, a line each, by kind and id.
    pub heads: String,
}

/// A file the database knows.
#[derive(Clone, Debug, Queryable)]
pub struct KnownFile {
    pub sha256: String,
    /// Bytes.
    pub size: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Moment {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = Text)]
    stream_kind: String,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    stream_id: Uuid,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    hash: String,
}

fn words(conn: &mut PgConnection, sql: &str) -> Result<Vec<String>, Error> {
    let rows: Vec<Word> = diesel::sql_query(sql).load(conn)?;
    Ok(rows.into_iter().map(|row| row.word).collect())
}

/// Names of the tables of the schema `public`; none in a database that is empty.
pub fn tables(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    words(conn, "SELECT tablename::text AS word FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
}

/// Versions of the migrations this program knows, in order.
pub fn known_schema() -> Result<Vec<String>, Error> {
    let known: Vec<Box<dyn Migration<diesel::pg::Pg>>> = MIGRATIONS.migrations().map_err(Error::internal)?;
    let mut versions: Vec<String> = known.iter().map(|m| m.name().version().to_string()).collect();
    versions.sort();
    Ok(versions)
}

/// What the database is like, as its owner; to be asked within one moment.
pub fn facts(conn: &mut PgConnection) -> Result<Facts, Error> {
    let moment: Moment = diesel::sql_query("SELECT now() AS at").get_result(conn)?;
    let schema = words(conn, "SELECT version::text AS word FROM __diesel_schema_migrations ORDER BY 1")?;
    let mut counts = BTreeMap::new();
    for table in tables(conn)?.into_iter().filter(|t| !t.starts_with("__")) {
        let row: Number =
            diesel::sql_query(format!("SELECT count(*) AS n FROM public.\"{table}\"")).get_result(conn)?;
        counts.insert(table, row.n);
    }
    let last: Number =
        diesel::sql_query("SELECT COALESCE(max(position), 0) AS n FROM event_positions").get_result(conn)?;
    let heads: Vec<Head> = diesel::sql_query(
        "SELECT DISTINCT ON (stream_kind, stream_id) stream_kind, stream_id, seq, hash FROM events \
         ORDER BY stream_kind, stream_id, seq DESC",
    )
    .load(conn)?;
    let streams = heads.len();
    // By bytes, whatever order the database's locale puts words in.
    let heads: BTreeMap<(String, Uuid), (i64, String)> =
        heads.into_iter().map(|h| ((h.stream_kind, h.stream_id), (h.seq, h.hash))).collect();
    let mut lines = String::new();
    for ((kind, id), (seq, hash)) in &heads {
        let _ = writeln!(lines, "{kind}\t{id}\t{seq}\t{hash}");
    }
    Ok(Facts {
        at: moment.at,
        schema,
        counts,
        roles: words(
            conn,
            "SELECT DISTINCT grantee::text AS word FROM information_schema.role_table_grants \
             WHERE table_schema = 'public' AND grantee NOT IN ('PUBLIC', current_user) ORDER BY 1",
        )?,
        last_position: last.n,
        streams,
        heads: hex::encode(Sha256::digest(lines.as_bytes())),
    })
}

/// Those of some roles that the cluster lacks.
pub fn missing_roles(conn: &mut PgConnection, roles: &[String]) -> Result<Vec<String>, Error> {
    let there = words(conn, "SELECT rolname::text AS word FROM pg_roles")?;
    Ok(roles.iter().filter(|role| !there.contains(role)).cloned().collect())
}

/// Every file the database knows, by its digest.
pub fn files(conn: &mut PgConnection) -> Result<Vec<KnownFile>, Error> {
    Ok(blobs::table.select((blobs::sha256, blobs::size)).order(blobs::sha256).load(conn)?)
}

/// Ends every session that a restored database remembers and lets go of lists whose files were not kept, as its owner; how many sessions were
/// still going on.
pub fn end_sessions(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize, Error> {
    diesel::sql_query("UPDATE accounts SET epoch = epoch + 1").execute(conn)?;
    diesel::sql_query("DELETE FROM download_tickets").execute(conn)?;
    diesel::update(exports::table.filter(exports::state.eq_any(["ready", "running"])))
        .set((
            exports::state.eq("failed"),
            exports::fault.eq("internal"),
            exports::sha256.eq(None::<String>),
            exports::size.eq(None::<i64>),
        ))
        .execute(conn)?;
    let going_on = refresh_tokens::table.filter(refresh_tokens::revoked_at.is_null());
    Ok(diesel::update(going_on).set(refresh_tokens::revoked_at.eq(now)).execute(conn)?)
}
