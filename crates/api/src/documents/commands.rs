//! What people do with a document, one handler per act.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, post, put};
use chrono::{DateTime, Utc};
use domain::document::figure::Figure;
use domain::document::kind::DocumentKind;
use domain::document::{DocumentAction, DocumentCommand, DocumentText, Head, Records, TemplateMark};
use domain::ids::{DocumentId, PersonId, RoundId, SignatureId};
use domain::rights;
use domain::sign_request::{SignDocument, Signing, Verdict};
use persistence::documents;
use persistence::tasks::Expected;
use persistence::{PgConnection, blobs, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::view::{self, DocumentView};
use super::{records, reply, standard};
use crate::acts::acts;
use crate::app::App;
use crate::evidence::ScanView;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey, Params};
use crate::problem::Problem;
use crate::task_commands::{Nothing, WithReason};

/// A document to be drafted.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentForm {
    pub kind: DocumentKind,
}

/// A document that was drafted.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DraftedDocument {
    pub id: Uuid,
}

/// The words of a document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentWords {
    pub head: Head,
    /// By the name of the section; figures stand in double braces.
    #[schema(example = json!({ "总体情况": "共{{任务数}}项任务，已完成{{已完成任务数}}项。" }))]
    pub sections: BTreeMap<String, String>,
    /// What is added to a finding, by its number.
    #[serde(default)]
    pub findings: BTreeMap<String, String>,
}

/// Reads what the records say now, all of it as of one moment.
async fn read(app: &App, caller: &Caller, round: RoundId, kind: DocumentKind) -> Result<Records, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let gather = move |conn: &mut PgConnection| {
        rights::permit_office(&origin.actor, round)?;
        records::gather(conn, &origin, round, kind, &calendar)
    };
    Ok(app.db.read_as_of(&caller.origin.actor, gather).await?)
}

fn template(
    conn: &mut PgConnection,
    round: RoundId,
    kind: DocumentKind,
    now: DateTime<Utc>,
) -> Result<TemplateMark, persistence::Error> {
    let (mark, _) = documents::templates::of_round(conn, round, kind.as_str(), &standard(kind), now)?;
    Ok(mark)
}

/// Draft a document with the figures of this moment; its sections begin with what is proposed.
#[utoipa::path(tag = "documents", request_body = DocumentForm, params(("id" = Uuid, Path)), responses((status = 201, body = DraftedDocument)))]
#[post("/rounds/{id}/documents")]
pub async fn draft_document(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<DocumentForm>,
) -> Result<HttpResponse, Problem> {
    let round = RoundId(*id);
    let kind = body.0.kind;
    let origin = caller.origin.clone();
    let find = move |conn: &mut PgConnection| persistence::rounds::find(conn, &origin.actor, round);
    let row = app.db.read(&caller.origin.actor, find).await?;
    let records = read(&app, &caller, round, kind).await?;
    let head = view::head(kind, &row);
    let key = key.of(&body.0);
    let origin = caller.origin.clone();
    let drafted = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let mark = template(conn, round, kind, origin.now)?;
                let id = documents::create(conn, &origin, round, kind, head, &records, mark)?;
                Ok(DraftedDocument { id: id.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(drafted))
}

/// The document and its kind, as the caller sees it.
async fn known(app: &App, caller: &Caller, id: DocumentId) -> Result<(RoundId, DocumentKind), Problem> {
    let origin = caller.origin.clone();
    let find = move |conn: &mut PgConnection| documents::find(conn, &origin.actor, id);
    let document = app.db.read(&caller.origin.actor, find).await?.document;
    Ok((document.round, document.kind))
}

/// Put a document on the records of this moment; the words and what was entered stay.
#[utoipa::path(tag = "documents", request_body = Nothing, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = DocumentView)))]
#[post("/documents/{id}/refresh")]
pub async fn refresh_document(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let id = DocumentId(*id);
    let (round, kind) = known(&app, &caller, id).await?;
    let records = Box::new(read(&app, &caller, round, kind).await?);
    let origin = caller.origin.clone();
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let command = DocumentCommand::Refresh { records, template: template(conn, round, kind, origin.now)? };
            documents::execute(conn, &origin, id, version.into(), command)?;
            view::load(conn, &origin, id)
        })
        .await?;
    Ok(reply(&view))
}

/// Begin the next version of a filed document, with its words and the figures of this moment.
#[utoipa::path(tag = "documents", request_body = WithReason, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 201, body = DraftedDocument)))]
#[post("/documents/{id}/correct")]
pub async fn correct_document(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<WithReason>,
) -> Result<HttpResponse, Problem> {
    let id = DocumentId(*id);
    let (round, kind) = known(&app, &caller, id).await?;
    let records = read(&app, &caller, round, kind).await?;
    let (origin, reason) = (caller.origin.clone(), body.0.reason);
    let begun = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let mark = template(conn, round, kind, origin.now)?;
            documents::correct(conn, &origin, id, version.into(), &reason, &records, mark)
        })
        .await?;
    Ok(HttpResponse::Created().json(DraftedDocument { id: begun.0 }))
}

