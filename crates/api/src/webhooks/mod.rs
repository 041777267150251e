//! Where other systems are told by themselves of what happened: their targets, what was sent, what did not arrive (docs/domain.md §34).

pub mod push;
pub mod sign;
pub mod todos;

use std::collections::BTreeSet;
use std::path::Path as Folder;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post, put};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, UnitId};
use domain::service::{Grant, KeyScope};
use domain::webhook::todo::{CHANGED, DONE, OPENED};
use domain::webhook::{CHECKPOINT, DeliveryState, HookForm, HookState, HookStream, PING, message_id};
use persistence::webhooks::{self, Attempt, Delivery, Webhook};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use crate::services::KeyUnit;

/// A target and how it stands.
#[derive(Serialize, ToSchema)]
pub struct WebhookView {
    pub id: Uuid,
    #[schema(example = "https://oa.example.cn/hooks/bihuan")]
    pub url: String,
    #[schema(value_type = Vec<String>, example = json!(["task"]))]
    pub streams: BTreeSet<HookStream>,
    #[schema(example = json!(["整改任务"]))]
    pub stream_labels: Vec<String>,
    pub units: Vec<KeyUnit>,
    /// The last day it is told, Asia/Shanghai.
    pub expires_on: NaiveDate,
    /// Whether it is told of what happens now.
    pub is_active: bool,
    /// Whether it may be changed or ended; what is ended stays so.
    pub is_open: bool,
    #[schema(example = "active")]
    pub state: String,
    #[schema(example = "推送中")]
    pub state_label: String,
    /// What every message is verified with; this target's own, and the same as long as the installation keeps its folder.
    #[schema(example = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")]
    pub public_key: String,
    pub given_by: String,
    pub made_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// Messages that wait or are tried again.
    pub n_waiting: i64,
    /// Messages left lying, trials aside.
    pub n_failed: i64,
    /// When one last arrived.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// A target, as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetWebhook {
    /// By https, or by http where the server's settings allow it; its host has to be allowed there.
    #[schema(example = "https://oa.example.cn/hooks/bihuan")]
    pub url: String,
    #[schema(value_type = Vec<String>, example = json!(["task", "slip"]))]
    pub streams: BTreeSet<HookStream>,
    /// Their tasks and those of the units below; none are needed for checkpoints alone.
    pub units: BTreeSet<UnitId>,
    #[schema(example = "2026-12-31")]
    pub expires_on: NaiveDate,
}

impl SetWebhook {
    fn form(self) -> HookForm {
        let scopes = BTreeSet::from([KeyScope::ReadEvents]);
        let grant = Grant { scopes, units: self.units, expires_on: self.expires_on };
        HookForm { url: self.url, streams: self.streams, grant }
    }
}

fn view(app: &App, hook: Webhook, now: DateTime<Utc>) -> Result<WebhookView, Problem> {
    let folder: &Folder = &app.settings.data_dir;
    let holds = hook.form.grant.holds_on(domain::calendar::today(now));
    let key = sign::key_of(folder, hook.id).map_err(Problem::internal)?;
    Ok(WebhookView {
        id: hook.id,
        stream_labels: hook.form.streams.iter().map(|s| s.label().to_owned()).collect(),
        is_active: hook.state == HookState::Active && holds,
        is_open: hook.state != HookState::Ended,
        url: hook.form.url,
        streams: hook.form.streams,
        units: hook.units.into_iter().map(|(id, name)| KeyUnit { id: id.0, name }).collect(),
        expires_on: hook.form.grant.expires_on,
        state: hook.state.as_str().to_owned(),
        state_label: hook.state.said(holds).to_owned(),
        public_key: sign::public_key(&key),
        given_by: hook.granted_by,
        made_at: hook.made_at,
        ended_at: hook.ended_at,
        n_waiting: hook.n_waiting,
        n_failed: hook.n_failed,
        delivered_at: hook.delivered_at,
    })
}

