//! Which tasks can hold something for a person to do, found by what is projected, so that the rules need not look at all he sees.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Text, Uuid as SqlUuid};
use domain::actor::{Actor, AssignmentKind, PersonActor, Role};
use domain::ids::RoundId;
use domain::policy::Policy;
use domain::rights;
use domain::task::state::TaskState;
use uuid::Uuid;

use crate::error::Error;
use crate::ledger::visible;
use crate::rounds;
use crate::statement::Statement;

/// States in which the unit that leads or takes part has something to do.
fn at_work() -> Vec<String> {
    TaskState::RUNNING.map(|state| state.as_str().to_owned()).to_vec()
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    #[expect(dead_code, reason = "only orders")]
    ordinal: i64,
}

/// Ids of the tasks, in the ledger's order, of which something may wait for the actor, or that his side handed in and waits for. It may name a
/// task too many, never one too few: a test compares what the rules make of these and of all.
pub fn candidates(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    policy: &Policy,
    today: NaiveDate,
) -> Result<Vec<Uuid>, Error> {
    let Actor::Person(person) = actor else { return crate::ledger::visible_ids(conn, actor, round) };
    let query = Statement::default().sql("SELECT t.id, t.ordinal FROM tasks t WHERE ");
    let mut query = visible(query, round, &rights::scope(actor)).sql(" AND t.id IN (");
    query = requests(query, person, round);
    if person.role == Some(Role::Unit) {
        query = of_units(query, person, round);
    }
    if person.role == Some(Role::Supervisor) {
        // Where nothing is observed any more, what still is has waited long enough.
        let observed = if policy.observation_working_days == 0 {
            NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(today)
        } else {
            today
        };
        query = of_supervisor(query, person, round, (observed, today));
    }
    let rows: Vec<Row> = query.sql(") ORDER BY t.ordinal, t.id").load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn own_units(person: &PersonActor) -> Vec<Uuid> {
    person.memberships.iter().filter_map(|m| m.unit.unit()).map(|u| u.0).collect()
}

fn is_office(person: &PersonActor, round: RoundId) -> bool {
    person.assignments.iter().any(|a| a.round == round && a.kind == AssignmentKind::Office)
}

/// Open requests whose next step may be his, or that he or his unit waits for.
fn requests(query: Statement, person: &PersonActor, round: RoundId) -> Statement {
    let mut signs_for: Vec<Uuid> = person.person.iter().map(|p| p.0).collect();
    signs_for.extend(person.stands_in_for.iter().map(|(p, _)| p.0));
    let own = person.person.map(|p| p.0).unwrap_or_default();
    let mut steps: Vec<&str> = Vec::new();
    if person.role == Some(Role::Supervisor) {
        steps.push("supervisor");
        if is_office(person, round) {
            steps.extend(["office", "meeting"]);
        }
    }
    let query = query
        .sql("SELECT r.task_id FROM sign_requests r JOIN tasks q ON q.id = r.task_id WHERE r.state = 'open' AND r.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND (r.waits_for_person_id = ANY(")
        .bind::<Array<SqlUuid>, _>(signs_for)
        .sql(") OR r.submitted_by = ")
        .bind::<SqlUuid, _>(own)
        .sql(" OR r.waits_for = ANY(")
        .bind::<Array<Text>, _>(steps.into_iter().map(str::to_owned).collect::<Vec<_>>())
        .sql(") OR (r.waits_for = 'supervisor' AND EXISTS (SELECT FROM task_people x WHERE x.task_id = r.task_id \
              AND x.part = 'cross_checker' AND x.person_id = ")
        .bind::<SqlUuid, _>(own)
        .sql(")) OR q.lead_unit_id = ANY(")
        .bind::<Array<SqlUuid>, _>(if person.role == Some(Role::Unit) { own_units(person) } else { Vec::new() })
        .sql(")");
    // A signature from paper waits for a second officer, whosever step it is.
    let query = if is_office(person, round) {
        query.sql(" OR EXISTS (SELECT FROM signatures s WHERE s.sign_request_id = r.id AND s.state = 'pending')")
    } else {
        query
    };
    query.sql(")")
}

/// Tasks at work that name one of his units, and those of which one of its statements is not yet answered.
fn of_units(query: Statement, person: &PersonActor, round: RoundId) -> Statement {
    let units = own_units(person);
    query
        .sql(" UNION SELECT x.task_id FROM task_units x JOIN tasks q ON q.id = x.task_id WHERE q.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND q.state = ANY(")
        .bind::<Array<Text>, _>(at_work())
        .sql(") AND x.unit_id = ANY(")
        .bind::<Array<SqlUuid>, _>(units.clone())
        .sql(
            ") UNION SELECT w.task_id FROM weekly_statements w WHERE w.reply = 'waiting' AND w.is_newest AND w.unit_id = ANY(",
        )
        .bind::<Array<SqlUuid>, _>(units)
        .sql(")")
}

/// Statements nobody has answered, observations that are over; for the office also drafts, wishes, and the tasks of units without accounts.
fn of_supervisor(
    query: Statement,
    person: &PersonActor,
    round: RoundId,
    (observed, today): (NaiveDate, NaiveDate),
) -> Statement {
    let query = query
        .sql(
            " UNION SELECT w.task_id FROM weekly_statements w WHERE w.reply = 'waiting' AND w.is_newest \
             UNION SELECT q.id FROM tasks q WHERE q.state = 'observing' AND q.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND q.snapshot->>'observing_until' <= ")
        .bind::<Text, _>(observed.format("%Y-%m-%d").to_string())
        // What was closed and found untrue waits for a decision.
        .sql(" UNION SELECT q.id FROM tasks q WHERE q.state IN ('observing', 'closed') AND q.alert_level = 'red' AND q.round_id = ")
        .bind::<SqlUuid, _>(round.0);
    if !is_office(person, round) {
        return query;
    }
    query
        .sql(" UNION SELECT q.id FROM tasks q WHERE q.state = 'draft' AND q.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(" UNION SELECT q.id FROM tasks q WHERE q.snapshot->'wish' <> 'null'::jsonb AND q.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(" UNION SELECT q.id FROM tasks q WHERE q.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND q.state = ANY(")
        .bind::<Array<Text>, _>(at_work())
        .sql(
            ") AND q.lead_unit_id IN (SELECT c.unit_id FROM lead_counters c WHERE c.n_tasks > 0 AND c.round_id = q.round_id \
                AND NOT EXISTS (SELECT FROM memberships m JOIN accounts a ON a.person_id = m.person_id \
                    WHERE m.unit_id = c.unit_id AND a.status = 'active' AND a.role = 'unit' AND m.from_on <= ",
        )
        .bind::<Date, _>(today)
        .sql(" AND (m.to_on IS NULL OR m.to_on >= ")
        .bind::<Date, _>(today)
        .sql(")))")
}

/// The policy of a round the caller has been shown.
pub fn policy(conn: &mut PgConnection, round: RoundId) -> Result<Policy, Error> {
    Ok(rounds::facts(conn, round)?.1)
}
