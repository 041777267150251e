//! The organisation as another system keeps it (docs/domain.md §36): people with their posts and units with their members, changed one at a time by the
//! acts of the organisation's own page. A key that names units changes what lies within them and nothing else.

mod read;

pub use read::{people, person, unit, units};

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::account;
use domain::actor::{Actor, UnitPath};
use domain::calendar;
use domain::ids::{PersonId, UnitId};
use domain::refusal::{FieldError, Refusal};
use domain::scim::DEFAULT_POST;
use serde_json::json;
use uuid::Uuid;

use crate::accounts;
use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::organisation::{self, UnitInput, UnitRow};
use crate::schema::units as schema_units;
use crate::schema::{memberships, persons};
use crate::tasks::paths;

/// Longest name of a person, a unit or a post, and longest number another system has for them, in characters.
const LONGEST: usize = 100;

/// A post that is held, or will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub unit: UnitId,
    pub unit_name: String,
    pub post: String,
    pub is_head: bool,
    pub is_home: bool,
    pub from_on: NaiveDate,
}

/// A person.
#[derive(Clone, Debug)]
pub struct PersonRecord {
    pub id: PersonId,
    pub code: String,
    pub name: String,
    pub external_id: Option<String>,
    /// The day he left for good.
    pub left_on: Option<NaiveDate>,
    pub version: i64,
    /// The home post first.
    pub posts: Vec<Post>,
}

/// A unit.
#[derive(Clone, Debug)]
pub struct UnitRecord {
    pub id: UnitId,
    pub code: String,
    pub name: String,
    pub kind: String,
    pub aliases: Vec<String>,
    pub parent: Option<UnitId>,
    pub external_id: Option<String>,
    pub retired_on: Option<NaiveDate>,
    /// Changes with the unit and with its members.
    pub version: String,
    /// Everybody with a post there, by id with the name.
    pub members: Vec<(PersonId, String)>,
}

/// Which people or units are asked for: all of it has to fit.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub id: Option<Uuid>,
    /// A person's `code`, a unit's name.
    pub called: Option<String>,
    pub external_id: Option<String>,
    pub is_active: Option<bool>,
    /// What cannot be found at all, such as an id that is none.
    pub is_nothing: bool,
    pub offset: i64,
    pub limit: i64,
}

/// A post as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostForm {
    pub unit: UnitId,
    pub post: String,
    pub is_head: bool,
    pub is_home: bool,
}

/// A person as he is asked for; posts that are not given stay as they are.
#[derive(Clone, Debug)]
pub struct PersonForm {
    pub code: String,
    pub name: String,
    pub external_id: Option<String>,
    pub is_active: bool,
    pub posts: Option<Vec<PostForm>>,
}

/// A unit as it is asked for; members that are not given stay as they are.
#[derive(Clone, Debug)]
pub struct UnitForm {
    pub code: String,
    pub name: String,
    pub kind: String,
    pub aliases: Vec<String>,
    pub parent: Option<UnitId>,
    pub external_id: Option<String>,
    pub members: Option<Vec<PersonId>>,
}

/// Whether the actor may change something in a unit: a key that names units only within them.
fn permit_unit(actor: &Actor, unit: &UnitPath) -> Result<(), Refusal> {
    let Some(person) = actor.person().filter(|p| p.service.is_some() && !p.memberships.is_empty()) else {
        return Ok(());
    };
    let is_within = person.memberships.iter().any(|m| unit.is_within(&m.unit));
    if is_within { Ok(()) } else { Err(Refusal::forbidden("unit-outside-key")) }
}

fn check_words(fields: &[(&str, &str)], external_id: Option<&str>) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    for (pointer, text) in fields {
        if text.trim().is_empty() {
            errors.push(FieldError::at(*pointer, "required"));
        }
    }
    let given = fields.iter().copied().chain(external_id.map(|id| ("/externalId", id)));
    for (pointer, _) in given.filter(|(_, text)| text.chars().count() > LONGEST) {
        errors.push(FieldError::with(pointer, "too-long", json!({ "max": LONGEST })));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
}

