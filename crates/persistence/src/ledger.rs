//! Lists of tasks as an actor may see them: filtered by scope in SQL, in pages by key.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::ids::RoundId;
use domain::rights::{self, Scope};
use uuid::Uuid;

use crate::error::Error;
use crate::order::{After, Sort};
use crate::recurrence::{CAME_BACK, RECURRENCE};
use crate::statement::Statement;

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub aspect: Option<Uuid>,
    pub finding: Option<Uuid>,
    /// Any of several findings.
    pub among: Vec<Uuid>,
    /// Any of several lead units alone; the nil id stands for none named yet.
    pub lead_units: Vec<Uuid>,
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
    /// Ratified on these days and closed since.
    pub closed_from: Option<NaiveDate>,
    pub closed_to: Option<NaiveDate>,
    /// Only tasks of which something that was handed in waits for an answer.
    pub unanswered: bool,
    /// Only key problems.
    pub is_key: bool,
    /// Only those whose finding was found before; asked for by who sees the whole round.
    pub came_back: bool,
    /// Any of these kinds of causes, as last analysed.
    pub causes: Vec<String>,
    /// Findings decided to be of this kind.
    pub scope: Option<String>,
    /// These tasks alone.
    pub tasks: Vec<Uuid>,
}

/// One line of the ledger, in the order of `COLUMNS`.
#[derive(Clone, Debug, Queryable)]
pub struct LedgerRow {
    pub id: Uuid,
    pub ordinal: i64,
    pub number: String,
    pub item_number: String,
    pub title: String,
    pub state: String,
    pub disposition: Option<String>,
    pub sensitivity: String,
    pub completion_status: String,
    pub alert_level: String,
    pub alert_reasons: serde_json::Value,
    pub lead_unit: Option<String>,
    pub lead_leader: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub original_due_on: Option<NaiveDate>,
    pub review_on: Option<NaiveDate>,
    pub progress_done: i32,
    pub progress_all: i32,
    pub n_measures: i32,
    pub n_doubts: i32,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
    pub lead_unit_id: Option<Uuid>,
    pub finding_id: Uuid,
    pub finding_number: String,
    pub finding: String,
    pub aspect: String,
    pub is_key: bool,
    /// How often its finding's matter was found, and the day of the first feedback; none where it never came back, and for who does not see the round.
    pub n_found: Option<i64>,
    pub first_found_on: Option<NaiveDate>,
    pub reads_content: bool,
}

/// What `LedgerRow` is read from; whether the caller reads the content comes last and is the caller's own.
const COLUMNS: &str = "t.id, t.ordinal, t.number, t.item_number, t.title, t.state, t.disposition, t.sensitivity, t.completion_status, \
    t.alert_level, t.alert_reasons, lu.name, ll.name, t.due_on, t.original_due_on, t.review_on, t.progress_done, t.progress_all, \
    t.n_measures, t.n_doubts, t.version, t.updated_at, t.lead_unit_id, f.id, f.number, f.body, a.title, t.is_key, lin.n, lin.first_on, ";

/// Their types.
#[rustfmt::skip]
type Columns = (
    SqlUuid, BigInt, Text, Text, Text, Text, Nullable<Text>, Text, Text,
    Text, Jsonb, Nullable<Text>, Nullable<Text>, Nullable<Date>, Nullable<Date>, Nullable<Date>, Integer, Integer,
    Integer, Integer, BigInt, Timestamptz, Nullable<SqlUuid>, SqlUuid, Text, Text, Text, Bool, Nullable<BigInt>, Nullable<Date>,
    Bool,
);

/// Most filters that a kept statement has: with more there are too many texts for a connection to keep.
const FEW: usize = 2;

/// How many rows a page's statement asks for; a limit is one of them, for as a parameter it would keep PostgreSQL from keeping the plan.
const PAGES: [i64; 4] = [21, 51, 101, 201];

