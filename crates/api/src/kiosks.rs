//! Screens that show a round's wall without a log-in: the office makes a link with a token that is shown once, and withdraws it; the token opens the
//! wall and nothing else (docs/domain.md §30).

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::ids::RoundId;
use domain::wall::{KioskForm, WallPage, onlooker};
use persistence::kiosks::{self, Kiosk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller, bearer};
use crate::problem::Problem;
use crate::tokens;
use crate::wall::{WallView, find, tell};

/// Where a kiosk hangs and what it shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeKiosk {
    #[schema(example = "一楼大厅")]
    pub name: String,
    #[schema(value_type = Vec<String>, example = json!(["matrix", "progress"]))]
    pub pages: Vec<WallPage>,
}

/// A kiosk, without its token.
#[derive(Serialize, ToSchema)]
pub struct KioskView {
    pub id: Uuid,
    pub name: String,
    #[schema(value_type = Vec<String>)]
    pub pages: Vec<WallPage>,
    pub made_by: String,
    pub made_at: DateTime<Utc>,
    /// To the minute; none where it was never looked at.
    pub last_seen_at: Option<DateTime<Utc>>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// A kiosk that was made, with the only sight of its token.
#[derive(Serialize, ToSchema)]
pub struct KioskMade {
    pub kiosk: KioskView,
    /// Goes behind the # of the page's address, and is sent as the bearer.
    pub token: String,
}

/// What a kiosk shows.
#[derive(Serialize, ToSchema)]
pub struct KioskWall {
    pub name: String,
    #[schema(value_type = Vec<String>)]
    pub pages: Vec<WallPage>,
    pub wall: WallView,
}

fn view(kiosk: Kiosk) -> KioskView {
    KioskView {
        id: kiosk.id,
        name: kiosk.name,
        pages: kiosk.pages,
        made_by: kiosk.made_by,
        made_at: kiosk.made_at,
        last_seen_at: kiosk.last_seen_at,
        withdrawn_at: kiosk.withdrawn_at,
    }
}

/// List the kiosks of a round, the newest first.
#[utoipa::path(tag = "wall", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<KioskView>)))]
#[get("/rounds/{id}/kiosks")]
pub async fn list_kiosks(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let found = app.db.read(&caller.origin.actor, move |conn| kiosks::list(conn, &origin, RoundId(*id))).await?;
    Ok(HttpResponse::Ok().json(found.into_iter().map(view).collect::<Vec<_>>()))
}

/// Make a kiosk.
///
/// The token is in this answer and nowhere else. It shows the round as its principal sees it, without what is sensitive, until it is withdrawn.
#[utoipa::path(tag = "wall", request_body = MakeKiosk, params(("id" = Uuid, Path)), responses((status = 201, body = KioskMade)))]
#[post("/rounds/{id}/kiosks")]
pub async fn make_kiosk(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<MakeKiosk>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let form = KioskForm { name: body.0.name, pages: body.0.pages };
    let (token, digest) = tokens::secret().map_err(Problem::internal)?;
    let made = app
        .db
        .write(&caller.origin.actor, move |conn| kiosks::make(conn, &origin, RoundId(*id), &form, &digest))
        .await?;
    Ok(HttpResponse::Created().json(KioskMade { kiosk: view(made), token }))
}

/// Withdraw a kiosk; its token is worth nothing from then on.
#[utoipa::path(tag = "wall", params(("id" = Uuid, Path)), responses((status = 200, body = KioskView)))]
#[post("/kiosks/{id}/withdraw")]
pub async fn withdraw_kiosk(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let kiosk = app.db.write(&caller.origin.actor, move |conn| kiosks::withdraw(conn, &origin, *id)).await?;
    Ok(HttpResponse::Ok().json(view(kiosk)))
}

/// See the wall by the token of a kiosk.
///
/// `kiosk-withdrawn` (401) for a token that was withdrawn or never given.
#[utoipa::path(tag = "wall", responses((status = 200, body = KioskWall)), security(("kiosk" = [])))]
#[get("/kiosk/wall")]
pub async fn get_kiosk_wall(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    let withdrawn = || Problem::new(StatusCode::UNAUTHORIZED, "kiosk-withdrawn");
    let digest = bearer(&request).map(|token| tokens::digest(token.as_bytes())).ok_or_else(withdrawn)?;
    let now = app.clock.now();
    let kiosk = app.db.write(&Actor::System, move |conn| kiosks::seen(conn, &digest, now)).await?;
    let kiosk = kiosk.ok_or_else(withdrawn)?;
    let calendar = app.calendar().await?;
    let (actor, round, days) = (onlooker(kiosk.round), kiosk.round, calendar.clone());
    let found = app.db.read(&actor.clone(), move |conn| find(conn, &actor, round, &days, now)).await?;
    Ok(HttpResponse::Ok().json(KioskWall {
        name: kiosk.name,
        pages: kiosk.pages,
        wall: tell(found, &calendar, now, true),
    }))
}
