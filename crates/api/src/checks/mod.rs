//! Checks on the spot: what is planned, drawn, found; a draw's bundle for anybody who sees the check (docs/domain.md §24).

mod commands;
mod todo;
mod view;

pub use commands::*;
pub(crate) use todo::todo;
pub use view::*;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use domain::check;
use domain::check::draw::{self, Bundle};
use domain::check::frame::Dimension;
use domain::ids::{CheckId, RoundId};
use domain::refusal::Refusal;
use persistence::{blobs, checks};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;

/// List the checks of a round that the caller sees, newest first; a unit sees none.
#[utoipa::path(tag = "checks", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<CheckLineView>)))]
#[get("/rounds/{id}/checks")]
pub async fn list_checks(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let lines = app.db.read(&caller.origin.actor, move |conn| checks::list(conn, &actor, RoundId(*id))).await?;
    Ok(HttpResponse::Ok().json(lines.into_iter().map(|l| line(&caller.origin.actor, l)).collect::<Vec<_>>()))
}

/// Get a check with its draw, its tasks and what was found.
#[utoipa::path(tag = "checks", params(("id" = Uuid, Path)), responses((status = 200, body = CheckView)))]
#[get("/checks/{id}")]
pub async fn get_check(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let view = app.db.read(&caller.origin.actor, move |conn| view::load(conn, &origin.actor, CheckId(*id))).await?;
    Ok(reply(&view))
}

pub(super) fn reply(view: &CheckView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
}

/// Get the bundle of a check's draw, to be drawn again by anybody.
///
/// `bihuan draw verify` and the page read it and draw again, each for itself.
#[utoipa::path(tag = "checks", params(("id" = Uuid, Path)), responses((status = 200, body = Bundle)))]
#[get("/checks/{id}/bundle")]
pub async fn get_bundle(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let (id, actor) = (CheckId(*id), caller.origin.actor.clone());
    let bundle = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let loaded = checks::find(conn, &actor, id)?;
            let drawn = loaded.check.draw().filter(|d| d.seed.is_some());
            match (drawn, loaded.frame) {
                (Some(mark), Some(frame)) => Ok(draw::draw(frame, check::commitments(mark))),
                _ => Err(Refusal::conflict("not-drawn").into()),
            }
        })
        .await?;
    let name = format!("attachment; filename=\"draw-{}-{}.json\"", id, bundle.frame.nth);
    Ok(HttpResponse::Ok().insert_header(("Content-Disposition", name)).json(bundle))
}

/// How the frame would fall into strata.
#[derive(Serialize, ToSchema)]
pub struct StrataView {
    /// Tasks that can be drawn.
    pub size: usize,
    /// Tasks that would be drawn.
    pub sample: u32,
    pub strata: Vec<draw::Stratum>,
    pub excluded: Vec<draw::Exclusion>,
    /// The tasks, to leave one out with a reason; the first two thousand.
    pub entries: Vec<draw::Entry>,
}

/// Say what frame and strata a draw would have; nothing is kept.
#[utoipa::path(tag = "checks", request_body = FreezeFrame, params(("id" = Uuid, Path)), responses((status = 200, body = StrataView)))]
#[post("/checks/{id}/strata")]
pub async fn preview_strata(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<FreezeFrame>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let input = body.0.input()?;
    let frame =
        app.db.read(&caller.origin.actor, move |conn| checks::strata(conn, &origin, CheckId(*id), &input)).await?;
    let mut entries = frame.entries;
    let size = entries.len();
    entries.truncate(2_000);
    let sample = frame.strata.iter().map(|s| s.sample).sum();
    Ok(HttpResponse::Ok().json(StrataView { size, sample, strata: frame.strata, excluded: frame.excluded, entries }))
}

/// Name of a file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CheckFileQuery {
    pub filename: String,
}

/// A file that was received for a check.
#[derive(Serialize, ToSchema)]
pub struct CheckFileView {
    /// Named in the result it belongs to.
    pub id: Uuid,
    pub sha256: String,
    pub filename: String,
}

/// Receive a photo or file taken on the spot; its id goes into the result.
#[utoipa::path(tag = "checks", params(("id" = Uuid, Path), CheckFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = CheckFileView)))]
#[post("/checks/{id}/files")]
pub async fn receive_check_file(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<CheckFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let check = CheckId(*id);
    app.db
        .read(&caller.origin.actor, move |conn| {
            let loaded = checks::find(conn, &origin.actor, check)?;
            Ok(domain::rights::permit_check(&origin.actor, check::CheckAction::Record, &loaded.check)?)
        })
        .await?;
    let (blob, filename) = crate::evidence::received(&app, payload, &query.0.filename).await?;
    let file = CheckFileView { id: Uuid::now_v7(), sha256: blob.sha256.clone(), filename: filename.clone() };
    let (origin, attachment) = (caller.origin.clone(), file.id);
    app.db
        .write(&caller.origin.actor, move |conn| {
            blobs::attach(conn, &origin, attachment, &blob, blobs::Subject::Check(check.0), "found", &filename, None)
        })
        .await?;
    Ok(HttpResponse::Created().json(file))
}

/// The words of a dimension that strata are made by.
pub(super) fn dimensions(words: &[String]) -> Result<Vec<Dimension>, Problem> {
    words.iter().map(|word| Dimension::parse(word).ok_or_else(|| Problem::field("/dimensions", "wrong-type"))).collect()
}
