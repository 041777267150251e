//! Publications: the list of a round and one publication (docs/domain.md §31).

mod commands;
mod todo;
pub(crate) mod view;

pub use commands::*;
pub(crate) use todo::todo;
pub use view::*;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use domain::ids::{PublicationId, RoundId};
use domain::rights;
use persistence::publications;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::Caller;
use crate::problem::Problem;

/// The publications of a round that the caller sees.
#[derive(Serialize, ToSchema)]
pub struct PublicationList {
    /// How far the round publishes: off, text or open.
    #[schema(example = "open")]
    pub reach: String,
    pub reach_label: String,
    /// Whether the caller may begin one now.
    pub can_draft: bool,
    pub items: Vec<PublicationLineView>,
}

/// List the publications of a round, the newest first.
#[utoipa::path(tag = "publications", params(("id" = Uuid, Path)), responses((status = 200, body = PublicationList)))]
#[get("/rounds/{id}/publications")]
pub async fn list_publications(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let round = RoundId(*id);
    let (lines, policy) = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let lines = publications::list(conn, &origin.actor, round)?;
            Ok((lines, persistence::todo::policy(conn, round)?))
        })
        .await?;
    let reach = policy.publication.reach;
    let seen = Reader { actor: &caller.origin.actor, calendar: &calendar, now: caller.origin.now };
    Ok(HttpResponse::Ok().json(PublicationList {
        reach: reach.as_str().to_owned(),
        reach_label: reach.label().to_owned(),
        can_draft: reach != domain::publication::rules::Reach::Off
            && rights::permit_office(&caller.origin.actor, round).is_ok(),
        items: lines.iter().map(|line| seen.line(line)).collect(),
    }))
}

/// Get a publication with its items, the words of the records beside them, its signatures and what is found in it that may not go out.
#[utoipa::path(tag = "publications", params(("id" = Uuid, Path)), responses((status = 200, body = PublicationView)))]
#[get("/publications/{id}")]
pub async fn get_publication(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view =
        app.db.read(&caller.origin.actor, move |conn| view::load(conn, &origin, PublicationId(*id), &calendar)).await?;
    Ok(reply(&view))
}

pub(super) fn reply(view: &PublicationView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.line.version))).json(view)
}
