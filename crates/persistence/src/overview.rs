//! The figures of a round at one look (docs/domain.md §23): from the counters the database keeps where somebody sees the whole round, else over the
//! tasks he sees. The two agree; a test holds them equal.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::ids::RoundId;
use domain::policy::Policy;
use domain::rights;
use uuid::Uuid;

use crate::counts::{self, Counts, kept_scope};
use crate::error::Error;
use crate::ledger::{Filter, readable, reader, visible};
use crate::rounds;
use crate::statement::Statement;

/// Tasks of an aspect or of a lead unit, by light.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Bar {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub findings: i64,
    #[diesel(sql_type = BigInt)]
    pub measures: i64,
    #[diesel(sql_type = BigInt)]
    pub tasks: i64,
    #[diesel(sql_type = BigInt)]
    pub closed: i64,
    #[diesel(sql_type = BigInt)]
    pub draft: i64,
    #[diesel(sql_type = BigInt)]
    pub red: i64,
    #[diesel(sql_type = BigInt)]
    pub yellow: i64,
    #[diesel(sql_type = BigInt)]
    pub green: i64,
    /// How many bars there are, shown or not.
    #[diesel(sql_type = BigInt)]
    pub bars: i64,
}

/// Tasks due on a day, or ratified on it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Day {
    /// Due, or ratified.
    #[diesel(sql_type = Bool)]
    pub is_due: bool,
    #[diesel(sql_type = Date)]
    pub on_day: NaiveDate,
    #[diesel(sql_type = BigInt)]
    pub tasks: i64,
    /// Those of them that are closed.
    #[diesel(sql_type = BigInt)]
    pub closed: i64,
}

/// Findings by whether they have an owner and an outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Landed {
    /// Findings with a task.
    #[diesel(sql_type = BigInt)]
    pub findings: i64,
    /// Those of which no task is still not started.
    #[diesel(sql_type = BigInt)]
    pub landed: i64,
    /// Findings of the round without any task; none for who does not see the whole.
    #[diesel(sql_type = BigInt)]
    pub bare: i64,
}

/// So many things handed in on one day and answered on another.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Handed {
    #[diesel(sql_type = Date)]
    pub handed_in_on: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    pub answered_on: Option<NaiveDate>,
    /// Steps that have to look at it.
    #[diesel(sql_type = Integer)]
    pub steps: i32,
    #[diesel(sql_type = BigInt)]
    pub n: i64,
}

/// A milestone that is due and not done.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Due {
    #[diesel(sql_type = SqlUuid)]
    pub task_id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    /// None where the reader may not know more than that there is one.
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    #[diesel(sql_type = Date)]
    pub due_on: NaiveDate,
    /// How many there are, shown or not.
    #[diesel(sql_type = BigInt)]
    pub all: i64,
}

/// Everything the overview shows, uninterpreted.
#[derive(Clone, Debug)]
pub struct Overview {
    pub policy: Policy,
    pub chain: Counts,
    /// Aspects in the inspecting body's order; units with what is red first, as many as were asked for.
    pub counted: Countable,
    pub handed: Vec<Handed>,
    /// Tasks of which something waits for an answer.
    pub unanswered: i64,
    pub milestones: Vec<Due>,
}

/// What is asked for beside the round.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Answers since this moment count.
    pub answered_since: DateTime<Utc>,
    /// Milestones of these days are named.
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Most bars of units.
    pub units: i64,
    /// Most milestones.
    pub milestones: i64,
}

/// The figures of a round within the actor's sight; a fixed number of queries.
pub fn load(conn: &mut PgConnection, actor: &Actor, round: RoundId, window: &Window) -> Result<Overview, Error> {
    let is_kept = kept_scope(actor, round, &Filter::default()).is_some();
    let (_, policy, _) = rounds::facts(conn, round)?;
    Ok(Overview {
        policy,
        chain: counts::count(conn, actor, round, &Filter::default())?,
        counted: Countable {
            aspects: if is_kept { kept_aspects(conn, round)? } else { aspects(conn, actor, round)? },
            units: if is_kept {
                kept_units(conn, round, window.units)?
            } else {
                units(conn, actor, round, window.units)?
            },
            days: if is_kept { kept_days(conn, round)? } else { days(conn, actor, round)? },
            landed: if is_kept { kept_landed(conn, round)? } else { landed(conn, actor, round)? },
        },
        handed: handed(conn, actor, round, window.answered_since)?,
        unanswered: counts::count(conn, actor, round, &Filter { unanswered: true, ..Filter::default() })?.tasks,
        milestones: milestones(conn, actor, round, window)?,
    })
}

