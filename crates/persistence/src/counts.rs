//! The chain of counts (docs/domain.md §2): from the counters the database keeps where a whole round, a unit or a finding is asked for, else over
//! the tasks themselves. The two agree; a test holds them equal.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::ids::RoundId;
use domain::rights;
use uuid::Uuid;

use crate::error::Error;
use crate::ledger::{Filter, narrowed, reader, visible};
use crate::statement::Statement;

/// The chain of counts over what a filter leaves (docs/domain.md §2): withdrawn tasks do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Counts {
    #[diesel(sql_type = BigInt)]
    pub aspects: i64,
    #[diesel(sql_type = BigInt)]
    pub findings: i64,
    #[diesel(sql_type = BigInt)]
    pub tasks: i64,
    #[diesel(sql_type = BigInt)]
    pub measures: i64,
    #[diesel(sql_type = BigInt)]
    pub closed: i64,
    #[diesel(sql_type = BigInt)]
    pub observing: i64,
    #[diesel(sql_type = BigInt)]
    pub red: i64,
    #[diesel(sql_type = BigInt)]
    pub yellow: i64,
    #[diesel(sql_type = BigInt)]
    pub green: i64,
    #[diesel(sql_type = BigInt)]
    pub draft: i64,
    #[diesel(sql_type = BigInt)]
    pub completed: i64,
    #[diesel(sql_type = BigInt)]
    pub sustained: i64,
    #[diesel(sql_type = BigInt)]
    pub in_progress: i64,
    #[diesel(sql_type = BigInt)]
    pub not_started: i64,
}

/// The chain of counts over everything the filter leaves.
pub fn count(conn: &mut PgConnection, actor: &Actor, round: RoundId, filter: &Filter) -> Result<Counts, Error> {
    match kept_scope(actor, round, filter) {
        Some(scope) => kept(conn, round, scope, filter),
        None => recount(conn, actor, round, filter),
    }
}

/// The scope whose counters answer: the round or a unit, where the actor sees the whole round and nothing else is asked for.
pub(crate) fn kept_scope(actor: &Actor, round: RoundId, filter: &Filter) -> Option<Uuid> {
    let scope = rights::scope(actor);
    let unit = filter.unit.unwrap_or(round.0);
    let sees_all = scope.sees_whole(round);
    // The round's own id stands for all in the counters; as a unit or a finding it names nothing.
    let is_named = [filter.unit, filter.finding].into_iter().flatten().all(|id| id != round.0);
    let rest = Filter { unit: None, aspect: None, finding: None, ..filter.clone() };
    let is_one = filter.aspect.is_none() || filter.finding.is_none();
    (sees_all && is_named && is_one && rest == Filter::default()).then_some(unit)
}

/// One row where all findings or one are asked for; a row for each finding of an aspect.
fn kept(conn: &mut PgConnection, round: RoundId, scope: Uuid, filter: &Filter) -> Result<Counts, Error> {
    let query = Statement::default()
        .sql("SELECT ")
        .sql(match (filter.aspect, filter.finding) {
            // An aspect is there with the first of its findings that has a task.
            (None, None) => {
                "(SELECT count(*) FROM aspects a CROSS JOIN LATERAL (SELECT FROM findings f JOIN task_counters x ON x.part_id = f.id \
                   AND x.round_id = a.round_id AND x.scope_id = c.scope_id AND x.n_tasks > 0 WHERE f.aspect_id = a.id LIMIT 1) AS one \
                  WHERE a.round_id = c.round_id) AS aspects, c.n_findings::bigint AS findings, \
                 c.n_tasks::bigint AS tasks, c.n_measures::bigint AS measures, c.n_closed::bigint AS closed, \
                 c.n_observing::bigint AS observing, c.n_red::bigint AS red, c.n_yellow::bigint AS yellow, c.n_green::bigint AS green, \
                 c.n_draft::bigint AS draft, c.n_completed::bigint AS completed, c.n_sustained::bigint AS sustained, \
                 c.n_in_progress::bigint AS in_progress, c.n_not_started::bigint AS not_started"
            }
            _ => {
                "LEAST(COALESCE(sum(c.n_findings), 0), 1) AS aspects, COALESCE(sum(c.n_findings), 0) AS findings, \
                 COALESCE(sum(c.n_tasks), 0) AS tasks, COALESCE(sum(c.n_measures), 0) AS measures, \
                 COALESCE(sum(c.n_closed), 0) AS closed, COALESCE(sum(c.n_observing), 0) AS observing, COALESCE(sum(c.n_red), 0) AS red, \
                 COALESCE(sum(c.n_yellow), 0) AS yellow, COALESCE(sum(c.n_green), 0) AS green, COALESCE(sum(c.n_draft), 0) AS draft, \
                 COALESCE(sum(c.n_completed), 0) AS completed, COALESCE(sum(c.n_sustained), 0) AS sustained, \
                 COALESCE(sum(c.n_in_progress), 0) AS in_progress, COALESCE(sum(c.n_not_started), 0) AS not_started"
            }
        })
        .sql(" FROM task_counters c WHERE c.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND c.scope_id = ")
        .bind::<SqlUuid, _>(scope);
    let query = match (filter.aspect, filter.finding) {
        (Some(aspect), _) => query
            .sql(" AND c.part_id IN (SELECT id FROM findings WHERE aspect_id = ")
            .bind::<SqlUuid, _>(aspect)
            .sql(")"),
        (None, finding) => query.sql(" AND c.part_id = ").bind::<SqlUuid, _>(finding.unwrap_or(round.0)),
    };
    Ok(query.get_result(conn).optional()?.unwrap_or_default())
}

