//! Lists of tasks as an actor may see them: filtered by scope in SQL, in pages by key, with the counts of the chain.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Jsonb, Nullable, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::ids::RoundId;
use domain::rights::{self, Scope};
use uuid::Uuid;

use crate::error::Error;

/// Pairs of neighbouring letters or digits, lower case, each once: what a search for two characters or more looks up.
pub fn bigrams(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let mut grams: Vec<String> = letters.windows(2).map(|w| w.iter().collect()).collect();
    grams.sort();
    grams.dedup();
    grams
}

/// A text that LIKE takes literally.
pub(crate) fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub aspect: Option<Uuid>,
    pub finding: Option<Uuid>,
    /// A unit and everything below it, in any part.
    pub unit: Option<Uuid>,
    /// Any leader of the task.
    pub leader: Option<Uuid>,
    pub states: Vec<String>,
    pub dispositions: Vec<String>,
    pub alert_levels: Vec<String>,
    pub completion_statuses: Vec<String>,
    pub due_from: Option<NaiveDate>,
    pub due_to: Option<NaiveDate>,
    pub text: Option<String>,
    /// Only tasks not yet closed, or only closed ones.
    pub closed: Option<bool>,
}

/// One line of the ledger.
#[derive(Clone, Debug, QueryableByName)]
pub struct LedgerRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub ordinal: i64,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub item_number: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub disposition: Option<String>,
    #[diesel(sql_type = Text)]
    pub sensitivity: String,
    #[diesel(sql_type = Text)]
    pub completion_status: String,
    #[diesel(sql_type = Text)]
    pub alert_level: String,
    #[diesel(sql_type = Jsonb)]
    pub alert_reasons: serde_json::Value,
    #[diesel(sql_type = Nullable<Text>)]
    pub lead_unit: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub lead_leader: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    pub due_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    pub original_due_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    pub review_on: Option<NaiveDate>,
    #[diesel(sql_type = Integer)]
    pub progress_done: i32,
    #[diesel(sql_type = Integer)]
    pub progress_all: i32,
    #[diesel(sql_type = Integer)]
    pub n_measures: i32,
    #[diesel(sql_type = Integer)]
    pub n_doubts: i32,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = SqlUuid)]
    pub finding_id: Uuid,
    #[diesel(sql_type = Text)]
    pub finding_number: String,
    #[diesel(sql_type = Text)]
    pub finding: String,
    #[diesel(sql_type = Text)]
    pub aspect: String,
    #[diesel(sql_type = Bool)]
    pub reads_content: bool,
}

/// The chain of counts over what a filter leaves (docs/domain.md §2): withdrawn tasks do not count.
#[derive(Clone, Debug, Default, QueryableByName)]
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

/// $1 round, $2 rounds seen whole, $3 persons, $4 units, $5 whether everything; the same rule as `Scope::covers`, a test holds them equal.
const VISIBLE: &str = "t.round_id = $1 AND ($5 OR t.round_id = ANY($2) OR (t.state <> 'draft' AND (
    EXISTS (SELECT 1 FROM task_people p WHERE p.task_id = t.id AND p.part IN ('leader', 'cross_checker') AND p.person_id = ANY($3))
    OR EXISTS (SELECT 1 FROM task_units x JOIN units u ON u.id = x.unit_id WHERE x.task_id = t.id AND u.path && $4))))";

