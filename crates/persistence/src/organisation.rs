//! Units as a tree with aliases, people with dated posts, delegations; imports of both, whole or nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::account;
use domain::actor::{Actor, UnitPath};
use domain::calendar;
use domain::ids::{DelegationId, PersonId, UnitId};
use domain::refusal::{FieldError, Refusal};
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::references::check_people;
use crate::schema::{accounts, delegations, memberships, persons, units};

/// A unit.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = units)]
pub struct UnitRow {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub kind: String,
    pub parent_id: Option<Uuid>,
    pub path: Vec<Uuid>,
    pub ordinal: i32,
    pub handling_unit_id: Option<Uuid>,
    pub retired_on: Option<NaiveDate>,
    pub seq: i64,
    pub version: i64,
}

impl UnitRow {
    /// The unit with those above it.
    pub fn unit_path(&self) -> UnitPath {
        UnitPath(self.path.iter().copied().map(UnitId).collect())
    }
}

/// A person with his present posts.
#[derive(Clone, Debug)]
pub struct PersonRow {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub posts: Vec<PostRow>,
    pub has_account: bool,
}

/// A post held today.
#[derive(Clone, Debug)]
pub struct PostRow {
    pub unit_id: Uuid,
    pub unit_name: String,
    pub post: String,
    pub is_head: bool,
}

/// Everybody sees the tree: names of units and people are needed to assign and to read.
pub fn units(conn: &mut PgConnection, _actor: &Actor) -> Result<Vec<UnitRow>, Error> {
    Ok(units::table.order((units::ordinal, units::code)).select(UnitRow::as_select()).load(conn)?)
}

/// Everybody with his posts of today, by code.
pub fn people(conn: &mut PgConnection, _actor: &Actor, today: NaiveDate) -> Result<Vec<PersonRow>, Error> {
    let all: Vec<(Uuid, String, String)> =
        persons::table.order(persons::code).select((persons::id, persons::code, persons::name)).load(conn)?;
    let posts: Vec<(Uuid, Uuid, String, String, bool)> = memberships::table
        .inner_join(units::table)
        .filter(memberships::from_on.le(today))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .order((memberships::is_home.desc(), memberships::from_on))
        .select((memberships::person_id, units::id, units::name, memberships::post, memberships::is_head))
        .load(conn)?;
    let with_account: Vec<Option<Uuid>> = accounts::table.select(accounts::person_id).load(conn)?;
    let with_account: BTreeSet<Uuid> = with_account.into_iter().flatten().collect();
    let mut by_person: BTreeMap<Uuid, Vec<PostRow>> = BTreeMap::new();
    for (person, unit_id, unit_name, post, is_head) in posts {
        by_person.entry(person).or_default().push(PostRow { unit_id, unit_name, post, is_head });
    }
    Ok(all
        .into_iter()
        .map(|(id, code, name)| PersonRow {
            id,
            code,
            name,
            posts: by_person.remove(&id).unwrap_or_default(),
            has_account: with_account.contains(&id),
        })
        .collect())
}

/// A unit as an import or an administrator gives it.
#[derive(Clone, Debug)]
pub struct UnitInput {
    pub code: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub kind: String,
    pub parent_code: Option<String>,
}

/// A person as an import or an administrator gives him.
#[derive(Clone, Debug)]
pub struct PersonInput {
    pub code: String,
    pub name: String,
    pub unit_code: String,
    pub post: String,
    pub is_head: bool,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
}

/// Takes units in, parents before children; whole or nothing, and again changes nothing.
pub fn import_units(conn: &mut PgConnection, origin: &Origin, inputs: &[UnitInput]) -> Result<ImportCounts, Error> {
    account::permit_organisation(&origin.actor)?;
    let mut known: BTreeMap<String, UnitRow> = units::table
        .select(UnitRow::as_select())
        .for_update()
        .load(conn)?
        .into_iter()
        .map(|u| (u.code.clone(), u))
        .collect();
    let mut counts = ImportCounts::default();
    let mut waiting: Vec<(usize, &UnitInput)> = inputs.iter().enumerate().collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for (i, input) in waiting {
            let parent = match &input.parent_code {
                None => None,
                Some(code) => match known.get(code) {
                    Some(parent) => Some(parent.clone()),
                    None => {
                        later.push((i, input));
                        continue;
                    }
                },
            };
            let row = put_unit(conn, origin, i, input, parent.as_ref(), known.get(&input.code), &mut counts)?;
            known.insert(row.code.clone(), row);
        }
        if later.len() == before {
            let errors =
                later.iter().map(|(i, _)| FieldError::at(format!("/rows/{i}/parent_id"), "parent-unknown")).collect();
            return Err(Refusal::invalid("content", errors).into());
        }
        waiting = later;
    }
    Ok(counts)
}