/// The same counted over the tasks.
pub fn recount(conn: &mut PgConnection, actor: &Actor, round: RoundId, filter: &Filter) -> Result<Counts, Error> {
    let query = Statement::default().sql(
        "SELECT count(DISTINCT f.aspect_id) AS aspects, count(DISTINCT f.id) AS findings, count(*) AS tasks, \
            COALESCE(sum(t.n_measures), 0)::bigint AS measures, \
            count(*) FILTER (WHERE t.state IN ('observing', 'closed')) AS closed, \
            count(*) FILTER (WHERE t.state = 'observing') AS observing, \
            count(*) FILTER (WHERE t.alert_level = 'red') AS red, count(*) FILTER (WHERE t.alert_level = 'yellow') AS yellow, \
            count(*) FILTER (WHERE t.alert_level = 'green') AS green, count(*) FILTER (WHERE t.state = 'draft') AS draft, \
            count(*) FILTER (WHERE t.completion_status = 'completed') AS completed, \
            count(*) FILTER (WHERE t.completion_status = 'sustained') AS sustained, \
            count(*) FILTER (WHERE t.completion_status = 'in_progress') AS in_progress, \
            count(*) FILTER (WHERE t.completion_status = 'not_started') AS not_started \
         FROM tasks t JOIN findings f ON f.id = t.finding_id WHERE t.state <> 'withdrawn' AND ",
    );
    let query = visible(query, round, &rights::scope(actor));
    Ok(narrowed(query, filter, &reader(actor, round)).get_result(conn)?)
}