fn is_same_post(known: &Post, asked: &PostForm) -> bool {
    known.unit == asked.unit && known.post == asked.post && known.is_head == asked.is_head
}

/// What is asked for: one home post, the last that says so, else the first; no unit twice.
fn checked_posts(asked: Vec<PostForm>, known: &BTreeMap<UnitId, UnitPath>) -> Result<Vec<PostForm>, Refusal> {
    let mut posts: Vec<PostForm> = Vec::new();
    let home = asked.iter().rposition(|p| p.is_home).unwrap_or(0);
    for (i, post) in asked.into_iter().enumerate() {
        let (unit, words) = (format!("/posts/{i}/unit"), format!("/posts/{i}/post"));
        if !known.contains_key(&post.unit) {
            return Err(Refusal::field(unit, "unit-unknown"));
        }
        if posts.iter().any(|p| p.unit == post.unit) {
            return Err(Refusal::field(unit, "repeated"));
        }
        check_words(&[(&words, &post.post)], None)?;
        posts.push(PostForm { post: post.post.trim().to_owned(), is_home: i == home, ..post });
    }
    Ok(posts)
}

/// Enters a person or changes one: his names and numbers, his posts from today on, whether he is still there. Who is not has no post from today on,
/// cannot log in, and his sessions are over; nothing is erased.
///
/// Errors: `Stale`; `unit-outside-key` (403); `scim-user-name-taken`, `scim-external-id-taken`, `last-administrator` (409); content.
pub fn put_person(
    conn: &mut PgConnection,
    origin: &Origin,
    id: Option<PersonId>,
    form: PersonForm,
    expected: Option<&str>,
) -> Result<PersonId, Error> {
    account::permit_organisation(&origin.actor)?;
    check_words(&[("/userName", &form.code), ("/displayName", &form.name)], form.external_id.as_deref())?;
    let today = calendar::today(origin.now);
    // Whoever was removed and is entered anew is the same person.
    let removed: Option<Uuid> = persons::table
        .filter(persons::code.eq(form.code.trim()).and(persons::removed_on.is_not_null()))
        .select(persons::id)
        .first(conn)
        .optional()?;
    let back = removed.filter(|_| id.is_none()).map(PersonId);
    if let Some(back) = back {
        diesel::update(persons::table.find(back.0)).set(persons::removed_on.eq(None::<NaiveDate>)).execute(conn)?;
    }
    let before = match id.or(back) {
        None => None,
        Some(id) => {
            let _: Uuid = persons::table
                .find(id.0)
                .select(persons::id)
                .for_update()
                .first(conn)
                .optional()?
                .ok_or(Error::NotFound)?;
            Some(person(conn, origin, id)?)
        }
    };
    if let Some(before) = &before
        && expected.is_some_and(|version| version != before.version.to_string())
    {
        return Err(Error::Stale(before.version));
    }
    let (code, name) = (form.code.trim().to_owned(), form.name.trim().to_owned());
    let own = before.as_ref().map_or_else(Uuid::nil, |b| b.id.0);
    let taken = |conn: &mut PgConnection, by: &str, external: bool| -> Result<bool, Error> {
        let mut query = persons::table.filter(persons::id.ne(own)).into_boxed();
        query = if external {
            query.filter(persons::external_id.eq(by.to_owned()))
        } else {
            query.filter(persons::code.eq(by.to_owned()))
        };
        Ok(query.count().get_result::<i64>(conn)? > 0)
    };
    if taken(conn, &code, false)? {
        return Err(Refusal::conflict("scim-user-name-taken").into());
    }
    if let Some(external) = &form.external_id
        && taken(conn, external, true)?
    {
        return Err(Refusal::conflict("scim-external-id-taken").into());
    }
    let present = before.as_ref().map(|b| b.posts.clone()).unwrap_or_default();
    let asked = match (form.is_active, form.posts) {
        (false, _) => Vec::new(),
        (true, Some(posts)) => posts,
        (true, None) => present.iter().map(kept).collect(),
    };
    let known = paths(conn, &present.iter().map(|p| p.unit).chain(asked.iter().map(|p| p.unit)).collect())?;
    let posts = checked_posts(asked, &known)?;
    let ended: Vec<&Post> = present.iter().filter(|p| !posts.iter().any(|q| is_same_post(p, q))).collect();
    let given: Vec<&PostForm> = posts.iter().filter(|q| !present.iter().any(|p| is_same_post(p, q))).collect();
    let nowhere = UnitPath(Vec::new());
    for unit in ended.iter().map(|p| p.unit).chain(given.iter().map(|p| p.unit)) {
        permit_unit(&origin.actor, known.get(&unit).unwrap_or(&nowhere))?;
    }
    // Whoever has posts elsewhere alone is another's to change.
    if !present.is_empty() {
        let within = |p: &Post| permit_unit(&origin.actor, known.get(&p.unit).unwrap_or(&nowhere)).is_ok();
        if !present.iter().any(within) {
            return Err(Refusal::forbidden("unit-outside-key").into());
        }
    }
    let moves_home = posts.iter().any(|q| present.iter().any(|p| is_same_post(p, q) && p.is_home != q.is_home));
    let left_on = match (form.is_active, before.as_ref().and_then(|b| b.left_on)) {
        (true, _) => None,
        (false, Some(on)) => Some(on),
        (false, None) => Some(today),
    };
    let changes = ended.len() + given.len() > 0 || moves_home;
    if let Some(before) = &before {
        let is_same = before.code == code && before.name == name && before.external_id == form.external_id;
        if is_same && !changes && before.left_on == left_on {
            return Ok(before.id);
        }
    }
    let id = before.as_ref().map_or_else(|| PersonId(Uuid::now_v7()), |b| b.id);
    let listed: Vec<_> = posts
        .iter()
        .map(|p| json!({ "unit": p.unit, "post": p.post, "is_head": p.is_head, "is_home": p.is_home }))
        .collect();
    let leaves = left_on.is_some() && before.as_ref().is_none_or(|b| b.left_on.is_none());
    let payload = json!({ "code": code, "name": name, "external_id": form.external_id, "posts": listed });
    let kind = if before.is_some() { "person.changed" } else { "person.created" };
    let mut new = vec![NewEvent { kind, payload }];
    if leaves {
        new.push(NewEvent { kind: "person.left", payload: json!({ "on": today }) });
    }
    let last: i64 = match &before {
        None => 0,
        Some(_) => persons::table.find(id.0).select(persons::seq).first(conn)?,
    };
    let seq = events::record(conn, origin, Stream::of("person", id.0), last, &new)?;
    let values = (
        persons::code.eq(&code),
        persons::name.eq(&name),
        persons::external_id.eq(&form.external_id),
        persons::left_on.eq(left_on),
        persons::seq.eq(seq),
        persons::version.eq(seq),
    );
    diesel::insert_into(persons::table)
        .values((persons::id.eq(id.0), values))
        .on_conflict(persons::id)
        .do_update()
        .set(values)
        .execute(conn)?;
    if changes {
        let since = before.as_ref().map_or(NaiveDate::from_ymd_opt(2000, 1, 1), |_| Some(today)).unwrap_or(today);
        keep_posts(conn, id, &ended, &given, &posts, since, today)?;
        organisation::end_sessions(conn, id)?;
    }
    if leaves {
        accounts::disable_of(conn, origin, id)?;
    }
    Ok(id)
}

