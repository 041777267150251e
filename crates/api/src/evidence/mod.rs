//! Files: received to a temporary file while hashing, checked by what they are, kept under their digest, given out by a ticket that works once.

mod kind;

use std::io::Write;
use std::path::{Path as FilePath, PathBuf};
use std::time::{Duration, SystemTime};

use actix_web::web::{Bytes, Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::NaiveDate;
use domain::ids::{
    AccountabilityId, CheckId, CriterionId, DocumentId, EvidenceId, HandoverId, MeetingId, MilestoneId, OpinionId,
    PublicationId, RuleId, SlipId, SystemicProblemId, TaskId,
};
use domain::refusal::Refusal;
use domain::task::command::{EvidenceInput, TaskCommand};
use domain::task::state::EvidencePurpose;
use futures_util::{Stream, StreamExt};
use persistence::blobs::{self, StoredBlob};
use persistence::tasks::{self, Expected};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use crate::task_view::{self, TaskView};
use crate::tokens;

/// Largest file, bytes.
pub const LARGEST: u64 = 50 * 1024 * 1024;
/// Most bytes of evidence on one task.
const QUOTA: i64 = 500 * 1024 * 1024;

pub(crate) fn blob_path(folder: &FilePath, sha256: &str) -> PathBuf {
    folder.join("blobs").join(&sha256[..2]).join(sha256)
}

/// Receives a file: to a temporary file, hashed and counted on the way, synced, renamed to its digest, the folder synced; only then a row may say
/// it is there.
///
/// Errors: `file-too-large`, `file-empty`, `file-type-refused`.
async fn receive<E>(
    app: &App,
    mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
    filename: &str,
    most: u64,
) -> Result<StoredBlob, Problem> {
    let folder = app.settings.data_dir.join("blobs").join("incoming");
    std::fs::create_dir_all(&folder).map_err(Problem::file)?;
    let temporary = folder.join(Uuid::now_v7().to_string());
    let received = stream(&mut bytes, &temporary, filename, most).await;
    let (sha256, size, media_type) = match received {
        Ok(received) => received,
        Err(problem) => {
            let _ = std::fs::remove_file(&temporary);
            return Err(problem);
        }
    };
    let target = blob_path(&app.settings.data_dir, &sha256);
    let parent = target.parent().map(FilePath::to_path_buf).unwrap_or_default();
    tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        std::fs::create_dir_all(&parent).and_then(|()| std::fs::rename(&temporary, &target)).inspect_err(|_| {
            let _ = std::fs::remove_file(&temporary);
        })?;
        std::fs::File::open(&parent)?.sync_all()?;
        // The folder may be new itself.
        std::fs::File::open(parent.parent().unwrap_or(&parent))?.sync_all()
    })
    .await
    .map_err(Problem::internal)?
    .map_err(Problem::file)?;
    Ok(StoredBlob { sha256, size, media_type: media_type.to_owned() })
}

async fn stream<E>(
    bytes: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    temporary: &FilePath,
    filename: &str,
    most: u64,
) -> Result<(String, i64, &'static str), Problem> {
    let mut file = std::fs::File::create(temporary).map_err(Problem::file)?;
    let mut hasher = Sha256::new();
    let mut size = 0u64;
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(|_| Problem::field("/file", "file-broken"))?;
        size += chunk.len() as u64;
        if size > most {
            return Err(Problem::field("/file", "file-too-large"));
        }
        hasher.update(&chunk);
        file.write_all(&chunk).map_err(Problem::file)?;
    }
    if size == 0 {
        return Err(Problem::field("/file", "file-empty"));
    }
    file.sync_all().map_err(Problem::file)?;
    let (path, name) = (temporary.to_path_buf(), filename.to_owned());
    let kind = tokio::task::spawn_blocking(move || kind::media_type(&path, &name)).await.map_err(Problem::internal)?;
    let kind = kind.ok_or_else(|| Problem::field("/file", "file-type-refused"))?;
    Ok((hex::encode(hasher.finalize()), i64::try_from(size).unwrap_or(i64::MAX), kind))
}

/// How long a file may take to arrive, many times over.
const UNFINISHED: Duration = Duration::from_secs(6 * 3600);

/// Removes what began to arrive and never ended, for its server went away; how many.
///
/// Errors: what keeps it from being removed.
pub fn sweep(data_dir: &FilePath, now: SystemTime) -> std::io::Result<usize> {
    remove_older(&data_dir.join("blobs").join("incoming"), UNFINISHED, now)
}

