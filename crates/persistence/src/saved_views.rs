//! Views of the ledger that people keep: their own, and those the office shows to everybody (docs/domain.md §19). Kept without an event.

use diesel::prelude::*;
use domain::ids::RoundId;
use domain::refusal::Refusal;
use domain::rights;
use serde_json::Value;
use uuid::Uuid;

use crate::error::Error;
use crate::events::Origin;
use crate::rounds;
use crate::schema::{accounts, saved_views};

/// Most views one person keeps of a round.
const MOST: i64 = 50;

/// Longest name, in characters.
const LONGEST: usize = 40;

/// A view as it is kept.
#[derive(Clone, Debug)]
pub struct SavedView {
    pub id: Uuid,
    pub name: String,
    pub is_shared: bool,
    /// Filter, sort, group and columns.
    pub body: Value,
    /// Who made it.
    pub made_by: String,
    pub is_own: bool,
    /// Whether this caller may change or remove it.
    pub may_change: bool,
}

type Row = (Uuid, Uuid, String, bool, Value, String);

fn seen(conn: &mut PgConnection, origin: &Origin, round: RoundId, id: Option<Uuid>) -> Result<Vec<SavedView>, Error> {
    let account = origin.account().ok_or(Error::NotFound)?;
    rounds::permit_sight(conn, &origin.actor, round)?;
    let mut query = saved_views::table
        .inner_join(accounts::table)
        .filter(saved_views::round_id.eq(round.0))
        .filter(saved_views::is_shared.or(saved_views::account_id.eq(account.0)))
        .order((saved_views::is_shared.desc(), saved_views::created_at, saved_views::id))
        .select((
            saved_views::id,
            saved_views::account_id,
            saved_views::name,
            saved_views::is_shared,
            saved_views::body,
            accounts::display_name,
        ))
        .into_boxed();
    if let Some(id) = id {
        query = query.filter(saved_views::id.eq(id));
    }
    let rows: Vec<Row> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, by, name, is_shared, body, made_by)| {
            let is_own = by == account.0;
            let may_change = rights::permit_saved_view(&origin.actor, round, is_own, is_shared).is_ok();
            SavedView { id, name, is_shared, body, made_by, is_own, may_change }
        })
        .collect())
}

/// The shared views of a round, then the caller's own, each in the order they were made.
pub fn list(conn: &mut PgConnection, origin: &Origin, round: RoundId) -> Result<Vec<SavedView>, Error> {
    seen(conn, origin, round, None)
}

fn one(conn: &mut PgConnection, origin: &Origin, round: RoundId, id: Uuid) -> Result<SavedView, Error> {
    seen(conn, origin, round, Some(id))?.pop().ok_or(Error::NotFound)
}

/// What a person says of a view.
#[derive(Clone, Debug)]
pub struct SavedViewInput {
    pub name: String,
    pub is_shared: bool,
    pub body: Value,
}

fn checked(origin: &Origin, round: RoundId, input: &SavedViewInput) -> Result<String, Error> {
    if input.is_shared {
        rights::permit_office(&origin.actor, round)?;
    }
    let name = input.name.trim();
    if name.is_empty() {
        return Err(Refusal::field("/name", "required").into());
    }
    if name.chars().count() > LONGEST {
        let params = serde_json::json!({ "max": LONGEST });
        let error = domain::refusal::FieldError::with("/name", "too-long", params);
        return Err(Refusal::invalid("content", vec![error]).into());
    }
    Ok(name.to_owned())
}

/// Keeps a view of a round the caller sees.
///
/// Errors: `already-there` where he has one of that name.
pub fn create(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    input: &SavedViewInput,
) -> Result<SavedView, Error> {
    let account = origin.account().ok_or(Error::NotFound)?;
    rounds::permit_sight(conn, &origin.actor, round)?;
    let name = checked(origin, round, input)?;
    let n: i64 = saved_views::table
        .filter(saved_views::round_id.eq(round.0).and(saved_views::account_id.eq(account.0)))
        .count()
        .get_result(conn)?;
    if n >= MOST {
        return Err(Refusal::field("/name", "too-many").into());
    }
    let id = Uuid::now_v7();
    diesel::insert_into(saved_views::table)
        .values((
            saved_views::id.eq(id),
            saved_views::round_id.eq(round.0),
            saved_views::account_id.eq(account.0),
            saved_views::name.eq(name),
            saved_views::is_shared.eq(input.is_shared),
            saved_views::body.eq(&input.body),
            saved_views::created_at.eq(origin.now),
            saved_views::updated_at.eq(origin.now),
        ))
        .execute(conn)?;
    one(conn, origin, round, id)
}

/// Puts another name or content into a view, or shows it to everybody.
pub fn update(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    id: Uuid,
    input: &SavedViewInput,
) -> Result<SavedView, Error> {
    let kept = one(conn, origin, round, id)?;
    rights::permit_saved_view(&origin.actor, round, kept.is_own, kept.is_shared)?;
    let name = checked(origin, round, input)?;
    diesel::update(saved_views::table.find(id))
        .set((
            saved_views::name.eq(&name),
            saved_views::is_shared.eq(input.is_shared),
            saved_views::body.eq(&input.body),
            saved_views::updated_at.eq(origin.now),
        ))
        .execute(conn)?;
    // What the office no longer shows to everybody is its maker's alone, so it is not looked up again.
    Ok(SavedView { name, is_shared: input.is_shared, body: input.body.clone(), ..kept })
}

/// Removes a view.
pub fn remove(conn: &mut PgConnection, origin: &Origin, round: RoundId, id: Uuid) -> Result<(), Error> {
    let kept = one(conn, origin, round, id)?;
    rights::permit_saved_view(&origin.actor, round, kept.is_own, kept.is_shared)?;
    diesel::delete(saved_views::table.find(id)).execute(conn)?;
    Ok(())
}
