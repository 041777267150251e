//! What people do with a slip, one handler per act.

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, post, put};
use chrono::NaiveDate;
use domain::ids::{PersonId, RoundId, SignatureId, SlipId, TaskId, UnitId};
use domain::rights;
use domain::sign_request::{SignDocument, Signing, Verdict};
use domain::slip::ladder::SlipLevel;
use domain::slip::state::{Basis, BasisKind, Urgency};
use domain::slip::{InterviewInput, SlipAction, SlipCommand, SlipInput, SlipText};
use persistence::slips::{self, Input};
use persistence::tasks::Expected;
use persistence::{blobs, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::reply;
use super::view::{self, SlipView};
use crate::acts::acts;
use crate::app::App;
use crate::evidence::ScanView;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey, Params};
use crate::problem::Problem;
use crate::task_commands::{Nothing, WithReason};

/// A slip as it is drafted; one slip has one matter.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlipForm {
    #[schema(inline)]
    pub level: SlipLevel,
    #[schema(inline)]
    pub urgency: Urgency,
    #[schema(example = "合同归档不及时问题整改滞后")]
    pub matter: String,
    #[schema(inline)]
    pub basis_kind: BasisKind,
    /// The task, check or resolution it rests on.
    #[serde(default)]
    pub basis_id: Option<Uuid>,
    /// The same in words.
    #[schema(example = "整改任务 T012")]
    pub basis: String,
    #[schema(example = "节点“清理完毕”已过期，写实连续两周未报")]
    pub gap: String,
    #[schema(example = "查明原因，补齐归档，书面报告整改情况")]
    pub asked: String,
    #[serde(default)]
    pub task: Option<TaskId>,
    /// The unit addressed; of a referral, the unit it is about.
    pub unit: UnitId,
    #[serde(default)]
    pub supporting: Vec<UnitId>,
    /// When the answer is due; by the ladder from the day of issue unless given.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
}

impl From<SlipForm> for SlipInput {
    fn from(form: SlipForm) -> Self {
        let SlipForm {
            level,
            urgency,
            matter,
            basis_kind,
            basis_id,
            basis,
            gap,
            asked,
            task,
            unit,
            supporting,
            due_on,
        } = form;
        Self {
            level,
            urgency,
            text: SlipText { matter, basis, gap, asked },
            basis: Basis { kind: basis_kind, id: basis_id },
            task,
            unit,
            supporting,
            due_on,
        }
    }
}

/// A slip that was drafted.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DraftedSlip {
    pub id: Uuid,
}

