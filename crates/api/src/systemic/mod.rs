//! Systemic problems (docs/domain.md §42): what is proposed, what a person confirms or says is none, the self-checks of sister units and the tasks made of
//! them. Who sees only his part of one reads past the second net: what is shown to whom is decided by its own rules.

mod todo;
mod view;

pub(crate) use todo::todo;
pub use view::*;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::chain::Digest;
use domain::ids::{RoundId, SystemicProblemId, TaskId, UnitId};
use domain::systemic::state::CheckVerdict;
use domain::systemic::{AmendInput, AnswerInput, NewProblem, SystemicCommand};
use persistence::tasks::Expected;
use persistence::{blobs, idempotency, systemic};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::acts::acts;
use crate::app::App;
use crate::evidence::ScanView;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey, Params};
use crate::problem::Problem;
use crate::task_commands::{Nothing, WithReason};

/// List the systemic problems of a round that the caller sees, the newest first.
#[utoipa::path(tag = "systemic", params(("id" = Uuid, Path)), responses((status = 200, body = SystemicList)))]
#[get("/rounds/{id}/systemic-problems")]
pub async fn list_systemic_problems(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let list = app
        .db
        .read(&Actor::System, move |conn| {
            let round = RoundId(*id);
            let found = systemic::list(conn, &origin, round)?;
            let may_confirm = domain::rights::permit_office(&origin.actor, round).is_ok();
            Ok(SystemicList {
                may_confirm,
                sees_all: domain::rights::sees_problems(&origin.actor, round),
                is_of_unit: domain::rights::works_for_unit(&origin.actor),
                items: found.iter().map(|l| line(l, &origin)).collect(),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// List which tasks may be one problem of the group, each group with its grounds.
///
/// For the office of the round. Among all rounds it works for, by likeness of words, by the breached rule, and by what was said of two findings. What was
/// confirmed or dismissed is not proposed again while its members are the same.
#[utoipa::path(tag = "systemic", params(("id" = Uuid, Path)), responses((status = 200, body = SystemicProposals)))]
#[get("/rounds/{id}/systemic-proposals")]
pub async fn list_systemic_proposals(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let found = app.db.read(&caller.origin.actor, move |conn| systemic::proposals(conn, &origin, RoundId(*id))).await?;
    Ok(HttpResponse::Ok().json(SystemicProposals { items: found.into_iter().map(proposal).collect() }))
}

/// Tasks that are one problem of the group.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmProblem {
    #[schema(example = "公务接待无清单、超标准")]
    pub title: String,
    /// What the group does about it, whoever has it.
    #[schema(example = "修订接待管理办法，清单随票据归档")]
    pub measure: String,
    /// Why it is one problem.
    #[schema(example = "三家单位都违反《接待管理办法》")]
    pub ground: String,
    /// The functional department that answers for the measure.
    pub owner: UnitId,
    pub due_on: NaiveDate,
    pub members: Vec<TaskId>,
}

/// What was kept.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct KeptProblem {
    pub id: Uuid,
}

/// Confirm that tasks are one problem of the group; its owner is told.
#[utoipa::path(tag = "systemic", request_body = ConfirmProblem, params(("id" = Uuid, Path)), responses((status = 201, body = KeptProblem)))]
#[post("/rounds/{id}/systemic-problems")]
pub async fn confirm_systemic_problem(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<ConfirmProblem>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let ConfirmProblem { title, measure, ground, owner, due_on, members } = body.0;
    let new = NewProblem { round: RoundId(*id), title, measure, ground, owner, due_on, members };
    let kept = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                Ok(KeptProblem { id: systemic::confirm(conn, &origin, new)?.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(kept))
}

/// A proposed group that is none.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissGroup {
    pub members: Vec<TaskId>,
    #[schema(example = "文字相近，原因各不相同")]
    pub reason: String,
}

/// Say that a proposed group is no problem of the group.
#[utoipa::path(tag = "systemic", request_body = DismissGroup, params(("id" = Uuid, Path)), responses((status = 201, body = KeptProblem)))]
#[post("/rounds/{id}/systemic-dismissals")]
pub async fn dismiss_systemic_group(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<DismissGroup>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let (form, round) = (body.0, RoundId(*id));
    let kept = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                Ok(KeptProblem { id: systemic::dismiss(conn, &origin, round, &form.members, &form.reason)?.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(kept))
}

/// Get a systemic problem as far as the caller sees it, with how far it has come and the acts open to him.
#[utoipa::path(tag = "systemic", params(("id" = Uuid, Path)), responses((status = 200, body = SystemicView)))]
#[get("/systemic-problems/{id}")]
pub async fn get_systemic_problem(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let view = app.db.read(&Actor::System, move |conn| load(conn, &origin, SystemicProblemId(*id))).await?;
    Ok(reply(&view))
}

fn reply(view: &SystemicView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
}

async fn perform(
    app: &App,
    caller: &Caller,
    id: Uuid,
    expected: Expected,
    command: SystemicCommand,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let view: SystemicView = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let id = SystemicProblemId(id);
            systemic::execute(conn, &origin, id, expected, command)?;
            load(conn, &origin, id)
        })
        .await?;
    Ok(reply(&view))
}

/// Until when a self-check is awaited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckDay {
    pub unit: UnitId,
    pub due_on: NaiveDate,
}

/// What is to hold of a confirmed problem from now on, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendProblem {
    #[schema(example = "公务接待无清单、超标准")]
    pub title: String,
    #[schema(example = "修订接待管理办法，清单随票据归档")]
    pub measure: String,
    pub owner: UnitId,
    pub due_on: NaiveDate,
    /// New days of self-checks that wait for an answer; those left out stay as they are.
    #[serde(default)]
    pub checks: Vec<CheckDay>,
    #[schema(example = "牵头部门职责调整")]
    pub reason: String,
}

