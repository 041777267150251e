//! What somebody was typing: kept per account, form and subject, without an event.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::refusal::Refusal;
use serde_json::Value;

use crate::error::Error;
use crate::events::Origin;
use crate::schema::drafts;

/// Largest draft kept, bytes.
const LARGEST: usize = 256 * 1024;

/// The draft of this account, if there is one.
pub fn find(
    conn: &mut PgConnection,
    origin: &Origin,
    form: &str,
    subject: &str,
) -> Result<Option<(Value, DateTime<Utc>)>, Error> {
    let account = origin.account().ok_or(Error::NotFound)?;
    Ok(drafts::table
        .find((account.0, form, subject))
        .select((drafts::body, drafts::updated_at))
        .first(conn)
        .optional()?)
}

/// Keeps a draft in place of the one before.
pub fn save(conn: &mut PgConnection, origin: &Origin, form: &str, subject: &str, body: &Value) -> Result<(), Error> {
    let account = origin.account().ok_or(Error::NotFound)?;
    if body.to_string().len() > LARGEST || form.len() > 64 || subject.len() > 128 {
        return Err(Refusal::field("", "draft-too-large").into());
    }
    diesel::insert_into(drafts::table)
        .values((
            drafts::account_id.eq(account.0),
            drafts::form.eq(form),
            drafts::subject.eq(subject),
            drafts::body.eq(body),
            drafts::updated_at.eq(origin.now),
        ))
        .on_conflict((drafts::account_id, drafts::form, drafts::subject))
        .do_update()
        .set((drafts::body.eq(body), drafts::updated_at.eq(origin.now)))
        .execute(conn)?;
    Ok(())
}

/// Forgets a draft; one that is not there is no error.
pub fn remove(conn: &mut PgConnection, origin: &Origin, form: &str, subject: &str) -> Result<(), Error> {
    let account = origin.account().ok_or(Error::NotFound)?;
    diesel::delete(drafts::table.find((account.0, form, subject))).execute(conn)?;
    Ok(())
}