/// Draft a slip.
#[utoipa::path(tag = "slips", request_body = SlipForm, params(("id" = Uuid, Path)), responses((status = 201, body = DraftedSlip)))]
#[post("/rounds/{id}/slips")]
pub async fn draft_slip(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<SlipForm>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let drafted = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let slip = slips::create(conn, &origin, RoundId(*id), body.0.into(), &calendar)?;
                Ok(DraftedSlip { id: slip.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(drafted))
}

/// Draft the slip of the next level with everything carried over; this one stays open until that one is settled.
#[utoipa::path(tag = "slips", request_body = Nothing, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 201, body = DraftedSlip)))]
#[post("/slips/{id}/raise")]
pub async fn raise_slip(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let slip = app
        .db
        .write(&caller.origin.actor, move |conn| slips::raise(conn, &origin, SlipId(*id), version.into(), &calendar))
        .await?;
    Ok(HttpResponse::Created().json(DraftedSlip { id: slip.0 }))
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
    let view: SlipView = app
        .db
        .write(&caller.origin.actor, move |conn| {
            slips::execute(conn, &origin, SlipId(id), expected, input, &calendar)?;
            view::load(conn, &origin, SlipId(id), &calendar)
        })
        .await?;
    Ok(reply(&view))
}

/// Change a draft.
#[utoipa::path(tag = "slips", request_body = SlipForm, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = SlipView)))]
#[put("/slips/{id}")]
pub async fn revise_slip(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<SlipForm>,
) -> Result<HttpResponse, Problem> {
    let input = Input::Plain(SlipCommand::Revise(body.0.into()));
    perform(&app, &caller, *id, version.into(), input).await
}

acts! {
    tag: "slips", answers: SlipView, wraps: Input::Plain;
    /// Send a draft for signature.
    submit_slip "/slips/{id}/submit" Nothing => |_b| SlipCommand::Submit;
    /// Take a slip back before anybody has signed it.
    recall_slip "/slips/{id}/recall" Nothing => |_b| SlipCommand::Recall;
    /// Withdraw a slip with a reason.
    withdraw_slip "/slips/{id}/withdraw" WithReason => |b| SlipCommand::Withdraw { reason: b.reason };
    /// Sign or return a slip on screen; with the last signature it has its number and is in force.
    sign_slip "/slips/{id}/sign" SignSlip => |b| SlipCommand::Sign { verdict: b.verdict, words: b.words, signing: Signing::Screen { on_behalf_of: b.on_behalf_of } };
    /// Enter a signature given on paper; a second officer confirms it.
    record_slip_signature "/slips/{id}/record-signature" RecordSlipSignature => |b| SlipCommand::Sign { verdict: b.verdict, words: b.words, signing: Signing::Paper { signer: b.signer, document: b.document } };
    /// Confirm or refuse a recorded signature as the second officer.
    confirm_slip_signature "/slips/{id}/confirm-signature" ConfirmSlipSignature => |b| SlipCommand::ConfirmSignature { signature: b.signature, confirmed: b.confirmed, reason: b.reason };
    /// Object to a signature recorded for oneself.
    object_to_slip_signature "/slips/{id}/object" ObjectToSlipSignature => |b| SlipCommand::Object { signature: b.signature, reason: b.reason };
    /// Sign for a slip as the unit addressed.
    receive_slip "/slips/{id}/receive" Nothing => |_b| SlipCommand::Receive;
    /// Accept an answer, or return it with a reason.
    review_slip "/slips/{id}/review" ReviewSlip => |b| SlipCommand::Review { is_accepted: b.is_accepted, words: b.words };
    /// Record an interview; what was promised is tracked until its day.
    record_interview "/slips/{id}/interview" RecordInterview => |b| SlipCommand::RecordInterview(InterviewInput { held_on: b.held_on, attended: b.attended, said: b.said, promised: b.promised, promised_on: b.promised_on });
    /// Say that what was promised in an interview is done.
    keep_promise "/slips/{id}/keep-promise" KeepPromise => |b| SlipCommand::KeepPromise { words: b.words };
    /// Enter that a referral went to the discipline commission; it is settled with that.
    hand_over_slip "/slips/{id}/hand-over" HandOverSlip => |b| SlipCommand::HandOver { on: b.on, document: b.document };
}

/// A signature on screen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignSlip {
    pub verdict: Verdict,
    /// Needed to return.
    #[serde(default)]
    pub words: Option<String>,
    /// Whom the caller stands in for.
    #[serde(default)]
    pub on_behalf_of: Option<PersonId>,
}

/// A signature given on paper.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordSlipSignature {
    /// Who signed.
    pub signer: PersonId,
    pub verdict: Verdict,
    #[serde(default)]
    pub words: Option<String>,
    pub document: SignDocument,
}

/// The second officer's answer to a recorded signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmSlipSignature {
    pub signature: SignatureId,
    pub confirmed: bool,
    #[serde(default)]
    pub reason: Option<String>,
}

/// A signer's objection to what was recorded for him.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectToSlipSignature {
    pub signature: SignatureId,
    #[schema(example = "并非本人所签")]
    pub reason: String,
}

/// What an answer comes to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewSlip {
    pub is_accepted: bool,
    /// Needed to return.
    #[serde(default)]
    #[schema(example = "未附归档清单，请补充后重新答复")]
    pub words: Option<String>,
}

/// The record of an interview.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordInterview {
    pub held_on: NaiveDate,
    /// Who attended.
    #[schema(example = "甲子安、丙一公司负责人")]
    pub attended: String,
    /// What was said.
    pub said: String,
    /// What was promised.
    #[schema(example = "本月底前完成全部归档")]
    pub promised: String,
    /// When that is due.
    pub promised_on: NaiveDate,
}