/// Writes one unit, with its event; `i` is its place among all, and in what was given.
pub(crate) fn put_unit(
    conn: &mut PgConnection,
    origin: &Origin,
    i: usize,
    input: &UnitInput,
    parent: Option<&UnitRow>,
    before: Option<&UnitRow>,
    counts: &mut ImportCounts,
) -> Result<UnitRow, Error> {
    let id = before.map_or_else(Uuid::now_v7, |u| u.id);
    let mut path = parent.map(|p| p.path.clone()).unwrap_or_default();
    if path.contains(&id) {
        return Err(Refusal::field(format!("/rows/{i}/parent_id"), "unit-below-itself").into());
    }
    path.push(id);
    if let Some(before) = before {
        let is_same = before.code == input.code
            && before.name == input.name
            && before.aliases == input.aliases
            && before.kind == input.kind
            && before.path == path;
        if is_same {
            counts.unchanged += 1;
            return Ok(before.clone());
        }
        counts.updated += 1;
    } else {
        counts.created += 1;
    }
    let payload = json!({ "code": input.code, "name": input.name, "aliases": input.aliases, "kind": input.kind, "parent": parent.map(|p| p.id) });
    let kind = if before.is_some() { "unit.changed" } else { "unit.created" };
    let last = before.map_or(0, |u| u.seq);
    let seq = events::record(conn, origin, Stream::of("unit", id), last, &[NewEvent { kind, payload }])?;
    let values = (
        units::code.eq(&input.code),
        units::name.eq(&input.name),
        units::aliases.eq(&input.aliases),
        units::kind.eq(&input.kind),
        units::parent_id.eq(parent.map(|p| p.id)),
        units::path.eq(&path),
        units::ordinal.eq(i32::try_from(i).unwrap_or(i32::MAX)),
        units::seq.eq(seq),
        units::version.eq(seq),
    );
    let row: UnitRow = diesel::insert_into(units::table)
        .values((units::id.eq(id), values))
        .on_conflict(units::id)
        .do_update()
        .set(values)
        .returning(UnitRow::as_returning())
        .get_result(conn)?;
    if let Some(before) = before
        && before.path != path
    {
        move_below(conn, &before.path, &path)?;
    }
    Ok(row)
}

/// Everything below a moved unit moves with it.
fn move_below(conn: &mut PgConnection, old: &[Uuid], new: &[Uuid]) -> Result<(), Error> {
    use diesel::sql_types::{Array, Integer, Uuid as SqlUuid};
    let own = old.last().copied().unwrap_or_default();
    diesel::sql_query("UPDATE units SET path = $1 || path[$2:] WHERE path @> ARRAY[$3] AND id <> $3")
        .bind::<Array<SqlUuid>, _>(new.to_vec())
        .bind::<Integer, _>(i32::try_from(old.len()).unwrap_or(0) + 1)
        .bind::<SqlUuid, _>(own)
        .execute(conn)?;
    Ok(())
}

/// Takes people in with their home post; whole or nothing, and again changes nothing.
pub fn import_people(conn: &mut PgConnection, origin: &Origin, inputs: &[PersonInput]) -> Result<ImportCounts, Error> {
    account::permit_organisation(&origin.actor)?;
    let today = calendar::today(origin.now);
    let by_code: BTreeMap<String, Uuid> =
        units::table.select((units::code, units::id)).load::<(String, Uuid)>(conn)?.into_iter().collect();
    let mut errors = Vec::new();
    for (i, input) in inputs.iter().enumerate() {
        if !by_code.contains_key(&input.unit_code) {
            errors.push(FieldError::at(format!("/rows/{i}/unit_id"), "unit-unknown"));
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors).into());
    }
    let mut counts = ImportCounts::default();
    for input in inputs {
        let unit = by_code.get(&input.unit_code).copied().unwrap_or_default();
        put_person(conn, origin, input, unit, today, &mut counts)?;
    }
    Ok(counts)
}

