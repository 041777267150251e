//! One handler per act on a task: a body, a command, the task as it is afterwards.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use domain::calendar::Week;
use domain::cause::CauseCategory;
use domain::ids::{EvidenceId, FindingId, MilestoneId, PersonId, RoundId, SignRequestId, SignatureId, TaskId, UnitId};
use domain::sign_request::{SignDocument, Verdict};
use domain::task::command::{DraftInput, PartiesInput, PlanInput, Signing, StatementInput, TaskCommand};
use persistence::idempotency;
use persistence::tasks::{self, Expected, Placement};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::acts::acts;
use crate::app::App;
use crate::extract::{Body, Caller, IdempotencyKey};
use crate::problem::Problem;
use crate::task_view::{self, TaskView};

/// Runs a command and answers the task as the caller sees it afterwards.
pub async fn perform(
    app: &App,
    caller: &Caller,
    id: TaskId,
    expected: Expected,
    command: TaskCommand,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            tasks::execute(conn, &origin, id, expected, command, &calendar)?;
            match task_view::view(conn, &origin.actor, id, &calendar, origin.now) {
                Ok(view) => Ok(Some(view)),
                // Whoever gave a task away may not see it any more.
                Err(persistence::Error::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await?;
    Ok(match view {
        Some(view) => reply(&view),
        None => HttpResponse::NoContent().finish(),
    })
}

fn reply(view: &TaskView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
}

/// See a task whole, with the acts open to the caller.
#[utoipa::path(tag = "tasks", params(("id" = Uuid, Path)), responses((status = 200, body = TaskView)))]
#[get("/tasks/{id}")]
pub async fn get_task(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view = app
        .db
        .read(&caller.origin.actor, move |conn| {
            task_view::view(conn, &origin.actor, TaskId(*id), &calendar, origin.now)
        })
        .await?;
    Ok(reply(&view))
}

/// Nothing but the act itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithReason {
    #[schema(example = "情况说明")]
    pub reason: String,
}

/// Issue, with the reason where the due date is not ahead.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    #[serde(default)]
    #[schema(example = json!(null))]
    pub reason: Option<String>,
}

/// A task finished before the product came.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseBeforeGolive {
    pub on: NaiveDate,
    #[schema(example = "集团〔2025〕8号")]
    pub basis: String,
    pub vouched_by: PersonId,
}

/// A unit's wish that the task be another's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WishReassignment {
    #[serde(default)]
    pub proposed: Option<UnitId>,
    #[schema(example = "此事由财务部主管")]
    pub reason: String,
}

/// The plan handed in; without one, the plan as it was last saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitPlan {
    #[serde(default)]
    pub plan: Option<PlanInput>,
    /// The head's own pledge that it is true.
    #[serde(default)]
    pub pledge: bool,
}

/// A signature on screen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    pub request: SignRequestId,
    pub verdict: Verdict,
    /// Needed to return.
    #[serde(default)]
    pub words: Option<String>,
    /// How it was verified; needed of a verifier.
    #[serde(default)]
    pub method: Option<String>,
    /// When it was verified, if earlier than today.
    #[serde(default)]
    pub occurred_on: Option<NaiveDate>,
    /// Whom the caller stands in for.
    #[serde(default)]
    pub on_behalf_of: Option<PersonId>,
}

/// A signature given on paper.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordSignature {
    pub request: SignRequestId,
    /// Who signed.
    pub signer: PersonId,
    pub verdict: Verdict,
    #[serde(default)]
    pub words: Option<String>,
    #[serde(default)]
    pub method: Option<String>,
    pub document: SignDocument,
}

/// The second officer's answer to a recorded signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmSignature {
    pub request: SignRequestId,
    pub signature: SignatureId,
    pub confirmed: bool,
    #[serde(default)]
    pub reason: Option<String>,
}

/// A signer's objection to what was recorded for him.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectToSignature {
    pub request: SignRequestId,
    pub signature: SignatureId,
    #[schema(example = "并非本人所签")]
    pub reason: String,
}

/// What an objection to a signature comes to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleObjection {
    /// Who objects.
    pub person: PersonId,
    #[schema(example = "经核实系误录，由本人重签")]
    pub reason: String,
}

/// A request taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recall {
    pub request: SignRequestId,
}

/// A milestone done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteMilestone {
    pub milestone: MilestoneId,
    pub occurred_on: NaiveDate,
    #[serde(default)]
    pub note: Option<String>,
}

/// A milestone's report taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopenMilestone {
    pub milestone: MilestoneId,
    pub reason: String,
}

