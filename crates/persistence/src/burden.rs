//! What units handed in, with its words, and what was generated instead of typed: what the burden meter is reckoned from (docs/domain.md §44).

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::burden::{self, Effort, HandIn, HandInKind};
use domain::calendar::{self, Week};
use domain::ids::{RoundId, UnitId};
use domain::refusal::Refusal;
use domain::rights;
use uuid::Uuid;

use crate::error::Error;
use crate::statement::Statement;
use crate::{meetings, rounds, tasks};

/// Weeks before the first that is asked for, whose words are known as well.
const BEFORE: u64 = 4 * 7;

/// A unit's weeks, and what was generated for it.
#[derive(Clone, Debug, Default)]
pub struct OfUnit {
    pub name: String,
    pub weeks: BTreeMap<Week, Effort>,
    /// Lists and papers that its people had made instead of writing them.
    pub exports: i64,
}

/// What filling in cost the units of a round.
#[derive(Clone, Debug, Default)]
pub struct Burden {
    pub units: BTreeMap<UnitId, OfUnit>,
    /// Documents that were made from the records.
    pub documents: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    unit_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    about: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
    /// A kind of hand-in, or `task`, `export`, `document`.
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    body: Option<String>,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Everything of a stretch in one statement: statements, plans and requests, answers to slips and on rules; the words of the tasks they are about; what
/// was exported by people of each unit, and the documents made.
fn rows(conn: &mut PgConnection, round: RoundId, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Row>, Error> {
    let early = from - Days::new(BEFORE);
    let within = |query: Statement, column: &str, from: DateTime<Utc>| {
        query
            .sql(format!(" AND {column} >= "))
            .bind::<Timestamptz, _>(from)
            .sql(format!(" AND {column} < "))
            .bind::<Timestamptz, _>(until)
    };
    let query = Statement::default()
        .sql(
            "WITH given AS (SELECT s.unit_id, s.task_id AS about, s.submitted_at AS at, 'statement' AS kind, s.revision_sha256 AS sha \
                 FROM weekly_statements s JOIN tasks t ON t.id = s.task_id WHERE t.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0);
    let query = within(query, "s.submitted_at", early)
        .sql(
            " UNION ALL SELECT t.lead_unit_id, q.task_id, q.submitted_at, \
                 CASE WHEN q.kind IN ('plan', 'amendment') THEN 'plan' ELSE 'request' END, q.revision_sha256 \
                 FROM sign_requests q JOIN tasks t ON t.id = q.task_id WHERE q.kind IN ('plan', 'amendment', 'closure', 'extension') AND q.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0);
    let query = within(query, "q.submitted_at", early)
        .sql(
            " UNION ALL SELECT p.unit_id, p.id, (a->>'at')::timestamptz, 'answer', a->>'words' \
                 FROM slips p CROSS JOIN LATERAL jsonb_array_elements(p.snapshot->'answers') a WHERE p.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0);
    let query = within(query, "(a->>'at')::timestamptz", early)
        .sql(
            " UNION ALL SELECT r.owner_unit_id, r.id, (c#>>'{answer,at}')::timestamptz, 'answer', c#>>'{answer,words}' \
                 FROM rules r CROSS JOIN LATERAL jsonb_array_elements(r.snapshot->'checks') c WHERE c->'answer' <> 'null'::jsonb AND r.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0);
    let query = within(query, "(c#>>'{answer,at}')::timestamptz", early)
        .sql(
            ") SELECT g.unit_id, g.about, g.at, g.kind, v.body, 1::bigint AS n FROM given g JOIN revisions v ON v.sha256 = g.sha \
             UNION ALL SELECT NULL, t.id, NULL, 'task', v.body, 1 FROM tasks t JOIN revisions v ON v.sha256 = t.snapshot#>>'{draft,text}' \
                 WHERE t.id IN (SELECT g.about FROM given g) \
             UNION ALL SELECT x.unit_id, NULL, NULL, 'export', NULL, count(*) FROM (SELECT DISTINCT ON (e.id) e.id, m.unit_id FROM exports e \
                 JOIN accounts a ON a.id = e.account_id AND a.role = 'unit' JOIN memberships m ON m.person_id = a.person_id AND m.to_on IS NULL WHERE e.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0);
    let query = within(query, "e.created_at", from)
        .sql(
            " ORDER BY e.id, m.is_secondment, m.unit_id) x GROUP BY x.unit_id \
             UNION ALL SELECT NULL, NULL, NULL, 'document', NULL, count(*) FROM documents d WHERE d.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0);
    Ok(within(query, "d.created_at", from).load(conn)?)
}

fn reckoned(conn: &mut PgConnection, round: RoundId, first: Week, last: Week) -> Result<Burden, Error> {
    let from = calendar::instant(first.monday(), chrono::NaiveTime::MIN);
    let mut burden = Burden::default();
    let (mut given, mut hand_ins) = (Vec::new(), Vec::new());
    for row in rows(conn, round, from, calendar::end_of_day(last.sunday()))? {
        let body = row.body.as_deref().unwrap_or_default();
        match (row.kind.as_str(), row.about, row.unit_id) {
            ("task", Some(task), _) => given.push((task, burden::of_task(body))),
            ("export", _, Some(unit)) => burden.units.entry(UnitId(unit)).or_default().exports = row.n,
            ("document", ..) => burden.documents = row.n,
            (kind, Some(about), Some(unit)) => {
                let (Some(kind), Some(at)) = (HandInKind::parse(kind), row.at) else { continue };
                let (own, brought) = burden::fields(kind, body);
                hand_ins.push(HandIn { unit: UnitId(unit), about, at, own, brought });
            }
            _ => {}
        }
    }
    for ((unit, week), effort) in burden::reckon(given, &hand_ins) {
        if week >= first && week <= last {
            burden.units.entry(unit).or_default().weeks.insert(week, effort);
        }
    }
    Ok(burden)
}

/// Whether the actor reads what filling in costs: who reads all of the round's brief (docs/domain.md §28).
///
/// Errors: `not-allowed`.
fn permit(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<(), Error> {
    rounds::permit_sight(conn, actor, round)?;
    let group = meetings::group(conn, round)?;
    if rights::sees_meetings(actor, round, &group) { Ok(()) } else { Err(Refusal::forbidden("not-allowed").into()) }
}

/// What filling in cost each unit in the weeks from one to another, both included.
///
/// Errors: `NotFound`; `not-allowed` (403).
pub fn of_weeks(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    first: Week,
    last: Week,
) -> Result<Burden, Error> {
    permit(conn, actor, round)?;
    let mut burden = reckoned(conn, round, first, last)?;
    let named = tasks::names(conn, burden.units.keys().map(|u| u.0).collect())?;
    for (unit, of) in &mut burden.units {
        of.name = named.get(&unit.0).cloned().unwrap_or_default();
    }
    Ok(burden)
}

/// What filling in cost all units together in a week, for who reads the brief whole; none for everybody else.
///
/// Errors: those of the database.
pub fn of_week(conn: &mut PgConnection, actor: &Actor, round: RoundId, week: Week) -> Result<Option<Effort>, Error> {
    let group = meetings::group(conn, round)?;
    if !rights::sees_meetings(actor, round, &group) {
        return Ok(None);
    }
    let burden = reckoned(conn, round, week, week)?;
    let all = burden.units.values().flat_map(|of| of.weeks.values());
    Ok(Some(all.fold(Effort::default(), |sum, effort| sum.with(*effort))))
}