/// Takes a person who has left out of what another system sees; he stays in the house, with all he did.
pub fn hide(conn: &mut PgConnection, origin: &Origin, id: PersonId) -> Result<(), Error> {
    let seq: i64 = persons::table.find(id.0).select(persons::seq).for_update().first(conn)?;
    let today = calendar::today(origin.now);
    let new = [NewEvent { kind: "person.removed", payload: json!({ "on": today }) }];
    let seq = events::record(conn, origin, Stream::of("person", id.0), seq, &new)?;
    diesel::update(persons::table.find(id.0))
        .set((persons::removed_on.eq(today), persons::seq.eq(seq), persons::version.eq(seq)))
        .execute(conn)?;
    Ok(())
}

fn kept(post: &Post) -> PostForm {
    PostForm { unit: post.unit, post: post.post.clone(), is_head: post.is_head, is_home: post.is_home }
}

fn keep_posts(
    conn: &mut PgConnection,
    person: PersonId,
    ended: &[&Post],
    given: &[&PostForm],
    all: &[PostForm],
    since: NaiveDate,
    today: NaiveDate,
) -> Result<(), Error> {
    for post in ended {
        organisation::end_posts(conn, person, post.unit, today)?;
    }
    for post in given {
        diesel::insert_into(memberships::table)
            .values((
                memberships::id.eq(Uuid::now_v7()),
                memberships::person_id.eq(person.0),
                memberships::unit_id.eq(post.unit.0),
                memberships::post.eq(&post.post),
                memberships::is_head.eq(post.is_head),
                memberships::is_home.eq(post.is_home),
                memberships::from_on.eq(since),
            ))
            .execute(conn)?;
    }
    for post in all {
        diesel::update(
            memberships::table
                .filter(memberships::person_id.eq(person.0).and(memberships::unit_id.eq(post.unit.0)))
                .filter(memberships::to_on.is_null()),
        )
        .set(memberships::is_home.eq(post.is_home))
        .execute(conn)?;
    }
    Ok(())
}