async fn perform(
    app: &App,
    caller: &Caller,
    id: Uuid,
    expected: Expected,
    command: DocumentCommand,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            documents::execute(conn, &origin, DocumentId(id), expected, command)?;
            view::load(conn, &origin, DocumentId(id))
        })
        .await?;
    Ok(reply(&view))
}

/// Change the words of a draft.
#[utoipa::path(tag = "documents", request_body = DocumentWords, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = DocumentView)))]
#[put("/documents/{id}")]
pub async fn revise_document(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<DocumentWords>,
) -> Result<HttpResponse, Problem> {
    let DocumentWords { head, sections, findings } = body.0;
    let command = DocumentCommand::Revise(DocumentText { head, sections, findings });
    perform(&app, &caller, *id, version.into(), command).await
}

acts! {
    tag: "documents", answers: DocumentView, wraps: std::convert::identity;
    /// Enter a figure that the records do not hold, or another than they hold, with where it is from; without a value that of the records holds again.
    enter_figure "/documents/{id}/figures" EnterFigure => |b| DocumentCommand::EnterFigure { figure: b.figure, value: b.value, reason: b.reason };
    /// Send a document for signature; refused while something is missing or its parts do not add up.
    submit_document "/documents/{id}/submit" Nothing => |_b| DocumentCommand::Submit;
    /// Take a document back before anybody has signed it.
    recall_document "/documents/{id}/recall" Nothing => |_b| DocumentCommand::Recall;
    /// Withdraw a document with a reason.
    withdraw_document "/documents/{id}/withdraw" WithReason => |b| DocumentCommand::Withdraw { reason: b.reason };
    /// Sign or return a document on screen; with the last signature it is filed.
    sign_document "/documents/{id}/sign" SignOfDocument => |b| DocumentCommand::Sign { verdict: b.verdict, words: b.words, signing: Signing::Screen { on_behalf_of: b.on_behalf_of } };
    /// Enter a signature given on paper; a second officer confirms it.
    record_document_signature "/documents/{id}/record-signature" RecordDocumentSignature => |b| DocumentCommand::Sign { verdict: b.verdict, words: b.words, signing: Signing::Paper { signer: b.signer, document: b.document } };
    /// Confirm or refuse a recorded signature as the second officer.
    confirm_document_signature "/documents/{id}/confirm-signature" ConfirmDocumentSignature => |b| DocumentCommand::ConfirmSignature { signature: b.signature, confirmed: b.confirmed, reason: b.reason };
    /// Object to a signature recorded for oneself.
    object_to_document_signature "/documents/{id}/object" ObjectToDocumentSignature => |b| DocumentCommand::Object { signature: b.signature, reason: b.reason };
}

/// A figure as somebody enters it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterFigure {
    pub figure: Figure,
    /// A count, or hundredths of a yuan; none to take back what was entered.
    #[serde(default)]
    pub value: Option<i64>,
    /// Where it is from; needed with a value.
    #[serde(default)]
    #[schema(example = "纪检监察室2026年7月统计")]
    pub reason: String,
}

/// A signature on screen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOfDocument {
    pub verdict: Verdict,
    /// Needed to return.
    #[serde(default)]
    pub words: Option<String>,
    /// Whom the caller stands in for.
    #[serde(default)]
    pub on_behalf_of: Option<PersonId>,
}

/// A signature given on paper.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDocumentSignature {
    /// Who signed.
    pub signer: PersonId,
    pub verdict: Verdict,
    #[serde(default)]
    pub words: Option<String>,
    pub document: SignDocument,
}

/// The second officer's answer to a recorded signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmDocumentSignature {
    pub signature: SignatureId,
    pub confirmed: bool,
    #[serde(default)]
    pub reason: Option<String>,
}

/// A signer's objection to what was recorded for him.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectToDocumentSignature {
    pub signature: SignatureId,
    #[schema(example = "并非本人所签")]
    pub reason: String,
}

/// Name of a file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DocumentFileQuery {
    pub filename: String,
}

/// Receive the scan of a document signed on paper; its digest goes into the signature.
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path), DocumentFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = ScanView)))]
#[post("/documents/{id}/scans")]
pub async fn receive_document_scan(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<DocumentFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let document = DocumentId(*id);
    let origin = caller.origin.clone();
    // Whoever may not send a file does not get to send fifty megabytes first.
    app.db
        .read(&caller.origin.actor, move |conn| {
            let loaded = documents::find(conn, &origin.actor, document)?;
            let action = DocumentAction::RecordSignature;
            Ok(rights::permit_document(&origin.actor, action, &loaded.document, &loaded.facts.group)?)
        })
        .await?;
    let (blob, filename) = crate::evidence::received(&app, payload, &query.0.filename).await?;
    let view = ScanView { sha256: blob.sha256.clone(), filename: filename.clone() };
    let origin = caller.origin.clone();
    app.db
        .write(&caller.origin.actor, move |conn| {
            let subject = blobs::Subject::Document(document.0);
            blobs::attach(conn, &origin, Uuid::now_v7(), &blob, subject, blobs::SCAN, &filename, None)
        })
        .await?;
    Ok(HttpResponse::Created().json(view))
}