/// A supporting unit's part done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteDuty {
    pub unit: UnitId,
    pub occurred_on: NaiveDate,
    #[serde(default)]
    pub note: Option<String>,
}

/// A later due date.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestExtension {
    pub due_on: NaiveDate,
    #[schema(example = "设备到货推迟")]
    pub reason: String,
    /// The date was filed upward, so that the head of the leading group signs too.
    #[serde(default)]
    pub filed_upward: bool,
}

/// A date set anew by a meeting.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetDueDate {
    pub due_on: NaiveDate,
    #[schema(example = "整改工作领导组")]
    pub body: String,
    #[schema(example = "〔2026〕3号")]
    pub minutes_number: String,
    pub reason: String,
}

/// A closure asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestClosure {
    /// What rectification achieved.
    pub results: String,
    pub occurred_on: NaiveDate,
    #[serde(default)]
    pub pledge: bool,
}

/// A cross-checker.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameCrossChecker {
    pub person: PersonId,
    pub reason: String,
}

/// A key problem, or no longer one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkKey {
    pub is_key: bool,
    #[schema(example = "涉及面广，领导组确定为关键问题")]
    pub reason: String,
}

/// Why the problem came about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyseCause {
    /// One or more kinds of cause.
    #[schema(value_type = Vec<String>, example = json!(["rule_enforcement"]))]
    pub categories: Vec<CauseCategory>,
    #[schema(example = "审批与执行由同一人办理，无人复核")]
    pub text: String,
}

/// Reopened with a new date.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reopen {
    pub reason: String,
    /// The new due date, or the next review of a sustained task.
    pub due_on: NaiveDate,
}

/// Evidence taken away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveEvidence {
    pub evidence: EvidenceId,
    pub reason: String,
}