/// Enters a unit or changes one, and who has a post there.
///
/// Errors: `Stale`; `unit-outside-key` (403); `scim-external-id-taken`, `scim-name-taken` (409); content, among it `unit-below-itself`.
pub fn put_unit(
    conn: &mut PgConnection,
    origin: &Origin,
    id: Option<UnitId>,
    form: UnitForm,
    expected: Option<&str>,
) -> Result<UnitId, Error> {
    account::permit_organisation(&origin.actor)?;
    check_words(&[("/code", &form.code), ("/displayName", &form.name)], form.external_id.as_deref())?;
    if !domain::scim::KINDS.contains(&form.kind.as_str()) {
        return Err(Refusal::field("/kind", "wrong-type").into());
    }
    // One at a time, as imports take them.
    let all: Vec<UnitRow> =
        schema_units::table.select(UnitRow::as_select()).order(schema_units::id).for_update().load(conn)?;
    let before = match id {
        None => None,
        Some(id) => Some(all.iter().find(|u| u.id == id.0 && u.retired_on.is_none()).ok_or(Error::NotFound)?),
    };
    let record = match id {
        None => None,
        Some(id) => Some(unit(conn, origin, id)?),
    };
    if let Some(record) = &record
        && expected.is_some_and(|version| version != record.version)
    {
        return Err(Error::Stale(before.map_or(0, |b| b.version)));
    }
    let own = before.map(|b| b.id);
    let others = || all.iter().filter(|u| Some(u.id) != own);
    if others().any(|u| u.name == form.name.trim()) {
        return Err(Refusal::conflict("scim-name-taken").into());
    }
    if others().any(|u| u.code == form.code.trim()) {
        return Err(Refusal::conflict("scim-external-id-taken").into());
    }
    if let Some(external) = &form.external_id {
        let n: i64 = schema_units::table
            .filter(schema_units::external_id.eq(external).and(schema_units::id.ne(own.unwrap_or_default())))
            .count()
            .get_result(conn)?;
        if n > 0 {
            return Err(Refusal::conflict("scim-external-id-taken").into());
        }
    }
    let parent = match form.parent {
        None => None,
        Some(id) => {
            let found = all.iter().find(|u| u.id == id.0 && u.retired_on.is_none());
            Some(found.ok_or_else(|| Refusal::field("/parent", "parent-unknown"))?)
        }
    };
    // Where it was and where it is to be.
    for path in [before.map(UnitRow::unit_path), parent.map(UnitRow::unit_path)].into_iter().flatten() {
        permit_unit(&origin.actor, &path)?;
    }
    if parent.is_none() && before.is_none_or(|b| b.parent_id.is_some()) {
        permit_unit(&origin.actor, &UnitPath(Vec::new()))?;
    }
    let input = UnitInput {
        code: form.code.trim().to_owned(),
        name: form.name.trim().to_owned(),
        aliases: form.aliases,
        kind: form.kind,
        parent_code: parent.map(|p| p.code.clone()),
    };
    let place = before.map_or_else(|| all.iter().map(|u| u.ordinal).max().unwrap_or(0) + 1, |b| b.ordinal);
    let place = usize::try_from(place).unwrap_or_default();
    let row = organisation::put_unit(conn, origin, place, &input, parent, before, &mut Default::default())?;
    let known: Option<String> = schema_units::table.find(row.id).select(schema_units::external_id).first(conn)?;
    if known != form.external_id {
        let payload = json!({ "external_id": form.external_id });
        let new = [NewEvent { kind: "unit.changed", payload }];
        let seq = events::record(conn, origin, Stream::of("unit", row.id), row.seq, &new)?;
        diesel::update(schema_units::table.find(row.id))
            .set((
                schema_units::external_id.eq(&form.external_id),
                schema_units::seq.eq(seq),
                schema_units::version.eq(seq),
            ))
            .execute(conn)?;
    }
    let id = UnitId(row.id);
    if let Some(members) = form.members {
        let present: BTreeSet<PersonId> = record.iter().flat_map(|r| &r.members).map(|(p, _)| *p).collect();
        put_members(conn, origin, id, &members.into_iter().collect(), &present)?;
    }
    Ok(id)
}

