//! The round's policy: what a new one would change, setting it, and of what people are told by it.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post, put};
use chrono::{DateTime, Utc};
use domain::ids::RoundId;
use domain::notification::Rule;
use domain::policy::{AlertLevel, Policy};
use domain::policy_change::{self, PolicyChange};
use domain::warning;
use persistence::policy_preview::{self, PolicyEffect};
use persistence::{outward, rounds};
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

/// A setting of the round that moves a rule.
#[derive(Serialize, ToSchema)]
pub struct WarningSetting {
    #[schema(example = "/due_soon_working_days")]
    pub pointer: String,
    #[schema(example = "临期预警")]
    pub label: String,
    #[schema(example = "到期前5个工作日")]
    pub says: String,
}

/// Of what people are told, when, to whom and how.
#[derive(Serialize, ToSchema)]
pub struct WarningRule {
    #[schema(example = "light_red")]
    pub rule: String,
    #[schema(example = "任务转为红灯")]
    pub label: String,
    /// When, under the round's policy; 工作日 are working days, times are Asia/Shanghai.
    #[schema(example = "逾期；连续两次缺写实；检查不合格；对代录的签批有异议未了")]
    pub when: String,
    /// Who is told, the nearest first.
    #[schema(example = json!(["承办单位", "第一责任人", "牵头领导", "单位负责人", "主要负责人"]))]
    pub told: Vec<String>,
    /// How it leaves the page, besides standing in it.
    #[schema(example = json!(["电子邮件"]))]
    pub channels: Vec<String>,
    /// Whether its reader may ask not to be called to it.
    pub may_be_quiet: bool,
    pub settings: Vec<WarningSetting>,
}

/// List the rules by which people are told in a round: of what, when, to whom, by which channel.
#[utoipa::path(tag = "rounds", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<WarningRule>)))]
#[get("/rounds/{id}/warnings")]
pub async fn list_warnings(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let (policy, channels) = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let row = rounds::find(conn, &actor, RoundId(*id))?;
            Ok((rounds::policy(conn, RoundId(*id), row.policy_version)?.0, outward::rules(conn)?.0))
        })
        .await?;
    let settings = policy_change::settings(&policy);
    let one = |rule: &Rule| WarningRule {
        rule: rule.as_str().to_owned(),
        label: rule.label().to_owned(),
        when: warning::when(*rule, &policy),
        told: warning::circles(*rule).iter().map(|c| c.label().to_owned()).collect(),
        channels: channels.get(rule).into_iter().flatten().map(|c| c.label().to_owned()).collect(),
        may_be_quiet: rule.may_be_quiet(),
        settings: settings
            .iter()
            .filter(|(at, _, _)| warning::settings(*rule).iter().any(|s| at == s || at.starts_with(&format!("{s}/"))))
            .map(|(pointer, label, says)| WarningSetting {
                pointer: pointer.clone(),
                label: label.clone(),
                says: says.clone(),
            })
            .collect(),
    };
    Ok(HttpResponse::Ok().json(Rule::ALL.iter().map(one).collect::<Vec<_>>()))
}
