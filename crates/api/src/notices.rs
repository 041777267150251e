//! Notices and drafts of the caller.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use chrono::{DateTime, Utc};
use domain::notification::Rule;
use domain::task::state::Sensitivity;
use persistence::notifications::{Asked, NoticeRow};
use persistence::{drafts, notifications};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;

/// A notice.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    pub id: Uuid,
    pub text: String,
    /// The task it is about; none of a digest.
    pub task_id: Option<Uuid>,
    /// The document it is about.
    pub document_id: Option<Uuid>,
    /// The slip it is about.
    pub slip_id: Option<Uuid>,
    /// The meeting it is about.
    pub meeting_id: Option<Uuid>,
    /// The publication it is about.
    pub publication_id: Option<Uuid>,
    /// The opinion it is about.
    pub opinion_id: Option<Uuid>,
    /// The resolution of a meeting it is about.
    pub resolution_id: Option<Uuid>,
    /// The act of a personal duty it is about.
    pub duty_act_id: Option<Uuid>,
    /// The handover it is about.
    pub handover_id: Option<Uuid>,
    /// The systemic problem it is about.
    pub systemic_problem_id: Option<Uuid>,
    /// The rule of the register it is about.
    pub rule_id: Option<Uuid>,
    /// The record of accountability there is to look at.
    pub accountability_id: Option<Uuid>,
    /// The appraisal it is about.
    pub appraisal_id: Option<Uuid>,
    pub number: Option<String>,
    pub title: Option<String>,
    pub at: DateTime<Utc>,
    pub is_read: bool,
}

/// A page of notices, the newest first, and how many are unread.
#[derive(Serialize, ToSchema)]
pub struct NoticeList {
    pub items: Vec<NoticeView>,
    /// Counted up to 1 000.
    pub unread: i64,
    /// Where the next page begins; none at the end.
    #[schema(example = "1772413200000_01890000-0000-7000-8000-000000000000")]
    pub next: Option<String>,
}

/// Which notices.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NoticeQuery {
    /// Only those not read.
    pub unread: Option<bool>,
    pub after: Option<String>,
    /// At most 100; 50 unless given.
    pub limit: Option<i64>,
}

/// Reads where a page begins: a moment in milliseconds and an id.
fn place(text: &str) -> Option<(DateTime<Utc>, Uuid)> {
    let (at, id) = text.split_once('_')?;
    Some((DateTime::from_timestamp_millis(at.parse().ok()?)?, id.parse().ok()?))
}

fn text(rule: &str, params: &serde_json::Value) -> String {
    let label = Rule::parse(rule).map_or("", Rule::label);
    match params["n"].as_i64() {
        Some(n) => format!("{label}（{n} 项）"),
        None => label.to_owned(),
    }
}

/// List the caller's notices, the newest first.
#[utoipa::path(tag = "notices", params(NoticeQuery), responses((status = 200, body = NoticeList)))]
#[get("/notices")]
pub async fn list_notices(caller: Caller, app: Data<App>, query: Params<NoticeQuery>) -> Result<HttpResponse, Problem> {
    let NoticeQuery { unread, after, limit } = query.0;
    let after = match after {
        None => None,
        Some(text) => Some(place(&text).ok_or_else(|| Problem::field("/after", "wrong-type"))?),
    };
    let limit = limit.unwrap_or(50).clamp(1, 100);
    let asked = Asked { is_unread: unread.unwrap_or(false), after, limit: limit + 1 };
    let origin = caller.origin.clone();
    let (mut rows, unread) = app
        .db
        .read(&caller.origin.actor, move |conn| {
            Ok((notifications::list(conn, &origin, &asked)?, notifications::unread(conn, &origin)?))
        })
        .await?;
    let keep = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = rows.len() > keep;
    rows.truncate(keep);
    let next = rows.last().filter(|_| is_more).map(|n| format!("{}_{}", n.created_at.timestamp_millis(), n.id));
    let items = rows.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().json(NoticeList { items, unread, next }))
}

fn view(n: NoticeRow) -> NoticeView {
    let kept = || n.sensitivity.as_deref().and_then(Sensitivity::parse).map(|s| s.label().to_owned());
    NoticeView {
        text: text(&n.rule, &n.params),
        id: n.id,
        task_id: n.task_id,
        document_id: n.document_id,
        slip_id: n.slip_id,
        meeting_id: n.meeting_id,
        publication_id: n.publication_id,
        opinion_id: n.opinion_id,
        resolution_id: n.resolution_id,
        duty_act_id: n.duty_act_id,
        handover_id: n.handover_id,
        systemic_problem_id: n.systemic_problem_id,
        rule_id: n.rule_id,
        appraisal_id: n.appraisal_id,
        accountability_id: n.accountability_id,
        title: n.title.clone().or_else(kept),
        number: n.number,
        at: n.created_at,
        is_read: n.read_at.is_some(),
    }
}

/// Mark one of the caller's notices as read.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path)), responses((status = 204)))]
#[post("/notices/{id}/read")]
pub async fn read_notice(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    app.db.write(&caller.origin.actor, move |conn| notifications::mark_one_read(conn, &origin, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
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
    /// An object, of the form's own making.
    #[schema(value_type = Object)]
    pub body: BTreeMap<String, serde_json::Value>,
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
    let body = serde_json::Value::Object(body.0.body.into_iter().collect());
    app.db.write(&caller.origin.actor, move |conn| drafts::save(conn, &origin, &form, &subject, &body)).await?;
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