/// Gives and ends posts so that these people, and no others, have one in the unit.
fn put_members(
    conn: &mut PgConnection,
    origin: &Origin,
    unit: UnitId,
    wanted: &BTreeSet<PersonId>,
    present: &BTreeSet<PersonId>,
) -> Result<(), Error> {
    for id in wanted.symmetric_difference(present) {
        let found = person(conn, origin, *id);
        let of = match found {
            Err(Error::NotFound) => return Err(Refusal::field("/members", "person-unknown").into()),
            other => other?,
        };
        if of.left_on.is_some() {
            return Err(Refusal::field("/members", "person-left").into());
        }
        let mut posts: Vec<PostForm> = of.posts.iter().filter(|p| p.unit != unit).map(kept).collect();
        if wanted.contains(id) {
            posts.push(PostForm { unit, post: DEFAULT_POST.to_owned(), is_head: false, is_home: posts.is_empty() });
        }
        let form = PersonForm {
            code: of.code,
            name: of.name,
            external_id: of.external_id,
            is_active: true,
            posts: Some(posts),
        };
        put_person(conn, origin, Some(*id), form, None)?;
    }
    Ok(())
}

/// Retires a unit from today on; its name and history stay.
///
/// Errors: `Stale`; `unit-outside-key` (403); `unit-in-use` (409) while somebody has a post there or a unit stands below it.
pub fn retire_unit(conn: &mut PgConnection, origin: &Origin, id: UnitId, expected: Option<&str>) -> Result<(), Error> {
    account::permit_organisation(&origin.actor)?;
    let row: Option<UnitRow> = schema_units::table
        .find(id.0)
        .filter(schema_units::retired_on.is_null())
        .select(UnitRow::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    let row = row.ok_or(Error::NotFound)?;
    let record = unit(conn, origin, id)?;
    if expected.is_some_and(|version| version != record.version) {
        return Err(Error::Stale(row.version));
    }
    permit_unit(&origin.actor, &row.unit_path())?;
    let below: i64 = schema_units::table
        .filter(schema_units::parent_id.eq(id.0).and(schema_units::retired_on.is_null()))
        .count()
        .get_result(conn)?;
    if below > 0 || !record.members.is_empty() {
        return Err(Refusal::conflict("unit-in-use").into());
    }
    let today = calendar::today(origin.now);
    let new = [NewEvent { kind: "unit.retired", payload: json!({ "on": today }) }];
    let seq = events::record(conn, origin, Stream::of("unit", id.0), row.seq, &new)?;
    diesel::update(schema_units::table.find(id.0))
        .set((schema_units::retired_on.eq(today), schema_units::seq.eq(seq), schema_units::version.eq(seq)))
        .execute(conn)?;
    Ok(())
}
