//! Documents (文书): the list of a round, one document, its file (docs/domain.md §32).

mod commands;
mod forms;
mod records;
mod scope;
mod templates;
mod todo;
mod view;

pub use commands::*;
pub use forms::*;
pub(crate) use forms::{ArchiveFile, FormTemplate};
pub(crate) use templates::TemplateKind;
pub use templates::*;
pub(crate) use todo::todo;
pub use view::*;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use domain::document::kind::{DocumentKind, FormKind};
use domain::ids::{DocumentId, RoundId};
use persistence::documents::{self, DocumentLine};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::download;
use crate::extract::Caller;
use crate::office::docx::{self, standard::Kind};
use crate::problem::Problem;
use scope::Layer;

pub(crate) const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The documents of a round.
#[derive(Serialize, ToSchema)]
pub struct DocumentsView {
    /// The newest first.
    pub items: Vec<DocumentLineView>,
    /// The written report, while it is due and not filed.
    pub report: Option<ReportDueView>,
    /// Whether the caller may draft.
    pub may_draft: bool,
}

fn reply(view: &DocumentView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.line.version))).json(view)
}

/// The template of a kind that comes with the program.
fn standard(kind: DocumentKind) -> Vec<u8> {
    docx::standard::standard(match kind {
        DocumentKind::Plan => Kind::Plan,
        DocumentKind::Report => Kind::Report,
        DocumentKind::Progress => Kind::Progress,
        DocumentKind::Weekly => Kind::Weekly,
        DocumentKind::Duties => Kind::Duties,
    })
}

/// The template of a form that comes with the program.
fn standard_form(kind: FormKind) -> Vec<u8> {
    docx::standard::standard(match kind {
        FormKind::Minutes => Kind::Minutes,
        FormKind::Slip => Kind::Slip,
        FormKind::Closure => Kind::Closure,
        FormKind::Brief => Kind::Brief,
        FormKind::Notice => Kind::Notice,
        FormKind::Archive => Kind::Archive,
    })
}

/// List the documents of a round that the caller sees, the newest first, and how the report to the higher body stands.
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path)), responses((status = 200, body = DocumentsView)))]
#[get("/rounds/{id}/documents")]
pub async fn list_documents(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let round = RoundId(*id);
    let view = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let row = persistence::rounds::find(conn, &origin.actor, round)?;
            let (lines, facts) = documents::list(conn, &origin.actor, round)?;
            let sees = domain::rights::sees_meetings(&origin.actor, round, &facts.group);
            let report = if sees { view::report_due(conn, &origin, &row, &lines, &calendar)? } else { None };
            let open = |l: &DocumentLine| view::open(&l.document, &facts, &origin.actor, origin.now);
            Ok(DocumentsView {
                items: lines.iter().map(|l| view::line(l, open(l))).collect(),
                report,
                may_draft: domain::rights::permit_office(&origin.actor, round).is_ok(),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Get a document with its figures, what is missing, how it differs from the last one, its signatures and the acts open to the caller.
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path)), responses((status = 200, body = DocumentView)))]
#[get("/documents/{id}")]
pub async fn get_document(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let view = app.db.read(&caller.origin.actor, move |conn| view::load(conn, &origin, DocumentId(*id))).await?;
    Ok(reply(&view))
}

/// Get a document as a file of Word; made again it is the same, byte for byte.
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/documents/{id}/file")]
pub async fn download_document(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (names, said, as_of, template, filename) = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let loaded = documents::find(conn, &origin.actor, DocumentId(*id))?;
            let said = loaded.document.said(&loaded.records);
            let own = &loaded.document;
            let template = documents::templates::body(conn, own.kind.as_str(), own.template.version)?;
            let day = domain::calendar::today(own.as_of).format("%Y%m%d");
            let filename = format!("{}-第{}版-{day}.docx", loaded.text.head.title, own.n_version);
            Ok((view::names(&loaded, &said), said, own.as_of, template, filename))
        })
        .await?;
    let bytes =
        actix_web::web::block(move || filled(&template, &names, &said, as_of)).await.map_err(Problem::internal)??;
    Ok(word(bytes, filename))
}

fn filled(
    template: &[u8],
    names: &Map<String, Value>,
    said: &domain::document::figure::Said,
    as_of: DateTime<Utc>,
) -> Result<Vec<u8>, Problem> {
    docx::fill(template, &Layer::new(names, said), as_of)
        .map_err(|faults| Problem::internal(format!("a template that was taken is not filled: {faults:?}")))
}

fn word(bytes: Vec<u8>, filename: String) -> HttpResponse {
    HttpResponse::Ok().content_type(DOCX).insert_header(download::attachment(filename)).body(bytes)
}
