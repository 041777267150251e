//! What an operator is told of the database: its settings, what the application's role may do, what waits, who has accounts.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz};
use domain::second_factor::IdentityRules;

use crate::error::Error;

/// Tables that are only ever appended to.
const APPEND_ONLY: [&str; 8] =
    ["events", "event_positions", "revisions", "blobs", "round_policies", "tree_nodes", "checkpoints", "verifications"];

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Two {
    #[diesel(sql_type = BigInt)]
    one: i64,
    #[diesel(sql_type = BigInt)]
    other: i64,
}

/// A setting of the server as it holds for this connection; empty when the server does not know it.
pub fn setting(conn: &mut PgConnection, name: &str) -> Result<String, Error> {
    let row: Word = diesel::sql_query("SELECT COALESCE(current_setting($1, true), '') AS word")
        .bind::<Text, _>(name)
        .get_result(conn)?;
    Ok(row.word)
}

/// Whether this connection can take the role of the second net, and the tables it is under have its rule.
pub fn has_second_net(conn: &mut PgConnection) -> Result<bool, Error> {
    let row: Word = diesel::sql_query(
        "SELECT ((SELECT count(*) FROM pg_roles WHERE rolname = 'bihuan_narrow' AND pg_has_role(session_user, oid, 'MEMBER')) = 1 \
            AND (SELECT count(*) FROM pg_policies p JOIN pg_class c ON c.oid = format('%I.%I', p.schemaname, p.tablename)::regclass \
                 WHERE p.policyname = 'narrow' AND c.relrowsecurity AND p.tablename IN ('tasks', 'weekly_statements')) = 2)::text AS word",
    )
    .get_result(conn)?;
    Ok(row.word == "true")
}

#[derive(QueryableByName)]
struct Moment {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// What the database's clock says.
pub fn clock(conn: &mut PgConnection) -> Result<DateTime<Utc>, Error> {
    let row: Moment = diesel::sql_query("SELECT clock_timestamp() AS at").get_result(conn)?;
    Ok(row.at)
}

/// Encoding, order of words, and bytes on disk of the database.
pub fn database(conn: &mut PgConnection) -> Result<(String, String, i64), Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        encoding: String,
        #[diesel(sql_type = Text)]
        collation: String,
        #[diesel(sql_type = BigInt)]
        size: i64,
    }
    let row: Row = diesel::sql_query(
        "SELECT pg_encoding_to_char(encoding)::text AS encoding, datcollate::text AS collation, pg_database_size(oid) AS size \
         FROM pg_database WHERE datname = current_database()",
    )
    .get_result(conn)?;
    Ok((row.encoding, row.collation, row.size))
}

/// Whether the server is on another machine, and whether the way there is encrypted.
pub fn link(conn: &mut PgConnection) -> Result<(bool, bool), Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        is_remote: bool,
        #[diesel(sql_type = Bool)]
        is_encrypted: bool,
    }
    let row: Row = diesel::sql_query(
        "SELECT COALESCE(inet_server_addr() <> inet_client_addr(), false) AS is_remote, \
            COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_encrypted",
    )
    .get_result(conn)?;
    Ok((row.is_remote, row.is_encrypted))
}

fn words(conn: &mut PgConnection, sql: &str) -> Result<Vec<String>, Error> {
    let rows: Vec<Word> = diesel::sql_query(sql).load(conn)?;
    Ok(rows.into_iter().map(|row| row.word).collect())
}

/// What this connection's role can do to what happened, such as `UPDATE events`; nothing, as it should be.
pub fn can_change_history(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    let rows: Vec<Word> = diesel::sql_query(
        "SELECT p || ' ' || t AS word FROM unnest($1) AS t, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p \
         WHERE has_table_privilege('public.' || t, p) ORDER BY 1",
    )
    .bind::<Array<Text>, _>(APPEND_ONLY.map(str::to_owned).to_vec())
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.word).collect())
}

