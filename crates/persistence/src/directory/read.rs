//! People and units as another system reads them: a page at a time, by what it may filter for.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::account;
use domain::calendar;
use domain::ids::{PersonId, UnitId};
use uuid::Uuid;

use super::{Asked, PersonRecord, Post, UnitRecord};
use crate::error::Error;
use crate::events::Origin;
use crate::organisation::UnitRow;
use crate::schema::{memberships, persons, units};

fn posts_of(conn: &mut PgConnection, people: &[Uuid], today: NaiveDate) -> Result<BTreeMap<Uuid, Vec<Post>>, Error> {
    type Row = (Uuid, Uuid, String, String, bool, bool, NaiveDate);
    let rows: Vec<Row> = memberships::table
        .inner_join(units::table)
        .filter(memberships::person_id.eq_any(people))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .order((memberships::is_home.desc(), memberships::from_on, memberships::id))
        .select((
            memberships::person_id,
            units::id,
            units::name,
            memberships::post,
            memberships::is_head,
            memberships::is_home,
            memberships::from_on,
        ))
        .load(conn)?;
    let mut found: BTreeMap<Uuid, Vec<Post>> = BTreeMap::new();
    for (person, unit, unit_name, post, is_head, is_home, from_on) in rows {
        let post = Post { unit: UnitId(unit), unit_name, post, is_head, is_home, from_on };
        found.entry(person).or_default().push(post);
    }
    Ok(found)
}

/// People, by their code, with how many there are.
pub fn people(conn: &mut PgConnection, origin: &Origin, asked: &Asked) -> Result<(i64, Vec<PersonRecord>), Error> {
    account::permit_organisation(&origin.actor)?;
    if asked.is_nothing {
        return Ok((0, Vec::new()));
    }
    let query = || {
        let mut query = persons::table.filter(persons::removed_on.is_null()).into_boxed();
        if let Some(id) = asked.id {
            query = query.filter(persons::id.eq(id));
        }
        if let Some(code) = &asked.called {
            query = query.filter(persons::code.eq(code.clone()));
        }
        if let Some(external) = &asked.external_id {
            query = query.filter(persons::external_id.eq(external.clone()));
        }
        match asked.is_active {
            Some(true) => query.filter(persons::left_on.is_null()),
            Some(false) => query.filter(persons::left_on.is_not_null()),
            None => query,
        }
    };
    let total: i64 = query().count().get_result(conn)?;
    type Row = (Uuid, String, String, Option<String>, Option<NaiveDate>, i64);
    let rows: Vec<Row> = query()
        .order(persons::code)
        .offset(asked.offset)
        .limit(asked.limit)
        .select((persons::id, persons::code, persons::name, persons::external_id, persons::left_on, persons::version))
        .load(conn)?;
    let ids: Vec<Uuid> = rows.iter().map(|r| r.0).collect();
    let mut posts = posts_of(conn, &ids, calendar::today(origin.now))?;
    let record = |(id, code, name, external_id, left_on, version): Row| PersonRecord {
        posts: posts.remove(&id).unwrap_or_default(),
        id: PersonId(id),
        code,
        name,
        external_id,
        left_on,
        version,
    };
    Ok((total, rows.into_iter().map(record).collect()))
}

/// One person.
///
/// Errors: `NotFound`.
pub fn person(conn: &mut PgConnection, origin: &Origin, id: PersonId) -> Result<PersonRecord, Error> {
    let asked = Asked { id: Some(id.0), limit: 1, ..Asked::default() };
    people(conn, origin, &asked)?.1.pop().ok_or(Error::NotFound)
}

/// Units in the order of the tree, with how many there are; none that is retired.
pub fn units(conn: &mut PgConnection, origin: &Origin, asked: &Asked) -> Result<(i64, Vec<UnitRecord>), Error> {
    account::permit_organisation(&origin.actor)?;
    if asked.is_nothing {
        return Ok((0, Vec::new()));
    }
    let query = || {
        let mut query = units::table.filter(units::retired_on.is_null()).into_boxed();
        if let Some(id) = asked.id {
            query = query.filter(units::id.eq(id));
        }
        if let Some(name) = &asked.called {
            query = query.filter(units::name.eq(name.clone()));
        }
        match &asked.external_id {
            Some(external) => query.filter(units::external_id.eq(external.clone())),
            None => query,
        }
    };
    let total: i64 = query().count().get_result(conn)?;
    let rows: Vec<(UnitRow, Option<String>)> = query()
        .order((units::ordinal, units::code))
        .offset(asked.offset)
        .limit(asked.limit)
        .select((UnitRow::as_select(), units::external_id))
        .load(conn)?;
    let today = calendar::today(origin.now);
    let held: Vec<(Uuid, Uuid, String, i64)> = memberships::table
        .inner_join(persons::table)
        .filter(memberships::unit_id.eq_any(rows.iter().map(|(u, _)| u.id)))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .order((persons::code, persons::id))
        .select((memberships::unit_id, persons::id, persons::name, persons::version))
        .load(conn)?;
    let mut members: BTreeMap<Uuid, Vec<(Uuid, String, i64)>> = BTreeMap::new();
    for (unit, person, name, version) in held {
        let of = members.entry(unit).or_default();
        if of.iter().all(|(known, ..)| *known != person) {
            of.push((person, name, version));
        }
    }
    let record = |(unit, external_id): (UnitRow, Option<String>)| {
        let members = members.remove(&unit.id).unwrap_or_default();
        let seen: Vec<String> = members.iter().map(|(id, _, version)| format!("{id}:{version}")).collect();
        let digest = domain::chain::digest("members", &seen.join(" "));
        UnitRecord {
            id: UnitId(unit.id),
            code: unit.code,
            name: unit.name,
            kind: unit.kind,
            aliases: unit.aliases,
            parent: unit.parent_id.map(UnitId),
            external_id,
            retired_on: unit.retired_on,
            version: format!("{}-{}", unit.version, digest.as_str().get(..12).unwrap_or_default()),
            members: members.into_iter().map(|(id, name, _)| (PersonId(id), name)).collect(),
        }
    };
    Ok((total, rows.into_iter().map(record).collect()))
}

/// One unit.
///
/// Errors: `NotFound`.
pub fn unit(conn: &mut PgConnection, origin: &Origin, id: UnitId) -> Result<UnitRecord, Error> {
    let asked = Asked { id: Some(id.0), limit: 1, ..Asked::default() };
    units(conn, origin, &asked)?.1.pop().ok_or(Error::NotFound)
}
