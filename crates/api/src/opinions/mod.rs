//! Opinions of those who read what was published (docs/domain.md §31): the list of a round, one opinion, and what people do with it.

mod todo;
mod view;

pub(crate) use todo::todo;
pub use view::*;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use domain::ids::{OpinionId, PublicationId, RoundId, TaskId, UnitId};
use domain::opinion::state::{Channel, Writer};
use domain::opinion::{NewOpinion, OpinionCommand};
use persistence::tasks::Expected;
use persistence::{idempotency, opinions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::acts::acts;
use crate::app::App;
use crate::extract::{Body, Caller, IdempotencyKey};
use crate::problem::Problem;
use crate::task_commands::{Nothing, WithReason};

/// List the opinions of a round that the caller sees: what is overdue first, then what is open by its day, then the rest, newest first.
#[utoipa::path(tag = "opinions", params(("id" = Uuid, Path)), responses((status = 200, body = OpinionList)))]
#[get("/rounds/{id}/opinions")]
pub async fn list_opinions(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let round = RoundId(*id);
    let lines =
        app.db.read(&caller.origin.actor, move |conn| opinions::list(conn, &origin.actor, round, origin.now)).await?;
    let reader = Reader { actor: &caller.origin.actor, calendar: &calendar, now: caller.origin.now };
    let mut items: Vec<OpinionView> = lines.iter().map(|line| reader.view(line, Vec::new())).collect();
    items.sort_by_key(|v| (!v.is_overdue, !v.is_open, v.is_open.then_some(v.due_on)));
    let can_enter = domain::rights::permit_office(&caller.origin.actor, round).is_ok();
    Ok(HttpResponse::Ok().json(OpinionList { can_enter, items }))
}

/// An opinion that came in by telephone, letter, mail or in person.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpinionForm {
    #[schema(inline)]
    pub channel: Channel,
    /// The publication it is about.
    #[serde(default)]
    pub publication_id: Option<PublicationId>,
    /// The day it came in; today unless given.
    #[serde(default)]
    pub received_on: Option<NaiveDate>,
    #[schema(example = "通报中所列合同归档一项，三楼档案室仍有未归档的合同")]
    pub text: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub contact: String,
}

/// An opinion that was entered.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct EnteredOpinion {
    pub id: Uuid,
}

/// Enter an opinion that came in another way than by the open page.
#[utoipa::path(tag = "opinions", request_body = OpinionForm, params(("id" = Uuid, Path)), responses((status = 201, body = EnteredOpinion)))]
#[post("/rounds/{id}/opinions")]
pub async fn enter_opinion(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<OpinionForm>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let OpinionForm { channel, publication_id, received_on, text, name, contact } = body.0;
    let new = NewOpinion {
        channel,
        publication: publication_id,
        received_on,
        text,
        writer: Writer { name, contact },
        files: Vec::new(),
        code: None,
    };
    let entered = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let id = opinions::enter(conn, &origin, RoundId(*id), new, &calendar)?;
                Ok(EnteredOpinion { id: id.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(entered))
}

/// Get an opinion with its answers and the acts open to the caller.
#[utoipa::path(tag = "opinions", params(("id" = Uuid, Path)), responses((status = 200, body = OpinionView)))]
#[get("/opinions/{id}")]
pub async fn get_opinion(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view = app.db.read(&caller.origin.actor, move |conn| load(conn, &origin, OpinionId(*id), &calendar)).await?;
    Ok(reply(&view))
}

/// List the opinions that were found true of a task, as far as the caller sees them.
#[utoipa::path(tag = "opinions", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<OpinionView>)))]
#[get("/tasks/{id}/opinions")]
pub async fn list_task_opinions(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let lines = app
        .db
        .read(&caller.origin.actor, move |conn| opinions::of_task(conn, &origin.actor, TaskId(*id), origin.now))
        .await?;
    let reader = Reader { actor: &caller.origin.actor, calendar: &calendar, now: caller.origin.now };
    Ok(HttpResponse::Ok().json(lines.iter().map(|line| reader.view(line, Vec::new())).collect::<Vec<_>>()))
}

fn reply(view: &OpinionView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
}

async fn perform(
    app: &App,
    caller: &Caller,
    id: Uuid,
    expected: Expected,
    command: OpinionCommand,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view: OpinionView = app
        .db
        .write(&caller.origin.actor, move |conn| {
            opinions::execute(conn, &origin, OpinionId(id), expected, command, &calendar)?;
            load(conn, &origin, OpinionId(id), &calendar)
        })
        .await?;
    Ok(reply(&view))
}

acts! {
    tag: "opinions", answers: OpinionView, wraps: std::convert::identity;
    /// Give an opinion to a unit that answers it.
    assign_opinion "/opinions/{id}/assign" AssignOpinion => |b| OpinionCommand::Assign { unit: b.unit, due_on: b.due_on };
    /// Write the answer; it shows once it is approved.
    answer_opinion "/opinions/{id}/answer" AnswerOpinion => |b| OpinionCommand::Answer { words: b.words };
    /// Approve the answer; its writer reads it from then on.
    approve_opinion "/opinions/{id}/approve" Nothing => |_b| OpinionCommand::Approve;
    /// Return the answer with a reason.
    return_opinion "/opinions/{id}/return" WithReason => |b| OpinionCommand::Return { reason: b.reason };
    /// Say whether an opinion holds true, and of which task; it is proposed then to reopen that.
    judge_opinion "/opinions/{id}/judge" JudgeOpinion => |b| OpinionCommand::Judge { holds_true: b.holds_true, task: b.task, words: b.words };
    /// Set an opinion aside with a reason.
    set_aside_opinion "/opinions/{id}/set-aside" WithReason => |b| OpinionCommand::SetAside { reason: b.reason };
}

/// Who answers an opinion.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignOpinion {
    pub unit: UnitId,
    /// Another day than that of the round's rule.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerOpinion {
    #[schema(example = "经核查，所反映的合同已于3月10日全部归档。感谢您的监督")]
    pub words: String,
}

/// Whether an opinion holds true.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeOpinion {
    pub holds_true: bool,
    /// Of which task.
    #[serde(default)]
    pub task: Option<TaskId>,
    #[serde(default)]
    pub words: Option<String>,
}
