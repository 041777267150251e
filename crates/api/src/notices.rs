//! Notices and drafts of the caller.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use chrono::{DateTime, Utc};
use domain::notification::Rule;
use persistence::{drafts, notifications};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller};
use crate::problem::Problem;

/// A notice.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    pub id: Uuid,
    pub text: String,
    /// The task it is about; none of a digest.
    pub task_id: Option<Uuid>,
    pub number: Option<String>,
    pub title: Option<String>,
    pub at: DateTime<Utc>,
    pub is_read: bool,
}

/// The newest notices and how many are unread.
#[derive(Serialize, ToSchema)]
pub struct NoticeList {
    pub items: Vec<NoticeView>,
    pub unread: i64,
}

fn text(rule: &str, params: &serde_json::Value) -> String {
    let label = Rule::parse(rule).map_or("", Rule::label);
    match params["n"].as_i64() {
        Some(n) => format!("{label}（{n} 项）"),
        None => label.to_owned(),
    }
}

/// List the caller's newest notices.
#[utoipa::path(tag = "notices", responses((status = 200, body = NoticeList)))]
#[get("/notices")]
pub async fn list_notices(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (rows, unread) = app.db.read(&caller.origin.actor, move |conn| notifications::list(conn, &origin, 50)).await?;
    let items = rows
        .into_iter()
        .map(|n| NoticeView {
            text: text(&n.rule, &n.params),
            id: n.id,
            task_id: n.task_id,
            number: n.number,
            title: n.title,
            at: n.created_at,
            is_read: n.read_at.is_some(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(NoticeList { items, unread }))
}

/// Mark all of the caller's notices as read.
#[utoipa::path(tag = "notices", responses((status = 204)))]
#[post("/notices/read")]
pub async fn read_notices(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    app.db.write(&caller.origin.actor, move |conn| notifications::mark_read(conn, &origin)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What was being typed.
#[derive(Serialize, ToSchema)]
pub struct DraftView {
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
    pub updated_at: DateTime<Utc>,
}

/// What is being typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

/// Get the draft of a form.
#[utoipa::path(tag = "drafts", params(("form" = String, Path), ("subject" = String, Path)), responses((status = 200, body = DraftView), (status = 204)))]
#[get("/drafts/{form}/{subject}")]
pub async fn get_draft(caller: Caller, app: Data<App>, path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (form, subject) = path.into_inner();
    let found = app.db.read(&caller.origin.actor, move |conn| drafts::find(conn, &origin, &form, &subject)).await?;
    Ok(match found {
        Some((body, updated_at)) => HttpResponse::Ok().json(DraftView { body, updated_at }),
        None => HttpResponse::NoContent().finish(),
    })
}

/// Keep the draft of a form.
#[utoipa::path(tag = "drafts", request_body = SaveDraft, params(("form" = String, Path), ("subject" = String, Path)), responses((status = 204)))]
#[put("/drafts/{form}/{subject}")]
pub async fn save_draft(
    caller: Caller,
    app: Data<App>,
    path: Path<(String, String)>,
    body: Body<SaveDraft>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (form, subject) = path.into_inner();
    app.db.write(&caller.origin.actor, move |conn| drafts::save(conn, &origin, &form, &subject, &body.0.body)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Forget the draft of a form.
#[utoipa::path(tag = "drafts", params(("form" = String, Path), ("subject" = String, Path)), responses((status = 204)))]
#[delete("/drafts/{form}/{subject}")]
pub async fn remove_draft(
    caller: Caller,
    app: Data<App>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (form, subject) = path.into_inner();
    app.db.write(&caller.origin.actor, move |conn| drafts::remove(conn, &origin, &form, &subject)).await?;
    Ok(HttpResponse::NoContent().finish())
}
