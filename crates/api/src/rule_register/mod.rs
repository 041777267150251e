//! Rules made and kept alive (建章立制、长效机制): the register of a round, its entries and their checks (docs/domain.md §43). Whoever sees an entry may
//! not see each of its tasks: what it says to whom is decided by its own rules, so it is read past the second net.

mod todo;
mod view;

pub(crate) use todo::todo;
pub use view::*;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::calendar;
use domain::ids::{PersonId, RoundId, RuleId, TaskId, UnitId};
use domain::rule_register::figure::RuleFigure;
use domain::rule_register::state::{FollowKind, RuleKind, RuleState, RuleText, RuleVerdict};
use domain::rule_register::{RuleCommand, RuleInput};
use persistence::rule_register::{FollowInput, ISSUED, Input, PROOF};
use persistence::tasks::Expected;
use persistence::{blobs, idempotency, rule_register};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::acts::acts;
use crate::app::App;
use crate::extract::{Body, Caller, IdempotencyKey, Params};
use crate::problem::Problem;
use crate::task_commands::{Nothing, WithReason};

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RuleQuery {
    /// Those that a figure counts.
    #[param(example = "check_overdue")]
    pub figure: Option<String>,
    #[param(example = "made")]
    pub kind: Option<String>,
    #[param(example = "in_force")]
    pub state: Option<String>,
    /// Of this owner's unit.
    pub unit: Option<Uuid>,
    /// Those that answer this task.
    pub task: Option<Uuid>,
}

fn word<T>(text: Option<&str>, pointer: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    text.map(|word| parse(word).ok_or_else(|| Problem::field(pointer, "wrong-type"))).transpose()
}

/// List the register of rules as far as the caller sees it, the newest first, with figures that are the counts of the rows they open.
#[utoipa::path(tag = "rules", params(("id" = Uuid, Path), RuleQuery), responses((status = 200, body = RuleList)))]
#[get("/rounds/{id}/rules")]
pub async fn list_rules(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<RuleQuery>,
) -> Result<HttpResponse, Problem> {
    let RuleQuery { figure, kind, state, unit, task } = query.0;
    let narrowed = Narrowed {
        figure: word(figure.as_deref(), "/figure", RuleFigure::parse)?,
        kind: word(kind.as_deref(), "/kind", RuleKind::parse)?,
        state: word(state.as_deref(), "/state", RuleState::parse)?,
        unit: unit.map(UnitId),
    };
    let (origin, round) = (caller.origin.clone(), RoundId(*id));
    let found =
        app.db.read(&Actor::System, move |conn| rule_register::list(conn, &origin, round, task.map(TaskId))).await?;
    Ok(HttpResponse::Ok().json(view::list(&caller.origin, round, &narrowed, &found)))
}

/// On which task the form is opened, and whose people it offers.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RuleFormQuery {
    /// The task that is filled in already.
    pub task: Option<Uuid>,
    /// The owner's unit; that of the task, or the caller's own, where none is given.
    pub unit: Option<Uuid>,
}

/// Get what the form of an entry offers: tasks, units and people to choose from, rules that may be revised or abolished, and what is filled in already.
#[utoipa::path(tag = "rules", params(("id" = Uuid, Path), RuleFormQuery), responses((status = 200, body = RuleFormView)))]
#[get("/rounds/{id}/rules/form")]
pub async fn get_rule_form(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<RuleFormQuery>,
) -> Result<HttpResponse, Problem> {
    let (origin, round) = (caller.origin.clone(), RoundId(*id));
    let RuleFormQuery { task, unit } = query.0;
    let found = app
        .db
        .read(&Actor::System, move |conn| rule_register::form(conn, &origin, round, task.map(TaskId), unit))
        .await?;
    Ok(HttpResponse::Ok().json(view::form(found, calendar::today(caller.origin.now))))
}

