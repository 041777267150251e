//! Templates of documents and forms: by kind and version, never changed; the last one holds (docs/domain.md §32).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::document::TemplateMark;
use domain::refusal::Refusal;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::schema::document_templates as rows;

/// A template without its file.
#[derive(Clone, Debug, Queryable)]
pub struct TemplateRow {
    pub kind: String,
    pub version: i32,
    pub sha256: String,
    pub filename: String,
    pub account_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
}

/// The template that holds for a kind; the one that came with the program is kept the first time it is asked for, and again when the program brings
/// another while nobody has put one of his own in its place.
pub fn current(
    conn: &mut PgConnection,
    kind: &str,
    standard: &[u8],
    now: DateTime<Utc>,
) -> Result<(TemplateMark, Vec<u8>), Error> {
    let last: Option<(i32, String, Vec<u8>, Option<Uuid>)> = rows::table
        .filter(rows::kind.eq(kind))
        .order(rows::version.desc())
        .select((rows::version, rows::sha256, rows::body, rows::account_id))
        .first(conn)
        .optional()?;
    let own = hex::encode(Sha256::digest(standard));
    if let Some((version, sha256, body, account)) = &last
        && (account.is_some() || *sha256 == own)
    {
        return Ok((TemplateMark { version: *version, sha256: sha256.clone() }, body.clone()));
    }
    let version = last.map_or(1, |(version, ..)| version + 1);
    insert(conn, kind, version, &own, standard, "系统自带.docx", None, now)?;
    Ok((TemplateMark { version, sha256: own }, standard.to_vec()))
}

#[expect(clippy::too_many_arguments, reason = "a row of a template, written in one place")]
fn insert(
    conn: &mut PgConnection,
    kind: &str,
    version: i32,
    sha256: &str,
    body: &[u8],
    filename: &str,
    account: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::insert_into(rows::table)
        .values((
            rows::kind.eq(kind),
            rows::version.eq(version),
            rows::sha256.eq(sha256),
            rows::body.eq(body),
            rows::filename.eq(filename),
            rows::account_id.eq(account),
            rows::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// The file of a version.
///
/// Errors: `NotFound`.
pub fn body(conn: &mut PgConnection, kind: &str, version: i32) -> Result<Vec<u8>, Error> {
    rows::table.find((kind, version)).select(rows::body).first(conn).optional()?.ok_or(Error::NotFound)
}

/// Every version of every kind, the newest first.
pub fn list(conn: &mut PgConnection) -> Result<Vec<TemplateRow>, Error> {
    Ok(rows::table
        .order((rows::kind, rows::version.desc()))
        .select((rows::kind, rows::version, rows::sha256, rows::filename, rows::account_id, rows::created_at))
        .load(conn)?)
}

/// Puts a template in the place of the one that holds, and writes down who did.
///
/// Errors: `template-unchanged` (409) for the file that holds already.
pub fn put(
    conn: &mut PgConnection,
    origin: &Origin,
    kind: &'static str,
    body: &[u8],
    filename: &str,
) -> Result<TemplateMark, Error> {
    // One after the other, so that no version is given twice.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('document_templates'))").execute(conn)?;
    let last: Option<(i32, String)> = rows::table
        .filter(rows::kind.eq(kind))
        .order(rows::version.desc())
        .select((rows::version, rows::sha256))
        .first(conn)
        .optional()?;
    let sha256 = hex::encode(Sha256::digest(body));
    if last.as_ref().is_some_and(|(_, held)| *held == sha256) {
        return Err(Refusal::conflict("template-unchanged").into());
    }
    let version = last.map_or(1, |(version, _)| version + 1);
    let account = origin.account().ok_or(Error::NotFound)?;
    insert(conn, kind, version, &sha256, body, filename, Some(account.0), origin.now)?;
    let payload = json!({ "kind": kind, "version": version, "sha256": sha256, "filename": filename });
    let event = NewEvent { kind: "template.put", payload };
    events::record(conn, origin, Stream::of("template", Uuid::now_v7()), 0, &[event])?;
    Ok(TemplateMark { version, sha256 })
}
