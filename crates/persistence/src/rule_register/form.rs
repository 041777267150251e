//! What the form of an entry offers: the tasks somebody may name, the units and people to choose from, the rules that may be revised or abolished.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Uuid as SqlUuid};
use domain::actor::Role;
use domain::calendar;
use domain::ids::{RoundId, TaskId};
use domain::rights;
use uuid::Uuid;

use super::read::{LoadedRule, RuleTask, list};
use crate::error::Error;
use crate::events::Origin;
use crate::schema::{memberships, persons, units};
use crate::statement::Statement;
use crate::{ledger, personal_duties};

/// Most tasks a form offers.
const OFFERED: i64 = 500;

/// What is filled in already from the task the form was opened on.
#[derive(Clone, Debug, QueryableByName)]
pub struct Filled {
    #[diesel(sql_type = SqlUuid)]
    pub task: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub unit: Option<Uuid>,
    /// The task's first responsible person, where he works for its lead unit.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub owner: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    #[expect(dead_code, reason = "only orders")]
    works_there: bool,
}

/// The form of an entry.
#[derive(Clone, Debug)]
pub struct Form {
    pub begins_on: NaiveDate,
    pub tasks: Vec<RuleTask>,
    pub filled: Option<Filled>,
    /// The unit whose people are offered as owners.
    pub unit: Option<Uuid>,
    pub units: Vec<(Uuid, String)>,
    pub owners: Vec<(Uuid, String)>,
    /// Rules in force that the actor reads.
    pub in_force: Vec<LoadedRule>,
}

/// The form, for a task where one is named, with the people of a unit.
///
/// Errors: `NotFound`; `not-allowed`.
pub fn form(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    task: Option<TaskId>,
    unit: Option<Uuid>,
) -> Result<Form, Error> {
    let all = list(conn, origin, round, None)?;
    rights::permit_entering_rule(&origin.actor, round)?;
    let today = calendar::today(origin.now);
    let is_office = rights::permit_office(&origin.actor, round).is_ok();
    let person = origin.actor.person().filter(|p| p.role == Some(Role::Unit));
    let own: Vec<Uuid> =
        person.into_iter().flat_map(|p| &p.memberships).filter_map(|m| m.unit.unit()).map(|u| u.0).collect();
    let reader = ledger::reader(&origin.actor, round);
    let query = Statement::default().sql("SELECT t.id, t.number, t.title, t.state, true AS is_seen, ");
    let query = ledger::readable(query, &reader)
        .sql(
            " AS reads_content FROM tasks t WHERE t.state NOT IN ('draft', 'withdrawn') AND t.sensitivity IN ('open', 'internal') AND (",
        )
        .bind::<Bool, _>(is_office)
        .sql(" OR EXISTS (SELECT FROM task_units x WHERE x.task_id = t.id AND x.part = 'responsible' AND x.unit_id = ANY(")
        .bind::<Array<SqlUuid>, _>(own.clone())
        .sql("))) AND ");
    let tasks: Vec<RuleTask> = ledger::visible(query, round, &rights::scope(&origin.actor))
        .sql(format!(" ORDER BY t.ordinal, t.id LIMIT {OFFERED}"))
        .load(conn)?;
    let named = task.filter(|t| tasks.iter().any(|one| one.id == t.0));
    let filled: Option<Filled> = match named {
        None => None,
        Some(task) => Statement::default()
            .sql(
                "SELECT t.id AS task, t.lead_unit_id AS unit, m.person_id AS owner, m.person_id IS NOT NULL AS works_there \
                 FROM tasks t LEFT JOIN (task_people p JOIN memberships m ON m.person_id = p.person_id) \
                 ON p.task_id = t.id AND p.part = 'person' AND m.unit_id = t.lead_unit_id AND m.to_on IS NULL WHERE t.id = ",
            )
            .bind::<SqlUuid, _>(task.0)
            .sql(" ORDER BY works_there DESC, p.ordinal LIMIT 1")
            .get_result(conn)
            .optional()?,
    };
    let unit = unit.or(filled.as_ref().and_then(|f| f.unit)).or(own.first().copied());
    let owners = memberships::table
        .inner_join(persons::table)
        .filter(memberships::unit_id.nullable().eq(unit).and(memberships::from_on.le(today)))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .order(persons::code)
        .select((persons::id, persons::name))
        .load(conn)?;
    let units = units::table.order((units::ordinal, units::name)).select((units::id, units::name)).load(conn)?;
    let in_force = all.into_iter().filter(|r| r.rule.state.holds() && r.text.is_some()).collect();
    Ok(Form { begins_on: personal_duties::begins_on(conn, round)?, tasks, filled, unit, units, owners, in_force })
}
