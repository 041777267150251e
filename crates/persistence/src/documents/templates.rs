//! Templates of documents and forms: by kind and version, never changed. The last one that was put in place holds for the whole house; one that came
//! with a policy pack holds where a round took the pack (docs/domain.md §32, §47).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::document::TemplateMark;
use domain::ids::RoundId;
use domain::pack::PackName;
use domain::refusal::Refusal;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::rounds;
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
    pub pack: Option<serde_json::Value>,
}

/// The template that holds in a round: its own, where it took one with a pack, or that of the house.
pub fn of_round(
    conn: &mut PgConnection,
    round: RoundId,
    kind: &str,
    standard: &[u8],
    now: DateTime<Utc>,
) -> Result<(TemplateMark, Vec<u8>), Error> {
    match own_version(conn, round, kind)? {
        None => current(conn, kind, standard, now),
        Some(version) => {
            let (sha256, body) = rows::table.find((kind, version)).select((rows::sha256, rows::body)).first(conn)?;
            Ok((TemplateMark { version, sha256 }, body))
        }
    }
}

/// The template that somebody chose for a round: its own, or the one of the house that was put in place; none where the program's own holds.
pub fn chosen(conn: &mut PgConnection, round: RoundId, kind: &str) -> Result<Option<TemplateMark>, Error> {
    if let Some(version) = own_version(conn, round, kind)? {
        return Ok(digest(conn, kind, version)?.map(|sha256| TemplateMark { version, sha256 }));
    }
    let last: Option<(i32, String, Option<Uuid>)> = rows::table
        .filter(rows::kind.eq(kind).and(rows::pack.is_null()))
        .order(rows::version.desc())
        .select((rows::version, rows::sha256, rows::account_id))
        .first(conn)
        .optional()?;
    Ok(last.filter(|(.., account)| account.is_some()).map(|(version, sha256, _)| TemplateMark { version, sha256 }))
}

fn own_version(conn: &mut PgConnection, round: RoundId, kind: &str) -> Result<Option<i32>, Error> {
    let row = rounds::known(conn, round)?;
    let (policy, _) = rounds::policy(conn, round, row.policy_version)?;
    Ok(policy.forms.get(kind).copied())
}

/// The digest of a version, where there is such a version.
pub(crate) fn digest(conn: &mut PgConnection, kind: &str, version: i32) -> Result<Option<String>, Error> {
    Ok(rows::table.find((kind, version)).select(rows::sha256).first(conn).optional()?)
}

/// The template that holds for a kind in the whole house; the one that came with the program is kept the first time it is asked for, and again when
/// the program brings another while nobody has put one of his own in its place.
pub fn current(
    conn: &mut PgConnection,
    kind: &str,
    standard: &[u8],
    now: DateTime<Utc>,
) -> Result<(TemplateMark, Vec<u8>), Error> {
    let own = hex::encode(Sha256::digest(standard));
    if let Some(held) = holding(conn, kind, &own)? {
        return Ok(held);
    }
    // Somebody may have kept one meanwhile.
    one_by_one(conn)?;
    if let Some(held) = holding(conn, kind, &own)? {
        return Ok(held);
    }
    let version = next(conn, kind)?;
    insert(conn, kind, version, &own, standard, "系统自带.docx", None, None, now)?;
    Ok((TemplateMark { version, sha256: own }, standard.to_vec()))
}

/// The last one of the house, unless it is one of the program that is no longer the program's own.
fn holding(conn: &mut PgConnection, kind: &str, own: &str) -> Result<Option<(TemplateMark, Vec<u8>)>, Error> {
    let last: Option<(i32, String, Vec<u8>, Option<Uuid>)> = rows::table
        .filter(rows::kind.eq(kind).and(rows::pack.is_null()))
        .order(rows::version.desc())
        .select((rows::version, rows::sha256, rows::body, rows::account_id))
        .first(conn)
        .optional()?;
    let held = last.filter(|(_, sha256, _, account)| account.is_some() || sha256 == own);
    Ok(held.map(|(version, sha256, body, _)| (TemplateMark { version, sha256 }, body)))
}

fn next(conn: &mut PgConnection, kind: &str) -> Result<i32, Error> {
    let last: Option<i32> =
        rows::table.filter(rows::kind.eq(kind)).select(diesel::dsl::max(rows::version)).first(conn)?;
    Ok(last.unwrap_or(0) + 1)
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
    pack: Option<&PackName>,
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
            rows::pack.eq(pack.map(serde_json::to_value).transpose()?),
            rows::created_at.eq(now),
        ))
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
        .select((
            rows::kind,
            rows::version,
            rows::sha256,
            rows::filename,
            rows::account_id,
            rows::created_at,
            rows::pack,
        ))
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
    one_by_one(conn)?;
    let last: Option<String> = rows::table
        .filter(rows::kind.eq(kind).and(rows::pack.is_null()))
        .order(rows::version.desc())
        .select(rows::sha256)
        .first(conn)
        .optional()?;
    if last.as_deref() == Some(&hex::encode(Sha256::digest(body))) {
        return Err(Refusal::conflict("template-unchanged").into());
    }
    add(conn, origin, kind, body, filename, None)
}

/// The template of a pack, kept the first time a round takes it: its version.
pub(crate) fn keep_of_pack(
    conn: &mut PgConnection,
    origin: &Origin,
    kind: &str,
    body: &[u8],
    pack: &PackName,
) -> Result<i32, Error> {
    one_by_one(conn)?;
    let kept: Option<i32> = rows::table
        .filter(rows::kind.eq(kind).and(rows::pack.eq(serde_json::to_value(pack)?)))
        .select(rows::version)
        .first(conn)
        .optional()?;
    match kept {
        Some(version) => Ok(version),
        None => Ok(add(conn, origin, kind, body, &format!("{} {}.docx", pack.name, pack.version), Some(pack))?.version),
    }
}

/// One after the other, so that no version is given twice.
fn one_by_one(conn: &mut PgConnection) -> Result<(), Error> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('document_templates'))").execute(conn)?;
    Ok(())
}

fn add(
    conn: &mut PgConnection,
    origin: &Origin,
    kind: &str,
    body: &[u8],
    filename: &str,
    pack: Option<&PackName>,
) -> Result<TemplateMark, Error> {
    let (version, sha256) = (next(conn, kind)?, hex::encode(Sha256::digest(body)));
    let account = origin.account().ok_or(Error::NotFound)?;
    insert(conn, kind, version, &sha256, body, filename, Some(account.0), pack, origin.now)?;
    let mut payload = json!({ "kind": kind, "version": version, "sha256": sha256, "filename": filename });
    if let Some(pack) = pack {
        payload["pack"] = json!(pack);
    }
    let event = NewEvent { kind: "template.put", payload };
    events::record(conn, origin, Stream::of("template", Uuid::now_v7()), 0, &[event])?;
    Ok(TemplateMark { version, sha256 })
}