acts! {
    tag: "tasks", answers: TaskView, wraps: std::convert::identity;
    /// Change a draft before it is issued.
    revise_task "/tasks/{id}/revise" DraftInput => |b| TaskCommand::Revise(Box::new(b));
    /// Issue a draft to its lead unit.
    issue_task "/tasks/{id}/issue" Issue => |b| TaskCommand::Issue { reason: b.reason };
    /// Enter a draft as finished before the product came.
    close_before_golive "/tasks/{id}/close-before-golive" CloseBeforeGolive => |b| TaskCommand::CloseBeforeGolive { on: b.on, basis: b.basis, vouched_by: b.vouched_by };
    /// Claim a task for the lead unit.
    claim_task "/tasks/{id}/claim" Nothing => |_b| TaskCommand::Claim;
    /// Ask that the task be given to another unit.
    wish_reassignment "/tasks/{id}/wish-reassignment" WishReassignment => |b| TaskCommand::WishReassignment { proposed: b.proposed, reason: b.reason };
    /// Keep the task where it is.
    uphold_task "/tasks/{id}/uphold" WithReason => |b| TaskCommand::Uphold { reason: b.reason };
    /// Give the task to another lead unit or leader; after the group's plan is approved its head signs.
    reassign_task "/tasks/{id}/reassign" PartiesInput => |b| TaskCommand::Reassign(b);
    /// Change people or order beneath the same lead.
    adjust_parties "/tasks/{id}/adjust-parties" PartiesInput => |b| TaskCommand::AdjustParties(b);
    /// Save the unit's plan without handing it in.
    save_plan "/tasks/{id}/plan" PlanInput => |b| TaskCommand::SavePlan(b);
    /// Hand in the plan of one task.
    submit_plan "/tasks/{id}/submit-plan" SubmitPlan => |b| TaskCommand::SubmitPlan { plan: b.plan, pledge: b.pledge };
    /// Sign or return on screen, for oneself or as a stand-in.
    sign_request "/tasks/{id}/sign" Sign => |b| TaskCommand::Sign { request: b.request, verdict: b.verdict, words: b.words, method: b.method, occurred_on: b.occurred_on, signing: Signing::Screen { on_behalf_of: b.on_behalf_of } };
    /// Enter a signature given on paper; a second officer confirms it.
    record_signature "/tasks/{id}/record-signature" RecordSignature => |b| TaskCommand::Sign { request: b.request, verdict: b.verdict, words: b.words, method: b.method, occurred_on: None, signing: Signing::Paper { signer: b.signer, document: b.document } };
    /// Confirm or refuse a recorded signature as the second officer.
    confirm_signature "/tasks/{id}/confirm-signature" ConfirmSignature => |b| TaskCommand::ConfirmSignature { request: b.request, signature: b.signature, confirmed: b.confirmed, reason: b.reason };
    /// Object to a signature recorded for oneself.
    object_to_signature "/tasks/{id}/object" ObjectToSignature => |b| TaskCommand::Object { request: b.request, signature: b.signature, reason: b.reason };
    /// Say what an objection to a signature comes to.
    settle_objection "/tasks/{id}/settle-objection" SettleObjection => |b| TaskCommand::SettleObjection { person: b.person, reason: b.reason };
    /// Take a request back before anybody signed.
    recall_request "/tasks/{id}/recall" Recall => |b| TaskCommand::Recall { request: b.request };
    /// Report a milestone done.
    complete_milestone "/tasks/{id}/complete-milestone" CompleteMilestone => |b| TaskCommand::CompleteMilestone { milestone: b.milestone, occurred_on: b.occurred_on, note: b.note };
    /// Take back the report of a milestone.
    reopen_milestone "/tasks/{id}/reopen-milestone" ReopenMilestone => |b| TaskCommand::ReopenMilestone { milestone: b.milestone, reason: b.reason };
    /// Report a supporting unit's part done.
    complete_duty "/tasks/{id}/complete-duty" CompleteDuty => |b| TaskCommand::CompleteDuty { unit: b.unit, occurred_on: b.occurred_on, note: b.note };
    /// Ask for a later due date before the date has passed.
    request_extension "/tasks/{id}/request-extension" RequestExtension => |b| TaskCommand::RequestExtension { due_on: b.due_on, reason: b.reason, filed_upward: b.filed_upward };
    /// Enter a due date that a meeting set after the old one had passed.
    reset_due_date "/tasks/{id}/reset-due-date" ResetDueDate => |b| TaskCommand::ResetDueDate { due_on: b.due_on, body: b.body, minutes_number: b.minutes_number, reason: b.reason };
    /// Propose a change of the approved plan.
    propose_amendment "/tasks/{id}/propose-amendment" PlanInput => |b| TaskCommand::ProposeAmendment(b);
    /// Ask for closure; the refusal lists all that is missing.
    request_closure "/tasks/{id}/request-closure" RequestClosure => |b| TaskCommand::RequestClosure { results: b.results, occurred_on: b.occurred_on, pledge: b.pledge };
    /// Name a cross-checker where too few verifiers remain.
    name_cross_checker "/tasks/{id}/name-cross-checker" NameCrossChecker => |b| TaskCommand::NameCrossChecker { person: b.person, reason: b.reason };
    /// Make a task a key problem, or take the mark from it; the heads of its units have their personal duties on it.
    mark_key "/tasks/{id}/mark-key" MarkKey => |b| TaskCommand::MarkKey { is_key: b.is_key, reason: b.reason };
    /// Say why the problem came about; a later analysis follows an earlier one.
    analyse_cause "/tasks/{id}/analyse-cause" AnalyseCause => |b| TaskCommand::AnalyseCause { categories: b.categories, text: b.text };
    /// Confirm the closure after observation.
    confirm_task "/tasks/{id}/confirm" Nothing => |_b| TaskCommand::Confirm;
    /// Reopen a closed task that came back.
    reopen_task "/tasks/{id}/reopen" Reopen => |b| TaskCommand::Reopen { reason: b.reason, due_on: b.due_on };
    /// Say why a result found untrue does not lead to rectification anew.
    settle_check "/tasks/{id}/settle-check" WithReason => |b| TaskCommand::SettleCheck { reason: b.reason };
    /// Ask that a task entered by mistake be withdrawn.
    request_withdrawal "/tasks/{id}/request-withdrawal" WithReason => |b| TaskCommand::RequestWithdrawal { reason: b.reason };
}

/// The week and revision a statement is answered by.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerStatement {
    pub unit: UnitId,
    #[schema(value_type = String, example = "2026-W38")]
    pub week: Week,
    pub revision: u16,
    /// Needed to return; none acknowledges.
    #[serde(default)]
    pub return_reason: Option<String>,
}

