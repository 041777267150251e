//! Who stands in front of the product: accounts and people with everything rights ask about, in one query.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Integer, Jsonb, Nullable, Text, Uuid as SqlUuid};
use domain::actor::{Duty, PersonActor, Role};
use domain::ids::{AccountId, PersonId};
use serde_json::Value;
use uuid::Uuid;

use crate::error::Error;

/// An account with its actor.
#[derive(Clone, Debug)]
pub struct LoadedActor {
    pub actor: PersonActor,
    pub login: String,
    pub epoch: i32,
    pub is_active: bool,
    pub must_change_password: bool,
}

#[derive(QueryableByName)]
struct ActorRow {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    account_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    person_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    login: String,
    #[diesel(sql_type = Nullable<Text>)]
    role: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    duty: Option<String>,
    #[diesel(sql_type = Bool)]
    is_active: bool,
    #[diesel(sql_type = Bool)]
    must_change_password: bool,
    #[diesel(sql_type = Integer)]
    epoch: i32,
    #[diesel(sql_type = Jsonb)]
    memberships: Value,
    #[diesel(sql_type = Jsonb)]
    assignments: Value,
    #[diesel(sql_type = Jsonb)]
    principal_of: Value,
    #[diesel(sql_type = Jsonb)]
    heads_group_of: Value,
    #[diesel(sql_type = Jsonb)]
    stands_in_for: Value,
}

/// `w(account_id, person_id)` is who; $2 is today in Asia/Shanghai.
const COLUMNS: &str = "
SELECT w.account_id, w.person_id, COALESCE(p.name, a.display_name, '') AS name, COALESCE(a.login, '') AS login, a.role, a.duty,
    COALESCE(a.status = 'active', false) AS is_active, COALESCE(a.must_change_password, false) AS must_change_password,
    COALESCE(a.epoch, 0) AS epoch,
    COALESCE((SELECT jsonb_agg(jsonb_build_object('unit', to_jsonb(u.path), 'post', m.post, 'is_head', m.is_head,
            'is_secondment', m.is_secondment) ORDER BY m.is_home DESC, m.from_on)
        FROM memberships m JOIN units u ON u.id = m.unit_id
        WHERE m.person_id = w.person_id AND m.from_on <= $2 AND (m.to_on IS NULL OR m.to_on >= $2)), '[]') AS memberships,
    COALESCE((SELECT jsonb_agg(jsonb_build_object('round', r.round_id, 'kind', r.kind, 'units', to_jsonb(r.unit_ids)))
        FROM round_assignments r WHERE r.person_id = w.person_id), '[]') AS assignments,
    COALESCE((SELECT jsonb_agg(l.round_id) FROM leading_group_members l
        WHERE l.person_id = w.person_id AND (l.is_principal OR l.is_second)), '[]') AS principal_of,
    COALESCE((SELECT jsonb_agg(l.round_id) FROM leading_group_members l
        WHERE l.person_id = w.person_id AND l.post = 'head'), '[]') AS heads_group_of,
    COALESCE((SELECT jsonb_agg(jsonb_build_array(d.person_id, d.to_on)) FROM delegations d
        WHERE d.stand_in_id = w.person_id AND d.from_on <= $2 AND (d.to_on IS NULL OR d.to_on >= $2)
            AND (d.revoked_on IS NULL OR d.revoked_on > $2)), '[]') AS stands_in_for
FROM w LEFT JOIN accounts a ON a.id = w.account_id LEFT JOIN persons p ON p.id = w.person_id";

impl ActorRow {
    fn load(self) -> Result<LoadedActor, Error> {
        Ok(LoadedActor {
            actor: PersonActor {
                // A person who signs on paper only has no account.
                account: AccountId(self.account_id.unwrap_or_default()),
                person: self.person_id.map(PersonId),
                name: self.name,
                role: self.role.as_deref().and_then(Role::parse),
                duty: self.duty.as_deref().and_then(Duty::parse),
                memberships: serde_json::from_value(self.memberships)?,
                assignments: serde_json::from_value(self.assignments)?,
                principal_of: serde_json::from_value(self.principal_of)?,
                heads_group_of: serde_json::from_value(self.heads_group_of)?,
                stands_in_for: serde_json::from_value(self.stands_in_for)?,
                service: None,
            },
            login: self.login,
            epoch: self.epoch,
            is_active: self.is_active,
            must_change_password: self.must_change_password,
        })
    }
}

/// The actor behind an account today (Asia/Shanghai).
pub fn of_account(conn: &mut PgConnection, account: AccountId, today: NaiveDate) -> Result<LoadedActor, Error> {
    let sql = format!("WITH w AS (SELECT id AS account_id, person_id FROM accounts WHERE id = $1) {COLUMNS}");
    let row: Option<ActorRow> =
        diesel::sql_query(sql).bind::<SqlUuid, _>(account.0).bind::<Date, _>(today).get_result(conn).optional()?;
    row.ok_or(Error::NotFound)?.load()
}

/// The actors behind accounts today; an account that is gone is left out.
pub fn of_accounts(
    conn: &mut PgConnection,
    accounts: &[AccountId],
    today: NaiveDate,
) -> Result<BTreeMap<AccountId, LoadedActor>, Error> {
    let ids: Vec<Uuid> = accounts.iter().map(|a| a.0).collect();
    let sql = format!("WITH w AS (SELECT id AS account_id, person_id FROM accounts WHERE id = ANY($1)) {COLUMNS}");
    let rows: Vec<ActorRow> =
        diesel::sql_query(sql).bind::<Array<SqlUuid>, _>(ids).bind::<Date, _>(today).load(conn)?;
    rows.into_iter().map(|row| row.load().map(|loaded| (loaded.actor.account, loaded))).collect()
}

/// The standing of people, with or without accounts.
pub fn of_people(
    conn: &mut PgConnection,
    people: &[PersonId],
    today: NaiveDate,
) -> Result<BTreeMap<PersonId, PersonActor>, Error> {
    if people.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<Uuid> = people.iter().map(|p| p.0).collect();
    let sql = format!(
        "WITH w AS (SELECT a.id AS account_id, p.id AS person_id FROM persons p LEFT JOIN accounts a ON a.person_id = p.id \
         WHERE p.id = ANY($1)) {COLUMNS}"
    );
    let rows: Vec<ActorRow> =
        diesel::sql_query(sql).bind::<Array<SqlUuid>, _>(ids).bind::<Date, _>(today).load(conn)?;
    rows.into_iter()
        .map(|row| row.load().map(|loaded| (loaded.actor.person.unwrap_or(PersonId(Uuid::nil())), loaded.actor)))
        .collect()
}

/// The supervisors of a round's teams, with their standing.
pub fn team_of(
    conn: &mut PgConnection,
    round: domain::ids::RoundId,
    today: NaiveDate,
) -> Result<Vec<PersonActor>, Error> {
    use crate::schema::round_assignments::dsl as r;
    let people: Vec<Uuid> =
        r::round_assignments.filter(r::round_id.eq(round.0).and(r::kind.eq("team"))).select(r::person_id).load(conn)?;
    let people: Vec<PersonId> = people.into_iter().map(PersonId).collect();
    Ok(of_people(conn, &people, today)?.into_values().collect())
}
