//! Slips: the list of a round, one slip, and everything known that a new one begins with (docs/domain.md §25).

mod commands;
mod proposal;
mod register;
mod todo;
mod view;

pub use commands::*;
pub use proposal::*;
pub(crate) use register::{SlipFilter, entries, found};
pub(crate) use todo::todo;
pub(crate) use view::Reader;
pub use view::*;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use domain::ids::{RoundId, SlipId};
use persistence::PgConnection;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::problem::Problem;

/// Which slips of a round.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SlipQuery {
    /// Only those the caller can sign, record or confirm a signature of now.
    pub to_sign: Option<bool>,
}

/// List the slips of a round that the caller sees: what is overdue first, then what is open by its day, then the rest, newest first.
#[utoipa::path(tag = "slips", params(("id" = Uuid, Path), SlipQuery), responses((status = 200, body = Vec<SlipLineView>)))]
#[get("/rounds/{id}/slips")]
pub async fn list_slips(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<SlipQuery>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let find = move |conn: &mut PgConnection| found(conn, &origin, RoundId(*id), SlipFilter::default());
    let lines = app.db.read(&caller.origin.actor, find).await?;
    let seen = view::Reader { actor: &caller.origin.actor, calendar: &calendar, now: caller.origin.now };
    let mut views: Vec<SlipLineView> = lines.iter().map(|line| seen.line(line)).collect();
    if query.0.to_sign == Some(true) {
        views.retain(SlipLineView::is_to_sign);
    }
    Ok(HttpResponse::Ok().json(views))
}

/// Get a slip with its signatures, answers and the acts open to the caller.
#[utoipa::path(tag = "slips", params(("id" = Uuid, Path)), responses((status = 200, body = SlipView)))]
#[get("/slips/{id}")]
pub async fn get_slip(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view = app.db.read(&caller.origin.actor, move |conn| view::load(conn, &origin, SlipId(*id), &calendar)).await?;
    Ok(reply(&view))
}

pub(super) fn reply(view: &SlipView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.line.version))).json(view)
}
