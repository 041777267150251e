//! A retried request takes effect once: the answer is stored in the transaction of the effect and given again.

use diesel::prelude::*;
use domain::refusal::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::events::Origin;
use crate::schema::idempotency_keys;

/// A key a client chose, with what it was chosen for.
#[derive(Clone, Debug)]
pub struct Key {
    pub key: String,
    /// Method and path.
    pub route: String,
    /// SHA-256 of the body, hex.
    pub body_sha256: String,
}

/// Runs once per key: a second time answers what the first did.
///
/// Errors: `KeyReused` when the key came with another body or for another route.
pub fn once<T: Serialize + DeserializeOwned>(
    conn: &mut PgConnection,
    origin: &Origin,
    key: Option<&Key>,
    run: impl FnOnce(&mut PgConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    let Some(key) = key else { return run(conn) };
    let account = origin.account().ok_or(Error::NotFound)?;
    if key.key.is_empty() || key.key.len() > 128 {
        return Err(Refusal::field("", "idempotency-key-form").into());
    }
    // The row is the lock: a second request with this key waits here for the first to end.
    let inserted = diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::account_id.eq(account.0),
            idempotency_keys::key.eq(&key.key),
            idempotency_keys::route.eq(&key.route),
            idempotency_keys::body_sha256.eq(&key.body_sha256),
            idempotency_keys::response.eq(serde_json::Value::Null),
            idempotency_keys::created_at.eq(origin.now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    let row = idempotency_keys::table.find((account.0, &key.key));
    if inserted == 0 {
        let (route, body, response): (String, String, serde_json::Value) = row
            .select((idempotency_keys::route, idempotency_keys::body_sha256, idempotency_keys::response))
            .first(conn)?;
        if route != key.route || body != key.body_sha256 {
            return Err(Error::KeyReused);
        }
        return Ok(serde_json::from_value(response)?);
    }
    let answer = run(conn)?;
    diesel::update(row).set(idempotency_keys::response.eq(serde_json::to_value(&answer)?)).execute(conn)?;
    Ok(answer)
}