/// Removes the files of a folder that were last written longer ago; how many.
///
/// Errors: what keeps one from being removed.
pub(crate) fn remove_older(folder: &FilePath, age: Duration, now: SystemTime) -> std::io::Result<usize> {
    let mut removed = 0;
    let folder = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        folder => folder?,
    };
    for entry in folder {
        let entry = entry?;
        let rested = entry.metadata()?.modified().ok().and_then(|at| now.duration_since(at).ok());
        if rested.is_some_and(|rested| rested > age) {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// The same for other subjects, with the file's name made harmless.
pub(crate) async fn received(app: &App, payload: Payload, filename: &str) -> Result<(StoredBlob, String), Problem> {
    received_from(app, payload, filename, LARGEST).await
}

/// The same from any stream of bytes, of a size of its own.
pub(crate) async fn received_from<E>(
    app: &App,
    bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
    filename: &str,
    most: u64,
) -> Result<(StoredBlob, String), Problem> {
    let filename = clean(filename);
    let blob = receive(app, bytes, &filename, most).await?;
    Ok((blob, filename))
}

fn clean(filename: &str) -> String {
    let name: String = filename
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control() && !"\u{202e}\u{202d}\u{2066}\u{2067}".contains(*c))
        .take(120)
        .collect();
    if name.trim().is_empty() { "附件".to_owned() } else { name }
}

/// What the file proves.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EvidenceQuery {
    pub filename: String,
    #[param(inline)]
    pub purpose: EvidencePurpose,
    /// Criteria it proves, comma-separated ids.
    pub criteria: Option<String>,
    pub milestone: Option<Uuid>,
    /// The day it is about; today unless given.
    pub occurred_on: Option<NaiveDate>,
}

/// Attach evidence: the body is the file itself.
///
/// At most 50 MB; PDF, JPEG, PNG, docx, xlsx or plain text, told by what it is and not by its name.
#[utoipa::path(tag = "evidence", params(("id" = Uuid, Path), EvidenceQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = TaskView)))]
#[post("/tasks/{id}/evidence")]
pub async fn attach_evidence(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<EvidenceQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let task = TaskId(*id);
    // Whoever may not attach does not get to send fifty megabytes first.
    let (origin, days) = (caller.origin.clone(), calendar.clone());
    app.db
        .read(&caller.origin.actor, move |conn| {
            let loaded = tasks::find(conn, &origin.actor, task, origin.now)?;
            loaded
                .with_context(&origin.actor, &days, origin.now, |ctx| {
                    ctx.gate(&loaded.task, domain::task::command::Action::AttachEvidence)
                })
                .map_err(persistence::Error::from)?;
            let used: i64 = blobs::of_task(conn, task.0)?.iter().map(|a| a.size).sum();
            if used >= QUOTA {
                return Err(Refusal::field("/file", "file-quota").into());
            }
            Ok(())
        })
        .await?;
    let filename = clean(&query.0.filename);
    let blob = receive(&app, payload, &filename, LARGEST).await?;
    let criteria: Result<Vec<CriterionId>, _> = query
        .0
        .criteria
        .iter()
        .flat_map(|c| c.split(','))
        .filter(|c| !c.is_empty())
        .map(|c| c.parse().map(CriterionId))
        .collect();
    let criteria = criteria.map_err(|_| Problem::field("/criteria", "wrong-type"))?;
    let occurred_on = query.0.occurred_on.unwrap_or_else(|| domain::calendar::today(caller.origin.now));
    let input = EvidenceInput {
        id: EvidenceId(Uuid::now_v7()),
        blob: blob.sha256.clone(),
        purpose: query.0.purpose,
        criteria,
        milestone: query.0.milestone.map(MilestoneId),
        occurred_on,
    };
    let origin = caller.origin.clone();
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let purpose = input.purpose.as_str();
            let evidence = input.id.0;
            tasks::execute(conn, &origin, task, Expected::Any, TaskCommand::AttachEvidence(input), &calendar)?;
            blobs::attach(
                conn,
                &origin,
                evidence,
                &blob,
                blobs::Subject::Task(task.0),
                purpose,
                &filename,
                Some(occurred_on),
            )?;
            task_view::view(conn, &origin.actor, task, &calendar, origin.now)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view))
}

/// A received scan.
#[derive(Serialize, ToSchema)]
pub struct ScanView {
    pub sha256: String,
    pub filename: String,
}

/// A scan's name.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ScanQuery {
    pub filename: String,
}

/// Receive the scan of a signed form or of minutes; its digest goes into the signature.
#[utoipa::path(tag = "evidence", params(("id" = Uuid, Path), ScanQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = ScanView)))]
#[post("/tasks/{id}/scans")]
pub async fn receive_scan(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<ScanQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let task = TaskId(*id);
    let origin = caller.origin.clone();
    app.db
        .read(&caller.origin.actor, move |conn| {
            let loaded = tasks::find(conn, &origin.actor, task, origin.now)?;
            domain::rights::permit_office(&origin.actor, loaded.task.round)?;
            Ok(())
        })
        .await?;
    let filename = clean(&query.0.filename);
    let blob = receive(&app, payload, &filename, LARGEST).await?;
    let view = ScanView { sha256: blob.sha256.clone(), filename: filename.clone() };
    let origin = caller.origin.clone();
    app.db
        .write(&caller.origin.actor, move |conn| {
            blobs::attach(
                conn,
                &origin,
                Uuid::now_v7(),
                &blob,
                blobs::Subject::Task(task.0),
                blobs::SCAN,
                &filename,
                None,
            )
        })
        .await?;
    Ok(HttpResponse::Created().json(view))
}