/// An entry as it is written.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleForm {
    #[schema(inline)]
    pub kind: RuleKind,
    #[schema(example = "合同归档管理办法")]
    pub title: String,
    /// Number of the issued document.
    #[schema(example = "集团规〔2026〕8号")]
    pub number: String,
    pub issuer: UnitId,
    /// The day it took effect, or was abolished.
    pub effective_on: NaiveDate,
    /// The control it brings; not asked of one that was abolished.
    #[serde(default)]
    #[schema(example = "合同签订后十个工作日内归档，逾期不得付款")]
    pub control: String,
    /// What a checker asks; not asked of one that was abolished.
    #[serde(default)]
    #[schema(example = "抽十份本季度付款的合同，是否都在付款前归档？")]
    pub question: String,
    /// The tasks it answers; at least one.
    #[serde(default)]
    pub tasks: Vec<TaskId>,
    /// The rule of the register that it revises or abolishes.
    #[serde(default)]
    pub replaces: Option<RuleId>,
    pub owner_unit: UnitId,
    /// Who answers for its use; not asked of one that was abolished.
    #[serde(default)]
    pub owner: Option<PersonId>,
}

impl From<RuleForm> for RuleInput {
    fn from(form: RuleForm) -> Self {
        let RuleForm { title, number, control, question, .. } = form;
        Self {
            kind: form.kind,
            text: RuleText { title, number, control, question },
            issuer: form.issuer,
            effective_on: form.effective_on,
            tasks: form.tasks,
            replaces: form.replaces,
            owner_unit: form.owner_unit,
            owner: form.owner,
        }
    }
}

/// Enter a rule that was made, revised or abolished, as a draft. Its file is handed in next.
#[utoipa::path(tag = "rules", request_body = RuleForm, params(("id" = Uuid, Path)), responses((status = 201, body = RuleView)))]
#[post("/rounds/{id}/rules")]
pub async fn enter_rule(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<RuleForm>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let (origin, round, key) = (caller.origin.clone(), RoundId(*id), key.of(&body.0));
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let id: Uuid = idempotency::once(conn, &origin, key.as_ref(), |conn| {
                Ok(rule_register::create(conn, &origin, round, body.0.into(), &calendar)?.0)
            })?;
            view::load(conn, &origin, RuleId(id), &calendar)
        })
        .await?;
    Ok(HttpResponse::Created().json(view))
}

/// Get an entry of the register with its tasks, checks and the acts open to the caller.
#[utoipa::path(tag = "rules", params(("id" = Uuid, Path)), responses((status = 200, body = RuleView)))]
#[get("/rules/{id}")]
pub async fn get_rule(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view = app.db.read(&Actor::System, move |conn| view::load(conn, &origin, RuleId(*id), &calendar)).await?;
    Ok(reply(&view))
}

fn reply(view: &RuleView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
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
    let view: RuleView = app
        .db
        .write(&caller.origin.actor, move |conn| {
            rule_register::execute(conn, &origin, RuleId(id), expected, input, &calendar)?;
            view::load(conn, &origin, RuleId(id), &calendar)
        })
        .await?;
    Ok(reply(&view))
}

acts! {
    tag: "rules", answers: RuleView, wraps: std::convert::identity;
    /// Change a draft of the register.
    change_rule "/rules/{id}/change" RuleForm => |b| Input::Plain(RuleCommand::Change(Box::new(b.into())));
    /// Hand a draft in to the round's office, with the file that was received for it.
    submit_rule "/rules/{id}/submit" Nothing => |_b| Input::Submit;
    /// Send an entry back, with the reason.
    return_rule "/rules/{id}/return" WithReason => |b| Input::Plain(RuleCommand::Return { reason: b.reason });
    /// Confirm an entry and name who judges its checks; from now on it counts, and what it revises or abolishes is over.
    confirm_rule "/rules/{id}/confirm" ConfirmRule => |b| Input::Plain(RuleCommand::Confirm { supervisor: b.supervisor });
    /// Name another owner or another supervisor, with the reason.
    entrust_rule "/rules/{id}/entrust" EntrustRule => |b| Input::Plain(RuleCommand::Entrust { owner: b.owner, supervisor: b.supervisor, reason: b.reason });
    /// Withdraw an entry that is not confirmed, with the reason.
    withdraw_rule "/rules/{id}/withdraw" WithReason => |b| Input::Plain(RuleCommand::Withdraw { reason: b.reason });
    /// Say how a rule is used, for the check that is open, with proof.
    answer_rule "/rules/{id}/answer" AnswerRule => |b| Input::Answer { months: b.months, words: b.words, files: b.files };
    /// Judge a check: passed, so that the rule counts as lasting, or failed, with what is made of it.
    judge_rule "/rules/{id}/judge" JudgeRule => |b| b.input();
}

