//! Refresh tokens: one use each, rotated; a second use of one ends the whole family.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use domain::ids::AccountId;
use domain::second_factor::SessionFactor;
use uuid::Uuid;

use crate::error::Error;
use crate::schema::{accounts, refresh_tokens};

/// Unused for this long, a session is over.
const IDLE: Duration = Duration::minutes(30);
/// However much used, a session is over after this.
const ABSOLUTE: Duration = Duration::hours(12);

/// What a rotation comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new token was stored for this account.
    Renewed { account: AccountId, epoch: i32, session: Uuid },
    /// Not a token we know, or over.
    Over,
    /// It had been used before: the family is ended.
    Reused,
}

/// Where a session was begun and with what: shown to its owner, decided by nothing.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The address of the machine.
    pub source: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// A session that goes on.
#[derive(Clone, Debug, Queryable)]
pub struct SessionRow {
    pub id: Uuid,
    pub started_at: DateTime<Utc>,
    /// When it was last renewed.
    pub seen_at: DateTime<Utc>,
    pub source: String,
    pub agent: String,
}

/// Begins a session with a first token and what proved it beside the password or the provider; the id of the session.
pub fn begin(
    conn: &mut PgConnection,
    account: AccountId,
    epoch: i32,
    sha256: &str,
    factor: Option<SessionFactor>,
    place: &Place,
    now: DateTime<Utc>,
) -> Result<Uuid, Error> {
    let session = Uuid::now_v7();
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::sha256.eq(sha256),
            refresh_tokens::family_id.eq(session),
            refresh_tokens::account_id.eq(account.0),
            refresh_tokens::epoch.eq(epoch),
            refresh_tokens::issued_at.eq(now),
            refresh_tokens::family_started_at.eq(now),
            refresh_tokens::source.eq(&place.source),
            refresh_tokens::agent.eq(&place.agent),
            refresh_tokens::second_factor.eq(factor.map(SessionFactor::as_str)),
        ))
        .execute(conn)?;
    // What is long over need not be kept.
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::family_started_at.lt(now - ABSOLUTE * 2)))
        .execute(conn)?;
    Ok(session)
}

#[derive(Queryable)]
struct Token {
    family: Uuid,
    account: Uuid,
    epoch: i32,
    issued_at: DateTime<Utc>,
    started_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    source: String,
    agent: String,
    proved_at: Option<DateTime<Utc>>,
    second_factor: Option<String>,
}

/// Exchanges a token for its successor.
pub fn rotate(conn: &mut PgConnection, sha256: &str, successor: &str, now: DateTime<Utc>) -> Result<Rotation, Error> {
    let found: Option<Token> = refresh_tokens::table
        .find(sha256)
        .select((
            refresh_tokens::family_id,
            refresh_tokens::account_id,
            refresh_tokens::epoch,
            refresh_tokens::issued_at,
            refresh_tokens::family_started_at,
            refresh_tokens::used_at,
            refresh_tokens::revoked_at,
            refresh_tokens::source,
            refresh_tokens::agent,
            refresh_tokens::proved_at,
            refresh_tokens::second_factor,
        ))
        .for_update()
        .first(conn)
        .optional()?;
    let Some(token) = found else {
        return Ok(Rotation::Over);
    };
    if token.revoked_at.is_some() || now >= token.issued_at + IDLE || now >= token.started_at + ABSOLUTE {
        return Ok(Rotation::Over);
    }
    if token.used_at.is_some() {
        end_family_by_id(conn, token.family, now)?;
        return Ok(Rotation::Reused);
    }
    let current: Option<(i32, String)> =
        accounts::table.find(token.account).select((accounts::epoch, accounts::status)).first(conn).optional()?;
    if current.as_ref().is_none_or(|(e, status)| *e != token.epoch || status != "active") {
        end_family_by_id(conn, token.family, now)?;
        return Ok(Rotation::Over);
    }
    diesel::update(refresh_tokens::table.find(sha256)).set(refresh_tokens::used_at.eq(now)).execute(conn)?;
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::sha256.eq(successor),
            refresh_tokens::family_id.eq(token.family),
            refresh_tokens::account_id.eq(token.account),
            refresh_tokens::epoch.eq(token.epoch),
            refresh_tokens::issued_at.eq(now),
            refresh_tokens::family_started_at.eq(token.started_at),
            refresh_tokens::source.eq(token.source),
            refresh_tokens::agent.eq(token.agent),
            refresh_tokens::proved_at.eq(token.proved_at),
            refresh_tokens::second_factor.eq(token.second_factor),
        ))
        .execute(conn)?;
    Ok(Rotation::Renewed { account: AccountId(token.account), epoch: token.epoch, session: token.family })
}

/// The sessions of an account that go on, the last used first.
pub fn list(
    conn: &mut PgConnection,
    account: AccountId,
    epoch: i32,
    now: DateTime<Utc>,
) -> Result<Vec<SessionRow>, Error> {
    Ok(refresh_tokens::table
        .filter(refresh_tokens::account_id.eq(account.0).and(refresh_tokens::epoch.eq(epoch)))
        .filter(refresh_tokens::used_at.is_null().and(refresh_tokens::revoked_at.is_null()))
        .filter(refresh_tokens::issued_at.gt(now - IDLE).and(refresh_tokens::family_started_at.gt(now - ABSOLUTE)))
        .order(refresh_tokens::issued_at.desc())
        .select((
            refresh_tokens::family_id,
            refresh_tokens::family_started_at,
            refresh_tokens::issued_at,
            refresh_tokens::source,
            refresh_tokens::agent,
        ))
        .load(conn)?)
}

/// Ends one of an account's sessions.
///
/// Errors: `NotFound` when it is another's or none.
pub fn end_one(conn: &mut PgConnection, account: AccountId, session: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    let own = refresh_tokens::table
        .filter(refresh_tokens::account_id.eq(account.0).and(refresh_tokens::family_id.eq(session)));
    match diesel::update(own).set(refresh_tokens::revoked_at.eq(now)).execute(conn)? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Ends all of an account's sessions but one.
pub fn end_others(conn: &mut PgConnection, account: AccountId, kept: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    let others = refresh_tokens::table
        .filter(refresh_tokens::account_id.eq(account.0).and(refresh_tokens::family_id.ne(kept)))
        .filter(refresh_tokens::revoked_at.is_null());
    diesel::update(others).set(refresh_tokens::revoked_at.eq(now)).execute(conn)?;
    Ok(())
}

fn end_family_by_id(conn: &mut PgConnection, family: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(refresh_tokens::table.filter(refresh_tokens::family_id.eq(family)))
        .set(refresh_tokens::revoked_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Ends the session a token belongs to; an unknown token is no error.
pub fn end(conn: &mut PgConnection, sha256: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let family: Option<Uuid> =
        refresh_tokens::table.find(sha256).select(refresh_tokens::family_id).first(conn).optional()?;
    family.map_or(Ok(()), |family| end_family_by_id(conn, family, now))
}