/// What this connection's role is more than an application should be: superuser, maker of roles or databases, owner of tables, maker of tables.
pub fn is_more_than_application(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    words(
        conn,
        "SELECT word FROM pg_roles, unnest(ARRAY[CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END, \
            CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END, \
            CASE WHEN has_schema_privilege('public', 'CREATE') THEN 'CREATE ON public' END, \
            (SELECT 'OWNER OF ' || tablename::text FROM pg_tables WHERE schemaname = 'public' \
             AND pg_has_role(tableowner, 'MEMBER') ORDER BY tablename LIMIT 1)]) AS word \
         WHERE rolname = current_user AND word IS NOT NULL",
    )
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    oldest: Option<DateTime<Utc>>,
}

/// Events that have no place in the one order yet: how many, and when the oldest happened.
pub fn unsealed(conn: &mut PgConnection) -> Result<(i64, Option<DateTime<Utc>>), Error> {
    let row: Waiting = diesel::sql_query(
        "SELECT count(*) AS n, min(at) AS oldest FROM pending_events JOIN events USING (stream_kind, stream_id, seq)",
    )
    .get_result(conn)?;
    Ok((row.n, row.oldest))
}

fn two(conn: &mut PgConnection, sql: &str, at: DateTime<Utc>) -> Result<(i64, i64), Error> {
    let row: Two = diesel::sql_query(sql).bind::<Timestamptz, _>(at).get_result(conn)?;
    Ok((row.one, row.other))
}