/// Who judges.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRule {
    /// A supervisor of the round; none for a rule that was abolished.
    #[serde(default)]
    pub supervisor: Option<PersonId>,
}

/// Who owns the rule and who judges it from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntrustRule {
    pub owner: PersonId,
    pub supervisor: PersonId,
    #[schema(example = "原负责人已调离")]
    pub reason: String,
}

/// How the rule is used.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRule {
    /// 3, 6 or 12: which check.
    pub months: u32,
    #[schema(example = "本季度付款的合同 214 份，全部在付款前归档")]
    pub words: String,
    /// Files received for it; at least one.
    #[serde(default)]
    pub files: Vec<Uuid>,
}

/// What is made of a failed check.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowForm {
    #[schema(inline)]
    pub kind: FollowKind,
    /// One of the tasks the rule answers.
    #[serde(default)]
    pub task: Option<TaskId>,
    /// Until when the task that is taken up again is to be done.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    #[serde(default)]
    pub reason: Option<String>,
    /// Number of the new draft.
    #[serde(default)]
    pub number: Option<String>,
    /// Title of the new draft.
    #[serde(default)]
    pub title: Option<String>,
}

impl FollowForm {
    /// What is missing is refused at its field, by the rules.
    fn input(self) -> FollowInput {
        let task = self.task.unwrap_or(TaskId(Uuid::nil()));
        let reason = self.reason.unwrap_or_default();
        match self.kind {
            FollowKind::Reopened => FollowInput::Reopen { task, due_on: self.due_on.unwrap_or_default(), reason },
            FollowKind::Drafted => FollowInput::Draft {
                task,
                number: self.number.unwrap_or_default(),
                title: self.title.unwrap_or_default(),
            },
            FollowKind::Neither => FollowInput::Neither { reason },
        }
    }
}

/// What the supervisor found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeRule {
    /// 3, 6 or 12: which check.
    pub months: u32,
    #[schema(inline)]
    pub verdict: RuleVerdict,
    #[schema(example = "现场抽十份，均在付款前归档")]
    pub words: String,
    /// Files received for it; at least one where it passed.
    #[serde(default)]
    pub files: Vec<Uuid>,
    /// Asked where it failed.
    #[serde(default)]
    pub follow: Option<FollowForm>,
}

impl JudgeRule {
    fn input(self) -> Input {
        let Self { months, verdict, words, files, follow } = self;
        Input::Judge { months, verdict, words, files, follow: follow.map(FollowForm::input) }
    }
}

/// What the file is and what it is called.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RuleFileQuery {
    pub filename: String,
    /// `rule`: the issued document; `proof`: for a check.
    #[param(example = "proof")]
    pub purpose: String,
}

/// Receive a file: the issued document, or what shows how the rule is used.
#[utoipa::path(tag = "rules", params(("id" = Uuid, Path), RuleFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = RuleFileView)))]
#[post("/rules/{id}/files")]
pub async fn receive_rule_file(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<RuleFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let rule = RuleId(*id);
    let purpose = [ISSUED, PROOF].into_iter().find(|p| *p == query.0.purpose);
    let purpose = purpose.ok_or_else(|| Problem::field("/purpose", "wrong-type"))?;
    let origin = caller.origin.clone();
    // Whoever may not send a file does not get to send fifty megabytes first.
    app.db.read(&Actor::System, move |conn| rule_register::permit_upload(conn, &origin, rule, purpose)).await?;
    let (blob, filename) = crate::evidence::received(&app, payload, &query.0.filename).await?;
    let (origin, attachment) = (caller.origin.clone(), Uuid::now_v7());
    let (kept, name) = (blob.clone(), filename.clone());
    app.db
        .write(&caller.origin.actor, move |conn| {
            blobs::attach(conn, &origin, attachment, &kept, blobs::Subject::Rule(rule.0), purpose, &name, None)
        })
        .await?;
    Ok(HttpResponse::Created().json(RuleFileView { id: attachment, filename, sha256: blob.sha256 }))
}
