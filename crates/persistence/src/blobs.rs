//! Files by content: the row comes after the file is safe on disk; a download needs a ticket that works once.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use domain::chain::ALG;
use uuid::Uuid;

use crate::error::Error;
use crate::events::Origin;
use crate::schema::{attachments, blobs, download_tickets};

/// How long a download ticket lives.
const TICKET: Duration = Duration::seconds(60);

/// A file that is safe on disk under its digest.
#[derive(Clone, Debug)]
pub struct StoredBlob {
    pub sha256: String,
    pub size: i64,
    pub media_type: String,
}

/// An attachment with its file.
#[derive(Clone, Debug, Queryable)]
pub struct AttachmentRow {
    pub id: Uuid,
    pub blob_sha256: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub purpose: String,
    pub filename: String,
    pub received_at: DateTime<Utc>,
    pub size: i64,
    pub media_type: String,
}

/// Knows a file; knowing it twice changes nothing.
pub fn keep(conn: &mut PgConnection, blob: &StoredBlob, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::insert_into(blobs::table)
        .values((
            blobs::sha256.eq(&blob.sha256),
            blobs::alg.eq(ALG),
            blobs::size.eq(blob.size),
            blobs::media_type.eq(&blob.media_type),
            blobs::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// What a file is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Task(Uuid),
    Check(Uuid),
    Slip(Uuid),
    Meeting(Uuid),
    Document(Uuid),
    Publication(Uuid),
    Opinion(Uuid),
    Handover(Uuid),
    SystemicProblem(Uuid),
    Rule(Uuid),
    Accountability(Uuid),
}

impl Subject {
    fn stored(self) -> (&'static str, Uuid) {
        match self {
            Self::Task(id) => ("task", id),
            Self::Check(id) => ("check", id),
            Self::Slip(id) => ("slip", id),
            Self::Meeting(id) => ("meeting", id),
            Self::Document(id) => ("document", id),
            Self::Publication(id) => ("publication", id),
            Self::Opinion(id) => ("opinion", id),
            Self::Handover(id) => ("handover", id),
            Self::SystemicProblem(id) => ("systemic_problem", id),
            Self::Rule(id) => ("rule", id),
            Self::Accountability(id) => ("accountability", id),
        }
    }
}

/// Attaches a file to a task, a check or a slip.
#[expect(clippy::too_many_arguments, reason = "a row of an attachment, written in one place")]
pub fn attach(
    conn: &mut PgConnection,
    origin: &Origin,
    id: Uuid,
    blob: &StoredBlob,
    subject: Subject,
    purpose: &str,
    filename: &str,
    occurred_on: Option<chrono::NaiveDate>,
) -> Result<(), Error> {
    // Whoever sends an opinion from the open page has no account; whatever else comes in is sent by somebody.
    let account = origin.account().map(|a| a.0);
    if account.is_none() && !matches!(subject, Subject::Opinion(_)) {
        return Err(Error::NotFound);
    }
    keep(conn, blob, origin.now)?;
    let (kind, subject) = subject.stored();
    diesel::insert_into(attachments::table)
        .values((
            attachments::id.eq(id),
            attachments::blob_sha256.eq(&blob.sha256),
            attachments::subject_kind.eq(kind),
            attachments::subject_id.eq(subject),
            attachments::purpose.eq(purpose),
            attachments::filename.eq(filename),
            attachments::occurred_on.eq(occurred_on),
            attachments::received_at.eq(origin.now),
            attachments::account_id.eq(account),
        ))
        .execute(conn)?;
    Ok(())
}

/// Purpose of a received scan of a signed form or of minutes.
pub const SCAN: &str = "scan";

/// Makes sure that a task or a slip has the scan a signature names; the minutes of a meeting were received once and decide on many.
///
/// Errors: `scan-missing` when no such scan was received.
pub(crate) fn own_scan(conn: &mut PgConnection, origin: &Origin, subject: Subject, sha256: &str) -> Result<(), Error> {
    let (kind, id) = subject.stored();
    let received: Vec<(Uuid, String)> = attachments::table
        .filter(attachments::purpose.eq(SCAN).and(attachments::blob_sha256.eq(sha256)))
        .order(attachments::received_at)
        .select((attachments::subject_id, attachments::filename))
        .load(conn)?;
    let Some((_, filename)) = received.first() else {
        return Err(domain::refusal::Refusal::field("/document/scan", "scan-missing").into());
    };
    if received.iter().any(|(subject, _)| *subject == id) {
        return Ok(());
    }
    diesel::insert_into(attachments::table)
        .values((
            attachments::id.eq(Uuid::now_v7()),
            attachments::blob_sha256.eq(sha256),
            attachments::subject_kind.eq(kind),
            attachments::subject_id.eq(id),
            attachments::purpose.eq(SCAN),
            attachments::filename.eq(filename),
            attachments::received_at.eq(origin.now),
            attachments::account_id.eq(origin.account().ok_or(Error::NotFound)?.0),
        ))
        .execute(conn)?;
    Ok(())
}

/// Attachments of a task, oldest first.
pub fn of_task(conn: &mut PgConnection, task: Uuid) -> Result<Vec<AttachmentRow>, Error> {
    of_subject(conn, Subject::Task(task))
}

/// Attachments of a task, a check or a slip, oldest first.
pub fn of_subject(conn: &mut PgConnection, subject: Subject) -> Result<Vec<AttachmentRow>, Error> {
    let (kind, subject) = subject.stored();
    Ok(attachments::table
        .inner_join(blobs::table)
        .filter(attachments::subject_kind.eq(kind).and(attachments::subject_id.eq(subject)))
        .order((attachments::received_at, attachments::id))
        .select((
            attachments::id,
            attachments::blob_sha256,
            attachments::subject_kind,
            attachments::subject_id,
            attachments::purpose,
            attachments::filename,
            attachments::received_at,
            blobs::size,
            blobs::media_type,
        ))
        .load(conn)?)
}

/// One attachment.
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<AttachmentRow, Error> {
    attachments::table
        .inner_join(blobs::table)
        .filter(attachments::id.eq(id))
        .select((
            attachments::id,
            attachments::blob_sha256,
            attachments::subject_kind,
            attachments::subject_id,
            attachments::purpose,
            attachments::filename,
            attachments::received_at,
            blobs::size,
            blobs::media_type,
        ))
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)
}

/// Stores a ticket for one download by this account, 60 seconds.
pub fn grant_ticket(conn: &mut PgConnection, origin: &Origin, attachment: Uuid, sha256: &str) -> Result<(), Error> {
    diesel::delete(download_tickets::table.filter(download_tickets::expires_at.lt(origin.now - TICKET)))
        .execute(conn)?;
    diesel::insert_into(download_tickets::table)
        .values((
            download_tickets::sha256.eq(sha256),
            download_tickets::account_id.eq(origin.account().ok_or(Error::NotFound)?.0),
            download_tickets::attachment_id.eq(attachment),
            download_tickets::expires_at.eq(origin.now + TICKET),
        ))
        .execute(conn)?;
    Ok(())
}

/// Uses a ticket up: the account it was given to and the attachment; nothing when it is unknown, used or over.
pub fn use_ticket(conn: &mut PgConnection, sha256: &str, now: DateTime<Utc>) -> Result<Option<(Uuid, Uuid)>, Error> {
    Ok(diesel::update(
        download_tickets::table
            .find(sha256)
            .filter(download_tickets::used_at.is_null())
            .filter(download_tickets::expires_at.gt(now)),
    )
    .set(download_tickets::used_at.eq(now))
    .returning((download_tickets::account_id, download_tickets::attachment_id))
    .get_result(conn)
    .optional()?)
}
