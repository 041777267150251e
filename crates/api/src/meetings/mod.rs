//! Meetings of a round: in the calendar, on an agenda that builds itself, with what was resolved (docs/domain.md §26).

mod commands;
mod resolutions;
mod view;

pub use commands::*;
pub use resolutions::*;
pub use view::*;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use domain::ids::{MeetingId, RoundId};
use domain::meeting::MeetingAction;
use domain::meeting::state::{MeetingKind, MeetingState};
use persistence::{blobs, meetings};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::evidence::ScanView;
use crate::extract::{Caller, Params};
use crate::problem::Problem;

/// How many meetings of a kind were held.
#[derive(Serialize, ToSchema)]
pub struct HeldView {
    pub kind: String,
    pub label: String,
    pub n: usize,
}

/// The meetings of a round.
#[derive(Serialize, ToSchema)]
pub struct MeetingList {
    /// The latest first.
    pub items: Vec<MeetingLineView>,
    /// Meetings that were held, by kind.
    pub held: Vec<HeldView>,
    /// The day on which the next coordination meeting is proposed, where nobody has set one.
    pub proposed_on: Option<NaiveDate>,
    /// Whether the caller arranges meetings.
    pub may_schedule: bool,
}

/// List the meetings of a round that the caller sees; a unit sees none.
#[utoipa::path(tag = "meetings", params(("id" = Uuid, Path)), responses((status = 200, body = MeetingList)))]
#[get("/rounds/{id}/meetings")]
pub async fn list_meetings(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let (round, origin) = (RoundId(*id), caller.origin.clone());
    let (lines, proposed_on) = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let lines = meetings::list(conn, &origin.actor, round)?;
            let today = domain::calendar::today(origin.now);
            let proposed = if meetings::sees_meetings(conn, &origin.actor, round)? {
                let policy = persistence::todo::policy(conn, round)?;
                meetings::next_proposed(conn, round, &policy, &calendar, today)?
            } else {
                None
            };
            Ok((lines, proposed))
        })
        .await?;
    let held = MeetingKind::ALL
        .iter()
        .map(|kind| HeldView {
            kind: kind.as_str().to_owned(),
            label: kind.label().to_owned(),
            n: lines.iter().filter(|l| l.meeting.kind == *kind && l.meeting.state == MeetingState::Concluded).count(),
        })
        .collect();
    let may_schedule = domain::rights::permit_meeting(caller.actor(), MeetingAction::Revise, round).is_ok();
    let items = lines.into_iter().map(|l| line(caller.actor(), l)).collect();
    Ok(HttpResponse::Ok().json(MeetingList { items, held, proposed_on, may_schedule }))
}

/// Get a meeting with its agenda, which follows the records until it is opened.
#[utoipa::path(tag = "meetings", params(("id" = Uuid, Path)), responses((status = 200, body = MeetingView)))]
#[get("/meetings/{id}")]
pub async fn get_meeting(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view = app
        .db
        .read(&caller.origin.actor, move |conn| view::load(conn, &origin.actor, MeetingId(*id), &calendar, origin.now))
        .await?;
    Ok(reply(&view))
}

pub(super) fn reply(view: &MeetingView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
}

/// Name of a file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct MeetingFileQuery {
    pub filename: String,
}

/// Receive the scan of what a meeting signed; its digest goes into the ratification.
#[utoipa::path(tag = "meetings", params(("id" = Uuid, Path), MeetingFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = ScanView)))]
#[post("/meetings/{id}/scans")]
pub async fn receive_meeting_scan(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<MeetingFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let meeting = MeetingId(*id);
    app.db
        .read(&caller.origin.actor, move |conn| {
            let round = meetings::permit(conn, &origin.actor, meeting)?;
            Ok(domain::rights::permit_meeting(&origin.actor, MeetingAction::Ratify, round)?)
        })
        .await?;
    let (blob, filename) = crate::evidence::received(&app, payload, &query.0.filename).await?;
    let view = ScanView { sha256: blob.sha256.clone(), filename: filename.clone() };
    let origin = caller.origin.clone();
    app.db
        .write(&caller.origin.actor, move |conn| {
            let subject = blobs::Subject::Meeting(meeting.0);
            blobs::attach(conn, &origin, Uuid::now_v7(), &blob, subject, blobs::SCAN, &filename, None)
        })
        .await?;
    Ok(HttpResponse::Created().json(view))
}