/// That a promise was kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepPromise {
    #[schema(example = "已现场核对，全部归档")]
    pub words: String,
}

/// The hand-over of a referral.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOverSlip {
    pub on: NaiveDate,
    /// Number of the document.
    #[schema(example = "移送〔2026〕1号")]
    pub document: String,
}

/// What a unit answers.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerSlip {
    #[schema(example = "已查明原因并补齐归档，清单附后")]
    pub words: String,
    /// Ids of files received for this slip.
    #[serde(default)]
    pub files: Vec<Uuid>,
}

/// Answer a slip as the unit addressed, with words and files.
///
/// With an `Idempotency-Key` it takes effect once, however often it is sent.
#[utoipa::path(tag = "slips", request_body = AnswerSlip, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = SlipView)))]
#[post("/slips/{id}/answer")]
pub async fn answer_slip(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    key: IdempotencyKey,
    body: Body<AnswerSlip>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let AnswerSlip { words, files } = body.0;
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let input = Input::Answer(words, files);
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let slip = slips::execute(conn, &origin, SlipId(*id), version.into(), input, &calendar)?;
                Ok(slip.version)
            })?;
            view::load(conn, &origin, SlipId(*id), &calendar)
        })
        .await?;
    Ok(reply(&view))
}

/// Name of a file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SlipFileQuery {
    pub filename: String,
}

/// A file that was received for a slip.
#[derive(Serialize, ToSchema)]
pub struct SlipFileView {
    /// Named in the answer it belongs to.
    pub id: Uuid,
    pub filename: String,
}

/// Whoever may not send a file does not get to send fifty megabytes first.
async fn permit_file(app: &App, caller: &Caller, id: SlipId, action: SlipAction) -> Result<(), Problem> {
    let origin = caller.origin.clone();
    app.db
        .read(&caller.origin.actor, move |conn| {
            let line = slips::find(conn, &origin.actor, id, origin.now)?.line;
            Ok(rights::permit_slip(&origin.actor, action, &line.slip, &line.facts.parties)?)
        })
        .await
        .map_err(Problem::from)
}

async fn received(
    app: &App,
    caller: &Caller,
    id: SlipId,
    payload: Payload,
    filename: &str,
    purpose: &'static str,
) -> Result<(Uuid, blobs::StoredBlob, String), Problem> {
    let (blob, filename) = crate::evidence::received(app, payload, filename).await?;
    let (origin, attachment) = (caller.origin.clone(), Uuid::now_v7());
    let (kept, name) = (blob.clone(), filename.clone());
    app.db
        .write(&caller.origin.actor, move |conn| {
            blobs::attach(conn, &origin, attachment, &kept, blobs::Subject::Slip(id.0), purpose, &name, None)
        })
        .await?;
    Ok((attachment, blob, filename))
}

/// Receive a file for an answer; its id goes into the answer.
#[utoipa::path(tag = "slips", params(("id" = Uuid, Path), SlipFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = SlipFileView)))]
#[post("/slips/{id}/files")]
pub async fn receive_slip_file(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<SlipFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let slip = SlipId(*id);
    permit_file(&app, &caller, slip, SlipAction::Answer).await?;
    let (id, _, filename) = received(&app, &caller, slip, payload, &query.0.filename, "answer").await?;
    Ok(HttpResponse::Created().json(SlipFileView { id, filename }))
}

/// Receive the scan of a slip signed on paper; its digest goes into the signature.
#[utoipa::path(tag = "slips", params(("id" = Uuid, Path), SlipFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = ScanView)))]
#[post("/slips/{id}/scans")]
pub async fn receive_slip_scan(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<SlipFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let slip = SlipId(*id);
    permit_file(&app, &caller, slip, SlipAction::RecordSignature).await?;
    let (_, blob, filename) = received(&app, &caller, slip, payload, &query.0.filename, blobs::SCAN).await?;
    Ok(HttpResponse::Created().json(ScanView { sha256: blob.sha256, filename }))
}