fn put_person(
    conn: &mut PgConnection,
    origin: &Origin,
    input: &PersonInput,
    unit: Uuid,
    today: NaiveDate,
    counts: &mut ImportCounts,
) -> Result<(), Error> {
    let before: Option<(Uuid, String, i64)> = persons::table
        .filter(persons::code.eq(&input.code))
        .select((persons::id, persons::name, persons::seq))
        .for_update()
        .first(conn)
        .optional()?;
    let home: Option<(Uuid, Uuid, String, bool)> = match &before {
        None => None,
        Some((id, _, _)) => memberships::table
            .filter(memberships::person_id.eq(id).and(memberships::is_home))
            .filter(memberships::to_on.is_null())
            .select((memberships::id, memberships::unit_id, memberships::post, memberships::is_head))
            .first(conn)
            .optional()?,
    };
    let same_name = before.as_ref().is_some_and(|(_, name, _)| *name == input.name);
    let same_post =
        home.as_ref().is_some_and(|(_, u, post, head)| *u == unit && *post == input.post && *head == input.is_head);
    if same_name && same_post {
        counts.unchanged += 1;
        return Ok(());
    }
    let id = before.as_ref().map_or_else(Uuid::now_v7, |b| b.0);
    let payload =
        json!({ "code": input.code, "name": input.name, "unit": unit, "post": input.post, "is_head": input.is_head });
    let kind = if before.is_some() { "person.changed" } else { "person.created" };
    let last = before.as_ref().map_or(0, |b| b.2);
    let seq = events::record(conn, origin, Stream::of("person", id), last, &[NewEvent { kind, payload }])?;
    let values = (
        persons::code.eq(&input.code),
        persons::name.eq(&input.name),
        // Whoever is entered anew is there again.
        persons::left_on.eq(None::<NaiveDate>),
        persons::removed_on.eq(None::<NaiveDate>),
        persons::seq.eq(seq),
        persons::version.eq(seq),
    );
    diesel::insert_into(persons::table)
        .values((persons::id.eq(id), values))
        .on_conflict(persons::id)
        .do_update()
        .set(values)
        .execute(conn)?;
    if !same_post {
        if let Some((membership, ..)) = home {
            // The old post is kept with its last day, so that history reads as it was.
            end_post(conn, membership, today)?;
            diesel::update(memberships::table.find(membership)).set(memberships::is_home.eq(false)).execute(conn)?;
        }
        let from_on = if before.is_some() { today } else { NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or(today) };
        diesel::insert_into(memberships::table)
            .values((
                memberships::id.eq(Uuid::now_v7()),
                memberships::person_id.eq(id),
                memberships::unit_id.eq(unit),
                memberships::post.eq(&input.post),
                memberships::is_head.eq(input.is_head),
                memberships::is_home.eq(true),
                memberships::from_on.eq(from_on),
            ))
            .execute(conn)?;
        end_sessions(conn, PersonId(id))?;
    }
    if before.is_some() {
        counts.updated += 1;
    } else {
        counts.created += 1;
    }
    Ok(())
}

/// Ends a post with yesterday; one that was given today never held, and only its event says that it was given.
fn end_post(conn: &mut PgConnection, membership: Uuid, today: NaiveDate) -> Result<(), Error> {
    let of_today = memberships::table.find(membership).filter(memberships::from_on.ge(today));
    if diesel::delete(of_today).execute(conn)? > 0 {
        return Ok(());
    }
    diesel::update(memberships::table.find(membership)).set(memberships::to_on.eq(today.pred_opt())).execute(conn)?;
    Ok(())
}