macro_rules! undecided {
    ($($(#[$doc:meta])* $name:ident $path:tt $body:ty => |$b:ident| $command:expr;)+) => {$(
        $(#[$doc])*
        #[utoipa::path(tag = "tasks", request_body = $body, params(("id" = Uuid, Path)), responses((status = 200, body = TaskView)))]
        #[post($path)]
        pub async fn $name(caller: Caller, app: Data<App>, id: Path<Uuid>, body: Body<$body>) -> Result<HttpResponse, Problem> {
            let $b = body.0;
            perform(&app, &caller, TaskId(*id), Expected::Any, $command).await
        }
    )+};
}

undecided! {
    /// Hand in a weekly statement, or a new revision of one; `follows` is the revision it was written on.
    submit_statement "/tasks/{id}/statements" StatementInput => |b| TaskCommand::SubmitStatement(b);
    /// Acknowledge or return a statement.
    answer_statement "/tasks/{id}/answer-statement" AnswerStatement => |b| match b.return_reason {
        Some(reason) => TaskCommand::ReturnStatement { unit: b.unit, week: b.week, revision: b.revision, reason },
        None => TaskCommand::AcknowledgeStatement { unit: b.unit, week: b.week, revision: b.revision },
    };
    /// Take a piece of evidence away; the file is kept.
    remove_evidence "/tasks/{id}/remove-evidence" RemoveEvidence => |b| TaskCommand::RemoveEvidence { evidence: b.evidence, reason: b.reason };
}

/// A new draft on a finding.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTask {
    pub finding_id: Uuid,
    pub draft: DraftInput,
}

/// What was made.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CreatedTask {
    pub id: Uuid,
    pub version: i64,
}

/// Enter a task on a finding as a draft.
#[utoipa::path(tag = "tasks", request_body = CreateTask, params(("id" = Uuid, Path)), responses((status = 201, body = CreatedTask)))]
#[post("/rounds/{id}/tasks")]
pub async fn create_task(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<CreateTask>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let round = RoundId(*id);
    let created = app
        .db
        .write(&caller.origin.actor, move |conn| {
            persistence::rounds::permit_sight(conn, &origin.actor, round)?;
            domain::rights::permit_office(&origin.actor, round)?;
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let placement = persistence::ledger::next_placement(conn, round, FindingId(body.0.finding_id))?;
                let placement = Placement { ordinal: placement, ..Placement::default() };
                let finding = FindingId(body.0.finding_id);
                let task = tasks::create(conn, &origin, round, finding, body.0.draft, &placement, &calendar)?;
                Ok(CreatedTask { id: task.id.0, version: task.version })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(created))
}

/// One task of a batch with the version it was decided on.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchItem {
    pub id: Uuid,
    pub version: i64,
}

/// What became of one item.
#[derive(Serialize, ToSchema)]
pub struct BatchResult {
    pub id: Uuid,
    /// The problem, if it was refused; the others are not touched by that.
    pub problem: Option<Problem>,
}

/// Many tasks and one act; each is its own transaction.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// issue, claim or confirm.
    #[schema(example = "issue")]
    pub action: String,
    pub items: Vec<BatchItem>,
    /// The reason, where the act needs one.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Run one act on each item in a transaction of its own.
pub async fn each(
    app: &App,
    caller: &Caller,
    items: Vec<(Uuid, Expected, TaskCommand)>,
) -> Result<Vec<BatchResult>, Problem> {
    let calendar = app.calendar().await?;
    let mut results = Vec::with_capacity(items.len());
    for (id, expected, command) in items {
        let (origin, calendar) = (caller.origin.clone(), calendar.clone());
        let done = app
            .db
            .write(&caller.origin.actor, move |conn| {
                tasks::execute(conn, &origin, TaskId(id), expected, command, &calendar).map(|_| ())
            })
            .await;
        results.push(BatchResult { id, problem: done.err().map(Problem::from) });
    }
    Ok(results)
}

/// Issue, claim or confirm many tasks; the answer says what became of each.
#[utoipa::path(tag = "tasks", request_body = Batch, responses((status = 200, body = Vec<BatchResult>)))]
#[post("/task-batches")]
pub async fn run_batch(caller: Caller, app: Data<App>, body: Body<Batch>) -> Result<HttpResponse, Problem> {
    let Batch { action, items, reason } = body.0;
    if items.len() > 200 {
        return Err(Problem::field("/items", "too-large"));
    }
    let command = |_: &BatchItem| match action.as_str() {
        "issue" => Some(TaskCommand::Issue { reason: reason.clone() }),
        "claim" => Some(TaskCommand::Claim),
        "confirm" => Some(TaskCommand::Confirm),
        _ => None,
    };
    let commands: Option<Vec<_>> =
        items.iter().map(|i| command(i).map(|c| (i.id, Expected::Version(i.version), c))).collect();
    let Some(commands) = commands else { return Err(Problem::field("/action", "wrong-type")) };
    Ok(HttpResponse::Ok().json(each(&app, &caller, commands).await?))
}
