//! What people do with a check, one handler per act.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post, put};
use chrono::NaiveDate;
use domain::chain::Digest;
use domain::check::CheckCommand;
use domain::check::state::{CheckKind, CheckResult};
use domain::ids::{CheckId, PersonId, RoundId, TaskId};
use persistence::checks::{self, CheckInput, DrawInput, FoundInput, Input};
use persistence::idempotency;
use persistence::tasks::Expected;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::{self, CheckView};
use super::{dimensions, reply};
use crate::acts::acts;
use crate::app::App;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey};
use crate::ledger::LedgerQuery;
use crate::problem::Problem;
use crate::task_commands::{Nothing, WithReason};

/// A check as it is planned.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckForm {
    #[schema(inline)]
    pub kind: CheckKind,
    #[schema(example = "第三季度销号任务随时抽查")]
    pub title: String,
    /// What is looked at, in order.
    #[serde(default)]
    pub questions: Vec<String>,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    /// People of the round's office and teams.
    pub inspectors: Vec<PersonId>,
    /// The tasks named; none for a spot check, which draws.
    #[serde(default)]
    pub tasks: Vec<TaskId>,
}

impl From<CheckForm> for CheckInput {
    fn from(form: CheckForm) -> Self {
        let CheckForm { kind, title, questions, from_on, to_on, inspectors, tasks } = form;
        Self { kind, title, questions, from_on, to_on, inspectors, tasks }
    }
}

/// A check that was planned.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PlannedCheck {
    pub id: Uuid,
}

/// Plan a check.
#[utoipa::path(tag = "checks", request_body = CheckForm, params(("id" = Uuid, Path)), responses((status = 201, body = PlannedCheck)))]
#[post("/rounds/{id}/checks")]
pub async fn plan_check(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<CheckForm>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let planned = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let check = checks::create(conn, &origin, RoundId(*id), body.0.into())?;
                Ok(PlannedCheck { id: check.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(planned))
}

async fn perform(
    app: &App,
    caller: &Caller,
    id: Uuid,
    expected: Expected,
    input: Input,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view: CheckView = app
        .db
        .write(&caller.origin.actor, move |conn| {
            checks::execute(conn, &origin, CheckId(id), expected, input, &calendar)?;
            view::load(conn, &origin.actor, CheckId(id))
        })
        .await?;
    Ok(reply(&view))
}

/// Change what is planned of a check.
#[utoipa::path(tag = "checks", request_body = CheckForm, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = CheckView)))]
#[put("/checks/{id}")]
pub async fn revise_check(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<CheckForm>,
) -> Result<HttpResponse, Problem> {
    perform(&app, &caller, *id, version.into(), Input::Revise(body.0.into())).await
}

/// A task left out of a frame, with the reason.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    pub task: TaskId,
    #[schema(example = "正在司法程序中")]
    pub reason: String,
}

/// What a draw is made from.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeFrame {
    /// Filters of the ledger by their names; empty for the whole round.
    #[serde(default)]
    #[schema(example = json!({ "closed": "true" }))]
    pub scope: BTreeMap<String, String>,
    /// unit, disposition, state, speed, amount, signals: what the strata are made by.
    #[serde(default)]
    #[schema(example = json!(["unit", "state"]))]
    pub dimensions: Vec<String>,
    /// How many are drawn in all; one of each stratum at least.
    #[schema(example = 12)]
    pub sample: u32,
    #[serde(default)]
    pub without: Vec<LeftOut>,
    /// One person draws with a number of the server's alone.
    #[serde(default)]
    pub is_quick: bool,
    /// Two or more people of different lines; none in a quick draw.
    #[serde(default)]
    pub parties: Vec<PersonId>,
}

impl FreezeFrame {
    /// What persistence is asked for.
    ///
    /// Errors: `content` with the field that is not understood.
    pub(super) fn input(&self) -> Result<DrawInput, Problem> {
        let scope = LedgerQuery::from_words(&self.scope).ok_or_else(|| Problem::field("/scope", "wrong-type"))?;
        Ok(DrawInput {
            scope: scope.filter()?,
            dimensions: dimensions(&self.dimensions)?,
            sample: self.sample,
            without: self.without.iter().map(|w| (w.task, w.reason.clone())).collect(),
            is_quick: self.is_quick,
            parties: self.parties.clone(),
        })
    }
}