/// Ends the posts of a person in a unit.
pub(crate) fn end_posts(
    conn: &mut PgConnection,
    person: PersonId,
    unit: UnitId,
    today: NaiveDate,
) -> Result<(), Error> {
    let open: Vec<Uuid> = memberships::table
        .filter(memberships::person_id.eq(person.0).and(memberships::unit_id.eq(unit.0)))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .select(memberships::id)
        .load(conn)?;
    for membership in open {
        end_post(conn, membership, today)?;
        diesel::update(memberships::table.find(membership)).set(memberships::is_home.eq(false)).execute(conn)?;
    }
    Ok(())
}

/// Whatever a person's account holds ends at once, for his posts have changed.
pub(crate) fn end_sessions(conn: &mut PgConnection, person: PersonId) -> Result<(), Error> {
    diesel::update(accounts::table.filter(accounts::person_id.eq(person.0)))
        .set(accounts::epoch.eq(accounts::epoch + 1))
        .execute(conn)?;
    Ok(())
}

/// A delegation.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = delegations)]
pub struct DelegationRow {
    pub id: Uuid,
    pub person_id: Uuid,
    pub stand_in_id: Uuid,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub document: String,
    pub granted_by: String,
    pub revoked_on: Option<NaiveDate>,
}

/// What a delegation says.
#[derive(Clone, Debug)]
pub struct DelegationInput {
    pub person: PersonId,
    pub stand_in: PersonId,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub document: String,
    pub granted_by: String,
}

/// Every delegation, newest first; who stands in for whom is no secret inside the house.
pub fn list_delegations(conn: &mut PgConnection, _actor: &Actor) -> Result<Vec<DelegationRow>, Error> {
    Ok(delegations::table.order(delegations::from_on.desc()).select(DelegationRow::as_select()).load(conn)?)
}

/// Enters a delegation on its document (docs/domain.md §1).
pub fn create_delegation(
    conn: &mut PgConnection,
    origin: &Origin,
    input: DelegationInput,
) -> Result<DelegationRow, Error> {
    account::permit_administer(&origin.actor)?;
    let mut errors = Vec::new();
    if input.person == input.stand_in {
        errors.push(FieldError::at("/stand_in", "same-person"));
    }
    if input.to_on.is_some_and(|to| to < input.from_on) {
        errors.push(FieldError::at("/to_on", "before-from"));
    }
    for (pointer, text) in [("/document", &input.document), ("/granted_by", &input.granted_by)] {
        if text.trim().is_empty() {
            errors.push(FieldError::at(pointer, "required"));
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors).into());
    }
    check_people(conn, "/person", &[input.person])?;
    check_people(conn, "/stand_in", &[input.stand_in])?;
    let id = Uuid::now_v7();
    let payload = json!({ "person": input.person, "stand_in": input.stand_in, "from_on": input.from_on, "to_on": input.to_on, "document": input.document });
    events::record(conn, origin, Stream::of("delegation", id), 0, &[NewEvent { kind: "delegation.granted", payload }])?;
    Ok(diesel::insert_into(delegations::table)
        .values((
            delegations::id.eq(id),
            delegations::person_id.eq(input.person.0),
            delegations::stand_in_id.eq(input.stand_in.0),
            delegations::from_on.eq(input.from_on),
            delegations::to_on.eq(input.to_on),
            delegations::document.eq(input.document),
            delegations::granted_by.eq(input.granted_by),
        ))
        .returning(DelegationRow::as_returning())
        .get_result(conn)?)
}

/// Ends a delegation today.
pub fn revoke_delegation(conn: &mut PgConnection, origin: &Origin, id: DelegationId) -> Result<(), Error> {
    account::permit_administer(&origin.actor)?;
    let today = calendar::today(origin.now);
    let revoked: Option<Option<NaiveDate>> =
        delegations::table.find(id.0).select(delegations::revoked_on).for_update().first(conn).optional()?;
    match revoked {
        None => return Err(Error::NotFound),
        Some(Some(_)) => return Err(Refusal::conflict("already-revoked").into()),
        Some(None) => {}
    }
    let event = NewEvent { kind: "delegation.revoked", payload: json!({ "on": today }) };
    events::record(conn, origin, Stream::of("delegation", id.0), 1, &[event])?;
    diesel::update(delegations::table.find(id.0)).set(delegations::revoked_on.eq(today)).execute(conn)?;
    Ok(())
}
