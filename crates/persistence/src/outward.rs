//! Notices that leave the page: whom they reach by which channel, which rules go out, what is owed and what became of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::account;
use domain::ids::PersonId;
use domain::notification::Rule;
use domain::outward::{Channel, RobotKind, ToldBy, goes_out};
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::schema::{channel_rules, told_by};
use crate::statement::Statement;

/// How long a sender that took a message may be silent before another one takes it.
const LEASE_MINUTES: i64 = 5;

/// Most notices of a digest.
const MOST: i64 = 200;

/// What is owed outside of the rows of `told` (id, rule, recipient_id, created_at, read_at); the rules that go out by themselves follow as a bind and `))`.
pub(crate) const DUE: &str = "SELECT t.id, c.channel, t.created_at FROM told t JOIN told_by b ON b.person_id = t.recipient_id \
    LEFT JOIN channel_rules r ON true CROSS JOIN (VALUES ('mail'), ('robot')) AS c(channel) \
    WHERE t.read_at IS NULL AND CASE c.channel WHEN 'mail' THEN b.mail IS NOT NULL ELSE b.robot_url IS NOT NULL END \
    AND CASE WHEN r.rules ? t.rule THEN r.rules -> t.rule ? c.channel ELSE t.rule = ANY(";

/// The rules that go out where nobody has said otherwise.
pub(crate) fn going_out() -> Vec<&'static str> {
    Rule::ALL.iter().copied().filter(|r| goes_out(*r)).map(Rule::as_str).collect()
}

/// Owes what a single notice brings outside.
pub(crate) fn owe(conn: &mut PgConnection, notice: Uuid) -> Result<(), Error> {
    Statement::default()
        .sql("WITH told AS (SELECT id, rule, recipient_id, created_at, read_at FROM notifications WHERE id = ")
        .bind::<SqlUuid, _>(notice)
        .sql(") INSERT INTO deliveries (notification_id, channel, state, next_at) SELECT o.id, o.channel, 'due', o.created_at FROM (")
        .sql(DUE)
        .bind::<Array<Text>, _>(going_out())
        .sql(") END) AS o ON CONFLICT DO NOTHING")
        .execute(conn)?;
    Ok(())
}

/// How a person is told outside the page.
pub fn told_by(conn: &mut PgConnection, person: PersonId) -> Result<ToldBy, Error> {
    type Row = (Option<String>, Option<String>, Option<String>, bool);
    let row: Option<Row> = told_by::table
        .find(person.0)
        .select((told_by::mail, told_by::robot_kind, told_by::robot_url, told_by::is_digest))
        .first(conn)
        .optional()?;
    let Some((mail, kind, url, is_digest)) = row else { return Ok(ToldBy::default()) };
    let robot = kind.as_deref().and_then(RobotKind::parse).zip(url);
    Ok(ToldBy { mail, robot, is_digest })
}

/// Sets how a person is told outside the page; what is owed already follows the new choice.
///
/// Errors: `not-an-address`.
pub fn set_told_by(conn: &mut PgConnection, person: PersonId, told: &ToldBy) -> Result<(), Error> {
    told.check()?;
    let columns = (
        told_by::mail.eq(&told.mail),
        told_by::robot_kind.eq(told.robot.as_ref().map(|(kind, _)| kind.as_str())),
        told_by::robot_url.eq(told.robot.as_ref().map(|(_, url)| url)),
        told_by::is_digest.eq(told.is_digest),
    );
    diesel::insert_into(told_by::table)
        .values((told_by::person_id.eq(person.0), columns))
        .on_conflict(told_by::person_id)
        .do_update()
        .set(columns)
        .execute(conn)?;
    Ok(())
}

/// Which channels each rule goes out by.
pub type Outward = BTreeMap<Rule, BTreeSet<Channel>>;

/// The one row of `channel_rules`.
const ONE: Uuid = Uuid::nil();

/// Which rules go out, every rule named; and the version.
pub fn rules(conn: &mut PgConnection) -> Result<(Outward, i64), Error> {
    let row: Option<(serde_json::Value, i64)> =
        channel_rules::table.find(ONE).select((channel_rules::rules, channel_rules::seq)).first(conn).optional()?;
    let (kept, seq) = row.unwrap_or((json!({}), 0));
    let kept: BTreeMap<String, BTreeSet<Channel>> = serde_json::from_value(kept)?;
    let of = |rule: Rule| match kept.get(rule.as_str()) {
        Some(channels) => channels.clone(),
        None if goes_out(rule) => Channel::ALL.iter().copied().collect(),
        None => BTreeSet::new(),
    };
    Ok((Rule::ALL.iter().map(|rule| (*rule, of(*rule))).collect(), seq))
}

