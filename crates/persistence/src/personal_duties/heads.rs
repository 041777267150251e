//! Whose the four personal duties are in a round: heads of units with a part in it, and its leaders where the policy says so.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Uuid as SqlUuid};
use domain::actor::{Actor, Role};
use domain::calendar;
use domain::ids::{PersonId, RoundId, UnitId};
use domain::personal_duty::Head;
use domain::policy::Policy;
use uuid::Uuid;

use crate::error::Error;
use crate::rounds;
use crate::schema::rounds as rounds_table;
use crate::statement::Statement;

/// What the rules of a round say of the duties.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The first day an act can have been done on: the begin of the inspection, else of the feedback, else of the round in the product.
    pub begins_on: NaiveDate,
    pub policy: Policy,
}

pub(super) fn ground(conn: &mut PgConnection, round: RoundId) -> Result<Ground, Error> {
    let (from, feedback, created): (Option<NaiveDate>, Option<NaiveDate>, chrono::DateTime<chrono::Utc>) =
        rounds_table::table
            .find(round.0)
            .select((rounds_table::inspection_from_on, rounds_table::feedback_on, rounds_table::created_at))
            .first(conn)
            .optional()?
            .ok_or(Error::NotFound)?;
    let begins_on = from.or(feedback).unwrap_or_else(|| calendar::today(created));
    Ok(Ground { begins_on, policy: rounds::facts(conn, round)?.1 })
}

/// A head with what the register says of him.
#[derive(Clone, Debug)]
pub struct HeadRow {
    pub head: Head,
    pub person: PersonId,
    pub name: String,
    /// His units, by name; none of a leader who heads none.
    pub units: Vec<(UnitId, String)>,
    /// Key problems his units are responsible for, or that name him as their leader.
    pub n_key: i64,
    /// Whether he still is one; who was one is shown by what he has done.
    pub is_current: bool,
}

/// Everybody whose the duties are, those with key problems first; and the units that have no head.
#[derive(Clone, Debug, Default)]
pub(super) struct Heads {
    pub(super) rows: Vec<HeadRow>,
    pub(super) without_head: Vec<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    person_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    person: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    unit_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    unit: String,
    #[diesel(sql_type = BigInt)]
    n_key: i64,
    #[diesel(sql_type = Bool)]
    is_leader: bool,
    #[diesel(sql_type = Integer)]
    #[expect(dead_code, reason = "only orders")]
    ordinal: i32,
}