/// Tasks of which a statement, a sign request or the answer to a slip waits for its answer (docs/domain.md §23).
const UNANSWERED: &str = "SELECT w.task_id FROM weekly_statements w JOIN tasks wt ON wt.id = w.task_id \
         WHERE w.reply = 'waiting' AND w.is_newest AND wt.state NOT IN ('closed', 'withdrawn') \
     UNION ALL SELECT r.task_id FROM sign_requests r WHERE r.state = 'open' \
     UNION ALL SELECT p.task_id FROM slips p WHERE p.state = 'answered' AND p.task_id IS NOT NULL";

/// `t` is a task of the round that the actor sees; the same rule as `Scope::covers`, a test holds them equal.
pub(crate) fn visible(query: Statement, round: RoundId, scope: &Scope) -> Statement {
    let query = query.sql("t.round_id = ").bind::<SqlUuid, _>(round.0);
    if scope.sees_whole(round) {
        return query;
    }
    let persons: Vec<Uuid> = scope.persons.iter().map(|p| p.0).collect();
    let units: Vec<Uuid> = scope.units.iter().map(|u| u.0).collect();
    query
        .sql(
            " AND t.state <> 'draft' AND t.id IN (SELECT p.task_id FROM task_people p \
             WHERE p.part IN ('leader', 'cross_checker') AND p.person_id = ANY(",
        )
        .bind::<Array<SqlUuid>, _>(persons)
        .sql(") UNION ALL SELECT x.task_id FROM task_units x JOIN units u ON u.id = x.unit_id WHERE u.path && ")
        .bind::<Array<SqlUuid>, _>(units)
        .sql(")")
}

/// What of a task's words somebody reads, and whether he sees every task of the round.
pub(crate) struct Reader {
    reads_all: bool,
    person: String,
    /// Whether he is told what came back (docs/domain.md §39).
    pub(crate) sees_whole: bool,
}

/// How an actor reads a round.
pub(crate) fn reader(actor: &Actor, round: RoundId) -> Reader {
    Reader {
        reads_all: matches!(actor, Actor::System) || rights::permit_office(actor, round).is_ok(),
        person: actor.person().and_then(|p| p.person).map(|p| p.to_string()).unwrap_or_default(),
        sees_whole: rights::scope(actor).sees_whole(round),
    }
}

/// Whether the caller reads the content of `t` (docs/domain.md §17).
pub(crate) fn readable(query: Statement, reader: &Reader) -> Statement {
    if reader.reads_all {
        return query.sql("t.sensitivity IN ('open', 'internal')");
    }
    query
        .sql("(t.sensitivity = 'open' OR (t.sensitivity = 'internal' AND t.snapshot #> '{draft,readers}' ? ")
        .bind::<Text, _>(reader.person.clone())
        .sql("))")
}