/// Counts many tasks of a round at once, at the end of a transaction that wrote them; one by one, as it ends, takes far longer.
pub(crate) fn settle(conn: &mut PgConnection, round: RoundId, tasks: Vec<Uuid>) -> Result<(), Error> {
    diesel::sql_query("SELECT count_tasks($1, $2)")
        .bind::<SqlUuid, _>(round.0)
        .bind::<Array<SqlUuid>, _>(tasks)
        .execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct FindingCount {
    #[diesel(sql_type = SqlUuid)]
    finding_id: Uuid,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Findings with a task the actor sees, and how many, withdrawn ones included.
pub(crate) fn by_finding(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<BTreeMap<Uuid, i64>, Error> {
    let query = match kept_scope(actor, round, &Filter::default()) {
        Some(scope) => Statement::default()
            .sql("SELECT part_id AS finding_id, (n_tasks + n_withdrawn)::bigint AS n FROM task_counters WHERE round_id = ")
            .bind::<SqlUuid, _>(round.0)
            .sql(" AND scope_id = ")
            .bind::<SqlUuid, _>(scope)
            .sql(" AND part_id <> round_id AND n_tasks + n_withdrawn > 0"),
        None => {
            let query = Statement::default().sql("SELECT t.finding_id, count(*) AS n FROM tasks t WHERE ");
            visible(query, round, &rights::scope(actor)).sql(" GROUP BY t.finding_id")
        }
    };
    let rows: Vec<FindingCount> = query.load(conn)?;
    Ok(rows.into_iter().map(|r| (r.finding_id, r.n)).collect())
}

/// What rows are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    Finding,
    /// The lead unit alone, not what is below it.
    LeadUnit,
}

/// Rows of the ledger that belong together, counted. `rows` are all that are listed; withdrawn tasks are in nothing else.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct GroupCounts {
    /// The finding or the unit; none for tasks without a lead unit.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub id: Option<Uuid>,
    /// A finding's number; a unit has none.
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub label: String,
    /// A finding's aspect.
    #[diesel(sql_type = Text)]
    pub aspect: String,
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    #[diesel(sql_type = BigInt)]
    pub tasks: i64,
    #[diesel(sql_type = BigInt)]
    pub measures: i64,
    #[diesel(sql_type = BigInt)]
    pub closed: i64,
    #[diesel(sql_type = BigInt)]
    pub red: i64,
    #[diesel(sql_type = BigInt)]
    pub yellow: i64,
}

/// The groups over what a filter leaves, in the order of the findings or of the tree of units: from the counters where they answer, else one query
/// over the tasks.
pub fn groups(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    filter: &Filter,
    by: GroupBy,
) -> Result<Vec<GroupCounts>, Error> {
    match (by, kept_scope(actor, round, filter)) {
        (GroupBy::Finding, Some(scope)) => kept_groups(conn, round, scope, filter),
        _ => counted_groups(conn, actor, round, filter, by),
    }
}

fn kept_groups(
    conn: &mut PgConnection,
    round: RoundId,
    scope: Uuid,
    filter: &Filter,
) -> Result<Vec<GroupCounts>, Error> {
    let mut query = Statement::default()
        .sql(
            "SELECT f.id, f.number, f.body AS label, a.title AS aspect, (c.n_tasks + c.n_withdrawn)::bigint AS rows, \
                c.n_tasks::bigint AS tasks, c.n_measures::bigint AS measures, c.n_closed::bigint AS closed, \
                c.n_red::bigint AS red, c.n_yellow::bigint AS yellow \
             FROM task_counters c JOIN findings f ON f.id = c.part_id JOIN aspects a ON a.id = f.aspect_id \
             WHERE c.n_tasks + c.n_withdrawn > 0 AND c.part_id <> c.round_id AND c.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND c.scope_id = ")
        .bind::<SqlUuid, _>(scope);
    if let Some(aspect) = filter.aspect {
        query = query.sql(" AND f.aspect_id = ").bind::<SqlUuid, _>(aspect);
    }
    if let Some(finding) = filter.finding {
        query = query.sql(" AND f.id = ").bind::<SqlUuid, _>(finding);
    }
    Ok(query.sql(" ORDER BY a.ordinal, f.ordinal, f.number, f.id").load(conn)?)
}

/// The same counted over the tasks; for units always, for the counters know no lead.
pub fn counted_groups(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    filter: &Filter,
    by: GroupBy,
) -> Result<Vec<GroupCounts>, Error> {
    let (head, joined, tail) = match by {
        GroupBy::Finding => (
            "SELECT f.id, f.number, f.body AS label, a.title AS aspect, ",
            "JOIN findings f ON f.id = t.finding_id JOIN aspects a ON a.id = f.aspect_id ",
            " GROUP BY f.id, a.id ORDER BY a.ordinal, f.ordinal, f.number, f.id",
        ),
        GroupBy::LeadUnit => (
            "SELECT u.id, '' AS number, COALESCE(u.name, '') AS label, '' AS aspect, ",
            "LEFT JOIN units u ON u.id = t.lead_unit_id ",
            " GROUP BY u.id ORDER BY u.ordinal NULLS LAST, u.code",
        ),
    };
    let query = Statement::default()
        .sql(head)
        .sql(
            "count(*) AS rows, count(*) FILTER (WHERE t.state <> 'withdrawn') AS tasks, \
                COALESCE(sum(t.n_measures) FILTER (WHERE t.state <> 'withdrawn'), 0)::bigint AS measures, \
                count(*) FILTER (WHERE t.state IN ('observing', 'closed')) AS closed, \
                count(*) FILTER (WHERE t.state <> 'withdrawn' AND t.alert_level = 'red') AS red, \
                count(*) FILTER (WHERE t.state <> 'withdrawn' AND t.alert_level = 'yellow') AS yellow FROM tasks t ",
        )
        .sql(joined)
        .sql("WHERE ");
    let query = visible(query, round, &rights::scope(actor));
    Ok(narrowed(query, filter, &reader(actor, round)).sql(tail).load(conn)?)
}
