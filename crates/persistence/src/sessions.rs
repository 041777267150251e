//! Refresh tokens: one use each, rotated; a second use of one ends the whole family.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use domain::ids::AccountId;
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

/// Begins a session with a first token; the id of the session.
pub fn begin(
    conn: &mut PgConnection,
    account: AccountId,
    epoch: i32,
    sha256: &str,
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
        ))
        .execute(conn)?;
    // What is long over need not be kept.
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::family_started_at.lt(now - ABSOLUTE * 2)))
        .execute(conn)?;
    Ok(session)
}

/// Exchanges a token for its successor.
pub fn rotate(conn: &mut PgConnection, sha256: &str, successor: &str, now: DateTime<Utc>) -> Result<Rotation, Error> {
    type Row = (Uuid, Uuid, i32, DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let found: Option<Row> = refresh_tokens::table
        .find(sha256)
        .select((
            refresh_tokens::family_id,
            refresh_tokens::account_id,
            refresh_tokens::epoch,
            refresh_tokens::issued_at,
            refresh_tokens::family_started_at,
            refresh_tokens::used_at,
            refresh_tokens::revoked_at,
        ))
        .for_update()
        .first(conn)
        .optional()?;
    let Some((family, account, epoch, issued_at, started_at, used_at, revoked_at)) = found else {
        return Ok(Rotation::Over);
    };
    if revoked_at.is_some() || now >= issued_at + IDLE || now >= started_at + ABSOLUTE {
        return Ok(Rotation::Over);
    }
    if used_at.is_some() {
        end_family_by_id(conn, family, now)?;
        return Ok(Rotation::Reused);
    }
    let current: Option<(i32, String)> =
        accounts::table.find(account).select((accounts::epoch, accounts::status)).first(conn).optional()?;
    if current.as_ref().is_none_or(|(e, status)| *e != epoch || status != "active") {
        end_family_by_id(conn, family, now)?;
        return Ok(Rotation::Over);
    }
    diesel::update(refresh_tokens::table.find(sha256)).set(refresh_tokens::used_at.eq(now)).execute(conn)?;
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::sha256.eq(successor),
            refresh_tokens::family_id.eq(family),
            refresh_tokens::account_id.eq(account),
            refresh_tokens::epoch.eq(epoch),
            refresh_tokens::issued_at.eq(now),
            refresh_tokens::family_started_at.eq(started_at),
        ))
        .execute(conn)?;
    Ok(Rotation::Renewed { account: AccountId(account), epoch, session: family })
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
