//! Whether a finding is one unit's matter or that of many: what the records propose, what the office decides (docs/domain.md §41).

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use domain::cause::FindingScope;
use domain::ids::FindingId;
use persistence::finding_scopes::{self, Scoped};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller};
use crate::problem::Problem;

/// A decision about the kind of a finding.
#[derive(Serialize, ToSchema)]
pub struct DecidedScopeView {
    #[schema(value_type = String, example = "systemic")]
    pub scope: FindingScope,
    #[schema(example = "共性")]
    pub scope_label: String,
    /// What was proposed then, and why.
    #[schema(example = "个性")]
    pub proposed_label: String,
    /// Why that was proposed.
    pub grounds: Vec<String>,
    pub reason: String,
    pub decided_by: String,
    pub decided_at: DateTime<Utc>,
}

/// The kind of a finding.
#[derive(Serialize, ToSchema)]
pub struct FindingScopeView {
    /// What is proposed now.
    #[schema(value_type = String, example = "systemic")]
    pub proposed: FindingScope,
    #[schema(example = "共性")]
    pub proposed_label: String,
    /// Why, each in words.
    pub grounds: Vec<String>,
    /// How a task of the proposed kind is best dealt with.
    #[schema(example = "共性问题，须剖析原因、建章立制")]
    pub advice: String,
    /// None while nobody has decided.
    pub decided: Option<DecidedScopeView>,
    pub may_decide: bool,
}

/// The kind of a finding as the office decides it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideScope {
    #[schema(value_type = String, example = "systemic")]
    pub scope: FindingScope,
    /// Required where it differs from what is proposed.
    #[serde(default)]
    #[schema(example = "三家子公司的自查中也有")]
    pub reason: String,
}

fn view(found: Scoped) -> FindingScopeView {
    let kind = found.decided.as_ref().map_or(found.proposal.scope, |d| d.scope);
    FindingScopeView {
        proposed: found.proposal.scope,
        proposed_label: found.proposal.scope.label().to_owned(),
        grounds: found.proposal.reasons,
        advice: kind.advice().to_owned(),
        decided: found.decided.map(|d| DecidedScopeView {
            scope: d.scope,
            scope_label: d.scope.label().to_owned(),
            proposed_label: d.proposed.label().to_owned(),
            grounds: d.grounds,
            reason: d.reason,
            decided_by: d.by,
            decided_at: d.at,
        }),
        may_decide: found.may_decide,
    }
}

async fn look(caller: &Caller, app: &App, id: FindingId) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let found = app.db.read(&caller.origin.actor, move |conn| finding_scopes::look(conn, &actor, id)).await?;
    Ok(HttpResponse::Ok().json(view(found)))
}

/// See whether a finding is individual or systemic.
///
/// What the records propose, with each reason, and what was decided. For who sees the whole round.
#[utoipa::path(tag = "findings", params(("id" = Uuid, Path)), responses((status = 200, body = FindingScopeView)))]
#[get("/findings/{id}/scope")]
pub async fn get_finding_scope(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    look(&caller, &app, FindingId(*id)).await
}

/// Decide whether a finding is individual or systemic.
///
/// By the office of the round; its words stay as they are. A later decision takes the place of an earlier one.
#[utoipa::path(tag = "findings", request_body = DecideScope, params(("id" = Uuid, Path)), responses((status = 200, body = FindingScopeView)))]
#[post("/findings/{id}/scope")]
pub async fn decide_finding_scope(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<DecideScope>,
) -> Result<HttpResponse, Problem> {
    let (origin, form, id) = (caller.origin.clone(), body.0, FindingId(*id));
    app.db
        .write(&caller.origin.actor, move |conn| finding_scopes::decide(conn, &origin, id, form.scope, &form.reason))
        .await?;
    look(&caller, &app, id).await
}