/// List where another system is told by itself.
#[utoipa::path(tag = "services", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<WebhookView>)))]
#[get("/services/{id}/webhooks")]
pub async fn list_webhooks(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let found = app.db.read(&caller.origin.actor, move |conn| webhooks::list(conn, &origin, AccountId(*id))).await?;
    let views: Vec<_> = found.into_iter().map(|h| view(&app, h, caller.origin.now)).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(views))
}

/// Tell another system by itself of what happens from now on, as far as a key that reads events would show it.
///
/// Messages follow Standard Webhooks 1.0.0: `webhook-id` (the same at every attempt), `webhook-timestamp`, `webhook-signature` (`v1a`, ed25519), a body
/// of `type`, `timestamp` and `data` with ids alone; what happened is asked for with a key. An answer of 2xx within 10 seconds has it delivered, 410
/// ends the target, anything else is tried again for three days. `todo` tells of what waits for each person with an account within the units, as his
/// own list shows it: `todo.opened` and later `todo.done`, each once, with person, number, day and address of the page; `todo.changed` when the day moved.
#[utoipa::path(tag = "services", request_body = SetWebhook, params(("id" = Uuid, Path)), responses((status = 201, body = WebhookView)))]
#[post("/services/{id}/webhooks")]
pub async fn make_webhook(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<SetWebhook>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (form, allowed) = (body.0.form(), app.settings.outward.webhook_hosts.clone());
    let made = app
        .db
        .write(&caller.origin.actor, move |conn| webhooks::make(conn, &origin, AccountId(*id), form, &allowed))
        .await?;
    Ok(HttpResponse::Created().json(view(&app, made, caller.origin.now)?))
}

/// Change a target; one whose other side wanted no more is told again from where it stopped.
#[utoipa::path(tag = "services", request_body = SetWebhook, params(("id" = Uuid, Path)), responses((status = 200, body = WebhookView)))]
#[put("/webhooks/{id}")]
pub async fn change_webhook(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<SetWebhook>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (form, allowed) = (body.0.form(), app.settings.outward.webhook_hosts.clone());
    let changed =
        app.db.write(&caller.origin.actor, move |conn| webhooks::change(conn, &origin, *id, form, &allowed)).await?;
    Ok(HttpResponse::Ok().json(view(&app, changed, caller.origin.now)?))
}

/// End a target for good.
#[utoipa::path(tag = "services", params(("id" = Uuid, Path)), responses((status = 200, body = WebhookView)))]
#[post("/webhooks/{id}/end")]
pub async fn end_webhook(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let ended = app.db.write(&caller.origin.actor, move |conn| webhooks::end(conn, &origin, *id)).await?;
    Ok(HttpResponse::Ok().json(view(&app, ended, caller.origin.now)?))
}

/// Send a message of the kind `webhook.ping` to try a target out; what became of it stands in the list of what was sent.
#[utoipa::path(tag = "services", params(("id" = Uuid, Path)), responses((status = 200, body = WebhookView)))]
#[post("/webhooks/{id}/ping")]
pub async fn ping_webhook(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let hook = app.db.write(&caller.origin.actor, move |conn| webhooks::ping(conn, &origin, *id)).await?;
    Ok(HttpResponse::Ok().json(view(&app, hook, caller.origin.now)?))
}

/// Which messages are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveriesQuery {
    /// due, sending, delivered, failed; nothing for all.
    #[param(value_type = Option<String>, example = "failed")]
    pub state: Option<DeliveryState>,
}

/// One attempt.
#[derive(Serialize, ToSchema)]
pub struct AttemptView {
    pub at: DateTime<Utc>,
    /// What was answered; none where nothing was.
    pub status: Option<u16>,
    /// Why it did not arrive, with the beginning of what the other side said.
    pub fault: Option<String>,
    /// How long it took, milliseconds.
    pub millis: i64,
}

