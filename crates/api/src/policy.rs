//! The round's policy: what a new one would change, and setting it.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post, put};
use chrono::{DateTime, Utc};
use domain::ids::RoundId;
use domain::policy::{AlertLevel, Policy};
use domain::policy_change::PolicyChange;
use persistence::policy_preview::{self, PolicyEffect};
use persistence::rounds;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller, ExpectedVersion};
use crate::ledger::{LightView, light};
use crate::problem::Problem;
use crate::rounds::{RoundView, change};

/// A new policy with its basis.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPolicy {
    pub policy: Policy,
    #[schema(example = "领导组第2次会议纪要")]
    pub basis: String,
}

/// Running tasks of one light, as it is and as it would be.
#[derive(Serialize, ToSchema)]
pub struct LightCount {
    pub level: String,
    pub label: String,
    pub before: usize,
    pub after: usize,
}

/// A task whose light would be another.
#[derive(Serialize, ToSchema)]
pub struct LightChangeView {
    pub task_id: Uuid,
    #[schema(example = "1-1-1")]
    pub number: String,
    pub before: LightView,
    pub after: LightView,
}

/// What a policy would do if it held now.
#[derive(Serialize, ToSchema)]
pub struct PolicyPreview {
    pub changes: Vec<PolicyChange>,
    pub lights: Vec<LightCount>,
    /// The first of the tasks whose light changes, in the order of the ledger.
    pub tasks: Vec<LightChangeView>,
    pub n_tasks_changed: usize,
    /// Requests that wait for a signature; they keep the chain with which they were handed in.
    pub n_open_requests: usize,
    /// Whether every running task was looked at; a very large round is looked at in part.
    pub is_whole: bool,
    /// This week's cut-off as it is; none in a week without working days.
    pub cut_off_before: Option<DateTime<Utc>>,
    pub cut_off_after: Option<DateTime<Utc>>,
}

impl From<PolicyEffect> for PolicyPreview {
    fn from(effect: PolicyEffect) -> Self {
        let lights = [AlertLevel::Red, AlertLevel::Yellow, AlertLevel::Green].map(|level| {
            let (before, after) = effect.lights.get(&level).copied().unwrap_or_default();
            LightCount { level: level.as_str().to_owned(), label: level.label().to_owned(), before, after }
        });
        let named = effect.tasks.into_iter().map(|t| LightChangeView {
            task_id: t.task.0,
            number: t.number,
            before: light(t.before, &[]),
            after: light(t.after, &t.reasons),
        });
        Self {
            changes: effect.changes,
            lights: lights.into(),
            tasks: named.collect(),
            n_tasks_changed: effect.n_changed,
            n_open_requests: effect.n_open_requests,
            is_whole: effect.is_whole,
            cut_off_before: effect.cut_off.0,
            cut_off_after: effect.cut_off.1,
        }
    }
}

/// See what a policy would change, setting by setting and light by light; nothing is written.
#[utoipa::path(tag = "rounds", request_body = Policy, params(("id" = Uuid, Path)), responses((status = 200, body = PolicyPreview)))]
#[post("/rounds/{id}/policy/preview")]
pub async fn preview_policy(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<Policy>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let effect = app
        .db
        .read(&caller.origin.actor, move |conn| {
            policy_preview::preview(conn, &origin.actor, RoundId(*id), &body.0, &calendar, origin.now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(PolicyPreview::from(effect)))
}

/// Set a new version of the round's policy; the lights of running tasks follow at once.
#[utoipa::path(tag = "rounds", request_body = SetPolicy, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = RoundView)))]
#[put("/rounds/{id}/policy")]
pub async fn set_policy(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<SetPolicy>,
) -> Result<HttpResponse, Problem> {
    change(caller, app, move |conn, origin| {
        rounds::set_policy(conn, origin, RoundId(*id), Some(version.0), &body.0.policy, &body.0.basis)
    })
    .await
}
