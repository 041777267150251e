//! Log-ins that were begun and wait for a second step: known by a ticket that works once, from the address it was given to, for a few minutes
//! (docs/domain.md §35).

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use domain::ids::AccountId;
use domain::second_factor::{PROVIDER_MINUTES, TICKET_MINUTES, TICKET_TRIES};
use uuid::Uuid;

use crate::error::Error;
use crate::schema::login_steps;

/// Remembers that a password was right and a code is waited for.
pub fn begin(
    conn: &mut PgConnection,
    sha256: &str,
    account: AccountId,
    epoch: i32,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::insert_into(login_steps::table)
        .values((
            login_steps::sha256.eq(sha256),
            login_steps::kind.eq("code"),
            login_steps::account_id.eq(account.0),
            login_steps::epoch.eq(epoch),
            login_steps::source.eq(source),
            login_steps::attempts.eq(0),
            login_steps::created_at.eq(now),
        ))
        .execute(conn)?;
    forget_old(conn, now)
}

/// Remembers what was agreed before somebody was sent to the provider.
pub fn begin_with_provider(
    conn: &mut PgConnection,
    sha256: &str,
    source: &str,
    agreed: &serde_json::Value,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::insert_into(login_steps::table)
        .values((
            login_steps::sha256.eq(sha256),
            login_steps::kind.eq("provider"),
            login_steps::source.eq(source),
            login_steps::agreed.eq(agreed),
            login_steps::attempts.eq(0),
            login_steps::created_at.eq(now),
        ))
        .execute(conn)?;
    forget_old(conn, now)
}

/// What was agreed for a state the provider sent back, which works once; none where it is over or was used.
pub fn take_from_provider(
    conn: &mut PgConnection,
    sha256: &str,
    now: DateTime<Utc>,
) -> Result<Option<serde_json::Value>, Error> {
    let open = login_steps::table
        .find(sha256)
        .filter(login_steps::kind.eq("provider").and(login_steps::used_at.is_null()))
        .filter(login_steps::created_at.gt(now - Duration::minutes(PROVIDER_MINUTES)));
    let taken: Option<Option<serde_json::Value>> = diesel::update(open)
        .set(login_steps::used_at.eq(now))
        .returning(login_steps::agreed)
        .get_result(conn)
        .optional()?;
    Ok(taken.flatten())
}

fn forget_old(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::delete(login_steps::table.filter(login_steps::created_at.lt(now - Duration::hours(1)))).execute(conn)?;
    Ok(())
}

/// Whose log-in a ticket goes on with, and at which epoch; none where it is over, was used, or came from elsewhere. Locked until the end of the
/// transaction.
pub fn find(
    conn: &mut PgConnection,
    sha256: &str,
    source: &str,
    now: DateTime<Utc>,
) -> Result<Option<(AccountId, i32)>, Error> {
    let found: Option<(Option<Uuid>, Option<i32>)> = login_steps::table
        .find(sha256)
        .filter(login_steps::kind.eq("code").and(login_steps::source.eq(source)))
        .filter(login_steps::used_at.is_null().and(login_steps::attempts.lt(TICKET_TRIES)))
        .filter(login_steps::created_at.gt(now - Duration::minutes(TICKET_MINUTES)))
        .select((login_steps::account_id, login_steps::epoch))
        .for_update()
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(account, epoch)| Some((AccountId(account?), epoch?))))
}

/// Counts a wrong code.
pub fn record_failure(conn: &mut PgConnection, sha256: &str) -> Result<(), Error> {
    diesel::update(login_steps::table.find(sha256))
        .set(login_steps::attempts.eq(login_steps::attempts + 1))
        .execute(conn)?;
    Ok(())
}

/// Uses a ticket: it works once.
pub fn finish(conn: &mut PgConnection, sha256: &str, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(login_steps::table.find(sha256)).set(login_steps::used_at.eq(now)).execute(conn)?;
    Ok(())
}