/// Units that are to look at themselves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskUnits {
    pub units: Vec<UnitId>,
    pub due_on: NaiveDate,
}

/// What a unit found when it looked at itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerCheck {
    pub unit: UnitId,
    #[schema(value_type = String, example = "similar")]
    pub verdict: CheckVerdict,
    /// What was found, or how it was looked for.
    #[schema(example = "查了近一年的接待票据，两笔没有清单")]
    pub words: String,
    /// SHA-256 of files received for this self-check; needed to say that it is not there.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub proof: Vec<Digest>,
}

/// The self-check of one unit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfUnit {
    pub unit: UnitId,
}

/// The self-check of one unit, with a reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnCheck {
    pub unit: UnitId,
    #[schema(example = "没有说明查了哪些票据")]
    pub reason: String,
}

/// What the owner did for the whole group.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportMeasure {
    #[schema(example = "办法已修订印发（集团〔2026〕21号）")]
    pub words: String,
}

acts! {
    tag: "systemic", answers: SystemicView, wraps: std::convert::identity;
    /// Change title, measure, owner, day or the days of self-checks of a confirmed problem, with a reason; what was answered stays.
    amend_systemic_problem "/systemic-problems/{id}/amend" AmendProblem => |b| SystemicCommand::Amend(AmendInput { title: b.title, measure: b.measure, owner: b.owner, due_on: b.due_on, checks: b.checks.into_iter().map(|c| (c.unit, c.due_on)).collect(), reason: b.reason });
    /// Ask sister units to look at themselves, until a day; they are told.
    ask_units "/systemic-problems/{id}/ask" AskUnits => |b| SystemicCommand::Ask { units: b.units, due_on: b.due_on };
    /// Answer for a unit: its head hands it in, a clerk's answer waits for him.
    answer_self_check "/systemic-problems/{id}/answer" AnswerCheck => |b| SystemicCommand::Answer(AnswerInput { unit: b.unit, verdict: b.verdict, words: b.words, proof: b.proof });
    /// Stand for the answer of a clerk as the head of the unit, and hand it in.
    confirm_self_check "/systemic-problems/{id}/confirm-answer" OfUnit => |b| SystemicCommand::ConfirmAnswer { unit: b.unit };
    /// Accept the answer of a unit.
    accept_self_check "/systemic-problems/{id}/accept" OfUnit => |b| SystemicCommand::Accept { unit: b.unit };
    /// Return the answer of a unit with a reason.
    return_self_check "/systemic-problems/{id}/return" ReturnCheck => |b| SystemicCommand::Return { unit: b.unit, reason: b.reason };
    /// Report as the owner that the measure for the group is done.
    report_group_measure "/systemic-problems/{id}/report" ReportMeasure => |b| SystemicCommand::Report { words: b.words };
    /// Return the report of the owner with a reason.
    return_group_measure "/systemic-problems/{id}/return-report" WithReason => |b| SystemicCommand::ReturnReport { reason: b.reason };
    /// Close the problem once every answer is accepted and the measure is reported done.
    close_systemic_problem "/systemic-problems/{id}/close" Nothing => |_b| SystemicCommand::Close;
    /// Withdraw a problem with a reason; its tasks stay.
    withdraw_systemic_problem "/systemic-problems/{id}/withdraw" WithReason => |b| SystemicCommand::Withdraw { reason: b.reason };
}