/// Units that lead a task of the round, or are responsible for a key problem of it, with their heads; and the leaders of its group. One statement.
pub(super) fn heads(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    policy: &Policy,
    today: NaiveDate,
) -> Result<Heads, Error> {
    let rows: Vec<Row> = Statement::default()
        .sql(
            "WITH part AS (SELECT s.unit_id, sum(s.n_key)::bigint AS n_key FROM (\
                 SELECT c.unit_id, 0 AS n_key FROM lead_counters c WHERE c.n_tasks > c.n_draft AND c.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(
            " UNION ALL SELECT x.unit_id, 1 FROM tasks t JOIN task_units x ON x.task_id = t.id AND x.part = 'responsible' \
                 WHERE t.is_key AND t.state NOT IN ('draft', 'withdrawn') AND t.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(
            ") s GROUP BY s.unit_id) \
             SELECT p.id AS person_id, p.name AS person, u.id AS unit_id, u.name AS unit, part.n_key, false AS is_leader, u.ordinal \
             FROM part JOIN units u ON u.id = part.unit_id \
             LEFT JOIN (memberships m JOIN persons p ON p.id = m.person_id) ON m.unit_id = u.id AND m.is_head AND m.from_on <= ",
        )
        .bind::<Date, _>(today)
        .sql(" AND (m.to_on IS NULL OR m.to_on >= ")
        .bind::<Date, _>(today)
        .sql(
            ") UNION ALL SELECT p.id, p.name, NULL, '', (SELECT count(*) FROM task_people x JOIN tasks t ON t.id = x.task_id \
                 WHERE x.person_id = p.id AND x.part = 'leader' AND t.is_key AND t.state NOT IN ('draft', 'withdrawn') \
                     AND t.round_id = l.round_id), true, l.ordinal - 1000 \
             FROM leading_group_members l JOIN persons p ON p.id = l.person_id WHERE ",
        )
        .bind::<Bool, _>(policy.leaders_have_duties)
        .sql(" AND l.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(" ORDER BY ordinal, unit, person")
        .load(conn)?;
    let charged = charge(conn, actor, round)?;
    let mut found = Heads::default();
    let mut places: BTreeMap<Uuid, usize> = BTreeMap::new();
    for row in rows {
        let (Some(id), Some(name)) = (row.person_id, row.person) else {
            found.without_head.push(row.unit);
            continue;
        };
        let place = *places.entry(id).or_insert_with(|| {
            let person = PersonId(id);
            let head = Head { person: Some(person), ..Head::default() };
            found.rows.push(HeadRow { head, person, name, units: Vec::new(), n_key: 0, is_current: true });
            found.rows.len() - 1
        });
        let one = &mut found.rows[place];
        one.n_key += row.n_key;
        one.head.is_leader |= row.is_leader;
        if let Some(unit) = row.unit_id.map(UnitId) {
            one.head.units.insert(unit);
            one.units.push((unit, row.unit));
            if charged.contains(&unit) {
                one.head.in_charge.extend(actor.person().and_then(|p| p.person));
            }
        }
    }
    // Leaders stand first by their ordinal, then units in their order; who has key problems comes before both.
    found.rows.sort_by_key(|r| r.n_key == 0);
    Ok(found)
}

/// The units that lead tasks in the charge of the actor, if he is a leader.
fn charge(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<BTreeSet<UnitId>, Error> {
    #[derive(QueryableByName)]
    struct Charged {
        #[diesel(sql_type = SqlUuid)]
        unit_id: Uuid,
    }
    let leader = actor.person().filter(|p| p.role == Some(Role::Leader)).and_then(|p| p.person);
    let Some(leader) = leader else { return Ok(BTreeSet::new()) };
    let rows: Vec<Charged> = Statement::default()
        .sql(
            "SELECT DISTINCT t.lead_unit_id AS unit_id FROM task_people x JOIN tasks t ON t.id = x.task_id \
             WHERE x.part = 'leader' AND t.lead_leader_id = x.person_id AND t.lead_unit_id IS NOT NULL \
                 AND t.state NOT IN ('draft', 'withdrawn') AND x.person_id = ",
        )
        .bind::<SqlUuid, _>(leader.0)
        .sql(" AND t.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .load(conn)?;
    Ok(rows.into_iter().map(|r| UnitId(r.unit_id)).collect())
}

/// The lead leaders in whose charge each of these units is in a round.
pub(super) fn leaders_of(
    conn: &mut PgConnection,
    round: RoundId,
    units: &[UnitId],
) -> Result<BTreeSet<PersonId>, Error> {
    #[derive(QueryableByName)]
    struct Leading {
        #[diesel(sql_type = SqlUuid)]
        person_id: Uuid,
    }
    if units.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<Leading> = Statement::default()
        .sql(
            "SELECT DISTINCT t.lead_leader_id AS person_id FROM tasks t WHERE t.lead_leader_id IS NOT NULL \
             AND t.state NOT IN ('draft', 'withdrawn') AND t.lead_unit_id = ANY(",
        )
        .bind::<Array<SqlUuid>, _>(units.iter().map(|u| u.0).collect::<Vec<_>>())
        .sql(") AND t.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .load(conn)?;
    Ok(rows.into_iter().map(|r| PersonId(r.person_id)).collect())
}

/// The first day whose records are still suggested: the begin of last month.
pub(super) fn suggested_since(today: NaiveDate) -> NaiveDate {
    let first = today.with_day(1).unwrap_or(today);
    first.checked_sub_months(chrono::Months::new(1)).unwrap_or(first)
}
