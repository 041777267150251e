//! Handovers (docs/domain.md §37): who left and still answers for something, what somebody holds, the lists and what people do with them.
//! Who looks after a list may not read all that is on it: what it says to whom is decided by its own rules, so it is read past the second net.

mod view;

pub(crate) use view::todo;
pub use view::*;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::handover::state::HeldKind;
use domain::handover::{HandoverCommand, NewHandover};
use domain::ids::{HandoverId, PersonId, UnitId};
use domain::sign_request::SignDocument;
use persistence::tasks::Expected;
use persistence::{blobs, handovers, idempotency, tasks};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::acts::acts;
use crate::app::App;
use crate::evidence::ScanView;
use crate::extract::{Body, Caller, IdempotencyKey, Params};
use crate::problem::Problem;
use crate::task_commands::WithReason;
use crate::task_view::Named;

/// List who left his post and still answers for something, as far as the caller looks after it.
#[utoipa::path(tag = "handovers", responses((status = 200, body = LeaverList)))]
#[get("/leavers")]
pub async fn list_leavers(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let today = domain::calendar::today(origin.now);
    let leavers = app.db.read(&Actor::System, move |conn| handovers::leavers(conn, &origin.actor, today)).await?;
    Ok(HttpResponse::Ok().json(leaver_list(leavers)))
}

/// Of which unit.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HeldQuery {
    /// A unit the person has or had a post in.
    pub unit: Uuid,
}

/// List what somebody still holds: tasks and resolutions that a handover moves, and what is settled where it was given.
#[utoipa::path(tag = "handovers", params(("id" = Uuid, Path), HeldQuery), responses((status = 200, body = HeldList)))]
#[get("/people/{id}/held")]
pub async fn list_held(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<HeldQuery>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (person, unit) = (*id, query.0.unit);
    let list = app
        .db
        .read(&Actor::System, move |conn| {
            let (held, sight, may_prepare) = handovers::held_by(conn, &origin.actor, PersonId(person), UnitId(unit))?;
            let names = tasks::names(conn, vec![person, unit])?;
            let named = |id: Uuid| Named { id, name: names.get(&id).cloned().unwrap_or_default() };
            let items = held.iter().map(|held| held_view(held, &origin.actor, &sight)).collect();
            Ok(HeldList { person: named(person), unit: named(unit), may_prepare, items })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// List the handovers the caller sees, newest first.
#[utoipa::path(tag = "handovers", responses((status = 200, body = HandoverList)))]
#[get("/handovers")]
pub async fn list_handovers(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (all, names) = app.db.read(&Actor::System, move |conn| handovers::list(conn, &origin.actor)).await?;
    let items = all.iter().map(|handover| line(handover, &names, caller.actor())).collect();
    Ok(HttpResponse::Ok().json(HandoverList { items }))
}

/// One thing to be listed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedThing {
    #[schema(inline)]
    pub kind: HeldKind,
    pub id: Uuid,
}

/// A handover list to be drawn up.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverForm {
    /// Who leaves.
    pub from: PersonId,
    /// Who comes; he signs himself.
    pub to: PersonId,
    /// The unit whose post it is about.
    pub unit: UnitId,
    /// The day of the handover.
    pub on: NaiveDate,
    /// The document it rests on.
    #[schema(example = "集团任〔2026〕12号")]
    pub basis: String,
    /// Which things; all that the caller may list unless given.
    #[serde(default)]
    pub items: Option<Vec<ListedThing>>,
}

/// A list that was drawn up.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PreparedHandover {
    pub id: Uuid,
}