/// What counters answer for who sees the whole round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countable {
    pub aspects: Vec<Bar>,
    pub units: Vec<Bar>,
    pub days: Vec<Day>,
    pub landed: Landed,
}

/// The same counted over the tasks, whoever asks; a test compares the two.
#[cfg(feature = "testing")]
pub fn recounted(conn: &mut PgConnection, actor: &Actor, round: RoundId, limit: i64) -> Result<Countable, Error> {
    let bare = kept_landed(conn, round)?.bare;
    Ok(Countable {
        aspects: aspects(conn, actor, round)?,
        units: units(conn, actor, round, limit)?,
        days: days(conn, actor, round)?,
        landed: Landed { bare, ..landed(conn, actor, round)? },
    })
}

/// Red first, then yellow, then what is open; the rest by name.
const WORST_FIRST: &str = " ORDER BY red DESC, yellow DESC, tasks - closed DESC, name, id LIMIT ";

fn kept_aspects(conn: &mut PgConnection, round: RoundId) -> Result<Vec<Bar>, Error> {
    let query = Statement::default()
        .sql(
            "SELECT a.id, a.title AS name, sum(c.n_findings) AS findings, sum(c.n_measures) AS measures, sum(c.n_tasks) AS tasks, \
                sum(c.n_closed) AS closed, sum(c.n_draft) AS draft, sum(c.n_red) AS red, sum(c.n_yellow) AS yellow, \
                sum(c.n_green) AS green, count(*) OVER () AS bars \
             FROM task_counters c JOIN findings f ON f.id = c.part_id JOIN aspects a ON a.id = f.aspect_id \
             WHERE c.n_tasks > 0 AND c.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND c.scope_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(" GROUP BY a.id ORDER BY a.ordinal, a.id");
    Ok(query.load(conn)?)
}

/// Sums over `t`, as the counters hold them.
const SUMS: &str = "count(DISTINCT t.finding_id) AS findings, COALESCE(sum(t.n_measures), 0)::bigint AS measures, count(*) AS tasks, \
    count(*) FILTER (WHERE t.state IN ('observing', 'closed')) AS closed, count(*) FILTER (WHERE t.state = 'draft') AS draft, \
    count(*) FILTER (WHERE t.alert_level = 'red') AS red, count(*) FILTER (WHERE t.alert_level = 'yellow') AS yellow, \
    count(*) FILTER (WHERE t.alert_level = 'green') AS green, count(*) OVER () AS bars";

fn aspects(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<Bar>, Error> {
    let query = Statement::default().sql("SELECT a.id, a.title AS name, ").sql(SUMS).sql(
        " FROM tasks t JOIN findings f ON f.id = t.finding_id JOIN aspects a ON a.id = f.aspect_id \
         WHERE t.state <> 'withdrawn' AND ",
    );
    Ok(visible(query, round, &rights::scope(actor)).sql(" GROUP BY a.id ORDER BY a.ordinal, a.id").load(conn)?)
}

fn kept_units(conn: &mut PgConnection, round: RoundId, limit: i64) -> Result<Vec<Bar>, Error> {
    let query = Statement::default()
        .sql(
            "SELECT * FROM (SELECT u.id, u.name, 0::bigint AS findings, 0::bigint AS measures, c.n_tasks::bigint AS tasks, \
                c.n_closed::bigint AS closed, c.n_draft::bigint AS draft, c.n_red::bigint AS red, c.n_yellow::bigint AS yellow, \
                c.n_green::bigint AS green, count(*) OVER () AS bars \
             FROM lead_counters c JOIN units u ON u.id = c.unit_id WHERE c.n_tasks > 0 AND c.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(") AS of_unit")
        .sql(WORST_FIRST)
        .sql(limit.to_string());
    Ok(query.load(conn)?)
}

fn units(conn: &mut PgConnection, actor: &Actor, round: RoundId, limit: i64) -> Result<Vec<Bar>, Error> {
    let query = Statement::default()
        .sql(
            "SELECT id, name, 0::bigint AS findings, 0::bigint AS measures, tasks, closed, draft, red, yellow, green, bars \
              FROM (SELECT u.id, u.name, ",
        )
        .sql(SUMS)
        .sql(" FROM tasks t JOIN units u ON u.id = t.lead_unit_id WHERE t.state <> 'withdrawn' AND ");
    let query = visible(query, round, &rights::scope(actor)).sql(" GROUP BY u.id) AS of_unit");
    Ok(query.sql(WORST_FIRST).sql(limit.to_string()).load(conn)?)
}

fn kept_days(conn: &mut PgConnection, round: RoundId) -> Result<Vec<Day>, Error> {
    let query = Statement::default()
        .sql(
            "SELECT kind = 'due' AS is_due, on_day, n_tasks::bigint AS tasks, n_closed::bigint AS closed FROM day_counters \
             WHERE n_tasks > 0 AND round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" ORDER BY on_day, is_due");
    Ok(query.load(conn)?)
}

fn days(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<Day>, Error> {
    let query = Statement::default().sql(
        "SELECT is_due, on_day, count(*) AS tasks, count(*) FILTER (WHERE t.state IN ('observing', 'closed')) AS closed \
         FROM tasks t CROSS JOIN LATERAL (VALUES (true, t.due_on), \
            (false, CASE WHEN t.state IN ('observing', 'closed') THEN t.closed_on END)) AS day(is_due, on_day) \
         WHERE on_day IS NOT NULL AND t.state <> 'withdrawn' AND ",
    );
    let query = visible(query, round, &rights::scope(actor));
    Ok(query.sql(" GROUP BY is_due, on_day ORDER BY on_day, is_due").load(conn)?)
}

fn kept_landed(conn: &mut PgConnection, round: RoundId) -> Result<Landed, Error> {
    let query = Statement::default()
        .sql(
            "SELECT count(*) FILTER (WHERE c.n_tasks > 0) AS findings, \
                count(*) FILTER (WHERE c.n_tasks > 0 AND c.n_not_started = 0) AS landed, \
                count(*) FILTER (WHERE COALESCE(c.n_tasks, 0) = 0) AS bare \
             FROM findings f LEFT JOIN task_counters c ON c.part_id = f.id AND c.round_id = f.round_id AND c.scope_id = f.round_id \
             WHERE f.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0);
    Ok(query.get_result(conn)?)
}

fn landed(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Landed, Error> {
    let query = Statement::default().sql(
        "SELECT count(*) AS findings, count(*) FILTER (WHERE is_landed) AS landed, 0::bigint AS bare \
         FROM (SELECT bool_and(t.completion_status <> 'not_started') AS is_landed FROM tasks t WHERE t.state <> 'withdrawn' AND ",
    );
    Ok(visible(query, round, &rights::scope(actor)).sql(" GROUP BY t.finding_id) AS of_finding").get_result(conn)?)
}

/// Goes on with the answers to slips that the actor sees, reviewed since a moment or waiting; a referral has none.
fn slip_answers(query: Statement, round: RoundId, scope: &rights::Scope, since: DateTime<Utc>) -> Statement {
    let query = query
        .sql(
            " UNION ALL SELECT (a->>'at')::timestamptz, (a#>>'{review,at}')::timestamptz, 1 FROM slips p \
             CROSS JOIN LATERAL jsonb_array_elements(p.snapshot->'answers') AS a WHERE p.state <> 'withdrawn' \
             AND (a#>>'{review,at}' IS NULL AND p.state = 'answered' OR (a#>>'{review,at}')::timestamptz >= ",
        )
        .bind::<Timestamptz, _>(since)
        .sql(") AND p.round_id = ")
        .bind::<SqlUuid, _>(round.0);
    if scope.sees_whole(round) {
        return query;
    }
    let units: Vec<Uuid> = scope.units.iter().map(|u| u.0).collect();
    let persons: Vec<Uuid> = scope.persons.iter().map(|p| p.0).collect();
    query
        .sql(
            " AND (EXISTS (SELECT FROM units u WHERE (u.id = p.unit_id OR p.snapshot #> '{shape,supporting}' ? u.id::text) AND u.path && ",
        )
        .bind::<Array<SqlUuid>, _>(units)
        .sql(") OR p.task_id IN (SELECT x.task_id FROM task_people x WHERE x.part = 'leader' AND x.person_id = ANY(")
        .bind::<Array<SqlUuid>, _>(persons)
        .sql(")))")
}

/// Statements, sign requests and answers to slips, answered since a moment or waiting, by the days of both.
fn handed(conn: &mut PgConnection, actor: &Actor, round: RoundId, since: DateTime<Utc>) -> Result<Vec<Handed>, Error> {
    let scope = rights::scope(actor);
    // Days are Shanghai's, whatever the server knows of time zones.
    let query = Statement::default()
        .sql(
            "SELECT (h.handed_in_at AT TIME ZONE INTERVAL '8 hours')::date AS handed_in_on, \
                (h.answered_at AT TIME ZONE INTERVAL '8 hours')::date AS answered_on, h.steps, count(*) AS n FROM ( \
             SELECT w.submitted_at AS handed_in_at, w.answered_at, 1 AS steps FROM weekly_statements w JOIN tasks t ON t.id = w.task_id \
             WHERE w.answered_at >= ",
        )
        .bind::<Timestamptz, _>(since)
        .sql(" AND ");
    let query = visible(query, round, &scope).sql(
        " UNION ALL SELECT w.submitted_at, NULL, 1 FROM weekly_statements w JOIN tasks t ON t.id = w.task_id \
         WHERE w.reply = 'waiting' AND w.is_newest AND t.state NOT IN ('closed', 'withdrawn') AND ",
    );
    let query = visible(query, round, &scope)
        .sql(
            " UNION ALL SELECT r.submitted_at, r.decided_at, jsonb_array_length(r.chain) FROM sign_requests r JOIN tasks t ON t.id = r.task_id \
             WHERE r.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND r.decided_at >= ")
        .bind::<Timestamptz, _>(since)
        .sql(" AND ");
    let query = visible(query, round, &scope)
        .sql(
            " UNION ALL SELECT r.submitted_at, NULL, jsonb_array_length(r.chain) FROM sign_requests r JOIN tasks t ON t.id = r.task_id \
             WHERE r.state = 'open' AND r.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND ");
    let query = slip_answers(visible(query, round, &scope), round, &scope, since)
        .sql(") AS h GROUP BY 1, 2, 3 ORDER BY 1, 2, 3");
    Ok(query.load(conn)?)
}

/// Milestones of tasks under work that fall on these days and are not done.
fn milestones(conn: &mut PgConnection, actor: &Actor, round: RoundId, window: &Window) -> Result<Vec<Due>, Error> {
    let query = Statement::default().sql("SELECT t.id AS task_id, t.number, CASE WHEN ");
    let query = readable(query, &reader(actor, round))
        .sql(
            " THEN m.title END AS title, m.due_on, count(*) OVER () AS all FROM milestones m JOIN tasks t ON t.id = m.task_id \
             WHERE m.done_on IS NULL AND t.state = 'rectifying' AND m.due_on >= ",
        )
        .bind::<Date, _>(window.from)
        .sql(" AND m.due_on <= ")
        .bind::<Date, _>(window.to)
        .sql(" AND ");
    let query = visible(query, round, &rights::scope(actor));
    Ok(query
        .sql(" ORDER BY m.due_on, t.ordinal, m.ordinal, m.id LIMIT ")
        .sql(window.milestones.to_string())
        .load(conn)?)
}