/// Freeze the frame of a spot check; a quick draw is drawn at once.
#[utoipa::path(tag = "checks", request_body = FreezeFrame, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = CheckView)))]
#[post("/checks/{id}/frame")]
pub async fn freeze_frame(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<FreezeFrame>,
) -> Result<HttpResponse, Problem> {
    let input = body.0.input()?;
    let mut nonce = [0u8; 32];
    getrandom::fill(&mut nonce).map_err(|e| Problem::internal(e.to_string()))?;
    let input = Input::Freeze(Box::new(input), Digest::of_bytes(nonce));
    perform(&app, &caller, *id, version.into(), input).await
}

/// A commitment.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitNonce {
    /// SHA-256(check ‖ party ‖ nonce), 64 hex digits.
    #[schema(example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    pub commitment: String,
}

/// What was committed to.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealNonce {
    /// 64 hex digits.
    #[schema(example = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0")]
    pub nonce: String,
}

fn digits(pointer: &str, text: &str) -> Result<Digest, Problem> {
    Digest::parse(text).ok_or_else(|| Problem::field(pointer, "wrong-type"))
}

acts! {
    tag: "checks", answers: CheckView, wraps: Input::Plain;
    /// Commit to a number nobody else knows.
    commit_nonce "/checks/{id}/commitments" CommitNonce => |b| CheckCommand::Commit(digits("/commitment", &b.commitment)?);
    /// Reveal the number; with the last one the sample is drawn.
    reveal_nonce "/checks/{id}/nonces" RevealNonce => |b| CheckCommand::Reveal(digits("/nonce", &b.nonce)?);
    /// Draw without the parties that did not reveal; they are named.
    go_on_without "/checks/{id}/go-on" WithReason => |b| CheckCommand::GoOn { reason: b.reason };
    /// Give a draw up; the next one counts it and says why.
    give_up_draw "/checks/{id}/give-up" WithReason => |b| CheckCommand::GiveUp { reason: b.reason };
    /// Announce the check: from now on results may be entered.
    announce_check "/checks/{id}/announce" Nothing => |_b| CheckCommand::Announce;
    /// End a check whose results are all signed.
    finish_check "/checks/{id}/finish" FinishCheck => |b| CheckCommand::Finish { words: b.words };
    /// Cancel a check before it is announced.
    cancel_check "/checks/{id}/cancel" WithReason => |b| CheckCommand::Cancel { reason: b.reason };
}

/// What is said at the end of a check.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishCheck {
    #[serde(default)]
    #[schema(example = "检查情况已向被检查单位反馈")]
    pub words: Option<String>,
}

/// What was found at a task.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordResult {
    #[schema(inline)]
    pub result: CheckResult,
    #[schema(example = "台账已更新，抽查的三份合同均已归档")]
    pub found: String,
    pub occurred_on: NaiveDate,
    /// Ids of files received for this check.
    #[serde(default)]
    pub files: Vec<Uuid>,
}

/// Write down what was found at a task; the other inspector signs it.
///
/// With an `Idempotency-Key` a form that was kept on a device takes effect once, however often it is sent.
#[utoipa::path(tag = "checks", request_body = RecordResult, params(("id" = Uuid, Path), ("task" = Uuid, Path)), responses((status = 200, body = CheckView)))]
#[put("/checks/{id}/results/{task}")]
pub async fn record_result(
    caller: Caller,
    app: Data<App>,
    path: Path<(Uuid, Uuid)>,
    key: IdempotencyKey,
    body: Body<RecordResult>,
) -> Result<HttpResponse, Problem> {
    let (id, task) = path.into_inner();
    let calendar = app.calendar().await?;
    let key = key.of(&body.0);
    let RecordResult { result, found, occurred_on, files } = body.0;
    let origin = caller.origin.clone();
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let input = Input::Record(TaskId(task), FoundInput { result, found, occurred_on, files });
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let check = checks::execute(conn, &origin, CheckId(id), Expected::Any, input, &calendar)?;
                Ok(check.version)
            })?;
            view::load(conn, &origin.actor, CheckId(id))
        })
        .await?;
    Ok(reply(&view))
}

/// Whether the second inspector agrees.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignResult {
    /// Why not; none to sign.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub objection: Option<String>,
}

/// Sign what the other inspector found, or return it with a reason.
#[utoipa::path(tag = "checks", request_body = SignResult, params(("id" = Uuid, Path), ("task" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = CheckView)))]
#[post("/checks/{id}/results/{task}/signature")]
pub async fn sign_result(
    caller: Caller,
    app: Data<App>,
    path: Path<(Uuid, Uuid)>,
    version: ExpectedVersion,
    body: Body<SignResult>,
) -> Result<HttpResponse, Problem> {
    let (id, task) = path.into_inner();
    let command = CheckCommand::Sign { task: TaskId(task), objection: body.0.objection };
    perform(&app, &caller, id, version.into(), Input::Plain(command)).await
}