/// Draw up a handover list of what somebody holds now. Both are told; who leaves signs first.
#[utoipa::path(tag = "handovers", request_body = HandoverForm, responses((status = 201, body = PreparedHandover)))]
#[post("/handovers")]
pub async fn prepare_handover(
    caller: Caller,
    app: Data<App>,
    key: IdempotencyKey,
    body: Body<HandoverForm>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let HandoverForm { from, to, unit, on, basis, items } = body.0;
    let items: Option<Vec<_>> = items.map(|list| list.iter().map(|thing| (thing.kind, thing.id)).collect());
    let new = NewHandover { from, to, unit, on, basis };
    let prepared = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let id = handovers::prepare(conn, &origin, new, items.as_deref())?;
                Ok(PreparedHandover { id: id.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(prepared))
}

/// Get a handover with what has changed since it was written down and the acts open to the caller.
#[utoipa::path(tag = "handovers", params(("id" = Uuid, Path)), responses((status = 200, body = HandoverView)))]
#[get("/handovers/{id}")]
pub async fn get_handover(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let view = app.db.read(&Actor::System, move |conn| load(conn, &origin, HandoverId(*id))).await?;
    Ok(reply(&view))
}

fn reply(view: &HandoverView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
}

async fn perform(
    app: &App,
    caller: &Caller,
    id: Uuid,
    expected: Expected,
    command: HandoverCommand,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view: HandoverView = app
        .db
        .write(&caller.origin.actor, move |conn| {
            handovers::execute(conn, &origin, HandoverId(id), expected, command, &calendar)?;
            load(conn, &origin, HandoverId(id))
        })
        .await?;
    Ok(reply(&view))
}

acts! {
    tag: "handovers", answers: HandoverView, wraps: std::convert::identity;
    /// Sign as who leaves, for exactly what the list holds now.
    give_handover "/handovers/{id}/give" SignHandover => |b| HandoverCommand::Give { content: b.content_hash };
    /// Enter the signature of who leaves from paper, where he cannot log in any more; a second officer confirms it.
    record_handover_signature "/handovers/{id}/record-signature" RecordHandover => |b| HandoverCommand::Record { document: b.document };
    /// Confirm the signature from paper as the second officer, or say why it is not right.
    confirm_handover_signature "/handovers/{id}/confirm-signature" ConfirmHandover => |b| HandoverCommand::Confirm { is_confirmed: b.confirmed, reason: b.reason };
    /// Sign as who comes, for exactly what the list holds now: he answers for all of it from then on.
    take_handover "/handovers/{id}/take" SignHandover => |b| HandoverCommand::Take { content: b.content_hash };
    /// Withdraw a list that the caller drew up, with a reason, before the last signature.
    withdraw_handover "/handovers/{id}/withdraw" WithReason => |b| HandoverCommand::Withdraw { reason: b.reason };
}

/// What is signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignHandover {
    /// SHA-256 of what was looked at, as the handover says it.
    pub content_hash: String,
}

/// A signature on paper.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordHandover {
    pub document: SignDocument,
}

/// The second officer's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmHandover {
    /// Whether the paper was found right.
    pub confirmed: bool,
    /// Why not.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What the file is called.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HandoverFileQuery {
    pub filename: String,
}

/// Receive the scan of a handover signed on paper; its digest goes into the signature.
#[utoipa::path(tag = "handovers", params(("id" = Uuid, Path), HandoverFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = ScanView)))]
#[post("/handovers/{id}/scans")]
pub async fn receive_handover_scan(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<HandoverFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let handover = HandoverId(*id);
    let origin = caller.origin.clone();
    app.db.read(&Actor::System, move |conn| handovers::permit_scan(conn, &origin.actor, handover)).await?;
    let (blob, filename) = crate::evidence::received(&app, payload, &query.0.filename).await?;
    let origin = caller.origin.clone();
    let (kept, name) = (blob.clone(), filename.clone());
    app.db
        .write(&caller.origin.actor, move |conn| {
            let subject = blobs::Subject::Handover(handover.0);
            blobs::attach(conn, &origin, Uuid::now_v7(), &kept, subject, blobs::SCAN, &name, None)
        })
        .await?;
    Ok(HttpResponse::Created().json(ScanView { sha256: blob.sha256, filename }))
}