/// Make a draft task of what a unit found: once, in the round that leads the problem. The answer is accepted by it.
#[utoipa::path(tag = "systemic", request_body = OfUnit, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = SystemicView)))]
#[post("/systemic-problems/{id}/raise")]
pub async fn raise_task(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<OfUnit>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let expected: Expected = version.into();
    let view: SystemicView = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let id = SystemicProblemId(*id);
            systemic::raise(conn, &origin, id, expected, body.0.unit, &calendar)?;
            load(conn, &origin, id)
        })
        .await?;
    Ok(reply(&view))
}

/// Whose self-check the file is for, and what it is called.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SelfCheckFileQuery {
    pub unit: Uuid,
    pub filename: String,
}

/// Receive a file for the self-check of a unit; its digest goes into the answer.
#[utoipa::path(tag = "systemic", params(("id" = Uuid, Path), SelfCheckFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = ScanView)))]
#[post("/systemic-problems/{id}/files")]
pub async fn receive_self_check_file(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<SelfCheckFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let (problem, unit) = (SystemicProblemId(*id), UnitId(query.0.unit));
    let origin = caller.origin.clone();
    app.db.read(&Actor::System, move |conn| systemic::permit_receiving(conn, &origin, problem, unit)).await?;
    let (blob, filename) = crate::evidence::received(&app, payload, &query.0.filename).await?;
    let origin = caller.origin.clone();
    let (kept, name) = (blob.clone(), filename.clone());
    app.db
        .write(&caller.origin.actor, move |conn| {
            let subject = blobs::Subject::SystemicProblem(problem.0);
            blobs::attach(conn, &origin, Uuid::now_v7(), &kept, subject, &systemic::purpose_of(unit), &name, None)
        })
        .await?;
    Ok(HttpResponse::Created().json(ScanView { sha256: blob.sha256, filename }))
}

/// List the systemic problems that a task is of or was made by, for who sees those of the round whole.
#[utoipa::path(tag = "systemic", params(("id" = Uuid, Path)), responses((status = 200, body = SystemicList)))]
#[get("/tasks/{id}/systemic-problems")]
pub async fn list_problems_of_task(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let list = app
        .db
        .read(&caller.origin.actor, move |conn| {
            persistence::tasks::find(conn, &origin.actor, TaskId(*id), origin.now)?;
            let found = systemic::of_task(conn, &origin, TaskId(*id))?;
            Ok(SystemicList {
                may_confirm: false,
                sees_all: found.iter().all(|l| l.sees_all),
                is_of_unit: domain::rights::works_for_unit(&origin.actor),
                items: found.iter().map(|l| line(l, &origin)).collect(),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}