/// A message and what became of it.
#[derive(Serialize, ToSchema)]
pub struct DeliveryView {
    pub id: Uuid,
    /// Its `webhook-id`, the same at every attempt.
    #[schema(example = "msg_0199f1c2a3b47c6d8e9f0a1b2c3d4e5f")]
    pub message_id: String,
    #[schema(example = "task.statement_submitted")]
    pub kind: String,
    pub kind_label: String,
    /// Of the event in the order of all; none for a trial, for a checkpoint and for a thing to do.
    pub position: Option<i64>,
    /// How many events the checkpoint covers; none for anything else.
    pub checkpoint_size: Option<i64>,
    #[schema(example = "failed")]
    pub state: String,
    pub state_label: String,
    /// Attempts since it was made or sent once more.
    pub attempts: i32,
    /// When it is tried next; none where it is not.
    pub next_at: Option<DateTime<Utc>>,
    /// The last ones, the oldest first.
    pub tries: Vec<AttemptView>,
    pub made_at: DateTime<Utc>,
    pub done_at: Option<DateTime<Utc>>,
}

fn delivery(of: Delivery) -> Result<DeliveryView, Problem> {
    let tries: Vec<Attempt> = serde_json::from_value(of.tries).map_err(|e| Problem::internal(e.to_string()))?;
    let state = DeliveryState::parse(&of.state);
    Ok(DeliveryView {
        id: of.id,
        message_id: message_id(of.id),
        kind_label: match of.kind.as_str() {
            PING => "试推",
            CHECKPOINT => "台账检查点",
            OPENED => "待办产生",
            CHANGED => "待办改期",
            DONE => "待办办结",
            kind => domain::labels::event(kind),
        }
        .to_owned(),
        kind: of.kind,
        position: of.position,
        checkpoint_size: of.checkpoint_size,
        state_label: state.map(|s| s.label().to_owned()).unwrap_or_default(),
        next_at: (state == Some(DeliveryState::Due)).then_some(of.next_at),
        state: of.state,
        attempts: of.attempts,
        tries: tries
            .into_iter()
            .map(|t| AttemptView { at: t.at, status: t.status, fault: t.fault, millis: t.millis })
            .collect(),
        made_at: of.created_at,
        done_at: of.done_at,
    })
}

/// List what was sent to a target and what became of it, the newest first, at most a hundred; kept for thirty days.
#[utoipa::path(tag = "services", params(("id" = Uuid, Path), DeliveriesQuery), responses((status = 200, body = Vec<DeliveryView>)))]
#[get("/webhooks/{id}/deliveries")]
pub async fn list_deliveries(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<DeliveriesQuery>,
) -> Result<HttpResponse, Problem> {
    let (origin, state) = (caller.origin.clone(), query.0.state);
    let found = app.db.read(&caller.origin.actor, move |conn| webhooks::deliveries(conn, &origin, *id, state)).await?;
    let views: Vec<_> = found.into_iter().map(delivery).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(views))
}

/// What is sent once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// One message, whatever became of it; nothing for all that were left lying.
    pub delivery: Option<Uuid>,
}

/// How many.
#[derive(Serialize, ToSchema)]
pub struct Replayed {
    #[schema(example = 3)]
    pub n: usize,
}

/// Send one message once more, or all that were left lying, under the ids they had.
#[utoipa::path(tag = "services", request_body = Replay, params(("id" = Uuid, Path)), responses((status = 200, body = Replayed)))]
#[post("/webhooks/{id}/replay")]
pub async fn replay_webhook(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<Replay>,
) -> Result<HttpResponse, Problem> {
    let (origin, only) = (caller.origin.clone(), body.0.delivery);
    let n = app.db.write(&caller.origin.actor, move |conn| webhooks::replay(conn, &origin, *id, only)).await?;
    Ok(HttpResponse::Ok().json(Replayed { n }))
}
