//! The inbox of signatures, plan packages, and decisions of a meeting over many requests.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{RoundId, SignRequestId, UnitId};
use domain::policy::{RequestKind, Who};
use domain::sign_request::{SignDocument, Verdict};
use domain::task::command::{Signing, TaskCommand};
use persistence::signing;
use persistence::tasks::{self, Expected};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller};
use crate::ledger::{LightView, light};
use crate::problem::Problem;
use crate::task_commands::{BatchResult, each};

/// A request that waits for the caller.
#[derive(Serialize, ToSchema)]
pub struct WaitingView {
    pub id: Uuid,
    pub number: i64,
    pub kind: String,
    pub kind_label: String,
    pub task_id: Uuid,
    pub task_number: String,
    pub title: String,
    pub lead_unit: Option<String>,
    pub submitted_by: String,
    pub submitted_at: DateTime<Utc>,
    pub waits_for: Option<String>,
    /// Whoever signs says how he looked, so it is signed by itself.
    pub needs_method: bool,
    pub due_on: Option<NaiveDate>,
    pub light: LightView,
    /// What the caller may do: sign, record_signature, confirm_signature, record_meeting.
    pub actions: Vec<String>,
    pub action_labels: Vec<String>,
    pub version: i64,
}

/// List the open requests the caller can move on, oldest first.
#[utoipa::path(tag = "signing", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<WaitingView>)))]
#[get("/rounds/{id}/waiting")]
pub async fn list_waiting(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let views = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let waiting = signing::waiting(conn, &origin.actor, RoundId(*id), &calendar, origin.now)?;
            Ok(waiting
                .into_iter()
                .map(|w| {
                    let alert = domain::task::alert::assess(&w.loaded.task, &w.loaded.facts, &calendar, origin.now);
                    WaitingView {
                        kind_label: RequestKind::parse(&w.row.kind).map_or("", RequestKind::label).to_owned(),
                        id: w.row.id,
                        number: w.row.number,
                        kind: w.row.kind,
                        task_id: w.row.task_id,
                        task_number: w.row.task_number,
                        title: w.row.title,
                        lead_unit: w.row.lead_unit,
                        submitted_by: w.row.submitted_by,
                        submitted_at: w.row.submitted_at,
                        needs_method: w.row.waits_for.as_deref().and_then(Who::parse) == Some(Who::Supervisor),
                        waits_for: w.row.waits_for.as_deref().and_then(Who::parse).map(|who| who.label().to_owned()),
                        due_on: w.loaded.task.draft.due_on,
                        light: light(alert.level, &alert.reasons),
                        actions: w.actions.iter().map(|a| a.as_str().to_owned()).collect(),
                        action_labels: w.actions.iter().map(|a| a.label().to_owned()).collect(),
                        version: w.loaded.task.version,
                    }
                })
                .collect::<Vec<_>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(views))
}

/// Where a request is found, as its printed form names it.
#[derive(Serialize, ToSchema)]
pub struct RequestPlace {
    pub id: Uuid,
    /// The number on its printed form.
    pub number: i64,
    pub task_id: Uuid,
}

/// Find the task of a request, as the code on its printed form asks for it.
#[utoipa::path(tag = "signing", params(("id" = Uuid, Path)), responses((status = 200, body = RequestPlace)))]
#[get("/sign-requests/{id}")]
pub async fn find_request(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let place = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let (task, number) = signing::task_of(conn, SignRequestId(*id))?;
            tasks::find(conn, &origin.actor, task, origin.now)?;
            Ok(RequestPlace { id: *id, number, task_id: task.0 })
        })
        .await?;
    Ok(HttpResponse::Ok().json(place))
}

/// One request of a batch, with its task and the version the decision rests on.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignItem {
    pub request: SignRequestId,
    pub task_id: Uuid,
    pub version: i64,
}

/// One verdict over many requests.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignBatch {
    pub items: Vec<SignItem>,
    pub verdict: Verdict,
    #[serde(default)]
    pub words: Option<String>,
    /// Given when a meeting decided; then the office enters it.
    #[serde(default)]
    pub meeting: Option<SignDocument>,
}

/// Sign many requests, or enter a meeting's decision over many; each is its own transaction.
#[utoipa::path(tag = "signing", request_body = SignBatch, responses((status = 200, body = Vec<BatchResult>)))]
#[post("/sign-batches")]
pub async fn sign_batch(caller: Caller, app: Data<App>, body: Body<SignBatch>) -> Result<HttpResponse, Problem> {
    let SignBatch { items, verdict, words, meeting } = body.0;
    if items.len() > 200 {
        return Err(Problem::field("/items", "too-large"));
    }
    let commands = items
        .into_iter()
        .map(|item| {
            let signing = match &meeting {
                Some(document) => Signing::Meeting { document: document.clone() },
                None => Signing::Screen { on_behalf_of: None },
            };
            let command = TaskCommand::Sign {
                request: item.request,
                verdict,
                words: words.clone(),
                method: None,
                occurred_on: None,
                signing,
            };
            (item.task_id, Expected::Version(item.version), command)
        })
        .collect();
    Ok(HttpResponse::Ok().json(each(&app, &caller, commands).await?))
}

/// The plans a unit hands in together under one cover.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanPackage {
    pub unit: UnitId,
    /// Tasks with the versions their plans rest on.
    pub items: Vec<crate::task_commands::BatchItem>,
    /// Words of the cover.
    #[schema(example = "本单位整改方案及清单")]
    pub cover: String,
    #[serde(default)]
    pub pledge: bool,
}

/// Hand in a unit's plans as one package; they are signed or returned task by task.
#[utoipa::path(tag = "signing", request_body = PlanPackage, params(("id" = Uuid, Path)), responses((status = 200, body = Vec<BatchResult>)))]
#[post("/rounds/{id}/plan-packages")]
pub async fn submit_plan_package(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<PlanPackage>,
) -> Result<HttpResponse, Problem> {
    let PlanPackage { unit, items, cover, pledge } = body.0;
    if cover.trim().is_empty() {
        return Err(Problem::field("/cover", "required"));
    }
    if items.is_empty() || items.len() > 200 {
        return Err(Problem::field("/items", "required"));
    }
    let (actor, now, round) = (caller.origin.actor.clone(), caller.origin.now, RoundId(*id));
    let ids: Vec<Uuid> = items.iter().map(|i| i.id).collect();
    let seen = app.db.read(&caller.origin.actor, move |conn| tasks::find_many(conn, &actor, round, &ids, now)).await?;
    if seen.iter().any(|loaded| loaded.task.lead_unit() != Some(unit)) {
        return Err(Problem::field("/unit", "not-your-unit"));
    }
    let commands = items
        .iter()
        .map(|i| (i.id, Expected::Version(i.version), TaskCommand::SubmitPlan { plan: None, pledge }))
        .collect();
    let results = each(&app, &caller, commands).await?;
    let done: Vec<Uuid> = results.iter().filter(|r| r.problem.is_none()).map(|r| r.id).collect();
    if !done.is_empty() {
        let origin = caller.origin.clone();
        app.db
            .write(&caller.origin.actor, move |conn| signing::keep_package(conn, &origin, round, unit, &cover, &done))
            .await?;
    }
    Ok(HttpResponse::Ok().json(results))
}