/// Adds what narrows the list, each only where it is asked for; words that the caller may not read are not searched either (docs/domain.md §17).
pub(crate) fn narrowed(mut query: Statement, filter: &Filter, reader: &Reader) -> Statement {
    let mut n = 0;
    let mut narrow = |present: bool| {
        n += usize::from(present);
        present
    };
    if let Some(aspect) = filter.aspect.filter(|_| narrow(true)) {
        query = query
            .sql(" AND t.finding_id IN (SELECT id FROM findings WHERE aspect_id = ")
            .bind::<SqlUuid, _>(aspect)
            .sql(")");
    }
    if let Some(finding) = filter.finding.filter(|_| narrow(true)) {
        query = query.sql(" AND t.finding_id = ").bind::<SqlUuid, _>(finding);
    }
    if narrow(!filter.among.is_empty()) {
        query = query.sql(" AND t.finding_id = ANY(").bind::<Array<SqlUuid>, _>(filter.among.clone()).sql(")");
    }
    if narrow(!filter.lead_units.is_empty()) {
        query = query.sql(" AND (t.lead_unit_id = ANY(").bind::<Array<SqlUuid>, _>(filter.lead_units.clone()).sql(")");
        let with_none = filter.lead_units.contains(&Uuid::nil());
        query = query.sql(if with_none { " OR t.lead_unit_id IS NULL)" } else { ")" });
    }
    if let Some(unit) = filter.unit.filter(|_| narrow(true)) {
        query = query
            .sql(
                " AND t.id IN (SELECT x.task_id FROM task_units x JOIN units u ON u.id = x.unit_id \
                 WHERE x.part IN ('responsible', 'supporting') AND u.path @> ",
            )
            .bind::<Array<SqlUuid>, _>(vec![unit])
            .sql(")");
    }
    if let Some(leader) = filter.leader.filter(|_| narrow(true)) {
        query = query
            .sql(" AND t.id IN (SELECT p.task_id FROM task_people p WHERE p.part = 'leader' AND p.person_id = ")
            .bind::<SqlUuid, _>(leader)
            .sql(")");
    }
    for (column, words) in [
        (" AND t.state = ANY(", &filter.states),
        (" AND t.disposition = ANY(", &filter.dispositions),
        (" AND t.alert_level = ANY(", &filter.alert_levels),
        (" AND t.completion_status = ANY(", &filter.completion_statuses),
    ] {
        if narrow(!words.is_empty()) {
            query = query.sql(column).bind::<Array<Text>, _>(words.clone()).sql(")");
        }
    }
    if let Some(from) = filter.due_from.filter(|_| narrow(true)) {
        query = query.sql(" AND t.due_on >= ").bind::<Date, _>(from);
    }
    if let Some(to) = filter.due_to.filter(|_| narrow(true)) {
        query = query.sql(" AND t.due_on <= ").bind::<Date, _>(to);
    }
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|t| !t.is_empty() && narrow(true)) {
        let like = format!("%{}%", escape_like(text));
        query = query
            .sql(" AND t.grams @> ")
            .bind::<Array<Text>, _>(bigrams(text))
            .sql(" AND (t.number || ' ' || t.title) ILIKE ")
            .bind::<Text, _>(like.clone())
            .sql(" AND (t.number ILIKE ")
            .bind::<Text, _>(like)
            .sql(" OR ");
        query = readable(query, reader).sql(")");
    }
    if let Some(closed) = filter.closed.filter(|_| narrow(true)) {
        let condition = if closed {
            " AND t.state IN ('observing', 'closed')"
        } else {
            " AND t.state NOT IN ('observing', 'closed')"
        };
        query = query.sql(condition);
    }
    for (column, day) in [(" AND t.closed_on >= ", filter.closed_from), (" AND t.closed_on <= ", filter.closed_to)] {
        if let Some(day) = day.filter(|_| narrow(true)) {
            query = query.sql(" AND t.state IN ('observing', 'closed')").sql(column).bind::<Date, _>(day);
        }
    }
    if narrow(filter.unanswered) {
        query = query.sql(" AND t.id IN (").sql(UNANSWERED).sql(")");
    }
    if narrow(filter.is_key) {
        query = query.sql(" AND t.is_key");
    }
    if narrow(filter.came_back) {
        let among = if reader.sees_whole { CAME_BACK } else { "false" };
        query = query.sql(" AND t.finding_id IN (SELECT f.id FROM findings f WHERE ").sql(among).sql(")");
    }
    if narrow(!filter.causes.is_empty()) {
        query = query.sql(" AND t.cause_categories && ").bind::<Array<Text>, _>(filter.causes.clone());
        query = readable(query.sql(" AND "), reader);
    }
    if let Some(scope) = filter.scope.clone().filter(|_| narrow(true)) {
        query =
            query.sql(" AND t.finding_id IN (SELECT id FROM findings WHERE scope = ").bind::<Text, _>(scope).sql(")");
    }
    if narrow(!filter.tasks.is_empty()) {
        query = query.sql(" AND t.id = ANY(").bind::<Array<SqlUuid>, _>(filter.tasks.clone()).sql(")");
    }
    if n > FEW { query.rare() } else { query }
}

