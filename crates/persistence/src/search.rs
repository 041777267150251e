//! What the search beside every page finds: tasks by number or word, units and people by name; a few of each.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Nullable, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::ids::RoundId;
use domain::rights;
use uuid::Uuid;

use crate::error::Error;
use crate::ledger::{bigrams, escape_like, readable, reader, visible};
use crate::statement::Statement;

/// Most of each kind.
const FEW: usize = 8;

/// A task that was found.
#[derive(Clone, Debug, QueryableByName)]
pub struct FoundTask {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Text)]
    pub alert_level: String,
    #[diesel(sql_type = Text)]
    pub sensitivity: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub lead_unit: Option<String>,
    #[diesel(sql_type = Bool)]
    pub reads_content: bool,
}

/// A unit or a person that was found.
#[derive(Clone, Debug, QueryableByName)]
pub struct FoundName {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The unit above it; the unit and post of a person.
    #[diesel(sql_type = Nullable<Text>)]
    pub place: Option<String>,
    /// A person's home unit; a unit itself.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub unit_id: Option<Uuid>,
    /// Whether the person is a leader of a task of the round.
    #[diesel(sql_type = Bool)]
    pub is_leader: bool,
}

/// What was found of each kind.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub tasks: Vec<FoundTask>,
    /// Whether there are more tasks than are listed.
    pub is_more: bool,
    pub units: Vec<FoundName>,
    pub people: Vec<FoundName>,
}

/// Looks for a text of two letters or digits and more; a shorter one finds nothing.
pub fn find(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    text: &str,
    today: NaiveDate,
) -> Result<Found, Error> {
    let text = text.trim();
    let grams = bigrams(text);
    if grams.is_empty() {
        return Ok(Found::default());
    }
    let like = format!("%{}%", escape_like(text));
    let mut tasks = found_tasks(conn, actor, round, grams, &like)?;
    let is_more = tasks.len() > FEW;
    tasks.truncate(FEW);
    Ok(Found { tasks, is_more, units: found_units(conn, &like)?, people: found_people(conn, round, &like, today)? })
}

/// The same words the ledger searches, under the same rule (docs/domain.md §17); a number that begins with them comes first.
fn found_tasks(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    grams: Vec<String>,
    like: &str,
) -> Result<Vec<FoundTask>, Error> {
    let reader = reader(actor, round);
    let query = Statement::default()
        .sql("SELECT t.id, t.number, t.title, t.state, t.alert_level, t.sensitivity, u.name AS lead_unit, ");
    let query = readable(query, &reader).sql(" AS reads_content FROM (SELECT t.* FROM tasks t WHERE ");
    let query = visible(query, round, &rights::scope(actor))
        .sql(" AND t.grams @> ")
        .bind::<Array<Text>, _>(grams)
        .sql(" AND (t.number || ' ' || t.title) ILIKE ")
        .bind::<Text, _>(like.to_owned())
        .sql(" AND (t.number ILIKE ")
        .bind::<Text, _>(like.to_owned())
        .sql(" OR ");
    let query = readable(query, &reader)
        .sql(") ORDER BY t.number NOT ILIKE ")
        .bind::<Text, _>(like.trim_start_matches('%').to_owned())
        .sql(format!(", t.ordinal, t.id LIMIT {}", FEW + 1))
        .sql(") t LEFT JOIN units u ON u.id = t.lead_unit_id ORDER BY t.number NOT ILIKE ")
        .bind::<Text, _>(like.trim_start_matches('%').to_owned())
        .sql(", t.ordinal, t.id");
    Ok(query.load(conn)?)
}

/// By name or by another name it goes under; everybody knows the units and the people.
fn found_units(conn: &mut PgConnection, like: &str) -> Result<Vec<FoundName>, Error> {
    let query = Statement::default()
        .sql(
            "SELECT u.id, u.name, above.name AS place, u.id AS unit_id, false AS is_leader \
             FROM units u LEFT JOIN units above ON above.id = u.parent_id \
             WHERE u.retired_on IS NULL AND (u.name ILIKE ",
        )
        .bind::<Text, _>(like.to_owned())
        .sql(" OR array_to_string(u.aliases, ' ') ILIKE ")
        .bind::<Text, _>(like.to_owned())
        .sql(format!(") ORDER BY cardinality(u.path), u.ordinal, u.code LIMIT {FEW}"));
    Ok(query.load(conn)?)
}

fn found_people(
    conn: &mut PgConnection,
    round: RoundId,
    like: &str,
    today: NaiveDate,
) -> Result<Vec<FoundName>, Error> {
    let query = Statement::default()
        .sql(
            "SELECT p.id, p.name, home.unit || ' ' || home.post AS place, home.unit_id, \
                EXISTS (SELECT FROM task_people x JOIN tasks t ON t.id = x.task_id \
                    WHERE x.person_id = p.id AND x.part = 'leader' AND t.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(
            ") AS is_leader FROM (SELECT id, name, code FROM persons WHERE name ILIKE ",
        )
        .bind::<Text, _>(like.to_owned())
        .sql(format!(" ORDER BY code LIMIT {FEW}"))
        .sql(
            ") p LEFT JOIN LATERAL (SELECT u.id AS unit_id, u.name AS unit, m.post FROM memberships m JOIN units u ON u.id = m.unit_id \
                WHERE m.person_id = p.id AND m.from_on <= ",
        )
        .bind::<Date, _>(today)
        .sql(" AND (m.to_on IS NULL OR m.to_on >= ")
        .bind::<Date, _>(today)
        .sql(") ORDER BY m.is_home DESC, m.from_on LIMIT 1) home ON true ORDER BY p.code");
    Ok(query.load(conn)?)
}