/// Sets which rules go out from now on.
///
/// Errors: `not-allowed`, `Stale`.
pub fn set_rules(conn: &mut PgConnection, origin: &Origin, expected: i64, outward: &Outward) -> Result<(), Error> {
    account::permit_channels(&origin.actor)?;
    let kept: Option<i64> =
        channel_rules::table.find(ONE).select(channel_rules::seq).for_update().first(conn).optional()?;
    let seq = kept.unwrap_or(0);
    if expected != seq {
        return Err(Error::Stale(seq));
    }
    let rules = serde_json::to_value(outward)?;
    let stream = Stream { kind: "channel_rules", id: ONE, round: None };
    let event = NewEvent { kind: "channel_rules.set", payload: json!({ "rules": rules }) };
    let seq = events::record(conn, origin, stream, seq, &[event])?;
    diesel::insert_into(channel_rules::table)
        .values((channel_rules::id.eq(ONE), channel_rules::rules.eq(&rules), channel_rules::seq.eq(seq)))
        .on_conflict(channel_rules::id)
        .do_update()
        .set((channel_rules::rules.eq(&rules), channel_rules::seq.eq(seq)))
        .execute(conn)?;
    Ok(())
}

/// One notice that is to leave the page.
#[derive(Clone, Debug, QueryableByName)]
pub struct Leaving {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub rule: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// Number of the task it is about, itself or through a slip.
    #[diesel(sql_type = Nullable<Text>)]
    pub number: Option<String>,
    #[diesel(sql_type = Text)]
    pub subject_kind: String,
    #[diesel(sql_type = SqlUuid)]
    pub subject_id: Uuid,
    /// How often it was tried, this time included.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Bool)]
    is_read: bool,
}

/// What one person is to be told by one channel in one message.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub channel: Channel,
    pub told_by: ToldBy,
    pub notices: Vec<Leaving>,
}

#[derive(QueryableByName)]
struct Owed {
    #[diesel(sql_type = SqlUuid)]
    recipient_id: Uuid,
    #[diesel(sql_type = Text)]
    channel: String,
}