/// Acts that were due before a moment and are not done: those that wait, and those that were given up.
pub fn overdue_acts(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<(i64, i64), Error> {
    two(
        conn,
        "SELECT count(*) FILTER (WHERE attempts < 10) AS one, count(*) FILTER (WHERE attempts >= 10) AS other \
         FROM due_acts WHERE done_at IS NULL AND due_at <= $1",
        before,
    )
}

/// Notices that did not leave: those that failed for good, and those that were to leave before a moment.
pub fn undelivered(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<(i64, i64), Error> {
    two(
        conn,
        "SELECT count(*) FILTER (WHERE state = 'failed') AS one, \
            count(*) FILTER (WHERE state IN ('due', 'sending') AND next_at < $1) AS other FROM deliveries WHERE channel <> 'inbox'",
        before,
    )
}

/// What is to be said of accounts of people.
#[derive(Clone, Debug, QueryableByName)]
pub struct Accounts {
    #[diesel(sql_type = BigInt)]
    pub active: i64,
    /// With neither role nor duty and not disabled: made, and given to nobody.
    #[diesel(sql_type = BigInt)]
    pub without_role: i64,
    /// Active, whose password was given by somebody else and is still to be changed.
    #[diesel(sql_type = BigInt)]
    pub to_change: i64,
    /// Active, whose password was last set before a moment.
    #[diesel(sql_type = BigInt)]
    pub old_passwords: i64,
    #[diesel(sql_type = BigInt)]
    pub sys_admins: i64,
    #[diesel(sql_type = BigInt)]
    pub security_admins: i64,
    #[diesel(sql_type = BigInt)]
    pub auditors: i64,
}

/// Counts accounts; a password is old that was last set before a moment.
pub fn accounts(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<Accounts, Error> {
    Ok(diesel::sql_query(
        "WITH own AS (SELECT a.*, COALESCE((SELECT max(e.at) FROM events e WHERE e.stream_kind = 'account' AND e.stream_id = a.id \
            AND e.kind IN ('account.created', 'account.password_changed', 'account.password_reset', 'account.proved_by_set')), a.created_at) AS set_at \
            FROM accounts a WHERE a.status = 'active' AND NOT a.is_service) \
         SELECT count(*) AS active, count(*) FILTER (WHERE must_change_password) AS to_change, \
            (SELECT count(*) FROM accounts WHERE status <> 'disabled' AND NOT is_service AND role IS NULL AND duty IS NULL) AS without_role, \
            count(*) FILTER (WHERE set_at < $1 AND proved_by = 'local') AS old_passwords, \
            count(*) FILTER (WHERE duty = 'sys_admin') AS sys_admins, count(*) FILTER (WHERE duty = 'security_admin') AS security_admins, \
            count(*) FILTER (WHERE duty = 'auditor') AS auditors FROM own",
    )
    .bind::<Timestamptz, _>(before)
    .get_result(conn)?)
}

/// Keys of other systems that are not revoked: those whose last day falls before a day to come, and those whose last day is over.
pub fn ending_keys(conn: &mut PgConnection, today: NaiveDate, until: NaiveDate) -> Result<(i64, i64), Error> {
    let row: Two = diesel::sql_query(
        "SELECT count(*) FILTER (WHERE expires_on >= $1 AND expires_on < $2) AS one, count(*) FILTER (WHERE expires_on < $1) AS other \
         FROM api_keys WHERE revoked_at IS NULL",
    )
    .bind::<Date, _>(today)
    .bind::<Date, _>(until)
    .get_result(conn)?;
    Ok((row.one, row.other))
}

/// Where signed checkpoints are told to (docs/domain.md §33).
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct CheckpointHooks {
    /// Targets that ask for them and hold today.
    #[diesel(sql_type = BigInt)]
    pub hooks: i64,
    /// Of the newest that arrived at one; none before the first, and where that is longer ago than deliveries are kept.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub size: Option<i64>,
    /// When it arrived.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub delivered_at: Option<DateTime<Utc>>,
    /// Of the newest that is signed; none before the first.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub signed: Option<i64>,
}

/// Whether and since when signed checkpoints are told to another system.
pub fn checkpoint_hooks(conn: &mut PgConnection, today: NaiveDate) -> Result<CheckpointHooks, Error> {
    Ok(diesel::sql_query(
        "SELECT (SELECT count(*) FROM webhooks w JOIN accounts a ON a.id = w.account_id WHERE w.state = 'active' AND w.expires_on >= $1 \
                AND a.status = 'active' AND 'checkpoint' = ANY (w.streams)) AS hooks, \
            d.checkpoint_size AS size, d.done_at AS delivered_at, (SELECT max(size) FROM checkpoint_signatures) AS signed \
         FROM (SELECT) AS one LEFT JOIN LATERAL (SELECT checkpoint_size, done_at FROM webhook_deliveries \
            WHERE checkpoint_size IS NOT NULL AND state = 'delivered' ORDER BY checkpoint_size DESC LIMIT 1) d ON true",
    )
    .bind::<Date, _>(today)
    .get_result(conn)?)
}

/// Of the active accounts of people: how many have a second factor in use; administrators without one; those who must have one and have none.
#[derive(Clone, Debug)]
pub struct SecondFactors {
    pub rules: IdentityRules,
    pub in_use: i64,
    pub administrators_without: i64,
    pub lacking: i64,
}

/// Counts second factors.
pub fn second_factors(conn: &mut PgConnection) -> Result<SecondFactors, Error> {
    let (rules, _) = crate::identity::rules(conn)?;
    let held = "EXISTS (SELECT FROM second_factors f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL)";
    let active = "FROM accounts a WHERE a.status = 'active' AND NOT a.is_service";
    let (in_use, administrators_without) = two_of(
        conn,
        &format!(
            "SELECT count(*) FILTER (WHERE {held}) AS one, count(*) FILTER (WHERE a.duty IS NOT NULL AND NOT {held}) AS other {active}"
        ),
    )?;
    let required: Vec<&str> = rules.required_of.iter().map(|h| h.as_str()).collect();
    let row: Two = diesel::sql_query(format!(
        "SELECT count(*) AS one, 0::bigint AS other {active} AND COALESCE(a.role, a.duty) = ANY($1) AND NOT {held}"
    ))
    .bind::<Array<Text>, _>(required)
    .get_result(conn)?;
    Ok(SecondFactors { rules, in_use, administrators_without, lacking: row.one })
}

fn two_of(conn: &mut PgConnection, sql: &str) -> Result<(i64, i64), Error> {
    let row: Two = diesel::sql_query(sql).get_result(conn)?;
    Ok((row.one, row.other))
}
