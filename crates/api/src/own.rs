//! What a person settles for himself: where he is logged in, and which notices call him.

use std::collections::BTreeSet;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete, get, put};
use chrono::{DateTime, Utc};
use domain::ids::PersonId;
use domain::notification::Rule;
use persistence::{notifications, sessions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::auth;
use crate::extract::{Body, Caller};
use crate::problem::Problem;

/// A log-in of the caller that goes on.
#[derive(Serialize, ToSchema)]
pub struct OwnSession {
    pub id: Uuid,
    pub started_at: DateTime<Utc>,
    /// When it was last renewed; a page that is open renews it every few minutes.
    pub seen_at: DateTime<Utc>,
    #[schema(example = "10.0.8.31")]
    pub source: String,
    /// What the browser calls itself.
    #[schema(example = "Mozilla/5.0 (Windows NT 10.0) Chrome/90.0")]
    pub agent: String,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// List where the caller is logged in, last used first.
#[utoipa::path(tag = "sessions", responses((status = 200, body = Vec<OwnSession>)))]
#[get("/me/sessions")]
pub async fn list_own_sessions(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let (account, epoch, now) = (caller.loaded.actor.account, caller.loaded.epoch, caller.origin.now);
    let rows = app.db.read(&caller.origin.actor, move |conn| sessions::list(conn, account, epoch, now)).await?;
    let views: Vec<OwnSession> = rows
        .into_iter()
        .map(|row| OwnSession {
            is_current: row.id == caller.session,
            id: row.id,
            started_at: row.started_at,
            seen_at: row.seen_at,
            source: row.source,
            agent: row.agent,
        })
        .collect();
    Ok(HttpResponse::Ok().json(views))
}

/// End one of the caller's log-ins, at once.
#[utoipa::path(tag = "sessions", params(("id" = Uuid, Path)), responses((status = 204)))]
#[delete("/me/sessions/{id}")]
pub async fn end_own_session(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let (account, now) = (caller.loaded.actor.account, caller.origin.now);
    app.db.write(&caller.origin.actor, move |conn| sessions::end_one(conn, account, *id, now)).await?;
    auth::forget();
    Ok(HttpResponse::NoContent().finish())
}

/// End all of the caller's log-ins but the one that asks.
#[utoipa::path(tag = "sessions", responses((status = 204)))]
#[delete("/me/sessions")]
pub async fn end_other_sessions(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let (account, session, now) = (caller.loaded.actor.account, caller.session, caller.origin.now);
    app.db.write(&caller.origin.actor, move |conn| sessions::end_others(conn, account, session, now)).await?;
    auth::forget();
    Ok(HttpResponse::NoContent().finish())
}

/// A kind of notice and whether it calls the caller.
#[derive(Serialize, ToSchema)]
pub struct NoticeRule {
    #[schema(example = "light_yellow")]
    pub rule: String,
    pub label: String,
    /// It stands in the list as read and is not counted.
    pub is_quiet: bool,
    /// Whether that is the caller's to choose: nothing waits for him behind it.
    pub may_be_quiet: bool,
}

/// List the kinds of notices and which of them call the caller.
#[utoipa::path(tag = "notices", responses((status = 200, body = Vec<NoticeRule>)))]
#[get("/me/notice-rules")]
pub async fn list_notice_rules(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let person = person(&caller)?;
    let quiet = app.db.read(&caller.origin.actor, move |conn| notifications::quiet_rules(conn, person)).await?;
    let rules: Vec<NoticeRule> = Rule::ALL
        .iter()
        .map(|rule| NoticeRule {
            rule: rule.as_str().to_owned(),
            label: rule.label().to_owned(),
            is_quiet: quiet.contains(rule),
            may_be_quiet: rule.may_be_quiet(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(rules))
}

/// The kinds of notices that shall not call the caller.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetQuietRules {
    #[schema(value_type = Vec<String>, example = json!(["light_yellow", "task_closed"]))]
    pub quiet: BTreeSet<Rule>,
}

/// Choose which kinds of notices are kept in the list without calling.
#[utoipa::path(tag = "notices", request_body = SetQuietRules, responses((status = 204)))]
#[put("/me/notice-rules")]
pub async fn set_notice_rules(
    caller: Caller,
    app: Data<App>,
    body: Body<SetQuietRules>,
) -> Result<HttpResponse, Problem> {
    let person = person(&caller)?;
    app.db.write(&caller.origin.actor, move |conn| notifications::set_quiet_rules(conn, person, &body.0.quiet)).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn person(caller: &Caller) -> Result<PersonId, Problem> {
    caller.origin.person().ok_or_else(Problem::not_found)
}