/// Takes what one person is owed by one channel and gets in one message (a notice, or all that is due for his digest), so that no other server sends it
/// meanwhile; what he has read already is dropped.
pub fn claim(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<Parcel>, Error> {
    // One sender chooses at a time, or a digest would be torn in two.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('bihuan.outward'))").execute(conn)?;
    let owed: Option<Owed> = diesel::sql_query(
        "SELECT n.recipient_id, d.channel FROM deliveries d JOIN notifications n ON n.id = d.notification_id \
         WHERE d.state IN ('due', 'sending') AND d.next_at <= $1 ORDER BY d.next_at LIMIT 1",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .optional()?;
    let Some(Owed { recipient_id, channel }) = owed else { return Ok(None) };
    let channel = Channel::parse(&channel).ok_or_else(|| Error::internal("an unknown channel"))?;
    let told_by = told_by(conn, PersonId(recipient_id))?;
    // No more than one message, so that a slow mail server does not outlast the lease.
    let most = if told_by.is_digest { MOST } else { 1 };
    let notices: Vec<Leaving> = diesel::sql_query(
        "WITH mine AS (UPDATE deliveries d SET state = 'sending', attempts = attempts + 1, next_at = $2 FROM ( \
            SELECT d.notification_id, d.channel FROM deliveries d JOIN notifications n ON n.id = d.notification_id \
            WHERE n.recipient_id = $3 AND d.channel = $4 AND d.state IN ('due', 'sending') AND d.next_at <= $1 ORDER BY d.next_at LIMIT $5) AS m \
            WHERE d.notification_id = m.notification_id AND d.channel = m.channel RETURNING d.notification_id, d.attempts) \
         SELECT n.id, n.rule, n.created_at, t.number, n.subject_kind, n.subject_id, m.attempts, n.read_at IS NOT NULL AS is_read \
         FROM mine m JOIN notifications n ON n.id = m.notification_id \
         LEFT JOIN slips p ON p.id = n.subject_id AND n.subject_kind = 'slip' \
         LEFT JOIN tasks t ON t.id = CASE n.subject_kind WHEN 'task' THEN n.subject_id ELSE p.task_id END \
         ORDER BY n.created_at, n.id",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + TimeDelta::minutes(LEASE_MINUTES))
    .bind::<SqlUuid, _>(recipient_id)
    .bind::<Text, _>(channel.as_str())
    .bind::<BigInt, _>(most)
    .load(conn)?;
    let has_address = match channel {
        Channel::Mail => told_by.mail.is_some(),
        Channel::Robot => told_by.robot.is_some(),
    };
    let (gone, notices): (Vec<_>, Vec<_>) = notices.into_iter().partition(|n| n.is_read || !has_address);
    settle(conn, channel, &gone, "dropped", None, now)?;
    Ok(Some(Parcel { channel, told_by, notices }))
}

fn settle(
    conn: &mut PgConnection,
    channel: Channel,
    notices: &[Leaving],
    state: &str,
    fault: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    if notices.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = notices.iter().map(|n| n.id).collect();
    diesel::sql_query(
        "UPDATE deliveries SET state = $1, fault = $2, next_at = $3, done_at = CASE WHEN $1 = 'done' THEN $3 END, \
            attempts = CASE WHEN $1 = 'due' AND $2::text IS NULL THEN attempts - 1 ELSE attempts END \
         WHERE notification_id = ANY($4) AND channel = $5 AND state = 'sending'",
    )
    .bind::<Text, _>(state)
    .bind::<Nullable<Text>, _>(fault)
    .bind::<Timestamptz, _>(at)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Text, _>(channel.as_str())
    .execute(conn)?;
    Ok(())
}

/// Says that a parcel's notices were sent.
pub fn sent(conn: &mut PgConnection, channel: Channel, notices: &[Leaving], now: DateTime<Utc>) -> Result<(), Error> {
    settle(conn, channel, notices, "done", None, now)
}

/// Puts notices off without counting it as an attempt: they are for the digest.
pub fn put_off(conn: &mut PgConnection, channel: Channel, notices: &[Leaving], at: DateTime<Utc>) -> Result<(), Error> {
    settle(conn, channel, notices, "due", None, at)
}

/// Says that notices were not sent and why; tried again at `again`, or left to an administrator.
pub fn failed(
    conn: &mut PgConnection,
    channel: Channel,
    notices: &[Leaving],
    fault: &str,
    again: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let state = if again.is_some() { "due" } else { "failed" };
    settle(conn, channel, notices, state, Some(fault), again.unwrap_or(now))
}

/// A notice that did not reach somebody.
#[derive(Clone, Debug, QueryableByName)]
pub struct FailureRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub channel: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Text)]
    pub rule: String,
    #[diesel(sql_type = Text)]
    pub recipient: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub fault: Option<String>,
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it is tried again, or was tried last.
    #[diesel(sql_type = Timestamptz)]
    pub next_at: DateTime<Utc>,
}

/// What failed and is tried again or left lying, the latest first, at most a hundred.
///
/// Errors: `not-allowed`.
pub fn failures(conn: &mut PgConnection, origin: &Origin) -> Result<Vec<FailureRow>, Error> {
    account::permit_channels(&origin.actor)?;
    Ok(diesel::sql_query(
        "SELECT d.notification_id AS id, d.channel, d.state, n.rule, p.name AS recipient, d.fault, d.attempts, n.created_at, d.next_at \
         FROM deliveries d JOIN notifications n ON n.id = d.notification_id JOIN persons p ON p.id = n.recipient_id \
         WHERE d.state = 'failed' OR d.state = 'due' AND d.fault IS NOT NULL ORDER BY n.created_at DESC, n.id LIMIT 100",
    )
    .load(conn)?)
}

/// Tries everything that was left lying once more, from now; how many.
///
/// Errors: `not-allowed`.
pub fn try_again(conn: &mut PgConnection, origin: &Origin) -> Result<usize, Error> {
    account::permit_channels(&origin.actor)?;
    Ok(diesel::sql_query(
        "UPDATE deliveries SET state = 'due', attempts = 0, next_at = $1 WHERE state = 'failed' OR state = 'due' AND fault IS NOT NULL",
    )
    .bind::<Timestamptz, _>(origin.now)
    .execute(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_goes_out_by_itself_or_not_at_all() {
        let out = going_out();
        assert!(out.contains(&"signature_wanted") && !out.contains(&"task_closed"));
    }
}