/// $6 to $20 narrow the list; words that the caller may not read are not searched either (docs/domain.md §17).
const NARROWED: &str = "AND ($6::uuid IS NULL OR f.aspect_id = $6) AND ($7::uuid IS NULL OR t.finding_id = $7)
    AND ($8::uuid IS NULL OR EXISTS (SELECT 1 FROM task_units x JOIN units u ON u.id = x.unit_id
        WHERE x.task_id = t.id AND x.part IN ('responsible', 'supporting') AND u.path @> ARRAY[$8]))
    AND ($9::uuid IS NULL OR EXISTS (SELECT 1 FROM task_people p WHERE p.task_id = t.id AND p.part = 'leader' AND p.person_id = $9))
    AND (cardinality($10::text[]) = 0 OR t.state = ANY($10)) AND (cardinality($11::text[]) = 0 OR t.disposition = ANY($11))
    AND (cardinality($12::text[]) = 0 OR t.alert_level = ANY($12))
    AND (cardinality($13::text[]) = 0 OR t.completion_status = ANY($13))
    AND ($14::date IS NULL OR t.due_on >= $14) AND ($15::date IS NULL OR t.due_on <= $15)
    AND ($16::text IS NULL OR (t.grams @> $17 AND (t.number || ' ' || t.title) ILIKE $16
        AND (t.number ILIKE $16 OR t.sensitivity = 'open' OR (t.sensitivity = 'internal' AND ($19 OR t.snapshot #> '{draft,readers}' ? ($20::text))))))
    AND ($18::bool IS NULL OR (t.state IN ('observing', 'closed')) = $18)";

type Bound<'a> = BoxedSqlQuery<'a, Pg, SqlQuery>;

fn bind_scope<'a>(query: Bound<'a>, round: RoundId, scope: &Scope) -> Bound<'a> {
    query
        .bind::<SqlUuid, _>(round.0)
        .bind::<Array<SqlUuid>, _>(scope.rounds.iter().map(|r| r.0).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(scope.persons.iter().map(|p| p.0).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(scope.units.iter().map(|u| u.0).collect::<Vec<_>>())
        .bind::<Bool, _>(scope.is_system)
}

/// Whether the caller reads every internally sensitive matter of the round, and who he is.
fn reader(actor: &Actor, round: RoundId) -> (bool, String) {
    let reads_all = matches!(actor, Actor::System) || rights::permit_office(actor, round).is_ok();
    (reads_all, actor.person().and_then(|p| p.person).map(|p| p.to_string()).unwrap_or_default())
}

fn bind_filter<'a>(query: Bound<'a>, filter: &Filter, (reads_all, reader): (bool, String)) -> Bound<'a> {
    let text = filter.text.as_deref().map(str::trim).filter(|t| !t.is_empty());
    query
        .bind::<Nullable<SqlUuid>, _>(filter.aspect)
        .bind::<Nullable<SqlUuid>, _>(filter.finding)
        .bind::<Nullable<SqlUuid>, _>(filter.unit)
        .bind::<Nullable<SqlUuid>, _>(filter.leader)
        .bind::<Array<Text>, _>(filter.states.clone())
        .bind::<Array<Text>, _>(filter.dispositions.clone())
        .bind::<Array<Text>, _>(filter.alert_levels.clone())
        .bind::<Array<Text>, _>(filter.completion_statuses.clone())
        .bind::<Nullable<Date>, _>(filter.due_from)
        .bind::<Nullable<Date>, _>(filter.due_to)
        .bind::<Nullable<Text>, _>(text.map(|t| format!("%{}%", escape_like(t))))
        .bind::<Array<Text>, _>(text.map(bigrams).unwrap_or_default())
        .bind::<Nullable<Bool>, _>(filter.closed)
        .bind::<Bool, _>(reads_all)
        .bind::<Text, _>(reader)
}

/// A page of the ledger in its order, after a row's (ordinal, id).
pub fn list(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    filter: &Filter,
    after: Option<(i64, Uuid)>,
    limit: i64,
) -> Result<Vec<LedgerRow>, Error> {
    let scope = rights::scope(actor);
    let sql = format!(
        "SELECT t.id, t.ordinal, t.number, t.item_number, t.title, t.state, t.disposition, t.sensitivity, t.completion_status, \
            t.alert_level, t.alert_reasons, lu.name AS lead_unit, ll.name AS lead_leader, t.due_on, t.original_due_on, t.review_on, \
            t.progress_done, t.progress_all, t.n_measures, t.n_doubts, t.version, \
            f.id AS finding_id, f.number AS finding_number, f.body AS finding, a.title AS aspect, \
            (t.sensitivity = 'open' OR (t.sensitivity = 'internal' AND ($19 OR t.snapshot #> '{{draft,readers}}' ? ($20::text)))) AS reads_content \
         FROM tasks t JOIN findings f ON f.id = t.finding_id JOIN aspects a ON a.id = f.aspect_id \
            LEFT JOIN units lu ON lu.id = t.lead_unit_id LEFT JOIN persons ll ON ll.id = t.lead_leader_id \
         WHERE {VISIBLE} {NARROWED} AND (t.ordinal, t.id) > ($21, $22) ORDER BY t.ordinal, t.id LIMIT {limit}",
        limit = limit.clamp(1, 200)
    );
    let (ordinal, id) = after.unwrap_or((i64::MIN, Uuid::nil()));
    let query = bind_scope(diesel::sql_query(sql).into_boxed(), round, &scope);
    let query = bind_filter(query, filter, reader(actor, round)).bind::<BigInt, _>(ordinal).bind::<SqlUuid, _>(id);
    Ok(query.load(conn)?)
}

/// The chain of counts over everything the filter leaves.
pub fn counts(conn: &mut PgConnection, actor: &Actor, round: RoundId, filter: &Filter) -> Result<Counts, Error> {
    let scope = rights::scope(actor);
    let sql = format!(
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
         FROM tasks t JOIN findings f ON f.id = t.finding_id WHERE {VISIBLE} {NARROWED} AND t.state <> 'withdrawn'"
    );
    let query = bind_scope(diesel::sql_query(sql).into_boxed(), round, &scope);
    Ok(bind_filter(query, filter, reader(actor, round)).get_result(conn)?)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many tasks of a round the actor sees, withdrawn ones included.
pub fn count_visible(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<i64, Error> {
    let scope = rights::scope(actor);
    let sql = format!("SELECT count(*) AS n FROM tasks t WHERE {VISIBLE}");
    let row: Count = bind_scope(diesel::sql_query(sql).into_boxed(), round, &scope).get_result(conn)?;
    Ok(row.n)
}

#[derive(QueryableByName)]
struct FindingCount {
    #[diesel(sql_type = SqlUuid)]
    finding_id: Uuid,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Findings with a task the actor sees, and how many.
pub(crate) fn visible_findings(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
) -> Result<BTreeMap<Uuid, i64>, Error> {
    let scope = rights::scope(actor);
    let sql = format!("SELECT t.finding_id, count(*) AS n FROM tasks t WHERE {VISIBLE} GROUP BY t.finding_id");
    let rows: Vec<FindingCount> = bind_scope(diesel::sql_query(sql).into_boxed(), round, &scope).load(conn)?;
    Ok(rows.into_iter().map(|r| (r.finding_id, r.n)).collect())
}

/// Ids of every task the actor sees in a round, in the ledger's order.
pub fn visible_ids(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<Uuid>, Error> {
    #[derive(QueryableByName)]
    struct Id {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let scope = rights::scope(actor);
    let sql = format!("SELECT t.id FROM tasks t WHERE {VISIBLE} ORDER BY t.ordinal, t.id");
    let rows: Vec<Id> = bind_scope(diesel::sql_query(sql).into_boxed(), round, &scope).load(conn)?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}

/// Where a task stands: its finding and aspect in the inspecting body's words.
#[derive(Clone, Debug, QueryableByName)]
pub struct Place {
    #[diesel(sql_type = Text)]
    pub item_number: String,
    #[diesel(sql_type = Text)]
    pub aspect: String,
    #[diesel(sql_type = Text)]
    pub finding_number: String,
    #[diesel(sql_type = Text)]
    pub finding: String,
}

/// The place of a task the caller has already been shown.
pub fn place(conn: &mut PgConnection, id: domain::ids::TaskId) -> Result<Place, Error> {
    Ok(diesel::sql_query(
        "SELECT t.item_number, a.title AS aspect, f.number AS finding_number, f.body AS finding \
         FROM tasks t JOIN findings f ON f.id = t.finding_id JOIN aspects a ON a.id = f.aspect_id WHERE t.id = $1",
    )
    .bind::<SqlUuid, _>(id.0)
    .get_result(conn)?)
}

/// The place behind the last task of a round, once the finding is known to be the round's.
pub fn next_placement(conn: &mut PgConnection, round: RoundId, finding: domain::ids::FindingId) -> Result<i64, Error> {
    let row: Count = diesel::sql_query(
        "SELECT COALESCE(max(t.ordinal), 0) + 1 AS n FROM findings f LEFT JOIN tasks t ON t.round_id = f.round_id \
         WHERE f.id = $2 AND f.round_id = $1 GROUP BY f.id",
    )
    .bind::<SqlUuid, _>(round.0)
    .bind::<SqlUuid, _>(finding.0)
    .get_result(conn)
    .optional()?
    .ok_or_else(|| Error::Refused(domain::refusal::Refusal::field("/finding_id", "finding-unknown")))?;
    Ok(row.n)
}