/// A ticket for one download.
#[derive(Serialize, ToSchema)]
pub struct TicketView {
    /// Path to get within 60 seconds, once.
    pub href: String,
}

/// Get a ticket for one download of a piece of evidence.
#[utoipa::path(tag = "evidence", params(("id" = Uuid, Path)), responses((status = 201, body = TicketView)))]
#[post("/evidence/{id}/tickets")]
pub async fn grant_ticket(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let (secret, digest) = tokens::secret().map_err(Problem::internal)?;
    let origin = caller.origin.clone();
    app.db
        .write(&caller.origin.actor, move |conn| {
            readable(conn, &origin.actor, *id, origin.now)?;
            blobs::grant_ticket(conn, &origin, *id, &digest)
        })
        .await?;
    Ok(HttpResponse::Created().json(TicketView { href: format!("/api/v1/downloads/{secret}") }))
}

fn readable(
    conn: &mut persistence::PgConnection,
    actor: &domain::actor::Actor,
    id: Uuid,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<blobs::AttachmentRow, persistence::Error> {
    let attachment = blobs::find(conn, id)?;
    if attachment.subject_kind == "check" {
        persistence::checks::permit_file(conn, actor, CheckId(attachment.subject_id), &attachment.blob_sha256)?;
        return Ok(attachment);
    }
    if attachment.subject_kind == "slip" {
        let file = (attachment.blob_sha256.as_str(), attachment.purpose.as_str());
        persistence::slips::permit_file(conn, actor, SlipId(attachment.subject_id), file, now)?;
        return Ok(attachment);
    }
    if attachment.subject_kind == "document" {
        persistence::documents::permit_file(conn, actor, DocumentId(attachment.subject_id))?;
        return Ok(attachment);
    }
    if attachment.subject_kind == "meeting" {
        let meeting = MeetingId(attachment.subject_id);
        persistence::meetings::permit_file(conn, actor, meeting, &attachment.blob_sha256)?;
        return Ok(attachment);
    }
    if attachment.subject_kind == "publication" {
        persistence::publications::permit_file(conn, actor, PublicationId(attachment.subject_id))?;
        return Ok(attachment);
    }
    if attachment.subject_kind == "opinion" {
        persistence::opinions::permit_file(conn, actor, OpinionId(attachment.subject_id))?;
        return Ok(attachment);
    }
    if attachment.subject_kind == "handover" {
        persistence::handovers::permit_file(conn, actor, HandoverId(attachment.subject_id))?;
        return Ok(attachment);
    }
    if attachment.subject_kind == "systemic_problem" {
        let problem = SystemicProblemId(attachment.subject_id);
        persistence::systemic::permit_file(conn, actor, problem, &attachment.purpose)?;
        return Ok(attachment);
    }
    if attachment.subject_kind == "rule" {
        persistence::rule_register::permit_file(conn, actor, RuleId(attachment.subject_id), now)?;
        return Ok(attachment);
    }
    if attachment.subject_kind == "accountability" {
        let record = AccountabilityId(attachment.subject_id);
        persistence::accountability::permit_file(conn, actor, record, false)?;
        return Ok(attachment);
    }
    let loaded = tasks::find(conn, actor, TaskId(attachment.subject_id), now)?;
    let subject = domain::task::context::subject(&loaded.task, &loaded.facts);
    if domain::rights::reads_content(actor, &subject) { Ok(attachment) } else { Err(persistence::Error::NotFound) }
}

/// Download by a ticket; the right is asked again for the account it was given to.
#[utoipa::path(tag = "evidence", params(("ticket" = String, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")), security(()))]
#[get("/downloads/{ticket}")]
pub async fn download(request: HttpRequest, app: Data<App>, ticket: Path<String>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let digest = tokens::digest(ticket.as_bytes());
    let today = domain::calendar::today(now);
    let attachment = app
        .db
        .write(&domain::actor::Actor::System, move |conn| {
            let (account, attachment) = blobs::use_ticket(conn, &digest, now)?.ok_or(persistence::Error::NotFound)?;
            let loaded = persistence::actors::of_account(conn, domain::ids::AccountId(account), today)?;
            if !loaded.is_active {
                return Err(persistence::Error::NotFound);
            }
            let actor = domain::actor::Actor::Person(Box::new(loaded.actor));
            readable(conn, &actor, attachment, now)
        })
        .await?;
    let path = blob_path(&app.settings.data_dir, &attachment.blob_sha256);
    let file = actix_files::NamedFile::open(path).map_err(Problem::internal)?;
    let name = crate::download::attachment(attachment.filename);
    let kind = attachment.media_type.parse().unwrap_or(actix_web::mime::APPLICATION_OCTET_STREAM);
    Ok(file.set_content_disposition(name).set_content_type(kind).into_response(&request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_folders_and_tricks() {
        assert_eq!(clean("../../etc/passwd"), "passwd");
        assert_eq!(clean("C:\\a\\报告.pdf"), "报告.pdf");
        assert_eq!(clean("a\u{202e}fdp.exe"), "afdp.exe");
        assert_eq!(clean(" \n"), "附件");
    }
}
