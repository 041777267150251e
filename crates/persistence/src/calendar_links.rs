//! The secret address of a person's calendar (docs/domain.md §38): made and revoked by himself, known by the hash of its token, and over with the account.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use domain::ids::AccountId;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::schema::{accounts, calendar_links};

/// When it was last used is kept once in so long.
const USED_EVERY: TimeDelta = TimeDelta::seconds(60);

/// An address as it is kept; nobody reads its token again.
#[derive(Clone, Debug, Queryable)]
pub struct CalendarLink {
    pub made_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

fn account(origin: &Origin) -> Result<AccountId, Error> {
    let own = origin.actor.person().filter(|p| p.service.is_none() && p.person.is_some());
    own.map(|p| p.account).ok_or(Error::NotFound)
}

/// The caller's own, if there is one.
///
/// Errors: `NotFound` for an account without a person.
pub fn find(conn: &mut PgConnection, origin: &Origin) -> Result<Option<CalendarLink>, Error> {
    let own = account(origin)?;
    let columns = (calendar_links::created_at, calendar_links::last_used_at);
    Ok(calendar_links::table.find(own.0).select(columns).first(conn).optional()?)
}

fn record(conn: &mut PgConnection, origin: &Origin, own: AccountId, kind: &'static str) -> Result<(), Error> {
    let seq: i64 = accounts::table.find(own.0).select(accounts::seq).for_update().first(conn)?;
    let new = [NewEvent { kind, payload: json!({}) }];
    let seq = events::record(conn, origin, Stream::of("account", own.0), seq, &new)?;
    diesel::update(accounts::table.find(own.0)).set(accounts::seq.eq(seq)).execute(conn)?;
    Ok(())
}

/// Makes the caller's address; one that was there is worth nothing from then on.
///
/// Errors: `NotFound` for an account without a person.
pub fn make(conn: &mut PgConnection, origin: &Origin, token_sha256: &str) -> Result<(), Error> {
    let own = account(origin)?;
    record(conn, origin, own, "account.calendar_link_made")?;
    let values = (
        calendar_links::token_sha256.eq(token_sha256),
        calendar_links::created_at.eq(origin.now),
        calendar_links::last_used_at.eq(None::<DateTime<Utc>>),
    );
    diesel::insert_into(calendar_links::table)
        .values((calendar_links::account_id.eq(own.0), values))
        .on_conflict(calendar_links::account_id)
        .do_update()
        .set(values)
        .execute(conn)?;
    Ok(())
}

/// Revokes the caller's address; without one nothing happens.
///
/// Errors: `NotFound` for an account without a person.
pub fn revoke(conn: &mut PgConnection, origin: &Origin) -> Result<(), Error> {
    let own = account(origin)?;
    if diesel::delete(calendar_links::table.find(own.0)).execute(conn)? > 0 {
        record(conn, origin, own, "account.calendar_link_revoked")?;
    }
    Ok(())
}

/// Whose address it is; none of one that was revoked or never made. That the account can still log in is for whoever loads it.
pub fn used(conn: &mut PgConnection, token_sha256: &str, now: DateTime<Utc>) -> Result<Option<AccountId>, Error> {
    let found: Option<(Uuid, Option<DateTime<Utc>>)> = calendar_links::table
        .filter(calendar_links::token_sha256.eq(token_sha256))
        .select((calendar_links::account_id, calendar_links::last_used_at))
        .first(conn)
        .optional()?;
    let Some((account, last)) = found else { return Ok(None) };
    if last.is_none_or(|at| at + USED_EVERY <= now) {
        diesel::update(calendar_links::table.find(account)).set(calendar_links::last_used_at.eq(now)).execute(conn)?;
    }
    Ok(Some(AccountId(account)))
}
