//! Files that are being looked at, each with what a person said of it, and what was said of a shape of ledger before.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::ids::RoundId;
use domain::rights;
use domain::workbook::ledger::{Corrections, SheetCorrection};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::Error;
use crate::events::Origin;
use crate::rounds;
use crate::schema::{import_answers, import_mappings, import_previews};

/// A file that is being looked at.
#[derive(Clone, Debug)]
pub struct Preview {
    pub id: Uuid,
    pub round: RoundId,
    pub filename: String,
    pub sha256: String,
    pub body: Vec<u8>,
    pub corrections: Corrections,
    pub updated_at: DateTime<Utc>,
}

/// The same without the file.
#[derive(Clone, Debug, Queryable)]
pub struct PreviewLine {
    pub id: Uuid,
    pub filename: String,
    pub updated_at: DateTime<Utc>,
}

fn account(origin: &Origin) -> Result<Uuid, Error> {
    Ok(origin.account().ok_or(Error::NotFound)?.0)
}

fn permit(conn: &mut PgConnection, origin: &Origin, round: RoundId) -> Result<(), Error> {
    rounds::find(conn, &origin.actor, round)?;
    rights::permit_office(&origin.actor, round)?;
    Ok(())
}

/// Keeps a file to look at in place of the one before.
///
/// Errors: `NotFound`, `not-allowed`.
pub fn put(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    filename: &str,
    sha256: &str,
    body: &[u8],
    corrections: &Corrections,
) -> Result<Uuid, Error> {
    permit(conn, origin, round)?;
    let account = account(origin)?;
    let of_account = import_previews::round_id.eq(round.0).and(import_previews::account_id.eq(account));
    diesel::delete(import_previews::table.filter(of_account)).execute(conn)?;
    let id = Uuid::now_v7();
    diesel::insert_into(import_previews::table)
        .values((
            import_previews::id.eq(id),
            import_previews::round_id.eq(round.0),
            import_previews::account_id.eq(account),
            import_previews::filename.eq(filename),
            import_previews::sha256.eq(sha256),
            import_previews::body.eq(body),
            import_previews::corrections.eq(serde_json::to_value(corrections)?),
            import_previews::created_at.eq(origin.now),
            import_previews::updated_at.eq(origin.now),
        ))
        .execute(conn)?;
    Ok(id)
}

/// The files this account looks at in a round.
///
/// Errors: `NotFound`, `not-allowed`.
pub fn list(conn: &mut PgConnection, origin: &Origin, round: RoundId) -> Result<Vec<PreviewLine>, Error> {
    permit(conn, origin, round)?;
    Ok(import_previews::table
        .filter(import_previews::round_id.eq(round.0).and(import_previews::account_id.eq(account(origin)?)))
        .select((import_previews::id, import_previews::filename, import_previews::updated_at))
        .load(conn)?)
}

/// A file with what was said of it; only for the account that put it there.
///
/// Errors: `NotFound`, `not-allowed`.
pub fn find(conn: &mut PgConnection, origin: &Origin, id: Uuid) -> Result<Preview, Error> {
    let (round, filename, sha256, body, corrections, updated_at): (
        Uuid,
        String,
        String,
        Vec<u8>,
        Value,
        DateTime<Utc>,
    ) = import_previews::table
        .filter(import_previews::id.eq(id).and(import_previews::account_id.eq(account(origin)?)))
        .select((
            import_previews::round_id,
            import_previews::filename,
            import_previews::sha256,
            import_previews::body,
            import_previews::corrections,
            import_previews::updated_at,
        ))
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    let round = RoundId(round);
    permit(conn, origin, round)?;
    let corrections = serde_json::from_value(corrections)?;
    Ok(Preview { id, round, filename, sha256, body, corrections, updated_at })
}

/// Keeps what was said of a file, also for when it comes again, and of its shape for the next one.
///
/// Errors: `NotFound`, `not-allowed`.
pub fn correct(
    conn: &mut PgConnection,
    origin: &Origin,
    id: Uuid,
    corrections: &Corrections,
    shape: &str,
) -> Result<(), Error> {
    let preview = find(conn, origin, id)?;
    let account = account(origin)?;
    let said = serde_json::to_value(corrections)?;
    diesel::update(import_previews::table.find(id))
        .set((import_previews::corrections.eq(&said), import_previews::updated_at.eq(origin.now)))
        .execute(conn)?;
    diesel::insert_into(import_answers::table)
        .values((
            import_answers::round_id.eq(preview.round.0),
            import_answers::account_id.eq(account),
            import_answers::sha256.eq(&preview.sha256),
            import_answers::corrections.eq(&said),
            import_answers::saved_at.eq(origin.now),
        ))
        .on_conflict((import_answers::round_id, import_answers::account_id, import_answers::sha256))
        .do_update()
        .set((import_answers::corrections.eq(&said), import_answers::saved_at.eq(origin.now)))
        .execute(conn)?;
    if shape.is_empty() {
        return Ok(());
    }
    let sheets = json!(corrections.sheets);
    diesel::insert_into(import_mappings::table)
        .values((
            import_mappings::shape.eq(shape),
            import_mappings::sheets.eq(&sheets),
            import_mappings::account_id.eq(account),
            import_mappings::saved_at.eq(origin.now),
        ))
        .on_conflict(import_mappings::shape)
        .do_update()
        .set((
            import_mappings::sheets.eq(&sheets),
            import_mappings::account_id.eq(account),
            import_mappings::saved_at.eq(origin.now),
        ))
        .execute(conn)?;
    Ok(())
}

/// What was said last of this very file in a round, by whoever of its office looked at it, whatever other files came since; none where nothing was.
pub fn said_of(conn: &mut PgConnection, round: RoundId, sha256: &str) -> Result<Option<Corrections>, Error> {
    let said: Option<Value> = import_answers::table
        .filter(import_answers::round_id.eq(round.0).and(import_answers::sha256.eq(sha256)))
        .order(import_answers::saved_at.desc())
        .select(import_answers::corrections)
        .first(conn)
        .optional()?;
    if let Some(said) = said {
        return Ok(Some(serde_json::from_value(said)?));
    }
    let kept: Option<Value> = import_previews::table
        .filter(import_previews::round_id.eq(round.0).and(import_previews::sha256.eq(sha256)))
        .order(import_previews::updated_at.desc())
        .select(import_previews::corrections)
        .first(conn)
        .optional()?;
    Ok(kept.map(serde_json::from_value).transpose()?)
}

/// What was said of a shape before; nothing when it is new.
pub fn mapping(conn: &mut PgConnection, shape: &str) -> Result<Vec<SheetCorrection>, Error> {
    let kept: Option<Value> =
        import_mappings::table.find(shape).select(import_mappings::sheets).first(conn).optional()?;
    Ok(kept.map(serde_json::from_value).transpose()?.unwrap_or_default())
}