/// A page of the ledger in an order, after a row of it.
pub fn list(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    filter: &Filter,
    sort: Sort,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<LedgerRow>, Error> {
    let reader = reader(actor, round);
    let query = Statement::default().sql("SELECT ").sql(COLUMNS);
    // The page is cut first and joined then: PostgreSQL thinks that few tasks have a word, and would join all that do.
    let query = readable(query, &reader).sql(" FROM (SELECT t.* FROM tasks t WHERE ");
    let mut query = narrowed(visible(query, round, &rights::scope(actor)), filter, &reader);
    // Orders times filters would be too many texts to keep.
    if sort != Sort::default() && *filter != Filter::default() {
        query = query.rare();
    }
    if let Some(after) = after {
        query = sort.behind(query, after);
    }
    let page = PAGES.into_iter().find(|n| *n >= limit).unwrap_or(PAGES[PAGES.len() - 1]);
    let order = sort.clause();
    let mut rows: Vec<LedgerRow> = query
        .sql(format!(" ORDER BY {order} LIMIT {page}"))
        .sql(
            ") t JOIN findings f ON f.id = t.finding_id JOIN aspects a ON a.id = f.aspect_id \
             LEFT JOIN units lu ON lu.id = t.lead_unit_id LEFT JOIN persons ll ON ll.id = t.lead_leader_id ",
        )
        .sql(RECURRENCE)
        .sql(if reader.sees_whole { "" } else { " AND false" })
        .sql(format!(" ORDER BY {order}"))
        .columns::<Columns>()
        .load(conn)?;
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(rows)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Whether the actor sees a task of a round, withdrawn ones included. Counted, for with a limit PostgreSQL would rather walk through all tasks.
pub(crate) fn sees_any(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<bool, Error> {
    let query = Statement::default().sql("SELECT count(*) AS n FROM tasks t WHERE ");
    let row: Count = visible(query, round, &rights::scope(actor)).get_result(conn)?;
    Ok(row.n > 0)
}

/// Ids of every task the actor sees in a round, in the ledger's order.
pub fn visible_ids(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<Uuid>, Error> {
    #[derive(QueryableByName)]
    struct Id {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let query = Statement::default().sql("SELECT t.id FROM tasks t WHERE ");
    let rows: Vec<Id> = visible(query, round, &rights::scope(actor)).sql(" ORDER BY t.ordinal, t.id").load(conn)?;
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
    #[diesel(sql_type = Nullable<Text>)]
    pub scope: Option<String>,
}

/// The place of a task the caller has already been shown.
pub fn place(conn: &mut PgConnection, id: domain::ids::TaskId) -> Result<Place, Error> {
    let query = Statement::default().sql(
        "SELECT t.item_number, a.title AS aspect, f.number AS finding_number, f.body AS finding, f.scope \
         FROM tasks t JOIN findings f ON f.id = t.finding_id JOIN aspects a ON a.id = f.aspect_id WHERE t.id = ",
    );
    Ok(query.bind::<SqlUuid, _>(id.0).get_result(conn)?)
}

/// What the findings list says of a finding and its task beside the task's own words.
#[derive(Clone, Debug, QueryableByName)]
pub struct Origins {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub source: String,
    #[diesel(sql_type = Text)]
    pub feedback_document: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
    #[diesel(sql_type = Text)]
    pub basis: String,
    #[diesel(sql_type = Text)]
    pub period: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub scope: Option<String>,
    /// Columns of an import that nobody mapped.
    #[diesel(sql_type = Jsonb)]
    pub extra: serde_json::Value,
}

/// The same for tasks the caller has already been shown, by task.
pub fn origins(conn: &mut PgConnection, ids: Vec<Uuid>) -> Result<Vec<Origins>, Error> {
    let query = Statement::default().sql(
        "SELECT t.id, f.source, f.feedback_document, f.amount::text AS amount, f.basis, f.period, f.scope, t.extra \
         FROM tasks t JOIN findings f ON f.id = t.finding_id WHERE t.id = ANY(",
    );
    Ok(query.bind::<Array<SqlUuid>, _>(ids).sql(")").load(conn)?)
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
