//! Second factors: a sealed secret for each account that has one, the last step of it that was taken, and codes for when the device is lost
//! (docs/domain.md §35).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::ids::AccountId;
use domain::refusal::Refusal;
use domain::second_factor::ALG;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::schema::{accounts, recovery_codes, second_factors};

/// How recovery codes are hashed.
const RECOVERY_ALG: &str = "sha256";

/// A second factor as it is kept.
#[derive(Clone, Debug, Queryable)]
pub struct Factor {
    pub sealed: String,
    pub seal_alg: String,
    /// None until a first code was shown.
    pub confirmed_at: Option<DateTime<Utc>>,
    pub last_step: i64,
}

/// The second factor of an account, in use or begun; locked until the end of the transaction.
pub fn find(conn: &mut PgConnection, account: AccountId) -> Result<Option<Factor>, Error> {
    Ok(second_factors::table
        .find(account.0)
        .select((
            second_factors::sealed,
            second_factors::seal_alg,
            second_factors::confirmed_at,
            second_factors::last_step,
        ))
        .for_update()
        .first(conn)
        .optional()?)
}

/// Whether an account has one in use.
pub fn is_in_use(conn: &mut PgConnection, account: AccountId) -> Result<bool, Error> {
    let used = second_factors::table.find(account.0).filter(second_factors::confirmed_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(used)).get_result(conn)?)
}

/// Since when an account has one in use, and how many of its recovery codes are left.
pub fn state(conn: &mut PgConnection, account: AccountId) -> Result<Option<(DateTime<Utc>, i64)>, Error> {
    let since: Option<DateTime<Utc>> = second_factors::table
        .find(account.0)
        .select(second_factors::confirmed_at)
        .first::<Option<DateTime<Utc>>>(conn)
        .optional()?
        .flatten();
    let Some(since) = since else { return Ok(None) };
    let left = recovery_codes::table
        .filter(recovery_codes::account_id.eq(account.0).and(recovery_codes::used_at.is_null()))
        .count()
        .get_result(conn)?;
    Ok(Some((since, left)))
}

/// Those of some accounts that have one in use.
pub fn holders(conn: &mut PgConnection, accounts: &[Uuid]) -> Result<BTreeSet<Uuid>, Error> {
    let held: Vec<Uuid> = second_factors::table
        .filter(second_factors::account_id.eq_any(accounts).and(second_factors::confirmed_at.is_not_null()))
        .select(second_factors::account_id)
        .load(conn)?;
    Ok(held.into_iter().collect())
}

/// Begins one: the secret is kept sealed, and holds from the first code on. What was begun before is gone.
///
/// Errors: `second-factor-there` where one is in use.
pub fn begin(
    conn: &mut PgConnection,
    account: AccountId,
    sealed: &str,
    seal_alg: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if find(conn, account)?.is_some_and(|f| f.confirmed_at.is_some()) {
        return Err(Refusal::conflict("second-factor-there").into());
    }
    diesel::delete(second_factors::table.find(account.0)).execute(conn)?;
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::account_id.eq(account.0),
            second_factors::alg.eq(ALG),
            second_factors::sealed.eq(sealed),
            second_factors::seal_alg.eq(seal_alg),
            second_factors::created_at.eq(now),
            second_factors::last_step.eq(0),
        ))
        .execute(conn)?;
    Ok(())
}

/// Records what happened to an account's second factor.
fn record(conn: &mut PgConnection, origin: &Origin, account: AccountId, event: NewEvent) -> Result<(), Error> {
    let seq: i64 = accounts::table.find(account.0).select(accounts::seq).for_update().first(conn)?;
    let seq = events::record(conn, origin, Stream::of("account", account.0), seq, &[event])?;
    diesel::update(accounts::table.find(account.0))
        .set((accounts::seq.eq(seq), accounts::version.eq(seq)))
        .execute(conn)?;
    Ok(())
}

/// Puts one to use, with the hashes of its recovery codes; its first code is taken with it.
///
/// Errors: `enrolment-over` where nothing was begun.
pub fn confirm(
    conn: &mut PgConnection,
    origin: &Origin,
    account: AccountId,
    step: i64,
    codes: &[String],
) -> Result<(), Error> {
    let begun = second_factors::table.find(account.0).filter(second_factors::confirmed_at.is_null());
    let n = diesel::update(begun)
        .set((second_factors::confirmed_at.eq(origin.now), second_factors::last_step.eq(step)))
        .execute(conn)?;
    if n != 1 {
        return Err(Refusal::conflict("enrolment-over").into());
    }
    let rows: Vec<_> = codes
        .iter()
        .map(|code| {
            (
                recovery_codes::account_id.eq(account.0),
                recovery_codes::sha256.eq(code),
                recovery_codes::alg.eq(RECOVERY_ALG),
            )
        })
        .collect();
    diesel::insert_into(recovery_codes::table).values(rows).execute(conn)?;
    record(conn, origin, account, NewEvent { kind: "account.second_factor_enrolled", payload: json!({ "alg": ALG }) })
}

/// Takes the code of a step, which no other request can have taken: whether it was this one.
pub fn take_step(conn: &mut PgConnection, account: AccountId, step: i64) -> Result<bool, Error> {
    let untaken = second_factors::table
        .find(account.0)
        .filter(second_factors::confirmed_at.is_not_null().and(second_factors::last_step.lt(step)));
    Ok(diesel::update(untaken).set(second_factors::last_step.eq(step)).execute(conn)? == 1)
}

/// Takes a recovery code by its hash: whether it was one, and had not been taken.
pub fn take_recovery_code(
    conn: &mut PgConnection,
    origin: &Origin,
    account: AccountId,
    sha256: &str,
) -> Result<bool, Error> {
    let untaken = recovery_codes::table.find((account.0, sha256)).filter(recovery_codes::used_at.is_null());
    if diesel::update(untaken).set(recovery_codes::used_at.eq(origin.now)).execute(conn)? != 1 {
        return Ok(false);
    }
    record(conn, origin, account, NewEvent { kind: "account.recovery_code_used", payload: json!({}) })?;
    Ok(true)
}

/// Its holder gives it up.
///
/// Errors: `second-factor-missing`.
pub fn give_up(conn: &mut PgConnection, origin: &Origin, account: AccountId) -> Result<(), Error> {
    remove(conn, account)?;
    record(conn, origin, account, NewEvent { kind: "account.second_factor_given_up", payload: json!({}) })
}

/// Takes one away; its recovery codes go with it.
///
/// Errors: `second-factor-missing`.
pub(crate) fn remove(conn: &mut PgConnection, account: AccountId) -> Result<(), Error> {
    let used = second_factors::table.find(account.0).filter(second_factors::confirmed_at.is_not_null());
    match diesel::delete(used).execute(conn)? {
        0 => Err(Refusal::conflict("second-factor-missing").into()),
        _ => Ok(()),
    }
}

/// Takes all of them away, as the database's owner, where the key that opens them is gone with another machine; how many were in use.
pub fn forget_all(conn: &mut PgConnection) -> Result<i64, Error> {
    let n = second_factors::table.filter(second_factors::confirmed_at.is_not_null()).count().get_result(conn)?;
    diesel::delete(second_factors::table).execute(conn)?;
    Ok(n)
}
